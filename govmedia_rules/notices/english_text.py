"""The ground of English notices: dates, numbers in words, headings and sentences of a machine translation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from govmedia_rules.notices.figures import PartialDate
from govmedia_rules.notices.gazetteer import english
from govmedia_rules.notices.outline import Line, any_of

_MONTHS = {name: i for i, name in enumerate(english()["months"], 1)}
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
DATE = re.compile(rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>[0-9]{{4}}))?")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_NUMBER_WORDS = {word: i for i, word in enumerate(english()["numbers"], 1)}
NUMBER = rf"(?P<n>[0-9][0-9,]{{0,11}}(?![0-9.]*%)|\b(?:{'|'.join(_NUMBER_WORDS)})\b)"


def count_of(text: str) -> int:
    return _NUMBER_WORDS.get(text.lower()) or int(text.replace(",", ""))


def date_of(match: re.Match[str], year: int | None) -> PartialDate | None:
    own = int(match["year"]) if match["year"] else None
    inferred: tuple[Literal["year"], ...] = ("year",) if own is None and year is not None else ()
    try:
        return PartialDate(year=own or year, month=_MONTHS[match["month"]], day=int(match["day"]), inferred=inferred)
    except ValueError:
        return None


# --- sections -------------------------------------------------------------------------------------------------------

_HEADINGS = (
    (
        1,
        re.compile(
            r"(?:(?:I{1,3}|IV|V|VI{0,3})\. |(?:First|Second|Third|Fourth|Fifth)(?:ly)?, |[0-9]\. )(?P<title>[^.]{3,60}?)\.?$"
        ),
    ),
    (2, re.compile(r"\((?:I{1,3}|IV|V|VI{0,3}|[0-9]{1,2})\) ?(?P<title>[^.]{3,110})\.(?: |$)")),
)


def sections(lines: list[Line]) -> tuple[list[Line], list[tuple[str, str, str, list[Line]]]]:
    """Lines before the first heading, then role, heading of the part, heading of the paragraph, and its lines."""
    opening: list[Line] = []
    found: list[tuple[str, str, str, list[Line]]] = []
    role, top = "", ""
    for line in lines:
        first, second = (pattern.match(line.text) for _, pattern in _HEADINGS)
        if first:
            top = first["title"].strip()
            role = next(
                (name for name, terms in english()["sections"].items() if re.search(any_of(terms), top, re.IGNORECASE)), role
            )
            found.append((role, top, "", []))
        elif second and found:
            body = Line(line.number, line.start + second.end(), line.text[second.end() :])
            found.append((role, top, second["title"].strip(), [body]))
        elif found:
            found[-1][3].append(line)
        else:
            opening.append(line)
    return opening, found


MOST_PARAGRAPH = 9_000
"""Longest paragraph of a translation that is read."""
_ABBREVIATIONS = re.compile(r"\b(?:No|etc|Mr|Dr|e\.g|i\.e|U\.S)\.$")


def sentences(line: Line) -> Iterator[Line]:
    start = 0
    text = line.text[:MOST_PARAGRAPH]
    for match in re.finditer(r"[.;](?=\s|$|[“\"”])|[。]", text):
        if _ABBREVIATIONS.search(text[start : match.end()]) and not re.match(r"\s+[A-Z][a-z]+ing\b", text[match.end() :]):
            continue
        part = text[start : match.start()]
        if part.strip(' .”"“'):
            lead = len(part) - len(part.lstrip(' .”"'))
            yield Line(line.number, line.start + start + lead, part.strip(' .”"'))
        start = match.end()
    part = text[start:]
    if part.strip(' .”"'):
        lead = len(part) - len(part.lstrip(' .”"'))
        yield Line(line.number, line.start + start + lead, part.strip(' .”"'))
