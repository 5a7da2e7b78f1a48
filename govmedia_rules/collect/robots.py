"""robots.txt rules of a host (extra `crawl`), read by protego, and the sitemap.xml files that it names.

The standard library's parser of robots.txt ignores `*` and precedence.
"""

from __future__ import annotations

import html
import itertools
import re
import zlib
from typing import Protocol

from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.errors import MissingExtra, Where

MOST_BYTES = 512_000
"""Bytes of a robots.txt that are read, as RFC 9309 allows."""


class Rules(Protocol):
    """Says which addresses a host allows."""

    sitemaps: tuple[str, ...]
    """Addresses of the sitemap.xml files that the host names."""

    def allows(self, url: str, /) -> bool:
        """Return whether the address may be visited."""


class AllowAll:
    """The rules of a host without a robots.txt."""

    sitemaps: tuple[str, ...] = ()

    def allows(self, _url: str, /) -> bool:
        """Return True."""
        return True


class AllowNone:
    """The rules of a host whose robots.txt cannot be read because the server fails (RFC 9309, 2.3.1.4)."""

    sitemaps: tuple[str, ...] = ()

    def allows(self, _url: str, /) -> bool:
        """Return False."""
        return False


class Parsed:
    """Rules of a robots.txt."""

    def __init__(self, text: str, agent: str) -> None:
        try:
            import protego
        except ImportError:
            raise MissingExtra(
                "following robots.txt needs protego",
                Where(),
                'pip install govmedia-rules[crawl], or pass robots="ignore"',
                zh="遵守 robots.txt 需要 protego",
                hint_zh='pip install govmedia-rules[crawl]，或传入 robots="ignore"',
            ) from None
        self._rules = protego.Protego.parse(text)
        self._agent = agent
        self.sitemaps = tuple(self._rules.sitemaps)

    def delay(self) -> float | None:
        """Return the pause between two requests that is asked for; None when none is."""
        seconds = self._rules.crawl_delay(self._agent)
        rate = self._rules.request_rate(self._agent)
        if seconds is None and rate is not None:
            seconds = rate.seconds / max(1, rate.requests)
        return None if seconds is None else float(seconds)

    def allows(self, url: str) -> bool:
        """Return whether the address may be visited."""
        return bool(self._rules.can_fetch(url, self._agent))


def rules_of(fetched: Fetched, agent: str) -> Rules:
    """Return the rules that a visit to /robots.txt brought.

    Args:
        fetched: The visit.
        agent: Name the collector goes by in robots.txt.

    Raises:
        MissingExtra: There are rules and the extra `crawl` is not installed.
    """
    if fetched.failure is not None:
        return AllowNone() if fetched.status is not None and fetched.status >= 500 else AllowAll()
    text = decode_page(fetched.body[:MOST_BYTES], fetched.content_type, cut=True).text
    head = text.lstrip()[:200].lower()
    if not text.strip() or head.startswith(("<!doctype", "<html", "<?xml")):
        return AllowAll()  # a page of the site that answers every address
    if not any(word in text.lower() for word in ("disallow", "crawl-delay", "request-rate", "sitemap")):
        return AllowAll()
    return Parsed(text, agent)


MOST_ADDRESSES = 20_000
"""Addresses kept of one sitemap.xml."""
_LOCATION = re.compile(r"<loc>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}(https?://[^<>\s\]]{4,2000})", re.IGNORECASE)


def read_sitemap(body: bytes, most_bytes: int) -> tuple[bool, tuple[str, ...]]:
    """Return whether a sitemap.xml, packed or not, is an index of others, and the addresses it names.

    Args:
        body: The file.
        most_bytes: Bytes that are unpacked at most.
    """
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(47).decompress(body, most_bytes)
        except zlib.error:
            return False, ()
    text = decode_page(body, cut=True).text
    addresses = [html.unescape(match[1]) for match in itertools.islice(_LOCATION.finditer(text), MOST_ADDRESSES)]
    return "<sitemapindex" in text[:2_000].lower(), tuple(addresses)
