"""A frame of accounts or sites judged as a whole: the same frame comes back with verdicts, problems and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, tzinfo
from functools import partial
from operator import itemgetter
from os import PathLike
from typing import Any, Literal, TypeVar

from govmedia_rules.checks.contract import CheckSpec, Status
from govmedia_rules.core.progress import Meter, Progress
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import TableError, Where
from govmedia_rules.judge.columnwise import ColumnwiseResult, judge_columns, keys_of
from govmedia_rules.judge.engine import OPEN, Judge
from govmedia_rules.judge.inspection import Inspection, Verdict, joined_ids, joined_messages, problem_ids, reasons
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.snapshots.merging import Once, Place, each_once
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.shallow import (
    NEEDED_PARTS,
    ShallowTable,
    kind_of_table,
    open_subject_tables,
    shallow_table,
    warn_of,
)
from govmedia_rules.snapshots.shallow_rows import ShallowRow, SubjectKind
from govmedia_rules.tables.columns import (
    Cell,
    ColumnType,
    Heading,
    Repeats,
    arrow_batch,
    arrow_schema,
    missing_frames,
    pandas_frame,
    polars_frame,
)
from govmedia_rules.tables.files import cell_text
from govmedia_rules.tables.model import BadRow, RawTable
from govmedia_rules.tables.out import SummaryTable, find_spec_quietly, to_frame

Labels = Literal["zh", "name"]
F = TypeVar("F")


Judged = tuple[Cell, ...]
"""The cells added to one row, in the order of `JUDGED_HEADINGS`; all but the last is None where the row could not be read.

A plain tuple of plain values: the garbage collector does not walk those, and a frame has very many.
"""


def _headings(*columns: tuple[str, ColumnType, str]) -> tuple[Heading[Judged], ...]:
    return tuple(Heading(name, kind, title, itemgetter(at)) for at, (name, kind, title) in enumerate(columns))


JUDGED_HEADINGS = _headings(
    ("subject_id", "text", "对象标识"),
    ("verdict", "text", "判定代码"),
    ("verdict_zh", "text", "判定"),
    ("score_low", "decimal", "得分下限"),
    ("score_high", "decimal", "得分上限"),
    ("problem_ids", "text", "问题指标编号"),
    ("reasons", "text", "存在的突出问题"),
    ("missing_ids", "text", "未定指标编号"),
    ("missing_zh", "text", "待定原因"),
    ("not_checked", "integer", "未检查项数"),
    ("sheet", "text", "工作表"),
    ("row", "integer", "行号"),
    ("fault", "text", "数据错误"),
)
"""The columns that `inspect_frame` adds."""

_NOT_CHECKED = list(Status).index(Status.NOT_CHECKED)
_FAILED = list(Status).index(Status.FAILED)
_OPEN = [list(Status).index(status) for status in OPEN]


def inspect_frame(
    frame: F,
    book: Rulebook | str,
    *,
    kind: SubjectKind | None = None,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    zone: tzinfo = SHANGHAI,
    reviews: Iterable[Review] = (),
    waivers: Iterable[Waiver] = (),
    lang: str = "zh",
    labels: Labels = "name",
    prefix: str = "",
    progress: Progress = False,
) -> F:
    """Judge every row of a frame or file and give it back with the columns of `JUDGED_HEADINGS` added.

    Args:
        frame: A pandas, polars or Arrow table of accounts or sites; see `read_accounts` for its columns. Or the path of a
            workbook or text table, and then a frame of its rows comes back, of the frame library that is loaded or installed.
        book: The rulebook, or the id or path of one.
        kind: `account` or `site`; None takes accounts where a column names the platform.
        observed_at: The monitoring point of rows that name none.
        headers: Further headers, as written -> field.
        sheet: Sheet of a workbook; None reads all that hold such a table.
        header: Number of the header row; None finds it.
        zone: Zone of times written without one.
        reviews: What people said about any of the subjects.
        waivers: Documents that excuse failures of any of the subjects.
        lang: Language of the reasons, `zh` or `en`.
        labels: `zh` gives the added columns their Chinese names (判定, 存在的突出问题, 待定原因 …).
        prefix: Put before the names of the added columns, where the frame has such names already.
        progress: True shows a bar, a function gets rows done and in all.

    Returns:
        A frame of the same library with the same rows in the same order. A cell that cannot be read leaves its fact open and
        is named in `fault`; a row that names no subject, or holds none (a total, a note), has no verdict. No row is lost. Rows
        of one account share one verdict; where they contradict each other it stays open.

    Raises:
        TableError: A needed column is missing, a column has an impossible type, or a name is taken.
        MissingExtra: A bar is asked for and tqdm is not installed.

    Warns:
        MissingColumn: No column gives a fact that a rule of the book needs.
    """
    if labels not in ("zh", "name"):
        raise ValueError(f"labels are 'zh' or 'name', not {labels!r}")
    rulebook = book if isinstance(book, Rulebook) else load_rulebook(book)
    is_file = isinstance(frame, str | PathLike)
    given = None if is_file else _frame_rows(frame)
    tables = open_subject_tables(frame, headers=headers, sheet=sheet, header=header)
    source: Any = _FileRows(tables) if given is None else given
    added = [prefix + (heading.title if labels == "zh" else heading.name) for heading in JUDGED_HEADINGS]
    taken = [name for name in added if name in source.columns]
    if taken:
        raise TableError(f"the frame has columns {', '.join(taken)} already", Where(source.library), "pass prefix=")
    kind = kind or kind_of_table([column for table in tables for column in table.columns], headers)

    def open_again() -> ShallowTable:
        return shallow_table(frame, kind, observed_at=observed_at, headers=headers, sheet=sheet, header=header, zone=zone)

    opened = open_again()
    warn_of(replace(opened, missing=asked_of(opened.missing, rulebook)), stacklevel=3)
    together = None
    if not (reviews or waivers) and len(opened.readers) == 1:
        judge, describe = Judge(rulebook.plan), partial(judged_row, lang=lang, place=(None, 0))
        together = judge_columns(opened.readers[0], judge, describe, fault_text)
    rows: dict[Place, Judged] = {}
    with Meter(progress, source.size, title="检查") as meter:
        feed = _Feed(opened if together is None else together.singly, rows)
        for inspection in rulebook.inspect_many(feed, reviews=reviews, waivers=waivers):
            rows[feed.place] = judged_row(inspection, lang, feed.place, feed.fault)
            if progress:
                meter.add(min(len(rows), source.size) - meter.done)
        if feed.repeated:
            again = open_again() if together is None else together.singly
            repeated = (row for row in again if row.snapshot is not None and feed.is_repeated(row.snapshot))
            once = each_once([((row.sheet, row.number), row.snapshot) for row in repeated if row.snapshot is not None])
            _judge_merged(rulebook, once, rows, reviews, waivers, lang)
        meter.add(source.size - meter.done)  # rows at the end that gave no snapshot
    if together is not None:
        return source.with_judgements(together, rows, added)  # type: ignore[no-any-return]
    rows |= {(row.sheet, row.row): not_judged([row], (row.sheet, row.row)) for row in opened.rejected if not row.used}
    return source.with_columns([rows.get(place, NO_ROW) for place in source.places()], added)  # type: ignore[no-any-return]


def asked_of(missing: tuple[str, ...], book: Rulebook) -> tuple[str, ...]:
    """Return those of the missing columns that some check of the book needs."""
    functions = book.plan.functions
    checks = [functions[indicator.check] for indicator in book.plan.indicators if indicator.check and indicator.check in functions]
    parts = {part for function in checks for alternatives in CheckSpec.of(function).needs for part in alternatives}
    return tuple(title for title in missing if parts & NEEDED_PARTS[title])


def _judge_merged(
    book: Rulebook,
    once: Once,
    rows: dict[Place, Judged],
    reviews: Iterable[Review],
    waivers: Iterable[Waiver],
    lang: str,
) -> None:
    """Give every row of a subject that has several the verdict of all of them together."""
    snapshots = [snapshot for _, snapshot in once.rows]
    said: dict[Place, list[str]] = {}
    for fault in (*once.open, *once.merged):
        said.setdefault((fault.sheet, fault.row), []).append(fault.reason)
    of_first = dict(
        zip([place for place, _ in once.rows], book.inspect_many(snapshots, reviews=reviews, waivers=waivers), strict=True)
    )
    for place, first in once.first_rows.items():
        before = rows[place][-1]
        faults = [*([str(before)] if before is not None else []), *said.get(place, ())]
        rows[place] = judged_row(of_first[first], lang, place, "；".join(faults) or None)


def judged_row(inspection: Inspection, lang: str, place: Place, fault: str | None = None) -> Judged:
    """Return what is said of an inspected subject, with the cells of its row that were not read."""
    verdict = inspection.verdict
    score = inspection.score
    tally = inspection.tally()
    troubled = tally[_FAILED] > 0
    is_open = verdict is Verdict.UNDETERMINED or any(tally[position] for position in _OPEN)
    missing = inspection.missing if is_open else ()
    return (
        inspection.subject.id,
        verdict.value,
        verdict.zh,
        None if score is None else score.low,
        None if score is None else score.high,
        problem_ids(inspection) if troubled else None,
        reasons(inspection, lang) if troubled else None,
        joined_ids(missing),
        joined_messages(missing, lang) if verdict is Verdict.UNDETERMINED else None,
        tally[_NOT_CHECKED],
        *place,
        fault,
    )


def fault_text(bad: Iterable[BadRow]) -> str | None:
    """Return the faults of a row in one text; None when there are none."""
    return "；".join(f"{fault.column or '整行'}: {fault.reason}" for fault in bad) or None


def not_judged(bad: Iterable[BadRow], place: Place) -> Judged:
    """Return what is said of a row that holds no subject."""
    return (*NOTHING, *place, fault_text(bad))


NOTHING: Judged = (None,) * (len(JUDGED_HEADINGS) - 3)
NO_ROW: Judged = (*NOTHING, None, None, "空行")
"""What is said of a blank row."""


class _Feed:
    """Iterate over the snapshots of a table; `place` is that of the last one, and rows without a snapshot are filled in.

    Attributes:
        place: Sheet and row of the last snapshot.
        fault: Cells of that row that were not read.
        repeated: Ids and codes that more than one row has.
    """

    def __init__(self, table: Iterable[ShallowRow], rows: dict[Place, Judged]) -> None:
        self._table, self._rows = table, rows
        self.place: Place = (None, 0)
        self.fault: str | None = None
        self.repeated: set[str] = set()
        self._ids: set[str] = set()

    def __iter__(self) -> Iterator[SiteSnapshot | AccountSnapshot]:
        for row in self._table:
            self.place = (row.sheet, row.number)
            self.fault = fault_text(row.bad)
            if row.snapshot is None:
                self._rows[self.place] = not_judged(row.bad, self.place)
                continue
            for key in keys_of(row.snapshot):
                (self.repeated if key in self._ids else self._ids).add(key)
            yield row.snapshot

    def is_repeated(self, snapshot: SiteSnapshot | AccountSnapshot) -> bool:
        """Return whether another row has the id or the code of a snapshot's subject."""
        return any(key in self.repeated for key in keys_of(snapshot))


class _FrameRows:
    """A frame of some library: its columns, its rows by place, and how columns are added to it."""

    def __init__(self, frame: Any, library: str) -> None:
        self._frame, self.library = frame, library
        self.columns = [str(name) for name in (frame.column_names if library == "pyarrow" else frame.columns)]
        self.size = len(frame)

    def places(self) -> Iterator[Place]:
        """Return the place of each row; the header counts as row 1."""
        return ((None, number) for number in range(2, self.size + 2))

    def with_judgements(self, together: ColumnwiseResult[Judged], rows: Mapping[Place, Judged], names: list[str]) -> Any:
        """Return the frame with columns added, most of which say the same of many rows.

        Args:
            together: What was found by columns.
            rows: What was found of the other rows.
            names: Names of the columns.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers = pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), self.size), start=1)
        singly = [rows.get((None, number), NO_ROW) for number in numbers.filter(together.is_single).to_pylist()]
        first = len(together.described)
        places = pa.array(range(first, first + len(singly)), pa.int32())
        own = {"subject_id": together.ids, "row": numbers, "fault": together.faults}
        for name, values in own.items():
            at = next(at for at, heading in enumerate(JUDGED_HEADINGS) if heading.name == name)
            own[name] = pc.replace_with_mask(values, together.is_single, pa.array([row[at] for row in singly], values.type))
        which = pc.replace_with_mask(together.which, together.is_single, places)
        return self.with_columns([*together.described, *singly], names, Repeats(which, own))

    def with_columns(self, rows: list[Judged], names: list[str], repeats: Repeats | None = None) -> Any:
        """Return the frame with columns added.

        Args:
            rows: What the columns say.
            names: Names of the columns.
            repeats: How the rows of the frame share them; None where each has its own.
        """
        frame, library = self._frame, self.library
        if library == "polars":
            added = polars_frame(JUDGED_HEADINGS, rows, repeats)
            return frame.with_columns([series.alias(name) for series, name in zip(added, names, strict=True)])
        if library == "pandas":
            table = pandas_frame(JUDGED_HEADINGS, rows, repeats)
            table.index = frame.index
            return frame.assign(**{name: table[column] for name, column in zip(names, table.columns, strict=True)})
        if not find_spec_quietly("pyarrow"):
            raise missing_frames("an Arrow table")
        batch = arrow_batch(JUDGED_HEADINGS, rows, arrow_schema(JUDGED_HEADINGS), repeats)
        for name, column in zip(names, batch.columns, strict=True):
            frame = frame.append_column(name, column)
        return frame


def _frame_rows(frame: object) -> _FrameRows:
    return _FrameRows(frame, _library_of(frame))


class _FileRows:
    """The rows of the tables of a file, as text."""

    def __init__(self, tables: list[RawTable]) -> None:
        self.library = tables[0].name
        self.columns = list(dict.fromkeys(column for table in tables for column in table.columns))
        self._rows = [((table.sheet, number), cells) for table in tables for number, cells in table.rows]
        self.size = len(self._rows)

    def places(self) -> Iterator[Place]:
        """Return the place of each row."""
        return (place for place, _ in self._rows)

    def with_columns(self, rows: list[Judged], names: list[str]) -> Any:
        """Return a frame of the cells with columns added."""
        own = [Heading(column, "text", column, partial(_cell_text, column)) for column in self.columns]
        width = len(own)
        more = [
            Heading(name, heading.type, heading.title, partial(_judged_cell, at))
            for at, (name, heading) in enumerate(zip(names, JUDGED_HEADINGS, strict=True))
        ]
        pairs = [(cells, judged_row) for (_, cells), judged_row in zip(self._rows, rows, strict=True)]
        assert width + len(more) == len({heading.name for heading in (*own, *more)})
        return to_frame(SummaryTable([*own, *more], pairs, name="检查结果"))


def _cell_text(column: str, row: tuple[Mapping[str, Any], Judged]) -> Cell:
    value = row[0].get(column)
    return None if value is None else cell_text(value) if isinstance(value, date | bool | float) else str(value)


def _judged_cell(at: int, row: tuple[Mapping[str, Any], Judged]) -> Cell:
    return row[1][at]


def _library_of(frame: object) -> str:
    library = type(frame).__module__.split(".")[0]
    if library in ("pandas", "polars", "pyarrow") and hasattr(frame, "__len__") and hasattr(frame, "columns"):
        return library
    hint = "collect() a lazy frame first; read_accounts takes files and lists" if library == "polars" else "use read_accounts"
    raise TableError(f"{type(frame).__module__}.{type(frame).__name__} is not a frame", hint=hint)
