"""Verdicts worked out by hand: each case has its clause, a snapshot, and the only right status of an indicator and verdict.

A file of `verdicts/` has named bases and cases. A case changes a base: `change` is merged into it, `without` takes keys away, and a
table with `times` in a list stands for that many of them, `{n}` in its texts for their number. Every case is judged again with
all instants written in two other offsets, and must answer the same in every byte.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import govmedia_rules as gr

FILES = sorted((Path(__file__).parent / "verdicts").glob("*.toml"))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
OFFSETS = [UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))]


@cache
def book(name: str) -> gr.Rulebook:
    return gr.load_rulebook(name)


def merged(base: Any, change: Any) -> Any:
    if isinstance(base, dict) and isinstance(change, dict):
        return {**base, **{key: merged(base.get(key), value) for key, value in change.items()}}
    return change


def expanded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: expanded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            if isinstance(item, dict) and "times" in item:
                body = {key: inner for key, inner in item.items() if key != "times"}
                items += [numbered(expanded(body), number) for number in range(item["times"])]
            else:
                items.append(expanded(item))
        return items
    return value


def numbered(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {key: numbered(inner, number) for key, inner in value.items()}
    return [numbered(inner, number) for inner in value] if isinstance(value, list) else value


def moved(value: Any, zone: timezone) -> Any:
    if isinstance(value, dict):
        return {key: moved(inner, zone) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, zone) for inner in value]
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(zone).isoformat()
    return value


def cases() -> list[Any]:
    documents = [(path.stem, tomllib.loads(path.read_text("utf-8"))) for path in FILES]
    return [
        pytest.param(document["base"], case, id=f"{stem}: {case['name']}")
        for stem, document in documents
        for case in document["case"]
    ]


def snapshot_of(bases: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    document = merged(copy.deepcopy(bases[case.get("base", "main")]), case.get("change", {}))
    for path in case.get("without", ()):
        holder, _, key = path.rpartition(".")
        inner = document
        for step in filter(None, holder.split(".")):
            inner = inner[step]
        inner.pop(key, None)
    return json.loads(json.dumps(expanded(document), default=str))


def answer(document: dict[str, Any], case: dict[str, Any], zone: timezone | None) -> gr.Inspection:
    parts = {"snapshot": document, "reviews": case.get("reviews", []), "waivers": case.get("waivers", [])}
    if zone is not None:
        parts = moved(parts, zone)
    model = gr.AccountSnapshot if "account" in document else gr.SiteSnapshot
    snapshot = model.model_validate_json(json.dumps(parts["snapshot"]))
    assert model.model_validate_json(snapshot.model_dump_json()) == snapshot
    reviews = [gr.Review.model_validate_json(json.dumps(review)) for review in parts["reviews"]]
    waivers = [gr.Waiver.model_validate_json(json.dumps(waiver)) for waiver in parts["waivers"]]
    return book(case.get("rulebook", "national-2019")).inspect(snapshot, reviews=reviews, waivers=waivers)


@pytest.mark.filterwarnings("ignore::govmedia_rules.errors.GovMediaRulesWarning")
@pytest.mark.parametrize(("bases", "case"), cases())
def test_the_verdict_is_the_one_worked_out_by_hand(bases: dict[str, Any], case: dict[str, Any]) -> None:
    document = snapshot_of(bases, case)
    if "refused" in case:
        with pytest.raises((ValidationError, gr.errors.GovMediaRulesError), match=case["refused"]):
            answer(document, case, None)
        return
    inspection = answer(document, case, None)
    finding = inspection.finding(case["indicator"])
    assert (finding.status.value, inspection.verdict.value) == (case["status"], case["verdict"]), finding.message("zh")
    if "reason" in case:
        assert finding.reason == case["reason"]
    open_ids = [missing.id for missing in inspection.missing]
    assert set(case.get("missing", ())) <= set(open_ids)
    assert inspection.verdict.value != "undetermined" or open_ids
    for zone in OFFSETS:
        again = answer(document, case, zone)
        assert again.to_json() == inspection.to_json()
        assert [each.message("zh") for each in again.findings] == [each.message("zh") for each in inspection.findings]


def test_there_are_enough_cases_and_each_says_its_clause_and_reason() -> None:
    every = [param.values[1] for param in cases()]
    assert len(every) >= 450
    assert all(re.search(r"[\u4e00-\u9fff]", case["clause"]) and case["why"] for case in every)
    assert len({param.id for param in cases()}) == len(every)
