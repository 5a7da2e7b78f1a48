"""互动交流: deductions and bonuses for messages, enquiries, login and activities (国办秘函〔2019〕19号, parts 2 and 3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, passed
from govmedia_rules.core.time import Window, day_of
from govmedia_rules.core.workdays import Calendar, WorkCalendar
from govmedia_rules.errors import CalendarError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Enquiry

Kinds = tuple[str, ...]


@check("site.submission_fails", needs="submission_works", faults=("fails",))
def submission_fails(site: SiteSnapshot) -> CheckResult:
    """A message could not be submitted through the site's interactive function (信息提交)."""
    return passed() if site.submission_works else failed("submission_fails", faults={"fails": 1})


@check("site.login_split", needs="unified_login", faults=("split",))
def login_split(site: SiteSnapshot) -> CheckResult:
    """The interactive columns do not share one registration and login (统一登录)."""
    return passed() if site.unified_login else failed("login_split", faults={"split": 1})


@check("site.messages_unpublished", needs="message_board", faults=("unpublished", "stale", "field_missing", "no_statistics"))
def messages_unpublished(
    site: SiteSnapshot,
    *,
    window: Annotated[Window, Strictness.SHORTER],
    fields: Annotated[Kinds, Strictness.MORE],
    column_kinds: Kinds,
) -> CheckResult:
    """Messages and answers are not published, not lately, not with all their facts, or without statistics (留言公开).

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
    elif not window.before(site.observed_at).has(newest):
        faults["stale"] = 1
        evidence.append(Evidence("message_board", None, newest, newest, window))
    absent: dict[str, Evidence] = {}
    looked = 0
    for message in site.messages or ():
        if message.shown is None or (message.column_kind is not None and message.column_kind not in column_kinds):
            continue
        looked += 1
        for name in fields:
            if name not in message.shown and name not in absent:
                absent[name] = Evidence(message.title or "message", message.url, None, name)
    if absent:
        faults["field_missing"] = len(absent)
        evidence += absent.values()
    elif not looked:
        possible["field_missing"] = len(fields)
    if board.has_statistics is False:
        faults["no_statistics"] = 1
    elif board.has_statistics is None:
        possible["no_statistics"] = 1
    if board.published is None:
        possible["unpublished"] = 1
    if faults:
        return failed("messages_board_faulty", evidence=evidence, faults=faults, possible=possible, found=tuple(faults))
    return inconclusive("message_board_unknown", possible=possible) if possible else passed()


@check("site.enquiries_unanswered", needs="enquiries", faults=("late", "poor"))
def enquiries_unanswered(
    site: SiteSnapshot,
    *,
    working_days: Annotated[int, Field(ge=1), Strictness.LOWER],
    calendar: Calendar,
) -> CheckResult:
    """Simple common questions put by inspectors were not answered in time, or poorly (办理答复).

    Args:
        working_days: Working days to an answer; an answer on the last of them is in time.
        calendar: The calendar of working days.
    """
    late: list[Evidence] = []
    poor: list[Evidence] = []
    unknown = 0
    for enquiry in site.enquiries or ():
        try:
            answer = _in_time(enquiry, site, working_days, calendar)
        except CalendarError:
            return inconclusive("calendar_not_covering", coverage=calendar.coverage, possible={"late": len(site.enquiries or ())})
        piece = Evidence(enquiry.question or "enquiry", None, enquiry.asked_at, enquiry.answered_at, working_days)
        if answer is False:
            late.append(piece)
        elif answer is None:
            unknown += 1
        elif enquiry.poor:
            poor.append(piece)
    faults = {kind: len(found) for kind, found in (("late", late), ("poor", poor)) if found}
    possible = {"late": unknown} if unknown else {}
    if faults:
        args = {"late": len(late), "poor": len(poor), "limit": working_days}
        return failed("enquiries_unanswered", evidence=(*late, *poor), faults=faults, possible=possible, **args)
    return inconclusive("enquiries_unknown", possible=possible) if unknown or not site.enquiries else passed()


def _in_time(enquiry: Enquiry, site: SiteSnapshot, limit: int, calendar: WorkCalendar) -> bool | None:
    """Whether an enquiry was answered within the working days; None while it still may be."""
    zone = site.observed_at.tzinfo
    assert zone is not None
    asked: date = day_of(enquiry.asked_at, zone)
    if enquiry.answered and enquiry.answered_at is None:
        return None
    ended = enquiry.answered_at if enquiry.answered_at is not None else site.observed_at
    days = calendar.count(asked, day_of(ended, zone)).days
    if enquiry.answered:
        return days <= limit
    return False if days > limit and enquiry.answered is False else None


@check("site.enquiries_answered_fast", needs="enquiries")
def enquiries_answered_fast(site: SiteSnapshot, *, working_days: Annotated[int, Field(ge=1)], calendar: Calendar) -> CheckResult:
    """A bonus: every simple common question was answered within very few working days.

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


@check("site.activities_held", needs="activities")
def activities_held(
    site: SiteSnapshot,
    *,
    kind: str,
    channel_kinds: Kinds = (),
    window: Window,
    count: Annotated[int, Field(ge=1)],
) -> CheckResult:
    """A bonus: enough surveys or interviews were held inside the window, and there is a channel for them.

    Args:
        kind: `survey` or `interview`.
        channel_kinds: Kinds of channels, one of which must exist; none for no such condition.
        window: Time that counts back from the monitoring point.
        count: Number of activities needed.
    """
    span = window.before(site.observed_at)
    mine = [activity for activity in site.activities or () if activity.kind == kind]
    held = [activity for activity in mine if activity.held_at is not None and span.has(activity.held_at)]
    undated = sum(activity.held_at is None for activity in mine)
    args: dict[str, Any] = {"count": len(held), "limit": count, "kind": kind, "window": window}
    if channel_kinds:
        if site.channels is None:
            return inconclusive("channels_not_seen", **args)
        if not any(channel.kind in channel_kinds and channel.effective is not False for channel in site.channels):
            return failed("activities_without_channel", **args)
    if len(held) >= count:
        return passed("activities_held", **args)
    if len(held) + undated >= count or "activities" in site.partial:
        return inconclusive("activities_undated", **args)
    return failed("activities_few", **args)
