"""Who runs the queries: HiveFrame in-process, DuckDB itself, and any Spark Connect endpoint."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import sqlglot
from pyspark.sql import SparkSession

from benchmarks.tpc.queries import is_select


class Contender(Protocol):
    """Runs Spark SQL over Parquet files and returns Arrow."""

    name: str

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        """Make the files known as tables of these names."""

    def run(self, statement: str) -> pa.Table | None:
        """The rows of a SELECT; None for any other statement."""

    def close(self) -> None:
        """Let go of everything."""


class SparkContender:
    """A Spark session of any kind."""

    def __init__(self, name: str, spark: SparkSession) -> None:
        self.name = name
        self._spark = spark

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        for name, path in tables.items():
            self._spark.read.parquet(str(path.resolve())).createOrReplaceTempView(name)

    def run(self, statement: str) -> pa.Table | None:
        frame = self._spark.sql(statement)
        return frame.toArrow() if is_select(statement) else None

    def close(self) -> None:
        self._spark.stop()


class RawDuckDB:
    """DuckDB by itself, on text that sqlglot translates without a line of HiveFrame's."""

    name = "DuckDB"

    def __init__(self) -> None:
        self._translated: dict[str, str] = {}

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self._connected()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect()

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        for name, path in tables.items():
            self._connection.read_parquet(str(path)).create_view(name, replace=True)

    def run(self, statement: str) -> pa.Table | None:
        text = self.translate(statement)
        if is_select(statement):
            return self._connection.sql(text).to_arrow_table()
        self._connection.execute(text)
        return None

    def translate(self, statement: str) -> str:
        """The statement in DuckDB's SQL; translated once, so that its time is not measured."""
        if statement not in self._translated:
            self._translated[statement] = sqlglot.transpile(statement, read="spark", write="duckdb")[0]
        return self._translated[statement]

    def close(self) -> None:
        self._connection.close()
