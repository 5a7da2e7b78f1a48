"""More words of clerks' cells, each with the verdict that is right at 2024-08-23 18:00 by the national list of 2019."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import openpyxl
import pytest

import govmedia_rules as gr
from tests.timing import allowed

POINT = dt.datetime(2024, 8, 23, 18, tzinfo=gr.SHANGHAI)
BOOK = gr.load_rulebook("national-2019")
VERDICTS = {"q": "qualified", "u": "unqualified", "o": "undetermined"}


def verdict(**cells: Any) -> str:
    row = {"账号名称": "青石发布", "平台": "微信公众号", "最近更新时间": "2024-08-20", "互动功能": "有"} | cells
    (snapshot,) = gr.read_accounts([row], observed_at=POINT)
    return BOOK.inspect(snapshot).verdict.value


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ("十天前", "q"),
        ("十五天前", "u"),
        ("二十五天未更新", "u"),
        ("上月底", "u"),
        ("上个月初", "u"),
        ("本月中旬", "q"),
        ("本月上旬", "o"),
        ("上周五", "q"),
        ("本周三", "q"),
        ("大前天", "q"),
        ("上半年", "u"),
        ("2024年二季度", "u"),
        ("三季度", "o"),
        ("四季度", "u"),  # the latest, of last year
        ("年初", "u"),
        ("去年年底", "u"),
        ("下半年", "o"),
        ("'2024-08-12", "q"),
        ("近一周", "q"),
        ("近两周未更新", "u"),
        ("两周内无更新", "u"),
        ("超过14天未更新", "u"),
        ("14天以上未更新", "o"),  # 以上 includes the fourteenth
        ("15天以上未更新", "u"),
        ("近五天未更新", "o"),
        ("2023年以来未更新", "u"),
        ("自2024年5月起未更新", "u"),
        ("2024年8月后未更新", "o"),
        ("2024Q2", "u"),
        ("本月12日", "q"),
        ("上月30号", "u"),
        ("半个月前", "o"),
        ("去年12月30日", "u"),
        ("今年8月20日", "q"),
        ("元月3日", "u"),
        ("2024·8·20", "q"),
        ("2024-08-20《关于放假的通知》", "q"),
        ("3/8/2024", "u"),  # March or 3 August: both are too old
        ("2024-08-20至2024-08-22", "q"),
        ("2024年5月-6月", "u"),
        ("2024年7月-8月", "o"),
        ("2024年8月18日、8月20日", "q"),
        ("已更新至8月20日", "q"),
        ("2024.5.1，此后未更新", "u"),
        ("今早", "q"),
        ("一个多月未更新", "u"),
        ("十多天未更新", "o"),
        ("8.2日", "u"),  # with 日 it is no number that lost a zero
    ],
)
def test_a_date(cell: str, right: str) -> None:
    assert verdict(最近更新时间=cell) == VERDICTS[right]


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ("有（已关闭）", "o"),
        ("有，但已关闭", "o"),
        ("有(失效)", "o"),
        ("私信，已停用", "o"),
        ("不正常", "o"),
        ("自动回复", "o"),
        ("自动回复、私信", "q"),
        ("没有设置互动功能", "u"),
        ("暂未开通", "u"),
        ("尚未开通", "u"),
        ("未启用", "u"),
        ("启用", "q"),
        ("是的", "q"),
        ("無", "u"),
        ("有效", "q"),
        ("已开启", "q"),
        ("均有", "q"),
        ("都没有", "u"),
        ("有（待核）", "o"),
        ("有（？）", "o"),
        ("私信√ 评论×", "q"),
        ("menu", "q"),
        ("有√", "q"),
        ("评论已关", "o"),
        ("留言功能暂停", "o"),
        ("不支持评论和私信", "o"),
        ("不支持评论和私信功能", "o"),
        ("未开通留言、智能客服", "o"),
        ("未设置菜单、评论设置", "o"),
        ("不支持评论，私信", "o"),
        ("不支持评论，私信正常", "q"),
        ("无评论；私信", "q"),
        ("未开通留言、私信，有菜单", "q"),
        ("评论、私信均不支持", "o"),
        ("评论、私信、菜单均无", "o"),
        ("评论功能：关", "o"),
        ("评论（关）、私信（开）", "q"),
        ("√有", "q"),
        ("功能齐全", "q"),
        ("设有意见箱", "q"),
        ("有（自动回复、人工回复）", "q"),
        ("互动功能缺失", "u"),
        ("缺失", "o"),  # the function, or the answer
        ("没有任何互动", "u"),
        ("无此功能", "u"),
        ("互动交流", "q"),
        ("无互动交流功能", "u"),
        ("（无）", "u"),
        ("【无】", "u"),
        ("全无", "u"),
        ("（私信）", "q"),
        ("正在开通留言", "o"),
        ("将开通留言", "o"),
    ],
)
def test_functions(cell: str, right: str) -> None:
    assert verdict(互动功能=cell) == VERDICTS[right]


@pytest.mark.parametrize(
    "status", ["停更", "暂停更新", "非正常", "正常/停更", "0", "异常", "整改中", "休眠", "暂停", "已归并", "被封", "不正常", "否"]
)
@pytest.mark.parametrize("day", ["2024-08-20", "2024-05-20"])
def test_a_status_that_speaks_against_running_neither_passes_nor_fails(status: str, day: str) -> None:
    assert verdict(运行状态=status, 最近更新时间=day) == "undetermined"


@pytest.mark.parametrize("status", ["√", "未注销", "在运", "在线"])
def test_a_status_of_a_running_account(status: str) -> None:
    assert verdict(运行状态=status) == "qualified"
    assert verdict(运行状态=status, 最近更新时间="2024-05-20") == "unqualified"


@pytest.mark.parametrize(
    ("header", "cell", "right"),
    [
        ("是否注销", "已注销", "o"),
        ("是否注销", "正在注销", "o"),
        ("是否注销", "未注销", "u"),
        ("是否注销", "正常", "u"),
        ("是否注销", "在用", "u"),
        ("是否注销", "启用", "u"),
        ("是否注销", "关", "o"),
        ("是否停用", "未启用", "o"),
        ("是否在用", "已注销", "o"),
        ("是否在用", "关停", "o"),
        ("是否在用", "否", "o"),
        ("是否在用", "是", "u"),
    ],
)
def test_a_question_answered_by_a_stage_of_life(header: str, cell: str, right: str) -> None:
    assert verdict(**{header: cell, "最近更新时间": "2024-05-20"}) == VERDICTS[right]


@pytest.mark.parametrize(
    "cells",
    [
        ["示例：某局发布", "微信公众号", "2024-01-01", "有"],
        ["（例）某局发布", "微信公众号", "2024-01-01", "有"],
        ["XX县发布", "微信公众号", "2024-01-01", "有"],
        ["一、县直部门", None, "2024-08-20", None],
        ["平均", None, "2024-08-12", None],
        ["Total", 3, None, None],
        ["1", None, None, None],
        ["（以下无）", None, None, None],
        ["以下空白", None, None, None],
        ["单位负责人签字：", None, None, None],
        ["截止日期：2024-08-23", None, None, None],
        ["其中：微信", None, None, None],
        ["零报告", None, None, None],
    ],
)
def test_a_row_that_is_no_account(cells: list[Any], tmp_path: Any) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["账号名称", "平台", "最近更新时间", "互动功能"], ["青石发布", "微信", "2024-08-20", "有"], cells):
        book.active.append(row)
    book.save(tmp_path / "台账.xlsx")
    rows = gr.read_accounts(tmp_path / "台账.xlsx", observed_at=POINT)
    assert [snapshot.account.name for snapshot in rows] == ["青石发布"]


def test_a_cell_of_a_megabyte_is_read_at_once(tmp_path: Any) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        f"账号名称,平台,最近更新时间,互动功能\n{'a' * 1_000_000},微信,2024-08-20,有\n青石发布,微信,2024-08-20,有\n", "utf-8"
    )
    start = time.perf_counter()
    rows = gr.read_accounts(path, observed_at=POINT)
    assert [snapshot.account.name for snapshot in rows] == ["青石发布"]
    assert time.perf_counter() - start < allowed(20)


@pytest.mark.parametrize(
    "cells",
    [
        {"备注": "已注销"},
        {"说明": "2024年6月已关停"},
        {"账号名称": "青石发布（已停更）"},
        {"最近更新时间": "已注销", "互动功能": "无"},
        {"互动功能": "已注销"},
        {"备注": "搜索不到该账号"},
        {"账号名称": "青石发布（已停用）"},
        {"账号名称": "青石发布-已注销"},
        {"平台": "微信公众号（已停用）"},
        {"平台": "微信-已注销"},
        {"是否查到": "已注销"},
    ],
)
def test_a_cell_that_speaks_of_closing_leaves_the_account_open(cells: dict[str, str]) -> None:
    assert verdict(**({"最近更新时间": "2024-05-20"} | cells)) == "undetermined"
    assert verdict(**({"最近更新时间": "2024-08-20"} | cells)) == "undetermined"


@pytest.mark.parametrize("answer", ["否", "未查到", "查不到", "未找到", "搜索不到"])
def test_an_account_that_was_not_found_and_has_a_date_stays_open(answer: str) -> None:
    assert verdict(是否查到=answer) == verdict(是否查到=answer, 最近更新时间="2024-05-20") == "undetermined"


@pytest.mark.parametrize("answer", ["是", "已查到", "能查到", "—"])
def test_an_account_that_was_found_is_judged_by_its_date(answer: str) -> None:
    assert [verdict(是否查到=answer, 最近更新时间=day) for day in ("2024-08-20", "2024-05-20")] == ["qualified", "unqualified"]


def test_a_number_for_a_name_is_named_among_what_was_not_read() -> None:
    """It may be the name of a hotline, or a row that was shifted."""
    rows = [
        {"账号名称": name, "平台": "微博", "最近更新时间": "2024-08-20", "互动功能": "有"}
        for name in ("青石发布", "12345", "2024-08-20")
    ]
    read = gr.read_accounts([*rows, {"账号名称": "3", "平台": None}], observed_at=POINT)
    assert [each.account.name for each in read] == ["青石发布"]
    assert [(fault.row, fault.value, fault.used) for fault in read.bad] == [(3, "12345", False), (4, "2024-08-20", False)]
    assert [row.row for row in read.rejected] == [5]


@pytest.mark.parametrize("note", ["人员变动", "未注销", "整改中", "不含已注销账号"])
def test_another_remark_changes_nothing(note: str) -> None:
    assert verdict(备注=note) == "qualified"
    assert verdict(备注=note, 最近更新时间="2024-05-20") == "unqualified"


@pytest.mark.parametrize(
    ("other", "right"), [("2024-08-12", "q"), ("2024-05-20", "o"), ("2024年8月", "o"), ("2024-08-20 10:00", "q"), ("不详", "q")]
)
def test_two_columns_of_dates_leave_the_days_between_them(other: str, right: str) -> None:
    assert verdict(最后发布时间=other) == VERDICTS[right]


def test_two_old_dates_fail() -> None:
    assert verdict(最近更新时间="2024-05-20", 最后发布时间="2024-06-20") == "unqualified"


@pytest.mark.parametrize("header", ["是否无互动功能", "互动功能缺失情况", "互动功能不达标原因"])
def test_a_header_that_denies_is_not_taken_for_one_that_asks(header: str) -> None:
    assert verdict(**{"互动功能": None, header: "是"}) == "undetermined"


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ({"首页最近更新时间": "2024-08-20", "首页信息条数": 0}, "o"),
        ({"两周内首页是否更新": "是"}, "q"),
        ({"两周内首页是否更新": "否", "是否导航页": "否"}, "u"),
        ({"首页最近更新时间": "2024-05-20", "备注": "网站已关停"}, "o"),
    ],
)
def test_a_home_page(cells: dict[str, object], right: str) -> None:
    (snapshot,) = gr.read_sites([{"网站名称": "青石县人民政府"} | cells], observed_at=POINT)
    assert BOOK.only("site.veto.home_stale").inspect(snapshot).verdict.value == VERDICTS[right]


@pytest.mark.parametrize("cells", [{"备注": "已注销"}, {"运行状态": "看不清"}, {"运行状态": "停更"}, {"是否注销": "看不清"}])
def test_an_application_that_may_have_been_closed_does_not_fail_because_it_cannot_be_loaded(cells: dict[str, str]) -> None:
    assert verdict(平台="移动客户端", 能否下载="不能") == "unqualified"
    assert verdict(平台="移动客户端", 能否下载="不能", **cells) == "undetermined"


def test_what_is_wrong_with_a_code_is_said_in_chinese() -> None:
    rows = [{"网站名称": "某县人民政府", "网站标识码": "61010000O1", "首页最近更新时间": "2024-08-20"}]
    assert [fault.reason for fault in gr.read_sites(rows, observed_at=POINT).bad] == [
        "标识码不可用：网站标识码 '61010000O1' 有数字以外的字符"
    ]
