"""Counts as tables and lines, for people: what a notebook, a command or an attachment shows (统计表)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter

from govmedia_rules.campaign.config import MAIN, CampaignConfig, Tier
from govmedia_rules.campaign.coverage import coverage_lines
from govmedia_rules.campaign.groups import TOTAL, Dimension, Spec
from govmedia_rules.campaign.issues import issues_of
from govmedia_rules.campaign.results import OUTCOME_ZH, UnitOutcome
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.statistics import Stat
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.tables.columns import Cell, ColumnType, Heading
from govmedia_rules.tables.out import SummaryTable

KIND_ZH = {"site": "政府网站", "account": "政务新媒体"}
ALWAYS: tuple[UnitOutcome, ...] = ("passed", "failed")
"""Outcomes that have a column even where no unit ended so."""


def rate_text(stat: Stat, terms: CampaignConfig) -> str | None:
    """Return the pass rate as printed, an interval while units are open; None without a base."""
    bounds = stat.bounds("pass", base=terms.rate_base, basically_passes=terms.basically_passes)
    if bounds is None:
        return None
    low, high = (bound.text(terms.rounding) for bound in bounds)
    return low if low == high else f"{low}—{high}（{stat.open}个未定）"


DIMENSION_ZH: Mapping[Dimension, str] = {
    "level": "层级",
    "platform": "平台",
    "area": "所属地方或部门",
    "region": "区划",
    "owner": "主办单位",
}
Line = tuple[Cell, ...]
"""A row: the group's value in each dimension, then the counts."""


def counts_table(campaign: CampaignView, subject: SubjectKind, spec: Spec, *, tier: str = MAIN) -> SummaryTable[Line]:
    """Count one kind of unit, with a row for each group; a blank is an unknown number, never 0.

    Columns are the dimensions, population, inspected, the outcomes there are, and `pass_rate` in percent as the
    round prints it; while units are open, `pass_rate_low` and `pass_rate_high` too.

    Args:
        campaign: The round.
        subject: Sites or accounts.
        spec: The grouping.
        tier: The tier.
    """
    statistics = campaign.statistics(spec)
    groups, total = statistics.groups(subject, spec, tier=tier), statistics.total(subject, tier=tier)
    parts = groups.grouping.parts
    names: list[tuple[str, ColumnType, str]] = [(part.dimension, "text", DIMENSION_ZH[part.dimension]) for part in parts]
    names += [("population", "integer", "总数"), ("inspected", "integer", "检查数")]
    outcomes = _outcomes(total)
    names += [(outcome, "integer", OUTCOME_ZH[outcome]) for outcome in outcomes]
    names.append(("pass_rate", "decimal", "合格率（%）"))
    has_open = total.open > 0
    if has_open:
        names += [("pass_rate_low", "decimal", "合格率下限（%）"), ("pass_rate_high", "decimal", "合格率上限（%）")]
    headings: list[Heading[Line]] = [Heading(name, kind, title, itemgetter(at)) for at, (name, kind, title) in enumerate(names)]
    has_population, is_sure = not groups.unplaced.population, not groups.unplaced.inspected
    rows = [
        (
            *(part.label_of(group) for part, group in zip(parts, key, strict=True)),
            *_counts(stat, outcomes, campaign, has_population=has_population, is_sure=is_sure, has_open=has_open),
        )
        for key, stat in groups.items()
    ]
    return SummaryTable(headings, rows, name=campaign.config.title)


def total_row(campaign: CampaignView, subject: SubjectKind, *, tier: str = MAIN) -> Line:
    """Return the counts of all units in the columns of `counts_table` after its dimensions."""
    total = campaign.statistics(TOTAL).total(subject, tier=tier)
    return _counts(total, _outcomes(total), campaign, has_population=True, is_sure=True, has_open=total.open > 0)


def _outcomes(total: Stat) -> tuple[UnitOutcome, ...]:
    return tuple(outcome for outcome in OUTCOME_ZH if outcome in ALWAYS or total.outcomes[outcome])


def _counts(
    stat: Stat,
    outcomes: tuple[UnitOutcome, ...],
    campaign: CampaignView,
    *,
    has_population: bool,
    is_sure: bool,
    has_open: bool,
) -> Line:
    rounding = campaign.config.rounding
    bounds = campaign.bounds(stat) if is_sure else None
    share = None if bounds is None else campaign.printed_share(stat)
    counts: list[Cell] = [None if stat.is_partial else stat.inspected]
    counts += [stat.outcomes[outcome] or (None if stat.is_partial else 0) for outcome in outcomes]
    interval: list[Cell] = [None, None] if bounds is None else [bound.figure(rounding) for bound in bounds]
    return (
        stat.population if has_population else None,
        *(counts if is_sure else [None] * len(counts)),
        None if share is None else share.figure(rounding),
        *(interval if has_open else []),
    )


def summary(campaign: CampaignView) -> Iterator[str]:
    """Yield a round in a few Chinese lines: population, inspections, results, open units, issues."""
    terms = campaign.config
    yield f"{terms.title}（{terms.period.text()}）"
    for tier, kind, stat in totals(campaign):
        yield f"{tier.scope}{'：' if tier.scope else ''}{_counts_line(kind, stat, terms)}"
    yield from coverage_lines(campaign.coverage(), terms.rounding)
    if campaign.tasks:
        yield f"整改任务{len(campaign.tasks)}个"
    for issue in issues_of(campaign):
        yield f"{_SEVERITY_ZH[issue.severity]}：{issue.message()}"


def totals(campaign: CampaignView) -> Iterator[tuple[Tier, SubjectKind, Stat]]:
    """Yield the counts of sites and of accounts in each tier, leaving out kinds without units and without a stated total."""
    statistics = campaign.statistics()
    kinds: tuple[SubjectKind, ...] = ("site", "account")
    for tier in campaign.config.tiers:
        for kind in kinds:
            stat = statistics.total(kind, tier=tier.id)
            if stat.population is not None or stat.inspected:
                yield tier, kind, stat


_SEVERITY_ZH = {"wrong": "有误", "open": "待办", "note": "说明"}


def _counts_line(kind: SubjectKind, stat: Stat, terms: CampaignConfig) -> str:
    population = "未说明" if stat.population is None else f"{stat.population}个"
    parts = [f"{KIND_ZH[kind]}总数{population}", "检查数未说明" if stat.is_partial else f"检查{stat.inspected}个"]
    coverage = stat.share("coverage")
    if coverage is not None and coverage.part <= coverage.whole:
        parts[-1] += f"（{coverage.text(terms.rounding)}）"
    always = () if stat.is_partial else ALWAYS
    parts += [
        f"{OUTCOME_ZH[outcome]}{stat.outcomes[outcome]}个" for outcome in OUTCOME_ZH if outcome in always or stat.outcomes[outcome]
    ]
    rate = rate_text(stat, terms)
    return "，".join(parts) + (f"，合格率{rate}" if rate is not None else "")
