"""HoneyStore tables from SQL and DataFrames: what they hold, at every version."""

from __future__ import annotations

import json
import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.tables.answers import failure, rows


@pytest.fixture
def people(spark: SparkSession) -> SparkSession:
    spark.sql("create table people (id int, name string, score double) using honeystore")
    spark.sql("insert into people values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    return spark


def test_rows_are_deleted_by_bitmap(people: SparkSession, warehouse: Path) -> None:
    people.sql("delete from people where id = 2")
    assert len(list((warehouse / "people/segments").iterdir())) == 1


def test_a_path_names_a_version(people: SparkSession, warehouse: Path) -> None:
    people.sql("delete from people where id < 3")
    assert rows(people, f"select count(*) from honeystore.`{warehouse}/people@v1`") == [(3,)]
    assert people.read.format("honeystore").option("versionAsOf", 1).load(str(warehouse / "people")).count() == 3


def test_partitions_of_every_plain_type(spark: SparkSession) -> None:
    values = (
        "cast(1.50 as decimal(4, 2)) d, date'2024-02-29' t, timestamp'2024-02-29 12:34:56.789' m, X'6162' b, 'ä/%' s"
    )
    spark.sql(f"create table p using honeystore partitioned by (d, t, m, b, s) as select 1 id, {values}")
    spark.sql("insert into p values (2, null, null, null, null, null)")
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    same = "timestamp'2024-02-29 07:34:56.789'"
    assert rows(spark, f"select id from p where m = {same} and d = 1.5 and b = X'6162' and s = 'ä/%'") == [(1,)]
    assert rows(spark, "select id from p where t is null") == [(2,)]


def test_a_table_at_a_path_has_a_manifest_of_its_own(spark: SparkSession, tmp_path: Path) -> None:
    spark.range(2).write.format("honeystore").save(str(tmp_path / "t"))
    assert (tmp_path / "t/_honeystore/manifest.db").exists()


def test_an_append_only_table_keeps_its_rows(spark: SparkSession) -> None:
    spark.sql("create table log (a int) using honeystore tblproperties ('honey.appendOnly' = 'true')")
    spark.sql("insert into log values (1)")
    assert failure(spark, "delete from log") == "HONEY_APPEND_ONLY"
    assert rows(spark, "select * from log") == [(1,)]


def test_every_type_comes_back(spark: SparkSession) -> None:
    made = """select cast(1 as tinyint) a, cast(2 as smallint) b, true c, 1.5f d, double('NaN') e, X'00ff' f,
        date'0001-01-01' g, timestamp'2024-01-01 00:00:00.000001' h, timestamp_ntz'2024-01-01 00:00:00' i,
        array(1, null) j, map('k', array(1)) k, named_struct('x', 1, 'y', named_struct('z', 'q')) l,
        cast(123456789012345678901234567890.12 as decimal(38, 2)) m, interval '1' month n, interval '1' second o,
        cast(null as string) p, parse_json('{"a": [1, "x"]}') q"""
    spark.sql(f"create table types using honeystore as {made}")
    found, wanted = (
        spark.sql(q).select("*", F.expr("to_json(q)"), F.expr("string(n)")).drop("q", "n")
        for q in ("select * from types", made)
    )
    assert str(found.collect()) == str(wanted.collect())
    assert found.schema.simpleString() == wanted.schema.simpleString()


def test_a_table_moves_and_goes_with_its_folder(people: SparkSession, warehouse: Path) -> None:
    people.sql("alter table people rename to folks")
    assert rows(people, "select count(*) from folks") == [(3,)]
    people.sql("insert into folks values (4, 'd', 4)")
    assert rows(people, "select count(*) from folks") == [(4,)]
    people.sql("drop table folks")
    assert not (warehouse / "folks").exists()
    people.sql("create table folks (x int) using honeystore")
    assert rows(people, "select * from folks") == []


def test_managed_tables_share_one_manifest(people: SparkSession, warehouse: Path) -> None:
    people.sql("create database other")
    people.sql("create table other.t using honeystore as select 1 x")
    assert (warehouse / "_honeystore/manifest.db").exists()
    for folder in ("people", "other.db/t"):
        assert json.loads((warehouse / folder / "_honeystore/table.json").read_text())["manifest"] == "warehouse"
        assert "manifest.db" not in os.listdir(warehouse / folder / "_honeystore")


def test_history_detail_and_restore(people: SparkSession) -> None:
    people.sql("delete from people where id = 1")
    history = people.sql("describe history people").collect()
    assert [(r.version, r.operation) for r in history] == [(2, "DELETE"), (1, "WRITE"), (0, "CREATE TABLE")]
    assert people.sql("describe detail people").collect()[0].numFiles == 1
    people.sql("restore table people to version as of 1")
    assert rows(people, "select count(*) from people") == [(3,)]
    people.sql("restore table people to version as of 2")
    assert rows(people, "select count(*) from people") == [(2,)]


def test_vacuum_forgets_versions_and_orphans(people: SparkSession, warehouse: Path) -> None:
    people.sql("update people set score = 0")
    people.sql("delete from people where id = 1")
    orphan = warehouse / "people/segments/orphan.parquet"
    orphan.write_bytes(b"half a file")
    people.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    assert len(rows(people, "vacuum people retain 0 hours dry run")) == 2
    people.sql("vacuum people retain 0 hours")
    assert not orphan.exists()
    assert rows(people, "select id from people order by id") == [(2,), (3,)]
    assert failure(people, "select * from people version as of 1") == "HONEY_VERSION_NOT_FOUND"


def test_optimize_changes_no_row(people: SparkSession, warehouse: Path) -> None:
    people.sql("insert into people values (4, 'd', 4)")
    people.sql("delete from people where id = 1")
    people.sql("optimize people")
    assert rows(people, "select id from people order by id") == [(2,), (3,), (4,)]
    assert rows(people, "select count(distinct _metadata.file_path) from people") == [(1,)]


def test_clone(people: SparkSession) -> None:
    people.sql("delete from people where id = 1")
    people.sql("create table copy clone people")
    people.sql("insert into copy values (9, 'z', 9)")
    assert rows(people, "select id from copy order by id") == [(2,), (3,), (9,)]
    assert rows(people, "select id from people order by id") == [(2,), (3,)]


def test_what_it_does_not_have_is_refused(people: SparkSession) -> None:
    assert failure(people, "select * from table_changes('people', 0)").startswith("UNSUPPORTED")
    assert failure(people, "create table shallow shallow clone people").startswith("UNSUPPORTED")


def test_a_table_at_a_place_where_another_one_was(spark: SparkSession, tmp_path: Path) -> None:
    def made(name: str, query: str) -> str:
        spark.sql(query).write.format("honeystore").save(f"{tmp_path}/{name}")
        return f"select * from honeystore.`{tmp_path}/{name}`"

    read = made("t", "select 1 a")
    assert rows(spark, read) == [(1,)]
    shutil.rmtree(tmp_path / "t")
    made("t", "select 'x' b")
    assert rows(spark, read) == [("x",)]
    os.rename(tmp_path / "t", tmp_path / "u")
    assert rows(spark, read.replace("/t`", "/u`")) == [("x",)]
    assert failure(spark, read) == "HONEY_PATH_DOES_NOT_EXIST"
    made("t", "select 2.5 c")
    assert rows(spark, read) == [(Decimal("2.5"),)]


def test_versions_after_a_copy_was_put_back_are_not_those_of_the_same_number_before(
    spark: SparkSession, tmp_path: Path
) -> None:
    table, copy = f"honeystore.`{tmp_path}/t`", tmp_path / "copy"
    spark.range(4).write.format("honeystore").save(str(tmp_path / "t"))
    shutil.copytree(tmp_path / "t", copy)
    for gone, left in ((1, [0, 2, 3]), (2, [0, 1, 3])):
        shutil.rmtree(tmp_path / "t")
        shutil.copytree(copy, tmp_path / "t")
        assert rows(spark, f"select id from {table} order by id") == [(0,), (1,), (2,), (3,)]
        spark.sql(f"delete from {table} where id = {gone}")
        assert rows(spark, f"select id from {table} order by id") == [(i,) for i in left]
        assert rows(spark, f"select id from honeystore.`{tmp_path}/t@v1` order by id") == [(i,) for i in left]
        assert spark.read.format("honeystore").load(str(tmp_path / "t")).count() == 3
