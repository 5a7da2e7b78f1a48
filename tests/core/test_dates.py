"""The date grammar: what it reads, what it refuses, and that nothing makes it slow."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.core.dates import (
    LONGEST_CELL,
    DateMatch,
    _words,
    find_moments,
    find_published,
    is_date_part,
    other_labels,
    read_moment,
    read_split,
)
from govmedia_rules.core.time import SHANGHAI
from tests.timing import allowed

NOW = datetime(2024, 8, 30, 12, tzinfo=SHANGHAI)
DAY = date(2024, 8, 27)
AT = datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "cell",
    [
        "2024-08-27",
        "2024-8-27",
        "2024/08/27",
        "2024.8.27",
        "2024 - 08 - 27",
        "[2024-08-27]",
        "（2024-08-27）",
        "【2024年8月27日】",
        "〔2024年08月27日〕",
        "2024年8月27",
        "2024 年 8 月 27 日",
        "2024年8月27号",
        "２０２４－０８－２７",
        "２０２４年８月２７日",
        "二〇二四年八月二十七日",
        "二○二四年八月二十七日",
        "二零二四年八月二十七日",
        "二O二四年八月二十七日",
        "二〇二四年八月廿七日",
        "20240827",
        "2024-08-27 星期二",
        "2024年8月27日（星期二）",
        "2024-08-27 周二",
        "发布时间：2024-08-27",
        "发布日期: 2024年8月27日",
        "日期：2024-08-27",
        "\n  2024-08-27\r\n\t",
        "\u3000\u30002024-08-27\xa0",
        "| 2024-08-27",
    ],
)
def test_a_full_date_needs_no_monitoring_point(cell: str) -> None:
    assert read_moment(cell) == DAY
    assert type(read_moment(cell)) is date


@pytest.mark.parametrize(
    "cell",
    [
        "2024-08-27 10:30",
        "2024-08-2710:30",
        "2024-08-27T10:30:00",
        "2024-08-27T10:30:00+08:00",
        "2024-08-27T10:30:00+0800",
        "2024-08-27T02:30:00Z",
        "2024-08-27T02:30:00.000Z",
        "2024-08-27 10:30:00.0",
        "2024/8/27 10:30:00",
        "2024/8/27 上午10:30:00",
        "2024/8/27 10:30 AM",
        "2024年8月27日10:30",
        "2024年08月27日 10时30分",
        "2024年8月27日10点30分",
        "2024-08-27 星期二 10:30",
        "2024-08-27，10：30",
        "2024-08-27-10:30",
        "20240827103000",
        "2024-08-27 10:30（CST）".replace("（", "(").replace("）", ")"),
        "Tue Aug 27 10:30:00 +0800 2024",
        "Tue Aug 27 10:30:00 CST 2024",
        "Tue, Aug 27 02:30:00 +0000 2024",
        "Tue, 27 Aug 2024 10:30:00 +0800",
        "Tue, 27 Aug 2024 02:30:00 GMT",
        "27 Aug 2024 10:30",
        "发布时间：2024-08-27 10:30",
    ],
)
def test_a_time_gives_an_aware_instant(cell: str) -> None:
    moment = read_moment(cell)
    assert isinstance(moment, datetime)
    assert moment == AT
    assert moment.tzinfo is not None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("08-27", DAY),
        ("8月27日", DAY),
        ("08月27日", DAY),
        ("08/27", DAY),
        ("[08.27]", DAY),
        ("（08.27）", DAY),
        ("08-30", date(2024, 8, 30)),
        ("08-31", date(2023, 8, 31)),
        ("12-31", date(2023, 12, 31)),
        ("02-29", date(2024, 2, 29)),
        ("24-08-27", DAY),
        ("24/08/27", DAY),
        ("24.08.27", DAY),
        ("98-08-27", date(1998, 8, 27)),
        ("08-27 10:30", AT),
        ("08-2710:30", AT),
        ("8-27 10:30", AT),
        ("今天", date(2024, 8, 30)),
        ("昨天 22:46", datetime(2024, 8, 29, 22, 46, tzinfo=SHANGHAI)),
        ("前天", date(2024, 8, 28)),
        ("刚刚", NOW),
        ("5分钟前", NOW - timedelta(minutes=5)),
        ("半小时前", NOW - timedelta(minutes=30)),
        ("两小时前", NOW - timedelta(hours=2)),
        ("3 小时前", NOW - timedelta(hours=3)),
        ("3天前", DAY),
        ("两天前", date(2024, 8, 28)),
        ("1周前", date(2024, 8, 23)),
        ("半个月前", date(2024, 8, 15)),
        ("两个月前", date(2024, 6, 30)),
        ("6个月前", date(2024, 2, 29)),
        ("半年前", date(2024, 2, 29)),
        ("1年前", date(2023, 8, 30)),
        ("十二天前", date(2024, 8, 18)),
    ],
)
def test_an_open_form_needs_the_monitoring_point(cell: str, expected: date) -> None:
    assert read_moment(cell, now=NOW) == expected
    assert read_moment(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        "2024年8月",
        "2024-08",
        "2024",
        "2024年",
        "二〇二四年八月",
        "共10-20个",
        "10-20个",
        "5-3",
        "12.30",
        "3.5",
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-08/27",
        "2024-08-27 25:00",
        "2024-08-27 10:61",
        "2024-08-27 至 2024-08-29",
        "2024-08-27 来源：本站",
        "1724720400",
        "2024〕27号",
        "国发〔2024〕8号",
        "0827-1234567",
        "010-12345678",
        "第08-27期",
        "版权所有 2004-2024",
        "8月",
        "27日",
        "星期二",
        "几天前",
        "几个月前",
        "以前",
        "年前",
        "1a天前",
        "２０２４年８月",
        "٢٠٢٤-٠٨-٢٧",
        "2024-08-27 10:30 +99:00",
        "首页",
        "x" * 100_000,
        "2024-08-27" * 10_000,
    ],
)
def test_what_the_grammar_does_not_read_is_none(cell: str) -> None:
    assert read_moment(cell, now=NOW) is None


def test_24_00_is_the_end_of_the_day() -> None:
    assert read_moment("2024-08-27 24:00") == datetime(2024, 8, 28, tzinfo=SHANGHAI)
    assert read_moment("2024-08-27 24:01") is None


def test_afternoon_hours_are_counted_on() -> None:
    assert read_moment("2024-08-27 下午3:05") == datetime(2024, 8, 27, 15, 5, tzinfo=SHANGHAI)
    assert read_moment("2024-08-27 3:05 PM") == datetime(2024, 8, 27, 15, 5, tzinfo=SHANGHAI)
    assert read_moment("2024-08-27 中午12:05") == datetime(2024, 8, 27, 12, 5, tzinfo=SHANGHAI)
    assert read_moment("2024-08-27 凌晨12:05") == datetime(2024, 8, 27, 0, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("中午11:30", 11),
        ("中午12:30", 12),
        ("中午1:30", 13),
        ("中午2点30分", 14),
        ("中午3:30", 3),  # three is no hour of noon: the figure stays as it is written
        ("下午12:30", 12),
        ("下午11:30", 23),
        ("晚上8:30", 20),
        ("傍晚6:30", 18),
        ("凌晨1:30", 1),
        ("上午11:30", 11),
        ("12:30 AM", 0),
        ("1:30 PM", 13),
    ],
)
def test_words_of_the_day_shift_the_hour(written: str, hour: int) -> None:
    assert read_moment(f"2024-08-27 {written}") == datetime(2024, 8, 27, hour, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("offset", "hours"),
    [("+14:00", 14), ("-12:00", -12), ("+00:00", 0), ("-0330", -3.5), ("+8", 8), ("+14:01", None), ("-12:01", None)],
)
def test_offsets_are_those_of_the_zones_there_are(offset: str, hours: float | None) -> None:
    moment = read_moment(f"2024-08-27T10:30:00{offset}")
    assert (None if moment is None else moment.utcoffset()) == (None if hours is None else timedelta(hours=hours))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("now", "year"),
    [
        (datetime(2024, 2, 29, tzinfo=SHANGHAI), 2024),
        (datetime(2024, 2, 28, tzinfo=SHANGHAI), 2020),
        (datetime(2023, 8, 30, tzinfo=SHANGHAI), 2020),
        (datetime(2104, 2, 28, tzinfo=SHANGHAI), 2096),  # 2100 is no leap year
    ],
)
def test_29_february_is_that_of_the_last_leap_year(now: datetime, year: int) -> None:
    assert read_moment("02-29", now=now) == date(year, 2, 29)


def test_the_day_of_now_is_that_of_the_zone() -> None:
    late = datetime(2024, 8, 29, 20, tzinfo=UTC)  # already the 30th in Shanghai
    assert read_moment("今天", now=late) == date(2024, 8, 30)
    assert read_moment("今天", now=late, zone=UTC) == date(2024, 8, 29)


def test_a_naive_monitoring_point_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        read_moment("08-27", now=datetime(2024, 8, 30))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_printed_form_of_a_day_is_read_back(day: date) -> None:
    forms = [
        "{0:%Y-%m-%d}",
        "{0:%Y/%m/%d}",
        "{0:%Y.%m.%d}",
        "{0:%Y%m%d}",
        "{0.year}年{0.month}月{0.day}日",
        "[{0.year}-{0.month}-{0.day}]",
    ]
    for form in forms:
        assert read_moment(form.format(day)) == day, form


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_chinese_numerals_are_read_back(day: date) -> None:
    digits = "〇一二三四五六七八九"

    def spelt(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")

    text = "".join(digits[int(c)] for c in str(day.year)) + f"年{spelt(day.month)}月{spelt(day.day)}日"
    assert read_moment(text) == day


@given(st.dates(date(2015, 8, 31), date(2024, 8, 30)))
def test_a_month_and_day_is_never_after_now(day: date) -> None:
    read = read_moment(f"{day:%m-%d}", now=NOW)
    assert read is not None
    assert read <= NOW.date()
    assert (read.month, read.day) == (day.month, day.day)
    assert (NOW.date() - read).days < 366 or (read.month, read.day) == (2, 29)


@given(st.text(alphabet="0123456789-/.:年月日时分秒 []（）今昨前天刚T+Z一二十〇", max_size=40))
def test_any_text_gives_a_date_or_none(text: str) -> None:
    moment = read_moment(text, now=NOW)
    assert moment is None or isinstance(moment, date)
    if isinstance(moment, datetime):
        assert moment.tzinfo is not None


def test_a_meta_line_gives_each_date_its_label() -> None:
    line = "成文日期：2020年7月1日　发布日期 2020-07-05 09:30　来源：本站　截止时间：2020-08-01"
    assert [(one.label, one.moment) for one in find_moments(line)] == [
        ("成文日期", date(2020, 7, 1)),
        ("发布日期", datetime(2020, 7, 5, 9, 30, tzinfo=SHANGHAI)),
        ("截止时间", date(2020, 8, 1)),
    ]
    assert [one.is_publication for one in find_moments(line)] == [False, True, False]
    assert [one.is_other for one in find_moments(line)] == [True, False, True]
    assert line[next(find_moments(line)).start :].startswith("2020年7月1日")
    assert find_published(line) == datetime(2020, 7, 5, 9, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("发布时间：2024-08-27 10:30 来源：新华社 浏览次数：123", AT),
        ("来源:省发改委  发布日期： 2024-08-27  访问次数：", DAY),
        ("【发布时间：2024-08-27】[字体：大 中 小]", DAY),
        ("信息来源：办公室 时间：2024年8月27日", DAY),
        ("发表于2024-08-27 10:30", AT),
        ("2024年8月27日，我区举行活动", None),
        ("Copyright 2004-2024", None),
        ("页面生成时间 2024-08-27 11:23:36", None),
        ("今天是2024年8月27日 星期二", None),
        ("发布时间：未知 更新时间：2024-08-27", None),
        ("有效期至：2024-08-27", None),
    ],
)
def test_only_a_publication_label_counts(line: str, expected: date | None) -> None:
    assert find_published(line) == expected


def test_a_label_may_announce_an_open_form() -> None:
    assert find_published("发布时间：08-27 10:30 来源：本站", now=NOW) == AT
    assert find_published("时间：昨天 来源：本站", now=NOW) == date(2024, 8, 29)
    assert find_published("发布时间：08-27 10:30 来源：本站") is None
    assert find_published("更新时间：2024-08-27", labels=("更新时间",)) == DAY


def test_numbers_that_hold_a_date_are_no_date() -> None:
    for text in ("t20240827_1234.html", "12024-08-271", "v2024.08.27.1", "/2024/08/27/index.html", "2024-08-27.html"):
        assert list(find_moments(text)) == [], text


def test_labels_serve_one_meaning() -> None:
    words = _words()
    groups = (words.publication, words.change, other_labels())
    assert sum(map(len, groups)) == len(frozenset().union(*groups))


@given(st.text(max_size=200))
def test_spotted_places_lie_in_the_text(text: str) -> None:
    for one in find_moments(text):
        assert isinstance(one, DateMatch)
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024" + " " * 200_000,
        "2024-08-27" + " " * 200_000 + "10",
        "2024年" * 50_000,
        "二〇" * 100_000,
        "发布时间：" * 40_000,
        "1" * 200_000,
        "2024-08-27 " * 5_000,
    ],
)
def test_no_text_makes_the_search_slow(text: str) -> None:
    started = time.process_time()
    list(find_moments(text))
    read_moment(text, now=NOW)
    assert time.process_time() - started < allowed(2.0)  # linear work on 200 kB; a quadratic search takes minutes


@pytest.mark.parametrize(
    ("boxes", "day"),
    [
        (("27", "2024-08"), date(2024, 8, 27)),
        (("2024", "08-27"), date(2024, 8, 27)),
        (("27日", "8月"), date(2024, 8, 27)),
        (("27", "8月", "2024年"), date(2024, 8, 27)),
        (("Aug.", "27", "2023"), date(2023, 8, 27)),
        (("august", "27"), date(2024, 8, 27)),
        (("2024", "", "八月份", " ", "27"), date(2024, 8, 27)),
        (("2024", "2023", "08-27"), None),  # two years
        (("08-27", "27"), None),  # two days
        (("8月", "08-27"), None),  # two months
        (("27", "08-27"), None),
        (("8月", "9月", "27"), None),
        (("8月", "Aug", "27"), None),
        (("Aug", "8月", "27"), None),
        (("27", "28", "8月"), None),
        (("2024-08", "8月", "27"), None),
        (("2024", "2024-08", "27"), None),
        (("8月", "2024-08", "27"), None),
        (("08-27",), None),  # one box is no split date
        (("2024", "8月"), None),  # no day
        (("2024", "27"), None),  # no month
        (("2023", "02-29"), None),
        (("2024", "8月", "27", "头条"), None),
        (("2024", "8月", "27", "28", "29"), None),
    ],
)
def test_a_day_split_over_boxes(boxes: tuple[str, ...], day: date | None) -> None:
    assert read_split(boxes, now=NOW) == day
    assert read_split(tuple(reversed(boxes)), now=NOW) == day


def test_a_split_day_without_a_year_is_the_latest_one_not_after_the_monitoring_point() -> None:
    assert read_split(("12-31", ""), now=NOW) is None
    assert read_split(("31", "12月"), now=NOW) == date(2023, 12, 31)
    assert read_split(("31", "12月")) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-08", True),
        ("08-27", True),
        ("2024年", True),
        ("8月", True),
        ("Aug", True),
        ("September.", True),
        ("27", False),  # a day alone may be any number
        ("2024年8月27日", False),
        ("八月", True),
        ("　　　8　月　　　", True),
        ("2024 年 8 月份", False),
    ],
)
def test_parts_of_a_split_date(cell: str, expected: bool) -> None:
    assert is_date_part(cell) is expected


def test_the_longest_cell_that_is_looked_at() -> None:
    day = "2024年8月27日"
    for spaces in range(60, 90):
        written = f"发布时间：{' ' * spaces}{day}"
        assert read_moment(written, now=NOW) in (date(2024, 8, 27), None)
    padded = f"{day}{'x' * (LONGEST_CELL - len(day))}"
    assert len(padded) == LONGEST_CELL
    assert read_moment(padded, now=NOW) is None
    indented = "\n".join([" " * 70, "2024-08-27", " " * 70])
    assert read_moment(indented, now=NOW) == date(2024, 8, 27)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-08-27 10:30:00 +8", datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)),
        ("2024-08-27 10:30:00 +08", datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)),
        ("2024-08-27 10:30:00 +0530", datetime(2024, 8, 27, 13, 0, tzinfo=SHANGHAI)),
        ("2024-08-27 10:30:00 GMT+9", datetime(2024, 8, 27, 9, 30, tzinfo=SHANGHAI)),
        ("2024年8月27日 10时", datetime(2024, 8, 27, 10, tzinfo=SHANGHAI)),
        ("2024年8月27日 10时5分7秒", datetime(2024, 8, 27, 10, 5, 7, tzinfo=SHANGHAI)),
        ("8-27 10:30", datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)),
        ("08.27 10:30", datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)),
        ("08.27", None),
        ("发布时间：08.27", date(2024, 8, 27)),
        ("[08.27]", date(2024, 8, 27)),
    ],
)
def test_zones_hours_and_what_announces_an_open_form(written: str, expected: datetime | date | None) -> None:
    assert read_moment(written, now=NOW) == expected


def test_a_label_before_a_date_is_the_longest_known_one() -> None:
    line = "信息来源：办公室，网站上次更新时间：2024-08-27"
    (only,) = find_moments(line)
    assert (only.label, only.is_publication) == ("更新时间", False)
    (unknown,) = find_moments("公示起点：2024-08-27")
    assert unknown.label.endswith("公示起点")
    (bare,) = find_moments("公示起点 2024-08-27")
    assert bare.label == ""
    assert [one.moment for one in find_moments("二〇二四年十三月一日 与 2024年13月1日 与 二〇二四年八月二十七日")] == [
        date(2024, 8, 27)
    ]


WIDE_BLANKS = ["\u3000", "\xa0", *map(chr, range(0x2002, 0x200B)), "\u200b", "\ufeff"]
WIDE_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\u30fc\uff0d"
WIDE_COLONS = "\u2236\ufe55\ufe13\ua789\u02d0\u205a\uff1a"


@pytest.mark.parametrize("blank", WIDE_BLANKS, ids=ascii)
def test_blanks_of_any_width_stand_for_a_blank_or_nothing(blank: str) -> None:
    assert read_moment(f"2024-08-27{blank} 10:30") == AT
    assert read_moment(f"2024年{blank}8月{blank}27日") == DAY
    (found,) = find_moments(f"发布日期：{blank}2024-08-27 10:30")
    assert (found.label, found.moment) == ("发布日期", AT)


@pytest.mark.parametrize("dash", WIDE_DASHES, ids=ascii)
def test_dashes_of_any_form(dash: str) -> None:
    assert read_moment(f"2024{dash}08{dash}27") == DAY


@pytest.mark.parametrize("colon", WIDE_COLONS, ids=ascii)
def test_colons_of_any_form(colon: str) -> None:
    assert read_moment(f"2024-08-27 10{colon}30") == AT


def test_full_width_characters_from_the_first_to_the_last() -> None:
    assert read_moment("２０２４－０８－２７　１０：３０") == AT
    assert read_moment("［２０２４－０８－２７］") == DAY
    assert list(find_moments("！2024-08-27～2024-08-28")) != []
    assert [found.moment for found in find_moments("（２０２４年８月２７日）")] == [DAY]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("24-08-30", date(2024, 8, 30)),  # the day of the monitoring point itself is not after it
        ("24-08-31", date(1924, 8, 31)),  # a year of two digits is never in the future
        ("24-13-01", None),
        ("半天前", NOW - timedelta(hours=12)),
        ("半个月前", date(2024, 8, 15)),
        ("半年前", date(2024, 2, 29)),
        ("半小时前", NOW - timedelta(minutes=30)),
        ("2024年8月27日 10时30分20秒", AT.replace(second=20)),
        ("2024-08-27 10:30:00 CST", AT),
        ("2024-08-27 10:30 北京时间", AT),
        ("Feb 30, 2024", None),
        ("Aug 27, 2024", DAY),
        ("27 Aug 2024", DAY),
        ("Smarch 27, 2024", None),
        ("初八月", None),
    ],
)
def test_forms_that_lean_on_the_monitoring_point(written: str, expected: datetime | date | None) -> None:
    assert read_moment(written, now=NOW) == expected


def test_a_time_that_names_a_zone_keeps_it_whatever_the_zone_of_the_registry() -> None:
    lisbon = timezone(timedelta(hours=1))
    for zone in ("北京时间", "CST", "+8", "+0800", "GMT+8"):
        assert read_moment(f"2024-08-27 10:30:00 {zone}", zone=lisbon) == AT
    assert read_moment("2024-08-27 10:30:00", zone=lisbon) == AT.replace(tzinfo=lisbon)
    moment = read_moment("2024-08-27 10:30:00 +0800", zone=lisbon)
    assert isinstance(moment, datetime)
    assert moment.tzinfo is SHANGHAI


def test_a_leap_day_of_up_to_eight_years_ago() -> None:
    assert read_moment("02-29 10:00", now=datetime(1904, 2, 1, tzinfo=SHANGHAI)) == datetime(1896, 2, 29, 10, tzinfo=SHANGHAI)


def test_labels_of_changes_and_lines_without_a_label() -> None:
    changed, other = find_moments("更新时间：2024-08-27 截止时间：2024-08-28")
    assert (changed.is_change, other.is_change) == (True, False)
    assert find_published("更新时间：昨天", now=NOW) is None
    assert find_published("截止时间：08-29", now=NOW) is None
    assert find_published("更新时间：昨天", now=NOW, labels=("更新时间",)) == date(2024, 8, 29)
    assert find_published("发布时间：2024-08-27 发布时间：08-29 10:30", now=NOW) == DAY
    assert find_published("发布日期　　　　　08月27日 10:30", now=NOW) == AT


def test_a_long_cell_is_read_whole_or_not_at_all() -> None:
    blanks = 8 * LONGEST_CELL - len("2024-08-27")
    assert read_moment(" " * blanks + "2024-08-27") == date(2024, 8, 27)
    assert read_moment(" " * (blanks + 1) + "2024-08-27") is None  # cut off, it would be 2 August


@pytest.mark.parametrize("mark", ["、", "，", "；"])
def test_punctuation_beside_a_date_is_no_blank(mark: str) -> None:
    assert read_moment(f"2024-08-27{mark}") is None
    assert read_moment(f"２０２４-08-27{mark}") is None
    assert read_moment(f"2024{mark}08{mark}27") is None


@pytest.mark.parametrize("label", ["最后更新时间", "最近更新时间", "页面生成时间"])
def test_a_label_that_ends_like_another_is_not_that(label: str) -> None:
    assert find_published(f"{label}：08-27 10:30", now=NOW) is None
    assert find_published(f"{label}：2024-08-27 10:30", now=NOW) is None


@pytest.mark.parametrize(("line", "label"), [("来源 x 发布2024-08-27", "发布"), ("来源 x 日期 2024-08-27", "日期")])
def test_a_label_of_two_characters_without_a_colon(line: str, label: str) -> None:
    assert [moment.label for moment in find_moments(line)] == [label]


@pytest.mark.parametrize("before", ["作者：某某 ", "来源：本站　", "（原创）", "\u200b"])
def test_a_line_may_begin_with_something_else(before: str) -> None:
    assert find_published(f"{before}发布时间：08-27 10:30", now=NOW) == AT


@pytest.mark.parametrize("invisible", ["", "\u200b", "\ufeff\u200b"])
def test_a_date_begins_where_it_stands_in_the_text_as_given(invisible: str) -> None:
    line = f"{invisible}来源：本站　发布　2024-08-27"
    [match] = find_moments(line)
    assert line[match.start :] == "2024-08-27"
