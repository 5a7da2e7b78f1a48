"""Findings in compared text, before they become matches in the text as found."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from govmedia_rules.text.lexicon import Canonical, Confidence, Entry, Enumeration, Pattern, Person, Term
from govmedia_rules.text.matches import RANK
from govmedia_rules.text.misses import confidence_of
from govmedia_rules.text.near import Edit


class ReportedPassage(NamedTuple):
    """A passage of the compared text that a lexicon line reports.

    Attributes:
        start: Its first position.
        end: Its end, excluded.
        line: The lexicon line.
        reason: Reason code.
        suggestion: What to write instead; None where a person decides.
        confidence: How sure the machine is.
        edit: The near miss, where it is one.
        run: Span of the whole enumeration, where a member is reported.
    """

    start: int
    end: int
    line: Entry
    reason: str
    suggestion: str | None
    confidence: Confidence
    edit: Edit | None = None
    run: tuple[int, int] | None = None


class Days(NamedTuple):
    """The days of texts that are searched as one, by the place each text starts at."""

    starts: Sequence[int]
    days: Sequence[date | None]

    def at(self, place: int) -> date | None:
        """Return the day of the text at `place`; None where it is not known."""
        return self.days[bisect_right(self.starts, place) - 1]


def best(findings: Sequence[ReportedPassage]) -> Sequence[ReportedPassage]:
    """Keep, of findings that overlap, the one that says most, in order of place.

    A listed term comes before a near miss, a longer form before a shorter one; but a graver right form comes before a term
    that lies inside it (检查院 in 最高人民检查院).

    Args:
        findings: In order of their ends.
    """
    if all(first.end <= second.start for first, second in pairwise(findings)):
        return findings
    kept: list[ReportedPassage] = []
    starts: list[int] = []
    for finding in sorted(_without_lesser(findings), key=_rank):
        at = bisect_right(starts, finding.start)
        if at and kept[at - 1].end > finding.start:
            continue
        if at < len(kept) and kept[at].start < finding.end:
            continue
        kept.insert(at, finding)
        starts.insert(at, finding.start)
    return kept


def _without_lesser(findings: Sequence[ReportedPassage]) -> list[ReportedPassage]:
    """Drop terms of less weight inside a near miss of a graver right form."""
    grave = [
        finding
        for finding in findings
        if finding.edit is not None and finding.line.severity == "serious" and finding.confidence != "low"
    ]
    return [
        finding
        for finding in findings
        if finding.line.severity == "serious"
        or not any(other.start <= finding.start and finding.end <= other.end for other in _around(grave, finding))
    ]


def _around(findings: Sequence[ReportedPassage], finding: ReportedPassage) -> Sequence[ReportedPassage]:
    """Of findings in order of their ends, those that end in the 200 characters from the end of one."""
    first = bisect_left(findings, finding.end, key=_end)
    return findings[first : bisect_right(findings, finding.end + 200, key=_end)]


def _end(finding: ReportedPassage) -> int:
    return finding.end


def _rank(finding: ReportedPassage) -> tuple[int, bool, bool, bool, int, int, bool]:
    listed = isinstance(finding.line, Term | Person) or (isinstance(finding.line, Pattern) and finding.suggestion is not None)
    kind = 0 if listed else 1 if isinstance(finding.line, Enumeration) else 2
    size = finding.end - finding.start
    doubtful = finding.edit is not None and RANK[confidence_of(finding.reason, size)] == RANK["low"]
    return (
        kind,
        doubtful,
        finding.suggestion is None,
        finding.reason in {"substituted", "missing"},
        -size,
        finding.start,
        isinstance(finding.line, Pattern),
    )


def is_in_force(line: Term | Canonical | Pattern, day: date | None) -> bool:
    """Tell whether a dated line speaks of the day of a text; false for a text without a day."""
    return day is not None and (line.since is None or line.since <= day) and (line.until is None or day <= line.until)
