"""The result for one subject: findings, verdict, and by which rules (单个对象的检查结果)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from govmedia_rules.checks.contract import CheckResult, CheckSpec, Status
from govmedia_rules.core import display
from govmedia_rules.errors import ObservationError
from govmedia_rules.judge.engine import OPEN, Outcome, Profile, Program
from govmedia_rules.judge.finding import TONES, Finding, Findings
from govmedia_rules.judge.packing import dump_answer, load_answer
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.score import Score, is_scored, score_of, veto_score_of
from govmedia_rules.rules.model import Plan, SubjectWord
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.models import Account, AnySubject, Site, Supervisor
from govmedia_rules.tables.columns import Heading, Row


class Verdict(StrEnum):
    """The judgement of a subject."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    UNDETERMINED = "undetermined"

    @property
    def zh(self) -> str:
        """The official word: 合格, 不合格, 待定."""
        return _VERDICT_ZH[self]


_POSITION = {status: position for position, status in enumerate(Status)}
_VERDICT_ZH = {Verdict.QUALIFIED: "合格", Verdict.UNQUALIFIED: "不合格", Verdict.UNDETERMINED: "待定"}


class RulebookRef(NamedTuple):
    """By what rule an inspection was made.

    Attributes:
        id: Id of the topmost layer.
        version: Versions of all layers.
        digest: Digest of the resolved plan.
        covers: Ids of the indicators asked, when they are a selection; None when all of the rulebook's were.
    """

    id: str
    version: str
    digest: str
    covers: tuple[str, ...] | None


class PackedSubject(NamedTuple):
    """A subject as a worker sends it back: opened when somebody asks for it."""

    kind: SubjectWord
    json: bytes

    def open(self) -> AnySubject:
        """The subject."""
        return SUBJECT_MODELS[self.kind].model_validate_json(self.json)


SUBJECT_MODELS: Mapping[str, type[AnySubject]] = {"site": Site, "account": Account, "supervisor": Supervisor}
"""Models of subjects by the word rulebooks use for them."""


def word_of(subject: AnySubject) -> SubjectWord:
    """The word rulebooks use for a subject: `site`, `account` or `supervisor`."""
    return "site" if isinstance(subject, Site) else "account" if isinstance(subject, Account) else "supervisor"


class Inspection(Row):
    """What one snapshot of one subject comes to under one rulebook. Findings are built when they are looked at.

    Also a mapping of its table columns, so a frame takes it as a row; `InspectionTable` holds many.

    Attributes:
        observed_at: The monitoring point.
        verdict: 合格, 不合格 or 待定.
        plan: The plan it was judged by.
    """

    __slots__ = (
        "_findings",
        "_marks",
        "_notes",
        "_program",
        "_reviews",
        "_score",
        "_subject",
        "_tally",
        "_vetoed",
        "_waivers",
        "observed_at",
        "plan",
        "verdict",
    )

    def __init__(
        self,
        plan: Plan,
        outcome: Outcome,
        subject: AnySubject | PackedSubject,
        observed_at: datetime,
        marks: tuple[Mark, ...] = (),
        reviews: Mapping[str, tuple[Review, ...]] | None = None,
        waivers: tuple[Waiver, ...] = (),
    ) -> None:
        self.plan = plan
        self._subject = subject
        self.observed_at = observed_at
        self._program = outcome.program
        self._notes = outcome.notes
        self._marks = marks
        self._reviews = reviews
        self._waivers = waivers
        self._findings: Findings | None = None
        self._tally: tuple[int, ...] | None = None
        self._score: Score | None = None
        self._vetoed, undecided = outcome.vetoed, outcome.undecided
        if reviews or waivers:
            vetoes = [one for one in self.findings if one.kind == "veto"]
            self._vetoed = any(one.status is Status.FAILED and not one.is_waived for one in vetoes)
            undecided = any(one.status in OPEN for one in vetoes) or not outcome.program.decides
        self.verdict = Verdict.UNDETERMINED if undecided else Verdict.QUALIFIED
        if self._vetoed:
            self.verdict = Verdict.UNQUALIFIED
        else:
            passes = outcome.passes
            if (reviews or waivers) and (score := self.score) is not None:
                passes = score.passes
            if passes is False:
                self.verdict = Verdict.UNQUALIFIED
            elif passes is None:
                self.verdict = Verdict.UNDETERMINED

    @property
    def subject(self) -> AnySubject:
        """The site, account or supervising office."""
        if isinstance(self._subject, PackedSubject):
            self._subject = self._subject.open()
        return self._subject

    @property
    def judgements(self) -> list[CheckResult]:
        """The machine's answer for each indicator of the plan, in its order."""
        return self._program.expand(self._notes, len(self.plan.indicators))

    @property
    def findings(self) -> Findings:
        """One finding for each indicator of the plan, in its order."""
        if self._findings is None:
            self._findings = Findings([self._finding(position, answer) for position, answer in enumerate(self.judgements)])
        return self._findings

    def _finding(self, position: int, answer: CheckResult) -> Finding:
        indicator = self.plan.indicators[position]
        waiver = next(
            (one for one in self._waivers if indicator.id in one.indicators and one.holds_on(self.observed_at.date())), None
        )
        return Finding(
            self.subject.id,
            self.subject.name,
            indicator,
            answer,
            self.observed_at,
            self._reviews.get(indicator.id, ()) if self._reviews else (),
            waiver,
            self._assumed(indicator.check),
        )

    def _assumed(self, check: str | None) -> tuple[str, ...]:
        """Parts the check needs that a document states or somebody assumed."""
        if not self._marks or check is None or check not in self.plan.functions:
            return ()
        needed = {part for parts in CheckSpec.of(self.plan.functions[check]).needs for part in parts}
        return tuple(dict.fromkeys(mark.field for mark in self._marks if mark.field.split(".")[0] in needed))

    @property
    def problems(self) -> Findings:
        """The failed findings in the order of the plan; waived ones are among them and say so.

        A bonus that was not reached is no problem and is left out.
        """
        if not self._reviews and self._findings is None:
            notes = sorted(self._notes, key=lambda one: one[0])
            found = [self._finding(position, answer) for position, answer in notes if answer.status is Status.FAILED]
        else:
            found = [one for one in self.findings if one.status is Status.FAILED]
        return Findings([one for one in found if one.kind != "bonus"])

    @property
    def missing(self) -> Findings:
        """What keeps the verdict open: vetoes that are inconclusive, wait for a review, or raised an error."""
        if self._reviews or self._findings is not None:
            return Findings([one for one in self.findings if one.kind == "veto" and one.status in OPEN])
        program = self._program
        broken = program.fixed.items() if program.broken_veto else ()
        answers = sorted((*broken, *self._notes), key=lambda one: one[0])
        return Findings(
            [
                self._finding(position, answer)
                for position, answer in answers
                if answer.status in OPEN and position in program.vetoes
            ]
        )

    @property
    def not_checked(self) -> Findings:
        """Findings only a person can answer and nobody has."""
        return self.findings.with_status(Status.NOT_CHECKED)

    @property
    def counts(self) -> dict[Status, int]:
        """How many indicators have each status; all seven are there, and they add up to the indicators of the plan."""
        return dict(zip(Status, self.tally(), strict=True))

    def tally(self) -> tuple[int, ...]:
        """`counts` as plain numbers, in the order of `Status`; no finding is built for it where nobody reviewed anything."""
        if self._tally is None:
            if self._reviews:
                statuses = [one.status for one in self.findings]
                counts = [statuses.count(status) for status in Status]
            else:
                counts = list(self._program.fixed_counts)
                for _, answer in self._notes:
                    counts[_POSITION[answer.status]] += 1
                counts[_POSITION[Status.PASSED]] += len(self.plan.indicators) - sum(counts)
            self._tally = tuple(counts)
        return self._tally

    @classmethod
    def headings(cls) -> Sequence[Heading[Inspection]]:
        """Columns of an inspection in a table."""
        from govmedia_rules.judge.table import INSPECTION_HEADINGS

        return INSPECTION_HEADINGS

    @property
    def score(self) -> Score | None:
        """The points; None where the rulebook does not score such a subject.

        A subject that a veto stopped has none either, unless the rulebook gives such subjects a fixed score.
        """
        if self._score is not None:
            return self._score
        kind = self._program.profile.subject
        rule = self.plan.scoring.get(kind)
        if rule is None:
            return None
        if self._vetoed:
            self._score = veto_score_of(rule, self.subject)
        elif self.plan.scores(kind) and is_scored(rule, self.subject):
            subject = self.subject
            self._score = score_of(self.findings, rule, subject.has_services if isinstance(subject, Site) else True)
        return self._score

    @property
    def rulebook(self) -> RulebookRef:
        """By what rule it was judged."""
        covers = None if self.plan.complete else tuple(indicator.id for indicator in self.plan.indicators)
        return RulebookRef(self.plan.id, self.plan.version, self.plan.digest, covers)

    @property
    def resources(self) -> Mapping[str, str]:
        """Version and digest of the lexicons and calendars it was judged with, by id."""
        return self.plan.resources

    @property
    def reviews(self) -> tuple[Review, ...]:
        """All reviews given for the subject."""
        return tuple(one for mine in (self._reviews or {}).values() for one in mine)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """All waivers given for the subject, expired ones too."""
        return self._waivers

    def finding(self, indicator_id: str) -> Finding:
        """The finding of one indicator.

        Raises:
            KeyError: The plan has no such indicator.
        """
        for position, indicator in enumerate(self.plan.indicators):
            if indicator.id == indicator_id:
                return self.findings[position]
        raise KeyError(indicator_id)

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready copy; `Inspection.from_dict` reads it back with the plan. Plain passes are listed by id only."""
        told: list[dict[str, object]] = []
        passed: list[str] = []
        inapplicable: dict[str, list[str]] = {}
        for indicator, answer in zip(self.plan.indicators, self.judgements, strict=True):
            if answer.status is Status.PASSED and not answer.reason:
                passed.append(indicator.id)
            elif answer.status is Status.NOT_APPLICABLE:
                inapplicable.setdefault(answer.reason, []).append(indicator.id)
            else:
                told.append(dump_answer(indicator.id, answer))
        reference = self.rulebook
        return {
            "subject_kind": word_of(self.subject),
            "subject": self.subject.model_dump(mode="json", exclude_none=True),
            "observed_at": self.observed_at.isoformat(),
            "verdict": self.verdict.value,
            "score": self.score.to_dict() if self.score is not None else None,
            "rulebook": {"id": reference.id, "version": reference.version, "digest": reference.digest},
            "resources": dict(self.resources),
            "covers": list(reference.covers) if reference.covers is not None else None,
            "findings": told,
            "passed": passed,
            "not_applicable": inapplicable,
            "marks": [mark.model_dump() for mark in self._marks],
            "reviews": [one.model_dump(mode="json", exclude_none=True) for one in self.reviews],
            "waivers": [one.model_dump(mode="json") for one in self._waivers],
            "problems": [one.id for one in self.problems],
            "problems_zh": [one.message("zh") for one in self.problems],
        }

    def to_json(self) -> str:
        """One line of JSON; see `to_dict`."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], plan: Plan) -> Inspection:
        """Reads what `to_dict` wrote.

        Args:
            data: The dictionary.
            plan: The plan it was judged by.

        Raises:
            ObservationError: The plan is another one, or something is missing.
        """
        digest = data.get("rulebook", {}).get("digest")
        if digest != plan.digest:
            raise ObservationError(f"the inspection was made by the plan {digest}, not by {plan.digest}")
        kind: SubjectWord = data["subject_kind"]
        subject = SUBJECT_MODELS[kind].model_validate(data["subject"])
        positions = {indicator.id: position for position, indicator in enumerate(plan.indicators)}
        fixed: dict[int, CheckResult] = {}
        for reason, ids in data["not_applicable"].items():
            fixed |= {positions[name]: CheckResult(Status.NOT_APPLICABLE, reason) for name in ids}
        notes = tuple((positions[one["indicator"]], load_answer(one)) for one in data["findings"])
        vetoes = frozenset(position for position, one in enumerate(plan.indicators) if one.kind == "veto" and position not in fixed)
        reviews: dict[str, tuple[Review, ...]] = {}
        for one in map(Review.model_validate, data["reviews"]):
            reviews[one.indicator] = (*reviews.get(one.indicator, ()), one)
        statuses = [answer.status for position, answer in notes if position in vetoes]
        score = data.get("score")
        passes = score["passes"] if score is not None else True
        program = Program(Profile(kind), (), fixed, vetoes, False, decides=bool(vetoes) or score is not None)
        vetoed, undecided = Status.FAILED in statuses, program.starts_open or any(status in OPEN for status in statuses)
        return cls(
            plan,
            Outcome(program, notes, vetoed, undecided, passes),
            subject,
            datetime.fromisoformat(data["observed_at"]),
            tuple(Mark.model_validate(mark) for mark in data["marks"]),
            reviews,
            tuple(Waiver.model_validate(one) for one in data["waivers"]),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inspection) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.subject.id, self.observed_at, self.plan.digest))

    def __repr__(self) -> str:
        problems = "、".join(one.phrase for one in self.problems[:3])
        told = f": {problems}" if problems else ""
        return f"<{self.verdict.zh} {self.subject.name} ({self.subject.id}){told}>"

    def _repr_html_(self) -> str:
        covers = "" if self.plan.complete else display.badge(f"只检查了 {len(self.plan.indicators)} 项指标", "open")
        head = (
            f"<b>{display.text(self.subject.name, 100)}</b> {display.badge(self.verdict.zh, VERDICT_TONES[self.verdict])} {covers}"
        )
        score = self.score
        points = "" if score is None else f"<div>{_shown_score(score)}</div>"
        told = f"{self.subject.id} · 监测时间点 {self.observed_at:%Y-%m-%d %H:%M %z} · {self.plan.version} {self.plan.digest[:12]}"
        counts = {status.zh: count for status, count in self.counts.items() if count}
        shares = display.shares(counts, {status.zh: tone for status, tone in TONES.items()})
        problems, missing = self.problems, self.missing
        found = problems.shown_table(subjects=False)
        still_open = ""
        if missing:
            still_open = display.fold(f"未定的单项否决指标 {len(missing)} 项", missing.shown_table(subjects=False))
        return display.frame(head, f"<div>{display.quiet(display.text(told))}</div>", points, shares, found, still_open)


VERDICT_TONES: Mapping[Verdict, display.Tone] = {
    Verdict.QUALIFIED: "good",
    Verdict.UNQUALIFIED: "bad",
    Verdict.UNDETERMINED: "open",
}
"""How a notebook colours each verdict."""


def _shown_score(score: Score) -> str:
    sums = [display.text(line, 200) for line in score.lines()]
    body = "<br>".join(sums[: display.MAX_ROWS])
    return display.fold(f"得分 <b>{display.text(score)}</b>", body)
