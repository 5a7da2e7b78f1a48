"""Rules across subjects: any partition and order of the input gives the same findings."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govmedia_rules as gr
from govmedia_rules import testing
from govmedia_rules.checks.members import Members
from govmedia_rules.judge.across import RegistryTally, incidents
from govmedia_rules.subjects.registry import read_registry

DUPLICATE = {"title": "重复开设", "kind": "management", "applies_to": {"subject": "account"}, "source": {"document": "示例"}}
BOOK = gr.load_rulebook(
    {
        "id": "across",
        "title": "across",
        "indicators": {
            "a.duplicate": {
                **DUPLICATE,
                "check": "registry.accounts_duplicated",
                "params": {"one_platform": ["wechat_official", "weibo"]},
            },
            "a.unlisted": {**DUPLICATE, "check": "registry.unlisted", "params": {"kind": "account"}},
            "a.unfound": {**DUPLICATE, "check": "registry.unfound", "params": {"kind": "account"}},
        },
    }
)
REGISTRY = read_registry(
    accounts=[
        {"名称": "示例发布", "平台": "微信订阅号", "开设主体": "示例市政府"},
        {"名称": "示例服务", "平台": "微信服务号", "开设主体": "示例市政府 "},
        {"名称": "示例视频", "平台": "微信视频号", "开设主体": "示例市政府"},
        {"名称": "示例微博", "平台": "新浪微博", "开设主体": "示例市政府"},
        {"名称": "旧微博", "平台": "微博", "开设主体": "示例市政府", "状态": "已注销"},
        {"名称": "示例财政", "平台": "微信订阅号", "开设主体": "示例市财政局"},
        {"名称": "找不到的", "平台": "抖音", "开设主体": "示例市财政局"},
        {"名称": "没人看过", "平台": "快手", "开设主体": "示例市财政局"},
    ]
)


def seen(name: str, platform: str, **parts: Any) -> gr.AccountSnapshot:
    observed = testing.snapshot("account", account={"name": name, "platform": platform, "owner": parts.pop("owner", None)}, **parts)
    assert isinstance(observed, gr.AccountSnapshot)
    return observed


SNAPSHOTS = [
    seen("示例发布", "微信订阅号", found=True, seen_owner="示例市人民政府", seen_name="示例发布"),
    seen("示例服务", "微信服务号", found=True, seen_owner="示例市政府"),
    seen("示例财政", "微信订阅号", found=True, seen_name="示例财政厅"),
    seen("找不到的", "抖音", found=False),
    seen("新冒出来的", "百家号", owner="示例市财政局", found=True),
    seen("没有的", "百家号", found=False),
    seen("示例微博", "新浪微博"),
    seen("示例视频", "微信视频号"),
]


def told(findings: gr.Findings) -> set[tuple[str, str, str]]:
    return {(one.id, one.subject_name, one.status.value) for one in findings}


def test_what_the_rules_find() -> None:
    found = told(RegistryTally.of(REGISTRY, SNAPSHOTS).findings(BOOK))
    assert found == {
        ("a.duplicate", "示例发布", "failed"),
        ("a.duplicate", "示例服务", "failed"),
        ("a.unlisted", "新冒出来的", "failed"),
        ("a.unfound", "找不到的", "failed"),
        ("a.unfound", "没人看过", "inconclusive"),
    }


def test_the_findings_explain_themselves() -> None:
    findings = RegistryTally.of(REGISTRY, SNAPSHOTS).findings(BOOK)
    [one] = [finding for finding in findings.under("a.duplicate") if finding.subject_name == "示例发布"]
    assert one.message("zh") == "示例市政府在微信公众号平台开设2个账号：示例服务、示例发布"
    assert [piece.what for piece in one.evidence] == ["示例服务"]
    assert one.message("en").startswith("示例市政府 has 2 accounts on wechat official")


PIECES: list[Any] = [*REGISTRY.accounts, *SNAPSHOTS, seen("示例发布", "微信订阅号", found=True, seen_owner="另一单位")]


@given(st.permutations(range(len(PIECES))), st.lists(st.integers(0, len(PIECES)), max_size=4))
def test_any_partition_and_order_gives_the_same_findings(order: list[int], cuts: list[int]) -> None:
    def tally(pieces: list[Any]) -> RegistryTally:
        part = RegistryTally()
        for piece in pieces:
            part.add_listing(piece) if isinstance(piece, gr.Account) else part.add(piece)
        return part

    shuffled = [PIECES[place] for place in order]
    bounds = [0, *sorted(cuts), len(shuffled)]
    parts = [tally(shuffled[start:end]) for start, end in itertools.pairwise(bounds)]
    left = RegistryTally()
    for part in parts:
        left = left.merge(part)
    right = RegistryTally()
    for part in reversed(parts):
        right = part.merge(right)
    whole = tally(PIECES)
    assert left == right == whole
    assert left.findings(BOOK) == whole.findings(BOOK)


def test_the_later_of_two_observations_counts_in_any_order() -> None:
    gone = seen("示例财政", "微信订阅号", found=False, observed_at="2024-08-01T10:00:00+08:00")
    back = seen("示例财政", "微信订阅号", found=True, observed_at="2024-08-02T10:00:00+08:00")
    for order in ((gone, back), (back, gone)):
        [member] = [one for one in RegistryTally.of(REGISTRY, order).members if one.name == "示例财政"]
        assert member.observation is not None
        assert (member.observation.found, member.observation.observed_at) == (True, back.observed_at)
        unfound = RegistryTally.of(REGISTRY, order).findings(BOOK).under("a.unfound")
        assert ("示例财政", "failed") not in {(one.subject_name, one.status) for one in unfound}


def test_a_subject_alone_cannot_answer() -> None:
    finding = BOOK.inspect(SNAPSHOTS[0]).finding("a.duplicate")
    assert (finding.status, finding.reason) == (gr.Status.NOT_CHECKED, "across_subjects")
    assert gr.load_rulebook("nanchong-2019").inspect(SNAPSHOTS[0]).finding("media.manage.duplicate").reason == "across_subjects"


@gr.check("registry.boom")
def boom(members: Members) -> dict[str, gr.CheckResult]:
    """Breaks."""
    raise ValueError(len(members))


def test_a_broken_rule_is_a_finding_for_everybody_it_concerns() -> None:
    layer = {"id": "b", "title": "b", "indicators": {"b.boom": {**DUPLICATE, "check": "registry.boom"}}}
    book = gr.load_rulebook(layer, checks=boom)  # type: ignore[arg-type]
    findings = RegistryTally.of(REGISTRY).findings(book)
    assert len(findings) == len(REGISTRY.accounts)
    assert {one.status for one in findings} == {gr.Status.ERROR}


def test_one_error_on_several_platforms_is_one_incident_and_counts_for_each() -> None:
    book = gr.load_rulebook("national-2019")
    observed = [
        seen(name, platform, owner="省国资委")
        for name, platform in (("云南国资", "微信公众号"), ("云南国资", "新浪微博"), ("别处", "抖音"))
    ]
    reviews = [
        gr.Review.model_validate(
            {
                "subject": one.subject.id,
                "indicator": "media.veto.safety.expression",
                "decision": "confirmed",
                "role": "复核人员",
                "at": "2024-09-06T09:00:00+08:00",
                "reason": "某文第一段表述错误",
            }
        )
        for one in observed[:2]
    ]
    inspections = list(book.inspect_many(observed, reviews=reviews))
    assert [one.verdict.value for one in inspections].count("unqualified") == 2
    for order in (inspections, inspections[::-1]):
        [incident] = incidents(order)
        assert incident.subjects == ("wechat_official:云南国资@省国资委", "weibo_sina:云南国资@省国资委")
        assert incident.owner == "省国资委"


def test_listing_applies_to_must_be_said() -> None:
    entry = {
        "title": "x",
        "kind": "management",
        "check": "registry.unlisted",
        "params": {"kind": "account"},
        "source": {"document": "d"},
    }
    with pytest.raises(gr.errors.RulebookErrors) as caught:
        gr.load_rulebook({"id": "x", "title": "x", "indicators": {"x.one": entry}})
    assert "applies_to" in str(caught.value)


def _named(**facts: Any) -> gr.Account:
    return gr.Account(**{"id": "17", "platform": "weibo", **facts})


def test_two_units_of_one_given_id_stay_two_and_are_named() -> None:
    town, office = _named(name="城关镇发布", owner="示例市财政局"), _named(name="河口镇发布", owner="河口镇人民政府")
    gone = seen("河口镇发布", "weibo", found=False)
    gone = gone.model_copy(update={"account": office})
    for pieces in itertools.permutations([town, office]):
        tally = RegistryTally.of(gr.Registry(accounts=pieces), [gone])
        with pytest.warns(gr.errors.SharedId, match="城关镇发布 and 河口镇发布"):
            members = tally.members
        assert [member.id for member in members] == ["17 城关镇发布", "17 河口镇发布"]
        assert len(tally) == 2
        with pytest.warns(gr.errors.SharedId):
            findings = tally.findings(BOOK)
        assert {(one.id, one.subject_name, one.status.value) for one in findings} == {
            ("a.unfound", "城关镇发布", "inconclusive"),
            ("a.unfound", "河口镇发布", "failed"),
        }


def test_an_id_that_is_taken_is_given_to_no_other_unit() -> None:
    first, second = (_named(name="城关镇发布", region=region) for region in ("130100", "130200"))
    third, fourth = _named(name="城关镇发布 1", region="130300"), _named(id="17 城关镇发布 2", name="河口镇发布")
    for pieces in itertools.permutations([first, second, third, fourth]):
        tally = RegistryTally.of(gr.Registry(accounts=pieces))
        with pytest.warns(gr.errors.SharedId):
            members = tally.members
        names = [(member.id, member.name) for member in members]
        assert names == [
            ("17 城关镇发布 1", "城关镇发布"),
            ("17 城关镇发布 1 1", "城关镇发布 1"),
            ("17 城关镇发布 2", "河口镇发布"),
            ("17 城关镇发布 3", "城关镇发布"),
        ]
        assert len(tally) == len(members)


def test_one_unit_written_in_two_ways_is_one_member() -> None:
    pieces = [
        _named(name="示例发布", owner="甲局"),
        _named(name="示例官方发布"),
        _named(name="示例发布", owner="甲局", url="https://weibo.com/1"),
    ]
    for order in itertools.permutations(pieces):
        assert len(RegistryTally.of(gr.Registry(accounts=order)).members) == 1


def test_two_units_of_one_name_at_two_addresses_are_two() -> None:
    pieces = [gr.Account(name="城关镇发布", platform="weibo", url=f"https://weibo.com/u/{number}") for number in (1, 2)]
    tally = RegistryTally.of(gr.Registry(accounts=tuple(pieces)))
    with pytest.warns(gr.errors.SharedId):
        assert [member.id for member in tally.members] == ["weibo:城关镇发布 城关镇发布 1", "weibo:城关镇发布 城关镇发布 2"]


def test_one_without_an_address_joins_neither_of_two() -> None:
    names = [
        gr.Account(name="城关镇发布", platform="weibo", url=url) for url in ("https://weibo.com/u/1", "https://weibo.com/u/2", None)
    ]
    for order in itertools.permutations(names):
        with pytest.warns(gr.errors.SharedId):
            assert len(RegistryTally.of(gr.Registry(accounts=order)).members) == 3
