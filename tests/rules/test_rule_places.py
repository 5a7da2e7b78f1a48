"""`explain` names the place of everything about a rule, for every indicator of every built-in rulebook."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.rules.load import built_in_files

ROOT = Path(__file__).parents[2]


def line_at(place: str) -> str:
    file, _, number = place.partition(":")
    return (ROOT / file).read_text("utf-8").splitlines()[int(number) - 1]


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_every_indicator_names_the_places_of_its_rule(name: str) -> None:
    book = gr.load_rulebook(name)
    for indicator in book.indicators:
        places = book.explain(indicator.id).places
        assert places.tables
        for table in places.tables:
            assert line_at(table) == f'[indicators."{indicator.id}"]'
        if indicator.check is not None:
            assert places.check is not None
            assert f'"{indicator.check}"' in line_at(places.check)
            assert places.sentences is not None
            assert line_at(places.sentences).strip("[]") in places.reasons
        assert places.cases, f"{indicator.id} has no case file in {name}"
        assert (ROOT / places.page).is_file()


@pytest.mark.heavy
def test_the_reasons_named_are_those_that_the_cases_give() -> None:
    for file in sorted((ROOT / "tests" / "checks").rglob("*.toml")):
        table = tomllib.loads(file.read_text("utf-8"))
        if file.parent.name == "person":
            continue
        book = table.get("rulebook", "national-2019")
        reasons = gr.explain(table["indicator"], book).places.reasons
        given = {case["reason"] for case in table["case"] if case.get("reason") and case["status"] in ("failed", "needs_review")}
        assert given <= set(reasons), file.name


def test_an_indicator_is_found_whatever_rulebook_sets_it() -> None:
    assert gr.explain("census.veto.stale").layers[-1].id == "census-2015"
    assert gr.explain("media.veto.stale").layers[-1].id == "national-2019"
    assert gr.explain("supervision.veto.other").indicator.applies_to.subject == "supervisor"
    with pytest.raises(gr.errors.UnknownIndicator, match=r"did you mean 'media\.veto\.stale'"):
        gr.explain("media.veto.stal")


def test_a_layer_of_the_caller_is_named_by_its_file(tmp_path: Path) -> None:
    layer = tmp_path / "own.toml"
    layer.write_text(
        'id = "own"\ntitle = "x"\nextends = "national-2019"\n\n[indicators."media.veto.stale"]\nparams = { window = { days = 10 } }\n',
        "utf-8",
    )
    places = gr.load_rulebook(layer).explain("media.veto.stale").places
    assert places.tables[-1] == f"{layer}:5"
    assert places.cases == ("tests/checks/updates/media.veto.stale.toml",)
