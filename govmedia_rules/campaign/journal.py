"""The journal: one file to which a campaign is appended, record by record, and from which any later version reads it back.

A folder holds `journal.jsonl`. Each line is JSON of its own, `{"crc": …, "kind": …, "data": …}`; the checksum is over the rest
of the line. A record counts once its line is whole. A process that is killed, at whatever moment, leaves whole lines and
at most one torn piece at the end; readers pass over the piece, and the next writer cuts it off.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from govmedia_rules.errors import CampaignError, Where

FORMAT = 1
"""Version of the format that is written."""
JOURNAL = "journal.jsonl"
MAX_RECORD_BYTES = 64 * 1024 * 1024
"""Longest record that is read."""


class Record(NamedTuple):
    """One record of a journal.

    Attributes:
        kind: What it is.
        data: Its content as JSON text.
        line: Its line in the file, from 1.
    """

    kind: str
    data: str
    line: int

    def load(self) -> Any:
        """Return the content."""
        return json.loads(self.data)


def to_line(kind: str, data: object) -> bytes:
    """Return a record as a line of the journal."""
    body = f'"kind":{json.dumps(kind)},"data":{json.dumps(data, ensure_ascii=False, separators=(",", ":"))}' + "}"
    return f'{{"crc":"{zlib.crc32(body.encode()):08x}",{body}\n'.encode()


_HEAD = len('{"crc":"00000000",')


def parse_line(line: bytes, number: int) -> Record | None:
    """Return the record in a line; None when the line is torn or altered."""
    if len(line) < _HEAD + 1 or not line.startswith(b'{"crc":"') or not line.endswith(b"}\n"):
        return None
    body = line[_HEAD:-1]
    if line[8:_HEAD] != f'{zlib.crc32(body):08x}",'.encode():
        return None
    start = len('"kind":')
    text = body.decode()
    kind, end = json.JSONDecoder().raw_decode(text, start)
    return Record(kind, text[end + len(',"data":') : -1], number)


def read_journal(folder: Path, *, on_bad: Callable[[CampaignError], None] | None = None) -> Iterator[Record]:
    """Yield the whole records of a journal, in order.

    Args:
        folder: Folder of the campaign.
        on_bad: Called for each line inside the file that was altered, which is then left out; None makes it an error.

    Raises:
        CampaignError: There is no journal, it is of a format this version cannot read, or a line inside it was altered. A
            torn piece at the end is none of these: it was never whole.
    """
    path = folder / JOURNAL
    if not path.is_file():
        raise CampaignError("there is no campaign here", Where(str(path)), f"a campaign is a folder with {JOURNAL}")
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_RECORD_BYTES):
            number += 1
            record = parse_line(line, number)
            if record is None:
                if not line.endswith(b"\n") and not file.peek(1):
                    return
                fault = CampaignError("the line was altered after it was written", Where(str(path), row=number))
                if on_bad is None:
                    raise fault
                on_bad(fault)
                continue
            if number == 1:
                _check_format(record, path)
            yield record


def _check_format(record: Record, path: Path) -> None:
    data = record.load() if record.kind == "format" else None
    if data is None:
        raise CampaignError("the file does not begin like a campaign", Where(str(path), row=1))
    if data["format"] > FORMAT:
        raise CampaignError(
            f"it was written in format {data['format']}, this version reads up to {FORMAT}",
            Where(str(path)),
            "use a newer version of govmedia-rules",
        )


class CampaignJournal:
    """Appends records to the journal of a folder. One writer at a time: a second one waits for the first.

    Args:
        folder: Folder of the campaign.

    Raises:
        CampaignError: There is no journal in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / JOURNAL
        try:
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            raise CampaignError("the campaign that was here is gone", Where(str(path)), "save it to another folder") from None
        try:
            _lock(self._file)
            self._cut_off()
        except BaseException:
            os.close(self._file)
            raise

    def _cut_off(self) -> None:
        """Remove a torn piece at the end."""
        size = os.fstat(self._file).st_size
        end, step = size, 1 << 16
        while end > 0:
            start = max(end - step, 0)
            os.lseek(self._file, start, os.SEEK_SET)
            line_end = _read_all(self._file, end - start).rfind(b"\n")
            if line_end >= 0:
                end = start + line_end + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._file, end)

    def append_line(self, line: bytes) -> None:
        """Write one record; when it returns, a kill of this process can no longer undo it.

        Raises:
            CampaignError: The record is longer than any that is read.
            OSError: The disk is full; the file then ends with the record before.
        """
        if len(line) > MAX_RECORD_BYTES:
            raise CampaignError(
                f"one record has {len(line):,} bytes, at most {MAX_RECORD_BYTES:,} are read", Where(str(self.folder))
            )
        size = os.fstat(self._file).st_size
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except BaseException:
            os.ftruncate(self._file, size)
            raise

    def close(self) -> None:
        """Bring what was written to the disk and lets the next writer in."""
        if self._file >= 0:
            os.fsync(self._file)
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> CampaignJournal:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _read_all(file: int, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := os.read(file, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _lock(file: int) -> None:
    """Wait until no other process writes; a lock ends with its process, however that ends."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover  # Windows has no such lock; there, one writer at a time is the user's duty
        return
    fcntl.flock(file, fcntl.LOCK_EX)


def write_new(folder: Path, lines: Iterable[bytes]) -> None:
    """Write a whole journal into a folder that has none; it appears complete or not at all.

    Raises:
        CampaignError: There is one already.
    """
    path = folder / JOURNAL
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{JOURNAL}.{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            file.write(to_line("format", {"format": FORMAT, "library": "govmedia-rules"}))
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            raise CampaignError("there is a campaign here already", Where(str(path)), "load it and add to it") from None
        except OSError:  # pragma: no cover  # a file system without hard links
            part.rename(path)
    finally:
        part.unlink(missing_ok=True)
