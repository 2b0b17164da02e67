"""Dates and timestamps up to the last that Spark counts: 32 bits of days, 64 bits of microseconds.

DuckDB stops short of that in three places. It takes the last microsecond (and the first but one) for infinity and
makes neither from a number; a date plus months goes through a timestamp, which ends in the year 294247; and days that
overflow raise, where Spark's wrap around.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hiveframe.errors import ArithmeticException, SparkError
from hiveframe.functions.by_row import by_row
from hiveframe.functions.cast_numbers import wrap
from hiveframe.functions.datetime_text import month_later
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let, let_all
from hiveframe.functions.literals import constant
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, neg, number, op, text
from hiveframe.functions.wall_clock import from_micros
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

LONG_MAX: Final = 2**63 - 1
_LONG_END: Final = 2.0**63
_EPOCH: Final = cast(text("1970-01-01"), "DATE")


def date_of(days: Sql) -> Sql:
    """The date so many days after 1970-01-01 (any INTEGER)."""
    return func("make_date", cast(days, "INTEGER"))


def wrapped_days(days: Sql) -> Sql:
    """A BIGINT number of days in 32 bits, the upper ones lost, as in Java's own addition."""
    return wrap(days, 32)


def shifted(date: Sql, symbol: str, days: Sql) -> Sql:
    """A date so many days (INTEGER) later or earlier."""
    count = op(symbol, op("-", date, _EPOCH.copy()), cast(days, "BIGINT"))
    return date_of(wrapped_days(count))


def months_later(call: Call, args: list[Sql], ctx: EmitContext, *, symbol: str = "+") -> Sql:
    """The call's date so many months later or earlier: by DuckDB, or counted in Python where that fails."""

    def fast(date: Sql, months: Sql) -> Sql:
        return cast(op(symbol, date, func("to_months", cast(months, "INTEGER"))), "DATE")

    if _are_usual(*call.args):
        return fast(*args)
    kernel = ctx.kernel("months_later", _months_later, [t.DATE, t.LONG], t.DATE)

    def build(date: Sql, months: Sql) -> Sql:
        given = op("and", is_not_null(date), is_not_null(months))
        count = cast(months, "BIGINT")
        counted = func(kernel, date, neg(count) if symbol == "-" else count)
        return func("coalesce", func("try", fast(date, months)), case((given, counted)))

    return let_all(args, ctx, build)


def _are_usual(date: Expr, months: Expr) -> bool:
    """Whether both are known and neither is extreme."""
    if not (isinstance(date, Literal) and isinstance(months, Literal)):
        return False
    return bool(abs(date.value or 0) < 4_000_000 and abs(months.value or 0) < 120_000)


def moment_of(micros: Sql, ctx: EmitContext, dtype: DataType = t.TIMESTAMP) -> Sql:
    """Microseconds since the epoch (any BIGINT) as a TIMESTAMPTZ, or those of a wall clock as a TIMESTAMP."""
    maker = "make_timestamptz" if isinstance(dtype, t.TimestampType) else "make_timestamp"

    def build(v: Sql) -> Sql:
        ends = [(op("=", v, number(n)), constant(n, dtype)) for n in (LONG_MAX, -LONG_MAX)]
        return case(*ends, default=func(maker, v))

    return let(micros, ctx, build)


def epoch_micros(moment: Sql, ctx: EmitContext) -> Sql:
    """Microseconds since the epoch of a TIMESTAMPTZ, which `epoch_us` gives for all but the ends."""

    def build(m: Sql) -> Sql:
        ends = [(op("=", m, constant(n, t.TIMESTAMP)), cast(number(n), "BIGINT")) for n in (LONG_MAX, -LONG_MAX)]
        return func("coalesce", func("epoch_us", m), case(*ends))

    return let(moment, ctx, build)


def scaled_moment(count: Sql, factor: int, ctx: EmitContext, *, beyond: Callable[[Sql], Sql]) -> Sql:
    """A BIGINT count of `factor` microseconds since the epoch as a TIMESTAMPTZ; `beyond(count)` where 64 bits end."""
    most = LONG_MAX // factor

    def build(v: Sql) -> Sql:
        inside = op("and", op(">=", v, number(-most)), op("<=", v, number(most)))
        return case((inside, from_micros(op("*", v, number(factor)))), (is_not_null(v), beyond(v)))

    return let(count, ctx, build)


def last_moment(sign: Sql, ctx: EmitContext) -> Sql:
    """The first moment of all for a negative number, the last for others."""
    return moment_of(case((op("<", sign, number(0)), number(-LONG_MAX - 1)), default=number(LONG_MAX)), ctx)


def saturated(micros: Sql, ctx: EmitContext) -> Sql:
    """A DOUBLE that is no NaN as a BIGINT, the nearest where it has none."""

    def build(v: Sql) -> Sql:
        return case(
            (op(">=", v, constant(_LONG_END, t.DOUBLE)), number(LONG_MAX)),
            (op("<=", v, constant(-_LONG_END, t.DOUBLE)), number(-LONG_MAX - 1)),
            default=cast(v, "BIGINT"),
        )

    return let(micros, ctx, build)


def is_long(value: Sql) -> Sql:
    """Whether a whole DOUBLE has a BIGINT next to it, as Java's rounding has it: 2⁶³ itself is taken for the last."""
    return op("and", op(">=", value, constant(-_LONG_END, t.DOUBLE)), op("<=", value, constant(_LONG_END, t.DOUBLE)))


def overflow(what: str, call: Call, ctx: EmitContext) -> Sql:
    """Raises Java's own ArithmeticException: `long overflow`."""
    return ctx.raise_error("PlainArithmetic", "", {"message": what}, call.dtype, None)


def _months_later(dates: pa.Array, months: pa.Array) -> pa.Array:
    days = dates.cast(pa.int32())
    return by_row(_month_later, pa.int32(), [days, months]).cast(pa.date32())


def _month_later(days: int, months: int) -> int:
    found = month_later(days, months)
    if not -(2**31) <= found < 2**31:
        raise exact_overflow()
    return found


def exact_overflow() -> SparkError:
    """What Spark's own exact arithmetic says of a result without room."""
    params = {"message": "overflow", "alternative": "", "config": '"spark.sql.ansi.enabled"'}
    return ArithmeticException("ARITHMETIC_OVERFLOW", params)
