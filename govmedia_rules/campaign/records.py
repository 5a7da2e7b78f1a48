"""The record of one unit in a campaign: its inspection, reports on it, reviews, and a ruling."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from govmedia_rules.campaign.units import Reported, Ruling
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.reviews import Review
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.models import Account, Site

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


class VerdictSummary(NamedTuple):
    """The part of an inspection that campaign statistics need, small enough to be stored beside it.

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
    def of(cls, inspection: Inspection) -> VerdictSummary:
        """Summarise an inspection for campaign statistics."""
        problems = inspection.problems
        score = inspection.score
        passes = None if score is None else score.passes
        points = None if score is None else (score.low, score.high)
        reviews = inspection.reviews
        if not problems and not reviews and passes is not False:
            return cls(inspection.verdict.value, points, (), False)
        failures = [
            Failure(finding.id, finding.kind, finding.review.decision if finding.review else None, finding.is_waived)
            for finding in problems
        ]
        if passes is False:
            failures.append(Failure(SCORE, "veto", None, False))
        by_id = inspection.plan.by_id
        has_reviewed_veto = any(review.indicator in by_id and by_id[review.indicator].kind == "veto" for review in reviews)
        was_found = has_reviewed_veto or passes is False or any(finding.kind == "veto" for finding in problems)
        return cls(inspection.verdict.value, points, tuple(failures), was_found)

    def to_json(self) -> list[object]:
        """Return a JSON-ready copy."""
        score = None if self.score is None else [str(point) for point in self.score]
        return [self.verdict, score, [list(failure) for failure in self.failures], self.was_found]

    @classmethod
    def from_json(cls, data: Sequence[object]) -> VerdictSummary:
        """Read what `to_json` wrote."""
        verdict, score, failures, was_found = data
        points = None if score is None else (Decimal(score[0]), Decimal(score[1]))  # type: ignore[index]
        return cls(str(verdict), points, tuple(Failure(*failure) for failure in failures), bool(was_found))  # type: ignore[attr-defined]


class StoredInspection:
    """An inspection as a campaign stores it: the object itself, or the text it was stored as, opened on first use.

    Attributes:
        plan: The plan it was judged by.
        as_added: Summary when it was added.
        observed_at: The monitoring point.
        digest: Digest of the plan.
    """

    __slots__ = ("_base", "_open", "_reviews", "_summary", "_text", "as_added", "digest", "observed_at", "plan")

    def __init__(self, plan: Plan, summary: VerdictSummary, observed_at: datetime, base: Inspection | None, text: str) -> None:
        self.plan = plan
        self.as_added = summary
        self.observed_at = observed_at
        self.digest = plan.digest
        self._summary: VerdictSummary | None = summary
        self._base = base
        self._text = text
        self._reviews: tuple[Review, ...] = ()
        self._open: Inspection | None = None

    @classmethod
    def of(cls, inspection: Inspection) -> StoredInspection:
        """Store an inspection."""
        return cls(inspection.plan, VerdictSummary.of(inspection), inspection.observed_at, inspection, "")

    @classmethod
    def stored(cls, text: str, plan: Plan, summary: VerdictSummary, observed_at: datetime) -> StoredInspection:
        """Store the JSON of an inspection."""
        return cls(plan, summary, observed_at, None, text)

    def open(self) -> Inspection:
        """Return the inspection, with the reviews the campaign was given."""
        if self._open is None:
            base = self._base or Inspection.from_dict(json.loads(self._text), self.plan)
            # The campaign may know the unit by a longer id than the inspection does.
            given = [
                review.model_copy(update={"subject": base.subject.id})
                for review in self._reviews
                if review.indicator in self.plan.by_id
            ]
            self._open = base.with_reviews(given) if given else base
        return self._open

    @property
    def summary(self) -> VerdictSummary:
        """Summary with the reviews the campaign was given; made on first use, however many reviews came in."""
        if self._summary is None:
            summary = self.as_added
            if any(review.indicator in self.plan.by_id for review in self._reviews):
                summary = VerdictSummary.of(self.open())
            for review in self._reviews:
                if review.indicator == SCORE:
                    summary = _score_reviewed(summary, review)
            self._summary = summary
        return self._summary

    def review(self, review: Review) -> None:
        """Attach a review; the summary follows it."""
        if review.indicator == SCORE or review.indicator in self.plan.by_id:
            self._reviews += (review,)
            self._open = self._summary = None

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as it is stored: without the reviews the campaign was given."""
        return self._base.to_dict() if self._base is not None else json.loads(self._text)


def _score_reviewed(summary: VerdictSummary, review: Review) -> VerdictSummary:
    others = [failure for failure in summary.failures if failure.indicator != SCORE]
    if review.decision == "dismissed" or len(others) == len(summary.failures):
        return summary._replace(failures=tuple(others))
    return summary._replace(failures=(*others, Failure(SCORE, "veto", "confirmed", False)))


@dataclass(slots=True)
class UnitRecord:
    """All that is recorded of one unit in one tier.

    Attributes:
        subject: The unit, as last described.
        tier: The tier.
        inspection: The inspection with the latest monitoring point; None for a unit that was only reported.
        reported: What bodies report of it, in order of time.
        ruling: The latest ruling; None without one.
        reviews: The latest review of each indicator.
        given: All reviews, in the order recorded; several may answer single candidates of one finding.
        points: All monitoring points it was inspected at.
    """

    subject: Site | Account
    tier: str
    inspection: StoredInspection | None = None
    reported: tuple[Reported, ...] = ()
    ruling: Ruling | None = None
    reviews: dict[str, Review] = field(default_factory=dict)
    given: tuple[Review, ...] = ()
    points: tuple[datetime, ...] = ()
