"""Counts by every grouping against a plain recount, shares, bands, and merging over partitions."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import rounds
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import account, campaign, reported, site

import govmedia_rules as gr
from govmedia_rules.campaign import Campaign, CountedResult, CountedUnits, Ratio, Statistics, by
from govmedia_rules.campaign.groups import DIMENSIONS, STANDARD, Dimension, grouping
from govmedia_rules.campaign.tables import total_row
from govmedia_rules.core.rates import Policy, Rounding
from govmedia_rules.subjects.registry import Population

LEVELS = (None, "province_department", "city_portal", "city_department", "county_portal")
PLATFORMS = ("wechat_subscription", "wechat_service", "weibo_sina", "toutiao")
AREAS = (None, "南昌市", "九江市")
OUTCOMES = ("passed", "failed", "basically_passed", "closing", "closed")


@st.composite
def units(draw: st.DrawFn) -> list[tuple[gr.Site | gr.Account, str | None, tuple[str, ...], int | None]]:
    """Units with how each ended (None: not looked at), its problems and its score."""
    found = []
    for number in range(draw(st.integers(0, 14))):
        level, area = draw(st.sampled_from(LEVELS)), draw(st.sampled_from(AREAS))
        region = draw(st.sampled_from((None, "360100", "360400")))
        owner = draw(st.sampled_from((None, "教育局", "民政局")))
        own = {"level": level, "area": area, "region": region, "owner": owner}
        if draw(st.booleans()):
            unit: gr.Site | gr.Account = site(f"网{number}", **own)
        else:
            unit = account(f"号{number}", draw(st.sampled_from(PLATFORMS)), **own)
        outcome = draw(st.sampled_from((None, *OUTCOMES)))
        problems = tuple(
            draw(st.sets(st.sampled_from(("两周以上未更新", "存在严重表述错误")), min_size=1)) if outcome == "failed" else ()
        )
        score = draw(st.sampled_from((None, 59, 90, 105)))
        found.append((unit, outcome, tuple(sorted(problems)), score))
    return found


def made(listed: list[tuple[gr.Site | gr.Account, str | None, tuple[str, ...], int | None]]) -> Campaign:
    one = campaign()
    one.add_members(unit for unit, _, _, _ in listed)
    for unit, outcome, problems, score in listed:
        if outcome is not None:
            points = None if score is None else (Decimal(score), Decimal(score))
            one.add_results(reported(unit, outcome, *problems, score=points))
    return one


def value_of(unit: gr.Site | gr.Account, dimension: Dimension) -> str | None:
    return unit.division if dimension == "region" else getattr(unit, dimension, None)


@settings(deadline=None)
@given(units())
def test_every_standard_grouping_equals_a_plain_recount(
    listed: list[tuple[gr.Site | gr.Account, str | None, tuple[str, ...], int | None]],
) -> None:
    statistics = made(listed).statistics()
    for kind, model in (("site", gr.Site), ("account", gr.Account)):
        mine = [one for one in listed if isinstance(one[0], model)]
        for one in STANDARD:
            population: Counter[tuple[str, ...] | None] = Counter()
            outcomes: Counter[tuple[tuple[str, ...] | None, str]] = Counter()
            for unit, outcome, _, _ in mine:
                values = tuple(value_of(unit, name) for name in one.dimensions)
                group = None if None in values else values
                population[group] += 1
                if outcome is not None:
                    outcomes[group, outcome] += 1
            groups = statistics.groups(kind, one)  # type: ignore[arg-type]
            told = {group: stat.population for group, stat in groups.items()}
            assert told == {group: count for group, count in population.items() if group is not None}
            assert groups.unplaced.population == (population[None] or None)
            for group in told:
                counted = {name: count for name, count in groups[group].outcomes.items() if count}
                assert counted == {name: count for (where, name), count in outcomes.items() if where == group}


@settings(deadline=None)
@given(units(), st.lists(st.integers(0, 3), min_size=14, max_size=14), st.permutations(range(4)))
def test_partitions_may_be_merged_in_any_order(
    listed: list[tuple[gr.Site | gr.Account, str | None, tuple[str, ...], int | None]], where: list[int], order: list[int]
) -> None:
    whole = made(listed).statistics()
    parts = [made([one for one, part in zip(listed, where, strict=False) if part == number]).statistics() for number in range(4)]
    merged = Statistics.empty()
    for number in order:
        merged = merged.merge(parts[number])
    assert merged == whole


def test_statistics_by_other_groupings_are_not_merged() -> None:
    with pytest.raises(ValueError, match="different groupings"):
        campaign().statistics("level").merge(campaign().statistics("area"))
    with pytest.raises(KeyError, match="not counted"):
        campaign().statistics("level").groups("site", "area")


def test_classes_and_crossed_dimensions() -> None:
    one = campaign()
    one.add_counts(
        CountedUnits(subject="account", count=2944, platform=("wechat_subscription", "wechat_service")),
        CountedUnits(subject="account", count=670, platform=("weibo_sina",)),
        CountedUnits(subject="account", count=605, platform=("other",)),
    )
    kinds = by("platform", {"微信": "wechat_official", "微博": "weibo", "其他": "*"})
    groups = one.statistics(kinds).groups("account", kinds)
    assert [(label, stat.population) for label, stat in groups.rows()] == [("微信", 2944), ("微博", 670), ("其他", 605)]
    # One of two platforms: with classes it is known where they belong, without it is not.
    plain = one.statistics("platform").groups("account", "platform")
    assert plain.unplaced.population == 2944
    assert plain.population("weibo_sina") is None


def test_a_number_of_unknown_group_leaves_the_groups_open() -> None:
    one = campaign()
    one.add_counts(CountedUnits(subject="site", count=3, level=("city_portal",)), CountedUnits(subject="site", count=2))
    one.add_counts(CountedResult(subject="site", count=1, outcome="failed"))
    groups = one.statistics("level").groups("site", "level")
    assert groups.population("city_portal") is None
    assert groups.outcome("failed", "city_portal") is None
    assert groups.outcome("passed", "city_portal") == 0
    assert groups.share("pass", "city_portal") is None
    assert one.statistics().total("site").population == 5
    assert list(one.table("site", "level").cells()) == [("市级门户", None, None, None, None, None)]
    assert total_row(one, "site") == (5, 1, 0, 1, Decimal(0))


def test_counts_go_to_frames_and_files(tmp_path: Path) -> None:
    import polars as pl

    one = campaign(rounding=Rounding(places=1))
    one.add_counts(CountedUnits(subject="account", count=2944, platform=("wechat_official",), area="=1+1"))
    one.add_counts(CountedResult(subject="account", count=2943, outcome="passed", platform=("wechat_official",), area="=1+1"))
    one.add_counts(CountedResult(subject="account", count=1, outcome="failed", platform=("wechat_official",), area="=1+1"))
    table = one.table("account", ("area", "platform"))
    assert table.columns == ["area", "platform", "population", "inspected", "passed", "failed", "pass_rate"]
    assert pl.DataFrame(table)["pass_rate"].to_list() == [Decimal("99.9")]
    assert table.to_pandas()["population"].to_list() == [2944]
    table.to_csv(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text("utf-8-sig").splitlines()[1].startswith("'=1+1,微信公众号,2944")
    assert "<table" in table._repr_html_()
    assert len(one.results_table) == 2
    assert sum(pl.DataFrame(one.results_table)["units"]) == 2944


def test_a_stated_population_answers_only_its_own_divisions() -> None:
    one = campaign()
    one.add_totals(Population(subject="account", total=326, by={"platform": {"weibo": 119, "wechat_official": 198, "other": 9}}))
    statistics = one.statistics("platform", "level")
    assert statistics.total("account").population == 326
    assert statistics.groups("account", "platform").population("weibo") == 119
    assert statistics.groups("account", "level").unplaced.population == 326


def test_none_and_nought_are_two_things() -> None:
    one = campaign()
    assert one.statistics().total("site").population is None
    assert one.statistics().total("site").share("coverage") is None
    one.add_counts(CountedUnits(subject="site", count=0))
    assert one.statistics().total("site").population == 0


def test_shares_of_problem_kinds_overlap() -> None:
    """5, 8, 2 and 3 of 18 failed sites: each share is of the failed, and they add up to what they like."""
    one = campaign()
    for count, names in ((5, ("a",)), (5, ("b",)), (3, ("b", "c")), (5, ("d",))):
        one.add_counts(CountedResult(subject="site", count=count, outcome="failed", indicator_ids=names))
    one.add_counts(CountedResult(subject="site", count=82, outcome="passed"))
    stat = one.statistics().total("site")
    assert [stat.problem_share(name) for name in "abcd"] == [(5, 18), (8, 18), (3, 18), (5, 18)]
    assert stat.problem_share("b").text(Rounding(places=2)) == "44.44%"  # type: ignore[union-attr]


def test_bands_of_scores() -> None:
    one = campaign()
    for name, low, high in (("甲", 115, 115), ("乙", 105, 105), ("丙", 100, 100), ("丁", 59, 59)):
        one.add_results(reported(site(name), "passed", score=(Decimal(low), Decimal(high))))
    one.add_results(reported(site("戊"), "passed"))
    stat = one.statistics().total("site")
    assert stat.score_share(100) == (3, 5)
    assert stat.score_bands((100, 110)) == ((1, 2, 1), 0)
    assert [[found.subject.name for found in band] for band in one.score_bands((110, 100))] == [["甲"], ["乙", "丙"]]
    one.add_results(reported(site("己"), "passed", score=(Decimal(95), Decimal(108))))
    stat = one.statistics().total("site")
    assert stat.score_share(100) is None
    assert stat.score_bands((100, 110)) == ((1, 2, 1), 1)


# Section B of the five notices: printed figure, places, part, whole, does half-up give it, truncation, the capped policy.
PRINTED = [
    ("0.88%", 2, 2, 228, True, False, True),
    ("6%", 2, 3, 50, True, True, True),
    ("98.3%", 1, 281, 286, True, False, True),
    ("99.9%", 1, 4213, 4219, True, False, True),
    ("99.9%", 1, 2943, 2944, False, True, True),
    ("99.6%", 1, 667, 670, True, False, True),
    ("99.4%", 1, 173, 174, True, True, True),
    ("99.8%", 1, 430, 431, True, False, True),
    ("98.94%", 2, 374, 378, True, True, True),
    ("98.84%", 2, 342, 346, True, True, True),
    ("99.11%", 2, 111, 112, True, False, True),
    ("84.27%", 2, 299, 356, False, False, False),
    ("13%", 0, 1, 8, True, False, True),
    ("91.8%", 1, 301, 328, True, False, True),
    ("91.9%", 1, 669, 728, True, False, True),
]


@pytest.mark.parametrize(("figure", "places", "part", "whole", "half_up", "truncation", "capped"), PRINTED)
def test_a_round_prints_what_the_notices_print(
    figure: str, places: int, part: int, whole: int, half_up: bool, truncation: bool, capped: bool
) -> None:
    wanted = {Policy.HALF_UP: half_up, Policy.TRUNCATION: truncation, Policy.CAPPED: capped}
    for policy, gives in wanted.items():
        one = rounds.campaign(rounding=Rounding(policy=policy, places=places))
        one.add_counts(CountedResult(subject="account", count=part, outcome="passed"))
        one.add_counts(CountedResult(subject="account", count=whole - part, outcome="failed"))
        share = one.statistics().total("account").share("pass")
        assert share == Ratio(part, whole)
        assert (share.text(one.config.rounding) == figure) is gives


def test_a_share_is_exact_until_it_is_printed() -> None:
    share = Ratio(2943, 2944)
    assert share.exact == Fraction(2943, 2944)
    assert share.figure(Rounding(places=1)) == Decimal("99.9")


def test_every_dimension_is_counted_as_standard() -> None:
    assert {one.dimensions for one in STANDARD} >= {(name,) for name in DIMENSIONS}
    assert grouping("level") in STANDARD


def test_the_summary_says_what_is_known_and_what_is_not() -> None:
    one = campaign(title="某市检查")
    one.add_members([site("甲网"), site("乙网")])
    one.add(rounds.stale("甲"))
    text = one.summary()
    assert "某市检查（2024年第三季度）" in text
    assert "政府网站总数2个，检查0个（0%），合格0个，不合格0个" in text
    assert "政务新媒体总数未说明，检查1个，合格0个，不合格0个，待复核1个，合格率0%—100%" in text
    assert "1个单位发现不合格而未经复核，不得通报：wechat_official:甲" in text


def test_areas_where_every_unit_passed() -> None:
    one = campaign()
    for area, failed in (("北京市", 0), ("天津市", 0), ("山西省", 1)):
        one.add_counts(CountedResult(subject="account", count=9, outcome="passed", area=area))
        one.add_counts(CountedResult(subject="account", count=failed, outcome="failed", area=area))
    groups = one.statistics("area").groups("account", "area")
    whole = [area for (area,), stat in groups.items() if (share := stat.share("pass")) is not None and share.part == share.whole]
    assert whole == ["北京市", "天津市"]


def test_sites_on_the_shared_platform() -> None:
    one = campaign()
    assert one.shared_platform_share() is None
    one.add_members([site("甲", on_shared_platform=True), site("乙", on_shared_platform=False), site("丙", status="closed")])
    assert one.shared_platform_share() == (1, 2)
    one.add_members([site("丁")])
    assert one.shared_platform_share() is None
    other = campaign()
    other.add_members([site("甲", on_shared_platform=True)])
    other.add_counts(CountedUnits(subject="site", count=1))
    assert other.shared_platform_share() is None
