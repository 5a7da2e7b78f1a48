"""What stands in front of a site is told from the site, by structure first and by phrases on bare pages."""

from __future__ import annotations

import pytest

from govmedia_rules.collect.failures import of_content, of_status
from govmedia_rules.collect.protection import FEWEST_LINKS, kind_of_answer, shape_of
from govmedia_rules.snapshots.failures import failure_kinds, opens


def kind(status: int, body: str, headers: dict[str, str] | None = None, cookies: tuple[str, ...] = ()) -> str | None:
    return kind_of_answer(status, headers or {}, cookies, f"<html><body>{body}</body></html>", of_status(status))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (405, "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。"),
        (418, "您的请求疑似攻击行为！事件ID: 12-3"),
        (468, "access limited"),
        (493, "WangZhanBao"),
        (521, "<script>document.cookie='a=1';location.href=location.pathname</script>"),
        (566, "The request was restricted"),
        (567, "Restricted"),
        (479, ""),
        (200, "当前访问疑似黑客攻击，已被网站管理员设置为拦截并记录"),
        (200, "您的IP地址已被列入黑名单，禁止访问本网站。<a href='/'>返回首页</a>"),
        (200, "请按住滑块，拖动到最右边<script src='/awsc.js'></script>"),
        (200, "<noscript>Please enable JavaScript and cookies to continue</noscript>"),
        (200, "The requested URL was rejected. Your support ID is: 123456"),
        (200, "本系统仅限中国大陆地区访问，境外用户请使用国内网络访问"),
        (503, "<noscript>Enable JavaScript</noscript><script>challenge()</script>"),
        (403, "Access Denied. Reference #18.2d"),
    ],
)
def test_devices_are_known(status: int, body: str) -> None:
    found = kind(status, body)
    assert found is not None
    assert opens(found) is None


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, "<h1>404 Not Found</h1><hr>nginx", "status_not_found"),
        (404, "页面不存在，3秒后返回首页<script>setTimeout(function(){location.href='/'},3000)</script>", "status_not_found"),
        (500, "<h1>Internal Server Error</h1>", "status_server"),
        (502, "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>", "status_server"),
        (503, "Service Unavailable", "status_server"),
    ],
)
def test_failures_of_the_site_stay_its_own(status: int, body: str, expected: str) -> None:
    assert kind(status, body) == expected
    assert opens(expected) is False


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<img src='/wh.jpg' alt='网站维护中'>", "maintenance"),
        ("<p>为做好系统升级，本网站暂停访问。</p>", "maintenance"),
        ("<h1>对不起，您访问的页面不存在或已被删除</h1>", "soft_not_found"),
        ("<h1>本域名出售</h1>", "parked"),
        ("<script>var a=eval('x')</script>", "blocked_script"),
        ("", "empty"),
    ],
)
def test_notices_are_told_apart(body: str, expected: str) -> None:
    assert kind(200, body) == expected
    assert opens(expected) is None


@pytest.mark.parametrize(
    "title",
    ["关于开展节前安全检查的通知", "关于网站到期续费的公示", "关于防范黑客攻击和恶意访问的提示", "网站升级改造项目中标公告"],
)
def test_words_of_a_notice_are_no_challenge(title: str) -> None:
    links = "".join(f"<a href='/c{number}/'>栏目{number}</a>" for number in range(FEWEST_LINKS))
    assert kind(200, f"{links}<ul><li><a href='/1.html'>{title}</a></li></ul>") is None
    assert kind(200, f"<h1>{title}</h1><p>主办单位：某区人民政府办公室</p>") is None
    text = f"{title}\n首页 通知公告 正文内容若干文字"
    assert of_content(text, has_links=True, has_scripts=False, title=title) is None


def test_every_kind_says_whether_it_counts_against_the_site() -> None:
    own = {name for name, row in failure_kinds().items() if row.opens is False}
    assert own == {
        *("dns", "refused", "reset", "timeout_connect", "timeout_first_byte", "timeout_total", "status_not_found", "status_server"),
    }
    assert opens("a kind nobody knows") is None


def test_the_shape_of_a_page_takes_time_in_proportion() -> None:
    for part in ("<script>", "<a href='/x'", "<![CDATA[", "<title>", "<!--", "<style ", 'alt="'):
        shape = shape_of(part * 200_000)
        assert len(shape.text) <= 200_000
