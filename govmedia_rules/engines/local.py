"""Files of snapshots judged into Parquet by the processes of one machine: streaming, restartable, nothing lost or doubled.

The input is cut into pieces (runs of lines, or row groups of Parquet). A worker gets a file name and offsets, judges line by
line and writes the part of its piece; no snapshot crosses between processes. A part appears under its name when it is complete,
so a run that was killed goes on with the pieces that have no part yet.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from govmedia_rules.core import display
from govmedia_rules.core.files import complete_file, make_folder, not_written, write_file
from govmedia_rules.core.parallel import DEATH, HangGuard, Job, run_tasks
from govmedia_rules.core.progress import Meter, Progress
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines.batch import BatchJudge, Cells
from govmedia_rules.engines.run_folder import LOCK_FILE, Piece, claim, is_done, locked, look_at, origin, refuse_foreign
from govmedia_rules.errors import (
    ArgumentError,
    BrokenLine,
    ObservationError,
    OldBasisWarning,
    UnreadInput,
    Where,
    by_language,
    reason_zh,
)
from govmedia_rules.judge.files import CHECK_SECONDS, HANG_SECONDS, Outside, check_files, slices, worker_modules
from govmedia_rules.judge.inspection import VERDICT_TONES, Verdict
from govmedia_rules.judge.limits import limit_checks
from govmedia_rules.judge.old_basis import warn_of_old_layers
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.snapshots.reading import RawLine, file_lines, stream_lines
from govmedia_rules.tables.columns import missing_frames

if TYPE_CHECKING:
    import pyarrow

PIECE_BYTES = 16 * 1024 * 1024
"""How much of a file of lines is one piece, and so how much work a kill can cost each worker."""
BATCH_ROWS = 1_000
"""Rows that are held before they are written."""
FORMAT = 1


class PieceDone(NamedTuple):
    """The result of a finished piece, as a worker sends it back."""

    subjects: int
    bad: int


@dataclass(frozen=True)
class FileRun:
    """The outcome of `inspect_to_parquet`: a folder of Parquet parts.

    Attributes:
        out: The folder; its `part-*.parquet` hold one row a subject, its `bad-*.jsonl` the lines that could not be read.
        pieces: Number of pieces of the input.
        resumed: How many of them an earlier run had done.
        verdicts: How many subjects have each verdict.
        bad_count: How many lines could not be read whole, or killed their process.
        remade: Names of the parts of an earlier run that were found damaged and made again.
    """

    out: Path
    pieces: int
    resumed: int
    verdicts: Mapping[Verdict, int]
    bad_count: int
    remade: tuple[str, ...] = ()

    @property
    def subjects(self) -> int:
        """How many subjects were judged."""
        return sum(self.verdicts.values())

    @property
    def parts(self) -> list[Path]:
        """The Parquet files, in the order of the input."""
        return sorted(self.out.glob("part-*.parquet"))

    def bad(self) -> Iterator[BrokenLine]:
        """Return the lines that could not be read, in the order of the input, each with file, line and reason."""
        for record in _bad_lines(self.out):
            yield BrokenLine(
                record["what"], Where(record["file"], row=record["line"]), record.get("hint", ""), record.get("zh", "")
            )

    def to_arrow(self) -> pyarrow.Table:
        """All rows as one table, in the order of the input; holds them in memory."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        return pa.concat_tables([pq.ParquetFile(path).read() for path in self.parts])

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{verdict.zh} {count}" for verdict, count in self.verdicts.items())
        bad = by_language(f", {self.bad_count} bad lines", f"，{self.bad_count} 行未能读取") if self.bad_count else ""
        return f"<FileRun {self.subjects} {by_language('subjects', '个对象')}: {verdicts}{bad}>"

    def _repr_html_(self) -> str:
        counts = {verdict.zh: count for verdict, count in self.verdicts.items()}
        shares = display.shares(counts, {verdict.zh: tone for verdict, tone in VERDICT_TONES.items()})
        bad = f" {display.badge(f'{self.bad_count} 行未能读取', 'bad')}" if self.bad_count else ""
        pieces = display.quiet(display.text(f"{self.pieces} 个部分，其中续跑前已完成 {self.resumed} 个"))
        return display.frame(f"<b>检查结果 {self.subjects} 个</b>{bad}", shares, pieces)


def inspect_to_parquet(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    book: Rulebook | BatchJudge,
    *,
    out: str | os.PathLike[str],
    workers: int = 1,
    progress: Progress = False,
    on_bad: Callable[[BrokenLine], None] | None = None,
    restart: bool = False,
    piece_bytes: int = PIECE_BYTES,
) -> FileRun:
    r"""Judge files of snapshots into a folder of Parquet; a run that was killed goes on where it stopped.

    Args:
        paths: JSON Lines (one snapshot a line), `.json` (one or an array) or Parquet (a column of JSON, or the columns of a
            registry with what was seen).
        book: The rulebook; or a `BatchJudge`, which says besides how snapshots are read.
        out: Folder for the result; made where it does not exist. One that holds an unfinished run of the same files, plan and
            settings is finished; so is one whose files of lines grew since, or to which files were added. Parts that are damaged
            are made again.
        workers: Number of processes. Checks must be importable in them (not defined in a notebook).
        progress: True shows a bar, a function gets bytes done and in all.
        on_bad: Called for each line that could not be read, after the run; None warns with their number.
        restart: Whether to throw away what the folder holds of another run.
        piece_bytes: How much of a file of lines is one piece.

    Raises:
        ObservationError: A file does not exist.
        ExportError: The folder holds the result of something else, a file changed in what was judged already, another run
            writes to the folder now, or it cannot be written.
        MissingExtra: pyarrow is not installed.

    Warns:
        UnreadInput: Some lines could not be read and nobody asked to be told of each; or a part is damaged and made again.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "snapshots.jsonl")
        ...     _ = file.write_text(snapshot.model_dump_json() + "\n", "utf-8")
        ...     run = gr.inspect_to_parquet(file, gr.load_rulebook("national-2019"), out=Path(folder, "result"))
        >>> run.bad_count
        0
    """
    files = check_files([paths] if isinstance(paths, str | os.PathLike) else paths)
    if not files:
        raise ArgumentError("there is no file to judge", zh="没有要判定的文件")
    if workers < 1:
        raise ArgumentError(f"workers must be 1 or more, not {workers}", zh=f"workers 应不小于 1，不是 {workers}")
    judge = BatchJudge.of(book)
    if judge.keep:
        raise ArgumentError(
            "files are judged without keep=; file and position lead back to the input",
            zh="判定文件时不用 keep=；由文件名和位置就能找回输入",
        )
    folder = make_folder(out)
    # Where there is nothing to judge, an empty part still tells readers of the folder the columns.
    inputs = look_at(files)  # before they are cut: what comes to them meanwhile is judged and seen as grown next time
    pieces = list(cut_input(files, piece_bytes)) or [Piece(0, files[0], 0, 0, 0, "nothing")]
    settings = _description(judge, piece_bytes)
    refuse_foreign(folder, settings, inputs, restart=restart)  # before the lock is made in it
    with locked(folder, LOCK_FILE):
        claim(folder, settings, inputs, restart=restart)
        todo, remade = _undone(folder, pieces)
        with Meter(progress, sum(piece.size for piece in pieces), unit="B", title="检查") as meter:
            meter.add(sum(piece.size for piece in pieces) - sum(piece.size for piece in todo))
            work = _in_this_process if workers == 1 else _in_workers
            for piece, _ in work(judge, folder, todo, workers):
                meter.add(piece.size)
    _warn_of_old_layers(judge, folder)
    run = _summary(folder, len(pieces), len(pieces) - len(todo), remade)
    if run.bad_count:
        _tell_bad(run, on_bad)
    return run


def _undone(folder: Path, pieces: Sequence[Piece]) -> tuple[list[Piece], tuple[str, ...]]:
    """Return the pieces without a whole part, and the names of parts that are damaged; what there is of them is taken away."""
    todo, damaged = [], []
    for piece in pieces:
        try:
            if is_done(folder, piece):
                continue
        except ValueError as fault:
            damaged.append(piece.part)
            warnings.warn(
                UnreadInput(
                    f"{piece.part} is damaged and is made again: {fault}", zh=f"{piece.part} 已损坏，重新生成：{reason_zh(fault)}"
                ),
                stacklevel=3,
            )
        todo.append(piece)
        try:
            for name in (piece.part, piece.notes):
                (folder / name).unlink(missing_ok=True)
        except OSError as fault:
            raise not_written(folder, fault) from fault
    return todo, tuple(damaged)


def _description(judge: BatchJudge, piece_bytes: int) -> dict[str, object]:
    # Runs of releases that took no reviews go on.
    absent = {"plan", *(name for name in ("reviews", "waivers") if not getattr(judge, name))}
    names = [field.name for field in fields(judge) if field.name not in absent]
    return {
        "format": FORMAT,
        "rulebook": {"version": judge.plan.version, "digest": judge.plan.digest},
        "settings": {name: str(getattr(judge, name)) for name in names},
        "piece_bytes": piece_bytes,
    }


def _tell_bad(run: FileRun, on_bad: Callable[[BrokenLine], None] | None) -> None:
    if on_bad is None:
        first = next(run.bad())
        warnings.warn(
            UnreadInput(
                f"{run.bad_count} lines could not be read, the first: {first}", zh=f"有 {run.bad_count} 行不能读，第一处：{first}"
            ),
            stacklevel=3,
        )
        return
    for fault in run.bad():
        on_bad(fault)


def cut_input(files: Sequence[str], piece_bytes: int = PIECE_BYTES) -> Iterator[Piece]:
    """Return the pieces of the input, in order. Only sizes, the cuts between lines, and the feet of Parquet files are read."""
    number = 0
    for path in files:
        for start, stop, size, kind in _cut_file(path, piece_bytes):
            yield Piece(number, path, start, stop, size, kind)
            number += 1


def _cut_file(path: str, piece_bytes: int) -> Iterator[tuple[int, int, int, str]]:
    suffix = Path(path).suffix.lower()
    if suffix in (".parquet", ".pq"):
        file = _parquet(path)
        first = 0
        for group in range(file.metadata.num_row_groups):
            row_group = file.metadata.row_group(group)
            yield group, first, row_group.total_byte_size, "parquet"
            first += row_group.num_rows
    elif suffix == ".json":
        size = os.path.getsize(path)
        yield 0, size, size, "document"
    else:
        for piece in slices(path, piece_bytes):
            yield piece.start, piece.stop, piece.stop - piece.start, "lines"


def _parquet(path: str) -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise missing_frames("reading and writing Parquet") from None
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, ValueError, OSError) as fault:  # a ValueError: a name in its foot is no text
        raise ObservationError(
            f"the file is not Parquet: {fault}", Where(path), zh=f"文件不是 Parquet：{reason_zh(fault)}"
        ) from fault


# The result


def _summary(folder: Path, pieces: int, resumed: int, remade: tuple[str, ...]) -> FileRun:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    verdicts = dict.fromkeys(Verdict, 0)
    for path in sorted(folder.glob("part-*.parquet")):
        counted = pc.value_counts(pq.ParquetFile(path).read(["verdict"])["verdict"])
        for row in counted.to_pylist():
            verdicts[Verdict(row["values"])] += row["counts"]
    return FileRun(folder, pieces, resumed, verdicts, sum(1 for _ in _bad_lines(folder)), remade)


def _warn_of_old_layers(judge: BatchJudge, folder: Path) -> None:
    """Warn of old layers by the last monitoring point: workers say nothing, and parts that are kept are results, too."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    points = (pc.max(pq.ParquetFile(path).read(["observed_at"])["observed_at"]).as_py() for path in folder.glob("part-*.parquet"))
    last = max((point for point in points if point is not None), default=None)
    if last is not None:
        warn_of_old_layers(judge.plan, last.astimezone(SHANGHAI).date())


def _bad_lines(folder: Path) -> Iterator[dict[str, Any]]:
    """Return the notes on bad lines, with line numbers counted from the beginning of each file."""
    import pyarrow.parquet as pq

    before: dict[str, int] = {}
    for path in sorted(folder.glob("part-*.parquet")):
        metadata = pq.read_metadata(path).metadata
        file, lines = metadata[b"file"].decode(), int(metadata[b"lines"])
        notes = path.with_name(path.name.replace("part-", "bad-").replace(".parquet", ".jsonl"))
        if notes.exists():
            for line in notes.read_text("utf-8").split("\n")[:-1]:
                note = json.loads(line)
                yield note | {"file": file, "line": note["line"] + before.get(file, 0)}
        before[file] = before.get(file, 0) + lines


# One piece


class _Fault(NamedTuple):
    line: int
    position: int
    what: str
    hint: str
    zh: str = ""


def judge_piece(
    judge: BatchJudge, folder: Path, piece: Piece, fatal: Container[int] = (), alive: Callable[[], None] = lambda: None
) -> PieceDone:
    """Judge a piece and write its part; the notes on bad lines are written before it.

    Args:
        judge: The function.
        folder: Where the part goes.
        piece: The piece.
        fatal: Numbers of lines that killed a process before and are set apart unread.
        alive: Called before each line, or each batch of rows.
    """
    bad: list[_Fault] = []
    lines = [0]
    rows = _rows_of(judge, piece, bad, lines, fatal, alive)
    with complete_file(folder / piece.part) as part:
        subjects = _write(part, judge, piece, rows, lines, bad)
        if bad:
            write_file(folder / piece.notes, "".join(f"{json.dumps(fault._asdict(), ensure_ascii=False)}\n" for fault in bad))
    return PieceDone(subjects, len(bad))


def _write(
    part: Path, judge: BatchJudge, piece: Piece, rows: Iterator[tuple[int, Cells]], lines: list[int], bad: list[_Fault]
) -> int:
    """Write rows in batches; file, position and the judged columns without `fault`, which is None in all of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = judge.schema()
    schema = pa.schema([pa.field("file", pa.string()), pa.field("position", pa.int64()), *list(own)[:-1]])
    subjects = 0
    with pq.ParquetWriter(part, schema, compression="zstd", write_page_checksum=True) as writer:
        waiting: list[tuple[int, Cells]] = []

        def flush() -> None:
            arrays = judge.arrays([cells for _, cells in waiting])[:-1]
            places = pa.array([place for place, _ in waiting], pa.int64())
            names = pa.array([piece.path] * len(waiting), pa.string())
            writer.write_batch(pa.record_batch([names, places, *arrays], schema=schema))
            waiting.clear()

        for row in rows:
            waiting.append(row)
            subjects += 1
            if len(waiting) == BATCH_ROWS:
                flush()
        if waiting:
            flush()
        writer.add_key_value_metadata(origin(piece, lines[0], len(bad)))
    return subjects


def _rows_of(
    judge: BatchJudge, piece: Piece, bad: list[_Fault], lines: list[int], fatal: Container[int], alive: Callable[[], None]
) -> Iterator[tuple[int, Cells]]:
    if piece.kind == "nothing":
        return
    if piece.kind == "parquet":
        yield from _rows_of_parquet(judge, piece, bad, lines, fatal, alive)
        return
    for position, line in _positions(piece, judge.max_line_bytes):
        lines[0] = line.number
        alive()
        try:
            if line.number in fatal:
                raise BrokenLine("the process that judged this line died", hint=DEATH, zh="判定这一行的进程异常结束")
            yield position, judge.line(line)
        except BrokenLine as fault:
            bad.append(_Fault(line.number, position, fault.what, fault.hint, fault.zh))


def _positions(piece: Piece, max_line_bytes: int) -> Iterator[tuple[int, RawLine]]:
    """Return the lines of a piece, each with the offset of its first byte; for a document its place in the array."""
    if piece.kind == "document":
        for line in file_lines(piece.path, max_line_bytes):
            yield line.number - 1, line
        return
    stream: IO[bytes]
    with open(piece.path, "rb") as stream:
        stream.seek(piece.start)
        before = piece.start
        for line in stream_lines(stream, piece.path, max_line_bytes, stop=piece.stop, first=piece.start == 0):
            after = stream.tell()
            yield (before if line.data is None else after - len(line.data)), line
            before = after


_WITHOUT_CELLS = "the row was judged without these cells"


def _rows_of_parquet(
    judge: BatchJudge, piece: Piece, bad: list[_Fault], lines: list[int], fatal: Container[int], alive: Callable[[], None]
) -> Iterator[tuple[int, Cells]]:
    file = _parquet(piece.path)
    number = 0
    for batch in _batches(file, piece):
        alive()
        spared = [at for at in range(batch.num_rows) if number + at + 1 not in fatal]
        chosen = frozenset(spared)
        judged = iter(_cells_of(judge(batch if len(spared) == batch.num_rows else batch.take(spared))))
        for at in range(batch.num_rows):
            number += 1
            lines[0] = number
            position = piece.stop + number - 1
            if at not in chosen:
                bad.append(_Fault(number, position, "the process that judged this line died", DEATH, "判定这一行的进程异常结束"))
                continue
            cells = next(judged)
            is_judged = any(cell is not None for cell in cells[:-1])
            if cells[-1] is not None:
                bad.append(_Fault(number, position, str(cells[-1]), _WITHOUT_CELLS if is_judged else ""))
            if is_judged:
                yield position, (*cells[:-1], None)


def _batches(file: Any, piece: Piece) -> Iterator[pyarrow.RecordBatch]:
    import pyarrow as pa

    try:
        yield from file.iter_batches(BATCH_ROWS, row_groups=[piece.start])
    except (pa.ArrowException, UnicodeDecodeError, OSError) as fault:
        raise ObservationError(
            f"the file is damaged: {fault}",
            Where(piece.path),
            "write it again",
            zh=f"文件已损坏：{reason_zh(fault)}",
            hint_zh="请重新写出",
        ) from fault


def _cells_of(batch: pyarrow.RecordBatch) -> Iterator[Cells]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


# Processes


def _in_this_process(judge: BatchJudge, folder: Path, pieces: Sequence[Piece], workers: int) -> Iterator[tuple[Piece, PieceDone]]:  # noqa: ARG001 - called like _in_workers
    for piece in pieces:
        yield piece, judge_piece(judge, folder, piece)


def _in_workers(judge: BatchJudge, folder: Path, pieces: Sequence[Piece], workers: int) -> Iterator[tuple[Piece, PieceDone]]:
    job = Job(_start_worker, (judge, folder), _judge_piece, _attempt_rows, _count_rows, preload=worker_modules(judge.plan))
    return run_tasks(job, pieces, workers, in_order=False)


_worker: tuple[BatchJudge, Path] | None = None


def _start_worker(judge: BatchJudge, folder: Path) -> None:
    global _worker  # noqa: PLW0603 - what a process holds for all its tasks
    _worker = judge, folder
    warnings.simplefilter("ignore", OldBasisWarning)  # said once, by the process that started this one
    limit_checks(CHECK_SECONDS)


def _judge_piece(piece: Piece, fatal: Container[int]) -> PieceDone:
    assert _worker is not None
    with _guard(piece) as alive:
        return judge_piece(*_worker, piece, fatal, alive)


def _attempt_rows(piece: Piece, first: int, last: int) -> None:
    assert _worker is not None
    with _guard(piece) as alive:
        for _ in _rows_of(_worker[0], piece, [], [0], Outside(first, last), alive):
            pass


@contextmanager
def _guard(piece: Piece) -> Iterator[Callable[[], None]]:
    """End this process where a line, or a batch of rows, never comes back; give what is called before each."""
    guard = HangGuard(HANG_SECONDS if piece.kind != "parquet" else HANG_SECONDS * 10)
    try:
        yield guard.alive
    finally:
        guard.stop()


def _count_rows(piece: Piece) -> int:
    if piece.kind == "parquet":
        return int(_parquet(piece.path).metadata.row_group(piece.start).num_rows)
    if piece.kind == "document":
        return sum(1 for _ in file_lines(piece.path))
    with open(piece.path, "rb") as stream:
        stream.seek(piece.start)
        data = stream.read(piece.stop - piece.start)
        return data.count(b"\n") + (not data.endswith(b"\n"))
