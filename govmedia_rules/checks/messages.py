"""Messages and enquiries of people: answered, in time, published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
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
from govmedia_rules.checks.interaction import has_column
from govmedia_rules.core.time import Moment, Window, day_of, earliest, latest, zone_of
from govmedia_rules.core.workdays import Calendar, WorkCalendar, WorkingDays
from govmedia_rules.errors import CalendarError, closest
from govmedia_rules.snapshots.kinds import is_known as is_known_kind
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Enquiry, Message


@check("site.messages_unanswered", needs="messages", version=3)
def messages_unanswered(
    site: SiteSnapshot,
    *,
    window: Annotated[Window, Strictness.LONGER],
    wait: Annotated[Window, Strictness.SHORTER],
    excluded_kinds: Annotated[Kinds, Strictness.FEWER],
    late_answers_count: Annotated[bool, Strictness.TRUE],
) -> CheckResult:
    """Check whether a valid message of the window has waited longer than allowed for a response (超过3个月未回应有效留言).

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
    zone = zone_of(point)
    first = window.start(point)
    must_be_after = wait.start(point)
    certain: list[Evidence] = []
    candidates: list[Evidence] = []
    unknown = 0
    for message in site.messages:
        if message.valid is False or message.column_kind in excluded_kinds:
            continue
        if message.asked_at is None or earliest(message.asked_at, zone) > point:
            # Nobody knows since when it waits, or has waited; what was there at the point was not put after it.
            unknown += message.answered is not True or late_answers_count
            continue
        # A bare day is read in the unit's favour at both ends: put before the window began, and as late as it can be.
        asked = latest(message.asked_at, zone)
        if earliest(message.asked_at, zone) < first or asked >= must_be_after:
            continue
        is_answered, answered = answer_by(message, message.asked_at, point)
        if is_answered:
            if not late_answers_count:
                continue
            if answered is None:  # nobody can tell whether the answer came in time
                unknown += 1
                continue
            if asked >= wait.start(earliest(answered, zone)):
                continue
        evidence = Evidence(message.title or "message", message.url, message.asked_at, answered, wait)
        if is_answered is None:
            unknown += 1
        elif message.valid is None or not _is_known_column(message.column_kind):
            candidates.append(evidence)
        else:
            certain.append(evidence)
    args: dict[str, Any] = {"wait": wait, "window": window}
    if certain:
        return failed("messages_unanswered", evidence=(*certain, *candidates), count=len(certain), **args)
    if candidates:
        return needs_review("messages_unanswered_unclear", evidence=candidates, count=len(candidates), **args)
    if unknown or "messages" in site.partial:
        return inconclusive("messages_unknown", count=unknown, **args)
    return passed()


def _is_known_column(kind: str | None) -> bool:
    """Return whether the kind of a message's column is known; messages of an unknown kind may have to be left out."""
    return is_known_kind("channel", kind) or is_known_kind("column", kind)


@check("site.consultation_idle", needs=("columns|channels", "messages"), faults=("missing", "idle"))
def consultation_idle(site: SiteSnapshot, *, kinds: Kinds, window: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Check whether no column takes questions, or it got no valid message inside the window (政务咨询类栏目).

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


@check("account.replies_late", needs="messages")
def account_replies_late(
    account: AccountSnapshot,
    *,
    working_days: Annotated[Positive, Strictness.LOWER],
    window: Annotated[Window, Strictness.LONGER],
    simple_only: Annotated[bool, Strictness.FALSE] = False,
    calendar: Calendar,
) -> CheckResult:
    """Check whether a message to the account was answered, or still waits, later than the working days allowed.

    Args:
        working_days: Working days to an answer; an answer on the last of them is in time.
        window: Messages put inside it count.
        simple_only: Whether only simple common questions count.
        calendar: The calendar of working days.
    """
    return _replies_late(account.messages, account.observed_at, working_days, window, simple_only, calendar)


@check("site.replies_late", needs="messages")
def site_replies_late(
    site: SiteSnapshot,
    *,
    working_days: Annotated[Positive, Strictness.LOWER],
    window: Annotated[Window, Strictness.LONGER],
    simple_only: Annotated[bool, Strictness.FALSE] = False,
    calendar: Calendar,
) -> CheckResult:
    """Check whether a message on the site was answered, or still waits, later than the working days allowed.

    Args: as for `account.replies_late`.
    """
    return _replies_late(site.messages, site.observed_at, working_days, window, simple_only, calendar)


def _replies_late(
    messages: tuple[Message, ...] | None,
    point: datetime,
    limit: int,
    window: Window,
    simple_only: bool,
    calendar: WorkCalendar,
) -> CheckResult:
    span = window.before(point)
    zone = zone_of(point)
    late: list[Evidence] = []
    unclear: list[Evidence] = []
    outside = unknown = certain = doubtful = 0
    for message in messages or ():
        if message.valid is False or (simple_only and message.simple is False):
            continue
        if message.asked_at is None or message.answered is None:
            unknown += 1
            continue
        if not span.has(message.asked_at):
            continue
        is_answered, answered_at = answer_by(message, message.asked_at, point)
        if is_answered is None or (is_answered and answered_at is None):
            unknown += 1
            continue
        asked: date = day_of(message.asked_at, zone)
        ended = day_of(answered_at if answered_at is not None else point, zone)
        # A question that still waits has been late only when a whole further working day has begun.
        is_late = calendar.has_more_than(limit, asked, ended)
        if is_late is None:
            outside += 1
        if not is_late:
            continue
        try:
            counted = calendar.count(asked, ended)
        except CalendarError:  # late for certain, though the last of the days are not covered
            counted = WorkingDays(limit + 1, (), ())
        skipped = tuple(f"{day:%Y-%m-%d} {why}" for day, why in counted.skipped)
        pieces = [Evidence(message.title or "message", message.url, message.asked_at, counted.days, limit)]
        pieces += [Evidence("days_skipped", None, ended, skipped)] if skipped else []
        if simple_only and message.simple is None:
            unclear += pieces
            doubtful += 1
        else:
            late += pieces
            certain += 1
    args: dict[str, Any] = {"count": certain or doubtful, "limit": limit}
    if late:
        return failed("replies_late", evidence=late, faults={"late": certain}, **args)
    if outside:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage, **args)
    if unclear:
        return needs_review("replies_late_unclear", evidence=unclear, **args)
    return inconclusive("replies_unknown", **args) if unknown else passed()


_BOARD_FAULTS = ("unpublished", "stale", "field_missing", "no_statistics")


@check("site.messages_unpublished", needs="message_board", faults=_BOARD_FAULTS, version=2)
def messages_unpublished(
    site: SiteSnapshot,
    *,
    window: Annotated[Window, Strictness.SHORTER],
    fields: Annotated[Kinds, Strictness.MORE],
    column_kinds: Kinds,
) -> CheckResult:
    """Check whether messages and answers are not published, not lately, not with all their facts, or without statistics (留言公开).

    Args:
        window: Published items must have been updated inside it.
        fields: Facts each published item must show (`asked_at`, `answered_at`, `unit`, `answer`).
        column_kinds: Kinds of columns whose messages are looked at.
    """
    board = site.message_board
    assert board is not None
    if board.published is False:
        return failed("messages_unpublished", faults={"unpublished": 1})
    faults: dict[str, int] = {}
    possible: dict[str, int] = {}
    evidence: list[Evidence] = []
    newest = board.latest_published_at
    if newest is None:
        possible["stale"] = 1
    elif window.before(site.observed_at).is_before(newest):
        possible["stale"] = 1  # it was there at the point, so nobody knows when it was published
    elif not window.before(site.observed_at).has(newest):
        faults["stale"] = 1
        evidence.append(Evidence("message_board", None, newest, newest, window))
    shown = [
        message
        for message in site.messages or ()
        if message.shown is not None and (message.column_kind is None or message.column_kind in column_kinds)
    ]
    absent, doubtful = _facts_not_shown(shown, fields)
    if absent:
        faults["field_missing"] = len(absent)
        evidence += absent.values()
    if doubtful or not shown:
        possible["field_missing"] = len(doubtful if shown else fields)
    if board.has_statistics is False:
        faults["no_statistics"] = 1
    elif board.has_statistics is None:
        possible["no_statistics"] = 1
    if board.published is None:
        possible["unpublished"] = 1
    if faults:
        return failed("messages_board_faulty", evidence=evidence, faults=faults, possible=possible, found=tuple(faults))
    return inconclusive("message_board_unknown", possible=possible) if possible else passed()


def _facts_not_shown(messages: Iterable[Message], fields: Kinds) -> tuple[dict[str, Evidence], set[str]]:
    """Return the facts that messages do not show, each with the first such message, and those that may only be misspelt."""
    absent: dict[str, Evidence] = {}
    doubtful: set[str] = set()
    for message in messages:
        shown = message.shown or ()
        lacking = [name for name in fields if name not in shown]
        misspelt = {closest(name, lacking) for name in shown if name not in fields}
        for name in lacking:
            if name in misspelt:
                doubtful.add(name)
            else:
                absent.setdefault(name, Evidence(message.title or "message", message.url, None, name))
    return absent, doubtful - absent.keys()


@check("site.enquiries_unanswered", needs="enquiries", faults=("late", "poor"))
def enquiries_unanswered(
    site: SiteSnapshot,
    *,
    working_days: Annotated[Positive, Strictness.LOWER],
    calendar: Calendar,
) -> CheckResult:
    """Check whether simple common questions put by inspectors were not answered in time, or poorly (办理答复).

    Args:
        working_days: Working days to an answer; an answer on the last of them is in time.
        calendar: The calendar of working days.
    """
    late: list[Evidence] = []
    poor: list[Evidence] = []
    unknown = outside = 0
    for enquiry in site.enquiries or ():
        try:
            answer = _in_time(enquiry, site, working_days, calendar)
        except CalendarError:
            outside += 1
            continue
        piece = Evidence(enquiry.question or "enquiry", None, enquiry.asked_at, enquiry.answered_at, working_days)
        if answer is False:
            late.append(piece)
        elif answer is None:
            unknown += 1
        elif enquiry.poor:
            poor.append(piece)
    faults = {kind: len(pieces) for kind, pieces in (("late", late), ("poor", poor)) if pieces}
    possible = {"late": unknown + outside} if unknown + outside else {}
    if faults:
        args = {"late": len(late), "poor": len(poor), "limit": working_days}
        return failed("enquiries_unanswered", evidence=(*late, *poor), faults=faults, possible=possible, **args)
    if outside:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage, possible=possible)
    return inconclusive("enquiries_unknown", possible=possible) if unknown or not site.enquiries else passed()


def answer_by(item: Message | Enquiry, asked_at: Moment, point: datetime) -> tuple[bool | None, Moment | None]:
    """Return whether a message was answered by the monitoring point, and when.

    An answer dated after the point was not there yet. One dated before the question contradicts it, so that nobody knows whether
    it was answered: (None, None).

    Args:
        item: The message or enquiry.
        asked_at: When it was put.
        point: The monitoring point.
    """
    zone = zone_of(point)
    answered_at = item.answered_at
    if answered_at is None:
        return item.answered, None
    if earliest(answered_at, zone) > point:
        return False, None
    if latest(answered_at, zone) < earliest(asked_at, zone):
        return None, None
    return True, answered_at


def _in_time(enquiry: Enquiry, site: SiteSnapshot, limit: int, calendar: WorkCalendar) -> bool | None:
    """Return whether an enquiry was answered within the working days; None while it still may be."""
    zone = zone_of(site.observed_at)
    asked: date = day_of(enquiry.asked_at, zone)
    is_answered, answered_at = answer_by(enquiry, enquiry.asked_at, site.observed_at)
    if is_answered is None or (is_answered and answered_at is None):
        return None
    is_late = calendar.has_more_than(limit, asked, day_of(answered_at if answered_at is not None else site.observed_at, zone))
    if is_late is None:
        raise CalendarError(f"the calendar covers {calendar.coverage}", zh=f"工作日历覆盖 {calendar.coverage}")
    if is_answered:
        return not is_late
    return False if is_late else None


@check("site.enquiries_answered_fast", needs="enquiries")
def enquiries_answered_fast(site: SiteSnapshot, *, working_days: Annotated[int, Field(ge=1)], calendar: Calendar) -> CheckResult:
    """Check whether every simple common question was answered within very few working days (a bonus).

    Args:
        working_days: Working days to an answer.
        calendar: The calendar of working days.
    """
    try:
        answers = [_in_time(enquiry, site, working_days, calendar) for enquiry in site.enquiries or ()]
    except CalendarError:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage)
    if not answers or None in answers:
        return inconclusive("enquiries_unknown")
    return passed("enquiries_fast", limit=working_days) if all(answers) else failed("enquiries_not_fast", limit=working_days)
