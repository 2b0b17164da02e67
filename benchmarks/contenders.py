"""Who runs the queries in this process: HiveFrame, and DuckDB itself."""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import sqlglot
from pyspark.sql import SparkSession
from sqlglot import exp

from benchmarks.tpc.queries import is_select


class Contender(Protocol):
    """Runs Spark SQL over Parquet files and returns Arrow."""

    name: str

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        """Make the files known as tables of these names, in a session that has resolved nothing yet."""

    def run(self, statement: str) -> pa.Table | None:
        """The rows of a SELECT, where they are made in this process; None for any other statement."""

    def asked(self, statements: tuple[str, ...]) -> tuple[str, ...]:
        """What it is asked for a query of these statements; whatever is to be prepared is prepared."""

    def answer(self, statement: str) -> pa.Table | None:
        """The rows that `run` makes, wherever it leaves them."""

    def close(self) -> None:
        """Let go of everything."""


class SparkContender:
    """Spark sessions of any kind, one after another."""

    def __init__(self, name: str, connect: Callable[[], SparkSession]) -> None:
        self.name = name
        self._connect = connect
        self._session: SparkSession | None = None

    @property
    def session(self) -> SparkSession:
        """The latest session."""
        if self._session is None:
            self._session = self._connect()
        return self._session

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        self.close()
        for name, path in tables.items():
            self.session.read.parquet(str(path.resolve())).createOrReplaceTempView(name)

    def run(self, statement: str) -> pa.Table | None:
        frame = self.session.sql(statement)
        return frame.toArrow() if is_select(statement) else None

    answer = run

    def asked(self, statements: tuple[str, ...]) -> tuple[str, ...]:
        return statements

    def close(self) -> None:
        if self._session is not None:
            self._session.stop()
        self._session = None


class RawDuckDB:
    """DuckDB by itself, on text that sqlglot translates without a line of HiveFrame's."""

    name = "DuckDB"

    def __init__(self, spelled: Callable[[str], str] | None = None) -> None:
        """`spelled` gives a statement in DuckDB's SQL; without it, sqlglot does."""
        self._spelled = spelled or translated
        self._translated: dict[str, str] = {}

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return self._connected()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect()

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        for name, path in tables.items():
            self.connection.read_parquet(str(path)).create_view(name, replace=True)

    def run(self, statement: str) -> pa.Table | None:
        text = self.translate(statement)
        if is_select(statement):
            return self.connection.sql(text).to_arrow_table()
        self.connection.execute(text)
        return None

    answer = run

    def asked(self, statements: tuple[str, ...]) -> tuple[str, ...]:
        for statement in statements:
            self.translate(statement)
        return statements

    def translate(self, statement: str) -> str:
        """The statement in DuckDB's SQL; translated once, so that its time is not measured."""
        if statement not in self._translated:
            self._translated[statement] = self._spelled(statement)
        return self._translated[statement]

    def close(self) -> None:
        self.connection.close()


def run_all(contender: Contender, statements: Iterable[str]) -> None:
    """Run a query's statements, one after another."""
    for statement in statements:
        contender.run(statement)


def translated(statement: str) -> str:
    """The statement in DuckDB's SQL; quotients of decimal constants as Spark has them, which rounds them."""
    tree = sqlglot.parse_one(statement, read="spark")
    for division in list(tree.find_all(exp.Div)):
        sides = division.this, division.expression
        if all(isinstance(side, exp.Literal) and not side.is_string and "." in side.name for side in sides):
            division.replace(exp.Literal.number(spark_quotient(*(side.name for side in sides))))
    return tree.sql(dialect="duckdb")


def spark_quotient(dividend: str, divisor: str) -> str:
    """The quotient of two decimal constants with Spark's scale, such as 0.666667 for 2.0 / 3.0.

    The scale is `max(6, s1 + p2 + 1)` for a dividend of scale s1 and a divisor of p2 digits, which are few here.
    """
    a, b = Decimal(dividend), Decimal(divisor)
    scale = max(6, -int(a.as_tuple().exponent) + len(b.as_tuple().digits) + 1)
    return str((a / b).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))
