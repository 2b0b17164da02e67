"""HiveFrame: PySpark programs and Spark SQL, unchanged, on an embedded engine."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

__version__ = "0.1.0"

__all__ = ["__version__", "session"]


def session(**conf: object) -> SparkSession:
    """A PySpark `SparkSession` on the embedded engine, in this process.

    Settings are given as `session(**{"spark.sql.ansi.enabled": False})`; each call makes a session of its own. Sessions
    share the warehouse named by `spark.sql.warehouse.dir` (default: `spark-warehouse` in the working directory).
    """
    with _collector_paused():
        from hiveframe.connect.local import local_session

    return local_session({name: _text(value) for name, value in conf.items()})


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection inside: loading makes many objects and no garbage, and looking for it takes a tenth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
