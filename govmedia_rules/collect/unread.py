"""What a page may show that its HTML does not: lists a script fills, pictures, films, documents and frames inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.navigation import Base
from govmedia_rules.collect.words import word_table
from govmedia_rules.core.vocabulary import any_of

_MEDIA = (
    "img[src]",
    "video",
    "audio",
    "embed",
    "object",
    "iframe",
    "frame",
    "canvas",
    "svg",
    "applet",
    "picture source",
    "[data-src]",
)
_SOURCES = ("src", "data", "href", "data-src", "data-original", "srcset")
# An element of the page's own making (`<news-list>`), which a script replaces; those of word processors are left out.
_OWN_TAG = re.compile(r"<((?!(?:o|v|w|x|st1|svg|xml|meta):)[a-z][a-z0-9]{0,30}[-:][a-z][a-z0-9:-]{0,40})", re.IGNORECASE)
# Scripts that write in a loop, or write what a function gives; today's date and a fixed text are no entries.
_LOOP = re.compile(r"\b(?:for|while|each|map|forEach)\s{0,3}\(")
_WRITES = re.compile(r"innerHTML|\.html\(|\.append(?:Child)?\(|document\.write")
_WRITES_VALUE = re.compile(
    r"document\.write(?:ln)?\(\s{0,5}(?!unescape\b|new\b|[\"']|[\w.]{0,30}(?:date|year|month|day|week|time|now|today)|\))",
    re.IGNORECASE,
)
_DYNAMIC = re.compile(r"\.(?:asp|aspx|ashx|jsp|php|do|action|cgi)(?:[?#]|$)", re.IGNORECASE)
_FILLERS = ("data-", "hx-", "v-", ":", "datasrc", "ng-", "src")
# A script that only sets values: `var a = 1, b = "x";`. It writes nothing.
_VALUES = re.compile(
    r"""\s*(?:(?:var|let|const)?\s*[\w.$]+\s*=\s*(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'|[-\d.]+|true|false|null|\[\]|\{\})\s*[;,]?\s*)*""",
)
_NOTHING = re.compile(r"[\s\0|>»/·.…-]*")


@cache
def _inert() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["lists"]["inert_scripts"]), re.IGNORECASE)


@cache
def _list_selector() -> str:
    boxes = ",".join(f"div[class*='{word}' i],div[id*='{word}' i]" for word in word_table("pages")["lists"]["boxes"])
    return f"ul,ol,dl,table,tbody,{boxes}"


@cache
def _bar_words() -> re.Pattern[str]:
    words = word_table("pages")
    return re.compile(any_of([*words["parts"]["navigation"], *words["lists"]["bars"]]), re.IGNORECASE)


@cache
def _listing() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["lists"]["listing_scripts"]), re.IGNORECASE)


def _is_inert_source(source: str) -> bool:
    """Return whether a script is a library, counter or tool by its address; one whose file is named after lists is none."""
    address = source.partition("?")[0]
    if _DYNAMIC.search(address):
        return _counters().search(address) is not None and _listing().search(address.rpartition("/")[2]) is None
    return _inert().search(address) is not None and _listing().search(address.rpartition("/")[2]) is None


def _writes_only_fixed(text: str) -> bool:
    """Return whether a short script writes nothing but fixed texts and today's date, or is a counter or tool by its words."""
    if _LOOP.search(text) and _WRITES.search(text):
        return False
    if text.startswith("document.write"):
        return _WRITES_VALUE.search(text) is None
    return _VALUES.fullmatch(text) is not None or _inert().search(text) is not None


def writes_unread(dom: Dom) -> bool:
    """Return whether scripts or elements of the page's own may show entries, possibly newer ones, that its HTML does not."""
    if dom.asks_for_scripts or any(_fillers(dom)):
        return True
    if any(
        (_LOOP.search(text) and _WRITES.search(text)) or _WRITES_VALUE.search(text) for text in dom.scripts if len(text) < 20_000
    ):
        return True
    if dom.tree.css_first("object,embed,applet") is not None:
        return True
    files = [source.partition("?")[0] for source in dom.script_sources]
    dynamic = (file for file in files if _DYNAMIC.search(file) and not _counters().search(file))
    return any(dynamic) or any(_listing().search(file.rpartition("/")[2]) for file in files)


@cache
def _counters() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["lists"]["counters"]), re.IGNORECASE)


def _fillers(dom: Dom) -> Iterator[str]:
    """Return elements of the page's own making, and what empty lists say of where their entries come from."""
    yield from dict.fromkeys(match[1].lower() for match in _OWN_TAG.finditer(dom.html))
    for node in dom.tree.css(_list_selector())[:2_000]:
        if _NOTHING.fullmatch(node.text()) and not is_in_bar(node):
            yield from (f"{name}={value}" for name, value in node.attributes.items() if value and name.startswith(_FILLERS))


def busy_scripts(dom: Dom) -> Iterator[str]:
    """Return addresses and texts of scripts that may write content."""
    for source in dom.script_sources:
        if not _is_inert_source(source):
            yield source
    fetching = word_table("pages")["lists"]["fetching"]
    for text in dom.scripts:
        bare = text.strip()
        # Records kept in the page are read as lists; a fixed text is part of the page already.
        if not bare or "<![CDATA[" in bare or bare.startswith("{"):
            continue
        if any(call in bare for call in fetching):
            yield bare
            continue
        if len(bare) < 3_000 and _writes_only_fixed(bare):
            continue
        yield bare


def empty_lists(dom: Dom) -> int:
    """Return the number of list elements and list boxes outside navigation and foot without text, link or picture."""
    count = 0
    for node in dom.tree.css(_list_selector())[:2_000]:
        if node.css_first("a[href],img,iframe,embed,object,video,input,textarea") is not None or not _NOTHING.fullmatch(
            node.text()
        ):
            continue
        if not is_in_bar(node):
            count += 1
    return count


def is_in_bar(node: LexborNode) -> bool:
    """Return whether an element stands in a bar of the site: navigation, head, foot, crumbs or a box of links to others."""
    step: LexborNode | None = node
    for _ in range(6):
        if step is None or step.tag in ("body", "html"):
            return False
        named = f"{step.attributes.get('class') or ''} {step.id or ''}"
        if step.tag in ("nav", "footer", "header") or _bar_words().search(named):
            return True
        step = step.parent
    return False


def shown_media(dom: Dom, base: Base) -> Iterator[str]:
    """Return what the page shows besides text, as addresses; "" for a drawing without one."""
    for node in dom.tree.css(",".join(_MEDIA)):
        written = next((value for name in _SOURCES if (value := node.attributes.get(name))), "")
        yield base.resolve(written.strip()) or written.strip()[:200]
    yield from _fillers(dom)
    if dom.asks_for_scripts:
        yield "noscript"
    for node in dom.tree.css("[style*='url(' i]"):
        if not is_in_bar(node):
            yield (node.attributes.get("style") or "")[:200]
