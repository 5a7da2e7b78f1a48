"""The journal of a campaign: a folder to which it is appended, record by record, and from which any later version reads it back.

A folder holds `journal.jsonl` and `journal.head`; `core.journal` describes both. Format 1 was not chained and had no head: it is
read, and what is appended to it is chained from there on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from govmedia_rules.core.journal import START, JournalFile, JournalWriter, Record, Tail, head_bytes, to_line
from govmedia_rules.errors import CampaignError, Where

FORMAT = 2
"""Version of the format that is written."""
JOURNAL = "journal.jsonl"
HEAD = "journal.head"


def journal_of(folder: Path) -> JournalFile:
    """Return the journal of a folder."""
    return JournalFile(folder / JOURNAL, folder / HEAD, CampaignError)


def read_records(folder: Path) -> Iterator[tuple[Record, Tail]]:
    """Yield the whole records of a journal in order, each with the tail it makes.

    Args:
        folder: Folder of the campaign.

    Raises:
        CampaignError: There is no journal, it is of a format this version cannot read, or it is damaged; see `JournalFile.read`.
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
    for record, tail in journal_of(folder).read():
        if record.line == 1:
            _check_format(record, path)
        yield record, tail


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


class CampaignJournal(JournalWriter):
    """Appends records to the journal of a folder; a second writer waits until the first has closed it.

    Args:
        folder: Folder of the campaign.
        tail: The last record the writer knows.

    Raises:
        CampaignError: There is no journal in it, another writer has added records since, or it cannot be written.
    """

    def __init__(self, folder: Path, tail: Tail) -> None:
        self.folder = folder
        try:
            super().__init__(journal_of(folder), wait=True)
        except FileNotFoundError:
            raise CampaignError(
                "the campaign that was here is gone",
                Where(str(folder / JOURNAL)),
                "save it to another folder",
                zh="这里原有的一轮检查不见了",
                hint_zh="请另存到别的目录",
            ) from None
        if self.tail != tail:
            self.close()
            raise CampaignError(
                f"another writer has changed the campaign: {self.tail.records} records are here, {tail.records} are known",
                Where(str(folder)),
                "load it again and record the new things on what is there now",
                zh=f"别的程序改动过这轮检查：现有 {self.tail.records} 条，已知 {tail.records} 条",
                hint_zh="请重新载入，在现有内容上再记录",
            )


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
        raise _there_already(path)
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
        head_part.write_bytes(head_bytes(tail))
        # The head comes first, so that a journal without one was never written by this version; a head that is there already
        # belongs to another writer, or to one that was killed here.
        with suppress(OSError):
            os.link(head_part, head)
        try:
            os.link(part, path)
        except FileExistsError:
            raise _there_already(path) from None
        except OSError:  # pragma: no cover  # a file system without hard links
            part.rename(path)
        head_part.replace(head)
    except OSError as fault:
        raise journal_of(folder).unwritable(fault) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
            head_part.unlink(missing_ok=True)
    return tail


def _there_already(path: Path) -> CampaignError:
    return CampaignError(
        "there is a campaign here already",
        Where(str(path)),
        "load it and add to it",
        zh="这里已有一轮检查",
        hint_zh="请载入后在其中添加",
    )
