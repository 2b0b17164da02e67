"""How results come back: rows, local iterators, Arrow, pandas with and without Arrow, in chunks, with progress."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def _typed(spark: SparkSession) -> DataFrame:
    return spark.sql(
        """select * from values
        (1, 1.5D, 'a', true, date'2024-02-29', timestamp'2024-02-29 12:30:00', 1.50BD, X'00ff', array(1, null),
         map('k', 1), named_struct('n', 1, 't', 'x'), interval '1' day, timestamp_ntz'2024-02-29 12:30:00'),
        (null, null, null, null, null, null, null, null, null, null, null, null, null)
        t(i, d, s, b, day, ts, dec, bin, arr, m, st, iv, ntz)"""
    ).coalesce(1)


def case_rows(spark: SparkSession):
    return _typed(spark).collect()


def case_arrow(spark: SparkSession):
    return _typed(spark).drop("st").toArrow()  # a NULL struct of columns without NULL is more than the client can cast


def case_pandas_with_arrow(spark: SparkSession):
    return _typed(spark).toPandas()


def case_pandas_without_arrow(spark: SparkSession):
    spark.conf.set("spark.sql.execution.arrow.pyspark.enabled", "false")
    try:
        return _typed(spark).select("i", "d", "s", "b", "day", "ts", "dec", "arr").toPandas()
    finally:
        spark.conf.unset("spark.sql.execution.arrow.pyspark.enabled")


def case_structs_in_pandas(spark: SparkSession):
    found = []
    for mode in ("legacy", "row", "dict"):
        spark.conf.set("spark.sql.execution.pandas.structHandlingMode", mode)
        found.append(repr(_typed(spark).select("st").toPandas().st[0]))
    spark.conf.unset("spark.sql.execution.pandas.structHandlingMode")
    return found


def case_names_twice_in_pandas(spark: SparkSession):
    return spark.sql("select 1 as a, 2 as a").toPandas()


def case_large_types(spark: SparkSession):
    spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
    schema = _typed(spark).select("s", "bin").toArrow().schema
    spark.conf.unset("spark.sql.execution.arrow.useLargeVarTypes")
    return [str(f.type) for f in schema]


def case_in_another_time_zone(spark: SparkSession):
    spark.conf.set("spark.sql.session.timeZone", "Asia/Kolkata")
    frame = spark.sql("select timestamp'2024-01-01 00:00:00 UTC' t")
    found = [str(frame.toPandas().t[0]), str(frame.toArrow().schema[0].type), frame.select(F.hour("t")).first()[0]]
    spark.conf.unset("spark.sql.session.timeZone")
    return found


def case_a_local_iterator(spark: SparkSession):
    rows = spark.range(0, 50_000).toLocalIterator()
    first = [next(rows).id for _ in range(3)]
    return [first, sum(1 for _ in rows)]


def case_many_chunks(spark: SparkSession):
    frame = spark.range(0, 200_000, 1, 4).select("id", F.repeat(F.lit("x"), 100).alias("pad"))
    table = frame.toArrow()
    return [
        table.num_rows,
        sorted(table.column("id").to_pylist()) == list(range(200_000)),
        table.column("pad")[7].as_py(),
    ]


def case_wide_rows(spark: SparkSession):
    row = spark.range(1).select(F.repeat(F.lit("abcd"), 2_000_000).alias("s")).first()
    return [len(row.s), row.s[:4]]


def case_take_head_and_first(spark: SparkSession):
    frame = spark.range(10).coalesce(1)
    empty = frame.filter("id > 100")
    return [
        frame.take(2),
        frame.head(),
        frame.head(1),
        frame.first(),
        frame.tail(2),
        empty.first(),
        empty.head(),
        empty.take(1),
    ]


def case_batches_made_here(spark: SparkSession):
    frame = pd.DataFrame({"a": [1, 2], "t": pd.to_datetime(["2024-01-01", None]), "o": ["x", None]})
    table = pa.table({"l": [[1], None], "d": pa.array([dt.date(2024, 1, 1), None])})
    return [
        spark.createDataFrame(frame),
        spark.createDataFrame(table),
        spark.createDataFrame(frame, "x int, y date, z string"),
    ]


def case_an_empty_result(spark: SparkSession):
    empty = _typed(spark).limit(0)
    return [
        empty.toArrow().schema.names,
        empty.toPandas().dtypes.astype(str).tolist(),
        empty.collect(),
        empty.isEmpty(),
    ]


def case_progress_is_told(spark: SparkSession):
    seen = []

    def handler(stages=(), inflight_tasks=0, operation_id=None, done=False):
        seen.append(done)

    spark.registerProgressHandler(handler)
    count = spark.range(0, 3_000_000, 1, 4).select(F.sha2(F.col("id").cast("string"), 256)).distinct().count()
    spark.removeProgressHandler(handler)
    before = len(seen)
    spark.range(10).count()
    return [count, seen[-1] if seen else None, len(seen) == before]


def case_observed(spark: SparkSession):
    from pyspark.sql import Observation

    seen = Observation("seen")
    frame = spark.range(5).observe(seen, F.count("*").alias("n"), F.max("id").alias("m"))
    rows = frame.toPandas().shape
    return [list(rows), seen.get]


def case_shown(spark: SparkSession):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        _typed(spark).select("i", "s", "arr", "m", "st").show()
        _typed(spark).select("ts", "dec").show(vertical=True)
        _typed(spark).select("s", "bin").show(1, truncate=2)
        _typed(spark).printSchema()
    return out.getvalue().splitlines()
