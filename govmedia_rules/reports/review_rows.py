"""Rows of the workbook to review in: what a person must look at, one passage or finding a row, with columns for the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from govmedia_rules.checks.contract import Evidence, Status
from govmedia_rules.judge.finding import Finding, evidence_text
from govmedia_rules.judge.inspection import Inspection, each_inspection
from govmedia_rules.judge.review_sheet import review_row

_LOOKED_AT = (Status.FAILED, Status.NEEDS_REVIEW)


def review_rows(inspections: Iterable[Inspection]) -> Iterator[tuple[str, ...]]:
    """Return the rows of candidates and failures, in the order of `REVIEW_COLUMNS`; those of failures first for each subject."""
    for inspection in each_inspection(inspections):
        for status in _LOOKED_AT:
            for finding in inspection.findings:
                if finding.status is status and not finding.is_waived:
                    yield from _rows_of(finding)


def _rows_of(finding: Finding) -> Iterator[tuple[str, ...]]:
    passages = [piece for piece in finding.evidence if piece.passage is not None]
    pieces: list[Evidence | None] = [*passages] if passages else [None]
    for piece in pieces:
        places = [evidence_text(each) for each in finding.evidence[:5]] if piece is None else piece.addresses[:5]
        cells = (
            finding.subject_id,
            finding.subject_name,
            finding.id,
            finding.title,
            "不合格" if finding.status is Status.FAILED else "待复核",
            finding.message("zh"),
            _quoted(piece),
            "；".join(places),
            finding.observed_at.isoformat(),
            "" if piece is None or piece.passage is None else piece.passage,
        )
        yield review_row(cells)


def _quoted(piece: Evidence | None) -> str:
    return "" if piece is None else f"{piece.what}：{piece.value}"
