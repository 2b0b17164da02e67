"""Values of any type as VARIANTs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions import variant_builder as make
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.variant_builder import DuplicateKey, VariantBuilder
from hiveframe.functions.variant_columns import storage_values, variant_column
from hiveframe.functions.variant_reader import keys_of
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType


def to_variant(job: CastJob) -> Sql:
    """A value of the job's type as a VARIANT; NULL stays NULL, NULLs inside become JSON's null."""
    return encoded_as(job.value, job.src, job.ctx)


def encoded_as(value: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """Values of `dtype` as VARIANTs; a struct or map becomes an object."""
    kernel = functools.partial(_encode, dtype=dtype)
    return func(ctx.kernel("to_variant", kernel, [dtype], t.VARIANT), value)


def _encode(column: pa.Array, *, dtype: DataType) -> pa.StructArray:
    return variant_column([None if x is None else _encoded(x, dtype) for x in storage_values(column, dtype)])


def _encoded(value: Any, dtype: DataType) -> tuple[bytes, bytes]:
    builder = VariantBuilder()
    try:
        return builder.finished(_node(builder, value, dtype))
    except DuplicateKey as error:
        raise SparkRuntimeException("VARIANT_DUPLICATE_KEY", {"key": str(error)}) from error


def _node(builder: VariantBuilder, value: Any, dtype: DataType) -> bytes:
    if value is None:
        return make.NULL
    match dtype:
        case t.ArrayType(element):
            return make.array([_node(builder, x, element) for x in value])
        case t.MapType(_, held):
            return builder.object([(key, builder.key(key), _node(builder, x, held)) for key, x in value])
        case StructType(fields):
            parts = zip(fields, value, strict=True)
            return builder.object([(f.name, builder.key(f.name), _node(builder, x, f.dtype)) for f, x in parts])
        case t.VariantType():
            return builder.rebuilt(value[0], 0, keys_of(value[1]))
        case t.UserDefinedType(inner):
            return _node(builder, value, inner)
    return _NODES[type(dtype)](value)


_NODES: Final[dict[type[DataType], Callable[[Any], bytes]]] = {
    t.NullType: lambda value: make.NULL,
    t.BooleanType: make.boolean,
    t.ByteType: make.long,
    t.ShortType: make.long,
    t.IntegerType: make.long,
    t.LongType: make.long,
    t.FloatType: make.float32,
    t.DoubleType: make.double,
    t.DecimalType: make.decimal,
    t.StringType: make.string,
    t.CharType: make.string,
    t.VarcharType: make.string,
    t.BinaryType: make.binary,
    t.DateType: make.date,
    t.TimestampType: make.timestamp,
    t.TimestampNTZType: make.timestamp_ntz,
}
