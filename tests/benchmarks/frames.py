"""A frame of shallow accounts judged, the import of the package, and the display of many findings, in one run.

uv run --group test python tests/benchmarks/frames.py [--accounts 100000] [--runs 3]
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from importlib.metadata import version
from statistics import median

import pandas
import polars

import govmedia_rules as gr
from govmedia_rules import testing

POINT = gr.SHANGHAI
DAY = date(2024, 8, 23)
PLATFORMS = ("微信订阅号", "微信服务号", "新浪微博", "今日头条号", "抖音视频号", "快手号")
LEVELS = ("市级部门", "县级政府", "省级部门")


def rows(count: int, seed: int = 3) -> list[dict[str, object]]:
    """Rows as a reporting system exports them: six columns and what was seen."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        shown = DAY - timedelta(days=min(int(rng.expovariate(1 / 4)), 900))
        made.append(
            {
                "政务新媒体名称": f"示例发布{number}",
                "类型": PLATFORMS[number % len(PLATFORMS)],
                "政务新媒体标识码": f"{100_000 + number % 800_000:06d}M{number % 1000:03d}WX{number % 10_000:04d}",
                "开设主体": f"示例单位{number % 997}",
                "所属地区": f"示例市{number % 16}",
                "最近更新时间": shown.isoformat() if number % 3 else f"{shown.year}年{shown.month}月{shown.day}日",
                "互动功能": "互动渠道菜单" if rng.random() < 0.97 else "无",
            }
        )
    return made


def timed(function: Callable[[], object]) -> float:
    """Seconds of the processor: the machine may be shared."""
    gc.collect()
    start = time.process_time()
    function()
    return time.process_time() - start


def additions() -> None:
    """Ten million additions: how fast this machine runs Python just now (0.4 to 0.5 s where nobody else uses it)."""
    total = 0
    for number in range(10_000_000):
        total += number


def told(name: str, times: list[float], unit: str = "s", factor: float = 1.0) -> None:
    print(f"{name:46} {median(times) * factor:8.2f} {unit}   {[round(one * factor, 2) for one in times]}")


def fresh(code: str) -> float:
    """User and system time of a fresh interpreter running `code`, above an empty one."""

    def cpu(code: str) -> float:
        before = os.times()
        subprocess.run([sys.executable, "-I", "-c", code], check=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    return cpu(code) - cpu("pass")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    names = ("pydantic", "pandas", "polars", "pyarrow")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    made = rows(args.accounts)
    frames = {"pandas": pandas.DataFrame(made), "polars": polars.DataFrame(made)}
    frames["arrow"] = frames["polars"].to_arrow()
    del made
    book = gr.load_rulebook("national-2019")
    point = testing.snapshot("account").observed_at.replace(year=2024, month=8, day=23)
    told("ten million additions", [timed(additions) for _ in range(args.runs)])
    for name, frame in frames.items():
        times = [timed(lambda frame=frame: gr.inspect_frame(frame, book, observed_at=point)) for _ in range(args.runs)]
        told(f"inspect_frame, {args.accounts} accounts, {name}", times)
    judged = gr.inspect_frame(frames["polars"], book, observed_at=point)
    print(dict(judged["verdict"].value_counts().iter_rows()))

    for name, code in (("govmedia_rules", "import govmedia_rules"), ("pydantic", "import pydantic; pydantic.BaseModel")):
        told(f"import {name}", [fresh(code) for _ in range(max(5, args.runs))], "ms", 1000)
    use = "import govmedia_rules as gr; gr.SiteSnapshot"
    told("import govmedia_rules and use a model", [fresh(use) for _ in range(max(5, args.runs))], "ms", 1000)

    stale = gr.read_accounts(frames["polars"].head(30_000), observed_at=point)
    found = []
    for seen in book.inspect_many(stale):
        found.extend(seen.findings[:2])
        if len(found) >= 10_000:
            break
    findings = gr.Findings(found[:10_000])
    shown = findings._repr_html_()
    told("display of 10,000 findings", [timed(findings._repr_html_) for _ in range(args.runs)], "ms", 1000)
    print(f"{'':46} {len(shown.encode()) / 1000:8.1f} kB")


if __name__ == "__main__":
    main()
