"""Rows judged together get, cell for cell, what they get one by one: over frames of every kind, rulebooks and checks of users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import combinations
from typing import Any
from unittest.mock import patch

import pandas
import polars
import pyarrow
import pyarrow.compute
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govmedia_rules as gr
from govmedia_rules.checks.contract import CheckResult, check, failed, inconclusive, passed
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.judge import columnwise
from govmedia_rules.tables.layout import no_subject, perhaps_no_subject

POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
NATIONAL = gr.load_rulebook("national-2019")


@check("mine.name_odd")
def name_odd(account: gr.AccountSnapshot, *, words: tuple[str, ...]) -> CheckResult:
    """Read the name of every account, and of some more."""
    if not any(word in account.account.name for word in words):
        return passed()
    return failed("name_odd", name=account.account.name, owner=account.account.owner)


@check("mine.late")
def late(account: gr.AccountSnapshot) -> CheckResult:
    """Read some facts only where others have a value."""
    if account.latest_post_at is None:
        return inconclusive("mine_unknown")
    if account.functions and account.account.level == "county_department":
        return failed("mine_late", code=account.account.code, division=account.account.division)
    return passed()


@check("mine.marked")
def marked(account: gr.AccountSnapshot) -> CheckResult:
    """Look at the snapshot as a whole."""
    return failed("mine_marked", count=len(account.model_dump(exclude_none=True))) if account.marks else passed()


@check("mine.raises")
def raises(account: gr.AccountSnapshot) -> CheckResult:
    """Raise for some."""
    assert account.account.name != "丙"
    return passed()


@check("mine.catches")
def catches(account: gr.AccountSnapshot) -> CheckResult:
    """Hold back whatever stops it."""
    try:
        found = account.found
    except BaseException:
        return failed("mine_caught")
    return passed() if found else inconclusive("mine_unfound")


OWN_CHECKS = (name_odd, late, marked, raises, catches)


def own_book(*names: str) -> gr.Rulebook:
    """Return the national rulebook with some of the checks above as vetoes."""
    params = {"mine.name_odd": {"words": ["甲", "发布"]}}
    entries = {
        f"media.veto.{name.replace('.', '_')}": {
            "title": name,
            "kind": "veto",
            "applies_to": {"subject": "account"},
            "check": name,
            "params": params.get(name, {}),
            "source": {"document": "示例"},
        }
        for name in names
    }
    book = {"id": "own", "title": "自定", "extends": ["national-2019"], "indicators": entries}
    return gr.load_rulebook(book, checks=[each for each in OWN_CHECKS if each.__govmedia_check__.name in names])  # type: ignore[attr-defined]


BOOKS: dict[str, gr.Rulebook] = {
    "national": NATIONAL,
    **{name: gr.load_rulebook(name) for name in ("apps-2026", "national-practice-2023", "guizhou-2025", "yangling-2025")},
    "own": own_book("mine.name_odd", "mine.late"),
    "whole": own_book("mine.marked"),
    "raises": own_book("mine.raises"),
    "catches": own_book("mine.catches"),
}


@contextmanager
def rows_from(count: int, probe: int = 2) -> Iterator[None]:
    """Judge frames of so many rows and more together."""
    # Small frames take the ways of large ones too.
    with patch.multiple(columnwise, LEAST_ROWS=count, _SAMPLE=4, _PROBE=probe):
        yield


def as_rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a frame of any library, what is missing as None."""
    if isinstance(frame, pandas.DataFrame):
        return [{key: None if pandas.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]
    return frame.to_pylist() if isinstance(frame, pyarrow.Table) else frame.to_dicts()  # type: ignore[no-any-return]


def types_of(frame: Any) -> list[Any]:
    """Return names and types of the columns of a frame of any library."""
    types = frame.dtypes if isinstance(frame, pandas.DataFrame) else frame.schema
    return list(types) if isinstance(frame, pyarrow.Table) else list(types.items())


def same_both_ways(frame: Any, book: gr.Rulebook, **options: Any) -> Any:
    """Judge a frame together and one by one, and return what both give."""
    with rows_from(1):
        together = gr.inspect_frame(frame, book, **options)
    with rows_from(10**9):
        singly = gr.inspect_frame(frame, book, **options)
    first, second = as_rows(together), as_rows(singly)
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        assert one == other, (number, {key: (one[key], other[key]) for key in one if one[key] != other[key]})
    assert types_of(together) == types_of(singly)
    return together


NAMES = [
    "甲",
    "甲发布（已注销）",
    "未开设",
    "暂无账号",
    "乙",
    "丙",
    "丁发布",
    "某县发布",
    "城关镇 人民政府",
    "发布（测试）",
    "无",
    "n/a",
    " ",
    None,
    "合计",
    "a" * 1_001,
    "\u089b",
]
DATES = [
    "2024-08-20",
    "2024年8月1日",
    "2024-08-22 09:30",
    "8月20日",
    "2024.8",
    "某日",
    "/",
    "长期未更新",
    None,
    "1999-01-01",
    "昨天",
    "一周前",
]
ACCOUNTS = {
    "账号名称": st.sampled_from(NAMES),
    "平台类型": st.sampled_from(["微信订阅号", "新浪微博", "抖音", "移动客户端", "火星", "火星号", "微信、微博", None]),
    "标识码": st.sampled_from(["610726A001WX0001", "610726M001WX0002", "610726m001wx0003", "123", "6.1E+15", "无", None]),
    "主办单位": st.sampled_from(["某局", "某县（区）教育局", "某局", "", None]),
    "层级": st.sampled_from(["县级部门", "市级部门", "何级", None]),
    "行政区划代码": st.sampled_from(["610726", "陕西", None]),
    "最近更新时间": st.sampled_from([*DATES, "已注销"]),
    "最后发布日期": st.sampled_from(DATES),
    "近两周发布数量": st.sampled_from(["0", "3", "很多", None]),
    "近两周是否更新": st.sampled_from(["是", "否", "不详", None]),
    "发布数量": st.sampled_from(["0", "12", "很多", None]),
    "是否查到": st.sampled_from(["是", "否", "不详", None]),
    "互动功能": st.sampled_from(["有", "无", "菜单", "留言、私信", "有，但已关闭", "留言、某某", "已停更", None]),
    "运行状态": st.sampled_from(["正常", "已注销", "注销中", "停更", "异常", None]),
    "是否注销": st.sampled_from(["是", "否", "注销中", None]),
    "申请注销时间": st.sampled_from(["2024-01-01", "2024-09-01", "某日", None]),
    "可否下载": st.sampled_from(["是", "否", None]),
    "实际名称": st.sampled_from(["甲", "乙", None]),
    "主体类型": st.sampled_from(["企业", "政府机关", "不知道", None]),
    "备注": st.sampled_from(["无", None, "已注销", "人员变动", "未注销", "停\u2f4c更新"]),
}
SITES = {
    "网站名称": st.sampled_from(NAMES),
    "网站标识码": st.sampled_from(["6107260001", "6107260002", "610726000", "bm12345678", "无", None]),
    "网址": st.sampled_from(["http://www.example.gov.cn/", "www.b.gov.cn", "http://例.政务", "无", None]),
    "主办单位": st.sampled_from(["某局", None]),
    "层级": st.sampled_from(["县级门户", "县级部门", "何级", None]),
    "首页最近更新时间": st.sampled_from(DATES),
    "近两周是否更新": st.sampled_from(["是", "否", "不详", None]),
    "首页条数": st.sampled_from(["0", "3", "若干", None]),
    "是否导航页": st.sampled_from(["是", "否", None]),
    "二级页面最近更新时间": st.sampled_from(["2024-08-22", "2024-01-01", None]),
    "有无服务职能": st.sampled_from(["有", "无", "不详", None]),
    "服务事项数": st.sampled_from(["0", "30", None]),
    "运行状态": st.sampled_from(["正常", "已关停", "异常", None]),
}
LIBRARIES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "polars": lambda columns: polars.DataFrame(columns, schema=dict.fromkeys(columns, polars.String)),
    "pandas": pandas.DataFrame,
    "pyarrow": lambda columns: pyarrow.table({name: pyarrow.array(cells, pyarrow.string()) for name, cells in columns.items()}),
}


@st.composite
def columns(draw: st.DrawFn, cells: dict[str, st.SearchStrategy[str | None]], needed: tuple[str, ...]) -> dict[str, list[Any]]:
    names = [name for name in cells if name in needed or draw(st.booleans())]
    count = draw(st.integers(1, 12))
    rows = draw(st.lists(st.fixed_dictionaries({name: cells[name] for name in names}), min_size=count, max_size=count))
    return {name: [row[name] for row in rows] for name in names}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("header", "cell"), [("可否下载", "否"), ("是否可用", "否"), ("是否查到", "否")])
def test_a_function_that_was_given_up_leaves_other_cells_open_in_both_ways(header: str, cell: str) -> None:
    cells = {"账号名称": ["甲"], "平台类型": ["移动客户端"], "互动功能": ["已停更"], "运行状态": ["正常"], header: [cell]}
    same_both_ways(polars.DataFrame(cells), NATIONAL, observed_at=POINT, kind="account")


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, deadline=None)
@given(
    cells=columns(ACCOUNTS, ("账号名称",)),
    library=st.sampled_from(list(LIBRARIES)),
    book=st.sampled_from(list(BOOKS)),
    day=st.booleans(),
)
def test_accounts(cells: dict[str, list[Any]], library: str, book: str, day: bool) -> None:
    same_both_ways(LIBRARIES[library](cells), BOOKS[book], observed_at=POINT.date() if day else POINT, kind="account")


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=15, deadline=None)
@given(cells=columns(SITES, ("网站名称",)), library=st.sampled_from(list(LIBRARIES)), lang=st.sampled_from(["zh", "en"]))
def test_sites(cells: dict[str, list[Any]], library: str, lang: str) -> None:
    same_both_ways(LIBRARIES[library](cells), NATIONAL, observed_at=POINT, kind="site", lang=lang)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["account", "site"])
def test_any_one_indicator_gives_every_row_a_verdict(kind: str) -> None:
    """Also one that asks nothing of the row, or is of the other kind of subjects."""
    cells = (
        {"网站名称": ["甲县政府", "乙县政府"]}
        if kind == "site"
        else {"账号名称": ["甲县发布", "乙县发布"], "平台类型": ["微博", "抖音"]}
    )
    for indicator in NATIONAL.indicators:
        judged = same_both_ways(pyarrow.table(cells), NATIONAL.only(indicator.id), observed_at=POINT, kind=kind)
        assert judged["verdict"].null_count == 0


HOME = {
    "首页最近更新时间": "2024-05-01",
    "近两周是否更新": "否",
    "首页条数": "3",
    "是否导航页": "否",
    "二级页面最近更新时间": "2024-05-01",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("size", range(1, len(HOME) + 1))
def test_every_choice_of_columns_about_the_home_page(size: int) -> None:
    for names in combinations(HOME, size):
        cells = {"网站名称": ["甲县政府", "乙县政府"], **{name: [HOME[name]] * 2 for name in names}}
        judged = same_both_ways(pyarrow.table(cells), NATIONAL, observed_at=POINT, kind="site")
        if {"近两周是否更新", "是否导航页"} <= set(names):
            assert judged["problem_ids"].to_pylist() == ["site.veto.home_stale"] * 2


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=15, deadline=None)
@given(cells=st.one_of(columns(ACCOUNTS, ("账号名称", "平台类型")), columns(SITES, ("网站名称",))))
def test_record_batches(cells: dict[str, list[Any]]) -> None:
    batch = pyarrow.RecordBatch.from_pydict({name: pyarrow.array(values, pyarrow.string()) for name, values in cells.items()})
    judge = BatchJudge(NATIONAL.plan, observed_at=POINT, kind="site" if "网站名称" in cells else "account")
    with rows_from(1):
        together = judge(batch)
    with rows_from(10**9):
        singly = judge(batch)
    assert together.schema == singly.schema
    assert together.to_pylist() == singly.to_pylist()


def test_checks_are_called_once_for_each_combination_of_what_they_read() -> None:
    calls: list[str] = []

    @check("mine.counted")
    def counted(account: gr.AccountSnapshot) -> CheckResult:
        calls.append(account.account.platform)
        return passed() if account.account.platform == "weibo" else failed("mine_counted", owner=account.account.owner)

    indicator = {
        "title": "数",
        "kind": "veto",
        "applies_to": {"subject": "account"},
        "check": "mine.counted",
        "source": {"document": "示例"},
    }
    book = gr.load_rulebook({"id": "counted", "title": "数", "indicators": {"media.veto.counted": indicator}}, checks=counted)
    platforms, owners = ("微博", "抖音"), ("甲局", "乙局", "丙局")
    rows = [
        {"账号名称": f"示例{number}", "平台": platforms[number % 2], "主办单位": owners[number % 3], "最近更新时间": DATES[0]}
        for number in range(300)
    ]
    with rows_from(1, probe=64):
        judged = gr.inspect_frame(polars.DataFrame(rows), book, observed_at=POINT)
    assert judged["verdict"].value_counts().sort("count")["count"].to_list() == [150, 150]
    # Platforms are read of two, and of the one that fails the owner is asked for, and then each of three.
    assert calls == ["weibo", "douyin", "douyin", "douyin", "douyin"]


@pytest.mark.filterwarnings("ignore::govmedia_rules.errors.MissingColumn")
@pytest.mark.parametrize(
    "types", [{"最近更新时间": polars.Date}, {"最近更新时间": polars.Datetime("us", "UTC")}, {"平台": polars.Categorical}]
)
def test_typed_columns(types: dict[str, Any]) -> None:
    rows = [{"账号名称": f"示例{n}", "平台": "微博", "最近更新时间": f"2024-08-{1 + n % 22:02d} 09:00"} for n in range(80)]
    moments = {"最近更新时间": polars.col("最近更新时间").str.to_datetime(time_zone="UTC")} if "最近更新时间" in types else {}
    frame = polars.DataFrame(rows).with_columns(**moments).with_columns(polars.col(name).cast(kind) for name, kind in types.items())
    same_both_ways(frame, NATIONAL, observed_at=POINT)
    same_both_ways(frame.to_pandas(), NATIONAL, observed_at=POINT)


@pytest.mark.filterwarnings("ignore::govmedia_rules.errors.MissingColumn")
def test_what_is_judged_singly() -> None:
    rows = [
        {"账号名称": f"示例{n}", "平台": "微博", "最近更新时间": "2024-08-20", "监测时间": f"2024-08-{21 + n % 2}"}
        for n in range(80)
    ]
    same_both_ways(polars.DataFrame(rows), NATIONAL)  # two monitoring points
    mixed: list[Any] = [True, 3, date(2024, 8, 20), "2024-08-20", 2.5] * 20
    frame = pandas.DataFrame({"账号名称": [f"示例{n}" for n in range(100)], "平台": "微博", "最近更新时间": mixed})
    same_both_ways(frame, NATIONAL, observed_at=POINT)


_WORDS = (
    "合计",
    "总计",
    "备注",
    "单位",
    "例",
    "示例",
    "某某",
    "XX",
    "某县",
    "2024年",
    "１２３４年",
    "12",
    "个",
    "发布",
    "附",
    "Total",
)


@pytest.mark.filterwarnings("ignore")
def test_a_remark_of_closing_is_read_in_any_form_of_its_characters() -> None:
    remarks = ["停止更新", "停\u2f4c更新", "人员变动"]
    cells = {
        "账号名称": ["甲发布", "乙发布", "丙发布"],
        "平台类型": ["微博"] * 3,
        "最近更新时间": ["2024-05-01"] * 3,
        "备注": remarks,
    }
    judged = same_both_ways(pyarrow.table(cells), NATIONAL, observed_at=POINT, kind="account")
    assert judged["verdict"].to_pylist() == ["undetermined", "undetermined", "unqualified"]


@given(name=st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4).map("".join))
def test_names_that_may_be_totals_and_notes_are_looked_at(name: str) -> None:
    if no_subject(name, {}) is not None:
        assert pyarrow.compute.match_substring_regex(pyarrow.array([name]), perhaps_no_subject())[0].as_py()
