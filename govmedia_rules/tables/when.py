"""Read the dates that clerks write in cells: every form means a day, a time, or a range of days, or it is not read."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.tables.grids import DAY_ZERO, UnreadCell

FIRST_YEAR = 2000
"""Dates before this year are slips of a spreadsheet (1900-01-05) or of the hand; no account is older."""
_SERIALS = (36_526, 62_093)  # 2000 to 2069 in the 1900 system
_MAC_SHIFT = 1_462


class DayRange(NamedTuple):
    """Days of which one is meant, where only the month, the year or a length of time is given.

    Attributes:
        first: The first of them.
        last: The last of them.
    """

    first: date
    last: date


class Clock(NamedTuple):
    """What an incomplete date refers to.

    Attributes:
        point: The monitoring point, aware; None where there is none.
        zone: Zone of times written without one.
        day_zero: The day that serial numbers count from.
        filled: The day on which the sheet was filled in, for 昨天 and 3天前; None takes the monitoring point.
    """

    point: datetime | None
    zone: tzinfo = SHANGHAI
    day_zero: date = DAY_ZERO
    filled: date | None = None

    @property
    def today(self) -> date | None:
        """The day of the monitoring point."""
        return None if self.point is None else self.point.astimezone(self.zone).date()


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2014: 0x2D, 0x2013: 0x2D}
_NEUTRAL = re.compile(
    r"(?:约|大约|大概)?(?:已?(?:更新|发布)[至到])?(?:截至目前|目前|最后一次|最近一次|最后|最近|最新|一次){0,3}(?:内容|信息|文章|推文|作品)?(?:更新|发布|发文|推送)?(?:时间|日期)?(?:为|于|是|在)?\s?:?\s?"
    r"(?P<date>.*?)\s?(?:日)?(?:已|有|曾)?(?:内容|信息|文章|推文)?(?:更新|发布|发文|推送)?(?:正常)?"
    r"(?:\(?(?:更新|发布|推送)\s?[0-9]{1,4}\s?[条篇个次](?:信息|内容|推文|文章)?\)?)?(?:\((?:已)?(?:更新|发布|正常|推文|文章|以上|左右)?\))?[。.;,]?"
)
_SEPARATOR = r"\s?[-./\\、,。·年_~ ]\s?"
_FULL = re.compile(
    rf"(?P<y>20[0-9]{{2}}){_SEPARATOR}(?P<m>[0-9]{{1,2}})\s?[-./\\、,。·月_~ ]\s?(?P<d>[0-9]{{1,2}})\s?[日号]?"
    r"\s?(?:[T ]?\s?[0-9:.]{4,12})?"
)
_SHORT = re.compile(r"'?(?P<y>[0-9]{2})\s?[-./年]\s?(?P<m>[0-9]{1,2})\s?[-./月]\s?(?P<d>[0-9]{1,2})\s?[日号]?(?:\s[0-9:]{4,8})?")
_AMERICAN = re.compile(r"(?P<a>[0-9]{1,2})[-/](?P<b>[0-9]{1,2})[-/](?P<y>20[0-9]{2})(?:\s[0-9:]{4,8})?")
_MONTH_DAY = re.compile(
    r"(?:(?P<word>今年|本年|去年|上年|前年)\s?)?(?P<m>[0-9]{1,2})\s?(?P<dash>[-./月])\s?(?P<d>[0-9]{1,2})\s?(?P<unit>[日号])?(?:\s[0-9:]{4,8})?"
)
_MONTH = re.compile(
    r"(?:(?P<y>(?:20)?[0-9]{2})\s?(?P<dash>[-./年])\s?|(?P<word>今年|本年|去年|上年|前年)\s?)?(?P<m>[0-9]{1,2}|[一二三四五六七八九]|十[一二]?)\s?(?P<zh>月份?)?\s?(?P<part>上旬|中旬|下旬|初|中|底|末)?"
)
_YEAR = re.compile(r"(?P<y>20[0-9]{2})\s?(?:年|年度)?|(?P<short>[0-2][0-9])年|(?P<word>今年|本年|去年|前年|上年)")
_NUMBER = "(?P<n>[0-9]{1,4}|半|一|二|两|三|四|五|六|七|八|九|十)"
_UNIT = "(?P<unit>天|日|周|个?星期|个?月|年)"
_WITHIN = re.compile(
    rf"(?:(?:近|最近|在)?{_NUMBER}\s?{_UNIT}(?:以|之)?内"
    rf"|最?近{_NUMBER.replace('<n>', '<n2>')}\s?{_UNIT.replace('<unit>', '<unit2>')})(?:有)?(?:更新|发布)?"
)
_NOT_WITHIN = re.compile(
    rf"(?P<near>最?近)?{_NUMBER}\s?{_UNIT}(?P<within>(?:以|之)?内)?(?:均|一直|都)?(?:未|没有?|无)(?:更新|发布|发文)(?:内容|信息)?"
)
_SINCE = re.compile(
    "(?:自|从)?(?P<date>.{2,20}?)[,;，；]?(?:此后|以来|以后|之后|过后|后|起|开始|至今)+(?:就|一直|均|都|再)?"
    "(?:未|没有?|无|停止)(?:再)?(?:更新|发布|发文)(?:内容|信息|过)?"
)
_OLDER = re.compile(
    rf"(?:已|已经|连续|近|超过|超|逾)*{_NUMBER}\s?(?:个?多|余)?{_UNIT}(?:多|余|以上)*(?:未|没有?|无|不)(?:更新|发布|发文)(?:内容|信息)?"
    rf"|(?:超过|超|逾){_NUMBER.replace('<n>', '<n2>')}\s?{_UNIT.replace('<unit>', '<unit2>')}"
)
_SPAN = re.compile(r"\s?(?:至|到|~|--|-|/|和|及|,|、)\s?")
_WITH_YEAR = re.compile(r"(?P<year>20[0-9]{2})\s?[-./年].+")
_AGO = re.compile(rf"{_NUMBER}\s?{_UNIT}(?:以|之)?前")
_HAN_DIGITS = dict.fromkeys("〇零○", 0) | {han: n for n, han in enumerate("一二三四五六七八九", 1)}
_NUMERAL = re.compile(
    r"[〇零○一二三四五六七八九]{4}(?=年)|(?:[二三]?十[一二三四五六七八九]?|(?<![十近前几])[一二三四五六七八九])(?=[月日号])"
    r"|(?:[二三四五六七八九]?十[一二三四五六七八九]|[二三四五六七八九]十)(?=天|日|周|个|年)"
)
_HARMLESS_NOTE = re.compile(r"\s?(?:\([^()0-9未停无没不注]{1,20}\)|《[^《》]{1,60}》)$")
_HALF_DAY = re.compile(r"\s?(?:上午|下午|早上|晚上|中午|凌晨)$")
_MONTHS = {
    name: n for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_ENGLISH = re.compile(
    r"(?P<d>[0-9]{1,2})[- /](?P<mon>[A-Za-z]{3})[a-z]{0,6}[- /,]{1,2}(?P<y>(?:20)?[0-9]{2})"
    r"|(?P<mon2>[A-Za-z]{3})[a-z]{0,6}\.? (?P<d2>[0-9]{1,2}),? (?P<y2>20[0-9]{2})"
)
_DAYS = {"今天": 0, "今早": 0, "今晨": 0, "今日": 0, "当天": 0, "当日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2, "大前天": 3}
_HAN = {han: n for n, han in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_PARTS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "中": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}
_WEEKDAY = re.compile("(?P<week>上|本|这)个?(?:周|星期)(?P<day>[一二三四五六日天])")
_PART_OF_MONTH = re.compile("(?P<month>上个?月|本月|当月|这个月)的?(?:(?P<part>上旬|中旬|下旬|初|底|末)|(?P<day>[0-9]{1,2})[日号])")
_PART_OF_YEAR = re.compile(
    "(?:(?P<y>20[0-9]{2})年?|(?P<word>今年|本年|去年|上年|前年))?"
    "(?:(?:第?(?P<quarter>[1-4一二三四])季度|Q(?P<number>[1-4]))|(?P<half>[上下])半年|(?P<part>年?[初底末]))"
)
_LONGEST_SPAN = 60
LONG_AGO = date(FIRST_YEAR, 1, 1)
"""The earliest that anything was published: the first day of a range of which only the last is known."""


def when_cell(value: Any, clock: Clock) -> datetime | date | DayRange:
    """Return the meaning of a cell of a date column.

    Args:
        value: The cell: text, a number, or what a frame or workbook gives.
        clock: What an incomplete date refers to; without a point such dates are not read.

    Returns:
        An aware time, a day (midnight in any form is a day), or a range of days.

    Raises:
        ValueError: It is no date that can be read; the message says so.
    """
    moment = _moment_of(value, clock)
    first = moment.first if isinstance(moment, DayRange) else moment
    last = moment.last if isinstance(moment, DayRange) else moment
    if last.year < FIRST_YEAR or first.year > 2099:
        raise ValueError(f"日期不可信：{value}")
    return moment


def _moment_of(value: Any, clock: Clock) -> datetime | date | DayRange:
    if isinstance(value, str):
        full = read_moment(value, zone=clock.zone)  # what nearly all cells are
        if full is not None:
            return _midnight_as_day(full)
    if isinstance(value, datetime):
        return _day_or_time(value, clock.zone)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)  # frames hand over subclasses of their own
    if isinstance(value, UnreadCell):
        raise ValueError(f"{value.reason}，未读取")
    if isinstance(value, bool | time | timedelta):
        raise ValueError("不是日期")
    text = _arabic(" ".join(_number_text(value).translate(_WIDE).split())).lstrip("'‘’`")
    bare = _HALF_DAY.sub("", _HARMLESS_NOTE.sub("", text)).strip()
    inner = _NEUTRAL.fullmatch(bare)
    for candidate in dict.fromkeys((text, bare, inner["date"] if inner else text)):
        moment = _read(candidate, clock) if candidate else None
        if moment is not None:
            return moment
    raise ValueError("不是能读出的日期（请写作 2024-08-27 或 2024年8月27日）")


def _arabic(text: str) -> str:
    """Return a text with the Chinese numerals in front of 年, 月 and 日 as digits (二〇二四年八月二十日, 八月)."""

    def digits(match: re.Match[str]) -> str:
        numeral = match[0]
        if "十" not in numeral:
            return "".join(str(_HAN_DIGITS[han]) for han in numeral)
        tens, ones = numeral.split("十", 1)
        return str(10 * (_HAN_DIGITS[tens] if tens else 1) + (_HAN_DIGITS[ones] if ones else 0))

    return _NUMERAL.sub(digits, text.replace("元月", "1月"))


def _number_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _day_or_time(moment: datetime, zone: tzinfo) -> datetime | date:
    at = time(moment.hour, moment.minute, moment.second, moment.microsecond, fold=moment.fold)
    day = date(moment.year, moment.month, moment.day)
    if moment.tzinfo is not None:
        return datetime.combine(day, at, moment.tzinfo)
    # Frames and sheets have no type for a day: midnight is a day, read in the unit's favour.
    return day if at == time.min else datetime.combine(day, at, zone)


def _before(text: str, clock: Clock) -> DayRange | None:
    """Read 2025年1月以前 and 2025年1月后未更新: any day to the end of it."""
    inner = re.fullmatch("(?P<date>.{2,20}?)(?:以前|之前)", text) or _SINCE.fullmatch(text)
    moment = None if inner is None or _AGO.fullmatch(text) else _read(inner["date"], clock)
    if moment is None:
        return None
    last = moment.last if isinstance(moment, DayRange) else moment
    return DayRange(LONG_AGO, last.date() if isinstance(last, datetime) else last)


def _read(text: str, clock: Clock) -> datetime | date | DayRange | None:
    moment = _read_simply(text, clock)
    return _by_span(text, clock) if moment is None and len(text) < _LONGEST_SPAN else moment


def _read_simply(text: str, clock: Clock) -> datetime | date | DayRange | None:
    for read in _READERS:
        moment = read(text, clock)
        if moment is not None:
            return moment
    return None


def _by_grammar(text: str, clock: Clock) -> datetime | date | None:
    if text in _DAYS or _AGO.fullmatch(text) or _MONTH_DAY.fullmatch(text):
        return None  # read below: weeks and months are ranges
    moment = read_moment(text, now=clock.point, zone=clock.zone)
    return None if moment is None else _midnight_as_day(moment)


def _midnight_as_day(moment: datetime | date) -> datetime | date:
    if isinstance(moment, datetime) and not (moment.hour or moment.minute or moment.second):
        return moment.date()
    return moment


def _by_number(text: str, clock: Clock) -> datetime | date | DayRange | None:
    if not re.fullmatch(r"[0-9]{5,13}(?:\.[0-9]{1,16})?", text):
        return None
    whole = text.split(".", maxsplit=1)[0]
    if len(whole) == 5:
        return _serial(float(text), clock)
    if "." in text and text.split(".")[1].strip("0"):
        return None
    if len(whole) in (10, 13):
        seconds = int(whole) // (1_000 if len(whole) == 13 else 1)
        return datetime.fromtimestamp(seconds, clock.zone)
    if len(whole) == 6:
        month = _range_of_month(int(whole[:4]), int(whole[4:])) if whole.startswith("20") else None
        day = _day(2000 + int(whole[:2]), int(whole[2:4]), int(whole[4:]))
        return None if (month is None) == (day is None) else month or day
    return _day(int(whole[:4]), int(whole[4:6]), int(whole[6:])) if len(whole) == 8 else None


def _serial(number: float, clock: Clock) -> datetime | date | None:
    shift = 0 if clock.day_zero.year < 1904 else _MAC_SHIFT
    if not _SERIALS[0] <= number + shift <= _SERIALS[1]:
        return None
    day = clock.day_zero + timedelta(days=int(number))
    seconds = round((number - int(number)) * 86_400)
    return day if not 0 < seconds < 86_400 else datetime.combine(day, time.min, clock.zone) + timedelta(seconds=seconds)


def _by_digits(text: str, _clock: Clock) -> datetime | date | DayRange | None:
    match = _FULL.fullmatch(text)
    if match is not None:
        return _day(int(match["y"]), int(match["m"]), int(match["d"]))
    match = _AMERICAN.fullmatch(text)
    if match is not None:
        # Spreadsheets write month/day/year, some people day/month/year.
        days = {
            day
            for pair in ((match["a"], match["b"]), (match["b"], match["a"]))
            if (day := _day(int(match["y"]), int(pair[0]), int(pair[1])))
        }
        return DayRange(min(days), max(days)) if len(days) > 1 else next(iter(days), None)
    match = _SHORT.fullmatch(text)
    return _day(2000 + int(match["y"]), int(match["m"]), int(match["d"])) if match is not None else None


def _by_english(text: str, _clock: Clock) -> date | None:
    match = _ENGLISH.fullmatch(text)
    if match is None:
        return None
    month = _MONTHS.get((match["mon"] or match["mon2"]).casefold())
    year = int(match["y"] or match["y2"])
    return None if month is None else _day(year if year > 99 else 2000 + year, month, int(match["d"] or match["d2"]))


def _by_month_day(text: str, clock: Clock) -> date | DayRange | None:
    match = _MONTH_DAY.fullmatch(text)
    if match is None or clock.today is None:
        return None
    month, day = int(match["m"]), int(match["d"])
    if match["word"] is not None:
        return _day(clock.today.year - _years_back(match["word"]), month, day)
    first = _latest(month, day, clock.today)
    if match["unit"] is None and match["dash"] == "." and len(match["d"]) == 1 and day <= 3 and first is not None:
        # A spreadsheet shows 8.20 as 8.2.
        later = _latest(month, 10 * day, clock.today)
        return DayRange(min(first, later), max(first, later)) if later is not None else first
    if match["dash"] in "-/" and first is not None:
        # Here the month comes first. But 12/8, written in August, is hardly a day of last December: it may be the 12th, too.
        swapped = _latest(day, month, clock.today)
        return DayRange(first, swapped) if swapped is not None and swapped > first else first
    return first


def _latest(month: int, day: int, today: date) -> date | None:
    for year in range(today.year, today.year - 5, -1):
        candidate = _day(year, month, day)
        if candidate is not None and candidate <= today:
            return candidate
    return None


def _by_month(text: str, clock: Clock) -> DayRange | None:
    match = _MONTH.fullmatch(text)
    if match is None or (match["y"] is None and match["zh"] is None):
        return None
    month = int(match["m"]) if match["m"].isdecimal() else sum(_HAN[han] for han in match["m"])
    today = clock.today
    if match["word"] is not None:
        year = None if today is None else today.year - _years_back(match["word"])
    elif match["y"] is not None:
        if len(match["y"]) == 2 and match["zh"] is None:
            return None  # 24.8 may be a day of a month
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    else:
        year = None if today is None else today.year - (month > today.month)
    whole = None if year is None else _range_of_month(year, month)
    if whole is None:
        return None
    october = date(whole.first.year, 10, 1)
    if match["dash"] == "." and match["m"] == "1" and match["zh"] is None and (today is None or october <= today):
        whole = DayRange(whole.first, october.replace(day=31))  # a spreadsheet shows 2023.10 as 2023.1
    return _part_of_month(whole, match["part"], today)


def _part_of_month(whole: DayRange | None, part: str | None, today: date | None) -> DayRange | None:
    if whole is not None and part is not None:
        first, last = _PARTS[part]
        whole = DayRange(whole.first.replace(day=first), whole.last.replace(day=min(last, whole.last.day)))
    return None if whole is None else _until_today(whole, today)


def _by_part_of_year(text: str, clock: Clock) -> DayRange | None:
    """Read a quarter, a half or an end of a year; without a year it is the latest that has begun."""
    match = _PART_OF_YEAR.fullmatch(text)
    if match is None:
        return None
    if match["y"] is not None:
        year = int(match["y"])
    elif clock.today is None:
        return None
    else:
        year = clock.today.year - (_years_back(match["word"]) if match["word"] else 0)
    quarter = match["quarter"] or match["number"]
    if quarter is not None:
        first, months = 3 * ("1234一二三四".index(quarter) % 4) + 1, 3
    elif match["half"] is not None:
        first, months = (1 if match["half"] == "上" else 7), 6
    else:
        first, months = (1 if match["part"].endswith("初") else 10), 3
    start = date(year, first, 1)
    if match["y"] is None and match["word"] is None and clock.today is not None and start > clock.today:
        start = start.replace(year=year - 1)
    return _until_today(DayRange(start, start + relativedelta(months=months, days=-1)), clock.today)


def _years_back(word: str) -> int:
    return {"今年": 0, "本年": 0, "去年": 1, "上年": 1, "前年": 2}[word]


def _by_year(text: str, clock: Clock) -> DayRange | None:
    match = _YEAR.fullmatch(text)
    if match is None:
        return None
    if match["y"] is not None or match["short"] is not None:
        year = int(match["y"] or f"20{match['short']}")
    elif clock.today is not None:
        year = clock.today.year - _years_back(match["word"])
    else:
        return None
    return _until_today(DayRange(date(year, 1, 1), date(year, 12, 31)), clock.today)


def _until_today(span: DayRange, today: date | None) -> DayRange:
    """Cut a range at the monitoring point: a month that has begun ends there."""
    return span if today is None or not span.first <= today < span.last else DayRange(span.first, today)


def _by_length(text: str, clock: Clock) -> date | DayRange | None:
    today = clock.filled or clock.today
    if today is None:
        return None
    if text in _DAYS:
        return today - timedelta(days=_DAYS[text])
    if text in ("上周", "上星期", "本周", "这周", "本星期"):
        monday = today - timedelta(days=today.weekday() + (7 if text.startswith("上") else 0))
        return _until_today(DayRange(monday, monday + timedelta(days=6)), today)
    if re.fullmatch("[本上]个?季度?", text):
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1) - relativedelta(months=3 if text.startswith("上") else 0)
        return _until_today(DayRange(first, first + relativedelta(months=3, days=-1)), today)
    if text in ("本月", "当月", "上月", "上个月"):
        first = today.replace(day=1) - (relativedelta(months=1) if text.startswith("上") else relativedelta())
        return _until_today(DayRange(first, first + relativedelta(months=1, days=-1)), today)
    match = _WEEKDAY.fullmatch(text)
    if match is not None:
        monday = today - timedelta(days=today.weekday() + (7 if match["week"] == "上" else 0))
        day = monday + timedelta(days="一二三四五六日天".index(match["day"]) - (match["day"] == "天"))
        return day if day <= today else None
    match = _PART_OF_MONTH.fullmatch(text)
    if match is not None:
        first = today.replace(day=1) - (relativedelta(months=1) if match["month"].startswith("上") else relativedelta())
        if match["day"] is not None:
            named = _day(first.year, first.month, int(match["day"]))
            return named if named is not None and named <= today else None
        return _part_of_month(_range_of_month(first.year, first.month), match["part"], today)
    match = _WITHIN.fullmatch(text)
    if match is not None:
        start = _back(today, match["n"] or match["n2"], match["unit"] or match["unit2"])
        return None if start is None else DayRange(start, today)
    match = _NOT_WITHIN.fullmatch(text)
    if match is not None and (match["near"] or match["within"]):
        last = _back(today, match["n"], match["unit"])
        return None if last is None else DayRange(LONG_AGO, last - timedelta(days=1))
    match = _OLDER.fullmatch(text)
    if match is not None:
        last = _back(today, match["n"] or match["n2"], match["unit"] or match["unit2"])
        more = timedelta(days=1 if re.search("超|逾|多|余", text) else 0)  # 以上 includes the number itself
        return None if last is None else DayRange(LONG_AGO, last - more)
    match = _AGO.fullmatch(text)
    if match is not None:
        last = _back(today, match["n"], match["unit"])
        if last is None or match["unit"] in ("天", "日"):
            return last
        if match["n"] == "半":
            last += timedelta(days=2)  # nobody counts whether half a month has 13 days or 15
        # One week ago is said until two weeks have passed.
        earlier = _back(last, "一", match["unit"])
        return None if earlier is None else DayRange(earlier + timedelta(days=1), last)
    return None


def _back(today: date, count: str, unit: str) -> date | None:
    unit = unit.removeprefix("个")
    if count == "半":
        lengths = {"月": relativedelta(days=15), "年": relativedelta(months=6), "天": relativedelta(), "日": relativedelta()}
        return today - lengths[unit] if unit in lengths else None
    number = int(count) if count.isdecimal() else _HAN[count]
    length = {
        "天": relativedelta(days=number),
        "日": relativedelta(days=number),
        "周": relativedelta(weeks=number),
        "星期": relativedelta(weeks=number),
        "月": relativedelta(months=number),
        "年": relativedelta(years=min(number, 99)),
    }
    return max(today - length[unit], LONG_AGO)


def _by_span(text: str, clock: Clock) -> DayRange | None:
    """Read 5月至6月 and 2024.5.1-2024.6.1: the days from the first of the one to the last of the other."""
    spans: set[DayRange] = set()
    for match in _SPAN.finditer(text):
        first, last = text[: match.start()], text[match.end() :]
        year = _WITH_YEAR.fullmatch(first)
        if year is not None and _WITH_YEAR.fullmatch(last) is None:
            last = f"{year['year']}年{last}"  # 2024年5月-6月
        moments = [_read_simply(part, clock) for part in (first, last)]
        days = [
            each.date() if isinstance(each, datetime) else each
            for moment in moments
            if moment is not None
            for each in (moment if isinstance(moment, DayRange) else (moment,))
        ]
        if None not in moments and days == sorted(days):
            spans.add(DayRange(days[0], days[-1]))
    return spans.pop() if len(spans) == 1 else None


def _range_of_month(year: int, month: int) -> DayRange | None:
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= 2099):
        return None
    return DayRange(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READERS: tuple[Callable[[str, Clock], datetime | date | DayRange | None], ...] = (
    _by_grammar,
    _by_number,
    _by_digits,
    _by_english,
    _by_length,
    _by_year,
    _by_part_of_year,
    _by_month,
    _by_month_day,
    _before,
)
