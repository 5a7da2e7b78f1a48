"""Links by kind, columns and their tree, channels for citizens, paging, search box: how a page leads on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Anchor, Dom
from govmedia_rules.collect.words import any_of, channel_kinds, column_kind, table
from govmedia_rules.vocabulary import key_of

LinkKind = Literal["page", "attachment", "image", "frame", "option"]

MOST_LINKS = 20_000
"""Links kept of one page."""
LONGEST_NAME = 24
"""Longest text of a link that is taken for a column name, in characters."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DEEP_LINE = re.compile(r"[\s\u3000]+")


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page.

    Attributes:
        url: Absolute target without fragment.
        text: Its text, or the alternative text of an image.
        kind: `page`, `attachment` (by the ending of its path), `image`, `frame` or `option` (of a drop-down list).
        is_outside: Whether it leads to another host.
    """

    url: str
    text: str
    kind: LinkKind
    is_outside: bool


@dataclass(frozen=True, slots=True)
class NavItem:
    """A column that a page names.

    Attributes:
        name: Name as shown.
        url: Absolute address.
        level: 1 for the outermost list of the navigation or map, 2 for a list inside it …
        parent: Name of the item above; "" for the outermost.
        found_by: `navigation`, `sitemap` or `link` (a heading with 更多).
        kind: Kind of column its name announces; None when none.
    """

    name: str
    url: str
    level: int
    parent: str
    found_by: Literal["navigation", "sitemap", "link"]
    kind: str | None


@dataclass(frozen=True, slots=True)
class FoundChannel:
    """A channel for citizens that a page links to.

    Attributes:
        kind: Kind of channel (`consultation`, `mailbox` …).
        name: Text of the link.
        url: Absolute address; None when the link is a script.
    """

    kind: str
    name: str
    url: str | None


def resolve(base: str, href: str) -> str | None:
    """Absolute http or https address of a link without its fragment, or None for mail, scripts and unreadable ones.

    Args:
        base: Address of the page, or what its `base` element says.
        href: Target as written.
    """
    href = href.strip()
    if not href or href[0] == "#":
        return None
    if "\\" in href:
        href = href.replace("\\", "/")
    if ":" in href[:20] and (found := _SCHEME.match(href)) and found.group().lower() not in ("http:", "https:"):
        return None
    if "\n" in href or "\t" in href or "\r" in href:
        href = re.sub(r"[\t\r\n]", "", href)
    try:
        url = href if href.startswith(("http://", "https://")) else urljoin(base, href)
    except ValueError:
        return None
    url = url.partition("#")[0]
    if not url.lower().startswith(("http://", "https://")) or len(url) > 8_000:
        return None
    return url


def host_of(url: str) -> str:
    """Host of an address, lower case, without `www.`; "" when it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host[4:] if host.startswith("www.") else host


@cache
def _attachment() -> re.Pattern[str]:
    return re.compile(rf"\.(?:{any_of(table('pages')['links']['attachments'])})(?:\?|$)", re.IGNORECASE)


def base_of(dom: Dom, url: str) -> str:
    """The address that relative links of a page count from."""
    node = dom.tree.css_first("base[href]")
    href = node.attributes.get("href") if node is not None else None
    return (resolve(url, href) or url) if href else url


def read_links(dom: Dom, base: str, *, images: bool = True) -> list[PageLink]:
    """All links of a page in document order: `a`, `area`, images, frames and options of drop-down lists.

    Each target is listed once for each kind, with the first text seen.
    """
    home = host_of(base)
    seen: set[tuple[str, LinkKind]] = set()
    found: list[PageLink] = []

    def add(href: str, text: str, kind: LinkKind) -> None:
        url = resolve(base, href)
        if url is None:
            return
        if kind == "page" and _attachment().search(url):
            kind = "attachment"
        if (url, kind) in seen or len(found) >= MOST_LINKS:
            return
        seen.add((url, kind))
        found.append(PageLink(url, text[:1_000], kind, host_of(url) != home))

    for anchor in dom.anchors:
        add(anchor.href, anchor.text or anchor.title, "page")
    for selector, name, kind in _OTHER_LINKS:
        if kind == "image" and not images:
            continue
        for node, href in dom.attribute(selector, name):
            if kind == "option" and not href.startswith(("http://", "https://")):
                continue
            add(href, node.attributes.get("alt") or node.attributes.get("title") or "", kind)
    return found


_OTHER_LINKS: tuple[tuple[str, str, LinkKind], ...] = (
    ("area[href]", "href", "page"),
    ("img[src]", "src", "image"),
    ("iframe[src],frame[src]", "src", "frame"),
    ("option[value*='://']", "value", "option"),
)


# ---------------------------------------------------------------- columns


@cache
def _nav_selector() -> str:
    words = table("pages")["parts"]["navigation"]
    parts = [f"[class*='{word}' i],[id*='{word}' i]" for word in words]
    return ",".join(["nav", *parts])


@cache
def _never_columns() -> frozenset[str]:
    links = table("pages")["links"]
    words = table("pages")["parts"]
    never = (*links["never"], *links["next"], *links["more"], *links["details"], *links["site_map"])
    return frozenset(
        key_of(word) for word in (*never, *words["login"], *words["languages"], *words["accessible"], *words["elderly"])
    )


@cache
def _more() -> frozenset[str]:
    return frozenset(key_of(word) for word in table("pages")["links"]["more"])


def _is_column_name(text: str) -> bool:
    return 2 <= len(text) <= LONGEST_NAME and key_of(text) not in _never_columns() and any(char.isalpha() for char in text)


def _level_in(node: LexborNode, top: LexborNode) -> tuple[int, LexborNode | None]:
    """How many lists lie between `node` and `top`, and the item that holds the list above."""
    lists = 0
    above: LexborNode | None = None
    current = node.parent
    steps = 0
    while current is not None and current.mem_id != top.mem_id and steps < 30:
        if current.tag in ("ul", "ol", "dl"):
            lists += 1
            if lists == 1:
                above = current.parent
        current = current.parent
        steps += 1
    if top.tag in ("ul", "ol", "dl"):
        lists += 1
    return max(1, lists), above if lists > 1 else None


def _parent_name(above: LexborNode | None) -> str:
    if above is None:
        return ""
    for child in above.css("a,span,h2,h3,h4,strong,dt"):
        text = " ".join(child.text().split())
        if 2 <= len(text) <= LONGEST_NAME:
            return text
    return ""


def read_navigation(dom: Dom, base: str) -> list[NavItem]:
    """Columns of the navigation bars, then those that a heading with a 更多 link names; each address once.

    Only links to the page's own host count, and never the page itself.
    """
    home = host_of(base)
    itself = _bare(base)
    found: dict[str, NavItem] = {}

    def add(item: NavItem) -> None:
        bare = _bare(item.url)
        if bare != itself and not _attachment().search(item.url) and host_of(item.url) == home:
            known = found.get(bare)
            if known is None:
                found[bare] = item

    bars: list[LexborNode] = []
    for bar in dom.tree.css(_nav_selector()):
        if bar.tag in ("a", "li", "span", "img", "body", "html", "input", "form"):
            continue
        bars.append(bar)
    for bar in bars[:40]:
        links = bar.css("a[href]")
        if not links or len(links) > 600:
            continue
        names = [" ".join(link.text().split()) or (link.attributes.get("title") or "") for link in links]
        long = sum(len(name) > LONGEST_NAME for name in names)
        if long > len(names) // 3:
            continue  # a box of news that is only called navigation
        for link, name in zip(links, names, strict=True):
            url = resolve(base, link.attributes.get("href") or "")
            if url is None or not _is_column_name(name):
                continue
            level, above = _level_in(link, bar)
            add(NavItem(name, url, level, _parent_name(above), "navigation", column_kind(name)))
    for name, href in _headed(dom):
        url = resolve(base, href)
        if url is not None:
            add(NavItem(name, url, 1, "", "link", column_kind(name)))
    return list(found.values())


def _bare(url: str) -> str:
    """An address without scheme, `www.`, index page and closing slash, for comparing."""
    bare = url.partition("://")[2].removeprefix("www.")
    return re.sub(r"/(?:index|default)\.(?:s?html?|jsp|aspx?|php)$", "", bare).rstrip("/")


def _headed(dom: Dom) -> Iterator[tuple[str, str]]:
    """Boxes whose heading stands beside a 更多 link: name and target."""
    more = _more()
    for anchor in dom.anchors:
        text = anchor.text or anchor.title
        if len(text) > 12 or key_of(text) not in more:
            continue
        name = _heading_beside(anchor)
        if name:
            yield name, anchor.href


def _heading_beside(anchor: Anchor) -> str:
    own = anchor.title if _is_column_name(anchor.title) else ""
    node: LexborNode | None = anchor.node.parent
    for _ in range(4):
        if node is None or node.tag in ("body", "html"):
            break
        for heading in node.css("h1,h2,h3,h4,h5,strong,b,[class*='tit' i],span,a"):
            text = " ".join(heading.text().split())
            if heading.mem_id != anchor.node.mem_id and _is_column_name(text):
                return text
            if len(text) > 3 * LONGEST_NAME:
                break
        node = node.parent
    return own


def read_site_map(dom: Dom, base: str) -> list[NavItem]:
    """The columns of a site map page, with level and parent by the nesting of its lists or the order of its headings."""
    home = host_of(base)
    found: dict[str, NavItem] = {}
    head = ""
    body = dom.body
    if body is None:
        return []
    for anchor in dom.anchors:
        name = anchor.text or anchor.title
        url = resolve(base, anchor.href)
        if url is None or host_of(url) != home or not _is_column_name(name) or _attachment().search(url):
            continue
        level, above = _level_in(anchor.node, body)
        parent = _parent_name(above)
        if level == 1 and _is_heading(anchor.node):
            head = name
            parent = ""
        elif level == 1 and head and not parent:
            level, parent = 2, head
        bare = _bare(url)
        if bare not in found and bare != _bare(base) and parent != name:
            found[bare] = NavItem(name, url, level, parent, "sitemap", column_kind(name))
    return list(found.values())


def _is_heading(node: LexborNode) -> bool:
    current: LexborNode | None = node
    for _ in range(3):
        if current is None:
            return False
        if current.tag in ("h1", "h2", "h3", "h4", "dt", "th", "strong"):
            return True
        current = current.parent
    return False


# ---------------------------------------------------------------- channels, paging, search


@cache
def _no_channel() -> tuple[frozenset[str], int]:
    data = table("channels")
    return frozenset(data["never"]["words"]), int(data["longest"])


def read_channels(dom: Dom, base: str) -> list[FoundChannel]:
    """Links to ways of asking, by the words of data/channels.toml; each target once."""
    never, longest = _no_channel()
    kinds = channel_kinds()
    assert kinds.parts is not None
    seen: set[tuple[str, str]] = set()
    found = []
    for anchor in dom.anchors:
        text = anchor.text or anchor.title
        if not text or len(text) > longest or not kinds.parts.search(text):
            continue
        kind = kinds.find(text)
        if kind is None or any(word in text for word in never):
            continue
        url = resolve(base, anchor.href)
        if (text, url or "") not in seen:
            seen.add((text, url or ""))
            found.append(FoundChannel(kind, text, url))
    return found


_TRS_PAGES = re.compile(
    r"createPageHTML\s{0,3}\(\s{0,3}[\"']?([0-9]{1,6})[\"']?\s{0,3},\s{0,3}[\"']?([0-9]{1,6})[\"']?\s{0,3},\s{0,3}[\"']([^\"']{1,80})[\"']\s{0,3},\s{0,3}[\"']([A-Za-z0-9]{1,10})[\"']"
)


@cache
def _next_words() -> frozenset[str]:
    return frozenset(key_of(word) for word in table("pages")["links"]["next"])


def read_next_page(dom: Dom, base: str) -> str | None:
    """Address of the next page of a list, from a link or from the page call that templates write; None on the last."""
    words = _next_words()
    for anchor in dom.anchors:
        if len(anchor.text) <= 10 and key_of(anchor.text) in words:
            url = resolve(base, anchor.href)
            if url is not None and url != base:
                return url
    for text in dom.scripts:
        found = _TRS_PAGES.search(text) if "createPageHTML" in text else None
        if found is not None and int(found[2]) + 1 < int(found[1]):
            return resolve(base, f"{found[3]}_{int(found[2]) + 1}.{found[4]}")
    return None


def has_search(dom: Dom) -> bool:
    """Whether the page offers a search box: a text field in a form, or one that says so."""
    parts = table("pages")["parts"]
    names = frozenset(parts["search"])
    for node in dom.tree.css("input,form"):
        attributes = node.attributes
        if node.tag == "input" and (attributes.get("type") or "text").lower() not in ("text", "search", ""):
            continue
        named = " ".join((attributes.get(name) or "") for name in ("id", "name", "class", "action")).lower()
        shown = " ".join((attributes.get(name) or "") for name in ("placeholder", "value", "title"))
        if any(name in named for name in names if len(name) > 2) or any(word in shown for word in parts["search_words"]):
            return True
    return False


def has_word(dom: Dom, words: Iterable[str]) -> bool:
    """Whether a link, button or picture of the page is called by one of `words`."""
    pattern = re.compile(any_of(words), re.IGNORECASE)
    if any(pattern.search(anchor.text) or pattern.search(anchor.title) for anchor in dom.anchors if len(anchor.text) < 30):
        return True
    return any(pattern.search(alt) for _, alt in dom.attribute("img[alt]", "alt")) or any(
        pattern.search(node.text()) for node in dom.tree.css("button,[onclick]") if len(node.text()) < 60
    )


def qr_images(dom: Dom, base: str) -> list[tuple[str, str]]:
    """Pictures that may be QR codes, as address and label, by their name, class, alternative text or caption."""
    pattern = re.compile(any_of(table("pages")["parts"]["qr"]), re.IGNORECASE)
    found: dict[str, str] = {}
    for node, source in dom.attribute("img[src]", "src"):
        if source.startswith("data:"):
            continue
        attributes = node.attributes
        named = " ".join((attributes.get(name) or "") for name in ("src", "class", "id", "alt", "title"))
        caption = " ".join(node.parent.text().split())[:60] if node.parent is not None else ""
        if pattern.search(named) or pattern.search(caption):
            url = resolve(base, source)
            if url is not None:
                found.setdefault(url, attributes.get("alt") or attributes.get("title") or caption)
    return list(found.items())
