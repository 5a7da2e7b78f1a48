"""After publication: appeals change lists and rates, a correction names what no longer stands, a corrected check who is judged otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from rounds import BOOK, LATER, SIGNED, STALE, account, campaign, key, reported, review, seen, site, stale

import govmedia_rules as gr
from govmedia_rules.campaign import (
    Appeal,
    AppealAnswer,
    Campaign,
    DueRule,
    NoticeDraft,
    Recheck,
    Ruling,
    corrections,
    what_changes,
)
from govmedia_rules.core.rates import Rounding
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import NoticeError
from govmedia_rules.notices.model import Listed, Notice

DRAFT = NoticeDraft.model_validate(
    {
        "issuer": "某市人民政府办公室",
        "signed_at": {"year": 2024, "month": 8, "day": 27},
        "attachments": [{"title": "不合格名单", "table": "failed"}],
    }
)


def published() -> Campaign:
    one = campaign(place="全市", rounding=Rounding(places=1))
    one.add_members(account(name, "wechat_official") for name in "甲乙丙丁")
    one.add([stale("甲"), stale("乙"), seen("丙"), seen("丁")])
    one.review([review(key("甲")), review(key("乙"))])
    return one


def test_a_correction_names_units_and_figures_that_no_longer_stand() -> None:
    one = published()
    notice = one.notice(DRAFT)
    assert not one.correction(notice, DRAFT).is_needed
    with pytest.raises(NoticeError, match="nothing of the published notice"):
        gr.reports.correction_document(one.correction(notice, DRAFT))
    at = datetime(2024, 9, 2, 9, tzinfo=SHANGHAI)
    one.add_appeals(Appeal(id="1", subject=key("甲"), by="主办单位", at=at, reason="当日有更新"))
    one.answer_appeal(AppealAnswer(appeal="1", decision="upheld", role="检查单位", at=at, reason="属实"))
    correction = one.correction(notice, DRAFT)
    assert [unit.name for unit in correction.removed] == ["甲"]
    assert correction.added == ()
    assert list(correction.lines()) == [
        "撤销对下列单位的通报：“甲”（微信公众号）。",
        "有关数据更正：全市政务新媒体合格由2个更正为3个；全市政务新媒体不合格由2个更正为1个；全市政务新媒体总体合格率由50%更正为75%。",
    ]
    text = gr.reports.correction_document(correction, signed_at=DRAFT.signed_at).to_text()
    assert "关于更正2024年第三季度检查情况通报有关内容的通知" in text
    assert "2024年8月27日印发的" in text


def test_what_changes_by_a_corrected_reading_or_check() -> None:
    one, again = published(), published()
    assert what_changes(one, again) == ()
    again.review(review(key("乙"), decision="dismissed", at=datetime(2024, 9, 2, 9, tzinfo=SHANGHAI)))
    [change] = what_changes(one, again)
    assert (change.name, change.before, change.after, change.was_published_as_failed) == ("乙", "failed", "passed", True)
    assert change.text() == f"乙：不合格 → 合格（{STALE} → 无）"
    old = [stale("甲"), seen("丙")]
    new = [seen("甲"), seen("丙"), seen("丁")]
    assert [(change.name, change.before, change.after) for change in what_changes(old, new)] == [
        ("丁", None, "qualified"),
        ("甲", "unqualified", "qualified"),
    ]
    assert BOOK.plan.by_id[STALE].kind == "veto"


def test_units_of_one_name_are_corrected_apart_and_a_notice_that_was_read_gives_the_same() -> None:
    one = campaign()
    units = [site("教育局网站", area=area, owner=f"{area}教育局") for area in ("甲县", "乙县")]
    one.add_results(*(reported(unit, "failed", "首页不能打开") for unit in units))
    draft = NoticeDraft.model_validate({"issuer": "某市人民政府办公室", "attachments": [{"title": "名单", "table": "failed"}]})
    published = one.notice(draft)
    first = one.results["main", units[0].id]
    one.review(review(first.subject.id, first.reasons[0], decision="dismissed"))
    for notice in (published, gr.notices.read(gr.reports.notice_document(published).to_text())):
        correction = one.correction(notice, draft)
        assert [unit.area for unit in correction.removed] == ["甲县"]
        assert correction.added == ()
        assert "政府网站不合格由2个更正为1个" in [change.text() for change in correction.figures]


def test_a_unit_reported_failed_and_later_passed_waits_for_a_ruling() -> None:
    one = campaign()
    later = LATER + timedelta(days=2)
    one.add_results(reported(site("甲网"), "failed", "首页不能打开"), reported(site("甲网"), "passed", at=later, reviewed_at=later))
    assert [issue.reason for issue in one.issues() if issue.is_blocking] == ["reports_differ"]
    one.add_rulings(Ruling(subject=site("甲网").id, outcome="passed", role="检查单位", at=later, reason="已恢复"))
    assert not [issue for issue in one.issues() if issue.is_blocking]


def test_a_closed_account_is_not_said_to_be_rectified() -> None:
    before = campaign("2024年第二季度")
    before.add(stale("甲"))
    before.review(review(key("甲")))
    before.issue(DueRule(days=14), signed=SIGNED)
    before.recheck(key("甲"), Recheck(at=LATER + timedelta(days=9), outcome="closed", role="复查人员"))
    one = campaign()
    one.carry_over(before)
    recheck = one.notice(NoticeDraft(issuer="某市人民政府办公室")).recheck
    assert recheck is not None
    assert recheck.text == "2024年第二季度通报的1个不合格单位均已整改或注销。"


def listing(*units: Listed) -> Notice:
    notice = published().notice(DRAFT)
    attachments = [each.model_copy(update={"listed": units}) for each in notice.attachments]
    return notice.model_copy(update={"attachments": tuple(attachments)})


WEIXIN = Listed(name="甲区发布", kind="account", platform="wechat_official", platform_text="微信公众号")
SERVICE = Listed(name="便民服务", kind="account", platform_text="微信", area="甲区", code="1")


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ((Listed(name="甲区政府网"),), (Listed(name="甲区政府网", kind="site"),), 0, 0),
        ((WEIXIN,), (WEIXIN.model_copy(update={"platform_text": "微信"}),), 0, 0),
        ((WEIXIN,), (WEIXIN.model_copy(update={"platform": "weibo", "platform_text": "微博"}),), 1, 1),
        ((SERVICE, SERVICE.model_copy(update={"code": "2"})), (SERVICE,), 1, 0),
        ((SERVICE,), (SERVICE.model_copy(update={"area": None}),), 0, 0),
        ((SERVICE,), (SERVICE.model_copy(update={"code": "2"}),), 1, 1),
    ],
)
def test_a_unit_is_the_same_where_nothing_both_lists_say_tells_it_apart(
    before: tuple[Listed, ...], after: tuple[Listed, ...], removed: int, added: int
) -> None:
    correction = corrections(listing(*before), listing(*after))
    assert (len(correction.removed), len(correction.added)) == (removed, added)
    if removed and not added:
        assert [unit.code for unit in correction.removed] == ["2"]


def test_a_list_that_was_not_read_is_no_empty_one() -> None:
    correction = corrections(listing(), listing(WEIXIN))
    assert correction.is_list_unread
    assert correction.added == ()
    assert list(correction.lines()) == []
    with pytest.raises(NoticeError, match="no list of failed units was read"):
        gr.reports.correction_document(correction)


def test_a_list_that_was_not_read_is_said_where_nobody_fails_any_more() -> None:
    none_failed = listing().model_copy(update={"populations": ()})
    assert corrections(listing(), none_failed).is_list_unread
    assert not corrections(listing(WEIXIN), none_failed).is_list_unread
