"""Counts as tables and lines, for people: what a notebook, a command or an attachment shows (统计表)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from govmedia_rules.campaign.coverage import lines as coverage_lines
from govmedia_rules.campaign.groups import Spec
from govmedia_rules.campaign.results import OUTCOME_ZH, UnitOutcome
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.statistics import Stat
from govmedia_rules.campaign.terms import MAIN, Terms
from govmedia_rules.notices.model import Table

if TYPE_CHECKING:
    from govmedia_rules.campaign.campaign import Campaign

KIND_ZH = {"site": "政府网站", "account": "政务新媒体"}
ALWAYS: tuple[UnitOutcome, ...] = ("passed", "failed")
"""Outcomes that have a column even where no unit ended so."""


def rate_text(stat: Stat, terms: Terms) -> str | None:
    """The pass rate in print; where units are open, from the lowest it can be to the highest; None when there is no base."""
    bounds = stat.bounds("pass", base=terms.rate_base, basically_passes=terms.basically_passes)
    if bounds is None:
        return None
    low, high = (one.text(terms.rounding) for one in bounds)
    return low if not stat.open else f"{low}—{high}"


def counts_table(campaign: Campaign, subject: SubjectKind, spec: Spec, *, tier: str = MAIN) -> Table:
    """Counts of one kind of unit by a grouping, with a total row. A blank is what is not known, never 0.

    Args:
        campaign: The round.
        subject: Sites or accounts.
        spec: The grouping.
        tier: The tier.
    """
    statistics = campaign.statistics(spec)
    groups, total = statistics.groups(subject, spec, tier=tier), statistics.total(subject, tier=tier)
    seen: tuple[UnitOutcome, ...] = tuple(one for one in OUTCOME_ZH if one in ALWAYS or total.outcomes[one])
    columns = ("分组", "总数", "检查数", *(OUTCOME_ZH[one] for one in seen), "合格率")

    def row(label: str, stat: Stat, *, is_whole: bool) -> tuple[str | None, ...]:
        population = None if not is_whole and groups.unplaced.population else stat.population
        sure = is_whole or not groups.unplaced.inspected
        ended = [stat.outcomes[one] or (None if stat.is_partial else 0) for one in seen]
        counts = [None if stat.is_partial else stat.inspected, *ended]
        return (
            label,
            None if population is None else str(population),
            *(str(one) if sure and one is not None else None for one in counts),
            rate_text(stat, campaign.terms) if sure else None,
        )

    rows = [row(label, stat, is_whole=False) for label, stat in groups.rows()]
    return Table(
        columns=columns,
        header=tuple((one,) for one in columns),
        rows=tuple(rows),
        total=row("合计", total, is_whole=True),
    )


def summary(campaign: Campaign) -> Iterator[str]:
    """A round in a few Chinese lines: what there is, what was looked at, how it ended, what is still open, what does not fit."""
    terms = campaign.terms
    yield f"{terms.title}（{terms.period.text()}）"
    statistics = campaign.statistics("level")
    kinds: tuple[SubjectKind, ...] = ("site", "account")
    for tier in terms.tiers:
        for kind in kinds:
            stat = statistics.total(kind, tier=tier.id)
            if stat.population is None and not stat.inspected:
                continue
            yield f"{tier.scope}{'：' if tier.scope else ''}{_counts(kind, stat, terms)}"
    yield from coverage_lines(campaign.coverage(), terms.rounding)
    if campaign.tasks:
        yield f"整改任务{len(campaign.tasks)}个"
    for doubt in campaign.doubts():
        yield f"{_SEVERITY_ZH[doubt.severity]}：{doubt.message()}"


_SEVERITY_ZH = {"wrong": "有误", "open": "待办", "note": "说明"}


def _counts(kind: SubjectKind, stat: Stat, terms: Terms) -> str:
    population = "未说明" if stat.population is None else f"{stat.population}个"
    told = [f"{KIND_ZH[kind]}总数{population}", "检查数未说明" if stat.is_partial else f"检查{stat.inspected}个"]
    coverage = stat.share("coverage")
    if coverage is not None and coverage.part <= coverage.whole:
        told[-1] += f"（{coverage.text(terms.rounding)}）"
    always = () if stat.is_partial else ALWAYS
    told += [f"{OUTCOME_ZH[one]}{stat.outcomes[one]}个" for one in OUTCOME_ZH if one in always or stat.outcomes[one]]
    rate = rate_text(stat, terms)
    return "，".join(told) + (f"，合格率{rate}" if rate is not None else "")
