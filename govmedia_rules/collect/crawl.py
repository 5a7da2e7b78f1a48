"""The look at one site: home page, columns by navigation and site map, newest page of each list, sampled content, links.

It goes in waves. The addresses of a wave are fixed, in order, by the results of the waves before; inside a wave they are
visited side by side. So the snapshot depends on what the site answered and never on which answer came first, and a run
that was killed and continued from its journal ends with the same snapshot.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.util import find_spec
from typing import Literal, NamedTuple

from govmedia_rules.collect.channels import ChannelFinder
from govmedia_rules.collect.columns import SHORTEST_TITLE, ColumnContent, Frame, column_content, own_frames
from govmedia_rules.collect.dating import MOST_LIST_PAGES, ListState, dates_of
from govmedia_rules.collect.failures import opens
from govmedia_rules.collect.fetch import Fetched
from govmedia_rules.collect.home import HomeView, entrance_target, is_tool_frame, next_address, undated_links
from govmedia_rules.collect.navigation import (
    LONGEST_NAME,
    Base,
    NavItem,
    host_of,
    is_attachment,
    is_of_column,
    page_key,
)
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.protection import PageShape, kind_of_page
from govmedia_rules.collect.robots import AllowAll, Parsed, rules_of
from govmedia_rules.collect.visits import ReadPage
from govmedia_rules.collect.words import column_kind, word_table
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import (
    Activity,
    Collection,
    Column,
    Document,
    ElderlyMode,
    Entry,
    ErrorReportEntrance,
    HomePage,
    Interpretation,
    Link,
    MapEntry,
    MessageBoard,
    QrCode,
    Service,
)

MESSAGE_KINDS = frozenset({"consultation", "messages"})
SERVICE_KINDS = frozenset({"services"})
HOME = -1
"""Place of the list of the home page among the lists of columns."""
AGENT = "govmedia-rules"
"""Name the collector goes by in robots.txt."""
CONNECTION_FAULTS = frozenset({"refused", "reset", "unreachable", "timeout_connect", "tls_protocol"})
"""Failures after which an address without a scheme is tried with the other one."""
MOST_CODES = 12
"""Pictures of one home page that are searched for QR codes."""
MOST_FRAMES = 6
"""Frames of a home page that are read."""
MOST_STEPS = 6
"""Pages that may lead on, one after the other, before the home page comes."""
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
class SiteCrawler(ChannelFinder):
    """The look at one site; see `PageVisitor` for its arguments."""

    columns: list[Column] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    interpretations: list[Interpretation] = field(default_factory=list)
    qr_codes: tuple[QrCode, ...] | None = None
    _framed: list[_InnerPage] = field(default_factory=list)
    _column_kind: dict[str, str] = field(default_factory=dict)
    _had_rules: bool = False
    _lists: list[ListState] = field(default_factory=list)
    _published: dict[str, datetime | date | None] = field(default_factory=dict)
    _missing_page: tuple[str, frozenset[str]] | None = None
    _is_site: bool = True
    _content: dict[str, int] = field(default_factory=dict)

    async def run(self) -> SiteSnapshot:
        """Look at the site and return its snapshot. A site that cannot be opened gives one whose parts are not observed."""
        self._text_left = self.limits.text_bytes_per_site
        home, failure = None, "guard_url"
        for address in self._addresses():
            self._hosts = {host_of(address), *(host_of(f"http://{host}/") for host in self.site.domains)}
            home, failure = await self._home(address)
            if home is not None or failure not in CONNECTION_FAULTS:
                break
        if home is None:
            return self._failed(failure)
        view = await self._view(home)
        # Neither a list nor a mark nor links into the site: whatever that is, it is not judged as its home page.
        self._is_site = view.is_the_site(self.site.name)
        self._report("home")
        names = frozenset(page_key(item.url) for item in view.navigation)
        listed = [entry.url for entry in view.entries if entry.url]
        listed.extend(url for _, url in undated_links(view.pages, names, SHORTEST_TITLE))
        self._frame = Frame.of(view.pages, listed)
        self._home_keys = {page_key(address), *(page_key(page.url) for page in view.pages)}
        self._found_channels = view.channels
        await self._learn_missing_page(home)
        await self._fetch_columns(await self._items(view))
        self._drop_shared_entries()
        self._is_site = self._is_site or any(state.days for state in self._lists)  # its columns show that it is
        home_list = self._home_list(view)
        await self._settle_lists()
        await self._date_lists()
        self._close_lists()
        await self._try_channels(view)
        await self._follow_messages()
        await self._fetch_content()
        await self._read_codes(home)
        await self._check_links()
        self._report("done")
        return self._snapshot(view, home_list)

    # ------------------------------------------------------------ stages

    def _addresses(self) -> list[str]:
        """Return addresses of the home page to be tried: the registered one, or without a scheme http first and https next."""
        text = (self.site.url or "").strip() or next(iter(self.site.domains), "")
        if not text:
            return []
        written = [text] if "://" in text else [f"http://{text}", f"https://{text}"]
        return [url for address in written if (url := Base("http://x/").resolve(address)) is not None]

    async def _home(self, address: str) -> tuple[ReadPage | None, str]:
        if self.robots == "follow":
            fetched = await self.fetch(Base(address).origin + "/robots.txt", "file")
            self._record(fetched)
            # A host that cannot be reached at all says so at its home page; its robots.txt then decides nothing.
            if fetched.status is not None and fetched.status < 500:
                self._rules = rules_of(fetched, AGENT)
                self._had_rules = not isinstance(self._rules, AllowAll)
        if not self._rules.allows(address):
            return None, "robots"
        if isinstance(self._rules, Parsed) and (delay := self._rules.delay()) and self.slow_down is not None:
            self.slow_down(host_of(address), delay)
        entrance: ReadPage | None = None
        for _ in range(MOST_STEPS):
            fetched = await self.fetch(address, "page")
            self._record(fetched)
            self._asked.add(page_key(fetched.url))
            if fetched.failure is not None:
                self._unread_columns += 1  # what lies behind the entrance was not seen
                return (None, fetched.failure) if entrance is None else (entrance, "")
            if host_of(fetched.final_url) not in self._hosts:
                return None, "redirect_offsite"
            page = self._read(fetched, "home", 0)
            failure = self._content_failure(page)
            target = next_address(page.facts)
            if target is None and not failure:
                entrance, target = page, entrance_target(page.facts)
            if target is None or host_of(target) not in self._hosts:
                if target is not None and failure:
                    return None, "redirect_offsite"
                return (None, failure) if failure else (page, "")
            self.pages.pop(page.facts.url, None)
            self._home_keys.add(page_key(address))
            address = target
        return None, "redirect_loop"

    async def _learn_missing_page(self, home: ReadPage) -> None:
        """Ask for an address that cannot exist: a site that answers it with a page shows how its missing pages look."""
        digest = hashlib.sha256(f"{self.site.id} {self.seed}".encode()).hexdigest()[:16]
        self._impossible = f"{Base(home.facts.url).origin}/{digest}.html"
        async for _, fetched in self._wave([self._impossible]):
            if fetched is not None and fetched.failure is None:
                self._missing_page = (page_key(fetched.final_url), frozenset(self._facts(fetched).text.split("\n")))

    def _is_missing(self, page: ReadPage) -> bool:
        """Return whether a page is the one that the site shows for addresses that do not exist."""
        if self._missing_page is None:
            return False
        key, lines = self._missing_page
        own = set(page.facts.text.split("\n"))
        return page_key(page.fetched.final_url) == key or len(own & lines) >= MOST_ALIKE * max(len(own), len(lines), 1)

    async def _view(self, home: ReadPage) -> HomeView:
        """Return the home page with the pages of its frames, where the frames are most of it."""
        pages, unread = [home.facts], []
        waiting = [url for url in home.facts.frames if host_of(url) in self._hosts]
        own_links = {link.url for link in home.facts.links if link.kind == "page"}
        is_rendered = home.fetched.remark == "rendered"
        if not home.facts.entries:
            async for _, fetched in self._wave(self._called(home.facts)):
                if self._is_own_page(fetched):
                    pages.append(self._facts(fetched))
        if len(own_links) >= MOST_FRAMES and len(home.facts.text) > 500:  # a page of its own, with frames for a list or the weather
            async for _, fetched in self._wave(waiting[:MOST_FRAMES]):
                if self._is_own_page(fetched):
                    pages.append(self._facts(fetched))
            return HomeView(tuple(pages), is_rendered=is_rendered)
        for _ in range(2):  # frames inside frames, as portals of the last generation have them
            inner: list[str] = []
            async for index, fetched in self._wave(waiting[:MOST_FRAMES]):
                if not self._is_own_page(fetched):
                    unread.append(waiting[index])
                    continue
                page = self._read(fetched, "frame", 0, on_home=True)
                pages.append(page.facts)
                inner.extend(url for url in page.facts.frames if host_of(url) in self._hosts)
            waiting = inner
        unread.extend(url for url in home.facts.frames if host_of(url) not in self._hosts and not is_tool_frame(url))
        return HomeView(tuple(pages), tuple(unread), is_rendered)

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
        await self._fetch_frames()

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

    # ------------------------------------------------------------ newest entries

    def _home_list(self, home: HomeView) -> ListState:
        """Return the list of the home page: its dated entries, then links that may be entries without a date."""
        columns = frozenset(page_key(column.url) for column in self.columns if column.url)
        columns |= frozenset(page_key(item.url) for item in home.navigation)
        links = undated_links(home.pages, columns, SHORTEST_TITLE)
        undated = [Entry(title=text[:1_000], url=url) for text, url in links]
        # Pictures without a name, as in a slide show, may lead to articles.
        undated.extend(Entry(title=url[:1_000], url=url) for url in home.unnamed_links if page_key(url) not in columns)
        state = ListState(HOME, [*home.entries, *(undated if len(undated) >= 3 or home.entries else ())])
        self._lists.append(state)
        return state

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
        if facts.next_page is not None:
            self.partial.add("services")

    async def _fetch_content(self) -> None:
        """Fetch content pages: a seeded sample of what the lists hold, or everything that can be reached."""
        size = self.limits.content_sample
        addresses = [url for url in self._content if page_key(url) not in self._asked and url not in self.pages]
        services = [service.url for service in self.services or () if service.elements is None and service.url]
        if size is None:
            await self._fetch_all()
        else:
            drawn = set(random.Random(f"{self.seed}:{self.site.id}").sample(sorted(addresses), min(size, len(addresses))))  # noqa: S311
            wave = [url for url in addresses if url in drawn]
            wave.extend(url for url in services[: max(size, 20)] if url not in drawn and page_key(url) not in self._asked)
            async for _, fetched in self._wave(wave):
                if self._is_own_page(fetched):
                    self._take_document(fetched.url, self._read(fetched, "content", 2).facts)
            if len(drawn) < len(addresses):
                self.partial.add("pages")
        self._report("content")

    async def _fetch_all(self) -> None:
        depth = 1
        while depth < self.limits.depth + 8:
            depth += 1
            wave = [
                url
                for url, (link, _, _) in self.links.items()
                if link.kind == "page"
                and page_key(url) not in self._asked
                and url not in self.pages
                and host_of(url) in self._hosts
            ]
            if not wave:
                return
            async for _, fetched in self._wave(wave):
                if self._is_own_page(fetched):
                    self._take_document(fetched.url, self._read(fetched, "content", depth).facts)
            if self.limits.pages_per_site <= len(self.pages):
                self._hit("pages", "pages")
                return
            self._report("content")

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

    async def _read_codes(self, home: ReadPage) -> None:
        """Read the QR codes of the home page's pictures, where the extra `qr` is installed."""
        pictures = [(url, label) for url, label in home.facts.qr if host_of(url) in self._hosts and self._may(url)]
        if find_spec("zxingcpp") is None or find_spec("PIL") is None:
            return
        from govmedia_rules.collect.qr import label_platform, read_qr

        qr_codes: list[QrCode] = []
        is_whole = len(pictures) == len(home.facts.qr) <= MOST_CODES  # a picture nobody opened may hold a code
        for url, label in pictures[:MOST_CODES]:
            if self.budget.is_spent():
                is_whole = False
                break
            fetched = await self.fetch(url, "file")
            self._record(fetched)
            self._asked.add(page_key(url))
            codes = read_qr(fetched.body) if fetched.failure is None else None
            is_whole = is_whole and codes is not None
            qr_codes.extend(
                QrCode(
                    label=label[:200],
                    label_platform=label_platform(label),
                    target=code.text[:8_000],
                    target_platform=code.platform,
                    found_on=home.facts.url,
                )
                for code in codes or ()
            )
        self.qr_codes = tuple(qr_codes)
        if not is_whole:
            self.partial.add("qr_codes")

    async def _check_links(self) -> None:
        """Try every link once that no page fetch has tried already; those of the home page first."""
        waiting = [url for url, (_, _, on_home) in self.links.items() if on_home and url not in self.checked]
        waiting.extend(url for url, (_, _, on_home) in self.links.items() if not on_home and url not in self.checked)
        room = max(0, self.limits.links_per_site)
        if len(waiting) > room:
            self._hit("links", "links")
        async for _ in self._wave(waiting[:room], purpose="link"):
            pass
        self._report("links")

    # ------------------------------------------------------------ the snapshot

    def _collection(self, failure: str | None) -> Collection:
        followed: Literal["followed", "ignored"] | None = "ignored" if self.robots == "ignore" else None
        return Collection(
            by=f"govmedia-rules {_version()}",
            started_at=self._started,
            ended_at=self._ended,
            failure=failure,
            robots="followed" if self._had_rules else followed,
            limits_hit=tuple(sorted(self.budget.hit)),
            seed=self.seed,
            remarks=tuple(sorted(self._remarks)),
        )

    def _failed(self, failure: str) -> SiteSnapshot:
        self._report("done", failure)
        return SiteSnapshot(site=self.site, observed_at=self.observed_at, collection=self._collection(failure))

    def _home_page(self, home: HomeView, state: ListState) -> HomePage:
        """Return what the home page shows; None for its entries where scripts or undated links may show newer ones."""
        if not self._is_site:
            return HomePage()
        dated = tuple(entry for entry in state.entries if entry.published_at is not None)
        # A page without entries is a mere entrance, unless a script fills its lists.
        is_navigation = None if not state.entries and home.may_show_more else not state.entries and bool(self.columns)
        is_known = state.is_recent(self.observed_at) or (bool(dated) and len(dated) == len(state.entries))
        if not is_known and dated and not home.may_show_more:
            # Links that show no date and whose pages show none are columns and tools; entries of lists have pages with dates.
            asked = {entry.url for entry in state.entries if entry.published_at is None}
            is_known = bool(home.entries) and all(url in self._published and self._published[url] is None for url in asked if url)
        if (home.may_show_newer or home.has_future_dates) and not state.is_recent(self.observed_at):
            is_known = False
        below = [entry for column in self.columns for entry in column.entries or ()]
        all_read = all(column.entries is not None or column.opens is False for column in self.columns) and not home.may_show_more
        is_unread = any(column.opens is not False and column.entries is None and not column.entry_count for column in self.columns)
        if home.shows_only_pinned and (is_unread or _has_recent(below, self.observed_at)):
            # Whether pinned entries are all that 首页栏目信息更新 asks about can be read either way where columns are fresh.
            is_known = state.is_recent(self.observed_at)
            self._remarks.add("home_shows_only_pinned_entries")
        return HomePage(
            entries=dated if is_known else None,
            is_navigation=is_navigation,
            second_level_entries=tuple(below) if is_navigation and (all_read or _has_recent(below, self.observed_at)) else None,
        )

    def _snapshot(self, home: HomeView, state: ListState) -> SiteSnapshot:
        services = self.services
        if services is None and self._offers_no_services(home):
            services = []
        kinds = {column.kind for column in self.columns if column.entries is not None}
        if "pages" in self.partial:
            self.partial.update(("documents", "interpretations"))
        sees_columns = self._is_site and (bool(self.columns) or not home.may_show_more)
        if not self._is_site:  # no mark or tag of such a page says anything of the site
            bare = {"marks": None, "tags": None, "text": None}
            self.pages = {url: page.model_copy(update=bare) for url, page in self.pages.items()}
            self.partial.update(("columns", "channels", "pages"))
        return SiteSnapshot(
            site=self.site,
            observed_at=self.observed_at,
            partial=tuple(sorted(self.partial)),
            home=self._home_page(home, state),
            columns=tuple(self.columns) if sees_columns and self.columns else None,
            pages=tuple(self.pages.values()),
            links=tuple(self._links()),
            channels=tuple(self.channels) if sees_columns else None,
            messages=None if self.messages is None else tuple(self.messages),
            services=None if services is None else tuple(services),
            documents=tuple(self.documents) if "policy" in kinds else None,
            interpretations=tuple(self.interpretations) if "interpretation" in kinds else None,
            message_board=self._message_board(),
            has_search=_has_search(home.first) if self._is_site else None,
            site_map=self.site_map,
            qr_codes=self.qr_codes,
            elderly_mode=_elderly_mode(home.first) if self._is_site else None,
            activities=self._activities(),
            error_report=ErrorReportEntrance(present=any(page.marks.error_report for page in home.pages))
            if self._is_site
            else None,
            collection=self._collection(None),
        )

    def _offers_no_services(self, home: HomeView) -> bool:
        """Return whether the whole look was read and no column, node of the map, link or picture in it speaks of services."""
        words = word_table("pages")["links"]["services"]
        is_whole = self._is_site and bool(home.navigation) and not home.may_show_more and not home.unnamed_links
        if not is_whole or self.partial & {"channels", "columns", "services"}:
            return False
        if home.site_maps and self.site_map is None:
            return False
        named = [column.name for column in self.columns]
        named.extend(name for node in self.site_map or () for name in node.path)
        named.extend(link.url for link, _, _ in self.links.values())
        titles = {entry.url for state in self._lists for entry in state.entries}  # a title may speak of services, as any news may
        named.extend(link.text for url, (link, _, _) in self.links.items() if len(link.text) <= LONGEST_NAME and url not in titles)
        return not any(column.kind in SERVICE_KINDS for column in self.columns) and not any(
            word in name for name in named for word in words
        )

    def _message_board(self) -> MessageBoard | None:
        if self.messages is None:
            return None
        times = [time for message in self.messages for time in (message.answered_at, message.asked_at) if time is not None]
        newest_day = max(times, key=lambda time: time.toordinal(), default=None)
        return MessageBoard(published=bool(self.messages), latest_published_at=newest_day)

    def _activities(self) -> tuple[Activity, ...] | None:
        """Return entries of survey and interview columns; None when no such column's list was seen."""
        columns = [column for column in self.columns if column.kind in ("survey", "interview") and column.entries is not None]
        if not columns:
            return None
        return tuple(
            Activity(kind=column.kind or "survey", title=entry.title, held_at=entry.published_at)
            for column in columns
            for entry in column.entries or ()
        )

    def _links(self) -> Iterable[Link]:
        for url, (link, found_on, on_home) in self.links.items():
            fetched = self.checked.get(url)
            yield Link(
                url=url,
                found_on=found_on,
                on_home=on_home,
                text=link.text,
                opens=None if fetched is None else opens(fetched.failure),
                status=None if fetched is None else fetched.status,
                failure=None if fetched is None else fetched.failure,
                is_outside=link.is_outside,
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


def _has_search(home: PageFacts) -> bool | None:
    """Return False when the home page shows no way to search, and None when it shows one: whether it works was not tried."""
    words = word_table("pages")["parts"]["search_words"]
    shown = home.has_search or any(word in home.dom.link_text for word in words)
    return None if shown or home.fetches_content else False


def _elderly_mode(home: PageFacts) -> ElderlyMode | None:
    """Return what the home page shows of a mode for the elderly; None where a script may add one."""
    if home.has_elderly_mode:
        return ElderlyMode(offered=True)
    scripts = "\n".join(home.dom.script_sources).lower()
    return None if any(word in scripts for word in word_table("pages")["parts"]["elderly_scripts"]) else ElderlyMode(offered=False)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("govmedia-rules")
    except PackageNotFoundError:
        return "unknown"


def _has_recent(entries: Sequence[Entry], now: datetime) -> bool:
    return ListState(HOME, list(entries)).is_recent(now)
