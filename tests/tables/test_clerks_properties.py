"""What may never happen with a clerk's sheet: a cell that cannot be read, or is not there, only opens verdicts."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import govmedia_rules as gr
from govmedia_rules.errors import GovMediaRulesWarning
from govmedia_rules.tables.grids import UnreadCell

POINT = datetime(2024, 8, 23, 18, tzinfo=gr.SHANGHAI)
BOOK = gr.load_rulebook("national-2019")
COLUMNS = ("名称", "平台", "主办单位", "最后更新时间", "互动功能", "标识码", "运行状态", "能否下载", "能否使用")
CELLS: dict[str, list[Any]] = {
    "平台": ["微信公众号", "新浪微博", "政务APP", "学习强国号", "荔枝号", "微信、微博", "抖音", "平台一", None, "/"],
    "主办单位": ["某局", None, "—"],
    "最后更新时间": [
        *(
            "2024-08-22",
            "24.8.1",
            "8月20日",
            "2024年7月",
            "2024年8月",
            "昨天",
            "3周前",
            "45513",
            "20240701",
            "长期未更新",
            "见截图",
        ),
        *("/", None, "2024/8/9 0:00", "2023年", "1724725800", "2024-08-09 17:00", "8.2", "上旬", "2025-01-01", "无"),
    ],
    "互动功能": [
        "有",
        "无",
        "私信",
        "菜单、留言",
        "菜单：无；留言：有",
        "私信（已关闭）",
        "√",
        "×",
        "待核实",
        "/",
        None,
        "自动回复",
        "客服热线",
        "有，无",
    ],
    "标识码": ["610726M007WX0007", "6.107E+09", "６１０７２６Ｍ００８ＷＸ０００８", None, "无", "123"],
    "运行状态": ["正常", "已注销", "正在注销", None, "另行说明", "/"],
    "能否下载": ["能", "不能", None, "/"],
    "能否使用": ["是", "否", None],
}
ROW = st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()})
UNREADABLE = st.sampled_from(["看不清", "###", UnreadCell("#N/A", "单元格为错误值"), "�", "（图片）"])


def verdict(row: dict[str, Any]) -> str:
    return verdicts([row])["甲0"]


def verdicts(rows: list[dict[str, Any]]) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GovMediaRulesWarning)
        read = gr.read_accounts(rows, observed_at=POINT, headers={"能否使用": "starts"})
    return {snapshot.account.name: BOOK.inspect(snapshot).verdict.value for snapshot in read}


def opened(before: str, after: str) -> bool:
    return after in (before, "undetermined")


@pytest.mark.heavy
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(row=ROW, column=st.sampled_from(sorted(set(CELLS) - {"运行状态"})), cell=UNREADABLE)
def test_a_cell_that_cannot_be_read_only_opens_verdicts(row: dict[str, Any], column: str, cell: Any) -> None:
    whole = {"名称": "甲0", **row}
    before, after = verdict(whole), verdict(whole | {column: cell})
    assert opened(before, after), (before, after)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(row=ROW, column=st.sampled_from(sorted(set(CELLS) - {"运行状态"})))
def test_a_cell_that_is_removed_only_opens_verdicts(row: dict[str, Any], column: str) -> None:
    whole = {"名称": "甲0", **row}
    before, after = verdict(whole), verdict(whole | {column: None})
    assert opened(before, after), (before, after)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(row=ROW, cell=UNREADABLE)
def test_an_unread_stage_of_life_never_fails_an_account(row: dict[str, Any], cell: Any) -> None:
    assert (
        verdict({"名称": "甲0", **row, "运行状态": cell}) != "unqualified"
        or verdict({"名称": "甲0", **row, "运行状态": "正常"}) == "unqualified"
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(ROW, min_size=2, max_size=6),
    order=st.randoms(use_true_random=False),
    names=st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]], order: Any, names: list[int]) -> None:
    named = [{"名称": f"甲{name}", **row} for name, row in zip(names, rows, strict=False)]
    shuffled = list(named)
    order.shuffle(shuffled)

    def of(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GovMediaRulesWarning)
            read = gr.read_accounts(rows, observed_at=POINT, headers={"能否使用": "starts"})
        return sorted((snapshot.account.id, BOOK.inspect(snapshot).verdict.value) for snapshot in read)

    assert of(named) == of(shuffled)


COUNTS: dict[str, list[Any]] = {
    "最后更新时间": ["2024-08-20", "2024-05-02", "2024年8月", "2024年7月", "长期未更新", "见截图", "/", None, "12/8", "8月9日"],
    "近两周发布数量": [0, "3条", None, "待核实", "/"],
    "近一个月更新条数": [0, 4, None],
    "8月是否更新": ["是", "否", None],
    "1月发布数": [0, 2, None],
    "发布条数": [0, 12, None],
    "累计发布数量": [0, 30, None],
    "互动方式": ["留言", "无", "/", None],
}


@pytest.mark.heavy
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    row=st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in COUNTS.items()}),
    column=st.sampled_from(sorted(COUNTS)),
    cell=UNREADABLE | st.none(),
)
def test_a_count_that_cannot_be_read_turns_no_verdict_round(row: dict[str, Any], column: str, cell: Any) -> None:
    # What contradicted it may stand without it, so that an open verdict may be decided; none is turned round.
    whole = {"名称": "甲0", "平台": "微博", "互动功能": "有", **row}
    assert {verdict(whole), verdict(whole | {column: cell})} != {"qualified", "unqualified"}
