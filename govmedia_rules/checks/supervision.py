"""监管工作年度考核指标 (second part of 国办秘函〔2019〕19号): checks of a supervising office's records of one year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from govmedia_rules.checks.contract import (
    CheckResult,
    Evidence,
    Positive,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.checks.updates import FaultCount
from govmedia_rules.core.time import Window, day_in_month, day_of, earliest, latest, zone_of
from govmedia_rules.core.workdays import Calendar
from govmedia_rules.snapshots.supervision import ErrorMessage, NationalFinding, SpotCheck, SupervisorSnapshot, days_of, weeks_of

Families = tuple[str, ...]
Share = Annotated[Decimal, Field(gt=0, le=1)]
PerYear = Literal[1, 2, 4, 12, 52]


def _is_for(finding: NationalFinding, families: Families) -> bool | None:
    """Return whether one of its reasons belongs to the families; None when no reason is stated."""
    if finding.reasons is None:
        return None
    return any(reason == family or reason.startswith(f"{family}.") for reason in finding.reasons for family in families)


def _evidence(findings: Iterable[NationalFinding]) -> list[Evidence]:
    return [Evidence(finding.name, finding.id, finding.found_at, finding.reasons) for finding in findings]


@check("supervisor.misstatements_several", needs="national_findings")
def misstatements_several(
    supervisor: SupervisorSnapshot,
    *,
    families: Annotated[Families, Strictness.MORE],
    limit: Annotated[Positive, Strictness.LOWER],
) -> CheckResult:
    """Check whether the national spot checks found several sites or accounts unqualified for serious misstatements (严重表述错误).

    Args:
        families: Ids or families of indicators that are misstatements.
        limit: Number from which there are several (多个).

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 单项否决指标.
    """
    findings = supervisor.national_findings or ()
    matching = [finding for finding in findings if _is_for(finding, families)]
    unknown = [finding for finding in findings if _is_for(finding, families) is None]
    reached = FaultCount(len(matching), len(unknown)).reaches(limit)
    args: dict[str, Any] = {"count": len(matching), "limit": limit}
    if reached:
        return failed("misstatements_several", evidence=_evidence(matching), **args)
    if reached is None or "national_findings" in supervisor.partial:
        return inconclusive("national_findings_unknown", evidence=_evidence(unknown), unknown=len(unknown), **args)
    return passed()


@check("supervisor.sites_unqualified", needs="national_findings")
def sites_unqualified(
    supervisor: SupervisorSnapshot,
    *,
    families: Annotated[Families, Strictness.FEWER],
    limit: Annotated[Positive | None, Strictness.LOWER] = None,
) -> CheckResult:
    """Check whether the sites that the national spot checks found unqualified for other reasons reach a threshold.

    Args:
        families: Ids or families of indicators that another rule counts: sites found for them are left out here.
        limit: The threshold; None where nobody saw it, and then nobody can tell unless there is no such site.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 单项否决指标.
    """
    sites = [finding for finding in supervisor.national_findings or () if finding.subject == "site"]
    matching = [finding for finding in sites if _is_for(finding, families) is False]
    unknown = [finding for finding in sites if _is_for(finding, families) is None]
    args: dict[str, Any] = {"count": len(matching), "limit": limit}
    if limit is None:
        if matching:
            return inconclusive("threshold_unset", evidence=_evidence(matching), **args)
        reached = None if unknown else False
    else:
        reached = FaultCount(len(matching), len(unknown)).reaches(limit)
    if reached:
        return failed("sites_unqualified", evidence=_evidence(matching), **args)
    if reached is None or "national_findings" in supervisor.partial:
        return inconclusive("national_findings_unknown", evidence=_evidence(unknown), unknown=len(unknown), **args)
    return passed()


def _received(supervisor: SupervisorSnapshot) -> list[ErrorMessage]:
    """Return the messages received in the year assessed."""
    zone = zone_of(supervisor.observed_at)
    year = supervisor.assessed_year
    return [message for message in supervisor.error_messages or () if day_of(message.received_at, zone).year == year]


@check("supervisor.error_messages_open", needs="error_messages", faults=("open",))
def error_messages_open(supervisor: SupervisorSnapshot) -> CheckResult:
    """Check whether messages of “我为政府网站找错” received in the year assessed were not finished.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: “我为政府网站找错”.
    """
    year = supervisor.assessed_year
    received = _received(supervisor)
    open_ones = [message for message in received if message.finished is False]
    unknown = sum(message.finished is None for message in received)
    possible = {"open": unknown} if unknown else {}
    if open_ones:
        evidence = [Evidence(message.id or "error_message", None, message.received_at, 0) for message in open_ones]
        args: dict[str, Any] = {"count": len(open_ones), "year": str(year)}
        return failed("error_messages_open", evidence=evidence, faults={"open": len(open_ones)}, possible=possible, **args)
    return (
        inconclusive("error_messages_unknown", possible=possible)
        if possible or "error_messages" in supervisor.partial
        else passed()
    )


@check("supervisor.error_messages_late", needs="error_messages", faults=("late",))
def error_messages_late(supervisor: SupervisorSnapshot, *, wait: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Check whether messages of “我为政府网站找错” were finished too late in the year assessed; open ones are not counted here.

    Args:
        wait: Longest time from receipt to the end; a message finished exactly then is in time.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: “我为政府网站找错”.
    """
    zone = zone_of(supervisor.observed_at)
    late: list[Evidence] = []
    unknown = 0
    for message in _received(supervisor):
        if message.finished is False:
            continue
        if message.finished_at is None:
            unknown += 1
        elif latest(message.received_at, zone) < wait.start(earliest(message.finished_at, zone)):
            late.append(Evidence(message.id or "error_message", None, message.received_at, message.finished_at, wait))
    possible = {"late": unknown} if unknown else {}
    if late:
        return failed(
            "error_messages_late", evidence=late, faults={"late": len(late)}, possible=possible, count=len(late), wait=wait
        )
    return (
        inconclusive("error_messages_unknown", possible=possible)
        if possible or "error_messages" in supervisor.partial
        else passed()
    )


@check("supervisor.error_messages_overdue", needs="error_messages")
def error_messages_overdue(
    supervisor: SupervisorSnapshot,
    *,
    working_days: Annotated[Positive, Strictness.LOWER],
    answer_only: Annotated[bool, Strictness.FALSE] = False,
    calendar: Calendar,
) -> CheckResult:
    """Check whether messages of “我为政府网站找错” of the year assessed took, or still wait, longer than the working days allowed.

    Args:
        working_days: Working days from receipt to the end; a message finished on the last of them is in time.
        answer_only: Whether only an answer is demanded by then; one finished later may have been answered, so a person decides.
        calendar: The calendar of working days.

    Source:
        Local notices; see the indicator.
    """
    zone = zone_of(supervisor.observed_at)
    overdue: list[Evidence] = []
    unknown = uncovered = 0
    for message in _received(supervisor):
        if message.finished is None or (message.finished and message.finished_at is None):
            unknown += 1
            continue
        ended = message.finished_at if message.finished_at is not None else supervisor.observed_at
        is_late = calendar.has_more_than(working_days, day_of(message.received_at, zone), day_of(ended, zone))
        if is_late is None:
            uncovered += 1
        elif is_late:
            overdue.append(Evidence(message.id or "error_message", None, message.received_at, message.finished_at, working_days))
    args: dict[str, Any] = {"count": len(overdue), "limit": working_days}
    if overdue and answer_only:
        return needs_review("error_messages_answer_unknown", evidence=overdue, **args)
    if overdue:
        return failed("error_messages_overdue", evidence=overdue, **args)
    if uncovered:
        return inconclusive("calendar_not_covering", coverage=calendar.coverage)
    return inconclusive("error_messages_unknown") if unknown or "error_messages" in supervisor.partial else passed()


class _Period(NamedTuple):
    """A period in which a round of checks is due, and the rounds made in it."""

    name: str
    end: date
    rounds: list[SpotCheck]


def _due(year: int, per_year: PerYear) -> list[tuple[str, date, date]]:
    """Return name, first and last day of each period of a year in which a round is due."""
    if per_year == 52:
        weeks = [f"{year}W{week:02d}" for week in range(1, weeks_of(year) + 1)]
        return [(week, *days_of(week)) for week in weeks]
    step = 12 // per_year
    months = [(first, first + step - 1) for first in range(1, 13, step)]
    return [
        (f"{year}-{first:02d}..{last:02d}", days_of(f"{year}-{first:02d}")[0], days_of(f"{year}-{last:02d}")[1])
        for first, last in months
    ]


def _periods(supervisor: SupervisorSnapshot, subject: str, per_year: PerYear) -> list[_Period]:
    """Return the periods of the year assessed that are over at the monitoring point."""
    today = day_of(supervisor.observed_at, zone_of(supervisor.observed_at))
    spot_checks = [(each, *days_of(each.period)) for each in supervisor.spot_checks or () if each.subject == subject]
    return [
        _Period(name, last, [each for each, begin, end in spot_checks if first <= begin and end <= last])
        for name, first, last in _due(supervisor.assessed_year, per_year)
        if last < today
    ]


@check("supervisor.spot_checks_short", needs="spot_checks", faults=("missed", "low"))
def spot_checks_short(
    supervisor: SupervisorSnapshot,
    *,
    subject: Literal["site", "account"],
    per_year: PerYear,
    share: Annotated[Share | None, Strictness.HIGHER] = None,
    department_share: Annotated[Share | None, Strictness.HIGHER] = None,
) -> CheckResult:
    """Check whether a round of checks was missed, or too small a share was checked (常态化抽查).

    Rounds inside one period are taken together only as far as that is certain: they may have checked the same sites.

    Args:
        subject: Whether sites or accounts must be checked.
        per_year: Number of periods of a year, in each of which there must be a round: 1, 2, 4, 12 or 52 (the weeks of the year).
        share: Share of the running ones that must be checked in each, 0 to 1; None where no rule states one.
        department_share: The same for an office that supervises a department; None for the same as `share`.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标; 国办发〔2017〕47号, 监督考核; local notices.
    """
    evidence: list[Evidence] = []
    missed = low = unknown = 0
    shares = _shares_demanded(supervisor, share, department_share)
    for period in _periods(supervisor, subject, per_year):
        if not period.rounds:
            missed += 1
            evidence.append(Evidence(period.name, None, period.end, 0, 1))
            continue
        enough = _covers(period.rounds, shares)
        if enough is None:
            unknown += 1
        elif not enough:
            low += 1
            evidence += [
                Evidence(each.period, each.url, period.end, f"{each.checked}/{each.running}", shares[0]) for each in period.rounds
            ]
    if "spot_checks" in supervisor.partial:
        unknown, missed = unknown + missed, 0
    args: dict[str, Any] = {"missed": missed, "low": low, "year": str(supervisor.assessed_year), "subject": subject}
    faults = {kind: number for kind, number in (("missed", missed), ("low", low)) if number}
    possible = {"low": unknown} if unknown else {}
    if faults:
        return failed("spot_checks_short", evidence=evidence, faults=faults, possible=possible, **args)
    return inconclusive("spot_checks_unknown", possible=possible, **args) if unknown else passed()


def _shares_demanded(supervisor: SupervisorSnapshot, share: Decimal | None, department: Decimal | None) -> tuple[Decimal, Decimal]:
    """Return the least and the most share demanded; both are the same where the kind of office is known."""
    usual = share or Decimal(0)
    special = department if department is not None else usual
    kind = supervisor.supervisor.supervises
    if kind is None:
        return min(usual, special), max(usual, special)
    return (special, special) if kind == "department" else (usual, usual)


def _covers(rounds: list[SpotCheck], demanded: tuple[Decimal, Decimal]) -> bool | None:
    """Return whether rounds checked the share demanded; None when their numbers do not decide."""
    whole, at_least = demanded
    if not at_least:
        return True
    counted = [(each.checked, each.running) for each in rounds if each.checked is not None and each.running is not None]
    shares = [Fraction(checked, running) if running else Fraction(1) for checked, running in counted]
    if any(share >= Fraction(at_least) for share in shares):
        return True
    if len(counted) < len(rounds) or sum(shares, Fraction(0)) >= Fraction(whole):
        return None
    return False


@check("supervisor.results_unpublished", needs="spot_checks", faults=("unpublished", "late"))
def results_unpublished(
    supervisor: SupervisorSnapshot,
    *,
    subjects: tuple[Literal["site", "account"], ...],
    within: Annotated[Window | None, Strictness.SHORTER] = None,
) -> CheckResult:
    """Check whether the result of a round of checks was not made public, or too late (抽查结果公开).

    Args:
        subjects: Whether rounds over sites, accounts or both are looked at.
        within: Longest time from the end of the round's period to publication; None where no rule states one.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标.
    """
    point = supervisor.observed_at
    zone = zone_of(point)
    unpublished: list[Evidence] = []
    late: list[Evidence] = []
    unknown = 0
    for spot_check in supervisor.spot_checks or ():
        end = days_of(spot_check.period)[1]
        is_of_year = spot_check.period.startswith(str(supervisor.assessed_year))
        if spot_check.subject not in subjects or not is_of_year or end >= day_of(point, zone):
            continue
        over = None if within is None else latest(end, zone) < within.start(point)
        if spot_check.published is None:
            unknown += 1
        elif not spot_check.published:
            if over is not False:
                unpublished.append(Evidence(spot_check.period, spot_check.url, end, 0))
        elif within is not None:
            if spot_check.published_at is None:
                unknown += bool(over)
            elif latest(end, zone) < within.start(earliest(spot_check.published_at, zone)):
                late.append(Evidence(spot_check.period, spot_check.url, end, spot_check.published_at, within))
    faults = {kind: len(pieces) for kind, pieces in (("unpublished", unpublished), ("late", late)) if pieces}
    possible = {"unpublished": unknown} if unknown else {}
    if faults:
        args = {"unpublished": len(unpublished), "late": len(late)}
        return failed("results_unpublished", evidence=(*unpublished, *late), faults=faults, possible=possible, **args)
    return inconclusive("results_unknown", possible=possible) if possible or "spot_checks" in supervisor.partial else passed()


@check("supervisor.reporting_faulty", needs="reporting_faults", faults=("hidden", "missing", "wrong"))
def reporting_faulty(supervisor: SupervisorSnapshot) -> CheckResult:
    """Check whether sites or accounts are hidden, missing or wrong in the national reporting systems (瞒报、漏报、错报).

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 信息报送.
    """
    reported = supervisor.reporting_faults or ()
    faults = {kind: number for kind in ("hidden", "missing", "wrong") if (number := sum(fault.kind == kind for fault in reported))}
    if faults:
        evidence = [Evidence(fault.name, None, None, fault.kind) for fault in reported]
        return failed("reporting_faulty", evidence=evidence, faults=faults, count=len(reported))
    return inconclusive("reporting_partly_known") if "reporting_faults" in supervisor.partial else passed()


@check("supervisor.yearly_report_late", needs="yearly_reports", faults=("missing", "late"))
def supervision_report_late(
    supervisor: SupervisorSnapshot,
    *,
    kinds: tuple[Literal["supervision", "site"], ...],
    due_month: Annotated[int, Field(ge=1, le=12)],
    due_day: Annotated[int, Field(ge=1, le=31)],
) -> CheckResult:
    """Check whether a yearly report on the year assessed was not published by its date in the next year (年度报表).

    Args:
        kinds: Which reports are looked at; of each kind there must be one.
        due_month: Month of the date, 1 to 12.
        due_day: Day of the date; a month that has fewer days ends earlier.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 年度报表; 国办函〔2018〕12号.
    """
    zone = zone_of(supervisor.observed_at)
    year = supervisor.assessed_year
    due = day_in_month(year + 1, due_month, due_day)
    if day_of(supervisor.observed_at, zone) <= due:
        return passed("report_not_due", due=due)
    missing: list[Evidence] = []
    late: list[Evidence] = []
    unknown = 0
    for kind in kinds:
        reports = [report for report in supervisor.yearly_reports or () if report.kind == kind and report.year == year]
        if not reports:
            missing.append(Evidence(f"{kind}_report", None, due, 0))
        for report in reports:
            if report.published is False:
                missing.append(Evidence(report.name or f"{kind}_report", report.url, due, 0))
            elif report.published_at is None:
                unknown += 1
            elif day_of(report.published_at, zone) > due:
                late.append(Evidence(report.name or f"{kind}_report", report.url, report.published_at, report.published_at, due))
    if missing and "yearly_reports" in supervisor.partial:
        unknown, missing = unknown + len(missing), []
    faults = {kind: len(pieces) for kind, pieces in (("missing", missing), ("late", late)) if pieces}
    possible = {"late": unknown} if unknown else {}
    if faults:
        args: dict[str, Any] = {"missing": len(missing), "late": len(late), "due": due}
        return failed("yearly_reports_late", evidence=(*missing, *late), faults=faults, possible=possible, **args)
    return inconclusive("yearly_reports_unknown", possible=possible, due=due) if unknown else passed()


@check("supervisor.findings_unrectified", needs="rectifications", faults=("late", "again"))
def findings_unrectified(supervisor: SupervisorSnapshot) -> CheckResult:
    """Check whether findings of the national check were not put right in time, or were found again (整改).

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 整改.
    """
    point = supervisor.observed_at
    zone = zone_of(point)
    late: list[Evidence] = []
    again: list[Evidence] = []
    unknown = 0
    for rectification in supervisor.rectifications or ():
        if rectification.found_again:
            again.append(Evidence(rectification.name, rectification.problem, rectification.done_at, "found_again"))
            continue
        # What was put right without a date to meet was in time; a bare day is read in the office's favour.
        if (
            rectification.done is None
            or (not rectification.done and rectification.due_at is None)
            or (rectification.done and rectification.due_at is not None and rectification.done_at is None)
        ):
            unknown += 1
        elif rectification.due_at is not None:
            end = point if rectification.done_at is None else earliest(rectification.done_at, zone)
            if end > latest(rectification.due_at, zone):
                due, done = rectification.due_at, rectification.done_at
                late.append(Evidence(rectification.name, rectification.problem, due, done, due))
    faults = {kind: len(pieces) for kind, pieces in (("late", late), ("again", again)) if pieces}
    possible = {"late": unknown} if unknown else {}
    if faults:
        args = {"late": len(late), "again": len(again)}
        return failed("findings_unrectified", evidence=(*late, *again), faults=faults, possible=possible, **args)
    return (
        inconclusive("rectifications_unknown", possible=possible)
        if possible or "rectifications" in supervisor.partial
        else passed()
    )


@check("supervisor.sites_off_platform", needs=("sites_running", "sites_on_platform"))
def sites_off_platform(supervisor: SupervisorSnapshot) -> CheckResult:
    """Check whether not all sites have moved to the shared platform (集约化平台), which a bonus demands among other things.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 加分指标.
    """
    running, moved = supervisor.sites_running, supervisor.sites_on_platform
    assert running is not None
    assert moved is not None
    if moved < running:
        return failed(
            "sites_off_platform", evidence=[Evidence("sites_on_platform", None, None, moved, running)], moved=moved, running=running
        )
    return passed("sites_on_platform", running=running)
