"""Channels, functions and activities by which people reach the government."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import (
    CheckResult,
    Evidence,
    Kinds,
    Positive,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.core.time import Span, Window
from govmedia_rules.snapshots.cells import STATED
from govmedia_rules.snapshots.kinds import is_known as is_known_kind
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Activity
from govmedia_rules.subjects.vocabulary import subject_vocabulary


@check("site.channel_missing", needs="channels")
def channel_missing(
    site: SiteSnapshot,
    *,
    counted: Annotated[Kinds, Strictness.FEWER],
    not_counted: Annotated[Kinds, Strictness.MORE],
) -> CheckResult:
    """Check whether no effective online channel for questions and suggestions (未提供网上有效咨询建言渠道).

    Args:
        counted: Kinds of channels that serve for questions and suggestions.
        not_counted: Kinds that do not, such as petition (网上信访) and discipline reports (纪检举报). A channel of a kind in
            neither list is for a person to decide.
    """
    assert site.channels is not None
    untried = [channel for channel in site.channels if channel.kind in counted and channel.effective is None]
    if any(channel.kind in counted and channel.effective for channel in site.channels):
        return passed()
    evidence = [Evidence(channel.name or channel.kind, channel.url, None, channel.kind) for channel in site.channels]
    if untried:
        return inconclusive("channel_not_tried", evidence=evidence, count=len(untried))
    special = [
        channel
        for channel in site.channels
        if channel.effective is not False and channel.kind not in counted and channel.kind not in not_counted
    ]
    if special:
        names = tuple(channel.name or channel.kind for channel in special)
        return needs_review("channel_kind_unclear", evidence=evidence, names=names)
    if "channels" in site.partial:
        return inconclusive("channels_partly_seen", evidence=evidence)
    return failed("channel_missing", evidence=evidence or [Evidence("channels", site.site.url, None, 0)], count=len(site.channels))


_USUAL = ("menu", "comment", "message")
"""Kinds of functions that every platform offers: a book that counts them all accepts a bare 有 in a registry's table."""


def _looser_demands(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Return the demands under which a function counts although it does not under the clause's own."""
    tree = subject_vocabulary("platform")
    for platform, kinds in new["demanded_on"].items():
        above = (only for known, only in old["demanded_on"].items() if tree.is_a(platform, known))
        if not set(kinds) <= set(next(above, old["counted"])):
            yield "demanded_on"
            return


@check("account.interaction_missing", loosened=_looser_demands, needs="functions")
def interaction_missing(
    account: AccountSnapshot,
    *,
    counted: Annotated[Kinds, Strictness.FEWER],
    demanded_on: Annotated[Mapping[str, Kinds], Strictness.MORE] = {},
    menu_alone: Annotated[bool, Strictness.FALSE] = True,
    menu_words: Kinds = (),
) -> CheckResult:
    """Check whether no effective interactive function is offered (未提供有效互动功能).

    Args:
        counted: Kinds of functions that count as interactive.
        demanded_on: For a platform (and those below it in the tree): the only kinds that count there.
        menu_alone: Whether any working menu counts where `demanded_on` does not ask for one, whatever its entries are for.
        menu_words: Words that name an entry for interaction; a menu whose name holds one counts in any case.
    """
    assert account.functions is not None
    tree = subject_vocabulary("platform")
    demanded = next((only for wide, only in demanded_on.items() if tree.is_a(account.account.platform, wide)), None)
    kinds = counted if demanded is None else demanded
    menus_count = menu_alone or demanded is not None
    offered = [
        function
        for function in account.functions
        if function.kind in kinds and (function.kind != "menu" or menus_count or any(word in function.name for word in menu_words))
    ]
    if any(function.works for function in offered):
        return passed()
    stated = any(function.works and function.kind == STATED for function in account.functions)
    if stated and kinds is counted and set(_USUAL) <= set(kinds):
        return passed()  # a registry says that there is one, and whichever it is counts
    evidence = [
        Evidence(function.name or function.kind, account.account.url, None, function.kind) for function in account.functions
    ]
    untried = sum(function.works is None for function in offered)
    # A kind that nobody knows may be a misspelt one that counts.
    untried += sum(function.works is not False and not is_known_kind("function", function.kind) for function in account.functions)
    if untried or stated or "functions" in account.partial:
        return inconclusive("functions_not_tried", evidence=evidence, count=untried)
    return failed(
        "interaction_missing",
        evidence=evidence or [Evidence("functions", account.account.url, account.observed_at, 0)],
        kinds=kinds,
        count=len(account.functions),
    )


@check("account.functions_broken", needs="functions")
def functions_broken(account: AccountSnapshot) -> CheckResult:
    """Check whether functions the account offers do not do what they say (功能无法使用)."""
    broken = [function for function in account.functions or () if function.works is False]
    untried = sum(function.works is None for function in account.functions or ())
    if broken:
        evidence = [Evidence(function.name or function.kind, account.account.url, None, function.kind) for function in broken]
        return failed("functions_broken", evidence=evidence, count=len(broken))
    return inconclusive("functions_not_tried", count=untried) if untried or "functions" in account.partial else passed()


@check("account.functions_lacking", needs="functions", version=2)
def functions_lacking(account: AccountSnapshot, *, kinds: Annotated[Kinds, Strictness.FEWER]) -> CheckResult:
    """Check whether a function that must be offered is not, or does not work (投诉建议功能).

    Args:
        kinds: Kinds of functions, any one of which is enough.

    Source:
        国办函〔2026〕12号, 第十八条.
    """
    offered = [function for function in account.functions or () if function.kind in kinds]
    if any(function.works for function in offered):
        return passed()
    untried = sum(function.works is None for function in offered)
    # A bare 有 does not say which one there is, and a kind that nobody knows may be a misspelt one that counts.
    others = [function for function in account.functions or () if function.kind not in kinds and function.works is not False]
    untried += sum(function.kind == STATED or not is_known_kind("function", function.kind) for function in others)
    if untried or "functions" in account.partial:
        return inconclusive("functions_not_tried", count=untried)
    return failed("functions_lacking", evidence=[Evidence("functions", account.account.url, account.observed_at, 0)], kinds=kinds)


@check("site.submission_fails", needs="submission_works", faults=("fails",))
def submission_fails(site: SiteSnapshot) -> CheckResult:
    """Check whether a message could not be submitted through the site's interactive function (信息提交)."""
    return passed() if site.submission_works else failed("submission_fails", faults={"fails": 1})


@check("site.login_split", needs="unified_login", faults=("split",))
def login_split(site: SiteSnapshot) -> CheckResult:
    """Check whether the interactive columns do not share one registration and login (统一登录)."""
    return passed() if site.unified_login else failed("login_split", faults={"split": 1})


@check("site.activities_held", needs="activities", version=2)
def activities_held(
    site: SiteSnapshot,
    *,
    kind: str,
    channel_kinds: Kinds = (),
    window: Window,
    count: Annotated[int, Field(ge=1)],
) -> CheckResult:
    """Check whether enough surveys or interviews were held inside the window, and there is a channel for them (a bonus).

    Args:
        kind: `survey` or `interview`.
        channel_kinds: Kinds of channels, one of which must exist; none for no such condition.
        window: Time that counts back from the monitoring point.
        count: Number of activities needed.
    """
    span = window.before(site.observed_at)
    held, undated = _held_in(site, kind, span)
    args: dict[str, Any] = {"count": held, "limit": count, "kind": kind, "window": window}
    if channel_kinds:
        if site.channels is None:
            return inconclusive("channels_not_seen", **args)
        if not any(channel.kind in channel_kinds and channel.effective is not False for channel in site.channels):
            return failed("activities_without_channel", **args)
    if held >= count:
        return passed("activities_held", **args)
    if held + undated >= count or "activities" in site.partial:
        return inconclusive("activities_undated", **args)
    return failed("activities_few", **args)


def _held_in(site: SiteSnapshot, kind: str, span: Span) -> tuple[int, int]:
    """Return how many activities of a kind were held inside `span`, and how many more may have been.

    One without a date, dated after the monitoring point (it was there, so the date is wrong), or of a kind that nobody knows may.
    """
    held = doubtful = 0
    for activity in site.activities or ():
        is_known = activity.kind in ("survey", "interview") or "." in activity.kind
        if is_known and activity.kind != kind:
            continue
        if activity.held_at is None or span.is_before(activity.held_at):
            doubtful += 1
        elif span.has(activity.held_at):
            held += is_known
            doubtful += not is_known
    return held, doubtful


def has_column(site: SiteSnapshot, kinds: Kinds) -> bool | None:
    """Return whether the site has a column or channel of these kinds; None when the observations do not decide."""
    columns, channels = site.columns, site.channels
    if any(column.kind in kinds for column in columns or ()):
        return True
    if any(channel.kind in kinds and channel.effective is not False for channel in channels or ()):
        return True
    if columns is None and channels is None:
        return None
    unclear = {"columns", "channels"} & set(site.partial) or not (
        all(is_known_kind("column", column.kind) for column in columns or ())
        and all(is_known_kind("channel", channel.kind) for channel in channels or ())
    )
    return None if unclear else False


@check("site.activities_few", needs="activities", faults=("none", "few"), version=2)
def activities_few(
    site: SiteSnapshot,
    *,
    kind: str,
    kinds: Kinds = (),
    window: Annotated[Window, Strictness.SHORTER],
    portal_count: Annotated[Positive, Strictness.HIGHER],
    other_count: Annotated[Positive, Strictness.HIGHER],
) -> CheckResult:
    """Check whether no survey or interview was held inside the window, or fewer than demanded (调查征集类栏目, 互动访谈类栏目).

    Args:
        kind: `survey` or `interview`.
        kinds: Kinds of columns and channels of which one must exist; none for no such condition.
        window: Time that counts back from the monitoring point.
        portal_count: Number demanded of a 政府门户网站.
        other_count: Number demanded of every other site.

    Source:
        国办发〔2015〕15号附件2, 互动回应情况: 调查征集类栏目, 互动访谈类栏目.
    """
    span = window.before(site.observed_at)
    activities = [activity for activity in site.activities or () if activity.kind == kind]
    held, undated = _held_in(site, kind, span)
    args: dict[str, Any] = {"kind": kind, "window": window, "count": held}
    offered = has_column(site, kinds) if kinds else True
    if offered is False:
        return failed("activities_without_channel", faults={"none": 1}, **args)
    at_most = held + undated
    portal = site.site.is_portal
    demanded, lenient = max(portal_count, other_count), min(portal_count, other_count)
    if portal is not None:
        demanded = lenient = portal_count if portal else other_count
    if held >= demanded:
        return passed() if offered else inconclusive("activities_channel_unknown", possible={"none": 1}, **args)
    if "activities" in site.partial or offered is None:
        return inconclusive("activities_undated", possible={"none": 1} if not held else {"few": 1}, **args)
    if not at_most:
        return failed("activities_none", evidence=_held(activities), faults={"none": 1}, **args)
    if not held:
        return inconclusive("activities_undated", possible={"none": 1}, **args)
    if at_most < lenient:
        return failed("activities_few", evidence=_held(activities), faults={"few": 1}, limit=lenient, **args)
    if portal is None and held >= lenient:
        return inconclusive("activities_level_unknown", possible={"few": 1}, **args)
    return inconclusive("activities_undated", possible={"few": 1}, **args)


def _held(activities: list[Activity]) -> list[Evidence]:
    return [Evidence(activity.title or activity.kind, None, activity.held_at) for activity in activities]
