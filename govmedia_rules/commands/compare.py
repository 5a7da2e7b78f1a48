"""`govmedia-rules compare`: two rounds, or one set of snapshots under two rulebooks."""

from __future__ import annotations

import argparse
from pathlib import Path

from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.inputs import results_of
from govmedia_rules.commands.output import main_json, say, say_unread
from govmedia_rules.errors import BrokenLine, GovMediaRulesError, ObservationError, Where
from govmedia_rules.judge.compare import Comparison, compare
from govmedia_rules.judge.rulebook import load_rulebook


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    text = "Compare two files of inspections, or, with --against, one set of snapshots under two rulebooks."
    parser = commands.add_parser("compare", description=text)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="BEFORE.jsonl AFTER.jsonl, or files of snapshots")
    parser.add_argument("--rulebook", action="append", default=[], metavar="ID", help="first rulebook; repeat for layers")
    parser.add_argument("--against", action="append", default=[], metavar="ID", help="second rulebook; repeat for layers")
    add_books(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the comparison."""
    bad: list[BrokenLine] = []
    comparison = _rulebooks(args, bad) if args.against else _rounds(args.paths)
    if args.format == "json":
        main_json(comparison.to_dict())
    else:
        print("\n".join(comparison.lines()))
    code = say_unread(bad)
    if not comparison and not bad:
        say("no subject was read: nothing was compared", "没有读到任何对象，什么也没有比较")
        code = 1
    return code


def _rulebooks(args: argparse.Namespace, bad: list[BrokenLine]) -> Comparison:
    books = books_of(args)
    first, second = load_rulebook(args.rulebook or ["national-2019"], books=books), load_rulebook(args.against, books=books)
    again: list[BrokenLine] = []  # the same lines of the same files
    return compare(first.inspect_files(args.paths, on_bad=bad.append), second.inspect_files(args.paths, on_bad=again.append))


def _rounds(paths: list[str]) -> Comparison:
    if len(paths) != 2:
        raise GovMediaRulesError(
            f"two files of inspections are needed, not {len(paths)}",
            hint="or name a second rulebook with --against",
            zh=f"需要两份检查结果文件，而不是 {len(paths)} 份",
            hint_zh="或用 --against 写明第二个指标体系",
        )
    for path in paths:
        if not Path(path).is_file():
            raise ObservationError("no such file", Where(path), hint="look at the path", zh="没有这个文件", hint_zh="请核对路径")
    return compare(results_of(paths[0]), results_of(paths[1]))
