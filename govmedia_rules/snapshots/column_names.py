"""The kind of a site's column by its name; the names are data (data/columns.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from govmedia_rules.core.vocabulary import any_of, key_of, read_data


@lru_cache(maxsize=16_384)
def name_key(text: str) -> str:
    """Return `key_of` for names of links: pages of one site repeat the same few hundred."""
    return key_of(text)


@dataclass(frozen=True)
class Kinds:
    """Names -> kind: an exact name decides, else the longest known part of it."""

    exact: Mapping[str, str]
    parts: re.Pattern[str] | None
    by_part: Mapping[str, str]

    @classmethod
    def of(cls, exact: Mapping[str, Iterable[str]], parts: Mapping[str, Iterable[str]]) -> Kinds:
        """Return names and parts of names by kind; a name that is given to two kinds is an error."""
        names: dict[str, str] = {}
        for kind, spellings in exact.items():
            for spelling in spellings:
                other = names.setdefault(key_of(spelling), kind)
                if other != kind:
                    raise ValueError(f"{spelling!r} means both {other} and {kind}")
        by_part = {key_of(part): kind for kind, words in parts.items() for part in words}
        return cls(names, re.compile(any_of(by_part)) if by_part else None, by_part)

    def find(self, text: str) -> str | None:
        """Return the kind of this name, or None."""
        return self.kind_of(name_key(text))

    def kind_of(self, key: str) -> str | None:
        """Return the kind of the name with this `key_of`, or None."""
        kind = self.exact.get(key)
        if kind is not None or self.parts is None:
            return kind
        matches = self.parts.findall(key)
        # The last of the longest parts: in 政策解读 and 新闻发布会通知公告 the end of a name says what the column is.
        return self.by_part[max(enumerate(matches), key=lambda pair: (len(pair[1]), pair[0]))[1]] if matches else None


@cache
def column_kinds() -> Kinds:
    """Return column names -> column kind (data/columns.toml)."""
    data = read_data("govmedia_rules.snapshots", "columns.toml")
    return Kinds.of(
        {kind: entry.get("names", ()) for kind, entry in data.items()},
        {kind: entry.get("contains", ()) for kind, entry in data.items()},
    )


@lru_cache(maxsize=16_384)
def column_kind(name: str) -> str | None:
    """Return the kind of column that a name announces (`通知公告` -> `notice`), or None."""
    return column_kinds().find(name)
