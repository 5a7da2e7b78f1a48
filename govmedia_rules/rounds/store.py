"""The folder of rounds (历次检查的存档): Parquet that every engine reads as it is, written whole or not at all.

`inspections`, `findings` and `populations` are data sets in partitions `year=…/round=…`. A record beside them says what each
round holds and the digests of its files; files without their record are an append that did not end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from govmedia_rules.checks.contract import Status
from govmedia_rules.core.files import complete_file, refuse_used
from govmedia_rules.core.model import Model
from govmedia_rules.engines.run_folder import locked
from govmedia_rules.errors import ArgumentError, ExportError, ObservationError, Where, reason_zh
from govmedia_rules.judge.engine import OPEN
from govmedia_rules.judge.finding import FINDING_HEADINGS, Finding
from govmedia_rules.judge.inspection import INSPECTION_HEADINGS, Inspection
from govmedia_rules.subjects.models import Account, Site
from govmedia_rules.subjects.registry import Population, Registry
from govmedia_rules.tables.columns import Cell, Heading, arrow_batch, arrow_schema, missing_frames

if TYPE_CHECKING:
    import pyarrow

FORMAT = 1
MARK_FILE = "_history.json"
RECORDS = "_rounds"
LOCK_FILE = "_history.lock"
BATCH_ROWS = 2_000
"""Inspections that are held before they are written."""

DataSet = Literal["inspections", "findings", "populations"]
Listing = Registry | Population | Iterable[Population]
"""Who there was to inspect: a list of subjects, or counts of them."""


def _ids_with(inspection: Inspection, statuses: frozenset[Status]) -> str | None:
    pairs = zip(inspection.plan.indicators, inspection.statuses, strict=True)
    return ";".join([indicator.id for indicator, status in pairs if status in statuses]) or None


_PASSED, _UNDECIDED = frozenset({Status.PASSED}), frozenset(OPEN)
ROUND_HEADINGS: tuple[Heading[Inspection], ...] = (
    *INSPECTION_HEADINGS,
    Heading("passed_ids", "text", "通过指标编号", lambda inspection: _ids_with(inspection, _PASSED)),
    Heading("undecided_ids", "text", "未能判定指标编号", lambda inspection: _ids_with(inspection, _UNDECIDED)),
)
"""Columns of a stored inspection; `input`, the digest of what was judged, follows them."""


class PopulationRow(NamedTuple):
    """A subject on a list, or with `dimension` a stated count."""

    subject_kind: str
    subject: Site | Account | None
    dimension: str | None
    part: str | None
    number: int | None
    source: Population | Registry


def _fact(name: str) -> Any:
    return lambda row: getattr(row.subject, name, None)


POPULATION_HEADINGS: tuple[Heading[PopulationRow], ...] = (
    Heading("subject_kind", "text", "对象类别代码", lambda row: row.subject_kind),
    Heading("subject_id", "text", "对象标识", _fact("id")),
    Heading("subject_name", "text", "对象名称", _fact("name")),
    Heading("level", "text", "层级代码", _fact("level")),
    Heading("platform", "text", "平台代码", _fact("platform")),
    Heading("area", "text", "所属地方或部门", _fact("area")),
    Heading("division", "text", "行政区划代码", _fact("division")),
    Heading("owner", "text", "主办单位", _fact("owner")),
    Heading("status", "text", "状态代码", _fact("status")),
    Heading("dimension", "text", "统计口径", lambda row: row.dimension),
    Heading("part", "text", "分组", lambda row: row.part),
    Heading("count", "integer", "数量", lambda row: row.number),
    Heading("source", "text", "来源", lambda row: row.source.source),
)
"""Columns of a population: a row a listed subject, or where `dimension` is given a stated count (`total`, `level` …)."""


class StoredRound(Model):
    """The content of one round of the folder.

    Attributes:
        format: Version of the format.
        year: Year of the round.
        round: Its number in the year.
        inspections: How many inspections it has.
        findings: How many problems and questions that keep a verdict open.
        listed: How many subjects were listed; None where nobody gave a list.
        unread: How many lines of the input could not be read; None where inspections were given.
        rulebooks: Versions of the rulebooks that were used, by the digests of their plans.
        files: SHA-256 of its files.
    """

    format: Literal[1] = 1
    year: Annotated[int, Field(ge=1, le=9999, strict=True)]
    round: Annotated[int, Field(ge=1, le=9999, strict=True)]
    inspections: int
    findings: int
    listed: int | None = None
    unread: int | None = None
    rulebooks: Mapping[str, str]
    files: Mapping[DataSet, str]


class Batch(NamedTuple):
    """Rows on their way into a round."""

    inspections: pyarrow.RecordBatch
    findings: pyarrow.RecordBatch


def round_schema(data: DataSet) -> pyarrow.Schema:
    """Return the columns of a data set; year and round stand in the names of its folders.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError:
        raise missing_frames("a history of rounds") from None
    if data == "findings":
        return arrow_schema(FINDING_HEADINGS)
    if data == "populations":
        return arrow_schema(POPULATION_HEADINGS)
    return arrow_schema(ROUND_HEADINGS).append(pa.field("input", pa.string()))


def file_of(folder: Path, data: DataSet, year: int, number: int) -> Path:
    """Return the file of a round in one of the data sets."""
    return folder / data / f"year={year}" / f"round={number}" / "part-0.parquet"


def append_round(
    path: str | os.PathLike[str],
    inspections: Iterable[Inspection],
    population: Listing | None = None,
    *,
    year: int,
    round: int,
    replace: bool = False,
) -> StoredRound:
    """Add a round of inspections to a folder of rounds; the folder is made where it does not exist.

    Args:
        path: The folder.
        inspections: The inspections of the round, reviews included; read once, a batch at a time.
        population: Who there was to inspect: a registry (then it is known who was never inspected), or counts.
        year: Year of the round.
        round: Its number in the year, from 1.
        replace: Whether a round with other content may take the place of the one that is there.

    Returns:
        What was stored. A round that is there already with the same content is left as it is.

    Raises:
        ExportError: The round is there with other content, one subject has two inspections at one monitoring point, the
            folder holds something else, another process writes to it, or it cannot be written.
        MissingExtra: pyarrow is not installed.

    Example:
        >>> import tempfile
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> inspection = gr.load_rulebook("national-2019").inspect(snapshot)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     stored = gr.append_round(folder, [inspection], year=2024, round=3)
        >>> stored.inspections, stored.findings  # one failure, and what keeps the rest open
        (1, 2)
    """
    return write_round(path, lambda _: inspection_batches(inspections), population, year=year, number=round, replace=replace)


def inspection_batches(inspections: Iterable[Inspection], inputs: Iterator[str] | None = None) -> Iterator[Batch]:
    """Return inspections as rows.

    Args:
        inspections: The inspections.
        inputs: What was judged, as digests, in the same order; None where nobody knows.
    """
    import pyarrow as pa

    schema = round_schema("inspections")
    plain, of_findings = schema.remove(len(schema) - 1), round_schema("findings")
    waiting = iter(inspections)
    while held := list(islice(waiting, BATCH_ROWS)):
        rows = arrow_batch(ROUND_HEADINGS, held, plain)
        digests = [None] * len(held) if inputs is None else list(islice(inputs, len(held)))
        findings = [finding for inspection in held for finding in _told_findings(inspection)]
        batch = pa.record_batch([*rows.columns, pa.array(digests, pa.string())], schema=schema)
        yield Batch(batch, arrow_batch(FINDING_HEADINGS, findings, of_findings))


def _told_findings(inspection: Inspection) -> list[Finding]:
    """Return the problems and what keeps the verdict open, each once."""
    problems = list(inspection.problems)
    known = {finding.id for finding in problems}
    return [*problems, *(finding for finding in inspection.missing if finding.id not in known)]


def write_round(
    path: str | os.PathLike[str],
    batches: Callable[[Path], Iterable[Batch]],
    population: Listing | None,
    *,
    year: int,
    number: int,
    replace: bool,
    unread: Callable[[], int] | None = None,
) -> StoredRound:
    """Write a round from rows; see `append_round`.

    `batches` is given a folder for what it needs meanwhile, and returns the rows.
    """
    round_schema("inspections")
    try:
        StoredRound(year=year, round=number, inspections=0, findings=0, rulebooks={}, files={})
    except ValidationError:
        raise ArgumentError(
            f"year and round are whole numbers from 1 to 9999, not {year!r} and {number!r}",
            zh=f"year 和 round 是1至9999的整数，不是 {year!r} 和 {number!r}",
        ) from None
    folder = Path(path)
    try:
        _claim(folder)
        with locked(folder, LOCK_FILE):
            for leftover in folder.glob(".append-*"):  # of an append that was killed
                shutil.rmtree(leftover)
            with tempfile.TemporaryDirectory(prefix=".append-", dir=folder) as beside:
                record = _write_beside(Path(beside), batches(Path(beside)), population, year, number, unread)
                return _put(folder, Path(beside), record, replace)
    except OSError as fault:
        raise ExportError(
            f"the round cannot be written: {fault.strerror or fault}",
            Where(str(folder)),
            zh=f"这一期无法写出：{reason_zh(fault)}",
        ) from fault


def _claim(folder: Path) -> None:
    """Make the folder, or make sure that it is one of rounds; nothing in a foreign one is touched."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MARK_FILE).exists():
        try:
            check_mark(folder)
        except ObservationError as fault:
            raise ExportError(fault.what, fault.where, fault.hint, zh=fault.zh, hint_zh=fault.hint_zh) from None
        return
    refuse_used(folder, MARK_FILE)
    with complete_file(folder / MARK_FILE) as part:
        part.write_text(json.dumps({"format": FORMAT, "content": "govmedia-rules rounds"}) + "\n", "utf-8")


def check_mark(folder: Path) -> None:
    """Check that a folder is one of rounds, in a format that is known.

    Raises:
        ObservationError: It is not.
    """
    try:
        mark = json.loads((folder / MARK_FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise ObservationError(
            "the folder holds no rounds",
            Where(str(folder)),
            "append_round makes one",
            zh="文件夹中没有各期检查",
            hint_zh="append_round 建立它",
        ) from None
    except (OSError, ValueError, RecursionError):
        raise ObservationError(
            "the mark of the folder is damaged", Where(str(folder / MARK_FILE)), zh="文件夹的标记已损坏"
        ) from None
    if not isinstance(mark, dict) or mark.get("format") != FORMAT or isinstance(mark["format"], bool):
        text = f"the folder is not of format {FORMAT}"
        raise ObservationError(
            text,
            Where(str(folder / MARK_FILE)),
            "a newer release of govmedia-rules may have written it",
            zh=f"文件夹的格式不是 {FORMAT}",
            hint_zh="可能由更新的版本写出",
        )


def _write_beside(
    beside: Path,
    batches: Iterable[Batch],
    population: Listing | None,
    year: int,
    number: int,
    unread: Callable[[], int] | None,
) -> StoredRound:
    import pyarrow.parquet as pq

    observations: set[tuple[object, object]] = set()
    rulebooks: dict[str, str] = {}
    counts = {"inspections": 0, "findings": 0}
    options = {"compression": "zstd"}
    with (
        pq.ParquetWriter(beside / "inspections", round_schema("inspections"), **options) as inspections,
        pq.ParquetWriter(beside / "findings", round_schema("findings"), **options) as findings,
    ):
        for batch in batches:
            _note(batch.inspections, observations, rulebooks)
            inspections.write_batch(batch.inspections)
            findings.write_batch(batch.findings)
            counts["inspections"] += batch.inspections.num_rows
            counts["findings"] += batch.findings.num_rows
    listed = None if population is None else list(_listed(population))
    with pq.ParquetWriter(beside / "populations", round_schema("populations"), **options) as writer:
        writer.write_batch(arrow_batch(POPULATION_HEADINGS, listed or [], round_schema("populations")))
    names: tuple[DataSet, ...] = ("inspections", "findings", "populations")
    return StoredRound(
        year=year,
        round=number,
        inspections=counts["inspections"],
        findings=counts["findings"],
        listed=len(listed) if isinstance(population, Registry) and listed is not None else None,
        unread=None if unread is None else unread(),
        rulebooks=rulebooks,
        files={name: file_digest(beside / name) for name in names},
    )


def _note(rows: pyarrow.RecordBatch, observations: set[tuple[object, object]], rulebooks: dict[str, str]) -> None:
    """Note whom the rows are of and by which rulebooks; a second inspection of one observation is refused."""
    import pyarrow as pa

    instants = rows.column("observed_at").cast(pa.int64()).to_pylist()
    for observation in zip(rows.column("subject_id").to_pylist(), instants, strict=True):
        if observation in observations:
            raise ExportError(
                f"{observation[0]} has two inspections at one monitoring point in this round",
                zh=f"{observation[0]} 在本期同一监测时点有两份检查结果",
            )
        observations.add(observation)
    rulebooks.update(zip(rows.column("digest").to_pylist(), rows.column("rulebook").to_pylist(), strict=True))


def _listed(population: Listing) -> Iterator[PopulationRow]:
    if isinstance(population, Registry):
        subjects: tuple[Site | Account, ...] = (*population.sites, *population.accounts)
        for subject in subjects:
            kind = "site" if isinstance(subject, Site) else "account"
            yield PopulationRow(kind, subject, None, None, 1, population)
        return
    for stated in [population] if isinstance(population, Population) else population:
        yield PopulationRow(stated.subject, None, "total", None, stated.size, stated)
        for dimension, parts in stated.by.items():
            for part, count in parts.items():
                yield PopulationRow(stated.subject, None, dimension, part or None, count, stated)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _put(folder: Path, beside: Path, record: StoredRound, replace: bool) -> StoredRound:
    """Move the files of a finished round to their places, and write its record last."""
    record_file = folder / RECORDS / f"{record.year}-{record.round}.json"
    if record_file.exists() and not replace:
        stored = read_round_record(folder, record_file)
        if all(_is_equal(folder, beside, name, record) for name in record.files):
            return stored
        raise ExportError(
            f"round {record.round} of {record.year} is there with other content",
            Where(str(folder)),
            "replace=True takes its place",
            zh=f"{record.year}年第{record.round}期已有，内容不同",
            hint_zh="replace=True 取代它",
        )
    record_file.unlink(missing_ok=True)
    for name in record.files:
        target = file_of(folder, name, record.year, record.round)
        target.parent.mkdir(parents=True, exist_ok=True)
        with complete_file(target) as part:
            (beside / name).replace(part)
    record_file.parent.mkdir(exist_ok=True)
    with complete_file(record_file) as part:
        part.write_text(record.model_dump_json(indent=1) + "\n", "utf-8")
    return record


_ORDER: Mapping[DataSet, Sequence[str]] = {
    "inspections": ("subject_id", "observed_at"),
    "findings": ("subject_id", "observed_at", "indicator"),
    "populations": ("subject_kind", "subject_id", "dimension", "part"),
}


def _is_equal(folder: Path, beside: Path, name: DataSet, record: StoredRound) -> bool:
    """Return whether a data set of the round holds the same rows, in any order; what they were judged from may be another file."""
    import pyarrow.parquet as pq

    order = [(column, "ascending") for column in _ORDER[name]]
    files = (file_of(folder, name, record.year, record.round), beside / name)
    columns = [column for column in round_schema(name).names if column != "input"]
    stored, new = (pq.ParquetFile(file).read(columns).sort_by(order) for file in files)
    return bool(stored.equals(new))


def read_round_record(folder: Path, file: Path) -> StoredRound:
    """Read the record of a round and check that the files it names are there, as they were written.

    Raises:
        ObservationError: The record or a file is damaged, missing or of another format.
    """
    import pyarrow.parquet as pq

    try:
        record = StoredRound.model_validate_json(file.read_bytes())
    except (ValidationError, OSError):
        raise ObservationError(
            "the record of a round is damaged",
            Where(str(file)),
            "append the round again",
            zh="一期的记录已损坏",
            hint_zh="请再追加这一期",
        ) from None
    if file.name != f"{record.year}-{record.round}.json" or len(record.files) != len(_ORDER):
        raise ObservationError("the record is of another round", Where(str(file)), zh="记录属于另一期")
    for name, digest in record.files.items():
        path = file_of(folder, name, record.year, record.round)
        try:
            is_whole = file_digest(path) == digest and pq.read_schema(path).equals(round_schema(name))
        except (OSError, ValueError):
            is_whole = False
        if not is_whole:
            text = "a file of the round is missing or was changed after it was written"
            raise ObservationError(
                text,
                Where(str(path)),
                "append the round again with replace=True",
                zh="这一期有文件缺失，或写出后被改动",
                hint_zh="用 replace=True 再追加这一期",
            )
    return record


def read_rounds(folder: Path) -> tuple[StoredRound, ...]:
    """Read the records of all rounds, in order of time, and check the files.

    Raises:
        ObservationError: The folder holds no rounds or is damaged, or an append to it did not end.
        MissingExtra: pyarrow is not installed.
    """
    round_schema("inspections")
    check_mark(folder)
    records = [read_round_record(folder, file) for file in sorted((folder / RECORDS).glob("*.json"))]
    known = {file_of(folder, name, record.year, record.round) for record in records for name in _ORDER}
    stray = sorted({*(path for name in _ORDER for path in (folder / name).rglob("*.parquet"))} - known)
    if stray:
        raise ObservationError(
            "files of a round have no record: its append did not end",
            Where(str(stray[0])),
            "append it again",
            zh="有一期的文件没有记录：追加没有完成",
            hint_zh="请再追加一次",
        )
    return tuple(sorted(records, key=lambda record: (record.year, record.round)))


def read_round_columns(folder: Path, data: DataSet, record: StoredRound, columns: Sequence[str]) -> pyarrow.Table:
    """Read columns of a round; text comes as a dictionary, which takes less memory."""
    import pyarrow.parquet as pq

    path = file_of(folder, data, record.year, record.round)
    texts = [field.name for field in round_schema(data) if field.name in columns and str(field.type) == "string"]
    try:
        return pq.ParquetFile(path, read_dictionary=texts).read(list(columns))
    except (OSError, ValueError):
        raise ObservationError(
            "the round was changed since the folder was opened",
            Where(str(path)),
            "open it again",
            zh="文件夹打开后这一期被改动了",
            hint_zh="请重新打开",
        ) from None


def values_of(table: pyarrow.Table, name: str) -> list[Cell]:
    """Return a column as Python values; equal texts of one chunk are one object."""
    import pyarrow as pa

    values: list[Cell] = []
    for chunk in table.column(name).chunks:
        if pa.types.is_dictionary(chunk.type):
            known = chunk.dictionary.to_pylist()
            values += [None if at is None else known[at] for at in chunk.indices.to_pylist()]
        else:
            values += chunk.to_pylist()
    return values
