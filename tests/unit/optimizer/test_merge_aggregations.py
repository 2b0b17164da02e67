"""Aggregations of one join, side by side."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe

JOINED = "sales join shops on shop = id where city = 'x' and"


@pytest.fixture
def spark(tmp_path: Path) -> Iterator[SparkSession]:
    kept = ("results", "aggregates")  # of which a busy machine keeps something, and then plans are others
    session = hiveframe.session(**{f"spark.hiveframe.cache.{what}": "false" for what in kept})
    sales = "select id % 7 shop, id % 10 hour, if(id % 3 = 0, null, id) v from range(1000)"
    shops = "select id, if(id % 2 = 0, 'x', 'y') city from range(7)"
    for name, query in (("sales", sales), ("shops", shops)):
        path = str(tmp_path / name)
        session.sql(query).write.parquet(path)
        session.read.parquet(path).createOrReplaceTempView(name)
    yield session
    session.stop()


def joins(spark: SparkSession, query: str) -> int:
    """How many joins of the two tables a query makes."""
    return spark.sql(query)._explain_string(mode="simple").count("/shops]")


def test_one_join_serves_all(spark: SparkSession) -> None:
    parts = [
        f"(select count(*) n, sum(v) s from {JOINED} hour = 1) a",
        f"(select count(v) m, count(*) filter (where v > 500) f from {JOINED} hour between 2 and 4) b",
        f"(select max(v) + 1 h from {JOINED} hour = 99) c",
    ]
    query = f"select * from {', '.join(parts)}"
    alone = [tuple(spark.sql(f"select * from {part}").collect()[0]) for part in parts]
    assert tuple(spark.sql(query).collect()[0]) == alone[0] + alone[1] + alone[2]
    assert spark.sql(query).columns == ["n", "s", "m", "f", "h"]
    assert joins(spark, query) == 1


def test_each_join_is_made_once(spark: SparkSession) -> None:
    sides = ("on shop = id", "on hour = id", "on hour = id", "on shop = id")
    parts = [f"(select count(*) n{i} from sales join shops {on} where hour = {i}) t{i}" for i, on in enumerate(sides)]
    query = f"select * from {', '.join(parts)}"
    assert tuple(spark.sql(query).collect()[0]) == (100, 100, 100, 100)
    assert joins(spark, query) == 2


@pytest.mark.parametrize(
    "other",
    [
        "(select count(distinct v) m from sales join shops on shop = id where hour = 2) b",
        "(select count(1 / v) m from sales join shops on shop = id where hour = 2) b",
        "(select count(*) m from sales join shops on shop = id where 10 / hour > 2) b",
        "(select count(*) m from sales left join shops on shop = id where hour = 2) b",
        "(select hour, count(*) m from sales join shops on shop = id group by hour) b",
        "(select listagg(city) within group (order by v) m from sales join shops on shop = id where hour = 2) b",
        "lateral (select count(*) m from sales join shops on shop = id where hour = 2 and v > a.n) b",
    ],
)
def test_others_stay_apart(other: str, spark: SparkSession) -> None:
    one = "(select count(*) n from sales join shops on shop = id where hour = 1) a"
    assert joins(spark, f"select * from {one}, {other}") == 2


def test_a_part_without_a_condition_reads_every_row(spark: SparkSession) -> None:
    one = "(select count(*) n from sales join shops on shop = id) a"
    other = "(select count(*) m from sales join shops on shop = id where hour = 1) b"
    query = f"select m, n from {one}, {other}"
    assert tuple(spark.sql(query).collect()[0]) == (100, 1000)
    assert joins(spark, query) == 1


def test_every_condition_is_told_twice_however_many_parts_there_are(spark: SparkSession) -> None:
    parts = [f"(select count(*) n{i} from {JOINED} hour = {i}) t{i}" for i in range(8)]
    frame = spark.sql(f"select * from {', '.join(parts)}")
    shown = frame._explain_string(mode="extended")
    plan = shown[shown.index("== Optimized") : shown.index("== Physical")]
    assert [len(re.findall(rf"hour = {i}\b", plan)) for i in range(8)] == [2] * 8
    assert len(frame.collect()[0]) == 8
