"""`govmedia-rules report`: inspections in six forms, the notice of a round, and rectification sheets."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from govmedia_rules.commands.book import books_of
from govmedia_rules.commands.inputs import InspectionInputs, add_inputs, job_of, judge_inputs
from govmedia_rules.commands.output import as_given, count_on_stderr, day, say, say_unread
from govmedia_rules.core.files import examples_folder, make_folder, write_file
from govmedia_rules.errors import BrokenLine, GovMediaRulesError, Where
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.rules.model import Plan

if TYPE_CHECKING:
    from govmedia_rules.campaign import Campaign
    from govmedia_rules.reports.document import ReportDocument
    from govmedia_rules.rules.release import Books

FORMS = ("html", "xlsx", "sarif", "docx", "md")
DOCUMENTS = ("docx", "md", "html")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "report",
        description="Write a report of snapshots, which are judged, or of inspections that `inspect --out` wrote.",
    )
    add_inputs(parser)
    parser.add_argument("--to", choices=FORMS, required=True, help="form of the report, or of the sheets")
    parser.add_argument("--out", metavar="FILE", help="where to write; standard output without it")
    parser.add_argument("--title", help="title of the report")
    parser.add_argument("--template", metavar="FILE", help="your template instead of the library's (html, docx, md)")
    parser.add_argument("--complete", action="store_true", help="SARIF: passes and findings that do not apply too")
    parser.add_argument(
        "--notice",
        action="store_true",
        help="the notice (通报) of a round: PATH is the folder of a campaign (docx, md, html; xlsx for its attachments)",
    )
    sheets = parser.add_argument_group("rectification sheets (整改通知单), one for each unqualified subject")
    sheets.add_argument("--sheets", metavar="DIR", help="write sheets there instead of a report (docx, md, html)")
    sheets.add_argument("--due", type=day, metavar="DATE", help="last day, as 2024-09-10")
    sheets.add_argument("--signed", type=day, metavar="DATE", help="day of signing")
    sheets.add_argument("--issuer", metavar="NAME", help="who sends them")
    sheets.add_argument("--number", metavar="TEXT", help="发文字号")
    sheets.add_argument("--period", metavar="TEXT", help="which check, as 2024年第三季度")
    sheets.add_argument("--receiver", metavar="NAME", help="to whom the reply goes; the issuer by default")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Judge or read inspections and write the report; return 0 when it ran, 1 when something could not be read."""
    if args.sheets and ((args.due is None and not args.notice) or args.to not in DOCUMENTS):
        raise GovMediaRulesError(
            "sheets need --due DATE and --to docx, md or html",
            hint="with --notice each task has its own date",
            zh="整改通知单需要 --due 日期，且 --to 为 docx、md 或 html",
            hint_zh="用 --notice 时每项任务有自己的期限",
        )
    if args.notice:
        return _notice(args)
    if args.to in ("xlsx", "docx") and not args.out and not args.sheets and sys.stdout.isatty():
        raise GovMediaRulesError(
            f"{args.to} is not for a terminal", hint="give --out FILE", zh=f"{args.to} 不能显示在终端上", hint_zh="请用 --out 文件"
        )
    bad: list[BrokenLine] = []
    inspections = count_on_stderr(inspections_of(args, bad), "subjects")
    if args.sheets:
        _write_sheets(args, inspections)
    else:
        _put(args, _report(args, inspections, bad))
    return say_unread(bad)


def _put(args: argparse.Namespace, data: bytes) -> None:
    if args.out:
        write_file(args.out, data)
    elif sys.stdout.isatty():
        print(data.decode())  # what an input holds is escaped on the way to a terminal
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def _notice(args: argparse.Namespace) -> int:
    """Return the notice of a described round, or the sheets of the tasks of a saved one."""
    from govmedia_rules import reports
    from govmedia_rules.campaign import Campaign, read_campaign
    from govmedia_rules.campaign.folder import DESCRIPTION

    if len(args.paths) + (args.example is not None) != 1:
        raise GovMediaRulesError(
            "--notice needs the folder of one campaign, or --example NAME", zh="--notice 需要一轮检查的目录，或 --example 名称"
        )
    folder = examples_folder() / args.example if args.example else Path(args.paths[0])
    if not (folder / DESCRIPTION).is_file():
        if args.sheets:
            return _task_sheets(args, Campaign.load(folder))
        raise GovMediaRulesError(
            f"{folder.name} has no {DESCRIPTION}",
            hint="its [notice] says what the office adds",
            zh=f"{folder.name} 里没有 {DESCRIPTION}",
            hint_zh="其中的 [notice] 写明办公厅（室）补充的内容",
        )
    described = read_campaign(folder)
    if args.sheets:
        return _task_sheets(args, described.campaign)
    if described.draft is None:
        raise GovMediaRulesError(
            "the folder has no draft of a notice",
            hint=f"[notice] in {DESCRIPTION} is one",
            zh="目录里没有通报草稿",
            hint_zh=f"可在 {DESCRIPTION} 里写 [notice]",
        )
    notice = described.campaign.notice(described.draft)
    if args.to == "xlsx":
        _put(args, reports.attachments_xlsx(notice))
        return 0
    if args.to not in DOCUMENTS:
        raise GovMediaRulesError(
            f"a notice is written as {', '.join(DOCUMENTS)} or xlsx, not {args.to}",
            zh=f"通报可写成 {'、'.join(DOCUMENTS)} 或 xlsx，不能写成 {args.to}",
        )
    _put(args, document_bytes(reports.notice_document(notice, template=args.template), args.to))
    return 0


def _task_sheets(args: argparse.Namespace, campaign: Campaign) -> int:
    from govmedia_rules import reports

    sheets = reports.rectification_sheets(campaign, issuer=args.issuer, receiver=args.receiver, template=args.template)
    _put_sheets(args, ((sheet.task.name, sheet.document) for sheet in sheets))
    return 0


def document_bytes(document: ReportDocument, form: str) -> bytes:
    """Return a document as a file of a form.

    Raises:
        GovMediaRulesError: The form is none of `DOCUMENTS`.
    """
    if form == "docx":
        return document.to_docx()
    if form not in DOCUMENTS:
        raise GovMediaRulesError(
            f"a document is not written as {form!r}",
            hint=f"choose from {', '.join(DOCUMENTS)}",
            zh=f"文档不能写成 {form!r}",
            hint_zh=f"可选的有 {'、'.join(DOCUMENTS)}",
        )
    return (document.to_html() if form == "html" else document.to_markdown()).encode()


def _report(args: argparse.Namespace, inspections: Iterable[Inspection], bad: list[BrokenLine]) -> bytes:
    from govmedia_rules import reports

    title = {"title": args.title} if args.title else {}
    if args.to == "html":
        return reports.html_report(inspections, template=args.template, **title).encode()
    if args.to == "xlsx":
        return reports.inspections_xlsx(inspections)
    if args.to == "sarif":
        return as_given(reports.sarif_json(inspections, complete=args.complete, unread=bad)).encode()
    return document_bytes(reports.inspection_document(inspections, template=args.template, **title), args.to)


def _write_sheets(args: argparse.Namespace, inspections: Iterable[Inspection]) -> None:
    from govmedia_rules import reports

    office = reports.Office(args.due, args.issuer, args.number, args.signed, args.period, args.receiver)
    failed = (inspection for inspection in inspections if inspection.verdict is Verdict.UNQUALIFIED)
    _put_sheets(
        args, ((result.subject.name, reports.rectification_sheet(result, office, template=args.template)) for result in failed)
    )


def _put_sheets(args: argparse.Namespace, sheets: Iterable[tuple[str, ReportDocument]]) -> None:
    from govmedia_rules.reports.text import file_name

    folder = make_folder(args.sheets)
    written = 0
    for written, (name, document) in enumerate(sheets, 1):
        # The number keeps apart subjects of one name.
        write_file(folder / f"{written:04d}-{file_name(name, 40)}.{args.to}", document_bytes(document, args.to))
    say(f"{written} sheets in {folder}", f"{folder} 中写出{written}份整改单")


# --- what was judged before -------------------------------------------------------------------------------------------


def inspections_of(args: argparse.Namespace, bad: list[BrokenLine]) -> Iterator[Inspection]:
    """Return inspections: those that files hold, and those of snapshots, which are judged; what is not read is put into `bad`."""
    job = job_of(args)
    stored = [path for path in job.paths if _holds_inspections(path)]
    fresh = [path for path in job.paths if path not in stored]
    inspections = _stored(stored, args.rulebook, books_of(args), bad)
    if not fresh:
        return inspections
    return chain(inspections, judge_inputs(args, InspectionInputs(fresh, job.rulebooks, job.reviews, job.waivers), bad)[1])


def _holds_inspections(path: str) -> bool:
    """Return whether the first line of a file is an inspection, not a snapshot."""
    try:
        data = json.loads(next((line for _, line in _filled_lines(path)), ""))
    except (OSError, ValueError):
        return False  # whoever reads it says what is wrong with it
    return isinstance(data, dict) and "verdict" in data and "rulebook" in data


def _stored(paths: Iterable[str], rulebooks: list[str], books: Books | None, bad: list[BrokenLine]) -> Iterator[Inspection]:
    plans: dict[tuple[str, ...], Plan | None] = {}
    for path in paths:
        for number, line in _filled_lines(path):
            try:
                data = json.loads(line)
                names = tuple(rulebooks) or _layers_of(data)
                if names not in plans:
                    plans[names] = _plan_of(names, books)
                yield Inspection.from_dict(data, plans[names])
            except (GovMediaRulesError, ValueError, RecursionError) as fault:
                reason = str(fault).replace("\n", " ")
                bad.append(BrokenLine(f"not an inspection: {reason}", Where(path, row=number), zh=f"不是检查结果：{reason}"))


def _filled_lines(path: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are not blank, with their numbers."""
    with Path(path).open(encoding="utf-8-sig") as file:
        yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())


def _layers_of(data: object) -> tuple[str, ...]:
    """Return the ids of the layers an inspection was judged by, the lowest first."""
    reference = data.get("rulebook") if isinstance(data, dict) else None
    version = reference.get("version") if isinstance(reference, dict) else None
    return tuple(part.rpartition("@")[0] for part in reversed(version.split("+"))) if isinstance(version, str) else ()


def _plan_of(names: tuple[str, ...], books: Books | None) -> Plan | None:
    """Return the plan of layers; None where they are not at hand, and the inspection is then read as it was stored."""
    try:
        return load_rulebook(names, books=books).plan if names else None
    except GovMediaRulesError:
        return None
