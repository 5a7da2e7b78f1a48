"""Letters and disclosure: sums, completion rates, weighted mean and longest working days (网民留言办理, 政府信息公开).

A blank cell is None and stays so: the sum of a column of blanks is None, not 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from govmedia_rules.campaign.statistics import Ratio, ratio
from govmedia_rules.campaign.units import Disclosure, Letters
from govmedia_rules.core.workdays import WorkCalendar


def added(values: Iterable[int | None]) -> int | None:
    """Return the sum of the values that are not None; None when all are."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class LetterTally(NamedTuple):
    """Sums over the letters of several units. Tallies of disjoint units can be merged in any order.

    Attributes:
        units: Units counted.
        done: Letters finished; None when nothing is stated.
        pending: Letters not finished; None when nothing is stated.
        days: Working days of the finished letters whose time is known, added up.
        timed: Finished letters whose time is known.
        longest: The longest time that is known, in working days: of a letter, else a unit's mean; None when none is known.
        longest_units: Units that took it, in order of their names.
    """

    units: int = 0
    done: int | None = None
    pending: int | None = None
    days: Fraction = Fraction(0)
    timed: int = 0
    longest: Fraction | None = None
    longest_units: tuple[str, ...] = ()

    @classmethod
    def of(cls, letters: Iterable[Letters]) -> LetterTally:
        """Return the tally of units."""
        tally = cls()
        for letters_row in letters:
            tally = tally.merge(_of_one(letters_row))
        return tally

    @property
    def rate(self) -> Ratio | None:
        """办结率: finished among all; None when there is none or the numbers are not stated."""
        return None if self.done is None else ratio(self.done, self.done + (self.pending or 0))

    @property
    def mean(self) -> Fraction | None:
        """Mean working days of a finished letter, weighted by how many each unit finished; None when no time is known."""
        return self.days / self.timed if self.timed else None

    def merge(self, other: LetterTally) -> LetterTally:
        """Return the sum of two tallies."""
        tops = [time for time in (self.longest, other.longest) if time is not None]
        longest = max(tops) if tops else None
        units = {unit for tally in (self, other) if tally.longest == longest for unit in tally.longest_units}
        return LetterTally(
            self.units + other.units,
            added((self.done, other.done)),
            added((self.pending, other.pending)),
            self.days + other.days,
            self.timed + other.timed,
            longest,
            tuple(sorted(units)),
        )


def _of_one(letters: Letters) -> LetterTally:
    done = letters.done or 0
    days, timed = Fraction(0), 0
    if letters.total_working_days is not None:
        days, timed = Fraction(letters.total_working_days), done
    elif letters.mean_working_days is not None:
        days, timed = Fraction(letters.mean_working_days) * done, done
    longest = Fraction(letters.longest_working_days) if letters.longest_working_days is not None else None
    if longest is None and letters.mean_working_days is not None:
        longest = Fraction(letters.mean_working_days)
    return LetterTally(1, letters.done, letters.pending, days, timed, longest, () if longest is None else (letters.unit,))


def letters_from_cases(
    unit: str,
    cases: Iterable[tuple[date, date | None]],
    *,
    group: str = "",
    calendar: WorkCalendar | None = None,
) -> Letters:
    """Sum up the single letters of one unit.

    Args:
        unit: The unit.
        cases: Day asked and day answered of each letter; None while it is pending.
        group: Group of units it is listed with.
        calendar: Working days; None for the official schedule.

    Raises:
        CalendarError: A case lies outside the years the schedule covers.
    """
    known = calendar or WorkCalendar.official()
    days = []
    pending = 0
    for asked, answered in cases:
        if answered is None:
            pending += 1
        else:
            days.append(known.count(asked, answered).days)
    return Letters(
        unit=unit,
        group=group,
        done=len(days),
        pending=pending,
        total_working_days=sum(days) if days else None,
        longest_working_days=max(days, default=None),
    )


class DisclosureTally(NamedTuple):
    """Sums over the disclosures of several departments. Tallies of disjoint departments can be merged in any order.

    Attributes:
        units: Departments counted.
        total: Items disclosed.
        kinds: Items of each kind, by name, in order of the names.
        done_on_time: Requests finished in time.
        done_late: Requests finished late.
        pending: Requests not finished.
        requested: Departments that finished a request.
    """

    units: int = 0
    total: int | None = None
    kinds: tuple[tuple[str, int | None], ...] = ()
    done_on_time: int | None = None
    done_late: int | None = None
    pending: int | None = None
    requested: int = 0

    @classmethod
    def of(cls, disclosures: Iterable[Disclosure]) -> DisclosureTally:
        """Return the tally of departments."""
        tally = cls()
        for disclosure in disclosures:
            requested = int(bool(disclosure.done_on_time or disclosure.done_late))
            tally = tally.merge(
                cls(
                    1,
                    disclosure.total,
                    tuple(sorted(disclosure.kinds)),
                    disclosure.done_on_time,
                    disclosure.done_late,
                    disclosure.pending,
                    requested,
                )
            )
        return tally

    @property
    def done(self) -> int | None:
        """Requests finished, in time or late."""
        return added((self.done_on_time, self.done_late))

    @property
    def on_time_rate(self) -> Ratio | None:
        """按时办结率: finished in time among finished; None when none was."""
        return None if self.done_on_time is None else ratio(self.done_on_time, self.done)

    def merge(self, other: DisclosureTally) -> DisclosureTally:
        """Return the sum of two tallies."""
        names = sorted({name for name, _ in (*self.kinds, *other.kinds)})
        own, others = dict(self.kinds), dict(other.kinds)
        return DisclosureTally(
            self.units + other.units,
            added((self.total, other.total)),
            tuple((name, added((own.get(name), others.get(name)))) for name in names),
            added((self.done_on_time, other.done_on_time)),
            added((self.done_late, other.done_late)),
            added((self.pending, other.pending)),
            self.requested + other.requested,
        )


def faults_of(disclosures: Iterable[Disclosure]) -> list[str]:
    """Return a Chinese sentence for each department whose parts exceed their total."""
    sentences = []
    for disclosure in disclosures:
        parts = [(name, number) for name, number in disclosure.kinds if number is not None]
        too_big = [f"{name}{number}" for name, number in parts if disclosure.total is not None and number > disclosure.total]
        if too_big:
            sentences.append(f"{disclosure.unit}：{'、'.join(too_big)}超过总数{disclosure.total}")
    return sentences
