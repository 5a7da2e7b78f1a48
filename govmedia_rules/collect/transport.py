"""Connections and answers: pools and TLS settings like a browser's."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from govmedia_rules.collect.limits import Limits

if TYPE_CHECKING:
    import httpx

MakeTransport = Callable[[bool], "httpx.AsyncBaseTransport"]
"""Makes the transport of one host; True for https."""


class PageResponse:
    """The head of an answer and the stream of its body, whichever transport it came by.

    Args:
        status_code: HTTP status.
        headers: Header values by lower-case name, the last of each.
        cookies: Values of all Set-Cookie headers.
        header_bytes: Size of all headers.
        pairs: Headers as sent.
        certificate: Certificate of the connection in DER; None without one.
        pieces: The body as it comes.
        close: Ends the answer.
    """

    __slots__ = ("aclose", "certificate", "cookies", "header_bytes", "headers", "pairs", "pieces", "status_code")

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, str],
        cookies: Sequence[str],
        header_bytes: int,
        pieces: AsyncIterable[bytes],
        close: Callable[[], Awaitable[None]],
        pairs: Sequence[tuple[str, str]] = (),
        certificate: bytes | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.cookies = cookies
        self.header_bytes = header_bytes
        self.pairs = pairs
        self.certificate = certificate
        self.pieces = pieces
        self.aclose = close

    @classmethod
    def of_pairs(
        cls,
        status_code: int,
        pairs: Sequence[tuple[bytes, bytes]],
        pieces: AsyncIterable[bytes],
        close: Callable[[], Awaitable[None]],
        certificate: bytes | None = None,
    ) -> PageResponse:
        """Make a response from raw header pairs."""
        headers: dict[str, str] = {}
        cookies: list[str] = []
        size = 0
        shown: list[tuple[str, str]] = []
        for name, value in pairs:
            size += len(name) + len(value)
            text = value.decode("latin-1")
            shown.append((name.decode("latin-1"), text[:2_000]))
            key = name.decode("latin-1").lower()
            headers[key] = text
            if key == "set-cookie":
                cookies.append(text)
        return cls(status_code, headers, cookies, size, pieces, close, shown[:100], certificate)

    @classmethod
    def of(cls, response: httpx.Response) -> PageResponse:
        """Make a response from an httpx response; a body that its transport had ready is read from it as it was sent."""
        stream = response.extensions.get("network_stream")
        tls = stream.get_extra_info("ssl_object") if stream is not None else None
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        body = cast("AsyncIterable[bytes]", response.stream)
        return cls.of_pairs(response.status_code, response.headers.raw, body, response.aclose, certificate)


@cache
def browser_context() -> ssl.SSLContext:
    """Return TLS settings like a browser's: issuers of the system and of certifi; made once, it takes a fifth of a second."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@cache
def lenient_context() -> ssl.SSLContext:
    """Return TLS settings that look past a certificate's faults and allow the old protocols that older browsers still allow."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:DHE:AES128-SHA:DES-CBC3-SHA@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


def make_transport(limits: Limits, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """Return the pool of connections to one host."""
    import httpx

    pool = httpx.Limits(
        max_connections=limits.connections_per_host, max_keepalive_connections=limits.connections_per_host, keepalive_expiry=15
    )
    return httpx.AsyncHTTPTransport(verify=context, limits=pool, retries=0)


def host_transports(limits: Limits) -> MakeTransport:
    """Return what makes the pool of a host, with TLS like a browser's."""
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return lambda secure: make_transport(limits, browser_context() if secure else plain)
