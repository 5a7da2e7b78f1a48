"""Text as found against text as compared: every position in one can be told in the other.

Two steps make the compared form. *Folding* replaces characters one for one: traditional by simplified, full-width
letters and digits by plain ones, invisible characters by blanks. *Squeezing* takes every blank and line break out.
Both are cheap where nothing is odd: squeezing is one pass, and folding is done only when the scan met an odd character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import accumulate

from govmedia_rules.vocabulary import read_data

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


class Positions:
    """Tells positions of a squeezed text in the text it was made from.

    Args:
        text: The text as found, or folded (folding keeps every position).
        until: Last position of the squeezed text that will be asked for; None for all.
    """

    __slots__ = ("_found", "_squeezed", "text")

    def __init__(self, text: str, until: int | None = None) -> None:
        self.text = text
        pieces = text.split()
        sizes = [0, *accumulate(map(len, pieces))]
        if until is not None:
            del sizes[bisect_right(sizes, until) :]
        self._squeezed: list[int] = sizes
        find = text.index
        at = 0
        found: list[int] = []
        self._found = found
        for piece in pieces[: len(sizes)]:
            # Only blanks lie between, so the first occurrence is the piece itself.
            at = find(piece, at)
            found.append(at)
            at += len(piece)

    def found(self, position: int) -> int:
        """Where the character at `position` of the squeezed text stands in the text as found."""
        piece = bisect_right(self._squeezed, position) - 1
        return self._found[piece] + position - self._squeezed[piece]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span as found of `start..end` (end excluded, not empty) of the squeezed text."""
        return self.found(start), self.found(end - 1) + 1

    def gaps(self, start: int, end: int) -> list[tuple[int, str]]:
        """What was squeezed out inside `start..end`: position of the character behind each gap, and the gap."""
        piece = bisect_right(self._squeezed, start)
        gaps = []
        while piece < len(self._found) and self._squeezed[piece] < end:
            before = self._found[piece - 1] + self._squeezed[piece] - self._squeezed[piece - 1]
            gaps.append((self._squeezed[piece], self.text[before : self._found[piece]]))
            piece += 1
        return gaps
