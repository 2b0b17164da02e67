"""Casts of every type to STRING, in Spark's forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa

from hiveframe.functions.calendar_interval import parts_of
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.interval_text import calendar_text, day_time_sql, year_month_sql
from hiveframe.functions.java_text import date_text, decimal_text, floating_text, timestamp_text, wall_clock_text
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, field, func, is_not_null, lambda_, op, param, text
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType


def to_string(job: CastJob) -> Sql:
    """The value's text; NULL inside an array, map or struct is `null`."""
    return _FORMS[type(job.src)](job)


def _plain(job: CastJob) -> Sql:
    return cast(job.value, "VARCHAR")


def _floating(job: CastJob) -> Sql:
    return floating_text(job.value, job.src, job.ctx)


def _decimal(job: CastJob) -> Sql:
    """Plain digits; legacy rules print small ones as `1E-7`."""
    assert isinstance(job.src, t.DecimalType)
    plain = decimal_text(job.value, job.src)
    if job.mode != "legacy" or job.src.scale <= 6:
        return plain
    dtype, scale = job.src, job.src.scale

    def build(v: Sql) -> Sql:
        digits = func(
            "ltrim", func("replace", func("ltrim", cast(v, "VARCHAR"), text("-")), text("."), text("")), text("0")
        )
        return case(
            (op(">=", func("abs", v), cast(text("0.000001"), "DECIMAL(7,6)")), decimal_text(v, dtype)),
            default=func(
                "concat",
                case((op("<", v, cast(text("0"), "INTEGER")), text("-")), default=text("")),
                let(digits, job.ctx, lambda d: _small(d, scale)),
            ),
        )

    return let(job.value, job.ctx, build)


def _small(digits: Sql, scale: int) -> Sql:
    """Digits of a number below 0.000001 with an exponent: `1E-7`, `1.5E-8`, `0E-8`."""
    length = func("length", digits)
    exponent = op("-", length, cast(text(str(scale + 1)), "BIGINT"))
    one = cast(text("1"), "BIGINT")
    two = cast(text("2"), "BIGINT")
    return case(
        (op("=", digits, text("")), text(f"0E-{scale}")),
        (op("=", length, one), func("concat", digits, text("E"), exponent)),
        default=func(
            "concat", func("substr", digits, one, one), text("."), func("substr", digits, two), text("E"), exponent
        ),
    )


def _date(job: CastJob) -> Sql:
    return date_text(job.value, job.ctx)


def _timestamp(job: CastJob) -> Sql:
    return timestamp_text(job.value, job.ctx)


def _wall_clock(job: CastJob) -> Sql:
    return wall_clock_text(job.value, job.ctx)


def _binary(job: CastJob) -> Sql:
    """The bytes as UTF-8; what is not UTF-8 shows as the replacement character."""
    if job.mode == "pretty":
        pairs = func("regexp_replace", func("hex", job.value), text("(..)"), text("\\1 "), text("g"))
        return op("||", op("||", text("["), func("rtrim", pairs)), text("]"))
    name = job.ctx.kernel("utf8_lenient", _lenient, [t.BINARY], t.STRING)
    return let(
        job.value,
        job.ctx,
        lambda v: func("coalesce", func("try", func("decode", v)), case((is_not_null(v), func(name, v)))),
    )


def _lenient(values: pa.Array) -> pa.Array:
    decoded = [None if v is None else bytes(v).decode("utf-8", errors="replace") for v in values.to_pylist()]
    return pa.array(decoded, pa.string())


def _year_month(job: CastJob) -> Sql:
    assert isinstance(job.src, t.YearMonthIntervalType)
    return year_month_sql(job.value, job.src, job.ctx)


def _day_time(job: CastJob) -> Sql:
    assert isinstance(job.src, t.DayTimeIntervalType)
    return day_time_sql(job.value, job.src, job.ctx)


def _calendar(job: CastJob) -> Sql:
    return func(job.ctx.kernel("calendar_text", _calendar_kernel, [t.CALENDAR_INTERVAL], t.STRING), job.value)


def _calendar_kernel(values: pa.Array) -> pa.Array:
    shown = [None if parts is None else calendar_text(*parts) for parts in parts_of(values)]
    return pa.array(shown, pa.string())


def _part(job: CastJob, value: Sql, dtype: DataType) -> Sql:
    """An element's text, `null` for NULL."""
    inner = value
    if not isinstance(dtype, t.StringType):
        inner = to_string(CastJob(value, dtype, t.STRING, job.mode, job.context, job.ctx))
    return func("coalesce", inner, text("NULL" if job.mode == "pretty" else "null"))


def _variant(job: CastJob) -> Sql:
    """A VARIANT inside of another value: its JSON, strings in their quotes."""
    from hiveframe.functions import variant_extract  # only VARIANTs need it

    return variant_extract.json_text(job.value, job.ctx)


def _array(job: CastJob) -> Sql:
    assert isinstance(job.src, t.ArrayType)
    name = job.ctx.fresh("e")
    parts = func("list_transform", job.value, lambda_([name], _part(job, param(name), job.src.element)))
    return _joined("[", parts, "]")


def _map(job: CastJob) -> Sql:
    assert isinstance(job.src, t.MapType)
    name = job.ctx.fresh("e")
    key = func("struct_extract", param(name), text("key"))
    value = func("struct_extract", param(name), text("value"))
    entry = func("concat", _part(job, key, job.src.key), text(" -> "), _part(job, value, job.src.value))
    return _joined("{", func("list_transform", func("map_entries", job.value), lambda_([name], entry)), "}")


def _joined(opening: str, parts: Sql, closing: str) -> Sql:
    joined = func("array_to_string", parts, text(", "))
    return op("||", op("||", text(opening), joined), text(closing))


def _struct(job: CastJob) -> Sql:
    src = job.src
    assert isinstance(src, t.StructType)

    def build(v: Sql) -> Sql:
        pieces: list[Sql] = [text("{")]
        for i, f in enumerate(src.fields):
            if i:
                pieces.append(text(", "))
            pieces.append(_part(job, field(v, src, i), f.dtype))
        return case((is_not_null(v), func("concat", *pieces, text("}"))))

    return let(job.value, job.ctx, build)


def _user_defined(job: CastJob) -> Sql:
    assert isinstance(job.src, t.UserDefinedType)
    return to_string(CastJob(job.value, job.src.storage, job.dst, job.mode, job.context, job.ctx))


_FORMS: Final[Mapping[type[DataType], Callable[[CastJob], Sql]]] = {
    t.NullType: _plain,
    t.StringType: lambda job: job.value,
    t.BooleanType: _plain,
    t.ByteType: _plain,
    t.ShortType: _plain,
    t.IntegerType: _plain,
    t.LongType: _plain,
    t.FloatType: _floating,
    t.DoubleType: _floating,
    t.DecimalType: _decimal,
    t.BinaryType: _binary,
    t.DateType: _date,
    t.TimestampType: _timestamp,
    t.TimestampNTZType: _wall_clock,
    t.TimeType: _plain,
    t.YearMonthIntervalType: _year_month,
    t.DayTimeIntervalType: _day_time,
    t.CalendarIntervalType: _calendar,
    t.VariantType: _variant,
    t.ArrayType: _array,
    t.MapType: _map,
    t.StructType: _struct,
    t.UserDefinedType: _user_defined,
}
