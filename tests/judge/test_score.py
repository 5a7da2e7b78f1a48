"""Points of portals: thirty scores worked by hand, the gates on both sides, intervals, unverified values."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govmedia_rules as gr
from govmedia_rules import testing

sys.path.insert(0, str(Path(__file__).parent))
from portals import COLUMNS, DEAD, ELEMENTS, MARKS, PERFECT, RUINED, blank, portal, stated

BOOK = gr.load_rulebook("national-2019")


STATED = stated(BOOK)

NO_SERVICES = {"site": {"has_services": False}}
NO_ACTIVITIES: dict[str, Any] = {"activities": []}
SLOW = {"enquiries": [{"question": "q", "asked_at": "2024-08-05", "answered_at": "2024-08-08"}] * 2}
OLD = "2023-01-01"


# Bonuses a machine can award: surveys 3 (six in the year and a channel), interviews 3 (six), answers within a working day 4.
# All three together bring 10; where nothing is said, the portal earns all of them.
WORKED: list[tuple[str, dict[str, Any], str]] = [
    ("nothing wrong: 100 + 3 + 3 + 4", {}, "110"),
    ("no bonuses: 100; three days for an answer are in time, but not within one", {**NO_ACTIVITIES, **SLOW}, "100"),
    ("no column for the overview: 100 - 1 + 10", blank("overview"), "109"),
    ("no duties: 100 - 2 + 10", blank("duties"), "108"),
    ("no leaders: 100 - 3 + 10", blank("leaders"), "107"),
    ("no news: 100 - 5 + 10", blank("news"), "105"),
    ("news 15 days old: 100 - 5 + 10", {"column__news": {"latest_entry_at": "2024-08-08"}}, "105"),
    ("policy documents 7 months old: 100 - 5 + 10", {"column__policy": {"latest_entry_at": "2024-01-20"}}, "105"),
    ("no service statistics for 4 months: 100 - 2 + 10", {"column__service_statistics": {"latest_entry_at": "2024-04-20"}}, "108"),
    ("no interpretations column: 100 - 5 + 10", blank("interpretation"), "105"),
    (
        "interpretation and document not linked, either way: 100 - 1 - 1 - 1 (uninterpreted) + 10",
        {
            "documents": [{**PERFECT["documents"][0], "interpretations": []}],
            "interpretations": [{**PERFECT["interpretations"][0], "documents": []}],
        },
        "108",
    ),
    (
        "an interpretation that copies its document: 100 - 1 + 10",
        {"interpretations": [{**PERFECT["interpretations"][0], "text": PERFECT["documents"][0]["text"]}]},
        "109",
    ),
    (
        "two blank topic columns: 100 - 2x2 + 10",
        {"columns": [*COLUMNS, *[{"name": f"专题{n}", "kind": "topics", "entry_count": 0} for n in (1, 2)]]},
        "106",
    ),
    (
        "four blank topic columns: 100 - min(5, 4x2) + 10",
        {"columns": [*COLUMNS, *[{"name": f"专题{n}", "kind": "topics", "entry_count": 0} for n in range(4)]]},
        "105",
    ),
    (
        "a blank news column costs under 动态要闻 only: 100 - 5 + 10",
        {"column__news": {"entry_count": 0, "latest_entry_at": None}},
        "105",
    ),
    ("no online application: 100 - 3 + 10", {"online_application": False}, "107"),
    (
        "one guide of eight lacks two elements; five are drawn, and it is among them or not",
        {"services": [{**one, "elements": ELEMENTS[:8]} for one in PERFECT["services"]]},
        "104",
    ),
    (
        "promised times longer than the statutory ones in all five drawn guides: 100 - min(8, 5x2) + 10",
        {
            "services": [
                {
                    **one,
                    "time_limits": [
                        {"kind": "statutory", "days": 5, "working": True},
                        {"kind": "promised", "days": 10, "working": True},
                    ],
                }
                for one in PERFECT["services"]
            ]
        },
        "102",
    ),
    (
        "a form without a sample in each of five drawn guides: 100 - min(4, 5x1) + 10",
        {"services": [{**one, "forms": [{"name": "表", "provided": True, "has_sample": False}]} for one in PERFECT["services"]]},
        "106",
    ),
    ("messages cannot be submitted: 100 - 5 + 10", {"submission_works": False}, "105"),
    ("no unified login: 100 - 5 + 10", {"unified_login": False}, "105"),
    (
        "published messages three months old, no statistics: 100 - 3 - 1 + 10",
        {"message_board": {"published": True, "latest_published_at": "2024-05-20", "has_statistics": False}},
        "106",
    ),
    ("messages not published at all: 100 - 8 + 10", {"message_board": {"published": False}}, "102"),
    (
        "two enquiries answered after six working days: 100 - 2x2.5 + 6 (no bonus for speed)",
        {"enquiries": [{"asked_at": "2024-08-05", "answered_at": "2024-08-13"}] * 2},
        "101",
    ),
    (
        "one enquiry answered poorly: 100 - 1 + 10",
        {"enquiries": [{"asked_at": "2024-08-05", "answered_at": "2024-08-06", "poor": True}, *PERFECT["enquiries"][1:]]},
        "109",
    ),
    (
        "three marks missing on the home page: 100 - 3x0.5 + 10",
        {"pages": [{**PERFECT["pages"][0], "marks": {**MARKS, "icp": "", "police": "", "contact": False}}, *PERFECT["pages"][1:]]},
        "108.5",
    ),
    (
        "three dead links on the home page, four on others: 100 - 3 - 0.4 + 10",
        {"links": [*DEAD[:3], *[{"url": f"/y/{n}", "opens": False} for n in range(4)]]},
        "106.6",
    ),
    ("nine dead links on the home page: 100 - min(5, 9) + 10", {"links": DEAD}, "105"),
    (
        "no search, no IPv6, no entrance to report errors: 100 - 3 - 2 - 2 + 10",
        {"has_search": False, "ipv6": False, "error_report": {"present": False}},
        "103",
    ),
    ("without service duties, nothing wrong: 75 x 4/3 = 100, + 10", NO_SERVICES, "110"),
    ("without service duties, no leaders: (75 - 3) x 4/3 = 96, + 10", {**NO_SERVICES, **blank("leaders")}, "106"),
    ("without service duties, no duties column: (75 - 2) x 4/3 = 97.33, + 10", {**NO_SERVICES, **blank("duties")}, "107.33"),
]


@pytest.mark.parametrize(("name", "parts", "score"), WORKED, ids=[name for name, _, _ in WORKED])
def test_scores_worked_by_hand(name: str, parts: dict[str, Any], score: str) -> None:
    seen = STATED.inspect(portal(**parts))
    assert seen.score is not None
    assert (seen.score.low, seen.score.high) == (Decimal(score), Decimal(score)), list(seen.score.lines())
    assert seen.verdict is gr.Verdict.QUALIFIED


def review(indicator: str, decision: str = "confirmed", **faults: int) -> gr.Review:
    return gr.Review.model_validate(
        {
            "subject": "6107260003",
            "indicator": indicator,
            "decision": decision,
            "role": "复核人员",
            "at": "2024-08-24T09:00:00+08:00",
            "reason": "见截图",
            "faults": faults,
        }
    )


def made_book(**points: float) -> gr.Rulebook:
    """A rulebook with one person-judged deduction whose price is chosen, to land a score anywhere."""
    entry = {
        "title": "人工扣分",
        "kind": "deduction",
        "mode": "person",
        "points": 100,
        "deduct": dict(points.items()),
        "applies_to": {"subject": "site", "portals": True},
        "source": {"document": "示例", "verified": True},
    }
    scoring = {
        "site": {
            "portals_only": True,
            "total": 100,
            "pass_below": 60,
            "bonus_above": 80,
            "bonus_total": 30,
            "groups": {"办事服务": 25, "其余": 75},
            "no_service": {"group": "办事服务", "factor": [4, 3]},
            "source": {"document": "示例"},
        }
    }
    service = {
        "title": "服务",
        "kind": "deduction",
        "mode": "person",
        "points": 25,
        "group": "办事服务",
        "applies_to": {"subject": "site", "has_services": True},
        "source": {"document": "示例"},
    }
    rest = {**entry, "title": "其余", "points": 75, "group": "其余"}
    bonus = {
        "title": "加分",
        "kind": "bonus",
        "mode": "person",
        "points": 10,
        "applies_to": {"subject": "site"},
        "source": {"document": "示例"},
    }
    return gr.load_rulebook(
        {
            "id": "made",
            "title": "made",
            "scoring": scoring,
            "indicators": {"m.deduct": rest, "m.service": service, "m.bonus": bonus},
        }
    )


@pytest.mark.parametrize(
    ("lost", "services", "part", "total", "verdict"),
    [
        ("40", True, "60", "60", "qualified"),
        ("40.01", True, "59.99", "59.99", "unqualified"),
        ("20", True, "80", "80", "qualified"),
        ("19.99", True, "80.01", "90.01", "qualified"),
        # Without service duties: (75 - 30) x 4/3 = 60; (75 - 15) x 4/3 = 80; the gates look at the result.
        ("30", False, "60", "60", "qualified"),
        ("30.0075", False, "59.99", "59.99", "unqualified"),
        ("15", False, "80", "80", "qualified"),
        ("14.9925", False, "80.01", "90.01", "qualified"),
    ],
)
def test_the_gates_on_both_sides(lost: str, services: bool, part: str, total: str, verdict: str) -> None:
    book = made_book(fault=Decimal(lost))  # type: ignore[arg-type]
    observed = portal(site={"has_services": services})
    reviews = [review("m.deduct", fault=1), review("m.bonus")]
    if services:
        reviews.append(review("m.service", "dismissed"))
    seen = book.inspect(observed, reviews=reviews)
    assert seen.score is not None
    assert (str(seen.score.part), str(seen.score)) == (part, total)
    assert seen.verdict == verdict


def test_a_hair_below_a_gate_is_below_it() -> None:
    book = made_book(fault=Decimal("40.000001"))  # type: ignore[arg-type]
    seen = book.inspect(portal(), reviews=[review("m.deduct", fault=1), review("m.service", "dismissed")])
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    assert seen.score is not None
    assert seen.score.part.low == Fraction(60) - Fraction(1, 1_000_000)


def test_a_veto_stops_scoring() -> None:
    seen = STATED.inspect(portal(channels=[]))
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    assert seen.score is None


def test_only_portals_are_scored() -> None:
    assert STATED.inspect(portal(site={"level": "city_department"})).score is None
    assert STATED.inspect(portal(site={"level": None})).score is None
    assert STATED.inspect(testing.snapshot("account")).score is None
    assert BOOK.only("site.veto").inspect(portal()).score is None
    assert BOOK.without("media").inspect(portal()).score is not None


@pytest.mark.parametrize(
    ("gate", "reviews", "band"), [("110-120", ["site.bonus.form", "site.bonus.data"], (110, 120)), ("100-110", [], (100, 110))]
)
def test_the_score_bands_of_a_real_notice(gate: str, reviews: list[str], band: tuple[int, int]) -> None:
    parts = {} if gate == "110-120" else {**SLOW, "ipv6": False}
    seen = STATED.inspect(portal(**parts), reviews=[review(name) for name in reviews])
    assert seen.score is not None
    assert band[0] <= seen.score.low <= seen.score.high <= band[1]
    assert seen.score.low == {"110-120": Decimal(116), "100-110": Decimal(104)}[gate]


def test_what_is_undecided_makes_an_interval() -> None:
    seen = STATED.inspect(portal(ipv6=None, unified_login=None))
    assert seen.score is not None
    # IPv6 costs 2 and the login 5, where they are missing.
    assert (seen.score.low, seen.score.high) == (Decimal(103), Decimal(110))
    assert not seen.score.is_final
    assert seen.verdict is gr.Verdict.QUALIFIED
    assert "尚有未定项" in "\n".join(seen.score.lines())


def test_an_interval_over_the_pass_mark_leaves_the_verdict_open() -> None:
    unseen = dict.fromkeys(
        (
            "services",
            "documents",
            "interpretations",
            "pages",
            "links",
            "enquiries",
            "message_board",
            "submission_works",
            "unified_login",
            "has_search",
            "searches",
        ),
        None,
    )
    seen = STATED.inspect(portal(**unseen, service_count=8))
    assert seen.score is not None
    assert seen.score.passes is None
    assert seen.verdict is gr.Verdict.UNDETERMINED


def test_unknown_service_duties_give_both_sums() -> None:
    seen = STATED.inspect(portal(site={"has_services": None}, **blank("duties")))
    assert seen.score is not None
    # With duties 100 - 2 + 10 = 108; without (75 - 2) x 4/3 + 10 = 107.33.
    assert (seen.score.low, seen.score.high) == (Decimal("107.33"), Decimal("108"))


def test_people_count_faults() -> None:
    seen = STATED.inspect(
        portal(), reviews=[review("site.deduct.publish.leaders", wrong=2), review("site.deduct.service.catalogue")]
    )
    assert seen.score is not None
    # Two wrong entries of leaders 2 x 1; services not shown by class 2.
    assert seen.score.low == Decimal(106)
    dismissed = STATED.inspect(portal(ipv6=False), reviews=[review("site.deduct.design.ipv6", "dismissed")])
    assert dismissed.score is not None
    assert dismissed.score.low == Decimal(110)


@pytest.mark.parametrize(
    ("links", "counted", "score"),
    [
        (DEAD[:3], {}, "107"),
        (DEAD[:3], {"home": 1}, "109"),
        (DEAD[:1], {"home": 4}, "106"),
        (DEAD[:3], {"other": 2}, "109.8"),
        (DEAD[:3], {"home": 0}, "110"),
    ],
)
def test_faults_counted_by_a_reviewer_replace_those_of_the_machine(
    links: list[dict[str, Any]], counted: dict[str, int], score: str
) -> None:
    seen = STATED.inspect(portal(links=links), reviews=[review("site.deduct.design.availability", **counted)])
    assert str(seen.score) == score


@pytest.mark.parametrize(
    ("lost", "part"),
    [
        ("1", "98.67"),  # (75 - 1) x 4/3 = 98.666…
        ("0.01125", "99.99"),  # 99.985: an exact half goes up
        ("0.00375", "100"),  # 99.995
        ("0.0113", "99.98"),  # 99.98493…
    ],
)
def test_points_are_printed_half_up(lost: str, part: str) -> None:
    book = made_book(fault=Decimal(lost))  # type: ignore[arg-type]
    seen = book.inspect(portal(site={"has_services": False}), reviews=[review("m.deduct", fault=1)])
    assert seen.score is not None
    assert str(seen.score.part) == part


def test_the_sum_is_shown_line_by_line() -> None:
    seen = STATED.inspect(portal(ipv6=False, links=DEAD[:2]))
    assert seen.score is not None
    lines = list(seen.score.lines())
    assert lines[0] == "基础分 100"
    assert "可用性 -2（home×2）" in lines
    assert "IPv6改造 -2（unreachable×1）" in lines
    assert "扣分指标得分 = 96" in lines
    assert "调查征集 +3" in lines
    assert "得分 = 106" in lines
    assert any(line.startswith("另有须人工判定而未判定的指标共 6 分") for line in lines)
    assert str(seen.score) == "106"


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        (  # without services 75 points are left, and what remains of them counts 4/3
            {**NO_SERVICES, "ipv6": False},
            [
                "基础分 75",
                "IPv6改造 -2（unreachable×1）",
                "扣分指标得分 × 4/3 = 97.33",
                *("调查征集 +3", "答复迅速 +4", "在线访谈 +3"),
                "得分 = 107.33",
                "另有须人工判定而未判定的指标共 4 分，未扣",
            ],
        ),
        (  # what may be lost besides stands in the same line
            {"links": [*DEAD[:2], {"url": "/y", "on_home": True, "opens": None}], "ipv6": None},
            [
                "基础分 100",
                "可用性 -3..-2（home×2；可能还有 home×1）",
                "IPv6改造 -2..0",
                "扣分指标得分 = 95..98",
                *("调查征集 +3", "答复迅速 +4", "在线访谈 +3"),
                "得分 = 105..108（分值未核实或尚有未定项）",
                "另有须人工判定而未判定的指标共 6 分，未扣",
            ],
        ),
        (  # without a bonus none is shown
            {"ipv6": False, **NO_ACTIVITIES, **SLOW},
            [
                "基础分 100",
                "IPv6改造 -2（unreachable×1）",
                "扣分指标得分 = 98",
                "得分 = 98",
                "另有须人工判定而未判定的指标共 6 分，未扣",
            ],
        ),
    ],
    ids=["no services", "undecided", "no bonus"],
)
def test_the_whole_sum_is_shown(parts: dict[str, Any], lines: list[str]) -> None:
    score = STATED.inspect(portal(**parts)).score
    assert score is not None
    assert list(score.lines()) == lines


def test_unverified_values_are_named() -> None:
    seen = BOOK.inspect(portal(ipv6=False))
    assert seen.score is not None
    assert "site.deduct.design.ipv6: points" in seen.score.rests_on
    assert not seen.score.could_change
    verified = BOOK.inspect(portal(**{"column__policy": {"latest_entry_at": OLD}, **NO_ACTIVITIES, **SLOW}))
    assert verified.score is not None
    assert verified.score.rests_on == ()


def test_a_verdict_that_unverified_values_could_change() -> None:
    seen = BOOK.inspect(portal(**RUINED))
    assert seen.score is not None
    # As the book reads the points: 1 + 2 + 3 + 5 + 5 + 3 + 5 + 5 + 8 + 2 + 3 + 5 + 2 = 49 lost.
    assert str(STATED.inspect(portal(**RUINED)).score.part) == "51"  # type: ignore[union-attr]
    # Nobody saw them, so that nothing is lost for certain, and at most what the other indicators of each group leave of its points, one
    # each and five for policy documents: 31 - 8, 19, 23 - 1 and 21 - 5.
    assert str(seen.score.part) == "20..100"
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert seen.score.could_change
    assert "是否合格取决于这些分值" in "\n".join(seen.score.lines())


@given(
    st.sets(st.sampled_from(["ipv6", "online_application", "submission_works", "unified_login", "has_search"])),
    st.sampled_from(["ipv6", "online_application", "submission_works", "unified_login", "has_search"]),
)
def test_more_faults_never_give_more_points(bad: set[str], more: str) -> None:
    few, many = (STATED.inspect(portal(**dict.fromkeys(names, False))).score for names in (bad, bad | {more}))
    assert few is not None
    assert many is not None
    assert many.total.high <= few.total.high
    assert many.total.low <= few.total.low
    assert many.part.low >= 0


def test_groups_must_add_up() -> None:
    with pytest.raises(gr.errors.RulebookErrors) as caught:
        gr.load_rulebook(
            {"id": "x", "title": "x", "extends": "national-2019", "indicators": {"site.deduct.design.ipv6": {"points": 3}}}
        )
    assert "the indicators of 功能设计 add up to" in str(caught.value)
    with pytest.raises(gr.errors.RulebookErrors) as wrong:
        gr.load_rulebook(
            {
                "id": "x",
                "title": "x",
                "extends": "national-2019",
                "indicators": {"site.deduct.design.ipv6": {"deduct": {"unreachabel": 1}}},
            }
        )
    assert "did you mean 'unreachable'" in str(wrong.value)


def test_scores_go_to_json() -> None:
    seen = STATED.inspect(portal(ipv6=None))
    again = gr.Inspection.from_dict(seen.to_dict(), seen.plan)
    assert again.score == seen.score
    assert again.to_json() == seen.to_json()


def test_a_stored_score_says_the_same_without_its_rulebook() -> None:
    score = BOOK.inspect(portal(ipv6=False, links=DEAD, submission_works=None)).score
    stored = gr.Inspection.from_dict(BOOK.inspect(portal(ipv6=False, links=DEAD, submission_works=None)).to_dict()).score
    assert score is not None
    assert stored is not None
    assert score.rests_on
    assert (stored.part, stored.total, stored.passes, stored.unchecked) == (score.part, score.total, score.passes, score.unchecked)
    assert (stored.rests_on, list(stored.lines())) == (score.rests_on, list(score.lines()))
    assert stored.factor == score.factor == 1
    assert stored.to_dict() == score.to_dict()


PARTS = ["ipv6", "online_application", "submission_works", "unified_login", "has_search"]
WHOLE = [
    "services",
    "documents",
    "interpretations",
    "pages",
    "links",
    "enquiries",
    "message_board",
    "searches",
    "browsers",
    "error_report",
]


@given(
    st.dictionaries(st.sampled_from(PARTS), st.sampled_from([True, False, None])),
    st.sets(st.sampled_from(WHOLE)),
    st.sets(st.sampled_from(["overview", "duties", "leaders", "news", "policy", "interpretation", "service_statistics"])),
    st.sampled_from([True, False, None]),
    st.integers(0, 9),
)
def test_the_quick_answer_to_the_pass_mark_is_that_of_the_sum(
    facts: dict[str, bool | None], unseen: set[str], columns: set[str], services: bool | None, dead: int
) -> None:
    parts: dict[str, Any] = {
        **blank(*columns),
        **facts,
        "links": DEAD[:dead],
        **dict.fromkeys(unseen),
        "site": {"has_services": services},
    }
    if "services" in unseen:
        parts["service_count"] = 8
    observed = portal(**parts)
    outcome = BOOK._judge.run(observed)
    seen = BOOK.inspect(observed)
    assert seen.score is not None
    assert outcome.passes is seen.score.passes


@gr.check("score.broken", faults=("fault",))
def broken(site: gr.SiteSnapshot) -> gr.CheckResult:
    """Raises."""
    raise ValueError


def test_a_broken_deduction_leaves_its_points_open() -> None:
    scoring = {"site": {"total": 100, "pass_below": 60, "source": {"document": "d"}}}
    entry = {
        "title": "x",
        "kind": "deduction",
        "check": "score.broken",
        "points": 50,
        "deduct": {"fault": 1},
        "source": {"document": "d"},
    }
    book = gr.load_rulebook({"id": "x", "title": "x", "scoring": scoring, "indicators": {"x.one": entry}}, checks=broken)
    seen = book.inspect(portal())
    assert seen.score is not None
    assert (seen.score.low, seen.score.high) == (50, 100)
    assert seen.verdict is gr.Verdict.UNDETERMINED


@gr.check("score.faulty", faults=("fault",))
def faulty(site: gr.SiteSnapshot) -> gr.CheckResult:
    """Finds one fault."""
    return gr.failed("faulty", faults={"fault": 1})


def test_a_deduction_without_points_takes_none_of_those_of_its_group() -> None:
    source = {"document": "d"}
    person = {
        "title": "x",
        "kind": "deduction",
        "group": "甲",
        "mode": "person",
        "applies_to": {"subject": "site"},
        "source": source,
    }
    open_points = {
        "title": "x",
        "kind": "deduction",
        "group": "甲",
        "check": "score.faulty",
        "points": 90,
        "deduct": {"fault": "all"},
        "unverified": ["points"],
        "plausible": {"points": [1, 100]},
        "source": source,
    }
    book = gr.load_rulebook(
        {
            "id": "x",
            "title": "x",
            "scoring": {"site": {"total": 100, "pass_below": 60, "groups": {"甲": 100}, "source": source}},
            "indicators": {"x.open": open_points, "x.known": {**person, "points": 10}, "x.unpriced": person},
        },
        checks=faulty,
    )
    score = book.inspect(portal()).score
    assert score is not None
    # The other two keep 10 and 0 of the 100 points, so that at most 90 are lost.
    assert (score.part.low, score.part.high) == (10, 99)
