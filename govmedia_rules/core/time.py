"""Instants, days and windows. Nothing here reads the machine's clock or zone: time is always an argument.

A page often shows only a day. Such a `date` stands for an unknown instant of that day, and where it matters the
instant that favours the inspected unit is taken: a day counts as inside a window when any of its instants is.

Example:
    >>> from datetime import datetime
    >>> from govmedia_rules import SHANGHAI
    >>> datetime(2024, 8, 23, 10, tzinfo=SHANGHAI).isoformat()
    '2024-08-23T10:00:00+08:00'
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from dateutil.relativedelta import relativedelta
from pydantic import ConfigDict, Field, GetCoreSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from govmedia_rules.core.faults import DescribedModel

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China Standard Time, +08:00 all year."""


def in_one_zone(value: datetime, info: ValidationInfo) -> datetime:
    """Write an instant in the zone in which its days are counted.

    Args:
        value: An aware instant.
        info: Its `context` may name another zone than Asia/Shanghai under `zone`, for a registry abroad.

    Raises:
        ValueError: There is no such day in that zone (the first or last hours that a `datetime` can hold).
    """
    zone: tzinfo = (info.context or {}).get("zone") or SHANGHAI
    try:
        return value if value.tzinfo is zone else value.astimezone(zone)
    except OverflowError:
        raise ValueError(f"{value.isoformat()} lies outside the years 1 to 9999 in {zone}") from None


_INSTANT = core_schema.with_info_after_validator_function(in_one_zone, core_schema.datetime_schema(tz_constraint="aware"))
_INSTANT_OBJECT = core_schema.with_info_after_validator_function(
    in_one_zone, core_schema.datetime_schema(tz_constraint="aware", strict=True)
)
# pydantic reads "20240801" as seconds since 1970, so a text must begin with a year and a hyphen.
_DATED_TEXT = core_schema.str_schema(pattern=r"^[0-9]{4}-")


class _MomentSchema:
    """Accepts an aware instant or a bare day; refuses naive times and numbers."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        parsed = core_schema.union_schema([_INSTANT, core_schema.date_schema()], mode="left_to_right")
        text = core_schema.chain_schema([_DATED_TEXT, parsed])
        objects = core_schema.union_schema([_INSTANT_OBJECT, core_schema.date_schema(strict=True), text], mode="left_to_right")
        return core_schema.json_or_python_schema(json_schema=text, python_schema=objects)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}


class _InstantSchema:
    """Accepts an aware instant only."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.chain_schema([_DATED_TEXT, _INSTANT])
        objects = core_schema.union_schema([_INSTANT_OBJECT, text], mode="left_to_right")
        return core_schema.json_or_python_schema(json_schema=text, python_schema=objects)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


Moment = Annotated[datetime | date, _MomentSchema]
"""A point on the time line as a page shows it: an aware `datetime`, or a `date` when only the day is shown."""

Instant = Annotated[datetime, _InstantSchema]
"""An aware `datetime`. Models hold it in Asia/Shanghai, whatever offset it was written in; so for `Moment`."""


def zone_of(instant: datetime) -> tzinfo:
    """Return the time zone of an aware instant."""
    assert instant.tzinfo is not None
    return instant.tzinfo


def earliest(moment: datetime | date, zone: tzinfo) -> datetime:
    """Return the first instant of `moment`: the start of the day in `zone` when it is a bare day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min, zone)


def latest(moment: datetime | date, zone: tzinfo) -> datetime:
    """Return the last instant of `moment`: the end of the day in `zone` when it is a bare day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.max, zone)


def day_of(moment: datetime | date, zone: tzinfo) -> date:
    """Return the calendar day of `moment` as seen in `zone`."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def day_in_month(year: int, month: int, day: int) -> date:
    """Return a day of a month; the month's last one where it has fewer days."""
    return date(year, month, min(day, monthrange(year, month)[1]))


class Span(NamedTuple):
    """A closed interval of instants.

    Attributes:
        start: Its first instant.
        end: Its last instant; bare days are read in the zone of this one.
        first_whole_day: Ordinal of the first day after that of `start`. A day from here to `last_whole_day` lies inside with
            all its hours, which decides most questions by one comparison of whole numbers.
        last_whole_day: Ordinal of the last day before that of `end`.
    """

    start: datetime
    end: datetime
    first_whole_day: int
    last_whole_day: int

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Span:
        """Return the interval from `start` to `end`, both aware; its days are those of the zone of `end`."""
        start = start.astimezone(end.tzinfo)
        return cls(start, end, start.toordinal() + 1, end.toordinal() - 1)

    def has(self, moment: datetime | date) -> bool:
        """Return whether the interval (ends included) contains `moment`, or any instant of it when it is a bare day."""
        if isinstance(moment, datetime):
            return self.start <= moment <= self.end
        return self.first_whole_day - 1 <= moment.toordinal() <= self.last_whole_day + 1

    def is_before(self, moment: datetime | date) -> bool:
        """Return whether the interval ends before `moment`; for a bare day, before its first instant."""
        return moment > self.end if isinstance(moment, datetime) else moment.toordinal() > self.last_whole_day + 1


class Window(DescribedModel):
    """A length of time that counts back from a monitoring point.

    Days and weeks are exact (a day is 24 hours); months and years go by calendar (2024-08-31 minus 6 months is
    2024-02-29). In a rulebook: `{ days = 14 }`, `{ months = 6 }`, `{ years = 1 }`.

    Examples:
        >>> from datetime import date, datetime
        >>> point = datetime(2024, 8, 27, 10, tzinfo=SHANGHAI)
        >>> Window(days=14).start(point).isoformat()
        '2024-08-13T10:00:00+08:00'
        >>> Window(days=14).before(point).has(date(2024, 8, 13))
        True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=0, ge=0, le=36_600)
    weeks: int = Field(default=0, ge=0, le=5_300)
    months: int = Field(default=0, ge=0, le=1_200)
    years: int = Field(default=0, ge=0, le=100)

    @model_validator(mode="after")
    def _is_positive(self) -> Window:
        if not (self.days or self.weeks or self.months or self.years):
            raise ValueError("a window must be longer than zero; write for example { days = 14 }")
        return self

    def start(self, point: datetime) -> datetime:
        """Return the first instant of the window that ends at `point`, in the zone of `point`."""
        months = self.months + 12 * self.years
        first = point + _months_back(months, point.year, point.month, point.day) if months else point
        exact = timedelta(days=self.days + 7 * self.weeks)
        if isinstance(point.tzinfo, timezone) or not exact:
            return first - exact
        return (first.astimezone(UTC) - exact).astimezone(point.tzinfo)  # a day has 24 hours where clocks are changed, too

    def before(self, point: datetime) -> Span:
        """Return the closed interval of this length that ends at `point`.

        Args:
            point: The monitoring point, aware.
        """
        last: Span | None = self.__dict__.get("_last")
        if last is not None and last.end == point and last.end.tzinfo is point.tzinfo:
            return last  # the subjects of a round share their monitoring point
        span = self.__dict__["_last"] = Span.between(self.start(point), point)
        return span

    def is_as_long_as(self, other: Window) -> bool:
        """Return whether two windows are one length in other words: 14 days and 2 weeks, 12 months and a year."""
        lengths = [(7 * window.weeks + window.days, 12 * window.years + window.months) for window in (self, other)]
        return lengths[0] == lengths[1]

    def is_shorter_than(self, other: Window) -> bool:
        """Return whether this window starts later than `other` would on every day (60 days exceed two months in March)."""
        return all(self.start(point) > other.start(point) for point in _REFERENCES)

    def text(self, lang: str = "zh") -> str:
        """Return the length in words: `2周`, `6个月`, `14 days`."""
        zh = ((self.years, "年"), (self.months, "个月"), (self.weeks, "周"), (self.days, "天"))
        en = ((self.years, "year"), (self.months, "month"), (self.weeks, "week"), (self.days, "day"))
        if lang == "zh":
            return "".join(f"{count}{unit}" for count, unit in zh if count)
        return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in en if count)

    def __str__(self) -> str:
        return self.text("zh")


_REFERENCES = tuple(
    point
    for year in (2023, 2024)
    for month in range(1, 13)
    for first in (datetime(year, month, 1, tzinfo=SHANGHAI),)
    for point in (first, first - timedelta(days=1))
)
"""First and last days of months, with a leap day and without: where windows of months are longest and shortest."""


@lru_cache(maxsize=65_536)
def _months_back(months: int, year: int, month: int, day: int) -> timedelta:
    # Subjects of one round share few days, and relativedelta costs more than the check that uses it.
    start = date(year, month, day)
    return (start - relativedelta(months=months)) - start
