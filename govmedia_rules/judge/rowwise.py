"""Judge shallow rows one by one; rows of the same subject share one verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.snapshots.merging import Once, Place, each_once
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.shallow_rows import ShallowRow
from govmedia_rules.subjects.models import Account
from govmedia_rules.tables.model import BadRow

R = TypeVar("R")
Describe = Callable[[Inspection, Place, str | None], R]
"""Makes of an inspection what is said of a row, with its place and what was not read of it."""


def judge_rows(
    book: Rulebook,
    rows: Callable[[], Iterable[ShallowRow]],
    describe: Describe[R],
    unread: Callable[[ShallowRow], R],
    *,
    reviews: Iterable[Review] = (),
    waivers: Iterable[Waiver] = (),
    progress: Callable[[int], None] | None = None,
) -> dict[Place, R]:
    """Judge rows.

    Args:
        book: The rulebook.
        rows: Gives the rows; called again where some of them are about one subject.
        describe: Makes the result of a row that names a subject.
        unread: Makes the result of any other row.
        reviews: What people said about any of the subjects.
        waivers: Documents that excuse failures of any of the subjects.
        progress: Called with the number of rows judged so far.

    Returns:
        The result of each row by its place.
    """
    results: dict[Place, R] = {}
    feed = _Feed(rows(), lambda row: results.update({(row.sheet, row.number): unread(row)}))
    for inspection in book.inspect_many(feed, reviews=reviews, waivers=waivers):
        results[feed.place] = describe(inspection, feed.place, feed.fault)
        if progress is not None:
            progress(len(results))
    if feed.repeated:
        repeated = [row for row in rows() if row.snapshot is not None and feed.is_repeated(row.snapshot)]
        once = each_once([((row.sheet, row.number), row.snapshot) for row in repeated if row.snapshot is not None])
        faults = {(row.sheet, row.number): fault_text(row.bad) for row in repeated}
        inspections = book.inspect_many([snapshot for _, snapshot in once.rows], reviews=reviews, waivers=waivers)
        of_first = dict(zip([place for place, _ in once.rows], inspections, strict=True))
        reasons = _reasons(once)
        for place, first in once.first_rows.items():
            texts = filter(None, [faults[place], *reasons.get(place, ())])
            results[place] = describe(of_first[first], place, "；".join(texts) or None)
    return results


def _reasons(once: Once) -> dict[Place, list[str]]:
    reasons: dict[Place, list[str]] = {}
    for fault in (*once.open, *once.merged):
        reasons.setdefault((fault.sheet, fault.row), []).append(fault.reason)
    return reasons


def fault_text(bad: Iterable[BadRow]) -> str | None:
    """Return the faults of a row in one text; None when there are none."""
    return "；".join(f"{fault.column or '整行'}: {fault.reason}" for fault in bad) or None


def keys_of(snapshot: SiteSnapshot | AccountSnapshot) -> set[str]:
    """Return the keys by which rows of one subject are matched: its id, its code, and its id in earlier versions."""
    subject = snapshot.subject
    keys = {subject.id, subject.code} if subject.code is not None else {subject.id}
    return keys | {subject.former_id} if isinstance(subject, Account) else keys


class _Feed:
    """Iterate over the snapshots of rows.

    Attributes:
        place: Sheet and row of the last snapshot.
        fault: Cells of that row that were not read.
        repeated: Ids and codes that more than one row has.
    """

    def __init__(self, rows: Iterable[ShallowRow], set_apart: Callable[[ShallowRow], None]) -> None:
        self._rows, self._set_apart = rows, set_apart
        self.place: Place = (None, 0)
        self.fault: str | None = None
        self.repeated: set[str] = set()
        self._ids: set[str] = set()

    def __iter__(self) -> Iterator[SiteSnapshot | AccountSnapshot]:
        for row in self._rows:
            if row.snapshot is None:
                self._set_apart(row)
                continue
            self.place = (row.sheet, row.number)
            self.fault = fault_text(row.bad)
            for key in keys_of(row.snapshot):
                (self.repeated if key in self._ids else self._ids).add(key)
            yield row.snapshot

    def is_repeated(self, snapshot: SiteSnapshot | AccountSnapshot) -> bool:
        """Return whether another row has the id or the code of a snapshot's subject."""
        return any(key in self.repeated for key in keys_of(snapshot))
