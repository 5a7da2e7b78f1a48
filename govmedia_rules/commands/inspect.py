"""`govmedia-rules inspect`: snapshots in, verdicts out."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import govmedia_rules
from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.output import count_on_stderr, say, text_table
from govmedia_rules.commands.tables import TABLE_SUFFIXES, table_snapshots
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import BrokenLine, GovMediaRulesError, UnusedReview
from govmedia_rules.judge.finding import Finding, Findings, evidence_text
from govmedia_rules.judge.inspection import Inspection, Verdict
from govmedia_rules.judge.reviews import read_reviews, read_waivers
from govmedia_rules.judge.rulebook import Inspections, Rulebook, load_rulebook


class InspectionInputs(NamedTuple):
    """What is to be judged, by what."""

    paths: list[str]
    rulebooks: list[str]
    reviews: list[str]
    waivers: list[str]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("inspect", description="Judge snapshots of sites and accounts.")
    add_inputs(parser)
    parser.add_argument("--out", metavar="DIR", help="write inspections.jsonl, problems.csv and rulebook.txt there")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="what is printed")
    parser.set_defaults(run=run)


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Describe what is judged and by what."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="JSON Lines of snapshots, workbooks or CSV of accounts or sites, or folders of them",
    )
    parser.add_argument("--at", metavar="2024-08-23", help="monitoring point of tables; a day stands for its last moment")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook; all with a known header by default")
    parser.add_argument("--header", type=int, metavar="N", help="row of the header in a table; found by default")
    parser.add_argument("--example", metavar="NAME", help="judge a shipped example: " + ", ".join(example_inspections()))
    parser.add_argument("--rulebook", action="append", default=[], metavar="ID", help="id or path; repeat for layers")
    add_books(parser)
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="ask this indicator or family only; repeat")
    parser.add_argument("--reviews", action="append", default=[], metavar="FILE", help="JSON Lines of reviews")
    parser.add_argument("--waivers", action="append", default=[], metavar="FILE", help="JSON Lines of waivers")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="number of processes")
    parser.add_argument("--zone", metavar="+08:00", help="zone of times that are written without one")


def examples_folder() -> Path:
    """Return where the shipped examples lie: inside the installed package, or in the source tree."""
    package = Path(govmedia_rules.__file__).parent
    installed = package / "examples"
    return installed if installed.is_dir() else package.parent / "docs" / "examples"


def example_inspections() -> list[str]:
    """Return the names of the shipped examples."""
    folder = examples_folder()
    return sorted(path.parent.name for path in folder.glob("*/example.toml")) if folder.is_dir() else []


def run(args: argparse.Namespace) -> int:
    """Judge, print and write; return 0 when it ran, 1 when something could not be read."""
    bad: list[BrokenLine] = []
    book, inspections = judge_inputs(args, job_of(args), bad)
    printed = _print_json(inspections) if args.format == "json" else _collect(inspections)
    if args.out:
        printed = _write(printed, book, Path(args.out))
    totals: Counter[tuple[str, Verdict]] = Counter()
    rows: list[list[str]] = []
    for inspection in count_on_stderr(printed, "subjects"):
        totals[type(inspection.subject).__name__, inspection.verdict] += 1
        if args.format == "table" and inspection.verdict is not Verdict.QUALIFIED:
            rows.extend(_rows(inspection))
    if args.format == "table":
        for line in text_table(("对象", "判定", "原因", "证据"), rows, (44, 6, 64, 60)):
            print(line)
    summary = _summary(totals, book)
    print(summary) if args.format == "table" else say(summary)
    for fault in bad:
        say(f"not read: {fault}")
    return 1 if bad else 0


def judge_inputs(args: argparse.Namespace, job: InspectionInputs, bad: list[BrokenLine]) -> tuple[Rulebook, Iterator[Inspection]]:
    """Return the rulebook that `add_inputs` names, and the inspections, as they are made; what cannot be read is put into `bad`."""
    book = load_rulebook(job.rulebooks, books=books_of(args))
    if args.only:
        book = book.only(*args.only)
    reviews, waivers = read_reviews(*job.reviews), read_waivers(*job.waivers)
    bad.extend(BrokenLine(refusal.detail, refusal.where) for refusal in (*reviews.refused, *waivers.refused))
    zone = _zone(args.zone)
    tables = [path for path in job.paths if Path(path).suffix.lower() in TABLE_SUFFIXES]
    snapshots = [snapshot for path in tables for snapshot in table_snapshots(path, args, book, zone or SHANGHAI, bad)]
    lines = [path for path in job.paths if path not in tables]
    of_tables = book.inspect_many(snapshots, reviews=reviews, waivers=waivers) if tables else iter(())
    if not lines:
        return book, of_tables
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedReview)  # said at the end, with file and line
        inspections = book.inspect_files(
            lines,
            workers=args.workers,
            reviews=reviews,
            waivers=waivers,
            zone=zone,
            not_after=datetime.now(UTC),
            on_bad=bad.append,
        )
    return book, chain(of_tables, _with_refusals(inspections, bad))


def _with_refusals(inspections: Inspections, bad: list[BrokenLine]) -> Iterator[Inspection]:
    """Yield the inspections; reviews and waivers that were not applied are added to `bad` at the end."""
    yield from inspections
    refused = [refusal for refusal in inspections.refused_reviews if refusal.item is not None]
    bad.extend(BrokenLine(f"not applied: {refusal.detail}", refusal.where) for refusal in refused)


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%z").tzinfo
    except ValueError:
        raise GovMediaRulesError(f"--zone {text!r} is not like +08:00") from None


def job_of(args: argparse.Namespace) -> InspectionInputs:
    """Return the files that `add_inputs` names: folders opened, reviews and waivers apart."""
    paths, rulebooks, reviews, waivers = list(args.paths), list(args.rulebook), list(args.reviews), list(args.waivers)
    if args.example:
        folder = examples_folder() / args.example
        if not (folder / "example.toml").is_file():
            raise GovMediaRulesError(f"no example is named {args.example!r}", hint=f"there are {', '.join(example_inspections())}")
        paths.append(str(folder))
        rulebooks = rulebooks or tomllib.loads((folder / "example.toml").read_text("utf-8"))["rulebooks"]
    files: list[str] = []
    for path in map(Path, paths):
        if not path.is_dir():
            files.append(str(path))
            continue
        for file in sorted(path.glob("*.jsonl")):
            kinds = {"reviews.jsonl": reviews, "waivers.jsonl": waivers}
            kinds.get(file.name, files).append(str(file))
    if not files:
        raise GovMediaRulesError("nothing to judge", hint="name JSON Lines files of snapshots, or --example NAME")
    return InspectionInputs(files, rulebooks or ["national-2019"], reviews, waivers)


def _collect(inspections: object) -> Iterator[Inspection]:
    yield from inspections  # type: ignore[misc]


def _print_json(inspections: object) -> Iterator[Inspection]:
    for inspection in _collect(inspections):
        print(inspection.to_json())
        yield inspection


def _write(inspections: Iterator[Inspection], book: Rulebook, folder: Path) -> Iterator[Inspection]:
    folder.mkdir(parents=True, exist_ok=True)
    explained = "\n\n".join(str(book.explain(indicator.id)) for indicator in book.indicators)
    (folder / "rulebook.txt").write_text(f"{book.title} {book.version} {book.digest} {book.books}\n\n{explained}\n", "utf-8")
    problems: list[Finding] = []
    with (folder / "inspections.jsonl").open("w", encoding="utf-8") as file:
        for inspection in inspections:
            file.write(inspection.to_json() + "\n")
            problems.extend(inspection.problems)
            yield inspection
    Findings(problems).to_csv(folder / "problems.csv", titles="name")


def _rows(inspection: Inspection) -> Iterator[list[str]]:
    points = f" {inspection.score}分" if inspection.score is not None else ""
    subject = f"{inspection.subject.name} ({inspection.subject.id}){points}"
    shown = inspection.problems or inspection.missing
    if not shown:
        yield [subject, inspection.verdict.zh, _why(inspection), ""]
    for number, finding in enumerate(shown):
        first = number == 0
        proof = "；".join(evidence_text(piece) for piece in finding.evidence[:2])
        if finding.review is not None:
            proof = finding.review.reason
        sentence = finding.phrase if finding.phrase in finding.message("zh") else f"{finding.phrase}：{finding.message('zh')}"
        yield [subject if first else "", inspection.verdict.zh if first else "", sentence, proof]


def _why(inspection: Inspection) -> str:
    """Return why a verdict is what it is where no single finding decides it."""
    score = inspection.score
    if score is None:
        return "没有适用于该对象的单项否决或计分指标，不能判定"
    return f"得分 {score}" + ("" if score.is_final else "，尚有未定项")


def _summary(totals: Counter[tuple[str, Verdict]], book: Rulebook) -> str:
    lines = [f"规则: {book.version}  {book.digest[:12]}  {book.books}".rstrip()]
    if not book.plan.complete:
        lines.append(f"只检查了: {', '.join(indicator.id for indicator in book.indicators)}")
    for kind, word in (("Site", "政府网站"), ("Account", "政务新媒体"), ("Supervisor", "监管单位")):
        total = sum(count for (counted_kind, _), count in totals.items() if counted_kind == kind)
        if total:
            parts = "，".join(f"{verdict.zh} {totals[kind, verdict]}" for verdict in Verdict)
            lines.append(f"{word}: {total} 个，{parts}")
    return "\n".join(lines)


def main_json(value: object) -> None:
    """Print one JSON document."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()
