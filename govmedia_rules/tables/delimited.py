"""Read text tables (CSV, TSV, 文本导出) as grids: encoding and delimiter are found, and an open quote swallows no rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from govmedia_rules.errors import TableError, Where
from govmedia_rules.tables.grids import Grid, UnreadCell

MAX_LINES_OF_CELL = 60
"""Lines one quoted cell may have; an open quote is given up after them."""
MAX_ROWS = 300_000
"""Rows of a text table; see `tables.workbooks.MAX_ROWS`."""
_DELIMITERS = ",\t;|，"
_SAMPLE = 30
UNREADABLE = "\ufffd"
_LEGIBLE = 5
"""Letters outside ASCII for each one that is not legible, in a file whose encoding is right."""
_BINARY = re.compile("[\x00-\x08\x0e-\x1a]")


def decode_table(raw: bytes, name: str) -> str:
    """Return the text of a file in UTF-8 or UTF-16 with or without a mark, or GB18030; U+FFFD stands for what is not legible.

    Raises:
        TableError: It is none of them.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif raw[:400].count(b"\x00") > len(raw[:400]) // 8:  # most letters of UTF-16 tables are ASCII
        odd = raw[1:400:2].count(b"\x00") >= raw[0:400:2].count(b"\x00")
        encodings = ("utf-16-le" if odd else "utf-16-be",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        text = _BINARY.sub(UNREADABLE, raw.decode(encoding, "replace"))
        # Text of another encoding is illegible in every line, a damaged file in a few places.
        if UNREADABLE not in text or text.count(UNREADABLE) * _LEGIBLE <= sum(not letter.isascii() for letter in text):
            return text
    what, zh = "the file is not text in UTF-8, UTF-16 or GB18030", "文件不是 UTF-8、UTF-16 或 GB18030 的文本"
    hint, hint_zh = "save it as .xlsx or as CSV in UTF-8", "请用 Excel 或 WPS 打开后另存为 .xlsx 或 UTF-8 的 CSV"
    raise TableError(what, Where(name), hint, zh, hint_zh)


def _cell(text: str) -> str | UnreadCell:
    return UnreadCell(text, "有无法解码的字符") if UNREADABLE in text else text


def read_delimited(path: Path, delimiter: str | None = None) -> Grid:
    """Return a text table as a grid.

    Args:
        path: The file.
        delimiter: What parts its cells; None finds it.

    Raises:
        TableError: It is empty, no text, or has more than `MAX_ROWS` rows.
    """
    raw = path.read_bytes()
    if not raw.strip(b" \t\r\n\x00\xff\xfe\xef\xbb\xbf"):
        raise TableError(
            "the file is empty", Where(str(path)), "look whether the export succeeded", zh="文件为空", hint_zh="请检查导出是否成功"
        )
    text = decode_table(raw, str(path))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    chosen = delimiter or max(_DELIMITERS, key=lambda mark: _score(lines[:_SAMPLE], mark))
    rows: list[list[str]] = []
    faults: dict[int, str] = {}
    for cells, fault in _records(lines, chosen):
        if fault:
            faults[len(rows)] = fault
        rows.append(cells)
        if len(rows) > MAX_ROWS:
            raise TableError(
                f"the file has more than {MAX_ROWS} rows",
                Where(str(path)),
                "split it, or use Parquet and inspect_to_parquet",
                zh=f"文件超过 {MAX_ROWS} 行",
                hint_zh=f"请拆分为不超过 {MAX_ROWS} 行的表，或改用 Parquet 与 inspect_to_parquet",
            )
    return Grid(str(path), [list(map(_cell, cells)) for cells in rows], faults=faults, is_delimited=True)


def _score(lines: list[str], mark: str) -> tuple[int, int]:
    """Rate a delimiter: how many lines have the most frequent number of it, and that number."""
    counts = [count for line in lines if (count := line.count(mark))]
    if not counts:
        return 0, 0
    common = max(set(counts), key=counts.count)
    return counts.count(common) * min(common, 3), common


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[list[str], str | None]]:
    """Return the cells of each record; a quote that closes nowhere sensible is taken as a letter, and said."""
    width = 0
    at = 0
    while at < len(lines):
        line = lines[at]
        cells, used = _parse(lines, at, delimiter, width)
        if cells is None:
            yield line.replace('"', "").split(delimiter), "引号没有闭合，已按一行读取"
        elif at + used < len(lines) or any(cells):
            width = max(width, len(cells))
            yield cells, None
        at += used


def _parse(lines: list[str], at: int, delimiter: str, width: int) -> tuple[list[str] | None, int]:
    """Return the cells of the record that begins in a line, None for a quote left open; and how many lines it has."""
    record = lines[at]
    if '"' not in record:
        return record.split(delimiter), 1
    for used in range(1, MAX_LINES_OF_CELL + 1):
        if record.count('"') % 2 == 0:
            try:
                cells = next(csv.reader([record], delimiter=delimiter, strict=True), [])
            except csv.Error:
                cells = None
            if cells is None and used == 1:
                return next(csv.reader([record], delimiter=delimiter)), 1  # a quote inside a cell, as clerks type it
            swallowed = width > 2 and any(line.count(delimiter) >= width - 1 for cell in cells or () for line in cell.split("\n"))
            if cells is None or (used > 1 and swallowed) or (width and len(cells) > width and used > 1):
                return None, 1
            return cells, used
        if at + used >= len(lines):
            break
        record += "\n" + lines[at + used]
    return None, 1
