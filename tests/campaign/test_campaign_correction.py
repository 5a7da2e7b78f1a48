"""After publication: appeals change lists and rates, a correction names what no longer stands, a corrected check who is judged otherwise."""

from __future__ import annotations

from datetime import datetime

import pytest
from rounds import BOOK, STALE, account, campaign, key, review, seen, stale

import govmedia_rules as gr
from govmedia_rules.campaign import Appeal, AppealAnswer, Campaign, NoticeDraft, what_changes
from govmedia_rules.core.rates import Rounding
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import NoticeError

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
