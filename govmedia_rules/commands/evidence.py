"""`govmedia-rules evidence`: the pages behind a finding as they were, from the journal of the run; their export and deletion."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

from govmedia_rules.collect.evidence import forget, kept_pages, write_screenshots, write_warc
from govmedia_rules.commands.book import add_books, books_of
from govmedia_rules.commands.output import say
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CollectError, Where
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.snapshots.models import SiteSnapshot


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "evidence",
        description="Show pages as they were when a finding was made, from the journal of `collect`. Private numbers are masked.",
    )
    parser.add_argument("finding", nargs="?", metavar="FINDING", help="id of an indicator; its evidence names the pages")
    parser.add_argument("--snapshots", metavar="FILE", help="JSON Lines that `collect` wrote")
    parser.add_argument("--journal", metavar="FILE", help="journal of the run; default: the snapshots' name with .journal added")
    parser.add_argument("--site", metavar="ID", help="site whose pages are meant; needed where there are several")
    parser.add_argument("--rulebook", action="append", default=[], metavar="ID", help="id or path; repeat for layers")
    add_books(parser)
    parser.add_argument("--url", action="append", default=[], metavar="ADDRESS", help="show this page; repeat")
    parser.add_argument("--text", type=int, default=400, metavar="N", help="characters of each page's text that are shown")
    parser.add_argument("--warc", metavar="FILE", help="also write the pages as WARC (extra `warc`)")
    parser.add_argument("--screenshots", metavar="FOLDER", help="also draw the pages as PNG (extra `browser`)")
    parser.add_argument("--forget-days", type=float, metavar="N", help="delete pages older than N days from the journal, and stop")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show the pages, one JSON object a line; 1 when one of them is not in the journal."""
    journal = args.journal or (f"{args.snapshots}.journal" if args.snapshots else None)
    if journal is None or not Path(journal).is_file():
        raise CollectError(
            "there is no journal",
            Where(str(journal or "")),
            "name it with --journal",
            zh="没有采集记录",
            hint_zh="请用 --journal 写明",
        )
    if args.forget_days is not None:
        count = forget(journal, datetime.now(SHANGHAI) - timedelta(days=args.forget_days))
        print(json.dumps({"forgotten": count, "journal": str(journal)}, ensure_ascii=False))
        return 0
    addresses = [*args.url, *_addresses_of(args)]
    if not addresses:
        say("the finding names no page", "这个结论没有指明页面")
        return 1
    pages = kept_pages(journal, addresses, site=args.site)
    for address in dict.fromkeys(addresses):
        page = pages.get(address)
        if page is None:
            say(f"not in the journal: {address}", f"采集记录中没有：{address}")
        else:
            print(json.dumps(page.facts() | {"text": page.text[: args.text]}, ensure_ascii=False))
    if args.screenshots:
        Path(args.screenshots).mkdir(parents=True, exist_ok=True)
        for address, file in asyncio.run(write_screenshots(pages, journal, args.screenshots)).items():
            say(f"{address}: {file}")
    if args.warc:
        write_warc(pages, args.warc)
    return 0 if len(pages) == len(set(addresses)) else 1


def _addresses_of(args: argparse.Namespace) -> list[str]:
    """Return the addresses that the evidence of the finding names."""
    if args.finding is None:
        return []
    if args.snapshots is None:
        raise CollectError(
            "a finding needs the snapshots it was made from",
            hint="name them with --snapshots",
            zh="要查检查结论，需要它所用的采样数据",
            hint_zh="请用 --snapshots 写明",
        )
    book = load_rulebook(args.rulebook or "national-2019", books=books_of(args))
    with open(args.snapshots, encoding="utf-8") as lines:
        snapshots = [SiteSnapshot.model_validate_json(line) for line in lines if line.strip()]
    chosen = [snapshot for snapshot in snapshots if args.site in (None, snapshot.site.id)]
    if len(chosen) != 1:
        raise CollectError(
            f"{len(chosen)} sites are meant",
            Where(args.snapshots),
            "name one with --site",
            zh=f"有 {len(chosen)} 个网站符合",
            hint_zh="请用 --site 写明一个",
        )
    finding = book.inspect(chosen[0]).finding(args.finding)
    places = [piece.where for piece in finding.evidence if piece.where and "://" in piece.where]
    return list(dict.fromkeys(places))
