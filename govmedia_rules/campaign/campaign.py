"""The facade of a round of inspection: population, inspections, results, notice and rectification (一轮检查)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from govmedia_rules.campaign import events, rows, validation
from govmedia_rules.campaign.baseline import rates_for
from govmedia_rules.campaign.config import MAIN, CampaignConfig
from govmedia_rules.campaign.correction import Correction, corrections
from govmedia_rules.campaign.draft import NoticeDraft
from govmedia_rules.campaign.groups import TOTAL, Spec
from govmedia_rules.campaign.issues import Issue, issues_of
from govmedia_rules.campaign.journal import CampaignJournal, read_records, write_new
from govmedia_rules.campaign.notice import write
from govmedia_rules.campaign.pictures import PictureKind, draw_campaign, show_campaign
from govmedia_rules.campaign.records import StoredInspection
from govmedia_rules.campaign.rectification import Tracks, follow, task_for
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.sampling import Sample, SampleRule, draw
from govmedia_rules.campaign.state import CampaignState, Event
from govmedia_rules.campaign.tables import Line, counts_table, summary
from govmedia_rules.campaign.tasks import DueRule, Recheck, Task
from govmedia_rules.campaign.units import (
    Appeal,
    AppealAnswer,
    CountedResult,
    CountedUnits,
    Disclosure,
    EarlierRate,
    Letters,
    Reported,
    Ruling,
    subject_kind,
)
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.core.journal import START, Tail
from govmedia_rules.core.workdays import WorkCalendar
from govmedia_rules.errors import CampaignError, Where, reason_zh
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.model import Notice
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population, Registry
from govmedia_rules.tables.out import SummaryTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes


U = TypeVar("U", Review, Ruling, Appeal)


class Campaign(CampaignView):
    """One round of inspection over a population (一轮检查).

    Event-sourced: each method records an event, `save` writes the events and `load` replays them. It reads no clock. Only
    failures that somebody reviewed are failures; a unit whose failure nobody confirmed is 待复核.

    Attributes:
        config: What the round is.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> campaign = gr.Campaign(gr.CampaignConfig(title="检查", period="2024年第三季度"))
        >>> campaign.add_members([account])
        >>> campaign.statistics().total("account").population
        1
    """

    def __init__(self, config: CampaignConfig) -> None:
        super().__init__(CampaignState(config))
        self._journal: CampaignJournal | None = None
        # For each folder it was saved to or loaded from: how many events are there, and the last record.
        self._written: dict[Path, tuple[int, Tail]] = {}

    # --- recording -------------------------------------------------------------------------------------------------------

    def record(self, kind: str, value: Any, tier: str = "") -> None:
        """Record one event; the other methods call this.

        Args:
            kind: Kind of the event, as the journal names it.
            value: What is recorded.
            tier: Tier it belongs to; "" for what belongs to the whole round.

        Raises:
            CampaignError: There is no such tier.
        """
        if tier:
            self._require_tier(tier)
        event = Event(kind, tier, value)
        self._state.apply(event)
        if self._journal is not None:
            self._append_new(self._journal)

    def _require_tier(self, tier: str) -> None:
        try:
            self.config.tier(tier)
        except KeyError:
            ids = ", ".join(known.id for known in self.config.tiers)
            raise CampaignError(
                f"the campaign has no tier {tier!r}",
                hint=f"its config names {ids}",
                zh=f"本轮检查没有 {tier!r} 这一层级",
                hint_zh=f"设置里的层级有：{ids}",
            ) from None

    def _of_unit(self, item: U, tier: str) -> U:
        """Return a report, review or ruling with its unit's id replaced by the id under which the unit is recorded."""
        subject = self._state.unit_id(tier, item.subject)
        return item if subject == item.subject else item.model_copy(update={"subject": subject})

    def add_members(self, members: Registry | Iterable[Site | Account], *, tier: str = MAIN) -> None:
        """Add members of the population by name.

        Args:
            members: A registry, or units. One id is one member; a second row of it is an issue (`issues`), the last row counts.
            tier: Tier they belong to.
        """
        subjects: Iterable[Site | Account] = members if not isinstance(members, Registry) else (*members.sites, *members.accounts)
        for subject in subjects:
            self.record("member", subject, tier)

    def add_counts(self, *counts: CountedUnits | CountedResult) -> None:
        """Add units known only as numbers: of the population, or with their result."""
        for block in counts:
            self.record("counted_result" if isinstance(block, CountedResult) else "counted_units", block, block.tier)

    def add_totals(self, population: Population, *, tier: str = MAIN) -> None:
        """Add a population known only by its total and by the totals of its divisions.

        Its divisions need not be crossed: counts by level and counts by platform stand side by side. Parts that do not add
        up to the total are an issue.
        """
        self.record("stated", population, tier)

    def draw(
        self, rule: SampleRule, *, seed: str, at: datetime, tier: str = MAIN, members: Iterable[Site | Account] | None = None
    ) -> Sample:
        """Draw the units to be inspected, and record the sample.

        Args:
            rule: How to draw.
            seed: Fixed before the list was known.
            at: When it is drawn.
            tier: Tier to draw for.
            members: Units to draw from; None for the tier's members.

        Raises:
            CampaignError: Two units have one id, or there is nothing to draw from.
        """
        subjects = [subject for (name, _), subject in self.members.items() if name == tier] if members is None else list(members)
        if not any(subject_kind(subject) == rule.subject for subject in subjects):
            raise CampaignError(
                f"the tier {tier!r} has no {rule.subject} to draw from",
                hint="add the registry first",
                zh=f"{tier!r} 层级没有可抽取的 {rule.subject}",
                hint_zh="请先加入登记库",
            )
        sample = draw(subjects, rule, seed=seed, at=at, failed_before=self._state.failed_before, tier=tier)
        self.record("sample", sample, tier)
        return sample

    def add(self, inspections: Inspection | Iterable[Inspection], *, tier: str = MAIN) -> int:
        """Add inspections; of two inspections of one unit, the one with the later monitoring point counts.

        Returns:
            How many were added.

        Raises:
            CampaignError: A unit is outside the population or equals another but for blanks, or a monitoring point lies
                outside the window.
        """
        added = 0
        for inspection in (inspections,) if isinstance(inspections, Inspection) else inspections:
            self._require_tier(tier)
            subject = validation.check_inspection(self._state, inspection, tier)
            if inspection.plan.digest not in self._state.plans:
                self.record("plan", inspection.plan)
            self.record("inspection", (subject, StoredInspection.of(inspection)), tier)
            added += 1
        return added

    def add_results(self, *results: Reported) -> None:
        """Add what a body reports of units by name: a self-check, an agency's finding, a row of a notice.

        A fault without indicators is classified by its wording.

        Raises:
            CampaignError: A unit is outside the population or equals another but for blanks, a report is from before the
                window, or an indicator is of the other kind of unit.
        """
        for reported in results:
            self._require_tier(reported.tier)
            checked = validation.check_reported(self._state, reported)
            self.record("reported", events.classified(checked), reported.tier)

    def review(self, reviews: Review | Iterable[Review], *, tier: str = MAIN) -> None:
        """Add reviews of findings, of reported faults, or of `score` (a unit that fails by its points).

        Raises:
            CampaignError: A review is of an unknown unit, indicator or monitoring point, or dated before what it answers.
        """
        for review in (reviews,) if isinstance(reviews, Review) else reviews:
            review = self._of_unit(review, tier)
            validation.check_review(self._state, review, tier)
            self.record("review", review, tier)

    def add_rulings(self, *rulings: Ruling) -> None:
        """Add decisions on the outcome of units where no indicator says it.

        Raises:
            CampaignError: A ruling is of a unit of which nothing is known, or dated before the result it answers.
        """
        for ruling in rulings:
            ruling = self._of_unit(ruling, ruling.tier)
            validation.check_ruling(self._state, ruling)
            self.record("ruling", ruling, ruling.tier)

    def add_disclosures(self, *disclosures: Disclosure) -> None:
        """Add what departments disclosed."""
        for disclosure in disclosures:
            self.record("disclosure", disclosure)

    def add_letters(self, *letters: Letters) -> None:
        """Add what units did with letters."""
        for unit_letters in letters:
            self.record("letters", unit_letters)

    def add_baseline(self, *rates: EarlierRate) -> None:
        """Add rates of earlier rounds to compare with."""
        for rate in rates:
            self.record("earlier", rate)

    def add_appeals(self, *appeals: Appeal) -> None:
        """Add appeals of units against confirmed findings (申诉). They are issues until they are answered.

        Raises:
            CampaignError: The unit did not fail, the finding was not confirmed, or the appeal is dated before it.
        """
        for appeal in appeals:
            self._require_tier(appeal.tier)
            appeal = self._of_unit(appeal, appeal.tier)
            validation.check_appeal(self._state, appeal, self.results.get((appeal.tier, appeal.subject)))
            self.record("appeal", appeal, appeal.tier)

    def answer_appeal(self, answer: AppealAnswer) -> None:
        """Record the answer to an appeal; one that is upheld dismisses the findings, and a task that rests on them alone falls.

        Raises:
            CampaignError: There is no such appeal, it was answered, or the answer is dated before it.
        """
        validation.check_appeal_answer(self._state, answer)
        appeal = self._state.appeals[answer.appeal]
        result = self.results[appeal.tier, appeal.subject]
        self.record("appeal_answer", answer)
        if answer.decision != "upheld":
            return
        for indicator in appeal.indicators or result.problems:
            review = Review(
                subject=appeal.subject,
                indicator=indicator,
                decision="dismissed",
                role=answer.role,
                at=answer.at,
                reason=answer.reason,
            )
            self.record("review", review, appeal.tier)
        if result.record is not None and result.record.ruling is not None and not appeal.indicators:
            ruling = Ruling(
                subject=appeal.subject, tier=appeal.tier, outcome="passed", role=answer.role, at=answer.at, reason=answer.reason
            )
            self.record("ruling", ruling, appeal.tier)

    # --- rectification ---------------------------------------------------------------------------------------------------

    def issue(self, due: DueRule, *, signed: date, calendar: WorkCalendar | None = None) -> tuple[Task, ...]:
        """Issue a task to every failed unit that has none from this round.

        Args:
            due: When it is due.
            signed: Day of signing of the notice.
            calendar: Working days; None for the official schedule.
        """
        last_day = due.due(signed, calendar)
        issued = []
        for result in self.failures():
            before = self._state.tasks.get(result.key)
            if before is not None and before.period == self.config.period:
                continue
            wording = "、".join(dict.fromkeys(fault.wording for fault in result.faults()))
            issued.append(task_for(result, wording, self.config.period, signed, last_day, before))
        for task in issued:
            self.record("task", task, task.tier)
        return tuple(issued)

    def recheck(self, subject: str, recheck: Recheck, *, tier: str = MAIN) -> Task:
        """Record a re-check of a unit's task.

        Raises:
            CampaignError: The unit has no task, or the re-check is dated before it or names other indicators.
        """
        subject = self._state.unit_id(tier, subject)
        validation.check_recheck(self.task(subject, tier=tier), subject, recheck, tier)
        self.record("recheck", (subject, recheck), tier)
        task = self.task(subject, tier=tier)
        assert task is not None
        return task

    def compare(self, before: Campaign) -> Tracks:
        """Follow the failures of an earlier round into this one."""
        return follow(
            before.results,
            self.results,
            before.tasks_for(self),
            self.config.period,
            (before.unnamed_failures, self.unnamed_failures),
        )

    def carry_over(self, before: Campaign, *, as_basis: bool = True) -> None:
        """Take over from the round before: which units failed, the tasks that are not finished, and its rates.

        Args:
            before: The round before, with its re-checks.
            as_basis: Whether its rates are compared with; the basis (同比, 环比) follows from the periods.

        Raises:
            CampaignError: It was carried over already, or does not lie before this round.
        """
        validation.check_carry_over(self._state, before.config.title, before.config.period)
        self.record("carried_over", (before.config.title, before.config.period))
        tiers = {tier.id for tier in self.config.tiers}
        for result in before.failures():
            if result.tier in tiers:
                self.record("failed_before", result.subject.id)
        for task in before.tasks:
            is_finished = task.finished_at is not None
            if task.withdrawn_at is not None or task.tier not in tiers or (is_finished and task.period != before.config.period):
                continue
            if not is_finished and task.carried_from is None:
                task = task.model_copy(update={"carried_from": task.period})
            self.record("task", task, task.tier)
        if as_basis:
            self.add_baseline(*rates_for(before, self.config))

    # --- on paper and on disk --------------------------------------------------------------------------------------------

    def issues(self, draft: NoticeDraft | None = None) -> tuple[Issue, ...]:
        """Return everything in the campaign that does not fit or is not known; none of it is hidden in a figure.

        Those of grade `wrong`, and appeals without an answer, keep `notice` from being written until they are mended or
        answered (`answer_issue`).

        Args:
            draft: A draft of the notice whose dates are looked at too; None for none.
        """
        return tuple(issues_of(self, draft))

    def answer_issue(self, issue: Issue, *, role: str, at: datetime, reason: str, draft: NoticeDraft | None = None) -> None:
        """Record why something that does not seem to fit is right as it is; it then no longer stops the notice.

        The answer holds for the issue as it stands: where more units come in under it, it is open again.

        Args:
            issue: One of `issues`.
            role: Role of the person who answers, never the name.
            at: When.
            reason: Why it is right.
            draft: The draft of the notice, for an issue about its dates.

        Raises:
            CampaignError: The campaign has no such issue.
        """
        if issue not in self.issues(draft):
            raise CampaignError(
                f"there is no such issue: {issue.message('en')}",
                hint="take one of issues()",
                zh=f"没有这个矛盾：{issue.message('zh')}",
                hint_zh="从 issues() 里取一个",
            )
        self.record("issue_answer", issue.answered(role=role, at=at, reason=reason))

    def notice(self, draft: NoticeDraft) -> Notice:
        """Return the notice of this round as the typed `Notice` that is read too.

        Args:
            draft: What the office adds: number, addressees, duties, deadline, and which figures and tables are shown. Every
                figure comes from the campaign.

        Raises:
            CampaignError: Units are still open, an appeal waits, or an issue of grade wrong is open, and the draft does not say
                how to go on.
            NoticeError: The draft asks for something the campaign does not know.
        """
        return write(self, draft)

    def correction(self, published: Notice, draft: NoticeDraft) -> Correction:
        """Compare a published notice with the present results: units to list or strike, counts and rates that changed.

        Args:
            published: The notice as published, made or read.
            draft: The draft it was made with.

        Raises:
            CampaignError: As with `notice`.
        """
        return corrections(published, self.notice(draft))

    def save(self, path: str | PathLike[str], *, parquet: bool = False) -> None:
        """Write the campaign into a folder; where it was saved to or loaded from there before, only what is new is appended.

        Args:
            path: The folder.
            parquet: Whether to write `results.parquet` and `population.parquet` too (extra `frames`).

        Raises:
            CampaignError: The folder holds another campaign, the one that was there is gone, or another writer has changed it.
            MissingExtra: Parquet is asked for and pyarrow is not installed.
        """
        folder = Path(path).resolve()
        recorded = self._state.events
        if folder not in self._written:
            start = Event("terms", "", self.config)
            tail = write_new(folder, (events.record_of(event) for event in (start, *recorded)))
            self._written[folder] = len(recorded), tail
        elif self._written[folder][0] < len(recorded):
            with CampaignJournal(folder, self._written[folder][1]) as journal:
                self._append_new(journal)
        if parquet:
            self.results_table.to_parquet(folder / "results.parquet")
            self.population_table.to_parquet(folder / "population.parquet")

    def _append_new(self, journal: CampaignJournal) -> None:
        written = self._written[journal.folder][0]
        for number, event in enumerate(self._state.events[written:], written + 1):
            journal.write_record(*events.record_of(event))
            self._written[journal.folder] = number, journal.tail

    @contextmanager
    def recording(self, path: str | PathLike[str]) -> Iterator[Campaign]:
        """Save the campaign and, inside the block, write each event at once; a kill loses nothing that was recorded.

        Args:
            path: The folder.

        Raises:
            CampaignError: As with `save`; another writer is waited for.
        """
        self.save(path)
        folder = Path(path).resolve()
        with CampaignJournal(folder, self._written[folder][1]) as journal:
            self._journal = journal
            try:
                yield self
            finally:
                self._journal = None

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Campaign:
        """Read a campaign that `save` or `recording` wrote, also one that was cut short by a kill.

        Raises:
            CampaignError: There is none, it was altered, or it was written by a later format.
        """
        folder = Path(path)
        campaign: Campaign | None = None
        last = START
        for record, tail in read_records(folder):
            last = tail
            if record.kind == "format":
                continue
            try:
                if record.kind == "terms":
                    campaign = cls(CampaignConfig.model_validate_json(record.data)) if campaign is None else campaign
                    continue
                if campaign is None:
                    raise CampaignError(
                        "the terms are missing",
                        hint="restore the file from a copy: its first record holds them",
                        zh="缺少本轮检查的设置",
                        hint_zh="文件开头应有设置；请从备份恢复",
                    )
                campaign._state.apply(events.event_of(record, campaign._state.plans))
            except (CampaignError, ValueError, KeyError, TypeError) as fault:
                where = Where(str(folder), row=record.line)
                raise CampaignError(
                    f"a record of kind {record.kind!r} cannot be read: {fault}",
                    where,
                    zh=f"{record.kind!r} 类记录不能读：{reason_zh(fault)}",
                ) from fault
        if campaign is None:
            raise CampaignError(
                "nothing whole was written here",
                Where(str(folder)),
                hint="save the campaign again to another folder",
                zh="这里没有写完整的内容",
                hint_zh="请另选目录重新保存",
            )
        campaign._written[folder.resolve()] = len(campaign._state.events), last
        return campaign

    def table(self, subject: SubjectKind, spec: Spec, *, tier: str = MAIN) -> SummaryTable[Line]:
        """Return counts of one kind of unit, a row for each group; a blank is what is not known, never 0."""
        return counts_table(self, subject, spec, tier=tier)

    def summary(self) -> str:
        """Return the round in a few Chinese lines: population, inspections, results, and what does not fit."""
        return "\n".join(summary(self))

    @property
    def results_table(self) -> SummaryTable[Line]:
        """Results of units, for frames and files: a row a unit, or a row for `units` units that are known only as a number.

        Sums over `units` give the counts of the campaign.
        """
        return rows.as_table(rows.RESULT_COLUMNS, rows.result_rows(self), "检查结果")

    @property
    def population_table(self) -> SummaryTable[Line]:
        """The population, for frames and files, in the same way; the base leaves out rows whose `status` is closed."""
        return rows.as_table(rows.POPULATION_COLUMNS, rows.population_rows(self), "检查对象")

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
        """Draw pass rates of groups, kinds of problems, score bands, or the pass rates of several rounds.

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
        return f"<Campaign {self.config.title}: {self.statistics(TOTAL)!r}>"

    def _repr_html_(self) -> str:
        return show_campaign(self)
