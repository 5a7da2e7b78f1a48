"""`govmedia-rules book`: rulebooks for other machines, one in a file or several as a release; and where commands read a release."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govmedia_rules.commands.output import day, say
from govmedia_rules.errors import ExportError, RulebookError
from govmedia_rules.judge.rulebook import export_rulebook

if TYPE_CHECKING:
    from govmedia_rules.rules.release import Books


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("book", description="Write rulebooks for other machines.")
    actions = parser.add_subparsers(dest="action", required=True)
    text = (
        "Write a rulebook with all its layers as one .json file, which `--rulebook FILE` loads on another machine; or a release of "
        "rulebooks with a manifest, as a .zip or a folder, which `--books PATH` puts before the built-in ones."
    )
    export = actions.add_parser("export", help="one rulebook in a file, or a release of several", description=text)
    export.add_argument("rulebook", nargs="+", metavar="ID", help="id or path; into .json: layers, the lowest first")
    export.add_argument("--only", action="append", default=[], metavar="ID", help=".json: this indicator or family only; repeat")
    export.add_argument("--name", help="name of the release")
    export.add_argument("--version", help="version of the release")
    export.add_argument("--issued", type=day, metavar="DAY", help="day of the release")
    export.add_argument("--out", metavar="PATH", required=True, help="where to write: a .json, a .zip, or a new folder")
    add_books(export)
    export.set_defaults(run=run)


def add_books(parser: argparse.ArgumentParser) -> None:
    """Describe where rulebooks come from besides this library."""
    parser.add_argument(
        "--books", metavar="PATH", help="a release of rulebooks (folder or .zip), searched before the built-in ones"
    )
    parser.add_argument("--books-alone", action="store_true", help="the release only, none of the built-in rulebooks")


def books_of(args: argparse.Namespace) -> Books | None:
    """Return the release that `add_books` names; None where none is named.

    Raises:
        RulebookError: It cannot be used, or `--books-alone` is given without it.
    """
    if args.books is not None:
        from govmedia_rules.rules.release import read_books

        return read_books(args.books, alone=args.books_alone)
    if args.books_alone:
        raise RulebookError("--books-alone needs --books PATH", zh="--books-alone 需要 --books 路径")
    return None


def run(args: argparse.Namespace) -> int:
    """Write the file or the release."""
    if Path(args.out).suffix != ".json":
        return _release(args)
    book = export_rulebook(args.rulebook, args.out, only=args.only, books=books_of(args))
    name = f"{book.version} {book.digest[:12]}"
    say(f"{name}: {len(book)} indicators in {args.out}", f"{name}：{args.out} 中有指标{len(book)}项")
    return 0


def _release(args: argparse.Namespace) -> int:
    from govmedia_rules.rules.release import export_books

    if args.name is None or args.version is None:
        raise ExportError(
            "a release needs --name and --version",
            hint="or an --out that ends in .json, for one rulebook",
            zh="发布需要 --name 和 --version",
            hint_zh="只导出一个指标体系时 --out 以 .json 结尾",
        )
    if args.only:
        raise ExportError(
            "a release holds whole rulebooks",
            hint="--only goes with an --out that ends in .json",
            zh="发布的是完整的指标体系",
            hint_zh="--only 只用于以 .json 结尾的 --out",
        )
    books = books_of(args)
    written = export_books(args.rulebook, args.out, name=args.name, version=args.version, issued=args.issued, books=books)
    count = len(written.layers)
    say(f"{written.name}: {count} rulebooks in {args.out}", f"{written.name}：{args.out} 中有指标体系{count}个")
    return 0
