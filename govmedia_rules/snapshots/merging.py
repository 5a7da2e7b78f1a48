"""Make one snapshot of the rows that a table has of one subject at one monitoring point, or name the clash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.addresses import address_key
from govmedia_rules.subjects.models import Account
from govmedia_rules.subjects.registry import merged_subject
from govmedia_rules.tables.model import BadRow

Row = tuple[int, SiteSnapshot | AccountSnapshot]


class Once(NamedTuple):
    """Rows of a table with each subject once.

    Attributes:
        good: A snapshot for each subject and monitoring point, in the order of its first row.
        bad: Rows of different subjects that share an id, so that nothing tells them apart.
    """

    good: tuple[SiteSnapshot | AccountSnapshot, ...]
    bad: tuple[BadRow, ...]


def each_once(rows: Sequence[Row]) -> Once:
    """Merge the rows of one subject at one monitoring point.

    What one row knows is known. What rows contradict each other in was not observed, so that whatever rests on it stays open; a
    mark says so.

    Args:
        rows: Number and snapshot of each row.
    """
    groups: dict[tuple[str, object], list[Row]] = defaultdict(list)
    for number, snapshot in rows:
        groups[snapshot.subject.id, snapshot.observed_at].append((number, snapshot))
    good: list[SiteSnapshot | AccountSnapshot] = []
    bad: list[BadRow] = []
    for group in groups.values():
        clash = _clash(group) if len(group) > 1 else None
        if clash is None:
            good.append(_merged(group) if len(group) > 1 else group[0][1])
        else:
            bad += [BadRow(number, None, snapshot.subject.name[:200], clash) for number, snapshot in group]
    return Once(tuple(good), tuple(bad))


def _clash(group: Sequence[Row]) -> str | None:
    """Return why the rows cannot be of one subject; None when they can."""
    subjects = [snapshot.subject for _, snapshot in group]
    first, numbers = subjects[0], "、".join(str(number) for number, _ in group)
    if len({subject.platform if isinstance(subject, Account) else "" for subject in subjects}) > 1:
        return f"rows {numbers} have the id {first.id} and are of different platforms"
    if first.code is None and len({subject.name for subject in subjects}) > 1:
        return f"rows {numbers} have the id {first.id} and different names"
    addresses = {address_key(subject.url) for subject in subjects} - {None}
    if first.code is None and len(addresses) > 1:
        return f"rows {numbers} share the name {first.name} at different addresses: give the code, the owner or the region of each"
    return None


_TIED = {"latest_post_at": ("post_count",), "post_count": ("latest_post_at",)}


def _merged(group: Sequence[Row]) -> SiteSnapshot | AccountSnapshot:
    numbers = "、".join(str(number) for number, _ in group)
    snapshots = [snapshot for _, snapshot in group]
    first = snapshots[0]
    key = "account" if isinstance(first, AccountSnapshot) else "site"
    marks = dict.fromkeys(mark for snapshot in snapshots for mark in snapshot.marks)
    marks[Mark(field=key, basis="repeated", note=f"表中第{numbers}行为同一对象，按1个计")] = None
    values: dict[str, object] = {"observed_at": first.observed_at, key: merged_subject([each.subject for each in snapshots])}
    contradicted: set[str] = set()
    for name in type(first).model_fields:
        known = [value for each in snapshots if (value := getattr(each, name)) is not None]
        if name in ("kind", "marks", "partial", *values) or not known:
            continue
        if all(value == known[0] for value in known):
            values[name] = known[0]
        else:
            contradicted |= {name, *_TIED.get(name, ())}
    for name in sorted(contradicted):
        values.pop(name, None)
        marks[Mark(field=name, basis="contradicted", note=f"表中第{numbers}行不一致，视为未采集")] = None
    values["partial"] = tuple(dict.fromkeys(part for each in snapshots for part in each.partial))
    return type(first).model_validate({**values, "marks": tuple(marks)}, context={"zone": first.observed_at.tzinfo})
