"""The sentences for each reason of a check, read from the TOML file beside each topic."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files("govmedia_rules.checks")))


def sentence_files() -> Iterator[Path]:
    """Yield the files of sentences, one a topic; `contract.toml` holds those of the judge itself."""
    yield from sorted(FOLDER.glob("*.toml"))


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return the sentence of every reason, as `{"zh": ..., "en": ...}`."""
    by_reason: dict[str, Mapping[str, str]] = {}
    for file in sentence_files():
        by_reason |= tomllib.loads(file.read_text("utf-8"))
    return by_reason
