"""Check runs of an enumeration's members: a member missing, altered, repeated or out of order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Literal, NamedTuple

from govmedia_rules.text.near import common_prefix, is_alike


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
_WHOLE = 4
"""Members of a run that is right by itself from which nothing but an error explains one that is another word."""
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
        """Return the run around the pair of members at `start`, with single altered members between and at its ends."""
        number = self._member_at(text, start)
        assert number is not None
        slots = [_Slot(start, start + len(self.members[number]), number, True)]
        while (more := self._before(text, slots[0])) is not None:
            slots[:0] = more
        while slots[-1].is_exact and (more := self._after(text, slots[-1])) is not None:
            slots += more
        return slots

    def _member_at(self, text: str, at: int) -> int | None:
        numbers = [number for number, word in enumerate(self.members) if text.startswith(word, at)]
        return max(numbers, key=lambda number: len(self.members[number]), default=None)

    def _member_before(self, text: str, end: int) -> int | None:
        numbers = [number for number, word in enumerate(self.members) if text.endswith(word, 0, end)]
        return max(numbers, key=lambda number: len(self.members[number]), default=None)

    def _after(self, text: str, slot: _Slot) -> list[_Slot] | None:
        """Return the slots that follow: an exact member, or an altered one with the exact one behind it, or an altered last one."""
        links = [slot.end + len(link) for link in self.links if text.startswith(link, slot.end)]
        for at in links:
            number = self._member_at(text, at)
            if number is not None:
                return [_Slot(at, at + len(self.members[number]), number, True)]
        expected = slot.member + 1
        if expected == len(self.members):
            return None
        word = self.members[expected]
        for at in links:
            for end in _ends(text, at, len(word)):
                if not self._can_be(text[at:end], expected, is_linked=at > slot.end):
                    continue
                for link in self.links if expected + 1 < len(self.members) else ():
                    behind = end + len(link)
                    after = self.members[expected + 1]
                    if (link or at == slot.end) and text.startswith(link, end) and text.startswith(after, behind):
                        return [_Slot(at, end, expected, False), _Slot(behind, behind + len(after), expected + 1, True)]
                if expected in self._last and _is_one_off(text[at:end], word) and _ends_there(text, end):
                    return [_Slot(at, end, expected, False)]
        return None

    def _before(self, text: str, slot: _Slot) -> list[_Slot] | None:
        """Return the slots before, as `_after`; an altered first one must have the size of its member."""
        if not slot.is_exact:
            return None
        ends = [slot.start - len(link) for link in self.links if text.endswith(link, 0, slot.start)]
        for end in ends:
            number = self._member_before(text, end)
            if number is not None:
                return [_Slot(end - len(self.members[number]), end, number, True)]
        expected = slot.member - 1
        if expected < 0:
            return None
        word = self.members[expected]
        for end in ends:
            for at in _starts(end, len(word)):
                if not self._can_be(text[at:end], expected, is_linked=end < slot.start):
                    continue
                for link in self.links if expected else ():
                    before = at - len(link)
                    ahead = self.members[expected - 1]
                    if (link or end == slot.start) and text.endswith(link, 0, at) and text.endswith(ahead, 0, before):
                        return [_Slot(before - len(ahead), before, expected - 1, True), _Slot(at, end, expected, False)]
                if expected in self._first and end - at == len(word) and _is_one_off(text[at:end], word):
                    return [_Slot(at, end, expected, False)]
        return None

    def _can_be(self, actual: str, expected: int, *, is_linked: bool) -> bool:
        """Tell whether a word that stands in the place of a member can be meant for it."""
        word = self.members[expected]
        if _is_one_off(actual, word):
            return True
        if not is_linked or not actual.isalpha() or len(actual) > len(word) + 1 or actual.startswith(_LINKS):
            return False
        return len(self.members) >= _LONG_LIST or (len(word) > 2 and actual[-2:] == word[-2:])

    def faults(self, text: str, slots: list[_Slot]) -> list[MemberFault]:
        """Return the faults of a run.

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
        if fault is None or (fault[0] == "member_order" and _joins_groups(text, slots)):
            return []
        mark = next((sign for sign in _MARKS if sign in text[start:end]), "" if _is_bare(slots) else _MARKS[0])
        reason, members = fault
        right = mark.join(self.members[member] for member in members)
        return [MemberFault(start, end, reason, right, "medium", (start, end))]

    def _altered(self, text: str, slots: list[_Slot], run: tuple[int, ...]) -> list[MemberFault]:
        wrong = [slot for slot in slots if not slot.is_exact]
        is_whole = len(run) >= _WHOLE
        if run not in self.right or len(slots) - len(wrong) < _LEAST_EXACT or len(wrong) > max(1, len(slots) // 4):
            return []
        faults = []
        for slot in wrong:
            actual, word = text[slot.start : slot.end], self.members[slot.member]
            alike = len(actual) == len(word) and all(a == b or is_alike(a, b) for a, b in zip(actual, word, strict=True))
            sure = alike + is_whole + _is_one_off(actual, word)
            confidence: Literal["high", "medium", "low"] = "high" if sure == 3 else "medium" if sure == 2 else "low"
            span = (slots[0].start, slots[-1].end)
            faults.append(MemberFault(slot.start, slot.end, "member_altered", word, confidence, span))
        return faults

    def _out_of_line(
        self, run: tuple[int, ...]
    ) -> tuple[Literal["member_missing", "member_order", "member_repeated"], tuple[int, ...]] | None:
        """Return the reason, and the members that belong there, for a run of exact members that is not right."""
        size, ordered, known = len(self.members), tuple(sorted(run)), set(run)
        if len(run) < _LEAST_EXACT:
            return None
        if len(known) < len(run):
            return ("member_repeated", self.whole) if len(known) >= size - 1 else None
        if run == ordered:
            return ("member_missing", self.whole) if size > _LEAST_EXACT and size > len(run) >= size - self.spare else None
        return ("member_order", ordered) if ordered in self.right else None


def _joins_groups(text: str, slots: list[_Slot]) -> bool:
    """Tell whether a word joins members before the last pair: then one is set beside a list of others (丙与甲、乙一起)."""
    return any(text[first.end : second.start] in _LINKS for first, second in pairwise(slots[:-1]))


def _is_bare(slots: list[_Slot]) -> bool:
    return all(first.end == second.start for first, second in pairwise(slots))


def _sizes(size: int) -> tuple[int, ...]:
    """Sizes of a word in the place of a member, likeliest first; of a short member half would be gone with one character."""
    return (size, size - 1, size + 1) if size > _SHORT else (size,)


def _ends(text: str, at: int, size: int) -> list[int]:
    return [at + length for length in _sizes(size) if length <= len(text) - at]


def _starts(end: int, size: int) -> list[int]:
    return [end - length for length in _sizes(size) if length <= end]


def _ends_there(text: str, end: int) -> bool:
    """Tell whether a word ends here for sure; 公正、法制建设 goes on with another word."""
    return not text[end : end + 1].isalnum() or text.startswith(("的", "为"), end)


def _is_one_off(first: str, second: str) -> bool:
    """Tell whether two different strings are one error apart."""
    at = common_prefix(first, second)
    a, b = first[at:], second[at:]
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
        for number, enumeration in enumerate(self._lists):
            for first, second in product(enumeration.members, repeat=2):
                for link in enumeration.links:
                    text = first + link + second
                    at = numbers.setdefault(text, len(self.strings))
                    if at == len(self.strings):
                        self.strings.append(text)
                        self.owners.append([])
                    if number not in self.owners[at]:
                        self.owners[at].append(number)

    def faults_at(self, number: int, text: str, start: int) -> tuple[list[MemberFault], int]:
        """Return what is wrong with the run of enumeration `number` around the pair of members at `start`, and where it ends."""
        enumeration = self._lists[number]
        slots = enumeration.read(text, start)
        return enumeration.faults(text, slots), slots[-1].end
