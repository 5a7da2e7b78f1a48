"""Working days by the official schedule (法定节假日和调休): data, with a stated coverage and a public count.

Outside the years whose schedule is published nothing is guessed: the answer is that it cannot be judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from govmedia_rules.core.frozen import frozen_mapping
from govmedia_rules.core.model import Model, Short
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import CalendarError


class SkippedDay(NamedTuple):
    """A day that does not count as a working day, and why."""

    day: date
    why: str


class WorkingDays(NamedTuple):
    """A count of working days with its evidence.

    Attributes:
        days: Working days after the first day, up to and including the last.
        skipped: Days in between that did not count.
        made_up: Weekend days in between that counted because they were worked.
    """

    days: int
    skipped: tuple[SkippedDay, ...]
    made_up: tuple[SkippedDay, ...]


class YearSchedule(Model):
    """The schedule of one year.

    Attributes:
        off: Weekdays that are off, with the holiday's name.
        worked: Weekend days that are worked, with the holiday they make up for.
    """

    off: Annotated[Mapping[date, Short], AfterValidator(frozen_mapping)]
    worked: Annotated[Mapping[date, Short], AfterValidator(frozen_mapping)]


class WorkCalendar(Model):
    """Which days are working days in the years it covers.

    Attributes:
        version: Where the schedule comes from.
        years: Schedule of each covered year.

    Examples:
        >>> calendar = WorkCalendar.official()
        >>> calendar.count(date(2024, 9, 27), date(2024, 10, 8)).days
        3
        >>> calendar.why_off(date(2024, 10, 1))
        '国庆节'
    """

    version: Short
    years: Annotated[Mapping[int, YearSchedule], AfterValidator(frozen_mapping)]

    @classmethod
    def official(cls) -> WorkCalendar:
        """Return the calendar shipped with the library."""
        return _official()

    def with_year(self, year: int, *, off: Mapping[date, str], worked: Mapping[date, str], source: str) -> WorkCalendar:
        """Return a calendar that also covers `year`; the call to make on the day the year's schedule is published.

        Args:
            year: The year.
            off: Its off-days with the holiday's name; weekend days among them are left aside.
            worked: Its weekend days that are worked, with the holiday they make up for.
            source: The notice, for example 国办发明电〔2025〕…号.

        Raises:
            CalendarError: A day is of another year, or a worked day is no weekend day.
        """
        for day in (*off, *worked):
            if day.year != year:
                raise CalendarError(f"{day} is not in {year}", zh=f"{day} 不在 {year} 年")
        wrong = [day for day in worked if day.weekday() < 5]
        if wrong:
            raise CalendarError(
                f"{wrong[0]} is no weekend day, so nothing is made up for on it", zh=f"{wrong[0]} 不是周末，不存在调休上班"
            )
        schedule = YearSchedule(off={day: name for day, name in off.items() if day.weekday() < 5}, worked=dict(worked))
        years = dict(sorted({**self.years, year: schedule}.items()))
        return WorkCalendar(version=f"{self.version}+{year}:{source}", years=years)

    def covers(self, day: date) -> bool:
        """Return whether the schedule of the day's year is known."""
        return day.year in self.years

    @property
    def coverage(self) -> str:
        """First and last covered year, `2004-2026`."""
        return f"{min(self.years)}-{max(self.years)}" if self.years else "none"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the schedule."""
        return hashlib.sha256(self.model_dump_json(include={"years"}).encode()).hexdigest()

    @property
    def provenance(self) -> dict[str, str]:
        """Version and digest, for the record of an inspection."""
        return {"calendar": f"{self.version}@{self.digest[:16]}"}

    def why_off(self, day: date) -> str | None:
        """Return why a day is not a working day (a holiday's name, 周六, 周日), or None when it is one.

        Raises:
            CalendarError: The year is not covered.
        """
        schedule = self.years.get(day.year)
        if schedule is None:
            raise CalendarError(
                f"the working days of {day.year} are not known; the calendar covers {self.coverage}",
                hint="add the year with WorkCalendar.with_year when its schedule is published",
                zh=f"不知道 {day.year} 年的工作日；日历覆盖 {self.coverage}",
                hint_zh="放假安排公布后，用 WorkCalendar.with_year 加入该年",
            )
        name = schedule.off.get(day)
        if name is not None:
            return name
        if day.weekday() < 5 or day in schedule.worked:
            return None
        return "周六" if day.weekday() == 5 else "周日"

    def is_workday(self, day: date) -> bool:
        """Return whether a day is a working day.

        Raises:
            CalendarError: The year is not covered.
        """
        return self.why_off(day) is None

    def count(self, first: date, last: date) -> WorkingDays:
        """Return working days after `first` up to and including `last`: the day something was asked does not count.

        Raises:
            CalendarError: A day in between lies in a year that is not covered.
        """
        count = 0
        skipped: list[SkippedDay] = []
        made_up: list[SkippedDay] = []
        for day in _days(first + timedelta(days=1), last):
            why = self.why_off(day)
            if why is not None:
                skipped.append(SkippedDay(day, why))
                continue
            count += 1
            if day.weekday() >= 5:
                made_up.append(SkippedDay(day, f"补班（{self.years[day.year].worked[day]}）"))
        return WorkingDays(count, tuple(skipped), tuple(made_up))

    def has_more_than(self, limit: int, first: date, last: date) -> bool | None:
        """Return whether there are more than `limit` working days after `first`, up to and including `last`.

        Args:
            limit: Number of working days.
            first: The day something was asked; it does not count.
            last: The last day that counts.

        Returns:
            None where that hangs on days that the calendar does not cover. Days that ran out inside it are certain, whatever
            comes after.
        """
        counted = uncovered = 0
        for day in _days(first + timedelta(days=1), last):
            if not self.covers(day):
                uncovered += 1
            elif self.is_workday(day):
                counted += 1
                if counted > limit:
                    return True
        return None if counted + uncovered > limit else False

    def add(self, first: date, days: int) -> date:
        """Return the day that is `days` working days after `first`; with 0 it is `first` itself.

        Raises:
            CalendarError: The count leaves the covered years.
        """
        day = first
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_workday(day)
        return day


def _days(first: date, last: date) -> Iterable[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


@cache
def _official() -> WorkCalendar:
    table = read_data("govmedia_rules.core", "workdays.toml")
    years = {
        int(year): {
            kind: {date.fromisoformat(f"{year}-{day}"): name for day, name in schedule[kind].items()} for kind in ("off", "worked")
        }
        for year, schedule in table["years"].items()
    }
    return WorkCalendar.model_validate({"version": table["version"], "years": years})


def _read(value: object) -> object:
    return _official() if value == "official" else value


Calendar = Annotated[WorkCalendar, BeforeValidator(_read), PlainSerializer(lambda calendar: calendar.version)]
"""A parameter that holds a calendar; a rulebook writes `calendar = "official"`."""
