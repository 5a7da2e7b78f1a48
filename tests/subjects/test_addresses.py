"""Addresses in their several forms: what is said of all at once is true of each."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govmedia_rules.subjects.addresses import address_key, address_tail, have_distinct_tails

PIECES = st.sampled_from(
    ["/", "//", "a", "A", "b", "index.html", "Default.aspx", "?", "#", ";", "%41", " ", "\n", ".", "http:", "İ"]
)
URLS = st.lists(st.lists(PIECES, min_size=1, max_size=6).map("".join), max_size=4)


@given(URLS)
@example(["http://a.cn/x/", "http://a.cn/X"])
@example(["http://a.cn/x/index.html", "http://a.cn/x"])
@example(["http://a.cn/x\ny", "http://a.cn/z"])
def test_tails_that_are_called_distinct_are(urls: list[str]) -> None:
    if have_distinct_tails(urls):
        tails = [address_tail(url) for url in urls]
        assert len(set(tails)) == len(tails)


@pytest.mark.parametrize(("urls", "distinct"), [((), False), (("http://a.cn/x/", "http://a.cn/y/"), True), (("/x", "/X/"), False)])
def test_plain_tails(urls: tuple[str, ...], distinct: bool) -> None:
    assert have_distinct_tails(urls) is distinct


def test_forms_of_one_address_have_one_tail() -> None:
    forms = ["http://a.cn/x/", "http://A.cn/x/index.html", "http://a.cn/x;jsessionid=1", "http://a.cn/x/#top"]
    assert len({address_key(form, None) for form in forms}) == 1
    assert len({address_tail(form) for form in forms}) == 1
