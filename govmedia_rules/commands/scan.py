"""`govmedia-rules scan FILE...`: candidates for misstatements in text, HTML, DOCX and JSON Lines files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from govmedia_rules.errors import GovMediaRulesError
from govmedia_rules.text.checkers import load_checkers
from govmedia_rules.text.documents import Document, read_documents
from govmedia_rules.text.matches import RANK, Matches, group_incidents
from govmedia_rules.text.scanner import Scanner


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describes the command."""
    parser = commands.add_parser(
        "scan",
        help="find candidates for misstatements in files",
        description="Find candidates for misstatements in text, HTML, DOCX and JSON Lines files (表述检查).",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help=".txt, .html, .docx, .jsonl")
    parser.add_argument("--lexicon", action="append", metavar="ID|FILE", help="built-in id or file; several are merged")
    parser.add_argument("--at", type=date.fromisoformat, metavar="DATE", help="day the texts were published, where they do not say")
    parser.add_argument("--no-near", action="store_true", help="listed wrong forms only, no near misses")
    parser.add_argument("--no-forms", action="store_true", help="no dates, numbers, marks and private numbers")
    parser.add_argument("--checkers", action="store_true", help="also run the checkers that installed packages offer")
    parser.add_argument("--confidence", choices=list(RANK), default="low", help="leave out what is less sure")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the candidates. Exit code 0: every file was read; 1: some could not be."""
    checkers = load_checkers() if args.checkers else ()
    scanner = Scanner(args.lexicon or "starter", near=not args.no_near, forms=not args.no_forms, checkers=checkers)
    for row in scanner.lexicon.bad:
        print(f"lexicon line {row.row}: {row.column or ''} {row.reason}: {row.value or ''}", file=sys.stderr)
    documents, failed = _read(args.files)
    least = RANK[args.confidence]
    results: list[tuple[str, Matches]] = []
    texts = [document.text for document in documents]
    days = [document.day or args.at for document in documents]
    for document, matches in zip(documents, scanner.scan_many(texts, workers=args.workers, at=days), strict=True):
        kept = Matches(matches.text, [match for match in matches if RANK[match.confidence] <= least])
        if kept:
            results.append((document.where, kept))
    if args.format == "json":
        print(json.dumps(_report(scanner, results), ensure_ascii=False, indent=1))
    else:
        _print(results)
    count = sum(len(matches) for _, matches in results)
    print(f"{len(documents)} texts, {count} candidates; a person decides (须人工复核)", file=sys.stderr)
    return 1 if failed else 0


def _read(files: Iterable[str]) -> tuple[list[Document], bool]:
    documents: list[Document] = []
    faults: list[GovMediaRulesError] = []
    for name in files:
        try:
            documents.extend(read_documents(name, faults.append))
        except GovMediaRulesError as fault:
            faults.append(fault)
    for line in faults:
        print(line, file=sys.stderr)
    return documents, bool(faults)


def _report(scanner: Scanner, results: list[tuple[str, Matches]]) -> dict[str, object]:
    return {
        "lexicons": [stamp._asdict() for stamp in scanner.stamps],
        "texts": [
            {
                "where": where,
                "matches": [
                    {**asdict(match), "reason_text": match.reason_text("zh"), "context": list(matches.context(match))}
                    for match in matches
                ],
            }
            for where, matches in results
        ],
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


def _print(results: list[tuple[str, Matches]]) -> None:
    for where, matches in results:
        print(where)
        for line in matches.marked().splitlines():
            print(f"  {line}")
