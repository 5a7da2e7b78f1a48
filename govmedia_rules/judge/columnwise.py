"""Judge the rows of a frame column by column: each check is called once per distinct combination of the facts it reads.

A check is a pure function of the facts it reads, so rows that agree in those share its answer. What it reads is found out by
running it on a sparse snapshot: a fact that is not given stops it, is added, and it runs again. Cells are read once for each
distinct value, inspections are made once for each distinct set of answers, and everything that is done for each row is done
by columns, in Arrow. No check has a second form for columns.

Rows of which this cannot be said are listed (`ColumnwiseResult.singly`) and judged one by one: those with cells that bear on
each other, with faults in several places, or with an id or code that another row has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from govmedia_rules.checks.contract import PASSED, CheckResult, Status
from govmedia_rules.judge.engine import Judge, Program, Step, profile_of
from govmedia_rules.judge.finding import Finding, render
from govmedia_rules.judge.inspection import Inspection, joined
from govmedia_rules.judge.rowwise import fault_text, keys_of
from govmedia_rules.snapshots.cells import perhaps_closed, plain_marks
from govmedia_rules.snapshots.merging import Place
from govmedia_rules.snapshots.models import AccountSnapshot, SiteSnapshot
from govmedia_rules.snapshots.parts import Mark
from govmedia_rules.snapshots.shallow_parts import CellGroup, CellsRead, PartReader
from govmedia_rules.snapshots.shallow_rows import RowReader, ShallowRow
from govmedia_rules.snapshots.sparse import FactNotGiven, SparseSnapshot
from govmedia_rules.snapshots.stage import stage_of
from govmedia_rules.subjects.codes import renumbered_division
from govmedia_rules.subjects.models import Site
from govmedia_rules.tables.columns import ZONE_NAME, Cell, Repeats
from govmedia_rules.tables.grids import text_cell
from govmedia_rules.tables.layout import perhaps_no_subject

if TYPE_CHECKING:
    import pyarrow

R = TypeVar("R")
Snapshot = AccountSnapshot | SiteSnapshot

LEAST_ROWS = 64
"""Fewer rows are judged one by one: finding out what checks read costs more."""

_MAX_NAME = 1_000
_SAMPLE = 1_000
_PROBE = 64


class ColumnwiseResult(NamedTuple):
    """The judged rows of one frame.

    Attributes:
        described: What was made of each distinct inspection.
        which: For each row its position in `described`; null for the rows of `singly`.
        ids: For each row the id of its subject; of no use for the rows of `singly`.
        faults: For each row what was not read, as text, or null.
        singly: The rows that must be judged one by one; blank ones are left out.
        is_single: For each row whether it is one of those, or blank.
        column_of: Gives the values of a fact (`account.level`) for all rows; null where it is not known.
        base: A snapshot of what all rows have.
    """

    described: list[tuple[Cell, ...]]
    which: pyarrow.Array
    ids: pyarrow.Array
    faults: pyarrow.Array
    singly: list[ShallowRow]
    is_single: pyarrow.Array
    column_of: Callable[[str], pyarrow.Array]
    base: Snapshot

    def subject_columns(self) -> dict[str, pyarrow.Array]:
        """Return the columns of an inspection table that name the subject and the monitoring point."""
        import pyarrow as pa

        kind = self.base.kind
        columns = {name: self.column_of(f"{kind}.{name}") for name in ("level", "area", "owner", "region", "code")}
        pairs = zip(columns.pop("region").to_pylist(), columns.pop("code").to_pylist(), strict=True)
        model: Any = type(self.base.subject)
        division = cache(lambda region, code: model.model_construct(region=region, code=code).division)
        size = len(self.which)
        platform = self.column_of("account.platform") if kind == "account" else pa.nulls(size, pa.large_string())
        return {
            **columns,
            "subject_kind": pa.repeat(kind, size),
            "subject_id": self.ids,
            "subject_name": self.column_of(f"{kind}.name"),
            "platform": platform,
            "division": pa.array([division(*pair) for pair in pairs], pa.large_string()),
            "observed_at": pa.repeat(pa.scalar(self.base.observed_at, pa.timestamp("us", tz=ZONE_NAME)), size),
        }

    @property
    def row_numbers(self) -> pyarrow.Array:
        """The number of each row; the header is row 1."""
        import pyarrow.compute as pc

        return pc.add(_numbers(len(self.which)), 2)

    def repeats(
        self, results: Mapping[Place, Sequence[Cell]], blank: Sequence[Cell], names: Sequence[str], own: Mapping[str, pyarrow.Array]
    ) -> tuple[list[Any], Repeats]:
        """Return the distinct rows of result cells, and for each row of the frame the index of its own.

        Args:
            results: What was found of the rows of `singly`.
            blank: What is said of a blank row.
            names: Names of the cells.
            own: Cells by name that each row has for itself; of no use for single rows.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.is_single.true_count == 0:
            return self.described, Repeats(self.which, own)
        numbers = self.row_numbers.filter(self.is_single).to_pylist()
        singly = [results.get((None, number), blank) for number in numbers]
        first = len(self.described)
        which = pc.replace_with_mask(self.which, self.is_single, pa.array(range(first, first + len(singly)), pa.int32()))
        at = {name: place for place, name in enumerate(names)}
        own = {
            name: pc.replace_with_mask(values, self.is_single, pa.array([row[at[name]] for row in singly], values.type))
            for name, values in own.items()
        }
        return [*self.described, *singly], Repeats(which, own)


def judge_columns(reader: RowReader, judge: Judge, description: Description) -> ColumnwiseResult | None:
    """Judge the rows of a frame together.

    Args:
        reader: The reader of the frame, none of whose rows were read.
        judge: What judges.
        description: What is said of an inspection.

    Returns:
        The result; None where the rows must be judged one by one: there are few, they have several monitoring points, a check
        looks at snapshots as a whole, or pyarrow cannot hold the frame.
    """
    if reader.kind == "site" and reader.types is not None:
        return None  # its cells tell which rows are sites
    frame = reader.table.to_arrow() if reader.table.to_arrow is not None else None
    if frame is None or len(frame) < LEAST_ROWS or len(set(frame.column_names)) != len(frame.column_names):
        return None
    point = _point_of(reader, frame)
    parts = None if point is None else PartReader(reader, point)
    if parts is None or parts.base is None:
        return None
    rows = _Rows(parts, frame)
    try:
        described, which = _Judged(rows, parts.base, judge, description).settle()
    except _LooksAtTheWhole:
        return None
    singly = list(rows_at(reader, frame, rows.singly))
    return ColumnwiseResult(described, which, rows.ids, rows.faults, singly, which.is_null(), rows.column_of, parts.base)


def _point_of(reader: RowReader, frame: pyarrow.Table) -> Mapping[str, Any] | None:
    """Return header and cell of the monitoring point; {} where no column gives it, None where rows have several."""
    headers = [use.header for use in reader.columns if use.field == "observed_at"]
    point: dict[str, Any] = {}
    for header in headers:
        distinct = frame[header].unique()
        if len(distinct) != 1:
            return None
        point[header] = text_cell(distinct[0].as_py())
    return point


def rows_at(reader: RowReader, frame: pyarrow.Table, numbers: Sequence[int]) -> Iterator[ShallowRow]:
    """Return some rows of a frame, read one by one; blank ones are left out.

    Args:
        reader: The reader of the frame.
        frame: The frame.
        numbers: Numbers of the rows, from 0.
    """
    import pyarrow as pa

    names = [str(name) for name in frame.column_names]
    records = zip(*(column.to_pylist() for column in frame.take(pa.array(numbers, pa.int64())).columns), strict=True)
    for number, record in zip(numbers, records, strict=True):
        cells = dict(zip(names, map(text_cell, record), strict=True))
        if any(value is not None for value in cells.values()):
            yield reader.row(number + 2, cells)


class _LooksAtTheWhole(Exception):
    """Raised when a check reads something of a snapshot that groups of cells cannot give; its rows are then read whole."""


class _Unknown(NamedTuple):
    """Returned instead of a result: the group of cells that must be filled in before the function can go on."""

    group: int


# Cells by columns


class _Column:
    """The cells of one group of columns, dictionary-encoded: a code for each row, and the facts of each code.

    Attributes:
        group: The group.
        texts: The cells, where every one of them is a text that stands for itself; else None. Nothing needs to be read then.
        whole: Combinations whose rows must be read as a whole.
        faulty: Combinations with cells that were not read.
    """

    def __init__(self, group: CellGroup, frame: pyarrow.Table, reader: PartReader) -> None:
        self.group, self._reader = group, reader
        self._cells = [_cells(frame[header], only_closing=header in reader.remarks) for header in group.headers]
        # Texts that differ from row to row are looked at before they are numbered, which then is rarely needed.
        self._differ = len(self._cells[0].slice(0, _SAMPLE).unique()) > _SAMPLE // 2
        plain = _plain(group, self._cells[0] if self._differ else self._coded[1][0])
        self.texts: pyarrow.Array | None = self._cells[0] if plain is not None and plain.true_count == len(plain) else None
        self._known: dict[int, CellsRead] = {}
        self._read: Collection[int] = ()
        if self.texts is None:
            self._read = range(self.size) if plain is None else dict.fromkeys(_positions(self._plain_values, False))
        self.whole = [code for code in self._read if self.part(code).facts is None]
        self.faulty = [code for code in self._read if self.part(code).bad]
        self.sets_marks = any(map(self.marks, self._read))

    @cached_property
    def _coded(self) -> tuple[pyarrow.Array, list[pyarrow.Array]]:
        import pyarrow.compute as pc

        if self.is_distinct:
            return _numbers(len(self._cells[0])), self._cells
        coded = [pc.dictionary_encode(cells, null_encoding="encode") for cells in self._cells]
        if len(coded) == 1:
            return coded[0].indices, [coded[0].dictionary]
        codes, members = _combined([each.indices for each in coded], [len(each.dictionary) for each in coded])
        return codes, [each.dictionary.take(at) for each, at in zip(coded, members, strict=True)]

    @property
    def codes(self) -> pyarrow.Array:
        """The code of each row."""
        return self._coded[0]

    @property
    def size(self) -> int:
        """Number of distinct codes."""
        return len(self._coded[1][0])

    @cached_property
    def _plain_values(self) -> pyarrow.Array:
        return _plain(self.group, self._coded[1][0])

    @cached_property
    def is_distinct(self) -> bool:
        """Whether no two rows are known to have the same cells."""
        import pyarrow.compute as pc

        if not self._differ or self.texts is None:
            return False
        texts = self.texts
        # Lists are mostly in the order of codes, which is seen at a glance.
        return pc.all(pc.less(texts[:-1], texts[1:])).as_py() or len(texts.unique()) == len(texts)

    def part(self, code: int) -> CellsRead:
        """Return the facts read from the cells of a code that is not plain."""
        part = self._known.get(code)
        if part is None:
            cells = [text_cell(values[code].as_py()) for values in self._coded[1]]
            part = self._known[code] = self._reader.read(self.group, dict(zip(self.group.headers, cells, strict=True)))
        return part

    def marks(self, code: int) -> tuple[Mark, ...]:
        """Return the marks that the cells of a code set."""
        return self.part(code).marks if code in self._read else ()

    def values(self, fact: str, codes: pyarrow.Array) -> list[Any]:
        """Return a fact of some codes; raise `_LooksAtTheWhole` when rows of one of them must be read whole."""
        values: list[Any] = self._coded[1][0].take(codes).to_pylist()
        for at, code in enumerate(codes.to_pylist()) if self._read else ():
            if code in self._read:
                facts = self.part(code).facts
                if facts is None:
                    raise _LooksAtTheWhole
                values[at] = facts[fact]
        return values

    def column_of(self, fact: str) -> pyarrow.Array:
        """Return the values of a fact for all rows; those of rows to be read as a whole are null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.texts is not None:
            return self.texts
        read = [None if part.facts is None else part.facts[fact] for part in map(self.part, self._read)]
        if len(read) == self.size:
            return pa.array(read).take(self.codes)
        values = self._coded[1][0]
        return pc.replace_with_mask(values, pc.invert(self._plain_values), pa.array(read, values.type)).take(self.codes)


def _cells(column: pyarrow.ChunkedArray, *, only_closing: bool = False) -> pyarrow.Array:
    """Return a column as one array, with every string type cast to the same.

    Args:
        column: The column.
        only_closing: Whether it is one of remarks, of which nothing but that the subject was closed is read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        kind = pa.large_string()
    cells = column.cast(kind).combine_chunks()
    if only_closing and kind == pa.large_string():
        closing = pc.match_substring_regex(pc.utf8_normalize(cells, form="NFKC"), perhaps_closed())
        return pc.if_else(closing, cells, pa.scalar(None, kind))
    return cells


def _combined(codes: Sequence[pyarrow.Array], sizes: Sequence[int]) -> tuple[pyarrow.Array, list[pyarrow.Array]]:
    """Return the combined code of each row, and, for each input, the code that every combined code stands for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    combination = codes[0]
    members = [_numbers(sizes[0])]
    for more, size in zip(codes[1:], sizes[1:], strict=True):
        both = pc.add(pc.multiply(combination.cast(pa.int64()), size), more.cast(pa.int64())).dictionary_encode()
        first = pc.divide(both.dictionary, size)
        members = [member.take(first) for member in members] + [pc.subtract(both.dictionary, pc.multiply(first, size))]
        combination = both.indices
    return combination, members


_PLAIN_FACTS = ("name", "owner", "operator", "area", "seen_name", "seen_owner")


def _plain(group: CellGroup, values: pyarrow.Array) -> pyarrow.Array | None:
    """Return which cells can be used as they are: `plain_cell` or the reader of codes would return the same text.

    None where no cell of the column is known to be one, without looking at them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    fact = group.facts[0]
    name = fact.rpartition(".")[2]
    if not pa.types.is_large_string(values.type) or len(group.headers) > 1:
        return None
    if fact == "account.code":
        plain = pc.match_substring_regex(values, "^[0-9]{6}[A-Z][0-9]{3}[A-Z]{2}[0-9]{4}$")
    elif fact == "site.code":
        plain = pc.match_substring_regex(values, "^[0-9]{10}$")
    elif fact in ("account.url", "site.url"):
        plain = pc.match_substring_regex(values, "^https?://[0-9A-Za-z][!-~]{2,500}$")
    elif name in _PLAIN_FACTS:
        # Arrow knows letters of newer Unicode than Python may; one that both know shows that the text says something.
        first = pc.utf8_slice_codeunits(values, 0, 1)
        letters = [letter for letter in first.unique().to_pylist() if letter is not None and letter.isalnum()]
        known = pc.is_in(first, pa.array(letters, values.type))
        length = pc.utf8_length(values)
        plain = pc.and_(pc.and_(pc.utf8_is_alnum(values), known), pc.less_equal(length, _MAX_NAME))
        if (pc.min(length).as_py() or 0) <= max(map(len, plain_marks())):
            marks = pa.array(sorted(plain_marks()), values.type)
            plain = pc.and_(plain, pc.invert(pc.is_in(pc.utf8_lower(values), marks)))
        if name == "name":
            plain = pc.and_(plain, pc.invert(pc.match_substring_regex(values, perhaps_no_subject())))
    else:
        return None
    return pc.fill_null(plain, False)


def _numbers(count: int) -> pyarrow.Array:
    """Return the numbers from 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), count), start=-1)


def _positions(mask: pyarrow.Array, value: bool) -> list[int]:
    import pyarrow.compute as pc

    positions: list[int] = pc.indices_nonzero(mask if value else pc.invert(mask)).to_pylist()
    return positions


class _Rows:
    """The rows of a frame: their groups of cells, and the rows that must be read whole."""

    def __init__(self, reader: PartReader, frame: pyarrow.Table) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.kind, self.size = reader.kind, len(frame)
        assert reader.base is not None
        self._base = reader.base
        self.columns = [_Column(group, frame, reader) for group in reader.groups()]
        self.owners = {fact: at for at, column in enumerate(self.columns) for fact in column.group.facts}
        whole = pa.repeat(False, self.size)
        self.faults = pa.nulls(self.size, pa.large_string())
        for column in self.columns:
            if column.whole:
                whole = pc.or_(whole, pc.is_in(column.codes, pa.array(column.whole, column.codes.type)))
            if column.faulty:
                texts: list[str | None] = [None] * column.size
                for code in column.faulty:
                    texts[code] = fault_text(column.part(code).bad)
                faults = pa.array(texts, pa.large_string()).take(column.codes)
                # Faults of two groups stand in the order of the columns, which only the reader of rows knows.
                whole = pc.or_(whole, pc.and_(pc.is_valid(self.faults), pc.is_valid(faults)))
                self.faults = pc.coalesce(self.faults, faults)
        self.ids = self._ids()
        whole = pc.or_(whole, self._repeated(self._keys_of_unread(reader, frame)))
        self.singly = _positions(whole, True)
        self.together = pc.indices_nonzero(pc.invert(whole)).cast(pa.int64()) if self.singly else _numbers(self.size)

    def column_of(self, fact: str) -> pyarrow.Array:
        """Return the values of a fact for all rows."""
        import pyarrow as pa

        owner = self.owners.get(fact)
        if owner is not None:
            column = self.columns[owner].column_of(fact)
            return column.cast(pa.large_string()) if pa.types.is_string(column.type) or pa.types.is_null(column.type) else column
        holder, _, name = fact.rpartition(".")
        value = getattr(self._base.subject if holder else self._base, name)
        return pa.repeat(pa.scalar(value, pa.large_string() if value is None or isinstance(value, str) else None), self.size)

    def _ids(self) -> pyarrow.Array:
        """Return the ids of the subjects, as their models make them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        name, code, owner, region = (self.column_of(f"{self.kind}.{fact}") for fact in ("name", "code", "owner", "region"))
        if code.null_count == 0:
            return code
        if self.kind == "account":
            name = self._former_ids()
        present = {code: renumbered_division(code) for code in region.unique().to_pylist() if code is not None}
        if any(code != now for code, now in present.items()):
            region = pa.array([present.get(code) for code in region.to_pylist()], pa.large_string())
        at = pa.scalar("@", pa.large_string())
        apart = pc.coalesce(pc.binary_join_element_wise(name, pc.coalesce(owner, region), at), name)
        if self.kind == "site" and "site.url" in self.owners:
            without = pc.and_(pc.is_null(code), pc.is_valid(name))
            columns = (name, self.column_of("site.url"), owner, region)
            cells = zip(*(values.filter(without).to_pylist() for values in columns), strict=True)
            ids = [Site(name=name, url=url, owner=owner, region=region).id for name, url, owner, region in cells]
            apart = pc.replace_with_mask(apart, without, pa.array(ids, pa.large_string()))
        return pc.coalesce(code, apart)

    def _former_ids(self) -> pyarrow.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        colon = pa.scalar(":", pa.large_string())
        return pc.binary_join_element_wise(self.column_of("account.platform"), self.column_of("account.name"), colon)

    def _is_distinct(self, fact: str) -> bool:
        owner = self.owners.get(f"{self.kind}.{fact}")
        return owner is not None and self.columns[owner].is_distinct

    def _keys_of_unread(self, reader: PartReader, frame: pyarrow.Table) -> list[str]:
        """Return ids and codes of the rows whose id and code cells must be read whole."""
        import pyarrow as pa
        import pyarrow.compute as pc

        unread = pa.repeat(False, self.size)
        for fact in ("name", "code", "platform", "owner", "region", "url"):
            owner = self.owners.get(f"{self.kind}.{fact}")
            column = None if owner is None else self.columns[owner]
            if column is not None and column.whole:
                unread = pc.or_(unread, pc.is_in(column.codes, pa.array(column.whole, column.codes.type)))
        keys: list[str] = []
        for row in rows_at(reader.reader, frame, _positions(unread, True)):
            if row.snapshot is not None:
                keys += keys_of(row.snapshot)
        return keys

    def _repeated(self, keys: list[str]) -> pyarrow.Array:
        """Return which rows may have an id or a code that another row, or one of `keys`, has too."""
        import pyarrow as pa
        import pyarrow.compute as pc

        columns: list[pyarrow.Array] = []
        code = self.column_of(f"{self.kind}.code")
        if not self._is_distinct("code"):
            columns += [self.ids, code]
        if self.kind == "account" and code.null_count and not self._is_distinct("name"):
            columns.append(self._former_ids())  # by its name a row without a code may be one with it
        repeated = pa.repeat(False, self.size)
        for values in columns:
            counts = pc.value_counts(values)
            several = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").drop_null()
            if len(several):
                repeated = pc.or_(repeated, pc.is_in(values, several))
        if keys:
            known = pa.array(keys, pa.large_string())
            for values in (self.ids, code, *([self._former_ids()] if self.kind == "account" else [])):
                repeated = pc.or_(repeated, pc.is_in(values, known))
        return repeated


# Answers


class _Snapshots:
    """Sparse snapshots of rows: the facts all rows share, and those of some groups of cells."""

    def __init__(self, rows: _Rows, base: Snapshot) -> None:
        self._rows = rows
        subject = {f"{rows.kind}.{name}": getattr(base.subject, name) for name in type(base.subject).model_fields}
        facts = {name: getattr(base, name) for name in type(base).model_fields if name != rows.kind} | subject
        # An id says what several facts say, and marks gather what several groups of cells say.
        self._marking = {at for at, column in enumerate(rows.columns) if column.sets_marks}
        hidden = {*rows.owners, f"{rows.kind}.id", *(("marks",) if self._marking else ())}
        self._common = {fact: value for fact, value in facts.items() if fact not in hidden}
        self._marks = base.marks

    def outcomes(self, function: Callable[[Snapshot], Any], groups: Sequence[int], paths: Sequence[pyarrow.Array]) -> list[Any]:
        """Call a function on a sparse snapshot of each combination of codes.

        Args:
            function: The function.
            groups: Groups of cells whose facts are given.
            paths: For each group its codes, one for each call; without groups there is one call.

        Returns:
            What the function returns, or an `_Unknown` where it asks for the facts of another group.
        """
        columns = [self._rows.columns[group] for group in groups]
        sparse = SparseSnapshot(self._rows.kind, self._common)
        given = {
            fact: column.values(fact, codes) for column, codes in zip(columns, paths, strict=True) for fact in column.group.facts
        }
        if self._marking and self._marking <= set(groups):
            marks = zip(*(map(column.marks, codes.to_pylist()) for column, codes in zip(columns, paths, strict=True)), strict=True)
            given["marks"] = [(*self._marks, *sorted(chain(*each), key=lambda mark: mark.basis == "unconfirmed")) for each in marks]
        slots = list(map(sparse.slot, given))
        outcomes: list[Any] = []
        for path in zip(*given.values(), strict=True) if groups else [()]:
            for (values, name), value in zip(slots, path, strict=True):
                values[name] = value
            try:
                outcome = function(sparse.snapshot())
            except FactNotGiven:
                outcome = None
            if sparse.asked:  # the exception may have been caught on its way
                outcome = self._unknown(sparse.asked[0], groups)
                sparse.asked.clear()
            outcomes.append(outcome)
        return outcomes

    def _unknown(self, fact: str, groups: Sequence[int]) -> _Unknown:
        group = self._rows.owners.get(fact)
        if fact == "marks":
            group = min(self._marking - set(groups))
        if group is None or group in groups:
            raise _LooksAtTheWhole
        return _Unknown(group)


class Description(NamedTuple):
    """The result columns of a row: which ones, and how an inspection fills them.

    Attributes:
        cells: Makes the cells; it may not look at the subject.
        problems: Place of the cell that names the problems as sentences, which differ between inspections of one pattern.
        missing: Place of the cell that says in sentences what keeps the verdict open; None where there is none.
        lang: Language of the sentences.
    """

    cells: Callable[[Inspection], tuple[Cell, ...]]
    problems: int
    missing: int | None = None
    lang: str = "zh"


class _Pattern(NamedTuple):
    """The result cells of all inspections whose answers differ in their sentences only.

    Attributes:
        cells: What is said of one of them.
        sentences: Cell -> the sentences it joins, each a text or the number of the column whose answer says it.
    """

    cells: tuple[Cell, ...]
    sentences: Mapping[int, Sequence[str | int]]


class _Judged:
    """The judged rows of a frame, as distinct results and their indices."""

    def __init__(self, rows: _Rows, base: Snapshot, judge: Judge, description: Description) -> None:
        self._rows, self._base, self._judge, self._description = rows, base, judge, description
        self._snapshots = _Snapshots(rows, base)
        self._places = {indicator.id: place for place, indicator in enumerate(judge.plan.indicators)}
        self._shapes: dict[Any, int] = {}

    def _program_of(self, snapshot: Snapshot) -> Program:
        return self._judge.program(profile_of(snapshot.subject, stage_of(snapshot)))

    def settle(self) -> tuple[list[tuple[Cell, ...]], pyarrow.Array]:
        """Return the distinct result rows, and for each row of the frame the index of its own."""
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers = self._rows.together
        if not len(numbers):
            return [], pa.nulls(self._rows.size, pa.int32())
        codes, programs = self._results(self._program_of, numbers)
        asked: dict[tuple[int, str | None], tuple[Step, list[int]]] = {}
        for at, program in enumerate(programs):
            for step in program.steps:
                # Programs differ in which steps they have and in what is not known of the subject, not in what a step asks.
                asked.setdefault((step.position, step.unknown_fact), (step, []))[1].append(at)
        columns, positions = [codes], [-1]
        results: list[list[Any]] = [list(programs)]
        for step, of_programs in asked.values():
            mask = None if len(of_programs) == len(programs) else pc.is_in(codes, pa.array(of_programs, codes.type))
            answered, answers = self._results(partial(step.ask, is_own=True), numbers if mask is None else numbers.filter(mask))
            if mask is not None:
                not_asked = pa.repeat(pa.scalar(len(answers), pa.int32()), len(numbers))
                answered, answers = pc.replace_with_mask(not_asked, mask, answered), [*answers, PASSED]
            if any(answer is not PASSED for answer in answers):
                columns.append(answered)
                results.append(answers)
                positions.append(step.position)
        combined, members = _combined(columns, [len(each) for each in results])
        described = self._described(results, [member.to_pylist() for member in members], positions)
        which = combined.cast(pa.int32())
        if len(numbers) < self._rows.size:
            mask = pc.is_in(_numbers(self._rows.size), numbers)
            which = pc.replace_with_mask(pa.nulls(self._rows.size, pa.int32()), mask, which)
        return described, which

    def _described(
        self, results: Sequence[list[Any]], members: Sequence[list[int]], positions: Sequence[int]
    ) -> list[tuple[Cell, ...]]:
        """Return the cells of each combination of answers.

        Args:
            results: The programs, then the distinct answers of each column of steps.
            members: For each of these lists, which of it each combination has.
            positions: For each of these lists, the position of its step; -1 for the programs.
        """
        # A step that programs ask with different facts unknown has a column for each of them, and of a row one.
        in_order = sorted((position, at) for at, position in enumerate(positions) if at)
        shapes = [list(map(id, results[0])), *(list(map(self._shape_of, answers)) for answers in results[1:])]
        sentences: list[list[str | None]] = [[None] * len(each) for each in results]
        patterns: dict[tuple[int, ...], _Pattern] = {}
        described = []
        for combination in zip(*members, strict=True):
            key = tuple([shape[member] for shape, member in zip(shapes, combination, strict=True)])
            pattern = patterns.get(key)
            if pattern is None:
                answers = [each[member] for each, member in zip(results, combination, strict=True)]
                given = {position: (at, answers[at]) for position, at in reversed(in_order) if answers[at] is not PASSED}
                pattern = patterns[key] = self._pattern(results[0][combination[0]], given)
            cells = list(pattern.cells)
            for cell, parts in pattern.sentences.items():
                texts: list[str] = []
                for part in parts:
                    if isinstance(part, int):
                        answer = combination[part]
                        text = sentences[part][answer]
                        if text is None:
                            text = sentences[part][answer] = self._sentence(positions[part], results[part][answer])
                        texts.append(text)
                    else:
                        texts.append(part)
                cells[cell] = joined(texts, self._description.lang)
            described.append(tuple(cells))
        return described

    def _results(self, function: Callable[[Snapshot], R], numbers: pyarrow.Array) -> tuple[pyarrow.Array, list[R]]:
        """Return, for each of some rows, the index of a function's result in the list of distinct results, and that list.

        Rows are parted by one more group of cells wherever the function asks for a fact of that group.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        results: list[R] = []
        known: dict[int, int] = {}

        def parted(rows: pyarrow.Array, codes: pyarrow.Array, paths: list[pyarrow.Array], group: int) -> Any:
            column = self._rows.columns[group]
            size = len(paths[0]) if paths else 1
            both, (first, second) = _combined([codes, column.codes.take(rows)], [size, column.size])
            return both, [*(path.take(first) for path in paths), second]

        def answered(rows: pyarrow.Array, codes: pyarrow.Array, paths: list[pyarrow.Array], groups: tuple[int, ...]) -> Any:
            size = len(paths[0]) if paths else 1
            if size > _PROBE:
                # Where most ask for one more group, and its cells follow from those given, that question is spared the others.
                probe = self._snapshots.outcomes(function, groups, [path[:_PROBE] for path in paths])
                asked = [outcome.group for outcome in probe if isinstance(outcome, _Unknown)]
                if len(asked) > _PROBE // 2 and len(set(asked)) == 1:
                    both, deeper = parted(rows, codes, paths, asked[0])
                    if len(deeper[0]) <= 2 * size:
                        return answered(rows, both, deeper, (*groups, asked[0]))
            answers: list[int | None] = []
            unknown: dict[int, list[int]] = {}
            for at, outcome in enumerate(self._snapshots.outcomes(function, groups, paths)):
                if outcome.__class__ is _Unknown:
                    unknown.setdefault(outcome.group, []).append(at)
                    answers.append(None)
                    continue
                if id(outcome) not in known:
                    if isinstance(outcome, CheckResult) and outcome.status is Status.ERROR:
                        raise _LooksAtTheWhole  # what a check that raises says of it may depend on anything
                    known[id(outcome)] = len(results)
                    results.append(outcome)
                answers.append(known[id(outcome)])
            values = pa.array(answers, pa.int32()).take(codes)
            for group, places in unknown.items():
                chosen = set(places)
                mask = pa.array([at in chosen for at in range(len(answers))]).take(codes)
                some = rows.filter(mask)
                both, deeper = parted(some, codes.filter(mask), paths, group)
                values = pc.replace_with_mask(values, mask, answered(some, both, deeper, (*groups, group)))
            return values

        return answered(numbers, pa.repeat(pa.scalar(0, pa.int64()), len(numbers)), [], ()), results

    def _shape_of(self, answer: CheckResult) -> int:
        """Return a number that two answers share when they give the same verdict and score."""
        shape = (answer.status, answer.reason, tuple(answer.faults.items()), tuple(answer.possible.items()))
        return self._shapes.setdefault(shape, len(self._shapes))

    def _sentence(self, place: int, answer: CheckResult) -> str:
        return render(self._judge.plan.indicators[place], answer, self._description.lang)

    def _pattern(self, program: Program, given: Mapping[int, tuple[int, CheckResult]]) -> _Pattern:
        """Return what inspections share of one program and of answers alike in all but their sentences.

        Args:
            program: The steps of the subjects.
            given: By position the column of an answer and one such answer.
        """
        result = program.result_of([(position, answer) for position, (_, answer) in sorted(given.items())])
        # Of the subject a score needs the level, and nothing else is shown of it here.
        subject = self._base.subject.model_copy(update={"level": program.profile.level})
        inspection = Inspection(self._judge.plan, result, subject, self._base.observed_at, self._base.marks)
        description = self._description
        cells = description.cells(inspection)

        def part(finding: Finding) -> str | int:
            place = self._places[finding.id]
            fixed = program.fixed.get(place)
            return given[place][0] if fixed is None else self._sentence(place, fixed)

        sentences: dict[int, Sequence[str | int]] = {}
        if cells[description.problems] is not None:
            sentences[description.problems] = list(map(part, inspection.problems))
        if description.missing is not None and cells[description.missing] is not None:
            sentences[description.missing] = list(map(part, inspection.missing))
        return _Pattern(cells, sentences)
