"""Filters with long lists of whole numbers mean what short ones do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import hiveframe

LONG = ", ".join(map(str, range(-150, 150)))


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.mark.parametrize("kind", ["tinyint", "smallint", "int", "bigint"])
def test_every_whole_number(spark: SparkSession, kind: str) -> None:
    numbers = f"select try_cast(id * 7 - 140 as {kind}) n from range(50) union all select cast(null as {kind})"
    spark.sql(numbers).createOrReplaceTempView("numbers")
    low, high = (-128, 127) if kind == "tinyint" else (-150, 149)
    wanted = [n for n in range(-140, 210, 7) if low <= n <= high]
    values = ", ".join(f"cast({v} as {kind})" for v in range(-128, 128)) if kind == "tinyint" else LONG
    assert sorted(r.n for r in spark.sql(f"select n from numbers where n in ({values})").collect()) == wanted
    inside = spark.sql(f"select count(*) from numbers where not (n in ({values})) or n is null").collect()[0][0]
    assert inside == 51 - len(wanted)


def test_where_it_stands(spark: SparkSession) -> None:
    spark.range(1000).createOrReplaceTempView("ids")
    listed = f"id in ({LONG})"
    assert spark.sql(f"select count(*) from ids where {listed} and id > 100").collect() == [(49,)]
    assert spark.sql(f"select sum(n) from (select id + 1 id, 1 n from ids) where {listed}").collect() == [(149,)]
    assert spark.sql(f"select id from ids group by id having {listed}").count() == 150
    correlated = f"select count(*) from ids a where exists (select 1 from ids b where b.id = a.id and b.{listed})"
    assert spark.sql(correlated).collect() == [(150,)]
    assert spark.range(1000).filter(F.col("id").isin(list(range(500)))).count() == 500
    assert spark.sql(f"select row_number() over (order by id) r from ids where {listed}").count() == 150
    assert spark.sql(f"select max(if({listed}, id, 0)) from ids").collect() == [(149,)]


def test_texts_and_times(spark: SparkSession) -> None:
    spark.sql(
        "select concat('x', id) s, date_add(date'2020-01-01', int(id)) d from range(1000)"
    ).createOrReplaceTempView("words")
    texts = ", ".join(f"'x{n}'" for n in range(500, 1500))
    assert spark.sql(f"select count(*) from words where s in ({texts})").collect() == [(500,)]
    assert spark.sql(f"select sum(if(s not in ({texts}), 1, 0)) from words").collect() == [(500,)]
    days = [dt.date(2020, 1, 1) + dt.timedelta(n) for n in range(300)]
    assert spark.table("words").filter(F.col("d").isin(days)).count() == 300


def test_null_among_the_constants_leaves_open_whether_others_are_listed(spark: SparkSession) -> None:
    spark.range(1000).createOrReplaceTempView("ids")
    for listed in (LONG, f"{LONG}, null", f"null, {', '.join(map(str, range(70)))}"):
        found = spark.sql(f"select id in ({listed}) from ids where id in (5, 500) order by id").collect()
        assert found == [(True,), (None if "null" in listed else False,)]
    none = spark.sql(f"select cast(null as bigint) in ({LONG}) a, 7 in ({LONG}) b").collect()
    assert none == [(None, True)]


@pytest.mark.parametrize("count", [10, 100, 300])
def test_the_column_is_named_as_it_was_written(spark: SparkSession, count: int) -> None:
    listed = ", ".join(map(str, range(count)))
    assert spark.sql(f"select id in ({listed}) from range(1)").columns == [f"(id IN ({listed}))"]
    texts = ", ".join(f"'{n}'" for n in range(count))
    shown = ", ".join(map(str, range(count)))
    assert spark.sql(f"select string(id) in ({texts}) from range(1)").columns == [f"(id IN ({shown}))"]


@pytest.mark.parametrize(
    ("value", "listed", "found"),
    [
        ("5.0", "{}", True),
        ("'5'", "{}", True),
        ("5", "{}.0", True),
        ("smallint(5)", "{}L", True),
        ("tinyint(-5)", "-{}", True),
        ("5", "'{}'", True),
        ("5.5", "{}", False),
    ],
)
def test_values_of_other_types_are_compared_as_in_short_lists(
    spark: SparkSession, value: str, listed: str, found: bool
) -> None:
    many = ", ".join(listed.format(n) for n in range(100))
    few = ", ".join(listed.format(n) for n in range(10))
    assert spark.sql(f"select {value} in ({many}), {value} in ({few})").collect() == [(found, found)]


def test_texts_under_another_collation(spark: SparkSession) -> None:
    many = ", ".join(f"'A{n}'" for n in range(100))
    assert spark.sql(f"select 'a7' collate utf8_lcase in ({many}), 'a7' in ({many})").collect() == [(True, False)]


def test_lists_whose_types_do_not_meet(spark: SparkSession) -> None:
    with pytest.raises(Exception, match="DATA_DIFF_TYPES"):
        spark.sql(f"select true in ({LONG})")
    with pytest.raises(Exception, match="EMPTY_IN_PREDICATE"):
        spark.sql("select 1 in ()")
