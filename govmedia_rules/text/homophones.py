"""Find right forms in which two or three characters were replaced by others that sound the same (自由毛衣港)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from govmedia_rules.text.near import broad_sound
from govmedia_rules.text.normalise import has_numpy, np_codes, text_of_codes
from govmedia_rules.text.search import Backend, build_search, find_in_parts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_FORM = 5
"""Characters of the shortest form looked for: of four, two wrong ones leave another word as often as not."""
MIN_PLACE = 3
"""Characters of the shortest name of a place: its last one (市, 县) is intact."""
_MOST_WRONG = 3


class Homophone(NamedTuple):
    """A passage that sounds like a form and is written otherwise.

    Attributes:
        right: The form, in compared shape.
        start: Start of the passage in compared text.
        end: Its end, excluded.
    """

    right: str
    start: int
    end: int


@cache
def _classes() -> dict[int, int]:
    """Code point -> code point of the first character that sounds like it."""
    raw = files("govmedia_rules.text").joinpath("data", "readings.txt").read_text("utf-8")
    classes: dict[str, str] = {}
    table: dict[int, int] = {}
    for line in raw.splitlines():
        if not line or line[0] == "#":
            continue
        reading, chars = line.split(" ")
        representative = classes.setdefault(broad_sound(reading), chars[0])
        table |= {ord(char): ord(representative) for char in chars}
    return table


def sounds(text: str) -> str:
    """Replace each character by one that stands for its sound; the length does not change."""
    if not has_numpy():
        return text.translate(_classes())
    return text_of_codes(_class_array().take(np_codes(text)))


@cache
def _class_array() -> NDArray[np.uint32]:
    import numpy as np

    table = np.arange(0x110000, dtype=np.uint32)
    for code, representative in _classes().items():
        table[code] = representative
    return table


class Homophones:
    """Right forms by their sound.

    Args:
        forms: Right forms in compared shape; shorter ones than `MIN_FORM` are passed over.
        places: Names of places, of which three characters are enough.
        phrases: Forms of any length of which one wrong character is enough.
        backend: See `search.build_search`.
    """

    def __init__(self, forms: Iterable[str], places: Iterable[str], backend: Backend, phrases: Iterable[str] = ()) -> None:
        self._phrases = frozenset(phrases)
        rights = [form for form in forms if len(form) >= MIN_FORM]
        rights += [place for place in places if len(place) >= MIN_PLACE]
        rights += self._phrases
        self._rights = frozenset(rights)
        by_sound: dict[str, list[str]] = {}
        for form in dict.fromkeys(rights):
            by_sound.setdefault(sounds(form), []).append(form)
        self._forms = list(by_sound.values())
        self._search = build_search(list(by_sound), backend)
        self._longest = max(map(len, by_sound), default=0)

    def find(self, text: str) -> Iterator[Homophone]:
        """Yield the passages of compared text that sound like a form and differ from it in two or three characters, or one."""
        if not self._forms:
            return
        for start, end, number in find_in_parts(self._search, sounds(text), self._longest):
            passage = text[start:end]
            if passage in self._rights:
                continue
            for form in self._forms[number]:
                wrong = sum(a != b for a, b in zip(passage, form, strict=True))
                least = 1 if form in self._phrases else 2
                if least <= wrong <= min(_MOST_WRONG, (len(passage) + 1) // 2):
                    yield Homophone(form, start, end)
