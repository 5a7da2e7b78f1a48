"""One page read completely: what it says about itself, what it lists, where it leads. Pure; nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from govmedia_rules.collect.article import metas_by_name, read_published, read_source, read_title
from govmedia_rules.collect.decode import Decoded, decode
from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.entries import ListEntry, read_entries
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
    qr_images,
    read_channels,
    read_links,
    read_navigation,
    read_next_page,
    read_site_map,
    resolve,
)
from govmedia_rules.collect.words import column_kind, table
from govmedia_rules.snapshots.parts import Entry, FootMarks, Page, Tag

_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_DATASTORE = re.compile(r"<(datastore|recordset|nextgroup)\b.*?</\1>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Everything the collector reads out of one page.

    Attributes:
        url: Its address.
        title: Its title, "" when none is found.
        title_from: Step that gave the title: `ArticleTitle`, `element`, `heading`, `shown`, `declared`, `title` ….
        published_at: Publication time; None when the page shows none.
        published_from: Step that gave it: `PubDate`, `meta`, `json-ld`, `visible`, `script`, `changed` or "".
        source: 来源 as shown; "" when none is shown.
        tags: Standard page tags as written.
        placeholder_tags: Names of standard tags whose content is only the template's word.
        marks: Marks at the foot.
        entries: Dated entries of its lists.
        links: Its links.
        navigation: Columns it names.
        channels: Channels for citizens it links to.
        guide: Element kinds of a service guide; None when it is no guide.
        next_page: Address of the next page of its list; None when there is none.
        site_maps: Addresses of links called 网站地图.
        feeds_frames: Addresses of frames, which may hold the list.
        has_form: Whether it has a form a citizen can write into: a text area, or several fields beside a search box.
        has_list_frame: Whether it shows the frame of a list.
        fetches_content: Whether a script fetches content after the page has come.
        has_search: Whether it offers a search box.
        has_elderly_mode: Whether it links to an elderly mode (长者模式, 适老化).
        qr: Pictures that may be QR codes: address and label.
        text: The text a reader sees.
        charset: Encoding it was decoded from.
        charset_step: Step of the decoder that decided.
    """

    url: str
    title: str
    title_from: str
    published_at: datetime | date | None
    published_from: str
    source: str
    tags: tuple[Tag, ...]
    placeholder_tags: tuple[str, ...]
    marks: FootMarks
    entries: tuple[ListEntry, ...]
    links: tuple[PageLink, ...]
    navigation: tuple[NavItem, ...]
    channels: tuple[FoundChannel, ...]
    guide: tuple[str, ...] | None
    next_page: str | None
    site_maps: tuple[str, ...]
    feeds_frames: tuple[str, ...]
    has_form: bool
    has_list_frame: bool
    fetches_content: bool
    has_search: bool
    has_elderly_mode: bool
    qr: tuple[tuple[str, str], ...]
    text: str
    charset: str
    charset_step: str

    def tag(self, name: str) -> str | None:
        """Content of a standard tag, whatever its letter case; None when the page has none of that name."""
        wanted = name.lower()
        return next((tag.content for tag in self.tags if tag.name.lower() == wanted), None)

    @property
    def column_kind(self) -> str | None:
        """Kind of column the page belongs to, by its ColumnName or its title; None when neither tells."""
        for name in (self.tag("ColumnName"), self.title):
            if name and len(name) <= 40 and (kind := column_kind(name)) is not None:
                return kind
        return None

    def page(self, kind: str | None, *, seconds: float | None = None, keep_text: bool = True) -> Page:
        """The page as a part of a snapshot.

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
        """The dated entries as parts of a snapshot, with absolute addresses."""
        return tuple(
            Entry(title=entry.title, url=resolve(self.url, entry.href), published_at=entry.published_at)
            for entry in self.entries
        )


class PageReader:
    """A page whose parts are read when they are asked for; `read_page` asks for all of them.

    Args:
        html: Decoded text of the page.
        url: Its address, from which relative links count.
        now: The monitoring point, aware; without it dates that show no year are not read.
    """

    def __init__(self, html: str, url: str, *, now: datetime | None = None) -> None:
        self.dom = Dom(html)
        self.url = url
        self.now = now

    @cached_property
    def base(self) -> Base:
        """What its relative links count from."""
        return Base(base_of(self.dom, self.url))

    @cached_property
    def metas(self) -> dict[str, str]:
        return metas_by_name(self.dom.metas)

    @cached_property
    def entries(self) -> list[ListEntry]:
        """Dated entries, those of lists that a script writes included."""
        found = read_entries(self.dom, now=self.now)
        for fragment in _scripted_lists(self.dom):
            # Their order and list ids belong to another tree: shifted out of the way of the page's own.
            found.extend(
                replace(entry, order=-1 - entry.order, list_id=-1) for entry in read_entries(Dom(fragment), now=self.now)
            )
        return found

    @cached_property
    def listed(self) -> frozenset[int]:
        """Text nodes whose dates belong to lists of three or more entries."""
        lists: dict[int, list[int]] = {}
        for entry in self.entries:
            lists.setdefault(entry.list_id, []).append(entry.order)
        return frozenset(order for orders in lists.values() if len(orders) >= 3 for order in orders)


def _scripted_lists(dom: Dom) -> list[str]:
    """Lists that content systems keep as records inside a script (`<datastore>` with CDATA), as HTML."""
    fragments = []
    for text in dom.scripts:
        if "CDATA" not in text:
            continue
        for store in _DATASTORE.finditer(text):
            records = _CDATA.findall(store.group())
            if records:
                body = "\n".join(records)
                fragments.append(f"<table>{body}</table>" if "<tr" in body.lower() else f"<ul>{body}</ul>")
        if not fragments:
            records = [record for record in _CDATA.findall(text) if "<a" in record.lower()]
            if records:
                fragments.append("<ul>" + "\n".join(records) + "</ul>")
    return fragments


def _fetches(dom: Dom) -> bool:
    """Whether a script of the page fetches content after the page has come."""
    calls = table("pages")["lists"]["fetching"]
    return any(call in text for text in dom.scripts for call in calls) or "v-for" in dom.html or "ng-repeat" in dom.html


def read_page(
    html: str, url: str, *, now: datetime | None = None, decoded: Decoded | None = None, site_map: bool = False
) -> PageFacts:
    """Reads one decoded page completely.

    Args:
        html: Text of the page.
        url: Its address.
        now: The monitoring point, aware; without it dates that show no year are not read.
        decoded: What the decoder said, to be kept with the facts; None when the caller had text.
        site_map: Whether the page is a site map, whose lists give the column tree.
    """
    reader = PageReader(html, url, now=now)
    dom, metas, base = reader.dom, reader.metas, reader.base
    tags = read_tags(dom.metas)
    title = read_title(dom, metas, (metas.get("sitename", ""), metas.get("og:site_name", "")), taken=reader.listed)
    published = read_published(dom, metas, title.value, now=now, taken=reader.listed)
    links = read_links(dom, base)
    return PageFacts(
        url=url,
        title=title.value,
        title_from=title.step,
        published_at=published.moment,
        published_from=published.step,
        source=read_source(dom, metas, title.value),
        tags=tags,
        placeholder_tags=tuple(tag.name for tag in tags if is_placeholder(tag.content)),
        marks=read_marks(dom),
        entries=tuple(reader.entries),
        links=tuple(links),
        navigation=tuple(read_site_map(dom, base) if site_map else read_navigation(dom, base)),
        channels=tuple(read_channels(dom, base)),
        guide=read_guide(dom),
        next_page=read_next_page(dom, base),
        site_maps=tuple(found for href in site_map_links(dom) if (found := base.resolve(href)) is not None),
        feeds_frames=tuple(link.url for link in links if link.kind == "frame"),
        has_form=has_form(dom),
        has_list_frame=bool(dom.tree.css_first(table("pages")["lists"]["frame"])),
        fetches_content=_fetches(dom),
        has_search=has_search(dom),
        has_elderly_mode=has_word(dom, table("pages")["parts"]["elderly"]),
        qr=tuple(qr_images(dom, base)),
        text=dom.text,
        charset=decoded.charset if decoded is not None else "",
        charset_step=decoded.step if decoded is not None else "",
    )


def read_bytes(
    body: bytes, url: str, *, content_type: str = "", now: datetime | None = None, cut: bool = False, site_map: bool = False
) -> PageFacts:
    """Decodes and reads one page; see `decode` and `read_page`."""
    decoded = decode(body, content_type, cut=cut)
    return read_page(decoded.text, url, now=now, decoded=decoded, site_map=site_map)
