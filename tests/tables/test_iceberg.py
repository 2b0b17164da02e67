"""Iceberg tables from SQL and DataFrames: what they do that other formats do otherwise, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.tables.answers import failure, rows
from tests.tables.iceberg_catalog import library, library_rows, spark

__all__ = ["spark"]


@pytest.fixture
def people(spark: SparkSession) -> SparkSession:
    spark.sql("use ice.db")
    spark.sql("create table people (id int, name string, score double)")
    spark.sql("insert into people values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    return spark


def test_delete_writes_position_deletes(people: SparkSession, tmp_path: Path) -> None:
    people.sql("delete from people where id = 2")
    snapshot = library(tmp_path).load_table("db.people").current_snapshot()
    assert snapshot.summary["added-position-deletes"] == "1"


def test_every_type_comes_back(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql(
        "create table ice.db.t as select true a, 1y b, 2s c, 3 d, 4L e, 1.5f f, 2.5d g, 1.25bd h, 'x' i, X'0102' j,"
        " date'2024-02-29' k, timestamp'2024-02-29 12:00:00.123456' l, timestamp_ntz'2024-02-29 12:00:00' m,"
        " array(1, null) n, map('k', named_struct('v', 1)) o, named_struct('p', array(named_struct('q', 1))) p"
    )
    kinds = [f.dataType.simpleString() for f in spark.table("ice.db.t").schema.fields]
    assert kinds[:6] == ["boolean", "int", "int", "int", "bigint", "float"]
    (row,) = rows(spark, "select * from ice.db.t")
    assert row[:10] == (True, 1, 2, 3, 4, 1.5, 2.5, Decimal("1.25"), "x", b"\x01\x02")
    assert row[10] == date(2024, 2, 29)
    assert row[11:13] == (datetime(2024, 2, 29, 12, 0, 0, 123456), datetime(2024, 2, 29, 12))
    assert row[13] == [1, None]
    assert row[14]["k"].v == 1
    assert row[15].p[0].q == 1
    (held,) = library(tmp_path).load_table("db.t").scan().to_arrow().to_pylist()
    assert held["l"] == datetime(2024, 2, 29, 12, 0, 0, 123456, UTC)
    assert held["m"] == datetime(2024, 2, 29, 12)
    assert held["n"] == [1, None]
    assert held["o"] == [("k", {"v": 1})]
    assert held["p"] == {"p": [{"q": 1}]}
    assert failure(spark, "create table ice.db.u (i interval day)") == "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"


def test_hidden_partitioning(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql(
        "create table ice.db.t (id bigint, s string, ts timestamp, d date) partitioned by"
        " (bucket(4, id), truncate(2, s), days(ts), months(d))"
    )
    spark.sql(
        "insert into ice.db.t select id, concat('s', id), timestampadd(HOUR, id, timestamp'1969-12-31 00:00:00'),"
        " date_add(date'1969-12-01', cast(id as int)) from range(100)"
    )
    spark.sql("insert into ice.db.t values (null, null, null, null)")
    assert rows(spark, "select count(*), sum(id) from ice.db.t where s >= 's5'") == [(55, sum(range(50, 100)) + 35)]
    table = library(tmp_path).load_table("db.t")
    names = [f.name for f in table.spec().fields]
    assert names == ["id_bucket", "s_trunc", "ts_day", "d_month"]
    assert len(table.scan().to_arrow()) == 101
    # the library decides by the partitions alone which files it reads: each must lie where it says
    for column, value, plain in (("id", 42, "42"), ("s", "s42", "'s42'")):
        found = table.scan(row_filter=f"{column} == {plain}").to_arrow().to_pylist()
        assert [r[column] for r in found] == [value]
    assert table.scan(row_filter="ts < '1970-01-01T00:00:00+00:00'").to_arrow().num_rows == 24
    assert table.scan(row_filter="d >= '1970-02-01'").to_arrow().num_rows == 38


def test_frames_overwrite_what_a_filter_or_their_partitions_name(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("use ice.db")
    spark.sql("create table parts partitioned by (k) as select id, id % 3 as k from range(9)")
    spark.range(2).withColumn("k", F.lit(5)).writeTo("parts").overwrite(F.lit(True))
    assert library_rows(tmp_path, "db.parts") == [(0, 5), (1, 5)]
    spark.range(2, 4).withColumn("k", F.lit(5)).writeTo("parts").overwritePartitions()
    spark.range(1).withColumn("k", F.lit(6)).writeTo("parts").append()
    assert library_rows(tmp_path, "db.parts") == [(0, 6), (2, 5), (3, 5)]


def test_snapshots_are_named_by_number_and_reference(people: SparkSession) -> None:
    (version,) = (r[0] for r in rows(people, "describe history people limit 1"))
    people.sql("delete from people where id < 3")
    assert people.read.option("snapshot-id", version).table("people").count() == 3
    assert rows(people, "select count(*) from people timestamp as of now()") == [(1,)]
    assert failure(people, "select * from people version as of 'nope'") == "ICEBERG_NO_REFERENCE"


def test_columns_that_refuse_null_are_required_fields(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create table ice.db.strict (a int not null, b int)")
    assert library(tmp_path).load_table("db.strict").schema().find_field("a").required
    assert failure(spark, "create table ice.db.t (a int default 1)") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert (
        failure(spark, "create table ice.db.t (a int, constraint c check (a > 0))") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    )


def test_tables_of_the_sessions_own_catalog(spark: SparkSession, tmp_path: Path) -> None:
    from pyiceberg.catalog.sql import SqlCatalog

    spark.sql("create table own (id int, k string) using iceberg partitioned by (k)")
    spark.sql("insert into own values (1, 'x'), (2, 'y')")
    spark.sql("alter table own rename to mine")
    spark.sql("create table own (id int) using iceberg")
    spark.sql("insert into own values (7)")
    assert rows(spark, "select * from mine order by id") == [(1, "x"), (2, "y")]
    folder = tmp_path / "warehouse"
    catalog = SqlCatalog("spark_catalog", uri=f"sqlite:///{folder}/iceberg.db", warehouse=f"file://{folder}")
    assert sorted(catalog.list_tables("default")) == [("default", "mine"), ("default", "own")]
    assert catalog.load_table("default.mine").scan().to_arrow().num_rows == 2
    spark.sql("drop table mine")
    assert rows(spark, "select * from own") == [(7,)]
    assert catalog.list_tables("default") == [("default", "own")]
    spark.sql("create or replace table own using iceberg as select 'new' as s")
    assert rows(spark, "select * from own") == [("new",)]


def test_tables_by_path_are_read(people: SparkSession) -> None:
    location = next(r[1] for r in rows(people, "describe table extended people") if r[0] == "Location")
    assert people.read.format("iceberg").load(location.removeprefix("file:")).count() == 3
    path = location.removeprefix("file:")
    with pytest.raises(Exception, match="by its path"):
        people.range(1).write.format("iceberg").mode("append").save(path)


def test_frames_are_saved_by_name(people: SparkSession) -> None:
    more = people.createDataFrame([(4, "d", 4.0)], "id int, name string, score double")
    more.write.format("iceberg").mode("append").save("ice.db.people")
    assert people.read.format("iceberg").load("ice.db.people").count() == 4
    more.write.format("iceberg").mode("overwrite").save("db.people")
    assert rows(people, "select * from people") == [(4, "d", 4.0)]
    more.write.format("iceberg").save("db.fresh")
    more.write.insertInto("fresh")
    assert people.table("ice.db.fresh").count() == 2


def test_a_table_written_by_the_library_is_seen_at_once(people: SparkSession, tmp_path: Path) -> None:
    import pyarrow as pa

    assert people.table("people").count() == 3
    table = library(tmp_path).load_table("db.people")
    table.append(pa.table({"id": pa.array([4], pa.int32()), "name": ["d"], "score": [4.0]}))
    assert people.table("people").count() == 4
    table.delete("id == 1")
    assert rows(people, "select min(id) from people") == [(2,)]
