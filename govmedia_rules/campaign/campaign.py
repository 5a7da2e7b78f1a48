"""A round of inspection: its population, what was looked at, how it ended, and what became of it (一轮检查)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from govmedia_rules.campaign import records
from govmedia_rules.campaign.comparing import Earlier, basis_of, comparisons
from govmedia_rules.campaign.coverage import Coverage, coverage_of
from govmedia_rules.campaign.doubts import Doubt, doubts_of
from govmedia_rules.campaign.draft import NoticeDraft
from govmedia_rules.campaign.groups import STANDARD, TOTAL, Grouping, Spec, grouping
from govmedia_rules.campaign.letters import DisclosureTally, LetterTally
from govmedia_rules.campaign.pictures import PictureKind, draw_campaign, show_campaign
from govmedia_rules.campaign.rectification import DueRule, Progress, Recheck, Task, Tracks, follow, progress, task_for
from govmedia_rules.campaign.results import Entry, Held, Result, result_of
from govmedia_rules.campaign.rules import CampaignRules, CoverageRule, OutcomeRule, SubjectKind
from govmedia_rules.campaign.sampling import Sample, SampleRule, draw
from govmedia_rules.campaign.statistics import Ratio, ShareKind, Statistics, count, ratio
from govmedia_rules.campaign.storage import Journal, read_journal, write_new
from govmedia_rules.campaign.tables import Line, counts_table, summary
from govmedia_rules.campaign.terms import MAIN, Terms
from govmedia_rules.campaign.units import CountedResult, CountedUnits, Disclosure, Letters, Reported, Ruling, kind_of
from govmedia_rules.core.model import Model
from govmedia_rules.core.workdays import WorkCalendar
from govmedia_rules.errors import CampaignError, Where
from govmedia_rules.judge.inspection import Inspection, RulebookRef
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.figures import Comparison
from govmedia_rules.notices.model import Notice
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population, Registry
from govmedia_rules.tables.out import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UnitKey = tuple[str, str]
"""Tier and id of a unit."""


class Event(NamedTuple):
    """One thing a campaign was told, in the order it was told."""

    kind: str
    tier: str
    value: Any


class Campaign:
    """One round of inspection over a population (一轮检查).

    Everything it knows was told to it by one of its methods; `save` writes that down and `load` tells it again. It reads no
    clock. Only failures that somebody reviewed are failures; a unit whose failure nobody confirmed is 待复核.

    Attributes:
        terms: What the round is.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._events: list[Event] = []
        self._plans: dict[str, Plan] = {}
        self._members: dict[UnitKey, Site | Account] = {}
        self._twice: list[UnitKey] = []
        self._counted: list[CountedUnits] = []
        self._counted_results: list[CountedResult] = []
        self._stated: list[tuple[str, Population]] = []
        self._entries: dict[UnitKey, Entry] = {}
        self._samples: list[Sample] = []
        self._disclosures: list[Disclosure] = []
        self._letters: list[Letters] = []
        self._earlier: list[Earlier] = []
        self._failed_before: dict[str, None] = {}
        self._tasks: dict[UnitKey, Task] = {}
        self._carried: dict[UnitKey, Task] = {}
        self._results: dict[UnitKey, Result] | None = None
        self._journal: Journal | None = None
        self._written: dict[Path, int] = {}

    # --- telling -----------------------------------------------------------------------------------------------------

    def _tell(self, kind: str, value: Any, tier: str = "") -> None:
        if tier:
            try:
                self.terms.tier(tier)
            except KeyError:
                known = ", ".join(one.id for one in self.terms.tiers)
                raise CampaignError(f"the campaign has no tier {tier!r}", hint=f"its terms name {known}") from None
        event = Event(kind, tier, value)
        self._apply(event)
        self._events.append(event)
        if self._journal is not None:
            self._journal.append_line(records.line_of(event))
            self._written[self._journal.folder] = len(self._events)

    def _apply(self, event: Event) -> None:
        _APPLY[event.kind](self, event.tier, event.value)
        self._results = None

    def enrol(self, members: Registry | Iterable[Site | Account], *, tier: str = MAIN) -> None:
        """Takes in members of the population by name.

        Args:
            members: A registry, or units. One id is one member; a second row of it is a doubt (`doubts`), the last row counts.
            tier: Tier they belong to.
        """
        subjects: Iterable[Site | Account] = members if not isinstance(members, Registry) else (*members.sites, *members.accounts)
        for subject in subjects:
            self._tell("member", subject, tier)

    def count(self, *counted: CountedUnits | CountedResult) -> None:
        """Takes in units known only as numbers: of the population, or with how they ended."""
        for one in counted:
            self._tell("counted_result" if isinstance(one, CountedResult) else "counted_units", one, one.tier)

    def state(self, population: Population, *, tier: str = MAIN) -> None:
        """Takes in a population known only by its total and by the totals of its divisions.

        Its divisions need not be crossed: counts by level and counts by platform stand side by side. Parts that do not add
        up to the total are a doubt.
        """
        self._tell("stated", population, tier)

    def draw(
        self, rule: SampleRule, *, seed: str, at: datetime, tier: str = MAIN, members: Iterable[Site | Account] | None = None
    ) -> Sample:
        """Draws and records which units are to be looked at.

        Args:
            rule: How to draw.
            seed: Fixed before the list was known.
            at: When it is drawn.
            tier: Tier to draw for.
            members: Units to draw from; None for the tier's members.

        Raises:
            CampaignError: Two units have one id, or there is nothing to draw from.
        """
        subjects = list(members) if members is not None else [one for (name, _), one in self._members.items() if name == tier]
        if not any(kind_of(one) == rule.subject for one in subjects):
            raise CampaignError(f"the tier {tier!r} has no {rule.subject} to draw from", hint="enrol the registry first")
        sample = draw(subjects, rule, seed=seed, at=at, failed_before=self._failed_before, tier=tier)
        self._tell("sample", sample, tier)
        return sample

    def add(self, inspections: Inspection | Iterable[Inspection], *, tier: str = MAIN) -> int:
        """Takes in inspections as they come; where a unit is inspected twice, the later monitoring point counts.

        Returns:
            How many were taken in.
        """
        taken = 0
        for one in (inspections,) if isinstance(inspections, Inspection) else inspections:
            self._know(one.plan)
            self._tell("inspection", (one.subject, Held.of(one)), tier)
            taken += 1
        return taken

    def _know(self, plan: Plan) -> None:
        if plan.digest not in self._plans:
            self._tell("plan", plan)

    def report(self, *reported: Reported) -> None:
        """Takes in what a body reports about units by name: a self-check, an agency's finding, a row of a notice.

        A fault without indicators is classified by its wording.
        """
        for one in reported:
            self._tell("reported", records.classified(one), one.tier)

    def review(self, reviews: Review | Iterable[Review], *, tier: str = MAIN) -> None:
        """Takes in reviews of findings, reported faults, or `score` (a unit that fails by its points).

        Raises:
            CampaignError: A review is of a unit of which nothing was told.
        """
        for one in (reviews,) if isinstance(reviews, Review) else reviews:
            if (tier, one.subject) not in self._entries:
                raise CampaignError(
                    f"a review is of {one.subject!r}, of which nothing is known in the tier {tier!r}",
                    hint="add its inspection or report first",
                )
            self._tell("review", one, tier)

    def rule(self, *rulings: Ruling) -> None:
        """Takes in decisions how a unit ended where no indicator says it.

        Raises:
            CampaignError: A ruling is of a unit of which nothing is known.
        """
        for one in rulings:
            if (one.tier, one.subject) not in self._entries and (one.tier, one.subject) not in self._members:
                raise CampaignError(f"a ruling is of {one.subject!r}, of which nothing is known in the tier {one.tier!r}")
            self._tell("ruling", one, one.tier)

    def disclose(self, *disclosures: Disclosure) -> None:
        """Takes in what departments disclosed."""
        for one in disclosures:
            self._tell("disclosure", one)

    def post(self, *letters: Letters) -> None:
        """Takes in what units did with letters."""
        for one in letters:
            self._tell("letters", one)

    def remember(self, *earlier: Earlier) -> None:
        """Takes in rates of earlier rounds to compare with."""
        for one in earlier:
            self._tell("earlier", one)

    # --- what is known -----------------------------------------------------------------------------------------------

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans its inspections were made by."""
        return tuple(self._plans.values())

    @property
    def rulebooks(self) -> tuple[RulebookRef, ...]:
        """By which rulebooks it was judged: id, versions, digest. More than one is a doubt."""
        return tuple(
            RulebookRef(one.id, one.version, one.digest, None if one.complete else tuple(entry.id for entry in one.indicators))
            for one in self._plans.values()
        )

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of all rulebooks it rests on, those they extend included."""
        return tuple(dict.fromkeys((*self.terms.rulebooks, *(layer.id for plan in self._plans.values() for layer in plan.layers))))

    @property
    def outcome_rules(self) -> tuple[OutcomeRule, ...]:
        """Outcomes beside pass and fail that count here, in the order they are asked."""
        return self.terms.outcome_rules + CampaignRules.built_in().outcomes_for(self.layers)

    @property
    def coverage_rules(self) -> tuple[CoverageRule, ...]:
        """What must be covered."""
        return self.terms.coverage_rules + CampaignRules.built_in().coverage_for(self.layers)

    @property
    def members(self) -> Mapping[UnitKey, Site | Account]:
        """Members of the population known by name, by tier and id."""
        return self._members

    @property
    def counted(self) -> tuple[CountedUnits, ...]:
        """Units of the population known as numbers."""
        return tuple(self._counted)

    @property
    def counted_results(self) -> tuple[CountedResult, ...]:
        """Units that ended somehow, known as numbers."""
        return tuple(self._counted_results)

    @property
    def stated(self) -> tuple[tuple[str, Population], ...]:
        """Tier and population known only by totals."""
        return tuple(self._stated)

    @property
    def repeated(self) -> tuple[UnitKey, ...]:
        """Tier and id of members that were enrolled more than once."""
        return tuple(self._twice)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples that were drawn."""
        return tuple(self._samples)

    @property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """What departments disclosed, in the order told."""
        return tuple(self._disclosures)

    @property
    def letters(self) -> tuple[Letters, ...]:
        """What units did with letters, in the order told."""
        return tuple(self._letters)

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """Rates of earlier rounds."""
        return tuple(self._earlier)

    @property
    def failed_before(self) -> tuple[str, ...]:
        """Ids of units that failed the round before."""
        return tuple(self._failed_before)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All units of which anything was told, those included of which only a problem is known."""
        return tuple(self._entries.values())

    @property
    def reported(self) -> tuple[Reported, ...]:
        """What bodies reported, in the order told."""
        return tuple(event.value for event in self._events if event.kind == "reported")

    @property
    def results(self) -> Mapping[UnitKey, Result]:
        """How each unit known by name ended, by tier and id, in the order told."""
        if self._results is None:
            rules = self.outcome_rules
            found = {key: result_of(entry, rules, self._members.get(key)) for key, entry in self._entries.items()}
            self._results = {key: result for key, result in found.items() if result is not None}
        return self._results

    def failures(self, subject: SubjectKind | None = None, *, tier: str | None = None) -> tuple[Result, ...]:
        """The units that failed, confirmed, in the order told: the only ones that may be published as failed."""
        return tuple(
            one
            for one in self.results.values()
            if one.outcome == "failed" and subject in (None, kind_of(one.subject)) and tier in (None, one.tier)
        )

    @property
    def open(self) -> tuple[Result, ...]:
        """Units that are 待定 or 待复核."""
        return tuple(one for one in self.results.values() if not one.is_settled)

    def statistics(self, *groupings: Spec) -> Statistics:
        """Counts by some groupings, the total always among them; by the standard ones when none is named."""
        wanted = tuple(dict.fromkeys((TOTAL, *map(grouping, groupings)))) if groupings else STANDARD
        return self._statistics(wanted)

    def _statistics(self, groupings: Sequence[Grouping]) -> Statistics:
        members = ((tier, one) for (tier, _), one in self._members.items() if one.status != "closed")
        partial = {(tier.id, kind) for tier in self.terms.tiers for kind in tier.only_failures}
        return count(members, self._counted, self.results.values(), self._counted_results, groupings, self._stated, partial)

    def comparisons(
        self,
        subject: SubjectKind,
        kind: ShareKind = "pass",
        *,
        tier: str = MAIN,
        share: Ratio | None = None,
        group: str = "",
        unit: str = "个百分点",
    ) -> tuple[Comparison, ...]:
        """Differences of a rate to those of earlier rounds (同比, 环比), between the figures as printed.

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
            now = (
                self.statistics(TOTAL)
                .total(subject, tier=tier)
                .share(kind, base=self.terms.rate_base, basically_passes=self.terms.basically_passes)
            )
        if now is None:
            raise CampaignError(f"the rate {kind!r} of {subject}s is not known", hint="units may still be open; see doubts()")
        figure = now.figure(self.terms.rounding)
        return comparisons(self.earlier, figure, subject=subject, kind=kind, tier=tier, group=group, unit=unit)

    def table(self, subject: SubjectKind, spec: Spec, *, tier: str = MAIN) -> Table[Line]:
        """Counts of one kind of unit, a row for each group, for frames and files; a blank is what is not known, never 0."""
        return counts_table(self, subject, spec, tier=tier)

    def summary(self) -> str:
        """The round in a few Chinese lines: what there is, what was looked at, how it ended, what does not fit."""
        return "\n".join(summary(self))

    def coverage(self) -> tuple[Coverage, ...]:
        """What was covered, against each demand of its rulebooks and terms."""
        rules = self.coverage_rules
        statistics = self.statistics("level", "platform")
        inspected = {key for key, one in self.results.items() if one.outcome != "closed"}
        return tuple(coverage_of(rule, statistics, self._members, inspected, self._failed_before) for rule in rules)

    def score_bands(
        self, edges: Sequence[Decimal | int], subject: SubjectKind = "site", *, tier: str = MAIN
    ) -> tuple[tuple[Result, ...], ...]:
        """The units with surely so many points, in bands, in the order told.

        Args:
            edges: Where a band begins, falling (`110, 100`): the first band has 110 and more, the second 100 up to 110. A
                score known as 100 to 110 is in the second.
            subject: Sites or accounts.
            tier: The tier.
        """
        bands: list[list[Result]] = [[] for _ in edges]
        for one in self.results.values():
            if one.tier == tier and kind_of(one.subject) == subject and one.score is not None:
                band = next((number for number, edge in enumerate(edges) if one.score[0] >= edge), None)
                if band is not None and (band == 0 or one.score[1] <= edges[band - 1]):
                    bands[band].append(one)
        return tuple(map(tuple, bands))

    def shared_platform_share(self, *, tier: str = MAIN) -> Ratio | None:
        """Sites on the shared platform (集约化平台) among the members; None while it is not known of every site there is."""
        sites = [
            one for (name, _), one in self._members.items() if name == tier and isinstance(one, Site) and one.status != "closed"
        ]
        if len(sites) != self.statistics(TOTAL).total("site", tier=tier).population:
            return None
        known = [one.on_shared_platform for one in sites]
        return None if None in known else ratio(sum(map(bool, known)), len(sites))

    @property
    def letter_tally(self) -> LetterTally:
        """What all units did with letters."""
        return LetterTally.of(self._letters)

    @property
    def disclosure_tally(self) -> DisclosureTally:
        """What all departments disclosed."""
        return DisclosureTally.of(self._disclosures)

    def doubts(self) -> tuple[Doubt, ...]:
        """Everything in the campaign that does not fit or is not known; none of it is hidden in a figure."""
        return tuple(doubts_of(self))

    # --- what became of it ---------------------------------------------------------------------------------------------

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Tasks of rectification, in the order issued."""
        return tuple(self._tasks.values())

    def issue(self, due: DueRule, *, signed: date, calendar: WorkCalendar | None = None) -> tuple[Task, ...]:
        """Makes a task for every failed unit that has none from this round.

        Args:
            due: When it is due.
            signed: Day of signing of the notice.
            calendar: Working days; None for the official schedule.
        """
        last = due.due(signed, calendar)
        issued = []
        for result in self.failures():
            before = self._tasks.get(result.key)
            if before is not None and before.period == self.terms.period:
                continue
            wording = "、".join(dict.fromkeys(one.wording for one in result.faults()))
            issued.append(task_for(result, wording, self.terms.period, signed, last, before))
        for task in issued:
            self._tell("task", task, task.tier)
        return tuple(issued)

    def recheck(self, subject: str, recheck: Recheck, *, tier: str = MAIN) -> Task:
        """Records a re-check of a unit's task.

        Raises:
            CampaignError: The unit has no task.
        """
        if (tier, subject) not in self._tasks:
            raise CampaignError(f"{subject!r} has no task in the tier {tier!r}", hint="issue() makes the tasks")
        self._tell("recheck", (subject, recheck), tier)
        return self._tasks[tier, subject]

    def progress(self, on: date) -> Progress:
        """How far rectification had come at the end of a day."""
        return progress(self._tasks.values(), on, _without_names(self))

    def compare(self, before: Campaign) -> Tracks:
        """The failures of an earlier round and of this one side by side."""
        tasks = dict(before._tasks)
        tasks |= {key: task for key, task in self._carried.items() if key in tasks and task.period == tasks[key].period}
        return follow(before.results, self.results, tasks, (_without_names(before), _without_names(self)))

    def carry_on(self, before: Campaign, *, as_basis: bool = True) -> None:
        """Takes over from the round before: which units failed, the tasks that are not finished, and its rates.

        Args:
            before: The round before, with its re-checks.
            as_basis: Whether its rates are compared with; the basis (同比, 环比) follows from the periods.
        """
        tiers = {one.id for one in self.terms.tiers}
        for result in before.failures():
            if result.tier in tiers:
                self._tell("failed_before", result.subject.id)
        for task in before.tasks:
            is_over = task.finished_at is not None
            if task.tier not in tiers or (is_over and task.period != before.terms.period):
                continue
            if not is_over and task.carried_from is None:
                task = task.model_copy(update={"carried_from": task.period})
            self._tell("task", task, task.tier)
        if as_basis:
            self.remember(*before.as_earlier(self.terms))

    def as_earlier(self, later: Terms) -> tuple[Earlier, ...]:
        """The rates of this round as a later one compares with them, printed as the later one prints its own."""
        basis = basis_of(later.period, self.terms.period)
        statistics = self.statistics()
        found = []
        kinds: tuple[ShareKind, ...] = ("pass", "failure_share", "coverage")
        for tier in self.terms.tiers:
            subjects: tuple[SubjectKind, ...] = ("site", "account")
            for subject in subjects:
                stat = statistics.total(subject, tier=tier.id)
                for kind in kinds:
                    share = stat.share(kind, base=self.terms.rate_base, basically_passes=self.terms.basically_passes)
                    found.append(
                        Earlier(
                            basis=basis,
                            subject=subject,
                            kind=kind,
                            tier=tier.id,
                            figure=share.figure(later.rounding) if share is not None and share.part <= share.whole else None,
                            is_comparable=self.terms.rate_base == later.rate_base,
                            period=self.terms.period,
                            source=self.terms.title,
                        )
                    )
        return tuple(found)

    # --- on paper and on disk --------------------------------------------------------------------------------------------

    def notice(self, draft: NoticeDraft) -> Notice:
        """The notice of this round as the typed `Notice` that is read too: every figure from the campaign, words from the draft.

        Args:
            draft: What the office adds: number, addressees, duties, deadline, and which figures and tables are shown.

        Raises:
            CampaignError: Units are still open and the draft does not say to count them as such.
            NoticeError: The draft asks for something the campaign does not know.
        """
        from govmedia_rules.campaign.writing import write  # it asks a campaign, so it comes after it

        return write(self, draft)

    def save(self, path: str | PathLike[str], *, parquet: bool = False) -> None:
        """Writes the campaign into a folder; where it was saved to or loaded from there before, only what is new is appended.

        Args:
            path: The folder.
            parquet: Whether to write `results.parquet` and `population.parquet` too (extra `frames`).

        Raises:
            CampaignError: The folder holds another campaign, or the one that was there is gone.
            MissingExtra: Parquet is asked for and pyarrow is not installed.
        """
        folder = Path(path).resolve()
        written = self._written.get(folder)
        if written is None:
            start = Event("terms", "", self.terms)
            write_new(folder, (records.line_of(one) for one in (start, *self._events)))
        elif written < len(self._events):
            with Journal(folder) as journal:
                for event in self._events[written:]:
                    journal.append_line(records.line_of(event))
        self._written[folder] = len(self._events)
        if parquet:
            self.results_table.to_parquet(folder / "results.parquet")
            self.population_table.to_parquet(folder / "population.parquet")

    @contextmanager
    def recording(self, path: str | PathLike[str]) -> Iterator[Campaign]:
        """Saves the campaign and, inside the block, writes whatever it is told at once; a kill loses nothing that was told.

        Args:
            path: The folder.
        """
        self.save(path)
        with Journal(Path(path).resolve()) as journal:
            self._journal = journal
            try:
                yield self
            finally:
                self._journal = None

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Campaign:
        """Reads a campaign that `save` or `recording` wrote, also one that was cut short by a kill.

        Raises:
            CampaignError: There is none, it was altered, or it was written by a later format.
        """
        folder = Path(path)
        campaign: Campaign | None = None
        for record in read_journal(folder):
            if record.kind == "format":
                continue
            try:
                if record.kind == "terms":
                    campaign = cls(Terms.model_validate_json(record.data)) if campaign is None else campaign
                    continue
                if campaign is None:
                    raise CampaignError("the terms are missing")
                event = records.event_of(record, campaign._plans)
                if event is not None:
                    campaign._apply(event)
            except (CampaignError, ValueError, KeyError, TypeError) as fault:
                where = Where(str(folder), row=record.line)
                raise CampaignError(f"a record of kind {record.kind!r} cannot be read: {fault}", where) from fault
            campaign._events.append(event if event is not None else Event("unknown", "", record))
        if campaign is None:
            raise CampaignError("nothing whole was written here", Where(str(folder)))
        campaign._written[folder.resolve()] = len(campaign._events)
        return campaign

    @property
    def results_table(self) -> Table[Line]:
        """How units ended, for frames and files: a row a unit, or a row for `units` units that are known only as a number.

        Sums over `units` give the counts of the campaign.
        """
        return records.as_table(records.RESULT_COLUMNS, records.result_rows(self), "检查结果")

    @property
    def population_table(self) -> Table[Line]:
        """The population, for frames and files, in the same way; the base leaves out rows whose `status` is closed."""
        return records.as_table(records.POPULATION_COLUMNS, records.population_rows(self), "检查对象")

    def plot(
        self,
        kind: PictureKind = "pass_rate",
        subject: SubjectKind = "site",
        by: Spec = "area",
        *,
        tier: str = MAIN,
        before: Sequence[Campaign] = (),
        ax: Axes | None = None,
        font: str | None = None,
    ) -> Axes:
        """Draws pass rates of groups, kinds of problems, score bands, or the pass rates of several rounds.

        Args:
            kind: `pass_rate`, `problems`, `scores` or `rounds`.
            subject: Sites or accounts.
            by: The grouping of pass rates.
            tier: The tier.
            before: Earlier rounds in order of time, for `rounds`.
            ax: Where to draw; None makes a figure.
            font: Name or path of a font with Chinese characters; None looks for one.

        Raises:
            MissingExtra: matplotlib is not installed.
            ExportError: No font has the characters, or there is nothing of this kind to draw.
        """
        return draw_campaign(self, kind, subject, by, tier, before, ax, font)

    def __repr__(self) -> str:
        return f"<Campaign {self.terms.title}: {self.statistics(TOTAL)!r}>"

    def _repr_html_(self) -> str:
        return show_campaign(self)


def _without_names(campaign: Campaign) -> int:
    return sum(one.count for one in campaign._counted_results if one.outcome == "failed")


# --- what each kind of event does ------------------------------------------------------------------------------------------


def _entry(campaign: Campaign, tier: str, subject: Site | Account) -> Entry:
    key = (tier, subject.id)
    entry = campaign._entries.get(key)
    if entry is None:
        entry = campaign._entries[key] = Entry(subject, tier)
    return entry


def _apply_plan(campaign: Campaign, tier: str, plan: Plan) -> None:
    campaign._plans.setdefault(plan.digest, plan)


def _apply_member(campaign: Campaign, tier: str, subject: Site | Account) -> None:
    key = (tier, subject.id)
    if key in campaign._members:
        campaign._twice.append(key)
    campaign._members[key] = subject


def _apply_inspection(campaign: Campaign, tier: str, value: tuple[Site | Account, Held]) -> None:
    subject, held = value
    entry = _entry(campaign, tier, subject)
    if entry.held is None or entry.held.observed_at <= held.observed_at:
        entry.subject, entry.held = subject, held
        for review in entry.reviews.values():
            if review.observed_at in (None, held.observed_at):
                held.review(review)


def _apply_reported(campaign: Campaign, tier: str, reported: Reported) -> None:
    entry = _entry(campaign, tier, reported.subject)
    entry.reported = tuple(sorted((*entry.reported, reported), key=lambda one: one.at))


def _apply_review(campaign: Campaign, tier: str, review: Review) -> None:
    entry = campaign._entries[tier, review.subject]
    known = entry.reviews.get(review.indicator)
    if known is not None and known.at > review.at:
        return
    entry.reviews[review.indicator] = review
    if entry.held is not None and review.observed_at in (None, entry.held.observed_at):
        entry.held.review(review)


def _apply_ruling(campaign: Campaign, tier: str, ruling: Ruling) -> None:
    key = (tier, ruling.subject)
    entry = campaign._entries.get(key)
    if entry is None:
        entry = _entry(campaign, tier, campaign._members[key])
    if entry.ruling is None or entry.ruling.at <= ruling.at:
        entry.ruling = ruling


def _apply_task(campaign: Campaign, tier: str, task: Task) -> None:
    campaign._tasks[task.key] = task
    if task.period != campaign.terms.period:
        campaign._carried[task.key] = task


def _apply_recheck(campaign: Campaign, tier: str, value: tuple[str, Recheck]) -> None:
    subject, recheck = value
    _apply_task(campaign, tier, campaign._tasks[tier, subject].rechecked(recheck))


def _appends(name: str) -> Any:
    def apply(campaign: Campaign, tier: str, value: Model) -> None:
        getattr(campaign, name).append(value)

    return apply


_APPLY: Mapping[str, Any] = {
    "plan": _apply_plan,
    "member": _apply_member,
    "counted_units": _appends("_counted"),
    "counted_result": _appends("_counted_results"),
    "stated": lambda campaign, tier, value: campaign._stated.append((tier, value)),
    "sample": _appends("_samples"),
    "inspection": _apply_inspection,
    "reported": _apply_reported,
    "review": _apply_review,
    "ruling": _apply_ruling,
    "disclosure": _appends("_disclosures"),
    "letters": _appends("_letters"),
    "earlier": _appends("_earlier"),
    "failed_before": lambda campaign, tier, value: campaign._failed_before.setdefault(value),
    "task": _apply_task,
    "recheck": _apply_recheck,
    "unknown": lambda campaign, tier, value: None,
}
