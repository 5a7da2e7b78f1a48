"""Checks across subjects: each receives all members of a registry and answers for some of them.

The members are collected piece by piece (`judge.across.RegistryTally`), so any partition and order gives the same members
and therefore the same answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from govmedia_rules.checks.contract import CheckResult, Evidence, Kinds, check, failed, inconclusive
from govmedia_rules.checks.members import Member, Members
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.subjects.vocabulary import subject_vocabulary

Answers = Mapping[str, CheckResult]
"""The members for which there is something to say, by id; all others are in order."""


@check("registry.accounts_duplicated")
def accounts_duplicated(members: Members, *, one_platform: Kinds) -> Answers:
    """Check whether one unit has several accounts on one platform (一个单位原则上在同一平台只开设一个账号, 国办发〔2018〕123号).

    Args:
        one_platform: Platforms of the tree that count as one with everything below them; a platform outside them counts by
            itself.
    """
    tree = subject_vocabulary("platform")
    groups: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in members.of("account"):
        owner, platform = member.owner, member.platform
        if owner is None or platform is None or not member.is_open:
            continue
        root = next((wide for wide in one_platform if tree.is_a(platform, wide)), platform)
        groups[key_of(owner), root].append(member)
    answers: dict[str, CheckResult] = {}
    for (_, platform), group in groups.items():
        if len(group) < 2:
            continue
        names = tuple(member.name for member in group)
        for member in group:
            others = [Evidence(other.name, other.entry.url if other.entry else None) for other in group if other is not member]
            answers[member.id] = failed(
                "accounts_duplicated", evidence=others, owner=member.owner, platform=platform, count=len(group), names=names
            )
    return answers


@check("registry.unlisted")
def unlisted(members: Members, *, kind: str) -> Answers:
    """Check whether a subject was found that the registry does not list (未在登记库中).

    Args:
        kind: `site` or `account`.
    """
    answers: dict[str, CheckResult] = {}
    for member in members.of(kind):
        if member.entry is not None or member.observation is None or member.observation.found is False:
            continue
        if member.namesakes:
            answers[member.id] = inconclusive("name_shared", count=len(member.namesakes), names=member.namesakes[:10])
        else:
            answers[member.id] = failed("not_in_registry", evidence=[Evidence(member.name, None, member.observation.observed_at)])
    return answers


@check("registry.unfound")
def unfound(members: Members, *, kind: str) -> Answers:
    """Check whether a subject listed as running could not be found (登记在册但无法找到); without an observation it stays open.

    Args:
        kind: `site` or `account`.
    """
    answers: dict[str, CheckResult] = {}
    for member in members.of(kind):
        if member.entry is None or not member.is_open:
            continue
        if member.observation is None:
            answers[member.id] = inconclusive("not_looked_for")
        elif member.observation.found is False:
            answers[member.id] = failed(
                "not_found", evidence=[Evidence(member.name, member.entry.url, member.observation.observed_at)]
            )
    return answers
