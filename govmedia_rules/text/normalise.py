"""Text as found against text as compared: every position in one can be told in the other.

Two steps make the compared form. *Folding* replaces characters one for one: traditional by simplified, full-width
letters and digits by plain ones, invisible characters by blanks. *Squeezing* takes every blank and line break out.
Both are cheap where nothing is odd: squeezing is one pass, and folding is done only when the scan met an odd character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from govmedia_rules.core.vocabulary import read_data

_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}

INVISIBLE = frozenset(
    [
        0x00AD,  # soft hyphen
        0x034F,
        0x061C,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x180E,
        *range(0x200B, 0x2010),  # zero-width space, joiners, direction marks
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0x3164,
        *range(0xFE00, 0xFE10),  # variation selectors
        0xFEFF,
        0xFFA0,
        *range(0xFFF9, 0xFFFC),
    ]
)
"""Code points that a reader does not see and that break a word for a plain search."""


@cache
def fold_table() -> dict[int, str]:
    """Code point -> the character it is compared as; every value has length one."""
    pairs: str = read_data("govmedia_rules.text", "traditional.toml")["pairs"]
    table = {ord(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}
    table |= {code: chr(plain) for code, plain in _FULL_WIDTH.items()}
    table |= dict.fromkeys(INVISIBLE, " ")
    return table


def fold(text: str) -> str:
    """`text` with odd characters replaced one for one; its length does not change."""
    return text.translate(fold_table())


def squeeze(text: str) -> str:
    """`text` without blanks and line breaks."""
    return "".join(text.split())


def compared(text: str) -> str:
    """The form in which terms and texts are compared: folded and squeezed."""
    return squeeze(fold(text))


BETWEEN = "\ufffc"
"""Stands between joined texts; no lexicon line may hold it."""


def compared_all(texts: Iterable[str]) -> list[str]:
    """`compared` of each text, many times faster than one by one; no text may hold `BETWEEN`."""
    listed = list(texts)
    return compared(BETWEEN.join(listed)).split(BETWEEN) if listed else []


class Gap(NamedTuple):
    """Blanks inside a word.

    Attributes:
        place: Position in the squeezed text of the character behind them.
        blanks: The blanks as found.
        before: The character before them.
        behind: The character behind them.
    """

    place: int
    blanks: str
    before: str
    behind: str


class Positions:
    """Tells positions of a squeezed text in the text it was made from; fastest when asked in order.

    Args:
        text: The text as found, or folded (folding keeps every position).
    """

    __slots__ = ("_found", "_squeezed", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._found = self._squeezed = 0  # so many visible characters stand before that place of the text

    def found(self, position: int) -> int:
        """Where the character at `position` of the squeezed text stands in the text as found."""
        text = self.text
        if position < self._squeezed:
            self._found = self._squeezed = 0
        at, missing = self._found, position - self._squeezed
        while missing:
            # At least so many characters follow; of these some are blanks, so a few more do.
            visible = sum(map(len, text[at : at + missing].split()))
            at += missing
            missing -= visible
        while text[at].isspace():
            at += 1
        self._found, self._squeezed = at, position
        return at

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span as found of `start..end` (end excluded, not empty) of the squeezed text."""
        return self.found(start), self.found(end - 1) + 1

    def gaps(self, start: int, end: int) -> list[Gap]:
        """What was squeezed out inside `start..end`."""
        first, last = self.span(start, end)
        if last - first == end - start:
            return []
        gaps: list[Gap] = []
        place = start - first
        for blanks in _BLANKS.finditer(self.text, first, last):
            place -= len(blanks[0])
            gaps.append(Gap(blanks.end() + place, blanks[0], self.text[blanks.start() - 1], self.text[blanks.end()]))
        return gaps


class AsFound(Positions):
    """Positions of a text as found in itself."""

    __slots__ = ()

    def found(self, position: int) -> int:
        """The position itself."""
        return position

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span itself."""
        return start, end


_BLANKS = re.compile(r"\s+")
