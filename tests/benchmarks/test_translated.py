"""What raw DuckDB is asked is what Spark is asked."""

import pytest

from benchmarks.contenders import translated


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("SELECT 2.0 / 3.0", "SELECT 0.666667"),
        ("SELECT 3.0 / 2.0", "SELECT 1.500000"),
        ("SELECT 1.25 / 8.000", "SELECT 0.1562500"),  # a scale of 2 + 4 + 1
    ],
)
def test_quotients_of_decimal_constants_are_rounded_as_by_spark(asked: str, told: str) -> None:
    assert translated(asked) == told
