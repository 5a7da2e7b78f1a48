"""Dates as pages show them, kept where they can be true at the monitoring point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from govmedia_rules.core.dates import read_moment

FIRST_YEAR = 1994
"""No Chinese government page is older than the country's first line to the internet; 1970 is an unset field."""
NEAR_FUTURE = timedelta(days=7)
"""A day without a year that lies this little after the monitoring point is no day of last year: it announces something."""

_YEAR = re.compile("(?:19|20)[0-9]{2}|[\uff10-\uff19]{4}|[〇○零一二三四五六七八九]{4}|年|前|刚|天")
_DOTTED = re.compile(r"[\[(（【]?\s*([01]?[0-9])\s*[.．·]\s*([0-3]?[0-9])\s*[\])）】]?")


def shown_day(moment: datetime | date) -> date:
    """Return the day of a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def is_plausible(moment: datetime | date, now: datetime | None) -> bool:
    """Return whether something can have been published then: not before `FIRST_YEAR`, not on a day after the monitoring point."""
    return moment.year >= FIRST_YEAR and (now is None or shown_day(moment) <= now.date())


def read_shown(text: str, now: datetime | None, year: int | None = None) -> datetime | date | None:
    """Return the date a cell of a list shows, as `read_moment` does; None also for a coming day that shows no year.

    Args:
        text: Text of the cell.
        now: The monitoring point.
        year: Past year that the heading of the list names for days that show none.
    """
    if year is not None and now is not None and not _YEAR.search(text):
        return read_moment(text, now=datetime(year, 12, 31, 23, 59, tzinfo=now.tzinfo))
    moment = read_moment(text, now=now)
    if moment is None or now is None or _YEAR.search(text):
        return moment
    try:
        next_year = shown_day(moment).replace(year=shown_day(moment).year + 1)
    except ValueError:  # 29 February
        return moment
    return None if now.date() < next_year <= now.date() + NEAR_FUTURE else moment


def dotted_days(cells: Sequence[str]) -> dict[int, str]:
    """Return the cells `11.29` of a list as `[11-29]`, by index: one alone may be a price, three among equals are days.

    Args:
        cells: Text of every cell of the page, "" for blank ones.
    """
    days = {}
    for index, cell in enumerate(cells):
        match = _DOTTED.fullmatch(cell) if 3 <= len(cell) <= 9 else None
        if match is not None and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= 31:
            days[index] = f"[{int(match[1]):02d}-{int(match[2]):02d}]"
    return days if len(days) >= 3 else {}


# Dates in addresses, as content systems write them; the day must stand apart from other digits.
_ADDRESS_DATES = (
    re.compile(r"/t((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])_"),
    re.compile(r"/((?:19|20)[0-9]{2})[-/]([01]?[0-9])[-/]([0-3]?[0-9])/"),
    re.compile(r"[/_-]((?:19|20)[0-9]{2})-?([01][0-9])-?([0-3][0-9])[0-9]{0,8}[/_.-]"),
    re.compile(r"/((?:19|20)[0-9]{2})([01][0-9])/([0-3][0-9])/"),
    re.compile(r"/((?:19|20)[0-9]{2})/([01][0-9])([0-3][0-9])/"),
)


def date_in_address(url: str) -> date | None:
    """Return the day that an address of an article carries (`/202408/t20240827_1.html`, `/art/2024/8/27/`); None without one."""
    for pattern in _ADDRESS_DATES:
        match = pattern.search(url)
        if match is not None:
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    return None
