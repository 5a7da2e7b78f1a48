"""Open a table of any kind: CSV, TSV, XLSX, XLS, ODS, Parquet, a data frame, a DuckDB relation, or a list of mappings.

Nothing is guessed about a cell beyond its text: leading zeros survive and blank cells become None.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any

from govmedia_rules.errors import MissingExtra, TableError, Where
from govmedia_rules.tables.columns import missing_frames
from govmedia_rules.tables.files import unguard
from govmedia_rules.tables.model import RawTable

MAX_BYTES = 512 * 1024 * 1024
"""Largest table file that is opened."""


def open_table(source: Any, *, sheet: str | int | None = None) -> RawTable:
    """Open a table of any supported kind; see `read_models`.

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
    """Return None for every kind of blank, stripped text, and whole floats as the digits a person typed."""
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
    """Take the first line with two filled cells as the header; a title line above it has only one."""
    names: list[str] = []
    for _, cells in lines:
        filled = [str(cell).strip() for cell in cells if _cell(cell) is not None]
        if len(filled) >= 2 or (len(filled) == 1 and len(cells) == 1):
            names = [str(_cell(cell) or "") for cell in cells]
            break
    else:
        raise TableError("no header row was found", Where(name), "the header is the first row with two filled cells")
    headers = [" ".join(header.split()) or f"column {position}" for position, header in enumerate(names, 1)]
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
