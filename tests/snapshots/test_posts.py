"""Tables of posts as platforms and tools export them: what is an account's own post, and what stays open."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ObservationError, TableError

POINT = datetime(2024, 8, 30, 12, tzinfo=SHANGHAI)
BOOK = gr.load_rulebook("national-2019").only("media.veto.stale")
ACCOUNT = gr.Account(name="示例发布", platform="微信公众号")


def read(rows: Any, **options: Any) -> Any:
    return gr.read_posts(rows, **{"observed_at": POINT, "accounts": [ACCOUNT], "complete": True, **options})


def verdict(rows: Any, **options: Any) -> str:
    [snapshot] = read(rows, **options)
    return str(BOOK.inspect(snapshot).verdict.value)


def row(**cells: object) -> dict[str, object]:
    return {"公众号名称": "示例发布", "标题": "防汛提示", "发布时间": "2024-08-27 10:30", **cells}


OLD = row(发布时间="2024-01-01")


def test_the_time_of_publishing_counts_before_that_of_creation() -> None:
    both = {"公众号名称": "示例发布", "创建时间": "2024-08-27", "发布时间": "2024-01-01"}
    assert verdict([both]) == "unqualified"
    assert verdict([{"公众号名称": "示例发布", "创建时间": "2024-08-27"}]) == "qualified"


@pytest.mark.parametrize(
    "cells",
    [{"审核状态": "审核不通过"}, {"状态": "已删除"}, {"状态": "草稿"}, {"是否删除": "是"}, {"微博类型": "转发"}, {"类型": "点赞"}],
)
def test_what_is_no_post_of_the_account_does_not_count(cells: dict[str, object]) -> None:
    renamed = {("发布类型" if name == "类型" else name): value for name, value in cells.items()}
    assert verdict([row(**renamed), OLD]) == "unqualified"
    assert verdict([row(**dict.fromkeys(renamed, None)), OLD]) == "qualified"


@pytest.mark.parametrize(
    ("header", "cell", "counts"),
    [
        ("微博类型", "快转", False),
        ("动态类型", "评论了", False),
        ("微博类型", "赞", False),
        ("发布类型", "分享", False),
        ("内容类型", "转载", True),
        ("是否转发", "是", False),
        ("是否转发", "否", True),
        ("是否删除", "未删除", True),
        ("状态", "未群发", False),
    ],
)
def test_words_of_kinds_and_states(header: str, cell: str, counts: bool) -> None:
    assert verdict([row(**{header: cell}), OLD]) == ("qualified" if counts else "unqualified")


def test_a_post_after_the_monitoring_point_counts_for_nothing() -> None:
    later = row(发布时间="2024-09-02")
    [snapshot] = read([OLD, later])
    assert (snapshot.latest_post_at, snapshot.post_count) == (date(2024, 1, 1), 1)
    assert verdict([OLD, later]) == "unqualified"
    assert verdict([later]) == "undetermined"  # whether the account was there at the point, nobody knows


def test_totals_are_no_posts_and_short_titles_are() -> None:
    total = {"公众号名称": "合计", "标题": "2"}
    result = read([row(标题="t"), row(标题="1"), total])
    assert [(snapshot.account.name, snapshot.post_count) for snapshot in result] == [("示例发布", 2)]


def test_equal_rows_count_once() -> None:
    result = read([row(), row(), row(标题="另一条"), OLD])
    assert (result[0].post_count, [remark.row for remark in result.remarks]) == (3, [3])
    times = [{"公众号名称": "示例发布", "发布时间": "2024-08-27"}] * 2
    assert read(times)[0].post_count == 2  # nothing says that it is the same post


def test_a_row_with_a_title_alone_may_be_the_newest_post(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标题,发布时间\n防汛,2024-01-01\n通知\n", "utf-8")
    assert verdict(path) == "undetermined"


@pytest.mark.parametrize("state", ["已发布", "审核通过", "正常"])
def test_published_posts_count(state: str) -> None:
    assert verdict([row(审核状态=state)]) == "qualified"


def test_a_state_that_is_not_understood_leaves_the_answer_open() -> None:
    result = read([row(审核状态="其它"), OLD])
    assert BOOK.inspect(result[0]).verdict.value == "undetermined"
    assert [(fault.row, fault.column, fault.used) for fault in result.bad] == [(2, "审核状态", True)]


@pytest.mark.parametrize("shown", ["昨日之日", "2024年8月", "见截图"])
def test_an_unread_time_makes_the_posts_partial(shown: str) -> None:
    assert verdict([row(发布时间=shown), OLD]) == "undetermined"
    assert verdict([row(发布时间=shown), row()]) == "qualified"


def test_a_refused_row_makes_only_its_account_partial() -> None:
    twins = [gr.Account(name="乙", platform=platform) for platform in ("微博", "抖音")]
    other = gr.Account(name="丙", platform="微博")
    rows = [{"公众号名称": "乙", "发布时间": "2024-08-27"}, {"公众号名称": "丙", "发布时间": "2024-01-01"}]
    result = read(rows, accounts=[*twins, other])
    verdicts = {(each.account.name, each.account.platform): BOOK.inspect(each).verdict.value for each in result}
    assert verdicts == {("丙", "weibo"): "unqualified", ("乙", "weibo"): "undetermined", ("乙", "douyin"): "undetermined"}


def test_posts_come_to_the_registered_account_whatever_word_names_its_platform() -> None:
    [snapshot] = read([row(平台="微信订阅号"), row(平台="微信")])
    assert (snapshot.account, snapshot.post_count) == (ACCOUNT, 2)
    result = read([row(平台="微信视频号")])
    assert [each.account.platform for each in result] == ["wechat_channels", "wechat_official"]


def test_epochs_and_utc(tmp_path: Path) -> None:
    for shown in (1724725800, "1724725800", 1724725800000, "2024-08-27T02:30:00Z"):
        [snapshot] = read([row(发布时间=shown)])
        assert snapshot.latest_post_at == datetime(2024, 8, 27, 10, 30, tzinfo=SHANGHAI)
    path = tmp_path / "发布.csv"
    path.write_bytes("作品名称\t发布时间\t公众号名称\r\n防汛\t2024-08-27\t示例发布\r\n".encode("utf-16"))
    assert read(path)[0].latest_post_at == date(2024, 8, 27)


def test_a_table_without_names_is_of_the_one_account() -> None:
    rows = [{"标题": "防汛", "发布时间": "2024-08-27"}]
    assert read(rows)[0].account == ACCOUNT
    with pytest.raises(TableError, match="account_name"):
        read(rows, accounts=[])


JSONS: dict[str, tuple[object, str]] = {
    "weibo_crawler": (
        {
            "user": {"id": "1", "screen_name": "示例发布"},
            "weibo": [{"id": 1, "text": "防汛提示", "created_at": "2024-08-27T10:30:00"}],
        },
        "qualified",
    ),
    "weibo_crawler with a forwarded post": (
        {
            "user": {"screen_name": "示例发布"},
            "weibo": [{"text": "转", "created_at": "2024-08-27", "retweet": {"id": 2}}, {"text": "旧", "created_at": "2024-01-01"}],
        },
        "unqualified",
    ),
    "weibo_crawler with cards": (
        {
            "ok": 1,
            "data": {"cards": [{"mblog": {"text": "防汛", "created_at": "Tue Aug 27 10:30:00 +0800 2024"}}, {"card_type": 11}]},
        },
        "qualified",
    ),
    "weibo_crawler with a list": (
        {"ok": 1, "data": {"list": [{"text_raw": "防汛", "created_at": "Tue Aug 27 10:30:00 +0800 2024"}], "total": 1}},
        "qualified",
    ),
    "media_crawler": ([{"note_id": "1", "nickname": "示例发布", "desc": "防汛", "time": 1724725800000}], "qualified"),
    "douyin_list": (
        {"status_code": 0, "aweme_list": [{"desc": "防汛", "create_time": 1724725800, "author": {"nickname": "示例发布"}}]},
        "qualified",
    ),
}


@pytest.mark.parametrize("name", JSONS)
def test_json_of_tools(name: str, tmp_path: Path) -> None:
    document, right = JSONS[name]
    path = tmp_path / "posts.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    assert verdict(path) == right
    assert verdict(document, preset=name.split()[0]) == right


def test_json_with_a_mapping_of_the_caller() -> None:
    document = {"data": [{"标题文本": "防汛", "时刻": "2024-08-27", "nickname": "示例发布"}]}
    assert verdict(document, preset="media_crawler", fields={"title": "标题文本", "published_at": "时刻"}) == "qualified"
    with pytest.raises(ObservationError, match="there are title"):
        read(document, fields={"date": "时刻"})


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}},
        {"ret": -3, "weibo": []},
        {"base_resp": {"ret": 200013, "err_msg": "freq control"}, "weibo": []},
        {"message": "访问过于频繁，请稍后再试", "data": []},
        {"status_code": 2154, "aweme_list": []},
        {"something": []},
        {"status": "error", "data": []},
        {"code": 500, "data": []},
        {"success": False},
        {"errcode": 45009, "errmsg": "api daily quota limit", "list": []},
        {"data": None, "msg": "请登录"},
        {"data": [], "msg": "参数错误"},
        {"data": {"error": "x", "weibo": []}},
        {"state": "failed", "data": []},
        {"code": 0, "data": [], "total": 35},
        "no json",
    ],
)
def test_a_refused_answer_is_never_no_posts(answer: object, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False), "utf-8")
    with pytest.raises(ObservationError):
        read(path)


def test_of_several_columns_for_one_field_the_best_counts_and_each_state_does() -> None:
    named = {"作者": "某科室", **row()}
    assert [snapshot.account.name for snapshot in read([named])] == ["示例发布"]
    assert verdict([row(发布状态="已发布", 是否删除="是"), OLD]) == "unqualified"
    apart = {"公众号名称": "示例发布", "发布时间": "10:30", "发布日期": "2024-08-27"}
    assert verdict([apart]) == "qualified"


def test_a_mark_that_says_no_is_no_mark() -> None:
    post = {"nickname": "示例发布", "desc": "防汛", "create_time": 1724725800}
    assert verdict([post | {"is_deleted": "0"}]) == "qualified"
    assert verdict([post | {"is_deleted": True}, post | {"create_time": 1700000000}]) == "unqualified"


def test_an_empty_list_is_no_posts() -> None:
    assert verdict({"user": {"screen_name": "示例发布"}, "weibo": []}) == "unqualified"
    assert verdict({"code": "00000", "msg": "成功", "data": []}) == "unqualified"


def test_a_post_without_its_time_leaves_the_posts_of_its_account_partial() -> None:
    rows = [
        {"账号名称": name, "平台类型": "微信", "发布时间": shown}
        for name, shown in (("甲", "2024-01-02"), ("甲", None), ("乙", "2024-01-02"))
    ]
    read = gr.read_posts(rows, observed_at=datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI), complete=True)
    assert {snapshot.account.name: "posts" in snapshot.partial for snapshot in read} == {"甲": True, "乙": False}


def test_a_row_with_a_time_alone_may_be_a_post(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    account = gr.Account(name="青石发布", platform="wechat")
    path.write_text("标题,发布时间\n甲,2024-05-03\n,2024-08-20\n", "utf-8")
    read = gr.read_posts(path, observed_at=date(2024, 8, 23), accounts=[account], complete=True)
    assert read[0].partial == ("posts",)
    assert [row.row for row in read.bad] == [3]
    path.write_text("标题,发布时间\n甲,2024-05-03\n合计,1\n", "utf-8")
    assert gr.read_posts(path, observed_at=date(2024, 8, 23), accounts=[account], complete=True)[0].partial == ()


def test_what_an_account_did_may_be_no_post_of_its_own() -> None:
    rows = [
        {"笔记标题": "甲", "首次发布时间": "2024-08-03", "行为": "发布"},
        {"笔记标题": "乙", "首次发布时间": "2024-08-20", "行为": "点赞"},
    ]
    account = gr.Account(name="青石发布", platform="wechat")
    (snapshot,) = gr.read_posts(rows, observed_at=date(2024, 8, 23), accounts=[account], complete=True)
    assert [post.title for post in snapshot.posts or ()] == ["甲"]


@pytest.mark.parametrize("title", ["蔬菜抽检全部合格", "食品抽检不合格", "上半年抽检合格率", "今年收入累计"])
@pytest.mark.parametrize("day", ["2024-08-20", "2024年8月20日 10:00", "20240820", date(2024, 8, 20)])
@pytest.mark.parametrize("is_file", [True, False])
def test_a_title_that_ends_like_a_total_is_a_post(title: str, day: object, is_file: bool, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(f"标题,发布时间\n{title},{day}\n合计,{day}\n全县合计,1\n", "utf-8")
    rows = [{"标题": title, "发布时间": day}, {"标题": "合计", "发布时间": day}, {"标题": "全县合计", "发布时间": None}]
    account = gr.Account(name="青石发布", platform="wechat")
    (snapshot,) = gr.read_posts(path if is_file else rows, observed_at=date(2024, 8, 23), accounts=[account], complete=True)
    assert [post.title for post in snapshot.posts or ()] == [title]


ON_RECORD = (gr.Account(name="甲县发布", platform="wechat"),)


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        # An export of two accounts: 名称 stands beside the title, so it names the account, also where one is on record.
        (
            [
                {"名称": "甲县发布", "标题": "通知", "发布时间": "2024-08-20", "阅读数": "9"},
                {"名称": "乙县发布", "标题": "公告", "发布时间": "2024-08-21", "阅读数": "9"},
            ],
            {"甲县发布": ["通知"], "乙县发布": ["公告"]},
        ),
        ([{"账号昵称": "乙县发布", "名称": "通知", "发布时间": "2024-08-21"}], {"乙县发布": [""]}),
        ([{"微信公众号": "乙县发布", "文章标题": "通知", "发布时间": "2024-08-21"}], {"乙县发布": ["通知"]}),
        # Without a title it names the account where one cell is the name of one on record; else it may be the title.
        (
            [{"名称": "甲县发布", "发布时间": "2024-08-20"}, {"名称": "乙县发布", "发布时间": "2024-08-21"}],
            {"甲县发布": [""], "乙县发布": [""]},
        ),
        ([{"名称": "今日要闻", "发布时间": "2024-08-20"}], {"甲县发布": [""]}),
    ],
)
def test_posts_of_a_column_of_names_belong_to_the_accounts_they_name(
    rows: list[dict[str, str]], right: dict[str, list[str]]
) -> None:
    read = gr.read_posts(rows, accounts=ON_RECORD, observed_at=date(2024, 8, 23))
    assert {each.account.name: [post.title for post in each.posts or ()] for each in read} == right
    assert not read.bad


def test_a_column_of_names_without_titles_or_accounts_on_record_is_refused() -> None:
    with pytest.raises(gr.errors.TableError, match="account_name"):
        gr.read_posts([{"名称": "今日要闻", "发布时间": "2024-08-20"}], observed_at=date(2024, 8, 23))


def test_posts_lie_as_deep_as_the_answer_puts_them() -> None:
    def card(at: str) -> dict[str, object]:
        return {"mblog": {"created_at": at, "text": "通知", "user": {"screen_name": "示例发布"}, "retweeted_status": None}}

    cards = [{"card_group": [card("Tue Aug 27 10:00:00 +0800 2024")]}, card("Mon Jan 01 10:00:00 +0800 2024"), {"card_type": 58}]
    [snapshot] = read({"ok": 1, "data": {"cards": cards}})
    assert len(snapshot.posts) == 2
    assert BOOK.inspect(snapshot).verdict.value == "qualified"


def test_the_bare_type_of_a_post_tells_whether_it_is_the_account_s_own() -> None:
    assert verdict([row(类型="点赞"), OLD]) == "unqualified"
    assert verdict([row(类型="图文"), OLD]) == "qualified"


def test_no_row_of_posts_or_columns_vanishes_unsaid() -> None:
    posts = read([OLD, {"公众号名称": "合计", "标题": "1篇", "发布时间": None}])
    assert [(remark.row, remark.value, remark.reason) for remark in posts.remarks] == [(3, "合计", "合计行")]
    columns = gr.read_columns(
        [
            {"网站名称": "某县人民政府", "栏目名称": "要闻", "最近更新时间": "2024-08-20", "其他": None},
            {"网站名称": None, "栏目名称": None, "最近更新时间": None, "其他": "见附表"},
        ],
        observed_at=POINT,
    )
    assert [(row.row, row.value, row.reason) for row in columns.rejected] == [(3, "见附表", "有内容的列都没有用到")]
