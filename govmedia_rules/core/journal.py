"""Journals: files of lines that are only ever appended to, in which any change made afterwards is found where it stands.

A journal has a file of records and a head beside it. Each line is JSON of its own,
`{"crc": …, "seq": …, "prev": …, "kind": …, "data": …}`: the checksum is over the rest of the line, `seq` counts the records and
`prev` is the digest of the line before. So a line that was altered, deleted, doubled or moved is found. The head names the last
record, which finds a journal that was cut at its end.

A record counts once its line is whole. A process that is killed, at whatever moment, leaves whole lines and at most one torn
piece at the end, which the head does not name; readers pass over the piece, and the next writer cuts it off.

Journals of releases that did not chain their lines have no head. They are read, and what is appended to them is chained from
there on.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from govmedia_rules.errors import CampaignError, CollectError, Where, reason, reason_zh

MAX_RECORD_BYTES = 256 * 1024 * 1024
"""Longest record that is read and written."""


class Record(NamedTuple):
    """One record of a journal.

    Attributes:
        kind: What it is.
        data: Its content as JSON text.
        line: Its line in the file, from 1.
        prev: Digest of the line before, as the record names it; None in a line that is not chained.
    """

    kind: str
    data: str
    line: int
    prev: str | None = None

    def load(self) -> Any:
        """Return the content."""
        return json.loads(self.data)


class Tail(NamedTuple):
    """The last record of a journal: how many records there are, and the digest of the last line."""

    records: int
    digest: str

    def follow(self, line: bytes) -> Tail:
        """Return the tail after one more line."""
        return Tail(self.records + 1, digest_of(line))


START = Tail(0, "0" * 16)
"""The tail of an empty journal."""


def digest_of(line: bytes) -> str:
    """Return the digest by which the next record names a line."""
    return hashlib.sha256(line).hexdigest()[:16]


def to_line(kind: str, data: object, tail: Tail | None = None) -> bytes:
    """Return a record as a line of a journal.

    Args:
        kind: What it is.
        data: Its content; halves of surrogate pairs, which UTF-8 cannot hold, become question marks.
        tail: The last record before it; None writes a line that is not chained.
    """
    chain = "" if tail is None else f'"seq":{tail.records},"prev":"{tail.digest}",'
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    body = f'{chain}"kind":{json.dumps(kind)},"data":{content}}}'.encode("utf-8", "replace")
    return b'{"crc":"%08x",%s\n' % (zlib.crc32(body), body)


_LINE = re.compile(
    rb'\{"crc":"([0-9a-f]{8})",((?:"seq":([0-9]{1,12}),"prev":"([0-9a-f]{16})",)?"kind":("[^"\\]{1,40}"),"data":(.+)\})\n',
    re.DOTALL,
)


def parse_record(line: bytes, number: int) -> Record | None:
    """Return the record in a line; None when the line is truncated, altered, or carries a wrong number."""
    match = _LINE.fullmatch(line)
    if match is None or int(match[1], 16) != zlib.crc32(match[2]):
        return None
    if match[3] is not None and int(match[3]) != number - 1:
        return None
    try:
        return Record(json.loads(match[5]), match[6].decode(), number, match[4].decode() if match[4] is not None else None)
    except ValueError:
        return None


@dataclass(frozen=True)
class JournalFile:
    """A journal: where it is, and how faults of it are raised.

    Attributes:
        path: The file of records.
        head: The file that names the last of them.
        error: Class of the errors.
        parse: Reads a line, which has this number in the file; None where it is damaged.
    """

    path: Path
    head: Path
    error: type[CampaignError] | type[CollectError]
    parse: Callable[[bytes, int], Record | None] = parse_record

    def read(self) -> Iterator[tuple[Record, Tail]]:
        """Yield the whole records in order, each with the tail it makes.

        Raises:
            CampaignError, CollectError: Something was altered, deleted, doubled, moved or cut after it was written; says the
                line. A torn piece at the end is none of these: it was never whole.
        """
        head = self.read_head()
        tail, is_chained = START, False
        with self.path.open("rb") as file:
            while line := file.readline(MAX_RECORD_BYTES):
                number = tail.records + 1
                record = self.parse(line, number)
                if record is None:
                    is_last = not line.endswith(b"\n") and not file.peek(1)
                    if is_last and (head is not None or self.parse(line + b"\n", number) is None):
                        break
                    raise self._damaged("the line was altered after it was written", "这一行写入后被改动过", number)
                if (record.prev is None and is_chained) or record.prev not in (None, tail.digest):
                    raise self._damaged(
                        "the line does not follow the one before: a line was deleted, doubled or moved",
                        "这一行与上一行不衔接：有行被删除、重复或移动",
                        number,
                    )
                is_chained = record.prev is not None
                tail = tail.follow(line)
                if head is not None and head.records == tail.records and head.digest != tail.digest:
                    raise self._damaged("the line is not the one that was written", "这一行不是当初写入的内容", number)
                yield record, tail
        if head is None and is_chained:
            raise self.error(
                "the head of the journal is gone",
                Where(str(self.head)),
                "restore both files from a copy",
                "记录的首部不见了",
                "请从备份恢复两个文件",
            )
        if head is not None and head.records > tail.records:
            what = f"{head.records} records were written and {tail.records} are left: the end was cut off"
            raise self._damaged(what, f"写入过 {head.records} 条，只剩 {tail.records} 条：末尾被截断", tail.records + 1)

    def read_tail(self) -> Tail:
        """Return the last record; raises as `read` does."""
        last = deque(self.read(), maxlen=1)
        return last[0][1] if last else START

    def read_head(self) -> Tail | None:
        """Return the tail that the head names; None when there is no head.

        Raises:
            CampaignError, CollectError: The head was altered.
        """
        try:
            data = self.head.read_bytes()[:100]
        except FileNotFoundError:
            return None
        match = re.fullmatch(rb"([0-9]{12}) ([0-9a-f]{16}) ([0-9a-f]{8})\n", data)
        if match is None or zlib.crc32(data[:29]) != int(match[3], 16):
            raise self.error(
                "the head of the journal was altered after it was written",
                Where(str(self.head)),
                "restore the file from a copy",
                zh="记录的首部写入后被改动过",
                hint_zh="请从备份恢复",
            )
        return Tail(int(match[1]), match[2].decode())

    def unwritable(self, fault: OSError) -> CampaignError | CollectError:
        """Return the error of a journal that cannot be written."""
        return self.error(f"it cannot be written: {reason(fault)}", Where(str(self.path)), zh=f"不能写入：{reason_zh(fault)}")

    def _damaged(self, what: str, zh: str, row: int) -> CampaignError | CollectError:
        where = Where(str(self.path), row=row)
        return self.error(what, where, "restore the file from a copy", zh=zh, hint_zh="请从备份恢复")


def head_bytes(tail: Tail) -> bytes:
    """Return the content of a head; its length is always the same."""
    text = f"{tail.records:012d} {tail.digest}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()


class JournalWriter:
    """Appends records to a journal that is there. One writer at a time.

    Args:
        file: The journal.
        wait: Whether a second writer waits until the first has closed it; otherwise it is refused with `BlockingIOError`.

    Attributes:
        tail: The last record.

    Raises:
        FileNotFoundError: There is no journal.
        CampaignError, CollectError: It is damaged, or cannot be written.
    """

    def __init__(self, file: JournalFile, *, wait: bool) -> None:
        self._journal = file
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0)
        self._head = -1
        try:
            self._file = os.open(file.path, flags | os.O_APPEND)
        except FileNotFoundError:
            raise
        except OSError as fault:
            raise file.unwritable(fault) from fault
        try:
            _lock(self._file, wait=wait)
            start, end = self._last_line()
            self.tail = self._read_tail(start, end)
            if end < os.fstat(self._file).st_size:  # a torn piece
                os.ftruncate(self._file, end)
            self._head = os.open(file.head, flags | os.O_CREAT, 0o644)
            self.write_head(self.tail)
        except BlockingIOError:
            self._close_files()
            raise
        except OSError as fault:
            self._close_files()
            raise file.unwritable(fault) from fault
        except BaseException:
            self._close_files()
            raise

    def _read_tail(self, start: int, end: int) -> Tail:
        """Return the last record, by the head where that names the last line, which saves reading the whole."""
        os.lseek(self._file, start, os.SEEK_SET)
        head = self._journal.read_head()
        if head is not None and head.digest == digest_of(_read_all(self._file, end - start)):
            return head
        return self._journal.read_tail()

    def _last_line(self) -> tuple[int, int]:
        """Return where the last whole line begins and ends."""
        ends: list[int] = []
        position, step = os.fstat(self._file).st_size, 1 << 16
        while position > 0 and len(ends) < 2:
            start = max(position - step, 0)
            os.lseek(self._file, start, os.SEEK_SET)
            piece = _read_all(self._file, position - start)
            ends += [start + match.end() for match in reversed(list(re.finditer(rb"\n", piece)))]
            position = start
        return (ends[1] if len(ends) > 1 else 0), (ends[0] if ends else 0)

    def write_record(self, kind: str, data: object) -> None:
        """Write one record; once this returns, the record survives a kill of the process.

        Raises:
            CampaignError, CollectError: The record is longer than any that is read, or the disk is full or read-only; the file
                then ends with the record before.
        """
        line = to_line(kind, data, self.tail)
        if len(line) > MAX_RECORD_BYTES:
            raise self._journal.error(
                f"one record has {len(line):,} bytes, at most {MAX_RECORD_BYTES:,} are read",
                Where(str(self._journal.path)),
                hint="record it in several parts",
                zh=f"一条记录有 {len(line):,} 字节，最多读 {MAX_RECORD_BYTES:,} 字节",
                hint_zh="请分成几条记录",
            )
        size = os.fstat(self._file).st_size
        rest = memoryview(line)
        tail = self.tail.follow(line)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            self.write_head(tail)
        except BaseException as fault:
            # The head first: one that is behind its journal is of a kill, one that is ahead of it says that records were taken out.
            with suppress(OSError):
                self.write_head(self.tail)
            os.ftruncate(self._file, size)
            if isinstance(fault, OSError):
                raise self._journal.unwritable(fault) from fault
            raise
        self.tail = tail

    def write_head(self, tail: Tail) -> None:
        """Let the head name a record."""
        # The head has the same length always, so it is overwritten in place, by one call.
        os.lseek(self._head, 0, os.SEEK_SET)
        os.write(self._head, head_bytes(tail))

    def close(self) -> None:
        """Flush the files to disk and release the lock."""
        if self._file >= 0:
            try:
                os.fsync(self._head)
                os.fsync(self._file)
            except OSError as fault:
                raise self._journal.unwritable(fault) from fault
            finally:
                self._close_files()

    def _close_files(self) -> None:
        for file in (self._head, self._file):
            if file >= 0:
                os.close(file)
        self._head = self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _read_all(file: int, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := os.read(file, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _lock(file: int, *, wait: bool) -> None:
    """Take the lock of a file; it falls with its process, however that ends."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover  # Windows has no such lock; there, one writer at a time is the user's duty
        return
    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
