"""Snapshots of a Dask frame judged partition by partition, by `map_partitions` over the same function as everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from govmedia_rules.engines.batch import BatchJudge
from govmedia_rules.errors import MissingExtra
from govmedia_rules.judge.rulebook import Rulebook

if TYPE_CHECKING:
    import dask.dataframe
    import pandas


def inspect(frame: dask.dataframe.DataFrame, book: Rulebook | BatchJudge) -> dask.dataframe.DataFrame:
    """Judges every row of a Dask frame; one row comes back for each, in its partition and with its index.

    Args:
        frame: A column `snapshot`, `json` or `value` of JSON, or the columns of a registry with what was seen.
        book: The rulebook; or a `BatchJudge`, which says besides how snapshots are read and which columns are kept.

    Returns:
        A frame with the columns of an inspection and `fault`, typed as Arrow types; nothing runs before Dask is asked for rows.

    Raises:
        MissingExtra: Dask is not installed.
        TableError: A column to keep is not there, or has a name that the result uses.
    """
    try:
        import dask.dataframe  # noqa: F401
    except ImportError:
        raise MissingExtra("the Dask engine needs Dask", hint="pip install govmedia-rules[dask]") from None
    judge = BatchJudge.of(book)
    return frame.map_partitions(judge_partition, judge, meta=_meta(judge, frame._meta))


def judge_partition(partition: pandas.DataFrame, judge: BatchJudge) -> pandas.DataFrame:
    """Judges one partition.

    Args:
        partition: Rows of the input.
        judge: The function.
    """
    import pandas as pd
    import pyarrow as pa

    table = pa.Table.from_pandas(partition, preserve_index=False).combine_chunks()
    batches = table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)]
    judged = pa.Table.from_batches([judge(batch) for batch in batches])
    frame: Any = judged.to_pandas(types_mapper=pd.ArrowDtype)
    frame.index = partition.index
    return frame


def _meta(judge: BatchJudge, given: pandas.DataFrame) -> pandas.DataFrame:
    """The empty result, which tells Dask the columns and their types."""
    import pandas as pd
    import pyarrow as pa

    given_schema = pa.Schema.from_pandas(given, preserve_index=False)
    judge.schema(given_schema)  # says early which column to keep is missing
    own = replace(judge, keep=()).schema()
    kept = [pa.field(name, pa.string()) for name in judge.keep]
    empty: Any = pa.Table.from_pylist([], schema=pa.schema([*kept, *own])).to_pandas(types_mapper=pd.ArrowDtype)
    empty.index = given.index[:0]
    return empty
