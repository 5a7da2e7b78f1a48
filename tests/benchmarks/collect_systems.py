"""Made sites in the public layouts of the common content systems, healthy, at fault or hidden: who is named, who is passed.

python -m tests.benchmarks.collect_systems                    1,000 sites, half of the systems never looked at by the readers' author
python -m tests.benchmarks.collect_systems --sites 60 --seed 3 --show

Every site is drawn from a seed: a system, an encoding, decorations (libraries, banners, pinned entries, hidden templates), and
either nothing wrong, one fault of the national vetoes, or something that stands in front of it. What is in front of a site is
no fault of it: whoever is named for it is named wrongly.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from govmedia_rules import collect, load_rulebook
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.snapshots.parts import Probe
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import ACTS, SUBJECTS, LoopbackServer

NOW = datetime(2026, 11, 30, 10, tzinfo=SHANGHAI)
VETOES = {
    "home": "site.veto.home_stale",
    "core": "site.veto.columns.core",
    "blank": "site.veto.columns.blank",
    "channel": "site.veto.interaction.no_channel",
    "dead": "site.veto.unreachable",
}
FRONTS = ("device", "device_inner", "challenge", "maintenance", "script_home", "script_columns", "spa", "redirected", "empty_inner")
COLUMNS = (
    *(("区内要闻", "yw", "news"), ("部门动态", "bm", "news"), ("镇街动态", "zj", "news"), ("通知公告", "tz", "notice")),
    *(("政策文件", "zc", "policy"), ("人事信息", "rs", "personnel"), ("公示公告", "gs", "notice"), ("规范性文件", "gf", "policy")),
)
Item = tuple[str, str, date]


@dataclass(frozen=True)
class System:
    """A content system's public layout.

    Attributes:
        name: Its name.
        is_seen: Whether its layout was known while the readers were written.
        address: Address of an article: column, number, day.
        column: Address of a column.
        rows: The list of a column or box: entries, whether for the home page.
        article: Head and date line of an article.
        more: Paging of a column page with further pages.
        shows_dates: Whether lists show dates.
    """

    name: str
    is_seen: bool
    address: Callable[[str, int, date], str]
    column: Callable[[str], str]
    rows: Callable[[list[Item]], str]
    article: Callable[[str, date, str], str]
    more: Callable[[str], str] = lambda column: ""
    shows_dates: bool = True


def _li(template: str, box: str = '<ul class="list">{}</ul>') -> Callable[[list[Item]], str]:
    def rows(items: list[Item]) -> str:
        return box.format("\n".join(template.format(url=url, title=title, day=day, d=day) for url, title, day in items))

    return rows


def _records(items: list[Item]) -> str:
    records = "".join(
        f"<record><![CDATA[<li><a href='{url}' target='_blank'>{title}</a><span>{day}</span></li>]]></record>"
        for url, title, day in items
    )
    return (
        '<div id="278" class="default_pgContainer"></div><script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/module/jpage/'
        f'dataproxy.jsp?page=1"></a>]]></nextgroup><recordset>{records}</recordset></datastore></script><script src="/script/jpage.js"></script>'
    )


def _plain_article(title: str, day: date, source: str) -> str:
    return f'<h1>{title}</h1><div class="info"><span>发布时间：{day} 09:30</span><span>来源：{source}</span></div>'


SYSTEMS = (
    System(
        "trs", True,
        lambda column, number, day: f"/{column}/{day:%Y%m}/t{day:%Y%m%d}_{number}.html",
        lambda column: f"/{column}/",
        _li('<li><span>{day}</span><a href="{url}" title="{title}">{title}</a></li>', '<ul class="gl-list">{}</ul>'),
        lambda title, day, source: f'<meta name="PubDate" content="{day} 10:12"><meta name="ArticleTitle" content="{title}"><h2>{title}</h2><p>{day} 10:12 {source}</p>',
        lambda column: '<script>createPageHTML(3, 0, "index", "html");</script>',
    ),
    System(
        "hanweb", True,
        lambda column, number, day: f"/art/{day.year}/{day.month}/{day.day}/art_{len(column)}_{number}.html",
        lambda column: f"/col/col{sum(map(ord, column))}/index.html",
        _records, _plain_article,
    ),
    System(
        "kaipuyun", True,
        lambda column, number, day: f"/{column}/content_{number}.html",
        lambda column: f"/{column}/index.html",
        _li('<li><a href="{url}">{title}</a><em class="date">[{day}]</em></li>', '<div class="list-con"><ul>{}</ul></div>'),
        _plain_article,
        lambda column: f'<div class="pagination"><a href="/{column}/index_2.html">下一页</a></div>',
    ),
    System(
        "boda", True,
        lambda column, number, day: f"/info/{sum(map(ord, column))}/{number}.htm",
        lambda column: f"/{column}.htm",
        _li('<tr><td><a class="c1" href="{url}">{title}</a></td><td class="c1_date">{d.year}/{d.month:02d}/{d.day:02d}</td></tr>', "<table class='winstyle'>{}</table>"),
        lambda title, day, source: f'<table><tr><td class="titlestyle1">{title}</td></tr><tr><td>{day.year}年{day.month:02d}月{day.day:02d}日 09:20 {source} 点击：[<script>_showDynClicks("w",1,2)</script>]</td></tr></table>',
        lambda column: f"共45条 1/3 首页 上页 <a href='/{column}/2.htm'>下页</a> 尾页",
    ),
    System(
        "epoint", False,
        lambda column, number, day: f"/{column}/001/{day:%Y%m%d}/{number:08x}-4a5b.html",
        lambda column: f"/{column}/list.html",
        _li('<li class="ewb-list-node clearfix"><a class="ewb-list-name" href="{url}">{title}</a><span class="ewb-list-date">{day}</span></li>', '<ul class="ewb-list">{}</ul>'),
        lambda title, day, source: f'<h3 class="article-title">{title}</h3><div class="article-sources"><p>【信息时间：{day} 阅读次数：<span id="hits"></span> 】</p></div>',
    ),
    System(
        "dede", False,
        lambda column, number, day: f"/plus/view.php?aid={number}",
        lambda column: f"/{column}/",
        _li('<li>[<b><a href="/">栏目</a></b>] <a href="{url}" class="title">{title}</a> <span class="info"><small>日期：</small>{day} 10:00:00<small> 点击：</small>12</span></li>', '<ul class="e2">{}</ul>'),
        lambda title, day, source: f'<div class="title"><h2>{title}</h2></div><div class="info"><small>时间:</small>{day} 08:11<small>来源:</small>{source}</div>',
    ),
    System(
        "cards", False,
        lambda column, number, day: f"/{column}/detail/{number}",
        lambda column: f"/{column}",
        _li('<div class="card"><div class="time"><b>{d:%d}</b><i>{d:%Y-%m}</i></div><a href="{url}"><h4>{title}</h4><p>摘要文字若干</p></a></div>', '<div class="cards">{}</div>'),
        lambda title, day, source: f'<h1>{title}</h1><time datetime="{day}T08:30:00+08:00">{day}</time>',
    ),
    System(
        "aspx", False,
        lambda column, number, day: f"/show.aspx?id={number}",
        lambda column: f"/list.aspx?cid={column}",
        _li('<tr><td><img src="/dot.gif"> <a href="{url}">{title}</a></td><td width="90">{d.year}-{d.month}-{d.day}</td></tr>', '<table width="100%">{}</table>'),
        lambda title, day, source: f'<table><tr><td align="center"><b>{title}</b></td></tr><tr><td>发布日期：{day.year}-{day.month}-{day.day} 作者：办公室 浏览：33次</td></tr></table>',
    ),
    System(
        "times", False,
        lambda column, number, day: f"/archives/{number}",
        lambda column: f"/category/{column}/",
        _li('<article><h2><a href="{url}">{title}</a></h2><time datetime="{day}T10:00:00+08:00">{d.month}月{d.day}日</time></article>', '<section class="posts">{}</section>'),
        lambda title, day, source: f'<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":"{day}T10:00:00+08:00"}}</script><h1>{title}</h1>',
    ),
    System(
        "undated", False,
        lambda column, number, day: f"/n/{number}.html",
        lambda column: f"/c/{column}.html",
        _li('<li><a href="{url}">{title}</a></li>', '<ul class="newslist">{}</ul>'),
        _plain_article, shows_dates=False,
    ),
)  # fmt: skip


@dataclass
class Made:
    """A made site with what is true of it."""

    host: str
    system: System
    truth: str
    charset: str
    pages: dict[str, bytes] = field(default_factory=dict)
    front: Callable[[str], tuple[str, bytes] | None] | None = None


def _challenge(rnd: random.Random) -> tuple[str, bytes]:
    """An answer of a device: its status line with headers, and its body."""
    return rnd.choice(
        [
            ("412 Precondition Failed\r\nSet-Cookie: FSSBBIl1UgzbN7NO=5; path=/", b"<html><script>$_ts={};</script><script src='/x/y.js'></script></html>"),
            ("521 \r\nSet-Cookie: __jsluid_h=1; path=/", b"<script>document.cookie='__jsl_clearance=1';location.href=location.pathname</script>"),
            ("403 Forbidden\r\nServer: CloudWAF", "<html><body>您的请求疑似攻击行为，已被拦截</body></html>".encode()),
            ("200 OK", "<html><head><title>安全验证</title></head><body>请按住滑块，拖动到最右边<script src='/awsc.js'></script></body></html>".encode()),
            ("468 \r\nServer: yundun", b"<html><body>access limited</body></html>"),
            ("200 OK\r\nSet-Cookie: acw_sc__v2=1", b"<html><script>var arg1='ABC';setTimeout(reload,2);document.cookie='acw_sc__v2=x'</script></html>"),
            ("503 Service Unavailable\r\nServer: cloudflare", b"<html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript</noscript><script>challenge()</script></body></html>"),
        ]
    )  # fmt: skip


def make(number: int, seed: int) -> Made:
    """A site drawn from its number: system, truth, encoding and decorations."""
    rnd = random.Random(f"{seed}:{number}")
    system = SYSTEMS[number % len(SYSTEMS)]
    truth = ("fine", "fine", *VETOES, *rnd.sample(FRONTS, 2))[number // len(SYSTEMS) % 9]
    if truth == "home" and not system.shows_dates and rnd.random() < 0.5:
        truth = "fine"
    charset = rnd.choice(["utf-8", "utf-8", "gb18030", "gbk"])
    made = Made(f"g{number:04d}.example.gov.cn", system, truth, charset)
    name = f"示例{number}区人民政府"
    scripts = rnd.choice(
        [
            '<script src="/js/jquery.min.js"></script>',
            '<script src="/js/jquery.js"></script><script src="/js/swiper.min.js"></script>',
            "",
        ]
    )
    banner = rnd.choice(
        ['<div class="ban"><img src="/b.jpg"></div>', "", '<div class="ban"><a href="/zt/"><img src="/b.jpg" alt="专题"></a></div>']
    )
    links = [(title, system.column(path)) for title, path, _ in COLUMNS] + [("办事服务", "/bsfw/")]
    links.append(("我要写信", "/xx/") if truth != "channel" else ("网上信访", "/xf/"))
    nav = (
        '<div class="nav"><ul><li><a href="/">首页</a></li>'
        + "".join(f'<li><a href="{url}">{title}</a></li>' for title, url in links)
        + "</ul></div>"
    )
    foot = (
        f'<div class="foot"><p>主办单位：{name}办公室 承办单位：{name}信息中心</p><p>网站标识码：{6100000000 + number} 陕ICP备{10000000 + number}号 '
        f'陕公网安备 61010102{number:06d}号 <a href="/map.html">网站地图</a> <a href="/lx.html">联系我们</a></p>'
        '<script>document.write(unescape("%3Cspan id=\'_ideConac\'%3E%3C/span%3E"))</script><img src="/jiucuo.png"></div>'
    )

    def page(title: str, body: str) -> bytes:
        declared = "gb2312" if charset != "utf-8" else charset
        html = (
            f'<!DOCTYPE html><html><head><meta charset="{declared}"><title>{title}_{name}</title>{scripts}</head><body>'
            f'<div class="top">{name}</div>{nav}{banner}<div class="main">{body}</div>{foot}</body></html>'
        )
        return html.encode(charset, "replace")

    order = 0

    def entries(path: str, newest: date, count: int) -> list[Item]:
        nonlocal order
        items = []
        day = newest
        for _ in range(count):
            order += 1
            title = f"{rnd.choice(SUBJECTS)}{rnd.choice(ACTS)}有关情况第{number}{order}期"
            url = system.address(path, 1000 + number * 300 + order, day)
            made.pages[url] = page(
                title,
                system.article(title, day, f"{name}办公室")
                + "<div class='txt'><p>2023年5月6日，会议通过了方案。正文文字若干。</p></div>",
            )
            items.append((url, title, day))
            day -= timedelta(days=rnd.randint(1, 9))
        return items

    today = NOW.date()
    boxes = []
    stale = set(rnd.sample(range(len(COLUMNS)), 6)) if truth == "core" else set()
    stale -= {index for index, (_, _, kind) in enumerate(COLUMNS) if kind == "personnel"}
    if truth == "core":
        stale |= set(range(5))
    blank = set(rnd.sample(range(len(COLUMNS)), 6)) if truth == "blank" else set()
    for index, (title, path, _) in enumerate(COLUMNS):
        old = today - timedelta(days=rnd.randint(200, 320))
        newest = old if index in stale or truth == "home" else today - timedelta(days=rnd.randint(0, 6))
        items = [] if index in blank else entries(path, newest, rnd.randint(4, 8))
        crumbs = f'<div class="weizhi">当前位置：<a href="/">首页</a> &gt; {title}</div>'
        listing = (
            system.rows(items)
            if items
            else rnd.choice(
                [
                    "<ul class='list'><li>暂无信息</li></ul>",
                    "<div class='list'><ul></ul></div>",
                    "<div class='list'>暂无相关内容！</div>",
                ]
            )
        )
        if truth == "script_columns":
            listing = rnd.choice(
                [
                    f'<ul id="list"></ul><script src="/js/{path}.js"></script>',
                    '<div id="app" class="list"></div><script>loadList(12)</script>',
                    '<ul id="l"></ul><script>$.getJSON("/api/list?c=3",fill)</script>',
                ]
            )
        if truth == "empty_inner":
            listing = rnd.choice(
                [
                    '<iframe src="/frames/list.html"></iframe>',
                    '<div class="pdf"><embed src="/f.pdf"></div>',
                    "<div class='list'><img src='/tu.jpg'></div>",
                    "<div class='list'><video src='/a.mp4'></video></div>",
                ]
            )
        made.pages[system.column(path)] = page(
            title, crumbs + listing + (system.more(path) if items and rnd.random() < 0.5 else "")
        )
        if items and (truth != "core" or index not in stale):
            boxes.append(f'<div class="box"><h3>{title}<a href="{system.column(path)}">更多</a></h3>{system.rows(items[:4])}</div>')
    if truth == "core":  # the home page shows news of elsewhere, so that only its columns are stale
        boxes.append(f'<div class="box"><h3>头条</h3>{system.rows(entries("tt", today - timedelta(days=1), 4))}</div>')
    if truth in ("script_home", "spa"):
        boxes = ['<div class="news"><ul id="n1"></ul><ul id="n2"></ul></div><script src="/js/home.js"></script>']
    made.pages["/"] = page("首页", "\n".join(boxes))
    if truth == "spa":
        made.pages["/"] = (
            b'<!DOCTYPE html><html><head><title>x</title></head><body><div id="app"></div><script src="/js/app.8f3.js"></script></body></html>'
        )
    guides = []
    labels = (
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
    )
    for service in range(3):
        url = f"/bsfw/{service}.html"
        title = f"{rnd.choice(SUBJECTS)}事项办理指南{service}"
        rows = "".join(f"<tr><th>{label}</th><td>{label}的具体内容</td></tr>" for label in labels)
        made.pages[url] = page(title, f"<h1>{title}</h1><table>{rows}</table>")
        guides.append((url, title, today - timedelta(days=service)))
    made.pages["/bsfw/"] = page("办事服务", _li('<li><a href="{url}">{title}</a><span>{day}</span></li>')(guides))
    made.pages["/xx/"] = page(
        "我要写信",
        "<form action='/post'><input type='text' name='t'><textarea name='b'></textarea></form><table><tr><th>标题</th><th>来信时间</th><th>答复时间</th></tr><tr><td><a href='/xx/1.html'>关于路灯的咨询</a></td><td>2026-10-09</td><td>2026-10-12</td></tr></table>",
    )
    made.pages["/xx/1.html"] = page("来信", "<h1>来信</h1><p>来信正文。</p>")
    made.pages["/xf/"] = page("网上信访", "<p>信访条例全文。</p>")
    made.pages["/map.html"] = page(
        "网站地图", "<ul>" + "".join(f'<li><a href="{url}">{title}</a></li>' for title, url in links) + "</ul>"
    )
    made.pages["/lx.html"] = page("联系我们", "<p>电话：029-12345678</p>")
    made.pages["/robots.txt"] = b"User-agent: *\nDisallow: /admin/\n"
    for picture in ("/b.jpg", "/jiucuo.png", "/dot.gif"):
        made.pages[picture] = b"\x89PNG"
    for script in ("/js/jquery.min.js", "/js/jquery.js", "/js/swiper.min.js", "/script/jpage.js"):
        made.pages[script] = b"//"
    _put_in_front(made, rnd)
    return made


def _put_in_front(made: Made, rnd: random.Random) -> None:
    """Hide a site behind what its truth says."""
    answer = _challenge(rnd)
    maintenance = (
        "200 OK",
        "<html><head><title>系统维护</title></head><body><p>网站升级维护中，给您带来不便敬请谅解。</p></body></html>".encode(),
    )
    if made.truth in ("device", "challenge"):
        made.front = lambda path: answer
    elif made.truth == "maintenance":
        made.front = lambda path: maintenance
    elif made.truth == "device_inner":
        made.front = lambda path: None if path in ("/", "/robots.txt") else answer
    elif made.truth == "redirected":
        made.front = lambda path: None if path in ("/", "/robots.txt") else ("302 Found\r\nLocation: /", b"")
    elif made.truth == "dead":
        kind = rnd.choice(["500 Internal Server Error", "502 Bad Gateway", "404 Not Found"])
        made.front = lambda path: (kind, b"<html><body><h1>error</h1></body></html>")


async def judged(sites: list[Made], slips: float = 0.0) -> dict[str, Inspection]:
    """Collect and judge every site by the national rulebook; a share of requests (`slips`) is broken off or answered with 500."""
    from govmedia_rules.collect.fetch import Fetcher
    from govmedia_rules.collect.probes import with_probes

    by_host = {made.host: made for made in sites}
    rnd = random.Random(len(sites))

    async def answer(host: str, path: str, writer: asyncio.StreamWriter) -> bool:
        draw = rnd.random()
        if draw < slips / 2:
            writer.transport.abort()
            return True
        if draw < slips:
            writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nOops")
            await writer.drain()
            return True
        made = by_host.get(host)
        front = made.front(path) if made is not None and made.front is not None else None
        body = made.pages.get(path) if made is not None and front is None else None
        if front is None and (body is None or "?" not in path):
            return False
        status, content = front or ("200 OK", body or b"")
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(content)}\r\n\r\n".encode("latin-1") + content
        )
        await writer.drain()
        writer.close()
        return True

    book = load_rulebook("national-2019")
    results: dict[str, Inspection] = {}
    async with LoopbackServer({made.host: made.pages for made in sites}, answer) as server:
        guard = collect.Guard(test_hosts=dict.fromkeys(by_host, "127.0.0.1"))
        limits = collect.Limits(retries=1, backoff_seconds=0.01, sites_at_once=8, links_per_site=60, content_sample=5)
        subjects = [
            Site(id=host, name=f"示例{int(host[1:5])}区人民政府", url=f"http://{host}:{server.port}/", level="county_department")
            for host in by_host
        ]
        fetcher = Fetcher(limits, guard)
        async for snapshot in collect.sites_async(subjects, limits=limits, guard=guard, observed_at=NOW):
            seen = await fetcher.fetch(snapshot.site.url or "")
            week = tuple(
                Probe(at=NOW - timedelta(hours=hour + 0.5), seconds=0.3, status=seen.status, failure=seen.failure)
                for hour in range(168)
            )
            results[snapshot.site.id] = book.inspect(with_probes(snapshot, {snapshot.site.id: week}))
        await fetcher.close()
    return results


def outcome(made: Made, inspection: Inspection) -> tuple[str, str]:
    """`right`, `wrong` or `open`, with what was said."""
    named = sorted(finding.indicator.id for finding in inspection.problems if finding.indicator.id.startswith("site.veto."))
    due = VETOES.get(made.truth)
    verdict = str(inspection.verdict)
    false = [name for name in named if name != due and not (made.truth == "home" and name == "site.veto.columns.core")]
    if false:
        return "wrong", f"{made.host} {made.system.name} {made.truth} {made.charset}: named {false}"
    if (due in named) if due else (verdict == "qualified"):
        return "right", ""
    if due and verdict == "qualified":
        return "wrong", f"{made.host} {made.system.name} {made.truth}: passed"
    left = [
        f"{finding.indicator.id}:{finding.reason}"
        for finding in inspection.findings
        if str(finding.status) in ("inconclusive", "needs_review", "error") and finding.indicator.id.startswith("site.veto.")
    ]
    return "open", f"{made.host} {made.system.name} {made.truth} {made.charset}: {left}"


def run(count: int, seed: int, *, show: bool = False, slips: float = 0.0) -> dict[str, Counter[str]]:
    """Outcomes by group: `seen` and `unseen` systems, each with `fine`, `fault` and `hidden` sites."""
    groups: dict[str, Counter[str]] = {}
    sites = [make(number, seed) for number in range(count)]
    causes: Counter[str] = Counter()
    for start in range(0, count, 100):
        part = sites[start : start + 100]
        results = asyncio.run(judged(part, slips))
        for made in part:
            kind = "fine" if made.truth == "fine" else "fault" if made.truth in VETOES else "hidden"
            result, words = outcome(made, results[made.host])
            groups.setdefault(f"{'seen' if made.system.is_seen else 'unseen'} {kind}", Counter())[result] += 1
            if result == "wrong" or (show and kind != "hidden" and words):
                print(result, words, flush=True)
            if result == "open":
                causes[f"{made.truth}"] += 1
    for group, counts in sorted(groups.items()):
        total = counts.total()
        print(
            f"{group:14} {total:4}: "
            + ", ".join(f"{name} {number} ({100 * number / total:.1f} %)" for name, number in sorted(counts.items()))
        )
    print("open by cause:", dict(causes.most_common()))
    return groups


def main() -> int:
    """Print the outcomes; 1 when a site is named or passed wrongly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="also what stays open of fine and faulty sites")
    parser.add_argument("--slips", type=float, default=0.0, metavar="SHARE", help="share of requests that the network loses")
    args = parser.parse_args()
    groups = run(args.sites, args.seed, show=args.show, slips=args.slips)
    return 1 if any(counts["wrong"] for counts in groups.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
