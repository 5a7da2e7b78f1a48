"""The texts of files: plain text, HTML, DOCX, and JSON Lines with texts in their fields."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from govmedia_rules.core.dates import read_moment
from govmedia_rules.errors import ObservationError, Where

MAX_BYTES = 512 * 1024 * 1024
"""Largest file, and largest part of a DOCX file once unpacked, that is read."""
_FIELDS = frozenset({"text", "title", "content", "body", "name", "html"})
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BESIDES = re.compile(r"word/(?:header|footer|footnotes|endnotes)[0-9]*\.xml")
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)


_DAYS = ("published_at", "posted_at", "published", "pubdate", "date", "发布时间", "发布日期")


class Document(NamedTuple):
    """A text and where it stands.

    Attributes:
        where: The file, with the line and field where it has several.
        text: The text.
        day: Day it was published, as the file says; None when it does not.
    """

    where: str
    text: str
    day: date | None = None


def read_documents(path: str | Path, on_fault: Callable[[ObservationError], None] | None = None) -> Iterator[Document]:
    """The texts of a file, by its ending: .html and .htm, .docx, .jsonl and .ndjson; everything else is plain text.

    Of a JSON line every string under a key called text, title, content, body, name or html is read, however deep. The day of
    a text is that of `<meta name="PubDate">`, or what stands under published_at, posted_at, published, pubdate, date,
    发布时间 or 发布日期 beside it or above it.

    Args:
        path: The file.
        on_fault: Is told of each JSON line that cannot be used, and reading goes on; None to raise.

    Raises:
        ObservationError: The file cannot be read as what its ending says; for JSON Lines it names the line.
    """
    path = Path(path)
    if not path.is_file():
        raise ObservationError("no such file", Where(str(path)))
    if path.stat().st_size > MAX_BYTES:
        raise ObservationError(f"the file is larger than {MAX_BYTES} bytes", Where(str(path)))
    suffix = path.suffix.lower()
    if suffix in {".html", ".htm", ".shtml", ".xhtml"}:
        html = decode(path.read_bytes(), html=True)
        yield Document(str(path), html_text(html), _html_day(html))
    elif suffix == ".docx":
        yield Document(str(path), _docx_text(path))
    elif suffix in {".jsonl", ".ndjson"}:
        yield from _json_lines(path, on_fault)
    else:
        raw = path.read_bytes()
        if b"\x00" in raw[:4_096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ObservationError("the file is no text", Where(str(path)), "read are .txt, .html, .docx and .jsonl")
        yield Document(str(path), decode(raw))


def decode(raw: bytes, *, html: bool = False) -> str:
    """Bytes as text: by byte order mark, as UTF-8, by the page's word, as GB18030, else as UTF-8 with marks for the rest."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    encodings = ["utf-8"]
    declared = _META.search(raw[:4_096]) if html else None
    if declared is not None:
        name = declared[1].decode("ascii").lower()
        encodings.append("gb18030" if name in {"gb2312", "gbk", "gb_2312-80"} else name)
    for encoding in (*encodings, "gb18030"):
        try:
            return raw.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def html_text(html: str) -> str:
    """The text a reader of a page sees, one block a line; scripts, styles and templates are left out."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "noscript", "template"])
    for block in tree.css("p, div, li, td, th, tr, h1, h2, h3, h4, h5, h6, br, option, dt, dd, section, article, title"):
        block.insert_after("\n")
    root = tree.body if tree.body is not None else tree.root
    title = tree.css_first("title")
    head = f"{title.text(strip=True)}\n" if title is not None else ""
    return head + (root.text() if root is not None else "")


def _html_day(html: str) -> date | None:
    from selectolax.lexbor import LexborHTMLParser

    meta = LexborHTMLParser(html).css_first('meta[name="PubDate" i]')
    return None if meta is None else _day(meta.attributes.get("content"))


def _day(value: object) -> date | None:
    moment = read_moment(value) if isinstance(value, str) else None
    return moment.date() if isinstance(moment, datetime) else moment


def _docx_text(path: Path) -> str:
    """The body, then headers, footers and notes; each paragraph apart from the next by a blank line."""
    lines: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            names = ["word/document.xml", *sorted(name for name in archive.namelist() if _BESIDES.fullmatch(name))]
            for name in names:
                lines += _paragraphs(_docx_part(archive, name, path))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError) as fault:
        raise ObservationError(f"the file is not a DOCX document: {fault}", Where(str(path))) from None
    # A blank line between two paragraphs, so that nothing is found across them.
    return "\n\n".join(lines)


def _docx_part(archive: zipfile.ZipFile, name: str, path: Path) -> ElementTree.Element:
    info = archive.getinfo(name)
    if info.file_size > MAX_BYTES:
        raise ObservationError("the document is larger than allowed once unpacked", Where(str(path)))
    xml = archive.read(info)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ObservationError("the document declares entities, which no word processor does", Where(str(path)))
    return ElementTree.fromstring(xml)  # noqa: S314


def _paragraphs(root: ElementTree.Element) -> list[str]:
    """The paragraphs in order; a text box inside a paragraph has paragraphs of its own, which follow it."""
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
            if node.tag == f"{_WORD}p":
                inner.append((node, True))
            elif node.tag == f"{_WORD}t":
                parts.append(node.text or "")
            elif node.tag in {f"{_WORD}br", f"{_WORD}cr"}:
                parts.append("\n")
            elif node.tag == f"{_WORD}tab":
                parts.append("\t")
            elif node.tag != _FALLBACK:  # says the same once more for old programs
                nodes.extend(reversed(node))
        if is_paragraph:
            lines.append("".join(parts))
        paragraphs.extend(reversed(inner))
    return lines


def _json_lines(path: Path, on_fault: Callable[[ObservationError], None] | None) -> Iterator[Document]:
    for number, line in enumerate(decode(path.read_bytes()).split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as fault:
            fault_of_line = ObservationError(f"the line is not JSON: {fault}", Where(str(path), row=number))
            if on_fault is None:
                raise fault_of_line from None
            on_fault(fault_of_line)
            continue
        for field, text, day in _strings(value, "", None):
            yield Document(f"{path}:{number}:{field}", html_text(text) if field.endswith("html") else text, day)


def _strings(value: object, path: str, day: date | None) -> Iterator[tuple[str, str, date | None]]:
    if isinstance(value, str):
        if not path or path.rsplit(".", 1)[-1] in _FIELDS:
            yield path or "line", value, day
    elif isinstance(value, dict):
        days = {str(key).casefold(): part for key, part in value.items()}
        day = next((stated for key in _DAYS if (stated := _day(days.get(key))) is not None), day)
        for key, part in value.items():
            yield from _strings(part, f"{path}.{key}" if path else str(key), day)
    elif isinstance(value, list):
        parent = path.rsplit(".", 1)[-1]
        for at, part in enumerate(value):
            if isinstance(part, str):
                if parent in _FIELDS:
                    yield f"{path}.{at}", part, day
            else:
                yield from _strings(part, f"{path}.{at}" if path else str(at), day)
