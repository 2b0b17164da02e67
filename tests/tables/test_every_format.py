"""What tables that keep versions do alike, whatever their format."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from tests.tables.answers import rows


@pytest.mark.parametrize("format_", ["delta", "iceberg"])
def test_files_hold_no_more_rows_than_asked_for(format_: str, spark: SparkSession) -> None:
    spark.sql(f"create table t (id bigint) using {format_}")
    spark.range(100).write.format(format_).mode("append").option("maxRecordsPerFile", 30).saveAsTable("t")
    per_file = "select count(*) n from t group by _metadata.file_path order by n"
    assert rows(spark, per_file) == [(10,), (30,), (30,), (30,)]
