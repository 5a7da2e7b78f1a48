"""Workbooks (XLSX): text is text, codes keep their zeros, headers stay in sight, and every column can be filtered.

No cell is ever a formula or a link: a name that begins with `=` is written as the text it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from govmedia_rules.core.rates import Rounding
from govmedia_rules.errors import ExportError, MissingExtra, Where, visible
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.judge.review_sheet import REVIEW_COLUMNS
from govmedia_rules.notices.model import Notice
from govmedia_rules.reports.grids import ReportGrid, as_count, counts_in, grids_of, taken_apart
from govmedia_rules.reports.html import indicator_lines
from govmedia_rules.reports.review_rows import review_rows
from govmedia_rules.reports.rows import KINDS, FindingRow, SubjectRow, Totals, collect
from govmedia_rules.reports.text import one_line, sheet_name
from govmedia_rules.rules.model import GRADE_ZH

MAX_ROWS = 1_048_576
"""Rows a sheet can hold."""
MAX_CELL = 32_767
"""UTF-16 units a cell can hold."""
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TitledSheet:
    """One sheet: its name, a title above the table, and the table."""

    name: str
    title: str
    grid: ReportGrid


def workbook(sheets: Sequence[TitledSheet], *, made_at: datetime | None = None) -> bytes:
    """Return the bytes of a workbook.

    Args:
        sheets: Its sheets; names are cut and numbered as a spreadsheet demands.
        made_at: Time of making that the file carries; a fixed day when None, so that the same tables give the same bytes.

    Raises:
        ExportError: A table has more rows than a sheet can hold, or there is no sheet.
        MissingExtra: xlsxwriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra(
            "writing a workbook needs xlsxwriter", hint="pip install govmedia-rules[report]", zh="写工作簿需要 xlsxwriter"
        ) from None
    if not sheets:
        raise ExportError("a workbook needs at least one table", zh="工作簿至少要有一张表")
    for sheet in sheets:
        rows = len(sheet.grid.body) + sheet.grid.depth + 2
        if rows > MAX_ROWS:
            raise ExportError(
                f"{rows} rows are more than a sheet can hold",
                Where(table=sheet.name),
                "write several workbooks",
                zh=f"{rows} 行超过一张工作表的容量",
                hint_zh="请分成几个工作簿",
            )
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": (made_at or _EPOCH).replace(tzinfo=None)})
        styles = _styles(book)
        taken: set[str] = set()
        for sheet in sheets:
            name = sheet_name(sheet.name, taken)
            taken.add(name.casefold())
            _fill(book.add_worksheet(name), sheet, styles)
    return out.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    cell = {"border": 1, "valign": "vcenter", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "caption": book.add_format({"bold": True, "num_format": "@"}),
        "head": book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#E8EDF3", "num_format": "@"}),
        "text": book.add_format({**cell, "num_format": "@"}),
        "count": book.add_format({**cell, "align": "right"}),
    }


def _fill(page: Any, sheet: TitledSheet, styles: dict[str, Any]) -> None:
    grid = sheet.grid
    last = max(grid.width - 1, 0)
    top = 0
    if sheet.title:
        _merge(page, top, 0, top, last, sheet.title, styles["title"])
        page.set_row(top, 30)
        top += 1
    if grid.caption:
        _merge(page, top, 0, top, last, grid.caption, styles["caption"])
        top += 1
    for cell in grid.head():
        row = top + cell.row
        _merge(page, row, cell.column, row + cell.rows - 1, cell.column + cell.columns - 1, cell.text, styles["head"])
    first = top + grid.depth
    counts = counts_in(grid)
    for offset, cells in enumerate(grid.body):
        for column, value in enumerate(cells):
            _write(page, first + offset, column, value, counts[column], styles)
    for column, wide in enumerate(grid.widths()):
        page.set_column(column, column, min(wide + 2, 60))
    page.freeze_panes(first, 0)
    if grid.rows:
        # The total stays outside: it must not be sorted among the rows.
        page.autofilter(first - 1, 0, first + len(grid.rows) - 1, last)
    page.repeat_rows(top, first - 1)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if grid.width > 6:
        page.set_landscape()


def _merge(page: Any, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
    if (top, left) == (bottom, right):
        page.write_string(top, left, _fitted(text), style)
    else:
        page.merge_range(top, left, bottom, right, "", style)
        page.write_string(top, left, _fitted(text), style)


def _write(page: Any, row: int, column: int, value: str | int | None, is_count: bool, styles: dict[str, Any]) -> None:
    if value is None:
        page.write_blank(row, column, None, styles["text"])
    elif isinstance(value, int):
        page.write_number(row, column, value, styles["count"])
    elif is_count and (number := as_count(value)) is not None:
        page.write_number(row, column, number, styles["count"])
    else:
        page.write_string(row, column, _fitted(value), styles["text"])


def _fitted(text: str) -> str:
    """Return the visible text as far as a cell can hold it, saying how much was left out."""
    text = visible(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) <= MAX_CELL // 2:
        return text
    suffix = f"…（共{len(text)}字，此处未录全）"
    kept = text
    while len(kept.encode("utf-16-le")) // 2 > MAX_CELL - len(suffix):
        over = len(kept.encode("utf-16-le")) // 2 - (MAX_CELL - len(suffix))
        kept = kept[: len(kept) - max(1, over // 2)]
    return kept if kept == text else kept + suffix


def notice_sheets(notice: Notice) -> list[TitledSheet]:
    """Return one sheet for each table of the notice's attachments."""
    sheets = []
    for attachment in notice.attachments:
        title = one_line(attachment.page_title or attachment.title or "附件")
        label = f"附件{attachment.number}" if attachment.number is not None else "附件"
        grids = grids_of(attachment)
        for number, grid in enumerate(grids, 1):
            name = f"{label}{grid.caption or (f'-{number}' if len(grids) > 1 else '')}"
            sheets.append(TitledSheet(name, title, grid))
    return sheets


def attachments_xlsx(notice: Notice, *, made_at: datetime | None = None) -> bytes:
    """Return the attachments of a notice as a workbook, a sheet for each table. Text is never a formula; codes keep their zeros.

    Args:
        notice: The notice.
        made_at: Time of making that the file carries; a fixed day when None.

    Raises:
        ExportError: It has no table, or one with more rows than a sheet can hold.
        MissingExtra: xlsxwriter is not installed.
    """
    return workbook(notice_sheets(notice), made_at=made_at)


def inspections_xlsx(
    inspections: Iterable[Inspection],
    *,
    rounding: Rounding | None = None,
    max_evidence: int = 5,
    made_at: datetime | None = None,
) -> bytes:
    """Return inspections as a workbook with the sheets 汇总, 对象, 问题, 未定, 指标; see `inspection_sheets`.

    Args:
        inspections: The inspections; read once and not kept.
        rounding: How rates are printed.
        max_evidence: Pieces of evidence written into the cell of a finding.
        made_at: Time of making that the file carries; a fixed day when None.

    Raises:
        ExportError: There are more rows than a sheet can hold.
        MissingExtra: xlsxwriter is not installed.
    """
    return workbook(inspection_sheets(inspections, rounding=rounding, max_evidence=max_evidence), made_at=made_at)


def review_xlsx(inspections: Iterable[Inspection], *, made_at: datetime | None = None) -> bytes:
    """Return a workbook to review in: failures and candidates with passage, evidence, and columns for the decision.

    A person fills in 决定, 理由, 复核角色 (a role, never a name) and 复核时间; `read_reviews(path)` reads it back. Rows whose other
    cells were changed are refused there and named.

    Args:
        inspections: The inspections; read once and not kept.
        made_at: Time of making that the file carries; a fixed day when None.

    Raises:
        ExportError: There are more rows than a sheet can hold.
        MissingExtra: xlsxwriter is not installed.
    """
    return review_workbook(review_rows(inspections), made_at=made_at)


def review_workbook(rows: Iterable[Sequence[str]], *, made_at: datetime | None = None) -> bytes:
    """Return a workbook to review in of rows that `judge.review_sheet.review_row` made; see `review_xlsx`."""
    return workbook([TitledSheet("复核", "", _grid(REVIEW_COLUMNS, rows))], made_at=made_at)


SUBJECTS = (
    *("序号", "对象", "类型", "名称", "标识码", "首页网址", "主办单位", "所属地方或部门", "层级", "判定", "得分"),
    *("存在的突出问题", "未定的否决项", "监测时间点", "规则"),
)
"""Columns of the list of subjects."""
FINDINGS = (
    *("序号", "名称", "标识码", "主办单位", "所属地方或部门", "指标", "指标名称", "类别", "结论", "说明", "证据", "证据条数"),
    *("依据", "条款", "依据来源", "复核", "豁免"),
)
"""Columns of the list of problems."""
OPEN = ("序号", "名称", "标识码", "主办单位", "所属地方或部门", "指标", "指标名称", "结论", "为何未定")
"""Columns of the list of what keeps verdicts open."""


def inspection_sheets(
    inspections: Iterable[Inspection], *, rounding: Rounding | None = None, max_evidence: int = 5
) -> list[TitledSheet]:
    """Return sheets about inspections: 汇总, 对象, 问题, 未定, 指标. Every figure is counted from them.

    Args:
        inspections: The inspections; read once and not kept.
        rounding: How rates are printed.
        max_evidence: Pieces of evidence written into the cell of a finding; their full number has its own column.
    """
    rows, totals = collect(inspections, max_evidence)
    return sheets_of(rows, totals, rounding or Rounding())


def sheets_of(rows: Sequence[SubjectRow], totals: Totals, rounding: Rounding) -> list[TitledSheet]:
    """Return the sheets of rows that were collected already."""
    order = (Verdict.UNQUALIFIED, Verdict.QUALIFIED, Verdict.UNDETERMINED)
    summary = [
        (KINDS[kind], totals.count(kind), *(totals.count(kind, verdict) for verdict in order), totals.pass_rate(kind, rounding))
        for kind in KINDS
        if totals.count(kind)
    ]
    rank = {Verdict.UNQUALIFIED: 0, Verdict.UNDETERMINED: 1, Verdict.QUALIFIED: 2}
    rows = sorted(rows, key=lambda row: rank[row.verdict])  # what must be dealt with first stands first
    findings = [(row, problem) for row in rows for problem in row.problems]
    missing = [(row, finding) for row in rows for finding in row.missing]
    indicators = [
        (indicator_line.id, indicator_line.title, indicator_line.kind, *indicator_line.counts)
        for indicator_line in indicator_lines(totals)
    ]
    words = ("不通过", "通过", "数据不足", "待复核", "未检查", "检查出错", "不适用")
    return [
        TitledSheet("汇总", "检查情况汇总", _grid(("对象", "检查数", "不合格", "合格", "待定", "合格率"), summary)),
        TitledSheet("对象", "检查对象", _grid(SUBJECTS, [(number, *_subject(row)) for number, row in enumerate(rows, 1)])),
        TitledSheet(
            "问题",
            "检查发现的问题",
            _grid(FINDINGS, [(number, *_finding(row, finding)) for number, (row, finding) in enumerate(findings, 1)]),
        ),
        TitledSheet(
            "未定",
            "尚不能判定的事项",
            _grid(OPEN, [(number, *_open(row, finding)) for number, (row, finding) in enumerate(missing, 1)]),
        ),
        TitledSheet("指标", "各指标情况", _grid(("指标", "指标名称", "类别", *words), indicators)),
    ]


def _grid(header: Sequence[str], rows: Iterable[Sequence[object]]) -> ReportGrid:
    return ReportGrid(tuple((title,) for title in header), taken_apart(rows))


def _subject(row: SubjectRow) -> tuple[object, ...]:
    return (
        KINDS[row.kind],
        row.type_zh,
        row.name,
        row.code or row.id,
        row.url or None,
        row.owner or None,
        row.area or None,
        row.level_zh or None,
        row.verdict.zh,
        row.score or None,
        "、".join(problem.phrase for problem in row.problems) or None,
        "、".join(finding.phrase for finding in row.missing) or None,
        f"{row.observed_at:%Y-%m-%d %H:%M}",
        row.rulebook,
    )


def _open(row: SubjectRow, finding: FindingRow) -> tuple[object, ...]:
    place = (row.name, row.code or row.id, row.owner or None, row.area or None)
    return (*place, finding.indicator, finding.title, finding.status.zh, finding.message)


def _finding(row: SubjectRow, finding: FindingRow) -> tuple[object, ...]:
    pieces = "\n".join(str(piece) for piece in finding.evidence)
    return (
        row.name,
        row.code or row.id,
        row.owner or None,
        row.area or None,
        finding.indicator,
        finding.title,
        finding.kind_zh,
        finding.status.zh,
        finding.message,
        pieces or None,
        finding.evidence_count,
        finding.document,
        finding.clause or None,
        GRADE_ZH[finding.grade],
        finding.review or None,
        finding.waiver or None,
    )
