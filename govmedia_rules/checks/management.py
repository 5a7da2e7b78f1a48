"""Local management requirements (管理类) of accounts and sites; they are faults, not vetoes, unless a rulebook says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, needs_review, passed
from govmedia_rules.core.time import Window, day_of, earliest, latest
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.core.workdays import Calendar, WorkCalendar
from govmedia_rules.errors import CalendarError
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Message

Kinds = tuple[str, ...]


@check("account.owner_kind_forbidden", needs="owner_kind")
def owner_kind_forbidden(account: AccountSnapshot, *, forbidden: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """The account is opened by a body that may not own one (以企业为主体开设).

    Args:
        forbidden: Kinds of owners that are not allowed.
    """
    kind = account.owner_kind
    if kind in forbidden:
        owner = account.seen_owner or account.account.owner
        return failed(
            "owner_kind_forbidden", evidence=[Evidence("owner", owner, account.observed_at, kind)], owner=owner, kind=kind
        )
    return passed()


@check("account.owner_mismatched", needs="seen_owner")
def owner_mismatched(account: AccountSnapshot) -> CheckResult:
    """The owner the platform shows differs from the registered one (开设主体与信息报送系统不一致)."""
    return _mismatch("owner_mismatched", account.seen_owner, account.account.owner)


@check("account.name_mismatched", needs="seen_name")
def name_mismatched(account: AccountSnapshot) -> CheckResult:
    """The name the platform shows differs from the registered one (账号实际名称与信息报送系统不一致)."""
    return _mismatch("name_mismatched", account.seen_name, account.account.name)


def _mismatch(reason: str, seen: str | None, registered: str | None) -> CheckResult:
    assert seen is not None
    if registered is None:
        return inconclusive("not_registered_value")
    if key_of(seen) == key_of(registered):
        return passed()
    return failed(reason, evidence=[Evidence(seen, None, None, seen, registered)], seen=seen, registered=registered)


@check("account.deregistration_slow")
def deregistration_slow(account: AccountSnapshot, *, limit: Annotated[Window | None, Strictness.SHORTER] = None) -> CheckResult:
    """De-registration was asked for and takes too long (注销过程耗时较长).

    Args:
        limit: Longest time from the request to the closing; None where no rule states one, and then nobody can tell.
    """
    since = account.account.closing_since
    if since is None:
        if account.account.status == "closing":
            return inconclusive("closing_since_unknown")
        return passed()
    if limit is None:
        return inconclusive("closing_limit_unset", since=since)
    zone = account.observed_at.tzinfo
    assert zone is not None
    closed = account.account.closed_at
    # Bare days are read in the unit's favour: asked late on the first day, closed early on the last.
    end = earliest(closed, zone) if closed is not None else account.observed_at
    if latest(since, zone) >= limit.start(end):
        return passed()
    evidence = [Evidence("closing", account.account.url, since, closed, limit)]
    return failed("deregistration_slow", evidence=evidence, since=since, closed=closed, limit=limit)


@check("account.unreported")
def unreported(account: AccountSnapshot) -> CheckResult:
    """The account was opened without being reported to the supervising office (违规开设，未按程序报备)."""
    status = account.account.status
    if status == "unreported":
        return failed("unreported", evidence=[Evidence(account.account.name, account.account.url, account.observed_at, status)])
    return passed() if status is not None else inconclusive("status_unknown")


@check("account.commercial_words", needs="posts")
def commercial_words(account: AccountSnapshot, *, words: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Posts that hold words of commercial advertising (存在商业信息), as candidates for a person.

    Args:
        words: Words that make a post a candidate.
    """
    found: list[Evidence] = []
    for post in account.posts or ():
        text = f"{post.title}\n{post.text or ''}"
        hits = tuple(word for word in words if word in text)
        if hits:
            found.append(Evidence(post.title or "post", post.url, post.published_at, hits))
    return needs_review("commercial_words", evidence=found, count=len(found)) if found else passed()


@check("account.replies_late", needs="messages")
def account_replies_late(
    account: AccountSnapshot,
    *,
    working_days: Annotated[int, Field(ge=1), Strictness.LOWER],
    window: Annotated[Window, Strictness.LONGER],
    simple_only: Annotated[bool, Strictness.FALSE] = False,
    calendar: Calendar,
) -> CheckResult:
    """A message to the account was answered, or still waits, later than the working days allowed.

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
    working_days: Annotated[int, Field(ge=1), Strictness.LOWER],
    window: Annotated[Window, Strictness.LONGER],
    simple_only: Annotated[bool, Strictness.FALSE] = False,
    calendar: Calendar,
) -> CheckResult:
    """A message on the site was answered, or still waits, later than the working days allowed.

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
    zone = point.tzinfo
    assert zone is not None
    late: list[Evidence] = []
    unclear: list[Evidence] = []
    outside = unknown = sure = doubtful = 0
    for message in messages or ():
        if message.valid is False or (simple_only and message.simple is False):
            continue
        if message.asked_at is None or message.answered is None:
            unknown += 1
            continue
        if not span.has(message.asked_at):
            continue
        if message.answered and message.answered_at is None:
            unknown += 1
            continue
        asked: date = day_of(message.asked_at, zone)
        ended = day_of(message.answered_at if message.answered_at is not None else point, zone)
        try:
            counted = calendar.count(asked, ended)
        except CalendarError:
            outside += 1
            continue
        # A question that still waits has been late only when a whole further working day has begun.
        if counted.days <= limit:
            continue
        skipped = tuple(f"{day:%Y-%m-%d} {why}" for day, why in counted.skipped)
        pieces = [Evidence(message.title or "message", message.url, message.asked_at, counted.days, limit)]
        pieces += [Evidence("days_skipped", None, ended, skipped)] if skipped else []
        if simple_only and message.simple is None:
            unclear += pieces
            doubtful += 1
        else:
            late += pieces
            sure += 1
    args: dict[str, Any] = {"count": sure or doubtful, "limit": limit}
    if late:
        return failed("replies_late", evidence=late, faults={"late": sure}, **args)
    if outside:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage, **args)
    if unclear:
        return needs_review("replies_late_unclear", evidence=unclear, **args)
    return inconclusive("replies_unknown", **args) if unknown else passed()
