"""Kill what the library runs at random moments, let it go on, and compare the end with a run that nobody killed.

    python -m tests.kills --kills 25 --seed 1 --only judging,campaign

Kinds: judging to Parquet by two workers, a campaign that is recorded, collecting (also by a browser, which must be installed) and probing
(sites on 127.0.0.1), scanning by two workers. The signal is
SIGKILL, SIGTERM or SIGINT; two seconds later no process of the run may be left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.core.files import write_file

ROOT = Path(__file__).resolve().parents[1]
MARK = "GOVMEDIA_KILLS"
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
SITES, MEMBERS, ROUNDS = 8, 3_000, 12


# --- What is killed: each goes on in the folder it is given, and ends with 0 when it is done ---------------------------------


def judge(folder: Path, _port: int) -> None:
    """Judge accounts to Parquet by two workers."""
    import govmedia_rules as gr

    gr.inspect_to_parquet(
        folder.parent / "accounts.jsonl", gr.load_rulebook("national-2019"), out=folder, workers=2, piece_bytes=40_000
    )


def record(folder: Path, _port: int) -> None:
    """Record members of a campaign, one event each."""
    import govmedia_rules as gr
    from govmedia_rules.campaign import Campaign, CampaignConfig
    from govmedia_rules.notices.figures import Period

    saved = (folder / "journal.jsonl").exists()
    campaign = Campaign.load(folder) if saved else Campaign(CampaignConfig(title="检查", period=Period.parse("2024年第三季度")))
    with campaign.recording(folder):
        for number in range(len(campaign.members), MEMBERS):
            campaign.add_members([gr.Site(name=f"网站{number}" + "名" * (number % 700))])


def collect(folder: Path, port: int) -> None:
    """Collect the made sites."""
    from tests.collect import runner

    folder.mkdir(exist_ok=True)
    sys.argv[1:] = [str(port), str(folder / "journal"), str(folder / "out.jsonl"), *_hosts()]
    runner.main()


def render(folder: Path, port: int) -> None:
    """Collect a site whose lists a script fills, by a browser."""
    import govmedia_rules as gr
    from govmedia_rules import collect as collecting
    from tests.collect.madesites import NOW
    from tests.collect.test_collect_doubt import HOST

    folder.mkdir(exist_ok=True)
    guard = collecting.Guard(test_hosts={HOST: "127.0.0.1"})
    site = gr.Site(name="示例区人民政府", url=f"http://{HOST}:{port}/")
    limits = collecting.Limits(retries=0, connections_per_host=2)
    snapshot = collecting.site(site, journal=folder / "journal", guard=guard, limits=limits, observed_at=NOW, browser=True)
    write_file(folder / "out.jsonl", snapshot.model_dump_json() + "\n")


def probe(folder: Path, port: int) -> None:
    """Make rounds of probes; those of a slot that is done are not made again."""
    import govmedia_rules as gr
    from govmedia_rules import collect as collecting
    from govmedia_rules.collect.probes import probe_round

    folder.mkdir(exist_ok=True)
    guard = collecting.Guard(test_hosts=dict.fromkeys(_hosts(), "127.0.0.1"))
    sites = [gr.Site(id=host, name=host, url=f"http://{host}:{port}/") for host in _hosts()]
    for number in range(ROUNDS):
        at = datetime(2024, 8, 20, 8, tzinfo=gr.SHANGHAI) + timedelta(hours=number)
        probe_round(sites, folder / "journal", at=at, guard=guard)


def scan(folder: Path, _port: int) -> None:
    """Scan texts by two workers; nothing goes on here, only the processes are of interest."""
    import govmedia_rules as gr

    texts = ["学习贯彻十八届3中全会精神，连云岗市召开会议。" * 200] * 300
    found = sum(len(matches) for matches in gr.Scanner(gr.load_lexicon("starter")).scan_many(texts, workers=2))
    folder.mkdir(exist_ok=True)
    (folder / "found").write_text(str(found), "utf-8")


# --- What must be equal in the end -------------------------------------------------------------------------------------------


def judged(folder: Path) -> object:
    """Return all rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pa.concat_tables([pq.ParquetFile(path).read() for path in sorted(folder.glob("part-*.parquet"))]).to_pylist()


def recorded(folder: Path) -> object:
    """Return the names of the members, in order."""
    from govmedia_rules.campaign import Campaign

    return [unit.name for unit in Campaign.load(folder).members.values()]


def collected(folder: Path) -> object:
    """Return the snapshots without what the clock decides."""
    snapshots = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    for snapshot in snapshots:
        for field in ("started_at", "ended_at"):
            snapshot["collection"].pop(field)
        for page in snapshot["pages"]:
            page.pop("seconds")
    return snapshots


def probed(folder: Path) -> object:
    """Return for each site the outcomes of its probes."""
    from govmedia_rules.collect.probes import read_probes

    return {site: [(each.status, each.failure) for each in probes] for site, probes in read_probes(folder / "journal").items()}


def scanned(folder: Path) -> object:
    """Return the number of candidates."""
    return (folder / "found").read_text("utf-8")


class Kind(NamedTuple):
    """What is killed, and what of its folder must be equal in the end."""

    run: Callable[[Path, int], None]
    result: Callable[[Path], object]


KINDS = {
    "judging": Kind(judge, judged),
    "campaign": Kind(record, recorded),
    "collecting": Kind(collect, collected),
    "rendering": Kind(render, collected),
    "probing": Kind(probe, probed),
    "scanning": Kind(scan, scanned),
}


def _hosts() -> list[str]:
    from tests.collect.madesites import make_site

    return [make_site(number).host for number in range(SITES)]


# --- Killing -----------------------------------------------------------------------------------------------------------------


def _start(kind: str, folder: Path, port: int, mark: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.kills", "--child", kind, str(folder), str(port)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), MARK: mark}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _left(mark: str) -> list[int]:
    """Return the processes of a run that are alive."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            environment = (place / "environ").read_bytes()
            state = (place / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if f"{MARK}={mark}".encode() in environment.split(b"\0") and state != "Z":
            found.append(int(place.name))
    return found


class Outcome(NamedTuple):
    """What came of one kind."""

    kills: int
    ends: int
    unequal: int
    failed: tuple[str, ...]
    left: int


def kill_at_random(kind: str, kills: int, rng: random.Random, folder: Path, port: int) -> Outcome:
    """Kill a kind until it was killed so often; whenever it comes to its end, compare and begin anew."""
    whole = folder / "whole"
    began = time.monotonic()
    process = _start(kind, whole, port, "whole")
    _, said = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{kind} fails by itself: {said.decode()[-500:]}")
    seconds = time.monotonic() - began
    expected = KINDS[kind].result(whole)
    done = ends = unequal = left = 0
    failed: list[str] = []
    is_begun = False
    while done < kills or is_begun:
        place = folder / f"run-{ends + len(failed)}"
        is_begun = True
        mark = f"{kind}-{os.getpid()}-{done}-{ends}"
        process = _start(kind, place, port, mark)
        try:
            _, said = process.communicate(timeout=rng.uniform(0.2, seconds) if done < kills else None)
        except subprocess.TimeoutExpired:
            process.send_signal(rng.choice(SIGNALS))
            done += 1
            process.communicate()
            deadline = time.monotonic() + 2
            while _left(mark) and time.monotonic() < deadline:
                time.sleep(0.05)
            left += len(_left(mark))
            continue
        is_begun = False
        if process.returncode:
            failed.append(said.decode()[-400:])
        else:
            ends += 1
            unequal += KINDS[kind].result(place) != expected
    return Outcome(done, ends, unequal, tuple(failed), left)


def main() -> int:
    """Run the command; 1 where a run ended otherwise than one that nobody killed."""
    if sys.argv[1:2] == ["--child"]:
        KINDS[sys.argv[2]].run(Path(sys.argv[3]), int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description="Kill runs at random moments and compare their ends.")
    parser.add_argument("--kills", type=int, default=25, help="kills of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(KINDS), help="kinds, by commas")
    given = parser.parse_args()
    from tests.benchmarks import made
    from tests.collect.madesites import make_site
    from tests.collect.test_collect_journal import _Thread

    pages = {site.host: site.pages for site in map(make_site, range(SITES))}
    if "rendering" in given.only:
        from tests.collect.test_collect_browser import filled
        from tests.collect.test_collect_doubt import HOST

        pages[HOST] = filled(300)
    server = _Thread(pages)
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        for kind in given.only.split(","):
            folder = Path(name, kind)
            folder.mkdir()
            (folder / "accounts.jsonl").write_bytes(b"".join(made.accounts(1_500)))
            began = time.monotonic()
            outcome = kill_at_random(kind, given.kills, random.Random(f"{given.seed}/{kind}"), folder, server.server.port)
            print(
                f"{kind}: {outcome.kills} kills, {outcome.ends} ends, {outcome.unequal} unequal, {len(outcome.failed)} failed, "
                f"{outcome.left} processes left, {time.monotonic() - began:.0f} s",
                *outcome.failed,
                sep="\n",
                flush=True,
            )
            wrong += outcome.unequal + len(outcome.failed) + outcome.left
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
