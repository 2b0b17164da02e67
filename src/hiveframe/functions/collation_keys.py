"""The call that stands for a collated value where it is compared."""

from __future__ import annotations

from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import StringType


def is_collated(dtype: t.DataType) -> bool:
    """Whether values are texts that are not compared as bytes, or hold such texts."""
    match dtype:
        case StringType(collation):
            return collation != "UTF8_BINARY"
        case t.ArrayType(element):
            return is_collated(element)
        case t.StructType(fields):
            return any(is_collated(f.dtype) for f in fields)
    return False


def without_collation(dtype: t.DataType) -> t.DataType:
    """The type of a value's key: texts compared as bytes."""
    match dtype:
        case StringType():
            return t.STRING
        case t.ArrayType(element, contains_null):
            return t.ArrayType(without_collation(element), contains_null)
        case t.StructType(fields):
            plain = (t.StructField(f.name, without_collation(f.dtype), f.nullable) for f in fields)
            return t.StructType(tuple(plain))
    return dtype


def collation_key(expr: Expr) -> Expr:
    """The key of a collated value; `expr` itself when it is compared as it is."""
    if not is_collated(expr.dtype):
        return expr
    return Call("collation_key", (expr,), without_collation(expr.dtype), expr.nullable)
