import pytest

from govmedia_rules.errors import ObservationError
from govmedia_rules.text.documents import read_documents

pypdf = pytest.importorskip("pypdf")
from pypdf.annotations import FreeText
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def page_of(writer, content, has_picture=False):
    page = writer.add_blank_page(500, 700)
    stream = DecodedStreamObject()
    stream.set_data(content)
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    resources = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
    if has_picture:
        resources[NameObject("/XObject")] = DictionaryObject()
    page[NameObject("/Resources")] = resources
    page[NameObject("/Contents")] = writer._add_object(stream)


def words(*lines):
    shown = b"".join(b"(" + line.encode() + b") Tj 0 -20 Td " for line in lines)
    return b"BT /F1 12 Tf 50 600 Td " + shown + b"ET"


def read(tmp_path, writer):
    path = tmp_path / "a.pdf"
    writer.write(path)
    faults = []
    return [document.text for document in read_documents(path, faults.append)], [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("content", "has_picture"),
    [
        (words("- 3 -"), True),
        (b"q BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q", False),
        (b"0 0 m 10 10 l S " * 100, False),
        (words("\\001\\002\\003\\004"), False),
    ],
    ids=["picture and page number", "picture in the page", "text drawn as lines", "characters without meaning"],
)
def test_a_page_whose_text_cannot_be_read_is_said(tmp_path, content, has_picture):
    writer = pypdf.PdfWriter()
    page_of(writer, words("text of page one"))
    page_of(writer, content, has_picture)
    texts, faults = read(tmp_path, writer)
    assert "text of page one" in texts[0]
    assert ["page 2" in fault for fault in faults] == [True]


def test_an_empty_page_among_others_is_none(tmp_path):
    writer = pypdf.PdfWriter()
    page_of(writer, words("text"))
    writer.add_blank_page(500, 700)
    assert read(tmp_path, writer) == (["text"], [])


def test_a_file_without_any_text_is_said(tmp_path):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    texts, faults = read(tmp_path, writer)
    assert (texts, len(faults)) == ([""], 1)


def test_page_numbers_and_heads_stand_in_no_word(tmp_path):
    writer = pypdf.PdfWriter()
    for number, part in enumerate(("state coun", "cil of the peo", "ple"), 1):
        page_of(writer, words("Gazette of Somewhere", part, f"- {number} -"))
    texts, faults = read(tmp_path, writer)
    assert (texts, faults) == (["state coun\ncil of the peo\nple\n\nGazette of Somewhere"], [])


def test_comments_and_the_title_are_read(tmp_path):
    writer = pypdf.PdfWriter()
    page_of(writer, words("text"))
    writer.add_annotation(0, FreeText(text="批注里的字", rect=(50, 50, 300, 100)))
    writer.add_metadata({"/Title": "题名"})
    texts, _ = read(tmp_path, writer)
    assert texts[0].split("\n\n") == ["text", "题名", "批注里的字"]


def test_what_is_no_pdf(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 broken")
    with pytest.raises(ObservationError, match="PDF"):
        list(read_documents(path))
