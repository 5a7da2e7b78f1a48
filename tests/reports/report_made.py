"""Inspections for the tests of reports: ordinary ones, many of them, and ones where every text is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.core.time import SHANGHAI

POINT = datetime(2024, 8, 23, 18, tzinfo=SHANGHAI)

HOSTILE = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    '=HYPERLINK("http://evil.example/","点我")',
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    '"><svg onload="window.pwned = 1">',
    "</style><script>window.pwned = 1</script>",
    "</script><script>window.pwned = 1</script>",
    "</title></textarea><script>window.pwned = 1</script>",
    "<!-- --><![CDATA[ ]]> ]]&gt;",
    "A&B <局> \"双\" '单' &lt;b&gt; &#60;i&#62;",
    "javascript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    'http://evil.example/"><script>window.pwned=1</script>',
    "http://例.政务/路 径?q='a'&b=<c>",
    "[点我](javascript:window.pwned=1) ![x](http://evil.example/x.png)",
    "| 列 | `码` *重* _斜_ # 题 ~~删~~ \\ \n# 新题\n- 项\n> 引\n---",
    "{{ 7 * 7 }} {% for a in b %} {# c #} ${x}",
    "\u202egpj.exe\u202c \u2066甲\u2067乙 \u200f丙",
    "甲\x00乙\x01丙\x08丁\x1b[31m戊\x7f己\x9b",
    "\ud800半\udfff个",
    "\ufffe\uffff\ufdd0",
    "行\r\n二\t三\u2028四\u2029五",
    "0012345678",
    "../../../etc/passwd\\..\\con",
    "名" * 5000,
    "\u0301" * 50 + "𠀀𠀁😀",
]


def hostile_book(text: str) -> gr.Rulebook:
    """A rulebook whose titles, sources and messages hold `text`, as far as a rulebook admits it."""

    @gr.check("made.told", needs=())
    def told(account: gr.AccountSnapshot) -> gr.CheckResult:
        pieces = [gr.Evidence(text, text, None, text, text), gr.Evidence("post", text, date(2024, 8, 1), (text, text), 3)]
        return gr.failed("made_reason", evidence=pieces, told=text, many=(text, text))

    @gr.check("made.site", needs=())
    def site(site: gr.SiteSnapshot) -> gr.CheckResult:
        return gr.failed("made_reason", evidence=[gr.Evidence(text, text, None, text, text)], told=text)

    @gr.check("made.open", needs=())
    def opened(site: gr.SiteSnapshot) -> gr.CheckResult:
        return gr.needs_review("candidates", evidence=[gr.Evidence(text, text)], told=text)

    short = (text.encode("utf-8", "replace").decode() or "无")[:1000]
    source = {"document": short, "clause": short, "note": short, "url": short}
    message = {"made_reason": {"zh": "{told}" + short, "en": "{told}" + short}, "candidates": {"zh": "{told}", "en": "{told}"}}
    entry = {"title": short, "phrase": short, "group": short, "kind": "veto", "mode": "auto", "source": source, "messages": message}
    table = {
        "id": "made",
        "title": short,
        "version": short[:100],
        "indicators": {
            "made.account": {**entry, "check": "made.told", "applies_to": {"subject": "account"}},
            "made.manage": {**entry, "kind": "management", "check": "made.told", "applies_to": {"subject": "account"}},
            "made.site": {**entry, "check": "made.site", "applies_to": {"subject": "site"}},
            "made.open": {**entry, "check": "made.open", "applies_to": {"subject": "site"}},
        },
    }
    return gr.load_rulebook(table, checks=[told, site, opened])


def hostile_inspections(text: str) -> list[gr.Inspection]:
    """A site and an account, every text of which is `text`, a review and a waiver among them.

    The models refuse some of these texts (a name over 1,000 characters, half a surrogate); a caller who builds subjects
    without validation can bring them in all the same, and so does this.
    """
    site = gr.Site.model_construct(
        id="s" + text, name=text, code=None, url=text, domains=(), owner=text, operator=text, level=None, status=None, region=None,
        area=text, has_services=None, on_shared_platform=None, icp=text, police=text,
    )  # fmt: skip
    account = gr.Account.model_construct(
        id="a" + text, name=text, platform="other", platform_text=text, code=None, url=text, owner=text, owner_kind=None, level=None,
        status=None, closing_since=None, closed_at=None, region=None, area=text,
    )  # fmt: skip
    book = hostile_book(text)
    review = gr.Review.model_construct(
        subject=account.id, indicator="made.manage", decision="confirmed", role=text, at=POINT, reason=text, evidence=text, faults={},
        observed_at=None, document=text,
    )  # fmt: skip
    waiver = gr.Waiver.model_construct(
        id=text, subject=site.id, indicators=("made.site",), authority=text, document=text, reason=text, granted=date(2024, 1, 1),
        expires=date(2024, 12, 31),
    )  # fmt: skip
    site_seen = testing.snapshot("site", observed_at=POINT).model_copy(update={"site": site})
    account_seen = testing.snapshot("account", observed_at=POINT).model_copy(update={"account": account})
    return list(book.inspect_many([site_seen, account_seen], reviews=[review], waivers=[waiver]))


def failing(count: int, *, evidence: int = 5) -> Iterator[gr.Inspection]:
    """`count` accounts of 50 areas that fail two vetoes each, under the national rulebook, with evidence; made, not real."""
    book = gr.load_rulebook("national-2019")
    platforms = ("wechat_subscription", "weibo_sina", "douyin", "toutiao")
    for number in range(count):
        day = datetime(2024, 6, 1 + number % 28, 9, tzinfo=SHANGHAI)
        posts = [
            {
                "title": f"第{number}号账号第{one}条信息",
                "url": f"http://s{number}.example.gov.cn/{one}.html",
                "published_at": day.isoformat(),
            }
            for one in range(evidence)
        ]
        snapshot = gr.AccountSnapshot.model_validate(
            {
                "kind": "account",
                "account": {
                    "name": f"示例发布{number}",
                    "platform": platforms[number % 4],
                    "owner": f"示例市第{number % 211}局",
                    "area": f"示例市{number % 50}",
                    "level": "city_department",
                },
                "observed_at": POINT.isoformat(),
                "posts": posts,
                "functions": [],
                "messages": [],
            }
        )
        yield book.inspect(snapshot)
