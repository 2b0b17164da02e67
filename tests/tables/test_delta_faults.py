"""Writers that are killed at any step, that race, that find the disk full: what was acknowledged is there once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from hiveframe.errors import SparkError, SparkException
from hiveframe.lake.delta import transaction
from hiveframe.lake.delta.log import commit_path
from hiveframe.lake.delta.snapshot import Snapshots
from tests.tables.answers import rows as answer
from tests.tables.delta_rows import add, duckdb_rows, library_rows, make, rows, state
from tests.tables.delta_workers import count_up, make_and_die, work
from tests.tables.honey_rows import Row
from tests.tables.processes import race, run, told

ROUNDS = 100


def test_a_writer_killed_at_any_step_loses_nothing_and_halves_nothing(tmp_path: Path) -> None:
    finished = 0
    for seed in range(ROUNDS):
        location = tmp_path / f"t{seed // 10}"  # each table lives through ten writers
        if seed % 10 == 0:
            vectors = "true" if seed % 20 else "false"
            make(location, checkpointInterval="3", enableDeletionVectors=vectors)
            seen = list[Row]()
        notes = tmp_path / f"notes-{seed}"
        assert run(work, str(location), str(notes), seed) in (-signal.SIGKILL, -signal.SIGALRM)
        count, allowed = told(notes, seen)
        finished += count
        seen = rows(location)
        assert seen in allowed, f"seed {seed}"
        assert library_rows(location) == seen, f"seed {seed}"
        assert vectors == "true" or duckdb_rows(location) == seen, f"seed {seed}"
    assert finished > ROUNDS / 5  # the kills came at all distances from a commit


def test_a_table_is_made_or_not(tmp_path: Path) -> None:
    made = 0
    for number in range(1, 40):
        location = tmp_path / f"t{number}"
        if run(make_and_die, str(location), number) == 0:
            break
        found = (location / "_delta_log/00000000000000000000.json").exists()
        made += found
        if not found:
            make(location)
        assert rows(location) == library_rows(location) == []
    assert 0 < made < number


def test_racing_writers_lose_no_update(tmp_path: Path) -> None:
    table = make(tmp_path / "t", checkpointInterval="4")
    first = table.begin(state(table))
    add(first, [(0, 0)])
    first.commit("WRITE", {}, reads=False)
    found = race(count_up, tmp_path / "t", lambda: rows(tmp_path / "t"))
    assert library_rows(tmp_path / "t") == found


# ---------------------------------------------------------------------------------------------------------- a full disk


def test_a_disk_of_one_megabyte(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        location = disk / "t"
        table = make(location)
        kept: list[Row] = []
        for turn in range(200):
            new = [(turn * 1000 + n, (turn * 1000 + n) * 7919) for n in range(1000)]
            try:
                put(location, new)
            except (OSError, SparkError, duckdb.Error):
                break
            kept += new
        assert 0 < turn < 200
        assert rows(location) == library_rows(location) == kept
        assert table
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# ----------------------------------------------------------------------------------------------------------- torn files


def test_a_torn_data_file_is_named(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table torn using delta as select id from range(1000)")
    (first,) = (warehouse / "torn").glob("*.parquet")
    first.write_bytes(first.read_bytes()[:200])
    with pytest.raises(PySparkException, match=first.name):
        spark.sql("select sum(id) from torn").collect()
    spark.sql("insert overwrite torn values (1)")
    assert answer(spark, "select id from torn") == [(1,)]


@pytest.mark.parametrize("size", [0, 5, 20])
def test_a_torn_deletion_vector_is_never_taken_for_no_deletion(size: int, spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table torn using delta as select id from range(1000)")
    spark.sql("delete from torn where id % 3 = 0")
    (vector,) = (warehouse / "torn").glob("*.bin")
    vector.write_bytes(vector.read_bytes()[:size])
    with pytest.raises(PySparkException) as caught:
        spark.sql("select count(*) from torn").collect()
    assert caught.value.getCondition() == "DELTA_DELETION_VECTOR_BROKEN"


def test_a_torn_commit_is_named_and_not_passed_over(tmp_path: Path) -> None:
    location = tmp_path / "t"
    table = make(location)
    put(location, [(1, 1)])
    put(location, [(2, 2)])
    torn = Path(commit_path(str(location), 2))
    torn.write_bytes(torn.read_bytes()[:-40])
    with pytest.raises(SparkException) as caught:
        table.state()
    assert caught.value.condition == "DELTA_LOG_FILE_MALFORMED"
    assert torn.name in caught.value.params["path"]


def test_a_torn_checkpoint_is_made_up_for_by_the_commits(tmp_path: Path) -> None:
    location = tmp_path / "t"
    make(location, checkpointInterval="2")
    for n in range(5):
        put(location, [(n, n)])
    checkpoints = sorted((location / "_delta_log").glob("*.checkpoint.parquet"))
    assert len(checkpoints) == 2
    checkpoints[-1].write_bytes(checkpoints[-1].read_bytes()[:100])
    assert rows(location) == [(n, n) for n in range(5)]
    for n in range(4):
        Path(commit_path(str(location), n)).unlink()  # from now on only the torn one leads to the last version
    checkpoints[0].unlink()
    with pytest.raises(SparkException) as caught:
        rows(location)
    assert caught.value.condition == "DELTA_LOG_FILE_MALFORMED"


# ----------------------------------------------------------------------------------------------------------- clock skew


@pytest.mark.parametrize("in_commit", ["true", "false"])
def test_versions_keep_their_order_when_clocks_go_back(
    in_commit: str, spark: SparkSession, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark.sql(f"create table t (id int) using delta tblproperties ('delta.enableInCommitTimestamps' = '{in_commit}')")
    for n in range(1, 5):
        moment_ns = time.time_ns() + (-1) ** n * 3600 * 10**9
        with monkeypatch.context() as patch:
            patch.setattr(transaction.time, "time_ns", lambda now=moment_ns: now)
            spark.sql(f"insert into t values ({n})")
        os.utime(commit_path(str(warehouse / "t"), n), ns=(moment_ns, moment_ns))
    told = [(r.version, r.timestamp) for r in spark.sql("describe history t").collect()]
    assert [version for version, _ in told] == [4, 3, 2, 1, 0]
    moments = [moment for _, moment in reversed(told)]
    assert sorted(set(moments)) == moments
    for version, moment in told:
        assert answer(spark, f"select count(*) from t timestamp as of '{moment}'") == [(version,)]


def test_a_commit_is_later_than_the_one_it_lost_to(
    spark: SparkSession, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spark.sql("create table t (id int) using delta tblproperties ('delta.enableInCommitTimestamps' = 'true')")
    plain = transaction.put_if_absent
    pending = [spark.sql]
    ahead = time.time_ns() + 3600 * 10**9

    def put_late(path: str, text: str) -> bool:
        while pending:
            with monkeypatch.context() as patch:
                patch.setattr(transaction.time, "time_ns", lambda: ahead)
                pending.pop()("insert into t values (1)")
        return plain(path, text)

    monkeypatch.setattr(transaction, "put_if_absent", put_late)
    spark.sql("insert into t values (2)")
    said = [
        json.loads(Path(commit_path(str(warehouse / "t"), v)).read_text().splitlines()[0])["commitInfo"]
        for v in range(3)
    ]
    times = [info["inCommitTimestamp"] for info in said]
    assert times == sorted(set(times))
    assert answer(spark, "select id from t order by id") == [(1,), (2,)]


def test_a_checkpoint_does_not_forget_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = make(tmp_path / "t", enableInCommitTimestamps="true", checkpointInterval="1")
    put(tmp_path / "t", [(1, 1)])
    before = Snapshots().load(table.location)
    assert before is not None
    assert before.in_commit_ms is not None
    monkeypatch.setattr(transaction.time, "time_ns", lambda: 0)
    put(tmp_path / "t", [(2, 2)])
    after = Snapshots().load(table.location)
    assert after is not None
    assert after.in_commit_ms == before.in_commit_ms + 1


def put(location: Path, new: list[Row]) -> None:
    """Rows added and acknowledged."""
    from hiveframe.lake.delta.table import DeltaTable

    table = DeltaTable(str(location))
    write = table.begin(state(table))
    add(write, new)
    write.commit("WRITE", {}, reads=False)


def names(location: Path) -> list[str]:
    """Everything below a table."""
    return sorted(str(p.relative_to(location)) for p in location.rglob("*"))
