"""Inspections and findings as tables: the numbers are those of the findings, and files give them back."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.parquet
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks.contract import Status
from govmedia_rules.judge.finding import FINDING_HEADINGS
from govmedia_rules.judge.inspection import INSPECTION_HEADINGS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BOOK = gr.load_rulebook("jiangxi-2020")


def _inspections() -> gr.InspectionTable:
    return gr.InspectionTable(BOOK.inspect_files(sorted((EXAMPLES / "jiangxi-2020q1").glob("[hs]*.jsonl"))))


TABLE = _inspections()


def test_numbers_are_those_of_the_findings() -> None:
    quick = [(seen.tally(), list(seen.missing), list(seen.problems)) for seen in _inspections()]
    for seen, (tally, missing, problems) in zip(_inspections(), quick, strict=True):
        findings = seen.findings
        counts = Counter(one.status for one in findings)
        assert tally == tuple(counts[status] for status in Status)
        assert sum(tally) == len(seen.plan.indicators)
        assert missing == [
            one for one in findings if one.kind == "veto" and one.status in ("inconclusive", "needs_review", "error")
        ]
        assert problems == [one for one in findings if one.status == "failed" and one.kind != "bonus"]
        assert seen.counts == {status: counts[status] for status in Status}


def test_reviewed_findings_are_counted_as_reviewed() -> None:
    review = gr.Review(
        subject="wechat_subscription:示例发布",
        indicator="media.veto.safety.expression",
        decision="confirmed",
        role="复核员",
        at="2024-08-24T09:00:00+08:00",
        reason="表述错误",
    )
    snapshot = testing.snapshot("account", latest_post_at="2024-08-20")
    review = review.model_copy(update={"subject": snapshot.subject.id})
    seen = gr.load_rulebook("national-2019").inspect(snapshot, reviews=[review])
    assert seen.counts[Status.FAILED] == 1
    [row] = gr.InspectionTable([seen]).to_arrow().to_pylist()
    assert (row["failed"], row["problem_ids"], row["verdict_zh"]) == (1, "media.veto.safety.expression", "不合格")


def test_a_table_of_inspections() -> None:
    assert len(TABLE) == 81
    assert TABLE.verdicts["unqualified"] == 56
    assert repr(TABLE).startswith("<81 inspections: 合格")
    assert len(TABLE[:3]) == 3
    assert isinstance(TABLE[:3], gr.InspectionTable)
    assert isinstance(TABLE[0], gr.Inspection)
    assert len(TABLE.problems) == sum(len(seen.problems) for seen in TABLE)
    assert len(TABLE.findings) == 81 * len(BOOK)
    assert {seen.verdict for seen in TABLE.with_verdict("unqualified")} == {"unqualified"}
    assert TABLE.with_verdict("unqualified") == TABLE.with_verdict(gr.Verdict.UNQUALIFIED)


def test_frames_of_inspections() -> None:
    for frame in (pandas.DataFrame(TABLE), TABLE.to_pandas(), pandas.DataFrame(list(TABLE))):
        assert list(frame.columns) == [heading.name for heading in INSPECTION_HEADINGS]
        assert (frame["verdict"] == "unqualified").sum() == 56
    frame = polars.DataFrame(TABLE)
    assert frame.equals(TABLE.to_polars())
    assert frame["observed_at"].dtype == polars.Datetime("us", "Asia/Shanghai")
    assert frame.filter(polars.col("subject_kind") == "site")["division"].drop_nulls().str.len_chars().unique().to_list() == [6]
    inspections = TABLE
    assert duckdb.sql("select count(*) from inspections where verdict = 'unqualified'").fetchall() == [(56,)]
    assert len(inspections) == 81


def test_findings_lose_nothing_in_files(tmp_path: Path) -> None:
    problems = TABLE.problems
    problems.to_parquet(tmp_path / "a.parquet")
    rows = pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert len(rows) == len(problems)
    for row, finding in zip(rows, problems, strict=True):
        assert row == dict(finding)
        detail = json.loads(row["detail"])
        assert len(detail.get("evidence", [])) == len(finding.evidence) == row["evidence_count"]
    problems.to_csv(tmp_path / "a.csv")
    frame = polars.read_csv(tmp_path / "a.csv", infer_schema=False)
    assert frame.columns == [heading.title for heading in FINDING_HEADINGS]
    assert frame["说明"].to_list() == [finding.message("zh") for finding in problems]
    problems.to_excel(tmp_path / "a.xlsx")
    book = pandas.read_excel(tmp_path / "a.xlsx", dtype=str, engine="calamine")
    assert book["对象标识"].tolist() == [finding.subject_id for finding in problems]


def test_nothing_found_is_a_table_too() -> None:
    nothing = gr.Findings([])
    assert nothing.to_arrow().schema == TABLE.problems.to_arrow().schema
    assert polars.DataFrame(nothing).columns == [heading.name for heading in FINDING_HEADINGS]
    assert len(polars.DataFrame(gr.InspectionTable([]))) == 0
    assert repr(nothing) == "<0 findings>"
    assert repr(gr.InspectionTable([])) == "<0 inspections>"


def test_an_inspection_is_a_row() -> None:
    seen = TABLE[80]
    assert dict(seen)["subject_id"] == seen.subject.id
    assert seen["verdict"] == "unqualified"
    with pytest.raises(KeyError):
        seen["nothing"]
