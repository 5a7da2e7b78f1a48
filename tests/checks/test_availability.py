"""Probes of a site, one fact at a time: what counts as a failed attempt to open the home page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing

POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)


def probes(first_seven: dict[str, Any]) -> list[dict[str, Any]]:
    """140 probes in the week before the monitoring point, 20 a day; the first seven are as given, the others open at once."""
    times = [POINT - timedelta(days=day, minutes=30 * turn) for day in range(7) for turn in range(20)]
    return [{"at": at, **({"seconds": 1, "status": 200} if turn >= 7 else first_seven)} for turn, at in enumerate(times)]


@pytest.mark.parametrize(
    ("probe", "status"),
    [
        ({"seconds": 1, "status": 200}, "passed"),
        ({"seconds": 1, "status": 399}, "passed"),
        ({"seconds": 1, "status": 400}, "failed"),
        ({"seconds": 1, "status": 404}, "failed"),
        ({"seconds": 1, "status": 503}, "failed"),
        ({"seconds": 1, "status": None}, "passed"),
        ({"seconds": 1, "status": 403}, "inconclusive"),
        ({"seconds": 1, "status": 412}, "inconclusive"),
        ({"status": 200}, "inconclusive"),
        ({"status": 404}, "failed"),
        ({"failure": "timeout"}, "failed"),
        ({"failure": "own_line_down"}, "inconclusive"),
        ({"seconds": 1, "failure": "tls_expired"}, "passed"),  # a certificate fault is a remark: the page was there
        ({"failure": "dns"}, "failed"),
    ],
)
def test_unreachable_counts_answers_that_are_errors(probe: dict[str, Any], status: str) -> None:
    finding = testing.judge("site.veto.unreachable", testing.snapshot("site", observed_at=POINT, probes=probes(probe)))
    assert finding.status == status


@pytest.mark.parametrize(("failing", "status"), [(140, "failed"), (0, "inconclusive")])
def test_a_day_without_a_probe_leaves_open_only_what_it_could_change(failing: int, status: str) -> None:
    week = [probe | ({"status": 503} if turn < failing else {}) for turn, probe in enumerate(probes({"seconds": 1, "status": 200}))]
    six_days = [probe for probe in week if probe["at"] < POINT - timedelta(days=1)]
    finding = testing.judge("site.veto.unreachable", testing.snapshot("site", observed_at=POINT, probes=six_days))
    assert finding.status == status
