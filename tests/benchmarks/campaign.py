"""Statistics of a round against the same aggregation hand-written in polars, and a notice of 1,000 failures.

uv run --group test python tests/benchmarks/campaign.py [--sites 14500] [--accounts 100000] [--runs 3]

The round holds made-up units with a level, platform, area, region and owner, and a result for each. polars is given the same
Python objects: it builds its frame from them (rows of the population and of the results) and groups it by every standard
grouping, counting units, outcomes, reasons, problems and scores as the library does. Both start from the same objects, and
both answers are compared before a time is printed.
"""

from __future__ import annotations

import argparse
import gc
import platform
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from statistics import median
from typing import Any

import polars as pl

from govmedia_rules import Account, NoticeDraft, Site
from govmedia_rules.campaign import Campaign, CampaignConfig, Fault, Reported
from govmedia_rules.campaign.groups import STANDARD, grouping
from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.statistics import Statistics
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.notices.figures import Period

AT = datetime(2024, 8, 23, 10, tzinfo=SHANGHAI)
LEVELS = ("city_portal", "city_department", "county_portal", "county_department", "below_county")
PLATFORMS = ("wechat_subscription", "wechat_service", "weibo_sina", "toutiao", "douyin", "other")
FAULTS = (
    ("连续两周以上未更新", "media.veto.stale"),
    ("缺有效互动渠道", "media.veto.interaction.none"),
    ("存在严重表述错误", "media.veto.safety.expression"),
)


def units(sites: int, accounts: int) -> list[Site | Account]:
    rng = random.Random(20240823)
    found: list[Site | Account] = []
    for number in range(sites + accounts):
        area = f"城市{rng.randrange(340)}市"
        own: dict[str, Any] = {
            "level": rng.choice(LEVELS),
            "area": area,
            "region": f"{rng.randrange(11, 66)}{rng.randrange(1, 30):02d}00",
            "owner": f"{area}单位{rng.randrange(200)}",
        }
        if number < sites:
            found.append(Site(name=f"网站{number}", **own))
        else:
            found.append(Account(name=f"账号{number}", platform=rng.choice(PLATFORMS), **own))
    return found


def _of_kind(name: str, unit: Site | Account) -> str:
    return name if isinstance(unit, Account) else name.replace("media.", "site.", 1)


def round_of(listed: Iterable[Site | Account]) -> Campaign:
    rng = random.Random(7)
    campaign = Campaign(CampaignConfig(title="检查", period=Period.parse("2024年第三季度"), place="全国"))
    listed = list(listed)
    campaign.add_members(listed)
    for unit in listed:
        has_failed = rng.random() < 0.04
        chosen = rng.sample(FAULTS, rng.choice((1, 1, 2))) if has_failed else ()
        points = Decimal(rng.randrange(60, 121)) if isinstance(unit, Site) else None
        campaign.add_results(
            Reported(
                subject=unit,
                outcome="failed" if has_failed else "passed",
                faults=tuple(Fault(wording=wording, indicator_ids=(_of_kind(name, unit),)) for wording, name in chosen),
                score=None if points is None else (points, points),
                by="检查单位",
                at=AT,
                reviewed_at=AT,
            )
        )
    return campaign


# --- the same in polars ---------------------------------------------------------------------------------------------------


def frames(members: Iterable[Site | Account], results: Iterable[Result]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frames a person would build from the same objects."""
    kept = [unit for unit in members if unit.status != "closed"]
    population = pl.DataFrame(
        {
            "kind": [type(unit) is Account for unit in kept],
            "level": [unit.level for unit in kept],
            "platform": [unit.platform if type(unit) is Account else None for unit in kept],
            "area": [unit.area for unit in kept],
            "region": [unit.division for unit in kept],
            "owner": [unit.owner for unit in kept],
        }
    )
    ended = list(results)
    found = pl.DataFrame(
        {
            "kind": [type(one.subject) is Account for one in ended],
            "level": [one.subject.level for one in ended],
            "platform": [one.subject.platform if type(one.subject) is Account else None for one in ended],
            "area": [one.subject.area for one in ended],
            "region": [one.subject.division for one in ended],
            "owner": [one.subject.owner for one in ended],
            "outcome": [one.outcome for one in ended],
            "was_found": [one.was_found for one in ended],
            "reasons": [one.reasons for one in ended],
            "problems": [one.problems for one in ended],
            "score_low": [None if one.score is None else one.score[0] for one in ended],
            "score_high": [None if one.score is None else one.score[1] for one in ended],
        },
        schema_overrides={"reasons": pl.List(pl.String), "problems": pl.List(pl.String)},
    )
    return population, found


def by_hand(members: Iterable[Site | Account], results: Iterable[Result]) -> dict[tuple[str, ...], dict[str, pl.DataFrame]]:
    population, found = frames(members, results)
    made = {}
    for one in STANDARD:
        keys = ["kind", *one.dimensions]
        reasons = found.select(*keys, "reasons").explode("reasons", empty_as_null=True).drop_nulls("reasons")
        problems = found.select(*keys, "problems").explode("problems", empty_as_null=True).drop_nulls("problems")
        made[one.dimensions] = {
            "population": population.group_by(keys).len(),
            "outcomes": found.group_by([*keys, "outcome"]).agg(pl.len(), pl.col("was_found").sum()),
            "reasons": reasons.group_by([*keys, "reasons"]).len(),
            "problems": problems.group_by([*keys, "problems"]).len(),
            "scores": found.drop_nulls("score_low").group_by([*keys, "score_low", "score_high"]).len(),
        }
    return made


def check(statistics: Statistics, made: dict[tuple[str, ...], dict[str, pl.DataFrame]]) -> int:
    """Compares both answers number by number.

    Returns:
        How many numbers were compared.
    """
    compared = 0
    for dimensions, parts in made.items():
        spec = grouping(dimensions) if dimensions else STANDARD[0]
        groups = {kind: statistics.groups("account" if kind else "site", spec) for kind in (False, True)}
        for name, frame in parts.items():
            expected: Counter[tuple[Any, ...]] = Counter()
            for kind, *rest in frame.rows():
                key, told = tuple(rest[: len(dimensions)]), rest[len(dimensions) :]
                # What has no value in a dimension is counted together by the library.
                where = (kind, None if None in key else key)
                if name == "outcomes":
                    expected[(*where, told[0])] += told[1]
                else:
                    expected[(*where, tuple(told[:-1]))] += told[-1]
            for (kind, key, what), number in expected.items():
                stat = groups[kind].unplaced if key is None else groups[kind].find(*key)
                counted = getattr(stat, name)
                found = counted if name == "population" else counted[what if name in ("outcomes", "scores") else what[0]]
                assert found == number, (name, dimensions, kind, key, what, found, number)
                compared += 1
    return compared


def read_all(campaign: Campaign) -> int:
    """The statistics, and every group of them looked at."""
    statistics = campaign.statistics()
    return sum(stat.failed for kind in ("site", "account") for one in STANDARD for stat in statistics.groups(kind, one).values())  # type: ignore[arg-type]


def timed(function: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=14_500)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    print(f"Python {platform.python_version()}, polars {version('polars')}, {platform.machine()}", file=sys.stderr)
    campaign = round_of(units(args.sites, args.accounts))
    results = list(campaign.results.values())
    members = list(campaign.members.values())
    numbers = check(campaign.statistics(), by_hand(members, results))
    print(f"{numbers} numbers agree", file=sys.stderr)
    print("| run | statistics, s | with every group read, s | polars and its frame, s | ratio | ratio, all read |")
    print("|---|---|---|---|---|---|")
    ratios = []
    for run in range(1, args.runs + 1):
        mine, whole, theirs = (
            timed(campaign.statistics),
            timed(lambda: read_all(campaign)),
            timed(lambda: by_hand(members, results)),
        )
        ratios.append(whole / theirs)
        print(f"| {run} | {mine:.2f} | {whole:.2f} | {theirs:.2f} | {mine / theirs:.2f} | {whole / theirs:.2f} |")
    print(f"\nmedian ratio, all read: {median(ratios):.2f}")

    failing = round_of(units(300, 700))
    for one in list(failing.results.values()):
        if one.outcome != "failed":
            told = Fault(wording=FAULTS[0][0], indicator_ids=(_of_kind(FAULTS[0][1], one.subject),))
            failing.add_results(
                Reported(subject=one.subject, outcome="failed", faults=(told,), by="检查单位", at=AT, reviewed_at=AT)
            )
    draft = NoticeDraft.model_validate(
        {
            "issuer": "某省人民政府办公厅",
            "attachments": [
                {"title": "政府网站名单", "table": "failed", "subject": "site"},
                {"title": "政务新媒体名单", "table": "failed", "subject": "account"},
                {"title": "运行情况", "table": "counts", "dimension": "area", "has_total": True},
            ],
        }
    )
    assert len(failing.failures()) == 1_000
    seconds = [timed(lambda: failing.notice(draft)) for _ in range(args.runs)]
    print(f"\nnotice of 1,000 failures: {', '.join(f'{one:.2f}' for one in seconds)} s")
    print(f"peak memory of the whole run: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
