"""What notebooks show: escaped, bounded, readable in both themes, and loading nothing from anywhere."""

from __future__ import annotations

import re
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.core import display
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.snapshots.parts import Entry

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples" / "jiangxi-2020q1"
BOOK = gr.load_rulebook("jiangxi-2020")
TABLE = gr.InspectionTable(BOOK.inspect_files(sorted(EXAMPLES.glob("[hs]*.jsonl"))))
NASTY = "<script>alert(1)</script>\"'&\u202e\x00\ud800<img src=x onerror=y>"
ALLOWED = set("div span b code table thead tbody tr th td br ul li details summary svg rect pre".split())  # noqa: SIM905


class Reader(HTMLParser):
    """Checks that tags nest, and collects them with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.values: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.values += attrs
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.values += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _nasty() -> list[object]:
    snapshot = testing.snapshot("account", account={"name": NASTY[:24]}, latest_post_at="2024-08-01")
    seen = gr.load_rulebook("national-2019").inspect(snapshot)
    rows = gr.read_accounts(
        [{"账号名称": "甲", "平台": NASTY, "最近更新时间": NASTY, "互动功能": NASTY}],
        observed_at=datetime(2024, 8, 23, tzinfo=SHANGHAI),
    )
    return [snapshot, seen, seen.findings, gr.InspectionTable([seen]), rows, snapshot.account]


HELD = [
    TABLE,
    TABLE[:2],
    TABLE.problems,
    gr.Findings([]),
    gr.InspectionTable([]),
    TABLE[80],
    BOOK,
    BOOK.indicators[0],
    BOOK.explain("media.veto.stale"),
]


@pytest.mark.parametrize("thing", [*HELD, *_nasty()], ids=lambda thing: type(thing).__name__)
def test_it_is_plain_html_that_loads_nothing(thing: object) -> None:
    shown = thing._repr_html_()  # type: ignore[attr-defined]
    read = Reader(shown)
    assert read.seen <= ALLOWED
    assert {name for name, _ in read.values} <= {"style", "width", "height", "role", "aria-label", "x", "y", "fill"}
    assert not re.search(r"url\(|@import|expression\(", " ".join(value or "" for _, value in read.values))
    assert len(shown.encode()) < 200_000
    assert not re.search("[\x00-\x08\u202e\ud800-\udfff]", shown)


def test_no_colour_is_fixed_on_text_or_ground() -> None:
    for thing in HELD:
        for name, value in Reader(thing._repr_html_()).values:  # type: ignore[attr-defined]
            if name == "style" and value is not None:
                for rule in value.split(";"):
                    key, _, colour = rule.partition(":")
                    if key == "color":
                        assert colour == "inherit"
                    if key == "background":
                        assert colour == "transparent" or (colour.startswith("rgba") and colour.endswith(",.18)"))


def test_evidence_folds() -> None:
    shown = TABLE.problems._repr_html_()
    assert "<details><summary" in shown
    assert "证据 5 条" in shown


def test_ten_thousand_findings_stay_small() -> None:
    many = gr.Findings([finding for seen in TABLE for finding in seen.findings for _ in range(3)][:10_000])
    assert len(many) == 10_000
    shown = many._repr_html_()
    assert len(shown.encode()) < 200_000
    assert shown.count("<tr>") == display.MAX_ROWS + 1
    asked = sum(finding.status != "not_applicable" for finding in many)
    assert f"另有 {asked - display.MAX_ROWS} 行" in shown
    assert f"不适用 {len(many) - asked} 项" in shown
    assert "检查结论 10000 条" in shown


def test_a_huge_snapshot_stays_small() -> None:
    entries = tuple(Entry(title="标题" * 500, url="x" * 4000) for _ in range(500))
    columns = [{"name": f"栏目{number}", "entries": entries} for number in range(200)]
    snapshot = testing.snapshot("site", columns=columns)
    shown = snapshot._repr_html_()
    assert len(shown.encode()) < 200_000
    assert "另有 180 项" in shown
    assert len(repr(snapshot)) < 500
    Reader(shown)


def test_not_observed_and_nothing_there_are_told_apart() -> None:
    shown = testing.snapshot("account", functions=())._repr_html_()
    assert re.search("functions.{0,200}已查看，无", shown)
    assert re.search("未观察：[^<]*latest_post_at", shown)


def test_reprs_are_short() -> None:
    snapshot = testing.snapshot("account", posts=[{"title": "汉" * 100} for _ in range(50)])
    assert "posts=<50 items>" in repr(snapshot)
    assert "found" not in repr(snapshot)
    assert "汉" * 59 + "…" in repr(snapshot.posts[0])  # type: ignore[index]
    assert repr(TABLE[80]).startswith("<不合格 ")


@given(st.text(max_size=400), st.integers(1, 300))
def test_text_is_always_safe(value: str, most: int) -> None:
    shown = display.text(value, most)
    told = "".join(Reader(shown).words)
    assert "<script" not in shown
    if len(value) > most:
        assert f"略{len(value) - most}字" in told


def test_shares_say_every_count() -> None:
    assert display.shares({}, {}) == ""
    shown = display.shares({"合格": 3, "不合格": 1, "待定": 0}, {"合格": "good"})
    assert "合格 3（75.0%），不合格 1（25.0%），待定 0（0.0%）" in shown
    assert shown.count("<rect") == 2


def test_tables_take_no_more_rows_than_they_show() -> None:
    def rows() -> object:
        for number in range(display.MAX_ROWS + 1):
            yield (str(number),)
        raise AssertionError

    assert "另有 1 行" in display.html_table(("一",), rows())  # type: ignore[arg-type]


def test_summaries_are_in_one_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """With Chinese messages, no English word stands in what a clerk's console shows of a result."""
    book = gr.load_rulebook("national-2019")
    row = {"账号名称": "某县发布", "平台": "微博", "最近更新时间": "2024-05-01", "互动功能": "有"}
    rows = gr.read_accounts([row], observed_at=date(2024, 8, 23))
    inspections = list(book.inspect_many(rows))
    shown = [
        rows,
        inspections[0].problems[0],
        inspections[0].findings,
        gr.InspectionTable(inspections),
        gr.worklist(inspections),
        gr.compare(inspections, inspections),
        gr.read_reviews(),
        gr.Scanner("starter").scan("周密布署"),
        book.only("media.veto"),
    ]
    monkeypatch.setenv("GOVMEDIA_LANG", "zh")
    texts = [repr(each) for each in shown]
    monkeypatch.setenv("GOVMEDIA_LANG", "en")
    for text, english in zip(texts, map(repr, shown), strict=True):
        assert not re.search(
            r"\b(rows|faults|failed|findings|inspections|subjects|changed|read|refused|matches|veto|selection)\b(?!\.)",
            re.sub(r"[a-z]+(\.[a-z]+)+", "", text),
        ), text
        assert text != english
