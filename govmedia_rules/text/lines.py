"""Reads one line of a lexicon: its values by key or column as a term, a right form, an enumeration, a person or a pattern."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, get_args

from govmedia_rules.tables.model import BadRow
from govmedia_rules.text.lexicon import (
    MAX_TERM_LENGTH,
    MIN_NEAR_LENGTH,
    MIN_TERM_LENGTH,
    Canonical,
    Confidence,
    DecidedException,
    Enumeration,
    Near,
    Open,
    Pattern,
    Person,
    Term,
    lexicon_vocabulary,
    usual_near,
)
from govmedia_rules.text.normalise import BETWEEN, compared
from govmedia_rules.text.patterns import PatternError, compile_pattern

CONTEXTS = ("book_title", "quotation", "quoted", "former")
"""Where a line may leave a passage alone."""


class LineFault(Exception):
    """A line that cannot be used: key or column, the value, and the reason."""

    def __init__(self, key: str | None, value: object, reason: str) -> None:
        super().__init__(key, value, reason)
        self.key, self.value, self.reason = key, value, reason

    def row(self, number: int) -> BadRow:
        """Return the fault as a bad row of the file."""
        return BadRow(number, self.key, None if self.value is None else str(self.value)[:200], self.reason)


def read_form(key: str, value: object) -> str:
    """Return a wrong or right form, checked."""
    if not isinstance(value, str):
        raise LineFault(key, value, "is not text")
    text = value.strip()
    # Letters and digits only: nothing to squeeze out, no formula, no control character.
    is_plain = text.isalnum()
    size = len(text) if is_plain else len(compared(text))
    if size < MIN_TERM_LENGTH:
        raise LineFault(key, value, "is empty" if not size else f"has one character; at least {MIN_TERM_LENGTH} are needed")
    if len(text) > MAX_TERM_LENGTH:
        raise LineFault(key, f"{text[:20]}…", f"has {len(text)} characters; at most {MAX_TERM_LENGTH} are allowed")
    if is_plain:
        return text
    if "\n" in text or "\r" in text:
        raise LineFault(key, value, "runs over several lines; a quotation mark may not be closed")
    if text[0] in "=+@" or (text[0] == "-" and text[1:2].isascii()):
        raise LineFault(key, value, "looks like a spreadsheet formula")
    if BETWEEN in text or (not text.isprintable() and not compared(text).isprintable()):
        raise LineFault(key, repr(text), "holds control characters")
    return text


def _plain(key: str, value: object, limit: int = 10_000) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LineFault(key, value, "is not text")
    if len(value) > limit:
        raise LineFault(key, f"{value[:20]}…", f"has {len(value)} characters; at most {limit} are allowed")
    return value.strip()


def _texts(key: str, value: object) -> tuple[str, ...]:
    """Several strings: a list, or one cell divided by |."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        if "|" not in value and "｜" not in value:
            return (read_form(key, value),)
        value = [part for part in re.split(r"[|｜]", value) if part.strip()]
    if not isinstance(value, list | tuple):
        raise LineFault(key, value, "is not a list of texts")
    return tuple(dict.fromkeys(read_form(key, part) for part in value))


def _day(key: str, value: object) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    parts = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", str(value).strip())
    try:
        if parts:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        pass
    raise LineFault(key, value, "is not a date; write 2018-03-17")


def _word(key: Literal["kind", "severity"], value: object, default: str) -> str:
    """Return a word of the vocabulary `key` (kind, severity)."""
    if value is None or value == "":
        return default
    try:
        return lexicon_vocabulary(key).normalise(value)
    except ValueError as fault:
        raise LineFault(key, value, str(fault)) from None


def _choice(key: str, value: object, allowed: Iterable[str], default: str) -> str:
    if value is None:
        return default
    if value not in tuple(allowed):
        raise LineFault(key, value, f"is none of {', '.join(repr(word) for word in allowed)}")
    return str(value)


def _dates(values: Mapping[str, Any]) -> tuple[date | None, date | None]:
    since, until = _day("since", values.get("since")), _day("until", values.get("until"))
    if since is not None and until is not None and since > until:
        raise LineFault("until", until, f"lies before since, {since}")
    return since, until


def read_terms(values: Mapping[str, Any], line: int | None) -> Iterator[Term]:
    """Return the terms of one line: a line may give several wrong forms of one right form."""
    wrongs = _texts("wrong", values.get("wrong"))
    if not wrongs:
        raise LineFault("wrong", values.get("wrong"), "is empty")
    right = None if values.get("right") in (None, "") else read_form("right", values.get("right"))
    since, until = _dates(values)
    exceptions = _texts("exceptions", values.get("exceptions"))
    outside = _contexts(values.get("outside"))
    for wrong in wrongs:
        if right is not None and compared(wrong) == compared(right):
            raise LineFault("wrong", wrong, "equals the right form")
        yield Term(
            wrong,
            right,
            _word("kind", values.get("kind"), "misspelling"),
            _word("severity", values.get("severity"), "general"),
            _plain("source", values.get("source")),
            since,
            until,
            exceptions if len(wrongs) == 1 else tuple(text for text in exceptions if compared(wrong) in compared(text)),
            outside,
            _plain("note", values.get("note")),
            line,
        )
    for text in exceptions:
        if not any(compared(wrong) in compared(text) for wrong in wrongs):
            raise LineFault("exceptions", text, f"does not contain {'、'.join(wrongs)} and would never apply")


def _contexts(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    words = re.split(r"[|｜,，、 ]+", value) if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or any(word not in CONTEXTS for word in words):
        raise LineFault("outside", value, f"is none of {', '.join(CONTEXTS)}")
    return tuple(words)


def read_canonicals(values: Mapping[str, Any], line: int | None) -> Iterator[Canonical]:
    """Return the right forms of one line: a line may give several that share everything else."""
    texts = values.get("text")
    if not isinstance(texts, list):
        yield read_canonical(values, line)
        return
    for text in dict.fromkeys(texts):
        short = {"near": "none"} if isinstance(text, str) and len(compared(text)) < MIN_NEAR_LENGTH else {}
        yield read_canonical({**values, "text": text, **short}, line)


def read_canonical(values: Mapping[str, Any], line: int | None) -> Canonical:
    """Return the right form of one line."""
    text = read_form("text", values.get("text"))
    size = len(compared(text))
    near = _choice("near", values.get("near"), get_args(Near), usual_near(size))
    if near != "none" and size < MIN_NEAR_LENGTH:
        raise LineFault("near", near, f"needs a form of at least {MIN_NEAR_LENGTH} characters, {text} has {size}")
    since, until = _dates(values)
    return Canonical(
        text,
        _word("kind", values.get("kind"), "expression"),
        _word("severity", values.get("severity"), "serious"),
        _plain("source", values.get("source")),
        near,  # type: ignore[arg-type]
        _choice("open", values.get("open"), get_args(Open), ""),  # type: ignore[arg-type]
        _texts("exceptions", values.get("exceptions")),
        since,
        until,
        _plain("note", values.get("note")),
        line,
    )


def read_enumeration(values: Mapping[str, Any], line: int | None) -> Enumeration:
    """Return the enumeration of one line."""
    members = _texts("members", values.get("members"))
    if len(members) < 3:
        raise LineFault("members", members, "has fewer than three members")
    written = values.get("parts", [])
    if not isinstance(written, list):
        raise LineFault("parts", written, "is not a list of lists")
    parts = tuple(_texts("parts", part) for part in written)
    for member in (member for part in parts for member in part):
        if member not in members:
            raise LineFault("parts", member, "is not a member")
    return Enumeration(
        read_form("name", values.get("name")),
        members,
        parts,
        _word("kind", values.get("kind"), "expression"),
        _word("severity", values.get("severity"), "serious"),
        _plain("source", values.get("source")),
        line,
        _texts("leads", values.get("leads")),
        _day("since", values.get("since")),
    )


def read_person(values: Mapping[str, Any], line: int | None) -> Person:
    """Return the person of one line."""
    since, until = _dates(values)
    return Person(
        read_form("name", values.get("name")),
        read_form("title", values.get("title")),
        _plain("source", values.get("source")),
        since,
        until,
        _word("severity", values.get("severity"), "serious"),
        line,
    )


Held = tuple[tuple[tuple[int, ...], date], ...]


def read_held(table: Mapping[str, Any]) -> dict[str, Held]:
    """Return the series by name: for each event its numbers, divided by a hyphen, and its first day."""
    return {
        name: tuple(sorted((tuple(map(int, numbers.split("-"))), _day("held", day) or date.max) for numbers, day in events.items()))
        for name, events in table.items()
    }


def read_pattern(values: Mapping[str, Any], line: int | None, slots: Mapping[str, str], held: Mapping[str, Held]) -> Pattern:
    """Return the pattern of one line, compiled once to make sure that it can be used.

    Args:
        values: The line.
        line: Its number.
        slots: Expressions by slot name.
        held: Series by name, see `read_held`.
    """
    words = values.get("words")
    if (words is None) == (values.get("pattern") is None):
        raise LineFault("pattern", values.get("pattern"), "is needed, or words instead of it")
    written = _plain("pattern", values.get("pattern"))
    if words is not None:
        texts = sorted(map(compared, _texts("words", words)), key=len, reverse=True)
        written = "|".join(map(re.escape, texts))
    try:
        compiled = compile_pattern(written, slots)
        right = _plain("right", values.get("right")) or None
        if right is not None:
            importlib.import_module("re._parser").parse_template(right, compiled.regex)
    except (PatternError, re.error, IndexError) as fault:
        raise LineFault("pattern", written, str(fault)) from None
    series = values.get("held")
    if series is not None and series not in held:
        raise LineFault("held", series, f"is none of {', '.join(held) or 'none'}")
    since, until = _dates(values)
    return Pattern(
        _plain("name", values.get("name")) or written[:MAX_TERM_LENGTH],
        compiled.regex.pattern,
        right,
        _word("kind", values.get("kind"), "expression"),
        _word("severity", values.get("severity"), "serious"),
        _plain("source", values.get("source")),
        since,
        until,
        _context("near", values.get("near")),
        _context("not_near", values.get("not_near")),
        _context("unless", values.get("unless")),
        _contexts(values.get("outside")),
        held[series] if series is not None else (),
        _choice("confidence", values.get("confidence"), get_args(Confidence), "medium"),  # type: ignore[arg-type]
        _plain("note", values.get("note")),
        line,
        _year("founded", values.get("founded"), compiled.regex),
    )


def _year(key: str, value: object, regex: re.Pattern[str]) -> int | None:
    """Return a year with which the group `number` of a pattern is compared."""
    if value is None:
        return None
    if not isinstance(value, int) or not 0 < value <= date.max.year or "number" not in regex.groupindex:
        raise LineFault(key, value, "is no year, or the pattern has no group called number")
    return value


def _context(key: str, value: object) -> tuple[str, ...]:
    """Words of a context, in compared shape; one character is enough."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise LineFault(key, value, "is not a list of words")
    words = tuple(dict.fromkeys(map(compared, value)))
    if "" in words:
        raise LineFault(key, value, "holds only what is not compared, such as a quotation mark")
    return words


def read_right_pattern(value: object, slots: Mapping[str, str]) -> str:
    """Return the expression of a wording that is right wherever it stands."""
    try:
        return compile_pattern(_plain("right_patterns", value), slots).regex.pattern
    except PatternError as fault:
        raise LineFault("right_patterns", value, str(fault)) from None


def read_exception(value: object, decided: list[DecidedException]) -> str:
    """Return the string that is right wherever it stands; who decided is noted where the list says it."""
    if not isinstance(value, dict):
        return read_form("exceptions", value)
    text = read_form("exceptions", value.get("text"))
    unknown = sorted(value.keys() - set(DecidedException._fields))
    if unknown:
        raise LineFault(unknown[0], value[unknown[0]], f"is an unknown key; known are {', '.join(DecidedException._fields)}")
    if not str(value.get("role", "")).strip():
        raise LineFault("role", text, "does not say who decided")
    decided.append(DecidedException(text, *(str(value.get(key, "")) for key in DecidedException._fields[1:])))
    return text
