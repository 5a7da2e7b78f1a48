"""Two real notices and the notices taken down as records; skipped, saying so, where they are not at hand."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from govmedia_rules.core.rates import Policy, policies_giving, read_figure, whole_counts
from govmedia_rules.notices import Notice, agrees, classify, read, reconcile, reconcile_counts

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


FACTS = script("notices_facts")


def seed(shared: Path, name: str) -> Notice:
    return read(shared / "seeds" / FACTS.SEEDS[name])


@pytest.mark.parametrize(("name", "target"), FACTS.TARGETS.items())
def test_the_facts_of_a_real_notice_are_read(shared: Path, name: str, target: int) -> None:
    fields = FACTS.measure(shared, name)
    missing = [(field.path, field.expected) for field in fields if not field.found]
    assert len(fields) > 40
    assert 100 * (len(fields) - len(missing)) >= target * len(fields), missing


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hanzhong-2024q3", []),
        ("jiangxi-2020q1", ["failed_needs_other_count", "titles_differ"]),
    ],
)
def test_the_contradictions_of_a_real_notice_are_found_and_no_others(shared: Path, name: str, expected: list[str]) -> None:
    result = reconcile(seed(shared, name))
    assert [check.reason for check in result.contradictions] == expected


def test_what_only_needs_a_remark(shared: Path) -> None:
    jiangxi = reconcile(seed(shared, "jiangxi-2020q1"))
    assert next(check.counts for check in jiangxi.contradictions if check.kind == "rate") == (56,)
    reasons = {check.reason for check in jiangxi.remarks}
    assert {
        "sum_hides_member",
        "points_printed_as_percent",
        "two_names",
        "order_broken",
        "listed_not_named",
        "fault_not_listed",
    } <= reasons
    assert sum(check.kind in ("table_total", "table_row") for check in jiangxi.checks if check.outcome == "agrees") == 18
    assert {check.stated for check in jiangxi.checks if check.reason == "column_confirms"} == {"4092", "50", "70"}
    hanzhong = reconcile(seed(shared, "hanzhong-2024q3"))
    assert "two_platform_words" in {check.reason for check in hanzhong.remarks}
    assert {"named_more_than_failed"} <= {check.reason for check in hanzhong.remarks}


def test_no_contact_of_a_real_notice_is_kept(shared: Path) -> None:
    for name in FACTS.SEEDS:
        path = shared / "seeds" / FACTS.SEEDS[name]
        kept = read(path, keep_contacts=True).contacts
        text = read(path).model_dump_json()
        assert all(contact.value not in text for contact in kept)


def test_the_copy_in_traditional_characters_says_what_was_mended(shared: Path) -> None:
    repairs = {repair.kind: repair.count for repair in seed(shared, "hanzhong-2024q3").repairs}
    assert repairs["pinyin"] == 347
    assert repairs["place_name"] == 1


@pytest.mark.parametrize("name", ["phrases-dev", "phrases-dev-2"])
def test_the_labelled_wordings_are_classified(shared: Path, name: str) -> None:
    with (shared / "notices" / f"{name}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = [
        row for row in rows if not all(agrees(classify(row["phrase"]).indicator_ids, i) for i in row["indicator_ids"].split(","))
    ]
    assert 100 * (len(rows) - len(wrong)) >= 97 * len(rows), [row["phrase"] for row in wrong]


@pytest.mark.heavy
def test_wordings_of_a_province_are_classified_without_its_own_words(shared: Path) -> None:
    held = script("notices_phrases").measure_held_out(shared).values()
    wordings = sum(result.wordings for result in held)
    assert sum(result.right[1] for result in held) >= 0.92 * wordings
    assert sum(result.others[0] for result in held) <= 0.03 * sum(result.others[1] for result in held)


def records(shared: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (shared / "notices" / "dev.jsonl").read_text("utf-8").splitlines()]


def test_the_records_contradict_where_their_readers_saw_it(shared: Path) -> None:
    raised, seen = set(), set()
    for record in records(shared):
        found = reconcile_counts(record["counts"], record["rates"])  # type: ignore[arg-type]
        if found.contradictions or found.remarks:
            raised.add(record["id"])
        if any("inferred" not in text for text in record["observations"]):  # type: ignore[attr-defined]
            seen.add(record["id"])
    assert len(seen) == 6
    assert raised == seen


def test_the_rate_checks_of_the_records_come_out_the_same(shared: Path) -> None:
    names = {"round_half_up": Policy.HALF_UP, "truncation": Policy.TRUNCATION}
    compared = 0
    for record in records(shared):
        for check in record["rate_checks"]:  # type: ignore[attr-defined]
            figure = read_figure(check["stated"])
            compared += 1
            if check["passed"] is None:
                assert list(whole_counts(figure, check["base"])) == check["whole_counts_by_half_up"]
                assert list(whole_counts(figure, check["base"], policy=Policy.TRUNCATION)) == check["whole_counts_by_truncation"]
            else:
                given = [
                    policy for policy in policies_giving(figure, check["passed"], check["base"]) if policy is not Policy.CAPPED
                ]
                assert given == [names[name] for name in check["reproduced_by"] if name in names]
    assert compared == 104
