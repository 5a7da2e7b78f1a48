"""A country from JSON Lines to Parquet of verdicts, against the same processes only validating the same lines, in one run.

uv run --group test python tests/benchmarks/scale_national.py [--share 0.01 0.1 1] [--runs 3] [--rulebook national-2019]

The whole is 14,500 sites x 100 columns x 5 entries and 100,000 accounts x 20 posts, some 9 million records, made from a seed.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
import made
from pydantic import TypeAdapter

import govmedia_rules as gr
from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.engines.local import PIECE_BYTES, cut_input, judge_piece
from govmedia_rules.engines.run_folder import Piece
from govmedia_rules.snapshots.models import Snapshot

SITES, COLUMNS, ENTRIES = 14_500, 100, 5
ACCOUNTS, POSTS = 100_000, 20
MB = 1024 * 1024


def records(share: float) -> int:
    """Entries and posts in a share of the whole."""
    return int(SITES * share) * COLUMNS * ENTRIES + int(ACCOUNTS * share) * POSTS


def files(folder: Path, share: float) -> list[Path]:
    """The input, made once."""
    sites, accounts = int(SITES * share), int(ACCOUNTS * share)
    return [
        made.write(folder / f"national-sites-{sites}.jsonl", made.sites(sites, COLUMNS, ENTRIES)),
        made.write(folder / f"national-accounts-{accounts}.jsonl", made.accounts(accounts, POSTS)),
    ]


_adapter: TypeAdapter[gr.SiteSnapshot | gr.AccountSnapshot] | None = None


def validate(piece: Piece) -> int:
    """The baseline: the lines of a piece become models and are dropped."""
    global _adapter
    if _adapter is None:
        _adapter = TypeAdapter(Snapshot)
    read, count = _adapter.validate_json, 0
    with open(piece.path, "rb") as stream:
        stream.seek(piece.start)
        while stream.tell() < piece.stop:
            read(stream.readline())
            count += 1
    return count


def baseline(paths: list[Path], workers: int) -> None:
    pieces = list(cut_input([str(path) for path in paths], PIECE_BYTES))
    if workers == 1:
        for piece in pieces:
            validate(piece)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        list(pool.map(validate, pieces))


@contextmanager
def fresh_folder(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def judge(paths: list[Path], workers: int, folder: Path, book: gr.Rulebook) -> None:
    with fresh_folder(folder) as out:
        gr.inspect_to_parquet(paths, book, out=out, workers=workers)


def paired(paths: list[Path], folder: Path, book: gr.Rulebook) -> tuple[float, float]:
    """Processor seconds of validating and of judging, in turn over pieces of four megabytes, so that the pace of a shared machine
    is the same for both."""
    function = BatchJudge(book.plan)
    bare = ours = 0.0
    with fresh_folder(folder) as out:
        for piece in cut_input([str(path) for path in paths], 4 * MB):
            start = time.process_time()
            validate(piece)
            middle = time.process_time()
            judge_piece(function, out, piece)
            bare += middle - start
            ours += time.process_time() - middle
    return bare, ours


class Cost(tuple[float, float]):
    """Seconds on the clock, and seconds of all processors together."""


def measured(function: Callable[[], None]) -> Cost:
    gc.collect()
    before, start = os.times(), time.perf_counter()
    function()
    wall, after = time.perf_counter() - start, os.times()
    return Cost((wall, sum(after[:4]) - sum(before[:4])))


def peak(paths: list[Path], rulebook: str, folder: Path) -> tuple[float, float]:
    """Peak memory in MB of the process that starts two workers, and of the larger worker."""
    code = (
        "import resource, sys, govmedia_rules as gr\n"
        "if __name__ == '__main__':\n"
        "    *paths, out, book = sys.argv[1:]\n"
        "    gr.inspect_to_parquet(paths, gr.load_rulebook(book), out=out, workers=2)\n"
        "    print(*[resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)])\n"
    )
    with fresh_folder(folder) as out:
        script = out / "peak.py"
        script.write_text(code, "utf-8")
        told = subprocess.run(
            [sys.executable, str(script), *map(str, paths), str(out / "out"), rulebook], capture_output=True, text=True, check=True
        )
    mine, child = map(float, told.stdout.split())
    return mine, child


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, nargs="+", default=[0.01, 0.1])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rulebook", default="national-2019")
    parser.add_argument("--paired", action="store_true", help="one process only, validating and judging in turn")
    args = parser.parse_args()
    folder = Path(os.environ.get("BENCH_DATA", tempfile.gettempdir())) / "govmedia-bench"
    folder.mkdir(parents=True, exist_ok=True)
    book = gr.load_rulebook(args.rulebook)
    names = ("pydantic", "pyarrow")
    told = ", ".join(f"{name} {version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {told}, {os.cpu_count()} cores, {args.rulebook}, load {os.getloadavg()[0]:.1f}")
    for share in args.share:
        paths = files(folder, share)
        size = sum(path.stat().st_size for path in paths) / MB
        count = records(share)
        print(f"\n{share:.0%}: {int(SITES * share)} sites, {int(ACCOUNTS * share)} accounts, {count:,} records, {size:,.0f} MB")
        ratios: dict[str, list[float]] = {}
        for _ in range(args.runs):
            one, other = paired(paths, folder, book)
            ratios.setdefault("in turn, piece by piece: judging to validating", []).append(other / one)
            ratios.setdefault("in turn: microseconds of judging a record", []).append(1e6 * other / count)
            if args.paired:
                continue
            bare = {workers: measured(partial(baseline, paths, workers)) for workers in (1, 2)}
            ours = {workers: measured(partial(judge, paths, workers, folder, book)) for workers in (1, 2)}
            for workers in (1, 2):
                ratios.setdefault(f"{workers} worker: clock, to validation", []).append(ours[workers][0] / bare[workers][0])
                ratios.setdefault(f"{workers} worker: processor, to validation", []).append(ours[workers][1] / bare[workers][1])
                ratios.setdefault(f"{workers} worker: microseconds of processor a record", []).append(
                    1e6 * ours[workers][1] / count
                )
            ratios.setdefault("two workers, times as fast on the clock as one", []).append(ours[1][0] / ours[2][0])
            ratios.setdefault("validation alone: two processes to one, clock", []).append(bare[1][0] / bare[2][0])
            ratios.setdefault("1 worker: seconds", []).append(ours[1][0])
            ratios.setdefault("2 workers: seconds", []).append(ours[2][0])
        for name, values in sorted(ratios.items()):
            print(f"  {name:52} {median(values):8.2f}   {[round(one, 2) for one in values]}")
        if args.paired:
            continue
        mine, child = peak(paths, args.rulebook, folder)
        print(f"  peak memory: {mine:.0f} MB the starting process, {child:.0f} MB the larger worker")
    print(f"\npeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
