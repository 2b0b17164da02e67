"""HiveFrame: PySpark programs and Spark SQL, unchanged, on an embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__version__ = "0.1.0"

__all__ = ["__version__", "session"]


def session(**conf: object) -> SparkSession:
    """A PySpark `SparkSession` on the embedded engine, in this process.

    Settings are given as `session(**{"spark.sql.ansi.enabled": False})`; each call makes a session of its own. Sessions
    share the warehouse named by `spark.sql.warehouse.dir` (default: `spark-warehouse` in the working directory).
    """
    from hiveframe.connect.local import local_session

    return local_session({name: _text(value) for name, value in conf.items()})


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
