"""The word tables of the collector (collect/data), read once and made ready for look-up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.snapshots.column_names import Kinds, column_kind, column_kinds, name_key

__all__ = ["Kinds", "channel_kinds", "column_kind", "column_kinds", "name_key", "word_table"]


@cache
def word_table(name: str) -> Mapping[str, Any]:
    """Return a table of collect/data, by file name without ending."""
    return read_data("govmedia_rules.collect", f"{name}.toml")


@cache
def channel_kinds() -> Kinds:
    """Return Link texts -> channel kind (data/channels.toml)."""
    words = word_table("channels")["words"]
    return Kinds.of(words, words)
