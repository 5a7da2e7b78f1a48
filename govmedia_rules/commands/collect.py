"""`govmedia-rules collect`: a registry in, snapshots out."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import get_args

from govmedia_rules import collect
from govmedia_rules.collect.failures import failure_kinds
from govmedia_rules.collect.probes import read_probes, with_probes
from govmedia_rules.collect.progress import ProgressBar
from govmedia_rules.commands.output import say
from govmedia_rules.core.dates import read_moment
from govmedia_rules.core.files import complete_file
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import CollectError, Where
from govmedia_rules.subjects.models import Site
from govmedia_rules.subjects.registry import registered_sites


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "collect",
        description="Look at sites and write a snapshot of each. With the same journal, a run goes on where one ended.",
    )
    parser.add_argument("source", metavar="REGISTRY|URL", nargs="+", help="tables of sites (csv, xlsx …), or addresses")
    parser.add_argument("--out", required=True, metavar="FILE", help="JSON Lines of snapshots to write")
    parser.add_argument("--journal", metavar="FILE", help="journal of the run; default: the out file with .journal added")
    parser.add_argument("--earlier", metavar="FILE", help="journal of an earlier run, for conditional requests")
    parser.add_argument("--probes", metavar="FILE", help="journal of availability probes, made by `probe`")
    parser.add_argument("--observed-at", metavar="TIME", help="monitoring point (2024-08-27 10:00); default: when a site is begun")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the samples of content pages")
    parser.add_argument("--ignore-robots", action="store_true", help="do not follow robots.txt; recorded in each snapshot")
    parser.add_argument("--browser", action="store_true", help="render pages that scripts fill (extra `browser`)")
    parser.add_argument("--user-agent", default=collect.USER_AGENT, metavar="TEXT", help="how the collector names itself")
    parser.add_argument("--no-text", action="store_true", help="do not keep the text of pages")
    parser.add_argument("--all-pages", action="store_true", help="visit every page that can be reached, not a sample")
    parser.add_argument("--allow", action="append", default=[], metavar="ADDRESS", help="visit this inner address too; repeat")
    _add_limits(parser)
    parser.set_defaults(run=run)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("limits")
    defaults = collect.Limits()
    for name, annotation in collect.Limits.__annotations__.items():
        kind = float if "float" in str(annotation) or float in get_args(annotation) else int
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="N", help=f"by default: {getattr(defaults, name)}")


def limits_of(args: argparse.Namespace) -> collect.Limits:
    """Return the limits that the arguments give."""
    given = {name: value for name in collect.Limits.__annotations__ if (value := getattr(args, name, None)) is not None}
    if getattr(args, "all_pages", False):
        given["content_sample"] = None
    return collect.Limits(**given)


def subjects_of(sources: list[str]) -> list[Site]:
    """Return sites of tables and addresses; rows that cannot be used are named on stderr.

    Raises:
        TableError: A table cannot be opened.
        CollectError: Nothing is left to look at.
    """
    sites: list[Site] = []
    for source in sources:
        if Path(source).is_file():
            rows = registered_sites(source)
            sites.extend(rows.good)
            for bad in rows.bad:
                text = f"{bad.reason} ({bad.value})"
                say(f"{source}, row {bad.row}, {bad.column}: {text}", f"{source}，第{bad.row}行，{bad.column}：{text}")
        elif "." in source and Path(source).suffix.lower() not in (".csv", ".xlsx", ".xls", ".ods", ".tsv", ".txt"):
            sites.append(Site(name=source, url=source if "://" in source else f"http://{source}/"))
        else:
            raise CollectError("no such file", Where(source), hint="look at the path", zh="没有这个文件", hint_zh="请核对路径")
    if not sites:
        raise CollectError(
            "there is no site to look at",
            hint="name addresses or a registry",
            zh="没有要采集的网站",
            hint_zh="请给出网站地址或登记表",
        )
    return sites


def run(args: argparse.Namespace) -> int:
    """Look at the sites; 0 when every one was looked at, also when some could not be opened."""
    sites = subjects_of(args.source)
    observed_at = _moment(args.observed_at)
    out = Path(args.out)
    journal = args.journal or f"{args.out}.journal"
    probes = read_probes(args.probes) if args.probes else {}
    bar = ProgressBar(len(sites))
    failures: Counter[str] = Counter()
    partly = pages = 0
    with bar, complete_file(out) as part, part.open("w", encoding="utf-8") as lines:
        for snapshot in collect.sites(
            sites,
            limits=limits_of(args),
            guard=collect.Guard(allow=frozenset(args.allow)),
            robots="ignore" if args.ignore_robots else "follow",
            seed=args.seed,
            observed_at=observed_at,
            journal=journal,
            earlier=args.earlier,
            browser=args.browser,
            user_agent=args.user_agent,
            keep_text=not args.no_text,
            progress=bar,
        ):
            snapshot = with_probes(snapshot, probes)
            lines.write(snapshot.model_dump_json() + "\n")
            failure = snapshot.collection.failure if snapshot.collection is not None else None
            failures[failure or ""] += 1
            pages += len(snapshot.pages or ())
            partly += bool(snapshot.partial)
    kinds = failure_kinds()
    not_opened = {kind: count for kind, count in sorted(failures.items()) if kind}
    for kind, count in not_opened.items():
        say(f"{kinds[kind].title} {count}: {kinds[kind].advice}")
    print(
        json.dumps(
            {
                "sites": len(sites),
                "opened": failures[""],
                "not_opened": not_opened,
                "partly_seen": partly,
                "pages": pages,
                "out": str(out),
            },
            ensure_ascii=False,
        )
    )
    return 0


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = read_moment(text)
    if moment is None:
        raise CollectError(
            f"{text!r} is no time that can be read",
            hint="write it like 2024-08-27 10:00",
            zh=f"{text!r} 不是能读的时间",
            hint_zh="写作 2024-08-27 10:00",
        )
    return moment if isinstance(moment, datetime) else datetime.combine(moment, datetime.min.time(), SHANGHAI)
