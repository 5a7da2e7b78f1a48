"""Columns of counts: which period their header names, and what 0 or some in it says of the newest item."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.tables.headers import period_text
from govmedia_rules.tables.periods import Updates, newest_within, period_of
from govmedia_rules.tables.when import LONG_AGO, Clock, DayRange

POINT = datetime(2024, 8, 23, 18, tzinfo=SHANGHAI)
TODAY = POINT.date()
CLOCK = Clock(POINT)
BOOK = gr.load_rulebook("national-2019")
VERDICTS = {"q": "qualified", "u": "unqualified", "o": "undetermined"}
PERIODS = {
    "近两周发布数量": (date(2024, 8, 9), TODAY),
    "发布数量（近14天）": (date(2024, 8, 9), TODAY),
    "监测时间点前2周内是否更新": (date(2024, 8, 9), TODAY),
    "近两周（14天）发布数量（条）": (date(2024, 8, 9), TODAY),
    "发布数量-近两周": (date(2024, 8, 9), TODAY),
    "近半月更新篇数": (date(2024, 8, 8), TODAY),
    "8月发布条数": (date(2024, 8, 1), TODAY),
    "近8月发布条数": (date(2023, 12, 23), TODAY),
    "7月份发文量": (date(2024, 7, 1), date(2024, 7, 31)),
    "1-8月发文数": (date(2024, 1, 1), TODAY),
    "8月1日至8月20日发布数量": (date(2024, 8, 1), date(2024, 8, 20)),
    "本季度更新数量": (date(2024, 7, 1), TODAY),
    "2024年第二季度发布信息条数": (date(2024, 4, 1), date(2024, 6, 30)),
    "2024年以来更新条数": (date(2024, 1, 1), TODAY),
    "昨日发布数": (date(2024, 8, 22), date(2024, 8, 22)),
}
NO_PERIOD = ("发布数量", "是否更新", "每周发布条数", "最近更新时间", "近两周原创数", "是否超过两周未更新", "近两周", "x" * 100)


@pytest.mark.parametrize("header", PERIODS)
def test_a_header_with_a_period(header: str) -> None:
    words = period_text(header)
    assert words is not None
    assert period_of(words, CLOCK) == DayRange(*PERIODS[header])


@pytest.mark.parametrize("header", NO_PERIOD)
def test_a_header_without_one(header: str) -> None:
    assert period_text(header) is None


def test_what_is_known_of_the_newest() -> None:
    weeks = DayRange(date(2024, 8, 9), TODAY)
    july = DayRange(date(2024, 7, 1), date(2024, 7, 31))
    assert newest_within(None, [Updates(weeks, True)], TODAY) == weeks
    assert newest_within(None, [Updates(weeks, False)], TODAY) == DayRange(LONG_AGO, date(2024, 8, 8))
    assert newest_within(None, [Updates(july, False)], TODAY) is None  # nothing of August
    assert newest_within(july, [Updates(weeks, False)], TODAY) == july
    assert newest_within(DayRange(date(2024, 8, 1), TODAY), [Updates(weeks, True)], TODAY) == weeks
    for newest, updates in (
        (date(2024, 8, 9), Updates(weeks, False)),
        (date(2024, 8, 8), Updates(weeks, True)),
        (date(2024, 7, 9), Updates(july, False)),
    ):
        with pytest.raises(ValueError, match="矛盾"):
            newest_within(newest, [updates], TODAY)


def verdict(**cells: Any) -> str:
    row = {"账号名称": "青石发布", "平台": "微博", "互动功能": "有"} | cells
    (snapshot,) = gr.read_accounts([row], observed_at=POINT)
    return BOOK.inspect(snapshot).verdict.value


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ({"近两周发布数量": 0}, "u"),
        ({"近两周发布数量": "5条"}, "q"),
        ({"近两周是否更新": "是"}, "q"),
        ({"近两周是否更新": "未更新"}, "u"),
        ({"近两周是否更新": "待核实"}, "o"),
        ({"近两周发布数量": 0, "最近更新时间": "2024-08-20"}, "o"),
        ({"近两周发布数量": 0, "最近更新时间": "2024-05-20"}, "u"),
        ({"近两周发布数量": 3, "最近更新时间": "2024-05-20"}, "o"),
        ({"近两周发布数量": 3, "最近更新时间": "见截图"}, "q"),
        ({"近两周发布数量": 3, "最近更新时间": "2024年8月"}, "q"),
        ({"近两周发布数量": 3, "最近更新时间": "长期未更新"}, "o"),
        ({"近一周发布数量": 0}, "o"),
        ({"近一个月更新条数": 4}, "o"),
        ({"近一个月更新条数": 0}, "u"),
        ({"近一个月更新条数": 4, "近两周更新条数": 0}, "u"),
        ({"近一个月更新条数": 0, "近两周更新条数": 4}, "o"),
        ({"7月发布数量": 0}, "o"),
        ({"8月发布数量": 0}, "u"),
        ({"发布条数": 0}, "o"),
        ({"发布条数": 12}, "o"),
        ({"发布条数": 0, "最近更新时间": "2024-08-20"}, "o"),
        ({"累计发布数量": 0}, "u"),
        ({"累计发布数量": 0, "近两周发布数量": 2}, "o"),
    ],
)
def test_counts_of_an_account(cells: dict[str, Any], right: str) -> None:
    assert verdict(**cells) == VERDICTS[right]


def test_a_count_of_a_sheet_that_was_filled_in_earlier_ends_there(tmp_path: Any) -> None:
    path = tmp_path / "台账.csv"
    for day, right in (("2024年8月20日", ["undetermined", "undetermined"]), ("2024年8月23日", ["unqualified", "qualified"])):
        path.write_text(f"填报时间：{day},,,\n账号名称,平台,近两周发布数量,互动功能\n甲,微博,0,有\n乙,微博,3,有\n", "utf-8")
        assert [BOOK.inspect(snapshot).verdict.value for snapshot in gr.read_accounts(path, observed_at=POINT)] == right


def test_counts_of_columns_and_home_pages() -> None:
    rows = [{"网站名称": "某县人民政府", "是否导航页": "否", "近两周更新数量": count} for count in (0, 3)]
    home = BOOK.only("site.veto.home_stale")
    assert [home.inspect(gr.read_sites([row], observed_at=POINT)[0]).verdict.value for row in rows] == ["unqualified", "qualified"]
    cells: list[dict[str, Any]] = [{"近一年更新条数": 0}, {"近一年更新条数": 3}, {"更新条数": 0}, {"条数": 0}]
    columns = [
        gr.read_columns([{"网站名称": "甲网", "栏目名称": "通知公告", "最近更新时间": None, **each}], observed_at=POINT)[0].columns[
            0
        ]
        for each in cells
    ]
    assert [(column.is_blank, column.latest_entry_from, column.latest_entry_at) for column in columns] == [
        (False, LONG_AGO, date(2023, 8, 22)),
        (False, date(2023, 8, 23), TODAY),
        (None, None, None),
        (True, None, None),
    ]
