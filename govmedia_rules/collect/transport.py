"""Connections and answers: pools, TLS settings like a browser's, and bodies unpacked within bounds."""

from __future__ import annotations

import ssl
import warnings
import zlib
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from govmedia_rules.collect.limits import Limits

if TYPE_CHECKING:
    import httpx

MakeTransport = Callable[[bool], "httpx.AsyncBaseTransport"]
"""Makes the transport of one host; True for https."""
_GZIP_MEMBER = b"\x1f\x8b\x08"


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


class TooLarge(Exception):
    """More came than a bound allows; `kind` is the kind of failure."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Unpacker:
    """Unpacks gzip and deflate piece by piece and never gives out more than its limit.

    Args:
        encoding: The Content-Encoding header.
        limit: Most bytes given out.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self.given = 0
        kinds = [kind.strip().lower() for kind in encoding.split(",")]
        self.kinds = [kind for kind in kinds if kind in ("gzip", "x-gzip", "deflate")][:3]
        self.kind = self.kinds[0] if self.kinds else ""
        self._raw_deflate = False
        self._unzip = zlib.decompressobj(47) if self.kinds else None
        # Servers behind servers pack what is packed already; a browser unpacks as often as the header says.
        self._outer = Unpacker(",".join(self.kinds[1:]), limit) if len(self.kinds) > 1 else None

    @property
    def is_whole(self) -> bool:
        """Whether what was packed has come to its end."""
        return self._unzip is None or (self._unzip.eof and (self._outer is None or self._outer.is_whole))

    def _inflate(self, piece: bytes, room: int) -> bytes:
        """Unpack a piece; of gzip also what is packed as further members after the first."""
        assert self._unzip is not None
        out = self._unzip.decompress(piece, room + 1)
        while self.kind.endswith("gzip") and self._unzip.eof and len(out) <= room:
            rest = self._unzip.unused_data
            if not rest.startswith(_GZIP_MEMBER):
                break
            self._unzip = zlib.decompressobj(47)
            out += self._unzip.decompress(rest, room + 1 - len(out))
        return out

    def feed(self, piece: bytes) -> bytes:
        """Unpack a piece.

        Raises:
            TooLarge: More would come out than the limit allows; `bomb` when it grew more than a hundredfold.
            zlib.error: The piece is not what the encoding says.
        """
        self.taken += len(piece)
        room = self.limit - self.given
        if self._unzip is None:
            out = piece[: room + 1]
        else:
            try:
                out = self._inflate(piece, room)
            except zlib.error:
                if self.given or self._raw_deflate or self.kind != "deflate":
                    raise
                self._raw_deflate = True  # servers send deflate with and without the zlib frame
                self._unzip = zlib.decompressobj(-15)
                out = self._unzip.decompress(piece, room + 1)
        self.given += len(out)
        if self.given > self.limit:
            used = self.taken - (len(self._unzip.unconsumed_tail) if self._unzip is not None else 0)
            raise TooLarge("bomb" if self._unzip is not None and self.given > 100 * max(1, used) else "too_large")
        return out if self._outer is None else self._outer.feed(out)


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
