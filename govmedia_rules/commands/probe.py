"""`govmedia-rules probe`: one round of visits to every home page, appended to a journal."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import datetime

from govmedia_rules import collect
from govmedia_rules.collect.probes import probe_round
from govmedia_rules.collect.progress import ProgressBar
from govmedia_rules.commands.collect import subjects_of
from govmedia_rules.commands.output import positive, say
from govmedia_rules.core.time import SHANGHAI


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "probe",
        description="Make one round of availability probes. A scheduler calls this at intervals, at least 20 times a day.",
    )
    parser.add_argument("source", metavar="REGISTRY|URL", nargs="+", help="tables of sites (csv, xlsx …), or addresses")
    parser.add_argument("--journal", required=True, metavar="FILE", help="journal the outcomes are appended to")
    parser.add_argument("--slot-minutes", type=positive, default=30, metavar="N", help="rounds of one slot are the same round")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="N", help="longest time for one home page")
    parser.add_argument("--at-once", type=positive, default=200, metavar="N", help="sites probed at the same time")
    parser.add_argument("--user-agent", default=collect.USER_AGENT, metavar="TEXT", help="how the collector names itself")
    parser.add_argument("--control", action="append", default=[], metavar="ADDRESS", help="opens whenever our line works; repeat")
    parser.add_argument("--allow", action="append", default=[], metavar="ADDRESS", help="visit this inner address too; repeat")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the round; 0 also when sites did not open, and when the round was made before."""
    sites = subjects_of(args.source)
    limits = replace(
        collect.Limits(retries=0),
        total_seconds=args.seconds,
        first_byte_seconds=args.seconds,
        connect_seconds=args.seconds,
        sites_at_once=args.at_once,
    )
    with ProgressBar(len(sites)) as bar:
        report = probe_round(
            sites,
            args.journal,
            at=datetime.now(SHANGHAI),
            slot_minutes=args.slot_minutes,
            limits=limits,
            guard=collect.Guard(allow=frozenset(args.allow)),
            user_agent=args.user_agent,
            progress=bar.count,
            control=args.control,
        )
    if report.state == "repeated":
        say("this slot was probed already; nothing was visited", "这一时段已访问过；没有再访问")
    for slot in report.interrupted[-5:]:
        at = f"{slot:%Y-%m-%d %H:%M}"
        say(f"the round of {at} was never finished; what it has counts", f"{at} 的一轮没有完成；已访问的计入")
    if report.ours:
        say(f"the round is left out: the control addresses failed too: {report.ours}", f"这一轮不计：对照地址也失败：{report.ours}")
    if report.suspected:
        say("most sites failed at once; every failure was tried again", "多数网站同时失败；每个失败都已再试")
    facts = {"slot": report.slot.isoformat(), "state": report.state, "probed": report.probed, "failed": report.failed}
    print(json.dumps(facts | {"total": report.total, "interrupted": len(report.interrupted)}, ensure_ascii=False))
    return 0
