"""Columns and rows of a table or query of another database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.lake.jdbc.options import JdbcOptions, connected
from hiveframe.lake.jdbc.types import postgres_type, sqlite_type
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, StructField, StructType

_BATCH_ROWS: Final = 10_000
_VIEW: Final = "hiveframe_asked"


def table_schema(jdbc: JdbcOptions) -> StructType:
    """The columns; JDBC_EXTERNAL_ENGINE_SYNTAX_ERROR where the database does not understand what is asked."""
    probe = f"SELECT * FROM {jdbc.source} WHERE 1=0"  # noqa: S608  the user's own SQL
    from sqlalchemy.exc import DBAPIError

    with connected(jdbc) as connection:
        try:
            if jdbc.dialect == "sqlite":
                return _sqlite_schema(connection, jdbc.source)
            return _postgres_schema(connection, probe)
        except DBAPIError as error:
            params = {"jdbcQuery": probe, "externalEngineError": " ".join(str(error.orig).split()).rstrip(".")}
            condition = "JDBC_EXTERNAL_ENGINE_SYNTAX_ERROR.DURING_OUTPUT_SCHEMA_RESOLUTION"
            raise SparkException(condition, params) from None


def _sqlite_schema(connection: Any, source: str) -> StructType:
    """A view tells what its columns' tables declared; for the others the first row's values tell."""
    connection.exec_driver_sql(f"CREATE TEMP VIEW {_VIEW} AS SELECT * FROM {source}")  # noqa: S608  the user's own SQL
    columns = connection.exec_driver_sql(f"PRAGMA table_info({_VIEW})").fetchall()
    first = connection.exec_driver_sql(f"SELECT * FROM {_VIEW} LIMIT 1").fetchone()  # noqa: S608
    connection.exec_driver_sql(f"DROP VIEW {_VIEW}")
    fields = []
    for i, (_, name, declared, *_) in enumerate(columns):
        value = first[i] if first is not None else None
        dtype = sqlite_type(declared) if declared else _OF_VALUES.get(type(value), t.STRING)
        fields.append(StructField(name, dtype))
    return StructType(tuple(fields))


_OF_VALUES: Final[Mapping[type, DataType]] = {int: t.LONG, float: t.DOUBLE, bytes: t.BINARY}


def _postgres_schema(connection: Any, probe: str) -> StructType:
    cursor = connection.exec_driver_sql(probe).cursor
    described = list(cursor.description)
    oids = sorted({column.type_code for column in described})
    names = dict(connection.exec_driver_sql("SELECT oid, typname FROM pg_type WHERE oid = ANY(%s)", (oids,)).fetchall())
    fields = []
    for column in described:
        modifier = -1
        if column.precision is not None:
            modifier = ((column.precision << 16) | (column.scale or 0)) + 4
        fields.append(StructField(column.name, postgres_type(str(names[column.type_code]), modifier)))
    return StructType(tuple(fields))


def read_batches(
    jdbc: JdbcOptions,
    fields: Sequence[StructField],
    schema: pa.Schema,
    predicates: Sequence[str],
    filters: Sequence[Any],
    zone: str,
    *,
    counts: bool = False,
) -> Iterator[pa.RecordBatch]:
    """The named columns of the rows that pass `filters`, a query for each predicate (one for all when there is none).

    `counts`: no column is wanted but one that says that there is a row.
    """
    converters = [_converter(f.dtype, zone) for f in fields]
    with connected(jdbc) as connection:
        for predicate in predicates or (None,):
            query = _select(jdbc, [] if counts else [f.name for f in fields], predicate).where(*filters)
            rows = connection.execute(query, execution_options={"stream_results": True})
            for part in rows.partitions(jdbc.fetch_size or _BATCH_ROWS):
                columns = [
                    pa.array([_kept(convert, row[i]) for row in part], schema.field(i).type)
                    for i, convert in enumerate(converters)
                ]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _select(jdbc: JdbcOptions, names: Sequence[str], predicate: str | None) -> Any:
    """The query: column names quoted by SQLAlchemy, the table, query and predicates as the user wrote them."""
    from sqlalchemy import column, literal_column, select, text
    from sqlalchemy.sql import quoted_name

    columns: list[Any] = [column(quoted_name(name, quote=True)) for name in names] or [literal_column("1")]
    query = select(*columns).select_from(text(_unbound(jdbc.source)))
    return query if predicate is None else query.where(text(f"({_unbound(predicate)})"))


def _unbound(sql: str) -> str:
    """SQL in which SQLAlchemy sees no parameters."""
    return sql.replace(":", r"\:")


def _kept(convert: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else convert(value)


def _converter(dtype: DataType, zone: str) -> Callable[[Any], Any]:
    """What makes a driver's value one that pyarrow takes for the type."""
    match dtype:
        case t.BooleanType():
            return bool
        case t.FloatType() | t.DoubleType():
            return float
        case t.ByteType() | t.ShortType() | t.IntegerType() | t.LongType():
            return lambda value: _whole(value, dtype)
        case DecimalType():
            step = Decimal(1).scaleb(-dtype.scale)
            return lambda value: Decimal(str(value)).quantize(step, rounding="ROUND_HALF_UP")
        case t.DateType():
            return lambda value: _moment(value).date() if not _is_date(value) else value
        case t.TimestampType():
            here = ZoneInfo(zone)
            return lambda value: _instant(_moment(value), here)
        case t.TimestampNTZType():
            return lambda value: _moment(value).replace(tzinfo=None)
        case t.BinaryType():
            return lambda value: value.encode() if isinstance(value, str) else bytes(value)
        case ArrayType(element):
            convert = _converter(element, zone)
            return lambda value: [_kept(convert, item) for item in value]
    return _text


_BITS: Final[Mapping[type[DataType], int]] = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}


def _whole(value: Any, dtype: DataType) -> int:
    number = int(value)
    bits = _BITS[type(dtype)]
    if not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        params = {"value": str(number), "sourceType": '"BIGINT"', "targetType": f'"{t.sql_name(dtype)}"'}
        detail = " Read the column as BIGINT with the option customSchema."
        raise SparkException("CAST_OVERFLOW", {**params, "ansiConfig": '"spark.sql.ansi.enabled"'}, detail=detail)
    return number


def _is_date(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _moment(value: Any) -> dt.datetime:
    """SQLite keeps moments as text, or as numbers: milliseconds since the epoch, as its Java driver writes them."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    return dt.datetime.fromtimestamp(value / 1000, dt.UTC)


def _instant(moment: dt.datetime, here: ZoneInfo) -> dt.datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=here)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return str(value)
