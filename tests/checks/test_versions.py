"""A check whose meaning changes gets a new version, so that results made before and after are told apart by the digest."""

from __future__ import annotations

import json

import pytest

from govmedia_rules.rules.plugins import built_in_checks
from tests.generators.check_versions import FILE, current, unannounced


@pytest.mark.heavy
def test_no_check_changed_its_answers_and_kept_its_version() -> None:
    before = json.loads(FILE.read_text("utf-8"))
    changed = unannounced(before, current())
    assert not changed, f"raise version= of {', '.join(changed)} and run tests/generators/check_versions.py"
    assert before.keys() >= built_in_checks().keys()


def test_a_changed_answer_is_noticed_and_a_new_version_allows_it() -> None:
    before = {"x.one": {"version": 1, "cases": {"a": "1", "b": "2"}}}
    same = {"x.one": {"version": 1, "cases": {"a": "1", "c": "3"}}}
    other = {"x.one": {"version": 1, "cases": {"a": "9"}}}
    raised = {"x.one": {"version": 2, "cases": {"a": "9"}}}
    assert unannounced(before, same) == []
    assert unannounced(before, other) == ["x.one"]
    assert unannounced(before, raised) == []
