"""`time_bucket(size, timestamp[, origin])`: the start of the bucket of time that a timestamp falls into.

Buckets of less than a day are equal stretches on the line of time. Larger ones begin n times the size after the origin
as `origin + n * size` counts: days and months on the wall clock of the session's zone, the rest on the line of time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from hiveframe.errors import NO_CONDITION, PlainArithmetic
from hiveframe.functions.by_row import by_row
from hiveframe.functions.datetime_text import civil_from_days, month_later
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import exact_overflow, moment_of
from hiveframe.functions.let import let, let_all
from hiveframe.functions.literals import constant
from hiveframe.functions.registry import ANY, Binder, Function, any_null, optional, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op
from hiveframe.functions.time_zones import offset_at, offset_on, zone
from hiveframe.functions.wall_clock import at_wall_clock, from_micros, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal

_DAY_US: Final = 86_400_000_000
_SIZES: Final = (t.DayTimeIntervalType, t.YearMonthIntervalType)
_MOMENTS: Final = (t.TimestampType, t.TimestampNTZType)
_WANTED_SIZE: Final = '("INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH")'
_WANTED_MOMENT: Final = '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"'


def _bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """Nothing is cast; the size and the origin are constants."""
    size, moment, origin = args
    _check(binder, 0, size, _SIZES, _WANTED_SIZE)
    _check(binder, 1, moment, _MOMENTS, _WANTED_MOMENT)
    kind = t.TIMESTAMP if isinstance(moment.dtype, t.NullType) else moment.dtype
    _check(binder, 2, origin, _MOMENTS, _WANTED_MOMENT)
    _check(binder, 2, origin, (type(kind),), f'"{t.sql_name(kind)}"')
    width = binder.fold(size, "bucketSize")
    if width is not None and width <= 0:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="`bucketSize`",
            valueRange="(0, inf)",
            currentValue=binder.quoted(size)[1:-1],
        )
    start = binder.fold(origin, "origin")
    if width is None or start is None:
        return Literal(None, kind)
    return Call("time_bucket", (Literal(width, size.dtype), moment, Literal(start, kind)), kind, any_null(args))


def _check(binder: Binder, position: int, arg: Expr, kinds: tuple[type[t.DataType], ...], wanted: str) -> None:
    if not isinstance(arg.dtype, (*kinds, t.NullType)):
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex=("first", "second", "third")[position],
            requiredType=wanted,
            inputSql=binder.quoted(arg),
            inputType=f'"{t.sql_name(arg.dtype)}"',
        )


def _emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    size, moment, origin = call.args
    assert isinstance(size, Literal)
    if isinstance(moment.dtype, t.NullType):
        return constant(None, call.dtype)
    if isinstance(size.dtype, t.DayTimeIntervalType) and size.value < _DAY_US:
        return let(_micros(args[1]), ctx, lambda m: _even(m, size.value, origin, call))
    is_months = isinstance(size.dtype, t.YearMonthIntervalType)
    on_clock = isinstance(call.dtype, t.TimestampType)

    def clock(value: Sql) -> Sql:
        return wall_clock(value, ctx) if on_clock else value

    def start(base: Sql, count: Sql) -> Sql:
        return (_months_on if is_months else _days_on)(base, count, ctx, on_clock=on_clock)

    def build(value: Sql, base: Sql) -> Sql:
        distance = _months_between if is_months else _micros_between
        guess = _floor(distance(clock(base), clock(value)), size.value)

        # The wall clock's distance is off by one bucket at most.
        def settle(n: Sql) -> Sql:
            starts = [start(base, op("*", op("+", n, number(i)), number(size.value))) for i in (1, 0, -1)]
            return let_all(starts[:2], ctx, lambda b, c: _latest(value, b, c, starts[2]))

        return let(guess, ctx, settle)

    return let(args[1], ctx, lambda value: _or_counted(value, build(value, args[2]), call, ctx))


def _or_counted(value: Sql, fast: Sql, call: Call, ctx: EmitContext) -> Sql:
    """`fast`; where DuckDB's timestamps end before the buckets do, what is counted in Python."""
    size, _, origin = call.args
    assert isinstance(size, Literal)
    assert isinstance(origin, Literal)
    zone_name = ctx.time_zone if isinstance(call.dtype, t.TimestampType) else "UTC"
    buckets = Buckets(size.value, isinstance(size.dtype, t.YearMonthIntervalType), origin.value, zone_name)
    kernel = ctx.kernel("time_bucket", buckets.starts, [t.LONG], t.LONG)
    counted = moment_of(func(kernel, _micros(value)), ctx, call.dtype)
    return func("coalesce", func("try", fast), case((is_not_null(value), counted)))


def _latest(value: Sql, after: Sql, here: Sql, before: Sql) -> Sql:
    return case((op("<=", after, value), after), (op("<=", here, value), here), (op(">", here, value), before))


@dataclass(frozen=True)
class Buckets:
    """Buckets of `size` months or microseconds, counted from `origin` on the clocks of a zone."""

    size: int
    is_months: bool
    origin: int
    zone_name: str

    def starts(self, moments: pa.Array) -> pa.Array:
        """The start of each moment's bucket, in microseconds."""
        return by_row(self._start, pa.int64(), [moments])

    def _start(self, micros: int) -> int:
        """The wall clock's distance is off by one bucket at most; one that isn't needed may lie beyond 64 bits."""
        if self.is_months:
            count = (self._month(micros) - self._month(self.origin)) // self.size
        elif not -(2**63) <= micros - self.origin < 2**63:
            raise exact_overflow()
        else:
            count = (micros - self.origin) // self.size
        here = self._nth(count)
        if here > micros:
            return self._nth(count - 1)
        after = here if self.is_months else self._nth(count + 1)
        return after if after <= micros else here

    def _month(self, micros: int) -> int:
        year, month, _ = civil_from_days(self._clock(micros) // _DAY_US)
        return year * 12 + month

    def _clock(self, micros: int) -> int:
        return micros + offset_at(micros, zone(self.zone_name))

    def _nth(self, count: int) -> int:
        days, of_day = divmod(self._clock(self.origin), _DAY_US)
        total = count * self.size
        rest = 0
        if self.is_months:
            days = month_later(days, total)
        else:
            whole = abs(total) // _DAY_US * (1 if total >= 0 else -1)
            days, rest = days + whole, total - whole * _DAY_US
        clock = days * _DAY_US + of_day
        start = clock - offset_on(clock, zone(self.zone_name)) + rest
        if not -(2**63) <= start < 2**63:
            raise PlainArithmetic(NO_CONDITION, {"message": "long overflow"})
        return start


def _micros(moment: Sql) -> Sql:
    return func("epoch_us", moment)


def _floor(value: Sql, unit: int) -> Sql:
    """Whole units, rounded down: DuckDB's `//` cuts towards zero."""
    below = op("%", op("+", op("%", value, number(unit)), number(unit)), number(unit))
    return cast(op("//", op("-", value, below), number(unit)), "BIGINT")


def _even(micros: Sql, size: int, origin: Expr, call: Call) -> Sql:
    assert isinstance(origin, Literal)
    since = op("-", micros, number(origin.value % size))
    start = op("+", op("*", _floor(since, size), number(size)), number(origin.value % size))
    return from_micros(start) if isinstance(call.dtype, t.TimestampType) else func("make_timestamp", start)


def _micros_between(start: Sql, end: Sql) -> Sql:
    return op("-", _micros(end), _micros(start))


def _months_between(start: Sql, end: Sql) -> Sql:
    years = op("*", op("-", func("year", end), func("year", start)), number(12))
    return op("+", years, op("-", func("month", end), func("month", start)))


Shift = Callable[[Sql], Sql]


def _shifted(base: Sql, shift: Shift, ctx: EmitContext, *, on_clock: bool) -> Sql:
    return at_wall_clock(shift(wall_clock(base, ctx)), ctx) if on_clock else shift(base)


def _months_on(base: Sql, months: Sql, ctx: EmitContext, *, on_clock: bool) -> Sql:
    interval = func("to_months", cast(months, "INTEGER"))
    return _shifted(base, lambda clock: op("+", clock, interval), ctx, on_clock=on_clock)


def _days_on(base: Sql, micros: Sql, ctx: EmitContext, *, on_clock: bool) -> Sql:
    """Whole days on the wall clock, cut towards zero; what is left on the line of time."""

    def build(total: Sql) -> Sql:
        days = func("to_days", cast(op("//", total, number(_DAY_US)), "INTEGER"))
        rest = func("to_microseconds", op("%", total, number(_DAY_US)))
        return op("+", _shifted(base, lambda clock: op("+", clock, days), ctx, on_clock=on_clock), rest)

    return let(micros, ctx, build)


register(
    Function(
        "time_bucket",
        (ANY, ANY, optional(ANY)),
        bind=_bind,
        emit=_emit,
        doc="The start of the bucket of time that a timestamp falls into.",
        group="datetime",
        since="4.2.0",
    ),
)
