"""A DOCX template of an office is filled with a notice."""

from __future__ import annotations

import io
import os
from pathlib import Path

import docx
import pytest

import govmedia_rules as gr
from govmedia_rules.errors import NoticeError
from govmedia_rules.notices.model import Notice

pytest.importorskip("docxtpl")
EXAMPLES = Path(os.environ.get("GOVMEDIA_EXAMPLES", Path(__file__).parents[2] / "docs" / "examples"))


@pytest.fixture(scope="module")
def notice() -> Notice:
    described = gr.read_campaign(EXAMPLES / "hanzhong-2024q3")
    assert described.draft is not None
    return described.campaign.notice(described.draft)


def template(folder: Path, *lines: str) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    path = folder / "办公室模板.docx"
    document.save(str(path))
    return path


def texts(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs if paragraph.text]


def test_the_template_of_an_office(notice: Notice, tmp_path: Path) -> None:
    path = template(
        tmp_path,
        "{{ notice.issuer }}文件",
        "{{ title }}",
        "{%p for text in paragraphs %}",
        "{{ text }}",
        "{%p endfor %}",
        "经办：{{ 科室 }}",
    )
    lines = texts(gr.reports.fill_docx(path, notice, more={"科室": "政务公开科 <b>&"}))
    assert lines[0] == f"{notice.issuer}文件"
    assert any("不合格3个" in line for line in lines)
    assert lines[-1] == "经办：政务公开科 <b>&"


def test_what_a_template_may_not_do(notice: Notice, tmp_path: Path) -> None:
    for line in ("{{ notice.adressees }}", "{{ ''.__class__.__mro__ }}", "{% if %}", "{{ notice.model_dump() }}"):
        with pytest.raises(NoticeError):
            gr.reports.fill_docx(template(tmp_path, line), notice)
    broken = tmp_path / "x.docx"
    broken.write_bytes(b"no document")
    for path in (broken, tmp_path / "absent.docx"):
        with pytest.raises(NoticeError):
            gr.reports.fill_docx(path, notice)
