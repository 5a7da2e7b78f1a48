"""Conversion of events to records of the journal, and back."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from govmedia_rules.campaign.records import StoredInspection, VerdictSummary
from govmedia_rules.campaign.sampling import Sample
from govmedia_rules.campaign.state import Event
from govmedia_rules.campaign.tasks import Recheck, Task
from govmedia_rules.campaign.units import (
    Appeal,
    AppealAnswer,
    CountedResult,
    CountedUnits,
    Disclosure,
    EarlierRate,
    IssueAnswer,
    Letters,
    Reported,
    Ruling,
    subject_kind,
)
from govmedia_rules.core.journal import Record
from govmedia_rules.core.model import Model
from govmedia_rules.errors import UnreadInput
from govmedia_rules.judge.reviews import Review
from govmedia_rules.notices.classify import classify
from govmedia_rules.notices.figures import Period
from govmedia_rules.rules.model import Basis, Indicator, LayerRef, Plan, Scoring
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population


def classified(reported: Reported) -> Reported:
    """Return a report in which every fault names its indicators; where none were given, its wording is classified."""
    if all(fault.indicator_ids for fault in reported.faults):
        return reported
    subject = subject_kind(reported.subject)
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
    return {"kind": subject_kind(subject), **subject.model_dump(mode="json", exclude_none=True, exclude_defaults=True)}


def _dump_plan(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "title": plan.title,
        "digest": plan.digest,
        "layers": [_dump(layer) for layer in plan.layers],
        "basis": [_dump(basis) for basis in plan.basis],
        "scoring": {subject: _dump(rule) for subject, rule in plan.scoring.items()},
        "indicators": [_dump_indicator(indicator) for indicator in plan.indicators],
        "left_out": [_dump_indicator(indicator) for indicator in plan.left_out],
    }


def _dump_indicator(indicator: Indicator) -> dict[str, Any]:
    # Parameters decide verdicts and were used; what is read back only explains them, and calendars are long.
    dump = indicator.model_dump(mode="json", exclude_defaults=True, exclude={"params", "origins"}, serialize_as_any=True)
    return dump | {"params": {name: str(value) for name, value in indicator.params.items() if len(str(value)) < 2_000}}


def record_of(event: Event) -> tuple[str, object]:
    """Return kind and content of the record that an event becomes in the journal."""
    if event.kind == "unknown":
        return event.value.kind, event.value.load()
    data = _DUMP[event.kind](event.value)
    return event.kind, {"tier": event.tier, "value": data} if event.tier else data


def _dump_inspection(value: tuple[Site | Account, StoredInspection]) -> dict[str, Any]:
    subject, inspection = value
    data: dict[str, Any] = {"found": inspection.as_added.to_json(), "inspection": inspection.to_dict()}
    # A member may be inspected under a shorter id than the registry's; the record then says which member it is.
    if data["inspection"]["subject"].get("id") != subject.id:
        data["unit"] = _dump_subject(subject)
    return data


_DUMP: Mapping[str, Callable[[Any], Any]] = {
    "terms": _dump,
    "plan": _dump_plan,
    "member": _dump_subject,
    "counted_units": _dump,
    "counted_result": _dump,
    "stated": _dump,
    "sample": _dump,
    "inspection": _dump_inspection,
    "reported": lambda reported: _dump(reported) | {"subject": _dump_subject(reported.subject)},
    "review": _dump,
    "ruling": _dump,
    "disclosure": _dump,
    "letters": _dump,
    "earlier": _dump,
    "failed_before": str,
    "task": _dump,
    "appeal": _dump,
    "appeal_answer": _dump,
    "issue_answer": _dump,
    "carried_over": lambda value: {"title": value[0], "period": _dump(value[1])},
    "recheck": lambda value: {"subject": value[0], "recheck": _dump(value[1])},
}


# --- reading ------------------------------------------------------------------------------------------------------------


def event_of(record: Record, plans: Mapping[str, Plan]) -> Event:
    """Return the event of a record; a kind that a later version wrote is kept as `unknown`, with a warning."""
    data = record.load()
    if record.kind not in _LOAD:
        warnings.warn(
            UnreadInput(
                f"line {record.line}: records of kind {record.kind!r} are not known and left aside",
                zh=f"第 {record.line} 行：不认识 {record.kind!r} 类记录，未采用",
            ),
            stacklevel=4,
        )
        return Event("unknown", "", record)
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


def _load_inspection(data: dict[str, Any], plans: Mapping[str, Plan]) -> tuple[Site | Account, StoredInspection]:
    stored = data["inspection"]
    plan = plans[stored["rulebook"]["digest"]]
    model: type[Site] | type[Account] = Site if stored["subject_kind"] == "site" else Account
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    observed_at = datetime.fromisoformat(stored["observed_at"])
    inspection = StoredInspection.stored(text, plan, VerdictSummary.from_json(data["found"]), observed_at)
    subject = _load_subject(data["unit"]) if "unit" in data else model.model_validate(stored["subject"])
    return subject, inspection


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
    "earlier": EarlierRate.model_validate,
    "failed_before": str,
    "task": Task.model_validate,
    "appeal": Appeal.model_validate,
    "appeal_answer": AppealAnswer.model_validate,
    "issue_answer": IssueAnswer.model_validate,
    "carried_over": lambda data: (data["title"], Period.model_validate(data["period"])),
    "recheck": lambda data: (data["subject"], Recheck.model_validate(data["recheck"])),
}
