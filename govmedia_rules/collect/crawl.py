"""The look at one site: home page, columns by navigation and site map, newest page of each list, sampled content, links.

It goes in waves. The addresses of a wave are fixed, in order, by the results of the waves before; inside a wave they are
visited side by side. So the snapshot depends on what the site answered and never on which answer came first, and a run
that was killed and continued from its journal ends with the same snapshot.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from typing import Literal

from govmedia_rules.collect.columns import column_entries
from govmedia_rules.collect.decode import decode
from govmedia_rules.collect.failures import of_content, opens
from govmedia_rules.collect.fetch import Budget, Fetched, Purpose
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.messages import read_messages
from govmedia_rules.collect.navigation import Base, NavItem, PageLink, host_of
from govmedia_rules.collect.page import PageFacts, read_page
from govmedia_rules.collect.robots import AllowAll, Rules, rules_of
from govmedia_rules.collect.words import table
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import (
    Activity,
    Channel,
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
    Message,
    MessageBoard,
    Page,
    QrCode,
    Service,
)
from govmedia_rules.subjects.models import Site

Fetch = Callable[[str, Purpose], Awaitable[Fetched]]
"""Fetch an address, or return what an earlier run of the same journal received there."""

MESSAGE_KINDS = frozenset({"consultation", "messages"})
SERVICE_KINDS = frozenset({"services"})
AGENT = "govmedia-rules"
"""Name the collector goes by in robots.txt."""
CONNECTION_FAULTS = frozenset({"refused", "reset", "unreachable", "timeout_connect", "tls_protocol"})
"""Failures after which an address without a scheme is tried with the other one."""
MOST_CODES = 12
"""Pictures of one home page that are searched for QR codes."""
MOST_CHANNELS = 40
"""Channels opened for one site."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a look stands, for a progress callback.

    Attributes:
        subject: Id of the subject.
        stage: `home`, `columns`, `content`, `links` or `done`.
        pages: Pages read so far.
        links: Links checked so far.
        failure: Kind of failure, when the look has ended with one.
    """

    subject: str
    stage: Literal["home", "columns", "content", "links", "done"]
    pages: int = 0
    links: int = 0
    failure: str | None = None


@dataclass
class _ReadPage:
    """A page that was read, reduced to what the snapshot needs."""

    facts: PageFacts
    fetched: Fetched
    kind: str
    depth: int


@dataclass
class SiteCrawler:
    """The look at one site.

    Args:
        site: The site.
        fetch: Fetches an address.
        limits: Bounds.
        budget: What the site has left.
        observed_at: The monitoring point.
        robots: Whether robots.txt is followed.
        seed: Seed of the sample of content pages.
        keep_text: Whether the text of pages is kept.
        progress: Called at each stage.
    """

    site: Site
    fetch: Fetch
    limits: Limits
    budget: Budget
    observed_at: datetime
    robots: Literal["follow", "ignore"] = "follow"
    seed: int = 0
    keep_text: bool = True
    progress: Callable[[Progress], None] | None = None

    pages: dict[str, Page] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    messages: list[Message] | None = None
    services: list[Service] | None = None
    links: dict[str, tuple[PageLink, str, bool]] = field(default_factory=dict)
    checked: dict[str, Fetched] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _pages_asked: int = 0
    _forms: dict[str, bool] = field(default_factory=dict)
    _framed: list[tuple[int, str]] = field(default_factory=list)
    _column_kind: dict[str, str] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    interpretations: list[Interpretation] = field(default_factory=list)
    site_map: tuple[MapEntry, ...] | None = None
    qr_codes: tuple[QrCode, ...] | None = None
    _text_left: int = 0
    _rules: Rules = field(default_factory=AllowAll)
    _had_rules: bool = False
    _hosts: set[str] = field(default_factory=set)
    _common_links: frozenset[str] = frozenset()
    _common_lines: frozenset[str] = frozenset()
    _content: dict[str, int] = field(default_factory=dict)
    _started: datetime | None = None
    _ended: datetime | None = None

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
        self._report("home")
        entries = home.facts.list_entries()
        self._common_links = frozenset(link.url for link in home.facts.links) - {entry.url for entry in entries if entry.url}
        self._common_lines = frozenset(home.facts.text.split("\n"))
        items = await self._items(home)
        await self._visit_columns(items)
        await self._try_channels(home)
        await self._visit_content()
        await self._read_codes(home)
        await self._check_links()
        self._report("done")
        return self._snapshot(home, entries)

    # ------------------------------------------------------------ stages

    def _addresses(self) -> list[str]:
        """Return addresses of the home page to be tried: the registered one, or without a scheme http first and https next."""
        text = (self.site.url or "").strip() or next(iter(self.site.domains), "")
        if not text:
            return []
        written = [text] if "://" in text else [f"http://{text}", f"https://{text}"]
        return [url for address in written if (url := Base("http://x/").resolve(address)) is not None]

    async def _home(self, address: str) -> tuple[_ReadPage | None, str]:
        if self.robots == "follow":
            fetched = await self.fetch(Base(address).origin + "/robots.txt", "file")
            self._record(fetched)
            # A host that cannot be reached at all says so at its home page; its robots.txt then decides nothing.
            if fetched.status is not None and fetched.status < 500:
                self._rules = rules_of(fetched, AGENT)
                self._had_rules = not isinstance(self._rules, AllowAll)
        if not self._rules.allows(address):
            return None, "robots"
        for _ in range(3):
            fetched = await self.fetch(address, "page")
            self._record(fetched)
            if fetched.failure is not None:
                return None, fetched.failure
            if host_of(fetched.final_url) not in self._hosts:
                return None, "redirect_offsite"
            page = self._read(fetched, "home", 0)
            failure = self._content_failure(page)
            target = _client_redirect(page, fetched)
            if target is None or host_of(target) not in self._hosts:
                return (None, failure) if failure else (page, "")
            self.pages.pop(page.facts.url, None)
            address = target
        return None, "redirect_loop"

    def _content_failure(self, page: _ReadPage) -> str | None:
        facts = page.facts
        lost = page.fetched.body and facts.charset_step == "replacement" and facts.text.count("\ufffd") * 4 > len(facts.text)
        if lost:
            return "undecodable"
        return of_content(
            facts.text, has_links=bool(facts.links), has_scripts=b"<script" in page.fetched.body.lower(), title=facts.title
        )

    async def _items(self, home: _ReadPage) -> list[NavItem]:
        """Return columns of the navigation, then those of the site map that it lacks."""
        items = list(home.facts.navigation)
        known = {item.url for item in items}
        for address in home.facts.site_maps[:1]:
            if host_of(address) not in self._hosts or not self._may(address):
                continue
            async for _, fetched in self._wave([address]):
                if fetched is not None and fetched.failure is None:
                    page = self._read(fetched, "site_map", 1, site_map=True)
                    self.site_map = _map_entries(page.facts.navigation)
                    items.extend(item for item in page.facts.navigation if item.url not in known)
        return items

    async def _visit_columns(self, items: Sequence[NavItem]) -> None:
        """Fetch columns wave by wave; a column page may name further ones below it."""
        waiting: list[tuple[NavItem, int]] = [(item, 1) for item in items]
        planned: set[str] = set()
        while waiting:
            wave: list[tuple[NavItem, int]] = []
            for item, depth in waiting:
                if item.url in planned or item.url in self.pages:
                    continue
                if len(planned) >= self.limits.columns_per_site:
                    self._hit("columns", "columns")
                    break
                planned.add(item.url)
                wave.append((item, depth))
            waiting = []
            async for index, fetched in self._wave([item.url for item, _ in wave]):
                item, depth = wave[index]
                waiting.extend((below, depth + 1) for below in self._take_column(item, fetched, depth))
            self._report("columns")
        await self._visit_frames()

    async def _visit_frames(self) -> None:
        """Read the lists of columns whose page shows them in a frame, one frame deep."""
        async for index, fetched in self._wave([url for _, url in self._framed]):
            if fetched is None or fetched.failure is not None or host_of(fetched.final_url) not in self._hosts:
                continue
            facts = self._facts(fetched)
            entries = column_entries(facts, common_links=self._common_links, common_lines=self._common_lines)
            if entries is not None:
                place = self._framed[index][0]
                known = self.columns[place]
                self.columns[place] = Column.model_validate(
                    dict(known) | {"entries": entries, "entry_count": None, "latest_entry_at": None, "undated_count": None}
                )

    def _take_column(self, item: NavItem, fetched: Fetched | None, depth: int) -> list[NavItem]:
        """Add the column of a navigation item; return the items its page names below it."""
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
        if self._content_failure(page) is not None:
            self._add_column(item, item.kind)
            return []
        entries = column_entries(facts, common_links=self._common_links, common_lines=self._common_lines)
        kind = item.kind or facts.column_kind
        if kind in MESSAGE_KINDS:
            self._take_messages(facts, kind)
        if kind in SERVICE_KINDS or facts.guide is not None:
            self._take_services(facts, entries)
        count = None
        if entries is None and not facts.fetches_content and not facts.frames and len(facts.text) > 60:
            count = 1  # a page of text (概况, 职能), or of links to columns below: not blank, and no list to be read
        latest = facts.published_at if count is not None else None
        self._add_column(item, kind, opens=True, entries=entries, entry_count=count, latest=latest)
        if entries is None and (inner := [url for url in facts.frames if host_of(url) in self._hosts]):
            self._framed.append((len(self.columns) - 1, inner[0]))
        for entry in entries or ():
            if entry.url is not None and host_of(entry.url) in self._hosts:
                self._content.setdefault(entry.url, depth + 1)
                if kind is not None:
                    self._column_kind.setdefault(entry.url, kind)
        if depth >= self.limits.depth:
            return []
        return [
            NavItem(sub_item.name, sub_item.url, item.level + 1, item.name, "link", sub_item.kind)
            for sub_item in facts.navigation
            if sub_item.url not in self._common_links and host_of(sub_item.url) in self._hosts
        ]

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
        self.columns.append(
            Column(
                name=item.name,
                url=item.url,
                kind=kind,
                level=item.level,
                parent=item.parent or None,
                opens=opens,
                found_by=item.found_by,
                entries=entries,
                entry_count=entry_count,
                latest_entry_at=latest,
            )
        )

    def _take_messages(self, facts: PageFacts, kind: str) -> None:
        messages = read_messages(facts.dom, facts.base, column_kind=kind, now=self.observed_at)
        if messages is not None:
            self.messages = [*(self.messages or []), *messages]
            if facts.next_page is not None:
                self.partial.add("messages")

    def _take_services(self, facts: PageFacts, entries: tuple[Entry, ...] | None) -> None:
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

    async def _try_channels(self, home: _ReadPage) -> None:
        """Open each channel the home page links to; one with a form to write into is effective."""
        links = home.facts.channels
        own = dict.fromkeys(url for channel in links if (url := channel.url) and host_of(url) in self._hosts)
        async for _, fetched in self._wave([url for url in own if url not in self.checked][:MOST_CHANNELS]):
            if fetched is not None and fetched.failure is None:
                self._read(fetched, "channel", 1)
        for channel in links:
            fetched_channel = self.checked.get(channel.url or "")
            effective: bool | None = None
            if channel.url in own and fetched_channel is not None:
                if opens(fetched_channel.failure) is False:
                    effective = False
                elif fetched_channel.failure is None and self._forms.get(fetched_channel.final_url):
                    effective = True
            self.channels.append(Channel(kind=channel.kind, name=channel.name, url=channel.url, effective=effective))

    async def _visit_content(self) -> None:
        """Fetch content pages: a seeded sample of what the lists hold, or everything that can be reached."""
        size = self.limits.content_sample
        addresses = [url for url in self._content if url not in self._asked and url not in self.pages]
        services = [service.url for service in self.services or () if service.elements is None and service.url]
        if size is None:
            await self._visit_all()
        else:
            drawn = set(random.Random(f"{self.seed}:{self.site.id}").sample(sorted(addresses), min(size, len(addresses))))  # noqa: S311
            wave = [url for url in addresses if url in drawn]
            wave.extend(url for url in services[: max(size, 20)] if url not in drawn and url not in self._asked)
            async for _, fetched in self._wave(wave):
                if fetched is not None and fetched.failure is None and host_of(fetched.final_url) in self._hosts:
                    self._take_document(fetched.url, self._read(fetched, "content", 2).facts)
            if len(drawn) < len(addresses):
                self.partial.add("pages")
        self._report("content")

    async def _visit_all(self) -> None:
        depth = 1
        while depth < self.limits.depth + 8:
            depth += 1
            wave = [
                url
                for url, (link, _, _) in self.links.items()
                if link.kind == "page" and url not in self._asked and url not in self.pages and host_of(url) in self._hosts
            ]
            if not wave:
                return
            async for _, fetched in self._wave(wave):
                if fetched is not None and fetched.failure is None and host_of(fetched.final_url) in self._hosts:
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
        words = table("pages")["linked"][other]
        own = [link for link in facts.links if link.kind in ("page", "attachment") and link.url not in self._common_links]
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

    async def _read_codes(self, home: _ReadPage) -> None:
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
            self._asked.add(url)
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

    # ------------------------------------------------------------ visiting

    def _may(self, url: str) -> bool:
        return self._rules.allows(url) if host_of(url) in self._hosts else True

    async def _wave(self, urls: Sequence[str], *, purpose: Purpose = "page") -> AsyncIterator[tuple[int, Fetched | None]]:
        """Fetch addresses side by side and return the outcomes in the order asked for; None where a bound forbade a visit.

        Only a few outcomes are held at a time, however long the wave and however large the pages.
        """
        at_once = self.limits.connections_per_host * (1 if purpose == "page" else 2)
        gate = asyncio.Semaphore(at_once)

        async def one(url: str) -> Fetched | None:
            async with gate:
                if self.budget.is_spent():
                    self.partial.add("pages" if purpose == "page" else "links")
                    return None
                return await self.fetch(url, purpose)

        waiting: deque[tuple[int, asyncio.Task[Fetched | None] | None]] = deque()
        plan = iter(enumerate(urls))
        try:
            while True:
                while len(waiting) < 4 * at_once and (step := next(plan, None)) is not None:
                    index, url = step
                    waiting.append((index, asyncio.create_task(one(url)) if self._plan(url, purpose) else None))
                if not waiting:
                    return
                index, task = waiting.popleft()
                fetched = None if task is None else await task
                if fetched is not None:
                    self._record(fetched)
                yield index, fetched
        finally:
            for _, task in waiting:
                if task is not None:
                    task.cancel()

    def _plan(self, url: str, purpose: Purpose) -> bool:
        """Return whether an address is to be visited now; an address is visited once."""
        if url in self._asked or url in self.checked:
            return False
        if not self._may(url):
            self.checked[url] = Fetched(url=url, final_url=url, at=0, seconds=0, failure="robots")
            return False
        if purpose == "page":
            if self._pages_asked >= self.limits.pages_per_site:
                self._hit("pages", "pages")
                return False
            self._pages_asked += 1
        self._asked.add(url)
        return True

    def _record(self, fetched: Fetched) -> None:
        """Keep an outcome without its body; pages are read by their caller from the outcome itself."""
        self.checked[fetched.url] = replace(fetched, body=b"")
        self._started = fetched.started if self._started is None else min(self._started, fetched.started)
        ended = fetched.started + timedelta(seconds=fetched.seconds)
        self._ended = ended if self._ended is None else max(self._ended, ended)

    def _facts(self, fetched: Fetched, *, site_map: bool = False) -> PageFacts:
        decoded = decode(fetched.body, fetched.content_type, cut=fetched.cut)
        return read_page(decoded.text, fetched.final_url, now=self.observed_at, decoded=decoded, site_map=site_map)

    def _read(self, fetched: Fetched, kind: str, depth: int, *, site_map: bool = False) -> _ReadPage:
        facts = self._facts(fetched, site_map=site_map)
        keep = self.keep_text and self._text_left > 0
        self._text_left -= len(facts.text) if keep else 0
        if facts.guide is not None and kind in ("content", "column"):
            kind = "guide"
            self._guide_found(facts)
        page = facts.page(kind, seconds=round(fetched.seconds, 4), keep_text=keep)
        if not keep and self.keep_text:
            page = page.model_copy(update={"text_note": "not kept: the limit of text for one site was reached"})
        self.pages.setdefault(facts.url, page)
        if kind not in ("content", "site_map"):
            self._forms[facts.url] = facts.has_form
        for link in facts.links:
            known = self.links.get(link.url)
            if known is None and len(self.links) < 4 * max(1, self.limits.links_per_site):
                self.links[link.url] = (link, facts.url, kind == "home")
        return _ReadPage(facts, fetched, kind, depth)

    def _guide_found(self, facts: PageFacts) -> None:
        services = self.services or []
        for index, service in enumerate(services):
            if service.url == facts.url:
                services[index] = service.model_copy(update={"elements": facts.guide})
                break

    def _hit(self, limit: str, part: str) -> None:
        self.budget.hit.add(limit)
        self.partial.add(part)

    def _report(self, stage: Literal["home", "columns", "content", "links", "done"], failure: str | None = None) -> None:
        if self.progress is not None:
            self.progress(Progress(self.site.id, stage, len(self.pages), len(self.checked), failure))

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
        )

    def _failed(self, failure: str) -> SiteSnapshot:
        self._report("done", failure)
        return SiteSnapshot(site=self.site, observed_at=self.observed_at, collection=self._collection(failure))

    def _snapshot(self, home: _ReadPage, entries: tuple[Entry, ...]) -> SiteSnapshot:
        is_navigation = not entries and bool(self.columns)
        below = [entry for column in self.columns for entry in column.entries or ()] if is_navigation else None
        services = self.services
        kinds = {column.kind for column in self.columns if column.entries is not None}
        if "pages" in self.partial:
            self.partial.update(("documents", "interpretations"))
        return SiteSnapshot(
            site=self.site,
            observed_at=self.observed_at,
            partial=tuple(sorted(self.partial)),
            home=HomePage(
                entries=entries if entries or not home.facts.fetches_content else None,
                is_navigation=is_navigation,
                second_level_entries=None if below is None else tuple(below),
            ),
            columns=tuple(self.columns) if self.columns or not home.facts.fetches_content else None,
            pages=tuple(self.pages.values()),
            links=tuple(self._links()),
            channels=tuple(self.channels),
            messages=None if self.messages is None else tuple(self.messages),
            services=None if services is None else tuple(services),
            documents=tuple(self.documents) if "policy" in kinds else None,
            interpretations=tuple(self.interpretations) if "interpretation" in kinds else None,
            message_board=self._message_board(),
            has_search=_has_search(home.facts),
            site_map=self.site_map,
            qr_codes=self.qr_codes,
            elderly_mode=_elderly_mode(home.facts),
            activities=self._activities(),
            error_report=ErrorReportEntrance(present=bool(home.facts.marks.error_report)),
            collection=self._collection(None),
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
    words = table("pages")["parts"]["search_words"]
    shown = home.has_search or any(word in home.dom.link_text for word in words)
    return None if shown or home.fetches_content else False


def _elderly_mode(home: PageFacts) -> ElderlyMode | None:
    """Return what the home page shows of a mode for the elderly; None where a script may add one."""
    if home.has_elderly_mode:
        return ElderlyMode(offered=True)
    scripts = "\n".join(home.dom.script_sources).lower()
    return None if any(word in scripts for word in table("pages")["parts"]["elderly_scripts"]) else ElderlyMode(offered=False)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("govmedia-rules")
    except PackageNotFoundError:
        return "unknown"


def _client_redirect(page: _ReadPage, fetched: Fetched) -> str | None:
    """Return where a nearly empty page sends the browser by a refresh or a script; None when it stays."""
    if len(page.facts.text) > 200 or len(page.facts.links) > 3:
        return None
    reader = page.facts
    for node in reader.dom.tree.css("meta[http-equiv='refresh' i]"):
        content = node.attributes.get("content") or ""
        _, _, target = content.partition("=")
        url = reader.base.resolve(target.strip(" '\""))
        if url is not None and url != fetched.final_url:
            return url
    for text in reader.dom.scripts:
        if len(text) < 2_000:
            for sign in ("location.href", "location.replace", "window.location", "location="):
                _, sign_at, rest = text.partition(sign)
                if sign_at:
                    for quote in ("'", '"'):
                        parts = rest[:300].split(quote)
                        if len(parts) >= 3:
                            url = reader.base.resolve(parts[1].strip())
                            if url is not None and url != fetched.final_url:
                                return url
    return None
