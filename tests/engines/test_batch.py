"""The function from record batch to record batch: row for row, whatever the columns; stateless and picklable."""

from __future__ import annotations

import json
import pickle
from datetime import datetime

import pyarrow
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.errors import TableError
from govmedia_rules.judge import columnwise

BOOK = gr.load_rulebook("national-2019")
POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
SNAPSHOT = testing.snapshot("account", latest_post_at="2024-08-01")
LINE = SNAPSHOT.model_dump_json(exclude_none=True)


def test_every_kind_of_text_is_read() -> None:
    judge = BatchJudge(BOOK.plan)
    for kind in (pyarrow.string(), pyarrow.large_string(), pyarrow.binary(), pyarrow.large_binary(), pyarrow.string_view()):
        judged = judge(pyarrow.record_batch({"snapshot": pyarrow.array([LINE, None, " ", "{"], kind)}))
        assert judged["verdict"].to_pylist() == ["unqualified", None, None, None]
        assert judged["fault"].to_pylist()[:3] == [None, "the text is empty", "the text is empty"]
        assert judged.schema == judge.schema()


def test_a_batch_without_rows() -> None:
    judge = BatchJudge(BOOK.plan)
    judged = judge(pyarrow.record_batch({"json": pyarrow.array([], pyarrow.string())}))
    assert (judged.num_rows, judged.schema) == (0, judge.schema())


def test_columns_are_kept() -> None:
    judge = BatchJudge(BOOK.plan, json_column="doc", keep=("n",))
    judged = judge(pyarrow.record_batch({"doc": [LINE, "{"], "n": pyarrow.array([7, 8], pyarrow.int8())}))
    assert judged["n"].to_pylist() == [7, 8]
    assert judged.schema.names[0] == "n"
    assert judged.schema.field("n").type == pyarrow.int8()
    with pytest.raises(TableError, match="no column m to keep"):
        BatchJudge(BOOK.plan, keep=("m",))(pyarrow.record_batch({"json": [LINE]}))
    with pytest.raises(TableError, match="verdict itself"):
        BatchJudge(BOOK.plan, keep=("verdict",))(pyarrow.record_batch({"json": [LINE], "verdict": [1]}))
    with pytest.raises(TableError, match="named 'gone'"):
        BatchJudge(BOOK.plan, json_column="gone")(pyarrow.record_batch({"json": [LINE]}))


def test_the_whole_inspection_goes_along() -> None:
    judged = BatchJudge(BOOK.plan, detail=True)(pyarrow.record_batch({"json": [LINE]}))
    again = gr.Inspection.from_dict(json.loads(judged["detail"][0].as_py()), BOOK.plan)
    assert again == BOOK.inspect(SNAPSHOT)


def test_typed_columns_row_for_row() -> None:
    rows = [
        {"账号名称": None, "平台": None, "最近更新时间": None},
        {"账号名称": "甲", "平台": "微博", "最近更新时间": "2024-08-22"},
        {"账号名称": None, "平台": None, "最近更新时间": None},
        {"账号名称": "乙", "平台": "火星", "最近更新时间": "2024-08-22"},
        {"账号名称": None, "平台": None, "最近更新时间": None},
    ]
    judged = BatchJudge(BOOK.plan, observed_at=POINT)(pyarrow.RecordBatch.from_pylist(rows))
    assert judged["subject_name"].to_pylist() == [None, "甲", None, "乙", None]
    faults = judged["fault"].to_pylist()
    assert [faults[at] for at in (0, 1, 2, 4)] == ["空行", None, "空行", "空行"]
    assert faults[3].startswith("平台: 不认识平台")
    # A platform nobody knows costs the row nothing, and keeps the rules of platforms open.
    assert judged["platform"].to_pylist()[3] == "unknown"
    late = BatchJudge(BOOK.plan, observed_at=POINT, not_after=datetime(2024, 1, 1, tzinfo=SHANGHAI))
    assert late(pyarrow.RecordBatch.from_pylist(rows[1:2]))["fault"].to_pylist() == ["observed_at lies in the future"]
    sites = pyarrow.RecordBatch.from_pylist([{"网站名称": "示例网", "首页最近更新时间": "2024-08-22"}])
    assert BatchJudge(BOOK.plan, observed_at=POINT)(sites)["subject_kind"].to_pylist() == ["site"]
    with pytest.raises(TableError, match="no column gives"):
        BatchJudge(BOOK.plan, observed_at=POINT)(pyarrow.record_batch({"x": [1]}))


@pytest.mark.parametrize("together", [True, False])
def test_rows_of_one_subject_share_a_verdict(together: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnwise, "LEAST_ROWS", 1 if together else 1_000)
    same = {"账号名称": "双", "平台": "微博", "最近更新时间": "2024-08-22", "互动功能": "菜单"}
    other = {**same, "账号名称": "重"}
    rows = [same, other, same, {**other, "最近更新时间": "2024-01-01"}, {**same, "账号名称": "单"}]
    judged = BatchJudge(BOOK.plan, observed_at=POINT)(pyarrow.RecordBatch.from_pylist(rows))
    assert judged["verdict"].to_pylist() == ["qualified", "undetermined", "qualified", "undetermined", "qualified"]
    faults = judged["fault"].to_pylist()
    assert (faults[0], faults[2], faults[4]) == (None, "与第2行为同一对象，已合并", None)
    assert "第3、5行为同一对象而内容不一致" in faults[1]
    assert faults[1] == faults[3]


def test_zones_limits_and_the_future() -> None:
    naive = json.loads(LINE) | {"observed_at": "2024-08-23T10:00:00"}
    batch = pyarrow.record_batch({"json": [json.dumps(naive), LINE]})
    assert "no zone" in BatchJudge(BOOK.plan)(batch)["fault"].to_pylist()[0]
    assert BatchJudge(BOOK.plan, zone=SHANGHAI)(batch)["fault"].to_pylist() == [None, None]
    assert "longer than allowed" in BatchJudge(BOOK.plan, max_line_bytes=10)(batch)["fault"].to_pylist()[1]
    early = BatchJudge(BOOK.plan, not_after=datetime(2020, 1, 1, tzinfo=SHANGHAI))
    assert "from the future" in early(batch)["fault"].to_pylist()[1] or "lies after" in early(batch)["fault"].to_pylist()[1]


def test_it_pickles_and_keeps_nothing() -> None:
    judge = BatchJudge(BOOK.plan, observed_at=POINT)
    batch = pyarrow.record_batch({"json": [LINE] * 3})
    first = judge(batch)
    size = len(pickle.dumps(judge))
    for _ in range(3):
        assert judge(batch).equals(first)
    assert len(pickle.dumps(judge)) == size
    assert pickle.loads(pickle.dumps(judge))(batch).equals(first)
    assert BatchJudge.of(BOOK).plan is BOOK.plan
    assert BatchJudge.of(judge) is judge
