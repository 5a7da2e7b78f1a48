"""A frame judged as a whole says what the subjects say one by one, row for row, and loses none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas
import polars
import pyarrow
import pytest

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import TableError
from govmedia_rules.judge.frame import JUDGED_HEADINGS

POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
BOOK = gr.load_rulebook("national-2019")
ROWS: list[dict[str, Any]] = [
    {"账号名称": "甲", "类型": "微信订阅号", "最近更新时间": "2024-08-20", "互动功能": "互动渠道菜单"},
    {"账号名称": "乙", "类型": "抖音", "最近更新时间": "2024-08-01", "互动功能": "无"},
    {"账号名称": "丙", "类型": "火星", "最近更新时间": "某日", "互动功能": "无"},
    {"账号名称": None, "类型": None, "最近更新时间": None, "互动功能": None},
    {"账号名称": "丁", "类型": "微博", "最近更新时间": None, "互动功能": None},
]
FRAMES = {"pandas": pandas.DataFrame(ROWS), "polars": polars.DataFrame(ROWS), "pyarrow": pyarrow.Table.from_pylist(ROWS)}


def _rows(frame: Any) -> list[dict[str, Any]]:
    if isinstance(frame, pandas.DataFrame):
        return [{key: None if pandas.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]
    return frame.to_pylist() if isinstance(frame, pyarrow.Table) else frame.to_dicts()  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_comes_back_with_what_each_subject_gets(name: str) -> None:
    frame = FRAMES[name]
    judged = gr.inspect_frame(frame, BOOK, observed_at=POINT)
    assert type(judged) is type(frame)
    rows = _rows(judged)
    assert list(rows[0]) == [*ROWS[0], *(heading.name for heading in JUDGED_HEADINGS)]
    assert [row["账号名称"] for row in rows] == [row["账号名称"] for row in ROWS]
    singly = {seen.subject.name: seen for seen in BOOK.inspect_many(gr.read_accounts(frame, observed_at=POINT))}
    for row in rows:
        seen = singly.get(row["账号名称"])
        if seen is None:
            assert row["verdict"] is None
            assert row["fault"]
            continue
        assert (row["fault"] is None) == (row["账号名称"] != "丙")
        assert (row["subject_id"], row["verdict"], row["verdict_zh"]) == (seen.subject.id, seen.verdict, seen.verdict.zh)
        assert (row["problem_ids"] or "") == ";".join(one.id for one in seen.problems)
        assert (row["reasons"] or "") == "；".join(one.message("zh") for one in seen.problems)
        assert (row["missing_ids"] or "") == ";".join(one.id for one in seen.missing)
        assert row["not_checked"] == len(seen.not_checked)
    assert rows[2]["fault"].startswith("类型: 不认识平台“火星”")
    assert "最近更新时间: 不是能读出的日期" in rows[2]["fault"]
    assert rows[3]["fault"] == "空行"
    assert [row["verdict"] for row in rows] == ["qualified", "unqualified", "unqualified", None, "undetermined"]
    assert [row["row"] for row in rows] == [2, 3, 4, None, 6]
    assert [bool(row["missing_zh"]) for row in rows] == [False, False, False, False, True]


def test_the_index_of_pandas_stays() -> None:
    frame = pandas.DataFrame(ROWS, index=["a", "b", "c", "c", "e"])
    judged = gr.inspect_frame(frame, BOOK, observed_at=POINT)
    assert list(judged.index) == ["a", "b", "c", "c", "e"]
    assert list(frame.columns) == list(ROWS[0])
    assert len(gr.inspect_frame(frame[:0], BOOK, observed_at=POINT)) == 0


def test_reviews_and_english() -> None:
    review = gr.Review(
        subject="wechat_subscription:甲",
        indicator="media.veto.safety.expression",
        decision="confirmed",
        role="复核员",
        at=POINT,
        reason="表述错误",
    )
    judged = gr.inspect_frame(FRAMES["polars"], BOOK, observed_at=POINT, reviews=[review], lang="en", prefix="gr_")
    assert judged["gr_verdict"].to_list()[0] == "unqualified"
    assert "days" in judged["gr_reasons"].to_list()[1] or "weeks" in judged["gr_reasons"].to_list()[1]
    assert judged["gr_subject_id"].to_list()[4] == "weibo:丁"


def test_sites_are_told_apart_by_their_columns() -> None:
    frame = pandas.DataFrame([{"网站名称": "示例网", "首页最近更新时间": "2024-01-01", "是否导航页": "否", "级别": "县级部门"}])
    judged = gr.inspect_frame(frame, "national-2019", observed_at=date(2024, 8, 23))
    assert judged["problem_ids"].tolist() == ["site.veto.home_stale"]
    assert "2024年1月1日" in judged["reasons"][0]


def test_scores_of_portals() -> None:
    frame = polars.DataFrame([{"网站名称": "示例网", "级别": "县级门户", "首页最近更新时间": "2024-08-22", "是否导航页": "否"}])
    judged = gr.inspect_frame(frame, BOOK, observed_at=POINT)
    [seen] = BOOK.inspect_many(gr.read_sites(frame, observed_at=POINT))
    assert seen.score is not None
    assert (judged["score_low"][0], judged["score_high"][0]) == (seen.score.low, seen.score.high)


def test_what_cannot_be_judged_as_a_frame() -> None:
    with pytest.raises(TableError, match="already.*prefix"):
        gr.inspect_frame(gr.inspect_frame(FRAMES["pandas"], BOOK, observed_at=POINT), BOOK, observed_at=POINT)
    with pytest.raises(TableError, match="collect"):
        gr.inspect_frame(FRAMES["polars"].lazy(), BOOK, observed_at=POINT)
    with pytest.raises(TableError, match="read_accounts"):
        gr.inspect_frame(ROWS, BOOK, observed_at=POINT)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_whose_header_stands_in_its_rows(library: str) -> None:
    rows = [["某县台账", None, None, None], [*ROWS[0]], [*ROWS[0].values()], [*ROWS[1].values()], ["合计", "2个", None, None]]
    frame: Any = (
        pandas.DataFrame(rows) if library == "pandas" else polars.DataFrame(rows, schema=["a", "b", "c", "d"], orient="row")
    )
    judged = gr.inspect_frame(frame, BOOK, observed_at=POINT, labels="zh")
    table = _rows(judged)
    assert [row["判定代码"] for row in table] == [None, None, "qualified", "unqualified", None]
    assert [row["数据错误"] for row in table][-1] == "整行: 合计行"


def test_two_rows_of_one_account_share_a_verdict() -> None:
    same, other = ROWS[0] | {"账号名称": "双"}, ROWS[0] | {"账号名称": "重", "最近更新时间": "2024-01-01"}
    rows = [same, other | {"最近更新时间": "2024-08-20"}, same, other]
    judged = _rows(gr.inspect_frame(pandas.DataFrame(rows), BOOK, observed_at=POINT))
    assert [row["verdict"] for row in judged] == ["qualified", "undetermined", "qualified", "undetermined"]
    assert [row["fault"] for row in judged][:1] == [None]
    assert "第2行为同一对象，已合并" in judged[2]["fault"]
    assert "第3、5行为同一对象而内容不一致" in judged[1]["fault"]
