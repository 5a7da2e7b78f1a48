"""Ways to columns, lists, letters and services that are easily overlooked: pictures, clicks, calls of scripts, sitemap.xml."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from datetime import timedelta

import pytest

from govmedia_rules import collect
from govmedia_rules.collect.calls import MOST_RECORDS, Call, Records, json_lists, read_calls
from govmedia_rules.collect.channels import MOST_CHANNELS, MOST_PICTURES
from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.home import is_tool_frame
from govmedia_rules.collect.messages import read_answer_time, read_messages
from govmedia_rules.collect.navigation import Base, page_key, read_navigation
from govmedia_rules.collect.robots import read_sitemap
from govmedia_rules.collect.tolerant import read_answer
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW, LoopbackServer
from tests.collect.test_collect_doubt import DAY, FOOT, HOST, NAMES, frame, look, made, named, rows
from tests.timing import allowed

BASE = Base(f"http://{HOST}/yw/index.html")
WAYS = {
    "pictures": '<div class="nav">{}</div>, <a href="/{p}/"><img src="/i.png" alt="{n}"></a>',
    "areas": '<img usemap="#m" src="/i.gif"><map name="m">{}</map>, <area href="/{p}/" alt="{n}">',
    "clicks": "<ul class='nav'>{}</ul>, <li onclick=\"location.href='/{p}/'\">{n}</li>",
    "scripts in links": "<ul class='nav'>{}</ul>, <li><a href=\"javascript:window.open('/{p}/')\">{n}</a></li>",
    "a bar without a name": '<div class="w12">{}</div>, <a href="/{p}/">{n}</a> |',
}


@pytest.mark.parametrize("way", WAYS)
def test_columns_and_channels_are_found_whatever_the_navigation_is_made_of(way: str) -> None:
    bar, item = WAYS[way].split(", ", 1)
    names = NAMES | {"xx": "网上问政"}
    links = bar.replace("{}", "".join(item.replace("{p}", path).replace("{n}", name) for path, name in names.items()))
    html = f'<html><head><meta charset="utf-8"><title>示例区人民政府</title></head><body>{links}{rows("yw", [1, 3])}{FOOT}</body></html>'
    assert [navigation.name for navigation in read_navigation(Dom(html), Base(f"http://{HOST}/"))] == list(names.values())
    stale = dict.fromkeys(NAMES, rows("old", [300, 310]))
    snapshot = look(made(stale) | {"/": html.encode()})
    assert named(snapshot) == {"columns.core"}
    assert any(channel.effective for channel in snapshot.channels or ())


def test_a_look_without_any_column_observes_no_columns() -> None:
    html = f'<html><head><meta charset="utf-8"><title>示例区人民政府</title></head><body>{rows("yw", [1, 3])}{FOOT}</body></html>'
    snapshot = look({"/": html.encode(), "/map.html": frame("<p>无</p>", nav="<li></li>")})
    assert snapshot.columns is None


# ---------------------------------------------------------------- lists in JSON and behind calls

RECORDS = [
    {"title": f"关于第{age}号工作有关情况的通知", "url": f"/yw/{age}.html", "pubDate": f"{DAY - timedelta(days=age)}"}
    for age in (2, 5)
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps({"code": 0, "data": {"total": 2, "rows": RECORDS}}, ensure_ascii=False),
        f"var list = {json.dumps(RECORDS)};\nshow(list);",
        json.dumps([{"BT": record["title"], "Doc_Pub_Url": record["url"], "FBSJ": record["pubDate"]} for record in RECORDS]),
        json.dumps([{"title": record["title"], "publishTime": 1724880000000 + 86_400_000} for record in RECORDS]),
    ],
)
def test_lists_in_json_are_read(text: str) -> None:
    (fragment,) = json_lists(text).lists
    assert "关于第2号工作有关情况的通知" in fragment
    assert "2024-08-2" in fragment or "2024-08-30" in fragment


def test_json_without_titles_gives_no_list() -> None:
    assert json_lists('var a = [{"id": 1}]; b = {"x": {"y": [1, 2]}}; c = [{bad; d = ' + "[" * 3_000).lists == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("$.getJSON('/api/list.json', function(d){show(d)})", [Call(f"http://{HOST}/api/list.json", False)]),
        ("$.post('/a/list.do', {channelId: 12, page: '1'}, show)", [Call(f"http://{HOST}/a/list.do?channelId=12&page=1", True)]),
        (
            "var col = '7';\n$.ajax({url: 'q.jsp', type: 'POST', data: {col: col, n: 15}, success: show})",
            [Call(f"http://{HOST}/yw/q.jsp?col=7&n=15", True)],
        ),
        ("fetch('/data/list.json').then(show)", [Call(f"http://{HOST}/data/list.json", False)]),
        ("axios.get('/data/q', {params: {id: 3}}).then(show)", [Call(f"http://{HOST}/data/q?id=3", False)]),
        ("$('#l').load('/inc/list.html')", [Call(f"http://{HOST}/inc/list.html", False)]),
        (
            "$('#1').jpage({proxyUrl:'/module/jpage/dataproxy.jsp',perPage:15,proxyParam:{'columnid':9,'unitid':'5'}})",
            [Call(f"http://{HOST}/module/jpage/dataproxy.jsp?columnid=9&unitid=5", True)],
        ),
        ("$.post('/a/list.do', {channelId: getId()}, show)", []),
        ("$.get('/a/' + id + '.json', show)", []),
        ("$.post('/vote/save.do', {id: 1}, show)", []),
        ("$.getJSON('http://elsewhere.example/list.json', show)", []),
        ("$.ajax({url: '/a/list.do', data: $('#form').serialize(), success: show})", []),
    ],
)
def test_calls_for_lists_are_read_where_address_and_parameters_stand_in_the_page(script: str, expected: list[Call]) -> None:
    calls, is_whole = read_calls(Dom(f"<html><body><script>{script}</script></body></html>"), BASE)
    assert (list(calls), is_whole) == (expected, bool(expected))


CALL = "<ul id='l'></ul><script>$.post('/{p}/list.do', {{channelId: 12, page: 1}}, show)</script>"


@pytest.mark.parametrize("form", ["json", "xml", "html"])
def test_a_list_behind_a_call_is_read(form: str) -> None:
    def answer(path: str, age: int) -> bytes:
        items = [
            (f"关于第{number}号工作有关情况的通知", f"/{path}/{number}.html", DAY - timedelta(days=age + number))
            for number in range(4)
        ]
        if form == "json":
            return json.dumps({"rows": [{"title": title, "url": url, "pubDate": str(day)} for title, url, day in items]}).encode()
        lines = [f'<li><a href="{url}">{title}</a><span>{day}</span></li>' for title, url, day in items]
        if form == "html":
            return "".join(lines).encode()
        records = "".join(f"<record><![CDATA[{line}]]></record>" for line in lines)
        return f'<?xml version="1.0"?><datastore><recordset>{records}</recordset></datastore>'.encode()

    pages = made({path: CALL.format(p=path) for path in NAMES})
    for age, expected in ((2, set()), (300, {"columns.core"})):
        snapshot = look(pages | {f"/{path}/list.do": answer(path, age) for path in NAMES})
        assert named(snapshot) == expected
        assert {column.latest_entry_at for column in snapshot.columns or () if column.kind == "news"} == {DAY - timedelta(days=age)}
    # A second call that cannot be followed may bring what is newer.
    more = CALL + "<script>$.get(addressOf('{p}'), show)</script>"
    pages = made({path: more.format(p=path) for path in NAMES}) | {f"/{path}/list.do": answer(path, 300) for path in NAMES}
    assert named(look(pages)) == set()


def test_old_entries_beside_a_list_that_a_script_fills_prove_no_neglect() -> None:
    aside = "<div class='list'><ul></ul></div><script>$.get(addressOf(7), show)</script>" + rows("hot", [300, 310, 320])
    assert named(look(made(dict.fromkeys(NAMES, aside)))) == set()


def test_the_further_records_of_a_datastore_are_followed() -> None:
    proxy = "/module/jpage/dataproxy.jsp"

    def store(path: str, ages: list[int], following: str = "") -> str:
        records = "".join(
            f"<record><![CDATA[{line}]]></record>"
            for line in rows(path, ages)[17:-5].replace("</li>", "</li>\0").split("\0")
            if line
        )
        group = f'<nextgroup><![CDATA[<a href="{following}"></a>]]></nextgroup>' if following else ""
        return f"<datastore>{group}<recordset>{records}</recordset></datastore>"

    first = {
        path: f"<script type='text/xml'>{store(path, [330, 320, 310], f'{proxy}?page=1&amp;c={path}')}</script>" for path in NAMES
    }
    # The test's server looks at the path alone: one answer for every column.
    snapshot = look(made(first) | {proxy: store("new", [3, 2, 1]).encode()})
    assert named(snapshot) == set()
    assert DAY - timedelta(days=1) in {column.latest_entry_at for column in snapshot.columns or ()}


# ---------------------------------------------------------------- sitemap.xml


def test_sitemap_xml_is_read_packed_and_as_an_index() -> None:
    text = f"<?xml version='1.0'?><urlset><url><loc>http://{HOST}/tz/?a=1&amp;b=2</loc></url><url><loc> http://{HOST}/x.html </loc></url>"
    assert read_sitemap(text.encode(), 1_000) == (False, (f"http://{HOST}/tz/?a=1&b=2", f"http://{HOST}/x.html"))
    index = f"<sitemapindex><sitemap><loc>http://{HOST}/m1.xml.gz</loc></sitemap></sitemapindex>".encode()
    assert read_sitemap(gzip.compress(index), 1_000) == (True, (f"http://{HOST}/m1.xml.gz",))
    assert read_sitemap(gzip.compress(b"<loc>http://a.b/</loc>" + b" " * 10_000_000), 5_000)[1] == ("http://a.b/",)
    assert read_sitemap(b"\x1f\x8bno", 5) == (False, ())


def test_columns_come_from_sitemap_xml_where_a_script_writes_the_navigation() -> None:
    script = "<div id='nav'></div><ul></ul><script>$.get(menuOf(1), show)</script>"

    def page(title: str, body: str) -> bytes:
        head = f'<html><head><meta charset="utf-8"><title>{title}</title></head>'
        return f"{head}<body>{script}{body}主办单位：示例区市场监督管理局 网站标识码：6101000001</body></html>".encode()

    async def run() -> SiteSnapshot:
        pages = {f"/{path}/": page(name, rows("old", [300, 310])) for path, name in NAMES.items()}
        pages |= {"/": page("示例区人民政府", rows("yw", [1, 2])), "/robots.txt": b"User-agent: *\nDisallow: /admin/\n"}
        async with LoopbackServer({HOST: pages}) as server:
            origin = f"http://{HOST}:{server.port}"
            places = [*(f"/{path}/" for path in NAMES), "/yw/202408/t20240801_12345.html"]
            pages["/m.xml"] = "".join(f"<url><loc>{origin}{place}</loc></url>" for place in places).encode()
            pages["/robots.txt"] += f"Sitemap: {origin}/m.xml\n".encode()
            site = Site(name="示例区人民政府", url=origin + "/")
            guard = collect.Guard(test_hosts={HOST: "127.0.0.1"})
            return await collect.site_async(site, guard=guard, observed_at=NOW, limits=collect.Limits(retries=0))

    snapshot = asyncio.run(run())
    assert {column.name for column in snapshot.columns or ()} == set(NAMES.values())
    assert {column.found_by for column in snapshot.columns or ()} == {"sitemap"}
    assert "columns" in snapshot.partial
    assert "columns.core" not in named(snapshot)  # how high the columns stand is not known


# ---------------------------------------------------------------- letters

LETTERS = {
    "labels": "<ul>{}</ul>, <li><a href='/l{n}.html'>反映第{n}号路灯不亮</a><span>留言时间：{day}</span><span>答复时间：{answer}</span></li>",
    "split labels": "<ul>{}</ul>, <li><a href='/l{n}.html'>反映第{n}号路灯不亮</a><b>来信时间</b><i>：</i><span>提交时间：</span><em>{day}</em><span>状态：</span><em>已办结</em></li>",
    "a date and a status": "<ul>{}</ul>, <li><a href='/l{n}.html'>反映第{n}号路灯不亮</a><b>[已回复]</b><i>{day}</i></li>",
    "a table without a head": "<table><tbody>{}</tbody></table>, <tr><td><a href='/l{n}.html'>反映第{n}号路灯不亮</a></td><td>{day}</td><td>已答复</td></tr>",
}


@pytest.mark.parametrize("form", LETTERS)
def test_letters_without_a_header_are_read(form: str) -> None:
    frame_html, row = LETTERS[form].split(", ", 1)
    lines = "".join(
        row.format(n=n, day=DAY - timedelta(days=10 * n + 5), answer=DAY - timedelta(days=10 * n + 1)) for n in range(4)
    )
    messages = read_messages(Dom(frame_html.format(lines)), BASE, column_kind="mailbox", now=NOW)
    assert messages is not None
    assert [(message.title, message.answered) for message in messages] == [(f"反映第{n}号路灯不亮", True) for n in range(4)]


def test_lists_of_news_are_no_letters() -> None:
    assert read_messages(Dom(rows("yw", [1, 2, 3])), BASE, column_kind="mailbox", now=NOW) is None
    assert read_answer_time(Dom("<p>答复时间：</p><p>2024-05-06 09:00</p>"), NOW) is not None
    assert read_answer_time(Dom("<p>来信时间：2024-05-06</p>"), NOW) is None


@pytest.mark.parametrize("name", ["县长信箱", "12345在线", "民意直通车", "有话要说", "网上问政", "我问你答"])
def test_letters_are_read_behind_odd_names_and_followed(name: str) -> None:
    frame_html, row = LETTERS["a date and a status"].split(", ", 1)

    def letters(ages: list[int]) -> str:
        return frame_html.format("".join(row.format(n=age, day=DAY - timedelta(days=age)) for age in ages))

    form = "<form>留言<textarea name='t'></textarea></form>"
    links = (
        "".join(f'<li><a href="/{path}/">{column}</a></li>' for path, column in NAMES.items())
        + f'<li><a href="/xx/">{name}</a></li>'
    )
    pages = made({}) | {"/": frame(rows("yw", [1, 2]), nav=links)}
    pages["/xx/"] = frame(form + letters([5, 20, 100]) + "<a href='/xx/2.html'>下一页</a>", nav=links)
    pages["/xx/2.html"] = frame(letters([200, 500, 600]), nav=links)
    pages |= {f"/l{age}.html": frame(f"<p>答复时间：{DAY - timedelta(days=age - 3)}</p>", nav=links) for age in (100, 200)}
    snapshot = look(pages)
    assert len(snapshot.messages or ()) == 6
    assert {message.answered_at for message in snapshot.messages or () if message.answered_at} == {
        DAY - timedelta(days=97),
        DAY - timedelta(days=197),
    }
    assert "messages" not in snapshot.partial


def test_letters_that_a_script_writes_are_not_observed() -> None:
    body = "<form>留言<textarea></textarea></form><table><tr><th>标题</th><th>来信时间</th><th>状态</th></tr></table><ul></ul><script>$.get(x, show)</script>"
    snapshot = look(made({}) | {"/xx/": frame(body)})
    assert snapshot.messages is None


# ---------------------------------------------------------------- services, pinned entries


def services_of(pages: dict[str, bytes]) -> tuple[object, ...] | None:
    services = look(pages).services
    return None if services is None else tuple(service.name for service in services)


def test_no_services_are_said_only_after_the_whole_look() -> None:
    pages = made({}) | {"/map.html": frame("<ul><li><a href='/yw/'>要闻动态</a></li><li><a href='/tz/'>通知公告</a></li></ul>")}
    assert services_of(pages) == ()
    home = pages["/"]
    for hint in (
        "<a href='http://www.zwfw.example/'>省政务服务网</a>",
        "<a href='/w.html'>办事指南</a>",
        "<a href='/q/'><img src='/q.png'></a>",
    ):
        assert services_of(pages | {"/": home.replace(b"</ul>", f"</ul>{hint}".encode(), 1)}) is None
    assert services_of(pages | {"/map.html": b""}) is None


def test_services_without_dates_are_counted() -> None:
    names = ["婚姻登记", "身份证办理", "残疾人证", "临时救助"]
    body = "<ul>" + "".join(f"<li><a href='/fw/{n}.html'>{name}</a></li>" for n, name in enumerate(names)) + "</ul>"
    links = (
        "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items()) + '<li><a href="/fw/">便民服务</a></li>'
    )
    pages = made({}) | {"/": frame(rows("yw", [1, 2]), nav=links), "/fw/": frame(body, nav=links)}
    assert services_of(pages) == tuple(names)


def test_a_home_page_of_pinned_entries_beside_fresh_columns_is_open() -> None:
    pinned = rows("ding", [700, 720], "<em>置顶</em><span>{day}</span>")
    snapshot = look(made({}, home=pinned))
    assert named(snapshot) == set()
    assert snapshot.collection is not None
    assert "home_shows_only_pinned_entries" in snapshot.collection.remarks
    assert named(look(made({}, home=rows("ding", [700, 720])))) == {"home_stale"}
    stale = {path: rows("old", [400, 410]) for path in NAMES}
    assert named(look(made(stale, home=pinned))) == {"home_stale", "columns.core"}


# ---------------------------------------------------------------- what stands beside, before or instead of the site


def test_fresh_entries_beside_every_list_do_not_hide_stale_columns() -> None:
    aside = rows("tz", [1, 2, 3])
    lists = {path: rows(path, [300, 310, 320]) + aside for path in NAMES if path != "tz"}
    assert named(look(made(lists, home=rows("tz", [1, 2])))) == {"columns.core"}
    only = dict.fromkeys((path for path in NAMES if path != "tz"), "<div id='main'></div>" + aside)
    snapshot = look(made(only, home=rows("tz", [1, 2])))
    assert named(snapshot) == set()
    assert {column.latest_entry_at for column in snapshot.columns or () if column.kind == "news"} == {None}


def test_a_duty_roster_is_no_list() -> None:
    roster = f"<div><table><tr><td>{DAY}</td><td>张主任</td></tr></table></div>"
    assert named(look(made({}, home=roster + rows("old", [40, 50, 60])))) == {"home_stale"}


def test_titles_beside_their_links_are_read() -> None:
    def items(path: str) -> str:
        form = "<li>关于第{age}号工作情况的通知<a href='/{path}/{age}.html'>查看</a><i>{day}</i></li>"
        return "".join(form.format(age=age, path=path, day=DAY - timedelta(days=age)) for age in (2, 5))

    snapshot = look(made({path: f"<ul>{items(path)}</ul>" for path in NAMES}))
    assert {column.entry_count for column in snapshot.columns or () if column.kind == "news"} == {2}


def test_entries_dated_in_the_future_leave_a_list_open() -> None:
    future = rows("tz", [-40, 300, 310])
    assert named(look(made(dict.fromkeys(NAMES, future), home=future))) == set()


@pytest.mark.parametrize(
    "html",
    [
        f"<title>示例区人民政府</title><h1>系统维护公告</h1><p>因机房搬迁，本网站暂停对外服务，不便之处敬请谅解。</p>{FOOT}",
        "<title>linchuan.example</title><p>This domain may be for sale</p>"
        + "".join(f"<a href='/?q={n}'>广告{n}</a>" for n in range(12)),
        "<title>Index of /</title><pre>"
        + "".join(f"<a href='d{n}/'>d{n}/</a> 2019-03-0{n + 1} 10:22\n" for n in range(8))
        + "</pre>",
        "<title>某某网络科技有限公司</title>"
        + rows("case", [900, 910, 920])
        + "".join(f"<a href='/{n}.html'>产品{n}</a>" for n in range(9)),
    ],
)
def test_what_stands_in_place_of_the_site_is_not_judged(html: str) -> None:
    assert named(look({"/": f'<html><head><meta charset="utf-8"></head><body>{html}</body></html>'.encode()})) == set()


def test_visitors_without_a_telephone_are_followed() -> None:
    script = "if(/Mobile/.test(navigator.userAgent)){location.href='/m/';}else{location.href='/main.html';}"
    pages = made({})
    pages |= {"/main.html": pages["/"], "/": f"<html><body><script>{script}</script></body></html>".encode()}
    assert look(pages).columns


@pytest.mark.parametrize(
    "hint",
    [
        f"<a href='http://hd.{HOST}/wd/'>我问你答</a>",
        "<p>意见建议请发邮箱：xx@example.gov.cn</p>",
        "<a href='/xf/'>阳光信访</a>",
    ],
)
def test_ways_to_ask_that_were_not_read_leave_the_channel_open(hint: str) -> None:
    links = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
    pages = made({}) | {
        path: frame(body, nav=links) for path, body in {"/": rows("yw", [1, 2]), "/map.html": "<p>地图</p>"}.items()
    }
    pages |= {f"/{path}/": frame(rows(path, [1, 2]), nav=links) for path in NAMES}
    pages["/xf/"] = frame("<form>咨询、建议、来信<textarea></textarea></form>", nav=links)
    pages.pop("/xx/")
    assert named(look(pages)) == {"interaction.no_channel"}
    assert named(look(pages | {"/": frame(rows("yw", [1, 2]) + hint, nav=links)})) == set()


@pytest.mark.parametrize(
    "script",
    [
        "$.post('/comment/create.do', {id: '3', content: 'ok'}, show)",
        "$.post('/letter/reply.do', {id: '3'}, show)",
        "$.post('/survey/publish.do', {id: '3'}, show)",
        "$.ajax({type: 'DELETE', url: '/api/item', data: {id: '3'}})",
        "$.ajax({type: how, url: '/api/list', data: {id: '3'}})",
        "fetch('/api/list', {method: 'POST', body: 'x=1'}).then(show)",
        "fetch('/api/list', {credentials: 'include'}).then(show)",
        "var p = 1;\nfunction last(){p = 9;load();}\n$.get('/api/list', {p: p}, show)",
        "var s = '';\ns += 'x';\n$.get('/api/list', {s: s}, show)",
        "var p = '1';\nfunction load(p){$.get('/api/list', {p: p}, show)}",
        "for (var i = 0; i < 3; i++) {$.get('/api/list', {i: i}, show)}",
    ],
)
def test_calls_that_may_change_something_or_that_a_script_works_out_are_not_sent(script: str) -> None:
    assert read_calls(Dom(f"<html><body><script>{script}</script></body></html>"), BASE) == ((), False)


def test_many_calls_are_not_looked_at_for_ever() -> None:
    begun = time.process_time()
    assert read_calls(Dom(f"<html><body><script>{'$.ajax({' * 10_000}</script></body></html>"), BASE) == ((), False)
    assert time.process_time() - begun < allowed(1)


def test_a_list_longer_than_is_kept_is_not_read() -> None:
    records = [{"title": f"关于第{number}号工作的通知", "publishTime": "2024-08-01"} for number in range(MOST_RECORDS + 1)]
    assert json_lists(json.dumps(records[:-1])).is_whole
    assert json_lists(json.dumps(records)) == Records([], is_whole=False)


def test_interim_answers_without_end_are_refused_at_once() -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match="interim"):
        read_answer(b"HTTP/1.1 100 C\r\n\r\n" * 100_000)
    assert time.process_time() - begun < allowed(1)
    assert read_answer(b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx")[2] == b"x"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://i.tianqi.com/index.php?c=code", True),
        ("http://d.example.gov.cn/weather.html", True),
        ("http://d.example.gov.cn/common/map.html", True),
        ("http://d.example.gov.cn/update/f.html", False),
        ("http://d.example.gov.cn/timeline/f.html", False),
        ("http://d.example.gov.cn/roadmap.html", False),
    ],
)
def test_frames_of_tools_are_known_by_whole_words(url: str, expected: bool) -> None:
    assert is_tool_frame(url) is expected


# ---------------------------------------------------------------- letters as cards, services and channels that were not read

CARDS = {
    "boxes": '<div>{}</div>, <div><h4><a href="/l/{n}.html">{t}</a></h4><p>来信时间：{a}</p><em>{s}</em></div>',
    "boxes without links": "<div>{}</div>, <div><h5>{t}</h5><p>留言时间：{a} 状态：{s}</p></div>",
    "links": '<section>{}</section>, <a href="/l/{n}.html"><div>{t}</div><div>{a}</div><div>[{s}]</div></a>',
    "terms": '<dl>{}</dl>, <dt><a href="/l/{n}.html">{t}</a></dt><dd>时间：{a} | 状态：{s}</dd>',
    "boxes in boxes": '<div><div><div>{}</div></div></div>, <div><b><a href="/l/{n}.html">{t}</a></b><span>{a}</span><i>{s}</i></div>',
}


@pytest.mark.parametrize("way", CARDS)
def test_letters_are_read_as_cards_too(way: str) -> None:
    box, card = CARDS[way].split(", ", 1)
    states = (("已答复", True), ("未答复", False), ("已办结", True))
    cards = [card.format(n=n, t=f"关于第{n}路公交的建议", a=f"2024-08-1{n}", s=word) for n, (word, _) in enumerate(states)]
    messages = read_messages(Dom(f"<body>{box.replace('{}', ''.join(cards))}</body>"), BASE, column_kind="messages", now=NOW)
    assert messages is not None
    assert [(m.title, str(m.asked_at), m.answered) for m in messages] == [
        (f"关于第{n}路公交的建议", f"2024-08-1{n}", answered) for n, (_, answered) in enumerate(states)
    ]


def test_two_lists_of_letters_side_by_side_are_no_two_letters() -> None:
    card = '<div><a href="/l/{n}.html">关于第{n}路公交的建议</a><span>2024-08-1{n}</span><em>未答复</em></div>'
    lists = "".join(f"<div>{''.join(card.format(n=4 * part + n) for n in range(4))}</div>" for part in range(2))
    messages = read_messages(Dom(f"<body><div>{lists}</div></body>"), BASE, column_kind="messages", now=NOW)
    assert messages is not None
    assert len(messages) == 4


def test_letters_below_a_header_in_a_table_of_its_own_and_of_several_tables_are_read() -> None:
    head = "<tr><td>标题</td><td>来信时间</td><td>办理状态</td></tr>"
    row = "<tr><td><a href='/xx/{n}.html'>关于第{n}盏路灯的咨询</a></td><td>2024-08-1{n}</td><td>{status}</td></tr>"
    first, second, third = (row.format(n=n, status=status) for n, status in enumerate(("已答复", "未答复", "已答复")))
    parts = [
        f"<table>{head}</table><div><table>{first}{second}{third}</table></div>",
        f"<table>{head}{first}</table><h3>投诉</h3><table>{head}{second}{third}</table>",
        f"<table><tr><td><table>{head}{first}{second}</table></td><td><table>{head}{third}</table></td></tr></table>",
    ]
    for part in parts:
        messages = read_messages(Dom(f"<body>{part}</body>"), BASE, column_kind="messages", now=NOW)
        assert messages is not None
        assert [message.answered for message in messages] == [True, False, True]


@pytest.mark.parametrize("more", ["<p>" + "正文。" * 1_000 + "</p>", "".join(f"<a href='/l/f{n}.pdf'>附件</a>" for n in range(4))])
def test_a_letter_whose_row_is_not_read_is_not_left_out(more: str) -> None:
    card = '<div><a href="/l/{n}.html">关于第{n}路公交的建议</a><span>2024-08-1{n}</span><em>已答复</em>{more}</div>'
    letters = "".join(card.format(n=n, more=more if n == 2 else "") for n in range(3))
    assert read_messages(Dom(f"<body><div>{letters}</div></body>"), BASE, column_kind="messages", now=NOW) is None


MORE = {
    "": set(),
    "<p>共1页 上一页 下一页 末页</p>": set(),
    '<a href="/{}/2.html">下一页</a>': {"services"},
    "<button>加载更多</button>": {"messages", "services"},
    "<a href='javascript:go(2)'>下一页</a>": {"messages", "services"},
    "<p>共3页</p>": {"messages", "services"},
}


@pytest.mark.parametrize("more", MORE)
def test_letters_and_services_on_further_pages_were_not_read(more: str) -> None:
    rows_of = "".join(
        f"<tr><td><a href='/xx/{n}.html'>关于第{n}盏路灯的咨询</a></td><td>{DAY - timedelta(days=20 + n)}</td><td>已答复</td></tr>"
        for n in range(6)
    ).split("<tr>")
    head = "<tr><th>标题</th><th>来信时间</th><th>办理状态</th></tr>"
    guides = "".join(f"<li><a href='/bs/{n}.html'>第{n}项事项办理指南</a></li>" for n in range(4))
    pages = {
        "/xx/": frame(f"<textarea></textarea><table>{head}{'<tr>'.join(rows_of[:4])}</table>{more.replace('{}', 'xx')}"),
        "/xx/2.html": frame(f"<table>{head}<tr>{'<tr>'.join(rows_of[4:])}</table><p>首页 下一页 末页</p>"),
        "/bs/": frame(f"<ul>{guides}</ul>{more.replace('{}', 'bs')}"),
    }
    nav = '<li><a href="/xx/">我要写信</a></li><li><a href="/bs/">办事服务</a></li>'
    assert {"messages", "services"} & set(_looked_at("", nav=nav.encode(), **pages).partial) == MORE[more]


def _looked_at(home: str, **more: bytes) -> SiteSnapshot:
    links = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
    pages = {f"/{path}/": frame(rows(path, [1, 3, 8]), nav=links) for path in NAMES}
    nav = links + more.pop("nav", b"").decode()
    return look(pages | {"/": frame(home + rows("yw", [1, 3, 8]), nav=nav), "/map.html": frame("<p>地图</p>", nav=nav)} | more)


@pytest.mark.parametrize(
    "home",
    [
        '<button onclick="box()">区长信箱</button>',
        '<img src="/q.png" alt="扫码向区长留言">',
        '<a href="http://hall.example.com/"><img src="/hall.png"></a>',
    ],
)
def test_a_channel_that_a_button_or_a_picture_may_lead_to_is_not_missing(home: str) -> None:
    assert "channels" in _looked_at(home).partial
    assert "channels" not in _looked_at('<a href="http://bszs.conac.cn/"><img src="/blue.png"></a>').partial


@pytest.mark.parametrize(
    ("link", "bound"),
    [('<a href="/p{n}.html"><img src="/{n}.jpg"></a>', MOST_PICTURES), ('<a href="/p{n}.html">专栏{name}</a>', MOST_CHANNELS)],
)
def test_a_channel_behind_more_links_than_are_opened_is_not_missing(link: str, bound: int) -> None:
    for count, is_whole in ((bound, True), (bound + 1, False)):
        home = "".join(link.format(n=n, name=chr(0x4E00 + n)) for n in range(count))
        nav = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
        snapshot = _looked_at(home, **{f"/p{n}.html": frame("<h3>专题</h3>", nav=nav) for n in range(count)})
        assert ("channels" not in snapshot.partial) is is_whole


def test_the_weather_in_a_frame_hides_no_channel() -> None:
    pages = {f"/{path}/": frame(rows(path, [1, 3]) + '<iframe src="//i.tianqi.com/index.php"></iframe>') for path in NAMES}
    assert "channels" not in _looked_at("", **pages).partial


def test_services_in_a_frame_or_behind_a_picture_are_not_missing() -> None:
    column = frame('<iframe src="http://hall.example.com/"></iframe>')
    assert _looked_at("", nav='<li><a href="/bs/">办事服务</a></li>'.encode(), **{"/bs/": column}).services is None
    assert _looked_at('<a href="http://hall.example.com/"><img src="/hall.png"></a>').services is None


def test_a_host_in_chinese_is_the_host_in_ascii() -> None:
    base = Base("http://xn--fsqu00a.xn--0zwm56d/")
    assert base.is_inside("http://例子.测试/yw/")
    assert page_key("http://例子.测试/yw/") == page_key("http://xn--fsqu00a.xn--0zwm56d/yw/")


STUB = '<html><head><meta http-equiv="Refresh" content="0; URL={}"></head><body></body></html>'


def test_a_home_page_that_leads_to_another_index_page_of_its_folder_is_followed() -> None:
    pages = made({}, **{"/index.shtml": frame(rows("yw", [1, 3, 8]))}) | {"/": STUB.format("index.shtml").encode()}
    snapshot = look(pages)
    assert snapshot.home is not None
    assert snapshot.home.entries
    loop = look({"/": STUB.format("index.html").encode(), "/index.html": STUB.format("/").encode()})
    assert loop.collection.failure == "redirect_loop"


def test_a_version_for_telephones_is_not_judged_as_the_home_page() -> None:
    small = frame('<a href="{}">电脑版</a>' + rows("yw", [300, 310, 320]), nav="<li><a href='/wap/yw/'>要闻</a></li>").decode()
    home = STUB.format("/wap/").encode()
    only = look(made({}) | {"/": home, "/wap/": small.format("/").encode()})
    assert (only.home, only.collection.failure, named(only)) == (None, "foreign_page", set())
    both = look(made({}, **{"/pc/": frame(rows("yw", [1, 3, 8]))}) | {"/": home, "/wap/": small.format("/pc/").encode()})
    assert both.home is not None
    assert both.home.entries
    asked = look(made({}) | {"/": frame(rows("yw", [300, 310, 320]), nav="<li><a href='/wap/'>手机版</a></li>")})
    assert "home_stale" in named(asked)


@pytest.mark.parametrize(
    "note",
    ["栏目内容建设中，敬请期待！", "本栏目正在建设中，请您稍后访问。", "暂无内容，敬请关注", "抱歉，该栏目下暂时没有内容；谢谢！"],
)
def test_a_notice_of_two_sentences_says_that_a_column_is_blank(note: str) -> None:
    assert "columns.blank" in named(
        look(made(dict.fromkeys(NAMES, f"<div class='list'><p>{note}</p></div>"), home=rows("yw", [1, 3])))
    )


@pytest.mark.parametrize(
    "note",
    ["暂无内容，加载失败", "暂无数据，请登录后查看", "内容更新中，稍后由系统推送到本页", "暂无数据，请稍后重试", "暂无内容请刷新"],
)
def test_a_notice_that_says_something_else_too_is_none(note: str) -> None:
    assert named(look(made(dict.fromkeys(NAMES, f"<div class='list'><p>{note}</p></div>"), home=rows("yw", [1, 3])))) == set()
