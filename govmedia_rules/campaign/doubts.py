"""What in a campaign does not fit or is not known, named instead of hidden in a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from govmedia_rules.base import Model, Short
from govmedia_rules.campaign.letters import faults_of
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Registry
from govmedia_rules.vocabulary import read_data

if TYPE_CHECKING:
    from govmedia_rules.campaign.campaign import Campaign

_MOST_NAMED = 5
_ZH = {"site": "政府网站", "account": "政务新媒体"}
_EN = {"site": "sites", "account": "accounts"}


class Doubt(Model):
    """One thing that does not fit or is not known.

    Attributes:
        reason: Name of the sentence in `data/doubts.toml`.
        severity: wrong when a figure cannot be right, open when something waits for a person, note when it should be known.
        count: Units concerned.
        details: Parts of the sentence, by name.
        subjects: Ids of the units concerned, as far as they have names.
    """

    reason: str
    severity: Literal["wrong", "open", "note"]
    count: int = 0
    details: tuple[tuple[str, Short], ...] = ()
    subjects: tuple[str, ...] = ()

    def message(self, lang: Literal["zh", "en"] = "zh") -> str:
        """The doubt in one sentence."""
        more = len(self.subjects) > _MOST_NAMED
        if lang == "zh":
            named = "、".join(self.subjects[:_MOST_NAMED]) + ("等" if more else "")
        else:
            named = ", ".join(self.subjects[:_MOST_NAMED]) + (" …" if more else "")
        values = {"count": str(self.count), "named": named, **dict(self.details)}
        kind = values.get("kind", "")
        values["kind"] = (_ZH if lang == "zh" else _EN).get(kind, kind)
        return _sentences()[self.reason][lang].format_map(values)


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    return read_data("govmedia_rules.campaign", "doubts.toml")


def _doubt(
    reason: str,
    severity: Literal["wrong", "open", "note"],
    subjects: tuple[str, ...] = (),
    count: int | None = None,
    **values: object,
) -> Doubt:
    told = tuple((name, str(value)) for name, value in values.items())
    return Doubt(reason=reason, severity=severity, count=len(subjects) if count is None else count, details=told, subjects=subjects)


def doubts_of(campaign: Campaign) -> Iterator[Doubt]:
    """Every doubt, the wrong ones of the population first."""
    yield from _population(campaign)
    yield from _results(campaign)
    yield from _rules(campaign)
    yield from _numbers(campaign)
    for sentence in faults_of(campaign.disclosures):
        yield _doubt("disclosure_parts", "wrong", told=sentence, count=1)


def _population(campaign: Campaign) -> Iterator[Doubt]:
    if campaign.repeated:
        names = tuple(dict.fromkeys(name for _, name in campaign.repeated))
        yield _doubt("listed_twice", "wrong", names)
    subjects = list(campaign.members.values())
    registry = Registry(
        sites=tuple(one for one in subjects if isinstance(one, Site)),
        accounts=tuple(one for one in subjects if isinstance(one, Account)),
    )
    for problem in registry.problems():
        severity: Literal["wrong", "note"] = "note" if problem.kind == "warning" else "wrong"
        yield _doubt("registry", severity, problem.subjects, told=problem.what)
    for tier, population in campaign.stated:
        for sentence in population.faults():
            yield _doubt("total_differs", "wrong", count=1, tier=tier, kind=population.subject, told=sentence)
    region = campaign.terms.region
    if region is not None:
        start = region.rstrip("0")
        start += "0" * (len(start) % 2)
        others = tuple(
            one.subject.id
            for one in campaign.results.values()
            if one.subject.division is not None and not one.subject.division.startswith(start)
        )
        if others:
            yield _doubt("other_region", "wrong", others, region=region)


def _results(campaign: Campaign) -> Iterator[Doubt]:
    statistics = campaign.statistics("level", "platform", "area")
    kinds: tuple[SubjectKind, ...] = ("site", "account")
    for tier in campaign.terms.tiers:
        for kind in kinds:
            for spec in ("level", "platform", "area"):
                for label, stat in statistics.groups(kind, spec, tier=tier.id).rows():
                    if stat.population is not None and stat.inspected > stat.population:
                        yield _doubt(
                            "more_than_there_are",
                            "wrong",
                            count=stat.inspected,
                            tier=tier.id,
                            kind=kind,
                            label=label,
                            population=stat.population,
                        )
            stat = statistics.total(kind, tier=tier.id)
            if stat.population is not None and stat.inspected > stat.population:
                yield _doubt(
                    "more_than_there_are",
                    "wrong",
                    count=stat.inspected,
                    tier=tier.id,
                    kind=kind,
                    label=_ZH[kind],
                    population=stat.population,
                )
    yield from _named(campaign)


def _named(campaign: Campaign) -> Iterator[Doubt]:
    results = campaign.results
    only_members = {(tier, "account" if isinstance(one, Account) else "site") for (tier, _), one in campaign.members.items()}
    only_members -= {(one.tier, one.subject) for one in campaign.counted}
    only_members -= {(tier, one.subject) for tier, one in campaign.stated}
    not_listed = tuple(
        one.subject.id
        for key, one in results.items()
        if (one.tier, "account" if isinstance(one.subject, Account) else "site") in only_members and key not in campaign.members
    )
    if not_listed:
        yield _doubt("not_listed", "wrong", not_listed)
    window = campaign.terms.window
    first, last = (window.start.first(), window.end.last()) if window is not None else (None, None)
    outside = tuple(
        one.subject.id
        for one in results.values()
        if one.observed_at is not None
        and ((first is not None and one.observed_at.date() < first) or (last is not None and one.observed_at.date() > last))
    )
    if outside and window is not None:
        yield _doubt("outside_window", "wrong", outside, window=window.text())
    for outcome, reason in (("undetermined", "undetermined"), ("unreviewed", "unreviewed")):
        found = tuple(one.subject.id for one in results.values() if one.outcome == outcome)
        if found:
            yield _doubt(reason, "open", found)
    waiting = tuple(one.subject.id for one in results.values() if one.waiting and one.outcome != "unreviewed")
    if waiting:
        yield _doubt("waiting", "open", waiting)
    drawn = {(sample.tier, name) for sample in campaign.samples for name in sample.ids}
    not_seen = tuple(name for tier, name in sorted(drawn) if (tier, name) not in results)
    if not_seen:
        yield _doubt("drawn_not_seen", "open", not_seen)
    lengths = Counter(tier for tier, _ in drawn)
    not_drawn = tuple(one.subject.id for key, one in results.items() if lengths[one.tier] and key not in drawn)
    if not_drawn and campaign.samples:
        kinds = {(sample.tier, sample.rule.subject) for sample in campaign.samples}
        mine = tuple(
            one.subject.id
            for key, one in results.items()
            if (one.tier, "account" if isinstance(one.subject, Account) else "site") in kinds and key not in drawn
        )
        if mine:
            yield _doubt("seen_not_drawn", "note", mine)


def _rules(campaign: Campaign) -> Iterator[Doubt]:
    if len(campaign.rulebooks) > 1:
        told = "、".join(f"{one.version} {one.digest[:12]}" for one in campaign.rulebooks)
        yield _doubt("several_rulebooks", "wrong", count=len(campaign.rulebooks), told=told)
    unverified = {
        indicator.id
        for plan in campaign.plans
        for indicator in plan.indicators
        if not indicator.is_verified and any(indicator.id in one.reasons for one in campaign.failures())
    }
    if unverified:
        yield _doubt("unverified", "note", count=len(unverified), told="、".join(sorted(unverified)))


def _numbers(campaign: Campaign) -> Iterator[Doubt]:
    for basis in ("inferred", "assumed"):
        blocks = [one for one in (*campaign.counted, *campaign.counted_results) if one.basis == basis]
        if blocks:
            yield _doubt(f"numbers_{basis}", "note", count=sum(one.count for one in blocks), blocks=len(blocks))
    nameless = sum(one.count for one in campaign.counted_results if one.outcome == "failed")
    if nameless:
        yield _doubt("nameless", "note", count=nameless)
