"""The change data feed: what each version did to rows, as written by us and by others."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from tests.tables.answers import failure, rows
from tests.tables.delta_golden import ARCHIVES, unpack


@pytest.fixture
def fed(spark: SparkSession) -> SparkSession:
    spark.sql("create table t (id int, v string) using delta tblproperties ('delta.enableChangeDataFeed' = 'true')")
    spark.sql("insert into t values (1, 'a'), (2, 'b'), (3, 'c')")
    spark.sql("delete from t where id = 1")
    spark.sql("update t set v = 'B' where id = 2")
    spark.sql(
        "merge into t using (select 3 id union all select 9) s on t.id = s.id"
        " when matched then delete when not matched then insert (id, v) values (s.id, 'new')"
    )
    spark.sql("insert overwrite t values (7, 'z')")
    return spark


FEED = [
    (1, "a", "insert", 1),
    (2, "b", "insert", 1),
    (3, "c", "insert", 1),
    (1, "a", "delete", 2),
    (2, "B", "update_postimage", 3),
    (2, "b", "update_preimage", 3),
    (3, "c", "delete", 4),
    (9, "new", "insert", 4),
    (2, "B", "delete", 5),
    (7, "z", "insert", 5),
    (9, "new", "delete", 5),
]


def test_the_feed_tells_what_happened(fed: SparkSession, warehouse: Path) -> None:
    columns = "id, v, _change_type, _commit_version"
    ordered = "order by _commit_version, id, _change_type"
    assert rows(fed, f"select {columns} from table_changes('t', 0) {ordered}") == FEED
    middle = [row for row in FEED if row[3] in (2, 3)]
    assert rows(fed, f"select {columns} from table_changes('default.t', 2, 3) {ordered}") == middle
    by_path = f"select count(*) from table_changes_by_path('{warehouse}/t', 4)"
    assert rows(fed, by_path) == [(5,)]
    reader = fed.read.format("delta").option("readChangeFeed", "true").option("startingVersion", 5)
    assert reader.table("t").count() == 3
    assert reader.load(str(warehouse / "t")).schema.names[-3:] == [
        "_change_type",
        "_commit_version",
        "_commit_timestamp",
    ]


def test_the_library_reads_our_feed(fed: SparkSession, warehouse: Path) -> None:
    found = pa.table(DeltaTable(str(warehouse / "t")).load_cdf(1, 5)).to_pylist()
    assert sorted((r["_commit_version"], r["id"], r["v"], r["_change_type"]) for r in found) == sorted(
        (version, id_, v, change) for id_, v, change, version in FEED
    )


@pytest.mark.parametrize("vectors", ["true", "false"])
def test_rows_that_are_replaced_are_told_and_no_others(vectors: str, spark: SparkSession, warehouse: Path) -> None:
    feed = f"'delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = '{vectors}'"
    spark.sql(f"create table t (id int, v string) using delta tblproperties ({feed})")
    spark.sql("insert into t values (1, 'a'), (2, 'b'), (3, 'c')")
    spark.sql("insert into t replace where id > 1 values (2, 'new'), (9, 'z')")
    wanted = [(2, "b", "delete"), (2, "new", "insert"), (3, "c", "delete"), (9, "z", "insert")]
    told = rows(spark, "select id, v, _change_type from table_changes('t', 2) order by id, v")
    assert told == wanted
    found = pa.table(DeltaTable(str(warehouse / "t")).load_cdf(2, 2)).to_pylist()
    assert sorted((r["id"], r["v"], r["_change_type"]) for r in found) == wanted


def test_what_cannot_be_told(fed: SparkSession) -> None:
    assert failure(fed, "select * from table_changes('t', 99)") == "DELTA_INVALID_CDC_RANGE"
    fed.sql("create table silent using delta as select 1 a")
    assert failure(fed, "select * from table_changes('silent', 0)") == "DELTA_MISSING_CHANGE_DATA"


@pytest.mark.skipif(not ARCHIVES.is_dir(), reason=f"needs the Delta tables of others in {ARCHIVES}")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # the commits remove and restore rows of one file by deletion vectors alone
        (
            "cdf-table-with-dv",
            {0: "+0+1+2+3+4+5+6+7+8+9", 1: "-0-9", 2: "+0+9", 3: "-0-1-4-5", 4: "+1+4", 5: "+0+5-3", 6: "+3"},
        ),
        ("cdf-table-delete-unconditional", {0: "+0+1+2+3+4+5+6+7+8+9", 1: "-0-1-2-3-4-5-6-7-8-9"}),
    ],
)
def test_feeds_of_others(name: str, expected: dict[int, str], spark: SparkSession, tmp_path: Path) -> None:
    table, _ = unpack(name, tmp_path)
    feed = spark.read.format("delta").option("readChangeFeed", "true").option("startingVersion", 0).load(str(table))
    told: dict[int, list[str]] = {}
    for row in feed.collect():
        told.setdefault(row._commit_version, []).append(f"{'+' if row._change_type == 'insert' else '-'}{row[0]}")
    assert {version: "".join(sorted(changes)) for version, changes in told.items()} == expected
