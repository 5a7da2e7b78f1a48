"""Account pages and exports become posts."""

from __future__ import annotations

import io
import json
import os
import warnings
from datetime import date, datetime
from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules.collect.accounts import (
    account_snapshot,
    read_post_export,
    read_wechat_article,
    read_wechat_history,
    read_weibo,
)
from govmedia_rules.collect.qr import platform_of_address, read_qr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ObservationError, TableError
from govmedia_rules.subjects.models import Account

NOW = datetime(2024, 8, 30, 10, tzinfo=SHANGHAI)
AT = datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)
SECONDS = int(AT.timestamp())
SHARED = Path(os.environ.get("GOVMEDIA_SHARED", Path(__file__).parents[2].parent / "shared")) / "corpus"


def test_a_wechat_article_gives_time_name_and_text() -> None:
    html = (
        "<html><head><meta property='og:title' content='关于防汛工作的通知'></head><body><h1 id='activity-name'>关于防汛工作的通知</h1>"
        "<a id='js_name'> 某某发布 </a><em id='publish_time'>昨天</em><div id='js_content'><p>正文第一段</p><p>正文第二段</p></div>"
        f'<script>var ct = "{SECONDS}"; var nickname = "某某发布"; var copyright_stat = \'11\';</script></body></html>'
    )
    article = read_wechat_article(html, "https://mp.weixin.qq.com/s/x", now=NOW)
    assert article.post.title == "关于防汛工作的通知"
    assert article.post.published_at == AT
    assert article.post.text == "正文第一段\n正文第二段"
    assert article.post.original is True
    assert article.account_name == "某某发布"
    assert not article.gone
    gone = read_wechat_article("<html><body><p>该内容已被发布者删除</p></body></html>", "https://mp.weixin.qq.com/s/y")
    assert gone.gone
    assert gone.post.published_at is None


def test_a_wechat_history_gives_every_article_of_every_message() -> None:
    messages = {
        "list": [
            {
                "comm_msg_info": {"datetime": SECONDS, "id": 1},
                "app_msg_ext_info": {
                    "title": "头条&amp;要闻", "content_url": "http://mp.weixin.qq.com/s?a=1&amp;b=2", "copyright_stat": 11,
                    "multi_app_msg_item_list": [{"title": "第二条", "content_url": "http://mp.weixin.qq.com/s/2", "copyright_stat": 100}],
                },
            },
            {"comm_msg_info": {"datetime": SECONDS - 60, "content": "文字消息"}},
            "noise",
        ]
    }  # fmt: skip
    posts = read_wechat_history(json.dumps({"ret": 0, "general_msg_list": json.dumps(messages)}))
    assert [(post.title, post.original) for post in posts] == [("头条&要闻", True), ("第二条", False), ("文字消息", None)]
    assert posts[0].url == "http://mp.weixin.qq.com/s?a=1&b=2"
    assert posts[0].published_at == AT
    listed = read_wechat_history({"app_msg_list": [{"title": "一", "link": "http://mp.weixin.qq.com/s/1", "update_time": SECONDS}]})
    assert listed[0].published_at == AT
    assert read_wechat_history({"list": []}) == ()
    for bad in ("not json", "{}", "[]"):
        with pytest.raises(ObservationError):
            read_wechat_history(bad)


def test_half_a_character_costs_no_post(tmp_path: Path) -> None:
    item = {
        "comm_msg_info": {"datetime": 1724112000, "type": 49},
        "app_msg_ext_info": {"title": "甲\ud83d", "content_url": "http://a/\ude00"},
    }
    [post] = read_wechat_history(json.dumps({"general_msg_list": json.dumps({"list": [item]})}))
    assert (post.title, post.url) == ("甲\ufffd", "http://a/\ufffd")
    path = tmp_path / "weibo.json"
    path.write_text(
        json.dumps({"weibo": [{"screen_name": "甲", "text": "乙\ud83d", "created_at": "2024-08-20T10:00:00"}]}), "utf-8"
    )
    [snapshot] = gr.read_posts(path, observed_at=date(2024, 8, 23))
    assert [post.text for post in snapshot.posts or ()] == ["乙\ufffd"]


def test_weibo_in_the_site_form_and_in_a_collectors_form() -> None:
    site = {"data": {"list": [
        {"created_at": "Tue Aug 27 10:30:00 +0800 2024", "text": "今天<a href='x'>#防汛#</a><br>第二行&amp;", "mblogid": "Abc", "user": {"id": 12}},
        {"created_at": "昨天 10:20", "text": "转发", "retweeted_status": {"id": 1}},
    ]}}  # fmt: skip
    first, second = read_weibo(json.dumps(site), now=NOW)
    assert first.published_at == AT
    assert first.text == "今天#防汛#\n第二行&"
    assert first.title == "今天#防汛#"
    assert first.url == "https://weibo.com/12/Abc"
    assert first.original
    assert not second.original
    assert second.published_at == datetime(2024, 8, 29, 10, 20, tzinfo=SHANGHAI)
    cards = {
        "data": {
            "cards": [
                {"mblog": {"created_at": "08-27", "text": "x"}},
                {"card_group": [{"mblog": {"created_at": SECONDS, "text": "y"}}]},
            ]
        }
    }
    assert [post.published_at for post in read_weibo(cards, now=NOW)] == [date(2024, 8, 27), AT]
    assert read_weibo([]) == ()
    assert read_weibo({"data": {"list": []}}) == ()
    for bad in ("<html>", {"ok": 0}):
        with pytest.raises(ObservationError):
            read_weibo(bad)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no corpus at {SHARED}; set GOVMEDIA_SHARED")
def test_weibo_samples_and_the_wechat_page_of_the_corpus() -> None:
    for name in ("tweet-by-id.json", "tweet-of-user.json"):
        (post,) = read_weibo((SHARED / "weibo-json" / name).read_text("utf-8"))
        assert post.published_at == datetime(2022, 4, 27, 10, 20, 54, tzinfo=SHANGHAI)
        assert post.url == "https://weibo.com/1087770692/LqlZNhJFm"
    page = read_wechat_article((SHARED / "gne-pages/news/wechat-1.html").read_text("utf-8"), "https://mp.weixin.qq.com/s/x")
    assert page.post.title == "三星 Galaxy S20 系列手机正式发布"
    assert isinstance(page.post.published_at, datetime)
    assert page.post.published_at.date() == date(2020, 2, 12)
    assert page.account_name == "爱否科技"


def test_an_export_becomes_posts_and_its_bad_rows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "标题,发布时间,链接,阅读数,是否原创\n防汛通知,2024-08-27 10:30,http://mp.weixin.qq.com/s/1,12,是\n安全检查,2024年8月26日,,3,否\n坏时间,someday,,1,\n,,,,\n无时间,,,,\n",
        "gb18030",
    )
    table = read_post_export(path)
    assert [(post.title, post.published_at, post.original) for post in table.posts] == [
        ("防汛通知", AT, True), ("安全检查", date(2024, 8, 26), False), ("无时间", None, None),
    ]  # fmt: skip
    assert [(bad.row, bad.column, bad.value) for bad in table.bad] == [(4, "发布时间", "someday")]
    assert table.unused == ("阅读数",)
    with pytest.raises(TableError, match="no column gives"):
        read_post_export([{"a": "1", "b": "2"}])
    own = read_post_export([{"什么时候": "2024-08-27", "标题": "x"}], headers={"什么时候": "published_at"})
    assert own.posts[0].published_at == date(2024, 8, 27)
    stamped = read_post_export(
        [
            {"时间": datetime(2024, 8, 27, 10, 30), "标题": "a"},
            {"时间": date(2024, 8, 27), "标题": "b"},
            {"时间": str(SECONDS), "标题": "c"},
        ]
    )
    assert [post.published_at for post in stamped.posts] == [AT, date(2024, 8, 27), AT]


def test_a_snapshot_tells_none_from_nothing() -> None:
    account = Account(name="某某发布", platform="微信公众号")
    seen = account_snapshot(account, read_weibo([{"created_at": "2024-08-27", "text": "x"}]), observed_at=NOW, complete=False)
    assert seen.latest_post_at == date(2024, 8, 27)
    assert seen.partial == ("posts",)
    empty = account_snapshot(account, (), observed_at=NOW)
    assert (empty.posts, empty.post_count, empty.partial) == ((), 0, ())
    unseen = account_snapshot(account, None, observed_at=NOW, failure="dns")
    assert unseen.posts is None
    assert unseen.collection is not None
    assert unseen.collection.failure == "dns"


def test_codes_in_pictures_are_read() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    image_module = pytest.importorskip("PIL.Image")
    text = "https://weibo.com/u/1234567890"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the writer's name changed between releases, and only it
        code = zxingcpp.write_barcode(zxingcpp.BarcodeFormat.QRCode, text, width=200, height=200)
    file = io.BytesIO()
    image_module.fromarray(code).save(file, "PNG")
    (found,) = read_qr(file.getvalue()) or ()
    assert (found.text, found.platform) == (text, "weibo")
    assert read_qr(b"no picture") is None, "what cannot be opened was not looked into"
    blank = io.BytesIO()
    image_module.new("L", (50, 50), 255).save(blank, "PNG")
    assert read_qr(blank.getvalue()) == ()


@pytest.mark.parametrize(
    ("text", "platform"),
    [("http://weixin.qq.com/r/abc", "wechat"), ("https://u.wechat.com/x", "wechat"), ("https://v.douyin.com/x/", "douyin"), ("https://www.example.gov.cn/", None), ("plain text", None)],
)  # fmt: skip
def test_an_address_tells_its_platform(text: str, platform: str | None) -> None:
    assert platform_of_address(text) == platform


@pytest.mark.parametrize(
    "script",
    [
        f'var ct = "{SECONDS}";',
        f"window.ct='{SECONDS}';var ori_create_time = '1600000000';",
        f"ori_create_time: '1600000000', create_time: JsDecode('{SECONDS}')",
        "window.cgiDataNew = { create_time: JsDecode('2024-08-27 10:30'), nick_name: JsDecode('某某发布') }",
        "var createTime = '2024-08-27 10:30';",
        f'var create_time = "{SECONDS}" * 1;',
        f"window.cgiDataNew = {{ create_timestamp: '{SECONDS}' * 1, ori_create_time: '1600000000' * 1 }}",
        r"window.cgiDataNew = { create_time: JsDecode('2024-08-27\x2010:30') }",
        f'var ct = "" || "{SECONDS}";',
        f"appmsg_album_info: {{create_time: '1600000000'}}, {'x' * 300} create_time: '{SECONDS}'",
    ],
)
def test_an_article_keeps_its_time_in_many_forms(script: str) -> None:
    html = f"<html><body><h1>防汛提示</h1><div id='js_content'>正文</div><script>{script}</script></body></html>"
    assert read_wechat_article(html, "https://mp.weixin.qq.com/s/x", now=NOW).post.published_at == AT


@pytest.mark.parametrize(
    "text", ["当前环境异常，完成验证后即可继续访问。", "该内容已被发布者删除", "操作频繁，请稍后再试", "此账号已注销"]
)
def test_a_page_that_is_no_article_is_no_post(text: str) -> None:
    article = read_wechat_article(f"<html><body><p>{text}</p></body></html>", "https://mp.weixin.qq.com/s/x", now=NOW)
    assert not article.is_article
    account = Account(name="某某发布", platform="wechat_official")
    snapshot = account_snapshot(account, [article.post], observed_at=NOW)
    assert snapshot.posts is None
    assert snapshot.partial == ("posts",)


def test_a_refused_history_is_no_empty_one() -> None:
    for answer in (
        {"base_resp": {"ret": 200013, "err_msg": "freq control"}, "app_msg_cnt": 0, "app_msg_list": []},
        {"ret": -3, "errmsg": "no session", "general_msg_list": '{"list":[]}'},
        {"base_resp": {"ret": 0}, "app_msg_cnt": 12, "app_msg_list": []},
    ):
        with pytest.raises(ObservationError):
            read_wechat_history(answer)
    assert read_wechat_history({"base_resp": {"ret": 0}, "app_msg_cnt": 0, "app_msg_list": []}) == ()


def test_published_pages_give_their_posts() -> None:
    info = json.dumps(
        {"appmsgex": [{"title": "防汛提示", "link": "http://mp.weixin.qq.com/s/x", "create_time": SECONDS}, {"is_deleted": True}]}
    )
    page = json.dumps({"publish_list": [{"publish_type": 1, "publish_info": info}]})
    (post,) = read_wechat_history({"base_resp": {"ret": 0}, "publish_page": page})
    assert (post.title, post.published_at) == ("防汛提示", AT)


@pytest.mark.parametrize(
    "item",
    [
        {"created_at": str(SECONDS), "text": "防汛提示"},
        {"created_at": "08月27日 10:30 来自 微博网页版", "text": "防汛提示"},
        {"publish_time": "2024-08-27 10:30", "content": "防汛提示"},
        {"created_at": "08-27 10:30 发布于 陕西", "content": "防汛提示"},
        {"created_at": "2024-08-27 10:30 已编辑", "content": "防汛提示"},
        {"create_time": SECONDS, "create_date_time": "2024-08-27 10:30:00", "content": "防汛提示"},
    ],
)
def test_weibo_times_are_read_in_many_forms(item: dict[str, object]) -> None:
    (post,) = read_weibo({"data": {"cards": [{"mblog": item}]}}, now=NOW)
    assert post.published_at == AT


def test_likes_and_posts_of_others_are_not_the_accounts_own() -> None:
    own = {"created_at": "Tue Aug 27 10:30:00 +0800 2024", "text": "本账号", "user": {"id": 111}}
    liked = own | {"text": "别人的", "user": {"id": 222}, "title": {"text": "他赞过的微博"}}
    assert [post.title for post in read_weibo([own, liked], now=NOW)] == ["本账号"]
    other = own | {"text": "转来的", "user": {"id": 222}}
    assert [post.title for post in read_weibo([own, other], now=NOW, user=111)] == ["本账号"]
    with pytest.raises(ObservationError, match="other users"):
        read_weibo([other], now=NOW, user=111)


def test_of_several_times_of_an_export_the_publication_counts() -> None:
    table = read_post_export([{"标题": "防汛提示", "创建时间": "2024-08-01 08:00", "发布时间": "2024-08-27 10:30"}], now=NOW)
    assert table.posts[0].published_at == AT
    assert table.unused == ("创建时间",)


@pytest.mark.parametrize(
    ("script", "at"),
    [
        ('(function(){var t="1796000000",n="1793664000",s="2026-11-03";set(t,n,s)})()', "2026-11-03"),
        ("var album={list:[{ct:'1600000000'}]};var ct='1793664000';", "2026-11-03"),
        ("var ct='1893456000';", None),
        ("", None),
    ],
)
def test_the_time_of_an_article_is_its_own(script: str, at: str | None) -> None:
    html = f"<html><head><title>我区召开会议</title></head><body><div id='js_content'>2025年1月1日，我区召开会议。</div><script>{script}</script></body></html>"
    now = datetime(2026, 11, 30, 10, tzinfo=SHANGHAI)
    published = read_wechat_article(html, "https://mp.weixin.qq.com/s/x", now=now).post.published_at
    assert (published and str(published)[:10]) == at


def test_posts_are_read_however_deep_an_answer_keeps_them() -> None:
    card = {"card_group": [{"mblog": {"created_at": "26-11-3 08:00", "text": "要闻"}}]}
    answers: object = [{"data": {"cards": [card]}}, {"data": {"cards": [card]}}]
    for _ in range(5):
        answers = {"data": [answers]}
    posts = read_weibo(json.dumps(answers), now=datetime(2026, 11, 30, 10, tzinfo=SHANGHAI))
    assert [str(post.published_at)[:10] for post in posts] == ["2026-11-03"] * 2
