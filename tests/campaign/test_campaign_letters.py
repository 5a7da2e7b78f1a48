"""Letters and disclosure: sums that keep blanks blank, weighted means, completion rates, merging."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import campaign

from govmedia_rules.campaign import Disclosure, DisclosureTally, Letters, LetterTally, letters_from_cases
from govmedia_rules.core.rates import Rounding
from govmedia_rules.errors import CalendarError

LETTERS = [
    Letters(unit="省教育厅", group="省直单位", done=3, mean_working_days=Decimal("4.5")),
    Letters(unit="省民政厅", group="省直单位", done=1, mean_working_days=Decimal("12")),
    Letters(unit="吉安市", group="设区市", done=1, pending=7, longest_working_days=9, total_working_days=9),
    Letters(unit="赣州市", group="设区市"),
]


def test_the_mean_is_weighted_by_letters() -> None:
    tally = LetterTally.of(LETTERS)
    assert (tally.units, tally.done, tally.pending, tally.timed) == (4, 5, 7, 5)
    assert tally.mean == Fraction("34.5") / 5
    assert (tally.longest, tally.longest_units) == (12, ("省民政厅",))


def test_a_completion_rate_has_a_base() -> None:
    rates = [LetterTally.of([letters]).rate for letters in LETTERS]
    assert (rates[0], rates[2], rates[3]) == ((3, 3), (1, 8), None)
    assert rates[2] is not None
    assert rates[2].text(Rounding(places=0)) == "13%"


def test_a_column_of_blanks_adds_up_to_a_blank() -> None:
    tally = LetterTally.of([Letters(unit="甲"), Letters(unit="乙")])
    assert (tally.done, tally.pending, tally.mean, tally.longest, tally.rate) == (None, None, None, None, None)
    assert LetterTally.of([Letters(unit="甲", done=0)]).done == 0


def test_letters_from_cases_count_working_days() -> None:
    cases = [(date(2024, 9, 27), date(2024, 9, 30)), (date(2024, 9, 30), date(2024, 10, 8)), (date(2024, 9, 30), None)]
    one = letters_from_cases("省教育厅", cases)
    assert (one.done, one.pending, one.total_working_days, one.longest_working_days) == (2, 1, 3, 2)
    with pytest.raises(CalendarError):
        letters_from_cases("省教育厅", [(date(2190, 1, 1), date(2190, 1, 9))])


counts = st.none() | st.integers(0, 50)
letters = st.builds(
    Letters,
    unit=st.sampled_from("甲乙丙丁"),
    done=counts,
    pending=counts,
    mean_working_days=st.none() | st.decimals(0, 30, places=2),
    longest_working_days=counts,
)
disclosures = st.builds(
    Disclosure,
    unit=st.sampled_from("甲乙丙丁"),
    total=counts,
    kinds=st.lists(st.tuples(st.sampled_from(("政策解读", "建议提案")), counts), max_size=2, unique_by=lambda one: one[0]).map(
        tuple
    ),
    done_on_time=counts,
    done_late=counts,
    pending=counts,
)


@settings(deadline=None)
@given(st.lists(letters, max_size=8), st.integers(0, 8))
def test_letters_merge_over_partitions(listed: list[Letters], cut: int) -> None:
    left, right = LetterTally.of(listed[:cut]), LetterTally.of(listed[cut:])
    assert left.merge(right) == right.merge(left) == LetterTally.of(listed)


@settings(deadline=None)
@given(st.lists(disclosures, max_size=8), st.integers(0, 8))
def test_disclosure_merges_over_partitions(listed: list[Disclosure], cut: int) -> None:
    left, right = DisclosureTally.of(listed[:cut]), DisclosureTally.of(listed[cut:])
    assert left.merge(right) == right.merge(left) == DisclosureTally.of(listed)


def test_parts_above_the_total_are_a_doubt() -> None:
    one = campaign()
    one.add_disclosures(
        Disclosure(unit="省教育厅", total=10, kinds=(("政策解读", 12),)),
        Disclosure(unit="省民政厅", total=1, kinds=(("政策解读", 1),)),
    )
    [doubt] = one.issues()
    assert doubt.message() == "信息公开：省教育厅：政策解读12超过总数10"
    assert one.disclosure_tally.total == 11
    assert one.disclosure_tally.on_time_rate is None
