"""Sheets as clerks of different provinces send them, with the verdicts that are right; read without a line of glue.

Each sheet is invented. `q`, `u` and `o` are 合格, 不合格 and 待定; the reason stands beside each row. Monitoring point: 2024-08-23
18:00, so that the window of two weeks begins on 2024-08-09 at 18:00.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import govmedia_rules as gr
from govmedia_rules.errors import GovMediaRulesWarning
from govmedia_rules.subjects.registry import registered_accounts, registered_sites


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clerks read the messages in Chinese."""
    monkeypatch.setenv("GOVMEDIA_LANG", "zh")


DATA = Path(__file__).parent / "data"
POINT = dt.datetime(2024, 8, 23, 18, tzinfo=gr.SHANGHAI)
BOOK = gr.load_rulebook("national-2019")
VERDICTS = {"q": "qualified", "u": "unqualified", "o": "undetermined"}
D = dt.datetime
Rows = list[list[Any]]


def workbook(path: Path, sheets: dict[str, Rows], change: Callable[[Any], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(book)
    book.save(path)
    return path


def verdicts(path: Path, **options: Any) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GovMediaRulesWarning)
        rows = gr.read_accounts(path, observed_at=POINT, **options)
    found = [(snapshot.account.name, BOOK.inspect(snapshot).verdict.value) for snapshot in rows]
    assert len(dict(found)) == len(found), found
    return dict(found)


def expected(**letters: str) -> dict[str, str]:
    return {name: VERDICTS[letter] for name, letter in letters.items()}


# Each sheet: rows, and the verdict of each account.
SHEETS: dict[str, tuple[Rows, dict[str, str]]] = {
    "a title, a unit line and totals": (
        [
            ["某市政务新媒体情况统计表"],
            ["填报单位：某市政府办", None, None, None, "填报时间：2024年8月23日"],
            ["序号", "账号名称", "账号类型", "最近一次更新时间", "是否有互动功能"],
            [1, "甲发布", "微信公众号", "2024年8月20日", "是"],
            [2, "乙发布", "微博", "2024年7月20日", "是"],
            ["合计", "2个"],
            ["填表人：", None, "联系电话："],
        ],
        expected(甲发布="q", 乙发布="u"),
    ),
    "dates of every spelling": (
        [
            ["名称", "所在平台", "更新时间", "互动功能"],
            ["甲", "抖音", "2024.08.20", "有"],
            ["乙", "抖音", "24/8/20", "有"],
            ["丙", "抖音", "2024-8-20 00:00", "有"],
            ["丁", "抖音", "２０２４年８月２０日", "有"],
            ["戊", "抖音", "二〇二四年八月二十日", "有"],
            ["己", "抖音", "2024年8月20日 星期二", "有"],
            ["庚", "抖音", "8.20", "有"],
            ["辛", "抖音", "8/20", "有"],
            ["壬", "抖音", "20240820", "有"],
            ["癸", "抖音", 45524, "有"],  # 2024-08-20
            ["子", "抖音", "2024年8月20日更新", "有"],
            ["丑", "抖音", "最近更新：2024-08-20", "有"],
            ["寅", "抖音", "08月20日", "有"],
            ["卯", "抖音", "2024年8月20号", "有"],
            ["辰", "抖音", "1724146200", "有"],  # an hour of 2024-08-20
            ["巳", "抖音", "2024、8、20", "有"],
        ],
        expected(**dict.fromkeys("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", "q")),
    ),
    "dates of every spelling, too old": (
        [
            ["名称", "所在平台", "更新时间", "互动功能"],
            ["甲", "快手", "2024.07.20", "有"],
            ["乙", "快手", "24/7/20", "有"],
            ["丙", "快手", "7月20日", "有"],
            ["丁", "快手", "12月30日", "有"],  # of last year
            ["戊", "快手", "2024年7月", "有"],
            ["己", "快手", "2023年", "有"],
            ["庚", "快手", "去年", "有"],
            ["辛", "快手", "2024年7月下旬", "有"],
            ["壬", "快手", "两个月前", "有"],
            ["癸", "快手", "半年未更新", "有"],
            ["子", "快手", 45490, "有"],
            ["丑", "快手", "2024年8月上旬", "无"],  # to 10 August, but without interaction
            ["寅", "快手", "2024-08-09 08:30", "有"],  # hours before the window begins
            ["卯", "快手", "六月", "有"],  # the latest June
        ],
        expected(**dict.fromkeys("甲乙丙丁戊己庚辛壬癸子丑寅卯", "u")),
    ),
    "dates that leave the answer open": (
        [
            ["名称", "所在平台", "更新时间", "互动功能"],
            ["甲", "微博", "2024年8月", "有"],  # from 1 August
            ["乙", "微博", "2024年", "有"],
            ["丙", "微博", "8月上旬", "有"],  # 1 to 10 August
            ["丁", "微博", "截止目前", "有"],
            ["戊", "微博", "见附件", "有"],
            ["己", "微博", "正常更新", "有"],
            ["庚", "微博", "8/10/2024", "有"],  # August, or October after the point
            ["辛", "微博", "长期未更新", "有"],
            ["壬", "微博", "1900-01-05", "有"],
            ["癸", "微博", "2025-08-20", "有"],  # after the point
            ["子", "微博", None, "有"],
            ["丑", "微博", "2024-08-02至2024-08-22", "有"],
            ["寅", "微博", "2周前", "有"],  # said until three weeks have passed
            ["卯", "微博", "2024-13-40", "有"],
        ],
        expected(**dict.fromkeys("甲乙丙丁戊己庚辛壬癸子丑寅卯", "o")),
    ),
    "lengths of time": (
        [
            ["名称", "所在平台", "更新时间", "互动功能"],
            ["甲", "微博", "今天", "有"],
            ["乙", "微博", "5天前", "有"],
            ["丙", "微博", "一周内", "有"],
            ["丁", "微博", "1周前", "有"],  # 7 to 13 days
            ["戊", "微博", "超过三个月未更新", "有"],
            ["己", "微博", "20天前", "有"],
            ["庚", "微博", "一个月内", "有"],
        ],
        expected(甲="q", 乙="q", 丙="q", 丁="q", 戊="u", 己="u", 庚="o"),
    ),
    "functions by name, with negations": (
        [
            ["新媒体名称", "平台类型", "最后发布日期", "互动渠道"],
            ["甲", "微信服务号", "2024/8/22", "自定义菜单"],
            ["乙", "微信服务号", "2024/8/22", "菜单：无；留言：有"],
            ["丙", "微信服务号", "2024/8/22", "私信留言（已关闭）"],  # others may be there
            ["丁", "微信服务号", "2024/8/22", "菜单：无"],
            ["戊", "微信服务号", "2024/8/22", "有（后台留言）"],
            ["己", "微信服务号", "2024/8/22", "无（待开通）"],
            ["庚", "微信服务号", "2024/8/22", "未开通"],
            ["辛", "微信服务号", "2024/8/22", "建设中"],
            ["壬", "微信服务号", "2024/8/22", "评论、私信"],
            ["癸", "微信服务号", "2024/8/22", "无互动功能"],
            ["子", "微信服务号", "2024/8/22", "有，无"],
            ["丑", "微信服务号", "2024/8/22", "见备注"],
        ],
        expected(甲="q", 乙="q", 丙="o", 丁="o", 戊="q", 己="u", 庚="u", 辛="o", 壬="q", 癸="u", 子="o", 丑="o"),
    ),
    "marks of nothing are not an answer": (
        [
            ["政务新媒体名称", "类型", "最近更新时间", "互动功能"],
            *(
                [name, "微博", "2024-08-22", mark]
                for name, mark in zip("甲乙丙丁戊己庚", ("/", "—", "、", "-", "不详", "待核实", "？"), strict=True)
            ),
            ["辛", "微博", "2024-08-22", "√"],
            ["壬", "微博", "2024-08-22", "×"],
            ["癸", "微博", "/", "√"],
        ],
        expected(**dict.fromkeys("甲乙丙丁戊己庚", "o"), 辛="q", 壬="u", 癸="o"),
    ),
    "functions in columns of their own, under a group": (
        [
            ["序号", "账号名称", "平台", "最近更新时间", "互动功能", None, None],
            [None, None, None, None, "菜单", "留言", "私信"],
            [1, "甲", "微信订阅号", "2024-08-22", "√", None, None],
            [2, "乙", "微信订阅号", "2024-08-22", "×", "×", "×"],
            [3, "丙", "微信订阅号", "2024-08-22", "×", None, None],
        ],
        expected(甲="q", 乙="u", 丙="o"),
    ),
    "stages of life": (
        [
            ["账号名称", "账号平台", "最后更新时间", "是否提供互动功能", "目前状态"],
            ["甲", "头条号", "2023-01-01", "无", "已注销"],
            ["乙", "头条号", "2023-01-01", "无", "拟注销，手续办理中"],
            ["丙", "头条号", "2023-01-01", "无", "关停（2023年）"],
            ["丁", "头条号", "2023-01-01", "无", "正常运营"],
            ["戊", "头条号", "2023-01-01", "无", "另行说明"],  # it may be closed
            ["己", "头条号", "2024-08-22", "有", "另行说明"],
            ["庚", "头条号", "2023-01-01", "无", "/"],
        ],
        expected(甲="o", 乙="o", 丙="o", 丁="u", 戊="o", 己="q", 庚="u"),
    ),
    "whether it is closed, as a question": (
        [
            ["账号名称", "平台", "最后更新时间", "有无互动功能", "是否注销"],
            ["甲", "微博", "2023-01-01", "无", "是"],
            ["乙", "微博", "2023-01-01", "无", "否"],
        ],
        expected(甲="o", 乙="u"),
    ),
    "platforms in many words": (
        [
            ["账号", "发布平台", "最新发布时间", "是否具有互动功能"],
            ["甲", "微信公众平台（订阅号）", "2024-08-22", "有"],
            ["乙", "学习强国号", "2024-08-22", "有"],
            ["丙", "新浪微博账号", "2024-08-22", "有"],
            ["丁", "荔枝号", "2024-08-22", "有"],
            ["戊", "手机APP", "2024-08-22", "有"],  # whether it can be downloaded is not said
            ["己", None, "2024-08-22", "有"],  # it may be an application
            ["庚", "微信、微博", "2024-08-22", "有"],
            ["辛", None, "2024-07-01", "有"],
        ],
        expected(甲="q", 乙="q", 丙="q", 丁="q", 戊="o", 己="o", 庚="o", 辛="u"),
    ),
    "applications": (
        [
            ["客户端名称", "账号名称", "类型", "最后更新时间", "互动功能", "能否下载", "能否正常使用"],
            [None, "甲", "移动客户端", "2024-08-22", "有", "能", "能"],
            [None, "乙", "移动客户端", "2024-08-22", "有", "不能", "不能"],
            [None, "丙", "移动客户端", "2024-08-22", "有", "能", None],
        ],
        expected(甲="q", 乙="u", 丙="o"),
    ),
    "codes in every condition": (
        [
            ["政务新媒体名称", "政务新媒体标识码", "类型", "最近更新时间", "互动功能"],
            ["甲", "６１０７２６Ｍ００７ＷＸ０００７", "微信", "2024-08-22", "有"],
            ["乙", "6.107E+09", "微信", "2024-08-22", "有"],
            ["丙", "无", "微信", "2024-08-22", "有"],
            ["丁", 610700002, "微信", "2024-08-22", "有"],
            ["戊", '="610726M007WX0009"', "微信", "2024-08-22", "有"],
            ["己", "610726M007WX0011", "微信", "2024-07-01", "有"],
            ["庚", "610726M007WX0011", "微信", "2024-08-22", "有"],  # the same code beside another name
        ],
        expected(甲="q", 乙="q", 丙="q", 丁="q", 戊="q", 己="u", 庚="q"),
    ),
    "sections, notes, column numbers, an example and a repeated header": (
        [
            ["账号名称", "平台", "主管单位", "最近更新时间", "互动功能", "备注"],
            [1, 2, 3, 4, 5, 6],
            ["一、县直部门"],
            ["甲", "微博", "某局", "2024-08-22", "有", None],
            ["小计", 1],
            ["账号名称", "平台", "主管单位", "最近更新时间", "互动功能", "备注"],
            ["二、乡镇"],
            ["乙", "微博", "某镇", "2024-08-22", "无", None],
            [None, None, None, None, None, None],
            ["注：以上数据截至2024年8月23日"],
            ["说明：互动功能指菜单、留言等"],
            ["填报人：", None, "审核人："],
            ["合格数", 1],
            ["更新率", "50%"],
            ["请各单位于1月10日前报送县府办"],
        ],
        expected(甲="q", 乙="u"),
    ),
    "a second table with other columns below": (
        [
            ["政务新媒体名称", "类型", "最近更新时间", "互动功能"],
            ["甲", "微博", "2024-08-22", "有"],
            [],
            ["附表"],
            ["平台", "账号名称", "互动功能", "最后更新时间"],
            ["抖音", "乙", "有", "2024-07-01"],
        ],
        expected(甲="q", 乙="u"),
    ),
    "blank columns, and headers with notes and stars": (
        [
            [None, "1.账号名称*", None, "2.平台（微信/微博等）", "3.最近更新时间\n（年/月/日）", "4.是否有互动功能（是/否）"],
            [None, "甲", None, "微博", "2024/8/22", "是"],
            [None, "乙", None, "微博", "2024/8/1", "是"],
        ],
        expected(甲="q", 乙="u"),
    ),
    "no post at all, and contradictions": (
        [
            ["账号名称", "平台", "最近更新时间", "发布数量", "互动功能", "是否查到"],
            ["甲", "微博", None, 0, "有", "是"],
            ["乙", "微博", "2024-08-22", 0, "有", "是"],  # 0 posts beside a date
            ["丙", "微博", "2024-08-22", 12, "有", "否"],  # not found beside a date
            ["丁", "微博", "2024-08-22", "12条", "有", "是"],
        ],
        expected(甲="o", 乙="o", 丙="o", 丁="q"),  # no post in which time, is not said
    ),
    "two columns for one fact": (
        [
            ["账号名称", "平台", "最近更新时间", "最后发布时间", "互动功能"],
            ["甲", "微博", "2024-08-22", "2024-08-22", "有"],
            ["乙", "微博", "2024-08-22", "2024-07-01", "有"],
            ["丙", "微博", "2024-08-22", None, "有"],
        ],
        expected(甲="q", 乙="o", 丙="q"),
    ),
    "the same account twice": (
        [
            ["账号名称", "平台", "最近更新时间", "互动功能"],
            ["甲", "微博", "2024-08-22", "有"],
            ["甲", "微博", "2024-08-22", "有"],
            ["乙", "微博", "2024-08-22", "有"],
            ["乙", "微博", "2024-07-01", "有"],  # which is right, nobody knows
            ["丙", "微博", "2024-08-22", "无"],
            ["丙", "微博", "2024-08-21", "无"],  # without interaction in both
        ],
        expected(甲="q", 乙="o", 丙="u"),
    ),
    "boxes to tick": (
        [
            ["账号名称", "平台", "最近更新时间", "是否有互动功能"],
            ["甲", "微博", "2024-08-22", "☑有 □无"],
            ["乙", "微博", "2024-08-22", "□有 √无"],
            ["丙", "微博", "2024-08-22", "□有 □无"],
            ["丁", "微博", "2024-08-22", "有√ 无□"],
            ["戊", "微博", "2024-08-22", "☑私信 ☑评论 □菜单"],
        ],
        expected(甲="q", 乙="u", 丙="o", 丁="q", 戊="q"),
    ),
    "answers in whole words": (
        [
            ["政务新媒体名称", "类型", "最近一次更新时间", "互动功能情况"],
            ["甲", "微博", "2024-08-22", "有互动功能"],
            ["乙", "微博", "2024-08-22", "不具备互动功能"],
            ["丙", "微博", "2024-08-22", "无法互动"],
            ["丁", "微博", "2024-08-22", "可互动"],
            ["戊", "微博", "2024-08-22", "评论已关闭，私信开放"],
            ["己", "微博", "2024-08-22", "开通了留言功能"],
        ],
        expected(甲="q", 乙="u", 丙="u", 丁="q", 戊="q", 己="q"),
    ),
    "dates of other programs and with notes": (
        [
            ["账号名称", "平台", "最近更新日期", "互动功能"],
            ["甲", "微博", "22-Aug-24", "有"],
            ["乙", "微博", "Aug 22, 2024", "有"],
            ["丙", "微博", "8/22/2024", "有"],  # only a month and a day in this order
            ["丁", "微博", "2024-08-22（已核实）", "有"],
            ["戊", "微博", "2024-08-22（未更新）", "有"],
            ["己", "微博", "八月二十二日", "有"],
            ["庚", "微博", "2024-08-22 上午", "有"],
            ["辛", "微博", "45526.5", "有"],
            ["壬", "微博", "截至目前最后更新时间为2024年8月22日", "有"],
            ["癸", "微博", "2024-07-22T10:30:00Z", "有"],
        ],
        expected(甲="q", 乙="q", 丙="q", 丁="q", 戊="o", 己="q", 庚="q", 辛="q", 壬="q", 癸="u"),
    ),
    "headers that no list has": (
        [
            ["单位", "账号名称", "账号所属平台（系统）", "截至8月底最近一次有更新内容的时间", "是否设立与群众互动的功能"],
            ["某局", "甲", "微博", "2024-08-22", "是"],
            ["某局", "乙", "微博", "2024-07-22", "是"],
        ],
        expected(甲="q", 乙="u"),
    ),
    "a column for each platform": (
        [
            ["单位", "微信公众号名称", "微信最后更新时间", "微博名称", "微博最后更新时间", "互动功能"],
            ["某局", "甲", "2024-08-22", "乙", "2024-07-01", "有"],
            ["某镇", "丙", "2024-07-01", "无", "/", "有"],
        ],
        expected(甲="q", 乙="u", 丙="u"),
    ),
    "tables side by side": (
        [
            [*("账号名称", "平台", "更新时间", "互动功能"), None, *("账号名称", "平台", "更新时间", "互动功能")],
            ["甲", "微博", "2024-08-22", "有", None, "乙", "微信", "2024-07-01", "有"],
            ["丙", "抖音", "2024-08-22", "无", None, None, None, None, None],
        ],
        expected(甲="q", 乙="u", 丙="u"),
    ),
    "whether there is interaction, and of which kind": (
        [
            ["新媒体名称", "平台", "更新情况", None, "互动情况", None],
            [None, None, "最后更新时间", "近两周发布条数", "是否有互动功能", "互动方式"],
            ["甲", "微信", "2024/8/19", 5, "是", "留言"],
            ["乙", "微信", "2024/1/19", 0, "是", "留言"],
            ["丙", "微信", "2024/8/19", 0, "是", "留言"],  # a date in two weeks without a post
            ["丁", "微信", "2024/8/19", 5, "否", "留言"],
        ],
        expected(甲="q", 乙="u", 丙="o", 丁="o"),
    ),
    "headers that are not known, over rows that hold words of headers": (
        [
            ["政务新媒体全称", "媒体平台", "最后一条信息发布时间", "有无互动功能"],
            ["甲", "微信公众号", "2024-08-18", "有"],
        ],
        expected(甲="q"),
    ),
    "footers of one cell": (
        [
            ["账号名称", "平台", "更新时间", "互动功能"],
            ["甲", "微博", "2024-08-22", "有"],
            ["注：1.平台指微信、微博等"],
            ["2.更新时间截至8月20日"],
            ["第1页 共1页"],
            ["2024年8月20日"],
        ],
        expected(甲="q"),
    ),
    "several accounts in a row": (
        [
            ["账号名称", "平台", "更新时间", "互动功能"],
            ["甲发布、甲资讯", "微信、抖音", "2024-01-01", "有"],  # of which of them, nobody knows
        ],
        {"甲发布、甲资讯": "undetermined"},
    ),
    "titles between rows that name the platform": (
        [
            ["账号名称", "主办单位", "最近更新时间", "互动功能"],
            ["一、微信公众号"],
            ["甲", "某局", "2024-08-22", "有"],
            ["二、新浪微博"],
            ["乙", "某局", "2024-07-01", "有"],
        ],
        expected(甲="q", 乙="u"),
    ),
    "titles between rows that speak of closing": (
        [
            ["账号名称", "平台", "最近更新时间", "互动功能"],
            ["一、在用账号"],
            ["甲", "微博", "2024-07-01", "有"],
            ["二、已注销账号"],
            ["乙", "微博", "2024-07-01", "有"],
        ],
        expected(甲="u", 乙="o"),
    ),
    "titles of two ranks, and one above the header": (
        [
            ["某县台账"],
            ["一、已注销账号"],
            ["（一）微博"],
            ["账号名称", "平台", "最近更新时间", "互动功能"],
            ["甲", "微博", "2024-07-01", "有"],
            ["（二）微信"],
            ["乙", "微信", "2024-07-01", "有"],
            ["二、在用账号"],
            ["丙", "微博", "2024-07-01", "有"],
            ["三、注销账号"],
            ["（一）微信"],
            ["账号名称", "平台", "最近更新时间", "互动功能", "备注"],
            ["丁", "微信", "2024-07-01", "有", None],
        ],
        expected(甲="o", 乙="o", 丙="u", 丁="o"),
    ),
    "instructions above the header, which speak of closing": (
        [
            ["政务新媒体台账（不含已注销）"],
            ["一、填报范围：已注销的不报"],
            ["二、时间按年月日填写"],
            ["说明：已注销账号不填"],
            ["账号名称", "平台", "最近更新时间", "互动功能"],
            ["甲", "微博", "2024-07-01", "有"],
        ],
        expected(甲="u"),
    ),
    "results in front of the names": (
        [
            ["检查结果", "账号名称", "平台", "最近更新时间", "互动功能"],
            ["合格", "甲", "微博", "2024-08-22", "有"],
            ["不合格", "乙", "微博", "2024-07-01", "有"],
            ["合格", None, None, None, None],
            ["不合格率", "50%", None, None, None],
        ],
        expected(甲="q", 乙="u"),
    ),
    "a group of columns for each platform": (
        [
            ["单位", "微信公众号", None, None, "微博", None, None],
            [None, "名称", "更新时间", "互动功能", "名称", "更新时间", "互动功能"],
            ["某局", "甲", "2024-08-22", "有", "乙", "2024-07-01", "有"],
            ["某镇", "丙", "2024-08-22", "无", None, None, None],
        ],
        expected(甲="q", 乙="u", 丙="u"),
    ),
    "what to fill in, under the header": (
        [
            ["一、账号名称", "二、平台", "三、更新时间", "四、互动功能"],
            ["（全称）", "（微信、微博等）", "（年/月/日）", "（有/无）"],
            ["如：某某发布", "微信", "2024-01-01", "有"],
            ["甲", "微博", "2024-08-22", "有"],
        ],
        expected(甲="q"),
    ),
    "names that say that there is none": (
        [
            ["单位", "账号名称", "平台", "更新时间", "互动功能"],
            *(["某局", words, None, None, None] for words in ("未开设", "暂无", "没有开设", "未开通政务新媒体", "本单位无账号")),
            ["某局", "无锡发布", "微博", "2024-08-22", "有"],
        ],
        expected(无锡发布="q"),
    ),
    "units without an account": (
        [
            ["单位名称", "账号名称", "平台", "最近更新时间", "互动功能"],
            ["某局", "甲", "微博", "2024-08-22", "有"],
            ["某镇", "无", "无", "无", "无"],
            ["某委", "/", "/", "/", "/"],
        ],
        expected(甲="q"),
    ),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet(name: str, tmp_path: Path) -> None:
    rows, right = SHEETS[name]
    assert verdicts(workbook(tmp_path / "台账.xlsx", {"Sheet1": rows})) == right


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t"), ("utf-16-le", ","), ("gb18030", "\t")],
)
@pytest.mark.parametrize(
    "name", ["a title, a unit line and totals", "functions by name, with negations", "stages of life", "platforms in many words"]
)
def test_a_sheet_as_text(name: str, encoding: str, delimiter: str, tmp_path: Path) -> None:
    rows, right = SHEETS[name]
    lines = [
        delimiter.join("" if cell is None else f'"{cell}"' if delimiter in str(cell) else str(cell) for cell in row) for row in rows
    ]
    path = tmp_path / "台账.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    assert verdicts(path) == right


HEADER = ["政务新媒体名称", "平台", "最近更新时间", "互动功能"]


def test_merged_cells_count_for_every_row(tmp_path: Path) -> None:
    def merge(book: Any) -> None:
        sheet = book["一"]
        for block in ("A1:D1", "B3:B5", "D4:D5"):
            sheet.merge_cells(block)

    rows = [
        ["某市台账"],
        HEADER,
        ["甲", "微博", "2024-08-22", "有"],
        ["乙", None, "2024-08-22", "无"],
        ["丙", None, "2024-08-22", None],
    ]
    assert verdicts(workbook(tmp_path / "a.xlsx", {"一": rows}, merge)) == expected(甲="q", 乙="u", 丙="u")


def test_a_header_of_two_rows_that_is_merged(tmp_path: Path) -> None:
    def merge(book: Any) -> None:
        sheet = book["一"]
        for block in ("A1:A2", "B1:B2", "C1:D1"):
            sheet.merge_cells(block)

    rows = [
        ["政务新媒体名称", "平台", "监测情况", None],
        [None, None, "最近更新时间", "互动功能"],
        ["甲", "微博", "2024-08-22", "有"],
    ]
    assert verdicts(workbook(tmp_path / "a.xlsx", {"一": rows}, merge)) == expected(甲="q")


def test_every_sheet_with_a_known_header_is_read(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "填表说明": [["一、请如实填写"], ["二、时间到日"]],
        "市直": [HEADER, ["甲", "微博", "2024-08-22", "有"]],
        "县区": [["填报单位："], ["名称", "类型", "最后更新", "互动"], ["乙", "微博", "2024-07-01", "有"]],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    assert verdicts(path) == expected(甲="q", 乙="u")
    assert verdicts(path, sheet="县区") == expected(乙="u")
    assert verdicts(path, sheet=1) == expected(甲="q")
    with pytest.raises(gr.errors.TableError, match="填表说明.*市直.*县区"):
        verdicts(path, sheet="乡镇")
    rows = gr.read_accounts(path, observed_at=POINT)
    assert rows.places == (("市直", 2), ("县区", 3))


def test_a_title_above_each_header_names_the_platform(tmp_path: Path) -> None:
    header = ["账号名称", "最近更新时间", "互动功能"]
    rows: Rows = [["一、微信公众号"], header, ["甲", "2024-08-22", "有"], ["二、微博"], header, ["乙", "2024-08-22", "有"]]
    read = gr.read_accounts(workbook(tmp_path / "a.xlsx", {"一": rows}), observed_at=POINT)
    assert [(each.account.name, each.account.platform) for each in read] == [("甲", "wechat_official"), ("乙", "weibo")]


def test_the_name_of_the_sheet_and_the_title_name_two_platforms(tmp_path: Path) -> None:
    rows: Rows = [["微博检查表"], ["账号名称", "最近更新时间", "互动功能"], ["甲", "2024-08-22", "有"]]
    read = gr.read_accounts(workbook(tmp_path / "a.xlsx", {"微信": rows}), observed_at=POINT)
    assert [each.account.platform for each in read] == ["unknown"]


def test_a_sheet_of_closed_accounts(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "在用": [HEADER, ["甲", "微博", "2024-07-01", "有"]],
        "已注销账号": [HEADER, ["乙", "微博", "2024-07-01", "有"]],
    }
    assert verdicts(workbook(tmp_path / "a.xlsx", sheets)) == expected(甲="u", 乙="o")


def test_a_sheet_for_each_platform(tmp_path: Path) -> None:
    header = ["账号名称", "主办单位", "最后更新时间", "互动功能"]
    rows: dict[str, Rows] = {
        "微信公众号": [header, ["甲", "某局", "2024-08-22", "有"]],
        "其他": [["政务抖音号台账"], header, ["乙", "某局", "2024-08-22", "有"]],
        "Sheet3": [header, ["丙", "某局", "2024-08-22", "有"]],
    }
    path = workbook(tmp_path / "a.xlsx", rows)
    assert [snapshot.account.platform for snapshot in gr.read_accounts(path, observed_at=POINT)] == [
        "wechat_official",
        "douyin",
        "unknown",
    ]
    assert verdicts(path) == expected(甲="q", 乙="q", 丙="o")


def test_a_summary_that_repeats_the_other_sheets(tmp_path: Path) -> None:
    rows = [HEADER, ["甲", "微博", "2024-08-22", "有"], ["乙", "微博", "2024-07-22", "有"]]
    path = workbook(tmp_path / "a.xlsx", {"汇总": rows, "县直": rows[:2], "乡镇": [HEADER, rows[2]]})
    assert verdicts(path) == expected(甲="q", 乙="u")
    assert len(gr.read_accounts(path, observed_at=POINT).remarks) == 2


def test_merged_and_hidden_rows_of_open_documents(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="台账")
    table.addElement(TableColumn(numbercolumnsrepeated=2))
    table.addElement(TableColumn(visibility="collapse"))
    rows: Rows = [
        HEADER,
        ["甲", ("微博", 2, 1), "2024-08-22", "有"],
        ["乙", None, "2024-08-22", "有"],
        [("乡镇账号另报", 1, 4), None, None, None],
    ]
    for number, row in enumerate(rows):
        line = TableRow(visibility="filter" if number == 2 else "visible")
        for cell in row:
            text, down, right = cell if isinstance(cell, tuple) else (cell, 1, 1)
            box = (
                CoveredTableCell()
                if text is None
                else TableCell(valuetype="string", numberrowsspanned=down, numbercolumnsspanned=right)
            )
            if text is not None:
                box.addElement(P(text=text))
            line.addElement(box)
        table.addElement(line)
    error = TableCell(valuetype="string")
    error.setAttrNS("urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0", "value-type", "error")
    error.addElement(P(text="#N/A"))
    line = TableRow()
    for box in (*(TableCell(valuetype="string") for _ in range(2)), error):
        line.addElement(box)
    line.childNodes[0].addElement(P(text="丙"))
    table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "a.ods"))
    assert verdicts(tmp_path / "a.ods") == expected(甲="q", 乙="q", 丙="o")
    rows_read = gr.read_accounts(tmp_path / "a.ods", observed_at=POINT)
    assert (5, HEADER[2], "#N/A", "单元格为错误值，未读取") in [
        (row.row, row.column, row.value, row.reason) for row in rows_read.bad
    ]
    remarks = [(row.row, row.column, row.reason) for row in rows_read.remarks]
    assert remarks == [(3, None, "隐藏行，已读入"), (1, HEADER[2], "隐藏列，已读入")]


def test_columns_far_to_the_right_are_cut_off_and_said(tmp_path: Path) -> None:
    rows: Rows = [HEADER, ["甲", "微博", "2024-08-22", "有"]]
    path = workbook(tmp_path / "a.xlsx", {"一": rows}, lambda book: book["一"].cell(9, 16_384, "z"))
    assert verdicts(path) == expected(甲="q")
    with pytest.warns(gr.errors.UnreadInput, match="第1000列以后：还有内容，没有读"):
        gr.read_accounts(path, observed_at=POINT)


def test_accounts_in_columns_that_were_cut_off_are_said(tmp_path: Path) -> None:
    accounts: Rows = [[f"甲{number}", "微博", "2024-08-22", "有"] for number in range(1_010)]
    path = workbook(tmp_path / "a.xlsx", {"一": [list(row) for row in zip(HEADER, *accounts, strict=True)]})
    with pytest.warns(gr.errors.UnreadInput, match="第1000列以后：还有内容，没有读"):
        read = gr.read_accounts(path, observed_at=POINT)
    assert len(read) == 999


def test_columns_cut_off_are_said_of_every_kind_of_table(tmp_path: Path) -> None:
    def path(name: str, *rows: list[Any]) -> Path:
        return workbook(tmp_path / name, {"一": list(rows)}, lambda book: book["一"].cell(9, 1_200, "z"))

    columns = path("a.xlsx", ["网站名称", "栏目名称", "最近更新时间"], ["甲县政府网站", "通知公告", "2024-08-20"])
    posts = path("b.xlsx", ["账号名称", "平台", "标题", "发布时间"], ["甲", "微博", "通知", "2024-08-20"])
    registry = path("c.xlsx", ["网站名称", "网站标识码"], ["甲县政府网站", "6107260001"])
    remarks = (
        gr.read_columns(columns, observed_at=POINT).remarks,
        gr.read_posts(posts, observed_at=POINT).remarks,
        registered_sites(registry).remarks,
    )
    assert [[row.value for row in each] for each in remarks] == [["第1000列以后"]] * 3


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_merged_blocks_over_each_other_are_refused(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "xlsx":
        book = openpyxl.Workbook()
        for row in (HEADER, ["甲", "微博", "2024-08-22", "有"]):
            book.active.append(row)
        for first in ("C1", "B1", "A1"):
            book.active.merged_cells.add(f"{first}:D2")
        book.save(path)
    else:
        from odf.opendocument import OpenDocumentSpreadsheet
        from odf.table import Table, TableCell, TableRow
        from odf.text import P

        document = OpenDocumentSpreadsheet()
        table = Table(name="一")
        for row in (HEADER, ["甲", "微博", "2024-08-22", "有"]):
            line = TableRow()
            for text in row:
                cell = TableCell(valuetype="string", numberrowsspanned=2, numbercolumnsspanned=4)
                cell.addElement(P(text=text))
                line.addElement(cell)
            table.addElement(line)
        document.spreadsheet.addElement(table)
        document.save(str(path))
    with pytest.raises(gr.errors.TableError, match="合并单元格互相重叠") as caught:
        gr.read_accounts(path, observed_at=POINT)
    assert "重新保存" in caught.value.text("zh")


def test_a_form_of_labels_and_values_says_what_to_do(tmp_path: Path) -> None:
    rows: Rows = [["账号名称", "甲", "平台", "微博"], ["最后更新时间", "2024-08-22", "互动功能", "有"]]
    with pytest.raises(gr.errors.TableError, match="登记表.*一行一个对象"):
        verdicts(workbook(tmp_path / "a.xlsx", {"一": rows}))


def test_open_documents(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="台账")
    for row in (["某县台账"], HEADER, ["甲", "微博", "2024年8月22日", "有"], ["乙", "微博", "2024.7.1", "私信"], ["合计", "2个"]):
        line = TableRow()
        for cell in row:
            box = TableCell(valuetype="string")
            box.addElement(P(text=cell))
            line.addElement(box)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "a.ods"))
    assert verdicts(tmp_path / "a.ods") == expected(甲="q", 乙="u")


BAD: dict[str, tuple[str, bytes, str]] = {
    "no table": ("a.docx", b"PK\x03\x04", "请重新导出"),
    "another kind": ("a.pdf", b"%PDF-1.7", "可读的有"),
    "an encrypted workbook": ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "取消打开密码"),
    "a damaged workbook": ("a.xlsx", b"PK\x03\x04" + b"\0" * 50, "请重新导出"),
    "text that is no workbook": ("a.xlsx", b"abc", "另存为 .xlsx"),
    "nothing": ("a.csv", b"  \r\n", "文件为空"),
    "binary": ("a.csv", b"\x00\x01\x02\xff" * 9, "另存为"),
    "an XML spreadsheet of 2003": (
        "a.xls",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>',
        "2003 版的 XML.*另存为 .xlsx",
    ),
    "a page without a table": ("a.xls", b"<html><p>403</p></html>", "网页而不是表格"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_says_what_to_do(name: str, tmp_path: Path) -> None:
    file, content, hint = BAD[name]
    (tmp_path / file).write_bytes(content)
    with pytest.raises(gr.errors.TableError, match=hint):
        gr.read_accounts(tmp_path / file, observed_at=POINT)


def test_a_cell_far_away_and_a_bomb_are_refused(tmp_path: Path) -> None:
    import zipfile

    far = workbook(
        tmp_path / "a.xlsx",
        {"一": [HEADER, ["甲", "微博", "2024-08-22", "有"]]},
        lambda book: book["一"].cell(1_048_576, 16_384, "z"),
    )
    with pytest.raises(gr.errors.TableError, match="XFD1048576.*离群单元格"):
        gr.read_accounts(far, observed_at=POINT)
    with (
        zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(170):
            part.write(b" " * 1_000_000)
    with pytest.raises(gr.errors.TableError, match="解压后超过 160 MB"):
        gr.read_accounts(tmp_path / "b.xlsx", observed_at=POINT)


def prefixed(xml: str) -> str:
    return re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", xml).replace("xmlns=", "xmlns:x=")


FAR_CELLS: dict[str, Callable[[str], str]] = {
    "a prefix": lambda xml: prefixed(xml.replace("</sheetData>", '<row r="9"><c r="XFD1048576"><v>1</v></c></row></sheetData>')),
    **{
        name: lambda xml, cell=cell: xml.replace("</sheetData>", f'<row r="1048576">{cell}<v>1</v></c></row></sheetData>')
        for name, cell in {
            "a tab": '<c\tr="XFD1048576">',
            "single quotes": "<c r='XFD1048576'>",
            "a long tag": f'<c {" " * 500}r="XFD1048576">',
            "small letters": '<c r="xfd1048576">',
            "zeros in front": '<c r="XFD0001048576">',
            "another r in front": '<c xmlns:o="o" o:r="A1" r="XFD1048576">',
        }.items()
    },
}


def rewritten(path: Path, change: Callable[[str], str]) -> Path:
    """Change the XML of the first sheet of a workbook."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content.decode()) if name == "xl/worksheets/sheet1.xml" else content)
    return path


@pytest.mark.parametrize("form", FAR_CELLS)
def test_a_cell_far_away_is_refused_in_every_spelling(form: str, tmp_path: Path) -> None:
    path = rewritten(workbook(tmp_path / "a.xlsx", {"一": [HEADER, ["甲", "微博", "2024-08-22", "有"]]}), FAR_CELLS[form])
    with pytest.raises(gr.errors.TableError, match="内容超出限度|远至 XFD1048576"):
        gr.read_accounts(path, observed_at=POINT)


@pytest.mark.parametrize(
    "change",
    [
        prefixed,
        lambda xml: re.sub(r'<c r="[A-Z]+[0-9]+"', "<c", xml),
        lambda xml: xml.replace('"', "'"),
    ],
)
def test_hidden_rows_and_errors_are_named_whatever_form_the_xml_has(change: Callable[[str], str], tmp_path: Path) -> None:
    def spoil(book: Any) -> None:
        book["一"]["C2"].data_type = "e"
        book["一"].row_dimensions[3].hidden = True
        book["一"].column_dimensions["D"].hidden = True

    rows = [HEADER, ["甲", "微博", "#N/A", "有"], ["乙", "微博", "2024-07-01", "=B2"]]
    path = rewritten(workbook(tmp_path / "a.xlsx", {"一": rows}, spoil), change)
    read = gr.read_accounts(path, observed_at=POINT)
    assert [(fault.row, fault.column, fault.value) for fault in read.bad] == [(2, HEADER[2], "#N/A"), (3, HEADER[3], "")]
    assert [(remark.row, remark.reason) for remark in read.remarks] == [(3, "隐藏行，已读入"), (1, "隐藏列，已读入")]


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govmedia_rules.tables.delimited.MAX_ROWS", 10)
    monkeypatch.setattr("govmedia_rules.tables.workbooks.MAX_ROWS", 10)
    rows = [HEADER, *([f"甲{number}", "微博", "2024-08-22", "有"] for number in range(11))]
    (tmp_path / "a.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")
    for path in (tmp_path / "a.csv", workbook(tmp_path / "a.xlsx", {"一": rows})):
        with pytest.raises(gr.errors.TableError, match="拆分为不超过 10 行"):
            gr.read_accounts(path, observed_at=POINT)


def test_hidden_rows_are_read_and_hidden_sheets_only_where_no_other_is(tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["旧"].sheet_state = "hidden"
        book["新"].row_dimensions[3].hidden = True

    rows: dict[str, Rows] = {
        "旧": [HEADER, ["甲", "微博", "2024-01-01", "有"]],
        "新": [HEADER, ["甲", "微博", "2024-08-22", "有"], ["乙", "微博", "2024-07-01", "有"]],
    }
    path = workbook(tmp_path / "a.xlsx", rows, hide)
    assert verdicts(path) == expected(甲="q", 乙="u")
    with pytest.warns(gr.errors.UnreadInput, match="旧"):
        read = gr.read_accounts(path, observed_at=POINT)
    assert [(remark.row, remark.reason) for remark in read.remarks if remark.row] == [(3, "隐藏行，已读入")]


def test_error_cells_and_formulas_without_values_are_not_read_and_named(tmp_path: Path) -> None:
    def spoil(book: Any) -> None:
        book["一"]["C2"].data_type = "e"

    rows = [HEADER, ["甲", "微博", "#N/A", "有"], ["乙", "微博", "=TODAY()-3", "有"], ["丙", "微博", "2024-07-01", "=B2"]]
    path = workbook(tmp_path / "a.xlsx", {"一": rows}, spoil)
    assert verdicts(path) == expected(甲="o", 乙="o", 丙="u")
    read = gr.read_accounts(path, observed_at=POINT)
    assert [(fault.row, fault.column, fault.value, fault.used) for fault in read.bad] == [
        (2, "最近更新时间", "#N/A", True),
        (3, "最近更新时间", "", True),
        (4, "互动功能", "", True),
    ]


def test_dates_of_the_1904_system(tmp_path: Path) -> None:
    def since_1904(book: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    rows = [HEADER, ["甲", "微博", 45524 - 1462, "有"], ["乙", "微博", 45490 - 1462, "有"]]
    assert verdicts(workbook(tmp_path / "a.xlsx", {"一": rows}, since_1904)) == expected(甲="q", 乙="u")


def test_real_dates_and_midnights(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["甲", "微博", D(2024, 8, 9), "有"],
        ["乙", "微博", D(2024, 8, 9, 17, 59), "有"],
        ["丙", "微博", dt.date(2024, 8, 8), "有"],
    ]
    # 9 August as a day may be after 18:00; 17:59 is a minute too early.
    assert verdicts(workbook(tmp_path / "a.xlsx", {"一": rows})) == expected(甲="q", 乙="u", 丙="u")


def test_yesterday_is_that_of_the_day_of_filling(tmp_path: Path) -> None:
    rows = [["填报时间：2024年8月1日"], HEADER, ["甲", "微博", "昨天", "有"], ["乙", "微博", "8月20日", "有"]]
    assert verdicts(workbook(tmp_path / "a.xlsx", {"一": rows})) == expected(甲="u", 乙="q")


def test_a_web_page_named_xls(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    cells = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEADER, ["甲", "微博", "2024-08-22", "有"]]
    )
    path.write_bytes(
        f'<html><meta charset="gb2312"><table>{cells}<tr><td>乙</td><td>微博</td><td>2024-07-01</td><td>有</td></tr></table>'.encode(
            "gb18030"
        )
    )
    assert verdicts(path) == expected(甲="q", 乙="u")


def test_text_named_xls(tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_bytes("\t".join(HEADER).encode("gb18030") + "\r\n甲\t微博\t2024-08-22\t有\r\n".encode("gb18030"))
    assert verdicts(path) == expected(甲="q")


def test_an_open_quote_swallows_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        '政务新媒体名称,平台,最近更新时间,互动功能\n"甲,微博,2024-08-22,有\n乙,微博,2024-07-01,有\n"丙\n丙",微博,2024-07-01,有\n',
        "utf-8",
    )
    with pytest.warns(gr.errors.UnreadInput, match="第2行引号没有闭合"):
        read = gr.read_accounts(path, observed_at=POINT)
    assert [snapshot.account.name for snapshot in read] == ["甲", "乙", "丙\n丙"]
    assert [(fault.row, fault.used) for fault in read.bad] == [(2, True)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_bad_byte_costs_one_cell(encoding: str, tmp_path: Path) -> None:
    text = "政务新媒体名称,平台,最近更新时间,互动功能\n甲发布,微信公众号,2024-08-22,有\n乙发布,微博,2024-07-01,有\n丙,微博,2024-07-01,有\n"
    raw = text.encode(encoding)
    at = raw.index(b"2024-07-01")
    (tmp_path / "a.csv").write_bytes(raw[:at] + b"\xff" + raw[at:])
    assert verdicts(tmp_path / "a.csv") == expected(甲发布="q", 乙发布="o", 丙="u")
    read = gr.read_accounts(tmp_path / "a.csv", observed_at=POINT)
    assert [(fault.row, fault.column, fault.reason) for fault in read.bad] == [(3, "最近更新时间", "有无法解码的字符，未读取")]


def test_totals_of_a_frame_are_no_accounts() -> None:
    import pandas as pd

    frame = pd.DataFrame(
        [["甲", "微博", "2024-08-22", "有"], ["合计", "1个", None, None], ["填表人：", None, None, None]], columns=HEADER
    )
    read = gr.read_accounts(frame, observed_at=POINT)
    assert [snapshot.account.name for snapshot in read] == ["甲"]
    assert [(row.row, row.reason) for row in read.rejected] == [(3, "合计行"), (4, "说明行")]
    judged: Any = gr.inspect_frame(frame, BOOK, observed_at=POINT)
    assert [value if isinstance(value, str) else None for value in judged["verdict"]] == ["qualified", None, None]


def test_a_month_of_a_home_page() -> None:
    rows = [{"网站名称": "某县人民政府", "是否导航页": "否", "首页最近更新时间": shown} for shown in ("2024年7月", "2024年8月")]
    book = BOOK.only("site.veto.home_stale")
    inspections = [book.inspect(gr.read_sites([row], observed_at=POINT)[0]) for row in rows]
    assert [inspection.verdict.value for inspection in inspections] == ["unqualified", "undetermined"]
    assert "不晚于" in inspections[0].problems[0].message("zh")


def test_a_table_whose_accounts_stand_in_columns_is_turned(tmp_path: Path) -> None:
    rows = [HEADER, ["甲", "微信公众号", "2024-08-22", "有"], ["乙", "微博", "2024-07-22", "有"], ["丙", "微博", "/", "有"]]
    path = workbook(tmp_path / "a.xlsx", {"一": [["核查表"], *(list(row) for row in zip(*rows, strict=True))]})
    assert verdicts(path) == expected(甲="q", 乙="u", 丙="o")
    assert gr.read_accounts(path, observed_at=POINT).places[0] == ("一（横排，行号为列号）", 2)


def test_a_sheet_that_explains_the_headers_is_no_table(tmp_path: Path) -> None:
    told = [
        ["字段", "填写要求"],
        ["账号名称", "填写全称"],
        ["平台", "微信、微博等"],
        ["更新时间", "年月日"],
        ["互动功能", "有或无"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"说明": told, "名单": [["账号名称", "平台"], ["甲", "微博"], ["乙", "微信"]]})
    assert verdicts(path) == expected(甲="o", 乙="o")


def test_the_header_can_be_named(tmp_path: Path) -> None:
    rows = [["名单", "说明"], HEADER, ["甲", "微博", "2024-08-22", "有"]]
    path = workbook(tmp_path / "a.xlsx", {"一": rows})
    assert verdicts(path, header=2) == expected(甲="q")
    with pytest.raises(gr.errors.TableError, match="第1至3行"):
        verdicts(path, header=9)


def test_what_is_missing_is_said_aloud(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"一": [["账号名称", "平台", "上次动态情况说明"], ["甲", "微博", "2024-08-22"]]})
    with pytest.warns(gr.errors.MissingColumn, match="最后更新时间、互动功能.*上次动态情况说明"):
        read = gr.read_accounts(path, observed_at=POINT)
    assert read.unread_columns == ("上次动态情况说明", "（缺：最后更新时间）", "（缺：互动功能）")


@pytest.mark.parametrize("name", ["tables side by side", "a group of columns for each platform", "a column for each platform"])
def test_a_frame_of_a_file_has_a_row_for_each_account(name: str, tmp_path: Path) -> None:
    rows, right = SHEETS[name]
    path = workbook(tmp_path / "台账.xlsx", {"台账": rows})
    frame: Any = gr.inspect_frame(path, BOOK, observed_at=POINT)
    table = frame.to_dict("records") if hasattr(frame, "to_dict") else frame.to_dicts()
    assert {row["账号名称"]: row["verdict"] for row in table} == right


def test_a_table_that_names_accounts_is_one_of_accounts_without_a_platform(tmp_path: Path) -> None:
    rows, right = SHEETS["titles between rows that name the platform"]
    path = workbook(tmp_path / "台账.xlsx", {"台账": rows})
    frame: Any = gr.inspect_frame(path, BOOK, observed_at=POINT)
    table = frame.to_dict("records") if hasattr(frame, "to_dict") else frame.to_dicts()
    assert {row["账号名称"]: row["verdict"] for row in table} == right


def test_what_is_no_data_is_said_once_for_tables_side_by_side(tmp_path: Path) -> None:
    rows, _ = SHEETS["tables side by side"]
    path = workbook(tmp_path / "台账.xlsx", {"台账": [*rows, ["合计", "3个"]]})
    assert [row.reason for row in gr.read_accounts(path, observed_at=POINT).rejected] == ["合计行"]


def test_a_frame_of_a_workbook(tmp_path: Path) -> None:
    rows, right = SHEETS["a title, a unit line and totals"]
    path = workbook(tmp_path / "台账.xlsx", {"台账": rows})
    frame: Any = gr.inspect_frame(path, BOOK, observed_at=POINT, labels="zh")
    table = frame.to_dict("records") if hasattr(frame, "to_dict") else frame.to_dicts()
    assert {row["账号名称"]: row["判定代码"] for row in table} == right
    assert [(row["工作表"], row["行号"]) for row in table] == [("台账", 4), ("台账", 5)]


def test_a_wider_row_leaves_open_what_it_may_have_said(tmp_path: Path) -> None:
    posts, columns, accounts = tmp_path / "posts.csv", tmp_path / "columns.csv", tmp_path / "accounts.csv"
    posts.write_text("账号名称,平台类型,发布时间\n某县发布,微信,2024-08-20\n某县发布,微信,2024,08,21\n", "utf-8")
    (snapshot,) = gr.read_posts(posts, observed_at=dt.date(2024, 8, 23), complete=True)
    assert snapshot.partial == ("posts",)
    columns.write_text("网站名称,栏目名称,最近更新时间\n某县政府,动态,2024-08-20\n某县政府,公告,2024,08,20\n", "utf-8")
    read = gr.read_columns(columns, observed_at=dt.date(2024, 8, 23), complete=True)
    assert read[0].partial == ("columns",)
    assert [(row.row, row.reason, row.used) for row in read.bad] == [(3, "比表头多出单元格", False)]
    accounts.write_text("账号名称,平台类型\n某县发布,微信\n某县,发布,微信\n", "utf-8")
    registered = registered_accounts(accounts)
    assert [account.name for account in registered] == ["某县发布"]
    assert {row.row for row in registered.bad} == {3}


@pytest.mark.parametrize("span", ["9" * 5_000, "0" * 5_000 + "2", "-1", "０"])
def test_an_impossible_span_is_none(tmp_path: Path, span: str) -> None:
    path = tmp_path / "a.xls"
    head = f"<tr><td rowspan={span} colspan={span}>账号名称</td><td>平台</td><td>最后更新时间</td><td>互动功能</td></tr>"
    path.write_text(f"<table>{head}<tr><td>甲</td><td>微博</td><td>2024-07-01</td><td>有</td></tr></table>", "utf-8")
    assert [each.account.name for each in gr.read_accounts(path, observed_at=dt.date(2024, 8, 23))] == ["甲"]


def _both(unit: str, *weibo: str) -> dict[str, str]:
    cells = {"主办单位": unit, "微信名称": f"{unit}微信", "微信最后更新时间": "2024-08-20", "互动功能": "有"}
    return cells | dict(zip(("微博名称", "微博最后更新时间", "微博发布数量"), weibo, strict=True))


def test_an_account_of_a_platform_whose_name_is_missing_is_named_and_the_others_are_read() -> None:
    rows = [_both("甲", "", "2024-05-01", ""), _both("乙", "乙微博", "2024-05-02", "3"), _both("丙", "", "/", "0")]
    result = gr.read_accounts(rows, observed_at=dt.date(2024, 8, 23))
    accounts = [(each.account.name, each.account.platform, each.latest_post_at) for each in result.good]
    assert accounts == [
        *((f"{unit}微信", "wechat", dt.date(2024, 8, 20)) for unit in "甲乙丙"),
        ("乙微博", "weibo", dt.date(2024, 5, 2)),
    ]
    [fault] = result.bad
    assert (fault.row, fault.column, fault.reason, fault.used, fault.sheet) == (2, "账号名称", "名称未填", False, "（微博）")


def test_rows_of_tables_side_by_side_are_read_from_a_list_too() -> None:
    cells = ["账号名称", "平台", "最后更新时间", "互动功能"]
    header = cells + [f"{name}（第{at}列）" for at, name in enumerate(cells, 5)]
    rows = [
        ["甲", "微信", "2024-08-20", "有", "乙", "微博", "2024-08-19", "有"],
        ["丙", "微信", "2024-08-18", "有", "", "", "2024-05-01", ""],
    ]
    result = gr.read_accounts([dict(zip(header, row, strict=True)) for row in rows], observed_at=dt.date(2024, 8, 23))
    assert [each.account.name for each in result.good] == ["甲", "丙", "乙"]
    assert [(fault.row, fault.column, fault.reason) for fault in result.bad if not fault.used] == [(3, "账号名称", "名称未填")]


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_a_binary_workbook(ending: str, tmp_path: Path) -> None:
    """A workbook in the binary format of Excel 97, which WPS calls .et too; with merged cells, a real date and an error."""
    path = tmp_path / f"台账.{ending}"
    path.write_bytes((DATA / "legacy.xls").read_bytes())
    assert verdicts(path) == expected(甲="q", 乙="u", 丙="u", 丁="o")
    assert gr.read_accounts(path, observed_at=POINT)[1].account.platform == "wechat_official"


@pytest.mark.parametrize("ending", ["xls", "et"])
def test_a_binary_workbook_names_what_is_hidden_and_in_error(ending: str, tmp_path: Path) -> None:
    """Dates of the 1904 system, one of them a bare number; a merged cell, a hidden row and column, two errors."""
    path = tmp_path / f"台账.{ending}"
    path.write_bytes((DATA / "hidden.xls").read_bytes())
    assert verdicts(path) == expected(甲="q", 乙="u", 丙="o", 丁="u")
    read = gr.read_accounts(path, observed_at=POINT)
    assert read[1].account.owner == "甲"
    assert [(fault.row, fault.column, fault.value) for fault in read.bad] == [
        (4, "最近更新时间", "#N/A"),
        (5, "互动功能", "#DIV/0!"),
    ]
    assert [(remark.row, remark.column, remark.reason, remark.sheet) for remark in read.remarks] == [
        (3, None, "隐藏行，已读入", "台账"),
        (1, "互动功能", "隐藏列，已读入", "台账"),
    ]


def test_a_binary_workbook_whose_layout_cannot_be_seen_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govmedia_rules.tables.workbooks._legacy_extras", lambda path: {})
    read = gr.read_accounts(DATA / "hidden.xls", observed_at=POINT)
    assert [remark.reason for remark in read.remarks] == ["此文件里没有能看出，隐藏的也已读入，错误值按空白计"]


@pytest.mark.parametrize("name", ["locked.xls", "locked.ods"])
def test_an_encrypted_workbook_of_another_format(name: str) -> None:
    with pytest.raises(gr.errors.TableError, match="已加密.*取消打开密码"):
        gr.read_accounts(DATA / name, observed_at=POINT)


SITES = ["网站名称", "网址", "首页最近更新时间", "主办单位"]
OF_SITES: Rows = [
    SITES,
    ["某县人民政府", "www.a.gov.cn", "2024-08-22", "县府办"],
    ["某县教育局", "www.b.gov.cn", "2024-03-01", "教育局"],
]
OF_ACCOUNTS: Rows = [HEADER, ["甲", "微博", "2024-08-22", "有"], ["乙", "微博", "2024-07-01", "有"]]
BOTH: dict[str, dict[str, Rows]] = {
    "two sheets": {"网站": OF_SITES, "新媒体": OF_ACCOUNTS},
    "one above the other": {"台账": [["附件1 网站"], *OF_SITES, [], ["附件2 新媒体"], *OF_ACCOUNTS]},
    "the other way round": {"台账": [["附件1 新媒体"], *OF_ACCOUNTS, [], ["附件2 网站"], *OF_SITES]},
    "a sheet whose headers serve both": {
        "网站": OF_SITES,
        "微博": [
            ["名称", "链接地址", "最近更新时间", "运维单位"],
            ["甲", "a.cn", "2024-08-22", "县府办"],
            ["乙", "b.cn", "2024-07-01", "县府办"],
        ],
        "微信": [HEADER],
    },
}


@pytest.mark.parametrize("name", BOTH)
def test_sites_and_accounts_in_one_workbook_are_told_apart_and_what_is_not_read_is_said(name: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", BOTH[name])
    with pytest.warns(gr.errors.UnreadInput, match=r"起的2行是网站，没有读（用 read_sites 读）"):
        accounts = gr.read_accounts(path, observed_at=POINT)
    with pytest.warns(gr.errors.UnreadInput, match=r"起的2行是政务新媒体，没有读（用 read_accounts 读）"):
        sites = gr.read_sites(path, observed_at=POINT)
    assert [each.account.name for each in accounts] == ["甲", "乙"]
    assert [each.site.name for each in sites] == ["某县人民政府", "某县教育局"]
    assert not [fault for fault in (*accounts.bad, *sites.bad) if not fault.used]


def test_a_row_of_the_other_kind_is_named_and_not_judged(tmp_path: Path) -> None:
    """The home page of a site may be older than what an account owes, or the other way round."""
    rows = [
        ["甲", "微博", "2024-08-22", "有"],
        ["某县人民政府", "政府网站", "2024-05-01", "/"],
        ["某县教育局", "门户网", "2024-05-01", ""],
    ]
    path = workbook(tmp_path / "a.xlsx", {"台账": [["名称", "类型", "最近更新时间", "互动功能"], *rows]})
    assert verdicts(path) == expected(甲="q")
    accounts, sites = (read(path, observed_at=POINT) for read in (gr.read_accounts, gr.read_sites))
    assert [(fault.row, fault.reason[:3]) for fault in accounts.bad if not fault.used] == [(3, "是网站"), (4, "是网站")]
    assert [each.site.name for each in sites] == ["某县人民政府", "某县教育局"]
    assert [(fault.row, fault.reason[:6]) for fault in sites.bad if not fault.used] == [(2, "是政务新媒体")]
    frame = gr.inspect_frame(path, BOOK, observed_at=POINT, labels="zh")
    assert frame["判定"].to_list()[0] == "合格"
    assert ["没有读" in str(fault) for fault in frame["数据错误"].to_list()] == [False, True, True]


def test_a_site_beside_each_account_is_read_by_its_own_columns(tmp_path: Path) -> None:
    rows = [
        [*SITES[:3], "账号名称", "平台", "最后更新时间"],
        ["某县人民政府", "www.a.gov.cn", "2024-08-22", "甲", "微信", "2024-07-01"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"台账": rows})
    assert [each.site.name for each in gr.read_sites(path, observed_at=POINT)] == ["某县人民政府"]
    with pytest.warns(gr.errors.MissingColumn, match="网站名称"):
        assert [each.account.name for each in gr.read_accounts(path, observed_at=POINT)] == ["甲"]


def test_hidden_rows_of_every_table_of_a_sheet_are_named(tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["台账"].row_dimensions[2].hidden = book["台账"].row_dimensions[6].hidden = True

    second = ["公众号名称", "平台", "最后更新时间", "互动功能", "备注"]
    rows: Rows = [
        HEADER,
        ["甲", "微博", "2024-08-22", "有"],
        [],
        second,
        ["乙", "微信", "2024-08-22", "有"],
        ["丙", "微信", "2024-07-01", "有"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"台账": rows}, hide)
    assert verdicts(path) == expected(甲="q", 乙="q", 丙="u")
    assert [(remark.row, remark.reason) for remark in gr.read_accounts(path, observed_at=POINT).remarks] == [
        (2, "隐藏行，已读入"),
        (6, "隐藏行，已读入"),
    ]


def test_a_unit_without_accounts_is_named_where_each_platform_has_columns() -> None:
    rows = [
        {"单位": "县教育局", "微信名称": "甲", "微信最后更新时间": "2024-08-22", "微博名称": None, "微博最后更新时间": None},
        {"单位": "县体育局", "微信名称": None, "微信最后更新时间": None, "微博名称": "无", "微博最后更新时间": None},
        {"单位": None, "微信名称": None, "微信最后更新时间": None, "微博名称": None, "微博最后更新时间": None},
    ]
    with pytest.warns(gr.errors.MissingColumn, match="互动功能"):
        read = gr.read_accounts(rows, observed_at=POINT)
    assert [each.account.name for each in read] == ["甲"]
    assert [(row.row, row.value, row.reason) for row in read.rejected] == [(3, "县体育局", "这一行没有填写账号")]


@pytest.mark.parametrize("header", ["微信公众号", "公众号名称", "微信公众号名称"])
def test_the_header_of_the_names_names_the_platform(header: str) -> None:
    rows = [
        {"单位名称": "县教育局", header: name, "最后更新时间": day, "互动功能": "有"}
        for name, day in (("甲", "2024-08-22"), ("乙", "2024-07-01"))
    ]
    read = gr.read_accounts(rows, observed_at=POINT)
    assert [(each.account.platform, BOOK.inspect(each).verdict.value) for each in read] == [
        ("wechat_official", "qualified"),
        ("wechat_official", "unqualified"),
    ]


@pytest.mark.parametrize(
    "header", ["账号名称/平台", "账号名称（平台）", "平台及账号名称", "账号名称、平台类型", "名称/类型", "账号（平台）"]
)
@pytest.mark.parametrize(
    ("cell", "name", "platform"),
    [
        ("某县发布/微信公众号", "某县发布", "wechat_official"),
        ("某县发布（微博）", "某县发布", "weibo"),
        ("微博：某县发布", "某县发布", "weibo"),
        ("【抖音】某县发布", "某县发布", "douyin"),
        ("某县发布 微博", "某县发布", "weibo"),
        ("某县发布", "某县发布", "unknown"),
        ("某县发布（某县融媒体中心）", "某县发布（某县融媒体中心）", "unknown"),
        ("微博/微信", "微博/微信", "unknown"),
    ],
)
def test_a_name_and_its_platform_in_one_cell(header: str, cell: str, name: str, platform: str) -> None:
    [seen] = gr.read_accounts([{header: cell, "最近更新时间": "2024-08-20", "互动功能": "有"}], observed_at=POINT)
    assert (seen.account.name, seen.account.platform) == (name, platform)


def test_a_column_of_platforms_is_asked_alone() -> None:
    row = {"账号名称（平台）": "某县发布（微博）", "平台": "微信公众号", "最近更新时间": "2024-08-20", "互动功能": "有"}
    [seen] = gr.read_accounts([row], observed_at=POINT)
    assert (seen.account.name, seen.account.platform) == ("某县发布（微博）", "wechat_official")
