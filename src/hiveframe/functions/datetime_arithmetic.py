"""Arithmetic with dates, timestamps and intervals: what `+ - * /` become when one side is not a number.

These rows have names that no program can call; they are shown as the operator that was written. Days and months are
counted on the wall clock of the session's time zone, hours and less on the line of time, as Spark does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pyarrow as pa

from hiveframe.errors import NO_CONDITION
from hiveframe.functions.arithmetic_types import INTERVALS
from hiveframe.functions.calendar_interval import as_duck, of_parts, part, parts_of
from hiveframe.functions.decimal_arithmetic import DecimalOperation, emit_decimal
from hiveframe.functions.decimals import decimal_for
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import months_later
from hiveframe.functions.interval_parse import DAY_US
from hiveframe.functions.let import let, let_all
from hiveframe.functions.registry import Binder, Function, any_null, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type
from hiveframe.functions.time_arithmetic import bind_time_minus, bind_time_plus
from hiveframe.functions.wall_clock import at_wall_clock, fixed_offset_us, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import DataType

_MOMENTS: Final = (t.TimestampType, t.TimestampNTZType)
_WRONG_MOMENT: Final = '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"'
# What DuckDB says of a result that its timestamps don't reach.
_BEYOND_TIMESTAMPS: Final = r"timestamp range|(Date|Timestamp)\b[^\n]* out of range"
_DAYS_ONLY: Final = t.DayTimeIntervalType(t.DAY, t.DAY)
TIMESTAMP_PLUS: Final = "timestamp + interval"
TIMESTAMP_MINUS: Final = "timestamp - interval"
DATE_PLUS: Final = "date + interval"
DATE_MINUS: Final = "date - interval"
MOMENT_DIFFERENCE: Final = "timestamp - timestamp"
DATE_DIFFERENCE: Final = "date - date"
INTERVAL_TIMES: Final = "interval * number"
INTERVAL_BY: Final = "interval / number"
MULTIPLY_CALENDAR: Final = "multiply_interval"
DIVIDE_CALENDAR: Final = "divide_interval"
TRIED: Final = "try"


def bind_plus(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """`+` with a date, timestamp or interval on a side; None leaves it to numbers."""
    left, right = args
    made = bind_time_plus(b, left, right)
    if made is not None:
        return made
    if isinstance(left.dtype, INTERVALS) and not isinstance(right.dtype, (*INTERVALS, t.NullType)):
        return _moment_plus(b, right, left)
    if isinstance(right.dtype, INTERVALS) and not isinstance(left.dtype, (*INTERVALS, t.NullType)):
        return _moment_plus(b, left, right)
    if isinstance(left.dtype, INTERVALS) and isinstance(right.dtype, INTERVALS):
        return _interval_and_interval(b, left, right, "+")
    for moment, other in ((left, right), (right, left)):
        if isinstance(moment.dtype, (t.DateType, *_MOMENTS)) and isinstance(other.dtype, t.NullType):
            return _moment_and_null(b, moment, other)
        if isinstance(moment.dtype, t.DateType):
            if b.ansi and isinstance(other.dtype, t.StringType):  # read as a date, like any text beside one
                return b.call("date_add", b.cast(left, t.DATE), b.cast(right, t.DATE))
            return b.call("date_add", moment, other)
    return None


def _moment_and_null(b: Binder, moment: Expr, nothing: Expr) -> Expr:
    """NULL is taken for an interval, and a date beside it for a timestamp."""
    kind = t.TIMESTAMP if isinstance(moment.dtype, t.DateType) else moment.dtype
    return _made(TIMESTAMP_PLUS, (b.cast(moment, kind), b.cast(nothing, t.DAY_TIME)), kind)


def bind_minus(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """`-` with a date, timestamp or interval on a side; None leaves it to numbers."""
    left, right = args
    made = bind_time_minus(b, left, right)
    if made is not None:
        return made
    if isinstance(right.dtype, INTERVALS):
        if isinstance(left.dtype, INTERVALS):
            return _interval_and_interval(b, left, right, "-")
        return None if isinstance(left.dtype, t.NullType) else _moment_minus(b, left, right)
    if isinstance(left.dtype, _MOMENTS) or isinstance(right.dtype, _MOMENTS):
        return _difference(b, left, right)
    if isinstance(right.dtype, t.DateType):
        return _date_difference(b, left, right)
    if isinstance(left.dtype, t.DateType):
        if isinstance(right.dtype, (t.StringType, t.NullType)):
            return _date_difference(b, left, right)
        return b.call("date_sub", left, right)
    return None


def bind_times(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """`*` with an interval on a side."""
    left, right = args
    if isinstance(right.dtype, INTERVALS) and not isinstance(left.dtype, INTERVALS):
        left, right = right, left
    return _scaled(b, INTERVAL_TIMES, left, right) if isinstance(left.dtype, INTERVALS) else None


def bind_by(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """`/` with an interval on its left."""
    left, right = args
    return _scaled(b, INTERVAL_BY, left, right) if isinstance(left.dtype, INTERVALS) else None


def _interval_and_interval(b: Binder, left: Expr, right: Expr, symbol: str) -> Expr | None:
    """Intervals of one kind are numbers; of two kinds, the first (or the one of months) is taken for a moment."""
    same = type(left.dtype) is type(right.dtype)
    if same:
        return None
    if isinstance(right.dtype, t.YearMonthIntervalType):
        return _moment_plus(b, right, left) if symbol == "+" else None
    return _moment_plus(b, left, right) if symbol == "+" else _moment_minus(b, left, right)


def _moment_plus(b: Binder, moment: Expr, interval: Expr) -> Expr | None:
    if isinstance(moment.dtype, t.DateType):
        if interval.dtype == _DAYS_ONLY:
            return b.call("date_add", moment, b.call("extractansiintervaldays", interval))
        if isinstance(interval.dtype, t.DayTimeIntervalType):
            return _made(TIMESTAMP_PLUS, (b.cast(moment, t.TIMESTAMP), interval), t.TIMESTAMP)
        return _made(DATE_PLUS, (moment, interval), t.DATE)
    return _on_moment(b, TIMESTAMP_PLUS, moment, interval)


def _moment_minus(b: Binder, moment: Expr, interval: Expr) -> Expr | None:
    if isinstance(moment.dtype, t.DateType):
        if interval.dtype == _DAYS_ONLY:
            return b.call("date_add", moment, b.call("-", b.call("extractansiintervaldays", interval)))
        if isinstance(interval.dtype, t.DayTimeIntervalType):
            return _made(TIMESTAMP_MINUS, (b.cast(moment, t.TIMESTAMP), interval), t.TIMESTAMP)
        return _made(DATE_MINUS, (moment, interval), t.DATE)
    return _on_moment(b, TIMESTAMP_MINUS, moment, interval)


def _on_moment(b: Binder, name: str, moment: Expr, interval: Expr) -> Expr | None:
    """A string is read as a timestamp, and the sum is a string again."""
    if isinstance(moment.dtype, _MOMENTS):
        return _made(name, (moment, interval), moment.dtype)
    if isinstance(interval.dtype, t.YearMonthIntervalType):
        return None
    if isinstance(moment.dtype, t.StringType):
        return b.cast(_made(name, (b.cast(moment, t.TIMESTAMP), interval), t.TIMESTAMP), t.STRING)
    added = b.call("-", interval) if name == TIMESTAMP_MINUS else interval
    raise b.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        paramIndex="first",
        requiredType=_WRONG_MOMENT,
        inputSql=b.quoted(moment),
        inputType=f'"{t.sql_name(moment.dtype)}"',
        sqlExpr=b.quoted(_made(TIMESTAMP_PLUS, (moment, added), moment.dtype)),
    )


def _difference(b: Binder, left: Expr, right: Expr) -> Expr:
    """Both sides as one kind of timestamp; beside a date the timestamp's kind, of two kinds the one without a zone."""
    partners = (t.DateType, t.NullType, t.StringType) if b.ansi else (t.DateType, t.NullType)
    for side, other in ((left, right), (right, left)):
        if isinstance(side.dtype, _MOMENTS) and isinstance(other.dtype, partners):
            return _made(MOMENT_DIFFERENCE, (b.cast(left, side.dtype), b.cast(right, side.dtype)), t.DAY_TIME)
    for position, side in enumerate((left, right)):
        if not isinstance(side.dtype, _MOMENTS):
            raise b.error(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                paramIndex=("first", "second")[position],
                requiredType=_WRONG_MOMENT,
                inputSql=b.quoted(side),
                inputType=f'"{t.sql_name(side.dtype)}"',
            )
    kind = left.dtype if left.dtype == right.dtype else t.TIMESTAMP_NTZ
    return _made(MOMENT_DIFFERENCE, (b.cast(left, kind), b.cast(right, kind)), t.DAY_TIME)


def _date_difference(b: Binder, left: Expr, right: Expr) -> Expr:
    # ANSI rules would cast a TIME too, if there were such a cast
    partners = (t.DateType, t.NullType, t.StringType, t.TimeType) if b.ansi else (t.DateType, t.NullType)
    for position, side in enumerate((left, right)):
        if not isinstance(side.dtype, partners):
            raise b.error(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                paramIndex=("first", "second")[position],
                requiredType='"DATE"',
                inputSql=b.quoted(side),
                inputType=f'"{t.sql_name(side.dtype)}"',
            )
    return _made(DATE_DIFFERENCE, (b.cast(left, t.DATE), b.cast(right, t.DATE)), _DAYS_ONLY)


def _scaled(b: Binder, name: str, interval: Expr, factor: Expr) -> Expr:
    is_calendar = isinstance(interval.dtype, t.CalendarIntervalType)
    if is_calendar:
        name = MULTIPLY_CALENDAR if name == INTERVAL_TIMES else DIVIDE_CALENDAR
    if isinstance(factor.dtype, (t.StringType, t.NullType)) or (
        is_calendar and isinstance(factor.dtype, t.NumericType)
    ):
        factor = b.cast(factor, t.DOUBLE)
    if not isinstance(factor.dtype, t.NumericType):
        raise b.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex="second",
            requiredType='"NUMERIC"',
            inputSql=b.quoted(factor),
            inputType=f'"{t.sql_name(factor.dtype)}"',
        )
    dtype: DataType = interval.dtype
    if isinstance(dtype, t.YearMonthIntervalType):
        dtype = t.YEAR_MONTH
    elif isinstance(dtype, t.DayTimeIntervalType):
        dtype = t.DAY_TIME
    return Call(name, (interval, factor), dtype, is_calendar or interval.nullable or factor.nullable)


def _made(name: str, args: tuple[Expr, ...], dtype: DataType) -> Call:
    return Call(name, args, dtype, any_null(args))


def _interval(value: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """An interval in storage form as a DuckDB INTERVAL: whole days apart from what is below."""
    if isinstance(dtype, t.CalendarIntervalType):
        return as_duck(value, ctx)
    if isinstance(dtype, t.YearMonthIntervalType):
        return func("to_months", value)

    def build(micros: Sql) -> Sql:
        days = func("to_days", cast(op("//", micros, number(DAY_US)), "INTEGER"))
        return op("+", days, func("to_microseconds", op("%", micros, number(DAY_US))))

    return let(value, ctx, build)


def _emit_moment(symbol: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        ctx.native(_BEYOND_TIMESTAMPS, "PlainArithmetic", NO_CONDITION, {"message": "long overflow"}, None)
        interval = _interval(args[1], call.args[1].dtype, ctx)
        if isinstance(call.dtype, t.TimestampType) and fixed_offset_us(ctx.time_zone):
            return at_wall_clock(op(symbol, wall_clock(args[0], ctx), interval), ctx)
        return op(symbol, args[0], interval)

    return emit


def _emit_date(symbol: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """Months and days on the calendar; a calendar interval with hours is refused under ANSI."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        kind = call.args[1].dtype
        if isinstance(kind, t.YearMonthIntervalType):
            return months_later(call, args, ctx, symbol=symbol)
        if not isinstance(kind, t.CalendarIntervalType) or not ctx.ansi:
            return cast(op(symbol, args[0], _interval(args[1], kind, ctx)), "DATE")
        failure = ctx.raise_error(
            "IllegalArgumentException", "INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", {}, t.DATE, call.context
        )

        def build(date: Sql, interval: Sql) -> Sql:
            has_time = op("!=", part(interval, "microseconds"), number(0))
            moved = cast(op(symbol, date, as_duck(interval, ctx)), "DATE")
            return case((has_time, case((is_not_null(date), failure))), default=moved)

        return let_all(args, ctx, build)

    return emit


def _emit_moment_difference(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Microseconds between two wall clocks."""
    clocks = args
    if isinstance(call.args[0].dtype, t.TimestampType) and fixed_offset_us(ctx.time_zone) is None:
        clocks = [cast(a, "TIMESTAMP") for a in args]
    return op("-", func("epoch_us", clocks[0]), func("epoch_us", clocks[1]))


def _emit_date_difference(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return op("*", op("-", args[0], args[1]), number(DAY_US))


def _emit_days(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(op("//", args[0], number(DAY_US)), "INTEGER")


def _emit_times(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Exact for whole numbers, rounded half up for others."""
    factor = call.args[1]
    target = physical_type(call.dtype)
    _declare_overflow(call, ctx)
    if isinstance(factor.dtype, t.IntegralType):
        return cast(op("*", cast(args[0], "HUGEINT"), args[1]), target)
    if isinstance(factor.dtype, t.DecimalType):
        product = op("*", cast(args[0], "DECIMAL(19,0)"), args[1])
        return cast(func("round", product, number(0)) if factor.dtype.scale else product, target)
    return cast(func("round", op("*", cast(args[0], "DOUBLE"), args[1])), target)


def _emit_by(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Rounded half up."""
    return _unless_zero(call, args, ctx, lambda value, divisor: _quotient(call, value, divisor, ctx))


def _unless_zero(call: Call, args: list[Sql], ctx: EmitContext, divide: Callable[[Sql, Sql], Sql]) -> Sql:
    """Division by zero raises in every mode."""
    failure = ctx.raise_error("ArithmeticException", "INTERVAL_DIVIDED_BY_ZERO", {}, call.dtype, call.context)

    def build(value: Sql, divisor: Sql) -> Sql:
        return case(
            (op("=", divisor, number(0)), case((is_not_null(value), failure))),
            default=divide(value, divisor),
        )

    return let_all(args, ctx, build)


def _quotient(call: Call, value: Sql, divisor: Sql, ctx: EmitContext) -> Sql:
    factor = call.args[1]
    target = physical_type(call.dtype)
    _declare_overflow(call, ctx, divides=True)
    if isinstance(factor.dtype, (t.FloatType, t.DoubleType)):
        return cast(func("round", op("/", cast(value, "DOUBLE"), divisor)), target)
    left, right = t.DecimalType(19, 0), decimal_for(factor.dtype)
    job = DecimalOperation(
        "/",
        cast(value, "DECIMAL(19,0)"),
        left,
        cast(divisor, physical_type(right)),
        right,
        t.DecimalType(min(19 + right.scale, 38), 0),
        "legacy",
        call.context,
        ctx,
    )
    return cast(emit_decimal(job), target)


def _declare_overflow(call: Call, ctx: EmitContext, *, divides: bool = False) -> None:
    """Spark has a condition for the one whole-number division that overflows; the rest it leaves to Java's library."""
    pattern = r"with value (?P<value>\S+) can't be cast because .* destination type INT(32|64)\b"
    if isinstance(call.args[1].dtype, (t.FloatType, t.DoubleType)):
        for values, message in _ROUNDING:
            ctx.native(pattern.replace(r"\S+", values), "PlainArithmetic", NO_CONDITION, message, call.context)
    elif isinstance(call.args[1].dtype, t.DecimalType):
        ctx.native(_FROM_DECIMAL, "PlainArithmetic", NO_CONDITION, {"message": "Overflow"}, call.context)
    elif divides:
        condition, params = "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {"functionName": "`try_divide`"}
        ctx.native(_FROM_DECIMAL, "ArithmeticException", condition, params, call.context)
    else:
        size = "integer" if isinstance(call.dtype, t.YearMonthIntervalType) else "long"
        ctx.native(pattern, "PlainArithmetic", NO_CONDITION, {"message": f"{size} overflow"}, call.context)


_FROM_DECIMAL: Final = r"Failed to cast decimal value \S+ to type INT(32|64)\b"
_ROUNDING: Final = (
    (r"-?(?:nan|inf)", {"message": "input is infinite or NaN"}),
    (r"\S+", {"message": "rounded value is out of range for input {value} and rounding mode HALF_UP"}),
)


def _emit_calendar_times(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    types = [t.CALENDAR_INTERVAL, t.DOUBLE]
    return func(ctx.kernel("multiply_interval", _multiply_calendars, types, t.CALENDAR_INTERVAL), *args)


def _emit_calendar_by(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    types = [t.CALENDAR_INTERVAL, t.DOUBLE]
    kernel = ctx.kernel("divide_interval", _divide_calendars, types, t.CALENDAR_INTERVAL)
    return _unless_zero(call, args, ctx, lambda value, divisor: func(kernel, value, divisor))


def _multiply_calendars(intervals: pa.Array, factors: pa.Array) -> pa.Array:
    return _calendars(intervals, factors, lambda part, factor: part * factor)


def _divide_calendars(intervals: pa.Array, divisors: pa.Array) -> pa.Array:
    return _calendars(intervals, divisors, lambda part, divisor: part / divisor)


def _calendars(intervals: pa.Array, factors: pa.Array, combine: Callable[[float, float], float]) -> pa.Array:
    """Months and days cut to whole ones, as Spark does; what a part of a day makes goes to the microseconds."""
    found: list[tuple[int, int, int] | None] = []
    for parts, factor in zip(parts_of(intervals), factors.to_pylist(), strict=True):
        if parts is None or factor is None:
            found.append(None)
            continue
        days = combine(parts[1], factor)
        micros = combine(parts[2], factor) + (days - int(days)) * DAY_US
        found.append((int(combine(parts[0], factor)), int(days), round(micros)))
    return of_parts(found)


def _shows(symbol: str, *, parens: bool = False) -> Callable[[Sequence[str]], str]:
    if parens:
        return lambda texts: f"({texts[0]} {symbol} {texts[1]})"
    return lambda texts: f"{texts[0]} {symbol} {texts[1]}"


register(
    Function(
        TIMESTAMP_PLUS, emit=_emit_moment("+"), shows=_shows("+"), doc="A moment after an interval.", group="internal"
    ),
    Function(TIMESTAMP_MINUS, emit=_emit_moment("-"), shows=_shows("-"), doc="A moment before one.", group="internal"),
    Function(DATE_PLUS, emit=_emit_date("+"), shows=_shows("+"), doc="A day after an interval.", group="internal"),
    Function(DATE_MINUS, emit=_emit_date("-"), shows=_shows("-"), doc="A day before an interval.", group="internal"),
    Function(
        MOMENT_DIFFERENCE,
        emit=_emit_moment_difference,
        shows=_shows("-", parens=True),
        doc="Time between.",
        group="internal",
    ),
    Function(
        DATE_DIFFERENCE,
        emit=_emit_date_difference,
        shows=_shows("-", parens=True),
        doc="Days between.",
        group="internal",
    ),
    Function(
        INTERVAL_TIMES, emit=_emit_times, shows=_shows("*", parens=True), doc="An interval repeated.", group="internal"
    ),
    Function(INTERVAL_BY, emit=_emit_by, shows=_shows("/", parens=True), doc="An interval divided.", group="internal"),
    Function(MULTIPLY_CALENDAR, emit=_emit_calendar_times, doc="A calendar interval repeated.", group="internal"),
    Function(DIVIDE_CALENDAR, emit=_emit_calendar_by, doc="A calendar interval divided.", group="internal"),
    Function(
        "extractansiintervaldays",
        (t.DAY_TIME,),
        t.INT,
        emit=_emit_days,
        doc="Whole days of a day-time interval.",
        group="internal",
    ),
    Function(
        TRIED,
        emit=lambda call, args, ctx: func("try", args[0]),
        shows=lambda texts: texts[0],
        doc="NULL where the argument raises.",
        group="internal",
    ),
)

__all__ = ["TRIED", "bind_by", "bind_minus", "bind_plus", "bind_times"]
