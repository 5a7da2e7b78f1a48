from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.text.normalise import BETWEEN, Positions, compared, compared_all, fold, fold_table, squeeze

TEXT = st.text(alphabet=st.sampled_from("中国國共產产党 \n\t\u3000\u200b\xa0ＡA1１、。"), max_size=60)


def test_folding_keeps_every_position():
    table = fold_table()
    assert all(len(value) == 1 for value in table.values())
    assert fold("中國ＡＢ１２\u200b") == "中国AB12 "


def test_characters_of_simplified_text_are_not_folded():
    for char in "乾著瞭藉夥徵後":
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            continue
        assert fold(char) == char


def test_compared_form_has_no_blanks():
    assert compared(" 中 國\u3000共\u200b產\n党 ") == "中国共产党"


@given(TEXT)
def test_every_squeezed_character_is_found_again(text):
    positions = Positions(text)
    squeezed = squeeze(text)
    assert [text[positions.found(at)] for at in range(len(squeezed))] == list(squeezed)


@given(TEXT)
def test_gaps_and_characters_make_up_the_text(text):
    squeezed = squeeze(text)
    if not squeezed:
        return
    positions = Positions(text)
    for gap in positions.gaps(0, len(squeezed)):
        assert (gap.before, gap.behind) == (squeezed[gap.place - 1], squeezed[gap.place])
    start, end = positions.span(0, len(squeezed))
    rebuilt, gaps = "", {gap.place: text[gap.start : gap.end] for gap in positions.gaps(0, len(squeezed))}
    for at, char in enumerate(squeezed):
        rebuilt += gaps.get(at, "") + char
    assert rebuilt == text[start:end]


@given(st.lists(TEXT, max_size=6))
def test_many_at_once_equal_one_by_one(texts):
    assert compared_all(texts) == [compared(text) for text in texts]
    assert BETWEEN not in "".join(texts)


@given(st.text(alphabet="中国 \n\u3000\u2003\x1fa", max_size=60), st.lists(st.integers(0, 59), max_size=8))
def test_positions_may_be_asked_in_any_order(text, asked):
    visible = [at for at, char in enumerate(text) if not char.isspace()]
    positions = Positions(text)
    for position in asked:
        if position < len(visible):
            assert positions.found(position) == visible[position]
