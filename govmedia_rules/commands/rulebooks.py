"""`govmedia-rules rulebooks`: the rulebooks at hand."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.inspect import main_json
from govmedia_rules.commands.output import table
from govmedia_rules.rules.load import known_files, read_layer
from govmedia_rules.rules.plugins import installed


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describes the command."""
    parser = commands.add_parser("rulebooks", help="list the rulebooks", description="List built-in and installed rulebooks.")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the list."""
    plugins = installed()
    layers = [read_layer(path, plugins).content for _, path in sorted(known_files(plugins).items())]
    if args.format == "json":
        keep = {"id", "title", "version", "series", "region", "extends", "effective"}
        main_json([layer.model_dump(mode="json", include=keep, by_alias=True) for layer in layers])
        return 0
    rows = [
        [
            layer.id,
            layer.title,
            layer.region or "全国",
            " ".join(layer.extends),
            f"{layer.effective.from_ or ''}..{layer.effective.to or ''}",
            str(len(layer.indicators)),
        ]
        for layer in layers
    ]
    for line in table(("id", "名称", "地区", "基于", "施行", "指标数"), rows, (24, 60, 8, 24, 24, 8)):
        print(line)
    return 0
