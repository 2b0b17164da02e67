"""The call that stands for a value where rows are told apart by it: for collated texts, and for maps.

A map's entries have no order: it is told from others by its entries in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import StringType

_HOLDING_TEXT: Final = frozenset({StringType, t.ArrayType, t.StructType})
INDETERMINATE: Final = "null"  # as Spark names what has no one collation


def has_collated(exprs: Sequence[Expr]) -> bool:
    """Whether one of the expressions is collated."""
    for expr in exprs:  # noqa: SIM110 - asked for each call of a query: a generator takes longer than the answer
        if type(expr.dtype) in _HOLDING_TEXT and is_collated(expr.dtype):
            return True
    return False


def is_collated(dtype: t.DataType) -> bool:
    """Whether values are texts that are not compared as bytes, or hold such texts."""
    if type(dtype) not in _HOLDING_TEXT:
        return False
    match dtype:
        case StringType(collation):
            return collation != "UTF8_BINARY"
        case t.ArrayType(element):
            return is_collated(element)
        case t.StructType(fields):
            return any(is_collated(f.dtype) for f in fields)
    return False


def is_keyed(dtype: t.DataType) -> bool:
    """Whether something stands for values where rows are told apart: they are or hold collated texts or maps."""
    match dtype:
        case StringType(collation):
            return collation != "UTF8_BINARY"
        case t.ArrayType(element):
            return is_keyed(element)
        case t.StructType(fields):
            return any(is_keyed(f.dtype) for f in fields)
    return isinstance(dtype, t.MapType)


def without_collation(dtype: t.DataType) -> t.DataType:
    """The type of a value's key: texts compared as bytes, maps as arrays of entries."""
    match dtype:
        case StringType():
            return t.STRING
        case t.ArrayType(element, contains_null):
            return t.ArrayType(without_collation(element), contains_null)
        case t.StructType(fields):
            plain = (t.StructField(f.name, without_collation(f.dtype), f.nullable) for f in fields)
            return t.StructType(tuple(plain))
        case t.MapType():
            return t.ArrayType(without_collation(entries_of(dtype)), False)
    return dtype


def entries_of(dtype: t.MapType) -> t.StructType:
    """The type of a map's entries."""
    fields = (t.StructField("key", dtype.key, False), t.StructField("value", dtype.value, dtype.value_contains_null))
    return t.StructType(fields)


def collation_key(expr: Expr) -> Expr:
    """What stands for a value where it is compared; `expr` itself when nothing does."""
    if not is_keyed(expr.dtype):
        return expr
    return Call("collation_key", (expr,), without_collation(expr.dtype), expr.nullable)
