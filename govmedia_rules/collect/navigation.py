"""Links by kind, columns and their tree, channels for citizens, paging, search box: how a page leads on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Literal, NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Anchor, Dom
from govmedia_rules.collect.words import channel_kinds, column_kind, name_key, word_table
from govmedia_rules.core.vocabulary import any_of, key_of

LinkKind = Literal["page", "attachment", "image", "frame", "option"]

MOST_LINKS = 20_000
"""Links kept of one page."""
MOST_BARS = 40
"""Navigation bars read of one page."""
FEWEST_NAMED = 4
"""Links named like columns from which an element is taken for a navigation bar, whatever it is called."""
LONGEST_BAR_NAME = 8
"""Longest name of such a link, in characters."""
LONGEST_NAME = 24
"""Longest text of a link that is taken for a column name, in characters."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class PageLink(NamedTuple):
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


class NavItem(NamedTuple):
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


class FoundChannel(NamedTuple):
    """A channel for citizens that a page links to.

    Attributes:
        kind: Kind of channel (`consultation`, `mailbox` …).
        name: Text of the link.
        url: Absolute address; None when the link is a script.
    """

    kind: str
    name: str
    url: str | None


class Base:
    """The address that relative links count from, taken apart once."""

    __slots__ = ("_authorities", "_inside", "_resolved", "directory", "host", "origin", "scheme", "url")

    def __init__(self, url: str) -> None:
        self.url = url
        self.scheme, _, rest = url.partition("://")
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        self.origin = f"{self.scheme}://{authority}"
        path = re.split(r"[?#]", rest[len(authority) :], maxsplit=1)[0]
        self.directory = self.origin + (path[: path.rfind("/") + 1] or "/")
        self.host = host_of(url)
        self._inside = self.origin + "/"
        self._authorities: dict[str, bool] = {}
        self._resolved: dict[str, str | None] = {}  # every reader of a page asks for the same few hundred addresses

    def is_inside(self, url: str) -> bool:
        """Return whether an address belongs to the same host, `www.` and scheme apart."""
        if url.startswith(self._inside):
            return True
        end = url.find("/", 8)
        authority = url[:end] if end > 0 else url
        known = self._authorities.get(authority)
        if known is None:
            known = self._authorities[authority] = host_of(url) == self.host
        return known

    def resolve(self, href: str) -> str | None:
        """Return absolute http or https address of a link without its fragment, or None for mail, scripts and unreadable ones."""
        url = self._resolved.get(href, "")
        if url == "":
            url = self._resolved[href] = self._resolve(href)
        return url

    def _resolve(self, href: str) -> str | None:
        if href[:1] == "\\":
            href = href.replace("\\", "/")
        if href.startswith(("http://", "https://")):
            url = href
        else:
            first = href[:1]
            if not first or first == "#":
                return None
            if first == "/":
                url = self.origin + href if href[1:2] != "/" else f"{self.scheme}:{href}"
            elif first == "?":
                url = urljoin(self.url, href)
            elif ":" in href[:24] and (match := _SCHEME.match(href)):
                if match.group().lower() not in ("http:", "https:"):
                    return None
                url = self._odd(href)
            else:
                url = self.directory + (href[2:] if href.startswith("./") else href)
        if "#" in url:
            url = url.partition("#")[0]
        # Dot segments, backslashes and blanks go the slow way round.
        if "/." in url or "\\" in url or " " in url or "\n" in url or "\t" in url or "\r" in url:
            url = self._odd(url)
        return url if 10 < len(url) <= 8_000 else None

    def _odd(self, url: str) -> str:
        """Return addresses with dot segments, backslashes, blanks or upper-case schemes, put right as browsers do."""
        url = "".join(url.replace("\\", "/").split())
        try:
            url = urljoin(self.url, url)
        except ValueError:
            return ""
        head, mark, query = url.partition("?")
        start = head.find("/", head.find("://") + 3)
        if start < 0 or "/." not in head[start:]:
            return url
        kept: list[str] = []
        segments = head[start + 1 :].split("/")
        for segment in segments:
            if segment == "..":
                del kept[-1:]
            elif segment != ".":
                kept.append(segment)
        if segments[-1] in (".", ".."):
            kept.append("")
        return f"{head[:start]}/{'/'.join(kept)}{mark}{query}"


def absolute_link(base: str, href: str) -> str | None:
    """Return absolute http or https address of a link without its fragment, or None for mail, scripts and unreadable ones.

    Args:
        base: Address of the page, or what its `base` element says.
        href: Target as written.
    """
    return Base(base).resolve(href.strip())


_HOST = re.compile(r"[A-Za-z]+://(?:[^/?#@]*@)?(?:www\.)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)


def host_of(url: str) -> str:
    """Return host of an address in ASCII, lower case, without `www.`; "" when it has none."""
    match = _HOST.match(url)
    return _ascii_host(match[1].lower()) if match is not None else ""


def _ascii_host(host: str) -> str:
    """Return a host name as it is asked for; one that is no name of a host stays as it is."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@cache
def _attachment_endings() -> frozenset[str]:
    return frozenset(word_table("pages")["links"]["attachments"])


def is_attachment(url: str) -> bool:
    """Return whether the path of an address ends like a document, a picture or another file."""
    path = url.partition("?")[0] if "?" in url else url
    if path.endswith(("html", "/")):  # nearly all
        return False
    return path[path.rfind(".") + 1 :].lower() in _attachment_endings()


def base_of(dom: Dom, url: str) -> str:
    """Return the address that relative links of a page count from."""
    bases = dom.elements("base")
    href = bases[0].attributes["href"] if bases else None
    return (absolute_link(url, href) or url) if href else url


def read_links(dom: Dom, base: Base, *, images: bool = True) -> list[PageLink]:
    """Return all links of a page in document order: `a`, `area`, images, frames and options of drop-down lists.

    Each target is listed once for each kind, with the first text seen.
    """
    to_url, is_inside = base.resolve, base.is_inside
    listed: set[str | None] = {None}
    written: set[str] = set()
    links: list[PageLink] = []
    for _, href, text, title in dom.anchors:
        if href in written:  # menus, crumbs and feet repeat the same few addresses
            continue
        written.add(href)
        url = to_url(href)
        if url is None or url in listed:
            continue
        listed.add(url)
        links.append(PageLink(url, (text or title)[:1_000], "attachment" if is_attachment(url) else "page", not is_inside(url)))
    if images:
        for _, attributes in dom.images:
            url = to_url((attributes["src"] or "").strip())
            if url is not None and url not in listed:
                listed.add(url)
                label = attributes.get("alt") or attributes.get("title") or ""
                links.append(PageLink(url, label, "image", not is_inside(url)))
    for tag, name, other in _OTHER_LINKS:
        for node in dom.elements(tag):
            attributes = node.attributes
            href = (attributes[name] or "").strip()
            url = to_url(href) if other != "option" or href.startswith(("http://", "https://")) else None
            if url is not None and url not in listed:
                listed.add(url)
                links.append(PageLink(url, attributes.get("title") or attributes.get("alt") or "", other, not is_inside(url)))
    return links[:MOST_LINKS]


_OTHER_LINKS: tuple[tuple[str, str, LinkKind], ...] = (
    ("iframe", "src", "frame"),
    ("frame", "src", "frame"),
    ("option", "value", "option"),
)


# ---------------------------------------------------------------- columns


@cache
def _nav_selector() -> str:
    words = word_table("pages")["parts"]["navigation"]
    parts = [f"[class*='{word}' i],[id*='{word}' i]" for word in words]
    return ",".join(["nav", "map", *parts])


@cache
def _never_columns() -> frozenset[str]:
    links = word_table("pages")["links"]
    words = word_table("pages")["parts"]
    never = (*links["never"], *links["next"], *links["more"], *links["details"], *links["site_map"])
    return frozenset(
        key_of(word) for word in (*never, *words["login"], *words["languages"], *words["accessible"], *words["elderly"])
    )


@cache
def _more() -> frozenset[str]:
    return frozenset(key_of(word) for word in word_table("pages")["links"]["more"])


def _is_column_name(text: str) -> bool:
    if not 2 <= len(text) <= LONGEST_NAME or name_key(text) in _never_columns():
        return False
    return text[0].isalpha() or any(char.isalpha() for char in text)


def read_navigation(dom: Dom, base: Base) -> list[NavItem]:
    """Return columns of the navigation bars, then those that a heading with a 更多 link names; each address once.

    Only links to the page's own host count, and never the page itself.
    """
    own_address = _bare(base.url)
    items: dict[str, NavItem] = {}

    def add(name: str, href: str, level: int, parent: str, found_by: Literal["navigation", "link"]) -> bool:
        url = base.resolve(href)
        if url is None or not base.is_inside(url) or is_attachment(url):
            return False
        bare = _bare(url)
        if bare != own_address and bare not in items:
            items[bare] = NavItem(name, url, level, parent, found_by, column_kind(name))
        return True

    for bar, ids in islice(_bars(dom), MOST_BARS):
        inner: set[int] = set()
        if bar.css_first("li li,dd") is not None:
            inner = {link.mem_id for link in bar.css("li li a,dd a,li dl a")}
        deeper = {link.mem_id for link in bar.css("li li li a,dd li a,li dd a")} if inner else inner
        named = [(link_id, dom.anchor_of[link_id]) for link_id in ids if link_id in dom.anchor_of]
        if sum(len(anchor.text) > LONGEST_NAME for _, anchor in named) > len(named) // 3:
            continue  # a box of news that is only called navigation
        above = ["", "", ""]
        for link_id, anchor in named:
            name = anchor.text or anchor.title
            if not _is_column_name(name):
                continue
            level = 3 if link_id in deeper else 2 if link_id in inner else 1
            if add(name, anchor.href, level, above[level - 1] if level > 1 else "", "navigation") or level < 3:
                for below in range(level, 3):
                    above[below] = name
    for name, href in _headed(dom):
        add(name, href, 1, "", "link")
    return list(items.values())


def _bars(dom: Dom) -> Iterator[tuple[LexborNode, list[int]]]:
    """Yield the navigation bars of a page with the ids of their links; none that lies inside one before."""
    read_links: set[int] = set()
    for bar in (*dom.tree.css(_nav_selector()), *_unnamed_bars(dom)):
        first = None if bar.tag in _NO_BAR else bar.css_first(_BAR_LINKS)
        if first is None or first.mem_id in read_links:
            continue
        ids = [link.mem_id for link in bar.css(_BAR_LINKS)]
        if 2 <= len(ids) <= 600:
            read_links.update(ids)
            yield bar, ids


def _unnamed_bars(dom: Dom) -> list[LexborNode]:
    """Return elements with several links named like columns, for pages where what is called navigation holds next to none."""
    named = (bar for bar in dom.tree.css(_nav_selector()) if bar.tag not in _NO_BAR)
    if sum(len(bar.css(_BAR_LINKS)) for bar in named) >= FEWEST_NAMED:
        return []
    holders: dict[int, tuple[LexborNode, int]] = {}
    for anchor in dom.anchors:
        name = anchor.text or anchor.title
        step = anchor.node.parent if len(name) <= LONGEST_BAR_NAME and column_kind(name) is not None else None
        for _ in range(3):
            if step is None or step.tag in ("body", "html"):
                break
            holders[step.mem_id] = (step, holders.get(step.mem_id, (step, 0))[1] + 1)
            step = step.parent
    bars = [node for node, count in holders.values() if count >= FEWEST_NAMED]
    return sorted(bars, key=lambda node: len(node.css(_BAR_LINKS)))


_BAR_LINKS = "a[href],area[href],[onclick],[data-href],option[value]"
_NO_BAR = frozenset({"a", "li", "span", "img", "body", "html", "input", "form"})


@cache
def _passing() -> re.Pattern[str]:
    names = any_of(word_table("pages")["links"]["passing"])
    return re.compile(rf"(?:^|&)(?:{names}|utm_[a-z]+)=[^&]*", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def page_key(url: str) -> str:
    """Return what two addresses of one page have in common: no scheme, `www.`, session, tracking, index page or closing slash.

    The letter case of the path is kept: on most servers it matters.
    """
    bare = url[url.find("://") + 3 :]
    bare = bare.partition("#")[0]
    host, slash, path = bare.partition("/")
    host = _ascii_host(host.lower()).removeprefix("www.")
    host = host.removesuffix(":80") if not url.startswith("https") else host.removesuffix(":443")
    path, mark, query = path.partition("?")
    if ";" in path:
        path = _SESSION.sub("", path)
    if mark:
        query = _passing().sub("", query).strip("&")
    match = _INDEX.search(f"/{path}")
    if match is not None:
        path = f"/{path}"[1 : match.start() + 1]
    return f"{host}{slash}{path}{'?' + query if query else ''}".rstrip("/")


def _bare(url: str) -> str:
    """Return the key of a column's address, without regard to letter case: menus write one column in several ways."""
    return page_key(url).casefold()


_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid|sessionid)=[^/?#]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)(?:_0)?\.(?:s?html?|jsp|jspx|aspx?|php|do|action)$", re.IGNORECASE)


def _headed(dom: Dom) -> Iterator[tuple[str, str]]:
    """Return boxes whose heading stands beside a 更多 link: name and target."""
    for anchor in dom.called(_more()):
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


def is_of_column(url: str) -> bool:
    """Return whether an address looks like that of a column: a folder or its index page, without the number of an article."""
    head = url.partition("?")[0]
    return (head.endswith("/") or _INDEX.search(head) is not None) and re.search(r"/.*[0-9]{5}", head.partition("://")[2]) is None


def read_site_map(dom: Dom, base: Base) -> list[NavItem]:
    """Return the columns of a site map page, with level and parent by the nesting of its lists or the order of its headings."""
    items: dict[str, NavItem] = {}
    if dom.body is None:
        return []
    inner = {link.mem_id for link in dom.body.css("li li a,dl dd a")}
    deeper = {link.mem_id for link in dom.body.css("li li li a,dd li a")}
    heads = {link.mem_id for link in dom.body.css("h1 a,h2 a,h3 a,h4 a,dt a,th a,strong a,a h1,a h2,a h3,a h4,a strong")}
    has_heads = any(anchor.node.mem_id in heads for anchor in dom.anchors)
    # The navigation bar stands on the map's page too; the map is what lies outside it, unless nothing does.
    in_bars = {link.mem_id for bar in dom.tree.css(_nav_selector()) if bar.tag not in _NO_BAR for link in bar.css("a[href]")}
    outside = [anchor for anchor in dom.anchors if anchor.node.mem_id not in in_bars]
    own = [anchor for anchor in outside if _is_column_name(anchor.text) and base.resolve(anchor.href) != base.url]
    above = ["", "", ""]
    for anchor in outside if own else dom.anchors:
        name = anchor.text or anchor.title
        url = base.resolve(anchor.href)
        if url is None or host_of(url) != base.host or not _is_column_name(name) or is_attachment(url):
            continue
        link_id = anchor.node.mem_id
        level = 3 if link_id in deeper else 2 if link_id in inner else 1
        if level == 1 and has_heads and link_id not in heads and above[1]:
            level = 2
        parent = above[level - 1] if level > 1 else ""
        for below in range(level, 3):
            above[below] = name
        bare = _bare(url)
        if bare not in items and bare != _bare(base.url) and parent != name:
            items[bare] = NavItem(name, url, level, parent, "sitemap", column_kind(name))
    return list(items.values())


# ---------------------------------------------------------------- channels, paging, search


@cache
def _no_channel() -> tuple[frozenset[str], int]:
    data = word_table("channels")
    return frozenset(data["never"]["words"]), int(data["longest"])


def read_channels(dom: Dom, base: Base) -> list[FoundChannel]:
    """Return links to ways of asking, by the words of data/channels.toml; each target once."""
    never, longest = _no_channel()
    kinds = channel_kinds()
    assert kinds.parts is not None
    listed: set[tuple[str, str]] = set()
    channels: list[FoundChannel] = []
    if not kinds.parts.search("\n".join(dom.by_key)):
        return channels
    for text, anchors in dom.named.items():
        kind = kinds.kind_of(dom.keys[text]) if 0 < len(text) <= longest else None
        if kind is None or any(word in text for word in never):
            continue
        for anchor in anchors:
            url = base.resolve(anchor.href)
            if (text, url or "") not in listed:
                listed.add((text, url or ""))
                channels.append(FoundChannel(kind, text, url))
    return channels


_TRS_PAGES = re.compile(
    r"createPageHTML\s{0,3}\(\s{0,3}[\"']?([0-9]{1,6})[\"']?\s{0,3},\s{0,3}[\"']?([0-9]{1,6})[\"']?\s{0,3},\s{0,3}[\"']([^\"']{1,80})[\"']\s{0,3},\s{0,3}[\"']([A-Za-z0-9]{1,10})[\"']"
)


_DIGITS = re.compile("[0-9]+")
_NUMBER = re.compile(r"[\[(（]?([1-9][0-9]?)[\])）]?")
MOST_NUMBERED = 15
"""Links called by a number up to which these are taken for pages of a list."""


@cache
def _next_words() -> frozenset[str]:
    return frozenset(key_of(word) for word in word_table("pages")["links"]["next"])


def read_next_page(dom: Dom, base: Base) -> str | None:
    """Return address of the next page of a list, from a link or from the page call that templates write; None on the last."""
    for anchor in dom.called(_next_words()):
        url = base.resolve(anchor.href)
        if url is not None and url != base.url:
            return url
    for text in dom.scripts:
        match = _TRS_PAGES.search(text) if "createPageHTML" in text else None
        if match is not None and int(match[2]) + 1 < int(match[1]):
            return base.resolve(f"{match[3]}_{int(match[2]) + 1}.{match[4]}")
    return _next_number(dom, base)


def _next_number(dom: Dom, base: Base) -> str | None:
    """Return address of the page after this one from links that are called by the numbers of the pages; None without such."""
    numbers: dict[int, str] = {}
    own = page_key(base.url)
    for name, anchors in dom.named.items():
        match = _NUMBER.fullmatch(name)
        url = base.resolve(anchors[0].href) if match is not None else None
        if match is not None and url is not None and base.is_inside(url) and page_key(url) != own:
            numbers[int(match[1])] = url
    stems = {_DIGITS.sub("", page_key(url)) for number, url in numbers.items() if number > 1}
    if len(stems) != 1 or len(numbers) > MOST_NUMBERED:  # pictures that take turns and the days of a calendar are no pages
        return None
    current = next(number for number in range(1, len(numbers) + 2) if number not in numbers)
    return numbers.get(current + 1)


def shows_paging(dom: Dom) -> bool:
    """Return whether a text, a button or a link looks like paging (末页, 加载更多), whether it leads anywhere or not."""
    words = word_table("pages")["links"]["paging"]
    buttons = (node.attributes.get("value") or "" for node in dom.elements("input"))
    shown = "\n".join([dom.text, *buttons])
    return any(word in shown for word in words) or any(_NUMBER.fullmatch(name) for name in dom.named)


def has_search(dom: Dom) -> bool:
    """Return whether the page offers a search box: a text field in a form, or one that says so."""
    parts = word_table("pages")["parts"]
    names = frozenset(parts["search"])
    for node in (*dom.elements("input"), *dom.elements("form")):
        attributes = node.attributes
        if node.tag == "input" and (attributes.get("type") or "text").lower() not in ("text", "search", ""):
            continue
        named = " ".join((attributes.get(name) or "") for name in ("id", "name", "class", "action")).lower()
        shown = " ".join((attributes.get(name) or "") for name in ("placeholder", "value", "title"))
        if any(name in named for name in names if len(name) > 2) or any(word in shown for word in parts["search_words"]):
            return True
    return False


def has_form(dom: Dom) -> bool:
    """Return whether a citizen can write something here: a text area, or three and more text fields."""
    if dom.elements("textarea"):
        return True
    return (
        len(dom.elements("input")) >= 3
        and len(dom.tree.css("form input[type='text' i],form input:not([type]),form input[type='tel' i]")) >= 3
    )


def has_word(dom: Dom, words: Iterable[str]) -> bool:
    """Return whether a link, button or picture of the page is called by one of `words`."""
    names = [word.lower() for word in words]
    shown = [dom.link_text, *(attributes.get("alt") or "" for _, attributes in dom.images)]
    shown.extend(text for node in dom.tree.css("button,[onclick]") if len(text := node.text()) < 60)
    text = "\n".join(shown).lower()
    return any(word in text for word in names)


@cache
def _qr() -> re.Pattern[str]:
    return re.compile(any_of(word_table("pages")["parts"]["qr"]))


def qr_images(dom: Dom, base: Base) -> list[tuple[str, str]]:
    """Return pictures that may be QR codes, as address and label, by their name, class, alternative text or caption."""
    pictures: dict[str, str] = {}
    search = _qr().search
    for node, attributes in dom.images:
        source = (attributes["src"] or "").strip()
        if source.startswith("data:"):
            continue
        named = " ".join([value for value in attributes.values() if value]).lower()
        caption = ""
        if not search(named):
            parent = node.parent
            caption = " ".join(parent.text().split()) if parent is not None and parent.tag != "body" else ""
            if not 0 < len(caption) <= 60 or not search(caption.lower()):
                continue
        url = base.resolve(source)
        if url is not None:
            pictures.setdefault(url, attributes.get("alt") or attributes.get("title") or caption)
    return list(pictures.items())
