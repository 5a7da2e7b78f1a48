"""Whole notices made up for this test, in styles unlike the five real ones: what is read, and what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govmedia_rules.notices import Notice, read, reconcile
from govmedia_rules.notices.figures import Period

MADE = Path(__file__).parent / "made"


def made(name: str) -> Notice:
    return read(MADE / name)


def named(notice: Notice) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Names and ids of each finding, by its wording."""
    return {problem.wording: (tuple(one.name for one in problem.named), problem.indicator_ids) for problem in notice.problems}


def test_a_county_notice_with_a_headline_in_two_lines() -> None:
    notice = made("county.txt")
    assert notice.headline == "青石县人民政府办公室关于2023年三季度全县政府网站与政务新媒体检查情况的通报"
    assert (notice.issuer, notice.level, notice.number) == ("青石县人民政府办公室", "county", "青政办函〔2023〕45号")
    assert notice.addressees == ("各乡镇人民政府、街道办事处", "县政府各部门、各直属单位")
    assert [(c.title, c.number) for c in notice.basis] == [
        ("政府网站与政务新媒体检查指标", "国办秘函〔2019〕19号"),
        ("临河市政务新媒体管理办法", "临政办发〔2021〕8号"),
    ]
    assert notice.period == Period(kind="quarter", year=2023, number=3)
    assert notice.window is not None
    assert (str(notice.window.start), str(notice.window.end)) == ("2023-09-04", "2023-09-15")
    assert (str(notice.statistics_at), str(notice.signed_at)) == ("2023-09-15", "2023-09-22")
    assert notice.release == "此件依申请公开"
    assert notice.recheck is not None
    assert notice.recheck.result == "all_rectified"
    accounts = notice.accounts
    assert accounts is not None
    assert {group.key: group.registered.value for group in accounts.groups if group.registered} == {
        "wechat_official": 41,
        "weibo": 12,
        "douyin": 6,
        "toutiao": 4,
    }
    assert named(notice) == {
        "专栏超过半年未更新": (("县水务局", "县林业局"), ("site.veto.columns",)),
        "连续两周以上未更新": (("青石文旅", "青石城管"), ("media.veto.stale",)),
        "未提供有效互动功能": (("微观青石河镇", "石门街道"), ("media.veto.interaction",)),
        "推文出现错别字": (("青石教育",), ("media.veto.safety",)),
    }
    assert notice.problems[0].heading == "信息更新不及时"
    (deadline,) = notice.deadlines
    assert (deadline.who, deadline.within_days, deadline.within_unit, deadline.receiver, deadline.form) == (
        "被通报单位",
        5,
        "working_days",
        "县政府办公室",
        ("written",),
    )
    assert notice.days_to(deadline) is None
    assert [row.owner for row in notice.listed] == ["县文化和旅游局", "县城市管理局", "青石河镇", "石门街道", "县教育局"]
    assert notice.attachments[1].tables[0].rows == (("1", "县直部门", "25", "9", None), ("2", "乡镇街道", "16", "3", "10"))
    assert reconcile(notice).contradictions == ()


def test_a_page_with_tables_of_two_header_rows() -> None:
    notice = made("province.html")
    assert notice.headline == "北岭省人民政府办公厅关于2021年下半年全省政府网站和政务新媒体抽查情况的通报"
    assert notice.period == Period(kind="half", year=2021, number=2)
    assert (str(notice.published_at), str(notice.signed_at), notice.publisher) == (
        "2022-01-20",
        "2022-01-18",
        "北岭省人民政府办公厅",
    )
    sites = notice.sites
    assert sites is not None
    assert sites.method == "第三方检测机构"
    assert [(g.key, g.base, g.passed, g.failed) for g in sites.groups] == [
        ("province_department", 38, 38, None),
        ("city_portal", 14, None, 1),
        ("county_portal", 158, None, 5),
    ]
    accounts = notice.accounts
    assert accounts is not None
    assert [(c.basis, c.change.state, str(c.change.points)) for c in accounts.rates[0].comparisons] == [
        ("year_on_year", "up", "2.1"),
        ("period_on_period", "down", "0.4"),
    ]
    share = next(problem for problem in notice.problems if problem.share is not None)
    assert share.share is not None
    assert (share.share.print(), share.share.bound, share.indicator_ids) == (
        "30%",
        "more_than",
        ("site.deduct.interpretation.column",),
    )
    blank = next(problem for problem in notice.problems if problem.stated_count is not None)
    assert blank.stated_count is not None
    assert (blank.stated_count.value, blank.is_open, len(blank.named)) == (5, True, 2)
    first, second = notice.attachments
    assert first.tables[0].columns[2:] == ("政府网站/抽查数", "政府网站/不合格数", "政务新媒体/抽查数", "政务新媒体/不合格数")
    assert first.tables[0].rows[0] == ("1", "省直", "38", "0", "60", None)
    assert first.tables[0].total == ("合计", None, "210", "6", "600", "20")
    assert [row.area for row in second.listed] == ["白杨市"] * 4 + ["云溪州"] * 2
    assert second.listed[2].indicator_ids == ("site.veto.interaction", "site.veto.columns")
    assert {mark.kind: mark.value for mark in notice.marks} == {
        "site_code": "1500000001",
        "icp": "蒙ICP备12345678号-1",
        "organiser": "北岭省人民政府办公厅",
    }
    assert notice.contacts_left_out == 2
    assert "陈某某" not in notice.text
    result = reconcile(notice)
    assert result.contradictions == ()
    assert {"table_total", "sum_of_parts", "rate", "rows_of_list"} <= {
        check.kind for check in result.checks if check.outcome == "agrees"
    }


def test_a_notice_without_headings() -> None:
    notice = made("plain-paragraphs.txt")
    assert (notice.issuer, notice.period) == ("江城市政务服务数据管理局", Period(kind="half", year=2020, number=1))
    accounts = notice.accounts
    assert accounts is not None
    assert (accounts.population, accounts.base, accounts.failed) == (1391, 99, 13)
    assert [(g.key, g.base, g.failed, g.passed) for g in accounts.groups] == [
        ("wechat_official", 60, 5, None),
        ("weibo", 30, 8, None),
        ("other", 9, None, 9),
    ]
    assert named(notice) == {
        "存在严重表述错误": (("江城消防",), ("media.veto.safety.expression",)),
        "个别账号发布商业广告": ((), ("media.manage.commercial",)),
        "监测时间点前两周内无更新": (("江城路政", "江城园林"), ("media.veto.stale",)),
    }
    (deadline,) = notice.deadlines
    assert (str(deadline.due), deadline.receiver, notice.days_to(deadline)) == ("2020-07-20", "市政务服务数据管理局", 17)
    assert reconcile(notice).contradictions == ()


def test_every_wrong_figure_is_found() -> None:
    result = reconcile(made("wrong-figures.txt"))
    assert [(check.kind, check.reason, check.stated, check.counts, check.bases[:1]) for check in result.contradictions] == [
        ("sum_of_parts", "sum_differs", "41", (42,), ()),
        ("rate", "rate_needs_other_base", "95.6%", (), (45,)),
        ("sum_of_outcomes", "sum_differs", "100", (101,), ()),
        ("attachment_number", "number_repeated", "2", (), ()),
        ("code", "code_malformed", "35070000", (), ()),
        ("dates", "deadline_before_signing", "2022-12-30", (), ()),
    ]
    assert [check.reason for check in result.remarks] == ["no_page", "no_page", "listed_twice"]


def test_a_text_in_english_is_left_unread() -> None:
    notice = read("Notice on the inspection of 603 government websites in the second quarter of 2021. 2 of them failed.")
    assert notice.language == "en"
    assert (notice.issuer, notice.populations, notice.problems) == (None, (), ())


@pytest.mark.parametrize("name", sorted(path.name for path in MADE.iterdir()))
def test_every_place_quotes_the_text(name: str) -> None:
    notice = made(name)
    places = list(notice.places.values())
    places += [p.place for p in notice.problems if p.place] + [d.place for d in notice.deadlines if d.place]
    places += [one.place for p in notice.problems for one in p.named if one.place]
    places += [rate.place for rate in notice.rates if rate.place]
    assert len(places) > 5
    for place in places:
        assert notice.text[place.start : place.end].startswith(place.quote)
        assert notice.text.count("\n", 0, place.start) + 1 == place.line
    assert Notice.model_validate_json(notice.model_dump_json()) == notice


@pytest.mark.parametrize(
    "text", ["", "\n\n", "一", "附件", "附件1", "序号\n1\n2", "关于", "(", "“", "二、主要问题\n“", "\x00", "Attachment: 1. ", "<p>"]
)
def test_what_is_no_notice_gives_an_almost_empty_one(text: str) -> None:
    notice = read(text)
    assert notice.populations == ()
    assert reconcile(notice).contradictions == ()


PIECES = [line for path in MADE.glob("*.txt") for line in path.read_text("utf-8").splitlines()] + list("“”()《》、。;:%12年月日\t|")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["\n", "", "\n\n"]))
def test_no_shuffled_notice_stops_the_reader(pieces: list[str], between: str) -> None:
    notice = read(between.join(pieces))
    for check in reconcile(notice).checks:
        assert check.message("zh")
        assert check.message("en")
    assert notice.model_dump_json()


@pytest.mark.heavy
@pytest.mark.parametrize(
    "body",
    [
        "、" * 9_000,
        "“" * 4_000,
        "(" * 8_000,
        "1" * 9_000 + "个网站",
        "网站1个、" * 1_500,
        "合格率9" * 3_000 + "%",
        "、".join(["“甲县人民政府”"] * 800) + "网站首页不更新。",
        "、".join(["甲县水利局"] * 800) + "网站首页不更新。",
        "共" * 5_000 + "5个网站",
    ],
)
def test_hostile_length_is_read_in_seconds(body: str) -> None:
    notice = read("南浦市人民政府办公室关于2022年第四季度检查情况的通报\n\n一、总体情况\n\n" + body + "\n\n二、主要问题\n\n" + body)
    assert notice.issuer == "南浦市人民政府办公室"


def test_names_listed_after_colons_and_findings_after_names() -> None:
    notice = made("lists-after-colons.txt")
    assert notice.period == Period(kind="round", year=2021, number=2)
    sites, accounts = notice.sites, notice.accounts
    assert sites is not None
    assert accounts is not None
    assert (sites.base, sites.passed, sites.failed) == (39, 36, 3)
    assert (accounts.population, accounts.base, accounts.failed) == (480, 238, 38)
    assert {rate.kind: rate.print() for rate in accounts.rates} == {"coverage": "49.6%", "pass": "84%"}
    compared = [
        (rate.comparisons[0].change.state, str(rate.comparisons[0].change.points)) for rate in notice.rates if rate.comparisons
    ]
    assert compared == [("up", "2.6"), ("down", "1.2")]
    found = [(p.wording, [(n.name, n.platform) for n in p.named], p.indicator_ids) for p in notice.problems]
    assert found == [
        ("栏目更新不及时", [(name, None) for name in ("州财政局", "州民政局", "云岭市", "青河县")], ("site.veto.columns",)),
        ("存在空白栏目", [("州水务局", None), ("州林草局", None)], ("site.veto.columns.blank",)),
        ("办事指南要素缺失", [("州卫生健康委", None)], ("site.deduct.service.guide",)),
        ("链接无法打开", [("州卫生健康委", None)], ("site.deduct.design.availability",)),
        (
            "超过两周未更新",
            [("云岭文旅", "weibo"), ("青河融媒", "wechat_official"), ("云岭发布", "douyin")],
            ("media.veto.stale",),
        ),
        ("简单咨询超过5个工作日未答复", [("青河县", None), ("白河县", None)], ("site.deduct.interaction.answer",)),
        ("个别单位未按要求报备新开设账号", [], ("media.manage.unregistered",)),
        ("推送商业广告", [("云岭微生活", "wechat_official")], ("media.manage.commercial",)),
    ]
    assert notice.problems[0].stated_count is not None
    assert notice.problems[0].stated_count.value == 4
    assert notice.headings == ("立即整改", "建立长效机制")
    assert reconcile(notice).contradictions == ()


def test_a_press_report() -> None:
    notice = made("press.txt")
    assert (notice.headline, notice.issuer) == ("全省政府网站和政务新媒体三季度检查结果出炉", "北岭省人民政府办公厅")
    assert (str(notice.published_at), notice.publisher) == ("2023-10-16", "北岭日报")
    assert notice.period == Period(kind="quarter", year=2023, number=3)
    sites = notice.sites
    assert sites is not None
    assert [(group.key, group.population) for group in sites.groups] == [
        ("province_portal", 1),
        ("city_portal", 11),
        ("county_portal", 90),
        ("department", 427),
    ]
    names = {one.name: problem.indicator_ids for problem in notice.problems for one in problem.named}
    assert names == {
        "青山县市场监管": ("media.veto.stale",),
        "白水市应急管理局": ("site.deduct.design.availability",),
        "平安白水": ("media.veto.safety",),
    }
    assert reconcile(notice).contradictions == ()


def dirty(text: str) -> str:
    """The copy as some pages show it: traditional characters, pinyin in brackets after every seventh Chinese character."""
    from opencc import OpenCC

    traditional = OpenCC("s2t").convert(text)
    out = []
    for i, character in enumerate(traditional):
        out.append(character)
        if i % 7 == 0 and "\u4e00" <= character <= "\u9fff":
            out.append("(guān)")
    return "".join(out)


@pytest.mark.parametrize("name", ["county.txt", "plain-paragraphs.txt", "wrong-figures.txt", "lists-after-colons.txt"])
def test_a_dirty_copy_says_the_same(name: str) -> None:
    text = (MADE / name).read_text("utf-8")
    clean, mended = read(text), read(dirty(text))
    assert {repair.kind for repair in mended.repairs} >= {"pinyin", "traditional"}
    for field in ("headline", "issuer", "number", "period", "window", "signed_at", "populations", "attachments", "deadlines"):
        one, other = clean.model_dump()[field], mended.model_dump()[field]
        assert one == other, field
    assert [problem.indicator_ids for problem in clean.problems] == [problem.indicator_ids for problem in mended.problems]
    assert [check.reason for check in reconcile(clean).checks] == [check.reason for check in reconcile(mended).checks]


def test_a_page_and_its_text_copy_with_one_cell_a_line_have_the_same_tables() -> None:
    html = (MADE / "province.html").read_text("utf-8")
    page = read(html)
    lines = []
    for line in page.text.split("\n"):
        cells = line.split("\t")
        lines += cells if len(cells) > 1 else [line]
    # A cell that spans stands once in the copy; the header of two rows comes row by row.
    copy = (
        "\n".join(lines).replace("\n合计\n\n210", "\n合计\n210").replace("政府网站\n\n政务新媒体\n\n\n\n", "政府网站\n政务新媒体\n")
    )
    table = read(copy).attachments[0].tables[0]
    assert table.columns == page.attachments[0].tables[0].columns
    assert table.rows == page.attachments[0].tables[0].rows
    assert table.total == (None, "合计", "210", "6", "600", "20")


def test_a_table_that_follows_the_signature_belongs_to_the_listed_attachment() -> None:
    notice = made("city-embedded.html")
    assert (notice.issuer, str(notice.signed_at), str(notice.published_at)) == ("临江市人民政府办公室", "2024-04-10", "2024-04-11")
    accounts = notice.accounts
    assert accounts is not None
    assert (accounts.base, accounts.passed, accounts.failed) == (86, 82, 4)
    assert [(group.key, group.base) for group in accounts.groups] == [
        ("wechat_official", 52),
        ("weibo", 18),
        ("toutiao", 9),
        ("douyin", 7),
    ]
    assert {rate.kind: rate.print() for rate in accounts.rates} == {"pass": "95.35%", "failure_share": "4.65%"}
    (attachment,) = notice.attachments
    assert (attachment.has_page, len(attachment.tables)) == (True, 1)
    assert [(row.name, row.platform, row.owner) for row in attachment.listed] == [
        ("临江水利", "weibo", "市水利局"),
        ("东桥发布", "toutiao", "东桥镇"),
        ("临江农业", "wechat", "市农业农村局"),
        ("石泉之窗", "wechat", "石泉镇"),
    ]
    (deadline,) = notice.deadlines
    assert (str(deadline.due), deadline.who, deadline.receiver) == ("2024-04-19", "被通报单位", "市府办信息公开科")
    assert notice.contacts_left_out == 1
    assert "abc@" not in notice.model_dump_json()
    result = reconcile(notice)
    assert result.contradictions == ()
    assert {"sum_of_parts", "sum_of_outcomes", "rows_of_list", "rate"} <= {
        check.kind for check in result.checks if check.outcome == "agrees"
    }


@pytest.mark.parametrize("divide", [" ", "\n", "\t", "、"])
def test_cells_and_names_of_five_thousand_characters_are_read(divide: str) -> None:
    long = "名" * 5_000
    rows = divide.join(["序号", "网站名称", "存在问题", "1", long, "栏目不更新", "2", long + "甲", "首页不更新"])
    text = f"甲县人民政府办公室关于2022年第四季度检查情况的通报\n附件:1.{long}\n甲县人民政府办公室\n2023年1月6日\n附件1 {rows}\n附件2\n{rows}\n"
    notice = read(text)
    assert notice.issuer == "甲县人民政府办公室"
    assert notice.model_dump_json()
