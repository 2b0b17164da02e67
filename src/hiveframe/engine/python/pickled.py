"""Row-at-a-time functions without Arrow (`useArrow=False`): values in and out as Spark's pickler hands them over.

A result that does not fit its type becomes NULL, as in `org.apache.spark.sql.execution.python.EvaluatePython`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Final

from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

Convert = Callable[[Any], Any]


def from_result(dtype: DataType) -> Convert:
    """What turns a function's internal result into a value that `pyarrow.array` takes for the physical type."""
    match dtype:
        case t.ArrayType(element):
            return _array(from_result(element))
        case t.MapType(key, value):
            return _map(from_result(key), from_result(value))
        case t.StructType(fields):
            return _struct([from_result(f.dtype) for f in fields])
        case t.DecimalType(precision, scale):
            return lambda value: _decimal(value, precision, scale)
        case t.UserDefinedType(storage):
            return from_result(storage)
    return _CONVERSIONS.get(type(dtype), lambda value: None)


def _whole(bits: int) -> Convert:
    half, span = 1 << (bits - 1), 1 << bits
    return lambda value: (value + half) % span - half if type(value) is int else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _double(value: Any) -> float | None:
    return value if isinstance(value, float) else None


def _text(value: Any) -> str | None:
    """Java's `toString` of what the pickle became there."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float() | int() | Decimal():
            return str(value)
        case list() | tuple():
            return "[" + ", ".join(_text(v) or "null" for v in value) + "]"
        case dict():
            return "{" + ", ".join(f"{_text(k)}={_text(v) or 'null'}" for k, v in value.items()) + "}"
    return str(value)


def _binary(value: Any) -> bytes | None:
    match value:
        case str():
            return value.encode()
        case bytes() | bytearray():
            return bytes(value)
    return None


def _decimal(value: Any, precision: int, scale: int) -> Decimal | None:
    if not isinstance(value, Decimal):
        return None
    with localcontext() as exact:
        exact.prec = 76
        rounded = value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    return rounded if len(rounded.as_tuple().digits) <= precision else None


def _units(value: Any) -> int | None:
    return value if type(value) is int else None


def _date(value: Any) -> dt.date | None:
    return dt.date(1970, 1, 1) + dt.timedelta(days=value) if type(value) is int else None


def _array(element: Convert) -> Convert:
    return lambda value: [element(v) for v in value] if isinstance(value, (list, tuple)) else None


def _map(key: Convert, item: Convert) -> Convert:
    return lambda value: [(key(k), item(v)) for k, v in value.items()] if isinstance(value, dict) else None


def _struct(fields: list[Convert]) -> Convert:
    def convert(value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return None
        if len(value) != len(fields):
            raise ValueError(
                f"Input row doesn't have expected number of values required by the schema. "
                f"{len(fields)} fields are required while {len(value)} values are provided."
            )
        return {f"f{i}": f(v) for i, (f, v) in enumerate(zip(fields, value, strict=True))}

    return convert


_CONVERSIONS: Final[Mapping[type[DataType], Convert]] = {
    t.BooleanType: _boolean,
    t.ByteType: _whole(8),
    t.ShortType: _whole(16),
    t.IntegerType: _whole(32),
    t.LongType: _whole(64),
    t.FloatType: _double,
    t.DoubleType: _double,
    t.StringType: _text,
    t.CharType: _text,
    t.VarcharType: _text,
    t.BinaryType: _binary,
    t.DateType: _date,
    t.TimestampType: _units,
    t.TimestampNTZType: _units,
    t.DayTimeIntervalType: _units,
    t.YearMonthIntervalType: _whole(32),
}
