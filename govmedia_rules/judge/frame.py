"""A frame of accounts or sites judged as a whole: the same frame comes back with verdicts, problems and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from operator import itemgetter
from typing import Any, TypeVar

from govmedia_rules.checks.contract import Status
from govmedia_rules.core.progress import Meter, Progress
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.core.vocabulary import key_of
from govmedia_rules.errors import TableError, Where
from govmedia_rules.judge.inspection import Inspection, missing_ids, problem_ids, reasons
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.shallow import ShallowRow, SubjectKind, shallow_table
from govmedia_rules.tables.columns import (
    Cell,
    ColumnType,
    Heading,
    arrow_batch,
    arrow_schema,
    missing_frames,
    pandas_frame,
    polars_frame,
)
from govmedia_rules.tables.headers import header_aliases
from govmedia_rules.tables.model import BadRow
from govmedia_rules.tables.out import find_spec_quietly

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
    ("not_checked", "integer", "未检查项数"),
    ("fault", "text", "数据错误"),
)
"""The columns that `inspect_frame` adds."""

_NOT_CHECKED = list(Status).index(Status.NOT_CHECKED)
_FAILED = list(Status).index(Status.FAILED)


def inspect_frame(
    frame: F,
    book: Rulebook | str,
    *,
    kind: SubjectKind | None = None,
    observed_at: datetime | date | None = None,
    headers: Mapping[str, str] | None = None,
    zone: tzinfo = SHANGHAI,
    reviews: Iterable[Review] = (),
    waivers: Iterable[Waiver] = (),
    lang: str = "zh",
    prefix: str = "",
    progress: Progress = False,
) -> F:
    """Judge every row of a frame and gives the frame back with the columns of `JUDGED_HEADINGS` added.

    Args:
        frame: A pandas, polars or Arrow table of accounts or sites; see `read_accounts` for its columns.
        book: The rulebook, or the id or path of one.
        kind: `account` or `site`; None takes accounts where a column names the platform.
        observed_at: The monitoring point of rows that name none.
        headers: Further headers, as written -> field.
        zone: Zone of times written without one.
        reviews: What people said about any of the subjects.
        waivers: Documents that excuse failures of any of the subjects.
        lang: Language of the reasons, `zh` or `en`.
        prefix: Put before the names of the added columns, where the frame has such names already.
        progress: True shows a bar, a function gets rows done and in all.

    Returns:
        A frame of the same library with the same rows in the same order. A row that cannot be read has no verdict, and says
        in `fault` which cell is wrong; no row is lost.

    Raises:
        TableError: A needed column is missing, a column has an impossible type, or a name is taken.
        MissingExtra: A bar is asked for and tqdm is not installed.
    """
    library = _library_of(frame)
    names = [str(name) for name in (frame.column_names if library == "pyarrow" else frame.columns)]  # type: ignore[attr-defined]
    taken = [prefix + heading.name for heading in JUDGED_HEADINGS if prefix + heading.name in names]
    if taken:
        raise TableError(f"the frame has columns {', '.join(taken)} already", Where(library), "pass prefix=")
    rulebook = book if isinstance(book, Rulebook) else load_rulebook(book)
    table = shallow_table(frame, kind or kind_of(names, headers or {}), observed_at=observed_at, headers=headers, zone=zone)
    rows: list[Judged] = [NO_ROW] * len(frame)  # type: ignore[arg-type]
    with Meter(progress, len(rows), title="检查") as meter:
        feed = _Feed(table, rows)
        for inspection in rulebook.inspect_many(feed, reviews=reviews, waivers=waivers):
            rows[feed.position] = judged(inspection, lang)
            if progress:
                meter.add(feed.position + 1 - meter.done)
        meter.add(len(rows) - meter.done)  # rows at the end that gave no snapshot
    return _with_columns(frame, library, rows, prefix)  # type: ignore[no-any-return]


def kind_of(names: Iterable[str], headers: Mapping[str, str]) -> SubjectKind:
    """Accounts where a column names the platform, else sites."""
    own = {key_of(header): name for header, name in headers.items()}
    fields = {own.get(key_of(name)) or header_aliases("account").get(key_of(name)) for name in names}
    return "account" if "platform" in fields else "site"


def judged(inspection: Inspection, lang: str = "zh") -> Judged:
    """Return what is said of an inspected subject."""
    verdict = inspection.verdict
    score = inspection.score
    tally = inspection.tally()
    troubled = tally[_FAILED] > 0
    return (
        inspection.subject.id,
        verdict.value,
        verdict.zh,
        None if score is None else score.low,
        None if score is None else score.high,
        problem_ids(inspection) if troubled else None,
        reasons(inspection, lang) if troubled else None,
        missing_ids(inspection),
        tally[_NOT_CHECKED],
        None,
    )


def not_judged(bad: Iterable[BadRow]) -> Judged:
    """Return what is said of a row that could not be read."""
    faults = "；".join(f"{fault.column or '整行'}: {fault.reason}" for fault in bad)
    return (*NOTHING, faults)


NOTHING: Judged = (None,) * (len(JUDGED_HEADINGS) - 1)
NO_ROW: Judged = (*NOTHING, "空行")
"""What is said of a blank row."""


class _Feed:
    """Iterate over the snapshots of a table; `position` is the row of the last one, and rows without a snapshot are filled in."""

    def __init__(self, table: Iterable[ShallowRow], rows: list[Judged]) -> None:
        self._table, self._rows = table, rows
        self.position = -1

    def __iter__(self) -> Iterator[SiteSnapshot | AccountSnapshot]:
        for row in self._table:
            self.position = row.number - 2  # the header counts as row 1
            if row.snapshot is None:
                self._rows[self.position] = not_judged(row.bad)
            else:
                yield row.snapshot


def _library_of(frame: object) -> str:
    library = type(frame).__module__.split(".")[0]
    if library in ("pandas", "polars", "pyarrow") and hasattr(frame, "__len__") and hasattr(frame, "columns"):
        return library
    hint = "collect() a lazy frame first; read_accounts takes files and lists" if library == "polars" else "use read_accounts"
    raise TableError(f"{type(frame).__module__}.{type(frame).__name__} is not a frame", hint=hint)


def _with_columns(frame: Any, library: str, rows: list[Judged], prefix: str) -> Any:
    if library == "polars":
        added = polars_frame(JUDGED_HEADINGS, rows)
        return frame.with_columns([series.alias(prefix + series.name) for series in added])
    if library == "pandas":
        added = pandas_frame(JUDGED_HEADINGS, rows)
        added.index = frame.index
        return frame.assign(**{prefix + name: added[name] for name in added.columns})
    if not find_spec_quietly("pyarrow"):
        raise missing_frames("an Arrow table")
    batch = arrow_batch(JUDGED_HEADINGS, rows, arrow_schema(JUDGED_HEADINGS))
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        frame = frame.append_column(prefix + name, column)
    return frame
