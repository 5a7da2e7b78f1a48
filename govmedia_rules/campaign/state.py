"""The state of a round, built from its events; results, figures and documents are computed from it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from govmedia_rules.campaign.config import CampaignConfig
from govmedia_rules.campaign.records import StoredInspection, UnitRecord
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.sampling import Sample
from govmedia_rules.campaign.tasks import Recheck, Task
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
    Ruling,
    subject_kind,
)
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.figures import Period
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.models import Account, Site, is_same_unit
from govmedia_rules.subjects.registry import Population

UnitKey = tuple[str, str]
"""Tier and id of a unit."""


class Event(NamedTuple):
    """One recorded event.

    Attributes:
        kind: What it is, as the journal names it.
        tier: Tier it belongs to; "" for what belongs to the whole round.
        value: The thing itself.
    """

    kind: str
    tier: str
    value: Any


class CampaignState:
    """The state of a round after the events recorded so far.

    Attributes:
        config: What the round is.
        events: All events in order.
        plans: Plans inspections were made by, by digest.
        members: Members of the population known by name.
        repeated: Members that were added more than once.
        shared_ids: Ids that stand for two units.
        counted: Units of the population known as numbers.
        counted_results: Results of units known as numbers.
        totals: Tier and population known only by totals.
        units: What was recorded of each unit.
        reported: Reports of bodies, in the order recorded.
        samples: Samples that were drawn.
        disclosures: Disclosure of departments.
        letters: Letters of units.
        earlier: Rates of earlier rounds.
        failed_before: Ids of units that failed the round before, as keys.
        tasks: The latest task of each unit.
        carried: The latest task of each unit that an earlier round issued.
        carried_rounds: Title and period of the rounds that were carried over.
        touched: Unit whose result each event may have changed, in order; None where it may be that of every unit.
        appeals: Appeals, by id.
        appeal_answers: Answers to appeals, by id of the appeal.
        issue_answers: Answers to inconsistencies.
    """

    def __init__(self, config: CampaignConfig) -> None:
        self.config = config
        self.events: list[Event] = []
        self.plans: dict[str, Plan] = {}
        self.members: dict[UnitKey, Site | Account] = {}
        self.repeated: list[UnitKey] = []
        self.shared_ids: dict[UnitKey, tuple[str, str]] = {}
        self.counted: list[CountedUnits] = []
        self.counted_results: list[CountedResult] = []
        self.totals: list[tuple[str, Population]] = []
        self.units: dict[UnitKey, UnitRecord] = {}
        self.reported: list[Reported] = []
        self.samples: list[Sample] = []
        self.disclosures: list[Disclosure] = []
        self.letters: list[Letters] = []
        self.earlier: list[EarlierRate] = []
        self.failed_before: dict[str, None] = {}
        self.tasks: dict[UnitKey, Task] = {}
        self.carried: dict[UnitKey, Task] = {}
        self.carried_rounds: list[tuple[str, Period]] = []
        self.touched: list[UnitKey | None] = []
        self.appeals: dict[str, Appeal] = {}
        self.appeal_answers: dict[str, AppealAnswer] = {}
        self.issue_answers: list[IssueAnswer] = []
        self._names: dict[str, dict[str, str]] = {}
        self._shorter: dict[tuple[str, str], dict[str, None]] = {}
        self._kinds_listed: dict[str, set[SubjectKind]] = {}

    def apply(self, event: Event) -> None:
        """Change the state by one event and keep the event."""
        _APPLY[event.kind](self, event.tier, event.value)
        self.events.append(event)

    def names_without_blanks(self, tier: str) -> Mapping[str, str]:
        """Return the ids of a tier's members and units by how they read without blanks and case."""
        return self._names.get(tier, {})

    def unit_id(self, tier: str, subject_id: str) -> str:
        """Return the id under which a unit is recorded.

        An account written without its owner and a site written by its name are the only member so called.
        """
        if (tier, subject_id) in self.units or (tier, subject_id) in self.members:
            return subject_id
        ids = self._shorter.get((tier, subject_id), {})
        return next(iter(ids)) if len(ids) == 1 else subject_id

    def is_listed_whole(self, tier: str, kind: SubjectKind) -> bool:
        """Return whether the population of a kind in a tier is known entirely by name."""
        if any((block.tier, block.subject) == (tier, kind) for block in self.counted):
            return False
        if any((named, population.subject) == (tier, kind) for named, population in self.totals):
            return False
        return kind in self._kinds_listed.get(tier, ())

    def _remember_name(self, tier: str, name: str) -> None:
        self._names.setdefault(tier, {}).setdefault("".join(name.split()).casefold(), name)

    def _unit(self, tier: str, subject: Site | Account) -> UnitRecord:
        key = (tier, subject.id)
        record = self.units.get(key)
        self._note_id(key, subject)
        self.touched.append(key)
        if record is None:
            record = self.units[key] = UnitRecord(subject, tier)
            self._remember_name(tier, subject.id)
        return record

    def _note_id(self, key: UnitKey, subject: Site | Account) -> None:
        known = [self.members[key]] if key in self.members else []
        known += [self.units[key].subject] if key in self.units else []
        other = next((unit for unit in known if not is_same_unit(unit, subject)), None)
        if other is not None:
            self.shared_ids[key] = other.name, subject.name

    def _add_plan(self, _tier: str, plan: Plan) -> None:
        self.plans.setdefault(plan.digest, plan)
        self.touched.append(None)  # its rulebooks may know further outcomes

    def _add_member(self, tier: str, subject: Site | Account) -> None:
        key = (tier, subject.id)
        self._note_id(key, subject)
        if key in self.members:
            self.repeated.append(key)
        self.members[key] = subject
        self.touched.append(key)
        self._remember_name(tier, subject.id)
        self._kinds_listed.setdefault(tier, set()).add(subject_kind(subject))
        shorter = subject.former_id if isinstance(subject, Account) else subject.name
        self._shorter.setdefault((tier, shorter), {})[subject.id] = None

    def _add_inspection(self, tier: str, value: tuple[Site | Account, StoredInspection]) -> None:
        subject, inspection = value
        record = self._unit(tier, subject)
        record.points += (inspection.observed_at,)
        if record.inspection is None or record.inspection.observed_at <= inspection.observed_at:
            record.subject, record.inspection = subject, inspection
            for review in record.given:
                if review.observed_at in (None, inspection.observed_at) and review.at >= inspection.observed_at:
                    inspection.review(review)

    def _add_reported(self, tier: str, reported: Reported) -> None:
        record = self._unit(tier, reported.subject)
        record.reported = tuple(sorted((*record.reported, reported), key=lambda report: report.at))
        self.reported.append(reported)

    def _add_review(self, tier: str, review: Review) -> None:
        record = self.units[tier, review.subject]
        self.touched.append((tier, review.subject))
        record.given += (review,)
        earlier = record.reviews.get(review.indicator)
        if earlier is None or earlier.at <= review.at:
            record.reviews[review.indicator] = review
        inspection = record.inspection
        if inspection is None or review.observed_at not in (None, inspection.observed_at):
            return
        # A review answers what was observed before it, never what came after.
        if review.at >= inspection.observed_at:
            inspection.review(review)

    def _add_ruling(self, tier: str, ruling: Ruling) -> None:
        key = (tier, ruling.subject)
        record = self.units[key] if key in self.units else self._unit(tier, self.members[key])
        self.touched.append(key)
        if record.ruling is None or record.ruling.at <= ruling.at:
            record.ruling = ruling

    def _add_task(self, _tier: str, task: Task) -> None:
        self.tasks[task.key] = task
        if task.period != self.config.period:
            self.carried[task.key] = task

    def _add_recheck(self, tier: str, value: tuple[str, Recheck]) -> None:
        subject, recheck = value
        self._add_task(tier, self.tasks[tier, subject].rechecked(recheck))


_APPLY: Mapping[str, Callable[[CampaignState, str, Any], object]] = {
    "plan": CampaignState._add_plan,
    "member": CampaignState._add_member,
    "counted_units": lambda state, _, units: state.counted.append(units),
    "counted_result": lambda state, _, result: state.counted_results.append(result),
    "stated": lambda state, tier, population: state.totals.append((tier, population)),
    "sample": lambda state, _, sample: state.samples.append(sample),
    "inspection": CampaignState._add_inspection,
    "reported": CampaignState._add_reported,
    "review": CampaignState._add_review,
    "ruling": CampaignState._add_ruling,
    "disclosure": lambda state, _, disclosure: state.disclosures.append(disclosure),
    "letters": lambda state, _, letters: state.letters.append(letters),
    "earlier": lambda state, _, rate: state.earlier.append(rate),
    "failed_before": lambda state, _, subject: state.failed_before.setdefault(subject),
    "task": CampaignState._add_task,
    "recheck": CampaignState._add_recheck,
    "appeal": lambda state, _, appeal: state.appeals.__setitem__(appeal.id, appeal),
    "appeal_answer": lambda state, _, answer: state.appeal_answers.__setitem__(answer.appeal, answer),
    "issue_answer": lambda state, _, answer: state.issue_answers.append(answer),
    "carried_over": lambda state, _, earlier: state.carried_rounds.append(earlier),
    # Records of a later version are kept and written again, and change nothing.
    "unknown": lambda *_: None,
}
