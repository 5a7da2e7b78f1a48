"""A plan applied to a snapshot: which indicators apply, what each check answers, and nothing built that nobody reads.

An inspection keeps only the answers that are not a plain pass. What applies to a subject depends on a few of its facts
(level, platform, service duties, stage of life); for each combination of them the plan is compiled once.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from govmedia_rules.checks.contract import PASSED, CheckResult, CheckSpec, Status
from govmedia_rules.judge.score import Gate, gate_for
from govmedia_rules.rules.model import AppliesTo, Indicator, Plan, SubjectWord
from govmedia_rules.snapshots.models import AccountSnapshot, AnySnapshot, SiteSnapshot
from govmedia_rules.subjects.vocabulary import PORTAL_LEVELS, vocabulary

Notes = tuple[tuple[int, CheckResult], ...]
"""The answers of one subject that are not a plain pass: position of the indicator in the plan, and the answer."""

MAX_PROFILES = 10_000


class Outcome(NamedTuple):
    """What a plan said of one snapshot.

    Attributes:
        program: The program that was run.
        notes: The answers that are not a plain pass.
        vetoed: Whether a veto failed.
        undecided: Whether a veto is open: inconclusive, waiting for a review, or in error.
        passes: For a subject that is scored, whether its deduction score reaches the pass mark: True, False, or None while
            that is undecided. True for every other subject.
    """

    program: Program
    notes: Notes
    vetoed: bool
    undecided: bool
    passes: bool | None = True


OPEN = frozenset({Status.INCONCLUSIVE, Status.NEEDS_REVIEW, Status.ERROR})
"""Statuses of a veto that leave the verdict undetermined."""


class Profile(NamedTuple):
    """The facts of a subject that decide which indicators apply; None where a fact is not known."""

    subject: SubjectWord
    level: str | None = None
    platform: str | None = None
    has_services: bool | None = None
    status: str | None = None


def profile_of(snapshot: AnySnapshot) -> Profile:
    """The facts of the snapshot's subject that decide which indicators apply."""
    if isinstance(snapshot, AccountSnapshot):
        account = snapshot.account
        return Profile("account", account.level, account.platform, None, account.status)
    if isinstance(snapshot, SiteSnapshot):
        site = snapshot.site
        return Profile("site", site.level, None, site.has_services, site.status)
    return Profile("supervisor", snapshot.supervisor.level)


class _Step(NamedTuple):
    """One check to run."""

    position: int
    function: Callable[..., CheckResult]
    params: Mapping[str, object]
    needs: tuple[tuple[tuple[str, ...], CheckResult], ...]
    by_person: bool
    unknown_fact: str | None


@dataclass(frozen=True)
class Program:
    """A plan compiled for subjects of one profile.

    Attributes:
        profile: The profile.
        steps: Checks to run, in the order of the plan.
        fixed: Answers that need no snapshot (not applicable, not checked, plugin broken), by position.
        vetoes: Positions of the vetoes that apply or may apply.
        broken_veto: Whether one of the vetoes could not be loaded, which leaves every verdict open.
        gates: The pass mark of subjects that are scored; two of them while it is not known whether service duties count.
        decides: Whether the plan can decide on such a subject at all, by a veto or by points.
    """

    profile: Profile
    steps: tuple[_Step, ...]
    fixed: Mapping[int, CheckResult]
    vetoes: frozenset[int]
    broken_veto: bool
    gates: tuple[Gate, ...] = ()
    decides: bool = True

    @cached_property
    def starts_open(self) -> bool:
        """Whether the verdict is open whatever the checks answer."""
        return self.broken_veto or not self.decides

    @cached_property
    def fixed_counts(self) -> tuple[int, ...]:
        """How many of the fixed answers have each status, in the order of `Status`."""
        statuses = [answer.status for answer in self.fixed.values()]
        return tuple(statuses.count(status) for status in Status)

    def expand(self, notes: Notes, size: int) -> list[CheckResult]:
        """The answers of all `size` indicators of the plan."""
        answers = [PASSED] * size
        for index, answer in self.fixed.items():
            answers[index] = answer
        for index, answer in notes:
            answers[index] = answer
        return answers


@dataclass
class Judge:
    """Runs a plan on snapshots; holds the compiled programs and nothing about any subject."""

    plan: Plan
    _programs: dict[Profile, Program] = field(default_factory=dict, repr=False)

    def program(self, profile: Profile) -> Program:
        """The plan compiled for subjects of this profile."""
        program = self._programs.get(profile)
        if program is None:
            if len(self._programs) >= MAX_PROFILES:
                self._programs.clear()
            program = self._programs[profile] = compile_plan(self.plan, profile)
        return program

    def run(self, snapshot: AnySnapshot) -> Outcome:
        """Asks every check that applies; one that raises gives an `error` answer, and the others still run."""
        profile = profile_of(snapshot)
        program = self._programs.get(profile) or self.program(profile)
        notes: list[tuple[int, CheckResult]] = []
        vetoed, undecided = False, program.starts_open
        facts = snapshot.__dict__
        for position, function, params, needs, by_person, unknown_fact in program.steps:
            answer: CheckResult | None = None
            for parts, missing in needs:
                for part in parts:
                    value = facts[part] if part in facts else getattr(snapshot, part)
                    if value is not None:
                        break
                else:
                    answer = missing
                    break
            if answer is None:
                try:
                    answer = function(snapshot, **params)
                except KeyboardInterrupt:
                    raise
                except BaseException as fault:  # a plugin may raise anything, SystemExit too
                    answer = crashed(fault)
                else:
                    if answer is PASSED and not by_person:
                        continue
                    if answer.__class__ is not CheckResult:
                        answer = _not_a_judgement(answer)
            if by_person:
                answer = _candidates_only(answer)
            if unknown_fact is not None:
                answer = _if_it_applies(answer, unknown_fact)
            notes.append((position, answer))
            if position in program.vetoes:
                if answer.status is Status.FAILED:
                    vetoed = True
                elif answer.status in OPEN:
                    undecided = True
        if program.gates and not vetoed:
            answers = {gate.passes(notes) for gate in program.gates}
            return Outcome(program, tuple(notes), vetoed, undecided, answers.pop() if len(answers) == 1 else None)
        return Outcome(program, tuple(notes), vetoed, undecided)


def compile_plan(plan: Plan, profile: Profile) -> Program:
    """Decides for a profile which indicators apply, and prepares the calls."""
    steps: list[_Step] = []
    fixed: dict[int, CheckResult] = {}
    vetoes: set[int] = set()
    for index, indicator in enumerate(plan.indicators):
        refused, unknown = applicability(indicator.applies_to, profile)
        if refused is not None:
            fixed[index] = CheckResult(Status.NOT_APPLICABLE, refused)
            continue
        if indicator.kind == "veto":
            vetoes.add(index)
        if indicator.problem is not None:
            fixed[index] = CheckResult(Status.ERROR, "check_not_loaded", {"error": indicator.problem})
            continue
        function = plan.functions.get(indicator.check) if indicator.check is not None else None
        if function is None:
            fixed[index] = NOT_CHECKED if indicator.check is None else _no_function(indicator)
            continue
        spec = CheckSpec.of(function)
        if spec.subject == "registry":
            fixed[index] = ACROSS_SUBJECTS
            continue
        needs = tuple((parts, CheckResult(Status.INCONCLUSIVE, "not_observed", {"parts": parts})) for parts in spec.needs)
        steps.append(_Step(index, function, indicator.params, needs, indicator.mode == "person", unknown))
    broken = any(fixed[position].status is Status.ERROR for position in vetoes & fixed.keys())
    gates = _gates(plan, profile, fixed)
    # Where neither a veto nor a sum is asked (an account under the census of websites, a book of warnings), nothing failed,
    # but nothing was decided either.
    return Program(profile, tuple(steps), fixed, frozenset(vetoes), broken, gates, decides=bool(vetoes or gates))


def _gates(plan: Plan, profile: Profile, fixed: Mapping[int, CheckResult]) -> tuple[Gate, ...]:
    """The pass mark of subjects of this profile; () where they are not scored."""
    rule = plan.scoring.get(profile.subject)
    if rule is None or not plan.scores(profile.subject):
        return ()
    if rule.portals_only and profile.level not in PORTAL_LEVELS:
        return ()
    mine = {
        position: one
        for position, one in enumerate(plan.indicators)
        if one.kind == "deduction" and (position not in fixed or fixed[position].status is not Status.NOT_APPLICABLE)
    }
    no_service = rule.no_service if profile.subject == "site" else None
    whole = profile.has_services is not False or no_service is None
    without = profile.has_services is not True and no_service is not None
    gates: list[Gate] = []
    for leaves_out in (False,) * whole + (True,) * without:
        left = {
            position: one
            for position, one in mine.items()
            if not (leaves_out and no_service is not None and one.group == no_service.group)
        }
        broken = [one for position, one in left.items() if position in fixed and fixed[position].status is Status.ERROR]
        gates.append(gate_for(rule, left, broken, without_services=leaves_out))
    return tuple(gates)


NOT_CHECKED = CheckResult(Status.NOT_CHECKED, "person_only")
ACROSS_SUBJECTS = CheckResult(Status.NOT_CHECKED, "across_subjects")
NO_CANDIDATES = CheckResult(Status.NOT_CHECKED, "no_candidates")


def _no_function(indicator: Indicator) -> CheckResult:
    return CheckResult(Status.ERROR, "check_not_loaded", {"error": f"the check {indicator.check} is not at hand"})


def applicability(rule: AppliesTo, profile: Profile) -> tuple[str | None, str | None]:
    """Whether an indicator is asked of a subject.

    Returns:
        The reason why it is not, or None; and the fact that is not known but decides, or None.
    """
    if rule.subject != profile.subject:
        return "other_subject", None
    unknown: str | None = None
    if rule.portals is not None or rule.levels is not None:
        if profile.level is None:
            unknown = "level"
        elif rule.portals is not None and rule.portals != (profile.level in PORTAL_LEVELS):
            return ("not_a_portal" if rule.portals else "is_a_portal"), None
        elif rule.levels is not None and profile.level not in rule.levels:
            return "other_level", None
    if rule.platforms is not None and profile.platform is not None:
        tree = vocabulary("platform")
        if not any(tree.is_a(profile.platform, wanted) for wanted in rule.platforms):
            return "other_platform", None
    if rule.has_services is not None:
        if profile.has_services is None:
            unknown = "has_services"
        elif profile.has_services != rule.has_services:
            return "no_service_duties" if rule.has_services else "has_service_duties", None
    if rule.status is not None:
        if profile.status is None:
            unknown = "status"
        elif profile.status not in rule.status:
            return "other_status", None
    return None, unknown


def crashed(fault: BaseException) -> CheckResult:
    """The answer of a check that raised: names the exception and the line, without any path of the machine."""
    frames = traceback.extract_tb(fault.__traceback__)
    last = frames[-1] if frames else None
    place = f"{PurePath(last.filename).name}:{last.lineno} in {last.name}" if last is not None else "?"
    try:
        told = str(fault)
    except Exception:
        told = "(its text cannot be read)"
    return CheckResult(Status.ERROR, "check_raised", {"error": f"{type(fault).__name__}: {told}"[:500], "place": place})


def _not_a_judgement(answer: object) -> CheckResult:
    error = f"TypeError: the check returned {type(answer).__name__}, not passed(), failed(), inconclusive() or needs_review()"
    return CheckResult(Status.ERROR, "check_raised", {"error": error, "place": "?"})


def _candidates_only(answer: CheckResult) -> CheckResult:
    """For a clause only a person can answer: the machine's silence, or its lack of data, proves nothing."""
    if answer.status is Status.PASSED or answer.status is Status.INCONCLUSIVE:
        return NO_CANDIDATES
    return answer


def _if_it_applies(answer: CheckResult, fact: str) -> CheckResult:
    """The answer when it is not known whether the indicator applies: a pass stands, anything worse is undecided."""
    if answer.status in (Status.PASSED, Status.NOT_CHECKED, Status.ERROR):
        return answer
    args = {**answer.args, "fact": fact, "would_be": answer.status.value, "why": answer.reason}
    return CheckResult(Status.INCONCLUSIVE, "applicability_unknown", args, answer.evidence)
