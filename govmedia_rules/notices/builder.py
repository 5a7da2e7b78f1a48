"""Collect counts, outcomes and rates in the order in which a text states them, and give them out as populations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from govmedia_rules.notices.figures import (
    ComparisonBasis,
    Count,
    CountedSubject,
    Dimension,
    Group,
    InspectedPopulation,
    Measure,
    Outcome,
    OutcomeKind,
    Period,
    PeriodComparison,
    Rate,
)
from govmedia_rules.notices.labels import platform_of_label
from govmedia_rules.notices.model import Figure


@dataclass(slots=True)
class PartBuilder:
    """A part of a population while it is read."""

    subject: CountedSubject
    label: str = ""
    counts: dict[Measure, Count] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    dimension: Dimension = "other"
    key: str | None = None
    part_of: Measure | None = None

    def group(self) -> Group:
        """Return the part as read so far."""
        return Group(
            subject=self.subject,
            label=self.label,
            dimension=self.dimension,
            key=self.key,
            measure=self.part_of,
            outcomes=tuple(self.outcomes),
            rates=tuple(self.rates),
            **self.counts,
        )


@dataclass(slots=True)
class WholeBuilder(PartBuilder):
    """A population while it is read."""

    scope: str = ""
    count_basis: str | None = None
    stage: str | None = None
    method: str | None = None
    extent: Literal["full", "sampled"] | None = None
    parts: list[PartBuilder] = field(default_factory=list)
    restated: list[Outcome] = field(default_factory=list)
    last_measure: Measure | None = None

    def make_first_a_part(self, key: str) -> None:
        """Make the platform that the population began with a part where another is counted beside it (APP5个,小程序12个)."""
        first = platform_of_label(self.label)
        if first is None or first[0] == key or self.outcomes or self.parts or len(self.counts) != 1:
            return
        measure, count = self.counts.popitem()
        self.parts.append(
            PartBuilder(self.subject, self.label, counts={measure: count}, dimension="platform", key=first[0], part_of=measure)
        )
        self.label = ""

    def population(self) -> InspectedPopulation:
        """Return the population as read so far."""
        return InspectedPopulation(
            subject=self.subject,
            label=self.label,
            scope=self.scope,
            count_basis=self.count_basis,
            stage=self.stage,
            method=self.method,
            extent=self.extent,
            restated=tuple(self.restated),
            outcomes=tuple(self.outcomes),
            rates=tuple(self.rates),
            groups=tuple(part.group() for part in self.parts),
            **self.counts,
        )


class CountBuilder:
    """Collect what is counted, in the order in which a text states it."""

    def __init__(self, period: Period | None = None) -> None:
        self.period = period
        self.wholes: list[WholeBuilder] = []
        self.figures: list[Figure] = []
        self.current: PartBuilder | None = None
        self.last_outcome: OutcomeKind | None = None
        self.topic: CountedSubject | None = None
        self.recent: list[CountedSubject] = []
        self.in_segment: list[CountedSubject] = []
        """Kinds of subject that the clauses up to a semicolon or full stop named, in their order."""
        self.stage: str | None = None
        self.method: str | None = None
        self.compared_with: ComparisonBasis | None = None
        self.divided: Outcome | None = None
        self.replaces = False
        self.drawn_from: set[CountedSubject] = set()
        """Kinds of which a clause says how many there were to draw from (对61个政府网站进行了抽查)."""
        self.is_unread = False
        """Whether the number read last was entered nowhere."""

    def whole(self, subject: CountedSubject) -> WholeBuilder | None:
        """Return the population of this kind that was spoken of last."""
        return next((whole for whole in reversed(self.wholes) if whole.subject == subject), None)

    def wholes_of(self, subject: CountedSubject) -> list[WholeBuilder]:
        """Return the populations of a kind."""
        return [whole for whole in self.wholes if whole.subject == subject]

    def open(self, subject: CountedSubject, *, label: str = "", scope: str = "") -> WholeBuilder:
        """Begin a population."""
        whole = WholeBuilder(subject, label=label, scope=scope)
        self.wholes.append(whole)
        self.current = whole
        return whole

    def total(self, subject: CountedSubject, measure: Measure, count: Count, *, label: str = "", scope: str = "") -> WholeBuilder:
        """Return a count of a whole population; a second, different one of the same measure begins another population."""
        whole = self.whole(subject)
        known = whole.counts.get(measure) if whole is not None else None
        if whole is None or scope or (known is not None and known.value != count.value):
            if whole is not None and not whole.counts and not scope:
                pass
            else:
                whole = self.open(subject, label=label, scope=scope)
        whole.counts.setdefault(measure, count)
        whole.label = whole.label or label
        whole.last_measure = measure
        self.current, self.last_outcome = whole, None
        return whole

    def part(
        self, subject: CountedSubject, label: str, key: str | None, dimension: Dimension, measure: Measure | None = None
    ) -> PartBuilder:
        """Return a part of the population that was spoken of last; the same part is never made twice."""
        whole = self.whole(subject) or self.open(subject)
        for part in whole.parts:
            alike = key is not None and part.key == key and dimension == "level" and part.dimension == dimension
            if part.label == label or (alike and (measure or part.part_of) not in part.counts):
                self.current, self.last_outcome = part, None
                return part
        part = PartBuilder(subject, label, dimension=dimension, key=key, part_of=whole.last_measure)
        whole.parts.append(part)
        self.current, self.last_outcome = part, None
        return part

    def back_to_whole(self) -> None:
        """End a list of parts: what follows without a name of its own is said of the whole again."""
        if self.current is not None and not isinstance(self.current, WholeBuilder):
            self.current, self.last_outcome = self.whole(self.current.subject), None

    def outcome(self, tally: PartBuilder, kind: OutcomeKind, label: str, count: Count) -> None:
        """Return how many of a tally ended in one way; the first statement stands."""
        if all(outcome.kind != kind or (kind == "other" and outcome.label != label) for outcome in tally.outcomes):
            tally.outcomes.append(Outcome(kind=kind, label=label, count=count))
        self.current, self.last_outcome = tally, kind

    def rate(self, rate: Rate, tally: PartBuilder | None = None) -> None:
        """Return a share of `tally`, else of what was counted last."""
        target = tally or self.current
        if target is not None:
            target.rates.append(rate)
            self.current = target

    def compare(self, comparison: PeriodComparison) -> None:
        """Return a difference that belongs to the last rate of what was counted last."""
        if self.current is not None and self.current.rates:
            rate = self.current.rates[-1]
            self.current.rates[-1] = rate.model_copy(update={"comparisons": (*rate.comparisons, comparison)})

    def populations(self) -> tuple[InspectedPopulation, ...]:
        """Return what was collected."""
        return tuple(whole.population() for whole in self.wholes if whole.counts or whole.outcomes or whole.rates or whole.parts)
