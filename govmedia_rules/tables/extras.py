"""What the library of workbooks does not tell of a sheet: cells without a value, merged blocks, what is hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree

from govmedia_rules.tables.grids import DAY_ZERO, Merge, UnreadCell

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_MAX_BYTES = 60_000_000
"""Largest content of an open document that is gone through once more."""
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384
_ERROR_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_MOST_HIDDEN = _MOST_UNREAD = 10_000


class Extra(NamedTuple):
    """What the library does not tell of a sheet.

    Attributes:
        unread: Cells without a value, by row and column from 0.
        hidden_rows: Hidden rows, from 0.
        hidden_columns: Hidden columns, from 0.
        day_zero: The day that serial numbers of dates count from.
        merged: Merged blocks, where the library does not give them.
    """

    unread: Mapping[tuple[int, int], UnreadCell] = {}
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    day_zero: date = DAY_ZERO
    merged: tuple[Merge, ...] = ()


class _Sheet:
    """One table of an open document while it is gone through."""

    def __init__(self) -> None:
        self.row = self.column = 0
        self.merged: list[Merge] = []
        self.unread: dict[tuple[int, int], UnreadCell] = {}
        self.rows: set[int] = set()
        self.columns: set[int] = set()

    def add_column(self, element: ElementTree.Element) -> None:
        count = _number(element, "number-columns-repeated", _MAX_COLUMNS)
        if _is_hidden(element):
            self.columns |= set(range(self.column, min(self.column + count, _MAX_COLUMNS)))
        self.column += count

    def add_row(self, element: ElementTree.Element) -> None:
        count = _number(element, "number-rows-repeated", _MAX_ROWS)
        if _is_hidden(element) and len(self.rows) < _MOST_HIDDEN:
            self.rows |= set(range(self.row, self.row + min(count, _MOST_HIDDEN)))
        at = 0
        for cell in element:
            down, right = (_number(cell, f"number-{side}-spanned", limit) for side, limit in _LIMITS)
            if down > 1 or right > 1:
                self.merged.append(((self.row, at), (self.row + down - 1, at + right - 1)))
            width = _number(cell, "number-columns-repeated", _MAX_COLUMNS)
            if cell.get(_ERROR_TYPE) == "error" and len(self.unread) < _MOST_UNREAD:
                error = UnreadCell("".join(cell.itertext())[:40], "单元格为错误值")
                self.unread |= {
                    (self.row + down, at + right): error for down in range(min(count, 50)) for right in range(min(width, 50))
                }
            at += width
        self.row += count


_LIMITS = (("rows", _MAX_ROWS), ("columns", _MAX_COLUMNS))


def _number(element: ElementTree.Element, name: str, most: int) -> int:
    text = element.get(_TABLE + name, "1")
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def _is_hidden(element: ElementTree.Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def open_document_extras(xml: bytes) -> dict[str, Extra]:
    """Return what the library does not tell of the sheets of an open document (ODS), by name; {} where it cannot be read."""
    if len(xml) > _MAX_BYTES or b"<!DOCTYPE" in xml[:2_000] or b"<!ENTITY" in xml:
        return {}
    sheets: dict[str, _Sheet] = {}
    current = _Sheet()
    day_zero = DAY_ZERO
    try:
        for event, element in ElementTree.iterparse(BytesIO(xml), ("start", "end")):  # noqa: S314 - entities are refused above
            if event == "start" and element.tag == f"{_TABLE}table":
                current = sheets.setdefault(element.get(f"{_TABLE}name", ""), _Sheet())
            elif event == "end" and element.tag == f"{_TABLE}table-column":
                current.add_column(element)
            elif event == "end" and element.tag == f"{_TABLE}null-date":
                day_zero = date.fromisoformat(element.get(f"{_TABLE}date-value", DAY_ZERO.isoformat()))
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                current.add_row(element)
                element.clear()
    except (ElementTree.ParseError, ValueError):
        return {}  # the library says what is wrong with it
    return {
        name: Extra(sheet.unread, frozenset(sheet.rows), frozenset(sheet.columns), day_zero, tuple(sheet.merged))
        for name, sheet in sheets.items()
    }


_COLUMNS_OF_SHEET = 16_384
_PLACE = re.compile("([A-Za-z]{1,3})0*([1-9][0-9]{0,6})")


class _Cells:
    """The cells of a sheet of a workbook (XLSX) while it is gone through; a cell without a place follows the one before."""

    def __init__(self) -> None:
        self.row = self.column = -1
        self.unread: dict[tuple[int, int], UnreadCell] = {}
        self.rows: set[int] = set()
        self.columns: set[int] = set()

    def start_row(self, element: ElementTree.Element) -> None:
        number = element.get("r", "")
        self.row = int(number) - 1 if number.isascii() and number.isdecimal() and len(number) < 9 else self.row + 1
        self.column = -1
        if element.get("hidden") in ("1", "true") and len(self.rows) < _MOST_HIDDEN:
            self.rows.add(self.row)

    def add_columns(self, element: ElementTree.Element) -> None:
        first, last = (element.get(name, "") for name in ("min", "max"))
        if element.get("hidden") in ("1", "true") and first.isdecimal() and last.isdecimal() and len(first + last) < 12:
            self.columns |= set(range(int(first) - 1, min(int(last), _COLUMNS_OF_SHEET)))

    def add_cell(self, element: ElementTree.Element) -> None:
        place = _PLACE.fullmatch(element.get("r", ""))
        self.column = column_number(place[1]) if place is not None else self.column + 1
        if place is not None:
            self.row = int(place[2]) - 1
        shown = {_local(part): part.text or "" for part in element}
        if len(self.unread) >= _MOST_UNREAD:
            return
        if element.get("t") == "e":
            self.unread[self.row, self.column] = UnreadCell(shown.get("v", "")[:40], "单元格为错误值")
        elif "f" in shown and not shown.get("v"):
            self.unread[self.row, self.column] = UnreadCell("", "公式没有保存计算结果")


@cache
def column_number(letters: str) -> int:
    """Return the number of a column, from 0, by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def spreadsheet_extra(xml: bytes) -> Extra | None:
    """Return what the library does not tell of a sheet of a workbook (XLSX) in any form of XML; None where it cannot be read."""
    if len(xml) > _MAX_BYTES or b"<!DOCTYPE" in xml[:2_000] or b"<!ENTITY" in xml:
        return None
    cells = _Cells()
    try:
        for event, element in ElementTree.iterparse(BytesIO(xml), ("start", "end")):  # noqa: S314 - entities are refused above
            name = _local(element)
            if event == "start" and name == "row":
                cells.start_row(element)
            elif event == "start" and name == "col":
                cells.add_columns(element)
            elif event == "end" and name == "c":
                cells.add_cell(element)
            elif event == "end" and name == "row":
                element.clear()
    except ElementTree.ParseError:
        return None  # the library says what is wrong with it
    return Extra(cells.unread, frozenset(cells.rows), frozenset(cells.columns))
