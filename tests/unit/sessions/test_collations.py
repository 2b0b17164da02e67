"""Texts with a collation through the DataFrame API and in tables: the counts and texts are Spark's own."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

import hiveframe


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    warehouse: Path = tmp_path_factory.mktemp("warehouse")
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(warehouse)})
    yield session
    session.stop()


@pytest.fixture
def rows(spark: SparkSession) -> DataFrame:
    schema = StructType([StructField("n", StringType("UTF8_LCASE")), StructField("v", IntegerType())])
    return spark.createDataFrame([("a", 1), ("A", 2), ("b", 3)], schema)


def test_groups_are_of_equal_texts_and_show_the_first(rows: DataFrame) -> None:
    assert sorted(map(tuple, rows.groupBy("n").agg(F.sum("v")).collect())) == [("a", 3), ("b", 3)]
    assert rows.cube("n").agg(F.grouping_id(), F.sum("v")).count() == 3


def test_rows_are_told_apart_by_the_collation(rows: DataFrame) -> None:
    assert rows.distinct().count() == 3
    assert rows.select("n").distinct().count() == 2
    assert rows.dropDuplicates(["n"]).count() == 2
    assert rows.agg(F.countDistinct("n")).first()[0] == 2


def test_joins_windows_and_order_follow_the_collation(rows: DataFrame) -> None:
    assert rows.alias("x").join(rows.alias("y"), F.col("x.n") == F.col("y.n")).count() == 5
    place = F.row_number().over(Window.partitionBy("n").orderBy("v"))
    assert [r.p for r in rows.select("v", place.alias("p")).orderBy("v").collect()] == [1, 2, 1]
    assert [r.n for r in rows.orderBy(F.desc("n"), "v").collect()] == ["b", "a", "A"]


def test_a_table_keeps_its_collations(spark: SparkSession) -> None:
    spark.sql("create table names (c string collate UTF8_LCASE, d string collate unicode_ci_ai) using parquet")
    spark.sql("insert into names values ('a', 'é'), ('A', 'E'), ('b', 'x')")
    assert spark.table("names").schema.simpleString() == (
        "struct<c:string collate UTF8_LCASE,d:string collate UNICODE_CI_AI>"
    )
    assert spark.sql("select count(*) from names where d = 'e'").first()[0] == 2
    assert spark.sql("select count(*) from names where c > 'A'").first()[0] == 1


def test_python_functions_get_groups_of_equal_texts(rows: DataFrame) -> None:
    def size(*groups: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"n": [sum(10**i * len(group) for i, group in enumerate(groups))]})

    alone = rows.groupBy("n").applyInPandas(lambda group: size(group), "n int")
    assert sorted(r.n for r in alone.collect()) == [1, 2]
    both = rows.groupBy("n").cogroup(rows.groupBy("n")).applyInPandas(lambda a, b: size(a, b), "n int")
    assert sorted(r.n for r in both.collect()) == [11, 22]
