"""Every case file of every built-in indicator."""

from __future__ import annotations

from pathlib import Path

import pytest

from govmedia_rules.testing import Case, load_cases

FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))


def _cases() -> list[tuple[str, Case]]:
    return [(f"{path.stem}: {case.name}", case) for path in FILES for case in load_cases(path)]


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in _cases()])
def test_case(case: Case) -> None:
    found = case.check()
    assert found.message("zh")
    assert found.message("en")
    assert "{" not in found.message("zh") + found.message("en")


def test_file_names_are_the_indicators() -> None:
    for path in FILES:
        assert {case.indicator for case in load_cases(path)} == {path.stem}
