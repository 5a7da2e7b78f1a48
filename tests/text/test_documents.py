import json
import zipfile
from datetime import date

import pytest

from govmedia_rules.errors import ObservationError
from govmedia_rules.text.documents import decode_text, decode_with_loss, html_text, read_documents

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(path, body, head=""):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f'<?xml version="1.0"?>{head}<w:document {NS}><w:body>{body}</w:body></w:document>')
    return path


def texts(path):
    return [document.text for document in read_documents(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes("会议布署工作\n第二行".encode(encoding))
    assert texts(path) == ["会议布署工作\n第二行"]


def test_html_in_its_own_charset(tmp_path):
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>标题</title><style>布署</style></head>'
        "<body><p>镕基</p><p>会议<b>布</b>署<br>工作</p><script>布署</script></body></html>"
    )
    path = tmp_path / "a.html"
    path.write_bytes(page.encode("gb18030"))
    text = texts(path)[0]
    assert "会议布署\n工作" in text
    assert text.count("布署") == 1
    assert "镕基\n" in text
    assert text.startswith("标题\n")


@pytest.mark.parametrize("text", ["依据某某规定", "关于印发《某某实施办法》的通知，2024年5月1日。", "会议布署"])
@pytest.mark.parametrize("broken", [b"\xff", b"\xff\xff", b"\x80"])
@pytest.mark.parametrize("at", [0, 4, 8])
def test_bytes_that_are_no_gbk_are_said_and_the_rest_is_read(text, broken, at):
    raw = text.encode("gb18030")
    read, lost = decode_with_loss(raw[:at] + broken + raw[at:])
    assert lost
    assert sum(char in read for char in text) > len(text) - 4


def test_characters_in_addresses_are_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("见 https://example.gov.cn/%E5%B8%83%E7%BD%B2?a=%20b", "utf-8")
    assert texts(path) == ["见 https://example.gov.cn/布署?a=%20b"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_letters_of_no_chinese_text_are_not_taken_for_read(encoding):
    assert decode_with_loss("가나다라마바사".encode(encoding))[1]


def test_undecodable_bytes_do_not_stop(tmp_path):
    assert "\ufffd" in decode_text(b"\xff\x00\x81\x81\xff" * 3 + "甲".encode()) or decode_text(b"\xff\xff\xff")


def test_docx(tmp_path):
    body = "<w:p><w:r><w:t>会议布</w:t></w:r><w:r><w:t>署</w:t><w:tab/><w:t>工作</w:t><w:br/></w:r></w:p><w:p><w:r><w:t>第二段</w:t></w:r></w:p>"
    assert texts(docx(tmp_path / "a.docx", body)) == ["会议布署\t工作\n\n\n第二段"]


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: path.write_bytes(b"no zip"), "not a DOCX"),
        (lambda path: docx(path, "", '<!DOCTYPE x [<!ENTITY a "b">]>'), "declares entities"),
        (lambda path: docx(path, "<w:p>"), "not a DOCX"),
    ],
)
def test_a_docx_that_is_none(tmp_path, make, what):
    path = tmp_path / "a.docx"
    make(path)
    with pytest.raises(ObservationError, match=what):
        texts(path)


def test_json_lines(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [
        {"posts": [{"title": "甲", "text": "布署", "url": "布署"}], "other": "布署"},
        "布署一句",
        {"name": "乙"},
        {"html": "<p>丙</p>"},
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n\n", "utf-8")
    found = [(document.where.rsplit("a.jsonl", 1)[1], document.text.strip()) for document in read_documents(path)]
    assert found == [
        (":1:posts.0.title", "甲"),
        (":1:posts.0.text", "布署"),
        (":2:line", "布署一句"),
        (":3:name", "乙"),
        (":4:html", "丙"),
    ]


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "甲"}\n{', "utf-8")
    with pytest.raises(ObservationError, match="row 2"):
        texts(path)


def test_no_such_file(tmp_path):
    with pytest.raises(ObservationError, match="no such file"):
        texts(tmp_path / "a.txt")


def test_text_of_a_fragment():
    assert html_text("甲<i>乙</i>").strip() == "甲乙"


def test_a_bad_json_line_costs_itself(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "一"}\n{bad\n{"text": "二\u2028三"}\n', "utf-8")
    faults = []
    assert [document.text for document in read_documents(path, faults.append)] == ["一", "二\u2028三"]
    assert [fault.where.row for fault in faults] == [2]
    with pytest.raises(ObservationError):
        list(read_documents(path))


def test_days_of_texts(tmp_path):
    page = tmp_path / "a.html"
    page.write_text('<meta charset="utf-8"><meta name="pubdate" content="2024-08-27 09:30"><p>文</p>', "utf-8")
    assert [document.day for document in read_documents(page)] == [date(2024, 8, 27)]
    lines = tmp_path / "a.jsonl"
    rows = [
        {
            "published_at": "2024-08-27T23:30:00+08:00",
            "text": "一",
            "parts": [{"text": "二"}, {"text": "三", "date": "2020年1月2日"}],
        },
        {"text": "四", "date": "不详"},
    ]
    lines.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    found = {document.text: document.day for document in read_documents(lines)}
    assert found == {"一": date(2024, 8, 27), "二": date(2024, 8, 27), "三": date(2020, 1, 2), "四": None}


def test_docx_headers_notes_and_text_boxes(tmp_path):
    box = "<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></w:r><w:r><w:t>续</w:t></w:r></w:p>"
    fallback = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>%s</mc:Choice>'
        "<mc:Fallback>%s</mc:Fallback></mc:AlternateContent>"
    )
    again = "<w:p><w:r><w:t>一次</w:t></w:r></w:p>"
    path = docx(tmp_path / "a.docx", box + fallback % (again, again))
    with zipfile.ZipFile(path, "a") as archive:
        for name, text in (("header1", "页眉"), ("footnotes", "脚注"), ("styles", "样式")):
            archive.writestr(f"word/{name}.xml", f"<w:x {NS}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:x>")
    assert texts(path)[0].split("\n\n") == ["正文续", "框内", "一次", "脚注", "页眉"]


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"%PNG-1.7\n\x00\x01")
    with pytest.raises(ObservationError, match="no text"):
        texts(path)


def test_text_that_was_encoded_twice_is_not_taken_for_read():
    text = "市政府印发通知，部署工作。国家监察委员会。"
    twice = text.encode().decode("latin-1").encode()
    assert decode_with_loss(twice)[1] > 0
    assert decode_with_loss(("<p>" * 40).encode() + twice)[1] > 0
    assert decode_with_loss((text + "caf\u00e9\u00a0\u0096").encode())[1] == 0


@pytest.mark.parametrize("written", [r"\u5e03\u7f72", "&#24067;&#32626;", "&#x5e03;&#x7F72;"])
def test_characters_written_as_numbers_are_read(tmp_path, written):
    path = tmp_path / "a.json"
    path.write_text(f'{{"title": "{written}"}}', "utf-8")
    assert texts(path) == ['{"title": "布署"}']


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.txt", "=E5=B8=83=E7=BD=B2"), ("a.csv", "x,=e5=b8=83=E7=BD=B2"), ("a.mht", "布署"), ("a.txt", " \n"), ("folder", None)],
)
def test_what_would_read_as_clean_and_was_not_read_is_said(tmp_path, name, text):
    path = tmp_path / name
    path.mkdir() if text is None else path.write_text(text, "utf-8")
    with pytest.raises(ObservationError):
        list(read_documents(path))
