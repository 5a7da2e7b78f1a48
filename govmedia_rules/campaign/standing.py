"""Updates of rectification tasks by later results and reviews, and the match of two rounds (整改情况).

Tasks, progress, comparisons, the re-check paragraph of a notice and rectification sheets all ask here, so that none of them can
say of a unit what another denies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from govmedia_rules.campaign.results import Result
from govmedia_rules.campaign.tasks import Recheck, RecheckOutcome, Task
from govmedia_rules.notices.figures import Period

TrackKind = Literal["resolved", "persisting", "new", "relapsed", "lost_sight"]
TRACK_ZH: Mapping[TrackKind, str] = {
    "resolved": "已整改",
    "persisting": "未整改",
    "new": "新增",
    "relapsed": "反弹",
    "lost_sight": "未再检查",
}
INSPECTION_ROLE = "后续检查"
"""Role of a re-check that nobody recorded as one: a later round inspected the unit."""
_IN_ORDER = ("passed", "basically_passed")


def evidence_at(result: Result) -> datetime | None:
    """Return when a result was observed: the monitoring point, else the latest report or ruling; None when neither is there."""
    record = result.record
    if record is not None and record.ruling is not None:
        return record.ruling.at
    if result.observed_at is not None or record is None:
        return result.observed_at
    return max((report.at for report in record.reported if report.outcome is not None), default=None)


def after_result(task: Task, result: Result | None, period: Period) -> Task:
    """Return the task of a unit, updated by the unit's result in a later round.

    A later round that inspected the unit re-checked it. In the round that issued the task, a failure that was dismissed
    afterwards withdraws the task. A result that is still open changes nothing.

    Args:
        task: The task with the re-checks that were recorded.
        result: The unit's result in the round of `period`; None when it has none.
        period: Period of that round.
    """
    if result is None or not result.is_settled:
        return task
    at = evidence_at(result)
    if task.period == period:
        if result.outcome == "failed":
            return _without_dismissed(task, result)
        if at is None or at.date() < task.issued:
            return task.model_copy(update={"withdrawn_at": _withdrawn_at(result, task)})
    outcome = _rechecked_as(result)
    if outcome is None or at is None:
        return task
    if outcome == "not_rectified" or result.inspection_plan is None:
        return task.rechecked(Recheck(at=at, outcome=outcome, role=INSPECTION_ROLE))
    # An inspection of some indicators says nothing of the others.
    asked = tuple(name for name in task.indicators if name in result.inspection_plan.by_id)
    if task.indicators and not asked:
        return task
    indicators = () if len(asked) == len(task.indicators) else asked
    return task.rechecked(Recheck(at=at, outcome=outcome, role=INSPECTION_ROLE, indicators=indicators))


def _without_dismissed(task: Task, result: Result) -> Task:
    """Return the task of a unit that still fails, without the indicators that were dismissed since."""
    indicators = tuple(name for name in task.indicators if name in result.reasons)
    if indicators == task.indicators:
        return task
    wording = "、".join(dict.fromkeys(fault.wording for fault in result.faults()))
    return task.model_copy(update={"indicators": indicators, "wording": wording})


def _withdrawn_at(result: Result, task: Task) -> object:
    record = result.record
    decided = [] if record is None else [review.at for review in record.reviews.values()]
    if record is not None and record.ruling is not None:
        decided.append(record.ruling.at)
    return max((at.date() for at in decided), default=task.issued)


def _rechecked_as(result: Result) -> RecheckOutcome | None:
    if result.outcome == "failed":
        return "not_rectified"
    if result.outcome in _IN_ORDER:
        return "rectified"
    return "closed" if result.outcome == "closed" else None


def track_kind(failed_before: bool, task: Task | None, now: Result | None, period: Period) -> TrackKind | None:
    """Return whether a failure is new, persisting, relapsed, resolved or lost sight of; None for a unit that never failed.

    Args:
        failed_before: Whether it failed in the earlier round.
        task: Its task of the earlier round, with the re-checks that were recorded; None when it had none.
        now: Its result in this round; None when it has none.
        period: Period of this round.
    """
    if now is not None and now.outcome == "failed":
        if not failed_before:
            return "new"
        return "relapsed" if task is not None and _was_rectified_before(task, evidence_at(now)) else "persisting"
    if not failed_before:
        return None
    if task is None:
        return "resolved" if now is not None and _rechecked_as(now) is not None else "lost_sight"
    current = after_result(task, now, period)
    if current.finished_at is not None:
        return "resolved"
    is_seen = bool(current.rechecks) and current.rechecks[-1].outcome == "not_rectified"
    return "persisting" if is_seen else "lost_sight"


def _was_rectified_before(task: Task, at: datetime | None) -> bool:
    rechecks = tuple(recheck for recheck in task.rechecks if at is None or recheck.at < at)
    earlier = task.model_copy(update={"rechecks": rechecks})
    return earlier.finished_at is not None and rechecks[-1].outcome == "rectified"
