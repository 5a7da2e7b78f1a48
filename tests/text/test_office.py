import zipfile

import pytest

from govmedia_rules.errors import ObservationError
from govmedia_rules.text.documents import decode_with_loss, read_documents
from govmedia_rules.text.office import office_text

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
CORE = '<x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>文档题名</dc:title><dc:creator>某人</dc:creator></x>'


def read(path):
    """Return the text of a document in which nothing is left unread."""
    faults = []
    text = office_text(path, faults.append)
    assert not faults
    return text


def package(path, parts):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def test_every_part_of_a_docx_and_moved_text_once(tmp_path):
    body = (
        f"<w:document {W}><w:body><w:p><w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:r><w:t>正文</w:t></w:r></w:p>"
        "<w:p><w:moveTo><w:r><w:t>移来</w:t></w:r></w:moveTo></w:p></w:body></w:document>"
    )
    other = f"<w:x {W}><w:p><w:r><w:t>{{}}</w:t></w:r></w:p></w:x>"
    parts = {"word/document.xml": body, "docProps/core.xml": CORE}
    parts |= {
        f"word/{name}.xml": other.format(text) for name, text in (("header1", "页眉"), ("comments", "批注"), ("footnotes", "脚注"))
    }
    text = read(package(tmp_path / "a.docx", parts)).split("\n\n")
    assert sorted(text) == sorted(["正文", "移来", "页眉", "批注", "脚注", "文档题名"])


def test_cells_of_a_workbook(tmp_path):
    parts = {
        "xl/workbook.xml": f'<workbook {S}><sheets><sheet name="表一"/></sheets></workbook>',
        "xl/sharedStrings.xml": f"<sst {S}><si><r><t>会议布</t></r><r><t>署</t></r></si><si><t>乙</t></si></sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet {S}><sheetData><row><c t="inlineStr"><is><t>丙</t></is></c></row></sheetData></worksheet>',
        "xl/comments1.xml": f"<comments {S}><commentList><comment><text><t>丁</t></text></comment></commentList></comments>",
    }
    assert read(package(tmp_path / "a.xlsx", parts)).split("\n\n") == ["表一", "会议布署", "乙", "丙", "丁"]


def test_slides(tmp_path):
    slide = f"<p {A}><a:p><a:r><a:t>幻</a:t></a:r><a:r><a:t>灯</a:t></a:r></a:p></p>"
    assert read(package(tmp_path / "a.pptx", {"ppt/presentation.xml": "<p/>", "ppt/slides/slide1.xml": slide})) == "幻灯"


@pytest.mark.parametrize(
    "parts", [{"word/document.xml": "<w:p>"}, {"x": ""}, {"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}]
)
def test_broken_documents_are_named(tmp_path, parts):
    with pytest.raises(ObservationError, match="DOCX|entities"):
        read(package(tmp_path / "a.docx", parts))


def test_readings_above_characters_stand_in_no_word(tmp_path):
    ruby = "<w:ruby><w:rt><w:r><w:t>{}</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{}</w:t></w:r></w:rubyBase></w:ruby>"
    body = f"<w:document {W}><w:p><w:r>{ruby.format('bu', '布')}</w:r><w:r>{ruby.format('shu', '署')}</w:r></w:p></w:document>"
    assert read(package(tmp_path / "a.docx", {"word/document.xml": body})) == "布署"


def test_long_numbers_typed_as_figures_are_read(tmp_path):
    sheet = f'<worksheet {S}><row><c><v>13912345678</v></c><c t="n"><v>25</v></c><c><v>45000.5</v></c></row></worksheet>'
    assert read(package(tmp_path / "a.xlsx", {"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": sheet})) == "13912345678"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("word/afchunk.htm", "afchunk.htm"),
        ("word/embeddings/oleObject1.bin", "oleObject1.bin"),
        ("word/media/image1.png", "pictures"),
    ],
)
def test_what_a_document_holds_and_is_not_read_is_said(tmp_path, name, part):
    faults = []
    path = package(tmp_path / "a.docx", {"word/document.xml": f"<w:document {W}/>", "docProps/core.xml": CORE, name: "x"})
    office_text(path, faults.append)
    assert [part in str(fault) for fault in faults] == [True]


def test_the_figures_of_a_chart_are_no_document_of_its_own(tmp_path):
    parts = {
        "word/document.xml": f"<w:document {W}><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:document>",
        "word/charts/_rels/chart1.xml.rels": '<R><Relationship Target="../embeddings/Sheet1.xlsx"/></R>',
        "word/embeddings/Sheet1.xlsx": "x",
    }
    assert read(package(tmp_path / "a.docx", parts)) == "正文"


TEXT = "会议部署工作，各级人民政府要高度重视安全生产，认真贯彻落实。\n" * 20


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-16"])
def test_text_is_read_in_its_encoding(encoding):
    assert decode_with_loss(TEXT.encode(encoding)) == (TEXT, 0)


def test_big5_is_read():
    text = "會議部署工作，各級人民政府要高度重視安全生產，認真落實。\n" * 20
    assert decode_with_loss(text.encode("big5")) == (text, 0)


def test_what_cannot_be_decoded_is_said(tmp_path):
    raw = TEXT.encode("gb18030")
    (tmp_path / "bad.txt").write_bytes(raw[:101] + b"\xff" + raw[101:])
    (tmp_path / "old.doc").write_bytes(b"x")
    (tmp_path / "good.txt").write_text("会议布署工作", "utf-8")
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 4)
    faults = []
    texts = [document.text for document in read_documents(tmp_path, faults.append)]
    assert len(texts) == 2
    assert "会议布署工作" in texts
    assert sorted(str(fault).rsplit("/", 1)[-1].split(":")[0] for fault in faults) == ["bad.txt", "noise.bin", "old.doc"]
    with pytest.raises(ObservationError, match="cannot be decoded"):
        list(read_documents(tmp_path / "bad.txt"))


def test_of_a_workbook_comments_margins_and_results_of_formulas_are_read(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "正文"
    sheet["A1"].comment = openpyxl.comments.Comment("批注里的字", "编辑")
    sheet.oddHeader.center.text = "页眉里的字"
    path = tmp_path / "a.xlsx"
    book.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/worksheets/sheet9.xml",
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="str">'
            "<f>A1</f><v>公式得出的字</v></c></row></sheetData></worksheet>",
        )
        archive.writestr("xl/threadedComments/threadedComment1.xml", '<a xmlns="urn:x"><text>会话批注</text></a>')
    parts = read(path).split()
    assert {"正文", "批注里的字", "页眉里的字", "公式得出的字", "会话批注"} <= set(parts)
