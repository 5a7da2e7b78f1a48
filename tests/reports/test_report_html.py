"""The HTML report: its figures, and that nothing in it but its own script can run."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

import govmedia_rules as gr
from govmedia_rules.errors import MissingExtra, NoticeError, visible
from govmedia_rules.reports.html import html_report
from govmedia_rules.reports.notice import notice_document
from govmedia_rules.reports.text import one_line

sys.path.insert(0, str(Path(__file__).parent))
from report_made import HOSTILE, failing, hostile_inspections
from report_notices import hostile_notice

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def inspect_example(name: str, book: str) -> list[gr.Inspection]:
    folder = EXAMPLES / name
    reviews = [gr.Review.model_validate_json(line) for line in (folder / "reviews.jsonl").read_text("utf-8").splitlines()]
    paths = [folder / "snapshots.jsonl", folder / "healthy.jsonl"]
    return list(gr.load_rulebook(book).inspect_files(paths, reviews=reviews))


def text_of(page: str) -> str:
    tree = LexborHTMLParser(page)
    tree.strip_tags(["script", "style"])
    return tree.text(separator="\n")


def test_the_figures_are_counted_from_the_inspections() -> None:
    inspections = inspect_example("hanzhong-2024q3", "hanzhong-2021")
    tree = LexborHTMLParser(html_report(inspections, title="汉中"))
    cards = [" ".join(card.text(separator=" ").split()) for card in tree.css(".card")]
    assert cards == [
        "13 政府网站 不合格 3 合格 10 待定 0 合格率 76.92%",
        "12 政务新媒体 不合格 2 合格 10 待定 0 合格率 83.33%",
    ]
    shown = tree.css("details.subject")
    with_problems = [one for one in inspections if one.problems or one.verdict is not gr.Verdict.QUALIFIED]
    assert [one.attributes["data-verdict"] for one in shown[:5]] == ["unqualified"] * 5
    assert len(shown) == len(with_problems)
    assert len(tree.css(".finding")) == sum(len(one.problems) for one in inspections) >= 6
    assert len(tree.css(".clean li")) == 25 - len(shown)
    numbers = re.findall(r"(\S+?)(\d+)", tree.css("svg")[0].attributes["aria-label"] or "")
    assert ("不合格", "3") in [(word[-3:], number) for word, number in numbers]
    stale = next(row for row in tree.css("tr") if "media.veto.stale" in row.text())
    assert [cell.text() for cell in stale.css("td.count")][:2] == ["2", "10"]


def test_undetermined_subjects_make_the_rate_a_range() -> None:
    book = gr.load_rulebook("national-2019")
    from govmedia_rules import testing

    seen = [book.inspect(testing.snapshot("account", latest_post_at=None, posts=None)), *failing(1)]
    assert [one.verdict for one in seen] == [gr.Verdict.UNDETERMINED, gr.Verdict.UNQUALIFIED]
    page = html_report(seen)
    assert "合格率 0%—50%" in page
    assert "故为区间" in page
    assert 'data-verdict="undetermined"' in page


def test_evidence_is_told_in_full_or_its_rest_is_counted() -> None:
    pieces = [gr.Evidence(f"证据{number}") for number in range(30)]

    @gr.check("made.many", needs=())
    def many(account: gr.AccountSnapshot) -> gr.CheckResult:
        return gr.failed("made_reason", evidence=pieces)

    entry = {
        "title": "多",
        "kind": "veto",
        "mode": "auto",
        "check": "made.many",
        "applies_to": {"subject": "account"},
        "source": {"document": "文"},
    }
    book = gr.load_rulebook({"id": "many", "title": "多", "indicators": {"made.many": entry}}, checks=many)
    from govmedia_rules import testing

    page = text_of(html_report([book.inspect(testing.snapshot("account"))], max_evidence=20))
    assert "证据（30 条）" in page
    assert "另有 10 条未列出" in page
    assert "证据19" in page
    assert "证据20" not in page


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_stays_text(text: str) -> None:
    page = html_report(hostile_inspections(text), title=text)
    page.encode("utf-8")
    tree = LexborHTMLParser(page)
    assert len(tree.css("script")) == 1
    assert len(tree.css("style")) == 1
    assert not tree.css("img, iframe, object, embed, link, base, svg svg, textarea")
    for element in tree.css("*"):
        for name, value in element.attributes.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name != "style"
            if name in ("href", "src", "action"):
                assert value is not None
                assert value.startswith(("http://", "https://")) or value == "#subjects"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    # The whole text is there to be read: escaping takes nothing away.
    told = " ".join((tree.body.text() if tree.body else "").split())
    assert " ".join(visible(text).split()) in told
    assert told.count(" ".join(visible(text).split())[:50]) >= 10


def test_the_policy_names_just_this_style_and_this_script() -> None:
    page = html_report(failing(2))
    tree = LexborHTMLParser(page)
    meta = tree.css_first('meta[http-equiv="Content-Security-Policy"]')
    assert meta is not None
    told = meta.attributes["content"] or ""
    for tag, word in (("script", "script-src"), ("style", "style-src")):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert inner is not None
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"{word} 'sha256-{digest}'" in told
    assert "default-src 'none'" in told
    assert "unsafe" not in told


def test_nothing_in_the_page_names_another_host() -> None:
    page = html_report(failing(0), title="无")
    assert not re.search(r"https?://", page)
    assert "对象 0 个" in page


def test_the_same_inspections_give_the_same_bytes() -> None:
    assert html_report(failing(20)) == html_report(failing(20))


def test_a_comparison_lists_what_changed() -> None:
    from govmedia_rules import testing

    book = gr.load_rulebook("national-2019").only("media.veto.stale")
    before = [book.inspect(testing.snapshot("account", latest_post_at="2024-08-22"))]
    after = [book.inspect(testing.snapshot("account", latest_post_at="2020-01-01"))]
    page = html_report(after, comparison=gr.compare(before, after))
    assert "与上期比较" in page
    assert re.search(r"<td>合格</td><td>不合格</td><td class=\"count\">1</td>", page)


def test_a_template_of_the_users_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.html"
    path.write_text(
        "<p>{{ title }}：{{ totals.subjects }}个</p>{% for one in subjects %}<i>{{ one.name }}</i>{% endfor %}", "utf-8"
    )
    assert html_report(failing(1), title="<甲>", template=path) == "<p>&lt;甲&gt;：1个</p><i>示例发布0</i>"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("<p>\n{{ totals.subject }}</p>", r"row 2: the totals has no field 'subject'; did you mean 'subjects'\?"),
        ("{{ nothing }}", "row 1: the template prints 'nothing', which is not given"),
        ("{{ totals.first }}", "the totals has no first and the template prints it"),
        ("{% if %}", "not well formed"),
        ("{{ title|safe }}", "No filter named 'safe'"),
        ("{% autoescape false %}{{ title }}{% endautoescape %}", "may not switch escaping off"),
        ("{{ ''.__class__.__mro__ }}", "no field '__class__'"),
        ("{{ title.format_map(title) }}{% for x in range(10**8) %}{% endfor %}", "cannot be filled"),
    ],
)
def test_a_template_that_cannot_be_filled_names_the_place(template: str, told: str) -> None:
    with pytest.raises(NoticeError, match=told):
        html_report([], template=template)


def test_a_template_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match="cannot open"):
        html_report([], template=tmp_path / "none.html")
    (tmp_path / "gbk.html").write_bytes("<p>中</p>".encode("gbk"))
    with pytest.raises(NoticeError, match="not UTF-8"):
        html_report([], template=tmp_path / "gbk.html")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from govmedia_rules.reports import templates

    monkeypatch.setitem(sys.modules, "jinja2", None)
    templates._environment.cache_clear()
    try:
        with pytest.raises(MissingExtra, match=r"govmedia-rules\[report\]"):
            html_report([])
    finally:
        templates._environment.cache_clear()


def test_one_line_and_visible_keep_what_was_there() -> None:
    assert visible("a\u202eb\n") == "a[U+202E]b\n"
    assert one_line(" a\r\n\tb\u2028c") == " a b c"


@pytest.mark.parametrize("text", [HOSTILE[5], HOSTILE[7], HOSTILE[12]], ids=lambda text: ascii(text[:24]))
def test_a_notice_in_the_report_is_text_too(text: str) -> None:
    document = notice_document(hostile_notice(text))
    tree = LexborHTMLParser(html_report(failing(1), notice=document))
    [article] = tree.css("article.notice")
    assert not article.css("script, img, svg")
    assert len(tree.css("script")) == 1
    assert text in article.text()
    assert len(article.css("table")) == 2
