"""One function from record batch to record batch: snapshots in, verdicts out, row for row.

Every engine calls this function and nothing else, so they all give the same answers. It holds a plan and a few settings and
nothing about any row; it pickles. Calendars and word tables are loaded once a process, on first use. Snapshots are judged as
they are read and dropped at once: held, they would be walked by the garbage collector again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any

from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.errors import ArgumentError, BrokenLine, GovMediaRulesError, TableError, Where
from govmedia_rules.judge.columnwise import Description, judge_columns
from govmedia_rules.judge.engine import Judge
from govmedia_rules.judge.inspection import INSPECTION_HEADINGS, Inspection
from govmedia_rules.judge.opinions import Opinions
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.rowwise import fault_text, judge_rows
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.rules.model import Plan
from govmedia_rules.snapshots.models import AnySnapshot
from govmedia_rules.snapshots.reading import MAX_LINE_BYTES, RawLine, parse_line
from govmedia_rules.snapshots.shallow import kind_of_table, shallow_table
from govmedia_rules.snapshots.shallow_rows import SubjectKind
from govmedia_rules.tables.columns import Cell, Heading, arrow_schema, missing_frames

if TYPE_CHECKING:
    import pyarrow

JSON_COLUMNS = ("snapshot", "json", "value")
"""Columns that hold snapshots as JSON text, where no column is named."""

Cells = tuple[Cell, ...]


def _fault(row: Cells) -> Cell:
    return row[-1]


FAULT = Heading("fault", "text", "数据错误", _fault)
DETAIL = Heading("detail", "text", "明细(JSON)", Inspection.to_json)
"""The whole inspection as JSON; `Inspection.from_dict` reads it back."""


@dataclass(frozen=True)
class BatchJudge:
    """Judges a record batch of snapshots.

    The batch that comes back has as many rows, in the same order. A row that cannot be read has no verdict and says why
    in `fault`. Of typed columns, rows of one subject in a batch share one verdict, as in `inspect_frame`; where they contradict
    each other it stays open. Rows of other batches are not known, so a review must name its monitoring point or its passage, and
    reviews and waivers name subjects by their present ids. A row that no code foresaw costs its own result and no other.

    Attributes:
        plan: The plan that is applied.
        json_column: Column of snapshots as JSON; None takes the first of `JSON_COLUMNS` that holds text, and where there is
            none the columns are those of a registry with what was seen (`read_accounts`, `read_sites`).
        kind: Kind of subjects of typed columns; None takes accounts where a column names the platform.
        observed_at: The monitoring point of typed rows that name none.
        headers: Further headers of typed columns, as written -> field.
        zone: Zone of times written without one; None makes such a time in JSON a fault, typed columns take Shanghai.
        not_after: Snapshots observed later than this are refused; None accepts all.
        max_line_bytes: Longest JSON text that is read.
        keep: Columns of the input that are passed on as they are, in front.
        detail: Whether the whole inspection goes along as JSON.
        reviews: What people said about any of the subjects.
        waivers: Documents that excuse failures of any of the subjects.

    Raises:
        ArgumentError: A review names neither monitoring point nor passage.

    Example:
        >>> import pyarrow
        >>> import govmedia_rules as gr
        >>> account = gr.Account(name="某县发布", platform="weibo")
        >>> snapshot = gr.AccountSnapshot(account=account, observed_at="2024-08-23T10:00:00+08:00", latest_post_at="2024-05-01")
        >>> judge = BatchJudge.of(gr.load_rulebook("national-2019"))
        >>> batch = pyarrow.RecordBatch.from_pydict({"snapshot": [snapshot.model_dump_json()]})
        >>> judge(batch).column("verdict").to_pylist()
        ['unqualified']
    """

    plan: Plan
    json_column: str | None = None
    kind: SubjectKind | None = None
    observed_at: datetime | date | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None
    not_after: datetime | None = None
    max_line_bytes: int = MAX_LINE_BYTES
    keep: tuple[str, ...] = ()
    detail: bool = False
    reviews: tuple[Review, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def __post_init__(self) -> None:
        at_large = next((review for review in self.reviews if review.observed_at is None and review.passage is None), None)
        if at_large is not None:
            raise ArgumentError(
                f"the review of {at_large.subject}, {at_large.indicator} names no monitoring point",
                hint="batches are judged apart, so nobody knows which observation it answers; give observed_at",
                zh=f"对 {at_large.subject}、{at_large.indicator} 的复核没有写明监测时间点",
                hint_zh="各批分开检查，无法得知它针对哪一次监测；请写明 observed_at",
            )

    @classmethod
    def of(cls, book: Rulebook | BatchJudge) -> BatchJudge:
        """Return the function for a rulebook, with settings as they are by default; a function that is one already as it is."""
        return cls(book.plan) if isinstance(book, Rulebook) else book

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.plan)

    @cached_property
    def _book(self) -> Rulebook:
        return Rulebook(self.plan)

    @cached_property
    def opinions(self) -> Opinions:
        """The reviews and waivers; `refused` tells those that can be applied to nothing."""
        return Opinions(self.plan, self.reviews, self.waivers, by_present_id=True)

    @cached_property
    def headings(self) -> tuple[Heading[Any], ...]:
        """The columns it gives, those of `keep` apart."""
        return (*INSPECTION_HEADINGS, *((DETAIL,) if self.detail else ()), FAULT)

    @cached_property
    def _own_schema(self) -> pyarrow.Schema:
        return arrow_schema(self.headings)

    @cached_property
    def _getters(self) -> list[Any]:
        return [heading.get for heading in self.headings[:-1]]

    def schema(self, given: pyarrow.Schema | None = None) -> pyarrow.Schema:
        """Return the schema of the result.

        Args:
            given: Schema of the input; needed where columns are kept.

        Raises:
            TableError: A column to keep is not there, or has a name that the result uses.
        """
        if not self.keep:
            return self._own_schema
        import pyarrow as pa

        names = [] if given is None else given.names
        gone = [name for name in self.keep if name not in names]
        if gone:
            raise TableError(
                f"no column {', '.join(gone)} to keep; the columns are {names}",
                zh=f"没有要保留的列 {'、'.join(gone)}；现有的列：{names}",
            )
        taken = [name for name in self.keep if name in self._own_schema.names]
        if taken:
            raise TableError(
                f"the result has columns {', '.join(taken)} itself",
                hint="rename them before",
                zh=f"结果本身有列 {'、'.join(taken)}",
                hint_zh="请先改名",
            )
        assert given is not None
        return pa.schema([*(given.field(name) for name in self.keep), *self._own_schema])

    def __call__(self, batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
        """Judge a batch.

        Raises:
            TableError: The batch has neither a column of JSON nor the columns of a registry.
        """
        try:
            import pyarrow as pa
        except ImportError:
            raise missing_frames("a record batch") from None
        schema = self.schema(batch.schema)
        kept = [batch.column(name) for name in self.keep]
        try:
            arrays = self._judged(batch)
        except GovMediaRulesError:
            raise
        except Exception as fault:  # a value that a library underneath cannot hold, such as a date of the year 146108
            arrays = self._without_fatal_rows(batch, fault)
        return pa.record_batch([*kept, *arrays], schema=schema)

    def _judged(self, batch: pyarrow.RecordBatch) -> Sequence[pyarrow.Array]:
        column = self._json_column(batch.schema)
        return self._from_columns(batch) if column is None else self.arrays(list(self._from_json(batch.column(column))))

    def _without_fatal_rows(self, batch: pyarrow.RecordBatch, fault: Exception) -> Sequence[pyarrow.Array]:
        """Judge a batch without the rows that end the judging of it, which are found one by one and named."""
        import pyarrow as pa

        fatal: dict[int, str] = {}
        for number in range(batch.num_rows):
            try:
                self._judged(batch.slice(number, 1))
            except Exception as raised:
                fatal[number] = f"the row could not be judged: {type(raised).__name__}: {raised}"[:500]
        if not fatal:
            raise fault
        rest = [number for number in range(batch.num_rows) if number not in fatal]
        judged, broken = self._judged(batch.take(pa.array(rest, pa.int64()))), self.arrays([*map(self.broken, fatal.values())])
        order = sorted(range(batch.num_rows), key=[*rest, *fatal].__getitem__)
        return [pa.concat_arrays(pair).take(pa.array(order)) for pair in zip(judged, broken, strict=True)]

    def arrays(self, rows: Sequence[Cells]) -> list[pyarrow.Array]:
        """Return rows of cells as the arrays of the result."""
        import pyarrow as pa

        columns: Sequence[Sequence[Cell]] = list(zip(*rows, strict=True)) if rows else [()] * len(self.headings)
        return [pa.array(values, field.type) for values, field in zip(columns, self._own_schema, strict=True)]

    def cells(self, snapshot: AnySnapshot) -> Cells:
        """Return the row of one snapshot."""
        outcome = self._judge.run(snapshot)
        return self._described(Inspection(self.plan, outcome, snapshot.subject, snapshot.observed_at, snapshot.marks))

    def _described(self, inspection: Inspection, fault: str | None = None) -> Cells:
        if self.opinions:
            inspection = inspection.with_opinions(self.opinions)
        return (*[get(inspection) for get in self._getters], fault)

    def line(self, line: RawLine) -> Cells:
        """Return the row of one line of JSON.

        Raises:
            BrokenLine: The line is not a snapshot.
        """
        return self.cells(parse_line(line, zone=self.zone, not_after=self.not_after))

    def broken(self, what: str) -> Cells:
        """Return the row of an input that could not be read."""
        return (*(None,) * len(self._getters), what)

    def snapshots(self, batch: pyarrow.RecordBatch) -> Iterator[AnySnapshot]:
        """Yield the snapshots of a batch that can be read."""
        column = self._json_column(batch.schema)
        if column is None:
            kind = self.kind or kind_of_table(batch.schema.names, self.headers)
            zone = self.zone or SHANGHAI
            rows = shallow_table(batch, kind, observed_at=self.observed_at, headers=self.headers, zone=zone)
            yield from (row.snapshot for row in rows if row.snapshot is not None and not self._is_late(row.snapshot))
            return
        for text in batch.column(column).to_pylist():
            data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            try:
                if data and len(data) <= self.max_line_bytes:
                    yield parse_line(RawLine("batch", 0, data), zone=self.zone, not_after=self.not_after)
            except BrokenLine:
                continue

    def _json_column(self, schema: pyarrow.Schema) -> str | None:
        import pyarrow as pa

        def holds_text(name: str) -> bool:
            kind = schema.field(name).type
            return bool(
                pa.types.is_string(kind)
                or pa.types.is_large_string(kind)
                or pa.types.is_string_view(kind)
                or pa.types.is_binary(kind)
                or pa.types.is_large_binary(kind)
                or pa.types.is_binary_view(kind)
            )

        if self.json_column is not None:
            if self.json_column not in schema.names or not holds_text(self.json_column):
                raise TableError(
                    f"no column of text is named {self.json_column!r}; the columns are {schema.names}",
                    zh=f"没有名为 {self.json_column!r} 的文字列；现有的列：{schema.names}",
                )
            return self.json_column
        return next((name for name in JSON_COLUMNS if name in schema.names and holds_text(name)), None)

    def _from_json(self, column: pyarrow.Array) -> Iterator[Cells]:
        for number, value in enumerate(column, 1):
            document = value.as_py()
            data = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
            if not data or not data.strip():
                yield self.broken("the text is empty")
                continue
            line = RawLine("batch", number, data if len(data) <= self.max_line_bytes else None)
            try:
                yield self.line(line)
            except BrokenLine as fault:
                yield self.broken(fault.what)

    def _from_columns(self, batch: pyarrow.RecordBatch) -> Sequence[pyarrow.Array]:
        names = [name for name in batch.schema.names if name not in self.keep]
        kind = self.kind or kind_of_table(batch.schema.names, self.headers)
        if not names:
            raise TableError("the batch has no columns", Where("batch"), zh="这一批没有列")
        zone = self.zone or SHANGHAI
        table = shallow_table(batch, kind, observed_at=self.observed_at, headers=self.headers, zone=zone)
        # The whole of an inspection names its subject, and a limit of time is one for each row.
        is_shared = not self.detail and self.not_after is None and not self.opinions
        headings = [heading.name for heading in self.headings]
        description = Description(self._described, headings.index("reasons"))
        together = judge_columns(table.readers[0], self._judge, description) if is_shared else None
        single = list(table) if together is None else together.singly
        if self.not_after is not None:
            single = [row._replace(snapshot=None, bad=()) if self._is_late(row.snapshot) else row for row in single]
        results = judge_rows(
            self._book,
            lambda: single,
            lambda inspection, _, fault: self._described(inspection, fault),
            lambda row: self.broken(fault_text(row.bad) or "observed_at lies in the future"),
        )
        blank = self.broken("空行")
        if together is None:
            return self.arrays([results.get((None, number), blank) for number in range(2, batch.num_rows + 2)])
        rows, repeats = together.repeats(results, blank, headings, {**together.subject_columns(), "fault": together.faults})
        shared = zip(headings, self._own_schema, self.arrays(rows), strict=True)
        return [
            repeats.own[name].cast(field.type) if name in repeats.own else values.take(repeats.which)
            for name, field, values in shared
        ]

    def _is_late(self, snapshot: AnySnapshot | None) -> bool:
        return snapshot is not None and self.not_after is not None and snapshot.observed_at > self.not_after

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
