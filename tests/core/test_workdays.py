"""Working days: the shipped schedule against the package it was made from, counts with their evidence, coverage."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from govmedia_rules.core.workdays import WorkCalendar
from govmedia_rules.errors import CalendarError

ROOT = Path(__file__).parents[2]
OFFICIAL = WorkCalendar.official()


OTHERWISE = {date(2005, 12, 31): "worked, by the State Council's notice for 2006; the package does not have it"}


def test_every_day_of_every_covered_year() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert (OFFICIAL.is_workday(day) == chinese_calendar.is_workday(day)) != (day in OTHERWISE), day
        day += timedelta(days=1)


def test_the_shipped_file_is_the_generated_one() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "generators"))
    import workdays

    shipped = (ROOT / "govmedia_rules" / "core" / "data" / "workdays.toml").read_text("utf-8")
    # The version line names the package it came from; the schedule must not differ.
    assert shipped.split("\n", 4)[4] == workdays.text().split("\n", 4)[4]


def test_a_count_shows_its_evidence() -> None:
    counted = OFFICIAL.count(date(2024, 9, 12), date(2024, 9, 19))
    assert counted.days == 4
    assert [(one.day.day, one.why) for one in counted.skipped] == [(15, "周日"), (16, "中秋节"), (17, "中秋节")]
    assert [one.day for one in counted.made_up] == [date(2024, 9, 14)]
    assert OFFICIAL.count(date(2024, 9, 12), date(2024, 9, 12)).days == 0


def test_adding_working_days() -> None:
    assert OFFICIAL.add(date(2024, 9, 13), 1) == date(2024, 9, 14)
    assert OFFICIAL.add(date(2024, 9, 14), 1) == date(2024, 9, 18)
    assert OFFICIAL.add(date(2024, 9, 14), 0) == date(2024, 9, 14)


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 1)])
def test_outside_the_published_years_nothing_is_guessed(day: date) -> None:
    assert not OFFICIAL.covers(day)
    with pytest.raises(CalendarError, match="2004-2026"):
        OFFICIAL.is_workday(day)


def test_a_count_that_leaves_the_covered_years() -> None:
    with pytest.raises(CalendarError, match="2027"):
        OFFICIAL.count(date(2026, 12, 30), date(2027, 1, 4))
    with pytest.raises(CalendarError):
        OFFICIAL.add(date(2026, 12, 30), 5)


def test_a_year_is_added_by_one_call() -> None:
    longer = OFFICIAL.with_year(2027, off={date(2027, 1, 1): "元旦", date(2027, 1, 2): "元旦"}, worked={}, source="示例通知")
    assert longer.covers(date(2027, 6, 1))
    assert not longer.is_workday(date(2027, 1, 1))
    assert longer.is_workday(date(2027, 1, 4))
    assert longer.coverage == "2004-2027"
    assert longer.digest != OFFICIAL.digest
    assert "示例通知" in longer.version


def test_a_year_with_wrong_days_is_refused() -> None:
    with pytest.raises(CalendarError, match="not in 2027"):
        OFFICIAL.with_year(2027, off={date(2026, 1, 1): "元旦"}, worked={}, source="x")
    with pytest.raises(CalendarError, match="no weekend day"):
        OFFICIAL.with_year(2027, off={}, worked={date(2027, 1, 4): "元旦"}, source="x")
