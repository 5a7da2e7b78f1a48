"""Finds tables that stand in the lines of a text: cells divided by tabs, bars or blanks, or one cell a line.

A line of column names begins a table, and a row is taken only where it is certain which cell belongs to which column: it has
as many cells as the table has columns, its serial number is the next one, and the cell of the platform names a platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from govmedia_rules.notices.labels import platform_of_label
from govmedia_rules.notices.listing import column_roles, lists_subjects
from govmedia_rules.notices.model import Table
from govmedia_rules.notices.outline import notice_words
from govmedia_rules.notices.sources import Cell, SourceGrid

_MOST_COLUMNS = 12
_LONGEST_NAME = 16
"""Characters of the name of a column."""
_LONGEST_ROW = 400
_SERIAL = re.compile(r"([0-9]{1,4})[.、]?")


class _Header:
    """The columns of a table, and what tells that a row fits them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(re.sub(r"\s", "", name) for name in names)
        self.roles = column_roles(Table(columns=self.names))
        serials = notice_words()["tables"]["serial"]
        self.serial = next((i for i, name in enumerate(self.names) if name in serials), None)

    @property
    def lists(self) -> bool:
        """Whether every name is one of a column, and together they list subjects with what was found."""
        known = {*self.roles.values(), self.serial}
        named = all(i in known or re.search("[数率量分]$|时间$|日期$|期限$|排名$", name) for i, name in enumerate(self.names))
        return named and all(self.names) and lists_subjects(self.roles)

    def row(self, cells: Sequence[str], number: int) -> list[str] | None:
        """Return the cells of the `number`-th row, one a column; None where it is not certain which is which."""
        platform, width = self.roles.get("platform"), len(self.names)
        if self.serial is not None:
            serial = _SERIAL.fullmatch(cells[self.serial]) if self.serial < len(cells) else None
            if serial is None or int(serial[1]) != number:
                return None
        if platform is not None and (platform >= len(cells) or not _names_platform(cells[platform])):
            return None
        if len(cells) == width:
            return list(cells)
        # The last column of all follows a platform in its place: a blank in it divides no cells, and it may be empty.
        if platform == width - 2 and len(cells) > platform and self.serial is not None:
            return [*cells[: width - 1], " ".join(cells[width - 1 :])]
        return None


def _names_platform(cell: str) -> bool:
    return len(cell) <= _LONGEST_NAME and ("网站" in cell or platform_of_label(cell) is not None)


def spaced_grids(rows: Sequence[str], first_line: int) -> Iterator[SourceGrid]:
    """Yield the tables whose cells are divided by blanks, tabs or bars."""
    at = 0
    while at < len(rows):
        header = _header_of(rows[at])
        if header is None:
            at += 1
            continue
        grid, lines, begin, number = [list(header.names)], [first_line + at], at, 0
        for at in range(begin + 1, len(rows)):
            if not rows[at].strip():
                continue
            cells = _cells_of(rows[at])
            if len(cells) < len(header.names) - 1:
                # What is shorter is the text after the table, or, where rows follow, a broken one.
                if not _goes_on(header, rows[at + 1 :]):
                    break
                continue
            # A row that was not certain is left out; the numbers go on after it.
            is_later = _serial_of(header, cells) > number + 1 and len(cells) == len(header.names)
            number = _serial_of(header, cells) if is_later else number + 1
            fitting = header.row(cells, number)
            if fitting is not None:
                grid.append(fitting)
                lines.append(first_line + at)
        else:
            at = len(rows)
        if len(grid) > 1:
            yield _grid(grid, lines, first_line + at)


_MOST_BROKEN = 3
"""Lines after which a table may go on where they cannot be placed."""


def _goes_on(header: _Header, rows: Sequence[str]) -> bool:
    """Whether one of the next lines is certainly a row of the table."""
    following = [cells for row in rows[: 2 * _MOST_BROKEN] if (cells := _cells_of(row))][:_MOST_BROKEN]
    return any(len(cells) == len(header.names) and header.row(cells, _serial_of(header, cells)) is not None for cells in following)


def _serial_of(header: _Header, cells: Sequence[str]) -> int:
    """Return the number that a row gives itself; 0 where it gives none."""
    match = _SERIAL.fullmatch(cells[header.serial]) if header.serial is not None and header.serial < len(cells) else None
    return int(match[1]) if match is not None else 0


def _header_of(row: str) -> _Header | None:
    cells = _cells_of(row)
    if not 3 <= len(cells) <= _MOST_COLUMNS or max(map(len, cells)) > _LONGEST_NAME:
        return None
    header = _Header(cells)
    return header if header.lists else None


def _cells_of(row: str) -> list[str]:
    if len(row) > _LONGEST_ROW:
        return []
    bar = row.strip()
    if bar.count("|") >= 2:
        return [cell.strip() for cell in bar.strip("|").split("|")]
    if "\t" in bar:
        return [cell.strip() for cell in bar.split("\t")]
    return bar.split()


def cell_grids(rows: Sequence[str], first_line: int) -> Iterator[SourceGrid]:
    """Yield the tables with one cell a line: 序号 and the other names, then 1, then as many cells as there are names."""
    lines = [(number, row.strip()) for number, row in enumerate(rows, first_line) if row.strip()]
    texts = [text for _, text in lines]
    at = 0
    while at < len(texts):
        first = next((i for i in range(at + 3, min(at + _MOST_COLUMNS + 1, len(texts))) if texts[i] == "1"), None)
        if texts[at] not in notice_words()["tables"]["serial"] or first is None:
            at += 1
            continue
        header = _Header(texts[at:first])
        grid, numbers, width = [list(header.names)], [lines[at][0]], first - at
        at, number = first, 1
        while header.lists and at + width <= len(texts):
            cells = texts[at : at + width]
            fitting = header.row(cells, number)
            # A sentence among the cells, or the next number, tells that one of them was empty.
            shifted = str(number + 1) in cells or (
                cells[-1].endswith("。") and not all(row[-1].endswith("。") for row in grid[1:2])
            )
            if fitting is None or shifted:
                following = _next_row(header, texts, at, number)
                if following is None:
                    break
                at, number = following, number + 1
                continue
            more = _more_of_last(texts, at + width, number)
            grid.append([*fitting[:-1], fitting[-1] + "".join(more)])
            numbers.append(lines[at][0])
            at, number = at + width + len(more), number + 1
        if len(grid) > 1:
            yield _grid(grid, numbers, lines[at - 1][0] + 1)


def _more_of_last(texts: Sequence[str], at: int, number: int) -> Sequence[str]:
    """Return the lines by which the last cell of a row goes on, before the number of the next row; none where there is no next."""
    following = next((i for i in range(at, min(at + _MOST_BROKEN, len(texts))) if texts[i] == str(number + 1)), at)
    return texts[at:following]


def _next_row(header: _Header, texts: Sequence[str], at: int, number: int) -> int | None:
    """Return where the row after the one at `at` begins, which is left out because its cells cannot be placed; None if nowhere."""
    width = len(header.names)
    if texts[at] != str(number):
        return None
    for following in range(at + 2, min(at + width + _MOST_BROKEN, len(texts) - width + 1)):
        if texts[following] == str(number + 1) and header.row(texts[following : following + width], number + 1) is not None:
            return following
    return None


def _grid(rows: Sequence[Sequence[str]], lines: Sequence[int], end: int) -> SourceGrid:
    cells = [[Cell(text) for text in row] for row in rows]
    return SourceGrid(cells, line=lines[0], header_rows=1, lines=tuple(lines), end=end)
