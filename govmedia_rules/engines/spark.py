"""Snapshots of a Spark frame judged on its workers, by `mapInArrow` (PySpark 4; Java 17 on every machine of the cluster)."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from govmedia_rules.engines.batch import DETAIL, BatchJudge
from govmedia_rules.errors import MissingExtra, TableError, UnusedReview, reason_zh
from govmedia_rules.judge.across import RegistryTally
from govmedia_rules.judge.inspection import Inspection
from govmedia_rules.judge.rulebook import Rulebook
from govmedia_rules.rules.model import Plan
from govmedia_rules.subjects.registry import Registry

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType


def inspect(frame: DataFrame, book: Rulebook | BatchJudge) -> DataFrame:
    """Judge every row of a Spark frame; one row comes back for each, in its partition.

    Args:
        frame: A column `snapshot`, `json` or `value` of JSON (`spark.read.text` gives `value`), or the columns of a registry with
            what was seen. The library must be installed on the workers.
        book: The rulebook; or a `BatchJudge`, which says besides how snapshots are read and which columns are kept.

    Returns:
        A frame with the columns of an inspection and `fault`; nothing runs before Spark is asked for rows.

    Raises:
        MissingExtra: PySpark is not installed.
        TableError: A column to keep is not there, or a column is of a type that cannot be read. Nothing has run then.

    Warns:
        UnusedReview: A review or waiver can be applied to nothing.
    """
    judge = BatchJudge.of(book)
    _refuse_unusable(judge, frame)
    for refusal in judge.opinions.refused:
        warnings.warn(
            UnusedReview(f"a review or waiver was not applied: {refusal}", f"有一条复核或豁免没有应用：{refusal}"), stacklevel=2
        )
    return frame.mapInArrow(_Batches(judge), schema_of(judge, frame.schema))


def _refuse_unusable(judge: BatchJudge, frame: DataFrame) -> None:
    """Judge no rows of the frame's columns, so that what is wrong with them is said before anything runs."""
    schema_of(judge, frame.schema)
    import pyarrow as pa
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import to_arrow_schema

    try:
        given = to_arrow_schema(frame.schema)
    except PySparkException as fault:
        raise TableError(f"a column cannot be read: {fault}", zh=f"有一列无法读取：{reason_zh(fault)}") from None
    judge(pa.RecordBatch.from_pylist([], given))


def inspections(judged: DataFrame, plan: Plan) -> Iterator[Inspection]:
    """Yield the whole inspections of a judged frame, a partition at a time, for campaigns, histories and reports.

    Args:
        judged: What `inspect` gives of a `BatchJudge` with `detail=True`. Rows without a verdict are left out.
        plan: The plan it was judged by.

    Raises:
        TableError: The frame has no column `detail`.
    """
    if DETAIL.name not in judged.columns:
        raise TableError("the frame has no column 'detail'", hint="judge with BatchJudge(plan, detail=True)", zh="没有 detail 列")
    for row in judged.select(DETAIL.name).where(judged[DETAIL.name].isNotNull()).toLocalIterator():
        yield Inspection.from_dict(json.loads(row[0]), plan)


def registry_tally(frame: DataFrame, book: Rulebook | BatchJudge, registry: Registry | None = None) -> RegistryTally:
    """Collect the members of a registry from the snapshots of a frame: a tally for each partition, merged in any order.

    Args:
        frame: As for `inspect`.
        book: The rulebook; or a `BatchJudge`, which says besides how snapshots are read.
        registry: The subjects on record.

    Raises:
        MissingExtra: PySpark is not installed.
        TableError: A column is of a type that cannot be read.
    """
    judge = BatchJudge.of(book)
    _refuse_unusable(judge, frame)
    tally = RegistryTally.of(registry)
    for row in frame.mapInArrow(_Tallies(judge), "tally binary").collect():
        tally = tally.merge(pickle.loads(bytes(row[0])))  # noqa: S301 - written by our own workers in this job
    return tally


def schema_of(judge: BatchJudge, given: StructType) -> StructType:
    """Return the schema of the result as Spark names it.

    Args:
        judge: The function.
        given: Schema of the input.

    Raises:
        MissingExtra: PySpark is not installed.
        TableError: A column to keep is not there, or has a name that the result uses.
    """
    try:
        from pyspark.sql.pandas.types import from_arrow_schema
        from pyspark.sql.types import StructType
    except ImportError:
        raise MissingExtra(
            "the Spark engine needs PySpark", hint="pip install govmedia-rules[spark]", zh="Spark 引擎需要 PySpark"
        ) from None
    own = from_arrow_schema(judge.schema() if not judge.keep else _without_keep(judge).schema())
    names = given.fieldNames()
    gone = [name for name in judge.keep if name not in names]
    if gone:
        raise TableError(
            f"no column {', '.join(gone)} to keep; the columns are {names}",
            zh=f"没有要保留的列 {'、'.join(gone)}；现有的列：{names}",
        )
    taken = [name for name in judge.keep if name in own.fieldNames()]
    if taken:
        raise TableError(
            f"the result has columns {', '.join(taken)} itself",
            hint="rename them before",
            zh=f"结果本身有列 {'、'.join(taken)}",
            hint_zh="请先改名",
        )
    return StructType([*(given[name] for name in judge.keep), *own.fields])


def _without_keep(judge: BatchJudge) -> BatchJudge:
    from dataclasses import replace

    return replace(judge, keep=())


class _Batches:
    """The function a worker runs over the batches of its partition, one at a time."""

    def __init__(self, judge: BatchJudge) -> None:
        self._judge = judge

    def __call__(self, batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            yield self._judge(batch)


class _Tallies:
    """The function a worker runs for `registry_tally`: it yields one row, the tally of its partition."""

    def __init__(self, judge: BatchJudge) -> None:
        self._judge = judge

    def __call__(self, batches: Iterable[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import pyarrow as pa

        tally = RegistryTally()
        for batch in batches:
            for snapshot in self._judge.snapshots(batch):
                tally.add(snapshot)
        yield pa.record_batch({"tally": pa.array([pickle.dumps(tally)], pa.binary())})


VERDICT_COUNTS = ("subjects", "qualified", "unqualified", "undetermined", "faults")


def verdicts(judged: DataFrame, *by: str) -> DataFrame:
    """Count verdicts, added up by Spark itself: sums of sums, so partitions may arrive in any order.

    `subjects` are rows with a verdict, `faults` rows without one.

    Args:
        judged: What `inspect` gives.
        *by: Columns to group by (`area`, `platform`, `level` …); none counts all rows together.
    """
    from pyspark.sql import functions as f

    counts = [
        f.count("verdict").alias("subjects"),
        *(f.count_if(f.col("verdict") == verdict).alias(verdict) for verdict in VERDICT_COUNTS[1:4]),
        # A row whose unread cell is named in `fault` has a verdict all the same.
        f.count_if(f.col("verdict").isNull()).alias("faults"),
    ]
    return judged.groupBy(*by).agg(*counts)


def problems(judged: DataFrame, *by: str) -> DataFrame:
    """Return how many subjects have each problem, the most frequent first.

    Args:
        judged: What `inspect` gives.
        *by: Columns to group by besides the indicator.
    """
    from pyspark.sql import functions as f

    each = judged.select(*by, f.explode(f.split("problem_ids", ";")).alias("indicator"))
    return each.groupBy(*by, "indicator").agg(f.count("*").alias("subjects")).orderBy(f.desc("subjects"), "indicator", *by)
