"""Output of a scan: a table, JSON, SARIF, or the workbook to review in. Every form names a passage by the same digest."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

from govmedia_rules.checks.contract import passage_digest
from govmedia_rules.judge.review_sheet import review_row
from govmedia_rules.tables.files import guard
from govmedia_rules.text.matches import MATCH_HEADINGS, Match, Matches, group_incidents
from govmedia_rules.text.scanner import Scanner

Results = Sequence[tuple[str, Matches]]


class Settled(NamedTuple):
    """A candidate that is not shown because a review has decided it.

    Attributes:
        where: The file.
        matches: The matches of its text.
        match: The candidate.
        by: `inSource`: an exception in the text itself; `external`: a review.
        role: Role of the person who decided.
        day: Day of the decision, as YYYY-MM-DD.
        reason: Why.
    """

    where: str
    matches: Matches
    match: Match
    by: Literal["inSource", "external"]
    role: str
    day: str
    reason: str

    @property
    def why(self) -> str:
        """Who decided, when and why, on one line."""
        return f"{self.role} {self.day}：{self.reason}"


def match_digest(matches: Matches, match: Match) -> str:
    """Return the digest of a passage by which reviews name it."""
    return passage_digest(matches.sentence(match), match.text)


def scan_report(scanner: Scanner, results: Results, settled: Iterable[Settled]) -> dict[str, object]:
    """Return the candidates as JSON, with what was decided before and who decided it."""
    return {
        "lexicons": [stamp._asdict() for stamp in scanner.stamps],
        "texts": [{"where": where, "matches": [_match(matches, match) for match in matches]} for where, matches in results],
        "incidents": [
            {
                "sentence": incident.sentence,
                "text": incident.match.text,
                "suggestion": incident.match.suggestion,
                "places": [place.where for place in incident.places],
            }
            for incident in group_incidents(results)
        ],
        "decided": [
            {"where": each.where, "passage": match_digest(each.matches, each.match), "text": each.match.text}
            | {"by": each.by, "role": each.role, "at": each.day, "reason": each.reason}
            for each in settled
        ],
        "exceptions": [exception._asdict() for exception in scanner.lexicon.decided],
    }


def _match(matches: Matches, match: Match) -> dict[str, object]:
    return {
        **asdict(match),
        "reason_text": match.reason_text("zh"),
        "context": list(matches.context(match)),
        "passage": match_digest(matches, match),
    }


def scan_sarif(scanner: Scanner, results: Results, settled: Sequence[Settled]) -> dict[str, object]:
    """Return a SARIF 2.1.0 log; a result is a candidate, its fingerprint the digest of the passage, a decision a suppression."""
    from govmedia_rules.reports.sarif import SCHEMA

    found = [(where, matches, match) for where, matches in results for match in matches]
    reasons = sorted({match.reason for _, _, match in found} | {each.match.reason for each in settled})
    suppressed = [
        _result(each.where, each.matches, each.match) | {"suppressions": [{"kind": each.by, "justification": each.why}]}
        for each in settled
    ]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "govmedia_rules scan", "rules": [{"id": reason} for reason in reasons]}},
                "columnKind": "unicodeCodePoints",
                "properties": {"lexicons": [stamp._asdict() for stamp in scanner.stamps]},
                "results": [_result(*each) for each in found] + suppressed,
            }
        ],
    }


def _result(where: str, matches: Matches, match: Match) -> dict[str, object]:
    suggestion = f" → {match.suggestion}" if match.suggestion else ""
    region = {"charOffset": match.start, "charLength": match.end - match.start}
    return {
        "ruleId": match.reason,
        "kind": "review",
        "level": "none",
        "message": {"text": f"{match.text}{suggestion}（{match.reason_text('zh')}）"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(Path(where).as_posix())}, "region": region}}],
        "partialFingerprints": {"passage/v1": match_digest(matches, match)},
        "properties": {"term": match.term, "severity": match.severity, "confidence": match.confidence, "source": match.source},
    }


def scan_table(results: Results) -> str:
    """Return the candidates as CSV: file, sentence and digest of the passage, and the columns of a match."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["文件", "所在句", "内容摘要", *(heading.title for heading in MATCH_HEADINGS)])
    for where, matches in results:
        for match in matches:
            values = [
                where,
                matches.sentence(match),
                match_digest(matches, match),
                *(heading.get(match) for heading in MATCH_HEADINGS),
            ]
            writer.writerow([guard(value) if isinstance(value, str) else value for value in values])
    return out.getvalue()


def scan_review_rows(results: Results, indicator: str) -> Iterator[tuple[str, ...]]:
    """Return rows of the workbook to review in, one for each passage: the same sentence in several files is looked at once.

    Args:
        results: The candidates.
        indicator: Id of the indicator that the decisions are about.
    """
    places: dict[str, list[str]] = {}
    first: dict[str, tuple[Matches, Match]] = {}
    for where, matches in results:
        for match in matches:
            digest = match_digest(matches, match)
            first.setdefault(digest, (matches, match))
            places.setdefault(digest, []).append(where)
    for digest, (matches, match) in first.items():
        where = "；".join(dict.fromkeys(places[digest][:5]))
        suggestion = f"，建议：{match.suggestion}" if match.suggestion else ""
        said = f"{match.reason_text('zh')}{suggestion}"
        quoted = f"{match.text}：{matches.sentence(match)}"
        name = places[digest][0]
        yield review_row((name, Path(name).name, indicator, "表述", "待复核", said, quoted, where, "", digest))
