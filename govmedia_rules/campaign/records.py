"""How what a campaign was told is written into its journal and read back, and its rows for Parquet."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from govmedia_rules.campaign.comparing import Earlier
from govmedia_rules.campaign.rectification import Recheck, Task
from govmedia_rules.campaign.results import OUTCOME_ZH, Found, Held
from govmedia_rules.campaign.sampling import Sample
from govmedia_rules.campaign.storage import Record, to_line
from govmedia_rules.campaign.units import CountedResult, CountedUnits, Disclosure, Letters, Reported, Ruling, kind_of
from govmedia_rules.core.model import Model
from govmedia_rules.errors import UnreadInput
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.classify import classify
from govmedia_rules.rules.model import Basis, Indicator, LayerRef, Plan, Scoring
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population
from govmedia_rules.tables.columns import Cell, ColumnType, Heading
from govmedia_rules.tables.out import Table

if TYPE_CHECKING:
    from govmedia_rules.campaign.campaign import Campaign, Event


def classified(reported: Reported) -> Reported:
    """A report whose faults all have indicators: what the wording is classified as where none were given."""
    if all(fault.indicator_ids for fault in reported.faults):
        return reported
    subject = kind_of(reported.subject)
    faults = tuple(
        fault
        if fault.indicator_ids
        else fault.model_copy(update={"indicator_ids": classify(fault.wording, subject=subject).indicator_ids})
        for fault in reported.faults
    )
    return reported.model_copy(update={"faults": faults})


# --- writing ------------------------------------------------------------------------------------------------------------


def _dump(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True)


def _dump_subject(subject: Site | Account) -> dict[str, Any]:
    return {"kind": kind_of(subject), **subject.model_dump(mode="json", exclude_none=True, exclude_defaults=True)}


def _dump_plan(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "title": plan.title,
        "digest": plan.digest,
        "layers": [_dump(layer) for layer in plan.layers],
        "basis": [_dump(basis) for basis in plan.basis],
        "scoring": {subject: _dump(rule) for subject, rule in plan.scoring.items()},
        "indicators": [_dump_indicator(one) for one in plan.indicators],
        "left_out": [_dump_indicator(one) for one in plan.left_out],
    }


def _dump_indicator(indicator: Indicator) -> dict[str, Any]:
    # Parameters decide verdicts and were used; what is read back only explains them, and calendars are long.
    told = indicator.model_dump(mode="json", exclude_defaults=True, exclude={"params", "origins"}, serialize_as_any=True)
    return told | {"params": {name: str(value) for name, value in indicator.params.items() if len(str(value)) < 2_000}}


def line_of(event: Event) -> bytes:
    """An event as a line of the journal."""
    if event.kind == "unknown":
        return to_line(event.value.kind, event.value.load())
    data = _DUMP[event.kind](event.value)
    return to_line(event.kind, {"tier": event.tier, "value": data} if event.tier else data)


def _dump_inspection(value: tuple[Site | Account, Held]) -> dict[str, Any]:
    _, held = value
    return {"found": held.first.to_json(), "inspection": held.to_dict()}


_DUMP: Mapping[str, Callable[[Any], Any]] = {
    "terms": _dump,
    "plan": _dump_plan,
    "member": _dump_subject,
    "counted_units": _dump,
    "counted_result": _dump,
    "stated": _dump,
    "sample": _dump,
    "inspection": _dump_inspection,
    "reported": lambda one: _dump(one) | {"subject": _dump_subject(one.subject)},
    "review": _dump,
    "ruling": _dump,
    "disclosure": _dump,
    "letters": _dump,
    "earlier": _dump,
    "failed_before": str,
    "task": _dump,
    "recheck": lambda value: {"subject": value[0], "recheck": _dump(value[1])},
}


# --- reading ------------------------------------------------------------------------------------------------------------


def event_of(record: Record, plans: Mapping[str, Plan]) -> Event | None:
    """The event of a record; None, with a warning, for a kind that a later version wrote."""
    from govmedia_rules.campaign.campaign import Event

    data = record.load()
    if record.kind not in _LOAD:
        warnings.warn(
            f"line {record.line}: records of kind {record.kind!r} are not known and left aside", UnreadInput, stacklevel=4
        )
        return None
    tier = ""
    if isinstance(data, dict) and data.keys() == {"tier", "value"}:
        tier, data = data["tier"], data["value"]
    if record.kind == "inspection":
        return Event(record.kind, tier, _load_inspection(data, plans))
    return Event(record.kind, tier, _LOAD[record.kind](data))


def _load_subject(data: dict[str, Any]) -> Site | Account:
    kind = data.pop("kind")
    return Account.model_validate(data) if kind == "account" else Site.model_validate(data)


def _load_plan(data: dict[str, Any]) -> Plan:
    plan = Plan(
        data["id"],
        data["title"],
        tuple(map(LayerRef.model_validate, data["layers"])),
        tuple(map(_load_indicator, data["indicators"])),
        {subject: Scoring.model_validate(rule) for subject, rule in data["scoring"].items()},
        tuple(map(Basis.model_validate, data["basis"])),
        {},
        tuple(map(_load_indicator, data["left_out"])),
    )
    # It is the plan that judged, whatever a later version would compute from what is left of it here.
    plan.__dict__["digest"] = data["digest"]
    return plan


def _load_indicator(data: dict[str, Any]) -> Indicator:
    return Indicator.model_validate({name: value for name, value in data.items() if name in Indicator.model_fields})


def _load_inspection(data: dict[str, Any], plans: Mapping[str, Plan]) -> tuple[Site | Account, Held]:
    told = data["inspection"]
    plan = plans[told["rulebook"]["digest"]]
    subject = Site.model_validate(told["subject"]) if told["subject_kind"] == "site" else Account.model_validate(told["subject"])
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    held = Held.stored(text, plan, Found.from_json(data["found"]), datetime.fromisoformat(told["observed_at"]))
    return subject, held


def _load_reported(data: dict[str, Any]) -> Reported:
    return Reported.model_validate(data | {"subject": _load_subject(data["subject"])})


_LOAD: Mapping[str, Callable[[Any], Any]] = {
    "plan": _load_plan,
    "member": _load_subject,
    "counted_units": CountedUnits.model_validate,
    "counted_result": CountedResult.model_validate,
    "stated": Population.model_validate,
    "sample": Sample.model_validate,
    "inspection": dict,
    "reported": _load_reported,
    "review": Review.model_validate,
    "ruling": Ruling.model_validate,
    "disclosure": Disclosure.model_validate,
    "letters": Letters.model_validate,
    "earlier": Earlier.model_validate,
    "failed_before": str,
    "task": Task.model_validate,
    "recheck": lambda data: (data["subject"], Recheck.model_validate(data["recheck"])),
}


# --- rows ---------------------------------------------------------------------------------------------------------------

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


def _head(campaign: Campaign, tier: str) -> _Row:
    return campaign.terms.title, campaign.terms.period.text(), tier


def _unit(subject: Site | Account) -> _Row:
    platform = subject.platform if isinstance(subject, Account) else None
    return (
        kind_of(subject),
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


def result_rows(campaign: Campaign) -> Iterator[_Row]:
    """A row for each unit known by name, then one for each number of units."""
    for one in campaign.results.values():
        low, high = one.score if one.score is not None else (None, None)
        wording = "；".join(fault.wording for fault in one.faults()) if one.problems else None
        yield (
            *_head(campaign, one.tier),
            *_unit(one.subject),
            one.outcome,
            one.label,
            one.was_found,
            _joined(one.reasons),
            _joined(one.problems),
            _joined(one.waiting),
            wording,
            low,
            high,
            one.observed_at,
            one.digest,
        )
    for block in campaign.counted_results:
        is_failed = block.outcome == "failed"
        reasons = _joined(block.indicator_ids)
        label = block.label or OUTCOME_ZH[block.outcome]
        told = (block.outcome, label, is_failed, reasons if is_failed else None, reasons, None, block.remark or None)
        yield (*_head(campaign, block.tier), *_block(block), *told, None, None, None, None)


def population_rows(campaign: Campaign) -> Iterator[_Row]:
    """A row for each member known by name, one for each number of units, one for each stated total."""
    for (tier, _), subject in campaign.members.items():
        yield (*_head(campaign, tier), *_unit(subject), subject.status)
    for block in campaign.counted:
        yield (*_head(campaign, block.tier), *_block(block), None)
    for tier, population in campaign.stated:
        if population.size is not None:
            yield (*_head(campaign, tier), population.subject, *[None] * 8, population.size, "stated", None)


def as_table(columns: Iterable[_Column], rows: Iterable[_Row], name: str) -> Table[_Row]:
    """Rows under their headings, ready for frames and files."""
    headings: list[Heading[_Row]] = [
        Heading(column, kind, title, itemgetter(at)) for at, (column, kind, title) in enumerate(columns)
    ]
    return Table(headings, rows, name=name)
