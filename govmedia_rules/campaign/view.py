"""Computed values of a round: results, statistics, coverage and comparisons, all from one state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType

from govmedia_rules.campaign.comparing import comparisons
from govmedia_rules.campaign.config import MAIN, CampaignConfig, ShareKind
from govmedia_rules.campaign.coverage import Coverage, coverage_of
from govmedia_rules.campaign.groups import STANDARD, TOTAL, Spec, grouping
from govmedia_rules.campaign.letters import DisclosureTally, LetterTally
from govmedia_rules.campaign.records import UnitRecord
from govmedia_rules.campaign.rectification import RectificationProgress, progress
from govmedia_rules.campaign.results import Result, result_of
from govmedia_rules.campaign.rules import CampaignRules, CoverageRule, OutcomeRule, SubjectKind
from govmedia_rules.campaign.sampling import WHY_ZH, Sample
from govmedia_rules.campaign.standing import TrackKind, after_result, track_kind
from govmedia_rules.campaign.state import CampaignState, UnitKey
from govmedia_rules.campaign.statistics import Ratio, Stat, Statistics, count, ratio
from govmedia_rules.campaign.tasks import Task
from govmedia_rules.campaign.units import (
    Appeal,
    AppealAnswer,
    CountedResult,
    CountedUnits,
    Disclosure,
    EarlierRate,
    IssueAnswer,
    Letters,
    Reported,
    subject_kind,
)
from govmedia_rules.core.rates import Change, Rounding
from govmedia_rules.errors import CampaignError
from govmedia_rules.judge.inspection import RulebookRef
from govmedia_rules.notices.figures import ComparisonBasis, PeriodComparison
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population
from govmedia_rules.tables.columns import Cell, Heading
from govmedia_rules.tables.out import SummaryTable


class CampaignView:
    """The reading side of a round: every value is computed from its state, so that no two can disagree.

    Attributes:
        config: What the round is.
    """

    def __init__(self, state: CampaignState) -> None:
        self._state = state
        self._results: dict[UnitKey, Result] | None = None
        self._computed = 0

    @property
    def config(self) -> CampaignConfig:
        """The terms of the round."""
        return self._state.config

    # --- what was recorded -----------------------------------------------------------------------------------------------

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans of its inspections."""
        return tuple(self._state.plans.values())

    @property
    def rulebooks(self) -> tuple[RulebookRef, ...]:
        """The rulebooks of its inspections: id, versions, digest. More than one is an issue."""
        return tuple(
            RulebookRef(
                plan.id,
                plan.version,
                plan.digest,
                None if plan.complete else tuple(indicator.id for indicator in plan.indicators),
                plan.books,
            )
            for plan in self.plans
        )

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of all rulebooks that apply, those they extend included."""
        return tuple(dict.fromkeys((*self.config.rulebooks, *(layer.id for plan in self.plans for layer in plan.layers))))

    @property
    def outcome_rules(self) -> tuple[OutcomeRule, ...]:
        """Rules for outcomes other than passed and failed, in the order they are tried."""
        return self.config.outcome_rules + CampaignRules.built_in().outcomes_for(self.layers)

    @property
    def coverage_rules(self) -> tuple[CoverageRule, ...]:
        """Rules on what share of units must be inspected."""
        return self.config.coverage_rules + CampaignRules.built_in().coverage_for(self.layers)

    @property
    def members(self) -> Mapping[UnitKey, Site | Account]:
        """Members of the population known by name, by tier and id."""
        return self._state.members

    def is_listed_whole(self, tier: str, kind: SubjectKind) -> bool:
        """Return whether the population of a kind in a tier is known entirely by name."""
        return self._state.is_listed_whole(tier, kind)

    @property
    def counted(self) -> tuple[CountedUnits, ...]:
        """Units of the population known as numbers."""
        return tuple(self._state.counted)

    @property
    def counted_results(self) -> tuple[CountedResult, ...]:
        """Results of units known as numbers."""
        return tuple(self._state.counted_results)

    @property
    def totals(self) -> tuple[tuple[str, Population], ...]:
        """Tier and population known only by totals."""
        return tuple(self._state.totals)

    @property
    def shared_ids(self) -> Mapping[UnitKey, tuple[str, str]]:
        """Ids that two units share, with the names of both."""
        return MappingProxyType(self._state.shared_ids)

    @property
    def repeated(self) -> tuple[UnitKey, ...]:
        """Tier and id of members that were added more than once."""
        return tuple(self._state.repeated)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples that were drawn."""
        return tuple(self._state.samples)

    def sample_table(self, sample: Sample) -> SummaryTable[tuple[Cell, ...]]:
        """Return the units of a sample in the order of the list, for files: what they are, and why each was taken."""
        names = (("对象编号", 0), ("名称", 1), ("所属地方或部门", 2), ("主办单位", 3), ("层", 4), ("抽取原因", 5))
        headings: list[Heading[tuple[Cell, ...]]] = [Heading(f"column_{at}", "text", title, itemgetter(at)) for title, at in names]
        rows = []
        for drawn in sample.drawn:
            member = self.members.get((sample.tier, drawn.subject))
            known = (None, None, None) if member is None else (member.name, member.area, member.owner)
            rows.append((drawn.subject, *known, drawn.stratum, WHY_ZH[drawn.why]))
        return SummaryTable(headings, rows, name="抽样名单")

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """What departments disclosed, in the order recorded."""
        return tuple(self._state.disclosures)

    @property
    def letters(self) -> tuple[Letters, ...]:
        """What units did with letters, in the order recorded."""
        return tuple(self._state.letters)

    @property
    def earlier(self) -> tuple[EarlierRate, ...]:
        """Rates of earlier rounds."""
        return tuple(self._state.earlier)

    @property
    def failed_before(self) -> tuple[str, ...]:
        """Ids of units that failed the round before."""
        return tuple(self._state.failed_before)

    @property
    def units(self) -> tuple[UnitRecord, ...]:
        """All units with any record, also those of which only a problem is recorded."""
        return tuple(self._state.units.values())

    @property
    def reported(self) -> tuple[Reported, ...]:
        """The reports of bodies, in the order recorded."""
        return tuple(self._state.reported)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Rectification tasks, updated by the results of this round, in the order issued."""
        results, period = self.results, self.config.period
        return tuple(after_result(task, results.get(key), period) for key, task in self._state.tasks.items())

    @property
    def appeals(self) -> tuple[tuple[Appeal, AppealAnswer | None], ...]:
        """Appeals in the order recorded, each with its answer; None while it waits for one."""
        answers = self._state.appeal_answers
        return tuple((appeal, answers.get(appeal.id)) for appeal in self._state.appeals.values())

    @property
    def issue_answers(self) -> tuple[IssueAnswer, ...]:
        """Answers to inconsistencies, in the order recorded."""
        return tuple(self._state.issue_answers)

    def task(self, subject: str, *, tier: str = MAIN) -> Task | None:
        """Return the rectification task of a unit, updated by the results of this round; None when it has none."""
        task = self._state.tasks.get((tier, subject))
        return None if task is None else after_result(task, self.results.get((tier, subject)), self.config.period)

    @property
    def carried(self) -> tuple[tuple[Task, TrackKind], ...]:
        """Tasks carried over from earlier rounds in order, updated by the unit's result in this round."""
        results, period = self.results, self.config.period
        standing = ((task, track_kind(True, task, results.get(key), period)) for key, task in self._state.carried.items())
        return tuple((task, kind) for task, kind in standing if kind is not None)

    # --- results ---------------------------------------------------------------------------------------------------------

    @property
    def results(self) -> Mapping[UnitKey, Result]:
        """The result of each unit known by name, by tier and id, in the order recorded."""
        touched, units = self._state.touched, self._state.units
        if self._results is None or self._computed != len(touched):
            keys = set(touched[self._computed :])
            # A unit keeps its place among the others; one that has a result for the first time may come before them.
            is_new = any(key is None or (key in units and key not in (self._results or ())) for key in keys)
            if self._results is None or is_new:
                keys, self._results = set(units), {}
            # Whoever holds the earlier mapping keeps what it said.
            rules, members, results = self.outcome_rules, self.members, dict(self._results)
            for key in units if len(keys) == len(units) else (key for key in keys if key in units):
                result = result_of(units[key], rules, members.get(key))
                if result is not None:
                    results[key] = result
                else:
                    results.pop(key, None)
            self._results, self._computed = results, len(touched)
        return self._results

    def failures(self, subject: SubjectKind | None = None, *, tier: str | None = None) -> tuple[Result, ...]:
        """Return the units that failed, confirmed, in the order recorded: the only ones that may be published as failed."""
        return tuple(
            result
            for result in self.results.values()
            if result.outcome == "failed" and subject in (None, subject_kind(result.subject)) and tier in (None, result.tier)
        )

    @property
    def open(self) -> tuple[Result, ...]:
        """Units that are 待定 or 待复核."""
        return tuple(result for result in self.results.values() if not result.is_settled)

    @property
    def unnamed_failures(self) -> int:
        """Failed units known only as numbers, which cannot be followed."""
        return sum(block.count for block in self.counted_results if block.outcome == "failed")

    # --- statistics ------------------------------------------------------------------------------------------------------

    def statistics(self, *groupings: Spec) -> Statistics:
        """Count units by some groupings and in total; by the standard groupings when none is named."""
        asked = tuple(dict.fromkeys((TOTAL, *map(grouping, groupings)))) if groupings else STANDARD
        members = ((tier, subject) for (tier, _), subject in self.members.items() if subject.status != "closed")
        partial = {(tier.id, kind) for tier in self.config.tiers for kind in tier.only_failures}
        return count(
            members,
            self._state.counted,
            self.results.values(),
            self._state.counted_results,
            asked,
            self._state.totals,
            partial,
        )

    def share(self, stat: Stat, kind: ShareKind = "pass") -> Ratio | None:
        """Return a rate of a group on the base of this round; None when it is not known, as while a unit is open."""
        return stat.share(kind, base=self.config.rate_base, basically_passes=self.config.basically_passes)

    def bounds(self, stat: Stat, kind: ShareKind = "pass") -> tuple[Ratio, Ratio] | None:
        """Return the lowest and highest value a group's rate can take while units are open; None without a base."""
        if kind == "coverage":
            share = self.share(stat, kind)
            return None if share is None else (share, share)
        return stat.bounds(kind, base=self.config.rate_base, basically_passes=self.config.basically_passes)

    def printed_share(self, stat: Stat, kind: ShareKind = "pass", *, rounding: Rounding | None = None) -> Ratio | None:
        """Return a rate whose printed figure no decision on open units can change; None where one can."""
        bounds = self.bounds(stat, kind)
        if bounds is None:
            return None
        low, high = bounds
        policy = rounding or self.config.rounding
        return low if low == high or low.text(policy) == high.text(policy) else None

    def comparisons(
        self,
        subject: SubjectKind,
        kind: ShareKind = "pass",
        *,
        tier: str = MAIN,
        share: Ratio | None = None,
        group: str = "",
        unit: str = "个百分点",
    ) -> tuple[PeriodComparison, ...]:
        """Return the differences of a rate to those of earlier rounds (同比, 环比), between the figures as printed.

        Args:
            subject: Sites or accounts.
            kind: What kind of rate.
            tier: The tier.
            share: The rate of the group; None for that of all units.
            group: Label of the group; "" for all units.
            unit: The unit as printed.

        Raises:
            CampaignError: The rate of this round is not known.
        """
        now = share
        if now is None and not group:
            now = self.printed_share(self.statistics(TOTAL).total(subject, tier=tier), kind)
        if now is None:
            raise CampaignError(
                f"the rate {kind!r} of {subject}s is not known",
                hint="units may still be open; see issues()",
                zh=f"{subject} 的 {kind!r} 比率未知",
                hint_zh="可能还有单位待定；见 issues()",
            )
        figure = now.figure(self.config.rounding)
        return comparisons(self.earlier, figure, subject=subject, kind=kind, tier=tier, group=group, unit=unit)

    def comparison_bounds(
        self, subject: SubjectKind, kind: ShareKind = "pass", *, tier: str = MAIN
    ) -> tuple[tuple[ComparisonBasis, Change, Change], ...]:
        """Return, for each earlier round, the least and greatest difference of the rate while units are open.

        Raises:
            CampaignError: The rate has no base.
        """
        bounds = self.bounds(self.statistics(TOTAL).total(subject, tier=tier), kind)
        if bounds is None:
            raise CampaignError(f"the rate {kind!r} of {subject}s has no base", zh=f"{subject} 的 {kind!r} 比率没有分母")
        low, high = (
            comparisons(self.earlier, share.figure(self.config.rounding), subject=subject, kind=kind, tier=tier) for share in bounds
        )
        return tuple((least.basis, least.change, most.change) for least, most in zip(low, high, strict=True))

    def coverage(self) -> tuple[Coverage, ...]:
        """Return the coverage of each demand of the rulebooks and of the config."""
        rules = self.coverage_rules
        statistics = self.statistics("level", "platform")
        inspected = {key for key, result in self.results.items() if result.outcome != "closed"}
        return tuple(coverage_of(rule, statistics, self.members, inspected, self.failed_before) for rule in rules)

    def score_bands(
        self, edges: Sequence[Decimal | int], subject: SubjectKind = "site", *, tier: str = MAIN
    ) -> tuple[tuple[Result, ...], ...]:
        """Return the units whose score certainly lies in a band, by band, in the order recorded.

        Args:
            edges: Where a band begins, falling (`110, 100`): the first band has 110 and more, the second 100 up to 110. A
                score known as 100 to 110 is in the second.
            subject: Sites or accounts.
            tier: The tier.
        """
        bands: list[list[Result]] = [[] for _ in edges]
        for result in self.results.values():
            if result.tier == tier and subject_kind(result.subject) == subject and result.score is not None:
                low, high = result.score
                band = next((number for number, edge in enumerate(edges) if low >= edge), None)
                if band is not None and (band == 0 or high <= edges[band - 1]):
                    bands[band].append(result)
        return tuple(map(tuple, bands))

    def shared_platform_share(self, *, tier: str = MAIN) -> Ratio | None:
        """Return the sites on the shared platform (集约化平台) among the members; None while it is not known of every site."""
        sites = [
            subject
            for (name, _), subject in self.members.items()
            if name == tier and isinstance(subject, Site) and subject.status != "closed"
        ]
        if len(sites) != self.statistics(TOTAL).total("site", tier=tier).population:
            return None
        answers = [site.on_shared_platform for site in sites]
        return None if None in answers else ratio(sum(map(bool, answers)), len(sites))

    @property
    def letter_tally(self) -> LetterTally:
        """Sums over the letters of all units."""
        return LetterTally.of(self._state.letters)

    @property
    def disclosure_tally(self) -> DisclosureTally:
        """Sums over the disclosures of all departments."""
        return DisclosureTally.of(self._state.disclosures)

    # --- rectification ---------------------------------------------------------------------------------------------------

    def progress(self, on: date) -> RectificationProgress:
        """Return the progress of rectification at the end of a day."""
        return progress(self.tasks, on, self.unnamed_failures)

    def tasks_for(self, later: CampaignView) -> Mapping[UnitKey, Task]:
        """Return the tasks of this round, updated by the re-checks that a later round recorded."""
        tasks = self._state.tasks
        carried = {key: task for key, task in later._state.carried.items() if key in tasks and task.period == tasks[key].period}
        return {**tasks, **carried}
