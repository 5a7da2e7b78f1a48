"""The answer of one indicator for one subject (检查结论): status, sentence, evidence, reviews."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, overload

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from govmedia_rules.checks.contract import Arg, CheckResult, Evidence, Status
from govmedia_rules.checks.sentences import sentences
from govmedia_rules.core import display, plots
from govmedia_rules.errors import by_language, check_choice, visible
from govmedia_rules.judge.packing import dump_answer
from govmedia_rules.judge.readings import READINGS_DIFFER, answers_text
from govmedia_rules.judge.reviews import Review, ReviewedStatus, Waiver, decide
from govmedia_rules.judge.stored import StandaloneFinding
from govmedia_rules.rules.model import GRADE_ZH, Indicator, MessageText, Source, format_arg
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.tables.columns import Heading, Row
from govmedia_rules.tables.out import Tabular

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Finding(Row):
    """The answer of one indicator for one subject. Also a mapping of its table columns, so a frame takes it as a row.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> finding = gr.load_rulebook("national-2019").inspect(snapshot).finding("media.veto.stale")
        >>> finding.status.value, finding.source.document
        ('failed', '国办秘函〔2019〕19号')

    Attributes:
        subject_id: Id of the subject.
        subject_name: Its name.
        indicator: The indicator, with its source and parameters.
        judgement: What the machine said.
        observed_at: The monitoring point.
        reviews: What people said about it or about passages in it, in order of time.
        waiver: The document that excuses it, or None.
        assumed: Parts the answer used that nobody observed: stated by a document or assumed.
        stated: The sentences an inspection was stored with; None where they are made from the answer.
    """

    subject_id: str
    subject_name: str
    indicator: Indicator
    judgement: CheckResult
    observed_at: datetime
    reviews: tuple[Review, ...] = ()
    waiver: Waiver | None = None
    assumed: tuple[str, ...] = ()
    stated: MessageText | None = None

    @property
    def id(self) -> str:
        """Id of the indicator."""
        return self.indicator.id

    @property
    def title(self) -> str:
        """Official name of the indicator."""
        return self.indicator.title

    @property
    def kind(self) -> str:
        """Kind of the indicator."""
        return self.indicator.kind

    @property
    def machine_status(self) -> Status:
        """The status the check gave, whatever reviews say."""
        return self.judgement.status

    @property
    def decision(self) -> ReviewedStatus:
        """The machine's answer combined with its reviews: status, faults, and the review that decides."""
        return decide(self.judgement, self.reviews, self.indicator)

    @property
    def review(self) -> Review | None:
        """The review that decides; None where no review does."""
        return self.decision.review if self.reviews else None

    @property
    def status(self) -> Status:
        """The status that counts: that of the reviews where they decide, else the machine's."""
        return self.decision.status if self.reviews else self.judgement.status

    @property
    def undecided(self) -> tuple[Evidence, ...]:
        """Candidates that no review covers yet, while others are decided."""
        return self.decision.undecided

    @property
    def is_waived(self) -> bool:
        """Whether it failed and a waiver excuses it."""
        return self.waiver is not None and self.status is Status.FAILED

    @property
    def reason(self) -> str:
        """Reason code of the machine's answer; "" for a plain pass."""
        return self.judgement.reason

    @property
    def args(self) -> Mapping[str, Arg]:
        """Values the message shows."""
        return self.judgement.args

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Observed facts behind the answer."""
        return self.judgement.evidence

    @property
    def source(self) -> Source:
        """Where the rule comes from."""
        return self.indicator.source

    def message(self, lang: str = "zh") -> str:
        """Return the answer as a sentence in `zh` or `en`, made now; control characters of an input are shown as their code."""
        review = self.review
        if review is not None and review.decision == "confirmed" and self.judgement.status is not Status.FAILED:
            template = _messages()["bonus_confirmed" if self.kind == "bonus" else "review_confirmed"]
            values = {"title": _title(self.indicator, lang), "why": review.reason}
            return visible(fill(template.zh if lang == "zh" else template.en, values, lang))
        return visible(self._sentence(lang))

    def _sentence(self, lang: str) -> str:
        """Return the sentence of the machine's answer."""
        if self.stated is not None and lang in ("zh", "en"):
            return self.stated.zh if lang == "zh" else self.stated.en
        return render(self.indicator, self.judgement, lang)

    def to_dict(self) -> dict[str, object]:
        """Return a self-contained, JSON-ready copy; `docs/reference/finding.schema.json` describes it."""
        return {
            "subject_id": self.subject_id,
            "subject_name": self.subject_name,
            "observed_at": self.observed_at.isoformat(),
            "title": self.title,
            "kind": self.kind,
            "counts_as": self.status.value,
            "message_zh": self.message("zh"),
            "message_en": self.message("en"),
            "reviews": [review.model_dump(mode="json", exclude_none=True) for review in self.reviews],
            "waiver": None if self.waiver is None else self.waiver.model_dump(mode="json"),
            "assumed": list(self.assumed),
            **self.to_record(),
        }

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls, serialization=core_schema.plain_serializer_function_ser_schema(cls.to_dict))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(StandaloneFinding.__pydantic_core_schema__)

    def to_record(self) -> dict[str, object]:
        """Return the finding as a stored inspection holds it: the answer of the machine, its sentences and its source."""
        indicator = self.indicator
        data = dump_answer(indicator.id, self.judgement)
        data["zh"], data["en"] = self._sentence("zh"), self._sentence("en")
        if indicator.phrase != indicator.title:
            data["phrase"] = indicator.phrase
        if indicator.title_en is not None:
            data["title_en"] = indicator.title_en
        source: dict[str, object] = {"document": indicator.source.document, "verified": indicator.is_verified}
        source["grade"] = indicator.grade
        if indicator.source.clause is not None:
            source["clause"] = indicator.source.clause
        return {**data, "source": source}

    @property
    def phrase(self) -> str:
        """The wording for the list of problems in a notice (存在的突出问题)."""
        return self.indicator.phrase

    @classmethod
    def headings(cls) -> Sequence[Heading[Finding]]:
        """Return the columns of a finding in a table."""
        return FINDING_HEADINGS

    def __hash__(self) -> int:
        return hash((self.subject_id, self.id, self.observed_at))

    def __repr__(self) -> str:
        return f"<{by_language(self.status.value, self.status.zh)} {self.id}: {self.message('zh')}>"


def _detail(finding: Finding) -> str:
    """Return as JSON whatever the other columns leave out: values of the message, all evidence, faults, reviews, waiver."""
    answer = dump_answer(finding.id, finding.judgement)
    detail = {key: value for key, value in answer.items() if key not in ("indicator", "status", "reason")}
    if finding.reviews:
        detail["reviews"] = [review.model_dump(mode="json", exclude_none=True) for review in finding.reviews]
    if finding.waiver is not None:
        detail["waiver"] = finding.waiver.model_dump(mode="json")
    if finding.assumed:
        detail["assumed"] = list(finding.assumed)
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"))


FINDING_HEADINGS: tuple[Heading[Finding], ...] = (
    Heading("subject_id", "text", "对象标识", lambda finding: finding.subject_id),
    Heading("subject_name", "text", "对象名称", lambda finding: finding.subject_name),
    Heading("indicator", "text", "指标编号", lambda finding: finding.indicator.id),
    Heading("title", "text", "指标", lambda finding: finding.indicator.title),
    Heading("kind", "text", "指标类别代码", lambda finding: finding.indicator.kind),
    Heading("kind_zh", "text", "指标类别", lambda finding: finding.indicator.kind_zh),
    Heading("status", "text", "结论代码", lambda finding: finding.status.value),
    Heading("status_zh", "text", "结论", lambda finding: finding.status.zh),
    Heading("machine_status", "text", "机器结论代码", lambda finding: finding.machine_status.value),
    Heading("reason", "text", "原因代码", lambda finding: finding.reason or None),
    Heading("message", "text", "说明", lambda finding: finding.message("zh")),
    Heading("evidence", "text", "证据", lambda finding: "；".join(evidence_text(piece) for piece in finding.evidence[:5]) or None),
    Heading("evidence_count", "integer", "证据条数", lambda finding: len(finding.evidence)),
    Heading("observed_at", "instant", "监测时间点", lambda finding: finding.observed_at),
    Heading("document", "text", "依据", lambda finding: finding.source.document),
    Heading("clause", "text", "条款", lambda finding: finding.source.clause),
    Heading("verified", "boolean", "依据已核实", lambda finding: finding.indicator.is_verified),
    Heading("grade", "text", "依据来源", lambda finding: GRADE_ZH[finding.indicator.grade]),
    Heading("reviewed", "text", "复核", lambda finding: finding.review.decision if finding.review is not None else None),
    Heading("waived", "boolean", "已豁免", lambda finding: finding.is_waived),
    Heading("detail", "text", "明细(JSON)", _detail),
)


class Findings(Tabular[Finding]):
    """Findings in order; frames, DuckDB and files take them as a table, and a notebook shows them as one.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> findings = gr.load_rulebook("national-2019").inspect(snapshot).findings
        >>> [finding.id for finding in findings.under("media.veto").with_status("failed")]
        ['media.veto.stale']
    """

    headings = FINDING_HEADINGS

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = tuple(findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        selected = self._findings[index]
        return selected if isinstance(selected, Finding) else Findings(selected)

    def __len__(self) -> int:
        return len(self._findings)

    def sheet_name(self) -> str:
        """Name of its sheet in a workbook."""
        return "检查结论"

    def with_status(self, *statuses: Status | str) -> Findings:
        """Return those whose status is one of `statuses`."""
        chosen = {Status(status) for status in statuses}
        return Findings([finding for finding in self._findings if finding.status in chosen])

    def under(self, *families: str) -> Findings:
        """Return those of an indicator id or a family of ids (`site.veto`)."""
        return Findings([finding for finding in self._findings if any(is_under(finding.id, family) for family in families)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and self._findings == other._findings

    def __hash__(self) -> int:
        return hash(self._findings)

    def __repr__(self) -> str:
        words = "，".join(f"{status.zh} {count}" for status, count in self._counts().items())
        return f"<{len(self)} {by_language('findings', '条结论')}{words and ': '}{words}>"

    def _counts(self) -> dict[Status, int]:
        """Return the number of findings by status, the most urgent status first."""
        counts = Counter(finding.status for finding in self._findings)
        return {status: counts[status] for status in URGENCY if counts[status]}

    def plot(self, *, ax: Axes | None = None, font: str | None = None) -> Axes:
        """Draw how many of them each indicator has, with shares, the most frequent on top.

        Args:
            ax: Where to draw; None makes a figure.
            font: Name or path of a font with Chinese characters; None looks for one.

        Raises:
            MissingExtra: matplotlib is not installed.
            ExportError: No font has the characters.
        """
        counts: dict[str, int] = {}
        for finding in self._findings:
            counts[finding.phrase] = counts.get(finding.phrase, 0) + 1
        return plots.problem_kinds(counts, ax=ax, font=font)

    def _repr_html_(self) -> str:
        counts = self._counts()
        shares = display.shares(
            {status.zh: count for status, count in counts.items()}, {status.zh: TONES[status] for status in counts}
        )
        asked = sorted((each for each in self._findings if each.status is not Status.NOT_APPLICABLE), key=_urgency)
        other = [each for each in self._findings if each.status is Status.NOT_APPLICABLE]
        folded = (
            display.collapsible(
                f"不适用 {len(other)} 项", display.text("、".join(dict.fromkeys(each.title for each in other)), 3_000)
            )
            if other
            else ""
        )
        table = Findings(asked).shown_table(subjects=True)
        return display.frame(f"<b>检查结论 {len(self)} 条</b>", shares if len(counts) > 1 else "", table, folded)

    def shown_table(self, *, subjects: bool) -> str:
        """Return the first of them as an HTML table for notebooks, with the subjects' names or without."""
        if not self._findings:
            return ""
        heads = ("对象", "指标", "结论", "说明", "依据")
        first = 0 if subjects else 1
        return display.html_table(heads[first:], (_cells(finding)[first:] for finding in self._findings), len(self))


URGENCY = (
    Status.FAILED,
    Status.ERROR,
    Status.NEEDS_REVIEW,
    Status.INCONCLUSIVE,
    Status.NOT_CHECKED,
    Status.PASSED,
    Status.NOT_APPLICABLE,
)
"""Statuses in the order in which people look at them."""


def _urgency(finding: Finding) -> int:
    return URGENCY.index(finding.status)


TONES: Mapping[Status, display.Tone] = {
    Status.PASSED: "good",
    Status.FAILED: "bad",
    Status.ERROR: "bad",
    Status.INCONCLUSIVE: "open",
    Status.NEEDS_REVIEW: "open",
    Status.NOT_CHECKED: "plain",
    Status.NOT_APPLICABLE: "plain",
}
"""How a notebook colours each status."""


def _cells(finding: Finding) -> tuple[str, ...]:
    """Return a finding as a row of a notebook's table, its evidence folded."""
    status = display.badge(finding.status.zh, TONES[finding.status])
    if finding.is_waived:
        status += " " + display.badge("已豁免")
    if finding.review is not None:
        status += " " + display.badge("已复核")
    source = display.text(finding.source.document, 60) + display.quiet(f" {display.text(finding.source.clause or '', 60)}")
    return (
        display.named(finding.subject_name, finding.subject_id),
        f"{display.text(finding.title, 80)}<br>{display.code(finding.id)}",
        status,
        display.text(finding.message("zh")) + _folded_evidence(finding),
        source + grade_badge(finding.indicator),
    )


def grade_badge(indicator: Indicator) -> str:
    """Return a badge for a source that was not read at an official place; "" for one that was."""
    if indicator.grade == "official":
        return ""
    return " " + display.badge(GRADE_ZH[indicator.grade], "open" if indicator.grade == "unseen" else "plain")


def _folded_evidence(finding: Finding) -> str:
    if not finding.evidence:
        return ""
    lines = [display.text(evidence_text(piece), 160) for piece in finding.evidence[:5]]
    return display.collapsible(f"证据 {len(finding.evidence)} 条", display.items(lines, len(finding.evidence)))


def is_under(indicator_id: str, family: str) -> bool:
    """Return whether an id equals or is nested in `family`: `site.veto` includes `site.veto.columns.core`, not `site.vetoes`."""
    return indicator_id == family or indicator_id.startswith(f"{family}.")


_PLACE = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")


def fill(template: str, args: Mapping[str, Arg], lang: str) -> str:
    """Return a template with its `{name}`, `{name:percent}` and `{name:vocabulary}` places filled.

    Nothing in it is evaluated, and a name that is not among the arguments stays as written.
    """

    def put(place: re.Match[str]) -> str:
        name, words = place[1], place[2]
        if name not in args:
            return place[0]
        value = args[name]
        if words is None or value is None:
            return format_arg(value, lang)
        if words == "percent" and isinstance(value, Decimal):
            return f"{(value * 100).normalize():f}%"
        ids = value if isinstance(value, tuple) else (str(value),)
        return format_arg(tuple(word(words, term, lang) for term in ids), lang)

    return _PLACE.sub(put, template)


@cache
def _messages() -> Mapping[str, MessageText]:
    return {reason: MessageText(**sentence) for reason, sentence in sentences().items()}


def _title(indicator: Indicator, lang: str) -> str:
    return indicator.title if lang == "zh" else indicator.title_en or indicator.title


def render(indicator: Indicator, judgement: CheckResult, lang: str) -> str:
    """Return the sentence for an answer: the indicator's own for this reason, else the library's, else title and values."""
    check_choice("lang", lang, ("zh", "en"))
    title = _title(indicator, lang)
    reason = judgement.reason or judgement.status.value
    template = indicator.messages.get(reason) or _messages().get(reason)
    if template is not None:
        args: Mapping[str, Arg] = {"title": title, **judgement.args}
        if reason == READINGS_DIFFER:
            args = {**args, "answers": answers_text(indicator, judgement, lang)}
        return fill(template.zh if lang == "zh" else template.en, args, lang)
    values = ", ".join(f"{name}={format_arg(value, lang)}" for name, value in judgement.args.items())
    return f"{title}: {reason}" + (f" ({values})" if values else "")


def evidence_text(piece: Evidence, lang: str = "zh") -> str:
    """Return a piece of evidence in one line: what, where, value against limit."""
    parts = [word("part", piece.what, lang)]
    if piece.when is not None and piece.when != piece.value:
        parts.append(format_arg(piece.when, lang))
    if piece.where:
        parts.append(f"<{piece.where}>")
    if piece.value is not None:
        parts.append(word("evidence", piece.value, lang) if isinstance(piece.value, str) else format_arg(piece.value, lang))
    if piece.limit is not None:
        parts.append(("限值" if lang == "zh" else "limit ") + format_arg(piece.limit, lang))
    return " ".join(parts)
