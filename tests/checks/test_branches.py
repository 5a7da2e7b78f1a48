"""Branches of checks, each called by itself with the parameters that reach it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks import availability, columns, interaction, messages, services, supervision
from govmedia_rules.core.workdays import WorkCalendar

POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
WEEK = [date(2024, 8, day) for day in range(17, 24)]
PROBES: dict[str, Any] = {"slow_seconds": 15.0, "failed_share": 0.05, "min_probes_per_day": 20, "days": 7}


def site(**parts: Any) -> Any:
    return testing.snapshot("site", observed_at=POINT, **parts)


def status(result: Any) -> str:
    return str(result.status.value)


def test_days_that_were_closed_as_reported_need_no_probes() -> None:
    days = [{"day": day, "probes": 20, "failed": int(place >= 3)} for place, day in enumerate(WEEK)]
    notice = {"starts_at": WEEK[0], "ends_at": WEEK[1]}
    # 4 of 100 failed on the other five days; a probe more on each of the two days could reach 5 %, and none is owed.
    result = availability.unreachable(site(probe_days=days, offline_notices=[notice]), **PROBES)
    assert (status(result), result.args["failed"], result.args["probes"]) == ("passed", 4, 100)


@pytest.mark.parametrize(("hour", "expected"), [(9, "passed"), (11, "passed")])
def test_a_week_of_probes_may_end_on_the_day_before(hour: int, expected: str) -> None:
    begin = datetime(2024, 8, 16, hour, tzinfo=gr.SHANGHAI)
    probes = [
        {"at": begin + timedelta(days=day, minutes=turn), "seconds": 1, "status": 200} for day in range(7) for turn in range(20)
    ]
    assert status(availability.unreachable(site(probes=probes), **PROBES)) == expected


def test_a_misspelt_kind_may_be_a_core_column() -> None:
    stale = [{"name": f"栏目{number}", "kind": "newz", "level": 1, "latest_entry_at": "2023-08-01"} for number in range(5)]
    parameters: dict[str, Any] = {
        "news_kinds": ("news",),
        "slow_kinds": ("notice", "policy"),
        "news_window": gr.Window(weeks=2),
        "news_first_level_only": False,
        "slow_window": gr.Window(months=6),
        "slow_first_level_only": False,
        "limit": 5,
    }
    result = columns.columns_core_stale(site(columns=stale), **parameters)
    assert (status(result), result.args["possible_count"]) == ("inconclusive", 5)
    other = [{**column, "kind": "leaders"} for column in stale]
    assert status(columns.columns_core_stale(site(columns=other), **parameters)) == "passed"


@pytest.mark.parametrize(("offered", "expected"), [(4, "passed"), (5, "inconclusive"), (6, "inconclusive")])
def test_services_that_were_counted_and_not_read_may_lack_elements_too(offered: int, expected: str) -> None:
    lacking = [{"name": f"事项{number}", "elements": []} for number in range(4)]
    result = services.guides_incomplete(
        site(services=lacking, service_count=offered), elements=("name", "basis"), missing_limit=2, service_limit=5
    )
    assert status(result) == expected


def test_an_activity_of_an_unknown_kind_may_be_one_more() -> None:
    held = [{"kind": kind, "held_at": "2024-03-10"} for kind in ("survey", "survey", "poll")]
    parameters: dict[str, Any] = {"kind": "survey", "channel_kinds": (), "window": gr.Window(years=1)}
    assert status(interaction.activities_held(site(activities=held), count=2, **parameters)) == "passed"
    assert status(interaction.activities_held(site(activities=held), count=3, **parameters)) == "inconclusive"
    assert status(interaction.activities_held(site(activities=held), count=4, **parameters)) == "failed"


def test_messages_of_other_columns_need_not_show_their_facts() -> None:
    board = {"published": True, "latest_published_at": "2024-08-20", "has_statistics": True}
    shown = {"asked_at": "2024-08-01", "answered_at": "2024-08-02", "title": "一"}
    pair = [{**shown, "column_kind": "consultation", "shown": ["asked_at"]}, {**shown, "column_kind": "petition", "shown": []}]
    parameters: dict[str, Any] = {"fields": ("asked_at",), "column_kinds": ("consultation",), "window": gr.Window(months=1)}
    assert status(messages.messages_unpublished(site(message_board=board, messages=pair), **parameters)) == "passed"


def test_an_answer_from_before_its_question_decides_nothing() -> None:
    enquiry = {"question": "如何办理", "asked_at": "2024-08-05", "answered_at": "2024-08-01"}
    parameters: dict[str, Any] = {"working_days": 5, "calendar": WorkCalendar.official()}
    assert status(messages.enquiries_unanswered(site(enquiries=[enquiry]), **parameters)) == "inconclusive"


@pytest.mark.parametrize(("within", "expected"), [(30, "failed"), (41, "passed"), (None, "failed")])
def test_a_result_need_not_be_public_before_its_time_is_over(within: int | None, expected: str) -> None:
    rounds = [{"subject": "site", "period": "2019Q4", "running": 10, "checked": 10, "published": False}]
    observed = testing.snapshot("supervisor", observed_at=datetime(2020, 2, 10, 9, tzinfo=gr.SHANGHAI), spot_checks=rounds)
    window = None if within is None else gr.Window(days=within)
    assert status(supervision.results_unpublished(observed, subjects=("site",), within=window)) == expected
