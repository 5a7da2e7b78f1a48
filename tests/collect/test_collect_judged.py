"""Collected and judged end to end: the verdicts equal the truth (the heavy form is tests/benchmarks/collect_judged.py)."""

from __future__ import annotations

import pytest

from tests.benchmarks.collect_judged import run


@pytest.mark.heavy
def test_verdicts_equal_the_truth_with_and_without_faults() -> None:
    assert run(sites=24, runs=2) == []
