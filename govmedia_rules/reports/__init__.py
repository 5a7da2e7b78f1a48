"""Reports and notices for people and machines: DOCX, HTML, Markdown, XLSX, SARIF.

Text goes in as text. No form runs, fetches or calculates anything that a name, a title or a page brought along.

Example:
    >>> import govmedia_rules as gr
    >>> account = gr.Account(name="某县发布", platform="weibo")
    >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
    >>> inspection = gr.load_rulebook("national-2019").inspect(snapshot)
    >>> gr.reports.inspection_document([inspection]).to_markdown().splitlines()[0]
    '# 政府网站与政务新媒体检查情况报告'
"""

from govmedia_rules.reports.blocks import Imprint
from govmedia_rules.reports.correction import correction_document
from govmedia_rules.reports.desk import review_desk
from govmedia_rules.reports.document import ReportDocument
from govmedia_rules.reports.html import html_report
from govmedia_rules.reports.notice import notice_document
from govmedia_rules.reports.office_template import fill_docx
from govmedia_rules.reports.sarif import sarif, sarif_json
from govmedia_rules.reports.sheet import Office, TaskSheet, rectification_sheet, rectification_sheets
from govmedia_rules.reports.summary import inspection_document
from govmedia_rules.reports.xlsx import attachments_xlsx, inspections_xlsx, review_xlsx

__all__ = [
    "Imprint",
    "Office",
    "ReportDocument",
    "TaskSheet",
    "attachments_xlsx",
    "correction_document",
    "fill_docx",
    "html_report",
    "inspection_document",
    "inspections_xlsx",
    "notice_document",
    "rectification_sheet",
    "rectification_sheets",
    "review_desk",
    "review_xlsx",
    "sarif",
    "sarif_json",
]
