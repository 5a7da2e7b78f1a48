"""Every case file of every built-in indicator, and the proof that none is missing."""

from __future__ import annotations

import ast
import inspect
import sys
import tomllib
from functools import cache
from types import ModuleType

import pytest

import govmedia_rules as gr
from govmedia_rules.checks.contract import Check, CheckSpec
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.model import Indicator
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.testing import Case
from tests.case_files import CASES, FILES

NATIONAL = "national-2019"

DECIDING = {"check", "params", "kind", "applies_to", "mode", "enabled"}
"""Keys of an entry that can change an answer; a layer that only sets other keys needs no cases of its own."""


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{name}: {case.name}") for name in CASES for case in CASES[name]])
def test_case(case: Case) -> None:
    found = case.check()
    assert found.message("zh")
    assert found.message("en")
    assert "{" not in found.message("zh") + found.message("en")


def test_file_names_are_the_indicators() -> None:
    for path in FILES:
        table = tomllib.loads(path.read_text("utf-8"))
        book = table.get("rulebook", NATIONAL)
        assert path.stem in (table["indicator"], f"{table['indicator']}@{book}")


def test_names_tell_cases_apart() -> None:
    for name, cases in CASES.items():
        names = [case.name for case in cases]
        assert len(set(names)) == len(names), f"{name}: a name is used twice"


# Which statuses an indicator can give is read from its entry and from the source of its check: the answers the check and
# the functions it calls can return.

ANSWERS = {
    "passed": "passed",
    "PASSED": "passed",
    "failed": "failed",
    "inconclusive": "inconclusive",
    "needs_review": "needs_review",
}


@cache
def _functions(module: ModuleType) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def answers_of(check: Check) -> set[str]:
    """Statuses a check can give, read from its source and that of the functions of this library it calls."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(check.__module__, check.__name__)]
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        module = sys.modules[place[0]]
        node = _functions(module).get(place[1])
        if node is None:
            continue
        for name in (one.id for one in ast.walk(node) if isinstance(one, ast.Name)):
            target = getattr(module, name, None)
            home = getattr(target, "__module__", "") or ""
            if name in ANSWERS and (name == "PASSED" or home.endswith("checks.contract")):
                found.add(ANSWERS[name])
            elif inspect.isfunction(target) and home.startswith("govmedia_rules.checks"):
                todo.append((home, target.__name__))
    return found


def reachable(indicator: Indicator, book: gr.Rulebook) -> set[str]:
    """Statuses an indicator can give a subject of its kind. `error` is no answer and is left aside."""
    rule = indicator.applies_to
    narrowed = (rule.portals, rule.levels, rule.platforms, rule.has_services, rule.status)
    statuses = {"not_applicable"} if any(one is not None for one in narrowed) else set()
    if indicator.check is None:
        return statuses | {"not_checked", "passed", "failed"}  # a person's review passes or fails it
    spec = CheckSpec.of(book.plan.functions[indicator.check])
    if spec.subject == "registry":
        return statuses | {"not_checked"}  # one subject alone decides nothing; tests/judge/test_across.py looks at many
    machine = answers_of(spec.function) | ({"inconclusive"} if spec.needs else set())
    machine |= {"needs_review"} if indicator.readings else set()
    if indicator.mode == "person":
        # Neither the machine's silence nor its lack of data proves anything.
        return statuses | (machine - {"passed", "inconclusive"}) | {"not_checked"}
    return statuses | machine


def _ruled_out(indicator: Indicator) -> set[str]:
    """Statuses that the parameters of an indicator rule out, though its check can give them."""
    params = indicator.params
    if indicator.check in ("site.replies_late", "account.replies_late") and not params["simple_only"]:
        return {"needs_review"}  # only whether a question is simple needs a person
    if indicator.check == "supervisor.error_messages_overdue":
        return {"failed"} if params["answer_only"] else {"needs_review"}
    if indicator.check == "site.columns_overdue" and params["default_cycle"] is not None:
        return {"needs_review"}  # where every column has a cycle, none is a mere candidate
    return set()


def test_answers_are_read_from_the_source() -> None:
    from govmedia_rules.checks import accounts, columns, publishing, updates

    assert answers_of(accounts.app_unusable) == {"passed", "failed", "inconclusive"}
    assert answers_of(columns.columns_overdue) == {"passed", "failed", "inconclusive", "needs_review"}
    assert answers_of(updates.not_updated) == {"passed", "failed", "inconclusive"}
    assert answers_of(publishing.entries_redated) == {"passed", "needs_review"}


def _own(name: str) -> list[str]:
    """Ids of the indicators a built-in rulebook sets in a way that can change an answer."""
    layer = read_layer(built_in_files()[name], Plugins()).content
    # Whom an indicator is asked of changes no answer of its check.
    deciding = {one: entry.model_fields_set & DECIDING for one, entry in layer.indicators.items() if entry.enabled is not False}
    return [one for one, keys in deciding.items() if keys - {"applies_to"}]


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_every_indicator_has_a_case_for_each_status_it_can_give(name: str) -> None:
    book = gr.load_rulebook(name)
    by_indicator: dict[str, set[str]] = {}
    for cases in CASES.values():
        for case in cases:
            if case.rulebook == book:
                by_indicator.setdefault(case.indicator, set()).add(case.status)
    missing = {}
    for indicator_id in _own(name):
        lacking = reachable(book[indicator_id], book) - by_indicator.get(indicator_id, set())
        lacking -= _ruled_out(book[indicator_id])
        if lacking:
            missing[indicator_id] = sorted(lacking)
    assert not missing, f"cases are missing: {missing}"
