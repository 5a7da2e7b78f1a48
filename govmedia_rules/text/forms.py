"""Forms that are wrong by themselves: dates, document numbers, doubled words and marks, unpaired marks, private numbers.

Every pattern here is written by hand and runs in time linear in the text; no list of a user becomes a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.text.lexicon import Confidence
from govmedia_rules.text.matches import Match
from govmedia_rules.text.normalise import without_hidden
from govmedia_rules.text.search import Search, build_search

_D = "0-9０-９"
_B = "[ \u3000\xa0]?"
# Patterns that begin with a plain character are searched many times faster than ones that begin with a class.
_YEAR_BEFORE = re.compile(rf"(?<![{_D}])([12１２][{_D}]{{3}}){_B}$")
_DATE = re.compile(rf"年{_B}([{_D}]{{1,2}}){_B}月{_B}([{_D}]{{1,2}}){_B}日")
_MONTH_BEFORE = re.compile(rf"(?<![{_D}年])([{_D}]{{1,2}})$")
_DAY = re.compile(rf"月([{_D}]{{1,2}})日")
_HAN_YEAR_BEFORE = re.compile("([一二][一二三四五六七八九〇○零]{3})$")
_HAN_DATE = re.compile("年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_WEEKDAY = re.compile(r"[ \u3000]?[（(，,]?[ \u3000]?(?:星期|礼拜|周)([一二三四五六日天])(?!年|岁|期|[一二三四五六日天至到])")
_NUMBER = re.compile(rf"([（(\[［【〔])[ ]?([12１２][{_D}]{{3}})[ ]?([）)\]］】〕])[ ]?(第?)([{_D}]{{1,5}})[ ]?号")
_LONG_NUMBER = re.compile(rf"[{_D}]{{11,}}[Xx]?")
_BEFORE_NO_NUMBER = re.compile(r"[A-Za-z.\-_=/]")
_BEHIND_NO_NUMBER = re.compile(rf"[{_D}A-Za-z_=/]|\.[{_D}]")
_WEEKDAYS = "一二三四五六日"
_HAN_DIGITS = {"〇": 0, "○": 0, "零": 0, **{char: at for at, char in enumerate("一二三四五六七八九", 1)}}
_CLOSING = "。！？"


@cache
def _data() -> dict[str, Any]:
    return read_data("govmedia_rules.text", "forms.toml")


@cache
def _doubled() -> tuple[Search, list[tuple[str, str]]]:
    """Return a search for doubled units, words and marks, and for each string what it is and what stands twice."""
    data = _data()
    meanings = {word + word: ("word", word) for word in data["word"]["doubled"]}
    meanings |= {unit + unit: ("unit", unit) for unit in data["unit"]["units"]}
    meanings |= dict.fromkeys(data["mark"]["doubled"], ("mark", ""))
    return build_search(list(meanings)), list(meanings.values())


def find_forms(text: str, by: str = "") -> list[Match]:
    """Return the wrong forms in a text as found.

    Args:
        text: Any text.
        by: Name and version to sign the matches with.
    """
    if len(text) < 2:
        return []
    clean = without_hidden(text)
    if clean is not None:
        return [_as_found(match, text, clean[1]) for match in find_forms(clean[0], by)]
    matches: list[Match] = []
    for rule in (_dates, _times, _ranges, _numbers, _doubles, _unpaired, _mismatched, _private):
        matches.extend(_signed(rule(text), by))
    return matches


def _as_found(match: Match, text: str, place: Callable[[int], int]) -> Match:
    """Return a match in the text as found of one in the text without hidden characters."""
    start, end = place(match.start), place(match.end - 1) + 1
    shown = _masked(text[start:end]) if match.kind == "privacy" else text[start:end]
    return replace(match, start=start, end=end, text=shown)


_Row = tuple[int, int, str, str | None, str, str, Confidence, str, str]


def _signed(rows: Iterator[_Row], by: str) -> Iterator[Match]:
    for start, end, shown, suggestion, kind, reason, confidence, severity, source in rows:
        yield Match(start, end, shown, suggestion, kind, reason, confidence, reason, severity, source, by)


def _row(
    text: str, start: int, end: int, suggestion: str | None, kind: str, reason: str, confidence: Confidence, source: str
) -> _Row:
    return start, end, text[start:end], suggestion, kind, reason, confidence, "general", source


def _dates(text: str) -> Iterator[_Row]:
    data = _data()["date"]
    if "月" not in text:
        return
    taken: set[int] = set()
    for pattern, before in ((_DATE, _YEAR_BEFORE), (_HAN_DATE, _HAN_YEAR_BEFORE)):
        for hit in pattern.finditer(text):
            head = before.search(text, max(0, hit.start() - 6), hit.start())
            if head is not None:
                taken.add(hit.start(2) - 1)
                yield from _date(text, head.start(), hit.end(), (head[1], hit[1], hit[2]))
    for hit in _DAY.finditer(text):
        head = _MONTH_BEFORE.search(text, max(0, hit.start() - 3), hit.start())
        if head is None or hit.start() in taken or _is_lunar(text, head.start()):
            continue
        try:
            date(2000, int(head[1]), int(hit[1]))  # a leap year: 29 February exists in some year
        except ValueError:
            yield _row(text, head.start(), hit.end(), None, "date", "impossible_date", "medium", data["source"])


_LUNAR = re.compile(
    "月(?:三十[一二三四五六七八九]|[四五六七八九]十[一二三四五六七八九]?|廿十|初十[一二三四五六七八九])(?!日|天|号)"
)
_LUNAR_BEFORE = re.compile(r"(?:[农阴夏旧]历(?:[〇零一二三四五六七八九十]{2,4}年)?闰?[正腊冬二三四五六七八九十]{1,2}|闰?[正腊冬])$")
_LUNAR_MONTH = re.compile("历闰?(?:十[三四五六七八九]|[二三四五六七八九]十[一二三四五六七八九]?)月")
_MONTH = re.compile(rf"年(?:1[3-9]|[2-9][0-9]|00?)月(?!{_B}[{_D}]{{1,2}}{_B}日)")


def _months(text: str) -> Iterator[_Row]:
    """Months and days of the lunar calendar that no year has, and months without a day."""
    source = _data()["date"]["source"]
    for hit in _LUNAR.finditer(text):
        head = _LUNAR_BEFORE.search(text, max(0, hit.start() - 12), hit.start())
        if head is not None:
            yield _row(text, head.start(), hit.end(), None, "date", "impossible_date", "high", source)
    for hit in _LUNAR_MONTH.finditer(text):
        if text[max(0, hit.start() - 1)] in "农阴夏旧":
            yield _row(text, hit.start() - 1, hit.end(), None, "date", "impossible_date", "high", source)
    for hit in _MONTH.finditer(text):
        head = _YEAR_BEFORE.search(text, max(0, hit.start() - 6), hit.start())
        if head is not None:
            yield _row(text, head.start(), hit.end(), None, "date", "impossible_date", "high", source)


_MINUTES = (
    re.compile("[:：](?P<minute>[0-9]{2})(?P<mark>分)?(?![0-9:：])"),
    re.compile("[时点](?P<minute>[0-9]{1,2})(?P<mark>分)(?![0-9/之钟])"),
)
_HOUR_BEFORE = re.compile("(?<![0-9:：.．])[0-9]{1,2}$")
_DAYTIME = re.compile(r"(?:上午|下午|中午|凌晨|晚上?|早上?|日|时间[：:为]?|[至到]|于|定于)[ \u3000]?$")
_LAST_MINUTE, _LAST_HOUR = 59, 24


def _times(text: str) -> Iterator[_Row]:
    """Yield times of day that no day has: 9:60分, 25时10分. A ratio (3:80) and a duration (72小时) are none."""
    yield from _months(text)
    yield from _han_days(text)
    for pattern in _MINUTES:
        for hit in pattern.finditer(text):
            head = _HOUR_BEFORE.search(text, max(0, hit.start() - 3), hit.start())
            if head is None:
                continue
            hour, minute = int(head[0]), int(hit["minute"])
            if minute <= _LAST_MINUTE and (hour < _LAST_HOUR or (hour == _LAST_HOUR and not minute)):
                continue
            if hit["mark"] or _DAYTIME.search(text, max(0, head.start() - 5), head.start()):
                source = _data()["unit"]["source"]
                yield _row(text, head.start(), hit.end(), None, "date", "impossible_time", "high", source)


_YEARS = re.compile(r"[至到—―–～~－-]{1,2}((?:19|20)[0-9]{2})(?=年|学年|财年|（|$|，)")
_FIRST_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})年?$")
_DAYS_BETWEEN = re.compile(r"日起?[至到—–～~-]{1,2}(?:((?:19|20)[0-9]{2})年)?(?:([0-9]{1,2})月)?([0-9]{1,2})日")
_FIRST_DAY = re.compile(r"((?:19|20)[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})$")
_MOST_YEARS = 60


def _ranges(text: str) -> Iterator[_Row]:
    """Ranges of years and days that end before they begin."""
    source = _data()["date"]["source"]
    for hit in _YEARS.finditer(text):
        head = _FIRST_YEAR.search(text, max(0, hit.start() - 6), hit.start())
        if head is not None and 0 < int(head[1]) - int(hit[1]) < _MOST_YEARS:
            yield _row(text, head.start(), hit.end(), None, "date", "reversed_range", "medium", source)
    for hit in _DAYS_BETWEEN.finditer(text):
        head = _FIRST_DAY.search(text, max(0, hit.start() - 11), hit.start())
        if head is None:
            continue
        year, month, day = int(head[1]), int(head[2]), int(head[3])
        if (int(hit[1] or year), int(hit[2] or month), int(hit[3])) < (year, month, day):
            yield _row(text, head.start(), hit.end(), None, "date", "reversed_range", "medium", source)


_HAN_DAY = re.compile("月([一二三四五六七八九十]{1,3})日")
_HAN_MONTH_BEFORE = re.compile("(?<![一二三四五六七八九十])([一二三四五六七八九]|十[一二]?)$")


def _han_days(text: str) -> Iterator[_Row]:
    """Days without a year in Chinese numerals: 九月三十一日."""
    for hit in _HAN_DAY.finditer(text):
        head = _HAN_MONTH_BEFORE.search(text, max(0, hit.start() - 3), hit.start())
        if head is None or text[max(0, head.start() - 1) : head.start()] == "年" or _is_lunar(text, head.start()):
            continue
        try:
            date(2000, _int(head[1]), _int(hit[1]))
        except ValueError:
            yield _row(text, head.start(), hit.end(), None, "date", "impossible_date", "medium", _data()["date"]["source"])


def _is_lunar(text: str, start: int) -> bool:
    return text[max(0, start - 8) : start].rstrip(" 　（(").endswith(tuple(_data()["date"]["not_after"]))


def _date(text: str, start: int, end: int, parts: tuple[str, str, str]) -> Iterator[_Row]:
    source = _data()["date"]["source"]
    if _is_lunar(text, start):
        return
    try:
        moment = date(*map(_int, parts))
    except ValueError:
        yield _row(text, start, end, None, "date", "impossible_date", "high", source)
        return
    weekday = _WEEKDAY.match(text, end)
    if weekday is None:
        return
    named, right = weekday[1].replace("天", "日"), _WEEKDAYS[moment.weekday()]
    if named != right:
        at = weekday.start(1)
        suggestion = text[start:at] + right + text[at + 1 : weekday.end()]
        yield _row(text, start, weekday.end(), suggestion, "date", "weekday_differs", "high", source)


def _int(text: str) -> int:
    """Return a number in digits of any width, or in Chinese: 二〇二四 digit by digit, 二十三 by value."""
    if text[0] not in _HAN_DIGITS and text[0] != "十":
        return int(text)
    if "十" not in text:
        return int("".join(str(_HAN_DIGITS[char]) for char in text))
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 99
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)


_SHORT_YEAR = re.compile(
    r"[发函令办规字]〔([0-9]{1,3}|[0-9]{5,})〕[0-9]{1,5}号|[发函令办规字]((?:19|20)[0-9]{2})〔[0-9]{1,4}〕(?:[0-9]{0,5})号"
)


def _numbers(text: str) -> Iterator[_Row]:
    data = _data()["number"]
    if "号" not in text:
        return
    if "〔" in text:
        for hit in _SHORT_YEAR.finditer(text):
            yield _row(text, hit.start() + 1, hit.end(), None, "document_number", "number_year", "high", data["source"])
    for hit in _NUMBER.finditer(text):
        opening, year, closing, ordinal, serial = hit.groups()
        before = hit.start() - (text[hit.start() - 1 : hit.start()] == " ")
        head = text[max(0, before - 9) : before]
        is_office = head.endswith(tuple(data["not_before_but"]))
        if not "\u4e00" <= head[-1:] <= "\u9fff" or (head[-1] in data["not_before"] and not is_office):
            continue
        orders = head.endswith(tuple(data["with_ordinal"]))
        start, end = hit.span()
        number = str(int(serial))
        if opening != "〔" or closing != "〕":
            right = f"〔{int(year)}〕{ordinal if orders else ''}{number}号"
            yield _row(text, start, end, right, "document_number", "number_brackets", "high", data["source"])
        elif not orders and (ordinal or len(number) != len(serial)):
            yield _row(text, start, end, f"〔{int(year)}〕{number}号", "document_number", "number_padded", "medium", data["source"])


def _doubles(text: str) -> Iterator[_Row]:
    data = _data()
    search, meanings = _doubled()
    for start, end, number in search.find(text):
        kind, once = meanings[number]
        if kind == "unit":
            if start and text[start - 1].isdecimal() and not text.startswith(once, end):
                yield _row(text, start, end, once, "number", "unit_doubled", "high", data["unit"]["source"])
        elif kind == "word":
            yield _row(text, start, end, once, "repeat", "word_doubled", "medium", data["word"]["source"])
        else:
            yield _row(text, start, end, None, "mark", "mark_doubled", "medium", data["mark"]["source"])


def _unpaired(text: str) -> Iterator[_Row]:
    """Unpaired marks in whole sentences: a line that is cut short or begins a longer quotation proves nothing."""
    data = _data()["mark"]
    pairs = [(opening, closing) for opening, closing in data["pairs"] if opening in text or closing in text]
    if not pairs:
        return
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        body = line.strip()
        if body and body[-1] in _CLOSING and "…" not in body and "..." not in body:
            for opening, closing in pairs:
                if line.count(opening) == line.count(closing):
                    continue
                place = _lonely(line, opening, closing)
                if opening == "“" and (place < 0 or line.count(opening) > line.count(closing)):
                    continue  # a quotation of several paragraphs opens each and closes the last
                if place >= 0:
                    at = start + place
                    yield _row(text, at, at + 1, None, "mark", "mark_unpaired", "low", data["source"])
        start = end


_MISMATCHED = re.compile(r"“[^“”《》\n。]{2,60}》|《[^《》“”\n。]{2,60}”")


def _mismatched(text: str) -> Iterator[_Row]:
    """Return an opening mark closed by one of another kind: “关于…的通知》."""
    if "》" not in text and "《" not in text:
        return
    for hit in _MISMATCHED.finditer(text):
        start, end = hit.span()
        line_start = text.rfind("\n", 0, start) + 1
        before = text[max(line_start, start - 200) : start]
        after = text[end : end + 200].partition("\n")[0]
        opened_before = before.rfind("《") > before.rfind("》") if hit[0][0] == "“" else before.rfind("“") > before.rfind("”")
        closed_behind = hit[0][0] == "“" and 0 <= after.find("”") < (after + "“").find("“")
        # The mark may belong to a longer title or quotation around it.
        if not opened_before and not closed_behind:
            yield _row(text, start, end, None, "mark", "mark_mismatched", "medium", _data()["mark"]["source"])


def _lonely(line: str, opening: str, closing: str) -> int:
    """Place of the first mark without a partner; -1 when the marks only nest."""
    opened: list[int] = []
    for at, char in enumerate(line):
        if char == opening:
            opened.append(at)
        elif char == closing:
            if not opened:
                return at
            opened.pop()
    return opened[0] if opened else -1


def _private(text: str) -> Iterator[_Row]:
    data = _data()["privacy"]
    for hit in _LONG_NUMBER.finditer(text):
        start, end = hit.span()
        if len(hit[0].rstrip("Xx")) > _LONGEST_NUMBER or _BEHIND_NO_NUMBER.match(text, end):
            continue
        yield from _private_number(text, start, end, data)
    for hit in _PARTED_NUMBER.finditer(text):
        start, end = hit.span()
        if _BEHIND_NO_NUMBER.match(text, end):
            continue
        rows = _private_number(text, start, end, data)
        # Figures of a table stand in groups of two as well; a citizen's number is told from them by its check digit.
        yield from (row for row in rows if row[5] == "identity_number" or not _PAIR_OF_DIGITS.search(hit[0]))
    words = [word for word in data["passport_after"] if word in text]
    for hit in _PASSPORT.finditer(text) if words else ():
        if any(word in text[max(0, hit.start() - 12) : hit.start()] for word in words):
            yield _private_row(text, *hit.span(), "passport_number", data["source"])
    yield from _addresses(text, data)


_LONGEST_NUMBER = 19
_PARTED_NUMBER = re.compile(rf"[{_D}]{{2,8}}(?:[ \u3000\xa0—–-][{_D}]{{2,8}}){{1,6}}(?:[ \u3000-]?[Xx])?")
"""A long number written in groups."""
_PAIR_OF_DIGITS = re.compile(rf"(?<![{_D}])[{_D}]{{2}}(?![{_D}])")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])[EGDSPHMeg][A-Za-z]?[0-9]{7,8}(?![0-9A-Za-z])")
_ADDRESS = re.compile(
    "(?:[村街路巷弄道里苑园小区庄屯寨湾坊城府居]|社区|花园|小区)[0-9０-９一二三四五六七八九十A-Z]{1,5}(?:号院|号楼|幢|栋|号|组)"
    "(?:[0-9０-９一二三四五六七八九十A-Z]{1,3}(?:单元|门|梯))?[0-9０-９]{1,5}(?:室|号|户|房)"
)


def _private_number(text: str, start: int, end: int, data: dict[str, Any]) -> Iterator[_Row]:
    if start and _BEFORE_NO_NUMBER.match(text, start - 1):
        return
    if text[max(0, start - 12) : start].rstrip("：: \u3000为是（(").endswith(tuple(data["not_after"])):
        return
    digits = "".join(str(int(char)) if char.isdecimal() else "X" for char in text[start:end] if char.isalnum())
    reason = _private_kind(digits, data["bank_prefixes"])
    if reason is not None:
        yield _private_row(text, start, end, reason, data["source"])


def _private_row(text: str, start: int, end: int, reason: str, source: str) -> _Row:
    """Return a private passage of which only the first characters and the last two are shown."""
    return start, end, _masked(text[start:end]), None, "privacy", reason, "medium", "serious", source


def _masked(passage: str) -> str:
    return passage[:4] + "*" * (len(passage) - 6) + passage[-2:]


def _addresses(text: str, data: dict[str, Any]) -> Iterator[_Row]:
    """Homes down to the room in lists of persons: two or more in one text that speaks of persons."""
    if not any(word in text for word in data["address_near"]):
        return
    homes = list(_ADDRESS.finditer(text))
    if len(homes) > 1:
        for hit in homes:
            yield _private_row(text, *hit.span(), "home_address", data["source"])


def _private_kind(digits: str, bank_prefixes: list[str]) -> str | None:
    size = len(digits)
    if size == 18 and is_identity_number(digits):
        return "identity_number"
    if digits[-1] == "X":
        return None
    if size == 11 and digits[0] == "1" and digits[1] in "3456789":
        return "mobile_number"
    if 16 <= size <= 19 and digits.startswith(tuple(bank_prefixes)) and has_luhn(digits) and len(set(digits)) > 3:
        return "bank_number"
    return None


_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"


def is_identity_number(digits: str) -> bool:
    """Tell whether 18 characters are a well-formed citizen's number: place, date of birth and check digit.

    Source: GB 11643-1999, check digit by ISO 7064 MOD 11-2.
    """
    if len(digits) != 18 or not digits[:17].isascii() or not digits[:17].isdigit():
        return False
    if not "11" <= digits[:2] <= "82" or not "1900" <= digits[6:10] <= "2099":
        return False
    try:
        date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _IDENTITY_WEIGHTS, strict=False))
    return _IDENTITY_CHECKS[total % 11] == digits[17].upper()


def has_luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        value = int(char) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
