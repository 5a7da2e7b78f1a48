"""Earlier rates, and differences to them in percentage points (同比, 环比). No earlier value is never a difference of 0."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.statistics import ShareKind
from govmedia_rules.campaign.terms import MAIN, TierId
from govmedia_rules.core.model import Model, Short
from govmedia_rules.core.rates import Change
from govmedia_rules.notices.figures import Comparison, ComparisonBasis, Period


class Earlier(Model):
    """A rate of an earlier round.

    Attributes:
        basis: year_on_year 同比, period_on_period 环比, or other.
        subject: Sites or accounts.
        kind: What kind of rate.
        tier: Tier.
        group: Label of the group it is of; "" for all units.
        figure: The rate as it was printed; None when it is known that there is none.
        is_comparable: Whether it was counted on the same footing.
        period: Its period; None when not known.
        source: Where it comes from.
    """

    basis: ComparisonBasis
    subject: SubjectKind
    kind: ShareKind = "pass"
    tier: TierId = MAIN
    group: Short = ""
    figure: Decimal | None = Field(default=None, ge=0, le=100)
    is_comparable: bool = True
    period: Period | None = None
    source: Short = ""


def comparisons(
    earlier: tuple[Earlier, ...],
    now: Decimal,
    *,
    subject: SubjectKind,
    kind: ShareKind,
    tier: str,
    group: str = "",
    unit: Short = "个百分点",
) -> tuple[Comparison, ...]:
    """The differences of a printed rate to those of earlier rounds; one without a figure says that there is none."""
    return tuple(
        Comparison(basis=one.basis, change=Change.between(now, one.figure, comparable=one.is_comparable), unit=unit)
        for one in earlier
        if (one.subject, one.kind, one.tier, one.group) == (subject, kind, tier, group)
    )


def basis_of(now: Period, before: Period) -> Literal["year_on_year", "period_on_period", "other"]:
    """How an earlier period compares: the same of the year before, the one just before, or another.

    A whole year is both; it is called 同比.
    """
    if now.year_before() == before:
        return "year_on_year"
    return "period_on_period" if now.previous() == before else "other"
