"""Results as tables: every frame library takes them, and they go to Parquet, Excel and CSV without loss."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from govmedia_rules.core import display
from govmedia_rules.errors import ExportError, MissingExtra, by_language, check_choice, kind_text, kind_text_zh
from govmedia_rules.tables import columns, files
from govmedia_rules.tables.columns import Cell, Heading, missing_frames

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

R = TypeVar("R")

BATCH_ROWS = 10_000
"""Rows that are turned into columns at a time."""

Titles = Literal["zh", "name"]


class Streamed(Generic[R]):
    """Rows that come one at a time and have columns; the base of everything that leaves the library as a table.

    A class says its `headings`, or an instance its own; its instances are iterable, or say their `table_rows`. Frames use the
    names of the headings, files for people the Chinese titles.
    """

    headings: Sequence[Heading[Any]] = ()

    def __iter__(self) -> Iterator[R]:
        raise NotImplementedError

    def table_rows(self) -> Iterator[R]:
        """Return the rows of the table; what iterating gives, unless the class says otherwise."""
        return iter(self)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [heading.name for heading in self.headings]

    def cells(self) -> Iterator[tuple[Cell, ...]]:
        """Return the values of each row, in the order of the columns."""
        getters = [heading.get for heading in self.headings]
        for row in self.table_rows():
            yield tuple([get(row) for get in getters])

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as an Arrow stream with its own schema, also when empty; frame libraries and databases ask for it.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        return self.to_reader().__arrow_c_stream__(requested_schema)

    def to_reader(self) -> pyarrow.RecordBatchReader:
        """Return a reader of record batches, made while they are read.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        try:
            import pyarrow as pa
        except ImportError:
            raise missing_frames("an Arrow table") from None
        schema = columns.arrow_schema(self.headings)
        batches = (columns.arrow_batch(self.headings, rows, schema) for rows in _batches(self.table_rows()))
        return pa.RecordBatchReader.from_batches(schema, batches)

    def to_arrow(self) -> pyarrow.Table:
        """Return a pyarrow table.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        return self.to_reader().read_all()

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas frame with typed columns, also when empty.

        Raises:
            MissingExtra: pandas is not installed.
        """
        if not find_spec_quietly("pandas"):
            raise MissingExtra("a pandas frame needs pandas", hint="pip install pandas", zh="pandas 数据框需要 pandas")
        return columns.pandas_frame(self.headings, list(self.table_rows()))

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame with typed columns, also when empty.

        Raises:
            MissingExtra: polars is not installed.
        """
        if not find_spec_quietly("polars"):
            raise MissingExtra("a polars frame needs polars", hint="pip install polars", zh="polars 数据框需要 polars")
        return columns.polars_frame(self.headings, list(self.table_rows()))

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write a Parquet file, a batch of rows at a time; the file appears when it is complete.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        files.write_parquet(path, self.to_reader())

    def to_csv(self, path: str | os.PathLike[str], *, titles: Titles = "zh") -> None:
        """Write CSV that spreadsheets open with the right characters (UTF-8 with a byte-order mark).

        A text that a spreadsheet would run as a formula gets an apostrophe in front, which `read_*` takes off again.
        Codes keep their leading zeros in the file; a spreadsheet that opens CSV by double click drops them, so use
        `to_excel` for people.

        Args:
            path: The file.
            titles: `zh` heads the columns with the official titles, `name` with the names frames use.
        """
        files.write_csv(path, _heads(self.headings, titles), self.cells())

    def to_excel(self, path: str | os.PathLike[str], *, sheet: str = "", titles: Titles = "zh") -> None:
        """Write a workbook: text stays text, so nothing is run as a formula and no leading zero is lost.

        Instants are shown in China Standard Time. Rows beyond what a sheet holds go on a further sheet; a text longer
        than a cell holds (32,767 characters) is cut with a mark and a warning `CutText`.

        Args:
            path: The file.
            sheet: Name of the sheet; characters that Excel forbids are replaced.
            titles: `zh` heads the columns with the official titles, `name` with the names frames use.

        Raises:
            MissingExtra: xlsxwriter is not installed.
        """
        name = sheet or self.sheet_name()
        files.write_excel(path, [files.Sheet(name, _heads(self.headings, titles), self.headings, self.cells())])

    def sheet_name(self) -> str:
        """Return the name of its sheet in a workbook."""
        return "Sheet1"


if TYPE_CHECKING:
    _SequenceBase = Sequence
else:
    # polars reads anything registered as a Sequence row by row and guesses types, though it offers a typed stream; so at run
    # time this is a sequence in all but name.
    class _SequenceBase(Generic[R]):
        def __iter__(self):
            return (self[position] for position in range(len(self)))

        def __reversed__(self):
            return (self[position] for position in range(len(self) - 1, -1, -1))

        def __contains__(self, value):
            return any(row is value or row == value for row in self)

        def index(self, value, start=0, stop=None):
            return list(self).index(value, start, len(self) if stop is None else stop)

        def count(self, value):
            return list(self).count(value)


class Tabular(_SequenceBase[R], Streamed[R]):
    """Rows that are held: a sequence that `pandas.DataFrame(x)`, `polars.DataFrame(x)`, `pyarrow.table(x)` and DuckDB take."""


class SummaryTable(Tabular[R]):
    """A table made on request, such as counts by chosen groups.

    Args:
        headings: The columns.
        rows: The rows; held.
        name: Name of its sheet in a workbook.
    """

    def __init__(self, headings: Sequence[Heading[R]], rows: Iterable[R], *, name: str = "Sheet1") -> None:
        self.headings = tuple(headings)
        self._rows = tuple(rows)
        self._name = name

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> SummaryTable[R]: ...
    def __getitem__(self, index: int | slice) -> R | SummaryTable[R]:
        if isinstance(index, slice):
            return SummaryTable(self.headings, self._rows[index], name=self._name)
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def sheet_name(self) -> str:
        """Return the name of its sheet in a workbook."""
        return self._name

    def __repr__(self) -> str:
        rows = by_language(f"{len(self)} rows of {', '.join(self.columns)}", f"{len(self)} 行，{len(self.columns)} 列")
        return f"<{self._name}: {rows}>"

    def _repr_html_(self) -> str:
        heads = [heading.title for heading in self.headings]
        shown = (["" if value is None else display.text(value) for value in row] for row in self.cells())
        return display.frame(f"<b>{display.text(self._name)} {len(self)} 行</b>", display.html_table(heads, shown, len(self)))


def _heads(headings: Sequence[Heading[Any]], titles: Titles) -> list[str]:
    check_choice("titles", titles, ("zh", "name"))
    return [heading.title if titles == "zh" else heading.name for heading in headings]


def _batches(rows: Iterable[R]) -> Iterator[list[R]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH_ROWS)):
        yield batch


def find_spec_quietly(module: str) -> bool:
    """Return whether a module can be imported, without importing it."""
    if module in sys.modules:
        return sys.modules[module] is not None
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


FrameKind = Literal["pandas", "polars", "arrow"]
_PACKAGES: dict[FrameKind, str] = {"pandas": "pandas", "polars": "polars", "arrow": "pyarrow"}


def to_frame(rows: Streamed[Any], kind: FrameKind | None = None) -> pandas.DataFrame | polars.DataFrame | pyarrow.Table:
    """Return the table as a frame of the library the caller uses.

    Args:
        rows: Findings, a table of inspections, statistics …
        kind: `pandas`, `polars` or `arrow`; None takes the one that is already loaded, else the one installed.

    Raises:
        MissingExtra: None of them is installed.
        ExportError: `rows` is not a table of this library.

    Example:
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> inspection = gr.load_rulebook("national-2019").inspect(snapshot)
        >>> frame = to_frame(inspection.findings, "pandas")
        >>> frame["status"].tolist().count("failed")
        1
    """
    if not isinstance(rows, Streamed):
        raise ExportError(
            f"this is not a table of this library but {kind_text(rows)}",
            hint="InspectionTable(...) makes one",
            zh=f"这不是本库的表，而是{kind_text_zh(rows)}",
            hint_zh="可用 InspectionTable(...) 生成",
        )
    if kind is None:
        loaded = [name for name, package in _PACKAGES.items() if sys.modules.get(package) is not None]
        candidates = loaded or [name for name, package in _PACKAGES.items() if find_spec_quietly(package)]
        if not candidates:
            raise MissingExtra(
                "a frame needs pandas, polars or pyarrow",
                hint="pip install govmedia-rules[frames]",
                zh="数据框需要 pandas、polars 或 pyarrow",
            )
        kind = candidates[0]
    check_choice("kind", kind, _PACKAGES)
    if kind == "pandas":
        return rows.to_pandas()
    return rows.to_polars() if kind == "polars" else rows.to_arrow()
