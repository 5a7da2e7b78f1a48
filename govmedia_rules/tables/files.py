"""Write tables as files: CSV, workbooks and Parquet that appear when they are complete and that no program mistakes for code."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from govmedia_rules.core.files import complete_file
from govmedia_rules.errors import CutText, MissingExtra, Where, visible
from govmedia_rules.tables.columns import Cell, Heading, in_shanghai

if TYPE_CHECKING:
    import pyarrow

# What a spreadsheet runs as a formula when it stands first in a cell; Chinese input methods type the wide forms.
_RISKY = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def guard(text: str) -> str:
    """Return a text that no spreadsheet runs: one apostrophe in front where it could be a formula; `unguard` takes it off."""
    return f"'{text}" if _RISKY.match(text) else text


def unguard(text: str) -> str:
    """Return the text that `guard` was given."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def write_parquet(path: str | os.PathLike[str], reader: pyarrow.RecordBatchReader) -> None:
    """Write the batches of a reader to one Parquet file."""
    import pyarrow.parquet as pq

    with complete_file(path) as part, pq.ParquetWriter(part, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def write_csv(path: str | os.PathLike[str], heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows as UTF-8 with a byte-order mark; None is an empty cell, an empty text `""`, a control character `[U+001B]`."""
    with complete_file(path) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(",".join(_csv_cell(head) for head in heads) + "\r\n")
        for row in rows:
            stream.write(",".join([_csv_cell(value) for value in row]) + "\r\n")


_QUOTED = re.compile('[,"\r\n\\s]')


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = guard(visible(value))
        return '"' + text.replace('"', '""') + '"' if not text or _QUOTED.search(text) else text
    return cell_text(value)


def cell_text(value: Cell) -> str:
    """Return a value as text that reads back as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


class Sheet(NamedTuple):
    """One sheet of a workbook: its name, the heads of its columns, the columns, and the values row by row."""

    name: str
    heads: Sequence[str]
    headings: Sequence[Heading[Any]]
    rows: Iterable[Sequence[Cell]]


MAX_SHEET_ROWS = 1_048_576
MAX_CELL = 32_767
CUT_MARK = "…（超出单元格上限，已截断）"
_WIDTHS = {"text": 24, "integer": 10, "number": 12, "decimal": 10, "boolean": 8, "instant": 20, "day": 12}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def sheet_title(name: str, taken: Iterable[str] = ()) -> str:
    r"""Return a name Excel accepts for a sheet: at most 31 characters, none of `[]:*?/\`, not one of `taken`."""
    plain = _FORBIDDEN.sub("_", name).strip("'")[:31] or "Sheet1"
    used = {name.casefold() for name in taken}
    title, count = plain, 1
    while title.casefold() in used:
        count += 1
        title = f"{plain[: 30 - len(str(count))]} {count}"
    return title


def write_excel(path: str | os.PathLike[str], sheets: Sequence[Sheet]) -> None:
    """Write a workbook; the same rows give the same bytes.

    Raises:
        MissingExtra: xlsxwriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra(
            "writing a workbook needs xlsxwriter",
            Where(str(path)),
            "pip install govmedia-rules[report]",
            zh="写工作簿需要 xlsxwriter",
        ) from None
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
    with complete_file(path) as part:
        # Packed in memory: the library wraps a full disk into an error of its own and tries again when it is thrown away.
        packed = io.BytesIO()
        book = xlsxwriter.Workbook(packed, options)
        # A fixed date of creation: the same result is the same file.
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  (Excel knows no zones)
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@", "valign": "top"}),
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            "other": book.add_format({"valign": "top"}),
        }
        taken: list[str] = []
        cut = 0
        try:
            for sheet in sheets:
                for rows in _pages(sheet.rows):
                    title = sheet_title(sheet.name, taken)
                    taken.append(title)
                    cut += _fill_sheet(book.add_worksheet(title), sheet, rows, styles)
        finally:
            book.close()  # it holds open files of its own
        part.write_bytes(packed.getbuffer())
    if cut:
        warnings.warn(
            CutText(
                f"{path}: {cut} texts are longer than a cell holds and were cut",
                zh=f"{path}：有 {cut} 处文字超过单元格的容量，已截断",
            ),
            stacklevel=3,
        )


def _pages(rows: Iterable[Sequence[Cell]]) -> Iterator[Iterator[Sequence[Cell]]]:
    """Return the rows in runs that a sheet holds; one run, without rows, when there are none."""
    waiting = iter(rows)
    first = list(islice(waiting, 1))
    while True:
        yield chain(first, islice(waiting, MAX_SHEET_ROWS - 1 - len(first)))
        first = list(islice(waiting, 1))
        if not first:
            return


def _fill_sheet(page: Any, sheet: Sheet, rows: Iterator[Sequence[Cell]], styles: dict[str, Any]) -> int:
    """Write the rows of one sheet; return how many texts were cut."""
    page.freeze_panes(1, 0)
    for at, (head, heading) in enumerate(zip(sheet.heads, sheet.headings, strict=True)):
        page.set_column(at, at, _WIDTHS[heading.type])
        page.write_string(0, at, head, styles["head"])
    cut = 0
    number = 0
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if value is not None:
                cut += _write_cell(page, number, at, value, styles)
    if number:
        page.autofilter(0, 0, number, len(sheet.heads) - 1)
    return cut


def _write_cell(page: Any, row: int, at: int, value: Cell, styles: dict[str, Any]) -> bool:
    """Write one value exactly, as text where Excel has no exact form for it; return whether a text was cut."""
    if isinstance(value, bool):
        page.write_boolean(row, at, value, styles["other"])
    elif isinstance(value, datetime):
        shown = in_shanghai(value).replace(tzinfo=None)
        if shown.microsecond or shown.year < 1901:
            page.write_string(row, at, value.isoformat(), styles["text"])
        else:
            page.write_datetime(row, at, shown, styles["instant"])
    elif isinstance(value, date):
        if value.year < 1901:
            page.write_string(row, at, value.isoformat(), styles["text"])
        else:
            page.write_datetime(row, at, value, styles["day"])
    elif isinstance(value, int | float | Decimal):
        if isinstance(value, float) or Decimal(f"{value:.16G}") == value:
            page.write_number(row, at, float(value), styles["other"])
        else:
            page.write_string(row, at, cell_text(value), styles["text"])
    else:
        assert isinstance(value, str)
        value = visible(value)
        if len(value) > MAX_CELL:
            page.write_string(row, at, value[: MAX_CELL - len(CUT_MARK)] + CUT_MARK, styles["text"])
            return True
        page.write_string(row, at, value, styles["text"])
    return False
