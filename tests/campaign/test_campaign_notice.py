"""The notice of a round: figures only from the round, open units refused, lists whole, drafts that ask for what is not there."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
import rounds
from rounds import account, campaign, key, reported, review, seen, site, stale

import govmedia_rules as gr
from govmedia_rules.campaign import (
    AttachmentDraft,
    Campaign,
    Class,
    ColumnDraft,
    CountedResult,
    CountedUnits,
    CountsDraft,
    DueRule,
    Fault,
    GroupsDraft,
    Letters,
    NoticeDraft,
    ProblemDraft,
    RateDraft,
    Recheck,
    Tier,
)
from govmedia_rules.core.rates import Rounding
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CampaignError, NoticeError


def draft(**parts: object) -> NoticeDraft:
    return NoticeDraft.model_validate({"issuer": "某市人民政府办公室", **parts})


def judged() -> Campaign:
    """Ten accounts inspected by a rulebook, three of them failing and confirmed, one of these only by its second fault."""
    one = campaign(place="全市", rounding=Rounding(places=1))
    names = "甲乙丙丁戊己庚辛壬癸"
    one.add_members([account(name, "wechat_official", area="某县") for name in names])
    one.add([stale(name) if name in "甲乙" else seen(name, functions=[]) if name == "丙" else seen(name) for name in names])
    one.review([review(key("甲")), review(key("乙")), review(key("丙"), rounds.NO_CHANNEL)])
    return one


def test_a_notice_of_inspections_needs_no_more_than_an_issuer() -> None:
    notice = judged().notice(draft())
    assert notice.headline == "某市人民政府办公室关于2024年第三季度全市政务新媒体检查情况的通报"
    [accounts] = notice.populations
    assert (accounts.label, accounts.population, accounts.inspected and accounts.inspected.value, accounts.extent) == (
        "全市政务新媒体",
        10,
        10,
        "full",
    )
    assert [(one.label, one.count.value) for one in accounts.outcomes] == [("合格", 7), ("不合格", 3)]
    assert [(rate.label, rate.text) for rate in accounts.rates] == [("总体合格率", "70%")]
    assert {problem.heading for problem in notice.problems} == {"政务新媒体建设管理"}
    assert [[one.name for one in problem.named] for problem in notice.problems] == [["甲", "乙"], ["丙"]]
    assert gr.notices.reconcile(notice).checks


def test_what_nobody_reviewed_stops_the_notice() -> None:
    one = judged()
    one.add_members([account("戌", "wechat_official", area="某县")])
    one.add(stale("戌"))
    with pytest.raises(CampaignError, match="1 units are still 待定 or 待复核: 戌"):
        one.notice(draft())
    [accounts] = one.notice(draft(open_units="count")).populations
    assert [(outcome.label, outcome.count.value) for outcome in accounts.outcomes] == [("合格", 7), ("不合格", 3), ("待复核", 1)]
    assert accounts.rates == ()
    assert not any(named.name == "戌" for problem in one.notice(draft(open_units="count")).problems for named in problem.named)


def test_the_list_of_failed_units_holds_exactly_the_confirmed_ones() -> None:
    one = judged()
    one.add_results(reported(site("甲网", url="http://a.gov.cn/", code="6107000063"), "failed", "栏目不更新"))
    attachment = AttachmentDraft(title="不合格名单", table="failed")
    [whole] = one.notice(draft(attachments=[attachment])).attachments
    assert whole.number is None
    assert [row.name for row in whole.listed] == ["甲网", "甲", "乙", "丙"]
    assert whole.tables[0].rows[0] == ("1", None, "甲网", "http://a.gov.cn/", "6107000063", "网站", "不合格", "栏目不更新")
    sites, accounts = one.notice(
        draft(
            attachments=[
                {"title": "一", "table": "failed", "subject": "site"},
                {"title": "二", "table": "failed", "subject": "account"},
            ]
        )
    ).attachments
    assert (sites.number, len(sites.tables[0].rows), accounts.number, len(accounts.tables[0].rows)) == (1, 1, 2, 3)
    assert accounts.tables[0].columns == ("序号", "所属地方或部门", "类型", "政务新媒体名称", "存在的突出问题")


def test_a_list_that_would_not_be_whole_is_refused() -> None:
    one = judged()
    one.add_counts(CountedResult(subject="site", count=5, outcome="failed"))
    with pytest.raises(NoticeError, match="5 failed units have no name"):
        one.notice(draft(attachments=[{"title": "名单", "table": "failed"}]))
    assert one.notice(draft(attachments=[{"title": "名单", "table": "failed", "subject": "account"}]))


def test_examples_and_more() -> None:
    one = campaign()
    one.add_results(*(reported(site(f"网站{number}"), "failed", "栏目不更新") for number in range(7)))
    [problem] = one.notice(draft()).problems
    assert (len(problem.named), problem.is_open, problem.stated_count) == (5, True, None)
    wanted = ProblemDraft(wording="栏目更新滞后", indicators=("site.veto.columns",), examples=("网站3",), states_count=True)
    [problem] = one.notice(draft(problems=[wanted])).problems
    assert ([named.name for named in problem.named], problem.is_open, problem.stated_count and problem.stated_count.value) == (
        ["网站3"],
        True,
        7,
    )
    with pytest.raises(NoticeError, match="names 甲网"):
        one.notice(draft(problems=[ProblemDraft(wording="栏目不更新", examples=("甲网",))]))
    [all_named] = one.notice(draft(problems=[ProblemDraft(wording="栏目不更新", most_named=None)])).problems
    assert (len(all_named.named), all_named.is_open) == (7, False)


def test_a_source_that_names_some_of_several_stays_open() -> None:
    one = campaign()
    fault = Fault(wording="空白栏目较多", indicator_ids=("site.veto.columns.blank",), is_one_of_several=True)
    one.add_results(reported(site("甲网"), None, faults=(fault,)))
    [problem] = one.notice(draft()).problems
    assert problem.is_open


def test_a_rate_that_is_not_known_is_not_printed_and_not_invented() -> None:
    one = campaign()
    one.add_counts(CountedUnits(subject="site", count=45))
    assert one.notice(draft()).populations[0].rates == ()
    with pytest.raises(NoticeError, match="合格率"):
        one.notice(draft(counts=[CountsDraft(subject="site", rates=(RateDraft(label="合格率"),))]))
    with pytest.raises(NoticeError, match="no|not have"):
        one.notice(draft(counts=[CountsDraft(subject="site", tier="county")]))


def test_a_division_that_is_not_known_is_refused() -> None:
    one = campaign()
    one.add_counts(CountedUnits(subject="site", count=3, level=("city_portal",)), CountedUnits(subject="site", count=2))
    with pytest.raises(NoticeError, match="of 2 units the level is not known"):
        one.notice(draft(counts=[CountsDraft(subject="site", groups=(GroupsDraft(dimension="level"),))]))


def test_classes_that_overlap_are_counted_each_by_itself() -> None:
    one = campaign()
    for level, count in (("city_portal", 1), ("city_department", 8), ("county_portal", 3)):
        one.add_counts(CountedUnits(subject="site", count=count, level=(level,)))
    classes = (
        Class(label="门户网站", ids=("city_portal", "county_portal")),
        Class(label="市级网站", ids=("city_portal", "city_department")),
    )
    wanted = CountsDraft(subject="site", groups=(GroupsDraft(dimension="level", classes=classes, overlap=True),))
    [sites] = one.notice(draft(counts=[wanted])).populations
    assert [(group.label, group.total and group.total.value) for group in sites.groups] == [("门户网站", 4), ("市级网站", 9)]


def test_columns_that_are_not_there() -> None:
    one = judged()
    one.add_letters(Letters(unit="某局", done=1))
    for table in ("failed", "counts", "letters", "disclosure"):
        wanted = AttachmentDraft.model_validate(
            {"title": "表", "table": table, "subject": "account", "columns": [ColumnDraft(header=("列",), shows="nothing")]}
        )
        if table == "disclosure":
            one.add_disclosures(gr.campaign.Disclosure(unit="某局", total=1))
        with pytest.raises(NoticeError, match="no column 'nothing'"):
            one.notice(draft(attachments=[wanted]))


def test_letters_in_their_groups() -> None:
    one = campaign()
    one.add_letters(
        Letters(unit="省教育厅", group="省直单位", done=2, total_working_days=15),
        Letters(unit="吉安市", group="设区市", done=1, pending=7),
    )
    [attachment] = one.notice(draft(attachments=[{"title": "办理情况", "table": "letters", "places": 0}])).attachments
    assert [(table.caption, table.rows) for table in attachment.tables] == [
        ("省直单位", (("1", "省教育厅", "2", None, "100%", "7.5"),)),
        ("设区市", (("1", "吉安市", "1", "7", "13%", None),)),
    ]


def test_the_recheck_says_what_became_of_last_period() -> None:
    before = campaign("2024年第二季度")
    before.add_results(reported(site("甲网"), "failed", "栏目不更新"), reported(site("乙网"), "failed", "栏目不更新"))
    before.issue(DueRule(days=14), signed=date(2024, 6, 1))
    now = campaign()
    now.carry_over(before)
    found = Recheck(at=datetime(2024, 8, 1, tzinfo=SHANGHAI), outcome="rectified", role="复查人员")
    now.recheck("甲网", found)
    told = now.notice(draft()).recheck
    assert told is not None
    assert (told.result, [one.name for one in told.not_rectified]) == ("all_but_named", [])
    assert told.text == "2024年第二季度通报的2个不合格单位，除1个本期未再检查外，其余1个均已整改。"
    now.recheck("乙网", found)
    told = now.notice(draft()).recheck
    assert told is not None
    assert (told.result, told.text) == ("all_rectified", "2024年第二季度通报的2个不合格单位均已整改。")
    back = gr.notices.read(gr.reports.notice_document(now.notice(draft())).to_text())
    assert back.recheck is not None
    assert back.recheck.result == "all_rectified"


def test_two_tiers_stand_apart() -> None:
    one = campaign(tiers=(Tier(stage="检查复核结果"), Tier(id="county", scope="各县（区）检查", label="县级部门政务新媒体")))
    one.add_counts(
        CountedResult(subject="account", count=226, outcome="passed"), CountedResult(subject="account", count=2, outcome="failed")
    )
    one.add_counts(CountedResult(subject="account", count=13, outcome="closing", tier="county", label="正在注销中"))
    main, county = one.notice(draft()).populations
    assert (main.scope, main.stage, county.scope, county.label) == ("", "检查复核结果", "各县（区）检查", "县级部门政务新媒体")
    assert [(outcome.kind, outcome.label, outcome.count.value) for outcome in county.outcomes if outcome.count.value] == [
        ("closing", "正在注销中", 13)
    ]


def test_hostile_names_stay_what_they_are() -> None:
    one = campaign()
    names = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a]]>b&c", "甲\u202e乙", "名" * 1000, "{{7*7}}"]
    one.add_results(*(reported(site(name), "failed", "栏目不更新") for name in names))
    notice = one.notice(draft(attachments=[{"title": "名单", "table": "failed"}]))
    assert [row.name for row in notice.listed] == names
    assert gr.notices.Notice.model_validate_json(notice.model_dump_json()) == notice


def test_bands_of_a_round() -> None:
    one = campaign()
    for name, points in (("甲网", 112), ("乙网", 110), ("丙网", 104), ("丁网", 99)):
        one.add_results(reported(site(name, level="county_portal"), score=(Decimal(points), Decimal(points))))
    wanted = {"title": "得分较高", "table": "bands", "edges": [110, 100], "bands": ["110-120分", "100-110分"]}
    [attachment] = one.notice(draft(attachments=[wanted])).attachments
    assert [(band.text, band.names) for band in attachment.bands] == [("110-120分", ("甲网", "乙网")), ("100-110分", ("丙网",))]


def test_rows_by_area_provincial_bodies_first() -> None:
    one = campaign()
    rows = (("甲", "上饶市", None), ("乙", "省审计厅", "province_department"), ("丙", "抚州市", None), ("丁", "上饶市", None))
    one.add_results(*(reported(site(name, area=area, level=level), "failed", "栏目不更新") for name, area, level in rows))
    told = {
        order: [row.name for row in one.notice(draft(attachments=[{"title": "名单", "table": "failed", "order": order}])).listed]
        for order in ("told", "area")
    }
    assert told == {"told": ["甲", "乙", "丙", "丁"], "area": ["乙", "甲", "丁", "丙"]}
