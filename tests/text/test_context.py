from datetime import date

import pytest

from govmedia_rules.text.context import fit_quotation, is_former, is_old_text, with_whole_quotations
from govmedia_rules.text.normalise import BETWEEN

SINCE = date(2018, 5, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("原", "局长"),
        ("2014年", "印发"),
        ("", "（2014年文件）"),
        ("", "（现某某部）"),
        ("", "印发的通知（旧发〔2014〕1号）"),
        ("1999-03-15", "公告"),
        ("", "农垦局原局长"),
        ("原某某市", "局长"),
        ("由原区", "移交"),
        ("", "于2018年11月正式更名"),
    ],
)
def test_former_names(before, after):
    text = f"甲。{before}旧机关{after}"
    start = text.index("旧机关")
    assert is_former(text, start, start + 3, SINCE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "发布"),
        ("2024年", "发布"),
        ("根据", "原则"),
        ("", "原因"),
        ("原平市", "发布"),
        ("中原区", "发布"),
        ("原则上由市", "办理"),
    ],
)
def test_names_of_today(before, after):
    text = f"2014年甲。{before}旧机关{after}"
    start = text.index("旧机关")
    assert not is_former(text, start, start + 3, SINCE)


def test_old_texts():
    old, new = "2011年甲，2012年乙，旧机关", "2011年甲，2024年乙，旧机关"
    joined = BETWEEN.join([new, old, new])
    assert is_old_text(old, 0, SINCE)
    assert not is_old_text(new, 0, SINCE)
    assert is_old_text(joined, joined.index("2012"), SINCE)
    assert not is_old_text(joined, 3, SINCE)
    assert not is_old_text("2012年旧机关", 3, SINCE)


@pytest.mark.parametrize(
    ("text", "passage", "whole"),
    [
        ("做到“两个确立”", "做到“两个确立", "做到“两个确立”"),
        ("他说好布”署名", "布”署", None),
        ('做到"两个确立"。', '做到"两个确立', '做到"两个确立"'),
        ("“三个代表”思想", "三个代表”思想", "“三个代表”思想"),
        ("布署", "布署", "布署"),
    ],
)
def test_quotations_are_whole(text, passage, whole):
    start = text.index(passage)
    span = with_whole_quotations(text, start, start + len(passage))
    assert (None if span is None else text[slice(*span)]) == whole


def test_suggestions_have_marks_where_the_text_has():
    assert fit_quotation("三个代表思想", 0, 6, "“三个代表”重要思想") == (0, 6, "三个代表重要思想")
    assert fit_quotation("“三个代表”思想", 1, 8, "“三个代表”重要思想") == (0, 8, "“三个代表”重要思想")
