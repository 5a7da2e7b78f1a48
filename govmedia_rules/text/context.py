"""Read the words and gaps around a passage: former names, book titles, quotations, column and paragraph breaks."""

from __future__ import annotations

import re
from datetime import date

from govmedia_rules.text.normalise import BETWEEN

_SENTENCE_ENDS = "。！？；" + BETWEEN
_FORMER = re.compile(r"(?:原|前|时任|曾任|历任|原任|旧称|前身(?:为|是)?)[“《]?$")
_YEAR = re.compile(r"(?<![0-9])(19[0-9]{2}|20[0-9]{2})年")
_COLUMN_BLANKS = 4
"""Blanks on one line that can still be inside a word (中　国); more divide columns."""


def is_former(text: str, start: int, since: date | None) -> bool:
    """Tell whether the words before `start` say that the name is of former times.

    Args:
        text: Compared text.
        start: Where the name begins.
        since: First day of the new name: an earlier year in the same sentence also says so. None to ignore years.
    """
    before = text[max(0, start - 60) : start]
    if _FORMER.search(before):
        return True
    sentence = before[max(before.rfind(stop) for stop in _SENTENCE_ENDS) + 1 :]
    return since is not None and any(int(year) < since.year for year in _YEAR.findall(sentence))


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


def is_latin_word(char: str) -> bool:
    """Tell whether a character is a Latin letter or a digit; false for an empty string."""
    return char.isascii() and char.isalnum()


def cuts_latin_word(text: str, start: int, end: int) -> bool:
    """Tell whether a passage begins or ends inside a longer Latin word or number."""
    begins_inside = start > 0 and is_latin_word(text[start]) and is_latin_word(text[start - 1])
    return begins_inside or (is_latin_word(text[end - 1]) and is_latin_word(text[end : end + 1]))
