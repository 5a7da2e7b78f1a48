"""Made sites collected and judged end to end: every verdict and its reasons must equal the truth, random faults included.

python -m tests.benchmarks.collect_judged                   20 runs over 200 sites with random faults
python -m tests.benchmarks.collect_judged --sites 40 --runs 3
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from asyncio import StreamWriter
from datetime import timedelta
from pathlib import Path

from govmedia_rules import collect, load_rulebook
from govmedia_rules.collect.journal import Journal
from govmedia_rules.collect.probes import read_probes, with_probes
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW, LoopbackServer, MadeSite, make_site

CORE = "site.veto.columns.core"
BLANK = "site.veto.columns.blank"
HOME = "site.veto.home_stale"
CHANNEL = "site.veto.interaction.no_channel"
UNANSWERED = "site.veto.interaction.unanswered"
UNREACHABLE = "site.veto.unreachable"


def is_unreachable(number: int) -> bool:
    """Whether the probes of a made site fail too often."""
    return number % 17 == 3


def expected(number: int, site: MadeSite) -> tuple[str, frozenset[str]]:
    """The verdict and the vetoes that the truth about a made site asks for."""
    truth = site.truth
    vetoes = {
        CORE: truth.stale_news + truth.stale_slow >= 5,
        BLANK: truth.blank >= 5,
        HOME: truth.home_stale,
        CHANNEL: not truth.channel,
        UNREACHABLE: is_unreachable(number),
    }
    failed = frozenset(name for name, holds in vetoes.items() if holds)
    if failed:
        return "unqualified", failed
    # Whether an unanswered message is a valid one is for a person to say; until then nothing may be judged.
    return ("undetermined" if truth.unanswered else "qualified"), failed


def write_probes(path: Path, numbers: range) -> None:
    """A week of rounds, 24 a day, in which the unreachable sites fail every tenth time and the others every hundredth."""
    with Journal(path) as journal:
        for hour in range(7 * 24):
            at = NOW - timedelta(days=7) + timedelta(hours=hour, minutes=30)
            for number in numbers:
                fails = (hour + number) % (10 if is_unreachable(number) else 100) == 0
                journal.append(
                    {
                        "t": "probe",
                        "slot": at.isoformat(),
                        "site": make_host(number),
                        "at": at.isoformat(),
                        "seconds": 30.0 if fails else 0.4,
                        "status": None if fails else 200,
                        "failure": "timeout_first_byte" if fails else None,
                    }
                )


def make_host(number: int) -> str:
    """Host of a made site."""
    return f"s{number:03d}.example.gov.cn"


async def judged(made: dict[int, MadeSite], seed: int, fault_share: float, journal: Path) -> dict[int, Inspection]:
    """Collects the sites from a server with random faults and judges them by the national rulebook."""
    rnd = random.Random(seed)

    async def answer(host: str, path: str, writer: StreamWriter) -> bool:
        draw = rnd.random()
        if draw < fault_share:
            writer.transport.abort()
            return True
        if draw < 1.5 * fault_share:
            await asyncio.sleep(0.05)
        return False

    book = load_rulebook("national-2019")
    probes = read_probes(journal)
    found: dict[int, Inspection] = {}
    async with LoopbackServer({site.host: site.pages for site in made.values()}, answer) as server:
        hosts = [*(site.host for site in made.values()), "zfwzgl.example", "beian.example"]
        subjects = [
            Site(id=site.host, name=site.name, url=f"http://{site.host}:{server.port}/", level="county_department")
            for site in made.values()
        ]
        limits = collect.Limits(retries=8, backoff_seconds=0.005, sites_at_once=20)
        guard = collect.Guard(test_hosts=dict.fromkeys(hosts, "127.0.0.1"))
        async for snapshot in collect.sites_async(subjects, limits=limits, guard=guard, observed_at=NOW):
            found[int(snapshot.site.id[1:4])] = book.inspect(with_probes(snapshot, probes))
    return found


def wrong(made: dict[int, MadeSite], found: dict[int, Inspection]) -> list[str]:
    """Sites whose verdict or vetoes differ from the truth, in words."""
    told = []
    for number, site in made.items():
        seen = found.get(number)
        if seen is None:
            told.append(f"{site.host}: no result")
            continue
        verdict, vetoes = expected(number, site)
        named = frozenset(finding.indicator.id for finding in seen.problems if finding.indicator.id.startswith("site.veto."))
        if (str(seen.verdict), named) != (verdict, vetoes):
            told.append(f"{site.host}: {seen.verdict} {sorted(named)}, the truth is {verdict} {sorted(vetoes)}")
    return told


def run(sites: int, runs: int, fault_share: float = 0.03) -> list[str]:
    """All differences of several runs; the first run has no faults."""
    made = {number: make_site(number) for number in range(sites)}
    for site in made.values():
        site.pages["/images/jiucuo.png"] = b"x"
    told = []
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "probes.jsonl"
        write_probes(journal, range(sites))
        for seed in range(runs):
            began = time.monotonic()
            found = asyncio.run(judged(made, seed, fault_share if seed else 0.0, journal))
            faults = wrong(made, found)
            told.extend(f"run {seed}: {fault}" for fault in faults)
            verdicts = sorted(str(seen.verdict) for seen in found.values())
            counts = ", ".join(f"{verdicts.count(name)} {name}" for name in dict.fromkeys(verdicts))
            print(f"run {seed}: {counts}; {len(faults)} differ from the truth; {time.monotonic() - began:.1f} s", flush=True)
    return told


def main() -> int:
    """Prints a line a run; 1 when a verdict differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--runs", type=int, default=20)
    args = parser.parse_args()
    told = run(args.sites, args.runs)
    print("\n".join(told[:20]))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
