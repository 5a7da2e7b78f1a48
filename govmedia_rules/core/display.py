"""HTML for notebooks: bounded, escaped, readable on light and dark backgrounds, and loading nothing from anywhere.

Text keeps the colour of the page; colours are half transparent and only at borders and behind words, so both kinds of themes
work. Whatever is cut says how much was left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

MAX_ROWS = 100
"""Rows a table shows."""
MAX_CHARS = 300
"""Characters of one text that are shown."""
MAX_ITEMS = 20
"""Items of a list inside a cell that are shown."""
MAX_BYTES = 120_000
"""About how many bytes the picture of one nested value may have."""
MAX_DEPTH = 6

Tone = Literal["good", "bad", "open", "plain"]

_TONES: Mapping[str, str] = {"good": "46,160,67", "bad": "218,54,51", "open": "210,140,0", "plain": "128,128,128"}
_CELL = "text-align:left;vertical-align:top;padding:2px 8px;border-bottom:1px solid rgba(128,128,128,.3);background:transparent"
_FRAME = "color:inherit;max-width:100%;overflow-x:auto;line-height:1.45"
_QUIET = "opacity:.7;font-size:90%"

# Characters that hide, reorder or break what a reader sees: shown as their code.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\uffff]")


def text(value: object, most: int = MAX_CHARS) -> str:
    """Return a value as escaped text of at most `most` characters; invisible characters are shown as their code."""
    plain = str(value)
    cut = len(plain) - most
    if cut > 0:
        plain = plain[:most]
    shown = html.escape(_HIDDEN.sub(lambda hidden: f"\\u{ord(hidden[0]):04x}", plain))
    return f'{shown}…<span style="{_QUIET}">（略{cut}字）</span>' if cut > 0 else shown


def text_lines(value: object, most: int = MAX_CHARS) -> str:
    """Like `text`, with its line breaks kept."""
    return text(value, most).replace("\n", "<br>")


def badge(word: object, tone: Tone = "plain") -> str:
    """Return a word on a tinted ground."""
    colour = _TONES[tone]
    tint = f"background:rgba({colour},.18);border:1px solid rgba({colour},.6)"
    return f'<span style="color:inherit;{tint};border-radius:3px;padding:0 5px;white-space:nowrap">{text(word, 40)}</span>'


def code(value: object) -> str:
    """Return a text in fixed width."""
    return f'<code style="color:inherit;background:transparent">{text(value, 120)}</code>'


def quiet(fragment: str) -> str:
    """Return a fragment of HTML in a lighter tone."""
    return f'<span style="{_QUIET}">{fragment}</span>'


def named(name: str, key: str) -> str:
    """Return a name over its id; the id is left out where it is the name."""
    return text(name, 60) if name == key else f"{text(name, 60)}<br>{quiet(text(key, 60))}"


def collapsible(summary: str, body: str) -> str:
    """Return a fragment that opens on a click.

    Args:
        summary: HTML of the line that is always shown.
        body: HTML of the rest.
    """
    return f'<details><summary style="cursor:pointer">{summary}</summary>{body}</details>'


def items(fragments: Sequence[str], total: int | None = None) -> str:
    """Return a list of fragments of HTML, at most `MAX_ITEMS` of them.

    Args:
        fragments: The fragments, or the first ones.
        total: How many there are in all; None when `fragments` has them all.
    """
    total = len(fragments) if total is None else total
    shown = "".join(f"<li>{fragment}</li>" for fragment in fragments[:MAX_ITEMS])
    rest = total - min(len(fragments), MAX_ITEMS)
    more = f"<li>{quiet(f'… 另有 {rest} 项')}</li>" if rest > 0 else ""
    return f'<ul style="margin:2px 0 2px 1.2em;padding:0">{shown}{more}</ul>'


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], total: int | None = None) -> str:
    """Return a table of at most `MAX_ROWS` rows.

    Args:
        heads: Heads of the columns, as plain text; () leaves the line out.
        rows: Rows of fragments of HTML; no more are taken than are shown.
        total: How many rows there are in all; None when it is not known.
    """
    shown: list[str] = []
    for row in rows:
        if len(shown) == MAX_ROWS:
            total = total if total is not None else MAX_ROWS + 1
            break
        shown.append("<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) + "</tr>")
    head = "".join(f'<th style="{_CELL};font-weight:600">{text(word, 40)}</th>' for word in heads)
    rest = (total or 0) - len(shown)
    more = f"<div>{quiet(f'… 另有 {rest} 行')}</div>" if rest > 0 else ""
    top = f"<thead><tr>{head}</tr></thead>" if heads else ""
    return f'<table style="border-collapse:collapse;background:transparent">{top}<tbody>{"".join(shown)}</tbody></table>{more}'


def shares(counts: Mapping[str, int], tones: Mapping[str, Tone]) -> str:
    """Return counts as a stacked bar, each part as wide as its share, with every count and share beside it."""
    total = sum(counts.values())
    if not total:
        return ""
    parts, at = [], 0.0
    for word, count in counts.items():
        width = 240 * count / total
        fill = f"rgba({_TONES[tones.get(word, 'plain')]},.65)"
        if count:
            parts.append(f'<rect x="{at:.1f}" y="0" width="{width:.1f}" height="10" fill="{fill}"/>')
        at += width
    shown = "，".join(f"{text(word, 40)} {count}（{count / total:.1%}）" for word, count in counts.items())
    return f'<div><svg width="240" height="10" role="img" aria-label="{shown}">{"".join(parts)}</svg> {shown}</div>'


def frame(*fragments: str) -> str:
    """Return fragments of HTML as one output."""
    return f'<div style="{_FRAME}">{"".join(fragments)}</div>'


# Values of any kind, nested: what was not observed and what is empty are told apart.

NOT_OBSERVED = "未观察"
NOTHING_THERE = "已查看，无"


class _Budget:
    """How many more bytes may be shown; a cell counts with its marks."""

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, fragment: str) -> str:
        """Return the fragment, or a sign that there is more when nothing is left."""
        if self.left <= 0:
            return quiet("…")
        self.left -= len(fragment.encode()) + 200
        return fragment


FieldsOf = Callable[[object], "Mapping[str, object] | None"]
"""Gives the fields of a nested object, or None for a plain value."""


def model(title: str, fields: Mapping[str, object], fields_of: FieldsOf) -> str:
    """Return an object as a table of its fields; nested objects and lists fold, fields that are None are named in one line.

    Args:
        title: What it is, as plain text.
        fields: Its fields.
        fields_of: Gives the fields of nested objects.
    """
    return frame(f"<b>{text(title)}</b>", _fields(fields, fields_of, _Budget(MAX_BYTES), 0))


def _fields(fields: Mapping[str, object], fields_of: FieldsOf, budget: _Budget, depth: int) -> str:
    known = {name: value for name, value in fields.items() if value is not None}
    unseen = [name for name, value in fields.items() if value is None]
    rows = [(quiet(text(name, 60)), _value(value, fields_of, budget, depth + 1)) for name, value in known.items()]
    shown = budget.take(f"<div>{quiet(f'{NOT_OBSERVED}：' + text('、'.join(unseen), 600))}</div>") if unseen else ""
    return (html_table((), rows, len(rows)) if rows else "") + shown


def _value(value: object, fields_of: FieldsOf, budget: _Budget, depth: int) -> str:
    if budget.left <= 0 or depth > MAX_DEPTH:
        return quiet("…")
    if value is None:
        return quiet(NOT_OBSERVED)
    if isinstance(value, bool):
        return "是" if value else "否"
    inner = {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else fields_of(value)
    if inner is not None:
        if not inner:
            return quiet(NOTHING_THERE)
        first = next((str(item) for item in inner.values() if isinstance(item, str) and item), f"{len(inner)} 项")
        body = _fields(inner, fields_of, budget, depth)
        return body if depth == 1 and len(inner) <= 4 else collapsible(text(first, 80), body)
    if isinstance(value, tuple | list | frozenset | set):
        if not value:
            return quiet(NOTHING_THERE)
        rows = [fields_of(item) for item in list(value)[:MAX_ITEMS]]
        if len(rows) > 1 and all(row is not None and _is_flat(row) for row in rows):
            return collapsible(f"{len(value)} 项", _rows([row for row in rows if row is not None], len(value), budget))
        shown = [_value(item, fields_of, budget, depth + 1) for item in list(value)[:MAX_ITEMS]]
        return collapsible(f"{len(value)} 项", items(shown, len(value)))
    return budget.take(text_lines(value))


MAX_COLUMNS = 8


def _is_flat(fields: Mapping[str, object]) -> bool:
    return not any(isinstance(value, tuple | list | Mapping) and value for value in fields.values())


def _rows(rows: Sequence[Mapping[str, object]], total: int, budget: _Budget) -> str:
    """Return objects without parts as a table: a column for each field that one of them has."""
    names = list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, (), [])))[:MAX_COLUMNS]
    shown = []
    for row in rows:
        if budget.left <= 0:
            break
        shown.append([budget.take(quiet(NOT_OBSERVED) if row.get(name) is None else text_lines(row[name], 80)) for name in names])
    return html_table(names, shown, total)


def short(value: object, most: int = 60) -> str:
    """Return a value for a plain `repr`: long texts cut, long lists counted."""
    if isinstance(value, str):
        return repr(value if len(value) <= most else value[: most - 1] + "…")
    if isinstance(value, tuple | list | Mapping) and len(value) > 3:
        return f"<{len(value)} items>"
    shown = repr(value)
    return shown if len(shown) <= 4 * most else shown[: 4 * most - 1] + "…"
