"""Two rounds and two rulebooks side by side: new, persisting, resolved, lost sight of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.__main__ import main
from govmedia_rules.judge.compare import read_results
from govmedia_rules.snapshots.parts import HomePage

BOOK = gr.load_rulebook("national-2019")
STALE = "media.veto.stale"
INTERACTION = "media.veto.interaction.none"


def account(name: str, **parts: Any) -> gr.Inspection:
    healthy = {"latest_post_at": "2024-08-20", "functions": [{"kind": "menu", "name": "互动交流", "works": True}]}
    return BOOK.inspect(testing.snapshot("account", **{"account": {"name": name}, **healthy, **parts}))


BEFORE = [
    account("persists", latest_post_at="2024-01-01"),
    account("resolves", latest_post_at="2024-01-01"),
    account("vanishes", latest_post_at="2024-01-01"),
    account("unknown", latest_post_at="2024-01-01"),
    account("worsens"),
    account("stays"),
]
AFTER = [
    account("persists", latest_post_at="2024-01-01", functions=[]),
    account("resolves"),
    account("unknown", latest_post_at=None),
    account("worsens", functions=[]),
    account("stays"),
    account("comes"),
]


def test_the_four_kinds_of_change() -> None:
    found = {one.name: one for one in gr.compare(BEFORE, AFTER)}
    assert (found["persists"].persisting, found["persists"].new) == ((STALE,), (INTERACTION,))
    assert found["resolves"].resolved == (STALE,)
    assert (found["vanishes"].lost_sight, found["vanishes"].after) == ((STALE,), None)
    assert (found["unknown"].lost_sight, found["unknown"].resolved) == ((STALE,), ())
    assert found["worsens"].new == (INTERACTION,)
    assert not found["stays"].is_changed
    assert found["comes"].before is None


def test_the_sums() -> None:
    comparison = gr.compare(BEFORE, AFTER)
    assert comparison.counts()[STALE] == {"new": 0, "persisting": 1, "resolved": 1, "lost_sight": 2}
    assert comparison.verdicts[("unqualified", "qualified")] == 1
    assert comparison.verdicts[("unqualified", "absent")] == 1
    assert comparison.verdicts[("absent", "qualified")] == 1
    assert len(comparison.changed) == 6
    text = "\n".join(comparison.lines())
    assert "不合格 → 合格: 1" in text
    assert "已解决1" in text
    assert "<table>" in comparison._repr_html_()
    assert comparison.rulebooks == ((BOOK.version,), (BOOK.version,))
    json.dumps(comparison.to_dict(), ensure_ascii=False)


def test_results_read_back_from_json_compare_alike() -> None:
    lines = [one.to_json() for one in BEFORE], [one.to_json() for one in AFTER]
    assert list(gr.compare(read_results(lines[0]), read_results(lines[1]))) == list(gr.compare(BEFORE, AFTER))


def test_one_set_of_snapshots_under_two_rulebooks() -> None:
    observed = [
        testing.snapshot(
            "account", account={"name": "甲"}, latest_post_at="2024-08-10", functions=[{"kind": "comment", "works": True}]
        )
    ]
    strict = gr.load_rulebook(
        [
            {
                "id": "strict",
                "title": "strict",
                "extends": "jiangxi-2020",
                "region": "360000",
                "indicators": {STALE: {"params": {"window": {"days": 10}}}},
            }
        ]
    )
    [change] = gr.compare(BOOK.inspect_many(observed), strict.inspect_many(observed))
    assert change.verdict_changed
    assert change.new == (INTERACTION, STALE)


def test_scores_that_change() -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parent))
    from portals import portal

    [change] = gr.compare([BOOK.inspect(portal())], [BOOK.inspect(portal(ipv6=False))])
    assert (change.score_before, change.score_after) == ("103..130", "90..130")
    assert change.new == ("site.deduct.design.ipv6",)
    assert not change.verdict_changed
    assert change.is_changed


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, inspections in (("before", BEFORE), ("after", AFTER)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(one.to_json() for one in inspections), "utf-8")
    assert main(["compare", str(tmp_path / "before.jsonl"), str(tmp_path / "after.jsonl")]) == 0
    assert "失去跟踪2" in capsys.readouterr().out
    example = Path(__file__).parents[2] / "docs" / "examples" / "jiangxi-2020q1" / "snapshots.jsonl"
    assert main(["compare", str(example), "--rulebook", "national-2019", "--against", "jiangxi-2020", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rulebooks"][1] == ["jiangxi-2020@1.0+national-2019@1.0"]
    assert main(["compare", str(tmp_path / "before.jsonl")]) == 2
    assert main(["compare", str(example), str(example)]) == 2
    assert main(["compare", "gone.jsonl", "gone.jsonl"]) == 2


def test_two_units_of_one_given_id_are_two_subjects() -> None:
    before = [
        account("", account={"id": "1", "name": "甲局"}),
        account("", account={"id": "1", "name": "乙局"}, latest_post_at="2024-01-01"),
    ]
    after = [account("", account={"id": "1", "name": "乙局"}), account("", account={"id": "1", "name": "甲局"}, functions=[])]
    with pytest.warns(gr.errors.SharedId):
        changes = {change.name: change for change in gr.compare(before, after)}
    assert changes["甲局"].new == (INTERACTION,)
    assert changes["乙局"].resolved == (STALE,)


def test_a_unit_of_a_given_id_that_is_named_anew_is_one_subject() -> None:
    before = [account("", account={"id": "1", "name": "甲市政府网"}, latest_post_at="2024-01-01")]
    after = [account("", account={"id": "1", "name": "甲市大数据局"})]
    assert [(change.name, change.resolved) for change in gr.compare(before, after)] == [("甲市大数据局", (STALE,))]


def test_ids_made_of_a_name_or_a_host_may_be_of_two_units() -> None:
    book = gr.load_rulebook("national-2019")
    point = "2024-08-23T10:00:00+08:00"
    accounts = [
        gr.AccountSnapshot(
            account=gr.Account(name="城关镇发布", platform="weibo", url=f"https://weibo.com/u/{number}"),
            observed_at=point,
            latest_post_at="2024-01-01",
        )
        for number in (1, 2)
    ]
    home = HomePage(is_navigation=False, latest_entry_at="2024-01-01")
    sites = [
        gr.SiteSnapshot(site=gr.Site(name=name, url=f"http://www.x.gov.cn/{path}/"), observed_at=point, home=home)
        for name, path in (("甲县教育局网站", "jyj"), ("甲县财政局网站", "czj"))
    ]
    for pair, indicator in ((accounts, "media.veto.stale"), (sites, "site.veto.home_stale")):
        assert pair[0].subject.id == pair[1].subject.id
        review = gr.Review(
            subject=pair[0].subject.id, indicator=indicator, decision="dismissed", role="复核人员", at=point, reason="有更新"
        )
        with pytest.warns(gr.errors.SharedId):
            inspections = list(book.inspect_many(pair, reviews=[review]))
        assert [each.finding(indicator).status for each in inspections] == [gr.Status.FAILED] * 2
        with pytest.warns(gr.errors.SharedId):
            assert len(gr.compare(inspections, inspections)) == 2
