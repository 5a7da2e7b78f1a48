"""Which rulebook holds where and when: places by code or name, books that were replaced, old documents."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.judge import old_basis
from govmedia_rules.rules.load import built_in_files, read_layer
from govmedia_rules.rules.model import Layer, RulebookFile
from govmedia_rules.rules.plugins import Plugins
from govmedia_rules.rules.regions import divisions, lies_in, region_code
from govmedia_rules.rules.release import Books
from govmedia_rules.subjects.codes import division_changes
from govmedia_rules.text.divisions import divisions_by_province


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
        ("371202", "371202"),  # 莱城区 until 2019: the city is gone, the district is known
        ("542100", "542100"),  # 昌都地区 until 2014
        ("６１０７００", "610700"),
        ("陕西", "610000"),
        ("嘉峪关市", "620200"),
        ("汉中", "610700"),
        ("陕西汉中略阳", "610727"),
        ("芜湖", "340200"),
        ("芜湖县", "340210"),
        ("安徽省芜湖县", "340210"),
        ("襄樊市", "420600"),
        ("襄樊", "420600"),
        ("湖北襄樊襄阳区", "420607"),
        ("户县", "610118"),
        ("开县", "500154"),
        ("杨凌", "610403"),
        ("恩施州", "422800"),
        ("恩施市", "422801"),
        ("凉山州", "513400"),
        ("内蒙古", "150000"),
        ("新疆", "650000"),
        ("河南", "410000"),  # and not 河南蒙古族自治县
        ("上海浦东", "310115"),
        ("北京朝阳", "110105"),
        ("河北省邢台市桥东区", "130502"),
    ],
)
def test_a_place_by_code_or_name(region: str | None, code: str | None) -> None:
    assert region_code(region) == code


STRANGE = [
    "江苏省杭州市",
    "恩施",
    "吉林",
    "海南",
    "兵团",
    "371200",
    "5401",
    "火" * 80,
    "火" * 100_000,
    "汉中市\x00",
    "610726x",
    "-10726",
]


@pytest.mark.parametrize("region", ["", " ", "999999", "000000", "汉", "某市", "61070", "6107000", "朝阳区", "鼓楼区", *STRANGE])
def test_an_unknown_place_never_gives_the_national_book(region: str) -> None:
    with pytest.raises(gr.errors.UnknownRegion):
        gr.rulebook_for(region, date(2024, 8, 23))


@pytest.mark.parametrize("region", [610726, 610726.0, True, b"610726", ["610726"], date(2024, 8, 23)])
def test_a_place_that_is_no_text_is_refused_in_both_languages(region: Any) -> None:
    with pytest.raises(gr.errors.UnknownRegion) as caught:
        gr.rulebook_for(region, date(2024, 8, 23))
    assert "given as text" in caught.value.text("en")
    assert "须以文本给出" in caught.value.text("zh")


@pytest.mark.parametrize("day", ["2024-08-23", 20240823, None, 1724371200.0, datetime.max.replace(tzinfo=UTC)])
def test_a_day_that_is_none_is_refused_in_both_languages(day: Any) -> None:
    with pytest.raises(gr.errors.RulebookError) as caught:
        gr.rulebook_for(None, day)
    assert "is no day" in caught.value.text("en")
    assert "不是日期" in caught.value.text("zh")


def test_an_instant_counts_as_its_day_in_shanghai() -> None:
    last = datetime(2019, 3, 31, 15, 59, tzinfo=UTC)
    assert gr.rulebook_for(None, last).id == "census-2015"
    assert gr.rulebook_for(None, last + timedelta(minutes=1)).id == "national-2019"


def test_every_former_code_and_name_leads_to_a_division_of_the_list() -> None:
    changes = division_changes()
    assert len(changes) > 250
    for change in changes:
        assert divisions()[change.new] == change.name, change
        assert change.old == change.new or change.old not in divisions(), change
        assert region_code(change.old) == change.old
        assert lies_in(change.old, f"{change.new[:2]}0000"), change
        above = divisions().get(f"{change.new[:4]}00", divisions()[f"{change.new[:2]}0000"])
        if not change.new.endswith("00"):
            assert region_code(f"{above}{change.former}") in (change.new, change.old), change


def test_a_division_is_judged_alike_under_all_its_codes_and_names() -> None:
    day = date(2022, 6, 1)
    books = [gr.rulebook_for(name, day) for name in ("340210", "340221", "湾沚区", "芜湖县", "安徽省芜湖市湾沚区")]
    assert books[0].id == "wanzhi-2021"
    assert all(book == books[0] for book in books)


def test_names_and_codes_are_kept_in_one_file() -> None:
    below = divisions_by_province()
    assert len(below) == 31
    assert {name for names in below.values() for name in names} | set(below) == {
        name for code, name in divisions().items() if code[:2] < "71"
    }


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


@pytest.mark.parametrize(
    ("region", "day", "document"),
    [
        ("四川省", date(2019, 4, 1), "〔2019〕11号"),
        ("成都市", date(2019, 12, 31), "〔2019〕11号"),
        ("510100", date(2020, 1, 1), "〔2021〕51号"),
        ("南充市", date(2019, 9, 30), "〔2019〕11号"),
        ("南充市", date(2019, 10, 1), None),  # seen in use in the notice of that quarter
        ("511321", date(2019, 12, 31), None),
        ("511321", date(2020, 1, 1), "〔2021〕51号"),
        ("重庆市", date(2019, 6, 1), None),
    ],
)
def test_a_table_that_was_not_seen_leaves_open_who_passes_by_it(region: str, day: date, document: str | None) -> None:
    seen = testing.snapshot("account", observed_at=f"{day}T12:00:00+08:00", **{**HEALTHY, "latest_post_at": str(day)})
    inspection = gr.rulebook_for(region, day).inspect(seen)
    assert inspection.verdict is (gr.Verdict.QUALIFIED if document is None else gr.Verdict.UNDETERMINED)
    assert (document or "") in "".join(finding.message("zh") for finding in inspection.missing)
    stale = gr.rulebook_for(region, day).inspect(seen.model_copy(update={"latest_post_at": date(2019, 1, 1)}))
    assert stale.verdict is gr.Verdict.UNQUALIFIED


@pytest.mark.parametrize(("day", "holds"), [(date(2019, 12, 31), True), (date(2020, 1, 1), False), (date(2023, 3, 31), False)])
def test_nanchong_ends_where_its_successor_begins(day: date, holds: bool) -> None:
    book = gr.rulebook_for("南充市", day)
    assert ("media.manage.reply" in {one.id for one in book.indicators}) == holds
    assert ("media.veto.own_indicators.511300" in {one.id for one in book.indicators}) != holds
    assert ("nanchong-2019@1.0-replaced" in book.version) != holds


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


@pytest.fixture
def unwarned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets of which layers this process was warned."""
    monkeypatch.setattr(old_basis, "_warned_of", set())


def old_layers_warned_of(use: Callable[[], object]) -> list[str]:
    """Ids of the layers of whose old documents a call warns."""
    with warnings.catch_warnings(record=True, action="always") as caught:
        use()
    return [str(warning.message).split()[4] for warning in caught if warning.category is gr.errors.OldBasisWarning]


@pytest.mark.usefixtures("unwarned")
def test_old_documents_warn_once() -> None:
    days = (date(2024, 3, 31), date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3))
    assert [old_layers_warned_of(lambda day=day: gr.rulebook_for(None, day)) for day in days] == [[], [], ["national-2019"], []]


LINES = [{"observed_at": "2024-08-23T10:00:00+08:00"}, *({"observed_at": "2026-08-23T10:00:00+08:00"},) * 2]


def judged_ways(book: gr.Rulebook, folder: Path) -> dict[str, Callable[[], object]]:
    """Every way in which a rulebook judges three accounts, two of them in 2026."""
    pandas = pytest.importorskip("pandas")
    snapshots = [testing.snapshot("account", **{**HEALTHY, **line}) for line in LINES]
    frame = pandas.DataFrame(
        {"账号名称": ["甲发布", "乙发布", "丙发布"], "平台": ["微博"] * 3, "最后更新时间": ["2024-08-20"] * 3, "监测时间点": [line["observed_at"] for line in LINES]}
    )  # fmt: skip
    file = folder / "snapshots.jsonl"
    file.write_text("".join(f"{snapshot.model_dump_json()}\n" for snapshot in snapshots), "utf-8")
    return {
        "one": lambda: [book.inspect(snapshot) for snapshot in snapshots],
        "many": lambda: list(book.inspect_many(snapshots)),
        "files": lambda: list(book.inspect_files(file)),
        "files by processes": lambda: list(book.inspect_files(file, workers=2)),
        "parquet": lambda: gr.inspect_to_parquet(file, book, out=folder / "one"),
        "parquet by processes": lambda: gr.inspect_to_parquet(file, book, out=folder / "two", workers=2),
        "frame": lambda: gr.inspect_frame(frame.drop(columns="监测时间点"), book, observed_at=date(2026, 8, 23)),
        "frame with monitoring points": lambda: gr.inspect_frame(frame, book),
        "round": lambda: gr.inspect_round(folder / "rounds", file, book, year=2026, round=3),
    }


@pytest.mark.parametrize(
    "way",
    ["one", "many", "files", "files by processes", "parquet", "parquet by processes", "frame", "frame with monitoring points", "round"],
)  # fmt: skip
@pytest.mark.usefixtures("unwarned")
def test_a_book_named_by_its_id_warns_once_where_it_judges(way: str, tmp_path: Path) -> None:
    assert old_layers_warned_of(lambda: gr.load_rulebook("hanzhong-2021")) == []
    book = gr.load_rulebook("hanzhong-2021")
    judge = judged_ways(book, tmp_path)[way]
    assert old_layers_warned_of(judge) == ["national-2019", "hanzhong-2021"]  # each once, not once a subject
    assert old_layers_warned_of(judge) == []


@pytest.mark.usefixtures("unwarned")
def test_a_book_warns_from_the_day_it_is_older_than_five_years() -> None:
    book = gr.load_rulebook("national-2019")  # of 2019-04-01
    at = [testing.snapshot("account", observed_at=f"2024-04-0{day}T00:00:00+08:00") for day in (1, 2)]
    assert old_layers_warned_of(lambda: book.inspect(at[0])) == []
    assert old_layers_warned_of(lambda: book.inspect(at[1])) == ["national-2019"]


@pytest.mark.usefixtures("unwarned")
def test_reading_a_stored_result_warns_of_no_old_book() -> None:
    book = gr.load_rulebook("national-2019")
    stored = book.inspect(testing.snapshot("account", observed_at="2026-08-23T10:00:00+08:00")).to_dict()
    old_basis._warned_of.clear()
    assert old_layers_warned_of(lambda: gr.Inspection.from_dict(stored)) == []


@pytest.mark.parametrize(("issued", "last"), [(date(2020, 2, 29), date(2025, 2, 28)), (date(9998, 1, 1), date(9999, 1, 1))])
def test_five_years_after_a_document(issued: date, last: date) -> None:
    own = {"id": "own", "title": "本地", "basis": [{"title": "某文件", "issued": issued}]}
    assert gr.load_rulebook(own).plan.old_after == last


@pytest.mark.usefixtures("unwarned")
def test_a_book_of_no_known_day_warns_nobody() -> None:
    assert gr.load_rulebook({"id": "own", "title": "本地"}).plan.old_after == date.max


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


# ---------------------------------------------------------------- books that were replaced

NATION = {"id": "nation", "title": "全国", "effective": {"from": date(2000, 1, 1)}}
OLD: dict[str, Any] = {
    "id": "old",
    "title": "旧",
    "region": "610700",
    "effective": {"from": date(2020, 1, 1)},
    "superseded_by": "new",
}
NEW = {"id": "new", "title": "新", "region": "610700", "effective": {"from": date(2022, 1, 1)}}
COUNTY = {"id": "county", "title": "县", "region": "610726", "extends": "old", "effective": {"from": date(2020, 6, 1)}}
OWN = {"indicators": {"media.veto.mine": {"title": "自有", "kind": "veto", "mode": "person", "applies_to": {"subject": "account"}, "source": {"document": "d"}}}}  # fmt: skip


def books_of(*tables: dict[str, Any]) -> Books:
    layers = {table["id"]: Layer(table["id"], RulebookFile.model_validate(table), "test") for table in (NATION, *tables)}
    return Books("test", "", layers, alone=True)


def shown(day: date, *tables: dict[str, Any], region: str = "610726") -> tuple[list[str], list[str]]:
    """Ids of the layers on a day, and of the indicators that say that rules are not at hand."""
    book = gr.rulebook_for(region, day, books=books_of(*tables))
    return [layer.id for layer in book.layers], [one.id for one in book.indicators if ".own_indicators" in one.id]


UNSEEN = ["site.veto.own_indicators.610700", "media.veto.own_indicators.610700"]


def test_a_successor_that_is_at_hand_replaces_a_book_from_its_first_day() -> None:
    assert shown(date(2021, 12, 31), OLD, NEW) == (["nation", "old"], [])
    assert shown(date(2022, 1, 1), OLD, NEW) == (["nation", "new"], [])
    # also where its first day is not known, where it is the earlier one by that, or holds for a wider place
    assert shown(date(2021, 1, 1), OLD, NEW | {"effective": {}}) == (["nation", "new"], [])
    assert shown(date(2021, 1, 1), OLD, NEW | {"effective": {"from": date(2019, 1, 1)}}) == (["nation", "new"], [])
    assert shown(date(2022, 1, 1), OLD, NEW | {"region": "610000"}) == (["nation", "new"], [])


def test_a_successor_that_ended_does_not_bring_the_old_book_back() -> None:
    ended = NEW | {"effective": {"from": date(2022, 1, 1), "to": date(2022, 12, 31)}}
    assert shown(date(2023, 1, 1), OLD, ended) == (["nation"], [])


def test_a_chain_of_successors() -> None:
    last = {"id": "last", "title": "x", "region": "610700", "effective": {"from": date(2024, 1, 1)}}
    chain = (OLD, NEW | {"superseded_by": "last"}, last)
    assert [shown(date(year, 1, 1), *chain)[0][-1] for year in (2021, 2022, 2023, 2024)] == ["old", "new", "new", "last"]


def test_a_successor_that_is_not_at_hand_leaves_open_what_only_the_old_book_decides() -> None:
    assert shown(date(2021, 1, 1), OLD | OWN) == (["nation", "old"], UNSEEN)  # its first day is not known
    until = OLD | OWN | {"effective": {"from": date(2020, 1, 1), "to": date(2021, 12, 31)}}
    assert shown(date(2021, 12, 31), until) == (["nation", "old"], [])
    assert shown(date(2022, 1, 1), until) == (["nation", "old"], UNSEEN)
    known = OLD | {"superseded_by": None, "known_successor": {"from": date(2022, 1, 1), "document": "某文件"}}
    ended = known | {"effective": {"from": date(2020, 1, 1), "to": date(2021, 12, 31)}}
    for table in (known, ended):
        assert shown(date(2021, 12, 31), table) == (["nation", "old"], [])
        assert shown(date(2022, 1, 1), table) == (["nation", "old"], UNSEEN)


def test_the_nation_can_be_replaced_too() -> None:
    later = {"id": "later", "title": "x", "effective": {"from": date(2027, 1, 1)}}
    replaced = NATION | {"superseded_by": "later"}
    assert shown(date(2026, 12, 31), replaced, later)[0] == ["nation"]
    assert shown(date(2027, 1, 1), replaced, later)[0] == ["later"]
    unseen = NATION | {"known_successor": {"from": date(2027, 1, 1), "document": "某文件"}}
    assert shown(date(2027, 1, 1), unseen)[1] == ["site.veto.own_indicators.nation", "media.veto.own_indicators.nation"]


def test_a_book_that_rests_on_a_replaced_one_is_not_judged_by_it() -> None:
    county = ["site.veto.own_indicators.610726", "media.veto.own_indicators.610726"]
    assert shown(date(2021, 6, 1), OLD, NEW, COUNTY) == (["nation", "old", "county"], [])
    assert shown(date(2022, 6, 1), OLD, NEW, COUNTY) == (["nation", "new", "county"], county)
    known = OLD | {"superseded_by": None, "known_successor": {"from": date(2022, 1, 1), "document": "某文件"}}
    assert shown(date(2022, 6, 1), known, COUNTY) == (["nation", "old", "county"], [*UNSEEN, *county])
    # the successor may rest on what it replaces, and others on the successor
    over = NEW | {"extends": "old"}
    assert shown(date(2022, 6, 1), OLD, over) == (["nation", "old", "new"], [])
    assert shown(date(2022, 6, 1), OLD, over, COUNTY | {"extends": "new"}) == (["nation", "old", "new", "county"], [])


@pytest.mark.parametrize("circle", [(OLD, NEW | {"superseded_by": "old", "effective": {"from": date(2030, 1, 1)}})])
def test_a_circle_is_an_error(circle: tuple[dict[str, Any], ...]) -> None:
    later = tuple(table | {"effective": {"from": date(2030, 1, 1)}} for table in circle)
    with pytest.raises(gr.errors.CyclicExtends, match="in a circle"):
        shown(date(2021, 1, 1), *later)
    with pytest.raises(ValueError, match="superseded by itself"):
        RulebookFile.model_validate(OLD | {"superseded_by": "old"})


def test_of_built_in_books_of_one_place_the_later_replaces_or_extends_the_earlier() -> None:
    contents = {name: read_layer(name, Plugins()).content for name in built_in_files()}
    places: dict[tuple[str, str | None], list[RulebookFile]] = {}
    for content in contents.values():
        places.setdefault((content.series, content.region), []).append(content)
    for books in places.values():
        books.sort(key=lambda book: book.effective.from_ or date.min)
        for earlier, later in pairwise(books):
            assert earlier.superseded_by == later.id, (earlier.id, later.id)
    for content in contents.values():
        assert content.superseded_by is None or content.superseded_by in contents


def test_a_county_of_kunming_has_the_rules_of_province_and_city() -> None:
    def layers(day: date) -> list[str]:
        return [layer.id for layer in gr.rulebook_for("盘龙区", day).layers]

    assert layers(date(2020, 12, 30)) == ["national-2019"]
    assert layers(date(2020, 12, 31)) == ["national-2019", "yunnan-2020"]
    assert layers(date(2022, 1, 1)) == ["national-2019", "yunnan-2020", "yunnan-2022"]
    assert layers(date(2025, 3, 30)) == ["national-2019", "yunnan-2020", "yunnan-2022"]
    assert layers(date(2025, 3, 31)) == ["national-2019", "yunnan-2020", "yunnan-2022", "kunming-2025"]
    assert gr.rulebook_for("盘龙区", date(2025, 4, 1)).scoring["site"].pass_below == 60
    assert not gr.rulebook_for("盘龙区", date(2025, 4, 1)).scoring["site"].portals_only


@pytest.mark.usefixtures("unwarned")
def test_a_local_book_older_than_five_years_warns_once() -> None:
    days = (date(2025, 3, 31), date(2030, 3, 31), date(2030, 4, 2), date(2030, 4, 3))
    assert [old_layers_warned_of(lambda day=day: gr.rulebook_for("盘龙区", day)) for day in days] == [
        ["national-2019"],
        ["yunnan-2020", "yunnan-2022"],
        ["kunming-2025"],
        [],
    ]


def test_divisions_that_were_merged_did_not_lie_in_each_other() -> None:
    assert not lies_in("320602", "320611")
    assert not lies_in("320611", "320602")
    for former in ("320602", "320611"):
        assert lies_in(former, former)
        assert lies_in(former, "320613")
        assert lies_in("320613", former)
        assert lies_in(former, "320600")
    assert lies_in("540422", "542623")  # one county, numbered twice
