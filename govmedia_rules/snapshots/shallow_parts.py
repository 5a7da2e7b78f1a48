"""Read shallow rows in parts: groups of cells that do not touch each other, each read once for all rows that have the same cells.

`RowReader` remains the only reader: a group is read by it in a row whose other cells are beyond doubt. Cells whose reading
depends on other groups are not read here; their rows are to be read as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from govmedia_rules.core.time import day_of
from govmedia_rules.snapshots.cells import CodeRead
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.snapshots.shallow_rows import NotRead, RowReader, SubjectKind
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.tables.layout import no_subject
from govmedia_rules.tables.model import BadRow

_BESIDE: Mapping[str, frozenset[str]] = {
    "post_count": frozenset({"latest_post_at"}),
    "found": frozenset({"latest_post_at", "post_count", "updates", "functions"}),
    "remark": frozenset({"status"}),
    "is_closed": frozenset({"status"}),
    "is_running": frozenset({"status", "is_closed"}),
    "updates": frozenset({"latest_post_at", "post_count", "home_latest_at"}),
    "starts": frozenset({"downloads"}),
    "home_entries": frozenset({"home_latest_at"}),
    "is_navigation": frozenset({"home_latest_at", "home_entries"}),
    "second_level_latest_at": frozenset({"home_latest_at", "home_entries", "is_navigation"}),
}
"""Field -> fields whose cells are read together with its own, because one of them may leave another open."""

_FACTS: Mapping[SubjectKind, Mapping[str, tuple[str, ...]]] = {
    "account": {
        "latest_post_at": ("latest_post_at", "latest_post_from"),
        "updates": ("latest_post_at", "latest_post_from"),
        "post_count": ("post_count",),
        "found": ("found",),
        "functions": ("functions", "partial"),
        "downloads": ("app",),
        "starts": ("app",),
        "seen_name": ("seen_name",),
        "seen_owner": ("seen_owner",),
        "seen_owner_kind": ("owner_kind",),
        "certified": ("certified",),
        "filed": ("filed",),
        "remark": ("account.status",),
        "is_closed": ("account.status",),
        "is_running": ("account.status",),
        "platform": ("account.platform", "account.platform_text"),
    },
    "site": {
        "home_latest_at": ("home",),
        "updates": ("home",),
        "home_entries": ("home",),
        "is_navigation": ("home",),
        "second_level_latest_at": ("home",),
        "service_count": ("service_count",),
        "remark": ("site.status",),
        "is_closed": ("site.status",),
        "is_running": ("site.status",),
    },
}
"""Field -> the facts it gives; every other field gives the fact of the subject that has its name."""

_NOT_ALONE = frozenset(
    {"remark", *_BESIDE, *(field for fields in _BESIDE.values() for field in fields), "platform", "code", "name"}
)


class CellGroup(NamedTuple):
    """Columns whose cells are read together.

    Attributes:
        headers: Their headers, in the order of the table.
        fields: Their fields; `functions` stands for the columns of single functions too.
        facts: The facts they give.
    """

    headers: tuple[str, ...]
    fields: frozenset[str]
    facts: tuple[str, ...]


class CellsRead(NamedTuple):
    """The facts that a group of cells gives.

    Attributes:
        facts: The facts; None where the row must be read as a whole.
        bad: Cells that were not read.
        marks: Marks that the cells set on the snapshot.
    """

    facts: Mapping[str, Any] | None
    bad: tuple[BadRow, ...] = ()
    marks: tuple[Mark, ...] = ()


AS_A_WHOLE = CellsRead(None)


class PartReader:
    """Read the groups of one table at one monitoring point.

    Args:
        reader: The reader of whole rows.
        point: Header and cell of the monitoring point; {} where it is given beside the table.

    Attributes:
        reader: The reader of whole rows.
        remarks: Headers of remarks, of which only those that speak of closing say something.
        kind: Kind of the subjects.
        base: A snapshot of nothing but what every row has; None where even that has faults, so that all rows must be read as a
            whole.
    """

    def __init__(self, reader: RowReader, point: Mapping[str, Any]) -> None:
        self.kind: SubjectKind = reader.kind
        self.reader = reader
        self.remarks = frozenset(use.header for use in reader.columns if use.field == "remark")
        headers = {use.field: use.header for use in reader.columns if use.field is not None}
        self._sure = {**point, headers["name"]: "甲县发布"}
        if "platform" in headers:
            self._sure[headers["platform"]] = "微博"
        row = reader.row(0, self._sure)
        self.base = None if row.bad or row.snapshot is None or "id" in headers else row.snapshot
        self._common_marks = () if self.base is None else self.base.marks

    def groups(self) -> list[CellGroup]:
        """Return the groups of the table's columns; unused columns and that of the monitoring point are in none."""
        columns: dict[str, list[str]] = {}
        for use in self.reader.columns:
            if use.field is not None and use.field != "observed_at":
                columns.setdefault(use.field.split(".")[0], []).append(use.header)
        together: list[set[str]] = []
        for field in columns:
            # Cells that give one fact give it together.
            same = {other for other in columns if not set(self._facts_of(field)).isdisjoint(self._facts_of(other))}
            joined = same | (_BESIDE.get(field, frozenset()) & columns.keys())
            for other in [group for group in together if group & joined]:
                together.remove(other)
                joined |= other
            together.append(joined)
        order = [use.header for use in self.reader.columns]
        return [
            CellGroup(
                tuple(sorted((header for field in group for header in columns[field]), key=order.index)),
                frozenset(group),
                tuple(dict.fromkeys(fact for field in sorted(group) for fact in self._facts_of(field))),
            )
            for group in together
            if group
        ]

    def _facts_of(self, field: str) -> tuple[str, ...]:
        return _FACTS[self.kind].get(field, (f"{self.kind}.{field}",))

    def read(self, group: CellGroup, cells: Mapping[str, Any]) -> CellsRead:
        """Return the facts that the cells of a group give.

        Args:
            group: The group.
            cells: Its cells by header.
        """
        if len(group.headers) == 1 and not group.fields & _NOT_ALONE and group.fields != {"functions"}:
            return self._read_alone(group, cells[group.headers[0]])
        row = self.reader.row(0, {**self._sure, **cells})
        if row.snapshot is None or ("name" in group.fields and any(no_subject(cell, {}) is not None for cell in cells.values())):
            return AS_A_WHOLE  # no subject, or a total or note, as the rest of the row tells
        facts = {fact: value_of(row.snapshot, fact) for fact in group.facts}
        if row.doubtful or (row.snapshot.partial and "partial" not in facts):
            return AS_A_WHOLE
        return CellsRead(facts, row.bad, tuple(mark for mark in row.snapshot.marks if mark not in self._common_marks))

    def _read_alone(self, group: CellGroup, cell: Any) -> CellsRead:
        """Read a cell that gives one fact and touches no other, without the row around it."""
        (fact,) = group.facts
        (header,) = group.headers
        reading: Any = None
        if cell is not None:
            try:
                reading = self.reader.cell(header, cell)
            except NotRead as fault:
                return CellsRead({fact: None}, (BadRow(0, header, None, str(fault), True),))
        if reading is None:
            return CellsRead({fact: None})
        if isinstance(reading, CodeRead):
            reading = reading.code
        elif isinstance(reading, datetime) and self.reader.only_day:
            reading = day_of(reading, self.reader.zone)
        try:
            return CellsRead({fact: _adapter(self.kind, fact).validate_python(reading, context={"zone": self.reader.zone})})
        except ValidationError:
            return AS_A_WHOLE


def value_of(snapshot: AccountSnapshot | SiteSnapshot, fact: str) -> Any:
    """Return a fact of a snapshot by its name (`latest_post_at`, `account.name`)."""
    holder, _, name = fact.rpartition(".")
    return getattr(snapshot.subject if holder else snapshot, name)


@cache
def _adapter(kind: SubjectKind, fact: str) -> TypeAdapter[Any]:
    holder, _, name = fact.rpartition(".")
    whole, part = (AccountSnapshot, Account) if kind == "account" else (SiteSnapshot, Site)
    field = (part if holder else whole).model_fields[name]
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(annotation)
