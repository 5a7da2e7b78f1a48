"""The result for one subject: findings, verdict, and by which rules (单个对象的检查结果)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from govmedia_rules.checks.contract import CheckResult, CheckSpec, Status
from govmedia_rules.core import display
from govmedia_rules.errors import ArgumentError, ObservationError, UnknownIndicator, choices, choices_zh, kind_text, kind_text_zh
from govmedia_rules.judge.engine import OPEN, NonPassing, PlanResult, Program, compile_plan, profile_of
from govmedia_rules.judge.finding import TONES, Finding, Findings
from govmedia_rules.judge.old_basis import warn_of_old_layers
from govmedia_rules.judge.opinions import NOTHING, Given, Opinions, remembered_reviews
from govmedia_rules.judge.reviews import Refusal, Review, Waiver, in_order
from govmedia_rules.judge.score import Score, score_of, stored_score, veto_score_of
from govmedia_rules.judge.stored import (
    FORMAT,
    SUBJECT_MODELS,
    InspectionRecord,
    ScoreRecord,
    StoredPlan,
    content_digest,
    read_record,
)
from govmedia_rules.rules.model import Indicator, Plan, SubjectWord
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.snapshots.stage import Stage
from govmedia_rules.subjects.models import Account, AnySubject, Site
from govmedia_rules.tables.columns import Cell, Heading, Row


class Verdict(StrEnum):
    """The judgement of a subject.

    Example:
        >>> [(verdict.value, verdict.zh) for verdict in Verdict]
        [('qualified', '合格'), ('unqualified', '不合格'), ('undetermined', '待定')]
    """

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
    """The rulebook of an inspection: id, versions, digest.

    Attributes:
        id: Id of the topmost layer.
        version: Versions of all layers.
        digest: Digest of the resolved plan.
        covers: Ids of the indicators asked, when they are a selection; None when all of the rulebook's were.
        books: Releases of rulebooks its layers came with; "" where they are a caller's own, or where it was not stored.
    """

    id: str
    version: str
    digest: str
    covers: tuple[str, ...] | None
    books: str = ""


class PackedSubject(NamedTuple):
    """A subject as a worker sends it back: JSON that is parsed on first use."""

    kind: SubjectWord
    json: bytes

    def open(self) -> AnySubject:
        """Parse the subject."""
        return SUBJECT_MODELS[self.kind].model_validate_json(self.json)


def word_of(subject: AnySubject) -> SubjectWord:
    """Return the word rulebooks use for a subject: `site`, `account` or `supervisor`."""
    return "site" if isinstance(subject, Site) else "account" if isinstance(subject, Account) else "supervisor"


_set = object.__setattr__


def _verdict(vetoed: bool, undecided: bool, passes: bool | None) -> Verdict:
    """Return the verdict: a failed veto or a missed pass mark decides; anything open otherwise leaves it open."""
    if vetoed or passes is False:
        return Verdict.UNQUALIFIED
    return Verdict.UNDETERMINED if undecided or passes is None else Verdict.QUALIFIED


def _given(record: InspectionRecord, plan: Plan, result: PlanResult) -> Given:
    """Return the reviews of a stored inspection by indicator: all of them were applied when it was written."""
    reviews: dict[str, tuple[Review, ...]] = {}
    by_passage: dict[str, list[Review]] = {}
    for review in record.reviews:
        if review.passage is not None:
            by_passage.setdefault(review.passage, []).append(review)
        else:
            indicator = plan.by_id.get(review.indicator) or plan.by_alias.get(review.indicator)
            name = review.indicator if indicator is None else indicator.id
            reviews[name] = (*reviews.get(name, ()), review)
    for name, remembered in remembered_reviews(plan, result, by_passage).items():
        reviews[name] = in_order((*reviews.get(name, ()), *remembered))
    return Given(reviews, record.waivers)


class Inspection(Row):
    """The result of one snapshot of one subject under one rulebook. Findings are built on first use.

    Also a mapping of its table columns, so a frame takes it as a row; `InspectionTable` holds many.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> inspection = gr.load_rulebook("national-2019").inspect(snapshot)
        >>> inspection.verdict.zh, [finding.id for finding in inspection.problems]
        ('不合格', ['media.veto.stale'])
        >>> gr.Inspection.from_dict(inspection.to_dict()).verdict.zh
        '不合格'

    Attributes:
        observed_at: The monitoring point.
        verdict: 合格, 不合格 or 待定.
        plan: The plan it was judged by.
        refused_reviews: Reviews and waivers of the subject that were not applied, each with the reason and its line.
    """

    __slots__ = (
        "_findings",
        "_marks",
        "_non_passing",
        "_passes",
        "_program",
        "_reviews",
        "_score",
        "_stored",
        "_subject",
        "_tally",
        "_vetoed",
        "_waivers",
        "observed_at",
        "plan",
        "refused_reviews",
        "verdict",
    )
    observed_at: datetime
    plan: Plan
    refused_reviews: tuple[Refusal, ...]
    verdict: Verdict
    _subject: AnySubject | PackedSubject
    _program: Program
    _non_passing: NonPassing
    _marks: tuple[Mark, ...]
    _reviews: Mapping[str, tuple[Review, ...]]
    _waivers: tuple[Waiver, ...]
    _stored: InspectionRecord | None
    _findings: Findings | None
    _tally: tuple[int, ...] | None
    _score: Score | None
    _passes: bool | None
    _vetoed: bool

    def __init__(
        self,
        plan: Plan,
        result: PlanResult,
        subject: AnySubject | PackedSubject,
        observed_at: datetime,
        marks: tuple[Mark, ...] = (),
        given: Given = NOTHING,
        stored: InspectionRecord | None = None,
    ) -> None:
        if stored is None:
            warn_of_old_layers(plan, observed_at.date())
        values = {
            "plan": plan,
            "observed_at": observed_at,
            "refused_reviews": given.refused,
            "_subject": subject,
            "_program": result.program,
            "_non_passing": result.non_passing,
            "_marks": marks,
            "_reviews": given.reviews,
            "_waivers": given.waivers,
            "_stored": stored,
            "_findings": None,
            "_tally": None,
            "_score": None,
            "_passes": result.passes,
            "_vetoed": result.vetoed,
        }
        for name, value in values.items():
            _set(self, name, value)
        undecided = result.undecided
        if given.reviews or given.waivers:
            vetoes = [finding for finding in self.findings if finding.kind == "veto"]
            _set(self, "_vetoed", any(finding.status is Status.FAILED and not finding.is_waived for finding in vetoes))
            undecided = any(finding.status in OPEN for finding in vetoes) or not result.program.decides
            if not self._vetoed and result.program.tariffs:
                _set(self, "_passes", score_of(self.findings, result.program.tariffs).passes)
        _set(self, "verdict", _verdict(self._vetoed, undecided, self._passes))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an inspection cannot be changed: {name}; inspect again, or add reviews by with_reviews")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an inspection cannot be changed: {name}")

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        for name, value in state.items():
            _set(self, name, value)

    @property
    def statuses(self) -> list[Status]:
        """The status of each indicator of the plan, in its order; reviews count. No finding is built where none was given."""
        if self._reviews or self._findings is not None:
            return [finding.status for finding in self.findings]
        return [answer.status for answer in self.judgements]

    @property
    def is_as_stored(self) -> bool:
        """Whether it was read from a file without its original rulebook at hand.

        Titles, sentences and score are then those that were stored with it, and it cannot be scored again.
        """
        return isinstance(self.plan, StoredPlan)

    def with_reviews(self, reviews: Iterable[Review]) -> Inspection:
        """Return the inspection with further reviews added to those it has.

        Args:
            reviews: Reviews of any subject; those that belong to this observation are applied, see `Review`.

        Raises:
            ObservationError: The score would change, and the inspection was read without its rulebook.
        """
        opinions = Opinions(self.plan, [*self.reviews, *reviews], self._waivers)
        result = self._of_machine()
        given = opinions.of(self.subject, self.observed_at, result)
        if self.is_as_stored and any(self.plan.by_id[name].kind in ("deduction", "bonus") for name in given.reviews):
            digest = self.plan.digest
            raise ObservationError(
                "a review would change the score",
                hint=f"read the inspection with the rulebook {digest}",
                zh="有一条复核会改变得分",
                hint_zh=f"请用 {digest} 的指标体系读这份检查结果",
            )
        return Inspection(self.plan, result, self.subject, self.observed_at, self._marks, given, self._stored)

    def with_opinions(self, opinions: Opinions) -> Inspection:
        """Return the inspection with these reviews and waivers instead of those it has."""
        result = self._of_machine()
        given = opinions.of(self.subject, self.observed_at, result)
        return Inspection(self.plan, result, self.subject, self.observed_at, self._marks, given, self._stored)

    def _of_machine(self) -> PlanResult:
        """Return the plan's result before any review or waiver."""
        result = self._program.result_of(self._non_passing)
        return result if self._program.tariffs else result._replace(passes=self._passes)

    @property
    def subject(self) -> AnySubject:
        """The site, account or supervising office."""
        subject = self._subject
        if isinstance(subject, PackedSubject):
            subject = subject.open()
            _set(self, "_subject", subject)
        return subject

    @property
    def judgements(self) -> list[CheckResult]:
        """The machine's answer for each indicator of the plan, in its order."""
        return self._program.expand(self._non_passing, len(self.plan.indicators))

    @property
    def findings(self) -> Findings:
        """One finding for each indicator of the plan, in its order."""
        findings = self._findings
        if findings is None:
            findings = Findings([self._finding(position, answer) for position, answer in enumerate(self.judgements)])
            _set(self, "_findings", findings)
        return findings

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
            self._reviews.get(indicator.id, ()),
            waiver,
            self._assumed(indicator),
            self.plan.sentences.get(indicator.id) if isinstance(self.plan, StoredPlan) else None,
        )

    def _assumed(self, indicator: Indicator) -> tuple[str, ...]:
        """Return the parts the check reads that were not observed: stated by a document, or assumed."""
        check = indicator.check
        if self._stored is not None and self.is_as_stored:
            return self._stored.assumed.get(indicator.id, ())
        if not self._marks or check is None or check not in self.plan.functions:
            return ()
        needed = {part for parts in CheckSpec.of(self.plan.functions[check]).needs for part in parts}
        return tuple(
            dict.fromkeys(
                mark.field for mark in self._marks if mark.basis in ("stated", "assumed") and mark.field.split(".")[0] in needed
            )
        )

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
        """Findings that keep the verdict undetermined.

        Vetoes that are inconclusive, wait for a review, or raised an error; of a subject that is closing, closed or offline, the
        vetoes that are not asked; and where the points do not decide, the deductions behind that.
        """
        stored = self._stored
        if isinstance(self.plan, StoredPlan) and stored is not None and stored.missing is not None:
            gone = [finding for finding in self._open_vetoes() if finding.id not in stored.missing]
            still = (self.finding(name) for name in stored.missing)
            return Findings([*gone, *(finding for finding in still if not finding.reviews or finding.status in OPEN)])
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
        """Findings that need a person's answer and have none."""
        return self.findings.with_status(Status.NOT_CHECKED)

    @property
    def counts(self) -> dict[Status, int]:
        """Number of indicators by status; all seven are there, and they add up to the indicators of the plan."""
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
            _set(self, "_tally", tuple(counts))
        assert self._tally is not None
        return self._tally

    @classmethod
    def headings(cls) -> Sequence[Heading[Inspection]]:
        """Return the columns of an inspection in a table."""
        return INSPECTION_HEADINGS

    @property
    def score(self) -> Score | None:
        """The points; None where the rulebook does not score such a subject.

        A subject that a veto stopped has none either, unless the rulebook gives such subjects a fixed score.
        """
        if self._score is None:
            _set(self, "_score", self._added_up())
        return self._score

    def _added_up(self) -> Score | None:
        if isinstance(self.plan, StoredPlan):
            record = self._stored.score if self._stored is not None else None
            vetoed = self._stored is not None and self._vetoed and self._stored.verdict != "unqualified"
            return None if record is None or vetoed else stored_score(record)
        rule = self.plan.scoring.get(self._program.profile.subject)
        if self._vetoed and rule is not None:
            return veto_score_of(rule, word_of(self.subject), self.subject.level)
        if self._program.is_scored and not self._vetoed:
            return score_of(self.findings, self._program.tariffs)
        return None

    @property
    def rulebook(self) -> RulebookRef:
        """By what rule it was judged."""
        covers = None if self.plan.complete else tuple(indicator.id for indicator in self.plan.indicators)
        # A stored inspection was judged with the books it names, whichever of the same digest are at hand now.
        books = self.plan.books if self._stored is None else self._stored.rulebook.books
        return RulebookRef(self.plan.id, self.plan.version, self.plan.digest, covers, books)

    @property
    def resources(self) -> Mapping[str, str]:
        """Version and digest of the lexicons and calendars it was judged with, by id."""
        return self.plan.resources

    @property
    def reviews(self) -> tuple[Review, ...]:
        """All reviews given for the subject."""
        reviews: list[Review] = []
        for review in chain.from_iterable(self._reviews.values()):
            if review not in reviews:  # one decision about a passage may answer several indicators
                reviews.append(review)
        return tuple(reviews)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """All waivers given for the subject, expired ones too."""
        return self._waivers

    def finding(self, indicator_id: str) -> Finding:
        """Return the finding of one indicator.

        Raises:
            UnknownIndicator: The plan has no such indicator; it is a KeyError too.
        """
        for position, indicator in enumerate(self.plan.indicators):
            if indicator.id == indicator_id:
                return self.findings[position]
        names = [indicator.id for indicator in self.plan.indicators]
        what, zh = f"no finding is about {indicator_id!r}", f"没有指标 {indicator_id!r} 的结论"
        raise UnknownIndicator(what, None, choices(indicator_id, names), zh, choices_zh(indicator_id, names))

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-ready copy that `Inspection.from_dict` reads back; `docs/reference/inspection.schema.json` describes it.

        Plain passes are listed by id only.
        """
        findings: list[dict[str, object]] = []
        passed: list[str] = []
        inapplicable: dict[str, list[str]] = {}
        assumed: dict[str, list[str]] = {}
        for finding in self.findings:
            answer = finding.judgement
            if finding.assumed:
                assumed[finding.id] = list(finding.assumed)
            if answer.status is Status.PASSED and not answer.reason:
                passed.append(finding.id)
            elif answer.status is Status.NOT_APPLICABLE:
                inapplicable.setdefault(answer.reason, []).append(finding.id)
            else:
                findings.append(finding.to_record())
        closed = {name for names in inapplicable.values() for name in names}
        reference = self.rulebook
        data: dict[str, object] = {
            "schema_version": FORMAT,
            "subject_kind": word_of(self.subject),
            "subject": self.subject.model_dump(mode="json", exclude_none=True),
            "observed_at": self.observed_at.isoformat(),
            "verdict": self.verdict.value,
            "score": self.score.to_dict() if self.score is not None else None,
            "passes": self._passes,
            "decides": self._program.decides,
            "rulebook": {
                "id": reference.id,
                "title": self.plan.title,
                "version": reference.version,
                "digest": reference.digest,
                "books": reference.books,
            },
            "resources": dict(self.resources),
            "covers": list(reference.covers) if reference.covers is not None else None,
            "plan": [
                [indicator.id, indicator.kind] if indicator.id in closed else [indicator.id, indicator.kind, indicator.title]
                for indicator in self.plan.indicators
            ],
            "findings": findings,
            "passed": passed,
            "not_applicable": inapplicable,
            "marks": [mark.model_dump() for mark in self._marks],
            "assumed": assumed,
            "reviews": [review.model_dump(mode="json", exclude_none=True) for review in self.reviews],
            "waivers": [waiver.model_dump(mode="json") for waiver in self._waivers],
            "problems": [finding.id for finding in self.problems],
            "problems_zh": [finding.message("zh") for finding in self.problems],
            "missing": [finding.id for finding in self.missing],
        }
        return {**data, "content_digest": content_digest(data)}

    def to_json(self) -> str:
        """Return one line of JSON; see `to_dict`."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_dict(cls, data: Mapping[str, object], plan: Plan | None = None) -> Inspection:
        """Read what `to_dict` wrote, in this or an earlier release.

        Args:
            data: The dictionary.
            plan: The plan it was judged by. With None, or with a plan of another digest, it is read as it was stored
                (`is_as_stored`). A file of release 0.1 (format 1) needs a plan of its rulebook, which tells kinds and titles.

        Raises:
            ArgumentError: `plan` is none.
            ObservationError: The format is not known, a key is missing, findings were taken out or added, the content was
                changed, or the verdict does not follow from the findings.
        """
        _check_plan(plan)
        covers = data.get("covers") if isinstance(data, Mapping) else None
        if plan is not None and plan.complete and isinstance(covers, list | tuple):
            plan = plan.select(tuple(indicator for indicator in plan.indicators if indicator.id in covers))
        record = read_record(data, plan)
        if plan is None or plan.digest != record.rulebook.digest or [entry[0] for entry in record.plan] != list(plan.by_id):
            plan = StoredPlan.of(record, plan)
        inspection = cls._of_record(record, plan)
        if inspection.verdict.value != record.verdict:
            text = f"the verdict {record.verdict} does not follow from the findings, which give {inspection.verdict.value}"
            zh = f"判定 {record.verdict} 与检查结论不符，由结论得出的是 {inspection.verdict.value}"
            raise ObservationError(text, hint="judge the snapshot again", zh=zh, hint_zh="请重新判定采样数据")
        if sorted(record.problems) != sorted(finding.id for finding in inspection.problems):
            raise ObservationError(
                "the list of problems does not follow from the findings",
                hint="judge the snapshot again",
                zh="问题清单与检查结论不符",
                hint_zh="请重新判定采样数据",
            )
        score = inspection.score
        if score is not None and record.score is not None and ScoreRecord.model_validate(score.to_dict()) != record.score:
            # The file says what was judged; a later release may add up differently.
            _set(inspection, "_score", stored_score(record.score))
        return inspection

    @classmethod
    def _of_record(cls, record: InspectionRecord, plan: Plan) -> Inspection:
        positions = {indicator.id: position for position, indicator in enumerate(plan.indicators)}
        stages = {reason.removeprefix("subject_") for reason in record.not_applicable} & set(get_args(Stage))
        program = compile_plan(plan, profile_of(record.subject, next(iter(stages), None)))  # type: ignore[arg-type]
        fixed = {
            positions[name]: CheckResult(Status.NOT_APPLICABLE, reason)
            for reason, names in record.not_applicable.items()
            for name in names
        }
        vetoes = {position for position, entry in enumerate(record.plan) if entry[1] == "veto"} - fixed.keys()
        tariffs = () if isinstance(plan, StoredPlan) else program.tariffs
        program = replace(
            program, fixed=fixed, vetoes=frozenset(vetoes), unloaded_veto=False, tariffs=tariffs, decides=record.decides
        )
        non_passing = tuple((positions[finding.indicator], finding.answer) for finding in record.findings)
        statuses = [answer.status for position, answer in non_passing if position in vetoes]
        undecided = not record.decides or any(status in OPEN for status in statuses)
        result = PlanResult(program, non_passing, Status.FAILED in statuses, undecided, record.passes)
        given = _given(record, plan, result)
        return cls(plan, result, record.subject, record.observed_at, record.marks, given, record)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def read(value: object) -> Inspection:
            if isinstance(value, Inspection):
                return value
            try:
                return cls.from_dict(value)  # type: ignore[arg-type]  # anything but a mapping is refused there
            except ObservationError as fault:
                raise ArgumentError(*fault.args) from None

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(cls.to_dict)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(InspectionRecord.__pydantic_core_schema__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inspection) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.subject.id, self.observed_at, self.plan.digest))

    def __repr__(self) -> str:
        problems = "、".join(finding.phrase for finding in self.problems[:3])
        return f"<{self.verdict.zh} {self.subject.name} ({self.subject.id}){problems and ': '}{problems}>"

    def _repr_html_(self) -> str:
        covers = "" if self.plan.complete else display.badge(f"只检查了 {len(self.plan.indicators)} 项指标", "open")
        if self.is_as_stored:
            covers += display.badge("按保存时的内容显示", "open")
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
            undecided = display.collapsible(f"未定的单项否决指标 {len(missing)} 项", missing.shown_table(subjects=False))
        return display.frame(head, f"<div>{display.quiet(display.text(basis))}</div>", points, shares, failed, undecided)


def joined_ids(findings: Iterable[Finding]) -> str | None:
    """Return ids of indicators, separated by `;`, which occurs in no id; None when there are none."""
    return ";".join(finding.id for finding in findings) or None


def joined_messages(findings: Iterable[Finding], lang: str = "zh") -> str | None:
    """Return the findings as sentences in one text; None when there are none."""
    return joined([finding.message(lang) for finding in findings], lang)


def joined(sentences: Iterable[str], lang: str) -> str | None:
    """Return sentences in one text; None when there are none."""
    return ("；" if lang == "zh" else "; ").join(sentences) or None


_FAILED = list(Status).index(Status.FAILED)
_OPEN = [position for position, status in enumerate(Status) if status in OPEN]


def problem_ids(inspection: Inspection) -> str | None:
    """Return ids of the failed indicators, joined; None when there are none."""
    return joined_ids(inspection.problems) if inspection.tally()[_FAILED] else None


def reasons(inspection: Inspection, lang: str = "zh") -> str | None:
    """Return the problems as sentences in one text; None when there are none."""
    return joined_messages(inspection.problems, lang) if inspection.tally()[_FAILED] else None


def missing_ids(inspection: Inspection) -> str | None:
    """Return ids of the indicators that keep the verdict open, joined; None when there are none."""
    tally = inspection.tally()
    if inspection.verdict is Verdict.UNDETERMINED or any(tally[position] for position in _OPEN):
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
    Heading("books", "text", "规则册发布", lambda inspection: inspection.rulebook.books or None),
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
    return display.collapsible(f"得分 <b>{display.text(score)}</b>", body)


def _check_plan(given: object) -> None:
    if given is not None and not isinstance(given, Plan):
        what, zh = f"this is no plan but {kind_text(given)}", f"这不是检查方案，而是{kind_text_zh(given)}"
        raise ArgumentError(what, None, "give the plan of a rulebook: load_rulebook(…).plan", zh, "请给出指标体系的 .plan")


def each_inspection(given: Iterable[Inspection]) -> Iterator[Inspection]:
    """Yield inspections as they come.

    Raises:
        ArgumentError: It is something else; says which function makes inspections of it.
    """
    if isinstance(given, str | os.PathLike | Mapping | Inspection) or not isinstance(given, Iterable):
        raise no_inspection(given)
    for each in given:
        if not isinstance(each, Inspection):
            raise no_inspection(each)
        yield each


def no_inspection(given: object) -> ArgumentError:
    """Return the error for an argument that holds no inspections, naming what makes them."""
    if isinstance(given, Inspection):
        takes = "[inspection]"
    elif isinstance(given, str | os.PathLike):
        takes = "book.inspect_files(path)"
    else:
        takes = "book.inspect_many(snapshots)"
    what, zh = f"these are no inspections but {kind_text(given)}", f"应为检查结果的列表，不是{kind_text_zh(given)}"
    return ArgumentError(what, None, f"use {takes}", zh, f"请用 {takes}")
