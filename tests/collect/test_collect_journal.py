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
import zlib
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from govmedia_rules import collect
from govmedia_rules.collect.evidence import kept_pages
from govmedia_rules.collect.journal import Journal, read_visits, rewrite
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.probes import read_probes
from govmedia_rules.core.journal import START, Tail, head_bytes, parse_record, to_line
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


def head_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.head")


def earlier_line(record: object) -> bytes:
    """A line as releases wrote it that did not chain them."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def written(path: Path, count: int) -> list[bytes]:
    with Journal(path) as journal:
        for n in range(count):
            journal.append({"n": n, "text": "记录" * n})
    return path.read_bytes().splitlines(keepends=True)


def test_a_journal_torn_at_any_byte_keeps_its_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    lines = written(path, 6)
    whole, last = b"".join(lines), head_of(path).read_bytes()
    ends = [sum(map(len, lines[: n + 1])) for n in range(6)]
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        head_of(path).write_bytes(head_bytes(START))  # a head that is behind is of a kill
        kept = sum(end <= size for end in ends)
        with Journal(path) as journal:
            journal.append({"n": "after"})
        assert [record["n"] for record in read_visits(path)] == [*range(kept), "after"], size
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        head_of(path).write_bytes(last)
        with pytest.raises(CollectError, match="the end was cut off"):
            list(read_visits(path))


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    written(path, 3)
    for file in (path, head_of(path)):
        data = file.read_bytes()
        for at in range(len(data)):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(CollectError):
                list(read_visits(path))
        file.write_bytes(data)
    assert len(list(read_visits(path))) == 3


@pytest.mark.parametrize("change", ["deleted", "doubled", "swapped", "rewritten"])
@pytest.mark.parametrize("has_head", [True, False])
def test_lines_deleted_doubled_or_swapped_are_found_where_they_stand(tmp_path: Path, change: str, has_head: bool) -> None:
    path = tmp_path / "a.journal"
    lines = written(path, 5)
    for at in range(4):
        altered = list(lines)
        match change:
            case "deleted":
                del altered[at]
            case "doubled":
                altered.insert(at, altered[at])
            case "swapped":
                altered[at : at + 2] = reversed(altered[at : at + 2])
            case _:  # by one who knows the checksum
                record = parse_record(altered[at], at + 1)
                assert record is not None
                altered[at] = to_line(record.kind, {"n": 99}, Tail(at, record.prev or ""))
        path.write_bytes(b"".join(altered))
        if not has_head:
            head_of(path).unlink(missing_ok=True)
        with pytest.raises(CollectError) as caught:
            list(read_visits(path))
        assert caught.value.where is not None
        assert caught.value.where.row == at + (2 if change in ("doubled", "rewritten") else 1)
        with pytest.raises(CollectError):
            collect.site("http://127.0.0.1:1/", journal=path)
        assert path.read_bytes() == b"".join(altered)  # nothing was cut off or added


def test_a_journal_without_its_head_is_refused_and_a_new_one_needs_none(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    written(path, 2)
    head = head_of(path).read_bytes()
    head_of(path).unlink()
    with pytest.raises(CollectError, match="head of the journal is gone"):
        list(read_visits(path))
    head_of(path).write_bytes(head)
    path.unlink()  # to look again
    assert list(read_visits(path)) == []
    assert [record["n"] for record in (written(path, 1), *read_visits(path))[1:]] == [0]


def test_a_journal_of_an_earlier_release_is_read_and_chained_from_there_on(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    lines = [earlier_line({"n": n}) for n in range(3)]
    path.write_bytes(b"".join(lines) + earlier_line({"n": 3})[:-5])
    assert [record["n"] for record in read_visits(path)] == [0, 1, 2]
    with Journal(path) as journal:
        journal.append({"n": 4})
    whole = path.read_bytes()
    assert [record["n"] for record in read_visits(path)] == [0, 1, 2, 4]
    path.write_bytes(whole.replace(lines[1], b""))
    with pytest.raises(CollectError, match="deleted, doubled or moved|altered"):
        list(read_visits(path))
    path.write_bytes(whole.replace(b'{"n":1}', b'{"n":7}'))
    with pytest.raises(CollectError, match="row 2: the line was altered"):
        list(read_visits(path))


@pytest.mark.parametrize(
    "data", [b"noise\n", b'{"t":"visit"}\n', b"\0" * 100 + b"\n", earlier_line(["n"]), to_line("format", {"format": 2}, START)]
)
def test_what_is_no_journal_is_refused_and_stays(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(data)
    with pytest.raises(CollectError):
        list(read_visits(path))
    with pytest.raises(CollectError):
        collect.site("http://127.0.0.1:1/", journal=path)
    assert path.read_bytes() == data


def test_the_journal_of_the_first_version_is_still_read() -> None:
    """A journal as 0.1.0 wrote it before its lines were chained; it is never regenerated."""
    path = Path(__file__).with_name("journal-0.1.jsonl")
    assert [record["t"] for record in read_visits(path)] == ["begin", "visit", "visit", "round", "probe", "round_end"]
    page = kept_pages(path, ["http://www.example.gov.cn/"])["http://www.example.gov.cn/"]
    assert (page.fetched.status, page.fetched.body.decode()) == (200, "<html><title>示例县人民政府</title></html>")
    assert [probe.status for probe in read_probes(path)["示例"]] == [200]


@pytest.mark.parametrize("exchanged", [0, 1, 2])
def test_a_journal_is_whole_wherever_its_rewriting_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanged: int) -> None:
    path = tmp_path / "a.journal"
    written(path, 3)
    real, done = os.replace, []

    def replace(source: Path, target: Path) -> None:
        if Path(source).name.startswith("a.journal.kept"):
            if len(done) == exchanged:
                raise KeyboardInterrupt
            done.append(target)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt) if exchanged < 2 else nullcontext():
        rewrite(path, lambda record: record | {"text": ""})
    monkeypatch.undo()
    records = list(read_visits(path))
    assert [record["n"] for record in records] == [0, 1, 2]
    assert [record["text"] == "" for record in records] == [n == 0 or exchanged > 0 for n in range(3)]
    assert {file.name for file in tmp_path.iterdir()} == {"a.journal", "a.journal.head"}
    with Journal(path) as journal:
        journal.append({"n": 3})
    assert [record["n"] for record in read_visits(path)] == [0, 1, 2, 3]


def test_two_runs_cannot_share_a_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "a"), pytest.raises(CollectError, match="another run"):
        Journal(tmp_path / "a")
    Journal(tmp_path / "a").close()
    with pytest.raises(CollectError, match="cannot be written"):
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
