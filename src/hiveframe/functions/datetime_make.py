"""Dates and timestamps from their parts, and the present moment.

Parts are put together by DuckDB. Where it gives nothing, a kernel says in Spark's words what was wrong (ANSI).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import pyarrow as pa

from hiveframe.errors import ArithmeticException, DateTimeException, SparkError
from hiveframe.functions.binding import wrong_count, wrong_input
from hiveframe.functions.by_row import by_row
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.datetime_text import days_from_civil, zone_of
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Emit,
    Function,
    any_null,
    never_null,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_null, null, number, op
from hiveframe.functions.time_zones import moment_in_zone
from hiveframe.functions.wall_clock import at_wall_clock, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

_SECONDS: Final = t.DecimalType(16, 6)
_MICROS: Final = 1_000_000
_DAY_US: Final = 86_400 * _MICROS
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def out_of_bounds(message: str) -> SparkError:
    """A field that no date or time has, as java.time says it."""
    params = {"rangeMessage": message, "ansiConfig": '"spark.sql.ansi.enabled"'}
    return DateTimeException("DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", params)


def check_field(name: str, value: int, low: int, high: int, shown: str | None = None) -> None:
    """An error unless `low <= value <= high`."""
    if not low <= value <= high:
        raise out_of_bounds(f"Invalid value for {name} (valid values {shown or f'{low} - {high}'}): {value}")


def civil_days(year: int, month: int, day: int) -> int:
    """Days since the epoch; DATETIME_FIELD_OUT_OF_BOUNDS for a day that does not exist."""
    check_field("Year", year, -999_999_999, 999_999_999, "-999999999 - 999999999")
    check_field("MonthOfYear", month, 1, 12)
    check_field("DayOfMonth", day, 1, 31, "1 - 28/31")
    days = days_from_civil(year, month, day)
    if days is None:
        if day == 29:
            raise out_of_bounds(f"Invalid date 'February 29' as '{year}' is not a leap year")
        raise out_of_bounds(f"Invalid date '{_MONTHS[month - 1].upper()} {day}'")
    if not -(2**31) <= days < 2**31:
        params = {"message": "overflow", "alternative": "", "config": '"spark.sql.ansi.enabled"'}
        raise ArithmeticException("ARITHMETIC_OVERFLOW", params)
    return days


def clock_micros(year: int, month: int, day: int, hour: int, minute: int, second: Decimal) -> int:
    """Microseconds of a wall clock; second 60 is the next minute."""
    whole = int(second)
    micros = int((second - whole) * _MICROS)
    if whole == 60 and micros:
        raise DateTimeException("INVALID_FRACTION_OF_SECOND", {"secAndMicros": format(second.normalize(), "f")})
    if whole != 60:
        check_field("SecondOfMinute", whole if second >= 0 else min(whole, -1), 0, 59)
    days = civil_days(year, month, day)
    check_field("HourOfDay", hour, 0, 23)
    check_field("MinuteOfHour", minute, 0, 59)
    return days * _DAY_US + ((hour * 60 + minute) * 60 + whole) * _MICROS + micros


def checked_dates(years: pa.Array, months: pa.Array, days: pa.Array) -> pa.Array:
    """The days since the epoch of each row."""
    return by_row(civil_days, pa.int32(), [years, months, days])


def checked_clocks(*parts: pa.Array) -> pa.Array:
    """The microseconds of each row's wall clock."""
    return by_row(clock_micros, pa.int64(), parts)


def _bind_make_date(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return Call("make_date", args, t.DATE, any_null(args) or not binder.ansi)


def _emit_make_date(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    made = func("try", func("make_date", *args))
    if not ctx.ansi:
        return made
    checked = func(ctx.kernel("checked_dates", checked_dates, [t.INT] * 3, t.INT), *args)
    return func("coalesce", made, func("make_date", checked))


def _clock(args: list[Sql], ctx: EmitContext, *, is_try: bool) -> Sql:
    """Parts as a TIMESTAMP; NULL, or an error under ANSI, when there is no such time."""
    year, month, day, hour, minute, second = args
    exists = op("and", _within(hour, 23), _within(minute, 59))
    exists = op("and", exists, op("and", op(">=", second, number(0)), op("<=", second, number(60))))
    # 60.000001 is no second
    exists = op("and", exists, op("or", op("<", second, number(60)), op("=", second, number(60))))
    of_day = op("*", op("+", op("*", cast(hour, "BIGINT"), number(60)), minute), number(60 * _MICROS))
    micros = op("+", of_day, cast(op("*", second, number(_MICROS)), "BIGINT"))
    start = func("epoch_us", cast(func("try", func("make_date", year, month, day)), "TIMESTAMP"))
    made = case((exists, func("make_timestamp", op("+", start, micros))))
    if is_try or not ctx.ansi:
        return made
    kernel = ctx.kernel("checked_clocks", checked_clocks, [*[t.INT] * 5, _SECONDS], t.LONG)
    return func("coalesce", made, func("make_timestamp", func(kernel, *args)))


def _within(value: Sql, most: int) -> Sql:
    return op("and", op(">=", value, number(0)), op("<=", value, number(most)))


def _bind_timestamp(name: str, kind: str, *, is_try: bool) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """`(year, month, day, hour, minute, second[, zone])` or `(date, time[, zone])`."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        zoned = kind != "ntz"
        from_clock = len(args) <= 3
        if len(args) not in ((2, 3, 6, 7) if zoned else (2, 6)):
            raise wrong_count(name, _expected(kind, is_try=is_try), len(args))
        types: list[DataType] = [t.DATE, t.TIME] if from_clock else [t.INT] * 5 + [_SECONDS]
        types.append(t.STRING)
        for i, (arg, dtype) in enumerate(zip(args, types, strict=False)):
            if implicit_cast(arg.dtype, dtype, ansi=binder.ansi) is None:
                wanted = "TIME" if isinstance(dtype, t.TimeType) else t.sql_name(dtype)
                raise wrong_input(binder, args, i, f'"{wanted}"')
        bound = tuple(binder.cast(a, d) for a, d in zip(args, types, strict=False))
        without_zone = binder.setting("spark.sql.timestampType") == "TIMESTAMP_NTZ"
        is_ntz = kind == "ntz" or (kind == "" and without_zone)
        result: DataType = t.TIMESTAMP_NTZ if is_ntz else t.TIMESTAMP
        if from_clock:
            nullable = kind == "ntz" or any_null(bound)
        else:
            nullable = is_try or not binder.ansi or any_null(bound)
        return Call("try_make_timestamp" if is_try else "make_timestamp", bound, result, nullable)

    return bind


def _expected(kind: str, *, is_try: bool) -> str:
    """How many arguments Spark says it takes; those with a zone are told for none but the plain two."""
    if not kind:
        return "[1, 2, 3, 6, 7]"
    return "6" if is_try else "[2, 6]"


def _emit_timestamp(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL where any part is, whatever is wrong with the others."""
    made = _made_timestamp(call, args, ctx)
    missing = [is_null(a) for a, e in zip(args, call.args, strict=True) if e.nullable]
    return case(*((m, null()) for m in missing), default=made) if missing else made


def _made_timestamp(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    has_zone = len(args) in (3, 7)
    if has_zone and (refusal := _refused_zone(call.args[-1], call, ctx)) is not None:
        return refusal
    parts = args[:-1] if has_zone else args
    if len(parts) == 2:
        of_day = func("epoch_us", parts[1])
        clock = func("make_timestamp", op("+", func("epoch_us", cast(parts[0], "TIMESTAMP")), of_day))
    else:
        clock = _clock(parts, ctx, is_try=call.function.startswith("try"))
    if isinstance(call.dtype, t.TimestampNTZType):
        return clock
    return moment_in_zone(clock, args[-1], call.args[-1], ctx) if has_zone else at_wall_clock(clock, ctx)


def _refused_zone(zone: Expr, call: Call, ctx: EmitContext) -> Sql | None:
    """The error for a constant that is no zone: it comes before what is wrong with other parts, and after NULLs."""
    if not isinstance(zone, Literal) or zone.value is None or zone_of(zone.value) is not None:
        return None
    return ctx.raise_error("DateTimeException", "INVALID_TIMEZONE", {"timeZone": zone.value}, call.dtype, None)


def _emit_now(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB's `now()` is the same moment throughout a statement."""
    return func("now")


def _emit_current_date(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(wall_clock(func("now"), ctx), "DATE")


def _emit_local(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return wall_clock(func("now"), ctx)


def _make(name: str, kind: str, doc: str, since: str, *, is_try: bool = False) -> Function:
    return Function(
        name,
        (rest(ANY),),
        bind=_bind_timestamp(name, kind, is_try=is_try),
        emit=_emit_timestamp,
        shows=functools.partial(_shown, name),
        site="make_timestamp" if name == "try_make_timestamp" else "",
        doc=doc,
        group="datetime",
        since=since,
    )


def _shown(name: str, texts: Sequence[str]) -> str:
    """A date with a time is shown as what Spark makes of the call."""
    if name == "try_make_timestamp" and len(texts) == 7:
        texts = texts[:6]  # Spark leaves the zone out
    listed = ", ".join(texts)
    if len(texts) > 3 or name == "try_make_timestamp":
        return f"{name}({listed})"
    if name == "try_make_timestamp_ntz":
        return f"{name}(make_timestamp_ntz({listed}))"
    return f"{name.removeprefix('try_').removesuffix('_ltz')}({listed})"


def _present(name: str, dtype: DataType, emit: Emit, doc: str, since: str, *aliases: str, label: str = "") -> Function:
    return Function(
        name, (), dtype, never_null, emit=emit, aliases=aliases, label=label, doc=doc, group="datetime", since=since
    )


_PARTS = "from its parts, or from a date and a time"

register(
    Function(
        "make_date",
        (t.INT, t.INT, t.INT),
        bind=_bind_make_date,
        emit=_emit_make_date,
        doc="A date from year, month and day.",
        group="datetime",
        since="3.0.0",
    ),
    _make("make_timestamp", "", f"A timestamp {_PARTS}.", "3.0.0"),
    _make("make_timestamp_ltz", "ltz", f"A timestamp with the session's zone {_PARTS}.", "3.4.0"),
    _make("make_timestamp_ntz", "ntz", f"A timestamp without a zone {_PARTS}.", "3.4.0"),
    _make("try_make_timestamp", "", "Like make_timestamp, NULL where it fails.", "4.0.0", is_try=True),
    _make("try_make_timestamp_ltz", "ltz", "Like make_timestamp_ltz, NULL where it fails.", "4.0.0", is_try=True),
    _make("try_make_timestamp_ntz", "ntz", "Like make_timestamp_ntz, NULL where it fails.", "4.0.0", is_try=True),
    _present("current_timestamp", t.TIMESTAMP, _emit_now, "The moment at which the query began.", "1.5.0"),
    _present("now", t.TIMESTAMP, _emit_now, "The moment at which the query began.", "1.6.0"),
    _present("current_date", t.DATE, _emit_current_date, "The day on which the query began.", "1.5.0"),
    _present("curdate", t.DATE, _emit_current_date, "The day on which the query began.", "3.4.0", label="current_date"),
    _present("localtimestamp", t.TIMESTAMP_NTZ, _emit_local, "The session's wall clock when the query began.", "3.4.0"),
)
