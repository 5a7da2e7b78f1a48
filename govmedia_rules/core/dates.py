"""Read the dates that Chinese pages show, by one closed grammar: what it does not read is None, never a guess.

Read are: ISO 8601; full dates in digits or Chinese numerals (`2024-08-27`, `2024年8月27日`, `二〇二四年八月二十七日`), with or
without a weekday and a time; month and day without a year; a year of two digits; 今天, 昨天, 前天; 刚刚; N单位前; and the forms
`Wed Aug 27 10:20:54 +0800 2024` and `Wed, 27 Aug 2024 10:20:54 +0800` that programs print. Month precision
(`2024年8月`) is not a day. A form that leaves the
year or the day open is read only when `now` is given, because only then it means one day.

The order and the pitfalls are those of the date section in docs/collecting.md. Words are data (data/dates.toml).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import ArgumentError

LONGEST_CELL = 80
"""Longest cell that is looked at, in characters; the longest form of the grammar is well below it."""

# Dashes and colons that editors and fonts put for `-` and `:` in a date.
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\u30fc"
_COLONS = "\u2236\ufe55\ufe13\ua789\u02d0\u205a"
_WIDE = re.compile(f"[\uff01-\uff5e\u3000\xa0\u2002-\u200b\ufeff{_DASHES}{_COLONS}]")
_TO_HALF = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys([0x3000, 0xA0, *range(0x2002, 0x200B)], 0x20)
    | dict.fromkeys([0x200B, 0xFEFF], None)
    | dict.fromkeys(map(ord, _DASHES), 0x2D)
    | dict.fromkeys(map(ord, _COLONS), 0x3A)
)

_ZERO = "〇○零OoО0"  # two circles, the word, and the letters typed for them
_HAN_DIGIT = dict.fromkeys(_ZERO, 0) | {han: n for n, han in enumerate("一二三四五六七八九", 1)}
_H = f"[{_ZERO}一二三四五六七八九]"


def _blanks(pattern: str) -> str:
    """Return the pattern with each blank replaced by up to three of any white space: bounded, so that no text makes it slow."""
    return pattern.replace(" ", r"\s{0,3}")


# The parts. Month and day are checked by the calendar afterwards, so that 2024-02-30 is no date.
_TIME = _blanks(
    r"(?P<half>上午|下午|晚上|中午|凌晨|早上|傍晚|[AaPp][Mm])? "
    r"(?P<hour>[0-9]{1,2})(?: : (?P<minute>[0-9]{1,2})(?: : (?P<second>[0-9]{1,2})(?:[.,][0-9]{1,9})?)?"
    r"| [时点] (?:(?P<zh_minute>[0-9]{1,2}) 分)?(?: (?P<zh_second>[0-9]{1,2}) 秒)?)"
    r"(?: (?P<late_half>[AaPp][Mm]))?"
)
_ZONE = _blanks(r"(?: (?P<zone>[Zz]|(?:GMT|UTC)?[+-][0-9]{1,2}(?::?[0-9]{2})?|CST|\(CST\)|北京时间))?")
_WEEKDAY = _blanks(r"(?: [(\[,]? (?:星期|周|礼拜)[一二三四五六日天] [)\]]?,?)?")
_TAIL = _blanks(rf"{_WEEKDAY}(?: [T,|·-]? {_TIME}{_ZONE})?")
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_NUMERIC = _blanks(
    rf"{_YEAR}(?: (?P<dash>[-/.]) (?P<m>[0-9]{{1,2}}) (?P=dash) (?P<d>[0-9]{{1,2}})"
    r"| 年 (?P<zm>[0-9]{1,2}) 月 (?P<zd>[0-9]{1,2}) [日号]?)"
)

_FULL = re.compile(_NUMERIC + _TAIL)
_COMPACT = re.compile(
    rf"{_YEAR}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})"
    r"(?:[ T]?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2}):?(?P<second>[0-9]{2})?)?"
)
_NUMERALS = re.compile(
    _blanks(
        rf"(?P<year>[一二]{_H}{{3}}) 年 (?P<m>十[一二]?|{_H}{{1,2}}) 月 "
        rf"(?P<d>[二三]?十{_H}?|廿{_H}?|卅一?|初{_H}|{_H}{{1,2}}) [日号]"
    )
    + _TAIL
)
_MONTH_DAY = re.compile(
    _blanks(
        r"(?:(?P<m>[0-9]{2})(?P<dash>[-/.])(?P<d>[0-9]{2})|(?P<zm>[0-9]{1,2}) 月 (?P<zd>[0-9]{1,2}) [日号]"
        r"|(?P<sm>[0-9]{1,2})(?P<sdash>[-/])(?P<sd>[0-9]{1,2}))"
    )
    + _TAIL
)
_SHORT_YEAR = re.compile(r"'?(?P<year>[0-9]{2})(?P<dash>[-/.])(?P<m>[0-9]{2})(?P=dash)(?P<d>[0-9]{2})" + _TAIL)
_PRINTED = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s(?P<mon>[A-Z][a-z]{2})\s(?P<d>[0-9]{1,2})\s"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})\s(?P<zone>[+-][0-9]{4}|CST|GMT[+]0?8(?::?00)?)\s" + _YEAR
)
_MAILED = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s)?(?P<d>[0-9]{1,2})\s(?P<mon>[A-Z][a-z]{2})\s"
    + _YEAR
    + r"\s(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?:\s(?P<zone>[+-][0-9]{4}|CST|GMT))?"
)
_ENGLISH = re.compile(
    r"(?:(?P<mon>[A-Z][a-z]{2})[a-z]{0,6}\.?\s(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?,?\s|(?P<ld>[0-9]{1,2})\s(?P<lmon>[A-Z][a-z]{2})[a-z]{0,6}\.?,?\s)"
    + _YEAR
)
_MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}  # noqa: SIM905
_BRACKETS = re.compile(r"[\[(<【〔{]\s?(.*?)\s?[\])>】〕}]")
_LOOSE_BRACKET = re.compile(r"[\[(<【〔{|/·]?\s?(.*?)\s?[\])>】〕}|]?")
_ISO_DAY = re.compile("[12][0-9]{3}-[01][0-9]-[0-3][0-9]")


class _Words(NamedTuple):
    begins: re.Pattern[str]
    publication: frozenset[str]
    change: frozenset[str]
    other: frozenset[str]
    prefix: re.Pattern[str]
    days_ago: dict[str, int]
    day_word: re.Pattern[str]
    units: dict[str, str]
    counts: dict[str, int]
    ago: re.Pattern[str]


@cache
def _words() -> _Words:
    data: dict[str, Any] = read_data("govmedia_rules.core", "dates.toml")
    units = {spelling: unit for unit, spellings in data["units"].items() for spelling in spellings}
    counts = {word: int(count) for count, words in data["counts"].items() for word in words}
    days_ago = {word: int(count) for count, words in data["days_ago"].items() for word in words}
    publication = frozenset(data["publication"])

    def any_of(words: Iterable[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    firsts = {word[0] for word in (*publication, *days_ago, *counts)} | set("刚半JFMASOND" + "TW'" + _ZERO)
    return _Words(
        re.compile(rf"\s*[\[(<【〔{{|/·]?\s*[0-9{re.escape(''.join(sorted(firsts)))}]"),
        publication,
        frozenset(data["change"]),
        frozenset(data["other"]),
        re.compile(rf"(?:{any_of(publication)}) ?:? ?"),
        days_ago,
        re.compile(rf"(?P<word>{any_of(days_ago)}) ?(?:{_TIME})?"),
        units,
        counts,
        re.compile(rf"(?P<count>半|[0-9]{{1,4}}|{any_of(counts)}) ?(?P<unit>{any_of(units)})(?:以|之)?前"),
    )


def publication_labels() -> frozenset[str]:
    """Return labels that announce a publication time (发布时间, 发布日期 …)."""
    return _words().publication


def other_labels() -> frozenset[str]:
    """Return labels that announce some other date (成文日期, 截止时间 …)."""
    return _words().other


def read_moment(cell: str, *, now: datetime | None = None, zone: tzinfo = SHANGHAI) -> datetime | date | None:
    """Return the date or time that a whole cell shows, or None.

    Args:
        cell: The text of one cell, box or attribute. Brackets around it and a publication label in front are allowed,
            anything else beside the date is not: `共10-20个` is no date.
        now: The monitoring point, aware. Without it month and day alone, a two-digit year, 今天 and N单位前 give None.
        zone: Zone of a time that names none, and of the calendar day of `now`.

    Returns:
        An aware `datetime` when a time is shown, a bare `date` when only the day is shown, None for everything else.
        Month and day without a year are the latest such day not after `now`. `N天前` and coarser give the latest day
        they may stand for; `N小时前` and finer an instant.

    Raises:
        ValueError: `now` is naive.
    """
    if now is not None and now.tzinfo is None:
        raise ArgumentError("now must be aware", zh="now 应带时区")
    if _ISO_DAY.fullmatch(cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            return None
    if len(cell) > LONGEST_CELL:
        # Indented source text is short once collapsed. A cell is never cut: what is left of a day could be another day.
        cell = " ".join(cell.split()) if len(cell) <= 8 * LONGEST_CELL else cell
        if len(cell) > LONGEST_CELL:
            return None
    # What a date or a label in front of it can begin with: most cells of a page fail here, at their first character.
    text = cell.translate(_TO_HALF) if _WIDE.search(cell) else cell
    return _read(" ".join(text.split()), now, zone) if _words().begins.match(text) else None


def _read(text: str, now: datetime | None, zone: tzinfo) -> datetime | date | None:
    match = _FULL.fullmatch(text)
    if match is not None:
        return _moment(match, _year_of(match), zone)
    in_brackets = _BRACKETS.fullmatch(text)
    inner = (in_brackets or _LOOSE_BRACKET.fullmatch(text))[1]  # type: ignore[index]
    label = _words().prefix.match(inner)
    if label is not None:
        inner = inner[label.end() :].strip()
    if inner != text:
        match = _FULL.fullmatch(inner)
        if match is not None:
            return _moment(match, _year_of(match), zone)
    for pattern in (_COMPACT, _NUMERALS):
        match = pattern.fullmatch(inner)
        if match is not None:
            return _moment(match, _year_of(match), zone)
    match = _PRINTED.fullmatch(inner) or _MAILED.fullmatch(inner)
    if match is not None:
        return _moment(match, int(match["year"]), zone)
    match = _ENGLISH.fullmatch(inner)
    if match is not None:
        month = _MONTHS.get(match["mon"] or match["lmon"])
        try:
            return None if month is None else date(int(match["year"]), month, int(match["d"] or match["ld"]))
        except ValueError:
            return None
    return (
        None if now is None else _read_open(inner, now.astimezone(zone), zone, exact=in_brackets is not None or label is not None)
    )


def _read_open(text: str, now: datetime, zone: tzinfo, *, exact: bool) -> datetime | date | None:
    """Read the forms that mean one day only with `now`; `exact` says that brackets or a label announce a date."""
    match = _MONTH_DAY.fullmatch(text)
    if match is not None:
        if match["sm"] is not None and not exact and match["hour"] is None:
            return None  # a bare `5-3` may be a score
        if match["dash"] == "." and not exact and match["hour"] is None:
            return None  # so may a bare `12.30` be a price or a time
        month = int(match["m"] or match["zm"] or match["sm"])
        day = int(match["d"] or match["zd"] or match["sd"])
        for year in range(now.year, now.year - 9, -1):
            try:
                candidate = date(year, month, day)
            except ValueError:
                continue
            if candidate <= now.date():
                return _with_time(candidate, match, zone)
        return None
    match = _SHORT_YEAR.fullmatch(text)
    if match is not None:
        year = now.year - now.year % 100 + int(match["year"])
        moment = _moment(match, year, zone)
        if moment is not None and _as_day(moment) > now.date():
            moment = _moment(match, year - 100, zone)
        return moment
    words = _words()
    match = words.day_word.fullmatch(text)
    if match is not None:
        return _with_time(now.date() - timedelta(days=words.days_ago[match["word"]]), match, zone)
    if text in ("刚刚", "刚才"):
        return now
    match = words.ago.fullmatch(text)
    if match is not None:
        return _ago(match["count"], words.units[match["unit"]], now)
    return None


def _ago(count: str, unit: str, now: datetime) -> datetime | date | None:
    if count == "半":
        half: dict[str, datetime | date] = {
            "hours": now - timedelta(minutes=30),
            "days": now - timedelta(hours=12),
            "months": now.date() - timedelta(days=15),
            "years": now.date() - relativedelta(months=6),
        }
        return half.get(unit)
    number = int(count) if count.isdecimal() else _words().counts[count]
    try:
        if unit in ("seconds", "minutes", "hours"):
            return now - timedelta(**{unit: number})
        return now.date() - relativedelta(**{unit: number})  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return None


def _as_day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _year_of(match: re.Match[str]) -> int:
    text = match["year"]
    return int(text) if text.isdecimal() else int("".join(str(_HAN_DIGIT[han]) for han in text))


def _number(text: str) -> int:
    """Return a month or day in digits or Chinese numerals (`十`, `十二`, `二十`, `二十七`, `廿七`, `二七`)."""
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十").removeprefix("初")
    if "十" in text:
        tens, ones = text.split("十", 1)
        return 10 * (_HAN_DIGIT[tens] if tens else 1) + (_HAN_DIGIT[ones] if ones else 0)
    return int("".join(str(_HAN_DIGIT[han]) for han in text))


def _moment(match: re.Match[str], year: int, zone: tzinfo) -> datetime | date | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["mon"], 0) if "mon" in parts else _number(parts["m"] or parts["zm"])
    try:
        day = date(year, month, _number(parts["d"] or parts["zd"]))
    except ValueError:
        return None
    return _with_time(day, match, zone)


def _with_time(day: date, match: re.Match[str], zone: tzinfo) -> datetime | date | None:
    parts = match.groupdict()
    if parts.get("hour") is None:
        return day
    hour = int(parts["hour"])
    minute = int(parts.get("minute") or parts.get("zh_minute") or 0)
    second = int(parts.get("second") or parts.get("zh_second") or 0)
    half = (parts.get("half") or parts.get("late_half") or "").lower()
    if (half in ("下午", "晚上", "傍晚", "pm") and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    elif half in ("am", "凌晨") and hour == 12:
        hour = 0
    try:
        if (hour, minute, second) == (24, 0, 0):  # the end of the day
            return datetime.combine(day, time.min, zone) + timedelta(days=1)
        return datetime.combine(day, time(hour, minute, second), _zone_of(parts.get("zone"), zone))
    except (ValueError, OverflowError):
        return None


def _zone_of(text: str | None, zone: tzinfo) -> tzinfo:
    if text is None or "CST" in text or text == "北京时间":
        return zone if text is None else SHANGHAI
    if text in ("Z", "z", "GMT"):
        return UTC
    digits = re.sub("[^0-9]", "", text)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if "-" in text else 1)
    if offset > timedelta(hours=14) or offset < timedelta(hours=-12):
        raise ValueError(f"no zone has the offset {text}")
    return SHANGHAI if offset == timedelta(hours=8) else timezone(offset)


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date inside a longer text.

    Attributes:
        moment: What it says.
        label: The word before it with a colon, or one of the known labels without (`发布时间`); "" when there is none.
        start: Where the date begins, in characters of the text as given.
        end: Where it ends.
    """

    moment: datetime | date
    label: str
    start: int
    end: int

    @property
    def is_publication(self) -> bool:
        """Whether its label announces a publication time."""
        return self.label in _words().publication

    @property
    def is_change(self) -> bool:
        """Whether its label announces a later change."""
        return self.label in _words().change

    @property
    def is_other(self) -> bool:
        """Whether its label announces some other date."""
        return self.label in _words().other


_IN_TEXT = re.compile(rf"(?<![0-9A-Za-z_./-])(?:{_NUMERIC}{_TAIL})(?![0-9A-Za-z_]|[/.-][0-9A-Za-z])")
_NUMERALS_IN_TEXT = re.compile(rf"(?<!{_H}){_NUMERALS.pattern}(?!{_H})")
_LABEL_BEFORE = re.compile(r"([\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z \t]{0,19}?)\s*(:|\]|】|\s)\s*[\[(]?\s*$")


def find_moments(text: str, *, zone: tzinfo = SHANGHAI) -> Iterator[DateMatch]:
    """Return every full date in `text`, in order, with the label in front of it.

    Only dates with a year are found: inside a sentence `8月27日` may belong to any year.

    Args:
        text: A meta line (`发布时间：2024-08-27 10:30 来源：…`) or any other text; long text costs time in proportion.
        zone: Zone of a time that names none.
    """
    plain = text.translate(_KEEP_LENGTH) if _WIDE.search(text) else text
    for match in _IN_TEXT.finditer(plain):
        moment = _moment(match, _year_of(match), zone)
        if moment is not None:
            yield DateMatch(moment, _label_before(plain, match.start()), match.start(), match.end())
    if "年" in plain:
        for match in _NUMERALS_IN_TEXT.finditer(plain):
            moment = _moment(match, _year_of(match), zone)
            if moment is not None:
                yield DateMatch(moment, _label_before(plain, match.start()), match.start(), match.end())


_DATE_RUN = re.compile(r"[\s:]{0,4}([0-9:./\s年月日号时点分秒天今昨前刚才半小个周星期一二三四五六七八九十两-]{2,30})")
_KEEP_LENGTH = {code: (0x20 if half is None else half) for code, half in _TO_HALF.items()}


def _label_before(text: str, start: int) -> str:
    before = text[max(0, start - 24) : start]
    match = _LABEL_BEFORE.search(before)
    words = _words()
    if match is not None:
        label = "".join(match[1].split())
        known = next((size for size in range(len(label), 1, -1) if _is_known(label[-size:], words)), 0)
        if known:
            return label[-known:]
        if match[2] == ":":
            return label
    tail = before.rstrip()
    for size in range(min(8, len(tail)), 1, -1):
        if _is_known(tail[-size:], words):
            return tail[-size:]
    return ""


def _ends_another_label(text: str, size: int, accepted: Collection[str]) -> bool:
    """Return whether the last `size` characters are the end of a longer label that is not accepted (`时间` of `更新时间`)."""
    words = _words()
    longer = (text[start:] for start in range(len(text) - size))
    return any(_is_known(label, words) and label not in accepted for label in longer)


def _is_known(word: str, words: _Words) -> bool:
    return word in words.publication or word in words.change or word in words.other


def find_published(
    text: str, *, now: datetime | None = None, zone: tzinfo = SHANGHAI, labels: Collection[str] | None = None
) -> datetime | date | None:
    """Return the publication time in a meta line, or None.

    Args:
        text: The line under a headline: source, time, author, counters.
        now: The monitoring point; with it, month and day without a year and 昨天 are read too, right after a label.
        zone: Zone of a time that names none.
        labels: Labels that announce the wanted date; None takes those of a publication time.

    Returns:
        The first date whose label is one of `labels`, else None.
    """
    accepted = _words().publication if labels is None else frozenset(labels)
    date_matches = list(find_moments(text, zone=zone))
    for date_match in date_matches:
        if date_match.label in accepted:
            return date_match.moment
    if now is None:
        return None
    plain = text.translate(_KEEP_LENGTH) if _WIDE.search(text) else text
    for label in sorted(accepted, key=len, reverse=True):
        at = plain.find(label)
        if at < 0 or _ends_another_label(plain[max(0, at - 4) : at + len(label)], len(label), accepted):
            continue
        run = _DATE_RUN.match(plain, at + len(label))
        moment = read_moment(run[1], now=now, zone=zone) if run is not None else None
        if moment is not None:
            return moment
    return None


_PART_YEAR_MONTH = re.compile(_blanks(r"[\[(]?((?:19|20)[0-9]{2})(?: [-/.] | 年 )([0-9]{1,2}) 月?[\])]?"))
_PART_MONTH_DAY = re.compile(_blanks(r"[\[(]?([0-9]{1,2})(?: [-/.] | 月 )([0-9]{1,2}) [日号]?[\])]?"))
_PART_YEAR = re.compile(_blanks(r"[\[(]?((?:19|20)[0-9]{2}) 年?[\])]?"))
_PART_MONTH = re.compile(_blanks(r"/?([0-9]{1,2}|十[一二]?|[一二三四五六七八九]) 月(?:份)?"))
_PART_DAY = re.compile(_blanks(r"([0-9]{1,2}) [日号]?"))
_ENGLISH_MONTH = re.compile(r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?", re.IGNORECASE)


def is_date_part(cell: str) -> bool:
    """Return whether a box may be part of a date that is split over boxes: `2024-08`, `08-27`, `2024年`, `8月`."""
    text = " ".join(cell.translate(_TO_HALF).split())
    return len(text) <= 12 and any(
        pattern.fullmatch(text) for pattern in (_PART_YEAR_MONTH, _PART_MONTH_DAY, _PART_YEAR, _PART_MONTH, _ENGLISH_MONTH)
    )


def read_split(boxes: Sequence[str], *, now: datetime | None = None) -> date | None:
    """Return the day shown by neighbouring boxes (`27` over `2024-08`, `08-27` over `2024`, `27` over `8月`), or None.

    Args:
        boxes: Text of each box in document order; blank ones are left out.
        now: The monitoring point; with it a month and day without a year are read.

    Returns:
        A bare day when the boxes together give day, month and year and nothing else; None otherwise.
    """
    year = month = day = None
    count = 0
    for box in boxes:
        text = " ".join(box.translate(_TO_HALF).split()).strip("/ -.")
        if not text:
            continue
        count += 1
        if (match := _PART_YEAR_MONTH.fullmatch(text)) and year is None and month is None:
            year, month = int(match[1]), int(match[2])
        elif (match := _PART_YEAR.fullmatch(text)) and year is None:
            year = int(match[1])
        elif (match := _PART_MONTH_DAY.fullmatch(text)) and month is None and day is None:
            month, day = int(match[1]), int(match[2])
        elif (match := _PART_MONTH.fullmatch(text)) and month is None:
            month = _number(match[1])
        elif (match := _ENGLISH_MONTH.fullmatch(text)) and month is None:
            month = _MONTHS[match[1].capitalize()]
        elif (match := _PART_DAY.fullmatch(text)) and day is None:
            day = int(match[1])
        else:
            return None
    if count < 2 or month is None or day is None:
        return None
    if year is None:
        if now is None:
            return None
        moment = _read_open(f"{month:02d}-{day:02d}", now.astimezone(SHANGHAI), SHANGHAI, exact=True)
        return None if moment is None else _as_day(moment)
    try:
        return date(year, month, day)
    except ValueError:
        return None
