"""Filters with long lists of whole numbers mean what short ones do."""

from __future__ import annotations

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
