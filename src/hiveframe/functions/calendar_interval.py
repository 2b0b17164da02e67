"""Calendar intervals inside the engine: a struct of months, days and microseconds.

DuckDB's INTERVAL holds the same three, but takes 30 days for a month where it compares, groups and joins; in Spark
`1 month` and `30 days` are two values. It stands in only where one is added to a date or a timestamp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sqlglot import exp

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let, let_all
from hiveframe.functions.sql import Sql, case, cast, func, ident, is_not_null, op, text

Parts = tuple[int, int, int]

PARTS: Final = ("months", "days", "microseconds")
ARROW_TYPE: Final = pa.struct([("months", pa.int32()), ("days", pa.int32()), ("microseconds", pa.int64())])
_TYPES: Final = ("INTEGER", "INTEGER", "BIGINT")
_MONTH_DAY_NANO: Final = np.dtype([("months", "<i4"), ("days", "<i4"), ("nanoseconds", "<i8")])


def pack(months: Sql, days: Sql, microseconds: Sql) -> Sql:
    """The interval of three numbers, each cast to its own type; the parts must not be NULL."""
    values = zip(PARTS, (months, days, microseconds), _TYPES, strict=True)
    pairs: list[Any] = [exp.PropertyEQ(this=ident(n), expression=cast(v, kind)) for n, v, kind in values]
    return exp.Anonymous(this="struct_pack", expressions=pairs)


def part(interval: Sql, name: str) -> Sql:
    """One of the three parts."""
    return func("struct_extract", interval, text(name))


def as_duck(interval: Sql, ctx: EmitContext) -> Sql:
    """The DuckDB INTERVAL that adds the same to a date or a timestamp."""

    def build(v: Sql) -> Sql:
        days = op("+", func("to_months", part(v, "months")), func("to_days", part(v, "days")))
        return op("+", days, func("to_microseconds", part(v, "microseconds")))

    return let(interval, ctx, build)


def part_by_part(intervals: list[Sql], combine: Callable[..., Sql], ctx: EmitContext) -> Sql:
    """`combine(bits, *parts)` for each of the three parts, NULL where an interval is."""

    def build(*values: Sql) -> Sql:
        bits = zip(PARTS, (32, 32, 64), strict=True)
        made = pack(*(combine(size, *(part(v, name) for v in values)) for name, size in bits))
        given = is_not_null(values[0])
        for value in values[1:]:
            given = op("and", given, is_not_null(value))
        return case((given, made))

    return let_all(intervals, ctx, build)


def outward(array: pa.Array) -> pa.Array:
    """Structs as Arrow's month-day-nano intervals."""
    filled = np.zeros(len(array), _MONTH_DAY_NANO)
    filled["months"], filled["days"] = (_numbers(array, i, pa.int32()) for i in (0, 1))
    with np.errstate(over="ignore"):
        filled["nanoseconds"] = _numbers(array, 2, pa.int64()) * 1000
    validity = pa.array(~np.asarray(array.is_null())).buffers()[1] if array.null_count else None
    return pa.Array.from_buffers(pa.month_day_nano_interval(), len(array), [validity, pa.py_buffer(filled)])


def inward(array: pa.Array) -> pa.Array:
    """Arrow's month-day-nano intervals as structs."""
    values = [None if v is None else (v.months, v.days, v.nanoseconds // 1000) for v in array.to_pylist()]
    return of_parts(values)


def of_parts(values: list[Parts | None]) -> pa.Array:
    """Structs of (months, days, microseconds)."""
    return pa.array([None if v is None else dict(zip(PARTS, v, strict=True)) for v in values], ARROW_TYPE)


def parts_of(array: pa.Array) -> list[Parts | None]:
    """(months, days, microseconds) of each struct."""
    return [None if v is None else (v["months"], v["days"], v["microseconds"]) for v in array.to_pylist()]


def _numbers(array: pa.Array, position: int, kind: pa.DataType) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = array.field(position).fill_null(pa.scalar(0, kind)).to_numpy(zero_copy_only=False)
    return found
