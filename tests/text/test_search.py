import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govmedia_rules.errors import MissingExtra
from govmedia_rules.text import search as search_module
from govmedia_rules.text.search import PairIndex, build_search

WORDS = st.text(alphabet="甲乙丙a", min_size=1, max_size=6)


def every_occurrence(words: list[str], text: str) -> list[tuple[int, int, int]]:
    return [
        (at, at + len(word), number) for number, word in enumerate(words) for at in range(len(text)) if text.startswith(word, at)
    ]


@given(st.lists(WORDS, min_size=1, max_size=12, unique=True), st.text(alphabet="甲乙丙a丁", max_size=60))
@settings(max_examples=300)
def test_back_ends_are_equal(words, text):
    occurrences = every_occurrence(words, text)
    assert sorted(build_search(words, "python").find(text)) == sorted(occurrences)
    assert sorted(build_search(words, "daachorse").find(text)) == sorted(occurrences)


@given(st.lists(WORDS, min_size=1, max_size=12, unique=True), st.text(alphabet="甲乙丙a丁", max_size=60))
def test_hits_come_in_order_of_their_end(words, text):
    for backend in ("python", "daachorse"):
        ends = [end for _, end, _ in build_search(words, backend).find(text)]
        assert ends == sorted(ends)


def test_a_dumped_automaton_finds_the_same():
    words = ["中国", "国共", "共产党"]
    first = build_search(words, "daachorse")
    again = build_search(words, "daachorse", first.dump())
    assert again.find("中国共产党") == first.find("中国共产党") == [(0, 2, 0), (1, 3, 1), (2, 5, 2)]


def test_nothing_to_look_for():
    assert build_search([]).find("中国") == []


def test_lone_surrogates_do_not_stop_the_search():
    text = "\ud800中国\udfff"
    assert build_search(["中国"], "daachorse").find(text) == [(1, 3, 0)]
    assert build_search(["中国"], "python").find(text) == [(1, 3, 0)]


def test_without_the_extra_the_plain_index_is_used(monkeypatch):
    monkeypatch.setattr(search_module, "has_daachorse", lambda: False)
    assert isinstance(build_search(["中国"]), PairIndex)


def test_missing_extra_is_named(monkeypatch):
    import builtins

    real = builtins.__import__

    def fake(name, *args, **kwargs):
        if name == "daachorse":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fake)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[text\]"):
        build_search(["中国"], "daachorse")


@pytest.mark.parametrize("backend", ["python", "daachorse"])
def test_hostile_lists_cost_no_more_than_their_hits(backend):
    # Nested prefixes and suffixes of one letter: the classical explosion of alternations and of naive tables.
    words = ["甲" * size for size in range(1, 60)] + ["甲" * size + "乙" for size in range(1, 60)]
    text = "甲" * 2_000
    hits = build_search(words, backend).find(text)
    assert len(hits) == sum(2_000 - size + 1 for size in range(1, 60))
