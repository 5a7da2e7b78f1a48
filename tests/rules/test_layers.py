"""No layer loosens a veto in silence: every check, every parameter with a direction, whoever set the value below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.checks.contract import CheckSpec, Parameter, Strictness
from govmedia_rules.core.time import Window
from govmedia_rules.errors import OverlayConflict, RulebookErrors
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.plugins import Plugins, built_in_checks

SOURCE = {"document": "某办〔2024〕1号"}


def raw_params() -> dict[str, dict[str, Any]]:
    """Parameters of each check as some built-in rulebook writes them."""
    layers = [read_layer(path, Plugins()).content for path in built_in_files().values()]
    checks = {name: entry.check for layer in layers for name, entry in layer.indicators.items() if entry.check is not None}
    params: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for name, entry in layer.indicators.items():
            for step, value in entry.params.items() if name in checks else ():
                params.setdefault(checks[name], {}).setdefault(step, value)
    return params


RAW = raw_params()
for _name in ("site.enquiries_unanswered", "site.replies_late"):
    # No built-in rulebook gives every parameter of these.
    RAW[_name] = {"working_days": 5, "window": {"years": 1}, "calendar": "official", **RAW.get(_name, {})}
    RAW[_name] = {step: value for step, value in RAW[_name].items() if step in built_in_checks()[_name].parameters}


def as_written(value: object) -> object:
    """A typed value as a rulebook writes it."""
    if isinstance(value, Window):
        return value.model_dump(exclude_defaults=True)
    if isinstance(value, Mapping):
        return {key: as_written(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def looser_than(parameter: Parameter, value: Any) -> Iterator[object]:
    """Values that make the rule looser than `value`."""
    direction = parameter.tighter
    if direction in (Strictness.SHORTER, Strictness.LONGER) and isinstance(value, Window):
        yield {"years": 90} if direction is Strictness.SHORTER else {"days": 1}
        if direction is Strictness.SHORTER and parameter.default is None:
            yield None
    elif direction in (Strictness.SHORTER, Strictness.MORE) and isinstance(value, Mapping):
        for key in value:
            yield {other: as_written(inner) for other, inner in value.items() if other != key}
    elif direction is Strictness.FEWER and isinstance(value, tuple):
        yield [*value, "another"]
    elif direction is Strictness.MORE and isinstance(value, tuple) and value:
        yield list(value[1:])
    elif direction in (Strictness.TRUE, Strictness.FALSE) and value is (direction is Strictness.TRUE):
        yield not value
    elif direction is Strictness.LOWER and isinstance(value, int | float | Decimal):
        yield (value + 1) / 2 if isinstance(value, Decimal | float) and value < 1 else value + 1
    elif direction is Strictness.HIGHER and isinstance(value, int | float | Decimal):
        if isinstance(value, Decimal):
            yield value / 2
        elif value > 1:
            yield value - 1


def cases() -> Iterator[tuple[str, str, bool, object]]:
    for name, spec in built_in_checks().items():
        if spec.subject == "registry":
            continue
        for step, parameter in spec.parameters.items():
            if parameter.tighter is None:
                continue
            values = [(True, parameter.default)] if not parameter.is_required else []
            if step in RAW.get(name, {}):
                values.append((False, spec.adapters[step].validate_python(RAW[name][step])))
            for is_default, value in values:
                for looser in looser_than(parameter, value):
                    yield name, step, is_default, looser


CASES = list(cases())


def layers(name: str, step: str, *, is_default: bool, looser: object, **more: object) -> list[dict[str, Any]]:
    spec = built_in_checks()[name]
    params = {key: value for key, value in RAW.get(name, {}).items() if not (is_default and key == step)}
    entry = {
        "title": "项",
        "kind": "veto",
        "check": name,
        "applies_to": {"subject": spec.subject},
        "params": params,
        "source": SOURCE,
    }
    below = {"id": "below", "title": "below", "indicators": {"x.veto": entry}}
    above = {"params": {step: looser}, **more}
    return [below, {"id": "above", "title": "above", "region": "610000", "indicators": {"x.veto": above}}]


@pytest.mark.parametrize(("name", "step", "is_default", "looser"), CASES)
def test_a_looser_parameter_is_refused_without_a_document(name: str, step: str, is_default: bool, looser: object) -> None:
    with pytest.raises(RulebookErrors) as caught:
        gr.load_rulebook(layers(name, step, is_default=is_default, looser=looser))
    conflicts = [fault for fault in caught.value.exceptions if isinstance(fault, OverlayConflict)]
    assert any(f"params.{step}" in str(fault) for fault in conflicts)
    said = layers(name, step, is_default=is_default, looser=looser, loosens=True)
    with pytest.raises(RulebookErrors, match="cannot be used"):
        gr.load_rulebook(said)  # loosens, but cites no document
    cited = layers(name, step, is_default=is_default, looser=looser, loosens=True, source=SOURCE)
    assert gr.load_rulebook(cited)["x.veto"].origins[f"params.{step}"] == "above"


def test_the_cases_cover_defaults_none_and_every_direction() -> None:
    specs: Mapping[str, CheckSpec] = built_in_checks()
    directions = {specs[name].parameters[step].tighter for name, step, _, _ in CASES}
    assert directions == set(Strictness)
    assert any(is_default for _, _, is_default, _ in CASES)
    assert any(looser is None for *_, looser in CASES)
    assert len(CASES) > 80


OVERDUE, INTERACTION = "site.veto.columns.overdue", "media.veto.interaction.none"


def over_national(indicator: str, params: dict[str, Any]) -> gr.Rulebook:
    top = {"id": "x", "title": "x", "region": "610000", "extends": "national-2019", "indicators": {indicator: {"params": params}}}
    return gr.load_rulebook([top])


@pytest.mark.parametrize(
    ("indicator", "params"),
    [
        # 应更新但长期未更新: columns without a cycle are candidates after a year; ninety years would let them all pass.
        (OVERDUE, {"default_cycle": {"years": 90}}),
        (OVERDUE, {"idle": None}),
        (INTERACTION, {"demanded_on": {"weibo": ["hologram"]}}),
        (INTERACTION, {"demanded_on": {"weibo": ["like"]}}),
    ],
)
def test_values_below_that_are_left_at_their_default_are_compared(indicator: str, params: dict[str, Any]) -> None:
    with pytest.raises(RulebookErrors) as caught:
        over_national(indicator, params)
    assert any(isinstance(fault, OverlayConflict) for fault in caught.value.exceptions)


def test_a_kind_of_columns_gets_no_cycle_longer_than_the_rule_that_held_for_it() -> None:
    national = dict(RAW["site.columns_overdue"]["cycles"])
    assert over_national(OVERDUE, {"cycles": {**national, "business": {"months": 1}}})
    with pytest.raises(RulebookErrors, match="cannot be used"):
        over_national(OVERDUE, {"cycles": {**national, "business": {"years": 5}}})


@pytest.mark.parametrize(
    ("direction", "old", "new", "allowed"),
    [
        (Strictness.SHORTER, None, Window(years=90), True),
        (Strictness.SHORTER, Window(years=90), None, False),
        (Strictness.LONGER, None, Window(days=1), False),
        (Strictness.LONGER, Window(days=1), None, True),
        (Strictness.LOWER, None, 5, True),
        (Strictness.LOWER, 5, None, False),
        (Strictness.HIGHER, None, 5, True),
        (Strictness.HIGHER, 5, None, False),
        (Strictness.FEWER, None, ("a",), False),
        (Strictness.FEWER, ("a",), None, False),
        (Strictness.MORE, None, ("a",), False),
        (Strictness.MORE, ("a",), None, False),
        (Strictness.TRUE, None, True, True),
        (Strictness.TRUE, True, None, False),
        (Strictness.FALSE, False, None, False),
    ],
)
def test_none_is_compared(direction: Strictness, old: object, new: object, allowed: bool) -> None:
    assert direction.allows(old, new) is allowed
