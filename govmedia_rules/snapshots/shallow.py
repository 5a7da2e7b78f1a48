"""Read shallow snapshots from tables: a registry's columns and what was observed of each subject, one row a subject or post.

Header spellings are data (tables/data/headers.toml). Cells are read by the closed date grammar of `dates`; a cell that cannot
be read puts its row among the bad ones, with row number, column, value and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from govmedia_rules.core.time import SHANGHAI, day_of
from govmedia_rules.snapshots.cells import OBSERVED_CELLS, ONLY_A_DAY, CellReader, Point, point_of, subject_cell
from govmedia_rules.snapshots.merging import each_once
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.tables.headers import FieldGroup, expected_types, match_columns
from govmedia_rules.tables.model import BadRow, ColumnUse, RawTable, Rows
from govmedia_rules.tables.sources import open_table

SubjectKind = Literal["site", "account"]
Cells = Mapping[str, Any]

_MAX_REMEMBERED = 100_000


class ShallowRow(NamedTuple):
    """The result of one row: its number (the header is 1), and a snapshot or the faults that keep it from being one."""

    number: int
    snapshot: SiteSnapshot | AccountSnapshot | None
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class ShallowTable:
    """A table of subjects whose columns are known and whose rows are read while one iterates.

    Attributes:
        columns: Every column, what it is used for and its type.
    """

    columns: tuple[ColumnUse, ...]
    _rows: Iterator[ShallowRow]

    def __iter__(self) -> Iterator[ShallowRow]:
        return self._rows


def read_accounts(
    source: object,
    *,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[AccountSnapshot]:
    """Read what a table says of accounts: the registry's columns with 最近更新时间, 互动功能 and the like.

    Args:
        source: A pandas, polars or Arrow table, a DuckDB relation, a CSV, workbook or Parquet file, or rows as mappings.
        observed_at: The monitoring point of rows that name none; a day stands for its last moment.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook; None takes the first filled one.
        zone: Zone of the registry: times written without one are of this zone, and days are counted in it.

    Returns:
        The snapshots, and the rows that could not be used.

    Raises:
        TableError: The source cannot be opened, a needed column is missing, or a column has an impossible type.

    Examples:
        >>> rows = [{"账号名称": "某县发布", "平台类型": "微信", "最近更新时间": "2024-08-20"}]
        >>> read_accounts(rows, observed_at=date(2024, 8, 27)).good[0].latest_post_at
        datetime.date(2024, 8, 20)
    """
    return _all_rows(shallow_table(source, "account", observed_at=observed_at, headers=headers, sheet=sheet, zone=zone))


def read_sites(
    source: object,
    *,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[SiteSnapshot]:
    """Read what a table says of sites: the registry's columns with 首页最近更新时间 and the like; see `read_accounts`.

    Examples:
        >>> rows = [{"网站名称": "某县人民政府", "首页最近更新时间": "2024-08-20"}]
        >>> read_sites(rows, observed_at=date(2024, 8, 27)).good[0].home.latest_entry_at
        datetime.date(2024, 8, 20)
    """
    return _all_rows(shallow_table(source, "site", observed_at=observed_at, headers=headers, sheet=sheet, zone=zone))


def _all_rows(table: ShallowTable) -> Rows[Any]:
    rows: list[tuple[int, SiteSnapshot | AccountSnapshot]] = []
    bad: list[BadRow] = []
    for row in table:
        if row.snapshot is not None:
            rows.append((row.number, row.snapshot))
        bad.extend(row.bad)
    once = each_once(rows)
    return Rows(once.good, tuple(sorted((*bad, *once.bad), key=lambda fault: fault.row)), table.columns)


_ACCOUNT_OBSERVED = {
    "observed_at": "moment",
    "latest_post_at": "moment",
    "post_count": "number",
    "found": "boolean",
    "functions": "text",
    "downloads": "boolean",
    "starts": "boolean",
    "seen_name": "text",
    "seen_owner": "text",
    "seen_owner_kind": "text",
    "certified": "boolean",
}
_SITE_OBSERVED = {
    "observed_at": "moment",
    "home_latest_at": "moment",
    "home_entries": "number",
    "is_navigation": "boolean",
    "second_level_latest_at": "moment",
    "service_count": "number",
}


def shallow_table(
    source: object,
    kind: SubjectKind,
    *,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    zone: tzinfo = SHANGHAI,
) -> ShallowTable:
    """Open a table of subjects and identify its columns; rows become snapshots while one iterates.

    Args:
        source: See `read_accounts`.
        kind: Whether rows are sites or accounts.
        observed_at: The monitoring point of rows that name none.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook.
        zone: Zone of times written without one.

    Raises:
        TableError: See `read_accounts`.
    """
    table = open_table(source, sheet=sheet)
    subject, observed, needed = (
        (Account, _ACCOUNT_OBSERVED, ("name", "platform")) if kind == "account" else (Site, _SITE_OBSERVED, ("name",))
    )
    groups = [FieldGroup(kind, expected_types(subject)), FieldGroup(f"{kind}_seen", observed)]
    given = [] if observed_at is None else ["observed_at"]
    columns = match_columns(table, groups, headers=headers, required=(*needed, "observed_at"), given=given)
    reader = _Reader(kind, columns, point_of(observed_at, zone), zone, table.name)
    return ShallowTable(columns, reader.rows(table))


class _Column(NamedTuple):
    """A column that is used: the field it fills, whether that is one of the subject, how its cells are read (None takes
    them as they are), and what the cells met so far mean, because columns repeat the same few values."""

    field: str
    header: str
    of_subject: bool
    read: CellReader | None
    known: dict[Any, Any]


class _Reader:
    """Make snapshots of rows."""

    def __init__(self, kind: SubjectKind, columns: Iterable[ColumnUse], point: Point | None, zone: tzinfo, name: str) -> None:
        self._kind = kind
        self._point, self._zone, self._name = point, zone, name
        self._headers = {use.field: use.header for use in columns if use.field is not None}
        subject_fields = (Account if kind == "account" else Site).model_fields
        self._columns = [
            _Column(field, header, True, subject_cell(field), {})
            if field in subject_fields
            else _Column(field, header, False, OBSERVED_CELLS[field], {})
            for field, header in self._headers.items()
        ]

    def rows(self, table: RawTable) -> Iterator[ShallowRow]:
        """Return the rows of the table; blank ones are left out."""
        for number, cells in table.rows:
            row = self.row(number, cells)
            if row is not None:
                yield row

    def row(self, number: int, cells: Cells) -> ShallowRow | None:
        """Read one row; None when it is blank."""
        bad: list[BadRow] = []
        subject: dict[str, Any] = {}
        observed: dict[str, Any] = {}
        for column in self._columns:
            field, header, of_subject, read, known = column
            value = cells.get(header)
            if value is None:
                continue
            if read is not None:
                try:
                    value = known[value]
                except (KeyError, TypeError):
                    value = self._read(column, number, value, bad)
                if value is None:
                    continue
            if of_subject:
                subject[field] = value
            else:
                observed[field] = value
        if not subject and not observed and not bad and all(value is None for value in cells.values()):
            return None
        point = self._point
        if "observed_at" in observed:
            point = point_of(observed.pop("observed_at"), self._zone)
        if point is None and not bad:
            bad.append(BadRow(number, self._headers.get("observed_at"), None, "the monitoring point is missing"))
        snapshot = None
        if not bad and point is not None:
            try:
                snapshot = self._snapshot(subject, observed, point)
            except ValidationError as faults:
                bad.extend(self._faults(number, cells, faults))
        return ShallowRow(number, snapshot, tuple(bad))

    def _read(self, column: _Column, number: int, value: Any, bad: list[BadRow]) -> Any:
        assert column.read is not None
        try:
            hash(value)
            result = column.read(value, self._zone)
        except TypeError:
            bad.append(BadRow(number, column.header, str(value)[:200], f"a cell of type {type(value).__name__} cannot be read"))
            return None
        except ValueError as fault:
            bad.append(BadRow(number, column.header, str(value)[:200], str(fault)))
            return None
        if len(column.known) < _MAX_REMEMBERED:
            column.known[value] = result
        return result

    def _snapshot(self, subject: dict[str, Any], observed: dict[str, Any], point: Point) -> SiteSnapshot | AccountSnapshot:
        only_day = point.only_day
        if only_day:
            observed = {name: day_of(value, self._zone) if isinstance(value, date) else value for name, value in observed.items()}
        document: dict[str, Any] = {"observed_at": point.at}
        if only_day:
            document["marks"] = (ONLY_A_DAY,)
        if self._kind == "account":
            document["account"] = subject
            document |= observed
            if "downloads" in observed or "starts" in observed:
                document["app"] = {name: document.pop(name) for name in ("downloads", "starts") if name in observed}
            if "seen_owner_kind" in document:
                document["owner_kind"] = document.pop("seen_owner_kind")
            return AccountSnapshot.model_validate(document, context={"zone": self._zone})
        document["site"] = subject
        if "service_count" in observed:
            document["service_count"] = observed.pop("service_count")
        if observed:
            names = {"home_latest_at": "latest_entry_at", "home_entries": "entry_count"}
            document["home"] = {names.get(name, name): value for name, value in observed.items()}
        return SiteSnapshot.model_validate(document, context={"zone": self._zone})

    def _faults(self, number: int, cells: Cells, faults: ValidationError) -> Iterator[BadRow]:
        reported: set[tuple[str | None, str]] = set()
        for fault in faults.errors(include_url=False, include_context=False):
            name = str(fault["loc"][-1]) if fault["loc"] else None
            header = None if name is None else self._headers.get(name, name)
            value = None if header is None else cells.get(header)
            reason = fault["msg"].removeprefix("Value error, ")
            if (header, reason) not in reported:
                reported.add((header, reason))
                yield BadRow(number, header, None if value is None else str(value)[:200], reason)
