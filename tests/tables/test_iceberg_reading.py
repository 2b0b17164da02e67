"""Iceberg tables that others wrote: the library's, of format version 1, with equality deletes, without numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import FloatType, IntegerType, LongType, NestedField, StringType
from pyspark.sql import SparkSession

from tests.tables.answers import failure, rows
from tests.tables.iceberg_catalog import delete_equal, library, library_rows, spark
from tests.tables.test_pruning import scanned_files

__all__ = ["spark"]

SCHEMA = Schema(
    NestedField(1, "id", IntegerType()), NestedField(2, "k", StringType()), NestedField(3, "v", FloatType())
)
BY_K = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "k"))


def rows_of(*found: tuple[Any, ...]) -> pa.Table:
    types = {"id": pa.int32(), "k": pa.string(), "v": pa.float32()}
    return pa.table({n: pa.array([r[i] for r in found], t) for i, (n, t) in enumerate(types.items())})


@pytest.mark.parametrize("version", ["1", "2"])
def test_tables_of_the_library(version: str, spark: SparkSession, tmp_path: Path) -> None:
    table = library(tmp_path).create_table("db.t", SCHEMA, partition_spec=BY_K, properties={"format-version": version})
    assert rows(spark, "select * from ice.db.t") == []
    table.append(rows_of((1, "a", 1.5), (2, "b", 2.5), (3, None, None)))
    with table.update_schema() as update:
        update.rename_column("v", "w")
        update.update_column("id", LongType())
        update.add_column("extra", StringType())
        update.move_first("k")
    table.delete(EqualTo("id", 1))
    assert [f.dataType.simpleString() for f in spark.table("ice.db.t").schema] == [
        "string",
        "bigint",
        "float",
        "string",
    ]
    found = [("b", 2, 2.5, None), (None, 3, None, None)]
    assert rows(spark, "select * from ice.db.t order by id") == found
    assert rows(spark, "select id from ice.db.t where k is null") == [(3,)]
    spark.sql("insert into ice.db.t values ('c', 40000000000, 4, 'x')")
    spark.sql("update ice.db.t set extra = 'y' where id = 2")  # version 1 has no delete files: its files are copied
    spark.sql("delete from ice.db.t where k is null")
    wanted = [("b", 2, 2.5, "y"), ("c", 40000000000, 4.0, "x")]
    assert rows(spark, "select * from ice.db.t order by id") == wanted
    assert library_rows(tmp_path, "db.t") == wanted
    if version == "1":
        spark.sql("alter table ice.db.t set tblproperties ('format-version' = '2')")
        assert library(tmp_path).load_table("db.t").metadata.format_version == 2
        assert rows(spark, "select * from ice.db.t order by id") == wanted


def test_equality_deletes(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create table ice.db.t (id int, k string, v double)")
    spark.sql("insert into ice.db.t values (1, 'a', 1), (2, 'b', 2), (3, null, 3), (4, 'b', 4)")
    spark.sql("insert into ice.db.t values (5, 'b', 5), (6, null, 6)")
    delete_equal(tmp_path, "db.t", {"k": ["b", None]})
    assert rows(spark, "select id from ice.db.t order by id") == [(1,)]
    spark.sql("insert into ice.db.t values (7, 'b', 7), (8, 'a', 8)")  # newer than the delete
    assert rows(spark, "select id from ice.db.t order by id") == [(1,), (7,), (8,)]
    delete_equal(tmp_path, "db.t", {"id": [8, 7], "k": ["a", "x"]})
    assert rows(spark, "select id from ice.db.t order by id") == [(1,), (7,)]
    spark.sql("alter table ice.db.t rename column k to kind")
    spark.sql("alter table ice.db.t alter column id type bigint")
    assert rows(spark, "select id from ice.db.t where kind = 'b'") == [(7,)]
    # what is deleted already counts once: 1 and 7 are all that is left to change
    assert rows(spark, "update ice.db.t set v = v + 1") == [(2,)]
    assert rows(spark, "select id, v from ice.db.t order by id") == [(1, 2.0), (7, 8.0)]
    assert rows(spark, "call ice.system.rewrite_data_files(table => 'db.t', options => map('rewrite-all', 'true'))")
    assert rows(spark, "select content from ice.db.t.delete_files") == []
    assert library_rows(tmp_path, "db.t") == [(1, "a", 2.0), (7, "b", 8.0)]


def test_equality_deletes_by_partition(spark: SparkSession, tmp_path: Path) -> None:
    table = library(tmp_path).create_table("db.t", SCHEMA)
    table.append(rows_of((1, "a", 1.0), (2, "b", 1.0)))
    with table.update_spec() as update:
        update.add_identity("k")
    table.append(rows_of((3, "a", 1.0), (4, "b", 1.0)))
    delete_equal(tmp_path, "db.t", {"v": [1.0]}, ("a",))
    assert rows(spark, "select id from ice.db.t order by id") == [(1,), (2,), (4,)]
    delete_equal(tmp_path, "db.t", {"v": [1.0]})
    assert rows(spark, "select id from ice.db.t") == []


def test_files_without_numbers_go_by_the_name_mapping(spark: SparkSession, tmp_path: Path) -> None:
    table = library(tmp_path).create_table("db.t", SCHEMA)
    path = tmp_path / "given.parquet"
    pq.write_table(rows_of((1, "a", 1.0), (2, "b", 2.0)), path)
    table.add_files([str(path)])
    with table.update_schema() as update:
        update.rename_column("k", "kind")
    assert rows(spark, "select id, kind from ice.db.t order by id") == [(1, "a"), (2, "b")]
    delete_equal(tmp_path, "db.t", {"kind": ["a"]})
    assert rows(spark, "select id, v from ice.db.t") == [(2, 2.0)]


def test_filters_leave_files_out(spark: SparkSession) -> None:
    spark.sql("create table ice.db.t (id bigint, s string, d date, n decimal(9,2)) partitioned by (bucket(16, id))")
    for start in range(0, 400, 100):
        values = (
            "id, concat('s', lpad(id, 4, '0')), date_add(date'2024-01-01', cast(id as int)), cast(id as decimal(9,2))"
        )
        spark.sql(f"insert into ice.db.t select {values} from range({start}, {start + 100})")

    everything = scanned_files(spark, "select * from ice.db.t")
    assert everything == 64
    for condition, count, most in (
        ("id = 250", 1, 1),
        ("id in (5, 250)", 2, 3),
        ("s between 's0100' and 's0120'", 21, 16),
        ("d >= date'2024-12-31'", 35, 16),
        ("n in (5.00, 305.00, 999.99)", 2, 32),
    ):
        query = f"select id from ice.db.t where {condition}"
        assert len(rows(spark, query)) == count
        assert scanned_files(spark, query) <= most, condition


def test_small_manifests_are_merged(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create table ice.db.t (id int) tblproperties ('commit.manifest.min-count-to-merge' = '4')")
    for i in range(11):
        spark.sql(f"insert into ice.db.t values ({i}), ({i + 100})")
        if i % 2:
            spark.sql(f"delete from ice.db.t where id = {i}")
    wanted = sorted([(i,) for i in range(0, 11, 2)] + [(i + 100,) for i in range(11)])
    assert rows(spark, "select id from ice.db.t order by id") == wanted
    assert library_rows(tmp_path, "db.t") == wanted
    assert rows(spark, "select count(*) <= 8 from ice.db.t.manifests") == [(True,)]
    found = rows(spark, "select distinct status from ice.db.t.entries order by 1")
    assert set(found) <= {(0,), (1,)}
    first = rows(spark, "select snapshot_id from ice.db.t.snapshots")[2][0]
    assert rows(spark, f"select count(*) from ice.db.t version as of {first}") == [(3,)]
    assert rows(spark, "select sum(id) from ice.db.t where id > 105") == [(106 + 107 + 108 + 109 + 110,)]
    spark.sql("update ice.db.t set id = id + 1000 where id >= 100")
    assert rows(spark, "select count(*), max(id) from ice.db.t") == [(17, 1110)]
    assert len(library_rows(tmp_path, "db.t")) == 17


def test_what_spark_cannot_hold_is_named(spark: SparkSession, tmp_path: Path) -> None:
    from pyiceberg.types import TimeType

    library(tmp_path).create_table("db.t", Schema(NestedField(1, "t", TimeType())))
    assert failure(spark, "select * from ice.db.t") == "UNSUPPORTED_FEATURE.HIVEFRAME"
