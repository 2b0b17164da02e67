"""Casts between dates, timestamps and numbers. A timestamp is seconds since the epoch where numbers are concerned."""

from __future__ import annotations

import re
from typing import Final

from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.cast_numbers import bounds, decimal_to_decimal
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.java_text import floating_text, timestamp_text
from hiveframe.functions.let import let
from hiveframe.functions.literals import constant
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type, text
from hiveframe.plan import types as t

MICROS: Final = 1_000_000
_FIXED_ZONE: Final = re.compile(r"(UTC|GMT|UT|Z|Etc/UTC|Etc/GMT)?([+-].*)?")


def in_session_zone(wall_clock: Sql, ctx: EmitContext) -> Sql:
    """A TIMESTAMP read in the session's time zone. Where clocks go back the earlier of the two moments is taken.

    DuckDB takes the later one, so it is asked whether an hour before shows the same time. (Shifts of half an hour
    are only left to Lord Howe Island.)
    """
    moment = cast(wall_clock, "TIMESTAMP WITH TIME ZONE")
    if _FIXED_ZONE.fullmatch(ctx.time_zone):
        return moment
    hour = func("to_hours", number(1))

    def build(v: Sql) -> Sql:
        later = cast(v, "TIMESTAMP WITH TIME ZONE")
        earlier = op("-", later, hour)
        return case((op("=", cast(earlier, "TIMESTAMP"), v), earlier), default=later)

    return let(wall_clock, ctx, build)


def from_micros(micros: Sql) -> Sql:
    """Microseconds since the epoch (BIGINT) as a TIMESTAMPTZ."""
    return func("timezone", text("UTC"), func("make_timestamp", micros))


def whole_seconds(moment: Sql, ctx: EmitContext) -> Sql:
    """Seconds since the epoch, rounded down."""

    def build(micros: Sql) -> Sql:
        below = case((op("<", op("%", micros, number(MICROS)), number(0)), number(1)), default=number(0))
        return op("-", op("//", micros, number(MICROS)), below)

    return let(func("epoch_us", moment), ctx, build)


def wall_clock_to_timestamp(job: CastJob) -> Sql:
    """TIMESTAMP_NTZ to TIMESTAMP in the session's zone."""
    return in_session_zone(job.value, job.ctx)


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
    return cast(op("/", cast(func("epoch_us", job.value), "DOUBLE"), constant(1e6, t.DOUBLE)), physical_type(job.dst))


def timestamp_to_decimal(job: CastJob) -> Sql:
    """Seconds with their six digits of fraction, rounded into the target."""
    exact = op("*", cast(func("epoch_us", job.value), "DECIMAL(19,0)"), cast(text("0.000001"), "DECIMAL(7,6)"))
    src = t.DecimalType(26, 6)
    assert isinstance(job.dst, t.DecimalType)
    return decimal_to_decimal(CastJob(exact, src, job.dst, job.mode, job.context, job.ctx))


def timestamp_to_boolean(job: CastJob) -> Sql:
    """Whether it is not the epoch (legacy only)."""
    return op("!=", func("epoch_us", job.value), number(0))


def integral_to_timestamp(job: CastJob) -> Sql:
    """Seconds since the epoch."""
    return from_micros(op("*", cast(job.value, "BIGINT"), number(MICROS)))


def decimal_to_timestamp(job: CastJob) -> Sql:
    """Seconds since the epoch, cut to microseconds."""
    assert isinstance(job.src, t.DecimalType)
    micros = op("*", job.value, cast(number(MICROS), "DECIMAL(7,0)"))
    return from_micros(cast(func("trunc", micros) if job.src.scale else micros, "BIGINT"))


def floating_to_timestamp(job: CastJob) -> Sql:
    """Seconds since the epoch, cut to microseconds; NaN and infinities raise or give NULL."""

    def build(v: Sql) -> Sql:
        micros = func("trunc", op("*", cast(v, "DOUBLE"), constant(1e6, t.DOUBLE)))
        branches = [(func("isfinite", v), from_micros(cast(micros, "BIGINT")))]
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
