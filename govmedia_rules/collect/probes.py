"""Availability probes: rounds of one visit to each home page, kept in a journal, and a week of them as part of a snapshot.

A round belongs to a slot of time. A round of a slot that was finished already is not repeated; one that was interrupted
goes on with the sites it lacks as long as its slot lasts, and counts for what it has when it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from os import PathLike
from typing import Any, Literal, TypedDict, Unpack

from pydantic import ValidationError

from govmedia_rules.collect.fetch import USER_AGENT, Fetched, Fetcher
from govmedia_rules.collect.guard import Guard
from govmedia_rules.collect.journal import Journal, read_journal
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.navigation import Base, host_of
from govmedia_rules.core.progress import Meter
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Probe
from govmedia_rules.subjects.models import Site
from govmedia_rules.subjects.registry import Registry


@dataclass(frozen=True, slots=True)
class RoundReport:
    """What a call for a round did.

    Attributes:
        slot: Beginning of the slot of time, aware.
        state: `done` (a whole round), `continued` (an interrupted one was finished), `repeated` (it was finished before and
            nothing was visited).
        probed: Sites visited by this call.
        failed: Those of them that did not open.
        total: Sites of the round.
        interrupted: Earlier slots whose round was never finished.
    """

    slot: datetime
    state: Literal["done", "continued", "repeated"]
    probed: int
    failed: int
    total: int
    interrupted: tuple[datetime, ...] = ()


@dataclass
class _Rounds:
    probes: dict[str, set[str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> _Rounds:
        rounds = cls()
        for record in read_journal(path):
            kind, slot = record.get("t"), str(record.get("slot", ""))
            if kind == "probe":
                rounds.probes.setdefault(slot, set()).add(str(record.get("site", "")))
            elif kind == "round":
                rounds.begun.add(slot)
            elif kind == "round_end":
                rounds.ended.add(slot)
        return rounds


def slot_of(at: datetime, minutes: int) -> datetime:
    """Return beginning of the slot of `minutes` that `at` lies in, counted from midnight in Chinese time."""
    local = at.astimezone(SHANGHAI)
    past = (local.hour * 60 + local.minute) // minutes * minutes
    return local.replace(hour=past // 60, minute=past % 60, second=0, microsecond=0)


async def probe_round_async(
    subjects: Iterable[Site] | Registry,
    journal: str | PathLike[str],
    *,
    at: datetime,
    slot_minutes: int = 30,
    limits: Limits | None = None,
    guard: Guard | None = None,
    user_agent: str = USER_AGENT,
    progress: bool | Callable[[int, int], None] | None = None,
) -> RoundReport:
    """Fetch each site's home page once and append the outcomes to the journal.

    Args:
        subjects: Sites, or a registry; closed sites are left out.
        journal: The journal of the rounds.
        at: Time of the round, aware; it decides the slot, the clock of the machine times each visit.
        slot_minutes: Length of a slot. Unit: minutes; 1 to 1,440. Rounds of one slot are the same round.
        limits: Bounds; `total_seconds` should be above the 15 seconds of the national rule.
        guard: Which addresses may be visited.
        user_agent: How the collector names itself.
        progress: Called with sites done and sites in all; True shows a bar.

    Raises:
        CollectError: The journal is open elsewhere or cannot be written.
        ValueError: `at` is naive, or `slot_minutes` is out of range.
    """
    if at.tzinfo is None:
        raise ValueError("at must be aware")
    if not 1 <= slot_minutes <= 1_440:
        raise ValueError(f"slot_minutes is {slot_minutes}, it must be 1 to 1,440")
    limits = limits or Limits(sites_at_once=200, retries=0)
    every = subjects.sites if isinstance(subjects, Registry) else tuple(subjects)
    sites = list({site.id: site for site in every if site.status != "closed"}.values())
    slot = slot_of(at, slot_minutes)
    key = slot.isoformat()
    rounds = _Rounds.read(journal)
    interrupted = tuple(datetime.fromisoformat(other) for other in sorted(rounds.begun - rounds.ended) if other != key)
    if key in rounds.ended:
        return RoundReport(slot, "repeated", 0, 0, len(sites), interrupted)
    done = rounds.probes.get(key, set())
    left = [site for site in sites if site.id not in done]
    failed = 0
    fetcher = Fetcher(limits, guard or Guard(), user_agent=user_agent)
    with Journal(journal) as lines, Meter(progress is True, len(sites), title="探测") as meter:
        if key not in rounds.begun:
            lines.append({"t": "round", "slot": key, "sites": len(sites)})
        try:
            queue = iter(left)
            count = len(done)
            meter.add(count)

            async def work() -> None:
                nonlocal failed, count
                for site in queue:
                    fetched = await _probe(fetcher, site)
                    failed += fetched.failure is not None
                    record: dict[str, Any] = {"t": "probe", "slot": key, "site": site.id, "at": fetched.started.isoformat()}
                    record |= {"seconds": round(fetched.seconds, 3), "status": fetched.status, "failure": fetched.failure}
                    lines.append(record)
                    await fetcher.release(host_of(site.url or ""))
                    count += 1
                    meter.add(1)
                    if callable(progress):
                        progress(count, len(sites))

            await asyncio.gather(*(work() for _ in range(min(limits.sites_at_once, len(left)))))
        finally:
            await fetcher.close()
        lines.append({"t": "round_end", "slot": key})
    return RoundReport(slot, "continued" if done else "done", len(left), failed, len(sites), interrupted)


async def _probe(fetcher: Fetcher, site: Site) -> Fetched:
    text = (site.url or "").strip() or next(iter(site.domains), "")
    url = Base("http://x/").resolve(text if "://" in text else f"http://{text}") if text else None
    if url is None:
        return await fetcher.fetch("http:///", "page")
    return await fetcher.fetch(url, "page")


class RoundSettings(TypedDict, total=False):
    """The settings of a round; `probe_round_async` says what each means."""

    slot_minutes: int
    limits: Limits | None
    guard: Guard | None
    user_agent: str
    progress: bool | Callable[[int, int], None] | None


def probe_round(
    subjects: Iterable[Site] | Registry, journal: str | PathLike[str], *, at: datetime, **settings: Unpack[RoundSettings]
) -> RoundReport:
    """Make one round and wait for it; see `probe_round_async`."""
    return asyncio.run(probe_round_async(subjects, journal, at=at, **settings))


def read_probes(
    journal: str | PathLike[str], *, since: datetime | None = None, until: datetime | None = None
) -> Mapping[str, tuple[Probe, ...]]:
    """Return the probes of a journal by site id, in order of time; a site probed twice in one slot counts once.

    Args:
        journal: The journal of the rounds.
        since: First instant that counts; None for all.
        until: Last instant that counts; None for all.
    """
    by_site: dict[str, dict[str, Probe]] = {}
    for record in read_journal(journal):
        if record.get("t") != "probe":
            continue
        try:
            at = datetime.fromisoformat(record["at"])
            if (since is not None and at < since) or (until is not None and at > until):
                continue
            probe = Probe(at=at, seconds=record["seconds"], status=record["status"], failure=record["failure"])
        except (KeyError, TypeError, ValueError, ValidationError):
            continue  # a record of another version
        by_site.setdefault(str(record["site"]), {}).setdefault(str(record["slot"]), probe)
    return {site: tuple(sorted(slots.values(), key=lambda probe: probe.at)) for site, slots in by_site.items()}


def with_probes(snapshot: SiteSnapshot, probes: Mapping[str, tuple[Probe, ...]], *, days: int = 7) -> SiteSnapshot:
    """Return the snapshot with the probes of the days before its monitoring point; unchanged when there are none for its site."""
    start = snapshot.observed_at - timedelta(days=days)
    week = tuple(probe for probe in probes.get(snapshot.site.id, ()) if start <= probe.at <= snapshot.observed_at)
    if not week:
        return snapshot
    # Fields only: a snapshot that was judged also remembers what its checks looked up.
    parts = {name: getattr(snapshot, name) for name in type(snapshot).model_fields}
    return SiteSnapshot.model_validate(parts | {"probes": week, "probe_days": None})
