"""Pages made to take long are read in time that follows their size."""

from __future__ import annotations

import pytest

from govmedia_rules.collect.dom import Dom


@pytest.mark.parametrize("attribute", ["a{}=1", "a{}", "a{} = '>'", 'a{}="<"', "a{}="])
def test_attributes_beyond_any_use_are_left_out(attribute: str) -> None:
    many = " ".join(attribute.format(number) for number in range(100_000))
    dom = Dom(f"<html><body><div id='x' {many}><a href='/a/'>通知公告</a></div><p class='b'>正文</p></body></html>")
    (node,) = dom.tree.css("#x")
    assert 400 < len(node.attributes) <= 501
    assert [link.attributes["href"] for link in dom.tree.css("a")] == ["/a/"]
    assert [part.text() for part in dom.tree.css("p.b")] == ["正文"]


def test_ordinary_attributes_stay() -> None:
    text = " ".join(f"word{number}" for number in range(5_000))
    dom = Dom(f"<html><body><p title='{text}'>{text}</p><script>if (a <b {text}) {{}}</script><i data-x=1>甲</i></body></html>")
    (node,) = dom.tree.css("p")
    assert (node.attributes["title"], node.text()) == (text, text)
    assert dom.tree.css("i")[0].attributes == {"data-x": "1"}
