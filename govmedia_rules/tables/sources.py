"""Open a table of any kind: a file, a data frame, a DuckDB relation, or a list of mappings.

What a file is shows in its first bytes, not in its name. Nothing is guessed about a cell beyond its text: leading zeros survive
and blank cells become None.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govmedia_rules.core.parallel import run_limited
from govmedia_rules.errors import TableError, Where, choices, choices_zh
from govmedia_rules.tables.archives import not_readable
from govmedia_rules.tables.columns import missing_frames
from govmedia_rules.tables.delimited import read_delimited
from govmedia_rules.tables.grids import Grid, text_cell
from govmedia_rules.tables.layout import FORM_ROW, LEAST_FIELDS, SCANNED_ROWS, FieldOf, find_tables, simple_table, turned
from govmedia_rules.tables.markup import read_markup
from govmedia_rules.tables.model import RawTable
from govmedia_rules.tables.workbooks import MEMORY, read_workbook

if TYPE_CHECKING:
    import pyarrow

_log = logging.getLogger(__name__)

MAX_BYTES = 512 * 1024 * 1024
"""Largest table file that is opened."""
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"})
_TEXTS = frozenset({".csv", ".tsv", ".txt"})
_BYTES_PER_CPU_SECOND = 20_000_000


def open_table(source: Any, *, sheet: str | int | None = None) -> RawTable:
    """Open a table whose header is its first row with two filled cells.

    Args:
        source: Path of a CSV, TSV, XLSX, XLS, ODS, ET or Parquet file; a pandas, polars or Arrow table; a DuckDB relation; or
            an iterable of mappings.
        sheet: Sheet of a workbook by name or position; None takes the first that is filled.

    Raises:
        TableError: The source is of no supported kind or cannot be opened.
        MissingExtra: A workbook is given and the extra `lists` is not installed.
    """
    opened = _open(source, sheet)
    if isinstance(opened, RawTable):
        return opened
    for grid in opened:
        table = simple_table(grid)
        if table is not None:
            return table
    hint, hint_zh = "the header is the first row with two filled cells", "表头应为第一个至少有两格内容的行"
    raise TableError("no header row was found", _file_of(source), hint, "没有找到表头", hint_zh)


def open_tables(
    source: Any,
    field_of: FieldOf,
    *,
    needed: str = "name",
    alone: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
) -> list[RawTable]:
    """Open every table of a source whose header row has known headers, wherever that row is.

    Args:
        source: See `open_table`.
        field_of: Gives the field of a header, or None.
        needed: Field without which a row is no header row.
        alone: Another field that makes a row of data, where it is the only one that is filled.
        sheet: Sheet of a workbook by name or position; None reads all that have such a header, hidden ones only where no
            other has.
        header: Number of the header row as a spreadsheet shows it; None finds it.

    Raises:
        TableError: See `open_table`; or there is no such sheet or row, and the error lists what there is.
    """
    opened = _open(source, sheet)
    if isinstance(opened, RawTable):
        if header is None and any(field_of(column) == needed for column in opened.columns):
            return [opened]
        rows: list[list[Any]] = [
            list(opened.columns),
            *([cells.get(column) for column in opened.columns] for _, cells in opened.rows),
        ]
        return find_tables(Grid(opened.name, rows), field_of, needed=needed, alone=alone, header=header) or [
            _open_again(source, opened)
        ]
    grids = list(opened)
    shown = [grid for grid in grids if not grid.is_hidden]
    hidden = [grid for grid in grids if grid.is_hidden]
    for group in (shown, hidden):
        of_grids = [(grid, find_tables(grid, field_of, needed=needed, alone=alone, header=header)) for grid in group]
        is_any = any(upright for _, upright in of_grids)
        tables = []
        for grid, upright in of_grids:
            # A sheet that explains the headers of another one is no table.
            may_lie = header is None and (upright or not is_any) and len(grid.rows) <= SCANNED_ROWS
            tables += (_lying(grid, upright, field_of, needed, alone) if may_lie else None) or upright
        if tables:
            _refuse_form(tables)
            skipped = [] if group is hidden else [grid.sheet or "" for grid in hidden if find_tables(grid, field_of, needed=needed)]
            return [table.with_skipped(tuple(skipped)) if at == 0 else table for at, table in enumerate(tables)]
    simple = next((table for grid in grids if (table := simple_table(grid)) is not None), None)
    if simple is None:
        hint, hint_zh = "look at the sheet, or name the row with header=", "请检查工作表，或用 header= 指明表头所在行"
        raise TableError("no header row was found", _file_of(source), hint, "没有找到表头", hint_zh)
    return [simple]


def _lying(grid: Grid, upright: list[RawTable], field_of: FieldOf, needed: str, alone: str | None) -> list[RawTable]:
    """Return the tables of a sheet with one account a column: only where the words of headers in a column leave no doubt."""
    if any(_known(table, field_of) > LEAST_FIELDS for table in upright):
        return []
    tables = find_tables(turned(grid), field_of, needed=needed, alone=alone)
    return [table for table in tables if _known(table, field_of) > LEAST_FIELDS]


def _refuse_form(tables: Sequence[RawTable]) -> None:
    """Refuse a sheet of labels and values, in which no row holds data.

    Raises:
        TableError: It is one.
    """
    if any(list(table.rows) for table in tables):
        return
    form = next((table for table in tables if any(row.reason == FORM_ROW for row in table.rejected)), None)
    if form is not None:
        what, zh = "this is a form of labels and values, not a table", "这是“项目—内容”式的登记表，不是一行一个对象的表"
        hint, hint_zh = (
            "put each subject in one row, under a row of headers",
            "请改为一行一个对象，第一行写表头（名称、平台、最后更新时间等）",
        )
        raise TableError(what, Where(form.name, table=form.sheet), hint, zh, hint_zh)


def _known(table: RawTable, field_of: FieldOf) -> int:
    """Return how many fields the headers of a table lead to."""
    return len({field_of(column) for column in table.columns} - {None})


def _file_of(source: object) -> Where | None:
    return Where(str(source)) if isinstance(source, str | PathLike) else None


def _open_again(source: Any, opened: RawTable) -> RawTable:
    """Return a table whose rows have been taken by a look for its header."""
    again = _open(list(source) if isinstance(source, Iterator) else source, None)
    return again if isinstance(again, RawTable) else opened


def _open(source: Any, sheet: str | int | None) -> RawTable | Iterable[Grid]:
    if isinstance(source, str | PathLike):
        return _open_file(Path(source), sheet)
    kind = f"{type(source).__module__.split('.')[0]}.{type(source).__name__}"
    if hasattr(source, "to_batches") and hasattr(source, "schema"):  # pyarrow
        return _from_batches(kind, source.schema, source.to_batches(), partial(arrow_of, source))
    if hasattr(source, "to_pylist") and hasattr(source, "schema"):  # one record batch of pyarrow
        return _from_batches(kind, source.schema, [source], partial(arrow_of, source))
    if hasattr(source, "collect_schema") and hasattr(source, "collect"):  # a lazy frame of polars
        source = source.collect()
    if hasattr(source, "iter_rows") and hasattr(source, "columns"):  # polars
        columns = [str(name) for name in source.columns]
        types = dict(zip(columns, map(str, source.dtypes), strict=True))
        return _from_rows(kind, columns, source.iter_rows(), types, partial(arrow_of, source))
    if hasattr(source, "itertuples") and hasattr(source, "columns"):  # pandas
        columns = [str(name) for name in source.columns]
        types = dict(zip(columns, map(str, source.dtypes), strict=True))
        return _from_rows(kind, columns, source.itertuples(index=False, name=None), types, partial(arrow_of, source))
    if hasattr(source, "fetchall") and hasattr(source, "columns"):  # duckdb
        columns = [str(name) for name in source.columns]
        types = dict(zip(columns, map(str, source.types), strict=True))
        return _from_rows(kind, columns, source.fetchall(), types)
    if isinstance(source, Iterable):
        records = list(source)
        if all(isinstance(record, Mapping) for record in records):
            names = dict.fromkeys(str(key) for record in records for key in record)
            return _from_records("rows", list(names), records)
    hint, hint_zh = "give a path, a data frame, or a list of dicts", "请给出文件路径、数据框或字典列表"
    raise TableError(f"cannot read a table from {kind}", None, hint, f"不能从 {kind} 读出表", hint_zh)


def _from_records(name: str, columns: list[str], records: Iterable[Mapping[Any, Any]]) -> RawTable:
    rows = ((number, {str(key): text_cell(value) for key, value in record.items()}) for number, record in enumerate(records, 2))
    return RawTable(name, tuple(columns), rows)


def _from_rows(
    name: str,
    columns: list[str],
    rows: Iterable[Sequence[Any]],
    types: Mapping[str, str],
    to_arrow: Callable[[], pyarrow.Table | None] | None = None,
) -> RawTable:
    if len(set(columns)) != len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise TableError(
            f"the column {twice!r} appears twice",
            Where(name, column=twice),
            "rename one of the two columns",
            zh=f"列“{twice}”重复",
            hint_zh="请改其中一列的列名",
        )
    numbered = ((number, dict(zip(columns, map(text_cell, row)))) for number, row in enumerate(rows, 2))  # noqa: B905 - of one frame
    return RawTable(name, tuple(columns), numbered, types, to_arrow=to_arrow)


def _from_batches(
    name: str, schema: Any, batches: Iterable[Any], to_arrow: Callable[[], pyarrow.Table | None] | None = None
) -> RawTable:
    columns = [str(column) for column in schema.names]
    rows = chain.from_iterable(zip(*(column.to_pylist() for column in batch.columns), strict=True) for batch in batches)
    return _from_rows(name, columns, rows, {field.name: str(field.type) for field in schema}, to_arrow)


def arrow_of(frame: Any) -> pyarrow.Table | None:
    """Return a frame as a pyarrow table with the same cells; None without pyarrow, or where a column would change its cells."""
    try:
        import pyarrow as pa
    except ImportError:
        return None
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if isinstance(frame, pa.Table):
        return frame
    try:
        if hasattr(frame, "to_arrow"):  # polars
            return frame.to_arrow()
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except Exception:  # a frame may hold objects of any kind, which each library refuses in its own way
        return None
    # A column of objects may mix kinds, which Arrow would make one; only texts are sure to stay what they are.
    mixed = [str(name) for name, kind in frame.dtypes.items() if str(kind) == "object"]
    return table if all(_is_text(pa, table.schema.field(name).type) for name in mixed) else None


def _is_text(pa: Any, kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def _open_file(path: Path, sheet: str | int | None) -> RawTable | Iterable[Grid]:
    where = Where(str(path))
    _log.debug("reading %s", path)
    if not path.is_file():
        raise TableError("no such file", where, "look at the path", zh="没有这个文件", hint_zh="请检查路径")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TableError(
            f"the file has {size} bytes, more than the {MAX_BYTES} allowed",
            where,
            "split it",
            zh=f"文件有 {size} 字节，超过允许的 {MAX_BYTES}",
            hint_zh="请拆分后再读",
        )
    with path.open("rb") as file:
        start = file.read(512)
    suffix = path.suffix.lower()
    if start.startswith(b"PAR1") or suffix in {".parquet", ".pq"}:
        return _open_parquet(path)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _chosen(path, read_workbook(path), sheet)
    if suffix in _WORKBOOKS | _TEXTS | {".htm", ".html"}:
        if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            return _chosen(path, read_markup(path), sheet)
        if suffix in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
            raise not_readable(path, "the workbook cannot be read", "工作簿不能读")
        return [read_delimited(path, "\t" if suffix == ".tsv" else None)]
    what, zh = f"cannot read {suffix or 'a file without ending'} as a table", f"不能把 {suffix or '没有扩展名的文件'} 读作表"
    forms = ("csv", "tsv", "xlsx", "xls", "ods", "et", "parquet")
    raise TableError(what, where, f"there are {', '.join(forms)}", zh, f"可读的有 {'、'.join(forms)}")


def _chosen(path: Path, grids: Iterator[Grid], sheet: str | int | None) -> list[Grid]:
    """Return the grids of a file, or the one that `sheet` names."""
    if sheet is None:
        return list(grids)
    named = list(grids)
    names = [grid.sheet for grid in named]
    if isinstance(sheet, int) and -len(named) <= sheet < len(named):
        return [named[sheet]]
    if sheet in names:
        return [named[names.index(str(sheet))]]
    shown = [str(name) for name in names]
    what, zh = f"there is no sheet {sheet!r}", f"没有工作表 {sheet!r}"
    raise TableError(what, Where(str(path), table=str(sheet)), choices(sheet, shown, 40), zh, choices_zh(sheet, shown, 40))


def _open_parquet(path: Path) -> RawTable:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing_frames("reading Parquet") from None
    hint, hint_zh = "the file is damaged or another kind; export it again", "文件已损坏或不是 Parquet：请重新导出"
    seconds = 3 + path.stat().st_size // _BYTES_PER_CPU_SECOND
    try:
        # A damaged file can end the process that reads it.
        run_limited(Path(__file__).with_name("probe.py"), ["parquet", str(path)], cpu_seconds=seconds, memory=8 * MEMORY)
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, ChildProcessError, OSError) as fault:
        raise TableError(f"the file is not Parquet: {fault}", Where(str(path)), hint, "文件不是 Parquet", hint_zh) from fault
    return _from_batches(str(path), file.schema_arrow, file.iter_batches())
