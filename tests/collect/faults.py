"""Ways in which a server can misbehave, each as a host of a loopback server. The value says what a look must report."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from asyncio import StreamWriter
from collections.abc import Awaitable, Callable
from functools import cache

PAGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>某某区人民政府</title></head><body><div class='nav'>"
    "<a href='/tzgg/'>通知公告</a></div><ul><li><a href='/a.html'>关于开展安全生产检查的通知</a><span>2024-08-27</span></li></ul></body></html>"
).encode()

Fault = Callable[[StreamWriter, str], Awaitable[None]]


def head(status: str = "200 OK", kind: str = "text/html", **fields: str) -> bytes:
    """A response head; underscores in names become dashes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}"] + [
        f"{name.replace('_', '-')}: {value}" for name, value in fields.items()
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def sends(*parts: bytes, pause: float = 0.0) -> Fault:
    """Sends these bytes and closes."""

    async def fault(writer: StreamWriter, path: str) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return fault


def whole(body: bytes, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **fields: str) -> Fault:
    """Sends a well-formed answer."""
    return sends(head(status, kind, Content_Length=str(len(body)), **fields) + body)


def redirect(location: str, status: str = "302 Found") -> Fault:
    """Sends a redirect."""
    return sends(head(status, Location=location, Content_Length="0"))


async def nothing(writer: StreamWriter, path: str) -> None:
    """Accepts the request and never answers."""
    await asyncio.sleep(30)


async def drip(writer: StreamWriter, path: str) -> None:
    """Sends a page one byte at a time, for longer than any limit of the tests (the caller hangs up)."""
    writer.write(head(Content_Length="100000"))
    for _ in range(6_000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_head(writer: StreamWriter, path: str) -> None:
    """Sends the head one byte at a time."""
    for byte in head(X_Slow="y" * 400):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless(writer: StreamWriter, path: str) -> None:
    """Sends a body without end."""
    writer.write(head())
    for _ in range(4_000):
        writer.write(b"<p>" + b"x" * 65_536)
        await writer.drain()


async def endless_headers(writer: StreamWriter, path: str) -> None:
    """Sends headers without end."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(20_000):
        writer.write(b"X-%d: %s\r\n" % (number, b"y" * 200))
        await writer.drain()


async def reset(writer: StreamWriter, path: str) -> None:
    """Closes without an answer."""
    writer.transport.abort()


async def reset_midway(writer: StreamWriter, path: str) -> None:
    """Breaks off in the middle of the body."""
    writer.write(head(Content_Length="5000") + PAGE[:100])
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()


async def counting_redirect(writer: StreamWriter, path: str) -> None:
    """Redirects to an ever new address."""
    number = int(path.strip("/n") or "0")
    writer.write(head("302 Found", Location=f"/n{number + 1}", Content_Length="0"))
    await writer.drain()


@cache
def bomb() -> bytes:
    """200 MB of blanks, packed into 200 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200))
    return packed + packer.flush()


def nested_bomb() -> bytes:
    """A bomb inside a bomb."""
    return gzip.compress(bomb())


MIXED = (
    "<html><head><meta charset='gb2312'></head><body><a href='/x.html'>关于镕基同志文章的通知公告</a>".encode("gb18030")
    + "乱码部分文字".encode() * 3
)
FRAMES = "<html><body>" + "<iframe src='/'>" * 50 + "</body></html>"
LINKS = (
    "<html><body><h1>很多链接的页面</h1>"
    + "".join(f"<a href='/p{n}.html'>第{n}个链接的标题</a>" for n in range(10_000))
    + "</body></html>"
)
CHALLENGE = (
    "<html><head><title>安全验证</title></head><body><p>请完成验证后继续访问</p><script>check()</script></body></html>".encode()
)
SCRIPT_ONLY = b"<html><head></head><body><script>var a='" + b"x" * 3_000 + b"';eval(a)</script></body></html>"
PARKED = "<html><body><h1>本域名出售</h1><p>buy this domain</p></body></html>".encode()

# host -> (how it misbehaves, kind of failure a look must report; None where the page must open all the same)
FAULTS: dict[str, tuple[Fault, str | None]] = {
    "fine.test": (whole(PAGE), None),
    "nothing.test": (nothing, "timeout_first_byte"),
    "drip.test": (drip, "timeout_total"),
    "drip-head.test": (drip_head, "timeout_first_byte"),
    "endless.test": (endless, "too_large"),
    "endless-headers.test": (endless_headers, "headers_too_large"),
    "big-header.test": (whole(PAGE, X_Big="y" * 70_000), "headers_too_large"),
    "many-cookies.test": (whole(PAGE, Set_Cookie="a=" + "y" * 60_000), None),
    "bomb.test": (whole(bomb(), Content_Encoding="gzip"), "bomb"),
    "nested-bomb.test": (whole(nested_bomb(), Content_Encoding="gzip"), None),
    "bad-gzip.test": (whole(b"this is not gzip", Content_Encoding="gzip"), "protocol"),
    "deflate-raw.test": (whole(zlib.compress(PAGE)[2:-4], Content_Encoding="deflate"), None),
    "unknown-encoding.test": (whole(PAGE, Content_Encoding="identity"), None),
    "short-body.test": (sends(head(Content_Length="90000") + PAGE), "truncated"),
    "long-body.test": (sends(head(Content_Length="20") + PAGE), None),
    "bad-length.test": (sends(head(Content_Length="banana") + PAGE), None),  # browsers read to the end instead
    "two-lengths.test": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 900\r\n\r\n" + PAGE), "protocol"),
    "bad-chunks.test": (sends(head(Transfer_Encoding="chunked") + b"ZZZ\r\nnot a chunk\r\n0\r\n\r\n"), "truncated"),
    "open-chunks.test": (sends(head(Transfer_Encoding="chunked") + b"10\r\n0123456789abcdef\r\n"), "truncated"),
    "reset.test": (reset, "reset"),
    "reset-midway.test": (reset_midway, "truncated"),
    "garbage.test": (sends(b"\x00\x01\x02 not http at all\r\n\r\n"), "protocol"),
    "old-http.test": (sends(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE), None),
    "no-status.test": (sends(b"HTTP/1.1\r\n\r\n"), "protocol"),
    "empty.test": (whole(b""), "empty"),
    "blank.test": (whole(b"<html><body> \n </body></html>"), "empty"),
    "no-content.test": (sends(head("204 No Content")), "empty"),
    "not-found.test": (whole(b"gone", "404 Not Found"), "status_not_found"),
    "forbidden.test": (whole(b"no", "403 Forbidden"), "status_forbidden"),
    "too-many.test": (whole(b"no", "429 Too Many Requests"), "status_forbidden"),
    "teapot.test": (whole(b"no", "418 Teapot"), "blocked_challenge"),
    "broken.test": (whole(b"no", "500 Internal Server Error"), "status_server"),
    "down.test": (whole(b"no", "503 Service Unavailable"), "status_server"),
    "odd-status.test": (whole(b"no", "304 Not Modified"), "status_other"),
    "waf.test": (whole(b"<script>a()</script>", "412 Precondition Failed"), "blocked_412"),
    "challenge.test": (whole(CHALLENGE), "blocked_challenge"),
    "script-only.test": (whole(SCRIPT_ONLY), "blocked_script"),
    "parked.test": (whole(PARKED), "parked"),
    "loop.test": (redirect("/"), "redirect_loop"),
    "count.test": (counting_redirect, "redirect_loop"),
    "to-loopback.test": (redirect("http://127.0.0.1:9/"), "guard_address"),
    "to-mapped.test": (redirect("http://[::ffff:127.0.0.1]:9/"), "guard_address"),
    "to-nat64.test": (redirect("http://[64:ff9b::7f00:1]/"), "guard_address"),
    "to-short-form.test": (redirect("http://127.1/"), "guard_address"),
    "to-number.test": (redirect("http://2130706433/"), "guard_address"),
    "to-metadata.test": (redirect("http://169.254.169.254/latest/meta-data/"), "guard_address"),
    "to-private.test": (redirect("http://10.0.0.1/"), "guard_address"),
    "to-file.test": (redirect("file:///etc/passwd"), "guard_scheme"),
    "to-ftp.test": (redirect("ftp://127.0.0.1/x"), "guard_scheme"),
    "to-user.test": (redirect("http://user:secret@fine.test/"), "guard_url"),
    "to-offsite.test": (redirect("http://elsewhere.test:PORT/"), "redirect_offsite"),
    "no-location.test": (sends(head("302 Found", Content_Length="0")), "redirect_bad"),
    "bad-location.test": (redirect("http://[::1"), "redirect_bad"),
    "pdf.test": (whole(b"%PDF-1.4", kind="application/pdf"), "content_type"),
    "octets.test": (whole(b"\x00" * 100, kind="application/octet-stream"), "content_type"),
    "no-type.test": (sends(f"HTTP/1.1 200 OK\r\nContent-Length: {len(PAGE)}\r\n\r\n".encode() + PAGE), None),
    "mixed-charset.test": (whole(MIXED, kind="text/html"), None),
    "wrong-charset.test": (whole(PAGE, kind="text/html; charset=gbk"), None),
    "unknown-charset.test": (whole(PAGE, kind="text/html; charset=klingon"), None),
    "utf16.test": (whole(PAGE.decode().encode("utf-16")), None),
    "nul.test": (whole(PAGE.replace(b"<body>", b"<body>\x00\x00" * 3)), None),
    "noise.test": (whole(b"<html><body><a href='/x'>" + b"\xff" * 2_000), "undecodable"),
    "deep.test": (whole(b"<div>" * 100_000 + PAGE), None),
    "deep-closed.test": (whole(b"<div>" * 100_000 + b"<a href='/x'>x</a>" + PAGE + b"</div>" * 100_000), None),
    "frames.test": (whole(FRAMES.encode()), None),
    "links.test": (whole(LINKS.encode()), None),
    "huge.test": (whole(PAGE + b"<p>" + b"x" * 30_000_000), "too_large"),
    "unclosed.test": (
        whole(b"<html><body><a href='/a'>" + "没有结束的标签和页面内容的文字".encode() + b"<table><tr><td><script>if (a < b"),
        None,
    ),
    "attributes.test": (
        whole(b"<html><body " + b"a='b' " * 50_000 + b"><a href='/x'>" + "有很多属性的页面的链接".encode() + b"</a>"),
        None,
    ),
}
