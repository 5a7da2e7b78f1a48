"""Counts of a round by any grouping, and the exact shares computed from them (统计).

`Statistics` is a tally: those of disjoint parts of a round may be merged in any order and give those of the whole. A unit
must be in one part only. None is "not stated", never 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from types import MappingProxyType
from typing import Literal, NamedTuple

from govmedia_rules.campaign.config import MAIN, RateBase, ShareKind
from govmedia_rules.campaign.groups import STANDARD, TOTAL, Dimension, Grouping, Spec, Value, grouping
from govmedia_rules.campaign.results import Result, UnitOutcome
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.units import CountedResult, CountedUnits, subject_kind
from govmedia_rules.core.rates import Rounding
from govmedia_rules.errors import ArgumentError, by_language
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population

Points = tuple[Decimal, Decimal]


class Ratio(NamedTuple):
    """A share as two whole numbers; it stays exact until it is printed.

    Attributes:
        part: Units counted.
        whole: RateBase, above 0.
    """

    part: int
    whole: int

    @property
    def exact(self) -> Fraction:
        """The share as a fraction of 1."""
        return Fraction(self.part, self.whole)

    def figure(self, rounding: Rounding) -> Decimal:
        """Return the percentage as a notice prints it."""
        figure = rounding.figure(self.part, self.whole)
        assert figure is not None
        return figure

    def text(self, rounding: Rounding) -> str:
        """Return the percentage in print."""
        text = rounding.text(self.part, self.whole)
        assert text is not None
        return text


def ratio(part: int | None, whole: int | None) -> Ratio | None:
    """Return the share; None when a number is not known or the base is 0."""
    return None if part is None or not whole else Ratio(part, whole)


@dataclass(slots=True)
class Stat:
    """The counts of one group of units.

    Attributes:
        population: Units there are; None when not stated.
        outcomes: Units inspected by outcome; an outcome that is not there has none.
        found: Units that had failed before any review.
        reasons: For each indicator, units that failed because of it; a unit may have several.
        problems: For each indicator, units with a confirmed problem, failed or not.
        scores: How many units have each score, lowest and highest.
        is_partial: Whether only the failures are known; then there are no shares.
    """

    population: int | None = None
    outcomes: Counter[UnitOutcome] = field(default_factory=Counter)
    found: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    scores: Counter[Points] = field(default_factory=Counter)
    is_partial: bool = False

    @property
    def inspected(self) -> int:
        """Number of units inspected; closed ones are not counted."""
        return sum(self.outcomes.values()) - self.outcomes["closed"]

    @property
    def passed(self) -> int:
        """Number of units that passed (合格)."""
        return self.outcomes["passed"]

    @property
    def failed(self) -> int:
        """Number of units with a confirmed failure (不合格)."""
        return self.outcomes["failed"]

    @property
    def open(self) -> int:
        """Number of units that are 待定 or 待复核."""
        return self.outcomes["undetermined"] + self.outcomes["unreviewed"]

    @property
    def dismissed(self) -> int:
        """Number of units whose failures were all dismissed by reviews (复核排除); those that wait for a review are not counted."""
        return max(self.found - self.failed - self.outcomes["unreviewed"], 0)

    def base(self, base: RateBase = "inspected") -> int:
        """Return the denominator of rates: all units inspected, or only those that passed or failed (基本合格 included)."""
        decided = self.outcomes["passed"] + self.outcomes["failed"] + self.outcomes["basically_passed"]
        return self.inspected if base == "inspected" else decided + self.open

    def share(self, kind: ShareKind, *, base: RateBase = "inspected", basically_passes: bool = False) -> Ratio | None:
        """Return a share, exact; None when a number in it is not known, which is so while a unit is 待定 or 待复核."""
        if self.is_partial:
            return None
        if kind == "coverage":
            return ratio(self.inspected, self.population)
        if self.open:
            return None
        good = self.passed + (self.outcomes["basically_passed"] if basically_passes else 0)
        return ratio(good if kind == "pass" else self.failed, self.base(base))

    def bounds(
        self, kind: Literal["pass", "failure_share"], *, base: RateBase = "inspected", basically_passes: bool = False
    ) -> tuple[Ratio, Ratio] | None:
        """Return the lowest and the highest value a share can take, over every way the open units may be decided."""
        part, whole = self.passed if kind == "pass" else self.failed, self.base(base)
        if kind == "pass" and basically_passes:
            part += self.outcomes["basically_passed"]
        return None if not whole or self.is_partial else (Ratio(part, whole), Ratio(part + self.open, whole))

    def problem_share(self, indicator: str) -> Ratio | None:
        """Return the share of failed units that failed because of an indicator; kinds overlap, so shares need not sum to 1."""
        return ratio(self.reasons[indicator], self.failed)

    def score_share(self, at_least: Decimal | int) -> Ratio | None:
        """Return the share of inspected units with at least so many points; None while an interval leaves it open."""
        if any(low < at_least <= high for low, high in self.scores):
            return None
        return ratio(sum(count for (low, _), count in self.scores.items() if low >= at_least), self.inspected)

    def score_bands(self, edges: Sequence[Decimal | int]) -> tuple[tuple[int, ...], int]:
        """Return the number of units in each band of scores, and of those whose score may lie in two bands.

        Args:
            edges: Where a band begins, rising; the first band lies below the first edge, a score on an edge is above it.
        """
        bands, unsure = [0] * (len(edges) + 1), 0
        for (low, high), number in self.scores.items():
            band = bisect_right(edges, low)
            if band == bisect_right(edges, high):
                bands[band] += number
            else:
                unsure += number
        return tuple(bands), unsure

    def add(self, ending: Ending, number: int) -> None:
        """Count a number of units with the same ending."""
        self.outcomes[ending.outcome] += number
        if ending.was_found:
            self.found += number
        for name in ending.reasons:
            self.reasons[name] += number
        for name in ending.problems:
            self.problems[name] += number
        if ending.score is not None:
            self.scores[ending.score] += number

    def merge(self, other: Stat) -> Stat:
        """Return the counts of both, which must have no unit in common."""
        known = [number for number in (self.population, other.population) if number is not None]
        return Stat(
            sum(known) if known else None,
            self.outcomes + other.outcomes,
            self.found + other.found,
            self.reasons + other.reasons,
            self.problems + other.problems,
            self.scores + other.scores,
            self.is_partial or other.is_partial,
        )


Key = tuple[str, ...]


class Ending(NamedTuple):
    """The outcome and problems of a unit as statistics need them; units with equal endings are counted together."""

    outcome: UnitOutcome
    was_found: bool
    reasons: tuple[str, ...]
    problems: tuple[str, ...]
    score: Points | None


@dataclass(slots=True)
class Counts:
    """The counts of one grouping by group: units in the population, and endings. The group None is "not known".

    A `Stat` is made of them when somebody looks at a group.
    """

    population: dict[Key | None, int] = field(default_factory=dict)
    endings: dict[Key | None, dict[Ending, int]] = field(default_factory=dict)
    is_partial: bool = False

    def stat(self, key: Key | None) -> Stat:
        """Return the counts of a group; an empty one when nothing is known of it."""
        stat = Stat(self.population.get(key), is_partial=self.is_partial)
        for ending, number in self.endings.get(key, _NONE).items():
            stat.add(ending, number)
        return stat

    def merge(self, other: Counts) -> Counts:
        """Return the counts of both."""
        population, endings = dict(self.population), {key: dict(ending) for key, ending in self.endings.items()}
        for key, number in other.population.items():
            population[key] = population.get(key, 0) + number
        for key, theirs in other.endings.items():
            own = endings.setdefault(key, {})
            for ending, number in theirs.items():
                own[ending] = own.get(ending, 0) + number
        return Counts(population, endings, self.is_partial or other.is_partial)


_NONE: Mapping[Ending, int] = MappingProxyType({})


class Groups(Mapping[Key, Stat]):
    """The groups of one grouping, in the order of its classes or of appearance.

    Attributes:
        grouping: The grouping.
        unplaced: Units of which it is not known to which group they belong; their counts are in no group.
    """

    def __init__(self, grouping: Grouping, counts: Counts) -> None:
        self.grouping = grouping
        self.unplaced = counts.stat(None)
        self._counts = counts
        self._keys = dict.fromkeys(_ordered(grouping, (*counts.population, *counts.endings)))

    def __getitem__(self, key: Key | str) -> Stat:
        group = (key,) if isinstance(key, str) else key
        if group not in self._keys:
            raise KeyError(key)
        return self._counts.stat(group)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, *key: str) -> Stat:
        """Return the group with this key; an empty one, with no population stated, when there is none."""
        return self._counts.stat(key)

    def population(self, *key: str) -> int | None:
        """Return the size of a group; None when not stated, or when units of unknown group may belong to it."""
        return None if self.unplaced.population else self.find(*key).population

    def inspected(self, *key: str) -> int | None:
        """Return the number of units inspected in a group; None when inspected units of unknown group may belong to it."""
        return None if self.unplaced.inspected else self.find(*key).inspected

    def outcome(self, outcome: UnitOutcome, *key: str) -> int | None:
        """Return the number of units of a group with an outcome; None when such units of unknown group may belong to it."""
        return None if self.unplaced.outcomes[outcome] else self.find(*key).outcomes[outcome]

    def share(self, kind: ShareKind, *key: str, base: RateBase = "inspected", basically_passes: bool = False) -> Ratio | None:
        """Return a share of a group; None when a number in it is not known."""
        if self.unplaced.inspected or (kind == "coverage" and self.unplaced.population):
            return None
        return self.find(*key).share(kind, base=base, basically_passes=basically_passes)

    def rows(self) -> Iterator[tuple[str, Stat]]:
        """Yield label and counts of each group."""
        for key, stat in self.items():
            yield self.grouping.label_of(key), stat

    def __repr__(self) -> str:
        return f"<{len(self)} groups {self.grouping!r}>"


def _ordered(grouping: Grouping, keys_seen: Iterable[Key | None]) -> list[Key]:
    keys = [key for key in dict.fromkeys(keys_seen) if key is not None]
    ranks = [None if part.classes is None else [group.label for group in part.classes] for part in grouping.parts]
    if any(ranks):
        keys.sort(key=lambda key: [rank.index(label) if rank else 0 for label, rank in zip(key, ranks, strict=True)])
    return keys


class Statistics:
    """Counts of a round or of a part of it, for each tier, kind of unit and grouping."""

    def __init__(self, tables: Mapping[tuple[str, SubjectKind, Grouping], Counts], groupings: Sequence[Grouping]) -> None:
        self._tables = dict(tables)
        self.groupings = tuple(groupings)

    @classmethod
    def empty(cls, *groupings: Spec) -> Statistics:
        """Return statistics without any counts, the neutral element of `merge`."""
        return cls({}, tuple(map(grouping, groupings)) or STANDARD)

    def groups(self, subject: SubjectKind, spec: Spec = TOTAL, *, tier: str = MAIN) -> Groups:
        """Return the groups of one kind of unit.

        Raises:
            KeyError: The statistics were not made by this grouping.
        """
        asked = grouping(spec)
        if asked not in self.groupings:
            raise KeyError(f"not counted {asked!r}; counted are {', '.join(map(repr, self.groupings))}")
        return Groups(asked, self._tables.get((tier, subject, asked)) or Counts())

    def total(self, subject: SubjectKind, *, tier: str = MAIN) -> Stat:
        """Return all units of one kind."""
        counts = self._tables.get((tier, subject, TOTAL))
        return Stat() if counts is None else counts.stat(())

    def merge(self, other: Statistics) -> Statistics:
        """Return the counts of both, which must have no unit in common.

        Raises:
            ValueError: They were made by different groupings.
        """
        if set(self.groupings) != set(other.groupings):
            raise ArgumentError("statistics by different groupings cannot be merged", zh="分组不同的统计不能合并")
        tables = dict(self._tables)
        for name, counts in other._tables.items():
            tables[name] = tables[name].merge(counts) if name in tables else counts
        return Statistics(tables, self.groupings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Statistics) and set(self.groupings) == set(other.groupings) and self._tables == other._tables

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        stats = (
            (f"{tier}/{subject}", counts.stat(())) for (tier, subject, table), counts in self._tables.items() if table == TOTAL
        )
        totals = []
        for name, stat in stats:
            total = "?" if stat.population is None else stat.population
            english = f"{name}: {stat.inspected} of {total}, {stat.failed} failed"
            totals.append(by_language(english, f"{name}：共 {total} 个，检查 {stat.inspected} 个，不合格 {stat.failed} 个"))
        return f"<{by_language('Statistics', '统计')} {'; '.join(totals) or by_language('of nothing', '（空）')}>"


# --- counting -----------------------------------------------------------------------------------------------------------
#
# Units with equal values are counted together by `Counter`; only the few different combinations are placed in groups.

_Bucket = tuple[str, SubjectKind]
_Values = tuple[Value, ...]


def count(
    members: Iterable[tuple[str, Site | Account]],
    counted: Iterable[CountedUnits],
    results: Iterable[Result],
    counted_results: Iterable[CountedResult],
    groupings: Sequence[Grouping],
    stated: Iterable[tuple[str, Population]] = (),
    partial: Collection[tuple[str, SubjectKind]] = (),
) -> Statistics:
    """Count units of any number of tiers.

    Args:
        members: Tier and unit of the population, each unit once.
        counted: Units of the population known as numbers.
        results: How units ended, each unit once.
        counted_results: How units ended that are known as numbers.
        groupings: What to divide by.
        stated: Tier and population known only by its total and the totals of its divisions.
        partial: Tier and kind of which only the failures are known.
    """
    listed: dict[_Bucket, list[Site | Account]] = defaultdict(list)
    for tier, unit in members:
        listed[tier, subject_kind(unit)].append(unit)
    ended: dict[_Bucket, list[Result]] = defaultdict(list)
    for result in results:
        ended[result.tier, subject_kind(result.subject)].append(result)
    numbers: dict[_Bucket, list[CountedUnits]] = defaultdict(list)
    for block in counted:
        numbers[block.tier, block.subject].append(block)
    outcomes: dict[_Bucket, list[CountedResult]] = defaultdict(list)
    for ending in counted_results:
        outcomes[ending.tier, ending.subject].append(ending)
    tables: dict[tuple[str, SubjectKind, Grouping], Counts] = {}
    for bucket in dict.fromkeys((*listed, *numbers, *ended, *outcomes)):
        counts_of = _count_bucket(listed[bucket], numbers[bucket], ended[bucket], outcomes[bucket], groupings)
        tables.update(
            {(*bucket, division): counts for division, counts in counts_of.items() if counts.population or counts.endings}
        )
    for tier, population in stated:
        for division in groupings:
            _add_stated(tables.setdefault((tier, population.subject, division), Counts()), division, population)
    for (tier, subject, _), counts in tables.items():
        counts.is_partial = (tier, subject) in partial
    return Statistics(tables, groupings)


def _add_stated(counts: Counts, division: Grouping, population: Population) -> None:
    """Add a population that is stated by divisions; in a grouping by anything else its units count as "not known"."""
    size = population.size or 0
    sums: Counter[Key | None] = Counter()
    if not division.parts:
        sums[()] = size
    elif len(division.parts) == 1 and (sizes := population.by.get(division.parts[0].dimension)) is not None:
        for value, number in sizes.items():
            group = division.parts[0].group_of(value or None)
            sums[None if group is None else (group,)] += number
    elif size:
        sums[None] = size
    for key, number in sums.items():
        counts.population[key] = counts.population.get(key, 0) + number


def _count_bucket(
    units: Sequence[Site | Account],
    blocks: Sequence[CountedUnits],
    results: Sequence[Result],
    ended: Sequence[CountedResult],
    groupings: Sequence[Grouping],
) -> dict[Grouping, Counts]:
    """Count units of one tier and kind by each grouping."""
    dimensions = tuple(dict.fromkeys(name for division in groupings for name in division.dimensions))
    columns = _columns(units, dimensions)
    inspected = _columns([result.subject for result in results], dimensions)
    endings: dict[Ending, int] = {}
    # Each different ending has a number, and the numbers are counted: they are quicker to compare than what they stand for.
    kinds = (Ending(result.outcome, result.was_found, result.reasons, result.problems, result.score) for result in results)
    ending_of = [endings.setdefault(kind, len(endings)) for kind in kinds]
    distinct = list(endings)
    made = {}
    for division in groupings:
        counts = made[division] = Counts()
        place = _Placing(division)
        for values, number in _tallied(columns, division.dimensions, blocks, len(units)):
            key = place(values)
            if key is not None or number:
                counts.population[key] = counts.population.get(key, 0) + number
        combined = zip(ending_of, *(inspected[name] for name in division.dimensions), strict=True)
        for (ending, *rest), number in Counter(combined).items():
            _add(counts, place(tuple(rest)), distinct[ending], number)
        for block in ended:
            if block.count:
                _add(counts, place(_values_of(block, division.dimensions)), _ending_of(block), block.count)
    return made


def _tallied(
    columns: Mapping[Dimension, Sequence[str | None]], dimensions: Sequence[Dimension], blocks: Sequence[CountedUnits], size: int
) -> Iterator[tuple[_Values, int]]:
    """Yield each combination of values with the number of units that have it."""
    if dimensions:
        yield from Counter(zip(*(columns[name] for name in dimensions), strict=True)).items()
    elif size:
        yield (), size
    for block in blocks:
        yield _values_of(block, dimensions), block.count


def _add(counts: Counts, key: Key | None, ending: Ending, number: int) -> None:
    group = counts.endings.get(key)
    if group is None:
        counts.endings[key] = {ending: number}
    else:
        group[ending] = group.get(ending, 0) + number


def _ending_of(block: CountedResult) -> Ending:
    is_failed = block.outcome == "failed"
    return Ending(block.outcome, is_failed, block.indicator_ids if is_failed else (), block.indicator_ids, None)


def _columns(units: Sequence[Site | Account], dimensions: Sequence[Dimension]) -> dict[Dimension, list[str | None]]:
    """Return one list of values for each dimension; the units are all sites or all accounts."""
    columns: dict[Dimension, list[str | None]] = {}
    for name in dimensions:
        if name == "region":
            columns[name] = [unit.division for unit in units]
        elif name == "platform":
            columns[name] = [unit.platform if isinstance(unit, Account) else None for unit in units]
        else:
            columns[name] = list(map(attrgetter(name), units))
    return columns


def _values_of(block: CountedUnits | CountedResult, dimensions: Sequence[Dimension]) -> _Values:
    return tuple(getattr(block, name) for name in dimensions)


class _Placing:
    """Finds the group of each combination of values."""

    def __init__(self, grouping: Grouping) -> None:
        self._parts = grouping.parts
        self._is_plain = all(part.classes is None for part in grouping.parts)
        self._known: dict[_Values, Key | None] = {}

    def __call__(self, values: _Values) -> Key | None:
        if self._is_plain and all(type(value) is str for value in values):
            return values  # type: ignore[return-value]
        try:
            return self._known[values]
        except KeyError:
            groups = [part.group_of(value) for part, value in zip(self._parts, values, strict=True)]
            key = None if None in groups else tuple(group for group in groups if group is not None)
            self._known[values] = key
            return key
