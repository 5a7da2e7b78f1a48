"""Registration, owners, certification, applications and closing of accounts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

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
from govmedia_rules.core.time import Window, day_of, earliest, latest, zone_of
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.core.workdays import Calendar
from govmedia_rules.snapshots.models import AccountSnapshot


@check("account.app_unusable", needs="app")
def app_unusable(account: AccountSnapshot) -> CheckResult:
    """Check whether the mobile client cannot be downloaded, or does not start (移动客户端无法下载或使用)."""
    app = account.app
    assert app is not None
    for works, reason in ((app.downloads, "app_not_downloadable"), (app.starts, "app_not_starting")):
        if works is False:
            return failed(reason, evidence=[Evidence("app", account.account.url, account.observed_at)])
    # An app already installed may start although nobody can download it any more.
    return passed() if app.downloads and app.starts else inconclusive("app_not_tried")


@check("account.owner_kind_forbidden", needs="owner_kind")
def owner_kind_forbidden(account: AccountSnapshot, *, forbidden: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Check whether the account is opened by a body that may not own one (以企业为主体开设).

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
    """Check whether the owner the platform shows differs from the registered one (开设主体与信息报送系统不一致)."""
    return _mismatch("owner_mismatched", account.seen_owner, account.account.owner)


@check("account.name_mismatched", needs="seen_name")
def name_mismatched(account: AccountSnapshot) -> CheckResult:
    """Check whether the name the platform shows differs from the registered one (账号实际名称与信息报送系统不一致)."""
    return _mismatch("name_mismatched", account.seen_name, account.account.name)


def _mismatch(reason: str, shown: str | None, registered: str | None) -> CheckResult:
    assert shown is not None
    if registered is None:
        return inconclusive("not_registered_value")
    if key_of(shown) == key_of(registered):
        return passed()
    return failed(reason, evidence=[Evidence(shown, None, None, shown, registered)], seen=shown, registered=registered)


@check("account.deregistration_slow")
def deregistration_slow(account: AccountSnapshot, *, limit: Annotated[Window | None, Strictness.SHORTER] = None) -> CheckResult:
    """Check whether de-registration was asked for and takes too long (注销过程耗时较长).

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
    zone = zone_of(account.observed_at)
    closed = account.account.closed_at
    # Bare days are read in the unit's favour: asked late on the first day, closed early on the last.
    end = earliest(closed, zone) if closed is not None else account.observed_at
    if latest(since, zone) >= limit.start(end):
        return passed()
    evidence = [Evidence("closing", account.account.url, since, closed, limit)]
    return failed("deregistration_slow", evidence=evidence, since=since, closed=closed, limit=limit)


@check("account.closing_unannounced")
def closing_unannounced(
    account: AccountSnapshot, *, working_days: Annotated[Positive, Strictness.HIGHER], calendar: Calendar
) -> CheckResult:
    """Check whether an account was closed too soon after the closing was announced to the public (关停公告).

    Args:
        working_days: Working days from the day after the announcement to the day of the closing, at least.
        calendar: The calendar of working days.
    """
    closed, announced = account.account.closed_at, account.account.closing_announced_at
    if closed is None:
        return inconclusive("closing_day_unknown") if account.account.status == "closed" else passed()
    if announced is None:
        return inconclusive("closing_notice_unknown", closed=closed)
    zone = zone_of(account.observed_at)
    enough = calendar.has_more_than(working_days - 1, day_of(announced, zone), day_of(closed, zone))
    if enough is None:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage)
    if enough:
        return passed()
    evidence = [Evidence(account.account.name, account.account.url, announced, closed)]
    return failed("closing_unannounced", evidence=evidence, announced=announced, closed=closed, limit=working_days)


@check("account.unreported")
def unreported(account: AccountSnapshot) -> CheckResult:
    """Check whether the account was opened without being reported to the supervising office (违规开设，未按程序报备)."""
    status = account.account.status
    if status == "unreported":
        return failed("unreported", evidence=[Evidence(account.account.name, account.account.url, account.observed_at, status)])
    return passed() if status is not None else inconclusive("status_unknown")


@check("account.uncertified", needs="certified")
def uncertified(account: AccountSnapshot) -> CheckResult:
    """Check whether the platform does not mark the account as official (未进行机构认证)."""
    return passed() if account.certified else failed("uncertified", evidence=[Evidence(account.account.name, account.account.url)])


@check("account.not_found", needs="found")
def not_found(account: AccountSnapshot) -> CheckResult:
    """Check whether the registered account cannot be found: a new name or a closing was not reported (查找不到账号)."""
    if account.found or account.account.status == "closed":
        return passed()
    return failed("account_not_found", evidence=[Evidence(account.account.name, account.account.url, account.observed_at)])


@check("account.unrectified", needs="earlier_faults")
def unrectified(account: AccountSnapshot) -> CheckResult:
    """Check whether a fault of the last round was not put right (上期问题未整改)."""
    open_ones = [fault for fault in account.earlier_faults or () if fault.rectified is False]
    unknown = sum(fault.rectified is None for fault in account.earlier_faults or ())
    if open_ones:
        evidence = [Evidence(fault.problem, None, fault.found_at) for fault in open_ones]
        return failed("unrectified", evidence=evidence, count=len(open_ones))
    if unknown or "earlier_faults" in account.partial:
        return inconclusive("rectification_unknown", count=unknown)
    return passed()


@check("account.level_too_low")
def account_level_too_low(account: AccountSnapshot, *, levels: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Check whether the account belongs to a body that opens none of its own (县以下单位).

    Args:
        levels: Levels that open no account.

    Source:
        国办函〔2026〕12号, 第二条.
    """
    level = account.account.level
    if level is None:
        return inconclusive("account_level_unknown")
    evidence = [Evidence(account.account.name, account.account.url)]
    return failed("account_level_too_low", evidence=evidence, level=level) if level in levels else passed()


@check("account.app_unfiled", needs="filed")
def app_unfiled(account: AccountSnapshot, *, since: date) -> CheckResult:
    """Check whether an application is not filed with the office that keeps the list (备案).

    Args:
        since: First day on which each must be filed; before it only those that went online under the rule, which a person knows.

    Source:
        国办函〔2026〕12号.
    """
    if account.filed:
        return passed()
    evidence = [Evidence(account.account.name, account.account.url)]
    is_due = day_of(account.observed_at, zone_of(account.observed_at)) >= since
    return failed("app_unfiled", evidence=evidence) if is_due else needs_review("app_unfiled_yet", evidence=evidence, since=since)
