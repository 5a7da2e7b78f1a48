import pytest

from govmedia_rules.text.lexicon import Lexicon, Term
from govmedia_rules.text.scanner import Scanner
from govmedia_rules.text.words import is_word
from tests.text.starter import starter

OWN = Scanner(Lexicon("own", terms=tuple(Term(word, source="x") for word in ("去死", "鸡巴", "傻子"))), forms=False)


@pytest.mark.parametrize(
    ("text", "confidence"), [("一条去死胡同", "low"), ("宝鸡巴士公司", "low"), ("骂人去死", "high"), ("是个傻子", "high")]
)
def test_a_term_across_a_word_boundary_is_low(text, confidence):
    assert [match.confidence for match in OWN.scan(text)] == [confidence]


def test_words():
    assert is_word("宝鸡")
    assert is_word("死胡同")
    assert not is_word("鸡巴")


@pytest.mark.parametrize("text", ["应急援救", "依法制定", "在全国安家落户", "社会保险费"])
def test_phrases_that_read_as_other_words_are_right(text):
    assert not starter().scan(f"，{text}，")


@pytest.mark.parametrize(
    ("text", "right"), [("依法制国", "依法治国"), ("脱贫功坚", "脱贫攻坚"), ("社会保账部门", "社会保障"), ("营商环竟", "营商环境")]
)
def test_slips_in_phrases(text, right):
    assert [match.suggestion for match in starter().scan(f"，{text}，")] == [right]
