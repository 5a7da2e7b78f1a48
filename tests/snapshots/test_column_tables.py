"""Tables of columns: kinds by name, blanks, cycles, and what stays open."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.checks.columns import columns_blank
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import TableError
from govmedia_rules.snapshots.column_tables import cycle_cell

POINT = datetime(2024, 8, 23, 18, tzinfo=SHANGHAI)
BOOK = gr.load_rulebook("national-2019").only("site.veto.columns")


def row(name: str, shown: object, **cells: object) -> dict[str, object]:
    return {"网站名称": "某县人民政府", "栏目名称": name, "最近更新时间": shown, **cells}


def read(*rows: dict[str, object], **options: Any) -> Any:
    return gr.read_columns(list(rows), **{"observed_at": POINT, "complete": True, **options})


def test_columns_by_site_with_their_kinds() -> None:
    result = read(row("政务动态", "2024.8.20"), row("通知公告", "7月1日"), row("规划计划", None, 网站名称="乙网"))
    assert [(site.site.name, [column.kind for column in site.columns]) for site in result] == [
        ("某县人民政府", ["news", "notice"]),
        ("乙网", ["plans"]),
    ]
    assert result[0].columns[1].latest_entry_at == date(2024, 7, 1)
    assert result[1].columns[0].is_blank is None


def test_a_given_kind_wins_and_an_unknown_one_is_named() -> None:
    result = read(row("今日某县", "2024-08-20", 栏目类别="动态要闻"), row("通知公告", "2024-08-20", 栏目类别="甲类"))
    assert [column.kind for column in result[0].columns] == ["news", "notice"]
    assert [(fault.row, fault.column, fault.used) for fault in result.bad] == [(3, "栏目类别", True)]


def test_blank_columns_and_contradictions() -> None:
    result = read(row("甲", "空白"), row("乙", None, 条数=0), row("丙", "2024-08-20", 条数=0), row("丁", "2024年7月"))
    assert [(column.is_blank, column.latest_entry_at) for column in result[0].columns] == [
        (True, None),
        (True, None),
        (None, None),
        (False, date(2024, 7, 31)),  # at the latest
    ]
    assert [(fault.row, fault.column) for fault in result.bad] == [(4, "条数")]


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("每周", gr.Window(weeks=1)),
        ("每季度", gr.Window(months=3)),
        ("6个月", gr.Window(months=6)),
        ("半年", gr.Window(months=6)),
        ("两周内更新一次", gr.Window(weeks=2)),
        ("/", None),
    ],
)
def test_cycles(text: str, window: gr.Window | None) -> None:
    assert cycle_cell(text) == window
    with pytest.raises(ValueError, match="更新周期"):
        cycle_cell("及时更新")


@pytest.mark.parametrize("text", ["10个工作日", "每5个工作日", "每工作日", "半周"])
def test_working_days_are_no_cycle(text: str) -> None:
    result = read(row("通知公告", "2024-08-13", 更新周期=text))
    assert result[0].columns[0].cycle is None
    [fault] = result.bad
    assert (fault.column, fault.value, fault.used) == ("更新周期", text, True)


def test_a_promise_that_was_not_read_leaves_the_question_open() -> None:
    def status(*cycles: str) -> str:
        site = read(*(row(f"工作动向{number}", "2024-06-13", 更新周期=text) for number, text in enumerate(cycles)))[0]
        return BOOK.inspect(site).finding("site.veto.columns.overdue").status.value

    assert status(*["10个工作日"] * 10) == "inconclusive"
    assert status(*["10个工作日"] * 9) == "passed"
    assert status(*["及时更新"] * 10) == "passed"  # which promises no length of time
    assert status(*["每月"] * 9, "每旬") == "inconclusive"


def test_verdicts_of_a_table() -> None:
    stale = [row(f"政务动态{number}", "2024-01-01") for number in range(5)]
    assert [BOOK.inspect(site).verdict.value for site in read(*stale)] == ["unqualified"]
    assert [BOOK.inspect(site).verdict.value for site in read(*stale[:4])] == ["qualified"]
    assert [BOOK.inspect(site).verdict.value for site in read(*stale[:4], complete=False)] == ["undetermined"]
    assert [BOOK.inspect(site).verdict.value for site in read(*stale[:4], row("要闻", "见截图"))] == ["undetermined"]


def test_a_table_of_one_site(tmp_path: Path) -> None:
    path = tmp_path / "栏目.csv"
    path.write_bytes("某县人民政府网站栏目情况\n序号,栏目名称,最近更新时间\n1,通知公告,2024-08-20\n合计,1,\n".encode("gb18030"))
    [site] = gr.read_columns(path, observed_at=POINT, site=gr.Site(name="某县人民政府"))
    assert [column.name for column in site.columns or ()] == ["通知公告"]
    with pytest.raises(TableError, match="site_name"):
        gr.read_columns(path, observed_at=POINT)


def test_a_blank_column_with_entries_stays_open() -> None:
    result = read(row("甲", "空白", 条数=3))
    assert result[0].columns[0].is_blank is None
    assert [fault.column for fault in result.bad] == ["条数"]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"最近更新时间": "2024.8.2O", "条数": "0"}, "条数"),
        ({"最近更新时间": "2024.8.2O", "是否空白": "是"}, "最近更新时间"),
        ({"最近更新时间": None, "是否空白": "是", "条数": "若干"}, "条数"),
        ({"最近更新时间": "空白", "条数": "若干"}, "条数"),
        ({"最近更新时间": None, "条数": "0", "近两周更新条数": "若干"}, "条数"),
        ({"最近更新时间": None, "条数": "0", "是否空白": "好像"}, "条数"),
    ],
)
def test_what_was_not_read_may_speak_against_a_blank_column(cells: dict[str, object], column: str) -> None:
    result = read({"网站名称": "某县人民政府", "栏目名称": "图片", **cells})
    [shown] = result[0].columns
    assert (shown.is_blank, shown.entry_count, shown.latest_entry_at) == (None, None, None)
    assert [fault.column for fault in result.bad if "留待核实" in fault.reason] == [column]
    assert columns_blank(result[0], limit=1).status.value == "inconclusive"


@pytest.mark.parametrize("more", [{"条数": "0"}, {"是否空白": "是"}])
def test_a_column_long_not_updated_may_be_blank(more: dict[str, object]) -> None:
    result = read(row("图片", "长期未更新", **more))
    assert result[0].columns[0].is_blank
    assert columns_blank(result[0], limit=1).status.value == "failed"


def test_totals_and_notes_of_a_list_are_no_columns() -> None:
    result = read(row("通知公告", "2024-08-20"), row("合计", None, 条数=30), row("填表人：", None))
    assert [column.name for column in result[0].columns] == ["通知公告"]
    assert [(each.row, each.reason) for each in result.rejected] == [(3, "合计行"), (4, "说明行")]


def test_a_month_is_too_old_only_where_all_of_it_is() -> None:
    def verdict(shown: str) -> str:
        return str(BOOK.inspect(read(*(row(f"政务动态{number}", shown) for number in range(5)))[0]).verdict.value)

    # Two weeks for news: from 9 August at 18:00.
    assert [verdict(shown) for shown in ("2024年7月", "2024年8月", "8月上旬", "8月中旬")] == [
        "unqualified",
        "undetermined",
        "undetermined",
        "qualified",
    ]


def test_the_question_whether_a_column_is_blank() -> None:
    cells = [("甲", None, "是"), ("乙", "2024-08-20", "否"), ("丙", "2024-08-20", "是"), ("丁", "空白", "否"), ("戊", None, "否")]
    result = read(*(row(name, shown, 是否空白栏目=answer) for name, shown, answer in cells))
    assert [column.is_blank for column in result[0].columns] == [True, False, None, None, None]
    assert [fault.row for fault in result.bad] == [4, 5]


def test_one_code_beside_two_names_is_two_sites_and_is_named() -> None:
    rows = [
        {**row("通知公告", "2024-08-20"), "网站名称": "甲县教育局网站", "网站标识码": "6107260001"},
        {**row("政务动态", "2024-08-20"), "网站名称": "甲县财政局网站", "网站标识码": "6107260001"},
        {**row("政策文件", "2024-08-20"), "网站名称": None, "网站标识码": "6107260001"},
    ]
    result = read(*rows)
    assert [(site.site.name, len(site.columns or ())) for site in result] == [("甲县教育局网站", 2), ("甲县财政局网站", 1)]
    [fault] = result.bad
    assert (fault.row, fault.column) == (3, "网站名称")
    first_unnamed = read(rows[2], *rows[:2])
    assert [(site.site.name, len(site.columns or ())) for site in first_unnamed] == [("甲县教育局网站", 2), ("甲县财政局网站", 1)]
    assert [fault.row for fault in first_unnamed.bad] == [4]


def test_a_column_named_like_a_total_is_one() -> None:
    result = read(row("食品抽检不合格", "2024-08-20"), row("全县合计", None, 条数=3))
    assert [column.name for column in result[0].columns] == ["食品抽检不合格"]


def test_a_row_of_no_site_may_be_a_column_of_any() -> None:
    rows = [
        {"网站名称": "某县人民政府", "栏目名称": "要闻", "最近更新时间": "2024-08-20"},
        {"网站名称": None, "栏目名称": "政策文件", "最近更新时间": "2024-08-20"},
    ]
    whole = gr.read_columns(rows[:1], observed_at=date(2024, 8, 23), complete=True)
    read = gr.read_columns(rows, observed_at=date(2024, 8, 23), complete=True)
    assert (whole[0].partial, read[0].partial) == ((), ("columns",))
    assert [(fault.row, fault.reason) for fault in read.bad] == [(3, "网站名称未填")]
