"""A saved round: every kind of event comes back, a cut at any byte loses only what was not whole, Parquet for others."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
import zlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import rounds
from rounds import POINT, SIGNED, account, campaign, key, reported, review, seen, site, stale

from govmedia_rules.campaign import (
    Campaign,
    CountedResult,
    CountedUnits,
    Disclosure,
    DueRule,
    EarlierRate,
    Letters,
    Recheck,
    Ruling,
    SampleRule,
    Tier,
)
from govmedia_rules.campaign.journal import HEAD, JOURNAL, CampaignJournal, journal_of
from govmedia_rules.core.journal import START, Tail, digest_of, parse_record, to_line
from govmedia_rules.errors import CampaignError, UnreadInput
from govmedia_rules.subjects.registry import Population


def told() -> Campaign:
    """A round that was told one thing of every kind."""
    one = campaign(tiers=(Tier(), Tier(id="county", scope="县级检查")), rulebooks=("national-2019",))
    one.add_members(
        [account("甲", "wechat_official", status="running"), account("乙", "wechat_official"), site("甲网", level="city_portal")]
    )
    one.add_members([account("丙")], tier="county")
    one.add_counts(
        CountedUnits(subject="site", count=49), CountedResult(subject="site", count=47, outcome="passed", basis="inferred")
    )
    one.add_totals(Population(subject="account", total=5, by={"platform": {"weibo": 5}}), tier="county")
    one.draw(SampleRule(subject="account", share=Decimal("0.5")), seed="种子", at=POINT)
    one.add([stale("甲"), seen("乙", latest_post_at=None)])
    one.add_results(reported(site("甲网"), "failed", "栏目不更新"), reported(account("丙"), tier="county"))
    one.review(review(key("甲")))
    one.add_rulings(Ruling(subject=key("乙"), outcome="closing", role="检查单位", at=rounds.LATER, reason="正在注销"))
    one.add_disclosures(Disclosure(unit="省教育厅", total=10, kinds=(("政策解读", None),)))
    one.add_letters(Letters(unit="吉安市", done=1, pending=7))
    one.add_baseline(EarlierRate(basis="year_on_year", subject="site", figure=Decimal("97.61")))
    before = campaign("2024年第二季度")
    before.add_results(reported(site("甲网"), "failed", "栏目不更新"))
    before.issue(DueRule(days=14), signed=date(2024, 6, 1))
    one.carry_over(before)
    one.issue(DueRule(days=14), signed=SIGNED)
    one.recheck("甲网", Recheck(at=rounds.LATER.replace(day=30), outcome="rectified", role="复查人员", note="已更新"))
    return one


def picture(one: Campaign) -> dict[str, object]:
    """All that can be asked of a round."""
    return {
        "terms": one.config,
        "results": {
            name: (found.outcome, found.reasons, found.problems, found.waiting, found.score) for name, found in one.results.items()
        },
        "faults": [tuple(found.faults()) for found in one.failures()],
        "findings": [[(two.id, two.message("zh")) for two in found.findings] for found in one.failures()],
        "statistics": one.statistics(),
        "members": dict(one.members),
        "samples": one.samples,
        "coverage": one.coverage(),
        "letters": one.letters,
        "disclosures": one.disclosures,
        "earlier": one.earlier,
        "tasks": one.tasks,
        "progress": one.progress(date(2024, 12, 1)),
        "doubts": one.issues(),
        "rulebooks": one.rulebooks,
        "stated": one.totals,
        "failed_before": one.failed_before,
    }


def test_everything_comes_back(tmp_path: Path) -> None:
    one = told()
    one.save(tmp_path / "a")
    again = Campaign.load(tmp_path / "a")
    assert picture(again) == picture(one)
    again.save(tmp_path / "b")
    assert (tmp_path / "a" / JOURNAL).read_bytes() == (tmp_path / "b" / JOURNAL).read_bytes()
    third = Campaign.load(tmp_path / "b")
    third.review(review(key("甲"), decision="dismissed", at=rounds.LATER.replace(hour=11)))
    assert third.results["main", key("甲")].outcome == "passed"


@pytest.mark.heavy
def test_a_cut_at_every_byte_leaves_the_rounds_of_whole_records(tmp_path: Path) -> None:
    one = campaign()
    one.add_members([site("甲"), site("乙")])
    one.add_results(reported(site("甲"), "failed", "栏目不更新"))
    one.save(tmp_path / "whole")
    data = (tmp_path / "whole" / JOURNAL).read_bytes()
    lines = data.splitlines(keepends=True)
    ends = [sum(map(len, lines[: number + 1])) for number in range(len(lines))]
    start = f"{0:012d} {'0' * 16}"
    behind = f"{start} {zlib.crc32(start.encode()):08x}\n".encode()
    cut = tmp_path / "cut"
    cut.mkdir()
    for size in range(len(data) + 1):
        (cut / JOURNAL).write_bytes(data[:size])
        (cut / HEAD).write_bytes(behind)  # a kill between a record and its head
        whole = sum(end <= size for end in ends)
        if size + 1 in ends:  # whole but for its newline, and the head names it: no kill leaves that
            shutil.copy(tmp_path / "whole" / HEAD, cut / HEAD)
            with pytest.raises(CampaignError):
                Campaign.load(cut)
            continue
        if whole < 2:  # format and terms
            with pytest.raises(CampaignError):
                Campaign.load(cut)
            continue
        found = Campaign.load(cut)
        assert len(found.members) == min(whole - 2, 2)
        assert len(found.results) == max(whole - 4, 0)
        found.add_members([site("丙")])
        found.save(cut)  # the next writer cuts the torn piece off and goes on
        assert (cut / JOURNAL).read_bytes().startswith(data[: ends[whole - 1]])
        assert len(Campaign.load(cut).members) == len(found.members)


def test_a_journal_without_its_head_is_refused(tmp_path: Path) -> None:
    campaign().save(tmp_path / "round")
    (tmp_path / "round" / HEAD).unlink()
    with pytest.raises(CampaignError, match="head of the journal is gone"):
        Campaign.load(tmp_path / "round")


WRITER = """
import sys
from govmedia_rules.campaign import Campaign, CampaignConfig
from govmedia_rules.notices.figures import Period
from govmedia_rules import Site
one = Campaign(CampaignConfig(title="检查", period=Period.parse("2024年第三季度")))
with one.recording(sys.argv[1]):
    print("ready", flush=True)
    for number in range(10_000_000):
        one.add_members([Site(name=f"网站{number}" + "名" * (number % 700))])
        print(number, flush=True)
"""


@pytest.mark.heavy
def test_a_killed_writer_loses_nothing_it_was_told(tmp_path: Path) -> None:
    for turn, pause in enumerate((0.0, 0.05, 0.2)):
        folder = tmp_path / str(turn)
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            process.stdout.readline()
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
            told = [line for line in process.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
        found = Campaign.load(folder)
        assert len(found.members) >= int(told[-1] if told else 0) + 1
        names = [one.name.rstrip("名") for one in found.members.values()]
        assert names == [f"网站{number}" for number in range(len(names))]


def test_a_full_disk_leaves_the_records_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = campaign()
    one.save(tmp_path)
    real = os.write
    with one.recording(tmp_path):
        one.add_members([site("甲")])

        def half(file: int, data: bytes) -> int:
            if len(data) < 20:
                raise OSError(28, "No space left on device")
            return real(file, bytes(data[: len(data) // 2]))

        monkeypatch.setattr(os, "write", half)
        with pytest.raises(CampaignError, match="No space"):
            one.add_members([site("乙")])
        monkeypatch.undo()
        one.add_members([site("丙")])
    assert {unit.name for unit in Campaign.load(tmp_path).members.values()} == {"甲", "乙", "丙"}


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    one = campaign()
    one.add_members([site("甲"), site("乙")])
    one.save(tmp_path)
    for name in (JOURNAL, HEAD):
        data = (tmp_path / name).read_bytes()
        for position in range(len(data)):
            broken = bytearray(data)
            broken[position] ^= 1
            (tmp_path / name).write_bytes(bytes(broken))
            with pytest.raises(CampaignError):
                Campaign.load(tmp_path)
        (tmp_path / name).write_bytes(data)
    assert len(Campaign.load(tmp_path).members) == 2


def test_every_cut_and_deleted_byte_is_found(tmp_path: Path) -> None:
    one = campaign()
    one.add_members([site("甲")])
    one.save(tmp_path)
    data = (tmp_path / JOURNAL).read_bytes()
    for position in range(len(data)):
        for broken in (data[:position], data[:position] + data[position + 1 :]):
            (tmp_path / JOURNAL).write_bytes(broken)
            with pytest.raises(CampaignError):
                Campaign.load(tmp_path)


@pytest.mark.parametrize("has_head", [True, False])
def test_lines_deleted_doubled_or_swapped_are_found_where_they_stand(tmp_path: Path, has_head: bool) -> None:
    one = campaign()
    one.add_members([site("甲"), site("乙"), site("丙")])
    one.save(tmp_path)
    if not has_head:
        (tmp_path / HEAD).unlink()
    lines = (tmp_path / JOURNAL).read_bytes().splitlines(keepends=True)
    for number in range(len(lines) - 1):
        deleted = lines[:number] + lines[number + 1 :]
        doubled = lines[: number + 1] + lines[number:]
        swapped = [*lines[:number], lines[number + 1], lines[number], *lines[number + 2 :]]
        for broken in (deleted, doubled, swapped):
            (tmp_path / JOURNAL).write_bytes(b"".join(broken))
            with pytest.raises(CampaignError, match=r"row \d+"):
                Campaign.load(tmp_path)


def test_a_line_rewritten_with_its_checksum_is_found(tmp_path: Path) -> None:
    one = campaign()
    one.add_members([site("甲"), site("乙")])
    one.save(tmp_path)
    lines = (tmp_path / JOURNAL).read_bytes().splitlines(keepends=True)
    for number in range(1, len(lines)):
        forged = to_line(
            "member", {"tier": "main", "value": {"kind": "site", "name": "丁"}}, Tail(number, digest_of(lines[number - 1]))
        )
        (tmp_path / JOURNAL).write_bytes(b"".join([*lines[:number], forged, *lines[number + 1 :]]))
        with pytest.raises(CampaignError):
            Campaign.load(tmp_path)


def test_the_head_names_the_last_record(tmp_path: Path) -> None:
    one = campaign()
    with one.recording(tmp_path):
        one.add_members([site("甲")])
        lines = (tmp_path / JOURNAL).read_bytes().splitlines(keepends=True)
        assert journal_of(tmp_path).read_head() == (3, digest_of(lines[-1]))


def test_what_is_appended_to_a_journal_of_the_first_format_is_chained(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "journal-0.1", tmp_path / "round")
    folder = tmp_path / "round"
    count = len((folder / JOURNAL).read_bytes().splitlines())
    again = Campaign.load(folder)
    again.add_members([site("新")])
    again.save(folder)
    assert len((folder / JOURNAL).read_bytes().splitlines()) == count + 1
    assert len(Campaign.load(folder).members) == len(again.members)
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(CampaignError):
        Campaign.load(folder)


def test_only_what_is_new_is_appended_and_copies_stay_apart(tmp_path: Path) -> None:
    one = campaign()
    one.save(tmp_path / "a")
    start = (tmp_path / "a" / JOURNAL).read_bytes()
    one.add_members([site("甲")])
    one.save(tmp_path / "b")
    one.add_members([site("乙")])
    one.save(tmp_path / "a")
    one.save(tmp_path / "a")
    assert (tmp_path / "a" / JOURNAL).read_bytes().startswith(start)
    assert len(Campaign.load(tmp_path / "a").members) == 2
    assert len(Campaign.load(tmp_path / "b").members) == 1
    with pytest.raises(CampaignError, match="already"):
        campaign().save(tmp_path / "a")
    (tmp_path / "a" / JOURNAL).unlink()
    one.add_members([site("丙")])
    with pytest.raises(CampaignError, match="gone"):
        one.save(tmp_path / "a")


def test_the_later_of_two_writers_is_refused_and_loses_nothing(tmp_path: Path) -> None:
    campaign().save(tmp_path)
    first, second = Campaign.load(tmp_path), Campaign.load(tmp_path)
    first.add_members([site("甲")])
    second.add_members([site("乙")])
    first.save(tmp_path)
    with pytest.raises(CampaignError, match="another writer"):
        second.save(tmp_path)
    with pytest.raises(CampaignError, match="another writer"), second.recording(tmp_path):
        pass
    assert [unit.name for unit in Campaign.load(tmp_path).members.values()] == ["甲"]
    again = Campaign.load(tmp_path)
    again.add_members([site("乙")])
    again.save(tmp_path)
    assert len(Campaign.load(tmp_path).members) == 2


@pytest.mark.heavy
def test_a_second_process_waits_and_is_refused(tmp_path: Path) -> None:
    one = campaign()
    one.save(tmp_path)
    code = (
        "import sys; from govmedia_rules.campaign import Campaign; from govmedia_rules import Site, errors\n"
        "one = Campaign.load(sys.argv[1]); one.add_members([Site(name='乙')]); print('go', flush=True)\n"
        "try: one.save(sys.argv[1])\n"
        "except errors.CampaignError: sys.exit(7)"
    )
    with one.recording(tmp_path):
        process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        for number in range(50):
            one.add_members([site(f"甲{number}")])
    assert process.wait(30) == 7
    process.stdout.close()
    assert len(Campaign.load(tmp_path).members) == 50


def test_what_a_later_version_wrote_is_kept_and_told(tmp_path: Path) -> None:
    one = campaign()
    one.add_members([site("甲")])
    one.save(tmp_path)
    tail = journal_of(tmp_path).read_head()
    assert tail is not None
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(to_line("omen", {"a": 1}, tail))
    with pytest.warns(UnreadInput, match="'omen'"):
        again = Campaign.load(tmp_path)
    again.save(tmp_path / "copy")
    assert to_line("omen", {"a": 1}, tail) in (tmp_path / "copy" / JOURNAL).read_bytes()
    (tmp_path / HEAD).unlink()
    (tmp_path / JOURNAL).write_bytes(to_line("format", {"format": 99}))
    with pytest.raises(CampaignError, match="format 99"):
        Campaign.load(tmp_path)


def test_what_is_no_campaign(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="no campaign here"):
        Campaign.load(tmp_path)
    (tmp_path / JOURNAL).write_bytes(b"{}\n")
    with pytest.raises(CampaignError):
        Campaign.load(tmp_path)
    (tmp_path / JOURNAL).write_bytes(to_line("format", {"format": 1}) + to_line("member", {"kind": "site"}))
    with pytest.raises(CampaignError, match="'member' cannot be read"):
        Campaign.load(tmp_path)


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"{}\n", b'{"crc":"00000000","kind":"x","data":1}\n', b'{"crc":"\xff\xff', b"\x00" * 40 + b"}\n"]
)
def test_a_torn_line_is_none(line: bytes) -> None:
    assert parse_record(line, 1) is None


def test_the_format_of_the_first_version_is_still_read() -> None:
    """A journal as 0.1.0 wrote it; it is never regenerated."""
    found = Campaign.load(Path(__file__).parent / "journal-0.1")
    assert found.config.title == "检查"
    assert {name: one.outcome for (_, name), one in found.results.items()} == {
        key("甲"): "failed",
        key("乙"): "closing",
        "甲网": "failed",
        "wechat_subscription:丙": "passed",
    }
    assert len(found.tasks) == 2
    assert found.failures()[0].findings[0].message("zh")


def test_the_second_format_is_still_read() -> None:
    """A journal of format 2, chained and with its head; it is never regenerated."""
    found = Campaign.load(Path(__file__).parent / "journal-format-2")
    assert {name: result.outcome for (_, name), result in found.results.items()} == {
        key("甲"): "failed",
        key("乙"): "closing",
        "甲网": "failed",
        "wechat_subscription:丙": "passed",
    }
    assert {task.name: task.state(date(2024, 9, 30)) for task in found.tasks}["甲网"] == "rectified"
    assert found.failures()[0].findings[0].message("zh")


def test_parquet_and_duckdb_read_the_results_as_they_are(tmp_path: Path) -> None:
    import duckdb
    import pyarrow.parquet as pq

    one = told()
    one.add_results(reported(site("乙网"), score=(Decimal("88.5"), Decimal("93.25"))))
    one.save(tmp_path, parquet=True)
    table = pq.read_table(tmp_path / "results.parquet")
    assert table.num_rows == len(one.results) + 1
    with duckdb.connect() as database:

        def ask(query: str) -> list[tuple[object, ...]]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                return database.execute(query.replace("FOLDER", str(tmp_path))).fetchall()

        found = ask(
            "select outcome, sum(units) from 'FOLDER/results.parquet' where tier = 'main' and subject_kind = 'site' group by 1 order by 1"
        )
        stat = one.statistics().total("site")
        assert [(name, int(count)) for name, count in found] == sorted(
            (name, count) for name, count in stat.outcomes.items() if count
        )  # type: ignore[call-overload]
        [(units,)] = ask(
            "select sum(units) from 'FOLDER/population.parquet' where subject_kind = 'site' and status is distinct from 'closed'"
        )
        assert units == stat.population
        [(units,)] = ask("select sum(units) from 'FOLDER/population.parquet' where tier = 'county'")
        assert units == one.statistics().total("account", tier="county").population
        assert ask("select score_low, score_high from 'FOLDER/results.parquet' where subject_id = '乙网'") == [
            (Decimal("88.5"), Decimal("93.25"))
        ]
        [(reasons, wording)] = ask(f"select reasons, wording from 'FOLDER/results.parquet' where subject_id = '{key('甲')}'")
        assert reasons == rounds.STALE
        assert wording


def test_parquet_of_nothing_has_its_columns(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    campaign().save(tmp_path, parquet=True)
    assert pq.read_table(tmp_path / "results.parquet").num_rows == 0
    assert "outcome" in pq.read_schema(tmp_path / "results.parquet").names


def test_the_journal_is_plain_json(tmp_path: Path) -> None:
    told().save(tmp_path)
    for line in (tmp_path / JOURNAL).read_text("utf-8").splitlines():
        assert set(json.loads(line)) == {"crc", "seq", "prev", "kind", "data"}


def test_a_journal_is_closed_once(tmp_path: Path) -> None:
    campaign().save(tmp_path)
    journal = CampaignJournal(tmp_path, journal_of(tmp_path).read_head() or START)
    journal.close()
    journal.close()
