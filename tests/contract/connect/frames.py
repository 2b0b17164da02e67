"""DataFrames for the tests."""

from __future__ import annotations

from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.plan import SQL
from pyspark.sql.connect.session import SparkSession


def sql(spark: SparkSession, text: str) -> DataFrame:
    """A DataFrame of SQL text, without asking the server first as `spark.sql` does."""
    return DataFrame(SQL(text), spark)
