"""Progress: silent, a bar, or counts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.core.progress import Meter, Progress, counted
from govmedia_rules.errors import MissingExtra


def test_counts_for_a_function() -> None:
    told: list[tuple[int, int | None]] = []
    with Meter(lambda done, total: told.append((done, total)), 10) as meter:
        meter.add(4)
        meter.add(0)
        meter.add(6)
    assert told == [(4, 10), (10, 10)]


def test_silent_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(False, 10) as meter:
        meter.add(10)
    assert meter.done == 10
    assert capsys.readouterr() == ("", "")


def test_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(True, 2_000_000, unit="B", title="检查") as meter:
        meter.add(2_000_000)
    err = capsys.readouterr().err
    assert "检查" in err
    assert "2.00M/2.00M" in err


def test_a_bar_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.std", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[progress\]"):
        Meter(True)


def test_items_are_counted_as_they_are_given_out() -> None:
    told: list[tuple[int, int | None]] = []
    items = counted([1, 2, 3], lambda done, total: told.append((done, total)))
    assert next(items) == 1
    assert told == [(1, 3)]
    assert list(items) == [2, 3]
    assert told == [(1, 3), (2, 3), (3, 3)]
    told.clear()
    assert list(counted(iter("ab"), lambda done, total: told.append((done, total)))) == ["a", "b"]
    assert told == [(1, None), (2, None)]


def test_a_bar_that_is_left_early_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    items = counted(range(5), True, title="扫描")
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert capsys.readouterr().err.endswith("\n")


BOOK = gr.load_rulebook("national-2019")
SEEN = [testing.snapshot("account", latest_post_at="2024-08-20") for _ in range(3)]


def _lines(path: Path) -> Path:
    path.write_text("".join(one.model_dump_json(exclude_none=True) + "\n" for one in SEEN), "utf-8")
    return path


def _frame() -> object:
    row = {"账号名称": "甲", "类型": "微博", "最近更新时间": "2024-08-20", "互动功能": "有"}
    blank = dict.fromkeys(row)
    return pandas.DataFrame([row, blank, row | {"类型": "火星"}, blank])


POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
RUNS: dict[str, tuple[Callable[[Path, Progress], object], int | None, str]] = {
    "inspect_many": (lambda _, tell: list(BOOK.inspect_many(SEEN, progress=tell)), 3, "3/3"),
    "inspect_many of a stream": (lambda _, tell: list(BOOK.inspect_many(iter(SEEN), progress=tell)), None, "3个"),
    "Rulebook.inspect_files": (lambda path, tell: list(BOOK.inspect_files(_lines(path / "a.jsonl"), progress=tell)), None, "3个"),
    "inspect_frame": (lambda _, tell: gr.inspect_frame(_frame(), BOOK, observed_at=POINT, progress=tell), 4, "4/4"),
    "scan_many": (lambda _, tell: list(gr.Scanner("starter").scan_many(["甲", "乙"], progress=tell)), 2, "2/2"),
    "inspect_to_parquet": (
        lambda path, tell: gr.inspect_to_parquet(_lines(path / "a.jsonl"), BOOK, out=path / "out", progress=tell),
        sum(len(one.model_dump_json(exclude_none=True).encode()) + 1 for one in SEEN),
        "100%",
    ),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", RUNS)
def test_every_long_run_tells_how_far_it_is(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, total, shown = RUNS[name]
    silent = run(tmp_path, False)
    assert capsys.readouterr() == ("", "")
    told: list[tuple[int, int | None]] = []
    (tmp_path / "counts").mkdir()
    counting = run(tmp_path / "counts", lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == ((total, total) if total is not None else (3, None))
    assert capsys.readouterr() == ("", "")
    (tmp_path / "bar").mkdir()
    run(tmp_path / "bar", True)
    assert shown in capsys.readouterr().err
    if isinstance(silent, list):
        assert silent == counting


def test_bars_are_missed_when_asked_for_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.std", None)
    assert len(list(BOOK.inspect_many(SEEN))) == 3
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[progress\]"):
        BOOK.inspect_many(SEEN, progress=True)
