"""`govmedia-rules explain`: what an indicator asks, where it comes from, which layer set which value."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.output import main_json
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.rules.load import book_with
from govmedia_rules.rules.plugins import installed


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("explain", description="Explain an indicator or a family.")
    parser.add_argument("indicator", metavar="ID", help="id or family: site.veto.columns.core, media.veto")
    parser.add_argument("--rulebook", action="append", default=[], metavar="ID", help="id or path; repeat for layers")
    add_books(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the explanation of each indicator named."""
    books = books_of(args)
    plugins = installed() if books is None else books.over(installed())
    book = load_rulebook(args.rulebook or [book_with(args.indicator, plugins)], books=books)
    explained = [book.explain(indicator.id) for indicator in book.only(args.indicator).indicators]
    if args.format == "json":
        main_json([explanation.to_dict() for explanation in explained])
    else:
        print("\n\n".join(map(str, explained)))
    return 0
