"""The texts of files: plain text, HTML, DOCX, and JSON Lines with texts in their fields."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from govmedia_rules.errors import ObservationError, Where

MAX_BYTES = 512 * 1024 * 1024
"""Largest file, and largest part of a DOCX file once unpacked, that is read."""
_FIELDS = frozenset({"text", "title", "content", "body", "name", "html"})
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)


class Document(NamedTuple):
    """A text and where it stands: the file, with the line and field where it has several."""

    where: str
    text: str


def read_documents(path: str | Path) -> Iterator[Document]:
    """The texts of a file, by its ending: .html and .htm, .docx, .jsonl and .ndjson; everything else is plain text.

    Of a JSON line every string under a key called text, title, content, body, name or html is read, however deep.

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
        yield Document(str(path), html_text(decode(path.read_bytes(), html=True)))
    elif suffix == ".docx":
        yield Document(str(path), _docx_text(path))
    elif suffix in {".jsonl", ".ndjson"}:
        yield from _json_lines(path)
    else:
        yield Document(str(path), decode(path.read_bytes()))


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


def _docx_text(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("word/document.xml")
            if info.file_size > MAX_BYTES:
                raise ObservationError("the document is larger than allowed once unpacked", Where(str(path)))
            xml = archive.read(info)
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise ObservationError("the document declares entities, which no word processor does", Where(str(path)))
        root = ElementTree.fromstring(xml)  # noqa: S314
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError) as fault:
        raise ObservationError(f"the file is not a DOCX document: {fault}", Where(str(path))) from None
    lines = []
    for paragraph in root.iter(f"{_WORD}p"):
        parts = []
        for node in paragraph.iter():
            if node.tag == f"{_WORD}t":
                parts.append(node.text or "")
            elif node.tag in {f"{_WORD}br", f"{_WORD}cr"}:
                parts.append("\n")
            elif node.tag == f"{_WORD}tab":
                parts.append("\t")
        lines.append("".join(parts))
    # A blank line between two paragraphs, so that nothing is found across them.
    return "\n\n".join(lines)


def _json_lines(path: Path) -> Iterator[Document]:
    for number, line in enumerate(decode(path.read_bytes()).splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as fault:
            raise ObservationError(f"the line is not JSON: {fault}", Where(str(path), row=number)) from None
        for field, text in _strings(value, ""):
            yield Document(f"{path}:{number}:{field}", html_text(text) if field.endswith("html") else text)


def _strings(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if not path or path.rsplit(".", 1)[-1] in _FIELDS:
            yield path or "line", value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _strings(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        parent = path.rsplit(".", 1)[-1]
        for at, part in enumerate(value):
            if isinstance(part, str):
                if parent in _FIELDS:
                    yield f"{path}.{at}", part
            else:
                yield from _strings(part, f"{path}.{at}" if path else str(at))
