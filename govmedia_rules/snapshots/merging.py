"""Make one snapshot of the rows that a table has of one subject at one monitoring point, or keep them apart and say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from govmedia_rules.snapshots.kinds import kinds
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.subjects.addresses import address_key
from govmedia_rules.subjects.models import is_same_name
from govmedia_rules.subjects.registry import merged_subject
from govmedia_rules.tables.model import BadRow

Place = tuple[str | None, int]
"""Sheet and row number, as a spreadsheet shows it."""
Snapshot = SiteSnapshot | AccountSnapshot
Row = tuple[Place, Snapshot]


class Once(NamedTuple):
    """Rows of a table with each subject once.

    Attributes:
        rows: A snapshot for each subject and monitoring point with the place of its first row, in the order of those rows.
        open: Rows of one subject that contradict each other, and rows that share a code or a name and are kept apart.
        merged: Rows that say nothing else than an earlier one.
        first_rows: The place of each row -> that of the first row of its subject.
    """

    rows: list[Row]
    open: list[BadRow]
    merged: list[BadRow]
    first_rows: dict[Place, Place]


def each_once(rows: Sequence[Row]) -> Once:
    """Merge the rows of one subject at one monitoring point.

    What one row knows is known. What rows contradict each other in was not observed, so that whatever rests on it stays open; a
    mark says so. A code beside different names or platforms names none of them and is left out; one name at different
    addresses is two subjects.

    Args:
        rows: Place and snapshot of each row.
    """
    once = Once([], [], [], {})
    groups: dict[tuple[str, object], list[Row]] = defaultdict(list)
    for place, snapshot in _with_full_ids(_without_shared_codes(rows, once)):
        groups[snapshot.subject.id, snapshot.observed_at].append((place, snapshot))
    for group in groups.values():
        for part in _by_address(group, once):
            once.first_rows.update((place, part[0][0]) for place, _ in part)
            once.rows.append((part[0][0], _merged(part, once) if len(part) > 1 else part[0][1]))
    order = {place: at for at, (place, _) in enumerate(rows)}
    once.rows.sort(key=lambda row: order[row[0]])
    return once


def _fault(place: Place, value: str | None, reason: str) -> BadRow:
    return BadRow(place[1], None, None if value is None else value[:200], reason, True, place[0])


def _named(places: Sequence[Place]) -> str:
    numbers: dict[str | None, list[str]] = defaultdict(list)
    for sheet, number in places:
        numbers[sheet].append(str(number))
    return "、".join(f"{sheet or ''}第{'、'.join(rows)}行" for sheet, rows in numbers.items())


def _without_shared_codes(rows: Sequence[Row], once: Once) -> list[Row]:
    names: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for _, snapshot in rows:
        subject = snapshot.subject
        if subject.code is not None:
            names[subject.code].add((getattr(subject, "platform", None), subject.name))
    shared = {code for code, users in names.items() if len(users) > 1}
    kept: list[Row] = []
    for place, snapshot in rows:
        code = snapshot.subject.code
        if code is not None and code in shared:
            once.open.append(_fault(place, code, "同一标识码用于不同名称或平台，未采用此码"))
            kept.append((place, _with_subject(snapshot, code=None, id="")))
        else:
            kept.append((place, snapshot))
    return kept


def _with_full_ids(rows: list[Row]) -> list[Row]:
    """Give an account without a code the id of the one other row that names it with its code, owner or region."""
    ids: dict[str, dict[str, str | None]] = defaultdict(dict)
    for _, snapshot in rows:
        if isinstance(snapshot, AccountSnapshot):
            ids[snapshot.account.former_id].setdefault(snapshot.account.id, snapshot.account.owner)
    full: list[Row] = []
    for place, snapshot in rows:
        if isinstance(snapshot, AccountSnapshot) and snapshot.account.code is None:
            own, owner = snapshot.account.id, snapshot.account.owner
            others = [name for name, known in ids[snapshot.account.former_id].items() if name != own and _fits(owner, known)]
            fuller = [name for name in others if owner is None or not name.startswith(snapshot.account.former_id)]
            if len(fuller) == 1:
                snapshot = _with_subject(snapshot, id=fuller[0])
        full.append((place, snapshot))
    return full


def _fits(owner: str | None, other: str | None) -> bool:
    return owner is None or other is None or owner == other


def _with_subject(snapshot: Snapshot, **changes: object) -> Snapshot:
    part = "account" if isinstance(snapshot, AccountSnapshot) else "site"
    subject = type(snapshot.subject).model_validate({**dict(snapshot.subject), **changes})
    marks = tuple(mark for mark in snapshot.marks if mark.field != f"{part}.code")
    return type(snapshot).model_validate(
        {**_facts(snapshot), part: subject, "marks": marks}, context={"zone": snapshot.observed_at.tzinfo}
    )


def _facts(snapshot: Snapshot) -> dict[str, object]:
    """Return the fields of a snapshot that are known."""
    return {name: value for name in type(snapshot).model_fields if (value := getattr(snapshot, name)) is not None}


def _by_address(group: list[Row], once: Once) -> list[list[Row]]:
    """Part rows of one id without a code: one name at two addresses is two subjects, and so are two names at one address."""
    addresses = {address_key(snapshot.subject.url) for _, snapshot in group} - {None}
    if group[0][1].subject.code is not None or len(addresses) < 2:
        return _by_name(group, once)
    parts: dict[str | None, list[Row]] = defaultdict(list)
    for place, snapshot in group:
        address = address_key(snapshot.subject.url)
        apart = _with_subject(snapshot, id=f"{snapshot.subject.id}@{address or ''}"[:10_000])
        once.open.append(_fault(place, snapshot.subject.name, "名称相同而网址不同，按不同对象计：请补标识码或主办单位"))
        parts[address].append((place, apart))
    return list(parts.values())


def _by_name(group: list[Row], once: Once) -> list[list[Row]]:
    """Part rows of one id without a code by their names; one that may be either of two units joins neither."""
    if group[0][1].subject.code is not None:
        return [group]
    parts: dict[str, list[str]] = {}  # the longest name of a unit -> its names
    for name in sorted({row.subject.name for _, row in group}, key=lambda name: (-len(name), name)):
        same = [longest for longest, names in parts.items() if any(is_same_name(name, other) for other in names)]
        parts.setdefault(same[0] if len(same) == 1 else name, []).append(name)
    if len(parts) < 2:
        return [group]
    unit = {name: longest for longest, names in parts.items() for name in names}
    apart: dict[str, list[Row]] = defaultdict(list)
    for place, row in group:
        name = unit[row.subject.name]
        apart[name].append((place, _with_subject(row, id=f"{row.subject.id}@{name}"[:10_000])))
        once.open.append(_fault(place, row.subject.name, "网址相同而名称不同，按不同对象计：请补标识码"))
    return list(apart.values())


_TIED = {
    "latest_post_at": ("post_count", "latest_post_from"),
    "latest_post_from": ("post_count", "latest_post_at"),
    "post_count": ("latest_post_at", "latest_post_from"),
}


def _merged(group: Sequence[Row], once: Once) -> Snapshot:
    places = [place for place, _ in group]
    numbers = _named(places)
    snapshots = [snapshot for _, snapshot in group]
    first = snapshots[0]
    key = "account" if isinstance(first, AccountSnapshot) else "site"
    marks = dict.fromkeys(mark for snapshot in snapshots for mark in snapshot.marks)
    marks[Mark(field=key, basis="repeated", note=f"表中{numbers}为同一对象，按1个计"[:10_000])] = None
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
    if "latest_post_from" in values and any(
        each.latest_post_at is not None and each.latest_post_from is None for each in _accounts(snapshots)
    ):
        contradicted |= {"latest_post_from", *_TIED["latest_post_from"]}  # a day beside a month that ends on it
    partial = dict.fromkeys(part for each in snapshots for part in each.partial)
    for name in sorted(contradicted):
        values.pop(name, None)
        marks[Mark(field=name, basis="contradicted", note=f"表中{numbers}不一致，视为未采集"[:10_000])] = None
    if len({each.subject.status for each in snapshots} - {None}) > 1:
        contradicted.add("status")
        partial |= dict.fromkeys(("posts", "functions") if key == "account" else ("home",))
    values |= {"partial": tuple(partial), "marks": tuple(marks)}
    for place in places if contradicted else places[1:]:
        if contradicted:
            once.open.append(
                _fault(place, first.subject.name, f"{numbers}为同一对象而内容不一致（{_titles(contradicted)}），留待核实")
            )
        else:
            once.merged.append(_fault(place, first.subject.name, f"与{_named(places[:1])}为同一对象，已合并"))
    return type(first).model_validate(values, context={"zone": first.observed_at.tzinfo})


def _titles(fields: Iterable[str]) -> str:
    """Return the Chinese names of parts of a snapshot, and of the stage of life; `latest_post_from` goes along with its date."""
    titles = {name: term.title for name, term in kinds("part").items()} | {"status": "运行状态"}
    return "、".join(titles.get(name, name) for name in sorted(fields) if name != "latest_post_from")


def _accounts(snapshots: Sequence[Snapshot]) -> list[AccountSnapshot]:
    return [snapshot for snapshot in snapshots if isinstance(snapshot, AccountSnapshot)]
