"""The examples in docstrings are run, so that none of them can go out of date."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

MODULES = [
    "checks.contract",
    "core.frozen",
    "judge.compare",
    "judge.finding",
    "judge.inspection",
    "judge.reviews",
    "judge.rulebook",
    "judge.score",
    "judge.table",
    "core.time",
    "core.workdays",
    "snapshots.models",
    "snapshots.reading",
    "snapshots.posts",
    "snapshots.shallow",
    "snapshots.supervision",
    "subjects.addresses",
    "subjects.codes",
    "subjects.models",
    "subjects.registry",
]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_give_what_they_show(name: str) -> None:
    result = doctest.testmod(import_module(f"govmedia_rules.{name}"))
    assert result.attempted
    assert not result.failed
