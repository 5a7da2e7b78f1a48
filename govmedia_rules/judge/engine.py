"""Apply a plan to a snapshot: which indicators apply, and what each check answers.

Only answers that are not a plain pass are kept. What applies to a subject depends on a few of its facts (level, platform,
service duties, stage of life); for each combination of them the plan is compiled once.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from govmedia_rules.checks.contract import PASSED, CheckResult, CheckSpec, Evidence, Status, fault_of, needs_review
from govmedia_rules.core.frozen import FrozenDict
from govmedia_rules.judge.readings import check_of
from govmedia_rules.judge.score import Tariff, is_scored, may_be_scored
from govmedia_rules.rules.model import AppliesTo, Indicator, Plan, Scoring, SubjectWord
from govmedia_rules.snapshots.models import AnySnapshot
from govmedia_rules.snapshots.sparse import FactNotGiven
from govmedia_rules.snapshots.stage import Stage, stage_of
from govmedia_rules.subjects.models import Account, AnySubject, Site
from govmedia_rules.subjects.vocabulary import PORTAL_LEVELS, subject_vocabulary

NonPassing = tuple[tuple[int, CheckResult], ...]
"""The answers for one subject that are not a plain pass: position of the indicator in the plan, and the answer."""

MAX_PROFILES = 10_000


class PlanResult(NamedTuple):
    """The answers of a plan for one snapshot.

    Attributes:
        program: The program that was run.
        non_passing: The answers that are not a plain pass.
        vetoed: Whether a veto failed.
        undecided: Whether a veto is open: inconclusive, waiting for a review, or in error.
        passes: For a subject that is scored, whether its deduction score reaches the pass mark: True, False, or None while
            that is undecided. True for every other subject.
    """

    program: Program
    non_passing: NonPassing
    vetoed: bool
    undecided: bool
    passes: bool | None = True


OPEN = frozenset({Status.INCONCLUSIVE, Status.NEEDS_REVIEW, Status.ERROR})
"""Statuses of a veto that leave the verdict undetermined."""


class Profile(NamedTuple):
    """The facts of a subject that decide which indicators apply; None where a fact is not known.

    Attributes:
        subject: Kind of the subject.
        level: Its level.
        platform: Its platform.
        has_services: Whether its owner has outward service duties.
        status: Its stage of life as registered.
        stage: Why it does not run at the monitoring point; None where it runs, or nothing else is known.
    """

    subject: SubjectWord
    level: str | None = None
    platform: str | None = None
    has_services: bool | None = None
    status: str | None = None
    stage: Stage | None = None


def profile_of(subject: AnySubject, stage: Stage | None = None) -> Profile:
    """Return the facts of a subject that decide which indicators apply.

    Args:
        subject: The subject.
        stage: Why it does not run at the monitoring point; see `stage_of`.
    """
    if isinstance(subject, Account):
        platform = None if subject.platform == "unknown" else subject.platform
        return Profile("account", subject.level, platform, None, subject.status, stage)
    if isinstance(subject, Site):
        return Profile("site", subject.level, None, subject.has_services, subject.status, stage)
    return Profile("supervisor", subject.level)


class Step(NamedTuple):
    """One check to run.

    Attributes:
        position: Position of the indicator in the plan.
        function: The check.
        params: Its parameters.
        needs: Parts of the snapshot it needs (one of each group), and the answer where none of them was observed.
        by_person: Whether only a person can decide, so that the check merely names candidates.
        unknown_fact: The fact of the subject that decides whether the indicator applies and is not known; None when it is.
        kinds: Kinds of faults the check counts, by which its answer is validated; None for checks of the library, which tests
            cover.
    """

    position: int
    function: Callable[..., CheckResult]
    params: Mapping[str, object]
    needs: tuple[tuple[tuple[str, ...], CheckResult], ...]
    by_person: bool
    unknown_fact: str | None
    kinds: tuple[str, ...] | None

    def ask(self, snapshot: AnySnapshot, is_own: bool = False) -> CheckResult:
        """Return the answer for a snapshot, `PASSED` itself for a plain pass.

        Args:
            snapshot: The snapshot.
            is_own: Whether it was made for this call, so that nothing else sees what the check changes in it by force.
        """
        answer = (self._missing(snapshot) if self.needs else None) or self.call(snapshot, is_own)
        if self.by_person:
            answer = _candidates_only(answer)
        return answer if self.unknown_fact is None else _if_it_applies(answer, self.unknown_fact)

    def _missing(self, snapshot: AnySnapshot) -> CheckResult | None:
        facts = snapshot.__dict__
        for parts, answer in self.needs:
            for part in parts:
                # Fields are looked up in the dictionary first: attribute access of a model costs several times as much.
                if (facts[part] if part in facts else getattr(snapshot, part)) is not None:
                    break
            else:
                return _stated(snapshot, parts) or answer
        return None

    def call(self, snapshot: AnySnapshot, is_own: bool) -> CheckResult:
        """Call the check; an exception it raises becomes an `error` answer."""
        # A check of others gets a copy: what it changes in it by force, no other check sees.
        own = snapshot if is_own or self.kinds is None else _copy_of(snapshot)
        try:
            answer: object = self.function(own, **self.params)
        except (KeyboardInterrupt, FactNotGiven):
            raise
        except BaseException as fault:  # a plugin may raise anything, SystemExit too
            return crashed(fault)
        if answer is PASSED or (self.kinds is None and answer.__class__ is CheckResult):
            return answer
        return validated(answer, self.kinds or ())


@dataclass(frozen=True)
class Program:
    """A plan compiled for subjects of one profile.

    Attributes:
        profile: The profile.
        steps: Checks to run, in the order of the plan.
        fixed: Answers that need no snapshot (not applicable, not checked, check not loaded), by position.
        vetoes: Positions of the vetoes that apply or may apply.
        unloaded_veto: Whether the check of a veto could not be loaded, which leaves every verdict open.
        tariffs: Prices of the deductions of subjects that are scored; two while it is not known whether service duties count.
        decides: Whether the plan can decide on such a subject at all, by a veto or by points.
    """

    profile: Profile
    steps: tuple[Step, ...]
    fixed: Mapping[int, CheckResult]
    vetoes: frozenset[int]
    unloaded_veto: bool
    tariffs: tuple[Tariff, ...] = ()
    decides: bool = True

    @cached_property
    def starts_open(self) -> bool:
        """Whether the verdict is undetermined before any check runs."""
        return self.unloaded_veto or not self.decides

    @cached_property
    def fixed_counts(self) -> tuple[int, ...]:
        """Number of fixed answers by status, in the order of `Status`."""
        statuses = [answer.status for answer in self.fixed.values()]
        return tuple(statuses.count(status) for status in Status)

    @property
    def is_scored(self) -> bool:
        """Whether such subjects certainly get a score."""
        return bool(self.tariffs) and not any(tariff.may_not_count for tariff in self.tariffs)

    def passes(self, non_passing: Iterable[tuple[int, CheckResult]]) -> bool | None:
        """Return whether the deduction score reaches the pass mark: True, False, or None while that is undecided.

        True for subjects that are not scored.
        """
        if not self.tariffs:
            return True
        decisions = {tariff.passes(non_passing) for tariff in self.tariffs}
        return decisions.pop() if len(decisions) == 1 else None

    def result_of(self, non_passing: Sequence[tuple[int, CheckResult]]) -> PlanResult:
        """Return the result for these answers; every other indicator passed.

        Args:
            non_passing: Those answers, by position in the plan.
        """
        vetoed, undecided = False, self.starts_open
        for position, answer in non_passing:
            if position in self.vetoes:
                vetoed = vetoed or answer.status is Status.FAILED
                undecided = undecided or answer.status in OPEN
        return PlanResult(self, tuple(non_passing), vetoed, undecided, True if vetoed else self.passes(non_passing))

    def expand(self, non_passing: NonPassing, size: int) -> list[CheckResult]:
        """Return the answers of all `size` indicators of the plan."""
        answers = [PASSED] * size
        for position, answer in (*self.fixed.items(), *non_passing):
            answers[position] = answer
        return answers


@dataclass
class Judge:
    """Runs a plan on snapshots; it caches compiled programs and nothing about any subject."""

    plan: Plan
    _programs: dict[Profile, Program] = field(default_factory=dict, repr=False)

    def program(self, profile: Profile) -> Program:
        """Return the plan compiled for subjects of this profile."""
        program = self._programs.get(profile)
        if program is None:
            if len(self._programs) >= MAX_PROFILES:
                self._programs.clear()
            program = self._programs[profile] = compile_plan(self.plan, profile)
        return program

    def run(self, snapshot: AnySnapshot) -> PlanResult:
        """Run every check that applies; one that raises gives an `error` answer, and the others still run."""
        profile = profile_of(snapshot.subject, stage_of(snapshot))
        program = self._programs.get(profile) or self.program(profile)
        return program.result_of(
            [(step.position, answer) for step in program.steps if (answer := step.ask(snapshot)) is not PASSED]
        )


def compile_plan(plan: Plan, profile: Profile) -> Program:
    """Decide for a profile which indicators apply, and prepare the calls."""
    steps: list[Step] = []
    fixed: dict[int, CheckResult] = {}
    vetoes: set[int] = set()
    for index, indicator in enumerate(plan.indicators):
        reason, unknown = applicability(indicator.applies_to, profile)
        if reason is None and profile.stage is not None and is_of_running(indicator):
            reason = f"subject_{profile.stage}"
        if reason is not None:
            fixed[index] = CheckResult(Status.NOT_APPLICABLE, reason)
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
        kinds = None if is_built_in(function) else spec.faults
        needs = tuple((parts, CheckResult(Status.INCONCLUSIVE, "not_observed", {"parts": parts})) for parts in spec.needs)
        function, params = check_of(spec, indicator)
        steps.append(Step(index, function, params, needs, indicator.mode == "person", unknown, kinds))
    unloaded = any(fixed[position].status is Status.ERROR for position in vetoes & fixed.keys())
    tariffs = _tariffs(plan, profile, fixed)
    # Where neither a veto nor a sum is asked (an account under the census of websites, a book of warnings), nothing failed,
    # but nothing was decided either; nor where the subject does not run, so that only its grave faults are asked.
    decides = bool(vetoes or tariffs) and profile.stage is None
    return Program(profile, tuple(steps), fixed, frozenset(vetoes), unloaded, tariffs, decides)


def is_of_running(indicator: Indicator) -> bool:
    """Return whether an indicator is a veto on how a subject runs, which does not apply to one that closes, is closed or offline.

    Those that only a person can decide (安全、泄密事故, 弄虚作假) are about what was published, and one that names stages of life
    says itself whom it is asked of.
    """
    return indicator.kind == "veto" and indicator.mode != "person" and indicator.applies_to.status is None


def _tariffs(plan: Plan, profile: Profile, fixed: Mapping[int, CheckResult]) -> tuple[Tariff, ...]:
    """Return the prices of deductions for subjects of this profile; () where they are not scored."""
    rule = plan.scoring.get(profile.subject)
    if rule is None or profile.stage is not None or not plan.scores(profile.subject):
        return ()
    if not may_be_scored(rule, profile.subject, profile.level):
        return ()
    deductions = {
        position: indicator
        for position, indicator in enumerate(plan.indicators)
        if indicator.kind == "deduction" and not _has(fixed, position, Status.NOT_APPLICABLE)
    }
    no_service = rule.no_service if profile.subject == "site" else None
    if no_service is None:
        return (_tariff(rule, profile, deductions, fixed, without_services=False),)
    others = {position: indicator for position, indicator in deductions.items() if indicator.group != no_service.group}
    tariffs: list[Tariff] = []
    if profile.has_services is not False:
        tariffs.append(_tariff(rule, profile, deductions, fixed, without_services=False))
    if profile.has_services is not True:
        tariffs.append(_tariff(rule, profile, others, fixed, without_services=True))
    return tuple(tariffs)


def _tariff(
    rule: Scoring,
    profile: Profile,
    deductions: Mapping[int, Indicator],
    fixed: Mapping[int, CheckResult],
    *,
    without_services: bool,
) -> Tariff:
    unloaded = [indicator for position, indicator in deductions.items() if _has(fixed, position, Status.ERROR)]
    may_not_count = not is_scored(rule, profile.subject, profile.level)
    return Tariff.of(rule, deductions, unloaded, without_services=without_services, may_not_count=may_not_count)


def _has(fixed: Mapping[int, CheckResult], position: int, status: Status) -> bool:
    return position in fixed and fixed[position].status is status


def _copy_of(snapshot: AnySnapshot) -> AnySnapshot:
    own = snapshot.__copy__()
    own.__dict__[own.kind] = own.subject.__copy__()
    return own


NOT_CHECKED = CheckResult(Status.NOT_CHECKED, "person_only")
ACROSS_SUBJECTS = CheckResult(Status.NOT_CHECKED, "across_subjects")
NO_CANDIDATES = CheckResult(Status.NOT_CHECKED, "no_candidates")


def _no_function(indicator: Indicator) -> CheckResult:
    return CheckResult(Status.ERROR, "check_not_loaded", {"error": f"the check {indicator.check} is not at hand"})


def applicability(rule: AppliesTo, profile: Profile) -> tuple[str | None, str | None]:
    """Decide whether an indicator is asked of a subject.

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
    if rule.platforms is not None:
        tree = subject_vocabulary("platform")
        if profile.platform is None:
            unknown = "platform"
        elif not any(tree.is_a(profile.platform, platform) for platform in rule.platforms):
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
    """Return the answer for a check that raised: it names the exception and the line, without any path of the machine."""
    frames = traceback.extract_tb(fault.__traceback__)
    last = frames[-1] if frames else None
    place = f"{PurePath(last.filename).name}:{last.lineno} in {last.name}" if last is not None else "?"
    try:
        text = str(fault)
    except Exception:
        text = "(its text cannot be read)"
    return CheckResult(Status.ERROR, "check_raised", {"error": f"{type(fault).__name__}: {text}"[:500], "place": place})


def validated(answer: object, kinds: tuple[str, ...]) -> CheckResult:
    """Return the answer of a check, or an `error` that says what is wrong with it.

    Args:
        answer: What the check returned.
        kinds: Kinds of faults that the check counts.
    """
    try:
        fault = fault_of(answer, kinds)
    except Exception as raised:  # an answer may be an object that raises when it is looked at
        return crashed(raised)
    if fault is None and isinstance(answer, CheckResult):
        # A copy, so that the check keeps nothing by which it could change the answer later.
        return (
            answer
            if answer is PASSED
            else answer._replace(
                args=FrozenDict(answer.args), faults=FrozenDict(answer.faults), possible=FrozenDict(answer.possible)
            )
        )
    return wrong_answer(fault or "")


def wrong_answer(fault: str) -> CheckResult:
    """Return the answer for a check that returned something that is no answer."""
    return CheckResult(Status.ERROR, "check_raised", FrozenDict({"error": f"WrongAnswer: {fault}"[:500], "place": "?"}))


def is_built_in(function: object) -> bool:
    """Return whether a check is one of this library."""
    return str(getattr(function, "__module__", "")).startswith("govmedia_rules.checks.")


def _stated(snapshot: AnySnapshot, parts: tuple[str, ...]) -> CheckResult | None:
    """Return an answer for a reviewer where a document states a part that was not observed (长期未更新); else None."""
    notes = [mark.note for mark in getattr(snapshot, "marks", ()) if mark.basis == "stated" and mark.field in parts]
    if not notes:
        return None
    return needs_review("stated_only", evidence=[Evidence(note) for note in notes], note="；".join(notes))


def _candidates_only(answer: CheckResult) -> CheckResult:
    """Return the answer to a clause that only a person can decide: a pass or a lack of data becomes "no candidates"."""
    if answer.status is Status.PASSED or answer.status is Status.INCONCLUSIVE:
        return NO_CANDIDATES
    return answer


def _if_it_applies(answer: CheckResult, fact: str) -> CheckResult:
    """Return the answer to an indicator that may not apply: a pass stays a pass, a failure becomes inconclusive."""
    if answer.status in (Status.PASSED, Status.NOT_CHECKED, Status.ERROR):
        return answer
    args = {**answer.args, "fact": fact, "would_be": answer.status.value, "why": answer.reason}
    return CheckResult(Status.INCONCLUSIVE, "applicability_unknown", args, answer.evidence)
