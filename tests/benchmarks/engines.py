"""What an engine costs over the same function in a plain loop, and what keeping snapshots alive costs, in one run.

uv run --group test python tests/benchmarks/engines.py [--rows 50000] [--runs 3]

Spark runs on this machine with one worker; its gain is more machines. Spark needs Java 17.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
import made
import pyarrow
import pyarrow.parquet
from pydantic import TypeAdapter

import govmedia_rules as gr
from govmedia_rules.engines import spark as spark_engine
from govmedia_rules.snapshots.models import Snapshot


def timed(function: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def told(name: str, times: list[float], base: list[float], rows: int) -> None:
    ratios = [one / other for one, other in zip(times, base, strict=True)]
    extra = median(one - other for one, other in zip(times, base, strict=True)) * 1_000_000 / rows
    print(
        f"  {name:44} {median(times):7.2f} s, {median(ratios):5.2f} x, {extra:+8.1f} s a million rows   {[round(one, 2) for one in ratios]}"
    )


def spark_session() -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("bench")
    for name, value in (("spark.ui.enabled", "false"), ("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")):
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def engines(lines: list[bytes], runs: int, folder: Path) -> None:
    book = gr.load_rulebook("national-2019")
    judge = gr.BatchJudge(book.plan)
    table = pyarrow.table({"snapshot": pyarrow.array([one.decode() for one in lines])})
    path = folder / "lines.parquet"
    pyarrow.parquet.write_table(table, path, row_group_size=len(lines))

    def plain() -> None:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(1_000):
            judge(batch)

    plain()  # calendars and word tables are read
    ways: dict[str, Callable[[], object]] = {"plain loop": plain}
    session = None
    if shutil.which("java"):
        start = time.perf_counter()
        session = spark_session()
        session.range(10).count()
        print(f"  Spark: {time.perf_counter() - start:.1f} s to start")
        frame = session.read.parquet(str(path))
        ways["Spark, local[1]"] = lambda: spark_engine.inspect(frame, judge).write.mode("overwrite").parquet(str(folder / "out"))
        ways["Spark, local[1]"]()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            times[name].append(timed(way))
    for name, found in times.items():
        told(name, found, times["plain loop"], len(lines))
    if session is not None:
        session.stop()


def lifetimes(lines: list[bytes], runs: int) -> None:
    read = TypeAdapter[Any](Snapshot).validate_json

    def stream() -> None:
        for line in lines:
            read(line)

    def hold() -> None:
        held = [read(line) for line in lines]
        del held

    def hold_without_collector() -> None:
        gc.disable()
        try:
            hold()
        finally:
            gc.enable()

    stream()
    ways = {"read and dropped": stream, "all kept": hold, "all kept, collector off": hold_without_collector}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            times[name].append(timed(way))
    for name, found in times.items():
        told(name, found, times["read and dropped"], len(lines))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    names = ("pydantic", "pyarrow", "pyspark", "pandas")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    print(f"judging {args.rows:,} accounts of 20 posts as JSON, wall clock")
    with tempfile.TemporaryDirectory() as folder:
        engines(list(made.accounts(args.rows, 20)), args.runs, Path(folder))
    sites = args.rows // 100
    print(f"validating {sites:,} sites of 100 columns x 5 entries")
    lifetimes(list(made.sites(sites, 100, 5)), args.runs)


if __name__ == "__main__":
    main()
