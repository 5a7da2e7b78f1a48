"""Runs: one site or a registry, waiting or in an event loop, with a journal that loses nothing.

Every function here gives a snapshot for every subject asked for. The journal holds three kinds of records: `begin` (a site
and its monitoring point), `visit` (one outcome, with what came), `end` (the snapshot). A run that finds an `end` gives it
back without a visit; a run that finds visits of an unfinished site uses them instead of visiting again.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import queue
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from pydantic import ValidationError

from govmedia_rules.collect.browser import Browser, needs_rendering
from govmedia_rules.collect.crawl import SiteCrawler
from govmedia_rules.collect.fetch import USER_AGENT, Fetcher
from govmedia_rules.collect.guard import Guard
from govmedia_rules.collect.journal import Journal, read_visits
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.navigation import host_of
from govmedia_rules.collect.outcome import Budget, Fetched, Purpose, page_outcome
from govmedia_rules.collect.visits import Progress
from govmedia_rules.core.progress import Meter
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ArgumentError, CollectError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Collection
from govmedia_rules.subjects.models import Site
from govmedia_rules.subjects.registry import Registry

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger(__name__)


Visit = Callable[[str], "Awaitable[Fetched | str | None] | Fetched | str | None"]
"""A caller's own way to a page: takes an address; gives a `Fetched`, the page's HTML, or None to have it fetched as usual."""


class Settings(TypedDict, total=False):
    """The settings of a run; `sites_async` says what each means."""

    limits: Limits | None
    guard: Guard | None
    robots: Literal["follow", "ignore"]
    seed: int
    observed_at: datetime | None
    journal: str | PathLike[str] | None
    earlier: str | PathLike[str] | None
    client: httpx.AsyncClient | None
    visit: Visit | None
    browser: bool
    user_agent: str
    keep_text: bool
    progress: bool | Callable[[Progress], None] | None
    fast: bool


@dataclass
class _Past:
    """What an earlier run of the same journal left."""

    ended: dict[str, dict[str, Any]] = field(default_factory=dict)
    began: dict[str, str] = field(default_factory=dict)
    visits: dict[str, dict[tuple[str, str], dict[str, Any]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> _Past:
        past = cls()
        for record in read_visits(path):
            kind, key = record.get("t"), str(record.get("site", ""))
            if kind == "begin":
                past.began.setdefault(key, str(record["at"]))
            elif kind == "visit":
                past.visits.setdefault(key, {})[record["for"], record["url"]] = record
            elif kind == "end":
                past.ended[key] = record["snapshot"]
                past.visits.pop(key, None)
        return past


class _Earlier(Mapping[str, Fetched]):
    """What an earlier run brought, by address; bodies stay packed until the server says that nothing has changed."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._records = {
            str(record["url"]): record
            for record in read_visits(path)
            if record.get("t") == "visit" and ("etag" in record or "modified" in record) and "failure" not in record
        }

    def __getitem__(self, url: str) -> Fetched:
        return Fetched.from_record(self._records[url])

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)


@dataclass
class _Run:
    """The settings of a run, and what its sites share."""

    fetcher: Fetcher
    limits: Limits
    robots: Literal["follow", "ignore"]
    seed: int
    keep_text: bool
    observed_at: datetime | None
    progress: Callable[[Progress], None] | None
    journal: Journal | None
    past: _Past
    visit: Visit | None = None
    browser: Browser | None = None

    async def look(self, site: Site, key: str) -> SiteSnapshot:
        """Return the snapshot of one site; never raises for what the site does."""
        ended = self.past.ended.get(key)
        if ended is not None:
            return SiteSnapshot.model_validate(ended)
        began = self.past.began.get(key)
        observed_at = datetime.fromisoformat(began) if began else self.observed_at or datetime.now(SHANGHAI)
        if self.journal is not None and began is None:
            self.journal.append({"t": "begin", "site": key, "at": observed_at.isoformat()})
        known = self.past.visits.get(key, {})
        budget = Budget(self.limits)

        async def source(url: str) -> Fetched | None:
            return None if budget.is_spent() else await self.fetcher.fetch(url, "file", budget)

        async def fetch(url: str, purpose: Purpose) -> Fetched:
            record = known.get((purpose, url))
            if record is not None:
                return Fetched.from_record(record)
            fetched = None if self.visit is None or purpose == "post" else await _visited(self.visit, url)
            if fetched is None:
                fetched = await self.fetcher.fetch(url, purpose, budget)
                if self.browser is not None and purpose == "page" and needs_rendering(fetched):
                    fetched = await self.browser.render(fetched, source)
            if self.journal is not None:
                self.journal.append({"t": "visit", "site": key, "for": purpose, **fetched.to_record()})
            return fetched

        look = SiteCrawler(
            site=site,
            fetch=fetch,
            limits=self.limits,
            budget=budget,
            observed_at=observed_at,
            robots=self.robots,
            seed=self.seed,
            keep_text=self.keep_text,
            progress=self.progress,
            slow_down=self.fetcher.slow_down,
        )
        try:
            snapshot = await look.run()
        except CollectError:
            raise  # the journal or an extra: the run itself cannot go on
        except Exception:
            _log.exception("the look at %s failed", site.id)
            snapshot = SiteSnapshot(site=site, observed_at=observed_at, collection=Collection(failure="internal"))
        if self.journal is not None:
            self.journal.append({"t": "end", "site": key, "snapshot": snapshot.model_dump(mode="json", exclude_unset=False)})
        for host in {host_of(site.url or ""), *site.domains}:
            await self.fetcher.release(host)
        return snapshot


async def _visited(visit: Visit, url: str) -> Fetched | None:
    """Return what the caller's own way gave for an address; None when it gave nothing."""
    at, began = time.time(), time.monotonic()
    answer = visit(url)
    if inspect.isawaitable(answer):
        answer = await answer
    if not isinstance(answer, str):
        return answer
    return page_outcome(answer, url, at=at, seconds=time.monotonic() - began)


def _as_site(subject: Site | str) -> Site:
    if isinstance(subject, Site):
        return subject
    url = subject.strip()
    try:
        return Site(name=host_of(url if "://" in url else f"http://{url}") or url, url=url)
    except ValidationError as fault:
        raise CollectError(
            f"{subject!r} is no address of a site",
            hint="write http://www.example.gov.cn/",
            zh=f"{subject!r} 不是网站地址",
            hint_zh="写作 http://www.example.gov.cn/",
        ) from fault


async def sites_async(
    subjects: Iterable[Site | str] | Registry,
    *,
    limits: Limits | None = None,
    guard: Guard | None = None,
    robots: Literal["follow", "ignore"] = "follow",
    seed: int = 0,
    observed_at: datetime | None = None,
    journal: str | PathLike[str] | None = None,
    earlier: str | PathLike[str] | None = None,
    client: httpx.AsyncClient | None = None,
    visit: Visit | None = None,
    browser: bool = False,
    user_agent: str = USER_AGENT,
    keep_text: bool = True,
    progress: bool | Callable[[Progress], None] | None = None,
    fast: bool = False,  # noqa: ARG001 - scripts written for earlier versions pass it
) -> AsyncGenerator[SiteSnapshot, None]:
    """Look at many sites and return each snapshot as it is ready, in no fixed order; one for every subject.

    Args:
        subjects: Sites, addresses, or a registry, whose sites are looked at.
        limits: Bounds; see `Limits`.
        guard: Which addresses may be visited; None allows the public internet alone.
        robots: Whether robots.txt is followed; the choice is recorded in each snapshot.
        seed: Seed of the samples of content pages.
        observed_at: The monitoring point, aware; None takes the time at which each site is begun.
        journal: File that records each visit as it happens. A run that was ended, however, goes on from it.
        earlier: Journal of an earlier run; pages it holds are asked for conditionally (ETag, Last-Modified).
        client: An httpx client to use for every request.
        visit: The caller's own way to pages, such as a browser that renders them; see `Visit`. What it gives is read and kept in
            the journal like every other page, and the guard does not look at its addresses.
        browser: Whether pages whose facts a script writes are rendered by an installed Chromium (extra `browser`); the guard holds
            for each of its requests, and the snapshot's remarks say what was rendered.
        user_agent: How the collector names itself.
        keep_text: Whether the text of pages is kept.
        progress: Called as a look goes on; True shows a bar of sites.
        fast: Has no effect any more: there is one transport.

    Raises:
        CollectError: The journal cannot be opened or written.
        MissingExtra: A site has robots.txt rules and the extra `crawl` is not installed, or a bar is asked for and its extra
            is not.
        ValueError: `observed_at` is naive.
    """
    if observed_at is not None and observed_at.tzinfo is None:
        raise ArgumentError("observed_at must be aware", zh="observed_at 应带时区")
    limits = limits or Limits()
    sites = [_as_site(subject) for subject in (subjects.sites if isinstance(subjects, Registry) else subjects)]
    keys = _keys(sites)
    past = _Past.read(journal) if journal is not None else _Past()
    async with AsyncExitStack() as stack:
        opened = stack.enter_context(Journal(journal)) if journal is not None else None
        fetcher = Fetcher(
            limits,
            guard or Guard(),
            client=client,
            user_agent=user_agent,
            earlier=_Earlier(earlier) if earlier is not None else None,
        )
        stack.push_async_callback(fetcher.close)
        meter = stack.enter_context(Meter(progress is True, len(sites), title="采集"))
        steps = progress if callable(progress) else None
        chromium = await stack.enter_async_context(Browser()) if browser else None
        run = _Run(fetcher, limits, robots, seed, keep_text, observed_at, steps, opened, past, visit, chromium)
        waiting = iter(zip(sites, keys, strict=True))
        tasks: set[asyncio.Task[SiteSnapshot]] = set()
        try:
            while True:
                while len(tasks) < limits.sites_at_once and (step := next(waiting, None)) is not None:
                    tasks.add(asyncio.create_task(run.look(*step)))
                if not tasks:
                    return
                done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    snapshot = task.result()
                    meter.add(1)
                    yield snapshot
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _keys(subjects: Iterable[Site]) -> list[str]:
    """Return one key for each subject, also where a registry lists an id twice."""
    counts: dict[str, int] = {}
    keys = []
    for site in subjects:
        count = counts[site.id] = counts.get(site.id, 0) + 1
        keys.append(site.id if count == 1 else f"{site.id}#{count}")
    return keys


async def site_async(subject: Site | str, **settings: Unpack[Settings]) -> SiteSnapshot:
    """Look at one site; settings as for `sites_async`. A site that cannot be opened gives a snapshot that says so."""
    async with aclosing(sites_async([subject], **settings)) as snapshots:
        async for snapshot in snapshots:
            return snapshot
    raise CollectError("the run ended without a result", zh="采集结束而没有结果")


def site(subject: Site | str, **settings: Unpack[Settings]) -> SiteSnapshot:
    """Look at one site and wait for the snapshot; works in a notebook too. Settings as for `sites_async`."""
    return next(iter(sites([subject], **settings)))


def sites(subjects: Iterable[Site | str] | Registry, **settings: Unpack[Settings]) -> Iterator[SiteSnapshot]:
    """Look at many sites and return each snapshot as it is ready. Settings and errors as for `sites_async`.

    The event loop runs in a thread of its own, so that it also works where one is running already; leaving the iterator
    early ends the run.
    """
    ready: queue.Queue[SiteSnapshot | BaseException | None] = queue.Queue(maxsize=16)
    stop = threading.Event()

    async def pump() -> None:
        async with aclosing(sites_async(subjects, **settings)) as snapshots:
            async for snapshot in snapshots:
                while not stop.is_set():
                    try:
                        ready.put_nowait(snapshot)
                        break
                    except queue.Full:
                        await asyncio.sleep(0.01)
                if stop.is_set():
                    return

    def work() -> None:
        try:
            asyncio.run(pump())
        except BaseException as fault:
            ready.put(fault)
        else:
            ready.put(None)

    thread = threading.Thread(target=work, name="govmedia-rules-collect", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while thread.is_alive():
            try:
                ready.get(timeout=0.05)
            except queue.Empty:
                thread.join(0.05)
