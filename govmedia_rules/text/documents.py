"""The texts of files and folders: plain text, HTML, office files, PDF, and JSON Lines with texts in their fields."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from govmedia_rules.core.dates import read_moment
from govmedia_rules.errors import MissingExtra, ObservationError, Where, reason_zh
from govmedia_rules.text.markup import html_text, meta_content
from govmedia_rules.text.normalise import fold
from govmedia_rules.text.office import OFFICE_ENDINGS, office_text
from govmedia_rules.text.pdf import pdf_text

MAX_BYTES = 512 * 1024 * 1024
"""Largest file that is read."""
GROUP = "govmedia_rules.text_documents"
"""Entry point group of further readers: each entry point is named by an ending without its dot (`ofd`) and gives a function that
takes the path and returns the texts."""
_FIELDS = frozenset({"text", "title", "content", "body", "name", "html"})
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_HTML = frozenset({".html", ".htm", ".shtml", ".xhtml"})
_REFUSED = {
    ".doc": "save it as .docx",
    ".wps": "save it as .docx",
    ".xls": "save it as .xlsx",
    ".et": "save it as .xlsx",
    ".ppt": "save it as .pptx",
    ".dps": "save it as .pptx",
    ".ofd": f"save it as PDF, or install a reader for it (entry point {GROUP})",
    ".rtf": "save it as .docx",
    ".odt": "save it as .docx",
    ".ods": "save it as .xlsx",
    ".odp": "save it as .pptx",
    ".uof": "save it as .docx",
    ".mht": "save it as .html",
    ".mhtml": "save it as .html",
    ".eml": "save it as .html",
    ".msg": "save it as .html",
    ".zip": "unpack it",
    ".rar": "unpack it",
    ".7z": "unpack it",
}
_DAYS = ("published_at", "posted_at", "published", "pubdate", "date", "发布时间", "发布日期")

OnFault = Callable[[ObservationError], None]


class TextDocument(NamedTuple):
    """A text and where it stands.

    Attributes:
        where: The file, with the line and field where it has several.
        text: The text.
        day: Day it was published, as the file says; None when it does not.
    """

    where: str
    text: str
    day: date | None = None


def read_documents(path: str | Path, on_fault: OnFault | None = None) -> Iterator[TextDocument]:
    """Read the texts of a file by its ending, or of all files of a folder and the folders in it.

    HTML (.html, .htm, .shtml, .xhtml), office files (.docx, .xlsx, .pptx), PDF, JSON Lines (.jsonl, .ndjson), endings that an
    installed package reads (`GROUP`); everything else is plain text. Of a JSON line every string under a key called text,
    title, content, body, name or html is read, however deep. The day of a text is that of `<meta name="PubDate">`, or what
    stands under published_at, posted_at, published, pubdate, date, 发布时间 or 发布日期 beside it or above it.

    Args:
        path: The file or folder.
        on_fault: Called with what could not be read (a line, a page, bytes, in a folder a file), and reading goes on; None to
            raise it.

    Raises:
        ObservationError: The file cannot be read as what its ending says, or not completely; it names the file and the line.
        MissingExtra: A PDF file is given and the extra `pdf` is not installed.
    """
    path = Path(path)
    report = on_fault or _raise
    if not path.is_dir():
        yield from _with_text(path, report)
        return
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "~$")))
    if not files:
        report(ObservationError("the folder holds no file", Where(str(path)), "look at the path", "文件夹里没有文件", "请核对路径"))
    for file in files:
        try:
            yield from _with_text(file, report)
        except (ObservationError, MissingExtra) as fault:
            if on_fault is None:
                raise
            on_fault(
                fault
                if isinstance(fault, ObservationError)
                else ObservationError(str(fault), Where(str(file)), zh=reason_zh(fault))
            )


def _raise(fault: ObservationError) -> None:
    raise fault


def _with_text(path: Path, report: OnFault) -> Iterator[TextDocument]:
    """Yield the texts of a file; one that gives none is reported, so that nobody takes it for read and found right."""
    is_empty, faults = True, 0

    def count(fault: ObservationError) -> None:
        nonlocal faults
        faults += 1
        report(fault)

    for document in _read_file(path, count):
        is_empty = is_empty and not document.text.strip()
        yield document
    if is_empty and not faults:
        report(
            ObservationError("no text was found in the file", Where(str(path)), "look at it", "文件里没有读到文字", "请打开核对")
        )


def _read_file(path: Path, report: OnFault) -> Iterator[TextDocument]:
    if not path.is_file():
        raise ObservationError("no such file", Where(str(path)), hint="look at the path", zh="没有这个文件", hint_zh="请核对路径")
    if path.stat().st_size > MAX_BYTES:
        raise ObservationError(f"the file is larger than {MAX_BYTES} bytes", Where(str(path)), zh=f"文件大于 {MAX_BYTES} 字节")
    ending = path.suffix.lower()
    if ending in _readers():
        for number, text in enumerate(_readers()[ending](path), 1):
            yield TextDocument(f"{path}:{number}", text)
    elif ending in _REFUSED:
        hint = _REFUSED[ending]
        hint_zh = hint.replace("save it as", "请另存为").replace("unpack it", "请先解压")
        raise ObservationError(f"{ending} files are not read", Where(str(path)), hint, f"不能读 {ending} 文件", hint_zh)
    elif ending in OFFICE_ENDINGS:
        yield TextDocument(str(path), office_text(path, report))
    elif ending == ".pdf":
        yield TextDocument(str(path), pdf_text(path, report))
    elif ending in _HTML:
        page = _decoded(path, report, html=True)
        yield TextDocument(str(path), html_text(page), _day(meta_content(page, "PubDate")))
    elif ending in {".jsonl", ".ndjson"}:
        yield from _json_lines(path, report)
    else:
        yield TextDocument(str(path), _unescaped(_decoded(path, report), path, report))


_CODED = re.compile(r"\\u([4-9][0-9a-fA-F]{3})|&#(?:[xX]([4-9][0-9a-fA-F]{3})|([1-4][0-9]{4}));")
_IN_ADDRESS = re.compile("(?:%E[4-9](?:%[89AB][0-9A-F]){2})+", re.IGNORECASE)
_IN_MAIL = re.compile("(?:=E[4-9](?:=[89AB][0-9A-F]){2}){2}", re.IGNORECASE)


def _unescaped(text: str, path: Path, report: OnFault) -> str:
    """Return plain text with the characters that JSON, XML and addresses write as numbers; bytes as in mail are reported."""
    if _IN_MAIL.search(text):
        what, zh = "it holds characters written as bytes (=E4=BA=BA), which were not read", "文字以字节编码写成，没有读入"
        report(ObservationError(what, Where(str(path)), "save it as HTML or text", zh, "请另存为网页或文本"))
    text = _IN_ADDRESS.sub(lambda hit: unquote(hit[0], errors="replace"), text)
    return _CODED.sub(lambda hit: chr(int(hit[1] or hit[2], 16) if hit[3] is None else int(hit[3])), text)


@cache
def _readers() -> dict[str, Callable[[Path], Iterable[str]]]:
    """Readers of installed packages by ending."""
    return {f".{point.name.lower()}": point.load() for point in entry_points(group=GROUP)}


def _decoded(path: Path, report: OnFault, *, html: bool = False) -> str:
    raw = path.read_bytes()
    text, lost = decode_with_loss(raw, html=html)
    if lost:
        is_text = lost < len(text) // 20
        what = (
            f"{lost} characters cannot be decoded and were not read"
            if is_text
            else "the file is no text, or in an unknown encoding"
        )
        zh = f"有 {lost} 个字符不能解码，没有读入" if is_text else "文件不是文本，或编码未知"
        fault = ObservationError(what, Where(str(path)), "save it as UTF-8", zh, "请另存为 UTF-8")
        if not is_text:
            raise fault
        report(fault)
    return text


_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode_text(raw: bytes, *, html: bool = False) -> str:
    """Return bytes as text, with U+FFFD for what cannot be decoded; see `decode_with_loss`."""
    return decode_with_loss(raw, html=html)[0]


def decode_with_loss(raw: bytes, *, html: bool = False) -> tuple[str, int]:
    """Decode bytes by their mark, as UTF-8, by what the page says, as GB18030, Big5 or UTF-16, whichever gives Chinese text.

    Args:
        raw: The bytes.
        html: Whether a page may name its encoding in a `<meta>`.

    Returns:
        The text, and how many characters of it stand for bytes that could not be decoded.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            text = raw.decode(encoding, "replace")
            return text, text.count("\ufffd")
    encodings = ["utf-8", *_declared(raw, html), "gb18030", "big5hkscs", "utf-16-le", "utf-16-be"]
    best: tuple[int, str] | None = None
    for encoding in dict.fromkeys(encodings):
        try:
            text = raw.decode(encoding, "replace")
        except LookupError:
            continue
        lost = text.count("\ufffd")
        lost += _control_characters(text) if encoding == "utf-8" and not lost else _garbled(text)
        if not lost:
            return text, _encoded_twice(text) if encoding == "utf-8" else 0
        if best is None or lost < best[0]:
            best = lost, text
    assert best is not None
    return best[1], best[0]


def _declared(raw: bytes, html: bool) -> Iterator[str]:
    declared = _META.search(raw[:4_096]) if html else None
    if declared is not None:
        name = declared[1].decode("ascii").lower()
        yield "gb18030" if name in {"gb2312", "gbk", "gb_2312-80"} else name


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 20_000
_LEAST_COMMON = 0.85
"""Share of common characters below which Chinese text is none, but bytes read in a wrong encoding."""


def _garbled(text: str) -> int:
    """How many characters of a text are not those of Chinese text in general; 0 for text that can be read."""
    sample = text[:_SAMPLE]
    if _control_characters(sample):
        return len(text)
    # Letters of all scripts, and code points without a character: bytes in a wrong encoding give Hangul as often as rare Chinese.
    letters = [plain for char, plain in zip(sample, fold(sample), strict=True) if char > "\xff" and _is_letter(char)]
    common = sum(char in _common_characters() for char in letters)
    return 0 if common >= _LEAST_COMMON * len(letters) else len(letters) - common


def _is_letter(char: str) -> bool:
    return char.isalpha() or unicodedata.category(char) in {"Co", "Cn"}


def _control_characters(text: str) -> int:
    """Return the size of a text that holds control characters, which no text does; 0 for any other."""
    return len(text) if _CONTROL.search(text) else 0


_C1 = re.compile(r"[\x80-\x84\x86-\x9f]")


def _encoded_twice(text: str) -> int:
    """How many characters only bytes of UTF-8 read as Latin-1 and saved again give; 0 where they are few."""
    count = len(_C1.findall(text[:_SAMPLE]))
    return len(text) if count * 20 > min(len(text), _SAMPLE) else 0


@cache
def _common_characters() -> frozenset[str]:
    """Return the 3,755 characters of the first level of GB/T 2312."""
    rows = (bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return frozenset(raw.decode("gb2312", "ignore") for raw in rows) - {""}


def _day(value: object) -> date | None:
    moment = read_moment(value) if isinstance(value, str) else None
    return moment.date() if isinstance(moment, datetime) else moment


def _json_lines(path: Path, report: OnFault) -> Iterator[TextDocument]:
    for number, line in enumerate(_decoded(path, report).split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as fault:
            report(
                ObservationError(
                    f"the line is not JSON: {fault}", Where(str(path), row=number), zh=f"这一行不是 JSON：{reason_zh(fault)}"
                )
            )
            continue
        for field, text, day in _strings(value, "", None):
            yield TextDocument(f"{path}:{number}:{field}", html_text(text) if field.endswith("html") else text, day)


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
