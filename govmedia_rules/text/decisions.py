"""Decisions on passages, kept in a file beside the texts: who decided, when, why and until when (复核结论)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from govmedia_rules.errors import ObservationError, Where
from govmedia_rules.text.matches import Match, Matches, sentence_span, squeeze_to_line
from govmedia_rules.text.normalise import compared

Verdict = Literal["open", "confirmed", "dismissed"]
"""`open`: known and not decided; `confirmed`: a misstatement; `dismissed`: right where it stands."""
MAX_BYTES = 64 * 1024 * 1024
"""Largest file of decisions that is read."""


@dataclass(frozen=True, slots=True)
class PassageDecision:
    """What a person decided on one passage, wherever its sentence is published.

    Attributes:
        passage: Digest of the sentence, the place in it and the term; see `match_digest`.
        verdict: `open`, `confirmed` or `dismissed`.
        role: Role of the person who decided, never the name; who listed it where it is open.
        decided: Day of the decision.
        reason: Why.
        expires: Last day it holds; None for no end.
        text: The passage, for the reader of the file.
        sentence: The sentence, for the reader of the file; private data masked.
    """

    passage: str
    verdict: Verdict
    role: str
    decided: date
    reason: str = ""
    expires: date | None = None
    text: str = ""
    sentence: str = ""

    def holds_on(self, day: date | None) -> bool:
        """Tell whether it holds on a day; without a day it does."""
        return day is None or self.expires is None or day <= self.expires


def match_digest(matches: Matches, match: Match) -> str:
    """Return what tells a passage again: 16 hex digits of the sentence, the place in it and the term.

    Blanks, line breaks, quotation marks and the text around the sentence do not count, so that a page laid out anew, or the same
    sentence on another platform, has the same digest.
    """
    text = matches.shown
    start, end = sentence_span(text, match.start, match.end)
    sentence, before = compared(text[start:end]), compared(text[start : match.start])
    content = json.dumps([sentence, len(before), match.term], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def decisions_of(matches: Matches, *, role: str, decided: date, verdict: Verdict = "open") -> tuple[PassageDecision, ...]:
    """Return a decision on each match of a text, for a new baseline.

    Args:
        matches: The matches.
        role: Who lists them.
        decided: Day of the decision.
        verdict: The same for all.
    """
    made = []
    for match in matches:
        start, end = sentence_span(matches.shown, match.start, match.end)
        sentence = squeeze_to_line(matches.shown[start:end])
        made.append(PassageDecision(match_digest(matches, match), verdict, role, decided, text=match.text, sentence=sentence))
    return tuple(made)


def merge_decisions(*groups: Iterable[PassageDecision]) -> dict[str, PassageDecision]:
    """Return the decision that counts on each passage: the one decided last; of one day the later one given."""
    merged: dict[str, PassageDecision] = {}
    for decision in (decision for group in groups for decision in group):
        known = merged.get(decision.passage)
        if known is None or known.decided <= decision.decided:
            merged[decision.passage] = decision
    return dict(sorted(merged.items()))


def without_decided(matches: Matches, decisions: Mapping[str, PassageDecision], day: date | None) -> Matches:
    """Return the matches on which no decision holds on a day: the new ones.

    Args:
        matches: The matches of one text.
        decisions: Decisions by passage.
        day: Day on which the decisions are used; None to ignore when they expire.
    """
    new = []
    for match in matches:
        decision = decisions.get(match_digest(matches, match))
        if decision is None or not decision.holds_on(day):
            new.append(match)
    return Matches(matches.text, new)


def read_decisions(path: str | Path) -> dict[str, PassageDecision]:
    """Read a file of decisions, one JSON object a line; the last decision on a passage counts.

    Raises:
        ObservationError: There is no such file, it is too large, or a line cannot be used; it names the line.
    """
    path = Path(path)
    if not path.is_file():
        raise ObservationError("no such file of decisions", Where(str(path)))
    if path.stat().st_size > MAX_BYTES:
        raise ObservationError(f"the file is larger than {MAX_BYTES} bytes", Where(str(path)))
    decisions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            decisions.append(_read_line(line, Where(str(path), row=number)))
    return merge_decisions(decisions)


def _read_line(line: str, where: Where) -> PassageDecision:
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise ValueError("it is no object")
        known = {item.name for item in fields(PassageDecision)}
        if unknown := sorted(values.keys() - known):
            raise ValueError(f"unknown key {unknown[0]!r}")
        if values.get("verdict") not in get_args(Verdict):
            raise ValueError(f"verdict is none of {', '.join(get_args(Verdict))}")
        values["decided"] = date.fromisoformat(values["decided"])
        if values.get("expires") is not None:
            values["expires"] = date.fromisoformat(values["expires"])
        return PassageDecision(**values)
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise ObservationError(f"the line is no decision: {fault}", where) from None


def write_decisions(path: str | Path, decisions: Iterable[PassageDecision]) -> None:
    """Write decisions in order of passage, one JSON object a line, so that two files merge line by line."""
    lines = [
        json.dumps(asdict(decision), ensure_ascii=False, default=str, sort_keys=True)
        for decision in merge_decisions(decisions).values()
    ]
    Path(path).write_text("".join(f"{line}\n" for line in lines), "utf-8")
