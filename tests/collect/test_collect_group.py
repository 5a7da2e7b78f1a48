"""A group of made sites with known truth: what a look finds equals what was made."""

from __future__ import annotations

import asyncio
import io
import warnings
from asyncio import StreamWriter
from datetime import date, timedelta
from pathlib import Path

import pytest

from govmedia_rules import collect
from govmedia_rules.collect.fetch import Fetcher
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW, LoopbackServer, MadeSite, Truth, make_site

GROUP = 200


async def look_at(made: list[MadeSite], **settings: object) -> tuple[dict[str, SiteSnapshot], int]:
    """Snapshots of made sites by host, and the number of requests it took."""
    for site in made:
        site.pages["/images/jiucuo.png"] = b"\x89PNG"
    async with LoopbackServer({site.host: site.pages for site in made}) as server:
        hosts = [site.host for site in made] + ["zfwzgl.example", "beian.example"]
        guard = collect.Guard(test_hosts=dict.fromkeys(hosts, "127.0.0.1"))
        subjects = [Site(id=site.host, name=site.name, url=f"http://{site.host}:{server.port}/") for site in made]
        limits = collect.Limits(retries=0, sites_at_once=20)
        found = {
            snapshot.site.id: snapshot
            async for snapshot in collect.sites_async(
                subjects,
                limits=limits,
                guard=guard,
                observed_at=NOW,
                **settings,  # type: ignore[arg-type]
            )
        }
        return found, len(server.asked)


def found_truth(snapshot: SiteSnapshot) -> Truth:
    """The truth as a look has found it, in the words of the maker."""
    columns = {column.url.split("/", 3)[3] if column.url else "": column for column in snapshot.columns or ()}

    def stale(kinds: set[str], days: int) -> int:
        newest = [column.latest_entry_at for column in columns.values() if column.kind in kinds and column.entry_count]
        return sum(day is not None and (NOW.date() - _day(day)).days > days for day in newest)

    home = next(page for page in snapshot.pages or () if page.kind == "home")
    marks = home.marks
    assert marks is not None
    missing = {
        name
        for name, there in {
            "party_gov": marks.party_gov,
            "error_report": marks.error_report,
            "site_code": marks.site_code,
            "icp": marks.icp,
            "police": marks.police,
            "sponsor": marks.sponsor,
            "contact": marks.contact,
            "site_map": marks.site_map,
        }.items()
        if not there
    }
    assert snapshot.home is not None
    newest = snapshot.home.latest_entry_at
    others = ("bsfw/", "zxly/", "wsxf/", "lxwm/", "wzdt/")
    lists = {f"/{path}": column for path, column in columns.items() if path not in others}
    return Truth(
        stale_news=stale({"news"}, 14),
        stale_slow=stale({"notice", "policy"}, 180),
        blank=sum(bool(column.is_blank) for column in columns.values()),
        home_stale=newest is None or NOW.date() - _day(newest) > timedelta(days=14),
        missing_marks=frozenset(missing),
        dead_links=frozenset(
            link.url.replace(f":{link.url.split(':')[2].split('/')[0]}", "")
            for link in snapshot.links or ()
            if link.opens is False and link.failure == "status_not_found"
        ),
        channel=any(channel.effective and channel.kind not in ("petition", "discipline") for channel in snapshot.channels or ()),
        unanswered=sum(message.answered is False for message in snapshot.messages or ()),
        services=len(snapshot.services or ()),
        newest={path: None if column.latest_entry_at is None else _day(column.latest_entry_at) for path, column in lists.items()},
        entries={path: column.entry_count or 0 for path, column in lists.items()},
    )


def _day(moment: object) -> date:
    return moment.date() if hasattr(moment, "date") else moment  # type: ignore[no-any-return,attr-defined,return-value]


@pytest.mark.heavy
def test_two_hundred_made_sites_are_seen_as_they_were_made() -> None:
    made = [make_site(number) for number in range(GROUP)]
    assert sum(len(site.pages) for site in made) > 2_000
    found, requests = asyncio.run(look_at(made))
    assert set(found) == {site.host for site in made}
    wrong = {site.host: (found_truth(found[site.host]), site.truth) for site in made if found_truth(found[site.host]) != site.truth}
    assert not wrong, next(iter(wrong.items()))
    for site in made:
        for page in found[site.host].pages or ():
            if page.kind == "content" and "/m" not in page.url:
                assert page.published_at is not None, page.url
                assert page.title, page.url
                assert f"t{page.published_at:%Y%m%d}" in page.url  # the date in the body (2023-05-06) is never taken
    assert requests < 60 * GROUP  # nothing is asked for twice


def test_no_address_is_visited_twice() -> None:
    made = [make_site(3)]

    async def look() -> list[tuple[str, str]]:
        made[0].pages["/images/jiucuo.png"] = b"x"
        async with LoopbackServer({made[0].host: made[0].pages}) as server:
            guard = collect.Guard(test_hosts={made[0].host: "127.0.0.1"})
            await collect.site_async(f"http://{made[0].host}:{server.port}/", guard=guard, observed_at=NOW)
            return server.asked

    asked = asyncio.run(look())
    assert len(asked) == len(set(asked))


@pytest.mark.heavy
def test_the_sample_depends_on_the_seed_alone() -> None:
    made = [make_site(number, articles=9) for number in range(3)]

    def visited(seed: int) -> list[list[str]]:
        found, _ = asyncio.run(look_at(made, seed=seed))
        return [[page.url.split("/", 3)[3] for page in found[site.host].pages or ()] for site in made]

    first = visited(1)
    assert first == visited(1)
    assert first != visited(2)


def test_robots_are_followed_and_the_choice_is_recorded() -> None:
    site = make_site(1)
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /tzgg/\n"
    found, _ = asyncio.run(look_at([site]))
    snapshot = found[site.host]
    assert snapshot.collection is not None
    assert snapshot.collection.robots == "followed"
    column = next(column for column in snapshot.columns or () if column.name == "通知公告")
    assert column.entries is None
    assert not any("/tzgg/" in page.url for page in snapshot.pages or ())
    assert all(link.failure == "robots" for link in snapshot.links or () if link.url.endswith("/tzgg/"))
    ignoring, _ = asyncio.run(look_at([site], robots="ignore"))
    again = ignoring[site.host]
    assert again.collection is not None
    assert again.collection.robots == "ignored"
    assert next(column for column in again.columns or () if column.name == "通知公告").entries is not None


def test_the_waiting_form_works_inside_a_running_loop() -> None:
    made = make_site(2)
    made.pages["/images/jiucuo.png"] = b"x"

    async def notebook() -> SiteSnapshot:
        async with LoopbackServer({made.host: made.pages}) as server:
            guard = collect.Guard(test_hosts={made.host: "127.0.0.1"})
            url = f"http://{made.host}:{server.port}/"
            return await asyncio.to_thread(lambda: collect.site(url, guard=guard, observed_at=NOW))

    snapshot = asyncio.run(notebook())
    assert snapshot.home is not None
    assert snapshot.model_validate_json(snapshot.model_dump_json()) == snapshot


def test_unchanged_pages_are_not_sent_again(tmp_path: Path) -> None:
    site = make_site(2)
    site.pages["/images/jiucuo.png"] = b"x"
    conditional: list[str] = []

    async def answer(host: str, path: str, writer: StreamWriter) -> bool:
        body = site.pages.get(path)
        if body is None or not path.endswith(".html"):
            return False
        if seen.get(path):
            conditional.append(path)
            writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 0\r\n\r\n')
        else:
            writer.write(
                b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n' % len(body) + body
            )
        await writer.drain()
        writer.close()
        return True

    seen: dict[str, bool] = {}

    async def look(port_of: LoopbackServer, **settings: object) -> SiteSnapshot:
        guard = collect.Guard(test_hosts={site.host: "127.0.0.1", "zfwzgl.example": "127.0.0.1", "beian.example": "127.0.0.1"})
        return await collect.site_async(
            Site(id="a", name="a", url=f"http://{site.host}:{port_of.port}/"), guard=guard, observed_at=NOW,
            limits=collect.Limits(retries=2), **settings,  # type: ignore[arg-type]
        )  # fmt: skip

    async def both() -> tuple[SiteSnapshot, SiteSnapshot]:
        async with LoopbackServer({site.host: site.pages}, answer) as server:
            first = await look(server, journal=tmp_path / "one.journal")
            seen.update(dict.fromkeys(site.pages, True))
            return first, await look(server, earlier=tmp_path / "one.journal")

    first, second = asyncio.run(both())
    assert len(conditional) > 5
    assert found_truth(first) == found_truth(second) == site.truth


def test_a_list_in_a_frame_belongs_to_its_column() -> None:
    rows = "".join(f"<li><a href='/a{n}.html'>关于第{n}号工作的通知公告</a><span>2024-08-2{n}</span></li>" for n in range(3))
    frame = "<html><body><div class='nav'><a href='/'>首页</a><a href='/l/'>通知公告</a></div>{}</body></html>"
    pages = {
        "/": frame.format("<h1>示例区人民政府的门户网站首页</h1>").encode(),
        "/l/": frame.format("<iframe src='/inner.html'></iframe>").encode(),
        "/inner.html": f"<html><body><ul>{rows}</ul></body></html>".encode(),
    }

    async def look() -> SiteSnapshot:
        async with LoopbackServer({"a.test": pages}) as server:
            guard = collect.Guard(test_hosts={"a.test": "127.0.0.1"})
            return await collect.site_async(f"http://a.test:{server.port}/", guard=guard, observed_at=NOW)

    (column,) = asyncio.run(look()).columns or ()
    assert column.latest_entry_at == date(2024, 8, 22)
    assert column.entry_count == 3


def test_an_address_without_a_scheme_is_tried_with_both() -> None:
    async def look() -> SiteSnapshot:
        async with LoopbackServer(
            {"a.test": {"/": b"<html><body><a href='/x'>" + "示例区人民政府的首页".encode() + b"</a></body></html>"}}
        ) as server:
            guard = collect.Guard(test_hosts={"a.test": "127.0.0.1"})
            return await collect.site_async(
                Site(name="a", url=f"a.test:{server.port}/"), guard=guard, observed_at=NOW, limits=collect.Limits(retries=0)
            )

    assert asyncio.run(look()).home is not None


def test_further_parts_of_a_site_are_observed() -> None:
    nav = "<div class='nav'><a href='/'>首页</a><a href='/zc/'>政策文件</a><a href='/jd/'>政策解读</a><a href='/zj/'>意见征集</a></div>"
    foot = "<a href='/map/'>网站地图</a><script src='https://zfwzgl.www.gov.cn/exposure/jiucuo.js'></script>"

    def page(body: str) -> bytes:
        return f"<html><head><title>示例区人民政府</title></head><body>{nav}{body}{foot}</body></html>".encode()

    def rows(path: str, word: str) -> str:
        return "".join(f"<li><a href='{path}{n}.html'>关于第{n}项工作的{word}</a><span>2024-08-2{n}</span></li>" for n in range(3))

    code = _code("https://weibo.com/u/1")
    pages = {
        "/": page(
            "<form action='/search'><input name='searchword'></form><a href='/old'>长者模式</a><img src='/wx.png' alt='微信公众号二维码'>"
        ),
        "/zc/": page(f"<ul>{rows('/zc/', '通知')}</ul>"),
        "/jd/": page(f"<ul>{rows('/jd/', '解读')}</ul>"),
        "/zj/": page(f"<ul>{rows('/zj/', '意见征集')}</ul>"),
        "/map/": page("<ul><li><a href='/zc/'>政策文件</a><ul><li><a href='/zc/a/'>规章</a></li></ul></li></ul>"),
        "/wx.png": code,
        **{f"/zc/{n}.html": page(f"<h1>关于第{n}项工作的通知</h1><a href='/jd/{n}.html'>相关的政策解读</a>") for n in range(3)},
        **{f"/jd/{n}.html": page(f"<h1>关于第{n}项工作的解读</h1>") for n in range(3)},
    }

    async def look() -> SiteSnapshot:
        async with LoopbackServer({"a.test": pages}) as server:
            guard = collect.Guard(test_hosts={"a.test": "127.0.0.1"})
            return await collect.site_async(f"http://a.test:{server.port}/", guard=guard, observed_at=NOW)

    seen = asyncio.run(look())
    assert [document.interpretations != () for document in seen.documents or ()] == [True] * 3
    assert [one.documents for one in seen.interpretations or ()] == [()] * 3
    assert [one.kind for one in seen.activities or ()] == ["survey"] * 3
    assert [entry.path for entry in seen.site_map or ()] == [("政策文件",), ("政策文件", "规章")]
    assert seen.has_search is None  # a box is there, nobody has tried it
    assert seen.elderly_mode is not None
    assert (seen.elderly_mode.offered, seen.elderly_mode.works) == (True, None)
    assert seen.error_report is not None
    assert seen.error_report.present
    (one,) = seen.qr_codes or ()
    assert (one.label_platform, one.target_platform) == ("wechat", "weibo")
    assert "qr_codes" not in seen.partial


@pytest.mark.parametrize("picture", [None, b"no picture"], ids=["missing", "unreadable"])
def test_a_code_nobody_could_read_is_not_a_page_without_codes(picture: bytes | None) -> None:
    pytest.importorskip("zxingcpp")
    pages = {
        "/": "<html><body><img src='/wx.png' alt='微信公众号二维码'></body></html>".encode(),
        **({} if picture is None else {"/wx.png": picture}),
    }

    async def look() -> SiteSnapshot:
        async with LoopbackServer({"a.test": pages}) as server:
            guard = collect.Guard(test_hosts={"a.test": "127.0.0.1"})
            return await collect.site_async(f"http://a.test:{server.port}/", guard=guard, observed_at=NOW)

    seen = asyncio.run(look())
    assert seen.qr_codes == ()
    assert "qr_codes" in seen.partial


def _code(text: str) -> bytes:
    zxingcpp = pytest.importorskip("zxingcpp")
    image_module = pytest.importorskip("PIL.Image")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        code = zxingcpp.write_barcode(zxingcpp.BarcodeFormat.QRCode, text, width=200, height=200)
    file = io.BytesIO()
    image_module.fromarray(code).save(file, "PNG")
    return file.getvalue()


def test_two_sites_of_one_host_may_end_together() -> None:
    made = [make_site(3), make_site(7)]

    async def look() -> list[str | None]:
        async with LoopbackServer({"one.example.gov.cn": made[0].pages}) as one, LoopbackServer({"one.example.gov.cn": {}}) as two:
            limits = collect.Limits(retries=0)
            fetcher = Fetcher(limits, collect.Guard(test_hosts={"one.example.gov.cn": "127.0.0.1"}))
            visits = [await fetcher.fetch(f"http://one.example.gov.cn:{server.port}/") for server in (one, two)]
            # Both sites close the connections of their common host at the same time.
            await asyncio.gather(*(fetcher.release("one.example.gov.cn") for _ in range(2)))
            again = await fetcher.fetch(f"http://one.example.gov.cn:{one.port}/")
            await fetcher.close()
            return [visit.failure for visit in (*visits, again)]

    assert asyncio.run(look()) == [None, "status_not_found", None]
