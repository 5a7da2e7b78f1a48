"""Compile the patterns of a lexicon: bounded regular expressions with the fixed strings that every hit must hold."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from govmedia_rules.text.normalise import BETWEEN

MAX_WIDTH = 200
"""Characters of the longest passage a pattern may match."""
MAX_REPEAT = 60
"""Times a part may be repeated at most."""
MAX_WAYS = 20_000
"""Ways in which the repeats of a pattern may share a text out: the bound on the work at one place."""
MIN_ANCHOR = 2
"""Characters of the shortest fixed string that a pattern is looked for by."""
_NUMERALS = "〇零一二三四五六七八九"
_NUMBER = re.compile("[〇零一二三四五六七八九十百两0-9]{1,6}")


class PatternError(ValueError):
    """A pattern that cannot be used, with the reason in words."""


class CompiledPattern(NamedTuple):
    """A pattern ready for use.

    Attributes:
        regex: The compiled expression.
        anchors: Strings of which every match holds one.
        width: Characters of the longest match, with what is looked at before and behind it.
    """

    regex: re.Pattern[str]
    anchors: tuple[str, ...]
    width: int


def compile_pattern(pattern: str, slots: Mapping[str, str] | None = None) -> CompiledPattern:
    """Compile a pattern over compared text and make sure that it cannot run away.

    Args:
        pattern: A regular expression in which `<name>` stands for a slot.
        slots: Expressions by slot name.

    Raises:
        PatternError: It is no regular expression, names an unknown slot, repeats without a limit or repeats a repeat, may match
            more than `MAX_WIDTH` characters, or holds no fixed string of two characters that every match must have.

    Example:
        >>> compile_pattern("(?:广西|宁夏)省").anchors
        ('广西省', '宁夏省')
    """
    expanded = _with_slots(pattern, slots or {})
    try:
        regex = re.compile(expanded)
    except (re.error, RecursionError) as fault:
        raise PatternError(f"is no regular expression: {fault}") from None
    tree = importlib.import_module("re._parser").parse(expanded)
    ways = _count_ways(tree)
    if ways > MAX_WAYS:
        raise PatternError("has too many repeats that can share a text out in too many ways; make them shorter or fewer")
    width = int(tree.getwidth()[1])
    if width > MAX_WIDTH:
        raise PatternError(f"may match {width} characters; at most {MAX_WIDTH} are allowed")
    anchors = _anchors(tree)
    if not anchors or min(map(len, anchors)) < MIN_ANCHOR:
        raise PatternError(f"holds no fixed string of {MIN_ANCHOR} characters that every match must have")
    return CompiledPattern(regex, tuple(dict.fromkeys(anchors)), width + MAX_REPEAT)


def _with_slots(pattern: str, slots: Mapping[str, str]) -> str:
    def replace(hit: re.Match[str]) -> str:
        if hit[1] not in slots:
            raise PatternError(f"names the unknown slot <{hit[1]}>; known are {', '.join(slots) or 'none'}")
        return f"(?:{slots[hit[1]]})"

    return re.sub(r"(?<!\?)(?<!\?P)<([a-z_]+)>", replace, pattern)


def _count_ways(tree: Iterable[Any]) -> int:
    ways = 1
    for operation, argument in tree:
        name = str(operation)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, most, inner = argument
            if most > MAX_REPEAT:
                raise PatternError(f"repeats without a limit or more than {MAX_REPEAT} times; write {{0,20}} instead of *")
            inner_ways = _count_ways(inner)
            if inner_ways > 1 and most > 1 and _has_repeat(inner):
                raise PatternError("repeats a repeat; write it without one inside the other")
            ways *= (most - least + 1) * inner_ways
        else:
            ways *= max([1, *(_count_ways(part) for part in _parts(name, argument))])
    return ways


def _has_repeat(tree: Iterable[Any]) -> bool:
    return any(
        str(operation).endswith("REPEAT") or any(_has_repeat(part) for part in _parts(str(operation), argument))
        for operation, argument in tree
    )


def _parts(name: str, argument: Any) -> Sequence[Any]:
    """Return the patterns inside one operation."""
    if name == "BRANCH":
        return list(argument[1])
    if name == "SUBPATTERN":
        return [argument[3]]
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [argument[1]]
    if name == "ATOMIC_GROUP":
        return [argument]
    return [argument[2]] if name.endswith("REPEAT") else []


_MAX_ANCHORS = 400
_LONG_ANCHOR = 4
"""Characters from which a string is rare in any text, so that fewer strings are better than longer ones."""


def _anchors(tree: Iterable[Any]) -> list[str]:
    """Strings of which every match holds one: of several choices the one whose shortest string is longest."""
    choices: list[list[str]] = []
    heads = [""]

    def close() -> None:
        nonlocal heads
        if heads != [""]:
            choices.append(heads)
        heads = [""]

    for operation, argument in tree:
        name = str(operation)
        alternatives = _alternatives(name, argument)
        most = 1 if min(map(len, heads)) >= _LONG_ANCHOR else _MAX_ANCHORS // len(heads)
        if alternatives is not None and len(alternatives) <= most:
            heads = [head + tail for head in heads for tail in alternatives]
            continue
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue
        close()
        if name == "BRANCH":
            inner = [_anchors(part) for part in argument[1]]
            if all(inner):
                choices.append([text for part in inner for text in part])
        elif name == "SUBPATTERN" or (name.endswith("REPEAT") and argument[0] >= 1):
            choices.append(_anchors(_parts(name, argument)[0]))
    close()
    usable = [_without_longer(choice) for choice in choices if choice]
    return max(usable, key=lambda choice: (min(_LONG_ANCHOR, *map(len, choice)), -len(choice)), default=[])


def _without_longer(strings: list[str]) -> list[str]:
    """Leave out strings that hold another one: what has them has that one too."""
    sizes = sorted(set(map(len, strings)))
    known = set(strings)

    def holds_another(string: str) -> bool:
        return any(string[at : at + size] in known for size in sizes if size < len(string) for at in range(len(string) - size + 1))

    return [string for string in strings if not holds_another(string)]


def _alternatives(name: str, argument: Any) -> list[str] | None:
    """All strings that one operation matches, where they are few and fixed."""
    if name == "LITERAL":
        return [chr(argument)]
    if name == "IN":
        if all(str(kind) == "LITERAL" for kind, _ in argument):
            return [chr(code) for _, code in argument]
        return None
    is_optional = name.endswith("REPEAT") and tuple(argument[:2]) == (0, 1)
    if is_optional or name in {"BRANCH", "SUBPATTERN"}:
        strings = [""] if is_optional else []
        for part in _parts(name, argument):
            heads = [""]
            for operation, inner in part:
                tails = _alternatives(str(operation), inner)
                if tails is None or len(heads) * len(tails) > _MAX_ANCHORS:
                    return None
                heads = [head + tail for head in heads for tail in tails]
            strings += heads
        return strings if len(strings) <= _MAX_ANCHORS else None
    return None


def find_pattern(compiled: CompiledPattern, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that hold the anchor at `start..end` of compared text."""
    stop = text.find(BETWEEN, end, end + compiled.width)  # `$` in a pattern means the end of the text itself
    for hit in compiled.regex.finditer(text, max(0, start - compiled.width), stop if stop >= 0 else end + compiled.width):
        if hit.start() > start:
            return
        if hit.end() >= end and BETWEEN not in hit[0]:
            yield hit


def context_of(text: str, start: int, end: int, reach: int = 40) -> str:
    """Return the words around a passage of compared text, within the same text."""
    before = text[max(0, start - reach) : start].rpartition(BETWEEN)[2]
    after = text[end : end + reach].partition(BETWEEN)[0]
    return before + BETWEEN + after


def number_of(text: str) -> int | None:
    """Read a number written in digits or in Chinese (二十, 一百零三); None where it is none.

    Example:
        >>> number_of("二十"), number_of("十九"), number_of("14")
        (20, 19, 14)
    """
    if not _NUMBER.fullmatch(text):
        return None
    if text.isdecimal() and text.isascii():
        return int(text)
    if any(char.isascii() for char in text):
        return None
    total = rest = 0
    for char in text.replace("两", "二"):
        if char in "十百":
            total += (rest or 1) * (10 if char == "十" else 100)
            rest = 0
        else:
            rest = rest * 10 + max(0, _NUMERALS.index(char) - 1)
    return total + rest


def right_anniversary(hit: re.Match[str], founded: int, day: date | None, around: str) -> int | None:
    """Return the number that an anniversary has in the year it is said of, where the passage has another one; else None.

    A passage that names no year is wrong only where the anniversary lies more than a year ahead of the text: speeches and reports
    of earlier anniversaries are quoted for years. Of "this year" nothing is said in a text that names the year of that anniversary.

    Args:
        hit: The passage, with the group `number`, and `year` or `now` where it says when.
        founded: Year of the event.
        day: Day of the text; None where it is not known.
        around: The words around the passage.
    """
    groups = hit.groupdict()
    number = number_of(hit["number"])
    if number is None or number < 1:
        return None
    if groups.get("year"):
        year = int(hit["year"])
        return year - founded if year > founded and number != year - founded else None
    if day is None or str(founded + number) in around:
        return None
    if groups.get("now"):
        # In the first and the last weeks of a year the neighbouring one may be meant.
        years = {day.year, (day - _NEIGHBOUR).year, (day + _NEIGHBOUR).year}
        return day.year - founded if number + founded not in years else None
    if number % _GOAL == 0 or (number % _ROUND == 0 and "庆祝" not in hit[0]):
        return None
    return day.year - founded if founded + number > day.year + 1 else None


_GOAL, _ROUND = 100, 10
"""Anniversaries that are spoken of long before, as goals (到新中国成立100周年时), and those that may be."""


_NEIGHBOUR = timedelta(days=45)
_LEAD = {1: timedelta(days=2 * 366), 2: timedelta(days=400)}
"""How long before its first day an event is spoken of: of a congress two years, of one of its sessions one."""
_TERM = timedelta(days=5 * 365)


def is_in_series(
    numbers: tuple[int, ...], held: Mapping[tuple[int, ...], date], day: date | None, *, is_past: bool = False
) -> bool:
    """Tell whether an event of a numbered series took place, is the next to come, or may have taken place since the last known.

    Args:
        numbers: Its numbers: (20,) for 第二十次, (20, 3) for 二十届三中全会.
        held: First day of each event that is known.
        day: Day of the text; None where it is not known.
        is_past: Whether the text speaks of it as of one that has taken place.
    """
    known = held.get(numbers)
    if is_past and known is not None and day is not None:
        return known <= day
    if day is None:
        last = max(held)
        return known is not None or numbers in {(*last[:-1], last[-1] + 1), (last[0] + 1, 1)[: len(last)]}
    expected = known or _expected(numbers, held)
    return expected is not None and expected - _LEAD[len(numbers)] <= day


def _expected(numbers: tuple[int, ...], held: Mapping[tuple[int, ...], date]) -> date | None:
    """Return the day on which an event that follows the last known ones may be expected; None for an earlier one."""
    last = max(held)
    if numbers < last:
        return None
    terms = numbers[0] - last[0]
    if len(last) == 1:
        return held[last] + terms * _TERM
    if terms == 0:
        return held[last] + (numbers[1] - last[1]) * _LEAD[2]
    return held[last[0], 1] + terms * _TERM + (numbers[1] - 1) * _LEAD[2]


class RightPatterns:
    """Wordings that are right wherever they stand: a near miss whose error lies in one of them is none.

    Args:
        patterns: Bounded regular expressions over compared text.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [compile_pattern(pattern) for pattern in patterns]

    def cover(self, text: str, start: int, end: int, first: int, last: int) -> bool:
        """Tell whether a right wording around the passage `start..end` covers what differs in it, `first..last`.

        It must not lie wholly inside the passage: 江西省 is right, 江西省连云港市 is not.
        """
        for compiled in self._patterns:
            low, high = max(0, start - compiled.width), end + compiled.width
            if not any(text.find(anchor, low, high) >= 0 for anchor in compiled.anchors):
                continue
            for hit in compiled.regex.finditer(text, low, high):
                begin, close = hit.span()
                if begin <= first and last <= close and (begin <= start or end <= close):
                    return True
        return False
