"""Decode the bytes of a page, and say which step decided.

The steps are byte order mark, strict UTF-8, what the page or the server declares, GB18030, and in the end the encoding that loses
the fewest characters.
Detectors get ordinary GBK pages wrong; declarations lie, but strict UTF-8 does not happen by accident.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s{0,50}<\?xml[^>]{0,200}encoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
# Every label of the GB family is read as its superset: gb2312 alone loses 镕.
_GB = {
    "gb2312",
    "gbk",
    "gb18030",
    "gb_2312-80",
    "x-gbk",
    "gb2312-80",
    "chinese",
    "cp936",
    "windows-936",
    "ms936",
    "hz-gb-2312",
    "euc-cn",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded page.

    Attributes:
        text: The text, without a byte order mark.
        charset: Encoding it was read in.
        step: Which step decided: `bom`, `utf-8`, `declared`, `gb18030` or `replacement`.
        lost: Number of characters that could not be read and became U+FFFD.
    """

    text: str
    charset: str
    step: Literal["bom", "utf-8", "declared", "gb18030", "replacement"]
    lost: int = 0


def declared_charset(body: bytes, content_type: str = "") -> str | None:
    """Return the charset that the page (first 4 kB), else the Content-Type header names, as Python knows it; None without one.

    Labels of the GB family give `gb18030`; a label nobody knows gives None.
    """
    head = body[:_HEAD_BYTES]
    match = _META.search(head) or _XML.search(head)
    for label in (match[1].decode("ascii") if match else None, *_HEADER.findall(content_type)[:1]):
        if label is None:
            continue
        if label.lower() in _GB:
            return "gb18030"
        try:
            name = codecs.lookup(label).name
            b"".decode(name)  # refuses codecs that are not text encodings
        except LookupError:
            continue
        return name
    return None


def decode_page(body: bytes, content_type: str = "", *, cut: bool = False) -> Decoded:
    """Decode the bytes of a page. Never raises: what cannot be read becomes U+FFFD and is counted.

    Args:
        body: The bytes, already decompressed.
        content_type: The Content-Type header; "" without one.
        cut: Whether the body was cut at a limit, so that its last character may be incomplete.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            text = body[len(bom) :].decode(charset, "replace")
            return Decoded(text, charset, "bom", text.count("\ufffd"))
    text_or_none = _strictly(body, "utf-8", cut)
    if text_or_none is not None:
        return Decoded(text_or_none, "utf-8", "utf-8")
    declared = declared_charset(body, content_type)
    if declared is not None and declared != "utf-8":
        text_or_none = _strictly(body, declared, cut)
        if text_or_none is not None:
            return Decoded(text_or_none, declared, "declared")
    # A UTF-8 page with a few foreign bytes also decodes as GB18030, into nonsense: prefer it when nearly all of it fits.
    as_utf8 = body.decode("utf-8", "replace")
    lost = as_utf8.count("\ufffd")
    wide = sum(1 for _ in _WIDE.finditer(as_utf8, 0, 200_000)) if declared in (None, "utf-8") else 0
    if lost * 20 <= wide:
        return Decoded(as_utf8, "utf-8", "replacement", lost)
    text_or_none = _strictly(body, "gb18030", cut)
    if text_or_none is not None:
        return Decoded(text_or_none, "gb18030", "gb18030")
    as_gb = body.decode("gb18030", "replace")
    lost_gb = as_gb.count("\ufffd")
    if lost_gb < lost:
        return Decoded(as_gb, "gb18030", "replacement", lost_gb)
    return Decoded(as_utf8, "utf-8", "replacement", lost)


_WIDE = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def _strictly(body: bytes, charset: str, cut: bool) -> str | None:
    try:
        if not cut:
            return body.decode(charset)
        return codecs.getincrementaldecoder(charset)().decode(body, final=False)
    except (UnicodeError, LookupError):
        return None
