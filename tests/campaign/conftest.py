"""Lets the tests of this folder share `rounds.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
