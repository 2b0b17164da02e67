"""What the pandas API on Spark leans on: its internal functions, row numbers, windows of one row, replaced values."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.internal import InternalFunction as Internal

ROWS = [
    (1, 1, 1.0, 2.0, "a"),
    (1, 2, 2.0, None, "b"),
    (1, 3, None, 5.0, "a"),
    (1, 4, None, 1.0, None),
    (1, 5, 9.0, 4.0, "c"),
    (2, 6, 7.0, 3.0, "z"),
    (3, 7, None, 3.0, None),
]
RUNNING = Window.partitionBy("g").orderBy("i").rowsBetween(Window.unboundedPreceding, Window.currentRow)


def _rows(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, "g int, i int, x double, y double, s string").coalesce(1)


def _grouped(spark: SparkSession, *columns) -> DataFrame:
    return _rows(spark).groupBy("g").agg(*columns).orderBy("g")


def case_moments_over_any_degrees_of_freedom(spark: SparkSession):
    x, y = F.col("x"), F.col("y")
    return [
        _grouped(spark, Internal.stddev(x, ddof), Internal.var(x, ddof), Internal.covar(x, y, ddof))
        for ddof in (0, 1, 2, 5)
    ]


def case_skewness_and_kurtosis(spark: SparkSession):
    frame = _rows(spark)
    x, y = F.col("x"), F.col("y")
    return [
        frame.agg(Internal.skew(y), Internal.kurt(y), Internal.skew(x), Internal.kurt(x)).toDF(*"abcd"),
        _grouped(spark, Internal.skew(y), Internal.kurt(y)),
        frame.agg(Internal.skew(F.lit(0.1)), Internal.kurt(F.lit(0.1))),
    ]


def case_products(spark: SparkSession):
    x, i = F.col("x"), F.col("i")
    return [
        *(_grouped(spark, Internal.product(x, skip), Internal.product(i, skip)) for skip in (True, False)),
        spark.sql("select * from values (-2.5D), (0D) t(a)").agg(Internal.product(F.col("a"), True)),
        spark.sql("select * from values (-2.5D), (double('nan')) t(a)").agg(Internal.product(F.col("a"), True)),
        _rows(spark).select("i", Internal.product(x, True).over(RUNNING).alias("p")).orderBy("i"),
    ]


def case_a_product_past_64_bits(spark: SparkSession):
    return spark.sql("select * from values (3000000000L), (4000000000L) t(a)").agg(Internal.product(F.col("a"), True))


def case_a_product_of_booleans(spark: SparkSession):
    return spark.sql("select * from values (true) t(a)").agg(Internal.product(F.col("a"), True))


def case_modes(spark: SparkSession):
    def of(column, skip):
        return F.array_sort(Internal.mode(F.col(column), skip)).alias(column)

    return [_grouped(spark, *(of(c, skip) for c in ("s", "x", "y"))) for skip in (True, False)]


def case_the_largest_and_smallest(spark: SparkSession):
    x, s = F.col("x"), F.col("s")
    return [
        _grouped(spark, Internal.collect_top_k(x, 2, smallest), Internal.collect_top_k(s, 2, smallest))
        for smallest in (True, False)
    ]


def case_decaying_means(spark: SparkSession):
    means = [Internal.ewm(F.col("x"), 0.3, skip).over(RUNNING).alias(f"m{skip}") for skip in (True, False)]
    return _rows(spark).select("i", *means).orderBy("i")


def case_runs_of_nulls(spark: SparkSession):
    return _rows(spark).select("i", Internal.null_index(F.col("x")).over(RUNNING).alias("n")).orderBy("i")


def case_binary_search(spark: SparkSession):
    odd = F.array(*map(F.lit, [1, 3, 5]))
    return spark.range(1).select(
        *(Internal.array_binary_search(odd, F.lit(v)) for v in (1, 2, 3, 5, 9, 0)),
        Internal.array_binary_search(F.array(F.lit("a"), F.lit("c")), F.lit("b")),
        Internal.array_binary_search(F.array(F.lit(None), F.lit(1)), F.lit(1)),
        Internal.array_binary_search(F.array(F.lit(1.0)), F.lit(1)),
        Internal.array_binary_search(F.array(F.lit(1.0)), F.lit(None).cast("double")),
    )


def case_binary_search_for_nothing(spark: SparkSession):
    return spark.range(1).select(Internal.array_binary_search(F.array(F.lit(1)), F.lit(None)))


def case_seconds_of_timestamps_without_zone(spark: SparkSession):
    frame = spark.sql("select timestamp_ntz'1969-12-31 23:59:59.5' t, timestamp_ntz'2020-01-01 00:00:01.9' u")
    return frame.select(Internal.timestamp_ntz_to_long(F.col("t")), Internal.timestamp_ntz_to_long(F.col("u")))


def case_sql_text_cannot_name_them(spark: SparkSession):
    return spark.sql("select pandas_var(1, 1)")


def case_row_numbers_follow_a_sort(spark: SparkSession):
    ids = F.monotonically_increasing_id()
    ordered = _rows(spark).select("i").orderBy(F.desc("i"))
    return [
        ordered.withColumn("n", ids),
        ordered.withColumn("n", ids).filter("i < 5"),
        ordered.withColumn("n", ids).filter("n > 4").select("n", "i"),
        _rows(spark).filter("i > 3").select("i", Internal.distributed_id().alias("n")),
        _rows(spark).select("i", Internal.distributed_sequence_id().alias("n")).orderBy(F.desc("n")).limit(2),
    ]


def case_row_numbers_where_sql_has_no_windows(spark: SparkSession):
    ids = F.monotonically_increasing_id()
    frame = _rows(spark).select("i")
    return [
        frame.filter(ids < 2),
        frame.withColumn("n", ids).agg(F.sum("n").alias("s")),
        frame.groupBy((ids % 3).alias("k")).count().orderBy("k"),
        frame.select("i", F.row_number().over(Window.orderBy(ids.desc())).alias("r")),
        frame.limit(2).select(F.explode(F.array(ids, F.lit(7))).alias("e")),
    ]


def _lag(spark: SparkSession, frame, offset: int = 1, function=F.lag):
    return spark.range(4).select(function("id", offset).over(frame).alias("v"))


def case_lag_over_its_own_row(spark: SparkSession):
    order = Window.orderBy("id")
    return [
        _lag(spark, order.rowsBetween(-1, -1)),
        _lag(spark, order.rowsBetween(-3, -3), 3),
        _lag(spark, order.rowsBetween(1, 1), -1),
        _lag(spark, order.rowsBetween(1, 1), 1, F.lead),
    ]


def case_lag_over_no_row(spark: SparkSession):
    return _lag(spark, Window.orderBy("id").rowsBetween(0, 0), 0)


def case_lag_over_other_rows(spark: SparkSession):
    return _lag(spark, Window.orderBy("id").rowsBetween(-2, -1))


def case_lag_over_a_range(spark: SparkSession):
    return _lag(spark, Window.orderBy("id").rangeBetween(-1, -1))


def case_lag_with_a_frame_in_text(spark: SparkSession):
    return spark.sql("select lag(id) over (order by id rows between 1 preceding and 1 preceding) from range(3)")


def case_columns_of_a_side_that_may_be_missing(spark: SparkSession):
    a, b = spark.range(3).withColumn("x", F.lit(5)), spark.range(1, 4).withColumn("y", F.lit(6))
    right, full, left = (a.join(b, a.id == b.id, how) for how in ("right", "full", "left"))
    return [
        right.select(a.id, a.x, b.y).orderBy("y", "x"),
        right.select(a["x"] + 1).schema,
        right.select(a["*"]).schema,
        full.select(a.x, b.y, F.when(a.id.isNotNull(), a.id).otherwise(b.id).alias("k")).orderBy("k"),
        left.select(b.y, F.coalesce(b.y, F.lit(1))).schema,
        left.filter(b.y.isNull()).select(a.id, b.y),
        left.agg(F.count(b.y).alias("n")),
    ]


def _numbers(spark: SparkSession) -> DataFrame:
    return spark.sql(
        "select * from values (1.5D, 1, 1BD, 1L), (double('nan'), 2, 2BD, 2L), (3D, 3, 3BD, 3L) t(a,b,c,d)"
    )


def case_replaced_numbers_are_compared_as_they_are(spark: SparkSession):
    frame = _numbers(spark)
    return [
        frame.replace(float("nan"), None),
        frame.replace(1.5, 7.0),
        frame.replace(2.0, 7.9),
        frame.replace(2, 7),
        frame.replace(3e10, 7),
        frame.replace({2: None, 3: 4}),
    ]


def case_a_replacement_that_no_integer_holds(spark: SparkSession):
    return _numbers(spark).replace(2.0, float("nan"))


def case_sql_text_over_a_dataframe_and_its_columns(spark: SparkSession):
    frame = spark.createDataFrame([(1, "x"), (2, "y")], ["index", "v"])
    found = spark.sql("select * from {frame} where v > {low}", frame=frame, low="x")
    return [found.select(found["index"]), found.filter(found.v == "y").select(found["v"], "index")]


def case_a_union_of_a_column_that_stands_twice(spark: SparkSession):
    twice = spark.range(2).select("id", "id")
    return twice.union(twice).select("id").orderBy("id")


def case_a_union_of_two_columns_of_one_name(spark: SparkSession):
    both = spark.range(2).select("id", F.col("id").alias("id"), (F.col("id") + 1).alias("id"))
    return both.union(both).select("id")
