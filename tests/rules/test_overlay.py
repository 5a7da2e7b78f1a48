"""What a layer may do to the layers below it, and what it may not do silently."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.checks.contract import Strictness
from govmedia_rules.core.frozen import FrozenDict
from govmedia_rules.errors import OverlayConflict, ParameterError, RulebookError, RulebookErrors

STALE = "media.veto.stale"


def layer(
    name: str = "x-2024", region: str = "610000", extends: str | None = "national-2019", **indicators: dict[str, Any]
) -> dict[str, Any]:
    table: dict[str, Any] = {"id": name, "title": name, "region": region, "indicators": indicators}
    return table | ({"extends": extends} if extends else {})


def load(*layers: dict[str, Any] | str) -> gr.Rulebook:
    return gr.load_rulebook(list(layers))


def refused(*layers: dict[str, Any] | str) -> list[str]:
    with pytest.raises(RulebookErrors) as caught:
        load(*layers)
    return [str(fault) for fault in caught.value.exceptions if isinstance(fault, OverlayConflict)]


def test_an_overlay_may_tighten_retitle_and_add() -> None:
    own = {
        "title": "本地项",
        "kind": "management",
        "mode": "person",
        "applies_to": {"subject": "account"},
        "source": {"document": "某文件"},
    }
    book = load(layer(**{STALE: {"params": {"window": {"days": 10}}, "phrase": "超过10天未更新"}, "local.item": own}))
    assert book[STALE].params["window"] == gr.Window(days=10)
    assert book[STALE].phrase == "超过10天未更新"
    assert book[STALE].title == gr.load_rulebook("national-2019")[STALE].title
    assert book["local.item"].title == "本地项"
    assert book.explain(STALE).parameters["window"] == (gr.Window(days=10), "x-2024")
    assert book.digest != gr.load_rulebook("national-2019").digest


@pytest.mark.parametrize(
    ("indicator", "entry", "key"),
    [
        (STALE, {"params": {"window": {"days": 15}}}, "params.window"),
        (STALE, {"params": {"window": {"months": 1}}}, "params.window"),
        (STALE, {"enabled": False}, "enabled"),
        (STALE, {"kind": "management"}, "kind"),
        (STALE, {"applies_to": {"subject": "account", "platforms": ["weibo"]}}, "applies_to"),
        (STALE, {"check": "account.app_unusable", "params": {}}, "check"),
        ("site.veto.columns.blank", {"params": {"limit": 6}}, "params.limit"),
        ("site.veto.unreachable", {"params": {"slow_seconds": 30}}, "params.slow_seconds"),
        ("site.veto.unreachable", {"params": {"min_probes_per_day": 10}}, "params.min_probes_per_day"),
        ("site.veto.interaction.no_channel", {"params": {"counted": ["mailbox", "petition"]}}, "params.counted"),
        ("site.veto.columns.core", {"params": {"news_first_level_only": True}}, "params.news_first_level_only"),
        ("site.veto.safety.fraud", {"mode": "auto"}, "mode"),
    ],
)
def test_a_veto_is_not_loosened_in_silence(indicator: str, entry: dict[str, Any], key: str) -> None:
    [told] = [one for one in refused(layer(**{indicator: entry})) if f"key {key}:" in one]
    assert f'[indicators."{indicator}"]' in told
    assert "does not say so" in told
    assert "cites no document" in "\n".join(refused(layer(**{indicator: {**entry, "loosens": True}})))


def test_a_veto_is_loosened_with_a_document() -> None:
    entry = {"params": {"window": {"days": 30}}, "loosens": True, "source": {"document": "某文件", "clause": "第三条"}}
    book = load(layer(**{STALE: entry}))
    assert book[STALE].params["window"] == gr.Window(days=30)
    assert book[STALE].source.document == "某文件"
    assert (
        load(layer(**{STALE: {"enabled": False, "loosens": True, "source": {"document": "某文件"}}})).plan.by_id.get(STALE) is None
    )


@pytest.mark.parametrize(
    ("indicator", "params"),
    [
        ("site.veto.columns.blank", {"limit": 4}),
        ("site.veto.unreachable", {"slow_seconds": 10}),
        ("site.veto.unreachable", {"failed_share": 0.01}),
        ("site.veto.interaction.unanswered", {"wait": {"months": 1}}),
        ("site.veto.interaction.unanswered", {"window": {"years": 2}}),
        ("site.veto.interaction.unanswered", {"late_answers_count": True}),
        ("site.veto.interaction.no_channel", {"counted": ["mailbox"]}),
        ("site.veto.columns.overdue", {"default_cycle": {"months": 6}}),
        (
            "site.veto.columns.overdue",
            {
                "cycles": {
                    "interpretation": {"months": 6},
                    "service_statistics": {"months": 3},
                    "messages": {"months": 2},
                    "plans": {"years": 1},
                    "personnel": {"years": 1},
                    "business": {"months": 1},
                }
            },
        ),
        ("media.veto.interaction.none", {"demanded_on": {"wechat": ["menu"]}}),
    ],
)
def test_stricter_values_need_no_document(indicator: str, params: dict[str, Any]) -> None:
    assert load(layer(**{indicator: {"params": params}}))


DAYS = gr.Window(days=14)


@pytest.mark.parametrize(
    ("direction", "old", "new", "allowed"),
    [
        # Without a window everything counts as updated, so the first one given makes SHORTER stricter, LONGER milder.
        (Strictness.SHORTER, None, DAYS, True),
        (Strictness.SHORTER, DAYS, None, False),
        (Strictness.LONGER, None, DAYS, False),
        (Strictness.LONGER, DAYS, None, True),
        (Strictness.SHORTER, DAYS, DAYS, True),
        (Strictness.SHORTER, DAYS, gr.Window(days=13), True),
        (Strictness.SHORTER, DAYS, gr.Window(days=15), False),
        (Strictness.LONGER, DAYS, gr.Window(days=15), True),
        (Strictness.LONGER, DAYS, gr.Window(days=13), False),
        (Strictness.SHORTER, DAYS, 13, False),
        # A number where no rule stated one is stricter, taking one away never is.
        (Strictness.LOWER, None, 5, True),
        (Strictness.HIGHER, None, 5, True),
        (Strictness.LOWER, 5, None, False),
        (Strictness.HIGHER, 5, None, False),
        (Strictness.LOWER, 5, 4, True),
        (Strictness.LOWER, 5, 6, False),
        (Strictness.HIGHER, 5, 6, True),
        (Strictness.HIGHER, 5, 4, False),
        (Strictness.FEWER, ("a", "b"), ("a",), True),
        (Strictness.FEWER, ("a",), ("b",), False),
        (Strictness.MORE, ("a",), ("a", "b"), True),
        (Strictness.MORE, ("a", "b"), ("a",), False),
        (Strictness.TRUE, False, True, True),
        (Strictness.TRUE, True, False, False),
        (Strictness.FALSE, True, False, True),
        (Strictness.FALSE, False, True, False),
    ],
)
def test_directions_of_strictness(direction: Strictness, old: object, new: object, allowed: bool) -> None:
    assert direction.allows(old, new) is allowed


def test_a_county_tightens_what_its_province_said() -> None:
    province = layer("p-2024", "610000", **{STALE: {"params": {"window": {"days": 10}}}})
    county = layer("c-2024", "610726", "p-2024", **{STALE: {"params": {"window": {"days": 7}}}})
    assert load("national-2019", {**province}, {**county, "extends": []})[STALE].params["window"] == gr.Window(days=7)
    looser = {**county, "extends": [], "indicators": {STALE: {"params": {"window": {"days": 12}}}}}
    assert "milder" in refused("national-2019", province, looser)[0]


def test_two_layers_of_one_rank_may_not_disagree() -> None:
    one = layer("a-2024", "610000", **{STALE: {"params": {"window": {"days": 10}}}})
    other = layer("b-2024", "620000", **{STALE: {"params": {"window": {"days": 7}}}})
    [told] = refused(one, other)
    assert "b-2024 and a-2024 set this key differently" in told
    assert "params.window" in told
    assert load(one, {**other, "indicators": {STALE: {"params": {"window": {"days": 10}}}}})


def test_unverified_values_are_marked_and_unmarked() -> None:
    book = load(layer(**{STALE: {"params": {"window": {"days": 10}}, "unverified": ["params.window"]}}))
    assert not book[STALE].is_verified
    confirmed = load(layer(**{"site.veto.safety.fraud": {"params": {"tolerance": {"days": 2}}}}))
    assert confirmed["site.veto.safety.fraud"].unverified == ()


def test_a_plan_is_frozen_picklable_and_named_by_its_content() -> None:
    book = gr.load_rulebook("jiangxi-2020")
    again = pickle.loads(pickle.dumps(book))
    assert again == book
    assert again.digest == book.digest
    assert again.plan.indicators == book.plan.indicators
    assert gr.load_rulebook(["national-2019", "jiangxi-2020"]) == book
    assert [one.id for one in book.layers] == ["national-2019", "jiangxi-2020"]
    with pytest.raises(ValueError, match="frozen"):
        book[STALE].title = "x"  # type: ignore[misc]


def test_narrower_books_say_what_they_cover() -> None:
    book = gr.load_rulebook("national-2019")
    few = book.only(STALE, "site.veto.columns")
    assert [one.id for one in few.indicators] == [
        "site.veto.columns.core",
        "site.veto.columns.overdue",
        "site.veto.columns.blank",
        STALE,
    ]
    assert not few.plan.complete
    assert not [one for one in book.without("media").indicators if one.id.startswith("media")]
    assert book.only("site", "media").plan.complete
    with pytest.raises(gr.errors.UnknownIndicator, match="did you mean"):
        book.only("site.veto.column")
    with pytest.raises(KeyError):
        book["site.veto.column"]


SCORING = {
    "groups": {"发布解读": 31, "办事服务": 25, "互动交流": 23, "功能设计": 21},
    "no_service": {"group": "办事服务", "factor": [4, 3]},
    "source": {"document": "某文件", "grade": "official"},
}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"pass_below": 59}, "pass_below"),
        ({"pass_below": "59.99"}, "pass_below"),
        ({"pass_below": 0}, "pass_below"),
        ({"pass_below": 59, "loosens": True}, None),
        ({"pass_below": 60}, None),
        ({"pass_below": 80}, None),
        ({"pass_below": 60, "no_service": None}, "no_service"),  # an owner without service duties may lose 40 points for 30
        ({"pass_below": 70, "no_service": None}, None),
        ({"pass_below": 60, "no_service": {"group": "办事服务", "factor": [3, 2]}}, "no_service"),
        ({"pass_below": 60, "no_service": {"group": "办事服务", "factor": [1, 1]}}, None),
    ],
)
def test_a_lower_pass_mark_is_said(change: dict[str, Any], key: str | None) -> None:
    layer = {"id": "mine", "title": "x", "extends": "national-2019", "scoring": {"site": {**SCORING, **change}}}
    if key is None:
        gr.load_rulebook(layer)
        return
    with pytest.raises(gr.errors.RulebookErrors) as caught:
        gr.load_rulebook(layer)
    assert key in str(caught.value)


@pytest.mark.parametrize(
    ("base", "change", "key"),
    [
        ("national-2019", {"total": 101, "pass_below": 60}, "total"),
        ("national-2019", {"total": 100, "pass_below": 60}, "no_service"),
        ("national-2019", {"total": 120, "pass_below": 80}, "no_service"),
        ("national-2019", {"total": 120, "pass_below": 90}, None),
        ("national-2019", {"total": 120, "pass_below": 79}, "total"),
        ("national-2019", {"total": 90, "pass_below": 60}, None),
        ("national-2019", {"total": 101, "pass_below": 60, "loosens": True}, None),
        ("census-2015", {"pass_below": 60, "cap": True}, "cap"),
        ("census-2015", {"pass_below": 60, "cap": False}, None),
    ],
)
def test_more_points_to_lose_are_said(base: str, change: dict[str, Any], key: str | None) -> None:
    layer = {
        "id": "mine",
        "title": "x",
        "extends": base,
        "scoring": {"site": {"source": SCORING["source"], **change}},
    }
    if key is None:
        gr.load_rulebook(layer)
        return
    with pytest.raises(gr.errors.RulebookErrors) as caught:
        gr.load_rulebook(layer)
    assert [f"[scoring.site], key {key}" in str(fault) for fault in caught.value.exceptions] == [True]


def test_scoring_portals_only_where_every_site_was_scored_is_said() -> None:
    layer = {
        "id": "mine",
        "title": "x",
        "extends": "hubei-2022",
        "scoring": {"site": {**SCORING, "pass_below": 80, "portals_only": True}},
    }
    with pytest.raises(gr.errors.RulebookErrors):
        gr.load_rulebook(layer)


@pytest.mark.parametrize(
    ("indicators", "at_least"),
    [
        ([], 1),
        (["none"], 1),
        (["site.bonus.survey"], 1),
        (["site.deduct.design.ipv6"], 22),
        (["site.deduct.design.ipv6"], -1),
        (["site.deduct.design.ipv6", "site.deduct.interaction.login"], 5),
    ],
)
def test_a_relation_that_cannot_hold_is_refused(indicators: list[str], at_least: int) -> None:
    relation = {"indicators": indicators, "at_least": at_least, "source": {"document": "某文件"}}
    scoring = {"site": {**SCORING, "pass_below": 60, "relations": [relation]}}
    with pytest.raises(gr.errors.RulebookErrors):
        gr.load_rulebook({"id": "mine", "title": "x", "extends": "national-2019", "scoring": scoring})


@pytest.mark.parametrize(("window", "loads"), [({"days": 14}, True), ({"days": 7, "weeks": 1}, True), ({"days": 15}, False)])
def test_one_length_in_other_words_is_no_looser(window: dict[str, int], loads: bool) -> None:
    layer = {
        "id": "x",
        "title": "x",
        "extends": "national-2019",
        "indicators": {"media.veto.stale": {"params": {"window": window}}},
    }
    if loads:
        gr.load_rulebook(layer)
    else:
        with pytest.raises(gr.errors.RulebookErrors):
            gr.load_rulebook(layer)


@pytest.mark.parametrize(
    ("old", "new", "shorter"),
    [
        ({"months": 2}, {"days": 60}, False),  # longer than January and February
        ({"months": 2}, {"days": 58}, True),
        ({"months": 1}, {"days": 28}, False),
        ({"months": 1}, {"days": 27}, True),
        ({"days": 30}, {"months": 1}, False),
        ({"days": 32}, {"months": 1}, True),
        ({"years": 1}, {"days": 365}, False),
        ({"years": 1}, {"months": 11}, True),
    ],
)
def test_a_window_is_shorter_only_where_it_is_on_every_day(old: dict[str, int], new: dict[str, int], shorter: bool) -> None:
    assert Strictness.SHORTER.allows(gr.Window(**old), gr.Window(**new)) == shorter


def test_a_fault_names_the_file_that_sets_the_key(tmp_path: Path) -> None:
    files = {
        "lower": 'extends = "national-2019"\n[indicators."media.veto.stale"]\nphrase = "久未更新"\n',
        "upper": 'extends = "lower.toml"\n[indicators."media.veto.stale"]\nparams = { windw = { days = 7 } }\n',
    }
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\ntitle = "{name}"\nregion = "610000"\n{text}', "utf-8")
    with pytest.raises(RulebookErrors) as caught:
        load(str(tmp_path / "upper.toml"))
    [fault] = caught.value.exceptions
    assert isinstance(fault, RulebookError)
    assert fault.where is not None
    assert (Path(fault.where.file or "").name, fault.where.key) == ("upper.toml", "params.windw")


def test_two_layers_of_one_rank_may_not_score_differently() -> None:
    rules = [{"total": 100, "pass_below": mark, "loosens": True, "source": {"document": "某文件"}} for mark in (60, 70)]
    first, second, equal = (
        layer(name) | {"scoring": {"account": rule}} for name, rule in zip("abc", (rules[0], rules[1], rules[0]), strict=True)
    )
    assert "scoring.account" in refused(first, second)[0]
    assert load(first, equal).scoring["account"].pass_below == 60
    county = layer("d", "610726", None) | {"scoring": {"account": rules[1]}}
    assert load(first, county).scoring["account"].pass_below == 70


def test_what_is_off_already_is_not_turned_off_in_silence() -> None:
    off = {"enabled": False, "loosens": True, "source": {"document": "某文件"}}
    assert STALE not in load(layer(**{STALE: off}), layer("c", "610726", None, **{STALE: {"enabled": False}})).plan.by_id


def test_parameters_of_an_unknown_check_are_looser_where_they_change() -> None:
    veto = {
        "title": "本地项",
        "kind": "veto",
        "check": "plugin.missing",
        "params": {"kept": 1, "changed": 1},
        "applies_to": {"subject": "account"},
        "source": {"document": "某文件"},
    }
    county = layer("c", "610726", None, **{"local.veto": {"params": {"kept": 1, "changed": 2}}})
    conflicts = refused(layer(**{"local.veto": veto}), county)
    assert len(conflicts) == 1
    assert "params.changed" in conflicts[0]


def test_a_parameter_of_a_wrong_type_is_a_fault_of_its_own() -> None:
    with pytest.raises(RulebookErrors) as caught:
        load(layer(**{"site.veto.columns.blank": {"params": {"limit": "many"}}}))
    assert [type(fault) for fault in caught.value.exceptions] == [ParameterError]


def test_an_indicator_of_nobody_is_refused() -> None:
    own = {"title": "本地项", "kind": "management", "mode": "person", "source": {"document": "某文件"}}
    with pytest.raises(RulebookErrors) as caught:
        load(layer(**{"local.item": own}))
    assert ["applies_to" in str(fault) for fault in caught.value.exceptions] == [True]


def test_no_mapping_of_a_plan_can_be_changed() -> None:
    plan = gr.load_rulebook("national-2019").plan
    seen: set[int] = set()

    def look(value: object, path: str) -> None:
        if isinstance(value, Mapping):
            assert isinstance(value, FrozenDict), path
        if id(value) in seen or isinstance(value, str | int | type(look)):
            return
        seen.add(id(value))
        inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, tuple) else ()
        fields = getattr(type(value), "model_fields", ())
        for name, part in (*inner, *((name, getattr(value, name)) for name in fields)):
            look(part, f"{path}.{name}")

    for part in ("indicators", "scoring", "basis", "functions", "resources", "by_id", "by_alias", "layers"):
        look(getattr(plan, part), part)
