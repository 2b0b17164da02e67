"""Rows that are added up before they are joined with what names their groups."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.optimizer.rules import aggregate_before_join

DAYS = """select if(id = 49, null, cast(id as int)) d, concat('w', id div 7) week, id % 7 place,
          if(id % 7 = 3, null, concat('day', id % 7)) name from range(60)"""
SHOPS = "select cast(id % 8 as int) s, concat('shop', id) shop, id % 3 region, 'here' land from range(10)"
SALES = """select if(id % 31 = 0, null, cast(id * 13 % 57 as int)) day, cast(id % 9 as int) shop,
           if(id % 17 = 0, null, cast(id * 7 % 230 as decimal(7,2))) price, cast(id % 11 as int) pieces,
           id % 13 * 1.1D weight, id * 1000000007 big, cast(id % 5 as string) kind from range(4000)"""
EXCLUDED = "spark.sql.optimizer.excludedRules"
BY_WEEK = "sales JOIN days ON day = d"
CASES = ", ".join(f"sum(CASE WHEN name = 'day{i}' THEN price END)" for i in range(5))


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = hiveframe.session(
        **{"spark.hiveframe.cache.results": "false", "spark.hiveframe.cache.aggregates": "false"}
    )
    folder: Path = tmp_path_factory.mktemp("tables")
    for name, query in {"days": DAYS, "shops": SHOPS, "sales": SALES}.items():
        session.sql(query).write.parquet(str(folder / name))
        session.read.parquet(str(folder / name)).createOrReplaceTempView(name)
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def of_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate_before_join, "_LEAST_ROWS", 1000)


def aggregations(spark: SparkSession, query: str) -> int:
    """How many aggregations the engine is asked for."""
    return spark.sql(query)._explain_string(mode="codegen").count("GROUP BY")


def rows(spark: SparkSession, query: str) -> list[tuple[object, ...]]:
    """The rows in one order."""
    return sorted((tuple(row) for row in spark.sql(query).collect()), key=str)


def without_rule(spark: SparkSession, query: str) -> list[tuple[object, ...]]:
    spark.conf.set(EXCLUDED, "aggregate_before_join")
    try:
        return rows(spark, query)
    finally:
        spark.conf.unset(EXCLUDED)


FIRES = {
    "conditions": f"SELECT week, shop, {CASES} FROM {BY_WEEK} GROUP BY week, shop",
    "all kinds": "SELECT week, count(CASE WHEN name = 'day1' THEN 1 END), min(CASE WHEN place > 2 THEN kind END), "
    "avg(CASE WHEN place = 1 THEN price END), sum(CASE name WHEN 'day2' THEN pieces WHEN 'day4' THEN 7 ELSE 0 END), "
    f"count(*), count(price), max(big), sum(pieces), avg(price), sum(price) + count(*) FROM {BY_WEEK} GROUP BY week",
    "filters": f"SELECT week, sum(price) FILTER (WHERE name = 'day1'), count(*) FILTER (WHERE name = 'day2'), "
    f"max(price) FILTER (WHERE name IS NULL), min(pieces) FILTER (WHERE place = 5) FROM {BY_WEEK} GROUP BY week",
    "wide keys": "SELECT sales.shop, shops.shop, region, land, s, sum(price) FROM sales JOIN shops ON sales.shop = s "
    "GROUP BY sales.shop, shops.shop, region, land, s",
    "conditions on the rows": f"SELECT week, {CASES} FROM {BY_WEEK} WHERE pieces > 3 AND weight < 9 GROUP BY week",
    "two tables": f"SELECT week, region, {CASES} FROM {BY_WEEK} JOIN shops ON sales.shop = s GROUP BY week, region",
    "one of two tables": f"SELECT week, kind, {CASES} FROM {BY_WEEK} JOIN shops ON sales.shop = s AND region > 0 "
    "GROUP BY week, kind",
    "keys alone": "SELECT week, name, place, d, max(price) FROM sales JOIN days ON day = d "
    "GROUP BY week, name, place, d",
}
STAYS = {
    "few conditions": f"SELECT week, sum(price) FROM {BY_WEEK} GROUP BY week",
    "a condition on the table": f"SELECT week, {CASES} FROM {BY_WEEK} AND place > 1 GROUP BY week",
    "a product": f"SELECT week, {CASES} FROM sales, days WHERE week = name GROUP BY week",
    "doubles": f"SELECT week, {CASES.replace('price', 'weight')} FROM {BY_WEEK} GROUP BY week",
    "sums that may overflow": f"SELECT week, {CASES.replace('price', 'big')} FROM {BY_WEEK} GROUP BY week",
    "what may fail": f"SELECT week, {CASES.replace('price', '10 div pieces')} FROM {BY_WEEK} AND pieces > 0 "
    "GROUP BY week",
    "distinct values": f"SELECT week, count(DISTINCT price), {CASES} FROM {BY_WEEK} GROUP BY week",
    "values of both sides": f"SELECT week, {CASES}, sum(price * place) FROM {BY_WEEK} GROUP BY week",
    "a key that is computed": f"SELECT week, big % 2, {CASES} FROM {BY_WEEK} GROUP BY week, big % 2",
    "another kind of join": f"SELECT week, {CASES} FROM sales LEFT JOIN days ON day = d GROUP BY week",
    "grouping sets": f"SELECT week, shop, {CASES} FROM {BY_WEEK} GROUP BY ROLLUP (week, shop)",
    "groups as many as rows": f"SELECT week, big, {CASES} FROM {BY_WEEK} GROUP BY week, big",
}


@pytest.mark.parametrize("query", FIRES.values(), ids=FIRES.keys())
def test_rows_are_added_up_before_they_are_joined(spark: SparkSession, query: str) -> None:
    assert aggregations(spark, query) >= 2
    assert rows(spark, query) == without_rule(spark, query)


@pytest.mark.parametrize("query", STAYS.values(), ids=STAYS.keys())
def test_what_gains_nothing_or_may_differ_stays_as_it_is(spark: SparkSession, query: str) -> None:
    assert aggregations(spark, query) == 1
    assert rows(spark, query) == without_rule(spark, query)


def test_small_tables_are_left_alone(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate_before_join, "_LEAST_ROWS", 10_000)
    assert aggregations(spark, FIRES["conditions"]) == 1


def test_a_table_with_several_rows_for_a_key_counts_each(spark: SparkSession) -> None:
    query = (
        "SELECT region, count(*), sum(price), count(CASE WHEN shops.shop = 'shop8' THEN 1 END), "
        "sum(CASE WHEN shops.shop = 'shop9' THEN pieces END), max(CASE WHEN land = 'here' THEN price END), "
        "min(CASE WHEN shops.shop = 'shop1' THEN price END) FROM sales JOIN shops ON sales.shop = s GROUP BY region"
    )
    assert aggregations(spark, query) >= 2
    assert rows(spark, query) == without_rule(spark, query)
    assert sum(row[1] for row in rows(spark, query)) == 4446  # two shops have two names each
