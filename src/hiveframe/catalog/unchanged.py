"""What was looked up in an SQLite file, for as long as nobody writes to it.

SQLite tells a connection that is kept whether another one, of any process, has committed since it asked last
(`PRAGMA data_version`): microseconds, where opening a connection and asking for a row takes milliseconds.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

T = TypeVar("T")

_CAPACITY: Final = 1024
_BUSY_SECONDS: Final = 30


class Unchanged:
    """Answers about one file, which hold until its content or the file itself is another. Thread-safe."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int, int] | None = None
        self._state: object = None
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, ask: Callable[[], T]) -> T:
        """What `ask()`, which reads the file, says under this key: its answer, or the same as last time."""
        with self._lock:
            state = self._state_now()
            if state != self._state:
                self._answers.clear()
                self._state = state
            elif key in self._answers:
                self._answers.move_to_end(key)
                return cast(T, self._answers[key])
        answer = ask()  # of this state, or of a later one, which the next question sees
        with self._lock:
            if state == self._state:
                self._answers[key] = answer
                if len(self._answers) > _CAPACITY:
                    self._answers.popitem(last=False)
        return answer

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed()

    def _state_now(self) -> object:
        """What differs from all states before when anything was written; of a file that is gone nothing is known."""
        try:
            stat = os.stat(self._path)
            file = (os.getpid(), stat.st_dev, stat.st_ino)  # a connection is not shared with a forked process
            if self._connection is None or file != self._file:
                self._closed()
                self._connection, self._file = _opened(self._path), file
        except FileNotFoundError:
            self._closed()
            return object()
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return self._connection, version

    def _closed(self) -> None:
        if self._connection is not None and self._file is not None and self._file[0] == os.getpid():
            self._connection.close()
        self._connection = self._file = self._state = None
        self._answers.clear()


def _opened(path: str) -> sqlite3.Connection:
    """A connection to a file that is there; FileNotFoundError where it has gone, which SQLite would make anew."""
    uri = f"file://{quote(os.path.abspath(path))}?mode=rw"
    try:
        return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError:
        if not os.path.exists(path):
            raise FileNotFoundError(path) from None
        raise
