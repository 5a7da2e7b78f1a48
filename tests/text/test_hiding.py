"""Terms alone are searched for in the text as it is: nothing that hides one may be missed."""

from __future__ import annotations

import pickle
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govmedia_rules.text import hiding
from govmedia_rules.text import scanner as scanner_module
from govmedia_rules.text.hiding import HidingPlaces, hiding_places
from govmedia_rules.text.lexicon import Lexicon, Person, Term
from govmedia_rules.text.normalise import compared
from govmedia_rules.text.scanner import Scanner
from govmedia_rules.text.search import every_occurrence

pytest.importorskip("daachorse")
pytest.importorskip("numpy")

TERMS = (
    Term("布署", "部署", exceptions=("布署图",)),
    Term("工作布署", "工作部署"),
    Term("按装", "安装"),
    Term("注义", "主义"),
    Term("国家注义国", "国家主义国"),
    Term("旧机关", "新机关", since=date(2018, 3, 1), kind="institution"),
    Term("甲乙", "乙甲", outside=frozenset({"book_title", "quotation"})),
    Term("2世纪AB", "21世纪AB"),
    Term("AI换脸", "人工智能换脸"),
    Term("乙乙", "乙"),
)
PERSONS = (Person("示例市市长", "张某某", since=date(2021, 1, 1), until=date(2023, 1, 1)),)
LEXICON = Lexicon("terms", terms=TERMS, persons=PERSONS)
CLIPS = [
    "布",
    "署",
    "布署",
    "工作",
    "按",
    "装",
    "按装",
    "国",
    "國",
    "国家",
    "注",
    "註",
    "义",
    "義",
    "注义",
    "旧机关",
    "原",
    "甲",
    "乙",
    "甲乙",
    "《",
    "》",
    "“",
    "”",
    "2",
    "２",
    "世",
    "世纪",
    "纪",
    "A",
    "Ａ",
    "AB",
    "Ｂ",
    "I",
    "I换脸",
    "图",
    "。",
    "示例市",
    "市长",
    "張某某",
    "张某某",
    "平安无事",
]
BLANKS = [
    "\n",
    " ",
    "\u3000",
    "\n\u3000\u3000",
    "      ",
    "\t",
    "\r\n",
    "\u200b",
    "\u00ad",
    "\ufffc",
    "\ud800",
    "\x1c",
    "\x85",
    "\U00020000",
]
TEXTS = st.lists(
    st.lists(st.sampled_from([*CLIPS, *BLANKS]) | st.just("平安无事" * 60), max_size=16).map("".join), min_size=1, max_size=5
)


def squeezing(lexicon, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hiding, "has_numpy", lambda: False)
        scanner = Scanner(lexicon, **options)
    assert scanner._hiding is None
    return scanner


AS_FOUND = Scanner(LEXICON, near=False, forms=False, backend="daachorse")
OTHERS = (
    squeezing(LEXICON, near=False, forms=False, backend="daachorse"),
    Scanner(LEXICON, near=False, forms=False, backend="python"),
)


def test_terms_alone_are_searched_in_the_text_as_it_is():
    assert AS_FOUND._hiding is not None
    assert Scanner(LEXICON, backend="daachorse", near=True)._hiding is None  # the person's name is a form nearly missed


@given(TEXTS, st.sampled_from([None, date(2020, 1, 1), date(2024, 1, 1)]), st.sampled_from([0, 1, 200]))
@settings(max_examples=400, deadline=None)
def test_the_results_are_those_of_the_compared_form(texts, at, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner_module, "_FEW", few or 10**9)
        found = list(AS_FOUND.scan_many(texts, at=at))
    for other in OTHERS:
        assert list(other.scan_many(texts, at=at)) == found


@given(
    st.lists(st.text("甲乙丙中国", min_size=2, max_size=5), min_size=1, max_size=6, unique=True),
    st.text("甲乙丙中国國\n\u3000 \u200b\x1c", max_size=60),
)
@settings(max_examples=400, deadline=None)
def test_whatever_is_hidden_has_its_place(strings, text):
    spans = HidingPlaces(strings).find(text)
    visible = [at for at, char in enumerate(text) if compared(char)]
    for start, end, _ in every_occurrence(strings, compared(text)):
        first, last = visible[start], visible[end - 1] + 1
        if text[first:last] not in strings:
            assert any(first <= one < last for one, _ in spans)
    for start, end in spans:
        assert end - start == 1 or not compared(text[start:end])


def test_few_places_are_named():
    places = HidingPlaces(["布署", "社会主义"])
    assert places.find("第一条\n\u3000\u3000会议布署工作。\n各部门 社会治理") == []
    assert places.find("会议布\n\u3000\u3000署工作") == [(3, 6)]
    assert places.find("社會主義") == [(1, 2), (3, 4)]
    assert places.find("會議主題") == []
    assert places.find("布\u200b署") == [(1, 2)]
    assert places.find("布" + " " * 90 + "署") == [(1, 91)]
    assert places.find("布 ") == places.find(" 署") == places.find("") == []


def test_blanks_wider_than_the_look_are_seen_through():
    text = "会议布" + " " * 300 + "\n署工作，" + "平安无事" * 500
    assert [match.start for match in AS_FOUND.scan(text)] == [2]
    assert AS_FOUND.scan(text) == OTHERS[0].scan(text)


@pytest.mark.parametrize("strings", [[], ["甲"], ["甲乙" * 40], ["苧麻", "苎"]])
def test_where_this_way_does_not_fit(strings):
    assert hiding_places(strings) is None


def test_a_string_of_characters_that_are_folded_is_not_searched_so():
    assert hiding_places(["苧麻"]) is None
    assert hiding_places(["苎麻"]) is not None


def test_a_scanner_taken_over_without_numpy_builds_its_own_search(monkeypatch):
    raw = pickle.dumps(AS_FOUND)
    monkeypatch.setattr(hiding, "has_numpy", lambda: False)
    again = pickle.loads(raw)
    assert again._hiding is None
    for text in ("会议布署", "國家註義國", "布\n署"):
        assert again.scan(text) == AS_FOUND.scan(text)
    monkeypatch.undo()
    assert pickle.loads(pickle.dumps(again)).scan("布\n署") == AS_FOUND.scan("布\n署")


def test_a_text_without_end_is_not_quadratic():
    text = "布 " * 100_000 + "布署"
    assert [match.start for match in AS_FOUND.scan(text)] == [200_000]
