"""One answer of one indicator for one subject (检查结论), made when somebody looks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import overload

from govmedia_rules.checks.contract import Arg, Evidence, Judgement, Status
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.rules.model import Indicator, Message, Source, format_arg
from govmedia_rules.snapshots.kinds import word
from govmedia_rules.vocabulary import read_data

COLUMNS = (
    "subject_id",
    "subject_name",
    "indicator",
    "title",
    "kind",
    "status",
    "machine_status",
    "reason",
    "message",
    "evidence",
    "evidence_count",
    "observed_at",
    "document",
    "clause",
    "verified",
    "reviewed",
    "waived",
)
"""Columns of a finding in a table."""


@dataclass(frozen=True, slots=True)
class Finding(Mapping[str, object]):
    """One answer of one indicator for one subject. Also a mapping of its table columns, so a frame takes it as a row.

    Attributes:
        subject_id: Id of the subject.
        subject_name: Its name.
        indicator: The indicator, with its source and parameters.
        judgement: What the machine said.
        observed_at: The monitoring point.
        reviews: What people said about it, in order of time.
        waiver: The document that excuses it, or None.
        assumed: Parts the answer used that nobody observed: stated by a document or assumed.
    """

    subject_id: str
    subject_name: str
    indicator: Indicator
    judgement: Judgement
    observed_at: datetime
    reviews: tuple[Review, ...] = ()
    waiver: Waiver | None = None
    assumed: tuple[str, ...] = ()

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
        """What the machine said; no review changes it."""
        return self.judgement.status

    @property
    def review(self) -> Review | None:
        """The review that decides (the last), or None."""
        return self.reviews[-1] if self.reviews else None

    @property
    def status(self) -> Status:
        """What counts: the last review's decision where there is one, else the machine's answer."""
        return reviewed_status(self.judgement, self.reviews, self.kind)

    @property
    def is_waived(self) -> bool:
        """Whether it failed and a document excuses it."""
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
        """The answer as a sentence in `zh` or `en`, made now."""
        told = self.review
        if told is not None and told.decision == "confirmed" and self.judgement.status is not Status.FAILED:
            template = _messages()["bonus_confirmed" if self.kind == "bonus" else "review_confirmed"]
            return fill(
                template.zh if lang == "zh" else template.en, {"title": _title(self.indicator, lang), "why": told.reason}, lang
            )
        return render(self.indicator, self.judgement, lang)

    @property
    def phrase(self) -> str:
        """The wording for the list of problems in a notice (存在的突出问题)."""
        return self.indicator.phrase

    def __getitem__(self, key: str) -> object:
        if key not in COLUMNS:
            raise KeyError(key)
        return self._row()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)

    def keys(self) -> Sequence[str]:  # type: ignore[override]  # frame libraries ask for a plain sequence
        return COLUMNS

    def _row(self) -> dict[str, object]:
        return {
            "subject_id": self.subject_id,
            "subject_name": self.subject_name,
            "indicator": self.id,
            "title": self.title,
            "kind": self.kind,
            "status": self.status.value,
            "machine_status": self.machine_status.value,
            "reason": self.reason,
            "message": self.message("zh"),
            "evidence": "；".join(evidence_text(piece) for piece in self.evidence[:5]),
            "evidence_count": len(self.evidence),
            "observed_at": self.observed_at.isoformat(),
            "document": self.source.document,
            "clause": self.source.clause,
            "verified": self.indicator.is_verified,
            "reviewed": self.review.decision if self.review is not None else None,
            "waived": self.is_waived,
        }

    def __hash__(self) -> int:
        return hash((self.subject_id, self.id, self.observed_at))

    def __repr__(self) -> str:
        return f"<{self.status.value} {self.id}: {self.message('zh')}>"


def reviewed_status(judgement: Judgement, reviews: Sequence[Review], kind: str) -> Status:
    """What counts: the last review's decision where there is one, else the machine's answer.

    A confirmed fault has failed; a confirmed bonus has been earned. A review cannot make an indicator apply to a subject it
    is not asked of.
    """
    if not reviews or judgement.status is Status.NOT_APPLICABLE:
        return judgement.status
    confirmed = reviews[-1].decision == "confirmed"
    return Status.FAILED if confirmed != (kind == "bonus") else Status.PASSED


class Findings(Sequence[Finding]):
    """Findings in order; a notebook shows them as a table."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = tuple(findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        found = self._findings[index]
        return found if isinstance(found, Finding) else Findings(found)

    def __len__(self) -> int:
        return len(self._findings)

    def with_status(self, *statuses: Status | str) -> Findings:
        """Those whose status is one of `statuses`."""
        wanted = {Status(status) for status in statuses}
        return Findings([finding for finding in self._findings if finding.status in wanted])

    def under(self, *families: str) -> Findings:
        """Those of an indicator id or a family of ids (`site.veto`)."""
        return Findings([one for one in self._findings if any(is_under(one.id, family) for family in families)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and self._findings == other._findings

    def __hash__(self) -> int:
        return hash(self._findings)

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for finding in self._findings:
            counts[finding.status.value] = counts.get(finding.status.value, 0) + 1
        return f"<{len(self)} findings: {', '.join(f'{count} {status}' for status, count in counts.items())}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{word}</th>" for word in ("对象", "指标", "结论", "说明", "依据"))
        rows = "".join(
            f"<tr><td>{html.escape(one.subject_name)}</td><td>{html.escape(one.title)}<br><code>{html.escape(one.id)}</code></td>"
            f"<td>{one.status.zh}</td><td>{html.escape(one.message('zh'))}</td><td>{html.escape(one.source.document)}</td></tr>"
            for one in self._findings[:100]
        )
        more = f"<p>… {len(self) - 100} more</p>" if len(self) > 100 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def is_under(indicator_id: str, family: str) -> bool:
    """Whether an id is `family` or lies below it: `site.veto` holds `site.veto.columns.core`, not `site.vetoes`."""
    return indicator_id == family or indicator_id.startswith(f"{family}.")


_PLACE = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")


def fill(template: str, args: Mapping[str, Arg], lang: str) -> str:
    """A template with its `{name}`, `{name:percent}` and `{name:vocabulary}` places filled.

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
        return format_arg(tuple(word(words, one, lang) for one in ids), lang)

    return _PLACE.sub(put, template)


@cache
def _messages() -> Mapping[str, Message]:
    table = read_data("govmedia_rules.checks", "messages.toml")
    return {reason: Message(**sentences) for reason, sentences in table.items()}


def _title(indicator: Indicator, lang: str) -> str:
    return indicator.title if lang == "zh" else indicator.title_en or indicator.title


def render(indicator: Indicator, judgement: Judgement, lang: str) -> str:
    """The sentence for an answer: the indicator's own for this reason, else the library's, else title and values."""
    if lang not in ("zh", "en"):
        raise ValueError(f"messages are written in 'zh' and 'en', not {lang!r}")
    title = _title(indicator, lang)
    reason = judgement.reason or judgement.status.value
    template = indicator.messages.get(reason) or _messages().get(reason)
    if template is not None:
        return fill(template.zh if lang == "zh" else template.en, {"title": title, **judgement.args}, lang)
    told = ", ".join(f"{name}={format_arg(value, lang)}" for name, value in judgement.args.items())
    return f"{title}: {reason}" + (f" ({told})" if told else "")


def evidence_text(piece: Evidence, lang: str = "zh") -> str:
    """A piece of evidence in one line: what, where, value against limit."""
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
