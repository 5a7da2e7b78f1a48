"""Notices made up in the manners of many provinces, read field by field: what is given is right, and what is there is given."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from govmedia_rules.notices import Notice, agrees, read, reconcile
from govmedia_rules.notices.figures import InspectedPopulation, PartialDate

TEXTS = Path(__file__).parent / "texts"
CASES = [case for path in sorted(TEXTS.glob("*.toml")) for case in tomllib.loads(path.read_text("utf-8"))["notice"]]
KINDS = {"coverage": ("coverage", "share"), "pass": ("pass",), "failure_share": ("failure_share",)}


def printed(value: PartialDate | None) -> str | None:
    if value is None:
        return None
    parts = ((value.year, 4), (value.month, 2), (value.day, 2))
    return "-".join(f"{number:0{width}d}" for number, width in parts if number)


def period_of(notice: Notice) -> str:
    period = notice.period
    return "" if period is None else f"{period.kind}-{period.year or ''}" + (f"-{period.number}" if period.number else "")


def counts_of(populations: tuple[InspectedPopulation, ...]) -> set[str]:
    found = set()
    for whole in populations:
        found |= {f"{whole.subject} size {count.value}" for count in (whole.running, whole.registered, whole.total) if count}
        found |= {f"{whole.subject} inspected {whole.inspected.value}"} if whole.inspected else set()
        found |= {f"{whole.subject} {o.kind} {o.count.value}" for o in whole.outcomes if o.kind in ("passed", "failed")}
    return found


def groups_of(populations: tuple[InspectedPopulation, ...]) -> list[str]:
    found = []
    for whole in populations:
        for group in whole.groups:
            count = next((c for c in (group.running, group.registered, group.total, group.inspected) if c), None)
            if count is not None:
                found.append(f"{group.subject} {(group.key if group.dimension == 'platform' else None) or '-'} {count.value}")
    return sorted(found)


def bare(name: str) -> str:
    return name.replace(" ", "").removesuffix("政府").removesuffix("网")


def differences(case: dict[str, Any]) -> list[str]:
    """Every field that was read otherwise than by hand: `+` is given and wrong, `-` is there and not given."""
    notice = read(case["text"])
    wrong = []

    def compare(field: str, found: set[str], right: set[str]) -> None:
        wrong.extend(f"+ {field} {value}" for value in sorted(found - right))
        wrong.extend(f"- {field} {value}" for value in sorted(right - found))

    for field, value in (
        ("issuer", notice.issuer),
        ("number", notice.number),
        ("signed", printed(notice.signed_at)),
        ("published", printed(notice.published_at)),
    ):
        compare(field, {value} if value else set(), {case[field]} if case.get(field) else set())
    compare("period", {period_of(notice)}, {case.get("period", "")})
    compare("count", counts_of(notice.populations), set(case["counts"]))
    rates = {f"{whole.subject} {rate.kind} {rate.text}" for whole in notice.populations for rate in whole.rates}
    compare("rate", rates, set(case.get("rates", ())))
    compare("group", set(groups_of(notice.populations)), set(case.get("groups", ())))
    group_rates = {rate.text for whole in notice.populations for group in whole.groups for rate in group.rates}
    compare("group rate", group_rates, set(case.get("group_rates", ())))
    named = {bare(n.name): n for problem in notice.problems for n in problem.named}
    expected = {bare(words[0]): words for line in case["named"] for words in [line.split()]}
    compare("named", set(named), set(expected))
    for name, words in expected.items():
        if name in named and len(words) > 1 and words[1] != "-":
            kind = named[name].platform or named[name].kind or "-"
            compare(f"platform of {name}", {kind}, {words[1]})
        if name in named and len(words) > 2:
            compare(f"owner of {name}", {named[name].owner or "-"}, {words[2]})
    ids = tuple(dict.fromkeys(i for problem in notice.problems for i in problem.indicator_ids))
    wrong.extend(f"- id {label}" for label in case["ids"] if not agrees(ids, label))
    wrong.extend(f"+ id {i}" for i in ids if i != "other" and not any(agrees((i,), label) for label in case["ids"]))
    if "listed" in case:
        rows = {listed.name: listed for attachment in notice.attachments for listed in attachment.listed}
        right = {name: words for name, *words in (line.split() for line in case["listed"])}
        compare("listed", set(rows), set(right))
        for name in rows.keys() & right.keys():
            row, (kind, owner, label) = rows[name], right[name]
            compare(f"columns of {name}", {f"{row.platform or row.kind} {row.owner or '-'}"}, {f"{kind} {owner}"})
            compare(f"ids of {name}", set() if agrees(row.indicator_ids, label) else set(row.indicator_ids), set())
    due = {printed(deadline.due) or "" for deadline in notice.deadlines if deadline.due}
    compare("deadline", due, set(case.get("deadlines", ())))
    return wrong


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_notice_is_read_as_by_hand(case: dict[str, Any]) -> None:
    assert differences(case) == []


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_true_notice_contradicts_nothing(case: dict[str, Any]) -> None:
    raised = [check.message("zh") for check in reconcile(read(case["text"])).contradictions]
    assert raised == case.get("contradictions", [])
