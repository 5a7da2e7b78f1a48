"""What cannot be true is refused when it is recorded; what is unlikely stops the notice until somebody answers it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from rounds import LATER, NO_CHANNEL, POINT, SIGNED, STALE, account, campaign, key, reported, review, seen, site, stale

import govmedia_rules as gr
from govmedia_rules.campaign import (
    Appeal,
    AppealAnswer,
    Campaign,
    CountedResult,
    CountedUnits,
    DueRule,
    Fault,
    NoticeDraft,
    Recheck,
    Ruling,
    SampleRule,
)
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CampaignError
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.figures import DateSpan, PartialDate

DUE = DueRule(days=14)


def failing(*names: str) -> Campaign:
    one = campaign()
    one.add(stale(name) for name in names)
    one.review(review(key(name)) for name in names)
    return one


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (review(key("甲"), at=POINT - timedelta(days=1)), "before what it answers"),
        (review(key("甲"), "media.veto.unknown"), "nothing recorded"),
        (review(key("甲"), "site.veto.columns"), "asked of sites"),
        (review(key("无")), "nothing is known"),
        (Review.model_validate(review(key("甲")).model_dump() | {"observed_at": POINT - timedelta(days=9)}), "does not have"),
    ],
)
def test_a_review_of_nothing_is_refused_and_changes_nothing(given: Review, why: str) -> None:
    one = campaign()
    one.add(stale("甲"))
    with pytest.raises(CampaignError, match=why):
        one.review(given)
    assert one.results["main", key("甲")].outcome == "unreviewed"


def test_a_review_never_answers_a_later_inspection() -> None:
    one = failing("甲")
    assert one.results["main", key("甲")].outcome == "failed"
    one.add(stale("甲", at=LATER + timedelta(days=1)))
    assert one.results["main", key("甲")].outcome == "unreviewed"


def test_a_review_never_answers_a_later_report() -> None:
    one = campaign()
    one.add_results(reported(site("甲网"), "failed", "栏目不更新", is_reviewed=False))
    one.review(review("甲网", "site.veto.columns"))
    one.add_results(
        reported(site("乙网"), "failed", "栏目不更新", is_reviewed=False),
        reported(site("甲网"), "failed", "首页不能打开", is_reviewed=False, at=LATER + timedelta(days=1)),
    )
    assert one.results["main", "乙网"].outcome == "unreviewed"
    assert one.results["main", "甲网"].outcome == "failed"


def test_units_equal_but_for_blanks_are_one_unit_written_twice() -> None:
    one = campaign()
    one.add_results(reported(site("甲县政府网")))
    for name in ("甲县 政府网", "甲县政府网 x"[:5] + "　"):
        with pytest.raises(CampaignError, match="but for blanks"):
            one.add_results(reported(site(name, id=name)))
    one.add_members([site("乙县政府网")])
    one.add_counts(CountedUnits(subject="site", count=3))
    with pytest.raises(CampaignError, match="but for blanks"):
        one.add_results(reported(site("乙县 政府网")))
    one.add_results(reported(site("丙县政府网")))  # one of the three known only as a number


def test_a_supervising_office_is_no_unit_of_a_campaign() -> None:
    snapshot = gr.SupervisorSnapshot.model_validate({"supervisor": {"name": "某办"}, "observed_at": POINT.isoformat()})
    office = gr.load_rulebook("supervision-2019").inspect(snapshot)
    with pytest.raises(CampaignError, match="supervising office"):
        campaign().add(office)


def test_results_outside_the_window() -> None:
    window = DateSpan(start=PartialDate(year=2024, month=8, day=20), end=PartialDate(year=2024, month=8, day=25))
    one = campaign(window=window)
    one.add(seen("甲"))
    for at in (POINT - timedelta(days=5), POINT + timedelta(days=5)):
        with pytest.raises(CampaignError, match="inspection window"):
            one.add(seen("乙", at=at))
    with pytest.raises(CampaignError, match="before the inspection window"):
        one.add_results(reported(site("甲网"), at=POINT - timedelta(days=5)))
    one.add_results(reported(site("甲网"), at=POINT + timedelta(days=5), reviewed_at=POINT + timedelta(days=6)))


def test_faults_of_the_other_kind_are_refused() -> None:
    with pytest.raises(CampaignError, match="asked of sites"):
        campaign().add_results(
            reported(account("甲"), "failed", faults=(Fault(wording="栏目不更新", indicator_ids=("site.veto.columns",)),))
        )


def test_rulings_and_rechecks_before_what_they_answer() -> None:
    one = failing("甲")
    early = POINT - timedelta(days=1)
    with pytest.raises(CampaignError, match="before what it answers"):
        one.add_rulings(Ruling(subject=key("甲"), outcome="closing", role="检查单位", at=early, reason="注销中"))
    one.issue(DUE, signed=SIGNED)
    with pytest.raises(CampaignError, match="before its task"):
        one.recheck(key("甲"), Recheck(at=LATER, outcome="rectified", role="复查人员"))
    with pytest.raises(CampaignError, match="its task does not"):
        one.recheck(
            key("甲"),
            Recheck(at=LATER + timedelta(days=9), outcome="rectified", role="复查人员", indicators=(NO_CHANNEL,)),
        )


def test_a_round_is_carried_over_once_and_forwards() -> None:
    before, now = campaign("2024年第二季度"), campaign("2024年第三季度")
    before.add_results(reported(site("甲网"), "failed", "栏目不更新"))
    now.carry_over(before)
    with pytest.raises(CampaignError, match="already"):
        now.carry_over(before)
    with pytest.raises(CampaignError, match="does not lie before"):
        before.carry_over(now)
    with pytest.raises(CampaignError, match="does not lie before"):
        campaign("2024年第三季度").carry_over(now)
    assert now.failed_before == ("甲网",)


def test_a_dismissal_after_the_task_withdraws_it(tmp_path: Path) -> None:
    one = failing("甲", "乙")
    one.issue(DUE, signed=SIGNED)
    one.review(review(key("甲"), decision="dismissed", at=LATER + timedelta(days=3)))
    one.save(tmp_path)
    for found in (one, Campaign.load(tmp_path)):
        states = {task.name: task.state(date(2024, 9, 30)) for task in found.tasks}
        assert states == {"甲": "withdrawn", "乙": "overdue"}
        progress = found.progress(date(2024, 9, 30))
        assert (progress.total, progress.withdrawn, dict(progress.states)) == (1, 1, {"overdue": 1})
    with pytest.raises(CampaignError, match="withdrawn"):
        one.recheck(key("甲"), Recheck(at=LATER + timedelta(days=9), outcome="rectified", role="复查人员"))
    later = campaign("2024年第四季度")
    later.carry_over(one)
    assert [task.name for task in later.tasks] == ["乙"]


def test_a_dismissal_of_one_of_two_failures_leaves_the_other_in_the_task() -> None:
    one = campaign()
    one.add(stale("甲", functions=[]))
    one.review([review(key("甲")), review(key("甲"), NO_CHANNEL)])
    one.issue(DUE, signed=SIGNED)
    assert one.tasks[0].indicators == (STALE, NO_CHANNEL)
    one.review(review(key("甲"), decision="dismissed", at=LATER + timedelta(days=3)))
    [task] = one.tasks
    assert (task.indicators, task.state(date(2024, 9, 30))) == ((NO_CHANNEL,), "overdue")
    [sheet] = gr.reports.rectification_sheets(one, issuer="某市人民政府办公室")
    assert sheet.task.indicators == (NO_CHANNEL,)


def test_an_inconsistency_stops_the_notice_until_it_is_answered() -> None:
    one = failing("甲")
    one.add_members([account("甲", "wechat_official"), account("甲", "wechat_official")])
    draft = NoticeDraft(issuer="某市人民政府办公室")
    with pytest.raises(CampaignError, match="1 inconsistencies are open"):
        one.notice(draft)
    printed = one.notice(draft.model_copy(update={"issues": "print"}))
    [issue] = [issue for issue in one.issues() if issue.is_blocking]
    assert printed.draft_remarks == (issue.message(),)
    one.answer_issue(issue, role="检查单位", at=LATER, reason="登记库导出时重复一行")
    assert not [issue for issue in one.issues() if issue.is_blocking]
    assert one.notice(draft).draft_remarks == ()
    one.add_members([account("乙", "wechat_official"), account("乙", "wechat_official")])
    assert [issue.subjects for issue in one.issues() if issue.is_blocking] == [(key("甲"), key("乙"))]


def test_a_deadline_on_a_day_off_is_questioned() -> None:
    one = failing("甲")
    one.issue(DueRule(day=date(2024, 10, 1)), signed=SIGNED)
    [issue] = [issue for issue in one.issues() if issue.reason == "deadline_off"]
    assert issue.is_blocking
    assert "国庆节" in issue.message()


def test_an_appeal_that_is_upheld_dismisses_the_finding_and_its_task() -> None:
    one = failing("甲", "乙")
    one.issue(DUE, signed=SIGNED)
    at = datetime(2024, 9, 2, 9, tzinfo=SHANGHAI)
    with pytest.raises(CampaignError, match="did not fail"):
        one.add_appeals(Appeal(id="1", subject=key("丙"), by="主办单位", at=at, reason="无"))
    with pytest.raises(CampaignError, match="was not confirmed"):
        one.add_appeals(Appeal(id="1", subject=key("甲"), indicators=(NO_CHANNEL,), by="主办单位", at=at, reason="无"))
    one.add_appeals(Appeal(id="1", subject=key("甲"), by="主办单位", at=at, reason="当日有更新"))
    one.add_appeals(Appeal(id="2", subject=key("乙"), indicators=(STALE,), by="主办单位", at=at, reason="当日有更新"))
    assert [issue.subjects for issue in one.issues() if issue.reason == "appeal_waiting"] == [(key("甲"), key("乙"))]
    with pytest.raises(CampaignError, match="before the appeal"):
        one.answer_appeal(AppealAnswer(appeal="1", decision="upheld", role="检查单位", at=LATER, reason="属实"))
    later = at + timedelta(days=2)
    one.answer_appeal(AppealAnswer(appeal="1", decision="upheld", role="检查单位", at=later, reason="属实"))
    one.answer_appeal(AppealAnswer(appeal="2", decision="rejected", role="检查单位", at=later, reason="不属实"))
    with pytest.raises(CampaignError, match="answered already"):
        one.answer_appeal(AppealAnswer(appeal="2", decision="upheld", role="检查单位", at=later, reason="属实"))
    assert [result.subject.name for result in one.failures()] == ["乙"]
    assert {task.name: task.state(date(2024, 9, 30)) for task in one.tasks} == {"甲": "withdrawn", "乙": "overdue"}
    assert not [issue for issue in one.issues() if issue.reason == "appeal_waiting"]


def test_an_id_that_stands_for_two_units_stops_the_notice() -> None:
    one = campaign()
    one.add_members([site("县教育局网站", id="A1"), site("县水利局网站", id="A2")])
    one.add_results(reported(site("县教育局", id="A1")), reported(site("县林业局网站", id="A2")))
    assert [issue.subjects for issue in one.issues() if issue.reason == "shared_id"] == [("A2",)]
    with pytest.raises(CampaignError, match="县水利局网站 / 县林业局网站"):
        one.notice(NoticeDraft(issuer="某市人民政府办公室"))


def test_a_notice_waits_for_the_answer_to_an_appeal() -> None:
    one = failing("甲", "乙")
    draft = NoticeDraft(issuer="某市人民政府办公室", open_units="count")
    one.notice(draft)
    at = datetime(2024, 9, 2, 9, tzinfo=SHANGHAI)
    one.add_appeals(Appeal(id="1", subject=key("甲"), by="主办单位", at=at, reason="当日有更新"))
    with pytest.raises(CampaignError, match="申诉"):
        one.notice(draft)
    assert "申诉" in one.notice(draft.model_copy(update={"issues": "print"})).draft_remarks[0]
    one.answer_appeal(AppealAnswer(appeal="1", decision="rejected", role="检查单位", at=at + timedelta(days=1), reason="不属实"))
    assert one.notice(draft).draft_remarks == ()


@pytest.mark.parametrize(
    ("due", "reason"),
    [
        ("2024-10-01", "draft_deadline_off"),  # 国庆节
        ("2024-09-21", "draft_deadline_off"),  # a Saturday
        ("2024-09-14", None),  # a Saturday that is worked
        ("2024-08-20", "draft_deadline_early"),
        ("2024-09-10", None),
    ],
)
def test_a_draft_asks_for_reports_on_a_working_day_after_it_is_signed(due: str, reason: str | None) -> None:
    one = failing("甲")
    year, month, day = map(int, due.split("-"))
    draft = NoticeDraft.model_validate(
        {
            "issuer": "某市人民政府办公室",
            "signed_at": SIGNED,
            "deadlines": [{"due": PartialDate(year=year, month=month, day=day)}],
        }
    )
    issues = [issue for issue in one.issues(draft) if issue.reason.startswith("draft_")]
    assert [issue.reason for issue in issues] == ([] if reason is None else [reason])
    if reason is None:
        one.notice(draft)
        return
    with pytest.raises(CampaignError, match="通报稿"):
        one.notice(draft)
    one.answer_issue(issues[0], role="检查单位", at=LATER, reason="上级要求", draft=draft)
    one.notice(draft)


def test_a_day_without_a_year_is_the_next_one_after_the_signature() -> None:
    assert PartialDate(month=1, day=10).after(PartialDate(year=2024, month=12, day=20)) == date(2025, 1, 10)
    assert PartialDate(month=2, day=29).after(PartialDate(year=2025, month=1)) is None
    assert PartialDate(month=3).after(PartialDate(year=2025)) is None


def test_a_rate_under_doubt_is_printed_only_where_nothing_open_can_change_it() -> None:
    draft = NoticeDraft(issuer="某市人民政府办公室", open_units="count")
    one = campaign()
    one.add(seen(f"甲{number}") for number in range(3))
    one.add(stale("乙"))
    total = one.statistics().total("account")
    assert one.bounds(total) == ((3, 4), (4, 4))
    assert one.printed_share(total) is None
    assert [rate.label for population in one.notice(draft).populations for rate in population.rates] == []
    table = one.table("account", "platform")
    row = dict(zip(table.columns, next(iter(table.cells())), strict=True))
    assert (row["pass_rate"], row["pass_rate_low"], row["pass_rate_high"]) == (None, 75, 100)
    assert "75%—100%（1个未定）" in one.summary()
    sure = campaign()
    sure.add_counts(CountedResult(subject="account", count=99_999, outcome="passed"))
    sure.add(stale("乙"))
    assert sure.printed_share(sure.statistics().total("account")) is None  # 99.9 or 100
    sure.review(review(key("乙")))
    assert sure.printed_share(sure.statistics().total("account")) == (99_999, 100_000)


def test_a_task_signed_before_its_failure_was_confirmed_is_questioned() -> None:
    for signed, expected in ((LATER.date() - timedelta(days=1), ["task_before_review"]), (LATER.date(), [])):
        one = failing("甲")
        one.issue(DueRule(day=date(2024, 9, 10)), signed=signed)
        assert [issue.reason for issue in one.issues() if issue.is_blocking] == expected
    # A second look after the task confirms it once more.
    one.review(review(key("甲"), at=LATER + timedelta(days=3)))
    assert [issue.reason for issue in one.issues() if issue.is_blocking] == []


def test_a_draw_that_could_be_chosen_is_questioned() -> None:
    one = campaign()
    one.add_members([account(name, "wechat_official") for name in "甲乙丙丁"])
    rule = SampleRule(subject="account", share=Decimal("0.5"))
    one.draw(rule, seed="1", at=POINT)
    one.draw(rule, seed="1", at=POINT)
    assert [issue.reason for issue in one.issues() if issue.is_blocking] == []
    one.draw(rule, seed="2", at=POINT)
    [issue] = [issue for issue in one.issues() if issue.is_blocking]
    assert (issue.reason, issue.count) == ("drawn_again", 3)

    late = campaign()
    late.add_members([account(name, "wechat_official") for name in "甲乙丙丁"])
    late.add([seen("甲")])
    late.draw(rule, seed="1", at=POINT)
    assert [issue.reason for issue in late.issues() if issue.is_blocking] == []
    late.draw(rule, seed="1", at=LATER)
    [issue] = [issue for issue in late.issues() if issue.is_blocking]
    assert (issue.reason, issue.subjects) == ("drawn_after_results", (key("甲"),))


def test_a_unit_that_passes_with_a_confirmed_veto_is_questioned() -> None:
    one = campaign()
    one.add_results(reported(account("甲", "wechat_official"), "passed", "连续两周未更新", is_reviewed=False))
    assert [issue.reason for issue in one.issues() if issue.is_blocking] == []
    one.review(review(key("甲"), decision="dismissed"))
    assert [issue.reason for issue in one.issues() if issue.is_blocking] == []
    one.review(review(key("甲"), at=LATER + timedelta(days=1)))
    assert [issue.reason for issue in one.issues() if issue.is_blocking] == ["passed_with_veto"]
