"""Instants, days and windows. Nothing here reads the machine's clock or zone: time is always an argument.

A page often shows only a day. Such a `date` stands for an unknown instant of that day, and where it matters the
instant that favours the inspected unit is taken: a day counts as inside a window when any of its instants is.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cached_property, lru_cache
from typing import Annotated, Any, NamedTuple

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China Standard Time, +08:00 all year."""


class _MomentSchema:
    """Accepts an aware instant or a bare day; refuses naive times and numbers (pydantic reads "20240801" as 1970)."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        instant = core_schema.datetime_schema(tz_constraint="aware")
        parsed = core_schema.union_schema([instant, core_schema.date_schema()], mode="left_to_right")
        text = core_schema.chain_schema([core_schema.str_schema(pattern=r"^[0-9]{4}-"), parsed])
        objects = core_schema.union_schema(
            [core_schema.datetime_schema(tz_constraint="aware", strict=True), core_schema.date_schema(strict=True), text],
            mode="left_to_right",
        )
        return core_schema.json_or_python_schema(json_schema=text, python_schema=objects)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}


class _InstantSchema:
    """Accepts an aware instant only."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        instant = core_schema.datetime_schema(tz_constraint="aware")
        text = core_schema.chain_schema([core_schema.str_schema(pattern=r"^[0-9]{4}-"), instant])
        objects = core_schema.union_schema(
            [core_schema.datetime_schema(tz_constraint="aware", strict=True), text], mode="left_to_right"
        )
        return core_schema.json_or_python_schema(json_schema=text, python_schema=objects)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


Moment = Annotated[datetime | date, _MomentSchema]
"""A point on the time line as a page shows it: an aware `datetime`, or a `date` when only the day is shown."""

Instant = Annotated[datetime, _InstantSchema]
"""An aware `datetime`."""


def earliest(moment: datetime | date, zone: tzinfo) -> datetime:
    """Return the first instant that `moment` may stand for, in `zone` when it is a bare day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min, zone)


def latest(moment: datetime | date, zone: tzinfo) -> datetime:
    """Return the last instant that `moment` may stand for, in `zone` when it is a bare day."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.max, zone)


def day_of(moment: datetime | date, zone: tzinfo) -> date:
    """Return the calendar day of `moment` as seen in `zone`."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def day_in_month(year: int, month: int, day: int) -> date:
    """Return a day of a month; the month's last one where it has fewer days."""
    return date(year, month, min(day, monthrange(year, month)[1]))


class Span(NamedTuple):
    """A closed interval of instants, with bounds of its days that decide most questions without a zone conversion."""

    start: datetime
    end: datetime
    sure_from: int
    sure_to: int

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Span:
        # Zones differ by at most 26 hours, so a calendar day two or more inside (outside) the bounds is inside (outside).
        return cls(start, end, start.toordinal() + 2, end.toordinal() - 2)

    def has(self, moment: datetime | date) -> bool:
        """Return whether `moment`, or any instant of it when it is a bare day, lies in the interval (both ends included)."""
        day = moment.toordinal()
        if day >= self.sure_from:
            if day <= self.sure_to:
                return True
            # Well after the start: only the end is in question.
            return moment <= self.end if isinstance(moment, datetime) else day <= self.end.toordinal()
        if day < self.sure_from - 4:
            return False
        if isinstance(moment, datetime):
            return self.start <= moment <= self.end
        zone = self.end.tzinfo
        assert zone is not None
        return day_of(self.start, zone).toordinal() <= day <= self.end.toordinal()

    def is_before(self, moment: datetime | date) -> bool:
        """Return whether `moment` lies wholly after the interval."""
        day = moment.toordinal()
        if day <= self.sure_to:
            return False
        if isinstance(moment, datetime):
            return moment > self.end
        return day > self.end.toordinal()


class Window(BaseModel):
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

    @cached_property
    def _lengths(self) -> tuple[timedelta, int, int]:
        """The exact part, the calendar part in months, and the days the window spans at the very least."""
        days = self.days + 7 * self.weeks
        return timedelta(days=days), self.months + 12 * self.years, days + 28 * self.months + 365 * self.years

    def start(self, point: datetime) -> datetime:
        """Return the first instant of the window that ends at `point`."""
        exact, months, _ = self._lengths
        return _calendar_start(months, point) - exact if months else point - exact

    def surely_has(self, point: datetime, moment: datetime | date) -> bool:
        """Return whether `moment` lies so well inside the window before `point` that no exact comparison is needed.

        False decides nothing; ask `before(point).has(moment)` then.
        """
        # Zones differ by at most 26 hours, and a month has 28 days or more: two days off each end is safe.
        age = point.toordinal() - moment.toordinal()
        length = self._lengths[2]
        if age < 2:
            return length >= 4 and (moment <= point if isinstance(moment, datetime) else age >= 0)
        return age <= length - 2

    def before(self, point: datetime) -> Span:
        """Return the closed interval of this length that ends at `point`.

        Args:
            point: The monitoring point, aware.
        """
        return Span.between(self.start(point), point)

    def is_shorter_than(self, other: Window) -> bool:
        """Return whether this window starts later than `other` would, both ending at one (fixed, ordinary) instant."""
        return self.start(_REFERENCE) > other.start(_REFERENCE)

    def text(self, lang: str = "zh") -> str:
        """Return the length in words: `2周`, `6个月`, `14 days`."""
        zh = ((self.years, "年"), (self.months, "个月"), (self.weeks, "周"), (self.days, "天"))
        en = ((self.years, "year"), (self.months, "month"), (self.weeks, "week"), (self.days, "day"))
        if lang == "zh":
            return "".join(f"{count}{unit}" for count, unit in zh if count)
        return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in en if count)

    def __str__(self) -> str:
        return self.text("zh")


_REFERENCE = datetime(2023, 7, 1, tzinfo=SHANGHAI)


def _calendar_start(months: int, point: datetime) -> datetime:
    return point + _months_back(months, point.year, point.month, point.day)


@lru_cache(maxsize=65_536)
def _months_back(months: int, year: int, month: int, day: int) -> timedelta:
    # Subjects of one round share few days, and relativedelta costs more than the check that uses it.
    start = date(year, month, day)
    return (start - relativedelta(months=months)) - start
