"""What the first national census of websites asked besides the later vetoes: 国办发〔2015〕15号, 附件2."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, passed
from govmedia_rules.checks.site_vetoes import home_navigation_stale, home_stale, probes_by_day, share_of
from govmedia_rules.core.time import Window
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Activity, Link

Kinds = tuple[str, ...]
Count = Annotated[int, Field(ge=1)]


@check("site.not_updated", needs="home")
def not_updated(site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Nothing on the home page, or on any second-level page of a mere entrance, was updated inside the window (网站不更新).

    Args:
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 单项否决: 网站不更新.
    """
    assert site.home is not None
    if site.home.is_navigation:
        return home_navigation_stale(site, window=window)
    return home_stale(site, window=window)


@check("site.probes_failing", needs="probes|probe_days", faults=("step",))
def probes_failing(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    step: Annotated[Decimal, Field(gt=0, le=1), Strictness.LOWER],
    min_probes_per_day: Count,
    days: Count,
) -> CheckResult:
    """Probes failed; each full step of their share counts (首页可用性).

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        step: Share of failed probes that is one fault, 0 to 1; a part of a step is none.
        min_probes_per_day: Probes needed in each 24 hours; fewer leave the question open.
        days: Number of 24-hour periods that count back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 网站可用性: 首页可用性.
    """
    counts = probes_by_day(site, slow_seconds, days)
    total, bad = sum(probes for probes, _ in counts), sum(failures for _, failures in counts)
    args: dict[str, Any] = {"failed": bad, "probes": total, "days": days}
    thin = sum(probes < min_probes_per_day for probes, _ in counts)
    if thin:
        return inconclusive("probes_too_few", thin_days=thin, min_probes=min_probes_per_day, **args)
    steps = int(Fraction(bad, total) / Fraction(step))
    if not steps:
        return passed()
    share = share_of(bad, total)
    return failed(
        "probes_failing", evidence=[Evidence("probes", site.site.url, None, share)], faults={"step": steps}, share=share, **args
    )


@check("site.links_dead_on", needs="links", faults=("link",))
def links_dead_on(site: SiteSnapshot, *, home: bool) -> CheckResult:
    """Links that do not open or are wrong, on the home page or on all other pages (链接可用性).

    Where the home page is only an entrance, the second-level pages stand for it.

    Args:
        home: True for the links of the home page, False for those of other pages.

    Source:
        国办发〔2015〕15号附件2, 网站可用性: 链接可用性.
    """
    links = [link for link in site.links or () if _is_on_home(site, link) == home]
    dead = [link for link in links if link.opens is False]
    untried = sum(link.opens is None for link in links)
    possible = {"link": untried} if untried else {}
    if dead:
        evidence = [Evidence(link.text or link.url, link.url, None, link.failure or link.status) for link in dead]
        return failed(
            "links_dead_here", evidence=evidence, faults={"link": len(dead)}, possible=possible, count=len(dead), tried=len(links)
        )
    return inconclusive("links_partly_tried", possible=possible) if possible or "links" in site.partial else passed()


def _is_on_home(site: SiteSnapshot, link: Link) -> bool:
    if link.on_home or site.home is None or not site.home.is_navigation or link.found_on is None:
        return link.on_home
    return any(column.level == 1 and column.url == link.found_on for column in site.columns or ())


@check("site.home_updates_few", needs="home", faults=("few",))
def home_updates_few(
    site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER], minimum: Annotated[int, Field(ge=1), Strictness.HIGHER]
) -> CheckResult:
    """Fewer items than demanded were published on the home page inside the window (首页栏目).

    Where the home page is only an entrance, the items of the second-level pages count.

    Args:
        window: Time that counts back from the monitoring point.
        minimum: Number of items demanded.

    Source:
        国办发〔2015〕15号附件2, 信息更新情况: 首页栏目.
    """
    home = site.home
    assert home is not None
    entries, newest = home.entries, home.latest_entry_at
    if home.is_navigation:
        entries, newest = home.second_level_entries, home.second_level_latest_at
    span = window.before(site.observed_at)
    args: dict[str, Any] = {"minimum": minimum, "window": window}
    if entries is None:
        old = newest is not None and not span.has(newest) and not span.is_before(newest)
        if not old and home.entry_count != 0:
            return inconclusive("home_entries_unknown", possible={"few": 1})
        count = 0
    else:
        count = sum(entry.published_at is not None and span.has(entry.published_at) for entry in entries)
    if count >= minimum:
        return passed()
    if home.is_navigation is None:
        return inconclusive("home_kind_unknown", possible={"few": 1})
    if "home" in site.partial:
        return inconclusive("home_entries_unknown", possible={"few": 1})
    evidence = [Evidence("home", site.site.url, newest, count, minimum)]
    return failed("home_updates_few", evidence=evidence, faults={"few": 1}, count=count, **args)


def has_column(site: SiteSnapshot, kinds: Kinds) -> bool | None:
    """Whether the site has a column or channel of these kinds; None when what was seen does not decide."""
    columns, channels = site.columns, site.channels
    if any(column.kind in kinds for column in columns or ()):
        return True
    if any(channel.kind in kinds and channel.effective is not False for channel in channels or ()):
        return True
    if columns is None and channels is None:
        return None
    unclear = {"columns", "channels"} & set(site.partial) or any(column.kind is None for column in columns or ())
    return None if unclear else False


@check("site.consultation_idle", needs=("columns|channels", "messages"), faults=("missing", "idle"))
def consultation_idle(site: SiteSnapshot, *, kinds: Kinds, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """There is no column to ask the government something, or nobody put a valid message there inside the window (政务咨询类栏目).

    Args:
        kinds: Kinds of columns and channels that serve for it.
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 互动回应情况: 政务咨询类栏目.
    """
    offered = has_column(site, kinds)
    if offered is False:
        return failed("consultation_missing", faults={"missing": 1}, kinds=kinds)
    span = window.before(site.observed_at)
    maybe = 0
    for message in site.messages or ():
        if message.valid is False or (message.column_kind is not None and message.column_kind not in kinds):
            continue
        if message.asked_at is None or message.valid is None or message.column_kind is None:
            maybe += message.asked_at is None or span.has(message.asked_at)
        elif span.has(message.asked_at):
            return passed() if offered else inconclusive("consultation_unknown", possible={"missing": 1}, kinds=kinds)
    possible = {"missing": 1} if offered is None else {"idle": 1}
    if maybe or offered is None or "messages" in site.partial:
        return inconclusive("consultation_unknown", possible=possible, kinds=kinds)
    evidence = [Evidence("messages", None, None, 0, window)]
    return failed("consultation_idle", evidence=evidence, faults={"idle": 1}, kinds=kinds, window=window)


@check("site.activities_few", needs="activities", faults=("none", "few"))
def activities_few(
    site: SiteSnapshot,
    *,
    kind: str,
    kinds: Kinds = (),
    window: Annotated[Window, Strictness.SHORTER],
    portal_count: Annotated[int, Field(ge=1), Strictness.HIGHER],
    other_count: Annotated[int, Field(ge=1), Strictness.HIGHER],
) -> CheckResult:
    """No survey or interview was held inside the window, or fewer than demanded (调查征集类栏目, 互动访谈类栏目).

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
    mine = [activity for activity in site.activities or () if activity.kind == kind]
    held = sum(activity.held_at is not None and span.has(activity.held_at) for activity in mine)
    undated = sum(activity.held_at is None for activity in mine)
    args: dict[str, Any] = {"kind": kind, "window": window, "count": held}
    offered = has_column(site, kinds) if kinds else True
    if offered is False:
        return failed("activities_without_channel", faults={"none": 1}, **args)
    most = held + undated
    portal = site.site.is_portal
    wanted, lenient = max(portal_count, other_count), min(portal_count, other_count)
    if portal is not None:
        wanted = lenient = portal_count if portal else other_count
    if held >= wanted:
        return passed() if offered else inconclusive("activities_channel_unknown", possible={"none": 1}, **args)
    if "activities" in site.partial or offered is None:
        return inconclusive("activities_undated", possible={"none": 1} if not held else {"few": 1}, **args)
    if not most:
        return failed("activities_none", evidence=_held(mine), faults={"none": 1}, **args)
    if not held:
        return inconclusive("activities_undated", possible={"none": 1}, **args)
    if most < lenient:
        return failed("activities_few", evidence=_held(mine), faults={"few": 1}, limit=lenient, **args)
    if portal is None and held >= lenient:
        return inconclusive("activities_level_unknown", possible={"few": 1}, **args)
    return inconclusive("activities_undated", possible={"few": 1}, **args)


def _held(activities: list[Activity]) -> list[Evidence]:
    return [Evidence(one.title or one.kind, None, one.held_at) for one in activities]


@check("site.systems_unopenable", needs="systems", faults=("system",))
def systems_unopenable(site: SiteSnapshot) -> CheckResult:
    """Systems to apply or look something up online cannot be opened (在线系统).

    Source:
        国办发〔2015〕15号附件2, 服务实用情况: 在线系统.
    """
    shut = [system for system in site.systems or () if system.opens is False]
    untried = sum(system.opens is None for system in site.systems or ())
    possible = {"system": untried} if untried else {}
    if shut:
        evidence = [Evidence(system.name, system.url, site.observed_at, "unopenable") for system in shut]
        names = tuple(system.name for system in shut)
        return failed("systems_unopenable", evidence=evidence, faults={"system": len(shut)}, possible=possible, names=names)
    return inconclusive("systems_not_tried", possible=possible) if possible or "systems" in site.partial else passed()
