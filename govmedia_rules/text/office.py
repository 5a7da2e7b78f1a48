"""The texts of DOCX, XLSX and PPTX files and of PDF files."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from govmedia_rules.errors import MissingExtra, ObservationError, Where

MAX_PART = 256 * 1024 * 1024
"""Bytes of the largest part of an office file, once unpacked, that is read."""
MAX_PAGES = 5_000
"""Pages of the longest PDF file that is read."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOVED = f"{_WORD}moveFrom"
"""Text that was moved away: it stands once more where it was moved to."""
_PROPERTIES = "docProps/core.xml"
_MARGIN_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[0-9]{1,3}|[A-Z])')
"""What parts and formats the head and foot of a printed sheet."""

_PARTS: dict[str, tuple[tuple[str, ...], str]] = {
    ".docx": (
        (
            r"word/document\.xml",
            r"word/(?:header|footer|footnotes|endnotes|comments)[0-9]*\.xml",
            r"word/(?:diagrams/data|charts/chart)[0-9]*\.xml",
        ),
        "word/document.xml",
    ),
    ".xlsx": (
        (
            r"xl/workbook\.xml",
            r"xl/sharedStrings\.xml",
            r"xl/worksheets/[^/]+\.xml",
            r"xl/(?:(?:comments|threadedComments)/?|(?:drawings/drawing|charts/chart))[^/]*\.xml",
        ),
        "xl/workbook.xml",
    ),
    ".pptx": (
        (
            r"ppt/slides/slide[0-9]+\.xml",
            r"ppt/notesSlides/[^/]+\.xml",
            r"ppt/comments/[^/]+\.xml",
            r"ppt/(?:diagrams/data|charts/chart)[0-9]*\.xml",
        ),
        "ppt/presentation.xml",
    ),
}
"""By ending: which parts hold text, in order, and the part every such file has."""
OFFICE_ENDINGS = frozenset(_PARTS)


def office_text(path: Path) -> str:
    """Return the text of a DOCX, XLSX or PPTX file: body, headers, notes, comments, text boxes, cells, title and keywords.

    Paragraphs and cells are parted by blank lines, so that nothing is found across them. Text that was deleted or moved away
    is left out.

    Raises:
        ObservationError: It is no such file, or too large once unpacked.
    """
    patterns, needed = _PARTS[path.suffix.lower()]
    lines: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if needed not in names:
                raise ObservationError(
                    f"the file is not a {path.suffix[1:].upper()} document: it has no {needed}",
                    Where(str(path)),
                    zh=f"文件不是 {path.suffix[1:].upper()} 文件：其中没有 {needed}",
                )
            for pattern in (*patterns, re.escape(_PROPERTIES)):
                for name in sorted(name for name in names if re.fullmatch(pattern, name)):
                    lines += _lines(_part(archive, name, path), name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        LookupError,  # a part is missing, or in an encoding that nobody knows
        ElementTree.ParseError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as fault:
        raise ObservationError(
            f"the file is not a {path.suffix[1:].upper()} document: {fault}",
            Where(str(path)),
            zh=f"文件不是 {path.suffix[1:].upper()} 文件：{fault}",
        ) from None
    return "\n\n".join(lines)


def _part(archive: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    info = archive.getinfo(name)
    if info.file_size > MAX_PART:
        raise ObservationError("the document is larger than allowed once unpacked", Where(str(path)), zh="文件解压后过大")
    xml = archive.read(info)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ObservationError(
            "the document declares entities, which no word processor does",
            Where(str(path)),
            zh="文件声明了实体，办公软件不会这样写",
        )
    return ElementTree.fromstring(xml)  # noqa: S314


def _lines(root: ElementTree.Element, name: str) -> Iterator[str]:
    if name == _PROPERTIES:
        yield from (
            node.text for node in root if node.text and re.search("(?:title|subject|keywords|description|category)$", node.tag)
        )
    elif name.startswith("word/") and "diagrams" not in name and "charts" not in name:
        yield from _paragraphs(root, f"{_WORD}p", f"{_WORD}t")
    elif name == "xl/workbook.xml":
        yield from (node.get("name") or "" for node in root.iter(f"{_SHEET}sheet"))
    elif name.startswith("xl/threadedComments"):
        yield from (node.text for node in root.iter() if node.text and str(node.tag).endswith("}text"))
    elif name.startswith("xl/") and "drawings" not in name and "charts" not in name:
        for tag in ("si", "is", "text"):
            yield from ("".join(part.text or "" for part in node.iter(f"{_SHEET}t")) for node in root.iter(f"{_SHEET}{tag}"))
        # The text that a formula gives, and the head and foot of a printed page.
        yield from (cell.findtext(f"{_SHEET}v") or "" for cell in root.iter(f"{_SHEET}c") if cell.get("t") == "str")
        for margin in root.iter(f"{_SHEET}headerFooter"):
            yield from (_MARGIN_CODE.sub("\n\n", part.text or "") for part in margin)
    else:
        yield from _paragraphs(root, f"{_DRAWING}p", f"{_DRAWING}t")


def _paragraphs(root: ElementTree.Element, paragraph: str, text: str) -> list[str]:
    """Return the paragraphs in order; a text box inside a paragraph has paragraphs of its own, which follow it."""
    lines: list[str] = []
    paragraphs = [(root, False)]
    # A stack of its own: a document may be nested deeper than Python calls functions.
    while paragraphs:
        start, is_paragraph = paragraphs.pop()
        parts: list[str] = []
        inner: list[tuple[ElementTree.Element, bool]] = []
        nodes = list(reversed(start))
        while nodes:
            node = nodes.pop()
            kind = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
            if node.tag == paragraph:
                inner.append((node, True))
            elif node.tag == text:
                parts.append(node.text or "")
            elif kind in {"br", "cr"}:
                parts.append("\n")
            elif kind == "tab" and node.tag.startswith(_WORD):
                parts.append("\t")
            elif node.tag not in {_FALLBACK, _MOVED}:  # the fallback says the same once more for old programs
                nodes.extend(reversed(node))
        if is_paragraph:
            lines.append("".join(parts))
        paragraphs.extend(reversed(inner))
    return lines


_WRAPPED = re.compile(r"(?<=[\u4e00-\u9fff，、；])[ \t]*\n[ \t]*(?=[\u4e00-\u9fff])")


def pdf_text(path: Path, on_fault: Callable[[ObservationError], None]) -> str:
    """Return the text of a PDF file, lines that were wrapped joined.

    Args:
        path: The file.
        on_fault: Called with each page that holds pictures and no text, so that nobody takes it for read.

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
        if reader.is_encrypted and not reader.decrypt(""):
            raise ObservationError(
                "the PDF file is encrypted",
                Where(str(path)),
                "save a copy without a password",
                zh="PDF 文件已加密",
                hint_zh="请另存一份不带密码的",
            )
        if len(reader.pages) > MAX_PAGES:
            raise ObservationError(
                f"the PDF file has more than {MAX_PAGES} pages",
                Where(str(path)),
                "split it",
                zh=f"PDF 文件超过 {MAX_PAGES} 页",
                hint_zh="请拆分",
            )
        pages = []
        for number, page in enumerate(reader.pages, 1):
            text = page.extract_text() or ""
            if not text.strip() and "/XObject" in (page.get("/Resources") or {}):
                on_fault(
                    ObservationError(
                        f"page {number} holds pictures and no text",
                        Where(str(path)),
                        "recognise its text (OCR) first",
                        zh=f"第 {number} 页只有图片没有文字",
                        hint_zh="请先识别文字（OCR）",
                    )
                )
            pages.append(text)
    except ObservationError:
        raise
    except Exception as fault:  # the library raises errors of many kinds on broken files
        raise ObservationError(
            f"the file cannot be read as PDF: {fault!r}"[:300],
            Where(str(path)),
            hint="save it as DOCX or text",
            zh="文件不能按 PDF 读",
            hint_zh="请另存为 DOCX 或文本",
        ) from None
    return _WRAPPED.sub("", "\n".join(pages))
