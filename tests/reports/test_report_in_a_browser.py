"""The HTML report as a browser shows it: quiet, without requests, quick, and usable with the keyboard alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from govmedia_rules.reports.html import html_report

sys.path.insert(0, str(Path(__file__).parent))
import report_chromium
from report_chromium import Browser
from report_made import HOSTILE, failing, hostile_inspections

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(report_chromium.BINARY is None, reason="chromium is not installed (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of 250 subjects with 500 findings."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html_report(failing(250), title="示例"), "utf-8")
    return path


@pytest.fixture
def page(browser: Browser, path: Path) -> Iterator[Browser]:
    """The browser at the report; afterwards nothing may have been logged or fetched."""
    browser.logged.clear()
    browser.requested.clear()
    browser.open(path)
    yield browser
    assert browser.logged == []
    assert browser.requested == [path.as_uri()]


SHOWN = "document.querySelectorAll('details.subject:not([hidden])').length"


def test_it_says_what_it_shows(page: Browser) -> None:
    assert page.evaluate("document.title") == "示例"
    assert page.evaluate("document.getElementById('count').textContent") == "显示 250 / 250 个对象，500 条结论"
    assert page.evaluate("document.querySelectorAll('svg[role=img]').length") == 4


def test_500_findings_are_shown_within_two_seconds(browser: Browser, path: Path) -> None:
    # The best of three, because the machine may be busy with something else.
    assert min(browser.open(path) for _ in range(3)) < 2
    assert browser.evaluate("document.querySelectorAll('.finding').length") == 500


def test_search_finds_names_widths_and_evidence(page: Browser) -> None:
    page.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.type("示例发布１７ ")  # full-width digits
    assert page.evaluate(SHOWN) == 11  # 17, 170 … 179
    assert page.evaluate("document.getElementById('count').textContent").startswith("显示 11 / 250")
    page.press("Escape")
    assert page.evaluate(SHOWN) == 250
    page.type("最近更新为2024年6月5日")
    assert page.evaluate(SHOWN) == 9  # 4, 32 … 228
    page.type(" 没有这样的词")
    assert page.evaluate(SHOWN) == 0
    page.press("Escape")


def test_menus_filter_and_clear(page: Browser) -> None:
    def choose(menu: str, value: str) -> None:
        page.evaluate(
            f"document.getElementById({menu!r}).value = {value!r}; document.getElementById({menu!r}).dispatchEvent(new Event('change'))"
        )
        page.settle()

    choose("indicator", "media.veto.stale")
    assert page.evaluate("document.getElementById('count').textContent") == "显示 250 / 250 个对象，250 条结论"
    choose("type", "抖音")
    assert page.evaluate(SHOWN) == 62
    choose("area", "示例市2")
    assert page.evaluate(SHOWN) == 3  # 2, 102, 202 are on 抖音; 52 and 152 are not
    choose("verdict", "qualified")
    assert page.evaluate(SHOWN) == 0
    page.evaluate("document.getElementById('clear').click()")
    page.settle()
    assert page.evaluate(SHOWN) == 250


def test_the_keyboard_is_enough(page: Browser) -> None:
    page.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate("document.querySelector('details.subject > summary').focus()")
    page.press("ArrowDown")
    page.press("ArrowDown")
    page.press("ArrowUp")
    place = "[...document.querySelectorAll('details.subject')].indexOf(document.activeElement.parentElement)"
    assert page.evaluate(place) == 1
    page.press("Enter", "\r")
    assert page.evaluate("document.activeElement.parentElement.open") is True
    page.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "证据（1 条）"
    page.press(" ", " ")
    assert page.evaluate("document.activeElement.parentElement.open") is True
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_fold_and_unfold_all(page: Browser) -> None:
    page.evaluate("document.getElementById('unfold').click()")
    assert page.evaluate("document.querySelectorAll('details.subject[open]').length") == 250
    page.evaluate("document.getElementById('fold').click()")
    assert page.evaluate("document.querySelectorAll('details.subject[open]').length") == 0


def test_paper_shows_everything_open_and_folds_it_back(page: Browser) -> None:
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    page.media(kind="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.filters')).display") == "none"
    pdf = page.call("Page.printToPDF")["data"]
    assert pdf.startswith("JVBERi0")
    page.media()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0


CONTRAST = """
(() => {
  const rgb = (text) => text.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (text) => rgb(text).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = light(getComputedStyle(document.body).backgroundColor);
  return ["body", ".meta", ".failed", ".passed", ".open", ".soft", "#count", ".finding summary"].map((selector) => {
    const front = light(getComputedStyle(document.querySelector(selector)).color);
    return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  });
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(page: Browser, scheme: str) -> None:
    page.media(scheme=scheme)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    assert min(page.evaluate(CONTRAST)) >= 4.5
    page.media()


def test_hostile_text_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(html_report((one for text in HOSTILE for one in hostile_inspections(text)), title=HOSTILE[5]), "utf-8")
    browser.logged.clear()
    browser.requested.clear()
    browser.dialogs.clear()
    browser.open(path)
    for code in (
        "document.getElementById('unfold').click()",
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })",
    ):
        browser.evaluate(code)
        browser.settle()
    browser.evaluate("document.getElementById('search').focus()")
    for text in HOSTILE[5:9]:
        browser.type(text)
        browser.press("Escape")
    assert browser.evaluate("typeof window.pwned") == "undefined"
    assert browser.evaluate("document.scripts.length") == 1
    assert browser.evaluate("document.querySelectorAll('details.subject').length") == 2 * len(HOSTILE)
    assert browser.logged == []
    assert browser.requested == [path.as_uri()]
    assert browser.dialogs == []
    # A name of 5,000 characters does not widen the page.
    assert browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_browser_would_have_seen_it(browser: Browser, tmp_path: Path) -> None:
    """The same harness notices a page that does run, log and fetch; otherwise the tests above would prove nothing."""
    path = tmp_path / "bad.html"
    path.write_text("<script>window.pwned = 1; console.error('x'); alert(1)</script><img src='http://127.0.0.1:9/x.png'>", "utf-8")
    browser.logged.clear()
    browser.requested.clear()
    browser.open(path)
    assert browser.evaluate("window.pwned") == 1
    assert any("console.error" in line for line in browser.logged)
    assert "http://127.0.0.1:9/x.png" in browser.requested
    assert browser.dialogs == ["1"]
