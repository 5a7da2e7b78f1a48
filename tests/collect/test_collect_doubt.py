"""Not read is not blank, not old and not missing: whole looks at made sites that hide something."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from govmedia_rules import collect, load_rulebook
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW, LoopbackServer

HOST = "d.example.gov.cn"
FOOT = '<div class="foot">主办单位：示例区市场监督管理局 网站标识码：6101000001 陕ICP备12345678号 <a href="/map.html">网站地图</a></div>'
NAMES = {"yw": "要闻动态", "bm": "部门动态", "zj": "镇街动态", "tz": "通知公告", "gs": "公示公告", "zc": "政策文件"}
DAY = NOW.date()


def frame(body: str, *, nav: str = "", foot: str = FOOT) -> bytes:
    links = (
        nav
        or "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
        + '<li><a href="/xx/">我要写信</a></li>'
    )
    html = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>示例区人民政府</title></head><body><div class="nav"><ul>{links}</ul></div>{body}{foot}</body></html>'
    return html.encode()


def rows(path: str, days: list[int], form: str = "<span>{day}</span>") -> str:
    items = "".join(
        f'<li><a href="/{path}/{number}.html">关于第{number}号{path}工作有关情况的通知</a>{form.format(day=DAY - timedelta(days=age))}</li>'
        for number, age in enumerate(days)
    )
    return f'<ul class="list">{items}</ul>'


def article(age: int) -> bytes:
    return frame(
        f"<h1>关于工作有关情况的通知</h1><div class='info'>发布时间：{DAY - timedelta(days=age)} 来源：办公室</div><p>正文。</p>"
    )


def made(lists: Mapping[str, str], home: str | None = None, **more: bytes) -> dict[str, bytes]:
    """A site whose columns show `lists` (fresh ones elsewhere), with its home page and further pages."""
    fresh = {path: rows(path, [1, 3, 8]) for path in NAMES} | dict(lists)
    pages = {f"/{path}/": frame(body) for path, body in fresh.items()}
    pages["/"] = frame(rows("yw", [1, 3, 8]) if home is None else home)
    pages["/xx/"] = frame("<form><textarea name='t'></textarea></form>")
    pages["/map.html"] = frame("<p>地图</p>")
    return pages | more


def look(pages: dict[str, bytes], **settings: object) -> SiteSnapshot:
    async def run() -> SiteSnapshot:
        async with LoopbackServer({HOST: pages}) as server:
            guard = collect.Guard(test_hosts={HOST: "127.0.0.1"})
            site = Site(name="示例区人民政府", url=f"http://{HOST}:{server.port}/")
            limits = collect.Limits(retries=0)
            return await collect.site_async(site, guard=guard, observed_at=NOW, limits=limits, **settings)  # type: ignore[arg-type]

    return asyncio.run(run())


def named(snapshot: SiteSnapshot) -> set[str]:
    problems = load_rulebook("national-2019").inspect(snapshot).problems
    return {
        finding.indicator.id.removeprefix("site.veto.") for finding in problems if finding.indicator.id.startswith("site.veto.")
    }


EVERYWHERE = '<ul class="list" id="list"></ul><script src="/js/site.js"></script>'
UNREAD = {
    "a script of every page": EVERYWHERE,
    "a script of its own": '<ul id="list"></ul><script src="/js/list.js"></script>',
    "an inline call": '<div class="list"><ul></ul></div><script>$(function(){ajaxList({channelId:123});});</script>',
    "a template": '<ul class="list"><li v-for="item in items">{{item.title}}</li></ul><script>new Vue({el:"#app"})</script>',
    "a frame elsewhere": '<div class="list"><iframe src="http://other.example/list.html"></iframe></div>',
    "a document inside": '<div class="list"><embed src="/a.pdf"></div>',
    "an object": '<div class="list"><object data="/a.pdf"></object></div>',
    "a film": '<div class="list"><video src="/v.mp4"></video></div>',
    "a picture": '<div class="list"><img src="/tu.jpg"></div>',
    "leaders": '<div class="list"><ul><li><a href="/l1.html">张三 区长</a></li><li><a href="/l2.html">李四 副区长</a></li><li><a href="/l3.html">王五</a></li></ul></div>',
    "a text": f"<div class='list'><ul></ul><p>{'以上数据按月更新中公布的口径统计，个别指标暂无同比。' * 4}</p></div>",
    "an attachment": '<div class="list"><ul><li><a href="/f/1.pdf">公开目录</a></li></ul></div>',
    "a device": None,
}  # fmt: skip


@pytest.mark.parametrize("name", UNREAD)
def test_what_was_not_read_is_not_blank(name: str) -> None:
    body = UNREAD[name]
    pages = made(dict.fromkeys(NAMES, body or ""), home=rows("yw", [1, 2]) + (EVERYWHERE if body == EVERYWHERE else ""))
    if body is None:
        pages |= {f"/{path}/": "<html><body>您的请求疑似攻击行为，已被拦截</body></html>".encode() for path in NAMES}
    snapshot = look(pages)
    assert named(snapshot) == set()
    assert not any(column.is_blank for column in snapshot.columns or ())


@pytest.mark.parametrize(
    "body",
    [
        '<div class="list"><ul></ul></div>',
        "<ul class='list'><li>暂无信息</li></ul>",
        "<div class='list'>对不起，该栏目暂无相关内容！</div>",
        '<table class="list"><tr><td>没有找到相关信息</td></tr></table>',
        '<ul class="list"></ul><script src="/js/jquery.min.js"></script>',
    ],
)
def test_blank_columns_are_found(body: str) -> None:
    assert named(look(made(dict.fromkeys(NAMES, body)))) == {"columns.blank"}


def test_undated_lists_are_dated_from_their_articles() -> None:
    undated = {path: rows(path, [0] * 5, "") for path in NAMES}
    for age, expected in ((2, set()), (300, {"columns.core", "home_stale"})):
        pages = made(undated, home=rows("yw", [0] * 5, ""))
        pages |= {f"/{path}/{number}.html": article(age + number) for path in NAMES for number in range(5)}
        snapshot = look(pages)
        assert named(snapshot) == expected
        assert all(column.latest_entry_at for column in snapshot.columns or () if column.kind in ("news", "notice", "policy"))


def test_lists_whose_dates_cannot_be_had_are_not_observed() -> None:
    undated = {path: rows(path, [0] * 5, "<img src='/d/{day}.gif'>") for path in NAMES}
    pages = made(undated, home=rows("yw", [0] * 5, ""))
    pages |= {f"/{path}/{number}.html": frame("<h1>通知</h1><p>正文。</p>") for path in NAMES for number in range(5)}
    snapshot = look(pages)
    assert named(snapshot) == set()
    assert all(column.entries is None for column in snapshot.columns or () if column.kind == "news")


@pytest.mark.parametrize(
    "form", ["<script>document.write('{day}')</script>", '<time datetime="{day}">日期</time>', "<i>发布于{day}</i>"]
)
def test_dates_in_scripts_and_attributes_are_read(form: str) -> None:
    snapshot = look(made({path: rows(path, [2, 4], form) for path in NAMES}))
    assert {column.latest_entry_at for column in snapshot.columns or () if column.kind == "news"} == {DAY - timedelta(days=2)}


@pytest.mark.parametrize("first", [[330, 320, 310, 300], [200, 190, 300, 310]])
def test_a_list_that_is_old_first_is_followed_to_the_page_that_decides(first: list[int]) -> None:
    lists = {path: rows(path, first) + f'<a href="/{path}/index_2.html">下一页</a>' for path in NAMES}
    second = {f"/{path}/index_2.html": frame(rows(f"{path}2", [2, 1])) for path in NAMES}
    assert named(look(made(lists) | second)) == set()
    # Where the further page is gone too, nobody knows how new the list is.
    assert (
        named(look(made({path: rows(path, [330, 320, 310]) + f'<a href="/{path}/gone.html">下一页</a>' for path in NAMES})))
        == set()
    )


def test_a_list_that_is_newest_first_is_old_when_its_first_entry_is() -> None:
    old = {path: rows(path, [300, 310, 320]) + f'<a href="/{path}/index_2.html">下一页</a>' for path in NAMES}
    second = {f"/{path}/index_2.html": frame(rows(f"{path}2", [330, 340])) for path in NAMES}
    assert named(look(made(old) | second)) == {"columns.core"}


def test_hidden_records_and_coming_days_make_no_list_new() -> None:
    hidden = '<li style="display:none"><a href="/t.html">模板里隐藏的示例条目标题</a><span>' + f"{DAY}</span></li>"
    coming = f'<li><a href="/h.html">明年年初举办文化节活动的预告</a><span>{DAY + timedelta(days=90)}</span></li>'
    old = {path: rows(path, [300, 310]).replace('<ul class="list">', f'<ul class="list">{hidden}{coming}') for path in NAMES}
    snapshot = look(made(old, home=old["yw"]))
    assert named(snapshot) == {"columns.core", "home_stale"}
    assert {column.latest_entry_at for column in snapshot.columns or () if column.kind == "news"} == {DAY - timedelta(days=300)}


@pytest.mark.parametrize("name", ["frames", "picture", "refresh", "script", "variable"])
def test_entrances_are_followed(name: str) -> None:
    pages = made({})
    pages["/main.html"] = pages["/"]
    entrances = {
        "frames": '<frameset rows="100,*"><frame src="/top.html"><frame src="/main.html"></frameset>',
        "picture": '<body><img src="/h.jpg" usemap="#m"><map name="m"><area href="/main.html" alt="进入网站"></map></body>',
        "refresh": '<head><meta http-equiv="refresh" content="3; url=/main.html"></head><body>正在进入</body>',
        "script": "<body><script>window.location.href='/main.html'</script></body>",
        "variable": '<body><script>var u="/main.html";window.location.replace(u);</script></body>',
    }
    pages["/"] = f"<html>{entrances[name]}</html>".encode()
    snapshot = look(pages)
    assert snapshot.home is not None
    assert snapshot.home.latest_entry_at == DAY - timedelta(days=1)
    assert [column.name for column in snapshot.columns or ()][:2] == ["要闻动态", "部门动态"]


@pytest.mark.parametrize(
    "home",
    [
        b"<html><head><title>x</title></head><body><p>Hello</p><a href='/a'>a</a></body></html>",
        "<html><head><title>某区</title><script src='/js/nav.js'></script></head><body><div id='nav'></div><a href='/gk/'>概况</a></body></html>".encode(),
    ],
)
def test_a_page_without_anything_of_its_site_is_not_judged(home: bytes) -> None:
    snapshot = look({"/": home})
    assert named(snapshot) == set()
    assert (snapshot.home is None) or snapshot.home.entries is None
    assert snapshot.columns is None


def test_channels_are_looked_for_on_the_whole_look() -> None:
    plain = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
    pages = made({})
    for path in list(pages):  # no page names a channel …
        pages[path] = frame(rows("yw", [1, 3]), nav=plain)
    assert named(look(dict(pages))) == {"interaction.no_channel"}
    pages["/xx/"] = frame("<form><textarea name='t'></textarea></form>")
    assert named(look(pages | {"/tz/": frame(rows("tz", [1]))})) == set()  # … but for one column page
    assert named(look(pages | {"/": frame(rows("yw", [1]) + '<a href="/xx/"><img src="/x.png"></a>', nav=plain)})) == set()
    assert named(look(pages | {"/": frame(rows("yw", [1]) + '<a href="http://zwfw.example/">政务服务网</a>', nav=plain)})) == set()


def test_one_page_in_several_forms_is_one_column() -> None:
    nav = '<li><a href="/yw/">要闻</a></li><li><a href="/yw/index.html">要闻动态</a></li><li><a href="/YW/;jsessionid=A1">要闻</a></li><li><a href="/tz/">通知</a></li>'
    pages = made({})
    pages["/"] = frame(rows("yw", [1]), nav=nav)
    snapshot = look(pages)
    assert [column.url for column in snapshot.columns or () if column.kind == "news"][1:] in ([], [None])[:1] or len(
        {str(column.url).lower().split(";")[0] for column in snapshot.columns or ()}
    ) == len(snapshot.columns or ())


def test_most_pages_failing_leaves_the_look_open() -> None:
    assert named(look({"/": made({})["/"]})) == set()


def test_a_client_or_a_function_of_the_caller_brings_the_pages() -> None:
    pages = {path.rstrip("/") or "/": body.decode() for path, body in made({}).items()}

    def answer(request: httpx.Request) -> httpx.Response:
        body = pages.get(request.url.path.rstrip("/") or "/")
        return (
            httpx.Response(404)
            if body is None
            else httpx.Response(200, headers={"Content-Type": "text/html; charset=utf-8"}, text=body)
        )

    async def run() -> SiteSnapshot:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            guard = collect.Guard(test_hosts={HOST: "127.0.0.1"})
            return await collect.site_async(f"http://{HOST}/", client=client, guard=guard, observed_at=NOW)

    by_client = asyncio.run(run())
    visited: list[str] = []

    async def visit(url: str) -> str | None:
        visited.append(url)
        return pages.get("/" + url.split("/", 3)[3].rstrip("/"))

    by_visit = look({}, visit=visit)
    assert visited
    for snapshot in (by_client, by_visit):
        assert snapshot.home is not None
        assert snapshot.home.latest_entry_at == DAY - timedelta(days=1)
        assert len(snapshot.columns or ()) == len(NAMES) + 1


def test_a_page_that_only_leads_on_is_followed_to_its_list() -> None:
    pages = made({})
    pages["/tz/"] = b'<html><head><meta http-equiv="refresh" content="0;url=/tz/list.html"></head><body></body></html>'
    pages["/tz/list.html"] = frame(rows("tz", [4]))
    snapshot = look(pages)
    assert {column.name: column.latest_entry_at for column in snapshot.columns or ()}["通知公告"] == DAY - timedelta(days=4)


NOT_EMPTY = {
    "a list that is loaded while one scrolls": '<ul id="flow"></ul><script>layui.use("flow",function(){layui.flow.load({elem:"#flow"})})</script>',
    "a part put in by a library": '<div class="list" id="n"></div><script>$("#n").load("/inc/tab.html")</script>',
    "a server's include that was not carried out": '<!--#include virtual="/inc/list.shtml"--><ul class="list"></ul>',
    "a list to be asked for": '<ul class="list"></ul><form><select name="year"><option>2024</option></select></form>',
    "a choice outside a form": '<select onchange="go(this)"><option>2024年</option></select><ul class="list"></ul>',
    "tabs": '<div class="tab"><span onclick="t(1)">区级</span><span onclick="t(2)">镇级</span></div><ul class="list"></ul>',
    "an error": '<ul class="list"></ul><p>数据库连接失败</p>',
    "a right that is lacking": '<ul class="list"></ul><p>您没有浏览权限</p>',
    "a picture behind": '<div class="list" style="background:url(/tu.jpg);height:900px"></div>',
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_EMPTY)
def test_an_empty_list_with_a_reason_is_not_blank(name: str) -> None:
    assert "columns.blank" not in named(look(made(dict.fromkeys(NAMES, NOT_EMPTY[name]), home=rows("yw", [1, 2]))))


def with_form(path: str, name: str, body: str) -> dict[str, bytes]:
    """A site whose pages link to a form by this name, and to no other channel."""
    pages = made({})
    del pages["/xx/"]
    written = "".join(('<a href="/xx/">', "我要写信", "</a>")).encode()
    pages[path] = frame(body)
    return {address: page.replace(written, f'<a href="{path}">{name}</a>'.encode()) for address, page in pages.items()}


@pytest.mark.parametrize("name", ["我向区长说句话", "民意直通车", "百姓心声", "在线诉求", "意见箱", "示例之声", "向阳花开"])
def test_a_form_to_write_into_is_a_channel_whatever_it_is_called(name: str) -> None:
    pages = with_form("/xs/", name, "<h3>填写来信</h3><form><textarea name='t'></textarea></form>")
    channels = look(pages).channels or ()
    assert [channel.effective for channel in channels if channel.name == name] == [True]


def test_a_form_for_something_else_is_no_channel() -> None:
    pages = with_form("/ysq/", "依申请公开", "<h3>申请表</h3><form><textarea name='t'></textarea></form>")
    assert named(look(pages)) == {"interaction.no_channel"}


FILLED = {
    "an address in an attribute": '<ul class="list" data-url="/api/list?cid=3"></ul>',
    "a fragment of the server's": '<div class="list" hx-get="/part/list" hx-trigger="load"></div>',
    "an element of its own": "<news-list cid='33'></news-list><ul class='list'></ul>",
    "records bound to a table": '<xml id="x" src="/d.xml"></xml><table datasrc="#x"><tr><td><span datafld="t"></span></td></tr></table>',
    "a picture that comes later": '<div class="list"><div class="lazy" data-src="/tu.png"></div></div>',
    "a picture in several sizes": '<div class="list"><picture><source srcset="/a.webp"></picture></div>',
    "a note to switch scripts on": '<ul class="list"></ul><noscript>请启用JavaScript后查看</noscript>',
}


@pytest.mark.parametrize("name", FILLED)
def test_an_empty_list_that_says_what_fills_it_is_not_blank(name: str) -> None:
    assert named(look(made(dict.fromkeys(NAMES, FILLED[name]), home=rows("yw", [1, 2])))) == set()


@pytest.mark.parametrize(
    "link",
    [
        '<a href="#" onclick="location=\'{}\';return false;">{}</a>',
        '<a href="javascript:void(0)" onclick="goTo(\'{}\')">{}</a>',
        '<span data-href="{}">{}</span>',
    ],
)
def test_links_that_a_click_opens_are_followed(link: str) -> None:
    lists = made({})
    items = [*NAMES.items(), ("xx", "我要写信")]
    menu = "".join(f"<li>{link.format(f'/{path}/', name)}</li>" for path, name in items)
    pages = {
        path: frame(
            rows(path.strip("/"), [1, 3, 8]) if path.strip("/") in NAMES else "<form><textarea></textarea></form>", nav=menu
        )
        for path in lists
    }
    snapshot = look(pages | {"/": frame(rows("yw", [1, 2]), nav=menu)})
    assert {column.name for column in snapshot.columns or ()} >= set(NAMES.values())
    assert named(snapshot) == set()


def test_a_click_that_acts_is_no_link() -> None:
    snapshot = look(made({}, home=rows("yw", [1, 2]) + '<a href="javascript:;" onclick="zan(\'/api/zan?id=1\')">点赞</a>'))
    assert not any("/api/" in link.url for link in snapshot.links or ())


def test_a_channel_in_a_frame_or_behind_a_script_is_not_missing() -> None:
    form = frame("<form>您的留言<textarea></textarea></form>", nav="<li><a href='/yw/'>要闻动态</a></li>")
    menu = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
    for item, behind in (("<li><a href='/my/'>民意通道</a></li>", True), ("<li class='jump'>互动交流</li>", False)):
        pages = {f"/{path}/": frame(rows(path, [1, 3]), nav=menu + item) for path in NAMES}
        pages |= {"/": frame(rows("yw", [1, 2]), nav=menu + item), "/map.html": frame("<p>地图</p>", nav=menu + item)}
        if behind:
            pages |= {"/my/": frame('<iframe src="/my/f.html"></iframe>', nav=menu + item), "/my/f.html": form}
        assert "interaction.no_channel" not in named(look(pages))


def test_pages_of_reports_alone_are_no_channel() -> None:
    menu = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in NAMES.items())
    menu += '<li><a href="/jc/">网站纠错</a></li><li><a href="/jb/">纪检举报</a></li>'
    pages = {f"/{path}/": frame(rows(path, [1, 3]), nav=menu) for path in NAMES}
    pages |= {"/": frame(rows("yw", [1, 2]), nav=menu), "/map.html": frame("<p>地图</p>", nav=menu)}
    pages |= {"/jc/": frame("<form>错误内容<textarea></textarea></form>", nav=menu), "/jb/": frame("<p>举报电话</p>", nav=menu)}
    assert "interaction.no_channel" in named(look(pages))


OLD = '<ul><li><a href="/zc/o1.html">示例区人民政府关于调整城区划分的决定</a><span>2024-03-01</span></li></ul>'
UNREAD_ON_HOME = {
    "a slide show of the old kind": '<object><param name="FlashVars" value="texts=要闻|动态"><embed src="/view.swf"></object>',
    "a script that writes in a loop": '<script>for(var i=0;i<t.length;i++){document.write("<a href="+u[i]+">"+t[i]+"</a>")}</script>',
    "a script that writes what a function gives": "<script>document.write(getNews(8));</script>",
    "a script file that lists": '<div class="x"><script src="/js/scrollnews.js"></script></div>',
    "a page of the server as a script": '<script src="/inc/tab.jsp?ch=12"></script>',
    "an element of its own": '<news-list channel="3"></news-list>',
    "a frame elsewhere": '<iframe src="http://other.example/list.html"></iframe>',
    "posts elsewhere": '<ul><li><a href="https://mp.weixin.qq.com/s/abc">全区冬季供暖保障工作推进会召开</a></li></ul>',
    "a note to switch scripts on": "<div id='yw'></div><noscript>请启用JavaScript</noscript>",
}


@pytest.mark.parametrize("name", UNREAD_ON_HOME)
def test_a_home_page_is_not_stale_where_something_was_not_read(name: str) -> None:
    assert "home_stale" not in named(look(made({}, home=UNREAD_ON_HOME[name] + OLD)))


@pytest.mark.parametrize(
    "tools",
    [
        '<script src="/js/jquery.min.js"></script><script>document.write(new Date().getFullYear())</script>',
        '<iframe src="http://i.tianqi.example/weather"></iframe>',
        '<div class="link"><a href="http://other.example/">中华人民共和国国家发展和改革委员会</a></div>',
    ],
)
def test_tools_do_not_hide_that_a_home_page_is_stale(tools: str) -> None:
    assert "home_stale" in named(look(made({}, home=tools + OLD * 2)))


def test_pictures_and_short_titles_of_a_home_page_are_dated_from_their_articles() -> None:
    for link in ('<a href="/yw/2024083001.html"><img src="/a.jpg"></a>', '<a href="/yw/2024083001.html">秋粮开镰…</a>'):
        pages = made({}, home=link + OLD) | {"/yw/2024083001.html": article(1)}
        assert "home_stale" not in named(look(pages))


def test_a_popular_list_beside_the_columns_own_says_nothing_of_its_age() -> None:
    side = '<h4>热门文章</h4><ul><li><a href="/r1.html">城市总体规划批后公告全文</a><span>2023-02-01</span></li><li><a href="/r2.html">烟花爆竹禁放区域管理规则</a><span>2023-01-01</span></li></ul>'
    for main in (
        '<div id="app"></div><script src="/js/app.js"></script>',
        "<p>正在加载，请稍候……</p>",
        '<iframe src="/x.html"></iframe>',
    ):
        lists = {path: main + side.replace("/r", f"/{path}/r") for path in NAMES}
        assert named(look(made(lists, home=rows("yw", [1, 2])))) == set()


def test_closed_columns_are_not_stale() -> None:
    names = ["往期要闻", "2021年动态", "历史新闻", "2020年工作动态", "要闻（归档）", "旧版新闻"]
    menu = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in zip(NAMES, names, strict=True))
    menu += '<li><a href="/xx/">我要写信</a></li>'
    pages = {f"/{path}/": frame(rows(path, [400, 410]), nav=menu) for path in NAMES}
    pages |= {"/": frame(rows("zz", [1, 2]), nav=menu), "/xx/": frame("<form><textarea></textarea></form>", nav=menu)}
    assert named(look(pages)) == set()


@pytest.mark.parametrize(
    "entrance",
    [
        '<body><a href="/main/">点击进入示例区政府门户网站</a><img src="/bg.jpg"></body>',
        '<body><embed src="/intro.swf"><a href="/main/">跳过动画</a></body>',
        "<body onload=\"window.location='/main/'\"></body>",
    ],
)
def test_entrances_lead_on_to_the_home_page(entrance: str) -> None:
    pages = made({})
    snapshot = look(pages | {"/main/": pages["/"], "/": f"<html>{entrance}</html>".encode()})
    assert snapshot.home is not None
    assert snapshot.home.entries


def test_an_answer_on_the_letters_own_page_counts() -> None:
    asked = DAY - timedelta(days=130)
    table = "<table><tr><th>主题</th><th>来信时间</th><th>状态</th></tr>" + "".join(
        f'<tr><td><a href="/xx/{number}.html">{title}</a></td><td>{asked}</td><td>{status}</td></tr>'
        for number, (title, status) in enumerate(
            [("信号灯配时", "已受理"), ("危房鉴定", "<img src='/y.gif' alt='已回复'>"), ("公厕卫生", "待回复")]
        )
    )
    pages = made({}) | {"/xx/": frame(f"<form><textarea></textarea></form>{table}</table>")}
    pages |= {f"/xx/{number}.html": frame("<p>来信内容</p>") for number in (1, 2)}
    pages["/xx/0.html"] = frame(f"<h3>来信</h3><p>内容</p><p>回复时间：{asked + timedelta(days=4)}</p><p>您好，已安排处理。</p>")
    answered = {message.title: message.answered for message in look(pages).messages or ()}
    assert answered == {"信号灯配时": True, "危房鉴定": True, "公厕卫生": False}


LONG_AGO = [800, 810, 820, 830]
TWO_CALLS = (
    "<div class='list'><ul id='l'></ul></div><script>$.get('/api/a.do',{c:'1'},show);\n$.get('/api/b.do',{c:'2'},show);</script>"
)


def records(days: list[int]) -> bytes:
    titled = [
        {"title": f"关于第{i}号工作有关情况的通知", "url": f"/bm/{i}.html", "publishTime": str(DAY - timedelta(days=ago))}
        for i, ago in enumerate(days)
    ]
    return json.dumps({"rows": titled}, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "more", "is_read"),
    [
        (TWO_CALLS, {"/api/a.do": records(LONG_AGO), "/api/b.do": records([1, 2])}, True),
        (TWO_CALLS, {"/api/a.do": records(LONG_AGO)}, False),
        (TWO_CALLS, {"/api/a.do": records(LONG_AGO), "/api/b.do": b"AAECAwQF"}, False),
        ("<iframe src='/1.html'></iframe><iframe src='/2.html'></iframe>", {"/2.html": frame(rows("bm", [1, 2]))}, True),
        ("<iframe src='/1.html'></iframe><iframe src='/2.html'></iframe>", {}, False),
        ("<iframe src='/1.html'></iframe><iframe src='http://other.example.com/2.html'></iframe>", {}, False),
        ("<iframe src='/3.html'></iframe>", {"/3.html": frame(rows("bm", LONG_AGO) + "<iframe src='/2.html'></iframe>")}, False),
        (rows("bm", LONG_AGO) + "<iframe src='/2.html'></iframe>", {}, False),
        ("<iframe src='/1.html'></iframe>", {}, "old"),
    ],
)
def test_old_entries_beside_a_list_that_was_not_read_prove_life_and_no_neglect(
    body: str, more: dict[str, bytes], is_read: bool | str
) -> None:
    snapshot = look(made({"bm": body}, **{"/1.html": frame(rows("bm", LONG_AGO)), **more}))
    (column,) = (column for column in snapshot.columns or () if (column.url or "").endswith("/bm/"))
    newest = max((entry.published_at for entry in column.entries or () if entry.published_at), default=None)
    expected = {True: DAY - timedelta(days=1), False: None, "old": DAY - timedelta(days=800)}
    assert newest == expected[is_read]
    assert column.entry_count or column.entries


def test_a_frame_of_the_home_page_that_failed_may_hold_the_news() -> None:
    words = "<p>" + "本站介绍。" * 150 + "</p>"
    for address in ("/update/f.html", "/news/f.html"):
        home = rows("yw", [300, 310, 320]) + words + f"<iframe src='{address}'></iframe>"
        assert named(look(made({}, home=home))) == set()
