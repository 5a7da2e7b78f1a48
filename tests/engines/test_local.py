"""Files to Parquet: what a kill leaves is finished without loss or doubling, and nothing foreign is overwritten."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

import govmedia_rules as gr
from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.engines.local import cut_input, inspect_to_parquet
from govmedia_rules.engines.run_folder import LOCK_FILE, RUN_FILE
from govmedia_rules.errors import BrokenLine, ExportError, ObservationError, UnreadInput

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import made

BOOK = gr.load_rulebook("national-2019")


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.jsonl"
    path.write_bytes(b"".join(made.accounts(400, posts=2)))
    return path


def _ids(run: object) -> list[str]:
    return run.to_arrow()["subject_id"].to_pylist()  # type: ignore[attr-defined, no-any-return]


def test_rows_lead_back_to_the_input(accounts: Path, tmp_path: Path) -> None:
    run = inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=30_000)
    assert run.pieces > 3
    assert len(run.parts) == run.pieces
    data = accounts.read_bytes()
    for row in run.to_arrow().to_pylist():
        assert row["file"] == str(accounts)
        snapshot = json.loads(data[row["position"] :].split(b"\n", 1)[0])
        assert row["subject_id"].split("@")[0].endswith(snapshot["account"]["name"])
    assert run.subjects == 400
    assert repr(run).startswith("<FileRun 400 subjects: 合格 ")
    assert "检查结果 400 个" in run._repr_html_()


@pytest.mark.heavy
def test_pieces_do_not_change_the_answer(accounts: Path, tmp_path: Path) -> None:
    whole = inspect_to_parquet(accounts, BOOK, out=tmp_path / "a").to_arrow()
    for size in (200, 7_777, 10**9):
        assert inspect_to_parquet(accounts, BOOK, out=tmp_path / str(size), piece_bytes=size).to_arrow().equals(whole)


KILLED = """
import os, pathlib, signal, sys, threading, time
from govmedia_rules.engines.local import inspect_to_parquet
import govmedia_rules as gr

def strike():
    out, parts = pathlib.Path(sys.argv[2]), int(sys.argv[3])
    while len(list(out.glob("part-*"))) < parts:
        time.sleep(0.0005)
    time.sleep(float(sys.argv[4]))
    os.kill(os.getpid(), signal.SIGKILL)

book = gr.load_rulebook("national-2019")
threading.Thread(target=strike, daemon=True).start()
inspect_to_parquet(sys.argv[1], book, out=sys.argv[2], piece_bytes=3_000)
"""


@pytest.mark.heavy
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
def test_a_killed_run_is_finished_without_loss_or_doubling(accounts: Path, tmp_path: Path) -> None:
    wanted = inspect_to_parquet(accounts, BOOK, out=tmp_path / "whole", piece_bytes=3_000)
    done = [0]
    for delay in (0.0, 0.007):
        command = [sys.executable, "-c", KILLED, str(accounts), str(tmp_path / "out"), str(done[-1] + 5), str(delay)]
        told = subprocess.run(command, check=False, capture_output=True, text=True)
        assert told.returncode == -signal.SIGKILL, told.stderr
        done.append(len(list((tmp_path / "out").glob("part-*.parquet"))))
    assert done == sorted(set(done))
    assert done[-1] < wanted.pieces
    counts: list[tuple[int, int | None]] = []
    run = inspect_to_parquet(
        accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000, progress=lambda done, total: counts.append((done, total))
    )
    assert run.resumed == done[-1]
    assert run.to_arrow().equals(wanted.to_arrow())
    assert not list((tmp_path / "out").glob(".*.part"))
    assert counts[-1][0] == counts[-1][1] == accounts.stat().st_size
    again = inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000)
    assert again.resumed == again.pieces
    assert again.to_arrow().equals(wanted.to_arrow())


def test_bad_lines_are_set_apart_with_their_true_numbers(accounts: Path, tmp_path: Path) -> None:
    lines = accounts.read_bytes().splitlines()
    lines[3] = b"{broken"
    lines[150] = b'{"kind": "account"}'
    lines.insert(200, b"")
    lines[399] = b"x" * 3000
    accounts.write_bytes(b"\n".join(lines))
    bad: list[BrokenLine] = []
    judge = BatchJudge(BOOK.plan, max_line_bytes=2_500)
    run = inspect_to_parquet(accounts, judge, out=tmp_path / "out", piece_bytes=10_000, on_bad=bad.append)
    assert [fault.where.row for fault in bad if fault.where is not None] == [4, 151, 400]
    assert [fault.where.file for fault in bad if fault.where is not None] == [str(accounts)] * 3
    assert "longer than allowed" in bad[2].what
    assert run.subjects == 397
    assert run.bad_count == 3
    assert "3 bad lines" in repr(run)
    with pytest.warns(UnreadInput, match="3 lines could not be read"):
        inspect_to_parquet(accounts, judge, out=tmp_path / "out", piece_bytes=10_000)


def test_documents_and_parquet(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in made.accounts(5)]
    (tmp_path / "a.json").write_text(json.dumps([*lines, {"kind": "account"}]), "utf-8")
    table = pyarrow.table({"value": [json.dumps(line) for line in lines] + [None, "{"]})
    pyarrow.parquet.write_table(table, tmp_path / "b.parquet", row_group_size=3)
    bad: list[BrokenLine] = []
    run = inspect_to_parquet([tmp_path / "a.json", tmp_path / "b.parquet"], BOOK, out=tmp_path / "out", on_bad=bad.append)
    assert run.pieces == 4
    rows = run.to_arrow().to_pylist()
    assert [(Path(row["file"]).name, row["position"]) for row in rows] == [("a.json", at) for at in range(5)] + [
        ("b.parquet", at) for at in range(5)
    ]
    assert [(Path(str(one.where.file)).name, one.where.row) for one in bad if one.where] == [
        ("a.json", 6),
        ("b.parquet", 6),
        ("b.parquet", 7),
    ]


def test_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("", "utf-8")
    (tmp_path / "b.jsonl").write_text("\n\n", "utf-8")
    pyarrow.parquet.write_table(pyarrow.table({"value": pyarrow.array([], pyarrow.string())}), tmp_path / "c.parquet")
    for name in ("a.jsonl", "b.jsonl", "c.parquet"):
        for workers in (1, 2) if name == "a.jsonl" else (1,):
            run = inspect_to_parquet(tmp_path / name, BOOK, out=tmp_path / f"{name}{workers}", workers=workers)
            assert (run.pieces, run.subjects) == (1, 0)
            assert run.to_arrow().num_rows == 0
            assert "verdict" in run.to_arrow().column_names
    with pytest.raises(ValueError, match="no file to judge"):
        inspect_to_parquet([], BOOK, out=tmp_path / "d")


def test_a_folder_of_another_run_is_not_touched(accounts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    inspect_to_parquet(accounts, BOOK, out=out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    other = gr.load_rulebook("jiangxi-2020")
    with pytest.raises(ExportError, match="differs in rulebook.*restart=True"):
        inspect_to_parquet(accounts, other, out=out)
    with pytest.raises(ExportError, match="differs in piece_bytes"):
        inspect_to_parquet(accounts, BOOK, out=out, piece_bytes=5)
    with pytest.raises(ExportError, match="differs in settings"):
        inspect_to_parquet(accounts, BatchJudge(BOOK.plan, detail=True), out=out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    changed = accounts.stat().st_mtime_ns
    accounts.write_bytes(accounts.read_bytes().replace("示例发布7".encode(), "示例发布8".encode()))
    with pytest.raises(ExportError, match=r"differs in inputs: .*accounts.*holds something else in bytes 0 to"):
        inspect_to_parquet(accounts, BOOK, out=out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    os.utime(accounts, ns=(changed, changed))  # as a copy keeps the time
    with pytest.raises(ExportError, match="holds something else in bytes 0 to"):
        inspect_to_parquet(accounts, BOOK, out=out)
    run = inspect_to_parquet(accounts, other, out=out, restart=True)
    assert run.resumed == 0
    assert set(run.to_arrow()["rulebook"].to_pylist()) == {other.version}
    (out / RUN_FILE).unlink()
    with pytest.raises(ExportError, match="holds something else: part-000000.parquet"):
        inspect_to_parquet(accounts, BOOK, out=out)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("name", ["part-00000.parquet", "bad-000000.jsonl", "letter.docx", ".hidden", RUN_FILE])
def test_a_folder_of_another_program_is_not_touched(accounts: Path, tmp_path: Path, name: str, restart: bool) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for each in (name, ".download.part", ".part-000000.parquet.7.part"):
        (out / each).write_text("[1]")
    with pytest.raises(ExportError, match=f"holds something else|its {RUN_FILE} is not of a run"):
        inspect_to_parquet(accounts, BOOK, out=out, restart=restart)
    assert {path.name for path in out.iterdir()} == {name, ".download.part", ".part-000000.parquet.7.part"}
    assert {path.read_text() for path in out.iterdir()} == {"[1]"}


def test_a_run_that_was_killed_as_it_began_is_begun_again(accounts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in (LOCK_FILE, f".{RUN_FILE}.7.part"):
        (out / name).write_text("")
    assert inspect_to_parquet(accounts, BOOK, out=out).subjects == 400


def test_only_leftovers_of_a_run_are_cleared_away(accounts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    inspect_to_parquet(accounts, BOOK, out=out)
    for name in (".download.part", ".part-000000.parquet.7.part", ".bad-000000.jsonl.7.part"):
        (out / name).write_text("a")
    inspect_to_parquet(accounts, BOOK, out=out)
    assert [path.name for path in out.glob(".*.part")] == [".download.part"]


def _whole(path: Path, folder: Path) -> pyarrow.Table:
    return inspect_to_parquet(path, BOOK, out=folder, piece_bytes=3_000).to_arrow()


@pytest.mark.heavy
def test_an_input_that_was_touched_or_grew_is_continued(accounts: Path, tmp_path: Path) -> None:
    first = inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000)
    os.utime(accounts, ns=(1, 1))
    assert inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000).resumed == first.pieces
    more = accounts.read_bytes() + b"".join(made.accounts(50))
    accounts.write_bytes(more + b"{broken\n")
    bad: list[BrokenLine] = []
    run = inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000, on_bad=bad.append)
    assert first.pieces - 1 <= run.resumed < run.pieces
    assert (run.subjects, [fault.where.row for fault in bad if fault.where]) == (450, [451])
    with pytest.warns(UnreadInput):
        assert run.to_arrow().equals(_whole(accounts, tmp_path / "whole"))
    # Another file before it in the list moves every part; none of them is taken for another.
    other = tmp_path / "another.jsonl"
    other.write_bytes(b"".join(made.accounts(30)))
    both = inspect_to_parquet([accounts, other], BOOK, out=tmp_path / "out", piece_bytes=3_000, on_bad=bad.append)
    assert (both.resumed, both.subjects) == (run.pieces, 480)
    accounts.write_bytes(more + b"{broken\n" + b"".join(made.accounts(60)))
    grown = inspect_to_parquet([accounts, other], BOOK, out=tmp_path / "out", piece_bytes=3_000, on_bad=bad.append)
    assert grown.subjects == 540
    assert _ids(grown) == _ids(
        inspect_to_parquet([accounts, other], BOOK, out=tmp_path / "both", piece_bytes=3_000, on_bad=bad.append)
    )
    accounts.write_bytes(more[:-300])
    with pytest.raises(ExportError, match="is shorter"):
        inspect_to_parquet([accounts, other], BOOK, out=tmp_path / "out", piece_bytes=3_000)
    with pytest.raises(ExportError, match="is not at its place"):
        inspect_to_parquet([other, accounts], BOOK, out=tmp_path / "out", piece_bytes=3_000)


@pytest.mark.parametrize("damage", ["cut", "hole", "empty", "notes"])
def test_a_damaged_part_is_named_and_made_again(accounts: Path, tmp_path: Path, damage: str) -> None:
    accounts.write_bytes(accounts.read_bytes() + b"{broken\n")
    bad: list[BrokenLine] = []
    first = inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000, on_bad=bad.append)
    before = first.to_arrow()
    part = first.parts[-1]
    data = part.read_bytes()
    match damage:
        case "cut":
            part.write_bytes(data[:-100])
        case "hole":
            part.write_bytes(data[:200] + bytes(100) + data[300:])
        case "empty":
            part.write_bytes(b"")
        case _:
            part.with_name(part.name.replace("part-", "bad-").replace(".parquet", ".jsonl")).unlink()
    with pytest.warns(UnreadInput, match=f"{part.name} is damaged and is made again"):
        again = inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", piece_bytes=3_000, on_bad=bad.append)
    assert (again.resumed, again.remade) == (first.pieces - 1, (part.name,))
    assert again.to_arrow().equals(before)
    assert [fault.where.row for fault in bad if fault.where is not None] == [401, 401]


def test_two_runs_do_not_share_a_folder(accounts: Path, tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="this system has no such locks")

    def intrude(done: int, total: int | None) -> None:
        with pytest.raises(ExportError, match="another run"):
            inspect_to_parquet(accounts, BOOK, out=tmp_path / "out")

    assert inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", progress=intrude).subjects == 400


def test_what_cannot_be_asked_for(accounts: Path, tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="no such file"):
        inspect_to_parquet(tmp_path / "gone.jsonl", BOOK, out=tmp_path / "out")
    with pytest.raises(ValueError, match="workers"):
        inspect_to_parquet(accounts, BOOK, out=tmp_path / "out", workers=0)
    with pytest.raises(ValueError, match="keep"):
        inspect_to_parquet(accounts, BatchJudge(BOOK.plan, keep=("x",)), out=tmp_path / "out")
    (tmp_path / "x.parquet").write_text("no", "utf-8")
    with pytest.raises(ObservationError, match="not Parquet"):
        inspect_to_parquet(tmp_path / "x.parquet", BOOK, out=tmp_path / "out")


def test_pieces_cover_the_input(accounts: Path) -> None:
    pieces = list(cut_input([str(accounts)], 1_000))
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert b"".join(accounts.read_bytes()[piece.start : piece.stop] for piece in pieces) == accounts.read_bytes()


KILLER = '''
import os
import govmedia_rules as gr

@gr.check("killer.strikes")
def strikes(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Kills its process for one subject."""
    if account.account.name in ("示例发布7", "示例发布8"):
        os._exit(9)
    return gr.passed()
'''


def test_lines_that_kill_a_worker_are_named_and_nothing_else_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "killer_of_parts.py").write_text(KILLER, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    layer = {
        "id": "killer",
        "title": "x",
        "extends": "national-2019",
        "indicators": {"killer.one": {"title": "x", "kind": "veto", "check": "killer.strikes", "source": {"document": "d"}}},
    }
    book = gr.load_rulebook([layer], checks=importlib.import_module("killer_of_parts"))
    path = tmp_path / "accounts.jsonl"
    path.write_bytes(b"".join(made.accounts(12)))
    bad: list[BrokenLine] = []
    run = inspect_to_parquet(path, book, out=tmp_path / "out", workers=2, piece_bytes=1_200, on_bad=bad.append)
    assert [name.split(":")[1].split("@")[0] for name in _ids(run)] == [
        f"示例发布{number}" for number in range(12) if number not in (7, 8)
    ]
    assert [fault.where.row for fault in bad if fault.where is not None] == [8, 9]
    assert all("died" in fault.what for fault in bad)
