"""`govmedia-rules scan FILE...`: candidates for misstatements in text, HTML, office, PDF and JSON Lines files and folders."""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path
from typing import Literal, NamedTuple

from govmedia_rules.commands.output import day, positive, say
from govmedia_rules.commands.scan_output import Settled, match_digest, scan_report, scan_review_rows, scan_sarif, scan_table
from govmedia_rules.core.files import make_folder, write_file
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import GovMediaRulesError, ObservationError, Where, reason_zh
from govmedia_rules.judge.reviews import Review, last_by_passage, read_reviews
from govmedia_rules.text.checkers import load_checkers
from govmedia_rules.text.documents import TextDocument, decode_text, read_documents
from govmedia_rules.text.marked import marked_docx
from govmedia_rules.text.matches import RANK, Match, Matches
from govmedia_rules.text.scanner import Scanner

INDICATOR = "site.veto.safety.expression"
"""Indicator that decisions of a scan are about, unless another one is named."""
LEXICONS = ("starter", "commercial")
"""Lexicons that are looked through unless others are named."""
_INLINE = re.compile(r"govmedia-rules:[ ]?allow[ ]+([^|\n]{2,200}?)[ ]*\|([^|\n]{0,100})\|([^|\n]{0,40})\|([^|\n>]{0,200})")
_WITH_INLINE = frozenset({".txt", ".md", ".html", ".htm", ".shtml"})


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "scan",
        help="find candidates for misstatements in files",
        description="Find candidates for misstatements in text, HTML, DOCX, XLSX, PPTX, PDF and JSON Lines files (表述检查).",
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help=".txt, .html, .docx, .xlsx, .pptx, .pdf, .jsonl, or a folder of these"
    )
    parser.add_argument("--lexicon", action="append", metavar="ID|FILE", help="built-in id or file; several are merged")
    parser.add_argument("--at", type=day, metavar="DATE", help="day the texts were published, where they do not say")
    parser.add_argument("--no-near", action="store_true", help="listed wrong forms only, no near misses")
    parser.add_argument("--no-forms", action="store_true", help="no dates, numbers, marks and private numbers")
    parser.add_argument("--checkers", action="store_true", help="also run the checkers that installed packages offer")
    parser.add_argument("--confidence", choices=list(RANK), default="low", help="leave out what is less sure")
    parser.add_argument("--workers", type=positive, default=1, metavar="N", help="processes")
    parser.add_argument(
        "--format", choices=("text", "table", "json", "sarif"), default="text", help="what is printed; table is CSV"
    )
    parser.add_argument(
        "--baseline",
        action="append",
        default=[],
        metavar="FILE",
        help="reviews (JSON Lines, workbook filled in) or an earlier scan as JSON or SARIF: only what is new is shown",
    )
    parser.add_argument("--today", type=day, metavar="DATE", help="day on which decisions may have expired; today without it")
    parser.add_argument(
        "--inline", action="store_true", help="heed exceptions in the files: govmedia-rules: allow WORDS | ROLE | DATE | REASON"
    )
    parser.add_argument("--review", metavar="FILE", help="write a workbook to review in (.xlsx), which --baseline reads back")
    parser.add_argument("--indicator", default=INDICATOR, metavar="ID", help="indicator that decisions of --review are about")
    parser.add_argument("--marked", metavar="FOLDER", help="write a copy of each .docx with a comment at each candidate")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the candidates. Exit code 0: every file was read in full; 1: some, a row of a lexicon or a decision, could not be."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read is said below
    checkers = load_checkers() if args.checkers else ()
    scanner = Scanner(args.lexicon or LEXICONS, near=not args.no_near, forms=not args.no_forms, checkers=checkers)
    for row in scanner.lexicon.bad:
        text = f"{row.column or ''} {row.reason}: {row.value or ''}"
        say(f"lexicon line {row.row}: {text}", f"词表第{row.row}行：{text}")
    known = _read_baseline(args.baseline, args.today or datetime.now(SHANGHAI).date())
    documents, failed = _read(args.files)
    results, settled = _scan(scanner, documents, args, known)
    if args.format == "text":
        _print(results)
    elif args.format == "table":
        print(scan_table(results), end="")
    else:
        body = (scan_report if args.format == "json" else scan_sarif)(scanner, results, settled)
        print(json.dumps(body, ensure_ascii=False, indent=1))
    if args.review:
        from govmedia_rules.reports.xlsx import review_workbook

        write_file(args.review, review_workbook(scan_review_rows(results, args.indicator)))
    if args.marked:
        _mark(scanner, documents, args)
    candidates = sum(len(matches) for _, matches in results)
    say(f"{len(documents)} texts, {candidates} candidates; a person decides", f"{len(documents)}篇，{candidates}条线索，须人工复核")
    for why, number in sorted(Counter(each.why for each in settled).items()):
        say(f"{number} not shown, decided by {why}", f"{number}条不再列出，已由{why}处理")
    if failed:
        say("some files were not read, or not in full: nothing is known of them", "部分文件未读或未读全，其中有无问题不知道")
    return 1 if failed or scanner.lexicon.bad or known.refused else 0


class _Known(NamedTuple):
    """Decisions and passages known before a scan, and the number of refused decisions."""

    reviews: dict[str, Review]
    shown: set[str]
    refused: int


def _read_baseline(paths: Iterable[str], today: date) -> _Known:
    reviews: list[Review] = []
    shown: set[str] = set()
    refused = 0
    for path in paths:
        if Path(path).suffix.lower() in {".json", ".sarif"}:
            shown |= _passages_in(Path(path))
        else:
            read = read_reviews(path)
            reviews += read
            refused += len(read.refused)
            for refusal in read.refused:
                say(str(refusal))
    return _Known(last_by_passage(reviews, today), shown, refused)


def _passages_in(path: Path) -> set[str]:
    """Return the digests of the passages that an earlier scan printed as JSON or SARIF."""
    try:
        log = json.loads(path.read_text("utf-8"))
        if "runs" in log:
            results = [result for run in log["runs"] for result in run["results"] if "suppressions" not in result]
            return {result["partialFingerprints"]["passage/v1"] for result in results}
        return {match["passage"] for text in log["texts"] for match in text["matches"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise ObservationError(
            f"it is not what a scan printed: {fault}",
            Where(str(path)),
            "scan --format json or sarif prints it",
            f"这不是 scan 的输出：{reason_zh(fault)}",
            "用 scan --format json 或 sarif 输出",
        ) from None


def _read(files: Iterable[str]) -> tuple[list[TextDocument], bool]:
    documents: list[TextDocument] = []
    faults: list[GovMediaRulesError] = []
    for name in files:
        try:
            documents.extend(read_documents(name, faults.append))
        except GovMediaRulesError as fault:
            faults.append(fault)
    for line in faults:
        say(str(line))
    return documents, bool(faults)


def _scan(
    scanner: Scanner, documents: list[TextDocument], args: argparse.Namespace, known: _Known
) -> tuple[list[tuple[str, Matches]], list[Settled]]:
    """Return the new matches of each text that has any and is sure enough, and those on which somebody decided."""
    results: list[tuple[str, Matches]] = []
    settled: list[Settled] = []
    texts = [document.text for document in documents]
    days = [document.day or args.at for document in documents]
    for document, matches in zip(documents, scanner.scan_many(texts, workers=args.workers, at=days), strict=True):
        allowed = _inline_exceptions(Path(document.where)) if args.inline else {}
        new: list[Match] = []
        for match in matches:
            if RANK[match.confidence] > RANK[args.confidence]:
                continue
            digest = match_digest(matches, match)
            decision = allowed.get(match.text) or _decision(known.reviews.get(digest))
            if decision is not None:
                settled.append(Settled(document.where, matches, match, *decision))
            elif digest not in known.shown:
                new.append(match)
        if new:
            results.append((document.where, Matches(matches.text, new)))
    return results, settled


_Decision = tuple[Literal["inSource", "external"], str, str, str]


def _decision(review: Review | None) -> _Decision | None:
    return (
        None
        if review is None
        else ("external", review.role, review.at.date().isoformat(), f"{review.decision} {review.reason}".strip())
    )


def _inline_exceptions(path: Path) -> dict[str, _Decision]:
    """Return what a file itself says is right in it, by the words; one that does not say who decided, and when, is none."""
    if path.suffix.lower() not in _WITH_INLINE or not path.is_file():
        return {}
    allowed: dict[str, _Decision] = {}
    for hit in _INLINE.finditer(decode_text(path.read_bytes(), html=path.suffix.lower() != ".txt")):
        words, role, day, reason = (part.strip().removesuffix("--").strip() for part in hit.groups())
        try:
            date.fromisoformat(day)
        except ValueError:
            day = ""
        if role and day:
            allowed[words] = ("inSource", role, day, reason)
        else:
            what, zh = "does not say who decided and when; it is not used", "没有写明谁在何时决定，未采用"
            say(f"{path}: the exception {words!r} {what}", f"{path}：例外“{words}”{zh}")
    return allowed


def _mark(scanner: Scanner, documents: list[TextDocument], args: argparse.Namespace) -> None:
    folder = make_folder(args.marked)
    copies: dict[str, str] = {}
    for document in documents:
        path = Path(document.where)
        if path.suffix.lower() == ".docx":
            copy = copies.setdefault(document.where, _free_name(path, copies.values()))
            write_file(folder / copy, marked_docx(path, scanner, at=document.day or args.at))


def _free_name(path: Path, taken: Iterable[str]) -> str:
    """Return the name of a file, numbered where a file of another folder has it already."""
    used = {name.casefold() for name in taken}
    names = chain([path.name], (f"{path.stem}-{number}{path.suffix}" for number in count(2)))
    return next(name for name in names if name.casefold() not in used)


def _print(results: Iterable[tuple[str, Matches]]) -> None:
    for where, matches in results:
        print(where)
        for line in matches.marked().splitlines():
            print(f"  {line}")
