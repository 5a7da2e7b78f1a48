"""Check the titles of national laws in book title marks against the laws there are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_OPENINGS = ("《中华人民共和国", "《中国共产党", "《党政")
_LONGEST = 40
_MOST_OTHER = 4
"""Characters that may be missing or too many before another law is meant."""
_ENDS = ("法", "条例", "准则")
_NOT_LAWS = ("暂行", "试行", "实施", "施行", "草案", "修正", "修订", "解释", "决定", "办法", "细则", "规定")


class Titles:
    """Titles of laws and of the Party's regulations, and what is nearly one of them.

    Args:
        forms: Right forms of a lexicon in compared shape, of which the titles of laws are taken.
    """

    anchors = _OPENINGS

    def __init__(self, forms: Iterable[str]) -> None:
        heads = tuple(opening[1:] for opening in _OPENINGS)
        self._titles = frozenset(form for form in forms if form.startswith(heads) and form.endswith(_ENDS))
        self._meant = lru_cache(maxsize=4_096)(self._find_meant)  # the same few titles stand in many texts
        self._by_characters = {"".join(sorted(title)): title for title in self._titles}
        self._by_end: dict[str, list[str]] = {}
        for title in sorted(self._titles):
            self._by_end.setdefault(title[-1], []).append(title)

    def check(self, text: str, start: int) -> tuple[int, str | None] | None:
        """Look at the title that begins with the book title mark at `start` of compared text.

        Returns:
            Where the title ends and the law that is meant (None where several may be); None where it is a law, another kind of
            document, or nothing that resembles a law.
        """
        end = text.find("》", start, start + _LONGEST)
        title = text[start + 1 : end]
        if end < 0 or title in self._titles or not title.endswith(_ENDS) or any(word in title for word in _NOT_LAWS):
            return None
        meant = self._meant(title)
        return None if meant is None else (end, meant or None)

    def _find_meant(self, title: str) -> str | None:
        """Return the law that is meant; "" where several may be, None where the title resembles none."""
        law = title.removesuffix("条例") + "法"
        if title.endswith("条例") and law in self._titles:
            return law
        if (swapped := self._by_characters.get("".join(sorted(title)))) is not None:
            return swapped
        similar = [
            other
            for other in self._by_end.get(title[-1], ())
            if 1 < abs(len(other) - len(title)) <= _MOST_OTHER and (_holds(other, title) or _holds(title, other))
        ]
        if not similar:
            return None
        nearest = min(abs(len(other) - len(title)) for other in similar)
        meant = [other for other in similar if abs(len(other) - len(title)) == nearest]
        return meant[0] if len(meant) == 1 else ""


def _holds(long: str, short: str) -> bool:
    """Tell whether `short` is left when characters are taken out of `long`."""
    rest = iter(long)
    return len(short) < len(long) and all(char in rest for char in short)
