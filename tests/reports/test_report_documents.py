"""Documents: what a template gave, and the same as DOCX, Markdown, HTML and text."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from govmedia_rules.errors import NoticeError, visible
from govmedia_rules.reports.blocks import STYLES, Break, Imprint, Paragraph, Run
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.grids import ReportGrid
from govmedia_rules.reports.word import balanced

sys.path.insert(0, str(Path(__file__).parent))
import report_chromium
from report_made import HOSTILE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
GRID = ReportGrid(
    (("序号",), ("网站数", "市级", "门户"), ("网站数", "市级", "部门"), ("网站数", "县级"), ("标识码",)),
    [("1", "1", "44", None, "0361100003"), ("2", "0", "3", "9", "6107260003")],
    (None, "1", "47", "9", None),
    "市直单位",
)


def one_of_each(text: str) -> ReportDocument:
    grid = ReportGrid(((text,), (text, text)), [(text, text), (text, 3)], (text, None), text)
    return ReportDocument(
        text,
        (
            *(Paragraph(style, (Run(text), Run(text, "lead"), Run(text, "strong"))) for style in STYLES),
            Break("line"),
            grid,
            Break(),
            grid,
        ),
    )


def test_a_template_is_read_as_blocks() -> None:
    document = ReportDocument.parse(
        """<h1>关于
            检查的通报</h1><!-- 说明 --><p class="to">各县：</p><hr class="line"><h2>一、情况</h2>
        <section><p><b class="lead">（一）网站。</b>共<strong>3</strong>个，<br>其中 2 个 &lt;合格&gt;。</p></section><hr>
        <table data-grid="a"></table>""",
        {"a": GRID},
    )
    assert document.title == "关于检查的通报"
    assert [getattr(one, "style", type(one).__name__) for one in document.blocks] == [
        "title",
        "to",
        "Break",
        "heading",
        "body",
        "Break",
        "ReportGrid",
    ]
    body = document.blocks[4]
    assert isinstance(body, Paragraph)
    assert body.runs == (
        Run("（一）网站。", "lead"),
        Run("共"),
        Run("3", "strong"),
        Run("个，"),
        Run("\n"),
        Run("其中 2 个 <合格>。"),
    )


def test_a_table_without_columns_is_left_out() -> None:
    assert ReportDocument.parse('<p>甲</p><table data-grid="a"></table>', {"a": ReportGrid((), [])}).blocks == (
        Paragraph("body", (Run("甲"),)),
    )


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ("<p>甲</p>乙", "outside of any paragraph: '乙'"),
        ('<p class="big">甲</p>', "class 'big'"),
        ("<p><img src=x></p>", "<img> inside a paragraph"),
        ("<script>1</script>", "<script>"),
        ('<table data-grid="b"></table>', "a table 'b'"),
        ("<table><tr><td>甲</td></tr></table>", "a table ''"),
        ("<ul><li>甲</li></ul>", "<ul>"),
    ],
)
def test_what_means_nothing_in_a_document_is_named(filled: str, told: str) -> None:
    with pytest.raises(NoticeError, match=re.escape(told)):
        ReportDocument.parse(filled, {"a": GRID})


def opened(document: ReportDocument) -> Any:
    return docx.Document(io.BytesIO(document.to_docx()))


def test_the_page_is_that_of_the_standard() -> None:
    section = opened(one_of_each("甲")).sections[0]
    millimetres = [round(value.mm) for value in (section.page_width, section.page_height, section.top_margin, section.left_margin)]
    assert millimetres == [210, 297, 37, 28]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156
    assert round(section.page_height.mm - section.top_margin.mm - section.bottom_margin.mm) == 225


def test_fonts_sizes_and_names_of_styles() -> None:
    file = opened(one_of_each("甲"))
    seen = {}
    for paragraph in file.paragraphs:
        style = paragraph.style
        fonts = style.element.find(f"{W}rPr/{W}rFonts")
        seen[style.name] = (fonts.get(f"{W}eastAsia"), style.font.size.pt)
    assert seen["公文标题"] == ("方正小标宋简体", 22)
    assert seen["公文正文"] == ("仿宋_GB2312", 16)
    assert seen["一级标题"] == ("黑体", 16)
    assert seen["二级标题"] == ("楷体_GB2312", 16)
    assert seen["附件序号"] == ("黑体", 16)
    body = next(one.style for one in file.paragraphs if one.style.name == "公文正文")
    assert body.element.find(f"{W}pPr/{W}ind").get(f"{W}firstLineChars") == "200"


def test_page_numbers_stand_outside_on_both_sides() -> None:
    archive = zipfile.ZipFile(io.BytesIO(one_of_each("甲").to_docx()))
    odd, even = (archive.read(f"word/footer{number}.xml").decode() for number in (1, 2))
    for footer, side in ((odd, "right"), (even, "left")):
        assert "".join(re.findall(r"<w:t[^>]*>([^<]*)<", footer)) == "— 1 —"
        assert " PAGE " in footer
        assert f'<w:jc w:val="{side}"/>' in footer
    assert "evenAndOddHeaders" in archive.read("word/settings.xml").decode()


def test_headers_are_merged_and_repeated() -> None:
    [table] = opened(ReportDocument("", (GRID,))).tables
    told = [[cell.text for cell in row.cells] for row in table.rows]
    assert told[:3] == [
        ["序号", "网站数", "网站数", "网站数", "标识码"],
        ["序号", "市级", "市级", "县级", "标识码"],
        ["序号", "门户", "部门", "县级", "标识码"],
    ]
    assert told[3:] == [["1", "1", "44", "", "0361100003"], ["2", "0", "3", "9", "6107260003"], ["", "1", "47", "9", ""]]
    repeated = [row._tr.find(f"{W}trPr/{W}tblHeader") is not None for row in table.rows]
    assert repeated == [True] * 3 + [False] * 3
    widths = [int(one.get(f"{W}w")) for one in table._tbl.find(f"{W}tblGrid")]
    assert len(widths) == 5
    assert sum(widths) <= 156 * 1440 / 25.4 + 5


def test_a_table_of_many_columns_lies_on_its_side() -> None:
    wide = ReportGrid(tuple((str(one),) for one in range(9)), [tuple("123456789")])
    file = opened(ReportDocument("", (Paragraph("body", (Run("甲"),)), Break(), wide, Break(), GRID)))
    assert [one.page_width > one.page_height for one in file.sections] == [False, True, False]
    assert (
        opened(ReportDocument("", (GRID, Break(), GRID))).sections[0].page_width
        < opened(ReportDocument("", (GRID,))).sections[0].page_height
    )


def test_signature_and_date_stand_as_the_standard_says() -> None:
    def right(signature: str, date: str) -> list[int]:
        file = opened(ReportDocument("", (Paragraph("signature", (Run(signature),)), Paragraph("date", (Run(date),)))))
        return [int(one._p.find(f"{W}pPr/{W}ind").get(f"{W}rightChars")) for one in file.paragraphs]

    # The signature stands two characters from the edge, the date begins two characters right of where it begins.
    assert right("示例市人民政府办公室", "2024年8月27日") == [200, 350]
    # A date that is longer stands two characters from the edge itself, and the signature moves in.
    assert right("甲县", "2024年12月27日") == [900, 200]


@given(st.text("示例市人民政府关于的通报2024年、（）", min_size=1, max_size=90))
@settings(max_examples=300, deadline=None)
def test_titles_keep_their_text_and_their_numbers_whole(text: str) -> None:
    lines = balanced(text, 40)
    assert "".join(lines) == text
    for line, after in pairwise(lines):
        assert not (line[-1].isdigit() and after[0].isdigit())
        assert after[0] not in "、）"


def test_a_title_is_broken_after_a_word() -> None:
    title = "示例市人民政府办公室关于2024年第三季度全市政府网站与政务新媒体检查情况的通报"
    assert balanced(title, 40) == ["示例市人民政府办公室关于2024年第三季度", "全市政府网站与政务新媒体检查情况的通报"]
    assert balanced("通报", 40) == ["通报"]
    assert balanced("云南省人民政府办公厅关于全省政府网站和政府系统政务新媒体检查情况的通报", 40) == [
        "云南省人民政府办公厅关于全省政府网站",
        "和政府系统政务新媒体检查情况的通报",
    ]


def test_a_heading_without_text_stays_with_what_it_heads() -> None:
    heading, text = Paragraph("body", (Run("（一）网站。", "lead"),)), Paragraph("body", (Run("（二）账号。", "lead"), Run("甲。")))
    kept = [one._p.find(f"{W}pPr/{W}keepNext") is not None for one in opened(ReportDocument("", (heading, text))).paragraphs]
    assert kept == [True, False]


@pytest.mark.parametrize("between", [(), (Paragraph("attachments", (Run("附件：名单"),)),)])
def test_the_last_text_stays_with_the_signature(between: tuple[Paragraph, ...]) -> None:
    text = (Paragraph("body", (Run("甲。"),)), Paragraph("body", (Run("乙。"),)))
    signed = ReportDocument("", (*text, *between, Paragraph("signature", (Run("某市政府办公室"),))))
    kept = [one._p.find(f"{W}pPr/{W}keepNext") is not None for one in opened(signed).paragraphs]
    assert kept[:2] == [False, True]


def test_the_same_document_gives_the_same_bytes() -> None:
    assert one_of_each("甲").to_docx() == one_of_each("甲").to_docx()


OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed (Debian: apt-get install libreoffice-writer)")
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed (Debian: apt-get install poppler-utils)")
def test_libreoffice_lays_it_out_in_full(tmp_path: Path) -> None:
    """Another program than the one that checks the parts opens the file, and finds every line of it, on the pages meant."""
    wide = ReportGrid(tuple((f"列{one}",) for one in range(9)), [tuple("一二三四五六七八九")])
    body = [Paragraph("body", (Run(f"第{one}段。" + "检查情况" * 20),)) for one in range(40)]
    blocks = (Paragraph("title", (Run("检查情况的通报"),)), *body, Break(), GRID, Break(), wide)
    (tmp_path / "made.docx").write_bytes(ReportDocument("", blocks).to_docx())
    assert OFFICE is not None
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [OFFICE, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "made.docx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    told = subprocess.run(["pdftotext", "-raw", str(tmp_path / "made.pdf"), "-"], check=True, capture_output=True, text=True).stdout
    pages = told.rstrip("\f").split("\f")
    flat_pages = [flat(page) for page in pages]
    assert all(f"第{one}段。" in "".join(flat_pages) for one in range(40))
    # 40 paragraphs of 84 or 85 characters, 28 a line and two at the start of the first, make four lines each; 22 lines a page.
    assert len(pages) == 10
    assert all(page.endswith(f"—{number}—") for number, page in enumerate(flat_pages, 1))
    assert "网站数" in flat_pages[8]
    assert "标识码" in flat_pages[8]
    assert "一二三四五六七八九" in flat_pages[9]


# --- hostile text -----------------------------------------------------------------------------------------------------

BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
BENIGN = one_of_each("甲")


def check_docx(document: ReportDocument, like: ReportDocument) -> str:
    """The text of the DOCX; fails where it holds more than text, or is built otherwise than that of `like`."""
    archive = zipfile.ZipFile(io.BytesIO(document.to_docx()))
    assert archive.testzip() is None
    for name in archive.namelist():
        part = archive.read(name).decode("utf-8")
        assert not BAD.search(part)
        tree = etree.fromstring(part.encode())
        if name.endswith(".rels"):
            assert all(one.get("TargetMode") != "External" for one in tree)
        fields = [one.text for one in tree.iter(f"{W}instrText")]
        assert fields in ([], [" PAGE "])
        for word in ("hyperlink", "fldSimple", "object", "drawing", "pict", "altChunk", "attachedTemplate"):
            assert not list(tree.iter(f"{W}{word}"))
    file, other = opened(document), opened(like)
    assert [one.style.name for one in file.paragraphs] == [one.style.name for one in other.paragraphs]
    assert [(len(one.rows), len(one.columns)) for one in file.tables] == [(len(one.rows), len(one.columns)) for one in other.tables]
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in file.paragraphs), *cells, file.core_properties.title])


def check_html(page: str, like: str) -> str:
    """The text of the page; fails where it holds an element, attribute or address that `like` does not."""
    tree, other = LexborHTMLParser(page), LexborHTMLParser(like)
    assert [one.tag for one in tree.css("*") if one.tag != "br"] == [one.tag for one in other.css("*") if one.tag != "br"]
    assert not tree.css("script")
    for one in tree.css("*"):
        assert set(one.attributes) <= {"class", "lang", "charset", "http-equiv", "content", "name", "rowspan", "colspan"}
    assert not BAD.search(page)
    assert "script-src" not in page.split("</head>")[0]
    assert "default-src 'none'" in page
    return tree.body.text() if tree.body else ""


def check_markdown(told: str, like: str) -> str:
    """The text a reader of the Markdown sees; fails where it holds a link, an image, code or HTML, or other blocks than `like`."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens, other = parser.parse(told), parser.parse(like)
    assert [one.type for one in tokens] == [one.type for one in other]
    text = []
    for token in tokens:
        for child in token.children or ():
            if child.type == "html_inline":
                assert child.content == "<br>"
                text.append("\n")
            else:
                assert child.type in ("text", "strong_open", "strong_close", "text_special"), child
                text.append(child.content)
        text.append("\n")
    assert not BAD.search(told)
    # What a reader's program makes links of by itself.
    assert not re.search(r"https?://|www\.|\w@\w", told)
    return "".join(text)


def flat(text: str) -> str:
    return re.sub(r"\s+", "", visible(text))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_hostile_text_is_text_in_every_form(text: str) -> None:
    document = one_of_each(text)
    for told in (
        check_docx(document, BENIGN),
        check_html(document.to_html(), BENIGN.to_html()),
        check_markdown(document.to_markdown(), BENIGN.to_markdown()),
        document.to_text(),
    ):
        assert flat(told).count(flat(text)) >= len(STYLES) * 3
        assert not BAD.search(told)


@pytest.mark.parametrize(
    "text",
    [
        "1.甲",
        "1. 甲",
        "12) 甲",
        "- 甲",
        "+ 甲",
        "-",
        "---",
        "===",
        "> 甲",
        "# 甲",
        "    甲",
        "\t甲",
        "*",
        "~~~",
        "|",
        "&copy;",
        "甲\\",
    ],
)
def test_a_paragraph_of_markdown_reads_as_it_was(text: str) -> None:
    document = ReportDocument("", (Paragraph("body", (Run(text),)), ReportGrid((("列",),), [(text,)])))
    like = ReportDocument("", (Paragraph("body", (Run("甲"),)), ReportGrid((("列",),), [("甲",)])))
    lines = check_markdown(document.to_markdown(), like.to_markdown()).split("\n")
    assert [line for line in lines if line] == [text.strip(), "列", text.strip()]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:24]))
def test_a_row_of_the_text_form_stays_a_row(text: str) -> None:
    lines = ReportDocument("", (ReportGrid((("甲",), ("乙",)), [(text, text), ("1", "2")]),)).to_text().split("\n")
    assert [line.count("\t") for line in lines if line] == [1, 1, 1]


def test_marks_that_both_fonts_have_are_chinese() -> None:
    document = ReportDocument.parse("<h1>关于“甲”的通报</h1><p>一——二…<b class='lead'>“三”</b></p>")
    xml = zipfile.ZipFile(io.BytesIO(document.to_docx())).read("word/document.xml").decode()
    for run in re.findall(r"<w:r>(.*?)</w:r>", xml):
        if re.search("[“”—…]", run):
            assert 'w:hint="eastAsia"' in run
    assert "theme" not in xml


def test_the_imprint_stands_on_an_even_page_of_its_own() -> None:
    imprint = Imprint("某市人民政府办公室", "2024年8月27日", ("市委办公室", "市人大常委会办公室"))
    document = replace(
        ReportDocument.parse("<h1>通报</h1><p>正文</p>"), blocks=(*ReportDocument.parse("<h1>通报</h1><p>正文</p>").blocks, imprint)
    )
    xml = zipfile.ZipFile(io.BytesIO(document.to_docx())).read("word/document.xml").decode()
    assert xml.count("<w:sectPr>") == 2
    assert xml.index('w:val="evenPage"') > xml.index("抄送：")
    assert "抄送：市委办公室，市人大常委会办公室。\n某市人民政府办公室　2024年8月27日印发" in document.to_text()
    assert "2024年8月27日印发" in document.to_html()
    assert "2024年8月27日印发" in document.to_markdown()


def test_a_long_list_is_set_small() -> None:
    for rows, style in ((10, "table_cell"), (80, "table_cell_small")):
        grid = ReportGrid((("序号",), ("名称",)), [(number, "某网站") for number in range(rows)])
        xml = zipfile.ZipFile(io.BytesIO(ReportDocument("", (grid,)).to_docx())).read("word/document.xml").decode()
        assert f'w:val="{style}"' in xml


@pytest.mark.skipif(report_chromium.BINARY is None, reason="chromium is not installed (Debian: apt-get install chromium)")
def test_a_list_of_500_units_is_printed_from_a_browser_on_20_pages(tmp_path: Path) -> None:
    rows = [(str(number), "甲县", "微信公众号", f"甲县卫生健康{number}", "监测时间点前2周内无更新") for number in range(500)]
    grid = ReportGrid((("序号",), ("所属地方或部门",), ("类型",), ("政务新媒体名称",), ("存在的突出问题",)), rows)
    page, printed = tmp_path / "名单.html", tmp_path / "名单.pdf"
    page.write_text(ReportDocument("名单", (grid,)).to_html(), "utf-8")
    chromium = [
        str(report_chromium.BINARY),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={tmp_path}/home",
    ]
    subprocess.run([*chromium, f"--print-to-pdf={printed}", page.as_uri()], check=True, capture_output=True, timeout=120)
    pages = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    assert 5 < pages <= 20
    assert 'class="long"' not in ReportDocument("名单", (replace(grid, rows=rows[:59]),)).to_html()
