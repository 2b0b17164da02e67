"""The Arrow schema of a result that has no rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from hiveframe.engine.arrow_edges import spatial_arrow_type
from hiveframe.errors import internal_error
from hiveframe.plan import types as t


def empty_batch(schema: t.StructType) -> pa.RecordBatch:
    """A batch without rows whose columns the client reads as `schema`."""
    fields = [_field(f.name, f.dtype, f.nullable) for f in schema.fields]
    arrays = [pa.array([], f.type) for f in fields]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _field(name: str, dtype: t.DataType, nullable: bool) -> pa.Field:
    """A field; Arrow has no nulls that are not NULL."""
    return pa.field(name, arrow_type(dtype), nullable or isinstance(dtype, t.NullType))


def arrow_type(dtype: t.DataType) -> pa.DataType:
    """The Arrow type in which Spark Connect sends `dtype`."""
    plain = _PLAIN.get(type(dtype))
    if plain is not None:
        return plain
    match dtype:
        case t.DecimalType(precision, scale):
            return pa.decimal128(precision, scale)
        case t.ArrayType(element, contains_null):
            return pa.list_(_field("element", element, contains_null))
        case t.MapType(key, value, value_contains_null):
            key_field = pa.field("key", pa.int32() if isinstance(key, t.NullType) else arrow_type(key), False)
            return pa.map_(key_field, _field("value", value, value_contains_null))
        case t.StructType(fields):
            return pa.struct([_field(f.name, f.dtype, f.nullable) for f in fields])
        case t.SpatialType():
            return spatial_arrow_type(dtype, is_marked=True)
        case t.UserDefinedType(storage):
            return arrow_type(storage)
    raise internal_error(f"no Arrow type for {dtype!r}")


_PLAIN: Final[Mapping[type[t.DataType], pa.DataType]] = {
    t.NullType: pa.null(),
    t.BooleanType: pa.bool_(),
    t.ByteType: pa.int8(),
    t.ShortType: pa.int16(),
    t.IntegerType: pa.int32(),
    t.LongType: pa.int64(),
    t.FloatType: pa.float32(),
    t.DoubleType: pa.float64(),
    t.StringType: pa.string(),
    t.CharType: pa.string(),
    t.VarcharType: pa.string(),
    t.BinaryType: pa.binary(),
    t.DateType: pa.date32(),
    t.TimestampType: pa.timestamp("us", tz="UTC"),
    t.TimestampNTZType: pa.timestamp("us"),
    t.TimeType: pa.time64("ns"),
    t.YearMonthIntervalType: pa.int32(),
    t.DayTimeIntervalType: pa.duration("us"),
    t.CalendarIntervalType: pa.month_day_nano_interval(),
    t.VariantType: pa.struct(
        [
            pa.field("value", pa.binary(), False),
            pa.field("metadata", pa.binary(), False, metadata={b"variant": b"true"}),
        ]
    ),
}
