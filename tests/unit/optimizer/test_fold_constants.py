"""Casts of and arithmetic on constants."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyspark.errors import ArithmeticException, DateTimeException
from pyspark.sql import SparkSession

import hiveframe


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    session.sql("SELECT id FROM range(3)").createOrReplaceTempView("t")
    yield session
    session.stop()


def optimized(spark: SparkSession, query: str) -> str:
    shown = spark.sql(query)._explain_string(mode="extended")
    return str(shown[shown.index("== Optimized") : shown.index("== Physical")])


def left_as_it_is(spark: SparkSession, query: str) -> str:
    """The plan that the rule does not see."""
    spark.conf.set("spark.sql.optimizer.excludedRules", "fold_constants")
    try:
        return optimized(spark, query)
    finally:
        spark.conf.unset("spark.sql.optimizer.excludedRules")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1206 + 11", 1217),
        ("2000 - 1 - 1", 1998),
        ("3 * 4L", 12),
        ("-(5) + 1", -4),
        ("1S + 2S", 3),
        ("2147483647 + 0", 2147483647),
        ("-2147483648 + 0", -2147483648),
        ("CAST(7 AS DECIMAL(10, 2))", Decimal("7.00")),
        ("2.0 / 3.0", Decimal("0.666667")),
        ("-2.0 / 3.0", Decimal("-0.666667")),
        ("1.00 / 8.0", Decimal("0.125000")),
        ("CAST(1 AS DECIMAL(38, 0)) / CAST(7 AS DECIMAL(38, 0))", Decimal("0.142857")),
        ("CAST('2002-04-01' AS DATE) + INTERVAL '30' DAYS", date(2002, 5, 1)),
        ("CAST('2000-03-01' AS DATE) - INTERVAL 1 DAY", date(2000, 2, 29)),
        ("DATE'1970-01-01' - INTERVAL 719162 DAYS", date.min),
        ("date_add(DATE'2000-01-01', 5)", date(2000, 1, 6)),
        ("date_sub('2000-01-01', 5)", date(1999, 12, 27)),
        ("CAST('2000-01-02' AS DATE) + 30", date(2000, 2, 1)),
    ],
)
def test_constants_are_one_literal(expression: str, value: object, spark: SparkSession) -> None:
    query = f"SELECT {expression} AS x, id FROM t"
    assert {row.x for row in spark.sql(query).collect()} == {value}
    assert optimized(spark, query) != left_as_it_is(spark, query)
    before, after = (spark.sql(text).schema for text in (query, f"SELECT {expression} AS x, id FROM t WHERE id < 9"))
    assert before == after


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST('2002-4-1' AS DATE)", date(2002, 4, 1)),  # written otherwise
        ("INTERVAL 1 DAY + INTERVAL 2 DAYS", timedelta(days=3)),
        ("INTERVAL '0' DAY + INTERVAL '0' DAY", timedelta(0)),
        ("2.5 * 2", Decimal("5.0")),
        ("1.5D + 1", 2.5),
        ("try_cast('2002-02-30' AS DATE)", None),
        ("CAST(NULL AS INT) + 1", None),
    ],
)
def test_others_have_their_value(expression: str, value: object, spark: SparkSession) -> None:
    assert {row.x for row in spark.sql(f"SELECT {expression} AS x, id FROM t").collect()} == {value}


@pytest.mark.parametrize(
    ("expression", "error", "condition"),
    [
        ("2147483647 + 1", ArithmeticException, "ARITHMETIC_OVERFLOW"),
        ("-2147483648 - 1", ArithmeticException, "ARITHMETIC_OVERFLOW"),
        ("9223372036854775807L * 2L", ArithmeticException, "ARITHMETIC_OVERFLOW"),
        ("2.0 / 0.0", ArithmeticException, "DIVIDE_BY_ZERO"),
        ("127Y + 1Y", ArithmeticException, "BINARY_ARITHMETIC_OVERFLOW"),
        ("CAST('2002-02-30' AS DATE)", DateTimeException, "CAST_INVALID_INPUT"),
    ],
)
def test_what_fails_fails_where_it_is_computed(
    expression: str, error: type[Exception], condition: str, spark: SparkSession
) -> None:
    with pytest.raises(error) as failure:
        spark.sql(f"SELECT {expression} AS x, id FROM t").collect()
    assert failure.value.getCondition() == condition  # type: ignore[attr-defined]
    assert spark.sql(f"SELECT {expression} AS x, id FROM t WHERE id > 9").collect() == []


def test_legacy_arithmetic_wraps_as_before(spark: SparkSession) -> None:
    spark.conf.set("spark.sql.ansi.enabled", "false")
    try:
        assert spark.sql("SELECT 2147483647 + 1 AS x, 7 + 1 AS y").first() == (-2147483648, 8)
    finally:
        spark.conf.unset("spark.sql.ansi.enabled")
