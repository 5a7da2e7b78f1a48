"""Read TOML of unknown origin: the parser of the standard library takes time quadratic in the parts of a dotted key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

from govmedia_rules.errors import ArgumentError

MAX_KEY_PARTS = 50
"""Parts of a dotted key that are read."""
_LONG_KEY = re.compile(r"(?<![^\s\[{,])(?:[^\s.=\[\]#,]{1,200}[ \t]*\.[ \t]*)" + f"{{{MAX_KEY_PARTS}}}")


def parse_toml(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Return the table of a TOML text.

    Raises:
        ValueError: It is not TOML, or a key has more parts than are read.
    """
    if _LONG_KEY.search(text):
        raise ArgumentError(f"a dotted key has more than {MAX_KEY_PARTS} parts", zh=f"带点的键超过{MAX_KEY_PARTS}段")
    return tomllib.loads(text, parse_float=parse_float)
