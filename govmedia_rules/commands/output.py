"""What commands print: tables whose Chinese columns line up, a running count on a terminal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def width(text: str) -> int:
    """Columns a text takes on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def cut_to_width(text: str, most: int) -> str:
    """The text in at most `most` columns, with … where it was cut; control characters become blanks."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    if width(clean) <= most:
        return clean
    kept, used = [], 1
    for char in clean:
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > most:
            break
        kept.append(char)
    return "".join(kept) + "…"


def text_table(header: Sequence[str], rows: Iterable[Sequence[str]], most: Sequence[int]) -> Iterator[str]:
    """Lines of a table whose columns are at most `most` wide."""
    cells = [[cut_to_width(cell, limit) for cell, limit in zip(row, most, strict=True)] for row in (header, *rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(header))]
    for number, row in enumerate(cells):
        yield "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        if number == 0:
            yield "  ".join("-" * wide for wide in widths)


def say(text: str) -> None:
    """A message for people, to stderr."""
    print(text, file=sys.stderr)


def count_on_stderr(items: Iterable[T], what: str) -> Iterator[T]:
    """The items, with a running count on stderr when it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    number = 0
    for number, item in enumerate(items, 1):
        if number % 100 == 0:
            print(f"\r{number} {what} …", end="", file=sys.stderr, flush=True)
        yield item
    print(f"\r{number} {what}    ", file=sys.stderr)
