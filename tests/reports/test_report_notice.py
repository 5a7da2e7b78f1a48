"""Notices as official documents: the words, the order, the figures; what is read back is what was written."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import openpyxl
import pytest

import govmedia_rules as gr
from govmedia_rules.errors import MissingExtra, NoticeError
from govmedia_rules.notices import Notice
from govmedia_rules.reports.blocks import Paragraph
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.notice import notice_document, numeral, predicate
from govmedia_rules.reports.text import one_line

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))
from report_made import HOSTILE
from report_notices import FULL, full_notice, hostile_notice
from rounds import campaign, reported
from test_report_documents import check_docx, check_html, check_markdown, flat

MADE = Path(__file__).parents[1] / "notices" / "made"
SHARED = Path(os.environ.get("GOVMEDIA_SHARED", Path(__file__).parents[2] / ".." / "shared"))


def paragraphs(document: ReportDocument) -> list[tuple[str, str]]:
    return [(one.style, one.text) for one in document.blocks if isinstance(one, Paragraph)]


def test_the_whole_notice() -> None:
    assert paragraphs(notice_document(full_notice())) == [
        ("mark", "示例市人民政府办公室"),
        ("number", "示政办函〔2024〕15号"),
        ("title", "示例市人民政府办公室关于2024年第三季度全市政府网站与政务新媒体检查情况的通报"),
        ("to", "各县（区）人民政府，市政府各工作部门："),
        (
            "body",
            "根据《关于印发政府网站与政务新媒体检查指标的通知》（国办秘函〔2019〕19号）要求，示例市人民政府办公室于2024年8月1日至"
            "2024年8月23日组织开展了2024年第三季度政府网站与政务新媒体检查。现将有关情况通报如下：",
        ),
        ("heading", "一、总体情况"),
        (
            "body",
            "（一）政府网站检查情况。截至2024年7月31日，正在运行的全市政府网站共50个。其中，市级门户网站1个，市级部门网站38个，"
            "县级门户网站11个。全覆盖检查全市政府网站50个，合格47个，不合格3个，总体合格率为94%，同比上升1.33个百分点，环比无上期数据。"
            "其中，市级部门网站检查38个，不合格3个，合格率为92.11%。",
        ),
        (
            "body",
            "（二）政务新媒体检查情况。截至2024年7月31日，在“全国政务新媒体信息报送系统”登记的全市政务新媒体共371个（不含已注销账号）。"
            "依托第三方检测机构，共抽查全市政务新媒体228个。检查复核结果：不合格2个（问题已整改），正在注销0个，不合格占比为0.88%。",
        ),
        ("body", "（三）得分靠前的网站。甲县、乙县等政府网站得分靠前。"),
        ("body", "（四）2024年第二季度通报问题整改情况。第二季度通报的不合格单位均已完成整改。"),
        ("body", "（五）信息公开和互动回应情况。网民留言70条，办结率为100%。"),
        ("heading", "二、经验做法"),
        ("body", "（一）优化搜索功能。甲县网站增加了模糊搜索功能。"),
        ("heading", "三、主要问题"),
        ("body", "检查发现，信息更新不及时、互动渠道不畅通等问题仍不同程度存在。"),
        ("body", "（一）政府网站方面。"),
        ("body", "1.“示例市甲局”“示例市乙局”网站存在固定表述错误问题。"),
        ("body", "2.“示例市丙局”等12个网站栏目更新不及时。"),
        ("body", "（二）政务新媒体方面。“示例发布”微信订阅号、“示例文旅”新浪微博监测时间点前2周内无更新。"),
        ("heading", "四、工作要求"),
        ("body", "（一）强化问题整改。各单位要对照问题，立行立改。举一反三。"),
        ("body", "请不合格单位于9月10日前将整改情况书面报送市政府办公室。"),
        ("body", "联系人：某同志，联系电话：0000-0000000"),
        ("attachments", "附件：1.全市政府网站运行和检查情况"),
        ("attachments", "2.不合格名单"),
        ("signature", "示例市人民政府办公室"),
        ("date", "2024年8月27日"),
        ("note", "（此件主动公开）"),
        ("attachment", "附件1"),
        ("table_title", "全市政府网站运行和检查情况"),
        ("center", "（统计时段：2024年7月—2024年8月）"),
        ("attachment", "附件2"),
        ("table_title", "不合格名单"),
    ]


def test_a_notice_of_little_has_no_empty_places() -> None:
    told = paragraphs(
        notice_document(
            Notice.model_validate({"headline": "通报", "populations": [{"subject": "account", "inspected": {"value": 3}}]})
        )
    )
    assert told == [
        ("title", "通报"),
        ("body", "组织开展了政务新媒体检查。现将有关情况通报如下："),
        ("heading", "一、总体情况"),
        ("body", "（一）政务新媒体检查情况。共检查政务新媒体3个。"),
    ]


def test_a_single_attachment_has_no_number() -> None:
    notice = Notice.model_validate({**FULL, "attachments": [{**FULL["attachments"][1], "number": None}]})
    told = paragraphs(notice_document(notice))
    assert ("attachments", "附件：不合格名单") in told
    assert ("attachment", "附件") in told


def test_contacts_are_left_out_where_there_are_none() -> None:
    assert "联系" not in notice_document(Notice.model_validate({**FULL, "contacts": []})).to_text()


def test_a_notice_without_a_headline_gets_one_of_its_own_facts() -> None:
    notice = Notice.model_validate({**FULL, "headline": None})
    assert ("title", "示例市人民政府办公室关于2024年第三季度政府网站与政务新媒体检查情况的通报") in paragraphs(
        notice_document(notice)
    )
    with pytest.raises(NoticeError, match=r"the notice has no headline and the template prints it"):
        notice_document(notice, template="<h1>{{ notice.headline }}</h1>")


@pytest.mark.parametrize(
    ("deadline", "told"),
    [
        ({"what": "报送整改落实情况", "receiver": "省政府办公厅"}, "请有关单位于9月10日前将整改落实情况报送省政府办公厅。"),
        ({"what": "整改情况报送省政府办公厅", "receiver": "省政府办公厅"}, "请有关单位于9月10日前将整改情况报送省政府办公厅。"),
        ({"what": "将整改情况报送", "receiver": "市数据局"}, "请有关单位于9月10日前将整改情况报送市数据局。"),
        ({"what": "书面报送整改情况", "receiver": "市数据局"}, "请有关单位于9月10日前将整改情况书面报送市数据局。"),
        ({"what": "完成整改", "receiver": "市数据局"}, "请有关单位于9月10日前完成整改，报送市数据局。"),
        (
            {"what": "报送整改报告", "receiver": "市数据局", "form": ["paper", "electronic"]},
            "请有关单位于9月10日前将整改报告以纸质和电子形式报送市数据局。",
        ),
    ],
)
def test_what_is_due_and_to_whom(deadline: dict[str, object], told: str) -> None:
    due = {"year": 2024, "month": 9, "day": 10}
    notice = Notice.model_validate({**FULL, "deadlines": [{"due": due, **deadline}]})
    assert ("body", told) in paragraphs(notice_document(notice))


def test_a_deadline_in_days() -> None:
    for unit, word in (("working_days", "个工作日"), ("days", "个自然日")):
        notice = Notice.model_validate({**FULL, "deadlines": [{"within_days": 5, "within_unit": unit, "what": "完成整改"}]})
        assert ("body", f"请有关单位自本通报印发之日起5{word}内完成整改。") in paragraphs(notice_document(notice))


# --- reading back -----------------------------------------------------------------------------------------------------


def figures(notice: Notice) -> object:
    """Every count, rate and difference of a notice."""

    def tally(one: object) -> object:
        assert isinstance(one, gr.figures.Tally)
        return (
            one.population,
            one.inspected and one.inspected.value,
            [(outcome.label.removeprefix("全部"), outcome.count.value) for outcome in one.outcomes],
            [(rate.print(), [(c.basis, c.change.text()) for c in rate.comparisons]) for rate in one.rates],
        )

    return {
        (one.subject, one.scope): (tally(one), [(part.label, tally(part)) for part in one.groups]) for one in notice.populations
    }


def facts(notice: Notice) -> list[object]:
    return [
        figures(notice),
        [[table.rows for table in one.tables] for one in notice.attachments if one.tables],
        [one.title for one in notice.attachments],
        (notice.headline, notice.issuer, notice.number, notice.addressees, notice.signed_at, notice.release),
        (notice.window and notice.window.text(), [(one.title, one.number) for one in notice.basis]),
    ]


def due(notice: Notice) -> set[object]:
    return {(one.due and one.due.text(), one.receiver) for one in notice.deadlines if one.receiver}


READ = ["city-embedded.html", "county.txt", "lists-after-colons.txt", "plain-paragraphs.txt", "province.html", "wrong-figures.txt"]


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("form", ["docx", "text"])
def test_what_is_read_back_is_what_was_written(name: str, form: str) -> None:
    notice = gr.notices.read(MADE / name)
    document = notice_document(notice)
    back = gr.notices.read(document.to_docx() if form == "docx" else document.to_text())
    for written, found in zip(facts(notice), facts(back), strict=True):
        assert found == written
    assert due(back) == due(notice)


def test_nothing_new_contradicts() -> None:
    """A document says no more and no less than its notice: what contradicts in it did so before."""
    for name in READ:
        notice = gr.notices.read(MADE / name)
        back = gr.notices.read(notice_document(notice).to_docx())
        before = {(one.kind, one.stated, one.computed) for one in gr.notices.reconcile(notice).contradictions}
        after = {(one.kind, one.stated, one.computed) for one in gr.notices.reconcile(back).contradictions}
        assert after <= before, name


@pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the given copies of notices are not there (GOVMEDIA_SHARED)")
@pytest.mark.parametrize("start", ["江西省", "汉中市"])
def test_a_given_notice_written_and_read_again_has_the_same_figures(start: str) -> None:
    found = [gr.notices.read(path) for path in sorted((SHARED / "seeds").glob("*.txt"))]
    [notice] = [one for one in found if (one.issuer or "").startswith(start) and one.language == "zh"]
    notice = notice.model_copy(
        update={"headline": notice.headline or "检查情况的通报", "number": notice.number or "示函〔2020〕1号"}
    )
    back = gr.notices.read(notice_document(notice).to_docx())
    assert figures(back) == figures(notice)
    assert [len(table.rows) for one in back.attachments for table in one.tables][-2:] == [
        len(table.rows) for one in notice.attachments for table in one.tables
    ][-2:]


EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ROUNDS = sorted(path.parent.name for path in EXAMPLES.glob("*/campaign.toml"))


@pytest.mark.parametrize("name", ROUNDS)
def test_the_notices_of_the_examples_read_back_with_their_figures(name: str) -> None:
    """A round, its notice, the DOCX of it, and the DOCX read: the counts and rates at the end are those of the round."""
    described = gr.read_campaign(EXAMPLES / name)
    assert described.draft is not None
    notice = described.campaign.notice(described.draft)
    back = gr.notices.read(notice_document(notice).to_docx())

    def counts(one: Notice) -> list[object]:
        return [
            (
                whole.subject,
                whole.population,
                whole.inspected and whole.inspected.value,
                [outcome.count.value for outcome in whole.outcomes],
                [(rate.print(), [(c.basis, c.change.points) for c in rate.comparisons]) for rate in whole.rates],
                # A part may be told once before the result and once in it; reading puts both together.
                {one for part in whole.groups for one in (part.population, part.inspected and part.inspected.value) if one},
            )
            for whole in one.populations
        ]

    assert counts(back) == counts(notice)
    assert due(back) == due(notice)
    assert [[len(table.rows) for table in one.tables] for one in back.attachments] == [
        [len(table.rows) for table in one.tables] for one in notice.attachments if not one.bands
    ] or any(one.bands for one in notice.attachments)
    before = {(one.kind, one.stated) for one in gr.notices.reconcile(notice).contradictions}
    after = {(one.kind, one.stated) for one in gr.notices.reconcile(back).contradictions}
    assert after <= before


# --- templates of the user --------------------------------------------------------------------------------------------


def test_a_template_of_the_user_replaces_the_words(tmp_path: Path) -> None:
    path = tmp_path / "mine.html"
    path.write_text(
        """{% for one in notice.populations %}<p>{{ one.label }}：{{ one.inspected.value }}</p>{% endfor %}
        {% for one in attachments %}{% for name in one.grids %}<table data-grid="{{ name }}"></table>{% endfor %}{% endfor %}
        <p class="right">{{ secretary }}</p>""",
        "utf-8",
    )
    document = notice_document(full_notice(), template=path, more={"secretary": "秘书科"})
    assert paragraphs(document) == [("body", "全市政府网站：50"), ("body", "全市政务新媒体：228"), ("right", "秘书科")]
    assert len(document.blocks) == 5


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("<p>{{ secretary }}</p>", "the template prints 'secretary', which is not given"),
        ("<p>{{ notice.adressees }}</p>", "the notice has no field 'adressees'; did you mean 'addressees'?"),
        ("<p>甲</p>\n<p>{{ notice.province }}</p>", "the notice has no province and the template prints it"),
        ("<p>{{ notice.populations[0].registered.value }}</p>", "the inspected population has no registered"),
        ("<p>{% for x in notice.problems %}</p>", "not well formed"),
        ("<p>{{ notice.headline|safe }}</p>", "not well formed: No filter named 'safe'"),
        ("{% autoescape false %}<p>{{ notice.headline }}</p>{% endautoescape %}", "may not switch escaping off"),
        ("<p>{{ notice.__class__.__mro__ }}</p>", "cannot be filled|has no field|unsafe"),
        ("<p>{{ ''.__class__ }}</p>", "unsafe|has no field"),
        ("<p>{{ notice.model_dump() }}</p>", "unsafe|not safely callable|has no field"),
        ("<p>{{ [].append(1) }}</p>", "the list has no field 'append'"),
        ("{% for i in range(10**9) %}{% endfor %}", "Range too big"),
        ("{% include '/etc/passwd' %}", "cannot be filled: /etc/passwd"),
        ("{% include '../data.toml' %}", "cannot be filled"),
    ],
)
def test_a_template_that_cannot_be_filled_says_why_and_where(template: str, told: str) -> None:
    with pytest.raises(NoticeError, match=told):
        notice_document(full_notice(), template=template)


def test_the_line_of_the_template_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.html"
    path.write_text("<p>甲</p>\n\n<p>{{ notice.province }}</p>", "utf-8")
    with pytest.raises(NoticeError, match=r"mine\.html.*3"):
        notice_document(full_notice(), template=path)
    with pytest.raises(NoticeError, match="cannot open the template"):
        notice_document(full_notice(), template=tmp_path / "none.html")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from govmedia_rules.reports import templates

    templates._environment.cache_clear()
    templates._compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[report\]"):
        notice_document(full_notice())


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        ("固定表述错误", "存在固定表述错误问题"),
        ("办事指南不准确的问题", "办事指南不准确的问题"),
        ("弄虚作假行为", "存在弄虚作假行为"),
        ("部分页面底部存在商业信息", "部分页面底部存在商业信息"),
        ("未及时更新。", "未及时更新"),
        ("栏目不更新", "栏目不更新"),
        ("监测时间点前2周内无更新", "监测时间点前2周内无更新"),
        ("泄露国家秘密", "泄露国家秘密"),
    ],
)
def test_a_problem_is_said_of_a_subject(wording: str, told: str) -> None:
    assert predicate(wording) == told


def test_numerals() -> None:
    assert [numeral(one) for one in (1, 9, 10, 11, 20, 21, 99)] == ["一", "九", "十", "十一", "二十", "二十一", "九十九"]
    with pytest.raises(ValueError, match="no place"):
        numeral(100)


# --- hostile text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_in_every_field_of_a_notice(text: str) -> None:
    document, like = notice_document(hostile_notice(text)), notice_document(hostile_notice("甲"))
    for told in (
        check_docx(document, like),
        check_html(document.to_html(), like.to_html()),
        check_markdown(document.to_markdown(), like.to_markdown()),
    ):
        # 7 names of subjects and practices, 20 cells, titles, wordings: all there in full.
        assert flat(told).count(flat(one_line(text)).strip("，。")) >= 40
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", document.to_text())


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_all_the_way_from_a_campaign(text: str) -> None:
    """As far as the models let a text in: a name, its owner and area, the wording of a fault, the words of the draft."""

    def made(word: str) -> tuple[Notice, ReportDocument]:
        round_ = campaign()
        round_.add_results(reported(gr.Site(name=word, area=word, owner=word), "failed", word))
        attachments = [{"title": word, "table": "failed"}]
        draft = gr.campaign.NoticeDraft.model_validate(
            {"issuer": word, "number": word, "headline": word, "attachments": attachments}
        )
        notice = round_.notice(draft)
        return notice, notice_document(notice)

    admitted = text.encode("utf-8", "replace").decode().replace("\x00", "")[:900]
    (notice, document), (_, like) = made(admitted), made("甲")
    check_docx(document, like)
    check_html(document.to_html(), like.to_html())
    check_markdown(document.to_markdown(), like.to_markdown())
    book = openpyxl.load_workbook(io.BytesIO(gr.reports.attachments_xlsx(notice)))
    assert all(cell.data_type in "sn" for page in book for row in page.iter_rows() for cell in row)
