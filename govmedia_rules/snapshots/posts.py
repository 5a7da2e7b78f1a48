"""Read tables of posts, one a row, as one snapshot for each account.

A row that is refused, and a post whose time is not read, make the posts of its account `partial`: nothing is proved by what
may be missing. Deleted, rejected, drafted, liked and forwarded posts are not posts of the account.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from govmedia_rules.core.time import SHANGHAI, day_of, earliest
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import TableError, Where
from govmedia_rules.snapshots.cells import (
    ONLY_A_DAY,
    UNKNOWN_PLATFORM,
    Point,
    plain_cell,
    platform_cell,
    point_of,
    yes_no_cell,
)
from govmedia_rules.snapshots.exports import exported_posts
from govmedia_rules.snapshots.models import AccountSnapshot
from govmedia_rules.snapshots.parts import Post
from govmedia_rules.subjects.models import Account
from govmedia_rules.subjects.vocabulary import subject_vocabulary
from govmedia_rules.tables.grids import UnreadCell
from govmedia_rules.tables.headers import FieldGroup, field_of, header_aliases, header_keys, match_columns, missing_columns
from govmedia_rules.tables.layout import TOTAL_ROW, no_subject
from govmedia_rules.tables.model import BadRow, ColumnUse, RawTable, Rows
from govmedia_rules.tables.sources import open_tables
from govmedia_rules.tables.when import Clock, DayRange, when_cell

Cells = Mapping[str, Any]

_POST = {
    "title": "text",
    "url": "text",
    "published_at": "moment",
    "created_at": "moment",
    "text": "text",
    "original": "boolean",
    "state": "text",
    "kind": "text",
    "of_others": "boolean",
    "account_name": "text",
    "platform": "text",
    "account_code": "code",
    "observed_at": "moment",
}
_GROUPS = [FieldGroup("post", _POST)]
_TIMES = ("published_at", "created_at")
_NAMING = ("account_name", "title")
"""Fields in which a row of totals says that it is one."""


class PostRow(NamedTuple):
    """One row of a table of posts.

    Attributes:
        number: Row number as a spreadsheet shows it.
        post: The post; None where it is not one of the account's own, or the row cannot be used.
        certain: Whether nothing about the post was left open.
        cells: Cells of the account, by field; {} for a row that is no post.
        bad: What was not read.
        remark: Why the row is no post of the account.
        sheet: Sheet of a workbook.
    """

    number: int
    post: Post | None
    certain: bool
    cells: Mapping[str, Any]
    bad: tuple[BadRow, ...] = ()
    remark: BadRow | None = None
    sheet: str | None = None


def post_tables(
    source: object,
    *,
    headers: Mapping[str, str] | None,
    sheet: str | int | None,
    header: int | None = None,
    names: Container[str] = (),
) -> list[tuple[RawTable, tuple[ColumnUse, ...]]]:
    """Open the tables of posts of a source, with what each column is used for.

    Args:
        source: See `read_posts`.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook.
        header: Number of the header row.
        names: Keys of the names of the accounts on record.

    Raises:
        TableError: The source cannot be opened, or no column gives a title or a time.
    """

    def known(text: str) -> str | None:
        name = field_of(text, _GROUPS, headers)[0]
        return "time" if name in _TIMES else name

    opened = []
    for table in open_tables(source, known, needed="time", alone="title", sheet=sheet, header=header):
        columns = match_columns(table, _GROUPS, headers=headers, repeated=True)
        if not {use.field for use in columns} & {"title", *_TIMES}:
            raise missing_columns(table, ["published_at", "title"], _GROUPS)
        opened.append(_with_account_names(table, columns, names))
    return opened


def _with_account_names(
    table: RawTable, columns: tuple[ColumnUse, ...], names: Container[str]
) -> tuple[RawTable, tuple[ColumnUse, ...]]:
    """Take 名称 for the name of the account where no column gives that, if another one gives titles or a cell is a known name."""
    fields = {use.field for use in columns}
    alone = [
        use for use in columns if use.field is None and not header_aliases("post_name").keys().isdisjoint(header_keys(use.header))
    ]
    if fields & {"account_name", "account_code"} or len(alone) != 1:
        return table, columns
    (name,) = alone
    if not fields & {"title", "text"}:
        table = replace(table, rows=list(table.rows))
        if not any(key_of(str(cells.get(name.header))) in names for _, cells in table.rows):
            return table, columns
    named = replace(name, field="account_name", remark="按相近的表头识别")
    return table, tuple(named if use is name else use for use in columns)


def post_rows(table: RawTable, columns: Iterable[ColumnUse], point: datetime | None, zone: tzinfo) -> Iterator[PostRow]:
    """Return the rows of a table of posts; blank ones are left out."""
    headers = _headers_by_field(columns)
    time_field = next((name for name in _TIMES if name in headers), None)
    for number, cells in table.rows:
        total = next((name for name in _NAMING if no_subject(cells.get(headers.get(name, "")), cells) == TOTAL_ROW), None)
        if total is not None:
            remark = BadRow(number, headers[total], str(cells[headers[total]])[:200], TOTAL_ROW, True, table.sheet)
            yield PostRow(number, None, True, {}, (), remark, table.sheet)
        elif any(value is not None for value in cells.values()):
            yield _post_row(
                number, {name: cells.get(header) for name, header in headers.items()}, headers, time_field, point, zone, table
            )


def _headers_by_field(columns: Iterable[ColumnUse]) -> dict[str, str]:
    """Return the header of each field, the best spelling first; further columns of a field are numbered (`state.2`)."""
    ranks = {key: rank for rank, key in enumerate(header_aliases("post"))}
    used = [(use.field, use.header) for use in columns if use.field is not None]
    used.sort(key=lambda pair: min(ranks.get(key, -1) for key in header_keys(pair[1])))
    headers: dict[str, str] = {}
    for name, header in used:
        same = sum(known.split(".")[0] == name for known in headers)
        headers[f"{name}.{same + 1}" if same else name] = header
    return headers


def _of_field(cells: Cells, name: str) -> dict[str, Any]:
    """Return the filled cells of a field, by name."""
    return {each: value for each, value in cells.items() if each.split(".")[0] == name and value is not None}


def _post_row(
    number: int,
    cells: Cells,
    headers: Mapping[str, str],
    time_field: str | None,
    point: datetime | None,
    zone: tzinfo,
    table: RawTable,
) -> PostRow:
    bad: list[BadRow] = []

    def fault(name: str, reason: str) -> None:
        value = cells.get(name)
        bad.append(BadRow(number, headers.get(name), None if value is None else str(value)[:200], reason, True, table.sheet))

    own, decisive = _is_own(cells)
    if own is False:
        remark = BadRow(number, None, str(cells.get(decisive))[:200], "不是本账号已发布的内容，未计入", True, table.sheet)
        return PostRow(number, None, True, cells, (), remark, table.sheet)
    if own is None:
        fault(decisive, "不能确定是否为本账号已发布的内容，未计入")
        return PostRow(number, None, False, cells, tuple(bad), None, table.sheet)
    published: datetime | date | None = None
    unread: dict[str, str] = {}
    for name, shown in _of_field(cells, time_field or "").items():
        try:
            moment = when_cell(shown, Clock(point, zone, table.day_zero))
            if isinstance(moment, DayRange):
                raise ValueError("发布时间没有具体日期")
            published = moment
            break
        except ValueError as reason:
            unread[name] = str(reason)
    if published is None:
        for name, problem in unread.items():
            fault(name, problem)
    # A post without its time may be the newest one.
    certain = published is not None or time_field is None
    original: bool | None = None
    try:
        original = _original(cells.get("original"))
    except ValueError as refusal:
        fault("original", str(refusal))
    texts = {name: _text(cells.get(name), longest) for name, longest in (("title", 10_000), ("url", 8_000), ("text", 5_000_000))}
    post = Post(title=texts["title"] or "", url=texts["url"], published_at=published, text=texts["text"], original=original)
    return PostRow(number, post, certain, cells, tuple(bad), None, table.sheet)


def _text(value: Any, longest: int) -> str | None:
    return None if value is None else str(value)[:longest]


def _original(value: Any) -> bool | None:
    if value is None:
        return None
    if key_of(str(value)) in ("原创", "转载"):
        return key_of(str(value)) == "原创"
    return yes_no_cell(value)


class _Words(NamedTuple):
    standing: re.Pattern[str]
    unpublished: re.Pattern[str]
    published: re.Pattern[str]
    of_others: re.Pattern[str]


@cache
def _words() -> _Words:
    table = read_data("govmedia_rules.tables", "headers.toml")["posts"]
    return _Words(*(re.compile("|".join(table[name])) for name in _Words._fields))


def _is_own(cells: Cells) -> tuple[bool | None, str]:
    """Return whether a row is a published post of the account itself, and the field that decides it; None where that stays open."""
    answers: list[tuple[bool | None, str]] = []
    for field, answer in (("of_others", _is_first_hand), ("kind", _is_kind_of_own), ("state", _is_standing)):
        for name, value in _of_field(cells, field).items():
            try:
                answers.append((answer(value), name))
            except ValueError:
                answers.append((None, name))
    return next((each for wanted in (False, None) for each in answers if each[0] is wanted), (True, "state"))


def _is_first_hand(value: Any) -> bool | None:
    """Return the answer to 是否转发, the other way round."""
    of_others = yes_no_cell(value)
    return None if of_others is None else not of_others


def _is_kind_of_own(value: Any) -> bool:
    return not _words().of_others.search(key_of(str(value)))


def _is_standing(value: Any) -> bool | None:
    """Return whether a state is that of a post that can be seen; also the answer to 是否删除, the other way round."""
    words, state = _words(), key_of(str(value))
    if words.standing.search(state):  # 未删除
        return True
    if words.unpublished.search(state):
        return False
    return True if words.published.search(state) else _is_first_hand(state)


def read_posts(
    source: object,
    *,
    accounts: Iterable[Account] = (),
    observed_at: datetime | date | None = None,
    complete: bool = False,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    preset: str | None = None,
    fields: Mapping[str, str | Sequence[str]] | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[AccountSnapshot]:
    """Read a table of posts, one a row, as one snapshot for each account.

    Args:
        source: See `read_accounts`. Or the JSON of a collecting tool or platform: a path that ends in `.json` or `.jsonl`, or the
            document as read; an answer that says it was refused is an error, never "no posts".
        accounts: Accounts on record. Posts are matched to them by code, else by name and a platform of the same family
            (微信 and 微信订阅号); an account the list does not have is made of what the row says. Where the table names no
            account, the list must have exactly one.
        observed_at: The monitoring point of rows that name none; needed for accounts without a row.
        complete: Whether the table holds every post of every account. Then an account on record without a row has no post,
            and old posts prove that nothing newer exists. Otherwise posts are `partial`: what is missing proves nothing.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook by name or position; None reads all that hold such a table.
        header: Number of the header row as a spreadsheet shows it; None finds it.
        preset: Form of a JSON document (`weibo_crawler`, `media_crawler`, `douyin_list`); None tries each of them.
        fields: For JSON, field of a post -> the key that holds it, or several; they win over those of the preset.
        zone: Zone of the registry: times written without one are of this zone, and days are counted in it.

    Returns:
        Snapshots in the order in which their accounts first appear, those without a row last; and what was not read. A row
        that was refused and a post without a readable time make the posts of that account partial.

    Raises:
        TableError: See `read_accounts`.
        ObservationError: A JSON document was refused by its platform, or holds no posts in a known form.

    Examples:
        >>> rows = [{"账号名称": "某县发布", "平台类型": "微信", "发布时间": "2024-08-20"}]
        >>> read_posts(rows, observed_at=date(2024, 8, 27)).good[0].post_count
        1
    """
    is_json = isinstance(source, str | PathLike) and Path(source).suffix.lower() in (".json", ".jsonl")
    if is_json or isinstance(source, Mapping) or preset is not None or fields is not None:
        source = exported_posts(Path(source) if is_json else source, preset=preset, fields=fields)  # type: ignore[arg-type]
    groups = _Groups(accounts, point_of(observed_at, zone), zone)
    # An empty list of a tool has no columns: its account has no post.
    opened = (
        []
        if isinstance(source, list) and not source
        else post_tables(source, headers=headers, sheet=sheet, header=header, names=groups.names)
    )
    uses: list[ColumnUse] = []
    for table, columns in opened:
        filled = {use.field for use in columns}
        if observed_at is None and "observed_at" not in filled:
            raise missing_columns(table, ["observed_at"], _GROUPS)
        if not filled & {"account_name", "account_code"} and groups.only is None:
            raise missing_columns(table, ["account_name"], _GROUPS)
        uses.extend(columns)
        names = _headers_by_field(columns)
        groups.add_bare_times(table)
        for row in post_rows(table, columns, None if groups.point is None else groups.point.at, zone):
            groups.add(row, names)
    name = opened[0][0].name if opened else "posts"
    rejected = tuple(row for table, _ in opened for row in table.rejected)
    remarks = (*(row for table, _ in opened for row in table.remarks), *groups.remarks)
    return Rows(tuple(groups.snapshots(complete, name)), tuple(groups.bad), tuple(uses), rejected, remarks)


class _Refused(Exception):
    """A row whose account is not known: the field at fault, why, and the accounts it may belong to."""

    def __init__(self, field: str, reason: str, suspects: Iterable[Account] | None = None) -> None:
        super().__init__(field, reason)
        self.field, self.reason = field, reason
        self.suspects = None if suspects is None else {account.id for account in suspects}


class _Groups:
    """Posts by account, in the order in which the accounts appear."""

    def __init__(self, accounts: Iterable[Account], point: Point | None, zone: tzinfo) -> None:
        self._known = {account.id: account for account in accounts}
        self._by_code = {account.code: account for account in self._known.values() if account.code is not None}
        self.names: dict[str, list[Account]] = {}
        for account in self._known.values():
            self.names.setdefault(key_of(account.name), []).append(account)
        self.only = next(iter(self._known.values())) if len(self._known) == 1 else None
        self.point, self._zone = point, zone
        self._accounts: dict[str, Account] = {}
        self._posts: dict[tuple[str, Point], list[Post]] = {}
        self._rows: set[tuple[object, ...]] = set()
        self._later: set[tuple[str, Point]] = set()
        self._partial: set[str] = set()
        self._all_partial = False
        self.bad: list[BadRow] = []
        self.remarks: list[BadRow] = []

    def add(self, row: PostRow, headers: Mapping[str, str]) -> None:
        """Add one row to the posts of its account, or to `bad`."""
        self.bad.extend(row.bad)
        if not row.cells and row.remark is not None:
            self.remarks.append(row.remark)
            return
        try:
            account = self._account(row.cells)
            point = self._point(row.cells)
        except _Refused as fault:
            value = row.cells.get(fault.field)
            shown = None if value is None else str(value)[:200]
            self.bad.append(BadRow(row.number, headers.get(fault.field), shown, fault.reason, False, row.sheet))
            if fault.suspects is None:
                self._all_partial = True
            else:
                self._partial |= fault.suspects
            return
        self._accounts.setdefault(account.id, account)
        posts = self._posts.setdefault((account.id, point), [])
        if not row.certain:
            self._partial.add(account.id)
        if row.remark is not None:
            self.remarks.append(row.remark)
        if row.post is None:
            return
        post = self._by_days(row.post) if point.only_day else row.post
        if post.published_at is not None and earliest(post.published_at, self._zone) > point.at:
            # What was published later says nothing of the monitoring point, nor that the account was there then.
            self._leave_out(row, "发布时间晚于监测时间点，未计入")
            self._later.add((account.id, point))
            return
        # What shows its time alone may be another post of that day.
        cells = (account.id, point, *((name, str(value)) for name, value in row.cells.items()))
        if cells in self._rows and (post.title or post.url or post.text):
            self._leave_out(row, "与另一行相同，按1条计")
            return
        self._rows.add(cells)
        posts.append(post)

    def add_bare_times(self, table: RawTable) -> None:
        """Take rows that hold nothing but a time for posts that may be anybody's: they may also be the date under a table."""
        for row in table.rejected:
            try:
                moment = when_cell(row.value, Clock(None if self.point is None else self.point.at, self._zone))
            except ValueError:
                continue
            if isinstance(moment, DayRange):
                continue  # the title of a month
            self._all_partial = True
            self.bad.append(replace(row, reason="只有时间的一行，可能是一条没有标题的内容，未计入", sheet=table.sheet))

    def _leave_out(self, row: PostRow, reason: str) -> None:
        assert row.post is not None
        self.remarks.append(BadRow(row.number, None, row.post.title[:200] or None, reason, True, row.sheet))

    def _by_days(self, post: Post) -> Post:
        if not isinstance(post.published_at, datetime):
            return post
        return post.model_copy(update={"published_at": day_of(post.published_at, self._zone)})

    def _point(self, cells: Cells) -> Point:
        shown = cells.get("observed_at")
        point = self.point
        if shown is not None:
            try:
                moment = when_cell(shown, Clock(None, self._zone))
            except ValueError as fault:
                raise _Refused("observed_at", str(fault)) from None
            point = None if isinstance(moment, DayRange) else point_of(moment, self._zone)
        if point is None:
            raise _Refused("observed_at", "没有监测时间点")
        return point

    def _account(self, cells: Cells) -> Account:
        code, name = cells.get("account_code"), cells.get("account_name")
        if code is not None and str(code).upper() in self._by_code:
            return self._by_code[str(code).upper()]
        if isinstance(name, UnreadCell):
            raise _Refused("account_name", f"{name.reason}，未读取")
        if name is None or plain_cell(name) is None:
            if self.only is not None and "account_name" not in cells and "account_code" not in cells:
                return self.only
            raise _Refused("account_name", "账号名称未填")
        namesakes = self.names.get(key_of(str(name)), [])
        try:
            platform = UNKNOWN_PLATFORM if cells.get("platform") is None else platform_cell(cells["platform"])[0]
        except ValueError:
            platform = UNKNOWN_PLATFORM
        if platform == UNKNOWN_PLATFORM:
            if len(namesakes) > 1:
                raise _Refused("account_name", f"登记库中有{len(namesakes)}个账号用此名称，而此行没有平台", namesakes)
            if namesakes:
                return namesakes[0]
        related = [account for account in namesakes if platform == UNKNOWN_PLATFORM or _same_family(account.platform, platform)]
        if code is not None:  # an account on record with another code is another account
            related = [account for account in related if account.code is None]
        exact = [account for account in related if account.platform == platform]
        if len(exact) == 1 or len(related) == 1:
            return (exact or related)[0]
        if related:
            raise _Refused("account_name", f"登记库中有{len(related)}个同类平台的账号用此名称", related)
        try:
            return Account(name=str(name), platform=platform, code=None if code is None else str(code))
        except ValidationError:
            return Account(name=str(name)[:1_000], platform=platform)

    def snapshots(self, complete: bool, name: str) -> Iterator[AccountSnapshot]:
        """Return one snapshot for each account and monitoring point."""
        for (account_id, point), posts in self._posts.items():
            yield self._snapshot(self._accounts[account_id], point, tuple(posts), complete)
        silent = [account for account in self._known.values() if account.id not in self._accounts]
        if complete and silent and self.point is None:
            what = f"{len(silent)} accounts have no row, and no monitoring point is given for them"
            zh = f"有 {len(silent)} 个账号在表中没有行，也没有给出它们的监测时间点"
            raise TableError(what, Where(name), "pass observed_at=", zh, "请传入 observed_at=")
        if complete and self.point is not None:
            for account in silent:
                yield self._snapshot(account, self.point, (), complete)

    def _snapshot(self, account: Account, point: Point, posts: tuple[Post, ...], complete: bool) -> AccountSnapshot:
        partial = not complete or self._all_partial or account.id in self._partial
        partial = partial or (not posts and (account.id, point) in self._later)
        return AccountSnapshot.model_validate(
            {
                "account": account,
                "observed_at": point.at,
                "posts": posts,
                "marks": (ONLY_A_DAY,) if point.only_day else (),
                "partial": ("posts",) if partial else (),
            },
            context={"zone": self._zone},
        )


def _same_family(platform: str, other: str) -> bool:
    """Return whether two platforms are one under two words: 微信 and 微信订阅号, but not 微信公众号 and 微信视频号."""
    tree = subject_vocabulary("platform")
    return tree.is_a(platform, other) or tree.is_a(other, platform)
