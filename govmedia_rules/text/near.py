"""Near misses of right forms: one character wrong, missing, added, or two swapped, and counted members out of line.

One error leaves one half of a form whole, wherever it is cut. So the halves of all forms are looked for, and where one
stands, the characters next to it decide at once whether the other half can be nearly there; only then is it compared. A
swap across the cut leaves neither half whole, so those few strings are looked for themselves. The result equals that of
comparing every form at every position, which a test does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from govmedia_rules.text.normalise import BETWEEN
from govmedia_rules.vocabulary import read_data

Edit = Literal["substituted", "missing", "added", "swapped", "first_character", "last_character"]
LOOK = 3
"""Characters next to a half that are looked at before anything is compared."""
_MEMO = 8_192


class Miss(NamedTuple):
    """A place where a form is all but there, in positions of the compared text.

    Attributes:
        form: Number of the form.
        start: Start of the passage to be replaced by the form.
        end: Its end, excluded.
        edit: What is wrong.
        at: First position at which text and form differ; for a missing character the position behind the gap.
        wrong: Characters of the text that are wrong: empty for a missing one, two for swapped ones.
        right: Characters of the form that should stand there: empty for an added one.
    """

    form: int
    start: int
    end: int
    edit: Edit
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
        self._left: dict[int, Half] = {}
        self._right: dict[int, Half] = {}
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
            self._left[self._add(text)] = Half(rests, forward=True)
        for text, members in rights.items():
            rests = [(form, self.forms[form][: len(self.forms[form]) - len(text)]) for form in members]
            self._right[self._add(text)] = Half(rests, forward=False)

    def _add(self, text: str) -> int:
        number = self._number.setdefault(text, len(self.strings))
        if number == len(self.strings):
            self.strings.append(text)
        return number

    def left(self, number: int) -> Half | None:
        """The forms whose left half is the string of this number; None when there are none."""
        return self._left.get(number)

    def right(self, number: int) -> Half | None:
        """The forms whose right half is the string of this number; None when there are none."""
        return self._right.get(number)

    def crossed(self, number: int) -> tuple[int, ...]:
        """The forms that become the string of this number when the characters around their middle are swapped."""
        return tuple(self._crossed.get(number, ()))

    def at_left(self, text: str, possible: Iterable[tuple[int, str]], start: int, end: int) -> Iterator[Miss]:
        """Misses of forms whose left half is `text[start:end]`, of those that `Half` names possible."""
        for form, rest in possible:
            miss = _compare(text, end, rest)
            if miss is not None:
                edit, size, at, wrong, right = miss
                yield Miss(form, start, end + size, edit, at, wrong, right)

    def at_right(self, text: str, possible: Iterable[tuple[int, str]], start: int, end: int) -> Iterator[Miss]:
        """Misses of forms whose right half is `text[start:end]`, of those that `Half` names possible."""
        for form, rest in possible:
            miss = _compare_back(text, start, rest)
            if miss is not None:
                edit, size, at, wrong, right = miss
                yield Miss(form, start - size, end, edit, at, wrong, right)

    def at_crossed(self, form: int, start: int, end: int) -> Miss:
        """The miss where the two characters around the middle of `form` are swapped."""
        text, middle = self.forms[form], self._middles[form]
        right = text[middle - 1 : middle + 1]
        return Miss(form, start, end, "swapped", start + middle - 1, right[::-1], right)


def _middles(forms: Sequence[str]) -> list[int]:
    """Where each form is cut in two.

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


class Half(dict[str, tuple[tuple[int, str], ...]]):
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
        """Every form of this half with its other half."""
        return tuple(dict.fromkeys(form for forms in self._beside.values() for form in forms))

    def __missing__(self, beside: str) -> tuple[tuple[int, str], ...]:
        near = beside[:2] if self._forward else beside[-2:]
        forms = dict.fromkeys(form for char in near for form in self._beside.get(char, ()))
        step = 1 if self._forward else -1
        known = tuple(form for form in forms if _begins_nearly(beside[::step], form[1][::step]))
        if len(self) < _MEMO:
            self[beside] = known
        return known


def _begins_nearly(seen: str, due: str) -> bool:
    """Whether a text that begins with `seen` can begin with `due` but for one error."""
    at = _agree(seen, due)
    if at == len(seen) or at == len(due):
        return True
    return (
        _fit(seen[at + 1 :], due[at + 1 :])
        or _fit(seen[at + 1 :], due[at:])
        or _fit(seen[at:], due[at + 1 :])
        or (seen[at] == due[at + 1 : at + 2] and _fit(seen[at + 1 :], due[at] + due[at + 2 :]))
    )


def _fit(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


_Found = tuple[Edit, int, int, str, str]


def _compare(text: str, start: int, rest: str) -> _Found | None:
    """How `text` from `start` on differs from `rest` by one error; None when it equals it or differs by more."""
    if text.startswith(rest, start):
        return None
    size = len(rest)
    window = text[start : start + size + 1].partition(BETWEEN)[0]
    at = _agree(window, rest)
    last = size - 1
    seen, due = window[at : at + 1], rest[at]
    if at < last and window[at : at + 2] == rest[at + 1] + due and window[at + 2 : size] == rest[at + 2 :]:
        return "swapped", size, start + at, window[at : at + 2], rest[at : at + 2]
    if window[at + 1 : size + 1] == rest[at:]:
        return "added", size + 1, start + at, seen, ""
    if at == last:
        return ("last_character", *_edge(window, at, size, due, start + at), due)
    if window[at + 1 : size] == rest[at + 1 :]:
        return "substituted", size, start + at, seen, due
    if window[at:last] == rest[at + 1 :]:
        return "missing", last, start + at, "", due
    return None


def _agree(one: str, other: str) -> int:
    """How many characters two strings have in common from the start."""
    at = 0
    for seen, due in zip(one, other, strict=False):
        if seen != due:
            break
        at += 1
    return at


def _edge(window: str, at: int, size: int, due: str, place: int) -> tuple[int, int, str]:
    """Whether the last character is taken as wrong or as missing: size of the passage, place, wrong character."""
    seen = window[at : at + 1]
    if seen and seen.isalnum() and is_alike(seen, due):
        return size, place, seen
    return size - 1, place, ""


def _compare_back(text: str, end: int, rest: str) -> _Found | None:
    """How `text` up to `end` differs from `rest` by one error; None when it equals it or differs by more."""
    size = len(rest)
    if text.endswith(rest, 0, end):
        return None
    window = text[max(0, end - size - 1) : end].rpartition(BETWEEN)[2][::-1]
    back = rest[::-1]
    at = _agree(window, back)
    last = size - 1
    seen, due = window[at : at + 1], back[at]
    place = end - at - 1
    if at < last and window[at : at + 2] == back[at + 1] + due and window[at + 2 : size] == back[at + 2 :]:
        return "swapped", size, place - 1, window[at : at + 2][::-1], back[at : at + 2][::-1]
    if window[at + 1 : size + 1] == back[at:]:
        return "added", size + 1, place, seen, ""
    if at == last:
        passage, _, wrong = _edge(window, at, size, due, place)
        return "first_character", passage, place if wrong else place + 1, wrong, due
    if window[at + 1 : size] == back[at + 1 :]:
        return "substituted", size, place, seen, due
    if window[at:last] == back[at + 1 :]:
        return "missing", last, place + 1, "", due
    return None


@cache
def _alike() -> dict[str, frozenset[str]]:
    groups = [*read_data("govmedia_rules.text", "shapes.toml")["groups"]]
    groups += read_data("govmedia_rules.text", "sounds.toml")["readings"].values()
    alike: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for char in group:
            alike[char].update(group)
    return {char: frozenset(others - {char}) for char, others in alike.items()}


def is_alike(one: str, other: str) -> bool:
    """Whether two characters sound alike (tones apart) or look alike."""
    return other in _alike().get(one, ())


class MemberFault(NamedTuple):
    """A run of members that is not the enumeration, in positions of the compared text."""

    enumeration: int
    start: int
    end: int
    reason: Literal["member_missing", "member_order", "member_repeated"]
    suggestion: str


_SEPARATORS = ("、", "，", ",")
_LINKS = ("和", "与", "及", "以及")


class Enumerations:
    """The enumerations of a lexicon: pairs of neighbouring members are looked for, and the run around them read.

    Args:
        enumerations: For each one its members in compared shape, and the runs of them that are right by themselves.
    """

    def __init__(self, enumerations: Sequence[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]) -> None:
        self._members = [members for members, _ in enumerations]
        self._right = [
            {tuple(range(len(members))), *(tuple(members.index(word) for word in part) for part in parts)}
            for members, parts in enumerations
        ]
        self.strings: list[str] = []
        self.owners: list[list[int]] = []
        """For each string the enumerations it may begin."""
        numbers: dict[str, int] = {}
        for number, members in enumerate(self._members):
            for first in members:
                for second in members:
                    for link in (*_SEPARATORS, *_LINKS):
                        text = first + link + second
                        at = numbers.setdefault(text, len(self.strings))
                        if at == len(self.strings):
                            self.strings.append(text)
                            self.owners.append([])
                        if number not in self.owners[at]:
                            self.owners[at].append(number)

    def run_at(self, number: int, text: str, start: int) -> tuple[int, int, list[int]]:
        """The whole run of members around `start`: its span, and the members by number."""
        members = self._members[number]
        while True:  # a run is read from its first member on
            before = next(
                (
                    start - len(word) - len(link)
                    for link in (*_SEPARATORS, *_LINKS)
                    for word in members
                    if text.endswith(word + link, 0, start)
                ),
                None,
            )
            if before is None:
                break
            start = before
        run: list[int] = []
        at = start
        while True:
            found = _longest(members, text, at)
            if found is None:
                break
            run.append(found)
            end = at + len(members[found])
            link = next(
                (link for link in (*_SEPARATORS, *sorted(_LINKS, key=len, reverse=True)) if text.startswith(link, end)), None
            )
            if link is None or _longest(members, text, end + len(link)) is None:
                at = end
                break
            at = end + len(link)
        return start, at, run

    def fault(self, number: int, text: str, start: int, end: int, run: list[int]) -> MemberFault | None:
        """What is wrong with a run, or None.

        A list that goes on with other members is another list, so only a run with nothing listed before and behind it
        counts; one that ends in 等 says itself that it is not whole.
        """
        members = self._members[number]
        size = len(members)
        if text[start - 1 : start] in (*_SEPARATORS, *_LINKS) or text.startswith((*_SEPARATORS[:1], *_LINKS, "等"), end):
            return None
        if tuple(run) in self._right[number] or len(run) < 3:
            return None
        separator = next((sign for sign in _SEPARATORS if sign in text[start:end]), _SEPARATORS[0])
        whole = separator.join(members)
        if len(run) == size - 1 and size > 3 and run == sorted(set(run)):
            return MemberFault(number, start, end, "member_missing", whole)
        if len(set(run)) < len(run):
            return MemberFault(number, start, end, "member_repeated", whole) if len(set(run)) >= size - 1 else None
        ordered = tuple(sorted(run))
        if ordered in self._right[number] and tuple(run) != ordered:
            right = whole if len(ordered) == size else separator.join(members[member] for member in ordered)
            return MemberFault(number, start, end, "member_order", right)
        return None


def _longest(members: Sequence[str], text: str, at: int) -> int | None:
    found = [number for number, word in enumerate(members) if text.startswith(word, at)]
    return max(found, key=lambda number: len(members[number]), default=None)
