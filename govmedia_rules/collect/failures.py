"""Kinds of failure, each with its official title, a sentence and advice (data/failures.toml)."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from govmedia_rules.collect.words import table


@dataclass(frozen=True, slots=True)
class FailureKind:
    """A way in which a visit fails.

    Attributes:
        id: Id used in snapshots.
        title: Official Chinese wording.
        text: What it means, in English.
        advice: What the site's keepers should do, in Chinese.
        opens: Whether a link with it opens: True, False, or None when nobody can tell.
        retry: Whether it is a connection fault that is worth another attempt.
    """

    id: str
    title: str
    text: str
    advice: str
    opens: bool | None
    retry: bool


@cache
def failure_kinds() -> Mapping[str, FailureKind]:
    """Return every kind of failure by id."""
    opens = {"yes": True, "no": False, "unknown": None}
    return {
        kind: FailureKind(kind, row["title"], row["text"], row["advice"], opens[row["opens"]], bool(row.get("retry", False)))
        for kind, row in table("failures").items()
        if kind != "words"
    }


def opens(failure: str | None) -> bool | None:
    """Return whether an address with this failure opens; None when nobody can tell."""
    return True if failure is None else failure_kinds()[failure].opens


_VERIFY = {10: "tls_expired", 9: "tls_expired", 62: "tls_wrong_host", 64: "tls_wrong_host"}
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_RESET = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}


def of_exception(fault: BaseException) -> str:
    """Return the kind of failure an exception of the network means, by its types and codes along its causes, never its text."""
    kind = "reset"
    visited: set[int] = set()
    step: BaseException | None = fault
    while step is not None and id(step) not in visited:
        visited.add(id(step))
        if isinstance(step, ssl.SSLCertVerificationError):
            code = getattr(step, "verify_code", None)  # a transport's own subclass may lack it; its cause has it
            if code is not None:
                return _VERIFY.get(code, "tls_unknown_issuer")
            kind = "tls_unknown_issuer"
        elif isinstance(step, ssl.SSLZeroReturnError | ssl.SSLEOFError):
            kind = "reset"
        elif isinstance(step, ssl.SSLError):
            return "tls_protocol"
        elif isinstance(step, socket.gaierror):
            return "dns"
        elif isinstance(step, ConnectionRefusedError):
            return "refused"
        elif isinstance(step, OSError) and step.errno in _UNREACHABLE:
            return "unreachable"
        elif isinstance(step, OSError) and step.errno in _RESET:
            kind = "reset"
        step = step.__cause__ or step.__context__
    return kind


def of_status(status: int) -> str | None:
    """Return the kind of failure an HTTP status means; None for a page."""
    if 200 <= status < 300 and status != 204:
        return None
    if status in (404, 410):
        return "status_not_found"
    if status == 412:
        return "blocked_412"
    if status in (401, 403, 407, 429, 451):
        return "status_forbidden"
    if 400 <= status < 500:
        return "status_client"
    if status >= 500:
        return "status_server"
    return "empty" if status == 204 else "status_other"


def of_content(text: str, *, has_links: bool, has_scripts: bool, title: str = "") -> str | None:
    """Return the kind of failure a page's own content means (a protection page, nothing but a script, a parked domain), or None.

    Args:
        text: Text a reader sees.
        has_links: Whether the page has any link.
        has_scripts: Whether it has any script.
        title: Its title.
    """
    words = table("failures")["words"]
    bare = text.strip()
    if len(bare) < 2_000:
        low = f"{title}\n{bare}".lower()
        if any(word in low for word in words["parked"]):
            return "parked"
        if len(bare) < 600 and any(word in low for word in words["challenge"]):
            return "blocked_challenge"
    if len(bare) < 20 and not has_links:
        return "blocked_script" if has_scripts else "empty"
    return None
