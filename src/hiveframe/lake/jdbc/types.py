"""The types of SQLite and PostgreSQL as Spark's, and back.

Source: Spark's `JdbcUtils` and `PostgresDialect`. SQLite knows a column's type by what its table declared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hiveframe.errors import IllegalArgumentException, unsupported
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType

_DECLARED: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_ANY_DECIMAL: Final = DecimalType(38, 18)


def sqlite_type(declared: str) -> DataType:
    """The Spark type of a declared type; what nobody declared is text."""
    found = _DECLARED.fullmatch(declared)
    if found is None:
        return t.STRING
    name = found[1].upper()
    if name in ("DECIMAL", "NUMERIC"):
        return DecimalType(int(found[2]), int(found[3] or 0)) if found[2] else _ANY_DECIMAL
    return _SQLITE.get(name, t.STRING)


def postgres_type(name: str, modifier: int) -> DataType:
    """The Spark type of a type by its name in `pg_type` and its modifier."""
    if name.startswith("_"):
        return ArrayType(postgres_type(name[1:], modifier))
    if name == "numeric":
        if modifier < 4:
            return _ANY_DECIMAL
        precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0xFFFF
        return DecimalType(min(precision, 38), min(scale, 38))
    if name in ("time", "timetz"):
        raise unsupported(f"columns of PostgreSQL's type {name}; cast them in the query")
    return _POSTGRES.get(name, t.STRING)


def database_type(dtype: DataType, dialect: str) -> str:
    """The type that a created table gives a column."""
    if dialect == "postgresql" and isinstance(dtype, ArrayType):
        return f"{database_type(dtype.element, dialect)}[]"
    if isinstance(dtype, DecimalType):
        return f"{'NUMERIC' if dialect == 'postgresql' else 'DECIMAL'}({dtype.precision},{dtype.scale})"
    made = (_TO_POSTGRES if dialect == "postgresql" else _TO_SQLITE).get(type(dtype))
    if made is None:
        raise IllegalArgumentException("_LEGACY_ERROR_TEMP_2082", {"catalogString": t.simple_string(dtype)})
    return made


_SQLITE: Final[Mapping[str, DataType]] = {
    "BOOLEAN": t.BOOLEAN,
    "BIT": t.BOOLEAN,
    "TINYINT": t.INT,
    "BYTE": t.INT,
    "SMALLINT": t.INT,
    "INT2": t.INT,
    "INTEGER": t.INT,
    "INT": t.INT,
    "MEDIUMINT": t.INT,
    "BIGINT": t.LONG,
    "INT8": t.LONG,
    "UNSIGNED BIG INT": t.LONG,
    "REAL": t.DOUBLE,
    "DOUBLE": t.DOUBLE,
    "DOUBLE PRECISION": t.DOUBLE,
    "FLOAT": t.DOUBLE,
    "BLOB": t.BINARY,
    "DATE": t.DATE,
    "DATETIME": t.TIMESTAMP,
    "TIMESTAMP": t.TIMESTAMP,
}

_POSTGRES: Final[Mapping[str, DataType]] = {
    "bool": t.BOOLEAN,
    "int2": t.SHORT,
    "int4": t.INT,
    "int8": t.LONG,
    "oid": t.LONG,
    "float4": t.FLOAT,
    "float8": t.DOUBLE,
    "bytea": t.BINARY,
    "date": t.DATE,
    "timestamp": t.TIMESTAMP,
    "timestamptz": t.TIMESTAMP,
}

_TO_SQLITE: Final[Mapping[type[DataType], str]] = {
    t.BooleanType: "BIT(1)",
    t.ByteType: "BYTE",
    t.ShortType: "INTEGER",
    t.IntegerType: "INTEGER",
    t.LongType: "BIGINT",
    t.FloatType: "REAL",
    t.DoubleType: "DOUBLE PRECISION",
    t.StringType: "TEXT",
    t.CharType: "TEXT",
    t.VarcharType: "TEXT",
    t.BinaryType: "BLOB",
    t.DateType: "DATE",
    t.TimestampType: "TIMESTAMP",
    t.TimestampNTZType: "TIMESTAMP",
}

_TO_POSTGRES: Final[Mapping[type[DataType], str]] = {
    t.BooleanType: "BOOLEAN",
    t.ByteType: "SMALLINT",
    t.ShortType: "SMALLINT",
    t.IntegerType: "INTEGER",
    t.LongType: "BIGINT",
    t.FloatType: "FLOAT4",
    t.DoubleType: "FLOAT8",
    t.StringType: "TEXT",
    t.CharType: "TEXT",
    t.VarcharType: "TEXT",
    t.BinaryType: "BYTEA",
    t.DateType: "DATE",
    t.TimestampType: "TIMESTAMP WITH TIME ZONE",
    t.TimestampNTZType: "TIMESTAMP",
}
