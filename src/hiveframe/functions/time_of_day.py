"""TIME values as counts since midnight and back, as DuckDB expressions."""

from __future__ import annotations

from typing import Final

from hiveframe.functions.sql import Sql, cast, func, number, op, text
from hiveframe.plan import types as t

SECOND_US: Final = 1_000_000
DAY_US: Final = 86_400 * SECOND_US


def of_micros(micros: Sql) -> Sql:
    """The TIME so many microseconds after midnight."""
    return op("+", cast(text("00:00:00"), "TIME"), func("to_microseconds", micros))


def micros_of(time: Sql) -> Sql:
    """Microseconds since midnight."""
    return func("epoch_us", time)


def seconds_of(time: Sql) -> Sql:
    """Seconds since midnight with their fraction, as DECIMAL(14,6)."""
    exact = op("*", cast(micros_of(time), "DECIMAL(12,0)"), cast(text("0.000001"), "DECIMAL(6,6)"))
    return cast(exact, "DECIMAL(14,6)")


def cut_to(time: Sql, dtype: t.TimeType) -> Sql:
    """A TIME without the digits that `dtype` has no room for."""
    unit = 10 ** (6 - dtype.precision)
    return time if unit == 1 else of_micros(op("*", op("//", micros_of(time), number(unit)), number(unit)))
