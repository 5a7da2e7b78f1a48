"""Common words of two and three characters, by which a slip is told from two right words that meet."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _words() -> frozenset[str]:
    raw = files("govmedia_rules.text").joinpath("data", "words.txt").read_text("utf-8")
    rows = [line.split(" ") for line in raw.splitlines() if line and line[0] != "#"]
    return frozenset(head + last for head, lasts in rows for last in lasts)


def is_word(text: str) -> bool:
    """Tell whether a string of two or three characters is a common word.

    Example:
        >>> is_word("巴士"), is_word("鸡巴"), is_word("死胡同")
        (True, False, True)
    """
    return text in _words()


def meet_by_chance(text: str, start: int, end: int) -> bool:
    """Tell whether a short string arises where other words meet (宝鸡|巴士, 去|死胡同).

    Args:
        text: Compared text.
        start: Where the string begins.
        end: Where it ends.
    """
    before, after = text[max(0, start - 1) : start + 1], text[end - 1 : end + 1]
    if len(before) == 2 and is_word(before) and is_word(after):
        return True
    return is_word(text[end - 1 : end + 2]) or is_word(text[max(0, start - 2) : start + 1])
