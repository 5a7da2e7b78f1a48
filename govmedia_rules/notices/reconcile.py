"""Recomputes every sum and rate of a notice and says what agrees, what contradicts and what only needs a remark.

A contradiction is what no reading of the printed figures can make true: parts that exceed their whole, a rate that no
rounding gives from the printed counts, a list with another number of rows than the text says, a number used twice. What
can be explained (a total that hides a member, a rate that only one policy gives) is a remark. Each check names the counts
that would give the printed figure, the nearest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from govmedia_rules.core.model import Model
from govmedia_rules.core.rates import Policy
from govmedia_rules.notices.checks import Check, check_rate, check_sum, counts_near, details, not_checkable, part_above_whole
from govmedia_rules.notices.comparing import compare_lists
from govmedia_rules.notices.figures import Count, Group, InspectedPopulation, Rate, Tally
from govmedia_rules.notices.growth import check_growth
from govmedia_rules.notices.letters import check_letters
from govmedia_rules.notices.model import Notice
from govmedia_rules.notices.tables import check_tables
from govmedia_rules.subjects.vocabulary import subject_vocabulary


class Reconciliation(Model):
    """Everything that was recomputed in one notice."""

    checks: tuple[Check, ...] = ()

    @property
    def contradictions(self) -> tuple[Check, ...]:
        """What no reading can make true."""
        return tuple(check for check in self.checks if check.outcome == "contradicts")

    @property
    def remarks(self) -> tuple[Check, ...]:
        """Remarks that contradict nothing."""
        return tuple(check for check in self.checks if check.outcome == "remark")

    @property
    def policy(self) -> Policy | None:
        """The one policy, simplest first, that gives every rate that can be recomputed; None when none does."""
        rates = [check for check in self.checks if check.kind in ("rate", "table_rate") and check.policies]
        fitting = (p for p in (Policy.HALF_UP, Policy.CAPPED, Policy.TRUNCATION) if all(p in check.policies for check in rates))
        return next(fitting, None) if rates else None


def reconcile(notice: Notice) -> Reconciliation:
    """Recompute the sums and rates of a notice and compares its text, lists and tables."""
    checks: list[Check] = []
    for population in notice.populations:
        checks += _sums(population)
        checks += _limits(population)
        checks += _rates(population, notice)
    checks += [_uncheckable(rate) for figure in notice.figures for rate in figure.rates]
    checks += check_growth(notice)
    checks += check_letters(notice)
    checks += _one_policy(checks)
    checks += check_tables(notice)
    checks += compare_lists(notice)
    return Reconciliation(checks=tuple(checks))


# --- sums -----------------------------------------------------------------------------------------------------------

_MEASURES = {"running": "运行", "registered": "登记", "total": "总数", "inspected": "抽查"}
_ACROSS_LEVELS = {"portal": "_department", "department": "_portal"}
"""Classes that run across the levels (门户网站 overlaps with 设区市政府门户网站 and is no further part), each with the end of the
keys beside which it is one (市级门户网站、县级门户网站、部门网站)."""


def _value(tally: Tally, measure: str) -> int | None:
    count = getattr(tally, measure)
    return count.value if isinstance(count, Count) and count.bound == "exact" else None


def _subject(tally: Tally) -> str:
    return {"site": "政府网站", "account": "政务新媒体"}.get(tally.subject, tally.label)


def _sums(population: InspectedPopulation) -> Iterator[Check]:
    # Only parts that one paragraph lists by one dimension are meant to add up.
    by: dict[tuple[str, str, int], list[Group]] = {}
    for group in population.groups:
        for measure in _MEASURES:
            if _value(group, measure) is not None:
                place = getattr(group, measure).place
                by.setdefault((measure, group.dimension, place.line if place else 0), []).append(group)
    for (measure, _, _), groups in by.items():
        whole = _value(population, measure)
        top = _without_nested(groups)
        if whole is not None and len(top) > 1:
            yield _parts(population, measure, whole, top)
    failed = population.failed
    platforms = _without_nested(list(population.by("platform")))
    if failed is not None and len(platforms) > 1 and all(group.failed is not None for group in platforms):
        yield check_sum("sum_of_parts", f"{_subject(population)}不合格", failed, [group.failed or 0 for group in platforms])
    yield from _outcomes(population)


def _without_nested(groups: list[Group]) -> list[Group]:
    """Return parts without those that lie inside another one (订阅号 inside 公众号)."""
    terms = subject_vocabulary("platform")
    keys = {group.key for group in groups if group.dimension == "platform" and group.key in terms}

    def is_inside(group: Group) -> bool:
        return any(other and group.key and other != group.key and terms.is_a(group.key, other) for other in keys)

    return [group for group in groups if group.dimension != "platform" or not is_inside(group)]


def _parts(population: InspectedPopulation, measure: str, whole: int, groups: list[Group]) -> Check:
    levels = {group.key for group in groups} - {*_ACROSS_LEVELS, "other", None}
    parts = [
        group
        for group in groups
        if group.key not in _ACROSS_LEVELS or all(str(level).endswith(_ACROSS_LEVELS[group.key]) for level in levels)
    ]
    if len(parts) < 2 or sum(_value(group, measure) or 0 for group in groups) == whole:
        parts = groups
    values = [_value(group, measure) or 0 for group in parts]
    for length in range(2, len(values)):
        # 按层级 … 按地区 …: the first division adds up, what follows is another one.
        if sum(values[:length]) == whole:
            values = values[:length]
            break
    total = sum(values)
    label = f"{_subject(population)}{_MEASURES[measure]}"
    place = getattr(population, measure).place
    if total >= whole:
        return check_sum("sum_of_parts", label, whole, values, place)
    member = _hidden_member(population, whole - total, parts)
    return Check(
        kind="sum_of_parts",
        outcome="remark",
        reason="sum_hides_member" if member else "sum_leaves_rest",
        label=label,
        stated=str(whole),
        computed=str(total),
        details=details(terms="+".join(map(str, values)), total=total, gap=whole - total, member=member),
        place=place,
    )


def _hidden_member(population: InspectedPopulation, gap: int, used: list[Group]) -> str:
    """Return a count of the same population that equals the gap: a member that no sentence names, accounts closed meanwhile."""
    for outcome in population.outcomes:
        if outcome.kind in ("closed", "closing", "unreported") and outcome.count.value == gap:
            return f"{outcome.label}{gap}"
    named = {id(group) for group in used}
    for group in population.groups:
        if id(group) not in named and gap in (_value(group, measure) for measure in _MEASURES):
            return f"{group.label}{gap}"
    return ""


def _outcomes(population: InspectedPopulation) -> Iterator[Check]:
    for tally in (population, *population.groups):
        counts = {
            (outcome.kind, outcome.label if outcome.kind == "other" else ""): outcome.count
            for outcome in tally.outcomes
            if outcome.kind in (*_INSIDE, "other")
        }
        base = tally.inspected
        if base is None or not {("passed", ""), ("failed", "")} <= set(counts):
            continue
        if all(count.bound == "exact" for count in (base, *counts.values())):
            label = f"{tally.label or _subject(tally)}检查结果"
            yield check_sum("sum_of_outcomes", label, base.value, [count.value for count in counts.values()], base.place)


def _limits(population: InspectedPopulation) -> Iterator[Check]:
    """Yield parts that exceed their whole: inspected above all there are, failed above inspected, a group above its population."""
    for tally in (population, *population.groups):
        label = tally.label or _subject(tally)
        wholes = [value for measure in ("running", "registered", "total") if (value := _value(tally, measure)) is not None]
        inspected = _value(tally, "inspected")
        if inspected is not None and wholes and inspected > max(wholes):
            place = tally.inspected.place if tally.inspected is not None else None
            yield part_above_whole(label, inspected, max(wholes), "抽查", place)
        bases = [*wholes, *([inspected] if inspected is not None else [])]
        for outcome in tally.outcomes:
            if bases and outcome.count.bound == "exact" and outcome.count.value > max(bases) and outcome.kind in _INSIDE:
                yield part_above_whole(label, outcome.count.value, max(bases), outcome.label, outcome.count.place)
        yield from _sum_of_outcomes_above(tally, label, inspected)
    for group in population.groups:
        yield from _group_limits(group, population)
    yield from _restated(population)


_INSIDE = ("passed", "failed", "basically_passed", "closing")
"""Outcomes of inspected units; closed and unreported ones may lie outside the population."""


def _sum_of_outcomes_above(tally: Tally, label: str, inspected: int | None) -> Iterator[Check]:
    counts = [outcome.count for outcome in tally.outcomes if outcome.kind in _INSIDE]
    total = sum(count.value for count in counts)
    is_checked_as_sum = {"passed", "failed"} <= {outcome.kind for outcome in tally.outcomes}
    exact = all(count.bound == "exact" for count in counts)
    each_fits = all(count.value <= (inspected or 0) for count in counts)
    if inspected is not None and exact and each_fits and total > inspected and not is_checked_as_sum:
        yield part_above_whole(label, total, inspected, "检查结果", counts[0].place)


def _group_limits(group: Group, population: InspectedPopulation) -> Iterator[Check]:
    for measure, name in _MEASURES.items():
        part, whole = _value(group, measure), _value(population, measure)
        if part is not None and whole is not None and part > whole:
            yield part_above_whole(_subject(population), part, whole, f"{group.label}{name}", getattr(group, measure).place)
    failed = next((outcome.count for outcome in group.outcomes if outcome.kind == "failed"), None)
    whole_failed = population.failed
    if (
        whole_failed is None
        and {outcome.kind for outcome in population.outcomes} == {"passed"}
        and population.inspected is not None
    ):
        whole_failed = population.inspected.value - population.outcomes[0].count.value
    if failed is not None and whole_failed is not None and failed.bound == "exact" and failed.value > whole_failed:
        yield part_above_whole(f"{_subject(population)}不合格", failed.value, whole_failed, group.label, failed.place)


def _restated(population: InspectedPopulation) -> Iterator[Check]:
    """Yield counts that are stated a second time and differ (不合格3个 in the overview, 4个 among the problems)."""
    first = {outcome.kind: outcome for outcome in population.outcomes}
    for again in population.restated:
        before = first.get(again.kind)
        if before is not None and before.count.value != again.count.value and again.count.bound == before.count.bound == "exact":
            yield Check(
                kind="stated_twice",
                outcome="contradicts",
                reason="stated_twice",
                label=f"{_subject(population)}{before.label}",
                stated=str(before.count.value),
                computed=str(again.count.value),
                place=again.count.place,
            )


# --- rates ----------------------------------------------------------------------------------------------------------

_ABOUT = Decimal(1)
"""How far, in percentage points, a figure printed with 约 may be off."""


def _uncheckable(rate: Rate) -> Check:
    return not_checkable(rate.label, rate.print(), rate.place)


def _rates(population: InspectedPopulation, notice: Notice) -> Iterator[Check]:
    visits = _visits(population, notice)
    for tally in (population, *population.groups):
        for rate in tally.rates:
            if rate.figure is None or rate.bound not in ("exact", "about"):
                yield _uncheckable(rate)
            else:
                label = f"{tally.label or _subject(tally)}{rate.label}"
                check = _one_rate(rate, rate.figure, tally, label, visits if tally is population else ())
                is_open = check.outcome == "contradicts" and (
                    _is_of_unknown_sample(tally, notice) or (tally is not population and _fits_whole(rate.figure, population))
                )
                yield _uncheckable(rate) if is_open else check
            yield from _comparisons(rate)


def _visits(population: InspectedPopulation, notice: Notice) -> tuple[int, ...]:
    """Return how many times units were inspected (1520家次): a base of yearly rates."""
    noun = {"site": "网站", "account": "新媒体"}.get(population.subject, "-")
    return tuple(figure.count.value for figure in notice.figures if figure.unit in ("家次", "个次") and noun in figure.label)


def _is_of_unknown_sample(tally: Tally, notice: Notice) -> bool:
    """Whether the failed were found in a sample (抽查发现不合格3家) whose size is not printed: then no base is known."""
    failed = next((outcome.count for outcome in tally.outcomes if outcome.kind == "failed"), None)
    if tally.inspected is not None or failed is None or failed.place is None:
        return False
    before = notice.text[max(0, failed.place.start - 200) : failed.place.start]
    return re.search("抽查|抽检|抽样|随机", before[before.rfind("。") + 1 :]) is not None


def _fits_whole(figure: Decimal, population: InspectedPopulation) -> bool:
    """Whether a rate at the end of a list of parts is the one of them all (市直不合格2个,县区不合格3个,合格率95.8%)."""
    failed = population.failed if population.failed is not None else _least_failed(population)
    bases = _bases(population)
    return failed is not None and bool(bases) and check_rate(figure, part=failed, bases=bases, of_rest=True).outcome == "agrees"


def _one_rate(rate: Rate, figure: Decimal, tally: Tally, label: str, visits: tuple[int, ...] = ()) -> Check:
    if rate.kind in ("pass", "failure_share"):
        checks = [
            check_rate(figure, part=part, bases=[*_bases(tally), *visits], label=label, of_rest=of_rest, place=rate.place)
            for part, of_rest in _readings(rate, figure, tally)
        ]
        return _softened(next((check for check in checks if check.outcome == "agrees"), checks[0]), rate)
    if rate.kind == "coverage":
        whole = [count.value for count in (tally.running, tally.registered, tally.total) if count is not None]
        part = tally.inspected.value if tally.inspected is not None else None
        if part is None and figure == 100 and whole:
            part = whole[0]
        if whole and part is not None:
            return _softened(check_rate(figure, part=part, bases=whole, label=label, place=rate.place), rate)
    return _uncheckable(rate)


def _bases(tally: Tally) -> list[int]:
    bases = [count.value for count in (tally.inspected, tally.running, tally.registered, tally.total) if count is not None]
    # Accounts closed or being closed are neither passed nor failed; some notices leave them out of the base.
    closing, closed = tally.outcome("closing") or 0, tally.outcome("closed") or 0
    left_out = {closing, closed, closing + closed} - {0}
    return bases + [base - some for base in bases for some in sorted(left_out) if base > some]


def _readings(rate: Rate, figure: Decimal, tally: Tally) -> list[tuple[int | None, bool]]:
    """Return the counts a pass rate or failure share may have been made from, the plainest first; True marks failed units."""
    failed, passed = tally.failed, tally.passed
    if rate.kind == "failure_share":
        return [(failed, False)]
    if isinstance(tally, Group) and failed is None and passed is None and figure == 100:
        passed = tally.base
    readings: list[tuple[int | None, bool]] = []
    if failed is None and passed is None:
        # Groups that failed are failures of the whole: the rate must leave room for them.
        failed = _least_failed(tally)
        return [(None, False)] if failed is None or _leaves_room(figure, tally, failed) else [(failed, True)]
    if failed is not None:
        readings.append((failed, True))
    if passed is not None:
        readings.append((passed, False))
        basically = tally.outcome("basically_passed")
        if basically is not None:
            readings.append((passed + basically, False))
    return readings or [(None, False)]


def _least_failed(tally: Tally) -> int | None:
    """Return how many units failed at least, by the groups of one dimension; None when none says."""
    if not isinstance(tally, InspectedPopulation):
        return None
    by_dimension: dict[str, int] = {}
    for group in _without_nested(list(tally.groups)):
        if group.failed is not None and group.key not in _ACROSS_LEVELS:
            by_dimension[group.dimension] = by_dimension.get(group.dimension, 0) + group.failed
    return max((count for dimension, count in by_dimension.items() if dimension != "other"), default=None)


def _leaves_room(figure: Decimal, tally: Tally, failed: int) -> bool:
    return any(base - count >= failed for base in _bases(tally) if base for count in counts_near(figure, base, 0)) or not any(
        _bases(tally)
    )


def _softened(check: Check, rate: Rate) -> Check:
    """Return a figure printed with 约 agrees when it is less than a point off."""
    if rate.bound != "about" or check.outcome != "contradicts" or rate.figure is None or "=" not in check.computed:
        return check
    exact = Decimal(check.computed.rpartition("=")[2].removesuffix("%"))
    return check.model_copy(update={"outcome": "agrees", "reason": "rate_about"}) if abs(exact - rate.figure) < _ABOUT else check


def _comparisons(rate: Rate) -> Iterator[Check]:
    for comparison in rate.comparisons:
        before = comparison.change.before(rate.figure) if rate.figure is not None else None
        if before is None:
            continue
        if not 0 <= before <= 100:
            yield Check(
                kind="rate",
                outcome="contradicts",
                reason="earlier_impossible",
                label=rate.label,
                stated=rate.print(),
                computed=f"{before}%",
                details=details(change=comparison.change.text(), before=before),
                place=comparison.place,
            )
        elif comparison.unit == "%" and comparison.change.state in ("up", "down"):
            yield Check(
                kind="unit",
                outcome="remark",
                reason="points_printed_as_percent",
                label=rate.label,
                stated=f"{comparison.change.points}%",
                computed=f"{before}%",
                details=details(before=before),
                place=comparison.place,
            )


def _one_policy(checks: list[Check]) -> Iterator[Check]:
    """Yield rates that no plain policy gives together: 99.9 % for 2943 of 2944 beside 99.6 % for 667 of 670."""
    rates = [check for check in checks if check.kind == "rate" and check.reason == "rate_agrees"]
    if len(rates) < 2:
        return
    fits = [policy for policy in Policy if all(policy in check.policies for check in rates)]
    if Policy.HALF_UP in fits or Policy.TRUNCATION in fits:
        return
    for check in rates:
        if Policy.HALF_UP not in check.policies:
            yield Check(
                kind="rounding_policy",
                outcome="remark",
                reason="only_the_cap" if fits else "no_one_policy",
                label=check.label,
                stated=check.stated,
                computed=check.computed,
                policies=tuple(fits),
                details=details(exact=check.computed),
                place=check.place,
            )
