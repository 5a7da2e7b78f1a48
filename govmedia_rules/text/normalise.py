"""Clean a text for comparison and map positions of the cleaned text back to the text as found.

Two steps make the compared form. *Folding* replaces characters one for one: traditional by simplified, full-width
letters and digits by plain ones, radicals and compatibility ideographs by the character they stand for. *Squeezing* takes
out every blank and line break, what a reader does not see, quotation marks, emoji, and what only parts the characters of
a word (国/务/院, 国(guo)务院).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from govmedia_rules.core.vocabulary import read_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}

INVISIBLE = frozenset(
    [
        0x0000,
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


QUOTES = "“”‘’\"'＂＇「」『』〝〞"
"""Quotation marks: left out as often as not, and written in many ways, so nothing is compared by them."""
_COMBINING = (*range(0x300, 0x370), *range(0x1AB0, 0x1B00), *range(0x20D0, 0x2100), 0x3099, 0x309A)
_PRIVATE_USE = range(0xE000, 0xF900)
_EMOJI = (*range(0x2600, 0x27C0), *range(0x2B00, 0x2C00), *range(0x1F000, 0x1FB00), *range(0xE0000, 0xE0200))
_VERTICAL = dict(zip("︐︑︒︓︔︕︖︵︶︹︺︻︼︽︾︿﹀", "，、。：；！？（）〔〕【】《》〈〉", strict=True))
"""Marks of vertical text and the marks they stand for."""
_RADICALS = dict(
    zip("⺠⻓⻔⻢⻁⻅⻉⻋⻚⻛⻜⻝⻤⻥⻦⻩⻬⻮⻰⻳⺟⻘⺼⻄⻨⻑", "民长门马虎见贝车页风飞食鬼鱼鸟黄齐齿龙龟母青月西麦長", strict=True)
)
"""Radicals that Unicode itself does not name compatible with a character."""


@cache
def fold_table() -> dict[int, str]:
    """Return code point -> the character it is compared as, a blank for what is left out; every value has length one."""
    pairs: str = read_data("govmedia_rules.text", "traditional.toml")["pairs"]
    traditional = {ord(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}
    table: dict[int, str] = {}
    for code in (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            table[code] = plain.translate(traditional)
    table |= traditional
    table |= {ord(char): plain for char, plain in (_VERTICAL | _RADICALS).items()}
    table |= {code: chr(plain) for code, plain in _FULL_WIDTH.items()}
    unseen = (*INVISIBLE, *map(ord, QUOTES), *_COMBINING, *_PRIVATE_USE, *_EMOJI)
    table |= dict.fromkeys(unseen, " ")
    return table


@cache
def _hidden() -> re.Pattern[str]:
    """Return a pattern of runs of what a reader does not see and of emoji, as ranges: a class of single characters is slow."""
    codes = sorted({*INVISIBLE, *_COMBINING, *_PRIVATE_USE, *_EMOJI})
    first = [code for before, code in pairwise([-2, *codes]) if code != before + 1]
    last = [code for code, behind in pairwise([*codes, -2]) if behind != code + 1]
    ranges = (f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in zip(first, last, strict=True))
    return re.compile(f"[{''.join(ranges)}]+")


def without_hidden(text: str) -> tuple[str, Callable[[int], int]] | None:
    """Return a text without unseen characters and emoji, and what tells the place of one that is left; None where there are none.

    Example:
        >>> text, place = without_hidden("5\u200b月")
        >>> text, place(0), place(1), without_hidden("5月")
        ('5月', 0, 2, None)
    """
    spans = [hit.span() for hit in _hidden().finditer(text)]
    if not spans:
        return None
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    parts = [text[first:last] for first, last in zip(ends, starts, strict=True)]
    begins = list(accumulate(map(len, parts[:-1]), initial=0))

    def place(position: int) -> int:
        part = bisect_right(begins, position) - 1
        return ends[part] + position - begins[part]

    return "".join(parts), place


def fold(text: str) -> str:
    """Replace odd characters one for one; the length does not change."""
    return text.translate(fold_table())


def squeeze(text: str) -> str:
    """Take out blanks and line breaks."""
    return "".join(text.split())


def compared(text: str) -> str:
    """Return the form in which terms and texts are compared."""
    return CleanedText(text).compared


BETWEEN = "\ufffc"
"""Stands between joined texts; no lexicon line may hold it."""


def compared_all(texts: Iterable[str]) -> list[str]:
    """Return `compared` of each text, many times faster than one by one; no text may hold `BETWEEN`."""
    listed = list(texts)
    return compared(BETWEEN.join(listed)).split(BETWEEN) if listed else []


class Gap(NamedTuple):
    """The characters that were squeezed out inside a word.

    Attributes:
        place: Position in the squeezed text of the character behind it.
        start: Position in the text as found of its first character.
        end: Position of the character behind it.
        before: The folded character before it.
        behind: The folded character behind it.
    """

    place: int
    start: int
    end: int
    before: str
    behind: str


class Positions:
    """Tells positions of a squeezed text in the text it was made from; without `places` fastest when asked in order.

    Args:
        text: The text as found, or folded (folding keeps every position), with a blank for all that was squeezed out.
        places: Where each character of the squeezed text stands; None to look for it.
    """

    __slots__ = ("_found", "_places", "_span", "_squeezed", "text")

    def __init__(self, text: str, places: NDArray[np.intp] | None = None) -> None:
        self.text = text
        self._places = places
        self._found = self._squeezed = 0  # so many visible characters stand before that place of the text
        self._span = (-1, -1), (0, 0)

    def found(self, position: int) -> int:
        """Return where the character at `position` of the squeezed text stands in the text as found."""
        if self._places is not None:
            return int(self._places[position])
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
        """Return the span as found of `start..end` (end excluded, not empty) of the squeezed text."""
        if self._span[0] != (start, end):
            self._span = (start, end), (self.found(start), self.found(end - 1) + 1)
        return self._span[1]

    def gaps(self, start: int, end: int) -> list[Gap]:
        """Return the characters that were squeezed out inside `start..end`."""
        first, last = self.span(start, end)
        if last - first == end - start:
            return []
        gaps: list[Gap] = []
        place = start - first
        for blanks in _BLANKS.finditer(self.text, first, last):
            place -= len(blanks[0])
            start, end = blanks.span()
            gaps.append(Gap(end + place, start, end, self.text[start - 1], self.text[end]))
        return gaps


class CleanedText:
    """A text in compared form, with the way back to the text as found.

    Attributes:
        compared: The text folded and squeezed.

    Example:
        >>> CleanedText("國 务/院").compared
        '国务院'
    """

    __slots__ = ("_folded", "compared")

    def __init__(self, text: str) -> None:
        self._folded: str | NDArray[np.uint32]
        if has_numpy():
            codes = np_codes(text)
            folded = _code_table().take(codes)
            parting = np_places(folded >= _PARTS)
            folded[parting] ^= _PARTS
            for start, end in _parting_spans(text, _likely_parting(codes, parting)):
                folded[start:end] = _UNSEEN
            self._folded = folded
            self.compared = text_of_codes(folded[folded != _UNSEEN])
        else:
            self._folded = _fold_with_gaps(text)
            self.compared = squeeze(self._folded)

    def positions(self) -> Positions:
        """Map positions in `compared` to positions in the text as found."""
        if isinstance(self._folded, str):
            return Positions(self._folded)
        seen = self._folded != _UNSEEN
        return Positions(text_of_codes(np_filled(self._folded, seen)), np_places(seen))


_PARTS = 1 << 31
"""Set in the code point of a character that may part the characters of a word."""
_UNSEEN = 0
"""Stands in folded code points for what is left out; no text is compared by it, which nobody can see."""
_SLASHES = "/／|｜\\＼*＊"
"""What parts the characters of a word when it stands between two of them: slashes, and the stars of marked-up text."""
_PINYIN = re.compile(r"[（(][a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7}[)）]")
_PARTING = re.compile(rf"[（({re.escape(_SLASHES)}]")


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _parting_spans(text: str, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of slashes and of pinyin in brackets that stand between two Chinese characters."""
    for start in places:
        end = start + 1
        if text[start] in "*＊" and text[end : end + 1] == text[start]:
            end += 1
        elif text[start] not in _SLASHES:
            pinyin = _PINYIN.match(text, start)
            if pinyin is None:
                continue
            end = pinyin.end()
        if start and _is_han(text[start - 1]) and _is_han(text[end : end + 1]):
            yield start, end


def _fold_with_gaps(text: str) -> str:
    folded = fold(text)
    parts, last = [], 0
    for start, end in _parting_spans(text, (hit.start() for hit in _PARTING.finditer(text))):
        parts += [folded[last:start], " " * (end - start)]
        last = end
    return "".join([*parts, folded[last:]]) if parts else folded


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
    """Code point -> code point it is compared as, `_UNSEEN` for what is left out, with `_PARTS` for what may part a word."""
    import numpy as np

    table = np.arange(0x110000, dtype=np.uint32)
    for code, plain in fold_table().items():
        table[code] = _UNSEEN if plain == " " else ord(plain)
    table[[code for code in range(0x3001) if chr(code).isspace()]] = _UNSEEN
    table[[ord(char) for char in (*_SLASHES, "(", "（")]] |= _PARTS
    return table


def _likely_parting(codes: NDArray[np.uint32], places: NDArray[np.intp]) -> list[int]:
    """Return which of the places of slashes and opening brackets lie between Chinese characters, or before a Latin letter."""
    places = places[(places > 0) & (places < codes.size - 1)]
    behind = codes[places + 1]
    before = codes[places - 1]
    likely = (
        (before >= _FIRST_HAN) & (before <= _LAST_HAN) & ((behind >= _FIRST_HAN) & (behind <= _LAST_HAN) | (behind < _FIRST_MARK))
    )
    found: list[int] = places[likely].tolist()
    return found


_FIRST_HAN, _LAST_HAN, _FIRST_MARK = 0x3400, 0x9FFF, 0x2000


def np_codes(text: str) -> NDArray[np.uint32]:
    """Return the code points of a text as an array."""
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def np_places(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the places of what is true."""
    import numpy as np

    return np.flatnonzero(flags)


def np_filled(codes: NDArray[np.uint32], seen: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return code points with a blank for each that is not seen."""
    import numpy as np

    return np.where(seen, codes, np.uint32(ord(" ")))


def text_of_codes(codes: NDArray[np.uint32]) -> str:
    """Return the text of an array of code points."""
    return str(codes.data, "utf-32-le", "surrogatepass")


_BLANKS = re.compile(r"\s+")
