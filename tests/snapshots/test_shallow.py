"""Shallow snapshots out of tables of every kind: dates, functions, days without hours, bad rows, posts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
import xlsxwriter

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import LossyColumn, MissingColumn, TableError
from govmedia_rules.snapshots.cells import ONLY_A_DAY
from govmedia_rules.snapshots.posts import read_posts
from govmedia_rules.snapshots.shallow import read_accounts, read_sites

POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
ROWS: list[dict[str, Any]] = [
    {
        "政务新媒体名称": "示例发布",
        "类型": "微信订阅号",
        "政务新媒体标识码": "010700M023WX0002",
        "最近更新时间": "2024年8月20日",
        "监测时间": "2024-08-23 10:00",
        "互动功能": "菜单、留言评论",
        "发布数量": "1,204篇",
        "备注": "甲",
    },
    {
        "政务新媒体名称": "示例体育",
        "类型": "抖音视频号",
        "政务新媒体标识码": "010700M023DY0001",
        "最近更新时间": "2024-08-01",
        "监测时间": "2024-08-23 10:00",
        "互动功能": "无",
        "发布数量": None,
        "备注": None,
    },
]
ROWS[0]["互动功能"] = "互动渠道菜单、留言评论"


def _sources(folder: Path) -> dict[str, object]:
    arrow = pyarrow.Table.from_pylist(ROWS)
    pyarrow.parquet.write_table(arrow, folder / "a.parquet")
    with (folder / "a.csv").open("w", encoding="gb18030", newline="") as file:
        for cells in ([*ROWS[0]], *(row.values() for row in ROWS)):
            file.write(",".join("" if cell is None else f'"{cell}"' for cell in cells) + "\r\n")
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for column, header in enumerate(ROWS[0]):
            sheet.write_string(0, column, header)
            for number, row in enumerate(ROWS, 1):
                if row[header] is not None:
                    sheet.write_string(number, column, row[header])
    polars_frame = polars.DataFrame(ROWS)
    return {
        "dicts": ROWS,
        "pandas": pandas.DataFrame(ROWS),
        "polars": polars_frame,
        "lazy polars": polars_frame.lazy(),
        "arrow": arrow,
        "record batch": arrow.to_batches()[0],
        "duckdb": duckdb.sql("select * from arrow"),
        "parquet": folder / "a.parquet",
        "csv": folder / "a.csv",
        "xlsx": folder / "a.xlsx",
    }


def test_the_same_snapshots_from_every_kind_of_table(tmp_path: Path) -> None:
    for name, source in _sources(tmp_path).items():
        rows_read = read_accounts(source)
        assert not rows_read.bad, name
        first, second = rows_read
        assert first.account.code == "010700M023WX0002", name
        assert first.observed_at == POINT, name
        assert first.latest_post_at == date(2024, 8, 20), name
        assert first.post_count == 1204
        assert [item.kind for item in first.functions or ()] == ["menu", "comment"]
        assert second.functions == ()
        assert second.post_count is None
        assert rows_read.unused == ("备注",), name


def test_dates_of_frames_become_days_or_instants() -> None:
    base = {"账号名称": "甲", "平台": "微博"}

    def latest(value: object) -> object:
        frame = pandas.DataFrame([base | {"最近更新时间": value, "互动功能": "有"}])
        return read_accounts(frame, observed_at=POINT)[0].latest_post_at

    assert latest(pandas.Timestamp("2024-08-01")) == date(2024, 8, 1)
    assert latest(pandas.Timestamp("2024-08-01 09:30")) == datetime(2024, 8, 1, 9, 30, tzinfo=SHANGHAI)
    assert latest(pandas.Timestamp("2024-08-01 09:30", tz="UTC")) == datetime(2024, 8, 1, 9, 30, tzinfo=UTC)
    assert type(latest(pandas.Timestamp("2024-08-01 09:30", tz="UTC"))) is datetime
    assert latest(date(2024, 8, 1)) == date(2024, 8, 1)
    assert latest(20240801) == date(2024, 8, 1)
    assert latest("二〇二四年八月一日") == date(2024, 8, 1)
    assert latest(None) is None
    polars_frame = polars.DataFrame([base | {"最近更新时间": datetime(2024, 8, 1, 9), "互动功能": "有"}])
    assert read_accounts(polars_frame, observed_at=POINT, zone=UTC)[0].latest_post_at == datetime(2024, 8, 1, 9, tzinfo=UTC)


def test_a_monitoring_day_without_an_hour_never_turns_into_a_failure() -> None:
    row = {"账号名称": "甲", "平台": "微博", "互动功能": "有"}
    book = gr.load_rulebook("national-2019").only("media.veto.stale")
    for days, hour, verdict in ((14, 0, "qualified"), (14, 23, "qualified"), (15, 23, "unqualified"), (0, 12, "qualified")):
        shown = datetime(2024, 8, 23, hour, 5) - timedelta(days=days)
        [snapshot] = read_accounts([row | {"监测日期": "2024-08-23", "最近更新时间": shown}])
        assert snapshot.marks == (ONLY_A_DAY,)
        assert book.inspect(snapshot).verdict == verdict, (days, hour)
    [snapshot] = read_accounts([row | {"最近更新时间": "2024-08-09 00:10"}], observed_at=date(2024, 8, 23))
    assert snapshot.latest_post_at == date(2024, 8, 9)


def test_bad_rows_are_kept_apart() -> None:
    rows = [
        *ROWS,
        ROWS[0]
        | {"政务新媒体名称": "丙", "政务新媒体标识码": None, "最近更新时间": "另见说明", "发布数量": "很多", "互动功能": "见截图"},
        ROWS[0] | {"政务新媒体名称": "丁", "政务新媒体标识码": None, "类型": "火星"},
        ROWS[0] | {"政务新媒体名称": None},
        ROWS[0] | {"监测时间": None},
        dict.fromkeys(ROWS[0]),
    ]
    rows_read = read_accounts(rows)
    assert len(rows_read) == 4
    faults = {(fault.row, fault.column): (fault.reason, fault.used) for fault in rows_read.bad}
    assert set(faults) == {
        (4, "最近更新时间"),
        (4, "发布数量"),
        (4, "互动功能"),
        (5, "类型"),
        (6, "政务新媒体名称"),
        (7, "监测时间"),
    }
    assert "2024-08-27" in faults[4, "最近更新时间"][0]
    assert faults[6, "政务新媒体名称"] == ("名称未填", False)
    assert faults[7, "监测时间"] == ("没有监测时间点", False)
    assert rows_read[2].latest_post_at is None
    assert rows_read[2].functions is None
    assert rows_read[3].account.platform == "unknown"


def test_no_posts_beside_a_date_leaves_both_open() -> None:
    rows_read = read_accounts([ROWS[0] | {"发布数量": "0"}])
    assert (rows_read[0].post_count, rows_read[0].latest_post_at) == (None, None)
    assert {fault.column for fault in rows_read.bad} == {"发布数量", "最近更新时间"}


def test_a_bare_yes_does_not_say_which_function_there_is() -> None:
    [function] = read_accounts([ROWS[0] | {"互动功能": "有"}])[0].functions or ()
    assert (function.kind, function.works) == ("stated", True)
    assert read_accounts([ROWS[0] | {"互动功能": "否"}])[0].functions == ()


def test_clients_and_what_the_platform_shows() -> None:
    row = {
        "账号名称": "甲",
        "平台": "移动客户端",
        "最近更新时间": "2024-08-20",
        "互动功能": "有",
        "能否下载": "是",
        "能否正常使用": "否",
        "是否认证": "是",
        "实际主体类型": "企业",
        "实际名称": "乙",
    }
    [seen] = read_accounts([row], observed_at=POINT)
    assert seen.app is not None
    assert (seen.app.downloads, seen.app.starts, seen.certified) == (True, False, True)
    assert (seen.owner_kind, seen.seen_name) == ("company", "乙")


@pytest.mark.parametrize("header", ["是否备案", "备案情况", "APP备案", "网信备案状态"])
@pytest.mark.parametrize(
    ("cell", "filed"),
    [("是", True), ("已备案", True), ("否", False), ("未备案", False), ("备案中", None), ("不详", None), ("", None)],
)
def test_filing_of_applications(header: str, cell: str, filed: bool | None) -> None:
    row = {"账号名称": "甲", "平台": "移动客户端", "最近更新时间": "2024-08-20", "互动功能": "有", header: cell}
    [seen] = read_accounts([row], observed_at=POINT)
    assert seen.filed is filed


def test_sites() -> None:
    row = {
        "网站名称": "示例市统计局",
        "网站标识码": "0107000036",
        "首页最近更新时间": "2024-08-20",
        "是否导航页": "否",
        "办事服务数": 12,
    }
    [site] = read_sites([row], observed_at=POINT)
    assert site.site.code == "0107000036"
    assert site.home is not None
    assert (site.home.latest_entry_at, site.home.is_navigation, site.service_count) == (date(2024, 8, 20), False, 12)
    assert site.columns is None


def test_types_are_reported_before_values_are_touched() -> None:
    row = {"账号名称": "甲", "平台": "微博"}
    table = pyarrow.table({"账号名称": [["甲"]], "平台": ["微博"], "最近更新时间": [True], "是否认证": [date(2024, 1, 1)]})
    with pytest.raises(TableError, match=r"账号名称.*list.*最近更新时间.*bool.*是否认证.*date32") as faults:
        read_accounts(table, observed_at=POINT)
    assert "convert" in str(faults.value)
    with pytest.warns(LossyColumn, match="leading zeros"), pytest.warns(MissingColumn, match="最后更新时间、互动功能"):
        rows_read = read_accounts(pandas.DataFrame([row | {"标识码": 107000036}]), observed_at=POINT)
    assert rows_read.good[0].account.code == "107000036"
    assert "丢了前面的零" in rows_read.remarks[0].reason
    [remark] = rows_read.good[0].marks
    assert (remark.field, remark.basis) == ("account.code", "unconfirmed")
    assert remark.note.endswith("has 9 characters, not 16")
    with pytest.warns(MissingColumn):
        types = {use.header: (use.field, use.type) for use in read_accounts(polars.DataFrame([row]), observed_at=POINT).columns}
    assert types == {"账号名称": ("name", "String"), "平台": ("platform", "String")}


def test_the_monitoring_point_must_come_from_somewhere() -> None:
    with pytest.raises(TableError, match="监测时间点"):
        read_accounts([{"账号名称": "甲", "平台": "微博"}])


def test_own_headers() -> None:
    rows = [{"名字": "甲", "平台": "微博", "上次": "2024-08-20", "互动功能": "有"}]
    [seen] = read_accounts(rows, observed_at=POINT, headers={"名字": "name", "上次": "latest_post_at"})
    assert seen.latest_post_at == date(2024, 8, 20)
    with pytest.raises(TableError, match="do not exist: latest"):
        read_accounts(rows, observed_at=POINT, headers={"上次": "latest"})


POSTS = [
    {"公众号": "示例发布", "平台": "微信订阅号", "标题": "一", "发布时间": "2024-08-20 09:00", "是否原创": "是"},
    {"公众号": "示例发布", "平台": "微信订阅号", "标题": "二", "发布时间": "2024-08-21"},
    {"公众号": "示例体育", "平台": "抖音", "标题": "三", "发布时间": None},
    {"公众号": "示例体育", "平台": "抖音", "标题": "四", "发布时间": "昨日之日"},
    {"公众号": None, "平台": "抖音", "标题": "五", "发布时间": "2024-08-21"},
]


def test_posts_are_grouped_by_account() -> None:
    silent = gr.Account(name="示例静默", platform="微博")
    rows_read = read_posts(POSTS, accounts=[silent], observed_at=POINT, complete=True)
    assert [(item.account.name, len(item.posts or ())) for item in rows_read] == [("示例发布", 2), ("示例体育", 2), ("示例静默", 0)]
    assert [item.partial for item in rows_read] == [("posts",)] * 3  # the last row may be of any of them
    assert rows_read[0].latest_post_at == date(2024, 8, 21)
    assert rows_read[0].posts is not None
    assert rows_read[0].posts[0].original is True
    assert {(item.row, item.column) for item in rows_read.bad} == {(5, "发布时间"), (6, "公众号")}
    part = read_posts(POSTS, accounts=[silent], observed_at=POINT)
    assert [item.partial for item in part] == [("posts",), ("posts",)]


def test_posts_that_may_be_missing_prove_nothing() -> None:
    old = [{"公众号": "甲", "平台": "微博", "发布时间": "2024-01-01"}]
    book = gr.load_rulebook("national-2019").only("media.veto.stale")
    assert book.inspect(read_posts(old, observed_at=POINT)[0]).verdict == "undetermined"
    assert book.inspect(read_posts(old, observed_at=POINT, complete=True)[0]).verdict == "unqualified"


def test_posts_find_their_account_by_code_or_by_name_alone() -> None:
    account = gr.Account(name="甲", platform="微博", code="610700M023WB0002")
    rows = [
        {"标识码": "610700m023wb0002", "公众号": "别名", "发布时间": "2024-08-20"},
        {"公众号": "甲", "标识码": None, "发布时间": "2024-08-21"},
    ]
    [seen] = read_posts(rows, accounts=[account], observed_at=POINT)
    assert seen.account == account
    assert seen.post_count == 2
    twins = [account, gr.Account(name="甲", platform="抖音")]
    assert "有2个账号用此名称" in read_posts(rows[1:], accounts=twins, observed_at=POINT).bad[0].reason
    with pytest.raises(TableError, match="1 accounts have no row"):
        read_posts([rows[0] | {"监测时间": "2024-08-23 10:00"}], accounts=[*twins[:1], twins[1]], complete=True)
