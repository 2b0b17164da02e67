"""Protobuf literals to `spec.Literal` in storage form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pyspark.sql.connect.proto import expressions_pb2 as pb

from hiveframe.connect.decode.invalid import invalid_plan, not_set
from hiveframe.connect.decode.types import decode_type
from hiveframe.errors import SparkError
from hiveframe.plan import spec
from hiveframe.plan import types as t

_Value = tuple[Any, t.DataType]


def decode_literal(message: pb.Expression.Literal) -> spec.Literal:
    """The constant with its type."""
    value, dtype = _decode(message, None)
    return spec.Literal(value, dtype)


def _decode(message: pb.Expression.Literal, expected: t.DataType | None) -> _Value:
    """The storage value and type; `expected` is the element type that the enclosing literal states."""
    kind = message.WhichOneof("literal_type")
    if message.HasField("data_type"):
        expected = decode_type(message.data_type)
    if kind is None:
        raise not_set(message, "literal_type")
    plain = _PLAIN.get(kind)
    if plain is None:
        return _BUILT[kind](getattr(message, kind), expected)
    if expected is not None and type(expected) is not type(plain):
        raise _incompatible(expected, kind)
    return getattr(message, kind), plain if expected is None else expected


def _incompatible(dtype: t.DataType, kind: str) -> SparkError:
    named = t.simple_string(dtype).partition("<")[0].upper()
    return invalid_plan("INCOMPATIBLE_LITERAL_DATA_TYPE", dataTypeKindCase=named, literalTypeCase=kind.upper())


def _null(message: Any, expected: t.DataType | None) -> _Value:
    if message.WhichOneof("kind") is None and expected is not None:
        return None, expected
    return None, decode_type(message)


def _decimal(message: pb.Expression.Literal.Decimal, _: t.DataType | None) -> _Value:
    try:
        value = Decimal(message.value)
    except InvalidOperation as error:
        raise invalid_plan("UNSUPPORTED_LITERAL_TYPE", typeInfo=f"decimal {message.value!r}") from error
    precision, scale = _java_size(value)
    if message.HasField("precision"):
        precision = max(precision, message.precision)
    if message.HasField("scale"):
        scale = max(scale, message.scale)
    return value, t.DecimalType(max(precision, scale), scale)


def _java_size(value: Decimal) -> tuple[int, int]:
    """Digits and scale as Spark's `Decimal` counts them: never a negative scale, never fewer digits than scale."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise invalid_plan("UNSUPPORTED_LITERAL_TYPE", typeInfo=f"decimal {value}")
    if exponent > 0:
        return len(digits) + exponent, 0
    return max(len(digits), -exponent), -exponent


def _calendar_interval(message: pb.Expression.Literal.CalendarInterval, _: t.DataType | None) -> _Value:
    return (message.months, message.days, message.microseconds), t.CALENDAR_INTERVAL


def _time(message: pb.Expression.Literal.Time, _: t.DataType | None) -> _Value:
    return message.nano, t.TimeType(message.precision) if message.HasField("precision") else t.TIME


def _array(message: pb.Expression.Literal.Array, expected: t.DataType | None) -> _Value:
    dtype = expected
    if dtype is None:
        if not message.HasField("element_type"):
            raise invalid_plan("ARRAY_LITERAL_MISSING_DATA_TYPE")
        dtype = t.ArrayType(decode_type(message.element_type), True)
    if not isinstance(dtype, t.ArrayType):
        raise _incompatible(dtype, "array")
    element = dtype.element
    return tuple(_decode(e, element)[0] for e in message.elements), dtype


def _map(message: pb.Expression.Literal.Map, expected: t.DataType | None) -> _Value:
    dtype = expected
    if dtype is None:
        if not message.HasField("key_type") or not message.HasField("value_type"):
            raise invalid_plan("MAP_LITERAL_MISSING_DATA_TYPE")
        dtype = t.MapType(decode_type(message.key_type), decode_type(message.value_type), True)
    if not isinstance(dtype, t.MapType):
        raise _incompatible(dtype, "map")
    keys = [_decode(k, dtype.key)[0] for k in message.keys]
    values = [_decode(v, dtype.value)[0] for v in message.values]
    return tuple(zip(keys, values, strict=True)), dtype


def _struct(message: pb.Expression.Literal.Struct, expected: t.DataType | None) -> _Value:
    dtype = expected
    if dtype is None:
        if not message.HasField("struct_type"):
            raise invalid_plan("STRUCT_LITERAL_MISSING_DATA_TYPE")
        dtype = decode_type(message.struct_type)
    if not isinstance(dtype, t.StructType) or len(dtype.fields) != len(message.elements):
        raise _incompatible(dtype, "struct")
    return tuple(_decode(e, f.dtype)[0] for e, f in zip(message.elements, dtype.fields, strict=True)), dtype


def _specialized_array(message: pb.Expression.Literal.SpecializedArray, expected: t.DataType | None) -> _Value:
    kind = message.WhichOneof("value_type")
    if kind is None:
        raise not_set(message, "value_type")
    dtype = expected if isinstance(expected, t.ArrayType) else t.ArrayType(_SPECIALIZED[kind], True)
    return tuple(getattr(message, kind).values), dtype


_SPECIALIZED: Final[Mapping[str, t.DataType]] = {
    "bools": t.BOOLEAN,
    "ints": t.INT,
    "longs": t.LONG,
    "floats": t.FLOAT,
    "doubles": t.DOUBLE,
    "strings": t.STRING,
}

_PLAIN: Final[Mapping[str, t.DataType]] = {
    "binary": t.BINARY,
    "boolean": t.BOOLEAN,
    "byte": t.BYTE,
    "short": t.SHORT,
    "integer": t.INT,
    "long": t.LONG,
    "float": t.FLOAT,
    "double": t.DOUBLE,
    "string": t.STRING,
    "date": t.DATE,
    "timestamp": t.TIMESTAMP,
    "timestamp_ntz": t.TIMESTAMP_NTZ,
    "year_month_interval": t.YEAR_MONTH,
    "day_time_interval": t.DAY_TIME,
}

_BUILT: Final[Mapping[str, Callable[[Any, t.DataType | None], _Value]]] = {
    "null": _null,
    "decimal": _decimal,
    "calendar_interval": _calendar_interval,
    "time": _time,
    "array": _array,
    "map": _map,
    "struct": _struct,
    "specialized_array": _specialized_array,
}
