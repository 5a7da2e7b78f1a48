"""Read the cells of shallow tables: monitoring points, dates, numbers, yes and no, interactive functions.

Each reader takes a cell and the zone of the registry, and raises ValueError with the reason where the cell cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.model import YesNo
from govmedia_rules.core.vocabulary import key_of, read_data
from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.vocabulary import vocabulary

ONLY_A_DAY = Mark(field="observed_at", basis="assumed", note="表中只有监测日期：按当日最后一刻计，所见的更新时间按日计（从宽）")
"""Says that the monitoring point was given as a day. Its last moment is taken, and what was seen counts by days, so that no
hour of that day can turn into a failure."""


class Point(NamedTuple):
    """A monitoring point, and whether only its day is known."""

    at: datetime
    only_day: bool


def point_of(moment: datetime | date | None, zone: tzinfo) -> Point | None:
    """Return a monitoring point; a day stands for its last moment."""
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return Point(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone), False)
    return Point(datetime.combine(moment, time(23, 59, 59), zone), True)


CellReader = Callable[[Any, tzinfo], Any]


def moment_cell(value: Any, zone: tzinfo) -> datetime | date:
    """Return the day or time of a cell; midnight is a day."""
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


def _count_cell(value: Any, _zone: tzinfo) -> int:
    text = str(value).replace(",", "").replace("，", "").strip().removesuffix("条").removesuffix("篇").removesuffix("个").strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise ValueError("not a number of items")
    return int(text)


_YES_NO: TypeAdapter[bool] = TypeAdapter(YesNo)


def yes_no_cell(value: Any, _zone: tzinfo) -> bool:
    """Return the answer of a cell."""
    try:
        return _YES_NO.validate_python(value)
    except ValidationError:
        raise ValueError("neither yes nor no (write 是 or 否)") from None


def _functions_cell(value: Any, _zone: tzinfo) -> tuple[dict[str, object], ...] | None:
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


OBSERVED_CELLS: Mapping[str, CellReader | None] = {
    "observed_at": moment_cell,
    "latest_post_at": moment_cell,
    "post_count": _count_cell,
    "found": yes_no_cell,
    "functions": _functions_cell,
    "downloads": yes_no_cell,
    "starts": yes_no_cell,
    "seen_name": None,
    "seen_owner": None,
    "seen_owner_kind": None,
    "certified": yes_no_cell,
    "home_latest_at": moment_cell,
    "home_entries": _count_cell,
    "is_navigation": yes_no_cell,
    "second_level_latest_at": moment_cell,
    "service_count": _count_cell,
}


def subject_cell(field: str) -> CellReader | None:
    """Return the reader of a field of the registry; None where its cells are taken as they are."""
    if field in ("closing_since", "closed_at"):
        return moment_cell
    if field in ("platform", "level", "status", "owner_kind"):
        return lambda value, _zone: vocabulary(field).normalise(value)
    if field in ("has_services", "on_shared_platform"):
        return yes_no_cell
    return None
