"""Python functions over rows, batches, groups and streams: types in and out, errors, profiles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
)


def _people(spark: SparkSession) -> DataFrame:
    rows = [(1, "ann", 2.5), (2, "bob", None), (3, None, 4.0), (4, "dan", -1.0)]
    return spark.createDataFrame(rows, "id int, name string, score double").coalesce(1)


def _groups(spark: SparkSession) -> DataFrame:
    rows = [("a", 1, 1.0), ("a", 2, 2.0), ("b", 3, None), ("b", 4, 10.0), ("c", 5, 7.0)]
    return spark.createDataFrame(rows, "k string, i int, v double").coalesce(1)


def case_a_function_of_rows(spark: SparkSession):
    shout = F.udf(lambda name: name.upper() + "!" if name else None)
    length = F.udf(lambda name: len(name or ""), "int")
    return _people(spark).select(
        "id", shout("name").alias("s"), length("name").alias("n"), shout(F.lit("x")).alias("x")
    )


def case_the_same_with_and_without_arrow(spark: SparkSession):
    found = []
    for use in (True, False):
        double = F.udf(lambda v: None if v is None else v * 2, "double", useArrow=use)
        found.append(_people(spark).select(double("score").alias("d")))
    for setting in ("true", "false"):
        spark.conf.set("spark.sql.execution.pythonUDF.arrow.enabled", setting)
        found.append(_people(spark).select(F.udf(lambda v: str(type(v).__name__), "string")("id").alias("t")))
    spark.conf.unset("spark.sql.execution.pythonUDF.arrow.enabled")
    return found


def case_wrong_types_come_back_as_null_without_arrow(spark: SparkSession):
    text = F.udf(lambda v: f"<{v}>", "int", useArrow=False)
    whole = F.udf(lambda v: v, "double", useArrow=False)
    return _people(spark).select(text("id").alias("text"), whole("id").alias("whole"))


def case_wrong_types_under_arrow(spark: SparkSession):
    number = F.udf(lambda v: "12", "int", useArrow=True)
    text = F.udf(lambda v: v, "string", useArrow=True)
    return _people(spark).select(number("id").alias("n"), text("id").alias("t"))


def case_values_that_arrow_cannot_cast(spark: SparkSession):
    return _people(spark).select(F.udf(lambda v: "twelve", "int", useArrow=True)("id"))


def case_nested_types_in_and_out(spark: SparkSession):
    frame = spark.createDataFrame(
        [Row(a=[1, None, 3], m={"x": 1.5}, s=Row(n=7, t="seven")), Row(a=None, m=None, s=None)],
        "a array<int>, m map<string,double>, s struct<n:int,t:string>",
    ).coalesce(1)
    result = StructType(
        [
            StructField("total", LongType()),
            StructField("keys", ArrayType(StringType())),
            StructField("pairs", MapType(StringType(), IntegerType())),
            StructField("inner", StructType([StructField("t", StringType())])),
        ]
    )

    def digest(array, mapping, struct):
        if array is None:
            return None
        return sum(v or 0 for v in array), sorted(mapping), {"n": struct.n}, {"t": struct["t"]}

    found = []
    for use in (True, False):
        made = frame.select(F.udf(digest, result, useArrow=use)("a", "m", "s").alias("d"))
        found += [made, made.select("d.total", F.col("d.pairs")["n"].alias("n"))]
    return found


def case_decimals_dates_and_bytes(spark: SparkSession):
    frame = spark.sql(
        "select 1.50BD d, date'2024-02-29' t, timestamp'2024-02-29 12:00:00' ts, X'0aff' b, interval '1' day i"
    )

    def changed(use: bool) -> DataFrame:
        return frame.select(
            F.udf(lambda v: v * 2, DecimalType(10, 3), useArrow=use)("d").alias("d"),
            F.udf(lambda v: v.replace(year=2023, day=1), DateType(), useArrow=use)("t").alias("t"),
            F.udf(lambda v: v.replace(hour=1), "timestamp", useArrow=use)("ts").alias("ts"),
            F.udf(lambda v: bytes(reversed(v)), "binary", useArrow=use)("b").alias("b"),
            F.udf(lambda v: v * 2, "interval day to second", useArrow=use)("i").alias("i"),
            F.udf(lambda v: type(v).__name__, "string", useArrow=use)("d").alias("n"),
        )

    return [changed(True), changed(False)]


def case_registered_for_sql(spark: SparkSession):
    def plus(a: int, b: int = 10) -> int:
        return a + b

    spark.udf.register("plus_ten", plus, "int")
    spark.udf.register("shorten", F.pandas_udf(lambda s: s.str[:2], "string"))
    _people(spark).createOrReplaceTempView("people")
    return [
        spark.sql("select plus_ten(id) p, plus_ten(id, b => 1) q from people order by id"),
        spark.sql("select shorten(name) n from people where plus_ten(id) > 12 order by id"),
        [f.name for f in spark.catalog.listFunctions() if f.name in ("plus_ten", "shorten")],
    ]


def case_named_and_default_arguments(spark: SparkSession):
    @F.udf("string")
    def told(a, b="b", **more):
        return f"{a}-{b}-{sorted(more.items())}"

    one = F.lit(1)
    return spark.range(1).select(
        told(one).alias("x"), told(b=F.lit("z"), a=one).alias("y"), told(one, c=one).alias("z")
    )


def case_a_pandas_function_of_columns(spark: SparkSession):
    @F.pandas_udf("double")
    def weighed(score: pd.Series, number: pd.Series) -> pd.Series:
        return score.fillna(0.0) * number

    @F.pandas_udf("first string, length int")
    def split(name: pd.Series) -> pd.DataFrame:
        return pd.DataFrame({"first": name.str[0], "length": name.str.len().astype("Int64")})

    frame = _people(spark)
    return [
        frame.select(weighed("score", "id").alias("w")),
        frame.select(split("name").alias("s")).select("s.*"),
        frame.filter(weighed("score", "id") > 2).select("id"),
        frame.select((weighed("score", "id") + weighed(F.lit(1.0), "id")).alias("sum")),
    ]


def case_a_pandas_function_of_a_stream(spark: SparkSession):
    @F.pandas_udf("long")
    def shifted(parts: Iterator[pd.Series]) -> Iterator[pd.Series]:
        base = 100
        for part in parts:
            yield part + base

    @F.pandas_udf("long")
    def added(parts: Iterator[tuple[pd.Series, pd.Series]]) -> Iterator[pd.Series]:
        for a, b in parts:
            yield a + b

    return spark.range(5).coalesce(1).select(shifted("id").alias("s"), added("id", "id").alias("t"))


def case_a_pandas_function_of_groups(spark: SparkSession):
    @F.pandas_udf("double")
    def mean(values: pd.Series) -> float:
        return values.mean()

    @F.pandas_udf("double")
    def weighted(values: pd.Series, weights: pd.Series) -> float:
        return float(np.average(values.fillna(0), weights=weights))

    frame = _groups(spark)
    from pyspark.sql import Window

    return [
        frame.groupBy("k").agg(mean("v").alias("m"), weighted("v", "i").alias("w")).orderBy("k"),
        frame.agg(mean("i").alias("m")),
        frame.select("i", mean("v").over(Window.partitionBy("k")).alias("m")).orderBy("i"),
    ]


def case_arrow_functions_of_columns(spark: SparkSession):
    import pyarrow.compute as pc

    @F.arrow_udf("string")
    def loud(name: pa.Array) -> pa.Array:
        return pc.utf8_upper(name)

    @F.arrow_udf("long")
    def stream(parts: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for part in parts:
            yield pc.add(pc.cast(part, pa.int64()), 1)

    @F.arrow_udf("double")
    def total(values: pa.Array) -> float:
        return pc.sum(values).as_py()

    @F.arrow_udf("a int, b string")
    def both(number: pa.Array, name: pa.Array) -> pa.Array:
        return pa.StructArray.from_arrays([number, name], names=["a", "b"])

    frame = _people(spark)
    return [
        frame.select(loud("name").alias("l"), stream("id").alias("s"), both("id", "name").alias("b")),
        frame.agg(total("score").alias("t")),
        _groups(spark).groupBy("k").agg(total("v").alias("t")).orderBy("k"),
    ]


def case_streaming_aggregates(spark: SparkSession):
    import pyarrow.compute as pc

    @F.arrow_udf("double")
    def total(parts: Iterator[pa.Array]) -> float:
        return sum(pc.sum(part).as_py() or 0.0 for part in parts)

    @F.pandas_udf("double")
    def most(parts: Iterator[pd.Series]) -> float:
        return max(part.max() for part in parts)

    groups = _groups(spark).groupBy("k")
    return [groups.agg(total("v").alias("t")).orderBy("k"), groups.agg(most("i").alias("m")).orderBy("k")]


def case_mapped_batches(spark: SparkSession):
    def grown(batches):
        for frame in batches:
            yield frame.assign(id=frame.id + 1)
            yield frame.head(1)[["id"]]

    def kept(batches):
        for batch in batches:
            yield batch.slice(0, 2)

    def made(batches):
        for _ in batches:
            yield pa.RecordBatch.from_pydict({"x": [1, 2], "y": ["p", None]})

    frame = spark.range(4).coalesce(1)
    return [
        frame.mapInPandas(grown, "id long"),
        frame.mapInArrow(kept, frame.schema),
        frame.mapInArrow(made, "x long, y string"),
        frame.filter("id > 100").mapInPandas(grown, "id long"),
    ]


def case_functions_of_whole_groups(spark: SparkSession):
    def centred(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(v=frame.v - frame.v.mean())

    def keyed(key, frame: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"k": [key[0]], "n": [len(frame)]})

    def arrow(table: pa.Table) -> pa.Table:
        return table.slice(0, 1)

    def arrow_keyed(key, table):
        return pa.table({"k": [key[0].as_py()], "n": [table.num_rows]})

    groups = _groups(spark).groupBy("k")
    return [
        groups.applyInPandas(centred, "k string, i int, v double").orderBy("i"),
        groups.applyInPandas(keyed, "k string, n long").orderBy("k"),
        groups.applyInArrow(arrow, "k string, i int, v double").orderBy("i"),
        groups.applyInArrow(arrow_keyed, "k string, n long").orderBy("k"),
        _groups(spark).groupBy(F.col("i") % 2).applyInPandas(keyed, "k int, n long").orderBy("k"),
        _groups(spark).groupBy().applyInPandas(lambda f: f[["i"]].sum().to_frame().T, "i long"),
    ]


def case_pairs_of_groups(spark: SparkSession):
    def merged(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"l": [len(left)], "r": [len(right)], "s": [left.i.sum() + right.w.sum()]})

    def arrow(key, left, right):
        return pa.table({"k": [key[0].as_py()], "n": [left.num_rows * 10 + right.num_rows]})

    right = spark.createDataFrame([("a", 5), ("d", 6), ("d", 7)], "k string, w int")
    pair = _groups(spark).groupBy("k").cogroup(right.groupBy("k"))
    return [
        pair.applyInPandas(merged, "l long, r long, s long").orderBy("s", "l"),
        pair.applyInArrow(arrow, "k string, n long").orderBy("k"),
    ]


def case_table_functions(spark: SparkSession):
    @F.udtf(returnType="n int, square int")
    class Squares:
        def eval(self, start: int, end: int):
            for n in range(start, end + 1):
                yield n, n * n

    spark.udtf.register("squares", Squares)
    return [
        Squares(F.lit(1), F.lit(3)),
        spark.sql("select * from squares(2, 4) where n > 2"),
        spark.sql("select id, square from range(1, 3), lateral squares(cast(id as int), 2) order by 1, 2"),
    ]


def case_user_defined_types(spark: SparkSession):
    from pyspark.testing.objects import PythonOnlyPoint, PythonOnlyUDT

    frame = spark.createDataFrame([(PythonOnlyPoint(1.0, 2.0),), (PythonOnlyPoint(-3.0, 0.5),)], ["p"])
    moved = F.udf(lambda p: PythonOnlyPoint(p.x + 1, p.y), PythonOnlyUDT())
    far = F.udf(lambda p: p.x * p.x + p.y * p.y, DoubleType())
    return [
        [repr(row.p) for row in frame.collect()],
        frame.schema.fields[0].dataType.simpleString(),
        [repr(row[0]) for row in frame.select(moved("p")).collect()],
        frame.select(far("p").alias("f")),
        [repr(v) for v in frame.toPandas().p],
    ]


def case_not_deterministic(spark: SparkSession):
    import random

    draw = F.udf(lambda: random.random(), "double").asNondeterministic()
    rows = spark.range(3).select(draw().alias("r")).filter("r >= 0").collect()
    return [len({row.r for row in rows}), draw.deterministic]


def case_closures_and_modules(spark: SparkSession):
    import math

    factor = 3

    class Scaler:
        def __init__(self, by):
            self.by = by

        def __call__(self, value):
            return math.floor(value * self.by)

    return spark.range(3).select(F.udf(Scaler(factor), "long")("id").alias("s"))


def case_many_rows_in_many_batches(spark: SparkSession):
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")

    @F.pandas_udf("int")
    def size(values: pd.Series) -> pd.Series:
        return pd.Series([len(values)] * len(values))

    frame = spark.range(0, 2500, 1, 1).select(size("id").alias("n"))
    found = frame.groupBy("n").count().orderBy("n")
    return found.collect()


def _said(frame: DataFrame):
    """What is told of an error in a user's function: all from the user's first frame on."""
    try:
        frame.collect()
    except PythonException as error:
        text = str(error)
        return {
            "condition": error.getCondition(),
            "sqlstate": error.getSqlState(),
            "raised": [e for e in ("ValueError: bad value", "ZeroDivision", "KeyError") if e in text],
            "names the function": "in broken" in text,
        }
    return "no error"


def case_errors_in_functions(spark: SparkSession):
    def broken(value):
        if value == 2:
            raise ValueError(f"bad value {value}")
        return 1 / (value - 1)

    def broken_frame(frame):
        raise KeyError("k")

    spark.range(1).collect()
    frame = spark.range(2, 3)
    return [
        _said(frame.select(F.udf(broken, "double", useArrow=True)("id"))),
        _said(frame.select(F.udf(broken, "double", useArrow=False)("id"))),
        _said(spark.range(1, 2).select(F.udf(broken, "double")("id"))),
        _said(frame.select(F.pandas_udf(lambda s: broken(2), "double")("id"))),
        _said(frame.groupBy("id").applyInPandas(broken_frame, "id long")),
    ]


def case_wrong_columns_of_a_frame(spark: SparkSession):
    return spark.range(1).groupBy("id").applyInPandas(lambda f: f.rename(columns={"id": "x"}), "id long")


def case_too_short_a_result(spark: SparkSession):
    return spark.range(3).coalesce(1).select(F.pandas_udf(lambda s: s.head(1), "long")("id"))


def case_a_wrong_number_of_arguments(spark: SparkSession):
    return spark.range(1).select(F.udf(lambda a, b: a, "long")("id"))


def case_decimal_results_are_checked(spark: SparkSession):
    return spark.range(1).select(F.udf(lambda v: Decimal("12345.678"), DecimalType(5, 2), useArrow=True)("id"))
