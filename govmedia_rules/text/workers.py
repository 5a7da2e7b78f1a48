"""Scan texts in several processes; each takes over the built automaton once, then only texts and matches travel."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import fields
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any

from govmedia_rules.text.matches import Match, Matches

CHUNK_CHARACTERS = 400_000
"""Characters handed over at once, at least one text: few enough that the processes end together, many enough to pay."""
ScanMany = Callable[..., Iterator[Matches]]
"""`Scanner.scan_many`, bound: what a process calls with texts and `at`."""
_values = attrgetter(*(field.name for field in fields(Match)))
_scan_many: ScanMany | None = None


def _start(pickled: bytes) -> None:
    global _scan_many
    _scan_many = pickle.loads(pickled)  # noqa: S301 - made by the parent process a moment ago


def _scan(texts: list[str], days: list[date | None] | None) -> list[list[tuple[Any, ...]]]:
    assert _scan_many is not None
    # Plain tuples of what is not empty: the texts stay with the parent and do not travel back.
    return [[_values(match) for match in matches] for matches in _scan_many(texts, at=days)]


def scan_in_processes(scan_many: ScanMany, dated: Iterable[tuple[str, date | None]], workers: int, chunk: int) -> Iterator[Matches]:
    """Yield the matches of each text in order; at most three chunks a worker are under way at once.

    Args:
        scan_many: Bound method of a scanner, pickled once for each process.
        dated: Texts with their days.
        workers: Processes.
        chunk: Texts handed over at once, at most.
    """
    source = iter(dated)
    pickled = pickle.dumps(scan_many)
    # Never fork: a caller's threads and locks would be copied in the state they happen to be in.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(pickled,)) as pool:
        waiting: deque[tuple[list[str], Future[list[list[tuple[Any, ...]]]]]] = deque()
        while True:
            while len(waiting) < 3 * workers and (part := list(_chunk(source, chunk))):
                texts, days = [text for text, _ in part], [day for _, day in part]
                waiting.append((texts, pool.submit(_scan, texts, days if any(days) else None)))
            if not waiting:
                return
            texts, future = waiting.popleft()
            for text, rows in zip(texts, future.result(), strict=True):
                yield Matches(text, [Match(*row) for row in rows])


def _chunk(source: Iterator[tuple[str, date | None]], most: int) -> Iterator[tuple[str, date | None]]:
    """The next texts: `most` of them, or fewer where they are long."""
    size = 0
    for text, day in islice(source, most):
        yield text, day
        size += len(text)
        if size >= CHUNK_CHARACTERS:
            return
