"""A correction of a published notice as an official document (更正通报)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from govmedia_rules.campaign.correction import Correction
from govmedia_rules.errors import NoticeError
from govmedia_rules.notices.figures import PartialDate
from govmedia_rules.reports.blocks import Imprint
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.templates import fill_template


def correction_document(
    correction: Correction,
    *,
    signed_at: PartialDate | None = None,
    number: str | None = None,
    template: str | Path | None = None,
    more: Mapping[str, object] | None = None,
    imprint: Imprint | None = None,
) -> ReportDocument:
    """Return the document that corrects a published notice: the units and figures that have changed.

    Args:
        correction: What is corrected; see `Campaign.correction`.
        signed_at: 成文日期; None leaves it out.
        number: 发文字号; None when it has none.
        template: The user's template instead of the library's: a path, or its text.
        more: Further values the user's template asks for, by name.
        imprint: 版记; None leaves it out.

    Raises:
        NoticeError: Nothing differs, or the template cannot be filled; names the place.
        MissingExtra: jinja2 is not installed.
    """
    if not correction.is_needed and correction.is_list_unread:
        raise NoticeError(
            "no list of failed units was read from what was published, so nothing is known of it to correct",
            hint="give the notice as it was made (JSON), or a copy with its list",
            zh="已发布的通报没有读到不合格名单，无从更正",
            hint_zh="请用起草时的通报（JSON），或带名单的文本",
        )
    if not correction.is_needed:
        raise NoticeError(
            "nothing of the published notice has changed",
            hint="a correction names what no longer stands",
            zh="已发布的通报没有变化",
            hint_zh="更正只写不再成立的内容",
        )
    values: dict[str, object] = {
        **(more or {}),
        "notice": correction.published,
        "lines": list(correction.lines()),
        "signed": "" if signed_at is None else signed_at.text(),
        "number": number or "",
    }
    filled = fill_template("correction.html.j2", values, template=template, in_one_line=True)
    document = ReportDocument.parse(filled, {})
    return document if imprint is None else ReportDocument(document.title, (*document.blocks, imprint))
