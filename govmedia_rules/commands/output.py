"""What commands print: tables whose Chinese columns line up, streams that are safe on every terminal, a running count."""

from __future__ import annotations

import argparse
import codecs
import json
import os
import re
import sys
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TextIO, TypeVar

from govmedia_rules.errors import BrokenLine, language

T = TypeVar("T")

MOST_UNREAD = 200
"""Places that could not be read and are said one by one; the others are counted."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that move the cursor, colour, hide or turn text; the tab and the line feed are left."""


def _escaped(text: str) -> str:
    r"""Return characters as `\uXXXX`, beyond the basic plane as a pair of surrogates: JSON stays JSON."""
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2))


def _escape_unencodable(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return _escaped(fault.object[fault.start : fault.end]), fault.end


codecs.register_error("govmedia_escape", _escape_unencodable)


class SafeStream:
    r"""A text stream on which what an input holds cannot steer a terminal, nor stop a run by a character it cannot show.

    Args:
        stream: Where the text goes; characters beyond its encoding (GBK, cp1252, ASCII) are shown as `\uXXXX`.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="govmedia_escape")

    def write(self, text: str) -> int:
        """Write a text with control characters as their code; a line of progress may begin with a carriage return."""
        start = "\r" if re.match(r"\r[\[\d]", text) else ""
        clean = _CONTROL.sub(lambda match: _escaped(match[0]), text[len(start) :])
        return self._stream.write(start + clean)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def safe_streams() -> Iterator[None]:
    """Make standard output and standard error safe while a command runs; warnings are said in one line without a place in code."""
    out, err = sys.stdout, sys.stderr
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:  # a program that is started with a closed stream has None for it
        sys.stdout, sys.stderr = (SafeStream(nowhere if stream is None else stream) for stream in (out, err))
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _say_warning
                yield
        finally:
            sys.stdout, sys.stderr = out, err


def _say_warning(message: Warning | str, *_: object, **__: object) -> None:
    say(f"{'提示' if language() == 'zh' else 'warning'}: {message}")


def width(text: str) -> int:
    """Return the columns a text takes on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def cut_to_width(text: str, most: int) -> str:
    """Return the text in at most `most` columns, with … where it was cut; control characters become blanks."""
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
    """Return the lines of a table whose columns are at most `most` wide."""
    cells = [[cut_to_width(cell, limit) for cell, limit in zip(row, most, strict=True)] for row in (header, *rows)]
    widths = [max(width(row[column]) for row in cells) for column in range(len(header))]
    for number, row in enumerate(cells):
        yield "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        if number == 0:
            yield "  ".join("-" * wide for wide in widths)


def say(text: str, zh: str = "") -> None:
    """Print a message for people, to stderr: `zh` where messages are in Chinese, else `text`, which may serve for both."""
    print(as_given(zh if zh and language() == "zh" else text), file=sys.stderr)


_GIVEN: dict[str, str] = {}


def show_as(path: str, name: str) -> None:
    """Show a file of our own, such as a copy of standard input, by the name under which it was given."""
    _GIVEN[path] = name


def as_given(text: str) -> str:
    """Return a text with the names of files as they were given."""
    for path, name in _GIVEN.items():
        text = text.replace(path, name)
    return text


def main_json(value: object) -> None:
    """Print one JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def say_unread(bad: Sequence[BrokenLine]) -> int:
    """Say what could not be read, to stderr; return the exit code: 1 where anything is, else 0."""
    zh = language() == "zh"
    for fault in bad[:MOST_UNREAD]:
        say(f"{'未读入' if zh else 'not read'}: {fault}")
    if len(bad) > MOST_UNREAD:
        say(f"未读入的还有 {len(bad) - MOST_UNREAD} 处" if zh else f"not read: {len(bad) - MOST_UNREAD} more")
    return 1 if bad else 0


def positive(text: str) -> int:
    """Return a whole number from 1 on, for options such as `--workers`."""
    number = int(text) if text.strip().isdecimal() and len(text.strip()) <= 6 else 0
    if number < 1:
        zh = f"应为 1 至 999999 的整数，不是 {text[:40]!r}"
        what = zh if language() == "zh" else f"must be a whole number from 1 to 999999, not {text[:40]!r}"
        raise argparse.ArgumentTypeError(what)
    return number


def day(text: str) -> date:
    """Return a day, for options such as `--due`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        zh = f"{text[:40]!r} 不是日期，写作 2024-09-10"
        what = zh if language() == "zh" else f"{text[:40]!r} is no day; write 2024-09-10"
        raise argparse.ArgumentTypeError(what) from None


def count_on_stderr(items: Iterable[T], what: str) -> Iterator[T]:
    """Yield the items, with a running count on stderr when it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    number = 0
    for number, item in enumerate(items, 1):
        if number % 100 == 0:
            print(f"\r{number} {what} …", end="", file=sys.stderr, flush=True)
        yield item
    print(f"\r{number} {what}    ", file=sys.stderr)
