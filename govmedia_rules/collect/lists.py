"""The columns of one site: which it has, what their pages list, and the newest entry of each list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from govmedia_rules.collect.channels import ChannelFinder
from govmedia_rules.collect.columns import ColumnContent, column_content, own_frames
from govmedia_rules.collect.dating import MOST_LIST_PAGES, ListState, dates_of
from govmedia_rules.collect.failures import opens
from govmedia_rules.collect.home import HomeView, next_address
from govmedia_rules.collect.navigation import (
    LONGEST_NAME,
    Base,
    NavItem,
    host_of,
    is_attachment,
    is_of_column,
    page_key,
)
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.protection import PageShape, kind_of_page
from govmedia_rules.collect.visits import ReadPage
from govmedia_rules.collect.words import column_kind, word_table
from govmedia_rules.snapshots.parts import (
    Column,
    Document,
    Entry,
    Interpretation,
    MapEntry,
    Service,
)

MESSAGE_KINDS = frozenset({"consultation", "messages"})
SERVICE_KINDS = frozenset({"services"})
MOST_FRAMES = 6
"""Frames of a home page that are read."""
HOME = -1
"""Place of the list of the home page among the lists of columns."""
MOST_ALIKE = 0.9
"""Share of common lines from which a page is the one that stands for missing ones: only a counter or the address differs."""
FEWEST_SHARING = 3
"""Columns that must show an entry before it is taken for one of the frame."""
MOST_SHARING = 0.6
"""Share of the columns with lists from which that is so; a column and those above it share entries too."""
FEWEST_ITEMS = 5
"""Columns below which the navigation of a page whose scripts write content is taken for unread, and sitemap.xml for a source."""
FEWEST_SHARED = 2
"""Links or lines that a page must share with the home page to be one of the site; a small page with fewer is foreign."""


class _InnerPage(NamedTuple):
    """A page that holds the list of a column: in a frame, or what a script asks for (`is_called`)."""

    place: int
    url: str
    depth: int
    is_called: bool = False
    shows_all: bool = True


@dataclass
class ListReader(ChannelFinder):
    """Reads the columns and lists of one site; see `PageVisitor` for its arguments."""

    columns: list[Column] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    interpretations: list[Interpretation] = field(default_factory=list)
    _framed: list[_InnerPage] = field(default_factory=list)
    _shown: Counter[tuple[str, str]] = field(default_factory=Counter)  # parts of column pages: links, lines, pictures
    _beside_lists: set[tuple[str, str]] = field(default_factory=set)
    _without_list: list[tuple[int, PageFacts]] = field(default_factory=list)
    _column_kind: dict[str, str] = field(default_factory=dict)
    _lists: list[ListState] = field(default_factory=list)
    _published: dict[str, datetime | date | None] = field(default_factory=dict)
    _missing_page: tuple[str, frozenset[str]] | None = None
    _content: dict[str, int] = field(default_factory=dict)

    def _is_missing(self, page: ReadPage) -> bool:
        """Return whether a page is the one that the site shows for addresses that do not exist."""
        if self._missing_page is None:
            return False
        key, lines = self._missing_page
        own = set(page.facts.text.split("\n"))
        return page_key(page.fetched.final_url) == key or len(own & lines) >= MOST_ALIKE * max(len(own), len(lines), 1)

    def _content_failure(self, page: ReadPage) -> str | None:
        facts = page.facts
        lost = page.fetched.body and facts.charset_step == "replacement" and facts.text.count("\ufffd") * 4 > len(facts.text)
        if lost:
            return "undecodable"
        has_scripts = b"<script" in page.fetched.body.lower()
        marks = facts.marks
        has_marks = bool(marks.icp or marks.site_code or marks.sponsor or marks.party_gov)
        if facts.frames or next_address(facts) is not None:
            return None
        return kind_of_page(PageShape(facts.text, facts.title, len(facts.links), has_scripts, "", has_marks))

    def _is_foreign(self, page: ReadPage) -> bool:
        """Return whether a small page carries nothing that the home page carries: no link, no line, no mark, no list."""
        facts = page.facts
        if facts.entries or facts.published_at is not None or len(facts.text) > 1_500 or facts.has_form:
            return False
        shared = sum(page_key(link.url) in self._frame.links for link in facts.links if link.kind == "page")
        shared += sum(len(line) >= 4 and line in self._frame.lines for line in set(facts.text.split("\n")))
        marks = facts.marks
        return shared < FEWEST_SHARED and not (marks.icp or marks.site_code or marks.sponsor or marks.party_gov)

    async def _items(self, home: HomeView) -> list[NavItem]:
        """Return columns of the navigation, then those of the site map that it lacks."""
        items = home.navigation
        known = {page_key(item.url).casefold() for item in items}
        for address in home.site_maps[:1]:
            if host_of(address) not in self._hosts or not self._may(address):
                self.partial.add("channels")
                continue
            async for _, fetched in self._wave([address]):
                if fetched is None or fetched.failure is not None:
                    if fetched is None or opens(fetched.failure) is not False:
                        self.partial.add("channels")
                    continue
                page = self._read(fetched, "site_map", 1, site_map=True)
                if self._is_foreign(page) or page_key(fetched.final_url) in self._home_keys:
                    self.partial.add("channels")
                    continue
                self.site_map = _map_entries(page.facts.navigation)
                items.extend(item for item in page.facts.navigation if page_key(item.url).casefold() not in known)
        if len(items) < FEWEST_ITEMS and home.may_show_more:  # a script writes the navigation
            addresses = await self._sitemap_addresses(Base(home.first.url).origin)
            items.extend(NavItem("", url, 0, "", "sitemap", None) for url in addresses if is_of_column(url))
            self.partial.add("columns")
        return items

    async def _fetch_columns(self, items: Sequence[NavItem]) -> None:
        """Fetch columns wave by wave; a column page may name further ones below it."""
        waiting: list[tuple[NavItem, int]] = [(item, 1) for item in items]
        planned: set[str] = set()
        while waiting:
            wave: list[tuple[NavItem, int]] = []
            for item, depth in waiting:
                key = page_key(item.url).casefold()
                if key in planned or page_key(item.url) in self._home_keys or item.url in self.pages:
                    continue
                if len(planned) >= self.limits.columns_per_site:
                    self._hit("columns", "columns")
                    break
                planned.add(key)
                wave.append((item, depth))
            waiting = []
            async for index, fetched in self._wave([item.url for item, _ in wave]):
                item, depth = wave[index]
                waiting.extend((below, depth + 1) for below in self._take_column(item, fetched, depth))
            self._report("columns")
        self._look_past_shared_parts()
        await self._fetch_frames()

    def _look_past_shared_parts(self) -> None:
        """Read columns without a dated list again: what stands beside the lists of other columns (menus, banners) is no content."""
        shared = {part for part, count in self._shown.items() if count >= FEWEST_SHARING and part in self._beside_lists}
        by_kind = {kind: frozenset(text for name, text in shared if name == kind) for kind in ("links", "lines", "media")}
        frame = replace(self._frame, **{kind: getattr(self._frame, kind) | texts for kind, texts in by_kind.items()})
        for place, facts in self._without_list if shared else ():
            content = column_content(facts, frame)
            if not content.entries:
                self._lists = [state for state in self._lists if state.place != place]
                latest = self.columns[place].latest_entry_at if content.count else None
                changes = {"entries": content.entries, "entry_count": content.count, "latest_entry_at": latest}
                self.columns[place] = Column.model_validate(dict(self.columns[place]) | changes)
        self._without_list.clear()

    def _drop_shared_entries(self) -> None:
        """Take out of the lists what most column pages show beside their own (最新信息, 热点): it says nothing of the column."""
        counts = Counter(url for state in self._lists for url in {entry.url for entry in state.entries})
        shared = {url for url, count in counts.items() if url and count >= max(FEWEST_SHARING, MOST_SHARING * len(self._lists))}
        own: list[list[Entry]] = []
        for state in self._lists:
            folder = (self.columns[state.place].url or "").rpartition("/")[0] + "/"
            own.append([entry for entry in state.entries if entry.url not in shared or (entry.url or "").startswith(folder)])
        if not shared or not any(own):
            return
        for state, entries in zip(self._lists, own, strict=True):
            state.entries = entries
        self._lists = [state for state in self._lists if state.entries]

    async def _fetch_frames(self) -> None:
        """Read the lists of columns whose page shows them in a frame, one frame deep, or asks for them by a script."""
        unread: set[int] = set()
        async for index, fetched in self._wave([page.url for page in self._framed]):
            frame = self._framed[index]
            if not self._is_own_page(fetched):
                unread.add(frame.place)
                continue
            facts = self._facts(fetched)
            content = column_content(facts, self._frame)
            if not (content.shows_all and frame.shows_all) or content.entries is None:
                unread.add(frame.place)
            known = next((state for state in self._lists if state.place == frame.place), None)
            if content.entries and known is None:
                more = facts.may_have_more or frame.is_called
                self._lists.append(ListState(frame.place, list(content.entries), facts.next_page, more))
            elif content.entries and known is not None:
                known.entries.extend(entry for entry in content.entries if entry not in known.entries)
            self._plan_content(content.entries or (), self.columns[frame.place].kind, frame.depth)
        for state in self._lists:
            # What was not read may be newer than what was: then the list proves life, never neglect.
            state.shows_all = state.shows_all and state.place not in unread

    def _take_column(self, item: NavItem, fetched: Fetched | None, depth: int) -> list[NavItem]:
        """Add the column of a navigation item; return the items its page names below it."""
        if fetched is None or (fetched.failure is not None and opens(fetched.failure) is None):
            self._unread_columns += 1
        if fetched is None:
            self._add_column(item, item.kind)
            return []
        if fetched.failure is not None:
            self._add_column(item, item.kind, opens=opens(fetched.failure))
            return []
        if host_of(fetched.final_url) not in self._hosts:
            return []
        page = self._read(fetched, "column", depth)
        facts = page.facts
        if not item.name:  # from sitemap.xml, which names addresses only; how high it stands is not known
            name = (facts.tag("ColumnName") or facts.title or page_key(item.url))[:LONGEST_NAME]
            item = item._replace(name=name, kind=column_kind(name))
        # An address that leads back to the home page, or to a page of somebody else, shows nothing of the column.
        if (
            page_key(fetched.final_url) in self._home_keys
            or self._content_failure(page) is not None
            or self._is_foreign(page)
            or self._is_missing(page)
        ):
            self.pages.pop(facts.url, None)
            target = next_address(facts)
            if target is not None and host_of(target) in self._hosts and page_key(target) not in self._asked:
                return [item._replace(url=target)]  # a page that only leads on to where the list is
            self._unread_columns += 1
            self._add_column(item, item.kind)
            return []
        content = column_content(facts, self._frame)
        kind = item.kind or facts.column_kind
        if kind not in MESSAGE_KINDS:  # the titles of messages are full of 咨询 and 投诉
            listed = {entry.url for entry in content.entries or ()}
            self._found_channels.extend(channel for channel in facts.channels if channel.url not in listed)
        letters = kind if kind in MESSAGE_KINDS else self._channel_kind(item.name)
        if letters is None and facts.url in self._letter_pages:
            letters = "consultation"
        if letters is not None:
            self._take_messages(facts, letters)
        if kind in SERVICE_KINDS or facts.guide is not None:
            listed_services = content.entries
            if kind in SERVICE_KINDS and not content.entries and content.count:  # links without dates, however short
                bars = {page_key(item.url) for item in facts.navigation} | self._frame.links
                own = (link for link in facts.links if link.kind == "page" and page_key(link.url) not in bars)
                # A frame, a picture or a text is one entry nobody can name: then the services were not read.
                listed_services = tuple(Entry(title=link.text[:1_000], url=link.url) for link in own if len(link.text) >= 4) or None
            if listed_services is not None or facts.guide is not None:
                self._take_services(facts, listed_services)
        self._take_content(item, kind, page, content, depth)
        if depth >= self.limits.depth:
            return []
        return [
            NavItem(sub_item.name, sub_item.url, item.level + 1 if item.level else 0, item.name, "link", sub_item.kind)
            for sub_item in facts.navigation
            if page_key(sub_item.url) not in self._frame.links and host_of(sub_item.url) in self._hosts
        ]

    def _take_content(self, item: NavItem, kind: str | None, page: ReadPage, content: ColumnContent, depth: int) -> None:
        """Add a column with what its page holds; a list whose newest entry is not known yet waits for `_settle_lists`."""
        facts = page.facts
        is_blank = content.entries == ()
        latest = facts.published_at if content.count is not None and facts.published_at is not None else None
        self._add_column(
            item, kind, opens=True, entries=content.entries if is_blank else None, entry_count=content.count, latest=latest
        )
        place = len(self.columns) - 1
        parts = _parts_of(facts)
        self._shown.update(parts)
        if content.entries:
            self._beside_lists |= parts
        if content.unseen in ("media", "links", "text") or (content.entries and not content.is_dated):
            self._without_list.append((place, facts))
        if not content.entries or not content.shows_all:
            frames = own_frames(facts, self._frame)
            inner = [url for url in frames if host_of(url) in self._hosts]
            shows_all = len(inner) <= MOST_FRAMES and inner == frames
            self._framed.extend(_InnerPage(place, url, depth, shows_all=shows_all) for url in inner[:MOST_FRAMES])
            busy = [script for script in facts.own_scripts if script not in self._frame.scripts]
            shows_all = facts.calls[1] and not any(script in facts.dom.script_sources for script in busy)
            self._framed.extend(_InnerPage(place, url, depth, True, shows_all) for url in self._called(facts))
        if content.entries:
            state = ListState(place, list(content.entries), facts.next_page, facts.may_have_more)
            state.shows_all = content.shows_all
            self._lists.append(state)
            self._plan_content(content.entries, kind, depth)

    def _called(self, facts: PageFacts) -> list[str]:
        """Return addresses of the lists that a page's scripts ask for; those that are sent a form are remembered."""
        calls, _ = facts.calls
        self._posts.update(call.url for call in calls if call.is_post)
        return [call.url for call in calls if host_of(call.url) in self._hosts]

    def _plan_content(self, entries: Iterable[Entry], kind: str | None, depth: int) -> None:
        for entry in entries:
            if entry.url is not None and host_of(entry.url) in self._hosts:
                self._content.setdefault(entry.url, depth + 1)
                if kind is not None:
                    self._column_kind.setdefault(entry.url, kind)

    async def _settle_lists(self) -> None:
        """Follow lists that are not newest first, or whose newest entry is old, to the page that decides."""
        for _ in range(MOST_LIST_PAGES):
            waiting = [
                state
                for state in self._lists
                if state.days
                and not state.is_settled(self.observed_at)
                and state.next_page
                and host_of(state.next_page) in self._hosts
            ]
            if not waiting:
                return
            addresses = [state.next_page or "" for state in waiting]
            async for index, fetched in self._wave(addresses):
                state = waiting[index]
                state.next_page, state.has_more = None, True
                if self._is_own_page(fetched):
                    facts = self._facts(fetched)
                    entries = column_content(facts, self._frame).entries or ()
                    state.take_page(entries, facts.next_page)
                    is_last = facts.next_page is None and facts.page_count is not None and state.pages >= facts.page_count
                    state.has_more = facts.may_have_more and not is_last

    async def _date_lists(self) -> None:
        """Date entries that show no date: by their addresses where these are recent, else from their article pages."""
        for state in self._lists:
            state.take_address_dates(self.observed_at)
        for _ in range(2):  # a sample first, then the rest of the lists that still look old
            lists_by_article: dict[str, list[ListState]] = {}
            for state in self._lists:
                for url in state.to_ask(self.observed_at):
                    if host_of(url) in self._hosts and not is_attachment(url):
                        lists_by_article.setdefault(url, []).append(state)
                    state.asked.add(url)
            await self._read_articles([url for url in lists_by_article if url not in self._published])
            for url, states in lists_by_article.items():
                for state in states:
                    dates_of(state, {url: self._published.get(url)})

    async def _read_articles(self, addresses: Sequence[str]) -> None:
        async for index, fetched in self._wave(addresses):
            url = addresses[index]
            if fetched is not None and opens(fetched.failure) is False:
                self._published[url] = None  # what is gone is no update
            if not self._is_own_page(fetched):
                continue
            page = self._read(fetched, "content", 2)
            if page_key(fetched.final_url) in self._home_keys:
                continue
            self._published[url] = page.facts.published_at
            self._take_document(url, page.facts)

    def _close_lists(self) -> None:
        """Write what is known of each list into its column; a list whose newest entry is not known is not observed."""
        for state in self._lists:
            if state.place == HOME:
                continue
            column = self.columns[state.place]
            known = state.is_dated(self.observed_at) and state.is_settled(self.observed_at) and bool(state.days)
            if column.entries is not None or column.entry_count not in (None, 1):
                continue
            changes: dict[str, object] = {"latest_entry_at": None, "undated_count": None}
            changes |= {"entries": tuple(state.entries), "entry_count": None} if known else {"entry_count": len(state.entries)}
            self.columns[state.place] = Column.model_validate(dict(column) | changes)

    def _add_column(
        self,
        item: NavItem,
        kind: str | None,
        *,
        opens: bool | None = None,
        entries: tuple[Entry, ...] | None = None,
        entry_count: int | None = None,
        latest: datetime | date | None = None,
    ) -> None:
        if any(word in item.name for word in word_table("pages")["lists"]["archived"]) or self._is_of_past_year(item.name):
            kind = None  # what is closed is not updated any more
        self.columns.append(
            Column(
                name=item.name or item.url[:200],
                url=item.url,
                kind=kind,
                level=item.level or None,
                parent=item.parent or None,
                opens=opens,
                found_by=item.found_by,
                entries=entries,
                entry_count=entry_count,
                latest_entry_at=latest,
            )
        )

    def _is_of_past_year(self, name: str) -> bool:
        years = re.findall(r"(?<![0-9])(20[0-9]{2})年?", name)
        return bool(years) and max(map(int, years)) < self.observed_at.year

    def _take_services(self, facts: PageFacts, entries: Iterable[Entry] | None) -> None:
        services = self.services if self.services is not None else []
        if facts.guide is not None:
            services.append(Service(name=facts.title or facts.url, url=facts.url, elements=facts.guide))
        known = {service.url for service in services}
        for entry in entries or ():
            if entry.title and entry.url not in known:
                services.append(Service(name=entry.title[:1_000], url=entry.url))
        self.services = services
        if facts.may_have_more:
            self.partial.add("services")

    def _take_document(self, url: str, facts: PageFacts) -> None:
        """Add a policy document or an interpretation with its links to the other kind."""
        kind = self._column_kind.get(url)
        if kind not in ("policy", "interpretation") or not facts.title:
            return
        other = "interpretation" if kind == "policy" else "policy"
        words = word_table("pages")["linked"][other]
        own = [link for link in facts.links if link.kind in ("page", "attachment") and page_key(link.url) not in self._frame.links]
        linked = tuple(
            link.url
            for link in own
            if link.url != facts.url
            and (self._column_kind.get(link.url) == other or (len(link.text) >= 6 and any(word in link.text for word in words)))
        )
        text = facts.text if self.keep_text else None
        if kind == "policy":
            self.documents.append(
                Document(title=facts.title, url=url, published_at=facts.published_at, text=text, interpretations=linked)
            )
        else:
            self.interpretations.append(
                Interpretation(title=facts.title, url=url, published_at=facts.published_at, text=text, documents=linked)
            )


def _map_entries(items: Sequence[NavItem]) -> tuple[MapEntry, ...]:
    """Return nodes of a site map with the names above them."""
    paths: dict[str, tuple[str, ...]] = {}
    nodes = []
    for item in items:
        path = (*paths.get(item.parent, (item.parent,) if item.parent else ()), item.name)
        paths[item.name] = path
        nodes.append(MapEntry(path=path, url=item.url))
    return tuple(nodes)


def _parts_of(facts: PageFacts) -> set[tuple[str, str]]:
    """Return the links, lines and pictures of a page, each with its field of `Frame`."""
    parts = {("links", page_key(link.url)) for link in facts.links}
    parts |= {("lines", line) for line in facts.text.split("\n")}
    return parts | {("media", address) for address in facts.pictures}
