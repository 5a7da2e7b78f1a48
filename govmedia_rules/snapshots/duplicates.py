"""Count once what a snapshot lists twice: columns, services, channels, messages, pages, posts and links at one address.

Records of one thing are merged: what only one of them knows is taken over, what they contradict each other in was not observed.
Marks say what was merged, where records contradict each other, and which things merely share a name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.snapshots.columns import Column
from govmedia_rules.snapshots.parts import Channel, Link, Mark, Message, Page, Post, Service
from govmedia_rules.subjects.addresses import address_key, address_tail, have_distinct_tails

Listed = Column | Service | Channel | Message | Page | Post | Link


class Distinct(NamedTuple):
    """The distinct things of a part.

    Attributes:
        items: Each thing once, in the order of the first record of it.
        marks: What was merged, contradicted or shares a name, by the new positions.
        positions: New position of each record, by its old one.
    """

    items: tuple[Listed, ...]
    marks: tuple[Mark, ...]
    positions: Sequence[int]


def distinct(part: str, records: Sequence[Listed], base: str | None) -> Distinct | None:
    """Merge the records of one thing; None where each record is a thing of its own and no two share a name.

    Args:
        part: Name of the part: `columns`, `services`, `channels`, `messages`, `pages`, `posts` or `links`.
        records: Its records.
        base: Address of the site, by which relative addresses are completed; None where it is not known.
    """
    groups = _groups(part, records, base)
    if not groups:
        return None
    first_of = {position: members[0] for members in groups for position in members}
    kept = [position for position in range(len(records)) if first_of.get(position, position) == position]
    new = {position: number for number, position in enumerate(kept)}
    merged = {members[0]: _merged([records[position] for position in members]) for members in groups}
    items = tuple(merged[position].record if position in merged else records[position] for position in kept)
    marks: list[Mark] = []
    for members in groups:
        place = f"{part}.{new[members[0]]}"
        marks.append(Mark(field=place, basis="repeated", note=f"列出{len(members)}次，按1项计"))
        differing = merged[members[0]].contradicted
        marks += [Mark(field=f"{place}.{name}", basis="contradicted", note="各次记录不一致，视为未采集") for name in differing]
    positions = [new[first_of.get(position, position)] for position in range(len(records))]
    return Distinct(items, tuple(marks), positions)


def perhaps_repeated(part: str, records: Sequence[Listed]) -> tuple[tuple[Listed, ...], tuple[Mark, ...]] | None:
    """Take the facts from records that repeat another one word for word and show no address.

    They may be the same thing or another one of its name, so only the first of them is certain.

    Args:
        part: `columns` or `services`.
        records: Its records.

    Returns:
        The records and marks of those that were changed; None where none was.
    """
    facts = _FACTS[part]
    bare = [record for record in records if not record.url]
    if len({_label(record) for record in bare}) == len(bare):
        return None
    known: list[Listed] = []
    items: list[Listed] = []
    marks: list[Mark] = []
    for record in records:
        if record.url or all(getattr(record, name) is None for name in facts):
            items.append(record)
        elif record in known:
            marks.append(
                Mark(
                    field=f"{part}.{len(items)}", basis="repeated", note="与另一条记录相同且无地址，不能确定是否同一项，视为未采集"
                )
            )
            items.append(record.model_copy(update=dict.fromkeys(facts)))
        else:
            known.append(record)
            items.append(record)
    return (tuple(items), tuple(marks)) if marks else None


def _label(record: Listed) -> Hashable:
    return (record.name, record.parent, record.kind) if isinstance(record, Column) else getattr(record, "name", None)


_FACTS: Mapping[str, tuple[str, ...]] = {
    "columns": ("entries", "latest_entry_at", "latest_entry_from", "entry_count", "undated_count"),
    "services": ("elements", "forms", "time_limits"),
}


def namesakes(columns: Sequence[Column], marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return a mark for each column that shares its name and the column above it with another one at another address.

    Args:
        columns: Distinct columns.
        marks: Marks of the snapshot; one that is there already, because the snapshot was stored, is not made again.
    """
    if len({column.name for column in columns}) == len(columns):
        return ()
    names = Counter((column.name, column.parent) for column in columns)
    if len(names) == len(columns):
        return ()
    made = {mark.field for mark in marks if mark.basis == "namesake"}
    return tuple(
        Mark(field=f"columns.{position}", basis="namesake", note=f"另有同名栏目“{column.name}”，地址不同，分别计")
        for position, column in enumerate(columns)
        if names[column.name, column.parent] > 1 and column.url and f"columns.{position}" not in made
    )


def _groups(part: str, records: Sequence[Listed], base: str | None) -> list[list[int]]:
    """Return the positions of records that are about one thing, for each thing with several of them."""
    if have_distinct_tails([record.url for record in records if record.url]):
        return []
    tails: dict[str, list[int]] = defaultdict(list)
    for position, record in enumerate(records):
        if record.url:
            tails[address_tail(record.url)].append(position)
    home = address_key(base) if base else None
    identity = _IDENTITY.get(part, _address_alone)
    groups: list[list[int]] = []
    for positions in tails.values():
        if len(positions) == 1:
            continue
        same: dict[Hashable, list[int]] = defaultdict(list)
        for position in positions:
            address = address_key(records[position].url, base)
            if address is not None and (address != home or part == "pages"):
                same[address, identity(records[position])].append(position)
        groups += [members for members in same.values() if len(members) > 1]
    return groups


# What tells two things at one address apart. A column or page is its address; a list page may show several services,
# channels, messages or posts, and a link is one text on one page.
def _address_alone(_record: Listed) -> None:
    return None


_IDENTITY: Mapping[str, Callable[[Listed], Hashable]] = {
    "services": lambda record: key_of(record.name) if isinstance(record, Service) else None,
    "channels": lambda record: record.kind if isinstance(record, Channel) else None,
    "messages": lambda record: (record.title, record.asked_at) if isinstance(record, Message) else None,
    "posts": lambda record: (record.title, record.published_at) if isinstance(record, Post) else None,
    "links": lambda record: (record.text, record.on_home, address_key(record.found_on)) if isinstance(record, Link) else None,
}

# How a thing is found and named is no fact that two records contradict each other in.
_FIRST_COUNTS = frozenset({"url", "name", "title", "parent", "found_by"})


class _Merged(NamedTuple):
    record: Listed
    contradicted: tuple[str, ...]


def _merged(records: Sequence[Listed]) -> _Merged:
    """Merge records of one thing: what one of them knows is known, what they contradict each other in is not."""
    first = records[0]
    fields = type(first).model_fields
    values: dict[str, object] = {}
    contradicted: list[str] = []
    for name in fields:
        known = _distinct_values(name, [getattr(record, name) for record in records])
        if len(known) <= 1 or fields[name].is_required() or name in _FIRST_COUNTS:
            values[name] = known[0] if known else None
        elif name == "text":
            values[name] = "\n".join(map(str, known))  # a wording found in either of them was on the page
        else:
            contradicted.append(name)
    for tied in _tied(contradicted, records):
        contradicted += [name for name in tied if values.pop(name, None) is not None]
    given = {name: value for name, value in values.items() if value is not None}
    return _Merged(type(first).model_validate(given), tuple(contradicted))


def _tied(contradicted: Sequence[str], records: Sequence[Listed]) -> list[tuple[str, ...]]:
    """Return groups of fields that are derived from each other, of which none is known because one is contradicted."""
    tied: list[tuple[str, ...]] = []
    if "answered" in contradicted or "answered_at" in contradicted:
        tied.append(("answered", "answered_at"))
    if not {"entries", "latest_entry_at", "latest_entry_from", "entry_count"}.isdisjoint(contradicted):
        counts = {getattr(record, "entry_count", None) for record in records}
        # Lists grow from page to page: that they have 3 and 5 entries leaves no doubt about the newest, that they are blank does.
        dates = not {"latest_entry_at", "latest_entry_from"}.isdisjoint(contradicted) or 0 in counts
        tied.append(("entries", "entry_count", "undated_count", *(("latest_entry_at", "latest_entry_from") if dates else ())))
    return tied


def _distinct_values(name: str, values: Iterable[object]) -> list[object]:
    known: list[object] = []
    for value in values:
        if value is not None and value != "" and not any(_equal(name, value, other) for other in known):
            known.append(value)
    return known


def _equal(name: str, first: object, second: object) -> bool:
    if name == "elements" and isinstance(first, tuple) and isinstance(second, tuple):
        return set(first) == set(second)
    return first == second


def shifted(marks: Iterable[Mark], part: str, positions: Sequence[int]) -> tuple[Mark, ...]:
    """Return marks with the positions in a part after merging.

    Args:
        marks: The marks as given.
        part: The part that was merged.
        positions: New position of each record, by its old one.
    """
    return tuple(_shifted(mark, part, positions) for mark in marks)


def _shifted(mark: Mark, part: str, positions: Sequence[int]) -> Mark:
    steps = mark.field.split(".")
    if len(steps) < 2 or steps[0] != part or not steps[1].isdecimal() or int(steps[1]) >= len(positions):
        return mark
    return mark.model_copy(update={"field": ".".join((part, str(positions[int(steps[1])]), *steps[2:]))})
