"""Two writers that start from one version: who waits, who fails, and that nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

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
        ("insert overwrite t values (9, 9)", DELETE, "DELTA_CONCURRENT_DELETE_DELETE", [(9, 9)]),
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


@pytest.fixture
def parts(spark: SparkSession) -> SparkSession:
    """Two partitions, each of two files that hold other numbers."""
    spark.sql("create table t (id int, v int, p string) using delta partitioned by (p)")
    for first in (1, 100):
        spark.sql(f"insert into t values ({first}, 0, 'a'), ({first + 1}, 0, 'a'), ({first}, 0, 'b')")
    return spark


ADD_TO_A = "update t set v = 1 where p = 'a' and id = 1"


@pytest.mark.parametrize(
    ("first", "second", "condition"),
    [
        ("delete from t where p = 'a'", "delete from t where p = 'b'", None),
        ("delete from t where id < 50", "update t set v = v + 1 where id > 50", None),
        (ADD_TO_A, "update t set v = 1 where p = 'a' and id = 2", "DELTA_CONCURRENT_APPEND"),
        (ADD_TO_A, "delete from t where p <> 'b'", "DELTA_CONCURRENT_APPEND"),
        (ADD_TO_A, "delete from t where id > 50 and v = 0", None),
        (ADD_TO_A, "insert into t replace where p = 'b' values (7, 7, 'b')", None),
        (ADD_TO_A, "insert into t replace where p = 'a' values (7, 7, 'a')", "DELTA_CONCURRENT_APPEND"),
        (
            ADD_TO_A,
            "insert into t replace where p = 'b' select id, v, 'b' from t where p = 'a'",
            "DELTA_CONCURRENT_APPEND",
        ),
        (ADD_TO_A, "insert overwrite t partition (p = 'b') values (7, 7)", None),
        (ADD_TO_A, "insert overwrite t partition (p = 'a') values (7, 7)", "DELTA_CONCURRENT_APPEND"),
        (ADD_TO_A, "update t set v = 2 where p = 'b' and id in (select min(id) from t)", "DELTA_CONCURRENT_APPEND"),
        (ADD_TO_A, "insert into t select id, v, 'c' from t where p = 'a'", "DELTA_CONCURRENT_APPEND"),
        (ADD_TO_A, "insert into t select id, v, 'c' from t where p = 'b'", None),
        (
            ADD_TO_A,
            "merge into t using (select 1 k) s on t.id = k and t.p = 'b' when matched then update set v = 5",
            None,
        ),
        (
            ADD_TO_A,
            "merge into t using (select 1 k) s on t.id = k when matched then update set v = 5",
            "DELTA_CONCURRENT_APPEND",
        ),
        (
            ADD_TO_A,
            "merge into t using (select 1 k) s on t.id = k and t.p = 'b' when not matched by source then delete",
            "DELTA_CONCURRENT_APPEND",
        ),
        ("optimize t", "update t set v = 2 where p = 'b'", "DELTA_CONCURRENT_DELETE_DELETE"),
        (ADD_TO_A, "optimize t where p = 'b'", None),
        (
            "insert into t values (-1, 0, 'a')",
            "alter table t add constraint c check (id > 0)",
            "DELTA_CONCURRENT_APPEND",
        ),
        (
            "insert into t values (null, 0, 'a')",
            "alter table t alter column id set not null",
            "DELTA_CONCURRENT_APPEND",
        ),
    ],
)
def test_only_what_a_condition_may_touch_counts(
    first: str, second: str, condition: str | None, parts: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    if condition is not None:
        with pytest.raises(PySparkException) as caught:
            race(monkeypatch, lambda: parts.sql(first), lambda: parts.sql(second).collect())
        assert caught.value.getCondition() == condition
    else:
        race(monkeypatch, lambda: parts.sql(first), lambda: parts.sql(second).collect())


@pytest.mark.parametrize(("part", "is_disturbed"), [("a", True), ("b", False)])
def test_strict_tables_mind_appends_that_a_condition_may_touch(
    part: str, is_disturbed: bool, parts: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts.sql("alter table t set tblproperties ('delta.isolationLevel' = 'Serializable')")
    append, delete = "insert into t values (1, 5, 'a')", f"delete from t where p = '{part}' and id < 50"
    if is_disturbed:
        with pytest.raises(PySparkException) as caught:
            race(monkeypatch, lambda: parts.sql(append), lambda: parts.sql(delete).collect())
        assert caught.value.getCondition() == "DELTA_CONCURRENT_APPEND"
    else:
        race(monkeypatch, lambda: parts.sql(append), lambda: parts.sql(delete).collect())


def test_partitions_of_moments_are_told_apart(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    spark.sql("create table t (id int, at timestamp) using delta partitioned by (at)")
    spark.sql("insert into t values (1, timestamp'2024-01-01 00:00:00'), (2, timestamp'2024-01-02 00:00:00')")
    delete = "delete from t where at = timestamp'2024-01-0{} 00:00:00'"
    race(monkeypatch, lambda: spark.sql(delete.format(1)), lambda: spark.sql(delete.format(2)).collect())
    assert rows(spark, "select * from t") == []


Rows = list[tuple[int, int, str]]
Step = tuple[str, Callable[[Rows], Rows]]
"""A statement and what it makes of a table's rows."""


def any_step(random: Random) -> Step:
    """Some change of rows whose ids are below 12, in partitions a to c."""
    low, part, value = random.randrange(12), random.choice("abc"), random.randrange(1000)
    high = low + random.choice([1, 1, 3, 12])
    tests: list[tuple[str, Callable[[tuple[int, int, str]], bool]]] = [
        (f"p = '{part}'", lambda r: r[2] == part),
        (f"id >= {low} and id < {high}", lambda r: low <= r[0] < high),
        (f"p = '{part}' and id = {low}", lambda r: r[2] == part and r[0] == low),
        (f"p = '{part}' and v < {value}", lambda r: r[2] == part and r[1] < value),
    ]
    text, test = random.choice(tests)
    new = (low, value, part)
    merge = "merge into t using (select {} id, {} v, '{}' p) s on t.id = s.id and t.p = s.p".format(*new)

    def merged(rows: Rows) -> Rows:
        same = [r for r in rows if r[0] == low and r[2] == part]
        return [(r[0], r[1] + value, r[2]) if r in same else r for r in rows] + ([] if same else [new])

    return random.choice(
        [
            (f"insert into t values {new}", lambda rows: [*rows, new]),
            (f"delete from t where {text}", lambda rows: [r for r in rows if not test(r)]),
            (
                f"update t set v = v + 1 where {text}",
                lambda rows: [(r[0], r[1] + 1, r[2]) if test(r) else r for r in rows],
            ),
            (f"{merge} when matched then update set v = t.v + s.v when not matched then insert *", merged),
            (
                f"insert into t replace where p = '{part}' values {new}",
                lambda rows: [*(r for r in rows if r[2] != part), new],
            ),
            (
                f"insert into t select id, v + {value}, '{part}' from t where {text}",
                lambda rows: [*rows, *((r[0], r[1] + value, part) for r in rows if test(r))],
            ),
            ("optimize t", lambda rows: rows),
        ]
    )


@pytest.mark.parametrize("seed", range(3))
def test_two_writers_are_as_one_after_the_other(
    seed: int, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    spark.sql("create table t (id int, v int, p string) using delta partitioned by (p)")
    held: Rows = []
    both = 0
    for turn in range(20):
        (first, one), (second, two) = any_step(random), any_step(random)
        ran: list[str] = []

        def begin(first: str = first, ran: list[str] = ran) -> None:
            ran.append(first)
            spark.sql(first)

        condition = None
        try:
            with monkeypatch.context() as patch:
                race(patch, begin, lambda second=second: spark.sql(second).collect())
        except PySparkException as error:
            condition = str(error.getCondition())
        assert condition is None or condition.startswith("DELTA_CONCURRENT"), f"turn {turn}: {first}; {second}"
        allowed = [one(held)] if condition else [two(one(held)), one(two(held))] if ran else [two(held)]
        found = [tuple(r) for r in spark.sql("select id, v, p from t").collect()]
        assert sorted(found) in [sorted(rows) for rows in allowed], f"turn {turn}: {first}; {second}"
        held = found
        both += bool(ran) and condition is None
    assert 3 < both < 20


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


def test_the_library_writes_at_the_same_time(spark: SparkSession, warehouse: Path) -> None:
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake
    from deltalake.exceptions import CommitFailedError

    spark.sql("create table t (id int) using delta")
    at = str(warehouse / "t")
    failures: list[BaseException] = []

    def write() -> None:
        for n in range(100, 110):
            try:
                write_deltalake(at, pa.table({"id": pa.array([n], pa.int32())}), mode="append")
            except CommitFailedError as error:  # it gives up after some tries; what is said to be written counts
                failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    for n in range(10):
        spark.sql(f"insert into t values ({n})")
    spark.sql("update t set id = id + 1000 where id < 10")
    thread.join()
    found = [id_ for (id_,) in rows(spark, "select id from t order by id")]
    assert [n for n in found if n >= 1000] == [n + 1000 for n in range(10)]
    assert len([n for n in found if n < 1000]) == 10 - len(failures)
    assert sorted(pa.table(DeltaTable(at).scan().read_all())["id"].to_pylist()) == found
