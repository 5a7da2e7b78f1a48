"""Reading and judging against bare pydantic, a hand-written loop and other rule engines, in one run.

uv run --group test --group bench python tests/benchmarks/spine.py [--sites 20000] [--accounts 100000] [--runs 3]
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import made
from dateutil.relativedelta import relativedelta

import govmedia_rules as gr

PEERS = ("rule-engine", "zen-engine", "json-logic-qubit")


def timed(function: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def validate(path: Path, model: type[Any]) -> None:
    with path.open("rb") as file:
        for line in file:
            model.model_validate_json(line)


def judge(paths: list[Path], workers: int = 1) -> int:
    count = 0
    for inspection in gr.load_rulebook("national-2019").inspect_files(paths, workers=workers):
        count += inspection.verdict is gr.Verdict.UNQUALIFIED
    return count


def by_hand(snapshots: list[Any]) -> list[tuple[bool, int, int]]:
    """The staleness and count rules as a user would write them for these models."""
    results = []
    for one in snapshots:
        point = one.observed_at
        if one.kind == "account":
            newest = one.latest_post_at
            cutoff = point - timedelta(days=14)
            fresh = newest >= cutoff if hasattr(newest, "hour") else newest >= cutoff.date()
            results.append((not fresh, 0, 0))
            continue
        news, slow = point - timedelta(days=14), point - relativedelta(months=6)
        news_day, slow_day = news.date(), slow.date()
        stale = blank = 0
        for column in one.columns:
            if column.entry_count == 0:
                blank += 1
                continue
            newest = column.latest_entry_at
            if column.kind == "news":
                stale += newest < news if hasattr(newest, "hour") else newest < news_day
            elif column.kind in ("notice", "policy") and column.level == 1:
                stale += newest < slow if hasattr(newest, "hour") else newest < slow_day
        results.append((stale >= 5 or blank >= 5, stale, blank))
    return results


def plain(snapshots: list[Any]) -> list[dict[str, Any]]:
    """The same records as the other engines take them: plain values, times as numbers."""

    def number(moment: Any) -> float:
        return (
            moment.timestamp()
            if hasattr(moment, "hour")
            else made.datetime.combine(moment, made.datetime.max.time(), made.POINT.tzinfo).timestamp()
        )

    records = []
    for one in snapshots:
        point = one.observed_at
        record: dict[str, Any] = {
            "news_from": (point - timedelta(days=14)).timestamp(),
            "slow_from": (point - relativedelta(months=6)).timestamp(),
        }
        if one.kind == "account":
            record["newest"] = number(one.latest_post_at)
        else:
            record["columns"] = [
                {
                    "kind": c.kind,
                    "level": c.level,
                    "count": c.entry_count,
                    "newest": number(c.latest_entry_at) if c.latest_entry_at else 0,
                }
                for c in one.columns
            ]
        records.append(record)
    return records


def peer_rule_engine(records: list[dict[str, Any]]) -> None:
    import rule_engine

    context = rule_engine.Context(resolver=rule_engine.resolve_item)
    account = rule_engine.Rule("newest < news_from", context=context)
    core = rule_engine.Rule(
        "[c for c in columns if c['count'] > 0 and ((c['kind'] == 'news' and c['newest'] < news_from) or "
        "((c['kind'] == 'notice' or c['kind'] == 'policy') and c['level'] == 1 and c['newest'] < slow_from))].length >= 5",
        context=context,
    )
    blank = rule_engine.Rule("[c for c in columns if c['count'] == 0].length >= 5", context=context)
    for record in records:
        if "newest" in record:
            account.matches(record)
        else:
            core.matches(record)
            blank.matches(record)


def peer_zen(records: list[dict[str, Any]]) -> None:
    import zen

    account = zen.compile_expression("newest < news_from")
    core = zen.compile_expression(
        "count(columns, #.count > 0 and ((#.kind == 'news' and #.newest < $root.news_from) or "
        "((#.kind == 'notice' or #.kind == 'policy') and #.level == 1 and #.newest < $root.slow_from))) >= 5"
    )
    blank = zen.compile_expression("count(columns, #.count == 0) >= 5")
    for record in records:
        if "newest" in record:
            account.evaluate(record)
        else:
            core.evaluate(record)
            blank.evaluate(record)


def peer_json_logic(records: list[dict[str, Any]]) -> None:
    from json_logic import jsonLogic

    def count(condition: dict[str, Any]) -> dict[str, Any]:
        add = {"+": [{"var": "accumulator"}, {"if": [condition, 1, 0]}]}
        return {">=": [{"reduce": [{"var": "columns"}, add, 0]}, 5]}

    def field(name: str) -> dict[str, str]:
        return {"var": f"current.{name}"}

    for record in records:
        if "newest" in record:
            jsonLogic({"<": [{"var": "newest"}, {"var": "news_from"}]}, record)
            continue
        news = {"and": [{"==": [field("kind"), "news"]}, {"<": [field("newest"), record["news_from"]]}]}
        slow = {
            "and": [
                {"or": [{"==": [field("kind"), "notice"]}, {"==": [field("kind"), "policy"]}]},
                {"==": [field("level"), 1]},
                {"<": [field("newest"), record["slow_from"]]},
            ]
        }
        jsonLogic(count({"and": [{">": [field("count"), 0]}, {"or": [news, slow]}]}), record)
        jsonLogic(count({"==": [field("count"), 0]}), record)


def memory(paths: list[Path]) -> float:
    """Peak memory of judging, above that of the imports, in MB."""
    code = (
        "import resource, sys; import govmedia_rules as gr; book = gr.load_rulebook('national-2019'); gr.SiteSnapshot;"
        "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for one in book.inspect_files(sys.argv[1:]): pass\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1024)"
    )
    told = subprocess.run([sys.executable, "-c", code, *map(str, paths)], capture_output=True, text=True, check=True)
    return float(told.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer-share", type=float, default=0.02, help="share of the records the slow engines get")
    args = parser.parse_args()
    folder = Path(os.environ.get("BENCH_DATA", tempfile.gettempdir())) / "govmedia-bench"
    folder.mkdir(parents=True, exist_ok=True)
    site_file = made.write(folder / f"sites-{args.sites}.jsonl", made.sites(args.sites))
    account_file = made.write(folder / f"accounts-{args.accounts}.jsonl", made.accounts(args.accounts))
    few = made.write(folder / f"sites-{args.sites // 10}.jsonl", made.sites(args.sites // 10))
    both = [site_file, account_file]
    print(f"Python {platform.python_version()}, pydantic {version('pydantic')}, {os.cpu_count()} cores")
    print(f"{args.sites} sites x 100 columns, {args.accounts} accounts, {sum(p.stat().st_size for p in both) / 1e6:.0f} MB\n")

    for name, paths in (("sites", [site_file]), ("accounts", [account_file]), ("both", both)):
        ratios, bares = [], []
        for _ in range(args.runs):
            bare = sum(timed(lambda p=p: validate(p, gr.SiteSnapshot if p == site_file else gr.AccountSnapshot)) for p in paths)
            ratios.append(timed(lambda paths=paths: judge(paths)) / bare)
            bares.append(bare)
        print(
            f"end to end, {name}: bare validation {median(bares):.2f} s, verdicts {median(ratios):.2f} x {[round(r, 2) for r in ratios]}"
        )

    ratios = []
    for _ in range(args.runs):
        one = timed(lambda: judge(both))
        ratios.append(one / timed(lambda: judge(both, workers=2)))
    print(f"two workers: {median(ratios):.2f} x one {[round(r, 2) for r in ratios]}")

    print(
        f"memory above the import: {memory([few]):.0f} MB at {args.sites // 10} sites, {memory([site_file]):.0f} MB at {args.sites}"
    )

    sample = args.sites // 10
    snapshots: list[Any] = []
    for path, most in ((site_file, sample), (account_file, sample * 5)):
        reader = iter(gr.read_snapshots(path))
        snapshots += [next(reader) for _ in range(most)]
    gc.collect()
    gc.freeze()  # the records are held only for this comparison; no engine is charged for walking them
    book = gr.load_rulebook("national-2019").only("media.veto.stale", "site.veto.columns.core", "site.veto.columns.blank")
    share = max(1, int(1 / args.peer_share))
    some = plain(snapshots[::share])
    rows: dict[str, list[float]] = {}
    for _ in range(args.runs):
        rows.setdefault("hand-written loop", []).append(timed(lambda: by_hand(snapshots)) / len(snapshots))
        rows.setdefault("govmedia_rules", []).append(
            timed(lambda: [x.verdict for x in book.inspect_many(snapshots)]) / len(snapshots)
        )
        for name, peer in (("rule-engine", peer_rule_engine), ("zen-engine", peer_zen), ("json-logic-qubit", peer_json_logic)):
            rows.setdefault(f"{name} {version(name)}", []).append(timed(lambda peer=peer: peer(some)) / len(some))
    ours = median(rows["govmedia_rules"])
    print(f"\njudging alone, {len(snapshots)} records (every {share}th for the other engines)")
    for name, times in rows.items():
        print(f"  {name:28} {1 / median(times):10.0f} records/s   ours is {median(times) / ours:7.2f} x as fast")
    wrong = [
        (mine.subject.id, hand)
        for mine, hand in zip(book.inspect_many(snapshots), by_hand(snapshots), strict=True)
        if (mine.verdict is gr.Verdict.UNQUALIFIED) != hand[0]
    ]
    print(f"  verdicts equal to the hand-written loop: {len(snapshots) - len(wrong)} of {len(snapshots)}")
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
