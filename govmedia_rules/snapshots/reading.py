"""Read snapshots from JSON Lines one at a time; each broken line is named and no good one is lost."""

from __future__ import annotations

import io
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydantic import TypeAdapter, ValidationError

from govmedia_rules.core.faults import fault_texts
from govmedia_rules.core.model import Model
from govmedia_rules.errors import BrokenLine, ObservationError, UnreadInput, Where
from govmedia_rules.snapshots.models import AnySnapshot, Snapshot

_log = logging.getLogger(__name__)

MAX_LINE_BYTES = 64 * 1024 * 1024
"""Longest line that is read: a snapshot of a site with its page texts fits many times over."""

BUFFER_BYTES = 256 * 1024
"""Buffer of a file of lines: most lines are longer than the usual one of 8 KB, and putting them together costs."""

_ADAPTER: TypeAdapter[AnySnapshot] = TypeAdapter(Snapshot)


class RawLine(NamedTuple):
    """A line of a file: where it stands and its bytes, or None where it was too long to be read."""

    file: str
    number: int
    data: bytes | None


class SnapshotReader(Iterable[AnySnapshot]):
    """An iterator over snapshots that collects the broken lines.

    Attributes:
        bad: The broken lines met so far, each with file and line number. When the iteration ends with some and no
            `on_bad` was given, a warning `UnreadInput` says how many.
    """

    def __init__(
        self,
        lines: Iterable[RawLine],
        zone: tzinfo | None,
        not_after: datetime | None,
        on_bad: Callable[[BrokenLine], None] | None,
    ) -> None:
        self.bad: list[BrokenLine] = []
        self._on_bad = on_bad
        self._snapshots = self._run(lines, zone, not_after)

    def __iter__(self) -> Iterator[AnySnapshot]:
        return self._snapshots

    def _run(self, lines: Iterable[RawLine], zone: tzinfo | None, not_after: datetime | None) -> Iterator[AnySnapshot]:
        for line in lines:
            try:
                yield parse_line(line, zone=zone, not_after=not_after)
            except BrokenLine as fault:
                self.bad.append(fault)
                _log.info("skipped: %s", fault)
                if self._on_bad is not None:
                    self._on_bad(fault)
        if self.bad and self._on_bad is None:
            warn_unread(self.bad)


def warn_unread(bad: Sequence[BrokenLine]) -> None:
    """Warn that lines were rejected; called where no `on_bad` receives each of them."""
    warnings.warn(
        UnreadInput(f"{len(bad)} lines could not be read, the first: {bad[0]}", zh=f"有 {len(bad)} 行不能读，第一处：{bad[0]}"),
        stacklevel=3,
    )


def read_snapshots(
    source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | BinaryIO,
    *,
    zone: tzinfo | None = None,
    not_after: datetime | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
    on_bad: Callable[[BrokenLine], None] | None = None,
) -> SnapshotReader:
    """Read snapshots of sites, accounts and supervising offices, in order, holding one line at a time.

    Args:
        source: A file, several files, or an open binary stream. `.json` holds one snapshot or an array of them, every
            other file one snapshot a line.
        zone: Zone of the registry: times written without one are of this zone, and days are counted in it. None makes
            such a time an error and counts days in Asia/Shanghai.
        not_after: Snapshots observed later than this are refused (they come from the future); None accepts all.
        max_line_bytes: Longest line that is read; a longer one is refused without being held in memory.
        on_bad: Called for each broken line.

    Raises:
        ObservationError: A file does not exist. Broken lines never raise, see `SnapshotReader.bad`.

    Examples:
        >>> line = b'{"account": {"name": "x", "platform": "weibo"}, "observed_at": "2024-08-27T10:00:00+08:00"}'
        >>> [snapshot.subject.id for snapshot in read_snapshots(io.BytesIO(line))]
        ['weibo:x']
    """
    lines: Iterable[RawLine]
    if isinstance(source, str | os.PathLike):
        lines = file_lines(source, max_line_bytes)
    elif isinstance(source, BinaryIO | io.IOBase):
        lines = stream_lines(source, str(getattr(source, "name", "stream")), max_line_bytes)
    else:
        paths = list(source)
        lines = chain.from_iterable(file_lines(path, max_line_bytes) for path in paths)
    return SnapshotReader(lines, zone, not_after, on_bad)


_TABLES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods", ".csv", ".tsv"})
"""Endings of tables, which other functions read."""


def check_lines(path: Path) -> None:
    """Refuse a file that cannot hold lines of snapshots.

    Raises:
        ObservationError: It does not exist, is a folder, or is a table.
    """
    where = Where(str(path))
    if not path.is_file():
        raise ObservationError("no such file", where, hint="look at the path", zh="没有这个文件", hint_zh="请核对路径")
    if path.suffix.lower() in _TABLES:
        takes = "read_accounts(path, observed_at=…), read_sites(…)"
        what, zh = "this is a table, not snapshots", "这是表格，不是采样数据"
        raise ObservationError(what, where, f"use {takes}", zh, f"请用 {takes}，命令行用 inspect --at")


def file_lines(path: str | os.PathLike[str], max_line_bytes: int = MAX_LINE_BYTES) -> Iterator[RawLine]:
    """Return the lines of a file, or of a `.json` file its documents.

    Raises:
        ObservationError: The file does not exist or is a folder.
    """
    file = Path(path)
    _log.debug("reading %s", path)
    check_lines(file)
    if file.suffix == ".json":
        yield from _documents(file, max_line_bytes)
        return
    with file.open("rb", buffering=BUFFER_BYTES) as stream:
        yield from stream_lines(stream, str(path), max_line_bytes)


def stream_lines(
    stream: BinaryIO, name: str, max_line_bytes: int, *, stop: int | None = None, first: bool = True
) -> Iterator[RawLine]:
    """Return the lines of a stream; blank ones are left out but counted.

    Args:
        stream: Positioned at the beginning of a line.
        name: Name of the file, for messages.
        max_line_bytes: Longest line that is held.
        stop: Offset at which to stop; a line that begins before it is read whole. None reads to the end.
        first: Whether the stream stands at the beginning of the file, where a byte-order mark may be.
    """
    number = 0
    position = stream.tell() if stop is not None else 0
    while stop is None or position < stop:
        data = stream.readline(max_line_bytes + 1)
        if not data:
            return
        number += 1
        position += len(data)
        if len(data) > max_line_bytes and not data.endswith(b"\n"):
            while rest := stream.readline(1 << 20):
                position += len(rest)
                if rest.endswith(b"\n"):
                    break
            yield RawLine(name, number, None)
            continue
        if first and number == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
        if data.strip():
            yield RawLine(name, number, data)


def _documents(path: Path, max_bytes: int) -> Iterator[RawLine]:
    if path.stat().st_size > max_bytes:
        yield RawLine(str(path), 1, None)
        return
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not data.lstrip().startswith(b"["):
        if data.strip():
            yield RawLine(str(path), 1, data)
        return
    try:
        documents = json.loads(data, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        yield RawLine(str(path), 1, data)  # the parser of snapshots names the fault
        return
    for number, document in enumerate(documents, 1):
        yield RawLine(str(path), number, json.dumps(document, cls=_PairsEncoder, ensure_ascii=False).encode("utf-8", "replace"))


def parse_line(line: RawLine, *, zone: tzinfo | None = None, not_after: datetime | None = None) -> AnySnapshot:
    """Return one snapshot from one line.

    Raises:
        BrokenLine: The line is too long, not JSON, not a snapshot, or from the future; says which fields are at fault.
    """
    data = line.data
    if data is None:
        raise BrokenLine(
            "the line is longer than allowed",
            _place(line),
            "raise max_line_bytes, or split the document",
            zh="这一行过长",
            hint_zh="请调大 max_line_bytes，或拆分文件",
        )
    if b"\\" in data and b"\\u0000" in data:
        raise BrokenLine(
            "a text holds a NUL character",
            _place(line),
            hint="look at the program that wrote it",
            zh="文字里有 NUL 字符",
            hint_zh="请检查导出的程序",
        )
    try:
        snapshot = _ADAPTER.validate_json(data, context={"zone": zone})
    except ValidationError as faults:
        snapshot = _second_try(data, faults, zone, _place(line), zone is not None)
    if not _has_keys(snapshot, data.count(b'":')):
        _refuse_repeated_keys(data, _place(line))
    if not_after is not None and snapshot.observed_at > not_after:
        late = f"observed_at {snapshot.observed_at.isoformat()} lies after {not_after.isoformat()}"
        zh = f"observed_at {snapshot.observed_at.isoformat()} 晚于 {not_after.isoformat()}"
        raise BrokenLine(late, _place(line), "a snapshot from the future", zh, "采样时间在将来")
    return snapshot


def _place(line: RawLine) -> Where:
    return Where(line.file, row=line.number)


def _second_try(data: bytes, faults: ValidationError, zone: tzinfo | None, where: Where, may_set_zone: bool) -> AnySnapshot:
    """Mend a missing `kind` and, once, times without zone; raise with every fault named where more is wrong."""
    errors = faults.errors(include_url=False)
    kinds = {error["type"] for error in errors}
    if kinds & {"union_tag_not_found", "timezone_aware"}:
        document = json.loads(data)
        if isinstance(document, dict) and "kind" not in document:
            document["kind"] = next((kind for kind in ("account", "supervisor") if kind in document), "site")
            return _validate_again(document, zone, where, may_set_zone)
        if zone is not None and may_set_zone and "timezone_aware" in kinds:
            for error in errors:
                if error["type"] == "timezone_aware":
                    _set_zone(document, error["loc"][1:], zone)  # the first step is the kind of snapshot
            return _validate_again(document, zone, where, False)
    stored = any(error["loc"][-1:] == ("verdict",) and error["type"] == "extra_forbidden" for error in errors)
    if stored:
        hint, hint_zh = "`report`, `worklist` and `compare` read inspections", "检查结果用 report、worklist、compare 读取"
        raise BrokenLine("this is an inspection, not a snapshot", where, hint, "这是检查结果，不是采样数据", hint_zh)
    texts = fault_texts(errors, most=8, skip=1)  # the first step is the kind of snapshot
    raise BrokenLine(texts.en, where, "", texts.zh)


def _validate_again(document: object, zone: tzinfo | None, where: Where, may_set_zone: bool) -> AnySnapshot:
    data = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    try:
        return _ADAPTER.validate_json(data, context={"zone": zone})
    except ValidationError as faults:
        return _second_try(data, faults, zone, where, may_set_zone)


def _set_zone(document: object, path: tuple[int | str, ...], zone: tzinfo) -> None:
    holder: object = document
    for step in path:
        inner: object = None
        if isinstance(holder, dict) and isinstance(step, str):
            inner = holder.get(step)
        elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
            inner = holder[step]
        if inner is None:
            continue  # a step of the validator's own, such as the name of a union member
        if isinstance(inner, str):
            try:
                aware = datetime.fromisoformat(inner).replace(tzinfo=zone).isoformat()
            except ValueError:
                return
            holder[step] = aware  # type: ignore[index]
            return
        holder = inner


# A key written twice is refused: the parser keeps only the last value, and nobody would see which was meant. Counting the
# keys of the finished model costs a few percent of parsing; only a line whose count does not fit is looked at closely.


def _has_keys(snapshot: Model, expected: int) -> bool:
    """Return whether the model was given exactly `expected` keys, those of its parts included."""
    count = len(_FIELDS_SET(snapshot))
    models: list[Model] = [snapshot]
    while count < expected:  # most lines have no keys below the parts of the snapshot, so the last level is seldom walked
        below: list[Model] = []
        for model in models:
            facts = model.__dict__
            for name in _nested_fields(model.__class__):
                value = facts[name]
                if value:
                    if value.__class__ is tuple:
                        below += value
                    else:
                        below.append(value)
        if not below:
            break
        count += sum(map(len, map(_FIELDS_SET, below)))
        models = below
    return count == expected


_FIELDS_SET = attrgetter("__pydantic_fields_set__")


@cache
def _nested_fields(model: type[Model]) -> tuple[str, ...]:
    """Return the names of fields whose annotation can hold further models."""
    return tuple(name for name, field in model.model_fields.items() if _holds_model(field.annotation))


def _holds_model(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return True
    return any(_holds_model(inner) for inner in getattr(annotation, "__args__", ()))


class _Pairs(dict[str, object]):
    """An object of a JSON document that remembers its pairs as written."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


class _PairsEncoder(json.JSONEncoder):
    """Writes a document back with its repeated keys, so that the reader of single documents can refuse them."""

    def iterencode(self, o: object, _one_shot: bool = False) -> Iterator[str]:
        yield self._text(o)

    def encode(self, o: object) -> str:
        return self._text(o)

    def _text(self, value: object) -> str:
        if isinstance(value, _Pairs):
            return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{self._text(item)}" for key, item in value.pairs) + "}"
        if isinstance(value, list):
            return "[" + ",".join(self._text(item) for item in value) + "]"
        return json.dumps(value, ensure_ascii=False)


def _refuse_repeated_keys(data: bytes, where: Where) -> None:
    def check(pairs: list[tuple[str, object]]) -> None:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise BrokenLine(
                f"the keys {', '.join(map(repr, twice))} are written twice in one object",
                where,
                hint="write each key once",
                zh=f"一个对象里重复写了键 {'、'.join(map(repr, twice))}",
                hint_zh="每个键只写一次",
            )

    json.loads(data, object_pairs_hook=check)
