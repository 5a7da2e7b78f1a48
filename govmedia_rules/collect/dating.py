"""Whether the newest entry of a list is known: the order of its dates, and which article pages must be asked.

A list is settled when nothing that was not read can be newer than what was. Lists are written newest first; one that is not
(old first, or with pinned entries on its first page) is followed to the page that decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from govmedia_rules.collect.shown import date_in_address, is_plausible, shown_day
from govmedia_rules.snapshots.parts import Entry

RECENT = timedelta(days=7)
"""A list with an entry this young needs no second look: no rule asks for more than one update a week of any column."""
FIRST_SAMPLE = 3
"""Article pages asked first for an undated list, beside its last one: they show whether it is alive."""
HOME_SAMPLE = 40
"""The same for the home page, which shows the first entries of eight to ten lists."""
FULL_SAMPLE = 20
"""Article pages asked at most for an undated list: a first page of a list has 15 to 20 entries."""
MOST_LIST_PAGES = 5
"""Further pages of one list that are read."""
MOST_SWAPS = 0.2
"""Share of neighbours in the wrong order up to which a list is newest first: pinned and late entries stand out of order."""


@dataclass
class ListState:
    """A list during the search for its newest entry.

    Attributes:
        place: Index of its column; -1 for the home page.
        entries: Its entries in the order shown.
        next_page: Address of its next page; None when there is none that can be followed.
        has_more: Whether more pages exist that cannot be followed.
        pages: Pages read so far.
        dates: Dates found on article pages, by address.
        asked: Addresses of article pages that were asked.
        shows_all: Whether no other list of the page was left unread, which may be newer; otherwise it proves life, never neglect.
    """

    place: int
    entries: list[Entry]
    next_page: str | None = None
    has_more: bool = False
    pages: int = 1
    is_followed: bool = False
    dates: dict[str, datetime | date] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    shows_all: bool = True

    @property
    def days(self) -> list[date]:
        """Days of its dated entries, in the order shown."""
        return [shown_day(entry.published_at) for entry in self.entries if entry.published_at is not None]

    def is_recent(self, now: datetime) -> bool:
        """Return whether it has an entry so young that nothing more need be known."""
        days = self.days
        return bool(days) and max(days) >= now.date() - RECENT

    def is_settled(self, now: datetime) -> bool:
        """Return whether no unread page of the list can hold a newer entry."""
        if not self.shows_all and not self.is_recent(now):
            return False
        if self.is_recent(now) or (self.next_page is None and not self.has_more):
            return True
        # Entries of one day show no order.
        return newest_first(self.days) and (self.is_followed or (self.next_page is None and len(set(self.days)) > 1))

    def take_page(self, entries: Sequence[Entry], next_page: str | None) -> None:
        """Add the entries of a further page; the list is followed far enough when they are older than what came before."""
        before = self.days
        later = [shown_day(entry.published_at) for entry in entries if entry.published_at is not None]
        self.is_followed = bool(before and later) and max(later) <= max(before) and newest_first(later)
        known = {(entry.url, entry.title) for entry in self.entries}
        self.entries.extend(entry for entry in entries if (entry.url, entry.title) not in known)
        self.next_page = next_page
        self.pages += 1

    def to_ask(self, now: datetime) -> list[str]:
        """Return addresses of articles whose dates should be read next; () when enough is known or can be."""
        open_entries = [entry.url for entry in self.entries if entry.url is not None and entry.published_at is None]
        if self.is_recent(now) or not open_entries:
            return []
        sample = (
            open_entries[:FIRST_SAMPLE] + open_entries[-1:]
            if not self.asked
            else open_entries[: FULL_SAMPLE if self.place >= 0 else HOME_SAMPLE]
        )
        return [url for url in dict.fromkeys(sample) if url not in self.asked]

    def take_dates(self) -> None:
        """Give the entries the dates that their article pages showed."""
        self.entries = [
            entry.model_copy(update={"published_at": self.dates[entry.url]})
            if entry.published_at is None and entry.url in self.dates
            else entry
            for entry in self.entries
        ]

    def take_address_dates(self, now: datetime) -> None:
        """Give undated entries the dates of their addresses, where these show that the list is alive."""
        dated = []
        for entry in self.entries:
            day = date_in_address(entry.url or "") if entry.published_at is None else None
            is_known = day is not None and is_plausible(day, now)
            dated.append(entry.model_copy(update={"published_at": day}) if is_known else entry)
        state = ListState(self.place, dated)
        # An address carries the day of writing, which may be before the day of publishing: it proves life, never neglect.
        if state.is_recent(now):
            self.entries = dated

    def is_dated(self, now: datetime) -> bool:
        """Return whether the newest entry is known although some entries show no date."""
        undated = [entry for entry in self.entries if entry.published_at is None]
        if not undated or self.is_recent(now):
            return True
        return (
            len(self.days) >= 2 and len(set(self.days)) > 1 and newest_first(self.days) and self.entries[0].published_at is not None
        )


def newest_first(days: Sequence[date]) -> bool:
    """Return whether a list is written newest first, apart from a few pinned or late entries."""
    if len(days) < 2:
        return True
    swaps = sum(first < second for first, second in itertools.pairwise(days))
    return swaps <= MOST_SWAPS * (len(days) - 1)


def dates_of(state: ListState, published: Mapping[str, datetime | date | None]) -> None:
    """Take what article pages showed into a list.

    Args:
        state: The list.
        published: Publication time by address asked for; None where the page shows none or was not read.
    """
    for url, moment in published.items():
        state.asked.add(url)
        if moment is not None:
            state.dates[url] = moment
    state.take_dates()
