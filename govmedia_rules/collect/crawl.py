"""The look at one site: home page, columns by navigation and site map, newest page of each list, sampled content, links.

It goes in waves. The addresses of a wave are fixed, in order, by the results of the waves before; inside a wave they are
visited side by side. So the snapshot depends on what the site answered and never on which answer came first, and a run
that was killed and continued from its journal ends with the same snapshot.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Literal

from govmedia_rules.collect.columns import SHORTEST_TITLE, Frame
from govmedia_rules.collect.dating import ListState
from govmedia_rules.collect.failures import opens
from govmedia_rules.collect.home import (
    HomeView,
    desktop_version,
    entrance_target,
    is_mobile,
    is_tool_frame,
    next_address,
    undated_links,
)
from govmedia_rules.collect.lists import HOME, MOST_FRAMES, SERVICE_KINDS, ListReader
from govmedia_rules.collect.navigation import (
    LONGEST_NAME,
    Base,
    host_of,
    page_key,
)
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.robots import AllowAll, Parsed, rules_of
from govmedia_rules.collect.visits import ReadPage
from govmedia_rules.collect.words import word_table
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import (
    Activity,
    Collection,
    ElderlyMode,
    Entry,
    ErrorReportEntrance,
    HomePage,
    Link,
    MessageBoard,
    QrCode,
)

AGENT = "govmedia-rules"
"""Name the collector goes by in robots.txt."""
CONNECTION_FAULTS = frozenset({"refused", "reset", "unreachable", "timeout_connect", "tls_protocol"})
"""Failures after which an address without a scheme is tried with the other one."""
MOST_CODES = 12
"""Pictures of one home page that are searched for QR codes."""
MOST_STEPS = 6
"""Pages that may lead on, one after the other, before the home page comes."""


@dataclass
class SiteCrawler(ListReader):
    """The look at one site; see `PageVisitor` for its arguments."""

    qr_codes: tuple[QrCode, ...] | None = None
    _had_rules: bool = False
    _is_site: bool = True

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
        asked = address
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
            if target is None and not failure and is_mobile(page.facts.url) and not is_mobile(asked):
                # The version for telephones shows a part of the site.
                target, failure = desktop_version(page.facts), "foreign_page"
                if target is not None and page_key(target) in self._asked:
                    return None, failure
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

    # ------------------------------------------------------------ content and links

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
