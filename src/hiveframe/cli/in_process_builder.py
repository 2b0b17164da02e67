"""`SparkSession.builder` for scripts that run in this process.

The client's builder only knows how to connect to an address, and refuses a master beside one. This one makes the
session on the embedded engine; the client itself stays as it is on disk.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession
from pyspark.sql.connect.session import SparkSession as ConnectSession

import hiveframe


def install(conf: Mapping[str, str]) -> None:
    """Let every `SparkSession.builder` of this process make in-process sessions; `conf` is under the script's own."""

    class InProcessBuilder(SparkSession.Builder):
        """Spark's builder; only where a new session comes from differs."""

        def getOrCreate(self) -> SparkSession:
            """The running session with the builder's settings applied, or a new one."""
            if "spark.remote" in self._options:
                return super().getOrCreate()
            with self._lock:
                if running_session() is None:
                    return self.create()
                again: Any = ConnectSession.builder.config(map=self._options)
                session: SparkSession = again.getOrCreate()
                return session

        def create(self) -> SparkSession:
            """A new session."""
            if "spark.remote" in self._options:
                return super().create()
            return hiveframe.session(**{**conf, **self._options})

    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"  # `pyspark.sql.functions` then build Connect's expressions
    SparkSession.Builder = InProcessBuilder  # type: ignore[misc]


def running_session() -> ConnectSession | None:
    """The session that `getOrCreate` would return, if there is one."""
    try:
        return ConnectSession.active()
    except PySparkRuntimeError:
        return None
