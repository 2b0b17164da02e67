"""Joins under DISTINCT whose rows come from one table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe

ITEMS = """select if(id % 13 = 0, null, id % 40) i, if(id % 4 = 0, null, id % 5) brand, id % 3 class from range(60)"""
SALES = """select if(id % 7 = 0, null, id * 11 % 50) item, id % 20 day, id % 9 shop from range(300)"""
DAYS = """select if(id % 5 = 0, null, id) d, id % 2 year from range(18)"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = hiveframe.session()
    folder: Path = tmp_path_factory.mktemp("tables")
    tables = {"items": ITEMS, "sales": SALES, "days": DAYS, "no_sales": f"{SALES} where id < 0"}
    for name, query in tables.items():
        session.sql(query).write.parquet(str(folder / name))
        session.read.parquet(str(folder / name)).createOrReplaceTempView(name)
    yield session
    session.stop()


def semi_joins(spark: SparkSession, query: str) -> int:
    """How many semi-joins the optimised plan has."""
    shown = spark.sql(query)._explain_string(mode="extended")
    return shown[shown.index("== Optimized") : shown.index("== Physical")].count("Join LeftSemi")


def rows(spark: SparkSession, query: str) -> list[tuple[object, ...]]:
    """The rows in one order."""
    return sorted((tuple(row) for row in spark.sql(query).collect()), key=str)


def told_apart(spark: SparkSession, query: str) -> list[tuple[object, ...]]:
    """The different rows of a query without DISTINCT."""
    return sorted(set(rows(spark, query)), key=str)


JOINS = [
    "sales join items on item = i",
    "items, sales, days where item = i and day = d and year = 1",
    "sales, items, days where i = item and d = day and class < shop",
    "sales join days on day = d join items on item = i and shop > 3",
    "sales, items where item = i and shop = brand",
    "sales s join items on s.item = i join sales r on s.day = r.day and r.shop = 2",
]


@pytest.mark.parametrize("sales", ["sales", "no_sales"])
@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("asked", ["brand, class", "brand + 1 b, class, i"])
def test_distinct_rows_of_one_table_come_of_a_semi_join(join: str, asked: str, sales: str, spark: SparkSession) -> None:
    join = join.replace("sales", sales)
    query = f"select distinct {asked} from {join}"
    assert rows(spark, query) == told_apart(spark, f"select {asked} from {join}")
    assert semi_joins(spark, query) == (sales == "sales")  # a table without rows is the smaller one


def test_groups_without_aggregates_are_distinct_rows(spark: SparkSession) -> None:
    query = "select brand, class + 1 from sales join items on item = i group by brand, class + 1"
    assert rows(spark, query) == told_apart(spark, "select brand, class + 1 from sales join items on item = i")
    assert semi_joins(spark, query) == 1


@pytest.mark.parametrize("operation", ["intersect", "except", "union"])
def test_sides_of_set_operations_are(operation: str, spark: SparkSession) -> None:
    first = "select brand, class from sales join items on item = i where shop < 3"
    second = "select class, brand from sales, items where item = i"
    a, b = (set(rows(spark, side)) for side in (first, second))
    expected = {"intersect": a & b, "except": a - b, "union": a | b}[operation]
    query = f"{first} {operation} {second}"
    assert rows(spark, query) == sorted(expected, key=str)
    assert semi_joins(spark, query) == 2


@pytest.mark.parametrize(
    "query",
    [
        "select brand, class from sales join items on item = i",
        "select brand, count(*) from sales join items on item = i group by brand",
        "select distinct brand, shop from sales join items on item = i",
        "select distinct brand from sales join items on item = i where class = 1",
        "select distinct brand from sales join (select * from items where class = 1) on item = i",
        "select distinct brand from sales join items on item < i",
        "select distinct brand from sales, items",
        "select distinct brand from sales, items, days where item = i",
        "select distinct brand from sales, items, days where item = i and class = d",
        "select distinct brand from items left join sales on item = i",
        "select distinct brand + rand() > 9 from sales join items on item = i",
        "select distinct brand from sales join items on item = i and rand() < 2",
        "select distinct item, day from sales join items on item = i",  # the larger table
        "select distinct 1 from sales join items on item = i",
        "select brand from sales join items on item = i intersect all select brand from items",
        "select brand from sales join items on item = i union all select brand from items",
        "select distinct brand from (select brand from sales join items on item = i order by brand, item limit 3)",
    ],
)
def test_other_joins_stay(query: str, spark: SparkSession) -> None:
    assert semi_joins(spark, query) == 0


def test_rows_that_differ_in_some_columns_alone_are_those_of_the_join(spark: SparkSession) -> None:
    frame = spark.sql("select brand, class from sales join items on item = i").dropDuplicates(["brand"])
    shown = frame._explain_string(mode="extended")
    assert "Join LeftSemi" not in shown[shown.index("== Optimized") : shown.index("== Physical")]
    assert sorted(str(row.brand) for row in frame.collect()) == ["0", "1", "2", "3", "4", "None"]


def test_counts_of_what_stays_are_those_of_the_join(spark: SparkSession) -> None:
    count = spark.sql("select count(*) from sales join items on item = i").collect()[0][0]
    assert len(rows(spark, "select brand, class from sales join items on item = i")) == count


def test_a_condition_on_an_outer_row_stays(spark: SparkSession) -> None:
    query = """select d from days where exists (select distinct brand from sales join items on item = i and shop = d)"""
    shops = {row[0] for row in rows(spark, "select shop from sales join items on item = i")}
    assert {row[0] for row in rows(spark, query)} == {d for (d,) in rows(spark, "select d from days") if d in shops}
