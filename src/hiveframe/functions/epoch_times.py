"""Dates and timestamps as counts since 1970-01-01, and back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

import pyarrow as pa

from hiveframe.errors import NO_CONDITION, PlainArithmetic
from hiveframe.functions.by_row import by_row
from hiveframe.functions.cast_datetime import whole_seconds
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import date_of, epoch_micros, moment_of, overflow, saturated, scaled_moment
from hiveframe.functions.let import let
from hiveframe.functions.literals import constant
from hiveframe.functions.registry import (
    INTEGRAL,
    NUMERIC,
    Emit,
    Function,
    Kind,
    ParamLike,
    any_null,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, number, op, text
from hiveframe.functions.wall_clock import from_micros
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call
from hiveframe.plan.types import DataType

_EPOCH: Final = cast(text("1970-01-01"), "DATE")
_SECOND_US: Final = 1_000_000
# No string is taken for a number here.
_ONLY_NUMERIC: Final = Kind("NUMERIC", lambda d: NUMERIC.accepts(d) or isinstance(d, t.NullType))
# Nor is anything but a moment or a date cast to one.
_ONLY_TIMESTAMP: Final = Kind("TIMESTAMP", lambda d: isinstance(d, t.TimestampType), null_as=t.TIMESTAMP)
_ONLY_DATE: Final = Kind("DATE", lambda d: isinstance(d, t.DateType), null_as=t.DATE)
_ONLY_INTEGRAL: Final = Kind("INTEGRAL", lambda d: INTEGRAL.accepts(d) or isinstance(d, t.NullType))


def _emit_unix_date(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(op("-", args[0], _EPOCH.copy()), "INTEGER")


def _emit_from_unix_date(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return date_of(args[0])


def _emit_unix_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return whole_seconds(args[0], ctx)


def _emit_unix_millis(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Rounded down, where DuckDB's own function rounds towards zero."""

    def build(micros: Sql) -> Sql:
        below = case((op("<", op("%", micros, number(1000)), number(0)), number(1)), default=number(0))
        return op("-", op("//", micros, number(1000)), below)

    return let(epoch_micros(args[0], ctx), ctx, build)


def _emit_unix_micros(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return epoch_micros(args[0], ctx)


def _scaled(factor: int) -> Emit:
    return lambda call, args, ctx: _times(args[0], factor, call, ctx)


def _times(value: Sql, factor: int, call: Call, ctx: EmitContext) -> Sql:
    """A count of `factor` microseconds; what 64 bits don't hold raises in every mode."""
    if not isinstance(call.args[0].dtype, t.LongType):
        return from_micros(op("*", cast(value, "BIGINT"), number(factor)))
    if factor == 1:
        return moment_of(value, ctx)
    return scaled_moment(value, factor, ctx, beyond=lambda v: overflow("long overflow", call, ctx))


def _emit_timestamp_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    dtype = call.args[0].dtype
    if isinstance(dtype, (t.IntegralType, t.NullType)):
        return _times(args[0], _SECOND_US, call, ctx)
    if isinstance(dtype, t.DecimalType):
        return _from_decimal(args[0], dtype, ctx)
    return let(cast(args[0], "DOUBLE"), ctx, lambda v: _from_double(v, ctx))


def _from_decimal(value: Sql, dtype: t.DecimalType, ctx: EmitContext) -> Sql:
    """Exact: digits below the microsecond raise, as do seconds that 64 bits of microseconds don't hold."""
    if dtype.scale <= 6 and dtype.precision - dtype.scale <= 12:
        return from_micros(cast(op("*", value, cast(number(_SECOND_US), "DECIMAL(7,0)")), "BIGINT"))
    return moment_of(func(ctx.kernel("exact_micros", _exact_micros, [dtype], t.LONG), value), ctx)


def _exact_micros(seconds: pa.Array) -> pa.Array:
    return by_row(_exact, pa.int64(), [seconds])


def _exact(seconds: Decimal) -> int:
    micros, rest = divmod(Fraction(seconds) * _SECOND_US, 1)
    if rest:
        raise PlainArithmetic(NO_CONDITION, {"message": "Rounding necessary"})
    if not -(2**63) <= micros < 2**63:
        raise PlainArithmetic(NO_CONDITION, {"message": "Overflow"})
    return micros


def _from_double(value: Sql, ctx: EmitContext) -> Sql:
    """NaN and infinities give NULL; the ends of 64 bits stand for what is beyond them."""
    micros = func("trunc", op("*", value, constant(1e6, t.DOUBLE)))
    return case((func("isfinite", value), moment_of(saturated(micros, ctx), ctx)))


def _row(name: str, of: ParamLike, result: DataType, emit: Emit, doc: str, since: str) -> Function:
    return Function(name, (of,), result, any_null, emit=emit, doc=doc, group="datetime", since=since)


def _emit_precise_micros(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("epoch_us", args[0])


def _emit_precise_timestamp(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return from_micros(args[0]) if isinstance(call.dtype, t.TimestampType) else func("make_timestamp", args[0])


register(
    Function(
        "precise_micros",
        emit=_emit_precise_micros,
        doc="Microseconds of a moment or of a wall clock.",
        group="internal",
        is_internal=True,
    ),
    Function(
        "precise_timestamp",
        emit=_emit_precise_timestamp,
        doc="The moment or the wall clock of microseconds.",
        group="internal",
        is_internal=True,
    ),
    _row("unix_date", _ONLY_DATE, t.INT, _emit_unix_date, "Days since 1970-01-01.", "3.1.0"),
    _row("date_from_unix_date", t.INT, t.DATE, _emit_from_unix_date, "The day n days after 1970-01-01.", "3.1.0"),
    _row("unix_seconds", _ONLY_TIMESTAMP, t.LONG, _emit_unix_seconds, "Whole seconds since the epoch.", "3.1.0"),
    _row("unix_millis", _ONLY_TIMESTAMP, t.LONG, _emit_unix_millis, "Whole milliseconds since the epoch.", "3.1.0"),
    _row("unix_micros", _ONLY_TIMESTAMP, t.LONG, _emit_unix_micros, "Microseconds since the epoch.", "3.1.0"),
    Function(
        "timestamp_seconds",
        (_ONLY_NUMERIC,),
        t.TIMESTAMP,
        lambda args: args[0].nullable or isinstance(args[0].dtype, (t.FloatType, t.DoubleType)),
        emit=_emit_timestamp_seconds,
        doc="The moment n seconds after the epoch.",
        group="datetime",
        since="3.1.0",
    ),
    _row(
        "timestamp_millis",
        _ONLY_INTEGRAL,
        t.TIMESTAMP,
        _scaled(1000),
        "The moment n milliseconds after the epoch.",
        "3.1.0",
    ),
    _row(
        "timestamp_micros",
        _ONLY_INTEGRAL,
        t.TIMESTAMP,
        _scaled(1),
        "The moment n microseconds after the epoch.",
        "3.1.0",
    ),
)
