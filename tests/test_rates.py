"""Rates: the table of printed figures read off five real notices, and the laws every policy keeps."""

from __future__ import annotations

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules.core.rates import (
    Change,
    Policy,
    Rounding,
    bases,
    counts_at_least,
    percent,
    places_of,
    policies_giving,
    print_decimal,
    read_figure,
    whole_counts,
)

# notice, printed figure, part, whole, given by half_up, truncation, capped (None: the notice says nothing of it)
PRINTED = [
    ("HZ", "0.88", 2, 228, True, False, True),
    ("HZ", "6", 3, 50, True, True, True),
    ("YN", "98.3", 281, 286, True, False, True),
    ("YN", "99.9", 4213, 4219, True, False, True),
    ("YN", "99.9", 2943, 2944, False, True, True),
    ("YN", "99.6", 667, 670, True, False, True),
    ("YN", "99.4", 173, 174, True, True, True),
    ("YN", "99.8", 430, 431, True, False, True),
    ("JX", "98.94", 374, 378, True, True, True),
    ("JX", "98.84", 342, 346, True, True, True),
    ("JX", "99.11", 111, 112, True, False, True),
    ("JX", "84.27", 299, 356, False, False, False),
    ("JX", "84.27", 300, 356, True, False, True),
    ("JX", "13", 1, 8, True, False, True),
    ("SC", "91.8", 301, 328, True, False, True),
    ("SC", "91.9", 669, 728, True, False, True),
]


@pytest.mark.parametrize(("notice", "figure", "part", "whole", "half_up", "truncation", "capped"), PRINTED)
def test_the_printed_figures_of_five_notices(
    notice: str, figure: str, part: int, whole: int, half_up: bool, truncation: bool, capped: bool
) -> None:
    expected = {Policy.HALF_UP: half_up, Policy.TRUNCATION: truncation, Policy.CAPPED: capped}
    assert policies_giving(Decimal(figure), part, whole) == tuple(policy for policy in Policy if expected[policy])


def test_the_figures_that_no_rule_gives_name_their_counts() -> None:
    assert [percent(299, 356, places=2, policy=policy) for policy in Policy] == [
        Decimal("83.99"),
        Decimal("83.98"),
        Decimal("83.99"),
    ]
    assert list(whole_counts(Decimal("84.27"), 356)) == [300]
    assert not bases(Decimal("84.27"), 57, of_rest=True)


def test_hidden_counts_of_the_national_circular() -> None:
    assert list(whole_counts(Decimal("91.8"), 328)) == [301]
    assert not whole_counts(Decimal("91.8"), 328, policy=Policy.TRUNCATION)
    assert list(whole_counts(Decimal("91.9"), 728)) == [669]
    assert not whole_counts(Decimal("91.9"), 728, policy=Policy.TRUNCATION)
    running = bases(Decimal("2.3"), 328)
    assert (running[0], running[-1]) == (13_958, 14_577)
    cut = bases(Decimal("2.3"), 328, policy=Policy.TRUNCATION)
    assert (cut[0], cut[-1]) == (13_667, 14_260)


def test_vague_shares_bound_a_count() -> None:
    assert counts_at_least(Fraction(1, 2), 112) == 56
    assert counts_at_least(Fraction(1, 2), 113) == 57


FIGURES = st.builds(
    lambda part, extra, places, policy: (part, part + extra, places, policy),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
    st.integers(0, 3),
    st.sampled_from(Policy),
).filter(lambda drawn: drawn[1] > 0)


@given(FIGURES)
def test_a_printed_figure_leads_back_to_its_count(drawn: tuple[int, int, int, Policy]) -> None:
    part, whole, places, policy = drawn
    figure = percent(part, whole, places=places, policy=policy)
    counts = whole_counts(figure, whole, policy=policy)
    assert part in counts
    for edge in (counts[0] - 1, counts[-1] + 1):
        if 0 <= edge <= whole:
            assert percent(edge, whole, places=places, policy=policy) != figure
    assert places_of(figure) == places


@given(FIGURES)
def test_the_policies_differ_only_by_one_step_and_the_cap_keeps_its_word(drawn: tuple[int, int, int, Policy]) -> None:
    part, whole, places, _ = drawn
    by = {policy: percent(part, whole, places=places, policy=policy) for policy in Policy}
    step = Decimal(1).scaleb(-places)
    assert Decimal(0) <= by[Policy.HALF_UP] - by[Policy.TRUNCATION] <= step
    assert (by[Policy.CAPPED] == 100) == (part == whole)
    assert (by[Policy.CAPPED] == 0) == (part == 0)
    exact = Fraction(100 * part, whole)
    assert abs(Fraction(by[Policy.HALF_UP]) - exact) <= Fraction(step) / 2
    assert 0 <= exact - Fraction(by[Policy.TRUNCATION]) < Fraction(step)


@given(st.integers(1, 400), st.integers(0, 400), st.booleans(), st.sampled_from(Policy), st.integers(0, 2))
def test_bases_are_exactly_the_wholes_that_print_the_figure(
    part: int, extra: int, of_rest: bool, policy: Policy, places: int
) -> None:
    whole = part + extra
    figure = percent(whole - part if of_rest else part, whole, places=places, policy=policy)
    found = bases(figure, part, of_rest=of_rest, policy=policy, limit=2_000)
    slow = [n for n in range(part, 2_001) if percent(n - part if of_rest else part, n, places=places, policy=policy) == figure]
    assert list(found) == slow


@pytest.mark.parametrize(("part", "whole", "places"), [(1, 0, 0), (-1, 5, 0), (6, 5, 0), (1, 5, 7), (1, -5, 0)])
def test_what_is_no_share_is_refused(part: int, whole: int, places: int) -> None:
    with pytest.raises(ValueError, match=r"base|share|places"):
        percent(part, whole, places=places)


def test_a_base_needs_a_part() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        bases(Decimal("50"), 0)


def test_a_figure_that_is_not_finite_has_no_places() -> None:
    with pytest.raises(ValueError, match="finite"):
        places_of(Decimal("NaN"))


@pytest.mark.parametrize(("text", "figure"), [("98.94%", "98.94"), (" 6% ", "6"), ("100", "100"), ("98.30 %", "98.30")])
def test_a_figure_keeps_its_places(text: str, figure: str) -> None:
    read = read_figure(text)
    assert (read, places_of(read)) == (Decimal(figure), places_of(Decimal(figure)))


@pytest.mark.parametrize("text", ["", "%", "91 , 8%", "91,8%", "-3%", "９１%", "1e5", "nearly half", "9" * 40])
def test_what_is_not_a_plain_figure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a percentage"):
        read_figure(text)


def test_a_notice_prints_by_its_own_rounding() -> None:
    assert Rounding(places=2).text(2, 228) == "0.88%"
    assert Rounding(places=2).text(3, 50) == "6%"
    assert Rounding(places=2, trim=False).text(3, 50) == "6.00%"
    assert Rounding(places=1).text(2943, 2944) == "99.9%"
    assert Rounding(places=1, policy=Policy.HALF_UP).text(2943, 2944) == "100%"
    assert Rounding(places=0, policy=Policy.TRUNCATION).text(1, 8) == "12%"
    assert Rounding().text(0, 0) is None
    assert Rounding().figure(0, 0) is None


def test_no_earlier_value_is_not_a_difference_of_zero() -> None:
    now = Decimal("98.94")
    assert Change.between(now, None) == Change(state="none")
    assert Change.between(now, None).points is None
    assert Change.between(now, Decimal("98.94")) == Change(state="same", points=Decimal("0.00"))
    assert Change.between(now, Decimal("90"), comparable=False).state == "not_comparable"
    up = Change.between(now, Decimal("97.61"))
    assert (up.state, up.points) == ("up", Decimal("1.33"))
    assert up.text() == "上升1.33个百分点"
    assert up.text(unit="%") == "上升1.33%"
    assert up.before(now) == Decimal("97.61")
    down = Change.between(Decimal("84.27"), Decimal("88.09"))
    assert (down.text("en"), down.before(Decimal("84.27"))) == ("down 3.82 percentage points", Decimal("88.09"))
    assert Change(state="none").before(now) is None
    assert Change(state="none").text() == "无上期数据"
    assert Change.between(now, now).text() == "持平"


def test_small_print() -> None:
    assert print_decimal(Decimal("1E+2")) == "100"
    assert print_decimal(Decimal("10.50"), trim=True) == "10.5"
    assert print_decimal(Decimal("100"), trim=True) == "100"
    assert all(policy.words for policy in Policy)
    assert pickle.loads(pickle.dumps(Rounding(places=1))) == Rounding(places=1)
