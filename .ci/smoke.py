"""What an installed wheel with the profiles `analyst` and `collect` must do, on any Python and with any versions it allows."""

import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

import govmedia_rules as gr
from govmedia_rules import reports

DAY = date(2024, 8, 23)
ROWS = [
    {"账号名称": "某县发布", "平台类型": "微博", "最近更新时间": "2024-05-01", "互动功能": "有"},
    {"账号名称": "某局发布", "平台类型": "微信", "最近更新时间": "2024-08-22", "互动功能": "有"},
]

folder = Path(tempfile.mkdtemp())
book = gr.load_rulebook("national-2019")
inspections = gr.InspectionTable(book.inspect_many(gr.read_accounts(ROWS, observed_at=DAY)))
assert [inspection.verdict.value for inspection in inspections] == ["unqualified", "qualified"]
(folder / "a.xlsx").write_bytes(reports.inspections_xlsx(inspections))
assert "某县发布" in reports.html_report(inspections)
assert reports.inspection_document(inspections).to_docx().startswith(b"PK")
inspections.to_excel(folder / "b.xlsx")
assert gr.to_frame(inspections, "arrow").num_rows == 2
inspections.to_parquet(folder / "b.parquet")
assert [inspection.to_json() for inspection in inspections]
inspections.plot("problems")
assert gr.Scanner("starter").scan("某县发布了通知") is not None
from govmedia_rules.collect import qr, robots  # noqa: E402, F401 - their packages are there

names = ("pydantic", "httpx", "selectolax", "pyarrow", "xlsxwriter", "python-docx", "matplotlib", "daachorse")
print(sys.version.split()[0], *(f"{name}={version(name)}" for name in names))
