"""Read shallow snapshots from tables: a registry's columns and what was observed of each subject, one row a subject or post.

Header spellings are data (tables/data/headers.toml). Cells are read by the closed date grammar of `dates`; a cell that cannot
be read puts its row among the bad ones, with row number, column, value and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter, ValidationError

from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.model import YesNo
from govmedia_rules.core.time import SHANGHAI, day_of
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import TableError, Where
from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.vocabulary import vocabulary
from govmedia_rules.tables.read import BadRow, ColumnUse, RawTable, Rows, Wanted, expected_types, match_columns, open_table

SubjectKind = Literal["site", "account"]
Cells = Mapping[str, Any]

ONLY_A_DAY = Mark(field="observed_at", basis="assumed", note="表中只有监测日期：按当日最后一刻计，所见的更新时间按日计（从宽）")
"""Says that the monitoring point was given as a day. Its last moment is taken, and what was seen counts by days, so that no
hour of that day can turn into a failure."""

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
    good: list[SiteSnapshot | AccountSnapshot] = []
    bad: list[BadRow] = []
    for row in table:
        if row.snapshot is not None:
            good.append(row.snapshot)
        bad.extend(row.bad)
    return Rows(tuple(good), tuple(bad), table.columns)


_ACCOUNT_SEEN = {
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
_SITE_SEEN = {
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
        (Account, _ACCOUNT_SEEN, ("name", "platform")) if kind == "account" else (Site, _SITE_SEEN, ("name",))
    )
    groups = [Wanted(kind, expected_types(subject)), Wanted(f"{kind}_seen", observed)]
    given = [] if observed_at is None else ["observed_at"]
    columns = match_columns(table, groups, headers=headers, required=(*needed, "observed_at"), given=given)
    reader = _Reader(kind, columns, _point(observed_at, zone), zone, table.name)
    return ShallowTable(columns, reader.rows(table))


class _Point(NamedTuple):
    """A monitoring point, and whether only its day is known."""

    at: datetime
    only_day: bool


def _point(moment: datetime | date | None, zone: tzinfo) -> _Point | None:
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return _Point(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone), False)
    return _Point(datetime.combine(moment, time(23, 59, 59), zone), True)


CellReader = Callable[[Any, tzinfo], Any]


class _Column(NamedTuple):
    """A column that is used: the field it fills, whether that is one of the subject, how its cells are read (None takes
    them as they are), and what the cells met so far mean, because columns repeat the same few values."""

    field: str
    header: str
    of_subject: bool
    read: CellReader | None
    known: dict[Any, Any]


class _Reader:
    """Makes snapshots out of rows."""

    def __init__(self, kind: SubjectKind, columns: Iterable[ColumnUse], point: _Point | None, zone: tzinfo, name: str) -> None:
        self._kind = kind
        self._point, self._zone, self._name = point, zone, name
        self._headers = {use.field: use.header for use in columns if use.field is not None}
        subject_fields = (Account if kind == "account" else Site).model_fields
        self._columns = [
            _Column(field, header, True, _subject_cell(field), {})
            if field in subject_fields
            else _Column(field, header, False, _SEEN_CELLS[field], {})
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
            point = _point(observed.pop("observed_at"), self._zone)
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

    def _snapshot(self, subject: dict[str, Any], observed: dict[str, Any], point: _Point) -> SiteSnapshot | AccountSnapshot:
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


# What a cell means. Each reader takes the cell and the zone, and raises ValueError with the reason.


def _moment_cell(value: Any, zone: tzinfo) -> datetime | date:
    if isinstance(value, datetime):
        clock = time(value.hour, value.minute, value.second, value.microsecond, fold=value.fold)
        day = date(value.year, value.month, value.day)  # frames hand over subclasses of their own
        if value.tzinfo is not None:
            return datetime.combine(day, clock, value.tzinfo)
        # Frames and sheets have no type for a day: midnight to the microsecond is a day, read in the unit's favour.
        return day if clock == time.min else datetime.combine(day, clock, zone)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    result = read_moment(str(value), zone=zone)
    if result is None:
        raise ValueError("not a full date (write 2024-08-27 or 2024年8月27日, with or without a time)")
    return result


def _count_cell(value: Any, zone: tzinfo) -> int:
    text = str(value).replace(",", "").replace("，", "").strip().removesuffix("条").removesuffix("篇").removesuffix("个").strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise ValueError("not a number of items")
    return int(text)


_YES_NO: TypeAdapter[bool] = TypeAdapter(YesNo)


def _yes_no_cell(value: Any, zone: tzinfo) -> bool:
    try:
        return _YES_NO.validate_python(value)
    except ValidationError:
        raise ValueError("neither yes nor no (write 是 or 否)") from None


def _functions_cell(value: Any, zone: tzinfo) -> tuple[dict[str, object], ...] | None:
    """Return the functions named in a cell: () for 无, None for a bare 有, which does not say what there is."""
    words = _words()
    text = str(value)
    if key_of(text) in words.none:
        return ()
    try:
        if _YES_NO.validate_python(text):
            return None
    except ValidationError:
        pass
    for separator in words.separators[1:]:
        text = text.replace(separator, words.separators[0])
    known = kinds("function")
    result = []
    for part in filter(None, map(str.strip, text.split(words.separators[0]))):
        term = known.find(part)
        if term is None:
            close = known.nearest(part)
            hint = f"; did you mean {close!r}?" if close else ""
            raise ValueError(f"unknown interactive function {part!r}{hint}")
        result.append({"kind": term.id, "name": part, "works": True})
    return tuple(result)


class _Words(NamedTuple):
    none: frozenset[str]
    separators: tuple[str, ...]


@cache
def _words() -> _Words:
    table = read_data("govmedia_rules.tables", "headers.toml")["words"]
    return _Words(frozenset(map(key_of, table["none"])), tuple(table["separators"]))


_SEEN_CELLS: Mapping[str, CellReader | None] = {
    "observed_at": _moment_cell,
    "latest_post_at": _moment_cell,
    "post_count": _count_cell,
    "found": _yes_no_cell,
    "functions": _functions_cell,
    "downloads": _yes_no_cell,
    "starts": _yes_no_cell,
    "seen_name": None,
    "seen_owner": None,
    "seen_owner_kind": None,
    "certified": _yes_no_cell,
    "home_latest_at": _moment_cell,
    "home_entries": _count_cell,
    "is_navigation": _yes_no_cell,
    "second_level_latest_at": _moment_cell,
    "service_count": _count_cell,
}


def _subject_cell(field: str) -> CellReader | None:
    if field in ("closing_since", "closed_at"):
        return _moment_cell
    if field in ("platform", "level", "status", "owner_kind"):
        return lambda value, zone: vocabulary(field).normalise(value)
    if field in ("has_services", "on_shared_platform"):
        return _yes_no_cell
    return None


# Posts, one a row.

_POST = {
    "title": "text",
    "url": "text",
    "published_at": "moment",
    "text": "text",
    "original": "boolean",
    "account_name": "text",
    "platform": "text",
    "account_code": "code",
    "observed_at": "moment",
}
_POST_CELLS: Mapping[str, CellReader] = {"published_at": _moment_cell, "original": _yes_no_cell}


def read_posts(
    source: object,
    *,
    accounts: Iterable[Account] = (),
    observed_at: datetime | date | None = None,
    complete: bool = False,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[AccountSnapshot]:
    """Read a table of posts, one a row, as one snapshot for each account.

    Args:
        source: See `read_accounts`.
        accounts: Accounts on record. Posts are matched to them by code, else by platform and name; an account the list does
            not have is made of what the row says.
        observed_at: The monitoring point of rows that name none; needed for accounts without a row.
        complete: Whether the table holds every post of every account. Then an account on record without a row has no post,
            and old posts prove that nothing newer exists. Otherwise posts are `partial`: what is missing proves nothing.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook.
        zone: Zone of the registry: times written without one are of this zone, and days are counted in it.

    Returns:
        Snapshots in the order in which their accounts first appear, those without a row last; and the rows set apart.

    Raises:
        TableError: See `read_accounts`.

    Examples:
        >>> rows = [{"账号名称": "某县发布", "平台类型": "微信", "发布时间": "2024-08-20"}]
        >>> read_posts(rows, observed_at=date(2024, 8, 27)).good[0].post_count
        1
    """
    table = open_table(source, sheet=sheet)
    given = [] if observed_at is None else ["observed_at"]
    needed = ("account_name", "published_at", "observed_at")
    columns = match_columns(table, [Wanted("post", _POST)], headers=headers, required=needed, given=given)
    groups = _Groups(accounts, columns, _point(observed_at, zone), zone)
    for number, cells in table.rows:
        if any(value is not None for value in cells.values()):
            groups.add(number, cells)
    return Rows(tuple(groups.snapshots(complete, table.name)), tuple(groups.bad), columns)


class _Groups:
    """Posts by account, in the order in which the accounts appear."""

    def __init__(self, accounts: Iterable[Account], columns: Iterable[ColumnUse], point: _Point | None, zone: tzinfo) -> None:
        self._headers = {use.field: use.header for use in columns if use.field is not None}
        self._known = {account.id: account for account in accounts}
        self._by_code = {account.code: account for account in self._known.values() if account.code is not None}
        self._by_name = {(account.platform, account.name): account for account in self._known.values()}
        self._names: dict[str, list[Account]] = {}
        for account in self._known.values():
            self._names.setdefault(account.name, []).append(account)
        self._point, self._zone = point, zone
        self._accounts: dict[str, Account] = {}
        self._posts: dict[tuple[str, _Point], list[dict[str, Any]]] = {}
        self.bad: list[BadRow] = []

    def add(self, number: int, cells: Cells) -> None:
        """Add one row to the posts of its account, or to `bad`."""
        try:
            account = self._account(cells)
            values: dict[str, Any] = {}
            for name in ("title", "url", "published_at", "text", "original"):
                value = cells.get(self._headers.get(name, ""))
                if value is not None:
                    read = _POST_CELLS.get(name)
                    values[name] = self._read(name, read, value) if read is not None else str(value)
            shown = cells.get(self._headers.get("observed_at", ""))
            point = self._point if shown is None else _point(self._read("observed_at", _moment_cell, shown), self._zone)
            if point is None:
                raise _Unread("observed_at", "the monitoring point is missing")
        except _Unread as fault:
            header = self._headers.get(fault.field)
            value = cells.get(header or "")
            self.bad.append(BadRow(number, header, None if value is None else str(value)[:200], fault.reason))
            return
        if point.only_day and isinstance(values.get("published_at"), datetime):
            values["published_at"] = day_of(values["published_at"], self._zone)
        self._accounts.setdefault(account.id, account)
        self._posts.setdefault((account.id, point), []).append(values)

    def _read(self, name: str, read: CellReader, value: Any) -> Any:
        try:
            return read(value, self._zone)
        except ValueError as fault:
            raise _Unread(name, str(fault)) from None

    def _account(self, cells: Cells) -> Account:
        keys = {name: cells.get(self._headers.get(name, "")) for name in ("account_code", "platform", "account_name")}
        code, name = keys["account_code"], keys["account_name"]
        if code is not None and str(code).upper() in self._by_code:
            return self._by_code[str(code).upper()]
        if name is None:
            raise _Unread("account_name", "the name of the account is missing")
        if keys["platform"] is None:
            namesakes = self._names.get(str(name), [])
            if len(namesakes) != 1:
                what = "no account on record has this name" if not namesakes else f"{len(namesakes)} accounts have this name"
                raise _Unread("account_name", f"{what}, and the row names no platform")
            return namesakes[0]
        try:
            platform = vocabulary("platform").normalise(keys["platform"])
        except ValueError as fault:
            raise _Unread("platform", str(fault)) from None
        known = self._by_name.get((platform, str(name)))
        if known is not None:
            return known
        try:
            return Account(name=str(name), platform=platform, code=None if code is None else str(code))
        except ValidationError as faults:
            first = faults.errors(include_url=False, include_context=False)[0]
            field = "account_code" if first["loc"] and first["loc"][0] == "code" else "account_name"
            raise _Unread(field, first["msg"].removeprefix("Value error, ")) from None

    def snapshots(self, complete: bool, name: str) -> Iterator[AccountSnapshot]:
        """Return one snapshot for each account and monitoring point."""
        partial = () if complete else ("posts",)
        for (account_id, point), posts in self._posts.items():
            marks = (ONLY_A_DAY,) if point.only_day else ()
            yield AccountSnapshot.model_validate(
                {
                    "account": self._accounts[account_id],
                    "observed_at": point.at,
                    "posts": tuple(posts),
                    "marks": marks,
                    "partial": partial,
                },
                context={"zone": self._zone},
            )
        silent = [account for account in self._known.values() if account.id not in self._accounts]
        if complete and silent and self._point is None:
            what = f"{len(silent)} accounts have no row, and no monitoring point is given for them"
            raise TableError(what, Where(name), "pass observed_at=")
        if complete and self._point is not None:
            marks = (ONLY_A_DAY,) if self._point.only_day else ()
            for account in silent:
                document = {"account": account, "observed_at": self._point.at, "posts": (), "marks": marks}
                yield AccountSnapshot.model_validate(document, context={"zone": self._zone})


class _Unread(Exception):
    """A cell of a post that cannot be read: its field and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field, self.reason = field, reason
