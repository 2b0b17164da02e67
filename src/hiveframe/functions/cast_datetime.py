"""Casts between dates, timestamps and numbers. A timestamp is seconds since the epoch where numbers are concerned."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

import pyarrow as pa

from hiveframe.errors import NO_CONDITION
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.cast_numbers import bounds, decimal_to_decimal, floating_to_integral, wrap
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import epoch_micros, last_moment, moment_of, scaled_moment
from hiveframe.functions.java_text import floating_text, timestamp_text
from hiveframe.functions.let import let
from hiveframe.functions.literals import constant
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type, text
from hiveframe.functions.time_of_day import cut_to, micros_of, seconds_of
from hiveframe.functions.wall_clock import at_wall_clock, fixed_offset_us, from_micros, wall_clock
from hiveframe.plan import types as t

MICROS: Final = 1_000_000
_EXACT: Final = Context(prec=80)


def whole_seconds(moment: Sql, ctx: EmitContext) -> Sql:
    """Seconds since the epoch, rounded down."""

    def build(micros: Sql) -> Sql:
        below = case((op("<", op("%", micros, number(MICROS)), number(0)), number(1)), default=number(0))
        return op("-", op("//", micros, number(MICROS)), below)

    return let(epoch_micros(moment, ctx), ctx, build)


def wall_clock_to_timestamp(job: CastJob) -> Sql:
    """TIMESTAMP_NTZ to TIMESTAMP in the session's zone."""
    return at_wall_clock(job.value, job.ctx)


def timestamp_to_wall_clock(job: CastJob) -> Sql:
    """TIMESTAMP to TIMESTAMP_NTZ: what clocks of the session's zone show."""
    return wall_clock(job.value, job.ctx)


def timestamp_to_date(job: CastJob) -> Sql:
    """TIMESTAMP to its date in the session's zone."""
    if fixed_offset_us(job.ctx.time_zone) is None:
        return cast(job.value, physical_type(job.dst))
    return cast(wall_clock(job.value, job.ctx), physical_type(job.dst))


def date_to_timestamp(job: CastJob) -> Sql:
    """The first moment of the day in the session's zone."""
    _refuse_far_days(job)
    if fixed_offset_us(job.ctx.time_zone) is None:
        return cast(job.value, physical_type(job.dst))
    return at_wall_clock(cast(job.value, "TIMESTAMP"), job.ctx)


def date_to_wall_clock(job: CastJob) -> Sql:
    """The first moment of the day."""
    _refuse_far_days(job)
    return cast(job.value, "TIMESTAMP")


def _refuse_far_days(job: CastJob) -> None:
    """Days that timestamps don't reach raise in every mode."""
    pattern = r"Type INT32 with value \S+( \(BC\))? can't be cast to the destination type INT64|ICU date overflows"
    job.ctx.native(pattern, "PlainArithmetic", NO_CONDITION, {"message": "long overflow"}, None)


def time_to_time(job: CastJob) -> Sql:
    """Digits that the target has no room for are cut off."""
    assert isinstance(job.src, t.TimeType)
    assert isinstance(job.dst, t.TimeType)
    return job.value if job.dst.precision >= job.src.precision else cut_to(job.value, job.dst)


def time_to_integral(job: CastJob) -> Sql:
    """Whole seconds since midnight; a type too small raises or gives NULL."""

    def build(v: Sql) -> Sql:
        seconds = op("//", micros_of(v), number(MICROS))
        target = physical_type(job.dst)
        if isinstance(job.dst, (t.IntegerType, t.LongType)):
            return cast(seconds, target)
        branches = [(op("<=", seconds, number(bounds(job.dst)[1])), cast(seconds, target))]
        if job.mode == "ansi":
            shown = func("concat", text("TIME '"), cast(v, "VARCHAR"), text("'"))
            branches.append((is_not_null(v), job.overflow(shown)))
        return case(*branches)

    return let(job.value, job.ctx, build)


def time_to_decimal(job: CastJob) -> Sql:
    """Seconds since midnight with their fraction, rounded into the target."""
    exact = cast(seconds_of(job.value), "DECIMAL(17,9)")
    assert isinstance(job.dst, t.DecimalType)
    return decimal_to_decimal(CastJob(exact, t.DecimalType(17, 9), job.dst, job.mode, job.context, job.ctx))


def timestamp_to_integral(job: CastJob) -> Sql:
    """Whole seconds; a type too small raises, gives NULL (try) or keeps the low bits (legacy: NULL too)."""
    if isinstance(job.dst, t.LongType):
        return whole_seconds(job.value, job.ctx)
    low, high = bounds(job.dst)

    def build(v: Sql) -> Sql:
        seconds = whole_seconds(v, job.ctx)

        def checked(s: Sql) -> Sql:
            fits = op("and", op(">=", s, number(low)), op("<=", s, number(high)))
            branches = [(fits, cast(s, physical_type(job.dst)))]
            if job.mode == "ansi":
                shown = func("concat", text("TIMESTAMP '"), timestamp_text(v, job.ctx), text("'"))
                branches.append((is_not_null(s), job.overflow(shown)))
            return case(*branches)

        return let(seconds, job.ctx, checked)

    return let(job.value, job.ctx, build)


def timestamp_to_double(job: CastJob) -> Sql:
    """Seconds with their fraction."""
    return cast(
        op("/", cast(epoch_micros(job.value, job.ctx), "DOUBLE"), constant(1e6, t.DOUBLE)), physical_type(job.dst)
    )


def timestamp_to_decimal(job: CastJob) -> Sql:
    """Seconds with their six digits of fraction, rounded into the target."""
    exact = op("*", cast(epoch_micros(job.value, job.ctx), "DECIMAL(19,0)"), cast(text("0.000001"), "DECIMAL(7,6)"))
    src = t.DecimalType(26, 6)
    assert isinstance(job.dst, t.DecimalType)
    return decimal_to_decimal(CastJob(exact, src, job.dst, job.mode, job.context, job.ctx))


def timestamp_to_boolean(job: CastJob) -> Sql:
    """Whether it is not the epoch (legacy only)."""
    return op("!=", func("epoch_us", job.value), number(0))


def integral_to_timestamp(job: CastJob) -> Sql:
    """Seconds since the epoch; the first and the last moment of all stand for what is beyond them."""
    if not isinstance(job.src, t.LongType):
        return from_micros(op("*", cast(job.value, "BIGINT"), number(MICROS)))
    return scaled_moment(job.value, MICROS, job.ctx, beyond=lambda v: last_moment(v, job.ctx))


def decimal_to_timestamp(job: CastJob) -> Sql:
    """Seconds since the epoch, cut to microseconds; of too many the low bits, as Java's `longValue` gives them."""
    assert isinstance(job.src, t.DecimalType)
    whole = job.src.precision - job.src.scale
    if whole + 6 + job.src.scale > 38:
        kernel = job.ctx.kernel("decimal_micros", _decimal_micros, [job.src], t.LONG)
        return moment_of(func(kernel, job.value), job.ctx)
    micros = op("*", job.value, cast(number(MICROS), "DECIMAL(7,0)"))
    cut = func("trunc", micros) if job.src.scale else micros
    if whole + 6 <= 18:
        return from_micros(cast(cut, "BIGINT"))
    return moment_of(cast(wrap(cast(cut, "HUGEINT"), 64), "BIGINT"), job.ctx)


def _decimal_micros(seconds: pa.Array) -> pa.Array:
    """Microseconds of seconds, in the low 64 bits."""

    def low_bits(value: Decimal) -> int:
        micros = int(value.scaleb(6, _EXACT))
        return (micros + (1 << 63)) % (1 << 64) - (1 << 63)

    return pa.array([None if s is None else low_bits(s) for s in seconds.to_pylist()], pa.int64())


def floating_to_timestamp(job: CastJob) -> Sql:
    """Seconds since the epoch, cut to microseconds; NaN and infinities raise or give NULL."""

    def build(v: Sql) -> Sql:
        micros = op("*", cast(v, "DOUBLE"), constant(1e6, t.DOUBLE))
        whole = floating_to_integral(CastJob(micros, t.DOUBLE, t.LONG, job.mode, job.context, job.ctx))
        branches = [(func("isfinite", v), moment_of(whole, job.ctx))]
        if job.mode == "ansi":
            shown = floating_text(v, job.src, job.ctx)
            branches.append((is_not_null(v), job.invalid_value(shown)))
        return case(*branches)

    return let(job.value, job.ctx, build)


def boolean_to_timestamp(job: CastJob) -> Sql:
    """TRUE is one microsecond after the epoch (legacy only)."""
    return from_micros(cast(job.value, "BIGINT"))


def always_null(job: CastJob) -> Sql:
    """Legacy casts of dates to numbers exist and give NULL."""
    return job.null()
