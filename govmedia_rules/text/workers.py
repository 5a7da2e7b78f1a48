"""Scan texts in several processes: each takes over the built automaton once, then only texts and matches travel."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import fields
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any

from govmedia_rules.core.parallel import DEATH, Job, run_tasks
from govmedia_rules.errors import ObservationError
from govmedia_rules.text.matches import Match, Matches

CHUNK_CHARACTERS = 400_000
"""Characters handed over at once, at least one text: few enough that the processes end together, many enough to pay."""
_values = attrgetter(*(field.name for field in fields(Match)))
Dated = tuple[str, date | None]
Rows = list[tuple[Any, ...]]
ScanMany = Callable[..., Iterator[Matches]]
"""`Scanner.scan_many`, bound: what a process calls with texts and `at`."""
_scan_many: ScanMany | None = None


def scan_in_processes(scan_many: ScanMany, dated: Iterable[Dated], workers: int, chunk: int) -> Iterator[Matches]:
    """Yield the matches of each text in order.

    Args:
        scan_many: Bound method of a scanner, pickled once for each process.
        dated: Texts with their days.
        workers: Processes.
        chunk: Texts handed over at once, at most.

    Raises:
        ObservationError: A text killed the process that scanned it; every text before it was yielded.
    """
    job = Job(_start, (pickle.dumps(scan_many),), _scan, _attempt, len)
    number = 0
    for texts, results in run_tasks(job, _chunks(iter(dated), chunk), workers):
        for (text, _), rows in zip(texts, results, strict=True):
            number += 1
            if rows is None:
                raise ObservationError(
                    f"the process that scanned text {number} died", hint=DEATH, zh=f"检查第 {number} 篇文字的进程异常结束"
                )
            yield Matches(text, [Match(*row) for row in rows])


def _start(pickled: bytes) -> None:
    global _scan_many  # noqa: PLW0603 - what a process holds for all its tasks
    _scan_many = pickle.loads(pickled)  # noqa: S301 - made by the parent process a moment ago


def _scan(texts: list[Dated], fatal: Container[int]) -> list[Rows | None]:
    """Scan texts; None for those that killed a process. Texts stay with the parent, only rows of matches travel back."""
    assert _scan_many is not None
    spared = [pair for number, pair in enumerate(texts, 1) if number not in fatal]
    days = [day for _, day in spared]
    scanned = iter(_scan_many([text for text, _ in spared], at=days if any(days) else None))
    return [None if number in fatal else [_values(match) for match in next(scanned)] for number in range(1, len(texts) + 1)]


def _attempt(texts: list[Dated], first: int, last: int) -> None:
    _scan(texts[first - 1 : last], frozenset())


def _chunks(source: Iterator[Dated], most: int) -> Iterator[list[Dated]]:
    """Cut texts into chunks of `most`, or fewer where they are long."""
    while chunk := list(_next_chunk(source, most)):
        yield chunk


def _next_chunk(source: Iterator[Dated], most: int) -> Iterator[Dated]:
    size = 0
    for pair in islice(source, most):
        yield pair
        size += len(pair[0])
        if size >= CHUNK_CHARACTERS:
            return
