"""The folder of a run over files: what it was begun with, which of its parts are whole, and whether it may be continued."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from govmedia_rules.core.files import not_written, refuse_used, write_file
from govmedia_rules.errors import ExportError, Where

RUN_FILE = "_run.json"
LOCK_FILE = "_run.lock"


class Piece(NamedTuple):
    """A part of the input.

    Attributes:
        number: Its place in the order of the input, from 0; it names the part.
        path: The file.
        start: First byte, or for Parquet the row group.
        stop: The byte after the last line; for Parquet the first row of the group.
        size: Bytes, for progress.
        kind: `lines`, `document`, `parquet`, or `nothing` for an input without any.
    """

    number: int
    path: str
    start: int
    stop: int
    size: int
    kind: str

    @property
    def part(self) -> str:
        """Name of its Parquet file in the folder."""
        return f"part-{self.number:06d}.parquet"

    @property
    def notes(self) -> str:
        """Name of its file of lines that could not be read; there is none where all could."""
        return f"bad-{self.number:06d}.jsonl"


class InputFile(NamedTuple):
    """An input as it was when a run looked at it: path, size in bytes, and time of its last change in nanoseconds."""

    path: str
    bytes: int
    changed: int


def look_at(paths: Iterable[str]) -> list[InputFile]:
    """Return the inputs as they are now."""
    stats = [(path, os.stat(path)) for path in paths]
    return [InputFile(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


# What a part was made of


def origin(piece: Piece, lines: int, bad: int) -> dict[str, str]:
    """Return what the part of a piece says of itself: where it comes from, and how many lines were read and not understood."""
    numbers = {"start": piece.start, "stop": piece.stop, "lines": lines, "bad": bad}
    return {"file": piece.path, "digest": _digest(piece.path, piece.start, piece.stop)} | {
        name: str(number) for name, number in numbers.items()
    }


def _digest(path: str, start: int, stop: int) -> str:
    """Return the digest of the bytes that were judged; "" for Parquet, whose pieces are no runs of bytes."""
    suffix = Path(path).suffix.lower()
    if suffix in (".parquet", ".pq"):
        return ""
    digest = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as stream:
        stream.seek(0 if suffix == ".json" else start)
        left = stop if suffix == ".json" else stop - start
        while left > 0 and (data := stream.read(min(left, 1 << 20))):
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()


def is_done(folder: Path, piece: Piece) -> bool:
    """Return whether the part of a piece is there, whole, and of just this piece.

    Raises:
        ValueError: It is damaged; the text says how.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / piece.part
    if not path.exists():
        return False
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            made_of = _origin_of(file.metadata.metadata)
            # What is in the middle of a file is known by reading it only.
            rows = sum(batch.num_rows for batch in file.iter_batches())
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise ValueError(f"it cannot be read: {str(fault).splitlines()[0][:120]}") from None
    if rows != file.metadata.num_rows:
        raise ValueError("rows are missing")
    # Parts of releases that wrote less of their origin are in folders whose inputs are as they were.
    now = {"file": piece.path, "start": str(piece.start), "stop": str(piece.stop)}
    if any(made_of.get(name, value) != value for name, value in now.items()):
        return False
    if "bad" in made_of:
        _check_notes(folder / piece.notes, int(made_of["bad"]))
    return True


def _check_notes(path: Path, count: int) -> None:
    try:
        notes = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]] if path.exists() else []
    except (OSError, ValueError, RecursionError):
        notes = []
    if len(notes) != count:
        raise ValueError(f"{path.name} has {len(notes)} of {count} lines")


def _origin_of(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in (metadata or {}).items()}


# Whether a run may go on


def claim(folder: Path, settings: Mapping[str, object], inputs: list[InputFile], *, restart: bool) -> None:
    """Make sure that what the folder holds belongs to this run, then clear away half-written parts, or all where it starts.

    Raises:
        ExportError: It belongs to something else, an input changed, or it cannot be written.
    """
    refuse_foreign(folder, settings, inputs, restart=restart)
    try:
        for name in (RUN_FILE, "part-*.parquet", "bad-*.jsonl"):
            for leftover in folder.glob(f".{name}.*.part"):
                leftover.unlink()
        if restart or not (folder / RUN_FILE).exists():
            for old in parts_of(folder):
                old.unlink()
    except OSError as fault:
        raise not_written(folder, fault) from fault
    described = {**settings, "inputs": [each._asdict() for each in inputs]}
    if _recorded(folder / RUN_FILE) != described:
        write_file(folder / RUN_FILE, json.dumps(described, ensure_ascii=False, indent=1) + "\n")


def parts_of(folder: Path) -> list[Path]:
    """Return the parts and the notes on lines that could not be read."""
    return [*folder.glob("part-*.parquet"), *folder.glob("bad-*.jsonl")]


def _recorded(path: Path) -> dict[str, Any] | None:
    """Return what the file of a run says; None where it is missing or no run of this library wrote it."""
    try:
        recorded = json.loads(path.read_text("utf-8"))
        _inputs_of(recorded)
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None
    return recorded if isinstance(recorded, dict) and {"format", "rulebook", "inputs"} <= recorded.keys() else None


def _inputs_of(recorded: Mapping[str, Any]) -> list[InputFile]:
    return [InputFile(str(each["path"]), int(each["bytes"]), int(each["changed"])) for each in recorded["inputs"]]


def refuse_foreign(folder: Path, settings: Mapping[str, object], inputs: list[InputFile], *, restart: bool) -> None:
    """Refuse a folder that holds something else, or a run whose inputs changed; nothing in it is touched.

    Raises:
        ExportError: It is refused; the text says why.
    """
    recorded = _recorded(folder / RUN_FILE)
    if recorded is None:
        if (folder / RUN_FILE).exists():
            raise ExportError(
                f"its {RUN_FILE} is not of a run",
                Where(str(folder)),
                "choose an empty or new folder",
                zh=f"其中的 {RUN_FILE} 不属于一次运行",
                hint_zh="请选一个空的或新的文件夹",
            )
        # No run writes parts before its file: they are of another program, and a restart does not throw them away either.
        refuse_used(folder, RUN_FILE, LOCK_FILE)
        return
    if restart:
        return
    differing = sorted(key for key, value in json.loads(json.dumps(settings)).items() if recorded.get(key) != value)
    if differing:
        raise _refusal(folder, f"differs in {', '.join(differing)}", f"不同之处：{'、'.join(differing)}")
    for before, now in zip_longest(_inputs_of(recorded), inputs):
        if before is None:  # a file that came to the inputs
            continue
        if now is None or before.path != now.path:
            raise _refusal(
                folder, f"differs in inputs: {before.path} is not at its place", f"不同之处：输入文件 {before.path} 不在原位"
            )
        change = _change(folder, before, now)
        if change is not None:
            raise _refusal(folder, f"differs in inputs: {now.path} {change[0]}", f"不同之处：输入文件 {now.path} {change[1]}")


def _refusal(folder: Path, what: str, zh: str) -> ExportError:
    return ExportError(
        f"the folder holds a run that {what}",
        Where(str(folder)),
        "choose another folder, or pass restart=True to throw it away",
        zh=f"目录里是另一次运行的结果，{zh}",
        hint_zh="请换一个目录，或传入 restart=True 丢弃它",
    )


def _change(folder: Path, before: InputFile, now: InputFile) -> tuple[str, str] | None:
    """Return in English and Chinese what of an input is not as it was judged; None where it only grew or was touched."""
    if now.bytes < before.bytes:
        return (
            f"is shorter: {now.bytes} bytes, {before.bytes} when the run began",
            f"变短：原有{before.bytes}字节，现有{now.bytes}字节",
        )
    suffix = Path(now.path).suffix.lower()
    if before != now and (suffix in (".parquet", ".pq") or (suffix == ".json" and now.bytes != before.bytes)):
        return "was written again since the run began", "在运行开始后又写过"
    for made_of in _origins(folder):
        if made_of.get("file") != now.path:
            continue
        if not made_of.get("digest"):
            if before == now:
                continue
            return (
                "was written since the run began, and its parts do not say of what they were made",
                "在运行开始后又写过，而已有部分未记载其内容",
            )
        # Also where size and time are the same: copies keep the time of what they were copied from.
        start, stop = int(made_of["start"]), int(made_of["stop"])
        if made_of["digest"] != _digest(now.path, start, stop):
            return f"holds something else in bytes {start} to {stop} than was judged", f"第{start}至{stop}字节与已判定的内容不同"
    return None


def _origins(folder: Path) -> Iterator[dict[str, str]]:
    """Return what the parts of a folder were made of; those that cannot be read are made again anyway."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted(folder.glob("part-*.parquet")):
        try:
            yield _origin_of(pq.read_metadata(path).metadata)
        except (pa.ArrowException, OSError, ValueError):
            continue


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Keep a second run out of the folder; the lock falls with the process. Where the system has no such lock, none is held."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        stream = (folder / name).open("a")
    except OSError as fault:
        raise not_written(folder, fault) from fault
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ExportError(
                "another run writes to the folder now",
                Where(str(folder)),
                hint="wait for it, or choose another folder",
                zh="另一个运行正在写这个目录",
                hint_zh="请等它结束，或换一个目录",
            ) from None
        yield
