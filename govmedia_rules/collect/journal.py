r"""The journal of collecting: each line is whole or it is not there, so a killed run goes on where it stopped.

Beside a journal lies its head, `NAME.head`; `core.journal` describes both. Lines of earlier releases, `<crc32 of the rest, 8 hex
digits> <JSON>\n`, are read, and what is appended to them is chained from there on.
"""

from __future__ import annotations

import itertools
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any

from govmedia_rules.core.files import not_written, write_file
from govmedia_rules.core.journal import START, JournalFile, JournalWriter, Record, head_bytes, parse_record
from govmedia_rules.errors import CollectError, ExportError, Where

KIND = "collect"
"""Kind of all records; what each is says its content."""


def _journal_of(path: Path) -> JournalFile:
    return JournalFile(path, _head_of(path), CollectError, _parse_line)


def _head_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.head")


def _parse_line(line: bytes, number: int) -> Record | None:
    """Return the record of a line, also of one that an earlier release wrote."""
    return parse_record(line, number) or _parse_plain(line, number) or _parse_after_tear(line, number)


def _parse_plain(line: bytes, number: int) -> Record | None:
    try:
        if line[8:9] != b" " or not line.endswith(b"\n") or int(line[:8], 16) != zlib.crc32(line[9:-1]):
            return None
        return Record(KIND, line[9:-1].decode(), number)
    except ValueError:
        return None


_BEGINNING = re.compile(rb"[0-9a-f]{8} \{")


def _parse_after_tear(line: bytes, number: int) -> Record | None:
    """Return a record that an earlier release appended to a line torn by a full disk; None without one."""
    records = (_parse_plain(line[match.start() :], number) for match in itertools.islice(_BEGINNING.finditer(line, 1), 1_000))
    return next((record for record in records if record is not None), None)


def read_visits(path: str | PathLike[str]) -> Iterator[dict[str, Any]]:
    """Return the records of a journal, in order; nothing when there is no such file.

    Raises:
        CollectError: Something in it was altered, deleted, doubled, moved or cut after it was written; says the line. A torn
            piece at the end, as a kill leaves it, was never whole and is passed over.
    """
    file = Path(path)
    if not file.is_file():
        return
    for record, _ in _journal_of(file).read():
        data = _load(record)
        if data is None:
            raise CollectError(
                "the line is not a record of collecting",
                Where(str(file), row=record.line),
                "name the journal of a run",
                zh="这一行不是采集记录",
                hint_zh="请指定采集任务的记录",
            )
        yield data


def _load(record: Record) -> dict[str, Any] | None:
    try:
        data = record.load()
    except (ValueError, RecursionError):
        return None
    return data if record.kind == KIND and isinstance(data, dict) else None


class Journal(JournalWriter):
    """A journal opened for appending by this process alone.

    Args:
        path: The file; made when missing.

    Raises:
        CollectError: Another process has it open, it is damaged, or it cannot be opened.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        try:
            if not self.path.exists():
                # The head of a journal that was deleted says nothing of the one that begins; it is there before the first record.
                write_file(_head_of(self.path), head_bytes(START))
                self.path.touch()
            super().__init__(_journal_of(self.path), wait=False)
        except BlockingIOError:
            raise CollectError(
                "another run has this journal open",
                Where(str(path)),
                "wait for it, or use another journal",
                zh="另一个采集任务正在使用这份记录",
                hint_zh="请等它结束，或换一份记录",
            ) from None
        except ExportError as fault:
            raise CollectError(fault.what, fault.where, fault.hint, zh=fault.zh, hint_zh=fault.hint_zh) from fault
        except OSError as fault:
            raise _journal_of(self.path).unwritable(fault) from fault

    def append(self, record: Mapping[str, object]) -> None:
        """Write one record; when this returns, the operating system has it.

        Raises:
            CollectError: The line cannot be written (disk full …); what was written of it is cut off again.
        """
        self.write_record(KIND, record)


def rewrite(path: str | PathLike[str], change: Callable[[dict[str, Any]], Mapping[str, object]]) -> None:
    """Write a journal anew with each record changed; it takes the place of the old one when it is complete.

    Raises:
        CollectError: The journal is open elsewhere or damaged.
        ExportError: The new one cannot be written.
    """
    old, new = Path(path), Path(f"{path}.kept")
    _remove(new)
    with Journal(old) as held:
        try:
            with Journal(new) as lines:
                for record in read_visits(old):
                    lines.append(change(record))
            # A head of no records goes with either file, whenever the process dies between the two exchanges.
            held.write_head(START)
            os.replace(new, old)
            os.replace(_head_of(new), _head_of(old))
        except OSError as fault:
            raise not_written(old, fault) from fault
        finally:
            with suppress(OSError):
                _remove(new)


def _remove(journal: Path) -> None:
    for file in (journal, _head_of(journal)):
        file.unlink(missing_ok=True)
