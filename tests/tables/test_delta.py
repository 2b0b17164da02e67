"""Delta tables from SQL and DataFrames: what they do that other formats do otherwise, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from tests.tables.answers import rows
from tests.tables.delta_rows import library_table


@pytest.fixture
def people(spark: SparkSession) -> SparkSession:
    spark.sql("create table people (id int, name string, score double) using delta")
    spark.sql("insert into people values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    return spark


def test_delete_takes_rows_out_by_deletion_vector(people: SparkSession, warehouse: Path) -> None:
    people.sql("delete from people where id = 2")
    assert len(list((warehouse / "people").glob("*.parquet"))) == 1
    assert sum(1 for _ in DeltaTable(str(warehouse / "people")).deletion_vectors()) == 1


def test_a_path_names_a_version(people: SparkSession, warehouse: Path) -> None:
    people.sql("delete from people where id < 3")
    assert rows(people, f"select count(*) from delta.`{warehouse}/people@v1`") == [(3,)]
    assert people.read.format("delta").option("versionAsOf", 1).load(str(warehouse / "people")).count() == 3


def test_mapped_columns(spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        "create table mapped (id int, s struct<a: int, b: string>) using delta"
        " tblproperties ('delta.columnMapping.mode' = 'name')"
    )
    spark.sql("insert into mapped values (1, named_struct('a', 1, 'b', 'x')), (2, null)")
    spark.sql("update mapped set s.b = 'y' where id = 1")
    assert rows(spark, "select id, s.a, s.b from mapped order by id") == [(1, 1, "y"), (2, None, None)]
    assert library_table(warehouse / "mapped") == [(1, {"a": 1, "b": "y"}), (2, None)]


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
    assert library_table(warehouse / "t") == [(2, 20), (3, 30)]
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


@pytest.mark.parametrize("told", ["7", None])
def test_the_log_says_of_which_partition_a_file_is_whatever_its_folder_is_called(
    spark: SparkSession, tmp_path: Path, told: str | None
) -> None:
    place = tmp_path / "parts"
    spark.range(4).selectExpr("id", "CAST(id % 2 AS INT) AS p").write.format("delta").partitionBy("p").save(str(place))
    (log,) = (place / "_delta_log").glob("*.json")
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    for add in (action["add"] for action in actions if "add" in action):
        if add["partitionValues"] == {"p": "1"}:
            add["partitionValues"] = {"p": told}
    log.write_text("\n".join(map(json.dumps, actions)))
    found = spark.read.format("delta").load(str(place)).collect()
    other = None if told is None else int(told)
    assert sorted(map(tuple, found)) == [(0, 0), (1, other), (2, 0), (3, other)]
