"""Recomputes the rates of notices that were taken down as counts and rates by key, without their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations

from govmedia_rules.core.rates import read_figure
from govmedia_rules.notices.checks import Check, check_rate, check_sum, details, part_above_whole
from govmedia_rules.notices.reconcile import Reconciliation

_PLATFORMS = ("wechat", "weibo", "app", "other", "toutiao", "douyin", "kuaishou", "miniprogram")


def reconcile_counts(counts: Mapping[str, object], rates: Mapping[str, str]) -> Reconciliation:
    """Recompute the rates of a notice that was taken down as counts and rates by key.

    Args:
        counts: Whole numbers by key: `sites_inspected`, `sites_failed`, `media_running` and so on; what is no whole
            number is passed over.
        rates: Printed percentages by key: `sites_pass`, `media_sampling` and so on.

    Returns:
        One check a rate, and one for parts by platform.
    """
    known = {key: value for key, value in counts.items() if isinstance(value, int) and not isinstance(value, bool)}
    checks: list[Check] = []
    for key, text in rates.items():
        try:
            figure = read_figure(text)
        except ValueError:
            continue
        if figure <= 100 and not re.search("score|change|yoy|qoq", key):
            checks.append(_rate(key, figure, known))
    checks += _parts(known)
    checks += _limits(known)
    return Reconciliation(checks=tuple(checks))


def _rate(key: str, figure: Decimal, counts: Mapping[str, int]) -> Check:
    subject, _, what = key.rpartition("_")

    def first(*names: str) -> list[int]:
        return [counts[name] for name in names if name in counts]

    if what == "pass":
        bases = first(f"{subject}_inspected", f"{subject}_running", f"{subject}_registered")
        failed, passed = counts.get(f"{subject}_failed"), counts.get(f"{subject}_passed")
        part, of_rest = (failed, True) if failed is not None else (passed, False)
        return check_rate(figure, part=part, bases=bases, label=key, of_rest=of_rest)
    # A base is the one of its own subject: the share of an account's platform is never one of sites.
    own = "media" if key.startswith("media") else "sites"
    whole = first(f"{own}_inspected", f"{own}_running", f"{own}_registered")
    if what in ("sampling", "checked", "coverage"):
        part = counts.get(f"{subject}_inspected")
        bases = first(f"{subject}_running", f"{subject}_registered") if part is not None else []
        return check_rate(figure, part=part, bases=bases, label=key)
    if key in ("failed_share", "sites_failed_share", "media_failed_share"):
        return check_rate(figure, part=counts.get(f"{own}_failed"), bases=whole, label=key)
    if key == "feedback_rate":
        return check_rate(figure, part=counts.get("feedback_sites"), bases=whole, label=key)
    if what == "share" and subject in counts:
        return check_rate(figure, part=counts[subject], bases=whole, label=key)
    return check_rate(figure, part=None, bases=[], label=key)


def _parts(counts: Mapping[str, int]) -> Iterator[Check]:
    whole = next((counts[key] for key in ("media_registered", "media_running", "media_inspected") if key in counts), None)
    parts = [counts[f"media_{platform}"] for platform in _PLATFORMS if f"media_{platform}" in counts]
    if whole is None or len(parts) < 2:
        return
    total, closed = sum(parts), counts.get("media_closed")
    if total >= whole:
        yield check_sum("sum_of_parts", "media", whole, parts)
    elif closed is not None and total + closed == whole:
        terms = "+".join(map(str, parts))
        yield Check(
            kind="sum_of_parts",
            outcome="remark",
            reason="sum_hides_member",
            label="media",
            stated=str(whole),
            computed=str(total),
            details=details(terms=terms, total=total, gap=closed, member=f"media_closed {closed}"),
        )


def _is_explained(inspected: int, counts: Mapping[str, int]) -> bool:
    """Whether the inspected are listed as kinds of which some are no sites of the register (7 portals and 13 channels)."""
    kinds = [value for key, value in counts.items() if not re.match("(?:sites|media)_", key)][:_MOST_KINDS]
    return any(sum(some) == inspected for number in (2, 3) for some in combinations(kinds, number))


_MOST_KINDS = 30
"""Kinds of which pairs and triples are added up: 4,495 sums at most."""


def _limits(counts: Mapping[str, int]) -> Iterator[Check]:
    """Yield parts that exceed their whole, and outcomes that do not add up."""
    for subject in ("sites", "media"):
        wholes = [counts[key] for key in (f"{subject}_running", f"{subject}_registered") if key in counts]
        inspected = counts.get(f"{subject}_inspected")
        if inspected is not None and wholes and inspected > max(wholes) and not _is_explained(inspected, counts):
            yield part_above_whole(subject, inspected, max(wholes), f"{subject}_inspected")
        bases = [*wholes, *([inspected] if inspected is not None else [])]
        for outcome in ("passed", "failed"):
            part = counts.get(f"{subject}_{outcome}")
            if part is not None and bases and part > max(bases):
                yield part_above_whole(subject, part, max(bases), f"{subject}_{outcome}")
        passed, failed = counts.get(f"{subject}_passed"), counts.get(f"{subject}_failed")
        if inspected is not None and passed is not None and failed is not None and passed + failed > inspected:
            yield check_sum("sum_of_outcomes", subject, inspected, [passed, failed])
