"""Rectification tasks: deadlines, re-checks and states (整改任务, 复查).

Nothing here looks at a clock: whether a task is overdue is asked for a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from govmedia_rules.campaign.config import MAIN, TierId
from govmedia_rules.campaign.rules import SubjectKind
from govmedia_rules.core.model import Model, Name, Short
from govmedia_rules.core.time import Instant
from govmedia_rules.core.workdays import WorkCalendar
from govmedia_rules.errors import CampaignError
from govmedia_rules.notices.figures import Period

RecheckOutcome = Literal["rectified", "not_rectified", "closed"]
TaskState = Literal["open", "overdue", "rectified", "rectified_late", "not_rectified", "closed", "withdrawn"]
STATE_ZH: Mapping[str, str] = {
    "open": "整改中",
    "overdue": "逾期未整改",
    "rectified": "已整改",
    "rectified_late": "逾期整改",
    "not_rectified": "复查不合格",
    "closed": "已注销",
    "withdrawn": "已撤销",
}


_MOST_DAYS = 3_650
"""Ten years: what is longer is no deadline of a rectification."""


class DueRule(Model):
    """The deadline of rectification: a day, or a number of days or working days after the signing; exactly one of the three.

    Attributes:
        day: The day.
        days: Calendar days after the day of signing.
        working_days: Working days after the day of signing, by the official schedule.
    """

    day: date | None = None
    days: Annotated[PositiveInt, Field(le=_MOST_DAYS)] | None = None
    working_days: Annotated[PositiveInt, Field(le=_MOST_DAYS)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> DueRule:
        if sum(choice is not None for choice in (self.day, self.days, self.working_days)) != 1:
            raise ValueError("give a day, a number of days, or a number of working days")
        return self

    def due(self, signed: date, calendar: WorkCalendar | None = None) -> date:
        """Return the day by which it is due.

        Args:
            signed: Day of signing.
            calendar: Working days; None for the official schedule.

        Raises:
            CampaignError: The given day lies before the signing.
            CalendarError: Working days are asked for outside the years the schedule covers.
        """
        if self.day is not None:
            if self.day < signed:
                raise CampaignError(
                    f"the deadline {self.day} is before the signing on {signed}", zh=f"期限 {self.day} 早于签发日期 {signed}"
                )
            return self.day
        if self.days is not None:
            return signed + timedelta(days=self.days)
        assert self.working_days is not None
        return (calendar or WorkCalendar.official()).add(signed, self.working_days)


class Recheck(Model):
    """The result of one re-check (复查).

    Attributes:
        at: When.
        outcome: rectified, not_rectified, or closed (the unit is gone).
        role: Role of the person who looked, never the name.
        note: What was seen; the evidence.
        indicators: Indicators it is about; () for all of the task.
    """

    at: Instant
    outcome: RecheckOutcome
    role: Name
    note: Short = ""
    indicators: tuple[Short, ...] = ()


class Task(Model):
    """A failed unit and the indicators it must rectify (整改任务).

    Attributes:
        subject: Id of the unit.
        name: Its name.
        kind: Site or account.
        tier: Tier that found it.
        owner: Who must act (主办单位); None when not known.
        area: 所属地方或部门; None when not known.
        indicators: Indicators that failed.
        wording: The problems in words.
        period: Period of the round that found it.
        issued: Day of signing of the notice.
        due: Last day.
        failed_rounds: In how many rounds running the unit has now failed, this one included.
        carried_from: Period of the first round of an unfinished task that was carried on; None for a new one.
        rechecks: Re-checks so far, in order of time.
        withdrawn_at: Day since which the failure is dismissed; None while it stands.
    """

    subject: Name
    name: Name
    kind: SubjectKind
    tier: TierId = MAIN
    owner: Name | None = None
    area: Name | None = None
    indicators: tuple[Short, ...] = ()
    wording: Short = ""
    period: Period
    issued: date
    due: date
    failed_rounds: int = Field(default=1, ge=1)
    carried_from: Period | None = None
    rechecks: tuple[Recheck, ...] = ()
    withdrawn_at: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Tier and id of its unit."""
        return self.tier, self.subject

    @property
    def is_repeated(self) -> bool:
        """Whether the unit had failed in the round before too."""
        return self.failed_rounds > 1

    @property
    def is_open(self) -> bool:
        """Whether any indicator is still to be rectified."""
        return self.finished_at is None and self.withdrawn_at is None

    @property
    def remaining(self) -> tuple[str, ...]:
        """Indicators not yet confirmed as rectified."""
        left = dict.fromkeys(self.indicators)
        for recheck in self.rechecks:
            for name in recheck.indicators or self.indicators:
                if recheck.outcome == "not_rectified":
                    left[name] = None
                else:
                    left.pop(name, None)
        return tuple(left)

    @property
    def finished_at(self) -> date | None:
        """Day on which the last indicator was rectified or the unit closed; None while any remains."""
        finished: date | None = None
        left = set(self.indicators)
        for recheck in self.rechecks:
            about = recheck.indicators or self.indicators
            left = left | set(about) if recheck.outcome == "not_rectified" else left - set(about)
            is_done = recheck.outcome == "closed" or (recheck.outcome == "rectified" and not left)
            finished = (finished or recheck.at.date()) if is_done else None
        return finished

    def state(self, on: date) -> TaskState:
        """Return the state of the task at the end of the day `on`; re-checks after it are not counted."""
        if self.withdrawn_at is not None and self.withdrawn_at <= on:
            return "withdrawn"
        known = self.model_copy(update={"rechecks": tuple(recheck for recheck in self.rechecks if recheck.at.date() <= on)})
        finished = known.finished_at
        if finished is not None:
            if known.rechecks[-1].outcome == "closed":
                return "closed"
            return "rectified" if finished <= self.due else "rectified_late"
        if on > self.due:
            return "overdue"
        return "not_rectified" if known.rechecks and known.rechecks[-1].outcome == "not_rectified" else "open"

    def rechecked(self, recheck: Recheck) -> Task:
        """Return the task with one more re-check."""
        return self.model_copy(update={"rechecks": tuple(sorted((*self.rechecks, recheck), key=lambda recheck: recheck.at))})
