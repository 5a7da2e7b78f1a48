"""Citizens' messages (网民留言) of a list with headers or of a message's own page, by the words of data/messages.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from selectolax.lexbor import LexborNode

from govmedia_rules.collect.dom import Dom
from govmedia_rules.collect.navigation import Base
from govmedia_rules.collect.words import name_key, word_table
from govmedia_rules.core.dates import read_moment
from govmedia_rules.snapshots.parts import Message

MOST_MESSAGES = 2_000
"""Messages kept of one page."""


@cache
def _fields() -> Mapping[str, str]:
    return {name_key(word): field for field, words in word_table("messages")["fields"].items() for word in words}


@cache
def _status() -> Mapping[str, bool]:
    words = word_table("messages")["words"]
    return {name_key(word): True for word in words["yes"]} | {name_key(word): False for word in words["no"]}


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def is_answered(status: str) -> bool | None:
    """Return whether a word of status says that a message was answered; None when it says neither."""
    return _status().get(name_key(status.strip("[]【】()（） ")))


def read_messages(dom: Dom, base: Base, *, column_kind: str | None, now: datetime | None = None) -> tuple[Message, ...] | None:
    """Return messages of a table or list whose header names a title, a time of asking, and an answer time or a status.

    Args:
        dom: The page.
        base: What its relative links count from.
        column_kind: Kind of the column it belongs to.
        now: The monitoring point, for dates without a year.

    Returns:
        The messages; () for such a table without rows; None when the page has no such table.
    """
    for grid in dom.tree.css("table,ul,dl"):
        rows = [row for row in grid.css("tr,li,dt,dd") if row.mem_id != grid.mem_id]
        for position, row in enumerate(rows[:3]):
            cells = _cells(row)
            fields = [_fields().get(name_key(_text(cell).strip(":：")), "") for cell in cells]
            if "title" in fields and "asked" in fields and ("answered" in fields or "status" in fields):
                messages = [_message(_cells(other), fields, base, column_kind, now) for other in rows[position + 1 :]]
                return tuple(message for message in messages[:MOST_MESSAGES] if message is not None)
    return None


def _cells(row: LexborNode) -> list[LexborNode]:
    cells = []
    child = row.child
    while child is not None:
        if child.is_element_node:
            cells.append(child)
        child = child.next
    return cells


def _message(
    cells: list[LexborNode], fields: list[str], base: Base, column_kind: str | None, now: datetime | None
) -> Message | None:
    if len(cells) < len(fields):
        return None
    by_field: dict[str, LexborNode] = {}
    for field, cell in zip(fields, cells, strict=False):
        if field:
            by_field.setdefault(field, cell)
    title = by_field["title"]
    link = title if title.tag == "a" else title.css_first("a[href]")
    asked = read_moment(_text(by_field["asked"]), now=now)
    if not _text(title) or asked is None:
        return None
    answered_at = read_moment(_text(by_field["answered"]), now=now) if "answered" in by_field else None
    answered = True if answered_at is not None else is_answered(_text(by_field["status"])) if "status" in by_field else None
    if answered is None and "answered" in by_field and not re.sub(r"[\s\-—/无]", "", _text(by_field["answered"])):
        answered = False
    shown = [kind for field, kind in (("asked", "asked_at"), ("answered", "answered_at"), ("unit", "unit")) if field in by_field]
    return Message(
        column_kind=column_kind,
        title=_text(title)[:1_000],
        url=base.resolve((link.attributes.get("href") or "").strip()) if link is not None else None,
        asked_at=asked,
        answered_at=answered_at if answered is not False else None,
        answered=answered,
        shown=tuple(shown),
    )
