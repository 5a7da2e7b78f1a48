"""The terms of a round of inspection, fixed before it begins: organiser, period, window, tiers (一轮检查)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from govmedia_rules.campaign.rules import CoverageRule, OutcomeRule, SubjectKind
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.rates import Rounding
from govmedia_rules.notices.figures import DateSpan, PartialDate, Period
from govmedia_rules.subjects.models import DivisionCode

TierId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""Id of a tier: lower-case letters, digits, `_` and `-`."""
ShareKind = Literal["pass", "failure_share", "coverage"]
"""Rates of a round: 合格率, 不合格占比, 抽查率."""
RATES: tuple[ShareKind, ...] = ("pass", "failure_share", "coverage")
RateBase = Literal["inspected", "decided"]
"""What a rate counts against."""
MAIN = "main"
"""Tier of a campaign that has only one."""


class Tier(Model):
    """One body's share of a round: the city checks some units, each county checks its own (县级自查).

    Two tiers may look at the same unit. Their counts stand side by side and are never added.

    Attributes:
        id: Id of the tier.
        scope: How a notice names it beside the main one (`各县(区)检查`); "" for the main one.
        label: What is looked at, as printed (`镇(街道)和县级部门政务新媒体`); "" for the usual word.
        inspector: Who looks; None when not stated.
        method: How, in the words of the notice (`第三方专业检测机构`); None when not stated.
        stage: Stage of the result that counts (`检查复核结果`); None when not stated.
        count_basis: Which list counts and what is left out (`不含已注销账号`); None when not stated.
        is_self_check: Whether the units' own supervisors look.
        only_failures: Kinds of unit of which nothing but the failures is known, so that nobody can say how many were
            inspected, and there is no rate.
    """

    id: TierId = MAIN
    scope: Short = ""
    label: Short = ""
    inspector: Name | None = None
    method: Short | None = None
    stage: Short | None = None
    count_basis: Short | None = None
    is_self_check: bool = False
    only_failures: tuple[SubjectKind, ...] = ()


class CampaignConfig(Model):
    """The terms of a campaign. Period, inspection window, statistics date and statistics span are four things.

    Attributes:
        title: Name of the round.
        period: Period it is counted for: month, quarter, half-year, year, or a numbered round; may be written `2024年第三季度`.
        place: Word for the area in sentences (`全市`).
        region: Division code of the area; None when there is none (the nation) or it is not known.
        organiser: Who holds it; None when not stated.
        window: Days in which was inspected; need not be the period. None when not stated.
        statistics_at: Date the counts of the population stand at; may be a month. None when not stated.
        statistics_span: Time that letters and disclosure cover; may cross a year. None when not stated.
        registries: Reporting systems the population comes from.
        rulebooks: Ids of the rulebooks it rests on; those of added inspections are known besides.
        tiers: Its tiers, the main one first.
        rounding: How its rates are printed.
        rate_base: What a pass rate or failure share counts against: every unit inspected, or only those that were decided
            (units being closed are then left out of the base).
        basically_passes: Whether 基本合格 counts as passed in a pass rate.
        outcome_rules: Outcomes beside pass and fail that this round knows besides the built-in ones; asked first.
        coverage_rules: What this round must cover besides the demands of its rulebooks.

    Example:
        >>> config = CampaignConfig(title="检查", period="2024年第三季度")
        >>> config.period.kind, config.period.number
        ('quarter', 3)
    """

    title: Name
    period: Period
    place: Short = ""
    region: DivisionCode | None = None
    organiser: Name | None = None
    window: DateSpan | None = None
    statistics_at: PartialDate | None = None
    statistics_span: DateSpan | None = None
    registries: tuple[Short, ...] = ()
    rulebooks: tuple[Short, ...] = ()
    tiers: tuple[Tier, ...] = Field(default=(Tier(),), min_length=1)
    rounding: Rounding = Rounding()
    rate_base: RateBase = "inspected"
    basically_passes: bool = False
    outcome_rules: tuple[OutcomeRule, ...] = ()
    coverage_rules: tuple[CoverageRule, ...] = ()

    @field_validator("period", mode="before")
    @classmethod
    def _read_period(cls, value: object) -> object:
        return Period.parse(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_distinct_tiers(self) -> CampaignConfig:
        ids = [tier.id for tier in self.tiers]
        if len(ids) != len(set(ids)):
            raise ValueError(f"two tiers have one id: {', '.join(ids)}")
        return self

    def tier(self, tier_id: str) -> Tier:
        """Return the tier with this id.

        Raises:
            KeyError: There is none.
        """
        for tier in self.tiers:
            if tier.id == tier_id:
                return tier
        raise KeyError(tier_id)
