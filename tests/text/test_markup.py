import time

import pytest

from govmedia_rules.text.markup import html_text, meta_content
from tests.timing import allowed


def test_blocks_part_texts():
    page = "<ul><li>监督检查<li>院务公开</ul><table><tr><td>甲<td>乙</table><div>丙<p>丁</div>戊"
    assert html_text(page).split("\n\n") == ["监督检查", "院务公开", "甲", "乙", "丙", "丁", "戊"]


def test_inline_elements_do_not():
    assert html_text("<p>会议<b>布</b><!-- x --><span>署</span><br>工作</p>") == "会议布署\n工作"


def test_what_is_shown_besides():
    page = """<html><head><title>题</title><meta name="Description" content="述"><script>if (a < b) "<p>布署</p>"</script><style>x</style></head>
    <body><img src=a alt="图"><noscript>无脚本</noscript><input type="submit" value="提交"><input type=hidden value=藏><input placeholder='提示'>
    <ruby>国<rt>guo</rt>务<rt>wu</rt></ruby>院<template>模板</template></body></html>"""
    text = html_text(page)
    assert text.startswith("题\n\n")
    for shown in ("述", "图", "无脚本", "提交", "提示", "国务院"):
        assert shown in text, shown
    for hidden in ("藏", "布署", "模板", "guo"):
        assert hidden not in text, hidden


def test_entities_and_attributes_with_signs():
    assert html_text("<p title='a>b'>&#22269;&amp;&nbsp;务</p>").split("\n\n") == ["国&\xa0务", "a>b"]
    assert meta_content('<meta content="2024-05-06" name="pubdate">', "PubDate") == "2024-05-06"
    assert meta_content("<p>x</p>", "PubDate") is None


@pytest.mark.parametrize(
    "page",
    [
        "<div>a" * 80_000 + "</div>" * 80_000,
        '<a "' * 100_000,
        "<!--" * 100_000,
        "<" * 300_000,
        "<script>" * 50_000,
        "\n \n" * 100_000,
    ],
)
def test_hostile_pages_are_read_in_linear_time(page):
    started = time.process_time()
    html_text(page)
    assert time.process_time() - started < allowed(3)
