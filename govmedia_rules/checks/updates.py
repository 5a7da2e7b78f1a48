"""Whether something was updated inside a window: True, False, or None when what was seen does not decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from govmedia_rules.core.time import Moment, Span
from govmedia_rules.snapshots.parts import Column, Entry, Post


def was_updated(
    span: Span, latest: Moment | None, entries: Sequence[Entry | Post] | None, count: int | None, undated: int | None = None
) -> bool | None:
    """Whether any item is dated inside `span`.

    Args:
        span: The window.
        latest: Time of the newest item; None when none shows one or nobody looked.
        entries: The items; None when they are not known one by one.
        count: How many items there are; None when not known.
        undated: How many of them show no date; None when not known.

    Returns:
        False also where there are no items, or only items without a date, which count as not updated. None where the
        newest date is unknown, or lies after the window and the items before it are unknown.
    """
    if latest is None:
        if entries is not None or count == 0 or (count is not None and count == undated):
            return False
        return None
    if span.has(latest):
        return True
    if span.is_before(latest):
        if entries is None:
            return None
        return any(entry.published_at is not None and span.has(entry.published_at) for entry in entries)
    return False


def column_updated(column: Column, span: Span) -> bool | None:
    """Whether a column was updated inside `span`; see `was_updated`."""
    latest = column.latest_entry_at
    if latest is not None and span.sure_from <= latest.toordinal() <= span.sure_to:
        return True  # nearly every column of a living site ends here
    return was_updated(span, latest, column.entries, column.entry_count, column.undated_count)


class Count(NamedTuple):
    """How many faults there are: those seen, and those that may exist besides."""

    seen: int
    possible: int = 0

    def reaches(self, limit: int) -> bool | None:
        """Whether the number is `limit` or more; None when the undecided ones could tip it."""
        if self.seen >= limit:
            return True
        return None if self.seen + self.possible >= limit else False
