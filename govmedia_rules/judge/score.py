"""Scores: what each indicator deducts or adds, summed exactly, as an interval where something is undecided (得分).

Rules: 国办秘函〔2019〕19号, 计分规则. A deduction stops at its indicator's points; owners without service duties are scored without
the services group and multiplied, before both gates; below the pass mark is unqualified, strictly above the gate bonuses are added.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import chain, combinations
from typing import NamedTuple

from govmedia_rules.checks.contract import CheckResult, Status
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.stored import ScoreRecord
from govmedia_rules.rules.model import Indicator, Scoring, SubjectWord
from govmedia_rules.subjects.vocabulary import PORTAL_LEVELS

ZERO = Fraction(0)


class Range(NamedTuple):
    """An interval of exact numbers, both ends included."""

    low: Fraction
    high: Fraction

    def __str__(self) -> str:
        return show(self.low) if self.low == self.high else f"{show(self.low)}..{show(self.high)}"


NO_CHANGE = Range(ZERO, ZERO)


def show(value: Fraction) -> str:
    """Return a number of points as people write it: at most two places, half up, without trailing zeros."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One indicator in the sum.

    Attributes:
        indicator: The indicator.
        status: What counts for it.
        change: Points it takes (deductions, 0 or less) or brings (bonuses, 0 or more).
        faults: Number of faults by kind that are certain.
        possible: Number that may exist besides.
        rests_on: Keys of the rulebook that were not seen in its source and leave the change undecided.
    """

    indicator: Indicator
    status: Status
    change: Range
    faults: Mapping[str, int]
    possible: Mapping[str, int]
    rests_on: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether the change is undecided."""
        return self.change.low != self.change.high


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one subject.

    Example:
        >>> import govmedia_rules as gr
        >>> site = gr.Site(name="示例县人民政府", url="http://www.example.gov.cn", level="county_portal", has_services=True)
        >>> snapshot = gr.SiteSnapshot(site=site, observed_at="2024-08-23T10:00:00+08:00")
        >>> score = gr.load_rulebook("national-2019").inspect(snapshot).score  # nothing was observed: nearly all is open
        >>> score.is_final, score.passes
        (False, None)

    Attributes:
        deductions: Line for each deduction that applies.
        bonuses: Line for each bonus that applies; they count only where the gate is passed.
        base: Points before deductions: the total, or the total without the services group.
        factor: What the result is multiplied with before the gates.
        part: The score of the deduction part, after multiplication.
        total: The score with bonuses.
        passes: Whether the pass mark is reached: True, False, or None while that is undecided.
        unchecked: Points of deductions only a person can judge and nobody has; they are not taken off.
        could_change: Whether only the ranges of points that were not seen in the source leave `passes` undecided: with the
            points as the rulebook reads them it would be decided.
        vetoed: Whether it is the fixed score a rulebook gives to vetoed subjects; nothing was added up then.
        stored: What a stored inspection says of it, where it was read without its rulebook; it has no lines of its own then.
    """

    deductions: tuple[ScoreLine, ...]
    bonuses: tuple[ScoreLine, ...]
    base: Fraction
    factor: Fraction
    part: Range
    total: Range
    passes: bool | None
    unchecked: Fraction
    could_change: bool
    vetoed: bool = False
    stored: ScoreRecord | None = None

    @property
    def low(self) -> Decimal:
        """The lowest the score can be, at most two places."""
        return Decimal(show(self.total.low))

    @property
    def high(self) -> Decimal:
        """The highest the score can be, at most two places."""
        return Decimal(show(self.total.high))

    @property
    def is_final(self) -> bool:
        """Whether nothing is undecided."""
        return self.total.low == self.total.high

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Indicator and key of every unverified value behind a change, e.g. `site.deduct.publish.duties: points`."""
        if self.stored is not None:
            return self.stored.rests_on
        lines = (*self.deductions, *(self.bonuses if self.total != self.part else ()))
        return tuple(f"{line.indicator.id}: {key}" for line in lines for key in line.rests_on)

    def lines(self) -> Iterator[str]:
        """Yield the calculation, line by line, in Chinese."""
        if self.stored is not None:
            yield from self.stored.lines
            return
        if self.vetoed:
            yield f"单项否决，按规定计 {self.total} 分"
            return
        yield f"基础分 {show(self.base)}"
        for line in self.deductions:
            if line.change.high or line.change.low:
                yield _line(line)
        sign = "" if self.factor == 1 else f" × {self.factor}"
        yield f"扣分指标得分{sign} = {self.part}"
        if self.total != self.part:
            for line in self.bonuses:
                if line.change.high:
                    yield _line(line)
        yield f"得分 = {self.total}" + ("" if self.is_final else "（分值未核实或尚有未定项）")
        if self.unchecked:
            yield f"另有须人工判定而未判定的指标共 {show(self.unchecked)} 分，未扣"
        unpriced = sum(line.status is Status.NOT_CHECKED and line.indicator.points is None for line in self.deductions)
        if unpriced:
            yield f"另有须人工判定而未判定、分值未见的指标 {unpriced} 项，未扣"
        if self.rests_on:
            yield f"依据未核实分值 {len(self.rests_on)} 项" + ("，是否合格取决于这些分值" if self.could_change else "")

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-ready copy."""
        return {
            "low": str(self.low),
            "high": str(self.high),
            "part": str(self.part),
            "passes": self.passes,
            "unchecked": show(self.unchecked),
            "rests_on": list(self.rests_on),
            "could_change": self.could_change,
            "lines": list(self.lines()),
        }

    def __str__(self) -> str:
        return str(self.total)

    def __repr__(self) -> str:
        return f"<Score {self.total}>"


def stored_score(record: ScoreRecord) -> Score:
    """Return the score as a stored inspection states it, without recomputing it."""
    low, _, high = record.part.partition("..")
    part = Range(Fraction(low), Fraction(high or low))
    total = Range(Fraction(record.low), Fraction(record.high))
    unchecked = Fraction(record.unchecked)
    return Score((), (), total.high, Fraction(1), part, total, record.passes, unchecked, record.could_change, stored=record)


def _line(line: ScoreLine) -> str:
    certain = "、".join(f"{kind}×{count}" for kind, count in line.faults.items())
    possible = "、".join(f"{kind}×{count}" for kind, count in line.possible.items())
    inner = "；".join(part for part in (certain, f"可能还有 {possible}" if possible and line.is_open else "") if part)
    sign = "+" if line.change.high > 0 else ""
    low, high = line.change
    amount = f"{sign}{show(low)}" if low == high else f"{show(low)}..{sign}{show(high)}"
    return f"{line.indicator.title} {amount}" + (f"（{inner}）" if inner else "")


def veto_score_of(rule: Scoring, subject: SubjectWord, level: str | None) -> Score | None:
    """Return the fixed score of a vetoed subject; None where the rulebook gives none, which is the national rule."""
    if rule.veto_score is None or not is_scored(rule, subject, level):
        return None
    if rule.veto_levels is not None and level not in rule.veto_levels:
        return None
    points = Fraction(rule.veto_score)
    fixed = Range(points, points)
    return Score((), (), Fraction(rule.total), Fraction(1), fixed, fixed, False, ZERO, could_change=False, vetoed=True)


class Amount(NamedTuple):
    """Points in integer units of a `Tariff`: the least possible, the rulebook's reading, and the most possible.

    The three are equal where the source states the points.
    """

    least: int
    stated: int
    most: int


LEAST, STATED, MOST = range(3)


class Price(NamedTuple):
    """The possible cost of one deduction, in integer units of its `Tariff`.

    Attributes:
        points: The most it costs; None where the source states none.
        each: Price of one fault by kind; None for a kind that costs all points.
    """

    points: Amount | None
    each: Mapping[str, Amount | None]

    def cost(self, faults: Mapping[str, int], end: int, *, capped: bool) -> int | None:
        """Return the cost of the faults at one end of the amounts; None where the source states no price.

        Without a count, or for a kind that is priced `all`, the whole indicator is lost.
        """
        points = None if self.points is None else self.points[end]
        if not faults:
            return points
        cost = 0
        for kind, count in faults.items():
            each = self.each.get(kind)
            if each is not None:
                cost += each[end] * count
            elif points is None:
                return None
            elif count:
                cost += points
        return min(cost, points) if capped and points is not None else cost

    def least_cost(self, faults: Mapping[str, int], end: int, *, capped: bool) -> int | None:
        """Return the certain cost of the faults: under a cap of unknown size, the price of the dearest single fault."""
        cost = self.cost(faults, end, capped=capped)
        if cost is None or self.points is not None or not capped:
            return cost
        return min(cost, max((each[end] for kind, count in faults.items() if count and (each := self.each.get(kind))), default=0))


class JointPoints(NamedTuple):
    """Constraints on the points of a group's deductions together, in integer units of a `Tariff`.

    Attributes:
        total: Points of the group.
        least: The least points of each deduction, by position.
        relations: Positions that have an amount together at least.
    """

    total: int
    least: Mapping[int, int]
    relations: tuple[tuple[frozenset[int], int], ...]

    def most_lost(self, losses: Mapping[int, int]) -> int:
        """Return the most that can be lost by what every assignment permits that adds up to the group and keeps its relations.

        Deductions that lose at most what `losses` says never lose more than their points, and the others keep theirs: so for any
        part of them taken at `losses`, the rest loses at most what the points of all others leave of the total.

        Args:
            losses: The most each deduction may lose, by position; those that lose nothing are left out.
        """
        related = [position for position in losses if any(position in positions for positions, _ in self.relations)]
        # Outside the relations a deduction is best taken by itself exactly where it loses less than its least points.
        small = {position for position, lost in losses.items() if position not in related and lost < self.least[position]}
        kept = (self.least.keys() - losses.keys()) | small
        left = self.total + sum(losses[position] for position in small)
        parts = chain.from_iterable(combinations(related, count) for count in range(len(related) + 1))
        bounds = (left + sum(map(losses.__getitem__, part)) - self._least_of(kept | set(part)) for part in parts)
        return max(0, min(sum(losses.values()), *bounds))

    def _least_of(self, positions: Set[int]) -> int:
        least = sum(self.least[position] for position in positions)
        raised = (amount - sum(self.least[each] for each in related) for related, amount in self.relations if related <= positions)
        return least + max((0, *raised))


class Loss(NamedTuple):
    """The least and the most that is lost, in integer units of a `Tariff`."""

    least: int
    most: int


NO_LOSS = Loss(0, 0)


@dataclass(frozen=True)
class Tariff:
    """Prices of the deductions that apply to one kind of subject, in integer units, so that sums are exact and quick.

    Both the pass mark of a verdict and the lines of a score are worked out here.

    Attributes:
        rule: How points add up.
        prices: Price of each deduction, by position in the plan.
        groups: Group of each deduction whose group's points are stated; no more than those can be lost in it.
        joint: What is known of the points of each such group together.
        unit: Units a point.
        base: Points before deductions: the total, or the total without the services group.
        factor: What the remaining points are multiplied with before the pass mark.
        unloaded: Units that deductions may cost whose check could not be loaded.
        may_not_count: Whether it is not known that the subject is scored at all, because its level is not known. Points then
            never decide against it.
    """

    rule: Scoring
    prices: Mapping[int, Price]
    groups: Mapping[int, str | None]
    joint: Mapping[str, JointPoints]
    unit: int
    base: Fraction
    factor: Fraction
    unloaded: int
    may_not_count: bool = False

    @classmethod
    def of(
        cls,
        rule: Scoring,
        deductions: Mapping[int, Indicator],
        unloaded: Iterable[Indicator],
        *,
        without_services: bool,
        may_not_count: bool = False,
    ) -> Tariff:
        """Work out the tariff of one kind of subject.

        Args:
            rule: How points add up.
            deductions: The deductions that apply, by position in the plan.
            unloaded: Those of them whose check could not be loaded.
            without_services: Whether the services group is left out and the rest multiplied.
            may_not_count: Whether it is not known that such a subject is scored.
        """
        base, factor = Fraction(rule.total), Fraction(1)
        if without_services and rule.no_service is not None:
            base -= Fraction(rule.groups.get(rule.no_service.group, 0))
            factor = Fraction(*rule.no_service.factor)
        amounts = [amount for each in deductions.values() for amount in _amounts(each)]
        unit = math.lcm(*(Fraction(amount).denominator for amount in (rule.total, *rule.groups.values(), *amounts)))

        def units(points: Decimal) -> int:
            return int(Fraction(points) * unit)

        prices = {position: _price(each, units, units(rule.total)) for position, each in deductions.items()}
        groups = {position: each.group for position, each in deductions.items() if each.group in rule.groups}
        lost = sum(units(rule.total if each.points is None else _range(each, "points", each.points)[1]) for each in unloaded)
        ids = {each.id: position for position, each in deductions.items()}
        joint = {name: _joint(name, rule, prices, groups, ids, units) for name in rule.groups}
        return cls(rule, prices, groups, joint, unit, base, factor, lost, may_not_count)

    @cached_property
    def total(self) -> int:
        """Points before deductions, in units: the price of what the source does not price."""
        return int(Fraction(self.rule.total) * self.unit)

    @cached_property
    def allowed(self) -> int | None:
        """The most that may be lost without falling below the pass mark; None where nothing is below it."""
        if not self.rule.pass_below:
            return None
        return math.floor((self.base - Fraction(self.rule.pass_below) / self.factor) * self.unit)

    def loss(
        self, position: int, status: Status, faults: Mapping[str, int], possible: Mapping[str, int], *, stated: bool = False
    ) -> Loss:
        """Return the cost of one deduction: certain faults at least, possible ones at most, never more than its points.

        Args:
            position: Its position in the plan.
            status: What counts for it.
            faults: Number of faults by kind that are certain.
            possible: Number that may exist besides.
            stated: Whether points nobody saw are taken as the rulebook reads them, and not at the ends of their ranges.
        """
        price = self.prices[position]
        low, high = (STATED, STATED) if stated else (LEAST, MOST)
        if status is Status.FAILED:
            least = price.least_cost(faults, low, capped=self.rule.cap)
            most = price.cost(_sum(faults, possible), high, capped=self.rule.cap)
            return Loss(0, self.total) if least is None or most is None else Loss(least, most)
        if status in _UNDECIDED:
            most = price.cost(possible, high, capped=self.rule.cap)
            return Loss(0, self.total if most is None else most)
        return NO_LOSS

    def added(self, losses: Iterable[tuple[int, Loss]]) -> Loss:
        """Return the sum of losses by position; a group never loses more than its points permit together."""
        least = most = 0
        by_group: dict[str, dict[int, int]] = {}
        for position, loss in losses:
            least += loss.least
            group = self.groups.get(position)
            if group is None or not self.rule.cap:
                most += loss.most
            elif loss.most:
                by_group.setdefault(group, {})[position] = loss.most
        most += sum(self.joint[group].most_lost(lost) for group, lost in by_group.items())
        return Loss(min(least, most), most)

    def reaches_mark(self, loss: Loss) -> bool | None:
        """Return whether the pass mark is reached after a loss: True, False, or None while that is undecided."""
        if self.allowed is None or loss.most <= self.allowed:
            return True
        return False if loss.least > self.allowed and not self.may_not_count else None

    def passes(self, non_passing: Iterable[tuple[int, CheckResult]]) -> bool | None:
        """Return whether the pass mark is reached, without making a score; see `reaches_mark`.

        Args:
            non_passing: Answers that are not a plain pass, by position in the plan; those of a check that could not be loaded
                are left out.
        """
        losses = (
            (position, self.loss(position, answer.status, answer.faults, answer.possible))
            for position, answer in non_passing
            if position in self.prices
        )
        least, most = self.added(losses)
        return self.reaches_mark(Loss(least, most + self.unloaded))

    def points(self, loss: Loss) -> Range:
        """Return the change of a loss in points: zero or less."""
        return Range(-Fraction(loss.most, self.unit), -Fraction(loss.least, self.unit)) if loss.most else NO_CHANGE


def _joint(
    group: str,
    rule: Scoring,
    prices: Mapping[int, Price],
    groups: Mapping[int, str | None],
    ids: Mapping[str, int],
    units: Callable[[Decimal], int],
) -> JointPoints:
    least = {
        position: price.points.least if price.points is not None else 0
        for position, price in prices.items()
        if groups.get(position) == group
    }
    relations = (
        (frozenset(ids.get(name, -1) for name in relation.indicators), units(relation.at_least)) for relation in rule.relations
    )
    # A relation that names a deduction which is not asked says nothing of the others.
    known = tuple((related, amount) for related, amount in relations if related <= least.keys())
    return JointPoints(units(rule.groups[group]), least, known)


def is_scored(rule: Scoring | None, subject: SubjectWord, level: str | None) -> bool:
    """Return whether a subject certainly gets a score; a site of unknown level does not."""
    return rule is not None and (not rule.portals_only or (subject == "site" and level in PORTAL_LEVELS))


def may_be_scored(rule: Scoring, subject: SubjectWord, level: str | None) -> bool:
    """Return whether a subject gets a score, or may get one because it may be a portal."""
    return is_scored(rule, subject, level) or (subject == "site" and level is None)


def score_of(findings: Sequence[Finding], tariffs: Sequence[Tariff]) -> Score:
    """Add up the points of one subject.

    Args:
        findings: All its findings, in the order of the plan.
        tariffs: Its tariff; two of them while it is not known whether the owner has service duties, which makes the score an
            interval over both cases.
    """
    scores = [_added_up(findings, tariff) for tariff in tariffs]
    whole, *others = scores
    for other in others:
        whole = replace(
            whole,
            part=_hull(whole.part, other.part),
            total=_hull(whole.total, other.total),
            passes=whole.passes if whole.passes == other.passes else None,
            could_change=whole.could_change or other.could_change,
        )
    return whole


def _hull(first: Range, second: Range) -> Range:
    return Range(min(first.low, second.low), max(first.high, second.high))


def _added_up(findings: Sequence[Finding], tariff: Tariff) -> Score:
    rule, base, factor = tariff.rule, tariff.base, tariff.factor
    deductions = [
        (position, findings[position])
        for position in tariff.prices
        if findings[position].machine_status is not Status.NOT_APPLICABLE
    ]
    losses = [(position, _loss(position, finding, tariff)) for position, finding in deductions]
    lines = tuple(_deduction(finding, tariff.points(loss)) for (_, finding), (_, loss) in zip(deductions, losses, strict=True))
    total_loss = tariff.added(losses)
    stated = tariff.added((position, _loss(position, finding, tariff, stated=True)) for position, finding in deductions)
    change, passes = tariff.points(total_loss), tariff.reaches_mark(total_loss)
    part = Range(max(ZERO, base + change.low) * factor, max(ZERO, base + change.high) * factor)
    bonuses = tuple(
        _bonus(finding, rule)
        for finding in findings
        if finding.kind == "bonus" and finding.machine_status is not Status.NOT_APPLICABLE
    )
    gain = _added(bonuses)
    if rule.bonus_total is not None:
        most = Fraction(rule.bonus_total)
        gain = Range(min(gain.low, most), min(gain.high, most))
    total = Range(*(bound + (extra if _above(bound, rule) else 0) for bound, extra in zip(part, gain, strict=True)))
    could_change = passes is None and tariff.reaches_mark(stated) is not None
    unchecked = sum((Fraction(each.indicator.points or 0) for _, each in deductions if each.status is Status.NOT_CHECKED), ZERO)
    return Score(lines, bonuses, base, factor, part, total, passes, unchecked, could_change)


def _added(lines: Sequence[ScoreLine]) -> Range:
    changes = [line.change for line in lines]
    return Range(sum((change.low for change in changes), ZERO), sum((change.high for change in changes), ZERO))


def _above(part: Fraction, rule: Scoring) -> bool:
    return rule.bonus_above is not None and part > Fraction(rule.bonus_above)


_UNDECIDED = frozenset({Status.INCONCLUSIVE, Status.NEEDS_REVIEW, Status.ERROR})


def _loss(position: int, finding: Finding, tariff: Tariff, *, stated: bool = False) -> Loss:
    if finding.is_waived:
        return NO_LOSS
    return tariff.loss(position, finding.status, finding.decision.faults, finding.decision.possible, stated=stated)


def _deduction(finding: Finding, change: Range) -> ScoreLine:
    indicator, status = finding.indicator, finding.status
    if finding.is_waived or not (status is Status.FAILED or status in _UNDECIDED):
        return ScoreLine(indicator, status, NO_CHANGE, {}, {}, ())
    faults, possible = finding.decision.faults, finding.decision.possible
    rests_on = _unverified(indicator, (*faults, *possible)) if change.low != change.high else ()
    return ScoreLine(indicator, status, change, faults, possible, rests_on)


def _bonus(finding: Finding, rule: Scoring) -> ScoreLine:
    """Return the points of a bonus; where the source does not state them, an interval from nothing to all that bonuses can give."""
    indicator, status = finding.indicator, finding.status
    low, high = (Decimal(0), rule.bonus_total or Decimal(0))
    if indicator.points is not None:
        low, high = _range(indicator, "points", indicator.points)
    least = Fraction(low) if status is Status.PASSED else ZERO
    most = Fraction(high) if status in (Status.PASSED, *_UNDECIDED) else ZERO
    return ScoreLine(indicator, status, Range(least, most), {}, {}, _unverified(indicator, ()) if least != most else ())


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {kind: first.get(kind, 0) + second.get(kind, 0) for kind in dict.fromkeys((*first, *second))}


def _unverified(indicator: Indicator, kinds: Sequence[str]) -> tuple[str, ...]:
    keys = ["points", *(f"deduct.{kind}" for kind in kinds)]
    return tuple(key for key in keys if key in indicator.unverified)


def _range(indicator: Indicator, key: str, stated: Decimal) -> tuple[Decimal, Decimal]:
    """Return the least and most an amount may be: as stated where it was seen in the source, else its plausible range."""
    return indicator.plausible[key] if key in indicator.unverified and key in indicator.plausible else (stated, stated)


def _amounts(indicator: Indicator) -> Iterator[Decimal]:
    """Yield every amount of points that an indicator names."""
    if indicator.points is not None:
        yield indicator.points
    yield from (price for price in indicator.deduct.values() if isinstance(price, Decimal))
    for low, high in indicator.plausible.values():
        yield from (low, high)


def _price(indicator: Indicator, units: Callable[[Decimal], int], total: int) -> Price:
    points: Amount | None = None
    if indicator.points is not None:
        low, high = _range(indicator, "points", indicator.points)
        points = Amount(units(low), units(indicator.points), units(high))
    each: dict[str, Amount | None] = {}
    for kind, price in indicator.deduct.items():
        key = f"deduct.{kind}"
        stated = units(price) if isinstance(price, Decimal) else None
        if key not in indicator.unverified:
            each[kind] = None if stated is None else Amount(stated, stated, stated)
        elif key in indicator.plausible and stated is not None:
            each[kind] = Amount(units(indicator.plausible[key][0]), stated, units(indicator.plausible[key][1]))
        elif stated is not None or points is not None:
            # A fault whose price nobody saw costs nothing at least, and all points of the indicator at most.
            each[kind] = Amount(0, points.stated if stated is None and points else stated or 0, points.most if points else total)
        else:
            each[kind] = None
    return Price(points, each)
