"""Rows of one subject: equal ones are one snapshot, and what different ones say differently stays open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.tables.model import BadRow

Place = tuple[str | None, int]
"""Sheet and row number."""

_FACTS = (
    "latest_post_at",
    "latest_post_from",
    "post_count",
    "found",
    "functions",
    "app",
    "seen_name",
    "seen_owner",
    "owner_kind",
    "certified",
)
_SITE_FACTS = ("home", "service_count")


class Merged(NamedTuple):
    """What became of the rows.

    Attributes:
        snapshots: One for each subject, with the place of its first row, in the order of those rows.
        open: Facts that rows of one subject state differently: not observed, and named.
        merged: Rows that say nothing else than an earlier one.
        first_rows: The place of each row -> that of the first row of its subject.
    """

    snapshots: list[tuple[Any, Place]]
    open: list[BadRow]
    merged: list[BadRow]
    first_rows: dict[Place, Place]


def merge_duplicates(rows: Sequence[tuple[SiteSnapshot | AccountSnapshot, Place]]) -> Merged:
    """Put the rows of one subject together.

    Subjects are one where their ids are equal. A code that stands beside different names or platforms names none of them:
    it is left out, and the rows stay apart.
    """
    merged = Merged([], [], [], {})
    rows = _without_shared_codes(rows, merged)
    groups: dict[tuple[str, object], list[tuple[Any, Place]]] = {}
    for snapshot, place in rows:
        groups.setdefault((snapshot.subject.id, snapshot.observed_at), []).append((snapshot, place))
    for group in groups.values():
        merged.first_rows.update((place, group[0][1]) for _, place in group)
        merged.snapshots.append(group[0] if len(group) == 1 else _one_of(group, merged))
    return merged


def _without_shared_codes(
    rows: Sequence[tuple[SiteSnapshot | AccountSnapshot, Place]], merged: Merged
) -> list[tuple[SiteSnapshot | AccountSnapshot, Place]]:
    names: dict[str, set[tuple[object, ...]]] = {}
    for snapshot, _ in rows:
        subject = snapshot.subject
        if subject.code is not None:
            names.setdefault(subject.code, set()).add((getattr(subject, "platform", None), subject.name))
    shared = {code for code, users in names.items() if len(users) > 1}
    if not shared:
        return list(rows)
    kept: list[tuple[SiteSnapshot | AccountSnapshot, Place]] = []
    for snapshot, (sheet, number) in rows:
        code = snapshot.subject.code
        if code in shared:
            merged.open.append(BadRow(number, None, code, "同一标识码用于不同账号或网站，此码未采用", True, sheet))
            part = "account" if isinstance(snapshot, AccountSnapshot) else "site"
            document = snapshot.model_dump()
            document[part] |= {"code": None, "id": ""}
            snapshot = _again(snapshot, document)
        kept.append((snapshot, (sheet, number)))
    return kept


def _one_of(group: list[tuple[Any, Place]], merged: Merged) -> tuple[Any, Place]:
    first, place = group[0]
    names = _FACTS if isinstance(first, AccountSnapshot) else _SITE_FACTS
    part = "account" if isinstance(first, AccountSnapshot) else "site"
    document = first.model_dump()
    rows = "、".join(f"{sheet or ''}第{number}行" for (sheet, number) in (place for _, place in group))
    different = [name for name in names if _differ([getattr(snapshot, name) for snapshot, _ in group])]
    for name in names:
        document[name] = (
            None
            if name in different
            else next((value for snapshot, _ in group if (value := snapshot.model_dump()[name]) is not None), None)
        )
    if "latest_post_at" in different or "latest_post_from" in different:
        document["latest_post_at"] = document["latest_post_from"] = None
    document["partial"] = tuple(sorted({name for snapshot, _ in group for name in snapshot.partial}))
    document["marks"] = tuple(dict.fromkeys(mark for snapshot, _ in group for mark in snapshot.marks))
    stages = {getattr(snapshot.subject, "status", None) for snapshot, _ in group} - {None}
    if len(stages) > 1:
        different.append("status")
        document[part]["status"] = None
        document["partial"] = tuple(sorted({*document["partial"], *(("posts", "functions") if part == "account" else ("home",))}))
    elif stages:
        document[part]["status"] = stages.pop()
    for _, (sheet, number) in group[1:]:
        if not different:
            merged.merged.append(
                BadRow(number, None, first.subject.name, f"与{rows.split('、')[0]}为同一对象，已合并", True, sheet)
            )
    if different:
        for _, (sheet, number) in group:
            merged.open.append(
                BadRow(
                    number, None, first.subject.name, f"{rows}为同一对象而内容不同（{'、'.join(different)}），留待核实", True, sheet
                )
            )
    return _again(first, document), place


def _differ(values: list[Any]) -> bool:
    known = [value for value in values if value is not None]
    return any(value != known[0] for value in known[1:])


def _again(snapshot: SiteSnapshot | AccountSnapshot, document: dict[str, Any]) -> SiteSnapshot | AccountSnapshot:
    zone = snapshot.observed_at.tzinfo
    return type(snapshot).model_validate(document, context={"zone": zone})
