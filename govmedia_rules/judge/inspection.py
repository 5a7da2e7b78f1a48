"""The result for one subject: findings, verdict, and by which rules (单个对象的检查结果)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from govmedia_rules.checks.contract import CheckResult, CheckSpec, Status
from govmedia_rules.core import display
from govmedia_rules.errors import ObservationError
from govmedia_rules.judge.engine import OPEN, PlanResult, compile_plan, profile_of
from govmedia_rules.judge.finding import TONES, Finding, Findings
from govmedia_rules.judge.packing import dump_answer, load_answer
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.score import Score, score_of, veto_score_of
from govmedia_rules.rules.model import Plan, SubjectWord
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.models import Account, AnySubject, Site, Supervisor
from govmedia_rules.tables.columns import Cell, Heading, Row


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
    """A subject as a worker sends it back: JSON that is parsed on first use."""

    kind: SubjectWord
    json: bytes

    def open(self) -> AnySubject:
        """Parse the subject."""
        return SUBJECT_MODELS[self.kind].model_validate_json(self.json)


SUBJECT_MODELS: Mapping[str, type[AnySubject]] = {"site": Site, "account": Account, "supervisor": Supervisor}
"""Models of subjects by the word rulebooks use for them."""


def word_of(subject: AnySubject) -> SubjectWord:
    """Return the word rulebooks use for a subject: `site`, `account` or `supervisor`."""
    return "site" if isinstance(subject, Site) else "account" if isinstance(subject, Account) else "supervisor"


class Inspection(Row):
    """The result of one snapshot of one subject under one rulebook. Findings are built on first use.

    Also a mapping of its table columns, so a frame takes it as a row; `InspectionTable` holds many.

    Example:
        ```python
        import govmedia_rules as gr

        account = gr.Account(name="某县发布", platform="weibo")
        snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        inspection = gr.load_rulebook("national-2019").inspect(snapshot)
        assert inspection.verdict.zh == "不合格"
        assert [finding.id for finding in inspection.problems] == ["media.veto.stale"]
        ```

    Attributes:
        observed_at: The monitoring point.
        verdict: 合格, 不合格 or 待定.
        plan: The plan it was judged by.
    """

    __slots__ = (
        "_findings",
        "_marks",
        "_non_passing",
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
        result: PlanResult,
        subject: AnySubject | PackedSubject,
        observed_at: datetime,
        marks: tuple[Mark, ...] = (),
        reviews: Mapping[str, tuple[Review, ...]] | None = None,
        waivers: tuple[Waiver, ...] = (),
    ) -> None:
        self.plan = plan
        self._subject = subject
        self.observed_at = observed_at
        self._program = result.program
        self._non_passing = result.non_passing
        self._marks = marks
        self._reviews = reviews
        self._waivers = waivers
        self._findings: Findings | None = None
        self._tally: tuple[int, ...] | None = None
        self._score: Score | None = None
        self._vetoed, undecided = result.vetoed, result.undecided
        if reviews or waivers:
            vetoes = [finding for finding in self.findings if finding.kind == "veto"]
            self._vetoed = any(finding.status is Status.FAILED and not finding.is_waived for finding in vetoes)
            undecided = any(finding.status in OPEN for finding in vetoes) or not result.program.decides
        self.verdict = Verdict.UNDETERMINED if undecided else Verdict.QUALIFIED
        if self._vetoed:
            self.verdict = Verdict.UNQUALIFIED
        else:
            passes = result.passes
            if (reviews or waivers) and result.program.tariffs:
                passes = score_of(self.findings, result.program.tariffs).passes
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
        return self._program.expand(self._non_passing, len(self.plan.indicators))

    @property
    def findings(self) -> Findings:
        """One finding for each indicator of the plan, in its order."""
        if self._findings is None:
            self._findings = Findings([self._finding(position, answer) for position, answer in enumerate(self.judgements)])
        return self._findings

    def _finding(self, position: int, answer: CheckResult) -> Finding:
        indicator = self.plan.indicators[position]
        day = self.observed_at.date()
        waiver = next((each for each in self._waivers if indicator.id in each.indicators and each.holds_on(day)), None)
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
            answers = sorted(self._non_passing, key=itemgetter(0))
            failed = [self._finding(position, answer) for position, answer in answers if answer.status is Status.FAILED]
        else:
            failed = list(self.findings.with_status(Status.FAILED))
        return Findings([finding for finding in failed if finding.kind != "bonus"])

    @property
    def missing(self) -> Findings:
        """What keeps the verdict open.

        Vetoes that are inconclusive, wait for a review, or raised an error; of a subject that is closing, closed or offline, the
        vetoes that are not asked; and where the points do not decide, the deductions behind that.
        """
        missing = self._open_vetoes()
        if self.verdict is not Verdict.UNDETERMINED:
            return missing
        if self._program.profile.stage is not None:
            reason = f"subject_{self._program.profile.stage}"
            unasked = [finding for finding in self.findings if finding.kind == "veto" and finding.judgement.reason == reason]
            return Findings([*missing, *unasked])
        return Findings([*missing, *self._undecided_points()])

    def _undecided_points(self) -> list[Finding]:
        """Return the deductions that keep the pass mark undecided; [] where it is decided."""
        tariffs = self._program.tariffs
        if not tariffs or score_of(self.findings, tariffs).passes is not None:
            return []
        deductions = [self.findings[position] for position in dict.fromkeys(chain.from_iterable(each.prices for each in tariffs))]
        undecided = [finding for finding in deductions if finding.status in OPEN or finding.judgement.possible]
        # Where every fault is certain, whether or how much they count is not: the level, the service duties or a price.
        return undecided or [finding for finding in deductions if finding.status is Status.FAILED]

    def _open_vetoes(self) -> Findings:
        if self._reviews or self._findings is not None:
            return Findings([finding for finding in self.findings if finding.kind == "veto" and finding.status in OPEN])
        program = self._program
        unloaded = program.fixed.items() if program.unloaded_veto else ()
        answers = sorted((*unloaded, *self._non_passing), key=itemgetter(0))
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
        """Return `counts` as plain numbers in the order of `Status`, without building findings where there are no reviews."""
        if self._tally is None:
            if self._reviews:
                statuses = [finding.status for finding in self.findings]
                counts = [statuses.count(status) for status in Status]
            else:
                counts = list(self._program.fixed_counts)
                for _, answer in self._non_passing:
                    counts[_POSITION[answer.status]] += 1
                counts[_POSITION[Status.PASSED]] += len(self.plan.indicators) - sum(counts)
            self._tally = tuple(counts)
        return self._tally

    @classmethod
    def headings(cls) -> Sequence[Heading[Inspection]]:
        """Columns of an inspection in a table."""
        return INSPECTION_HEADINGS

    @property
    def score(self) -> Score | None:
        """The points; None where the rulebook does not score such a subject.

        A subject that a veto stopped has none either, unless the rulebook gives such subjects a fixed score.
        """
        if self._score is not None:
            return self._score
        rule = self.plan.scoring.get(self._program.profile.subject)
        if self._vetoed and rule is not None:
            self._score = veto_score_of(rule, word_of(self.subject), self.subject.level)
        elif self._program.is_scored and not self._vetoed:
            self._score = score_of(self.findings, self._program.tariffs)
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
        return tuple(chain.from_iterable((self._reviews or {}).values()))

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """All waivers given for the subject, expired ones too."""
        return self._waivers

    def finding(self, indicator_id: str) -> Finding:
        """Return the finding of one indicator.

        Raises:
            KeyError: The plan has no such indicator.
        """
        for position, indicator in enumerate(self.plan.indicators):
            if indicator.id == indicator_id:
                return self.findings[position]
        raise KeyError(indicator_id)

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-ready copy; `Inspection.from_dict` reads it back with the plan. Plain passes are listed by id only."""
        findings: list[dict[str, object]] = []
        passed: list[str] = []
        inapplicable: dict[str, list[str]] = {}
        for indicator, answer in zip(self.plan.indicators, self.judgements, strict=True):
            if answer.status is Status.PASSED and not answer.reason:
                passed.append(indicator.id)
            elif answer.status is Status.NOT_APPLICABLE:
                inapplicable.setdefault(answer.reason, []).append(indicator.id)
            else:
                findings.append(dump_answer(indicator.id, answer))
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
            "findings": findings,
            "passed": passed,
            "not_applicable": inapplicable,
            "marks": [mark.model_dump() for mark in self._marks],
            "reviews": [review.model_dump(mode="json", exclude_none=True) for review in self.reviews],
            "waivers": [waiver.model_dump(mode="json") for waiver in self._waivers],
            "problems": [finding.id for finding in self.problems],
            "problems_zh": [finding.message("zh") for finding in self.problems],
        }

    def to_json(self) -> str:
        """Return one line of JSON; see `to_dict`."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], plan: Plan) -> Inspection:
        """Read what `to_dict` wrote.

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
        stages = {reason.removeprefix("subject_") for reason in data["not_applicable"]} & {"closing", "closed", "offline"}
        program = compile_plan(plan, profile_of(subject, next(iter(stages), None)))
        fixed: dict[int, CheckResult] = {}
        for reason, ids in data["not_applicable"].items():
            fixed |= {positions[name]: CheckResult(Status.NOT_APPLICABLE, reason) for name in ids}
        non_passing = tuple((positions[finding["indicator"]], load_answer(finding)) for finding in data["findings"])
        reviews: dict[str, tuple[Review, ...]] = {}
        for review in map(Review.model_validate, data["reviews"]):
            reviews[review.indicator] = (*reviews.get(review.indicator, ()), review)
        statuses = [answer.status for position, answer in non_passing if position in program.vetoes]
        program = replace(program, fixed=fixed)
        undecided = program.starts_open or any(status in OPEN for status in statuses)
        return cls(
            plan,
            PlanResult(program, non_passing, Status.FAILED in statuses, undecided, program.passes(non_passing)),
            subject,
            datetime.fromisoformat(data["observed_at"]),
            tuple(Mark.model_validate(mark) for mark in data["marks"]),
            reviews,
            tuple(map(Waiver.model_validate, data["waivers"])),
        )

    def with_reviews(self, reviews: Iterable[Review]) -> Inspection:
        """Return the inspection with further reviews, given after those it has; what the machine answered stays."""
        merged = dict(self._reviews or {})
        for review in reviews:
            merged[review.indicator] = (*merged.get(review.indicator, ()), review)
        statuses = [answer.status for position, answer in self._non_passing if position in self._program.vetoes]
        undecided = self._program.starts_open or any(status in OPEN for status in statuses)
        passes = True if self.score is None else self.score.passes
        result = PlanResult(self._program, self._non_passing, Status.FAILED in statuses, undecided, passes)
        return Inspection(self.plan, result, self._subject, self.observed_at, self._marks, merged, self._waivers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inspection) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.subject.id, self.observed_at, self.plan.digest))

    def __repr__(self) -> str:
        problems = "、".join(finding.phrase for finding in self.problems[:3])
        return f"<{self.verdict.zh} {self.subject.name} ({self.subject.id}){problems and ': '}{problems}>"

    def _repr_html_(self) -> str:
        covers = "" if self.plan.complete else display.badge(f"只检查了 {len(self.plan.indicators)} 项指标", "open")
        head = (
            f"<b>{display.text(self.subject.name, 100)}</b> {display.badge(self.verdict.zh, VERDICT_TONES[self.verdict])} {covers}"
        )
        score = self.score
        points = "" if score is None else f"<div>{_shown_score(score)}</div>"
        basis = f"{self.subject.id} · 监测时间点 {self.observed_at:%Y-%m-%d %H:%M %z} · {self.plan.version} {self.plan.digest[:12]}"
        counts = {status.zh: count for status, count in self.counts.items() if count}
        shares = display.shares(counts, {status.zh: tone for status, tone in TONES.items()})
        problems, missing = self.problems, self.missing
        failed = problems.shown_table(subjects=False)
        undecided = ""
        if missing:
            undecided = display.fold(f"未定的单项否决指标 {len(missing)} 项", missing.shown_table(subjects=False))
        return display.frame(head, f"<div>{display.quiet(display.text(basis))}</div>", points, shares, failed, undecided)


def joined_ids(findings: Iterable[Finding]) -> str | None:
    """Return ids of indicators, separated by `;`, which occurs in no id; None when there are none."""
    return ";".join(finding.id for finding in findings) or None


def joined_messages(findings: Iterable[Finding], lang: str = "zh") -> str | None:
    """Return the findings as sentences in one text; None when there are none."""
    return ("；" if lang == "zh" else "; ").join(finding.message(lang) for finding in findings) or None


_FAILED = list(Status).index(Status.FAILED)
_OPEN = [position for position, status in enumerate(Status) if status in OPEN]


def problem_ids(inspection: Inspection) -> str | None:
    """Return ids of the failed indicators, joined; None when there are none."""
    return joined_ids(inspection.problems) if inspection.tally()[_FAILED] else None


def reasons(inspection: Inspection, lang: str = "zh") -> str | None:
    """Return the problems as sentences in one text; None when there are none."""
    return joined_messages(inspection.problems, lang) if inspection.tally()[_FAILED] else None


def missing_ids(inspection: Inspection) -> str | None:
    """Return ids of the vetoes that keep the verdict open, joined; None when there are none."""
    tally = inspection.tally()
    for position in _OPEN:
        if tally[position]:
            return joined_ids(inspection.missing)
    return None


def _platform(inspection: Inspection) -> Cell:
    subject = inspection.subject
    return subject.platform if isinstance(subject, Account) else None


def _waived(inspection: Inspection) -> Cell:
    return sum(finding.is_waived for finding in inspection.problems) if inspection.waivers else 0


def _status(status: Status, title: str) -> Heading[Inspection]:
    position = list(Status).index(status)
    return Heading(status.value, "integer", title, lambda inspection: inspection.tally()[position])


SUBJECT_HEADINGS: tuple[Heading[Inspection], ...] = (
    Heading("subject_kind", "text", "对象类别代码", lambda inspection: word_of(inspection.subject)),
    Heading("subject_id", "text", "对象标识", lambda inspection: inspection.subject.id),
    Heading("subject_name", "text", "对象名称", lambda inspection: inspection.subject.name),
    Heading("level", "text", "层级代码", lambda inspection: inspection.subject.level),
    Heading("platform", "text", "平台代码", _platform),
    Heading("area", "text", "所属地方或部门", lambda inspection: inspection.subject.area),
    Heading("division", "text", "行政区划代码", lambda inspection: inspection.subject.division),
    Heading("owner", "text", "主办单位", lambda inspection: inspection.subject.owner),
    Heading("observed_at", "instant", "监测时间点", lambda inspection: inspection.observed_at),
)
RESULT_HEADINGS: tuple[Heading[Inspection], ...] = (
    Heading("verdict", "text", "判定代码", lambda inspection: inspection.verdict.value),
    Heading("verdict_zh", "text", "判定", lambda inspection: inspection.verdict.zh),
    Heading("score_low", "decimal", "得分下限", lambda inspection: _score(inspection, "low")),
    Heading("score_high", "decimal", "得分上限", lambda inspection: _score(inspection, "high")),
    Heading("problem_ids", "text", "问题指标编号", problem_ids),
    Heading("reasons", "text", "存在的突出问题", reasons),
    Heading("missing_ids", "text", "未定指标编号", missing_ids),
    _status(Status.PASSED, "通过项数"),
    _status(Status.FAILED, "不通过项数"),
    _status(Status.NOT_APPLICABLE, "不适用项数"),
    _status(Status.INCONCLUSIVE, "数据不足项数"),
    _status(Status.NEEDS_REVIEW, "待复核项数"),
    _status(Status.NOT_CHECKED, "未检查项数"),
    _status(Status.ERROR, "检查出错项数"),
    Heading("waived", "integer", "已豁免项数", _waived),
    Heading("rulebook", "text", "指标体系", lambda inspection: inspection.plan.version),
    Heading("digest", "text", "规则摘要", lambda inspection: inspection.plan.digest),
    Heading("complete", "boolean", "全部指标", lambda inspection: inspection.plan.complete),
)
INSPECTION_HEADINGS = SUBJECT_HEADINGS + RESULT_HEADINGS
"""Columns of an inspection in a table."""


def _score(inspection: Inspection, bound: str) -> Cell:
    score = inspection.score
    return None if score is None else getattr(score, bound)


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
