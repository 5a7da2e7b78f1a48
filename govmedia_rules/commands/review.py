"""`govmedia-rules review`: the review desk, and what reviews change."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.inputs import add_inputs
from govmedia_rules.commands.output import say_unread
from govmedia_rules.commands.report import inspections_of
from govmedia_rules.core.files import write_file
from govmedia_rules.errors import BrokenLine


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "review",
        description="Write the page in which candidates and failures are decided.",
    )
    parser.add_argument("what", choices=("desk",), help="desk: one self-contained page")
    add_inputs(parser)
    parser.add_argument("--out", metavar="FILE", required=True, help="the page to write")
    parser.add_argument("--title", default="复核", help="title of the page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page; return 0 when it ran, 1 when something could not be read."""
    from govmedia_rules.reports.desk import review_desk

    bad: list[BrokenLine] = []
    page = review_desk(inspections_of(args, bad), title=args.title)
    write_file(args.out, page)
    return say_unread(bad)
