"""The texts of DOCX, XLSX and PPTX files."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from govmedia_rules.errors import ObservationError, Where, reason_zh

MAX_PART = 256 * 1024 * 1024
"""Bytes of the largest part of an office file, once unpacked, that is read."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOVED = f"{_WORD}moveFrom"
"""Text that was moved away: it stands once more where it was moved to."""
_NOT_READ = frozenset({_FALLBACK, _MOVED, f"{_WORD}rt"})
"""What the fallback says once more for old programs, what was moved away, and the readings above characters."""
_PROPERTIES = "docProps/core.xml"
_MARGIN_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[0-9]{1,3}|[A-Z])')
"""What parts and formats the head and foot of a printed sheet."""

_LONG_FIGURE = re.compile("[0-9]{11,19}")

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


OnFault = Callable[[ObservationError], None]


def office_text(path: Path, on_fault: OnFault) -> str:
    """Return the text of a DOCX, XLSX or PPTX file: body, headers, notes, comments, text boxes, cells, title and keywords.

    Paragraphs and cells are parted by blank lines, so that nothing is found across them. Text that was deleted or moved away
    is left out.

    Args:
        path: The file.
        on_fault: Called where it holds another document, whose text is not read.

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
            for pattern in patterns:
                for name in sorted(name for name in names if re.fullmatch(pattern, name)):
                    lines += _lines(_part(archive, name, path), name)
            if not any(line.strip() for line in lines) and any("/media/" in name for name in names):
                what, zh = "it holds pictures and no text", "文件只有图片没有文字"
                on_fault(ObservationError(what, Where(str(path)), "recognise its text (OCR) first", zh, "请先识别文字（OCR）"))
            for name in _embedded(archive):
                what, zh = f"it holds the document {name}, which was not read", f"其中嵌有文件 {name}，没有读入"
                on_fault(ObservationError(what, Where(str(path)), "save that one on its own", zh, "请另存该文件"))
            if _PROPERTIES in names:
                lines += _lines(_part(archive, _PROPERTIES, path), _PROPERTIES)
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
        raise unreadable(path, path.suffix[1:].upper(), fault) from None
    return "\n\n".join(lines)


def unreadable(path: str | Path, kind: str, fault: Exception, hint: str = "", hint_zh: str = "") -> ObservationError:
    """Return the error of a file that is no document of its kind.

    Args:
        path: The file.
        kind: The kind: DOCX, PDF.
        fault: What its reader raised.
        hint: What to do.
        hint_zh: The same in Chinese.
    """
    what = str(fault) or type(fault).__name__
    return ObservationError(
        f"the file is not a {kind} document: {what}"[:300],
        Where(str(path)),
        hint,
        f"文件不是 {kind} 文件：{reason_zh(fault)}"[:300],
        hint_zh,
    )


_EMBEDDED = re.compile(r"(?:word|xl|ppt)/(?:embeddings/[^/]+|[^/]+\.(?:x?html?|mht|rtf|txt|docx|dotx))", re.IGNORECASE)
_CHART_RELATIONS = re.compile(r"(?:word|xl|ppt)/charts/_rels/[^/]+")
_TARGET = re.compile(rb'Target="[^"]*?([^"/]+)"')


def _embedded(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the documents inside a document; the figures of its charts are none."""
    names = archive.namelist()
    relations = (archive.read(name) for name in names if _CHART_RELATIONS.fullmatch(name) and _is_small(archive, name))
    figures = {target.decode("utf-8", "replace") for relation in relations for target in _TARGET.findall(relation)}
    return [name.rpartition("/")[2] for name in names if _EMBEDDED.fullmatch(name) and name.rpartition("/")[2] not in figures]


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return archive.getinfo(name).file_size <= MAX_PART


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
        # Numbers of persons are often typed as figures.
        figures = (cell.findtext(f"{_SHEET}v") or "" for cell in root.iter(f"{_SHEET}c") if cell.get("t", "n") == "n")
        yield from (figure for figure in figures if _LONG_FIGURE.fullmatch(figure))
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
            elif node.tag not in _NOT_READ:
                nodes.extend(reversed(node))
        if is_paragraph:
            lines.append("".join(parts))
        paragraphs.extend(reversed(inner))
    return lines
