"""Speed of the collector against named peers on the same server in the same run; every figure is the median of three runs.

    python -m tests.benchmarks.collect_speed parse      pages read completely : selectolax parse + text of the same pages
    python -m tests.benchmarks.collect_speed hosts      200 hosts, 200 at once : one bare httpx.AsyncClient pool
    python -m tests.benchmarks.collect_speed crawl      2,000 pages, every link : linkinator (npm), scrapy (PyPI)

The server runs in a process of its own on 127.0.0.1. `crawl` runs every program as a process of its own and gives three rates
for each: over the time from the first to the last request the server saw, over the whole life of the process, start
included, and over its processor time, which other programs on the machine disturb least. `--linkinator PATH` names the installed command; `--python PATH` an environment with the package alone, because httpx
also loads its own command line where rich and click happen to be installed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar
from urllib.request import urlopen

NAV = "".join(f'<li><a href="/l{n}/">栏目{n}动态</a></li>' for n in range(20))
FOOT = (
    '<div class="foot">主办单位：示例区人民政府 网站标识码：6101000001 陕ICP备05000001号-1 <a href="/map.html">网站地图</a></div>'
)


def _page(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_示例区人民政府</title><meta name="SiteName" content="示例区人民政府">'
        f'<link rel="stylesheet" href="/s.css"></head><body><div class="nav"><ul>{NAV}</ul></div><div class="main">{body}</div>{FOOT}</body></html>'
    ).encode()  # fmt: skip


def big_site(lists: int = 40, articles: int = 49) -> dict[str, bytes]:
    """A site of about 2,000 pages in lists, all of which can be reached from its home page."""
    pages: dict[str, bytes] = {}
    links = "".join(f'<li><a href="/l{n}/">栏目{n}动态</a></li>' for n in range(lists))
    pages["/"] = _page("首页", f"<ul>{links}</ul>")
    pages["/map.html"] = _page("网站地图", f"<ul>{links}</ul>")
    for n in range(lists):
        rows = "".join(
            f'<li><a href="/l{n}/t{m}.html">关于开展第{n}批第{m}项工作的通知</a><span>2024-08-{m % 28 + 1:02d}</span></li>'
            for m in range(articles)
        )
        pages[f"/l{n}/"] = _page(f"栏目{n}动态", f"<ul class='list'>{rows}</ul>")
        for m in range(articles):
            near = "".join(f'<a href="/l{n}/t{(m + step) % articles}.html">相邻文章{step}的标题</a>' for step in range(1, 6))
            text = "<p>" + "正文文字用于测量阅读速度，长度与通常的通知相近。" * 12 + "</p>"
            body = f"<h1>关于开展第{n}批第{m}项工作的通知</h1><p>发布时间：2024-08-{m % 28 + 1:02d} 09:30 来源：办公室</p>{text * 3}{near}"
            pages[f"/l{n}/t{m}.html"] = _page(f"关于开展第{n}批第{m}项工作的通知", body)
    pages["/s.css"] = b"body{}"
    return pages


class _Protocol(asyncio.Protocol):
    pages: ClassVar[dict[bytes, bytes]] = {}
    times: ClassVar[tuple[float, float]] = (0.0, 0.0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            if path == b"/__times":
                times = _Protocol.times
                body = b"%f" % (times[1] - times[0])
                _Protocol.times = (0.0, 0.0)
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))  # type: ignore[attr-defined]
                continue
            _Protocol.times = (_Protocol.times[0] or now, now)
            answer = self.pages.get(path) or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            if head.startswith(b"HEAD"):
                answer = answer[: answer.find(b"\r\n\r\n") + 4]
            self.transport.write(answer)  # type: ignore[attr-defined]


def _serve(ready: Connection, pages: dict[str, bytes]) -> None:
    _Protocol.pages = {
        path.encode(): b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (b"text/css" if path.endswith(".css") else b"text/html; charset=utf-8", len(body), body)
        for path, body in pages.items()
    }

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Protocol, "127.0.0.1", 0, backlog=2_048)
        ready.send(server.sockets[0].getsockname()[1])
        await asyncio.sleep(1_800)

    asyncio.run(run())


class Server:
    """The loopback server in its own process."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        here, there = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=_serve, args=(there, pages), daemon=True)
        self.process.start()
        self.port: int = here.recv()

    def busy_seconds(self) -> float:
        """Time from the first to the last request since this was last asked."""
        with urlopen(f"http://127.0.0.1:{self.port}/__times") as answer:
            return float(answer.read())

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.join()


def _median(run: Callable[[], float], times: int = 3) -> tuple[float, list[float]]:
    values = [run() for _ in range(times)]
    return statistics.median(values), values


# ---------------------------------------------------------------- parse


def parse(args: argparse.Namespace) -> None:
    """Time of reading every part of a page, as a multiple of selectolax parse + text."""
    from datetime import datetime

    from selectolax.lexbor import LexborHTMLParser

    from govmedia_rules.collect.decode import decode_page
    from govmedia_rules.collect.page import PARTS, read_page
    from govmedia_rules.core.time import SHANGHAI

    now = datetime(2024, 8, 30, tzinfo=SHANGHAI)
    made = big_site()
    texts = {f"made {path}": made[path].decode() for path in ("/", "/l1/", "/l1/t1.html")}
    shared = Path(os.environ.get("GOVMEDIA_SHARED", "../shared")) / "corpus"
    for path in sorted([*shared.glob("*/*.html"), *shared.glob("*/*/*.html")]):
        texts[str(path.relative_to(shared))] = decode_page(path.read_bytes()).text

    def bare(text: str) -> None:
        body = LexborHTMLParser(text).body
        if body is not None:
            body.text()

    def complete(text: str) -> None:
        page = read_page(text, "http://www.example.gov.cn/x/", now=now)
        for part in PARTS:
            getattr(page, part)

    def seconds(work: Callable[[str], None], text: str) -> float:
        best = 9.0
        for _ in range(7):
            began = time.thread_time()  # processor time: other programs on the machine do not count
            work(text)
            best = min(best, time.thread_time() - began)
        return best

    ratios = []
    totals = []
    for _ in range(3):
        gc.collect()
        one = {name: (seconds(bare, text), seconds(complete, text)) for name, text in texts.items()}
        ratios.append(statistics.median(full / base for base, full in one.values()))
        totals.append(sum(full for _, full in one.values()) / sum(base for base, _ in one.values()))
    print(f"pages {len(texts)}; selectolax {version('selectolax')}")
    print(f"complete / (parse + text), all pages together: {statistics.median(totals):.2f} {[round(t, 2) for t in totals]}")
    print(f"median page: {statistics.median(ratios):.2f} {[round(r, 2) for r in ratios]}")


# ---------------------------------------------------------------- hosts


def hosts(args: argparse.Namespace) -> None:
    """Requests a second from 200 hosts at concurrency 200."""
    import httpx

    from govmedia_rules import collect
    from govmedia_rules.collect.fetch import Fetcher

    count, each = 200, args.requests // 200
    body = big_site(1, 1)["/l0/t0.html"]
    names = [f"h{n:03d}.example.gov.cn" for n in range(count)]
    with Server({"/": body}) as server:

        async def bare() -> float:
            async with httpx.AsyncClient(limits=httpx.Limits(max_connections=count, max_keepalive_connections=count)) as client:
                began = time.perf_counter()

                async def work(name: str) -> None:
                    for _ in range(each):
                        answer = await client.get(f"http://127.0.0.1:{server.port}/", headers={"Host": name})
                        assert len(answer.content) == len(body)

                await asyncio.gather(*(work(name) for name in names))
                return count * each / (time.perf_counter() - began)

        async def ours() -> float:
            limits = collect.Limits(connections_per_host=1, sites_at_once=count)
            guard = collect.Guard(test_hosts=dict.fromkeys(names, "127.0.0.1"))
            fetcher = Fetcher(limits, guard)
            began = time.perf_counter()

            async def work(name: str) -> None:
                for _ in range(each):
                    fetched = await fetcher.fetch(f"http://{name}:{server.port}/")
                    assert len(fetched.body) == len(body), fetched.failure

            await asyncio.gather(*(work(name) for name in names))
            rate = count * each / (time.perf_counter() - began)
            await fetcher.close()
            return rate

        results: dict[str, list[float]] = {"bare": [], "ours": []}
        for _ in range(3):
            results["bare"].append(asyncio.run(bare()))
            results["ours"].append(asyncio.run(ours()))
    base = statistics.median(results["bare"])
    print(f"{count} hosts, {count} at once, {count * each} requests of {len(body)} bytes; httpx {version('httpx')}")
    for name, rates in results.items():
        print(
            f"{name}: {statistics.median(rates):.0f} requests/s, {statistics.median(rates) / base:.2f} x {[round(rate) for rate in rates]}"
        )


# ---------------------------------------------------------------- crawl

OURS = """
import json, sys
from datetime import datetime
from govmedia_rules import collect
from govmedia_rules.core.time import SHANGHAI
host, port = "big.example.gov.cn", int(sys.argv[1])
guard = collect.Guard(test_hosts={host: "127.0.0.1"})
limits = collect.Limits(pages_per_site=5000, content_sample=None, links_per_site=50000, connections_per_host=10, seconds_per_site=600)
one = collect.site(f"http://{host}:{port}/", guard=guard, limits=limits, journal=sys.argv[2] if len(sys.argv) > 2 else None,
                   observed_at=datetime(2024, 8, 30, tzinfo=SHANGHAI), robots="ignore")
print(json.dumps({"pages": len(one.pages), "links": len(one.links), "checked": sum(l.opens is not None for l in one.links),
                  "broken": sum(l.opens is False for l in one.links), "partial": one.partial}))
"""

SCRAPY = """
import sys, scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule
class Spider(CrawlSpider):
    name = "s"
    start_urls = [f"http://127.0.0.1:{sys.argv[1]}/"]
    rules = [Rule(LinkExtractor(deny_extensions=[]), callback="item", follow=True)]
    seen = 0
    def item(self, response):
        Spider.seen += 1
        return None
process = CrawlerProcess({"LOG_ENABLED": False, "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 32, "ROBOTSTXT_OBEY": False,
                          "DOWNLOAD_DELAY": 0, "TELNETCONSOLE_ENABLED": False})
process.crawl(Spider)
process.start()
print(Spider.seen)
"""


def _children_seconds() -> float:
    """Processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def crawl(args: argparse.Namespace) -> None:
    """Pages a second of a crawl of 2,000 pages with every link checked, whole processes."""
    pages = big_site()
    total = sum(path != "/s.css" for path in pages)
    linkinator = args.linkinator or shutil.which("linkinator")

    def timed(command: list[str], check: Callable[[str], int]) -> tuple[float, float, float]:
        server.busy_seconds()
        spent = _children_seconds()
        began = time.perf_counter()
        with tempfile.TemporaryFile("w+") as out:  # a pipe loses what node has not flushed when it exits
            subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, check=False, timeout=600)
            seconds = time.perf_counter() - began
            out.seek(0)
            seen = check(out.read())
        if seen < total - 1:
            raise SystemExit(f"{command[0]} saw {seen} of {total} pages")
        return total / server.busy_seconds(), total / seconds, total / (_children_seconds() - spent)

    def ours(out: str) -> int:
        return int(json.loads(out)["pages"])

    with Server(pages) as server, tempfile.TemporaryDirectory() as folder:
        python = args.python
        journals = iter(range(100))
        runs: dict[str, Callable[[], tuple[float, float, float]]] = {
            "ours": lambda: timed([python, "-c", OURS, str(server.port)], ours),
            "ours, journal": lambda: timed([python, "-c", OURS, str(server.port), f"{folder}/{next(journals)}.journal"], ours),
        }
        if linkinator:
            url = f"http://127.0.0.1:{server.port}/"
            command = [linkinator, url, "--recurse", "--format", "json", "--concurrency", "100"]
            runs["linkinator"] = lambda: timed(command, lambda out: len(re.findall(r'"url"', out)))
        runs["scrapy"] = lambda: timed([sys.executable, "-c", SCRAPY, str(server.port)], lambda out: int(out.strip() or 0) + 1)
        if args.only:
            runs = {name: runs[name] for name in args.only.split(";")}
        rates: dict[str, list[tuple[float, float, float]]] = {name: [] for name in runs}
        for _ in range(args.runs):
            for name, run in runs.items():
                rates[name].append(run())
    print(f"{total} pages; scrapy {version('scrapy')}, httpx {version('httpx')}")
    for name, values in rates.items():
        seen, whole, spent = ([three[which] for three in values] for which in (0, 1, 2))
        print(
            f"{name}: {statistics.median(seen):.0f} pages/s {[round(v) for v in seen]}; whole process {statistics.median(whole):.0f}; "
            f"a second of processor time {statistics.median(spent):.0f} {[round(v) for v in spent]}"
        )
    for peer in ("linkinator", "scrapy"):
        if peer in rates:
            for which, what in ((0, "first to last request"), (1, "whole process"), (2, "processor time")):
                ratios = [mine[which] / theirs[which] for mine, theirs in zip(rates["ours"], rates[peer], strict=True)]
                print(f"ours / {peer}, {what}: {statistics.median(ratios):.2f} {[round(ratio, 2) for ratio in ratios]}")


def main() -> None:
    """Runs one of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("parse", "hosts", "crawl"))
    parser.add_argument("--requests", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", help="programs of `crawl` to run, by name, parted by ;")
    parser.add_argument("--linkinator")
    parser.add_argument("--python", default=sys.executable, help="interpreter of an environment with the package")
    args = parser.parse_args()
    {"parse": parse, "hosts": hosts, "crawl": crawl}[args.what](args)


if __name__ == "__main__":
    main()
