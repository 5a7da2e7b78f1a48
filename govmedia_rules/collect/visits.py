"""Fetching within the bounds of one site: waves of addresses, each asked once, read and kept in the order asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeGuard

from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.navigation import PageLink, host_of, page_key
from govmedia_rules.collect.outcome import Budget, Fetched, Purpose
from govmedia_rules.collect.page import PageFacts, read_page
from govmedia_rules.collect.robots import AllowAll, Rules, read_sitemap
from govmedia_rules.snapshots.parts import Page, Service
from govmedia_rules.subjects.models import Site

MOST_SITEMAPS = 5
"""Files of a sitemap.xml that are read on each level."""
Fetch = Callable[[str, Purpose], Awaitable[Fetched]]
"""Fetch an address, or return what an earlier run of the same journal received there."""


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
class ReadPage:
    """A page that was read, reduced to what the snapshot needs."""

    facts: PageFacts
    fetched: Fetched
    kind: str
    depth: int


@dataclass
class PageVisitor:
    """Fetches and reads the pages of one site.

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
        slow_down: Called with a host and the pause that its robots.txt asks for.
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
    slow_down: Callable[[str, float], None] | None = None

    pages: dict[str, Page] = field(default_factory=dict)
    services: list[Service] | None = None
    links: dict[str, tuple[PageLink, str, bool]] = field(default_factory=dict)
    checked: dict[str, Fetched] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _posts: set[str] = field(default_factory=set)
    _pages_asked: int = 0
    _forms: dict[str, bool] = field(default_factory=dict)
    _text_left: int = 0
    _rules: Rules = field(default_factory=AllowAll)
    _hosts: set[str] = field(default_factory=set)
    _link_keys: set[str] = field(default_factory=set)
    _remarks: set[str] = field(default_factory=set)
    _started: datetime | None = None
    _ended: datetime | None = None

    def _may(self, url: str) -> bool:
        return self._rules.allows(url) if host_of(url) in self._hosts else True

    def _is_own_page(self, fetched: Fetched | None) -> TypeGuard[Fetched]:
        """Return whether an outcome is a page that came from one of the site's own hosts."""
        return fetched is not None and fetched.failure is None and host_of(fetched.final_url) in self._hosts

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
                return await self.fetch(url, "post" if url in self._posts else purpose)

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
        key = page_key(url)
        if key in self._asked or url in self.checked:
            return False
        if not self._may(url):
            self.checked[url] = Fetched(url=url, final_url=url, at=0, seconds=0, failure="robots")
            return False
        if purpose == "page":
            if self._pages_asked >= self.limits.pages_per_site:
                self._hit("pages", "pages")
                return False
            self._pages_asked += 1
        self._asked.add(key)
        return True

    def _record(self, fetched: Fetched) -> None:
        """Keep an outcome without its body; pages are read by their caller from the outcome itself."""
        self.checked[fetched.url] = replace(fetched, body=b"")
        if fetched.remark:
            self._remarks.add(f"{fetched.remark} {host_of(fetched.final_url)}")
        if fetched.pace:
            self._remarks.add(f"slowed_down {host_of(fetched.final_url)}")
        self._started = fetched.started if self._started is None else min(self._started, fetched.started)
        ended = fetched.started + timedelta(seconds=fetched.seconds)
        self._ended = ended if self._ended is None else max(self._ended, ended)

    async def _sitemap_addresses(self, origin: str) -> list[str]:
        """Return the addresses that the host's sitemap.xml names, those of the files of an index included."""
        waiting = [url for url in self._rules.sitemaps if host_of(url) in self._hosts] or [f"{origin}/sitemap.xml"]
        addresses: dict[str, None] = {}
        for _ in range(2):
            files, waiting = waiting[:MOST_SITEMAPS], []
            async for _, fetched in self._wave(files, purpose="file"):
                if fetched is None or fetched.failure is not None:
                    continue
                is_index, named = read_sitemap(fetched.body, self.limits.bytes_per_page)
                if is_index:
                    waiting.extend(url for url in named if host_of(url) in self._hosts)
                else:
                    addresses.update(dict.fromkeys(url for url in named if host_of(url) in self._hosts))
        return list(addresses)

    def _facts(self, fetched: Fetched, *, site_map: bool = False) -> PageFacts:
        decoded = decode_page(fetched.body, fetched.content_type, cut=fetched.cut)
        return read_page(decoded.text, fetched.final_url, now=self.observed_at, decoded=decoded, site_map=site_map)

    def _read(self, fetched: Fetched, kind: str, depth: int, *, site_map: bool = False, on_home: bool = False) -> ReadPage:
        facts = self._facts(fetched, site_map=site_map)
        keep = self.keep_text and self._text_left > 0
        self._text_left -= len(facts.text) if keep else 0
        if facts.guide is not None and kind in ("content", "column"):
            kind = "guide"
            self._guide_found(facts)
        page = facts.page(kind, seconds=round(fetched.seconds, 4), keep_text=keep)
        page = page.model_copy(update={"digest": fetched.digest})
        if not keep and self.keep_text:
            page = page.model_copy(update={"text_note": "not kept: the limit of text for one site was reached"})
        self.pages.setdefault(facts.url, page)
        if kind not in ("content", "site_map"):
            self._forms[facts.url] = self._forms[fetched.url] = facts.has_form
        for link in facts.links:
            key = page_key(link.url)
            if key not in self._link_keys and len(self.links) < 4 * max(1, self.limits.links_per_site):
                self._link_keys.add(key)
                self.links[link.url] = (link, facts.url, kind == "home" or on_home)
        return ReadPage(facts, fetched, kind, depth)

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
