"""The process's DuckDB: one in-memory database, a pool of connections by time zone, Arrow sources and kernels.

Statements go through DuckDB's relation seam (`_submit`, `_register_source`), which plans a statement once and streams
it; the documented `con.sql(…).to_arrow_reader()` plans it twice. DuckDB is pinned to one minor version because of that.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa

from hiveframe.engine.kept_footers import KeptFooters
from hiveframe.engine.kernels import Kernel, as_udf
from hiveframe.lake.scan import ScanFile
from hiveframe.settings import SHORT_ZONE_IDS, size_bytes

if TYPE_CHECKING:
    from hiveframe.engine.background import Background
    from hiveframe.engine.hot_columns.store import HotColumns
    from hiveframe.engine.kept_tables import KeptTables

Connection = duckdb.DuckDBPyConnection

_FIXED: Final[dict[str, str]] = {
    # DuckDB would otherwise look into Python variables, or download extensions.
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    # With threads of their own for writes, a COPY that fails may wait for itself for ever (DuckDB 2.0.0,
    # AsyncWriteQueue::AbortWrites): the tasks that it drains need the lock that it holds.
    "async_threads": "0",
}

_FOOTERS_KEPT: Final = "SET SESSION parquet_metadata_cache = true"
_FOOTERS_READ: Final = "SET SESSION parquet_metadata_cache = false"
_FOOTERS_READ_S: Final = 2.0

# Progress is computed only where a bar is enabled; nothing is printed.
_PROGRESS: Final = ("SET enable_progress_bar = true", "SET enable_progress_bar_print = false")

_OFFSET: Final = re.compile(r"(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::(\d{2}))?")
_MOST_HOURS: Final = 13
_QUARTER: Final = 15


class Database:
    """DuckDB with its connections. `memory_limit_bytes` and `threads` None leave DuckDB's own choice.

    Columns that are read again and again take at most `columns_bytes` beside the `spill_dir`.
    """

    def __init__(
        self,
        *,
        spill_dir: str,
        memory_limit_bytes: int | None = None,
        threads: int | None = None,
        columns_bytes: int = 0,
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {**_FIXED}
        config["temp_directory"] = spill_dir
        if memory_limit_bytes is not None:
            config["memory_limit"] = f"{max(memory_limit_bytes // 1024, 1)}KiB"
        if threads is not None:
            config["threads"] = str(threads)
        self._root = duckdb.connect(":memory:", config=config)
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, bool, int | None], list[Connection]] = {}
        self._query_memory_bytes: int | None = None
        self._footers = KeptFooters()
        self._reads_footers_until_s = 0.0
        self._registered: set[str] = set()
        self._active = 0
        self._active_until_s = 0.0
        self._columns_bytes = columns_bytes
        self._folder = os.path.dirname(spill_dir)
        self._backgrounds: list[Background] = []

    @contextlib.contextmanager
    def lease(self, time_zone: str, *, keeps_footers: bool = True, is_background: bool = False) -> Iterator[Connection]:
        """A connection of one's own whose zone is `time_zone`, given back afterwards.

        It keeps the footers of Parquet files in memory, unless it must not or those might mislead statements now.
        Nobody waits for what runs in the background: it does not count as use of the database.
        """
        kind = time_zone, keeps_footers and time.time() > self._reads_footers_until_s, self._query_memory_bytes
        with self._lock:
            pool = self._idle.setdefault(kind, [])
            connection = pool.pop() if pool else None
        if connection is None:
            connection = self._root.cursor()
            for statement in (*_PROGRESS, _FOOTERS_KEPT if kind[1] else _FOOTERS_READ):
                connection.execute(statement)
            connection.execute("SET TimeZone = $1", [duckdb_zone(time_zone)])
            if kind[2] is not None:
                connection.execute("SET SESSION operator_memory_limit = $1", [f"{kind[2] // 1024}KiB"])
        with self._lock:
            self._active += not is_background
        try:
            yield connection
        finally:
            with self._lock:
                self._idle[kind].append(connection)
                if not is_background:
                    self._active -= 1
                    self._active_until_s = time.monotonic()

    @property
    def active(self) -> int:
        """How many connections are in use by somebody who waits."""
        return self._active

    def is_idle_for(self, seconds: float) -> bool:
        """Whether nobody has waited for it for so long."""
        return not self._active and time.monotonic() - self._active_until_s >= seconds

    @cached_property
    def hot_columns(self) -> HotColumns | None:
        """The columns that it keeps of files; None where no room is given to them."""
        if not self._columns_bytes:
            return None
        from hiveframe.engine.hot_columns.store import HotColumns  # only where files are read

        return HotColumns(self, self._columns_bytes)

    @cached_property
    def kept_tables(self) -> KeptTables:
        """The tables that it keeps beside its `spill_dir`."""
        from hiveframe.engine.kept_tables import KeptTables  # only where something is kept

        return KeptTables(self, self._folder)

    def background(self, work: Background) -> None:
        """Work over this database, which ends before it is closed."""
        self._backgrounds.append(work)

    def will_read(self, files: Sequence[ScanFile]) -> None:
        """Say that these files are about to be read."""
        if self._footers.may_mislead(files):
            self._reads_footers_until_s = time.time() + _FOOTERS_READ_S

    def share(self, threads: int, queries: int) -> None:
        """Let all statements together have so many threads, and each that begins from now on one of `queries` parts of
        the memory for its sorts, joins and aggregations; what they need beyond it they spill.

        Returns when threads that are too many have ended the task that they are at.
        """
        with self._lock:
            connection = self._root.cursor()
        with connection:
            limit = str(connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])
            self._query_memory_bytes = size_bytes(limit) // queries if queries > 1 else None
            connection.execute("SET GLOBAL threads = $1", [threads])

    def source(self, data: Any) -> Any:
        """A handle under whose `name` every connection can read Arrow `data`, for as long as the handle lives."""
        return self._root._register_source(data)

    def register(self, kernel: Kernel) -> None:
        """Make a kernel callable on every connection."""
        with self._lock:
            if kernel.name in self._registered:
                return
            register: Any = self._root.create_function  # its stub knows no type written as text
            register(
                kernel.name,
                as_udf(kernel.function, len(kernel.arg_types)),
                list(kernel.arg_types),
                kernel.result,
                type="arrow",
                null_handling="special",
                side_effects=kernel.is_volatile,
            )
            self._registered.add(kernel.name)

    def unregister(self, kernel: Kernel) -> None:
        """Drop a kernel that served one statement."""
        with self._lock:
            if kernel.name in self._registered:
                self._registered.remove(kernel.name)
                self._root.remove_function(kernel.name)

    def close(self) -> None:
        """Close every connection."""
        tables = self.__dict__.get("kept_tables")
        for work in self._backgrounds:
            work.close(interrupt=self.kept_tables.interrupt)
        with self._lock:
            for pool in self._idle.values():
                for connection in pool:
                    connection.close()
            self._idle.clear()
            self._root.close()
        if tables is not None:
            tables.remove()


def reader(connection: Connection, text: str, batch_rows: int) -> pa.RecordBatchReader:
    """The rows of one statement, streamed while it runs."""
    return connection._submit(text, None, "stream", batch_rows).arrow_reader()


def run(connection: Connection, text: str) -> None:
    """Run a statement whose rows nobody wants."""
    connection.execute(text)


def duckdb_zone(time_zone: str) -> str:
    """Spark's name of a zone as DuckDB knows it: fixed offsets are written `UTC+hh:mm`.

    DuckDB does not know every offset; the emitters count fixed ones themselves, so UTC stands for those.
    """
    time_zone = SHORT_ZONE_IDS.get(time_zone, time_zone)
    if time_zone in ("Z", "UT"):
        return "UTC"
    fixed = _OFFSET.fullmatch(time_zone)
    if fixed is None:
        return time_zone
    sign, hours, minutes, seconds = (part or "" for part in fixed.groups())
    is_known = int(hours) <= _MOST_HOURS and int(minutes or 0) % _QUARTER == 0 and not int(seconds or 0)
    return f"UTC{sign}{int(hours):02d}:{minutes or '00'}" if is_known else "UTC"


def default_threads() -> int:
    """As many threads as processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
