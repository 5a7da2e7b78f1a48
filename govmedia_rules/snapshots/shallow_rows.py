"""Read the rows of one table as shallow snapshots: each cell by its field, and what was not read named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from functools import cache, partial
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from govmedia_rules.core.faults import describe_fault
from govmedia_rules.core.time import day_of
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.snapshots.cells import (
    ONLY_A_DAY,
    UNKNOWN_PLATFORM,
    CodeRead,
    FunctionsRead,
    Point,
    any_cell,
    both_functions,
    closed_cell,
    code_cell,
    count_cell,
    counts_all,
    doubtful_status,
    found_cell,
    functions_cell,
    has_closing_note,
    is_site,
    never_updated,
    plain_cell,
    platform_cell,
    point_of,
    says_closed,
    status_cell,
    term_cell,
    yes_no_cell,
)
from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.tables.grids import BEYOND_HEADER
from govmedia_rules.tables.headers import period_text
from govmedia_rules.tables.layout import NO_NAME, no_subject
from govmedia_rules.tables.model import BadRow, ColumnUse, RawTable
from govmedia_rules.tables.periods import Updates, newest_within, period_of
from govmedia_rules.tables.when import Clock, DayRange, when_cell

SubjectKind = Literal["site", "account"]
Cells = Mapping[str, Any]
Read = Callable[[Any, Clock], Any]

_RUNNING_PARTS: Mapping[SubjectKind, frozenset[str]] = {
    "account": frozenset({"posts", "functions"}),
    "site": frozenset({"home"}),
}
"""Parts that may be more than was seen where a table casts doubt on how the subject runs."""
_GONE_WHEN_CLOSED = ("found", "downloads", "starts")
_STAGE_FIELDS = frozenset({"status", "is_closed", "is_running"})
_MAY_SPEAK_OF_CLOSING = frozenset({"latest_post_at", "home_latest_at", "functions", "found", "platform"})
"""Fields of other facts in whose cells people write that the subject was closed: 微信（已注销）."""
_MARKED = {"latest_post_at": "latest_post_at", "home_latest_at": "home"}
"""Dates whose cells may say 长期未更新, and the part that a mark of it names."""
_SEVERAL_NAMES = re.compile(r"\S{2,}\s*[、；;]\s*\S{2,}")
_MAX_REMEMBERED = 100_000
_MAX_SHOWN = 200
_FEW = 2
"""Cells that a row of numbers has at most that is a total without its word."""
_SUBJECT_FIELDS: Mapping[SubjectKind, frozenset[str]] = {
    "account": frozenset(Account.model_fields),
    "site": frozenset(Site.model_fields),
}


class ShallowRow(NamedTuple):
    """The result of one row.

    Attributes:
        number: Row number as a spreadsheet shows it.
        snapshot: The snapshot; None where the row names no subject.
        bad: Cells that were not read, or what keeps the row from being a snapshot.
        remarks: What was mended.
        sheet: Sheet of a workbook.
        has_data: Whether the row is one of data, and no total or note.
        doubtful: Whether a cell leaves the stage of life in doubt, which may leave open what other cells say.
    """

    number: int
    snapshot: SiteSnapshot | AccountSnapshot | None
    bad: tuple[BadRow, ...]
    remarks: tuple[BadRow, ...] = ()
    sheet: str | None = None
    has_data: bool = True
    doubtful: bool = False


@cache
def _filling() -> re.Pattern[str]:
    words = "|".join(read_data("govmedia_rules.tables", "headers.toml")["rows"]["date_of_filling"])
    return re.compile(rf"(?:{words})\s*[:：]?\s*(?P<date>[0-9〇零一二三四五六七八九十年月日./ -]{{6,20}})")


def _day_of_filling(texts: Iterable[str]) -> date | None:
    """Return the day on which a sheet was filled in, where a line above the header says it."""
    for match in filter(None, map(_filling().search, texts)):
        try:
            day = when_cell(match["date"].strip(), Clock(None))
        except ValueError:
            continue
        if not isinstance(day, DayRange):
            return day.date() if isinstance(day, datetime) else day
    return None


def platform_of_sheet(table: RawTable, name: str = "") -> tuple[str, str | None] | None:
    """Return the platform of a sheet without such a column: that of its name, of the one line above its header, or of a header.

    Args:
        table: The table.
        name: Header of the names (微信公众号).
    """
    read = []
    for text in (table.sheet or "", *table.above, name):
        try:
            platform = platform_cell(text)
        except ValueError:
            continue
        if platform[0] != "other":
            read.append((platform[0], None))
    return read[0] if len(set(read)) == 1 or (read and table.sheet and read[0] == read[-1]) else None


class _Column(NamedTuple):
    """A column that is used: its field and header, what its cells met so far mean (they repeat), and how one is read."""

    field: str
    header: str
    known: dict[Any, Any]
    read: Read


class NotRead(Exception):
    """A cell that cannot be read, and why."""


class _Row:
    """The facts read from one row, before it becomes a snapshot."""

    def __init__(self, number: int, sheet: str | None, cells: Cells) -> None:
        self.number, self.sheet, self.cells = number, sheet, cells
        self.values: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.bad: list[BadRow] = []
        self.remarks: list[BadRow] = []
        self.partial: set[str] = set()
        self.stage_unread = self.stage_doubtful = False
        self.marks: list[Mark] = []

    def fault(self, header: str | None, reason: str, *, used: bool = True) -> None:
        """Name a cell that was not read."""
        value = None if header is None else self.cells.get(header)
        shown = None if value is None else str(value)[:_MAX_SHOWN]
        self.bad.append(BadRow(self.number, header, shown, reason, used, self.sheet))

    def remark(self, header: str | None, reason: str) -> None:
        """Say what was mended."""
        value = None if header is None else self.cells.get(header)
        shown = None if value is None else str(value)[:_MAX_SHOWN]
        self.remarks.append(BadRow(self.number, header, shown, reason, True, self.sheet))

    def drop(self, reason: str, *fields: str) -> None:
        """Leave facts open, and say why."""
        for name in fields:
            if self.values.pop(name, None) is not None:
                self.fault(self.headers.get(name, name), reason)


class RowReader:
    """Make snapshots of the rows of one table.

    Attributes:
        kind: Kind of the subjects.
        zone: Zone of times written without one.
        table: The table.
        columns: Its columns, and what each is used for.
        types: Header under which each row says whether it is a site or on which platform an account is; None without one.
        only_day: Whether of the monitoring point of the last row only the day is known.
    """

    def __init__(
        self,
        kind: SubjectKind,
        columns: Sequence[ColumnUse],
        point: Point | None,
        zone: tzinfo,
        table: RawTable,
        types: str | None = None,
    ) -> None:
        self.types = types
        self.kind, self._point, self.zone, self.table = kind, point, zone, table
        self.columns = columns
        self.only_day = point is not None and point.only_day
        readers = _readers(kind)
        self._used = [
            _Column(
                name,
                use.header,
                {},
                readers["yes_no"] if "functions." in name else readers.get(name.split(".")[0], readers["text"]),
            )
            for at, use in enumerate(columns)
            if use.field is not None and use.field != "observed_at"
            # Columns of counts speak of periods of their own, so that they need not agree; nor need remarks.
            for name in [f"{use.field}.{at}" if use.field in ("updates", "remark") else use.field]
        ]
        self._headers = {use.field: use.header for use in reversed(columns) if use.field is not None}
        self._filled = _day_of_filling(table.above)
        self._clock = Clock(None, zone, table.day_zero)
        self._periods: dict[str, DayRange | None] = {}
        self._platform = (
            None if self._header_of("platform") is not None else platform_of_sheet(table, self._headers.get("name", ""))
        )

    def rows(self) -> Iterator[ShallowRow]:
        """Return the rows of the table; blank ones are left out."""
        for number, cells in self.table.rows:
            if any(value is not None for value in cells.values()):
                yield self.row(number, cells)

    def row(self, number: int, cells: Cells) -> ShallowRow:
        """Return one row.

        Args:
            number: Its number as a spreadsheet shows it.
            cells: Its cells by header; what is not there is blank.
        """
        return self._row(_Row(number, self.table.sheet, cells))

    def cell(self, header: str, value: Any) -> Any:
        """Return the meaning of one cell as of the last row's monitoring point; None for a blank one.

        Raises:
            NotRead: It cannot be read; says why.
        """
        return self._read(next(column for column in self._used if column.header == header), value)

    def _row(self, row: _Row) -> ShallowRow:
        name = self._header_of("name")
        reason = None if name is None else no_subject(row.cells.get(name), row.cells)
        if reason is not None:
            row.fault(name, reason, used=False)
            filled = sum(cell is not None for cell in row.cells.values())
            return self._result(row, None)._replace(has_data=reason == NO_NAME and filled > _FEW)
        if name is not None and row.cells.get(name) is BEYOND_HEADER:
            row.fault(None, BEYOND_HEADER.reason, used=False)
            return self._result(row, None)
        if self.types is not None and (reason := _of_other_kind(self.kind, row.cells.get(self.types))) is not None:
            row.fault(self.types, reason, used=False)
            return self._result(row, None)
        point = self._point_of(row)
        if point is None:
            row.fault(self._header_of("observed_at"), "没有监测时间点", used=False)
            return self._result(row, None)
        self.only_day = point.only_day
        if point.at != self._clock.point:
            self._clock = Clock(point.at, self.zone, self.table.day_zero, self._filled)
            for column in self._used:
                column.known.clear()
            texts = ((column.field, period_text(column.header)) for column in self._used if column.field.startswith("updates."))
            self._periods = {name: period_of(text, self._clock) for name, text in texts if text is not None}
        cells = row.cells
        for column in self._used:
            value = cells.get(column.header)
            if value is not None:
                self._take(row, column, value)
        if "name" not in row.values:
            row.fault(self._header_of("name"), "名称未填", used=False)
            return self._result(row, None)
        self._finish_remarks(row)
        self._finish_updates(row, "latest_post_at" if self.kind == "account" else "home_latest_at")
        if self.kind == "account":
            self._finish_account(row)
        else:
            _finish_status(row, _RUNNING_PARTS[self.kind])
            if row.values.get("home_entries") == 0 and row.values.get("home_latest_at") is not None:
                row.drop("首页信息条数为0，却有更新时间，留待核实", "home_entries", "home_latest_at")
        return self._result(row, self._snapshot(row, point))

    def _result(self, row: _Row, snapshot: SiteSnapshot | AccountSnapshot | None) -> ShallowRow:
        doubtful = row.stage_doubtful or row.stage_unread
        return ShallowRow(row.number, snapshot, tuple(row.bad), tuple(row.remarks), row.sheet, doubtful=doubtful)

    def _header_of(self, name: str) -> str | None:
        return self._headers.get(name)

    def _point_of(self, row: _Row) -> Point | None:
        header = self._header_of("observed_at")
        value = None if header is None else row.cells.get(header)
        if value is None:
            return self._point
        try:
            moment = when_cell(value, Clock(None if self._point is None else self._point.at, self.zone, self.table.day_zero))
        except ValueError as fault:
            row.fault(header, str(fault))
            return None
        if isinstance(moment, DayRange):
            row.fault(header, "监测时间点须到日")
            return None
        return point_of(moment, self.zone)

    def _take(self, row: _Row, column: _Column, value: Any) -> None:
        """Read one cell into the row; of two columns for one field the cells must agree."""
        name = column.field
        field = name.split(".")[0]
        if (field in _MAY_SPEAK_OF_CLOSING and says_closed(value)) or (field == "platform" and has_closing_note(value)):
            row.stage_doubtful = True
        try:
            reading = self._read(column, value)
        except NotRead as fault:
            row.headers.setdefault(name, column.header)
            if name in _STAGE_FIELDS:
                row.stage_unread = True
                row.stage_doubtful |= doubtful_status(value)
                row.partial |= _RUNNING_PARTS[self.kind]
            if name in _MARKED and never_updated(value):
                row.marks.append(
                    Mark(field=_MARKED[name], basis="stated", note=f"表中“{column.header[:60]}”写着“{str(value)[:60]}”")
                )
                row.fault(column.header, "表中称长期未更新，须由人工核实")
                return
            row.fault(column.header, str(fault))
            return
        if reading is None:
            return
        if isinstance(reading, FunctionsRead) and isinstance(known := row.values.get(name), FunctionsRead):
            both = both_functions(known, reading)  # 是否有互动功能 beside 互动方式
            if both is not None:
                row.values[name] = both
                return
        known = row.values.get(name)
        if name in _MARKED and known is not None and known != reading:
            # 最后更新时间 beside 最近发布时间: what both of them leave room for is certain.
            row.values[name] = _both_dates(known, reading, self.zone)
            row.fault(column.header, f"与“{row.headers[name]}”列不一致，按两者之间的一段时间计")
            return
        if name in row.values and row.values[name] != reading:
            row.drop(f"与“{column.header}”列不一致，留待核实", name)
            row.values[name] = None
            return
        if name not in row.values:
            row.values[name] = reading
            row.headers[name] = column.header

    def _read(self, column: _Column, value: Any) -> Any:
        try:
            known = column.known.get(value)
        except TypeError:
            raise NotRead(f"{type(value).__name__} 类型的单元格不能读取") from None
        if known is None:
            try:
                known = (column.read(value, self._clock), None)
            except ValueError as fault:
                known = (None, str(fault))
            if len(column.known) < _MAX_REMEMBERED:
                column.known[value] = known
        if known[1] is not None:
            raise NotRead(known[1])
        return known[0]

    def _finish_remarks(self, row: _Row) -> None:
        """Doubt the stage of life where a remark, or a note in the name, says that the subject was closed."""
        said = [row.headers[field] for field in list(row.values) if field.startswith("remark.") and row.values.pop(field)]
        if has_closing_note(str(row.values["name"])):
            said.append(self._headers["name"])
        if said and row.values.get("status") not in ("closed", "closing") and not row.values.get("is_closed"):
            row.stage_doubtful = True
            row.fault(said[0], "写着注销、停更一类的话，运行状态留待核实")

    def _finish_updates(self, row: _Row, name: str) -> None:
        """Narrow the date of the newest item down by the columns that say what was published in a period."""
        values, today = row.values, self._clock.today
        answers = {field: values.pop(field) for field in list(values) if field.startswith("updates.")}
        updates = [Updates(period, answers[field]) for field in answers if (period := self._periods.get(field)) is not None]
        if not updates or today is None or (name in values and values[name] is None):
            return
        says_never = any(mark.field == _MARKED[name] for mark in row.marks)
        any_post = any(update.any for update in updates)
        try:
            if any_post and (says_never or values.get("post_count") == 0):
                raise ValueError("表中另称没有更新，与该时段内的发布数量矛盾，留待核实")
            values[name] = newest_within(values.get(name), updates, today)
            if values[name] is None:
                del values[name]
        except ValueError as fault:
            for field in answers:
                row.fault(row.headers.get(field), str(fault))
            row.drop(str(fault), name, "post_count")

    def _finish_account(self, row: _Row) -> None:
        values = row.values
        header = self._header_of("platform")
        unread_platform = values.get("platform") is None and header is not None and row.cells.get(header) is not None
        if _SEVERAL_NAMES.fullmatch(name := str(values["name"])) or (unread_platform and len(name.splitlines()) > 1):
            row.partial |= {"posts", "functions"}  # of which of them the row speaks, nobody knows
            row.fault(self._header_of("name"), "名称栏似有多个账号，请一行只填一个账号")
        if values.get("platform") is None and self._platform is not None:
            values["platform"] = self._platform
        if values.get("platform") is None:
            if header is None or row.cells.get(header) is None:
                row.fault(header, "平台未填，取决于平台的指标留待核实")
            values["platform"] = (UNKNOWN_PLATFORM, None)
        _finish_functions(row)
        _finish_status(row, _RUNNING_PARTS[self.kind])
        if values.get("post_count") == 0 and values.get("latest_post_at") is not None:
            row.drop("发布数量为0，却有更新时间，留待核实", "post_count", "latest_post_at")
        if values.get("post_count") == 0 and not counts_all(row.headers["post_count"]):
            row.drop("没有写明是哪段时间的发布数量，0条不能说明没有更新（请写作 近两周发布数量 或 累计发布数量）", "post_count")
        shown = values.get("latest_post_at") is not None or bool(values.get("functions"))
        if values.get("found") is False and shown:
            row.drop("未查到账号，却有更新时间或互动功能，留待核实", "found", "latest_post_at", "functions")

    def _snapshot(self, row: _Row, point: Point) -> SiteSnapshot | AccountSnapshot | None:
        for _ in range(len(row.values) + 1):
            document = self._document(row, point)
            model = AccountSnapshot if self.kind == "account" else SiteSnapshot
            try:
                return model.model_validate(document, context={"zone": self.zone})
            except ValidationError as faults:
                for fault in faults.errors(include_url=False):
                    name = next((str(part) for part in reversed(fault["loc"]) if str(part) in row.values), None)
                    reason = describe_fault(fault).zh
                    if name is None or name == "name":
                        row.fault(None if name is None else row.headers.get(name), reason, used=False)
                        return None
                    row.drop(reason, name)
                    if name == "platform":
                        row.values["platform"] = (UNKNOWN_PLATFORM, None)
        return None

    def _document(self, row: _Row, point: Point) -> dict[str, Any]:
        fields = _SUBJECT_FIELDS[self.kind]
        subject: dict[str, Any] = {}
        observed: dict[str, Any] = {}
        for name, value in row.values.items():
            if value is None:
                continue
            if isinstance(value, CodeRead):
                if value.remark is not None and not any(remark.reason == value.remark for remark in row.remarks):
                    row.remark(row.headers.get(name), value.remark)
                value = value.code
            elif point.only_day and isinstance(value, datetime):
                value = day_of(value, self.zone)
            (subject if name in fields else observed)[name] = value
        marks = (*((ONLY_A_DAY,) if point.only_day else ()), *row.marks)
        document: dict[str, Any] = {"observed_at": point.at, "marks": marks, "partial": tuple(sorted(row.partial))}
        if self.kind == "account":
            subject["platform"], written = subject["platform"]
            if written is not None:
                subject["platform_text"] = written
            document["account"] = subject
            return document | _account_facts(observed)
        document["site"] = subject
        if "service_count" in observed:
            document["service_count"] = observed.pop("service_count")
        if observed:
            names = {"home_latest_at": "latest_entry_at", "home_entries": "entry_count"}
            if isinstance(latest := observed.get("home_latest_at"), DayRange):
                observed["latest_entry_from"], observed["home_latest_at"] = latest
            document["home"] = {names.get(name, name): value for name, value in observed.items()}
        return document


def _of_other_kind(kind: SubjectKind, cell: Any) -> str | None:
    """Return why a row is none of a kind of subject: its type is 政府网站 in a table of accounts, 微信 in one of sites."""
    if cell is None:
        return None
    if is_site(cell):
        return "是网站，不是政务新媒体，没有读（请放到另一张表）" if kind == "account" else None
    if kind == "account":
        return None
    try:
        platform, _ = platform_cell(cell)
    except ValueError:
        return None
    return "是政务新媒体，不是网站，没有读（请放到另一张表）" if platform not in (UNKNOWN_PLATFORM, "other") else None


def _account_facts(observed: dict[str, Any]) -> dict[str, Any]:
    facts = dict(observed)
    latest = facts.get("latest_post_at")
    if isinstance(latest, DayRange):
        facts["latest_post_from"], facts["latest_post_at"] = latest
    app = {name: facts.pop(name) for name in ("downloads", "starts") if name in facts}
    if app:
        facts["app"] = app
    if "seen_owner_kind" in facts:
        facts["owner_kind"] = facts.pop("seen_owner_kind")
    if isinstance(facts.get("functions"), FunctionsRead):
        functions = facts["functions"].functions
        facts["functions"] = (
            None if functions is None else [{"kind": kind, "name": name, "works": works} for kind, works, name in functions]
        )
    return facts


def _both_dates(known: Any, reading: Any, zone: tzinfo) -> DayRange | date:
    """Return the days between two dates that contradict each other; the day where only their times do."""
    days = [
        day_of(each, zone) if isinstance(each, datetime) else each
        for moment in (known, reading)
        for each in (moment if isinstance(moment, DayRange) else (moment,))
    ]
    return DayRange(min(days), max(days)) if min(days) != max(days) else days[0]


def _finish_functions(row: _Row) -> None:
    """Put the columns of single functions (互动功能 over 菜单, 留言, 私信) together with the column of all."""
    single = {name.split(".")[1]: row.values.pop(name) for name in list(row.values) if name.startswith("functions.")}
    whole = row.values.get("functions")
    offered = [(kind, True, f"互动功能：{kinds('function')[kind].title}") for kind, answer in single.items() if answer]
    if offered:
        if isinstance(whole, FunctionsRead) and whole.functions == ():
            row.drop("与各项互动功能列不一致，留待核实", "functions")
            return
        row.values["functions"] = FunctionsRead((*(whole.functions or () if isinstance(whole, FunctionsRead) else ()), *offered))
    elif whole is None and single and {"menu", "comment", "message"} <= set(single) and not any(single.values()):
        row.values["functions"] = FunctionsRead(())
    if isinstance(row.values.get("functions"), FunctionsRead) and row.values["functions"].partial:
        row.partial.add("functions")


def _finish_status(row: _Row, parts: frozenset[str]) -> None:
    """Take the stage of life from 是否注销 and 是否在用 where no column names it."""
    closed, running = row.values.pop("is_closed", None), row.values.pop("is_running", None)
    if row.stage_unread or row.stage_doubtful:  # an account that was closed cannot be found, nor loaded down
        row.drop("运行状态未能读出或存疑，留待核实", *(name for name in _GONE_WHEN_CLOSED if row.values.get(name) is False))
    if row.stage_doubtful or (running is False and closed is None and row.values.get("status") is None):
        row.partial |= parts
        row.drop("运行状态写着并非正常，留待核实", "latest_post_at", "post_count", "functions", "home_latest_at", "home_entries")
    if row.values.get("status") is None and (closed is not None or running):
        row.values["status"] = "closed" if closed else "running"
    elif closed and row.values.get("status") == "running":
        row.drop("运行状态与是否注销不一致，留待核实", "status")
        row.partial |= parts


def _readers(kind: SubjectKind) -> dict[str, Read]:
    """Return how the cells of each field are read; the others are texts."""

    def without_clock(read: Callable[[Any], Any]) -> Read:
        return lambda value, _clock: read(value)

    def day(value: Any, clock: Clock) -> Any:
        moment = _when(value, clock)
        if isinstance(moment, DayRange):
            raise ValueError("没有具体日期")
        return moment

    yes_no = without_clock(yes_no_cell)
    readers = dict.fromkeys(
        (
            "downloads",
            "starts",
            "certified",
            "filed",
            "is_navigation",
            "is_running",
            "has_services",
            "on_shared_platform",
        ),
        yes_no,
    )
    return readers | {
        "yes_no": yes_no,
        "found": without_clock(found_cell),
        "is_closed": without_clock(closed_cell),
        "text": without_clock(plain_cell),
        "remark": without_clock(lambda value: says_closed(value) or None),
        "latest_post_at": _when,
        "post_count": without_clock(count_cell),
        "updates": without_clock(any_cell),
        "home_entries": without_clock(count_cell),
        "service_count": without_clock(count_cell),
        "functions": without_clock(functions_cell),
        "platform": without_clock(platform_cell),
        "status": without_clock(status_cell),
        "level": without_clock(partial(term_cell, "level")),
        "owner_kind": without_clock(partial(term_cell, "owner_kind")),
        "seen_owner_kind": without_clock(partial(term_cell, "owner_kind")),
        "code": without_clock(partial(code_cell, subject=kind)),
        "closing_since": day,
        "closed_at": day,
        "home_latest_at": _when,
        "second_level_latest_at": day,
    }


def _when(value: Any, clock: Clock) -> datetime | date | DayRange | None:
    """Return the meaning of a date cell; None for a blank one."""
    if isinstance(value, date | time) or not isinstance(value, str):
        return when_cell(value, clock)
    if plain_cell(value) is None and not never_updated(value):
        return None
    return when_cell(value, clock)
