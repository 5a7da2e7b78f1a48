"""Read the words and gaps around a passage: former names, book titles, quotations, column and paragraph breaks."""

from __future__ import annotations

import re
from datetime import date

from govmedia_rules.text.normalise import BETWEEN, QUOTES

_SENTENCE_ENDS = "。！？；" + BETWEEN
_FORMER = re.compile(
    r"(?:原(?:中华人民共和国)?|前|时任|曾任|历任|原任|曾|旧称|前身(?:为|是)?|更名前的|撤销|不再保留|并入|改为|更名)[《（(]?$"
)
_FORMER_BODY_OF = re.compile(
    "(?:(?<![一-鿿])|(?<=[由向经从对在为与和及据即系将把被任]))原(?!则|因|来|文|始|料|创|有|平市|阳县|州区)[一-鿿]{0,12}[省市县区旗州盟]$"
)
"""What stands before the name of a body of a place of former times: 原某某市|环保局."""
_FORMER_LIST = re.compile(
    "(?:(?:曾任|历任|时任|先后(?:担)?任|担任过)[^。！？；：]{2,50}|(?<![一-鿿])原(?!则|因|来|文|始|料|创|有)[^。！？；：，]{2,40})[、和与及]$"
)
"""What stands before a name that is one of several of former times: 曾任甲、乙; 原甲、乙."""
_FORMER_BEHIND = re.compile(
    r"[》）)]?(?:[一-鿿]{0,8}(?:原(?!则|因|来|文|始|料|创|有关)|时任)|[（(](?:原|旧|现为|现|今|已|更名|后|19|20)|(?:已|同时|即|予以|[于在][0-9]{4}年(?:[0-9]{1,2}月)?)?(?:正式)?(?:更名|撤销|废止|改称|改为|并入|合并|划入|失效)|(?:[、和与及][一-鿿]{2,20}){1,3}(?:整合|合并|重组)?组建)"
)
_YEAR = re.compile(r"(?<![0-9])(19[0-9]{2}|20[0-9]{2})(?:年([0-9]{1,2})月|(?=年|[-./—―][0-9]|[〕）\]】)]))")
_COLUMN_BLANKS = 4
"""Blanks on one line that can still be inside a word (中　国); more divide columns."""


def is_former(text: str, start: int, end: int, since: date | None) -> bool:
    """Tell whether the words around a name say that it is of former times.

    Args:
        text: Compared text.
        start: Where the name begins.
        end: Where it ends.
        since: First day of the new name: an earlier year in the same sentence also says so. None to ignore years.
    """
    before = text[max(0, start - 60) : start]
    if _FORMER.search(before) or _FORMER_LIST.search(before) or _FORMER_BEHIND.match(text, end):
        return True
    # The level may be the first character of the name: 原某某市|环保局, 原某某|市环保局.
    if _FORMER_BODY_OF.search(before) or _FORMER_BODY_OF.search(before + text[start]):
        return True
    sentence = before[max(before.rfind(stop) for stop in _SENTENCE_ENDS) + 1 :]
    after = text[end : end + 40]
    stops = [at for stop in _SENTENCE_ENDS if (at := after.find(stop)) >= 0]
    sentence += after[: min(stops, default=len(after))]
    return since is not None and any(
        (int(year), int(month or 12)) < (since.year, since.month if month else 1) for year, month in _YEAR.findall(sentence)
    )


_WARNED_BEFORE = re.compile(
    "(?:(?:错误|不规范|不正确)(?:的?(?:表述|写法|说法|用法|示例))?[：:]|[错误]写[成为作]|(?<![应可宜当])写成了?|误作|误为"
    "|(?:不能|不得|不要|不可|不应|不宜|避免|禁止)再?(?:写|说|称|使用|表述)[成为作]?)[“”\"'‘]?$"
)
_WARNED_BEHIND = re.compile(
    '[”"’](?:一词|一语)?(?:[应宜](?:为|作|写|改|当)|[是系属为]?(?:错误|不规范|不正确|不妥)|的(?:错误|说法|表述|写法|提法))'
)


def is_warned_of(text: str, start: int, end: int) -> bool:
    """Tell whether the words around a passage of the text as found name it as wrong: 错误：…, 不得使用“…”, “…”应为."""
    before = text[max(0, start - 16) : start]
    return _WARNED_BEFORE.search(before) is not None or _WARNED_BEHIND.match(text, end) is not None


_LOOKED_AT = 20_000
"""Characters on each side of a name in which years are looked for."""
_ANY_YEAR = re.compile(r"(?<![0-9])(?:19[0-9]{2}|20[0-9]{2})(?=年)")


def is_old_text(text: str, place: int, since: date | None) -> bool:
    """Tell whether a text names years, two or more times, and only ones before `since`: then it was written before.

    Args:
        text: Compared text.
        place: A position in the text that is meant, where several were joined.
        since: First day of a new name; None for a text without one.
    """
    if since is None:
        return False
    begin = text.rfind(BETWEEN, max(0, place - _LOOKED_AT), place) + 1 or max(0, place - _LOOKED_AT)
    end = text.find(BETWEEN, place, place + _LOOKED_AT)
    years = _ANY_YEAR.findall(text, begin, end if end >= 0 else place + _LOOKED_AT)
    return len(years) > 1 and max(map(int, years)) < since.year


def is_inside(text: str, start: int, end: int, opening: str, closing: str) -> bool:
    """Tell whether a passage stands between an opening and a closing mark of one kind, at most 100 characters away."""
    opened = text.rfind(opening, max(0, start - 100), start)
    if opened < 0 or text.find(closing, opened, start) >= 0:
        return False
    closed = text.find(closing, end, end + 100)
    return closed >= 0 and text.find(BETWEEN, opened, closed) < 0


def divides(gap: str) -> bool:
    """Tell whether a gap ends a paragraph or a column, so that nothing reaches across it."""
    lines = gap.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 2:
        return True
    if len(lines) == 2:
        return len(lines[1]) > 1  # an indented line begins a paragraph
    return sum(map(str.isspace, gap)) > _COLUMN_BLANKS or "\t" in gap


def parts_words(gap: str) -> bool:
    """Tell whether a gap is one that stands between words: blanks or quotation marks, not what a reader does not see."""
    return any(char.isspace() or char in QUOTES for char in gap)


def is_latin_word(char: str) -> bool:
    """Tell whether a character is a Latin letter or a digit; false for an empty string."""
    return char.isascii() and char.isalnum()


def is_letter(char: str) -> bool:
    """Tell whether a character is a Latin letter."""
    return char.isascii() and char.isalpha()


def cuts_latin_word(text: str, start: int, end: int) -> bool:
    """Tell whether a passage begins or ends inside a longer Latin word or number."""
    begins_inside = start > 0 and is_latin_word(text[start]) and is_latin_word(text[start - 1])
    return begins_inside or (is_latin_word(text[end - 1]) and is_latin_word(text[end : end + 1]))


_OPENING, _CLOSING = "“‘「『〝", "”’」』〞"


def with_whole_quotations(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Widen a passage of the text as found so that each quotation mark in it has its partner.

    Returns:
        The span, at most one character wider on each side; None where a mark inside has no partner there, so that the
        passage is made of two different wordings.
    """
    passage = text[start:end]
    if not any(mark in passage for mark in QUOTES):
        return start, end
    depth = lowest = straight = 0
    for char in passage:
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth -= 1
            lowest = min(lowest, depth)
        elif char in QUOTES:
            straight += 1
    unclosed, unopened = depth - lowest, -lowest
    if unopened == 1 and start and text[start - 1] in _OPENING:
        start, unopened = start - 1, 0
    if unclosed == 1 and text[end : end + 1] and text[end] in _CLOSING:
        end, unclosed = end + 1, 0
    if straight % 2:
        if text[end : end + 1] and text[end] in QUOTES:
            end += 1
        elif start and text[start - 1] in QUOTES:
            start -= 1
        else:
            return None
    return None if unclosed or unopened else (start, end)


def fit_quotation(text: str, start: int, end: int, suggestion: str) -> tuple[int, int, str]:
    """Fit a suggestion with quotation marks to a passage: without marks in the text none are suggested.

    Returns:
        The passage, with marks around it that the suggestion has too, and the suggestion.
    """
    if "“" not in suggestion and "”" not in suggestion:
        return start, end, suggestion
    around = text[max(0, start - 1) : end + 1]
    if not any(mark in around for mark in QUOTES):
        return start, end, suggestion.replace("“", "").replace("”", "")
    if suggestion[0] == "“" and start and text[start - 1] in QUOTES:
        start -= 1
    if suggestion[-1] == "”" and text[end : end + 1] and text[end] in QUOTES:
        end += 1
    return start, end, suggestion
