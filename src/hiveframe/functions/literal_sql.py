"""Constants as SQL writes them, for the messages that quote an argument's value. Source: Spark's `Literal.sql`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.logical import Literal
from hiveframe.plan.types import DataType

_SUFFIXES: Final[Mapping[type[DataType], str]] = {
    t.ByteType: "Y",
    t.ShortType: "S",
    t.LongType: "L",
    t.DoubleType: "D",
    t.DecimalType: "BD",
}


def literal_sql(binder: Binder, value: Any, dtype: DataType) -> str:
    """`value` (storage form) as a literal of SQL: `'a'`, `1L`, `ARRAY('a')`, `MAP('k', 1)`."""
    if value is None:
        return "NULL" if isinstance(dtype, t.NullType) else f"CAST(NULL AS {t.sql_name(dtype)})"
    match dtype:
        case t.StringType():
            return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
        case t.FloatType():
            return f"CAST({_shown(binder, value, dtype)} AS FLOAT)"
        case t.ArrayType(element):
            return f"ARRAY({_listed(binder, [(v, element) for v in value])})"
        case t.MapType(key, item):
            return f"MAP({_listed(binder, [pair for k, v in value for pair in ((k, key), (v, item))])})"
        case t.StructType(fields):
            named = [pair for f, v in zip(fields, value, strict=True) for pair in ((f.name, t.STRING), (v, f.dtype))]
            return f"NAMED_STRUCT({_listed(binder, named)})"
    return _shown(binder, value, dtype) + _SUFFIXES.get(type(dtype), "")


def _listed(binder: Binder, values: list[tuple[Any, DataType]]) -> str:
    return ", ".join(literal_sql(binder, value, dtype) for value, dtype in values)


def _shown(binder: Binder, value: Any, dtype: DataType) -> str:
    return binder.quoted(Literal(value, dtype))[1:-1]
