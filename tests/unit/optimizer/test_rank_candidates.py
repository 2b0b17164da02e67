"""First rows of partitions, ranked among those that may be among them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe

ITEMS = """select id i, if(id % 11 = 0, null, concat('c', id % 4)) category, id % 7 class from range(200)"""
SALES = """select id * 13 % 211 item, id % 20 day, if(id % 17 = 0, null, cast(id * 7 % 23 as decimal(7,2))) price,
           id * 5 % 19 / 2.0D weight from range(5000)"""
EXCLUDED = "spark.sql.optimizer.excludedRules"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.hiveframe.cache.results": "false"})
    folder: Path = tmp_path_factory.mktemp("tables")
    for name, query in {"items": ITEMS, "sales": SALES}.items():
        session.sql(query).write.parquet(str(folder / name))
        session.read.parquet(str(folder / name)).createOrReplaceTempView(name)
    yield session
    session.stop()


def fires(spark: SparkSession, query: str) -> bool:
    """Whether the optimised plan leaves rows out before they are ranked."""
    shown = spark.sql(query)._explain_string(mode="codegen")
    return ("max(" in shown and "list_extract" in shown) or ("min(" in shown and "list_extract" in shown)


def rows(spark: SparkSession, query: str) -> list[tuple[object, ...]]:
    """The rows in one order."""
    return sorted((tuple(row) for row in spark.sql(query).collect()), key=str)


def ranked(over: str, passes: str, value: str = "sum(price)", groups: str = "category, class, day") -> str:
    """The first rows by a sum of sales."""
    return f"""
        select * from (select *, rank() over ({over}) as place from
            (select category, class, day, {value} as v from sales join items on item = i group by {groups}))
        where {passes}"""


@pytest.mark.parametrize(
    ("over", "passes"),
    [
        ("partition by category order by v desc", "place <= 3"),
        ("partition by category order by v desc", "place < 2 and coalesce(day, 4) > 3"),
        ("partition by category order by v desc, day", "place <= 5"),
        ("partition by category order by v asc nulls last", "place <= 4"),
        ("partition by category, class order by v desc", "place <= 900"),
        ("partition by category order by v desc", "place in (1, 7)"),
        ("order by v desc", "place between 1 and 6"),
    ],
)
@pytest.mark.parametrize("value", ["sum(price)", "sum(weight)", "if(max(day) % 3 = 0, null, max(price))"])
@pytest.mark.parametrize("groups", ["category, class, day", "rollup(category, class, day)"])
def test_the_first_rows_are_the_same_with_ties_and_nulls_and_small_partitions(
    over: str, passes: str, value: str, groups: str, spark: SparkSession
) -> None:
    query = ranked(over, passes, value, groups)
    keys = 3 - over.count("category") - over.count("class")
    assert fires(spark, query) == (keys >= 2)
    found = rows(spark, query)
    spark.conf.set(EXCLUDED, "rank_candidates")
    try:
        assert not fires(spark, query)
        assert found == rows(spark, query)
    finally:
        spark.conf.unset(EXCLUDED)
    assert found


@pytest.mark.parametrize(
    ("over", "passes"),
    [
        ("partition by category order by v", "place <= 3"),  # NULLs come first
        ("partition by category order by v desc nulls first", "place <= 3"),
        ("partition by category order by v desc", "place >= 3"),
        ("partition by category order by v desc", "place <= 3 or day = 2"),
        ("partition by category order by v desc", "place <= 5000"),
        ("partition by category, class order by v desc", "place <= 3"),  # a few rows in each
        ("partition by day order by v desc", "place <= 1000"),
    ],
)
def test_other_conditions_and_orders_are_left_alone(over: str, passes: str, spark: SparkSession) -> None:
    assert not fires(spark, ranked(over, passes))


def test_windows_that_look_at_all_rows_are_left_alone(spark: SparkSession) -> None:
    query = ranked("partition by category order by v desc", "place <= 3")
    assert not fires(spark, query.replace("as place", "as place, count(*) over (partition by category) as n"))
    assert not fires(spark, query.replace("rank()", "dense_rank()"))
