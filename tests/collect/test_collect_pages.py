"""Pages of many layouts, made for these tests: what is read out of each, and what is not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from govmedia_rules.collect.marks import is_placeholder
from govmedia_rules.collect.page import PARTS, read_bytes, read_page
from govmedia_rules.collect.words import channel_kinds, column_kind
from govmedia_rules.core.time import SHANGHAI

NOW = datetime(2024, 8, 30, 10, tzinfo=SHANGHAI)
URL = "http://www.example.gov.cn/zwgk/tzgg/"
TITLES = [
    "关于开展2024年度安全生产大检查的通知",
    "区人民政府召开第三季度防汛工作会议",
    "关于印发营商环境优化方案的公告（2024年版）",
]
DAYS = [date(2024, 8, 27), date(2024, 8, 3), date(2023, 12, 31)]


def _entries(body: str, now: datetime | None = NOW) -> list[tuple[str, date, str]]:
    page = read_page(f"<html><head><title>通知公告</title></head><body>{body}</body></html>", URL, now=now)
    return [
        (one.title, one.published_at.date() if isinstance(one.published_at, datetime) else one.published_at, one.href)
        for one in page.entries
    ]


def _rows(row: str, frame: str = "<ul>{}</ul>") -> str:
    parts = [
        row.format(t=title, u=f"./{n}.html", iso=f"{day:%Y-%m-%d}", slash=f"{day:%Y/%m/%d}", dot=f"{day:%Y.%m.%d}",
                   zh=f"{day.year}年{day.month}月{day.day}日", md=f"{day:%m-%d}", zhmd=f"{day.month}月{day.day}日", y=day.year, ym=f"{day:%Y-%m}",
                   zym=f"{day.year}年{day.month}月", m=f"{day:%m}", d=f"{day:%d}", dmy=f"{day:%d}/{day:%m}", ymslash=f"{day:%Y/%m}")
        for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))
    ]  # fmt: skip
    return frame.format("\n".join(parts))


LAYOUTS = {
    "date after": "<li><a href='{u}'>{t}</a><span>{iso}</span></li>",
    "date before": "<li><span>{iso}</span><a href='{u}'>{t}</a></li>",
    "date in brackets": "<li><a href='{u}'>{t}</a> [{iso}]</li>",
    "date in round brackets": "<li>（{iso}）<a href='{u}'>{t}</a></li>",
    "date in the link": "<li><a href='{u}'><span>{t}</span><i>{iso}</i></a></li>",
    "date text in the link": "<li><a href='{u}'>{t} {iso}</a></li>",
    "date text leads in the link": "<li><a href='{u}'>[{iso}] {t}</a></li>",
    "slashes": "<li><a href='{u}'>{t}</a><em>{slash}</em></li>",
    "dots": "<li><a href='{u}'>{t}</a><em>{dot}</em></li>",
    "chinese": "<li><a href='{u}'>{t}</a><font color='#999'>{zh}</font></li>",
    "labelled": "<li><a href='{u}'>{t}</a><p>发布时间：{iso}</p></li>",
    "labelled with time": "<li><a href='{u}'>{t}</a><p>发布时间：{iso} 09:30</p></li>",
    "no year": "<li><a href='{u}'>{t}</a><span>{md}</span></li>",
    "no year, brackets": "<li><a href='{u}'>{t}</a><span>[{md}]</span></li>",
    "no year, chinese": "<li><a href='{u}'>{t}</a><span>{zhmd}</span></li>",
    "boxes, day over year and month": "<li><div><b>{d}</b><span>{ym}</span></div><a href='{u}'>{t}</a></li>",
    "boxes, month over day": "<li><div><span>{zym}</span><b>{d}</b></div><h3><a href='{u}'>{t}</a></h3></li>",
    "boxes, month-day over year": "<li><p class='d'><b>{md}</b><br>{y}</p><a href='{u}'>{t}</a></li>",
    "boxes, year over month-day": "<li><p class='d'><i>{y}</i><b>{md}</b></p><a href='{u}'>{t}</a></li>",
    "boxes, slash": "<li><p class='d'><b>{d}</b><i>{ymslash}</i></p><a href='{u}'>{t}</a></li>",
    "category link": "<li><a href='/x/'>[要闻]</a><a href='{u}'>{t}</a><span>{iso}</span></li>",
    "category after": "<li><a href='{u}'>{t}</a><a href='/x/'>部门动态</a><span>{iso}</span></li>",
    "picture link": "<li><a href='{u}'><img src='a.jpg'></a><a href='{u}'>{t}</a><span>{iso}</span></li>",
    "card with summary": "<div class='item'><h4><a href='{u}'>{t}</a></h4><p>2022年1月2日，摘要的文字很长，讲了很多事情。</p><span>{iso}</span><a href='{u}'>[详细]</a></div>",
    "card that is a link": "<li><a href='{u}'><h4>{t}</h4><p>摘要文字，说明这件事情。</p><span class='time'>{iso}</span></a></li>",
    "source beside": "<li><a href='{u}'>{t}</a><span>市政府办公室</span><span>{iso}</span></li>",
    "views beside": "<li><a href='{u}'>{t}</a><span>浏览：123</span><span>{iso}</span></li>",
    "bullet": "<li>· <a href='{u}'>{t}</a>　{iso}</li>",
    "deep": "<li><div><div><div><a href='{u}'>{t}</a></div></div><div><p><span>{iso}</span></p></div></div></li>",
    "upper case tags": "<LI><A HREF='{u}'>{t}</A><SPAN>{iso}</SPAN></LI>",
    "blank padded": "<li>\n   <a href='{u}'>\n     {t}\n   </a>\n   <span>\n    {iso}\n  </span></li>",
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_list_layout_is_read(layout: str) -> None:
    expected = [(title, day, f"./{n}.html") for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))]
    assert _entries(_rows(LAYOUTS[layout])) == expected


@pytest.mark.parametrize(
    ("row", "frame"),
    [
        ("<tr><td><a href='{u}'>{t}</a></td><td>{iso}</td></tr>", "<table><tr><th>标题</th><th>发布日期</th></tr>{}</table>"),
        ("<tr><td>1</td><td>000014348/2020-35428</td><td><a href='{u}'>{t}</a></td><td>教育局</td><td>{zh}</td></tr>", "<table>{}</table>"),
        ("<dt><a href='{u}'>{t}</a></dt><dd>{iso}</dd>", "<dl>{}</dl>"),
        ("<dd>{iso}<a href='{u}'>{t}</a></dd>", "<dl>{}</dl>"),
        ("<a href='{u}'>{t}</a><span>{iso}</span><br>", "<div>{}</div>"),
        ("<span>{iso}</span><a href='{u}'>{t}</a><br>", "<div>{}</div>"),
        ("<p><a href='{u}'>{t}</a></p><p>{iso}</p>", "<div>{}</div>"),
        ("<table><tr><td>·<a href='{u}'>{t}</a></td><td>[{md}]</td></tr></table>", "<div>{}</div>"),
    ],
)  # fmt: skip
def test_tables_and_flat_lists_are_read(row: str, frame: str) -> None:
    expected = [(title, day, f"./{n}.html") for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))]
    assert _entries(_rows(row, frame)) == expected


def test_a_list_that_a_script_writes_is_read() -> None:
    records = "".join(
        f"<record><![CDATA[<li><a href='/art/{n}.html'>{title}</a><span>{day}</span></li>]]></record>"
        for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True))
    )
    body = f"<div id='list'><script type='text/xml'><datastore><recordset>{records}</recordset></datastore></script></div>"
    assert [(title, day) for title, day, _ in _entries(body)] == list(zip(TITLES, DAYS, strict=True))
    rows = "".join(f"<tr><td><a href='/{n}.html'>{title}</a></td><td>{day}</td></tr>" for n, (title, day) in enumerate(zip(TITLES, DAYS, strict=True)))  # fmt: skip
    body = f"<script type='text/xml'><datastore><![CDATA[{rows}]]></datastore></script>"
    assert [(title, day) for title, day, _ in _entries(body)] == list(zip(TITLES, DAYS, strict=True))


@pytest.mark.parametrize(
    "body",
    [
        "<div>今天是2024年8月30日 星期五</div><a href='/x'>设为首页网站地图</a>",
        "<p>2024年8月27日，区政府召开会议，<a href='/x'>关于安全生产的若干意见</a>得到讨论。</p>",
        "<div class='foot'>版权所有 2004-2024 <a href='/x'>某某区人民政府办公室</a></div>",
        "<div>截止时间：<span>2024-08-27</span><a href='/x'>我要参与这次的征集</a></div>",
        "<ul><li><a href='/a'>首页</a></li><li><a href='/b'>联系我们</a></li></ul>",
        "<p>共10-20个名额，<a href='/x'>点击这里查看详细的办法</a></p>",
        "<div class='info'>2024-08-27 来源：<a href='/x'>新华社</a> 浏览次数：12</div>",
    ],
)
def test_a_date_that_belongs_to_no_entry_gives_none(body: str) -> None:
    assert _entries(body) == []


def test_without_a_monitoring_point_yearless_entries_are_left_out() -> None:
    assert _entries(_rows(LAYOUTS["no year"]), now=None) == []
    assert len(_entries(_rows(LAYOUTS["date after"]), now=None)) == 3


HEADLINE = "关于印发《某某区养老服务设施布局规划》的通知"
SITE = "某某区人民政府门户网站"
BODY = "<p>2023年5月6日，区政府第12次常务会议审议通过了这个规划，现印发给你们。</p><p>附件：2022年1月1日的旧规划。</p>"


def _article(head: str = "", body: str = "", title: str = f"{HEADLINE}_{SITE}") -> str:
    return (
        f"<html><head><title>{title}</title>{head}</head><body><div class='top'>今天是2024年8月30日 星期五 <a href='/'>{SITE}</a></div>{body}"
        "<div class='foot'>版权所有：某某区人民政府 备案号 2004-2024</div></body></html>"
    )  # fmt: skip


ARTICLES: dict[str, tuple[str, str]] = {
    "PubDate": ("<meta name='PubDate' content='2024-08-27 10:30'><meta name='ArticleTitle' content='" + HEADLINE + "'>", BODY),
    "pubdate in small letters": ("<meta name='pubdate' content='2024-08-27'>", f"<h1>{HEADLINE}</h1>{BODY}"),
    "PubDate in Chinese": ("<meta name='PubDate' content='2024年08月27日'>", f"<h1>{HEADLINE}</h1>{BODY}"),
    "publishdate": ("<meta name='publishdate' content='2024-08-27'>", f"<h1>{HEADLINE}</h1>{BODY}"),
    "firstpublishedtime": ("<meta name='firstpublishedtime' content='2024-08-27-10:30:00'>", f"<h1>{HEADLINE}</h1>{BODY}"),
    "article:published_time": ("<meta property='article:published_time' content='2024-08-27T10:30:00+08:00'>", f"<h1>{HEADLINE}</h1>{BODY}"),
    "json-ld": ('<script type="application/ld+json">{"datePublished": "2024-08-27T10:30:00+08:00"}</script>', f"<h1>{HEADLINE}</h1>{BODY}"),
    "labelled": ("", f"<h1>{HEADLINE}</h1><div>发布时间：2024-08-27 10:30　来源：区政府办公室　浏览次数：12</div>{BODY}"),
    "labelled, split": ("", f"<h1>{HEADLINE}</h1><div><span>发布日期：</span><span>2024-08-27</span><span>来源：区政府办</span></div>{BODY}"),
    "labelled, Chinese": ("", f"<h2>{HEADLINE}</h2><p>日期：2024年8月27日 【字体：大 中 小】</p>{BODY}"),
    "bare with neighbours": ("", f"<div class='title'>{HEADLINE}</div><div class='info'>2024-08-27 10:30:00 来源：区政府办 字号：大 中 小</div>{BODY}"),
    "bare in a box": ("", f"<h1>{HEADLINE}</h1><span class='time'>2024-08-27</span>{BODY}"),
    "bare, no class": ("", f"<h3>{HEADLINE}</h3><p>2024-08-27 10:30</p>{BODY}"),
    "time element": ("", f"<h1>{HEADLINE}</h1><time>2024-08-27</time>{BODY}"),
    "below the text": ("", f"<h1>{HEADLINE}</h1>{BODY}<p>发布日期：2024-08-27</p>"),
    "table of facts": ("", f"<table><tr><td>索引号</td><td>000014348/2024-1</td><td>成文日期</td><td>2024-08-20</td></tr><tr><td>发布机构</td><td>区政府</td><td>发布日期</td><td>2024-08-27</td></tr></table><h1>{HEADLINE}</h1>{BODY}"),
    "written before published": ("", f"<h1>{HEADLINE}</h1><div>成文日期：2024-08-20 发布日期：2024-08-27</div>{BODY}"),
    "script variable": ("<script>var pubtime = '2024-08-27 10:30:00';</script>", f"<h1>{HEADLINE}</h1><span id='t'></span>{BODY}"),
    "with a list beside": ("", f"<h1>{HEADLINE}</h1><p>时间：2024-08-27</p>{BODY}<h4>相关阅读</h4><ul><li><a href='/1'>另一条相关的新闻标题</a>2024-08-29</li><li><a href='/2'>又一条相关的新闻标题</a>2024-08-29</li><li><a href='/3'>第三条相关的新闻标题</a>2024-08-29</li></ul>"),
    "founder element": ("", f"<founder-title>{HEADLINE}</founder-title><p>发布时间：2024-08-27</p>{BODY}"),
    "ucap element": ("", f"<h1><ucaptitle>{HEADLINE}</ucaptitle></h1><publishtime>2024-08-27 10:30</publishtime>{BODY}"),
    "wordpress": ("<meta property='og:title' content='" + HEADLINE + "'>", f"<h1 class='entry-title'>{HEADLINE}</h1><time class='entry-date' datetime='2024-08-27T10:30:00+08:00'>2024年8月27日</time>{BODY}"),
    "jpage": ("", f"<!--文章标题--><td class='title'>{HEADLINE}</td><table><tr><td>发布时间: 2024-08-27 10:30</td><td>信息来源: 区政府办</td></tr></table>{BODY}"),
    "vsb": ("", f"<form name='_newscontent_fromname'><h1 class='c-title'>{HEADLINE}</h1><div class='other-s'>发布时间：2024年08月27日 10:30 &nbsp; 作者： &nbsp; 点击：[<script>x()</script>]</div>{BODY}</form>"),
    "heading of the site first": ("", f"<h1>{SITE}</h1><h2>{HEADLINE}</h2><p>发布时间：2024-08-27</p>{BODY}"),
}  # fmt: skip


@pytest.mark.parametrize("shape", ARTICLES)
def test_title_and_time_of_every_article_shape(shape: str) -> None:
    head, body = ARTICLES[shape]
    page = read_page(_article(head, body), URL + "t1.html", now=NOW)
    moment = page.published_at
    assert moment is not None
    assert (moment.date() if isinstance(moment, datetime) else moment) == date(2024, 8, 27)
    assert page.title == HEADLINE


@pytest.mark.parametrize(
    "title",
    [
        HEADLINE,
        f"{HEADLINE}_{SITE}",
        f"{HEADLINE}-通知公告-{SITE}",
        f"{HEADLINE} | {SITE}",
        f"{HEADLINE}--{SITE}",
        f"{HEADLINE} {SITE}",
        f"{SITE}-{HEADLINE}",
        f"{SITE} {HEADLINE}",
    ],
)
def test_the_title_element_is_freed_of_names(title: str) -> None:
    page = read_page(_article(title=title, body=f"<div><b>{HEADLINE}</b></div>{BODY}"), URL)
    assert page.title == HEADLINE
    bare = read_page(_article(title=title, body=BODY), URL)
    assert bare.title == HEADLINE or title.startswith(SITE)


@pytest.mark.parametrize("title", ["中国-东盟博览会新闻发布会举行", "“互联网+政务服务”A-B角工作制度", "1-10月全区固定资产投资情况"])
def test_a_dash_inside_a_title_stays(title: str) -> None:
    assert read_page(_article(title=f"{title}_{SITE}", body=f"<h1>{title}</h1>{BODY}"), URL).title == title
    assert read_page(_article(title=f"{title}_{SITE}", body=BODY), URL).title == title


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>{HEADLINE}</h1>{BODY}",
        f"<h1>{HEADLINE}</h1><p>成文日期：2024-08-20</p>{BODY}",
        f"<h1>{HEADLINE}</h1><p>有效期至：2026-12-31</p>{BODY}",
        f"<h1>{HEADLINE}</h1><p>页面生成时间：2024-08-20 12:00:00</p>{BODY}",
    ],
)
def test_no_date_is_taken_where_none_is_shown(body: str) -> None:
    assert read_page(_article(body=body), URL, now=NOW).published_at is None


FEET = {
    "plain": ("主办单位：某某区人民政府办公室　网站标识码：6101000001　陕ICP备05000001号-1　陕公网安备 61010002000001号",
              ("6101000001", "陕ICP备05000001号-1", "陕公网安备 61010002000001号", "某某区人民政府办公室")),
    "full width": ("网站主办单位：某某局 政府网站标识码：bm17000009 备案编号：京ICP备０５０７０２１８号".replace("０５０７０２１８", "05070218"),
                   ("bm17000009", "京ICP备05070218号", "", "某某局")),
    "spans": ("主办单位：<a>某某局</a> 网站标识码：<span>6101000001</span> <a>陕<span>ICP</span>备<span>05000001</span>号<span>-2</span></a> 陕公网安备<span>61010002000001</span>号",
              ("6101000001", "陕ICP备05000001号-2", "陕公网安备61010002000001号", "某某局")),
    "without the sign": ("主办：某某局 陕ICP备05000001 公安备案号：61010002000001", ("", "陕ICP备05000001", "61010002000001", "某某局")),
    "sentence": ("本网站由某某区人民政府主办 某某区大数据局承办 网站标识码 6101000001", ("6101000001", "", "", "某某区人民政府")),
    "odd order": ("主办：某某检验院主办 版权所有 冀ICP备字05000001-1号 冀公网安备:13010200000001号 网站标识码：1301000001",
                  ("1301000001", "冀ICP备字05000001-1号", "冀公网安备:13010200000001号", "某某检验院")),
    "two bodies": ("中共某某市委 某某市人民政府主办 Tel：12345 鲁ICP备05000001号 网站标识码：3707000001", ("3707000001", "鲁ICP备05000001号", "", "某某市人民政府")),
    "address follows": ("主办单位：江西省某某委员会 地址：南昌市 邮编：330036 赣ICP备10000001号　　　政府网站标识码：3600000013", ("3600000013", "赣ICP备10000001号", "", "江西省某某委员会")),
    "carried out by others": ("某某区人民政府版权所有 某某区人民政府办公室承办 网站标识码：5001070001建议使用IE9", ("5001070001", "", "", "")),
    "nothing": ("版权所有 某某区人民政府", ("", "", "", "")),
}  # fmt: skip


@pytest.mark.parametrize("foot", FEET)
def test_the_numbers_of_a_foot_are_read_as_printed(foot: str) -> None:
    text, expected = FEET[foot]
    marks = read_page(f"<html><body><h1>页面</h1><div class='footer'>{text}</div></body></html>", URL).marks
    assert (marks.site_code, marks.icp, marks.police, marks.sponsor) == expected
    assert not marks.party_gov
    assert not marks.error_report


def test_marks_that_scripts_write_are_seen_and_those_in_comments_are_not() -> None:
    script = "<script>document.write(unescape(\"%3Cspan id='_ideConac'%3E%3C/span%3E%3Cscript src='https://dcs.conac.cn/js/1.js'%3E%3C/script%3E\"))</script>"
    report = "<script id='_jiucuo_' sitecode='6101000001' src='https://zfwzgl.www.gov.cn/exposure/jiucuo.js'></script>"
    marks = read_page(
        f"<html><body><p>x</p>{script}{report}<a href='/map.html'>网站地图</a><a href='/c'>联系我们</a></body></html>", URL
    ).marks
    assert (marks.party_gov, marks.error_report, marks.site_map, marks.contact) == (True, True, True, True)
    hidden = read_page(f"<html><body><p>x</p><!-- {script}{report} --></body></html>", URL).marks
    assert (hidden.party_gov, hidden.error_report, hidden.site_map, hidden.contact) == (False, False, False, False)


def test_tags_are_kept_as_written_and_placeholders_named() -> None:
    head = (
        "<meta name='SiteName' content='某某区人民政府'><meta name='sitedomain' content='政府网站域名'>"
        "<meta name='SiteIDCode' content=''><meta name='viewport' content='x'><META NAME='ColumnType' CONTENT='工作动态'>"
    )
    page = read_page(_article(head), URL)
    assert [(tag.name, tag.content) for tag in page.tags] == [
        ("SiteName", "某某区人民政府"), ("sitedomain", "政府网站域名"), ("SiteIDCode", ""), ("ColumnType", "工作动态"),
    ]  # fmt: skip
    assert page.placeholder_tags == ("sitedomain", "SiteIDCode")
    assert page.tag("columntype") == "工作动态"
    assert page.tag("PubDate") is None
    assert is_placeholder("{网站名称}")
    assert is_placeholder("XXXX")
    assert not is_placeholder("某某区")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("通知公告", "notice"), ("公示公告", "notice"), ("区县动态", "news"), ("政务要闻", "news"), ("政策解读", "interpretation"), ("规范性文件", "policy"),
        ("领导之窗", "leaders"), ("机构职能", "duties"), ("某某概况", "overview"), ("在线访谈", "interview"), ("意见征集", "survey"), ("区长信箱", "consultation"),
        ("网上信访", "petition"), ("纪检监察", "discipline"), ("统计数据", "statistics"), ("人事任免", "personnel"), ("办事指南", "services"), ("走进某某", "overview"),
        ("法定主动公开内容", "disclosure"), ("依申请公开", "disclosure_request"), ("信息公开年报", "disclosure_report"), ("网站工作年度报表", "site_report"),
        ("首页", None), ("English", None),
    ],
)  # fmt: skip
def test_names_of_columns_have_kinds(name: str, kind: str | None) -> None:
    assert column_kind(name) == kind


def test_names_of_channels_have_kinds() -> None:
    kinds = channel_kinds()
    assert [kinds.find(name) for name in ("市长信箱", "我要咨询", "网上信访", "纪检举报", "意见征集", "12345热线", "关于我们")] == [
        "mailbox", "consultation", "petition", "discipline", "survey", "hotline", None,
    ]  # fmt: skip


def test_navigation_gives_levels_and_parents() -> None:
    body = (
        "<div class='mainNav'><ul><li><a href='/'>首页</a></li><li><a href='/xxgk/'>信息公开</a><ul><li><a href='/xxgk/zc/'>政策文件</a></li>"
        "<li><a href='/xxgk/jd/index.html'>政策解读</a></li></ul></li><li><a href='/hd/'>政民互动</a></li><li><a href='http://other.cn/'>外部站点</a></li></ul></div>"
        "<div class='box'><h3>通知公告</h3><a href='/tzgg/'>更多&gt;&gt;</a></div>"
    )
    page = read_page(f"<html><body>{body}</body></html>", "http://www.example.gov.cn/")
    assert [(item.name, item.level, item.parent, item.kind, item.found_by) for item in page.navigation] == [
        ("信息公开", 1, "", "disclosure", "navigation"),
        ("政策文件", 2, "信息公开", "policy", "navigation"),
        ("政策解读", 2, "信息公开", "interpretation", "navigation"),
        ("政民互动", 1, "", "consultation", "navigation"),
        ("通知公告", 1, "", "notice", "link"),
    ]


def test_a_site_map_gives_the_column_tree() -> None:
    nested = "<ul><li><a href='/a/'>信息公开</a><ul><li><a href='/a/b/'>政策文件</a></li></ul></li></ul>"
    headed = "<h3><a href='/a/'>信息公开</a></h3><div><a href='/a/b/'>政策文件</a><a href='/a/c/'>政策解读</a></div><h3><a href='/d/'>办事服务</a></h3>"
    first = read_page(f"<html><body>{nested}</body></html>", "http://www.example.gov.cn/map.html", site_map=True).navigation
    assert [(item.name, item.level, item.parent) for item in first] == [("信息公开", 1, ""), ("政策文件", 2, "信息公开")]
    second = read_page(f"<html><body>{headed}</body></html>", "http://www.example.gov.cn/map.html", site_map=True).navigation
    assert [(item.name, item.level, item.parent) for item in second] == [
        ("信息公开", 1, ""), ("政策文件", 2, "信息公开"), ("政策解读", 2, "信息公开"), ("办事服务", 1, ""),
    ]  # fmt: skip


def test_links_are_told_by_kind() -> None:
    body = (
        "<a href='a.html'>页面</a><a href='/files/b.PDF?x=1'>附件</a><a href='mailto:x@y'>邮件</a><a href='javascript:void(0)'>脚本</a><a href='#top'>顶</a>"
        "<a href='//other.gov.cn/x'>外站</a><a href='../c.html#p'>上级</a><img src='/i.png' alt='图'><iframe src='/list.html'></iframe><a href='a.html'>再次</a>"
        "<select><option value='http://www.gov.cn/'>中国政府网</option><option value='1'>x</option></select><a href='http://www.example.gov.cn:bad/'>坏</a>"
    )
    page = read_page(f"<html><body>{body}</body></html>", "http://www.example.gov.cn/x/y/index.html")
    assert [(link.url, link.kind, link.is_outside) for link in page.links][:7] == [
        ("http://www.example.gov.cn/x/y/a.html", "page", False),
        ("http://www.example.gov.cn/files/b.PDF?x=1", "attachment", False),
        ("http://other.gov.cn/x", "page", True),
        ("http://www.example.gov.cn/x/c.html", "page", False),
        ("http://www.example.gov.cn:bad/", "page", False),
        ("http://www.example.gov.cn/i.png", "image", False),
        ("http://www.example.gov.cn/list.html", "frame", False),
    ]
    assert page.frames == ("http://www.example.gov.cn/list.html",)
    based = read_page(
        "<html><head><base href='http://www.example.gov.cn/z/'></head><body><a href='a.html'>x</a></body></html>", URL
    )
    assert based.links[0].url == "http://www.example.gov.cn/z/a.html"


def test_paging_is_found_in_links_and_in_the_page_call_of_templates() -> None:
    link = read_page("<html><body><a href='index_1.html'>下一页</a></body></html>", URL)
    assert link.next_page == URL + "index_1.html"
    call = read_page('<html><body><script>createPageHTML(56, 0, "index", "html");</script></body></html>', URL)
    assert call.next_page == URL + "index_1.html"
    last = read_page("<html><body><script>createPageHTML(2, 1, 'index', 'html');</script></body></html>", URL)
    assert last.next_page is None


def test_a_guide_tells_its_elements_and_counts_no_blank_ones() -> None:
    labels = ["事项名称", "设定依据", "申请条件", "办理材料", "办理地点", "收费标准", "联系电话"]
    table = "".join(
        f"<tr><th>{label}</th><td>{'' if label == '办理地点' else '暂无' if label == '收费标准' else '具体内容'}</td></tr>"
        for label in labels
    )
    page = read_page(f"<html><body><table>{table}</table></body></html>", URL)
    assert page.guide == ("name", "basis", "conditions", "materials", "phone")
    lines = read_page(
        "<html><body><h3>一、设定依据</h3><p>《条例》第三条</p><h3>二、申请条件</h3><p>年满十八周岁</p><h3>三、申请材料</h3><p>身份证</p>"
        "<h3>四、办理流程</h3><p>申请—受理—办结</p><p>承诺时限：5个工作日</p></body></html>", URL,
    )  # fmt: skip
    assert lines.guide == ("basis", "conditions", "materials", "process", "time_limit")
    assert read_page(_article(body=BODY), URL).guide is None


def test_search_form_elderly_mode_and_codes() -> None:
    body = (
        "<form action='/search'><input type='text' name='searchword' placeholder='请输入关键字'></form><a href='#'>长者模式</a>"
        "<img src='/images/ewm_weixin.png' alt='微信二维码'><p>扫一扫<img src='/images/x1.png'></p><img src='/images/logo.png'>"
    )
    page = read_page(f"<html><body>{body}</body></html>", "http://www.example.gov.cn/")
    assert page.has_search
    assert page.has_elderly_mode
    assert not page.has_form
    assert [url for url, _ in page.qr] == [
        "http://www.example.gov.cn/images/ewm_weixin.png",
        "http://www.example.gov.cn/images/x1.png",
    ]
    plain = read_page("<html><body><p>x</p></body></html>", URL)
    assert not plain.has_search
    assert not plain.has_elderly_mode
    assert plain.qr == ()


@pytest.mark.parametrize(
    "html",
    ["", " ", "<", "<html", "<!---->", "<html></html>", "\x00\x00", "<body>" * 500, "<a href>", "<a href=''>x</a>", "<meta name=PubDate content>",
     "<title></title>", "<script>", "<li>2024-08-27", "2024-08-27", "<a href='/x'>2024-08-27</a>", "﷽" * 5_000, "<p>" + "2024-08-27 " * 3_000, "<td>1" * 9_000],
)  # fmt: skip
def test_any_text_is_a_page(html: str) -> None:
    page = read_page(html, URL, now=NOW)
    for part in PARTS:
        getattr(page, part)
    assert page.page("content").url == URL


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "step"),
    [
        ("<meta charset='gb2312'>镕基".encode("gb18030"), "", "gb18030", "declared"),
        ("<meta charset='utf-8'>中文".encode(), "text/html; charset=gbk", "utf-8", "utf-8"),
        ("<p>中文页面没有声明编码</p>".encode("gbk"), "", "gb18030", "gb18030"),
        ("<p>中文页面</p>".encode("gbk"), "text/html; charset=GBK", "gb18030", "declared"),
        ("<p>中文</p>".encode("utf-8-sig"), "", "utf-8", "bom"),
        ("<p>中文</p>".encode("utf-16"), "", "utf-16-le", "bom"),
        (b"<meta charset='utf-8'>" + "政府网站检查指标体系说明".encode() * 20 + b"\xff", "", "utf-8", "replacement"),
        ("<p>繁體</p>".encode("big5"), "text/html; charset=big5", "big5", "declared"),
        ("中文".encode("gbk"), "text/html; charset=nonsense", "gb18030", "gb18030"),
        (b"plain", "", "utf-8", "utf-8"),
    ],
)  # fmt: skip
def test_the_step_that_decides_the_charset_is_recorded(body: bytes, content_type: str, charset: str, step: str) -> None:
    page = read_bytes(body, URL, content_type=content_type)
    assert (page.charset, page.charset_step) == (charset, step)


def test_a_cut_page_keeps_its_charset() -> None:
    body = "中文页面".encode() * 100
    assert read_bytes(body[:-1], URL, cut=True).charset_step == "utf-8"
    assert "镕" in read_bytes("<meta charset='gb2312'>朱镕基".encode("gb18030"), URL).text


@pytest.mark.parametrize(
    "name",
    [
        "某市市场监督管理局",
        "某区政务服务中心",
        "某县住房和城乡建设局",
        "某市科学技术局",
        "某市机关事务服务中心",
        "某县备案登记中心",
        "某市城市管理行政执法局",
        "某县人民政府网站建设管理中心",
        "某县政务服务热线管理中心",
    ],
)
@pytest.mark.parametrize(
    "foot",
    [
        "主办单位：{} 网站标识码：6101000001",
        "<p>主办：{}</p><p>承办：某中心</p>",
        "主办单位：{}承办单位：某信息中心",
        "主办单位：{}陕ICP备12345678号",
        "<span>主办单位：</span><span>{}</span>|联系电话：029",
        "主办单位：{}，维护单位：某公司",
        "主办单位：{}地址：某路1号",
        "主办单位：{}政府网站标识码：6101000001",
        "主办单位：{}服务热线：12345",
        "【主办单位】{}【承办单位】某中心",
        "<p>某县</p><b>主办单位</b><b>{}</b>",
    ],
)
def test_a_sponsor_is_read_to_its_end(name: str, foot: str) -> None:
    page = read_page(f"<html><body><div class='foot'>{foot.format(name)}</div></body></html>", "http://www.example.gov.cn/")
    assert page.marks.sponsor == name


@pytest.mark.parametrize(
    "foot",
    ["<li>主办单位</li><li>承办单位</li>", "<b>主办单位</b><p>各单位要高度重视，抓好落实。</p>", "<a>主办单位</a><a>联系我们</a>"],
)
def test_a_label_without_a_name_names_no_sponsor(foot: str) -> None:
    assert read_page(f"<html><body><p>某县</p>{foot}</body></html>", "http://www.example.gov.cn/").marks.sponsor == ""


@pytest.mark.parametrize(
    "foot",
    [
        "政府网站标识码（6101000001）", "网站标识码【6101000001】", "网站标识码：６１０１０００００１", "标识码: 6101 0000 01", "网站标识码<b>61010</b><b>00001</b>",
        "网站标识码：<span>6</span><span>101000001</span>", "网站标识码「6101000001」", "网站标识码：6101000001 029-88888888",
    ],
)  # fmt: skip
def test_a_site_code_is_read_in_any_brackets_and_split_over_elements(foot: str) -> None:
    page = read_page(f"<html><body><div class='foot'>{foot}</div></body></html>", "http://www.example.gov.cn/")
    assert page.marks.site_code == "6101000001"


DATE_FORMS = [
    "{d:%Y-%m-%d}", "[{d:%Y/%m/%d}]", "{d:%Y}年{d:%m}月{d:%d}日", "{d:%m-%d}", "{d:%m.%d}", "发布时间：{d:%Y-%m-%d}", "{d:%Y-%m-%d} 发布", "{d:%Y-%m-%d}浏览：12次",
    "浏览：12 {d:%Y-%m-%d}", "来源：区政府办 {d:%Y-%m-%d} 点击：22", "{d:%Y}–{d:%m}–{d:%d}", "{d:%Y}－{d:%m}－{d:%d}", "{d:%Y-%m-%d} 09∶11", "{d:%b} {d:%d}, {d:%Y}",
    "<b>{d:%d}</b><i>{d:%Y-%m}</i>", "<b>{d:%d}</b><i>八月</i>", "<i>{d:%b}</i><b>{d:%d}</b><u>{d:%Y}</u>", '<time datetime="{d:%Y-%m-%d}">x</time>', '<em data-time="{d:%Y-%m-%d} 10:00"></em>',
    "<script>document.write('{d:%Y-%m-%d}')</script>",
]  # fmt: skip


@pytest.mark.parametrize("form", DATE_FORMS)
def test_lists_show_their_dates_in_many_forms(form: str) -> None:
    days = [date(2024, 8, 28) - timedelta(days=age) for age in range(4)]
    rows = "".join(
        f'<li><a href="/a/{number}.html">关于第{number}次防汛督查工作的通知</a><span>{form.format(d=day)}</span></li>'
        for number, day in enumerate(days)
    )
    page = read_page(f'<html><body><ul class="list">{rows}</ul></body></html>', "http://www.example.gov.cn/l/", now=NOW)
    shown = [entry.published_at for entry in page.list_entries()]
    assert [moment.date() if isinstance(moment, datetime) else moment for moment in shown] == days


def test_the_header_of_a_table_decides_which_date_counts() -> None:
    rows = "".join(
        f"<tr><td><a href='/{n}.html'>关于第{n}号管理办法的通知公告</a></td><td>2024-05-0{n}</td><td>2024-08-2{n}</td></tr>"
        for n in range(1, 4)
    )
    for first in ("成文日期", "创建时间", "截止日期", "更新时间"):
        page = read_page(
            f"<html><body><table><tr><th>标题</th><th>{first}</th><th>发布日期</th></tr>{rows}</table></body></html>",
            "http://www.example.gov.cn/",
            now=NOW,
        )
        assert [str(entry.published_at) for entry in page.list_entries()] == ["2024-08-21", "2024-08-22", "2024-08-23"]


def test_no_date_is_older_than_the_internet_or_later_than_the_monitoring_point() -> None:
    html = (
        '<html><head><meta name="PubDate" content="1970-01-01 08:00:00"></head><body><h1>关于第1次防汛督查的通知</h1><div>发布时间：2022-11-02</div>'
        '<ul><li><a href="/1.html">明年年初的活动预告信息</a><span>2025-05-01</span></li><li><a href="/2.html">某一条旧闻的标题文字</a><span>2024-05-01</span></li></ul></body></html>'
    )
    page = read_page(html, "http://www.example.gov.cn/1.html", now=NOW)
    assert str(page.published_at) == "2022-11-02"
    assert [str(entry.published_at) for entry in page.list_entries()] == ["2024-05-01"]
    assert len(page.shown_entries) == 2


def test_the_author_beside_a_date_is_no_title() -> None:
    html = (
        '<article><h2><a href="/2024/a.html">冬季供暖保障工作推进会召开</a></h2><div class="meta"><time datetime="2024-08-27">八月 27, 2024</time>'
        ' 由 <a href="/author/admin/">admin</a></div></article>'
    )
    page = read_page(f"<body><main>{html * 2}</main></body>", "http://a.example/", now=NOW)
    assert {entry.title for entry in page.list_entries()} == {"冬季供暖保障工作推进会召开"}


def test_a_paragraph_with_title_link_and_date_is_an_entry() -> None:
    html = '<body><p>老旧小区改造现场推进会举行 …… <a href="/a.html">查看详情</a> 2024.08.27</p></body>'
    [entry] = read_page(html, "http://a.example/", now=NOW).list_entries()
    assert (entry.title.startswith("老旧小区改造"), str(entry.published_at)) == (True, "2024-08-27")
