"""Spark's values as Java prints them where nobody has written them for people: `[1,a]`, `keys: [k], values: [1]`.

Source: `toString` of `GenericArrayData`, `ArrayBasedMapData`, `InternalRow`, `CalendarInterval` and `VariantVal`.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any, Final

from hiveframe.functions.interval_text import calendar_text
from hiveframe.functions.java_numbers import float_text
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def internal_value(value: Any) -> Any:
    """A value as Spark holds it: dates are days, timestamps microseconds, times of day nanoseconds."""
    match value:
        case dt.time():
            seconds = (value.hour * 60 + value.minute) * 60 + value.second
            return seconds * 10**9 + value.microsecond * 1000
        case dt.datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
            return (moment - _EPOCH) // dt.timedelta(microseconds=1)
        case dt.date():
            return (value - _EPOCH.date()).days
    return value


def internal_text(value: Any, dtype: DataType) -> str:
    """`String.valueOf` of a value of type `dtype`, as pyarrow gives it."""
    if value is None:
        return "null"
    match dtype:
        case t.ArrayType(element):
            return _listed(value, [element] * len(value))
        case t.MapType(key, item):
            keys, values = [k for k, _ in value], [v for _, v in value]
            return f"keys: {_listed(keys, [key] * len(keys))}, values: {_listed(values, [item] * len(values))}"
        case t.StructType(fields):
            return _listed(list(value.values()), [f.dtype for f in fields])
        case t.BinaryType():
            return f"[B@{zlib.crc32(value):x}"  # Java's is where the bytes are in memory
        case t.CalendarIntervalType():
            return calendar_text(value["months"], value["days"], value["microseconds"])
        case t.VariantType():
            from hiveframe.functions.variant_text import json_of

            return json_of(value["value"], value["metadata"], "UTC")
        case t.FloatType() | t.DoubleType():
            return float_text(value, single=isinstance(dtype, t.FloatType))
        case t.BooleanType():
            return str(value).lower()
    return str(internal_value(value))


def _listed(values: Sequence[Any], types: Sequence[DataType]) -> str:
    return "[" + ",".join(map(internal_text, values, types)) + "]"
