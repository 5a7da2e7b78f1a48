"""Scans in several processes; each takes over the built automaton once, then only texts and matches travel."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import astuple
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from govmedia_rules.text.matches import Match, Matches

if TYPE_CHECKING:
    from govmedia_rules.text.scanner import Scanner

_scanner: Scanner | None = None


def _start(pickled: bytes) -> None:
    global _scanner
    _scanner = pickle.loads(pickled)  # noqa: S301 - made by the parent process a moment ago


def _scan(texts: list[str], at: date | None) -> list[list[tuple[Any, ...]]]:
    assert _scanner is not None
    # Plain tuples: the text itself stays with the parent and does not travel back.
    return [[astuple(match) for match in matches] for matches in _scanner.scan_many(texts, at=at)]


def scan_in_processes(scanner: Scanner, texts: Iterable[str], workers: int, at: date | None, chunk: int) -> Iterator[Matches]:
    """The matches of each text in order; at most three chunks a worker are under way at once."""
    source = iter(texts)
    pickled = pickle.dumps(scanner)
    # Never fork: a caller's threads and locks would be copied in the state they happen to be in.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(pickled,)) as pool:
        waiting: deque[tuple[list[str], Future[list[list[tuple[Any, ...]]]]]] = deque()
        while True:
            while len(waiting) < 3 * workers and (part := list(islice(source, chunk))):
                waiting.append((part, pool.submit(_scan, part, at)))
            if not waiting:
                return
            part, future = waiting.popleft()
            for text, rows in zip(part, future.result(), strict=True):
                yield Matches(text, [Match(*row) for row in rows])
