"""Charts as inline SVG: bars with their numbers written beside them, so that nothing depends on colour or on a script.

Colours are classes (`bar-failed` …); the page that shows a chart decides what they look like in light, dark and print.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from govmedia_rules.reports.text import one_line

_ROW = 26
_BAR = 16
_LABEL = 250
_BARS = 380
_NUMBERS = 130


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
    longest = max(max(bar.total for bar in rows), 1)
    height, width = len(rows) * _ROW + 6, _LABEL + _BARS + _NUMBERS
    description = "；".join(f"{one_line(bar.label)} {_numbers(bar)}" for bar in rows)
    out = [
        f'<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(f"{title}：{description}")}">'
    ]
    for number, bar in enumerate(rows):
        top = number * _ROW + 4
        middle = top + _BAR - 4
        label = one_line(bar.label)
        out.append(f"<g><title>{html.escape(f'{label} {_numbers(bar)}')}</title>")
        out.append(f'<text class="label" x="{_LABEL - 10}" y="{middle}" text-anchor="end">{html.escape(_fit(label, 36))}</text>')
        left = float(_LABEL)
        for part in bar.parts:
            if part.value:
                wide = part.value * _BARS / longest
                # A part that exists is never too thin to be seen.
                wide = max(wide, 1.5)
                out.append(f'<rect class="bar-{part.style}" x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{_BAR}"/>')
                left += wide
        out.append(f'<text class="number" x="{left + 8:.1f}" y="{middle}">{html.escape(_numbers(bar))}</text></g>')
    out.append("</svg>")
    return "".join(out)


def _numbers(bar: Bar) -> str:
    shown = [part for part in bar.parts if part.value] or list(bar.parts[:1])
    if len(bar.parts) == 1:
        return str(bar.total)
    return " ".join(f"{part.label}{part.value}" for part in shown)


def _fit(text: str, most: int) -> str:
    """Return the text in at most `most` half-width columns."""
    used = 0
    for index, char in enumerate(text):
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > most:
            return text[: max(index - 1, 1)] + "…"
    return text
