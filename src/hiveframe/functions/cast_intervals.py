"""Casts of year-month intervals (months), day-time intervals (microseconds) and calendar intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyarrow as pa

from hiveframe.errors import SparkError
from hiveframe.functions.calendar_interval import of_parts
from hiveframe.functions.cast_job import LITERAL_SUFFIX, CastJob
from hiveframe.functions.cast_numbers import bounds, decimal_to_decimal
from hiveframe.functions.interval_parse import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    parse_calendar,
    parse_day_time,
    parse_year_month,
)
from hiveframe.functions.interval_text import day_time_sql, year_month_sql
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type, text, try_cast
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_DAY_TIME_SIZES: Final = (DAY_US, HOUR_US, MINUTE_US, SECOND_US)
_YEAR_MONTH_SIZES: Final = (12, 1)


def _last_unit(dtype: DataType) -> int:
    """The size of an interval type's last field, in its storage unit."""
    if isinstance(dtype, t.YearMonthIntervalType):
        return _YEAR_MONTH_SIZES[dtype.end]
    assert isinstance(dtype, t.DayTimeIntervalType)
    return _DAY_TIME_SIZES[dtype.end]


def _raising(job: CastJob) -> CastJob:
    """Numbers that don't fit an interval raise under legacy rules too."""
    return replace(job, mode="ansi") if job.mode == "legacy" else job


def narrow(job: CastJob) -> Sql:
    """To other fields of the same kind: what is smaller than the last field is cut off."""
    unit = _last_unit(job.dst)
    if unit == 1 or unit <= _last_unit(job.src) or (unit == SECOND_US and isinstance(job.dst, t.DayTimeIntervalType)):
        return job.value
    return let(job.value, job.ctx, lambda v: op("-", v, op("%", v, number(unit))))


def to_integral(job: CastJob) -> Sql:
    """The count of the last field, cut toward zero."""
    unit = _last_unit(job.src)
    count = job.value if unit == 1 else op("//", job.value, number(unit))
    target = physical_type(job.dst)
    months = isinstance(job.src, t.YearMonthIntervalType)
    if isinstance(job.dst, t.LongType) or (months and isinstance(job.dst, t.IntegerType)):
        return cast(count, target)
    low, high = bounds(job.dst)

    def build(v: Sql) -> Sql:
        whole = v if unit == 1 else op("//", v, number(unit))
        fits = op("and", op(">=", whole, number(low)), op("<=", whole, number(high)))
        branches = [(fits, cast(whole, target))]
        if job.mode != "try":
            branches.append((is_not_null(v), job.overflow(_shown(job, v))))
        return case(*branches)

    return let(job.value, job.ctx, build)


def _shown(job: CastJob, value: Sql) -> Sql:
    if isinstance(job.src, t.YearMonthIntervalType):
        return year_month_sql(value, job.src, job.ctx)
    assert isinstance(job.src, t.DayTimeIntervalType)
    return day_time_sql(value, job.src, job.ctx)


def to_decimal(job: CastJob) -> Sql:
    """The count of the last field; seconds keep their fraction."""
    assert isinstance(job.dst, t.DecimalType)
    unit = _last_unit(job.src)
    if isinstance(job.src, t.DayTimeIntervalType) and job.src.end == t.SECOND:
        exact = op("*", cast(job.value, "DECIMAL(19,0)"), cast(text("0.000001"), "DECIMAL(7,6)"))
        src = t.DecimalType(26, 6)
    else:
        count = job.value if unit == 1 else op("//", job.value, number(unit))
        exact, src = cast(count, "DECIMAL(19,0)"), t.DecimalType(19, 0)
    return decimal_to_decimal(CastJob(exact, src, job.dst, job.mode, job.context, job.ctx))


def from_integral(job: CastJob) -> Sql:
    """A count of the last field."""
    unit = _last_unit(job.dst)
    target = physical_type(job.dst)
    suffix = LITERAL_SUFFIX[type(job.src)]

    def attempt(v: Sql) -> Sql:
        return try_cast(op("*", cast(v, "HUGEINT"), number(unit)), target)

    def failure(v: Sql) -> Sql:
        return job.overflow(func("concat", cast(v, "VARCHAR"), text(suffix)))

    return _raising(job).tried(attempt, failure)


def from_decimal(job: CastJob) -> Sql:
    """A count of the last field, rounded half up to months or microseconds."""
    assert isinstance(job.src, t.DecimalType)
    scale = job.src.scale
    unit = _last_unit(job.dst)
    target = physical_type(job.dst)

    def attempt(v: Sql) -> Sql:
        scaled = op("*", cast(v, f"DECIMAL(38,{scale})"), cast(number(unit), f"DECIMAL({len(str(unit))},0)"))
        return try_cast(func("try", func("round", scaled, number(0))), target)

    def failure(v: Sql) -> Sql:
        return job.overflow(func("concat", cast(v, "VARCHAR"), text("BD")))

    return _raising(job).tried(attempt, failure)


def from_text(job: CastJob) -> Sql:
    """Text in the type's own form; other text raises INVALID_INTERVAL_FORMAT or gives NULL."""
    dst = job.dst
    assert isinstance(dst, (t.YearMonthIntervalType, t.DayTimeIntervalType))
    function = _year_months if isinstance(dst, t.YearMonthIntervalType) else _day_times
    kernel = job.ctx.kernel("parse_interval", function, [t.STRING, t.INT, t.INT, t.BOOLEAN], dst)
    raises = cast(text("false" if job.mode == "try" else "true"), "BOOLEAN")
    return func(kernel, job.value, cast(number(dst.start), "INTEGER"), cast(number(dst.end), "INTEGER"), raises)


def _year_months(texts: pa.Array, starts: pa.Array, ends: pa.Array, raises: pa.Array) -> pa.Array:
    dtype = t.YearMonthIntervalType(starts[0].as_py(), ends[0].as_py()) if len(texts) else t.YEAR_MONTH
    return pa.array(_parsed(texts, dtype, raises), pa.int32())


def _day_times(texts: pa.Array, starts: pa.Array, ends: pa.Array, raises: pa.Array) -> pa.Array:
    dtype = t.DayTimeIntervalType(starts[0].as_py(), ends[0].as_py()) if len(texts) else t.DAY_TIME
    return pa.array(_parsed(texts, dtype, raises), pa.int64())


def _parsed(
    texts: pa.Array, dtype: t.YearMonthIntervalType | t.DayTimeIntervalType, raises: pa.Array
) -> list[int | None]:
    found: list[int | None] = []
    for shown in texts.to_pylist():
        try:
            if shown is None:
                found.append(None)
            elif isinstance(dtype, t.YearMonthIntervalType):
                found.append(parse_year_month(shown, dtype))
            else:
                found.append(parse_day_time(shown, dtype))
        except SparkError:
            if raises[0].as_py():
                raise
            found.append(None)
    return found


def calendar_from_text(job: CastJob) -> Sql:
    """`1 year 2 days`; other text gives NULL in every mode."""
    return func(job.ctx.kernel("parse_calendar", _calendars, [t.STRING], t.CALENDAR_INTERVAL), job.value)


def _calendars(texts: pa.Array) -> pa.Array:
    return of_parts([None if s is None else parse_calendar(s) for s in texts.to_pylist()])
