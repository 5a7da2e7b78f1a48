"""What a page may show that its HTML does not: lists a script fills, pictures, films, documents and frames inside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.calls import json_lists, stored_lists
from govmedia_rules.collect.dom import Dom, is_store
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
# What a script writes where it writes entries, and how it keeps them.
_ENTRY_TAG = re.compile(r"<(?:a|li|tr|dd)\b", re.IGNORECASE)
_SCRIPT_DATE = re.compile(
    r"(?:19|20)[0-9]{2}\s?[-/.年]\s?[01]?[0-9]\s?[-/.月]\s?[0-3]?[0-9]"
    r"|(?<![0-9])1[0-9]{9}(?:[0-9]{3})?(?![0-9])"  # seconds or milliseconds since 1970
)
_SCRIPT_TITLE = re.compile("[\u4e00-\u9fff][^\"'<>{}\\n]{5}")
FEWEST_HELD = 3
"""Titles and dates from which a script is taken for one that holds entries."""
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
        return _WRITES_VALUE.search(text) is None and (_ENTRY_TAG.search(text) is None or _inert().search(text) is not None)
    return _VALUES.fullmatch(text) is not None or _inert().search(text) is not None


def writes_unread(dom: Dom, base: Base, known: Collection[str] = frozenset()) -> bool:
    """Return whether scripts or elements of the page's own may show entries, possibly newer ones, that its HTML does not.

    Args:
        dom: The page.
        base: Its address, against which those of media are read.
        known: Scripts, media and empty boxes that all pages of the site have, which show nothing of this page's own.
    """
    if (dom.asks_for_scripts and "noscript" not in known) or any(filler not in known for filler in _fillers(dom)):
        return True
    scripts = [text for text in dom.scripts if text.strip() not in known]
    if any(_writes_content(text) or _holds_entries(text) for text in scripts):
        return True
    if any(_source(node, base) not in known for node in dom.tree.css("object,embed,applet")):
        return True
    sources = [source for source in dom.script_sources if source not in known]
    files = [source.partition("?")[0] for source in sources]
    dynamic = (file for file in files if _DYNAMIC.search(file) and not _counters().search(file))
    if any(dynamic) or any(_listing().search(file.rpartition("/")[2]) for file in files):
        return True
    # What runs on every page may fill the boxes of this one too.
    is_busy = any(not _is_inert_source(source) for source in dom.script_sources) or len(scripts) < len(dom.scripts)
    return is_busy and any(box not in known for box in waiting_boxes(dom))


def _writes_content(text: str) -> bool:
    is_loop = _LOOP.search(text) is not None and _WRITES.search(text) is not None
    writes_entries = "document.write" in text and _ENTRY_TAG.search(text) is not None and _inert().search(text) is None
    return is_loop or writes_entries or _WRITES_VALUE.search(text) is not None


def _holds_entries(text: str) -> bool:
    """Return whether a script holds texts with dates, as lists have them, in a form that is not read as a list."""
    if is_store(text) or sum(1 for _ in islice(_SCRIPT_DATE.finditer(text), FEWEST_HELD)) < FEWEST_HELD:
        return False
    titles = sum(1 for _ in islice(_SCRIPT_TITLE.finditer(text), FEWEST_HELD))
    return titles == FEWEST_HELD and not json_lists(text).lists


def waiting_boxes(dom: Dom) -> Iterator[str]:
    """Return the names (`#id`) of empty boxes outside the bars of the site that a script may fill.

    A box beside records that the page holds for it waits for nothing else.
    """
    filled = {beside for beside, store in dom.stores.items() if stored_lists(store).lists}
    for node in dom.tree.css("div[id],section[id],ul[id],tbody[id]"):
        if node.child is None and node.mem_id not in filled and not is_in_bar(node):
            yield f"#{node.id}"


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
        if not bare or is_store(bare) or bare.startswith("{"):
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
        if node.css_first("a[href],img,iframe,embed,object,video,input,textarea") is not None:
            continue
        if (_NOTHING.fullmatch(node.text()) or _is_mere_header(node)) and not is_in_bar(node):
            count += 1
    return count


def _is_mere_header(table: LexborNode) -> bool:
    """Return whether a table holds nothing but the heads of its columns."""
    if table.tag != "table" or table.css_first("th") is None:
        return False
    return all(_NOTHING.fullmatch(cell.text()) for cell in table.css("td"))


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


def _source(node: LexborNode, base: Base) -> str:
    """Return the address of a picture, film or frame; "" for one without any."""
    written = next((value.strip() for name in _SOURCES if (value := node.attributes.get(name))), "")
    return base.resolve(written) or written[:200]


def shown_media(dom: Dom, base: Base) -> Iterator[str]:
    """Return what the page shows besides text, as addresses; "" for a drawing without one."""
    for node in dom.tree.css(",".join(_MEDIA)):
        yield _source(node, base)
    yield from _fillers(dom)
    if dom.asks_for_scripts:
        yield "noscript"
    for node in dom.tree.css("[style*='url(' i]"):
        if not is_in_bar(node):
            yield (node.attributes.get("style") or "")[:200]
