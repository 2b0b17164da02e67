"""DELETE and TRUNCATE of whole files: what the log says is enough, and the history tells what went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from tests.tables.answers import rows


def last_metrics(spark: SparkSession, table: str = "t") -> dict[str, str]:
    found: dict[str, str] = spark.sql(f"describe history {table} limit 1").first()["operationMetrics"]
    return found


def files(table: Path) -> list[dict[str, Any]]:
    """The newest commit's actions."""
    newest = max((table / "_delta_log").glob("*.json"))
    return [json.loads(line) for line in newest.read_text().splitlines()]


def tear_all(table: Path) -> None:
    for path in table.rglob("*.parquet"):
        path.write_bytes(b"torn")


@pytest.fixture
def days(spark: SparkSession) -> SparkSession:
    """Three partitions of which one has lost a row to a deletion vector."""
    spark.sql("create table t (id int, day date) using delta partitioned by (day)")
    spark.sql("insert into t values (1, date'2024-01-01'), (2, date'2024-01-01'), (3, date'2024-01-02'), (4, null)")
    spark.sql("delete from t where id = 2")
    return spark


def test_all_rows_go_without_a_file_being_opened(days: SparkSession, warehouse: Path) -> None:
    removed_bytes = sum(DeltaTable(str(warehouse / "t")).get_add_actions().column("size_bytes").to_pylist())
    tear_all(warehouse / "t")
    assert rows(days, "delete from t") == [(3,)]
    assert last_metrics(days) == {
        "numRemovedFiles": "3",
        "numRemovedBytes": str(removed_bytes),
        "numDeletedRows": "3",
        "numCopiedRows": "0",
    }
    assert rows(days, "select * from t") == []
    assert DeltaTable(str(warehouse / "t")).file_uris() == []


def test_truncate_opens_no_file(days: SparkSession, warehouse: Path) -> None:
    tear_all(warehouse / "t")
    days.sql("truncate table t")
    assert last_metrics(days)["numRemovedFiles"] == "3"
    assert rows(days, "select * from t") == []


@pytest.mark.parametrize(
    ("condition", "count", "left"),
    [
        ("day = '2024-01-01'", 1, [(3,), (4,)]),
        ("t.day is null", 1, [(1,), (3,)]),
        ("year(day) = 2024", 2, [(4,)]),
        ("not (day <=> date'2024-01-02')", 2, [(3,)]),
        ("day > date'2030-01-01'", 0, [(1,), (3,), (4,)]),
        ("true", 3, []),
        ("cast(null as boolean)", 0, [(1,), (3,), (4,)]),
    ],
)
def test_partitions_go_whole(
    condition: str, count: int, left: list[tuple[int]], days: SparkSession, warehouse: Path
) -> None:
    assert rows(days, f"delete from t where {condition}") == [(count,)]
    assert rows(days, "select id from t order by id") == left
    added = [a for a in files(warehouse / "t") if "add" in a]
    if count:
        assert added == []
        metrics = last_metrics(days)
        assert (metrics["numDeletedRows"], metrics["numRemovedFiles"]) == (str(count), str(count))
    else:
        assert DeltaTable(str(warehouse / "t")).version() == 2


def test_a_condition_on_more_than_partitions_looks_at_rows(days: SparkSession) -> None:
    days.sql("insert into t values (5, date'2024-01-02')")
    assert rows(days, "delete from t where day = '2024-01-02' and id = 3") == [(1,)]
    assert rows(days, "delete from t where day = (select max(day) from t)") == [(1,)]
    assert rows(days, "delete from t where day is null and rand() < 2") == [(1,)]
    assert rows(days, "select id from t") == [(1,)]


def test_a_variable_does_not_stand_for_a_column_of_its_name(days: SparkSession) -> None:
    days.sql("declare or replace variable id int default 4")
    assert rows(days, "delete from t where day is null or id = 3") == [(2,)]
    assert rows(days, "select t.id from t") == [(1,)]


def test_a_condition_that_fails_on_a_partition_fails(spark: SparkSession) -> None:
    spark.sql("create table t (id int, p string) using delta partitioned by (p)")
    spark.sql("insert into t values (1, '1'), (2, 'two')")
    with pytest.raises(PySparkException, match="CAST_INVALID_INPUT"):
        spark.sql("delete from t where cast(p as int) = 1")
    assert rows(spark, "select count(*) from t") == [(2,)]
    spark.sql("delete from t where p = 'two'")
    assert rows(spark, "delete from t where cast(p as int) = 1") == [(1,)]


def test_files_without_statistics_are_counted_by_reading(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t (id int, p int) using delta partitioned by (p)")
    spark.sql("insert into t values (1, 1), (2, 1), (3, 2)")
    log = max((warehouse / "t" / "_delta_log").glob("*.json"))
    actions = [json.loads(line) for line in log.read_text().splitlines()]
    for action in actions:
        action.get("add", {}).pop("stats", None)
    log.write_text("".join(json.dumps(action) + "\n" for action in actions))
    assert rows(spark, "delete from t where p = 1") == [(2,)]
    assert last_metrics(spark)["numDeletedRows"] == "2"
    assert rows(spark, "delete from t") == [(1,)]
    assert rows(spark, "select * from t") == []


def test_the_feed_tells_of_partitions_that_went(spark: SparkSession) -> None:
    spark.sql(
        "create table t (id int, p int) using delta partitioned by (p) tblproperties "
        "('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'false')"
    )
    spark.sql("insert into t values (1, 1), (2, 1), (3, 2)")
    assert rows(spark, "delete from t where p = 1") == [(2,)]
    changes = "select _change_type, id, p from table_changes('t', 2) order by id"
    assert rows(spark, changes) == [("delete", 1, 1), ("delete", 2, 1)]


def test_copied_rows_do_not_count_as_deleted(spark: SparkSession) -> None:
    spark.sql(
        "create table t using delta tblproperties ('delta.enableDeletionVectors' = 'false') "
        "as select cast(id as int) id from range(10)"
    )
    assert rows(spark, "delete from t where id < 3") == [(3,)]
    metrics = last_metrics(spark)
    assert (metrics["numDeletedRows"], metrics["numCopiedRows"]) == ("3", "7")


def test_an_append_only_table_keeps_its_partitions(spark: SparkSession) -> None:
    spark.sql(
        "create table t (id int, p int) using delta partitioned by (p) tblproperties ('delta.appendOnly' = 'true')"
    )
    spark.sql("insert into t values (1, 1)")
    with pytest.raises(PySparkException, match="DELTA_CANNOT_MODIFY_APPEND_ONLY"):
        spark.sql("delete from t where p = 1")
    assert rows(spark, "select * from t") == [(1, 1)]


@pytest.fixture
def ranges(spark: SparkSession, warehouse: Path) -> list[Path]:
    """The files of a table of three ranges of a hundred, of which the first is torn."""
    spark.sql("create table t (id bigint, v double, s string) using delta")
    made: list[Path] = []
    for n in range(3):
        spark.sql(f"insert into t select id + {n * 100}, id / 10, concat('{'abc'[n]}', id) from range(100)")
        made += set((warehouse / "t").glob("*.parquet")) - set(made)
    made[0].write_bytes(b"torn")
    return made


@pytest.mark.parametrize(
    ("condition", "count", "removed"),
    [
        ("id < 100", 100, 1),
        ("id < 150", 150, 1),
        ("id < 200 and id is not null", 200, 2),
        ("s < 'c'", 200, 2),
        ("id < 100 or id >= 200", 200, 2),
        ("s < 'b' or id in (250, 251)", 102, 1),
        ("v >= 0 and id < 100", 100, 1),
        ("id <= 299", 300, 3),
    ],
)
def test_files_within_a_range_go_unread(
    condition: str, count: int, removed: int, ranges: list[Path], spark: SparkSession
) -> None:
    assert rows(spark, f"delete from t where {condition}") == [(count,)]
    metrics = last_metrics(spark)
    assert (metrics["numDeletedRows"], metrics["numRemovedFiles"]) == (str(count), str(removed))
    assert rows(spark, "select count(*) from t where id >= 100") == [(300 - count,)]


@pytest.mark.parametrize("condition", ["s like 'a%'", "id + 0 < 100", "v < 100"])
def test_what_bounds_do_not_tell_is_read(condition: str, ranges: list[Path], spark: SparkSession) -> None:
    """NaN may be among doubles, above their bounds; of a pattern only the beginning is known."""
    with pytest.raises(PySparkException, match=ranges[0].name):
        spark.sql(f"delete from t where {condition}")


def test_null_and_nan_stay_where_a_comparison_leaves_them(spark: SparkSession) -> None:
    spark.sql("create table t (id int, v double) using delta")
    spark.sql("insert into t values (1, 1.0), (2, null), (3, double('NaN'))")
    spark.sql("insert into t values (null, 1.0)")
    assert rows(spark, "delete from t where v <= 1.0") == [(2,)]
    assert rows(spark, "select id from t order by id") == [(2,), (3,)]
    assert rows(spark, "delete from t where id > 0 and v is null") == [(1,)]
    assert rows(spark, "select id from t") == [(3,)]


def test_a_feed_with_copied_files_tells_of_whole_files_and_parts_alike(spark: SparkSession) -> None:
    spark.sql(
        "create table t (id bigint) using delta tblproperties "
        "('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'false')"
    )
    spark.sql("insert into t select id from range(10)")
    spark.sql("insert into t select id + 10 from range(10)")
    assert rows(spark, "delete from t where id < 12") == [(12,)]
    told = rows(spark, "select _change_type, id from table_changes('t', 3) order by id")
    assert told == [("delete", i) for i in range(12)]
    spark.sql("alter table t set tblproperties ('delta.enableDeletionVectors' = 'true')")
    spark.sql("insert into t select id + 20 from range(10)")
    assert rows(spark, "delete from t where id < 25") == [(13,)]
    told = rows(spark, "select _change_type, id from table_changes('t', 6) order by id")
    assert told == [("delete", i) for i in range(12, 25)]
