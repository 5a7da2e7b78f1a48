"""Progress: silent, a bar, or counts."""

from __future__ import annotations

import sys

import pytest

from govmedia_rules.errors import MissingExtra
from govmedia_rules.progress import Meter


def test_counts_for_a_function() -> None:
    told: list[tuple[int, int | None]] = []
    with Meter(lambda done, total: told.append((done, total)), 10) as meter:
        meter.add(4)
        meter.add(0)
        meter.add(6)
    assert told == [(4, 10), (10, 10)]


def test_silent_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(False, 10) as meter:
        meter.add(10)
    assert meter.done == 10
    assert capsys.readouterr() == ("", "")


def test_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter(True, 2_000_000, unit="B", title="检查") as meter:
        meter.add(2_000_000)
    err = capsys.readouterr().err
    assert "检查" in err
    assert "2.00M/2.00M" in err


def test_a_bar_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.std", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[progress\]"):
        Meter(True)
