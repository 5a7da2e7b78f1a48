"""Earlier rates, and differences to them in percentage points (同比, 环比). No earlier value is never a difference of 0."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from govmedia_rules.campaign.config import ShareKind
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.units import EarlierRate
from govmedia_rules.core.model import Short
from govmedia_rules.core.rates import Change
from govmedia_rules.notices.figures import Period, PeriodComparison


def comparisons(
    earlier: tuple[EarlierRate, ...],
    now: Decimal,
    *,
    subject: SubjectKind,
    kind: ShareKind,
    tier: str,
    group: str = "",
    unit: Short = "个百分点",
) -> tuple[PeriodComparison, ...]:
    """Return the differences of a printed rate to those of earlier rounds; one without a figure says that there is none."""
    return tuple(
        PeriodComparison(basis=rate.basis, change=Change.between(now, rate.figure, comparable=rate.is_comparable), unit=unit)
        for rate in earlier
        if (rate.subject, rate.kind, rate.tier, rate.group) == (subject, kind, tier, group)
    )


def basis_between(now: Period, before: Period) -> Literal["year_on_year", "period_on_period", "other"]:
    """Return how an earlier period compares: the same of the year before, the one just before, or another.

    A whole year is both; it is called 同比.
    """
    if now.year_before() == before:
        return "year_on_year"
    return "period_on_period" if now.previous() == before else "other"
