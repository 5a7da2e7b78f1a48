"""Any table as rows of named cells: CSV, TSV, XLSX, XLS, ODS, a data frame, a DuckDB relation, or a list of dicts.

Nothing is guessed about a cell beyond its text: leading zeros survive, blank cells become None, and a row that cannot
be used is set apart with its number, column, value and reason while the others go on.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from pydantic import BaseModel, ValidationError

from govmedia_rules.errors import MissingExtra, TableError, Where
from govmedia_rules.vocabulary import key_of, read_data

M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 512 * 1024 * 1024
"""Largest table file that is opened."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be used.

    Attributes:
        row: Row number as a spreadsheet shows it: the header is row 1.
        column: Header of the column at fault; None when the fault lies between columns.
        value: The cell as read.
        reason: What is wrong with it.
    """

    row: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class RawTable:
    """A table before anything was made of it.

    Attributes:
        name: File or kind of source, for messages.
        columns: Headers in order.
        rows: Pairs of row number (header = 1) and cells by header; blank cells are None, all others text, or the typed
            value the source held.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[int, dict[str, Any]]]


@dataclass(frozen=True)
class Rows(Sequence[M], Generic[M]):
    """The rows of a table as models, and apart from them the rows that could not be used.

    Attributes:
        good: The models, in order.
        bad: Rows set apart, one entry for each fault.
        unused: Headers no field was found for.
        notes: Remarks on the source, such as the encoding a CSV was read in.
    """

    good: tuple[M, ...]
    bad: tuple[BadRow, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), repr=False)

    @overload
    def __getitem__(self, index: int) -> M: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[M]: ...
    def __getitem__(self, index: int | slice) -> M | Sequence[M]:
        return self.good[index]

    def __len__(self) -> int:
        return len(self.good)

    def __repr__(self) -> str:
        return f"<{len(self.good)} rows, {len(self.bad)} faults>"


@cache
def header_aliases(kind: str) -> Mapping[str, str]:
    """Normalised header -> field, for `kind` of table (`site`, `account`, …); the spellings are data."""
    aliases: dict[str, str] = {}
    for name, spellings in read_data("govmedia_rules.tables", "headers.toml")[kind].items():
        for spelling in (name, *spellings):
            if aliases.setdefault(key_of(spelling), name) != name:
                raise ValueError(f"headers.toml [{kind}]: {spelling!r} serves two fields")
    return aliases


def read_models(
    source: object,
    model: type[M],
    kind: str,
    *,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    required: Sequence[str] = (),
    defaults: Mapping[str, object] | None = None,
) -> Rows[M]:
    """Reads a table and makes a model of each row.

    Args:
        source: Path of a CSV, TSV, XLSX, XLS or ODS file; a pandas, polars or Arrow table; a DuckDB relation; or an
            iterable of mappings.
        model: Model to make.
        kind: Which header aliases to use, see `header_aliases`.
        headers: Further headers, as written -> field; they win over the built-in aliases.
        sheet: Sheet name or index of a workbook; None takes the first that has a header row.
        required: Fields without which the table is useless.
        defaults: Values for fields no column gives.

    Raises:
        TableError: The source cannot be opened, two columns serve one field, or a required column is missing.
    """
    table = open_table(source, sheet=sheet)
    known = header_aliases(kind)
    own = {key_of(header): name for header, name in (headers or {}).items()}
    fields: dict[str, str] = {}
    unused: list[str] = []
    for header in table.columns:
        name = own.get(key_of(header)) or known.get(key_of(header))
        if name is None or name not in model.model_fields:
            unused.append(header)
        elif name in fields.values():
            first = next(other for other, taken in fields.items() if taken == name)
            raise TableError(
                f"columns {first!r} and {header!r} both give {name}",
                Where(table.name, column=header),
                "rename one, or pass headers={...}",
            )
        else:
            fields[header] = name
    missing = [name for name in required if name not in fields.values() and name not in (defaults or {})]
    if missing:
        wanted = {name: [spelt for spelt, of in known.items() if of == name][:4] for name in missing}
        raise TableError(f"no column gives {wanted}; the columns are {list(table.columns)}", Where(table.name))
    good: list[M] = []
    bad: list[BadRow] = []
    by_field = {name: header for header, name in fields.items()}
    for number, cells in table.rows:
        values: dict[str, Any] = dict(defaults or {})
        values |= {name: cells[header] for header, name in fields.items() if cells.get(header) is not None}
        if not values or all(cells.get(header) is None for header in fields):
            continue  # a blank line of a spreadsheet
        try:
            good.append(model.model_validate(values))
        except ValidationError as faults:
            bad.extend(_bad_rows(number, cells, by_field, faults))
    return Rows(tuple(good), tuple(bad), tuple(unused))


def _bad_rows(number: int, cells: Mapping[str, Any], by_field: Mapping[str, str], faults: ValidationError) -> Iterator[BadRow]:
    seen: set[tuple[str | None, str]] = set()
    for fault in faults.errors(include_url=False, include_context=False):
        name = str(fault["loc"][0]) if fault["loc"] else None
        header = None if name is None else by_field.get(name, name)
        value = None if header is None else cells.get(header)
        reason = fault["msg"].removeprefix("Value error, ")
        if (header, reason) not in seen:
            seen.add((header, reason))
            yield BadRow(number, header, None if value is None else str(value)[:200], reason)


def open_table(source: object, *, sheet: str | int | None = None) -> RawTable:
    """A table of any supported kind; see `read_models` for the kinds.

    Raises:
        TableError: The source is of no supported kind or cannot be opened.
        MissingExtra: A workbook is given and the extra `lists` is not installed.
    """
    if isinstance(source, str | PathLike):
        return _open_file(Path(source), sheet)
    kind = f"{type(source).__module__.split('.')[0]}.{type(source).__name__}"
    if hasattr(source, "to_pylist") and hasattr(source, "column_names"):  # pyarrow
        return _from_records(kind, [str(name) for name in source.column_names], source.to_pylist())
    if hasattr(source, "iter_rows") and hasattr(source, "columns"):  # polars
        return _from_records(kind, [str(name) for name in source.columns], source.iter_rows(named=True))
    if hasattr(source, "itertuples") and hasattr(source, "columns"):  # pandas
        columns = [str(name) for name in source.columns]
        tuples = source.itertuples(index=False, name=None)
        return _from_records(kind, columns, (dict(zip(columns, row, strict=True)) for row in tuples))
    if hasattr(source, "fetchall") and hasattr(source, "columns"):  # duckdb
        columns = [str(name) for name in source.columns]
        return _from_records(kind, columns, (dict(zip(columns, row, strict=True)) for row in source.fetchall()))
    if isinstance(source, Iterable):
        records = list(source)
        if all(isinstance(record, Mapping) for record in records):
            names = dict.fromkeys(str(key) for record in records for key in record)
            return _from_records("rows", list(names), records)
    raise TableError(f"cannot read a table from {kind}", hint="a path, a data frame, or a list of dicts")


def _from_records(name: str, columns: list[str], records: Iterable[Mapping[Any, Any]]) -> RawTable:
    rows = ((number, {str(key): _text_cell(value) for key, value in record.items()}) for number, record in enumerate(records, 2))
    return RawTable(name, tuple(columns), rows)


def _cell(value: Any) -> Any:
    """None for every kind of blank; text stripped; whole floats as the digits a person typed."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool | int | date | datetime):
        return None if value != value else value  # NaT answers False to ==
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    if type(value).__name__ in {"NaTType", "NAType"}:
        return None
    return value


def _text_cell(value: Any) -> Any:
    cell = _cell(value)
    # Codes are identifiers for ever: a number out of a spreadsheet becomes the text it shows.
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def _open_file(path: Path, sheet: str | int | None) -> RawTable:
    if not path.is_file():
        raise TableError("no such file", Where(str(path)))
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TableError(f"the file has {size} bytes, more than the {MAX_BYTES} allowed", Where(str(path)))
    suffix = path.suffix.lower()
    if suffix in {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}:
        return _open_workbook(path, sheet)
    if suffix in {".csv", ".tsv", ".txt"}:
        return _open_csv(path, "\t" if suffix == ".tsv" else None)
    raise TableError(f"cannot read {suffix or 'a file without ending'} as a table", Where(str(path)), "csv, tsv, xlsx, xls or ods")


def _open_csv(path: Path, delimiter: str | None) -> RawTable:
    raw = path.read_bytes()
    if not raw.strip():
        raise TableError("the file is empty", Where(str(path)))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableError("the file is neither UTF-8 nor GB18030 text", Where(str(path)))
    if "\x00" in text:
        raise TableError("the file is binary", Where(str(path)))
    if delimiter is None:
        first = text.split("\n", 1)[0]
        delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines = ((reader.line_num, cells) for cells in reader)
    return _with_header(str(path), lines)


def _open_workbook(path: Path, sheet: str | int | None) -> RawTable:
    try:
        import python_calamine
    except ImportError:
        raise MissingExtra(
            "reading a workbook needs python-calamine", Where(str(path)), "pip install govmedia-rules[lists]"
        ) from None
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        pages = names if sheet is None else [names[sheet] if isinstance(sheet, int) else sheet]
        for name in pages:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            filled = [line for line in enumerate(rows, 1) if any(_cell(cell) is not None for cell in line[1])]
            if filled:
                return _with_header(f"{path} [{name}]", iter(filled))
    except (python_calamine.CalamineError, OSError, IndexError, ValueError) as fault:
        place = Where(str(path), table=None if sheet is None else str(sheet))
        raise TableError(f"the workbook cannot be read: {fault}", place) from fault
    raise TableError("the workbook has no filled sheet", Where(str(path)))


def _with_header(name: str, lines: Iterator[tuple[int, Sequence[Any]]]) -> RawTable:
    """Takes the first line with two filled cells as the header; a title line above it has only one."""
    seen: list[str] = []
    for _, cells in lines:
        filled = [str(cell).strip() for cell in cells if _cell(cell) is not None]
        if len(filled) >= 2 or (len(filled) == 1 and len(cells) == 1):
            seen = [str(_cell(cell) or "") for cell in cells]
            break
    else:
        raise TableError("no header row was found", Where(name), "the header is the first row with two filled cells")
    headers = [" ".join(header.split()) or f"column {position}" for position, header in enumerate(seen, 1)]
    if len(set(headers)) != len(headers):
        twice = next(header for header in headers if headers.count(header) > 1)
        raise TableError(f"the header {twice!r} appears twice", Where(name, row=1, column=twice))

    def rows() -> Iterator[tuple[int, dict[str, Any]]]:
        for number, cells in lines:
            values = {header: _text_cell(cell) for header, cell in zip(headers, cells, strict=False)}
            extra = [cell for cell in cells[len(headers) :] if _cell(cell) is not None]
            if extra:
                values[f"column {len(headers) + 1}"] = str(extra[0])
            yield number, values

    return RawTable(name, tuple(headers), rows())
