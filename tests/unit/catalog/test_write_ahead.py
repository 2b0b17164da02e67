"""Whoever opens a new SQLite file while another connection writes to it waits, and does not fail."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from hiveframe.catalog.metastore import METASTORE_FILE, Metastore
from hiveframe.catalog.write_ahead import use_write_ahead_log
from hiveframe.lake.honey.manifest import Manifest


def metastore(path: Path) -> str:
    return Metastore(os.path.dirname(path)).database("default").name


def manifest(path: Path) -> int:
    with Manifest(str(path)).reading() as connection:
        (count,) = connection.execute("SELECT count(*) FROM tables").fetchone()
    return int(count)


@pytest.mark.parametrize(("opened", "answer"), [(metastore, "default"), (manifest, 0)])
def test_a_new_file_that_another_connection_has_locked_is_waited_for(
    tmp_path: Path, opened: Callable[[Path], object], answer: object
) -> None:
    path = tmp_path / METASTORE_FILE
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(opened, path)
        done, _ = wait([second], timeout=0.5)
        first.execute("ROLLBACK")
        assert not done
        assert second.result() == answer
    assert first.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_after_its_time_it_fails_as_sqlite_does(tmp_path: Path) -> None:
    first, second = (sqlite3.connect(tmp_path / "kept.db", isolation_level=None) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as e:
        use_write_ahead_log(second, busy_seconds=0.05)
    assert e.value.sqlite_errorname == "SQLITE_BUSY"
    assert first.execute("PRAGMA journal_mode").fetchone() == ("delete",)
