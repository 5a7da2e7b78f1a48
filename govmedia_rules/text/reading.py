"""Reads a lexicon from TOML, CSV, TSV or a workbook; a line that cannot be used is set apart, the rest is kept."""

from __future__ import annotations

import codecs
import csv
import difflib
import importlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any, Literal, get_args

from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import LexiconError, TableError, Where, choices, choices_zh, reason_zh
from govmedia_rules.tables.model import BadRow
from govmedia_rules.tables.sources import open_table
from govmedia_rules.text.lexicon import (
    MAX_TERM_LENGTH,
    MIN_NEAR_LENGTH,
    MIN_TERM_LENGTH,
    Canonical,
    Confidence,
    DecidedException,
    Entry,
    Enumeration,
    Lexicon,
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

MAX_BYTES = 512 * 1024 * 1024
"""Largest lexicon file that is opened."""
BUILT_IN = {
    "starter": (
        "starter.toml",
        "expressions.toml",
        "laws.toml",
        "institutions.toml",
        "places.toml",
        "renamed.toml",
        "misspellings.toml",
        "variants.toml",
        "formulas.toml",
        "anniversaries.toml",
        "slots.toml",
        "outdated.toml",
        "vocabulary.toml",
    ),
    "commercial": ("commercial.toml",),
}
"""Built-in lexicons and the data files each is made of; the first one names it."""
CONTEXTS = ("book_title", "quotation", "quoted", "former")

_TERM_KEYS = ("wrong", "right", "kind", "severity", "source", "since", "until", "exceptions", "outside", "note")
_CANONICAL_KEYS = ("text", "kind", "severity", "source", "near", "open", "exceptions", "since", "until", "note")
_ENUMERATION_KEYS = ("name", "members", "parts", "leads", "since", "kind", "severity", "source", "note")
_PERSON_KEYS = ("name", "title", "source", "since", "until", "severity", "note")
_PATTERN_KEYS = (
    "name",
    "pattern",
    "words",
    "right",
    "kind",
    "severity",
    "source",
    "since",
    "until",
    "near",
    "not_near",
    "unless",
    "outside",
    "held",
    "founded",
    "confidence",
    "note",
)
_TOP_KEYS = (
    "id",
    "version",
    "title",
    "sources",
    "defaults",
    "slots",
    "held",
    "terms",
    "canonicals",
    "enumerations",
    "persons",
    "patterns",
    "right_patterns",
    "exceptions",
)


def load_lexicon(source: str | PathLike[str]) -> Lexicon:
    """Return a built-in lexicon by its id, or one from a file.

    Args:
        source: `"starter"`, or the path of a .toml, .csv, .tsv, .xlsx, .xls or .ods file. The formats are described in
            docs/expressions.md. Lines that cannot be used are in `Lexicon.bad`.

    Raises:
        LexiconError: Nothing has this id or path, or the file as a whole cannot be read.
        MissingExtra: A workbook is given and the extra `lists` is not installed.

    Example:
        >>> load_lexicon("starter").id
        'starter'
    """
    if isinstance(source, str) and source in BUILT_IN:
        return _built_in(source)
    path = Path(source)
    if not path.is_file():
        hint, hint_zh = choices(source, BUILT_IN), choices_zh(source, BUILT_IN)
        raise LexiconError("no such lexicon or file", Where(str(source)), hint, "没有这个词表或文件", hint_zh)
    if path.stat().st_size > MAX_BYTES:
        raise LexiconError(f"the file is larger than {MAX_BYTES} bytes", Where(str(path)), zh=f"文件大于 {MAX_BYTES} 字节")
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return read_toml(path.read_bytes(), str(path), default_id=path.stem)
    if suffix in {".csv", ".tsv", ".txt"}:
        return _read_csv(path)
    if suffix in {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}:
        return _read_workbook(path)
    what, zh = f"cannot read {suffix or 'a file without ending'} as a lexicon", f"不能把 {suffix or '没有扩展名的文件'} 读作词表"
    raise LexiconError(what, Where(str(path)), "there are toml, csv, tsv, xlsx", zh, "可用的有：toml、csv、tsv、xlsx")


@cache
def _built_in(name: str) -> Lexicon:
    parts = []
    for file in BUILT_IN[name]:
        raw = files("govmedia_rules.text").joinpath("data", file).read_bytes()
        part = read_toml(raw, file, default_id=name)
        if part.bad:
            raise LexiconError(
                f"the built-in list has {len(part.bad)} bad lines, first: {part.bad[0]}",
                Where(file),
                zh=f"内置词表有 {len(part.bad)} 行不能用，第一处：{part.bad[0]}",
            )
        parts.append(part)
    first = parts[0]
    return Lexicon(
        id=first.id,
        version=first.version,
        title=first.title,
        terms=tuple(line for part in parts for line in part.terms),
        canonicals=tuple({line.text: line for part in reversed(parts) for line in reversed(part.canonicals)}.values())[::-1],
        enumerations=tuple(line for part in parts for line in part.enumerations),
        persons=tuple(line for part in parts for line in part.persons),
        patterns=tuple(line for part in parts for line in part.patterns),
        right_patterns=tuple(text for part in parts for text in part.right_patterns),
        exceptions=tuple(text for part in parts for text in part.exceptions),
    )


class _Fault(Exception):
    """What is wrong with one line: key or column, the value, the reason."""

    def __init__(self, key: str | None, value: object, reason: str) -> None:
        super().__init__(key, value, reason)
        self.key, self.value, self.reason = key, value, reason

    def row(self, number: int) -> BadRow:
        return BadRow(number, self.key, None if self.value is None else str(self.value)[:200], self.reason)


def _form(key: str, value: object) -> str:
    """Return a wrong or right form, checked."""
    if not isinstance(value, str):
        raise _Fault(key, value, "is not text")
    text = value.strip()
    # Letters and digits only: nothing to squeeze out, no formula, no control character.
    is_plain = text.isalnum()
    size = len(text) if is_plain else len(compared(text))
    if size < MIN_TERM_LENGTH:
        raise _Fault(key, value, "is empty" if not size else f"has one character; at least {MIN_TERM_LENGTH} are needed")
    if len(text) > MAX_TERM_LENGTH:
        raise _Fault(key, f"{text[:20]}…", f"has {len(text)} characters; at most {MAX_TERM_LENGTH} are allowed")
    if is_plain:
        return text
    if "\n" in text or "\r" in text:
        raise _Fault(key, value, "runs over several lines; a quotation mark may not be closed")
    if text[0] in "=+@" or (text[0] == "-" and text[1:2].isascii()):
        raise _Fault(key, value, "looks like a spreadsheet formula")
    if BETWEEN in text or (not text.isprintable() and not compared(text).isprintable()):
        raise _Fault(key, repr(text), "holds control characters")
    return text


def _plain(key: str, value: object, limit: int = 10_000) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Fault(key, value, "is not text")
    if len(value) > limit:
        raise _Fault(key, f"{value[:20]}…", f"has {len(value)} characters; at most {limit} are allowed")
    return value.strip()


def _texts(key: str, value: object) -> tuple[str, ...]:
    """Several strings: a list, or one cell divided by |."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        if "|" not in value and "｜" not in value:
            return (_form(key, value),)
        value = [part for part in re.split(r"[|｜]", value) if part.strip()]
    if not isinstance(value, list | tuple):
        raise _Fault(key, value, "is not a list of texts")
    return tuple(dict.fromkeys(_form(key, part) for part in value))


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
    raise _Fault(key, value, "is not a date; write 2018-03-17")


def _word(key: Literal["kind", "severity"], value: object, default: str) -> str:
    """Return a word of the vocabulary `key` (kind, severity)."""
    if value is None or value == "":
        return default
    try:
        return lexicon_vocabulary(key).normalise(value)
    except ValueError as fault:
        raise _Fault(key, value, str(fault)) from None


def _choice(key: str, value: object, allowed: Iterable[str], default: str) -> str:
    if value is None:
        return default
    if value not in tuple(allowed):
        raise _Fault(key, value, f"is none of {', '.join(repr(word) for word in allowed)}")
    return str(value)


def _dates(values: Mapping[str, Any]) -> tuple[date | None, date | None]:
    since, until = _day("since", values.get("since")), _day("until", values.get("until"))
    if since is not None and until is not None and since > until:
        raise _Fault("until", until, f"lies before since, {since}")
    return since, until


def _terms(values: Mapping[str, Any], line: int | None) -> Iterator[Term]:
    """Return the terms of one line: a line may give several wrong forms of one right form."""
    wrongs = _texts("wrong", values.get("wrong"))
    if not wrongs:
        raise _Fault("wrong", values.get("wrong"), "is empty")
    right = None if values.get("right") in (None, "") else _form("right", values.get("right"))
    since, until = _dates(values)
    exceptions = _texts("exceptions", values.get("exceptions"))
    outside = _contexts(values.get("outside"))
    for wrong in wrongs:
        if right is not None and compared(wrong) == compared(right):
            raise _Fault("wrong", wrong, "equals the right form")
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
            raise _Fault("exceptions", text, f"does not contain {'、'.join(wrongs)} and would never apply")


def _contexts(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    words = re.split(r"[|｜,，、 ]+", value) if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or any(word not in CONTEXTS for word in words):
        raise _Fault("outside", value, f"is none of {', '.join(CONTEXTS)}")
    return tuple(words)


def _canonicals(values: Mapping[str, Any], line: int | None) -> Iterator[Canonical]:
    """Return the right forms of one line: a line may give several that share everything else."""
    texts = values.get("text")
    if not isinstance(texts, list):
        yield _canonical(values, line)
        return
    for text in dict.fromkeys(texts):
        short = {"near": "none"} if isinstance(text, str) and len(compared(text)) < MIN_NEAR_LENGTH else {}
        yield _canonical({**values, "text": text, **short}, line)


def _canonical(values: Mapping[str, Any], line: int | None) -> Canonical:
    text = _form("text", values.get("text"))
    size = len(compared(text))
    near = _choice("near", values.get("near"), get_args(Near), usual_near(size))
    if near != "none" and size < MIN_NEAR_LENGTH:
        raise _Fault("near", near, f"needs a form of at least {MIN_NEAR_LENGTH} characters, {text} has {size}")
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


def _enumeration(values: Mapping[str, Any], line: int | None) -> Enumeration:
    members = _texts("members", values.get("members"))
    if len(members) < 3:
        raise _Fault("members", members, "has fewer than three members")
    written = values.get("parts", [])
    if not isinstance(written, list):
        raise _Fault("parts", written, "is not a list of lists")
    parts = tuple(_texts("parts", part) for part in written)
    for member in (member for part in parts for member in part):
        if member not in members:
            raise _Fault("parts", member, "is not a member")
    return Enumeration(
        _form("name", values.get("name")),
        members,
        parts,
        _word("kind", values.get("kind"), "expression"),
        _word("severity", values.get("severity"), "serious"),
        _plain("source", values.get("source")),
        line,
        _texts("leads", values.get("leads")),
        _day("since", values.get("since")),
    )


def _person(values: Mapping[str, Any], line: int | None) -> Person:
    since, until = _dates(values)
    return Person(
        _form("name", values.get("name")),
        _form("title", values.get("title")),
        _plain("source", values.get("source")),
        since,
        until,
        _word("severity", values.get("severity"), "serious"),
        line,
    )


_Held = tuple[tuple[tuple[int, ...], date], ...]


def _read_held(table: Mapping[str, Any]) -> dict[str, _Held]:
    """Series by name: for each event its numbers, divided by a hyphen, and its first day."""
    return {
        name: tuple(sorted((tuple(map(int, numbers.split("-"))), _day("held", day) or date.max) for numbers, day in events.items()))
        for name, events in table.items()
    }


def _pattern(values: Mapping[str, Any], line: int | None, slots: Mapping[str, str], held: Mapping[str, _Held]) -> Pattern:
    words = values.get("words")
    if (words is None) == (values.get("pattern") is None):
        raise _Fault("pattern", values.get("pattern"), "is needed, or words instead of it")
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
        raise _Fault("pattern", written, str(fault)) from None
    series = values.get("held")
    if series is not None and series not in held:
        raise _Fault("held", series, f"is none of {', '.join(held) or 'none'}")
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
        raise _Fault(key, value, "is no year, or the pattern has no group called number")
    return value


def _context(key: str, value: object) -> tuple[str, ...]:
    """Words of a context, in compared shape; one character is enough."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise _Fault(key, value, "is not a list of words")
    words = tuple(dict.fromkeys(map(compared, value)))
    if "" in words:
        raise _Fault(key, value, "holds only what is not compared, such as a quotation mark")
    return words


def _right_pattern(value: object, slots: Mapping[str, str]) -> str:
    try:
        return compile_pattern(_plain("right_patterns", value), slots).regex.pattern
    except PatternError as fault:
        raise _Fault("right_patterns", value, str(fault)) from None


def read_toml(raw: bytes, name: str, *, default_id: str = "lexicon") -> Lexicon:
    """Read a lexicon from the bytes of a TOML file.

    Raises:
        LexiconError: The bytes are not UTF-8 or not TOML, or a top-level key is unknown.
    """
    text, data = _parsed_toml(raw, name)
    slots = {slot: str(expression) for slot, expression in data.get("slots", {}).items()}
    try:
        held = _read_held(data.get("held", {}))
    except (_Fault, ValueError, AttributeError) as fault:
        raise LexiconError(
            f"a series cannot be read: {fault}",
            Where(name, key="held"),
            '"20-3" = 2024-07-15',
            zh=f"届次不能读：{reason_zh(fault)}",
        ) from None
    tables = _Tables(name, text, data)
    tables.take("terms", _TERM_KEYS, _terms)
    tables.take("canonicals", _CANONICAL_KEYS, _canonicals)
    tables.take("enumerations", _ENUMERATION_KEYS, lambda values, line: [_enumeration(values, line)])
    tables.take("persons", _PERSON_KEYS, lambda values, line: [_person(values, line)])
    tables.take("patterns", _PATTERN_KEYS, lambda values, line: [_pattern(values, line, slots, held)])
    right_patterns = tables.take_texts("right_patterns", lambda value: _right_pattern(value, slots))
    decided: list[DecidedException] = []
    exceptions = tables.take_texts("exceptions", lambda value: _exception(value, decided))
    lexicon = _collect(tables.good, tables.bad, str(data.get("id", default_id)), data, exceptions)
    return replace(lexicon, right_patterns=tuple(right_patterns), decided=tuple(decided))


def _exception(value: object, decided: list[DecidedException]) -> str:
    """Return the string that is right wherever it stands; who decided is noted where the list says it."""
    if not isinstance(value, dict):
        return _form("exceptions", value)
    text = _form("exceptions", value.get("text"))
    unknown = sorted(value.keys() - set(DecidedException._fields))
    if unknown:
        raise _Fault(unknown[0], value[unknown[0]], f"is an unknown key; known are {', '.join(DecidedException._fields)}")
    if not str(value.get("role", "")).strip():
        raise _Fault("role", text, "does not say who decided")
    decided.append(DecidedException(text, *(str(value.get(key, "")) for key in DecidedException._fields[1:])))
    return text


def _parsed_toml(raw: bytes, name: str) -> tuple[str, dict[str, Any]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise LexiconError(
            "the file is not UTF-8",
            Where(name, row=line),
            "TOML files are UTF-8",
            zh="文件不是 UTF-8",
            hint_zh="TOML 文件应为 UTF-8",
        ) from None
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as fault:
        raise LexiconError(f"the file is not TOML: {fault}", Where(name), zh=f"文件不是 TOML：{reason_zh(fault)}") from None
    for key in data:
        if key not in _TOP_KEYS:
            hint, hint_zh = choices(key, _TOP_KEYS, 20), choices_zh(key, _TOP_KEYS, 20)
            raise LexiconError("unknown key", Where(name, key=key), hint, "没有这个键", hint_zh)
    return text, data


class _Tables:
    """The tables of a TOML file as lexicon lines; what cannot be used is noted and the rest kept."""

    def __init__(self, name: str, text: str, data: Mapping[str, Any]) -> None:
        self._name, self._data = name, data
        self._lines = _LineFinder(text)
        self.good: list[Entry] = []
        self.bad: list[BadRow] = []

    def take(self, table: str, keys: tuple[str, ...], make: Callable[[Mapping[str, Any], int], Iterable[Entry]]) -> None:
        """Read one table; `make` gives the entries of a row."""
        rows = self._data.get(table, [])
        if not isinstance(rows, list):
            raise LexiconError(f"[[{table}]] must be a list of tables", Where(self._name, table), zh=f"[[{table}]] 应为表的列表")
        for values in rows:
            number = self._lines.find(values)
            try:
                self.good.extend(list(make(self._full_row(table, keys, values), number)))
            except _Fault as fault:
                self.bad.append(fault.row(number))

    def _full_row(self, table: str, keys: tuple[str, ...], values: object) -> dict[str, Any]:
        """Return a row with the defaults of its table, and its source in full."""
        if not isinstance(values, dict):
            raise _Fault(table, values, "is not a table of keys and values")
        for key in values:
            if key not in keys:
                close = difflib.get_close_matches(key, keys, n=1)
                raise _Fault(key, values[key], "is an unknown key" + (f"; did you mean {close[0]!r}?" if close else ""))
        defaults = self._data.get("defaults", {}).get(table, {})
        full = {**{key: value for key, value in defaults.items() if key in keys}, **values}
        if isinstance(full.get("source"), str):
            full["source"] = self._data.get("sources", {}).get(full["source"], full["source"])
        return full

    def take_texts(self, key: str, make: Callable[[object], str]) -> list[str]:
        """Read a list of texts."""
        texts: list[str] = []
        for value in self._data.get(key, []):
            try:
                texts.append(make(value))
            except _Fault as fault:
                self.bad.append(fault.row(self._lines.find(value)))
        return texts


class _LineFinder:
    """Finds the line of a TOML table by the first text it holds; tables come in file order."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def find(self, values: object) -> int:
        key, first = (
            next(((key, value) for key, value in values.items() if value), ("", "")) if isinstance(values, dict) else ("", values)
        )
        while isinstance(first, list) and first:
            first = first[0]
        if not first:
            return self._line
        before = rf"{re.escape(key)}[\"']?\s*=\s*\[?\s*" if key else ""
        hit = re.compile(rf"{before}[\"']*{re.escape(str(first))}").search(self._text, self._at)
        if hit is None:
            return self._line
        self._line += self._text.count("\n", self._at, hit.start())
        self._at = hit.start()
        line = self._line
        self._line += self._text.count("\n", self._at, hit.end())
        self._at = hit.end()
        return line


def _collect(
    entries: Iterable[Entry],
    bad: list[BadRow],
    name: str,
    head: Mapping[str, Any],
    exceptions: Iterable[str] = (),
    notes: tuple[str, ...] = (),
) -> Lexicon:
    terms: dict[tuple[str, date | None, date | None], Term] = {}
    canonicals: dict[str, Canonical] = {}
    enumerations: list[Enumeration] = []
    persons: list[Person] = []
    patterns: dict[str, Pattern] = {}
    for entry in entries:
        if isinstance(entry, Term):
            other = terms.setdefault((entry.wrong, entry.since, entry.until), entry)
            if other is not entry:
                reason = (
                    "stands twice" if other.right == entry.right else f"also has the right form {other.right} on line {other.line}"
                )
                bad.append(BadRow(entry.line or 0, "wrong", entry.wrong, reason))
        elif isinstance(entry, Canonical):
            known = canonicals.setdefault(entry.text, entry)
            if known is not entry:
                bad.append(BadRow(entry.line or 0, "text", entry.text, f"stands twice, first on line {known.line}"))
        elif isinstance(entry, Enumeration):
            enumerations.append(entry)
        elif isinstance(entry, Pattern):
            if patterns.setdefault(f"{entry.pattern} {entry.since} {entry.until}", entry) is not entry:
                bad.append(BadRow(entry.line or 0, "pattern", entry.name, "stands twice"))
        else:
            persons.append(entry)
    return Lexicon(
        id=name,
        version=str(head.get("version", "")),
        title=str(head.get("title", "")),
        terms=tuple(terms.values()),
        canonicals=tuple(canonicals.values()),
        enumerations=tuple(enumerations),
        persons=tuple(persons),
        patterns=tuple(patterns.values()),
        exceptions=tuple(dict.fromkeys(exceptions)),
        bad=tuple(sorted(bad, key=lambda row: row.row)),
        notes=notes,
    )


def _decoded_lines(raw: bytes, name: str, bad: list[BadRow]) -> tuple[list[str], str]:
    """Lines of a text file, and the encoding; lines that cannot be decoded are blank and noted in `bad`."""
    if not raw.strip():
        raise LexiconError(
            "the file is empty", Where(name), hint="look whether the export succeeded", zh="文件为空", hint_zh="请检查导出是否成功"
        )
    encoding = "utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-8"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    if encoding == "utf-16":
        try:
            return raw.decode(encoding).splitlines(keepends=True), encoding
        except UnicodeDecodeError:
            raise LexiconError(
                "the file begins as UTF-16 and is not",
                Where(name),
                hint="save it as UTF-8",
                zh="文件以 UTF-16 开头而内容不是",
                hint_zh="请另存为 UTF-8",
            ) from None
    if b"\x00" in raw:
        raise LexiconError(
            "the file is binary", Where(name), hint="save it as UTF-8 text", zh="文件是二进制的", hint_zh="请另存为 UTF-8 文本"
        )
    try:
        return raw.decode(encoding).splitlines(keepends=True), encoding
    except UnicodeDecodeError:
        pass
    parts = raw.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
    as_utf8 = sum(_decodes(part, "utf-8") for part in parts if not part.isascii())
    as_gb = sum(_decodes(part, "gb18030") for part in parts if not part.isascii())
    # Few GB18030 lines are UTF-8 by chance, while most UTF-8 lines pass as GB18030: prefer UTF-8 unless it is rare.
    chosen = "utf-8" if as_utf8 * 2 >= as_gb else "gb18030"
    lines = []
    for number, part in enumerate(parts, 1):
        try:
            lines.append(part.decode(chosen))
        except UnicodeDecodeError:
            bad.append(BadRow(number, None, repr(part[:40]), f"the line is not {chosen}"))
            lines.append("\n")
    return lines, chosen


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@cache
def _headers() -> dict[str, str]:
    data = read_data("govmedia_rules.text", "headers.toml")
    return {key_of(spelling): name for name, spellings in data.items() for spelling in (name, *spellings)}


def _read_csv(path: Path) -> Lexicon:
    bad: list[BadRow] = []
    lines, encoding = _decoded_lines(path.read_bytes(), str(path), bad)
    first = next((line for line in lines if line.strip()), "")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",\t;", key=first.count)

    rows = _csv_rows(lines, delimiter, bad)
    header: list[str] = []
    for _, row in rows:
        if sum(bool(cell.strip()) for cell in row) >= 2 or (len(row) == 1 and key_of(row[0]) in _headers()):
            header = [cell.strip() for cell in row]
            break
    table = ((number, dict(zip(header, row, strict=False))) for number, row in rows)
    return _from_table(str(path), path.stem, header, table, bad, (f"read as {encoding}",))


_LONGEST_ROW = 20
"""Lines a row may run over; with more, a quotation mark was never closed."""


class _Feed:
    """Hands lines to a row reader, at most `_LONGEST_ROW` for one row: an open quotation mark would take all the rest."""

    def __init__(self, lines: list[str], at: int) -> None:
        self.lines, self.at, self.row_begin = lines, at, at

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines) or self.at - self.row_begin >= _LONGEST_ROW:
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _csv_rows(lines: list[str], delimiter: str, bad: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Return the rows with the line each begins on; a row with an unclosed quotation mark costs itself, not the rest."""
    start = 0
    while start < len(lines):
        feed = _Feed(lines, start)
        try:
            for row in csv.reader(feed, delimiter=delimiter):
                if feed.at - feed.row_begin >= _LONGEST_ROW:
                    break
                yield feed.row_begin + 1, row
                feed.row_begin = feed.at
            else:
                return
        except csv.Error:
            pass
        line = lines[feed.row_begin][:40].rstrip()
        bad.append(BadRow(feed.row_begin + 1, None, line, "a quotation mark is not closed, or the line is no row of a table"))
        start = feed.row_begin + 1


def _read_workbook(path: Path) -> Lexicon:
    try:
        table = open_table(path)
    except TableError as fault:
        raise LexiconError(fault.what, fault.where, fault.hint, fault.zh, fault.hint_zh) from fault
    return _from_table(table.name, path.stem, list(table.columns), table.rows, [], ())


def _from_table(
    name: str,
    lexicon_id: str,
    header: list[str],
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    bad: list[BadRow],
    notes: tuple[str, ...],
) -> Lexicon:
    known = _headers()
    fields = {column: known[key_of(column)] for column in header if key_of(column) in known}
    if len(set(fields.values())) != len(fields):
        raise LexiconError(
            "two columns serve one field",
            Where(name, row=1),
            f"columns: {', '.join(fields)}",
            zh="两列对应同一个字段",
            hint_zh=f"列有：{'、'.join(fields)}",
        )
    if not {"wrong", "right"} & set(fields.values()):
        raise LexiconError(
            f"no column gives the wrong or the right form; the columns are {header}",
            Where(name),
            "name the columns 错误表述, 正确表述",
            zh=f"没有给出错误表述或正确表述的列；现有的列：{header}",
            hint_zh="应有：错误表述、正确表述",
        )
    by_field = {field: column for column, field in fields.items()}
    entries: list[Entry] = []
    for number, cells in rows:
        values = {field: cells[column] for column, field in fields.items() if cells.get(column) not in (None, "")}
        if not values:
            continue
        try:
            if "wrong" in values:
                entries.extend(_terms(values, number))
            elif "right" in values:
                entries.append(_canonical({**values, "text": values["right"]}, number))
            else:
                raise _Fault("wrong", None, "is empty, and so is the right form")
        except _Fault as fault:
            row = fault.row(number)
            bad.append(BadRow(row.row, by_field.get(row.column or "", row.column), row.value, row.reason))
    unused = tuple(f"column {column!r} is not used" for column in header if column and column not in fields)
    return _collect(entries, bad, lexicon_id, {}, (), notes + unused)
