"""Read shallow snapshots from tables: a registry's columns and what was observed of each subject, one row a subject.

A cell that cannot be read leaves its fact "not observed" and is named; its row stays. Only a row without a name is left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import chain
from typing import Any

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import MissingColumn, UnreadInput
from govmedia_rules.snapshots.cells import (
    point_of,
)
from govmedia_rules.snapshots.merging import each_once
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.shallow_rows import RowReader, ShallowRow, SubjectKind, platform_of_sheet
from govmedia_rules.snapshots.wide import one_account_a_row
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.tables.headers import FieldGroup, expected_types, field_of, match_columns, missing_columns
from govmedia_rules.tables.model import BadRow, ColumnUse, RawTable, Rows
from govmedia_rules.tables.sources import open_tables


@dataclass(frozen=True)
class ShallowTable:
    """Tables of subjects whose columns are known and whose rows are read while one iterates, once.

    Attributes:
        columns: Every column of every table, what it is used for and its type.
        rejected: Rows that hold no data.
        remarks: Hidden rows, columns and sheets.
        missing: Usual headers of facts that no column gives, though verdicts need them.
        name: File or kind of source.
        readers: What reads the rows of each table.
    """

    columns: tuple[ColumnUse, ...]
    rejected: tuple[BadRow, ...] = ()
    remarks: tuple[BadRow, ...] = ()
    missing: tuple[str, ...] = ()
    name: str = ""
    readers: tuple[RowReader, ...] = field(default=(), repr=False)

    def __iter__(self) -> Iterator[ShallowRow]:
        return chain.from_iterable(reader.rows() for reader in self.readers)

    @property
    def fields(self) -> frozenset[str]:
        """Fields that some column fills."""
        return frozenset(use.field.split(".")[0] for use in self.columns if use.field is not None)


def read_accounts(
    source: object,
    *,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[AccountSnapshot]:
    """Read what a table says of accounts: the registry's columns with 最近更新时间, 互动功能 and the like.

    The header row is found wherever it is, on every sheet; totals, notes and repeated headers are set apart (`rejected`). A cell
    that cannot be read leaves that fact not observed and is named in `bad`. Rows of one account are one snapshot; where they
    contradict each other the fact stays open.

    Args:
        source: A CSV, workbook (XLSX, XLS, ODS, ET) or Parquet file, a pandas, polars or Arrow table, a DuckDB relation, or
            rows as mappings.
        observed_at: The monitoring point of rows that name none; a day stands for its last moment.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook by name or position; None reads all that hold such a table.
        header: Number of the header row as a spreadsheet shows it; None finds it.
        zone: Zone of the registry: times written without one are of this zone, and days are counted in it.

    Returns:
        The snapshots, the rows and cells that could not be used, and the columns that were not understood.

    Raises:
        TableError: The source cannot be opened, a needed column is missing, or a column has an impossible type.

    Warns:
        MissingColumn: No column gives a fact that verdicts need.
        UnreadInput: A text file had an open quote, or a hidden sheet was not read.

    Examples:
        >>> rows = [{"账号名称": "某县发布", "平台类型": "微信", "最近更新时间": "2024.8.20", "互动功能": "有"}]
        >>> read_accounts(rows, observed_at=date(2024, 8, 27)).good[0].latest_post_at
        datetime.date(2024, 8, 20)
    """
    options: dict[str, Any] = {"headers": headers, "sheet": sheet, "header": header, "zone": zone}
    return _all_rows(shallow_table(source, "account", observed_at=observed_at, parted=True, **options))


def read_sites(
    source: object,
    *,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[SiteSnapshot]:
    """Read what a table says of sites: the registry's columns with 首页最近更新时间 and the like; see `read_accounts`.

    Examples:
        >>> rows = [{"网站名称": "某县人民政府", "首页最近更新时间": "2024-08-20"}]
        >>> read_sites(rows, observed_at=date(2024, 8, 27)).good[0].home.latest_entry_at
        datetime.date(2024, 8, 20)
    """
    options: dict[str, Any] = {"headers": headers, "sheet": sheet, "header": header, "zone": zone}
    return _all_rows(shallow_table(source, "site", observed_at=observed_at, **options))


def kind_of_table(names: Iterable[str], headers: Mapping[str, str] | None = None) -> SubjectKind:
    """Return `account` where headers name the platform, the name or interactive functions of accounts, else `site`."""
    return _kind_shown(names, headers) or "site"


_FIELDS_OF_BOTH = frozenset({"url", "operator", "level", "updates"})
"""Fields whose words for sites (链接地址) are written of accounts, too."""


def _kind_shown(names: Iterable[str], headers: Mapping[str, str] | None) -> SubjectKind | None:
    """Return the kind of subjects that headers show; None where both kinds have such columns (名称, 主办单位, 更新时间)."""
    fields = [[field_of(text, field_groups(kind), headers)[0] for kind in ("account", "site")] for text in names]
    accounts, sites = ({pair[at] for pair in fields} for at in (0, 1))
    of_one = {("account" if account == "name" else "site") for account, site in fields if (account == "name") != (site == "name")}
    if of_one == {"site"} and "name" not in accounts:  # 网站名称
        return "site"
    if "platform" in accounts or of_one == {"account"} or ("functions" in accounts and "is_navigation" not in sites):
        return "account"
    of_sites = {site for account, site in fields if account is None} - {None, *_FIELDS_OF_BOTH}
    return "site" if of_one == {"site"} or of_sites else None


def kinds_of_tables(tables: Sequence[RawTable], headers: Mapping[str, str] | None = None) -> list[SubjectKind]:
    """Return the kind of subjects of each table of a source; one whose headers do not show it is of the kind of the others.

    Where the others are of both kinds, a table whose sheet or title names a platform is one of accounts.
    """
    shown = [_kind_shown(table.columns, headers) for table in tables]
    known = {kind for kind in shown if kind is not None}
    if len(known) < 2:
        return [next(iter(known), "site")] * len(shown)
    return [kind or ("account" if platform_of_sheet(table) else "site") for kind, table in zip(shown, tables, strict=True)]


def open_subject_tables(
    source: object, *, headers: Mapping[str, str] | None = None, sheet: str | int | None = None, header: int | None = None
) -> list[RawTable]:
    """Open the tables of a source that may be of accounts or of sites.

    Raises:
        TableError: See `read_accounts`.
    """
    groups = [*field_groups("account"), *field_groups("site")]
    return open_tables(source, lambda text: field_of(text, groups, headers)[0], sheet=sheet, header=header)


def _tables_of_kind(
    source: object, kind: SubjectKind, headers: Mapping[str, str] | None, sheet: str | int | None, header: int | None
) -> tuple[list[RawTable], list[BadRow]]:
    """Return the tables of one kind of subjects, and a remark on each table of the other kind, whose rows are not read."""
    if isinstance(source, Iterator):
        source = list(source)
    tables = open_subject_tables(source, headers=headers, sheet=sheet, header=header)
    kinds = kinds_of_tables(tables, headers)
    if kind not in kinds:  # the caller knows better
        groups = field_groups(kind)
        return open_tables(source, lambda text: field_of(text, groups, headers)[0], sheet=sheet, header=header), []
    others = []
    for table, other in zip(tables, kinds, strict=True):
        numbers = [number for number, _ in table.rows] if other != kind else []
        if numbers:
            what = "政务新媒体，没有读（用 read_accounts 读）" if other == "account" else "网站，没有读（用 read_sites 读）"
            others.append(BadRow(numbers[0], None, None, f"起的{len(numbers)}行是{what}", sheet=table.sheet))
    return [table for table, other in zip(tables, kinds, strict=True) if other == kind], others


def _column_of_types(columns: Sequence[ColumnUse], headers: Mapping[str, str] | None) -> str | None:
    """Return the header under which each row says whether it is a site or on which platform an account is; None without one."""
    groups = field_groups("account")
    of_accounts = {use.header: field_of(use.header, groups, headers)[0] for use in columns}
    if not any(use.field == of_accounts[use.header] == "name" for use in columns):
        return None  # 网站名称 beside 账号名称: each row is both
    return next((use.header for use in columns if use.field in (None, "platform") and of_accounts[use.header] == "platform"), None)


def accounts_of(tables: Iterable[RawTable], headers: Mapping[str, str] | None = None) -> list[RawTable]:
    """Return tables of accounts with one account a row, see `one_account_a_row`."""
    groups = field_groups("account")
    return one_account_a_row(tables, lambda text: field_of(text, groups, headers)[0])


def _all_rows(table: ShallowTable) -> Rows[Any]:
    warn_of(table)
    rows = list(table)
    once = each_once([((row.sheet, row.number), row.snapshot) for row in rows if row.snapshot is not None])
    bad = [*(row for row in table.rejected if row.used), *(fault for row in rows if row.has_data for fault in row.bad)]
    no_data = [fault for row in rows if not row.has_data for fault in row.bad]
    remarks = [remark for row in rows for remark in row.remarks]
    return Rows(
        tuple(snapshot for _, snapshot in once.rows),
        (*bad, *once.open),
        table.columns,
        (*(row for row in table.rejected if not row.used), *no_data),
        (*table.remarks, *remarks, *once.merged),
        tuple(place for place, _ in once.rows),
        table.missing,
    )


def warn_of(table: ShallowTable, stacklevel: int = 4) -> None:
    """Warn of missing columns that verdicts need, and of rows and sheets that were not read as they are."""
    if table.missing:
        unused = [use.header for use in table.columns if use.is_unused]
        names, others = "、".join(table.missing), "、".join(unused)
        what = f"{table.name}: no column gives {names}, so what needs it stays 待定"
        zh = f"{table.name}: 没有读到 {names} 列，相关指标一律待定"
        if unused:
            what += f"; columns not understood: {others} (headers= can name them)"
            zh += f"；未识别的列：{others}（可用 headers= 指明）"
        warnings.warn(MissingColumn(what, zh), stacklevel=stacklevel)
    unread = [*(row for row in table.rejected if row.used), *(row for row in table.remarks if not row.used)]
    if unread:
        shown = "；".join(
            f"{row.sheet or ''}第{row.row}行{row.reason}" if row.row else f"{row.value}：{row.reason}" for row in unread[:5]
        )
        warnings.warn(UnreadInput(f"{table.name}: {shown}", f"{table.name}: {shown}"), stacklevel=stacklevel)


_PSEUDO = {"is_closed": "boolean", "is_running": "boolean", "remark": "text"}
_ACCOUNT_OBSERVED = {
    "observed_at": "moment",
    "latest_post_at": "moment",
    "post_count": "number",
    "updates": "text",
    "found": "boolean",
    "functions": "text",
    "downloads": "boolean",
    "starts": "boolean",
    "seen_name": "text",
    "seen_owner": "text",
    "seen_owner_kind": "text",
    "certified": "boolean",
    "filed": "boolean",
}
_SITE_OBSERVED = {
    "observed_at": "moment",
    "home_latest_at": "moment",
    "home_entries": "number",
    "updates": "text",
    "is_navigation": "boolean",
    "second_level_latest_at": "moment",
    "service_count": "number",
}
_NEEDED_FACTS: Mapping[SubjectKind, Mapping[tuple[str, ...], str]] = {
    "account": {("latest_post_at", "post_count", "updates"): "最后更新时间", ("functions",): "互动功能"},
    "site": {("home_latest_at", "updates"): "首页最近更新时间"},
}
NEEDED_PARTS: Mapping[str, frozenset[str]] = {
    "最后更新时间": frozenset({"latest_post_at", "posts", "post_count"}),
    "互动功能": frozenset({"functions"}),
    "首页最近更新时间": frozenset({"home"}),
}
"""Usual header of a fact -> the parts of a snapshot in which checks look for it."""


def field_groups(kind: SubjectKind) -> list[FieldGroup]:
    """Return the fields that a table of subjects of a kind may fill."""
    subject, observed = (Account, _ACCOUNT_OBSERVED) if kind == "account" else (Site, _SITE_OBSERVED)
    return [FieldGroup(kind, expected_types(subject) | _PSEUDO), FieldGroup(f"{kind}_seen", observed)]


def shallow_table(
    source: object,
    kind: SubjectKind,
    *,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    zone: tzinfo = SHANGHAI,
    parted: bool = False,
) -> ShallowTable:
    """Open the tables of a source and identify their columns; rows become snapshots while one iterates.

    Args:
        source: See `read_accounts`.
        kind: Whether rows are sites or accounts.
        observed_at: The monitoring point of rows that name none.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook.
        header: Number of the header row.
        zone: Zone of times written without one.
        parted: Whether a row may hold several accounts: tables side by side, or columns for each platform.

    Raises:
        TableError: See `read_accounts`.
    """
    groups = field_groups(kind)
    tables, others = _tables_of_kind(source, kind, headers, sheet, header)
    if parted:
        tables = accounts_of(tables, headers)
    point = point_of(observed_at, zone)
    readers = []
    for table in tables:
        columns = match_columns(table, groups, headers=headers, repeated=True)
        fields = {use.field for use in columns}
        lacking = [name for name in ("name", "observed_at") if name not in fields and not (name == "observed_at" and point)]
        if lacking:
            raise missing_columns(table, lacking, groups)
        readers.append(RowReader(kind, columns, point, zone, table, _column_of_types(columns, headers)))
    uses = tuple(use for reader in readers for use in reader.columns)
    fields = {use.field.split(".")[0] for use in uses if use.field is not None}
    return ShallowTable(
        uses,
        tuple(row for table in tables for row in table.rejected),
        (*(row for table in tables for row in table.remarks), *others),
        tuple(title for facts, title in _NEEDED_FACTS[kind].items() if not fields & set(facts)),
        tables[0].name,
        tuple(readers),
    )
