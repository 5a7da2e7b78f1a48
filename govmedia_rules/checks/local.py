"""Further local requirements: frequency, originals, relays, re-checks, reports beforehand, privacy.

The notice behind each is named in the rulebook that uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Any

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Strictness, check, failed, inconclusive, needs_review, passed
from govmedia_rules.checks.site_vetoes import has_failed
from govmedia_rules.core.time import Moment, Window, day_of, earliest, latest
from govmedia_rules.core.workdays import Calendar
from govmedia_rules.errors import CalendarError
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Column, OfflineNotice, Relay

Kinds = tuple[str, ...]
Count = Annotated[int, Field(ge=1)]


@check("account.posts_few", needs="posts|latest_post_at|post_count")
def posts_few(
    account: AccountSnapshot,
    *,
    count: Annotated[Count, Strictness.HIGHER],
    window: Annotated[Window, Strictness.SHORTER],
    original_only: Annotated[bool, Strictness.TRUE] = False,
) -> CheckResult:
    """Fewer posts than demanded were published inside the window (每周发布条数, 每月原创条数).

    Args:
        count: Number of posts demanded.
        window: Time that counts back from the monitoring point.
        original_only: Whether only the unit's own work (原创) counts.

    Source:
        Local notices; see the indicator.
    """
    span = window.before(account.observed_at)
    args: dict[str, Any] = {"limit": count, "window": window}
    if account.posts is None:
        newest = account.latest_post_at
        if account.post_count == 0 or (newest is not None and not span.has(newest) and not span.is_before(newest)):
            return failed("posts_few", evidence=[Evidence("posts", account.account.url, newest, 0, count)], count=0, **args)
        if newest is not None and span.has(newest) and count == 1 and not original_only:
            return passed()
        return inconclusive("posts_not_counted", **args)
    recent = [post for post in account.posts if post.published_at is not None and span.has(post.published_at)]
    sure = sum(post.original is True for post in recent) if original_only else len(recent)
    if sure >= count:
        return passed()
    maybe = sum(post.original is None for post in recent) if original_only else 0
    if sure + maybe >= count or "posts" in account.partial:
        return inconclusive("posts_not_counted", **args)
    evidence = [Evidence("posts", account.account.url, account.latest_post_at, sure, count)]
    return failed("originals_few" if original_only else "posts_few", evidence=evidence, count=sure, **args)


@check("account.uncertified", needs="certified")
def uncertified(account: AccountSnapshot) -> CheckResult:
    """The platform does not mark the account as official (未进行机构认证)."""
    return passed() if account.certified else failed("uncertified", evidence=[Evidence(account.account.name, account.account.url)])


@check("account.not_found", needs="found")
def not_found(account: AccountSnapshot) -> CheckResult:
    """The registered account cannot be found on its platform: a new name or a closing was not reported (查找不到账号)."""
    if account.found or account.account.status == "closed":
        return passed()
    return failed("account_not_found", evidence=[Evidence(account.account.name, account.account.url, account.observed_at)])


@check("account.unrectified", needs="earlier_faults")
def unrectified(account: AccountSnapshot) -> CheckResult:
    """A fault of the last round was not put right (上期问题未整改)."""
    open_ones = [fault for fault in account.earlier_faults or () if fault.rectified is False]
    unknown = sum(fault.rectified is None for fault in account.earlier_faults or ())
    if open_ones:
        evidence = [Evidence(fault.problem, None, fault.found_at) for fault in open_ones]
        return failed("unrectified", evidence=evidence, count=len(open_ones))
    if unknown or "earlier_faults" in account.partial:
        return inconclusive("rectification_unknown", count=unknown)
    return passed()


@check("account.functions_broken", needs="functions")
def functions_broken(account: AccountSnapshot) -> CheckResult:
    """Functions the account offers do not do what they say (功能无法使用)."""
    broken = [function for function in account.functions or () if function.works is False]
    untried = sum(function.works is None for function in account.functions or ())
    if broken:
        evidence = [Evidence(function.name or function.kind, account.account.url, None, function.kind) for function in broken]
        return failed("functions_broken", evidence=evidence, count=len(broken))
    return inconclusive("functions_not_tried", count=untried) if untried or "functions" in account.partial else passed()


@check("site.relays_missing", needs="relays")
def site_relays_missing(site: SiteSnapshot, *, within: Annotated[Window | None, Strictness.SHORTER] = None) -> CheckResult:
    """Items of authorities above were not passed on, or too late (未按要求转载上级重要信息).

    Args:
        within: Longest time from publication above to passing on; None where only passing on at all is demanded.
    """
    return _relays(site.relays or (), within, site.observed_at, "relays" in site.partial)


@check("account.relays_missing", needs="relays")
def account_relays_missing(account: AccountSnapshot, *, within: Annotated[Window | None, Strictness.SHORTER] = None) -> CheckResult:
    """Items of authorities above were not passed on, or too late.

    Args: as for `site.relays_missing`.
    """
    return _relays(account.relays or (), within, account.observed_at, "relays" in account.partial)


def _relays(relays: Sequence[Relay], within: Window | None, point: datetime, is_partial: bool) -> CheckResult:
    zone = point.tzinfo
    assert zone is not None
    missing: list[Evidence] = []
    late: list[Evidence] = []
    unknown = 0
    for one in relays:
        piece = Evidence(one.title, one.url, one.issued_at, one.relayed_at, within)
        end = point if one.relayed_at is None else earliest(one.relayed_at, zone)
        # Bare days are read in the unit's favour: issued at the end of its day, passed on at the beginning.
        in_time = None if within is None or one.issued_at is None else latest(one.issued_at, zone) >= within.start(end)
        if one.relayed is None or (within is not None and one.relayed and (one.issued_at is None or one.relayed_at is None)):
            unknown += 1
        elif not one.relayed:
            if within is None or in_time is False:
                missing.append(piece)
            else:
                unknown += in_time is None
        elif in_time is False:
            late.append(piece)
    args: dict[str, Any] = {"missing": len(missing), "late": len(late)}
    if missing or late:
        return failed("relays_missing", evidence=(*missing, *late), **args)
    return inconclusive("relays_unknown", count=unknown) if unknown or is_partial else passed()


@check("site.columns_without_daily_items", needs="columns")
def columns_without_daily_items(
    site: SiteSnapshot,
    *,
    kinds: Annotated[Kinds, Strictness.MORE],
    days: Annotated[Count, Strictness.HIGHER],
    calendar: Calendar,
) -> CheckResult:
    """Columns without a new item on one of the last whole working days (每个工作日至少更新1条).

    Days before the oldest entry on record are unknown, because a list shows only its newest page.

    Args:
        kinds: Kinds of columns.
        days: Number of whole working days before the monitoring point that are looked at.
        calendar: The calendar of working days.

    Source:
        Local notices; see the indicator.
    """
    zone = site.observed_at.tzinfo
    assert zone is not None
    try:
        wanted = _last_workdays(day_of(site.observed_at, zone), days, calendar)
    except CalendarError:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage)
    lacking: list[Evidence] = []
    unknown = 0
    for column in site.columns or ():
        if column.finished or (column.kind is not None and column.kind not in kinds):
            continue
        empty, unseen = _days_without(column, wanted, zone)
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
    """The last whole working days before `today`, the newest first."""
    found: list[date] = []
    day = today
    while len(found) < days:
        day -= timedelta(days=1)
        if calendar.is_workday(day):
            found.append(day)
    return found


def _days_without(column: Column, wanted: Iterable[date], zone: tzinfo) -> tuple[list[date], list[date]]:
    """Days certainly without an item, and days nobody can tell."""
    if column.is_blank:
        return list(wanted), []
    newest = None if column.latest_entry_at is None else day_of(column.latest_entry_at, zone)
    if column.entries is None:
        later = [day for day in wanted if newest is not None and day > newest]
        return later, [day for day in wanted if day not in later and day != newest]
    shown = {day_of(entry.published_at, zone) for entry in column.entries if entry.published_at is not None}
    oldest = min(shown, default=date.max)
    if not shown:
        return list(wanted), []  # an entry without a date counts as not updated
    return [day for day in wanted if day not in shown and day > oldest], [day for day in wanted if day < oldest]


@check("site.reminders_repeated", needs="reminders")
def reminders_repeated(
    site: SiteSnapshot, *, count: Annotated[Count, Strictness.LOWER], window: Annotated[Window, Strictness.LONGER]
) -> CheckResult:
    """Reminders of overdue updates came as often as the limit inside the window (超期提醒).

    Args:
        count: Number of reminders.
        window: Time within which they came.
    """
    zone = site.observed_at.tzinfo
    assert zone is not None
    sent: list[Moment] = sorted(site.reminders or (), key=lambda moment: earliest(moment, zone))
    for first, last in zip(sent, sent[count - 1 :], strict=False):
        # Bare days are read in the unit's favour: as far apart as they can be.
        if earliest(first, zone) >= window.start(latest(last, zone)):
            evidence = [Evidence("reminders", None, moment) for moment in sent]
            return failed("reminders_repeated", evidence=evidence, count=len(sent), limit=count, window=window)
    return inconclusive("reminders_partly_known") if "reminders" in site.partial else passed()


@check("site.unreachable_unreported", needs="probes|probe_days")
def unreachable_unreported(
    site: SiteSnapshot,
    *,
    slow_seconds: Annotated[float, Field(gt=0), Strictness.LOWER],
    times: Annotated[Count, Strictness.LOWER],
) -> CheckResult:
    """The site could not be opened several times, and no closing was reported beforehand (未事先报备多次无法访问).

    Args:
        slow_seconds: A probe that takes this long or longer has failed. Unit: seconds.
        times: Number of failures from which it counts.
    """
    zone = site.observed_at.tzinfo
    assert zone is not None
    moments: list[tuple[Moment, int]] = [(probe.at, 1) for probe in site.probes or () if has_failed(probe, slow_seconds)]
    moments += [(counted.day, counted.failed) for counted in site.probe_days or () if counted.failed]
    total = sum(number for _, number in moments)
    args: dict[str, Any] = {"count": total, "limit": times}
    if total < times:
        return passed()
    if site.offline_notices is None:
        return inconclusive("offline_notices_unknown", **args)
    excused = [any(_excuses(one, moment, zone) for one in site.offline_notices) for moment, _ in moments]
    left = [(moment, number) for (moment, number), covered in zip(moments, excused, strict=True) if not covered]
    args["count"] = sum(number for _, number in left)
    if args["count"] < times:
        return passed()
    if "offline_notices" in site.partial:
        return inconclusive("offline_notices_unknown", **args)
    evidence = [Evidence("probes", site.site.url, moment, number) for moment, number in left]
    return failed("unreachable_unreported", evidence=evidence, **args)


def _excuses(notice: OfflineNotice, moment: Moment, zone: tzinfo) -> bool:
    """Whether a closing was reported before it began and covers the moment; what a notice leaves open is in its favour."""
    start = earliest(notice.starts_at, zone)
    in_time = notice.reported_at is None or earliest(notice.reported_at, zone) <= latest(notice.starts_at, zone)
    over = notice.ends_at is not None and latest(notice.ends_at, zone) < earliest(moment, zone)
    return in_time and latest(moment, zone) >= start and not over


_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@check("site.personal_data_shown", needs="pages")
def personal_data_shown(site: SiteSnapshot, *, kinds: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Pages show identity card or mobile numbers in full (个人信息未脱敏), as candidates for a person.

    The evidence names the page and the number of hits; the numbers themselves are not kept, and a title that holds one is left out.

    Args:
        kinds: `id_number` (18 characters with a right check digit), `mobile` (11 digits).
    """
    return _personal_data(((page.title, page.text, page.url, page.published_at) for page in site.pages or ()), "page", kinds)


@check("account.personal_data_shown", needs="posts")
def account_personal_data_shown(account: AccountSnapshot, *, kinds: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Posts show identity card or mobile numbers in full (个人信息未脱敏), as candidates for a person.

    Evidence and args: as for `site.personal_data_shown`.
    """
    return _personal_data(((post.title, post.text, post.url, post.published_at) for post in account.posts or ()), "post", kinds)


def _personal_data(
    texts: Iterable[tuple[str | None, str | None, str | None, Moment | None]], name: str, kinds: Kinds
) -> CheckResult:
    found: list[Evidence] = []
    seen = False
    for title, text, url, published_at in texts:
        in_title = _personal_kinds(title or "", kinds)
        seen = seen or text is not None
        hits = _personal_kinds(f"{title or ''}\n{text or ''}", kinds)
        if hits:
            found.append(Evidence(name if in_title or not title else title, url, published_at, hits))
    if found:
        return needs_review("personal_data_shown", evidence=found, count=len(found))
    return passed() if seen else inconclusive("texts_not_seen")


def _personal_kinds(text: str, kinds: Kinds) -> tuple[str, ...]:
    return tuple(f"{kind}×{count}" for kind in kinds if (count := len(_personal(text, kind))))


def _personal(text: str, kind: str) -> set[str]:
    if kind == "mobile":
        return set(_MOBILE.findall(text))
    return {number for number in _ID_NUMBER.findall(text) if is_id_number(number)} if kind == "id_number" else set()


def is_id_number(text: str) -> bool:
    """Whether the check digit of an 18-character 公民身份号码 (GB 11643) is right."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return "10X98765432"[total % 11] == text[17].upper()
