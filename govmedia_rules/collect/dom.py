"""One parsed page, walked as few times as possible: its text nodes as one string, its links, meta elements and scripts.

The text nodes come from the parser in one call, joined by NUL, which no HTML text can hold; the nodes themselves are
fetched only where a place in the tree is asked for. Nothing here knows what a page means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

DEEPEST = 512
"""Nesting beyond which a page is flattened before parsing; real pages stay below 100."""

MANY_TAGS = 8_000
"""Pages with fewer tags are not searched for deep nesting."""

LONGEST_LINK_NAME = 30
"""A link with a longer text is called nothing; its text is a title."""

_HIDDEN = ["script", "style", "noscript", "template"]
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})")
# Elements without an end tag; `a` is among them because links are kept at any depth and close one another.
_VOID = frozenset("a area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905


class Anchor(NamedTuple):
    """An `a` element with a target.

    Attributes:
        node: The element.
        href: Target as written, stripped.
        text: Its text, blanks collapsed.
        title: Its title attribute, or "".
    """

    node: LexborNode
    href: str
    text: str
    title: str


class Dom:
    """A parsed page.

    Args:
        html: Decoded text of the page.
    """

    def __init__(self, html: str) -> None:
        if "\0" in html:
            html = html.replace("\0", "")
        self.html = html
        self.tree = LexborHTMLParser(_shallow(html))
        # What readers look up more than once is kept with the page.
        self.places: dict[str, int] = {}
        self.dated: list[tuple[int, re.Match[str]]] | None = None
        self.scripts: list[str] = []
        self.script_sources: list[str] = []
        for node in self.tree.css("script"):
            source = node.attributes.get("src")
            if source:
                self.script_sources.append(source)
            else:
                self.scripts.append(node.text())
        self.tree.strip_tags(_HIDDEN)
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

    def chunk_at(self, position: int) -> int:
        """Index of the text node that holds this position of `joined`."""
        return self.joined.count("\0", 0, position)

    @cached_property
    def text(self) -> str:
        """The text a reader sees, one line for each text node that is not blank, blanks collapsed."""
        return "\n".join([line for chunk in self.chunks if (line := " ".join(chunk.split()))])

    @cached_property
    def anchors(self) -> list[Anchor]:
        """Links in document order."""
        found: list[Anchor] = []
        add = found.append
        for node in self.tree.css("a[href]"):
            attributes = node.attributes
            href = attributes["href"]
            if href:
                text = node.text()
                if text and not (text.isalnum() and text.isprintable()):  # most texts have no blank to collapse
                    text = " ".join(text.split())
                add(Anchor(node, href.strip(), text, attributes.get("title") or ""))
        return found

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
    def images(self) -> list[tuple[LexborNode, dict[str, str | None]]]:
        """Pictures with a source: node and attributes."""
        return [(node, node.attributes) for node in self.tree.css("img[src]")]

    @cached_property
    def link_text(self) -> str:
        """What links are called, lower case, one a line."""
        return "\n".join(self.named).lower()

    @cached_property
    def metas(self) -> list[tuple[str, str]]:
        """Name (or property, or itemprop) and content of each meta element that has both attributes."""
        found = []
        for node in self.tree.css("meta[content]"):
            attributes = node.attributes
            name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
            if name:
                found.append((name.strip(), attributes["content"] or ""))
        return found

    def attribute(self, selector: str, name: str) -> Iterator[tuple[LexborNode, str]]:
        """Nodes that match `selector` and have a filled attribute `name`."""
        for node in self.tree.css(selector):
            value = node.attributes.get(name)
            if value and value.strip():
                yield node, value.strip()


def collapsed(node: LexborNode) -> str:
    """Text of a node with blanks collapsed."""
    return " ".join(node.text(separator=" ").split())


def _shallow(html: str) -> str:
    """The page itself, or, when a tag is nested without end to break parsers, the page without its later start tags."""
    if html.count("<") < MANY_TAGS:  # the parser's time grows with the square of the depth: harmless up to here
        return html
    depth = 0
    deepest = 0
    for closing, tag in _TAG.findall(html):
        if tag.lower() in _VOID:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    if deepest <= DEEPEST:
        return html
    kept: list[str] = []
    depth = at = 0
    for found in _TAG.finditer(html):
        if found[2].lower() in _VOID:
            continue
        if found[1]:
            depth = max(0, depth - 1)
            continue
        depth += 1
        if depth > DEEPEST:
            end = html.find(">", found.end())
            end = len(html) if end < 0 else end + 1
            if found.start() >= at:
                kept.append(html[at : found.start()])
                at = end
            depth -= 1
    kept.append(html[at:])
    return "".join(kept)
