"""Lets the tests of this folder share `rounds.py`, and `portals.py` of the tests of judging."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "judge")]
