"""Judge a frame of accounts or sites; the same frame is returned with verdicts, problems and reasons as columns."""

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
from govmedia_rules.errors import TableError, Where, check_choice, kind_text, kind_text_zh
from govmedia_rules.judge.columnwise import ColumnwiseResult, Description, judge_columns
from govmedia_rules.judge.engine import OPEN, Judge
from govmedia_rules.judge.inspection import Inspection, Verdict, joined_ids, joined_messages, problem_ids, reasons
from govmedia_rules.judge.reviews import Review, Waiver
from govmedia_rules.judge.rowwise import fault_text, judge_rows
from govmedia_rules.judge.rulebook import Rulebook, load_rulebook
from govmedia_rules.snapshots.merging import Place
from govmedia_rules.snapshots.shallow import (
    NEEDED_PARTS,
    ShallowTable,
    accounts_of,
    kind_of_table,
    open_subject_tables,
    shallow_table,
    warn_of,
)
from govmedia_rules.snapshots.shallow_rows import SubjectKind
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

    Example:
        >>> import pandas
        >>> from datetime import date
        >>> row = {"账号名称": "某县发布", "平台": "微博", "最后更新时间": "2024-05-01", "互动功能": "无"}
        >>> frame = pandas.DataFrame([row])
        >>> inspect_frame(frame, "national-2019", observed_at=date(2024, 8, 23))["verdict"].tolist()
        ['unqualified']
    """
    check_choice("labels", labels, ("zh", "name"))
    rulebook = book if isinstance(book, Rulebook) else load_rulebook(book)
    is_file = isinstance(frame, str | PathLike)
    given = None if is_file else _frame_rows(frame)
    tables = open_subject_tables(frame, headers=headers, sheet=sheet, header=header)
    kind = kind or kind_of_table([column for table in tables for column in table.columns], headers)
    # The rows of a file are those of its accounts; a frame keeps the rows it has.
    is_parted = is_file and kind == "account"
    source: Any = given or _FileRows(accounts_of(tables, headers) if is_parted else tables)
    added = [prefix + (heading.title if labels == "zh" else heading.name) for heading in JUDGED_HEADINGS]
    taken = [name for name in added if name in source.columns]
    if taken:
        raise TableError(
            f"the frame has columns {', '.join(taken)} already",
            Where(source.library),
            "pass prefix=",
            zh=f"数据框里已有列 {'、'.join(taken)}",
            hint_zh="请传入 prefix=",
        )

    def open_again() -> ShallowTable:
        options: dict[str, Any] = {"headers": headers, "sheet": sheet, "header": header, "zone": zone, "parted": is_parted}
        return shallow_table(frame, kind, observed_at=observed_at, **options)

    opened = open_again()
    warn_of(replace(opened, missing=asked_of(opened.missing, rulebook)), stacklevel=3)
    together = None if reviews or waivers else _judged_by_columns(opened, rulebook, lang)
    unread = [opened]
    with Meter(progress, source.size, title="检查") as meter:
        rows = judge_rows(
            rulebook,
            # The table is opened again where rows of one subject are to be merged.
            (lambda: unread.pop() if unread else open_again()) if together is None else (lambda: together.singly),
            lambda inspection, place, fault: judged_row(inspection, lang, place, fault),
            lambda row: not_judged(row.bad, (row.sheet, row.number)),
            reviews=reviews,
            waivers=waivers,
            progress=(lambda done: meter.add(min(done, source.size) - meter.done)) if progress else None,
        )
        meter.add(source.size - meter.done)  # rows at the end that gave no snapshot
    if together is not None:
        own = {"subject_id": together.ids, "row": together.row_numbers, "fault": together.faults}
        return source.with_columns(*together.repeats(rows, NO_ROW, [each.name for each in JUDGED_HEADINGS], own), added)  # type: ignore[no-any-return]
    rows |= {(row.sheet, row.row): not_judged([row], (row.sheet, row.row)) for row in opened.rejected if not row.used}
    other = NOT_OF_KIND if is_file else NO_ROW
    return source.with_columns([rows.get(place, other) for place in source.places()], None, added)  # type: ignore[no-any-return]


def _judged_by_columns(table: ShallowTable, book: Rulebook, lang: str) -> ColumnwiseResult | None:
    """Return the rows of a table judged together; None where that cannot be done and they are judged one by one."""
    if len(table.readers) != 1:
        return None
    places = [heading.name for heading in JUDGED_HEADINGS]
    cells = partial(judged_row, lang=lang, place=(None, 0))
    description = Description(cells, places.index("reasons"), places.index("missing_zh"), lang)
    return judge_columns(table.readers[0], Judge(book.plan), description)


def asked_of(missing: tuple[str, ...], book: Rulebook) -> tuple[str, ...]:
    """Return the missing columns that some check of the book reads."""
    functions = book.plan.functions
    checks = [functions[indicator.check] for indicator in book.plan.indicators if indicator.check and indicator.check in functions]
    parts = {part for function in checks for alternatives in CheckSpec.of(function).needs for part in alternatives}
    return tuple(title for title in missing if parts & NEEDED_PARTS[title])


def judged_row(inspection: Inspection, lang: str, place: Place, fault: str | None = None) -> Judged:
    """Return the result cells of an inspected subject, with the cells of its row that could not be read."""
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


def not_judged(bad: Iterable[BadRow], place: Place) -> Judged:
    """Return the result cells of a row that holds no subject."""
    return (*NOTHING, *place, fault_text(bad))


NOTHING: Judged = (None,) * (len(JUDGED_HEADINGS) - 3)
NO_ROW: Judged = (*NOTHING, None, None, "空行")
"""What is said of a blank row."""
NOT_OF_KIND: Judged = (*NOTHING, None, None, "没有检查：此表不是所检查的一类对象（用 kind= 或 sheet= 指明）")
"""What is said of a row of sites in a file whose accounts are judged."""


class _FrameRows:
    """A frame of some library: its columns, its rows by place, and how columns are added to it."""

    def __init__(self, frame: Any, library: str) -> None:
        self._frame, self.library = frame, library
        self.columns = [str(name) for name in (frame.column_names if library == "pyarrow" else frame.columns)]
        self.size = len(frame)

    def places(self) -> Iterator[Place]:
        """Return the place of each row; the header counts as row 1."""
        return ((None, number) for number in range(2, self.size + 2))

    def with_columns(self, rows: list[Judged], repeats: Repeats | None, names: list[str]) -> Any:
        """Return the frame with columns added.

        Args:
            rows: What the columns say.
            repeats: How the rows of the frame share them; None where each has its own.
            names: Names of the columns.
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

    def with_columns(self, rows: list[Judged], _repeats: None, names: list[str]) -> Any:
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
    lazy_zh = "请先对惰性数据框调用 collect()；文件和列表用 read_accounts 读"
    hint_zh = lazy_zh if library == "polars" else "文件和列表请用 read_accounts 读"
    what, zh = f"this is no data frame but {kind_text(frame)}", f"这不是数据框，而是{kind_text_zh(frame)}"
    raise TableError(what, None, hint, zh, hint_zh)
