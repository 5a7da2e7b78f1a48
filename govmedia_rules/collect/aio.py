"""httpx requests carried over aiohttp (extra `fast`): the same answers and failures, fewer microseconds a request."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping

import aiohttp
import httpx
from yarl import URL

from govmedia_rules.collect.fetch import Answer


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.content.iter_any():
                yield piece
        except aiohttp.ClientPayloadError as fault:
            raise httpx.RemoteProtocolError("the body is broken off or badly framed") from fault
        except (aiohttp.ClientError, OSError) as fault:
            raise httpx.ReadError("the connection broke") from fault

    async def aclose(self) -> None:
        if self._answer.content.is_eof():
            self._answer.release()
        else:
            self._answer.close()


class AiohttpTransport(httpx.AsyncBaseTransport):
    """A small aiohttp pool behind httpx's transport interface.

    Args:
        context: TLS settings.
        connections: Most connections open.
        header_bytes: Longest header line or field.
    """

    def __init__(self, context: ssl.SSLContext, connections: int, header_bytes: int) -> None:
        self._context = context
        self._connections = connections
        self._header_bytes = header_bytes
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ssl=self._context, use_dns_cache=False),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None),
                max_line_size=self._header_bytes,
                max_field_size=self._header_bytes,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            )
        return self._session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
        answer = await self._request(request.method, str(request.url), headers, request.extensions.get("sni_hostname"))
        return httpx.Response(answer.status, headers=list(answer.raw_headers), stream=_Body(answer))

    async def ask(self, url: str, headers: Mapping[str, str], server_name: str) -> Answer:
        """The answer to a GET, without httpx's request and response objects; errors are httpx's all the same."""
        answer = await self._request("GET", url, headers, server_name)
        body = _Body(answer)
        return Answer.of_pairs(answer.status, answer.raw_headers, body, body.aclose)

    async def _request(self, method: str, url: str, headers: Mapping[str, str], server_name: str | None) -> aiohttp.ClientResponse:
        try:
            return await self._open().request(
                method,
                URL(url, encoded=True),
                headers=headers,
                allow_redirects=False,
                server_hostname=server_name if url.startswith("https:") else None,
            )
        except aiohttp.ClientConnectorError as fault:
            raise httpx.ConnectError("no connection") from fault
        except aiohttp.ServerDisconnectedError as fault:
            raise httpx.RemoteProtocolError("the server closed the connection without an answer") from fault
        except aiohttp.ClientResponseError as fault:
            raise httpx.RemoteProtocolError("not HTTP") from _NotHttp(431 if _is_too_long(fault) else 400)
        except (aiohttp.ClientOSError, OSError) as fault:
            raise httpx.ReadError("the connection broke") from fault
        except aiohttp.ClientError as fault:
            raise httpx.RemoteProtocolError("not HTTP") from fault

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _NotHttp(Exception):
    """Stands in the chain of causes for an answer that is not HTTP, as h11's error does for httpx's own transport."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.error_status_hint = status


def _is_too_long(fault: BaseException) -> bool:
    step: BaseException | None = fault
    while step is not None:
        if isinstance(step, aiohttp.http_exceptions.LineTooLong):
            return True
        step = step.__cause__ or step.__context__
    return False
