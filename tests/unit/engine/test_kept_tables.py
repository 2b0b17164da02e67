"""Tables that a process keeps: made under a time limit, there for who reads them, gone with the process."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sqlglot import parse_one
from sqlglot.expressions import Query

from hiveframe.engine.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(spill_dir=str(tmp_path / "spill"))
    yield made
    made.close()


def query(text: str) -> Query:
    made = parse_one(text, dialect="duckdb")
    assert isinstance(made, Query)
    return made


def test_what_a_killed_process_left_goes_and_nothing_else(database: Database, tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    for name in (f"kept-{dead.pid}", f"kept-{os.getppid()}", "kept-notes", f"kept-{10**30}"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tables.db").touch()
    table = database.kept_tables.make("part", query("SELECT 1 AS k0"))
    own = tmp_path / f"kept-{os.getpid()}"
    assert table.row_count == 1
    assert {p.name for p in tmp_path.glob("kept-*")} == {own.name, f"kept-{os.getppid()}", "kept-notes"}
    assert own.stat().st_mode & 0o77 == 0
    database.close()
    assert not own.exists()


def test_a_table_that_takes_too_long_is_given_up(database: Database) -> None:
    long = query("SELECT count(*) AS k0 FROM range(1000000000) a, range(1000000000) b")
    with pytest.raises(duckdb.InterruptException):
        database.kept_tables.make("part", long, longest_s=0.05)
    assert database.kept_tables.make("part", query("SELECT 1 AS k0"), longest_s=60).row_count == 1
