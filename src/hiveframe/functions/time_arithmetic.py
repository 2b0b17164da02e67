"""Arithmetic with times of day: a TIME plus or minus a day-time interval, and the difference of two times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hiveframe.functions.arithmetic import overflow_params
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.interval_text import day_time_sql
from hiveframe.functions.let import let, let_all
from hiveframe.functions.registry import Binder, Function, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, neg, number, op, text
from hiveframe.functions.time_of_day import DAY_US, micros_of, of_micros
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr

TIME_PLUS: Final = "time + interval"
TIME_MINUS: Final = "time - interval"
TIME_DIFFERENCE: Final = "time - time"
_MOST_MICROS: Final = (2**63 - 1) // 1000  # in 64 bits of nanoseconds
_BETWEEN: Final = t.DayTimeIntervalType(t.HOUR, t.SECOND)


def bind_time_plus(b: Binder, left: Expr, right: Expr) -> Expr | None:
    """`+` of a TIME and a day-time interval or NULL, in either order."""
    for time, interval in ((left, right), (right, left)):
        if isinstance(time.dtype, t.TimeType) and isinstance(interval.dtype, (t.DayTimeIntervalType, t.NullType)):
            return _moved(b, TIME_PLUS, time, interval)
    return None


def bind_time_minus(b: Binder, left: Expr, right: Expr) -> Expr | None:
    """`-` of a TIME and a day-time interval, or of two times; text and NULL beside a TIME are times."""
    if isinstance(left.dtype, t.TimeType) and isinstance(right.dtype, t.DayTimeIntervalType):
        return _moved(b, TIME_MINUS, left, right)
    taken = (t.TimeType, t.StringType, t.NullType)
    sides = (left.dtype, right.dtype)
    if any(isinstance(d, t.TimeType) for d in sides) and all(isinstance(d, taken) for d in sides):
        args = tuple(a if isinstance(a.dtype, t.TimeType) else b.cast(a, t.TIME) for a in (left, right))
        return Call(TIME_DIFFERENCE, args, _BETWEEN, True)
    return None


def _moved(b: Binder, name: str, time: Expr, interval: Expr) -> Call:
    """Seconds in the interval may bring a fraction of six digits."""
    assert isinstance(time.dtype, t.TimeType)
    interval = interval if isinstance(interval.dtype, t.DayTimeIntervalType) else b.cast(interval, t.DAY_TIME)
    assert isinstance(interval.dtype, t.DayTimeIntervalType)
    digits = 6 if interval.dtype.end == t.SECOND else time.dtype.precision
    return Call(name, (time, interval), t.TimeType(digits), True)


def _emit_moved(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """A result before or after the day is an error in every mode."""
    kind = call.args[1].dtype
    assert isinstance(kind, t.DayTimeIntervalType)

    def build(time: Sql, interval: Sql) -> Sql:
        wide = cast(interval, "HUGEINT")
        added = neg(wide) if call.function == TIME_MINUS else wide
        interval_text = day_time_sql(added, t.DayTimeIntervalType(kind.end, kind.end), ctx)
        shown = func("concat", text("add "), interval_text, text(" to the time value TIME '"))
        operation = func("concat", shown, cast(time, "VARCHAR"), text("'"))
        shown_as = {"operation": operation}
        failure = ctx.raise_error("ArithmeticException", "DATETIME_OVERFLOW", shown_as, call.dtype, call.context)

        params = overflow_params("", "overflow")
        overflow = ctx.raise_error("ArithmeticException", "ARITHMETIC_OVERFLOW", params, call.dtype, call.context)

        def checked(micros: Sql) -> Sql:
            inside = op("and", op(">=", micros, number(0)), op("<", micros, number(DAY_US)))
            most = number(_MOST_MICROS)
            fits = op("and", op("<=", func("abs", micros), most), op("<=", func("abs", added), most))
            branches = [(inside, of_micros(cast(micros, "BIGINT"))), (fits, failure), (is_not_null(micros), overflow)]
            return case(*branches)

        return let(op("+", micros_of(time), added), ctx, checked)

    return let_all(args, ctx, build)


def _emit_difference(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return op("-", micros_of(args[0]), micros_of(args[1]))


def _shows(symbol: str) -> Callable[[Sequence[str]], str]:
    return lambda texts: f"{texts[0]} {symbol} {texts[1]}"


register(
    Function(TIME_PLUS, emit=_emit_moved, shows=_shows("+"), doc="A time after an interval.", group="internal"),
    Function(TIME_MINUS, emit=_emit_moved, shows=_shows("-"), doc="A time before one.", group="internal"),
    Function(
        TIME_DIFFERENCE, emit=_emit_difference, shows=_shows("-"), doc="From one time to another.", group="internal"
    ),
)
