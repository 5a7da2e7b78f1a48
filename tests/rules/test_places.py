"""Every place's rules as its inspectors use them: the rulebook that holds in the place on the day, a whole snapshot, both sides.

Case files judge one indicator alone; here the book is found by place and day, and everything else it asks is asked too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.judge.across import RegistryTally
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.subjects.registry import read_registry

NATION = gr.load_rulebook("national-2019")
SECOND = timedelta(seconds=1)
CASE_FOLDER = Path(__file__).parents[1] / "checks"
MENU = [{"kind": "menu", "works": True}]
ID_NUMBER = "11010519491231002X"  # the example of GB 11643


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=10, tzinfo=SHANGHAI)


def before(point: datetime, *, longer: bool = False, **length: int) -> datetime:
    """The first instant of the window of that length, or a second earlier."""
    return point - relativedelta(**length) - (SECOND if longer else timedelta())  # type: ignore[arg-type]


def columns(kind: str, newest: datetime, count: int = 1, **more: Any) -> dict[str, Any]:
    return {"columns": [{"name": f"{kind}{n}", "kind": kind, "latest_entry_at": newest, **more} for n in range(count)]}


def posts(newest: datetime, **more: Any) -> dict[str, Any]:
    return {"posts": [{"title": "推文", "text": "正文", "published_at": newest, **more}], "functions": MENU}


def letters(asked: str, answered: str, **more: Any) -> dict[str, Any]:
    return {
        "messages": [{"asked_at": date.fromisoformat(asked), "answered_at": date.fromisoformat(answered), "valid": True, **more}]
    }


def board(newest: datetime, *shown: str) -> dict[str, Any]:
    """Published messages, the newest at that time, whose pages show those times (both when nothing is said)."""
    message = {"column_kind": "consultation", "asked_at": "2019-10-08", "answered_at": "2019-10-09"}
    return {
        "message_board": {"published": True, "latest_published_at": newest, "has_statistics": True},
        "messages": [{**message, "shown": shown or ("asked_at", "answered_at")}],
    }


def trial(asked: str, answered: str) -> dict[str, Any]:
    return letters(asked, answered, simple=True)


def portal(parts: dict[str, Any]) -> dict[str, Any]:
    return {"site": {"level": "county_portal"}, **parts}


def rounds(subject: str, year: int, periods: int, checked: int) -> dict[str, Any]:
    names = [f"{year}Q{n}" for n in range(1, 5)] if periods == 4 else [f"{year}-{n:02}" for n in range(1, 13)]
    made = [{"subject": subject, "period": name, "running": 50, "checked": 50} for name in names]
    made[-1] = {**made[-1], "checked": checked}
    return {"spot_checks": made, "year": year}


NC, HZ, YN, JX = at("2019-12-03"), at("2024-08-23"), at("2022-09-05"), at("2020-03-20")
YL1, YL5, XLT, MH = at("2021-08-31"), at("2025-03-31"), at("2024-08-30"), at("2025-05-16")
BJ, GZ, GS, GD = at("2020-11-02"), at("2025-06-15"), at("2021-06-18"), at("2022-06-10")
WN, YU, HN, ZZ = at("2020-11-20"), at("2023-08-31"), at("2022-06-10"), at("2022-12-20")
LYG, ZJ, JN, XC = at("2023-09-20"), at("2021-12-20"), at("2025-06-10"), at("2024-10-10")
BEI, JL, XN, YC = at("2019-12-20"), at("2024-03-20"), at("2021-01-10"), at("2021-01-10")

# book, place, monitoring point, indicator, kind of subject, what is in order, what is not, what the latter gives
Row = tuple[str, str, datetime, str, str, dict[str, Any], dict[str, Any], str]
ROWS: list[Row] = [
    # 南充: the fifth working day and the sixth (29 November 2019 is a Friday)
    ("nanchong-2019", "511321", NC, "media.manage.reply", "account", letters("2019-11-22", "2019-11-29"), letters("2019-11-22", "2019-12-02"), "failed"),
    ("nanchong-2019", "511321", NC, "site.manage.reply", "site", letters("2019-11-22", "2019-11-29"), letters("2019-11-22", "2019-12-02"), "failed"),
    ("nanchong-2019", "511321", NC, "site.manage.domain", "site", {"site": {"url": "http://www.nanbu.gov.cn"}}, {"site": {"url": "http://www.nanbu.com"}}, "failed"),
    # 汉中
    ("hanzhong-2021", "610726", HZ, "media.manage.registration.owner", "account", {"account": {"owner": "县体育局"}, "seen_owner": "县体育局"}, {"account": {"owner": "县体育局"}, "seen_owner": "县文化馆"}, "failed"),
    ("hanzhong-2021", "610726", HZ, "media.manage.registration.name", "account", {"seen_name": "示例账号"}, {"seen_name": "另一账号"}, "failed"),
    ("hanzhong-2021", "610726", HZ, "media.manage.deregistration", "account", {"account": {"status": "closing", "closing_since": before(HZ, days=30)}}, {"account": {"status": "closing", "closing_since": before(HZ, days=30, longer=True)}}, "failed"),
    ("hanzhong-2021", "610726", HZ, "media.manage.unregistered", "account", {}, {"account": {"status": "unreported"}}, "failed"),
    ("hanzhong-2021", "610726", HZ, "site.manage.disclosure", "site", columns("disclosure", HZ, opens=True), columns("disclosure", HZ, opens=False), "failed"),
    # 云南, 江西: the fifth and third working day, and the next
    ("yunnan-2022", "530100", YN, "site.manage.reply", "site", letters("2022-08-22", "2022-08-29"), letters("2022-08-22", "2022-08-30"), "failed"),
    ("jiangxi-2020", "360100", JX, "media.veto.interaction.none", "account", {"functions": MENU}, {"functions": [{"kind": "comment", "works": True}]}, "failed"),
    ("jiangxi-2020", "360100", JX, "media.manage.owner", "account", {"owner_kind": "政府机关"}, {"owner_kind": "企业"}, "failed"),
    ("jiangxi-2020", "360100", JX, "site.manage.reply", "site", portal(trial("2020-03-13", "2020-03-18")), portal(trial("2020-03-13", "2020-03-19")), "failed"),
    # 杨陵: every cycle, and ten columns that give the veto
    ("yangling-2021", "610403", YL1, "site.manage.columns", "site", columns("news", before(YL1, weeks=2)), columns("news", before(YL1, weeks=2, longer=True)), "failed"),
    ("yangling-2021", "610403", YL1, "site.manage.columns", "site", columns("business", before(YL1, months=1)), columns("business", before(YL1, months=1, longer=True)), "failed"),
    ("yangling-2021", "610403", YL1, "site.manage.columns", "site", columns("disclosure", before(YL1, months=1)), columns("disclosure", before(YL1, months=1, longer=True)), "failed"),
    ("yangling-2021", "610403", YL1, "site.manage.columns", "site", columns("notice", before(YL1, months=6)), columns("notice", before(YL1, months=6, longer=True)), "failed"),
    ("yangling-2021", "610403", YL1, "site.manage.columns", "site", columns("policy", before(YL1, months=6)), columns("policy", before(YL1, months=6, longer=True)), "failed"),
    ("yangling-2021", "610403", YL1, "site.manage.columns", "site", columns("topics", before(YL1, months=6)), columns("topics", before(YL1, months=6, longer=True)), "failed"),
    ("yangling-2021", "610403", YL1, "site.veto.columns.overdue", "site", columns("business", before(YL1, months=1, longer=True), 9), columns("business", before(YL1, months=1, longer=True), 10), "failed"),
    ("yangling-2021", "610403", YL1, "site.veto.columns.overdue", "site", columns("business", before(YL1, months=1), 10), columns("business", before(YL1, months=1, longer=True), 10), "failed"),
    ("yangling-2025", "610403", YL5, "media.manage.original", "account", posts(before(YL5, months=1), original=True), posts(before(YL5, months=1, longer=True), original=True), "failed"),
    ("yangling-2025", "610403", YL5, "media.manage.original", "account", posts(before(YL5, days=1), original=True), posts(before(YL5, days=1), original=False), "failed"),
    ("yangling-2025", "610403", YL5, "media.manage.closing", "account", {"account": {"status": "closing"}, **posts(before(YL5, days=14))}, {"account": {"status": "closing"}, **posts(before(YL5, days=14, longer=True))}, "failed"),
    ("yangling-2025", "610403", YL5, "media.veto.relay", "account", {"relays": [{"title": "中央文件", "relayed": True}]}, {"relays": [{"title": "中央文件", "relayed": False}]}, "failed"),
    # 盘锦兴隆台: five working days end on 29 August 2024; one of them has no item
    ("xinglongtai-2024", "211103", XLT, "site.manage.frequency.weekly", "site", columns("business", before(XLT, weeks=1), on_home=True), columns("business", before(XLT, weeks=1, longer=True), on_home=True), "failed"),
    ("xinglongtai-2024", "211103", XLT, "site.manage.frequency.monthly", "site", columns("business", before(XLT, months=1), on_home=False), columns("business", before(XLT, months=1, longer=True), on_home=False), "failed"),
    ("xinglongtai-2024", "211103", XLT, "site.manage.frequency.daily", "site", {"columns": [{"name": "动态", "kind": "news", "entries": [{"title": "条", "published_at": f"2024-08-{d}"} for d in (22, 23, 26, 27, 28, 29)]}]}, {"columns": [{"name": "动态", "kind": "news", "entries": [{"title": "条", "published_at": f"2024-08-{d}"} for d in (22, 23, 26, 27, 29)]}]}, "failed"),
    ("xinglongtai-2024", "211103", XLT, "site.manage.reminders", "site", {"reminders": [before(XLT, days=8, longer=True), before(XLT, days=1)]}, {"reminders": [before(XLT, days=8), before(XLT, days=1)]}, "failed"),
    # 闽侯: ten days
    ("minhou-2025", "350121", MH, "media.manage.update", "account", posts(before(MH, days=10)), posts(before(MH, days=10, longer=True)), "failed"),
    # 宝鸡: last quarter's faults
    ("baoji-2020", "610300", BJ, "media.veto.unrectified", "account", {"earlier_faults": [{"problem": "2周未更新", "rectified": True}]}, {"earlier_faults": [{"problem": "2周未更新", "rectified": False}]}, "failed"),
    ("baoji-2020", "610300", BJ, "media.manage.not_found", "account", {"found": True}, {"found": False}, "failed"),
    # 肇庆 is scored; see tests/judge/test_other_books.py
    ("guizhou-2025", "520100", GZ, "media.manage.zombie", "account", posts(before(GZ, months=3)), posts(before(GZ, months=3, longer=True)), "failed"),
    ("guangdong-2022", "440300", GD, "media.manage.privacy", "account", posts(GD), {"posts": [{"title": "名单", "text": f"张三 {ID_NUMBER}", "published_at": GD}]}, "needs_review"),
    ("gansu-2021", "620100", GS, "media.manage.registration.certification", "account", {"certified": True}, {"certified": False}, "failed"),
    ("gansu-2021", "620100", GS, "media.manage.registration.name", "account", {"seen_name": "示例账号"}, {"seen_name": "随意改名"}, "failed"),
    ("weinan-2020", "610500", WN, "media.manage.registration.owner", "account", {"account": {"owner": "某局"}, "seen_owner": "某局"}, {"account": {"owner": "某局"}, "seen_owner": "某馆"}, "failed"),
    ("weinan-2020", "610500", WN, "media.manage.idle", "account", posts(before(WN, months=3)), posts(before(WN, months=3, longer=True)), "failed"),
    ("yulin-2023", "610800", YU, "supervision.manage.coverage.accounts", "supervisor", rounds("account", 2022, 4, 50), rounds("account", 2022, 4, 49), "failed"),
    ("hunan-2022", "430200", HN, "site.manage.columns.idle", "site", columns("topics", before(HN, years=1)), columns("topics", before(HN, years=1, longer=True)), "needs_review"),
    ("zhuzhou-2022", "430203", ZZ, "site.manage.columns.idle", "site", columns("topics", before(ZZ, years=1)), columns("topics", before(ZZ, years=1, longer=True)), "needs_review"),
    ("lianyungang-2023", "320700", LYG, "media.deduct.function", "account", {"functions": MENU}, {"functions": [{"kind": "menu", "works": False}]}, "failed"),
    ("lianyungang-2023", "320700", LYG, "supervision.manage.coverage.accounts", "supervisor", rounds("account", 2022, 12, 1), rounds("account", 2022, 4, 50), "failed"),
    ("zhejiang-2021", "330100", ZJ, "site.manage.links.hidden", "site", {"links": [{"url": "/a", "is_hidden": False}]}, {"links": [{"url": "/a", "is_hidden": True}]}, "failed"),
    ("jinan-2025", "370100", JN, "site.manage.links.hidden", "site", {"links": [{"url": "/a", "is_hidden": False}]}, {"links": [{"url": "/a", "is_hidden": True}]}, "failed"),
    ("jinan-2025", "370100", JN, "media.manage.relay", "account", {"relays": []}, {"relays": [{"title": "文件", "relayed": False}]}, "failed"),
    ("xichang-2024", "513401", XC, "media.manage.relay", "account", {"relays": []}, {"relays": [{"title": "文件", "relayed": False}]}, "failed"),
    ("xichang-2024", "513401", XC, "supervision.manage.coverage.accounts", "supervisor", rounds("account", 2023, 12, 50), rounds("account", 2023, 12, 49), "failed"),
    ("beijing-2019", "110101", BEI, "site.manage.messages", "site", board(before(BEI, months=2)), board(before(BEI, months=2, longer=True)), "failed"),
    ("beijing-2019", "110101", BEI, "site.manage.messages", "site", board(BEI), board(BEI, "asked_at"), "failed"),
    ("jiangxi-2022", "360100", at("2023-01-10"), "supervision.manage.coverage.sites", "supervisor", rounds("site", 2022, 4, 50), rounds("site", 2022, 4, 49), "failed"),
    ("xianning-2020", "421200", XN, "supervision.manage.coverage.sites", "supervisor", rounds("site", 2020, 4, 50), rounds("site", 2020, 4, 49), "failed"),
    ("yichang-2020", "420500", YC, "supervision.manage.coverage.sites", "supervisor", rounds("site", 2020, 4, 50), rounds("site", 2020, 4, 49), "failed"),
]  # fmt: skip

ELSEWHERE = {
    "sichuan-2019",
    "sichuan-2020",
    "liaoning-2019",
    "panjin-2023",
    "anshan-2023",
    "hubei-2022",
    "yunnan-2020",
    "xiayi-2022",
    "chenggu-2023",
    "jishan-2020",
    "jishan-2021",
    "kunming-2025",
    "baoding-2023",
    "zhaoqing-2019",
    "wanzhi-2021",
    "jilin-2024",
    "xinglongtai-2021",
}
"""Tested below, in tests/judge/test_other_books.py, or by the layer that extends them."""


def see(subject: str, point: datetime, parts: dict[str, Any]) -> Any:
    return testing.snapshot(subject, observed_at=point, **parts)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[3]} {number}" for number, row in enumerate(ROWS)])
def test_a_place_and_a_day_give_the_book_and_the_book_tells_both_sides_apart(row: Row) -> None:
    name, region, point, indicator, subject, good, bad, status = row
    book = gr.rulebook_for(region, point.date())
    assert name in [layer.id for layer in book.layers]
    in_order, not_in_order = book.inspect(see(subject, point, good)), book.inspect(see(subject, point, bad))
    assert in_order.finding(indicator).status.value in ("passed", "not_checked")
    assert not_in_order.finding(indicator).status.value == status
    assert [one.id for one in in_order.problems if one.id == indicator] == []
    if status == "failed" and book[indicator].kind == "veto":
        assert not_in_order.verdict is gr.Verdict.UNQUALIFIED
        assert in_order.verdict is not gr.Verdict.UNQUALIFIED
    elif status == "failed":
        assert indicator in [one.id for one in not_in_order.problems]
        if not_in_order.verdict != in_order.verdict:  # a rule of management does not decide; what decides is a veto beside it
            assert any(one.kind == "veto" for one in not_in_order.problems)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[3]} {number}" for number, row in enumerate(ROWS)])
def test_the_nation_does_not_say_it(row: Row) -> None:
    """What a place adds is its own: by the national rulebook alone nobody has failed."""
    _, _, point, indicator, subject, _, bad, _ = row
    seen = NATION.inspect(see(subject, point, bad))
    assert indicator not in [one.id for one in seen.problems]


def test_every_local_book_is_tested() -> None:
    local = {name for name, path in built_in_files().items() if read_layer(path, Plugins()).content.region is not None}
    assert {row[0] for row in ROWS} | ELSEWHERE == local


# ---------------------------------------------------------------- what single rows cannot show


def test_minhou_stands_between_ten_days_and_the_nations_fourteen() -> None:
    minhou = gr.rulebook_for("350121", MH.date())
    for days, local, nation in (
        (10, "passed", "passed"),
        (11, "failed", "passed"),
        (14, "failed", "passed"),
        (15, "failed", "failed"),
    ):
        observed = see("account", MH, posts(before(MH, days=days)))
        assert minhou.inspect(observed).finding("media.manage.update").status.value == local
        assert minhou.inspect(observed).finding("media.veto.stale").status.value == nation
        assert NATION.inspect(observed).finding("media.veto.stale").status.value == nation
    # the day before the local rule and the county beside it keep the nation's two weeks
    eleven = see("account", MH, posts(before(MH, days=11)))
    for region, day in (("350121", date(2025, 4, 30)), ("350122", MH.date())):
        assert gr.rulebook_for(region, day).inspect(eleven).finding("media.veto.stale").status.value == "passed"


def test_a_zombie_of_guizhou_is_stale_long_before() -> None:
    guizhou = gr.rulebook_for("520181", GZ.date())
    seen = guizhou.inspect(see("account", GZ, posts(before(GZ, weeks=2, longer=True))))
    assert [one.id for one in seen.problems] == ["media.veto.stale"]
    seen = guizhou.inspect(see("account", GZ, posts(before(GZ, months=3, longer=True))))
    assert {one.id for one in seen.problems} == {"media.veto.stale", "media.manage.zombie"}
    listed = guizhou.inspect(see("account", GZ, {"account": {"status": "closing"}, **posts(before(GZ, years=1))}))
    assert listed.finding("media.manage.zombie").status is gr.Status.NOT_APPLICABLE


def test_an_account_of_yangling_that_waits_to_be_closed_has_its_own_limit() -> None:
    yangling = gr.rulebook_for("610403", YL5.date())
    running = yangling.inspect(see("account", YL5, posts(before(YL5, days=15))))
    assert running.finding("media.manage.closing").status is gr.Status.NOT_APPLICABLE
    assert running.finding("media.veto.stale").status is gr.Status.FAILED
    closing = yangling.inspect(see("account", YL5, {"account": {"status": "closing"}, **posts(before(YL5, days=15))}))
    assert closing.finding("media.manage.closing").message("zh")
    assert "media.manage.closing" in [one.id for one in closing.problems]


def test_monthly_columns_of_xinglongtai_spare_plans_and_yearly_reports() -> None:
    book = gr.rulebook_for("211103", XLT.date())
    old = before(XLT, years=1)
    for kind in ("plans", "disclosure_report", "site_report"):
        seen = book.inspect(see("site", XLT, columns(kind, old, on_home=False)))
        assert seen.finding("site.manage.frequency.monthly").status is gr.Status.PASSED


def test_wanzhi_scores_accounts_with_twenty_bonus_points_and_asks_what_the_nation_asks() -> None:
    book = gr.rulebook_for("340210", date(2021, 12, 1))
    assert (book.scoring["account"].bonus_total, book.scoring["account"].pass_below, book.scoring["account"].bonus_above) == (
        20,
        60,
        80,
    )
    assert "account" not in NATION.scoring
    seen = book.inspect(testing.snapshot("account", observed_at=at("2021-12-01"), latest_post_at="2021-01-01"))
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    assert seen.score is None, "no number for vetoed accounts was seen"


REGISTRY = read_registry(
    accounts=[
        {"名称": "某县发布", "平台": "微信订阅号", "开设主体": "某县人民政府"},
        {"名称": "某县服务", "平台": "微信服务号", "开设主体": "某县人民政府"},
        {"名称": "某县视频", "平台": "微信视频号", "开设主体": "某县人民政府"},
        {"名称": "某县旧号", "平台": "微信订阅号", "开设主体": "某县人民政府", "状态": "正在注销"},
        {"名称": "某县财政", "平台": "新浪微博", "开设主体": "某县财政局"},
        {"名称": "没人看过", "平台": "抖音", "开设主体": "某县财政局"},
    ]
)
SEEN = [
    testing.snapshot("account", account={"name": "某县发布", "platform": "微信订阅号"}, found=True),
    testing.snapshot("account", account={"name": "某县服务", "platform": "微信服务号"}, found=True),
    testing.snapshot("account", account={"name": "某县视频", "platform": "微信视频号"}, found=True),
    testing.snapshot("account", account={"name": "某县财政", "platform": "新浪微博"}, found=False),
    testing.snapshot("account", account={"name": "路边看到的", "platform": "快手", "owner": "某县林业局"}, found=True),
]


def across(book: str, indicator: str) -> dict[str, str]:
    findings = RegistryTally.of(REGISTRY, SEEN).findings(gr.load_rulebook(book))
    return {one.subject_name: one.status.value for one in findings if one.id == indicator}


@pytest.mark.parametrize("name", ["gansu-2021", "jilin-2024", "nanchong-2019", "national-practice-2023"])
def test_one_account_a_unit_and_platform(name: str) -> None:
    # A service account and a subscription account are two on one platform; channels and accounts that are being closed are not.
    assert across(name, "media.manage.duplicate") == {"某县发布": "failed", "某县服务": "failed"}
    alone = gr.load_rulebook(name).inspect(SEEN[0]).finding("media.manage.duplicate")
    assert (alone.status, alone.reason) == (gr.Status.NOT_CHECKED, "across_subjects")


def test_accounts_of_the_registry_nobody_finds_in_baoji_and_accounts_no_registry_lists_in_hanzhong() -> None:
    assert across("baoji-2020", "media.manage.not_found.listed") == {"某县财政": "failed", "没人看过": "inconclusive"}
    assert across("hanzhong-2021", "media.manage.unregistered.unlisted") == {"路边看到的": "failed"}


# ---------------------------------------------------------------- every rulebook and every made subject


@cache
def every_case() -> list[Any]:
    return [case.observed for path in sorted(CASE_FOLDER.rglob("*.toml")) for case in testing.load_cases(path)]


@pytest.mark.parametrize("name", sorted(built_in_files()))
def test_every_rulebook_judges_made_subjects_without_an_error(name: str) -> None:
    book = gr.load_rulebook(name)
    sample = every_case()[sum(map(ord, name)) % 8 :: 8]
    assert len(sample) > 150
    kinds = set()
    for observed in sample:
        seen = book.inspect(observed)
        assert len(seen.findings) == len(book.indicators)
        assert not [one for one in seen.findings if one.status is gr.Status.ERROR]
        kinds.add(type(observed))
    assert len(kinds) == 3
