"""Judges a Parquet file by Spark in local mode, in a process of its own: python spark_run.py INPUT OUT RULEBOOK PARTITIONS..."""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
# The quick compiler alone: most of a short run is the start of Java.
os.environ["PYSPARK_SUBMIT_ARGS"] = "--conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 pyspark-shell"

from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines import spark
from govmedia_rules.engines.batch import BatchJudge


def fail_once(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    from pyspark import TaskContext

    context = TaskContext.get()
    for batch in batches:
        yield batch
        if context is not None and context.partitionId() == 0 and context.attemptNumber() == 0:
            raise RuntimeError("the first attempt fails on purpose")


def refuse_before_anything_runs(session: Any, judge: BatchJudge) -> None:
    lists = session.createDataFrame([("甲", "新浪微博", [1])], "`账号名称` string, `类型` string, `最近更新时间` array<int>")
    for frame, function in (
        (lists, judge),
        (lists.select("账号名称"), replace(judge, json_column="文本")),
        (lists, replace(judge, keep=("乙",))),
    ):
        try:
            spark.inspect(frame, function)
        except gr.errors.TableError:
            continue
        raise AssertionError("an unusable column was not refused")


def main() -> None:
    warnings.simplefilter("ignore")  # PySpark warns of pandas versions it does not need here
    from pyspark.sql import SparkSession

    source, out, rulebook, *partitions = sys.argv[1:]
    builder = SparkSession.builder.master("local[2,3]").appName("parity")
    for name, value in (
        ("spark.ui.enabled", "false"),
        ("spark.sql.session.timeZone", "Asia/Shanghai"),
        ("spark.driver.memory", "1g"),
        ("spark.sql.shuffle.partitions", "2"),
    ):
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    judge = BatchJudge(gr.load_rulebook(rulebook).plan, observed_at=datetime(2024, 8, 23, 10, tzinfo=SHANGHAI))
    reviews, waivers = (tuple(read(f"{out}/{read.__name__[5:]}.jsonl")) for read in (gr.read_reviews, gr.read_waivers))
    reviewing = replace(judge, reviews=reviews, waivers=waivers, detail=True)
    try:
        refuse_before_anything_runs(session, judge)
        for count in partitions:
            frame = session.read.parquet(source).repartition(int(count))
            judged = spark.inspect(frame, judge).cache()
            pq.write_table(judged.toArrow(), f"{out}/judged-{count}.parquet")
            # The first attempt at the first partition fails; Spark runs it again.
            reviewed = spark.inspect(frame.mapInArrow(fail_once, frame.schema), reviewing)
            pq.write_table(reviewed.toArrow(), f"{out}/reviewed-{count}.parquet")
            tally = spark.registry_tally(frame.mapInArrow(fail_once, frame.schema), judge)
            Path(out, f"tally-{count}.pickle").write_bytes(pickle.dumps(tally))
        found = [each.to_json() for each in spark.inspections(reviewed, judge.plan)]
        Path(out, "inspections.jsonl").write_text("\n".join(found), "utf-8")
        pq.write_table(spark.verdicts(judged, "platform").toArrow(), f"{out}/verdicts.parquet")
        pq.write_table(spark.problems(judged).toArrow(), f"{out}/problems.parquet")
    finally:
        session.stop()


if __name__ == "__main__":
    main()
