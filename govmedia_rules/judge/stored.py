"""The stored form of an inspection: the fields of its JSON, and their validation when it is read.

A file says which format it has, holds what the inspection says (sentences, titles, sources, the ids of the whole plan) and two
digests: of the plan and of its own content. Formats of earlier releases are read by migrating them step by step.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidationError, model_validator

from govmedia_rules.checks.contract import CheckResult
from govmedia_rules.core.faults import FaultText, fault_texts
from govmedia_rules.core.frozen import FrozenDict
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Instant
from govmedia_rules.errors import ObservationError
from govmedia_rules.judge.packing import load_answer
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.rules.model import AppliesTo, Grade, Indicator, IndicatorKind, LayerRef, MessageText, Plan, Source, SubjectWord
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.models import Account, Site, Supervisor

FORMAT = 2
"""Version of the format that is written."""

SUBJECT_MODELS: Mapping[str, type[Site | Account | Supervisor]] = {"site": Site, "account": Account, "supervisor": Supervisor}
"""Models of subjects by the word rulebooks use for them."""

VerdictWord = Literal["qualified", "unqualified", "undetermined"]
StoredStatus = Literal["passed", "failed", "inconclusive", "needs_review", "not_checked", "error"]
AnyStatus = StoredStatus | Literal["not_applicable"]


def _field(text: str) -> object:
    return Field(description=text)


class SourceRecord(Model):
    """The source of a rule."""

    document: Annotated[Name, _field("The document.")]
    clause: Annotated[Short | None, _field("Place in it; null when the whole document is meant.")] = None
    verified: Annotated[bool, _field("Whether the rule and all its values were seen in the source or in a copy.")] = False
    grade: Annotated[Grade | None, _field("How they were seen; null in files of release 0.1, which tell no copies apart.")] = None


class FindingRecord(Model):
    """One answer that is not a plain pass."""

    indicator: Annotated[Name, _field("Id of the indicator.")]
    status: Annotated[StoredStatus, _field("What the machine said; no review changes it.")]
    reason: Annotated[Short, _field("Reason code of the answer.")]
    args: Annotated[Mapping[str, JsonValue], _field('Values the sentence shows; {"$date": …} and the like keep their type.')] = {}
    evidence: Annotated[
        tuple[tuple[JsonValue, ...], ...],
        _field(
            "Observed facts: what, where, when, value, limit, reason, confidence, position, suggestion, document, places; "
            "empty ones at the end are left out."
        ),
    ] = ()
    faults: Annotated[Mapping[str, int], _field("Number of certain faults by kind.")] = {}
    possible: Annotated[Mapping[str, int], _field("Number of faults by kind that may exist besides.")] = {}
    phrase: Annotated[Short | None, _field("Wording for the list of problems; null when it is the title.")] = None
    title_en: Annotated[Short | None, _field("Title of the indicator in English.")] = None
    source: Annotated[SourceRecord | None, _field("Where the rule comes from.")] = None
    zh: Annotated[str | None, _field("What the machine said as a Chinese sentence.")] = None
    en: Annotated[str | None, _field("What the machine said as an English sentence.")] = None

    @property
    def answer(self) -> CheckResult:
        """The answer of the machine."""
        return load_answer(self.model_dump(exclude_none=True))


class StandaloneFinding(FindingRecord):
    """One finding of one subject as self-contained JSON."""

    status: Annotated[AnyStatus, _field("What the machine said; no review changes it.")]  # type: ignore[assignment]
    subject_id: Annotated[Name, _field("Id of the subject.")]
    subject_name: Annotated[Name, _field("Name of the subject.")]
    observed_at: Annotated[Instant, _field("The monitoring point.")]
    title: Annotated[Name, _field("Official name of the indicator.")]
    kind: Annotated[IndicatorKind, _field("Which arithmetic the indicator belongs to.")]
    counts_as: Annotated[AnyStatus, _field("The status that counts, reviews included.")]
    message_zh: Annotated[str, _field("The finding as a Chinese sentence, reviews included.")]
    message_en: Annotated[str, _field("The finding as an English sentence, reviews included.")]
    reviews: Annotated[tuple[Review, ...], _field("What people said of it, in order of time.")]
    waiver: Annotated[Waiver | None, _field("The document that excuses it; null where none does.")]
    assumed: Annotated[tuple[str, ...], _field("Parts it used that a document states or somebody assumed.")]


class ScoreRecord(Model):
    """The points of a subject."""

    low: Annotated[str, _field("The lowest the score can be.")]
    high: Annotated[str, _field("The highest the score can be.")]
    part: Annotated[str, _field("The score of the deductions alone, `low..high` where something is undecided.")]
    passes: Annotated[bool | None, _field("Whether the pass mark is reached; null while that is undecided.")]
    unchecked: Annotated[str, _field("Points of deductions that only a person can judge and nobody has.")]
    rests_on: Annotated[tuple[str, ...], _field("Values behind the score that were not seen in their source.")]
    could_change: Annotated[bool, _field("Whether `passes` would change if those values lay elsewhere in their plausible range.")]
    lines: Annotated[tuple[str, ...], _field("The sum, line by line, in Chinese.")]


class RulebookRecord(Model):
    """The rulebook a subject was judged by."""

    id: Annotated[Name, _field("Id of the topmost layer.")]
    title: Annotated[Short | None, _field("Its title.")] = None
    version: Annotated[Short, _field("Versions of all layers, the topmost first.")]
    digest: Annotated[Short, _field("Digest of the plan: what was asked, of whom, with which values.")]
    books: Annotated[Short, _field('Releases its layers came with; "" for a caller\'s own, or where it was not stored.')] = ""


PlanEntry = tuple[Name, IndicatorKind] | tuple[Name, IndicatorKind, Name]


class InspectionRecord(Model):
    """An inspection as JSON: one subject at one monitoring point under one rulebook."""

    schema_version: Annotated[Literal[2], _field("Version of this format.")]
    subject_kind: Annotated[SubjectWord, _field("What the subject is.")]
    subject: Annotated[Site | Account | Supervisor, _field("The subject as it was listed.")]
    observed_at: Annotated[Instant, _field("The monitoring point.")]
    verdict: Annotated[VerdictWord, _field("合格, 不合格 or 待定.")]
    score: Annotated[ScoreRecord | None, _field("The points; null where such a subject has none.")]
    passes: Annotated[bool | None, _field("Whether the pass mark is reached (true where none is asked); null while undecided.")]
    decides: Annotated[bool, _field("Whether the plan can decide on such a subject at all.")]
    rulebook: Annotated[RulebookRecord, _field("By what rule.")]
    resources: Annotated[Mapping[str, str], _field("Version and digest of lexicons and calendars, by id.")]
    covers: Annotated[tuple[str, ...] | None, _field("Ids of the indicators asked, when a selection was; null for all of them.")]
    plan: Annotated[tuple[PlanEntry, ...], _field("Every indicator in order: id, kind, and title where it applies.")]
    findings: Annotated[tuple[FindingRecord, ...], _field("Every answer that is not a plain pass and applies.")]
    passed: Annotated[tuple[str, ...], _field("Ids of the plain passes.")]
    not_applicable: Annotated[Mapping[str, tuple[str, ...]], _field("Ids that do not apply, by reason.")]
    marks: Annotated[tuple[Mark, ...], _field("Parts that a document states or somebody assumed.")]
    assumed: Annotated[Mapping[str, tuple[str, ...]], _field("Such parts that an answer used, by indicator.")] = {}
    reviews: Annotated[tuple[Review, ...], _field("What people said of the findings.")]
    waivers: Annotated[tuple[Waiver, ...], _field("Documents that excuse failures.")]
    problems: Annotated[tuple[str, ...], _field("Ids of the failed indicators, reviews included.")]
    problems_zh: Annotated[tuple[str, ...], _field("The same as Chinese sentences.")]
    missing: Annotated[tuple[str, ...] | None, _field("Ids of what keeps the verdict open; null in migrated files.")] = None
    content_digest: Annotated[str | None, _field("SHA-256 of all the rest as canonical JSON; null in migrated files.")]

    @model_validator(mode="before")
    @classmethod
    def _subject_of_its_kind(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        model = SUBJECT_MODELS.get(str(data.get("subject_kind")))
        if model is None or not isinstance(data.get("subject"), Mapping):
            return data
        return {**data, "subject": model.model_validate(data["subject"])}


def content_digest(data: Mapping[str, object]) -> str:
    """Return the digest of an inspection as JSON.

    Neither the order of keys nor the way a number is written makes a difference, so that a database may store the file in a
    form of its own.
    """
    content = {key: value for key, value in data.items() if key != "content_digest"}
    text = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def read_record(data: object, plan: Plan | None) -> InspectionRecord:
    """Read an inspection from JSON and check that it is whole.

    Args:
        data: The parsed JSON.
        plan: The plan it was judged by, or another version of it; files of format 1 need one, which tells kinds and titles.

    Raises:
        ObservationError: The format is not known, a key is missing or wrong, findings were taken out or added, the content
            was changed after it was written, or the verdict does not follow from the findings.
    """
    if not isinstance(data, Mapping):
        raise ObservationError(
            f"an inspection is a JSON object, not {type(data).__name__}",
            hint="`inspect --out DIR` writes them",
            zh="检查结果应为 JSON 对象",
            hint_zh="用 inspect --out 目录 写出",
        )
    version = data.get("schema_version", 1)
    if version == 1 and version is not True:
        data = migrate_1(data, plan)
    elif version != FORMAT or isinstance(version, bool):
        text = f"the inspection has format {version!r}; formats 1 to {FORMAT} are read"
        zh = f"检查结果是第 {version!r} 版格式，本版读第 1 至 {FORMAT} 版"
        raise ObservationError(text, hint="a newer release of govmedia-rules wrote it", zh=zh, hint_zh="它由更新的版本写出")
    try:
        record = InspectionRecord.model_validate(data)
    except (ValidationError, RecursionError) as fault:
        raise ObservationError(f"not an inspection: {_faults_of(fault).en}", zh=f"不是检查结果：{_faults_of(fault).zh}") from None
    _check_complete(record)
    if version == FORMAT and record.content_digest != _digest_of(data):
        raise ObservationError(
            "the inspection was changed after it was written: its content has another digest",
            hint="judge the snapshot again",
            zh="检查结果写入后被改动过：内容的摘要不同",
            hint_zh="请重新判定采样数据",
        )
    return _in_zone_as_written(record, data.get("observed_at"))


def _in_zone_as_written(record: InspectionRecord, observed_at: object) -> InspectionRecord:
    """Return the record with its monitoring point in the offset of the file, because days are counted in that zone."""
    if not isinstance(observed_at, str):
        return record
    written = datetime.fromisoformat(observed_at)
    if written.utcoffset() == record.observed_at.utcoffset():
        return record
    return record.model_copy(update={"observed_at": written})


def _digest_of(data: Mapping[str, object]) -> str | None:
    try:
        return content_digest(data)
    except (ValueError, TypeError, RecursionError):
        return None


def _faults_of(fault: ValidationError | RecursionError) -> FaultText:
    if isinstance(fault, RecursionError):
        return FaultText("it is nested too deeply", "嵌套过深")
    return fault_texts(fault.errors(include_url=False, include_input=False), whole="subject")


def _check_complete(record: InspectionRecord) -> None:
    """Raise when the findings, passes and inapplicable indicators of a file do not add up to the plan."""
    planned = [entry[0] for entry in record.plan]
    answered = [finding.indicator for finding in record.findings]
    answered += [*record.passed, *(name for names in record.not_applicable.values() for name in names)]
    counts, expected = Counter(answered), Counter(planned)
    gone, added = expected - counts, counts - expected
    if gone or added:
        names = ", ".join(sorted(gone or added)[:5])
        what = "are missing" if gone else "are there twice or belong to no indicator of the plan"
        count = sum((gone or added).values())
        zh = f"{count} 条检查结论{'缺少' if gone else '重复，或不属于计划中的指标'}：{names}"
        hint, hint_zh = "judge the snapshot again", "请重新判定采样数据"
        raise ObservationError(f"{count} findings {what}: {names}", None, hint, zh, hint_zh)
    if any(count > 1 for count in expected.values()):
        raise ObservationError("the plan of the inspection names an indicator twice", zh="检查结果的计划里有指标重复")
    if record.covers is not None and sorted(record.covers) != sorted(planned):
        raise ObservationError("the inspection covers other indicators than its plan holds", zh="检查结果所覆盖的指标与其计划不同")


def migrate_1(data: Mapping[str, object], plan: Plan | None) -> dict[str, object]:
    """Turn an inspection of format 1 (release 0.1) into format 2.

    Format 1 names no kinds, titles or sentences, so they come from the plan; everything it says is kept as it was.

    Raises:
        ObservationError: No plan is given, or the file and the plan do not have the same indicators.
    """
    if plan is None:
        raise ObservationError(
            "an inspection of format 1 is read with its rulebook",
            hint="pass the plan, load_rulebook(…).plan",
            zh="第1版格式的检查结果要同它的指标体系一起读",
            hint_zh="请传入计划，load_rulebook(…).plan",
        )
    findings, passed, inapplicable = data.get("findings"), data.get("passed"), data.get("not_applicable")
    if not (isinstance(findings, list) and isinstance(passed, list) and isinstance(inapplicable, Mapping)):
        raise ObservationError(
            "not an inspection: findings, passed or not_applicable is missing or of another type",
            zh="不是检查结果：findings、passed 或 not_applicable 缺少或类型不对",
        )
    renamed: dict[str, object] = dict(data)
    renamed["findings"] = entries = [{**each, "indicator": _now(each.get("indicator"), plan)} for each in _mappings(findings)]
    renamed["passed"] = [_now(name, plan) for name in passed]
    reasons = {str(reason): [_now(name, plan) for name in _list(names)] for reason, names in inapplicable.items()}
    renamed["not_applicable"] = reasons
    closed = {str(name) for names in reasons.values() for name in names}
    ids = {str(name) for name in (*(each["indicator"] for each in entries), *(_now(name, plan) for name in passed))} | closed
    kinds = _kinds_of_1(data, plan)
    unknown = sorted(ids - kinds.keys())
    if unknown:
        raise ObservationError(
            f"{plan.id} has no indicator {', '.join(unknown[:5])}",
            hint="read it with the rulebook it names",
            zh=f"{plan.id} 没有指标 {'、'.join(unknown[:5])}",
            hint_zh="请用它写明的指标体系来读",
        )
    score = data.get("score")
    titles = {name: indicator.title for name, indicator in plan.by_id.items()}
    return {
        **renamed,
        "schema_version": FORMAT,
        "plan": [[name, kind, titles.get(name, name)] for name, kind in kinds.items()],
        "passes": score.get("passes") if isinstance(score, Mapping) else True,
        "decides": score is not None or any(kind == "veto" and name not in closed for name, kind in kinds.items()),
        "content_digest": None,
    }


def _kinds_of_1(data: Mapping[str, object], plan: Plan) -> dict[str, str]:
    """Return the indicators of the plan that a file of format 1 was judged by, in order, with their kinds.

    Built-in rulebooks as release 0.1 had them are on record. A selection names what it covers. Rulebooks of others are taken to
    have the indicators they have now.
    """
    rulebook = data.get("rulebook")
    digest = str(rulebook.get("digest")) if isinstance(rulebook, Mapping) else ""
    known = _plans_of_1().get(digest[:16])
    if known is not None:
        return {str(_now(name, plan)): kind for name, kind in known}
    covers = {str(_now(name, plan)) for name in _list(data.get("covers"))}
    return {name: indicator.kind for name, indicator in plan.by_id.items() if not covers or name in covers}


@cache
def _plans_of_1() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return the indicators of the rulebooks of release 0.1, with their kinds, by the beginning of the digest of their plan."""
    record = json.loads(files("govmedia_rules.judge").joinpath("data", "plans-0.1.json").read_text("utf-8"))
    indicators = [tuple(text.split(" ")) for text in record["indicators"]]
    return {digest: tuple(indicators[place] for place in places) for digest, places in record["plans"].items()}


def _now(name: object, plan: Plan) -> object:
    """Return the present id of an indicator."""
    known = plan.by_alias.get(name) if isinstance(name, str) and name not in plan.by_id else None
    return name if known is None else known.id


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [item if isinstance(item, Mapping) else {} for item in _list(value)]


class StoredPlan(Plan):
    """The plan of a stored inspection, as far as its file describes it: ids, kinds, titles, sentences and sources.

    It can be read and not judged by. Its digest and version are those of the plan the inspection was judged by.
    """

    @classmethod
    def of(cls, record: InspectionRecord, plan: Plan | None = None) -> StoredPlan:
        """Make the plan of a stored inspection.

        Args:
            record: The inspection.
            plan: Another version of its plan, for what the file does not tell of indicators that passed or do not apply.
        """
        findings = {finding.indicator: finding for finding in record.findings}
        known = plan.by_id if plan is not None else {}
        indicators = tuple(
            _stored_indicator(entry, findings.get(entry[0]), known.get(entry[0]), record.subject_kind) for entry in record.plan
        )
        layers = tuple(
            LayerRef(id=name, title=name, version=version or "?", release=record.rulebook.books or None)
            for name, _, version in (part.rpartition("@") for part in reversed(record.rulebook.version.split("+")))
        )
        stored = cls(record.rulebook.id, record.rulebook.title or record.rulebook.id, layers, indicators, {}, (), {})
        stored.__dict__["digest"] = record.rulebook.digest
        stored.__dict__["resources"] = FrozenDict(record.resources)
        stored.__dict__["complete"] = record.covers is None
        stored.__dict__["sentences"] = {
            finding.indicator: MessageText.model_construct(zh=finding.zh, en=finding.en or finding.zh)
            for finding in record.findings
            if finding.zh is not None
        }
        return stored

    @property
    def version(self) -> str:
        """Versions of all layers, the topmost first."""
        return "+".join(f"{layer.id}@{layer.version}" for layer in reversed(self.layers))

    @cached_property
    def sentences(self) -> Mapping[str, MessageText]:
        """The machine's sentences, by indicator."""
        return {}

    @cached_property
    def complete(self) -> bool:
        """Whether these are all indicators of the rulebook."""
        return True

    def __getstate__(self) -> dict[str, Any]:
        names = ("digest", "resources", "complete", "sentences")
        return {**super().__getstate__(), **{name: getattr(self, name) for name in names}}


def _stored_indicator(entry: PlanEntry, finding: FindingRecord | None, known: Indicator | None, subject: SubjectWord) -> Indicator:
    title = entry[2] if len(entry) == 3 else known.title if known is not None else entry[0]
    if finding is None or finding.source is None:
        source = known.source if known is not None else Source(document="?")
        return Indicator(
            id=entry[0],
            title=title,
            phrase=known.phrase if known is not None else title,
            title_en=known.title_en if known is not None else None,
            kind=entry[1],
            applies_to=known.applies_to if known is not None else AppliesTo(subject=subject),
            mode="person",
            source=source,
            messages=known.messages if known is not None else {},
        )
    # A file that tells no copies apart claims no more than that somebody saw the rule.
    grade = finding.source.grade or ("copy" if finding.source.verified else "unseen")
    source = Source(document=finding.source.document, clause=finding.source.clause, grade=grade)
    return Indicator(
        id=entry[0],
        title=title,
        title_en=finding.title_en,
        phrase=finding.phrase or title,
        kind=entry[1],
        applies_to=AppliesTo(subject=subject),
        mode="person",
        source=source,
    )
