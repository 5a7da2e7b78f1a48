"""The review desk: everything that waits is shown, nothing in it can act, what is decided is read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.judge.reviews import read_reviews
from govmedia_rules.reports import review_desk
from tests.reports import report_chromium
from tests.reports.report_chromium import Browser
from tests.reports.report_made import HOSTILE

BOOK = gr.load_rulebook("national-2019")
SENTENCE = "会议强调，坚持中国特色社会注义。"


def candidates(count: int, text: str = SENTENCE) -> list[gr.Inspection]:
    snapshots = (
        testing.snapshot(
            "account",
            account={"name": f"示例账号{number}"},
            posts=[{"title": "会议召开", "text": text, "published_at": "2024-08-22", "url": f"http://a.example.gov.cn/{number}"}],
            functions=[{"kind": "message", "works": True}],
        )
        for number in range(count)
    )
    return [BOOK.inspect(snapshot) for snapshot in snapshots]


def data_of(page: str) -> dict[str, object]:
    [embedded] = re.findall(r'<script type="application/json" id="data" data-key="[0-9a-f]{16}">(.*?)</script>', page, re.DOTALL)
    return json.loads(embedded)


def test_candidates_and_failures_are_shown_and_passes_are_not() -> None:
    stale = BOOK.inspect(testing.snapshot("account", latest_post_at="2020-01-01"))
    healthy = BOOK.inspect(testing.snapshot("account", latest_post_at="2024-08-22"))
    items = data_of(review_desk([stale, healthy, *candidates(1)]))["items"]
    assert [item["indicator"] for item in items] == ["media.veto.stale", "media.veto.safety.expression"]
    assert items[0]["observed_at"] == stale.observed_at.isoformat()
    assert "passage" not in items[0]
    assert items[1]["pieces"][0]["text"] == SENTENCE.rstrip("。")
    assert re.fullmatch("[0-9a-f]{16}", items[1]["passage"])


@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if text.isprintable() or "\ud800" not in text], ids=lambda text: ascii(text[:24])
)
def test_hostile_text_stays_text(text: str) -> None:
    stale = BOOK.inspect(testing.snapshot("account", account={"name": text[:900] or "名"}, latest_post_at="2020-01-01"))
    page = review_desk([stale], title=text)
    assert page.count("<script") == page.count("</script>") == 2
    assert len(data_of(page)["items"]) == 1


needs_browser = pytest.mark.skipif(
    report_chromium.BINARY is None, reason="chromium is not installed (Debian: apt-get install chromium)"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, Path]]:
    folder = tmp_path_factory.mktemp("desk")
    path = folder / "desk.html"
    other = [
        BOOK.inspect(testing.snapshot("account", account={"name": f"旧号{n}"}, latest_post_at="2020-01-01")) for n in range(1_000)
    ]
    path.write_text(review_desk([*candidates(1_000), *other], title="复核"), "utf-8")
    with Browser(folder / "profile") as browser:
        yield browser, path


CAUGHT = "window.caught = []; URL.createObjectURL = blob => { caught.push(blob); return 'blob:x'; }"


def caught(browser: Browser) -> bytes:
    return bytes(browser.evaluate("caught.pop().arrayBuffer().then(part => Array.from(new Uint8Array(part)))"))


@pytest.mark.heavy
@needs_browser
def test_two_thousand_candidates_are_painted_within_a_second(desk: tuple[Browser, Path]) -> None:
    browser, path = desk
    assert min(browser.open(path) for _ in range(3)) < 1
    assert browser.logged == []
    assert browser.evaluate("document.getElementById('progress').textContent").startswith("共 2000 项：已确认 0")


@pytest.mark.heavy
@needs_browser
def test_what_is_decided_by_keys_is_saved_and_read_back(desk: tuple[Browser, Path], tmp_path: Path) -> None:
    browser, path = desk
    browser.open(path)
    browser.evaluate("localStorage.clear()")
    browser.open(path)
    browser.evaluate(CAUGHT)
    press = "['j', 'y', 'j', 'n'].forEach(key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))"
    browser.evaluate(press)
    browser.evaluate("document.getElementById('save').click()")
    assert browser.evaluate("document.getElementById('progress').textContent").endswith("请先填写复核角色")
    fill = "const f = (node, text) => { node.value = text; node.dispatchEvent(new Event('input', {bubbles: true})); };"
    browser.evaluate(fill + "f(document.getElementById('role'), '市级复核')")
    browser.evaluate("document.getElementById('save').click()")
    assert "没有写理由" in browser.evaluate("document.getElementById('progress').textContent")
    browser.evaluate(
        "document.querySelectorAll('article textarea').forEach((node, i) => { if (i < 2) { node.value = '见截图'; node.dispatchEvent(new Event('input')); } })"
    )
    browser.evaluate("document.getElementById('save').click()")
    saved = tmp_path / "reviews.jsonl"
    saved.write_bytes(caught(browser))
    reviews = read_reviews(saved)
    # One sentence stands on a thousand accounts and is decided once; the second card is one stale account.
    assert len(reviews) == 1_001
    assert not reviews.refused
    assert {review.decision for review in reviews} == {"confirmed", "dismissed"}
    [inspection] = BOOK.inspect_many(
        [testing.snapshot("account", account={"name": "旧号0"}, latest_post_at="2020-01-01")], reviews=list(reviews)
    )
    assert inspection.finding("media.veto.stale").status is gr.Status.PASSED
    browser.evaluate("document.getElementById('book').click()")
    (tmp_path / "reviews.xlsx").write_bytes(caught(browser))
    sheet = openpyxl.load_workbook(tmp_path / "reviews.xlsx").active
    assert sheet.max_row == 1_002
    assert [cell.value for cell in sheet[1]][:3] == ["对象标识", "名称", "指标"]
    browser.open(path)
    assert "已确认 1000，已驳回 1，待核 999" in browser.evaluate("document.getElementById('progress').textContent")
    assert [line for line in browser.logged if "blob:x" not in line] == []  # the file that was caught, not saved
    assert browser.requested[-1] == path.as_uri()


@pytest.mark.heavy
@needs_browser
def test_filters_and_narrow_windows(desk: tuple[Browser, Path]) -> None:
    browser, path = desk
    browser.open(path)
    browser.evaluate("const box = document.getElementById('find'); box.value = '旧号7'; box.dispatchEvent(new Event('input'))")
    assert browser.evaluate("document.querySelectorAll('article').length") == 40
    assert browser.evaluate("document.getElementById('rest').textContent") == "还有 71 条，向下滚动显示"
    browser.call("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    browser.call("Emulation.clearDeviceMetricsOverride")
