"""Rounds in a folder: written whole or not at all, read back as they were, and what they tell over time."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow.dataset
import pytest

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines.run_folder import locked
from govmedia_rules.errors import ExportError, ObservationError
from govmedia_rules.judge.table import GroupBy
from govmedia_rules.rounds.store import LOCK_FILE, MARK_FILE, StoredRound

BOOK = gr.load_rulebook("national-2019").only("media.veto.stale", "media.veto.interaction.none")
OTHER = gr.load_rulebook("national-2019").only("media.veto.stale")
POINTS = [datetime(2024, month, 10, 10, tzinfo=SHANGHAI) for month in (2, 5, 8, 11)]


def account(number: int) -> gr.Account:
    return gr.Account(
        name=f"示例{number}", platform=("weibo_sina", "douyin")[number % 2], owner=f"单位{number // 2}", area="示例市"
    )


def snapshot(number: int, at: datetime, state: str) -> gr.AccountSnapshot:
    """`P` passes, `F` fails by its newest post, `U` is undecided."""
    newest = None if state == "U" else at - timedelta(days=1 if state == "P" else 60)
    return gr.AccountSnapshot.model_validate(
        {
            "account": account(number),
            "observed_at": at,
            "latest_post_at": newest,
            "functions": ({"kind": "message", "works": True},),
        }
    )


def append(folder: Path, states: Sequence[str], book: gr.Rulebook = BOOK, number: int = 1, **more: object) -> StoredRound:
    shown = [snapshot(each, POINTS[number - 1], state) for each, state in enumerate(states) if state != "-"]
    return gr.append_round(folder, [book.inspect(one) for one in shown], year=2024, round=number, **more)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Accounts by round: 0 fails, is undecided, passes, fails again; 1 always passes; 2 fails and is not inspected again."""
    path = tmp_path / "rounds"
    registry = gr.Registry(accounts=(*(account(number) for number in range(4)), account(5).model_copy(update={"status": "closed"})))
    append(path, "FPF", number=1, population=registry)
    append(path, "UP-", number=2)
    append(path, "PP-", number=3)
    append(path, "FP-", number=4, book=OTHER)
    return path


def test_the_states_are_what_the_tests_say() -> None:
    words = [BOOK.inspect(snapshot(0, POINTS[0], state)).verdict.zh for state in "PFU"]
    assert words == ["合格", "不合格", "待定"]


def test_trend_counts_the_undecided_apart_and_says_when_the_rulebook_changed(folder: Path) -> None:
    rows = gr.history(folder).trend().to_arrow().to_pylist()
    assert [(row["qualified"], row["unqualified"], row["undetermined"]) for row in rows] == [
        (1, 2, 0),
        (1, 0, 1),
        (2, 0, 0),
        (1, 1, 0),
    ]
    assert [row["rulebook_changed"] for row in rows] == [None, False, False, True]
    assert (rows[1]["pass_rate_low"], rows[1]["pass_rate_high"]) == (50, 100)


@pytest.mark.parametrize(("by", "groups"), [("platform", {"weibo_sina": 2, "douyin": 1}), ("owner", {"单位0": 2, "单位1": 1})])
def test_trend_by_group(folder: Path, by: GroupBy, groups: dict[str, int]) -> None:
    rows = gr.history(folder).trend(by, kind="account").to_arrow().to_pylist()
    assert {row[by]: row["subjects"] for row in rows if row["round"] == 1} == groups
    assert len(gr.history(folder).trend(by, kind="site")) == 0
    with pytest.raises(ValueError, match="groups are"):
        gr.history(folder).trend("verdict")  # type: ignore[arg-type]


def test_indicators(folder: Path) -> None:
    rows = gr.history(folder).indicators().to_arrow().to_pylist()
    stale = [(row["failed"], row["passed"], row["undecided"]) for row in rows if row["indicator"] == "media.veto.stale"]
    assert stale == [(2, 1, 0), (0, 1, 1), (0, 2, 0), (1, 1, 0)]


@pytest.mark.parametrize("of", ["verdict", "indicator"])
def test_failures(folder: Path, of: str) -> None:
    first, second = gr.history(folder).failures(of)  # type: ignore[arg-type]
    assert first.indicator == (None if of == "verdict" else "media.veto.stale")
    # It failed again, but by another rulebook: that is no relapse of the account.
    assert (first.rounds_failed, first.relapses, first.changed_with_rulebook, first.now) == (2, 0, 1, "failed")
    assert (first.first_failed_at, first.last_failed_at, first.rectified_at) == (POINTS[0], POINTS[3], None)
    assert (second.rounds_failed, second.now, second.rectified_at, second.days_high) == (1, "not_inspected", None, None)


def test_what_is_undecided_ends_no_failure_and_begins_none(tmp_path: Path) -> None:
    for number, states in enumerate(("FFU", "UPU", "PFU", "PPU"), 1):
        append(tmp_path / "rounds", states, number=number)
    second, first = gr.history(tmp_path / "rounds").failures()
    assert (first.rectified_at, first.days_low, first.days_high, first.relapses) == (POINTS[2], 0, (POINTS[2] - POINTS[0]).days, 0)
    assert (second.relapses, second.days_high, second.now) == (1, (POINTS[3] - POINTS[2]).days, "passed")


def test_days_are_not_told_where_the_rulebook_made_the_difference(tmp_path: Path) -> None:
    append(tmp_path / "rounds", "F", number=1)
    append(tmp_path / "rounds", "P", number=2, book=OTHER)
    (failure,) = gr.history(tmp_path / "rounds").failures()
    assert (failure.rectified_at, failure.days_high, failure.changed_with_rulebook) == (POINTS[1], None, 1)


def test_changes(folder: Path) -> None:
    rows = gr.history(folder).changes().to_arrow().to_pylist()
    assert [(row["round_before"], row["round"], row["before"], row["after"], row["rulebook_changed"]) for row in rows] == [
        (1, 2, "unqualified", "undetermined", False),
        (2, 3, "undetermined", "qualified", False),
        (3, 4, "qualified", "unqualified", True),
    ]


def test_never_inspected(folder: Path, tmp_path: Path) -> None:
    assert [row["subject_name"] for row in gr.history(folder).never_inspected().to_arrow().to_pylist()] == ["示例3"]
    append(tmp_path / "without", "P", population=gr.Population(subject="account", total=9))
    with pytest.raises(ObservationError, match="no round has a list"):
        gr.history(tmp_path / "without").never_inspected()


def test_a_listed_subject_that_was_inspected_under_another_id_is_told(tmp_path: Path) -> None:
    listed = account(0).model_copy(update={"id": "6107260001"})
    append(tmp_path / "rounds", "P", population=gr.Registry(accounts=(listed,)))
    (row,) = gr.history(tmp_path / "rounds").never_inspected().to_arrow().to_pylist()
    assert (row["subject_id"], row["maybe"]) == ("6107260001", account(0).id)


def test_the_last_inspection_of_a_round_counts(tmp_path: Path) -> None:
    shown = [snapshot(0, POINTS[0] + timedelta(days=days), state) for days, state in ((9, "P"), (0, "F"))]
    gr.append_round(tmp_path / "rounds", BOOK.inspect_many(shown), year=2024, round=1)
    (row,) = gr.history(tmp_path / "rounds").trend().to_arrow().to_pylist()
    assert (row["subjects"], row["qualified"]) == (1, 1)


def test_engines_read_the_folder_as_it_is(folder: Path) -> None:
    counts = duckdb.sql(f"select round, count(*) from '{folder}/inspections/**/*.parquet' where year = 2024 group by 1 order by 1")
    assert counts.fetchall() == [(1, 3), (2, 2), (3, 2), (4, 2)]
    assert polars.read_parquet(folder / "inspections").filter(polars.col("round") == 1).height == 3
    assert len(pandas.read_parquet(folder / "findings", filters=[("round", "==", 1)])) == 2
    assert pyarrow.dataset.dataset(folder / "populations", partitioning="hive").count_rows() == 5


def test_counts_of_a_population_are_kept(tmp_path: Path) -> None:
    stated = gr.Population(subject="site", total=3, by={"level": {"city_portal": 1, "": 2}}, source="报送系统")
    append(tmp_path / "rounds", "P", population=[stated])
    rows = pyarrow.dataset.dataset(tmp_path / "rounds" / "populations", partitioning="hive").to_table().to_pylist()
    assert [(row["dimension"], row["part"], row["count"], row["source"]) for row in rows] == [
        ("total", None, 3, "报送系统"),
        ("level", "city_portal", 1, "报送系统"),
        ("level", None, 2, "报送系统"),
    ]


# Appending


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_round_twice(folder: Path) -> None:
    before = files_of(folder)
    again = append(folder, "UP-", number=2)
    assert again.inspections == 2
    assert files_of(folder) == before
    with pytest.raises(ExportError, match="round 2 of 2024 is there with other content"):
        append(folder, "PP-", number=2)
    assert files_of(folder) == before
    append(folder, "PP-", number=2, replace=True)
    assert gr.history(folder).trend().to_arrow().to_pylist()[1]["qualified"] == 2


def test_two_inspections_of_one_observation_are_refused(tmp_path: Path) -> None:
    shown = [snapshot(0, POINTS[0], state) for state in "PF"]
    with pytest.raises(ExportError, match="two inspections at one monitoring point"):
        gr.append_round(tmp_path / "rounds", BOOK.inspect_many(shown), year=2024, round=1)
    assert not list((tmp_path / "rounds").rglob("*.parquet"))


def test_an_append_that_fails_in_the_middle_leaves_what_was_there(folder: Path) -> None:
    before = files_of(folder)

    def inspections() -> object:
        yield BOOK.inspect(snapshot(0, POINTS[0], "P"))
        raise RuntimeError("the source ended")

    with pytest.raises(RuntimeError):
        gr.append_round(folder, inspections(), year=2025, round=1)  # type: ignore[arg-type]
    assert files_of(folder) == before


@pytest.mark.parametrize(("year", "number"), [(0, 1), (2024, 0), (True, 1), (2024, 1.0), (10_000, 1), ("2024", 1)])
def test_year_and_round_are_whole_numbers(tmp_path: Path, year: object, number: object) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        gr.append_round(tmp_path / "rounds", [], year=year, round=number)  # type: ignore[arg-type]
    assert not (tmp_path / "rounds").exists()


def test_foreign_folders_are_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(ExportError, match="holds something else"):
        append(tmp_path, "P")
    with pytest.raises(ObservationError, match="holds no rounds"):
        gr.history(tmp_path)
    with pytest.raises(ExportError, match="cannot be written"):
        append(tmp_path / "letter.txt", "P")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_whose_making_was_killed_is_made_again(tmp_path: Path) -> None:
    (tmp_path / f".{MARK_FILE}.7.part").write_text("")
    append(tmp_path, "P")
    assert len(gr.history(tmp_path).trend()) == 1


def test_two_processes_do_not_append_at_once(folder: Path) -> None:
    with locked(folder, LOCK_FILE), pytest.raises(ExportError, match="another run writes"):
        append(folder, "P", number=1, replace=True)


def test_an_empty_round(tmp_path: Path) -> None:
    append(tmp_path / "rounds", "")
    past = gr.history(tmp_path / "rounds")
    assert (len(past.trend()), len(past.failures()), len(past.changes()), len(past.indicators())) == (0, 0, 0, 0)


# Reading


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_cut, _flip, Path.unlink])
@pytest.mark.parametrize("data", ["inspections", "findings", "populations"])
def test_damaged_files_are_refused(folder: Path, damage: Callable[[Path], None], data: str) -> None:
    damage(folder / data / "year=2024" / "round=2" / "part-0.parquet")
    with pytest.raises(ObservationError, match="missing or was changed"):
        gr.history(folder)


@pytest.mark.parametrize(
    "record", ["", "[]", "{", '{"format": 2}', "[" * 100_000, '{"year": 2024, "round": 1}', '{"format": true}', "\0", "\ufeff"]
)
def test_damaged_records_are_refused(folder: Path, record: str) -> None:
    (folder / "_rounds" / "2024-1.json").write_text(record, "utf-8")
    with pytest.raises(ObservationError, match="damaged"):
        gr.history(folder)
    (folder / "_history.json").write_text(record, "utf-8")
    with pytest.raises(ObservationError):
        gr.history(folder)
    with pytest.raises(ExportError):
        append(folder, "P", number=1)


def test_a_record_of_another_round_is_refused(folder: Path) -> None:
    (folder / "_rounds" / "2024-2.json").write_bytes((folder / "_rounds" / "2024-1.json").read_bytes())
    with pytest.raises(ObservationError, match="another round"):
        gr.history(folder)


def test_an_append_that_was_killed_is_named_and_done_again(folder: Path) -> None:
    (folder / "_rounds" / "2024-2.json").unlink()
    with pytest.raises(ObservationError, match="its append did not end"):
        gr.history(folder)
    left = folder / ".append-left"
    left.mkdir()
    (left / "findings").write_bytes(b"half")
    append(folder, "UP-", number=2)
    assert len(gr.history(folder).rounds) == 4
    assert not left.exists()


def test_a_later_format_is_refused(folder: Path) -> None:
    (folder / "_history.json").write_text(json.dumps({"format": 2}))
    with pytest.raises(ObservationError, match="not of format 1"):
        gr.history(folder)


def test_texts_in_a_notebook_are_escaped(tmp_path: Path) -> None:
    append(tmp_path / "rounds", "P")
    past = gr.history(tmp_path / "rounds")
    assert "历次检查 1 期" in past._repr_html_()
    assert repr(past) == "<History of 1 rounds, 1 inspections>"


def test_a_round_that_changed_after_the_folder_was_opened_is_refused(folder: Path) -> None:
    past = gr.history(folder)
    _cut(folder / "inspections" / "year=2024" / "round=2" / "part-0.parquet")
    with pytest.raises(ObservationError, match="changed since"):
        past.trend()


# Judging what changed


KILLER = '''
import os
import govmedia_rules as gr

@gr.check("killer.of_rounds")
def strikes(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Kills its process for one subject."""
    if account.account.name.endswith("2"):
        os._exit(9)
    return gr.passed()
'''


def lines(path: Path, states: Sequence[str], at: datetime = POINTS[0]) -> Path:
    shown = [snapshot(number, at, state).model_dump_json(exclude_none=True) for number, state in enumerate(states) if state != "-"]
    path.write_text("".join(f"{line}\n" for line in shown), "utf-8")
    return path


def run(folder: Path, file: Path, book: gr.Rulebook = BOOK, **more: object) -> tuple[int, int]:
    outcome = gr.inspect_round(folder / "rounds", file, book, year=2024, round=1, **more)  # type: ignore[arg-type]
    return outcome.judged, outcome.kept


def stored(folder: Path) -> tuple[pyarrow.Table, pyarrow.Table]:
    tables = (
        pyarrow.dataset.dataset(folder / "rounds" / name, partitioning="hive").to_table() for name in ("inspections", "findings")
    )
    inspections, findings = (table.sort_by([("subject_id", "ascending"), ("observed_at", "ascending")]) for table in tables)
    return inspections, findings


def test_only_what_is_new_or_changed_is_judged_again(tmp_path: Path) -> None:
    file = tmp_path / "snapshots.jsonl"
    assert run(tmp_path, lines(file, "PFU")) == (3, 0)
    first = stored(tmp_path)
    assert run(tmp_path, file) == (0, 3)
    assert [new.equals(old) for new, old in zip(stored(tmp_path), first, strict=True)] == [True, True]
    assert run(tmp_path, lines(file, "PPUF")) == (2, 2)
    assert run(tmp_path, lines(file, "PP-F")) == (0, 3)
    assert run(tmp_path, file, OTHER) == (3, 0)
    assert run(tmp_path, file) == (3, 0)


def test_what_is_kept_is_what_judging_gives(tmp_path: Path) -> None:
    (tmp_path / "once").mkdir()
    (tmp_path / "twice").mkdir()
    run(tmp_path / "once", lines(tmp_path / "a.jsonl", "PFUFP"))
    run(tmp_path / "twice", lines(tmp_path / "b.jsonl", "FFU"))
    assert run(tmp_path / "twice", tmp_path / "a.jsonl") == (3, 2)
    for new, old in zip(stored(tmp_path / "twice"), stored(tmp_path / "once"), strict=True):
        assert new.equals(old)


def test_reviews_change_what_is_judged(tmp_path: Path) -> None:
    file = lines(tmp_path / "snapshots.jsonl", "PF")
    run(tmp_path, file)
    review = gr.Review(
        subject=account(1).id,
        indicator="media.veto.stale",
        decision="dismissed",
        role="复核人员",
        at=POINTS[0] + timedelta(days=1),
        reason="有更新",
    )
    assert run(tmp_path, file, reviews=[review]) == (2, 0)
    assert stored(tmp_path)[0]["verdict"].to_pylist() == ["qualified", "qualified"]
    assert run(tmp_path, file, reviews=[review]) == (0, 2)
    assert stored(tmp_path)[0]["verdict"].to_pylist() == ["qualified", "qualified"]
    assert run(tmp_path, file) == (2, 0)
    assert sorted(stored(tmp_path)[0]["verdict"].to_pylist()) == ["qualified", "unqualified"]


OPINIONS: dict[str, dict[str, object]] = {
    "waiver": {
        "waivers": [
            gr.Waiver(
                id="W1",
                subject="weibo:某县发布",
                indicators=("media.veto.stale",),
                authority="某机关",
                document="某文",
                reason="升级",
                granted=POINTS[0].date() - timedelta(days=9),
                expires=POINTS[0].date() + timedelta(days=9),
            )
        ]
    },
    "review": {
        "reviews": [
            gr.Review(
                subject="weibo:某县发布",
                indicator="media.veto.stale",
                decision="dismissed",
                role="复核人员",
                observed_at=POINTS[0],
                at=POINTS[0] + timedelta(days=1),
                reason="有更新",
            )
        ]
    },
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("opinions", OPINIONS.values(), ids=OPINIONS)
def test_an_earlier_id_that_stands_for_two_accounts_excuses_neither(tmp_path: Path, opinions: dict[str, Any]) -> None:
    def of(owner: str) -> str:
        account = {"name": "某县发布", "platform": "weibo", "owner": owner}
        works = [{"kind": "comment", "works": True}]  # so that only the date decides
        seen = gr.AccountSnapshot.model_validate(
            {"account": account, "observed_at": POINTS[0], "latest_post_at": POINTS[0] - timedelta(days=90), "functions": works}
        )
        return f"{seen.model_dump_json(exclude_none=True)}\n"

    file = tmp_path / "snapshots.jsonl"
    file.write_text(of("甲局"), "utf-8")
    assert run(tmp_path, file, **opinions) == (1, 0)
    assert stored(tmp_path)[0]["verdict"].to_pylist() == ["qualified"]
    file.write_text(of("甲局") + of("乙局"), "utf-8")
    assert run(tmp_path, file, **opinions) == (2, 0)  # what was kept would still be excused
    assert stored(tmp_path)[0]["verdict"].to_pylist() == ["unqualified"] * 2
    assert [each.verdict.value for each in BOOK.inspect_files(file, **opinions)] == ["unqualified"] * 2
    assert run(tmp_path, file, **opinions) == (0, 2)


def test_broken_and_doubled_lines(tmp_path: Path) -> None:
    file = lines(tmp_path / "snapshots.jsonl", "PF")
    file.write_text(file.read_text("utf-8") * 2 + "{broken\n", "utf-8")
    bad: list[gr.errors.BrokenLine] = []
    for expected in ((2, 0), (0, 2)):
        outcome = gr.inspect_round(tmp_path / "rounds", file, BOOK, year=2024, round=1, on_bad=bad.append)
        assert (outcome.judged, outcome.kept, outcome.stored.unread) == (*expected, 1)
    assert [fault.where.row for fault in bad if fault.where] == [5, 5]
    with pytest.warns(gr.errors.UnreadInput, match="1 lines"):
        gr.inspect_round(tmp_path / "rounds", file, BOOK, year=2024, round=1)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_form_of_a_line_is_judged_as_files_are(tmp_path: Path, workers: int) -> None:
    first, second, third, fourth = (snapshot(number, POINTS[0], "PFUP"[number]).model_dump(mode="json") for number in range(4))
    plain = tmp_path / "a.jsonl"
    marked = b"\xef\xbb\xbf" + json.dumps(second).encode()
    plain.write_bytes(b"\xef\xbb\xbf" + json.dumps(first).encode() + b"\r\n\n{broken\n" + marked + b"\n" + marked + b"\n{broken")
    documents, document, torn = (tmp_path / name for name in ("b.json", "c.json", "d.json"))
    documents.write_text(json.dumps([third, {"x": 1}], indent=2), "utf-8")
    document.write_text(json.dumps(fourth, indent=2), "utf-8")
    torn.write_text(json.dumps(fourth, indent=2, ensure_ascii=False).replace("示例", "示\n例", 1), "utf-8")
    files = [plain, documents, document, torn]
    bad: list[gr.errors.BrokenLine] = []
    outcome = gr.inspect_round(tmp_path / "rounds", files, BOOK, year=2024, round=1, workers=workers, on_bad=bad.append)
    expected: list[gr.errors.BrokenLine] = []
    judged = list(BOOK.inspect_files(files, on_bad=expected.append))
    assert [str(fault) for fault in bad] == [str(fault) for fault in expected]
    assert len(bad) == 6
    assert outcome.stored.unread == 6
    assert set(stored(tmp_path)[0]["subject_id"].to_pylist()) == {each.subject.id for each in judged}
    assert (outcome.judged, outcome.kept) == (3, 0)
    again = gr.inspect_round(tmp_path / "rounds", files, BOOK, year=2024, round=1, workers=workers, on_bad=lambda _: None)
    assert (again.judged, again.kept, again.stored.unread) == (0, 3, 6)
    assert not list((tmp_path / "rounds").glob(".append-*"))


def test_a_line_that_kills_its_worker_is_named_and_the_rest_of_the_round_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "killer_of_rounds.py").write_text(KILLER, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    indicator = {"title": "x", "kind": "veto", "check": "killer.of_rounds", "source": {"document": "d"}}
    layer = {"id": "killer", "title": "x", "extends": "national-2019", "indicators": {"killer.one": indicator}}
    book = gr.load_rulebook([layer], checks=importlib.import_module("killer_of_rounds"))
    file = lines(tmp_path / "snapshots.jsonl", "PPPPPP")
    bad: list[gr.errors.BrokenLine] = []
    outcome = gr.inspect_round(tmp_path / "rounds", file, book, year=2024, round=1, workers=2, on_bad=bad.append)
    assert [(fault.where.file, fault.where.row) for fault in bad if fault.where] == [(str(file), 3)]
    assert "died" in bad[0].what
    assert (outcome.judged, outcome.stored.unread) == (5, 1)
    assert set(stored(tmp_path)[0]["subject_id"].to_pylist()) == {account(number).id for number in (0, 1, 3, 4, 5)}


def test_a_round_that_was_appended_is_not_judged_over(tmp_path: Path) -> None:
    append(tmp_path / "rounds", "P")
    with pytest.raises(ExportError, match="appended from inspections"):
        run(tmp_path, lines(tmp_path / "snapshots.jsonl", "PF"))
