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
from govmedia_rules.core.time import Moment
from govmedia_rules.core.vocabulary import any_of
from govmedia_rules.snapshots.parts import Message

MOST_MESSAGES = 2_000
"""Messages kept of one page."""
FEWEST_ROWS = 2
"""Rows with a date and a status from which a list without a header is taken for one of messages."""
LONGEST_ROW = 3_000
"""Characters from which a row is no single message."""
MOST_FIELDS = 20
"""Cells read of a row of a table."""
MOST_ROW_LINKS = 3
"""Different links of one message: its title, 查看, the office that answers."""
MOST_TIMES_READ = 20
"""Times the text of a page that its rows may be read, inner ones inside outer ones."""
# Fields of a row that stand in one text are parted by bars, or by blanks before the next label.
_PARTS = re.compile(r"\0|[|｜]|\s(?=\s{0,9}[\u4e00-\u9fff]{2,6}[:：])")
_VOID = re.compile(r"[\s\-—/无]")


@cache
def _fields() -> Mapping[str, str]:
    return {name_key(word): field for field, words in word_table("messages")["fields"].items() for word in words}


@cache
def _status() -> Mapping[str, bool]:
    words = word_table("messages")["words"]
    return {name_key(word): True for word in words["yes"]} | {name_key(word): False for word in words["no"]}


def _text(node: LexborNode) -> str:
    """Return the text of a cell; where it shows a picture only, what the picture is called."""
    text = " ".join(node.text(separator=" ").split())
    picture = None if text else node.css_first("img[alt]")
    return text if picture is None else (picture.attributes.get("alt") or "").strip()


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
    fields: list[str] = []
    messages: list[Message] = []
    room = MOST_TIMES_READ * len(dom.joined)
    # Rows follow the header that names their fields, in its table or in one of their own below it.
    for row in dom.tree.css("tr,li,dt,dd"):
        cells = _cells(row)[:MOST_FIELDS]
        texts = [_text(cell) for cell in cells]
        room -= sum(map(len, texts))
        if room < 0:  # rows inside rows without end
            return None
        header = [_fields().get(name_key(text.strip(":：")), "") for text in texts]
        if "title" in header and "asked" in header and ("answered" in header or "status" in header):
            fields = header
        elif fields and (message := _message(cells, fields, base, column_kind, now)) is not None:
            messages.append(message)
    if fields:
        return tuple(messages[:MOST_MESSAGES])
    return _read_rows(dom, base, column_kind, now)


def _read_rows(dom: Dom, base: Base, column_kind: str | None, now: datetime | None) -> tuple[Message, ...] | None:
    """Return messages of a list without a header, whose rows show a title, a date and a status of their own.

    A list with a row that may hold more than one message is not read: one of them may have no answer.
    """
    room = MOST_TIMES_READ * len(dom.joined)
    for grid in dom.tree.css("ul,ol,tbody,dl,div,section,form"):
        messages = []
        is_whole = True
        for row in _rows_of(grid):
            text = "\0".join(node.text(separator="\0") for node in row)
            room -= len(text)
            fields = _row_fields(text, now)
            if "asked" not in fields or not {"answered", "status", "answer"} & set(fields):
                continue
            message = _row_message(row, fields, base, column_kind, now) if len(text) <= LONGEST_ROW else None
            if message is None:
                is_whole = False
            else:
                messages.append(message)
        if len(messages) >= FEWEST_ROWS:
            return tuple(messages) if is_whole else None
        if room < 0:  # boxes inside boxes without end
            break
    return None


def _rows_of(grid: LexborNode) -> list[list[LexborNode]]:
    """Return the rows of an element: its children, of a `dl` each term with what describes it."""
    rows: list[list[LexborNode]] = []
    for cell in _cells(grid)[:MOST_MESSAGES]:
        if cell.tag == "dd" and rows:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _row_message(
    row: list[LexborNode], fields: Mapping[str, str], base: Base, column_kind: str | None, now: datetime | None
) -> Message | None:
    """Return the message that a row with these fields shows; None for one without a title, or with several records in it."""
    links = [link for node in row for link in ([node] if node.tag == "a" else node.css("a[href]"))]
    heads = [head for node in row for head in node.css("h1,h2,h3,h4,h5,h6")]
    is_card = len(heads) <= 1 and len({link.attributes.get("href") for link in links}) <= MOST_ROW_LINKS
    if not (links or heads) or not is_card:
        return None
    answered_at = read_moment(fields.get("answered", ""), now=now)
    answered = True if answered_at is not None else is_answered(fields.get("status", ""))
    if answered is None and "answered" in fields and not _VOID.sub("", fields["answered"]):
        answered = False
    title = fields.get("title") or (_title(links[0]) if links else "") or " ".join(heads[0].text().split() if heads else ())
    url = base.resolve((links[0].attributes.get("href") or "").strip()) if links else None
    return Message(
        column_kind=column_kind,
        title=title[:1_000],
        url=url,
        asked_at=read_moment(fields["asked"], now=now),
        answered_at=answered_at,
        answered=answered,
    )


def _title(link: LexborNode) -> str:
    parts = [" ".join(part.split()) for part in link.text(separator="\0").split("\0")]
    words = [part for part in parts if is_answered(part) is None and read_moment(part) is None]
    return (link.attributes.get("title") or "").strip() or max(words, key=len, default="")


def _row_fields(row: str, now: datetime | None) -> dict[str, str]:
    """Return what a row shows, by field: under labels (来信时间：…), else one bare date and one word of status."""
    fields: dict[str, str] = {}
    bare: list[str] = []
    waiting = ""
    for part in _PARTS.split(row):
        text = " ".join(part.split()).strip("[]【】()（）|")
        if not text:
            continue
        label, colon, rest = text.replace("：", ":", 1).partition(":")
        field = _fields().get(name_key(label))
        if waiting and not (colon and field):
            fields.setdefault(waiting, text)
            waiting = ""
        elif colon and field:
            waiting = "" if rest.strip() else field
            if rest.strip():
                fields.setdefault(field, rest.strip())
        elif is_answered(text) is not None:
            fields.setdefault("status", text)
        elif len(text) <= 20 and read_moment(text, now=now) is not None:
            bare.append(text)
    if waiting:
        fields.setdefault(waiting, "")
    if bare and "asked" not in fields:
        fields["asked"] = bare[0]
    if read_moment(fields.get("asked", ""), now=now) is None:
        fields.pop("asked", None)
    return fields


@cache
def _answer_labels() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(word_table('messages')['fields']['answered'])})[\s:：\0]{{0,12}}([0-9][^\0]{{5,24}})")


def read_answer_time(dom: Dom, now: datetime | None = None) -> Moment | None:
    """Return when the answer that a message's own page shows was given (答复时间：…); None where it does not say.

    Args:
        dom: The page.
        now: The monitoring point, for dates without a year.
    """
    match = _answer_labels().search(dom.joined)
    return None if match is None else read_moment(match[1], now=now)


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
    if answered is None and "answered" in by_field and not _VOID.sub("", _text(by_field["answered"])):
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
