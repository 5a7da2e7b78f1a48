"""One page read completely: what it says about itself, what it lists, where it leads. Pure; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from govmedia_rules.collect.article import Published, Read, metas_by_name, read_published, read_source, read_title
from govmedia_rules.collect.calls import Call, Records, json_lists, next_group, read_calls, stored_lists
from govmedia_rules.collect.decode import Decoded, decode_page
from govmedia_rules.collect.dom import Dom, is_store
from govmedia_rules.collect.entries import MOST_ENTRIES, ListEntry, read_entries
from govmedia_rules.collect.guides import read_guide
from govmedia_rules.collect.marks import is_placeholder, read_marks, read_tags, site_map_links
from govmedia_rules.collect.navigation import (
    Base,
    FoundChannel,
    NavItem,
    PageLink,
    base_of,
    has_form,
    has_search,
    has_word,
    is_attachment,
    qr_images,
    read_channels,
    read_links,
    read_navigation,
    read_next_page,
    read_site_map,
    shows_paging,
)
from govmedia_rules.collect.shown import is_plausible, shown_day
from govmedia_rules.collect.unread import busy_scripts, empty_lists, is_in_bar, shown_media, waiting_boxes, writes_unread
from govmedia_rules.collect.words import column_kind, word_table
from govmedia_rules.snapshots.parts import Entry, FootMarks, Page, Tag

_PAGE_COUNT = re.compile(r"共[\s\0]{0,3}([0-9]{1,5})[\s\0]{0,3}页|[0-9]{1,5}\s?/\s?([0-9]{1,5})\s?页")
_ARTICLE = re.compile(r"//[^/]+(?=/).*(?:[0-9]{4}|/s[/?])")
LONGEST_HOST_NAME = 10
"""Characters from which the text of a link to another host is a title and no name of an office."""
_PINNED = re.compile(r"置顶|zhiding|is-?top\b|sticky", re.IGNORECASE)


class PageFacts:
    """The facts of one page; each is read on first use and then kept.

    Args:
        html: Decoded text of the page.
        url: Its address, from which relative links count.
        now: The monitoring point, aware; without it dates that show no year are not read.
        decoded: What the decoder said; None when the caller had text.
        site_map: Whether the page is a site map, whose lists give the column tree.
    """

    def __init__(
        self, html: str, url: str, *, now: datetime | None = None, decoded: Decoded | None = None, site_map: bool = False
    ) -> None:
        self.url = url
        self.now = now
        self.charset = decoded.charset if decoded is not None else ""
        self.charset_step = decoded.step if decoded is not None else ""
        self._data = _data_lists(html)
        self.dom = Dom(html if self._data is None else "".join(self._data.lists))
        self._is_site_map = site_map

    @cached_property
    def base(self) -> Base:
        """What its relative links count from."""
        return Base(base_of(self.dom, self.url))

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta contents by lower-case name."""
        return metas_by_name(self.dom.metas)

    @cached_property
    def _title(self) -> Read:
        names = (self.metas.get("sitename", ""), self.metas.get("og:site_name", ""))
        return read_title(self.dom, self.metas, names, taken=self._listed)

    @property
    def title(self) -> str:
        """Its title; "" when none is found."""
        return self._title.value

    @property
    def title_from(self) -> str:
        """Step that gave the title: `ArticleTitle`, `element`, `heading`, `shown`, `declared`, `title` …."""
        return self._title.step

    @cached_property
    def _published(self) -> Published:
        return read_published(self.dom, self.metas, self.title, now=self.now, taken=self._listed)

    @property
    def published_at(self) -> datetime | date | None:
        """Publication time; None when the page shows none."""
        return self._published.moment

    @property
    def published_from(self) -> str:
        """Step that gave it: `PubDate`, `meta`, `json-ld`, `visible`, `script`, `changed` or ""."""
        return self._published.step

    @cached_property
    def source(self) -> str:
        """来源 as shown; "" when none is shown."""
        return read_source(self.dom, self.metas, self.title)

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """Standard page tags as written."""
        return read_tags(self.dom.metas)

    @property
    def placeholder_tags(self) -> tuple[str, ...]:
        """Names of standard tags whose content is only the template's word."""
        return tuple(tag.name for tag in self.tags if is_placeholder(tag.content))

    @cached_property
    def marks(self) -> FootMarks:
        """Marks at the foot."""
        return read_marks(self.dom)

    @cached_property
    def entries(self) -> tuple[ListEntry, ...]:
        """Dated entries of its lists whose dates can be true: none before the internet, none after the monitoring point."""
        return tuple(entry for entry in self.shown_entries if is_plausible(entry.published_at, self.now))

    @cached_property
    def has_future_dates(self) -> bool:
        """Whether entries other than announcements show dates after the monitoring point: their publication date is unknown."""
        if self.now is None:
            return False
        today, announcing = self.now.date(), word_table("pages")["lists"]["announcing"]
        coming = [entry.title for entry in self.shown_entries if shown_day(entry.published_at) > today]
        return any(not any(word in title for word in announcing) for title in coming)

    @cached_property
    def shown_entries(self) -> tuple[ListEntry, ...]:
        """Entries of its lists with whatever date they show, those that a script writes included."""
        entries = read_entries(self.dom, now=self.now)
        for fragment in self._records.lists if self._data is None else ():
            # Their order and list ids belong to another tree: shifted out of the way of the page's own.
            inner = read_entries(Dom(fragment), now=self.now)
            entries.extend(replace(entry, order=-1 - entry.order, list_id=-1) for entry in inner)
        return tuple(entries)

    @cached_property
    def _records(self) -> Records:
        """Records that its scripts, or the document itself, hold as data."""
        return _scripted_lists(self.dom) if self._data is None else self._data

    @property
    def has_unread_records(self) -> bool:
        """Whether it may hold more records than were read: among them may be the newest."""
        return self.dom.is_flattened or not self._records.is_whole or len(self.shown_entries) >= MOST_ENTRIES

    def _listed(self) -> frozenset[int]:
        """Return text nodes whose dates belong to lists of three or more entries."""
        lists: dict[int, list[int]] = {}
        for entry in self.entries:
            lists.setdefault(entry.list_id, []).append(entry.order)
        return frozenset(order for orders in lists.values() if len(orders) >= 3 for order in orders)

    @cached_property
    def links(self) -> tuple[PageLink, ...]:
        """Its links."""
        return tuple(read_links(self.dom, self.base))

    @cached_property
    def navigation(self) -> tuple[NavItem, ...]:
        """Columns it names; of a site map, the tree of its lists."""
        return tuple(read_site_map(self.dom, self.base) if self._is_site_map else read_navigation(self.dom, self.base))

    @cached_property
    def channels(self) -> tuple[FoundChannel, ...]:
        """Channels for citizens it links to."""
        return tuple(read_channels(self.dom, self.base))

    @cached_property
    def unnamed_links(self) -> tuple[str, ...]:
        """Addresses behind pictures that no text, title or alternative text names, on other hosts too."""
        addresses = []
        for anchor in self.dom.anchors:
            picture = anchor.node.css_first("img")
            is_area = anchor.node.tag == "area"
            if anchor.text or anchor.title or (picture is None and not is_area):
                continue
            if picture is not None and (picture.attributes.get("alt") or picture.attributes.get("title")):
                continue
            url = self.base.resolve(anchor.href)
            if url is not None and not is_attachment(url):
                addresses.append(url)
        return tuple(dict.fromkeys(addresses))

    @cached_property
    def unbarred_links(self) -> tuple[tuple[str, str], ...]:
        """Text and address of links into the site that stand outside navigation, head and foot."""
        links = []
        for anchor in self.dom.anchors:
            url = self.base.resolve(anchor.href)
            if url is not None and self.base.is_inside(url) and not is_attachment(url) and not is_in_bar(anchor.node):
                links.append((anchor.text or anchor.title, url))
        return tuple(links)

    @cached_property
    def has_entries_elsewhere(self) -> bool:
        """Whether long links outside the bars lead to articles on other hosts, whose dates are not seen: WeChat posts, a portal."""
        dated = {self.base.resolve(entry.href) for entry in self.shown_entries}
        links = (link for link in self.links if link.kind == "page" and link.is_outside and len(link.text) >= LONGEST_HOST_NAME)
        articles = {link.url for link in links if _ARTICLE.search(link.url)} - dated
        bars = (anchor for anchor in self.dom.anchors if is_in_bar(anchor.node))
        return bool(articles - {self.base.resolve(anchor.href) for anchor in bars})

    @cached_property
    def page_count(self) -> int | None:
        """Number of pages that its list says it has; None where it says none."""
        count = _PAGE_COUNT.search(self.dom.joined)
        return None if count is None else int(count[1] or count[2])

    @property
    def has_more_pages(self) -> bool:
        """Whether the page says that its list has further pages, whether they can be followed or not."""
        return self.next_page is not None or (self.page_count or 0) > 1

    @cached_property
    def may_have_more(self) -> bool:
        """Whether anything on the page looks like paging, if only a button, and no count says that this is the only page."""
        return self.has_more_pages or (self.page_count is None and shows_paging(self.dom))

    @cached_property
    def guide(self) -> tuple[str, ...] | None:
        """Element kinds of a service guide; None when it is no guide."""
        return read_guide(self.dom)

    @cached_property
    def next_page(self) -> str | None:
        """Address of the next page of its list; None when there is none."""
        return read_next_page(self.dom, self.base) or next_group(self.dom, self.base)

    @cached_property
    def calls(self) -> tuple[tuple[Call, ...], bool]:
        """Calls by which its scripts ask for lists on the same host, and whether these are all calls of its scripts."""
        return read_calls(self.dom, self.base)

    @cached_property
    def site_maps(self) -> tuple[str, ...]:
        """Addresses of links called 网站地图."""
        return tuple(address for href in site_map_links(self.dom) if (address := self.base.resolve(href)) is not None)

    @property
    def frames(self) -> tuple[str, ...]:
        """Addresses of frames, which may hold the list."""
        return tuple(link.url for link in self.links if link.kind == "frame")

    @cached_property
    def pinned(self) -> frozenset[str]:
        """Addresses of links in records that are marked as pinned (置顶)."""
        if not _PINNED.search(self.dom.html):
            return frozenset()
        records = (node for node in self.dom.tree.css("li,tr,dd,dt,p") if len(node.css("a[href]")) <= 3)
        marked = (node for node in records if _PINNED.search((node.html or "")[:2_000]))
        hrefs = (link.attributes.get("href") or "" for node in marked for link in node.css("a[href]"))
        return frozenset(url for href in hrefs if (url := self.base.resolve(href.strip())) is not None)

    @cached_property
    def has_form(self) -> bool:
        """Whether it has a form a citizen can write into: a text area, or several fields beside a search box."""
        return has_form(self.dom)

    @cached_property
    def has_query(self) -> bool:
        """Whether it offers a choice by which its list is asked for (a year, a department)."""
        return any(not is_in_bar(node) for node in self.dom.tree.css("form select"))

    @cached_property
    def has_list_frame(self) -> bool:
        """Whether it shows the frame of a list."""
        return self.dom.tree.css_first(word_table("pages")["lists"]["frame"]) is not None

    @cached_property
    def empty_lists(self) -> int:
        """Number of list elements and list boxes outside the navigation that hold nothing: no text, link or picture."""
        return empty_lists(self.dom)

    @cached_property
    def own_scripts(self) -> tuple[str, ...]:
        """Addresses and texts of its scripts that may write content: libraries, counters and plain values are left out."""
        return tuple(busy_scripts(self.dom))

    @cached_property
    def media(self) -> tuple[str, ...]:
        """Addresses of what is shown besides text: pictures, films, documents inside the page, frames; "" for a drawing."""
        return tuple(shown_media(self.dom, self.base))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """Addresses of its pictures."""
        return frozenset(
            url for _, attributes in self.dom.images if (url := self.base.resolve(attributes["src"] or "")) is not None
        )

    @cached_property
    def waiting_boxes(self) -> tuple[str, ...]:
        """Names (`#id`) of empty boxes that a script may fill."""
        return tuple(waiting_boxes(self.dom))

    def may_show_newer(self, known: Collection[str] = frozenset()) -> bool:
        """Return whether scripts, films of the old kind or elements of its own may show entries that its HTML does not hold.

        Args:
            known: Scripts, media and empty boxes that all pages of the site have.
        """
        return writes_unread(self.dom, self.base, known)

    @cached_property
    def fetches_content(self) -> bool:
        """Whether a script fetches content after the page has come."""
        return _fetches(self.dom)

    @cached_property
    def has_search(self) -> bool:
        """Whether it offers a search box."""
        return has_search(self.dom)

    @cached_property
    def has_elderly_mode(self) -> bool:
        """Whether it links to an elderly mode (长者模式, 适老化)."""
        return has_word(self.dom, word_table("pages")["parts"]["elderly"])

    @cached_property
    def qr(self) -> tuple[tuple[str, str], ...]:
        """Pictures that may be QR codes: address and label."""
        return tuple(qr_images(self.dom, self.base))

    @property
    def text(self) -> str:
        """The text a reader sees."""
        return self.dom.text

    def tag(self, name: str) -> str | None:
        """Return content of a standard tag, whatever its letter case; None when the page has none of that name."""
        tag_name = name.lower()
        return next((tag.content for tag in self.tags if tag.name.lower() == tag_name), None)

    @property
    def column_kind(self) -> str | None:
        """Kind of column the page belongs to, by its ColumnName or its title; None when neither tells."""
        for name in (self.tag("ColumnName"), self.title):
            if name and len(name) <= 40 and (kind := column_kind(name)) is not None:
                return kind
        return None

    def page(self, kind: str | None, *, seconds: float | None = None, keep_text: bool = True) -> Page:
        """Return the page as a part of a snapshot.

        Args:
            kind: `home`, `column`, `content`, `guide` …; None when not known.
            seconds: Time to load it; None when it was not measured.
            keep_text: Whether to keep the text.
        """
        return Page(
            url=self.url,
            kind=kind,
            title=self.title or None,
            published_at=self.published_at,
            source=self.source,
            tags=self.tags,
            marks=self.marks,
            text=self.text[:5_000_000] if keep_text else None,
            seconds=seconds,
        )

    def list_entries(self) -> tuple[Entry, ...]:
        """Return the dated entries as parts of a snapshot, with absolute addresses."""
        return tuple(
            Entry(title=entry.title, url=self.base.resolve(entry.href), published_at=entry.published_at) for entry in self.entries
        )


PARTS = (
    *("title", "published_at", "source", "tags", "placeholder_tags", "marks", "entries", "links", "navigation", "channels"),
    *("guide", "next_page", "site_maps", "frames", "has_form", "has_list_frame", "fetches_content", "has_search"),
    *("has_elderly_mode", "qr", "text"),
)
"""Every part of a page, for callers who want all of them at once."""


def _scripted_lists(dom: Dom) -> Records:
    """Return lists that content systems keep as records inside a script (JSON, `<datastore>` with CDATA)."""
    stored = [stored_lists(text) if "<![CDATA[" in text else json_lists(text) for text in dom.scripts]
    return Records([fragment for records in stored for fragment in records.lists], all(records.is_whole for records in stored))


def _data_lists(text: str) -> Records | None:
    """Return the lists of a document that is data and no page; None for a page."""
    head = text[:200].lstrip("\ufeff \r\n\t")
    if head.startswith(("{", "[")):
        return json_lists(text)
    return stored_lists(text) if head.startswith(("<?xml", "<datastore", "<recordset")) and "CDATA" in text else None


def _fetches(dom: Dom) -> bool:
    """Return whether a script of the page fetches content after the page has come."""
    scripts = "\n".join(script for script in dom.scripts if not is_store(script))
    return (
        any(call in scripts for call in word_table("pages")["lists"]["fetching"])
        or any(sign in dom.html for sign in ("<!--#include", "<esi:include", "v-for", "ng-repeat", "ms-for", "x-for", "data-bind="))
        or any(sign in dom.text for sign in ("{{", "<%", "${", "#{"))
    )


def read_page(
    html: str, url: str, *, now: datetime | None = None, decoded: Decoded | None = None, site_map: bool = False
) -> PageFacts:
    """Return a decoded page, ready to be asked; see `PageFacts`."""
    return PageFacts(html, url, now=now, decoded=decoded, site_map=site_map)


def read_bytes(
    body: bytes, url: str, *, content_type: str = "", now: datetime | None = None, cut: bool = False, site_map: bool = False
) -> PageFacts:
    """Decode one page; see `decode` and `PageFacts`."""
    decoded = decode_page(body, content_type, cut=cut)
    return PageFacts(decoded.text, url, now=now, decoded=decoded, site_map=site_map)
