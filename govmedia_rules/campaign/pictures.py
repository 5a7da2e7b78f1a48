"""Plots of a campaign, and its HTML for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from govmedia_rules.campaign.groups import Spec
from govmedia_rules.campaign.issues import issues_of
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.campaign.statistics import Stat
from govmedia_rules.campaign.tables import KIND_ZH, rate_text, totals
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.core import display, plots
from govmedia_rules.core.plots import CountsOf
from govmedia_rules.errors import ExportError, check_choice
from govmedia_rules.judge.finding import is_under
from govmedia_rules.judge.rulebook import load_rulebook
from govmedia_rules.rules.model import Plan

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PictureKind = Literal["pass_rate", "problems", "scores", "rounds"]


def draw_campaign(
    campaign: CampaignView,
    kind: PictureKind,
    subject: SubjectKind,
    spec: Spec,
    tier: str,
    before: Sequence[CampaignView],
    ax: Axes | None,
    font: str | None,
) -> Axes:
    """Draw one picture of a campaign; see `CampaignView.plot`."""
    check_choice("kind", kind, get_args(PictureKind))
    check_choice("subject", subject, KIND_ZH)
    what = KIND_ZH[subject]
    if kind == "pass_rate":
        groups = campaign.statistics(spec).groups(subject, spec, tier=tier)
        return plots.pass_rates({label: counts_of(stat) for label, stat in groups.rows()}, title=f"{what}合格率", ax=ax, font=font)
    total = campaign.statistics().total(subject, tier=tier)
    if kind == "problems":
        counts = {title_of(campaign, name): count for name, count in total.problems.most_common()}
        return plots.problem_kinds(counts, title=f"{what}突出问题", ax=ax, font=font)
    if kind == "rounds":
        rounds = {each.config.period.text(): each.statistics().total(subject, tier=tier) for each in (*before, campaign)}
        named = {name: counts_of(stat) for name, stat in rounds.items()}
        return plots.quarters(named, title=f"{what}各期合格率", ax=ax, font=font)
    scores = [(float(low), float(high)) for (low, high), count in total.scores.items() for _ in range(count)]
    rules = [plan.scoring[subject] for plan in campaign.plans if subject in plan.scoring]
    edges = {float(rule.pass_below) for rule in rules} | {float(rule.bonus_above) for rule in rules if rule.bonus_above is not None}
    if not scores or not edges:
        raise ExportError(
            "no unit of the round has a score",
            hint="only portals are scored, and a vetoed one is not",
            zh="本轮没有计分的单位",
            hint_zh="只有门户网站计分，被单项否决的不计分",
        )
    return plots.score_bands(scores, sorted(edges), title=f"{what}得分分布", ax=ax, font=font)


def counts_of(stat: Stat) -> CountsOf:
    """Return the counts of a group as plots take them: 基本合格 counts as passed, every open outcome as undetermined."""
    if stat.is_partial:
        raise ExportError(
            "of this round only the failures are known, so there is no rate to draw",
            hint="record how many were inspected",
            zh="本轮只知道不合格的，算不出比率",
            hint_zh="补上被检查的总数",
        )
    return CountsOf(stat.passed + stat.outcomes["basically_passed"], stat.failed, stat.open)


def title_of(campaign: CampaignView, name: str) -> str:
    """Return the official title of an indicator, or the group of a family, by the rulebooks of the round or the nation's.

    A round of reported results has no rulebook. A name no rulebook knows stands for itself.
    """
    plans = (*campaign.plans, _national())
    exact = next((plan.by_id[name].title for plan in plans if name in plan.by_id), None)
    if exact is not None:
        return exact
    member = next((indicator for plan in plans for indicator in plan.indicators if is_under(indicator.id, name)), None)
    return name if member is None else member.group or member.title


@cache
def _national() -> Plan:
    return load_rulebook("national-2019").plan


def show_campaign(campaign: CampaignView) -> str:
    """Return HTML for a notebook: what the round is, a row for each kind of unit in each tier, and what does not fit."""
    terms = campaign.config
    rows = []
    for tier, kind, stat in totals(campaign):
        numbers = ["未说明" if stat.population is None else stat.population, "未说明" if stat.is_partial else stat.inspected]
        known = "" if stat.is_partial else str(stat.passed)
        cells = (tier.scope or tier.id, KIND_ZH[kind], *numbers, known, stat.failed, stat.open, rate_text(stat, terms) or "")
        rows.append([display.text(cell) for cell in cells])
    heads = ("层次", "类别", "总数", "检查", "合格", "不合格", "待定", "合格率")
    issues = tuple(issues_of(campaign))
    more = [f"整改任务 {len(campaign.tasks)} 个"] if campaign.tasks else []
    issue_list = display.items([display.text(issue.message(), 160) for issue in issues[:20]], len(issues))
    return display.frame(
        f"<b>{display.text(terms.title)}</b> {display.quiet(display.text(terms.period.text()))}",
        display.html_table(heads, rows) if rows else display.quiet("还没有检查对象"),
        *(f"<div>{display.text(line)}</div>" for line in more),
        display.collapsible(f"需要核对 {len(issues)} 项", issue_list) if issues else "",
    )
