"""Rectification sheets and the report of inspections as a document."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

import govmedia_rules as gr
from govmedia_rules import reports
from govmedia_rules.campaign import DueRule
from govmedia_rules.errors import NoticeError
from govmedia_rules.reports.blocks import Paragraph
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.grids import ReportGrid
from govmedia_rules.reports.sheet import Office
from govmedia_rules.reports.text import one_line

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "campaign"))
from report_made import HOSTILE, failing, hostile_inspections
from rounds import campaign, reported, review, site, stale
from test_report_documents import check_docx, check_html, check_markdown, flat
from test_report_html import inspect_example

OFFICE = Office(
    due=date(2024, 9, 10),
    issuer="示例市人民政府办公室",
    number="示政整改〔2024〕3号",
    signed=date(2024, 8, 27),
    period="2024年第三季度",
    receiver="示例科",
)


def told(document: ReportDocument) -> list[str]:
    return [one.text for one in document.blocks if isinstance(one, Paragraph)]


def tables(document: ReportDocument) -> list[ReportGrid]:
    return [one for one in document.blocks if isinstance(one, ReportGrid)]


def test_the_sheet_of_an_account() -> None:
    inspections = inspect_example("hanzhong-2024q3", "hanzhong-2021")
    [seen] = [one for one in inspections if one.subject.name == "汉中体育云服务中心"]
    document = reports.rectification_sheet(seen, OFFICE)
    assert told(document) == [
        "政务新媒体整改通知单",
        "示政整改〔2024〕3号",
        "汉中市体育局：",
        "示例市人民政府办公室在2024年第三季度检查中发现，你单位开设的微信订阅号“汉中体育云服务中心”（政务新媒体标识码：610700M023WX0002）"
        "存在下列问题2项。请逐项整改，于2024年9月10日前完成，并将整改情况报送示例科。",
        f"监测时间点：2024年8月23日18:00。检查规则：{seen.rulebook.version}。",
        "示例市人民政府办公室",
        "2024年8月27日",
        "附件",
        "整改情况反馈单",
        "对象：汉中体育云服务中心（610700M023WX0002）",
        "报送期限：2024年9月10日",
        "填报单位（盖章）：",
        "填报人：　　　　　　审核人：　　　　　　联系电话：",
    ]
    problems, evidence, reply = tables(document)
    [first, second] = problems.rows
    assert first[:4] == (
        1,
        "监测时间点前2周内无更新",
        "单项否决",
        "监测时间点（2024年8月23日）前2周内无更新，最近更新为2024年8月1日",
    )
    assert str(first[4]).startswith("汉中市2024年第三季度通报")
    assert second[1] == "部分页面底部存在商业信息"
    assert str(second[4]).endswith("（依据或取值待核实）")
    assert list(evidence.rows) == [(1, "发布内容", None, None, "2024年8月1日", "2周")]
    assert list(reply.rows) == [(1, "监测时间点前2周内无更新", None, None, None), (2, "部分页面底部存在商业信息", None, None, None)]


def test_what_the_office_leaves_out_is_not_there() -> None:
    [seen] = failing(1)
    paragraphs = told(reports.rectification_sheet(seen, Office(due=date(2024, 9, 10))))
    assert paragraphs[:3] == [
        "政务新媒体整改通知单",
        "示例市第0局：",
        "在检查中发现，你单位开设的微信订阅号“示例发布0”存在下列问题2项。请逐项整改，于2024年9月10日前完成。",
    ]
    assert "2024年8月27日" not in paragraphs


def test_evidence_that_is_not_listed_is_counted() -> None:
    [seen] = failing(1)
    count = sum(len(one.evidence) for one in seen.problems)
    assert count >= 1
    document = reports.rectification_sheet(seen, OFFICE, max_evidence=0)
    assert f"另有{count}条证据未列出。" in told(document)


def test_what_is_waived_or_passed_needs_no_sheet() -> None:
    from govmedia_rules import testing

    book = gr.load_rulebook("national-2019").only("media.veto.stale")
    snapshot = testing.snapshot("account", latest_post_at="2020-01-01")
    waiver = gr.Waiver(
        id="w", subject=snapshot.account.id, indicators=("media.veto.stale",), authority="市政府办公室", document="文件", reason="机构改革",
        granted=date(2000, 1, 1), expires=date(2099, 1, 1),
    )  # fmt: skip
    [waived] = book.inspect_many([snapshot], waivers=[waiver])
    assert waived.problems
    with pytest.raises(NoticeError, match="nothing to put right"):
        reports.rectification_sheet(waived, OFFICE)


def test_a_template_of_the_user() -> None:
    [seen] = failing(1)
    template = (
        "<p>{{ sheet.name }}{{ sheet.due|day }}{{ extra }}</p>{% for one in sheet['items'] %}<p>{{ one.wording }}</p>{% endfor %}"
    )
    assert told(reports.rectification_sheet(seen, OFFICE, template=template, more={"extra": "甲"})) == [
        "示例发布02024年9月10日甲",
        *(one.phrase for one in seen.problems),
    ]
    with pytest.raises(NoticeError, match="the template prints 'extra', which is not given"):
        reports.rectification_sheet(seen, OFFICE, template=template)
    with pytest.raises(NoticeError, match="has no url and the template prints it"):
        reports.rectification_sheet(seen, OFFICE, template="<p>{{ sheet.url }}</p>")


def test_the_report_counts_what_was_inspected() -> None:
    inspections = inspect_example("hanzhong-2024q3", "hanzhong-2021")
    document = reports.inspection_document(inspections, title="示例")
    lines = told(document)
    assert lines[0] == "示例"
    assert "政府网站检查13个，不合格3个，合格10个，待定0个，合格率为76.92%。" in lines
    assert "政务新媒体检查12个，不合格2个，合格10个，待定0个，合格率为83.33%。" in lines
    assert any(line.endswith("（单项否决）：3个。") for line in lines)
    [grid] = tables(document)
    assert len(grid.rows) == sum(len(one.problems) for one in inspections) >= 6
    assert "主要问题" not in "".join(told(reports.inspection_document([])))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_in_every_field(text: str) -> None:
    def made(word: str) -> list[ReportDocument]:
        seen = hostile_inspections(word)
        office = Office(date(2024, 9, 10), word, word, None, word, word, word)
        sheets = [
            reports.rectification_sheet(one, office) for one in seen if any(not problem.is_waived for problem in one.problems)
        ]
        return [*sheets, reports.inspection_document(seen, title=word)]

    for document, like in zip(made(text), made("甲"), strict=True):
        for form in (
            check_docx(document, like),
            check_html(document.to_html(), like.to_html()),
            check_markdown(document.to_markdown(), like.to_markdown()),
        ):
            # A paragraph is one line; a cell keeps its lines.
            assert sum(flat(form).count(one[:60]) for one in {flat(one_line(text)), flat(text)}) >= 8


def test_a_sheet_for_each_task_of_a_campaign() -> None:
    round_ = campaign()
    round_.add([stale("甲", own={"owner": "甲局"}), stale("乙")])
    round_.review([review(one.subject.id) for one in round_.results.values()])
    round_.add_results(reported(site("丙网"), "failed", "栏目不更新"))
    round_.issue(DueRule(days=14), signed=date(2024, 8, 27))
    sheets = list(reports.rectification_sheets(round_, issuer="示例局"))
    assert [one.task.name for one in sheets] == ["甲", "乙", "丙网"]
    first, _, third = (one.document for one in sheets)
    assert told(first)[1] == "甲局："
    assert told(first)[2].startswith("示例局在2024年第三季度检查中发现，你单位开设的")
    assert "“甲”存在下列问题1项。请逐项整改，于2024年9月10日前完成，并将整改情况报送示例局。" in told(first)[2]
    [row] = tables(first)[0].rows
    assert row[1] == "监测时间点前2周内无更新"
    assert "复核确认" in str(row[3])
    # What was only reported has a wording and nothing else.
    assert list(tables(third)[0].rows) == [(1, "栏目不更新", None, None, None)]
    assert len(tables(third)) == 2


def test_a_task_that_was_carried_over_is_told_in_its_own_words() -> None:
    before, now = campaign("2024年第二季度"), campaign()
    before.add_results(reported(site("丙网"), "failed", "栏目不更新"))
    before.issue(DueRule(days=14), signed=date(2024, 5, 27))
    now.carry_over(before)
    [sheet] = reports.rectification_sheets(now)
    assert "2024年第二季度检查" in told(sheet.document)[2]
    assert "2024年6月10日前" in told(sheet.document)[2]
    assert list(tables(sheet.document)[0].rows) == [(1, "栏目不更新", None, None, None)]


def test_what_waits_for_a_review_is_on_no_sheet() -> None:
    round_ = campaign()
    round_.add(stale("甲"))
    round_.issue(DueRule(days=14), signed=date(2024, 8, 27))
    assert list(reports.rectification_sheets(round_)) == []


def test_supervising_offices_are_reported_too() -> None:
    from govmedia_rules import testing

    book = gr.load_rulebook("national-2019")
    seen = book.inspect(testing.snapshot("supervisor"))
    document = reports.inspection_document([seen])
    assert any(line.startswith("监管单位检查1个") for line in told(document))
    assert "监管单位" in reports.html_report([seen])
    assert reports.inspections_xlsx([seen])
    assert reports.sarif([seen])["runs"]
