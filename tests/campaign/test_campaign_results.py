"""How a unit ends: only what a person confirmed is published, tiers stand side by side, outcomes beside pass and fail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import rounds
from portals import RUINED, portal, stated
from rounds import NO_CHANNEL, STALE, account, campaign, key, reported, review, seen, site, stale

import govmedia_rules as gr
from govmedia_rules.campaign import CountedResult, Fault, OutcomeRule, Ruling, Tier
from govmedia_rules.campaign.records import UnitRecord
from govmedia_rules.campaign.results import result_of
from govmedia_rules.errors import CampaignError


def test_a_failure_nobody_reviewed_is_published_nowhere() -> None:
    one = campaign()
    one.add([stale("甲"), seen("乙")])
    found = one.results["main", key("甲")]
    assert (found.outcome, found.label, found.waiting, found.reasons) == ("unreviewed", "待复核", (STALE,), ())
    assert one.failures() == ()
    assert [one.subject.name for one in one.open] == ["甲"]
    assert one.statistics().total("account").share("pass") is None
    low, high = one.statistics().total("account").bounds("pass") or (None, None)
    assert (low, high) == ((1, 2), (2, 2))
    one.review(review(key("甲")))
    assert [one.subject.name for one in one.failures()] == ["甲"]
    assert one.results["main", key("甲")].reasons == (STALE,)
    assert one.statistics().total("account").share("pass") == (1, 2)


def test_a_dismissed_failure_is_none_and_is_counted() -> None:
    one = campaign()
    one.add(stale("甲"))
    one.review(review(key("甲"), decision="dismissed"))
    assert one.results["main", key("甲")].outcome == "passed"
    stat = one.statistics().total("account")
    assert (stat.found, stat.dismissed, stat.failed) == (1, 1, 0)


def test_one_confirmed_veto_fails_while_another_waits() -> None:
    one = campaign()
    one.add(seen("甲", latest_post_at="2020-01-01", functions=[]))
    one.review(review(key("甲"), NO_CHANNEL))
    found = one.results["main", key("甲")]
    assert (found.outcome, found.reasons, found.waiting) == ("failed", (NO_CHANNEL,), (STALE,))
    assert [fault.indicator_ids for fault in found.faults()] == [(NO_CHANNEL,)]
    assert [doubt.reason for doubt in one.issues() if doubt.severity == "open"] == ["waiting"]


def test_the_later_monitoring_point_counts_in_any_order() -> None:
    first, second = stale("甲"), seen("甲", at=rounds.LATER)
    for order in ((first, second), (second, first)):
        one = campaign()
        one.add(order)
        assert one.results["main", key("甲")].outcome == "passed"
        assert one.results["main", key("甲")].observed_at == rounds.LATER


def test_the_last_added_of_two_inspections_at_one_instant_counts() -> None:
    for order, outcome in (((stale("甲"), seen("甲")), "passed"), ((seen("甲"), stale("甲")), "unreviewed")):
        one = campaign()
        for inspection in order:
            one.add(inspection)
        assert one.results["main", key("甲")].outcome == outcome


def test_two_reviews_that_contradict_each_other_at_one_instant_decide_nothing() -> None:
    for order in (("confirmed", "dismissed"), ("dismissed", "confirmed")):
        one = campaign()
        one.add(stale("甲"))
        one.review(review(key("甲"), decision=decision) for decision in order)
        assert one.results["main", key("甲")].outcome == "unreviewed"


def test_the_last_given_of_two_rulings_at_one_instant_counts() -> None:
    one = campaign()
    one.add(seen("甲"))
    for outcome in ("failed", "passed"):
        one.add_rulings(Ruling(subject=key("甲"), outcome=outcome, role="检查单位", at=rounds.LATER, reason="核实"))
        assert one.results["main", key("甲")].outcome == outcome
    one.add_rulings(Ruling(subject=key("甲"), outcome="failed", role="检查单位", at=rounds.POINT, reason="核实"))
    assert one.results["main", key("甲")].outcome == "passed"


@pytest.mark.parametrize("decision", [None, "confirmed"])
def test_a_waived_failure_does_not_count(decision: str | None) -> None:
    waiver = gr.Waiver.model_validate(
        {
            "id": "W1",
            "subject": key("甲"),
            "indicators": [STALE],
            "authority": "市政府办公室",
            "document": "某函〔2024〕1号",
            "reason": "账号迁移",
            "granted": "2024-01-01",
            "expires": "2024-12-31",
        }
    )
    one = campaign()
    one.add(stale("甲", waivers=[waiver]))
    if decision is not None:
        one.review(review(key("甲"), decision=decision))
    found = one.results["main", key("甲")]
    assert (found.outcome, found.reasons, found.problems, found.waiting) == ("passed", (), (), ())
    assert (found.findings, one.failures(), one.open) == ((), (), ())
    assert one.statistics().total("account").share("pass") == (1, 1)


def test_the_later_review_counts_in_any_order() -> None:
    early, late = review(key(), decision="confirmed", at=rounds.POINT), review(key(), decision="dismissed", at=rounds.LATER)
    for order in ((early, late), (late, early)):
        one = campaign()
        one.add(stale("甲"))
        one.review(order)
        assert one.results["main", key("甲")].outcome == "passed"


def test_a_review_before_its_inspection_is_an_error_and_after_a_new_one_it_still_holds() -> None:
    one = campaign()
    with pytest.raises(CampaignError, match="nothing is known"):
        one.review(review(key("甲")))
    one.add(stale("甲"))
    one.review(review(key("甲")))
    one.add(stale("甲", at=rounds.LATER))
    assert one.results["main", key("甲")].outcome == "failed"


def test_an_undetermined_unit_is_neither() -> None:
    one = campaign()
    one.add(seen("甲", latest_post_at=None))
    assert one.results["main", key("甲")].outcome == "undetermined"


def test_an_agency_finds_and_the_office_reviews() -> None:
    one = campaign()
    one.add_results(reported(account("甲"), "failed", "两周以上未更新", is_reviewed=False))
    [found] = one.results.values()
    assert (found.outcome, found.waiting) == ("unreviewed", (STALE,))
    one.review(review(found.subject.id))
    [found] = one.results.values()
    assert (found.outcome, found.reasons) == ("failed", (STALE,))
    assert [fault.wording for fault in found.faults()] == ["两周以上未更新"]


def test_a_reported_failure_whose_faults_are_all_dismissed_passes() -> None:
    one = campaign()
    one.add_results(reported(account("甲"), "failed", "两周以上未更新", is_reviewed=False))
    [found] = one.results.values()
    one.review(review(found.subject.id, decision="dismissed"))
    [found] = one.results.values()
    assert (found.outcome, found.was_found) == ("passed", True)


def test_a_named_problem_is_no_failure() -> None:
    one = campaign()
    one.add_results(reported(site("甲网"), None, "网站地图与栏目不一致"), reported(site("乙网"), "passed", "未公开政策解读"))
    assert [(found.subject.name, found.outcome) for found in one.results.values()] == [("乙网", "passed")]
    assert one.results["main", "乙网"].problems
    assert one.results["main", "乙网"].reasons == ()


def test_two_tiers_look_at_one_unit_and_are_not_added() -> None:
    one = campaign(tiers=(Tier(), Tier(id="county", scope="各县(区)检查", is_self_check=True)))
    one.add(stale("甲"))
    one.add(seen("甲"), tier="county")
    one.review(review(key("甲")))
    statistics = one.statistics()
    assert statistics.total("account").failed == 1
    assert statistics.total("account", tier="county").passed == 1
    assert [found.tier for found in one.failures()] == ["main"]
    with pytest.raises(CampaignError, match="no tier 'town'"):
        one.add(seen("乙"), tier="town")


def test_being_closed_is_neither_pass_nor_fail() -> None:
    one = campaign()
    one.add([stale("甲", own={"status": "closing"}), seen("乙", own={"status": "closed"}), seen("丙")])
    outcomes = {found.subject.name: found.label for found in one.results.values()}
    assert outcomes == {"甲": "正在注销", "乙": "已注销", "丙": "合格"}
    stat = one.statistics().total("account")
    assert (stat.inspected, stat.passed, stat.failed, stat.outcomes["closing"]) == (2, 1, 0, 1)


def test_the_base_of_a_rate_is_chosen() -> None:
    stat = campaign_with_closing().statistics().total("account")
    assert stat.share("pass") == (335, 371)
    assert stat.share("pass", base="decided") == (335, 358)


def test_failure_share_counts_the_failed() -> None:
    stat = campaign_with_closing().statistics().total("account")
    assert stat.share("failure_share") == (23, 371)
    assert stat.share("failure_share", basically_passes=True) == (23, 371)
    assert stat.share("failure_share", base="decided") == (23, 358)
    assert stat.bounds("failure_share") == ((23, 371), (23, 371))
    assert stat.bounds("pass") == ((335, 371), (335, 371))


def test_bounds_of_the_failure_share_leave_room_for_what_is_open() -> None:
    one = campaign()
    one.add([stale("甲"), stale("乙"), seen("丙")])
    one.review(review(key("甲")))
    stat = one.statistics().total("account")
    assert stat.share("failure_share") is None
    assert stat.bounds("failure_share") == ((1, 3), (2, 3))
    assert stat.bounds("pass") == ((1, 3), (2, 3))


def campaign_with_closing() -> rounds.Campaign:
    one = campaign()
    for outcome, count in (("passed", 335), ("failed", 23), ("closing", 13)):
        one.add_counts(CountedResult(subject="account", count=count, outcome=outcome))  # type: ignore[arg-type]
    return one


def test_closed_but_still_listed_is_unreported() -> None:
    one = campaign()
    one.add_members([account("甲", "wechat_official", status="running")])
    one.add(seen("甲", own={"status": "closed"}))
    assert one.results["main", key("甲")].label == "注销未报备"


def test_a_ruling_decides_and_is_published() -> None:
    one = campaign()
    one.add(seen("甲"))
    with pytest.raises(CampaignError, match="nothing is known"):
        one.add_rulings(Ruling(subject="无", outcome="failed", role="检查单位", at=rounds.LATER, reason="空壳"))
    one.add_rulings(Ruling(subject=key("甲"), outcome="failed", role="检查单位", at=rounds.LATER, reason="空壳账号"))
    [found] = one.failures()
    assert [fault.wording for fault in found.faults()] == ["空壳账号"]


def test_basically_passed_where_a_round_defines_it() -> None:
    rule = OutcomeRule(outcome="basically_passed", label="基本合格", subject="site", score_below=Decimal(80))
    one = campaign(outcome_rules=(rule,))
    one.add_results(
        reported(site("甲网"), "passed", score=(Decimal(70), Decimal(70))),
        reported(site("乙网"), "passed", score=(Decimal(79), Decimal(81))),
        reported(site("丙网"), "passed", score=(Decimal(80), Decimal(80))),
        reported(site("丁网"), "passed"),
    )
    assert [found.label for found in one.results.values()] == ["基本合格", "合格", "合格", "合格"]
    stat = one.statistics().total("site")
    assert stat.share("pass") == (3, 4)
    assert stat.share("pass", basically_passes=True) == (4, 4)


def test_basically_passed_by_the_number_of_problems() -> None:
    rule = OutcomeRule(outcome="basically_passed", label="基本合格", families=("site.deduct",), at_least=2)
    one = campaign(outcome_rules=(rule,))
    faults = (
        Fault(wording="一", indicator_ids=("site.deduct.design.tags",)),
        Fault(wording="二", indicator_ids=("site.deduct.design.search",)),
    )
    one.add_results(reported(site("甲网"), "passed", faults=faults), reported(site("乙网"), "passed", faults=faults[:1]))
    assert [found.label for found in one.results.values()] == ["基本合格", "合格"]


def test_one_account_name_on_two_platforms_is_two_units() -> None:
    one = campaign()
    for platform in ("wechat", "weibo_sina"):
        one.add_results(reported(account("云南国资", platform), "failed", "严重表述错误"))
    assert len(one.failures()) == 2


def test_a_unit_fails_by_its_points_once_somebody_confirms_them() -> None:
    inspection = stated(rounds.BOOK).inspect(portal(**RUINED))
    one = campaign()
    one.add(inspection)
    [result] = one.results.values()
    assert (result.outcome, result.reasons, result.waiting[-1]) == ("unreviewed", (), "score")
    one.review(review(inspection.subject.id, "score"))
    [result] = one.results.values()
    assert (result.outcome, result.reasons, result.problems) == ("failed", ("score",), ("score",))
    assert [fault.wording for fault in result.faults()] == ["得分51分"]


def test_a_deduction_fails_nobody() -> None:
    inspection = stated(rounds.BOOK).inspect(portal(ipv6=False))
    one = campaign()
    one.add(inspection)
    one.review(review(inspection.subject.id, "site.deduct.design.ipv6"))
    [result] = one.results.values()
    assert (result.outcome, result.reasons, result.problems) == ("passed", (), ("site.deduct.design.ipv6",))
    assert [fault.wording for fault in result.faults()] == ["IPv6改造"]


def test_points_nobody_stated_are_not_put_into_words() -> None:
    one = campaign()
    one.add_results(reported(site("甲网"), "failed", faults=(Fault(wording="得分低", indicator_ids=("score",)),)))
    [result] = one.results.values()
    assert (result.outcome, result.score) == ("failed", None)
    assert [fault.wording for fault in result.faults()] == ["得分低"]


def test_a_result_without_its_record_has_no_details() -> None:
    one = campaign()
    one.add(stale("甲"))
    one.review(review(key("甲")))
    [result] = one.results.values()
    assert [fault.indicator_ids for fault in result.faults()] == [(STALE,)]
    assert result.inspection_plan is not None
    alone = replace(result, record=None)
    assert (alone.inspection, alone.inspection_plan, alone.findings, list(alone.faults())) == (None, None, (), [])
    assert alone == result  # equal units are counted together, whatever they were made from
    assert "record" not in repr(result)


def test_the_reason_of_a_ruling_to_pass_is_no_problem() -> None:
    one = campaign()
    one.add(stale("甲"))
    one.review(review(key("甲")))
    one.add_rulings(Ruling(subject=key("甲"), outcome="passed", role="检查单位", at=rounds.LATER, reason="迁移期间"))
    [result] = one.results.values()
    assert (result.outcome, result.reasons, result.problems, list(result.faults())) == ("passed", (), (), [])


@pytest.mark.parametrize(("decision", "outcome"), [("confirmed", "failed"), ("dismissed", "passed")])
def test_a_review_at_the_instant_of_a_report_answers_it(decision: str, outcome: str) -> None:
    one = campaign()
    one.add_results(reported(account("甲"), "failed", "两周以上未更新", is_reviewed=False))
    [result] = one.results.values()
    one.review(review(result.subject.id, decision=decision, at=rounds.POINT))
    assert [result.outcome for result in one.results.values()] == [outcome]


@pytest.mark.parametrize(("is_reviewed", "outcome"), [(True, "failed"), (False, "unreviewed")])
def test_a_report_of_failure_without_a_problem_is_a_failure_once_reviewed(is_reviewed: bool, outcome: str) -> None:
    one = campaign()
    one.add_results(reported(account("甲"), "failed", is_reviewed=is_reviewed))
    [result] = one.results.values()
    assert (result.outcome, result.reasons, result.waiting) == (outcome, (), ())


def test_an_outcome_may_rest_on_the_registry_alone() -> None:
    rule = OutcomeRule(outcome="unreported", label="在册已注销", listed_status=("closed",))
    one = campaign(outcome_rules=(rule,))
    one.add_members([account("甲", "wechat_official", status="closed"), account("乙", "wechat_official", status="running")])
    one.add([seen("甲"), seen("乙")])
    assert [result.label for result in one.results.values()] == ["在册已注销", "合格"]


def test_a_problem_that_nobody_classified_counts_as_other() -> None:
    record = UnitRecord(account("甲"), "main", reported=(reported(account("甲"), "failed", "说不清的问题"),))
    result = result_of(record, (), None)
    assert result is not None
    assert (result.outcome, result.reasons, result.was_found) == ("failed", ("other",), True)


def test_the_last_report_with_an_outcome_counts() -> None:
    one = campaign()
    first = reported(account("甲"), "failed", is_reviewed=True)
    one.add_results(first, reported(account("甲"), "passed", at=rounds.LATER))
    assert [result.outcome for result in one.results.values()] == ["passed"]


def test_a_result_names_the_rulebook_of_its_inspection() -> None:
    one = campaign()
    one.add(seen("甲"))
    one.add_results(reported(account("乙", "wechat_official")))
    assert {result.subject.name: result.digest for result in one.results.values()} == {"甲": rounds.BOOK.digest, "乙": None}
