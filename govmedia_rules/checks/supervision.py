"""监管工作年度考核指标 (second part of 国办秘函〔2019〕19号): what is on record of a supervising office for one year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from govmedia_rules.checks.contract import CheckResult, Evidence, Positive, Strictness, check, failed, inconclusive, passed
from govmedia_rules.checks.updates import Count
from govmedia_rules.core.time import Window, day_in_month, day_of, earliest, latest
from govmedia_rules.snapshots.supervision import ErrorMessage, NationalFinding, SpotCheck, SupervisorSnapshot, last_day, months_of

Families = tuple[str, ...]
Share = Annotated[Decimal, Field(gt=0, le=1)]
PerYear = Literal[1, 2, 4, 12]


def _is_for(finding: NationalFinding, families: Families) -> bool | None:
    """Whether one of its reasons belongs to the families; None when no reason is stated."""
    if finding.reasons is None:
        return None
    return any(reason == family or reason.startswith(f"{family}.") for reason in finding.reasons for family in families)


def _told(findings: Iterable[NationalFinding]) -> list[Evidence]:
    return [Evidence(one.name, one.id, one.found_at, one.reasons) for one in findings]


@check("supervisor.misstatements_several", needs="national_findings")
def misstatements_several(
    supervisor: SupervisorSnapshot,
    *,
    families: Annotated[Families, Strictness.MORE],
    limit: Annotated[Positive, Strictness.LOWER],
) -> CheckResult:
    """The national spot checks found several sites or accounts unqualified for serious misstatements (严重表述错误).

    Args:
        families: Ids or families of indicators that are misstatements.
        limit: Number from which there are several (多个).

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 单项否决指标.
    """
    findings = supervisor.national_findings or ()
    mine = [one for one in findings if _is_for(one, families)]
    unknown = [one for one in findings if _is_for(one, families) is None]
    reached = Count(len(mine), len(unknown)).reaches(limit)
    args: dict[str, Any] = {"count": len(mine), "limit": limit}
    if reached:
        return failed("misstatements_several", evidence=_told(mine), **args)
    if reached is None or "national_findings" in supervisor.partial:
        return inconclusive("national_findings_unknown", evidence=_told(unknown), unknown=len(unknown), **args)
    return passed()


@check("supervisor.sites_unqualified", needs="national_findings")
def sites_unqualified(
    supervisor: SupervisorSnapshot,
    *,
    families: Annotated[Families, Strictness.FEWER],
    limit: Annotated[Positive | None, Strictness.LOWER] = None,
) -> CheckResult:
    """The sites that the national spot checks found unqualified for other reasons reach a threshold.

    Args:
        families: Ids or families of indicators that another rule counts: sites found for them are left out here.
        limit: The threshold; None where nobody saw it, and then nobody can tell unless there is no such site.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 单项否决指标.
    """
    sites = [one for one in supervisor.national_findings or () if one.subject == "site"]
    mine = [one for one in sites if _is_for(one, families) is False]
    unknown = [one for one in sites if _is_for(one, families) is None]
    args: dict[str, Any] = {"count": len(mine), "limit": limit}
    if limit is None:
        if mine:
            return inconclusive("threshold_unset", evidence=_told(mine), **args)
        reached = None if unknown else False
    else:
        reached = Count(len(mine), len(unknown)).reaches(limit)
    if reached:
        return failed("sites_unqualified", evidence=_told(mine), **args)
    if reached is None or "national_findings" in supervisor.partial:
        return inconclusive("national_findings_unknown", evidence=_told(unknown), unknown=len(unknown), **args)
    return passed()


def _received(supervisor: SupervisorSnapshot) -> list[ErrorMessage]:
    """The messages received in the year assessed."""
    zone = supervisor.observed_at.tzinfo
    assert zone is not None
    year = supervisor.assessed_year
    return [one for one in supervisor.error_messages or () if day_of(one.received_at, zone).year == year]


@check("supervisor.error_messages_open", needs="error_messages", faults=("open",))
def error_messages_open(supervisor: SupervisorSnapshot) -> CheckResult:
    """Messages of “我为政府网站找错” received in the year assessed were not finished.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: “我为政府网站找错”.
    """
    year = supervisor.assessed_year
    mine = _received(supervisor)
    open_ones = [one for one in mine if one.finished is False]
    unknown = sum(one.finished is None for one in mine)
    possible = {"open": unknown} if unknown else {}
    if open_ones:
        evidence = [Evidence(one.id or "error_message", None, one.received_at, 0) for one in open_ones]
        args: dict[str, Any] = {"count": len(open_ones), "year": str(year)}
        return failed("error_messages_open", evidence=evidence, faults={"open": len(open_ones)}, possible=possible, **args)
    return (
        inconclusive("error_messages_unknown", possible=possible)
        if possible or "error_messages" in supervisor.partial
        else passed()
    )


@check("supervisor.error_messages_late", needs="error_messages", faults=("late",))
def error_messages_late(supervisor: SupervisorSnapshot, *, wait: Annotated[Window, Strictness.SHORTER]) -> CheckResult:
    """Messages of “我为政府网站找错” of the year assessed were finished too late; unfinished ones count as open, not here.

    Args:
        wait: Longest time from receipt to the end; a message finished exactly then is in time.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: “我为政府网站找错”.
    """
    zone = supervisor.observed_at.tzinfo
    assert zone is not None
    late: list[Evidence] = []
    unknown = 0
    for one in _received(supervisor):
        if one.finished is False:
            continue
        if one.finished_at is None:
            unknown += 1
        elif latest(one.received_at, zone) < wait.start(earliest(one.finished_at, zone)):
            late.append(Evidence(one.id or "error_message", None, one.received_at, one.finished_at, wait))
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


class _Period(NamedTuple):
    """A period in which a round of checks is due, and the rounds made in it."""

    name: str
    end: date
    rounds: list[SpotCheck]


def _periods(supervisor: SupervisorSnapshot, subject: str, per_year: int) -> list[_Period]:
    """The periods of the year assessed that are over at the monitoring point."""
    zone = supervisor.observed_at.tzinfo
    assert zone is not None
    year, step = supervisor.assessed_year, 12 // per_year
    mine = [one for one in supervisor.spot_checks or () if one.subject == subject]
    found = []
    for first in range(1, 13, step):
        last = first + step - 1
        end = last_day(year, last)
        if end >= day_of(supervisor.observed_at, zone):
            break
        rounds = [one for one in mine if (span := months_of(one.period))[0] == year and first <= span[1] and span[2] <= last]
        found.append(_Period(f"{year}-{first:02d}..{last:02d}", end, rounds))
    return found


@check("supervisor.spot_checks_short", needs="spot_checks", faults=("missed", "low"))
def spot_checks_short(
    supervisor: SupervisorSnapshot,
    *,
    subject: Literal["site", "account"],
    per_year: PerYear,
    share: Annotated[Share | None, Strictness.HIGHER] = None,
    department_share: Annotated[Share | None, Strictness.HIGHER] = None,
) -> CheckResult:
    """A round of checks was missed, or too small a share was checked (常态化抽查).

    Rounds inside one period are taken together only as far as that is certain: they may have checked the same sites.

    Args:
        subject: Whether sites or accounts must be checked.
        per_year: Number of periods of a year, in each of which there must be a round: 1, 2, 4 or 12.
        share: Share of the running ones that must be checked in each, 0 to 1; None where no rule states one.
        department_share: The same for an office that supervises a department; None for the same as `share`.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标; 国办发〔2017〕47号, 监督考核; local notices.
    """
    evidence: list[Evidence] = []
    missed = low = unknown = 0
    wanted = _wanted(supervisor, share, department_share)
    for period in _periods(supervisor, subject, per_year):
        if not period.rounds:
            missed += 1
            evidence.append(Evidence(period.name, None, period.end, 0, 1))
            continue
        enough = _covers(period.rounds, wanted)
        if enough is None:
            unknown += 1
        elif not enough:
            low += 1
            evidence += [
                Evidence(one.period, one.url, period.end, f"{one.checked}/{one.running}", wanted[0]) for one in period.rounds
            ]
    if "spot_checks" in supervisor.partial:
        unknown, missed = unknown + missed, 0
    args: dict[str, Any] = {"missed": missed, "low": low, "year": str(supervisor.assessed_year), "subject": subject}
    faults = {kind: number for kind, number in (("missed", missed), ("low", low)) if number}
    possible = {"low": unknown} if unknown else {}
    if faults:
        return failed("spot_checks_short", evidence=evidence, faults=faults, possible=possible, **args)
    return inconclusive("spot_checks_unknown", possible=possible, **args) if unknown else passed()


def _wanted(supervisor: SupervisorSnapshot, share: Decimal | None, department: Decimal | None) -> tuple[Decimal, Decimal]:
    """The share demanded at least and at most; both are the same where the kind of office is known."""
    usual = share or Decimal(0)
    special = department if department is not None else usual
    kind = supervisor.supervisor.supervises
    if kind is None:
        return min(usual, special), max(usual, special)
    return (special, special) if kind == "department" else (usual, usual)


def _covers(rounds: list[SpotCheck], wanted: tuple[Decimal, Decimal]) -> bool | None:
    """Whether rounds checked the share demanded; None when their numbers do not decide."""
    if not wanted[1]:
        return True
    known = [(one.checked, one.running) for one in rounds if one.checked is not None and one.running is not None]
    shares = [Fraction(checked, running) if running else Fraction(1) for checked, running in known]
    if any(one >= Fraction(wanted[1]) for one in shares):
        return True
    if len(known) < len(rounds) or sum(shares, Fraction(0)) >= Fraction(wanted[0]):
        return None
    return False


@check("supervisor.results_unpublished", needs="spot_checks", faults=("unpublished", "late"))
def results_unpublished(
    supervisor: SupervisorSnapshot,
    *,
    subjects: tuple[Literal["site", "account"], ...],
    within: Annotated[Window | None, Strictness.SHORTER] = None,
) -> CheckResult:
    """The result of a round of checks was not made public, or too late (抽查结果公开).

    Args:
        subjects: Whether rounds over sites, accounts or both are looked at.
        within: Longest time from the end of the round's period to publication; None where no rule states one.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标.
    """
    point = supervisor.observed_at
    zone = point.tzinfo
    assert zone is not None
    unpublished: list[Evidence] = []
    late: list[Evidence] = []
    unknown = 0
    for one in supervisor.spot_checks or ():
        year, _, last = months_of(one.period)
        end = last_day(year, last)
        if one.subject not in subjects or year != supervisor.assessed_year or end >= day_of(point, zone):
            continue
        over = None if within is None else latest(end, zone) < within.start(point)
        if one.published is None:
            unknown += 1
        elif not one.published:
            if over is not False:
                unpublished.append(Evidence(one.period, one.url, end, 0))
        elif within is not None:
            if one.published_at is None:
                unknown += bool(over)
            elif latest(end, zone) < within.start(earliest(one.published_at, zone)):
                late.append(Evidence(one.period, one.url, end, one.published_at, within))
    faults = {kind: len(found) for kind, found in (("unpublished", unpublished), ("late", late)) if found}
    possible = {"unpublished": unknown} if unknown else {}
    if faults:
        args = {"unpublished": len(unpublished), "late": len(late)}
        return failed("results_unpublished", evidence=(*unpublished, *late), faults=faults, possible=possible, **args)
    return inconclusive("results_unknown", possible=possible) if possible or "spot_checks" in supervisor.partial else passed()


@check("supervisor.reporting_faulty", needs="reporting_faults", faults=("hidden", "missing", "wrong"))
def reporting_faulty(supervisor: SupervisorSnapshot) -> CheckResult:
    """Sites or accounts are hidden, missing or wrong in the national reporting systems (瞒报、漏报、错报).

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 信息报送.
    """
    found = supervisor.reporting_faults or ()
    faults = {kind: number for kind in ("hidden", "missing", "wrong") if (number := sum(one.kind == kind for one in found))}
    if faults:
        evidence = [Evidence(one.name, None, None, one.kind) for one in found]
        return failed("reporting_faulty", evidence=evidence, faults=faults, count=len(found))
    return inconclusive("reporting_partly_known") if "reporting_faults" in supervisor.partial else passed()


@check("supervisor.yearly_report_late", needs="yearly_reports", faults=("missing", "late"))
def yearly_report_late(
    supervisor: SupervisorSnapshot,
    *,
    kinds: tuple[Literal["supervision", "site"], ...],
    due_month: Annotated[int, Field(ge=1, le=12)],
    due_day: Annotated[int, Field(ge=1, le=31)],
) -> CheckResult:
    """A yearly report on the year assessed was not published by its date in the next year (年度报表).

    Args:
        kinds: Which reports are looked at; of each kind there must be one.
        due_month: Month of the date, 1 to 12.
        due_day: Day of the date; a month that has fewer days ends earlier.

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 年度报表; 国办函〔2018〕12号.
    """
    zone = supervisor.observed_at.tzinfo
    assert zone is not None
    year = supervisor.assessed_year
    due = day_in_month(year + 1, due_month, due_day)
    if day_of(supervisor.observed_at, zone) <= due:
        return passed("report_not_due", due=due)
    missing: list[Evidence] = []
    late: list[Evidence] = []
    unknown = 0
    for kind in kinds:
        mine = [one for one in supervisor.yearly_reports or () if one.kind == kind and one.year == year]
        if not mine:
            missing.append(Evidence(f"{kind}_report", None, due, 0))
        for one in mine:
            if one.published is False:
                missing.append(Evidence(one.name or f"{kind}_report", one.url, due, 0))
            elif one.published_at is None:
                unknown += 1
            elif day_of(one.published_at, zone) > due:
                late.append(Evidence(one.name or f"{kind}_report", one.url, one.published_at, one.published_at, due))
    if missing and "yearly_reports" in supervisor.partial:
        unknown, missing = unknown + len(missing), []
    faults = {kind: len(found) for kind, found in (("missing", missing), ("late", late)) if found}
    possible = {"late": unknown} if unknown else {}
    if faults:
        args: dict[str, Any] = {"missing": len(missing), "late": len(late), "due": due}
        return failed("yearly_reports_late", evidence=(*missing, *late), faults=faults, possible=possible, **args)
    return inconclusive("yearly_reports_unknown", possible=possible, due=due) if unknown else passed()


@check("supervisor.findings_unrectified", needs="rectifications", faults=("late", "again"))
def findings_unrectified(supervisor: SupervisorSnapshot) -> CheckResult:
    """Findings of the national check were not put right in time, or were found again (整改).

    Source:
        国办秘函〔2019〕19号, 监管工作年度考核指标: 整改.
    """
    point = supervisor.observed_at
    zone = point.tzinfo
    assert zone is not None
    late: list[Evidence] = []
    again: list[Evidence] = []
    unknown = 0
    for one in supervisor.rectifications or ():
        if one.found_again:
            again.append(Evidence(one.name, one.problem, one.done_at, "found_again"))
            continue
        # What was put right without a date to meet was in time; a bare day is read in the office's favour.
        if (
            one.done is None
            or (not one.done and one.due_at is None)
            or (one.done and one.due_at is not None and one.done_at is None)
        ):
            unknown += 1
        elif one.due_at is not None:
            end = point if one.done_at is None else earliest(one.done_at, zone)
            if end > latest(one.due_at, zone):
                late.append(Evidence(one.name, one.problem, one.due_at, one.done_at, one.due_at))
    faults = {kind: len(found) for kind, found in (("late", late), ("again", again)) if found}
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
    """Not all sites have moved to the shared platform (集约化平台), which a bonus demands among other things.

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
