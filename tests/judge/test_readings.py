"""Where sources allow several readings, an answer is given only where all of them agree, or where a document adopts one."""

from __future__ import annotations

import re
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks.contract import PASSED, CheckSpec
from govmedia_rules.judge.readings import ReadingCall, SeveralReadings, check_of
from govmedia_rules.rules.load import built_in_files

NATION = gr.load_rulebook("national-2019")
GUIDE = "site.veto.service.guide"
THREE_OF_EIGHT = ["name", "basis", "conditions", "materials", "place", "organisation"]


def site(elements: list[str], count: int = 5) -> gr.SiteSnapshot:
    services = [{"name": f"事项{number}", "elements": elements} for number in range(count)]
    seen = testing.snapshot("site", site={"level": "city_department", "has_services": True}, services=services)
    assert isinstance(seen, gr.SiteSnapshot)
    return seen


def adopting(reading: str, **more: Any) -> dict[str, Any]:
    entry = {"adopts": reading, "source": {"document": "某市网站检查细则（2024年）", "verified": True}, **more}
    return {"id": "city-2024", "title": "某市", "extends": "national-2019", "region": "610700", "indicators": {GUIDE: entry}}


def refusal(layer: dict[str, Any]) -> str:
    with pytest.raises(gr.errors.RulebookErrors) as caught:
        gr.load_rulebook(layer)
    return "\n".join(map(str, caught.value.exceptions))


def test_the_finding_says_which_reading_gives_which_answer() -> None:
    found = NATION.inspect(site(THREE_OF_EIGHT)).finding(GUIDE)
    assert found.status is gr.Status.NEEDS_REVIEW
    assert "按“重点要素八类”：通过；按“重点要素十类（含办理机构、收费标准）”：不通过" in found.message("zh")
    assert "eight key kinds: passed; ten key kinds, with the office and the fee: failed" in found.message("en")
    assert len(found.evidence) == 5


@pytest.mark.parametrize(("reading", "status"), [("eight", "passed"), ("ten", "failed")])
def test_a_layer_adopts_a_reading_with_a_document_and_it_decides_alone(reading: str, status: str) -> None:
    book = gr.load_rulebook(adopting(reading))
    assert book.inspect(site(THREE_OF_EIGHT)).finding(GUIDE).status.value == status
    assert book[GUIDE].readings == {}
    assert book.digest != NATION.digest


def test_what_a_layer_may_not_adopt() -> None:
    nameless = adopting("ten")
    del nameless["indicators"][GUIDE]["source"]
    assert re.search("a reading is adopted and no document is cited", refusal(nameless))
    assert re.search("no reading is named 'nine'.*eight, ten", refusal(adopting("nine")))


def test_a_value_that_no_reading_lists_is_looser_only_with_both() -> None:
    seven = {"elements": ["name", "basis", "conditions", "materials", "place", "hours", "phone"]}
    layer = adopting("eight")
    layer["indicators"][GUIDE] = {"params": seven, "source": {"document": "x"}}
    assert re.search("makes \\(or may make\\) the veto milder", refusal(layer))
    layer["indicators"][GUIDE] |= {"loosens": True}
    assert gr.load_rulebook(layer)[GUIDE].readings == {}
    # The main value set again would silently close the stricter reading: that is looser too.
    layer["indicators"][GUIDE] = {"params": {"elements": list(NATION[GUIDE].params["elements"])}, "source": {"document": "x"}}  # type: ignore[call-overload]
    assert re.search("milder", refusal(layer))


def test_a_layer_may_not_list_looser_readings_of_a_veto_below() -> None:
    one = {"title": "一种", "source": {"document": "x"}}
    layer = adopting("eight")
    layer["indicators"] = {"media.veto.stale": {"readings": {"a": one, "b": {**one, "params": {"window": {"days": 40}}}}}}
    assert re.search("milder", refusal(layer))


def test_exactly_one_reading_follows_the_indicator() -> None:
    one = {"title": "一种", "source": {"document": "x"}}
    entry: dict[str, Any] = {
        "title": "x",
        "kind": "management",
        "check": "account.stale",
        "params": {"window": {"days": 7}},
        "source": {"document": "x"},
        "readings": {"a": {**one, "params": {"window": {"days": 9}}}, "b": {**one, "params": {"window": {"days": 8}}}},
    }
    assert re.search("one reading must set no params", refusal({"id": "x", "title": "x", "indicators": {"x.one": entry}}))
    entry["readings"]["b"] = {**one, "params": {"windows": 8}}
    assert re.search(r"readings\.b\.params\.windows", refusal({"id": "x", "title": "x", "indicators": {"x.one": entry}}))


def test_a_review_answers_as_before() -> None:
    seen = site(THREE_OF_EIGHT)
    for decision, status in (("confirmed", "failed"), ("dismissed", "passed")):
        review = gr.Review(
            subject=seen.site.id,
            indicator=GUIDE,
            decision=decision,
            role="复核人",
            at="2024-08-24T10:00:00+08:00",
            reason="x",
        )
        assert NATION.inspect(seen, reviews=[review]).finding(GUIDE).status.value == status


def test_a_subject_without_any_fault_costs_one_call() -> None:
    calls: list[object] = []

    def counted(snapshot: object, *, limit: int) -> gr.CheckResult:
        calls.append(limit)
        return PASSED if limit == 1 else gr.failed("x")

    several = SeveralReadings(counted, (ReadingCall("main", {"limit": 2}), ReadingCall("strict", {"limit": 1})), strictest=1)
    assert several(None) is PASSED
    assert calls == [1]


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_every_built_in_veto_with_readings_has_a_strictest_one(name: str) -> None:
    book = gr.load_rulebook(name)
    for indicator in book.indicators:
        if indicator.readings and name != "jiangxi-2022":  # there a third reading is stricter in one way and looser in another
            spec = CheckSpec.of(book.plan.functions[indicator.check or ""])
            function, _ = check_of(spec, indicator)
            assert isinstance(function, SeveralReadings)
            assert function.strictest is not None, indicator.id


def test_faults_of_a_deduction_are_those_that_every_reading_counts() -> None:
    portal = testing.snapshot(
        "site",
        site={"level": "city_portal", "has_services": True},
        services=[{"name": "事项", "elements": ["name", "basis", "conditions", "materials", "place", "hours", "phone"]}],
    )
    found = NATION.inspect(portal).finding("site.deduct.service.guide")
    assert (found.status.value, dict(found.judgement.faults), dict(found.judgement.possible)) == (
        "failed",
        {"missing": 1},
        {"missing": 2},
    )
