"""Servers that misbehave in every way known to us: the run ends in its bounds, and every site is accounted for."""

from __future__ import annotations

import asyncio
import resource
import ssl
import time
from asyncio import StreamWriter

import trustme

from govmedia_rules import collect
from govmedia_rules.collect.failures import failure_kinds
from govmedia_rules.collect.fetch import Fetcher
from govmedia_rules.collect.outcome import Budget
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.models import Site
from tests.collect.faults import FAULTS, PAGE
from tests.collect.madesites import NOW, LoopbackServer

LIMITS = collect.Limits(
    connect_seconds=6.0,
    first_byte_seconds=6.0,
    total_seconds=12.0,
    seconds_per_site=30.0,
    retries=0,
    pages_per_site=20,
    links_per_site=60,
    bytes_per_page=2_000_000,
    sites_at_once=8,
)


async def _look(names: list[str]) -> tuple[dict[str, SiteSnapshot], float]:
    port = 0

    async def answer(host: str, path: str, writer: StreamWriter) -> bool:
        if host == "elsewhere.test" or path == "/robots.txt" or (path != "/" and host != "count.test"):
            return False
        fault = FAULTS[host][0]
        if host == "to-offsite.test":
            writer.write(
                f"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test:{port}/\r\nContent-Length: 0\r\n\r\n".encode("ascii")
            )
            await writer.drain()
            return True
        await fault(writer, path)
        return True

    async with LoopbackServer({"elsewhere.test": {"/": PAGE}}, answer) as server:
        port = server.port
        guard = collect.Guard(test_hosts=dict.fromkeys([*FAULTS, "elsewhere.test"], "127.0.0.1"))
        subjects = [Site(id=name, name=name, url=f"http://{name}:{port}/") for name in names]
        began = time.monotonic()
        found = {
            snapshot.site.id: snapshot
            async for snapshot in collect.sites_async(subjects, limits=LIMITS, guard=guard, observed_at=NOW)
        }
        return found, time.monotonic() - began


def test_there_are_many_kinds_of_fault() -> None:
    assert len(FAULTS) >= 60
    assert {kind for _, kind in FAULTS.values() if kind} <= set(failure_kinds())


def test_every_fault_is_named_and_no_site_is_lost() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found, seconds = asyncio.run(_look(list(FAULTS)))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert set(found) == set(FAULTS)
    told = {name: snapshot.collection.failure for name, snapshot in found.items() if snapshot.collection is not None}
    expected = {name: kind for name, (_, kind) in FAULTS.items()}
    wrong = {name: (told[name], kind) for name, kind in expected.items() if told[name] != kind and name not in _LENIENT}
    assert not wrong, wrong
    for name, also in _LENIENT.items():
        assert told[name] in also, name
    for name, snapshot in found.items():
        if told[name] is not None:  # nothing is claimed of a site that did not open
            assert (snapshot.home, snapshot.columns, snapshot.links, snapshot.pages) == (None, None, None, None), name
        else:
            assert snapshot.home is not None, name
            assert snapshot.pages, name
    assert seconds < 120
    assert grown_mb < 300


# Faults that may be seen from two sides; each of these kinds is right.
_LENIENT: dict[str, set[str | None]] = {
    "bad-chunks.test": {"truncated", "protocol"},
    "open-chunks.test": {"truncated", "protocol"},
    "two-lengths.test": {"protocol", None},
    "short-body.test": {"truncated"},
    "garbage.test": {"protocol", "reset"},
    "no-status.test": {"protocol", "reset"},
    "long-body.test": {"empty", "protocol"},
    "odd-status.test": {"status_other", "protocol"},
    "endless-headers.test": {"headers_too_large", "protocol"},
}


def test_connection_faults_have_their_kinds() -> None:
    async def resolve(host: str) -> list[str]:
        import socket

        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async def look() -> dict[str, str | None]:
        guard = collect.Guard(test_hosts={"refused.test": "127.0.0.1"}, resolver=resolve)
        subjects = [
            Site(id="refused", name="r", url="http://refused.test:9/"),
            Site(id="dns", name="d", url="http://nowhere.test/"),
            Site(id="loopback", name="l", url="http://127.0.0.1/"),
            Site(id="none", name="n"),
            Site(id="bad", name="b", url="http://[::1"),
            Site(id="ftp", name="f", url="ftp://example.gov.cn/"),
        ]
        return {
            one.site.id: one.collection.failure if one.collection else None
            async for one in collect.sites_async(subjects, limits=LIMITS, guard=guard, observed_at=NOW)
        }

    told = asyncio.run(look())
    assert told == {
        "refused": "refused",
        "dns": "dns",
        "loopback": "guard_address",
        "none": "guard_url",
        "bad": "guard_url",
        "ftp": "guard_url",
    }


def test_certificates_are_told_apart() -> None:
    import datetime

    import httpx

    authority = trustme.CA()
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    expired = authority.issue_cert("expired.test", not_after=past)
    good = authority.issue_cert("good.test")

    async def serve(certificate: trustme.LeafCert) -> asyncio.Server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)

        async def handle(reader: asyncio.StreamReader, writer: StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
                await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        return await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)

    async def look() -> dict[str, tuple[str | None, str]]:
        trusting = ssl.create_default_context()
        authority.configure_trust(trusting)

        def transport(secure: bool) -> httpx.AsyncBaseTransport:
            return httpx.AsyncHTTPTransport(verify=trusting)

        hosts = ["good.test", "expired.test", "other.test", "plain.test"]
        guard = collect.Guard(test_hosts=dict.fromkeys(hosts, "127.0.0.1"))
        servers = {"good": await serve(good), "expired": await serve(expired)}
        ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
        fetcher = Fetcher(LIMITS, guard, transports=transport)
        strict = Fetcher(LIMITS, guard)

        async def speak_plainly(reader: asyncio.StreamReader, writer: StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        plain = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
        async with plain:
            answers = {
                "good": await fetcher.fetch(f"https://good.test:{ports['good']}/"),
                "expired": await fetcher.fetch(f"https://expired.test:{ports['expired']}/"),
                "wrong_host": await fetcher.fetch(f"https://other.test:{ports['good']}/"),
                "unknown": await strict.fetch(f"https://good.test:{ports['good']}/"),
                "protocol": await fetcher.fetch(f"https://plain.test:{plain.sockets[0].getsockname()[1]}/"),
            }
            told = {name: (answer.failure, answer.remark) for name, answer in answers.items()}
        await fetcher.close()
        await strict.close()
        for server in servers.values():
            server.close()
        return told

    # A visitor who insists sees the page: the fault of the certificate is a remark, and only a failed handshake keeps the page away.
    assert asyncio.run(look()) == {
        "good": (None, ""),
        "expired": (None, "tls_expired"),
        "wrong_host": (None, "tls_wrong_host"),
        "unknown": (None, "tls_unknown_issuer"),
        "protocol": ("tls_protocol", ""),
    }


def test_a_name_whose_answer_changes_stays_where_it_was_checked() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def resolve(host: str) -> list[str]:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def look() -> tuple[tuple[str, ...], tuple[str, ...]]:
        guard = collect.Guard(resolver=resolve)
        return await guard.addresses("rebind.test"), await guard.addresses("rebind.test")

    first, second = asyncio.run(look())
    assert first == second == ("93.184.216.34",)


def test_a_name_with_one_inner_address_is_refused() -> None:
    async def resolve(host: str) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    async def look() -> str | None:
        fetcher = Fetcher(LIMITS, collect.Guard(resolver=resolve))
        try:
            return (await fetcher.fetch("http://two-faced.test/")).failure
        finally:
            await fetcher.close()

    assert asyncio.run(look()) == "guard_address"


def test_connection_faults_are_tried_again_and_server_errors_once() -> None:
    async def look() -> tuple[int, int, int]:
        asked: list[str] = []

        async def answer(host: str, path: str, writer: StreamWriter) -> bool:
            asked.append(path)
            if path == "/reset":
                writer.transport.abort()
                return True
            if path == "/broken":
                writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return True
            return False

        async with LoopbackServer({}, answer) as server:
            limits = collect.Limits(retries=2, backoff_seconds=0.01)
            fetcher = Fetcher(limits, collect.Guard(test_hosts={"a.test": "127.0.0.1"}))
            first = await fetcher.fetch(f"http://a.test:{server.port}/reset")
            second = await fetcher.fetch(f"http://a.test:{server.port}/broken")
            await fetcher.close()
        assert (first.failure, second.failure) == ("reset", "status_server")
        return first.attempts, asked.count("/reset"), asked.count("/broken")

    attempts, resets, broken = asyncio.run(look())
    assert attempts == 3
    assert resets >= 3
    assert broken == 2  # a server error is asked for once more, whatever the number of retries


def test_the_bounds_of_a_site_hold() -> None:
    async def look() -> SiteSnapshot:
        pages = {"/": b"", "/robots.txt": b""}
        links = "".join(f"<li><a href='/p{n}.html'>关于第{n}号事项的通知公告</a><i>2024-08-27</i></li>" for n in range(500))
        pages["/"] = f"<html><body><div class='nav'><a href='/l/'>通知公告</a></div><ul>{links}</ul></body></html>".encode()
        pages["/l/"] = pages["/"]
        pages |= {f"/p{n}.html": PAGE for n in range(500)}
        async with LoopbackServer({"a.test": pages}) as server:
            return await collect.site_async(
                f"http://a.test:{server.port}/",
                limits=collect.Limits(pages_per_site=10, links_per_site=30, content_sample=None),
                guard=collect.Guard(test_hosts={"a.test": "127.0.0.1"}),
                observed_at=NOW,
            )

    snapshot = asyncio.run(look())
    assert snapshot.collection is not None
    assert set(snapshot.collection.limits_hit) == {"pages", "links"}
    assert {"pages", "links"} <= set(snapshot.partial)
    assert len(snapshot.pages or ()) <= 11
    assert sum(link.opens is not None for link in snapshot.links or ()) <= 45


def test_a_spent_budget_ends_a_site() -> None:
    budget = Budget(collect.Limits(seconds_per_site=0.0))
    assert budget.is_spent()
    assert budget.hit == {"seconds"}
    budget = Budget(collect.Limits(bytes_per_site=10), bytes=10)
    assert budget.is_spent()
    assert budget.hit == {"bytes"}
