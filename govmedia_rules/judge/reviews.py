"""What people add to a finding: a review confirms or dismisses it, a waiver excuses it. Neither erases anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from pydantic import Field, NonNegativeInt

from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Instant

Decision = Literal["confirmed", "dismissed"]


class Review(Model):
    """A person's answer to one indicator for one subject (复核).

    A confirmed finding counts as failed, a dismissed one as passed; what the machine said stays on the finding.

    Attributes:
        subject: Id of the subject.
        indicator: Id of the indicator.
        decision: `confirmed` or `dismissed`.
        role: Role of the person who decided, never the name.
        at: When it was decided.
        reason: Why; for a confirmed misstatement the passage and what is wrong with it.
        evidence: Address of the proof.
        faults: Number of faults by kind, for indicators that deduct for each; empty when one fault is meant.
        observed_at: The monitoring point it belongs to; None for any.
        document: The document that states it, where the review is taken from one.
    """

    subject: Name
    indicator: Name
    decision: Decision
    role: Name
    at: Instant
    reason: Short
    evidence: Short | None = None
    faults: Mapping[str, NonNegativeInt] = Field(default_factory=dict)
    observed_at: Instant | None = None
    document: Short | None = None


class Waiver(Model):
    """A document that excuses one failure for a time (豁免); the finding stays and shows it.

    Attributes:
        id: Its own id or number.
        subject: Id of the subject it covers, exactly.
        indicators: Ids of the indicators it covers, exactly; no patterns.
        authority: Who granted it.
        document: The document.
        reason: Why.
        granted: First day it holds.
        expires: Last day it holds.
    """

    id: Name
    subject: Name
    indicators: tuple[Name, ...] = Field(min_length=1)
    authority: Name
    document: Name
    reason: Short
    granted: date
    expires: date

    def holds_on(self, day: date) -> bool:
        """Return whether it is in force on `day`."""
        return self.granted <= day <= self.expires


def reviews_by_subject(reviews: Iterable[Review]) -> dict[str, dict[str, tuple[Review, ...]]]:
    """Return reviews by subject and indicator, in order of time; the last one decides."""
    by_subject: dict[str, dict[str, tuple[Review, ...]]] = {}
    for review in sorted(reviews, key=lambda review: review.at):
        by_indicator = by_subject.setdefault(review.subject, {})
        by_indicator[review.indicator] = (*by_indicator.get(review.indicator, ()), review)
    return by_subject


def waivers_by_subject(waivers: Iterable[Waiver]) -> dict[str, tuple[Waiver, ...]]:
    """Return waivers by subject."""
    by_subject: dict[str, tuple[Waiver, ...]] = {}
    for waiver in waivers:
        by_subject[waiver.subject] = (*by_subject.get(waiver.subject, ()), waiver)
    return by_subject
