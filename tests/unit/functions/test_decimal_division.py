"""Quotients of decimals: what a divisor of zero does, and where it is looked at."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pyspark.errors import ArithmeticException
from pyspark.sql import SparkSession

import hiveframe


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    rows = "VALUES (1, 2), (40, 7), (NULL, 0), (5, NULL), (6, 0) AS t(a, b)"
    session.sql(f"SELECT CAST(a AS DECIMAL(17, 2)) a, CAST(b AS DECIMAL(17, 2)) b FROM {rows}").createOrReplaceTempView(
        "t"
    )
    yield session
    session.stop()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a / b FROM t",
        "SELECT a / (b - b) FROM t WHERE b = 7",
        "SELECT * FROM t WHERE a / b > 1",
        "SELECT avg(a / b) FROM t",
        "SELECT sum(a) / sum(b) FROM t GROUP BY b",
        "SELECT sum(a) OVER (PARTITION BY b) / b FROM t WHERE b = 0",
        "SELECT CAST(1 AS DECIMAL(17, 2)) / CAST(0 AS DECIMAL(17, 2))",
    ],
)
def test_a_number_by_zero_fails_at_the_division(query: str, spark: SparkSession) -> None:
    with pytest.raises(ArithmeticException) as failure:
        spark.sql(query).collect()
    assert failure.value.getCondition() == "DIVIDE_BY_ZERO"  # type: ignore[attr-defined]
    fragment = failure.value.getQueryContext()[0].fragment()  # type: ignore[attr-defined]
    assert "/" in fragment
    assert fragment in query


def test_null_by_zero_is_null(spark: SparkSession) -> None:
    assert spark.sql("SELECT a / b FROM t WHERE a IS NULL OR b IS NULL").collect() == [(None,), (None,)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a / b FROM t WHERE b <> 0 ORDER BY a",
        "SELECT a / b FROM t WHERE b <> 0 AND a / b > 0 ORDER BY a",
        "SELECT CASE WHEN b = 0 THEN NULL ELSE a / b END FROM t WHERE a > 0 AND (b > 0) ORDER BY a",
    ],
)
def test_a_condition_keeps_zero_away(query: str, spark: SparkSession) -> None:
    assert spark.sql(query).collect() == [(Decimal("0.50000000000000000000"),), (Decimal("5.71428571428571428571"),)]


def test_a_branch_that_is_not_taken_divides_nothing(spark: SparkSession) -> None:
    found = spark.sql("SELECT sum(CASE WHEN b > 0 THEN a / b END), sum(if(b = 0, 0, a / b)) FROM t").first()
    assert found is not None
    assert found[0] == found[1] == Decimal("6.21428571428571428571")
    assert spark.sql("SELECT try_divide(a, b) FROM t WHERE a = 6").collect() == [(None,)]


def test_without_ansi_a_number_by_zero_is_null(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.ansi.enabled", "false")
    try:
        assert spark.sql("SELECT a / b FROM t WHERE b = 0").collect() == [(None,), (None,)]
    finally:
        spark.conf.unset("spark.sql.ansi.enabled")
