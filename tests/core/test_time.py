"""Windows are exact: closed, by the calendar, in the unit's favour where only a day is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from govmedia_rules.core.time import SHANGHAI, Instant, Moment, Span, Window, day_in_month, day_of, earliest, latest

POINT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(2000, 1, 3), datetime(2035, 12, 28), timezones=ZONES)


@pytest.mark.parametrize(
    ("age", "inside"),
    [
        (timedelta(days=13, hours=23, minutes=59), True),
        (timedelta(days=14), True),
        (timedelta(days=14, seconds=1), False),
        (timedelta(0), True),
        (timedelta(seconds=-1), False),
    ],
)
def test_two_weeks_are_a_closed_window_of_fourteen_days(age: timedelta, inside: bool) -> None:
    for window in (Window(days=14), Window(weeks=2)):
        assert window.before(POINT).has(POINT - age) is inside


def test_months_go_by_the_calendar() -> None:
    assert Window(months=6).start(datetime(2024, 8, 31, 10, tzinfo=SHANGHAI)) == datetime(2024, 2, 29, 10, tzinfo=SHANGHAI)
    assert Window(years=1).start(datetime(2024, 2, 29, tzinfo=SHANGHAI)) == datetime(2023, 2, 28, tzinfo=SHANGHAI)


def test_a_day_a_month_does_not_have_is_its_last() -> None:
    assert [day_in_month(2024, month, 31) for month in (1, 2, 4)] == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 4, 30)]
    assert day_in_month(2023, 2, 28) == date(2023, 2, 28)


def test_a_bare_day_is_read_in_the_units_favour() -> None:
    span = Window(days=14).before(POINT)
    assert span.has(date(2024, 8, 9))
    assert not span.has(date(2024, 8, 8))
    assert span.has(date(2024, 8, 23))
    assert not span.has(date(2024, 8, 24))


@given(TIMES, TIMES, st.integers(1, 400), st.integers(0, 30))
def test_a_window_holds_exactly_the_instants_between_its_ends(point: datetime, moment: datetime, days: int, months: int) -> None:
    window = Window(days=days, months=months)
    exact = point - relativedelta(months=months) - timedelta(days=days) <= moment <= point
    assert window.before(point).has(moment) is exact
    assert window.before(point).is_before(moment) is (moment > point)


@given(TIMES, st.integers(-30, 430), st.integers(1, 400))
def test_a_bare_day_counts_when_one_of_its_instants_does(point: datetime, age: int, days: int) -> None:
    day = point.date() - timedelta(days=age)
    span = Window(days=days).before(point)
    zone = point.tzinfo
    assert zone is not None
    assert span.has(day) is (latest(day, zone) >= span.start and earliest(day, zone) <= point)


@given(TIMES, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_near_both_ends(point: datetime, off: timedelta) -> None:
    span = Window(days=14).before(point)
    assert span.has(span.start + off)
    assert span.has(point - off)
    if off:
        assert not span.has(span.start - off)
        assert not span.has(point + off)


@pytest.mark.parametrize("text", ['"1724720400"', "1724720400", '"20240801"', '"2024-08-01T08:00:00"', "1.5", "null", "true"])
def test_numbers_and_naive_times_are_no_moments(text: str) -> None:
    for adapter in (TypeAdapter(Moment), TypeAdapter(Instant)):
        with pytest.raises(ValidationError):
            adapter.validate_json(text)


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES))
def test_instants_are_held_in_one_zone(instant: datetime) -> None:
    for adapter in (TypeAdapter(Moment), TypeAdapter(Instant)):
        for held in (adapter.validate_json(f'"{instant.isoformat()}"'), adapter.validate_python(instant)):
            assert held == instant
            assert isinstance(held, datetime)
            assert held.tzinfo is SHANGHAI


def test_a_registry_abroad_names_its_zone() -> None:
    paris = ZoneInfo("Europe/Paris")
    held = TypeAdapter(Instant).validate_json('"2024-08-23T23:30:00Z"', context={"zone": paris})
    assert (held.tzinfo, held.day) == (paris, 24)
    # Two weeks before the Monday after the clocks went back are 336 hours, not 336 hours and one.
    point = datetime(2024, 10, 28, 10, tzinfo=paris)
    assert point.astimezone(UTC) - Window(days=14).start(point).astimezone(UTC) == timedelta(days=14)


@pytest.mark.parametrize("text", ['"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59Z"'])
def test_an_instant_that_the_zone_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="outside the years"):
        TypeAdapter(Instant).validate_json(text)


def test_moments_keep_what_was_written() -> None:
    adapter = TypeAdapter(Moment)
    assert adapter.validate_json('"2024-08-01"') == date(2024, 8, 1)
    assert type(adapter.validate_json('"2024-08-01"')) is date
    shown = adapter.validate_json('"2024-08-01T08:00:00+08:00"')
    assert isinstance(shown, datetime)
    assert shown.utcoffset() == timedelta(hours=8)
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_json('"2024-08-01"')
    with pytest.raises(ValidationError):
        adapter.validate_python(datetime(2024, 1, 1))


def test_a_window_is_longer_than_zero_and_says_its_length() -> None:
    with pytest.raises(ValidationError, match="longer than zero"):
        Window()
    assert Window(weeks=2).text() == "2周"
    assert Window(months=6).text("en") == "6 months"
    assert Window(years=1, days=1).text() == "1年1天"
    assert Window(days=14).is_shorter_than(Window(months=1))
    assert not Window(weeks=2).is_shorter_than(Window(days=14))


def test_days_in_a_zone() -> None:
    late = datetime(2024, 8, 22, 17, 30, tzinfo=UTC)
    assert day_of(late, SHANGHAI) == date(2024, 8, 23)
    assert day_of(date(2024, 8, 22), SHANGHAI) == date(2024, 8, 22)
    assert Span.between(late, late).has(late)
