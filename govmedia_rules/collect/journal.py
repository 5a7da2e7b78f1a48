r"""An append-only journal of lines: each line is whole or it is not there, so a killed run goes on where it stopped.

A line is `<crc32 of the rest, 8 hex digits> <JSON>\n`, written by one call to the operating system. What such a call has
taken survives the death of the process; a line torn by it fails its checksum and is cut off when the journal is opened.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from govmedia_rules.errors import CollectError, Where, reason_zh

try:
    import fcntl
except ImportError:  # pragma: no cover - not on Windows
    fcntl = None  # type: ignore[assignment]

LONGEST_LINE = 64 * 1024 * 1024
"""Longest line that is read back."""


def _line(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _record(line: bytes) -> dict[str, Any] | None:
    """Return the record of a whole line, or None for a torn or foreign one."""
    if len(line) < 11 or line[8:9] != b" " or not line.endswith(b"\n"):
        return None
    try:
        if int(line[:8], 16) != zlib.crc32(line[9:-1]):
            return None
        record = json.loads(line[9:])
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


_BEGINNING = re.compile(rb"[0-9a-f]{8} \{")


def _record_after_tear(line: bytes) -> dict[str, Any] | None:
    """Return a record that was appended to a line torn by a full disk; None without one."""
    for match in itertools.islice(_BEGINNING.finditer(line, 1), 1_000):
        record = _record(line[match.start() :])
        if record is not None:
            return record
    return None


def read_visits(path: str | PathLike[str]) -> Iterator[dict[str, Any]]:
    """Return the whole records of a journal, in order; damaged lines are passed over. Nothing when there is no such file."""
    if not Path(path).is_file():
        return
    with open(path, "rb") as lines:
        while line := lines.readline(LONGEST_LINE):
            record = _record(line) or _record_after_tear(line)
            if record is not None:
                yield record


class Journal:
    """A journal opened for appending by this process alone.

    Args:
        path: The file; made when missing.
        sync: Whether every line is also forced to the disk, against loss of power and not only of the process.

    Raises:
        CollectError: Another process has it open, or it cannot be opened.
    """

    def __init__(self, path: str | PathLike[str], *, sync: bool = False) -> None:
        self.path = Path(path)
        self._sync = sync
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as fault:
            raise CollectError(
                f"the journal cannot be opened: {fault.strerror}", Where(str(path)), zh=f"采集记录打不开：{reason_zh(fault)}"
            ) from fault
        if fcntl is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(self._file)
                raise CollectError(
                    "another run has this journal open",
                    Where(str(path)),
                    "wait for it, or use another journal",
                    zh="另一个采集任务正在使用这份记录",
                    hint_zh="请等它结束，或换一份记录",
                ) from None
        self._mend()

    def _mend(self) -> None:
        """Cut off a last line that was torn by the death of an earlier run."""
        size = os.fstat(self._file).st_size
        if not size:
            return
        at, block = size, 1 << 16
        tail = b""
        while at > 0:
            start = max(0, at - block)
            tail = os.pread(self._file, at - start, start) + tail
            at = start
            end = tail.rfind(b"\n", 0, len(tail) - 1)
            if end >= 0 or at == 0:
                last = tail[end + 1 :]
                if _record(last) is None and _record_after_tear(last) is None:
                    os.ftruncate(self._file, size - len(last))
                return

    def append(self, record: Mapping[str, object]) -> None:
        """Write one record; when this returns, the operating system has it.

        Raises:
            CollectError: The line cannot be written (disk full …). What was written of it is cut off again, so that the record
                after it is not lost to a torn line.
        """
        line = _line(record)
        start = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
            if self._sync:
                os.fsync(self._file)
        except OSError as fault:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, start)
            raise CollectError(
                f"the journal cannot be written: {fault.strerror}",
                Where(str(self.path)),
                zh=f"采集记录不能写入：{reason_zh(fault)}",
            ) from fault

    def close(self) -> None:
        """Close the file and let other processes have it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
