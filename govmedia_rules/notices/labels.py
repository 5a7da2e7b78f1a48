"""Read the labels of counts and names: numbers, levels of bodies, platforms."""

from __future__ import annotations

import re
from functools import cache

from govmedia_rules.notices.outline import any_of, words
from govmedia_rules.subjects.vocabulary import vocabulary

_ZH_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}


def number_of(text: str) -> int:
    """Return the whole number of `4,219` or `二十三`."""
    if text[0].isdigit():
        return int(text.replace(",", ""))
    total, digit = 0, 0
    for character in text:
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        else:
            scale = {"十": 10, "百": 100}[character]
            total += (digit or 1) * scale
            digit = 0
    return total + digit


def level_of(label: str) -> str | None:
    """Return id of the level that a label of sites or owners means; None when none is meant."""
    for level, *spellings in words()["levels"]["order"]:
        if any(spelling in label for spelling in spellings):
            return str(level)
    return None


@cache
def _platform_pattern() -> re.Pattern[str]:
    terms = vocabulary("platform")
    spelt = {s for term in terms.values() if term.id != "other" for s in (term.title, *term.aliases)}
    return re.compile(any_of(sorted(spelt | {"政务头条", "政务APP"})), re.IGNORECASE)


def platform_of(label: str) -> tuple[str, str] | None:
    """Return id and spelling of the platform a label names, the longest spelling first; None when it names none."""
    found = _platform_pattern().search(label)
    if found is None:
        return None
    term = vocabulary("platform").find(found.group()) or vocabulary("platform").find(found.group().removeprefix("政务"))
    return (term.id, found.group()) if term is not None else None
