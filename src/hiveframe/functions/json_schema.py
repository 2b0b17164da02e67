"""The schema of JSON values by Spark's rules: BIGINT or DOUBLE numbers, fields sorted by name, text where all is NULL.

Source: Spark's `JsonInferSchema`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType, sql_name


def schema_of_json(document: str) -> str:
    """The DDL of one document's schema."""
    return sql_name(settled(infer(json.loads(document, parse_float=Decimal))))


def infer(value: Any) -> DataType:
    """The type of one JSON value; VOID where there is only NULL."""
    match value:
        case None:
            return t.NULL
        case bool():
            return t.BOOLEAN
        case int():
            return t.LONG if -(1 << 63) <= value < 1 << 63 else t.DecimalType(min(len(str(abs(value))), 38), 0)
        case Decimal() | float():
            return t.DOUBLE
        case str():
            return t.STRING
        case list():
            element: DataType = t.NULL
            for item in value:
                element = merge(element, infer(item))
            return ArrayType(element)
    fields = [StructField(name, infer(held)) for name, held in sorted(value.items())]
    return StructType(tuple(fields))


def merge(left: DataType, right: DataType) -> DataType:
    """The type that holds values of both: STRING when nothing closer does."""
    if left == right or isinstance(right, t.NullType):
        return left
    if isinstance(left, t.NullType):
        return right
    match left, right:
        case (StructType(), StructType()):
            by_name = {f.name: f.dtype for f in left.fields}
            for f in right.fields:
                by_name[f.name] = merge(by_name[f.name], f.dtype) if f.name in by_name else f.dtype
            return StructType(tuple(StructField(n, d) for n, d in sorted(by_name.items())))
        case (ArrayType(a), ArrayType(b)):
            return ArrayType(merge(a, b))
        case (t.NumericType(), t.NumericType()):
            whole = isinstance(left, (t.LongType, t.DecimalType)) and isinstance(right, (t.LongType, t.DecimalType))
            return t.DecimalType(38, 0) if whole else t.DOUBLE
    return t.STRING


def settled(dtype: DataType) -> DataType:
    """The type with VOID read as STRING, as Spark ends its inference."""
    match dtype:
        case t.NullType():
            return t.STRING
        case ArrayType(element):
            return ArrayType(settled(element))
        case StructType(fields):
            return StructType(tuple(StructField(f.name, settled(f.dtype)) for f in fields))
    return dtype
