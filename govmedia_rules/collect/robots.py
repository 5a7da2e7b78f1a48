"""robots.txt rules of a host (extra `crawl`), read by protego: the standard library's parser ignores `*` and precedence."""

from __future__ import annotations

from typing import Protocol

from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.fetch import Fetched
from govmedia_rules.errors import MissingExtra, Where

MOST_BYTES = 512_000
"""Bytes of a robots.txt that are read, as RFC 9309 allows."""


class Rules(Protocol):
    """Says which addresses a host allows."""

    def allows(self, url: str, /) -> bool:
        """Return whether the address may be visited."""


class AllowAll:
    """The rules of a host without a robots.txt."""

    def allows(self, _url: str, /) -> bool:
        """Return True."""
        return True


class AllowNone:
    """The rules of a host whose robots.txt cannot be read because the server fails (RFC 9309, 2.3.1.4)."""

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
                "following robots.txt needs protego", Where(), 'pip install govmedia-rules[crawl], or pass robots="ignore"'
            ) from None
        self._rules = protego.Protego.parse(text)
        self._agent = agent

    def delay(self) -> float | None:
        """Return the pause between two requests that is asked for; None when none is."""
        seconds = self._rules.crawl_delay(self._agent)
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
    if "disallow" not in text.lower():
        return AllowAll()
    return Parsed(text, agent)
