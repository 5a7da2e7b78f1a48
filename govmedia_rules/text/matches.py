"""The result of a scan: matches with their place in the original text, and incidents over several places."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, overload

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import by_language
from govmedia_rules.tables.columns import Heading, Row
from govmedia_rules.tables.out import Tabular
from govmedia_rules.text.lexicon import Confidence, lexicon_vocabulary
from govmedia_rules.text.normalise import squeeze

RANK: dict[Confidence, int] = {"high": 0, "medium": 1, "low": 2}
CONTEXT = 30
"""Characters shown on each side of a match."""
_STOPS = "。！？!?；;\n"


@dataclass(frozen=True, slots=True)
class Match(Row):
    """A passage that may be a misstatement. Also a mapping of its table columns, so a frame takes it as a row.

    Attributes:
        start: Position of its first character in the text as found.
        end: Position behind its last character.
        text: The passage as found; of a private number only the first and last digits.
        suggestion: What to write instead; None where a person decides.
        kind: See `lexicon.vocabulary("kind")`.
        term: The lexicon line: the wrong form, the right form it nearly is, or the name of the form rule.
        confidence: How sure the machine is.
        reason: Reason code, see `reason_text`.
        severity: Severity of the lexicon line.
        source: The document the lexicon line rests on.
        by: Lexicon or checker with its version.

    Example:
        >>> from govmedia_rules import Scanner
        >>> match = Scanner("starter").scan("周密布署")[0]
        >>> match.start, match.end, match.text, match.suggestion
        (0, 4, '周密布署', '周密部署')
    """

    start: int
    end: int
    text: str
    suggestion: str | None
    kind: str
    term: str
    confidence: Confidence
    reason: str
    severity: str = "general"
    source: str = ""
    by: str = ""

    def reason_text(self, lang: Literal["zh", "en"] = "zh") -> str:
        """Return the reason in one sentence."""
        return reason_text(self.reason, lang)

    @classmethod
    def headings(cls) -> Sequence[Heading[Match]]:
        """Columns of a match in a table."""
        return MATCH_HEADINGS


@cache
def _reasons() -> dict[str, dict[str, str]]:
    return read_data("govmedia_rules.text", "reasons.toml")


def reason_text(reason: str, lang: Literal["zh", "en"] = "zh") -> str:
    """Return a reason code in words; a code of a plugged-in checker stands for itself."""
    return _reasons().get(reason, {}).get(lang, reason)


MATCH_HEADINGS: tuple[Heading[Match], ...] = (
    Heading("text", "text", "疑似问题", lambda match: match.text),
    Heading("suggestion", "text", "建议", lambda match: match.suggestion),
    Heading("kind", "text", "类别代码", lambda match: match.kind),
    Heading("severity", "text", "程度代码", lambda match: match.severity),
    Heading("confidence", "text", "把握", lambda match: match.confidence),
    Heading("reason", "text", "原因代码", lambda match: match.reason),
    Heading("reason_zh", "text", "原因", lambda match: match.reason_text("zh")),
    Heading("term", "text", "词条", lambda match: match.term),
    Heading("source", "text", "依据", lambda match: match.source or None),
    Heading("by", "text", "词库", lambda match: match.by or None),
    Heading("start", "integer", "起始位置", lambda match: match.start),
    Heading("end", "integer", "结束位置", lambda match: match.end),
)
"""Columns of a match in a table."""


class Matches(Tabular[Match]):
    """The matches of one text in order, with the text itself.

    In a notebook it shows each passage with the match marked.

    Example:
        >>> from govmedia_rules import Scanner
        >>> matches = Scanner("starter").scan("周密布署，布署到位")
        >>> len(matches), matches.text
        (2, '周密布署，布署到位')
    """

    headings = MATCH_HEADINGS

    def __init__(self, text: str, matches: Iterable[Match] = ()) -> None:
        self.text = text
        self._matches = tuple(matches)

    @cached_property
    def shown(self) -> str:
        """The text with every private number masked; positions stay the same."""
        parts, last = [], 0
        for match in self._matches:
            if match.kind == "privacy" and len(match.text) == match.end - match.start and match.start >= last:
                parts += [self.text[last : match.start], match.text]
                last = match.end
        return "".join([*parts, self.text[last:]])

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Matches: ...
    def __getitem__(self, index: int | slice) -> Match | Matches:
        if isinstance(index, slice):
            return Matches(self.text, self._matches[index])
        return self._matches[index]

    def __iter__(self) -> Iterator[Match]:
        return iter(self._matches)

    def __len__(self) -> int:
        return len(self._matches)

    def sheet_name(self) -> str:
        """Name of its sheet in a workbook."""
        return "疑似表述问题"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matches):
            return NotImplemented
        return self.text == other.text and self._matches == other._matches

    def __hash__(self) -> int:
        return hash((self.text, self._matches))

    def __repr__(self) -> str:
        shown = ", ".join(f"{match.text}→{match.suggestion or '?'}" for match in self._matches[:5])
        more = by_language(f", … {len(self) - 5} more", f"，另有 {len(self) - 5} 处") if len(self) > 5 else ""
        return f"<{len(self)} {by_language('matches', '处线索')}{': ' if shown else ''}{shown}{more}>"

    def context(self, match: Match, width: int = CONTEXT) -> tuple[str, str, str]:
        """Return the text before a match, the match as it may be shown, the text after it.

        Args:
            match: One of these matches.
            width: Characters on each side.
        """
        text = self.shown
        before = text[max(0, match.start - width) : match.start]
        after = text[match.end : match.end + width]
        return " ".join(before.split()), match.text, " ".join(after.split())

    def sentence(self, match: Match) -> str:
        """Return the sentence that holds a match, on one line, private data masked; with the match it tells the passage again."""
        text = self.shown
        start, end = sentence_span(text, match.start, match.end)
        return squeeze_to_line(text[start:end])

    def marked(self, left: str = "【", right: str = "】") -> str:
        """One line a match: the passage with the match between marks, and what is suggested."""
        lines = []
        for match in self._matches:
            before, passage, after = self.context(match)
            suggestion = f" → {match.suggestion}" if match.suggestion else ""
            lines.append(f"{before}{left}{' '.join(passage.split())}{right}{after}{suggestion}（{match.reason_text('zh')}）")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self._matches:
            return "<p>没有发现疑似问题 (no candidates)</p>"
        kinds, severities = lexicon_vocabulary("kind"), lexicon_vocabulary("severity")
        rows = []
        for match in self._matches:
            before, passage, after = (html.escape(part) for part in self.context(match))
            kind = kinds[match.kind].title if match.kind in kinds else match.kind
            severity = severities[match.severity].title if match.severity in severities else match.severity
            cells = (
                f"{before}<mark>{passage}</mark>{after}",
                html.escape(match.suggestion or ""),
                html.escape(f"{kind} · {severity} · {match.confidence}"),
                html.escape(match.reason_text("zh")),
                html.escape(match.source),
            )
            rows.append("<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>")
        head = "".join(f"<th>{name}</th>" for name in ("表述", "建议", "类别", "说明", "来源"))
        note = f"{len(self)} 处疑似问题，须人工复核 (candidates for review)"
        return f"<table><caption>{note}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage was seen.

    Attributes:
        where: Address, account or file.
        match: The match as it stands there.
    """

    where: str
    match: Match


@dataclass(frozen=True, slots=True)
class Misstatement:
    """One misstatement, however often the sentence that holds it was published.

    Attributes:
        sentence: The sentence at the first place, on one line.
        match: The match at the first place.
        places: Every place, in the order given.
    """

    sentence: str
    match: Match
    places: tuple[PassagePlace, ...]


def group_incidents(texts: Iterable[tuple[str, Matches]]) -> tuple[Misstatement, ...]:
    """Return the incidents behind the matches of several texts: one sentence on five platforms is one incident with five places.

    Two sentences are the same when they differ in nothing but blanks, punctuation and letter case; a match is the same
    when it has the same place in the sentence, the same term and the same suggestion.

    Args:
        texts: Pairs of where the text stands (address, account) and its matches.
    """
    sentences: dict[tuple[str, int, str, str | None], str] = {}
    places: dict[tuple[str, int, str, str | None], list[PassagePlace]] = {}
    for where, matches in texts:
        text = matches.shown
        for match in matches:
            start, end = sentence_span(text, match.start, match.end)
            before = _essence(text[start : match.start])
            whole = before + _essence(text[match.start : end])
            key = (whole, len(before), match.term, match.suggestion)
            sentences.setdefault(key, squeeze_to_line(text[start:end]))
            places.setdefault(key, []).append(PassagePlace(where, match))
    return tuple(Misstatement(sentence, places[key][0].match, tuple(places[key])) for key, sentence in sentences.items())


def sentence_span(text: str, start: int, end: int, limit: int = 200) -> tuple[int, int]:
    """Return the span of the sentence around `start..end`, at most `limit` characters longer on each side."""
    floor, roof = max(0, start - limit), min(len(text), end + limit)
    first = max((text.rfind(stop, floor, start) for stop in _STOPS), default=-1) + 1
    last = min((at for stop in _STOPS if (at := text.find(stop, end, roof)) >= 0), default=roof)
    return max(first, floor), last


def squeeze_to_line(text: str) -> str:
    """`text` on one line, blanks at its ends taken off."""
    return " ".join(text.split())


def _essence(text: str) -> str:
    return "".join(char for char in squeeze(text) if char.isalnum()).casefold()
