"""From snapshots to verdicts: seven statuses, nothing vanishes, people and documents are heard, and nothing is erased."""

from __future__ import annotations

import json
import pickle
import warnings
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks.contract import PASSED, Evidence
from govmedia_rules.core.time import SHANGHAI, Window
from govmedia_rules.errors import ExpiredWaiver, UnusedReview, UnusedWaiver
from govmedia_rules.judge.finding import FINDING_HEADINGS, fill

BOOK = gr.load_rulebook("national-2019")
STALE = "media.veto.stale"
EXPRESSION = "media.veto.safety.expression"


def account(**parts: Any) -> gr.AccountSnapshot:
    healthy = {"latest_post_at": "2024-08-20", "functions": [{"kind": "menu", "name": "互动交流", "works": True}]}
    observed = testing.snapshot("account", **{**healthy, **parts})
    assert isinstance(observed, gr.AccountSnapshot)
    return observed


def review(
    indicator: str,
    decision: str = "confirmed",
    at: str = "2024-08-24T09:00:00+08:00",
    subject: str = "wechat_official:示例账号",
    **more: Any,
) -> gr.Review:
    return gr.Review.model_validate(
        {
            "subject": subject,
            "indicator": indicator,
            "decision": decision,
            "role": "复核人员",
            "at": at,
            "reason": "见截图",
            **more,
        }
    )


def waiver(
    expires: str = "2024-12-31", indicators: tuple[str, ...] = (STALE,), subject: str = "wechat_official:示例账号"
) -> gr.Waiver:
    return gr.Waiver.model_validate(
        {
            "id": "W1",
            "subject": subject,
            "indicators": indicators,
            "authority": "市政府办公室",
            "document": "某函〔2024〕1号",
            "reason": "账号迁移",
            "granted": "2024-01-01",
            "expires": expires,
        }
    )


def test_a_healthy_account() -> None:
    seen = BOOK.inspect(account())
    assert seen.verdict is gr.Verdict.QUALIFIED
    assert seen.verdict.zh == "合格"
    assert not seen.problems
    assert not seen.missing
    assert seen.score is None
    assert [one.id for one in seen.not_checked] == [
        one.id
        for one in BOOK.indicators
        if one.id.startswith("media.veto.safety") or (one.id.endswith("fraud") and one.id.startswith("media"))
    ]


def test_every_indicator_of_the_plan_gives_a_finding_for_every_subject() -> None:
    for observed in (account(), testing.snapshot("site"), testing.snapshot("account")):
        seen = BOOK.inspect(observed)
        assert [one.id for one in seen.findings] == [one.id for one in BOOK.indicators]
    site = BOOK.inspect(testing.snapshot("site"))
    assert {one.status for one in site.findings.under("media")} == {gr.Status.NOT_APPLICABLE}


def test_a_failed_veto() -> None:
    seen = BOOK.inspect(account(latest_post_at="2024-08-01"))
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    [problem] = seen.problems
    assert (problem.id, problem.kind, problem.status) == (STALE, "veto", gr.Status.FAILED)
    assert problem.message("zh") == "监测时间点（2024年8月23日）前2周内无更新，最近更新为2024年8月1日"
    assert problem.message("en") == "No update in the 2 weeks before 2024-08-23; the newest is of 2024-08-01"
    assert problem.phrase == "监测时间点前2周内无更新"
    assert problem.evidence == (Evidence("posts", None, date(2024, 8, 1), date(2024, 8, 1), Window(weeks=2)),)
    assert problem.source.document == "国办秘函〔2019〕19号"
    assert seen.finding(STALE) == problem
    with pytest.raises(ValueError, match="zh, en"):
        problem.message("fr")
    with pytest.raises(KeyError):
        seen.finding("media.veto")


def test_missing_data_leaves_the_verdict_open() -> None:
    seen = BOOK.inspect(account(functions=None))
    assert seen.verdict is gr.Verdict.UNDETERMINED
    assert [one.id for one in seen.missing] == ["media.veto.interaction.none"]
    assert seen.missing[0].message("zh") == "未采集到判定所需数据（互动功能），不能判定"
    failed = BOOK.inspect(account(functions=None, latest_post_at="2020-01-01"))
    assert failed.verdict is gr.Verdict.UNQUALIFIED


def test_a_person_confirms_what_no_machine_can_judge() -> None:
    seen = BOOK.inspect(account(), reviews=[review(EXPRESSION)])
    assert seen.verdict is gr.Verdict.UNQUALIFIED
    [problem] = seen.problems
    assert problem.machine_status is gr.Status.NOT_CHECKED
    assert problem.message("zh") == "经复核存在问题：见截图"
    assert problem.review is not None
    assert problem.review.role == "复核人员"


def test_a_person_dismisses_what_the_machine_found_and_nothing_is_erased() -> None:
    observed = account(latest_post_at="2024-08-01")
    seen = BOOK.inspect(observed, reviews=[review(STALE, "dismissed")])
    assert seen.verdict is gr.Verdict.QUALIFIED
    finding = seen.finding(STALE)
    assert (finding.status, finding.machine_status) == (gr.Status.PASSED, gr.Status.FAILED)
    assert finding.reason == "posts_older_than_window"
    assert finding.evidence
    later = review(STALE, "confirmed", at="2024-08-25T09:00:00+08:00")
    again = BOOK.inspect(observed, reviews=[later, review(STALE, "dismissed")])
    assert again.verdict is gr.Verdict.UNQUALIFIED
    assert len(again.finding(STALE).reviews) == 2


def test_a_review_settles_an_open_veto() -> None:
    observed = account(functions=None)
    assert BOOK.inspect(observed, reviews=[review("media.veto.interaction.none", "dismissed")]).verdict is gr.Verdict.QUALIFIED
    assert BOOK.inspect(observed, reviews=[review("media.veto.interaction.none")]).verdict is gr.Verdict.UNQUALIFIED


def test_a_review_makes_nothing_apply() -> None:
    with pytest.warns(UnusedReview, match="asked of a site"):
        seen = BOOK.inspect(account(), reviews=[review("site.veto.safety.secret")])
    assert [refusal.reason for refusal in seen.refused_reviews] == ["other_kind"]
    assert seen.verdict is gr.Verdict.QUALIFIED
    assert seen.finding("site.veto.safety.secret").status is gr.Status.NOT_APPLICABLE


def test_reviews_of_other_points_and_subjects_are_left_aside() -> None:
    other_point = review(EXPRESSION, observed_at="2024-05-01T00:00:00+08:00")
    assert BOOK.inspect(account(), reviews=[other_point, review(EXPRESSION, subject="x")]).verdict is gr.Verdict.QUALIFIED
    same_point = review(EXPRESSION, observed_at="2024-08-23T10:00:00+08:00")
    assert BOOK.inspect(account(), reviews=[same_point]).verdict is gr.Verdict.UNQUALIFIED
    with pytest.warns(UnusedReview, match="media.veto.nothing"):
        unknown = BOOK.inspect(account(), reviews=[review("media.veto.nothing")])
    assert unknown.verdict is gr.Verdict.QUALIFIED
    assert [refusal.reason for refusal in unknown.refused_reviews] == ["unknown_indicator"]
    with pytest.warns(UnusedReview, match="nobody"):
        list(BOOK.inspect_many([account()], reviews=[review(EXPRESSION, subject="nobody")]))


def test_a_waiver_excuses_and_hides_nothing() -> None:
    observed = account(latest_post_at="2024-08-01")
    seen = BOOK.inspect(observed, waivers=[waiver()])
    assert seen.verdict is gr.Verdict.QUALIFIED
    [problem] = seen.problems
    assert problem.status is gr.Status.FAILED
    assert problem.is_waived
    assert problem.waiver is not None
    assert problem.waiver.document == "某函〔2024〕1号"


def test_expired_and_unused_waivers_warn() -> None:
    observed = account(latest_post_at="2024-08-01")
    with pytest.warns(ExpiredWaiver, match="W1.*2024-08-22"):
        assert BOOK.inspect(observed, waivers=[waiver("2024-08-22")]).verdict is gr.Verdict.UNQUALIFIED
    with pytest.warns(UnusedWaiver, match="covers nothing"):
        BOOK.inspect(account(), waivers=[waiver()])
    with pytest.warns(UnusedWaiver, match="not inspected"):
        list(BOOK.inspect_many([account()], waivers=[waiver(subject="nobody")]))
    assert BOOK.inspect(observed, waivers=[waiver("2024-08-23")]).verdict is gr.Verdict.QUALIFIED
    family = waiver(indicators=("media.veto",))
    with pytest.warns(UnusedReview, match=r"has no indicator 'media\.veto'"):
        assert BOOK.inspect(observed, waivers=[family]).verdict is gr.Verdict.UNQUALIFIED


@gr.check("odd.raises")
def odd_raises(account: gr.AccountSnapshot) -> gr.CheckResult:
    raise RuntimeError("boom")


@gr.check("odd.exits")
def odd_exits(account: gr.AccountSnapshot) -> gr.CheckResult:
    raise SystemExit(3)


@gr.check("odd.silent")
def odd_silent(account: gr.AccountSnapshot) -> gr.CheckResult:
    return None  # type: ignore[return-value]


class _Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError


@gr.check("odd.unprintable")
def odd_unprintable(account: gr.AccountSnapshot) -> gr.CheckResult:
    raise _Unprintable


ODD = [odd_raises, odd_exits, odd_silent, odd_unprintable]


def odd_book() -> gr.Rulebook:
    entries = {
        f"odd.{one.__name__}": {
            "title": "坏的检查",
            "kind": "veto",
            "check": one.__name__.replace("_", ".", 1),
            "source": {"document": "d"},
        }
        for one in ODD
    }
    return gr.load_rulebook([{"id": "odd", "title": "odd", "extends": "national-2019", "indicators": entries}], checks=ODD)


def test_a_crashed_check_is_a_finding_and_the_others_stand() -> None:
    seen = odd_book().inspect(account(latest_post_at="2024-08-01"))
    errors = seen.findings.with_status("error")
    assert len(errors) == 4
    told = "\n".join(one.message("zh") for one in errors)
    assert "RuntimeError: boom" in told
    assert "SystemExit: 3" in told
    assert "returned NoneType" in told
    assert "_Unprintable" in told
    assert "test_judging.py:" in told
    assert "/" not in told
    assert seen.finding(STALE).status is gr.Status.FAILED
    assert odd_book().inspect(account()).verdict is gr.Verdict.UNDETERMINED


def test_an_interrupt_is_not_swallowed() -> None:
    @gr.check("odd.interrupt")
    def interrupt(account: gr.AccountSnapshot) -> gr.CheckResult:
        raise KeyboardInterrupt

    layer = {
        "id": "odd",
        "title": "odd",
        "indicators": {"odd.one": {"title": "x", "kind": "veto", "check": "odd.interrupt", "source": {"document": "d"}}},
    }
    with pytest.raises(KeyboardInterrupt):
        gr.load_rulebook([layer], checks=interrupt).inspect(account())


def test_an_unknown_fact_that_decides_whether_a_rule_applies() -> None:
    unknown = testing.snapshot("site", site={"has_services": None}, services=[])
    finding = BOOK.inspect(unknown).finding("site.veto.service.none")
    assert (finding.status, finding.reason) == (gr.Status.INCONCLUSIVE, "applicability_unknown")
    assert finding.message("zh") == "不清楚该指标是否适用（缺少 有无对外服务职能），不能判定"
    fine = testing.snapshot("site", site={"has_services": None}, services=[{"name": "a", "elements": ["name"]}])
    assert BOOK.inspect(fine).finding("site.veto.service.none").status is gr.Status.PASSED


def test_assumed_fields_are_shown() -> None:
    marks = [{"field": "latest_post_at", "basis": "assumed", "note": "取早于2周"}, {"field": "observed_at", "basis": "assumed"}]
    [problem] = BOOK.inspect(account(latest_post_at="2024-08-01", marks=marks)).problems
    assert problem.assumed == ("latest_post_at",)


def test_the_rules_are_named() -> None:
    seen = BOOK.inspect(account())
    assert seen.rulebook.id == "national-2019"
    assert seen.rulebook.version == "national-2019@1.0"
    assert seen.rulebook.digest == BOOK.digest
    assert seen.rulebook.covers is None
    part = BOOK.only(STALE).inspect(account())
    assert part.rulebook.covers == (STALE,)
    assert part.verdict is gr.Verdict.QUALIFIED
    assert "只检查了 1 项指标" in part._repr_html_()


def test_inspections_go_to_json_and_back() -> None:
    site = testing.snapshot(
        "site", columns=[{"name": "a", "entry_count": 0}] * 5, home={"latest_entry_at": "2024-01-01", "is_navigation": False}
    )
    for seen in (
        BOOK.inspect(account(latest_post_at="2024-08-01"), reviews=[review(EXPRESSION)], waivers=[waiver()]),
        BOOK.inspect(site),
        odd_book().inspect(account()),
    ):
        again = gr.Inspection.from_dict(json.loads(seen.to_json()), seen.plan)
        assert again == seen
        assert again.verdict == seen.verdict
        assert [one.message("en") for one in again.findings] == [one.message("en") for one in seen.findings]
        assert again.findings == seen.findings
        assert pickle.loads(pickle.dumps(seen)) == seen
    inspected = BOOK.inspect(account())
    other = gr.Inspection.from_dict(json.loads(inspected.to_json()), BOOK.only(STALE).plan)
    assert other.is_as_stored
    assert other.to_dict() == inspected.to_dict()


def test_findings_are_rows_of_a_frame() -> None:
    findings = BOOK.inspect(account(latest_post_at="2024-08-01")).findings
    columns = [heading.name for heading in FINDING_HEADINGS]
    assert list(findings[0].keys()) == columns
    frame = pandas.DataFrame(findings)
    assert list(frame.columns) == columns
    assert len(frame) == len(BOOK)
    assert polars.DataFrame(list(findings)).shape == (len(BOOK), len(columns))
    assert findings[0] == dict(findings[0]) | {} or findings[0]["indicator"] == findings[0].id
    with pytest.raises(KeyError):
        findings[0]["nothing"]


def test_what_a_notebook_shows_is_escaped() -> None:
    seen = BOOK.inspect(account(account={"name": "<script>alert(1)</script>"}, latest_post_at="2024-08-01"))
    shown = seen._repr_html_() + seen.findings._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "不合格" in repr(seen)
    assert repr(seen.findings).startswith(f"<{len(BOOK)} findings:")
    shown = repr(seen.findings)
    assert "不适用" not in shown or shown.index("不适用") == max(
        shown.index(status.zh) for status in gr.Status if status.zh in shown
    )
    page = seen.findings._repr_html_()
    assert ("<summary" in page) is any(finding.status == "not_applicable" or finding.evidence for finding in seen.findings)
    assert "national-2019" in BOOK._repr_html_() or "国办秘函" in BOOK._repr_html_()


def test_templates_are_filled_and_never_evaluated() -> None:
    args = {
        "count": 3,
        "share": Decimal("0.0500"),
        "kinds": ("menu", "x"),
        "when": datetime(2024, 8, 1, 9, tzinfo=SHANGHAI),
        "flag": True,
    }
    told = fill("{count} {share:percent} {kinds:function} {when} {flag} {gone} {count.__class__} {count:nothing}", args, "zh")
    assert told == "3 5% 互动渠道菜单、x 2024年8月1日 是 {gone} {count.__class__} 3"


def test_a_plain_pass_is_one_shared_object() -> None:
    assert gr.passed() is PASSED
    assert pickle.loads(pickle.dumps(PASSED)) is PASSED
    assert gr.passed("told", count=1) is not PASSED


def test_hostile_names_do_no_harm() -> None:
    for name in ("=cmd|' /C calc'!A0", "a\u202eb", "]]>", "甲" * 1000, "\x07bell"):
        seen = BOOK.inspect(account(account={"name": name}, latest_post_at="2024-08-01"))
        assert json.loads(seen.to_json())["subject"]["name"] == name


def test_many_are_judged_lazily_and_in_order() -> None:
    asked: list[int] = []

    def source() -> Any:
        for number in range(5):
            asked.append(number)
            yield account(account={"name": f"账号{number}"})

    results = BOOK.inspect_many(source())
    assert asked == []
    assert next(results).subject.name == "账号0"
    assert asked == [0]
    assert [seen.subject.name for seen in results] == [f"账号{number}" for number in range(1, 5)]


def test_the_example_of_every_shipped_notice(tmp_path: Path) -> None:
    """Each listed failure of two real notices comes out for exactly the printed reasons, and healthy subjects pass."""
    import csv

    examples = Path(__file__).parents[2] / "docs" / "examples"
    for name, book, tables in (
        ("jiangxi-2020q1", "jiangxi-2020", ("attachment-3.csv", "attachment-4.csv")),
        ("hanzhong-2024q3", "hanzhong-2021", ("attachment.csv",)),
    ):
        folder = examples / name
        reviews = [gr.Review.model_validate_json(line) for line in (folder / "reviews.jsonl").read_text("utf-8").splitlines()]
        printed = []
        for table in tables:
            with (folder / table).open(encoding="utf-8") as file:
                printed += [row.get("存在的突出问题") or row["存在的严重问题"] for row in csv.DictReader(file)]
        seen = list(gr.load_rulebook(book).inspect_files(folder / "snapshots.jsonl", reviews=reviews))
        assert len(seen) == len(printed) == {"jiangxi-2020q1": 61, "hanzhong-2024q3": 5}[name]
        for inspection, reason in zip(seen, printed, strict=True):
            assert inspection.verdict is gr.Verdict.UNQUALIFIED
            phrases = [problem.phrase for problem in inspection.problems]
            assert _said(phrases) == _said(_split(reason)), (inspection, reason)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnusedReview)
            healthy = list(gr.load_rulebook(book).inspect_files(folder / "healthy.jsonl"))
        assert [one.verdict for one in healthy] == [gr.Verdict.QUALIFIED] * 20


def _split(reason: str) -> list[str]:
    inner = reason.removeprefix("单项否决(").removesuffix(")")
    return [part for piece in inner.split("、") for part in piece.split("和")]


def _said(phrases: list[str]) -> set[str]:
    # The printed table cuts the last four characters off one wording (a damaged bracket), in eight rows.
    return {"缺有效互动渠道" if phrase.startswith("缺有效互动渠道") else phrase for phrase in phrases}


@pytest.mark.parametrize("as_list", [True, False])
def test_one_id_given_to_two_units_is_named_and_its_reviews_refused(as_list: bool) -> None:
    mine = account(account={"id": "A1", "name": "青石发布"})
    other = account(account={"id": "A1", "name": "白水教育"})
    given = [review(EXPRESSION, subject="A1")]
    with pytest.warns(gr.errors.SharedId, match="青石发布 and for 白水教育"):
        first, second = BOOK.inspect_many([mine, other] if as_list else iter([mine, other]), reviews=given)
    assert [refusal.reason for refusal in second.refused_reviews] == ["ambiguous_subject"]
    assert bool(first.refused_reviews) == as_list
