"""Passages of texts that may be misstatements, advertising or unmasked personal data, as candidates for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from govmedia_rules.checks.contract import (
    MAX_EVIDENCE,
    CheckResult,
    Evidence,
    Kinds,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.core.time import Moment, day_of, zone_of
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.text.forms import is_identity_number
from govmedia_rules.text.lexicon import Confidence
from govmedia_rules.text.matches import RANK, Match, Matches
from govmedia_rules.text.reading import BUILT_IN
from govmedia_rules.text.scanner import find_candidates, lexicon_stamps

_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")

_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


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
    """A text to be scanned, and where it is from."""

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
    """Find passages on pages that may be misstatements (表述错误), as candidates for a person.

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
    """Find passages in posts that may be misstatements (表述错误), as candidates for a person.

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
    zone = zone_of(snapshot.observed_at)
    # A body that was renamed was right before: without its own date a text is not held against a dated line.
    days: list[date | None] = [None if text.published_at is None else day_of(text.published_at, zone) for text in texts]
    confirmed: list[Evidence] = []
    doubtful: list[Evidence] = []
    for text, matches in zip(texts, find_candidates([text.text for text in texts], lexicons, at=days), strict=True):
        for match in matches:
            if match.severity in severities and match.kind in kinds and RANK[match.confidence] <= RANK[min_confidence]:
                (confirmed if match.term in certain else doubtful).append(_evidence(text, matches, match))
    if confirmed:
        names = tuple(piece.what for piece in confirmed)
        return failed("wording_wrong", evidence=_by_passage((*confirmed, *doubtful)), count=len(confirmed), names=names)
    if doubtful:
        names = tuple(dict.fromkeys(piece.what for piece in doubtful))
        return needs_review("wording_doubtful", evidence=_by_passage(doubtful), count=len(doubtful), names=names)
    return passed()


def _evidence(text: _Text, matches: Matches, match: Match) -> Evidence:
    return Evidence(
        match.text,
        text.url,
        text.published_at,
        matches.sentence(match),
        match.suggestion,
        reason=match.reason,
        confidence=match.confidence,
        position=match.start,
        suggestion=match.suggestion,
        document=match.source or None,
        places=(text.url or text.title,),
    )


def _by_passage(pieces: Iterable[Evidence]) -> list[Evidence]:
    """Merge equal sentences into one piece that names every place, so that a person looks at each passage once."""
    merged: dict[str | None, Evidence] = {}
    for piece in pieces:
        known = merged.setdefault(piece.passage, piece)
        if known is not piece and len(known.places) < MAX_EVIDENCE:
            merged[piece.passage] = known._replace(places=tuple(dict.fromkeys((*known.places, *piece.places))))
    return list(merged.values())


@check("account.personal_data_shown", needs="posts", version=2)
def account_personal_data_shown(account: AccountSnapshot, *, kinds: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Check whether posts show identity card or mobile numbers in full (个人信息未脱敏), as candidates for a person.

    The evidence names the post and the number of hits; the numbers themselves are not kept, and a title that holds one is left out.

    Args:
        kinds: `id_number` (18 characters with a right check digit), `mobile` (11 digits).
    """
    return _personal_data(((post.title, post.text, post.url, post.published_at) for post in account.posts or ()), "post", kinds)


def _personal_data(
    texts: Iterable[tuple[str | None, str | None, str | None, Moment | None]], name: str, kinds: Kinds
) -> CheckResult:
    candidates: list[Evidence] = []
    any_text = False
    for title, text, url, published_at in texts:
        in_title = _personal_kinds(title or "", kinds)
        any_text = any_text or text is not None
        hits = _personal_kinds(f"{title or ''}\n{text or ''}", kinds)
        if hits:
            candidates.append(Evidence(name if in_title or not title else title, url, published_at, hits))
    if candidates:
        return needs_review("personal_data_shown", evidence=candidates, count=len(candidates))
    return passed() if any_text else inconclusive("texts_not_seen")


def _personal_kinds(text: str, kinds: Kinds) -> tuple[str, ...]:
    return tuple(f"{kind}×{count}" for kind in kinds if (count := len(_personal(text, kind))))


def _personal(text: str, kind: str) -> set[str]:
    if kind == "mobile":
        return set(_MOBILE.findall(text))
    return {number for number in _ID_NUMBER.findall(text) if is_identity_number(number.upper())} if kind == "id_number" else set()


@check("account.commercial_words", needs="posts")
def commercial_words(account: AccountSnapshot, *, words: Annotated[Kinds, Strictness.MORE]) -> CheckResult:
    """Find posts that hold words of commercial advertising (存在商业信息), as candidates for a person.

    Args:
        words: Words that make a post a candidate.
    """
    candidates: list[Evidence] = []
    for post in account.posts or ():
        text = f"{post.title}\n{post.text or ''}"
        hits = tuple(word for word in words if word in text)
        if hits:
            candidates.append(Evidence(post.title or "post", post.url, post.published_at, hits))
    return needs_review("commercial_words", evidence=candidates, count=len(candidates)) if candidates else passed()
