"""A copy of a DOCX document with a comment at each candidate."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from govmedia_rules.errors import MissingExtra, ObservationError, Where
from govmedia_rules.text.matches import Match
from govmedia_rules.text.scanner import Scanner

if TYPE_CHECKING:
    from datetime import date

    from docx.document import Document as Docx
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_BETWEEN = "\n\n"


def marked_docx(path: str | Path, scanner: Scanner, *, at: date | None = None) -> bytes:
    """Return a copy of a DOCX document in which each candidate has a comment: what is suggested, why, by which document.

    Body and tables are marked; what stands in headers, notes and text boxes is found by `scan` alone.

    Args:
        path: The document.
        scanner: What looks for candidates.
        at: Day it was published.

    Raises:
        MissingExtra: python-docx is not installed.
        ObservationError: It is no DOCX document.
    """
    try:
        import docx
    except ImportError:
        raise MissingExtra(
            "marking a document needs python-docx", hint="pip install govmedia-rules[notices]", zh="在文件上加批注需要 python-docx"
        ) from None
    try:
        document = docx.Document(str(path))
    except Exception as fault:  # the library raises errors of many kinds on broken files
        raise ObservationError(
            f"the file is not a DOCX document: {fault!r}"[:300],
            Where(str(path)),
            hint="save it as .docx in Word or WPS",
            zh="文件不是 DOCX 文件",
            hint_zh="请在 Word 或 WPS 里另存为 .docx",
        ) from None
    paragraphs = list(_paragraphs(document))
    matches = scanner.scan(_BETWEEN.join(paragraph.text for paragraph in paragraphs), at=at)
    start = 0
    for paragraph in paragraphs:
        end = start + len(paragraph.text)
        for match in matches:
            if start <= match.start and match.end <= end:
                _comment(document, paragraph, match.start - start, match.end - start, match)
        start = end + len(_BETWEEN)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _paragraphs(document: Docx) -> Iterator[Paragraph]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in dict.fromkeys(row.cells):
                yield from cell.paragraphs


def _comment(document: Docx, paragraph: Paragraph, start: int, end: int, match: Match) -> None:
    runs = _runs_between(paragraph, start, end)
    if not runs:
        return
    parts = [match.reason_text("zh")]
    if match.suggestion:
        parts.insert(0, f"建议：{match.suggestion}")
    if match.source:
        parts.append(f"依据：{match.source}")
    parts.append("机器提示，须人工复核")
    document.add_comment([runs[0], runs[-1]], text="\n".join(parts), author=match.by or "govmedia_rules", initials="GR")


def _runs_between(paragraph: Paragraph, start: int, end: int) -> list[Run]:
    runs, place = [], 0
    for run in paragraph.runs:
        if place < end and start < place + len(run.text):
            runs.append(run)
        place += len(run.text)
    return runs
