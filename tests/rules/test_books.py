"""The built-in rulebooks: which holds where and when, that none loosens a veto, that every doubt and source is stated."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.checks.contract import Strictness
from govmedia_rules.errors import OverlayConflict, RulebookErrors, UnknownRulebook
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.model import RulebookFile
from govmedia_rules.rules.plugins import Plugins

DATA = Path(gr.__file__).parent / "notices" / "data"
LAYERS: dict[str, RulebookFile] = {name: read_layer(path, Plugins()).content for name, path in built_in_files().items()}
LOCAL = sorted(name for name, layer in LAYERS.items() if layer.region is not None)


def names(book: gr.Rulebook) -> list[str]:
    return [layer.id for layer in book.layers]


@pytest.mark.parametrize(
    ("region", "day", "series", "layers"),
    [
        (None, date(2017, 1, 1), "inspection", ["census-2015"]),
        (None, date(2015, 3, 24), "inspection", ["census-2015"]),
        (None, date(2019, 3, 31), "inspection", ["census-2015"]),
        (None, date(2019, 4, 1), "inspection", ["national-2019"]),
        ("610726", date(2019, 3, 31), "inspection", ["census-2015"]),
        ("441200", date(2023, 1, 1), "inspection", ["national-2019", "guangdong-2022", "zhaoqing-2019"]),
        ("430203", date(2022, 6, 1), "inspection", ["national-2019", "hunan-2022"]),
        ("430203", date(2023, 1, 1), "inspection", ["national-2019", "hunan-2022", "zhuzhou-2022"]),
        ("610403", date(2021, 6, 30), "inspection", ["national-2019"]),
        ("610403", date(2024, 12, 31), "inspection", ["national-2019", "yangling-2021"]),
        ("610403", date(2025, 1, 1), "inspection", ["national-2019", "yangling-2021", "yangling-2025"]),
        ("211103", date(2022, 1, 1), "inspection", ["national-2019", "liaoning-2019", "xinglongtai-2021"]),
        (
            "211103",
            date(2024, 1, 1),
            "inspection",
            ["national-2019", "liaoning-2019", "panjin-2023", "xinglongtai-2021", "xinglongtai-2024"],
        ),
        ("211102", date(2024, 1, 1), "inspection", ["national-2019", "liaoning-2019", "panjin-2023"]),
        ("360100", date(2021, 12, 31), "inspection", ["national-2019", "jiangxi-2020"]),
        ("360100", date(2022, 1, 1), "inspection", ["national-2019", "jiangxi-2022"]),
        (None, date(2019, 4, 1), "supervision", ["supervision-2019"]),
        (None, date(2017, 6, 8), "guidelines", ["guidelines-2017"]),
        (None, date(2023, 1, 1), "practice", ["national-2019", "national-practice-2023"]),
    ],
)
def test_which_layers_hold(region: str | None, day: date, series: str, layers: list[str]) -> None:
    assert names(gr.rulebook_for(region, day, series=series)) == layers


@pytest.mark.parametrize(
    ("day", "series"), [(date(2015, 3, 23), "inspection"), (date(2019, 3, 31), "supervision"), (date(2017, 6, 7), "guidelines")]
)
def test_before_the_first_document_there_is_none(day: date, series: str) -> None:
    with pytest.raises(UnknownRulebook):
        gr.rulebook_for(None, day, series=series)


def test_there_is_never_a_day_without_a_national_book() -> None:
    nation = sorted((one for one in LAYERS.values() if one.region is None and one.series == "inspection"), key=lambda one: one.id)
    assert [one.id for one in nation] == ["census-2015", "national-2019"]
    ended, begun = nation[0].effective.to, nation[1].effective.from_
    assert ended is not None
    assert begun is not None
    assert (begun - ended).days == 1


@pytest.mark.parametrize("name", LOCAL)
def test_a_local_book_says_where_when_and_by_which_document(name: str) -> None:
    layer = LAYERS[name]
    assert layer.extends
    assert layer.effective.from_ is not None
    assert layer.effective.from_ >= date(2019, 4, 1)
    assert layer.basis
    assert str(layer.effective.from_.year) in name or name == "nanchong-2019"
    for indicator, entry in layer.indicators.items():
        assert entry.source is not None, "an entry must cite what it rests on"
        # What is seen in use of a table that was not read itself may take the place of the open indicator that stands for it.
        assert not entry.loosens or entry.readings or indicator.endswith(".veto.own_indicators")


@pytest.mark.parametrize("name", LOCAL)
def test_a_local_book_keeps_every_national_indicator(name: str) -> None:
    nation = gr.load_rulebook("national-2019").plan.by_id
    mine = gr.load_rulebook(name).plan.by_id
    assert nation.keys() <= mine.keys()
    for one, indicator in nation.items():
        if indicator.kind == "veto":
            assert mine[one].kind == "veto"
            assert mine[one].check == indicator.check


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_a_value_is_verified_only_where_the_source_is(name: str) -> None:
    for one in gr.load_rulebook(name).indicators:
        if one.is_verified:
            assert not one.unverified
            assert one.source.verified
        if one.source.note is None:
            assert one.source.verified, f"{one.id}: a best reading says what is known of it"


def test_every_id_of_the_standards_has_its_indicator(shared: Path) -> None:
    folder = shared / "standards"
    across_subjects = {"guide.open.one"}
    for file, book, family in (
        ("census-2015.md", "census-2015", r"census\.(?:veto|deduct)\.[a-z_.]+"),
        ("supervision-2019.md", "supervision-2019", r"supervision\.(?:veto|deduct|bonus)\.[a-z_.]+"),
        ("site-guidelines-2017.md", "guidelines-2017", r"guide\.[a-z_.]+"),
    ):
        ids = set(re.findall(f"`({family})`", (folder / file).read_text("utf-8"))) - {"census.veto.stop", "supervision.veto.stop"}
        assert len(ids) > 10
        assert ids - across_subjects <= set(gr.load_rulebook(book).plan.by_id), file


def test_every_id_a_wording_of_a_notice_is_read_as_is_an_indicator_or_a_family_of_them() -> None:
    faults = tomllib.loads((DATA / "classify.toml").read_text("utf-8"))["faults"].values()
    named = {one[subject] for one in faults for subject in ("site", "account")} - {"other"}
    assert len(named) > 30
    held = {one for name in LAYERS for one in gr.load_rulebook(name).plan.by_id}
    assert {one for one in named if not any(mine == one or mine.startswith(f"{one}.") for mine in held)} == set()


def test_the_numbers_the_notices_state() -> None:
    """The confirmed numbers of local rules, read off the books that carry them."""

    def params(book: str, indicator: str) -> Any:
        return gr.load_rulebook(book)[indicator].params

    overdue = params("yangling-2021", "site.veto.columns.overdue")
    assert (overdue["cycles"]["business"], overdue["default_cycle"]) == (gr.Window(months=1), gr.Window(months=6))
    assert overdue["limit"] == 10
    assert params("yangling-2025", "media.manage.original")["count"] == 1
    assert params("yangling-2025", "media.manage.closing")["window"] == gr.Window(days=14)
    assert params("minhou-2025", "media.manage.update")["window"] == gr.Window(days=10)
    assert params("guizhou-2025", "media.manage.zombie")["window"] == gr.Window(months=3)
    assert params("xinglongtai-2021", "site.manage.frequency.weekly")["window"] == gr.Window(weeks=1)
    assert params("xinglongtai-2024", "site.manage.reminders")["count"] == 2
    assert params("nanchong-2019", "media.manage.reply")["working_days"] == 5
    assert params("jiangxi-2020", "site.manage.reply")["working_days"] == 3
    assert params("beijing-2019", "site.manage.messages")["window"] == gr.Window(months=2)
    assert params("xichang-2024", "supervision.manage.coverage.accounts")["per_year"] == 12
    for book in ("nanchong-2019", "hanzhong-2021", "yunnan-2022", "jiangxi-2022", "xianning-2020", "yichang-2020", "yulin-2023"):
        assert params(book, "supervision.manage.coverage.sites")["share"] == 1


def overlay(**params: Any) -> dict[str, Any]:
    return {
        "id": "x-2024",
        "title": "x",
        "extends": "yangling-2021",
        "region": "610403",
        "indicators": {"site.veto.columns.overdue": {"params": params}},
    }


def test_a_cycle_of_one_kind_cannot_be_made_longer_or_dropped() -> None:
    cycles = dict(gr.load_rulebook("yangling-2021")["site.veto.columns.overdue"].params["cycles"])  # type: ignore[call-overload]
    shorter = {**cycles, "business": gr.Window(weeks=2), "topics": gr.Window(months=3)}
    assert gr.load_rulebook(overlay(cycles=shorter))
    longer = {**cycles, "business": gr.Window(months=2)}
    fewer = {kind: window for kind, window in cycles.items() if kind != "business"}
    for looser in (longer, fewer):
        with pytest.raises(RulebookErrors) as caught:
            gr.load_rulebook(overlay(cycles=looser))
        assert [type(fault) for fault in caught.value.exceptions] == [OverlayConflict]


def test_stricter_for_tables_and_for_numbers_nobody_stated() -> None:
    month, week = gr.Window(months=1), gr.Window(weeks=1)
    assert Strictness.SHORTER.allows({"a": month}, {"a": week, "b": month})
    assert not Strictness.SHORTER.allows({"a": week}, {"a": month})
    assert not Strictness.SHORTER.allows({"a": week}, {})
    assert Strictness.LONGER.allows({"a": week}, {"a": month})
    assert Strictness.LOWER.allows(None, 5)
    assert not Strictness.LOWER.allows(5, None)
    assert not Strictness.LOWER.allows(5, 6)


def test_the_threshold_nobody_saw_is_set_by_whoever_knows_it() -> None:
    layer = {
        "id": "x-2024",
        "title": "x",
        "extends": "supervision-2019",
        "indicators": {"supervision.veto.other": {"params": {"limit": 3}}},
    }
    assert gr.load_rulebook(layer)["supervision.veto.other"].params["limit"] == 3


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("params.windw", "did you mean 'params.window'?"),
        ("point", "did you mean 'points'?"),
        ("deduct.stale", "nothing of the indicator is named 'deduct.stale'"),
    ],
)
def test_a_slip_in_unverified_is_refused(key: str, told: str) -> None:
    layer = {
        "id": "x-2024",
        "title": "x",
        "extends": "national-2019",
        "indicators": {"media.veto.stale": {"unverified": [key]}},
    }
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook(layer)
    assert told in str(caught.value)
