"""Judge one kind of frame by whatever version of the library is found first: seconds of the processor of each call.

    PYTHONPATH=TREE python tests/benchmarks/columnwise.py accounts|sites|own [--runs 3]

Run it in turn for the trees of two versions; their ratio is what `docs/benchmarks/frames.md` states.
"""

from __future__ import annotations

import argparse
import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars
from frames import additions, rows, timed

import govmedia_rules as gr
from govmedia_rules.checks.contract import check, failed, passed

if TYPE_CHECKING:
    from govmedia_rules.checks.contract import CheckResult
else:
    from govmedia_rules.checks import contract

    CheckResult = vars(contract).get("CheckResult") or vars(contract)["Judgement"]  # its name in commit 2dd10f4

POINT = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
LEVELS = ("市级部门", "县级门户", "省级部门", "市级部门", "乡镇")


def site_rows(count: int) -> list[dict[str, object]]:
    """Rows of a registry of sites; one in five is a portal."""
    rng = random.Random(7)
    return [
        {
            "网站名称": f"示例市第{number}局",
            "网站标识码": f"{110_000 + number % 800_000:06d}{number % 10_000:04d}",
            "网址": f"http://s{number}.example.gov.cn/",
            "主办单位": f"示例单位{number % 997}",
            "层级": LEVELS[number % 5],
            "所属地区": f"示例市{number % 16}",
            "首页最近更新时间": (date(2024, 8, 23) - timedelta(days=min(int(rng.expovariate(1 / 6)), 900))).isoformat(),
            "是否导航页": "否" if number % 9 else "是",
        }
        for number in range(count)
    ]


@check("mine.name_plain")
def name_plain(account: gr.AccountSnapshot, *, words: tuple[str, ...]) -> CheckResult:
    """The name holds none of the words."""
    return passed() if any(word in account.account.name for word in words) else failed("mine_name", name=account.account.name)


@check("mine.owner_unknown")
def owner_unknown(account: gr.AccountSnapshot) -> CheckResult:
    """No owner is registered, or nothing was published."""
    return failed("mine_late") if account.account.owner is None or account.latest_post_at is None else passed()


def own_book() -> gr.Rulebook:
    """Return the national rulebook with both checks as vetoes."""

    def entry(name: str, **params: object) -> dict[str, object]:
        source = {"document": "示例"}
        return {
            "title": name,
            "kind": "veto",
            "applies_to": {"subject": "account"},
            "check": name,
            "params": params,
            "source": source,
        }

    indicators = {
        "media.veto.mine.name": entry("mine.name_plain", words=["发布", "政务"]),
        "media.veto.mine.owner": entry("mine.owner_unknown"),
    }
    book = {"id": "own", "title": "自定", "extends": ["national-2019"], "indicators": indicators}
    return gr.load_rulebook(book, checks=[name_plain, owner_unknown])


def main() -> None:
    """Print what each call took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=("accounts", "sites", "own"))
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    frame = polars.DataFrame(site_rows(20_000) if args.case == "sites" else rows(100_000))
    book = own_book() if args.case == "own" else gr.load_rulebook("national-2019")
    print(f"ten million additions {timed(additions):.2f} s")
    times = [timed(lambda: gr.inspect_frame(frame, book, observed_at=POINT)) for _ in range(args.runs)]
    print(f"{args.case}, {len(frame)} rows: {' '.join(f'{seconds:.3f}' for seconds in times)} s")


if __name__ == "__main__":
    main()
