"""The journal: one file to which a campaign is appended, record by record, and from which any later version reads it back.

A folder holds `journal.jsonl` and `journal.head`. Each line of the journal is JSON of its own,
`{"crc": …, "seq": …, "prev": …, "kind": …, "data": …}`: the checksum is over the rest of the line, `seq` counts the records and
`prev` is the digest of the line before. So a line that was altered, deleted, doubled or moved is found where it stands. The
head names the last record, which finds a journal that was cut at its end; only a journal of format 1 may have none.

A record counts once its line is whole. A process that is killed, at whatever moment, leaves whole lines and at most one torn
piece at the end, which the head does not name; readers pass over the piece, and the next writer cuts it off.

Format 1 had neither `seq` nor `prev` and no head. It is read, and what is appended to it is chained from there on.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from govmedia_rules.errors import CampaignError, Where, reason_zh

FORMAT = 2
"""Version of the format that is written."""
JOURNAL = "journal.jsonl"
HEAD = "journal.head"
MAX_RECORD_BYTES = 64 * 1024 * 1024
"""Longest record that is read."""


class Record(NamedTuple):
    """One record of a journal.

    Attributes:
        kind: What it is.
        data: Its content as JSON text.
        line: Its line in the file, from 1.
        prev: Digest of the line before, as the record names it; None in format 1.
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
    """Return a record as a line of the journal.

    Args:
        kind: What it is.
        data: Its content.
        tail: The last record before it; None writes format 1, which is not chained.
    """
    chain = "" if tail is None else f'"seq":{tail.records},"prev":"{tail.digest}",'
    body = f'{chain}"kind":{json.dumps(kind)},"data":{json.dumps(data, ensure_ascii=False, separators=(",", ":"))}' + "}"
    return f'{{"crc":"{zlib.crc32(body.encode()):08x}",{body}\n'.encode()


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


def read_records(folder: Path) -> Iterator[tuple[Record, Tail]]:
    """Yield the whole records of a journal in order, each with the tail it makes.

    Args:
        folder: Folder of the campaign.

    Raises:
        CampaignError: There is no journal, it is of a format this version cannot read, or something was altered, deleted,
            doubled, moved or cut after it was written; says the line. A torn piece at the end is none of these: it was never
            whole.
    """
    path = folder / JOURNAL
    if not path.is_file():
        raise CampaignError(
            "there is no campaign here",
            Where(str(path)),
            f"a campaign is a folder with {JOURNAL}",
            zh="这里没有一轮检查",
            hint_zh=f"一轮检查是含有 {JOURNAL} 的目录",
        )
    head = read_head(folder)
    tail, is_chained = START, False
    with path.open("rb") as file:
        while line := file.readline(MAX_RECORD_BYTES):
            number = tail.records + 1
            record = parse_record(line, number)
            if record is None:
                is_last = not line.endswith(b"\n") and not file.peek(1)
                if is_last and (head is not None or parse_record(line + b"\n", number) is None):
                    break
                raise _damaged("the line was altered after it was written", "这一行写入后被改动过", path, number)
            if number == 1:
                _check_format(record, path)
            if (record.prev is None and is_chained) or record.prev not in (None, tail.digest):
                raise _damaged(
                    "the line does not follow the one before: a line was deleted, doubled or moved",
                    "这一行与上一行不衔接：有行被删除、重复或移动",
                    path,
                    number,
                )
            is_chained = record.prev is not None
            tail = tail.follow(line)
            if head is not None and head.records == tail.records and head.digest != tail.digest:
                raise _damaged("the line is not the one that was written", "这一行不是当初写入的内容", path, number)
            yield record, tail
    if head is None and is_chained:
        raise CampaignError(
            "the head of the journal is gone",
            Where(str(folder / HEAD)),
            "restore both files from a copy",
            "记录的首部不见了",
            "请从备份恢复两个文件",
        )
    if head is not None and head.records > tail.records:
        what = f"{head.records} records were written and {tail.records} are left: the end was cut off"
        raise _damaged(what, f"写入过 {head.records} 条，只剩 {tail.records} 条：末尾被截断", path, tail.records + 1)


def _damaged(what: str, zh: str, path: Path, row: int | None = None) -> CampaignError:
    where, hint = Where(str(path), row=row), "restore the file from a copy"
    return CampaignError(what, where, hint=hint, zh=zh, hint_zh="请从备份恢复")


def read_tail(folder: Path) -> Tail:
    """Return the last record of a journal; see `read_records`."""
    tails = [START]
    for _, tail in read_records(folder):
        tails[0] = tail
    return tails[0]


def read_head(folder: Path) -> Tail | None:
    """Return the tail that the head of a journal names; None when there is no head.

    Raises:
        CampaignError: The head was altered.
    """
    try:
        data = (folder / HEAD).read_bytes()[:100]
    except FileNotFoundError:
        return None
    match = re.fullmatch(rb"([0-9]{12}) ([0-9a-f]{16}) ([0-9a-f]{8})\n", data)
    if match is None or zlib.crc32(data[:29]) != int(match[3], 16):
        raise _damaged("the head of the journal was altered after it was written", "记录的首部写入后被改动过", folder / HEAD)
    return Tail(int(match[1]), match[2].decode())


def _head_bytes(tail: Tail) -> bytes:
    text = f"{tail.records:012d} {tail.digest}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()


def _check_format(record: Record, path: Path) -> None:
    data = record.load() if record.kind == "format" else None
    if not isinstance(data, dict) or not isinstance(data.get("format"), int):
        raise CampaignError(
            "the file does not begin like a campaign",
            Where(str(path), row=1),
            hint="look at the folder",
            zh="文件开头不是一轮检查",
            hint_zh="请核对目录",
        )
    if data["format"] > FORMAT:
        raise CampaignError(
            f"it was written in format {data['format']}, this version reads up to {FORMAT}",
            Where(str(path)),
            "use a newer version of govmedia-rules",
            zh=f"文件是第 {data['format']} 版格式，本版最多读到第 {FORMAT} 版",
            hint_zh="请使用更新的 govmedia-rules",
        )


class CampaignJournal:
    """Appends records to the journal of a folder. One writer at a time: a second one waits until the first has closed it.

    Args:
        folder: Folder of the campaign.
        tail: The last record the writer knows.

    Raises:
        CampaignError: There is no journal in it, or another writer has added records since.
    """

    def __init__(self, folder: Path, tail: Tail) -> None:
        self.folder = folder
        self.tail = tail
        path = folder / JOURNAL
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0)
        self._head = -1
        try:
            self._file = os.open(path, flags | os.O_APPEND)
        except FileNotFoundError:
            raise CampaignError(
                "the campaign that was here is gone",
                Where(str(path)),
                "save it to another folder",
                zh="这里原有的一轮检查不见了",
                hint_zh="请另存到别的目录",
            ) from None
        except OSError as fault:
            raise _unwritable(path, fault) from fault
        try:
            _lock(self._file)
            self._require_own_tail()
            self._cut_off()
            self._head = os.open(folder / HEAD, flags | os.O_CREAT, 0o644)
            self._write_head(tail)
        except OSError as fault:
            self._close_files()
            raise _unwritable(folder, fault) from fault
        except BaseException:
            self._close_files()
            raise

    def _require_own_tail(self) -> None:
        """Raise `CampaignError` when another process has appended since this one read the journal."""
        start, end = self._last_line()
        os.lseek(self._file, start, os.SEEK_SET)
        known = read_head(self.folder) == self.tail and digest_of(_read_all(self._file, end - start)) == self.tail.digest
        tail = self.tail if known else read_tail(self.folder)
        if tail != self.tail:
            raise CampaignError(
                f"another writer has changed the campaign: {tail.records} records are here, {self.tail.records} are known",
                Where(str(self.folder)),
                "load it again and record the new things on what is there now",
                zh=f"别的程序改动过这轮检查：现有 {tail.records} 条，已知 {self.tail.records} 条",
                hint_zh="请重新载入，在现有内容上再记录",
            )

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

    def _cut_off(self) -> None:
        """Remove a torn piece at the end."""
        _, end = self._last_line()
        if end < os.fstat(self._file).st_size:
            os.ftruncate(self._file, end)

    def append(self, kind: str, data: object) -> None:
        """Write one record; once this returns, the record survives a kill of the process.

        Raises:
            CampaignError: The record is longer than any that is read, or the disk is full or read-only; the file then ends
                with the record before.
        """
        line = to_line(kind, data, self.tail)
        if len(line) > MAX_RECORD_BYTES:
            raise CampaignError(
                f"one record has {len(line):,} bytes, at most {MAX_RECORD_BYTES:,} are read",
                Where(str(self.folder)),
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
            self._write_head(tail)
        except BaseException as fault:
            # The head first: one that is behind its journal is of a kill, one that is ahead of it says that records were taken out.
            with suppress(OSError):
                self._write_head(self.tail)
            os.ftruncate(self._file, size)
            if isinstance(fault, OSError):
                raise _unwritable(self.folder, fault) from fault
            raise
        self.tail = tail

    def _write_head(self, tail: Tail) -> None:
        # The head has the same length always, so it is overwritten in place, by one call.
        os.lseek(self._head, 0, os.SEEK_SET)
        os.write(self._head, _head_bytes(tail))

    def close(self) -> None:
        """Flush the file to disk and release the lock."""
        if self._file >= 0:
            try:
                os.fsync(self._head)
                os.fsync(self._file)
            except OSError as fault:
                raise _unwritable(self.folder, fault) from fault
            finally:
                self._close_files()

    def _close_files(self) -> None:
        for file in (self._head, self._file):
            if file >= 0:
                os.close(file)
        self._head = self._file = -1

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


def write_new(folder: Path, records: Iterable[tuple[str, object]]) -> Tail:
    """Write a whole journal into a folder that has none; it appears complete or not at all.

    Args:
        folder: The folder; made where it is not there.
        records: Kind and content of each record.

    Returns:
        The last record.

    Raises:
        CampaignError: There is one already, or the disk is full or read-only.
    """
    path, head = folder / JOURNAL, folder / HEAD
    part, head_part = (folder / f"{name}.{os.getpid()}.part" for name in (JOURNAL, HEAD))
    if path.exists():
        raise CampaignError(
            "there is a campaign here already",
            Where(str(path)),
            "load it and add to it",
            zh="这里已有一轮检查",
            hint_zh="请载入后在其中添加",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tail = START
        with part.open("wb") as file:
            for kind, data in (("format", {"format": FORMAT, "library": "govmedia-rules"}), *records):
                line = to_line(kind, data, tail)
                file.write(line)
                tail = tail.follow(line)
            file.flush()
            os.fsync(file.fileno())
        head_part.write_bytes(_head_bytes(tail))
        # The head comes first, so that a journal without one was never written by this version; a head that is there already
        # belongs to another writer, or to one that was killed here.
        with suppress(OSError):
            os.link(head_part, head)
        try:
            os.link(part, path)
        except FileExistsError:
            raise CampaignError(
                "there is a campaign here already",
                Where(str(path)),
                "load it and add to it",
                zh="这里已有一轮检查",
                hint_zh="请载入后在其中添加",
            ) from None
        except OSError:  # pragma: no cover  # a file system without hard links
            part.rename(path)
        head_part.replace(head)
    except OSError as fault:
        raise _unwritable(folder, fault) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
            head_part.unlink(missing_ok=True)
    return tail


def _unwritable(path: Path, fault: OSError) -> CampaignError:
    return CampaignError(f"it cannot be written: {fault.strerror}", Where(str(path)), zh=f"不能写入：{reason_zh(fault)}")
