"""The manifest: an SQLite database that says which segments make up which version of which table.

It runs in WAL mode with `synchronous=FULL`: readers never wait and see one moment, one writer at a time, and what was
committed is on disk. Files are written and synced before the transaction that names them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from hiveframe.catalog.unchanged import Unchanged
from hiveframe.catalog.write_ahead import use_write_ahead_log
from hiveframe.errors import SparkException
from hiveframe.lake.honey import steps

FOLDER: Final = "_honeystore"
FILE: Final = "manifest.db"
_FORMAT: Final = 1
_BUSY_SECONDS: Final = 60


class Manifest:
    """One manifest file; each thread has a connection of its own."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._local = threading.local()
        self.unchanged = Unchanged(path)
        """What was read of the file, for as long as nobody writes to it."""

    @property
    def root(self) -> str:
        """The folder whose tables it keeps."""
        return os.path.dirname(os.path.dirname(self.path))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one moment of the manifest."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The only transaction that writes; on disk when the block ends, undone when it fails."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
                steps.reached("before manifest commit")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise SparkException("HONEY_MANIFEST_FAILED", {"path": self.path, "reason": str(error)}) from error

    def _connection(self) -> sqlite3.Connection:
        """The thread's connection, opened anew when the process or the file is another one."""
        stat = os.stat(self.path) if os.path.exists(self.path) else None
        identity = (os.getpid(), stat.st_dev, stat.st_ino) if stat else None
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is not None and self._local.identity == identity:
            return known
        made = _opened(self.path)
        stat = os.stat(self.path)
        self._local.connection, self._local.identity = made, (os.getpid(), stat.st_dev, stat.st_ino)
        return made


@cache
def manifest_at(path: str) -> Manifest:
    """The manifest at a path; the same object each time."""
    return Manifest(path)


def _opened(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    use_write_ahead_log(connection, busy_seconds=_BUSY_SECONDS)
    connection.execute("PRAGMA synchronous=FULL")
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > _FORMAT:
        raise SparkException("HONEY_MANIFEST_NEWER", {"path": path, "found": str(found), "known": str(_FORMAT)})
    if found < _FORMAT:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("COMMIT")
    return connection


_TABLES: Final = (
    # `layout` is another number, never one from before, when locators and sketches come without another version
    "CREATE TABLE IF NOT EXISTS tables (id TEXT PRIMARY KEY, layout INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS versions (
        table_id TEXT, version INTEGER, made_us INTEGER NOT NULL, operation TEXT NOT NULL, parameters TEXT NOT NULL,
        is_blind INTEGER NOT NULL, changes_data INTEGER NOT NULL, defines INTEGER NOT NULL,
        PRIMARY KEY (table_id, version)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS definitions (
        table_id TEXT, version INTEGER, text TEXT NOT NULL, PRIMARY KEY (table_id, version)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS segments (
        id INTEGER PRIMARY KEY AUTOINCREMENT, table_id TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL,
        level INTEGER NOT NULL, row_count INTEGER NOT NULL, size_bytes INTEGER NOT NULL, modified_us INTEGER NOT NULL,
        partition_values TEXT NOT NULL, zones TEXT NOT NULL, clustered_by TEXT NOT NULL,
        added INTEGER NOT NULL, removed INTEGER)""",
    "CREATE INDEX IF NOT EXISTS segments_by_table ON segments (table_id, added)",
    "CREATE INDEX IF NOT EXISTS segments_removed ON segments (table_id, removed) WHERE removed IS NOT NULL",
    """CREATE TABLE IF NOT EXISTS deletions (
        segment_id INTEGER, version INTEGER, table_id TEXT NOT NULL, row_count INTEGER NOT NULL, bitmap BLOB NOT NULL,
        PRIMARY KEY (segment_id, version)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS deletions_by_table ON deletions (table_id, version)",
    """CREATE TABLE IF NOT EXISTS locators (
        segment_id INTEGER, column_name TEXT, path TEXT NOT NULL,
        PRIMARY KEY (segment_id, column_name)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS sketches (
        segment_id INTEGER, column_name TEXT, distinct_count INTEGER NOT NULL, bloom BLOB,
        PRIMARY KEY (segment_id, column_name)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS trails (
        table_id TEXT, segment_id INTEGER, column_name TEXT, kind TEXT, strength REAL NOT NULL,
        touched_us INTEGER NOT NULL, PRIMARY KEY (table_id, segment_id, column_name, kind)) WITHOUT ROWID""",
    f"PRAGMA user_version = {_FORMAT}",
)
