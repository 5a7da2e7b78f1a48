"""Services, their guides, forms and systems."""

from __future__ import annotations

from typing import Annotated, Any

from govmedia_rules.checks.contract import (
    CheckResult,
    Evidence,
    Kinds,
    Positive,
    Strictness,
    check,
    failed,
    inconclusive,
    needs_review,
    passed,
)
from govmedia_rules.checks.sampling import draw_seeded
from govmedia_rules.checks.updates import FaultCount
from govmedia_rules.errors import closest
from govmedia_rules.snapshots.kinds import is_known as is_known_kind
from govmedia_rules.snapshots.models import SiteSnapshot
from govmedia_rules.snapshots.parts import Service, TimeLimit


@check("site.services_missing", needs="services|service_count")
def services_missing(site: SiteSnapshot) -> CheckResult:
    """Check whether no services are offered (未提供办事服务)."""
    if site.service_count:
        return passed()
    if "services" in site.partial:
        return inconclusive("services_partly_seen")
    return failed("services_missing", evidence=[Evidence("services", site.site.url, None, 0)])


@check("site.guides_incomplete", needs="services", version=2)
def guides_incomplete(
    site: SiteSnapshot,
    *,
    elements: Annotated[Kinds, Strictness.MORE],
    missing_limit: Annotated[Positive, Strictness.LOWER],
    service_limit: Annotated[Positive, Strictness.LOWER],
) -> CheckResult:
    """Check whether several services have guides that lack several of the key element kinds (办事指南重点要素类别缺失).

    Args:
        elements: Key element kinds of a guide.
        missing_limit: Number of missing kinds from which a guide counts.
        service_limit: Number of such services from which the veto holds.
    """
    lacking, unknown = _lacking_guides(site, elements, missing_limit)
    assert site.services is not None
    unknown += max(0, (site.service_count or 0) - len(site.services))
    reached = FaultCount(len(lacking), unknown).reaches(service_limit)
    args: dict[str, Any] = {"count": len(lacking), "limit": service_limit, "missing_limit": missing_limit}
    if reached:
        return failed("guides_incomplete", evidence=lacking, **args)
    if reached is None or "services" in site.partial:
        return inconclusive("guides_unknown", evidence=lacking, possible_count=unknown, **args)
    return passed()


@check("site.guides_incomplete_few", needs="services")
def guides_incomplete_few(
    site: SiteSnapshot,
    *,
    elements: Annotated[Kinds, Strictness.MORE],
    missing_limit: Annotated[Positive, Strictness.LOWER],
    few: Annotated[Positive, Strictness.HIGHER],
) -> CheckResult:
    """Check whether few services are offered, and the guide of every one lacks several key element kinds.

    Args:
        elements: Key element kinds of a guide.
        missing_limit: Number of missing kinds from which a guide counts.
        few: The rule holds for sites with fewer services than this.
    """
    count = site.service_count
    if not count or count >= few:
        return passed()
    lacking, unknown = _lacking_guides(site, elements, missing_limit)
    assert site.services is not None
    unknown += count - len(site.services)
    if len(lacking) + unknown < count:
        return passed()
    if unknown or "services" in site.partial:
        return inconclusive("guides_unknown", evidence=lacking, count=len(lacking), possible_count=unknown, limit=count)
    return failed("guides_incomplete_few", evidence=lacking, count=count, missing_limit=missing_limit)


def _lacking_guides(site: SiteSnapshot, elements: Kinds, missing_limit: int) -> tuple[list[Evidence], int]:
    """Return the guides that lack `missing_limit` kinds or more, and the number of undecided guides."""
    assert site.services is not None
    lacking: list[Evidence] = []
    unknown = 0
    for service in site.services:
        if service.elements is None:
            unknown += 1
            continue
        missing = tuple(element for element in elements if element not in service.elements)
        # An element of a kind that nobody knows may be a misspelt one of those that are missing.
        misspelt = sum(not is_known_kind("guide_element", element) for element in service.elements)
        if len(missing) - misspelt < missing_limit <= len(missing):
            unknown += 1
        elif len(missing) >= missing_limit:
            lacking.append(Evidence(service.name, service.url, None, missing, missing_limit))
    return lacking, unknown


def _sampled(site: SiteSnapshot, size: int | None, seed: int) -> list[Service]:
    if size is None:
        return list(site.services or ())
    # One sample serves all rules on guides: an inspector opens the same five services for each.
    return draw_seeded(site.services or (), size, seed, f"{site.site.id} services", lambda service: service.url or service.name)


@check("site.application_missing", needs="online_application", faults=("missing",))
def application_missing(site: SiteSnapshot) -> CheckResult:
    """Check whether registered users cannot apply for services online (在线申请)."""
    return passed() if site.online_application else failed("application_missing", faults={"missing": 1})


@check("site.guide_elements_missing", needs="services", faults=("missing",), version=2)
def guide_elements_missing(
    site: SiteSnapshot,
    *,
    elements: Annotated[Kinds, Strictness.MORE],
    kinds_once: Annotated[bool, Strictness.FALSE] = False,
    sample: Positive | None = None,
    seed: int = 0,
) -> CheckResult:
    """Check whether guides lack kinds of elements (办事指南要素缺失).

    Args:
        elements: Kinds of elements a guide must have.
        kinds_once: Whether a kind that several guides lack counts once.
        sample: Number of services drawn; None for all.
        seed: Seed of the sample.
    """
    drawn = _sampled(site, sample, seed)
    evidence: list[Evidence] = []
    kinds: set[str] = set()
    count = unknown = 0
    for service in drawn:
        if service.elements is None:
            unknown += len(elements)
            continue
        missing = tuple(element for element in elements if element not in service.elements)
        # An element of a kind that nobody knows may be a misspelt one of those that are missing.
        misspelt = {closest(element, missing) for element in service.elements if not is_known_kind("guide_element", element)}
        unknown += len(misspelt & set(missing))
        missing = tuple(element for element in missing if element not in misspelt)
        if missing:
            count += len(missing)
            kinds.update(missing)
            evidence.append(Evidence(service.name, service.url, None, missing))
    if kinds_once:
        count, unknown = len(kinds), min(unknown, len(elements) - len(kinds))
    args: dict[str, Any] = {"count": count, "sampled": len(drawn), "seed": seed}
    return _sum_up("guide_elements_missing", "missing", count, unknown, evidence, args)


@check("site.guides_inaccurate", needs="services", faults=("wrong",))
def guides_inaccurate(site: SiteSnapshot, *, sample: Positive, seed: int) -> CheckResult:
    """Check whether sampled guides state times that contradict each other; other inaccuracies are counted by a reviewer.

    A promised time longer than the statutory one, and a time that differs from the promise, contradict; a guide that
    names a time without any number is a candidate.

    Args:
        sample: Number of services drawn.
        seed: Seed of the sample.
    """
    drawn = _sampled(site, sample, seed)
    wrong: list[Evidence] = []
    vague: list[Evidence] = []
    for service in drawn:
        limits = service.time_limits
        if limits is None:
            continue
        clash = contradiction(limits)
        if clash is not None:
            wrong.append(Evidence(service.name, service.url, None, clash))
        elif limits and all(limit.days is None for limit in limits):
            vague.append(Evidence(service.name, service.url, None, tuple(limit.text for limit in limits)))
    args: dict[str, Any] = {"count": len(wrong), "sampled": len(drawn), "seed": seed}
    if wrong:
        return failed("guides_inaccurate", evidence=(*wrong, *vague), faults={"wrong": len(wrong)}, **args)
    if vague:
        return needs_review("guides_vague", evidence=vague, possible={"wrong": len(vague)}, **{**args, "count": len(vague)})
    return passed()


def contradiction(limits: tuple[TimeLimit, ...]) -> tuple[str, ...] | None:
    """Return the first pair of stated times that cannot both be right, as written; None when there is none.

    Times are compared only where both are working days or both are not; where one does not say, the pair is left alone.
    """
    numbered = [limit for limit in limits if limit.days is not None]
    for first in numbered:
        for second in numbered:
            if first.working != second.working or first.days is None or second.days is None:
                continue
            longer = first.kind == "promised" and second.kind == "statutory" and first.days > second.days
            differs = first.kind == "stated" and second.kind == "promised" and first.days != second.days
            if longer or differs:
                return tuple(limit.text or f"{limit.days}日" for limit in (first, second))
    return None


@check("site.forms_missing", needs="services", faults=("missing",))
def forms_missing(site: SiteSnapshot, *, sample_required: bool, sample: Positive, seed: int) -> CheckResult:
    """Check whether forms that sampled guides name cannot be downloaded, or have no filled-in sample (表格样式).

    Args:
        sample_required: Whether a form without a filled-in sample counts.
        sample: Number of services drawn.
        seed: Seed of the sample.
    """
    drawn = _sampled(site, sample, seed)
    evidence: list[Evidence] = []
    unknown = 0
    for service in drawn:
        if service.forms is None:
            unknown += 1
            continue
        for form in service.forms:
            if form.provided is False or (sample_required and form.has_sample is False):
                evidence.append(Evidence(form.name, form.url or service.url, None, service.name))
            elif form.provided is None or (sample_required and form.has_sample is None):
                unknown += 1
    args: dict[str, Any] = {"count": len(evidence), "sampled": len(drawn), "seed": seed}
    return _sum_up("forms_missing", "missing", len(evidence), unknown, evidence, args)


def _sum_up(reason: str, kind: str, count: int, unknown: int, evidence: list[Evidence], args: dict[str, Any]) -> CheckResult:
    possible = {kind: unknown} if unknown else {}
    if count:
        return failed(reason, evidence=evidence, faults={kind: count}, possible=possible, **args)
    if unknown:
        return inconclusive("sample_partly_seen", possible=possible, **args)
    return passed()


@check("site.systems_unopenable", needs="systems", faults=("system",))
def systems_unopenable(site: SiteSnapshot) -> CheckResult:
    """Check whether systems to apply or look something up online cannot be opened (在线系统).

    Source:
        国办发〔2015〕15号附件2, 服务实用情况: 在线系统.
    """
    shut = [system for system in site.systems or () if system.opens is False]
    untried = sum(system.opens is None for system in site.systems or ())
    possible = {"system": untried} if untried else {}
    if shut:
        evidence = [Evidence(system.name, system.url, site.observed_at, "unopenable") for system in shut]
        names = tuple(system.name for system in shut)
        return failed("systems_unopenable", evidence=evidence, faults={"system": len(shut)}, possible=possible, names=names)
    return inconclusive("systems_not_tried", possible=possible) if possible or "systems" in site.partial else passed()
