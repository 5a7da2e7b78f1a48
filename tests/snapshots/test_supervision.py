"""Records of supervising offices: periods, derived facts, contradictions; lines of files without a kind."""

from __future__ import annotations

import io
import json
import pickle
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import govmedia_rules as gr
from govmedia_rules.snapshots.models import AnySnapshot
from govmedia_rules.snapshots.supervision import (
    ErrorMessage,
    Rectification,
    SpotCheck,
    SupervisorSnapshot,
    YearlyReport,
    days_of,
    weeks_of,
)


def office(**parts: object) -> SupervisorSnapshot:
    document = {"supervisor": {"name": "某省人民政府办公厅"}, "observed_at": "2020-02-10T09:00:00+08:00", **parts}
    return SupervisorSnapshot.model_validate(document)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019H1", date(2019, 1, 1), date(2019, 6, 30)),
        ("2019H2", date(2019, 7, 1), date(2019, 12, 31)),
        ("2019Q1", date(2019, 1, 1), date(2019, 3, 31)),
        ("2019Q4", date(2019, 10, 1), date(2019, 12, 31)),
        ("2019-01", date(2019, 1, 1), date(2019, 1, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-12", date(2019, 12, 1), date(2019, 12, 31)),
        ("2020W01", date(2019, 12, 30), date(2020, 1, 5)),
        ("2020W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_periods(period: str, first: date, last: date) -> None:
    assert days_of(period) == (first, last)
    assert SpotCheck(subject="site", period=period).period == period


@pytest.mark.parametrize(
    "period",
    ["", "19Q1", "2019Q5", "2019H3", "2019-13", "2019-1", "2019q1", "2019年", "２０１９", "2019Q1 ", "2019W00", "2019W53", "2019W1", "0000"],
)  # fmt: skip
def test_what_is_no_period(period: str) -> None:
    with pytest.raises(ValidationError):
        SpotCheck(subject="site", period=period)
    with pytest.raises(ValueError, match="is not a period"):
        days_of(period)


@given(st.integers(2000, 2200), st.integers(1, 12))
def test_a_month_ends_where_the_next_begins(year: int, month: int) -> None:
    first, last = days_of(f"{year}-{month:02d}")
    assert (first.day, last.month) == (1, month)
    assert date.fromordinal(last.toordinal() + 1).day == 1


@given(st.integers(2000, 2200))
def test_the_weeks_of_a_year_follow_each_other(year: int) -> None:
    weeks = [days_of(f"{year}W{week:02d}") for week in range(1, weeks_of(year) + 1)]
    assert all((after[0] - before[1]).days == 1 for before, after in pairwise(weeks))
    assert days_of(f"{year + 1}W01")[0] == weeks[-1][1] + timedelta(days=1)


def test_what_a_date_says_is_derived() -> None:
    assert ErrorMessage(received_at=date(2019, 1, 1), finished_at=date(2019, 1, 2)).finished is True
    assert ErrorMessage(received_at=date(2019, 1, 1)).finished is None
    assert SpotCheck(subject="site", period="2019Q1", published_at=date(2019, 4, 1)).published is True
    assert YearlyReport(kind="supervision", year=2019, published_at=date(2020, 1, 1)).published is True
    assert Rectification(name="某网", done_at=date(2019, 1, 2)).done is True


@pytest.mark.parametrize(
    ("model", "facts"),
    [
        (ErrorMessage, {"received_at": "2019-01-01", "finished_at": "2019-01-02", "finished": False}),
        (SpotCheck, {"subject": "site", "period": "2019Q1", "published": False, "published_at": "2019-04-01"}),
        (SpotCheck, {"subject": "site", "period": "2019Q1", "running": 3, "checked": 4}),
        (YearlyReport, {"kind": "site", "year": 2019, "published": False, "published_at": "2020-01-01"}),
        (Rectification, {"name": "某网", "done": False, "done_at": "2019-01-02"}),
        (SupervisorSnapshot, {"supervisor": {"name": "某"}, "observed_at": "2020-01-01T00:00:00Z", "sites_running": 1, "sites_on_platform": 2}),
        (SpotCheck, {"subject": "supervisor", "period": "2019Q1"}),
    ],
)  # fmt: skip
def test_contradictions_are_refused(model: Any, facts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(facts)


def test_the_year_assessed_is_the_one_before_unless_it_is_said() -> None:
    assert office().assessed_year == 2019
    assert office(year=2018).assessed_year == 2018


def test_who_an_office_is() -> None:
    named = gr.Supervisor(name="某省人民政府办公厅")
    placed = gr.Supervisor(name="某省人民政府办公厅", region="360000", level="省级门户")
    assert (named.id, named.division, named.owner) == ("某省人民政府办公厅", None, "某省人民政府办公厅")
    assert (placed.id, placed.division, placed.level) == ("360000", "360000", "province_portal")


def test_not_observed_and_nothing_there_are_different() -> None:
    assert office() != office(spot_checks=[])
    assert SupervisorSnapshot.model_validate_json(office(spot_checks=[]).model_dump_json()) == office(spot_checks=[])
    assert pickle.loads(pickle.dumps(office(spot_checks=[]))) == office(spot_checks=[])


def read(*documents: dict[str, object], **options: Any) -> tuple[list[AnySnapshot], list[Any]]:
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in documents)
    bad: list[Any] = []
    found = list(gr.read_snapshots(io.BytesIO(text.encode()), on_bad=bad.append, **options))
    return found, bad


def test_lines_of_all_kinds_in_one_file() -> None:
    point = "2020-02-10T09:00:00+08:00"
    found, bad = read(
        {"site": {"name": "甲"}, "observed_at": point},
        {"account": {"name": "乙", "platform": "微信"}, "observed_at": point},
        {"supervisor": {"name": "丙"}, "observed_at": point},
        {"kind": "supervisor", "supervisor": {"name": "丁"}, "observed_at": point, "spot_checks": [{"subject": "site"}]},
    )
    assert [one.kind for one in found] == ["site", "account", "supervisor"]
    assert len(bad) == 1
    assert "spot_checks.0.period: the field is missing" in str(bad[0])


def test_times_without_zone_in_a_record() -> None:
    from govmedia_rules.core.time import SHANGHAI

    document = {
        "kind": "supervisor",
        "supervisor": {"name": "丙"},
        "observed_at": "2020-02-10T09:00:00",
        "error_messages": [{"received_at": "2019-05-01T09:00:00"}],
    }
    assert read(document)[1]
    [one], bad = read(document, zone=SHANGHAI)
    assert not bad
    assert one == office(supervisor={"name": "丙"}, error_messages=[{"received_at": "2019-05-01T09:00:00+08:00"}])
