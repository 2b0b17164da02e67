"""The conditions that divide a table for `partitionColumn`, as Spark writes them.

Source: Spark's `JDBCRelation.columnPartition`. The bounds say how to divide, and leave no row out: the first part takes
what is less and what is NULL, the last one what is greater.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from hiveframe.functions.text_options import refused
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_EPOCH: Final = dt.date(1970, 1, 1)
_START: Final = dt.datetime(1970, 1, 1)
_PRECISION: Final = 60


def stride_conditions(name: str, dtype: DataType, low: str, high: str, count: int) -> tuple[str, ...]:
    """A condition on the (quoted) column for each part; none where there is one part only."""
    read, shown = _bounds(dtype)
    lower, upper = read(low), read(high)
    if lower > upper:
        raise refused(
            "requirement failed: Operation not allowed: the lower bound of partitioning column is larger than the "
            f"upper bound. Lower bound: {shown(lower)}; Upper bound: {shown(upper)}"
        )
    parts = min(count, upper - lower)
    if parts <= 1:
        return ()
    stride, current = _steps(lower, upper, parts)
    conditions: list[str] = []
    for number in range(parts):
        least = f"{name} >= {shown(current)}"
        current += stride
        most = f"{name} < {shown(current)}"
        if number == 0:
            conditions.append(f"{most} or {name} is null")
        elif number == parts - 1:
            conditions.append(least)
        else:
            conditions.append(f"{least} AND {most}")
    return tuple(conditions)


def _steps(lower: int, upper: int, parts: int) -> tuple[int, int]:
    """The width of a part, and where the first one begins so that both ends are about as full."""
    with localcontext(prec=_PRECISION):
        scale = Decimal(1).scaleb(-18)
        high, low = ((Decimal(x) / parts).quantize(scale, rounding=ROUND_HALF_EVEN) for x in (upper, lower))
        precise = high - low
        stride = int(precise)
        lost = (precise - stride) * parts / stride
        return stride, lower + int((lost / 2 * stride).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _bounds(dtype: DataType) -> tuple[Callable[[str], int], Callable[[int], str]]:
    match dtype:
        case t.DateType():
            return (
                lambda text: (dt.date.fromisoformat(text) - _EPOCH).days,
                lambda days: f"'{_EPOCH + dt.timedelta(days)}'",
            )
        case t.TimestampType() | t.TimestampNTZType():
            return (
                lambda text: (dt.datetime.fromisoformat(text) - _START) // dt.timedelta(microseconds=1),
                lambda micros: f"'{_START + dt.timedelta(microseconds=micros)}'",
            )
    return int, str
