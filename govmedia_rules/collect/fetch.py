"""Fetch one address at a time, in bounds and through the guard: the one module that uses the network.

It never raises for what a server does: every visit ends in a `Fetched` with a body or with the kind of its failure.

httpx gives the requests, the answers and the connections. One small pool a host, because a single pool is scanned for
each request and slows down with the square of the open ones. A caller may bring a client or another transport.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import re
import ssl
import time
import warnings
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.failures import failure_kinds, of_exception, of_status
from govmedia_rules.collect.guard import Guard, Refused
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.protection import kind_of_answer
from govmedia_rules.collect.tolerant import has_ended, read_answer
from govmedia_rules.core.time import SHANGHAI

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    import httpx

Purpose = Literal["page", "link", "file", "post"]
"""What a visit is for: a `page` is read whole, of a `link` only its opening is looked at, a `file` may be of any type; `post` is a
page whose query is sent as a form."""

USER_AGENT = "Mozilla/5.0 (compatible; govmedia-rules/0.1)"
"""How the collector names itself; a caller adds who runs it."""

_FILE_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/ms", "application/vnd.")
"""Types that no browser shows as a page of the site."""
_SNIFFED = 1_024
_LARGEST_NOTICE = 65_536
"""Bytes beyond which a body is no page of a device."""

_TEXT_TYPES = (
    "text/html",
    "application/xhtml",
    "text/plain",
    "text/xml",
    "application/xml",
    "application/json",
    "application/rss",
)
_LINK_BYTES = 16_384
_OPEN_HOSTS = 64
TLS_KINDS = frozenset({"tls_expired", "tls_wrong_host", "tls_unknown_issuer", "tls_protocol"})
LONGEST_WAIT = 30.0
"""Longest pause that a server may ask for (Retry-After) and gets. Unit: seconds."""
LONGEST_DELAY = 10.0
"""Longest pause between two requests that a robots.txt may ask for and gets. Unit: seconds."""
LONGEST_PACE = 2.0
"""Longest pause between two requests to a host that does not keep up (429, 503, timeouts). Unit: seconds."""
_QUIET = 1.0
"""Seconds without a byte after which an answer that looks whole has ended."""
_OVERTAXED = frozenset({"timeout_connect", "timeout_first_byte", "timeout_total"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of one visit.

    Attributes:
        url: Address asked for.
        final_url: Address that answered, after redirects.
        at: When the visit began, seconds since 1970.
        seconds: How long it took.
        status: HTTP status of the last answer; None when there was none.
        failure: Kind of failure; None when a page came.
        content_type: Content-Type of the answer.
        body: The body, unpacked, at most `Limits.bytes_per_page`.
        cut: Whether the body was cut at that limit.
        hops: Number of redirects followed.
        etag: ETag of the answer, for asking again.
        modified: Last-Modified of the answer.
        attempts: Attempts made.
        remark: A fault that does not keep the page from opening, such as a kind of certificate fault; "" without one.
        retry_after: Seconds after which the server asks to be asked again; None when it names none.
        address: IP address that answered; "" when a client of the caller's connected.
        certificate: SHA-256 of the certificate that was shown, in hexadecimal digits; "" without one.
        redirects: Addresses that led on, in order.
        headers: Headers of the last answer, name and value as sent.
        request: Headers of the last request.
        pace: Pause between requests that the host was given at the time because it did not keep up; 0 for none. Unit: seconds.
    """

    url: str
    final_url: str
    at: float
    seconds: float
    status: int | None = None
    failure: str | None = None
    content_type: str = ""
    body: bytes = b""
    cut: bool = False
    hops: int = 0
    etag: str = ""
    modified: str = ""
    attempts: int = 1
    remark: str = ""
    retry_after: float | None = None
    address: str = ""
    certificate: str = ""
    redirects: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    request: tuple[tuple[str, str], ...] = ()
    pace: float = 0.0

    def to_record(self) -> dict[str, object]:
        """Return a record for the journal; defaults are left out, the body is packed."""
        record: dict[str, object] = {"url": self.url, "at": round(self.at, 3), "seconds": round(self.seconds, 4)}
        if self.final_url != self.url:
            record["final"] = self.final_url
        for name, default in _OPTIONAL:
            value = getattr(self, name)
            if value != default:
                record[name] = value
        if self.body:
            record["body"] = base64.b64encode(zlib.compress(self.body, 1)).decode("ascii")
        return record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Fetched:
        """Return the visit a record tells of."""
        values = {name: record[name] for name in cls.__slots__ if name in record and name not in ("body", "final_url")}
        body = zlib.decompress(base64.b64decode(record["body"])) if "body" in record else b""
        values["redirects"] = tuple(values.get("redirects", ()))
        for name in ("headers", "request"):
            values[name] = tuple((str(key), str(value)) for key, value in values.get(name, ()))
        return cls(final_url=record.get("final", record["url"]), body=body, **values)

    @property
    def digest(self) -> str | None:
        """SHA-256 of the body, in hexadecimal digits; None without one."""
        return hashlib.sha256(self.body).hexdigest() if self.body else None

    @property
    def started(self) -> datetime:
        """When the visit began, in Chinese time."""
        return datetime.fromtimestamp(self.at, SHANGHAI)


_OPTIONAL: tuple[tuple[str, object], ...] = (
    ("status", None),
    ("failure", None),
    ("content_type", ""),
    ("cut", False),
    ("hops", 0),
    ("etag", ""),
    ("modified", ""),
    ("attempts", 1),
    ("remark", ""),
    ("retry_after", None),
    ("address", ""),
    ("certificate", ""),
    ("redirects", ()),
    ("headers", ()),
    ("request", ()),
    ("pace", 0.0),
)


@dataclass
class Budget:
    """What one site has used of its bounds.

    Attributes:
        limits: The bounds.
        started: Reading of the monotonic clock when the site was begun.
        bytes: Bytes taken so far.
        hit: Bounds that were reached.
    """

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    bytes: int = 0
    hit: set[str] = field(default_factory=set)

    def seconds_left(self) -> float:
        """Return time left for the site."""
        return self.limits.seconds_per_site - (time.monotonic() - self.started)

    def is_spent(self) -> bool:
        """Return whether the site's time or bytes are used up; remembers which."""
        if self.seconds_left() <= 0:
            self.hit.add("seconds")
        if self.bytes >= self.limits.bytes_per_site:
            self.hit.add("bytes")
        return bool(self.hit & {"seconds", "bytes"})


# An address whose parts need no interpretation: ASCII, lower-case host, no user name, no dot segments.
_PLAIN = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9._-]{0,252}))(?::([0-9]{1,5}))?(/[!$&-;=?-Z_a-z~%]*)?")


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart.

    Attributes:
        url: The address.
        scheme: `http` or `https`.
        host: Host name in ASCII, or an address.
        port: Port as written; "" for the usual one.
        path: Path and query.
    """

    url: str
    scheme: str
    host: str
    port: str
    path: str

    @property
    def key(self) -> str:
        """What connections are pooled by."""
        return f"{self.scheme}:{self.host}:{self.port}"

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


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


class _TooLarge(Exception):
    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


_GZIP_MEMBER = b"\x1f\x8b\x08"


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
            _TooLarge: More would come out than the limit allows; `bomb` when it grew more than a hundredfold.
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
            raise _TooLarge("bomb" if self._unzip is not None and self.given > 100 * max(1, used) else "too_large")
        return out if self._outer is None else self._outer.feed(out)


MakeTransport = Callable[[bool], "httpx.AsyncBaseTransport"]
"""Makes the transport of one host; True for https."""


@cache
def _browser_context() -> ssl.SSLContext:
    """Return TLS settings like a browser's: issuers of the system and of certifi; made once, it takes a fifth of a second."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@cache
def _lenient_context() -> ssl.SSLContext:
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


def _make_transport(limits: Limits, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    import httpx

    pool = httpx.Limits(
        max_connections=limits.connections_per_host, max_keepalive_connections=limits.connections_per_host, keepalive_expiry=15
    )
    return httpx.AsyncHTTPTransport(verify=context, limits=pool, retries=0)


def _transports(limits: Limits) -> MakeTransport:
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return lambda secure: _make_transport(limits, _browser_context() if secure else plain)


class Fetcher:
    """Visits addresses for one run.

    Args:
        limits: Bounds.
        guard: Which addresses may be visited.
        client: An httpx client of the caller's, used for every request instead of pools of our own. The guard then checks
            each address before the request; connecting is the client's business.
        transports: Makes the transport of a host; None takes httpx's own.
        user_agent: How the run names itself.
        earlier: Outcomes of an earlier run by address; an address found there is asked for conditionally.
    """

    def __init__(
        self,
        limits: Limits,
        guard: Guard,
        *,
        client: httpx.AsyncClient | None = None,
        transports: MakeTransport | None = None,
        user_agent: str = USER_AGENT,
        earlier: Mapping[str, Fetched] | None = None,
    ) -> None:
        import httpx

        self._httpx = httpx
        self.limits = limits
        self.guard = guard
        self._client = client
        self._make = transports or (_transports(limits) if client is None else None)
        self._pools: OrderedDict[str, httpx.AsyncBaseTransport] = OrderedDict()
        self._busy: dict[str, int] = {}
        self._cookies: dict[str, dict[str, str]] = {}
        self._last: dict[str, float] = {}
        self._lenient: set[str] = set()
        self._delays: dict[str, float] = {}
        self._paces: dict[str, float] = {}
        self._earlier = earlier or {}
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        }
        self._timeout = {
            "connect": limits.connect_seconds,
            "read": limits.total_seconds,
            "write": limits.first_byte_seconds,
            "pool": limits.total_seconds,
        }

    async def close(self) -> None:
        """Close every connection."""
        pools, self._pools = list(self._pools.values()), OrderedDict()
        for pool in pools:
            await pool.aclose()

    async def release(self, host: str) -> None:
        """Close the connections to a host whose site is done."""
        for key in [key for key in self._pools if key.split(":")[1].removeprefix("www.") == host.removeprefix("www.")]:
            # Another site of the same host may have closed it while this one waited.
            if not self._busy.get(key) and (pool := self._pools.pop(key, None)) is not None:
                await pool.aclose()
        self._cookies.pop(host, None)

    async def fetch(self, url: str, purpose: Purpose = "page", budget: Budget | None = None) -> Fetched:
        """Fetch an address. Never raises for what a server does.

        Args:
            url: Absolute http or https address.
            purpose: What the visit is for.
            budget: What the site has left; bytes taken are counted there.
        """
        result = await self._once(url, purpose, budget)
        if result.failure in TLS_KINDS and self._client is None:
            result = await self._past_certificate(result, purpose, budget)
        if result.failure in ("protocol", "truncated") and self._client is None and purpose != "post":
            again = await self._once(url, purpose, budget, is_tolerant=True)
            result = replace(again, remark=result.failure) if again.failure is None else result
        attempt = 1
        while (pause := self._pause_before(result, attempt)) is not None:
            if budget is not None and budget.seconds_left() <= pause:
                break
            _log.info("asking %s again after %s seconds: %s", url, pause, result.failure)
            await asyncio.sleep(pause)
            attempt += 1
            result = replace(await self._once(url, purpose, budget), attempts=attempt, remark=result.remark)
        return result

    def slow_down(self, host: str, seconds: float) -> None:
        """Keep at least this pause between two requests to a host, as its robots.txt asks for."""
        self._delays[host] = min(seconds, LONGEST_DELAY)

    def _pause_before(self, result: Fetched, attempt: int) -> float | None:
        """Return the seconds to wait before another attempt; None when the result holds."""
        if result.failure is None or attempt > self.limits.retries:
            return None
        kind = failure_kinds()[result.failure]
        if result.retry_after is not None and result.status in (429, 503):
            return result.retry_after if result.retry_after <= LONGEST_WAIT else None
        if result.status == 429 and attempt == 1:
            return max(self.limits.backoff_seconds, result.pace)
        if kind.retry and result.status is None:
            return float(self.limits.backoff_seconds * 2 ** (attempt - 1))
        return self.limits.backoff_seconds if kind.again and attempt == 1 else None

    async def _past_certificate(self, result: Fetched, purpose: Purpose, budget: Budget | None) -> Fetched:
        """Fetch once more, looking past the fault of the certificate as a visitor who insists does; the fault is a remark."""
        host = self._target(result.final_url).host
        self._lenient.add(host)
        await self.release(host)
        again = await self._once(result.url, purpose, budget)
        return result if again.failure in TLS_KINDS else replace(again, remark=result.failure or "")

    async def _once(self, url: str, purpose: Purpose, budget: Budget | None, *, is_tolerant: bool = False) -> Fetched:
        at, began = time.time(), time.monotonic()
        seconds = self.limits.total_seconds
        if budget is not None:
            seconds = max(0.01, min(seconds, budget.seconds_left()))
        visit = _FetchState(url, is_tolerant=is_tolerant, is_post=purpose == "post")
        purpose = "page" if purpose == "post" else purpose
        try:
            async with asyncio.timeout(seconds):
                await self._follow(visit, purpose, budget)
        except TimeoutError:
            visit.failure = "timeout_total" if visit.answered else visit.stage
        except Refused as fault:
            visit.failure = fault.kind
        except _TooLarge as fault:
            visit.failure, visit.cut = fault.kind, True
        except Exception as fault:
            visit.failure = self._kind_of(fault, visit)
        pace = self._adapt_pace(visit.host.removeprefix("www."), visit)
        return Fetched(
            url=url,
            final_url=visit.url,
            at=at,
            seconds=time.monotonic() - began,
            status=visit.status,
            failure=visit.failure,
            content_type=visit.content_type,
            body=bytes(visit.body),
            cut=visit.cut,
            hops=visit.hops,
            etag=visit.etag,
            modified=visit.modified,
            retry_after=visit.retry_after,
            address=visit.address,
            certificate=visit.certificate,
            redirects=tuple(visit.redirects),
            headers=tuple(visit.headers),
            request=tuple(visit.request.items()),
            pace=pace,
        )

    def _adapt_pace(self, host: str, visit: _FetchState) -> float:
        """Slow down on a host that does not keep up, quicken again while it answers; return its pause in seconds."""
        pace = self._paces.get(host, 0.0)
        if visit.status in (429, 503) or visit.failure in _OVERTAXED:
            pace = min(max(2 * pace, self.limits.backoff_seconds), LONGEST_PACE)
        elif pace:
            pace = pace / 2 if pace > self.limits.backoff_seconds / 2 else 0.0
        self._paces[host] = pace
        return round(pace, 3)

    async def _follow(self, visit: _FetchState, purpose: Purpose, budget: Budget | None) -> None:
        visited = {visit.url}
        while True:
            target = await self._ask(visit, purpose, budget)
            if target is None:
                return
            if target in visited and not visit.new_cookie:
                visit.failure = "redirect_loop"
                return
            if visit.hops >= self.limits.redirects:
                visit.failure = "redirect_loop"
                return
            visited.add(target)
            visit.step_to(target)

    async def _ask(self, visit: _FetchState, purpose: Purpose, budget: Budget | None) -> str | None:
        """Send one request; return the address of the redirect it answers with, or None when the fetch ends here."""
        target = self._target(visit.url)
        visit.stage = "dns"
        headers = dict(self._headers)
        cookies = self._cookies.get(target.host)
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        earlier = self._earlier.get(visit.url)
        if earlier is not None and earlier.failure is None and purpose == "page":
            if earlier.etag:
                headers["If-None-Match"] = earlier.etag
            if earlier.modified:
                headers["If-Modified-Since"] = earlier.modified
        visit.request, visit.host = headers, target.host
        await self._pause(target.host)
        key = target.key
        self._busy[key] = self._busy.get(key, 0) + 1
        try:
            visit.stage = "timeout_connect"
            async with asyncio.timeout(self.limits.first_byte_seconds):
                response = await self._send(target, headers, visit)
            try:
                return await self._take(response, visit, purpose, budget, earlier)
            finally:
                await response.aclose()
        finally:
            self._busy[key] -= 1
            if not self._busy[key]:
                del self._busy[key]

    async def _pause(self, host: str) -> None:
        key = host.removeprefix("www.")
        delay = max(self.limits.delay_seconds, self._delays.get(key, 0.0), self._paces.get(key, 0.0))
        if not delay:
            return
        now = time.monotonic()
        turn = max(now, self._last.get(host, 0.0) + delay)
        self._last[host] = turn
        if turn > now:
            await asyncio.sleep(turn - now)

    def _target(self, url: str) -> Target:
        """Return an address taken apart; plain ones by one pattern, all others by httpx.

        Raises:
            Refused: The address is not well formed, carries a user name, or is not of http or https.
        """
        plain = _PLAIN.fullmatch(url)
        if plain is not None:
            scheme, host, port, rest = plain.groups()
            return Target(url, scheme, host, port or "", rest or "/")
        httpx = self._httpx
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError, TypeError):
            raise Refused("guard_url", url[:200]) from None
        if parsed.scheme not in ("http", "https"):
            raise Refused("guard_scheme", parsed.scheme)
        if parsed.userinfo or not parsed.host:
            raise Refused("guard_url", url[:200])
        host = parsed.raw_host.decode("ascii")
        port = "" if parsed.port is None else str(parsed.port)
        return Target(str(parsed), parsed.scheme, host, port, parsed.raw_path.decode("ascii"))

    async def _send(self, target: Target, headers: dict[str, str], visit: _FetchState) -> PageResponse:
        addresses = await self.guard.addresses(target.host)
        if self._client is not None:
            visit.stage = "timeout_first_byte"
            asked = self._request(target, target.url, headers, visit)
            return PageResponse.of(await self._client.send(asked, stream=True, follow_redirects=False))
        headers["Host"] = target.authority  # so the server sees the name that was asked for
        if visit.is_tolerant:
            return await self._send_tolerantly(target, headers, addresses[0])
        pool = self._pools.get(target.key)
        if pool is None:
            pool = await self._new_pool(target.key)
        fault: Exception | None = None
        for address in addresses[:3]:
            visit.stage = "timeout_first_byte"
            there = f"[{address}]" if ":" in address else address
            url = f"{target.scheme}://{there}{':' if target.port else ''}{target.port}{target.path}"
            visit.address = address
            try:
                request = self._request(target, url, headers, visit)
                return PageResponse.of(await pool.handle_async_request(request))
            except (self._httpx.ConnectError, self._httpx.ConnectTimeout) as failed:
                fault = failed
        assert fault is not None
        raise fault

    def _request(self, target: Target, url: str, headers: dict[str, str], visit: _FetchState) -> httpx.Request:
        extensions = {"timeout": self._timeout, "sni_hostname": target.host}
        if not visit.is_post:
            return self._httpx.Request("GET", url, headers=headers, extensions=extensions)
        address, _, query = url.partition("?")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._httpx.Request("POST", address, headers=headers, content=query.encode(), extensions=extensions)

    async def _send_tolerantly(self, target: Target, headers: dict[str, str], address: str) -> PageResponse:
        """Ask over a connection of its own and read the answer as browsers do.

        Raises:
            ValueError: No browser would show the answer.
        """
        is_secure = target.scheme == "https"
        context = None if not is_secure else _lenient_context() if target.host in self._lenient else _browser_context()
        port = int(target.port or (443 if is_secure else 80))
        reader, writer = await asyncio.open_connection(
            address, port, ssl=context, server_hostname=target.host if is_secure else None
        )
        raw = bytearray()
        try:
            lines = [f"GET {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
            while len(raw) <= self.limits.bytes_per_page + self.limits.header_bytes:
                try:
                    piece = await asyncio.wait_for(reader.read(65_536), _QUIET if has_ended(raw) else None)
                except TimeoutError:
                    break
                if not piece:
                    break
                raw += piece
            tls = writer.get_extra_info("ssl_object")
            certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        finally:
            writer.close()
        status, pairs, body = read_answer(bytes(raw))

        async def pieces() -> AsyncIterator[bytes]:
            yield body

        async def close() -> None:
            return None

        return PageResponse.of_pairs(status, pairs, pieces(), close, certificate)

    async def _new_pool(self, key: str) -> httpx.AsyncBaseTransport:
        assert self._make is not None
        host = key.split(":", 1)[1].rpartition(":")[0]
        lenient = key.startswith("https:") and host in self._lenient
        pool = _make_transport(self.limits, _lenient_context()) if lenient else self._make(key.startswith("https:"))
        self._pools[key] = pool
        if len(self._pools) > max(_OPEN_HOSTS, 2 * self.limits.sites_at_once):
            for other in list(self._pools):
                if other != key and not self._busy.get(other):
                    await self._pools.pop(other).aclose()
                    break
        return pool

    async def _take(
        self, response: PageResponse, visit: _FetchState, purpose: Purpose, budget: Budget | None, earlier: Fetched | None
    ) -> str | None:
        headers = response.headers
        visit.answered = True
        visit.status = response.status_code
        if response.header_bytes > self.limits.header_bytes:
            visit.failure = "headers_too_large"
            return None
        visit.content_type = headers.get("content-type", "")[:200]
        visit.headers = list(response.pairs)
        visit.certificate = hashlib.sha256(response.certificate).hexdigest() if response.certificate else ""
        self._keep_cookies(response.cookies, visit)
        if response.status_code in (301, 302, 303, 307, 308):
            return self._redirect(headers.get("location"), visit)
        if response.status_code == 304 and earlier is not None:
            visit.status, visit.content_type = earlier.status, earlier.content_type
            visit.body += earlier.body
            visit.etag, visit.modified = earlier.etag, earlier.modified
            return None
        visit.etag = headers.get("etag", "")[:300]
        visit.modified = headers.get("last-modified", "")[:100]
        visit.retry_after = _retry_after(headers.get("retry-after", ""))
        by_status = of_status(response.status_code)
        mime = visit.content_type.partition(";")[0].strip().lower()
        is_file = bool(mime) and mime.startswith(_FILE_TYPES)
        if purpose == "page" and by_status is None and is_file:
            visit.failure = "content_type"
            return None
        is_whole = await self._read(response, visit, purpose, budget)
        if visit.failure is None:
            visit.failure = self._judge(response, visit, purpose, by_status, is_text=is_whole and not is_file)
        return None

    def _judge(
        self, response: PageResponse, visit: _FetchState, purpose: Purpose, by_status: str | None, *, is_text: bool
    ) -> str | None:
        """Return the kind of failure of an answer that came whole: by its status, and by what its body is."""
        head = bytes(visit.body[:_SNIFFED]).lstrip().lower()
        looks_html = b"<" in head[:1] or b"<html" in head or b"<!doctype" in head or b"<script" in head
        mime = visit.content_type.partition(";")[0].strip().lower()
        if purpose == "page" and by_status is None:
            if not visit.body.strip():
                return "empty"
            # A browser shows a page that calls itself octets, or nothing, when it looks like a page.
            if mime and not mime.startswith(_TEXT_TYPES) and not looks_html and head[:2] != b"\xff\xfe":
                return "content_type"
        # robots.txt, pictures and other files are not pages; devices answer for them with pages all the same.
        if not is_text or (by_status is None and (purpose == "file" or not looks_html)):
            return by_status
        if len(visit.body) > _LARGEST_NOTICE:
            return by_status
        text = decode_page(bytes(visit.body), visit.content_type, cut=visit.cut).text
        return kind_of_answer(response.status_code, response.headers, response.cookies, text, by_status)

    async def _read(self, response: PageResponse, visit: _FetchState, purpose: Purpose, budget: Budget | None) -> bool:
        """Read the body within bounds; return whether it came to its end."""
        limit = self.limits.bytes_per_page
        if budget is not None:
            limit = max(1, min(limit, self.limits.bytes_per_site - budget.bytes))
        unpacker = Unpacker(response.headers.get("content-encoding", ""), limit)
        announced = response.headers.get("content-length", "")
        visit.announced = int(announced) if announced.isascii() and announced.isdecimal() else None
        body = visit.body
        try:
            async for piece in response.pieces:
                visit.taken += len(piece)
                body += unpacker.feed(piece)
                if purpose == "link" and len(body) >= _LINK_BYTES:
                    return False
            # Servers leave the checksum at the end out; a page that ends in the middle of its text is not whole.
            is_cut = visit.taken and response.status_code < 400 and not unpacker.is_whole
            if is_cut and b"</html" not in body[-2_000:].lower():
                visit.failure = "truncated"
        except zlib.error:
            visit.failure = visit.failure or "protocol"
        finally:
            if budget is not None:
                budget.bytes += max(visit.taken, len(body))
        return True

    def _redirect(self, location: str | None, visit: _FetchState) -> str | None:
        if not location:
            visit.failure = "redirect_bad"
            return None
        try:
            # Servers write Chinese paths as raw bytes, which arrive as Latin-1.
            raw = location.encode("latin-1", "ignore") if not location.isascii() else b""
            text = _decode_path(raw) if raw else location
            return str(self._httpx.URL(visit.url).join(_with_slashes(text.strip())).copy_with(fragment=None))
        except (self._httpx.InvalidURL, ValueError, TypeError):
            visit.failure = "redirect_bad"
            return None

    def _keep_cookies(self, written: Sequence[str], visit: _FetchState) -> None:
        visit.new_cookie = False
        if not written:
            return
        jar = self._cookies.setdefault(self._target(visit.url).host, {})
        for line in written[:20]:
            name, sign, value = line.partition(";")[0].partition("=")
            name = name.strip()
            if sign and name and len(name) + len(value) <= 4_096 and name.isascii() and value.isascii() and len(jar) < 30:
                visit.new_cookie = visit.new_cookie or jar.get(name) != value
                jar[name] = value.strip()
        if len(self._cookies) > 10_000:
            self._cookies.clear()

    def _kind_of(self, fault: Exception, visit: _FetchState) -> str:
        httpx = self._httpx
        if isinstance(fault, httpx.ConnectTimeout):
            return "timeout_connect"
        if isinstance(fault, httpx.TimeoutException):
            return "timeout_total" if visit.answered else "timeout_first_byte"
        if isinstance(fault, httpx.RemoteProtocolError):
            cause = fault.__cause__ or fault.__context__
            while cause is not None:
                if getattr(cause, "error_status_hint", None) == 431:
                    return "headers_too_large"
                if hasattr(cause, "error_status_hint"):  # the answer is not HTTP
                    return self._broken(visit)
                cause = cause.__cause__ or cause.__context__
            return self._broken(visit) if visit.answered else "reset"
        if isinstance(fault, httpx.TransportError | OSError):
            kind = of_exception(fault)
            if kind == "reset" and isinstance(fault, httpx.ConnectError) and visit.url.startswith("https:"):
                return "tls_protocol"  # the connection stood and broke while its protection was agreed on
            return self._broken(visit) if kind == "reset" and visit.answered else kind
        if isinstance(fault, httpx.InvalidURL | UnicodeError):
            return "guard_url"
        if isinstance(fault, ValueError | httpx.DecodingError):
            return "protocol"
        return "internal"

    @staticmethod
    def _broken(visit: _FetchState) -> str:
        if not visit.answered:
            return "protocol"
        return "truncated" if visit.announced is None or visit.taken < visit.announced else "protocol"


@dataclass
class _FetchState:
    """What is known of a visit while it goes on."""

    url: str
    stage: str = "dns"
    status: int | None = None
    failure: str | None = None
    content_type: str = ""
    body: bytearray = field(default_factory=bytearray)
    cut: bool = False
    hops: int = 0
    etag: str = ""
    modified: str = ""
    answered: bool = False
    announced: int | None = None
    taken: int = 0
    new_cookie: bool = False
    retry_after: float | None = None
    address: str = ""
    certificate: str = ""
    redirects: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    request: dict[str, str] = field(default_factory=dict)
    host: str = ""
    is_tolerant: bool = False
    is_post: bool = False

    def step_to(self, url: str) -> None:
        """Go on to the target of a redirect."""
        self.redirects.append(self.url)
        self.is_post = False
        self.url = url
        self.hops += 1
        self.status, self.failure, self.answered = None, None, False
        self.body.clear()


def page_outcome(html: str, url: str, *, at: float, seconds: float) -> Fetched:
    """Return the outcome that a page's HTML stands for, judged like an answer of the server.

    Args:
        html: Text of the page, rendered or as it was sent.
        url: Its address.
        at: When it was fetched, seconds since 1970.
        seconds: How long that took.
    """
    body = html.encode("utf-8", "replace")
    failure = kind_of_answer(200, {}, (), html, None) if len(body) <= _LARGEST_NOTICE else None
    kind = "text/html; charset=utf-8"
    return Fetched(url=url, final_url=url, at=at, seconds=seconds, status=200, failure=failure, content_type=kind, body=body)


def _decode_path(raw: bytes) -> str:
    """Return a Location that was written as raw bytes: UTF-8, else GB18030 with its Chinese as percent-encoded bytes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # The server compares bytes: what it wrote in GBK must come back in GBK.
        return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def _with_slashes(address: str) -> str:
    """Return an address with slashes for the backslashes before its query, as browsers read it."""
    path, mark, query = address.partition("?")
    return path.replace("\\", "/") + mark + query


def _retry_after(text: str) -> float | None:
    """Return the seconds a Retry-After header asks for, written as a number or as a time; None when it says neither."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:6])
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()) if text else None
    except (TypeError, ValueError):
        return None
