"""The cases of every built-in indicator, read once for the tests that judge them."""

from __future__ import annotations

from pathlib import Path

from govmedia_rules.testing import load_cases

FILES = sorted((Path(__file__).parent / "checks").rglob("*.toml"))
CASES = {path.stem: load_cases(path) for path in FILES}
