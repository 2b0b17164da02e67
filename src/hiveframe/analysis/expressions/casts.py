"""CAST, TRY_CAST and `::`."""

from __future__ import annotations

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.functions.time_gate import check_type
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def bind_cast(binder: Binder, node: spec.Cast) -> lg.Expr:
    """A cast that the user wrote; CHAR and VARCHAR are read as STRING."""
    child = binder.bind(node.child)
    dtype = binder.context.env.parse_type(node.dtype) if isinstance(node.dtype, str) else node.dtype
    target = t.with_default_collation(without_lengths(dtype), binder.context.collation)
    check_type(target, binder.context.env.settings.get("spark.sql.timeType.enabled"))
    mode = "try" if node.is_try else "legacy" if node.is_legacy or not binder.context.ansi else "ansi"
    return call_binder(binder.context, node).explicit_cast(child, target, mode=mode)


def without_lengths(dtype: t.DataType) -> t.DataType:
    """The type with CHAR and VARCHAR as STRING at every level."""
    match dtype:
        case t.CharType() | t.VarcharType():
            return t.STRING
        case t.ArrayType(element, contains_null):
            return t.ArrayType(without_lengths(element), contains_null)
        case t.MapType(key, value, contains_null):
            return t.MapType(without_lengths(key), without_lengths(value), contains_null)
        case t.StructType(fields):
            return t.StructType(
                tuple(t.StructField(f.name, without_lengths(f.dtype), f.nullable, f.metadata) for f in fields)
            )
    return dtype
