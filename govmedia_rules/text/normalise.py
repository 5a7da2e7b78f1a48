"""Clean a text for comparison and map positions of the cleaned text back to the text as found.

Two steps make the compared form. *Folding* replaces characters one for one: traditional by simplified, full-width
letters and digits by plain ones, invisible characters by blanks. *Squeezing* takes every blank and line break out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from govmedia_rules.core.vocabulary import read_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


class CleanedText:
    """A text in compared form, with the way back to the text as found.

    Attributes:
        compared: The text folded and squeezed.
    """

    __slots__ = ("_text", "compared")

    def __init__(self, text: str) -> None:
        self._text = text
        self.compared = _compared_at_once(text) if has_numpy() else compared(text)

    def positions(self) -> Positions:
        """Map positions in `compared` to positions in the text as found."""
        return Positions(_fold_at_once(self._text) if has_numpy() else fold(self._text))


@cache
def has_numpy() -> bool:
    """Tell whether numpy is installed, which the extra `text` brings: with it a text is cleaned five times faster."""
    try:
        import numpy  # noqa: F401
    except ImportError:
        return False
    return True


@cache
def _code_table() -> NDArray[np.uint32]:
    """Code point -> code point it is compared as."""
    import numpy as np

    table = np.arange(0x110000, dtype=np.uint32)
    for code, plain in fold_table().items():
        table[code] = ord(plain)
    return table


@cache
def _is_visible() -> NDArray[np.bool_]:
    """Code point -> whether it is no blank once folded."""
    import numpy as np

    visible = np.ones(0x110000, dtype=np.bool_)
    visible[[code for code in range(0x3001) if chr(code).isspace()]] = False
    visible[[code for code, plain in fold_table().items() if plain == " "]] = False
    return visible


def _fold_at_once(text: str) -> str:
    return _text_of(_code_table().take(_codes(text)))


def _compared_at_once(text: str) -> str:
    codes = _codes(text)
    visible = codes[_is_visible().take(codes)]
    return _text_of(_code_table().take(visible))


def _text_of(codes: NDArray[np.uint32]) -> str:
    raw: bytes = codes.tobytes()
    return raw.decode("utf-32-le", "surrogatepass")


def _codes(text: str) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


_BLANKS = re.compile(r"\s+")
