"""严重表述错误 and private data in the texts of pages and posts, as candidates for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from govmedia_rules.checks.contract import CheckResult, Evidence, check, failed, needs_review, passed
from govmedia_rules.core.time import day_of
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.text.matches import RANK, Confidence, Match, Matches, sentence_span
from govmedia_rules.text.reading import BUILT_IN
from govmedia_rules.text.scanner import find_candidates, lexicon_stamps

Kinds = tuple[str, ...]


class Lexicons(tuple[str, ...]):
    """Lexicons a check looks things up in: built-in ids or paths. They are read when they are first used."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        names = core_schema.tuple_variable_schema(core_schema.str_schema(min_length=1))
        return core_schema.no_info_after_validator_function(cls._known, names)

    @classmethod
    def _known(cls, names: tuple[str, ...]) -> Lexicons:
        for name in names:
            if name not in BUILT_IN and not Path(name).is_file():
                raise ValueError(f"no lexicon and no file is named {name!r}; built in are {', '.join(BUILT_IN)}")
        return cls(names)

    @cached_property
    def provenance(self) -> dict[str, str]:
        """Version and digest of each lexicon by its id."""
        return {f"lexicon:{stamp.id}": f"{stamp.version}@{stamp.digest[:16]}" for stamp in lexicon_stamps(self)}


class _Text(NamedTuple):
    """A text that is looked through, and where it stands."""

    title: str
    url: str | None
    published_at: Any
    text: str


@check("site.wording_doubtful", needs="pages")
def site_wording_doubtful(
    site: SiteSnapshot,
    *,
    lexicons: Lexicons,
    severities: Kinds,
    kinds: Kinds,
    min_confidence: Confidence = "low",
    certain: Kinds = (),
) -> CheckResult:
    """Passages on pages that may be misstatements (表述错误), as candidates for a person.

    Args:
        lexicons: What to look for.
        severities: Severities of lexicon lines that count.
        kinds: Kinds of matches that count.
        min_confidence: Least confidence of a match that counts.
        certain: Terms of which the rulebook says that no person need confirm them; a match of one is a failure.
    """
    texts = [
        _Text(page.title or page.url, page.url, page.published_at, f"{page.title or ''}\n{page.text}")
        for page in site.pages or ()
        if page.text is not None
    ]
    return _doubtful(texts, site, lexicons, severities, kinds, min_confidence, certain)


@check("account.wording_doubtful", needs="posts")
def account_wording_doubtful(
    account: AccountSnapshot,
    *,
    lexicons: Lexicons,
    severities: Kinds,
    kinds: Kinds,
    min_confidence: Confidence = "low",
    certain: Kinds = (),
    titles_alone: bool = False,
) -> CheckResult:
    """Passages in posts that may be misstatements (表述错误), as candidates for a person.

    Args:
        lexicons: What to look for.
        severities: Severities of lexicon lines that count.
        kinds: Kinds of matches that count.
        min_confidence: Least confidence of a match that counts.
        certain: Terms of which the rulebook says that no person need confirm them; a match of one is a failure.
        titles_alone: Whether posts are looked through of which only the title was kept.
    """
    texts = [
        _Text(post.title or "post", post.url, post.published_at, f"{post.title}\n{post.text or ''}")
        for post in account.posts or ()
        if post.text is not None or titles_alone
    ]
    return _doubtful(texts, account, lexicons, severities, kinds, min_confidence, certain)


def _doubtful(
    texts: Sequence[_Text],
    snapshot: SiteSnapshot | AccountSnapshot,
    lexicons: Lexicons,
    severities: Kinds,
    kinds: Kinds,
    min_confidence: Confidence,
    certain: Kinds,
) -> CheckResult:
    if not texts:
        return passed()
    zone = snapshot.observed_at.tzinfo
    assert zone is not None
    # A body that was renamed was right before: without its own date a text is not held against a dated line.
    days: list[date | None] = [None if text.published_at is None else day_of(text.published_at, zone) for text in texts]
    sure: list[Evidence] = []
    doubtful: list[Evidence] = []
    for text, matches in zip(texts, find_candidates([text.text for text in texts], lexicons, at=days), strict=True):
        for match in matches:
            if match.severity in severities and match.kind in kinds and RANK[match.confidence] <= RANK[min_confidence]:
                (sure if match.term in certain else doubtful).append(_evidence(text, matches, match))
    if sure:
        return failed("wording_wrong", evidence=(*sure, *doubtful), count=len(sure), names=tuple(piece.what for piece in sure))
    if doubtful:
        names = tuple(dict.fromkeys(piece.what for piece in doubtful))
        return needs_review("wording_doubtful", evidence=doubtful, count=len(doubtful), names=names)
    return passed()


def _evidence(text: _Text, matches: Matches, match: Match) -> Evidence:
    start, end = sentence_span(matches.shown, match.start, match.end)
    return Evidence(match.text, text.url, text.published_at, " ".join(matches.shown[start:end].split()), match.suggestion)


@check("account.private_data", needs="posts")
def account_private_data(account: AccountSnapshot) -> CheckResult:
    """Posts that show unmasked identity, telephone or bank numbers (公示名单中的个人信息未作脱敏), as candidates."""
    texts = [_Text(post.title or "post", post.url, post.published_at, post.text) for post in account.posts or () if post.text]
    return _private(texts)


@check("site.private_data", needs="pages")
def site_private_data(site: SiteSnapshot) -> CheckResult:
    """Pages that show unmasked identity, telephone or bank numbers (公示名单中的个人信息未作脱敏), as candidates."""
    texts = [_Text(page.title or page.url, page.url, page.published_at, page.text) for page in site.pages or () if page.text]
    return _private(texts)


def _private(texts: Sequence[_Text]) -> CheckResult:
    evidence: list[Evidence] = []
    for text, matches in zip(texts, find_candidates([text.text for text in texts], near=False), strict=True):
        evidence += [_evidence(text, matches, match) for match in matches if match.kind == "privacy"]
    return needs_review("private_data", evidence=evidence, count=len(evidence)) if evidence else passed()
