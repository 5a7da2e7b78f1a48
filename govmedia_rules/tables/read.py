"""Any table as rows of named cells: CSV, TSV, XLSX, XLS, ODS, a data frame, a DuckDB relation, or a list of dicts.

Nothing is guessed about a cell beyond its text: leading zeros survive, blank cells become None, and a row that cannot
be used is set apart with its number, column, value and reason while the others go on.
"""

from __future__ import annotations

import csv
import io
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from pydantic import BaseModel, ValidationError

from govmedia_rules.core import display
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import LossyColumn, MissingExtra, TableError, Where
from govmedia_rules.tables.columns import missing_frames
from govmedia_rules.tables.files import unguard

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
        types: Type of each column as the source names it (`int64`, `timestamp[us]`); {} where cells have no type (CSV).
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[int, dict[str, Any]]]
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one column of a table is used for.

    Attributes:
        header: Its header.
        field: The field it fills; None when it is not used.
        type: Its type as the source names it; None where cells have no type of their own.
        remark: What may be wrong with the type; None when nothing is.
    """

    header: str
    field: str | None
    type: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class Rows(Sequence[M], Generic[M]):
    """The rows of a table as models, and apart from them the rows that could not be used.

    Attributes:
        good: The models, in order.
        bad: Rows set apart, one entry for each fault.
        columns: Every column of the source, what it was used for and its type.
    """

    good: tuple[M, ...]
    bad: tuple[BadRow, ...] = ()
    columns: tuple[ColumnUse, ...] = field(default=(), repr=False)

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers no field was found for."""
        return tuple(column.header for column in self.columns if column.field is None)

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

    def _repr_html_(self) -> str:
        used = [
            (display.text(use.header, 60), display.code(use.field or "（未用）"), display.text(use.type or "", 40))
            for use in self.columns
        ]
        columns = display.fold(f"{len(used)} 列", display.table(("表头", "字段", "类型"), used, len(used))) if used else ""
        faults = (
            (str(one.row), display.text(one.column or "", 60), display.text(one.value or "", 80), display.text(one.reason))
            for one in self.bad
        )
        bad = display.table(("行", "列", "内容", "问题"), faults, len(self.bad)) if self.bad else ""
        head = f"<b>读入 {len(self.good)} 行</b>" + (f" {display.badge(f'{len(self.bad)} 处错误', 'bad')}" if self.bad else "")
        return display.frame(head, columns, bad)


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
    columns = match_columns(table, [Wanted(kind, expected_types(model))], headers=headers, required=required, given=defaults or ())
    fields = {column.header: column.field for column in columns if column.field is not None}
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
    return Rows(tuple(good), tuple(bad), columns)


@dataclass(frozen=True)
class Wanted:
    """Fields a table may fill.

    Attributes:
        kind: Which header aliases lead to them, see `header_aliases`.
        types: The fields, each with what its cells must be: `text`, `code`, `number`, `boolean` or `moment`.
    """

    kind: str
    types: Mapping[str, str]


def expected_types(model: type[BaseModel]) -> dict[str, str]:
    """What the cells of each field of a model must be."""
    found = {}
    for name, info in model.model_fields.items():
        inner = [one for one in getattr(info.annotation, "__args__", (info.annotation,)) if one is not type(None)]
        if datetime in inner or date in inner:
            found[name] = "moment"
        elif bool in inner:
            found[name] = "boolean"
        elif int in inner or float in inner:
            found[name] = "number"
        else:
            found[name] = "code" if name in _CODES else "text"
    return found


_CODES = frozenset({"code", "region", "id", "account_code"})


def match_columns(
    table: RawTable,
    wanted: Sequence[Wanted],
    *,
    headers: Mapping[str, str] | None = None,
    required: Sequence[str] = (),
    given: Iterable[str] = (),
) -> tuple[ColumnUse, ...]:
    """Finds the field of each column and looks at the types of the columns, before any value is touched.

    Args:
        table: The table.
        wanted: Fields it may fill; where a header leads to two of them, the first wins.
        headers: Further headers, as written -> field; they win over the built-in aliases.
        required: Fields without which the table is useless.
        given: Fields whose value comes from elsewhere.

    Raises:
        TableError: Two columns serve one field, a required column is missing, or a column has a type its field cannot be
            read from; all such columns are named at once.

    Warns:
        LossyColumn: Codes are kept as numbers, which drop leading zeros.
    """
    own = {key_of(header): name for header, name in (headers or {}).items()}
    unknown = sorted(set(own.values()) - {name for one in wanted for name in one.types})
    if unknown:
        raise TableError(f"headers= names fields that do not exist: {', '.join(unknown)}", Where(table.name))
    uses: list[ColumnUse] = []
    taken: dict[str, str] = {}
    wrong: list[str] = []
    for header in table.columns:
        name, expected = _field_of(header, wanted, own)
        if name is None:
            uses.append(ColumnUse(header, None, table.types.get(header)))
            continue
        if name in taken:
            raise TableError(
                f"columns {taken[name]!r} and {header!r} both give {name}",
                Where(table.name, column=header),
                "rename one, or pass headers={...}",
            )
        taken[name] = header
        shown = table.types.get(header)
        fits, remark = _fits(expected, shown)
        if not fits:
            wrong.append(f"column {header!r} holds {shown}, {name} is read from {expected}")
        elif remark is not None:
            warnings.warn(f"{table.name}: column {header!r} holds {shown}: {remark}", LossyColumn, stacklevel=4)
        uses.append(ColumnUse(header, name, shown, remark))
    if wrong:
        raise TableError("; ".join(wrong), Where(table.name), "convert the columns before reading")
    missing = [name for name in required if name not in taken and name not in set(given)]
    if missing:
        spellings = {
            name: [spelt for one in wanted for spelt, of in header_aliases(one.kind).items() if of == name][:4] for name in missing
        }
        raise TableError(f"no column gives {spellings}; the columns are {list(table.columns)}", Where(table.name))
    return tuple(uses)


def _field_of(header: str, wanted: Sequence[Wanted], own: Mapping[str, str]) -> tuple[str | None, str]:
    key = key_of(header)
    told = own.get(key)
    for one in wanted:
        name = told or header_aliases(one.kind).get(key)
        if name is not None and name in one.types:
            return name, one.types[name]
    return None, ""


_TYPE_FAMILIES = (
    ("nested", ("list", "struct", "map", "array", "object(", "union")),
    ("binary", ("binary", "blob", "bytes")),
    ("moment", ("date", "time")),
    ("boolean", ("bool",)),
    ("number", ("int", "float", "double", "decimal", "hugeint", "numeric", "real")),
)


def _family(shown: str | None) -> str:
    """`text`, `number`, `moment`, `boolean`, `binary`, `nested`; text also stands for cells of any type."""
    low = (shown or "").lower()
    return next((family for family, words in _TYPE_FAMILIES if any(word in low for word in words)), "text")


def _fits(expected: str, shown: str | None) -> tuple[bool, str | None]:
    """Whether a field can be read from a column of this type, and what may have been lost."""
    family = _family(shown)
    if family in ("nested", "binary"):
        return False, None
    if family == "text" or family == expected:
        return True, None
    if expected == "code" and family == "number":
        return True, "numbers have no leading zeros; read such columns as text (dtype=str)"
    if family == "number":
        return expected in ("text", "moment", "boolean"), None  # 20240801, 1 and 0
    return expected == "text", None


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


def open_table(source: Any, *, sheet: str | int | None = None) -> RawTable:
    """A table of any supported kind; see `read_models` for the kinds.

    Raises:
        TableError: The source is of no supported kind or cannot be opened.
        MissingExtra: A workbook is given and the extra `lists` is not installed.
    """
    if isinstance(source, str | PathLike):
        return _open_file(Path(source), sheet)
    kind = f"{type(source).__module__.split('.')[0]}.{type(source).__name__}"
    if hasattr(source, "to_batches") and hasattr(source, "schema"):  # pyarrow
        return _from_batches(kind, source.schema, source.to_batches())
    if hasattr(source, "to_pylist") and hasattr(source, "schema"):  # one record batch of pyarrow
        return _from_batches(kind, source.schema, [source])
    if hasattr(source, "collect_schema") and hasattr(source, "collect"):  # a lazy frame of polars
        source = source.collect()
    if hasattr(source, "iter_rows") and hasattr(source, "columns"):  # polars
        columns = [str(name) for name in source.columns]
        types = dict(zip(columns, map(str, source.dtypes), strict=True))
        return _from_rows(kind, columns, source.iter_rows(), types)
    if hasattr(source, "itertuples") and hasattr(source, "columns"):  # pandas
        columns = [str(name) for name in source.columns]
        types = dict(zip(columns, map(str, source.dtypes), strict=True))
        return _from_rows(kind, columns, source.itertuples(index=False, name=None), types)
    if hasattr(source, "fetchall") and hasattr(source, "columns"):  # duckdb
        columns = [str(name) for name in source.columns]
        types = dict(zip(columns, map(str, source.types), strict=True))
        return _from_rows(kind, columns, source.fetchall(), types)
    if isinstance(source, Iterable):
        records = list(source)
        if all(isinstance(record, Mapping) for record in records):
            names = dict.fromkeys(str(key) for record in records for key in record)
            return _from_records("rows", list(names), records)
    raise TableError(f"cannot read a table from {kind}", hint="a path, a data frame, or a list of dicts")


def _from_records(name: str, columns: list[str], records: Iterable[Mapping[Any, Any]]) -> RawTable:
    rows = ((number, {str(key): _text_cell(value) for key, value in record.items()}) for number, record in enumerate(records, 2))
    return RawTable(name, tuple(columns), rows)


def _from_rows(name: str, columns: list[str], rows: Iterable[Sequence[Any]], types: Mapping[str, str]) -> RawTable:
    if len(set(columns)) != len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise TableError(f"the column {twice!r} appears twice", Where(name, column=twice))
    numbered = ((number, dict(zip(columns, map(_text_cell, row)))) for number, row in enumerate(rows, 2))  # noqa: B905 - of one frame
    return RawTable(name, tuple(columns), numbered, types)


def _from_batches(name: str, schema: Any, batches: Iterable[Any]) -> RawTable:
    columns = [str(column) for column in schema.names]
    rows = chain.from_iterable(zip(*(column.to_pylist() for column in batch.columns), strict=True) for batch in batches)
    return _from_rows(name, columns, rows, {field.name: str(field.type) for field in schema})


def _cell(value: Any) -> Any:
    """None for every kind of blank; text stripped; whole floats as the digits a person typed."""
    if value is None:
        return None
    if isinstance(value, str):
        return unguard(value.strip()) or None
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
    if value.__class__ is str:  # nearly every cell
        text = value.strip()
        return (unguard(text) if text[0] == "'" else text) if text else None
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
    if suffix in {".parquet", ".pq"}:
        return _open_parquet(path)
    hint = "csv, tsv, xlsx, xls, ods or parquet"
    raise TableError(f"cannot read {suffix or 'a file without ending'} as a table", Where(str(path)), hint)


def _open_parquet(path: Path) -> RawTable:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing_frames("reading Parquet") from None
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise TableError(f"the file is not Parquet: {fault}", Where(str(path))) from fault
    return _from_batches(str(path), file.schema_arrow, file.iter_batches())


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
