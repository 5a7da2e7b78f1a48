"""Judges a Parquet file by Spark in local mode, in a process of its own: python spark_run.py INPUT OUT RULEBOOK PARTITIONS..."""

from __future__ import annotations

import os
import sys
import warnings

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
# The quick compiler alone: most of a short run is the start of Java.
os.environ["PYSPARK_SUBMIT_ARGS"] = "--conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 pyspark-shell"

from datetime import datetime

import pyarrow.parquet as pq

import govmedia_rules as gr
from govmedia_rules.core.time import SHANGHAI
from govmedia_rules.engines import spark
from govmedia_rules.engines.batch import BatchJudge


def main() -> None:
    warnings.simplefilter("ignore")  # PySpark warns of pandas versions it does not need here
    from pyspark.sql import SparkSession

    source, out, rulebook, *partitions = sys.argv[1:]
    builder = SparkSession.builder.master("local[2]").appName("parity")
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
    try:
        for count in partitions:
            frame = session.read.parquet(source).repartition(int(count))
            judged = spark.inspect(frame, judge).cache()
            pq.write_table(judged.toArrow(), f"{out}/judged-{count}.parquet")
        pq.write_table(spark.verdicts(judged, "platform").toArrow(), f"{out}/verdicts.parquet")
        pq.write_table(spark.problems(judged).toArrow(), f"{out}/problems.parquet")
    finally:
        session.stop()


if __name__ == "__main__":
    main()
