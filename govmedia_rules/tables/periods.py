"""Read what a column of counts says of the newest item: its header names a period (近两周发布数量, 8月是否更新), a cell how many.

Nothing in a period that reaches to the monitoring point means that the newest item is older; something means that it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.tables.when import LONG_AGO, Clock, DayRange, when_cell

_IN_FRONT = re.compile("^(?:截至目前|截止目前|监测时间点|监测点|监测|检查|抽查|之?前|最近|近|过去|在)*的?")
_BEHIND = re.compile("(?:以来|期间|以内|之内|内|的|共计|共|所|已)*$")
_BOUNDS = re.compile(r"(?P<first>[^-~—至到]{1,16})(?:-|~|—|至|到)(?P<last>[^-~—至到]{1,16})")
_SAMPLE = Clock(datetime(2024, 12, 31, tzinfo=SHANGHAI))


class Updates(NamedTuple):
    """What one cell says of a period.

    Attributes:
        period: The days that were looked at.
        any: Whether something was published in them.
    """

    period: DayRange
    any: bool


def period_of(text: str, clock: Clock) -> DayRange | None:
    """Return the days that the words of a header mean (近两周, 7月, 本季度, 8月1日至8月20日); None where they name no period.

    Args:
        text: The words, without what was counted.
        clock: What they refer to.
    """
    bare = "".join(text.split())
    after = _IN_FRONT.sub("", bare)
    inner = _BEHIND.sub("", after)
    # 近8月 are eight months, 8月 is August.
    for candidate in (f"{inner}内", inner) if after != bare else (inner, f"{inner}内"):
        span = _days(candidate, clock)
        if span is not None:
            return DayRange(span.first, clock.today or span.last) if bare.endswith("以来") else span
    bounds = _BOUNDS.fullmatch(inner)
    if bounds is None:
        return None
    last = _days(bounds["last"], clock)
    unit = bounds["last"][-1] if bounds["last"][-1] in "月日" else ""
    first = _days(bounds["first"], clock) or _days(bounds["first"] + unit, clock)
    if first is None or last is None or first.first > last.last:
        return None
    return DayRange(first.first, last.last)


def names_period(text: str) -> bool:
    """Return whether the words of a header name a period."""
    return period_of(text, _SAMPLE) is not None


def _days(text: str, clock: Clock) -> DayRange | None:
    """Return the days that a date in a header means, one or many; None where it is no date."""
    try:
        moment = when_cell(text, clock)
    except ValueError:
        return None
    day = moment.date() if isinstance(moment, datetime) else moment
    return day if isinstance(day, DayRange) else DayRange(day, day)


def newest_within(
    latest: datetime | date | DayRange | None, updates: Iterable[Updates], today: date
) -> datetime | date | DayRange | None:
    """Return the range of dates the newest item may have, given its date and the counts in periods.

    Args:
        latest: Its date as a column gives it; None where none does.
        updates: What other columns say of periods.
        today: The day of the monitoring point.

    Raises:
        ValueError: They contradict each other.
    """
    day = latest.date() if isinstance(latest, datetime) else latest
    whole = DayRange(LONG_AGO, today)
    given = whole if day is None else day if isinstance(day, DayRange) else DayRange(day, day)
    first, last = given
    for period, is_any in updates:
        if is_any:
            first = max(first, period.first)
        elif period.last >= today:
            last = min(last, period.first - timedelta(days=1))
        elif period.first <= given.first and given.last <= period.last:
            raise ValueError("更新时间与该时段内的发布数量矛盾，留待核实")
    if first > last:
        raise ValueError("更新时间与该时段内的发布数量矛盾，留待核实")
    if (first, last) == given:
        return latest
    return first if first == last else DayRange(first, last)
