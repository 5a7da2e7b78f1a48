"""A campaign in a notebook: its pictures draw its counts, and its table is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import matplotlib
import pytest
from rounds import LATER, SIGNED, campaign, review, site, stale
from rounds import reported as told
from rounds import seen as healthy
from selectolax.lexbor import LexborHTMLParser

import govmedia_rules as gr
from govmedia_rules.campaign import Campaign, DueRule, Recheck
from govmedia_rules.core import plots
from govmedia_rules.errors import ExportError

matplotlib.use("Agg")
import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _no_figures_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(plots, "families_for", lambda texts, font=None: ["DejaVu Sans"])
    yield
    plt.close("all")


def full_round(failed: int = 1, passed: int = 3, period: str = "2024年第三季度") -> Campaign:
    found = campaign(period)
    found.add([stale(f"坏{number}") for number in range(failed)])
    found.add([healthy(f"好{number}") for number in range(passed)])
    found.review([review(one.subject.id) for one in found.results.values() if one.outcome == "unreviewed"])
    return found


def texts(ax: object) -> list[str]:
    return [one.get_text() for one in ax.texts]  # type: ignore[attr-defined]


def test_pass_rates_of_groups() -> None:
    ax = full_round().plot("pass_rate", "account", "platform")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["微信公众号"]
    assert texts(ax) == ["75.0% (3/4)"]


def test_problems_have_official_titles() -> None:
    ax = full_round(failed=2).plot("problems", "account")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["内容不更新"]
    reported = campaign()
    reported.add_results(told(site(), "failed", "首页未更新"))
    [label] = [one.get_text() for one in reported.plot("problems").get_yticklabels()]
    assert "." not in label, "a round of reported results has no rulebook; the nation's titles are used"


def test_rounds_stand_side_by_side() -> None:
    earlier, later = full_round(failed=2, passed=2, period="2024年第二季度"), full_round()
    ax = later.plot("rounds", "account", before=[earlier])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2024年第二季度", "2024年第三季度"]
    assert texts(ax)[1].endswith("+25.0 百分点")


def test_there_must_be_something_to_draw() -> None:
    with pytest.raises(ExportError, match="no unit of the round has a score"):
        full_round().plot("scores", "account")


def test_the_funnel_of_rectification() -> None:
    found = full_round(failed=2)
    found.issue(DueRule(days=10), signed=SIGNED)
    first = found.tasks[0]
    found.recheck(first.subject, Recheck(at=LATER + timedelta(days=5), outcome="rectified", role="检查单位"))
    ax = found.progress(SIGNED + timedelta(days=30)).plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["整改任务", "已完成", "按期整改"]
    assert texts(ax) == ["2 (100.0%)", "1 (50.0%)", "1 (50.0%)"]


def test_a_notebook_shows_a_bounded_escaped_table() -> None:
    found = gr.Campaign(gr.CampaignConfig(title="<script>alert(1)</script>", period=full_round().config.period))
    found.add([stale("坏"), healthy("好")])
    page = found._repr_html_()
    assert "<script>" not in page
    cells = [[cell.text() for cell in row.css("td")] for row in LexborHTMLParser(page).css("tbody tr")]
    assert cells[0][1:] == ["政务新媒体", "未说明", "2", "1", "0", "1", cells[0][-1]]
    assert len(page.encode()) < 20_000
    assert "还没有检查对象" in campaign()._repr_html_()
