"""Closed vocabularies with the spellings that notices and reporting systems use; the words themselves are data."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from govmedia_rules.errors import ArgumentError, choices, choices_zh


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """One word of a vocabulary.

    Attributes:
        id: English id used in code and JSON.
        title: Official Chinese word.
        parent: Id of the wider term, or None for a root.
        aliases: Other spellings that mean the same.
        letters: For platforms: the two letters in an account code; None when none are known.
        letters_seen: Whether a printed code confirms the letters.
    """

    id: str
    title: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    letters: str | None = None
    letters_seen: bool = False


def key_of(text: str) -> str:
    """Return the form in which two spellings are compared: NFKC, no spaces, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of `words`, the longest first."""
    return _any_of(tuple(words))


@lru_cache(maxsize=512)
def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NAMES_ZH = {
    "platform": "平台",
    "level": "级别",
    "status": "运行状态",
    "owner_kind": "主办单位类型",
    "text kind": "类别",
    "text severity": "严重程度",
}


@dataclass(frozen=True)
class Vocabulary(Mapping[str, VocabularyTerm]):
    """A tree of terms, by id; `find` reads any known spelling."""

    name: str
    terms: Mapping[str, VocabularyTerm]
    _by_key: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)

    @classmethod
    def of(cls, name: str, table: Mapping[str, Mapping[str, object]]) -> Vocabulary:
        """Build a vocabulary from a table of terms by id.

        Raises:
            ValueError: One spelling means two terms.
        """
        terms: dict[str, VocabularyTerm] = {}
        by_key: dict[str, str] = {}
        for term_id, entry in table.items():
            aliases = tuple(str(alias) for alias in entry.get("aliases", ()))  # type: ignore[attr-defined]
            parent, letters = entry.get("parent"), entry.get("letters")
            term = VocabularyTerm(
                term_id,
                str(entry["title"]),
                None if parent is None else str(parent),
                aliases,
                None if letters is None else str(letters),
                bool(entry.get("letters_seen", False)),
            )
            terms[term_id] = term
            for spelling in (term_id, term.title, *aliases):
                other = by_key.setdefault(key_of(spelling), term_id)
                if other != term_id:
                    raise ValueError(f"vocabulary {name}: {spelling!r} means both {other} and {term_id}")
        return cls(name, terms, by_key)

    def __getitem__(self, term_id: str) -> VocabularyTerm:
        return self.terms[term_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def find(self, text: str) -> VocabularyTerm | None:
        """Return the term that `text` spells, or None."""
        term_id = self._by_key.get(text) or self._by_key.get(key_of(text))
        return None if term_id is None else self.terms[term_id]

    def is_a(self, term_id: str, ancestor: str) -> bool:
        """Return whether `term_id` is `ancestor` or one of its descendants."""
        step: str | None = term_id
        while step is not None:
            if step == ancestor:
                return True
            step = self.terms[step].parent if step in self.terms else None
        return False

    def nearest(self, text: str) -> str | None:
        """Return the known spelling closest to `text`, for "did you mean"; None when nothing is close."""
        spellings = [spelling for term in self.terms.values() for spelling in (term.title, *term.aliases, term.id)]
        closest = difflib.get_close_matches(text, spellings, n=1, cutoff=0.5)
        return closest[0] if closest else None

    def normalise(self, text: object) -> str:
        """Return the id that `text` spells.

        Raises:
            ArgumentError: Nothing has this spelling; the message names the closest one, and what there is.
        """
        if text.__class__ is str and text in self.terms:
            return text
        term = self.find(text) if isinstance(text, str) else None
        if term is not None:
            return term.id
        given, titles = str(text)[:200], [term.title for term in self.terms.values()]
        close = self.nearest(text) if isinstance(text, str) else None
        meant, meant_zh = (f"did you mean {close!r}? ", f"是否应为“{close}”？") if close else ("", "")
        hint, hint_zh = meant + choices(None, titles), meant_zh + choices_zh(None, titles)
        name_zh = _NAMES_ZH.get(self.name, self.name)
        raise ArgumentError(f"unknown {self.name}: {given!r}", None, hint, f"没有“{given}”这种{name_zh}", hint_zh)


def read_data(package: str, name: str) -> dict[str, Any]:
    """Return a TOML file shipped inside `package`."""
    return tomllib.loads(files(package).joinpath("data", name).read_text("utf-8"))
