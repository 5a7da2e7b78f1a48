"""Rows of one subject are one snapshot; what they contradict each other in stays open; what cannot be one is named."""

from __future__ import annotations

from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.snapshots.posts import read_posts
from govmedia_rules.snapshots.shallow import read_accounts

POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
BOOK = gr.load_rulebook("national-2019")


def row(**cells: object) -> dict[str, object]:
    known = {"账号名称": "城关镇人民政府", "平台": "微博", "最近更新时间": "2024-08-20", "互动功能": "私信留言"}
    return {**known, **cells}


def read(*rows: dict[str, object]) -> Any:
    return read_accounts(list(rows), observed_at=POINT)


def test_equal_rows_are_one_snapshot_with_a_remark() -> None:
    result = read(row(), row(账号名称="别的"), row())
    assert [snapshot.account.name for snapshot in result.good] == ["城关镇人民政府", "别的"]
    [mark] = result.good[0].marks
    assert (mark.field, mark.basis) == ("account", "repeated")
    assert "第2、4行" in mark.note
    assert not result.bad
    assert not result.good[1].marks


def test_what_one_row_knows_is_known() -> None:
    [snapshot] = read(row(最近更新时间=None), row(互动功能=None, 主体="甲县", 账号主体=None)).good
    assert snapshot.latest_post_at == date(2024, 8, 20)
    assert snapshot.functions is not None


def test_rows_that_contradict_each_other_leave_the_verdict_open() -> None:
    [snapshot] = read(row(), row(最近更新时间="2024-07-01")).good
    assert snapshot.latest_post_at is None
    assert {(mark.field, mark.basis) for mark in snapshot.marks} >= {("latest_post_at", "contradicted")}
    inspection = BOOK.inspect(snapshot)
    assert inspection.verdict is gr.Verdict.UNDETERMINED
    assert [finding.id for finding in inspection.missing] == ["media.veto.stale"]


def test_units_of_one_name_and_two_owners_are_two() -> None:
    good = read(row(开设主体="甲县城关镇人民政府"), row(开设主体="乙县城关镇人民政府", 最近更新时间="2024-07-01")).good
    assert [BOOK.inspect(snapshot).verdict.value for snapshot in good] == ["qualified", "unqualified"]
    assert len({snapshot.account.id for snapshot in good}) == 2


def test_one_name_at_two_addresses_is_named_and_not_merged() -> None:
    result = read(row(账号链接="https://weibo.com/1"), row(账号链接="https://weibo.com/2"))
    assert len({snapshot.account.id for snapshot in result.good}) == 2
    assert [(fault.row, "名称相同而网址不同" in fault.reason) for fault in result.bad] == [(2, True), (3, True)]


def test_a_row_without_the_code_is_of_the_account_that_has_it() -> None:
    result = read(row(标识码="610700M023WB0001", 互动功能=None), row(最近更新时间=None))
    [snapshot] = result.good
    assert snapshot.account.id == "610700M023WB0001"
    assert BOOK.inspect(snapshot).verdict is gr.Verdict.QUALIFIED


def test_a_code_beside_two_names_is_of_neither() -> None:
    result = read(row(标识码="610700M023WB0001"), row(账号名称="别的", 标识码="610700M023WB0001"))
    assert [snapshot.account.code for snapshot in result.good] == [None, None]
    assert [fault.row for fault in result.bad] == [2, 3]


def test_posts_of_a_shared_name_go_to_nobody() -> None:
    accounts = [gr.Account(name="城关镇人民政府", platform="weibo", owner=owner) for owner in ("甲县", "乙县")]
    posts = [{"账号名称": "城关镇人民政府", "平台": "微博", "发布时间": "2024-08-20"}]
    result = read_posts(posts, accounts=accounts, observed_at=POINT)
    assert not result.good
    assert "有2个同类平台的账号用此名称" in result.bad[0].reason


def test_posts_with_another_code_belong_to_another_account() -> None:
    known = gr.Account(name="甲", platform="weibo", code="610700M023WB0001")
    posts = [{"账号名称": "甲", "平台": "微博", "标识码": "610700M023WB0002", "发布时间": "2024-08-20"}]
    [snapshot] = read_posts(posts, accounts=[known], observed_at=POINT).good
    assert snapshot.account.code == "610700M023WB0002"


def test_two_names_at_one_address_are_two_and_named() -> None:
    rows = [
        {"网站名称": name, "网址": "http://www.x.gov.cn/", "首页最近更新时间": "2024-08-20"}
        for name in ("教育局网站", "财政局网站")
    ]
    result = gr.read_sites(rows, observed_at=date(2024, 8, 23))
    assert [site.site.id for site in result] == ["www.x.gov.cn@教育局网站", "www.x.gov.cn@财政局网站"]
    assert [fault.reason for fault in result.bad] == ["网址相同而名称不同，按不同对象计：请补标识码"] * 2


@pytest.mark.parametrize("names", list(permutations(["教育局网站", "甲县教育局网站", "乙县教育局网站"])))
def test_a_name_that_may_be_either_of_two_units_joins_neither(names: tuple[str, ...]) -> None:
    rows = [{"网站名称": name, "网址": "http://www.x.gov.cn/", "首页最近更新时间": "2024-08-20"} for name in names]
    result = gr.read_sites(rows, observed_at=date(2024, 8, 23))
    assert [site.site.id for site in result] == [f"www.x.gov.cn@{name}" for name in names]
    assert len(result.bad) == 3


def test_what_two_rows_contradict_each_other_in_is_said_in_chinese() -> None:
    rows = [
        {"账号名称": "甲发布", "平台": "微博", "最后更新时间": day, "互动功能": functions, "运行状态": status}
        for day, functions, status in (("2024-08-20", "有", "正常"), ("2024-05-01", "无", "已注销"))
    ]
    read = gr.read_accounts(rows, observed_at=datetime(2024, 8, 23, 18, tzinfo=SHANGHAI))
    assert {fault.reason for fault in read.bad} == {
        "第2、3行为同一对象而内容不一致（互动功能、最近更新时间、发布数量、运行状态），留待核实"
    }
