"""Keys by which DuckDB orders nested values as Spark does.

Spark puts a NULL inside an array or struct before every value, DuckDB after. A key pairs each part that may be NULL
with whether it is there, so that both agree; types without such parts are their own keys.
"""

from __future__ import annotations

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, case, field, func, is_not_null, is_null, lambda_, null, param
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType


def needs_key(dtype: DataType) -> bool:
    """Whether values of `dtype` may hold a NULL inside."""
    match dtype:
        case t.ArrayType(element, contains_null):
            return contains_null or needs_key(element)
        case t.StructType(fields):
            return any(f.nullable or needs_key(f.dtype) for f in fields)
    return False


def order_key(value: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """What to order by instead of `value`; NULL for NULL."""
    if not needs_key(dtype):
        return value
    match dtype:
        case t.ArrayType(element, contains_null):
            name = ctx.fresh("e")
            return func("list_transform", value, lambda_([name], _part(param(name), element, contains_null, ctx)))
        case t.StructType(fields):
            parts = [_part(field(value, dtype, i), f.dtype, f.nullable, ctx) for i, f in enumerate(fields)]
            return case((is_null(value), null()), default=func("row", *parts))
    return value


def _part(value: Sql, dtype: DataType, nullable: bool, ctx: EmitContext) -> Sql:
    key = order_key(value, dtype, ctx)
    return func("row", is_not_null(value), key) if nullable else key


def is_orderable(dtype: DataType) -> bool:
    """Whether Spark orders values of `dtype`: not maps, variants, shapes and calendar intervals, at any depth."""
    match dtype:
        case t.ArrayType(element):
            return is_orderable(element)
        case t.StructType(fields):
            return all(is_orderable(f.dtype) for f in fields)
    return not isinstance(dtype, (t.MapType, t.VariantType, t.SpatialType, t.CalendarIntervalType))
