"""Inspections as a document (检查情况报告): what was checked, how it ended, and a list of problems.

It is no notice: it tells what machines and reviews found, before anybody decided what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from govmedia_rules.core.rates import Rounding
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.grids import ReportGrid, taken_apart
from govmedia_rules.reports.html import card_of, day_zh, notes_of
from govmedia_rules.reports.rows import KINDS, SubjectRow, collect
from govmedia_rules.reports.templates import Filter, fill_template
from govmedia_rules.rules.model import KIND_ZH


def inspection_document(
    inspections: Iterable[Inspection],
    *,
    title: str = "政府网站与政务新媒体检查情况报告",
    rounding: Rounding | None = None,
    template: str | Path | None = None,
) -> ReportDocument:
    """Return a report of inspections, to be written as DOCX, Markdown or HTML. Every figure is counted from them.

    Args:
        inspections: The inspections; read once and not kept.
        title: Its title.
        rounding: How rates are printed.
        template: The user's template instead of the library's: a path, or its text.

    Raises:
        NoticeError: The template cannot be filled; names the place.
        MissingExtra: jinja2 is not installed.
    """
    rows, totals = collect(inspections, max_evidence=1)
    rule = rounding or Rounding()
    clean = [row for row in rows if not row.shown and row.verdict is Verdict.QUALIFIED]
    values: dict[str, object] = {
        "title": title,
        "totals": totals,
        "rulebooks": sorted(totals.rulebooks),
        "cards": [card_of(totals, kind, rule) for kind in KINDS if totals.count(kind)],
        "notes": notes_of(totals, clean, False),
        "failed": totals.failed(),
        "has_problems": any(row.shown for row in rows),
    }
    filled = fill_template("summary.html.j2", values, template=template, filters=_FILTERS, in_one_line=True)
    return ReportDocument.parse(filled, {"problems": _problems(rows)})


def _kind_zh(kind: str) -> str:
    return KIND_ZH.get(kind, kind)


_FILTERS: Mapping[str, Filter] = {"day": day_zh, "kind_zh": _kind_zh}
_COLUMNS = ("序号", "名称", "类型", "标识码", "所属地方或部门", "判定", "问题", "检查情况")


def _problems(rows: Iterable[SubjectRow]) -> ReportGrid:
    listed = (
        (
            row.name,
            row.type_zh,
            row.code or None,
            row.area or None,
            row.verdict.zh,
            problem.phrase,
            _with_waiver(problem.message, problem.waiver),
        )
        for row in rows
        for problem in row.shown
    )
    return ReportGrid(tuple((name,) for name in _COLUMNS), taken_apart((number, *cells) for number, cells in enumerate(listed, 1)))


def _with_waiver(message: str, waiver: str) -> str:
    return f"{message}（已豁免：{waiver}）" if waiver else message
