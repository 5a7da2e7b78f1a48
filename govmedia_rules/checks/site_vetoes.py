"""单项否决 of websites: 国办秘函〔2019〕19号, part 1. Thresholds and kinds come from the rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, needs_review, passed
from govmedia_rules.checks.updates import Count, column_updated, was_updated
from govmedia_rules.core.time import Span, Window, day_of, earliest, latest
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Entry, Probe

Kinds = tuple[str, ...]
Limit = Annotated[int, Field(ge=1)]


@check("site.unreachable", needs="probes|probe_days")
def unreachable(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    failed_share: Annotated[Decimal, Field(gt=0, le=1), Strictness.LOWER],
    min_probes_per_day: Limit,
    days: Limit,
) -> CheckResult:
    """Too large a share of probes had not opened the home page when the time was up.

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        failed_share: Share of failed probes from which the site is unreachable, 0 to 1.
        min_probes_per_day: Probes needed in each 24 hours; fewer leave the question open.
        days: Number of 24-hour periods that count back from the monitoring point.
    """
    counts = probes_by_day(site, slow_seconds, days)
    total, bad = sum(probes for probes, _ in counts), sum(failures for _, failures in counts)
    thin = sum(probes < min_probes_per_day for probes, _ in counts)
    args: dict[str, Any] = {"failed": bad, "probes": total, "days": days, "share": share_of(bad, total), "limit": failed_share}
    if thin:
        return inconclusive("probes_too_few", thin_days=thin, min_probes=min_probes_per_day, **args)
    if Decimal(bad) < failed_share * total:
        return passed("probes_opened", **args)
    evidence = [
        Evidence("probes", site.site.url, site.observed_at - timedelta(days=age), f"{failures}/{probes}", failed_share)
        for age, (probes, failures) in enumerate(counts)
        if failures
    ]
    return failed("probes_failed", evidence=evidence, **args)


def share_of(part: int, whole: int) -> Decimal:
    """A share to four places; 0 of nothing."""
    return (Decimal(part) / whole).quantize(Decimal("0.0001")) if whole else Decimal(0)


def probes_by_day(site: SiteSnapshot, slow_seconds: float, days: int) -> list[tuple[int, int]]:
    """Probes and failures of each of the last `days` 24-hour periods (or calendar days), the newest first."""
    point = site.observed_at
    counts = [(0, 0)] * days
    if site.probes is not None:
        for probe in site.probes:
            age = (point - probe.at) // timedelta(days=1)
            if (point >= probe.at and age < days) or probe.at == point - timedelta(days=days):
                probes, failures = counts[min(age, days - 1)]
                counts[min(age, days - 1)] = (probes + 1, failures + has_failed(probe, slow_seconds))
        return counts
    zone = point.tzinfo
    assert zone is not None
    assert site.probe_days is not None
    ages = [(day_of(point, zone) - day_of(counted.day, zone)).days for counted in site.probe_days]
    # Counted days may end with the day of the monitoring point or with the day before it.
    offset = 0 if 0 in ages else 1
    for age, counted in zip(ages, site.probe_days, strict=True):
        if 0 <= age - offset < days:
            probes, failures = counts[age - offset]
            counts[age - offset] = (probes + counted.probes, failures + counted.failed)
    return counts


def has_failed(probe: Probe, slow_seconds: float) -> bool:
    """Whether a probe had not opened the page when the time was up."""
    if probe.failure is not None or (probe.status is not None and probe.status >= 400):
        return True
    return probe.seconds is not None and probe.seconds >= slow_seconds


@check("site.home_stale", needs="home")
def home_stale(site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Nothing on the home page was updated inside the window (首页不更新).

    Args:
        window: Time that counts back from the monitoring point.
    """
    home = site.home
    assert home is not None
    if home.is_navigation:
        return passed("home_is_navigation")
    if home.latest_entry_at is not None and window.surely_has(site.observed_at, home.latest_entry_at):
        return passed()
    updated = was_updated(window.before(site.observed_at), home.latest_entry_at, home.entries, home.entry_count)
    if updated:
        return passed()
    if updated is None or "home" in site.partial:
        return inconclusive("home_entries_unknown")
    if home.is_navigation is None:
        return inconclusive("home_kind_unknown")
    args: dict[str, Any] = {"latest": home.latest_entry_at, "window": window, "point": site.observed_at}
    evidence = [Evidence("home", site.site.url, home.latest_entry_at, home.latest_entry_at, window)]
    if home.latest_entry_at is None:
        return failed("home_undated" if home.entry_count else "home_empty", evidence=evidence, **args)
    return failed("home_older_than_window", evidence=evidence, **args)


@check("site.home_navigation_stale", needs="home")
def home_navigation_stale(site: SiteSnapshot, *, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """The home page is only an entrance to columns, and none of the second-level pages was updated inside the window.

    Args:
        window: Time that counts back from the monitoring point.
    """
    home = site.home
    assert home is not None
    if home.is_navigation is False:
        return passed("home_is_not_navigation")
    span = window.before(site.observed_at)
    if home.is_navigation is None:
        if was_updated(span, home.latest_entry_at, home.entries, home.entry_count):
            return passed("home_is_not_navigation")
        return inconclusive("home_kind_unknown")
    newest, entries = home.second_level_latest_at, home.second_level_entries
    updated = was_updated(span, newest, entries, None)
    if updated:
        return passed()
    if updated is None or "home" in site.partial:
        return inconclusive("second_level_unknown")
    evidence = [Evidence("second_level", site.site.url, newest, newest, window)]
    return failed("second_level_older_than_window", evidence=evidence, latest=newest, window=window, point=site.observed_at)


# Each column is judged once: a blank one only as blank, a core one only by its own window, every other by its cycle.


class _Rule(NamedTuple):
    """How core columns of a kind are judged at one monitoring point."""

    window: Window
    span: Span
    first_level_only: bool


@check("site.columns_core_stale", needs="columns")
def columns_core_stale(
    site: SiteSnapshot,
    *,
    news_kinds: Annotated[Kinds, Strictness.MORE],
    news_window: Annotated[Window, Strictness.SHORTER],
    news_first_level_only: Annotated[bool, Strictness.FALSE],
    slow_kinds: Annotated[Kinds, Strictness.MORE],
    slow_window: Annotated[Window, Strictness.SHORTER],
    slow_first_level_only: Annotated[bool, Strictness.FALSE],
    limit: Annotated[Limit, Strictness.LOWER],
) -> CheckResult:
    """News columns and notice or policy columns not updated inside their windows, counted together (栏目不更新).

    Args:
        news_kinds: Kinds of columns judged by `news_window`.
        news_window: Window of 动态、要闻 columns.
        news_first_level_only: Whether only first-level columns (一级栏目) of these kinds count.
        slow_kinds: Kinds of columns judged by `slow_window`.
        slow_window: Window of 通知公告、政策文件 columns.
        slow_first_level_only: Whether only first-level columns of these kinds count.
        limit: Number of such columns from which the veto holds.
    """
    point = site.observed_at
    news = _Rule(news_window, news_window.before(point), news_first_level_only)
    slow = _Rule(slow_window, slow_window.before(point), slow_first_level_only)
    # A column of unknown kind may be a core one; it matters only if the wider window does not hold an update either.
    rules: dict[str | None, _Rule] = {None: slow} | dict.fromkeys(slow_kinds, slow) | dict.fromkeys(news_kinds, news)
    stale: list[tuple[Column, Window]] = []
    possible = 0
    for kind, group in site.columns_by_kind.items():
        rule = rules.get(kind)
        if rule is None or group.surely_updated(rule.span.sure_from, rule.span.sure_to):
            continue
        for column in group.not_surely_updated(rule.span.sure_from, rule.span.sure_to):
            updated = column_updated(column, rule.span)
            if updated or column.entry_count == 0:
                continue
            first_only = rule.first_level_only and kind is not None
            if first_only and column.level is not None and column.level > 1:
                continue
            if updated is None or kind is None or (first_only and column.level is None):
                possible += 1
            else:
                stale.append((column, rule.window))
    return _counted(site, "columns", "columns_core_stale", Count(len(stale), possible), limit, stale)


@check("site.columns_overdue", needs="columns")
def columns_overdue(
    site: SiteSnapshot,
    *,
    core_kinds: Kinds,
    cycles: Annotated[Mapping[str | None, Window], Strictness.SHORTER] = {},
    default_cycle: Annotated[Window | None, Strictness.SHORTER] = None,
    idle: Annotated[Window | None, Strictness.SHORTER] = None,
    limit: Annotated[Limit, Strictness.LOWER],
) -> CheckResult:
    """Columns that ought to be updated and have long not been (应更新但长期未更新).

    The cycle of a column is its own promise, else that of its kind, else the default. A column without any cycle cannot be
    overdue; if it has been idle for `idle`, it is a candidate for a person.

    Args:
        core_kinds: Kinds judged by `site.columns_core_stale` and left out here.
        cycles: Cycle for each kind of column.
        default_cycle: Cycle of every other column; None when no rule states one.
        idle: Age from which a column without a cycle becomes a candidate; None for never.
        limit: Number of such columns from which the veto holds.
    """
    point = site.observed_at
    idle_span = None if idle is None else idle.before(point)
    default_span = None if default_cycle is None else default_cycle.before(point)
    overdue: list[tuple[Column, Window]] = []
    candidates: list[tuple[Column, Window]] = []
    unknown = uncycled = 0
    for kind, group in site.columns_by_kind.items():
        if kind in core_kinds:
            continue
        usual, span = default_cycle, default_span
        if kind in cycles:
            usual = cycles[kind]
            span = usual.before(point)
        window = usual
        if usual is None:
            window, span = idle, idle_span
        columns = group.columns
        if span is not None and not group.promising:
            columns = group.not_surely_updated(span.sure_from, span.sure_to)
            uncycled += len(group.columns) - len(columns) if usual is None else 0
        for column in columns:
            if column.finished or column.entry_count == 0:
                continue
            cycle = usual
            updated = None if span is None else column_updated(column, span)
            if column.cycle is not None:
                cycle = column.cycle
                updated = column_updated(column, cycle.before(point))
            if cycle is None:
                uncycled += 1
                if updated is False and window is not None:
                    candidates.append((column, window))
            elif updated is False and kind is not None:
                overdue.append((column, cycle))
            elif not updated:
                unknown += 1
    count = Count(len(overdue), unknown)
    if count.reaches(limit) is False and count.seen + unknown + len(candidates) >= limit:
        evidence = [_column_evidence(column, window) for column, window in (*overdue, *candidates)]
        return needs_review(
            "columns_idle_without_cycle",
            evidence=evidence,
            count=len(overdue),
            candidates=len(candidates),
            limit=limit,
            idle=idle,
        )
    return _counted(site, "columns", "columns_overdue", count, limit, overdue, uncycled=uncycled)


@check("site.columns_blank", needs="columns")
def columns_blank(site: SiteSnapshot, *, limit: Annotated[Limit, Strictness.LOWER]) -> CheckResult:
    """Columns without any content (空白栏目).

    Args:
        limit: Number of such columns from which the veto holds.
    """
    empty = [column for group in site.columns_by_kind.values() for column in group.empty]
    answers = [(column, column.is_blank) for column in empty]
    blank: list[tuple[Column, None]] = [(column, None) for column, is_blank in answers if is_blank]
    possible = sum(is_blank is None for _, is_blank in answers)
    return _counted(site, "columns", "columns_blank", Count(len(blank), possible), limit, blank)


def _column_evidence(column: Column, window: Window | None) -> Evidence:
    value = column.latest_entry_at if window is not None else 0
    return Evidence(column.name, column.url, column.latest_entry_at, value, window)


def _counted(
    site: SiteSnapshot,
    part: str,
    reason: str,
    count: Count,
    limit: int,
    columns: list[tuple[Column, Window]] | list[tuple[Column, None]],
    **args: Any,
) -> CheckResult:
    """The answer for a rule that counts columns up to a limit."""
    reached = count.reaches(limit)
    if reached is False and part not in site.partial:
        # A few columns short of the limit are no fault of the veto, and nobody needs to be told of each healthy site's none.
        return passed(f"{reason}_below_limit", count=count.seen, limit=limit, **args) if count.seen else passed()
    evidence = [_column_evidence(column, window) for column, window in columns]
    if reached:
        names = tuple(column.name for column, _ in columns[:10])
        return failed(reason, evidence=evidence, count=count.seen, limit=limit, names=names, **args)
    return inconclusive(
        f"{reason}_undecided", evidence=evidence, count=count.seen, possible_count=count.possible, limit=limit, **args
    )


@check("site.channel_missing", needs="channels")
def channel_missing(
    site: SiteSnapshot,
    *,
    counted: Annotated[Kinds, Strictness.FEWER],
    not_counted: Annotated[Kinds, Strictness.MORE],
) -> CheckResult:
    """No effective online channel for questions and suggestions (未提供网上有效咨询建言渠道).

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
    other = [
        channel
        for channel in site.channels
        if channel.effective is not False and channel.kind not in counted and channel.kind not in not_counted
    ]
    if other:
        names = tuple(channel.name or channel.kind for channel in other)
        return needs_review("channel_kind_unclear", evidence=evidence, names=names)
    if "channels" in site.partial:
        return inconclusive("channels_partly_seen", evidence=evidence)
    return failed("channel_missing", evidence=evidence or [Evidence("channels", site.site.url, None, 0)], count=len(site.channels))


@check("site.messages_unanswered", needs="messages")
def messages_unanswered(
    site: SiteSnapshot,
    *,
    window: Annotated[Window, Strictness.LONGER],
    wait: Annotated[Window, Strictness.SHORTER],
    excluded_kinds: Annotated[Kinds, Strictness.FEWER],
    late_answers_count: Annotated[bool, Strictness.TRUE],
) -> CheckResult:
    """A valid message of the window has waited longer than allowed for a response (超过3个月未回应有效留言).

    Args:
        window: Messages put inside it count.
        wait: Longest time to a response; a message answered exactly then is in time.
        excluded_kinds: Kinds of columns whose messages do not count.
        late_answers_count: Whether a message that was answered, but too late, counts as well.
    """
    assert site.messages is not None
    if not site.messages and "messages" not in site.partial:
        return passed()
    point = site.observed_at
    zone = point.tzinfo
    assert zone is not None
    span = window.before(point)
    must_be_after = wait.start(point)
    sure: list[Evidence] = []
    candidates: list[Evidence] = []
    unknown = 0
    for message in site.messages:
        if message.valid is False or message.column_kind in excluded_kinds:
            continue
        if message.asked_at is None:
            unknown += message.answered is not True
            continue
        if not span.has(message.asked_at):
            continue
        asked = latest(message.asked_at, zone)
        if message.answered:
            answered = message.answered_at
            if not late_answers_count or answered is None or asked >= wait.start(earliest(answered, zone)):
                continue
        elif asked >= must_be_after:
            continue
        evidence = Evidence(message.title or "message", message.url, message.asked_at, message.answered_at, wait)
        if message.answered is None:
            unknown += 1
        elif message.valid is None or message.column_kind is None:
            candidates.append(evidence)
        else:
            sure.append(evidence)
    args: dict[str, Any] = {"wait": wait, "window": window}
    if sure:
        return failed("messages_unanswered", evidence=(*sure, *candidates), count=len(sure), **args)
    if candidates:
        return needs_review("messages_unanswered_unclear", evidence=candidates, count=len(candidates), **args)
    if unknown or "messages" in site.partial:
        return inconclusive("messages_unknown", count=unknown, **args)
    return passed()


@check("site.services_missing", needs="services|service_count")
def services_missing(site: SiteSnapshot) -> CheckResult:
    """No services are offered (未提供办事服务)."""
    if site.service_count:
        return passed()
    if "services" in site.partial:
        return inconclusive("services_partly_seen")
    return failed("services_missing", evidence=[Evidence("services", site.site.url, None, 0)])


@check("site.guides_incomplete", needs="services")
def guides_incomplete(
    site: SiteSnapshot,
    *,
    elements: Annotated[Kinds, Strictness.MORE],
    missing_limit: Annotated[Limit, Strictness.LOWER],
    service_limit: Annotated[Limit, Strictness.LOWER],
) -> CheckResult:
    """Several services have guides that lack several of the key element kinds (办事指南重点要素类别缺失).

    Args:
        elements: Key element kinds of a guide.
        missing_limit: Number of missing kinds from which a guide counts.
        service_limit: Number of such services from which the veto holds.
    """
    lacking, unknown = _lacking_guides(site, elements, missing_limit)
    reached = Count(len(lacking), unknown).reaches(service_limit)
    args: dict[str, Any] = {"count": len(lacking), "limit": service_limit, "missing_limit": missing_limit}
    if reached:
        return failed("guides_incomplete", evidence=lacking, **args)
    if reached is None or "services" in site.partial:
        return inconclusive("guides_unknown", evidence=lacking, possible_count=unknown, **args)
    return passed()


@check("site.guides_incomplete_few", needs="services")
def guides_incomplete_few(
    site: SiteSnapshot,
    *,
    elements: Annotated[Kinds, Strictness.MORE],
    missing_limit: Annotated[Limit, Strictness.LOWER],
    few: Annotated[Limit, Strictness.HIGHER],
) -> CheckResult:
    """Few services are offered, and the guide of every one lacks several key element kinds.

    Args:
        elements: Key element kinds of a guide.
        missing_limit: Number of missing kinds from which a guide counts.
        few: The rule holds for sites with fewer services than this.
    """
    count = site.service_count
    if not count or count >= few:
        return passed()
    lacking, unknown = _lacking_guides(site, elements, missing_limit)
    assert site.services is not None
    unknown += count - len(site.services)
    if len(lacking) + unknown < count:
        return passed()
    if unknown or "services" in site.partial:
        return inconclusive("guides_unknown", evidence=lacking, count=len(lacking), possible_count=unknown, limit=count)
    return failed("guides_incomplete_few", evidence=lacking, count=count, missing_limit=missing_limit)


def _lacking_guides(site: SiteSnapshot, elements: Kinds, missing_limit: int) -> tuple[list[Evidence], int]:
    """Guides that lack `missing_limit` kinds or more, and the number of guides nobody looked at."""
    assert site.services is not None
    lacking: list[Evidence] = []
    unknown = 0
    for service in site.services:
        if service.elements is None:
            unknown += 1
            continue
        missing = tuple(element for element in elements if element not in service.elements)
        if len(missing) >= missing_limit:
            lacking.append(Evidence(service.name, service.url, None, missing, missing_limit))
    return lacking, unknown


@check("site.entries_redated", needs="home|columns")
def entries_redated(site: SiteSnapshot, *, tolerance: Window) -> CheckResult:
    """Entries whose shown date contradicts when they were first seen (伪造发稿日期), as candidates for a person.

    An entry dated after it was first seen or after the monitoring point has been dated forward; one that was absent from
    its list at a look later than its date, by more than the tolerance, has been dated back.

    Args:
        tolerance: Delay between date and appearance that is not suspicious.
    """
    point, zone = site.observed_at, site.observed_at.tzinfo
    assert zone is not None
    found: list[Evidence] = []
    # Zones differ by at most 26 hours, so an older calendar day needs no exact comparison.
    recent = point.toordinal() - 2

    def look(entries: tuple[Entry, ...], place: str) -> None:
        for entry in entries:
            shown = entry.published_at
            if shown is None:
                continue
            # Bare days are read in the unit's favour: as their last instant when dating back, as their first when forward.
            absent = entry.last_absent_at
            if absent is not None and latest(shown, zone) < tolerance.start(absent):
                found.append(Evidence(entry.title or place, entry.url, shown, absent, tolerance))
                continue
            first = entry.first_seen_at
            if first is None:
                if shown.toordinal() < recent:
                    continue
                first = point
            elif first > point:
                first = point
            if shown.toordinal() >= first.toordinal() - 2 and earliest(shown, zone) > first:
                found.append(Evidence(entry.title or place, entry.url, shown, first, None))

    if site.home is not None and site.home.entries:
        look(site.home.entries, "home")
    for group in site.columns_by_kind.values():
        for column in group.deep:
            look(column.entries or (), column.name)
    return needs_review("entries_redated", evidence=found, count=len(found)) if found else passed()
