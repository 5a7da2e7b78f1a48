"""Notices as text, HTML and DOCX: tables keep their spans, a file that is none of these says so."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from govmedia_rules.errors import NoticeError
from govmedia_rules.notices import read
from govmedia_rules.notices.grids import from_grid
from govmedia_rules.notices.sources import MAX_CHARACTERS, load
from tests.timing import allowed

DOCX_TITLE = "东岭市人民政府办公室关于2022年第一季度政府网站与政务新媒体检查情况的通报"


def docx_notice() -> bytes:
    """A notice as a word processor saves it, with a header of two levels."""
    import docx

    document = docx.Document()
    for line in (
        DOCX_TITLE,
        "各县(区)人民政府:",
        "一、总体情况",
        "全市运行政府网站45个,抽查45个,不合格1个,合格率97.8%。",
        "附件:政府网站检查情况",
        "东岭市人民政府办公室",
        "2022年3月30日",
        "附件",
        "政府网站检查情况",
    ):
        document.add_paragraph(line)
    table = document.add_table(rows=4, cols=5)
    cells = [
        ["序号", "地区", "政府网站", "", "备注"],
        ["", "", "抽查数", "不合格数", ""],
        ["1", "市直", "30", "0", ""],
        ["2", "东岭区", "15", "1", "已整改"],
    ]
    for r, row in enumerate(cells):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    table.cell(0, 2).merge(table.cell(0, 3))
    for c in (0, 1, 4):
        table.cell(0, c).merge(table.cell(1, c))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_docx_is_read_with_its_merged_header(tmp_path: Path) -> None:
    data = docx_notice()
    path = tmp_path / "notice.docx"
    path.write_bytes(data)
    for source in (data, path, str(path)):
        notice = read(source)
        assert notice.headline == DOCX_TITLE
        table = notice.attachments[0].tables[0]
        assert table.columns == ("序号", "地区", "政府网站/抽查数", "政府网站/不合格数", "备注")
        assert table.header_levels == 2
        assert table.rows == (("1", "市直", "30", "0", None), ("2", "东岭区", "15", "1", "已整改"))
        assert notice.sites is not None
        assert (notice.sites.base, notice.sites.failed) == (45, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_files_of_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "notice.txt"
    path.write_bytes("南浦市人民政府办公室关于2022年第四季度检查情况的通报\n".encode(encoding))
    assert read(path).issuer == "南浦市人民政府办公室"


def test_a_file_that_is_no_notice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match="cannot open"):
        read(tmp_path / "missing.docx")
    with pytest.raises(NoticeError, match="not a readable DOCX"):
        read(b"PK\x03\x04 not a package")
    with pytest.raises(NoticeError, match="PDF"):
        read(b"%PDF-1.7")
    with pytest.raises(NoticeError, match="characters"):
        read("一" * (MAX_CHARACTERS + 1))


def test_html_tables_keep_their_spans() -> None:
    html = """<table><tr><th rowspan=2>序号</th><th colspan=2>网站</th></tr><tr><th>抽查</th><th>不合格</th></tr>
    <tr><td>1</td><td>5</td><td></td></tr><tr><td rowspan=2>2</td><td>6</td><td>1</td></tr><tr><td>7</td><td>0</td></tr></table>"""
    source = load(html)
    table = from_grid(source.grids[0])
    assert table is not None
    assert table.columns == ("序号", "网站/抽查", "网站/不合格")
    assert table.rows == (("1", "5", None), ("2", "6", "1"), ("2", "7", "0"))


def test_a_layout_table_is_text_and_scripts_are_nothing() -> None:
    source = load(
        "<table><tr><td><p>正文第一段</p><table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table></td></tr></table><script>var x=1</script>"
    )
    assert "正文第一段" in source.text
    assert "var x" not in source.text
    assert len(source.grids) == 1


def test_a_table_that_would_not_fit_in_memory_is_refused() -> None:
    cells = "".join("<td rowspan=1000 colspan=1000>a</td>" for _ in range(20))
    rows = "".join("<tr><td>x</td><td>y</td></tr>" for _ in range(1000))
    with pytest.raises(NoticeError, match="more than"):
        load(f"<table><tr>{cells}</tr>{rows}</table>")


def test_nesting_deeper_than_the_stack_is_read() -> None:
    depth = 5_000
    source = load("<div>" * depth + "网站" + "</div>" * depth)
    assert "网站" in source.text


def test_a_span_of_a_million_columns_is_refused_at_once() -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    document = docx.Document()
    table = document.add_table(rows=40, cols=2)
    for row in table.rows:
        row.cells[0]._tc.grid_span = 100_000
    file = io.BytesIO()
    document.save(file)
    begun = time.process_time()
    with pytest.raises(NoticeError, match="more than 500000 cells"):
        read(file.getvalue())
    assert time.process_time() - begun < allowed(5)
