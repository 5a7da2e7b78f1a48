"""Read the tables of an HTML page as grids: office systems export such pages under the name .xls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from govmedia_rules.tables.archives import not_readable
from govmedia_rules.tables.delimited import decode_table
from govmedia_rules.tables.grids import Grid, Merge

MAX_BYTES = 30_000_000
"""Largest page that is read; its tree takes many times as much memory."""
MAX_CELLS = 1_000_000
"""Cells of one table, spans included."""
MAX_NESTING = 20
"""Tables inside each other: the cells of the inner ones are read again for each outer one."""


def read_markup(path: Path) -> Iterator[Grid]:
    """Return the tables of a page, in order; a table inside a table belongs to the outer one.

    Raises:
        TableError: The page is too large, has no table, a table is too large, or tables nest too deeply.
    """
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise not_readable(path, f"the page has {len(raw)} bytes", f"网页有 {len(raw)} 字节，过大")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in raw[:4_000]:
        raise not_readable(path, "the file is an XML spreadsheet of 2003", "文件是 2003 版的 XML 电子表格")
    tables = LexborHTMLParser(decode_table(raw, str(path))).css("table")
    if not tables:
        raise not_readable(path, "the page has no table", "文件是网页而不是表格")
    _refuse_nested(path, tables)
    for number, table in enumerate(tables, 1):
        rows: list[list[Any]] = []
        merged: list[Merge] = []
        taken: dict[tuple[int, int], None] = {}
        for at, row in enumerate(table.css("tr")):
            cells: dict[int, Any] = {}
            column = 0
            for cell in row.css("td,th"):
                while (at, column) in taken:
                    column += 1
                height, width = _span(cell.attributes.get("rowspan")), _span(cell.attributes.get("colspan"))
                if len(taken) + height * width > MAX_CELLS:
                    raise not_readable(path, "a table of the page is too large", "网页表格过大")
                cells[column] = " ".join(cell.text(separator=" ").split()) or None
                taken |= {(at + down, column + right): None for down in range(height) for right in range(width)}
                if height * width > 1:
                    merged.append(((at, column), (at + height - 1, column + width - 1)))
                column += width
            rows.append([cells.get(position) for position in range(max(cells, default=-1) + 1)])
        width = max((column for _, column in taken), default=-1) + 1
        for row_cells in rows:
            row_cells.extend([None] * (min(width, 1_000) - len(row_cells)))
        yield Grid(str(path), rows, sheet=f"表{number}" if len(tables) > 1 else None, merged=tuple(merged))


def _refuse_nested(path: Path, tables: Sequence[LexborNode]) -> None:
    depths: dict[int, int] = {}
    for table in tables:
        # Each node is walked once, so that a page of many tables deep in other elements costs no more.
        above: list[LexborNode] = []
        node: LexborNode | None = table
        while node is not None and node.mem_id not in depths:
            above.append(node)
            node = node.parent
        depth = depths[node.mem_id] if node is not None else 0
        for each in reversed(above):
            depth += each.tag == "table"
            depths[each.mem_id] = depth
        if depth > MAX_NESTING:
            what = f"more than {MAX_NESTING} tables of the page stand inside each other"
            raise not_readable(path, what, f"网页表格嵌套超过 {MAX_NESTING} 层")


def _span(text: str | None) -> int:
    if text is None or len(text) > 6 or not (text.isascii() and text.isdecimal()):
        return 1
    return min(int(text), 1_000) or 1
