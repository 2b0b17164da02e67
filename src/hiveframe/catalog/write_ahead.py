"""SQLite files in WAL mode, in which readers never wait for a writer."""

from __future__ import annotations

import sqlite3
import time
from typing import Final

_PAUSE_SECONDS: Final = 0.01


def use_write_ahead_log(connection: sqlite3.Connection, *, busy_seconds: float) -> None:
    """Put the file of a connection in WAL mode, and wait for other connections as long as need be.

    A file that is in that mode stays as it is. The switch of one that is not yet needs its exclusive lock, out of a
    transaction that has begun to read: there SQLite fails at once, whatever its busy timeout, lest two such wait for
    each other. So processes that open a new file together need this. Raises `sqlite3.OperationalError` of the code
    SQLITE_BUSY after `busy_seconds`. https://www.sqlite.org/c3ref/busy_handler.html
    """
    until = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)
