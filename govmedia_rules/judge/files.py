"""Judge files of snapshots in order, with one process or several.

Workers get file offsets, never models, and send back the few answers that are not a plain pass. A line that kills its
process becomes an unread line; see `core.parallel`.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from govmedia_rules.core.parallel import DEATH, HangGuard, Job, run_tasks
from govmedia_rules.errors import BrokenLine
from govmedia_rules.judge.engine import Judge, NonPassing, Profile
from govmedia_rules.judge.limits import limit_checks
from govmedia_rules.rules.model import Plan, SubjectWord
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.snapshots.reading import BUFFER_BYTES, MAX_LINE_BYTES, RawLine, check_lines, parse_line, stream_lines

CHUNK_BYTES = 2 * 1024 * 1024
"""How much of a file a worker takes at a time."""
CHECK_SECONDS = 5
"""How long a check may take in a worker before it is stopped and answers `error`."""
HANG_SECONDS = 60.0
"""How long one line may take before its process is ended, where no check could be stopped."""


class Slice(NamedTuple):
    """A run of lines: a file and the offsets of its first byte and of the byte after its last line."""

    path: str
    start: int
    stop: int


class Answer(NamedTuple):
    """The result of one line as a worker sends it back: enough to build the inspection without the snapshot.

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


class UnreadLine(NamedTuple):
    """A line that a worker could not read."""

    line: int
    what: str
    hint: str
    zh: str = ""
    hint_zh: str = ""


class SliceResult(NamedTuple):
    """The results of one slice, in the order of its lines, and the number of lines."""

    items: list[Answer | UnreadLine]
    lines: int


class LineOptions(NamedTuple):
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
_reading = LineOptions()


def _start_worker(plan: Plan, reading: LineOptions) -> None:
    global _judge, _reading
    _judge, _reading = Judge(plan), reading
    limit_checks(CHECK_SECONDS)


def _judge_slice(piece: Slice, fatal: Container[int]) -> SliceResult:
    """Judge the lines of a slice; lines in `fatal` killed a worker before and are reported as unread."""
    assert _judge is not None
    items: list[Answer | UnreadLine] = []
    number = 0
    guard = HangGuard(HANG_SECONDS)
    try:
        for line in _lines(piece, _reading.max_line_bytes):
            number = line.number
            guard.alive()
            if number in fatal:
                items.append(UnreadLine(number, "the process that judged this line died", DEATH))
                continue
            try:
                snapshot = parse_line(line, zone=_reading.zone, not_after=_reading.not_after)
            except BrokenLine as fault:
                items.append(UnreadLine(number, fault.what, fault.hint, fault.zh, fault.hint_zh))
                continue
            result = _judge.run(snapshot)
            items.append(
                Answer(
                    number,
                    snapshot.kind,
                    snapshot.subject.model_dump_json(exclude_none=True).encode(),
                    result.program.profile,
                    snapshot.observed_at,
                    result.non_passing,
                    result.vetoed,
                    result.undecided,
                    result.passes,
                    snapshot.marks,
                )
            )
    finally:
        guard.stop()
    return SliceResult(items, number)


def _lines(piece: Slice, max_line_bytes: int) -> Iterator[RawLine]:
    with open(piece.path, "rb", buffering=BUFFER_BYTES) as stream:
        stream.seek(piece.start)
        yield from stream_lines(stream, piece.path, max_line_bytes, stop=piece.stop, first=piece.start == 0)


def _attempt_lines(piece: Slice, first: int, last: int) -> None:
    _judge_slice(piece, Outside(first, last))


def _count_lines(piece: Slice) -> int:
    return sum(1 for _ in _lines(piece, MAX_LINE_BYTES))


class Outside(NamedTuple):
    """A set of integers, given by its complement: all that are not between two bounds."""

    first: int
    last: int

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and not self.first <= number <= self.last


class Located(NamedTuple):
    """An answer or a fault with its place in the input."""

    path: str
    line: int
    item: Answer | UnreadLine


def judge_files(
    plan: Plan, paths: Sequence[str], reading: LineOptions, workers: int, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Located]:
    """Judge files with several processes; results come in the order of the input."""
    job = Job(_start_worker, (plan, reading), _judge_slice, _attempt_lines, _count_lines, preload=worker_modules(plan))
    pieces = (piece for path in paths for piece in slices(path, chunk_bytes))
    current, before = "", 0
    for piece, result in run_tasks(job, pieces, workers):
        if piece.path != current:
            current, before = piece.path, 0
        for item in result.items:
            yield Located(piece.path, before + item.line, item)
        before += result.lines


def worker_modules(plan: Plan) -> tuple[str, ...]:
    """Return the modules of the library that every worker of a plan needs; those of plugins are left to the workers."""
    checks = {function.__module__ for function in plan.functions.values()}
    return (__name__, *sorted(name for name in checks if name.startswith("govmedia_rules.")))


def plain_lines(paths: Sequence[str]) -> bool:
    """Return whether all files hold one snapshot a line, so that they can be cut into slices."""
    return all(Path(path).suffix != ".json" for path in paths)


def check_files(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Return the paths as text.

    Raises:
        ObservationError: One of them is not a file, or is a table.
    """
    names = [os.fspath(path) for path in paths]
    for path in names:
        check_lines(Path(path))
    return names
