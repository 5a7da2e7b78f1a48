"""The proof lines over the corpus of real pages; skipped where the corpus is not at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks.collect_corpus import measure

SHARED = Path(os.environ.get("GOVMEDIA_SHARED", Path(__file__).parents[2].parent / "shared")) / "corpus"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no corpus at {SHARED}; set GOVMEDIA_SHARED")


def test_the_proof_lines_hold_over_the_corpus() -> None:
    rows = measure(SHARED, peers=False)
    total = rows[-1]
    assert total.articles >= 55
    assert total.tags_right == total.tags
    assert total.marks_right == total.marks
    assert total.f1 is not None
    assert total.f1 >= 0.98
    assert total.dates_right >= 0.97 * total.articles
    assert total.titles_right >= 0.95 * total.articles
