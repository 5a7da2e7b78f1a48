"""Read workbooks (XLSX, XLS, XLSB, ODS, ET) as grids, within budgets of unpacked size, cells, time and memory."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from govmedia_rules.core.parallel import run_limited
from govmedia_rules.errors import MissingExtra, TableError, Where, reason_zh
from govmedia_rules.tables.archives import check_archive, not_readable, read_part
from govmedia_rules.tables.extras import Extra, column_number, open_document_extras, spreadsheet_extra
from govmedia_rules.tables.grids import DAY_ZERO, MAC_DAY_ZERO, Grid, UnreadCell

MAX_CELLS = 3_000_000
"""Cells of the rectangle that the filled cells of a sheet span; a million rows of three columns."""
MAX_ROWS = 300_000
"""Rows of a sheet: more than any registry of a country has, and what one process holds as snapshots."""
MAX_COLUMNS = 1_000
"""Columns of a sheet that are read: each header is compared with many words, and no registry has so many."""
MEMORY = 1_200_000_000
"""Bytes of address space for a trial in a process of its own; libraries map far more than they use."""
_BYTES_PER_CPU_SECOND = 2_000_000
_LEGACY_BYTES_PER_CPU_SECOND = 500_000

_PLACE = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_CELL = re.compile(rb"<(?:[^<>\s/:!?]+:)?c[\s/>]")
"""A cell in any spelling of XML."""
_NUMBER = re.compile(rb'\b(r|min|max)="([0-9]{1,7})"')
_LONGEST_TAG = 400
_MOST_SPANS = 500
"""Runs of hidden columns that are looked at."""
_LONGEST_CELL = 40_000
"""Bytes of a cell in which its value is looked for; a formula has at most 8,192 characters."""
_MAC_DATES = re.compile(rb"date1904=[\"'](?:1|true)")
_RELATION = "/relationships}id"
"""How the name of an attribute ends that names a part; the strict form of the standard begins it in another way."""


def read_workbook(path: Path) -> Iterator[Grid]:
    """Return the sheets of a workbook, in order.

    Raises:
        MissingExtra: python-calamine is not installed.
        TableError: It is damaged, encrypted, or too large in cells, unpacked size, time or memory.
    """
    try:
        import python_calamine
    except ImportError:
        hint = "pip install govmedia-rules[lists]"
        raise MissingExtra(
            "reading a workbook needs python-calamine", Where(str(path)), hint, "读工作簿需要 python-calamine"
        ) from None
    with path.open("rb") as file:
        start = file.read(4)
    parts = check_archive(path) if start == b"PK\x03\x04" else {}
    is_xlsx = any(name.startswith("xl/") and name.endswith(".xml") for name in parts)
    if start == b"\xd0\xcf\x11\xe0" and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise _encrypted(path)
    extras, is_unusual = _extras(path) if is_xlsx else ({}, True)
    if is_unusual:
        _try_first(path)
    if not is_xlsx:
        extras = open_document_extras(read_part(path, "content.xml")) if parts else _legacy_extras(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        shown = {sheet.name: str(sheet.visible).endswith(".Visible") for sheet in book.sheets_metadata}
        names = [sheet.name for sheet in book.sheets_metadata if str(sheet.typ).endswith(".WorkSheet")]
        for name in names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height:
                _refuse_too_large(path, name, sheet.total_height, sheet.total_width)
            extra = extras.get(name)
            is_layout_known, extra = extra is not None, extra or Extra()
            rows = [[_plain(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            for (row, column), text in extra.unread.items():
                if row < len(rows) and column < len(rows[row]):
                    rows[row][column] = text
            merged = tuple(sheet.merged_cell_ranges or extra.merged)
            beyond = any(cell is not None for row in rows for cell in row[MAX_COLUMNS:])
            yield Grid(
                str(path),
                [row[:MAX_COLUMNS] for row in rows] if beyond else rows,
                sheet=name,
                cut_after=MAX_COLUMNS if beyond else None,
                merged=merged,
                is_hidden=not shown.get(name, True),
                hidden_rows=extra.hidden_rows,
                hidden_columns=extra.hidden_columns,
                is_layout_known=is_layout_known,
                day_zero=extra.day_zero,
            )
    except TableError:
        raise
    except BaseException as fault:
        # A panic of the library is no Exception; nothing else is caught that Ctrl-C or a caller's exit raises.
        if not isinstance(fault, Exception) and type(fault).__name__ != "PanicException":
            raise
        raise _unreadable(path, fault) from fault


def _encrypted(path: Path) -> TableError:
    return TableError(
        "the workbook is encrypted",
        Where(str(path)),
        "save it as .xlsx without a password",
        zh="工作簿已加密",
        hint_zh="请取消打开密码，另存为 .xlsx 后再读",
    )


def _unreadable(path: Path, fault: BaseException) -> TableError:
    if "PasswordError" in f"{type(fault).__name__}: {fault}":
        return _encrypted(path)
    hint, hint_zh = "save it as .xlsx in Excel or WPS", "不是可读的工作簿，或内容超出限度：请用 Excel 或 WPS 打开后另存为 .xlsx"
    return TableError(f"the workbook cannot be read: {fault}", Where(str(path)), hint, "工作簿不能读", hint_zh)


def _plain(value: Any) -> Any:
    return None if value == "" else value


def _refuse_too_large(path: Path, sheet: str, rows: int, columns: int, cell: str = "") -> None:
    if rows * columns > MAX_CELLS or rows > MAX_ROWS:
        what = f"the filled cells span {rows} rows and {columns} columns" + (f", as far as {cell}" if cell else "")
        hint = f"delete rows and columns that hold nothing of use, or split it into tables of at most {MAX_ROWS} rows"
        zh = f"有内容的单元格横跨 {rows} 行、{columns} 列" + (f"，远至 {cell}" if cell else "")
        hint_zh = f"工作表过大或有离群单元格：请删除无关的行列，或拆分为不超过 {MAX_ROWS} 行的表"
        raise TableError(what, Where(str(path), table=sheet), hint, zh, hint_zh)


def _try_first(path: Path) -> None:
    """Open a format whose size cannot be known beforehand in a process of its own."""
    seconds = 1 + path.stat().st_size // _BYTES_PER_CPU_SECOND
    script = Path(__file__).with_name("probe.py")
    try:
        sizes = json.loads(run_limited(script, ["workbook", str(path)], cpu_seconds=seconds, memory=MEMORY))
    except ChildProcessError as fault:
        raise _unreadable(path, fault) from fault
    for size in sizes:
        _refuse_too_large(path, size["name"], size["rows"], size["columns"])


def _legacy_extras(path: Path) -> dict[str, Extra]:
    """Return what is hidden and in error in the sheets of a binary workbook (XLS, ET), by name; {} where that cannot be seen."""
    seconds = 2 + path.stat().st_size // _LEGACY_BYTES_PER_CPU_SECOND
    try:
        printed = run_limited(Path(__file__).with_name("probe.py"), ["legacy", str(path)], cpu_seconds=seconds, memory=MEMORY)
    except ChildProcessError:
        return {}  # what the cells hold is read by the other library
    return {
        sheet["name"]: Extra(
            {(row, column): UnreadCell(text, "单元格为错误值") for row, column, text in sheet["errors"]},
            frozenset(sheet["rows"]),
            frozenset(sheet["columns"]),
            MAC_DAY_ZERO if sheet["mac_dates"] else DAY_ZERO,
        )
        for sheet in json.loads(printed)
    }


def _extras(path: Path) -> tuple[dict[str, Extra], bool]:
    """Return what the library does not tell of the sheets, and whether their size is unknown, so that it must be tried."""
    workbook = read_part(path, "xl/workbook.xml")
    targets = _targets(read_part(path, "xl/_rels/workbook.xml.rels"), path)
    day_zero = MAC_DAY_ZERO if _MAC_DATES.search(workbook) is not None else DAY_ZERO
    extras: dict[str, Extra] = {}
    is_unusual = False
    for sheet in _elements(workbook, path):
        name = sheet.get("name")
        relation = next((value for key, value in sheet.attrib.items() if key.endswith(_RELATION)), None)
        if name is None or relation is None:
            continue
        xml = read_part(path, targets.get(relation, ""))
        extra = _extra_of(path, name, xml)
        if extra is None:
            is_unusual = True
            extra = spreadsheet_extra(xml)
        if extra is not None:
            extras[name] = extra._replace(day_zero=day_zero)
    return extras, is_unusual or not extras


def _elements(xml: bytes, path: Path) -> list[ElementTree.Element]:
    if b"<!DOCTYPE" in xml[:2_000] or b"<!ENTITY" in xml:
        raise not_readable(path, "the workbook declares entities", "工作簿内容异常：声明了实体")
    try:
        return list(ElementTree.fromstring(xml).iter()) if xml else []  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as fault:
        raise TableError(
            f"the workbook is damaged: {fault}",
            Where(str(path)),
            "export or save it again",
            zh=f"工作簿已损坏：{reason_zh(fault)}",
            hint_zh="请重新导出或另存后再读",
        ) from fault


def _targets(xml: bytes, path: Path) -> dict[str, str]:
    targets = {}
    for relation in _elements(xml, path):
        name, target = relation.get("Id"), relation.get("Target")
        if name and target:
            targets[name] = posixpath.normpath(posixpath.join("xl", target)) if not target.startswith("/") else target[1:]
    return targets


def _extra_of(path: Path, sheet: str, xml: bytes) -> Extra | None:
    """Return what is hidden and not read in a sheet of the form that office programs write; None for another form of XML."""
    if xml.count(b"<c ") > MAX_CELLS:
        _refuse_too_large(path, sheet, MAX_CELLS, 2)
    width = last_row = count = 0
    last_cell = ""
    unread: dict[tuple[int, int], UnreadCell] = {}
    for row, column, letters, cell in _cells(xml):
        count += 1
        if cell is None:
            continue
        width = max(width, column + 1)
        if row >= last_row:
            last_row, last_cell = row + 1, f"{letters.decode()}{row + 1}"
        if isinstance(cell, UnreadCell):
            unread[row, column] = cell
    _refuse_too_large(path, sheet, last_row, width, last_cell)
    if not xml or b"\x00" in xml[:200] or b"='" in xml or count != sum(1 for _ in _CELL.finditer(xml)):
        return None
    rows = frozenset(number - 1 for numbers in _hidden(xml, b"<row") for name, number in numbers if name == b"r")
    spans = [dict(numbers) for numbers in islice(_hidden(xml, b"<col"), _MOST_SPANS)]
    columns = frozenset(at for span in spans for at in range(span.get(b"min", 1) - 1, min(span.get(b"max", 0), 16_384)))
    return Extra(unread, rows, columns)


def _cells(xml: bytes) -> Iterator[tuple[int, int, bytes, UnreadCell | bool | None]]:
    """Return place and state of each cell, in one pass however the text is made: unread, filled (True), or blank (None)."""
    start = xml.find(b"<c ")
    while start >= 0:
        following = xml.find(b"<c ", start + 3)
        end = xml.find(b">", start, start + _LONGEST_TAG)
        place = _PLACE.search(xml, start, end) if end >= 0 else None
        if place is not None:
            stop = min(len(xml) if following < 0 else following, end + _LONGEST_CELL)
            yield int(place[2]) - 1, column_number(place[1].decode()), place[1], _state(xml, start, end, stop)
        start = following


def _state(xml: bytes, start: int, end: int, stop: int) -> UnreadCell | bool | None:
    if xml[end - 1] == ord("/") or xml.startswith(b"</c>", end + 1):
        return None
    is_error = xml.find(b't="e"', start, end) >= 0
    if not is_error and xml.find(b"<f", end, stop) < 0:
        return True
    value = xml.find(b"<v>", end, stop)
    shown = xml[value + 3 : xml.find(b"<", value + 3, stop)] if value >= 0 else b""
    if is_error:
        return UnreadCell(shown[:40].decode("utf-8", "replace"), "单元格为错误值")
    return True if shown else UnreadCell("", "公式没有保存计算结果")


def _hidden(xml: bytes, tag: bytes) -> Iterator[list[tuple[bytes, int]]]:
    """Return the numbers in each tag of a kind that says it is hidden."""
    at = xml.find(b'hidden="')
    while at >= 0:
        start = xml.rfind(b"<", max(0, at - _LONGEST_TAG), at)
        if start >= 0 and xml.startswith((tag + b" ", tag + b"\n"), start) and xml[at + 8 : at + 12].startswith((b"1", b"true")):
            end = xml.find(b">", at, at + _LONGEST_TAG)
            if end >= 0:
                yield [(name, int(number)) for name, number in _NUMBER.findall(xml, start, end)]
        at = xml.find(b'hidden="', at + 8)
