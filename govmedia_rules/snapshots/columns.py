"""Columns of a site and the items that lists show (栏目, 信息条目)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Protocol

from pydantic import Field, NonNegativeInt, StringConstraints, model_validator

from govmedia_rules.core.model import Model, Short, Url
from govmedia_rules.core.time import Instant, Moment, Span, Window

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]
"""Id of a kind; the known ones are in `snapshots/data/kinds.toml`, a local rulebook may use further ones."""


class Dated(Protocol):
    """An item that may show when it was published: an entry or a post."""

    @property
    def published_at(self) -> Moment | None:
        """The date or time shown with it; None when it shows none."""


class Entry(Model):
    """An item of a list (信息条目).

    Attributes:
        title: Title as shown.
        url: Its link as written; None when there is none or it was not kept.
        published_at: The date or time shown with it; None when it shows none, and then it counts as not updated.
        first_seen_at: When an inspection first saw it; None when earlier looks are not on record.
        last_absent_at: When an inspection last looked at its list and it was not there; None when not on record.
    """

    title: Short = ""
    url: Url | None = None
    published_at: Moment | None = None
    first_seen_at: Instant | None = None
    last_absent_at: Instant | None = None


def newest(entries: Sequence[Dated]) -> Moment | None:
    """Return the latest time shown by `entries`; None when none shows one.

    A day without a time ranks after every time of the same day, as windows read it in the unit's favour.
    """
    dates = [entry.published_at for entry in entries if entry.published_at is not None]
    return max(dates, key=_late_order, default=None)


def _late_order(moment: Moment) -> tuple[int, float]:
    # Models hold every instant in one zone, so the order of days is the order of instants.
    return (moment.toordinal(), moment.timestamp()) if isinstance(moment, datetime) else (moment.toordinal(), float("inf"))


class Column(Model):
    """A column of a site (栏目), deep with its entries or shallow with what is known of them.

    Attributes:
        name: Name as shown.
        url: Its address; None when not kept.
        kind: What it is for (`news`, `notice`, `policy` …); None when not known.
        level: 1 for a first-level column (一级栏目); None when not known.
        parent: Name or address of the column above; None for a first-level one or when not known.
        cycle: How often its own plan promises an update; None when nothing is promised or known.
        finished: Whether it is a closed topic that is not updated any more; None when not known.
        opens: Whether its page can be opened; None when not tried.
        found_by: Where it was found: navigation, site map, or a page's link; None when not recorded.
        entries: Its entries, newest of the list; None when not looked at, () when it is blank.
        latest_entry_at: Time of the newest entry; derived from `entries` where they are given.
        latest_entry_from: Earliest that the newest entry can be, where only its month or year is known: then `latest_entry_at` is
            the latest it can be. None where `latest_entry_at` is meant as it stands.
        entry_count: Number of entries, 0 for a blank column; derived from `entries` when it is not given (then a lower
            bound if the list has more pages).
        undated_count: Number of entries that show no date; derived from `entries` where they are given.
        on_home: Whether the home page shows its newest entries (首页栏目); None when not known.
    """

    name: Short
    url: Url | None = None
    kind: Kind | None = None
    level: Annotated[int, Field(ge=1, le=20)] | None = None
    parent: Short | None = None
    cycle: Window | None = None
    finished: bool | None = None
    opens: bool | None = None
    found_by: Literal["navigation", "sitemap", "link"] | None = None
    entries: tuple[Entry, ...] | None = None
    latest_entry_at: Moment | None = None
    latest_entry_from: Moment | None = None
    entry_count: NonNegativeInt | None = None
    undated_count: NonNegativeInt | None = None
    on_home: bool | None = None

    @model_validator(mode="after")
    def _derive(self) -> Column:
        entries = self.entries
        if self.latest_entry_from is not None and (self.latest_entry_at is None or entries is not None):
            raise ValueError("latest_entry_from needs latest_entry_at, and no entries")
        if entries is None:
            if self.entry_count == 0 and (self.latest_entry_at is not None or self.undated_count):
                raise ValueError("entry_count is 0 but an entry is described")
            return self
        facts = self.__dict__
        derived = newest(entries)
        undated = sum(entry.published_at is None for entry in entries)
        if self.latest_entry_at is None:
            facts["latest_entry_at"] = derived
        elif self.latest_entry_at != derived:
            raise ValueError(f"latest_entry_at is {self.latest_entry_at}, the newest of entries is {derived}")
        if self.entry_count is None:
            facts["entry_count"] = len(entries)
        elif self.entry_count < len(entries) or (self.entry_count and not entries):
            raise ValueError(f"entry_count is {self.entry_count}, entries has {len(entries)}")
        if self.undated_count is None:
            facts["undated_count"] = undated
        elif self.undated_count < undated:
            raise ValueError(f"undated_count is {self.undated_count}, {undated} of entries show no date")
        return self

    @property
    def is_blank(self) -> bool | None:
        """Whether it has no entry at all; None when it was not observed."""
        if self.entry_count is not None:
            return self.entry_count == 0
        return False if self.latest_entry_at is not None or self.undated_count else None


class ColumnGroup:
    """The columns of one kind, with the bounds that settle most questions about them at once.

    Attributes:
        columns: The columns, in order.
        days: For each of them the ordinal of the day of its newest entry; 0 where only its month is known, or nothing. An
            entry of the day of the monitoring point that is not newer than the point stands one day before it: see
            `Span.last_whole_day`.
        oldest_day: The smallest of `days`.
        newest_day: The largest of `days`.
        empty: Those that have no entry, or whose entries were not observed.
        deep: Those whose entries are known one by one.
        promising: Whether one of them has a cycle of its own.
    """

    __slots__ = ("columns", "days", "deep", "empty", "newest_day", "oldest_day", "promising")

    def __init__(self) -> None:
        self.columns: list[Column] = []
        self.days: list[int] = []
        self.empty: list[Column] = []
        self.deep: list[Column] = []
        self.oldest_day = self.newest_day = 0
        self.promising = False

    def all_updated(self, span: Span) -> bool:
        """Return whether every newest entry lies on a whole day of `span`, an interval that ends at the monitoring point.

        False decides nothing: compare the columns of `to_be_compared` one by one then.
        """
        return span.first_whole_day <= self.oldest_day and self.newest_day <= span.last_whole_day

    def to_be_compared(self, span: Span) -> list[Column]:
        """Return the columns whose newest entry does not lie on a whole day of `span`, or which show none."""
        first, last = span.first_whole_day, span.last_whole_day
        return [column for column, day in zip(self.columns, self.days, strict=True) if not first <= day <= last]


def group_columns(columns: Sequence[Column], point: datetime) -> dict[str | None, ColumnGroup]:
    """Group columns by kind, in one pass: the rules on columns ask every question of hundreds of them.

    Args:
        columns: The columns of one snapshot; their instants are in the zone of `point`, as models hold them.
        point: Its monitoring point, at which every window ends.
    """
    today = point.toordinal()
    groups: dict[str | None, ColumnGroup] = {}
    for column in columns:
        facts = column.__dict__
        kind = facts["kind"]
        group = groups.get(kind)
        if group is None:
            group = groups[kind] = ColumnGroup()
        newest_entry = facts["latest_entry_at"]
        group.columns.append(column)
        if newest_entry is None or facts["latest_entry_from"] is not None:
            day = 0
        else:
            day = newest_entry.toordinal()
            if day == today and (newest_entry.__class__ is not datetime or newest_entry <= point):
                day -= 1
        group.days.append(day)
        if not facts["entry_count"]:
            group.empty.append(column)
        if facts["entries"]:
            group.deep.append(column)
        if facts["cycle"] is not None:
            group.promising = True
    for group in groups.values():
        group.oldest_day, group.newest_day = min(group.days), max(group.days)
    return groups
