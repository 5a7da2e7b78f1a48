"""Made government sites with known truth, in several layouts, and a loopback server that plays all of them.

Every site is made from a seed: its pages, and beside them what a perfect look would find. Nothing here comes from a real site.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import escape

from govmedia_rules.core.time import SHANGHAI

NOW = datetime(2024, 8, 30, 10, tzinfo=SHANGHAI)
SUBJECTS = [
    "防汛抗旱",
    "安全生产",
    "义务教育",
    "医疗保障",
    "乡村振兴",
    "营商环境",
    "生态环境",
    "文化旅游",
    "交通运输",
    "就业创业",
]
ACTS = [
    "召开工作推进会",
    "印发实施方案",
    "开展专项检查",
    "发布年度报告",
    "组织业务培训",
    "公示拟支持名单",
    "征求社会意见",
    "通报办理情况",
]


@dataclass
class Truth:
    """What a perfect look at one made site finds."""

    stale_news: int = 0
    stale_slow: int = 0
    blank: int = 0
    home_stale: bool = False
    missing_marks: frozenset[str] = frozenset()
    dead_links: frozenset[str] = frozenset()
    channel: bool = True
    unanswered: int = 0
    services: int = 0
    newest: dict[str, date | None] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)


@dataclass
class MadeSite:
    """A made site: its host, its pages by path, and the truth about it."""

    host: str
    name: str
    code: str
    pages: dict[str, bytes]
    truth: Truth
    charset: str


LAYOUTS: tuple[Callable[[str, str, date], str], ...] = (
    lambda url, title, day: f'<li><span>{day:%Y-%m-%d}</span><a href="{url}" title="{title}">{title}</a></li>',
    lambda url, title, day: f'<li><a href="{url}">{title}</a><em>[{day:%Y-%m-%d}]</em></li>',
    lambda url, title, day: f'<tr><td><a href="{url}">{title}</a></td><td>{day.year}年{day.month}月{day.day}日</td></tr>',
    lambda url, title, day: (
        f'<li><div class="d"><b>{day:%d}</b><span>{day:%Y-%m}</span></div><h4><a href="{url}">{title}</a></h4><p>摘要文字……</p></li>'
    ),
    lambda url, title, day: f'<dd><a href="{url}"><p>{title}</p><i>{day:%Y/%m/%d}</i></a></dd>',
    lambda url, title, day: f'<li><a class="lm" href="/">[要闻]</a> <a href="{url}">{title}</a> ({day:%m-%d})</li>',
)


def _list(layout: int, items: list[tuple[str, str, date]]) -> str:
    rows = "\n".join(LAYOUTS[layout](*item) for item in items)
    if layout == 2:
        return f'<table class="list"><tr><th>标题</th><th>发布日期</th></tr>{rows}</table>'
    return f'<dl class="list">{rows}</dl>' if layout == 4 else f'<ul class="list">{rows}</ul>'


def make_site(number: int, *, host: str | None = None, articles: int = 3) -> MadeSite:
    """A site made from its number: about ten pages, with the faults its number draws."""
    rnd = random.Random(number)
    host = host or f"s{number:03d}.example.gov.cn"
    layout = number % len(LAYOUTS)
    charset = ("utf-8", "gb18030", "utf-8", "gbk")[number % 4]
    name = f"第{number}示例区人民政府"
    code = f"{610000 + number:06d}{number % 10000:04d}"
    truth = Truth()
    pages: dict[str, bytes] = {}
    columns = [
        ("要闻动态", "/xwzx/", "news", 14), ("部门动态", "/bmdt/", "news", 14), ("通知公告", "/tzgg/", "notice", 180),
        ("政策文件", "/zcwj/", "policy", 180), ("政策解读", "/zcjd/", "interpretation", 180),
    ]  # fmt: skip
    if number % 5 == 0:  # a neglected site: more columns, of which many are stale or blank
        columns += [(f"{part}动态", f"/dt{index}/", "news", 14) for index, part in enumerate(("乡镇", "街道", "行业", "基层"))]
        columns += [(f"{part}公告", f"/gg{index}/", "notice", 180) for index, part in enumerate(("招标", "拍卖", "征收"))]
    marks = {"party_gov", "error_report", "site_code", "icp", "police", "sponsor", "contact", "site_map"}
    missing = frozenset(rnd.sample(sorted(marks), rnd.choice([0, 0, 0, 1, 2])))
    truth.missing_marks = missing
    foot = _foot(name, code, missing, number)
    nav = '<div class="nav"><ul><li><a href="/">首页</a></li>' + "".join(
        f'<li><a href="{path}">{title}</a></li>' for title, path, _, _ in columns
    )
    truth.channel = rnd.random() < 0.8
    nav += '<li><a href="/bsfw/">办事服务</a></li>'
    nav += '<li><a href="/zxly/">在线留言</a></li>' if truth.channel else '<li><a href="/wsxf/">网上信访</a></li>'
    nav += "</ul></div>"

    def page(title: str, body: str, metas: str = "") -> bytes:
        html = (
            f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{escape(title)}_{name}</title>'
            f'<meta name="SiteName" content="{name}"><meta name="SiteDomain" content="{host}"><meta name="SiteIDCode" content="{code}">'
            f'{metas}</head><body><div class="top">今天是{NOW:%Y年%m月%d日} 星期五</div>{nav}<div class="main">{body}</div>{foot}</body></html>'
        )
        return html.encode(charset, "replace")

    home: list[str] = []
    newest_home: date | None = None
    for index, (title, path, kind, days) in enumerate(columns):
        draw = rnd.random()
        share = 0.55 if number % 10 == 0 else 0.2
        stale, blank = draw < share, share <= draw < share + (0.5 if number % 10 == 5 else 0.15)
        first = NOW.date() - timedelta(days=rnd.randint(days + 3, days + 200) if stale else rnd.randint(0, min(days, 13) - 1))
        items = []
        if not blank:
            for entry in range(articles):
                day = first - timedelta(days=entry * rnd.randint(1, 9))
                if layout == 5:  # a day without a year can be no older than a year
                    day = max(day, NOW.date() - timedelta(days=350))
                url = f"{path}{day:%Y%m}/t{day:%Y%m%d}_{number}{index}{entry}.html"
                subject = f"{rnd.choice(SUBJECTS)}{rnd.choice(ACTS)}（第{number}-{index}-{entry}号）"
                items.append((url, subject, day))
                meta = (
                    f'<meta name="ColumnName" content="{title}"><meta name="ColumnDescription" content="{title}栏目"><meta name="ColumnKeywords" '
                    f'content="{title}"><meta name="ColumnType" content="{title}"><meta name="ArticleTitle" content="{subject}">'
                    f'<meta name="PubDate" content="{day:%Y-%m-%d} 09:30"><meta name="ContentSource" content="{name}办公室">'
                )
                body = (
                    f'<h1>{subject}</h1><div class="info"><span>发布时间：{day:%Y-%m-%d} 09:30</span> <span>来源：{name}办公室</span></div>'
                    f'<div class="text"><p>2023年5月6日，{subject}。</p><p>正文文字若干，用于检查。</p></div>'
                )
                pages[url] = page(subject, body, meta)
            if newest_home is None or items[0][2] > newest_home:
                newest_home = items[0][2]
            home.append(f'<div class="box"><h3>{title}<a href="{path}">更多&gt;&gt;</a></h3>{_list(layout, items[:2])}</div>')
        if stale and kind == "news":
            truth.stale_news += 1
        elif stale and kind in ("notice", "policy"):
            truth.stale_slow += 1
        truth.blank += blank
        truth.newest[path] = items[0][2] if items else None
        truth.entries[path] = len(items)
        crumbs = f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="{path}">{title}</a></div>'
        listing = _list(layout, items) if items else '<ul class="list"></ul>'
        column_meta = f'<meta name="ColumnName" content="{title}"><meta name="ColumnType" content="{title}">'
        pages[path] = page(title, crumbs + listing + ("" if items else "<p>暂无信息</p>"), column_meta)
    truth.home_stale = newest_home is None or (NOW.date() - newest_home).days > 14
    dead = [f"/gone/{number}-{broken}.html" for broken in range(rnd.choice([0, 0, 1, 2]))]
    truth.dead_links = frozenset(f"http://{host}{path}" for path in dead)
    home.extend(f'<a href="{path}">已删除的页面{position}</a>' for position, path in enumerate(dead))
    guides = []
    truth.services = rnd.choice([1, 2, 3])
    for service in range(truth.services):
        url = f"/bsfw/{number}-{service}.html"
        guides.append((url, f"{rnd.choice(SUBJECTS)}事项办理{service}", NOW.date() - timedelta(days=service)))
        labels = [
            "事项名称",
            "设定依据",
            "申请条件",
            "办理材料",
            "办理地点",
            "办理机构",
            "收费标准",
            "办理时间",
            "联系电话",
            "办理流程",
        ]
        rows = "".join(f"<tr><th>{label}</th><td>{label}的具体内容</td></tr>" for label in labels)
        pages[url] = page(guides[-1][1], f"<h1>{guides[-1][1]}</h1><table>{rows}</table>")
    pages["/bsfw/"] = page("办事服务", _list(0, guides), '<meta name="ColumnName" content="办事服务">')
    if truth.channel:
        truth.unanswered = rnd.choice([0, 0, 0, 1])
        rows = [("关于道路照明的咨询", NOW - timedelta(days=40), NOW - timedelta(days=36))]
        rows.extend(("关于噪声问题的投诉", NOW - timedelta(days=130), None) for _ in range(truth.unanswered))
        table = "".join(
            f"<tr><td><a href='/zxly/m{index}.html'>{title}</a></td><td>{asked:%Y-%m-%d}</td><td>{answered:%Y-%m-%d}</td><td>已回复</td></tr>"
            if answered
            else f"<tr><td><a href='/zxly/m{index}.html'>{title}</a></td><td>{asked:%Y-%m-%d}</td><td></td><td>未回复</td></tr>"
            for index, (title, asked, answered) in enumerate(rows)
        )
        for index in range(len(rows)):
            pages[f"/zxly/m{index}.html"] = page("来信", "<h1>来信内容</h1><p>来信正文。</p>")
        pages["/zxly/"] = page(
            "在线留言",
            "<form action='/zxly/post' method='post'><input type='text' name='title'><textarea name='body'></textarea></form>"
            f"<table><tr><th>标题</th><th>来信时间</th><th>答复时间</th><th>状态</th></tr>{table}</table>",
            '<meta name="ColumnName" content="在线留言">',
        )
    else:
        pages["/wsxf/"] = page("网上信访", "<form><textarea></textarea></form>")
    if "site_map" not in missing:
        pages["/wzdt/"] = page(
            "网站地图", "<ul>" + "".join(f'<li><a href="{path}">{title}</a></li>' for title, path, _, _ in columns) + "</ul>"
        )
    if "contact" not in missing:
        pages["/lxwm/"] = page("联系我们", "<p>联系电话见本页。</p>")
    pages["/"] = page("首页", "\n".join(home), "")
    pages["/robots.txt"] = b"User-agent: *\nDisallow: /admin/\n"
    return MadeSite(host, name, code, pages, truth, charset)


def _foot(name: str, code: str, missing: frozenset[str], number: int) -> str:
    parts = []
    if "sponsor" not in missing:
        parts.append(f"<span>主办单位：{name}办公室</span>")
    if "site_code" not in missing:
        parts.append(f"<span>网站标识码：{code}</span>")
    if "icp" not in missing:
        parts.append(f"<a href='https://beian.example/'>陕<span>ICP</span>备{10000000 + number}号-1</a>")
    if "police" not in missing:
        parts.append(f"<span>陕公网安备 6107260{number:07d}号</span>")
    if "contact" not in missing:
        parts.append('<a href="/lxwm/">联系我们</a>')
    if "site_map" not in missing:
        parts.append('<a href="/wzdt/">网站地图</a>')
    if "error_report" not in missing:
        parts.append(
            f'<a href="http://zfwzgl.example/exposure/jiucuo.html?site_code={code}"><img src="/images/jiucuo.png" alt="找错"></a>'
        )
    if "party_gov" not in missing:
        parts.append("<script>document.write(unescape(\"%3Cspan id='_ideConac'%3E%3C/span%3E\"))</script>")
    return f'<div class="footer">{"&nbsp;".join(parts)}</div>'


Answer = Callable[[str, str, asyncio.StreamWriter], Awaitable[bool]]
"""Answers a request (host, path) itself and says so, or leaves it to the pages."""


class LoopbackServer:
    """A small HTTP/1.1 server on 127.0.0.1 that plays several hosts; counts what it is asked for.

    Args:
        pages: Bodies by host and path.
        answer: Called first; may answer by itself (faults).
    """

    def __init__(self, pages: dict[str, dict[str, bytes]], answer: Answer | None = None) -> None:
        self.pages = pages
        self.answer = answer
        self.asked: list[tuple[str, str]] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> LoopbackServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                path = lines[0].split(" ")[1]
                host = next((line[5:].strip() for line in lines[1:] if line.lower().startswith("host:")), "")
                host = host.rpartition(":")[0] if ":" in host else host
                self.asked.append((host, path))
                if self.answer is not None and await self.answer(host, path, writer):
                    return
                body = self.pages.get(host, {}).get(path.partition("?")[0])
                kind = "text/plain" if path.endswith(".txt") else "image/png" if path.endswith(".png") else "text/html"
                status = "200 OK"
                if body is None:
                    status, body = "404 Not Found", b"<html><body>404</body></html>"
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode("ascii") + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # the visitor left, or the test is over
        finally:
            writer.close()
