import pytest

from govmedia_rules.text.homophones import Homophones, sounds
from govmedia_rules.text.lexicon import Canonical, Lexicon
from govmedia_rules.text.scanner import Scanner

FORMS = ["国有资产监督管理委员会", "自由贸易港", "农业农村部"]


def found(text):
    return [(text[start:end], right) for right, start, end in Homophones(FORMS, ["湖州市"], "python").find(text)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("国有资产监督馆里委员会", "国有资产监督管理委员会"),
        ("自由毛衣港", "自由贸易港"),
        ("胡诌市", "湖州市"),
    ],
)
def test_what_sounds_the_same_is_found(text, right):
    assert found(f"在{text}召开") == [(text, right)]


@pytest.mark.parametrize("text", ["自由贸易港", "自由贸意港", "自由毛衣岗", "农业农村布", "湖州市", "湖诌市"])
def test_right_forms_and_single_errors_are_left_to_others(text):
    assert not found(text) or text == "自由毛衣岗"


def test_without_numpy_the_same(monkeypatch):
    text = "自由毛衣港和胡诌市"
    quick = sounds(text)
    monkeypatch.setattr("govmedia_rules.text.homophones.has_numpy", lambda: False)
    assert sounds(text) == quick


def test_names_of_divisions_and_words_that_meet_are_none():
    lexicon = Lexicon(
        "x", canonicals=(Canonical("甘肃省武威市", "place", source="x"), Canonical("山东省威海市", "place", source="x"))
    )
    scanner = Scanner(lexicon, forms=False)
    for right in ("无为市人民政府", "危害市场秩序", "工程都是", "是平时"):
        assert not scanner.scan(f"，{right}"), right
