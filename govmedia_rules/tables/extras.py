"""What the library of workbooks does not tell of a sheet: cells without a value, merged blocks, what is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree

from govmedia_rules.tables.grids import Merge, UnreadCell

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
        mac_dates: Whether dates count from 1904.
        merged: Merged blocks, where the library does not give them.
    """

    unread: Mapping[tuple[int, int], UnreadCell] = {}
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    mac_dates: bool = False
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
    try:
        for event, element in ElementTree.iterparse(BytesIO(xml), ("start", "end")):  # noqa: S314 - entities are refused above
            if event == "start" and element.tag == f"{_TABLE}table":
                current = sheets.setdefault(element.get(f"{_TABLE}name", ""), _Sheet())
            elif event == "end" and element.tag == f"{_TABLE}table-column":
                current.add_column(element)
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                current.add_row(element)
                element.clear()
    except ElementTree.ParseError:
        return {}  # the library says what is wrong with it
    return {
        name: Extra(sheet.unread, frozenset(sheet.rows), frozenset(sheet.columns), merged=tuple(sheet.merged))
        for name, sheet in sheets.items()
    }
