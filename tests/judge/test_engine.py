"""Which indicators apply to whom, and what becomes of the answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.judge.engine import Judge, PlanResult, Profile, applicability, compile_plan, crashed
from govmedia_rules.rules.model import AppliesTo, Plan

sys.path.insert(0, str(Path(__file__).parent))
from portals import blank, portal, stated

BOOK = gr.load_rulebook("national-2019")
SOURCE = {"document": "某文件"}


@pytest.mark.parametrize(
    ("rule", "profile", "answer"),
    [
        ({}, {}, (None, None)),
        ({"portals": True}, {"level": "county_portal"}, (None, None)),
        ({"portals": True}, {"level": "county_department"}, ("not_a_portal", None)),
        ({"portals": False}, {"level": "county_portal"}, ("is_a_portal", None)),
        ({"portals": False}, {"level": "county_department"}, (None, None)),
        ({"portals": True}, {}, (None, "level")),
        ({"levels": ["county_portal"]}, {"level": "county_portal"}, (None, None)),
        ({"levels": ["county_portal"]}, {"level": "city_portal"}, ("other_level", None)),
        ({"levels": ["county_portal"]}, {}, (None, "level")),
        ({"portals": True, "levels": ["county_portal"]}, {"level": "city_portal"}, ("other_level", None)),
        ({"has_services": True}, {"has_services": True}, (None, None)),
        ({"has_services": True}, {"has_services": False}, ("no_service_duties", None)),
        ({"has_services": False}, {"has_services": True}, ("has_service_duties", None)),
        ({"has_services": True}, {}, (None, "has_services")),
        ({"status": ["running"]}, {"status": "running"}, (None, None)),
        ({"status": ["running"]}, {"status": "closed"}, ("other_status", None)),
        ({"status": ["running"]}, {}, (None, "status")),
        ({"portals": True, "has_services": True}, {"has_services": False}, ("no_service_duties", None)),
        ({"portals": True, "has_services": True}, {"has_services": True}, (None, "level")),
    ],
)
def test_who_is_asked(rule: dict[str, Any], profile: dict[str, Any], answer: tuple[str | None, str | None]) -> None:
    assert applicability(AppliesTo(subject="site", **rule), Profile("site", **profile)) == answer


@pytest.mark.parametrize(
    ("platforms", "platform", "answer"),
    [
        (["wechat"], "wechat_subscription", (None, None)),
        (["weibo"], "wechat_subscription", ("other_platform", None)),
        (["weibo", "wechat"], "wechat_subscription", (None, None)),
        (["weibo"], None, (None, "platform")),
    ],
)
def test_which_platforms_are_asked(platforms: list[str], platform: str | None, answer: tuple[str | None, str | None]) -> None:
    rule = AppliesTo.model_validate({"subject": "account", "platforms": platforms})
    assert applicability(rule, Profile("account", platform=platform)) == answer
    assert applicability(rule, Profile("site", platform=platform)) == ("other_subject", None)


@gr.check("engine.fails")
def fails(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Fails everybody."""
    return gr.failed("engine_fails")


@gr.check("engine.passes")
def passes(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Passes everybody."""
    return gr.passed()


@gr.check("engine.undecided")
def undecided(account: gr.AccountSnapshot) -> gr.CheckResult:
    """Decides nothing."""
    return gr.inconclusive("engine_undecided")


def book(**entries: dict[str, Any]) -> gr.Rulebook:
    usual = {"title": "某项", "kind": "veto", "source": SOURCE}
    indicators = {f"x.{name}": {**usual, **entry} for name, entry in entries.items()}
    return gr.load_rulebook({"id": "x", "title": "x", "indicators": indicators}, checks=[fails, passes, undecided])


def test_a_subject_that_does_not_run_is_asked_what_a_person_decides_and_what_names_its_stage() -> None:
    own = book(
        machine={"check": "engine.fails"},
        person={"check": "engine.fails", "mode": "person"},
        staged={"check": "engine.fails", "applies_to": {"subject": "account", "status": ["closing"]}},
        warning={"check": "engine.fails", "kind": "warning"},
    )
    inspection = own.inspect(testing.snapshot("account", account={"status": "closing"}))
    answers = {finding.id: (finding.status, finding.reason) for finding in inspection.findings}
    assert answers.pop("x.machine") == ("not_applicable", "subject_closing")
    assert {reason for _, reason in answers.values()} == {"engine_fails"}


@pytest.mark.parametrize(
    ("check", "status"), [("engine.fails", "failed"), ("engine.passes", "not_checked"), ("engine.undecided", "not_checked")]
)
def test_a_machine_that_only_names_candidates_never_passes(check: str, status: str) -> None:
    inspection = book(person={"check": check, "mode": "person"}).inspect(testing.snapshot("account"))
    assert inspection.finding("x.person").status == status


def test_an_indicator_whose_check_is_missing_says_why() -> None:
    plan = book(lost={"check": "engine.passes"}).plan
    lost = plan.indicators[0].model_copy(update={"problem": "the plugin could not be imported"})
    broken = Plan(plan.id, plan.title, plan.layers, (lost,), plan.scoring, plan.basis, {})
    finding = gr.Rulebook(broken).inspect(testing.snapshot("account")).findings[0]
    assert (finding.status, finding.args["error"]) == ("error", "the plugin could not be imported")


def test_unknown_service_duties_leave_the_pass_mark_open_where_the_two_sums_differ() -> None:
    lost = {
        **blank("overview", "duties", "leaders", "news", "interpretation"),
        "submission_works": False,
        "unified_login": False,
        "message_board": {"published": False},
    }
    verdicts = {}
    for has_services in (True, False, None):
        parts = portal(**lost, site={"has_services": has_services})
        verdicts[has_services] = stated(BOOK).inspect(parts).verdict
    # 34 points are lost: 66 of 100, and (75 - 34) × 4/3 = 54.67.
    assert verdicts == {True: "qualified", False: "unqualified", None: "undetermined"}


def test_only_sites_have_service_duties() -> None:
    scoring = {
        subject: {
            "total": 100,
            "pass_below": 60,
            "portals_only": False,
            "groups": {"甲": 75, "乙": 25},
            "no_service": {"group": "乙", "factor": [4, 3]},
            "source": SOURCE,
        }
        for subject in ("site", "account")
    }
    entry = {"title": "某项", "kind": "deduction", "mode": "person", "source": SOURCE}
    indicators = {
        f"{subject}.points_{points}": {**entry, "group": group, "points": points, "applies_to": {"subject": subject}}
        for subject in ("site", "account")
        for group, points in (("甲", 75), ("乙", 25))
    }
    plan = gr.load_rulebook({"id": "x", "title": "x", "scoring": scoring, "indicators": indicators}).plan
    assert [len(compile_plan(plan, Profile(subject)).tariffs) for subject in ("site", "account", "supervisor")] == [2, 1, 0]  # type: ignore[arg-type]


def test_an_exception_without_a_line_is_named_all_the_same() -> None:
    assert crashed(ValueError("x")).args == {"error": "ValueError: x", "place": "?"}


def test_a_judge_shows_its_plan_and_not_its_cache() -> None:
    judge = Judge(BOOK.plan)
    program = judge.program(Profile("account"))
    assert judge.program(Profile("account")) is program
    assert "_programs" not in repr(judge)
    assert PlanResult(program, (), vetoed=False, undecided=False).passes is True
