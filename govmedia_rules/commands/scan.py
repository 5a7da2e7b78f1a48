"""`govmedia-rules scan FILE...`: candidates for misstatements in text, HTML, office, PDF and JSON Lines files and folders."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from urllib.parse import quote

from govmedia_rules.commands.output import positive
from govmedia_rules.errors import GovMediaRulesError
from govmedia_rules.text.checkers import load_checkers
from govmedia_rules.text.decisions import (
    PassageDecision,
    decisions_of,
    match_digest,
    merge_decisions,
    read_decisions,
    without_decided,
    write_decisions,
)
from govmedia_rules.text.documents import TextDocument, read_documents
from govmedia_rules.text.marked import marked_docx
from govmedia_rules.text.matches import RANK, Match, Matches, group_incidents
from govmedia_rules.text.scanner import Scanner

Results = list[tuple[str, Matches]]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "scan",
        description="Find candidates for misstatements in text, HTML, DOCX, XLSX, PPTX, PDF and JSON Lines files (表述检查).",
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help=".txt, .html, .docx, .xlsx, .pptx, .pdf, .jsonl, or a folder of these"
    )
    parser.add_argument("--lexicon", action="append", metavar="ID|FILE", help="built-in id or file; several are merged")
    parser.add_argument("--at", type=date.fromisoformat, metavar="DATE", help="day the texts were published, where they do not say")
    parser.add_argument("--no-near", action="store_true", help="listed wrong forms only, no near misses")
    parser.add_argument("--no-forms", action="store_true", help="no dates, numbers, marks and private numbers")
    parser.add_argument("--checkers", action="store_true", help="also run the checkers that installed packages offer")
    parser.add_argument("--confidence", choices=list(RANK), default="low", help="leave out what is less sure")
    parser.add_argument("--workers", type=positive, default=1, metavar="N", help="processes")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text", help="what is printed")
    parser.add_argument("--baseline", metavar="FILE", help="decisions on passages: only what none of them covers is shown")
    parser.add_argument(
        "--today", type=date.fromisoformat, metavar="DATE", help="day on which decisions of the baseline may have expired"
    )
    parser.add_argument(
        "--write-baseline", metavar="FILE", help="write what is found to this file, as open, beside what it holds (needs --today)"
    )
    parser.add_argument("--role", default="scan", help="who lists the passages of --write-baseline")
    parser.add_argument("--marked", metavar="FOLDER", help="write a copy of each .docx with a comment at each candidate")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the candidates. Exit code 0: every file was read in full; 1: some could not be."""
    if args.write_baseline and args.today is None:
        print("--write-baseline needs --today, the day of the decisions", file=sys.stderr)
        return 2
    checkers = load_checkers() if args.checkers else ()
    scanner = Scanner(args.lexicon or "starter", near=not args.no_near, forms=not args.no_forms, checkers=checkers)
    for row in scanner.lexicon.bad:
        print(f"lexicon line {row.row}: {row.column or ''} {row.reason}: {row.value or ''}", file=sys.stderr)
    known = read_decisions(args.baseline) if args.baseline else {}
    documents, failed = _read(args.files)
    results = _scan(scanner, documents, args, known)
    if args.format == "text":
        _print(results)
    else:
        body = _report(scanner, results) if args.format == "json" else _sarif(scanner, results)
        print(json.dumps(body, ensure_ascii=False, indent=1))
    if args.write_baseline:
        _write_baseline(args, results)
    if args.marked:
        _mark(scanner, documents, args)
    count = sum(len(matches) for _, matches in results)
    print(f"{len(documents)} texts, {count} candidates; a person decides (须人工复核)", file=sys.stderr)
    if failed:
        print("some files were not read, or not in full: nothing is known of them (部分文件未读)", file=sys.stderr)
    return 1 if failed else 0


def _read(files: Iterable[str]) -> tuple[list[TextDocument], bool]:
    documents: list[TextDocument] = []
    faults: list[GovMediaRulesError] = []
    for name in files:
        try:
            documents.extend(read_documents(name, faults.append))
        except GovMediaRulesError as fault:
            faults.append(fault)
    for line in faults:
        print(line, file=sys.stderr)
    return documents, bool(faults)


def _scan(
    scanner: Scanner, documents: list[TextDocument], args: argparse.Namespace, known: Mapping[str, PassageDecision]
) -> Results:
    """The matches of each text that has any: sure enough, and on which nobody has decided."""
    results: Results = []
    texts = [document.text for document in documents]
    days = [document.day or args.at for document in documents]
    for document, matches in zip(documents, scanner.scan_many(texts, workers=args.workers, at=days), strict=True):
        sure = [match for match in matches if RANK[match.confidence] <= RANK[args.confidence]]
        kept = without_decided(Matches(matches.text, sure), known, args.today)
        if kept:
            results.append((document.where, kept))
    return results


def _write_baseline(args: argparse.Namespace, results: Results) -> None:
    path = Path(args.write_baseline)
    old = read_decisions(path) if path.is_file() else {}
    found = [decision for _, matches in results for decision in decisions_of(matches, role=args.role, decided=args.today)]
    new = [decision for decision in found if decision.passage not in old]
    write_decisions(path, merge_decisions(old.values(), new).values())


def _mark(scanner: Scanner, documents: list[TextDocument], args: argparse.Namespace) -> None:
    folder = Path(args.marked)
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        path = Path(document.where)
        if path.suffix.lower() == ".docx":
            (folder / path.name).write_bytes(marked_docx(path, scanner, at=document.day or args.at))


def _report(scanner: Scanner, results: Results) -> dict[str, object]:
    return {
        "lexicons": [stamp._asdict() for stamp in scanner.stamps],
        "texts": [{"where": where, "matches": [_match(matches, match) for match in matches]} for where, matches in results],
        "incidents": [
            {
                "sentence": incident.sentence,
                "text": incident.match.text,
                "suggestion": incident.match.suggestion,
                "places": [place.where for place in incident.places],
            }
            for incident in group_incidents(results)
        ],
    }


def _match(matches: Matches, match: Match) -> dict[str, object]:
    return {
        **asdict(match),
        "reason_text": match.reason_text("zh"),
        "context": list(matches.context(match)),
        "passage": match_digest(matches, match),
    }


def _sarif(scanner: Scanner, results: Results) -> dict[str, object]:
    """A SARIF 2.1.0 log; a result is a candidate, and its fingerprint the digest of the passage."""
    reasons = sorted({match.reason for _, matches in results for match in matches})
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "govmedia_rules scan", "rules": [{"id": reason} for reason in reasons]}},
                "columnKind": "unicodeCodePoints",
                "properties": {"lexicons": [stamp._asdict() for stamp in scanner.stamps]},
                "results": [_result(where, matches, match) for where, matches in results for match in matches],
            }
        ],
    }


def _result(where: str, matches: Matches, match: Match) -> dict[str, object]:
    suggestion = f" → {match.suggestion}" if match.suggestion else ""
    region = {"charOffset": match.start, "charLength": match.end - match.start}
    return {
        "ruleId": match.reason,
        "kind": "review",
        "level": "none",
        "message": {"text": f"{match.text}{suggestion}（{match.reason_text('zh')}）"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(Path(where).as_posix())}, "region": region}}],
        "partialFingerprints": {"passage/v1": match_digest(matches, match)},
        "properties": {"term": match.term, "severity": match.severity, "confidence": match.confidence, "source": match.source},
    }


def _print(results: Results) -> None:
    for where, matches in results:
        print(where)
        for line in matches.marked().splitlines():
            print(f"  {line}")
