"""`govmedia-rules explain`: what an indicator asks, where it comes from, which layer set which value."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.output import main_json
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.rules.load import book_with


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("explain", description="Explain an indicator or a family.")
    parser.add_argument("indicator", metavar="ID", help="id or family: site.veto.columns.core, media.veto")
    parser.add_argument("--rulebook", action="append", default=[], metavar="ID", help="id or path; repeat for layers")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the explanation of each indicator named."""
    book = load_rulebook(args.rulebook or [book_with(args.indicator)])
    explained = [book.explain(indicator.id) for indicator in book.only(args.indicator).indicators]
    if args.format == "json":
        main_json([explanation.to_dict() for explanation in explained])
    else:
        print("\n\n".join(map(str, explained)))
    return 0
