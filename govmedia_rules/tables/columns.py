"""The columns of a result as a table: names, types and official titles, and what each frame library calls those types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from govmedia_rules.errors import ExportError, MissingExtra, Where, reason_zh

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Cell = str | int | float | bool | Decimal | datetime | date | None
"""A value of a table; None is "not known", which no other value stands for."""

ColumnType = Literal["text", "integer", "number", "decimal", "boolean", "instant", "day"]
"""Types of columns: flat ones only, so that every frame library, database and spreadsheet takes them."""

ZONE_NAME = "Asia/Shanghai"
"""Zone in which frames show instants; the instant itself is not changed by it."""

DECIMAL_PLACES = 12
"""Places after the point that a decimal column keeps."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Heading(Generic[R]):
    """One column of a table.

    Attributes:
        name: Name in frames, snake case.
        type: Type of its values; every value may also be None.
        title: Official Chinese title, used in files for people.
        get: Takes the value out of a row.
    """

    name: str
    type: ColumnType
    title: str
    get: Callable[[R], Cell]


class Row(Mapping[str, Cell]):
    """A row that is also a mapping of its columns, so that `pandas.DataFrame([row, ...])` takes it as it is."""

    __slots__ = ()

    @classmethod
    def headings(cls) -> Sequence[Heading[Any]]:
        """Return its columns, in order."""
        raise NotImplementedError

    def __getitem__(self, key: str) -> Cell:
        for heading in self.headings():
            if heading.name == key:
                return heading.get(self)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.headings())

    def keys(self) -> Sequence[str]:  # type: ignore[override]  # frame libraries ask for a plain sequence
        """Return the names of the columns, in their order."""
        return [heading.name for heading in self.headings()]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return microseconds since 1970 UTC, exact."""
    return (moment - _EPOCH) // _MICROSECOND


def missing_frames(what: str) -> MissingExtra:
    """Return the error for a missing Arrow library."""
    return MissingExtra(f"{what} needs pyarrow", hint="pip install govmedia-rules[frames]", zh=f"{what} 需要 pyarrow")


# pyarrow


def arrow_schema(headings: Sequence[Heading[Any]]) -> pyarrow.Schema:
    """Return the columns as pyarrow names them."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "decimal": pa.decimal128(38, DECIMAL_PLACES),
        "boolean": pa.bool_(),
        "instant": pa.timestamp("us", tz=ZONE_NAME),
        "day": pa.date32(),
    }
    return pa.schema([pa.field(heading.name, types[heading.type]) for heading in headings])


class Repeats(NamedTuple):
    """A frame given by its distinct rows and, for each row, the index of its own.

    Attributes:
        which: For each row of the frame its place among the rows.
        own: Columns of the frame that are there already, by name.
    """

    which: pyarrow.Array
    own: Mapping[str, pyarrow.Array]


def arrow_batch(
    headings: Sequence[Heading[Any]], rows: Sequence[Any], schema: pyarrow.Schema, repeats: Repeats | None = None
) -> pyarrow.RecordBatch:
    """Return rows as one record batch of `schema`, which `arrow_schema` made.

    Raises:
        ExportError: A value does not fit its column; names the column.
    """
    import pyarrow as pa

    arrays = []
    for heading, field in zip(headings, schema, strict=True):
        get = heading.get
        values = [get(row) for row in rows]
        try:
            arrays.append(pa.array(values, field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError) as fault:
            raise _misfit(heading, fault) from fault
        if repeats is not None:
            own = repeats.own.get(heading.name)
            arrays[-1] = arrays[-1].take(repeats.which) if own is None else own.cast(field.type)
    return pa.record_batch(arrays, schema=schema)


def _misfit(heading: Heading[Any], fault: Exception) -> ExportError:
    return ExportError(
        f"a value does not fit the column {heading.name} ({heading.type}): {fault}",
        Where(column=heading.name),
        zh=f"有一个值不合 {heading.name} 列的类型（{heading.type}）：{reason_zh(fault)}",
    )


# polars and pandas


def polars_frame(headings: Sequence[Heading[Any]], rows: Sequence[Any], repeats: Repeats | None = None) -> polars.DataFrame:
    """Return rows as a polars frame with the same columns as `arrow_schema`."""
    import polars as pl

    types: Mapping[str, Any] = {
        "text": pl.String,
        "integer": pl.Int64,
        "number": pl.Float64,
        "decimal": pl.Decimal(38, DECIMAL_PLACES),
        "boolean": pl.Boolean,
        "instant": pl.Datetime("us", ZONE_NAME),
        "day": pl.Date,
    }
    series = []
    for heading in headings:
        values = [heading.get(row) for row in rows]
        try:
            if heading.type == "instant":  # exact also for rows whose instants carry different zones
                numbers = [None if value is None else micros(value) for value in values]  # type: ignore[arg-type]
                naive = pl.Series(heading.name, numbers, pl.Int64).cast(pl.Datetime("us"))
                series.append(naive.dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE_NAME))
            else:
                series.append(pl.Series(heading.name, values, types[heading.type], strict=True))
        except (pl.exceptions.PolarsError, TypeError, UnicodeEncodeError) as fault:
            raise _misfit(heading, fault) from fault
    if repeats is not None:
        which: Any = pl.from_arrow(repeats.which)
        own: dict[str, Any] = {name: pl.from_arrow(values) for name, values in repeats.own.items()}
        series = [own[each.name].alias(each.name) if each.name in own else each.gather(which) for each in series]
    return pl.DataFrame(series)


def pandas_frame(headings: Sequence[Heading[Any]], rows: Sequence[Any], repeats: Repeats | None = None) -> pandas.DataFrame:
    """Return rows as a pandas frame; text, integers and booleans have types with a missing value, decimals and days are objects."""
    import numpy as np
    import pandas as pd

    types: Mapping[str, Any] = {
        "text": pd.StringDtype(),
        "integer": pd.Int64Dtype(),
        "number": pd.Float64Dtype(),
        "boolean": pd.BooleanDtype(),
        "decimal": "object",
        "day": "object",
    }
    columns = {}
    for heading in headings:
        values = [heading.get(row) for row in rows]
        if heading.type == "instant":
            stamps = [np.datetime64("NaT" if value is None else micros(value), "us") for value in values]  # type: ignore[arg-type]
            naive = pd.Series(np.array(stamps, "datetime64[us]"))
            columns[heading.name] = naive.dt.tz_localize("UTC").dt.tz_convert(ZONE_NAME)
        else:
            columns[heading.name] = pd.Series(values, dtype=types[heading.type])
    if repeats is not None:
        which = repeats.which.to_numpy()
        for name, values in columns.items():
            own = repeats.own.get(name)
            columns[name] = (
                values.take(which).reset_index(drop=True) if own is None else pd.Series(values.dtype.__from_arrow__(own))
            )
    return pd.DataFrame(columns, columns=[heading.name for heading in headings])


def in_shanghai(moment: datetime) -> datetime:
    """Return the same instant as clocks in China show it."""
    # Imported here: workers that only search texts load no models.
    from govmedia_rules.core.time import SHANGHAI

    return moment.astimezone(SHANGHAI)
