"""A review covers what its author saw: a passage, an entry, or the indicator at one monitoring point; and nothing else.

The rules: 国办秘函〔2019〕19号 lets a machine name candidates of 严重表述错误 and a person decide; the people who decide looked at
one sentence, one page or one quarter, and that is what their decision is worth.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks.contract import MAX_EVIDENCE, passage_digest
from govmedia_rules.errors import ExpiredWaiver, ObservationError, UnusedReview
from govmedia_rules.judge.reviews import read_reviews, read_waivers

pytestmark = pytest.mark.filterwarnings("ignore::govmedia_rules.errors.UnusedReview")

EXPRESSION, SITE_EXPRESSION, LINKS, STALE = "t.veto.expression", "s.veto.expression", "t.deduct.links", "media.veto.stale"
POINT = "2024-08-23T10:00:00+08:00"
WRONG = "坚持两个维户。"
OTHER = "增强四个意试。"


def piece(sentence: str, term: str, where: str | None, places: tuple[str, ...] = ()) -> gr.Evidence:
    return gr.Evidence(term, where, value=sentence, reason="near", confidence="high", position=2, document="某文", places=places)


def candidates(texts: Sequence[tuple[str, str | None, str | None]]) -> list[gr.Evidence]:
    """A candidate for each text that holds a wrong word, as a lexicon finds it."""
    words = ("维户", "意试")
    return [piece(text, word, url) for _, text, url in texts if text is not None for word in words if word in text]


@gr.check("t.wording", needs="posts")
def wording(account: gr.AccountSnapshot) -> gr.CheckResult:
    found = candidates([(post.title, post.text, post.url) for post in account.posts or ()])
    return gr.needs_review("wording_doubtful", evidence=found, count=len(found), names=()) if found else gr.passed()


@gr.check("s.wording", needs="pages")
def site_wording(site: gr.SiteSnapshot) -> gr.CheckResult:
    found = candidates([(page.title or "", page.text, page.url) for page in site.pages or ()])
    return gr.needs_review("wording_doubtful", evidence=found, count=len(found), names=()) if found else gr.passed()


@gr.check("t.links", needs="posts", faults=("dead", "false"))
def links(account: gr.AccountSnapshot) -> gr.CheckResult:
    bad = [gr.Evidence(post.title, post.url) for post in account.posts or () if "链接" in (post.text or "")]
    return gr.needs_review("links_doubtful", evidence=bad, possible={"dead": len(bad)}) if bad else gr.passed()


def _entry(check: str, kind: str, subject: str, **more: object) -> dict[str, Any]:
    return {
        "title": check,
        "kind": kind,
        "check": check,
        "applies_to": {"subject": subject},
        "source": {"document": "某文件", "clause": "一"},
        **more,
    }


BOOK = gr.load_rulebook(
    {
        "id": "reviews",
        "title": "reviews",
        "extends": "national-2019",
        "scoring": {"account": {"pass_below": 60, "source": {"document": "某文件"}}},
        "indicators": {
            EXPRESSION: _entry("t.wording", "veto", "account"),
            SITE_EXPRESSION: _entry("s.wording", "veto", "site"),
            LINKS: _entry("t.links", "deduction", "account", points=10, deduct={"dead": 2, "false": 5}),
        },
    },
    checks=[wording, site_wording, links],
)


def account(
    *texts: str, name: str = "示例账号", platform: str = "wechat_official", at: str = POINT, **parts: Any
) -> gr.AccountSnapshot:
    posts = [
        {
            "title": f"第{number}篇",
            "text": text,
            "url": f"https://mp.example.cn/{name}/{number}",
            "published_at": "2024-08-20T08:00:00+08:00",
        }
        for number, text in enumerate(texts, 1)
    ]
    functions = [{"kind": "menu", "works": True}]
    snapshot = testing.snapshot(
        "account", observed_at=at, account={"name": name, "platform": platform}, functions=functions, **{"posts": posts, **parts}
    )
    assert isinstance(snapshot, gr.AccountSnapshot)
    return snapshot


def review(decision: str = "confirmed", *, of: gr.AccountSnapshot | None = None, **more: Any) -> gr.Review:
    values = {
        "subject": (of or account()).subject.id,
        "indicator": EXPRESSION,
        "decision": decision,
        "role": "复核人员",
        "at": "2024-08-24T09:00:00+08:00",
        "reason": "见原文",
    }
    return gr.Review.model_validate({**values, **more})


def of_passage(decision: str, sentence: str, term: str, **more: Any) -> gr.Review:
    return review(decision, passage=passage_digest(sentence, term), **more)


def finding(snapshot: Any, *reviews: gr.Review, indicator: str = EXPRESSION) -> gr.Finding:
    return BOOK.inspect(snapshot, reviews=reviews).finding(indicator)


def status(snapshot: Any, *reviews: gr.Review, indicator: str = EXPRESSION) -> str:
    return finding(snapshot, *reviews, indicator=indicator).status.value


YES, NO = of_passage("confirmed", WRONG, "维户"), of_passage("dismissed", WRONG, "维户")
YES_2, NO_2 = of_passage("confirmed", OTHER, "意试"), of_passage("dismissed", OTHER, "意试")
WHOLE_YES, WHOLE_NO = review("confirmed"), review("dismissed")
LATER = "2024-08-25T09:00:00+08:00"


@pytest.mark.parametrize(
    ("texts", "reviews", "expected"),
    [
        # 一、表述错误 is named by a person, never by a machine.
        ((), (), "passed"),
        ((WRONG,), (), "needs_review"),
        ((WRONG,), (YES,), "failed"),
        ((WRONG,), (NO,), "passed"),
        # Of two passages each needs its own decision; one that is confirmed is enough to fail.
        ((WRONG, OTHER), (YES,), "failed"),
        ((WRONG, OTHER), (NO,), "needs_review"),
        ((WRONG, OTHER), (NO, NO_2), "passed"),
        ((WRONG, OTHER), (YES, NO_2), "failed"),
        ((WRONG, OTHER), (NO, YES_2), "failed"),
        ((WRONG, OTHER), (YES, YES_2), "failed"),
        # A decision is about its passage and about no other.
        ((OTHER,), (YES,), "needs_review"),
        ((OTHER,), (NO,), "needs_review"),
        # A new candidate beside a decided one is open again.
        ((WRONG, WRONG, OTHER), (NO,), "needs_review"),
        # The whole indicator, looked at as it was at that point.
        ((WRONG,), (WHOLE_YES,), "failed"),
        ((WRONG, OTHER), (WHOLE_NO,), "passed"),
        ((WRONG, OTHER), (WHOLE_YES,), "failed"),
        # The later decision about a passage counts, whichever covered more.
        ((WRONG,), (WHOLE_NO, of_passage("confirmed", WRONG, "维户", at=LATER)), "failed"),
        ((WRONG,), (WHOLE_YES, of_passage("dismissed", WRONG, "维户", at=LATER)), "passed"),
        ((WRONG, OTHER), (WHOLE_YES, of_passage("dismissed", WRONG, "维户", at=LATER)), "failed"),
        ((WRONG, OTHER), (YES, review("dismissed", at=LATER)), "passed"),
        ((WRONG,), (YES, of_passage("dismissed", WRONG, "维户", at=LATER)), "passed"),
        ((WRONG,), (NO, of_passage("confirmed", WRONG, "维户", at=LATER)), "failed"),
        # What no machine named, a person may name.
        ((), (WHOLE_YES,), "failed"),
        ((), (YES,), "passed"),
    ],
)
def test_decisions_about_passages(texts: tuple[str, ...], reviews: tuple[gr.Review, ...], expected: str) -> None:
    assert status(account(*texts), *reviews) == expected
    assert status(account(*texts), *reversed(reviews)) == expected
    book = BOOK.only("t.veto")
    verdicts = {"failed": "unqualified", "needs_review": "undetermined", "passed": "qualified"}
    assert book.inspect(account(*texts), reviews=reviews).verdict.value == verdicts[expected]


def test_a_decision_about_a_passage_is_remembered_on_every_page_platform_and_quarter() -> None:
    elsewhere = [
        account("无关。", WRONG),  # another post
        account(WRONG, platform="weibo"),  # another platform
        account(WRONG, name="别的账号"),  # another account
        account(WRONG, at="2024-11-23T10:00:00+08:00"),  # another quarter
        account("  坚持两个维户 。 "),  # the same sentence with other spaces
    ]
    for snapshot in elsewhere:
        assert status(snapshot, NO) == "passed"
        decided = finding(snapshot, YES)
        assert decided.status is gr.Status.FAILED
        assert decided.review == YES
        assert decided.message("zh") == "经复核存在问题：见原文"
    site = testing.snapshot("site", pages=[{"url": "http://www.example.gov.cn/1", "title": "要闻", "text": WRONG}])
    assert status(site, YES, indicator=SITE_EXPRESSION) == "failed"
    assert status(site, NO, indicator=SITE_EXPRESSION) == "passed"


def test_a_passage_with_an_address_is_that_passage_at_that_address() -> None:
    first = account(WRONG).posts[0].url  # type: ignore[index]
    here = of_passage("dismissed", WRONG, "维户", entry=first)
    assert status(account(WRONG), here) == "passed"
    assert status(account("无关。", WRONG), here) == "needs_review"


def test_what_a_finding_says_is_undecided() -> None:
    partly = finding(account(WRONG, OTHER), NO)
    assert [candidate.what for candidate in partly.undecided] == ["意试"]
    assert partly.review is None
    assert partly.reviews == (NO,)
    assert finding(account(WRONG, OTHER), YES).undecided[0].what == "意试"


def test_evidence_that_was_cut_off_was_looked_at_by_nobody() -> None:
    texts = [f"第{number}句坚持两个维户。" for number in range(MAX_EVIDENCE + 20)]
    dismissed = [of_passage("dismissed", text, "维户") for text in texts[:MAX_EVIDENCE]]
    assert status(account(*texts), *dismissed) == "needs_review"
    assert status(account(*texts), WHOLE_NO) == "passed"


# --- entries ---


def bad_links(count: int) -> gr.AccountSnapshot:
    return account(*["见链接"] * count)


def entry(decision: str, number: int, **more: Any) -> gr.Review:
    url = bad_links(number).posts[number - 1].url  # type: ignore[index]
    return review(decision, indicator=LINKS, entry=url, **more)


@pytest.mark.parametrize(
    ("count", "reviews", "expected", "certain", "possible"),
    [
        (2, (), "needs_review", {}, {"dead": 2}),
        (2, (entry("confirmed", 1),), "failed", {"dead": 1}, {"false": 2}),
        (2, (entry("dismissed", 1),), "needs_review", {}, {"dead": 2}),
        (2, (entry("dismissed", 1), entry("dismissed", 2)), "passed", {}, {}),
        (2, (entry("confirmed", 1), entry("dismissed", 2)), "failed", {"dead": 1}, {"false": 1}),
        # A count that is left out means one fault; one that is given counts.
        (1, (entry("confirmed", 1, faults={"dead": 1}),), "failed", {"dead": 1}, {}),
        (1, (entry("confirmed", 1, faults={"dead": 3}),), "failed", {"dead": 3}, {}),
        (
            2,
            (entry("confirmed", 1, faults={"dead": 1}), entry("confirmed", 2, faults={"false": 1})),
            "failed",
            {"dead": 1, "false": 1},
            {},
        ),
        (5, (review(indicator=LINKS, faults={"false": 2}),), "failed", {"false": 2}, {}),
        # Two kinds are priced, and which is meant is not said: the cheaper is certain, the dearer possible.
        (5, (review(indicator=LINKS),), "failed", {"dead": 1}, {"false": 1}),
    ],
)
def test_decisions_about_entries(
    count: int, reviews: tuple[gr.Review, ...], expected: str, certain: dict[str, int], possible: dict[str, int]
) -> None:
    decided = finding(bad_links(count), *reviews, indicator=LINKS)
    assert decided.status.value == expected
    assert dict(decided.decision.faults) == certain
    assert dict(decided.decision.possible) == possible


def test_an_entry_is_not_remembered_for_another_quarter() -> None:
    later = account("见链接", at="2024-11-23T10:00:00+08:00")
    assert status(bad_links(1), entry("dismissed", 1), indicator=LINKS) == "passed"
    assert status(later, entry("dismissed", 1), indicator=LINKS) == "needs_review"


def test_points_follow_the_counts_of_reviewers() -> None:
    inspection = BOOK.inspect(bad_links(2), reviews=[entry("confirmed", 1, faults={"false": 1}), entry("dismissed", 2)])
    assert str(inspection.score) == "95"
    assert BOOK.inspect(bad_links(2), reviews=[review("dismissed", indicator=LINKS)]).score.low == 100  # type: ignore[union-attr]
    assert str(BOOK.inspect(bad_links(2)).score) == "96..100"


# --- monitoring points ---

Q1, Q2, Q3, Q4 = ("2024-02-23T10:00:00+08:00", "2024-05-23T10:00:00+08:00", POINT, "2024-11-23T10:00:00+08:00")


def quarters(*points: str) -> list[gr.AccountSnapshot]:
    return [account(posts=None, latest_post_at="2023-01-01", at=point) for point in points]


@pytest.mark.parametrize(
    ("at", "observed_at", "answered"),
    [
        # Without a monitoring point: the last observation that is not after the review, and none later.
        ("2024-02-24T09:00:00+08:00", None, [Q1]),
        ("2024-05-24T09:00:00+08:00", None, [Q2]),
        ("2024-08-24T09:00:00+08:00", None, [Q3]),
        ("2024-08-23T09:59:59+08:00", None, [Q2]),
        ("2024-08-23T10:00:00+08:00", None, [Q3]),
        ("2024-08-23T02:00:00Z", None, [Q3]),
        ("2025-06-01T09:00:00+08:00", None, [Q4]),
        ("2024-01-01T09:00:00+08:00", None, []),
        # With one: that one, in whatever offset it is written.
        ("2024-12-01T09:00:00+08:00", Q1, [Q1]),
        ("2024-12-01T09:00:00+08:00", Q3, [Q3]),
        ("2024-12-01T09:00:00+08:00", "2024-08-23T02:00:00Z", [Q3]),
        ("2024-12-01T09:00:00+08:00", "2024-08-22T21:00:00-05:00", [Q3]),
        ("2024-12-01T09:00:00+08:00", "2024-08-23T10:00:01+08:00", []),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_which_observation_a_review_answers(at: str, observed_at: str | None, answered: list[str], order: int) -> None:
    given = review("dismissed", indicator=STALE, at=at, observed_at=observed_at)
    snapshots = quarters(Q1, Q2, Q3, Q4)[::order]
    inspections = list(BOOK.inspect_many(snapshots, reviews=[given]))
    passed = [inspection.observed_at.isoformat() for inspection in inspections if inspection.finding(STALE).status == "passed"]
    assert passed == answered


def test_files_are_looked_through_for_the_observation_that_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.jsonl"
    path.write_text("".join(snapshot.model_dump_json(exclude_none=True) + "\n" for snapshot in quarters(Q1, Q2, Q3)), "utf-8")
    given = review("dismissed", indicator=STALE, at="2024-09-01T09:00:00+08:00")
    for workers in (1, 2):
        inspections = list(BOOK.only("media").inspect_files(path, reviews=[given], workers=workers))
        assert [str(inspection.finding(STALE).status) for inspection in inspections] == ["failed", "failed", "passed"]


def test_snapshots_that_come_one_by_one_answer_once() -> None:
    given = review("dismissed", indicator=STALE, at="2024-09-01T09:00:00+08:00")
    inspections = list(BOOK.inspect_many(iter(quarters(Q3, Q2)), reviews=[given]))
    assert [str(inspection.finding(STALE).status) for inspection in inspections] == ["passed", "failed"]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("given", "observed_at"), [({"id": "A"}, POINT), ({"id": "A"}, None), ({}, POINT), ({}, None)])
def test_an_id_of_two_units_in_a_file_names_neither(
    tmp_path: Path, given: dict[str, str], observed_at: str | None, workers: int
) -> None:
    accounts = [
        shared_name("甲县城关镇人民政府", **given, region="610726"),
        shared_name("乙县城关镇人民政府", **given, region="610727"),
    ]
    subject = given.get("id", OLD_REVIEW.subject)
    path = tmp_path / "snapshots.jsonl"
    path.write_text("".join(snapshot.model_dump_json(exclude_none=True) + "\n" for snapshot in accounts), "utf-8")
    reviews = [review("dismissed", indicator=STALE, subject=subject, observed_at=observed_at and accounts[0].observed_at)]
    waivers = [waiver("2024-08-01", "2024-08-31", subject=subject)]
    for opinions in ({"reviews": reviews}, {"waivers": waivers}):
        with pytest.warns() if given else nullcontext():
            inspections = list(BOOK.only("media").inspect_files(path, workers=workers, **opinions))
        assert [inspection.verdict for inspection in inspections] == [gr.Verdict.UNQUALIFIED] * 2
        assert [len(inspection.refused_reviews) for inspection in inspections] == [1, 1]


# --- what is refused ---


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"indicator": "media.veto.stall"}, "unknown_indicator", "did you mean 'media.veto.stale'"),
        ({"indicator": "media.veto"}, "unknown_indicator", "has no indicator 'media.veto'"),
        ({"indicator": "site.veto.safety.secret"}, "other_kind", "is asked of a site"),
        ({"indicator": LINKS, "faults": {"broken": 1}}, "unknown_fault", "it counts dead, false"),
        ({"indicator": STALE, "faults": {"dead": 1}}, "unknown_fault", "it counts none"),
        ({"observed_at": POINT, "at": "2024-08-23T09:00:00+08:00"}, "before_observation", "dated before the observation"),
        ({"observed_at": POINT, "at": "2024-08-23T01:59:59Z"}, "before_observation", "dated before the observation"),
        ({"observed_at": POINT, "passage": "0" * 16}, "no_such_candidate", "no such candidate"),
        ({"observed_at": POINT, "entry": "https://mp.example.cn/none"}, "no_such_candidate", "no such candidate"),
    ],
)
def test_a_review_that_cannot_be_applied_is_returned_and_the_rest_goes_on(change: dict[str, Any], reason: str, detail: str) -> None:
    snapshot = account(WRONG)
    with pytest.warns(UnusedReview, match="was not applied"):
        inspection = BOOK.inspect(snapshot, reviews=[review(**change), NO])
    assert [refusal.reason for refusal in inspection.refused_reviews] == [reason]
    refusal = inspection.refused_reviews[0]
    assert detail in refusal.detail
    assert refusal.where is not None
    assert refusal.where.row == 1
    assert inspection.finding(EXPRESSION).status is gr.Status.PASSED  # the other review was applied
    assert len(inspection.findings) == len(BOOK)


def test_a_refused_review_of_one_subject_is_no_matter_of_another() -> None:
    given = [review(indicator="media.veto.stall"), review("dismissed", of=account(name="乙"))]
    inspections = list(BOOK.inspect_many([account(WRONG), account(WRONG, name="乙")], reviews=given))
    assert [len(inspection.refused_reviews) for inspection in inspections] == [1, 0]
    assert [str(inspection.finding(EXPRESSION).status) for inspection in inspections] == ["needs_review", "passed"]


def test_reviews_that_contradict_each_other_at_one_instant_decide_nothing() -> None:
    for first, second in ((WHOLE_YES, WHOLE_NO), (WHOLE_NO, WHOLE_YES), (YES, NO), (NO, YES)):
        inspection = BOOK.inspect(account(WRONG), reviews=[first, second])
        assert inspection.finding(EXPRESSION).status is gr.Status.NEEDS_REVIEW
        assert {refusal.reason for refusal in inspection.refused_reviews} == {"contradiction"}
    assert status(account(WRONG), WHOLE_YES, WHOLE_YES) == "failed"


def test_reviews_with_and_without_a_monitoring_point_contradict_each_other_too() -> None:
    with_point = review("dismissed", observed_at=POINT)
    for given in ([with_point, WHOLE_YES], [WHOLE_YES, with_point]):
        inspection = BOOK.inspect(account(WRONG), reviews=given)
        assert inspection.finding(EXPRESSION).status is gr.Status.NEEDS_REVIEW
        assert [refusal.reason for refusal in inspection.refused_reviews] == ["contradiction"] * 2


def test_of_one_instant_the_review_of_a_passage_counts_for_it() -> None:
    for given in ((WHOLE_NO, YES), (YES, WHOLE_NO)):
        assert status(account(WRONG, OTHER), *given) == "failed"
    for given in ((WHOLE_YES, NO), (NO, WHOLE_YES)):
        assert status(account(WRONG), *given) == "passed"


def test_an_indicator_that_a_selection_leaves_out_is_no_mistake() -> None:
    inspection = BOOK.only("media.veto").inspect(account(WRONG), reviews=[review("dismissed")])
    assert not inspection.refused_reviews


@pytest.mark.parametrize(
    "change",
    [
        {"passage": "zz"},
        {"passage": "0" * 15},
        {"passage": "A" * 16},
        {"decision": "maybe"},
        {"at": "2024-08-24T09:00:00"},
        {"faults": {"dead": -1}},
        {"faults": {"dead": 1.5}},
        {"subject": ""},
        {"entry": ""},
        {"note": "x"},
    ],
)
def test_a_review_that_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"validation errors? for Review"):
        review(**change)


# --- files of reviews ---


def test_lines_that_are_no_reviews_are_returned_with_their_numbers(tmp_path: Path) -> None:
    good = NO.model_dump_json(exclude_none=True)
    lines = [
        good.encode(),
        b"",
        b"{",
        b"\xff\xfe",
        b'{"subject": "x"}',
        b"[" * 5000,
        good.replace("2024-08-24", "9" * 5000).encode(),
        review(indicator="media.veto.stall").model_dump_json(exclude_none=True).encode(),
        b"null",
        good.encode().replace(b"}", b"\x00}"),
    ]
    path = tmp_path / "reviews.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    read = read_reviews(path)
    assert len(read) == 2
    assert [refusal.where.row for refusal in read.refused if refusal.where is not None] == [3, 4, 5, 6, 7, 9, 10]
    assert {refusal.reason for refusal in read.refused} == {"unreadable"}
    inspection = BOOK.inspect(account(WRONG), reviews=read)
    assert inspection.finding(EXPRESSION).status is gr.Status.PASSED
    [refusal] = inspection.refused_reviews
    assert str(refusal).startswith(f"{path}, row 8: reviews has no indicator")


def test_a_file_of_reviews_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="cannot be read"):
        read_reviews(tmp_path / "none.jsonl")
    with pytest.raises(ObservationError, match="cannot be read"):
        read_waivers(tmp_path)


def test_the_command_names_file_and_line_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from govmedia_rules.__main__ import main

    snapshot = account(posts=None, latest_post_at="2023-01-01")
    (tmp_path / "snapshots.jsonl").write_text(snapshot.model_dump_json(exclude_none=True) + "\n", "utf-8")
    given = [review("dismissed", indicator=STALE), review(indicator="media.veto.stall")]
    text = "".join(each.model_dump_json(exclude_none=True) + "\n" for each in given)
    (tmp_path / "reviews.jsonl").write_text(text + "{\n", "utf-8")
    assert main(["inspect", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert "reviews.jsonl, row 2: not applied: national-2019 has no indicator 'media.veto.stall'" in shown.err
    assert "reviews.jsonl, row 3: not a review" in shown.err
    assert "不合格 0" in shown.out


# --- storing and adding ---


def test_decisions_survive_being_stored() -> None:
    for reviews in ((YES,), (NO,), (NO, YES_2), (WHOLE_NO,), (entry("dismissed", 1),)):
        inspection = BOOK.inspect(account(WRONG, OTHER, "见链接"), reviews=reviews)
        for plan in (None, BOOK.plan):
            again = gr.Inspection.from_dict(json.loads(inspection.to_json()), plan)
            assert again.verdict is inspection.verdict
            assert [found.status for found in again.findings] == [found.status for found in inspection.findings]
            assert again.finding(EXPRESSION).reviews == inspection.finding(EXPRESSION).reviews


def test_reviews_are_added_to_an_inspection() -> None:
    inspection = BOOK.inspect(account(WRONG, OTHER))
    assert inspection.verdict is gr.Verdict.UNDETERMINED
    assert inspection.with_reviews([NO]).verdict is gr.Verdict.UNDETERMINED
    assert inspection.with_reviews([NO]).with_reviews([YES_2]).verdict is gr.Verdict.UNQUALIFIED
    assert inspection.with_reviews([NO, NO_2]) == BOOK.inspect(account(WRONG, OTHER), reviews=[NO, NO_2])
    stored = gr.Inspection.from_dict(json.loads(inspection.to_json()))
    assert stored.with_reviews([YES]).verdict is gr.Verdict.UNQUALIFIED
    with pytest.raises(ObservationError, match="would change the score"):
        stored.with_reviews([review(indicator=LINKS)])


@pytest.mark.parametrize("count", [0, 1])
def test_reviews_that_do_not_apply_change_no_verdict(count: int) -> None:
    point = datetime(2024, 8, 23, 10, tzinfo=gr.SHANGHAI)
    given = [review("dismissed", indicator=STALE, subject="weibo:另一个")] * count
    book = gr.load_rulebook("national-2019")
    for newest in (None, point - timedelta(days=1), point - timedelta(days=90)):
        seen = gr.AccountSnapshot(account=gr.Account(name="某县发布", platform="weibo"), observed_at=point, latest_post_at=newest)
        portal = {
            "site": {"name": "某县人民政府", "level": "county_portal"},
            "observed_at": point,
            "home": {"latest_entry_at": newest},
        }
        for snapshot in (seen, gr.SiteSnapshot.model_validate(portal)):
            inspection = book.inspect(snapshot)
            for known in (
                inspection,
                gr.Inspection.from_dict(inspection.to_dict(), book.plan),
                gr.Inspection.from_dict(inspection.to_dict()),
            ):
                again = known.with_reviews(given)
                assert (again.verdict, str(again.score)) == (inspection.verdict, str(inspection.score))


# --- evidence ---


def test_equal_sentences_on_forty_posts_are_one_piece_with_forty_places() -> None:
    sentence = "全县党员干部要增强“四个意识”、坚定“四个自信”、做到“两个维户”。"
    snapshot = account(*[f"{sentence}第{number}段结束。" for number in range(40)])
    real = gr.load_rulebook("national-2019").inspect(snapshot).finding("media.veto.safety.expression")
    [found] = real.evidence
    assert found.value == sentence.rstrip("。")
    assert len(found.places) == 40
    assert found.addresses == found.places
    assert found.passage == passage_digest(sentence.rstrip("。"), found.what)
    assert (found.reason, found.confidence) != (None, None)
    assert found.position is not None
    assert found.suggestion == found.limit
    again = gr.Inspection.from_dict(json.loads(gr.load_rulebook("national-2019").inspect(snapshot).to_json()))
    assert again.finding("media.veto.safety.expression").evidence == real.evidence


def test_a_decision_about_a_passage_may_expire() -> None:
    snapshot = account("做到两个维户。")
    book = gr.load_rulebook("national-2019")
    name = "media.veto.safety.expression"
    digest = book.inspect(snapshot).finding(name).evidence[0].passage
    last = snapshot.observed_at.date()
    for expires, status in ((last, "passed"), (last - timedelta(days=1), "needs_review")):
        decision = gr.Review.model_validate(
            {"subject": "别处", "indicator": name, "decision": "dismissed", "role": "编辑", "reason": "引文", "passage": digest}
            | {"at": snapshot.observed_at - timedelta(days=90), "expires": expires}
        )
        (inspection,) = book.inspect_many([snapshot], reviews=[decision])
        assert inspection.finding(name).status.value == status
    with pytest.raises(ValidationError, match="only a decision about a passage expires"):
        gr.Review.model_validate({**decision.model_dump(), "passage": None})


def test_the_digest_of_a_passage_is_of_sentence_and_term() -> None:
    assert passage_digest("甲\u200b乙。", "甲") == passage_digest("甲乙。", "甲")
    assert passage_digest("甲乙。", "甲") == passage_digest(" 甲 乙。", "甲")
    assert passage_digest("甲乙。", "甲") != passage_digest("甲乙。", "乙")
    assert passage_digest("甲乙。", "甲") != passage_digest("甲丙。", "甲")
    assert gr.Evidence("x", "http://a.gov.cn", value="y").passage is None


# --- waivers ---


def waiver(granted: str, expires: str, **more: Any) -> gr.Waiver:
    values = {
        "id": "w",
        "subject": account().subject.id,
        "indicators": (STALE,),
        "authority": "某市政府办公室",
        "document": "某函〔2024〕1号",
        "reason": "迁移",
    }
    return gr.Waiver.model_validate({**values, "granted": granted, "expires": expires, **more})


@pytest.mark.parametrize(
    ("at", "granted", "expires", "expected"),
    [
        (POINT, "2024-08-01", "2024-08-31", "qualified"),
        (POINT, "2024-08-23", "2024-08-23", "qualified"),  # first and last day are both included
        (POINT, "2024-08-01", "2024-08-22", "unqualified"),
        (POINT, "2024-08-24", "2024-08-31", "unqualified"),
        # The day is that of the place, not that of the offset in which the point is written.
        ("2024-08-31T17:00:00Z", "2024-08-01", "2024-08-31", "unqualified"),
        ("2024-08-31T15:59:59Z", "2024-08-01", "2024-08-31", "qualified"),
        ("2024-07-31T16:00:00Z", "2024-08-01", "2024-08-31", "qualified"),
        ("2024-07-31T15:59:59Z", "2024-08-01", "2024-08-31", "unqualified"),
    ],
)
@pytest.mark.filterwarnings("ignore::govmedia_rules.errors.ExpiredWaiver")
def test_on_which_days_a_waiver_holds(at: str, granted: str, expires: str, expected: str) -> None:
    [snapshot] = quarters(at)
    inspection = BOOK.only(STALE).inspect(snapshot, waivers=[waiver(granted, expires)])
    assert inspection.finding(STALE).status is gr.Status.FAILED  # a waiver hides nothing
    assert inspection.verdict.value == expected


def test_a_waiver_that_expires_before_it_is_granted_is_none() -> None:
    with pytest.raises(ValueError, match="expires on 2024-08-01, before it is granted on 2024-08-02"):
        waiver("2024-08-02", "2024-08-01")


def test_a_waiver_not_yet_in_force_says_so() -> None:
    [snapshot] = quarters(POINT)
    with pytest.warns(ExpiredWaiver, match="not in force before 2024-08-24"):
        BOOK.inspect(snapshot, waivers=[waiver("2024-08-24", "2024-08-31")])


def test_a_waiver_of_an_unknown_indicator_is_returned_and_its_others_hold() -> None:
    [snapshot] = quarters(POINT)
    given = waiver("2024-08-01", "2024-08-31", indicators=(STALE, "media.veto.stall"))
    inspection = BOOK.inspect(snapshot, waivers=[given])
    assert [refusal.reason for refusal in inspection.refused_reviews] == ["unknown_indicator"]
    assert inspection.finding(STALE).is_waived
    assert not BOOK.inspect(snapshot, waivers=[waiver("2024-08-01", "2024-08-31", subject="x")]).finding(STALE).is_waived


# --- earlier ids of subjects ---


def shared_name(owner: str | None, **parts: Any) -> gr.AccountSnapshot:
    """One of several accounts 城关镇发布; release 0.1 gave all of them the id wechat_official:城关镇发布."""
    named = {"name": "城关镇发布", "platform": "wechat_official", "owner": owner, **parts}
    snapshot = testing.snapshot("account", account=named, latest_post_at="2023-01-01")
    assert isinstance(snapshot, gr.AccountSnapshot)
    return snapshot


OLD_REVIEW = review("dismissed", indicator=STALE, subject="wechat_official:城关镇发布")


def test_a_review_by_an_earlier_id_finds_its_subject() -> None:
    snapshot = shared_name("甲县城关镇人民政府")
    assert snapshot.subject.id != OLD_REVIEW.subject
    assert status(snapshot, OLD_REVIEW, indicator=STALE) == "passed"
    excused = waiver("2024-08-01", "2024-08-31", subject=OLD_REVIEW.subject)
    assert BOOK.inspect(snapshot, waivers=[excused]).finding(STALE).is_waived
    with_code = shared_name(None, code="610726M023WX0002")
    assert status(with_code, OLD_REVIEW, indicator=STALE) == "failed"  # its id was the code then too


def test_an_earlier_id_that_several_subjects_share_names_none_of_them() -> None:
    snapshots = [shared_name("甲县城关镇人民政府"), shared_name("乙县城关镇人民政府")]
    assert snapshots[0].subject.id != snapshots[1].subject.id
    for order in (snapshots, snapshots[::-1]):
        inspections = list(BOOK.inspect_many(order, reviews=[OLD_REVIEW]))
        assert [str(inspection.finding(STALE).status) for inspection in inspections] == ["failed", "failed"]
        assert {refusal.reason for inspection in inspections for refusal in inspection.refused_reviews} == {"ambiguous_subject"}
    mine = review("dismissed", indicator=STALE, of=snapshots[1])
    inspections = list(BOOK.inspect_many(snapshots, reviews=[mine]))
    assert [str(inspection.finding(STALE).status) for inspection in inspections] == ["failed", "passed"]


def test_a_comparison_follows_a_subject_to_its_present_id() -> None:
    now = BOOK.inspect(shared_name("甲县城关镇人民政府"))
    before = BOOK.inspect(shared_name(None))
    assert before.subject.id == OLD_REVIEW.subject
    [change] = gr.compare([before], [now])
    assert change.persisting
    assert not change.lost_sight
    two = [now, BOOK.inspect(shared_name("乙县城关镇人民政府"))]
    assert len(gr.compare([before], two)) == 3  # which of them it was is not known


@pytest.mark.parametrize("facts", [{"at": "2024-01-01T00:00:00Z"}, {"observed_at": "2024-08-23T03:00:00Z"}])
def test_a_review_of_no_inspected_observation_is_named(facts: dict[str, str]) -> None:
    account = gr.Account(name="某县发布", platform="weibo")
    snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-01-01")
    given = {
        "subject": account.id,
        "indicator": "media.veto.stale",
        "decision": "dismissed",
        "role": "复核人员",
        "reason": "有更新",
    }
    review = gr.Review(**{"at": "2024-08-24T09:00:00+08:00", **given, **facts})
    book = gr.load_rulebook("national-2019")
    with pytest.warns(gr.errors.UnusedReview, match="1 reviews of weibo:某县发布 belong to none"):
        [inspection] = book.inspect_many([snapshot], reviews=[review])
    assert inspection.finding("media.veto.stale").status is gr.Status.FAILED
