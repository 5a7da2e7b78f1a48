"""A notice in the office's own DOCX template: its letterhead and styles, the library's facts and sentences."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from govmedia_rules.errors import MissingExtra, NoticeError, Where, reason_zh
from govmedia_rules.notices.model import Notice
from govmedia_rules.reports.blocks import Paragraph
from govmedia_rules.reports.notice import notice_document
from govmedia_rules.reports.templates import sandbox
from govmedia_rules.reports.text import one_line

MAX_TEMPLATE_BYTES = 20_000_000
"""Largest template that is opened."""
_BODY = ("heading", "subheading", "item", "body")


def fill_docx(template: str | Path, notice: Notice, *, more: Mapping[str, object] | None = None) -> bytes:
    """Fill a DOCX template of the office with a notice.

    The template is an ordinary document with Jinja in its text. It may use `notice` (the typed `Notice`), `title`, `addressees`,
    `paragraphs` (the text in the library's words, one paragraph each: `{%p for text in paragraphs %}{{ text }}{%p endfor %}`),
    `attachments` (their titles) and whatever is passed as `more`.

    Args:
        template: Path of the template.
        notice: What it says.
        more: Further values the template asks for, by name.

    Raises:
        NoticeError: The template cannot be opened, or asks for something the notice does not hold.
        MissingExtra: docxtpl is not installed.
    """
    try:
        from docxtpl import DocxTemplate
        from jinja2 import TemplateError
    except ImportError:
        raise MissingExtra(
            "filling a DOCX template needs docxtpl", hint="pip install govmedia-rules[report]", zh="填写 DOCX 模板需要 docxtpl"
        ) from None
    path = Path(template)
    try:
        if path.stat().st_size > MAX_TEMPLATE_BYTES:
            raise NoticeError("the template is larger than 20 MB", Where(str(path)), zh="模板大于 20 MB")
        data = path.read_bytes()
    except OSError as fault:
        raise NoticeError(
            f"cannot open the template: {fault.strerror}", Where(str(path)), zh=f"模板打不开：{reason_zh(fault)}"
        ) from fault
    document = notice_document(notice)
    texts = [block for block in document.blocks if isinstance(block, Paragraph)]
    values: dict[str, object] = {
        **(more or {}),
        "notice": notice,
        "title": one_line(document.title),
        "addressees": next((block.text for block in texts if block.style == "to"), ""),
        "paragraphs": [block.text for block in texts if block.style in _BODY],
        "attachments": [block.text for block in texts if block.style == "attachments"],
    }
    out = io.BytesIO()
    try:
        filled = DocxTemplate(io.BytesIO(data))
        filled.render(values, jinja_env=sandbox(), autoescape=True)
        filled.save(out)
    except TemplateError as fault:
        raise NoticeError(
            f"the template cannot be filled: {fault}", Where(str(path)), zh=f"模板不能填写：{reason_zh(fault)}"
        ) from fault
    except Exception as fault:  # python-docx and lxml raise their own for a file that is no document
        raise NoticeError(
            f"the template is no DOCX document: {type(fault).__name__}",
            Where(str(path)),
            hint="save it as .docx in Word or WPS",
            zh="模板不是 DOCX 文件",
            hint_zh="请在 Word 或 WPS 里另存为 .docx",
        ) from fault
    return out.getvalue()
