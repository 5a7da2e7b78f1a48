"""Made-up snapshots for the benchmarks, from a seed: the same bytes for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

POINT = datetime(2024, 8, 23, 10, tzinfo=timezone(timedelta(hours=8)))
KINDS = ("news", "notice", "policy", "interpretation", "overview", "duties", "business", "topics", "statistics", "other")
PACE_DAYS = {"news": 2, "notice": 8, "policy": 30, "interpretation": 30, "business": 20}
PLATFORMS = ("wechat_subscription", "wechat_service", "weibo_sina", "toutiao", "douyin", "kuaishou")
# One in five is a portal, as in a real province (112 of 538).
LEVELS = ("city_department", "county_portal", "province_department", "city_department", "below_county")


def _shown(moment: datetime, rng: random.Random) -> str:
    return moment.date().isoformat() if rng.random() < 0.4 else moment.isoformat()


def _column(rng: random.Random, number: int, entries: int) -> dict[str, object]:
    kind = KINDS[number % len(KINDS)]
    # Most columns are kept up at the pace of their kind; a few are stale, a few blank, as on real sites.
    pace = PACE_DAYS.get(kind, 60)
    age = timedelta(days=min(rng.expovariate(1 / pace), 4 * pace) if rng.random() < 0.95 else rng.uniform(20, 800))
    newest = POINT - age
    column: dict[str, object] = {
        "name": f"栏目{number}",
        "url": f"http://example.gov.cn/c{number}/",
        "kind": kind,
        "level": 1 + (number > 40),
    }
    if entries:
        column["entries"] = [
            {
                "title": f"第{k}条信息",
                "url": f"/c{number}/{k}.html",
                "published_at": _shown(newest - timedelta(days=3 * k), rng),
            }
            for k in range(entries)
        ]
    elif rng.random() < 0.01:
        column["entry_count"] = 0
    else:
        column |= {"latest_entry_at": _shown(newest, rng), "entry_count": rng.randint(1, 400)}
    return column


def sites(count: int, columns: int = 100, entries: int = 0, seed: int = 1) -> Iterator[bytes]:
    """Lines of site snapshots with `columns` columns each; `entries` in each column, or its newest date only."""
    rng = random.Random(seed)
    for number in range(count):
        snapshot = {
            "kind": "site",
            "site": {
                "name": f"示例市第{number}局",
                "code": f"{100_000 + number % 800_000 + 10_000:06d}{number % 10_000:04d}",
                "url": f"http://s{number}.example.gov.cn/",
                "level": LEVELS[number % len(LEVELS)],
                "owner": f"示例单位{number % 997}",
                "has_services": True,
            },
            "observed_at": POINT.isoformat(),
            "columns": [_column(rng, one, entries) for one in range(columns)],
            "home": {"latest_entry_at": "2024-08-22", "entry_count": 30, "is_navigation": False},
            "channels": [{"kind": "mailbox", "name": "领导信箱", "effective": True}],
            "messages": [],
            "service_count": 12,
        }
        yield json.dumps(snapshot, ensure_ascii=False).encode() + b"\n"


def accounts(count: int, posts: int = 0, seed: int = 2) -> Iterator[bytes]:
    """Lines of account snapshots; with `posts` posts each, or the newest date only."""
    rng = random.Random(seed)
    for number in range(count):
        newest = POINT - timedelta(hours=rng.expovariate(1 / 100))
        snapshot: dict[str, object] = {
            "kind": "account",
            "account": {
                "name": f"示例发布{number}",
                "platform": PLATFORMS[number % len(PLATFORMS)],
                "owner": f"示例单位{number % 997}",
                "level": LEVELS[number % len(LEVELS)],
            },
            "observed_at": POINT.isoformat(),
            "functions": [{"kind": "menu", "name": "互动交流", "works": rng.random() < 0.98}],
        }
        if posts:
            snapshot["posts"] = [
                {
                    "title": f"第{k}篇",
                    "url": f"https://example.org/{number}/{k}",
                    "published_at": _shown(newest - timedelta(days=k), rng),
                }
                for k in range(posts)
            ]
        else:
            snapshot["latest_post_at"] = _shown(newest, rng)
        yield json.dumps(snapshot, ensure_ascii=False).encode() + b"\n"


def write(path: Path, lines: Iterator[bytes]) -> Path:
    """Writes the lines to a file, once."""
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.writelines(lines)
        part.rename(path)
    return path
