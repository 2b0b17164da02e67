"""`spec.Literal` values to protobuf literals (observed metrics travel so)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyspark.sql.connect.proto import expressions_pb2 as pb

from hiveframe.connect.encode.types import fill_type
from hiveframe.errors import internal_error
from hiveframe.plan import types as t


def encode_literal(value: Any, dtype: t.DataType) -> pb.Expression.Literal:
    """The constant in storage form as the client reads it."""
    message = pb.Expression.Literal()
    _fill(message, value, dtype)
    return message


def _fill(message: pb.Expression.Literal, value: Any, dtype: t.DataType) -> None:
    if value is None:
        fill_type(message.null, dtype)
        return
    name = _PLAIN.get(type(dtype))
    if name is not None:
        setattr(message, name, value)
        return
    filler = _FILLED.get(type(dtype))
    if filler is None:
        raise internal_error(f"no protocol literal for {dtype!r}")
    filler(message, value, dtype)


def _decimal(message: pb.Expression.Literal, value: Any, dtype: t.DecimalType) -> None:
    message.decimal.value = format(value, "f")
    message.decimal.precision = dtype.precision
    message.decimal.scale = dtype.scale


def _calendar_interval(message: pb.Expression.Literal, value: Any, _: t.DataType) -> None:
    target = message.calendar_interval
    target.months, target.days, target.microseconds = value


def _time(message: pb.Expression.Literal, value: Any, dtype: t.TimeType) -> None:
    message.time.nano = value
    message.time.precision = dtype.precision


def _array(message: pb.Expression.Literal, value: Any, dtype: t.ArrayType) -> None:
    fill_type(message.array.element_type, dtype.element)
    for item in value:
        _fill(message.array.elements.add(), item, dtype.element)


def _map(message: pb.Expression.Literal, value: Any, dtype: t.MapType) -> None:
    fill_type(message.map.key_type, dtype.key)
    fill_type(message.map.value_type, dtype.value)
    for key, item in value:
        _fill(message.map.keys.add(), key, dtype.key)
        _fill(message.map.values.add(), item, dtype.value)


def _struct(message: pb.Expression.Literal, value: Any, dtype: t.StructType) -> None:
    fill_type(message.struct.struct_type, dtype)
    for item, field in zip(value, dtype.fields, strict=True):
        _fill(message.struct.elements.add(), item, field.dtype)


_PLAIN: Final[Mapping[type[t.DataType], str]] = {
    t.BooleanType: "boolean",
    t.ByteType: "byte",
    t.ShortType: "short",
    t.IntegerType: "integer",
    t.LongType: "long",
    t.FloatType: "float",
    t.DoubleType: "double",
    t.StringType: "string",
    t.CharType: "string",
    t.VarcharType: "string",
    t.BinaryType: "binary",
    t.DateType: "date",
    t.TimestampType: "timestamp",
    t.TimestampNTZType: "timestamp_ntz",
    t.YearMonthIntervalType: "year_month_interval",
    t.DayTimeIntervalType: "day_time_interval",
}

_FILLED: Final[Mapping[type[t.DataType], Callable[[pb.Expression.Literal, Any, Any], None]]] = {
    t.DecimalType: _decimal,
    t.CalendarIntervalType: _calendar_interval,
    t.TimeType: _time,
    t.ArrayType: _array,
    t.MapType: _map,
    t.StructType: _struct,
}
