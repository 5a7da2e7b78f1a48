"""Read tables of columns of sites (栏目), one a row, as one snapshot for each site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from pydantic import ValidationError

from govmedia_rules.core.time import SHANGHAI, Window, day_of
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.errors import TableError, Where, reason_zh
from govmedia_rules.snapshots.cells import (
    ONLY_A_DAY,
    CodeRead,
    Point,
    any_cell,
    code_cell,
    count_cell,
    never_updated,
    plain_cell,
    point_of,
    yes_no_cell,
)
from govmedia_rules.snapshots.column_names import column_kind
from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Column, Mark
from govmedia_rules.subjects.models import Site, is_same_name
from govmedia_rules.tables.grids import BEYOND_HEADER
from govmedia_rules.tables.headers import FieldGroup, field_of, match_columns, missing_columns, period_text
from govmedia_rules.tables.layout import no_subject
from govmedia_rules.tables.model import UNUSED_ROW, BadRow, ColumnUse, RawTable, Rows
from govmedia_rules.tables.periods import Updates, newest_within, period_of
from govmedia_rules.tables.sources import open_tables
from govmedia_rules.tables.when import Clock, DayRange, when_cell

_FIELDS = {
    "site_name": "text",
    "site_code": "code",
    "site_url": "text",
    "owner": "text",
    "site_level": "text",
    "name": "text",
    "url": "text",
    "kind": "text",
    "parent": "text",
    "level": "text",
    "cycle": "text",
    "latest_entry_at": "moment",
    "entry_count": "number",
    "updates": "text",
    "is_blank": "boolean",
    "observed_at": "moment",
}
_GROUPS = [FieldGroup("column", _FIELDS)]
_CONTENT = frozenset({"latest_entry_at", "entry_count", "is_blank", "updates"})
"""Fields that say whether a column holds anything."""


def read_columns(
    source: object,
    *,
    observed_at: datetime | date | None = None,
    site: Site | None = None,
    complete: bool = False,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    zone: tzinfo = SHANGHAI,
) -> Rows[SiteSnapshot]:
    """Read what a table says of the columns of sites (栏目名称, 最近更新时间, 条数, 更新周期, 栏目类别), one column a row.

    What a column is for is read from 栏目类别, else from its name by the same table as the collector's. 空白 in the cell of the
    date, or 0 entries, is a blank column; an empty cell is not observed.

    Args:
        source: See `read_accounts`.
        observed_at: The monitoring point of rows that name none; a day stands for its last moment.
        site: The site of a table that names none.
        complete: Whether the table holds every column of every site. Otherwise `columns` are `partial`: faults in them count,
            and what is missing proves nothing.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook by name or position; None reads all that hold such a table.
        header: Number of the header row as a spreadsheet shows it; None finds it.
        zone: Zone of times written without one.

    Returns:
        One snapshot for each site and monitoring point, in the order in which they appear; and what was not read.

    Raises:
        TableError: See `read_accounts`.

    Examples:
        >>> rows = [{"网站名称": "某县人民政府", "栏目名称": "通知公告", "最近更新时间": "2024-08-20"}]
        >>> read_columns(rows, observed_at=date(2024, 8, 27)).good[0].columns[0].kind
        'notice'
    """
    tables = open_tables(source, lambda text: field_of(text, _GROUPS, headers)[0], needed="name", sheet=sheet, header=header)
    reader = _Reader(point_of(observed_at, zone), site, zone)
    uses: list[ColumnUse] = []
    for table in tables:
        columns = match_columns(table, _GROUPS, headers=headers, repeated=True)
        fields = {use.field for use in columns}
        lacking = [name for name in ("name",) if name not in fields]
        lacking += ["latest_entry_at"] if not fields & {"latest_entry_at", "updates"} else []
        if site is None and not fields & {"site_name", "site_code"}:
            lacking.append("site_name")
        if observed_at is None and "observed_at" not in fields:
            lacking.append("observed_at")
        if lacking:
            raise missing_columns(table, lacking, _GROUPS)
        uses.extend(columns)
        reader.read(table, columns)
    rejected = (*(row for table in tables for row in table.rejected), *reader.rejected)
    try:
        snapshots = tuple(reader.snapshots(complete))
    except ValidationError as fault:
        raise TableError(
            f"the columns are no snapshot: {fault}", Where(tables[0].name), zh=f"这些列不是采样数据：{reason_zh(fault)}"
        ) from fault
    remarks = tuple(row for table in tables for row in table.remarks)
    return Rows(snapshots, tuple(reader.bad), tuple(uses), rejected, remarks)


_MAX_NAME = 1_000
"""Characters of a name or an address of a column."""


class _Key(NamedTuple):
    """A site and a monitoring point."""

    site: str
    point: Point


class _Reader:
    """Columns by site, in the order in which the sites appear."""

    def __init__(self, point: Point | None, site: Site | None, zone: tzinfo) -> None:
        self._point, self._site, self._zone = point, site, zone
        self._sites: dict[str, Site] = {}
        self._columns: dict[_Key, tuple[list[Column], list[Mark]]] = {}
        self._unread: set[str] = set()
        self._is_any_unread = False  # a row of which nobody knows the site
        self.bad: list[BadRow] = []
        self.rejected: list[BadRow] = []

    def read(self, table: RawTable, columns: tuple[ColumnUse, ...]) -> None:
        """Read the rows of a table."""
        headers: dict[str, str] = {}
        for use in columns:
            if use.field is not None:
                name = f"updates.{len(headers)}" if use.field == "updates" else use.field
                headers.setdefault(name, use.header)
        for number, cells in table.rows:
            row = {name: cells.get(header) for name, header in headers.items()}
            reason = no_subject(row.get("name"), cells)
            if reason is not None:
                self.rejected.append(BadRow(number, headers.get("name"), str(row.get("name"))[:200], reason, False, table.sheet))
            elif any(value is not None for value in row.values()):
                self._add(number, row, headers, table)
            elif (shown := next((value for value in cells.values() if value is not None), None)) is not None:
                self.rejected.append(BadRow(number, None, str(shown)[:200], UNUSED_ROW, False, table.sheet))

    def _add(self, number: int, row: Mapping[str, Any], headers: Mapping[str, str], table: RawTable) -> None:
        if row.get("name") is BEYOND_HEADER:
            self.bad.append(BadRow(number, None, None, BEYOND_HEADER.reason, False, table.sheet))
            self._is_any_unread = True
            return
        unread_cells: set[str] = set()

        def fault(name: str, reason: str, *, used: bool = True) -> None:
            value = row.get(name)
            self.bad.append(
                BadRow(number, headers.get(name), None if value is None else str(value)[:200], reason, used, table.sheet)
            )

        def read(name: str, cell: Any) -> Any:
            value = row.get(name)
            if value is None:
                return None
            try:
                return cell(value)
            except ValueError as unread:
                fault(name, str(unread))
                unread_cells.add(name)
                return None

        try:
            site = self._site_of(read, fault)
        except ValidationError as unread:
            fault("site_name", f"网站名称、网址或主办单位不可用：{unread.errors()[0]['msg']}", used=False)
            self._is_any_unread = True
            return
        if site is None:
            fault("site_name", "网站名称未填", used=False)
            self._is_any_unread = True
            return
        point = self._point
        if row.get("observed_at") is not None:
            moment = read("observed_at", lambda value: when_cell(value, Clock(None, self._zone, table.day_zero)))
            point = None if moment is None or isinstance(moment, DayRange) else point_of(moment, self._zone)
        name = read("name", _short_cell)
        if point is None or name is None:
            fault("observed_at" if point is None else "name", "没有监测时间点" if point is None else "栏目名称未填", used=False)
            self._unread.add(site.id)
            return
        values: dict[str, Any] = {"name": name, "url": read("url", _short_cell), "parent": read("parent", _short_cell)}
        values["kind"] = read("kind", _kind_cell) or column_kind(name)
        values["level"] = read("level", _level_cell)
        values["cycle"] = read("cycle", cycle_cell)
        values["entry_count"] = read("entry_count", count_cell)
        clock = Clock(point.at, self._zone, table.day_zero)
        answer = read("is_blank", yes_no_cell)
        says_blank = _is_blank_word(row.get("latest_entry_at"))
        is_blank = says_blank or answer is True
        newest = None if says_blank else read("latest_entry_at", lambda value: _day_cell(value, clock))
        try:
            if answer is False and (values["entry_count"] == 0 or says_blank):
                raise ValueError("写着不是空白栏目，条数却为0或空白，留待核实")
            updates = _updates_of(row, headers, read, clock)
            newest, values["entry_count"] = _agreeing(newest, values["entry_count"], is_blank, updates, clock)
            # What was not read may say otherwise; 长期未更新 does not.
            doubtful = unread_cells - ({"latest_entry_at"} if never_updated(row.get("latest_entry_at")) else set())
            if values["entry_count"] == 0 and any(name.split(".")[0] in _CONTENT for name in doubtful):
                raise ValueError("写着条数为0或空白，旁边却有未能读出的单元格，留待核实")
        except ValueError as contradiction:
            fault("latest_entry_at" if row.get("entry_count") is None else "entry_count", str(contradiction))
            newest = values["entry_count"] = None
        if isinstance(newest, DayRange):
            values["latest_entry_from"], newest = newest
        values["latest_entry_at"] = day_of(newest, self._zone) if point.only_day and isinstance(newest, datetime) else newest
        known = {key: value for key, value in values.items() if value is not None}
        columns, marks = self._columns.setdefault(_Key(site.id, point), ([], []))
        if "cycle" in unread_cells and not _NO_LENGTH.search(str(row["cycle"])):
            note = f"更新周期“{str(row['cycle'])[:100]}”未能读出"
            marks.append(Mark(field=f"columns.{len(columns)}.cycle", basis="unconfirmed", note=note))
        columns.append(Column.model_validate(known, context={"zone": self._zone}))

    def _site_of(self, read: Any, fault: Any) -> Site | None:
        name, code = read("site_name", plain_cell), read("site_code", lambda value: code_cell(value, "site"))
        if name is None and code is None:
            return self._site
        facts = {
            "name": name or code.code,
            "code": code.code if isinstance(code, CodeRead) else None,
            "url": read("site_url", plain_cell),
            "owner": read("owner", plain_cell),
        }
        named = Site.model_validate({key: value for key, value in facts.items() if value is not None})
        first = self._sites.setdefault(named.id, named)
        if first.code == first.name:
            first = self._sites[named.id] = named  # a row before had no name beside the code
        if named.code == named.name or is_same_name(first.name, named.name):
            return first
        fault("site_name", f"标识与“{first.name}”相同而名称不同，按不同网站计：请核对网站标识码和网址")
        apart = named.model_copy(update={"id": f"{named.id}@{named.name}"[:10_000], "code": None})
        return self._sites.setdefault(apart.id, apart)

    def snapshots(self, complete: bool) -> Iterator[SiteSnapshot]:
        """Return one snapshot for each site and monitoring point."""
        for key, (columns, marks) in self._columns.items():
            site = self._sites.get(key.site, self._site)
            partial = () if complete and not self._is_any_unread and key.site not in self._unread else ("columns",)
            yield SiteSnapshot.model_validate(
                {
                    "site": site,
                    "observed_at": key.point.at,
                    "columns": tuple(columns),
                    "marks": (*marks, *((ONLY_A_DAY,) if key.point.only_day else ())),
                    "partial": partial,
                },
                context={"zone": self._zone},
            )


def _is_blank_word(value: object) -> bool:
    words = read_data("govmedia_rules.tables", "headers.toml")["words"]["blank_column"]
    return value is not None and key_of(str(value)) in map(key_of, words)


def _updates_of(row: Mapping[str, Any], headers: Mapping[str, str], read: Any, clock: Clock) -> list[Updates]:
    """Return the meaning of the columns that count items in a period (近两周更新条数)."""
    updates = []
    for name in (name for name in row if name.startswith("updates.")):
        words = period_text(headers[name])
        period = None if words is None else period_of(words, clock)
        answer = None if period is None else read(name, any_cell)
        if period is not None and answer is not None:
            updates.append(Updates(period, answer))
    return updates


def _agreeing(
    newest: datetime | date | DayRange | None, count: int | None, is_blank: bool, updates: list[Updates], clock: Clock
) -> tuple[datetime | date | DayRange | None, int | None]:
    """Return the date of the newest entry and the number of entries, as all cells of a row together say.

    Raises:
        ValueError: They contradict each other.
    """
    assert clock.today is not None
    if is_blank and count:
        raise ValueError("写着空白栏目，条数却不为0，留待核实")
    empty = is_blank or count == 0
    if empty and (newest is not None or any(update.any for update in updates)):
        raise ValueError("条数为0或空白，却有更新，留待核实")
    return (None, 0) if empty else (newest_within(newest, updates, clock.today), count)


def _day_cell(value: Any, clock: Clock) -> datetime | date | DayRange | None:
    if isinstance(value, str) and plain_cell(value) is None:
        return None
    if never_updated(value):
        raise ValueError("表中称长期未更新，须由人工核实")
    return when_cell(value, clock)


def _short_cell(value: Any) -> str | None:
    text = plain_cell(value)
    if text is not None and len(text) > _MAX_NAME:
        raise ValueError(f"有{len(text)}字，超过{_MAX_NAME}字，不是名称或网址")
    return text


def _kind_cell(value: Any) -> str | None:
    text = plain_cell(value)
    if text is None:
        return None
    term = kinds("column").find(text)
    kind = term.id if term is not None else column_kind(text)
    if kind is None:
        raise ValueError(f"不认识栏目类别“{text}”，按栏目名称归类")
    return kind


def _level_cell(value: Any) -> int | None:
    text = plain_cell(value)
    if text is None:
        return None
    match = re.fullmatch(r"([1-9一二三四五])级?(?:栏目)?", text)
    if match is None:
        raise ValueError("不是栏目层级")
    return int(match[1]) if match[1].isdecimal() else "一二三四五".index(match[1]) + 1


_CYCLE = re.compile(
    r"(?:每|不超过|至少)?(?P<count>[0-9]{1,3}|一|两|二|三|四|五|六|半)?个?(?P<unit>日|天|周|星期|月|季度|季|年)(?:至少|内|以内)?(?:更新)?(?:一次|1次)?"
)
_COUNTS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
# Working days (10个工作日) are no length of time: how many days they are depends on the calendar.
_UNITS = {
    "日": ("days", 1),
    "天": ("days", 1),
    "周": ("weeks", 1),
    "星期": ("weeks", 1),
    "月": ("months", 1),
    "季度": ("months", 3),
    "季": ("months", 3),
    "年": ("years", 1),
}


_NO_LENGTH = re.compile("及时|实时|适时|随时|不定期|按需|视情")
"""Words for the cycle of a column that promise no length of time."""
_NO_CYCLE = "不是能读出的更新周期（请写作 每周、每季度、6个月）"


def cycle_cell(value: Any) -> Window | None:
    """Return the time within which a column promises an update (每周, 每季度, 6个月, 半年).

    Raises:
        ValueError: It is no length of time, such as 及时更新 and 10个工作日.
    """
    text = plain_cell(value)
    if text is None:
        return None
    match = _CYCLE.fullmatch("".join(text.split()))
    if match is None:
        raise ValueError(_NO_CYCLE)
    if match["count"] == "半":
        half = {"月": Window(days=15), "年": Window(months=6)}
        if match["unit"] not in half:
            raise ValueError(_NO_CYCLE)
        return half[match["unit"]]
    count = 1 if match["count"] is None else _COUNTS.get(match["count"]) or int(match["count"])
    unit, times = _UNITS[match["unit"]]
    return Window(**{unit: count * times})
