"""Inconsistencies and gaps of a campaign, each named as an issue instead of being hidden in a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from itertools import chain, product
from types import MappingProxyType
from typing import Literal

from govmedia_rules.campaign.draft import NoticeDraft
from govmedia_rules.campaign.groups import Dimension
from govmedia_rules.campaign.letters import faults_of
from govmedia_rules.campaign.results import OPEN_OUTCOMES, Result
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.standing import evidence_at
from govmedia_rules.campaign.units import IssueAnswer, subject_kind
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.core.model import Model, Short
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.core.workdays import WorkCalendar
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Registry

Severity = Literal["wrong", "open", "note"]
_MOST_NAMED = 5
_KINDS: tuple[SubjectKind, ...] = ("site", "account")
_CHECKED: tuple[Dimension, ...] = ("level", "platform", "area")
_KIND_ZH = {"site": "政府网站", "account": "政务新媒体"}
_KIND_EN = {"site": "sites", "account": "accounts"}


class Issue(Model):
    """One inconsistency or gap of a campaign.

    Attributes:
        reason: Name of the sentence in `data/issues.toml`.
        severity: wrong when a figure cannot be right, open when something waits for a person, note when it should be known.
        count: Units concerned.
        details: Parts of the sentence, by name.
        answer: Why it is right as it is; None while nobody has said so.
        subjects: Ids of the units concerned, as far as they have names.
    """

    reason: str
    severity: Severity
    count: int = 0
    details: tuple[tuple[str, Short], ...] = ()
    subjects: tuple[str, ...] = ()
    answer: IssueAnswer | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether it keeps the notice from being written: a figure that cannot be right, or an appeal that may change one."""
        return self.answer is None and (self.severity == "wrong" or self.reason == "appeal_waiting")

    def answered(self, *, role: str | None, at: datetime | None, reason: str | None) -> IssueAnswer:
        """Return an answer to this issue that says why the data is right."""
        return IssueAnswer.model_validate(
            {
                "issue": self.reason,
                "details": self.details,
                "subjects": self.subjects,
                "count": self.count,
                "role": role,
                "at": at,
                "reason": reason,
            }
        )

    def message(self, lang: Literal["zh", "en"] = "zh") -> str:
        """Return the issue in one sentence."""
        more = len(self.subjects) > _MOST_NAMED
        if lang == "zh":
            named = "、".join(self.subjects[:_MOST_NAMED]) + ("等" if more else "")
        else:
            named = ", ".join(self.subjects[:_MOST_NAMED]) + (" …" if more else "")
        values = {"count": str(self.count), "named": named, **dict(self.details)}
        kind = values.get("kind", "")
        values["kind"] = (_KIND_ZH if lang == "zh" else _KIND_EN).get(kind, kind)
        return _sentences()[self.reason][lang].format_map(values)


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    return read_data("govmedia_rules.campaign", "issues.toml")


def _issue(
    reason: str,
    severity: Severity,
    subjects: tuple[str, ...] = (),
    *,
    count: int | None = None,
    details: Mapping[str, object] = MappingProxyType({}),
) -> Issue:
    values = tuple((name, str(value)) for name, value in details.items())
    return Issue(
        reason=reason, severity=severity, count=len(subjects) if count is None else count, details=values, subjects=subjects
    )


def issues_of(campaign: CampaignView, draft: NoticeDraft | None = None) -> Iterator[Issue]:
    """Yield every issue of a round, the wrong ones of the population first, then those of a draft of its notice."""
    for issue in chain(_unanswered(campaign), () if draft is None else _draft_deadlines(draft)):
        answer = next((answer for answer in reversed(campaign.issue_answers) if _covers(answer, issue)), None)
        yield issue if answer is None else issue.model_copy(update={"answer": answer})


def _covers(answer: IssueAnswer, issue: Issue) -> bool:
    """Whether an answer holds for an issue: it answers the same issue, and the issue names no unit that the answer does not."""
    if (answer.issue, answer.details) != (issue.reason, issue.details):
        return False
    return set(issue.subjects) <= set(answer.subjects) if issue.subjects else answer.count == issue.count


def _unanswered(campaign: CampaignView) -> Iterator[Issue]:
    yield from _population(campaign)
    yield from _results(campaign)
    yield from _order(campaign)
    yield from _rules(campaign)
    yield from _numbers(campaign)
    for sentence in faults_of(campaign.disclosures):
        yield _issue("disclosure_parts", "wrong", count=1, details={"what": sentence})


def _population(campaign: CampaignView) -> Iterator[Issue]:
    if campaign.repeated:
        names = tuple(dict.fromkeys(name for _, name in campaign.repeated))
        yield _issue("listed_twice", "wrong", names)
    for (_, name), both in campaign.shared_ids.items():
        yield _issue("shared_id", "wrong", (name,), details={"what": " / ".join(both)})
    subjects = list(campaign.members.values())
    registry = Registry(
        sites=tuple(subject for subject in subjects if isinstance(subject, Site)),
        accounts=tuple(subject for subject in subjects if isinstance(subject, Account)),
    )
    for problem in registry.problems():
        severity: Severity = "note" if problem.kind == "warning" else "wrong"
        yield _issue("registry", severity, problem.subjects, details={"what": problem.what})
    for _, population in campaign.totals:
        for sentence in population.faults():
            yield _issue("total_differs", "wrong", count=1, details={"kind": population.subject, "what": sentence})
    region = campaign.config.region
    if region is not None:
        start = region.rstrip("0")
        start += "0" * (len(start) % 2)
        others = tuple(
            result.subject.id
            for result in campaign.results.values()
            if result.subject.division is not None and not result.subject.division.startswith(start)
        )
        if others:
            yield _issue("other_region", "wrong", others, details={"region": region})


def _results(campaign: CampaignView) -> Iterator[Issue]:
    statistics = campaign.statistics("level", "platform", "area")
    for tier, kind in product(campaign.config.tiers, _KINDS):
        total = statistics.total(kind, tier=tier.id)
        groups = (statistics.groups(kind, spec, tier=tier.id).rows() for spec in _CHECKED)
        for label, stat in (*chain.from_iterable(groups), (_KIND_ZH[kind], total)):
            if stat.population is not None and stat.inspected > stat.population:
                values = {"kind": kind, "label": label, "population": stat.population}
                yield _issue("more_than_there_are", "wrong", count=stat.inspected, details=values)
    yield from _named(campaign)
    yield from _sampled(campaign)


def _named(campaign: CampaignView) -> Iterator[Issue]:
    """Yield issues about units known by name that have a result."""
    results = campaign.results
    # Where some of a population is known only as a number, a unit that is not listed may be one of those.
    yield from _about(
        "not_listed",
        "wrong",
        (
            result
            for key, result in results.items()
            if key not in campaign.members and campaign.is_listed_whole(result.tier, subject_kind(result.subject))
        ),
    )
    yield from _about("reports_differ", "wrong", filter(_reports_differ, results.values()))
    yield from _about("passed_with_veto", "wrong", filter(_passes_with_veto, results.values()))
    window = campaign.config.window
    if window is not None:
        first, last = window.start.first() or date.min, window.end.last() or date.max
        dated = ((result, result.observed_at.date()) for result in results.values() if result.observed_at is not None)
        outside = (result for result, day in dated if not first <= day <= last)
        yield from _about("outside_window", "wrong", outside, window=window.text())
    for outcome in OPEN_OUTCOMES:
        yield from _about(outcome, "open", (result for result in results.values() if result.outcome == outcome))
    yield from _about(
        "waiting", "open", (result for result in results.values() if result.waiting and result.outcome != "unreviewed")
    )


def _sampled(campaign: CampaignView) -> Iterator[Issue]:
    drawn = {(sample.tier, name) for sample in campaign.samples for name in sample.ids}
    not_seen = tuple(name for tier, name in sorted(drawn) if (tier, name) not in campaign.results)
    if not_seen:
        yield _issue("drawn_not_seen", "open", not_seen)
    kinds = {(sample.tier, sample.rule.subject) for sample in campaign.samples}
    yield from _draws(campaign)
    yield from _about(
        "seen_not_drawn",
        "note",
        (
            result
            for key, result in campaign.results.items()
            if (result.tier, subject_kind(result.subject)) in kinds and key not in drawn
        ),
    )


def _draws(campaign: CampaignView) -> Iterator[Issue]:
    """Yield issues about draws that could be chosen by what they give: made again, or when results were known already."""
    for tier, kind in sorted({(sample.tier, sample.rule.subject) for sample in campaign.samples}):
        of_kind = [sample for sample in campaign.samples if (sample.tier, sample.rule.subject) == (tier, kind)]
        seeds = "、".join(dict.fromkeys(sample.seed for sample in of_kind))
        if len({sample.seed for sample in of_kind}) > 1:
            yield _issue("drawn_again", "wrong", count=len(of_kind), details={"kind": kind, "tier": tier, "seeds": seeds[:200]})
        last = max(sample.at.date() for sample in of_kind)
        if any(sample.rule.method == "stratified" for sample in of_kind):
            seen = (r for r in campaign.results.values() if (r.tier, subject_kind(r.subject)) == (tier, kind))
            known = (result for result in seen if (at := evidence_at(result)) is not None and at.date() < last)
            yield from _about("drawn_after_results", "wrong", known, kind=kind, day=last.isoformat())


def _about(reason: str, severity: Severity, results: Iterable[Result], **values: str) -> Iterator[Issue]:
    subjects = tuple(result.subject.id for result in results)
    if subjects:
        yield _issue(reason, severity, subjects, details=values)


def _order(campaign: CampaignView) -> Iterator[Issue]:
    """Yield issues about the order of events."""
    results = campaign.results
    ruled = (result for result in results.values() if result.record is not None and result.record.ruling is not None)
    yield from _about("inspected_after_ruling", "wrong", filter(_is_inspected_after_ruling, ruled))
    own = [task for task in campaign.tasks if task.period == campaign.config.period and task.withdrawn_at is None]
    early = [task for task in own if (at := _observed_at(results.get(task.key))) is not None and task.issued < at.date()]
    if early:
        yield _issue("task_before_result", "wrong", tuple(task.subject for task in early))
    unread = [task for task in own if (day := _confirmed_on(results.get(task.key))) is not None and task.issued < day]
    if unread:
        yield _issue("task_before_review", "wrong", tuple(task.subject for task in unread))
    for due in sorted({task.due for task in own}):
        if (holiday := _why_off(due)) is not None:
            subjects = tuple(task.subject for task in own if task.due == due)
            yield _issue("deadline_off", "wrong", subjects, details={"due": due, "holiday": holiday})
    waiting = tuple(appeal.subject for appeal, answer in campaign.appeals if answer is None)
    if waiting:
        yield _issue("appeal_waiting", "open", waiting)


def _why_off(day: date) -> str | None:
    """Return why a day is not a working day; None for a working day and for one outside the years of the calendar."""
    calendar = WorkCalendar.official()
    return calendar.why_off(day) if calendar.covers(day) else None


def _draft_deadlines(draft: NoticeDraft) -> Iterator[Issue]:
    """Yield issues about the dates by which a notice asks for reports."""
    for deadline in draft.deadlines:
        day = deadline.due.after(draft.signed_at) if deadline.due is not None else None
        if day is None:
            continue
        signed = draft.signed_at.value if draft.signed_at is not None else None
        if signed is not None and day < signed:
            yield _issue("draft_deadline_early", "wrong", count=1, details={"due": day, "signed": signed})
        elif (holiday := _why_off(day)) is not None:
            yield _issue("draft_deadline_off", "wrong", count=1, details={"due": day, "holiday": holiday})


def _observed_at(result: Result | None) -> datetime | None:
    return None if result is None else evidence_at(result)


def _confirmed_on(result: Result | None) -> date | None:
    """Return the day on which the first reason of a failure was confirmed; None where a ruling or nobody did."""
    record = None if result is None or result.outcome != "failed" else result.record
    if result is None or record is None or record.ruling is not None:
        return None
    confirmed = [review.at for review in record.given if review.decision == "confirmed" and review.indicator in result.reasons]
    confirmed += [report.reviewed_at for report in record.reported if report.reviewed_at is not None]
    return min(confirmed).date() if confirmed else None


def _is_inspected_after_ruling(result: Result) -> bool:
    record = result.record
    if record is None or record.ruling is None or record.inspection is None:
        return False
    return record.inspection.observed_at > record.ruling.at


def _reports_differ(result: Result) -> bool:
    """Whether one report fails a unit, a later one passes it, and no ruling decides between them."""
    record = result.record
    if record is None or record.ruling is not None or result.outcome != "failed":
        return False
    reports = sorted((report for report in record.reported if report.outcome is not None), key=lambda report: report.at)
    return bool(reports) and reports[-1].outcome == "passed" and any(report.outcome == "failed" for report in reports)


def _passes_with_veto(result: Result) -> bool:
    """Whether a unit is reported to have passed, and a problem of a veto that was reported with it is confirmed."""
    record = result.record
    if record is None or result.outcome != "passed" or record.inspection is not None or record.ruling is not None:
        return False
    vetoes = {name for report in record.reported for fault in report.faults for name in fault.indicator_ids if ".veto." in name}
    return any(name in record.reviews and record.reviews[name].decision == "confirmed" for name in vetoes)


def _rules(campaign: CampaignView) -> Iterator[Issue]:
    if len(campaign.rulebooks) > 1:
        versions = "、".join(f"{rulebook.version} {rulebook.digest[:12]}" for rulebook in campaign.rulebooks)
        yield _issue("several_rulebooks", "wrong", count=len(campaign.rulebooks), details={"what": versions})
    reasons = {reason for result in campaign.failures() for reason in result.reasons}
    ids = {indicator.id for plan in campaign.plans for indicator in plan.indicators if not indicator.is_verified}
    unverified = ids & reasons
    if unverified:
        yield _issue("unverified", "note", count=len(unverified), details={"what": "、".join(sorted(unverified))})


def _numbers(campaign: CampaignView) -> Iterator[Issue]:
    for basis in ("inferred", "assumed"):
        blocks = [block for block in (*campaign.counted, *campaign.counted_results) if block.basis == basis]
        if blocks:
            yield _issue(f"numbers_{basis}", "note", count=sum(block.count for block in blocks), details={"blocks": len(blocks)})
    nameless = sum(block.count for block in campaign.counted_results if block.outcome == "failed")
    if nameless:
        yield _issue("nameless", "note", count=nameless)
