"""Rules about a whole round, as data: outcomes beside pass and fail, and what must be covered.

The built-in ones are in `data/rules.toml`, each with the rulebook it belongs to and its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.notices.figures import OutcomeKind
from govmedia_rules.rules.model import Source
from govmedia_rules.subjects.vocabulary import Level, Platform, Status

SubjectKind = Literal["site", "account"]
SUBJECT_KINDS: tuple[SubjectKind, ...] = ("site", "account")


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, float) else value


def _is_share(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 < value <= 1:
        raise ValueError("a share is more than 0 and at most 1; write 0.3 for 30%")
    return value


Share = Annotated[Decimal, BeforeValidator(_as_text), AfterValidator(_is_share)]
"""A share that is demanded: more than 0, at most 1, exact."""


class OutcomeRule(Model):
    """Conditions under which a unit gets an outcome other than passed or failed; a condition that is left out admits all.

    Rules with `status` or `listed_status` are asked before the verdict counts, because such a unit is neither passed nor
    failed. The others are asked only of a unit that would pass.

    Attributes:
        outcome: The outcome.
        label: Its word in notices.
        subject: Sites or accounts only.
        rulebook: Id of the rulebook that knows this outcome; None for every campaign.
        status: Stages of life of the unit as inspected.
        listed_status: Stages of life of the unit in the registry; a unit that is not listed has none.
        families: Indicators or families of which confirmed problems are counted.
        at_least: How many of them there must be.
        score_below: The score must be surely below this.
        source: Where the rule comes from; None for the user's own.
    """

    outcome: OutcomeKind
    label: Name
    subject: SubjectKind | None = None
    rulebook: Short | None = None
    status: tuple[Status, ...] = ()
    listed_status: tuple[Status, ...] = ()
    families: tuple[Short, ...] = ()
    at_least: int = Field(default=1, ge=1)
    score_below: Decimal | None = None
    source: Source | None = None

    @property
    def comes_first(self) -> bool:
        """Whether it is asked before the verdict counts."""
        return bool(self.status or self.listed_status)


class CoverageRule(Model):
    """The share of units that a document demands a round to inspect.

    Attributes:
        id: Id of the rule.
        title: What it demands, in Chinese.
        subject: Sites or accounts.
        rulebook: Id of the rulebook it belongs to; None for the user's own.
        tier: Tier that must cover it.
        levels: Levels it speaks of; () for all.
        portals: True for 政府门户网站 only, False for all others; None for both.
        platforms: Platforms it speaks of, with those below them; () for all.
        share: Share of these units that must be inspected.
        failed_before: Whether it speaks of the units that failed the round before.
        source: Where it comes from.
    """

    id: Name
    title: Name
    subject: SubjectKind
    rulebook: Short | None = None
    tier: Short = "main"
    levels: tuple[Level, ...] = ()
    portals: bool | None = None
    platforms: tuple[Platform, ...] = ()
    share: Share
    failed_before: bool = False
    source: Source | None = None


class CampaignRules(Model):
    """The rules of `data/rules.toml`, or of a file like it."""

    outcomes: tuple[OutcomeRule, ...] = ()
    coverage: tuple[CoverageRule, ...] = ()

    @classmethod
    def built_in(cls) -> CampaignRules:
        """Return the shipped rules."""
        return _built_in()

    def outcomes_for(self, rulebooks: Iterable[str]) -> tuple[OutcomeRule, ...]:
        """Return outcomes known to every campaign or to one of these rulebooks."""
        known = {None, *rulebooks}
        return tuple(rule for rule in self.outcomes if rule.rulebook in known)

    def coverage_for(self, rulebooks: Iterable[str]) -> tuple[CoverageRule, ...]:
        """Return the coverage that these rulebooks demand."""
        known = set(rulebooks)
        return tuple(rule for rule in self.coverage if rule.rulebook in known)


@cache
def _built_in() -> CampaignRules:
    return CampaignRules.model_validate(read_data("govmedia_rules.campaign", "rules.toml"))
