"""One parsed page, walked as few times as possible: its text nodes as one string, its links, meta elements and scripts.

The text nodes come from the parser in one call, joined by NUL, which no HTML text can hold; the nodes themselves are
fetched only where a place in the tree is asked for. Nothing here knows what a page means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from govmedia_rules.collect.words import name_key, word_table

DEEPEST = 256
"""Nesting beyond which a page is flattened before parsing; real pages stay below 50."""

MANY_TAGS = 4_000
"""Pages with fewer tags are not searched for deep nesting."""

LONGEST_LINK_NAME = 30
"""A link with a longer text is called nothing; its text is a title."""

_SELECTED = (
    *("a[href]", "img[src]", "meta[content]", "base[href]", "area[href]", "iframe[src]", "frame[src]", "option[value*='://']"),
    *("input", "form", "textarea", "title", "h1"),
)
_HIDDEN = ["script", "style", "noscript", "template"]
# Records and cells that are hidden one by one are templates and leftovers. Boxes are kept: a hidden box is a tab or a menu.
_HIDDEN_RECORDS = ",".join(
    f"{tag}[{name}]" for tag in ("li", "tr", "dd", "dt", "p", "span", "em", "i") for name in ("style", "hidden")
)
_UNSEEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
# A script that only writes a fixed text where it stands: its text belongs to the page.
_WRITTEN = re.compile(r"""\s*document\.write(?:ln)?\(\s*(["'])([^"'<>\\\n]{1,200})\1\s*\)\s*;?\s*""")
# CDATA around the script of a page that may be read as XML; records in CDATA stand between tags.
_WRAPPING = re.compile(
    r"""\A\s*<!\[CDATA\[(?!\s*<)|(?://|/\*|<!--//-->)\s{0,20}<!\[CDATA\[(?:\s{0,20}\*/|//><!--)?"""
    r"""|(?://|/\*)(?:--><!|\s{0,20})\]\]>(?:\s{0,20}\*/)?"""
)
# Elements that nest no deeper than those around them: without an end tag, or closed by the next of their kind, as links are too.
_FLAT = b"a|area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|param|source|td|th|tr|track|wbr"
_TAG = re.compile(rb"<(/?)(?!(?:" + _FLAT + rb")(?![a-z0-9]))[a-z]", re.IGNORECASE)


_ATTRIBUTE = rb"""(?>[\s/]++[^\s=<>/]++(?:\s*+=\s*+(?>"[^"]*+"|'[^']*+'|[^\s<>"']++)?+)?+)"""
# The parser compares each attribute of an element with all before it.
_MANY_ATTRIBUTES = re.compile(rb"(<[a-zA-Z][^\s<>/]{0,50}+" + _ATTRIBUTE + rb"{500})" + _ATTRIBUTE + rb"++")

# Elements other than links with an address, whose click leads to one.
_CLICKED = (
    "[onclick*='location']:not([href]),[onclick*='open(']:not([href]),[data-href*='/']:not([href]),"
    "select[onchange*='location'] option[value*='/'],select[onchange*='open('] option[value*='/']"
)
_LEAD = re.compile(
    r"""(?:location(?:\.href)?\s{0,3}=|location\.(?:assign|replace)\(|\bopen\()\s{0,3}["']([^"'\n]{1,500})["']"""
    # A function of the page's own with nothing but the address of a page: one that acts (`zan('/api/1')`) names none.
    r"""|^(?:javascript:)?\s{0,3}(?:return\s)?\w{1,40}\(["']((?:https?:/|\.{0,2})/[^"'\n?]{0,300}?(?:/|\.s?html?|\.aspx?|\.jsp))["']\)"""
)


class Anchor(NamedTuple):
    """An `a` element with a target, or an area of an image map.

    Attributes:
        node: The element.
        href: Target as written, stripped.
        text: Its text, blanks collapsed.
        title: Its title attribute, else the alternative text of its picture, or "".
    """

    node: LexborNode
    href: str
    text: str
    title: str


@cache
def _selection() -> str:
    return ",".join([*_SELECTED, *word_table("pages")["title"]["elements"]])


class Dom:
    """A parsed page.

    Args:
        html: Decoded text of the page.
    """

    def __init__(self, html: str) -> None:
        source = html.encode("utf-8", "replace")
        if b"\0" in source:  # looked for in the bytes: in a str of wide characters it takes as long as a tenth of the parsing
            html, source = html.replace("\0", ""), source.replace(b"\0", b"")
        self.html = html
        if len(source) > 10_000:
            source = _MANY_ATTRIBUTES.sub(rb"\1", source)
        shallow = _shallow(source)
        self.is_flattened = shallow is not source  # of lists in boxes without end not every entry is found then
        self.tree = LexborHTMLParser(shallow)
        # What readers look up more than once is kept with the page.
        self.places: dict[str, int] = {}
        self.dated: list[tuple[int, re.Match[str]]] | None = None
        self.link_titles: dict[int, str] = {}
        self.title_links: dict[int, list[tuple[LexborNode, str]] | None] = {}
        self.scripts: list[str] = []
        self.stores: dict[int, str] = {}  # records for an element, by the identity of the one before or around them
        self.script_sources: list[str] = []
        notes: list[str] = []
        for node in self.tree.css("script,noscript"):
            if node.tag == "noscript":
                notes.append(" ".join(node.text().split()))
                continue
            address = node.attributes.get("src")
            if address:
                self.script_sources.append(address)
            else:
                text = node.text()
                text = _WRAPPING.sub("", text) if "<![CDATA[" in text else text
                self.scripts.append(text)
                if is_store(text):
                    self.stores.update(
                        (beside.mem_id, text) for beside in (_element_before(node), node.parent) if beside is not None
                    )
                written = _WRITTEN.fullmatch(text) if len(text) < 400 else None
                if written is not None and node.parent is not None:
                    node.insert_before(written[2])
        self.asks_for_scripts = any("javascript" in note.lower() or "脚本" in note for note in notes)
        self.tree.strip_tags(_HIDDEN)
        for node in self.tree.css(_HIDDEN_RECORDS):
            if _UNSEEN.search(node.attributes.get("style") or "") or "hidden" in node.attributes:
                node.decompose()
        self.body: LexborNode | None = self.tree.body or self.tree.root

    @cached_property
    def joined(self) -> str:
        """All text nodes of the body in document order, joined by NUL."""
        return "" if self.body is None else self.body.text(separator="\0")

    @cached_property
    def chunks(self) -> list[str]:
        """The text nodes of the body."""
        return self.joined.split("\0")

    @cached_property
    def nodes(self) -> list[LexborNode]:
        """The same text nodes as nodes of the tree."""
        return [] if self.body is None else [node for node in self.body.traverse(include_text=True) if node.is_text_node]

    @cached_property
    def _elements(self) -> dict[str, list[LexborNode]]:
        by_tag: dict[str, list[LexborNode]] = {}
        for node in self.tree.css(_selection()):
            by_tag.setdefault(node.tag or "", []).append(node)
        return by_tag

    def elements(self, tag: str) -> list[LexborNode]:
        """Return the elements with this tag in document order; only tags of `_SELECTED`, all found in one pass over the tree."""
        return self._elements.get(tag, [])

    @cached_property
    def lines(self) -> list[str]:
        """The text nodes of the body with blanks collapsed, "" for blank ones; the same indices as `chunks`."""
        return ["" if chunk.isspace() else " ".join(chunk.split()) for chunk in self.chunks]

    @cached_property
    def text(self) -> str:
        """The text a reader sees, one line for each text node that is not blank, blanks collapsed."""
        return "\n".join(filter(None, self.lines))

    @cached_property
    def anchors(self) -> list[Anchor]:
        """Links in document order, then the areas of image maps and the elements that lead on when they are clicked."""
        anchors = []
        clicked = sorted(self.tree.css(_CLICKED), key=lambda node: node.tag == "option")
        for node in (*self.elements("a"), *self.elements("area"), *clicked):
            attributes = node.attributes
            href = (attributes.get("href") or attributes.get("value") or attributes.get("data-href") or "").strip()
            if not href or href == "#" or href[:11].lower() == "javascript:":
                lead = _LEAD.search(href) or _LEAD.search(attributes.get("onclick") or "")
                href = lead[1] or lead[2] if lead is not None else href
            if href:
                text = " ".join(node.text().split())
                anchors.append(Anchor(node, href, text, attributes.get("title") or _label(node, text)))
        return anchors

    @cached_property
    def link_nodes(self) -> tuple[list[LexborNode], dict[int, int]]:
        """The `a` elements in document order, with a target or without, and their places by identity (`mem_id`)."""
        nodes = self.tree.css("a")
        return nodes, {node.mem_id: place for place, node in enumerate(nodes)}

    @cached_property
    def anchor_of(self) -> dict[int, Anchor]:
        """The links by the identity (`mem_id`) of their nodes."""
        return {anchor.node.mem_id: anchor for anchor in self.anchors}

    @cached_property
    def named(self) -> dict[str, list[Anchor]]:
        """Links by what they are called, where that is short enough to be a name: text, or title where there is none."""
        names: dict[str, list[Anchor]] = {}
        for anchor in self.anchors:
            name = anchor.text or anchor.title
            if len(name) < LONGEST_LINK_NAME:
                known = names.get(name)
                if known is None:
                    names[name] = [anchor]
                else:
                    known.append(anchor)
        return names

    @cached_property
    def keys(self) -> dict[str, str]:
        """What links are called -> its `key_of`."""
        return {name: name_key(name) for name in self.named}

    @cached_property
    def by_key(self) -> dict[str, list[str]]:
        """Names of links by their key."""
        names: dict[str, list[str]] = {}
        for name, key in self.keys.items():
            names.setdefault(key, []).append(name)
        return names

    def called(self, keys: Iterable[str]) -> list[Anchor]:
        """Return links whose name has one of `keys`, grouped by name, in the order in which the names first stand on the page."""
        names = [name for key in keys for name in self.by_key.get(key, ())]
        if len(names) > 1:
            order = {name: place for place, name in enumerate(self.named)}
            names.sort(key=order.__getitem__)
        return [anchor for name in names for anchor in self.named[name]]

    @cached_property
    def images(self) -> list[tuple[LexborNode, dict[str, str | None]]]:
        """Pictures with a source: node and attributes."""
        return [(node, node.attributes) for node in self.elements("img")]

    @cached_property
    def link_text(self) -> str:
        """What links are called, lower case, one a line."""
        return "\n".join(self.named).lower()

    @cached_property
    def metas(self) -> list[tuple[str, str]]:
        """Name (or property, or itemprop) and content of each meta element that has both attributes."""
        metas = []
        for node in self.elements("meta"):
            attributes = node.attributes
            name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
            if name:
                metas.append((name.strip(), attributes["content"] or ""))
        return metas


def is_store(script: str) -> bool:
    """Return whether the text of a script is no script but XML with records in CDATA."""
    return "<![CDATA[" in script and script.lstrip()[:1] == "<"


def _element_before(node: LexborNode) -> LexborNode | None:
    step = node.prev
    while step is not None and not step.is_element_node:
        step = step.prev
    return step


def _label(node: LexborNode, text: str) -> str:
    """Return the alternative text of a link that shows a picture and no text, or of an area; "" without one."""
    picture = node if node.tag == "area" else None if text else node.css_first("img[alt],img[title]")
    if picture is None:
        return ""
    return (picture.attributes.get("alt") or picture.attributes.get("title") or "").strip()


def _shallow(html: bytes) -> bytes:
    """Return the page itself, or, when tags are nested without end to break parsers, the page without those of the inner ones."""
    if html.count(b"<") < MANY_TAGS:  # the parser's time grows with the square of the depth: harmless up to here
        return html
    kept: list[bytes] = []
    depth = at = 0
    for match in _TAG.finditer(html):
        depth = max(0, depth + (-1 if match[1] else 1))
        if depth + bool(match[1]) > DEEPEST:  # a start tag and its end tag go together
            end = html.find(b">", match.end()) + 1 or len(html)
            if match.start() >= at:
                kept.append(html[at : match.start()])
                at = end
    return b"".join([*kept, html[at:]]) if kept else html
