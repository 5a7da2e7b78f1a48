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
from itertools import pairwise
from typing import Literal, NamedTuple

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.text.normalise import BETWEEN

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
    """A run of members that is not the enumeration, in positions of the compared text.

    Attributes:
        start: Start of what is to be replaced: the whole run, or one member that is altered.
        end: Its end, excluded.
        reason: What is wrong.
        suggestion: What belongs there.
        confidence: How sure this is.
        run: Span of the whole run.
    """

    start: int
    end: int
    reason: Literal["member_missing", "member_order", "member_repeated", "member_altered"]
    suggestion: str
    confidence: Literal["high", "medium", "low"]
    run: tuple[int, int]


class _Slot(NamedTuple):
    """A member as it stands in the text: its span, its number, and whether it is written as it should be."""

    start: int
    end: int
    member: int
    is_exact: bool


_MARKS = ("、", "，", ",")
_LINKS = ("以及", "和", "与", "及")
_LEAST_EXACT = 3
"""Members that must stand in the text as they are before another one is taken for an altered member."""
_SHORT = 3
"""Characters of a member that is too short to lose or gain one and still be told."""
_LONG_LIST = 5
"""Members from which a foreign word in the place of one is an error whatever it is: 创新、协调、绿色、改革、共享."""


class _List:
    """One enumeration: its members, the runs of them that are right, and what may stand between two members."""

    def __init__(self, members: tuple[str, ...], parts: tuple[tuple[str, ...], ...], leads: tuple[str, ...]) -> None:
        self.members = members
        self.whole = tuple(range(len(members)))
        self.right = {self.whole, *(tuple(members.index(word) for word in part) for part in parts)}
        # Longest first; members may also follow each other with nothing between (富强民主文明和谐).
        self.links = (*(mark + lead for mark in _MARKS for lead in leads), *_MARKS, *_LINKS, "")
        self.spare = max(1, len(members) // 4)
        """Members that may be missing or altered before nothing can be said."""
        self._first = {run[0] for run in self.right}
        self._last = {run[-1] for run in self.right}

    def read(self, text: str, start: int) -> list[_Slot]:
        """The run around the pair of members at `start`, with single altered members between and at its ends."""
        found = self._member_at(text, start)
        assert found is not None
        slots = [_Slot(start, start + len(self.members[found]), found, True)]
        while (more := self._before(text, slots[0])) is not None:
            slots[:0] = more
        while slots[-1].is_exact and (more := self._after(text, slots[-1])) is not None:
            slots += more
        return slots

    def _member_at(self, text: str, at: int) -> int | None:
        found = [number for number, word in enumerate(self.members) if text.startswith(word, at)]
        return max(found, key=lambda number: len(self.members[number]), default=None)

    def _member_before(self, text: str, end: int) -> int | None:
        found = [number for number, word in enumerate(self.members) if text.endswith(word, 0, end)]
        return max(found, key=lambda number: len(self.members[number]), default=None)

    def _after(self, text: str, slot: _Slot) -> list[_Slot] | None:
        """The slots that follow: an exact member, or an altered one with the exact one behind it, or an altered last one."""
        links = [slot.end + len(link) for link in self.links if text.startswith(link, slot.end)]
        for at in links:
            found = self._member_at(text, at)
            if found is not None:
                return [_Slot(at, at + len(self.members[found]), found, True)]
        due = slot.member + 1
        if due == len(self.members):
            return None
        word = self.members[due]
        for at in links:
            for end in _ends(text, at, len(word)):
                if not self._can_be(text[at:end], due, is_linked=at > slot.end):
                    continue
                for link in self.links if due + 1 < len(self.members) else ():
                    behind = end + len(link)
                    after = self.members[due + 1]
                    if (link or at == slot.end) and text.startswith(link, end) and text.startswith(after, behind):
                        return [_Slot(at, end, due, False), _Slot(behind, behind + len(after), due + 1, True)]
                if due in self._last and _is_one_off(text[at:end], word) and _ends_there(text, end):
                    return [_Slot(at, end, due, False)]
        return None

    def _before(self, text: str, slot: _Slot) -> list[_Slot] | None:
        """The slots before, as `_after`; an altered first one must have the size of its member."""
        if not slot.is_exact:
            return None
        ends = [slot.start - len(link) for link in self.links if text.endswith(link, 0, slot.start)]
        for end in ends:
            found = self._member_before(text, end)
            if found is not None:
                return [_Slot(end - len(self.members[found]), end, found, True)]
        due = slot.member - 1
        if due < 0:
            return None
        word = self.members[due]
        for end in ends:
            for at in _starts(text, end, len(word)):
                if not self._can_be(text[at:end], due, is_linked=end < slot.start):
                    continue
                for link in self.links if due else ():
                    before = at - len(link)
                    ahead = self.members[due - 1]
                    if (link or end == slot.start) and text.endswith(link, 0, at) and text.endswith(ahead, 0, before):
                        return [_Slot(before - len(ahead), before, due - 1, True), _Slot(at, end, due, False)]
                if due in self._first and end - at == len(word) and _is_one_off(text[at:end], word):
                    return [_Slot(at, end, due, False)]
        return None

    def _can_be(self, seen: str, due: int, *, is_linked: bool) -> bool:
        """Whether a word that stands in the place of a member can be meant for it."""
        word = self.members[due]
        if _is_one_off(seen, word):
            return True
        if not is_linked or not seen.isalpha() or len(seen) > len(word) + 1 or seen.startswith(_LINKS):
            return False
        return len(self.members) >= _LONG_LIST or (len(word) > 2 and seen[-2:] == word[-2:])

    def faults(self, text: str, slots: list[_Slot]) -> list[MemberFault]:
        """What is wrong with a run.

        A list that goes on with other members is another list, so only a run with nothing listed before and behind it
        counts; one that ends in 等 says itself that it is not whole.
        """
        start, end = slots[0].start, slots[-1].end
        run = tuple(slot.member for slot in slots)
        if run in self.right and all(slot.is_exact for slot in slots):
            return []
        if text[start - 1 : start] in (*_MARKS, *_LINKS) or text.startswith((_MARKS[0], *_LINKS, "等"), end):
            return []
        if not all(slot.is_exact for slot in slots):
            return self._altered(text, slots, run)
        fault = self._out_of_line(run)
        if fault is None:
            return []
        mark = next((sign for sign in _MARKS if sign in text[start:end]), "" if self._is_bare(text, slots) else _MARKS[0])
        reason, members = fault
        right = mark.join(self.members[member] for member in members)
        return [MemberFault(start, end, reason, right, "medium", (start, end))]

    def _is_bare(self, text: str, slots: list[_Slot]) -> bool:
        return all(one.end == other.start for one, other in pairwise(slots))

    def _altered(self, text: str, slots: list[_Slot], run: tuple[int, ...]) -> list[MemberFault]:
        wrong = [slot for slot in slots if not slot.is_exact]
        is_whole = run == self.whole
        if run not in self.right or len(slots) - len(wrong) < _LEAST_EXACT or len(wrong) > max(1, len(slots) // 4):
            return []
        faults = []
        for slot in wrong:
            seen, word = text[slot.start : slot.end], self.members[slot.member]
            alike = len(seen) == len(word) and all(a == b or is_alike(a, b) for a, b in zip(seen, word, strict=True))
            sure = alike + is_whole + _is_one_off(seen, word)
            confidence: Literal["high", "medium", "low"] = "high" if sure == 3 else "medium" if sure == 2 else "low"
            span = (slots[0].start, slots[-1].end)
            faults.append(MemberFault(slot.start, slot.end, "member_altered", word, confidence, span))
        return faults

    def _out_of_line(
        self, run: tuple[int, ...]
    ) -> tuple[Literal["member_missing", "member_order", "member_repeated"], tuple[int, ...]] | None:
        """The reason, and the members that belong there, for a run of exact members that is not right."""
        size, ordered, known = len(self.members), tuple(sorted(run)), set(run)
        if len(run) < _LEAST_EXACT:
            return None
        if len(known) < len(run):
            return ("member_repeated", self.whole) if len(known) >= size - 1 else None
        if run == ordered:
            return ("member_missing", self.whole) if size > _LEAST_EXACT and size > len(run) >= size - self.spare else None
        return ("member_order", ordered) if ordered in self.right else None


def _sizes(size: int) -> tuple[int, ...]:
    """Sizes of a word in the place of a member, likeliest first; of a short member half would be gone with one character."""
    return (size, size - 1, size + 1) if size > _SHORT else (size,)


def _ends(text: str, at: int, size: int) -> list[int]:
    return [at + length for length in _sizes(size) if length <= len(text) - at]


def _starts(text: str, end: int, size: int) -> list[int]:
    return [end - length for length in _sizes(size) if length <= end]


def _ends_there(text: str, end: int) -> bool:
    """Whether a word ends here for sure; 公正、法制建设 goes on with another word."""
    return not text[end : end + 1].isalnum() or text.startswith(("的", "为"), end)


def _is_one_off(one: str, other: str) -> bool:
    """Whether two different strings are one error apart."""
    at = _agree(one, other)
    a, b = one[at:], other[at:]
    if not a and not b:
        return False
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


class Enumerations:
    """The enumerations of a lexicon: pairs of neighbouring members are looked for, and the run around them read.

    Args:
        enumerations: For each one its members in compared shape, the runs of them that are right by themselves, and the
            words that may stand before a member behind a mark.
    """

    def __init__(self, enumerations: Sequence[tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]]) -> None:
        self._lists = [_List(*given) for given in enumerations]
        self.strings: list[str] = []
        self.owners: list[list[int]] = []
        """For each string the enumerations it may begin."""
        numbers: dict[str, int] = {}
        for number, one in enumerate(self._lists):
            for first in one.members:
                for second in one.members:
                    for link in one.links:
                        text = first + link + second
                        at = numbers.setdefault(text, len(self.strings))
                        if at == len(self.strings):
                            self.strings.append(text)
                            self.owners.append([])
                        if number not in self.owners[at]:
                            self.owners[at].append(number)

    def faults_at(self, number: int, text: str, start: int) -> tuple[list[MemberFault], int]:
        """What is wrong with the run of enumeration `number` around the pair of members at `start`, and where it ends."""
        one = self._lists[number]
        slots = one.read(text, start)
        return one.faults(text, slots), slots[-1].end
