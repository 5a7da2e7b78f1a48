"""The text of an HTML page as its reader meets it: blocks apart, with titles, descriptions, alternative texts and values.

Tags are read one by one and no tree is built: the work grows with the page, however deeply its elements are nested.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40})"
    r"(?P<attributes>[^<>\"']*+(?:(?:\"[^\"]{0,2000}\"|'[^']{0,2000}')[^<>\"']*+)*+)>"
    r"|<[!?][^>]{0,2000}>?",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([a-zA-Z][a-zA-Z0-9:_-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "iframe",
        "legend",
        "li",
        "main",
        "marquee",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    }
)
"""Elements that part texts: nothing reaches from one into the next."""
_LEFT_OUT = frozenset({"script", "style", "template"})
_READINGS = frozenset({"rt", "rp"})
"""Parts of ruby text that say how a word is pronounced, and would stand inside it."""
_SHOWN = ("alt", "title", "placeholder", "aria-label", "data-title")
_META = frozenset({"description", "keywords", "title", "articletitle", "sitename", "columnname", "og:title", "og:description"})
_BUTTONS = frozenset({"", "text", "button", "submit", "reset", "search"})


@dataclass
class _Page:
    """The text of a page: its title, its running text, and apart from them the texts of attributes."""

    title: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def html_text(page: str) -> str:
    """Return the text a reader of a page meets, blocks parted by blank lines.

    Scripts, styles and templates are left out, and the readings of ruby text. The title comes first; descriptions, alternative
    texts, hints and values of input fields come last, each apart.

    Example:
        >>> html_text("<title>题</title><ul><li>甲<b>乙</b></li><li>丙</li></ul><img alt='图'>").split()
        ['题', '甲乙', '丙', '图']
    """
    read = _Page()
    target = read.body
    reading = ""
    for name, is_close, attributes, text in _tokens(page):
        if text and not reading:
            target.append(text)
        if not name:
            continue
        if name == "title":
            target = read.body if is_close else read.title
        if name in _READINGS:
            reading = "" if is_close else name
        elif name in {"ruby", "rb"} or name in _BLOCKS:
            reading = ""
        if name == "br":
            target.append("\n")
        elif name in _BLOCKS:
            target.append("\n\n")
        if not is_close and "=" in attributes:
            read.aside.extend(_shown_attributes(name, attributes))
    parts = ("".join(read.title), "".join(read.body), *read.aside)
    return "\n\n".join(part for part in map(_tidy, parts) if part)


def meta_content(page: str, name: str) -> str | None:
    """Return the content of the first `<meta>` of a name, letter case apart; None when there is none."""
    for tag, is_close, attributes, _ in _tokens(page):
        if tag == "meta" and not is_close:
            values = _attributes(attributes)
            if values.get("name", "").casefold() == name.casefold():
                return values.get("content")
    return None


def _tokens(page: str) -> Iterator[tuple[str, bool, str, str]]:
    """Yield each tag with the text before it: name, whether it closes, attributes as written, text."""
    at = 0
    while (tag := _TAG.search(page, at)) is not None:
        text = html.unescape(page[at : tag.start()]) if tag.start() > at else ""
        name = (tag["name"] or "").lower()
        yield name, bool(tag["close"]), tag["attributes"] or "", text
        at = tag.end()
        if name in _LEFT_OUT and not tag["close"]:
            end = re.compile(rf"</{name}\b", re.IGNORECASE).search(page, at)
            at = len(page) if end is None else end.start()
    yield "", False, "", html.unescape(page[at:])


def _attributes(written: str) -> Mapping[str, str]:
    attributes = ((hit[1].lower(), hit[2] or hit[3] or hit[4] or "") for hit in _ATTRIBUTE.finditer(written))
    return {name: html.unescape(value) for name, value in attributes}


def _shown_attributes(name: str, written: str) -> Iterator[str]:
    values = _attributes(written)
    for attribute in _SHOWN:
        if values.get(attribute):
            yield values[attribute]
    if name == "input" and values.get("type", "").lower() in _BUTTONS and values.get("value"):
        yield values["value"]
    if name == "meta" and (values.get("name") or values.get("property", "")).casefold() in _META:
        yield values.get("content", "")


def _tidy(text: str) -> str:
    """Take blank lines together and blanks off the ends."""
    return re.sub(r"\n[ \t\r\f\v]*\n\s*", "\n\n", text).strip()
