"""TIME values: from text, parts and counts, to counts, cut to units, and the present time of day.

A TIME is a DuckDB TIME, in microseconds. Spark keeps nanoseconds that no type shows: a cast to a decimal of nine digits
alone would tell.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import pyarrow as pa

from hiveframe.errors import DateTimeException, SparkError
from hiveframe.functions.by_row import by_row
from hiveframe.functions.datetime_patterns import compile_pattern
from hiveframe.functions.datetime_reader import Unreadable, read_clock, reader
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import saturated
from hiveframe.functions.let import let, let_all
from hiveframe.functions.registry import (
    INTEGRAL,
    NUMERIC,
    Binder,
    Emit,
    Function,
    Kind,
    ParamLike,
    always_null,
    never_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, not_, number, op, text
from hiveframe.functions.time_gate import check_enabled
from hiveframe.functions.time_of_day import DAY_US, SECOND_US, cut_to, micros_of, of_micros, seconds_of
from hiveframe.functions.time_text import parse_time
from hiveframe.functions.time_zones import has_known_null
from hiveframe.functions.wall_clock import wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

_DEFAULT: Final = "HH:mm:ss.SSSSSS"
_OUT_OF_BOUNDS: Final = "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"
_SECONDS: Final = t.DecimalType(16, 6)
# Nothing is cast for these functions.
_TEXT: Final = Kind("STRING", lambda d: isinstance(d, (t.StringType, t.NullType)))
_TIME: Final = Kind("TIME", lambda d: isinstance(d, (t.TimeType, t.NullType)))
_ONLY_NUMERIC: Final = Kind("NUMERIC", lambda d: NUMERIC.accepts(d) or isinstance(d, t.NullType))
_ONLY_INTEGRAL: Final = Kind("INTEGRAL", lambda d: INTEGRAL.accepts(d) or isinstance(d, t.NullType))
# A string is read as a TIME here.
_READ_TIME: Final = Kind("TIME", lambda d: isinstance(d, t.TimeType), t.TIME)

_UNIT_US: Final[Mapping[str, int]] = {
    "HOUR": 3600 * SECOND_US,
    "MINUTE": 60 * SECOND_US,
    "SECOND": SECOND_US,
    "MILLISECOND": 1000,
    "MICROSECOND": 1,
}


def _out_of_bounds(message: Sql | str, call: Call, ctx: EmitContext) -> Sql:
    return ctx.raise_error("DateTimeException", _OUT_OF_BOUNDS, {"rangeMessage": message}, call.dtype, call.context)


def _bind_make(binder: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """A constant NULL keeps the other parts from being looked at."""
    return Literal(None, t.TIME) if has_known_null(binder, args) else None


def _emit_make(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The first field that no time has is named in an error, in every mode."""

    def wrong(name: str, value: Sql, most: int) -> tuple[Sql, Sql]:
        message = func("concat", text(f"Invalid value for {name} (valid values 0 - {most}): "), value)
        return not_(_between(value, most)), _out_of_bounds(message, call, ctx)

    def build(hour: Sql, minute: Sql, second: Sql) -> Sql:
        whole = cast(func("floor", second), "BIGINT")
        of_day = op("*", cast(op("+", op("*", hour, number(60)), minute), "BIGINT"), number(60 * SECOND_US))
        micros = op("+", of_day, cast(op("*", second, number(SECOND_US)), "BIGINT"))
        given = op("and", op("and", is_not_null(hour), is_not_null(minute)), is_not_null(second))
        right = op("and", op("and", _between(hour, 23), _between(minute, 59)), _between(whole, 59))
        problem = case(
            wrong("HourOfDay", hour, 23), wrong("MinuteOfHour", minute, 59), wrong("SecondOfMinute", whole, 59)
        )
        return case((right, of_micros(micros)), (given, problem))

    return let_all(args, ctx, build)


def _between(value: Sql, most: int) -> Sql:
    return op("and", op(">=", value, number(0)), op("<=", value, number(most)))


def _bind_to_time(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        check_enabled(binder)
        if len(args) == 2 and isinstance(args[1], Literal) and args[1].value is None:
            return Literal(None, t.STRING)
        if len(args) == 2 and isinstance(args[1], Literal) and name == "to_time":
            compile_pattern(str(args[1].value), is_parsing=True, knows_legacy=False)
        return Call(name, tuple(binder.cast(a, t.STRING) for a in args), t.TIME, True)

    return bind


def _emit_to_time(*, raises: bool) -> Emit:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        if len(args) == 1:
            function: Callable[..., pa.Array] = functools.partial(_read_plain, raises=raises)
        else:
            function = functools.partial(_read_by, raises=raises)
        kernel = ctx.kernel(call.function, function, [t.STRING] * len(args), t.LONG)
        return let(func(kernel, *args), ctx, of_micros)

    return emit


def _read_plain(texts: pa.Array, *, raises: bool) -> pa.Array:
    """Texts in the forms that casts read, as microseconds."""

    def row(shown: str) -> int | None:
        found = parse_time(shown)
        if found is not None:
            return found // 1000
        if raises:
            raise _unreadable(shown, _DEFAULT)
        return None

    return by_row(row, pa.int64(), [texts])


def _read_by(texts: pa.Array, patterns: pa.Array, *, raises: bool) -> pa.Array:
    """Texts read by patterns, as microseconds; what a date says is left out."""

    def row(shown: str, pattern: str) -> int | None:
        try:
            compile_pattern(pattern, is_parsing=True, knows_legacy=False)
            return read_clock(shown, reader(pattern))[0] % DAY_US
        except Unreadable:
            if raises:
                raise _unreadable(shown, pattern) from None
            return None
        except SparkError:
            if raises:
                raise
            return None

    return by_row(row, pa.int64(), [texts, patterns])


def _unreadable(shown: str, pattern: str) -> SparkError:
    return DateTimeException("CANNOT_PARSE_TIME", {"input": f"'{shown}'", "format": f"'{pattern}'"})


def _by_unit(unit: Sql, call: Call, ctx: EmitContext, *, given: Sql, build: Callable[[Sql], Sql]) -> Sql:
    """`build(microseconds of the unit)`; a word that is no unit of a time raises in every mode."""
    failure = ctx.raise_error(
        "IllegalArgumentException",
        "INVALID_PARAMETER_VALUE.TIME_UNIT",
        {
            "functionName": f"`{call.function}`",
            "parameter": "`unit`",
            "invalidValue": func("concat", text("'"), unit, text("'")),
        },
        call.dtype,
        call.context,
    )
    word = func("upper", unit)
    sizes = case(*((op("=", word, text(name)), number(size)) for name, size in _UNIT_US.items()))

    def choose(size: Sql) -> Sql:
        return case((is_not_null(size), build(size)), (op("and", is_not_null(unit), given), failure))

    return let(cast(sizes, "BIGINT"), ctx, choose)


def _emit_trunc(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def build(unit: Sql, time: Sql) -> Sql:
        def cut(size: Sql) -> Sql:
            return of_micros(op("*", op("//", micros_of(time), size), size))

        return _by_unit(unit, call, ctx, given=is_not_null(time), build=cut)

    return let_all(args, ctx, build)


def _emit_diff(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Whole units from the first time to the second, cut towards zero."""

    def build(unit: Sql, start: Sql, end: Sql) -> Sql:
        given = op("and", is_not_null(start), is_not_null(end))
        between = op("-", micros_of(end), micros_of(start))
        return _by_unit(unit, call, ctx, given=given, build=lambda size: op("//", between, size))

    return let_all(args, ctx, build)


def _of_counted(factor: int) -> Emit:
    """A count of `factor` microseconds since midnight; one outside of the day raises in every mode."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        dtype = call.args[0].dtype
        if isinstance(dtype, t.DecimalType):
            return let(args[0], ctx, lambda v: _of_decimal(v, dtype, call, ctx))
        if isinstance(dtype, (t.FloatType, t.DoubleType)):
            return let(cast(args[0], "DOUBLE"), ctx, lambda v: _of_double(v, call, ctx))
        nanos = op("*", cast(args[0], "HUGEINT"), number(factor * 1000))
        return let(nanos, ctx, lambda n: _within_day(n, call, ctx))

    return emit


def _within_day(nanos: Sql, call: Call, ctx: EmitContext) -> Sql:
    """Nanoseconds since midnight (HUGEINT) as a TIME."""
    inside = op("and", op(">=", nanos, number(0)), op("<", nanos, number(DAY_US * 1000)))
    bounds = "Invalid TIME value: must be between 00:00:00 and 23:59:59.999999999, but got "
    outside = func("concat", text(bounds), nanos, text(" nanoseconds"))
    is_long = op("and", op(">=", nanos, number(-(2**63))), op("<", nanos, number(2**63)))
    message = case((is_long, outside), default=text("Overflow in TIME conversion"))
    failure = _out_of_bounds(message, call, ctx)
    return case((inside, of_micros(cast(op("//", nanos, number(1000)), "BIGINT"))), (is_not_null(nanos), failure))


def _of_decimal(value: Sql, dtype: t.DecimalType, call: Call, ctx: EmitContext) -> Sql:
    """Digits below the nanosecond are refused, as are counts that 64 bits don't hold."""
    scale = min(dtype.scale, 9)
    rounded = cast(func("round", value, number(scale)), f"DECIMAL(38,{scale})")
    nanos = func("try", cast(op("*", rounded, cast(number(10**9), "DECIMAL(10,0)")), "BIGINT"))
    overflow = _out_of_bounds("Overflow in TIME conversion", call, ctx)

    def build(count: Sql) -> Sql:
        is_whole = op("and", is_not_null(count), op("=", value, rounded))
        return case((is_whole, _within_day(count, call, ctx)), (is_not_null(value), overflow))

    return let(nanos, ctx, build)


def _of_double(value: Sql, call: Call, ctx: EmitContext) -> Sql:
    """The ends of 64 bits stand for what is beyond them."""
    finite = func("isfinite", value)
    nanos = saturated(func("trunc", op("*", value, cast(number(10**9), "DOUBLE"))), ctx)
    failure = _out_of_bounds("Cannot convert NaN or Infinite value to TIME", call, ctx)
    return case((finite, let(nanos, ctx, lambda n: _within_day(n, call, ctx))), (is_not_null(value), failure))


def _emit_to_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return seconds_of(cast(args[0], "TIME"))


def _counted(factor: int) -> Emit:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        micros = micros_of(cast(args[0], "TIME"))
        return op("//", micros, number(factor)) if factor > 1 else micros

    return emit


def _bind_current(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """`current_time(precision)`; the precision is a constant of 0 to 6."""
    check_enabled(binder)
    precision = binder.fold(args[0], "precision")
    if precision is None or not 0 <= precision <= 6:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="`precision`",
            valueRange="[0, 6]",
            currentValue=str(precision),
        )
    return Call("current_time", args, t.TimeType(precision), False)


def _emit_current(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, t.TimeType)
    return cut_to(cast(wall_clock(func("now"), ctx), "TIME"), call.dtype)


def _checks(binder: Binder, args: tuple[Expr, ...]) -> None:
    check_enabled(binder)


def _own_type(args: tuple[Expr, ...]) -> DataType:
    dtype = args[-1].dtype
    return dtype if isinstance(dtype, t.TimeType) else t.TIME


def _row(name: str, params: tuple[ParamLike, ...], result: DataType, emit: Emit, doc: str, since: str) -> Function:
    return Function(
        name, params, result, always_null, emit=emit, checks=(_checks,), doc=doc, group="datetime", since=since
    )


register(
    replace(
        _row("make_time", (t.INT, t.INT, _SECONDS), t.TIME, _emit_make, "A time of day from its parts.", "4.1.0"),
        bind=_bind_make,
    ),
    Function(
        "to_time",
        (_TEXT, optional(_TEXT)),
        bind=_bind_to_time("to_time"),
        emit=_emit_to_time(raises=True),
        doc="A time of day from text, by a pattern if given.",
        group="datetime",
        since="4.1.0",
    ),
    Function(
        "try_to_time",
        (_TEXT, optional(_TEXT)),
        bind=_bind_to_time("try_to_time"),
        emit=_emit_to_time(raises=False),
        shows=lambda texts: f"try_to_time(to_time({', '.join(texts)}))",
        site="to_time",
        doc="A time of day from text, NULL where it fails.",
        group="datetime",
        since="4.1.0",
    ),
    _row(
        "time_diff", (t.STRING, _READ_TIME, _READ_TIME), t.LONG, _emit_diff, "Whole units between two times.", "4.1.0"
    ),
    Function(
        "time_trunc",
        (t.STRING, _READ_TIME),
        lambda args: _own_type(tuple(args)),
        always_null,
        emit=_emit_trunc,
        checks=(_checks,),
        doc="The time cut to a unit.",
        group="datetime",
        since="4.1.0",
    ),
    _row(
        "time_from_seconds",
        (_ONLY_NUMERIC,),
        t.TIME,
        _of_counted(SECOND_US),
        "The time n seconds after midnight.",
        "4.2.0",
    ),
    _row(
        "time_from_millis",
        (_ONLY_INTEGRAL,),
        t.TIME,
        _of_counted(1000),
        "The time n milliseconds after midnight.",
        "4.2.0",
    ),
    _row(
        "time_from_micros",
        (_ONLY_INTEGRAL,),
        t.TIME,
        _of_counted(1),
        "The time n microseconds past midnight.",
        "4.2.0",
    ),
    _row(
        "time_to_seconds",
        (_TIME,),
        t.DecimalType(14, 6),
        _emit_to_seconds,
        "Seconds since midnight with their fraction.",
        "4.2.0",
    ),
    _row("time_to_millis", (_TIME,), t.LONG, _counted(1000), "Whole milliseconds since midnight.", "4.2.0"),
    _row("time_to_micros", (_TIME,), t.LONG, _counted(1), "Microseconds since midnight.", "4.2.0"),
    Function(
        "current_time",
        (optional(t.INT, 6),),
        nullable=never_null,
        bind=_bind_current,
        emit=_emit_current,
        doc="The session's time of day when the query began.",
        group="datetime",
        since="4.1.0",
    ),
)
