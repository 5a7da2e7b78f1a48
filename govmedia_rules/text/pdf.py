"""The text of PDF files: pages, comments, filled-in fields and titles; pages that hold no readable text are reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from govmedia_rules.errors import MissingExtra, ObservationError, Where
from govmedia_rules.text.near import common_prefix
from govmedia_rules.text.office import unreadable

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_PAGES = 5_000
"""Pages of the longest PDF file that is read."""
_WRAPPED = re.compile(r"(?<=[\u4e00-\u9fff，、；])[ \t]*\n[ \t]*(?=[\u4e00-\u9fff])")
_PAGE_NUMBER = r"(?:[-—–―·]+\s*[0-9]{1,4}\s*[-—–―·]+|[0-9]{1,4}\s*[/／]\s*[0-9]{1,4}|第\s*[0-9]{1,4}\s*页[^\n]{0,12}|[0-9]{1,4})"
_FIRST_LINE = re.compile(rf"\s*{_PAGE_NUMBER}\s*(?:\n|\Z)")
_LAST_LINE = re.compile(rf"(?:\n|\A)\s*{_PAGE_NUMBER}\s*\Z")
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_DRAWING_BYTES = 1_000
"""Bytes of drawing on a page without text from which it may be text drawn as lines."""
_LEAST_PAGES, _LEAST_HEAD = 3, 4
"""Pages and characters from which what all pages begin with is their printed head."""


def pdf_text(path: Path, on_fault: Callable[[ObservationError], None]) -> str:
    """Return the text of a PDF file: lines that were wrapped joined, page numbers left out, printed heads once, at the end.

    Comments, filled-in fields, title and keywords follow, each apart.

    Args:
        path: The file.
        on_fault: Called with each page whose text cannot be read, so that nobody takes it for read.

    Raises:
        MissingExtra: pypdf is not installed.
        ObservationError: It is no PDF file, encrypted, or too long.
    """
    try:
        import pypdf
    except ImportError:
        raise MissingExtra(
            "reading PDF files needs pypdf", hint="pip install govmedia-rules[pdf]", zh="读 PDF 文件需要 pypdf"
        ) from None
    try:
        reader = pypdf.PdfReader(path)
        _check(reader, path)
        pages = []
        for number, page in enumerate(reader.pages, 1):
            text = _LAST_LINE.sub("", _FIRST_LINE.sub("", page.extract_text() or "", count=1), count=1)
            _report_unread(page, text, number, path, on_fault)
            pages.append(text.strip("\n"))
        beside = list(dict.fromkeys(_beside(reader)))
    except ObservationError:
        raise
    except Exception as fault:  # the library raises errors of many kinds on broken files
        raise unreadable(path, "PDF", fault, "save it as DOCX or text", "请另存为 DOCX 或文本") from None
    head, bodies = _without_head(pages)
    return "\n\n".join(part for part in (_WRAPPED.sub("", "\n".join(bodies)).strip("\n"), head, *beside) if part)


def _check(reader: PdfReader, path: Path) -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        what, zh = "the PDF file is encrypted", "PDF 文件已加密"
        raise ObservationError(what, Where(str(path)), "save a copy without a password", zh, "请另存一份不带密码的")
    if len(reader.pages) > MAX_PAGES:
        what, zh = f"the PDF file has more than {MAX_PAGES} pages", f"PDF 文件超过 {MAX_PAGES} 页"
        raise ObservationError(what, Where(str(path)), "split it", zh, "请拆分")


def _report_unread(page: PageObject, text: str, number: int, path: Path, on_fault: Callable[[ObservationError], None]) -> None:
    """Report a page of pictures or drawings without text, and one whose characters have no known meaning."""
    if not text.strip() and _draws(page):
        what, zh = f"page {number} holds pictures and no text", f"第 {number} 页只有图片没有文字"
    elif len(_UNREADABLE.findall(text)) * 20 > len(text):
        what, zh = f"the characters of page {number} cannot be read", f"第 {number} 页的文字不能识读"
    else:
        return
    on_fault(ObservationError(what, Where(str(path)), "recognise its text (OCR) first", zh, "请先识别文字（OCR）"))


def _draws(page: PageObject) -> bool:
    """Tell whether a page without text shows something all the same: a picture, or much drawing."""
    if "/XObject" in (page.get("/Resources") or {}):
        return True
    contents = page.get_contents()
    data = b"" if contents is None else contents.get_data()
    return len(data) > _DRAWING_BYTES or re.search(rb"\bBI\b.*\bID\b", data, re.DOTALL) is not None


def _without_head(pages: Sequence[str]) -> tuple[str, list[str]]:
    """Return the printed head of the pages, empty without one, and the pages without it: it would stand inside words."""
    if len(pages) < _LEAST_PAGES:
        return "", list(pages)
    first, last = min(pages[1:]), max(pages[1:])  # what these two share, all in between share
    head = first[: common_prefix(first, last)]
    if "\n" in head.strip():
        head = head[: head.rindex("\n") + 1]
    if len(head.strip()) < _LEAST_HEAD or head == pages[-1]:
        return "", list(pages)
    return head.strip(), [page.removeprefix(head) for page in pages]


def _beside(reader: PdfReader) -> Iterator[str]:
    """Yield the title, subject and keywords of a file, its comments and what was filled in."""
    described = reader.metadata or {}
    values = [described.get(key) for key in ("/Title", "/Subject", "/Keywords")]
    for page in reader.pages:
        for annotation in page.get("/Annots") or ():
            item = annotation.get_object()
            values += [item.get("/Contents"), item.get("/V")]
    for value in values:
        if isinstance(value, str) and value.strip():
            yield value.strip()
