"""Availability probes: rounds of one visit to each home page, kept in a journal, and a week of them as part of a snapshot.

A round belongs to a slot of time. A round of a slot that was finished already is not repeated; one that was interrupted
goes on with the sites it lacks as long as its slot lasts, and counts for what it has when it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from os import PathLike
from typing import Any, Literal, TypedDict, Unpack

from pydantic import ValidationError

from govmedia_rules.collect.fetch import USER_AGENT, Fetcher
from govmedia_rules.collect.guard import Guard
from govmedia_rules.collect.journal import Journal, read_visits
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.navigation import Base, host_of
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.core.progress import Meter
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ArgumentError, CollectError, Where
from govmedia_rules.snapshots.failures import opens
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Probe
from govmedia_rules.subjects.models import Site
from govmedia_rules.subjects.registry import Registry


@dataclass(frozen=True, slots=True)
class RoundReport:
    """The outcome of one call for a round of probes.

    Attributes:
        slot: Beginning of the slot of time, aware.
        state: `done` (a whole round), `continued` (an interrupted one was finished), `repeated` (it was finished before and
            nothing was visited).
        probed: Sites visited by this call.
        failed: Those of them that did not open.
        total: Sites of the round.
        interrupted: Earlier slots whose round was never finished.
        ours: Why the round is our own trouble and left out: the control hosts that failed too; "" when it counts.
        suspected: Whether so many sites failed at once that every failure was tried again after a pause.
    """

    slot: datetime
    state: Literal["done", "continued", "repeated"]
    probed: int
    failed: int
    total: int
    interrupted: tuple[datetime, ...] = ()
    ours: str = ""
    suspected: bool = False


LARGE_ROUND = 20
"""Sites of a round from which most failing at once is suspected to be our own trouble; of fewer sites all may be down."""
MOST_FAILED = 0.5
"""Share of failing sites from which a large round is suspected."""


@dataclass
class _Rounds:
    probes: dict[str, set[str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> _Rounds:
        rounds = cls()
        for record in read_visits(path):
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
    control: Iterable[str] = (),
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
        control: Addresses of the caller's choice that open whenever our own line works. Where none of them opens, the round
            is ours: it is named in the report and the journal, and its failures count against nobody.

    Raises:
        CollectError: The journal is open elsewhere or cannot be written.
        ValueError: `at` is naive, or `slot_minutes` is out of range.
    """
    if at.tzinfo is None:
        raise ArgumentError("at must be aware", zh="at 应带时区")
    if not 1 <= slot_minutes <= 1_440:
        zh = f"slot_minutes 为 {slot_minutes}，应为 1 至 1440"
        raise ArgumentError(f"slot_minutes is {slot_minutes}, it must be 1 to 1,440", zh=zh)
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
    fetcher = Fetcher(limits, guard or Guard(), user_agent=user_agent)
    with Journal(journal) as lines, Meter(progress is True, len(sites), title="探测") as meter:
        if key not in rounds.begun:
            lines.append({"t": "round", "slot": key, "sites": len(sites)})
        meter.add(len(done))

        def write(site: Site, outcome: Fetched, first: str | None = None) -> None:
            record: dict[str, Any] = {"t": "probe", "slot": key, "site": site.id, "at": outcome.started.isoformat()}
            record |= {"seconds": round(outcome.seconds, 3), "status": outcome.status, "failure": outcome.failure}
            lines.append(record | {name: value for name, value in (("remark", outcome.remark), ("first", first)) if value})

        def take(site: Site, outcome: Fetched, number: int) -> None:
            if outcome.failure is None:  # a failure is written when it was tried again
                write(site, outcome)
            meter.add(1)
            if callable(progress):
                progress(len(done) + number, len(sites))

        try:
            outcomes = await _probe_all(fetcher, left, limits.sites_at_once, take)
            suspected = len(left) >= LARGE_ROUND and sum(_counts(outcome) for outcome in outcomes.values()) > MOST_FAILED * len(
                left
            )
            # Every failure is tried again once over a fresh connection; a suspected round after a pause.
            again = [site for site in left if outcomes[site.id].failure is not None]
            if suspected:
                await asyncio.sleep(min(30.0, limits.backoff_seconds * 10))
            firsts = {site.id: outcomes[site.id].failure for site in again}
            outcomes |= await _probe_all(fetcher, again, limits.sites_at_once, None)
            for site in again:
                write(site, outcomes[site.id], firsts[site.id])
            ours = await _failing_controls(fetcher, control, any(_counts(outcome) for outcome in outcomes.values()))
        finally:
            await fetcher.close()
        lines.append({"t": "round_end", "slot": key} | ({"ours": ours} if ours else {}))
    failed = sum(outcomes[site.id].failure is not None for site in left)
    return RoundReport(slot, "continued" if done else "done", len(left), failed, len(sites), interrupted, ours, suspected)


def _counts(outcome: Fetched) -> bool:
    """Return whether an outcome would count against its site."""
    return opens(outcome.failure) is False


async def _probe_all(
    fetcher: Fetcher, sites: Sequence[Site], at_once: int, done: Callable[[Site, Fetched, int], None] | None
) -> dict[str, Fetched]:
    """Probe sites side by side, each over a connection of its own."""
    outcomes: dict[str, Fetched] = {}
    queue = iter(sites)

    async def work() -> None:
        for site in queue:
            outcomes[site.id] = await _probe(fetcher, site)
            await fetcher.release(host_of(site.url or ""))
            if done is not None:
                done(site, outcomes[site.id], len(outcomes))

    await asyncio.gather(*(work() for _ in range(min(at_once, len(sites)))))
    return outcomes


async def _failing_controls(fetcher: Fetcher, control: Iterable[str], has_failures: bool) -> str:
    """Return the control addresses when none of them opens, "" otherwise; they are asked only where a site failed."""
    addresses = [text if "://" in text else f"http://{text}/" for text in control]
    if not has_failures or not addresses:
        return ""
    answers = [await fetcher.fetch(address, "link") for address in addresses]
    # Any answer at all shows that our line and resolver work.
    if any(answer.status is not None for answer in answers):
        return ""
    return ", ".join(f"{answer.url} ({answer.failure})" for answer in answers)


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
    control: Iterable[str]


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

    Raises:
        CollectError: The journal is damaged, or a probe in it cannot be read.
    """
    by_site: dict[str, dict[str, Probe]] = {}
    ours = {str(record.get("slot")) for record in read_visits(journal) if record.get("t") == "round_end" and record.get("ours")}
    for record in read_visits(journal):
        if record.get("t") != "probe" or str(record.get("slot")) in ours:
            continue
        try:
            at = datetime.fromisoformat(record["at"])
            if (since is not None and at < since) or (until is not None and at > until):
                continue
            probe = Probe(at=at, seconds=record["seconds"], status=record["status"], failure=record["failure"])
        except (KeyError, TypeError, ValueError, ValidationError):
            # Passed over, a failure that a later version names in another way would be a site that opens.
            raise CollectError(
                f"a probe of {record.get('site')} at {record.get('slot')} cannot be read",
                Where(str(journal)),
                "a newer release of govmedia-rules may have written it",
                zh=f"{record.get('site')} 在 {record.get('slot')} 的探测记录不能读",
                hint_zh="可能由更新的版本写出",
            ) from None
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
