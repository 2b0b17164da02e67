"""`df.stat`, `df.na`, `describe`, `summary` and the reshaping calls."""

from pyspark.sql import functions as F

from tests.frames.cases import rows, unordered


def _mixed(spark):
    data = [
        (1, "a", 1.5, None, True),
        (2, "b", None, "x", False),
        (2, "a", 2.5, "y", None),
        (None, "c", float("nan"), "x", True),
        (5, None, -1.0, "", False),
    ]
    return spark.createDataFrame(data, "i int, s string, d double, t string, b boolean")


def case_describe(spark):
    return rows(_mixed(spark).describe())


def case_describe_named(spark):
    return rows(_mixed(spark).describe("i", "s"))


def case_describe_without_columns(spark):
    return rows(spark.createDataFrame([(True,)], "b boolean").describe())


def case_summary(spark):
    return rows(_mixed(spark).select("i", "s", "d").summary())


def case_summary_named(spark):
    return rows(_mixed(spark).summary("count", "count_distinct", "approx_count_distinct", "10%", "max"))


def case_summary_wrong(spark):
    return rows(_mixed(spark).summary("nope"))


def case_summary_wrong_percentile(spark):
    return rows(_mixed(spark).summary("150%"))


def case_crosstab(spark):
    return unordered(_mixed(spark).crosstab("i", "t"))


def case_crosstab_of_texts(spark):
    return unordered(_mixed(spark).stat.crosstab("s", "b"))


def case_frequent_items(spark):
    made = _mixed(spark).freqItems(["i", "s"], 0.2)
    return [made.schema.simpleString(), [sorted(map(str, v)) for v in made.first()]]


def case_frequent_items_of_many(spark):
    frame = spark.range(1000).select(
        (F.col("id") % 7).alias("a"), F.when(F.col("id") < 500, 1).otherwise(F.col("id")).alias("b")
    )
    made = frame.freqItems(["a", "b"], 0.3)
    return [made.schema.simpleString(), [1 in row for row in made.first()][1:]]


def case_frequent_items_of_too_little_support(spark):
    return _mixed(spark).freqItems(["i"], 0.00001).collect()


def case_covariance_and_correlation(spark):
    frame = _mixed(spark)
    return [
        frame.cov("i", "i"),
        frame.corr("i", "i"),
        round(spark.range(5).selectExpr("id", "id * id AS q").corr("id", "q"), 12),
    ]


def case_covariance_of_text(spark):
    return _mixed(spark).cov("i", "s")


def case_correlation_of_an_unknown_column(spark):
    return _mixed(spark).corr("i", "nope")


def case_quantiles(spark):
    frame = spark.range(100).selectExpr("id", "id % 10 AS m", "cast(null as int) AS n")
    return [
        frame.approxQuantile("id", [0.0, 0.25, 0.5, 1.0], 0.0),
        frame.approxQuantile(["id", "m", "n"], [0.5], 0.001),
    ]


def case_quantiles_of_text(spark):
    return _mixed(spark).approxQuantile("s", [0.5], 0.0)


def case_fill(spark):
    frame = _mixed(spark)
    return [
        rows(frame.fillna(0)),
        rows(frame.fillna("z")),
        rows(frame.fillna(True)),
        rows(frame.fillna(1.25, ["i", "d", "s"])),
        rows(frame.fillna({"i": 9, "t": "w", "d": 0.5})),
    ]


def case_fill_an_unknown_column(spark):
    return rows(_mixed(spark).fillna(0, ["nope"]))


def case_drop(spark):
    frame = _mixed(spark)
    return [
        rows(frame.dropna()),
        rows(frame.dropna("all", subset=["i", "d"])),
        rows(frame.dropna(thresh=4)),
        rows(frame.dropna(subset=["d"])),
    ]


def case_replace(spark):
    frame = _mixed(spark)
    return [
        rows(frame.replace(2, 20)),
        rows(frame.replace("a", None)),
        rows(frame.replace({"a": "A", "x": "X"})),
        rows(frame.replace([1, 2], [10, 20], ["i"])),
        rows(frame.replace(True, False)),
    ]


def case_transpose(spark):
    frame = spark.createDataFrame([("x", 1, 2.5), ("y", 3, None)], "k string, a int, b double")
    return [rows(frame.transpose()), rows(frame.select("a", "b").transpose(F.col("b")))]


def case_transpose_mixed(spark):
    return rows(_mixed(spark).transpose())


def case_transpose_without_rows(spark):
    return rows(spark.createDataFrame([], "k string, a int").transpose())


def case_unpivot(spark):
    frame = spark.createDataFrame([(1, 11, 1.1), (2, 12, None)], "id int, i int, d double")
    return [
        unordered(frame.unpivot("id", ["i", "d"], "name", "value")),
        unordered(frame.melt(["id"], None, "name", "value")),
        unordered(frame.unpivot([], "i", "name", "value")),
    ]


def case_unpivot_mixed(spark):
    return rows(_mixed(spark).unpivot("i", ["s", "d"], "name", "value"))


def case_pivot(spark):
    data = [(2012, "java", 1), (2012, "net", 2), (2013, "java", 3), (2012, "net", None)]
    frame = spark.createDataFrame(data, "y int, c string, e int")
    return [
        unordered(frame.groupBy("y").pivot("c").sum("e")),
        unordered(frame.groupBy("y").pivot("c", ["net", "go"]).agg(F.sum("e"), F.count("e").alias("n"))),
        unordered(frame.groupBy("y").pivot("c").count()),
        unordered(frame.groupBy("y").pivot("c").agg(F.count_distinct("e"), F.approx_count_distinct("e"))),
    ]


def case_cube_and_rollup(spark):
    frame = _mixed(spark)
    return [unordered(frame.cube("i", "s").count()), unordered(frame.rollup("i", "s").agg(F.grouping_id(), F.max("d")))]


def case_grouping_sets(spark):
    frame = _mixed(spark)
    return unordered(frame.groupingSets([["i"], ["s"], []], "i", "s").agg(F.count(F.lit(1)), F.grouping("i")))


def case_drop_duplicates(spark):
    frame = _mixed(spark)
    return [unordered(frame.select("s").distinct()), unordered(frame.dropDuplicates(["i"]).select("i"))]


def case_to_schema(spark):
    from pyspark.sql.types import LongType, StringType, StructField, StructType

    wanted = StructType([StructField("s", StringType()), StructField("i", LongType())])
    return rows(_mixed(spark).to(wanted))


def case_observed(spark):
    from pyspark.sql import Observation

    seen = Observation("seen")
    _mixed(spark).observe(seen, F.count(F.lit(1)).alias("n"), F.sum("i").alias("total"), F.max("s")).collect()
    return {k: str(v) for k, v in seen.get.items()}


def case_cogrouped_sets(spark):
    left = spark.createDataFrame([(1,), (1,), (2,), (None,)], "a int")
    right = spark.createDataFrame([(1,), (None,), (3,)], "a int")
    return [
        unordered(left.intersect(right)),
        unordered(left.intersectAll(right)),
        unordered(left.subtract(right)),
        unordered(left.exceptAll(right)),
        unordered(left.unionByName(right.selectExpr("a", "a AS b"), allowMissingColumns=True)),
    ]
