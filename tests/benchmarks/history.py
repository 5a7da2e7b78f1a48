"""A year of a province, made from a seed, appended to a folder of rounds and asked: python history.py [SHARE] [ROUNDS]."""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI

SITES, ACCOUNTS = 20_000, 100_000
PLATFORMS = ("wechat_subscription", "weibo_sina", "toutiao", "douyin", "kuaishou")


def snapshots(share: float, number: int, seed: int = 1) -> Iterator[gr.AccountSnapshot | gr.SiteSnapshot]:
    """Yield one round. About one in twelve is stale, one in thirty not observed; a subject that fails tends to fail again."""
    rng = random.Random(f"{seed}-{number}")
    point = datetime(2024, number, 20, 10, tzinfo=SHANGHAI)
    for each in range(int(ACCOUNTS * share)):
        is_stale = rng.random() < (0.5 if each % 12 == 0 else 0.04)
        newest = None if rng.random() < 0.03 else point - timedelta(days=rng.randint(31, 200) if is_stale else rng.randint(0, 6))
        facts = {
            "name": f"示例发布{each}",
            "platform": PLATFORMS[each % 5],
            "owner": f"示例单位{each // 20}",
            "area": f"示例市{each % 17}",
        }
        functions = [{"kind": "message", "works": True}]
        yield gr.AccountSnapshot.model_validate(
            {"account": facts, "observed_at": point, "latest_post_at": newest, "functions": functions, "found": True}
        )
    for each in range(int(SITES * share)):
        days = rng.randint(15, 60) if rng.random() < 0.06 else rng.randint(0, 10)
        facts = {"name": f"示例局{each}", "code": f"{610_000 + each % 1000:06d}{each:04d}"[:10], "level": "city_department"}
        facts |= {"id": f"site-{each}", "owner": f"示例单位{each}", "area": f"示例市{each % 17}"}
        home = {"latest_entry_at": (point - timedelta(days=days)).isoformat(), "entry_count": 30, "is_navigation": False}
        yield gr.SiteSnapshot.model_validate({"site": facts, "observed_at": point, "home": home})


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    book = gr.load_rulebook("national-2019")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "rounds")
        spent = 0.0
        for number in range(1, rounds + 1):
            start = time.perf_counter()
            stored = gr.append_round(folder, book.inspect_many(snapshots(share, number)), year=2024, round=number)
            spent += time.perf_counter() - start
            print(f"round {number}: {stored.inspections} inspections, {time.perf_counter() - start:.1f} s", flush=True)
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
        print(f"appended in {spent:.0f} s, {size:.0f} MB; {_peak():.0f} MB of memory so far", flush=True)
        start = time.perf_counter()
        past = gr.history(folder)
        print(f"opened and checked in {time.perf_counter() - start:.2f} s")
        for title, query in (
            ("trend", past.trend),
            ("trend by area", lambda: past.trend("area")),
            ("trend by owner", lambda: past.trend("owner")),
            ("indicators", past.indicators),
            ("changes", past.changes),
            ("failures of verdicts", past.failures),
            ("failures of indicators", lambda: past.failures("indicator")),
        ):
            start = time.perf_counter()
            table = query()
            print(f"{title}: {len(table)} rows in {time.perf_counter() - start:.2f} s; {_peak():.0f} MB", flush=True)
            del table


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
