"""Real notices beside the rulebook of their place and day: the page of contradictions is what the notices give."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "generators"))
import notice_checks


def test_the_page_is_what_the_notices_give(shared: Path) -> None:
    assert notice_checks.PAGE.read_text("utf-8") == notice_checks.page(shared / "notices")


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2022年第三季度", date(2022, 9, 30)),
        ("2020年(7月—10月)", date(2020, 10, 31)),
        ("2024年上半年", date(2024, 6, 30)),
        ("2021年", date(2021, 12, 31)),
        ("第一次", None),
    ],
)
def test_the_last_day_of_a_period(period: str, day: date | None) -> None:
    assert notice_checks.last_day(period) == day


def test_a_reason_the_book_lacks_and_a_shorter_limit_are_contradictions() -> None:
    problem = {"phrase": "10天内无更新", "indicator_ids": ["media.veto.stale"], "subject": "media", "named": []}
    notice = {"counts": {"media_failed": 3, "sites_failed_score": 2}, "problems": [problem]}
    found = list(notice_checks.contradictions(notice, notice_checks.gr.load_rulebook("national-2019")))
    assert len(found) == 2
    assert "portals only" in found[0]
    assert "10天" in found[1]
