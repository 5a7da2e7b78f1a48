"""Periods, dates and tallies: what is not stated stays None, and calendars are kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from govmedia_rules.core.rates import Change
from govmedia_rules.notices.figures import (
    Count,
    DateSpan,
    Group,
    InspectedPopulation,
    Outcome,
    PartialDate,
    Period,
    PeriodComparison,
    Rate,
)


@pytest.mark.parametrize(
    ("text", "kind", "year", "number"),
    [
        ("2020年第一季度全省", "quarter", 2020, 1),
        ("二季度", "quarter", None, 2),
        ("2021年3季度", "quarter", 2021, 3),
        ("2024年下半年", "half", 2024, 2),
        ("2019年第二次抽查", "round", 2019, 2),
        ("2020年11月份", "month", 2020, 11),
        ("2020年度检查", "year", 2020, None),
        ("2020年政府网站检查", "year", 2020, None),
    ],
)
def test_periods_are_read(text: str, kind: str, year: int | None, number: int | None) -> None:
    period = Period.parse(text)
    assert (period.kind, period.year, period.number) == (kind, year, number)
    if year is not None:
        assert Period.parse(period.text()) == period


def test_a_text_without_a_period_is_refused() -> None:
    with pytest.raises(ValueError, match="names no period"):
        Period.parse("近期")
    assert Period.find("2020年13月") == (Period(kind="year", year=2020), 0, 5)


@pytest.mark.parametrize(("kind", "number"), [("quarter", 5), ("half", 3), ("month", 13), ("year", 1), ("quarter", None)])
def test_a_period_that_cannot_be_is_refused(kind: str, number: int | None) -> None:
    with pytest.raises(ValidationError):
        Period.model_validate({"kind": kind, "year": 2020, "number": number})


def test_periods_know_their_neighbours() -> None:
    first = Period(kind="quarter", year=2020, number=1)
    assert first.previous() == Period(kind="quarter", year=2019, number=4)
    assert first.year_before() == Period(kind="quarter", year=2019, number=1)
    assert Period(kind="round", year=2020, number=1).previous() is None
    assert Period(kind="year", year=2020).previous() == Period(kind="year", year=2019)
    assert Period(kind="quarter", number=1).previous() is None
    assert Period(kind="quarter", number=2).year_before() is None
    span = Period(kind="half", year=2024, number=1).span()
    assert span is not None
    assert (span.start.value, span.end.value) == (date(2024, 1, 1), date(2024, 6, 30))
    assert Period(kind="round", year=2020, number=1).span() is None


def test_a_date_is_kept_as_far_as_it_is_printed() -> None:
    month = PartialDate(year=2020, month=2)
    assert month.value is None
    assert (month.first(), month.last()) == (date(2020, 2, 1), date(2020, 2, 29))
    assert (month.text(), str(month), str(PartialDate(year=2020, month=2, day=3))) == ("2020年2月", "2020年2月", "2020-02-03")
    only_day = PartialDate(day=16)
    assert (only_day.value, only_day.first(), only_day.last(), only_day.text()) == (None, None, None, "16日")
    with pytest.raises(ValidationError):
        PartialDate()
    with pytest.raises(ValidationError):
        PartialDate(year=2023, month=2, day=29)


def test_a_span_may_cross_a_year_but_not_run_backwards() -> None:
    span = DateSpan(start=PartialDate(year=2019, month=12), end=PartialDate(year=2020, month=2))
    assert span.text() == "2019年12月—2020年2月"
    with pytest.raises(ValidationError):
        DateSpan(start=span.end, end=span.start)


def test_a_third_outcome_is_neither_passed_nor_failed() -> None:
    media = InspectedPopulation(
        subject="account",
        inspected=Count(value=371),
        outcomes=(
            Outcome(kind="failed", label="不合格", count=Count(value=23), note="问题已整改"),
            Outcome(kind="passed", label="合格", count=Count(value=335)),
            Outcome(kind="closing", label="正在注销中", count=Count(value=13)),
        ),
    )
    assert (media.failed, media.passed, media.outcome("closing"), media.outcome("closed")) == (23, 335, 13, None)
    assert (media.base, media.population) == (371, None)


def test_a_rate_tells_its_earlier_value() -> None:
    rate = Rate(
        kind="pass",
        figure=Decimal("98.94"),
        comparisons=(PeriodComparison(basis="year_on_year", change=Change(state="up", points=Decimal("1.33")), unit="%"),),
    )
    assert rate.before("year_on_year") == Decimal("97.61")
    assert rate.before("period_on_period") is None
    assert rate.print() == "98.94%"
    assert Rate(kind="share", text="绝大多数", bound="more_than").print() == "绝大多数"


def test_parts_are_kept_by_dimension() -> None:
    portal = Group(subject="site", dimension="level", key="province_portal", running=Count(value=1))
    other = Group(subject="site", dimension="region", label="南昌", running=Count(value=55))
    sites = InspectedPopulation(subject="site", running=Count(value=538), groups=(portal, other))
    assert sites.by("level") == (portal,)
    assert sites.rate("pass") is None
    assert InspectedPopulation.model_validate_json(sites.model_dump_json()) == sites
