"""Tables with headers of several levels, as every form of report writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from govmedia_rules.notices.model import Attachment, Table
from govmedia_rules.reports.text import one_line

Cell = str | int | None
"""A cell: text, a count, or None for a blank, which is never a zero."""


class HeadCell(NamedTuple):
    """A cell of a header with its place and the rows and columns it covers."""

    text: str
    row: int
    column: int
    rows: int
    columns: int


_LONG_ROWS = 60


@dataclass(frozen=True, slots=True)
class ReportGrid:
    """A table ready to be written.

    Attributes:
        header: One tuple of levels for each column, from the top (`("市级政府网站数", "门户")`).
        rows: Its rows; all as long as the header.
        total: The 合计 row; None when there is none.
        caption: Line above it; "" for none.
    """

    header: tuple[tuple[str, ...], ...]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    caption: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.header)

    @property
    def depth(self) -> int:
        """Number of header rows."""
        return max((len(levels) for levels in self.header), default=1)

    @property
    def body(self) -> list[Sequence[Cell]]:
        """All rows, the total last."""
        return [*self.rows, *([] if self.total is None else [self.total])]

    @property
    def is_long(self) -> bool:
        """Whether it is set in small letters with close lines, so that a list of 500 units stays within 20 pages."""
        return len(self.rows) + (self.total is not None) >= _LONG_ROWS

    def head(self) -> list[HeadCell]:
        """Return the header's cells: a level shared by neighbours is one cell, a short column reaches down to the last row."""
        cells: list[HeadCell] = []
        depth = self.depth
        for level in range(depth):
            column = 0
            while column < self.width:
                levels = self.header[column]
                if level >= len(levels):
                    column += 1  # covered by the cell above
                    continue
                is_last = level == len(levels) - 1
                end = column + 1
                # Two columns of one name stay two columns; only a heading above them is shared.
                while not is_last and end < self.width and self._shares(column, end, level):
                    end += 1
                cells.append(HeadCell(levels[level], level, column, depth - level if is_last else 1, end - column))
                column = end
        return cells

    def _shares(self, column: int, other: int, level: int) -> bool:
        left, right = self.header[column], self.header[other]
        return len(right) > level + 1 and left[: level + 1] == right[: level + 1]

    def widths(self, most: int = 60) -> list[int]:
        """Return for each column the half-width columns its longest cell takes: 4 to `most`."""
        widths = [4] * self.width
        for cell in self.head():
            if cell.columns == 1:
                widths[cell.column] = max(widths[cell.column], min(_width(cell.text), 16))
        for row in self.body:
            for column, value in enumerate(row):
                if value is not None:
                    widths[column] = min(max(widths[column], _width(str(value)[: most * 2])), most)
        return widths


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def grid_of(table: Table) -> ReportGrid:
    """Return the grid of a notice's table; text is in one line each, blanks stay blank."""
    header = tuple(tuple(one_line(level) for level in levels) or ("",) for levels in table.header) or tuple(
        (one_line(name),) for name in table.columns
    )
    width = len(header)
    return ReportGrid(
        header, [_row(row, width) for row in table.rows], _row(table.total, width) if table.total else None, one_line(table.caption)
    )


def _row(cells: Sequence[str | None], width: int) -> tuple[str | None, ...]:
    fitted = (*cells, *[None] * width)[:width]
    return tuple(None if cell is None else one_line(cell) for cell in fitted)


LISTED = (
    ("网站名称（政务新媒体账号名称）", "name"),
    ("所属地方或部门", "area"),
    ("首页网址（政务新媒体开设主体）", "place"),
    ("网站标识码（政务新媒体标识码）", "code"),
    ("类型", "type"),
    ("检查结果", "outcome"),
    ("存在的突出问题", "wording"),
    ("备注", "remark"),
)
"""Columns of a list of subjects that comes without a table of its own; columns nobody fills are left out."""


def grids_of(attachment: Attachment) -> list[ReportGrid]:
    """Return the grids of an attachment: its tables, else its score bands and its lists."""
    if attachment.tables:
        return [grid_of(table) for table in attachment.tables]
    grids = []
    if attachment.bands:
        rows = [
            (one_line(band.text), "\n".join("、".join(map(one_line, group)) for group in band.groups)) for band in attachment.bands
        ]
        grids.append(ReportGrid((("得分",), ("政府网站名称",)), rows))
    if attachment.listed:
        listed = [
            {
                "name": unit.name,
                "area": unit.area,
                "place": unit.url or unit.owner,
                "code": unit.code,
                "type": unit.platform_text or ("网站" if unit.kind == "site" else None),
                "outcome": unit.outcome,
                "wording": unit.wording or "、".join(unit.problems) or None,
                "remark": unit.remark,
            }
            for unit in attachment.listed
        ]
        kept = [(head, key) for head, key in LISTED if any(unit[key] is not None for unit in listed)]
        body = [(str(number), *_row([unit[key] for _, key in kept], len(kept))) for number, unit in enumerate(listed, 1)]
        grids.append(ReportGrid((("序号",), *((head,) for head, _ in kept)), body))
    return grids


_COUNT = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,4})?\Z")
_CODES = ("码", "编号", "代码", "电话", "账号", "ID", "id", "文号", "备案")


def counts_in(grid: ReportGrid) -> list[bool]:
    """Return for each column whether its cells may be stored as numbers; codes may not, nor anything with a leading zero."""
    kept = [not any(word in "".join(levels) for word in _CODES) for levels in grid.header]
    filled = [False] * grid.width
    for row in grid.body:
        for column, value in enumerate(row):
            if isinstance(value, str) and value:
                filled[column] = True
                # A 合计 in the first column says nothing about the numbers below it.
                kept[column] = kept[column] and (_COUNT.match(value) is not None or (row is grid.total and value in _TOTALS))
            elif isinstance(value, int):
                filled[column] = True
    return [is_kept and other for is_kept, other in zip(kept, filled, strict=True)]


_TOTALS = ("合计", "总计", "小计")


def as_count(value: str) -> int | float | None:
    """Return the number a cell holds, exactly; None when it is none."""
    if _COUNT.match(value) is None:
        return None
    return float(value) if "." in value else int(value)


def taken_apart(rows: Iterable[Sequence[object]]) -> list[tuple[Cell, ...]]:
    """Return rows of any values as cells: whole numbers stay numbers, None stays blank, all else is text in its own lines."""
    return [
        tuple(value if value is None or (isinstance(value, int) and not isinstance(value, bool)) else str(value) for value in row)
        for row in rows
    ]
