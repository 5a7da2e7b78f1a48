"""Which units are drawn: seeded, recorded, explained, and what was covered against what is demanded."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rounds import POINT, account, campaign, reported, site

import govmedia_rules as gr
from govmedia_rules.campaign import CountedResult, CountedUnits, CoverageRule, Sample, SampleRule, Tier, draw
from govmedia_rules.errors import CampaignError

AREAS = ("南昌市", "九江市", "赣州市")
LEVELS = ("city_portal", "city_department", "county_portal")


def sites(count: int) -> list[gr.Site]:
    return [
        site(f"网站{number}", area=AREAS[number % 3], level=LEVELS[number % 7 % 3], owner=f"单位{number % 11}")
        for number in range(count)
    ]


def stratified(**parts: object) -> SampleRule:
    return SampleRule.model_validate({"subject": "site", "strata": ("area",), "share": "0.3", **parts})


def test_one_seed_draws_the_same_whatever_the_order_of_the_list() -> None:
    listed = sites(100)
    first, again = (draw(one, stratified(), seed="20240801", at=POINT) for one in (listed, listed[::-1]))
    assert first.ids == again.ids
    assert first.digest == again.digest
    assert draw(listed, stratified(), seed="20240802", at=POINT).ids != first.ids


def test_a_draw_can_be_checked_by_hand() -> None:
    listed = sites(60)
    sample = draw(listed, stratified(), seed="种子", at=POINT)
    for area in AREAS:
        mine = [one for one in listed if one.area == area]
        ranked = sorted(mine, key=lambda one: hashlib.sha256(f"种子\0{one.id}".encode()).hexdigest())
        wanted = -(-len(mine) * 3 // 10)
        assert {one.id for one in ranked[:wanted]} == {one.subject for one in sample.drawn if one.stratum == area}


def test_a_draw_is_fixed_for_all_versions() -> None:
    """Whoever recorded a seed in 2024 must draw the same in any later version."""
    sample = draw([site(name) for name in "甲乙丙丁戊己庚辛"], stratified(strata=(), share="0.5"), seed="1", at=POINT)
    assert sorted(sample.ids) == sorted(FIXED)
    assert sample.method == "sha256-rank/1"


FIXED = sorted("甲乙丙丁戊己庚辛", key=lambda name: hashlib.sha256(b"1\0" + name.encode()).digest())[:4]


@settings(deadline=None)
@given(st.integers(1, 80), st.integers(1, 100), st.booleans(), st.integers(0, 3), st.integers(0, 2))
def test_what_every_sample_keeps(count: int, percent: int, portals: bool, per_stratum: int, per_unit: int) -> None:
    listed = sites(count)
    share = Decimal(percent) / 100
    rule = stratified(
        share=share, portals_always=portals, least_per_stratum=per_stratum, least_per_unit=per_unit, failed_always=True
    )
    failed = [one.id for one in listed[::9]]
    sample = draw(listed, rule, seed="x", at=POINT, failed_before=failed)
    assert sample.population == count
    assert sum(stratum.size for stratum in sample.strata) == count
    assert sum(stratum.drawn for stratum in sample.strata) == len(sample) == len(sample.ids)
    for stratum in sample.strata:
        assert stratum.drawn >= share * stratum.size
        assert stratum.drawn >= min(per_stratum, stratum.size)
        assert stratum.drawn <= stratum.size
    assert set(failed) <= sample.ids
    if portals:
        assert {one.id for one in listed if one.is_portal} <= sample.ids
    owners, drawn = Counter(one.owner for one in listed), Counter(one.owner for one in listed if one.id in sample)
    assert all(drawn[name] >= min(per_unit, size) for name, size in owners.items())
    if not portals and not per_unit and not failed:
        assert all(stratum.drawn == max(stratum.wanted, stratum.certain) for stratum in sample.strata)


def test_what_is_taken_in_any_case_counts_towards_the_share() -> None:
    listed = [site(f"门户{number}", level="county_portal") for number in range(5)]
    listed += [site(f"部门{number}", level="city_department") for number in range(15)]
    sample = draw(listed, stratified(strata=(), share="0.5", portals_always=True), seed="x", at=POINT)
    assert Counter(one.why for one in sample.drawn) == {"portal": 5, "rank": 5}


def test_the_sample_explains_each_unit() -> None:
    listed = [site("门户", level="city_portal"), site("甲"), site("乙"), site("丙"), site("闭", status="closed")]
    sample = draw(listed, stratified(strata=(), share="0.5", portals_always=True), seed="x", at=POINT)
    told = {one.name: sample.explain(one) for one in listed}
    assert told["门户"].startswith("门户：门户网站必查（共4个，实查2个；序码")
    assert sum("按序抽中" in one for one in told.values()) == 1
    assert sum("未抽中" in one for one in told.values()) == 3
    assert sample.left_out == 1
    text = "\n".join(sample.lines())
    assert "政府网站4个中抽取2个，种子“x”" in text
    assert "已注销1个不在抽取范围" in text
    other = draw(sites(30), stratified(), seed="x", at=POINT)
    assert "不在抽样范围内" in other.explain(site("他", area="别处"))


def test_a_unit_that_joins_moves_no_other_stratum() -> None:
    listed = sites(60)
    before = draw(listed, stratified(), seed="x", at=POINT)
    after = draw([*listed, site("新网", area="南昌市")], stratified(), seed="x", at=POINT)
    for area in AREAS[1:]:
        assert {one.subject for one in before.drawn if one.stratum == area} == {
            one.subject for one in after.drawn if one.stratum == area
        }


def test_single_strata_have_their_own_share() -> None:
    sample = draw(sites(60), stratified(shares={"南昌市": "1"}), seed="x", at=POINT)
    assert {one.key: one.drawn for one in sample.strata} == {"南昌市": 20, "九江市": 6, "赣州市": 6}


def test_a_full_inspection_takes_all() -> None:
    sample = draw(sites(9), SampleRule(subject="site", method="full"), seed="", at=POINT)
    assert (len(sample), {one.why for one in sample.drawn}) == (9, {"all"})


@pytest.mark.parametrize(
    "parts", [{"method": "full"}, {"share": None}, {"share": 0}, {"share": "1.5"}, {"share": "NaN"}, {"least_per_unit": -1}]
)
def test_a_rule_that_draws_nothing_or_nonsense_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        stratified(**parts)


def test_two_units_of_one_id_are_not_drawn() -> None:
    with pytest.raises(CampaignError, match="listed twice"):
        draw([site("甲"), site("甲")], stratified(), seed="x", at=POINT)


def test_a_round_records_what_it_drew() -> None:
    one = campaign()
    with pytest.raises(CampaignError, match="no site to draw from"):
        one.draw(stratified(), seed="x", at=POINT)
    one.add_members(sites(20))
    sample = one.draw(stratified(strata=(), share="0.1"), seed="x", at=POINT)
    assert one.samples == (sample,)
    assert Sample.model_validate_json(sample.model_dump_json()) == sample
    drawn = sorted(sample.ids)
    one.add_results(
        reported(one.members["main", drawn[0]]),
        reported(next(unit for (_, name), unit in one.members.items() if name not in sample)),
    )
    doubts = {doubt.reason: doubt for doubt in one.issues()}
    assert doubts["drawn_not_seen"].subjects == (drawn[1],)
    assert doubts["seen_not_drawn"].count == 1


# --- coverage ---------------------------------------------------------------------------------------------------------


def demand(**parts: object) -> CoverageRule:
    return CoverageRule.model_validate({"id": "demand", "title": "门户网站全部检查", "subject": "site", "share": "1", **parts})


def test_portals_all_and_some_departments() -> None:
    one = campaign(coverage_rules=(demand(portals=True), demand(id="rest", title="部门网站抽查", portals=False, share="0.5")))
    one.add_members(
        [
            site("门户", level="city_portal"),
            site("县门户", level="county_portal"),
            *(site(f"部门{n}", level="city_department") for n in range(3)),
        ]
    )
    one.add_results(reported(site("门户", level="city_portal")), reported(site("部门0", level="city_department")))
    portals, rest = one.coverage()
    assert (portals.share, portals.is_met, portals.missing) == ((1, 2), False, ("县门户",))
    assert (rest.share, rest.is_met) == ((1, 3), False)
    assert portals.text() == "门户网站全部检查（要求100%）：1/2，50%，未达到"
    one.add_results(reported(site("县门户", level="county_portal")), reported(site("部门1", level="city_department")))
    assert [cover.is_met for cover in one.coverage()] == [True, True]


def test_the_demand_of_the_rulebook_is_asked_exactly() -> None:
    one = campaign(rulebooks=("national-2019",))
    one.add_counts(CountedUnits(subject="site", count=10), CountedResult(subject="site", count=3, outcome="passed"))
    [cover] = one.coverage()
    assert (cover.rule.share, cover.share, cover.is_met) == (Decimal("0.3"), (3, 10), True)
    assert cover.rule.source is not None
    one.add_counts(CountedUnits(subject="site", count=1))
    assert one.coverage()[0].is_met is False


def test_coverage_is_unknown_where_a_number_is() -> None:
    one = campaign(coverage_rules=(demand(portals=True), demand(id="all", title="全部网站")))
    one.add_counts(CountedUnits(subject="site", count=50))
    portals, whole = one.coverage()
    assert (portals.is_met, whole.is_met) == (None, False)
    assert portals.text() == "门户网站全部检查（要求100%）：基数不明，无从核算"
    assert campaign(coverage_rules=(demand(),)).coverage()[0].is_met is None


def test_last_period_s_failures_must_be_looked_at() -> None:
    before = campaign("2019年第三季度")
    before.add_results(reported(site("甲"), "failed", "栏目不更新"), reported(site("乙"), "failed", "栏目不更新"))
    now = campaign("2019年第四季度", rulebooks=("nanchong-2019",))
    now.carry_over(before)
    now.add_results(reported(site("甲")))
    [cover] = [one for one in now.coverage() if one.rule.id == "coverage.nanchong.sites_failed_before"]
    assert (cover.share, cover.missing) == ((1, 2), ("乙",))
    now.add_members([site(name) for name in "甲乙丙丁"])
    sample = now.draw(stratified(strata=(), share="0.25", failed_always=True), seed="x", at=POINT)
    assert sample.ids == {"甲", "乙"}


def test_the_county_tier_has_its_own_demand() -> None:
    one = campaign(tiers=(Tier(), Tier(id="county", scope="各县(区)检查")), rulebooks=("hanzhong-2021",))
    one.add_members([account("甲"), account("乙")], tier="county")
    one.add_results(reported(account("甲"), tier="county"), reported(account("乙")))
    cover = {one.rule.id: one for one in one.coverage()}["coverage.hanzhong.county_accounts"]
    assert (cover.share, cover.missing) == ((1, 2), (account("乙").id,))


def test_coverage_by_platform() -> None:
    rule = demand(subject="account", title="微信全部检查", platforms=("wechat",))
    one = campaign(coverage_rules=(rule,))
    one.add_members([account("甲"), account("乙", "wechat_service"), account("丙", "weibo_sina")])
    one.add_results(reported(account("甲")), reported(account("丙", "weibo_sina")))
    assert one.coverage()[0].share == (1, 2)
