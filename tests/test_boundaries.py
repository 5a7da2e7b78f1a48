"""Both sides of every boundary: no number of a rule can move a step in either direction unnoticed by its cases.

Each number of each built-in indicator is moved one step up and one step down (a window by one second, a count by one, a share
or a limit of seconds by a twentieth), and the cases of its file are judged again. Where no answer changes, no case stands on
that side of the boundary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

import govmedia_rules as gr
from govmedia_rules.checks.contract import CheckSpec
from govmedia_rules.judge.readings import check_of
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.model import Indicator
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.testing import Case
from tests.case_files import CASES

SECOND = timedelta(seconds=1)
STEPS = (-1, 1)
NO_BOUNDARY: Mapping[str, str] = {
    "seed": "names a draw",
    "sample": "is how many are drawn",
    "interpretation_sample": "is how many are drawn",
    "document_sample": "is how many are drawn",
    "shingle_characters": "is how finely texts are compared",
}


class Moved(gr.Window):
    """A window whose start lies some seconds earlier (or later) than it says."""

    by: int = 0

    def start(self, point: datetime) -> datetime:
        return super().start(point) - self.by * SECOND


def moved(value: Any, step: int) -> Iterator[tuple[str, Any]]:
    """The value with one of its numbers moved by one step, for each of them; with the place of that number."""
    if isinstance(value, gr.Window):
        yield "", Moved(**value.model_dump(), by=step)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield "", value + step
    elif isinstance(value, Decimal | float):
        yield "", value + step * value / 20
    elif isinstance(value, Mapping):
        for key, one in value.items():
            for place, other in moved(one, step):
                yield f".{key}{place}", {**value, key: other}


def numbers(indicator: Indicator, spec: CheckSpec) -> Iterator[tuple[str, int, Indicator]]:
    """Each way to move one number by one step that the check would accept: its name, the step, the indicator that results."""
    for name, step, params in _moved_params(indicator, indicator.params, spec):
        yield name, step, indicator.model_copy(update={"params": params})
    for key, reading in indicator.readings.items():
        for name, step, params in _moved_params(indicator, reading.params, spec):
            changed = {**indicator.readings, key: reading.model_copy(update={"params": params})}
            yield f"readings.{key}.{name}", step, indicator.model_copy(update={"readings": changed})


def _moved_params(
    indicator: Indicator, given: Mapping[str, object], spec: CheckSpec
) -> Iterator[tuple[str, int, Mapping[str, object]]]:
    hints = get_type_hints(spec.function, include_extras=True)
    unused = {"idle"} if indicator.params.get("default_cycle") is not None else set()  # no column is then without a cycle
    for name, value in given.items():
        if name in NO_BOUNDARY or name in unused:
            continue
        for step in STEPS:
            for place, other in moved(value, step):
                try:
                    TypeAdapter(hints[name]).validate_python(other)
                except ValidationError:
                    continue
                yield f"{name}{place}", step, {**given, name: other}


def answer(indicator: Indicator, spec: CheckSpec, case: Case) -> object:
    if any(all(getattr(case.observed, part, None) is None for part in parts) for parts in spec.needs):
        return None
    function, params = check_of(spec, indicator)
    found = function(case.observed, **params)
    named = [piece.what for piece in found.evidence]
    return found.status, sorted(found.faults.items()), sorted(found.possible.items()), named


BY_BOOK: dict[tuple[str, str], list[Case]] = {
    (cases[0].indicator, cases[0].rulebook.id): [case for case in cases if case.status != "not_applicable"]
    for cases in CASES.values()
}


def uncovered(name: str) -> list[str]:
    book = gr.load_rulebook(name)
    layer = read_layer(built_in_files()[name], Plugins()).content
    lacking = []
    for indicator_id in sorted(layer.indicators.keys() & book.plan.by_id.keys()):
        indicator = book[indicator_id]
        if indicator.check is None or (indicator_id, name) not in BY_BOOK:
            continue
        spec = CheckSpec.of(book.plan.functions[indicator.check])
        if spec.subject == "registry":
            continue
        cases = BY_BOOK[indicator_id, name]
        told = [answer(indicator, spec, case) for case in cases]
        for number, step, changed in numbers(indicator, spec):
            if all(answer(changed, spec, case) == known for case, known in zip(cases, told, strict=True)):
                lacking.append(f"{indicator_id}@{name}: {number} {step:+}")
    return lacking


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_no_number_can_move_unnoticed(name: str) -> None:
    assert uncovered(name) == []
