"""Pages that scripts fill are rendered by an installed Chromium, every request of it through the collector's own guard."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from govmedia_rules import collect
from govmedia_rules.__main__ import main
from govmedia_rules.collect.browser import PROGRAMS, needs_rendering
from govmedia_rules.collect.journal import read_visits
from govmedia_rules.collect.outcome import page_outcome
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW, LoopbackServer
from tests.collect.test_collect_doubt import DAY, HOST, NAMES, frame, made, named

pytest.importorskip("playwright")
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not any(map(shutil.which, PROGRAMS)), reason="no Chromium is installed"),
]

LIST = """<ul class="list" id="list"></ul><script src="/js/list.js"></script>"""
SCRIPT = """fetch(location.pathname + 'list.json').then(a => a.json()).then(items => { document.getElementById('list').innerHTML =
items.map(i => `<li><a href="${i[0]}">${i[1]}</a><span>${i[2]}</span></li>`).join(''); });"""


def look(pages: dict[str, bytes], **settings: object) -> tuple[SiteSnapshot, list[tuple[str, str]]]:
    async def run() -> tuple[SiteSnapshot, list[tuple[str, str]]]:
        async with LoopbackServer({HOST: pages}) as server:
            guard = collect.Guard(test_hosts={HOST: "127.0.0.1"})
            site = Site(name="示例区人民政府", url=f"http://{HOST}:{server.port}/")
            limits = collect.Limits(retries=0, connections_per_host=2)
            snapshot = await collect.site_async(site, guard=guard, observed_at=NOW, limits=limits, **settings)  # type: ignore[arg-type]
            return snapshot, server.asked

    return asyncio.run(run())


def filled(age: int) -> dict[str, bytes]:
    """A site whose columns and home page are filled by a script with entries of this age."""
    pages = made(dict.fromkeys(NAMES, LIST), home=LIST) | {"/js/list.js": SCRIPT.encode()}
    for path in ("/", *(f"/{path}/" for path in NAMES)):
        items = [
            [f"/a{number}.html", f"关于第{number}号工作有关情况的通知", str(DAY - timedelta(days=age + number))]
            for number in range(4)
        ]
        pages[f"{path}list.json"] = json.dumps(items).encode()
    return pages


@pytest.mark.parametrize(("age", "expected"), [(1, set()), (300, {"columns.core", "home_stale"})])
def test_script_filled_lists_are_read_as_a_browser_shows_them(age: int, expected: set[str]) -> None:
    without, _ = look(filled(age))
    assert named(without) == set()
    assert all(column.entries is None for column in without.columns or () if column.kind == "news")
    snapshot, _ = look(filled(age), browser=True)
    assert named(snapshot) == expected
    assert {column.latest_entry_at for column in snapshot.columns or () if column.kind == "news"} == {DAY - timedelta(days=age)}
    assert snapshot.collection is not None
    assert f"rendered {HOST}" in snapshot.collection.remarks


def test_a_single_page_application_is_rendered() -> None:
    pages = filled(1)
    written = frame(LIST).decode().split("<body>")[1].split("</body>")[0].replace('<script src="/js/list.js"></script>', "")
    pages["/"] = b'<html><head><title>x</title></head><body><div id="app"></div><script src="/js/app.js"></script></body></html>'
    pages["/js/app.js"] = f"document.getElementById('app').innerHTML = {json.dumps(written)};{SCRIPT}".encode()
    snapshot, _ = look(pages, browser=True)
    assert snapshot.home is not None
    assert snapshot.home.latest_entry_at == DAY - timedelta(days=1)


def test_the_guard_holds_for_every_request_of_the_browser() -> None:
    pages = filled(1)
    pages["/js/list.js"] += (
        b";fetch('http://127.0.0.1:1/secret');new Image().src='http://169.254.169.254/';new WebSocket('ws://10.0.0.1/');"
    )
    snapshot, asked = look(pages, browser=True)
    assert named(snapshot) == set()
    assert {host for host, _ in asked} == {HOST}


def test_pages_of_a_journal_are_drawn_without_the_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = tmp_path / "j"
    look(filled(300), browser=True, journal=journal)
    url = next(record["url"] for record in read_visits(journal) if record.get("t") == "visit" and record["url"].endswith("/tz/"))
    assert main(["evidence", "--journal", str(journal), "--url", url, "--screenshots", str(tmp_path / "png")]) == 0
    digest = json.loads(capsys.readouterr().out)["digest"]
    assert (tmp_path / "png" / f"{digest}.png").read_bytes().startswith(b"\x89PNG")


def test_pages_without_open_questions_are_not_rendered() -> None:
    page = frame(
        "<ul class='list'><li><a href='/1.html'>关于工作有关情况的通知</a><span>2024-08-27</span></li></ul><script src='/js/x.js'></script>"
    )
    assert not needs_rendering(page_outcome(page.decode(), "http://a.example.gov.cn/", at=0, seconds=0))
    assert needs_rendering(page_outcome(frame(LIST).decode(), "http://a.example.gov.cn/", at=0, seconds=0))
