"""Two writers that start from one version: who waits, who fails, and that nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.errors import SparkError
from hiveframe.lake.delta import transaction
from hiveframe.lake.delta.snapshot import Snapshots
from tests.tables.answers import rows


@pytest.fixture
def table(spark: SparkSession) -> SparkSession:
    spark.sql("create table t (id int, v int) using delta")
    spark.sql("insert into t values (1, 1), (2, 2)")
    return spark


def race(monkeypatch: pytest.MonkeyPatch, before_commit: Callable[[], object], run: Callable[[], object]) -> None:
    """`run` with `before_commit` called at the moment at which its commit is about to be written."""
    plain = transaction.put_if_absent
    pending = [before_commit]

    def put(path: str, text: str) -> bool:
        while pending:
            pending.pop()()
        return plain(path, text)

    monkeypatch.setattr(transaction, "put_if_absent", put)
    run()


APPEND = "insert into t values (3, 3)"
DELETE = "delete from t where id = 1"
UPDATE = "update t set v = 20 where id = 2"
DEFINE = "alter table t set tblproperties ('a' = 'b')"


@pytest.mark.parametrize(
    ("first", "second", "condition", "left"),
    [
        (APPEND, APPEND, None, [(1, 1), (2, 2), (3, 3), (3, 3)]),
        (APPEND, DELETE, None, [(2, 2), (3, 3)]),
        (DELETE, APPEND, None, [(2, 2), (3, 3)]),
        (DELETE, UPDATE, "DELTA_CONCURRENT_APPEND", [(2, 2)]),
        (UPDATE, DELETE, "DELTA_CONCURRENT_APPEND", [(1, 1), (2, 20)]),
        (DEFINE, APPEND, "DELTA_METADATA_CHANGED", [(1, 1), (2, 2)]),
        ("optimize t", APPEND, None, [(1, 1), (2, 2), (3, 3)]),
        ("insert overwrite t values (9, 9)", DELETE, "DELTA_CONCURRENT_APPEND", [(9, 9)]),
    ],
)
def test_the_second_writer(
    first: str,
    second: str,
    condition: str | None,
    left: list[tuple[int, int]],
    table: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late() -> None:
        race(monkeypatch, lambda: table.sql(first), lambda: table.sql(second).collect())

    if condition is None:
        late()
    else:
        with pytest.raises(PySparkException) as caught:
            late()
        assert caught.value.getCondition() == condition
    assert rows(table, "select * from t order by id") == left


def test_many_writers_at_once(warehouse: Path) -> None:
    conf = {"spark.sql.warehouse.dir": str(warehouse)}
    spark = hiveframe.session(**conf)
    spark.sql("create table t (id int) using delta tblproperties ('delta.checkpointInterval' = '5')")
    failures: list[BaseException] = []

    def write(first: int) -> None:
        try:
            for i in range(5):
                spark.sql(f"insert into t values ({first + i})")
        except (PySparkException, SparkError) as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n * 100,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    wanted = sorted(n * 100 + i for n in range(4) for i in range(5))
    assert [id_ for (id_,) in rows(spark, "select id from t order by id")] == wanted
    afresh = Snapshots().load(str(warehouse / "t"))
    assert afresh is not None
    assert (afresh.version, len(afresh.files)) == (20, 20)
    assert (warehouse / "t" / "_delta_log" / "00000000000000000020.checkpoint.parquet").exists()
    spark.stop()
