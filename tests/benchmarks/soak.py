"""Random snapshots, rulebooks and broken plugins for as long as one likes: no subject may be lost and memory must stay flat.

uv run --group test python tests/benchmarks/soak.py [--minutes 30] [--seed 1]

One process. Each round takes a random rulebook (built in, a selection, or a layer of its own with checks that raise, exit,
recurse or answer nonsense), random snapshots and one of the ways in: one by one, a record batch, a frame, or files with broken
lines. It counts what comes out against what went in. Memory is read after each round, with the garbage collected; the second
fifth of the time is compared with the last.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import polars
import pyarrow

import govmedia_rules as gr
from govmedia_rules import testing

POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
PLATFORMS = ("wechat_subscription", "wechat_service", "weibo_sina", "toutiao", "douyin", "app", "kuaishou")
LEVELS = ("city_department", "county_portal", "province_department", "city_portal", "below_county", None)
ODD = (
    "",
    "\t",
    "汉" * 50,
    "<script>alert(1)</script>",
    "=1+1",
    "\u202e倒",
    "𠮷",
    "四个意识",
    "党的十八大",
    "a\nb",
    "'; drop table",
    "NaN",
)
BUILT_IN = ("national-2019", "jiangxi-2020", "hanzhong-2021", "nanchong-2019", "yunnan-2022")


@gr.check("soak.raises", needs="observed_at")
def raises(account: gr.AccountSnapshot, *, how: int) -> gr.CheckResult:
    """A check that fails in one of many ways."""
    match how:
        case 0:
            raise ValueError(account.account.name)
        case 1:
            raise SystemExit(3)
        case 2:
            raise MemoryError
        case 3:
            return raises(account, how=how)
        case 4:
            return None  # type: ignore[return-value]
        case 5:
            return {"status": "passed"}  # type: ignore[return-value]
        case 6:
            assert account.account.name == ""
        case 7:
            raise KeyError(object())
        case 8:
            return gr.failed("soak", evidence=[gr.Evidence("x" * 10_000)], count=10**30)
        case _:
            raise type("Odd", (Exception,), {"__str__": lambda self: 1 / 0})()
    return gr.passed()


def books(rng: random.Random) -> gr.Rulebook:
    """A rulebook nobody has seen before."""
    kind = rng.random()
    if kind < 0.4:
        return gr.load_rulebook(rng.choice(BUILT_IN))
    if kind < 0.7:
        book = gr.load_rulebook(rng.choice(BUILT_IN))
        names = [one.id for one in book.indicators]
        return book.only(*rng.sample(names, rng.randint(1, len(names))))
    layer: dict[str, Any] = {
        "id": f"soak-{rng.randrange(10**9)}",
        "title": "随机",
        "extends": rng.choice(("national-2019", "jiangxi-2020")),
        "region": "360000",
        "indicators": {
            f"media.manage.soak{number}": {
                "title": f"坏插件{number}",
                "kind": rng.choice(("veto", "management")),
                "applies_to": {"subject": "account"},
                "check": "soak.raises",
                "params": {"how": rng.randrange(10)},
                "source": {"document": "随机"},
            }
            for number in range(rng.randint(1, 4))
        },
    }
    return gr.load_rulebook([layer], checks=raises)


def _moment(rng: random.Random) -> str:
    at = POINT - timedelta(hours=rng.expovariate(1 / 300))
    return rng.choice((at.isoformat(), at.date().isoformat()))


def account(rng: random.Random, number: int) -> dict[str, Any]:
    """An account, each of its parts seen or not."""
    made: dict[str, Any] = {
        "kind": "account",
        "account": {"id": f"soak:{number}", "name": f"账号{number}{rng.choice(ODD[2:5])}", "platform": rng.choice(PLATFORMS)},
        "observed_at": POINT.isoformat(),
    }
    if level := rng.choice(LEVELS):
        made["account"]["level"] = level
    parts: dict[str, Any] = {
        "functions": [{"kind": "menu", "name": "互动交流", "works": rng.random() < 0.9}] * rng.randint(0, 3),
        "found": rng.random() < 0.95,
        "certified": rng.random() < 0.9,
        "seen_name": rng.choice(ODD[2:]),
        "owner_kind": rng.choice(("company", "government")),
    }
    made |= {name: value for name, value in parts.items() if rng.random() < 0.6}
    if rng.random() < 0.5:
        made["posts"] = [
            {"title": rng.choice(ODD) or "x", "text": rng.choice(ODD) * rng.randint(1, 40), "published_at": _moment(rng)}
            for _ in range(rng.randint(0, 12))
        ]
    elif rng.random() < 0.8:
        made["latest_post_at"] = _moment(rng)
    return made


def site(rng: random.Random, number: int) -> dict[str, Any]:
    """A site, each of its parts seen or not."""
    made: dict[str, Any] = {
        "kind": "site",
        "site": {"id": f"soak-site:{number}", "name": f"网站{number}", "url": f"http://s{number}.example.gov.cn/"},
        "observed_at": POINT.isoformat(),
    }
    if level := rng.choice(LEVELS):
        made["site"]["level"] = level
    if rng.random() < 0.5:
        made["site"]["has_services"] = rng.random() < 0.5
    columns = [
        {
            "name": f"栏目{at}",
            "url": f"/c{at}/",
            "kind": rng.choice(("news", "notice", "policy", "interpretation", "business", "other")),
            "level": rng.randint(1, 2),
            "entries": [
                {"title": rng.choice(ODD) or "x", "url": f"/{at}/{k}", "published_at": _moment(rng)}
                for k in range(rng.randint(0, 6))
            ],
        }
        for at in range(rng.randint(0, 30))
    ]
    parts: dict[str, Any] = {
        "columns": columns,
        "home": {"latest_entry_at": _moment(rng), "entry_count": rng.randint(1, 60), "is_navigation": rng.random() < 0.1},
        "channels": [{"kind": "mailbox", "name": "信箱", "effective": rng.random() < 0.8}] * rng.randint(0, 2),
        "messages": [{"asked_at": _moment(rng)} for _ in range(rng.randint(0, 5))],
        "service_count": rng.randint(0, 9),
        "pages": [{"url": f"/p{at}", "text": rng.choice(ODD) * rng.randint(1, 60)} for at in range(rng.randint(0, 5))],
    }
    return made | {name: value for name, value in parts.items() if rng.random() < 0.7}


BROKEN = (b"{", b"[]", b"null", b'{"kind": "account"}', b"\xff\xfe", b"", b'{"kind": "x"}', b'{"kind": "account", "x": "\\u0000"}')


class Lost(AssertionError):
    """Something that went in did not come out."""


def _must(true: bool, told: object) -> None:
    if not true:
        raise Lost(str(told))


def one_by_one(rng: random.Random, book: gr.Rulebook, lines: list[bytes], ids: list[str], folder: Path) -> None:
    bad: list[object] = []
    path = folder / "a.jsonl"
    path.write_bytes(b"\n".join(lines))
    seen = gr.InspectionTable(book.inspect_many(gr.read_snapshots(path, on_bad=bad.append)))
    _must([one.subject.id for one in seen] == ids, "subjects differ")
    _must(all(len(one.findings) == len(book) for one in seen), "a finding is missing")
    _must(len(bad) == sum(bool(line.strip()) for line in lines) - len(ids), "bad lines differ")
    for one in rng.sample(list(seen), min(3, len(seen))):
        _must(gr.Inspection.from_dict(json.loads(one.to_json()), book.plan) == one, "JSON differs")
        one._repr_html_()
        [finding.message(lang) for finding in one.findings for lang in ("zh", "en")]
    gr.compare(seen, seen[::2]).to_arrow()
    seen.to_polars()


def by_batch(rng: random.Random, book: gr.Rulebook, lines: list[bytes], ids: list[str], folder: Path) -> None:
    judged = gr.BatchJudge(book.plan)(pyarrow.record_batch({"snapshot": pyarrow.array(lines, pyarrow.binary())}))
    _must(judged.num_rows == len(lines), "rows differ")
    _must([one for one in judged["subject_id"].to_pylist() if one is not None] == ids, "subjects differ")
    _must(
        all(
            (one is None) != (fault is None)
            for one, fault in zip(*(judged[name].to_pylist() for name in ("verdict", "fault")), strict=True)
        ),
        "a row has neither verdict nor fault",
    )


def by_frame(rng: random.Random, book: gr.Rulebook, lines: list[bytes], ids: list[str], folder: Path) -> None:
    count = len(lines)
    frame = polars.DataFrame(
        {
            "账号名称": [rng.choice((None, f"账号{at}", f"账号{at}")) for at in range(count)],
            "类型": [rng.choice((None, "微博", "微信订阅号", "火星")) for _ in range(count)],
            "最近更新时间": [rng.choice((None, "2024-08-01", "昨天", "x", "2024年8月20日")) for _ in range(count)],
        },
        schema={"账号名称": polars.String, "类型": polars.String, "最近更新时间": polars.String},
    )
    judged = gr.inspect_frame(frame, book, observed_at=POINT)
    _must(judged.height == count, "rows differ")
    # A row whose cells were not all read has both: it was judged without them.
    nulls = zip(judged["verdict"].is_null(), judged["fault"].is_null(), strict=True)
    _must(not any(verdict and fault for verdict, fault in nulls), "a row has neither verdict nor fault")


def by_files(rng: random.Random, book: gr.Rulebook, lines: list[bytes], ids: list[str], folder: Path) -> None:
    path = folder / "b.jsonl"
    path.write_bytes(b"\n".join(lines))
    bad: list[object] = []
    with tempfile.TemporaryDirectory(dir=folder) as out:
        run = gr.inspect_to_parquet(path, book, out=out, piece_bytes=rng.choice((500, 20_000, 10**7)), on_bad=bad.append)
        _must(run.to_arrow()["subject_id"].to_pylist() == ids, "subjects differ")
        _must(len(bad) == run.bad_count == sum(bool(line.strip()) for line in lines) - len(ids), "bad lines differ")


WAYS = (one_by_one, by_batch, by_frame, by_files)


def lines_of(rng: random.Random, size: int) -> tuple[list[bytes], list[str]]:
    """Lines of snapshots with broken ones among them, and the ids of the good ones."""
    lines, ids = [], []
    for number in range(size):
        if rng.random() < 0.05:
            lines.append(rng.choice(BROKEN))
            continue
        made = account(rng, number) if rng.random() < 0.6 else site(rng, number)
        try:  # some of what chance makes is no snapshot; reading must say the same
            model = gr.AccountSnapshot if made["kind"] == "account" else gr.SiteSnapshot
            ids.append(model.model_validate(made).subject.id)
        except ValueError:
            pass
        lines.append(json.dumps(made, ensure_ascii=False).encode())
    return lines, ids


def resident() -> float:
    """Memory of this process in MB."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def rounds(rng: random.Random, folder: Path) -> Iterator[tuple[str, int]]:
    while True:
        book = books(rng)
        lines, ids = lines_of(rng, rng.randint(0, 120))
        way = rng.choice(WAYS)
        way(rng, book, lines, ids, folder)
        yield way.__name__, len(ids)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    testing.snapshot("account")
    rng = random.Random(args.seed)
    began = time.monotonic()
    counts: Counter[str] = Counter()
    subjects = 0
    memory: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for way, size in rounds(rng, Path(folder)):
            counts[way] += 1
            subjects += size
            spent = (time.monotonic() - began) / 60
            if counts.total() % 10 == 0 or spent >= args.minutes:
                gc.collect()
                memory.append((spent, resident()))
            if counts.total() % 500 == 0:
                print(f"{spent:.1f} min, {counts.total()} rounds, {subjects} subjects, {memory[-1][1]:.1f} MB", flush=True)
            if spent >= args.minutes:
                break
    fifth = args.minutes / 5
    early = median(size for at, size in memory if fifth <= at < 2 * fifth)
    late = median(size for at, size in memory if at >= 4 * fifth)
    print(f"Python {platform.python_version()}, seed {args.seed}, {args.minutes:g} minutes")
    print(
        f"{counts.total():,} rounds ({', '.join(f'{way} {count}' for way, count in counts.items())}), {subjects:,} subjects, none lost"
    )
    print(
        f"memory: second fifth {early:.1f} MB, last fifth {late:.1f} MB, {late / early - 1:+.1%}; most {max(size for _, size in memory):.1f} MB"
    )


if __name__ == "__main__":
    main()
