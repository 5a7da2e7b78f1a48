"""Reading and judging against bare pydantic, a hand-written loop and other rule engines, in one run.

uv run --group test --group bench python tests/benchmarks/spine.py [--sites 20000] [--accounts 100000] [--runs 3]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import made
from dateutil.relativedelta import relativedelta

import govmedia_rules as gr
from govmedia_rules.snapshots.reading import RawLine, parse_line

PEERS = ("rule-engine", "zen-engine", "json-logic-qubit")


def timed(function: Callable[[], object]) -> float:
    """Processor seconds of this process: what other programs of the machine do counts little."""
    gc.collect()
    start = time.process_time()
    function()
    return time.process_time() - start


def waited(function: Callable[[], object]) -> float:
    """Seconds on the clock, for work that several processes share."""
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


def documents(lines: list[bytes]) -> list[dict[str, Any]]:
    """The same records as an engine of dictionaries takes them: the JSON documents, with both cut-off times worked out."""
    records = []
    for line in lines:
        record: dict[str, Any] = json.loads(line)
        point = datetime.fromisoformat(record["observed_at"])
        record["news_from"] = (point - timedelta(days=14)).isoformat()
        record["slow_from"] = (point - relativedelta(months=6)).isoformat()
        records.append(record)
    return records


def with_times(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents with every time already a Python object, for an engine that compares those."""

    def read(text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is not None else moment.replace(hour=23, minute=59, tzinfo=made.POINT.tzinfo)

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: walk(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        return read(value) if key.endswith(("_at", "_from")) else value

    return [walk(record) for record in records]


CORE = "(c['kind'] == 'news' and c['latest_entry_at'] < news_from) or (c['kind'] in ['notice', 'policy'] and c['level'] == 1 and c['latest_entry_at'] < slow_from)"


def peer_rule_engine(records: list[dict[str, Any]]) -> None:
    import rule_engine

    context = rule_engine.Context(resolver=rule_engine.resolve_item)
    account = rule_engine.Rule("latest_post_at < news_from", context=context)
    core = rule_engine.Rule(f"[c for c in columns if c&['latest_entry_at'] != null and ({CORE})].length >= 5", context=context)
    blank = rule_engine.Rule("[c for c in columns if c['entry_count'] == 0].length >= 5", context=context)
    for record in records:
        if "columns" in record:
            core.matches(record)
            blank.matches(record)
        else:
            account.matches(record)


def peer_zen(records: list[dict[str, Any]]) -> None:
    import zen

    account = zen.compile_expression("date(latest_post_at) < date(news_from)")
    core = zen.compile_expression(
        "count(columns, #.entry_count > 0 and ((#.kind == 'news' and date(#.latest_entry_at) < date($root.news_from)) or "
        "(#.kind in ['notice', 'policy'] and #.level == 1 and date(#.latest_entry_at) < date($root.slow_from)))) >= 5"
    )
    blank = zen.compile_expression("count(columns, #.entry_count == 0) >= 5")
    for record in records:
        if "columns" in record:
            core.evaluate(record)
            blank.evaluate(record)
        else:
            account.evaluate(record)


def peer_json_logic(records: list[dict[str, Any]]) -> None:
    from json_logic import jsonLogic

    # It knows no times; all of the records are of one zone, so comparing their texts is what a user would do.
    def count(condition: dict[str, Any]) -> dict[str, Any]:
        add = {"+": [{"var": "accumulator"}, {"if": [condition, 1, 0]}]}
        return {">=": [{"reduce": [{"var": "columns"}, add, 0]}, 5]}

    def field(name: str) -> dict[str, str]:
        return {"var": f"current.{name}"}

    for record in records:
        if "columns" not in record:
            jsonLogic({"<": [{"var": "latest_post_at"}, {"var": "news_from"}]}, record)
            continue
        news = {"and": [{"==": [field("kind"), "news"]}, {"<": [field("latest_entry_at"), record["news_from"]]}]}
        slow = {
            "and": [
                {"in": [field("kind"), ["notice", "policy"]]},
                {"==": [field("level"), 1]},
                {"<": [field("latest_entry_at"), record["slow_from"]]},
            ]
        }
        jsonLogic(count({"and": [{">": [field("entry_count"), 0]}, {"or": [news, slow]}]}), record)
        jsonLogic(count({"==": [field("entry_count"), 0]}), record)


def memory(paths: list[Path]) -> float:
    """Peak memory of judging, above that of the imports, in MB (Linux only: the peak that `resource` tells is that of the parent at first)."""
    code = (
        "import sys; import govmedia_rules as gr; book = gr.load_rulebook('national-2019'); gr.SiteSnapshot\n"
        "def peak(): return next(int(one.split()[1]) for one in open('/proc/self/status') if one.startswith('VmHWM'))\n"
        "base = peak()\n"
        "for one in book.inspect_files(sys.argv[1:]): pass\n"
        "print((peak() - base) / 1024)"
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
        one = waited(lambda: judge(both))
        ratios.append(one / waited(lambda: judge(both, workers=2)))
    print(f"two workers: {median(ratios):.2f} x one {[round(r, 2) for r in ratios]}")

    print(
        f"memory above the import: {memory([few]):.1f} MB at {args.sites // 10} sites, {memory([site_file]):.1f} MB at {args.sites}"
    )

    sample = args.sites // 10
    lines: list[bytes] = []
    for path, most in ((site_file, sample), (account_file, sample * 5)):
        with path.open("rb") as file:
            lines += [next(file) for _ in range(most)]
    snapshots = [parse_line(RawLine("made", number, line)) for number, line in enumerate(lines)]
    gc.collect()
    gc.freeze()  # the records are held only for this comparison; no engine is charged for walking them
    book = gr.load_rulebook("national-2019").only("media.veto.stale", "site.veto.columns.core", "site.veto.columns.blank")
    share = max(1, int(1 / args.peer_share))
    some = documents(lines[::share])
    timed_documents = with_times(some)
    peers = (
        ("rule-engine", peer_rule_engine, timed_documents),
        ("zen-engine", peer_zen, some),
        ("json-logic-qubit", peer_json_logic, some),
    )
    rows: dict[str, list[float]] = {}
    for _ in range(args.runs):
        rows.setdefault("hand-written loop", []).append(timed(lambda: by_hand(snapshots)) / len(snapshots))
        rows.setdefault("govmedia_rules", []).append(
            timed(lambda: [x.verdict for x in book.inspect_many(snapshots)]) / len(snapshots)
        )
        for name, peer, records in peers:
            took = timed(lambda peer=peer, records=records: peer(records)) / len(records)
            rows.setdefault(f"{name} {version(name)}", []).append(took)
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
