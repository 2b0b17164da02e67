"""A data file that is torn or gone fails the queries that need it, by name, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from tests.tables.answers import rows

FORMATS = ("delta", "iceberg", "honeystore")
FOLDERS = {"delta": ".", "iceberg": "data", "honeystore": "segments"}


def data_files(table: Path, format_: str) -> set[Path]:
    return {p for p in (table / FOLDERS[format_]).rglob("*") if p.suffix in (".parquet", ".vortex")}


def two_files(spark: SparkSession, warehouse: Path, format_: str) -> tuple[Path, Path]:
    """The files of a table of two ranges of numbers."""
    spark.sql(f"create table t using {format_} as select id, id % 7 as v from range(1000)")
    (first,) = data_files(warehouse / "t", format_)
    spark.sql("insert into t select id + 5000, id % 7 from range(1000)")
    (second,) = data_files(warehouse / "t", format_) - {first}
    return first, second


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("size", [None, 0, 3, 200])
def test_only_queries_that_need_a_file_fail(
    size: int | None, format_: str, spark: SparkSession, warehouse: Path
) -> None:
    first, _ = two_files(spark, warehouse, format_)
    if size is None:
        first.unlink()
    else:
        first.write_bytes(first.read_bytes()[:size])
    for query in ("select sum(v) from t", "select v from t where id < 10"):
        with pytest.raises(PySparkException, match=first.name) as caught:
            spark.sql(query).collect()
        assert str(caught.value.getCondition()).startswith("FAILED_READ_FILE")
    assert rows(spark, "select count(*), min(id), sum(v) from t where id >= 5000") == [(1000, 5000, 2997)]
    assert rows(spark, "update t set v = 100 where id = 5001") == [(1,)]
    assert rows(spark, "delete from t where id = 5002") == [(1,)]
    assert rows(spark, "select count(*), max(v) from t where id >= 5000") == [(999, 100)]


def test_a_torn_deletion_vector_harms_only_its_file(spark: SparkSession, warehouse: Path) -> None:
    two_files(spark, warehouse, "delta")
    spark.sql("delete from t where id between 100 and 300 and v = 1")
    (vector,) = (warehouse / "t").glob("*.bin")
    vector.write_bytes(vector.read_bytes()[:10])
    with pytest.raises(PySparkException, match="DELTA_DELETION_VECTOR_BROKEN"):
        spark.sql("select count(*) from t").collect()
    assert rows(spark, "select count(*) from t where id >= 5000") == [(1000,)]


def test_torn_position_deletes_harm_only_their_partition(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t (id int, p int) using iceberg partitioned by (p)")
    spark.sql("insert into t values (1, 1), (2, 1), (3, 2)")
    before = data_files(warehouse / "t", "iceberg")
    spark.sql("delete from t where id = 2")
    (deletes,) = data_files(warehouse / "t", "iceberg") - before
    deletes.write_bytes(b"torn")
    assert rows(spark, "select * from t where p = 2") == [(3, 2)]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_delete_of_a_partition_opens_no_file(format_: str, spark: SparkSession, warehouse: Path) -> None:
    spark.sql(f"create table t (id int, p int) using {format_} partitioned by (p)")
    spark.sql("insert into t values (1, 1), (2, 1), (3, 2), (4, 3)")
    for path in data_files(warehouse / "t", format_):
        path.write_bytes(b"torn")
    assert rows(spark, "delete from t where p = 1") == [(2,)]
    assert rows(spark, "delete from t where p * 2 = 4") == [(1,)]
    assert rows(spark, "select count(*) from t where p <= 2") == [(0,)]
    assert rows(spark, "delete from t") == [(1,)]
    assert rows(spark, "select * from t") == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_delete_of_a_range_opens_what_lies_partly_in_it(format_: str, spark: SparkSession, warehouse: Path) -> None:
    first, _ = two_files(spark, warehouse, format_)
    first.write_bytes(b"torn")
    assert rows(spark, "delete from t where id < 5010") == [(1010,)]
    assert rows(spark, "select count(*), min(id) from t") == [(990, 5010)]
    assert rows(spark, "delete from t where id < 5020") == [(10,)]  # by now, some of a file's rows are gone
    assert rows(spark, "delete from t where id > 0") == [(980,)]
    assert rows(spark, "select * from t") == []


def test_many_files_are_named_by_the_one_that_is_torn(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t (id bigint) using delta")
    spark.range(700).write.format("delta").mode("append").option("maxRecordsPerFile", 10).saveAsTable("t")
    files = sorted(data_files(warehouse / "t", "delta"))
    assert len(files) == 70
    files[35].write_bytes(b"torn")
    with pytest.raises(PySparkException, match=files[35].name) as caught:
        spark.sql("select sum(id) from t").collect()
    assert str(caught.value.getCondition()).startswith("FAILED_READ_FILE")
