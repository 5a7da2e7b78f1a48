"""Tables as copies leave them: one cell a line, all in one line, tabs, bars, headers of several levels."""

from __future__ import annotations

import time

import pytest

from govmedia_rules.notices import read
from govmedia_rules.notices.grids import from_flat
from govmedia_rules.notices.headers import solve_header
from govmedia_rules.notices.model import Table
from tests.timing import allowed

HEAD = "南浦市人民政府办公室关于2022年第四季度检查情况的通报\n\n一、总体情况\n\n附件:1.{title}\n\n南浦市人民政府办公室\n\n2023年1月6日\n\n附件1\n\n{title}\n\n"


def only_table(body: str, title: str = "检查情况统计表") -> Table:
    notice = read(HEAD.format(title=title) + body)
    assert len(notice.attachments) == 1
    assert len(notice.attachments[0].tables) == 1
    return notice.attachments[0].tables[0]


def a_cell_a_line(rows: list[list[str]], gap: str) -> str:
    """One cell a line with `gap` between the cells; a blank cell is one more blank line."""
    lines = ""
    for row in rows:
        for cell in row:
            lines += f"{cell}\n{gap}" if cell else "\n"
    return lines


@pytest.mark.parametrize("gap", ["", "\n"])
def test_one_cell_a_line_keeps_blank_cells_blank(gap: str) -> None:
    rows = [
        ["序号", "地区", "抽查数", "不合格数", "备注"],
        ["1", "市直", "30", "", ""],
        ["2", "东岭区", "12", "0", "已整改"],
        ["3", "西岭区", "", "1", ""],
        ["4", "南岭县", "9", "2", "整改中"],
    ]
    table = only_table(a_cell_a_line(rows, gap))
    assert table.columns == ("序号", "地区", "抽查数", "不合格数", "备注")
    assert table.rows == tuple(tuple(cell or None for cell in row) for row in rows[1:])


def test_a_broken_cell_is_joined_where_the_row_would_not_fit() -> None:
    rows = [["序号", "单位", "条数"], ["1", "县人力资源\n\n社会保障局", "5"], ["2", "县水利局", "6"], ["3", "县林业局", "7"]]
    table = only_table(a_cell_a_line(rows, "\n"))
    assert table.rows[0] == ("1", "县人力资源社会保障局", "5")
    assert table.rows[2] == ("3", "县林业局", "7")


def test_a_total_row_is_kept_apart() -> None:
    rows = [["序号", "地区", "网站数"], ["1", "甲区", "3"], ["2", "乙区", "4"], ["合计", "7"]]
    table = only_table(a_cell_a_line(rows, "\n"))
    assert len(table.rows) == 2
    assert table.total == (None, "合计", "7")


def test_two_parts_under_captions_are_two_tables() -> None:
    part = a_cell_a_line([["序号", "单位", "条数"], ["1", "甲局", "3"], ["2", "乙局", "4"]], "\n")
    notice = read(HEAD.format(title="办理情况") + "一、市直单位\n\n" + part + "二、县区\n\n" + part)
    tables = notice.attachments[0].tables
    assert [table.caption for table in tables] == ["市直单位", "县区"]
    assert [len(table.rows) for table in tables] == [2, 2]


@pytest.mark.parametrize("row", ["{}\t{}\t{}", "| {} | {} | {} |"])
def test_tabs_and_bars_divide_cells(row: str) -> None:
    lines = [row.format("序号", "网站名称", "存在问题"), row.format("1", "甲网", "栏目不更新"), row.format("2", "乙网", "")]
    if row.startswith("|"):
        lines.insert(1, "|---|:---:|---|")
    table = only_table("\n".join(lines), "不合格政府网站名单")
    assert table.rows == (("1", "甲网", "栏目不更新"), ("2", "乙网", None))


def test_a_table_in_one_line_finds_its_rows_by_what_comes_back() -> None:
    tokens = [
        "网站名称",
        "(账号名称)",
        "标识码",
        "类型",
        "检查结果",
        "存在问题",
        "甲县政府网",
        "5107010001",
        "网站",
        "不合格",
        "栏目不更新、",
        "首页不更新",
        "甲县发布",
        "510701M001WX0001",
        "微信公众号",
        "不合格",
        "2周内无更新",
    ]
    table = from_flat(tokens, 1)
    assert table is not None
    assert table.columns == ("网站名称(账号名称)", "标识码", "类型", "检查结果", "存在问题")
    assert table.rows == (
        ("甲县政府网", "5107010001", "网站", "不合格", "栏目不更新、首页不更新"),
        ("甲县发布", "510701M001WX0001", "微信公众号", "不合格", "2周内无更新"),
    )


@pytest.mark.parametrize(
    ("words", "width", "columns"),
    [
        (["序号", "单位", "合格率"], 3, ["序号", "单位", "合格率"]),
        (
            ["序号", "地区", "政府网站", "政务新媒体", "抽查数", "不合格数", "抽查数", "不合格数"],
            6,
            ["序号", "地区", "政府网站/抽查数", "政府网站/不合格数", "政务新媒体/抽查数", "政务新媒体/不合格数"],
        ),
        (
            ["序号", "单位", "受理情况", "备注", "总数", "其中:", "按时", "办结", "暂未", "办结"],
            6,
            ["序号", "单位", "受理情况/总数", "受理情况/其中:/按时办结", "受理情况/其中:/暂未办结", "备注"],
        ),
        (["序号", "存在的", "突出问题", "备注"], 3, ["序号", "存在的突出问题", "备注"]),
        (["序号", "单位", "办结", "(条)"], 3, ["序号", "单位", "办结(条)"]),
    ],
)
def test_headers_of_several_levels_are_solved(words: list[str], width: int, columns: list[str]) -> None:
    assert ["/".join(levels) for levels in solve_header(words, width)] == columns


def test_a_header_that_nobody_could_solve_takes_no_time() -> None:
    started = time.process_time()
    header = solve_header([f"名称{i}" for i in range(22)] + ["市级政"] * 6, 14)
    assert len(header) == 14
    assert time.process_time() - started < allowed(5)


def test_columns_of_a_list_are_known_by_their_names() -> None:
    body = "序号\t属地\t账号名称\t平台类型\t主管单位\t账号编码\t不合格原因\t备注\n1\t甲县\t甲县发布\t抖音\t甲县宣传办\t510701M001DY0001\t单项否决(未及时更新和缺有效互动渠道\t\n"
    notice = read(HEAD.format(title="不合格政务新媒体名单") + body)
    (row,) = notice.listed
    assert (row.name, row.kind, row.platform, row.area, row.owner, row.code) == (
        "甲县发布",
        "account",
        "douyin",
        "甲县",
        "甲县宣传办",
        "510701M001DY0001",
    )
    assert row.problems == ("未及时更新", "缺有效互动渠道")
    assert row.indicator_ids == ("media.veto.stale", "media.veto.interaction")
    assert row.remark is None
