"""Which kind of failure an exception, an HTTP status or a page's own content means; the kinds are in snapshots/failures."""

from __future__ import annotations

import errno
import socket
import ssl

from govmedia_rules.collect.protection import PageShape, kind_of_page
from govmedia_rules.snapshots.failures import FailureKind, failure_kinds, of_status, opens

__all__ = ["FailureKind", "failure_kinds", "of_content", "of_exception", "of_status", "opens"]

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
            return "resolver" if step.errno in _OUR_RESOLVER else "dns"
        elif isinstance(step, ConnectionRefusedError):
            return "refused"
        elif isinstance(step, OSError) and step.errno in _UNREACHABLE:
            return "unreachable"
        elif isinstance(step, OSError) and step.errno in _RESET:
            kind = "reset"
        step = step.__cause__ or step.__context__
    return kind


# Not the end of a name but of our own resolver: no server answered, or it was told to try again.
_OUR_RESOLVER = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM, socket.EAI_MEMORY}


def of_content(text: str, *, has_links: bool, has_scripts: bool, title: str = "") -> str | None:
    """Return the kind of failure a page's own content means (a protection page, nothing but a script, a parked domain), or None.

    Args:
        text: Text a reader sees.
        has_links: Whether the page has any link.
        has_scripts: Whether it has any script.
        title: Its title.
    """
    return kind_of_page(PageShape(text, title, links=1 if has_links else 0, has_scripts=has_scripts))
