"""Columns of a site that are stale, overdue for their cycle, blank or missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta, tzinfo
from typing import Annotated, Any, NamedTuple

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
from govmedia_rules.checks.updates import FaultCount, column_updated
from govmedia_rules.core.time import Moment, Span, Window, day_of, zone_of
from govmedia_rules.core.workdays import Calendar
from govmedia_rules.errors import CalendarError, closest
from govmedia_rules.snapshots.kinds import is_known as is_known_kind
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column


class _Rule(NamedTuple):
    """How core columns of a kind are judged at one monitoring point."""

    window: Window
    span: Span
    first_level_only: bool


@check("site.columns_core_stale", needs="columns", version=3)
def columns_core_stale(
    site: SiteSnapshot,
    *,
    news_kinds: Annotated[Kinds, Strictness.MORE],
    news_window: Annotated[Window, Strictness.SHORTER],
    news_first_level_only: Annotated[bool, Strictness.FALSE],
    slow_kinds: Annotated[Kinds, Strictness.MORE],
    slow_window: Annotated[Window, Strictness.SHORTER],
    slow_first_level_only: Annotated[bool, Strictness.FALSE],
    count_blank: Annotated[bool, Strictness.TRUE] = False,
    limit: Annotated[Positive, Strictness.LOWER],
) -> CheckResult:
    """Find news columns and notice or policy columns not updated inside their windows, counted together (栏目不更新).

    Args:
        news_kinds: Kinds of columns judged by `news_window`.
        news_window: Window of 动态、要闻 columns.
        news_first_level_only: Whether only first-level columns (一级栏目) of these kinds count.
        slow_kinds: Kinds of columns judged by `slow_window`.
        slow_window: Window of 通知公告、政策文件 columns.
        slow_first_level_only: Whether only first-level columns of these kinds count.
        count_blank: Whether a blank column counts here too; `site.columns_blank` counts it in any case.
        limit: Number of such columns from which the veto holds.
    """
    point = site.observed_at
    news = _Rule(news_window, news_window.before(point), news_first_level_only)
    slow = _Rule(slow_window, slow_window.before(point), slow_first_level_only)
    # A column of unknown kind may be a core one; it matters only if the wider window does not hold an update either.
    rules: dict[str | None, _Rule] = {None: slow} | dict.fromkeys(slow_kinds, slow) | dict.fromkeys(news_kinds, news)
    stale: list[tuple[Column, Window | None]] = []
    possible = 0
    for kind, group in site.columns_by_kind.items():
        is_known = kind in rules and kind is not None
        rule = rules.get(kind)
        if rule is None and not is_known_kind("column", kind):
            # A kind that nobody knows may be a misspelt core one.
            rule = rules[closest(kind, filter(None, rules))]
        if rule is None or group.all_updated(rule.span):
            continue
        for column in group.to_be_compared(rule.span):
            updated = column_updated(column, rule.span)
            if updated or column.finished or (column.entry_count == 0 and not count_blank):
                continue
            first_only = rule.first_level_only and is_known
            if first_only and column.level is not None and column.level > 1:
                continue
            if updated is None or not is_known or (first_only and column.level is None):
                possible += 1
            else:
                stale.append((column, rule.window))
    return _counted(site, "columns", "columns_core_stale", FaultCount(len(stale), possible), limit, stale)


def _looser_cycles(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Name cycles that are longer than the rule that held for those columns: the default cycle, else the age of candidates."""
    limit = old["default_cycle"] or old["idle"]
    if limit is None:
        return
    added = [window for kind, window in new["cycles"].items() if kind not in old["cycles"]]
    if not all(Strictness.SHORTER.allows(limit, window) for window in added):
        yield "cycles"
    if new["default_cycle"] is not None and not Strictness.SHORTER.allows(limit, new["default_cycle"]):
        yield "default_cycle"


@check("site.columns_overdue", loosened=_looser_cycles, needs="columns", version=2)
def columns_overdue(
    site: SiteSnapshot,
    *,
    core_kinds: Kinds,
    core_cycles: Annotated[Mapping[str | None, Window], Strictness.SHORTER] = {},
    cycles: Annotated[Mapping[str | None, Window], Strictness.SHORTER] = {},
    default_cycle: Annotated[Window | None, Strictness.SHORTER] = None,
    idle: Annotated[Window | None, Strictness.SHORTER] = None,
    count_blank: Annotated[bool, Strictness.TRUE] = False,
    limit: Annotated[Positive, Strictness.LOWER],
) -> CheckResult:
    """Find columns that ought to be updated and have long not been (应更新但长期未更新).

    The cycle of a column is its own promise, else that of its kind, else the default. A column without any cycle cannot be
    overdue; if it has been idle for `idle`, it is a candidate for a person. One whose own promise could not be read, or is told in
    two ways, is undecided.

    Args:
        core_kinds: Kinds judged by `site.columns_core_stale` and left out here.
        core_cycles: Cycles of core kinds that count here all the same.
        cycles: Cycle for each kind of column.
        default_cycle: Cycle of every other column; None when no rule states one.
        idle: Age from which a column without a cycle becomes a candidate; None for never.
        count_blank: Whether a blank column counts here too, with a cycle or without.
        limit: Number of such columns from which the veto holds.
    """
    point = site.observed_at
    idle_span = None if idle is None else idle.before(point)
    unread = _unread_cycles(site)
    default_span = None if default_cycle is None else default_cycle.before(point)
    overdue: list[tuple[Column, Window | None]] = []
    candidates: list[tuple[Column, Window]] = []
    unknown = uncycled = 0
    own_cycles: dict[str | None, Window] = {**cycles, **core_cycles}
    for kind, group in site.columns_by_kind.items():
        if kind in core_kinds and kind not in core_cycles:
            continue
        usual, span = default_cycle, default_span
        if kind in own_cycles:
            usual = own_cycles[kind]
            span = usual.before(point)
        window = usual
        if usual is None:
            window, span = idle, idle_span
        columns = group.columns
        if span is not None and not group.promising and not unread:
            columns = group.to_be_compared(span)
            uncycled += len(group.columns) - len(columns) if usual is None else 0
        for column in columns:
            if column.finished or (column.entry_count == 0 and not count_blank):
                continue
            if column.entry_count == 0:
                overdue.append((column, None))
                continue
            own = _SHORTEST_CYCLE if id(column) in unread else column.cycle
            cycle, inside = (own, own.before(point)) if own is not None else (usual, span)
            updated = None if inside is None else column_updated(column, inside)
            if cycle is None:
                uncycled += 1
                if updated is False and window is not None:
                    candidates.append((column, window))
            elif updated is False and kind is not None and id(column) not in unread:
                overdue.append((column, cycle))
            elif not updated:
                unknown += 1
    count = FaultCount(len(overdue), unknown)
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


_SHORTEST_CYCLE = Window(days=1)
"""Inside it a column is up to date whatever it promises."""


def _unread_cycles(site: SiteSnapshot) -> set[int]:
    """Return the columns (by `id`) whose own cycle exists and is not known: a mark says that it was not read or is contradicted."""
    steps = [mark.field.split(".") for mark in site.marks if mark.basis in ("unconfirmed", "contradicted")]
    places = {int(path[1]) for path in steps if path[0] == "columns" and path[2:] == ["cycle"] and path[1].isdecimal()}
    columns = site.columns or ()
    return {id(columns[place]) for place in places if place < len(columns) and columns[place].cycle is None}


@check("site.columns_blank", needs="columns")
def columns_blank(site: SiteSnapshot, *, limit: Annotated[Positive, Strictness.LOWER]) -> CheckResult:
    """Find columns without any content (空白栏目).

    Args:
        limit: Number of such columns from which the veto holds.
    """
    empty = [column for group in site.columns_by_kind.values() for column in group.empty if not column.finished]
    answers = [(column, column.is_blank) for column in empty]
    blank: list[tuple[Column, Window | None]] = [(column, None) for column, is_blank in answers if is_blank]
    possible = sum(is_blank is None for _, is_blank in answers)
    return _counted(site, "columns", "columns_blank", FaultCount(len(blank), possible), limit, blank)


def _column_evidence(column: Column, window: Window | None) -> Evidence:
    newest = _newest_of(column)
    return Evidence(
        column.name, column.url, newest if not isinstance(newest, str) else None, newest if window is not None else 0, window
    )


def _newest_of(column: Column) -> Moment | str | None:
    """Return the time of the newest entry as evidence shows it: in words where only its month or year is known."""
    newest = column.latest_entry_at
    return newest if column.latest_entry_from is None or newest is None else f"不晚于{newest.isoformat()[:10]}"


def _counted(
    site: SiteSnapshot,
    part: str,
    reason: str,
    count: FaultCount,
    limit: int,
    columns: Sequence[tuple[Column, Window | None]],
    **args: Any,
) -> CheckResult:
    """Return the answer of a rule that fails when the number of columns reaches a limit."""
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


@check("site.column_missing", needs="columns", faults=("missing", "wrong"), version=2)
def column_missing(site: SiteSnapshot, *, kinds: Kinds) -> CheckResult:
    """Check whether there is no column of these kinds. Wrong content (`wrong`) is counted by a person's review.

    Args:
        kinds: Kinds of columns, any one of which is enough.
    """
    if any(not column.is_blank for column in site.columns_of(*kinds)):
        return passed()
    return _no_column(site, kinds)


def may_be_among(site: SiteSnapshot) -> bool:
    """Return whether a column that was not observed may exist: columns were not read in full, or one has an unknown kind."""
    return "columns" in site.partial or not all(is_known_kind("column", kind) for kind in site.columns_by_kind)


def _no_column(site: SiteSnapshot, kinds: Kinds) -> CheckResult:
    if may_be_among(site):
        return inconclusive("column_not_seen", kinds=kinds, possible={"missing": 1})
    evidence = [Evidence(column.name, column.url, None, 0) for column in site.columns_of(*kinds)]
    return failed("column_missing", evidence=evidence, faults={"missing": 1}, kinds=kinds)


@check("site.column_stale", needs="columns", faults=("missing", "stale"), version=3)
def column_stale(
    site: SiteSnapshot,
    *,
    kinds: Kinds,
    window: Annotated[Window, Strictness.SHORTER],
    first_level_only: Annotated[bool, Strictness.FALSE] = False,
) -> CheckResult:
    """Check whether there is no column of these kinds, or one of them was not updated inside the window.

    Args:
        kinds: Kinds of columns.
        window: Time that counts back from the monitoring point.
        first_level_only: Whether only first-level columns (一级栏目) must be up to date.
    """
    columns = site.columns_of(*kinds)
    if not any(not column.is_blank for column in columns):
        return _no_column(site, kinds)
    span = window.before(site.observed_at)
    groups = site.columns_by_kind
    if all(groups[kind].all_updated(span) for kind in kinds if kind in groups):
        return passed()
    judged = [column for column in columns if not first_level_only or column.level in (None, 1)]
    answers = [(column, column_updated(column, span)) for column in judged if not column.is_blank]
    stale = [column for column, updated in answers if updated is False and (column.level is not None or not first_level_only)]
    unknown = sum(updated is not True for _, updated in answers) - len(stale)
    evidence = [_dated(column, window) for column in stale]
    if stale:
        names = tuple(column.name for column in stale)
        possible = {"stale": unknown} if unknown else {}
        args: dict[str, Any] = {"count": len(stale), "window": window, "names": names}
        return failed("column_stale", evidence=evidence, faults={"stale": len(stale)}, possible=possible, **args)
    if unknown:
        return inconclusive("column_dates_unknown", possible={"stale": unknown}, kinds=kinds)
    return passed()


def _dated(column: Column, window: Window) -> Evidence:
    newest = _newest_of(column)
    return Evidence(column.name, column.url, newest if not isinstance(newest, str) else None, newest, window)


@check("site.columns_behind", needs="columns", faults=("stale",), version=2)
def columns_behind(
    site: SiteSnapshot,
    *,
    kinds: Annotated[Kinds, Strictness.MORE] = (),
    except_kinds: Annotated[Kinds, Strictness.FEWER] = (),
    home_columns: bool | None = None,
    window: Annotated[Window, Strictness.SHORTER],
) -> CheckResult:
    """Find columns that were not updated inside the window, a blank one included; a column that need not exist is not missed.

    Args:
        kinds: Kinds of columns; none for all.
        except_kinds: Kinds that are left out.
        home_columns: True for columns of the home page only (首页栏目), False for all others, None for both.
        window: Time that counts back from the monitoring point.

    Source:
        国办发〔2015〕15号附件2, 信息更新情况: 基本信息; local update plans.
    """
    span = window.before(site.observed_at)
    stale: list[Column] = []
    unknown = 0
    for column in site.columns or ():
        meant = _is_meant(column, kinds, except_kinds, home_columns)
        if meant is False or column.finished:
            continue
        updated = column_updated(column, span)
        if updated is False and meant:
            stale.append(column)
        elif not updated:
            unknown += 1
    possible = {"stale": unknown} if unknown else {}
    if stale:
        args: dict[str, Any] = {"count": len(stale), "window": window, "names": tuple(column.name for column in stale)}
        evidence = [_dated(column, window) for column in stale]
        return failed("column_stale", evidence=evidence, faults={"stale": len(stale)}, possible=possible, **args)
    if unknown:
        return inconclusive("columns_behind_unknown", possible=possible, count=unknown, window=window)
    return inconclusive("columns_partly_seen", possible={"stale": 1}) if "columns" in site.partial else passed()


def _is_meant(column: Column, kinds: Kinds, except_kinds: Kinds, home_columns: bool | None) -> bool | None:
    """Return whether a rule for these kinds and places applies to the column; None when its kind or place is not known."""
    is_known = True
    if kinds or except_kinds:
        if column.kind is None:
            is_known = False
        elif column.kind in except_kinds or (kinds and column.kind not in kinds):
            return False
    if home_columns is not None:
        if column.on_home is None:
            is_known = False
        elif column.on_home != home_columns:
            return False
    return True if is_known else None


@check("site.columns_other_faulty", needs="columns", faults=("blank", "stale"), version=3)
def columns_other_faulty(
    site: SiteSnapshot,
    *,
    judged_elsewhere: Kinds,
    default_cycle: Annotated[Window | None, Strictness.SHORTER] = None,
) -> CheckResult:
    """Find blank columns, and columns that were not updated within their cycle, that cost no points under another indicator.

    Args:
        judged_elsewhere: Kinds of columns that other indicators deduct for; nothing is deducted twice.
        default_cycle: Cycle of columns that promise none; None where no rule states one.
    """
    blank: list[Evidence] = []
    stale: list[Evidence] = []
    unknown_blank = unknown_stale = 0
    columns: list[Column] = []
    unread = _unread_cycles(site)
    groups = [group for kind, group in site.columns_by_kind.items() if kind not in judged_elsewhere]
    for group in groups:
        if default_cycle is None and not group.promising and not group.empty and not unread:
            continue
        columns += group.columns
    for column in columns:
        empty = column.is_blank
        # A column of a kind that nobody knows may be one that another indicator deducts for.
        is_other = column.kind is None or is_known_kind("column", column.kind)
        if empty:
            if is_other:
                blank.append(Evidence(column.name, column.url, None, 0))
            else:
                unknown_blank += 1
            continue
        cycle = column.cycle or default_cycle
        updated = None if cycle is None else column_updated(column, cycle.before(site.observed_at))
        if empty is None:
            unknown_blank += 1
        elif id(column) in unread:
            unknown_stale += not (column.finished or column_updated(column, _SHORTEST_CYCLE.before(site.observed_at)))
        elif cycle is not None and (updated is None or not (updated or is_other)):
            unknown_stale += 1
        elif cycle is not None and not updated and not column.finished:
            stale.append(_dated(column, cycle))
    faults = {kind: number for kind, number in (("blank", len(blank)), ("stale", len(stale))) if number}
    open_ones = {kind: number for kind, number in (("blank", unknown_blank), ("stale", unknown_stale)) if number}
    if faults:
        args = {"blank": len(blank), "stale": len(stale)}
        return failed("columns_other_faulty", evidence=(*blank, *stale), faults=faults, possible=open_ones, **args)
    if open_ones or "columns" in site.partial:
        return inconclusive("columns_partly_seen", possible=open_ones)
    return passed()


@check("site.columns_without_daily_items", needs="columns")
def columns_without_daily_items(
    site: SiteSnapshot,
    *,
    kinds: Annotated[Kinds, Strictness.MORE],
    days: Annotated[Positive, Strictness.HIGHER],
    calendar: Calendar,
) -> CheckResult:
    """Find columns without a new item on one of the last whole working days (每个工作日至少更新1条).

    Days before the oldest entry on record are unknown, because a list shows only its newest page.

    Args:
        kinds: Kinds of columns.
        days: Number of whole working days before the monitoring point that are looked at.
        calendar: The calendar of working days.

    Source:
        Local notices; see the indicator.
    """
    zone = zone_of(site.observed_at)
    try:
        workdays = _last_workdays(day_of(site.observed_at, zone), days, calendar)
    except CalendarError:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage)
    lacking: list[Evidence] = []
    unknown = 0
    for column in site.columns or ():
        if column.finished or (column.kind is not None and column.kind not in kinds):
            continue
        empty, unseen = _days_without(column, workdays, zone)
        if empty and column.kind is not None:
            lacking.append(Evidence(column.name, column.url, column.latest_entry_at, tuple(f"{day:%Y-%m-%d}" for day in empty)))
        elif empty or unseen:
            unknown += 1
    args: dict[str, Any] = {"days": days, "kinds": kinds}
    if lacking:
        return failed("days_without_items", evidence=lacking, count=len(lacking), **args)
    if unknown or "columns" in site.partial:
        return inconclusive("days_unknown", count=unknown, **args)
    return passed()


def _last_workdays(today: date, days: int, calendar: Calendar) -> list[date]:
    """Return the last whole working days before `today`, the newest first."""
    workdays: list[date] = []
    day = today
    while len(workdays) < days:
        day -= timedelta(days=1)
        if calendar.is_workday(day):
            workdays.append(day)
    return workdays


def _days_without(column: Column, workdays: Iterable[date], zone: tzinfo) -> tuple[list[date], list[date]]:
    """Return the days certainly without an item, and the undecided days."""
    if column.is_blank:
        return list(workdays), []
    newest = None if column.latest_entry_at is None else day_of(column.latest_entry_at, zone)
    if column.entries is None:
        later = [day for day in workdays if newest is not None and day > newest]
        dated = newest if column.latest_entry_from is None else None
        return later, [day for day in workdays if day not in later and day != dated]
    shown = {day_of(entry.published_at, zone) for entry in column.entries if entry.published_at is not None}
    oldest = min(shown, default=date.max)
    if not shown:
        return list(workdays), []  # an entry without a date counts as not updated
    return [day for day in workdays if day not in shown and day > oldest], [day for day in workdays if day < oldest]
