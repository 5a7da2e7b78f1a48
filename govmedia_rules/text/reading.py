"""Reads a lexicon from TOML, CSV, TSV or a workbook; a line that cannot be used is set apart, the rest is kept."""

from __future__ import annotations

import codecs
import csv
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from govmedia_rules.core.toml import parse_toml
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import LexiconError, TableError, Where, choices, choices_zh, reason_zh
from govmedia_rules.tables.model import BadRow
from govmedia_rules.tables.sources import open_table
from govmedia_rules.text.lexicon import Canonical, DecidedException, Entry, Enumeration, Lexicon, Pattern, Person, Term
from govmedia_rules.text.lines import (
    LineFault,
    read_canonical,
    read_canonicals,
    read_enumeration,
    read_exception,
    read_held,
    read_pattern,
    read_person,
    read_right_pattern,
    read_terms,
)

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


def read_toml(raw: bytes, name: str, *, default_id: str = "lexicon") -> Lexicon:
    """Read a lexicon from the bytes of a TOML file.

    Raises:
        LexiconError: The bytes are not UTF-8 or not TOML, or a top-level key is unknown.
    """
    text, data = _parsed_toml(raw, name)
    slots = {slot: str(expression) for slot, expression in data.get("slots", {}).items()}
    try:
        held = read_held(data.get("held", {}))
    except (LineFault, ValueError, AttributeError) as fault:
        raise LexiconError(
            f"a series cannot be read: {fault}",
            Where(name, key="held"),
            '"20-3" = 2024-07-15',
            zh=f"届次不能读：{reason_zh(fault)}",
        ) from None
    tables = _Tables(name, text, data)
    tables.take("terms", _TERM_KEYS, read_terms)
    tables.take("canonicals", _CANONICAL_KEYS, read_canonicals)
    tables.take("enumerations", _ENUMERATION_KEYS, lambda values, line: [read_enumeration(values, line)])
    tables.take("persons", _PERSON_KEYS, lambda values, line: [read_person(values, line)])
    tables.take("patterns", _PATTERN_KEYS, lambda values, line: [read_pattern(values, line, slots, held)])
    right_patterns = tables.take_texts("right_patterns", lambda value: read_right_pattern(value, slots))
    decided: list[DecidedException] = []
    exceptions = tables.take_texts("exceptions", lambda value: read_exception(value, decided))
    lexicon = _collect(tables.good, tables.bad, str(data.get("id", default_id)), data, exceptions)
    return replace(lexicon, right_patterns=tuple(right_patterns), decided=tuple(decided))


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
        data = parse_toml(text.replace("\r\n", "\n"))
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
            except LineFault as fault:
                self.bad.append(fault.row(number))

    def _full_row(self, table: str, keys: tuple[str, ...], values: object) -> dict[str, Any]:
        """Return a row with the defaults of its table, and its source in full."""
        if not isinstance(values, dict):
            raise LineFault(table, values, "is not a table of keys and values")
        for key in values:
            if key not in keys:
                close = difflib.get_close_matches(key, keys, n=1)
                raise LineFault(key, values[key], "is an unknown key" + (f"; did you mean {close[0]!r}?" if close else ""))
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
            except LineFault as fault:
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
                entries.extend(read_terms(values, number))
            elif "right" in values:
                entries.append(read_canonical({**values, "text": values["right"]}, number))
            else:
                raise LineFault("wrong", None, "is empty, and so is the right form")
        except LineFault as fault:
            row = fault.row(number)
            bad.append(BadRow(row.row, by_field.get(row.column or "", row.column), row.value, row.reason))
    unused = tuple(f"column {column!r} is not used" for column in header if column and column not in fields)
    return _collect(entries, bad, lexicon_id, {}, (), notes + unused)
