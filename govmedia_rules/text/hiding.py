"""Tells where in a text as found a term may be hidden: by blanks inside it, or by an odd character.

Blanks and odd characters are everywhere, but hardly ever inside a term. What stands before and behind blanks tells: the two
characters must be neighbours in some term. An odd character and one beside it must be so too. So a text can be
searched as it is, and only the few places named here need a second look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from govmedia_rules.text.normalise import BETWEEN, fold_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLANK, _ODD, _BEFORE, _BEHIND = 1, 2, 4, 8
_LONGEST = 64
"""Characters of the longest term for which second looks stay cheap."""


@cache
def has_numpy() -> bool:
    """Whether the extra `text` is installed with all it needs."""
    try:
        import numpy  # noqa: F401
    except ImportError:
        return False
    return True


class HidingPlaces:
    """Finds the places at which one of some strings may be hidden; sure to miss none, and seldom wrong.

    Args:
        strings: What is looked for, in compared form, each of two characters or more.
    """

    def __init__(self, strings: Iterable[str]) -> None:
        import numpy as np

        codes = np.frombuffer(BETWEEN.join(strings).encode("utf-32-le", "surrogatepass"), np.uint32)
        inside = (codes[:-1] != ord(BETWEEN)) & (codes[1:] != ord(BETWEEN))
        before, behind = codes[:-1][inside], codes[1:][inside]
        self._kinds = np.zeros(0x110000, np.uint8)
        self._kinds[before] |= _BEFORE
        self._kinds[behind] |= _BEHIND
        # A character that is folded and folded to (苧 of 薴, itself 苎) in a string: there a hit as found may be none.
        self.is_sure = not self._kinds[list(fold_table())].any()
        self._folded = np.arange(0x110000, dtype=np.uint32)
        for code, plain in fold_table().items():
            if plain == " ":
                self._kinds[code] = _BLANK
            elif self._kinds[ord(plain)]:
                self._kinds[code] = _ODD | _BEFORE | _BEHIND
                self._folded[code] = ord(plain)
        self._kinds[[code for code in range(0x3001) if chr(code).isspace()]] = _BLANK
        self._pairs = np.sort(_as_pair(before, behind))

    def find(self, text: str) -> list[tuple[int, int]]:
        """Spans of blanks (as long as they go on) and of odd characters (one each) that may hide a string."""
        import numpy as np

        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = self._kinds.take(codes, mode="clip")
        # Blanks count where they begin, behind a character that has a neighbour in some term.
        marked = kinds & _ODD
        marked[1:] |= kinds[1:] & (kinds[:-1] >> 2) & _BLANK
        places = np.flatnonzero(marked != 0)
        if not len(places):
            return []
        is_odd = kinds[places] & _ODD != 0
        starts, odd = places[~is_odd], places[is_odd]
        ends = self._ends(kinds, starts)
        near = kinds[ends] & _BEHIND != 0
        starts, ends = starts[near], ends[near]
        near = self._are_pairs(codes, starts - 1, ends)
        spans = list(zip(starts[near].tolist(), ends[near].tolist(), strict=True))
        if len(odd):
            left, right = np.maximum(odd - 1, 0), np.minimum(odd + 1, len(codes) - 1)
            near = (kinds[left] | kinds[right]) & _BLANK != 0
            near |= self._are_pairs(codes, left, odd) | self._are_pairs(codes, odd, right)
            spans += [(at, at + 1) for at in odd[near].tolist()]
        return spans

    def _ends(self, kinds: NDArray[np.uint8], starts: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where the blanks that begin at `starts` end; the last place of the text if they reach it."""
        import numpy as np

        last = len(kinds) - 1
        ends = np.minimum(starts + 1, last)
        for _ in range(3):  # a line break and the two blanks a paragraph begins with
            ends = np.minimum(ends + (kinds[ends] & _BLANK), last)
        if (kinds[ends] & _BLANK).any():
            visible = np.flatnonzero(kinds & _BLANK == 0)
            ends = np.append(visible, last)[np.searchsorted(visible, ends)]
        return ends

    def _are_pairs(self, codes: NDArray[np.uint32], first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        import numpy as np

        pairs = _as_pair(self._folded[codes[first]], self._folded[codes[second]])
        at = np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)
        return self._pairs[at] == pairs


def _as_pair(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return (first.astype("uint64") << 32) | second


def hiding_places(strings: Sequence[str]) -> HidingPlaces | None:
    """The hiding places of `strings`; None where this way does not fit them or numpy is not installed."""
    if not strings or not has_numpy() or min(map(len, strings)) < 2 or max(map(len, strings)) > _LONGEST:
        return None
    places = HidingPlaces(strings)
    return places if places.is_sure else None
