"""The home page of a site: where its address leads on to, what it shows over several frames, and whether it is the site at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from govmedia_rules.collect.navigation import FoundChannel, NavItem, page_key
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.words import name_key, word_table
from govmedia_rules.snapshots.parts import Entry

SHORTEST_HOME = 200
"""Characters below which a page may only lead on to the home page."""
_NUMBERED = re.compile(r"/.*[0-9]{5}")
SHORTEST_NUMBERED = 5
"""Shortest text of an undated entry whose address carries the number of an article, in characters."""
FEWEST_LINKS = 5
"""Links into the site from which a page is taken for its home page although it shows no mark and no list."""
MOST_ENTRANCE_LINKS = 12
"""Links of a page that may be a mere entrance: real home pages have dozens."""
_ASSIGNED = re.compile(r"""([A-Za-z_$][\w$]{0,40})\s{0,5}=\s{0,5}["']([^"'\n]{1,300})["']""")
_LEADS = re.compile(
    r"""(?:location(?:\.href)?\s{0,5}=|location\.(?:replace|assign)\s{0,5}\(|window\.open\s{0,5}\()\s{0,5}(["']?)([^"'\n;)]{1,300})\1"""
)
_ENTER = re.compile(r"(?:点击|点此|点这里)?(?:进入|跳过|浏览|访问)[\u4e00-\u9fff]{0,12}$")
_MOBILE = re.compile(r"//(?:m|wap|3g)\.|/(?:m|wap|mobile|phone|sj|h5)(?:/|\.|$)", re.IGNORECASE)
_REFRESH = re.compile(r"""^\s*([\d.]{0,6})\s*[;,]?\s*(?:url\s*=)?\s*["']?([^"']{1,500})""", re.IGNORECASE)
_MAIL = re.compile(r"(?:意见|建议|咨询|投诉|诉求)[^@]{0,30}?[\w.+-]{2,40}@[\w-]{1,40}\.[\w.-]{2,30}")
_CHINESE_NAME = re.compile("[\u4e00-\u9fff]{4}")
LONGEST_REFRESH = 15.0
"""Seconds after which a refresh no longer leads on: pages that reload themselves do so every few minutes."""


@cache
def _enter_words() -> frozenset[str]:
    return frozenset(name_key(word) for word in word_table("pages")["links"]["enter"])


def next_address(page: PageFacts) -> str | None:
    """Return where a nearly empty page sends the browser, by a refresh or a script; None when it stays."""
    if len(page.text) > SHORTEST_HOME or len({link.url for link in page.links if link.kind == "page"}) > 3:
        return None
    for node in page.dom.tree.css("meta[http-equiv='refresh' i]"):
        match = _REFRESH.match(node.attributes.get("content") or "")
        if match is not None and float(match[1].strip(".") or 0) <= LONGEST_REFRESH and not match[2].replace(".", "").isdecimal():
            url = page.base.resolve(match[2].strip())
            if url is not None and _is_other(url, page.url):
                return url
    loaded = page.dom.body.attributes.get("onload") if page.dom.body is not None else None
    for text in (*page.dom.scripts, loaded or ""):
        if len(text) > 4_000:
            continue
        values = {name: value for name, value in _ASSIGNED.findall(text) if name not in ("href", "location")}
        targets = (written if quote else values.get(written.strip()) for quote, written in _LEADS.findall(text))
        urls = [url for target in targets if target and (url := page.base.resolve(target.strip())) and _is_other(url, page.url)]
        if urls:  # visitors with a telephone are sent elsewhere
            return next((url for url in urls if not is_mobile(url)), urls[0])
    return None


def _is_other(url: str, own: str) -> bool:
    """Return whether a page leads to another address; the index page of its own folder (`/index.shtml` from `/`) is one."""
    return url.partition("#")[0].rstrip("/") != own.partition("#")[0].rstrip("/")


def is_mobile(url: str) -> bool:
    """Return whether an address is that of the version for telephones (`/wap/`, `//m.`)."""
    return _MOBILE.search(url) is not None


def desktop_version(page: PageFacts) -> str | None:
    """Return where a page for telephones says that the one for computers is (电脑版); None where it does not."""
    words = word_table("pages")["links"]["desktop"]
    links = (link for link in page.links if link.kind == "page" and name_key(link.text) in words)
    return next((link.url for link in links if _is_other(link.url, page.url) and not is_mobile(link.url)), None)


def entrance_target(page: PageFacts) -> str | None:
    """Return the address behind an entrance page (a picture, 进入网站, a choice of languages); None where it is no such page."""
    if page.entries or len(page.text) > SHORTEST_HOME:
        return None
    own = page_key(page.url)
    inside = [link for link in page.links if link.kind == "page" and not link.is_outside and page_key(link.url) != own]
    if not inside or len({link.url for link in inside}) > MOST_ENTRANCE_LINKS:
        return None
    for link in inside:
        if name_key(link.text) in _enter_words() or _ENTER.match(link.text):
            return link.url
    only = {link.url for link in inside}
    return inside[0].url if len(only) == 1 and len(page.text) < 40 and page.dom.images else None


def is_tool_frame(url: str) -> bool:
    """Return whether a frame shows a tool (the weather, a map, a player) by its address, and no entries."""
    address = urlsplit(url.lower())
    last = next((part for part in reversed(address.path.split("/")) if part), "")
    parts = re.split("[^a-z0-9]+", f"{address.hostname or ''} {last}")
    return not set(parts).isdisjoint(word_table("pages")["lists"]["tool_frames"])


@dataclass(frozen=True)
class HomeView:
    """The home page as a visitor sees it: one page, or the pages of its frames together.

    Attributes:
        pages: The pages; the first is the one whose address answered.
        unread_frames: Frames that were not read.
        is_rendered: Whether a browser has run the scripts of the first page.
    """

    pages: tuple[PageFacts, ...]
    unread_frames: tuple[str, ...] = ()
    is_rendered: bool = False

    @property
    def first(self) -> PageFacts:
        """The page whose address answered."""
        return self.pages[0]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Dated entries of all pages, each target once."""
        entries = [entry for page in self.pages for entry in page.list_entries()]
        return tuple({(entry.url, entry.title, entry.published_at): entry for entry in entries}.values())

    @property
    def navigation(self) -> list[NavItem]:
        """Columns that its pages name, each address once."""
        return list(
            {page_key(item.url).casefold(): item for page in reversed(self.pages) for item in reversed(page.navigation)}.values()
        )[::-1]

    @property
    def channels(self) -> list[FoundChannel]:
        """Channels that its pages link to."""
        return [channel for page in self.pages for channel in page.channels]

    @property
    def unnamed_links(self) -> list[str]:
        """Addresses inside the site behind pictures without any text."""
        return list(dict.fromkeys(url for page in self.pages for url in page.unnamed_links if page.base.is_inside(url)))

    @property
    def unnamed_outside(self) -> list[str]:
        """Addresses on other hosts behind pictures without any text; those of marks and registers lead to no service."""
        marks = word_table("pages")["links"]["marks"]
        links = (url for page in self.pages for url in page.unnamed_links if not page.base.is_inside(url))
        return [url for url in dict.fromkeys(links) if not any(word in url.lower() for word in marks)]

    @property
    def site_maps(self) -> list[str]:
        """Addresses of site maps."""
        return list(dict.fromkeys(url for page in self.pages for url in page.site_maps))

    @property
    def mail_addresses(self) -> list[str]:
        """Mail addresses that the pages give for questions and suggestions, with the words before them."""
        text = "\n".join(page.text for page in self.pages)
        return [" ".join(match[0].split()) for match in _MAIL.finditer(text)][:3]

    @property
    def shows_only_pinned(self) -> bool:
        """Whether every dated entry is marked as pinned."""
        pinned = frozenset(url for page in self.pages for url in page.pinned)
        return bool(self.entries) and all(entry.url in pinned for entry in self.entries)

    @property
    def may_show_more(self) -> bool:
        """Whether scripts or frames may show lists that were not read."""
        return bool(self.unread_frames) or any(
            page.fetches_content or (page.empty_lists > 0 and bool(page.own_scripts)) for page in self.pages
        )

    @property
    def may_show_newer(self) -> bool:
        """Whether something that was not read may show entries newer than those that were: scripts, films, frames, other hosts."""
        frames = (url for page in self.pages for url in page.frames if url not in {other.url for other in self.pages})
        if not all(is_tool_frame(url) for url in frames):
            return True
        scripts = not self.is_rendered and any(page.may_show_newer() for page in self.pages)
        return self.may_show_more or scripts or any(page.has_entries_elsewhere or page.has_unread_records for page in self.pages)

    @property
    def has_future_dates(self) -> bool:
        """Whether entries show dates after the monitoring point."""
        return any(page.has_future_dates for page in self.pages)

    def is_the_site(self, name: str) -> bool:
        """Return whether this is a page of the site: it has a list, marks, links into the site, or its name and some links.

        A page without the marks that only government sites have must show where the site belongs to: the beginning of its name.
        """
        own = any(mark.site_code or mark.sponsor or mark.party_gov for mark in (page.marks for page in self.pages))
        if not own and _CHINESE_NAME.match(name) and not any(name[:2] in f"{page.title}{page.dom.html}" for page in self.pages):
            return False
        inside = {link.url for page in self.pages for link in page.links if link.kind == "page" and not link.is_outside}
        if self.entries or len(inside) >= FEWEST_LINKS:
            return True
        marks = [page.marks for page in self.pages]
        if any(mark.icp or mark.site_code or mark.sponsor or mark.party_gov for mark in marks):
            return True
        shown = f"{self.first.title} {self.first.text[:2_000]}"
        return len(inside) >= 3 and len(name) >= 4 and name in shown


def undated_links(pages: Sequence[PageFacts], columns: frozenset[str], shortest: int) -> list[tuple[str, str]]:
    """Return text and address of links that may be entries without a date: long texts that lead into the site.

    Args:
        pages: Pages whose links are looked at.
        columns: Keys of addresses of columns, which are no entries.
        shortest: Shortest text of an entry, in characters.
    """
    shown = (page.base.resolve(entry.href) for page in pages for entry in page.shown_entries)
    dated = {page_key(url) for url in shown if url is not None}
    links: dict[str, tuple[str, str]] = {}
    for page in pages:
        for text, url in page.unbarred_links:
            key = page_key(url)
            is_long = len(text) >= shortest or (len(text) >= SHORTEST_NUMBERED and _NUMBERED.search(key) is not None)
            if is_long and key not in columns and key not in dated:
                links.setdefault(key, (text, url))
    return list(links.values())
