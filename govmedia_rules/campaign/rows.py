"""The results and the population of a round as table rows, for frames, CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter

from govmedia_rules.campaign.results import OUTCOME_ZH
from govmedia_rules.campaign.units import CountedResult, CountedUnits, subject_kind
from govmedia_rules.campaign.view import CampaignView
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.tables.columns import Cell, ColumnType, Heading
from govmedia_rules.tables.out import SummaryTable

_Column = tuple[str, ColumnType, str]
_Row = tuple[Cell, ...]
_UNIT_COLUMNS: tuple[_Column, ...] = (
    ("campaign", "text", "检查"),
    ("period", "text", "检查期"),
    ("tier", "text", "检查主体"),
    ("subject_kind", "text", "对象"),
    ("subject_id", "text", "对象编号"),
    ("subject_name", "text", "名称"),
    ("code", "text", "标识码"),
    ("level", "text", "层级"),
    ("platform", "text", "平台"),
    ("area", "text", "所属地方或部门"),
    ("division", "text", "区划代码"),
    ("owner", "text", "主办单位"),
    ("units", "integer", "单位数"),
    ("basis", "text", "数量依据"),
)
RESULT_COLUMNS: tuple[_Column, ...] = (
    *_UNIT_COLUMNS,
    ("outcome", "text", "结果"),
    ("outcome_zh", "text", "检查结果"),
    ("was_found", "boolean", "复核前不合格"),
    ("reasons", "text", "不合格指标"),
    ("problems", "text", "问题指标"),
    ("waiting", "text", "待复核指标"),
    ("wording", "text", "存在的问题"),
    ("score_low", "decimal", "最低得分"),
    ("score_high", "decimal", "最高得分"),
    ("observed_at", "instant", "监测时间点"),
    ("digest", "text", "规则摘要"),
)
"""Columns of `results.parquet`; ids of indicators are joined by `;`, and a value of several possible ones by `|`."""
POPULATION_COLUMNS: tuple[_Column, ...] = (*_UNIT_COLUMNS, ("status", "text", "状态"))
"""Columns of `population.parquet`."""


def _head(campaign: CampaignView, tier: str) -> _Row:
    return campaign.config.title, campaign.config.period.text(), tier


def _unit(subject: Site | Account) -> _Row:
    platform = subject.platform if isinstance(subject, Account) else None
    return (
        subject_kind(subject),
        subject.id,
        subject.name,
        subject.code,
        subject.level,
        platform,
        subject.area,
        subject.division,
        subject.owner,
        1,
        "named",
    )


def _block(block: CountedUnits | CountedResult) -> _Row:
    level, platform = "|".join(block.level) or None, "|".join(block.platform) or None
    return block.subject, None, None, None, level, platform, block.area, block.region, block.owner, block.count, block.basis


def _joined(ids: tuple[str, ...]) -> str | None:
    return ";".join(ids) or None


def result_rows(campaign: CampaignView) -> Iterator[_Row]:
    """Yield a row for each unit known by name, then one for each number of units."""
    for result in campaign.results.values():
        low, high = result.score if result.score is not None else (None, None)
        wording = "；".join(fault.wording for fault in result.faults()) if result.problems else None
        yield (
            *_head(campaign, result.tier),
            *_unit(result.subject),
            result.outcome,
            result.label,
            result.was_found,
            _joined(result.reasons),
            _joined(result.problems),
            _joined(result.waiting),
            wording,
            low,
            high,
            result.observed_at,
            result.digest,
        )
    for block in campaign.counted_results:
        is_failed = block.outcome == "failed"
        reasons = _joined(block.indicator_ids)
        label = block.label or OUTCOME_ZH[block.outcome]
        ending = (block.outcome, label, is_failed, reasons if is_failed else None, reasons, None, block.remark or None)
        yield (*_head(campaign, block.tier), *_block(block), *ending, None, None, None, None)


def population_rows(campaign: CampaignView) -> Iterator[_Row]:
    """Yield a row for each member known by name, one for each number of units, one for each stated total."""
    for (tier, _), subject in campaign.members.items():
        yield (*_head(campaign, tier), *_unit(subject), subject.status)
    for block in campaign.counted:
        yield (*_head(campaign, block.tier), *_block(block), None)
    for tier, population in campaign.totals:
        if population.size is not None:
            yield (*_head(campaign, tier), population.subject, *[None] * 8, population.size, "stated", None)


def as_table(columns: Iterable[_Column], rows: Iterable[_Row], name: str) -> SummaryTable[_Row]:
    """Return rows under their headings, ready for frames and files."""
    headings: list[Heading[_Row]] = [
        Heading(column, kind, title, itemgetter(at)) for at, (column, kind, title) in enumerate(columns)
    ]
    return SummaryTable(headings, rows, name=name)
