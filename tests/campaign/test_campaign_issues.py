"""Every sum that does not fit and everything that waits is named; nothing is raised that is not there."""

from __future__ import annotations

import re
import string
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError
from rounds import account, campaign, key, reported, review, seen, site, stale

import govmedia_rules as gr
import govmedia_rules.campaign.issues
from govmedia_rules.campaign import Campaign, CampaignConfig, CountedResult, CountedUnits, Tier
from govmedia_rules.campaign.records import StoredInspection
from govmedia_rules.errors import CampaignError
from govmedia_rules.notices.figures import DateSpan, PartialDate, Period
from govmedia_rules.subjects.registry import Population

SENTENCES = tomllib.loads(files("govmedia_rules.campaign").joinpath("data", "issues.toml").read_text("utf-8"))


def reasons(one: Campaign) -> list[str]:
    for doubt in one.issues():
        for lang in ("zh", "en"):
            text = doubt.message(lang)  # type: ignore[arg-type]
            assert text
            assert "{" not in text
    return [doubt.reason for doubt in one.issues()]


def test_a_round_in_order_raises_none() -> None:
    one = campaign()
    one.add_members([account("甲", "wechat_official"), site("甲网")])
    one.add([stale("甲")])
    one.review(review(key("甲")))
    one.add_results(reported(site("甲网")))
    assert [name for name in reasons(one) if name != "unverified"] == []


def test_totals_that_do_not_add_up() -> None:
    one = campaign()
    one.add_totals(
        Population(subject="site", total=50, by={"level": {"city_portal": 1, "city_department": 38, "county_portal": 10}})
    )
    assert reasons(one) == ["total_differs"]
    assert "1 + 38 + 10 = 49, not the stated 50" in one.issues()[0].message()


def test_more_looked_at_than_there_are() -> None:
    one = campaign()
    one.add_counts(
        CountedUnits(subject="site", count=3, level=("city_portal",)),
        CountedUnits(subject="site", count=9, level=("county_portal",)),
    )
    one.add_counts(CountedResult(subject="site", count=4, outcome="passed", level=("city_portal",)))
    [doubt] = one.issues()
    assert doubt.message() == "政府网站“市级门户”检查4个，多于总数3个。".replace("3个", "3")


def test_units_the_registry_does_not_know() -> None:
    one = campaign()
    one.add_members([site("甲"), site("甲")])
    with pytest.raises(CampaignError, match="no member of the population"):
        one.add_results(reported(site("乙")))
    one.add_results(reported(site("甲")), reported(account("丙")))
    assert reasons(one) == ["listed_twice"]


def test_results_recorded_before_their_population_are_named() -> None:
    one = campaign()
    one.add_results(reported(site("甲")), reported(site("乙")))
    one.add_members([site("甲")])
    assert reasons(one) == ["more_than_there_are", "not_listed"]
    assert one.issues()[1].subjects == ("乙",)


def test_monitoring_points_outside_the_window() -> None:
    span = DateSpan(start=PartialDate(year=2024, month=8, day=1), end=PartialDate(year=2024, month=8, day=22))
    one = campaign(window=span)
    with pytest.raises(CampaignError, match="after the inspection window"):
        one.add(seen("甲"))
    one.record("inspection", (account("甲", "wechat_official"), StoredInspection.of(seen("甲"))), "main")  # as an old journal may
    assert reasons(one) == ["outside_window"]


def test_several_rulebooks_in_one_round() -> None:
    one = campaign()
    one.add(seen("甲"))
    one.add(gr.load_rulebook("jiangxi-2020").inspect_many([]))
    assert reasons(one) == []
    one.add(
        gr.load_rulebook("jiangxi-2020").inspect(
            gr.AccountSnapshot.model_validate(
                {
                    "account": {"name": "乙", "platform": "微博"},
                    "observed_at": "2024-08-20T10:00:00+08:00",
                    "latest_post_at": "2024-08-19",
                    "functions": [{"kind": "menu", "name": "互动交流", "works": True}],
                }
            )
        )
    )
    assert "several_rulebooks" in reasons(one)


def test_codes_of_another_region() -> None:
    one = campaign(region="610700")
    one.add_results(reported(site("甲", code="6107000063")), reported(site("乙", code="3611000003")))
    assert reasons(one) == ["other_region"]


def test_numbers_that_nobody_stated_are_told() -> None:
    one = campaign()
    one.add_counts(CountedResult(subject="site", count=27, outcome="failed", basis="inferred"))
    one.add_counts(CountedResult(subject="site", count=301, outcome="passed", basis="assumed"))
    assert reasons(one) == ["numbers_inferred", "numbers_assumed", "nameless"]


def test_what_still_waits() -> None:
    one = campaign()
    one.add([stale("甲"), seen("乙", latest_post_at=None)])
    assert reasons(one) == ["undetermined", "unreviewed"]


def test_every_sentence_is_used_and_every_reason_has_one() -> None:
    source = Path(govmedia_rules.campaign.issues.__file__).read_text("utf-8")
    used = set(re.findall(r'_(?:issue|about)\(\s*f?"([a-z_]+)', source)) | {
        "undetermined",
        "unreviewed",
        "numbers_inferred",
        "numbers_assumed",
    }
    assert set(SENTENCES) == used - {"numbers_"}
    for sentence in SENTENCES.values():
        fields = {lang: {name for _, name, _, _ in string.Formatter().parse(sentence[lang]) if name} for lang in ("zh", "en")}
        assert fields["zh"] == fields["en"]


def test_terms_are_checked() -> None:
    assert CampaignConfig.model_validate({"title": "检查", "period": "2020年上半年"}).period == Period(
        kind="half", year=2020, number=1
    )
    for parts in ({"period": "无"}, {"tiers": ()}, {"tiers": (Tier(), Tier())}, {"region": "61"}):
        with pytest.raises(ValidationError):
            CampaignConfig.model_validate({"title": "检查", "period": "2020年", **parts})


def test_five_kinds_of_period() -> None:
    for text in ("2020年2月", "2020年第一季度", "2020年上半年", "2020年度", "2020年第二次"):
        assert CampaignConfig.model_validate({"title": "检查", "period": text}).period.text() == text
