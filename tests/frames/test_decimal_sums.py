"""Sums of decimal products, of which some need more than 64 bits and some do not."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from pyspark.errors import ArithmeticException

import hiveframe

ROWS = [
    (1, "12345678901.12", "2.50"),
    (1, "9999999999999.99", "99999999.99"),
    (1, None, "1.00"),
    (2, "3.00", "4.00"),
    (3, None, "4.00"),
    (4, "9999999999999.99", "999999999.99"),
    (4, "-9999999999999.99", "99999999.99"),
]


@pytest.fixture(scope="module")
def spark():
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.fixture
def products(spark):
    frame = spark.createDataFrame(ROWS, "g int, a string, b string")
    frame.selectExpr("g", "CAST(a AS DECIMAL(15,2)) a", "CAST(b AS DECIMAL(15,2)) b").createOrReplaceTempView(
        "products"
    )


def total(rows, of):
    with localcontext(prec=80):
        found = [of(Decimal(a), Decimal(b)) for _, a, b in rows if a is not None]
        return sum(found) if found else None


@pytest.mark.parametrize("ansi", ["true", "false"])
@pytest.mark.parametrize(
    ("text", "of"), [("a * b", lambda a, b: a * b), ("a * (1 - b) * (2 + b)", lambda a, b: a * (1 - b) * (2 + b))]
)
def test_a_sum_of_products_is_exact_whether_they_fit_in_64_bits_or_not(spark, products, ansi, text, of):
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    grouped = spark.sql(f"SELECT g, sum({text}) FROM products GROUP BY g ORDER BY g").collect()
    assert [tuple(r) for r in grouped] == [(g, total([r for r in ROWS if r[0] == g], of)) for g in (1, 2, 3, 4)]
    assert spark.sql(f"SELECT sum({text}) FROM products").first()[0] == total(ROWS, of)
    assert spark.sql(f"SELECT sum({text}) FROM products WHERE g > 4").first()[0] is None
    some = spark.sql(f"SELECT sum({text}) FILTER (WHERE g = 2) FROM products").first()[0]
    assert some == total(ROWS[3:4], of)


@pytest.mark.parametrize("small", ["0", "1", "1000000000"])
def test_a_sum_past_38_digits_is_an_overflow(spark, small):
    nines = "CAST(repeat('9', 18) AS DECIMAL(18,0))"
    factor = f"CASE WHEN id % 2 = 0 THEN {nines} ELSE CAST({small} AS DECIMAL(18,0)) END"
    spark.range(400).selectExpr(f"{factor} x").createOrReplaceTempView("factors")
    spark.conf.set("spark.sql.ansi.enabled", "true")
    assert spark.sql(f"SELECT sum(x * x) FROM factors WHERE x = {small}").first()[0] == 200 * int(small) ** 2
    with pytest.raises(ArithmeticException, match="ARITHMETIC_OVERFLOW"):
        spark.sql("SELECT sum(x * x) FROM factors").collect()
