"""Which units a round looks at: full or drawn, seeded, recorded, explained (抽样).

A draw needs no random numbers. Each unit has a rank, the SHA-256 of seed and id, and in each stratum the lowest ranks are
taken. So the same seed draws the same units from any order of the list, on any machine and in any version, anybody can
check one unit by hand, and a unit that joins the list moves no other stratum.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from govmedia_rules.campaign.config import MAIN, TierId
from govmedia_rules.campaign.groups import Dimension
from govmedia_rules.campaign.rules import Share, SubjectKind
from govmedia_rules.campaign.units import subject_kind
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.rates import counts_at_least
from govmedia_rules.core.time import Instant
from govmedia_rules.errors import CampaignError
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.vocabulary import PORTAL_LEVELS, Level

METHOD = "sha256-rank/1"
"""Name of the way units are ranked; a later way gets a later name, and this one stays."""

Why = Literal["all", "portal", "level", "failed_before", "rank", "unit"]
WHY_ZH: Mapping[str, str] = {
    "all": "全部检查",
    "portal": "门户网站必查",
    "level": "所在层级必查",
    "failed_before": "上期不合格必查",
    "rank": "按序抽中",
    "unit": "每个主办单位至少一个",
}


class SampleRule(Model):
    """How a sample is drawn.

    Attributes:
        subject: Sites or accounts.
        method: full takes every unit, stratified a share of each stratum.
        strata: What strata are made by; () puts all units into one.
        share: Share of each stratum to be looked at; what is taken in any case counts towards it. None with `method`
            full, or where every stratum has a share of its own.
        shares: Share of single strata, by their key: values joined by ` · `, `?` where one is not known
            (`南昌市 · city_department`).
        portals_always: Whether every 政府门户网站 is taken.
        levels_always: Levels of which every unit is taken.
        failed_always: Whether every unit that failed the round before is taken.
        least_per_stratum: Units taken of each stratum at least, as far as it has them.
        least_per_unit: Units taken of each owner (主办单位) at least; units without a known owner are one owner each.

    Example:
        >>> from datetime import datetime
        >>> from govmedia_rules import SHANGHAI, Account
        >>> accounts = [Account(name=f"账号{number}", platform="weibo") for number in range(10)]
        >>> rule = SampleRule(subject="account", method="stratified", share="0.3")
        >>> sample = draw(accounts, rule, seed="2024-08-01", at=datetime(2024, 8, 2, tzinfo=SHANGHAI))
        >>> len(sample.drawn)
        3
    """

    subject: SubjectKind
    method: Literal["full", "stratified"] = "stratified"
    strata: tuple[Dimension, ...] = ()
    share: Share | None = None
    shares: Mapping[Short, Share] = Field(default_factory=dict)
    portals_always: bool = False
    levels_always: tuple[Level, ...] = ()
    failed_always: bool = False
    least_per_stratum: int = Field(default=0, ge=0)
    least_per_unit: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_whole(self) -> SampleRule:
        if self.method == "full" and (self.share is not None or self.shares):
            raise ValueError("a full inspection takes no share")
        if self.method == "stratified" and self.share is None and not self.shares and not self.least_per_stratum:
            raise ValueError("a stratified sample needs a share, or units per stratum")
        return self

    def share_of(self, stratum: str) -> Decimal | None:
        """Return the share wanted of a stratum; None when none is."""
        return self.shares.get(stratum, self.share)


class Drawn(Model):
    """One unit of a sample.

    Attributes:
        subject: Its id.
        stratum: Its stratum.
        why: Why it was taken.
        rank: Its place in the stratum when all its units are ordered by rank, from 1.
    """

    subject: Name
    stratum: Short
    why: Why
    rank: int = Field(ge=1)


class Stratum(Model):
    """One stratum of a sample.

    Attributes:
        key: Its key.
        size: Units in it.
        wanted: Units its share comes to, rounded up.
        certain: Units taken in any case.
        drawn: Units taken, all reasons together.
    """

    key: Short
    size: int
    wanted: int
    certain: int
    drawn: int


class Sample(Model):
    """A sample as it was drawn: the rule, the seed, and every unit with its reason.

    Attributes:
        rule: How it was drawn.
        seed: The seed.
        method: Name of the way units are ranked.
        tier: Tier it was drawn for.
        at: When it was drawn.
        population: Units it was drawn from.
        left_out: Units of the list that are closed and were not drawn from.
        digest: SHA-256 of the ids it was drawn from, in order.
        strata: Its strata.
        drawn: The units taken, in the order of the list.
    """

    rule: SampleRule
    seed: Short
    method: Short = METHOD
    tier: TierId = MAIN
    at: Instant
    population: int
    left_out: int = 0
    digest: Short
    strata: tuple[Stratum, ...]
    drawn: tuple[Drawn, ...]

    @cached_property
    def ids(self) -> frozenset[str]:
        """Ids of the units taken."""
        return frozenset(unit.subject for unit in self.drawn)

    def __contains__(self, subject_id: object) -> bool:
        return subject_id in self.ids

    def __len__(self) -> int:
        return len(self.drawn)

    def explain(self, subject: Site | Account) -> str:
        """Return why a unit was taken, or not, in one Chinese sentence that can be checked by hand."""
        unit = next((unit for unit in self.drawn if unit.subject == subject.id), None)
        key = stratum_of(subject, self.rule)
        stratum = next((stratum for stratum in self.strata if stratum.key == key), None)
        code = rank_code(self.seed, subject.id)[:12]
        if stratum is None:
            return f"{subject.name}：不在抽样范围内"
        where = (
            f"“{key}”层共{stratum.size}个，应查{stratum.wanted}个，实查{stratum.drawn}个"
            if key
            else f"共{stratum.size}个，实查{stratum.drawn}个"
        )
        if unit is None:
            return f"{subject.name}：未抽中（{where}；序码{code}）"
        return f"{subject.name}：{WHY_ZH[unit.why]}（{where}；序码{code}，层内第{unit.rank}位）"

    def lines(self) -> Iterator[str]:
        """Yield the sample in a few Chinese lines."""
        word = "政府网站" if self.rule.subject == "site" else "政务新媒体"
        yield f"{word}{self.population}个中抽取{len(self)}个，种子“{self.seed}”，方法{self.method}，名单摘要{self.digest[:12]}"
        if self.left_out:
            yield f"已注销{self.left_out}个不在抽取范围"
        for stratum in self.strata:
            numbers = f"共{stratum.size}个，应查{stratum.wanted}个，必查{stratum.certain}个，实查{stratum.drawn}个"
            yield f"{stratum.key or '全部'}：{numbers}"


def rank_code(seed: str, subject_id: str) -> str:
    """Return the rank of a unit as text: SHA-256 of seed, a zero byte and id; lower comes first."""
    return hashlib.sha256(f"{seed}\0{subject_id}".encode()).hexdigest()


def stratum_of(subject: Site | Account, rule: SampleRule) -> str:
    """Return the key of a unit's stratum."""
    values = (subject.division if name == "region" else getattr(subject, name, None) for name in rule.strata)
    return " · ".join("?" if value is None else str(value) for value in values)


def draw(
    subjects: Iterable[Site | Account],
    rule: SampleRule,
    *,
    seed: str,
    at: Instant,
    failed_before: Collection[str] = (),
    tier: str = MAIN,
) -> Sample:
    """Draw a sample.

    Args:
        subjects: The units there are; those of the other kind are left aside, closed ones are left out.
        rule: How to draw.
        seed: Anything that was fixed before the list was known (a lottery number, a date).
        at: When it is drawn.
        failed_before: Ids of the units that failed the round before.
        tier: Tier it is drawn for.

    Raises:
        CampaignError: Two units have one id.
    """
    units, left_out = _running_units(subjects, rule.subject)
    ranked = sorted(units, key=lambda name: rank_code(seed, name))
    strata: dict[str, list[str]] = defaultdict(list)
    for name in ranked:
        strata[stratum_of(units[name], rule)].append(name)
    failed = frozenset(failed_before)
    certain = {name: why for name, subject in units.items() if (why := _certain(subject, rule, failed)) is not None}
    taken = dict(certain)
    for key, names in strata.items():
        others = [name for name in names if name not in certain]
        open_places = max(_demanded(rule, key, len(names)) - (len(names) - len(others)), 0)
        taken |= dict.fromkeys(others[:open_places], "rank")
    taken |= dict.fromkeys(_missing_of_owners(units, ranked, rule.least_per_unit, taken), "unit")
    places = {name: (key, rank) for key, names in strata.items() for rank, name in enumerate(names, 1)}
    return Sample(
        rule=rule,
        seed=seed,
        tier=tier,
        at=at,
        population=len(units),
        left_out=left_out,
        digest=hashlib.sha256("\n".join(sorted(units)).encode()).hexdigest(),
        strata=tuple(
            Stratum(
                key=key,
                size=len(names),
                wanted=_demanded(rule, key, len(names)),
                certain=sum(name in certain for name in names),
                drawn=sum(name in taken for name in names),
            )
            for key, names in sorted(strata.items())
        ),
        drawn=tuple(
            Drawn(subject=name, stratum=places[name][0], why=taken[name], rank=places[name][1]) for name in units if name in taken
        ),
    )


def _running_units(subjects: Iterable[Site | Account], kind: SubjectKind) -> tuple[dict[str, Site | Account], int]:
    """Return the units of a kind by id, without closed ones, and the number of those."""
    units: dict[str, Site | Account] = {}
    closed = 0
    for subject in subjects:
        if subject_kind(subject) != kind:
            continue
        if subject.status == "closed":
            closed += 1
        elif subject.id in units:
            raise CampaignError(
                f"{subject.id} is listed twice",
                hint="a unit is drawn once; see Registry.problems()",
                zh=f"{subject.id} 列了两次",
                hint_zh="一个单位只抽一次；见 Registry.problems()",
            )
        else:
            units[subject.id] = subject
    return units, closed


def _certain(subject: Site | Account, rule: SampleRule, failed: frozenset[str]) -> Why | None:
    if rule.method == "full":
        return "all"
    if rule.portals_always and subject.level in PORTAL_LEVELS:
        return "portal"
    if subject.level is not None and subject.level in rule.levels_always:
        return "level"
    return "failed_before" if rule.failed_always and subject.id in failed else None


def _demanded(rule: SampleRule, key: str, size: int) -> int:
    if rule.method == "full":
        return size
    share = rule.share_of(key)
    by_share = 0 if share is None else counts_at_least(Fraction(share), size)
    return min(size, max(by_share, rule.least_per_stratum))


def _missing_of_owners(
    units: Mapping[str, Site | Account], ranked: Iterable[str], least: int, taken: Container[str]
) -> Iterator[str]:
    """Yield the units, by rank, that are needed so that each owner has `least` in the sample, or all it has."""
    owners: dict[str, list[str]] = defaultdict(list)
    for name in ranked:
        owners[units[name].owner or f"?{name}"].append(name)
    for names in owners.values():
        others = [name for name in names if name not in taken]
        missing = min(least, len(names)) - (len(names) - len(others))
        yield from others[: max(missing, 0)]
