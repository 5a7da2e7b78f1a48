"""A sheet as a grid of cells, before its header row is found."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from govmedia_rules.tables.files import unguard

_BLANKS = " \t\r\n\u3000\u2003\u200b\ufeff\xa0"
DAY_ZERO, MAC_DAY_ZERO = date(1899, 12, 30), date(1904, 1, 1)
"""The days that serial numbers of dates count from: mostly, and in workbooks that came from a Macintosh."""
_FORMULA_TEXT = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class UnreadCell:
    """A cell that holds no value: an error such as `#N/A`, or a formula whose result was not stored.

    Attributes:
        text: What the cell shows.
        reason: Why it has no value.
    """

    text: str
    reason: str

    def __str__(self) -> str:
        return self.text


BEYOND_HEADER = UnreadCell("比表头多出单元格", "比表头多出单元格")
"""Stands in every column of a row that has more cells than its header: nobody knows which cell belongs to which column."""

Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged block, each as row and column from 0, both included."""


@dataclass(frozen=True)
class Grid:
    """One sheet.

    Attributes:
        name: File or kind of source, for messages.
        rows: Cells row by row; rows may differ in length.
        numbers: Row number of each row as a spreadsheet shows it; () counts from 1.
        sheet: Name of the sheet; None where the source has none.
        merged: Merged blocks.
        is_hidden: Whether the sheet is hidden.
        hidden_rows: Hidden rows, from 0.
        hidden_columns: Hidden columns, from 0.
        is_layout_known: Whether it could be seen what is hidden, and which blank cells hold errors.
        day_zero: The day that serial numbers of dates count from.
        faults: Row (from 0) -> what is wrong with it as a whole.
        cut_after: Number of columns that were read, where filled ones follow them; None where all were read.
        is_delimited: Whether marks part the cells of a row, so that one mark too many shifts the cells after it.
    """

    name: str
    rows: list[list[Any]]
    numbers: tuple[int, ...] = ()
    sheet: str | None = None
    merged: tuple[Merge, ...] = ()
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_layout_known: bool = True
    day_zero: date = DAY_ZERO
    faults: Mapping[int, str] = field(default_factory=dict)
    cut_after: int | None = None
    is_delimited: bool = False

    def number(self, row: int) -> int:
        """Return the row number as a spreadsheet shows it."""
        return self.numbers[row] if self.numbers else row + 1


def text_cell(value: Any) -> Any:
    """Return a cell as text, or as the typed value of its source; None for every kind of blank.

    Numbers without a fraction become the digits that a person typed: codes are identifiers for ever.
    """
    if value.__class__ is str:  # nearly every cell
        text = value.strip(_BLANKS)
        if not text:
            return None
        if text[0] in "'=":
            guarded = _FORMULA_TEXT.fullmatch(text)
            return (guarded[1].strip() or None) if guarded is not None else unguard(text)
        return text
    if value is None or value.__class__.__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.normalize():f}"
    return value
