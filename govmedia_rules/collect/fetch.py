"""Fetch one address at a time, in bounds and through the guard: with `transport` the only modules that use the network.

It never raises for what a server does: every visit ends in a `Fetched` with a body or with the kind of its failure.

httpx gives the requests, the answers and the connections. One small pool a host, because a single pool is scanned for
each request and slows down with the square of the open ones. A caller may bring a client or another transport.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from govmedia_rules.collect.decode import decode_page
from govmedia_rules.collect.failures import failure_kinds, of_exception, of_status
from govmedia_rules.collect.guard import Guard, Refused
from govmedia_rules.collect.limits import Limits
from govmedia_rules.collect.outcome import LARGEST_NOTICE, Budget, Fetched, Purpose
from govmedia_rules.collect.protection import kind_of_answer
from govmedia_rules.collect.tolerant import has_ended, read_answer
from govmedia_rules.collect.transport import (
    MakeTransport,
    PageResponse,
    browser_context,
    host_transports,
    lenient_context,
    make_transport,
)
from govmedia_rules.collect.unpacking import BadPacking, TooLarge, UnknownPacking, Unpacker, codings

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    import httpx


USER_AGENT = "Mozilla/5.0 (compatible; govmedia-rules/0.1)"
"""How the collector names itself; a caller adds who runs it."""

_FILE_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/ms", "application/vnd.")
"""Types that no browser shows as a page of the site."""
_SNIFFED = 1_024

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
        self._make = transports or (host_transports(limits) if client is None else None)
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
            "Accept-Encoding": ", ".join(codings()),
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
        except TooLarge as fault:
            visit.failure, visit.cut = fault.kind, True
        except UnknownPacking:
            visit.failure = "undecodable"
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
        context = None if not is_secure else lenient_context() if target.host in self._lenient else browser_context()
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
        pool = make_transport(self.limits, lenient_context()) if lenient else self._make(key.startswith("https:"))
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
        if len(visit.body) > LARGEST_NOTICE:
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
        except BadPacking:
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
