"""Files of snapshots judged in order, by one process or several.

Workers get file offsets, never models, and send back the few answers that are not a plain pass. A worker that dies
takes nothing with it: its part is done again in ever smaller pieces until the one line that kills it is known.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, tzinfo
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, NamedTuple

from govmedia_rules.errors import BrokenLine, ObservationError, Where
from govmedia_rules.judge.engine import Judge, NonPassing, Profile
from govmedia_rules.rules.model import Plan, SubjectWord
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.snapshots.reading import BUFFER_BYTES, MAX_LINE_BYTES, parse_line, stream_lines

CHUNK_BYTES = 2 * 1024 * 1024
"""How much of a file a worker takes at a time."""


class Slice(NamedTuple):
    """A run of lines: a file and the offsets of its first byte and of the byte after its last line."""

    path: str
    start: int
    stop: int


class Answer(NamedTuple):
    """What a worker sends back for one line: enough to build the inspection without the snapshot.

    Attributes:
        line: Number of the line within the slice, from 1.
        subject_kind: `site`, `account` or `supervisor`.
        subject: The subject as JSON.
        profile: Its profile, by which the program is found again.
        observed_at: The monitoring point.
        non_passing: The answers that are not a plain pass.
        vetoed: Whether a veto failed.
        undecided: Whether a veto is open.
        passes: Whether the pass mark is reached, see `PlanResult`.
        marks: Marks of the snapshot.
    """

    line: int
    subject_kind: SubjectWord
    subject: bytes
    profile: Profile
    observed_at: datetime
    non_passing: NonPassing
    vetoed: bool
    undecided: bool
    passes: bool | None
    marks: tuple[Mark, ...]


class Fault(NamedTuple):
    """A line a worker could not use."""

    line: int
    what: str
    hint: str


class SliceResult(NamedTuple):
    """All of one slice, in the order of its lines, and how many lines it has."""

    items: list[Answer | Fault]
    lines: int


class Reading(NamedTuple):
    """How lines are read; see `read_snapshots`."""

    zone: tzinfo | None = None
    not_after: datetime | None = None
    max_line_bytes: int = MAX_LINE_BYTES


def slices(path: str, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Slice]:
    """Cut a file of lines into slices that end at line ends; only the cuts are read."""
    size = os.path.getsize(path)
    with open(path, "rb") as stream:
        start = 0
        while start < size:
            stream.seek(min(start + chunk_bytes, size) - 1)
            while stream.tell() < size and not stream.readline(1 << 20).endswith(b"\n"):
                pass
            stop = stream.tell()
            yield Slice(path, start, stop)
            start = stop


_judge: Judge | None = None
_reading = Reading()


def _start_worker(plan: Plan, reading: Reading) -> None:
    global _judge, _reading
    _judge, _reading = Judge(plan), reading


def _run_slice(piece: Slice) -> SliceResult:
    assert _judge is not None
    return judge_slice(_judge, piece, _reading)


def judge_slice(judge: Judge, piece: Slice, reading: Reading) -> SliceResult:
    """Judge the lines of one slice."""
    items: list[Answer | Fault] = []
    number = 0
    with open(piece.path, "rb", buffering=BUFFER_BYTES) as stream:
        stream.seek(piece.start)
        lines = stream_lines(stream, piece.path, reading.max_line_bytes, stop=piece.stop, first=piece.start == 0)
        for line in lines:
            number = line.number
            try:
                snapshot = parse_line(line, zone=reading.zone, not_after=reading.not_after)
            except BrokenLine as fault:
                items.append(Fault(number, fault.what, fault.hint))
                continue
            result = judge.run(snapshot)
            subject = snapshot.subject
            items.append(
                Answer(
                    number,
                    snapshot.kind,
                    subject.model_dump_json(exclude_none=True).encode(),
                    result.program.profile,
                    snapshot.observed_at,
                    result.non_passing,
                    result.vetoed,
                    result.undecided,
                    result.passes,
                    snapshot.marks,
                )
            )
    return SliceResult(items, number)


class Located(NamedTuple):
    """An answer or a fault with its place in the input."""

    path: str
    line: int
    item: Answer | Fault


def judge_files(
    plan: Plan, paths: Sequence[str], reading: Reading, workers: int, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Located]:
    """Judge files with several processes; results come in the order of the input.

    At most two slices a worker are under way, so memory does not grow with the input.
    """
    crew = _Crew(plan, reading, workers)
    waiting: deque[tuple[Slice, Future[SliceResult]]] = deque()
    todo = (piece for path in paths for piece in slices(path, chunk_bytes))
    current, before = "", 0
    try:
        while True:
            while len(waiting) < 2 * workers and (piece := next(todo, None)) is not None:
                waiting.append((piece, crew.submit(piece)))
            if not waiting:
                return
            piece, future = waiting.popleft()
            if piece.path != current:
                current, before = piece.path, 0
            try:
                result = future.result()
            except BrokenProcessPool:
                others = [one for one, _ in waiting]
                result = crew.run_alone(piece)
                waiting = deque((one, crew.submit(one)) for one in others)
            for item in result.items:
                yield Located(piece.path, before + item.line, item)
            before += result.lines
    finally:
        crew.close()


class _Crew:
    """Worker processes that are replaced when one of them dies."""

    def __init__(self, plan: Plan, reading: Reading, workers: int) -> None:
        self._plan, self._reading, self._workers = plan, reading, workers
        self._pool = self._new_pool(workers)

    def _new_pool(self, workers: int) -> ProcessPoolExecutor:
        # A fresh interpreter a worker: nothing of the caller's threads or locks is copied into it.
        return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker, initargs=(self._plan, self._reading))

    def submit(self, piece: Slice) -> Future[SliceResult]:
        try:
            return self._pool.submit(_run_slice, piece)
        except BrokenProcessPool:
            self.close()
            self._pool = self._new_pool(self._workers)
            return self._pool.submit(_run_slice, piece)

    def run_alone(self, piece: Slice) -> SliceResult:
        """Run a slice in a process of its own, and in halves where that process dies."""
        with self._new_pool(1) as pool:
            try:
                return pool.submit(_run_slice, piece).result()
            except BrokenProcessPool:
                pass
        parts = _halves(piece)
        if len(parts) == 1:
            what = "the process that judged this line died"
            return SliceResult([Fault(1, what, "a check or a library crashed, or memory ran out")], 1)
        items: list[Answer | Fault] = []
        lines = 0
        for part in parts:
            result = self.run_alone(part)
            items.extend(item._replace(line=item.line + lines) for item in result.items)
            lines += result.lines
        return SliceResult(items, lines)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _halves(piece: Slice) -> list[Slice]:
    """Return the slice cut at a line end near its middle; itself when it is one line."""
    middle = (piece.start + piece.stop) // 2
    with open(piece.path, "rb") as stream:
        stream.seek(middle)
        while stream.tell() < piece.stop and not stream.readline(1 << 20).endswith(b"\n"):
            pass
        cut = stream.tell()
        if cut >= piece.stop:
            # The second half is the inside of one long last line: cut before that line instead.
            cut = _last_line_start(stream, piece)
    if not piece.start < cut < piece.stop:
        return [piece]
    return [Slice(piece.path, piece.start, cut), Slice(piece.path, cut, piece.stop)]


def _last_line_start(stream: BinaryIO, piece: Slice) -> int:
    stream.seek(piece.start)
    start = at = piece.start
    for line in stream:
        if at + len(line) >= piece.stop:
            break
        at += len(line)
        start = at
    return start


def plain_lines(paths: Sequence[str]) -> bool:
    """Return whether all files hold one snapshot a line, so that they can be cut into slices."""
    return all(Path(path).suffix != ".json" for path in paths)


def check_files(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Return the paths as text.

    Raises:
        ObservationError: One of them is not a file.
    """
    found = [os.fspath(path) for path in paths]
    for path in found:
        if not os.path.isfile(path):
            raise ObservationError("no such file", Where(str(path)))
    return found
