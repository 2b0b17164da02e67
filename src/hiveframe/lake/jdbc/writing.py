"""Rows into a table of another database, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlglot
from sqlglot import exp

from hiveframe.errors import AnalysisException, unsupported
from hiveframe.lake.jdbc.options import JdbcOptions, connected
from hiveframe.lake.jdbc.reading import table_schema
from hiveframe.lake.jdbc.types import database_type
from hiveframe.lake.options import Options
from hiveframe.lake.write.checks import check_unique
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType


def write_table(
    jdbc: JdbcOptions,
    schema: StructType,
    mode: str,
    column_types: StructType,
    rows: Iterator[pa.RecordBatch],
    zone: str,
) -> None:
    """Creates, empties or adds to the table as the mode says; on any failure it is as it was."""
    if jdbc.table is None:
        raise unsupported("a JDBC write with a query; give dbtable a name")
    check_unique(schema.fields)
    table = _table(jdbc, schema.fields)
    known = _columns(jdbc) if _exists(jdbc, table) else None
    if known is not None and mode == "error":
        raise AnalysisException("_LEGACY_ERROR_TEMP_1288", {"name": jdbc.table})
    if known is not None and mode == "ignore":
        return
    truncates = jdbc.options.flag("truncate")
    creates = known is None or (mode == "overwrite" and not truncates)
    if creates:
        declared = _declared(schema, column_types, jdbc)
    else:
        assert known is not None
        table = _table(jdbc, _matched(schema.fields, known, jdbc.table))
    with connected(jdbc) as connection, connection.begin():
        if jdbc.dialect == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if creates:
            if known is not None:
                connection.exec_driver_sql(f"DROP TABLE {_name(connection, table)}")
            connection.exec_driver_sql(_create(connection, table, declared, jdbc.options))
        elif mode == "overwrite":
            connection.exec_driver_sql(_emptied(_name(connection, table), jdbc))
        _insert(connection, table, schema, rows, jdbc.batch_size, zone)


def _insert(
    connection: Any, table: Any, schema: StructType, rows: Iterator[pa.RecordBatch], size: int, zone: str
) -> None:
    from sqlalchemy import insert

    names = [column.name for column in table.columns]
    here = ZoneInfo(zone)
    is_sqlite = connection.dialect.name == "sqlite"
    for batch in rows:
        columns = [column.to_pylist() for column in batch.columns]
        values = [
            {n: _parameter(v, here, is_sqlite=is_sqlite) for n, v in zip(names, row, strict=True)}
            for row in zip(*columns, strict=True)
        ]
        for start in range(0, len(values), size):
            connection.execute(insert(table), values[start : start + size])


def _parameter(value: Any, here: ZoneInfo, *, is_sqlite: bool) -> Any:
    """A value as the driver takes it; SQLite's has no decimals, and keeps moments as text in the session's zone."""
    if is_sqlite and isinstance(value, dt.datetime):
        local = value.astimezone(here).replace(tzinfo=None) if value.tzinfo is not None else value
        return local.isoformat(" ")
    if is_sqlite and isinstance(value, dt.date):
        return value.isoformat()
    if is_sqlite and not isinstance(value, (str, bytes, int, float, type(None))):
        return str(value)
    return value


def _table(jdbc: JdbcOptions, fields: Sequence[StructField]) -> Any:
    """The table with its name's parts and its columns, for SQLAlchemy to quote."""
    from sqlalchemy import column, table
    from sqlalchemy.sql import quoted_name

    parsed = sqlglot.parse_one(str(jdbc.table), into=exp.Table, dialect=_DIALECTS[jdbc.dialect])
    if not isinstance(parsed.this, exp.Identifier):
        raise unsupported("a JDBC write to anything but a table by name")
    columns: list[Any] = [column(quoted_name(f.name, quote=True)) for f in fields]
    schema = parsed.args.get("db")
    return table(_folded(parsed.this, jdbc), *columns, schema=_folded(schema, jdbc) if schema is not None else None)


def _folded(name: exp.Expression, jdbc: JdbcOptions) -> Any:
    """A name as the database keeps it: PostgreSQL keeps one without quotes in lower case."""
    from sqlalchemy.sql import quoted_name

    plain = name.name if name.args.get("quoted") or jdbc.dialect == "sqlite" else name.name.lower()
    return quoted_name(plain, quote=True)


_DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres"}


def _name(connection: Any, table: Any) -> str:
    return str(connection.dialect.identifier_preparer.format_table(table))


def _exists(jdbc: JdbcOptions, table: Any) -> bool:
    from sqlalchemy import inspect

    with connected(jdbc) as connection:
        inspector = inspect(connection)
        return bool(inspector.has_table(str(table.name), schema=table.schema))


def _columns(jdbc: JdbcOptions) -> StructType:
    return table_schema(jdbc)


def _matched(fields: Sequence[StructField], known: StructType, name: str) -> list[StructField]:
    """The written columns under the table's spelling; COLUMN_NOT_DEFINED_IN_TABLE for one that it lacks."""
    by_name = {f.name.lower(): f for f in known.fields}
    found = []
    for f in fields:
        there = by_name.get(f.name.lower())
        if there is None:
            params = {
                "colType": f'"{t.sql_name(f.dtype)}"',
                "colName": f"`{f.name}`",
                "tableName": f"`{name}`",
                "tableCols": ", ".join(f"`{c.name}`" for c in known.fields),
            }
            raise AnalysisException("COLUMN_NOT_DEFINED_IN_TABLE", params)
        found.append(there)
    return found


def _declared(schema: StructType, column_types: StructType, jdbc: JdbcOptions) -> list[tuple[StructField, str]]:
    given = {f.name.lower(): f.dtype for f in column_types.fields}
    names = {f.name.lower() for f in schema.fields}
    for f in column_types.fields:
        if f.name.lower() not in names:
            params = {"col": f.name, "schema": t.simple_string(schema)}
            raise AnalysisException("_LEGACY_ERROR_TEMP_1171", params)
    return [(f, _declared_type(f, given.get(f.name.lower()), jdbc.dialect)) for f in schema.fields]


def _declared_type(f: StructField, given: t.DataType | None, dialect: str) -> str:
    """A type of `createTableColumnTypes` stands as it was written: CHAR and VARCHAR with their lengths."""
    if isinstance(given, (t.CharType, t.VarcharType)):
        return t.sql_name(given)
    return database_type(given if given is not None else f.dtype, dialect)


def _create(connection: Any, table: Any, declared: Sequence[tuple[StructField, str]], options: Options) -> str:
    quote = connection.dialect.identifier_preparer.quote_identifier
    columns = ", ".join(f"{quote(f.name)} {kind}{'' if f.nullable else ' NOT NULL'}" for f, kind in declared)
    return f"CREATE TABLE {_name(connection, table)} ({columns}) {options.get('createTableOptions', '')}".rstrip()


def _emptied(name: str, jdbc: JdbcOptions) -> str:
    if jdbc.dialect == "sqlite":
        return f"DELETE FROM {name}"  # noqa: S608  a name that SQLAlchemy quoted
    return f"TRUNCATE TABLE ONLY {name}" + (" CASCADE" if jdbc.options.flag("cascadeTruncate") else "")
