"""What a notice says of the failures of the round before: who was put right, and who was not."""

from __future__ import annotations

import pytest

from govmedia_rules import notices

HEAD = "青石市人民政府办公室关于2024年第二季度全市政府网站与政务新媒体检查情况的通报\n\n一、总体情况\n\n本次检查政府网站10个,合格10个。\n\n"


@pytest.mark.parametrize(
    ("said", "result", "names"),
    [
        ("2024年第一季度通报的3个不合格单位,除“石门政务网”尚未整改到位外,其余2个均已整改。", "all_but_named", ["石门政务网"]),
        (
            "上季度通报的3家网站中,市水利局网、青石旅游网尚未整改到位,其余均已完成整改。",
            "all_but_named",
            ["市水利局网", "青石旅游网"],
        ),
        ("上季度通报的4家网站,除县林业局、县水利局外均已完成整改。", "all_but_named", ["县林业局", "县水利局"]),
        ("上季度通报的2个不合格网站,县教育局网站已整改,县卫健局网站仍未整改。", "other", ["县卫健局"]),
        ("上季度通报的2个账号中,“青石林业”整改后又出现问题(反弹),1个本期未再检查。", "other", ["青石林业"]),
        ("上季度通报的5个不合格账号均已整改到位。", "all_rectified", []),
        ("上季度通报的5个不合格单位,经复查,整改率达到100%。", "all_rectified", []),
        ("上季度通报的5个不合格单位均未按要求完成整改。", "other", []),
        ("近期对上季度通报的不合格网站进行了复查。", "announced", []),
    ],
)
def test_who_was_not_put_right(said: str, result: str, names: list[str]) -> None:
    recheck = notices.read(HEAD + "二、上季度问题整改情况\n\n" + said + "\n").recheck
    assert recheck is not None
    assert recheck.result == result
    assert [named.name for named in recheck.not_rectified] == names


def test_a_heading_about_the_round_before_is_enough() -> None:
    text = HEAD + "二、上季度通报问题整改情况\n\n经复查,3个单位完成整改,“石门政务网”网站仍无法访问。\n"
    recheck = notices.read(text).recheck
    assert recheck is not None
    assert [named.name for named in recheck.not_rectified] == ["石门政务网"]


def test_what_is_asked_for_is_no_recheck() -> None:
    assert notices.read(HEAD + "二、工作要求\n\n请各单位对上季度通报的问题抓紧整改。\n").recheck is None
