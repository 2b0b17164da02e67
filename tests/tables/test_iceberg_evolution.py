"""Iceberg tables whose columns, partitions and order change; branches, tags and what CALL does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.tables.answers import failure, rows
from tests.tables.iceberg_catalog import library, library_rows, spark

__all__ = ["spark"]


@pytest.fixture
def people(spark: SparkSession) -> SparkSession:
    spark.sql("use ice.db")
    spark.sql("create table people (id int, name string, s struct<a: int, b: array<struct<x: int>>>)")
    spark.sql("insert into people values (1, 'a', named_struct('a', 1, 'b', array(named_struct('x', 5))))")
    return spark


def test_columns_are_told_by_number(people: SparkSession, tmp_path: Path) -> None:
    people.sql("alter table people rename column name to title")
    people.sql("alter table people add column name string comment 'new' first")
    people.sql("alter table people rename column s.a to c")
    people.sql("alter table people add column s.a int after c")
    people.sql("alter table people add column s.b.element.y int first")
    people.sql("alter table people alter column id type bigint")
    people.sql("alter table people alter column id after title")
    people.sql("insert into people (name, title, id) values ('n', 't', 1234567890123)")
    assert people.table("people").columns == ["name", "title", "id", "s"]
    assert rows(people, "select name, title, id, s.c, s.a, s.b[0].x, s.b[0].y from people order by id") == [
        (None, "a", 1, 1, None, 5, None),
        ("n", "t", 1234567890123, None, None, None, None),
    ]
    (old, _) = sorted(library(tmp_path).load_table("db.people").scan().to_arrow().to_pylist(), key=lambda r: r["id"])
    assert old == {"name": None, "title": "a", "id": 1, "s": {"c": 1, "a": None, "b": [{"y": None, "x": 5}]}}
    people.sql("alter table people drop column s")
    people.sql("alter table people add column s int")
    assert rows(people, "select id, s from people order by id") == [(1, None), (1234567890123, None)]
    assert failure(people, "alter table people alter column id type int") == "NOT_SUPPORTED_CHANGE_COLUMN"
    assert failure(people, "alter table people alter column id set not null") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert failure(people, "alter table people add column z int not null") == "UNSUPPORTED_FEATURE.HIVEFRAME"


def test_an_older_snapshot_has_the_columns_of_then(people: SparkSession) -> None:
    (first,) = rows(people, "select snapshot_id from people.snapshots")[0]
    people.sql("alter table people create tag then")
    people.sql("alter table people drop column s")
    people.sql("insert into people values (2, 'b')")
    assert people.table("people").columns == ["id", "name"]
    assert len(rows(people, f"select * from people version as of {first}")[0]) == 3
    assert len(rows(people, "select * from people version as of 'then'")[0]) == 3


def test_partitions_evolve(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("use ice.db")
    spark.sql("create table t (id bigint, k string, ts timestamp)")
    spark.sql("insert into t values (1, 'a', timestamp'2024-01-01 00:00:00')")
    spark.sql("alter table t add partition field bucket(8, id) as shard")
    spark.sql("alter table t add partition field k")
    spark.sql("insert into t values (2, 'b', timestamp'2024-01-02 00:00:00')")
    spark.sql("alter table t replace partition field shard with days(ts)")
    spark.sql("insert into t values (3, 'c', timestamp'2024-01-03 00:00:00')")
    spark.sql("alter table t drop partition field days(ts)")
    spark.sql("alter table t drop partition field k")
    spark.sql("insert into t values (4, 'd', null)")
    assert failure(spark, "alter table t drop partition field k") == "ICEBERG_NO_PARTITION_FIELD"
    assert failure(spark, "alter table t add partition field days(k)") == "ICEBERG_BAD_TRANSFORM"
    assert rows(spark, "select id, k from t where id in (1, 3) order by id") == [(1, "a"), (3, "c")]
    assert rows(spark, "select id from t where k = 'b'") == [(2,)]
    spark.sql("update t set k = 'z' where id >= 2")
    spark.sql("delete from t where id = 1")
    assert rows(spark, "select id, k from t order by id") == [(2, "z"), (3, "z"), (4, "z")]
    assert [r[:2] for r in library_rows(tmp_path, "db.t")] == [(2, "z"), (3, "z"), (4, "z")]
    specs = library(tmp_path).load_table("db.t").specs()
    assert [[f.name for f in specs[i].fields] for i in sorted(specs)] == [
        [],
        ["shard"],
        ["shard", "k"],
        ["ts_day", "k"],
        ["k"],
    ]
    spark.sql("alter table t add partition field k")  # a spec that was there before is taken again
    assert library(tmp_path).load_table("db.t").spec().fields == specs[4].fields


def test_a_column_of_an_older_partitioning_may_go(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create table ice.db.t (id int, K string) partitioned by (truncate(1, k))")
    spark.sql("insert into ice.db.t values (1, 'a'), (2, 'b'), (3, 'b')")
    assert failure(spark, "alter table ice.db.t drop column k") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    spark.sql("alter table ice.db.t drop partition field K_trunc")
    spark.sql("alter table ice.db.t drop column k")
    spark.sql("delete from ice.db.t where id = 2")
    spark.sql("insert into ice.db.t values (4)")
    spark.sql("update ice.db.t set id = 5 where id = 1")
    assert rows(spark, "select * from ice.db.t order by id") == [(3,), (4,), (5,)]
    spark.sql("call ice.system.rewrite_data_files('db.t')")
    assert rows(spark, "select * from ice.db.t order by id") == [(3,), (4,), (5,)]


def test_new_columns_of_the_rows_are_added(people: SparkSession, tmp_path: Path) -> None:
    wider = people.sql("select 2 id, 'b' name, null s, 1.5d extra")
    wider.writeTo("people").option("mergeSchema", "true").append()
    assert rows(people, "select id, extra from people order by id") == [(1, None), (2, 1.5)]
    assert library(tmp_path).load_table("db.people").schema().column_names[-1] == "extra"


def test_rows_are_written_in_order(spark: SparkSession, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    spark.sql("create table ice.db.t (id int, s string) partitioned by (truncate(1, s))")
    spark.sql("alter table ice.db.t write distributed by partition locally ordered by truncate(2, s) desc, id")
    spark.sql("insert into ice.db.t select id, concat(chr(97 + id % 2), id % 3) from range(12)")
    for path in sorted((tmp_path / "lake/db/t/data").rglob("*.parquet")):
        found = [(r["s"], r["id"]) for r in pq.ParquetFile(path).read().to_pylist()]
        assert found == sorted(found, key=lambda r: (-int(r[0][1]), r[1]))
    order = library(tmp_path).load_table("db.t").sort_order()
    assert [str(f) for f in order.fields] == ["truncate[2](2) DESC NULLS LAST", "1 ASC NULLS FIRST"]
    spark.sql("alter table ice.db.t write unordered")
    assert library(tmp_path).load_table("db.t").sort_order().is_unsorted


def test_properties(people: SparkSession, tmp_path: Path) -> None:
    people.sql("alter table people set tblproperties ('a' = '1', 'comment' = 'said')")
    people.sql("alter table people unset tblproperties ('a')")
    assert library(tmp_path).load_table("db.people").properties == {"comment": "said"}
    assert ("Comment", "said", "") in rows(people, "describe table extended people")
    people.sql("comment on table people is 'more'")
    assert library(tmp_path).load_table("db.people").properties == {"comment": "more"}
    people.sql("alter table people add partition field bucket(4, id)")
    assert rows(people, "describe table people")[-2:] == [
        ("# Partitioning", "", ""),
        ("Part 0", "bucket(4, id)", ""),
    ]
    people.sql("alter table people rename to folk")
    assert rows(people, "select id from folk") == [(1,)]
    assert rows(people, "show tables in ice.db") == [("db", "folk", False)]


@pytest.mark.parametrize(
    "clause", ["PARTITIONED BY (k, days(ts))\nCLUSTERED BY (id)\nINTO 4 BUCKETS", "", "PARTITIONED BY (k)"]
)
def test_a_table_can_be_made_again_from_its_statement(clause: str, spark: SparkSession, tmp_path: Path) -> None:
    spark.sql(f"create table ice.db.t (id int comment 'key', k string, ts timestamp) using iceberg {clause}")
    ((statement,),) = rows(spark, "show create table ice.db.t")
    assert clause in statement
    first = library(tmp_path).load_table("db.t")
    spark.sql("drop table ice.db.t")
    spark.sql(statement)
    again = library(tmp_path).load_table("db.t")
    assert (again.schema(), again.spec()) == (first.schema(), first.spec())
    sorted_buckets = "clustered by (a) sorted by (a) into 4 buckets"
    assert failure(spark, f"create table ice.db.u (a int) {sorted_buckets}") == "UNSUPPORTED_FEATURE.HIVEFRAME"


def test_branches_and_tags(people: SparkSession, tmp_path: Path) -> None:
    people.sql("alter table people create branch audit retain 7 days with snapshot retention 3 snapshots 2 days")
    people.sql("alter table people create tag v1")
    people.sql("insert into ice.db.people.branch_audit (id) values (2)")
    people.createDataFrame([(3,)], "id int").writeTo("people").option("branch", "audit").append()
    people.sql("update ice.db.people.branch_audit set name = 'z' where id = 2")
    assert rows(people, "select count(*) from people") == [(1,)]
    assert rows(people, "select id, name from people version as of 'audit' order by id") == [
        (1, "a"),
        (2, "z"),
        (3, None),
    ]
    assert people.read.option("branch", "audit").table("people").count() == 3
    assert people.read.option("tag", "v1").format("iceberg").load("ice.db.people").count() == 1
    ref = library(tmp_path).load_table("db.people").refs()["audit"]
    assert (ref.max_ref_age_ms, ref.min_snapshots_to_keep, ref.max_snapshot_age_ms) == (604800000, 3, 172800000)
    assert failure(people, "alter table people create tag v1") == "ICEBERG_REFERENCE_EXISTS"
    people.sql("alter table people create tag if not exists v1")
    assert failure(people, "insert into ice.db.people.tag_v1 (id) values (9)") == "ICEBERG_NO_REFERENCE"
    assert failure(people, "alter table people replace branch nope") == "ICEBERG_NO_REFERENCE"
    moved = rows(people, "call ice.system.fast_forward('db.people', 'main', 'audit')")
    assert moved[0][0] == "main"
    assert rows(people, "select count(*) from people") == [(3,)]
    people.sql("alter table people drop branch audit")
    people.sql("alter table people drop tag if exists nope")
    assert sorted(rows(people, "select name, type from ice.db.people.refs")) == [("main", "BRANCH"), ("v1", "TAG")]


def test_rollback(people: SparkSession) -> None:
    people.sql("insert into people (id) values (2)")
    people.sql("insert into people (id) values (3)")
    first, second, third = (r[0] for r in rows(people, "select snapshot_id from people.snapshots"))
    assert rows(people, f"call ice.system.rollback_to_snapshot('db.people', {second})") == [(third, second)]
    assert rows(people, "select count(*) from people") == [(2,)]
    assert failure(people, f"call ice.system.rollback_to_snapshot('db.people', {third})") == "ICEBERG_NO_ANCESTOR"
    call = f"call ice.system.set_current_snapshot(snapshot_id => {third}, table => 'db.people')"
    assert rows(people, call) == [(second, third)]
    ((moment,),) = rows(people, f"select committed_at from people.snapshots where snapshot_id = {second}")
    call = f"call system.rollback_to_timestamp('people', timestamp'{moment}')"
    assert rows(people, call) == [(third, first)]
    assert [r[0] for r in rows(people, "call ice.system.ancestors_of('db.people')")] == [first]
    assert failure(people, "call ice.system.rollback_to_snapshot('db.people')") == "REQUIRED_PARAMETER_NOT_FOUND"
    assert failure(people, "call ice.system.nothing('db.people')") == "ROUTINE_NOT_FOUND"


def test_compaction_keeps_rows_and_drops_deletes(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create table ice.db.t (id bigint, k int) partitioned by (bucket(2, id), k)")
    for start in (0, 10, 20):
        spark.sql(f"insert into ice.db.t select id, id % 2 from range({start}, {start + 10})")
    spark.sql("delete from ice.db.t where id % 5 = 0")
    before = rows(spark, "select * from ice.db.t order by id")
    assert rows(spark, "select count(*) from ice.db.t.delete_files")[0][0] > 0
    ((rewritten, added, _, failed, dropped),) = rows(spark, "call ice.system.rewrite_data_files('db.t')")
    assert rewritten >= 8
    assert added == 4
    assert (failed, dropped > 0) == (0, True)
    assert rows(spark, "select * from ice.db.t order by id") == before
    assert library_rows(tmp_path, "db.t") == before
    assert rows(spark, "select count(*) from ice.db.t.delete_files") == [(0,)]
    assert rows(spark, "call ice.system.rewrite_data_files('db.t')") == [(0, 0, 0, 0, 0)]
    sort = "call ice.system.rewrite_data_files(table => 'db.t', sort_order => 'id', where => 'k = 1')"
    assert rows(spark, sort)[0][:2] == (2, 2)
    assert rows(spark, "select operation from ice.db.t.snapshots")[-1] == ("replace",)


def test_old_snapshots_and_orphans_go(people: SparkSession, tmp_path: Path) -> None:
    for i in range(2, 6):
        people.sql(f"insert into people (id) values ({i})")
    people.sql("alter table people create tag kept as of version " + str(_snapshots(people)[1]))
    people.sql("delete from people where id = 2")
    people.sql("delete from people where id = 3")
    wanted = [(1,), (4,), (5,)]
    counts = rows(people, "call ice.system.expire_snapshots('db.people', now(), 2)")[0]
    assert counts[4] == 4  # of seven snapshots the last two and the tag's stay
    assert rows(people, "select id from people order by id") == wanted
    assert rows(people, "select id from people version as of 'kept' order by id") == [(1,), (2,)]
    assert [r[:1] for r in library_rows(tmp_path, "db.people")] == wanted
    stray = tmp_path / "lake/db/people/data/stray.parquet"
    stray.write_bytes(b"x")
    assert rows(people, "call ice.system.remove_orphan_files('db.people')") == []
    os.utime(stray, (time.time() - 4 * 86400,) * 2)
    dry = rows(people, "call ice.system.remove_orphan_files(table => 'db.people', dry_run => true)")
    assert dry == [(str(stray),)]
    assert stray.exists()
    assert rows(people, "call ice.system.remove_orphan_files('db.people')") == dry
    assert not stray.exists()
    assert rows(people, "select id from people order by id") == wanted
    young = "call ice.system.remove_orphan_files(table => 'db.people', older_than => now())"
    assert failure(people, young) == "ICEBERG_ORPHANS_TOO_YOUNG"


def _snapshots(spark: SparkSession) -> list[int]:
    return [r[0] for r in rows(spark, "select snapshot_id from people.snapshots")]


def test_metadata_tables(people: SparkSession) -> None:
    own = "spark_catalog.default.own using iceberg partitioned by (k)"
    people.sql(f"create table {own} as select id, id % 2 k from range(4)")
    assert rows(people, "select operation, summary['added-records'] from spark_catalog.default.own.snapshots") == [
        ("append", "4")
    ]
    assert rows(people, "select partition.k, record_count from spark_catalog.default.own.partitions order by 1") == [
        (0, 2),
        (1, 2),
    ]
    for name in ("history", "files", "data_files", "entries", "manifests", "all_manifests"):
        assert people.table(f"ice.db.people.{name}").count() == 1, name
    assert failure(people, "select * from ice.db.nothing.snapshots") == "TABLE_OR_VIEW_NOT_FOUND"


def test_other_formats_refuse(spark: SparkSession) -> None:
    spark.sql("create table d (id int) using delta")
    for change in ("add partition field id", "write ordered by id", "create branch b", "drop tag b"):
        assert failure(spark, f"alter table d {change}") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert failure(spark, "create table e (id int) using delta partitioned by (bucket(4, id))") == (
        "UNSUPPORTED_FEATURE.HIVEFRAME"
    )
    assert failure(spark, "call system.expire_snapshots('d')") == "UNSUPPORTED_FEATURE.TABLE_OPERATION"
