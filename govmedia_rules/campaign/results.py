"""How one unit ended in one round: what was found, what people confirmed, and what may be published (检查结果).

Only a failure that somebody reviewed is a failure. One that a machine or an agency found and nobody confirmed is
`unreviewed`: it is counted in the open and published nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from govmedia_rules.campaign.rules import OutcomeRule
from govmedia_rules.campaign.units import Fault, Reported, Ruling
from govmedia_rules.judge.finding import Finding, is_under
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.judge.reviews import Review
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.models import Account, Site

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
"""How a unit ended: the outcomes a notice prints, and two that are still open.

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
"""Outcomes that are no end."""
SCORE = "score"
"""Stands for an indicator where a unit fails by its points: a review of it confirms that."""


class Failure(NamedTuple):
    """One failed indicator of a unit, as a campaign counts it.

    Attributes:
        indicator: Its id, or `score`.
        kind: Kind of the indicator; `veto` for the score.
        decision: `confirmed` when a review says so; None when nobody reviewed it.
        is_waived: Whether a document excuses it.
    """

    indicator: str
    kind: str
    decision: str | None
    is_waived: bool


class Found(NamedTuple):
    """What of an inspection a campaign counts; small enough to be stored with it.

    Attributes:
        verdict: The verdict.
        score: Lowest and highest the score can be; None when there is none.
        failures: The failed indicators, vetoes or not.
        was_found: Whether a veto had failed, or somebody said so, before any review.
    """

    verdict: str
    score: tuple[Decimal, Decimal] | None
    failures: tuple[Failure, ...]
    was_found: bool

    @classmethod
    def of(cls, inspection: Inspection) -> Found:
        """What of `inspection` counts."""
        problems = inspection.problems
        score = inspection.score
        passes = None if score is None else score.passes
        points = None if score is None else (score.low, score.high)
        reviews = inspection.reviews
        if not problems and not reviews and passes is not False:
            return cls(inspection.verdict.value, points, (), False)
        failures = [Failure(one.id, one.kind, one.review.decision if one.review else None, one.is_waived) for one in problems]
        if passes is False:
            failures.append(Failure(SCORE, "veto", None, False))
        by_id = inspection.plan.by_id
        claimed = any(review.indicator in by_id and by_id[review.indicator].kind == "veto" for review in reviews)
        return cls(
            inspection.verdict.value,
            points,
            tuple(failures),
            claimed or passes is False or any(one.kind == "veto" for one in problems),
        )

    def to_json(self) -> list[object]:
        """A JSON-ready copy."""
        score = None if self.score is None else [str(point) for point in self.score]
        return [self.verdict, score, [list(one) for one in self.failures], self.was_found]

    @classmethod
    def from_json(cls, data: Sequence[object]) -> Found:
        """What `to_json` wrote."""
        verdict, score, failures, was_found = data
        points = None if score is None else (Decimal(score[0]), Decimal(score[1]))  # type: ignore[index]
        told = tuple(Failure(*one) for one in failures)  # type: ignore[attr-defined]
        return cls(str(verdict), points, told, bool(was_found))


class Held:
    """An inspection as a campaign holds it: the object itself, or the text it was stored as, opened when somebody looks.

    Attributes:
        plan: The plan it was judged by.
        first: What was found when it was added.
        found: The same with the reviews the campaign was given since.
        observed_at: The monitoring point.
        digest: Digest of the plan.
    """

    __slots__ = ("_base", "_open", "_reviews", "_text", "digest", "first", "found", "observed_at", "plan")

    def __init__(self, plan: Plan, found: Found, observed_at: datetime, base: Inspection | None, text: str) -> None:
        self.plan = plan
        self.first = self.found = found
        self.observed_at = observed_at
        self.digest = plan.digest
        self._base = base
        self._text = text
        self._reviews: tuple[Review, ...] = ()
        self._open: Inspection | None = None

    @classmethod
    def of(cls, inspection: Inspection) -> Held:
        """Holds an inspection."""
        return cls(inspection.plan, Found.of(inspection), inspection.observed_at, inspection, "")

    @classmethod
    def stored(cls, text: str, plan: Plan, found: Found, observed_at: datetime) -> Held:
        """Holds the JSON of an inspection."""
        return cls(plan, found, observed_at, None, text)

    def open(self) -> Inspection:
        """The inspection, with the reviews the campaign was given."""
        if self._open is None:
            inspection = self._base or Inspection.from_dict(self.to_dict(), self.plan)
            self._open = inspection.with_reviews(self._reviews) if self._reviews else inspection
        return self._open

    def review(self, review: Review) -> None:
        """Attaches a review; what is found follows it."""
        if review.indicator == SCORE:
            self.found = _score_reviewed(self.found, review)
        elif review.indicator in self.plan.by_id:
            self._reviews += (review,)
            self._open = None
            self.found = Found.of(self.open())

    def to_dict(self) -> dict[str, Any]:
        """The inspection as it is stored: without the reviews the campaign was given."""
        return self._base.to_dict() if self._base is not None else json.loads(self._text)


def _score_reviewed(found: Found, review: Review) -> Found:
    kept = [one for one in found.failures if one.indicator != SCORE]
    if review.decision == "dismissed" or len(kept) == len(found.failures):
        return found._replace(failures=tuple(kept))
    return found._replace(failures=(*kept, Failure(SCORE, "veto", "confirmed", False)))


@dataclass(slots=True)
class Entry:
    """All that a campaign was told of one unit in one tier."""

    subject: Site | Account
    tier: str
    held: Held | None = None
    reported: tuple[Reported, ...] = ()
    ruling: Ruling | None = None
    reviews: dict[str, Review] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """How one unit ended.

    Attributes:
        subject: The unit.
        tier: Tier it was looked at in.
        outcome: How it ended.
        label: The outcome in Chinese.
        was_found: Whether it had failed before any review.
        reasons: Ids of what made it fail, confirmed; () unless it failed.
        problems: Ids of all confirmed problems, of whatever kind.
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
    entry: Entry | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """Tier and id: one unit may be looked at in two tiers."""
        return self.tier, self.subject.id

    @property
    def is_settled(self) -> bool:
        """Whether it is neither 待定 nor 待复核."""
        return self.outcome not in OPEN_OUTCOMES

    @property
    def inspection(self) -> Inspection | None:
        """The inspection with all reviews; None for a unit that was only reported."""
        return self.entry.held.open() if self.entry is not None and self.entry.held is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The confirmed findings of the inspection, waived ones left out; () for a unit that was only reported."""
        inspection = self.inspection
        if inspection is None:
            return ()
        confirmed = set(self.problems)
        return tuple(one for one in inspection.problems if one.id in confirmed)

    def faults(self) -> Iterator[Fault]:
        """The confirmed problems in words, in the order of the rulebook; reported ones come last."""
        entry = self.entry
        if entry is None:
            return
        for finding in self.findings:
            yield Fault(wording=finding.phrase, indicator_ids=(finding.id,))
        if SCORE in self.problems and self.score is not None:
            yield Fault(wording=f"得分{self.score[1].normalize():f}分", indicator_ids=(SCORE,))
        yield from reported_faults(entry, self.problems)
        if entry.ruling is not None and entry.ruling.outcome == "failed" and entry.ruling.reason:
            yield Fault(wording=entry.ruling.reason, indicator_ids=("other",))


def reported_faults(entry: Entry, problems: Sequence[str] | None = None) -> Iterator[Fault]:
    """The confirmed problems that somebody reported of a unit.

    Args:
        entry: What was told of it.
        problems: Ids of its confirmed problems; None to work them out, for a unit of which only problems are known.
    """
    known = _weigh(entry, None)[0] if problems is None else problems
    for report in entry.reported:
        for fault in report.faults:
            if any(one in known for one in fault.indicator_ids or ("other",)):
                yield fault


def result_of(entry: Entry, rules: Sequence[OutcomeRule], listed: Site | Account | None) -> Result | None:
    """How a unit ended; None when nothing was told but problems.

    Args:
        entry: What was told of it.
        rules: Outcomes beside pass and fail, the first that holds counts.
        listed: The unit as the registry describes it; None when it is not listed.
    """
    found = entry.held.found if entry.held is not None else None
    confirmed, waiting, severe = _weigh(entry, found)
    score = found.score if found is not None else None
    for report in entry.reported:
        score = report.score if score is None else score
    outcome, label = _outcome(entry, rules, listed, confirmed, waiting, severe, found, score)
    if outcome is None:
        return None
    return Result(
        entry.subject,
        entry.tier,
        outcome,
        label or OUTCOME_ZH[outcome],
        (found.was_found if found is not None else False) or any(one.outcome == "failed" for one in entry.reported),
        tuple(one for one in confirmed if one in severe) if outcome == "failed" else (),
        confirmed,
        waiting,
        score,
        entry.held.observed_at if entry.held is not None else None,
        entry.held.digest if entry.held is not None else None,
        entry,
    )


def _weigh(entry: Entry, found: Found | None) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """Confirmed problems, failures that wait for a review, and which of both make a unit fail."""
    confirmed: dict[str, None] = {}
    waiting: dict[str, None] = {}
    severe: set[str] = set()
    for failure in found.failures if found is not None else ():
        if failure.is_waived:
            continue
        if failure.kind == "veto":
            severe.add(failure.indicator)
        (confirmed if failure.decision == "confirmed" else waiting)[failure.indicator] = None
    for reported, fault in ((one, fault) for one in entry.reported for fault in one.faults):
        for name in fault.indicator_ids or ("other",):
            review = entry.reviews.get(name)
            if review is not None and review.decision == "dismissed":
                continue
            is_confirmed = review is not None or reported.reviewed_at is not None
            if reported.outcome == "failed":
                severe.add(name)
            if name not in confirmed:
                (confirmed if is_confirmed else waiting)[name] = None
    return tuple(confirmed), tuple(name for name in waiting if name not in confirmed), frozenset(severe)


def _outcome(
    entry: Entry,
    rules: Sequence[OutcomeRule],
    listed: Site | Account | None,
    confirmed: tuple[str, ...],
    waiting: tuple[str, ...],
    severe: frozenset[str],
    found: Found | None,
    score: tuple[Decimal, Decimal] | None,
) -> tuple[UnitOutcome | None, str]:
    if entry.ruling is not None:
        return entry.ruling.outcome, ""
    if found is None and all(one.outcome is None for one in entry.reported):
        return None, ""
    subject = entry.subject
    kind = "account" if isinstance(subject, Account) else "site"
    rules = [rule for rule in rules if rule.subject in (None, kind)]
    for rule in rules:
        if rule.comes_first and _has_status(rule, subject, listed):
            return rule.outcome, rule.label
    if any(name in severe for name in confirmed):
        return "failed", ""
    if any(name in severe for name in waiting):
        return "unreviewed", ""
    outcome = _told(entry, found)
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


def _told(entry: Entry, found: Found | None) -> UnitOutcome:
    """The outcome where no failure stands and none waits."""
    if found is not None:
        if found.verdict == Verdict.UNDETERMINED.value:
            return "undetermined"
        return "passed"  # 不合格 with every failure waived or dismissed is none
    reported = [one for one in entry.reported if one.outcome is not None][-1]
    assert reported.outcome is not None
    if reported.outcome != "failed":
        return reported.outcome
    if reported.faults:
        return "passed"  # every fault of the report was dismissed
    return "failed" if reported.reviewed_at is not None else "unreviewed"
