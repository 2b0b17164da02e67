"""`plan.types` to protobuf `DataType`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pyspark.sql.connect.proto import types_pb2 as pb

from hiveframe.errors import internal_error
from hiveframe.plan import types as t


def encode_type(dtype: t.DataType) -> pb.DataType:
    """The type as the client reads it."""
    message = pb.DataType()
    fill_type(message, dtype)
    return message


def fill_type(message: pb.DataType, dtype: t.DataType) -> None:
    """Write `dtype` into an empty `message`."""
    name = _PLAIN.get(type(dtype))
    if name is not None:
        getattr(message, name).SetInParent()
        return
    filler = _FILLED.get(type(dtype))
    if filler is None:
        raise internal_error(f"no protocol type for {dtype!r}")
    filler(message, dtype)


def _string(message: pb.DataType, dtype: t.StringType) -> None:
    message.string.SetInParent()
    if dtype.collation != "UTF8_BINARY":
        message.string.collation = dtype.collation


def _decimal(message: pb.DataType, dtype: t.DecimalType) -> None:
    message.decimal.precision = dtype.precision
    message.decimal.scale = dtype.scale


def _char(message: pb.DataType, dtype: t.CharType) -> None:
    message.char.length = dtype.length


def _varchar(message: pb.DataType, dtype: t.VarcharType) -> None:
    message.var_char.length = dtype.length


def _time(message: pb.DataType, dtype: t.TimeType) -> None:
    message.time.precision = dtype.precision


def _year_month(message: pb.DataType, dtype: t.YearMonthIntervalType) -> None:
    message.year_month_interval.start_field = dtype.start
    message.year_month_interval.end_field = dtype.end


def _day_time(message: pb.DataType, dtype: t.DayTimeIntervalType) -> None:
    message.day_time_interval.start_field = dtype.start
    message.day_time_interval.end_field = dtype.end


def _array(message: pb.DataType, dtype: t.ArrayType) -> None:
    fill_type(message.array.element_type, dtype.element)
    message.array.contains_null = dtype.contains_null


def _map(message: pb.DataType, dtype: t.MapType) -> None:
    fill_type(message.map.key_type, dtype.key)
    fill_type(message.map.value_type, dtype.value)
    message.map.value_contains_null = dtype.value_contains_null


def _struct(message: pb.DataType, dtype: t.StructType) -> None:
    message.struct.SetInParent()
    add = message.struct.fields.add
    for field in dtype.fields:
        added = add(name=field.name, nullable=field.nullable)
        fill_type(added.data_type, field.dtype)
        if field.metadata:
            added.metadata = json.dumps(dict(field.metadata), separators=(",", ":"))


def _udt(message: pb.DataType, dtype: t.UserDefinedType) -> None:
    message.udt.type = "udt"
    fill_type(message.udt.sql_type, dtype.storage)
    for key, field in _UDT_ATTRIBUTES:
        value = dtype.attributes.get(key)
        if value is not None:
            setattr(message.udt, field, str(value))


def _geometry(message: pb.DataType, dtype: t.GeometryType) -> None:
    message.geometry.srid = _MIXED if dtype.srid is None else dtype.srid


def _geography(message: pb.DataType, dtype: t.GeographyType) -> None:
    message.geography.srid = _MIXED if dtype.srid is None else dtype.srid


_MIXED: Final = -1
_UDT_ATTRIBUTES: Final = (
    ("class", "jvm_class"),
    ("pyClass", "python_class"),
    ("serializedClass", "serialized_python_class"),
)

_PLAIN: Final[Mapping[type[t.DataType], str]] = {
    t.NullType: "null",
    t.BinaryType: "binary",
    t.BooleanType: "boolean",
    t.ByteType: "byte",
    t.ShortType: "short",
    t.IntegerType: "integer",
    t.LongType: "long",
    t.FloatType: "float",
    t.DoubleType: "double",
    t.DateType: "date",
    t.TimestampType: "timestamp",
    t.TimestampNTZType: "timestamp_ntz",
    t.CalendarIntervalType: "calendar_interval",
    t.VariantType: "variant",
}

_FILLED: Final[Mapping[type[t.DataType], Callable[[pb.DataType, Any], None]]] = {
    t.StringType: _string,
    t.DecimalType: _decimal,
    t.CharType: _char,
    t.VarcharType: _varchar,
    t.TimeType: _time,
    t.YearMonthIntervalType: _year_month,
    t.DayTimeIntervalType: _day_time,
    t.ArrayType: _array,
    t.MapType: _map,
    t.StructType: _struct,
    t.UserDefinedType: _udt,
    t.GeometryType: _geometry,
    t.GeographyType: _geography,
}
