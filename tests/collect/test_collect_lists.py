"""Lists whose newest entries stand where a plain reading misses them: in scripts, on further pages, under headings of years."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from datetime import date

import httpx
import pytest

from govmedia_rules import collect
from govmedia_rules.collect.calls import MOST_TRIED, json_lists
from govmedia_rules.collect.dom import DEEPEST, MANY_TAGS, Dom
from govmedia_rules.collect.entries import read_entries
from govmedia_rules.collect.navigation import Base, read_next_page
from govmedia_rules.collect.page import PageFacts
from govmedia_rules.collect.unpacking import BadPacking, TooLarge, Unpacker, codings
from govmedia_rules.snapshots.models import SiteSnapshot
from tests.collect.madesites import NOW
from tests.collect.test_collect_doubt import HOST, NAMES, article, frame, look, made, named, rows

OLD = '<div class="box"><h4>专题回顾</h4>' + rows("zt", [200, 210, 230]) + "</div>"
HELD = "[" + ",".join(f"{{t:'关于第{n}号工作有关情况的通知',u:'/yw/n{n}.html',d:'2024-08-2{n}'}}" for n in range(5)) + "]"
SECONDS = "[" + ",".join(f"['关于第{n}号工作有关情况的通知','/yw/n{n}.html',172411200{n}]" for n in range(5)) + "]"
LOOP = "for(var i=0;i<9;i++){$('#rows').append(row(i));}"
CALL = "$.get('/api/list',{c:1},show)"
WRAPPED = {
    "with slashes": "//<![CDATA[\n{}\n//]]>",
    "with stars": "/*<![CDATA[*/{}/*]]>*/",
    "with a comment": "<!--//--><![CDATA[//><!--\n{}\n//--><!]]>",
    "bare": "<![CDATA[\n{}\n]]>",
}
HIDING = {
    "records that are no JSON": f'<ul id="rows"></ul><script>show({HELD})</script>',
    "written entries": "<ul><script>"
    + "".join(f'document.write("<li><a href=/yw/n{n}.html>第{n}号通知</a>");' for n in range(3))
    + "</script></ul>",
    "an own script and an empty box": '<div id="rows"></div><script src="/own/yw_render.js"></script>',
    "an unfilled template": "<ul><li>{{ row.title }}</li></ul><script src='/own/p.js'></script>",
    "records with seconds": f"<script>show({SECONDS})</script>",
    "a long script": f"<script>var pad='{'x' * 20_000}';{LOOP}</script>",
    **{f"records in CDATA {way}": f"<script>{text.format(f'show({HELD})')}</script>" for way, text in WRAPPED.items()},
    **{f"a call in CDATA {way}": f"<ul id='rows'></ul><script>{text.format(CALL)}</script>" for way, text in WRAPPED.items()},
    "an element of its own making": '<entry-rows col="1"></entry-rows>',
}


@pytest.mark.parametrize("way", HIDING)
def test_an_old_list_beside_one_that_a_script_shows_names_nobody(way: str) -> None:
    assert named(look(made(dict.fromkeys(NAMES, HIDING[way] + OLD)))) == set()


@pytest.mark.parametrize("script", ["<script src='/js/site.js'></script>", f"<script>{LOOP}</script>"])
@pytest.mark.parametrize("box", ["<div id='rows'></div>", "<object data='/flash/rows.swf'></object>"])
def test_what_runs_on_every_page_may_fill_what_only_one_has(script: str, box: str) -> None:
    home = rows("yw", [1, 2]) + script
    assert named(look(made(dict.fromkeys(NAMES, box + script + OLD), home=home))) == set()
    assert "columns.core" in named(look(made(dict.fromkeys(NAMES, box + script + OLD), home=home + box)))


@pytest.mark.parametrize("way", WRAPPED)
def test_a_list_that_a_script_in_cdata_asks_for_is_not_blank(way: str) -> None:
    column = f"<div class='list'><ul></ul></div><script>{WRAPPED[way].format(CALL)}</script>"
    assert named(look(made(dict.fromkeys(NAMES, column)))) == set()


STORE = "<script type='text/xml'><datastore><recordset>{}</recordset></datastore></script>"


@pytest.mark.parametrize("form", ["<div id='7'></div>{}", "<div id='7'>{}</div>", "<div id='7'></div> <!-- x --> {}"])
def test_a_box_beside_its_records_waits_for_nothing_else(form: str) -> None:
    records = "".join(f"<record><![CDATA[{row}</li>]]></record>" for row in rows("yw", [300, 310, 320]).split("</li>")[:-1])
    script = "<script src='/script/jpage.js'></script>"
    assert named(look(made({}, home=form.format(STORE.format(records)) + script))) == {"home_stale"}
    elsewhere = "<p>要闻</p>" + form.format(STORE.format("")) + "<p>专题</p>" + STORE.format(records)
    assert named(look(made({}, home=elsewhere + script))) == set()


def test_a_list_written_by_a_script_is_not_blank() -> None:
    assert named(look(made(dict.fromkeys(NAMES, HIDING["written entries"])))) == set()


def test_a_table_of_heads_alone_is_blank() -> None:
    table = '<table class="list"><tr><th>标题</th><th>日期</th></tr></table>'
    assert "columns.blank" in named(look(made(dict.fromkeys(NAMES, table))))


PAGING = {
    "numbers": '<div>1 <a href="/{path}/p2.html">2</a></div>',
    "an arrow": '<div><a href="/{path}/p2.html">»</a></div>',
    "a form": '<form method="post"><input type="submit" value="下一页"></form>',
    "a button": "<div>加载更多</div>",
    "the last page alone": '<a href="/{path}/p2.html">末页</a>',
}


@pytest.mark.parametrize("paging", PAGING)
def test_a_list_that_is_old_first_is_not_old_where_it_goes_on(paging: str) -> None:
    pages = made({path: rows(path, [300, 280, 260]) + PAGING[paging].replace("{path}", path) for path in NAMES})
    pages |= {f"/{path}/p2.html": frame(rows(f"{path}/p", [90, 5, 1])) for path in NAMES}
    assert named(look(pages)) == set()


@pytest.mark.parametrize("days", [[300], [300, 300, 300]])
def test_a_list_that_shows_no_order_is_not_old_where_it_goes_on(days: list[int]) -> None:
    assert named(look(made({path: rows(path, days) + PAGING["a button"] for path in NAMES}))) == set()
    assert "columns.core" in named(look(made({path: rows(path, days) for path in NAMES})))


def test_a_list_that_is_old_first_is_old_when_its_last_page_is() -> None:
    def paged(path: str, place: int) -> str:
        number = f'<a href="/{path}/p{place + 1}.html">下一页</a>' if place < 3 else "下一页"
        return rows(f"{path}{place}", [800 - 100 * place, 750 - 100 * place, 710 - 100 * place]) + f"<p>共3页 {number}</p>"

    pages = made({path: paged(path, 1) for path in NAMES})
    pages |= {f"/{path}/p{place}.html": frame(paged(path, place)) for path in NAMES for place in (2, 3)}
    assert "columns.core" in named(look(pages))


def test_numbers_lead_to_the_page_after_this_one() -> None:
    links = "".join(f'<a href="/yw/p{number}.html">{number}</a>' for number in (1, 3, 4))
    assert read_next_page(Dom(f"<div>{links}</div>"), Base(f"http://{HOST}/yw/p2.html")) == f"http://{HOST}/yw/p3.html"
    slides = "".join(f'<a href="/zt/{name}.html">{number}</a>' for number, name in ((2, "b"), (3, "c")))
    assert read_next_page(Dom(f"<div>{slides}</div>"), Base(f"http://{HOST}/yw/")) is None
    days = "".join(f'<a href="/day/{number}.html">{number}</a>' for number in range(2, 31))
    assert read_next_page(Dom(f"<div>{days}</div>"), Base(f"http://{HOST}/yw/")) is None


def _days(html: str) -> list[date]:
    return [date(*entry.published_at.timetuple()[:3]) for entry in read_entries(Dom(html), now=NOW)]


ROWS = "".join(f'<li><a href="/{n}.html">关于第{n}号工作情况的通知</a><span>08-2{n}</span></li>' for n in range(2))
LAST_YEAR, THIS_YEAR = [date(2023, 8, 20), date(2023, 8, 21)], [date(2024, 8, 20), date(2024, 8, 21)]


@pytest.mark.parametrize(
    ("head", "days"),
    [
        ("<h3>2023年</h3>", LAST_YEAR),
        ('<div class="year">2023</div>', LAST_YEAR),
        ("<p><strong>2023年度</strong></p>", LAST_YEAR),
        ("<!-- 列表 --><div>2023年</div><!-- 列表 -->", LAST_YEAR),
        ("2023", LAST_YEAR),
        ("<h2>通知公告</h2><div><span>2023年</span></div>", LAST_YEAR),
        ("<div>2023年</div><p>以下各项工作已经完成</p>", THIS_YEAR),
        ("<a href='/2023/'>2023年</a>", THIS_YEAR),
        ("<h3>2024年</h3>", THIS_YEAR),
        ("<h3><a href='/2023/'>2023年</a></h3>", THIS_YEAR),
        ("<h3>2024</h3><h3>2023</h3>", THIS_YEAR),
        ("<select><option>2024</option></select><select><option>2023</option></select>", THIS_YEAR),
        ('<div class="left"><h3>2023年</h3><ul><li>一月</li></ul></div>', THIS_YEAR),
        ("<p>本栏目开设于</p><p>2023年</p>", THIS_YEAR),
    ],
)
def test_a_year_in_the_heading_of_a_list_belongs_to_its_days(head: str, days: list[date]) -> None:
    assert _days(f"<body><div>{head}<ul>{ROWS}</ul></div></body>") == days


def test_records_are_read_however_deep_they_lie_and_however_many_texts_stand_before_them() -> None:
    records: object = [{"title": "关于工作有关情况的通知", "url": "/1.html", "date": "2024-08-27"}]
    for _ in range(12):
        records = {"inner": records}
    text = "".join(f'var c{n}={{"k":{n}}};' for n in range(60)) + f"var all={json.dumps(records, ensure_ascii=False)};"
    found = json_lists(text)
    assert found.is_whole
    assert len(found.lists) == 1
    assert not json_lists(('x={"a":' + "[" * 5_000 + ";") * (4 * MOST_TRIED)).is_whole


def test_gzip_of_several_members_is_unpacked_whole_and_a_cut_one_is_told() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two ") + gzip.compress(b"three") + b"\0junk"
    for size in (1, 7, 1_000):
        unpacker = Unpacker("gzip", 1_000)
        assert b"".join(unpacker.feed(packed[at : at + size]) for at in range(0, len(packed), size)) == b"one two three"
        assert unpacker.is_whole
    unpacker = Unpacker("gzip", 1_000)
    unpacker.feed(packed[:10])
    assert not unpacker.is_whole


def _packed(coding: str, body: bytes) -> bytes:
    package = pytest.importorskip({"br": "brotli", "zstd": "zstandard"}[coding])
    return package.compress(body) if coding == "br" else package.ZstdCompressor().compress(body)


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_brotli_and_zstandard_are_unpacked_within_bounds(coding: str) -> None:
    page = "<p>关于工作有关情况的通知</p>".encode() * 500
    assert coding in codings()
    for size in (1, 100, 100_000):
        packed = _packed(coding, page)
        unpacker = Unpacker(coding, 1_000_000)
        assert b"".join(unpacker.feed(packed[at : at + size]) for at in range(0, len(packed), size)) == page
        assert unpacker.is_whole
    cut = Unpacker(coding, 1_000_000)
    cut.feed(_packed(coding, page)[:-3])
    assert not cut.is_whole
    with pytest.raises(TooLarge) as refusal:
        Unpacker(coding, 1_000_000).feed(_packed(coding, b" " * 50_000_000))
    assert refusal.value.kind == "bomb"
    with pytest.raises(BadPacking):
        Unpacker(coding, 1_000_000).feed(page)
    assert Unpacker(f"{coding}, gzip", 1_000_000).feed(gzip.compress(_packed(coding, page))) == page


def test_what_no_installed_package_unpacks_is_neither_asked_for_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("brotli", "zstandard"):
        monkeypatch.setitem(sys.modules, package, None)
    codings.cache_clear()
    try:
        assert codings() == ("gzip", "deflate")
        asked: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request.headers["accept-encoding"])
            headers = {"Content-Type": "text/html", "Content-Encoding": "br"}
            return httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"\x1b\x03\0\xf8packed"))

        async def run() -> SiteSnapshot:
            async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
                guard = collect.Guard(test_hosts={HOST: "127.0.0.1"})
                return await collect.site_async(f"http://{HOST}/", client=client, guard=guard, observed_at=NOW)

        snapshot = asyncio.run(run())
        assert set(asked) == {"gzip, deflate"}
        assert named(snapshot) == set()
        assert snapshot.columns is None
    finally:
        monkeypatch.undo()
        codings.cache_clear()


def test_boxes_in_boxes_without_end_are_flattened_and_rows_without_end_tags_are_none() -> None:
    box = "<div><a href='/yw/1.html'>关于工作有关情况的通知</a><span>2024-08-20</span>"
    page = PageFacts("<body>" + box * MANY_TAGS + "</div>" * MANY_TAGS, f"http://{HOST}/", now=NOW)
    step, depth = page.dom.tree.css("div")[-1], 0
    while step is not None:
        step, depth = step.parent, depth + 1
    assert depth <= DEEPEST + 2
    assert page.has_unread_records  # more than is kept of one box
    table = "<table>" + "<tr><td><a href='/yw/1.html'>关于工作有关情况的通知</a><td>2024-08-20" * (MANY_TAGS // 4) + "</table>"
    page = PageFacts(f"<body>{table}", f"http://{HOST}/", now=NOW)
    assert len(page.entries) == MANY_TAGS // 4
    assert not page.has_unread_records


@pytest.mark.parametrize("href", ["\\yw\\", "/yw\\"])
def test_backslashes_are_slashes(href: str) -> None:
    assert Base(f"http://{HOST}/").resolve(href) == f"http://{HOST}/yw/"


@pytest.mark.parametrize("is_old", [False, True])
def test_records_that_a_script_asks_for_without_dates_are_dated_from_their_pages(is_old: bool) -> None:
    ages = [300, 310, 320] if is_old else [1, 3, 8]
    pages = made(
        {path: f"<ul id='l'></ul><script>$.getJSON('/api/{path}.json',function(r){{show(r)}})</script>" for path in NAMES},
        home=rows("tt", [1, 3]),
    )
    for path in NAMES:
        records = [
            {"title": f"关于第{n}号工作有关情况的通知", "url": f"/{path}/{n}.html", "createTime": "2024-08-29"} for n in range(3)
        ]
        pages[f"/api/{path}.json"] = json.dumps({"total": 3, "data": records}, ensure_ascii=False).encode()
        pages |= {f"/{path}/{n}.html": article(age) for n, age in enumerate(ages)}
    snapshot = look(pages)
    assert {column.entries is not None for column in snapshot.columns or () if column.kind in ("news", "notice", "policy")} == {
        True
    }
    assert ("columns.core" in named(snapshot)) is is_old


CLOCKS = [
    "<p>当前日期 {}</p>",
    "<div>今天是{} 星期五</div>",
    "<p>{} 星期五</p>",
    "<p>系统时间：{}</p>",
    "<div>{} 晴 21℃</div>",
    "<p>农历七月廿七 {}</p>",
]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("link", ["", "<a href='javascript:void(0)'>无障碍浏览</a>", "<a href='/wza.html'>进入无障碍浏览模式</a>"])
def test_the_day_above_a_list_belongs_to_none_of_its_entries(clock: str, link: str) -> None:
    card = '<a href="/{n}.html"><div><span>2{n}</span><i>2024/03</i></div><p>关于第{n}号工作情况的通知</p></a>'
    row = "<li><a href='/{n}.html'>关于第{n}号工作情况的通知</a><span>2024-03-2{n}</span></li>"
    undated = "<li><a href='/{n}.html'>关于第{n}号工作情况的通知</a></li>"
    above = link + clock.format(f"{NOW:%Y-%m-%d}")
    days = [date(2024, 3, 20), date(2024, 3, 21), date(2024, 3, 22)]
    for form, expected in ((card, days), (row, days), (undated, [])):
        listed = "".join(form.format(n=n) for n in range(3))
        assert _days(f"<body><div><p>当前位置：<a href='/'>首页</a></p>{above}<div>{listed}</div></div></body>") == expected


def test_a_headline_above_a_list_keeps_its_date() -> None:
    head = "<a href='/h.html'>关于全面做好防汛抗旱工作的通知</a><span>2024-08-25</span>"
    assert _days(f"<body><div>{head}<ul>{ROWS}</ul></div></body>") == [date(2024, 8, 25), *THIS_YEAR]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("place", ["{clock}{article}", "{article}{clock}"])
def test_the_day_of_the_look_is_no_publication_date(clock: str, place: str) -> None:
    for shown, expected in (("发布时间：2024-03-05", date(2024, 3, 5)), ("", None)):
        text = f"<h1>关于防汛工作的通告</h1><p>{shown}</p><p>正文。</p>"
        body = place.format(clock=clock.format(f"{NOW:%Y-%m-%d}"), article=text)
        page = PageFacts(
            f"<html><head><title>关于防汛工作的通告</title></head><body>{body}</body></html>", f"http://{HOST}/a.html", now=NOW
        )
        assert page.published_at == expected


BESIDE = {
    "a banner": "<img src='/column.jpg'>",
    "a menu": "<ul>" + "".join(f"<li><a href='/menu/{n}/'>第{n}类</a></li>" for n in range(5)) + "</ul>",
    "what is read most": "<h4>点击排行</h4><ul>"
    + "".join(f"<li><a href='/hot/{n}.html'>重点工作推进情况第{n}期通报</a></li>" for n in range(5))
    + "</ul>",
    "a text": f"<p>{'本栏目按照有关规定公开，欢迎监督。' * 6}</p>",
    "the weather": "<iframe src='//i.tianqi.com/index.php'></iframe>",
}


@pytest.mark.parametrize("beside", BESIDE)
def test_what_stands_beside_the_lists_of_other_columns_is_no_content_of_a_blank_one(beside: str) -> None:
    blank = "<div class='list'><p>暂无信息</p></div>"
    lists = dict.fromkeys(NAMES, BESIDE[beside] + blank)
    fresh = list(NAMES)[:1]
    lists |= {path: BESIDE[beside] + rows(path, [1, 3, 8]) for path in fresh}
    snapshot = look(made(lists, home=rows("tt", [1, 3])))
    assert "columns.blank" in named(snapshot)
    only_blank = look(made(dict.fromkeys(NAMES, BESIDE[beside] + blank), home=rows("tt", [1, 3])))
    assert ("columns.blank" in named(only_blank)) is (beside in ("the weather", "what is read most"))
