"""Writers that are killed at any step, or race: what was acknowledged is there once, for the library, too."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from hiveframe.errors import SparkException
from hiveframe.lake.iceberg.maintenance import orphan_files
from hiveframe.lake.tables.table import Definition
from tests.tables.answers import rows as answer
from tests.tables.iceberg_catalog import library, spark
from tests.tables.iceberg_rows import SCHEMA, Row, add, at, delete, duckdb_rows, library_rows, make, rows, state
from tests.tables.iceberg_workers import count_up, make_and_die, work
from tests.tables.processes import race, run, told

__all__ = ["spark"]

ROUNDS = 60


def test_a_writer_killed_at_any_step_loses_nothing_and_halves_nothing(tmp_path: Path) -> None:
    finished = 0
    for seed in range(ROUNDS):
        folder = tmp_path / f"w{seed // 6}"  # each table lives through six writers
        if seed % 6 == 0:
            table, seen = make(folder), list[Row]()
        notes = tmp_path / f"notes-{seed}"
        assert run(work, str(folder), str(notes), seed) == -signal.SIGKILL
        count, allowed = told(notes, seen)
        finished += count
        seen = rows(state(table))
        assert seen in allowed, f"seed {seed}"
        assert library_rows(folder) == duckdb_rows(folder) == seen, f"seed {seed}"
        if seed % 6 == 5:  # what the killed left behind is found, and nothing else
            orphan_files(state(table).pinned, older_than_ms=1 << 60)
            assert library_rows(folder) == seen
    assert finished > ROUNDS / 2  # the kills came at all distances from a commit


def test_a_table_is_made_or_not(tmp_path: Path) -> None:
    made = 0
    for number in range(1, 60):
        folder = tmp_path / f"w{number}"
        if run(make_and_die, str(folder), number) == 0:
            break
        found = at(folder).state()
        made += found is not None
        if found is None:
            make(folder)
        assert rows(state(at(folder))) == []
    assert 0 < made < number


def test_racing_writers_lose_no_update(tmp_path: Path) -> None:
    table = make(tmp_path)
    first = table.begin(state(table))
    add(first, [(0, 0)])
    first.commit("WRITE", {}, reads=False)
    found = race(count_up, tmp_path, lambda: rows(state(table)))
    assert library_rows(tmp_path) == found


def conflict(commit: Callable[[], object]) -> str:
    with pytest.raises(SparkException) as caught:
        commit()
    assert caught.value.condition == "ICEBERG_COMMIT_CONFLICT"
    return str(caught.value)


def test_what_disturbs_a_transaction(tmp_path: Path) -> None:
    table = make(tmp_path)

    def writes(new: list[Row], gone: set[int], operation: str, *, reads: bool) -> Callable[[], object]:
        now = state(table)
        write = table.begin(now)
        if new:
            add(write, new)
        delete(write, now, gone)
        return lambda: write.commit(operation, {}, reads=reads)

    writes([(1, 1), (2, 2), (3, 3)], set(), "WRITE", reads=False)()
    append, update = writes([(4, 4)], set(), "WRITE", reads=False), writes([(1, 9)], {1}, "UPDATE", reads=True)
    same, other = writes([(1, 8)], {1}, "UPDATE", reads=True), writes([], {2}, "DELETE", reads=True)
    update()
    append()  # an append looks at nothing
    assert conflict(same)
    assert "added rows" in conflict(other)
    everything = table.begin(state(table))
    everything.remove_all()
    add(everything, [(5, 5)])
    writes([(6, 6)], set(), "WRITE", reads=False)()
    everything.commit("WRITE", {}, reads=False)  # and an overwrite takes whatever is there
    assert rows(state(table)) == [(5, 5)]
    late = writes([], {5}, "DELETE", reads=True)
    writes([], {5}, "DELETE", reads=True)()
    assert "removed the file" in conflict(late)
    now = state(table)
    first, second, third = (table.begin(now) for _ in range(3))
    first.define(replace(now.definition, properties={"a": "1"}))
    second.define(replace(now.definition, properties={"b": "1"}))
    third.define(Definition(SCHEMA))  # other columns, if of the same names
    first.commit("SET", {}, reads=False)
    second.commit("SET", {}, reads=False)
    third.commit("REPLACE", {}, reads=False)
    fourth = table.begin(now)
    fourth.define(Definition(SCHEMA))
    assert "the table was changed" in conflict(lambda: fourth.commit("REPLACE", {}, reads=False))
    assert library_rows(tmp_path) == []
    left = [p for p in (tmp_path / "db.db/t/data").rglob("*") if p.is_file()]
    named = orphan_files(state(table).pinned, older_than_ms=1 << 60, dry_run=True)
    assert not {str(p) for p in left} & set(named)  # what did not land was taken away


def test_statements_of_two_sessions(spark: SparkSession, tmp_path: Path) -> None:
    """A change to rows is disturbed by new ones only if it could have changed them."""
    from hiveframe.lake.iceberg import steps

    spark.sql("create table ice.db.t (id int, k int) partitioned by (k)")
    spark.sql("insert into ice.db.t select id, id % 3 from range(9)")
    plain = steps.reached

    def with_append(k: int, statement: str) -> str | None:
        pending = [k]

        def reached(step: str) -> None:
            if step == "before commit" and pending:
                import pyarrow as pa

                more = pa.table({"id": pa.array([100], pa.int32()), "k": pa.array([pending.pop()], pa.int32())})
                library(tmp_path).load_table("db.t").append(more)

        steps.reached = reached  # type: ignore[assignment]
        try:
            spark.sql(statement)
        except PySparkException as error:
            return str(error)
        finally:
            steps.reached = plain  # type: ignore[assignment]
        return None

    assert with_append(1, "update ice.db.t set id = id + 1000 where k = 2") is None
    assert "ICEBERG_COMMIT_CONFLICT" in (with_append(1, "update ice.db.t set id = id + 1000 where k = 1") or "")
    assert with_append(1, "delete from ice.db.t where k = 0") is None
    spark.sql("alter table ice.db.t set tblproperties ('write.update.isolation-level' = 'snapshot')")
    assert with_append(1, "update ice.db.t set id = -1 where k = 1") is None
    assert answer(spark, "select count(*) from ice.db.t where k = 1 and id = 100") == [(1,)]
