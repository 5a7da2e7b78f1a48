"""In which stage of life a subject is at its monitoring point."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from govmedia_rules.core.time import Moment, earliest, zone_of
from govmedia_rules.snapshots.models import AccountSnapshot, AnySnapshot, SiteSnapshot

Stage = Literal["closing", "closed", "offline"]


def stage_of(snapshot: AnySnapshot) -> Stage | None:
    """Return why a subject does not run at its monitoring point; None where it runs or nothing else is known.

    What the registry says of a later day is left out: an account closed after the monitoring point was running or being closed
    then. A site is `offline` inside a temporary closing that was reported before it began.

    Args:
        snapshot: The snapshot. A supervising office has no stages.
    """
    if isinstance(snapshot, AccountSnapshot):
        account = snapshot.account
        if account.status in _RUNS and account.closing_since is None and account.closed_at is None:
            return None
        return _account_stage(account.status, account.closing_since, account.closed_at, snapshot.observed_at)
    if isinstance(snapshot, SiteSnapshot):
        status = snapshot.site.status
        if status in _STAGES:
            return _STAGES[status]
        point, zone = snapshot.observed_at, zone_of(snapshot.observed_at)
        if snapshot.offline_notices and any(notice.covers(point, zone) for notice in snapshot.offline_notices):
            return "offline"
    return None


_STAGES: dict[str | None, Stage] = {"closing": "closing", "closed": "closed"}
_RUNS = frozenset({None, "running", "unreported"})


def _account_stage(status: str | None, closing_since: Moment | None, closed_at: Moment | None, point: datetime) -> Stage | None:
    is_closed = status == "closed" if closed_at is None else _has_begun(closed_at, point)
    if is_closed:
        return "closed"
    is_closing = status in ("closing", "closed") if closing_since is None else _has_begun(closing_since, point)
    return "closing" if is_closing else None


def _has_begun(moment: Moment, point: datetime) -> bool:
    zone = zone_of(point)
    return earliest(moment, zone) <= point
