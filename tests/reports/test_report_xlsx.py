"""Workbooks: nothing is a formula or a link, codes keep their zeros, the header stays in sight."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govmedia_rules.errors import ExportError, MissingExtra, visible
from govmedia_rules.notices import Attachment, Band, Listed, Notice, Table
from govmedia_rules.reports.grids import ReportGrid
from govmedia_rules.reports.rows import collect
from govmedia_rules.reports.xlsx import MAX_CELL, TitledSheet, inspection_sheets, notice_sheets, workbook

sys.path.insert(0, str(Path(__file__).parent))
from report_made import HOSTILE, failing, hostile_inspections

HEADER = (
    ("序号",),
    ("设区市",),
    ("网站数", "市级", "门户"),
    ("网站数", "市级", "部门"),
    ("网站数", "县级"),
    ("网站标识码",),
    ("网站标识码",),
)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def notice(text: str = "甲") -> Notice:
    rows = (("1", text, "1", "44", None, "0361100003", text), ("2", text, "0", "3", "9", "6107260003", None))
    total = (None, "合计", "1", "47", "9", None, None)
    columns = tuple("/".join(levels) for levels in HEADER)
    return Notice(
        attachments=(
            Attachment(number=1, title=text[:9000], tables=(Table(columns=columns, header=HEADER, rows=rows, total=total),)),
            Attachment(number=2, title="得分", bands=(Band(text="110-120分", groups=((text[:1000],), ("乙", "丙"))),)),
            Attachment(title="名单", listed=(Listed(name=text[:1000], kind="site", code="0107000036", wording=text[:9000]),)),
        )
    )


def test_headers_of_several_levels_are_merged() -> None:
    page = opened(workbook(notice_sheets(notice())))["附件1"]
    assert {str(one) for one in page.merged_cells.ranges} == {
        "A1:G1",
        "A2:A4",
        "B2:B4",
        "C2:E2",
        "C3:D3",
        "E3:E4",
        "F2:F4",
        "G2:G4",
    }
    assert [page["C2"].value, page["C3"].value, page["C4"].value, page["D4"].value, page["E3"].value] == [
        "网站数",
        "市级",
        "门户",
        "部门",
        "县级",
    ]
    assert page.freeze_panes == "A5"
    assert page.auto_filter.ref == "A4:G6"
    assert page.print_title_rows == "$2:$4"


def test_counts_are_numbers_codes_are_text_blanks_stay_blank() -> None:
    page = opened(workbook(notice_sheets(notice())))["附件1"]
    assert [page.cell(5, column).value for column in range(1, 8)] == [1, "甲", 1, 44, None, "0361100003", "甲"]
    assert [page.cell(6, column).value for column in range(1, 8)] == [2, "甲", 0, 3, 9, "6107260003", None]
    assert [page.cell(7, column).value for column in range(1, 8)] == [None, "合计", 1, 47, 9, None, None]
    assert page["F6"].number_format == "@"
    others = opened(workbook(notice_sheets(notice())))
    assert others["附件2"]["B3"].value == "甲\n乙、丙"
    assert others["附件"]["C3"].value == "0107000036"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_a_text_cell(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    for sheets in (inspection_sheets(hostile_inspections(text)), notice_sheets(notice(clean or "无"))):
        data = workbook([*sheets, TitledSheet(text, text, ReportGrid(((text,), (text, text)), [(text, text)], None, text))])
        archive = zipfile.ZipFile(io.BytesIO(data))
        for name in archive.namelist():
            part = archive.read(name).decode("utf-8")
            assert "<f>" not in part
            assert "<hyperlink" not in part
            assert "TargetMode=" not in part
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", part)
        book = opened(data)
        for page in book:
            assert len(page.title.encode("utf-16-le")) <= 62
            assert not re.search(r"[\[\]:*?/\\]", page.title)
            for row in page.iter_rows():
                for cell in row:
                    assert cell.data_type in ("s", "n"), cell
        # Line ends of a text cell are one character, and openpyxl escapes nothing.
        assert book.worksheets[-1].cell(5, 1).value == visible(text).replace("\r\n", "\n")


def test_the_subjects_and_findings_are_all_there() -> None:
    rows, totals = collect(failing(40))
    book = opened(workbook(inspection_sheets(failing(40))))
    assert book.sheetnames == ["汇总", "对象", "问题", "未定", "指标"]
    summary = [[cell.value for cell in row] for row in book["汇总"].iter_rows(min_row=2)]
    assert summary[1] == ["政务新媒体", 40, 40, 0, 0, "0%"]
    assert book["对象"].max_row == 2 + 40
    assert book["问题"].max_row == 2 + sum(len(row.problems) for row in rows) == 82
    assert totals.subjects == 40
    head = [cell.value for cell in book["问题"][2]]
    assert head[0] == "序号"
    assert "条款" in head
    assert book["问题"].cell(3, head.index("说明") + 1).value.startswith("监测时间点（2024年8月23日）前2周内无更新")


def test_a_cell_that_is_too_long_says_so() -> None:
    book = opened(workbook([TitledSheet("长", "", ReportGrid((("列",),), [("😀" * 20_000,), ("字" * 40_000,), ("字" * 30_000,)]))]))
    page = book["长"]
    assert "共20000字" in page["A2"].value
    assert "共40000字" in page["A3"].value
    assert page["A4"].value == "字" * 30_000
    assert all(len(page[f"A{row}"].value.encode("utf-16-le")) // 2 <= MAX_CELL for row in (2, 3, 4))


def test_names_of_sheets_never_clash() -> None:
    sheets = [
        TitledSheet(name, "", ReportGrid((("列",),), [("1",)]))
        for name in ("甲", "甲", "甲/乙", "甲?乙", "History", "", "长" * 40, "长" * 50)
    ]
    names = opened(workbook(sheets)).sheetnames
    assert len({name.casefold() for name in names}) == len(sheets)


def test_too_many_rows_and_no_sheet_at_all() -> None:
    with pytest.raises(ExportError, match="more than a sheet can hold"):
        workbook([TitledSheet("大", "", ReportGrid((("列",),), [("1",)] * 1_048_576))])
    with pytest.raises(ExportError, match="at least one table"):
        workbook([])


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=r"govmedia-rules\[report\]"):
        workbook(notice_sheets(notice()))


def test_the_same_tables_give_the_same_bytes() -> None:
    assert workbook(notice_sheets(notice())) == workbook(notice_sheets(notice()))


paths = st.lists(st.lists(st.sampled_from(["甲", "乙", "丙"]), min_size=1, max_size=4).map(tuple), min_size=1, max_size=12).map(
    tuple
)


@given(paths)
@settings(max_examples=300, deadline=None)
def test_header_cells_cover_the_header_exactly_once(header: tuple[tuple[str, ...], ...]) -> None:
    grid = ReportGrid(header, [])
    seen: dict[tuple[int, int], str] = {}
    for cell in grid.head():
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                assert (row, column) not in seen
                seen[row, column] = cell.text
    assert set(seen) == {(row, column) for row in range(grid.depth) for column in range(grid.width)}
    for column, levels in enumerate(header):
        assert [seen[row, column] for row in range(len(levels))] == list(levels)
        assert all(seen[row, column] == levels[-1] for row in range(len(levels), grid.depth))
