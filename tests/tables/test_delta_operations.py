"""OPTIMIZE, VACUUM, RESTORE, CLONE, CONVERT, DESCRIBE HISTORY and DETAIL."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
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
