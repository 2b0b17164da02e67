"""What tables that keep versions do alike, whatever their format."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from tests.tables.answers import rows

FORMATS = ("delta", "iceberg", "honeystore")


@pytest.mark.parametrize("format_", ["delta", "iceberg"])
def test_files_hold_no_more_rows_than_asked_for(format_: str, spark: SparkSession) -> None:
    spark.sql(f"create table t (id bigint) using {format_}")
    spark.range(100).write.format(format_).mode("append").option("maxRecordsPerFile", 30).saveAsTable("t")
    per_file = "select count(*) n from t group by _metadata.file_path order by n"
    assert rows(spark, per_file) == [(10,), (30,), (30,), (30,)]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_column_may_have_the_tables_name(format_: str, spark: SparkSession) -> None:
    spark.sql(f"create table id (id int, s string) using {format_}")
    spark.sql("insert into id values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
    spark.sql("update id set s = 'x' where id = 1")
    spark.sql("update id set id.s = 'y' where id.id = 2")
    spark.sql("merge into id using (select 3 as id) new on id.id = new.id when matched then update set id.s = 'z'")
    spark.sql("delete from id where id.id = 4")
    assert rows(spark, "select id.id, id.s from id order by id") == [(1, "x"), (2, "y"), (3, "z")]
