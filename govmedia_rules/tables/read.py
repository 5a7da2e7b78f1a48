"""Read a table as models, one a row; a row that cannot be used is listed apart with its number, column, value and reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from govmedia_rules.core.faults import describe_fault
from govmedia_rules.tables.headers import FieldGroup, expected_types, match_columns
from govmedia_rules.tables.model import UNUSED_ROW, BadRow, Rows
from govmedia_rules.tables.sources import open_table

M = TypeVar("M", bound=BaseModel)


def read_models(
    source: object,
    model: type[M],
    kind: str,
    *,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    required: Sequence[str] = (),
    defaults: Mapping[str, object] | None = None,
) -> Rows[M]:
    """Read a table and makes a model of each row.

    Args:
        source: Path of a CSV, TSV, XLSX, XLS or ODS file; a pandas, polars or Arrow table; a DuckDB relation; or an
            iterable of mappings.
        model: Model to make.
        kind: Which header aliases to use, see `header_aliases`.
        headers: Further headers, as written -> field; they win over the built-in aliases.
        sheet: Sheet name or index of a workbook; None takes the first that has a header row.
        required: Fields without which the table is useless.
        defaults: Values for fields no column gives.

    Raises:
        TableError: The source cannot be opened, two columns serve one field, or a required column is missing.
    """
    table = open_table(source, sheet=sheet)
    columns = match_columns(
        table, [FieldGroup(kind, expected_types(model))], headers=headers, required=required, given=defaults or ()
    )
    fields = {column.header: column.field for column in columns if column.field is not None}
    good: list[M] = []
    bad: list[BadRow] = []
    unused: list[BadRow] = []
    by_field = {name: header for header, name in fields.items()}
    for number, cells in table.rows:
        values: dict[str, Any] = dict(defaults or {})
        values |= {name: cells[header] for header, name in fields.items() if cells.get(header) is not None}
        if not values or all(cells.get(header) is None for header in fields):
            unused.extend(_without_use(number, cells, table.sheet))
            continue
        try:
            good.append(model.model_validate(values))
        except ValidationError as faults:
            bad.extend(_bad_rows(number, cells, by_field, faults))
    return Rows(tuple(good), tuple(bad), columns, (*table.rejected, *unused), table.remarks)


def _without_use(number: int, cells: Mapping[str, Any], sheet: str | None) -> Iterator[BadRow]:
    """Name a row of which no filled column is used; a blank line of a spreadsheet is none."""
    shown = next((value for value in cells.values() if value is not None), None)
    if shown is not None:
        yield BadRow(number, None, str(shown)[:200], UNUSED_ROW, sheet=sheet)


def _bad_rows(number: int, cells: Mapping[str, Any], by_field: Mapping[str, str], faults: ValidationError) -> Iterator[BadRow]:
    reported: set[tuple[str | None, str]] = set()
    for fault in faults.errors(include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else None
        header = None if name is None else by_field.get(name, name)
        value = None if header is None else cells.get(header)
        reason = describe_fault(fault).en
        if (header, reason) not in reported:
            reported.add((header, reason))
            yield BadRow(number, header, None if value is None else str(value)[:200], reason)
