"""The one `Database` of this process, made on first use."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Final

from hiveframe.engine.database import Database
from hiveframe.settings import Settings, engine_bytes, scratch_dir, size_bytes

_COLUMNS_SHARE: Final = 8

_lock = threading.Lock()
_database: Database | None = None


def database(settings: Settings | None = None) -> Database:
    """The process's database; the `settings` of whoever comes first decide memory, threads and where it spills."""
    global _database
    if _database is None:
        with _lock:
            if _database is None:
                _database = _open(settings or Settings())
                atexit.register(_close)
    return _database


def _open(settings: Settings) -> Database:
    memory = settings.get("spark.hiveframe.memory") or settings.get("spark.driver.memory")
    threads = settings.get("spark.hiveframe.threads")
    folder = settings.get("spark.local.dir") or scratch_dir()
    os.makedirs(folder, mode=0o700, exist_ok=True)  # DuckDB makes the last folder only, when it first spills
    return Database(
        spill_dir=os.path.join(folder, f"spill-{os.getpid()}"),
        memory_limit_bytes=size_bytes(memory) if memory else None,
        threads=int(threads) if threads else None,
        columns_bytes=_columns_bytes(settings),
    )


def _columns_bytes(settings: Settings) -> int:
    """The most bytes of hot columns: what is set, else an eighth of the engine's memory."""
    given = settings.get("spark.hiveframe.cache.columnsBytes")
    return size_bytes(given) if given is not None else engine_bytes(settings) // _COLUMNS_SHARE


def _close() -> None:
    global _database
    if _database is not None:
        _database.close()
        _database = None
