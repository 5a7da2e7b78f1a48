"""`govmedia-rules rulebooks`: the rulebooks at hand."""

from __future__ import annotations

import argparse

from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.output import day, main_json, text_table
from govmedia_rules.errors import RulebookError
from govmedia_rules.rules.load import known_ids, layers_for, read_layer
from govmedia_rules.rules.plugins import installed


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("rulebooks", description="List built-in and installed rulebooks.")
    parser.add_argument("--at", type=day, metavar="DAY", help="only what would apply on a day: 2024-08-23")
    parser.add_argument("--region", metavar="NAME", help="only what would apply in a place: 610726, 略阳县; the nation by default")
    parser.add_argument("--series", default="inspection", help="with --at: inspection, supervision, guidelines …")
    add_books(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="what is printed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list."""
    books = books_of(args)
    plugins = installed() if books is None else books.over(installed())
    if args.region is not None and args.at is None:
        raise RulebookError(
            "--region needs --at: which rulebooks hold depends on the day", zh="--region 需要 --at：哪些指标体系有效取决于日期"
        )
    sources = layers_for(args.region, args.at, plugins, args.series) if args.at is not None else known_ids(plugins)
    read = [read_layer(source, plugins) for source in sources]
    layers = [layer.content for layer in read]
    if args.format == "json":
        keep = {"id", "title", "version", "series", "region", "extends", "effective"}
        main_json([item.content.model_dump(mode="json", include=keep, by_alias=True) | {"books": item.release} for item in read])
        return 0
    rows = [
        [
            layer.id,
            layer.title,
            layer.region or "全国",
            " ".join(layer.extends),
            f"{layer.effective.from_ or ''}..{layer.effective.to or ''}",
            str(len(layer.indicators)),
            item.release or "",
        ]
        for item, layer in zip(read, layers, strict=True)
    ]
    for line in text_table(("id", "名称", "地区", "基于", "施行", "指标数", "发布"), rows, (24, 60, 8, 24, 24, 8, 48)):
        print(line)
    return 0
