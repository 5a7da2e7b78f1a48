"""The journal: whole lines or none, and a run that is killed at any moment goes on as if nothing had happened."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from govmedia_rules.collect.journal import Journal, read_visits
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.errors import CollectError
from tests.collect.madesites import LoopbackServer, make_site

ROOT = Path(__file__).parents[2]


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    records = [{"t": "x", "n": n, "text": "网站\n\u2028" * n} for n in range(50)]
    with Journal(path) as journal:
        for record in records:
            journal.append(record)
    assert list(read_visits(path)) == records
    with Journal(path) as journal:
        journal.append({"t": "more"})
    assert list(read_visits(path)) == [*records, {"t": "more"}]


def test_a_journal_torn_at_any_byte_keeps_its_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with Journal(path) as journal:
        for n in range(6):
            journal.append({"n": n, "text": "记录" * n})
    whole = path.read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == 10]
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        kept = sum(end <= size for end in ends)
        with Journal(path) as journal:
            journal.append({"n": "after"})
        assert [record["n"] for record in read_visits(path)] == [*range(kept), "after"], size


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with Journal(path) as journal:
        for n in range(3):
            journal.append({"n": n})
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"n":1', b'"n":7') + b"noise\n" + lines[2])
    assert [record["n"] for record in read_visits(path)] == [0, 2]
    assert list(read_visits(tmp_path / "none")) == []


def test_two_runs_cannot_share_a_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "a"), pytest.raises(CollectError, match="another run"):
        Journal(tmp_path / "a")
    Journal(tmp_path / "a").close()
    with pytest.raises(CollectError, match="cannot be opened"):
        Journal(tmp_path)


def test_a_visit_survives_its_record() -> None:
    visit = Fetched(
        url="http://a.gov.cn/", final_url="http://a.gov.cn/x", at=1724983200.123, seconds=0.25, status=200, body=b"\x00\xff",
        content_type="text/html", hops=1, etag='"x"', modified="y", cut=True, attempts=2,
    )  # fmt: skip
    assert Fetched.from_record(json.loads(json.dumps(visit.to_record()))) == visit
    failed = Fetched(url="http://a.gov.cn/", final_url="http://a.gov.cn/", at=1.0, seconds=2.0, failure="dns")
    assert Fetched.from_record(json.loads(json.dumps(failed.to_record()))) == failed


class _Thread:
    """A loopback server in a thread of its own, beside processes that are killed."""

    def __init__(self, pages: dict[str, dict[str, bytes]]) -> None:
        self.server = LoopbackServer(pages)
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.ready.wait(10)

    def _run(self) -> None:
        async def serve() -> None:
            async with self.server:
                self.ready.set()
                self.stop = asyncio.Event()
                await self.stop.wait()

        self.loop.run_until_complete(serve())
        self.loop.close()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(10)


def _start(port: int, journal: Path, out: Path, hosts: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.collect.runner", str(port), str(journal), str(out), *hosts]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def _facts(path: Path) -> list[dict[str, object]]:
    """Snapshots without what the clock decides: times of visits and loading seconds."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        snapshot = json.loads(line)
        for field in ("started_at", "ended_at"):
            snapshot["collection"].pop(field)
        for page in snapshot["pages"]:
            page.pop("seconds")
        found.append(snapshot)
    return found


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.heavy
def test_a_run_killed_at_random_moments_ends_as_one_that_was_not(tmp_path: Path) -> None:
    made = [make_site(number) for number in range(8)]
    hosts = [site.host for site in made]
    for site in made:
        site.pages["/images/jiucuo.png"] = b"x"
    server = _Thread({site.host: site.pages for site in made})
    try:
        whole = tmp_path / "whole.jsonl"
        assert _start(server.server.port, tmp_path / "whole.journal", whole, hosts).wait(120) == 0
        once = Counter(server.server.asked)
        server.server.asked.clear()
        rnd = random.Random(7)
        journal, out = tmp_path / "killed.journal", tmp_path / "killed.jsonl"
        kills = 0
        for _ in range(40):
            process = _start(server.server.port, journal, out, hosts)
            # Killed by what it has written, not by the clock: a busy machine changes nothing.
            target = _size(journal) + rnd.randint(1, _size(tmp_path / "whole.journal") // 8)
            while kills < 6 and process.poll() is None and _size(journal) < target:
                time.sleep(0.001)
            if kills < 6 and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
                continue
            assert process.wait(120) == 0
            break
        else:
            pytest.fail("the run never ended")
        assert kills >= 3
        assert _facts(out) == _facts(whole)
        visits = [record for record in read_visits(journal) if record["t"] == "visit"]
        assert len({(record["site"], record["for"], record["url"]) for record in visits}) == len(visits)
        # What was recorded is never asked for again: only requests in the air at a kill are repeated.
        repeated = sum((Counter(server.server.asked) - once).values())
        assert repeated <= kills * 3 * 8 * 2
        # A finished journal gives the same again without a visit.
        server.server.asked.clear()
        again = tmp_path / "again.jsonl"
        assert _start(server.server.port, journal, again, hosts).wait(120) == 0
        assert again.read_text("utf-8") == out.read_text("utf-8")
        assert server.server.asked == []
    finally:
        server.close()
