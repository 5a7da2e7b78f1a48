"""The scanner of the built-in lexicon, built once for all tests that only scan with it."""

from __future__ import annotations

from functools import cache

from govmedia_rules.text.scanner import Scanner


@cache
def starter() -> Scanner:
    """Return the scanner of `starter`, near misses and forms included."""
    return Scanner("starter")
