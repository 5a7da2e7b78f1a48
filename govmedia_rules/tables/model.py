"""What readers of tables give: rows as they are in the source, rows as models, and what could not be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, overload

from govmedia_rules.core import display

R = TypeVar("R")


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
class Rows(Sequence[R], Generic[R]):
    """The rows of a table as models, and apart from them the rows that could not be used.

    Attributes:
        good: The models, in order.
        bad: Rows set apart, one entry for each fault.
        columns: Every column of the source, what it was used for and its type.
    """

    good: tuple[R, ...]
    bad: tuple[BadRow, ...] = ()
    columns: tuple[ColumnUse, ...] = field(default=(), repr=False)

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers no field was found for."""
        return tuple(column.header for column in self.columns if column.field is None)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
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
            (str(fault.row), display.text(fault.column or "", 60), display.text(fault.value or "", 80), display.text(fault.reason))
            for fault in self.bad
        )
        bad = display.table(("行", "列", "内容", "问题"), faults, len(self.bad)) if self.bad else ""
        head = f"<b>读入 {len(self.good)} 行</b>" + (f" {display.badge(f'{len(self.bad)} 处错误', 'bad')}" if self.bad else "")
        return display.frame(head, columns, bad)
