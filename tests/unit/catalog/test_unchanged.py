"""Answers about an SQLite file serve again until somebody writes to it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import Metastore
from hiveframe.catalog.unchanged import Unchanged
from hiveframe.plan import types as t


def make(path: Path, value: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE kept AS SELECT ? AS value", (value,))
    connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "kept.db"
    make(made, 1)
    return made


def reader(path: Path, asked: list[int]) -> Callable[[], int]:
    def ask() -> int:
        connection = sqlite3.connect(path)
        (value,) = connection.execute("SELECT value FROM kept").fetchone()
        connection.close()
        asked.append(value)
        return int(value)

    return ask


def test_an_answer_serves_until_another_connection_writes(path: Path) -> None:
    asked: list[int] = []
    unchanged, ask = Unchanged(str(path)), reader(path, asked)
    assert [unchanged.get("a", ask) for _ in range(3)] == [1, 1, 1]
    assert asked == [1]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE kept SET value = 2")
    assert [unchanged.get("a", ask) for _ in range(3)] == [2, 2, 2]
    write = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('UPDATE kept SET value = 3'); c.commit()"
    subprocess.run([sys.executable, "-c", write], check=True)
    assert unchanged.get("a", ask) == 3
    assert unchanged.get("b", lambda: None) is None
    assert asked == [1, 2, 3]
    unchanged.close()
    assert unchanged.get("a", ask) == 3


def test_another_file_in_its_place_is_another_file(path: Path, tmp_path: Path) -> None:
    unchanged, ask = Unchanged(str(path)), reader(path, [])
    assert unchanged.get("a", ask) == 1
    other = tmp_path / "other.db"
    make(other, 7)
    os.replace(other, path)
    assert unchanged.get("a", ask) == 7
    path.unlink()
    with pytest.raises(sqlite3.OperationalError):
        unchanged.get("a", ask)


def test_a_file_that_goes_while_it_is_opened_is_not_made_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = os.stat(path)
    path.unlink()
    with monkeypatch.context() as late:
        late.setattr(os, "stat", lambda path, **given: stat)
        late.setattr(os.path, "exists", lambda path: False)
        unchanged = Unchanged(str(path))
        assert [unchanged.get("a", lambda n=n: n) for n in range(3)] == [0, 1, 2]
    assert not path.exists()


@pytest.mark.parametrize("name", ["a b.db", "50%20.db", "what?.db", "no#1.db"])
def test_names_of_files_are_no_addresses(name: str, tmp_path: Path) -> None:
    make(tmp_path / name, 5)
    asked: list[int] = []
    unchanged = Unchanged(str(tmp_path / name))
    assert [unchanged.get("a", reader(tmp_path / name, asked)) for _ in range(2)] == [5, 5]
    assert asked == [5]
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".db"] == [name]


def test_no_reader_sees_less_than_was_committed_before_it_asked(path: Path) -> None:
    unchanged, ask = Unchanged(str(path)), reader(path, [])
    committed, wrong = [1], list[tuple[int, int]]()

    def read() -> None:
        while committed[0] < 200:
            least = committed[0]
            found = unchanged.get("a", ask)
            if found < least:
                wrong.append((least, found))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    for n in range(2, 201):
        connection.execute("UPDATE kept SET value = ?", (n,))
        committed[0] = n
    for thread in readers:
        thread.join()
    assert not wrong


def test_a_table_that_another_process_alters_is_seen(tmp_path: Path) -> None:
    here, there = Metastore(str(tmp_path)), Metastore(str(tmp_path))
    assert here.find_table("default", "t") is None
    table = Table("default", "t", "EXTERNAL", t.StructType((t.StructField("a", t.INT),)), "parquet", str(tmp_path))
    there.create_table(table)
    found = here.find_table("default", "t")
    assert found is not None
    assert here.find_table("DEFAULT", "T") is found
    there.alter_table(replace(found, comment="now"))
    altered = here.find_table("default", "t")
    assert altered is not None
    assert altered.comment == "now"
    here.drop_table(altered)
    assert here.find_table("default", "t") is None
