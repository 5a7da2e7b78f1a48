"""Points nobody has seen are ranges: every assignment that the published relations and the totals of the groups permit."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import govmedia_rules as gr
from govmedia_rules.judge.score import JointPoints

sys.path.insert(0, str(Path(__file__).parent))
from portals import PERFECT, portal

BOOK = gr.load_rulebook("national-2019")
GROUPS = {"发布解读": 31, "办事服务": 25, "互动交流": 23, "功能设计": 21}

# What published sources fix: policy documents 5, service statistics 2; every other second-level point is at least one.
KNOWN = {"site.deduct.publish.policy": 5, "site.deduct.service.statistics": 2}


def relations(points: Mapping[str, int]) -> bool:
    """Self-check A lost 13 by 信息提交 and 留言公开 and nothing by the other two; B lost 13 by 留言公开 and 办理答复. IPv6 and
    一号登录 lost 3 together in A."""
    short = {name.rsplit(".", 1)[-1]: value for name, value in points.items()}
    if "submit" in short:
        return short["submit"] + short["public"] >= 13 and short["public"] + short["answer"] >= 13
    return "single_login" not in short or short["ipv6"] + short["single_login"] >= 3


def assignments(names: list[str], total: int) -> Iterator[dict[str, int]]:
    """Whole points of at least one that add up to the total: for all but two of the indicators at the ends of what is left."""
    free = [name for name in names if name not in KNOWN]
    rest = total - sum(KNOWN.get(name, 0) for name in names)
    if len(free) <= 4:
        for values in itertools.product(range(1, rest), repeat=len(free) - 1):
            if rest - sum(values) >= 1:
                yield dict(zip(free, (*values, rest - sum(values)), strict=True))
        return
    # Of many indicators any two may vary while the others have one point: the ends of each range lie there.
    for first, second in itertools.permutations(free, 2):
        left = rest - (len(free) - 2)
        for value in range(1, left):
            yield dict.fromkeys(free, 1) | {first: value, second: left - value}


@pytest.mark.parametrize("group", GROUPS)
def test_the_ranges_are_the_ends_of_all_assignments_that_are_permitted(group: str) -> None:
    members = [one for one in BOOK.indicators if one.kind == "deduction" and one.group == group]
    assert sum(one.points or 0 for one in members) == GROUPS[group]
    permitted = [points for points in assignments([one.id for one in members], GROUPS[group]) if relations(points)]
    assert permitted
    assert {one.id: int(one.points or 0) for one in members if one.id not in KNOWN} in permitted or len(members) > 4
    for one in members:
        if one.id in KNOWN:
            assert one.points == KNOWN[one.id]
            assert "points" not in one.unverified
            continue
        low, high = one.plausible["points"]
        assert (low, high) == (min(points[one.id] for points in permitted), max(points[one.id] for points in permitted)), one.id


def test_the_points_as_read_satisfy_what_the_self_checks_fix() -> None:
    points = {one.id: int(one.points or 0) for one in BOOK.indicators if one.kind == "deduction" and one.points is not None}
    assert relations({name: value for name, value in points.items() if ".interaction." in name})
    assert relations({name: value for name, value in points.items() if ".design." in name})
    submit, login, public, answer = (points[f"site.deduct.interaction.{name}"] for name in ("submit", "login", "public", "answer"))
    assert (submit, login, public, answer) == (5, 5, 8, 5)
    assert answer + login <= 10
    assert submit + login <= 10


def test_the_bonuses_are_thirty_in_all() -> None:
    bonuses = [one for one in BOOK.indicators if one.kind == "bonus"]
    assert len(bonuses) == 11
    for one in bonuses:
        assert one.plausible["points"] == (1, 30 - (len(bonuses) - 1))


# ---------------------------------------------------------------- forty portals, line by line

PUBLISH = ("overview", "duties", "leaders", "news", "interpretation")
NONE_EARNED: dict[str, Any] = {
    "activities": [],
    "enquiries": [{"question": "q", "asked_at": "2024-08-05", "answered_at": "2024-08-08"}] * 2,
}
OLD_POLICY = {"column__policy": {"latest_entry_at": "2023-01-01"}}
OLD_STATISTICS = {"column__service_statistics": {"latest_entry_at": "2023-01-01"}}
OLD_MESSAGES = {"message_board": {"published": True, "latest_published_at": "2024-05-20", "has_statistics": True}}
UNLINKED = {
    "interpretations": [{**PERFECT["interpretations"][0], "documents": []}],
    "documents": [{**PERFECT["documents"][0], "interpretations": [], "important": False}],
}

# Each fault: what it changes, the indicator, the least and the most it costs by itself in points; None for what its points are.
FAULTS: dict[str, tuple[dict[str, Any], str, int, int | None]] = {
    **{kind: ({f"column__{kind}": None}, f"publish.{kind}", 0, None) for kind in PUBLISH[:4]},
    "interpretation": ({"column__interpretation": None}, "interpretation.column", 0, None),
    "unlinked": (UNLINKED, "interpretation.linkage", 1, 1),
    "policy": (OLD_POLICY, "publish.policy", 5, 5),
    "statistics": (OLD_STATISTICS, "service.statistics", 2, 2),
    "apply": ({"online_application": False}, "service.apply", 0, None),
    "submit": ({"submission_works": False}, "interaction.submit", 0, None),
    "login": ({"unified_login": False}, "interaction.login", 0, None),
    "messages": (OLD_MESSAGES, "interaction.public", 3, 3),
    "ipv6": ({"ipv6": False}, "design.ipv6", 0, None),
    "search": ({"has_search": False}, "design.search", 0, None),
}
PORTALS: list[tuple[str, ...]] = [
    (),
    *((name,) for name in FAULTS),
    ("policy", "statistics"),
    ("policy", "messages"),
    ("statistics", "messages"),
    ("policy", "statistics", "messages"),
    ("overview", "policy"),
    ("overview", "duties"),
    ("submit", "login"),
    ("submit", "login", "messages"),
    ("apply", "statistics"),
    ("ipv6", "search"),
    ("ipv6", "search", "policy"),
    ("news", "apply"),
    ("news", "apply", "submit"),
    ("news", "apply", "submit", "ipv6"),
    ("leaders", "statistics"),
    ("leaders", "login", "messages"),
    ("interpretation", "policy"),
    PUBLISH,
    (*PUBLISH, "policy"),
    (*PUBLISH, "apply", "submit"),
    (*PUBLISH, "policy", "statistics", "messages"),
    tuple(name for name in FAULTS if name != "unlinked"),
    ("search", "messages"),
    ("duties", "statistics", "login"),
    ("overview", "duties", "leaders"),
    ("apply", "search"),
    ("submit", "policy"),
    ("unlinked", "duties"),  # a loss of one point beside one of all the points that the group leaves
    ("login", "messages"),  # the relation of A leaves 10 for login and answers, and messages lose 3 whatever their points are
]


def members(group: str) -> list[str]:
    return [one.id for one in BOOK.indicators if one.kind == "deduction" and one.group == group]


def permitted(group: str, wanted: tuple[str, ...]) -> Iterator[dict[str, int]]:
    """Every assignment of whole points to some indicators that what is left for the others of the group permits."""
    names = members(group)
    related = [name for pair in RELATED for name in pair if name in names]
    free = list(dict.fromkeys(name for name in (*wanted, *related) if name not in KNOWN))
    others = [name for name in names if name not in free]
    fixed = sum(KNOWN.get(name, 0) for name in others)
    floating = sum(name not in KNOWN for name in others)  # each of them has one point at least

    def assign(left: int, index: int) -> Iterator[tuple[int, ...]]:
        if index == len(free):
            if (left == 0 and not floating) or (floating and left >= floating):
                yield ()
            return
        for points in range(1, left + 1):
            for rest in assign(left - points, index + 1):
                yield (points, *rest)

    for values in assign(GROUPS[group] - fixed, 0):
        points = dict(zip(free, values, strict=True)) | {name: KNOWN[name] for name in wanted if name in KNOWN}
        if all(sum(points[name] for name in pair) >= least for pair, least in RELATED.items() if set(pair) <= points.keys()):
            yield points


RELATED = {
    ("site.deduct.interaction.submit", "site.deduct.interaction.public"): 13,
    ("site.deduct.interaction.public", "site.deduct.interaction.answer"): 13,
    ("site.deduct.design.ipv6", "site.deduct.design.single_login"): 3,
}


@cache
def most_lost(group: str, names: tuple[str, ...]) -> int:
    """The most that faults of a group cost by any assignment of points that is permitted."""
    caps = {f"site.deduct.{FAULTS[name][1]}": FAULTS[name][3] for name in names}
    return max(
        sum(points[one] if cap is None else min(cap, points[one]) for one, cap in caps.items())
        for points in permitted(group, tuple(caps))
    )


def by_hand(names: tuple[str, ...], *, services: bool) -> tuple[Fraction, Fraction]:
    """The deduction part: the least that is lost, and the most by any assignment of points that the sources permit."""
    least = sum(FAULTS[name][2] for name in names)
    by_group: dict[str, list[str]] = {}
    for name in names:
        by_group.setdefault(BOOK[f"site.deduct.{FAULTS[name][1]}"].group or "", []).append(name)
    lost = sum(most_lost(group, tuple(faults)) for group, faults in by_group.items())
    base, factor = (100, Fraction(1)) if services else (75, Fraction(4, 3))
    return max(Fraction(0), Fraction(base - lost)) * factor, Fraction(base - least) * factor


@pytest.mark.parametrize("names", PORTALS, ids=["+".join(names) or "nothing" for names in PORTALS])
def test_forty_portals_line_by_line(names: tuple[str, ...]) -> None:
    parts: dict[str, Any] = dict(NONE_EARNED)
    for name in names:
        parts |= FAULTS[name][0]
    seen = BOOK.inspect(portal(**parts))
    assert seen.score is not None
    low, high = by_hand(names, services=True)
    assert (seen.score.part.low, seen.score.part.high) == (low, high), list(seen.score.lines())
    assert seen.verdict is (gr.Verdict.QUALIFIED if low >= 60 else gr.Verdict.UNDETERMINED)
    assert seen.score.is_final == (low == high)
    assert seen.score.could_change == (low < 60)


def test_points_are_ranged_together_and_not_line_by_line() -> None:
    assert most_lost("互动交流", ("submit", "login")) == 10  # and not 18: the other two have 13 at least
    assert most_lost("发布解读", ("overview", "duties")) == 20  # and not 31: six others have a point each, policy five
    assert most_lost("功能设计", ("ipv6", "search")) == 14
    assert len(set(PORTALS)) == len(PORTALS) >= 40


def test_a_portal_without_service_duties_is_worked_out_over_seventy_five_points() -> None:
    parts = NONE_EARNED | OLD_POLICY | {"column__duties": None, "site": {"has_services": False}}
    seen = BOOK.inspect(portal(**parts))
    assert seen.score is not None
    assert (seen.score.part.low, seen.score.part.high) == by_hand(("policy", "duties"), services=False)


def test_bonuses_that_are_earned_are_ranges_up_to_thirty() -> None:
    seen = BOOK.inspect(portal())  # surveys, interviews and fast answers are earned
    assert (seen.score.low, seen.score.high) == (Decimal(103), Decimal(130))  # type: ignore[union-attr]


def test_a_single_number_appears_only_where_every_point_was_seen() -> None:
    for names in PORTALS:
        parts: dict[str, Any] = dict(NONE_EARNED)
        for name in names:
            parts |= FAULTS[name][0]
        score = BOOK.inspect(portal(**parts)).score
        assert score is not None
        if score.is_final:
            assert score.rests_on == (), names


def test_the_most_that_is_lost_together_is_that_of_every_assignment() -> None:
    names = members("互动交流")
    least = {place: (4 if name.endswith("public") else 1) for place, name in enumerate(names)}
    pairs = tuple(
        (frozenset(names.index(name) for name in pair), amount) for pair, amount in RELATED.items() if set(pair) <= set(names)
    )
    joint = JointPoints(23, least, pairs)
    assigned = [tuple(points[name] for name in names) for points in permitted("互动交流", tuple(names))]
    for caps in itertools.product((0, 1, 2, 5, 9, 20), repeat=4):
        most = max(sum(map(min, caps, values)) for values in assigned)
        assert joint.most_lost({place: cap for place, cap in enumerate(caps) if cap}) == most, caps
