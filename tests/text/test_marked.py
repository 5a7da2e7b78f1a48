import io

import pytest

from govmedia_rules.errors import ObservationError
from govmedia_rules.text.marked import marked_docx
from govmedia_rules.text.scanner import scanner_for

docx = pytest.importorskip("docx")


def test_each_candidate_has_a_comment(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("会议布")
    paragraph.add_run("署工作")
    document.add_table(1, 1).cell(0, 0).text = "机关按装空调"
    path = tmp_path / "a.docx"
    document.save(path)
    marked = docx.Document(io.BytesIO(marked_docx(path, scanner_for(("starter",)))))
    texts = [comment.text for comment in marked.comments]
    assert len(texts) == 2
    assert "建议：部署" in texts[0]
    assert "建议：安装" in texts[1]
    assert [paragraph.text for paragraph in marked.paragraphs] == ["会议布署工作"]


def test_links_and_insertions_do_not_move_the_comment(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("见")
    link, insertion = docx.oxml.OxmlElement("w:hyperlink"), docx.oxml.OxmlElement("w:ins")
    for element, text in ((link, "一个很长的链接"), (insertion, "布署")):
        run = docx.oxml.OxmlElement("w:r")
        run.text = text
        element.append(run)
        paragraph._p.append(element)
    paragraph.add_run("工作")
    outer = document.add_table(1, 1).cell(0, 0)
    outer.add_table(1, 1).cell(0, 0).text = "机关按装空调"
    path = tmp_path / "a.docx"
    document.save(path)
    marked = docx.Document(io.BytesIO(marked_docx(path, scanner_for(("starter",)))))
    assert len(list(marked.comments)) == 2
    between = marked.element.body.xml.split("commentRangeStart")[1].split("commentRangeEnd")[0]
    assert ("布署" in between, "链接" in between, "工作" in between) == (True, False, False)


def test_what_is_no_document(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(b"no zip")
    with pytest.raises(ObservationError, match="not a DOCX"):
        marked_docx(path, scanner_for(("starter",)))
