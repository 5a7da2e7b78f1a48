"""Find near misses of right forms: one character wrong, missing, added, or two neighbours swapped.

One error leaves one half of a form whole, wherever it is cut. So the halves of all forms are looked for, and where one
stands, the characters next to it decide at once whether the other half can be nearly there; only then is it compared. A
swap across the cut leaves neither half whole, so those few strings are looked for themselves. The result equals that of
comparing every form at every position, which a test does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.text.normalise import BETWEEN

EditKind = Literal["substituted", "missing", "added", "swapped", "first_character", "last_character"]
LOOK = 3
"""Characters next to a half that are looked at before anything is compared."""
_MEMO = 8_192


class Edit(NamedTuple):
    """An edit that turns a passage of the compared text into a right form.

    Attributes:
        form: Number of the form.
        start: Start of the passage to be replaced by the form.
        end: Its end, excluded.
        kind: What is wrong.
        at: First position at which text and form differ; for a missing character the position behind the gap.
        wrong: Characters of the text that are wrong: empty for a missing one, two for swapped ones.
        right: Characters of the form that should stand there: empty for an added one.
    """

    form: int
    start: int
    end: int
    kind: EditKind
    at: int
    wrong: str
    right: str


class NearForms:
    """The halves of forms, and what to do where one is found.

    Args:
        forms: Right forms in compared shape, each of four characters or more.
    """

    def __init__(self, forms: Sequence[str]) -> None:
        self.forms = tuple(forms)
        self.strings: list[str] = []
        """What a search has to look for."""
        self._number: dict[str, int] = {}
        self._left: dict[int, Fragment] = {}
        self._right: dict[int, Fragment] = {}
        self._crossed: dict[int, list[int]] = {}
        lefts: dict[str, list[int]] = defaultdict(list)
        rights: dict[str, list[int]] = defaultdict(list)
        self._middles = _middles(self.forms)
        for form, (text, middle) in enumerate(zip(self.forms, self._middles, strict=True)):
            lefts[text[:middle]].append(form)
            rights[text[middle:]].append(form)
            crossed = text[: middle - 1] + text[middle] + text[middle - 1] + text[middle + 1 :]
            if crossed != text:
                self._crossed.setdefault(self._add(crossed), []).append(form)
        for text, members in lefts.items():
            rests = [(form, self.forms[form][len(text) :]) for form in members]
            self._left[self._add(text)] = Fragment(rests, forward=True)
        for text, members in rights.items():
            rests = [(form, self.forms[form][: len(self.forms[form]) - len(text)]) for form in members]
            self._right[self._add(text)] = Fragment(rests, forward=False)

    def _add(self, text: str) -> int:
        number = self._number.setdefault(text, len(self.strings))
        if number == len(self.strings):
            self.strings.append(text)
        return number

    def left(self, number: int) -> Fragment | None:
        """Return the forms whose left half is the string of this number; None when there are none."""
        return self._left.get(number)

    def right(self, number: int) -> Fragment | None:
        """Return the forms whose right half is the string of this number; None when there are none."""
        return self._right.get(number)

    def crossed(self, number: int) -> tuple[int, ...]:
        """Return the forms that become the string of this number when the characters around their middle are swapped."""
        return tuple(self._crossed.get(number, ()))

    def at_left(self, text: str, possible: Iterable[tuple[int, str]], start: int, end: int) -> Iterator[Edit]:
        """Yield the edits of forms whose left half is `text[start:end]`, of those that `Fragment` names possible."""
        for form, rest in possible:
            difference = _compare(text, end, rest)
            if difference is not None:
                kind, size, at, wrong, right = difference
                yield Edit(form, start, end + size, kind, at, wrong, right)

    def at_right(self, text: str, possible: Iterable[tuple[int, str]], start: int, end: int) -> Iterator[Edit]:
        """Yield the edits of forms whose right half is `text[start:end]`, of those that `Fragment` names possible."""
        for form, rest in possible:
            difference = _compare_back(text, start, rest)
            if difference is not None:
                kind, size, at, wrong, right = difference
                yield Edit(form, start - size, end, kind, at, wrong, right)

    def at_crossed(self, form: int, start: int, end: int) -> Edit:
        """Return the edit where the two characters around the middle of `form` are swapped."""
        text, middle = self.forms[form], self._middles[form]
        right = text[middle - 1 : middle + 1]
        return Edit(form, start, end, "swapped", start + middle - 1, right[::-1], right)


def _middles(forms: Sequence[str]) -> list[int]:
    """Return where each form is cut in two.

    Any place will do for the result. Names that begin alike (中华人民共和国…) are cut where few of them are still alike, so
    that a half stands for few forms; of equal places the one nearest the middle is taken.
    """
    lefts: dict[str, int] = defaultdict(int)
    rights: dict[str, int] = defaultdict(int)
    places = [range(min(3, len(text) // 2), len(text) - min(3, len(text) // 2) + 1) for text in forms]
    for text, cuts in zip(forms, places, strict=True):
        for cut in cuts:
            lefts[text[:cut]] += 1
            rights[text[cut:]] += 1
    return [
        min(cuts, key=lambda cut: (lefts[text[:cut]] + rights[text[cut:]], abs(2 * cut - len(text))))
        for text, cuts in zip(forms, places, strict=True)
    ]


class Fragment(dict[str, tuple[tuple[int, str], ...]]):
    """The forms that share one half: the characters next to it (`LOOK` of them) -> the forms that can be nearly there.

    Answers are worked out when first asked for and kept, because the same few words follow a half again and again.
    """

    __slots__ = ("_beside", "_forward")

    def __init__(self, rests: Iterable[tuple[int, str]], *, forward: bool) -> None:
        self._forward = forward
        self._beside: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for form, rest in rests:
            # Next to the half stands its own neighbour (the error is further on), or the one after it (one is missing,
            # or the two are swapped); or the character behind shows the place of a wrong or an added one.
            for char in dict.fromkeys(rest[:2] if forward else rest[-2:]):
                self._beside[char].append((form, rest))

    def all_forms(self) -> tuple[tuple[int, str], ...]:
        """Return every form of this half with its other half."""
        return tuple(dict.fromkeys(form for forms in self._beside.values() for form in forms))

    def __missing__(self, beside: str) -> tuple[tuple[int, str], ...]:
        near = beside[:2] if self._forward else beside[-2:]
        forms = dict.fromkeys(form for char in near for form in self._beside.get(char, ()))
        step = 1 if self._forward else -1
        known = tuple(form for form in forms if _begins_nearly(beside[::step], form[1][::step]))
        if len(self) < _MEMO:
            self[beside] = known
        return known


def _begins_nearly(actual: str, expected: str) -> bool:
    """Tell whether a text that begins with `actual` can begin with `expected` but for one error."""
    at = common_prefix(actual, expected)
    if at == len(actual) or at == len(expected):
        return True
    return (
        _fit(actual[at + 1 :], expected[at + 1 :])
        or _fit(actual[at + 1 :], expected[at:])
        or _fit(actual[at:], expected[at + 1 :])
        or (actual[at] == expected[at + 1 : at + 2] and _fit(actual[at + 1 :], expected[at] + expected[at + 2 :]))
    )


def _fit(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


_Difference = tuple[EditKind, int, int, str, str]


def _compare(text: str, start: int, rest: str) -> _Difference | None:
    """Return how `text` from `start` on differs from `rest` by one error; None when it equals it or differs by more."""
    if text.startswith(rest, start):
        return None
    size = len(rest)
    window = text[start : start + size + 1].partition(BETWEEN)[0]
    at = common_prefix(window, rest)
    last = size - 1
    actual, expected = window[at : at + 1], rest[at]
    if at < last and window[at : at + 2] == rest[at + 1] + expected and window[at + 2 : size] == rest[at + 2 :]:
        return "swapped", size, start + at, window[at : at + 2], rest[at : at + 2]
    if window[at + 1 : size + 1] == rest[at:]:
        return "added", size + 1, start + at, actual, ""
    if at == last:
        return ("last_character", *_edge(window, at, size, expected, start + at), expected)
    if window[at + 1 : size] == rest[at + 1 :]:
        return "substituted", size, start + at, actual, expected
    if window[at:last] == rest[at + 1 :]:
        return "missing", last, start + at, "", expected
    return None


def common_prefix(first: str, second: str) -> int:
    """Return how many characters two strings have in common from the start."""
    at = 0
    for actual, expected in zip(first, second, strict=False):
        if actual != expected:
            break
        at += 1
    return at


def _edge(window: str, at: int, size: int, expected: str, place: int) -> tuple[int, int, str]:
    """Tell whether the last character is taken as wrong or as missing: size of the passage, place, wrong character."""
    actual = window[at : at + 1]
    if actual and actual.isalnum() and is_alike(actual, expected):
        return size, place, actual
    return size - 1, place, ""


def _compare_back(text: str, end: int, rest: str) -> _Difference | None:
    """Return how `text` up to `end` differs from `rest` by one error; None when it equals it or differs by more."""
    size = len(rest)
    if text.endswith(rest, 0, end):
        return None
    window = text[max(0, end - size - 1) : end].rpartition(BETWEEN)[2][::-1]
    back = rest[::-1]
    at = common_prefix(window, back)
    last = size - 1
    actual, expected = window[at : at + 1], back[at]
    place = end - at - 1
    if at < last and window[at : at + 2] == back[at + 1] + expected and window[at + 2 : size] == back[at + 2 :]:
        return "swapped", size, place - 1, window[at : at + 2][::-1], back[at : at + 2][::-1]
    if window[at + 1 : size + 1] == back[at:]:
        return "added", size + 1, place, actual, ""
    if at == last:
        passage, _, wrong = _edge(window, at, size, expected, place)
        return "first_character", passage, place if wrong else place + 1, wrong, expected
    if window[at + 1 : size] == back[at + 1 :]:
        return "substituted", size, place, actual, expected
    if window[at:last] == back[at + 1 :]:
        return "missing", last, place + 1, "", expected
    return None


_SAME_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
"""Initials that many speakers, and so many input methods, take for one; so are the finals in and ing, en and eng."""


def broad_sound(reading: str) -> str:
    """Return a reading without the differences that many speakers do not make.

    Example:
        >>> broad_sound("zheng")
        'zen'
    """
    for long, short in _SAME_INITIALS:
        if reading.startswith(long):
            reading = short + reading[len(long) :]
    return reading[:-1] if reading.endswith(("ing", "eng")) else reading


def _merged_sounds() -> dict[str, str]:
    merged: dict[str, str] = defaultdict(str)
    for reading, chars in read_data("govmedia_rules.text", "sounds.toml")["readings"].items():
        merged[broad_sound(reading)] += chars
    return merged


@cache
def _alike() -> dict[str, frozenset[str]]:
    groups = [*read_data("govmedia_rules.text", "shapes.toml")["groups"]]
    groups += _merged_sounds().values()
    alike: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for char in group:
            alike[char].update(group)
    return {char: frozenset(others - {char}) for char, others in alike.items()}


def is_alike(first: str, second: str) -> bool:
    """Tell whether two characters sound alike (tones apart) or look alike."""
    return second in _alike().get(first, ())


@cache
def _shapes() -> dict[str, frozenset[str]]:
    shapes: dict[str, set[str]] = defaultdict(set)
    for group in read_data("govmedia_rules.text", "shapes.toml")["groups"]:
        for char in group:
            shapes[char].update(group)
    return {char: frozenset(others - {char}) for char, others in shapes.items()}


def slips(form: str) -> Iterator[tuple[str, Edit]]:
    """Yield what a form becomes by a slip of shape or order: one character for one that looks alike, two neighbours swapped.

    Each with the edit that mends it, as if the passage stood at 0; slips of sound are found by `homophones`.
    """
    for at, char in enumerate(form):
        for other in sorted(_shapes().get(char, ())):
            yield form[:at] + other + form[at + 1 :], Edit(0, 0, len(form), "substituted", at, other, char)
    for at, pair in enumerate(pairwise(form)):
        if pair[0] != pair[1]:
            swapped = pair[1] + pair[0]
            yield form[:at] + swapped + form[at + 2 :], Edit(0, 0, len(form), "swapped", at, swapped, form[at : at + 2])
