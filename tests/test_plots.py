"""Pictures: the numbers that are drawn, and Chinese words or a clear message, never boxes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import matplotlib
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.core import plots
from govmedia_rules.core.plots import CountsOf
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ArgumentError, ExportError, MissingExtra, UnknownIndicator

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.text import Text

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples" / "jiangxi-2020q1"
BOOK = gr.load_rulebook("jiangxi-2020")
TABLE = gr.InspectionTable(BOOK.inspect_files(sorted(EXAMPLES.glob("[hs]*.jsonl"))))


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def any_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws with the font of matplotlib, so that the numbers are tested on machines without Chinese fonts."""
    monkeypatch.setattr(plots, "families_for", lambda texts, font=None: ["DejaVu Sans"])


def _words(ax: object) -> str:
    return " | ".join(text.get_text() for text in ax.findobj(Text))  # type: ignore[attr-defined]


@pytest.mark.usefixtures("any_font")
def test_pass_rates() -> None:
    ax = plots.pass_rates({"a": CountsOf(3, 1), "b": CountsOf(1, 1, 2), "c": CountsOf(0, 0)})
    assert [round(bar.get_width(), 6) for bar in ax.patches] == [75, 0, 25, 50, 0, 0]
    assert "75.0% (3/4)" in _words(ax)
    assert "25.0% (1/4，待定2)" in _words(ax)
    many = plots.pass_rates({str(number): CountsOf(1, 0) for number in range(100)})
    assert len(many.get_yticks()) == plots.MAX_BARS
    assert many.get_yticklabels()[-1].get_text() == f"其余{101 - plots.MAX_BARS}个"
    assert f"({101 - plots.MAX_BARS}/{101 - plots.MAX_BARS})" in _words(many)


def _map(*names: str) -> dict[str, object]:
    features: list[object] = []
    for at, name in enumerate(names):
        ring = [[110 + at, 30], [111 + at, 30], [111 + at, 31], [110 + at, 31], [110 + at, 30]]
        features.append({"properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return {"type": "FeatureCollection", "features": features}


@pytest.mark.usefixtures("any_font")
def test_a_map_says_what_is_open_what_has_no_result_and_what_is_not_on_it() -> None:
    counts = {"a": CountsOf(3, 1), "b": CountsOf(0, 4), "c": CountsOf(0, 0, 5), "省教育厅": CountsOf(1, 1)}
    ax = plots.area_map(_map("a", "b", "c", "d"), counts, note="审图号：示意")
    good, bad, undecided, nothing = (patch.get_facecolor() for patch in ax.patches)
    assert undecided == matplotlib.colors.to_rgba(plots.OPEN)
    assert nothing == matplotlib.colors.to_rgba(plots.NO_RESULT)
    assert good != bad
    words = _words(ax)
    for part in (
        "a\n75.0% (3/4)",
        "b\n0.0% (0/4)",
        "c\n待定5",
        "d",
        "未上图：省教育厅 50.0% (1/2)",
        "审图号：示意",
        "无结果",
        "全部待定",
    ):
        assert part in words
    assert "c\n0.0%" not in words
    with pytest.raises(ArgumentError, match="none of the groups is on the map"):
        plots.area_map(_map("a"), {"x": CountsOf(1, 0)})
    plain = plots.area_map(_map("a"), {"a": CountsOf(1, 0)})
    assert "无结果" not in _words(plain)
    assert "未上图" not in _words(plain)


@pytest.mark.usefixtures("any_font")
def test_problem_kinds() -> None:
    ax = plots.problem_kinds({"a": 1, "b": 3})
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a"]
    assert "3 (75.0%)" in _words(ax)
    assert "0 (" not in _words(plots.problem_kinds({}))


@pytest.mark.usefixtures("any_font")
def test_staleness() -> None:
    ax = plots.staleness([0.5, 13.9, 14.1, 400], 14, never=2)
    assert ax.lines[0].get_xdata()[0] == 14
    assert "超过 14 天：2 个，共 4 个；无更新日期 2 个" in str(ax.get_legend_handles_labels()[1])
    red = [bar for bar in ax.patches if matplotlib.colors.same_color(bar.get_facecolor(), plots.BAD)]
    assert sum(bar.get_height() for bar in red) == 2
    assert sum(bar.get_height() for bar in ax.patches) == 4
    assert ax.get_xlim()[1] < 80


@pytest.mark.usefixtures("any_font")
def test_quarters() -> None:
    ax = plots.quarters({"2024Q1": CountsOf(8, 2), "2024Q2": CountsOf(0, 0), "2024Q3": CountsOf(9, 1)})
    assert list(ax.lines[0].get_ydata()) == [80, 90]
    assert "+10.0 百分点" in _words(ax)
    assert plots.quarters({}) is not None


@pytest.mark.usefixtures("any_font")
def test_funnel() -> None:
    ax = plots.funnel({"a": 10, "b": 4})
    assert [bar.get_width() for bar in ax.patches] == [10, 4]
    assert "4 (40.0%)" in _words(ax)
    assert plots.funnel({}) is not None


@pytest.mark.usefixtures("any_font")
def test_score_bands() -> None:
    ax = plots.score_bands([(60, 60), (59.99, 59.99), (100, 110), (50, 90)], [60, 80])
    assert [bar.get_height() for bar in ax.patches] == [1, 1, 1, 1]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["< 60", "60 – 80", "≥ 80", "未定"]


@pytest.mark.usefixtures("any_font")
def test_names_that_could_do_harm() -> None:
    ax = plots.pass_rates({"$\\frac{": CountsOf(1, 0), "a\nb\u202ec" * 30: CountsOf(1, 0)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the font of this test has no Chinese characters
        ax.figure.canvas.draw()
    assert all("$" not in tick.get_text() and len(tick.get_text()) <= 24 for tick in ax.get_yticklabels())


@pytest.mark.usefixtures("any_font")
def test_what_people_hold_draws_itself() -> None:
    assert "整" not in _words(TABLE.plot())
    groups = TABLE.pass_counts("platform")
    assert sum(counts.total for counts in groups.values()) == 81
    assert sum(counts.qualified for counts in groups.values()) == TABLE.verdicts["qualified"]
    assert "新浪微博" in groups
    assert set(TABLE.pass_counts("subject_kind")) == {"政府网站", "政务新媒体"}
    assert plots.UNKNOWN in gr.InspectionTable([BOOK.inspect(testing.snapshot("account"))]).pass_counts("area")
    ax = TABLE.problems.plot()
    assert sum(bar.get_width() for bar in ax.patches) == len(TABLE.problems)
    _, own = plt.subplots()
    assert TABLE.plot("problems", ax=own) is own
    with pytest.raises(ExportError, match="no subject of the table has a score"):
        TABLE.with_verdict("unqualified").plot("scores")
    with pytest.raises(ValueError, match="by 'city' is not known"):
        TABLE.plot(by="city")  # type: ignore[arg-type]
    portal = testing.snapshot("site", site={"level": "county_portal"})
    ax = gr.InspectionTable([BOOK.inspect(portal)]).plot("scores")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["< 60", "60 – 80", "≥ 80", "未定"]


@pytest.mark.usefixtures("any_font")
def test_the_limit_of_staleness_is_that_of_the_rulebook() -> None:
    point = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
    accounts = [testing.snapshot("account", observed_at=point, latest_post_at=point - timedelta(days=days)) for days in (1, 13, 15)]
    accounts.append(testing.snapshot("account", observed_at=point))
    ax = gr.plot_staleness(accounts, BOOK)
    assert ax.lines[0].get_xdata()[0] == 14
    assert "超过 14 天：1 个，共 3 个；无更新日期 1 个" in str(ax.get_legend_handles_labels()[1])
    with pytest.raises(UnknownIndicator, match=r"account\.stale"):
        gr.plot_staleness(accounts, BOOK.only("site"))


def test_without_a_chinese_font_there_is_a_message_and_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "_han_fonts", lambda: ())
    with pytest.raises(ExportError, match=r"no font with Chinese characters.*fonts-noto-cjk"):
        TABLE.plot()
    assert plots.families_for(["plain"]) == ["DejaVu Sans"]


def test_a_named_font_must_have_the_characters() -> None:
    with pytest.raises(ExportError, match="lacks characters: 政"):
        plots.families_for(["政"], "DejaVu Sans")
    with pytest.raises(ExportError, match="no font is named"):
        plots.families_for(["政"], "No Such Font")
    path = font_manager.findfont("DejaVu Sans")
    assert plots.families_for(["plain"], path) == ["DejaVu Sans", "DejaVu Sans"]


def test_no_boxes_where_a_font_is_at_hand(tmp_path: Path) -> None:
    plots._han_fonts.cache_clear()
    if not plots._han_fonts():
        pytest.skip("no font with Chinese characters on this machine")
    before = matplotlib.rcParams.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every character a font lacks
        for draw in (
            lambda: TABLE.plot(),
            lambda: TABLE.plot("problems"),
            lambda: plots.quarters({"一季度": CountsOf(8, 2), "二季度": CountsOf(9, 1)}),
            lambda: plots.funnel({"发现": 3, "整改": 1}),
            lambda: plots.score_bands([(1, 2)], [60]),
            lambda: plots.staleness([1, 20], 14),
        ):
            draw().figure.savefig(tmp_path / "a.png")
    assert matplotlib.rcParams == before


def test_fonts_that_matplotlib_has_not_listed_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    plots._han_fonts.cache_clear()
    if not plots._han_fonts():
        pytest.skip("no font with Chinese characters on this machine")
    plots._han_fonts.cache_clear()
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    assert plots._han_fonts()
    plots._han_fonts.cache_clear()


def test_pictures_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[plot\]"):
        plots.families_for(["政"])
