"""Reconcile: what contradicts, what is only worth a remark, and what must not be raised."""

from __future__ import annotations

from decimal import Decimal

import pytest

from govmedia_rules.core.rates import Policy
from govmedia_rules.notices import check_rate, read, reconcile, reconcile_counts
from govmedia_rules.notices.comparing import same_name

FRAME = "南浦市人民政府办公室关于2022年第四季度检查情况的通报\n\n一、总体情况\n\n{}\n\n南浦市人民政府办公室\n2023年1月6日\n"


def result(sentence: str) -> list[tuple[str, str]]:
    """Kind and reason of everything that does not simply agree."""
    found = reconcile(read(FRAME.format(sentence)))
    return [(check.outcome, check.reason) for check in found.checks if check.outcome != "agrees"]


def test_the_figure_that_no_rule_gives_names_the_nearest_count() -> None:
    check = check_rate(Decimal("84.27"), part=57, bases=[356], of_rest=True, label="合格率")
    assert (check.outcome, check.reason, check.counts) == ("contradicts", "failed_needs_other_count", (56,))
    assert check.computed == "299/356=83.99%"
    assert check.message("zh") == "合格率84.27%与所列数字不符:299/356=83.99%,不合格57;印出的数字相当于不合格56(共356)。"
    assert "56 failed of 356" in check.message("en")


def test_a_hidden_count_is_told() -> None:
    check = check_rate(Decimal("91.8"), part=None, bases=[328])
    assert (check.outcome, check.counts) == ("agrees", (301,))
    assert check.policies == (Policy.HALF_UP, Policy.CAPPED)
    assert check_rate(Decimal("91.85"), part=None, bases=[328]).outcome == "contradicts"
    assert check_rate(Decimal("91.8"), part=3, bases=[]).outcome == "not_checkable"


def test_any_of_the_printed_bases_will_do() -> None:
    assert check_rate(Decimal("96"), part=2, bases=[70, 50], of_rest=True).computed == "48/50"
    assert check_rate(Decimal("50"), part=60, bases=[50]).outcome == "contradicts"


@pytest.mark.parametrize(
    "sentence",
    [
        "全市运行政府网站50个,抽查40个,不合格3个,合格率92.5%。",
        "全市运行政府网站50个,不合格3个,占比为6%。",
        "抽查政务新媒体100个,合格95个,不合格3个,2个正在注销,合格率96.9%。",
        "抽查政务新媒体100个,合格90个,基本合格5个,不合格5个,合格率95%。",
        "全市政务新媒体208个,其中微信120个、订阅号80个、微博61个、抖音27个。",
        "全市运行政府网站12个,其中市政府门户网站1个、市级部门网站3个、县政府门户网站8个,门户网站9个。",
        "抽查政府网站378家,其中门户网站112家。",
        "抽查政务新媒体2944个,不合格1个,合格率99.9%。",
        "抽查政府网站约300家,不合格9家,合格率约97%。",
        "抽查政府网站300家,合格率超过95%,同比上升3个百分点。",
    ],
)
def test_what_can_be_true_is_not_raised(sentence: str) -> None:
    assert [reason for outcome, reason in result(sentence) if outcome == "contradicts"] == []


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("全市运行政府网站50个,其中市级门户网站1个,市级部门网站38个,县级门户网站12个。", "sum_differs"),
        ("全市运行政府网站50个,不合格3个,合格率92%。", "failed_needs_other_count"),
        ("全市运行政府网站50个,不合格3个,占比7%。", "rate_needs_other_base"),
        ("全市运行政府网站50个,抽查40个,抽查比例78%。", "rate_needs_other_count"),
        ("检查政务新媒体100个,合格90个,不合格9个。", "sum_differs"),
        ("抽查政府网站50家,合格率98.5%。", "rate_impossible"),
        ("抽查政府网站50家,不合格1家,合格率98%,同比上升99个百分点。", "earlier_impossible"),
        ("抽查政府网站300家,不合格9家,合格率约90%。", "failed_needs_other_count"),
    ],
)
def test_what_cannot_be_true_is_named(sentence: str, reason: str) -> None:
    assert reason in [found for outcome, found in result(sentence) if outcome == "contradicts"]


def test_a_total_that_hides_a_member_is_a_remark_that_says_which() -> None:
    text = "全省运行政府网站100家,其中省政府门户网站1家,省政府部门网站40家,市级部门网站59家。抽查政府网站51家。其中,省政府部门网站抽查20家,市级部门网站抽查30家。"
    found = [check for check in reconcile(read(FRAME.format(text))).remarks if check.kind == "sum_of_parts"]
    assert [check.reason for check in found] == ["sum_hides_member"]
    assert "省政府门户网站1" in found[0].message("zh")


def test_one_policy_for_all_rates_or_the_cap() -> None:
    both = (
        "抽查政务新媒体3614个,不合格4个,合格率99.9%。其中,微信公众号2944个,不合格1个,合格率99.9%;微博670个,不合格3个,合格率99.6%。"
    )
    found = reconcile(read(FRAME.format(both)))
    assert found.contradictions == ()
    assert [check.reason for check in found.remarks] == ["only_the_cap"]
    assert found.policy is Policy.CAPPED
    plain = reconcile(read(FRAME.format("抽查政府网站300家,不合格9家,合格率97%。")))
    assert plain.policy is Policy.HALF_UP
    assert reconcile(read("")).policy is None


def test_points_printed_as_percent_tell_the_earlier_value() -> None:
    found = reconcile(read(FRAME.format("抽查政府网站378家,不合格4家,总体合格率为98.94%,同比上升1.33%。")))
    (remark,) = found.remarks
    assert (remark.reason, remark.computed) == ("points_printed_as_percent", "97.61%")


def test_records_of_counts_and_rates() -> None:
    wrong = reconcile_counts({"sites_inspected": 134, "sites_failed": 8}, {"sites_pass": "94.3%"})
    assert [check.bases[0] for check in wrong.contradictions] == [140]
    right = reconcile_counts(
        {"media_running": 3316, "media_inspected": 1658, "media_failed": 5, "text": "34/28"},
        {"media_sampling": "50%", "media_pass": "99.70%", "media_pass_yoy": "-1.71%", "average_score": "115.8", "ipv6": "90%以上"},
    )
    assert [check.outcome for check in right.checks] == ["agrees", "agrees"]
    closed = reconcile_counts(
        {"media_registered": 56, "media_wechat": 31, "media_weibo": 10, "media_douyin": 2, "media_closed": 13}, {}
    )
    assert [check.reason for check in closed.remarks] == ["sum_hides_member"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("鄱阳县政府门户网", "鄱阳政府门户网", True),
        ("甲市住房和城乡建设局网", "甲市住房和城乡建设局门户网", True),
        ("甲县人民政府", "甲县人民政府网", True),
        ("甲县水利局", "甲县林业局", False),
        ("网", "站", False),
    ],
)
def test_names_of_one_site(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


@pytest.mark.parametrize(
    ("overview", "problems", "reason"),
    [
        ("全县运行政府网站50个,抽查60个,不合格2个。", "", "part_above_whole"),
        ("抽查政府网站50个,不合格60个。", "", "part_above_whole"),
        ("抽查政府网站40家,合格39家。其中,市直部门20家,不合格2家。", "", "part_above_whole"),
        ("全县运行政府网站50个,其中县级部门网站60个。", "", "part_above_whole"),
        ("抽查政务新媒体100个,不合格2个。其中,微信公众号60个,不合格5个。", "", "part_above_whole"),
        ("共抽查政务新媒体100个,不合格3个。", "抽查发现不合格政务新媒体4个。", "stated_twice"),
        ("全县政务新媒体1200个,较上季度增加200个,增长16.7%。", "", "growth_wrong_base"),
        ("全县政务新媒体由1000个增加到1200个,增长25%。", "", "growth_differs"),
        ("检查政务新媒体88个,比上季度的82个增加7个。", "", "growth_differs"),
        ("全县政务新媒体由620个减至565个,减少65个。", "", "growth_differs"),
        ("合格率96.7%,比上季度的93.8%提高3.9个百分点。", "", "growth_differs"),
        ("抽查政务新媒体100个,合格率99%。其中,微信公众号60个,不合格2个;微博40个,不合格1个。", "", "failed_needs_other_count"),
    ],
)
def test_parts_and_wholes_and_growth(overview: str, problems: str, reason: str) -> None:
    text = f"甲县人民政府办公室关于2023年第一季度检查情况的通报\n一、总体情况\n{overview}\n二、存在问题\n{problems}\n"
    found = reconcile(read(text)).contradictions
    assert reason in [check.reason for check in found]
    assert all(check.message("zh") and check.message("en") for check in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "全县政务新媒体1200个,较上季度增加200个,增长20%。",
        "检查政务新媒体88个,比上季度的82个增加6个。",
        "全县政务新媒体由620个减至565个,减少55个。",
        "合格率96.7%,比上季度的93.8%提高3.0个百分点。",
        "检查政务新媒体88个,比2022年增加6个。",
        "全年抽查政府网站1520家次,不合格23家,总体合格率98.5%,目前运行政府网站902家。",
        "全县运行政府网站50个。抽查发现不合格网站3个,合格率85%。",
        "抽查网站14家,优秀6家、良好5家、合格2家、不合格1家。",
        "抽查网站40家,不合格1家,合格率97.5%。其中,市直部门20家,合格率100%;县(区)20家,合格率95%。",
        "全县36个单位开设政务新媒体58个,检查58个,存在问题的单位12个、账号14个,合格率75.86%。",
        "检查网站10家,合格9家,合格率90%。检查政务新媒体62个,初查不合格6个,复查仍不合格2个,最终合格率96.77%。",
        "检查政务新媒体29个,共发现问题52个,其中政府网站15个、政务新媒体37个。不合格政务新媒体2个,合格率93.1%。",
        "甲区、乙县、丙县政府网站和政务新媒体合格率均为100%。抽查政府网站72个,合格71个;抽查政务新媒体310个,合格304个。",
        "检查政务新媒体45个,42个账号运行正常,3个账号不合格,合格率93.3%。",
        "全市共有政务新媒体300个,其中市直单位120个、县(区)180个。检查300个,市直单位不合格1个,县(区)不合格4个,不合格共5个,合格率98.33%。",
        "检查政务新媒体110个,合格108个,不合格2个;经复核,不合格账号调整为1个,合格率99.09%。",
        "全县政务新媒体120个,注销10个后为110个,检查110个,合格108个,合格率98.18%。",
        "抽查网站33家,合格32家,合格率97%,其中县级政府门户网站9家,合格率100%,市直网站24家,合格率95.8%。",
        "15家县级政府门户网站平均得分86.4分,42家市直部门网站平均得分81.2分。",
    ],
)
def test_what_has_another_base_is_not_raised(sentence: str) -> None:
    assert reconcile(read(FRAME.format(sentence))).contradictions == ()


def test_a_code_read_as_a_count_costs_nothing() -> None:
    check = check_rate(Decimal("97"), part=1, bases=[4_310_680_001], of_rest=True)
    assert check.outcome == "contradicts"
    assert len(check.counts) <= 50
    assert check_rate(Decimal("50"), part=None, bases=[9_999_999_999]).outcome == "agrees"


def test_the_base_of_a_record_is_of_its_own_subject() -> None:
    found = reconcile_counts({"sites_inspected": 10, "media_inspected": 200, "media_wechat": 150}, {"media_wechat_share": "75%"})
    assert [check.outcome for check in found.checks] == ["agrees"]
    above = reconcile_counts({"sites_running": 10, "sites_inspected": 12}, {})
    assert [check.reason for check in above.contradictions] == ["part_above_whole"]


OVERVIEW = "青石市人民政府办公室关于2023年第四季度全市政府网站与政务新媒体检查情况的通报\n各县(市、区)人民政府:\n一、总体情况\n"
SIGNED = "\n青石市人民政府办公室\n2024年1月5日\n"


@pytest.mark.parametrize(
    "text",
    [
        "抽查政务新媒体90个,发现不合格账号4个。\n二、存在问题\n(一)互动问题。共有6个政务新媒体不合格,其中2个未提供互动功能。",
        "全市共有政务新媒体286个,比三季度的260个增加26个,增长9.1%。",
        "抽查政务新媒体100个,合格96个,合格率96%。其中微信公众号抽查70个,合格75个。",
        "截至12月底,全市政府网站减少至40家,抽查41家,占比100%。",
        "发现不合格账号7个,其中微信公众号6个、微博3个。抽查总数150个政务新媒体。",
        "全市共有政务新媒体300个,其中微信类180个、微博类60个、短视频类40个、其他类30个。",
    ],
)
def test_what_cannot_be_true_in_other_words_is_raised(text: str) -> None:
    assert reconcile(read(OVERVIEW + text + SIGNED)).contradictions


@pytest.mark.parametrize(
    "text",
    [
        "全市政务新媒体300个,抽查120个。其中,市直单位抽查50个,不合格2个;县区抽查70个,不合格3个,合格率95.8%。",
        "全市共有政务新媒体286个,比三季度的260个增加26个,增长10%。",
        "检查政务新媒体100个,不合格4个,其中微信公众号70个、微博30个。",
        "抽查省直部门网站20家、市县政府网站45家,总体合格率96.9%,2家市县政府网站不合格。",
        "抽查政务新媒体160个,合格率由一季度的91%提高到96.3%,不合格账号6个。",
        "抽查政务新媒体90个,不合格账号4个。调整后,不合格账号为3个,合格率96.7%。",
    ],
)
def test_what_can_be_true_in_other_words_is_not_raised(text: str) -> None:
    assert reconcile(read(OVERVIEW + text + SIGNED)).contradictions == ()


@pytest.mark.parametrize(("departments", "outcome"), [(40, "agrees"), (41, "contradicts"), (39, "remark")])
def test_departments_beside_portals_of_levels_are_a_part(departments: int, outcome: str) -> None:
    text = (
        "某市人民政府办公室关于2023年第二季度全市政府网站检查情况的通报\n一、总体情况\n"
        f"全市共有政府网站50家,其中市级门户网站1家、县级门户网站9家、部门网站{departments}家。\n某市人民政府办公室\n2023年7月5日\n"
    )
    assert [check.outcome for check in reconcile(read(text)).checks if check.kind == "sum_of_parts"] == [outcome]


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("收到网民留言210条,办结207条,办结率98.6%", False),
        ("收到网民留言210条,办结207条,办结率99.6%", True),
        ("收到网民留言210条,按期办结207条,按期办结率98.57%", False),
        ("收到网民留言210条,按期办结207条,办结率100%", False),  # of all, not of those in time
        ("收到“我为政府网站找错”留言210条,按期办结217条", True),
        ("收到留言210条,其中有效留言188条,办结188条,办结率100%", False),
        ("收到留言210条,连同上季度结转12条,办结217条", False),
        ("受理申请1,204件,答复1,187件,答复率98.6%", False),
        ("受理申请1204件,答复1187封", False),
        ("收到留言30条、信件15条,答复45条,答复率100%", False),
        ("收到留言30条、信件15条,答复46条", True),
    ],
)
def test_letters_answered_are_no_more_than_came_in(sentence: str, wrong: bool) -> None:
    text = f"某市人民政府办公室关于2023年第二季度全市政府网站检查情况的通报\n一、总体情况\n{sentence}。\n某市人民政府办公室\n2023年7月5日\n"
    assert bool(reconcile(read(text)).contradictions) is wrong


@pytest.mark.parametrize(
    "text",
    ["纳入监管的政务新媒体84个,关停注销6个,", "全市政务新媒体84个,已注销4个,正在注销2个,", "登记政务新媒体84个,关停6个,实有78个,"],
)
def test_closed_accounts_may_be_left_out_of_the_base(text: str) -> None:
    frame = "某市人民政府办公室关于2023年第二季度全市政务新媒体检查情况的通报\n一、总体情况\n{}合格75个,合格率{}%。\n某市人民政府办公室\n2023年7月5日\n"
    assert reconcile(read(frame.format(text, "96.15"))).contradictions == ()
    assert len(reconcile(read(frame.format(text, "95.15"))).contradictions) == 1
