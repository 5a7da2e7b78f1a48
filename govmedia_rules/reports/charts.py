"""Charts as inline SVG: bars with their numbers written beside them, so that nothing depends on colour or on a script.

Colours are classes (`bar-failed` …); the page that shows a chart decides what they look like in light, dark and print.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from govmedia_rules.reports.text import one_line

_LINE, _BAR, _GAP = 18, 14, 8
_BARS, _NUMBERS = 270, 150
_WIDTH = _BARS + _NUMBERS
"""Narrow enough to be read on a phone; labels stand above their bars, whole, in as many lines as they take."""
_COLUMNS = 62
"""Half-width characters a line of a label holds."""


class Segment(NamedTuple):
    """A part of a bar: its class (`failed`, `passed`, `open`, `plain`), what it is called, and how much it is."""

    style: str
    label: str
    value: int


class Bar(NamedTuple):
    """One bar: a label and its parts from left to right."""

    label: str
    parts: tuple[Segment, ...]

    @property
    def total(self) -> int:
        """Length of the bar."""
        return sum(part.value for part in self.parts)


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Return horizontal bars on one scale, as an SVG element; "" without rows.

    Args:
        title: What the chart shows, read out by a screen reader.
        rows: The bars from top to bottom.
    """
    if not rows:
        return ""
    longest = max(1, *(bar.total for bar in rows))
    labels = [_wrapped(one_line(bar.label)) for bar in rows]
    height = sum(len(lines) * _LINE + _BAR + _GAP for lines in labels) + 4
    description = "；".join(f"{one_line(bar.label)} {_numbers(bar)}" for bar in rows)
    out = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'aria-label="{html.escape(f"{title}：{description}")}">'
    ]
    top = 0
    for bar, lines in zip(rows, labels, strict=True):
        out.append(f"<g><title>{html.escape(f'{one_line(bar.label)} {_numbers(bar)}')}</title>")
        for line in lines:
            top += _LINE
            out.append(f'<text class="label" x="0" y="{top - 4}">{html.escape(line)}</text>')
        left = 0.0
        for part in bar.parts:
            if part.value:
                # A part that exists is never too thin to be seen.
                wide = max(part.value * _BARS / longest, 1.5)
                out.append(f'<rect class="bar-{part.style}" x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{_BAR}"/>')
                left += wide
        out.append(f'<text class="number" x="{left + 8:.1f}" y="{top + _BAR - 2}">{html.escape(_numbers(bar))}</text></g>')
        top += _BAR + _GAP
    out.append("</svg>")
    return "".join(out)


def _numbers(bar: Bar) -> str:
    shown = [part for part in bar.parts if part.value] or list(bar.parts[:1])
    if len(bar.parts) == 1:
        return str(bar.total)
    return " ".join(f"{part.label}{part.value}" for part in shown)


def _wrapped(text: str) -> list[str]:
    """Return the text in lines of at most `_COLUMNS` half-width columns; at least one line."""
    lines, used = [""], 0
    for char in text:
        wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used + wide > _COLUMNS:
            lines.append("")
            used = 0
        lines[-1] += char
        used += wide
    return lines
