"""Notice and reports of a round with 1,000 failures: seconds and peak memory, each in a process of its own.

    python tests/benchmarks/reports.py [--failures 1000] [--runs 3]

Baseline of a form is the smallest honest program for the same rows by the library that writes such files: python-docx with one
paragraph and one table cell at a time, openpyxl, and a bare string of escaped rows. Peak memory is that of the whole process, the
library and the inspections included; `made` is the process that only makes the inspections.
"""

from __future__ import annotations

import argparse
import gc
import html
import importlib.metadata
import io
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))
from report_made import POINT, failing

import govmedia_rules as gr
from govmedia_rules import reports
from govmedia_rules.campaign import Campaign, CampaignConfig, NoticeDraft
from govmedia_rules.notices import Notice
from govmedia_rules.notices.figures import Period

DRAFT = {
    "issuer": "示例市人民政府办公室",
    "number": "示政办函〔2024〕15号",
    "signed_at": {"year": 2024, "month": 8, "day": 27},
    "deadlines": [{"who": "不合格单位", "due": {"year": 2024, "month": 9, "day": 10}, "what": "书面报送整改情况"}],
    "attachments": [
        {"title": "检查情况", "table": "counts", "subject": "account", "has_total": True},
        {"title": "不合格名单", "table": "failed", "subject": "account"},
    ],
}
HEADER = ("序号", "名称", "类型", "标识码", "所属地方或部门", "判定", "问题", "检查情况")


def made_notice(inspections: list[gr.Inspection]) -> Notice:
    """The notice of a round in which every failure was confirmed."""
    round_ = Campaign(CampaignConfig(title="示例", period=Period.parse("2024年第三季度")))
    round_.add_members(one.subject for one in inspections if isinstance(one.subject, gr.Account))
    round_.add(inspections)
    for seen in inspections:
        for problem in seen.problems:
            review = {"subject": seen.subject.id, "indicator": problem.id, "decision": "confirmed", "role": "检查单位"}
            round_.review(gr.Review.model_validate({**review, "at": POINT, "reason": "复核"}))
    return round_.notice(NoticeDraft.model_validate(DRAFT))


def rows(inspections: list[gr.Inspection]) -> list[tuple[str, ...]]:
    """What the baselines write: the same rows a report lists."""
    listed = [(seen, problem) for seen in inspections for problem in seen.problems]
    return [
        (str(number), seen.subject.name, "账号", seen.subject.id, seen.subject.area or "", "不合格", one.phrase, one.message("zh"))
        for number, (seen, one) in enumerate(listed, 1)
    ]


def by_python_docx(inspections: list[gr.Inspection]) -> bytes:
    import docx

    document = docx.Document()
    table = document.add_table(rows=1, cols=len(HEADER))
    for cell, name in zip(table.rows[0].cells, HEADER, strict=True):
        cell.text = name
    for row in rows(inspections):
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def by_openpyxl(inspections: list[gr.Inspection]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (HEADER, *rows(inspections)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_strings(inspections: list[gr.Inspection]) -> bytes:
    told = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows(inspections))
    return f"<!doctype html><meta charset=utf-8><table>{told}</table>".encode()


JOBS: dict[str, Callable[[Any], object]] = {
    "made": lambda seen: None,
    "notice: facts": made_notice,
    "notice: DOCX": lambda notice: reports.notice_document(notice).to_docx(),
    "notice: HTML": lambda notice: reports.notice_document(notice).to_html().encode(),
    "notice: Markdown": lambda notice: reports.notice_document(notice).to_markdown().encode(),
    "notice: XLSX": lambda notice: reports.attachments_xlsx(notice),
    "table: Arrow": lambda seen: gr.InspectionTable(seen).to_arrow(),
    "compared with themselves": lambda seen: gr.compare(seen, seen),
    "report: HTML": lambda seen: reports.html_report(seen).encode(),
    "report: DOCX": lambda seen: reports.inspection_document(seen).to_docx(),
    "report: XLSX": lambda seen: reports.inspections_xlsx(seen),
    "report: SARIF": lambda seen: reports.sarif_json(seen).encode(),
    "baseline: DOCX by python-docx": by_python_docx,
    "baseline: XLSX by openpyxl": by_openpyxl,
    "baseline: HTML by strings": by_strings,
}


def one(name: str, failures: int) -> None:
    """Does one job and prints what it took; run in a process of its own."""
    inspections = list(failing(failures))
    for seen in inspections:
        assert len(seen.problems) == 2
    # The forms of a notice are timed from the notice on; making its facts has a line of its own.
    given = made_notice(inspections) if name.startswith("notice: ") and name != "notice: facts" else inspections
    if name == "table: Arrow":
        JOBS[name](inspections[:1])  # loads pyarrow, and pandas where it is installed
    gc.collect()
    began = time.process_time()
    out = JOBS[name](given)
    seconds = time.process_time() - began
    size = len(out) if isinstance(out, bytes) else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "size_kb": size / 1024}))


def main() -> None:
    """Runs every job and prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        one(args.one, args.failures)
        return
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("jinja2", "xlsxwriter", "python-docx", "openpyxl")
    )
    print(
        f"Python {platform.python_version()}, {versions}; {args.failures:,} unqualified accounts, {2 * args.failures:,} findings\n"
    )
    print("| form | seconds, each run | median | peak of the process, MB | file, kB |")
    print("|---|---|---|---|---|")
    for name in JOBS:
        command = [sys.executable, __file__, "--one", name, "--failures", str(args.failures)]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(args.runs)]
        seconds = [run["seconds"] for run in runs]
        told = " ".join(f"{second:.2f}" for second in seconds)
        peak = max(run["peak_mb"] for run in runs)
        print(f"| {name} | {told} | {statistics.median(seconds):.2f} | {peak:.0f} | {runs[0]['size_kb']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
