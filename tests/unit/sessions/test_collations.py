"""Texts with a collation through the DataFrame API and in tables: the counts and texts are Spark's own."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.functions import pandas_udf
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


EQUAL = {
    "UTF8_LCASE": [["b", "B"], ["a", "A"], ["a "], ["é"], ["e"]],
    "UTF8_BINARY_RTRIM": [["b"], ["B"], ["a", "a "], ["A"], ["é"], ["e"]],
    "UTF8_LCASE_RTRIM": [["b", "B"], ["a", "A", "a "], ["é"], ["e"]],
    "UNICODE": [["b"], ["B"], ["a"], ["a "], ["A"], ["é"], ["e"]],
    "UNICODE_CI_AI": [["b", "B"], ["a", "A"], ["a "], ["é", "e"]],
    "UNICODE_CI_RTRIM": [["b", "B"], ["a", "A", "a "], ["é"], ["e"]],
}
"""The texts that each collation takes for equal, in the order of the rows."""


@pytest.mark.parametrize("collation", EQUAL)
@pytest.mark.parametrize("is_in_key", [True, False])
def test_aggregates_of_a_grouping_key_see_the_texts_of_the_rows(
    spark: SparkSession, collation: str, is_in_key: bool
) -> None:
    values = "VALUES ('b', 1), ('B', 2), ('a', 3), ('A', 4), ('a ', 5), (NULL, 6), ('é', 7), ('e', 8) AS t (k, v)"
    key = f"k COLLATE {collation}"
    rows = values if is_in_key else f"(SELECT {key} AS k, v FROM {values})"
    group = key if is_in_key else "k"

    def found(columns: str, rest: str = f"GROUP BY {group}") -> list[list[object]]:
        return [list(row) for row in spark.sql(f"SELECT {columns} FROM {rows} {rest}").collect()]

    groups = EQUAL[collation]
    place = {text: i for i, group in enumerate(groups) for text in group}

    def assert_found(columns: str, wanted: list[list[object]], rest: str = f"GROUP BY {group}") -> None:
        assert sorted(found(columns, rest), key=repr) == sorted(wanted, key=repr)

    as_they_are = "first(k), last(k), count(k), array_sort(array_agg(k COLLATE UTF8_BINARY)), min_by(k, v)"
    shown = [[g[0], g[-1], len(g), sorted(g), g[0]] for g in groups]
    assert_found(as_they_are, [*shown, [None, None, 0, [], None]])
    bytewise = [[min(g), max(g)] for g in groups]
    assert_found("min(k COLLATE UTF8_BINARY), max(k COLLATE UTF8_BINARY)", [*bytewise, [None, None]])
    several = [[len(g)] for g in groups if len(g) > 1]
    assert_found("count(*)", several, f"GROUP BY {group} HAVING count({group}) > 1 AND max({group}) IS NOT NULL")
    extremes = found(f"min({group}), max({group}), count(DISTINCT {group})")
    assert sorted(count for *_, count in extremes) == [0] + [1] * len(groups)
    assert all(place[low] == place[high] for low, high, count in extremes if count)
    by_least = found(f"min({group})", f"GROUP BY {group} HAVING count(k) > 0 ORDER BY min({group})")
    by_key = found("k", f"WHERE k IS NOT NULL ORDER BY {group}, v")
    assert [place[text] for (text,) in by_least] == list(dict.fromkeys(place[text] for (text,) in by_key))
    for sets in (f"ROLLUP({group})", f"GROUPING SETS (({group}), ())"):
        counts = found(f"grouping({group}), count({group}), count(DISTINCT {group}), max({group})", f"GROUP BY {sets}")
        alone = [[0, len(g), 1] for g in groups]
        assert sorted(row[:3] for row in counts) == sorted([*alone, [0, 0, 0], [1, 7, len(groups)]])
        assert {place[row[3]] for row in counts if row[1] and not row[0]} == set(place.values())


def test_a_users_aggregate_of_a_grouping_key_sees_the_texts_of_the_rows(rows: DataFrame) -> None:
    @pandas_udf("string")
    def together(texts: pd.Series) -> str:
        return "".join(sorted(texts))

    assert sorted(r[0] for r in rows.groupBy("n").agg(together("n").alias("t")).select("t").collect()) == ["Aa", "b"]
