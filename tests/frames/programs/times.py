"""TIME columns and windows of time in DataFrames: made by clients, kept in files, grouped, used in Python."""

import datetime as dt
import tempfile

from pyspark.sql import functions as F
from pyspark.sql.types import TimeType

from tests.frames.cases import rows, unordered

TIME = dt.time


def _times(spark):
    spark.conf.set("spark.sql.timeType.enabled", "true")
    data = [(TIME(1, 2, 3), 1, "a"), (None, 2, "b"), (TIME(23, 59, 59, 999999), 3, "a"), (TIME(1, 2, 3), 4, "b")]
    return spark.createDataFrame(data, ["t", "i", "k"])


def _kept(spark, frame, fmt):
    with tempfile.TemporaryDirectory() as folder:
        frame.write.mode("overwrite").format(fmt).save(f"{folder}/{fmt}")
        back = spark.read.format(fmt)
        if fmt in ("csv", "json"):
            back = back.schema("t time, i bigint, k string" if fmt == "csv" else "i bigint, k string, t time")
        return rows(back.load(f"{folder}/{fmt}").select("t", "i").sort("i"))


def case_times_of_a_client(spark):
    return rows(_times(spark))


def case_times_in_files(spark):
    return [_kept(spark, _times(spark), fmt) for fmt in ("parquet", "orc", "csv", "json")]


def case_times_of_few_digits_and_inside_of_others(spark):
    _times(spark)
    query = "select array(time'1:2:3') a, map('x', time'1:2:3') m, struct(time'1:2:3' as t) s"
    with tempfile.TemporaryDirectory() as folder:
        spark.sql(f"{query}, cast('01:02:03' as time(0)) z").write.parquet(f"{folder}/t")
        return rows(spark.read.parquet(f"{folder}/t"))


def case_times_in_groups_and_pivots(spark):
    frame = _times(spark)
    counted = rows(frame.groupBy("t").count().orderBy("t"))
    return [counted, rows(frame.groupBy("k").pivot("t").count().orderBy("k")), rows(frame.describe("t"))]


def case_times_compared(spark):
    frame = _times(spark)
    late, early = TIME(2, 0), TIME(0, 0)
    conditions = [F.col("t") > late, F.col("t").isin(TIME(1, 2, 3)), F.col("t").between(early, late), "t = '01:02:03'"]
    return [frame.filter(c).count() for c in conditions]


def case_times_in_python_functions(spark):
    frame = _times(spark)
    at_five = F.udf(lambda x: None if x is None else x.replace(hour=5), TimeType())
    same = F.pandas_udf(lambda x: x, TimeType())
    return [rows(frame.select(at_five("t").alias("x"))), rows(frame.select(same("t").alias("x")))]


def case_times_as_parameters_variables_and_defaults(spark):
    _times(spark)
    spark.sql("declare or replace variable hf_time time = time'1:2:3'")
    found = [
        rows(spark.sql("select :x, typeof(:x)", args={"x": TIME(1, 2, 3, 4)})),
        rows(spark.sql("select ?", args=[TIME(1, 2, 3, 4)])),
        rows(spark.sql("select hf_time")),
    ]
    spark.sql("drop temporary variable hf_time")
    return found


def case_times_in_tables(spark):
    _times(spark)
    spark.sql("drop table if exists hf_times")
    spark.sql("create table hf_times(a int, d time default time'1:2:3', t time(3)) using parquet partitioned by (t)")
    spark.sql("insert into hf_times(a, t) values (1, time'1:2:3.456'), (2, null)")
    spark.sql("insert into hf_times values (3, cast('01:02:03' as time(0)), time'4:5:6')")
    found = [rows(spark.sql("select * from hf_times order by a")), rows(spark.sql("show partitions hf_times"))]
    spark.sql("drop table hf_times")
    return found


def case_the_type_of_an_aggregate_is_one_row(spark):
    return rows(_times(spark).agg(F.typeof(F.max_by("i", "t"))))


def case_windows_of_time(spark):
    frame = spark.createDataFrame([("2016-03-11 09:00:07", 1), ("2016-03-11 09:00:09", 2)], ["d", "v"])
    made = [
        frame.groupBy(w.alias("w")).agg(F.sum("v"))
        for w in (
            F.window("d", "5 seconds"),
            F.session_window("d", "5 seconds"),
            F.session_window("d", F.lit("1 hour")),
        )
    ]
    counted = frame.groupBy(F.window("d", "5 seconds")).count()
    marks = [f.metadata for f in counted.schema.fields]
    widened = frame.withColumn("w", F.window("d", "5 seconds")).sort("v")
    return [
        *map(unordered, made),
        marks,
        rows(widened),
        rows(counted.select(F.window_time("window")).sort(F.col("window_time(window)"))),
    ]
