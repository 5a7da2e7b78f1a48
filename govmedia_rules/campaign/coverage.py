"""Coverage of a round: the units inspected, compared with the share that a document demands (覆盖率)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from govmedia_rules.campaign.groups import Part, grouping
from govmedia_rules.campaign.rules import CoverageRule
from govmedia_rules.campaign.statistics import Ratio, Statistics, ratio
from govmedia_rules.campaign.units import subject_kind
from govmedia_rules.core.rates import Rounding
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.vocabulary import PORTAL_LEVELS, subject_vocabulary


class Coverage(NamedTuple):
    """One demand, and how far it was met.

    Attributes:
        rule: The demand.
        share: What was looked at, exact; None when the number of units, or of those looked at, is not known.
        missing: Ids of units that were demanded and not looked at, as far as they are known by name.
    """

    rule: CoverageRule
    share: Ratio | None
    missing: tuple[str, ...]

    @property
    def is_met(self) -> bool | None:
        """Whether the demand was met; None when that is not known."""
        return None if self.share is None else self.share.part >= self.rule.share * self.share.whole

    def text(self, rounding: Rounding | None = None) -> str:
        """Return the demand and its outcome in one Chinese line."""
        share = self.rule.share * 100
        demand = f"{self.rule.title}（要求{share.normalize():f}%）"
        if self.share is None:
            return f"{demand}：基数不明，无从核算"
        done = f"{self.share.part}/{self.share.whole}，{self.share.text(rounding or Rounding())}"
        return f"{demand}：{done}，{'达到' if self.is_met else '未达到'}"


def coverage_of(
    rule: CoverageRule,
    statistics: Statistics,
    members: Mapping[tuple[str, str], Site | Account],
    inspected: Collection[tuple[str, str]],
    failed_before: Collection[str],
) -> Coverage:
    """Return how far a demand was met.

    Args:
        rule: The demand.
        statistics: Counts by level and by platform.
        members: Tier and id of every unit known by name.
        inspected: Tier and id of every unit looked at and known by name.
        failed_before: Ids of the units that failed the round before.
    """
    if rule.failed_before:
        demanded = sorted(failed_before)
        missing = tuple(name for name in demanded if (rule.tier, name) not in inspected)
        return Coverage(rule, ratio(len(demanded) - len(missing), len(demanded)), missing)
    missing = tuple(
        name
        for (tier, name), subject in members.items()
        if tier == rule.tier and _applies(rule, subject) and subject.status != "closed" and (tier, name) not in inspected
    )
    return Coverage(rule, _share(rule, statistics), missing)


def _applies(rule: CoverageRule, subject: Site | Account) -> bool:
    if subject_kind(subject) != rule.subject:
        return False
    levels, platforms = _demanded(rule)
    if levels is not None and subject.level not in levels:
        return False
    if not platforms:
        return True
    terms = subject_vocabulary("platform")
    return isinstance(subject, Account) and any(terms.is_a(subject.platform, platform) for platform in platforms)


def _demanded(rule: CoverageRule) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """Return the levels and platforms that a rule covers; None and () for all."""
    levels: frozenset[str] | None = frozenset(rule.levels) if rule.levels else None
    if rule.portals is not None:
        portals = PORTAL_LEVELS if rule.portals else frozenset(subject_vocabulary("level")) - PORTAL_LEVELS
        levels = portals if levels is None else levels & portals
    return levels, rule.platforms


def _share(rule: CoverageRule, statistics: Statistics) -> Ratio | None:
    levels, platforms = _demanded(rule)
    if levels is None and not platforms:
        return statistics.total(rule.subject, tier=rule.tier).share("coverage")
    if levels is not None and platforms:
        return None
    part = Part(dimension="level") if levels is not None else Part(dimension="platform")
    groups = statistics.groups(rule.subject, grouping(part), tier=rule.tier)
    keys = [key for key in groups if _within(key[0], levels, platforms)]
    if groups.unplaced.population:
        return None
    population = [groups[key].population for key in keys]
    total = sum(number for number in population if number is not None)
    looked_at = sum(groups[key].inspected for key in keys)
    if looked_at < total and groups.unplaced.inspected:
        return None  # units of unknown level were looked at; some may be of these
    return ratio(looked_at, total)


def _within(key: str, levels: frozenset[str] | None, platforms: tuple[str, ...]) -> bool:
    return (
        key in levels if levels is not None else any(subject_vocabulary("platform").is_a(key, platform) for platform in platforms)
    )


def coverage_lines(coverages: Iterable[Coverage], rounding: Rounding) -> Iterator[str]:
    """Yield coverage in Chinese, one line a demand, with the first of the units that are missing."""
    for coverage in coverages:
        more = f"；未查{len(coverage.missing)}个，如{'、'.join(coverage.missing[:3])}" if coverage.missing else ""
        yield coverage.text(rounding) + more
