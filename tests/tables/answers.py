"""What tests of tables ask: rows, and the condition of a failure."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession


def rows(spark: SparkSession, query: str) -> list[tuple[Any, ...]]:
    """A query's rows."""
    return [tuple(row) for row in spark.sql(query).collect()]


def failure(spark: SparkSession, query: str) -> str:
    """The condition with which a statement fails."""
    with pytest.raises(PySparkException) as caught:
        spark.sql(query).collect()
    return str(caught.value.getCondition())
