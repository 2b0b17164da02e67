"""The one thing that opening a source may ask of an engine: the rows of a small query."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from sqlglot import exp

from hiveframe.functions.sql import text
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.lake.zones import duck_zone

Splitting = Callable[[pa.Array], pa.Array]


class QueryRunner(Protocol):
    """Runs a query that inspects files: a footer, a sample, an inference pass."""

    def rows(
        self,
        query: exp.Expression,
        *,
        time_zone: str,
        arrow: Mapping[str, Any] | None = None,
        functions: Mapping[str, Splitting] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Every row; times without a zone are read in `time_zone`.

        `arrow` names what the query reads besides files, `functions` what it calls: texts in, lists of texts out.
        """


class PrivateRunner:
    """A DuckDB of its own, opened at the first question; any thread may ask."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def rows(
        self,
        query: exp.Expression,
        *,
        time_zone: str,
        arrow: Mapping[str, Any] | None = None,
        functions: Mapping[str, Splitting] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Every row of `query`."""
        with self._lock:
            cursor = self._open().cursor()
        with cursor:
            for name, function in (functions or {}).items():
                register: Any = cursor.create_function
                register(name, function, ["VARCHAR"], "VARCHAR[]", type="arrow", null_handling="special")
            for name, data in (arrow or {}).items():
                if isinstance(data, BatchStream):
                    data = pa.RecordBatchReader.from_batches(data.schema, data.batches())
                cursor.register(name, data)
            cursor.execute(exp.Set(expressions=[_assign("TimeZone", duck_zone(time_zone))]).sql("duckdb"))
            return cursor.execute(query.sql("duckdb")).fetchall()

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            config: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False}
            if self._threads is not None:
                config["threads"] = self._threads
            self._connection = duckdb.connect(":memory:", config=config)
        return self._connection


def _assign(name: str, value: str) -> exp.Expression:
    return exp.SetItem(this=exp.EQ(this=exp.Var(this=name), expression=text(value)))
