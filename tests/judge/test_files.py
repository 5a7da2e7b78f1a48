"""Files judged by one process and by several: equal results, dead workers named, nothing lost."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.errors import BrokenLine, ObservationError, UnreadInput
from govmedia_rules.judge.files import slices

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import made

BOOK = gr.load_rulebook("national-2019")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    first, second = tmp_path / "sites.jsonl", tmp_path / "accounts.jsonl"
    lines = list(made.sites(60, columns=30))
    lines.insert(7, b'{"broken\n')
    lines.insert(20, b"\n")
    first.write_bytes(b"".join(lines))
    second.write_bytes(b"".join(made.accounts(300))[:-1])
    return [first, second]


def run(paths: Any, **options: Any) -> tuple[list[str], list[BrokenLine]]:
    bad: list[BrokenLine] = []
    seen = [one.to_json() for one in BOOK.inspect_files(paths, on_bad=bad.append, **options)]
    return seen, bad


def test_one_many_files_and_workers_agree(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govmedia_rules.judge.files.CHUNK_BYTES", 20_000)
    monkeypatch.setattr("govmedia_rules.judge.files.judge_files.__defaults__", (20_000,))
    one, bad = run(files)
    two, bad_two = run(files, workers=2)
    assert len(one) == 360
    assert two == one
    assert [str(fault) for fault in bad] == [str(fault) for fault in bad_two]
    assert [fault.where.row for fault in bad if fault.where] == [8]
    with pytest.warns(UnreadInput):
        snapshots = list(gr.read_snapshots(files))
    assert [seen.to_json() for seen in BOOK.inspect_many(snapshots)] == one
    assert [BOOK.inspect(snapshot).to_json() for snapshot in snapshots] == one


def test_slices_cut_at_line_ends_and_cover_everything(files: list[Path]) -> None:
    for size in (1, 100, 3_000, 10_000_000):
        for path in files:
            pieces = list(slices(str(path), size))
            data = path.read_bytes()
            assert b"".join(data[piece.start : piece.stop] for piece in pieces) == data
            assert all(data[piece.stop - 1 : piece.stop] == b"\n" for piece in pieces[:-1])
    assert list(slices(os.devnull)) == []


def test_reviews_reach_results_of_workers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(made.accounts(5)))
    reviews = [
        gr.Review.model_validate(
            {
                "subject": "weibo_sina:示例发布2",
                "indicator": "media.veto.safety.expression",
                "decision": "confirmed",
                "role": "复核人员",
                "at": "2024-08-24T09:00:00+08:00",
                "reason": "x",
            }
        )
    ]
    one = [seen.verdict for seen in BOOK.inspect_files(path, reviews=reviews)]
    assert one == [seen.verdict for seen in BOOK.inspect_files(path, reviews=reviews, workers=2)]
    assert one[2] is gr.Verdict.UNQUALIFIED


def test_a_missing_file_and_wrong_options(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="no such file"):
        BOOK.inspect_files(tmp_path / "gone.jsonl")
    with pytest.raises(ValueError, match="workers"):
        BOOK.inspect_files(__file__, workers=0)


KILLER = '''
import os
import govmedia_rules as gr

@gr.check("killer.dies")
def dies(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Kills its process for one subject."""
    if account.account.name == "示例发布17":
        os._exit(9)
    return gr.passed()
'''


def test_a_dead_worker_is_named_and_nothing_else_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "killer_checks.py").write_text(KILLER, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    import importlib

    killer = importlib.import_module("killer_checks")
    layer = {
        "id": "killer",
        "title": "x",
        "extends": "national-2019",
        "indicators": {"killer.one": {"title": "x", "kind": "veto", "check": "killer.dies", "source": {"document": "d"}}},
    }
    book = gr.load_rulebook([layer], checks=killer)
    path = tmp_path / "accounts.jsonl"
    path.write_bytes(b"".join(made.accounts(40)))
    bad: list[BrokenLine] = []
    seen = list(book.inspect_files(path, workers=2, on_bad=bad.append))
    assert [one.subject.name for one in seen] == [f"示例发布{number}" for number in range(40) if number != 17]
    [fault] = bad
    assert "died" in fault.what
    assert fault.where is not None
    assert fault.where.row == 18


def test_a_json_document_is_judged_too(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(json.loads(testing.snapshot("account").model_dump_json()), indent=1), "utf-8")
    assert len(run(path)[0]) == 1
    assert len(run(path, workers=2)[0]) == 1


def test_snapshots_from_the_future_are_refused(files: list[Path]) -> None:
    seen, bad = run(files[1], not_after=made.POINT.replace(year=2023))
    assert not seen
    assert len(bad) == 300
