"""Keys to sort by that are constants."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

import hiveframe


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.mark.parametrize("constant", ["2", "-5", "-2", "- (-9)", "-1.5BD", "-2D", "-1L", "'x'", "NULL", "true"])
def test_a_column_that_is_a_constant_is_no_position(constant: str, spark: SparkSession) -> None:
    query = f"SELECT c, id FROM (SELECT {constant} AS c, id FROM range(3)) ORDER BY c DESC, id DESC"
    assert [row.id for row in spark.sql(query).collect()] == [2, 1, 0]
