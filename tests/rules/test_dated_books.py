"""Which rulebook holds where and when: places by code or name, books that were replaced, old documents."""

from __future__ import annotations

import warnings
from datetime import date

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.judge import rulebook as rulebook_module
from govmedia_rules.rules.model import RulebookFile
from govmedia_rules.rules.regions import divisions, region_code


@pytest.mark.parametrize(
    ("region", "code"),
    [
        (None, None),
        ("610700", "610700"),
        (" 610 700", "610700"),
        ("汉中市", "610700"),
        ("陕西省汉中市", "610700"),
        ("略阳县", "610727"),
        ("陕西省汉中市略阳县", "610727"),
        ("汉中市略阳县", "610727"),
        ("北京市", "110000"),
        ("北京市朝阳区", "110105"),
        ("340221", "340221"),  # 芜湖县 until 2020: the city is known
    ],
)
def test_a_place_by_code_or_name(region: str | None, code: str | None) -> None:
    assert region_code(region) == code


@pytest.mark.parametrize("region", ["", " ", "999999", "000000", "汉中", "某市", "61070", "6107000", "朝阳区", "鼓楼区"])
def test_an_unknown_place_never_gives_the_national_book(region: str) -> None:
    with pytest.raises(gr.errors.UnknownRegion):
        gr.rulebook_for(region, date(2024, 8, 23))


def test_namesakes_are_listed() -> None:
    with pytest.raises(gr.errors.UnknownRegion, match="110105 北京市朝阳区"):
        gr.rulebook_for("朝阳区", date(2024, 8, 23))


def test_every_division_of_the_list_is_found_by_its_code() -> None:
    assert len(divisions()) > 3_300
    assert all(region_code(code) == code for code in divisions())


def test_a_name_gives_the_same_book_as_its_code() -> None:
    assert gr.rulebook_for("汉中市", date(2024, 8, 23)) == gr.rulebook_for("610700", date(2024, 8, 23))
    assert "hanzhong-2021" in gr.rulebook_for("汉中市", date(2024, 8, 23)).version


HEALTHY = {"latest_post_at": "2024-08-20", "functions": [{"kind": "message", "works": True}]}


def test_sichuan_judges_nobody_by_the_national_vetoes_alone() -> None:
    sichuan = gr.rulebook_for("四川省", date(2024, 8, 23))
    seen = sichuan.inspect(testing.snapshot("account", **HEALTHY))
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert [one.id for one in seen.missing] == ["media.veto.own_indicators"]
    assert "川府公开办函〔2021〕51号" in seen.missing[0].message("zh")
    stale = sichuan.inspect(testing.snapshot("account", **{**HEALTHY, "latest_post_at": "2024-01-01"}))
    assert stale.verdict is gr.Verdict.UNQUALIFIED  # a national veto holds everywhere


@pytest.mark.parametrize(("day", "holds"), [(date(2019, 12, 31), True), (date(2020, 1, 1), False), (date(2023, 3, 31), False)])
def test_nanchong_ends_where_its_successor_begins(day: date, holds: bool) -> None:
    book = gr.rulebook_for("南充市", day)
    assert ("media.manage.reply" in {one.id for one in book.indicators}) == holds
    assert ("media.veto.own_indicators.511300" in {one.id for one in book.indicators}) != holds


def test_jiangxi_of_2022_leaves_what_only_the_old_reading_decides() -> None:
    seen = testing.snapshot(
        "account", account={"platform": "wechat_subscription"}, **{**HEALTHY, "functions": [{"kind": "comment", "works": True}]}
    )
    status = {
        year: gr.rulebook_for("江西省", date(year, 8, 23)).inspect(seen).finding("media.veto.interaction.none").status.value
        for year in (2021, 2022)
    }
    assert status == {2021: "failed", 2022: "needs_review"}


def test_until_is_another_word_for_to() -> None:
    book = RulebookFile.model_validate(
        {"id": "x", "title": "x", "effective": {"from": date(2020, 1, 1), "until": date(2020, 12, 31)}}
    )
    assert book.effective.to == date(2020, 12, 31)
    assert book.effective.covers(date(2020, 12, 31))
    assert not book.effective.covers(date(2021, 1, 1))


def test_old_documents_warn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook_module, "_warned_of", set())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gr.rulebook_for(None, date(2024, 3, 31))
        assert [one for one in told if one.category is gr.errors.OldBasisWarning] == []
        gr.rulebook_for(None, date(2024, 4, 2))
        gr.rulebook_for(None, date(2024, 4, 2))
    assert [str(one.message)[:60] for one in told if one.category is gr.errors.OldBasisWarning] == [
        "the newest document of national-2019 is more than five years older than"[:60]
    ]


def test_the_command_shows_what_would_apply(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebooks", "--at", "2024-08-23", "--region", "略阳县"]) == 0
    shown = capsys.readouterr().out
    assert "national-2019" in shown
    assert "hanzhong-2021" in shown
    assert "yunnan-2022" not in shown
    assert main(["rulebooks", "--at", "2024-08-23", "--region", "火星市"]) != 0
    assert "火星市" in capsys.readouterr().err
    assert main(["rulebooks", "--region", "略阳县"]) != 0


@pytest.mark.parametrize(("region", "day", "mark"), [("咸宁市", date(2022, 3, 31), 80), ("云南省", date(2021, 3, 31), 60)])
def test_where_every_site_is_scored_a_department_is_too(region: str, day: date, mark: int) -> None:
    book = gr.rulebook_for(region, day)
    assert book.plan.scoring["site"].pass_below == mark
    nation = gr.load_rulebook("national-2019")
    site = testing.snapshot("site", site={"level": "county_department", "has_services": False}, columns=[])
    assert nation.inspect(site).finding("site.deduct.publish.news").status is gr.Status.NOT_APPLICABLE
    assert book.inspect(site).finding("site.deduct.publish.news").status is gr.Status.FAILED


def test_the_last_day_of_2005_was_worked() -> None:
    calendar = gr.WorkCalendar.official()
    assert calendar.is_workday(date(2005, 12, 31))
    assert calendar.count(date(2005, 12, 30), date(2006, 1, 4)).days == 2  # 12-31 worked, 01-01 to 01-03 off


def test_the_long_form_of_a_code_is_the_same_place() -> None:
    day = date(2024, 8, 1)
    assert gr.rulebook_for("610700000000", day).id == gr.rulebook_for("610700", day).id
    with pytest.raises(gr.errors.UnknownRegion):
        gr.rulebook_for("610700001000", day)
