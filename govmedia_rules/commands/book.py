"""`govmedia-rules book`: a rulebook as one file."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.output import say
from govmedia_rules.judge.rulebook import export_rulebook


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("book", description="Write a rulebook as one file.")
    actions = parser.add_subparsers(dest="action", required=True)
    text = "Write a rulebook with all its layers as one file, which `--rulebook FILE` loads on another machine."
    export = actions.add_parser("export", help="all layers in one file", description=text)
    export.add_argument("rulebook", nargs="+", metavar="ID", help="id or path; several for layers, the lowest first")
    export.add_argument("--only", action="append", default=[], metavar="ID", help="this indicator or family only; repeat")
    export.add_argument("--out", metavar="FILE", required=True, help="where to write, a name that ends in .json")
    export.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file."""
    book = export_rulebook(args.rulebook, args.out, only=args.only)
    say(f"{book.version} {book.digest[:12]}: {len(book)} indicators in {args.out}")
    return 0
