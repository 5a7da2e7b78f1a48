"""The workbook to review in: filled in, read back, and what was changed by hand is named."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

import govmedia_rules as gr
from govmedia_rules.judge.review_sheet import REVIEW_COLUMNS
from govmedia_rules.judge.reviews import read_reviews

BOOK = gr.load_rulebook("national-2019")


def snapshot(name: str, latest: str) -> gr.AccountSnapshot:
    account = gr.Account(name=name, platform="weibo")
    facts: dict[str, Any] = {"latest_post_at": latest, "functions": [{"kind": "message", "works": True}]}
    return gr.AccountSnapshot.model_validate({"account": account, "observed_at": "2024-08-23T10:00:00+08:00", **facts})


SNAPSHOTS = [snapshot("甲", "2024-01-01"), snapshot("乙", "2024-01-02"), snapshot("丙", "2024-08-22"), snapshot("丁", "2024-01-03")]


def filled(path: Path, change: Any) -> Path:
    book = openpyxl.load_workbook(BytesIO(gr.reports.review_xlsx(BOOK.inspect_many(SNAPSHOTS))))
    sheet = book.active
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    assert tuple(columns) == REVIEW_COLUMNS
    rows = {sheet.cell(row, columns["对象名称"]).value: row for row in range(2, sheet.max_row + 1)}
    change(lambda name, column, value: sheet.cell(rows[name], columns[column]).__setattr__("value", value))
    assert list(rows) == ["甲", "乙", "丁"]
    book.save(path)
    return path


def test_decisions_come_back_as_reviews(tmp_path: Path) -> None:
    def decide(put: Any) -> None:
        for column, value in (
            ("决定（确认/驳回）", "驳回"),
            ("理由", "当日有更新"),
            ("复核角色", "复核人员"),
            ("复核时间", "2024-08-24 09:00"),
        ):
            put("甲", column, value)

    read = read_reviews(filled(tmp_path / "a.xlsx", decide))
    assert (len(read), read.refused) == (1, ())
    verdicts = [inspection.verdict.value for inspection in BOOK.inspect_many(SNAPSHOTS, reviews=read)]
    assert verdicts == ["qualified", "unqualified", "qualified", "unqualified"]


def test_rows_that_were_changed_are_refused_and_named(tmp_path: Path) -> None:
    def decide(put: Any) -> None:
        for name in ("甲", "乙", "丁"):
            for column, value in (("决定（确认/驳回）", "确认"), ("复核角色", "复核人员"), ("复核时间", "2024-08-24")):
                put(name, column, value)
        put("甲", "对象标识", "weibo:别的")
        put("乙", "决定（确认/驳回）", "大概是")
        put("丁", "复核时间", None)

    read = read_reviews(filled(tmp_path / "a.xlsx", decide))
    assert not len(read)
    assert [(refusal.where.row if refusal.where else None, refusal.detail[:6]) for refusal in read.refused] == [
        (2, "机器填写的单"),
        (3, "决定“大概是"),
        (4, "复核角色或复"),
    ]


def test_what_a_table_only_states_is_a_candidate_for_a_person() -> None:
    rows = [{"账号名称": "甲", "平台": "微博", "最后更新时间": "长期未更新", "互动功能": "有"}]
    [inspection] = BOOK.inspect_many(gr.read_accounts(rows, observed_at=SNAPSHOTS[0].observed_at))
    assert inspection.verdict.value == "undetermined"
    sheet = openpyxl.load_workbook(BytesIO(gr.reports.review_xlsx([inspection]))).active
    assert [cell.value for cell in sheet[2]][4:6] == ["待复核", "表中“最后更新时间”写着“长期未更新”，须由人工核实"]
    review = gr.Review(
        subject=inspection.subject.id,
        indicator="media.veto.stale",
        decision="confirmed",
        reason="经查属实",
        role="复核人员",
        at="2024-08-24T09:00:00+08:00",
    )
    [decided] = BOOK.inspect_many(gr.read_accounts(rows, observed_at=SNAPSHOTS[0].observed_at), reviews=[review])
    assert decided.verdict.value == "unqualified"


def test_a_decision_under_a_name_is_refused_and_says_that_a_role_is_wanted(tmp_path: Path) -> None:
    def decide(put: Any) -> None:
        for name, role in (("甲", "张三"), ("乙", "王主任"), ("丁", "科长")):
            for column, value in (("决定（确认/驳回）", "驳回"), ("复核角色", role), ("复核时间", "2024-08-24")):
                put(name, column, value)

    read = read_reviews(filled(tmp_path / "a.xlsx", decide))
    assert [review.subject for review in read] == ["weibo:丁"]
    assert len(read.refused) == 2
    assert all("只写角色" in str(fault) for fault in read.refused)
