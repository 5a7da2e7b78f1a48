"""`govmedia-rules worklist`: what would decide open verdicts (待定), the act that decides most subjects first."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.inputs import add_inputs
from govmedia_rules.commands.output import main_json, say_unread
from govmedia_rules.commands.report import inspections_of
from govmedia_rules.errors import BrokenLine


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "worklist",
        description="List for open verdicts the next act, the one that decides most subjects first.",
    )
    add_inputs(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.add_argument("--out", metavar="FILE", help="a workbook to write besides")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list; return 0 when it ran, 1 when something could not be read."""
    from govmedia_rules.judge.worklist import worklist

    bad: list[BrokenLine] = []
    acts = worklist(inspections_of(args, bad))
    if args.format == "json":
        main_json(
            [{**act._asdict(), **{name: list(getattr(act, name)) for name in ("indicators", "subjects", "names")}} for act in acts]
        )
    else:
        for act in acts:
            print(f"{act.text}：{len(act.subjects)} 个对象，其中 {act.alone} 个做完即可判定")
        if not acts:
            print("没有待定的对象")
    if args.out:
        acts.to_excel(args.out)
    return say_unread(bad)
