"""The connections on which one execution runs, so that it can be interrupted on all of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from hiveframe.engine.database import Connection


class Running:
    """Thread-safe; nobody's connection is interrupted once it has been given back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: list[Connection] = []

    @contextlib.contextmanager
    def on(self, connection: Connection) -> Iterator[None]:
        """The connection may be interrupted inside."""
        with self._lock:
            self._connections.append(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.remove(connection)

    def interrupt(self) -> bool:
        """Interrupt them all; False when nothing runs."""
        with self._lock:
            for connection in self._connections:
                connection.interrupt()
            return bool(self._connections)

    def percent(self) -> float:
        """How far the outermost query is, 0 to 100; negative when DuckDB cannot tell."""
        with self._lock:
            return self._connections[0].query_progress() if self._connections else -1.0
