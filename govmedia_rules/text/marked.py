"""A copy of a DOCX document with a comment at each candidate."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from govmedia_rules.errors import MissingExtra
from govmedia_rules.text.matches import Match
from govmedia_rules.text.office import unreadable
from govmedia_rules.text.scanner import Scanner

if TYPE_CHECKING:
    from datetime import date

    from docx.document import Document as Docx
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.run import Run

_BETWEEN = "\n\n"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BOX = frozenset({f"{_WORD}txbxContent"})
_LEFT_OUT = _BOX | {f"{_WORD}del", f"{_WORD}moveFrom", f"{_WORD}rt"}


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
        hint, hint_zh = "save it as .docx in Word or WPS", "请在 Word 或 WPS 里另存为 .docx"
        raise unreadable(path, "DOCX", fault, hint, hint_zh) from None
    paragraphs = [_runs(paragraph) for paragraph in document.element.body.iter(f"{_WORD}p") if not _is_in(paragraph, _BOX)]
    texts = ["".join(run.text for run in runs) for runs in paragraphs]
    matches = scanner.scan(_BETWEEN.join(texts), at=at)
    start = 0
    for runs, text in zip(paragraphs, texts, strict=True):
        end = start + len(text)
        for match in matches:
            if start <= match.start and match.end <= end:
                _comment(document, _runs_between(runs, match.start - start, match.end - start), match)
        start = end + len(_BETWEEN)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _runs(paragraph: BaseOxmlElement) -> list[Run]:
    """Return the runs of a paragraph with those of links and insertions, without what was deleted or stands in a box."""
    from docx.text.run import Run

    return [Run(run, None) for run in paragraph.iter(f"{_WORD}r") if not _is_in(run, _LEFT_OUT, paragraph)]


def _is_in(element: BaseOxmlElement, tags: Collection[str], outermost: BaseOxmlElement | None = None) -> bool:
    """Tell whether an element stands inside one of these, looking no further than `outermost`."""
    return any(parent.tag in tags for parent in takewhile(lambda parent: parent is not outermost, element.iterancestors()))


def _comment(document: Docx, runs: Sequence[Run], match: Match) -> None:
    if not runs:
        return
    parts = [match.reason_text("zh")]
    if match.suggestion:
        parts.insert(0, f"建议：{match.suggestion}")
    if match.source:
        parts.append(f"依据：{match.source}")
    parts.append("机器提示，须人工复核")
    document.add_comment([runs[0], runs[-1]], text="\n".join(parts), author=match.by or "govmedia_rules", initials="GR")


def _runs_between(paragraph: Iterable[Run], start: int, end: int) -> list[Run]:
    runs, place = [], 0
    for run in paragraph:
        if place < end and start < place + len(run.text):
            runs.append(run)
        place += len(run.text)
    return runs
