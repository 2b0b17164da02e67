"""Decimals divided by constants."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from pyspark.errors import ArithmeticException
from pyspark.sql import SparkSession
from pyspark.sql.types import DecimalType

import hiveframe

VALUES = [None, "0", "0.01", "-0.01", "0.03", "12345678.99", "-99999999.99", "1", "33333333.33"]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    rows = ", ".join("(null)" if v is None else f"({v})" for v in VALUES)
    session.sql(f"select cast(x as decimal(10, 2)) x from values {rows} t(x)").createOrReplaceTempView("v")
    yield session
    session.stop()


def optimized(spark: SparkSession, query: str) -> str:
    shown = spark.sql(query)._explain_string(mode="extended")
    return str(shown[shown.index("== Optimized") : shown.index("== Physical")])


def divided(value: str | None, divisor: str, scale: int) -> Decimal | None:
    """Spark's quotient: rounded half up to its scale."""
    if value is None:
        return None
    with localcontext(prec=60):
        return (Decimal(value) / Decimal(divisor)).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)


@pytest.mark.parametrize("divisor", ["2", "-2", "1", "4", "10", "100", "12.5", "-1.6", "1.0", "1000"])
def test_quotients_are_products(divisor: str, spark: SparkSession) -> None:
    query = f"select x, x / {divisor} as q from v"
    frame = spark.sql(query)
    dtype = frame.schema["q"].dataType
    assert isinstance(dtype, DecimalType)
    assert {row.x: row.q for row in frame.collect()} == {
        None if v is None else Decimal(v).quantize(Decimal("0.01")): divided(v, divisor, dtype.scale) for v in VALUES
    }
    assert " * " in optimized(spark, query)
    assert frame.columns == ["x", "q"]


@pytest.mark.parametrize("divisor", ["3", "0.5", "7", "0.0", "x", "2D", "1024", "cast(null as decimal(3, 1))"])
def test_other_divisions_stay(divisor: str, spark: SparkSession) -> None:
    assert " * " not in optimized(spark, f"select x / {divisor} as q from v where x > 0")


def test_other_divisions_are_as_exact(spark: SparkSession) -> None:
    rows = spark.sql("select x, x / 3 as q, x / 1024 as r from v").collect()
    assert [row.q for row in rows] == [divided(v, "3", 6) for v in VALUES]
    assert [row.r for row in rows] == [divided(v, "1024", 7) for v in VALUES]


def test_a_product_with_too_many_digits_stays_a_division(spark: SparkSession) -> None:
    wide = "cast(12345678901234567890123456789012345678 as decimal(38, 0))"
    query = f"select w / 8 as q from (select {wide} + cast(id as decimal(1, 0)) * 0 w from range(2))"
    assert "/ 8" in optimized(spark, query)


def test_a_product_that_would_have_more_room_before_its_point_stays_a_division(spark: SparkSession) -> None:
    query = "select w / 2 as q from (select cast(id as decimal(35, 0)) w from range(3))"
    assert spark.sql(query).schema["q"].dataType == DecimalType(38, 6)
    assert " * " not in optimized(spark, query)


def test_the_widest_decimals_divide(spark: SparkSession) -> None:
    value = "1234567890123456789012345678.1234567891"
    query = f"select w / 1 as q, w / -1 as r from (select cast('{value}' as decimal(38, 10)) w from range(1))"
    assert [tuple(row) for row in spark.sql(query).collect()] == [(Decimal(value), Decimal(f"-{value}"))]
    assert " * " not in optimized(spark, query)


def test_a_remainder_is_no_quotient(spark: SparkSession) -> None:
    query = "select y % 1 + y / 2 as r from (select cast(id + 0.5 as decimal(2, 1)) y from range(2)) order by y"
    assert [row.r for row in spark.sql(query).collect()] == [Decimal("0.75"), Decimal("1.25")]


def test_division_by_zero_is_still_an_error(spark: SparkSession) -> None:
    with pytest.raises(ArithmeticException, match="DIVIDE_BY_ZERO"):
        spark.sql("select x / 0.0 from v").collect()


def test_sums_of_quotients_are_exact(spark: SparkSession) -> None:
    given = [Decimal(v) for v in VALUES if v is not None]
    assert spark.sql("select sum((x + x) / 2) as s from v").collect()[0].s == sum(given)
