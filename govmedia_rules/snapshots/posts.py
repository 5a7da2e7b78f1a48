"""Read tables of posts, one a row, as one snapshot for each account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from pydantic import ValidationError

from govmedia_rules.core.time import SHANGHAI, day_of
from govmedia_rules.errors import TableError, Where
from govmedia_rules.snapshots.cells import ONLY_A_DAY, CellReader, Point, moment_cell, point_of, yes_no_cell
from govmedia_rules.snapshots.models import AccountSnapshot
from govmedia_rules.subjects.models import Account
from govmedia_rules.subjects.vocabulary import vocabulary
from govmedia_rules.tables.headers import FieldGroup, match_columns
from govmedia_rules.tables.model import BadRow, ColumnUse, Rows
from govmedia_rules.tables.sources import open_table

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
_POST_CELLS: Mapping[str, CellReader] = {"published_at": moment_cell, "original": yes_no_cell}


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
    columns = match_columns(table, [FieldGroup("post", _POST)], headers=headers, required=needed, given=given)
    groups = _Groups(accounts, columns, point_of(observed_at, zone), zone)
    for number, cells in table.rows:
        if any(value is not None for value in cells.values()):
            groups.add(number, cells)
    return Rows(tuple(groups.snapshots(complete, table.name)), tuple(groups.bad), columns)


class _Groups:
    """Posts by account, in the order in which the accounts appear."""

    def __init__(self, accounts: Iterable[Account], columns: Iterable[ColumnUse], point: Point | None, zone: tzinfo) -> None:
        self._headers = {use.field: use.header for use in columns if use.field is not None}
        self._known = {account.id: account for account in accounts}
        self._by_code = {account.code: account for account in self._known.values() if account.code is not None}
        self._names: dict[str, list[Account]] = {}
        for account in self._known.values():
            self._names.setdefault(account.name, []).append(account)
        self._point, self._zone = point, zone
        self._accounts: dict[str, Account] = {}
        self._posts: dict[tuple[str, Point], list[dict[str, Any]]] = {}
        self.bad: list[BadRow] = []

    def add(self, number: int, cells: Mapping[str, Any]) -> None:
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
            point = self._point if shown is None else point_of(self._read("observed_at", moment_cell, shown), self._zone)
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

    def _account(self, cells: Mapping[str, Any]) -> Account:
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
        known = [account for account in self._names.get(str(name), []) if account.platform == platform]
        if code is not None:  # an account on record with another code is another account
            known = [account for account in known if account.code is None]
        if len(known) > 1:
            what = f"{len(known)} accounts on this platform have this name"
            raise _Unread("account_name", f"{what}: write the code of the one that is meant")
        if known:
            return known[0]
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
