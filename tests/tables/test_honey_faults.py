"""Writers that are killed at any step, that race, that find the disk full: what was acknowledged is there once."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from hiveframe.errors import SparkException
from hiveframe.lake.honey.table import HoneyTable
from tests.tables.honey_rows import Row, add, make, rows, state
from tests.tables.honey_workers import count_up, lay_out_and_die, make_and_die, work
from tests.tables.processes import race, run, told

ROUNDS = 60


def test_a_writer_killed_at_any_step_loses_nothing_and_halves_nothing(tmp_path: Path) -> None:
    finished = 0
    for seed in range(ROUNDS):
        location = tmp_path / f"t{seed // 6}"  # each table lives through six writers
        if seed % 6 == 0:
            table, seen = make(location), list[Row]()
        notes = tmp_path / f"notes-{seed}"
        assert run(work, str(location), str(notes), seed) == -signal.SIGKILL
        count, allowed = told(notes, seen)
        finished += count
        seen = rows(state(table).snapshot)
        assert seen in allowed, f"seed {seed}"
    assert finished > ROUNDS / 2  # the kills came at all distances from a commit


def test_a_bee_killed_at_any_step_changes_no_row(tmp_path: Path) -> None:
    table = make(tmp_path / "t")
    wanted: list[Row] = []
    finished = False
    for number in range(1, 300, 4):
        if run(lay_out_and_die, str(tmp_path / "t"), number) == 0:
            finished = True
            break
        write = table.begin(state(table))
        add(write, [(number, -number)])
        write.commit("WRITE", {}, reads=False)
        wanted.append((number, -number))
        assert rows(state(table).snapshot) == wanted
    assert finished
    assert rows(state(table).snapshot) == wanted


def test_a_table_is_made_or_not(tmp_path: Path) -> None:
    made = 0
    for number in range(1, 40):
        location = tmp_path / f"t{number}"
        if run(make_and_die, str(location), str(tmp_path), number) == 0:
            break
        found = HoneyTable(str(location)).state()
        made += found is not None
        if found is None:
            make(location, tmp_path)
        assert rows(state(HoneyTable(str(location))).snapshot) == []
    assert 0 < made < number


def test_racing_writers_lose_no_update(tmp_path: Path) -> None:
    table = make(tmp_path / "t")
    first = table.begin(state(table))
    add(first, [(0, 0)])
    first.commit("WRITE", {}, reads=False)
    race(count_up, tmp_path / "t", lambda: rows(state(table).snapshot))


def test_an_older_manifest_reader_refuses_a_newer_one(tmp_path: Path) -> None:
    import sqlite3

    table = make(tmp_path / "t")
    with sqlite3.connect(tmp_path / "t/_honeystore/manifest.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    (tmp_path / "t").rename(tmp_path / "moved")
    with pytest.raises(SparkException) as caught:
        HoneyTable(str(tmp_path / "moved")).state()
    assert caught.value.condition == "HONEY_MANIFEST_NEWER"
    assert table.state() is None
