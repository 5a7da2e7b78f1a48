"""Finds every occurrence of many strings at once, by one of two back ends with equal results.

With the extra `text` the strings go into a double-array automaton (daachorse); without it, into an index of
two-character pairs in plain Python. Both read the text once: time grows with the text and the number of hits, and no
list of strings can make it grow otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import add
from typing import Literal, Protocol

from govmedia_rules.errors import MissingExtra

Hit = tuple[int, int, int]
"""Start, end (excluded) and number of the string found."""
Backend = Literal["auto", "daachorse", "python"]
SEARCH_CHARACTERS = 60_000
"""A longer text is searched in parts of this size."""


class Search(Protocol):
    """Finds all occurrences, overlapping ones too, in order of their end."""

    def find(self, text: str, /) -> list[Hit]:
        """Return every occurrence of every string in `text`."""

    def dump(self) -> bytes | None:
        """Return the built form, to be sent to a worker; None where building again is as cheap."""


@cache
def has_daachorse() -> bool:
    """Tell whether the extra `text` is installed."""
    try:
        import daachorse  # noqa: F401
    except ImportError:
        return False
    return True


def is_automaton(backend: Backend) -> bool:
    """Tell whether this choice of a back end means daachorse."""
    return backend == "daachorse" or (backend == "auto" and has_daachorse())


def build_search(
    strings: Sequence[str], backend: Backend = "auto", built: bytes | None = None, *, prefilter: bool = True
) -> Search:
    """Return a search for `strings`, each of one character or more, none twice.

    Args:
        strings: What is looked for; a hit names its place in this sequence.
        backend: `auto` takes daachorse where it is installed.
        built: What `dump` of a search for the same strings gave.
        prefilter: Whether characters no string begins with are skipped first; useless when most characters begin one.

    Raises:
        MissingExtra: daachorse is asked for and not installed.
    """
    if not strings:
        return _Nothing()
    if not is_automaton(backend):
        return PairIndex(strings)
    return Automaton(strings, built, prefilter)


class _Nothing:
    def find(self, _text: str, /) -> list[Hit]:
        return []

    def dump(self) -> bytes | None:
        return None


class Automaton:
    """A daachorse automaton over characters."""

    def __init__(self, strings: Sequence[str], built: bytes | None = None, prefilter: bool = True) -> None:
        try:
            import daachorse
        except ImportError:
            raise MissingExtra(
                "the fast search needs daachorse", hint="pip install govmedia-rules[text]", zh="快速查找需要 daachorse"
            ) from None
        kind = daachorse.CharwiseDoubleArrayAhoCorasick
        self._automaton = kind.deserialize(built) if built is not None else kind(list(strings), use_prefilter=prefilter)
        self._find = self._automaton.find_overlapping

    def find(self, text: str, /) -> list[Hit]:
        """Return every occurrence of every string in `text`, in order of their end."""
        try:
            hits: list[Hit] = self._find(text)
        except UnicodeEncodeError:  # a lone half of a surrogate pair is not UTF-8
            hits = self._find(text.translate(_SURROGATES))
        return hits

    def dump(self) -> bytes | None:
        """Return the automaton as bytes, which a worker loads faster than it builds one."""
        built: bytes = self._automaton.serialize()
        return built


def find_in_parts(search: Search, text: str, longest: int) -> Iterable[Hit]:
    """Return what `search.find` returns; a long text is searched in parts, so that memory stays bounded.

    Args:
        search: What looks for the strings.
        text: Any text.
        longest: Characters of the longest string.
    """
    return search.find(text) if len(text) <= 2 * SEARCH_CHARACTERS else _hits_by_parts(search, text, longest)


def _hits_by_parts(search: Search, text: str, longest: int) -> Iterator[Hit]:
    for begin in range(0, len(text), SEARCH_CHARACTERS):
        # A string that ends in this part may begin before it.
        base = max(0, begin - longest)
        for start, end, number in search.find(text[base : begin + SEARCH_CHARACTERS]):
            if end + base > begin:
                yield start + base, end + base, number


_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class PairIndex:
    """An index of each string by its rarest pair of adjacent characters; plain Python."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._singles = {string: number for number, string in enumerate(strings) if len(string) == 1}
        many = [(number, string) for number, string in enumerate(strings) if len(string) > 1]
        pairs = Counter(pair for _, string in many for pair in set(map(add, string, string[1:])))
        index: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for number, string in many:
            rarest = min(range(len(string) - 1), key=lambda at: (pairs[string[at : at + 2]], at))
            index[string[rarest : rarest + 2]].append((rarest, number, string))
        self._index = dict(index)

    def find(self, text: str, /) -> list[Hit]:
        """Return every occurrence of every string in `text`, in order of their end."""
        index, starts_with = self._index, text.startswith
        hits: list[Hit] = []
        if index:
            pairs = map(add, text, text[1:])
            for at in [at for at, pair in enumerate(pairs) if pair in index]:
                for offset, number, string in index[text[at : at + 2]]:
                    if at >= offset and starts_with(string, at - offset):
                        hits.append((at - offset, at - offset + len(string), number))
        singles = self._singles
        if singles and not singles.keys().isdisjoint(text):
            hits.extend((at, at + 1, singles[char]) for at, char in enumerate(text) if char in singles)
        hits.sort(key=_by_end)
        return hits

    def dump(self) -> bytes | None:
        """Return None: building the index again is as cheap."""
        return None


def _by_end(hit: Hit) -> tuple[int, int]:
    return hit[1], hit[0]
