"""Probe rounds: what a slot is, what an interrupted or doubled round does, and a week as part of a snapshot."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from govmedia_rules import collect, load_rulebook
from govmedia_rules.collect.journal import Journal, read_visits
from govmedia_rules.collect.probes import RoundReport, probe_round, probe_round_async, read_probes, slot_of, with_probes
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CollectError
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.models import Site
from tests.collect.faults import PAGE
from tests.collect.madesites import LoopbackServer

AT = datetime(2024, 8, 27, 10, 17, tzinfo=SHANGHAI)


def test_a_slot_begins_at_a_whole_multiple_from_midnight() -> None:
    assert slot_of(AT, 30) == datetime(2024, 8, 27, 10, 0, tzinfo=SHANGHAI)
    assert slot_of(AT, 7) == datetime(2024, 8, 27, 10, 16, tzinfo=SHANGHAI)
    assert slot_of(AT, 1_440) == datetime(2024, 8, 27, 0, 0, tzinfo=SHANGHAI)


async def _round(journal: Path, at: datetime, names: list[str]) -> tuple[str, int, int, list[tuple[str, str]]]:
    async with LoopbackServer({"a.test": {"/": PAGE}, "b.test": {"/": PAGE}}) as server:
        guard = collect.Guard(test_hosts=dict.fromkeys(["a.test", "b.test", "gone.test"], "127.0.0.1"))
        subjects = [Site(id=name, name=name, url=f"http://{name}:{server.port}/") for name in names]
        report = await probe_round_async(subjects, journal, at=at, guard=guard)
        return report.state, report.probed, report.failed, server.asked


def test_a_round_is_made_once_a_slot(tmp_path: Path) -> None:
    journal = tmp_path / "probes.jsonl"
    names = ["a.test", "b.test", "gone.test"]
    state, probed, failed, asked = asyncio.run(_round(journal, AT, names))
    assert (state, probed, failed, len(asked)) == ("done", 3, 1, 4)  # the one that failed is tried again once
    state, probed, _, asked = asyncio.run(_round(journal, AT + timedelta(minutes=5), names))
    assert (state, probed, asked) == ("repeated", 0, [])
    state, probed, *_ = asyncio.run(_round(journal, AT + timedelta(minutes=30), names))
    assert (state, probed) == ("done", 3)
    found = read_probes(journal)
    assert {name: len(probes) for name, probes in found.items()} == dict.fromkeys(names, 2)
    assert found["gone.test"][0].failure == "status_not_found"
    assert found["a.test"][0].failure is None
    assert found["a.test"][0].status == 200


def test_an_interrupted_round_goes_on_and_an_old_one_is_named(tmp_path: Path) -> None:
    journal = tmp_path / "probes.jsonl"
    slot = slot_of(AT, 30).isoformat()
    with Journal(journal) as lines:
        lines.append({"t": "round", "slot": slot_of(AT - timedelta(hours=5), 30).isoformat(), "sites": 3})
        lines.append({"t": "round", "slot": slot, "sites": 3})
        lines.append(
            {"t": "probe", "slot": slot, "site": "a.test", "at": AT.isoformat(), "seconds": 0.2, "status": 200, "failure": None}
        )
    names = ["a.test", "b.test", "gone.test"]
    state, probed, _, asked = asyncio.run(_round(journal, AT, names))
    assert (state, probed) == ("continued", 2)
    assert [host for host, _ in asked] == ["b.test", "gone.test", "gone.test"]
    assert [record["t"] for record in read_visits(journal)] == ["round", "round", "probe", "probe", "probe", "round_end"]

    async def again() -> tuple[datetime, ...]:
        return (await probe_round_async([Site(name="x", url="http://127.0.0.1/")], journal, at=AT + timedelta(hours=1))).interrupted

    assert asyncio.run(again()) == (slot_of(AT - timedelta(hours=5), 30),)


def test_a_site_probed_twice_in_a_slot_counts_once(tmp_path: Path) -> None:
    journal = tmp_path / "probes.jsonl"
    with Journal(journal) as lines:
        for seconds in (0.2, 9.0):
            lines.append(
                {"t": "probe", "slot": "s", "site": "a", "at": AT.isoformat(), "seconds": seconds, "status": 200, "failure": None}
            )
    (probe,) = read_probes(journal)["a"]
    assert probe.seconds == 0.2


@pytest.mark.parametrize("change", [{"at": "nonsense"}, {"failure": "a kind of later versions"}, {"seconds": "x"}])
def test_a_probe_that_cannot_be_read_is_named_and_not_passed_over(tmp_path: Path, change: dict[str, object]) -> None:
    journal = tmp_path / "probes.jsonl"
    whole = {"t": "probe", "slot": "s", "site": "a", "at": AT.isoformat(), "seconds": 1.0, "status": None, "failure": "dns"}
    with Journal(journal) as lines:
        lines.append(whole | change)
    with pytest.raises(CollectError, match="a probe of a at s cannot be read"):
        read_probes(journal)


def test_the_week_before_the_monitoring_point_becomes_probes(tmp_path: Path) -> None:
    journal = tmp_path / "probes.jsonl"
    with Journal(journal) as lines:
        for hours in range(0, 24 * 10, 6):
            at = AT - timedelta(hours=hours)
            lines.append(
                {
                    "t": "probe",
                    "slot": at.isoformat(),
                    "site": "a",
                    "at": at.isoformat(),
                    "seconds": 0.5,
                    "status": 200,
                    "failure": None,
                }
            )
    snapshot = SiteSnapshot(site=Site(id="a", name="a"), observed_at=AT)
    week = with_probes(snapshot, read_probes(journal)).probes
    assert week is not None
    assert len(week) == 29  # every six hours of seven days, both ends included
    assert week[0].at == AT - timedelta(days=7)
    judged = SiteSnapshot(site=Site(id="a", name="a"), observed_at=AT, columns=())
    load_rulebook("national-2019").inspect(judged)  # judging leaves what it looked up on the snapshot
    assert with_probes(judged, read_probes(journal)).probes == week
    other = SiteSnapshot(site=Site(id="b", name="b"), observed_at=AT)
    assert with_probes(other, read_probes(journal)).probes is None
    assert len(read_probes(journal, since=AT - timedelta(days=1))["a"]) == 5
    assert len(read_probes(journal, until=AT - timedelta(days=9))["a"]) == 4


def test_closed_sites_are_left_out_and_bad_addresses_counted(tmp_path: Path) -> None:
    journal = tmp_path / "probes.jsonl"
    subjects = [
        Site(id="closed", name="x", url="http://a.test/", status="closed"),
        Site(id="none", name="y"),
        Site(id="in", name="z", url="http://10.0.0.1/"),
    ]
    report = probe_round(subjects, journal, at=AT)
    assert (report.probed, report.failed) == (2, 2)
    assert {name: probes[0].failure for name, probes in read_probes(journal).items()} == {
        "none": "guard_url",
        "in": "guard_address",
    }


def test_a_round_and_a_look_tell_how_far_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subjects = [Site(id=name, name=name, url="http://10.0.0.1/") for name in ("x", "y")]
    probe_round(subjects, tmp_path / "a.jsonl", at=AT)
    assert len(list(collect.sites(subjects))) == 2
    assert capsys.readouterr() == ("", "")
    probe_round(subjects, tmp_path / "b.jsonl", at=AT, progress=True)
    assert "2/2" in capsys.readouterr().err
    assert len(list(collect.sites(subjects, progress=True))) == 2
    assert "采集: 100%" in capsys.readouterr().err


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="aware"):
        probe_round([], tmp_path / "p", at=datetime(2024, 8, 27))
    with pytest.raises(ValueError, match="slot_minutes"):
        probe_round([], tmp_path / "p", at=AT, slot_minutes=0)


def test_the_commands_collect_and_probe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import argparse

    from govmedia_rules.commands import collect as collect_command
    from govmedia_rules.commands import probe as probe_command
    from tests.collect.madesites import make_site
    from tests.collect.test_collect_journal import _Thread

    made = make_site(1)
    made.pages["/images/jiucuo.png"] = b"x"
    server = _Thread({"127.0.0.1": made.pages})
    try:
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers()
        collect_command.add_parser(commands)
        probe_command.add_parser(commands)
        table = tmp_path / "registry.csv"
        port = server.server.port
        table.write_text(
            f"网站名称,网站标识码,首页网址\n示例区,6101000001,http://127.0.0.1:{port}/\n坏行,12,x\n内网,6101000002,http://10.0.0.1/\n",
            "utf-8",
        )
        args = parser.parse_args(["probe", str(table), "--journal", str(tmp_path / "p.jsonl"), "--allow", "127.0.0.1"])
        assert args.run(args) == 0
        told = capsys.readouterr()
        assert json.loads(told.out) | {"slot": ""} == {
            "slot": "",
            "state": "done",
            "probed": 2,
            "failed": 1,
            "total": 2,
            "interrupted": 0,
        }
        assert "row 3" in told.err
        assert args.run(args) == 0
        assert "already" in capsys.readouterr().err
        out = tmp_path / "s.jsonl"
        args = parser.parse_args(["collect", str(table), "--out", str(out), "--probes", str(tmp_path / "p.jsonl"), "--allow", "127.0.0.1",
                                  "--retries", "0", "--content-sample", "3"])  # fmt: skip
        assert args.run(args) == 0
        told = capsys.readouterr()
        facts = json.loads(told.out)
        assert (facts["sites"], facts["opened"], facts["not_opened"]) == (2, 1, {"guard_address": 1})
        assert "地址不允许访问" in told.err
        snapshots = [SiteSnapshot.model_validate_json(line) for line in out.read_text("utf-8").splitlines()]
        opened = next(one for one in snapshots if one.site.code == "6101000001")
        assert opened.home is not None
        assert opened.probes is not None
        assert len(opened.probes) == 1
        assert (tmp_path / "s.jsonl.journal").is_file()
        args = parser.parse_args(["collect", "nowhere.csv", "--out", str(out)])
        with pytest.raises(collect_command.CollectError, match="no such file"):
            args.run(args)
        args = parser.parse_args(["collect", str(table), "--out", str(out), "--observed-at", "someday"])
        with pytest.raises(collect_command.CollectError, match="no time"):
            args.run(args)
    finally:
        server.close()


def test_the_progress_bar_shows_only_where_it_is_watched() -> None:
    import io

    from govmedia_rules.collect.progress import ProgressBar
    from govmedia_rules.collect.visits import Progress

    quiet = io.StringIO()
    with ProgressBar(1, quiet) as bar:
        bar(Progress("a", "done", 3, 4))
    assert quiet.getvalue() == ""
    shown = io.StringIO()
    with ProgressBar(2, shown, always=True) as bar:
        bar(Progress("a", "home", 1))
        bar(Progress("a", "done", 3, 4))
        bar(Progress("b", "done", 0, 0, "dns"))
    assert shown.getvalue().endswith("\n")
    assert "2/2, 3 pages, 1 not opened" in shown.getvalue()


async def _controlled(journal: Path, at: datetime, control: list[str], down: bool = True) -> RoundReport:
    pages = {} if down else {"a.test": {"/": PAGE}}
    async with LoopbackServer({**pages, "up.test": {"/": PAGE}}) as server:
        hosts = {"a.test": "127.0.0.1", "up.test": "127.0.0.1", "off.test": "127.0.0.1"}
        guard = collect.Guard(test_hosts=hosts)
        subjects = [Site(id="a.test", name="a", url="http://a.test:9/" if down else f"http://a.test:{server.port}/")]
        addresses = [address.replace("PORT", str(server.port)) for address in control]
        return await probe_round_async(subjects, journal, at=at, guard=guard, control=addresses)


def test_a_round_whose_control_addresses_fail_too_counts_against_nobody(tmp_path: Path) -> None:
    journal = tmp_path / "p"
    report = asyncio.run(_controlled(journal, AT, ["http://off.test:9/"]))
    assert "off.test" in report.ours
    assert read_probes(journal) == {}
    later = AT + timedelta(hours=1)
    report = asyncio.run(_controlled(journal, later, ["http://off.test:9/", "http://up.test:PORT/"]))
    assert report.ours == ""
    (probe,) = read_probes(journal)["a.test"]
    assert probe.failure == "refused"
