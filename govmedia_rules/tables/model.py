"""What readers of tables give: rows as they are in the source, rows as models, and what could not be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from govmedia_rules.core import display
from govmedia_rules.errors import by_language
from govmedia_rules.tables.grids import DAY_ZERO

if TYPE_CHECKING:
    import pyarrow

R = TypeVar("R")


UNUSED_ROW = "有内容的列都没有用到"
"""Why a row gives nothing whose filled cells stand in columns that were not understood."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row or a cell that could not be used.

    Attributes:
        row: Row number as a spreadsheet shows it: the header is row 1.
        column: Header of the column at fault; None when the fault lies between columns.
        value: The cell as read.
        reason: What is wrong with it.
        used: Whether the row is used all the same, without this cell.
        sheet: Sheet of a workbook; None where the source has none.
    """

    row: int
    column: str | None
    value: str | None
    reason: str
    used: bool = False
    sheet: str | None = None


@dataclass(frozen=True)
class RawTable:
    """A table before anything was made of it.

    Attributes:
        name: File or kind of source, for messages.
        columns: Headers in order.
        rows: Pairs of row number (header = 1) and cells by header; blank cells are None, all others text, or the typed
            value the source held.
        types: Type of each column as the source names it (`int64`, `timestamp[us]`); {} where cells have no type (CSV).
        sheet: Sheet of a workbook; None where the source has none.
        rejected: Rows that hold no data (totals, notes, repeated headers), and rows of a text file that were mended.
        remarks: What a reader should know of the sheet: hidden rows and columns that were read, hidden sheets that were not.
        day_zero: The day that serial numbers of dates count from.
        above: Texts above the header: titles, 填报时间.
        sections: Row number -> titles of the rows among which it stands, the widest first (二、微博); {} where no such title is.
        to_arrow: Gives the cells as a pyarrow table, row for row as the source has them; None where the source is no frame, and
            it gives None where pyarrow is not installed or cannot hold the cells as they are.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[int, dict[str, Any]]]
    types: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    rejected: tuple[BadRow, ...] = ()
    remarks: tuple[BadRow, ...] = ()
    day_zero: date = DAY_ZERO
    above: tuple[str, ...] = ()
    sections: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    to_arrow: Callable[[], pyarrow.Table | None] | None = None

    def with_skipped(self, sheets: Sequence[str]) -> RawTable:
        """Return the table with a remark on hidden sheets that have such a table too and were not read."""
        notes = tuple(BadRow(0, None, sheet, "隐藏的工作表没有读；需要时用 sheet= 指明", sheet=sheet) for sheet in sheets)
        return replace(self, remarks=(*self.remarks, *notes)) if notes else self


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

    @property
    def is_unused(self) -> bool:
        """Whether nothing is read from it, or, of a column of remarks, only whether it speaks of closing."""
        return self.field is None or self.field == "remark"


@dataclass(frozen=True)
class Rows(Sequence[R], Generic[R]):
    """The rows of a table as models, and apart from them the rows that could not be used.

    Attributes:
        good: The models, in order.
        bad: Rows that could not be used, and cells that were not read (`used`: the row is there without them).
        columns: Every column of the source, what it was used for and its type.
        rejected: Rows that hold no data: totals, notes, repeated headers.
        remarks: What was mended or should be known: hidden rows, restored codes, rows of one account that were merged.
        places: Sheet and row number of each of `good`.
        missing: Usual headers of facts that no column gives, though verdicts need them.
    """

    good: tuple[R, ...]
    bad: tuple[BadRow, ...] = ()
    columns: tuple[ColumnUse, ...] = field(default=(), repr=False)
    rejected: tuple[BadRow, ...] = field(default=(), repr=False)
    remarks: tuple[BadRow, ...] = field(default=(), repr=False)
    places: tuple[tuple[str | None, int], ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = field(default=(), repr=False)

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """Headers that were not understood, in order, and in brackets the facts that verdicts need and no column gives."""
        return (*dict.fromkeys(self.unused), *(f"（缺：{name}）" for name in self.missing))

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers no field was found for."""
        return tuple(column.header for column in self.columns if column.is_unused)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        return self.good[index]

    def __len__(self) -> int:
        return len(self.good)

    def __repr__(self) -> str:
        return by_language(f"<{len(self.good)} rows, {len(self.bad)} faults>", f"<{len(self.good)} 行，{len(self.bad)} 处错误>")

    def _repr_html_(self) -> str:
        used = [
            (display.text(use.header, 60), display.code(use.field or "（未用）"), display.text(use.type or "", 40))
            for use in self.columns
        ]
        columns = (
            display.collapsible(f"{len(used)} 列", display.html_table(("表头", "字段", "类型"), used, len(used))) if used else ""
        )
        faults = (
            (str(fault.row), display.text(fault.column or "", 60), display.text(fault.value or "", 80), display.text(fault.reason))
            for fault in self.bad
        )
        bad = display.html_table(("行", "列", "内容", "问题"), faults, len(self.bad)) if self.bad else ""
        head = f"<b>读入 {len(self.good)} 行</b>" + (f" {display.badge(f'{len(self.bad)} 处错误', 'bad')}" if self.bad else "")
        return display.frame(head, columns, bad)
