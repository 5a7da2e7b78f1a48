"""Points: what each indicator costs or brings, added up exactly, as an interval where something is undecided (得分).

Rules: 国办秘函〔2019〕19号, 计分规则. A deduction stops at its indicator's points; owners without service duties are scored without
the services group and multiplied, before both gates; below the pass mark is unqualified, strictly above the gate bonuses are added.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from govmedia_rules.checks.contract import CheckResult, Status
from govmedia_rules.judge.finding import Finding
from govmedia_rules.judge.reviews import Review
from govmedia_rules.rules.model import Indicator, Scoring
from govmedia_rules.subjects.models import AnySubject, Site

ZERO = Fraction(0)


class Range(NamedTuple):
    """A number that lies between two others, both included."""

    low: Fraction
    high: Fraction

    def __str__(self) -> str:
        return show(self.low) if self.low == self.high else f"{show(self.low)}..{show(self.high)}"


NO_CHANGE = Range(ZERO, ZERO)


def show(value: Fraction) -> str:
    """A number of points as people write it: at most two places, half up, without trailing zeros."""
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
        rests_on: Keys of the rulebook behind a change that were not seen in its source.
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

    Attributes:
        deductions: Line for each deduction that applies.
        bonuses: Line for each bonus that applies; they count only where the gate is passed.
        base: Points before deductions: the total, or the total without the services group.
        factor: What the result is multiplied with before the gates.
        part: The score of the deduction part, after multiplication.
        total: The score with bonuses.
        passes: Whether the pass mark is reached: True, False, or None while that is undecided.
        unchecked: Points of deductions only a person can judge and nobody has; they are not taken off.
        could_change: Whether `passes` would be different if values that were not seen in the source lay elsewhere in their
            plausible range.
        vetoed: Whether it is the fixed score a rulebook gives to vetoed subjects; nothing was added up then.
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
        """Indicator and key of every unverified value behind a change, `site.deduct.publish.duties: points`."""
        lines = (*self.deductions, *(self.bonuses if self.total != self.part else ()))
        return tuple(f"{line.indicator.id}: {key}" for line in lines for key in line.rests_on)

    def lines(self) -> Iterator[str]:
        """The sum, line by line, in Chinese."""
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
        yield f"得分 = {self.total}" + ("" if self.is_final else "（尚有未定项）")
        if self.unchecked:
            yield f"另有须人工判定而未判定的指标共 {show(self.unchecked)} 分，未扣"
        unpriced = sum(line.status is Status.NOT_CHECKED and line.indicator.points is None for line in self.deductions)
        if unpriced:
            yield f"另有须人工判定而未判定、分值未见的指标 {unpriced} 项，未扣"
        if self.rests_on:
            yield f"依据未核实分值 {len(self.rests_on)} 项" + ("，在合理范围内变动会改变是否合格" if self.could_change else "")

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready copy."""
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


def _line(line: ScoreLine) -> str:
    told = "、".join(f"{kind}×{count}" for kind, count in line.faults.items())
    maybe = "、".join(f"{kind}×{count}" for kind, count in line.possible.items())
    inner = "；".join(part for part in (told, f"可能还有 {maybe}" if maybe and line.is_open else "") if part)
    sign = "+" if line.change.high > 0 else ""
    low, high = line.change
    amount = f"{sign}{show(low)}" if low == high else f"{show(low)}..{sign}{show(high)}"
    return f"{line.indicator.title} {amount}" + (f"（{inner}）" if inner else "")


def veto_score_of(rule: Scoring | None, subject: AnySubject) -> Score | None:
    """The fixed score of a vetoed subject; None where the rulebook gives none, which is the national rule."""
    if rule is None or rule.veto_score is None or not is_scored(rule, subject):
        return None
    if rule.veto_levels is not None and subject.level not in rule.veto_levels:
        return None
    points = Fraction(rule.veto_score)
    fixed = Range(points, points)
    return Score((), (), Fraction(rule.total), Fraction(1), fixed, fixed, False, ZERO, could_change=False, vetoed=True)


class Gate(NamedTuple):
    """The pass mark worked out ahead, so that a verdict needs no sum: how much may be lost, in whole units.

    Attributes:
        allowed: The most that may be lost without falling below the mark.
        prices: For each position of a deduction in the plan: its points (None without), and the price of a fault by kind
            (None for all points).
        total: Points before deductions, the price of what nobody priced.
        capped: Whether an indicator costs no more than its points.
        broken: What deductions that could not be loaded may cost.
    """

    allowed: int
    prices: Mapping[int, tuple[int | None, Mapping[str, int | None]]]
    total: int
    capped: bool
    broken: int

    def passes(self, notes: Iterable[tuple[int, CheckResult]]) -> bool | None:
        """Whether the mark is reached: True, False, or None while that is undecided; the same as `Score.passes`."""
        certain = possible = 0
        for position, answer in notes:
            priced = self.prices.get(position)
            if priced is None:
                continue
            points, costs = priced
            if answer.status is Status.FAILED:
                low, high = (
                    self._least(points, costs, answer.faults),
                    self._cost(points, costs, _sum(answer.faults, answer.possible)),
                )
                if low is None or high is None:
                    low, high = 0, self.total
                certain += low
                possible += high
            elif answer.status in _UNDECIDED:
                most = self._cost(points, costs, answer.possible) if answer.possible else points
                possible += self.total if most is None else most
        possible += self.broken
        if possible <= self.allowed:
            return True
        return False if certain > self.allowed else None

    def _cost(self, points: int | None, costs: Mapping[str, int | None], faults: Mapping[str, int]) -> int | None:
        """Units the faults cost; None where nobody knows."""
        if not faults:
            return points
        cost = 0
        for kind, count in faults.items():
            each = costs.get(kind)
            if each is not None:
                cost += each * count
            elif points is None:
                return None
            elif count:
                cost += points
        return min(cost, points) if self.capped and points is not None else cost

    def _least(self, points: int | None, costs: Mapping[str, int | None], faults: Mapping[str, int]) -> int | None:
        """Units the faults cost for certain: where a cap holds that nobody saw, those of the dearest single fault."""
        cost = self._cost(points, costs, faults)
        if cost is None or points is not None or not self.capped:
            return cost
        return min(cost, max((costs.get(kind) or 0 for kind, count in faults.items() if count), default=0))


def gate_for(rule: Scoring, deductions: Mapping[int, Indicator], broken: Iterable[Indicator], *, without_services: bool) -> Gate:
    """The gate for subjects of one kind.

    Args:
        rule: How points add up.
        deductions: The deductions that apply, by position in the plan.
        broken: Those of them whose check could not be loaded.
        without_services: Whether the services group is left out and the rest multiplied.
    """
    base, factor = Fraction(rule.total), Fraction(1)
    if without_services and rule.no_service is not None:
        base -= Fraction(rule.groups.get(rule.no_service.group, 0))
        factor = Fraction(*rule.no_service.factor)
    amounts = [Fraction(rule.total), *(Fraction(one.points) for one in deductions.values() if one.points is not None)]
    amounts += [Fraction(each) for one in deductions.values() for each in one.deduct.values() if isinstance(each, Decimal)]
    unit = math.lcm(*(amount.denominator for amount in amounts))
    prices: dict[int, tuple[int | None, Mapping[str, int | None]]] = {}
    for position, one in deductions.items():
        costs = {kind: int(Fraction(each) * unit) if isinstance(each, Decimal) else None for kind, each in one.deduct.items()}
        prices[position] = (None if one.points is None else int(Fraction(one.points) * unit), costs)
    allowed = math.floor((base - Fraction(rule.pass_below) / factor) * unit)
    lost = sum((Fraction(rule.total) if one.points is None else Fraction(one.points) for one in broken), ZERO)
    return Gate(allowed, prices, int(Fraction(rule.total) * unit), rule.cap, int(lost * unit))


def is_scored(rule: Scoring | None, subject: AnySubject) -> bool:
    """Whether a subject gets points at all; an unknown level is not taken for a portal."""
    if rule is None:
        return False
    return not rule.portals_only or (isinstance(subject, Site) and subject.is_portal is True)


def score_of(findings: Sequence[Finding], rule: Scoring, has_services: bool | None) -> Score:
    """Adds up the points of one subject.

    Args:
        findings: All its findings.
        rule: How points add up.
        has_services: Whether the owner has outward service duties; None makes the score an interval over both cases.
    """
    deductions = [one for one in findings if one.kind == "deduction" and one.machine_status is not Status.NOT_APPLICABLE]
    bonuses = [one for one in findings if one.kind == "bonus" and one.machine_status is not Status.NOT_APPLICABLE]
    if rule.no_service is None or has_services is True:
        return _added_up(deductions, bonuses, rule, without_services=False)
    without = [one for one in deductions if one.indicator.group != rule.no_service.group]
    alone = _added_up(without, bonuses, rule, without_services=True)
    if has_services is False:
        return alone
    whole = _added_up(deductions, bonuses, rule, without_services=False)
    passes = whole.passes if whole.passes == alone.passes else None
    return Score(
        whole.deductions,
        whole.bonuses,
        whole.base,
        whole.factor,
        _hull(whole.part, alone.part),
        _hull(whole.total, alone.total),
        passes,
        whole.unchecked,
        whole.could_change or alone.could_change,
    )


def _hull(one: Range, other: Range) -> Range:
    return Range(min(one.low, other.low), max(one.high, other.high))


def _added_up(deductions: Sequence[Finding], bonuses: Sequence[Finding], rule: Scoring, *, without_services: bool) -> Score:
    base, factor = Fraction(rule.total), Fraction(1)
    if without_services and rule.no_service is not None:
        base -= Fraction(rule.groups.get(rule.no_service.group, 0))
        factor = Fraction(*rule.no_service.factor)
    lines = tuple(_deduction(one, rule) for one in deductions)
    lost = _added(lines)
    part = Range(max(ZERO, base + lost.low) * factor, max(ZERO, base + lost.high) * factor)
    added = tuple(_bonus(one, rule) for one in bonuses)
    most = Fraction(rule.bonus_total) if rule.bonus_total is not None else None
    gain = _added(added)
    if most is not None:
        gain = Range(min(gain.low, most), min(gain.high, most))
    total = Range(*(bound + (extra if _above(bound, rule) else 0) for bound, extra in zip(part, gain, strict=True)))
    mark = Fraction(rule.pass_below)
    passes = True if part.low >= mark else False if part.high < mark else None
    widest = _plausible(deductions, lines, rule, base, factor)
    could_change = passes is not None and (widest.low >= mark) != (widest.high >= mark)
    unchecked = sum((Fraction(one.indicator.points or 0) for one in deductions if one.status is Status.NOT_CHECKED), ZERO)
    return Score(lines, added, base, factor, part, total, passes, unchecked, could_change)


def _added(lines: Sequence[ScoreLine]) -> Range:
    changes = [line.change for line in lines if line.change is not NO_CHANGE]  # most cost nothing, and sums of fractions cost time
    return Range(sum((one.low for one in changes), ZERO), sum((one.high for one in changes), ZERO))


def _above(part: Fraction, rule: Scoring) -> bool:
    return rule.bonus_above is not None and part > Fraction(rule.bonus_above)


_UNDECIDED = frozenset({Status.INCONCLUSIVE, Status.NEEDS_REVIEW, Status.ERROR})


def _deduction(finding: Finding, rule: Scoring) -> ScoreLine:
    """What a deduction costs: certain faults at least, possible ones at most, never more than its points."""
    indicator, status = finding.indicator, finding.status
    faults, possible = counted_faults(finding)
    if status is Status.FAILED and not finding.is_waived:
        certain, most = _least(indicator, faults, rule), _cost(indicator, _sum(faults, possible), rule)
        change = Range(-Fraction(rule.total), ZERO) if certain is None or most is None else Range(-most, -certain)
    elif status in _UNDECIDED:
        most = _cost(indicator, possible, rule)
        change = Range(-Fraction(rule.total) if most is None else -most, ZERO)
    else:
        return ScoreLine(indicator, status, NO_CHANGE, {}, {}, ())
    rests_on = _unverified(indicator, (*faults, *possible)) if change != NO_CHANGE else ()
    return ScoreLine(indicator, status, change, faults, possible, rests_on)


def _bonus(finding: Finding, rule: Scoring) -> ScoreLine:
    """What a bonus brings; one whose points nobody saw may bring nothing or all that bonuses can."""
    indicator, status = finding.indicator, finding.status
    least = Fraction(indicator.points or 0)
    most = least if indicator.points is not None else Fraction(rule.bonus_total or 0)
    change = Range(least if status is Status.PASSED else ZERO, most if status in (Status.PASSED, *_UNDECIDED) else ZERO)
    rests_on = _unverified(indicator, ()) if change.high else ()
    return ScoreLine(indicator, status, change, {}, {}, rests_on)


def counted_faults(finding: Finding) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Faults by kind that are certain, and that may exist besides; a review's own count replaces the machine's."""
    told: Review | None = finding.review
    machine: CheckResult = finding.judgement
    if told is None:
        return machine.faults, machine.possible
    if told.decision == "dismissed":
        return {}, {}
    return told.faults or machine.faults or machine.possible or {}, {}


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {kind: one.get(kind, 0) + other.get(kind, 0) for kind in (*one, *(key for key in other if key not in one))}


def _cost(indicator: Indicator, faults: Mapping[str, int], rule: Scoring) -> Fraction | None:
    """Points the faults cost; None where the source states none, so that nobody knows.

    Without a count, or for a kind that is priced `all`, the whole indicator is lost.
    """
    points = Fraction(indicator.points) if indicator.points is not None else None
    if not faults:
        return points
    cost = ZERO
    for kind, count in faults.items():
        each = indicator.deduct.get(kind, "all")
        if isinstance(each, Decimal):
            cost += Fraction(each) * count
        elif points is None:
            return None
        elif count:
            cost += points
    return min(cost, points) if rule.cap and points is not None else cost


def _least(indicator: Indicator, faults: Mapping[str, int], rule: Scoring) -> Fraction | None:
    """Points the faults cost for certain: where a cap holds that nobody saw, those of the dearest single fault."""
    cost = _cost(indicator, faults, rule)
    if cost is None or not rule.cap or indicator.points is not None:
        return cost
    prices = [indicator.deduct.get(kind) for kind, count in faults.items() if count]
    return min(cost, max((Fraction(price) for price in prices if isinstance(price, Decimal)), default=ZERO))


def _unverified(indicator: Indicator, kinds: Sequence[str]) -> tuple[str, ...]:
    keys = ["points", *(f"deduct.{kind}" for kind in kinds)]
    return tuple(key for key in keys if key in indicator.unverified)


def _plausible(findings: Sequence[Finding], lines: Sequence[ScoreLine], rule: Scoring, base: Fraction, factor: Fraction) -> Range:
    """The deduction score when every unverified amount lies at the far ends of its plausible range.

    Where a rulebook gives no range, an unverified amount for a fault may be anything from nothing to all points.
    """
    low = high = base
    for finding, line in zip(findings, lines, strict=True):
        if not line.rests_on:
            if line.change is not NO_CHANGE:
                low, high = low + line.change.low, high + line.change.high
            continue
        indicator = finding.indicator
        points = Fraction(indicator.points) if indicator.points is not None else None
        least, most = _bounds(indicator, points, rule)
        faults = _sum(line.faults, line.possible)
        dearest = sum((_amount(indicator, kind, most, 1) * count for kind, count in faults.items()), ZERO)
        cheapest = sum((_amount(indicator, kind, least, 0) * count for kind, count in line.faults.items()), ZERO)
        capped = rule.cap and points is not None
        low -= min(most, dearest or most) if capped else dearest or most
        high -= min(least, cheapest) if capped else min(cheapest, -line.change.high)
    return Range(max(ZERO, low) * factor, max(ZERO, high) * factor)


def _bounds(indicator: Indicator, points: Fraction | None, rule: Scoring) -> tuple[Fraction, Fraction]:
    """The least and most points the indicator may be worth; from nothing to everything where nobody saw them."""
    given = indicator.plausible.get("points")
    if given is not None:
        return Fraction(given[0]), Fraction(given[1])
    return (ZERO, Fraction(rule.total)) if points is None else (points, points)


def _amount(indicator: Indicator, kind: str, points: Fraction, end: int) -> Fraction:
    """What one fault costs at the lower (0) or upper (1) end of its plausible range."""
    key = f"deduct.{kind}"
    if key in indicator.plausible:
        return Fraction(indicator.plausible[key][end])
    each = indicator.deduct.get(kind, "all")
    if key in indicator.unverified and key not in indicator.plausible:
        return points if end else ZERO
    return Fraction(each) if isinstance(each, Decimal) else points
