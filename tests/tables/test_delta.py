"""Delta tables from SQL and DataFrames: what they hold afterwards, for us and for the format's own library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.tables.answers import failure, rows


def library_rows(path: Path) -> list[tuple[Any, ...]]:
    """What the Delta library itself reads there."""
    table = pa.table(DeltaTable(str(path)).scan().read_all())
    return sorted(tuple(row.values()) for row in table.to_pylist())


@pytest.fixture
def people(spark: SparkSession) -> SparkSession:
    spark.sql("create table people (id int, name string, score double) using delta")
    spark.sql("insert into people values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    return spark


def test_delete_takes_rows_out_by_deletion_vector(people: SparkSession, warehouse: Path) -> None:
    assert rows(people, "delete from people where id = 2") == [(1,)]
    assert rows(people, "select * from people order by id") == [(1, "a", 1.0), (3, "c", 3.0)]
    assert library_rows(warehouse / "people") == [(1, "a", 1.0), (3, "c", 3.0)]
    assert len(list((warehouse / "people").glob("*.parquet"))) == 1
    assert rows(people, "delete from people") == [(2,)]
    assert rows(people, "select count(*) from people") == [(0,)]


def test_update_changes_columns_and_fields(people: SparkSession, warehouse: Path) -> None:
    assert rows(people, "update people p set name = upper(p.name), score = score * 10 where p.id >= 2") == [(2,)]
    wanted = [(1, "a", 1.0), (2, "B", 20.0), (3, "C", 30.0)]
    assert rows(people, "select * from people order by id") == wanted
    assert library_rows(warehouse / "people") == wanted
    assert failure(people, "update people set nope = 1") == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    people.sql("create table deep using delta as select 1 id, named_struct('a', 1, 'b', named_struct('c', 'x')) s")
    people.sql("update deep set s.b.c = 'y'")
    assert rows(people, "select s.a, s.b.c from deep") == [(1, "y")]


def test_merge_has_every_clause(people: SparkSession, warehouse: Path) -> None:
    people.sql("create view changes as select * from values (1, 'gone'), (2, 'new'), (9, 'nine') as t(id, name)")
    counts = rows(
        people,
        """merge into people using changes on people.id = changes.id
           when matched and changes.name = 'gone' then delete
           when matched then update set name = changes.name
           when not matched then insert (id, name) values (id, name)
           when not matched by source then update set score = -1""",
    )
    assert counts == [(4, 2, 1, 1)]
    wanted = [(2, "new", 2.0), (3, "c", -1.0), (9, "nine", None)]
    assert rows(people, "select * from people order by id") == wanted
    assert library_rows(warehouse / "people") == wanted


def test_merge_refuses_two_changes_of_a_row(people: SparkSession) -> None:
    twice = "merge into people using (select 1 id union all select 1) s on people.id = s.id when matched then "
    condition = "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE"
    assert failure(people, twice + "update set score = 0") == condition
    assert rows(people, twice + "delete") == [(1, 0, 1, 0)]


def test_merge_of_a_data_frame(people: SparkSession) -> None:
    source = people.createDataFrame([(3, "three", 33.0), (4, "four", 44.0)], "id int, name string, score double")
    merged = source.alias("s").mergeInto("people", F.expr("people.id = s.id"))
    merged.whenMatched().updateAll().whenNotMatched().insertAll().merge()
    assert rows(people, "select * from people where id > 2 order by id") == [(3, "three", 33.0), (4, "four", 44.0)]


def test_time_travel(people: SparkSession, warehouse: Path) -> None:
    people.sql("delete from people where id < 3")
    assert rows(people, "select count(*) from people version as of 1") == [(3,)]
    assert rows(people, "select count(*) from people@v1".replace("people@v1", f"delta.`{warehouse}/people@v1`")) == [
        (3,)
    ]
    assert people.read.format("delta").option("versionAsOf", 1).load(str(warehouse / "people")).count() == 3
    assert failure(people, "select * from people version as of 7") == "DELTA_VERSION_NOT_FOUND"
    early = "select * from people timestamp as of '2001-01-01'"
    assert failure(people, early) == "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION"


def test_overwrites(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table parts using delta partitioned by (k) as select id, id % 3 as k from range(9)")
    spark.sql("insert overwrite parts partition (k = 1) select 100L")
    assert rows(spark, "select id from parts where k = 1") == [(100,)]
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    spark.sql("insert overwrite parts values (200, 2)")
    assert rows(spark, "select id from parts where k = 2") == [(200,)]
    assert rows(spark, "select count(*) from parts") == [(5,)]
    spark.sql("insert into parts replace where id >= 100 values (300, 0)")
    assert rows(spark, "select id from parts where id >= 100") == [(300,)]
    assert failure(spark, "insert into parts replace where id >= 100 values (3, 0)") == "DELTA_REPLACE_WHERE_MISMATCH"
    spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    spark.range(2).withColumn("k", F.lit(5)).write.format("delta").mode("overwrite").saveAsTable("parts")
    assert library_rows(warehouse / "parts") == [(0, 5), (1, 5)]


def test_columns_are_added_by_merge_schema(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "t")
    spark.range(2).write.format("delta").save(path)
    wider = spark.range(2, 3).withColumn("name", F.lit("x"))
    with pytest.raises(PySparkException) as caught:
        wider.write.format("delta").mode("append").save(path)
    assert caught.value.getCondition() == "DELTA_SCHEMA_MISMATCH"
    wider.write.format("delta").mode("append").option("mergeSchema", "true").save(path)
    found = spark.read.format("delta").load(path).orderBy("id").collect()
    assert [tuple(r) for r in found] == [(0, None), (1, None), (2, "x")]
    wider.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(path)
    assert spark.read.format("delta").load(path).columns == ["id", "name"]


def test_rows_keep_the_tables_rules(spark: SparkSession) -> None:
    spark.sql("create table strict (a int not null, b int) using delta")
    assert failure(spark, "insert into strict values (null, 1)") == "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"
    assert rows(spark, "select * from strict") == []


def test_mapped_columns(spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        "create table mapped (id int, s struct<a: int, b: string>) using delta"
        " tblproperties ('delta.columnMapping.mode' = 'name')"
    )
    spark.sql("insert into mapped values (1, named_struct('a', 1, 'b', 'x')), (2, null)")
    spark.sql("update mapped set s.b = 'y' where id = 1")
    assert rows(spark, "select id, s.a, s.b from mapped order by id") == [(1, 1, "y"), (2, None, None)]
    assert library_rows(warehouse / "mapped") == [(1, {"a": 1, "b": "y"}), (2, None)]


def test_a_table_written_by_another_engine_is_seen_at_once(people: SparkSession, warehouse: Path) -> None:
    from deltalake import write_deltalake

    assert people.table("people").count() == 3
    more = pa.table({"id": pa.array([4], pa.int32()), "name": ["d"], "score": [4.0]})
    write_deltalake(str(warehouse / "people"), more, mode="append")
    assert people.table("people").count() == 4
    assert rows(people, "select count(*) from people") == [(4,)]


@pytest.mark.parametrize("feed", ["true", "false"])
def test_files_are_copied_where_vectors_are_switched_off(feed: str, spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        "create table t (id int, v int) using delta tblproperties"
        f" ('delta.enableDeletionVectors' = 'false', 'delta.enableChangeDataFeed' = '{feed}')"
    )
    spark.sql("insert into t values (1, 1), (2, 2), (3, 3)")
    assert rows(spark, "delete from t where id = 1") == [(1,)]
    assert rows(spark, "update t set v = 20 where id = 2") == [(1,)]
    spark.sql("merge into t using (select 3 id) s on t.id = s.id when matched then update set v = 30")
    assert rows(spark, "select * from t order by id") == [(2, 20), (3, 30)]
    assert library_rows(warehouse / "t") == [(2, 20), (3, 30)]
    assert DeltaTable(str(warehouse / "t")).protocol().min_reader_version == 1
    if feed == "true":
        told = rows(spark, "select _change_type, id, v from table_changes('t', 2) order by _commit_version, 1, 3")
        assert told == [
            ("delete", 1, 1),
            ("update_postimage", 2, 20),
            ("update_preimage", 2, 2),
            ("update_postimage", 3, 30),
            ("update_preimage", 3, 3),
        ]


def test_errors_propose_the_tables_own_columns(people: SparkSession) -> None:
    with pytest.raises(PySparkException) as caught:
        people.sql("delete from people where nope = 1")
    assert "Did you mean one of the following? [`id`, `name`, `score`]" in str(caught.value)
