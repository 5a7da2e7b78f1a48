"""Answers that are no proper HTTP, servers that do not keep up, and what the journal keeps of a request."""

from __future__ import annotations

import asyncio
from asyncio import StreamWriter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmedia_rules import collect
from govmedia_rules.collect.evidence import kept_pages
from govmedia_rules.collect.fetch import Fetcher
from govmedia_rules.collect.outcome import Fetched
from govmedia_rules.collect.tolerant import read_answer
from govmedia_rules.subjects.models import Site
from tests.collect.faults import PAGE
from tests.collect.madesites import NOW, LoopbackServer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(PAGE)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SIZE = b"%x" % len(PAGE)
SHOWN = {
    "a line without a colon": HEAD + b"X Powered By ASP\r\n" + LENGTH + b"\r\n" + PAGE,
    "a blank in a name": HEAD + b"X Powered By: ASP\r\n" + LENGTH + b"\r\n" + PAGE,
    "a blank before the colon": HEAD + LENGTH.replace(b":", b" :") + b"\r\n" + PAGE,
    "a Chinese name": HEAD + "服务器: 示例\r\n".encode() + LENGTH + b"\r\n" + PAGE,
    "an empty name": HEAD + b": x\r\n" + LENGTH + b"\r\n" + PAGE,
    "a length that is none": HEAD + b"Content-Length: -1\r\n\r\n" + PAGE,
    "two equal lengths": HEAD + LENGTH + LENGTH + b"\r\n" + PAGE,
    "a missing last chunk": CHUNKED + SIZE + b"\r\n" + PAGE + b"\r\n",
    "a missing last line end": CHUNKED + SIZE + b"\r\n" + PAGE + b"\r\n0\r\n",
    "a missing line end of a chunk": CHUNKED + SIZE + b"\r\n" + PAGE + b"0\r\n\r\n",
    "chunks by line feeds": CHUNKED + SIZE + b"\n" + PAGE + b"\n0\n\n",
    "another coding": HEAD + b"Transfer-Encoding: identity\r\n" + LENGTH + b"\r\n" + PAGE,
    "a blank line before": b"\r\n" + HEAD + LENGTH + b"\r\n" + PAGE,
    "blanks in the status line": b"HTTP/1.1  200  OK\r\nContent-Type: text/html\r\n" + LENGTH + b"\r\n" + PAGE,
    "no reason": b"HTTP/1.1 200\r\nContent-Type: text/html\r\n" + LENGTH + b"\r\n" + PAGE,
    "a Chinese reason": "HTTP/1.1 200 成功\r\nContent-Type: text/html\r\n\r\n".encode() + PAGE,
    "line feeds": (HEAD + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + PAGE,
    "an interim answer and an odd line": b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b"odd\r\n" + LENGTH + b"\r\n" + PAGE,
    "HTTP/1.0 without a length": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
}
NOT_SHOWN = {
    "two lengths": (HEAD + b"Content-Length: 5\r\n" + LENGTH + b"\r\n" + PAGE, "protocol"),
    "no chunks": (CHUNKED + PAGE, "truncated"),
    "half a page in chunks": (CHUNKED + SIZE + b"\r\n" + PAGE[:-40], "truncated"),
    "half a page": (HEAD + LENGTH + b"\r\n" + PAGE[:-40], "truncated"),
    "no HTTP": (b"220 ready\r\n\r\n", "protocol"),
}


def fetch(raw: bytes, *, times: int = 1) -> list[Fetched]:
    async def answer(host: str, path: str, writer: StreamWriter) -> bool:
        writer.write(raw)
        await writer.drain()
        return True

    async def run() -> list[Fetched]:
        async with LoopbackServer({}, answer) as server:
            guard = collect.Guard(test_hosts={"odd.test": "127.0.0.1"})
            fetcher = Fetcher(collect.Limits(retries=0, total_seconds=4, backoff_seconds=0.05), guard)
            answers = [await fetcher.fetch(f"http://odd.test:{server.port}/{number}") for number in range(times)]
            await fetcher.close()
            return answers

    return asyncio.run(run())


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_browser_shows_is_read(name: str) -> None:
    (answer,) = fetch(SHOWN[name])
    assert (answer.failure, answer.status, answer.body) == (None, 200, PAGE)


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_what_no_browser_shows_is_not_read(name: str) -> None:
    raw, kind = NOT_SHOWN[name]
    assert fetch(raw)[0].failure == kind


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([HEAD, LENGTH, b"\r\n", b"0\r\n", SIZE, PAGE[:20], b":", b"chunked"])).map(b"".join)
)
def test_any_bytes_are_an_answer_or_an_error(raw: bytes) -> None:
    try:
        status, _, body = read_answer(raw)
    except ValueError:
        return
    assert 200 <= status < 600
    assert len(body) <= len(raw)


def test_a_host_that_does_not_keep_up_is_asked_more_slowly() -> None:
    busy = fetch(b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno", times=4)
    assert [answer.pace for answer in busy] == [0.05, 0.1, 0.2, 0.4]
    assert not any(answer.pace for answer in fetch(HEAD + LENGTH + b"\r\n" + PAGE, times=3))


def test_the_pace_and_the_request_are_recorded(tmp_path: Path) -> None:
    asked: list[str] = []

    async def answer(host: str, path: str, writer: StreamWriter) -> bool:
        asked.append(path)
        if path != "/tzgg/" or asked.count(path) > 1:
            return False
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        await writer.drain()
        return True

    async def run() -> tuple[str, tuple[str, ...]]:
        pages = {"odd.test": {"/": PAGE, "/tzgg/": PAGE, "/robots.txt": b"User-agent: *\nCrawl-delay: 0.02\n"}}
        async with LoopbackServer(pages, answer) as server:
            guard = collect.Guard(test_hosts={"odd.test": "127.0.0.1"})
            site = Site(name="示例", url=f"http://odd.test:{server.port}/")
            limits = collect.Limits(retries=1, backoff_seconds=0.05)
            snapshot = await collect.site_async(site, guard=guard, limits=limits, observed_at=NOW, journal=tmp_path / "j")
            assert snapshot.collection is not None
            return site.url or "", snapshot.collection.remarks

    url, remarks = asyncio.run(run())
    assert "slowed_down odd.test" in remarks
    assert asked.count("/tzgg/") == 2
    facts = kept_pages(tmp_path / "j", [url])[url].facts()
    names = {name for name, _ in facts["request"]}  # type: ignore[attr-defined]
    assert {"User-Agent", "Host", "Accept"} <= names


def test_a_connection_that_breaks_while_its_protection_is_agreed_on_is_not_the_sites_failure() -> None:
    async def run() -> str | None:
        async def close(reader: asyncio.StreamReader, writer: StreamWriter) -> None:
            await reader.read(16)
            writer.close()

        server = await asyncio.start_server(close, "127.0.0.1", 0)
        async with server:
            fetcher = Fetcher(collect.Limits(retries=0), collect.Guard(test_hosts={"old.test": "127.0.0.1"}))
            answer = await fetcher.fetch(f"https://old.test:{server.sockets[0].getsockname()[1]}/")
            await fetcher.close()
            return answer.failure

    assert asyncio.run(run()) == "tls_protocol"
