"""Judging by the census of 2015, the guidelines, the assessment of supervising offices, and local scores."""

from __future__ import annotations

import json
import pickle
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.judge.score import show
from govmedia_rules.judge.table import InspectionTable
from govmedia_rules.tables.out import to_frame

sys.path.insert(0, str(Path(__file__).parent))

from portals import PERFECT, portal

CENSUS = gr.load_rulebook("census-2015")
SUPERVISION = gr.load_rulebook("supervision-2019")
ST = "2020-02-10T09:00:00+08:00"


def confirmed(subject: str, *indicators: str, **faults: int) -> list[gr.Review]:
    return [
        gr.Review.model_validate(
            {
                "subject": subject,
                "indicator": one,
                "decision": "confirmed",
                "role": "复核人员",
                "at": "2024-09-01T09:00:00+08:00",
                "reason": "见截图",
                "faults": faults,
            }
        )
        for one in indicators
    ]


def site(**parts: Any) -> gr.SiteSnapshot:
    """A site with nothing wrong by the census, with some of its parts replaced."""
    healthy = {
        "site": {"level": "county_portal"},
        "probe_days": [{"day": f"2024-08-{day}", "probes": 20, "failed": 0} for day in range(17, 24)],
        "home": {"entries": [{"title": "条", "published_at": "2024-08-20"}] * 12, "is_navigation": False},
        "columns": [{"name": "咨询", "kind": "consultation", "entry_count": 9, "latest_entry_at": "2024-08-20"}],
        "channels": [{"kind": "survey", "effective": True}],
        "messages": [{"column_kind": "consultation", "asked_at": "2024-08-01", "answered_at": "2024-08-02", "valid": True}],
        "activities": [{"kind": kind, "held_at": "2024-05-01"} for kind in ("survey", "interview") for _ in range(6)],
        "links": [],
        "services": [],
        "systems": [],
    }
    observed = testing.snapshot("site", **{**healthy, **parts})
    assert isinstance(observed, gr.SiteSnapshot)
    return observed


def dead(home: int, other: int) -> list[dict[str, Any]]:
    return [{"url": f"/h{n}", "on_home": True, "opens": False} for n in range(home)] + [
        {"url": f"/o{n}", "opens": False} for n in range(other)
    ]


def stale(kind: str, count: int) -> list[dict[str, Any]]:
    return [{"name": f"{kind}{n}", "kind": kind, "entry_count": 3, "latest_entry_at": "2020-01-01"} for n in range(count)]


# Nothing is capped: what each fault costs is added up.
WORKED: list[tuple[str, dict[str, Any], str, gr.Verdict]] = [
    ("nothing wrong", {}, "100", gr.Verdict.QUALIFIED),
    ("three dead links on the home page and seven elsewhere: 100 - 3 x (0.5 to 1) - 7 x (0.1 to 0.5)", {"links": dead(3, 7)}, "93.5..97.8", gr.Verdict.QUALIFIED),
    ("forty dead links on the home page: 100 - 40 x (0.5 to 1), exactly the pass mark at worst", {"links": dead(40, 0)}, "60..80", gr.Verdict.QUALIFIED),
    ("one more elsewhere: 100 - 40 x (0.5 to 1) - (0.1 to 0.5)", {"links": dead(40, 1)}, "59.5..79.9", gr.Verdict.UNDETERMINED),
    ("five planning columns, more than any cap: 100 - 5 x (1 to 5)", {"columns": stale("plans", 5)}, "75..95", gr.Verdict.QUALIFIED),
    ("four news columns, one short of the veto: 100 - 4 x (1 to 5)", {"columns": stale("news", 4)}, "80..96", gr.Verdict.QUALIFIED),
    ("nine items on the home page: 100 - (3 to 5)", {"home": {"entries": [{"published_at": "2024-08-20"}] * 9, "is_navigation": False}}, "95..97", gr.Verdict.QUALIFIED),
    ("five surveys on a portal: 100 - (1 to 5)", {"activities": [{"kind": "survey", "held_at": "2024-05-01"}] * 5 + [{"kind": "interview", "held_at": "2024-05-01"}] * 6}, "95..99", gr.Verdict.QUALIFIED),
    ("no surveys and no interviews: 100 - (3 to 5) - (3 to 5)", {"activities": []}, "90..94", gr.Verdict.QUALIFIED),
    ("3 of 140 probes, two full percent: 100 - 2 x (1 to 5)", {"probe_days": [{"day": f"2024-08-{day}", "probes": 20, "failed": int(day < 20)} for day in range(17, 24)]}, "90..98", gr.Verdict.QUALIFIED),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parts", "score", "verdict"), WORKED, ids=[one[0] for one in WORKED])
def test_census_scores_worked_by_hand(name: str, parts: dict[str, Any], score: str, verdict: gr.Verdict) -> None:
    if "columns" in parts:
        parts = {**parts, "columns": [*parts["columns"], {"name": "咨询", "kind": "consultation", "latest_entry_at": "2024-08-20"}]}
    seen = CENSUS.inspect(site(**parts))
    assert seen.score is not None
    assert str(seen.score) == score
    assert seen.verdict is verdict


def test_a_fault_nobody_priced_leaves_the_census_score_open() -> None:
    seen = CENSUS.inspect(site(systems=[{"name": "网上申报", "opens": False}]))
    assert seen.score is not None
    assert (seen.score.low, seen.score.high) == (0, 100)
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert "census.deduct.systems: points" in seen.score.rests_on


def test_a_census_verdict_that_unverified_amounts_could_change() -> None:
    # 18 planning and policy columns cost 18 at least and 90 at most, by best reading 9x5 + 9x4 = 81.
    columns = [*stale("plans", 9), *stale("personnel", 0)]
    seen = CENSUS.inspect(site(columns=[*columns, {"name": "咨询", "kind": "consultation", "latest_entry_at": "2024-08-20"}]))
    assert seen.score is not None
    assert str(seen.score) == "55..91"
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert seen.score.could_change  # at five points each the site would have 55, at one point each 91


def test_people_count_wrong_information() -> None:
    one = site()
    seen = CENSUS.inspect(one, reviews=confirmed(one.subject.id, "census.deduct.basic.accuracy", wrong=4))
    assert str(seen.score) == "92..98"  # 4 x (0.5 to 2)


def test_the_census_asks_nothing_of_accounts_and_decides_nothing() -> None:
    seen = CENSUS.inspect(testing.snapshot("account", latest_post_at="2010-01-01"))
    assert {one.status for one in seen.findings} == {gr.Status.NOT_APPLICABLE}
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert not seen.missing
    assert gr.Inspection.from_dict(json.loads(seen.to_json()), CENSUS.plan).verdict is gr.Verdict.UNDETERMINED


def test_guidelines_warn_and_decide_nothing() -> None:
    book = gr.load_rulebook("guidelines-2017")
    seen = book.inspect(testing.snapshot("site", site={"url": "http://www.example.com/"}, columns=[]))
    assert "guide.domain.suffix" in [one.id for one in seen.problems]
    assert {one.kind for one in seen.findings} == {"warning"}
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert seen.score is None


def test_a_selection_that_does_not_concern_a_subject_decides_nothing() -> None:
    book = gr.load_rulebook("national-2019").only("media.veto")
    assert book.inspect(site()).verdict is gr.Verdict.UNDETERMINED
    account = testing.snapshot(
        "account", latest_post_at="2024-08-20", functions=[{"kind": "menu", "name": "互动交流", "works": True}]
    )
    assert book.inspect(account).verdict is gr.Verdict.QUALIFIED


# ---------------------------------------------------------------- supervising offices


def office(**parts: Any) -> gr.SupervisorSnapshot:
    """An office with nothing wrong in 2019, with some of its parts replaced."""
    healthy = {
        "national_findings": [],
        "spot_checks": [
            *({"subject": "site", "period": f"2019Q{q}", "running": 10, "checked": 3, "published": True} for q in range(1, 5)),
            *({"subject": "account", "period": f"2019H{h}", "running": 10, "checked": 1, "published": True} for h in (1, 2)),
        ],
        "error_messages": [],
        "yearly_reports": [{"kind": "supervision", "year": 2019, "published_at": "2020-01-20"}],
        "reporting_faults": [],
        "rectifications": [],
        "sites_running": 10,
        "sites_on_platform": 10,
    }
    observed = testing.snapshot("supervisor", observed_at=ST, **{**healthy, **parts})
    assert isinstance(observed, gr.SupervisorSnapshot)
    return observed


def open_messages(count: int) -> list[dict[str, Any]]:
    return [{"received_at": "2019-05-01", "finished": False}] * count


INTENSIVE = "supervision.bonus.intensive"


@pytest.mark.parametrize(
    ("parts", "reviewed", "low", "high", "verdict"),
    [
        ({}, (), "100", "100", gr.Verdict.QUALIFIED),
        ({}, (INTENSIVE,), "105", "105", gr.Verdict.QUALIFIED),
        # One open message costs 3. Of two, the points of the indicator, which cap them, were not seen: 3 to 6.
        ({"error_messages": open_messages(1)}, (), "97", "97", gr.Verdict.QUALIFIED),
        ({"error_messages": open_messages(2)}, (), "94", "97", gr.Verdict.QUALIFIED),
        # Above 80 the bonus counts; 7 open messages cost 3 to 21, so the gate is open too: 79 without, 97 + 5 with it.
        ({"error_messages": open_messages(7)}, (INTENSIVE,), "79", "102", gr.Verdict.QUALIFIED),
        # 14 messages cost 3 to 42.
        ({"error_messages": open_messages(14)}, (), "58", "97", gr.Verdict.UNDETERMINED),
        # What nobody priced may cost nothing or everything.
        ({"spot_checks": []}, (), "0", "100", gr.Verdict.UNDETERMINED),
        # A bonus whose points were not seen may bring up to all 20.
        ({}, ("supervision.bonus.experience",), "100", "120", gr.Verdict.QUALIFIED),
        ({}, ("supervision.bonus.experience", INTENSIVE), "105", "120", gr.Verdict.QUALIFIED),
    ],
)
def test_scores_of_offices_worked_by_hand(
    parts: dict[str, Any], reviewed: tuple[str, ...], low: str, high: str, verdict: gr.Verdict
) -> None:
    one = office(**parts)
    seen = SUPERVISION.inspect(one, reviews=confirmed(one.subject.id, *reviewed))
    assert seen.score is not None
    assert (str(seen.score.low), str(seen.score.high)) == (low, high)
    assert seen.verdict is verdict


def test_a_veto_stops_the_assessment() -> None:
    reason = {"subject": "site", "name": "某网", "reasons": ["site.veto.safety.expression"]}
    seen = SUPERVISION.inspect(office(national_findings=[reason, {**reason, "subject": "account"}]))
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    assert seen.score is None


def test_a_threshold_nobody_saw_leaves_the_verdict_open_and_a_layer_closes_it() -> None:
    found = office(national_findings=[{"subject": "site", "name": "某网", "reasons": ["site.veto.unreachable"]}])
    seen = SUPERVISION.inspect(found)
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert [one.id for one in seen.missing] == ["supervision.veto.other"]
    layer = {
        "id": "mine-2020",
        "title": "x",
        "extends": "supervision-2019",
        "indicators": {"supervision.veto.other": {"params": {"limit": 2}}},
    }
    assert gr.load_rulebook(layer).inspect(found).verdict is gr.Verdict.QUALIFIED


def test_an_office_without_records_is_undetermined() -> None:
    seen = SUPERVISION.inspect(testing.snapshot("supervisor", observed_at=ST))
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert not seen.problems


def test_unpriced_points_nobody_judged_are_told() -> None:
    score = SUPERVISION.inspect(office()).score
    assert score is not None
    assert "另有须人工判定而未判定、分值未见的指标 2 项，未扣" in list(score.lines())


def test_an_office_under_a_local_inspection_book_has_findings_and_no_verdict() -> None:
    book = gr.load_rulebook("yunnan-2022")
    every = [
        {"subject": subject, "period": f"2021Q{q}", "running": 5, "checked": 5}
        for subject in ("site", "account")
        for q in range(1, 5)
    ]
    seen = book.inspect(testing.snapshot("supervisor", observed_at="2022-02-01T09:00:00+08:00", spot_checks=every[1:]))
    assert [one.id for one in seen.problems] == ["supervision.manage.coverage.sites"]
    assert seen.verdict is gr.Verdict.UNDETERMINED


def test_offices_go_through_files_workers_and_json(tmp_path: Path) -> None:
    offices = [office(), office(error_messages=open_messages(1)), testing.snapshot("supervisor", observed_at=ST)]
    path = tmp_path / "offices.jsonl"
    path.write_text("".join(one.model_dump_json(exclude_none=True) + "\n" for one in offices), "utf-8")
    alone = [SUPERVISION.inspect(one) for one in offices]
    assert list(SUPERVISION.inspect_files(path)) == alone
    assert list(SUPERVISION.inspect_files(path, workers=2)) == alone
    for one in alone:
        assert isinstance(one.subject, gr.Supervisor)
        assert gr.Inspection.from_dict(json.loads(one.to_json()), SUPERVISION.plan) == one
        assert pickle.loads(pickle.dumps(one)) == one


def test_offices_in_tables_and_batches_are_called_offices() -> None:
    import pyarrow as pa

    observed = office(error_messages=open_messages(2))
    seen = SUPERVISION.inspect(observed)
    [row] = to_frame(InspectionTable([seen]), "arrow").to_pylist()
    assert (row["subject_kind"], row["subject_id"]) == ("supervisor", seen.subject.id)
    assert (row["score_low"], row["score_high"]) == (94, 97)
    batch = pa.record_batch({"json": [observed.model_dump_json(exclude_none=True)]})
    [judged] = BatchJudge.of(SUPERVISION)(batch).to_pylist()
    assert judged.pop("fault") is None
    assert judged == row
    assert InspectionTable([seen]).pass_counts(by="subject_kind").keys() == {"监管单位"}


# ---------------------------------------------------------------- local scores

ZHAOQING = gr.load_rulebook("zhaoqing-2019")


@pytest.mark.parametrize(
    ("level", "score"),
    [("county_department", "59"), ("below_county", "59"), ("county_portal", "59"), ("city_department", None)],
)
def test_a_countys_vetoed_account_gets_59_in_zhaoqing(level: str, score: str | None) -> None:
    seen = ZHAOQING.inspect(testing.snapshot("account", account={"level": level}, latest_post_at="2024-01-01", functions=[]))
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    assert (None if seen.score is None else str(seen.score)) == score
    if seen.score is not None:
        assert seen.score.vetoed
        assert (seen.score.base, seen.score.factor, seen.score.passes) == (100, 1, False)
        assert list(seen.score.lines()) == ["单项否决，按规定计 59 分"]
        again = gr.Inspection.from_dict(json.loads(seen.to_json()), ZHAOQING.plan)
        assert str(again.score) == score


def test_a_healthy_account_gets_no_score_where_the_local_table_was_not_seen() -> None:
    healthy = testing.snapshot(
        "account", latest_post_at="2024-08-20", functions=[{"kind": "menu", "name": "互动交流", "works": True}]
    )
    assert ZHAOQING.inspect(healthy).score is None
    assert ZHAOQING.inspect(healthy).verdict is gr.Verdict.QUALIFIED
    layer = {
        "id": "zhaoqing-own",
        "title": "x",
        "extends": "zhaoqing-2019",
        "region": "441200",
        "indicators": {
            "media.deduct.typos": {
                "title": "错别字",
                "kind": "deduction",
                "points": 10,
                "deduct": {"typo": 2},
                "applies_to": {"subject": "account"},
                "source": {"document": "本级方案", "verified": True},
            }
        },
    }
    book = gr.load_rulebook(layer)
    assert str(book.inspect(healthy).score) == "100"
    seen = book.inspect(healthy, reviews=confirmed(healthy.subject.id, "media.deduct.typos", typo=3))
    assert str(seen.score) == "94"


@pytest.mark.parametrize("name", ["hubei-2022", "yunnan-2020", "yunnan-2022"])
def test_a_portal_may_or_may_not_get_bonuses_where_nobody_saw_whether_they_count(name: str) -> None:
    book = gr.load_rulebook(name)
    assert str(book.inspect(portal()).score) == "100..130"
    department = portal(site={**PERFECT["site"], "level": "county_department"})
    assert str(book.inspect(department).score) == "100"  # the national bonuses are of portals


def test_bonuses_stop_at_25_in_zhaoqing() -> None:
    assert ZHAOQING.scoring["site"].bonus_total == 25
    assert gr.load_rulebook("national-2019").scoring["site"].bonus_total == 30
    assert ZHAOQING.scoring["site"].groups == gr.load_rulebook("national-2019").scoring["site"].groups


def test_a_list_nobody_gave_keeps_the_verdict_open_where_a_local_veto_rests_on_it() -> None:
    healthy = {"latest_post_at": "2024-08-20", "functions": [{"kind": "menu", "name": "互动交流", "works": True}]}
    for name, part, empty in (("baoji-2020", "earlier_faults", ()), ("yangling-2025", "relays", ())):
        book = gr.load_rulebook(name)
        unknown = book.inspect(testing.snapshot("account", **healthy))
        assert unknown.verdict is gr.Verdict.UNDETERMINED
        assert len(unknown.missing) == 1
        assert book.inspect(testing.snapshot("account", **healthy, **{part: empty})).verdict is gr.Verdict.QUALIFIED


# ---------------------------------------------------------------- everything at once

CASES = sorted((Path(__file__).parents[1] / "checks").rglob("*.toml"))


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["census-2015", "supervision-2019", "guidelines-2017", "zhaoqing-2019"])
def test_quick_verdict_sum_and_json_agree_on_every_case(name: str) -> None:
    """Every snapshot of every case file, judged by a whole book: the verdict is that of the sum, and JSON gives it back."""
    book = gr.load_rulebook(name)
    count = 0
    for path in CASES:
        table = tomllib.loads(path.read_text("utf-8"))
        if table.get("rulebook", "national-2019") not in (name, "national-2019"):
            continue
        for case in testing.load_cases(path):
            seen = book.inspect(case.observed)
            count += 1
            written = seen.to_json()
            assert gr.Inspection.from_dict(json.loads(written), book.plan).to_json() == written
            score = seen.score
            if score is None:
                continue
            failed = any(one.kind == "veto" and one.status is gr.Status.FAILED for one in seen.findings)
            if failed or score.passes is False:
                assert seen.verdict is gr.Verdict.UNQUALIFIED
            elif seen.missing or score.passes is None:
                assert seen.verdict is gr.Verdict.UNDETERMINED
            else:
                assert seen.verdict is gr.Verdict.QUALIFIED
            assert 0 <= score.total.low <= score.total.high, show(score.total.low)
    assert count > 300
