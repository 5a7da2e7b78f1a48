"""The dates that clerks write: what each means at a monitoring point, and what is not read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.tables.grids import UnreadCell
from govmedia_rules.tables.when import Clock, DayRange, when_cell

CLOCK = Clock(datetime(2024, 8, 23, 18, tzinfo=SHANGHAI))
DAYS = {
    "2024.8.1": date(2024, 8, 1),
    "24.8.1": date(2024, 8, 1),
    "24年8月1日": date(2024, 8, 1),
    "2024/8/9 0:00": date(2024, 8, 9),
    "2024-08-09T00:00:00": date(2024, 8, 9),
    "２０２４年８月１日（星期四）": date(2024, 8, 1),
    "二〇二四年八月一日": date(2024, 8, 1),
    "八月一日": date(2024, 8, 1),
    "8月24日": date(2023, 8, 24),  # the latest such day not after the point
    "8/12": date(2024, 8, 12),
    "12.30": date(2023, 12, 30),
    "2月29日": date(2024, 2, 29),
    "昨天": date(2024, 8, 22),
    "3天前": date(2024, 8, 20),
    "20240801": date(2024, 8, 1),
    "240801": date(2024, 8, 1),
    "45505": date(2024, 8, 1),
    "22-Aug-24": date(2024, 8, 22),
    "8/22/2024": date(2024, 8, 22),
    "最近更新：2024-08-01": date(2024, 8, 1),
    r"2024\8\1": date(2024, 8, 1),
    "2024-8-1更新2条": date(2024, 8, 1),
    "2024年8月1日（更新5篇）": date(2024, 8, 1),
}
RANGES = {
    "2024年7月": (date(2024, 7, 1), date(2024, 7, 31)),
    "2024年8月": (date(2024, 8, 1), date(2024, 8, 23)),  # it ends at the point
    "202407": (date(2024, 7, 1), date(2024, 7, 31)),
    "2024.1": (date(2024, 1, 1), date(2024, 1, 31)),
    "2023.1": (date(2023, 1, 1), date(2023, 10, 31)),  # a spreadsheet shows 2023.10 as 2023.1
    "2023": (date(2023, 1, 1), date(2023, 12, 31)),
    "约2024年5月": (date(2024, 5, 1), date(2024, 5, 31)),
    "2024年5月以前": (date(2000, 1, 1), date(2024, 5, 31)),
    "去年": (date(2023, 1, 1), date(2023, 12, 31)),
    "9月": (date(2023, 9, 1), date(2023, 9, 30)),
    "7月下旬": (date(2024, 7, 21), date(2024, 7, 31)),
    "12/8": (date(2023, 12, 8), date(2024, 8, 12)),  # of last year, or day and month
    "本季度": (date(2024, 7, 1), date(2024, 8, 23)),
    "8.2": (date(2024, 8, 2), date(2024, 8, 20)),  # a spreadsheet shows 8.20 as 8.2
    "1周前": (date(2024, 8, 10), date(2024, 8, 16)),
    "一周内": (date(2024, 8, 16), date(2024, 8, 23)),
    "三个月未更新": (date(2000, 1, 1), date(2024, 5, 23)),
    "3/8/2024": (date(2024, 3, 8), date(2024, 8, 3)),
    "2024年8月1日至8月9日": (date(2024, 8, 1), date(2024, 8, 9)),
    "2024.5.1-2024.6.1": (date(2024, 5, 1), date(2024, 6, 1)),
    "2024-05-01 ~ 2024-06-01": (date(2024, 5, 1), date(2024, 6, 1)),
    "2024年5月-6月": (date(2024, 5, 1), date(2024, 6, 30)),
    "5月至6月": (date(2024, 5, 1), date(2024, 6, 30)),
    "2024年8月18日、8月20日": (date(2024, 8, 18), date(2024, 8, 20)),
    "19年": (date(2019, 1, 1), date(2019, 12, 31)),
}
UNREAD = (
    *(
        "",
        "见截图",
        "2024-13-40",
        "5-6月",
        "2024年8月9日至2024年8月1日",
        "长期未更新",
        "1899-12-31",
        "1900-01-05",
        "12345",
        "201012",
        "22日",
    ),
    *("2024-08-22（未更新）", "不定期", "每周", "24.8", True, time(10), timedelta(days=1), UnreadCell("#N/A", "单元格为错误值")),
)


@pytest.mark.parametrize("text", DAYS)
def test_a_day(text: str) -> None:
    assert when_cell(text, CLOCK) == DAYS[text]


@pytest.mark.parametrize("text", RANGES)
def test_a_range_of_days(text: str) -> None:
    assert when_cell(text, CLOCK) == DayRange(*RANGES[text])


@pytest.mark.parametrize("value", UNREAD)
def test_what_is_not_read(value: object) -> None:
    with pytest.raises(ValueError, match="日期|未读取"):
        when_cell(value, CLOCK)


def test_times_and_epochs() -> None:
    at = datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)
    for value in (
        "2024-08-27 10:30",
        "1724725800",
        "1724725800000",
        1724725800.0,
        datetime(2024, 8, 27, 10, 30),
        "2024年8月27日 上午10点30分",
    ):
        assert when_cell(value, CLOCK) == at
    assert when_cell("45526.4375", CLOCK) == datetime(2024, 8, 22, 10, 30, tzinfo=SHANGHAI)


def test_serials_of_the_1904_system() -> None:
    assert when_cell("44043", CLOCK._replace(day_zero=date(1904, 1, 1))) == date(2024, 8, 1)


def test_without_a_point_only_whole_dates_are_read() -> None:
    assert when_cell("2024.8.1", Clock(None)) == date(2024, 8, 1)
    for text in ("8月1日", "昨天", "去年", "9月", "8.2"):
        with pytest.raises(ValueError, match="日期"):
            when_cell(text, Clock(None))
