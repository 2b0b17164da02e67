"""Clocks that are set back, or run ahead, between commits: versions keep their order, and moments name them."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.tables.answers import rows
from tests.tables.hands import KINDS, kind

NAMES = {"delta": "delta", "honey": "honeystore", "iceberg": "iceberg"}
SKEWS_S = (0, -3600, 7200, -86_400, 5, 0)
"""How far from the true time the clock stands at each commit."""

_time, _time_ns = time.time, time.time_ns


def set_clock(monkeypatch: pytest.MonkeyPatch, skew_s: int) -> None:
    monkeypatch.setattr(time, "time", lambda: _time() + skew_s)
    monkeypatch.setattr(time, "time_ns", lambda: _time_ns() + skew_s * 1_000_000_000)


def skewed(path: Path, skew_s: int) -> None:
    """The times that a file system with that clock gives the newest commit of a Delta table."""
    newest = max((path / "_delta_log").glob("*.json"))
    moment = _time() + skew_s
    os.utime(newest, (moment, moment))


@pytest.mark.parametrize(
    ("name", "properties"),
    [*((name, "") for name in KINDS), ("delta", " tblproperties ('delta.enableInCommitTimestamps' = 'true')")],
)
def test_moments_name_versions_whatever_clocks_do(
    name: str, properties: str, spark: SparkSession, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark.sql(f"create table t (n int) using {NAMES[name]}{properties}")
    for n, skew_s in enumerate(SKEWS_S):
        set_clock(monkeypatch, skew_s)
        spark.sql(f"insert into t values ({n})")
        if name == "delta":
            skewed(warehouse / "t", skew_s)
    monkeypatch.undo()
    history = spark.sql("describe history t").selectExpr("version", "cast(timestamp as string) as moment").collect()
    written = list(reversed(history))[-len(SKEWS_S) :]
    assert all(a.moment < b.moment for a, b in itertools.pairwise(written))
    for n, row in enumerate(written):
        wanted = [(i,) for i in range(n + 1)]
        assert rows(spark, f"select n from t timestamp as of '{row.moment}' order by n") == wanted
        assert rows(spark, f"select n from t version as of {row.version} order by n") == wanted


def test_logs_of_iceberg_tables_are_in_order_after_restore_and_alter(
    spark: SparkSession, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark.sql("create table t (n int) using iceberg")
    set_clock(monkeypatch, 86_400)
    spark.sql("insert into t values (1)")
    spark.sql("insert into t values (2)")
    monkeypatch.undo()
    newest, oldest = spark.sql("describe history t").select("version", "timestamp").collect()
    spark.sql(f"restore table t to version as of {oldest.version}")
    spark.sql("alter table t set tblproperties ('a' = 'b')")
    spark.sql("alter table t set tblproperties ('a' = 'b')")
    spark.sql("alter table t add column m int")
    assert rows(spark, "select * from t") == [(1, None)]
    assert rows(spark, f"select n from t timestamp as of '{newest.timestamp}' order by n") == [(1,), (2,)]
    text = max((warehouse / "t" / "metadata").glob("*.metadata.json")).read_text()
    metadata = json.loads(text)
    snapshots = [e["timestamp-ms"] for e in metadata["snapshot-log"]]
    assert snapshots == sorted(set(snapshots))
    assert len(snapshots) == 3
    changes = [e["timestamp-ms"] for e in metadata["metadata-log"]] + [metadata["last-updated-ms"]]
    assert changes == sorted(changes)
    assert changes[-1] >= snapshots[-1]
    spark.sql("insert into t values (3, 4)")
    assert rows(spark, "select * from t order by n") == [(1, None), (3, 4)]


@pytest.mark.parametrize("name", KINDS)
def test_writers_with_other_clocks_lose_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = kind(name)
    made = table.make(tmp_path)
    hand = table.hand(tmp_path)
    for n, skew_s in enumerate(SKEWS_S):
        set_clock(monkeypatch, skew_s)
        late = hand.table.begin(hand.state())
        hand.add(late, [(2 * n, 0)])
        set_clock(monkeypatch, -skew_s)
        table.put(tmp_path, [(2 * n + 1, 0)])  # another writer, with a clock of its own, comes first
        late.commit("WRITE", {}, reads=False)
        assert table.rows(tmp_path) == [(i, 0) for i in range(2 * n + 2)]
    assert made
