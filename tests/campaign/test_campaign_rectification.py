"""What becomes of failures: deadlines, re-checks, overdue, repeated, carried over, and two rounds side by side."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rounds import SIGNED, account, campaign, reported, site

from govmedia_rules.campaign import Campaign, CountedResult, CountedUnits, DueRule, EarlierRate, Recheck
from govmedia_rules.core.rates import Rounding
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CalendarError, CampaignError
from govmedia_rules.notices.figures import Period

DUE = DueRule(days=14)


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def checked(day: date, outcome: str = "rectified", *indicators: str) -> Recheck:
    return Recheck.model_validate({"at": on(day), "outcome": outcome, "role": "复查人员", "indicators": indicators})


def failing(*names: str, period: str = "2024年第三季度", passing: str = "") -> Campaign:
    one = campaign(period)
    one.add_results(*(reported(site(name), "failed", "栏目不更新") for name in names))
    one.add_results(*(reported(site(name)) for name in passing))
    return one


@pytest.mark.parametrize(
    ("signed", "rule", "due"),
    [
        (date(2019, 12, 4), DueRule(day=date(2019, 12, 30)), date(2019, 12, 30)),
        (date(2024, 8, 27), DueRule(days=14), date(2024, 9, 10)),
        (date(2022, 9, 28), DueRule(days=22), date(2022, 10, 20)),
        (date(2020, 4, 2), DueRule(days=13), date(2020, 4, 15)),
        (
            date(2024, 9, 27),
            DueRule(working_days=5),
            date(2024, 10, 10),
        ),  # 27 September is a Friday, the 29th and the 12th are worked
    ],
)
def test_deadlines_count_from_the_signing(signed: date, rule: DueRule, due: date) -> None:
    assert rule.due(signed) == due


def test_deadlines_that_make_no_sense() -> None:
    for parts in ({}, {"days": 3, "working_days": 3}, {"days": 0}):
        with pytest.raises(ValidationError):
            DueRule.model_validate(parts)
    with pytest.raises(CampaignError, match="before the signing"):
        DueRule(day=date(2024, 8, 1)).due(SIGNED)
    with pytest.raises(CalendarError):
        DueRule(working_days=3).due(date(2190, 1, 1))


def test_a_task_for_every_failure_and_only_once() -> None:
    one = failing("甲", "乙", passing="丙")
    issued = one.issue(DUE, signed=SIGNED)
    assert [(task.name, task.wording, task.due) for task in issued] == [
        ("甲", "栏目不更新", date(2024, 9, 10)),
        ("乙", "栏目不更新", date(2024, 9, 10)),
    ]
    assert one.issue(DUE, signed=SIGNED) == ()
    one.add_results(reported(site("丁"), "failed", "栏目不更新"))
    assert [task.name for task in one.issue(DUE, signed=SIGNED)] == ["丁"]
    with pytest.raises(CampaignError, match="no task"):
        one.recheck("丙", checked(SIGNED))


def test_the_states_of_a_task_by_day() -> None:
    one = failing("甲")
    [task] = one.issue(DUE, signed=SIGNED)
    assert task.state(task.due) == "open"
    assert task.state(task.due + timedelta(days=1)) == "overdue"
    late = one.recheck("甲", checked(date(2024, 9, 1), "not_rectified"))
    assert late.state(date(2024, 9, 1)) == "not_rectified"
    assert late.state(date(2024, 8, 31)) == "open"
    done = one.recheck("甲", checked(date(2024, 9, 12)))
    assert done.state(date(2024, 9, 11)) == "overdue"
    assert done.state(date(2024, 9, 12)) == "rectified_late"
    assert done.finished_at == date(2024, 9, 12)


def test_one_of_two_problems_put_right() -> None:
    one = campaign()
    one.add_results(reported(account("甲"), "failed", "两周以上未更新", "缺有效互动渠道"))
    [task] = one.issue(DUE, signed=SIGNED)
    first, second = task.indicators
    task = one.recheck(task.subject, checked(date(2024, 9, 1), "rectified", first))
    assert (task.remaining, task.finished_at) == ((second,), None)
    task = one.recheck(task.subject, checked(date(2024, 9, 3), "rectified", second))
    assert (task.remaining, task.finished_at) == ((), date(2024, 9, 3))
    task = one.recheck(task.subject, checked(date(2024, 9, 9), "not_rectified", first))
    assert (task.remaining, task.finished_at) == ((first,), None)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(("rectified", "not_rectified", "closed"))), max_size=6))
def test_rechecks_in_any_order_come_to_the_same(found: list[tuple[int, str]]) -> None:
    days = dict(found)
    states = set()
    for order in (sorted(days), sorted(days, reverse=True)):
        one = failing("甲")
        one.issue(DUE, signed=SIGNED)
        for number in order:
            one.recheck("甲", checked(SIGNED + timedelta(days=number), days[number]))
        [task] = one.tasks
        states.add(tuple(task.state(SIGNED + timedelta(days=number)) for number in range(45)))
    assert len(states) == 1


def test_progress_counts_every_task_once() -> None:
    one = failing("甲", "乙", "丙", "丁")
    one.add_counts(CountedResult(subject="account", count=3, outcome="failed"))
    one.issue(DUE, signed=SIGNED)
    one.recheck("甲", checked(date(2024, 9, 10)))
    one.recheck("乙", checked(date(2024, 9, 11)))
    one.recheck("丙", checked(date(2024, 9, 11), "closed"))
    progress = one.progress(date(2024, 9, 11))
    assert progress.states == {"closed": 1, "overdue": 1, "rectified": 1, "rectified_late": 1}
    assert (progress.total, progress.done, progress.rate) == (4, 3, (3, 4))
    assert progress.without_names == 3
    assert "另有3个不合格单位未列名" in progress.text()


def test_an_unfinished_task_is_carried_on_and_a_second_failure_is_repeated() -> None:
    first = failing("甲", "乙", period="2024年第一季度")
    first.issue(DUE, signed=date(2024, 3, 20))
    first.recheck("乙", checked(date(2024, 3, 30)))
    second = failing("甲", "乙", period="2024年第二季度")
    second.carry_over(first)
    issued = {task.name: task for task in second.issue(DUE, signed=date(2024, 6, 20))}
    assert (issued["甲"].failed_rounds, issued["甲"].carried_from) == (2, Period.parse("2024年第一季度"))
    assert (issued["乙"].failed_rounds, issued["乙"].carried_from) == (2, None)
    assert second.progress(date(2024, 6, 21)).repeated == 2
    third = failing("甲", period="2024年第三季度", passing="乙")
    third.carry_over(second)
    [task] = third.issue(DUE, signed=SIGNED)
    assert (task.failed_rounds, task.carried_from) == (3, Period.parse("2024年第一季度"))
    assert {one.name for one in third.tasks} == {"甲", "乙"}


def test_five_ways_from_one_round_to_the_next() -> None:
    first = failing("甲", "乙", "丙", "丁", "戊", period="2024年第二季度", passing="己")
    first.issue(DUE, signed=date(2024, 6, 20))
    first.recheck("丙", checked(date(2024, 6, 30)))
    second = failing("乙", "丙", "己", passing="甲")
    second.carry_over(first)
    second.recheck("戊", checked(date(2024, 8, 30), "closed"))
    tracks = second.compare(first)
    kinds = {track.subject.name: track.kind for track in tracks}
    assert kinds == {"甲": "resolved", "乙": "persisting", "丙": "relapsed", "丁": "lost_sight", "戊": "resolved", "己": "new"}
    assert tracks.counts()[""] == {"resolved": 2, "persisting": 1, "new": 1, "relapsed": 1, "lost_sight": 1}
    assert "未再检查1个：丁" in "\n".join(tracks.lines())
    assert [track.same for track in tracks.of("persisting")] == [second.results["main", "乙"].reasons]


def test_a_unit_nobody_confirmed_is_not_resolved() -> None:
    first = failing("甲", period="2024年第二季度")
    second = campaign()
    second.add_results(reported(site("甲"), "failed", "栏目不更新", is_reviewed=False))
    assert [track.kind for track in second.compare(first)] == ["lost_sight"]


def test_failures_without_names_cannot_be_followed_and_say_so() -> None:
    first = failing("甲", period="2024年第二季度")
    first.add_counts(CountedResult(subject="site", count=4, outcome="failed"))
    tracks = failing("甲").compare(first)
    assert tracks.without_names == (4, 0)
    assert "未列名而无法跟踪：上期4个，本期0个" in "\n".join(tracks.lines())


# --- 同比 and 环比 -------------------------------------------------------------------------------------------------------


def rated(period: str, failed: int, **parts: object) -> Campaign:
    one = campaign(period, rounding=Rounding(places=2), **parts)
    one.add_counts(CountedUnits(subject="site", count=200), CountedResult(subject="site", count=100 - failed, outcome="passed"))
    one.add_counts(CountedResult(subject="site", count=failed, outcome="failed"))
    return one


def test_differences_in_percentage_points() -> None:
    now = rated("2020年第一季度", 2)
    now.carry_over(rated("2019年第四季度", 5))
    now.carry_over(rated("2019年第一季度", 1))
    told = {one.basis: one.change.text() for one in now.comparisons("site")}
    assert told == {"period_on_period": "上升3.00个百分点", "year_on_year": "下降1.00个百分点"}


def test_no_earlier_value_is_not_a_difference_of_nought() -> None:
    now = rated("2020年第一季度", 2)
    assert now.comparisons("site") == ()
    now.carry_over(campaign("2019年第四季度"))
    [none] = now.comparisons("site")
    assert (none.change.state, none.change.points, none.change.text()) == ("none", None, "无上期数据")
    same = rated("2020年第一季度", 2)
    same.carry_over(rated("2019年第四季度", 2))
    [equal] = same.comparisons("site")
    assert (equal.change.state, equal.change.points, equal.change.text()) == ("same", Decimal(0), "持平")


def test_a_rate_on_another_footing_is_not_compared() -> None:
    now = rated("2020年第一季度", 2)
    now.carry_over(rated("2019年第四季度", 5, rate_base="decided"))
    assert [one.change.state for one in now.comparisons("site")] == ["not_comparable"]


def test_a_printed_earlier_rate_is_enough() -> None:
    now = rated("2020年第一季度", 2)
    now.add_baseline(EarlierRate(basis="year_on_year", subject="site", figure=Decimal("97.61"), source="2019年第一季度通报"))
    assert [one.change.text(unit="%") for one in now.comparisons("site")] == ["上升0.39%"]


def test_a_rate_that_is_still_open_is_not_compared() -> None:
    now = rated("2020年第一季度", 2)
    now.carry_over(rated("2019年第四季度", 5))
    now.add_results(reported(site("甲"), "failed", "栏目不更新", is_reviewed=False))
    with pytest.raises(CampaignError, match="not known"):
        now.comparisons("site")
