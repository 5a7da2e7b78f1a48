"""Reads a problem wording and says which indicators it is about, with the words that decided.

The vocabulary and the rules are data (`data/classify.toml`): words build concepts, concepts in company build faults, a
fault and the kind of subject give an indicator id. No whole phrase is stored. Where a wording fits a site as well as an
account and nothing tells which, both ids are given: the words say no more than that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

from govmedia_rules.core.model import Model, Short
from govmedia_rules.core.vocabulary import read_data
from govmedia_rules.errors import check_choice, no_text
from govmedia_rules.notices.masking import mask_names
from govmedia_rules.notices.outline import Line
from govmedia_rules.notices.stance import NO_FAULT, Stance, stances

MAX_PHRASE = 10_000
"""Longest wording that is read, in characters."""
OTHER = "other"
"""Given where a wording is a finding for which the indicators have no place, or says nothing that is known."""
_GAP = r"[^,;。、:!?]{0,14}?"
_SOME = "(?:[3-9]|[1-9][0-9]+|[三四五六七八九十]{1,3})"
_CLAUSE = re.compile(r"[^,;。、:!?]+")
_NORM = re.compile("不(?:得)?[少低多高]于")
"""What states a norm and no lack (每周更新不少于2次)."""
_QUOTES = re.compile(r"[\s“”‘’\"'《》〈〉「」『』]+")

SubjectKind = Literal["site", "account"]


class Decision(Model):
    """One reading of a wording.

    Attributes:
        indicator_id: Indicator or family; `other` where the indicators have no place for it or no fault is stated.
        fault: Name of the fault in the vocabulary; `about_…` where only a matter is named, and then the id is a family;
            denied, demanded, praised, rectified, earlier or asked where the wording states no fault; unknown.
        words: The words that decided, as they stand in the wording.
        position: Offset of the first of them in the wording as compared (without quotation marks and blanks).
    """

    indicator_id: str
    fault: str
    words: tuple[Short, ...]
    position: int = 0


class Classified(Model):
    """The indicators that a wording was classified as.

    Attributes:
        phrase: The wording.
        subject: site or account as given or as the words tell; None when they do not tell.
        decisions: One for each id, in the order in which the wording names them.
    """

    phrase: Short
    subject: SubjectKind | None = None
    decisions: tuple[Decision, ...]

    @property
    def indicator_ids(self) -> tuple[str, ...]:
        """The ids, never empty; `("other",)` when nothing else fits."""
        return tuple(decision.indicator_id for decision in self.decisions)

    @property
    def words(self) -> tuple[str, ...]:
        """All words that decided, once each."""
        return tuple(dict.fromkeys(word for decision in self.decisions for word in decision.words))

    @property
    def is_ambiguous(self) -> bool:
        """Whether a site and an account would be read differently and the words do not tell which is meant."""
        faults = [decision.fault for decision in self.decisions]
        return len(faults) != len(set(faults))


@dataclass(frozen=True, slots=True)
class _Rule:
    fault: str
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    together: bool
    tier: int
    hides: frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary and the rules of classification, ready for use; `Words.built_in()` gives the shipped ones."""

    faults: Mapping[str, Mapping[str, str]]
    rules: tuple[_Rule, ...]
    concepts: Mapping[str, re.Pattern[str]]
    subjects: Mapping[str, re.Pattern[str]]

    @classmethod
    def of(cls, data: Mapping[str, Any], *, without: frozenset[str] = frozenset()) -> Words:
        """Build them from the tables of `data/classify.toml`; words in `without` are left out.

        Raises:
            ValueError: A rule names a fault or concept that is not there.
        """
        concepts = {name: pattern_of(words, without) for name, words in {**data["concepts"], **data["context"]}.items()}
        rules = []
        for entry in data["rules"]:
            rule = _Rule(
                entry["fault"],
                tuple(entry.get("all", ())),
                tuple(entry.get("any", ())),
                tuple(entry.get("none", ())),
                bool(entry.get("together", False)),
                int(entry.get("tier", 0)),
                frozenset(entry.get("hides", ())),
            )
            unknown = [name for name in (*rule.all, *rule.any, *rule.none) if name not in concepts]
            unknown += [name for name in (rule.fault, *rule.hides) if name not in data["faults"]]
            if unknown:
                raise ValueError(f"a rule for {rule.fault} names {', '.join(unknown)}, which is not there")
            rules.append(rule)
        subjects = {name: pattern_of(words, without) for name, words in data["subjects"].items()}
        return cls(data["faults"], tuple(rules), concepts, subjects)

    @classmethod
    def built_in(cls) -> Words:
        """Return the shipped vocabulary."""
        return _built_in()


def pattern_of(words: list[str], without: frozenset[str] = frozenset()) -> re.Pattern[str]:
    """Return a pattern that finds any of the words of a vocabulary in a wording as compared."""
    kept = sorted((word for word in words if word not in without), key=len, reverse=True)
    if not kept:
        return re.compile(r"(?!)")
    return re.compile("|".join(map(_word_pattern, kept)))


def _word_pattern(word: str) -> str:
    parts = (re.escape(compare_form(part)).replace(re.escape("#"), _SOME) for part in word.split("…"))
    return _GAP.join(parts)


@cache
def _built_in() -> Words:
    return Words.of(read_data("govmedia_rules.notices", "classify.toml"))


def compare_form(phrase: str) -> str:
    """Return the form in which a wording is matched: NFKC, no quotation marks or blanks, lower case, half-width punctuation."""
    return _QUOTES.sub("", unicodedata.normalize("NFKC", phrase)).casefold()


def classify(phrase: str, *, subject: SubjectKind | None = None, words: Words | None = None) -> Classified:
    """Say which indicators a problem wording is about.

    Args:
        phrase: One wording, in simplified Chinese (`监测时间点前2周内无更新`).
        subject: site or account where the caller knows it (the heading, the table); None to go by the words.
        words: Another vocabulary; None for the shipped one.

    Returns:
        The ids in the order in which the wording names them. A wording that could be said of both kinds of subject, and
        names neither, gets the ids of both.
    """
    if not isinstance(phrase, str):
        raise no_text("phrase", phrase)
    if subject is not None:
        check_choice("subject", subject, ("site", "account"))
    words = words or Words.built_in()
    phrase = phrase[:MAX_PHRASE]
    text = _NORM.sub(lambda norm: "〇" * len(norm.group()), compare_form(mask_names(unicodedata.normalize("NFKC", phrase))))
    known = subject or _subject_of(text, words)
    text, stance = _without_other_stances(text)
    decisions: dict[str, Decision] = {}
    for fault, matches in _faults(text, words):
        deciding = tuple(dict.fromkeys(word for _, word in matches))
        position = min(start for start, _ in matches)
        for indicator_id in _ids(words.faults[fault], known):
            before = decisions.get(indicator_id)
            if before is None or position < before.position:
                decisions[indicator_id] = Decision(indicator_id=indicator_id, fault=fault, words=deciding, position=position)
    named = [decision for decision in decisions.values() if decision.indicator_id != OTHER]
    chosen = named or list(decisions.values()) or [Decision(indicator_id=OTHER, fault=stance or "unknown", words=())]
    ordered = sorted(chosen, key=lambda decision: decision.position)
    return Classified(phrase=phrase, subject=known, decisions=tuple(ordered))


def _without_other_stances(text: str) -> tuple[str, Stance | None]:
    """Blot out the clauses that state no fault (未发现…, 要杜绝…, 均已整改); also return what the last of them does instead."""
    last: Stance | None = None
    for clause, stance in stances(Line(1, 0, text)):
        if stance in NO_FAULT:
            # Stops, so that no word with a gap reaches over the blank; offsets stay.
            text = text[: clause.start] + "。" * len(clause.text) + text[clause.end :]
            last = stance
    return text, last


def _faults(text: str, words: Words) -> list[tuple[str, tuple[tuple[int, str], ...]]]:
    """Return the faults whose rules hold, with offsets and words; rules of a higher tier only where no lower one holds."""
    clauses = [(match.start(), match.group()) for match in _CLAUSE.finditer(text)]
    known: dict[tuple[int, int, str], tuple[int, str] | None] = {}

    def find(part: tuple[int, str], concept: str) -> tuple[int, str] | None:
        start, words_of_part = part
        key = (start, len(words_of_part), concept)
        if key not in known:
            match = words.concepts[concept].search(words_of_part)
            known[key] = None if match is None else (start + match.start(), match.group())
        return known[key]

    hits: list[tuple[str, tuple[tuple[int, str], ...]]] = []
    hidden: list[tuple[str, int, int]] = []
    for tier in sorted({rule.tier for rule in words.rules}):
        for rule in words.rules:
            if rule.tier != tier:
                continue
            for part in clauses if rule.together else [(0, text)]:
                matches = _held(rule, partial(find, part))
                if matches:
                    hits.append((rule.fault, matches))
                    hidden += [(fault, part[0], part[0] + len(part[1])) for fault in rule.hides]
        if hits:
            break
    return [hit for hit in hits if not _is_hidden(*hit, hidden)]


def _is_hidden(fault: str, matches: tuple[tuple[int, str], ...], hidden: list[tuple[str, int, int]]) -> bool:
    """Whether a more exact reading of the same clause hides this one; what another clause says stays."""
    return any(fault == other and any(low <= start < high for start, _ in matches) for other, low, high in hidden)


def _held(rule: _Rule, find: Callable[[str], tuple[int, str] | None]) -> tuple[tuple[int, str], ...]:
    """Return offsets and words by which a rule holds; () when it does not."""
    matches = []
    for name in rule.all:
        match = find(name)
        if match is None:
            return ()
        matches.append(match)
    one_of = [match for name in rule.any if (match := find(name)) is not None]
    if (rule.any and not one_of) or any(find(name) is not None for name in rule.none):
        return ()
    return (*matches, *one_of)


def _ids(fault: Mapping[str, str], subject: SubjectKind | None) -> Iterator[str]:
    if subject is not None:
        yield fault[subject]
    elif fault["unsaid"] == "both":
        yield fault["site"]
        yield fault["account"]
    else:
        yield fault[fault["unsaid"]]


def _subject_of(text: str, words: Words) -> SubjectKind | None:
    account, site = (words.subjects[kind].search(text) for kind in ("account", "site"))
    if account is not None and site is not None:
        # 微信订阅号部分栏目: an account has columns too, a site has no accounts among its own words.
        return "account" if account.start() <= site.start() else None
    return "account" if account is not None else "site" if site is not None else None


def agrees(answer: tuple[str, ...], label: str) -> bool:
    """Return whether one of the ids is the label, lies below it, or is the family it belongs to."""
    return any(given == label or given.startswith(label + ".") or label.startswith(given + ".") for given in answer)
