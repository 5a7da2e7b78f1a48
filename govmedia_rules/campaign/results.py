"""The result of one unit in one round: what was found, what people confirmed, and what may be published (检查结果).

Only a failure that somebody reviewed is a failure. One that a machine or an agency found and nobody confirmed is
`unreviewed`: it is counted in the open and published nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from govmedia_rules.campaign.records import SCORE, UnitRecord, VerdictSummary
from govmedia_rules.campaign.rules import OutcomeRule
from govmedia_rules.campaign.units import Fault
from govmedia_rules.judge.finding import Finding, is_under
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.models import Account, Site, is_same_unit

UnitOutcome = Literal[
    "passed",
    "failed",
    "basically_passed",
    "closing",
    "closed",
    "unreported",
    "other",
    "undetermined",
    "unreviewed",
]
"""The outcome of a unit: the outcomes a notice prints, and two that are still open.

`undetermined` (待定): the data did not decide. `unreviewed` (待复核): a failure was found and nobody has confirmed it.
"""

OUTCOME_ZH: Mapping[UnitOutcome, str] = {
    "passed": "合格",
    "failed": "不合格",
    "basically_passed": "基本合格",
    "closing": "正在注销",
    "closed": "已注销",
    "unreported": "注销未报备",
    "other": "其他",
    "undetermined": "待定",
    "unreviewed": "待复核",
}
OPEN_OUTCOMES = ("undetermined", "unreviewed")
"""Outcomes that are not settled."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one unit.

    Attributes:
        subject: The unit as inspected; what is not told there stands as in the registry.
        tier: Tier it was inspected in.
        outcome: Its outcome.
        label: The outcome in Chinese.
        was_found: Whether it had failed before any review.
        reasons: Ids of what made it fail, confirmed; () unless it failed.
        problems: Ids of its confirmed problems, of whatever kind; without those that would have made it fail unless it did.
        waiting: Ids of failures nobody has reviewed; they are published nowhere.
        score: Lowest and highest the score can be; None when there is none.
        observed_at: The monitoring point; None for a unit that was only reported.
        digest: Digest of the rulebook it was judged by; None for a unit that was only reported.
    """

    subject: Site | Account
    tier: str
    outcome: UnitOutcome
    label: str
    was_found: bool
    reasons: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    score: tuple[Decimal, Decimal] | None = None
    observed_at: datetime | None = None
    digest: str | None = None
    record: UnitRecord | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """Tier and id: one unit may be inspected in two tiers."""
        return self.tier, self.subject.id

    @property
    def is_settled(self) -> bool:
        """Whether it is neither 待定 nor 待复核."""
        return self.outcome not in OPEN_OUTCOMES

    @property
    def inspection(self) -> Inspection | None:
        """The inspection with all reviews; None for a unit that was only reported."""
        return self.record.inspection.open() if self.record is not None and self.record.inspection is not None else None

    @property
    def inspection_plan(self) -> Plan | None:
        """The plan of the inspection; None for a unit that was only reported."""
        return self.record.inspection.plan if self.record is not None and self.record.inspection is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The confirmed findings of the inspection, waived ones left out; () for a unit that was only reported."""
        inspection = self.inspection
        if inspection is None:
            return ()
        confirmed = set(self.problems)
        return tuple(finding for finding in inspection.problems if finding.id in confirmed)

    def faults(self) -> Iterator[Fault]:
        """Yield the confirmed problems in words, in the order of the rulebook; reported ones come last."""
        record = self.record
        if record is None:
            return
        for finding in self.findings:
            yield Fault(wording=finding.phrase, indicator_ids=(finding.id,))
        if SCORE in self.problems and self.score is not None:
            yield Fault(wording=f"得分{self.score[1].normalize():f}分", indicator_ids=(SCORE,))
        yield from reported_faults(record, self.problems)
        if record.ruling is not None and record.ruling.outcome == "failed" and record.ruling.reason:
            yield Fault(wording=record.ruling.reason, indicator_ids=("other",))


def reported_faults(record: UnitRecord, problems: Sequence[str] | None = None) -> Iterator[Fault]:
    """Yield the problems of a unit that a report names and that are confirmed.

    Args:
        record: What is recorded of it.
        problems: Ids of its confirmed problems; None to work them out, for a unit of which only problems are known.
    """
    known = _weigh(record, None)[0] if problems is None else problems
    for report in record.reported:
        for fault in report.faults:
            if any(name in known for name in fault.indicator_ids or ("other",)):
                yield fault


def result_of(record: UnitRecord, rules: Sequence[OutcomeRule], listed: Site | Account | None) -> Result | None:
    """Return the result of a unit; None when only problems without an outcome are recorded.

    Args:
        record: What is recorded of it.
        rules: Outcomes beside pass and fail, the first that holds counts.
        listed: The unit as the registry describes it; None when it is not listed.
    """
    summary = record.inspection.summary if record.inspection is not None else None
    confirmed, waiting, severe = _weigh(record, summary)
    score = summary.score if summary is not None else None
    for report in record.reported:
        score = report.score if score is None else score
    outcome, label = _outcome(record, rules, listed, confirmed, waiting, severe, summary, score)
    if outcome is None:
        return None
    if outcome != "failed":
        # A unit that is being closed, or was ruled to pass, is not named with what would have made it fail.
        confirmed = tuple(name for name in confirmed if name not in severe)
    return Result(
        _described(record.subject, listed),
        record.tier,
        outcome,
        label or OUTCOME_ZH[outcome],
        (summary.was_found if summary is not None else False) or any(report.outcome == "failed" for report in record.reported),
        tuple(name for name in confirmed if name in severe),
        confirmed,
        waiting,
        score,
        record.inspection.observed_at if record.inspection is not None else None,
        record.inspection.digest if record.inspection is not None else None,
        record,
    )


_FROM_REGISTRY = ("area", "owner", "level", "region", "code", "url")


def _described(subject: Site | Account, listed: Site | Account | None) -> Site | Account:
    """Return a unit as it was inspected, with what only the registry tells of it (所属地方, 主办单位, 层级)."""
    if listed is None:
        return subject
    known = {
        name: value for name in _FROM_REGISTRY if getattr(subject, name) is None and (value := getattr(listed, name)) is not None
    }
    return subject.model_copy(update=known) if known and is_same_unit(subject, listed) else subject


def _weigh(record: UnitRecord, summary: VerdictSummary | None) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """Return the confirmed problems, the failures that wait for a review, and the ids of those that make a unit fail."""
    confirmed: dict[str, None] = {}
    waiting: dict[str, None] = {}
    severe: set[str] = set()
    for failure in summary.failures if summary is not None else ():
        if failure.is_waived:
            continue
        if failure.kind == "veto":
            severe.add(failure.indicator)
        (confirmed if failure.decision == "confirmed" else waiting)[failure.indicator] = None
    for reported, fault in ((report, fault) for report in record.reported for fault in report.faults):
        for name in fault.indicator_ids or ("other",):
            review = record.reviews.get(name)
            if review is not None and review.decision == "dismissed" and review.at >= reported.at:
                continue
            # A review answers what was reported before it, never what came after.
            is_confirmed = reported.reviewed_at is not None or (review is not None and review.at >= reported.at)
            if reported.outcome == "failed":
                severe.add(name)
            if name not in confirmed:
                (confirmed if is_confirmed else waiting)[name] = None
    return tuple(confirmed), tuple(name for name in waiting if name not in confirmed), frozenset(severe)


def _outcome(
    record: UnitRecord,
    rules: Sequence[OutcomeRule],
    listed: Site | Account | None,
    confirmed: tuple[str, ...],
    waiting: tuple[str, ...],
    severe: frozenset[str],
    summary: VerdictSummary | None,
    score: tuple[Decimal, Decimal] | None,
) -> tuple[UnitOutcome | None, str]:
    if record.ruling is not None:
        return record.ruling.outcome, ""
    if summary is None and all(report.outcome is None for report in record.reported):
        return None, ""
    subject = record.subject
    kind = "account" if isinstance(subject, Account) else "site"
    rules = [rule for rule in rules if rule.subject in (None, kind)]
    for rule in rules:
        if rule.comes_first and _has_status(rule, subject, listed):
            return rule.outcome, rule.label
    if any(name in severe for name in confirmed):
        return "failed", ""
    if any(name in severe for name in waiting):
        return "unreviewed", ""
    outcome = _settled_outcome(record, summary)
    if outcome == "passed":
        for rule in rules:
            if not rule.comes_first and _is_met(rule, confirmed, score):
                return rule.outcome, rule.label
    return outcome, ""


def _has_status(rule: OutcomeRule, subject: Site | Account, listed: Site | Account | None) -> bool:
    if rule.status and subject.status not in rule.status:
        return False
    return not rule.listed_status or (listed is not None and listed.status in rule.listed_status)


def _is_met(rule: OutcomeRule, confirmed: tuple[str, ...], score: tuple[Decimal, Decimal] | None) -> bool:
    if rule.score_below is not None and (score is None or score[1] >= rule.score_below):
        return False
    if rule.families:
        return sum(any(is_under(name, family) for family in rule.families) for name in confirmed) >= rule.at_least
    return rule.score_below is not None


def _settled_outcome(record: UnitRecord, summary: VerdictSummary | None) -> UnitOutcome:
    """Return the outcome of a unit without a confirmed failure and without one that waits for a review."""
    if summary is not None:
        if summary.verdict == Verdict.UNDETERMINED.value:
            return "undetermined"
        return "passed"  # 不合格 with every failure waived or dismissed is none
    reported = [report for report in record.reported if report.outcome is not None][-1]
    assert reported.outcome is not None
    if reported.outcome != "failed":
        return reported.outcome
    if reported.faults:
        return "passed"  # every fault of the report was dismissed
    return "failed" if reported.reviewed_at is not None else "unreviewed"
