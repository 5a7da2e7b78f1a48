"""One recomputed thing, and the arithmetic of sums and rates that both notices and records share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Literal

from govmedia_rules.core.model import Model, Short
from govmedia_rules.core.rates import Policy, percent, places_of, policies_giving, print_decimal, whole_counts
from govmedia_rules.core.rates import bases as bases_giving
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.notices.figures import Place

Outcome = Literal["agrees", "contradicts", "remark", "not_checkable"]
CheckKind = Literal[
    "sum_of_parts",
    "sum_of_outcomes",
    "part_and_whole",
    "growth",
    "stated_twice",
    "rate",
    "rounding_policy",
    "rows_of_list",
    "table_total",
    "table_row",
    "table_rate",
    "table_and_text",
    "attachment_number",
    "attachment_title",
    "attachment_page",
    "dates",
    "code",
    "listed_twice",
    "named_and_failed",
    "names",
    "order",
    "unit",
]
_MOST_COUNTS = 50
"""Counts that fit a printed rate and are kept: at one decimal place a base of ten thousand has ten."""
_MOST_SHOWN = 6
"""Counts named in a sentence; a reader compares a few."""


class Check(Model):
    """One thing that was recomputed.

    Attributes:
        kind: What kind of check.
        outcome: agrees; contradicts (no reading makes it true); remark (explained, or worth knowing); not_checkable
            (a count that is needed is not printed).
        reason: Name of the sentence in `data/reconcile.toml`.
        label: What it is about, as printed.
        stated: The printed figure.
        computed: What the counts give; "" where nothing can be computed.
        policies: For rates: the rounding policies that give the printed figure.
        counts: Whole counts that would give the printed figure, the nearest to the printed count first.
        bases: For a rate that contradicts: bases near the printed one with which the printed count would give it.
        details: Further parts of the sentence, by name.
        place: Where the printed figure stands.
    """

    kind: CheckKind
    outcome: Outcome
    reason: str
    label: Short = ""
    stated: Short = ""
    computed: Short = ""
    policies: tuple[Policy, ...] = ()
    counts: tuple[int, ...] = ()
    bases: tuple[int, ...] = ()
    details: tuple[tuple[str, Short], ...] = ()
    place: Place | None = None

    def message(self, lang: Literal["zh", "en"] = "zh") -> str:
        """Return the check in one sentence."""
        comma = "、" if lang == "zh" else ", "
        values = {
            "label": self.label,
            "stated": self.stated,
            "computed": self.computed,
            "policies": comma.join(policy.words for policy in self.policies),
            "counts": comma.join(map(str, self.counts[:_MOST_SHOWN])),
            "other": str(self.bases[0]) if self.bases else "",
            **dict(self.details),
        }
        sentence: str = _sentences()[self.reason][lang]
        return sentence.format_map(values)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return read_data("govmedia_rules.notices", "reconcile.toml")


def details(**values: object) -> tuple[tuple[str, str], ...]:
    """Return parts of a sentence by name, as a check keeps them."""
    return tuple((name, str(value)) for name, value in values.items())


def check_sum(kind: CheckKind, label: str, stated: int, values: Sequence[int], place: Place | None = None) -> Check:
    """Compare a printed total with the sum of its parts."""
    total = sum(values)
    agrees = stated == total
    return Check(
        kind=kind,
        outcome="agrees" if agrees else "contradicts",
        reason="sum_equal" if agrees else "sum_differs",
        label=label,
        stated=str(stated),
        computed=str(total),
        counts=() if agrees else (total,),
        details=details(terms="+".join(map(str, values)), total=total),
        place=place,
    )


def part_above_whole(label: str, part: int, whole: int, part_label: str, place: Place | None = None) -> Check:
    """Return the contradiction of a part that exceeds its whole."""
    return Check(
        kind="part_and_whole",
        outcome="contradicts",
        reason="part_above_whole",
        label=label,
        stated=str(part),
        computed=str(whole),
        details=details(part=part_label),
        place=place,
    )


def counts_near(figure: Decimal, base: int, count: int) -> list[int]:
    """Return whole counts that some policy prints as `figure`, the nearest to `count` first, at most 50.

    Only the ends of ranges are looked at: a code of ten digits read as a base costs nothing.
    """
    near: set[int] = set()
    for policy in Policy:
        fitting = whole_counts(figure, base, policy=policy)
        if fitting:
            middle = min(max(count, fitting[0]), fitting[-1]) - fitting[0]
            near.update(fitting[max(0, middle - _MOST_COUNTS) : middle + _MOST_COUNTS])
    return sorted(near, key=lambda fitting: (abs(fitting - count), fitting))[:_MOST_COUNTS]


def not_checkable(label: str, stated: str, place: Place | None = None, kind: CheckKind = "rate") -> Check:
    """Return a rate without the counts to recompute it from."""
    return Check(kind=kind, outcome="not_checkable", reason="rate_without_base", label=label, stated=stated, place=place)


def check_rate(
    figure: Decimal,
    *,
    part: int | None,
    bases: Iterable[int],
    label: str = "",
    of_rest: bool = False,
    place: Place | None = None,
    kind: CheckKind = "rate",
) -> Check:
    """Recompute one printed rate.

    Args:
        figure: The printed percentage with its places.
        part: The printed count; None when it is not printed, and then the counts that would give the figure are named.
        bases: Bases the notice prints, the likeliest first; the rate agrees when any of them gives it.
        label: Name of the rate.
        of_rest: True when `part` is what failed and the figure is the share that passed.
        place: Where it is printed.
        kind: Kind of the check.
    """
    known = [base for base in dict.fromkeys(bases) if base > 0]
    stated = f"{print_decimal(figure)}%"
    if not known:
        return not_checkable(label, stated, place, kind)
    if part is None:
        return _hidden_count(figure, known, label, stated, place, kind)
    fitting = [base for base in known if 0 <= part <= base]
    for base in fitting:
        passed = base - part if of_rest else part
        policies = policies_giving(figure, passed, base)
        if policies:
            return Check(
                kind=kind,
                outcome="agrees",
                reason="rate_agrees",
                label=label,
                stated=stated,
                computed=f"{passed}/{base}",
                policies=policies,
                details=details(part=passed, base=base),
                place=place,
            )
    base = fitting[0] if fitting else known[0]
    counted = base - part if of_rest else part
    nearest = counts_near(figure, base, counted)
    exact = ""
    if 0 <= counted <= base:
        exact = f"{counted}/{base}={print_decimal(percent(counted, base, places=max(2, places_of(figure))))}%"
    others = _other_bases(figure, part, base, of_rest)
    reason = "rate_needs_other_count" if nearest else "rate_needs_other_base" if others else "rate_fits_nothing"
    return Check(
        kind=kind,
        outcome="contradicts",
        reason="failed_needs_other_count" if of_rest and nearest else reason,
        label=label,
        stated=stated,
        computed=exact,
        counts=tuple(base - count if of_rest else count for count in nearest),
        bases=tuple(others),
        details=details(exact=exact, base=base, printed=part),
        place=place,
    )


def _hidden_count(figure: Decimal, bases: list[int], label: str, stated: str, place: Place | None, kind: CheckKind) -> Check:
    for base in bases:
        counts = sorted(counts_near(figure, base, 0))
        if counts:
            return Check(
                kind=kind,
                outcome="agrees",
                reason="rate_tells_count",
                label=label,
                stated=stated,
                computed=f"?/{base}",
                counts=tuple(counts),
                policies=tuple(policy for policy in Policy if whole_counts(figure, base, policy=policy)),
                details=details(base=base),
                place=place,
            )
    return Check(
        kind=kind,
        outcome="contradicts",
        reason="rate_impossible",
        label=label,
        stated=stated,
        details=details(base=bases[0]),
        place=place,
    )


def _other_bases(figure: Decimal, part: int, base: int, of_rest: bool) -> list[int]:
    """Return bases within a tenth of the printed one with which the printed count gives the figure, the nearest first."""
    if part < 1:
        return []
    reach = max(5, base // 10)
    near: set[int] = set()
    for policy in (Policy.HALF_UP, Policy.TRUNCATION):
        fitting = bases_giving(figure, part, of_rest=of_rest, policy=policy, limit=base + reach)
        if fitting:
            middle = min(max(base, fitting[0]), fitting[-1]) - fitting[0]
            near.update(other for other in fitting[max(0, middle - 5) : middle + 5] if other >= max(part, base - reach))
    return sorted(near, key=lambda other: (abs(other - base), other))[:5]
