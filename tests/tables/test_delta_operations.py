"""OPTIMIZE, VACUUM, RESTORE, CLONE, CONVERT, DESCRIBE HISTORY and DETAIL."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from tests.tables.answers import failure, rows

WEEK_S = 8 * 24 * 3600


@pytest.fixture
def versions(spark: SparkSession) -> SparkSession:
    """A table of four versions, each with a file more."""
    spark.sql("create table t (id int, name string) using delta")
    for i in range(4):
        spark.sql(f"insert into t values ({i}, 'n{i}')")
    return spark


def test_history_and_detail(versions: SparkSession, warehouse: Path) -> None:
    found = versions.sql("describe history t limit 2").collect()
    assert [(r.version, r.operation, r.isBlindAppend, r.operationMetrics["numOutputRows"]) for r in found] == [
        (4, "WRITE", True, "1"),
        (3, "WRITE", True, "1"),
    ]
    assert found[0].timestamp >= found[1].timestamp
    detail = versions.sql("describe detail t").collect()[0]
    assert (detail.format, detail.numFiles, detail.location) == ("delta", 4, f"file:{warehouse}/t")
    assert versions.sql(f"describe detail '{warehouse}/t'").collect()[0].id == detail.id


def test_optimize_keeps_the_rows(versions: SparkSession, warehouse: Path) -> None:
    metrics = versions.sql("optimize t").collect()[0].metrics
    assert (metrics.numFilesAdded, metrics.numFilesRemoved) == (1, 4)
    assert rows(versions, "select id from t order by id") == [(0,), (1,), (2,), (3,)]
    assert DeltaTable(str(warehouse / "t")).version() == 5
    assert versions.sql("optimize t").collect()[0].metrics.numFilesAdded == 0


def test_zorder_brings_near_rows_together(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("set spark.databricks.delta.optimize.maxFileSize = 30k")
    spark.sql("create table z using delta as select id a, (id * 7919) % 10000 b from range(10000)")
    spark.sql("optimize z zorder by (a, b)")
    assert rows(spark, "select count(*), sum(a), sum(b) from z") == [(10000, 49995000, 49995000)]
    actions = pa.table(DeltaTable(str(warehouse / "z")).get_add_actions(flatten=True)).to_pylist()
    assert len(actions) >= 3
    spread = [f["max.a"] - f["min.a"] for f in actions] + [f["max.b"] - f["min.b"] for f in actions]
    assert min(spread) < 6000
    assert failure(spark, "optimize z zorder by (nope)") == "UNRESOLVED_COLUMN.WITH_SUGGESTION"


def test_purge_rewrites_files_with_deleted_rows(versions: SparkSession, warehouse: Path) -> None:
    versions.sql("optimize t")
    versions.sql("delete from t where id = 1")
    versions.sql("reorg table t apply (purge)")
    assert rows(versions, "select id from t order by id") == [(0,), (2,), (3,)]
    assert sum(1 for _ in DeltaTable(str(warehouse / "t")).deletion_vectors()) == 0


def test_restore(versions: SparkSession) -> None:
    versions.sql("delete from t")
    restored = versions.sql("restore table t to version as of 2").collect()[0]
    assert (restored.num_restored_files, restored.num_of_files_after_restore) == (2, 2)
    assert rows(versions, "select id from t order by id") == [(0,), (1,)]
    assert failure(versions, "restore table t to version as of 99") == "DELTA_VERSION_NOT_FOUND"


def test_vacuum_spares_what_is_young_or_needed(versions: SparkSession, warehouse: Path) -> None:
    versions.sql("optimize t")
    old = time.time() - WEEK_S
    for path in (warehouse / "t").glob("*.parquet"):
        os.utime(path, (old, old))
    assert rows(versions, "vacuum t dry run") == []  # removed moments ago
    with pytest.raises(Exception, match="low retention"):
        versions.sql("vacuum t retain 0 hours")
    versions.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    assert len(rows(versions, "vacuum t retain 0 hours dry run")) == 4
    versions.sql("vacuum t retain 0 hours")
    assert len(list((warehouse / "t").glob("*.parquet"))) == 1
    assert rows(versions, "select count(*) from t") == [(4,)]


def test_clones_go_their_own_way(versions: SparkSession, warehouse: Path) -> None:
    versions.sql("delete from t where id = 0")
    versions.sql("create table shallow shallow clone t")
    versions.sql("create table deep deep clone t version as of 2")
    versions.sql("delete from shallow where id = 3")
    assert rows(versions, "select id from shallow order by id") == [(1,), (2,)]
    assert rows(versions, "select id from deep order by id") == [(0,), (1,)]
    assert rows(versions, "select id from t order by id") == [(1,), (2,), (3,)]
    assert DeltaTable(str(warehouse / "deep")).to_pyarrow_table().num_rows == 2


def test_parquet_becomes_delta(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "files"
    spark.range(10).selectExpr("id", "id % 2 k").write.partitionBy("k").parquet(str(path))
    assert failure(spark, f"convert to delta parquet.`{path}`") == "DELTA_PARTITION_COLUMNS_MISMATCH"
    spark.sql(f"convert to delta parquet.`{path}` partitioned by (k int)")
    assert rows(spark, f"select k, count(*) from delta.`{path}` group by k order by k") == [(0, 5), (1, 5)]
    spark.sql("create table files using parquet as select 1 a")
    spark.sql("convert to delta files")
    spark.sql("update files set a = 2")
    assert rows(spark, "select * from files") == [(2,)]


def test_truncate(versions: SparkSession) -> None:
    versions.sql("truncate table t")
    assert rows(versions, "select * from t") == []
    assert rows(versions, "select count(*) from t version as of 4") == [(4,)]


def test_a_deep_clone_of_a_shallow_one_has_files_of_its_own(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t using delta partitioned by (k) as select id, id % 3 k from range(30)")
    spark.sql("delete from t where id in (0, 1, 2)")
    spark.sql("create table shallow shallow clone t")
    spark.sql("delete from shallow where id in (3, 4)")
    spark.sql("create table deep deep clone shallow")
    wanted = rows(spark, "select id, k from shallow order by id")
    assert len(wanted) == 25
    spark.sql("drop table t")
    shutil.rmtree(warehouse / "t", ignore_errors=True)
    shutil.rmtree(warehouse / "shallow")
    assert rows(spark, "select id, k from deep order by id") == wanted
    assert pa.table(DeltaTable(str(warehouse / "deep")).scan().read_all()).num_rows == 25


def test_a_table_that_becomes_a_clone_asks_no_less_of_its_readers(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t using delta as select 1 a, 2 b")
    spark.sql("create table clustered (a int, b int) using delta cluster by (b)")
    spark.sql("create or replace table clustered shallow clone t")
    features = spark.sql("describe detail clustered").collect()[0]
    assert {"clustering", "domainMetadata"} <= set(features.tableFeatures)
    assert features.clusteringColumns == []
    assert rows(spark, "select * from clustered") == [(1, 2)]
    assert DeltaTable(str(warehouse / "clustered")).version() == 1


def test_clustering_columns_are_named_as_files_name_them(spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        "create table t (a int, s struct<b: int>, k bigint generated always as identity) using delta"
        " cluster by (a) tblproperties ('delta.columnMapping.mode' = 'name')"
    )
    spark.sql("insert into t (a, s) values (1, named_struct('b', 2))")
    assert failure(spark, "alter table t drop column a") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    spark.sql("alter table t rename column a to first")
    assert spark.sql("describe detail t").collect()[0].clusteringColumns == ["first"]
    spark.sql("alter table t cluster by (s.b)")
    assert spark.sql("describe detail t").collect()[0].clusteringColumns == ["s.b"]
    spark.sql("optimize t full")
    spark.sql("alter table t cluster by none")
    assert spark.sql("describe detail t").collect()[0].clusteringColumns == []
    for commit in (warehouse / "t/_delta_log").glob("*.json"):
        domains = [line for line in commit.read_text().splitlines() if line.startswith('{"domainMetadata"')]
        assert len(domains) <= 1
        assert not any('"first"' in d or '"a"' in d for d in domains)


def test_restore_brings_back_clustering_columns(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t (a int, b int) using delta cluster by (a)")
    spark.sql("insert into t values (1, 2)")
    spark.sql("alter table t cluster by (b)")
    columns = "describe detail t"
    spark.sql("restore table t to version as of 1")
    assert spark.sql(columns).first()["clusteringColumns"] == ["a"]
    spark.sql("restore table t to version as of 2")
    assert spark.sql(columns).first()["clusteringColumns"] == ["b"]
    spark.sql("create table plain (a int) using delta")
    spark.sql("alter table plain cluster by (a)")
    spark.sql("restore table plain to version as of 0")
    assert spark.sql("describe detail plain").first()["clusteringColumns"] == []
    assert DeltaTable(str(warehouse / "plain")).version() == 2


def test_checkpoints_are_of_the_kind_that_the_table_asks_for(spark: SparkSession, warehouse: Path) -> None:
    for name, policy in (("one", "classic"), ("two", "v2")):
        kind = f"'delta.checkpointPolicy' = '{policy}', 'delta.checkpointInterval' = '3'"
        spark.sql(f"create table {name} (id int) using delta tblproperties ({kind})")
        for i in range(4):
            spark.sql(f"insert into {name} values ({i})")
        log = warehouse / name / "_delta_log"
        (checkpoint,) = log.glob("*.checkpoint.parquet")
        names = pq.read_schema(checkpoint).names
        assert ("checkpointMetadata" in names) == (policy == "v2")
        for version in range(4):  # from now on the checkpoint alone leads to the newest version
            (log / f"{version:020d}.json").unlink()
        spark.sql(f"insert into {name} values (9)")
        assert rows(spark, f"select id from {name} order by id") == [(0,), (1,), (2,), (3,), (9,)]
        found = pa.table(DeltaTable(str(warehouse / name)).scan().read_all()).column("id").to_pylist()
        assert sorted(found) == [0, 1, 2, 3, 9]


def test_row_tracking_is_read_past_and_refused_by_name_to_writers(spark: SparkSession, warehouse: Path) -> None:
    asked = "'delta.enableRowTracking' = 'true'"
    refusal = "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE"
    assert failure(spark, f"create table t (id int) using delta tblproperties ({asked})") == refusal
    spark.sql("create table t (id int) using delta")
    spark.sql("insert into t values (1)")
    assert failure(spark, f"alter table t set tblproperties ({asked})") == refusal
    tracked = {"minReaderVersion": 1, "minWriterVersion": 7, "writerFeatures": ["rowTracking", "domainMetadata"]}
    commit = warehouse / "t/_delta_log/00000000000000000002.json"
    commit.write_text(json.dumps({"protocol": tracked}) + "\n")  # as another engine switches it on
    assert rows(spark, "select * from t") == [(1,)]
    with pytest.raises(PySparkException, match="writer features that HiveFrame does not have: rowTracking"):
        spark.sql("insert into t values (2)")
    assert rows(spark, "select * from t") == [(1,)]


def test_times_in_commits_begin_at_a_version(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t (a int) using delta")
    spark.sql("insert into t values (1)")
    spark.sql("alter table t set tblproperties ('delta.enableInCommitTimestamps' = 'true')")
    spark.sql("insert into t values (2)")
    told = dict(rows(spark, "show tblproperties t"))
    assert told["delta.inCommitTimestampEnablementVersion"] == "2"
    history = spark.sql("describe history t").collect()
    assert int(told["delta.inCommitTimestampEnablementTimestamp"]) == int(history[1].timestamp.timestamp() * 1000)
    assert DeltaTable(str(warehouse / "t")).version() == 3


def test_restored_tables_give_no_number_of_a_column_twice(spark: SparkSession) -> None:
    spark.sql("create table t (a int) using delta tblproperties ('delta.columnMapping.mode' = 'id')")
    spark.sql("insert into t values (1)")
    spark.sql("alter table t add columns (b int)")
    spark.sql("insert into t values (2, 20)")
    spark.sql("restore table t to version as of 1")
    spark.sql("alter table t add columns (c string)")
    spark.sql("insert into t values (3, 'x')")
    assert dict(rows(spark, "show tblproperties t"))["delta.columnMapping.maxColumnId"] == "3"
    assert rows(spark, "select * from t order by a") == [(1, None), (3, "x")]


@pytest.mark.parametrize("vectors", ["true", "false"])
def test_all_rows_go_without_being_read(vectors: str, spark: SparkSession, warehouse: Path) -> None:
    feed = f"'delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = '{vectors}'"
    spark.sql(f"create table t (a int) using delta tblproperties ({feed})")
    spark.sql("insert into t values (1), (2)")
    assert rows(spark, "delete from t") == [(2,)]
    assert rows(spark, "delete from t") == [(0,)]
    assert rows(spark, "select _change_type, a from table_changes('t', 2) order by a") == [("delete", 1), ("delete", 2)]
    assert DeltaTable(str(warehouse / "t")).version() == 2
