"""Checks across all subjects of a registry, and errors that one owner published in several places.

Both are tallies: pieces may be collected anywhere, merged in any order, and the outcome is the same.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from itertools import count
from typing import NamedTuple

from govmedia_rules.checks.contract import CheckResult, CheckSpec, Status
from govmedia_rules.checks.members import Member, Members, Observation, RegistryEntry
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.errors import SharedId, by_language
from govmedia_rules.judge.engine import crashed, is_built_in, validated, wrong_answer
from govmedia_rules.judge.finding import Finding, Findings
from govmedia_rules.judge.inspection import Inspection, each_inspection
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.rules.model import Indicator
from govmedia_rules.snapshots.models import AccountSnapshot, AnySnapshot
from govmedia_rules.snapshots.supervision import SupervisorSnapshot
from govmedia_rules.subjects.models import Account, Site, units_of
from govmedia_rules.subjects.registry import Registry

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class RegistryTally:
    """The members of a registry and their observations, collected piece by piece and mergeable.

    Merging is associative and commutative: any partition and order of the input gives the same tally. Where one id is given to
    two units, each is a member of its own, whose id then ends in its name, and a `SharedId` warning names both.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> tally = gr.RegistryTally.of(gr.Registry(accounts=(account,)), [snapshot])
        >>> [member.id for member in tally.members]
        ['weibo:某县发布']
    """

    def __init__(self) -> None:
        self._rows: dict[str, dict[Site | Account | None, Member]] = {}

    @classmethod
    def of(cls, registry: Registry | None = None, snapshots: Iterable[AnySnapshot] = ()) -> RegistryTally:
        """Return a tally of a registry, of snapshots, or of both."""
        tally = cls()
        if registry is not None:
            subjects: list[Site | Account] = [*registry.sites, *registry.accounts]
            for subject in subjects:
                tally.add_listing(subject)
        for snapshot in snapshots:
            tally.add(snapshot)
        return tally

    def add_listing(self, subject: Site | Account) -> None:
        """Add the registry's entry for a subject."""
        platform = subject.platform if isinstance(subject, Account) else None
        entry = RegistryEntry(subject.name, subject.owner, platform, subject.status, subject.url)
        self._put(_given(subject), Member(subject.id, _kind(subject), entry=entry))

    def add(self, snapshot: AnySnapshot) -> None:
        """Add an observation of a site or account; supervising offices are in no registry and are ignored."""
        if isinstance(snapshot, SupervisorSnapshot):
            return
        subject = snapshot.subject
        if isinstance(snapshot, AccountSnapshot):
            account = snapshot.account
            observation = Observation(snapshot.observed_at, account.name, account.owner, account.platform, snapshot.found)
        else:
            observation = Observation(snapshot.observed_at, subject.name, subject.owner)
        self._put(_given(subject), Member(subject.id, _kind(subject), observation=observation))

    def _put(self, given: Site | Account | None, new: Member) -> None:
        rows = self._rows.setdefault(new.id, {})
        old = rows.get(given)
        rows[given] = new if old is None else _merged((old, new))

    def merge(self, other: RegistryTally) -> RegistryTally:
        """Return a tally of the members and observations of both."""
        merged = RegistryTally()
        for tally in (self, other):
            for rows in tally._rows.values():
                for given, member in rows.items():
                    merged._put(given, member)
        return merged

    def _units(self) -> dict[str, Member]:
        """Return one member for each unit, by an id that only it has."""
        units: dict[str, Member] = {}
        for subject_id, rows in sorted(self._rows.items()):
            members = _parted(rows)
            if len(members) > 1:
                names = [member.name for member in members]
                text = f"the id {subject_id!r} stands for {' and '.join(names)}; give each unit its own"
                zh = f"标识 {subject_id!r} 指多个单位：{'、'.join(names)}；请给每个单位各自的标识"
                warnings.warn(SharedId(text, zh), stacklevel=4)
                members = _with_own_ids(members, self._rows.keys() | units.keys())
            units.update((member.id, member) for member in members)
        return units

    @property
    def members(self) -> Members:
        """All members, in order of their ids.

        What was seen without code and owner is that of the one listed subject of its platform and name; where several share them,
        the member names all of them.

        Warns:
            SharedId: One id is given to two units.
        """
        units = self._units()
        listed: dict[tuple[str, str | None, str], list[Member]] = defaultdict(list)
        for member in units.values():
            if member.entry is not None:
                listed[member.kind, member.entry.platform, key_of(member.entry.name)].append(member)
        members = dict(units)
        for member in sorted(units.values(), key=lambda each: each.id):
            observation = member.observation
            if member.entry is not None or observation is None:
                continue
            same_name = listed.get((member.kind, observation.platform, key_of(observation.name)), [])
            candidates = [each for each in same_name if each.entry is not None and _may_be_one(each.entry, observation)]
            if len(candidates) == 1:
                del members[member.id]
                known = members[candidates[0].id]
                members[known.id] = known._replace(observation=_later(known.observation, observation))
            elif candidates:
                members[member.id] = member._replace(namesakes=tuple(sorted(each.id for each in candidates)))
        return Members(members[member_id] for member_id in sorted(members))

    def findings(self, book: Rulebook) -> Findings:
        """Run the checks across subjects; return every answer that is not a plain pass, by indicator and subject."""
        members = self.members
        by_id = {member.id: member for member in members}
        findings: list[Finding] = []
        for indicator in book.indicators:
            function = book.plan.functions.get(indicator.check or "")
            if function is None or CheckSpec.of(function).subject != "registry":
                continue
            answers = _answers(CheckSpec.of(function), indicator, members)
            for member_id in sorted(answers):
                member = by_id[member_id]
                at = member.observation.observed_at if member.observation is not None else _NEVER
                findings.append(Finding(member.id, member.name, indicator, answers[member_id], at))
        return Findings(findings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RegistryTally) and self._rows == other._rows

    def __hash__(self) -> int:
        return hash(frozenset(self._rows))

    def __len__(self) -> int:
        return sum(len(_parted(rows)) for rows in self._rows.values())

    def __repr__(self) -> str:
        members = [member for rows in self._rows.values() for member in _parted(rows)]
        listed = sum(member.entry is not None for member in members)
        observed = sum(member.observation is not None for member in members)
        total = len(self)
        return by_language(
            f"<RegistryTally: {total} subjects, {listed} listed, {observed} observed>",
            f"<名录统计：{total} 个对象，在册 {listed} 个，已检查 {observed} 个>",
        )


def _given(subject: Site | Account) -> Site | Account | None:
    """Return the subject where another unit may bear its id, too; None where the id is its code."""
    return None if subject.id == subject.code else subject


def _merged(rows: Iterable[Member]) -> Member:
    # Where one unit is listed or seen twice, the choice must not depend on which came first.
    members = list(rows)
    entry = min((each.entry for each in members if each.entry is not None), key=repr, default=None)
    observation = reduce(_later, (each.observation for each in members))
    return Member(members[0].id, min(each.kind for each in members), entry, observation)


def _parted(rows: Mapping[Site | Account | None, Member]) -> list[Member]:
    """Merge the rows of one id that are of one unit; return a member for each unit, in order of their names."""
    subjects = [subject for subject in sorted(rows, key=repr) if subject is not None]
    if len(subjects) < max(2, len(rows)):
        return [_merged(rows.values())]
    units = [_merged(rows[subject] for subject in unit) for unit in units_of(subjects)]
    return sorted(units, key=lambda member: (member.name, repr(member)))


def _with_own_ids(members: Sequence[Member], taken: Collection[str]) -> list[Member]:
    """Give each of several units of one id its own: with its name, and a number where that id is taken or several have the name."""
    names = Counter(member.name for member in members)
    used = set(taken)
    renamed: list[Member] = []
    for member in members:
        own = f"{member.id} {member.name}"
        if names[member.name] > 1 or own in used:
            own = next(numbered for number in count(1) if (numbered := f"{own} {number}") not in used)
        used.add(own)
        renamed.append(member._replace(id=own))
    return renamed


def _answers(spec: CheckSpec, indicator: Indicator, members: Members) -> Mapping[str, CheckResult]:
    """Return the answers of a check across subjects; one that raises or answers wrongly is an `error` for everybody concerned."""
    try:
        answers: object = spec.function(members, **indicator.params)
        fault = _fault_of(answers, members)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # as in the judge: a plugin may raise anything
        return {member.id: crashed(raised) for member in members.of(indicator.applies_to.subject)}
    if fault is not None or not isinstance(answers, Mapping):
        error = wrong_answer(fault or "")
        return {member.id: error for member in members.of(indicator.applies_to.subject)}
    if is_built_in(spec.function):
        return answers
    return {member_id: validated(answer, spec.faults) for member_id, answer in answers.items()}


def _fault_of(answers: object, members: Members) -> str | None:
    if not isinstance(answers, Mapping):
        return f"the check returned {type(answers).__name__}, not a mapping from ids of subjects to answers"
    known = {member.id for member in members}
    unknown = [member_id for member_id in answers if member_id not in known]
    return f"the check answers for {unknown[0]!r}, which is not among the subjects" if unknown else None


def _may_be_one(entry: RegistryEntry, observation: Observation) -> bool:
    """Return whether a listed subject may be the one observed under its name: no fact known of both differs."""
    return entry.owner is None or observation.owner is None or key_of(entry.owner) == key_of(observation.owner)


def _later(first: Observation | None, second: Observation | None) -> Observation | None:
    observations = [each for each in (first, second) if each is not None]
    return max(observations, key=lambda each: (each.observed_at, repr(each)), default=None)


def _kind(subject: Site | Account) -> str:
    return "account" if isinstance(subject, Account) else "site"


class Incident(NamedTuple):
    """An error of one owner, published in several places; it counts for each of them (同一错误多平台发布).

    Attributes:
        owner: The owner; None when it is not known.
        passage: The passage or fact the findings share.
        indicator_family: Last part of the indicators' ids, `expression`.
        subjects: Ids of the subjects, in order.

    Example:
        >>> import govmedia_rules as gr
        >>> from govmedia_rules.judge.across import Incident
        >>> Incident("某县人民政府", "周密布署", "expression", ("weibo:某县发布", "wechat:某县发布")).subjects[0]
        'weibo:某县发布'
    """

    owner: str | None
    passage: str
    indicator_family: str
    subjects: tuple[str, ...]


def incidents(inspections: Iterable[Inspection], *, families: tuple[str, ...] = ("expression",)) -> list[Incident]:
    """Group failed or candidate findings by passage and owner, one incident for each passage.

    Args:
        inspections: Results of any number of subjects, in any order.
        families: Last parts of the indicators' ids that are looked at.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> inspection = gr.load_rulebook("national-2019").inspect(snapshot)
        >>> incidents([inspection])
        []
    """
    groups: dict[tuple[str, str, str], tuple[str | None, str, set[str]]] = {}
    counted = (Status.FAILED, Status.NEEDS_REVIEW)
    for inspection in each_inspection(inspections):
        owner = inspection.subject.owner
        for finding in inspection.findings:
            family = finding.id.rsplit(".", 1)[-1]
            if family not in families or finding.status not in counted:
                continue
            for passage in _passages(finding):
                key = (key_of(owner or f"?{inspection.subject.id}"), family, key_of(passage))
                known = groups.setdefault(key, (owner, passage, set()))
                known[2].add(inspection.subject.id)
                groups[key] = (min(known[0] or "", owner or "") or None, min(known[1], passage), known[2])
    merged = (Incident(owner, passage, key[1], tuple(sorted(ids))) for key, (owner, passage, ids) in groups.items())
    return sorted(merged, key=lambda each: (each.owner or "", each.indicator_family, each.passage, each.subjects))


def _passages(finding: Finding) -> list[str]:
    passages = [str(piece.value) for piece in finding.evidence if isinstance(piece.value, str)]
    if finding.review is not None and finding.review.decision == "confirmed":
        passages.append(finding.review.evidence or finding.review.reason)
    return passages
