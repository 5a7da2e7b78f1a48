"""A round judged from files into the folder of rounds; what was judged before by the same rules is not judged again."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from govmedia_rules.errors import BrokenLine, ExportError, UnusedReview, UnusedWaiver, Where
from govmedia_rules.judge.files import check_files
from govmedia_rules.judge.opinions import Opinions
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.rounds.store import (
    BATCH_ROWS,
    RECORDS,
    Batch,
    Listing,
    StoredRound,
    file_of,
    inspection_batches,
    read_round_record,
    round_schema,
    write_round,
)
from govmedia_rules.snapshots.reading import file_lines, parse_line, warn_unread

if TYPE_CHECKING:
    import pyarrow


class RoundRun(NamedTuple):
    """The outcome of `inspect_round`.

    Attributes:
        stored: What the round holds now.
        judged: How many snapshots were judged.
        kept: How many were not judged again, because neither they nor rulebook, reviews and waivers changed.
        bad: Lines that could not be read; they are not in the round.
    """

    stored: StoredRound
    judged: int
    kept: int
    bad: tuple[BrokenLine, ...]


def inspect_round(
    path: str | os.PathLike[str],
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    book: Rulebook,
    population: Listing | None = None,
    *,
    year: int,
    round: int,
    reviews: Iterable[Review] = (),
    waivers: Iterable[Waiver] = (),
    workers: int = 1,
    on_bad: Callable[[BrokenLine], None] | None = None,
) -> RoundRun:
    """Judge files of snapshots into a round; repeated, it judges only what is new or what changed.

    A snapshot is kept as it was judged where its line, the digest of the rulebook, and all reviews and waivers are the same. Where
    there are reviews of subjects or waivers, all other lines must be the same, too: an id may stand for several units.
    What the files no longer hold leaves the round.

    Args:
        path: The folder of rounds.
        files: Files of snapshots; see `read_snapshots`.
        book: The rulebook.
        population: Who there was to inspect; see `append_round`.
        year: Year of the round.
        round: Its number in the year.
        reviews: What people said about the subjects.
        waivers: Documents that excuse failures.
        workers: Number of processes; see `Rulebook.inspect_files`. With two or more, a line that kills its process is a bad one.
        on_bad: Called for each line that could not be read; None warns with their number.

    Raises:
        ObservationError: A file does not exist, or the round that is there is damaged.
        ExportError: The round was appended from inspections, so nobody knows what was judged; or see `append_round`.
        MissingExtra: pyarrow is not installed.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import govmedia_rules as gr
        >>> book = gr.load_rulebook("national-2019")
        >>> line = '{"account": {"name": "某县发布", "platform": "weibo"}, "observed_at": "2024-08-23T10:00:00+08:00"}'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "snapshots.jsonl")
        ...     _ = file.write_text(line, "utf-8")
        ...     first = gr.inspect_round(f"{folder}/rounds", file, book, year=2024, round=3)
        ...     again = gr.inspect_round(f"{folder}/rounds", file, book, year=2024, round=3)
        >>> (first.judged, first.kept), (again.judged, again.kept)
        ((1, 0), (0, 1))
    """
    paths = check_files([files] if isinstance(files, str | os.PathLike) else files)
    round_schema("inspections")
    reviews, waivers = list(reviews), list(waivers)
    # Which observation such an opinion is about depends on the others, so that none is kept where one of them changed.
    asks_for_all = Opinions(book.plan, reviews, waivers).asks_for_all
    salt = _salt(book, (*reviews, *waivers), paths if asks_for_all else ())
    lines = _Lines(paths, _judged_before(Path(path), year, round, book.digest), salt)

    def batches(beside: Path) -> Iterator[Batch]:
        changed = beside / "changed.jsonl"
        lines.write_changed(changed)
        judged = book.inspect_files(changed, workers=workers, reviews=reviews, waivers=waivers, on_bad=lines.set_apart)
        yield from inspection_batches(judged, lines.inputs())
        yield from _kept_batches(Path(path), year, round, lines.kept)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        stored = write_round(path, batches, population, year=year, number=round, replace=True, unread=lambda: len(lines.bad))
    for warning in caught:
        # Reviews of what is kept were applied when it was judged.
        if not lines.kept or not issubclass(warning.category, UnusedReview | UnusedWaiver):
            warnings.warn(warning.message, stacklevel=2)
    if lines.bad and on_bad is None:
        warn_unread(lines.bad)
    elif on_bad is not None:
        for fault in lines.bad:
            on_bad(fault)
    return RoundRun(stored, stored.inspections - len(lines.kept), len(lines.kept), tuple(lines.bad))


def _salt(book: Rulebook, opinions: Iterable[Review | Waiver], paths: Iterable[str]) -> bytes:
    """Return the digest of everything besides the snapshot that decides: rules, opinions, and the other snapshots of `paths`."""
    digest = hashlib.sha256(f"{book.digest}|{book.version}|{book.books}|".encode())
    for text in sorted(opinion.model_dump_json() for opinion in opinions):
        digest.update(text.encode() + b"\n")
    for line in chain.from_iterable(map(file_lines, paths)):
        digest.update((line.data or b"") + b"\n")
    return digest.digest()[:16]


class _Lines:
    """The lines of the input, parted into those that are judged and those that were.

    Attributes:
        kept: Digests of the lines that were judged before.
    """

    def __init__(self, paths: Iterable[str], before: frozenset[str], salt: bytes) -> None:
        self._paths, self._before, self._salt = paths, before, salt
        self._places: dict[str, list[tuple[int, Where]]] = {}  # of each line that is judged, in their order
        self._bad: list[tuple[int, BrokenLine]] = []
        self._bad_rows: set[int] = set()
        self.kept: set[str] = set()

    @property
    def bad(self) -> list[BrokenLine]:
        """The lines that could not be read, in the order of the input."""
        return [fault for _, fault in sorted(self._bad, key=itemgetter(0))]

    def write_changed(self, path: Path) -> None:
        """Write the lines to judge into a file; a line that stands there twice is judged once."""
        with path.open("wb") as file:
            file.write(b"\n")  # a byte-order mark in front of a line is a fault of the line, except in front of the input
            for number, line in enumerate(chain.from_iterable(map(file_lines, self._paths))):
                data = (line.data or b"").strip()
                digest = hashlib.blake2b(data, digest_size=16, salt=self._salt).hexdigest()
                if digest in self._before:
                    self.kept.add(digest)
                    continue
                if line.data is None or b"\n" in data:
                    try:
                        parse_line(line)
                    except BrokenLine as fault:
                        self._bad.append((number, fault))
                        continue
                places = self._places.setdefault(digest, [])
                if not places:
                    file.write(data.replace(b"\n", b" ") + b"\n")
                places.append((number, Where(line.file, row=line.number)))

    def set_apart(self, fault: BrokenLine) -> None:
        """Note a line of the file of changed ones that could not be read, wherever it stands in the input."""
        assert fault.where is not None
        assert fault.where.row is not None
        self._bad_rows.add(fault.where.row)
        digest = list(self._places)[fault.where.row - 2]
        for number, where in self._places[digest]:
            self._bad.append((number, BrokenLine(fault.what, where, fault.hint, fault.zh, fault.hint_zh)))

    def inputs(self) -> Iterator[str]:
        """Yield the digests of the snapshots that were judged, in their order; those of bad lines are known when it is asked."""
        for row, digest in enumerate(self._places, 2):
            if row not in self._bad_rows:
                yield digest


def _judged_before(folder: Path, year: int, number: int, digest: str) -> frozenset[str]:
    """Return the digests of the inputs that the round holds already."""
    import pyarrow.parquet as pq

    record_file = folder / RECORDS / f"{year}-{number}.json"
    if not record_file.exists():
        return frozenset()
    read_round_record(folder, record_file)
    table = pq.ParquetFile(file_of(folder, "inspections", year, number)).read(["input", "digest"])
    pairs = zip(table.column("input").to_pylist(), table.column("digest").to_pylist(), strict=True)
    known = dict(pairs)
    if None in known:
        text = f"round {number} of {year} was appended from inspections, so what was judged is not known"
        raise ExportError(
            text,
            Where(str(folder)),
            "append_round with replace=True takes its place",
            zh=f"{year}年第{number}期是由检查结果追加的，不知道检查的是什么",
            hint_zh="用 append_round(replace=True) 取代它",
        )
    return frozenset(name for name, used in known.items() if used == digest)


def _kept_batches(folder: Path, year: int, number: int, kept: set[str]) -> Iterator[Batch]:
    """Yield the rows of what is kept."""
    if not kept:
        return
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    no_inspections, no_findings = (pa.RecordBatch.from_pylist([], round_schema(name)) for name in ("inspections", "findings"))
    inputs, observed = pa.array(sorted(kept), pa.string()), set[tuple[object, object]]()
    for rows in pq.ParquetFile(file_of(folder, "inspections", year, number)).iter_batches(BATCH_ROWS):
        chosen = rows.filter(pc.is_in(rows.column("input"), inputs))
        observed.update(_observations(chosen))
        yield Batch(chosen, no_findings)
    if len(observed) != len(kept):
        raise ExportError(
            "another process changed the round",
            Where(str(folder)),
            "judge it again",
            zh="另一个进程改动了这一期",
            hint_zh="请重新检查",
        )
    for rows in pq.ParquetFile(file_of(folder, "findings", year, number)).iter_batches(BATCH_ROWS):
        yield Batch(no_inspections, rows.filter(pa.array([each in observed for each in _observations(rows)], pa.bool_())))


def _observations(rows: pyarrow.RecordBatch) -> Iterator[tuple[object, object]]:
    return zip(rows.column("subject_id").to_pylist(), rows.column("observed_at").to_pylist(), strict=True)
