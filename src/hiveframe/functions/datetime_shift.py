"""Dates and timestamps moved, cut and compared: date_add, trunc, months_between, timestampdiff and their kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import months_later, shifted, wrapped_days
from hiveframe.functions.java_text import timestamp_text
from hiveframe.functions.let import is_atom, let, let_all
from hiveframe.functions.literals import constant
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Emit,
    Function,
    Kind,
    NullRule,
    ParamLike,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, null, number, op, text
from hiveframe.functions.wall_clock import at_wall_clock, from_micros, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal
from hiveframe.plan.types import DataType

_SECOND_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _SECOND_US
_MOMENTS: Final = (t.TimestampType, t.TimestampNTZType)
_MOMENT: Final = Kind("(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)", lambda d: isinstance(d, _MOMENTS), t.TIMESTAMP)
# Whole numbers that are not BIGINT; text is read as INT.
_DAYS: Final = Kind("INT or SMALLINT or TINYINT", lambda d: isinstance(d, (t.IntegerType, t.ShortType, t.ByteType)))


def _shifted(symbol: str) -> Emit:
    """Days that 32 bits don't hold lose their upper bits, which few constant days can bring about."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        days = call.args[1]
        if isinstance(days, Literal) and (days.value is None or abs(days.value) < 2**30):
            return op(symbol, args[0], cast(args[1], "INTEGER"))
        return shifted(args[0], symbol, args[1])

    return emit


def _bind_days(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """A day count is INT or narrower; text is read as one, NULL stays NULL."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        start, days = args
        if isinstance(days.dtype, (t.StringType, t.NullType)):
            days = binder.cast(days, t.INT)
        if not _DAYS.accepts(days.dtype):
            raise binder.error(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                paramIndex="second",
                requiredType='("INT" or "SMALLINT" or "TINYINT")',
                inputSql=binder.quoted(days),
                inputType=f'"{t.sql_name(days.dtype)}"',
            )
        return Call(name, (start, days), t.DATE, start.nullable or days.nullable)

    return bind


def _emit_datediff(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(wrapped_days(op("-", *args)), "INTEGER")


def _emit_add_months(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return months_later(call, args, ctx)


def _emit_months_between(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Whole months between equal days or two last days; otherwise a month counts 31 days."""

    def build(end: Sql, start: Sql, end_moment: Sql, start_moment: Sql) -> Sql:
        months = op("-", _month_number(end), _month_number(start))
        same_day = op("=", func("day", end), func("day", start))
        both_last = op("and", _is_last_day(end), _is_last_day(start))
        seconds = op("-", _second_of_month(end, end_moment, ctx), _second_of_month(start, start_moment, ctx))
        fraction = op("/", cast(seconds, "DOUBLE"), constant(31 * 86_400.0, t.DOUBLE))
        whole = cast(months, "DOUBLE")
        return case((op("or", same_day, both_last), whole), (is_not_null(months), op("+", whole, fraction)))

    months = let_all([*(wall_clock(a, ctx) for a in args[:2]), *args[:2]], ctx, build)
    rounds = call.args[2]
    if isinstance(rounds, Literal):
        return func("round", months, number(8)) if rounds.value else _null_like(months, rounds)
    return case((args[2], func("round", months, number(8))), (is_not_null(args[2]), months))


def _null_like(value: Sql, flag: Literal) -> Sql:
    return value if flag.value is not None else cast(null(), "DOUBLE")


def _month_number(clock: Sql) -> Sql:
    return op("+", op("*", func("year", clock), number(12)), func("month", clock))


def _is_last_day(clock: Sql) -> Sql:
    return op("=", func("day", clock), func("day", func("last_day", clock)))


def _second_of_month(clock: Sql, moment: Sql, ctx: EmitContext) -> Sql:
    """Days before count 24 hours, the day itself what has passed of it: an hour may be missing or there twice."""
    midnight = at_wall_clock(cast(func("date_trunc", text("day"), clock), "TIMESTAMP"), ctx)
    passed = op("//", op("-", func("epoch_us", moment), func("epoch_us", midnight)), number(_SECOND_US))
    return op("+", op("*", op("-", func("day", clock), number(1)), number(86_400)), passed)


def _micros_of_month(clock: Sql) -> Sql:
    start = cast(func("date_trunc", text("month"), clock), "TIMESTAMP")
    return op("-", func("epoch_us", clock), func("epoch_us", start))


# Spark's words for units, by DuckDB's name of the unit.
_DATE_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "week": ("WEEK",),
    "month": ("MONTH", "MON", "MM"),
    "quarter": ("QUARTER",),
    "year": ("YEAR", "YYYY", "YY"),
}
_TIME_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "microsecond": ("MICROSECOND",),
    "millisecond": ("MILLISECOND",),
    "second": ("SECOND",),
    "minute": ("MINUTE",),
    "hour": ("HOUR",),
    "day": ("DAY", "DD"),
}
_UNIT_US: Final[Mapping[str, int]] = {
    "microsecond": 1,
    "millisecond": 1000,
    "second": _SECOND_US,
    "minute": 60 * _SECOND_US,
    "hour": 3600 * _SECOND_US,
    "day": _DAY_US,
    "week": 7 * _DAY_US,
}


def _by_unit(
    unit: Expr,
    emitted: Sql,
    units: Mapping[str, tuple[str, ...]],
    build: Callable[[str], Sql],
    ctx: EmitContext,
) -> Sql | None:
    """`build(DuckDB's unit)` for the unit named by an argument; a CASE over all units when it is no constant."""
    if isinstance(unit, Literal):
        word = str(unit.value).upper()
        known = next((name for name, words in units.items() if word in words), None)
        return build(known) if known is not None else None

    def choose(word: Sql) -> Sql:
        branches = [(_is_one_of(word, words), build(name)) for name, words in units.items()]
        return case(*branches)

    return let(func("upper", emitted), ctx, choose)


def _is_one_of(word: Sql, words: tuple[str, ...]) -> Sql:
    condition = op("=", word, text(words[0]))
    for other in words[1:]:
        condition = op("or", condition, op("=", word, text(other)))
    return condition


def _emit_last_day(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("last_day", *args)


def _emit_trunc(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def build(unit: str) -> Sql:
        return cast(func("date_trunc", text(unit), args[0]), "DATE")

    return _by_unit(call.args[1], args[1], _DATE_UNITS, build, ctx) or cast(null(), "DATE")


def _emit_date_trunc(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    moment = args[1]

    def build(unit: str) -> Sql:
        if unit == "microsecond":
            return moment
        if unit in ("millisecond", "second"):  # no zone is off by a part of a second
            return let(func("epoch_us", moment), ctx, lambda us: from_micros(_floor(us, _UNIT_US[unit])))
        if unit in ("minute", "hour"):
            return let(moment, ctx, lambda m: _cut_back(m, _UNIT_US[unit], ctx))
        clock = cast(func("date_trunc", text(unit), wall_clock(moment, ctx)), "TIMESTAMP")
        return at_wall_clock(clock, ctx)

    made = _by_unit(call.args[0], args[0], {**_TIME_UNITS, **_DATE_UNITS}, build, ctx)
    return made if made is not None else cast(null(), "TIMESTAMP WITH TIME ZONE")


def _floor(micros: Sql, unit: int) -> Sql:
    return op("-", micros, _floor_rest(micros, unit))


def _floor_rest(micros: Sql, unit: int) -> Sql:
    """What is above the last whole unit; not negative before 1970 either."""
    rest = op("%", micros, number(unit))
    return op("%", op("+", rest, number(unit)), number(unit))


def _cut_back(moment: Sql, unit: int, ctx: EmitContext) -> Sql:
    """The moment less what its wall clock shows above a whole unit, so that no clock change comes between."""
    above = _floor_rest(func("epoch_us", wall_clock(moment, ctx)), unit)
    return from_micros(op("-", func("epoch_us", moment), above))


_WEEKDAYS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("MO", "MON", "MONDAY"),
    2: ("TU", "TUE", "TUESDAY"),
    3: ("WE", "WED", "WEDNESDAY"),
    4: ("TH", "THU", "THURSDAY"),
    5: ("FR", "FRI", "FRIDAY"),
    6: ("SA", "SAT", "SATURDAY"),
    7: ("SU", "SUN", "SUNDAY"),
}


def _emit_next_day(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The first such day after the date; an unknown name raises (ANSI) or gives NULL."""
    date, name = args

    def build(word: Sql) -> Sql:
        target = case(*[(_is_one_of(word, words), number(i)) for i, words in _WEEKDAYS.items()])
        return let(target, ctx, lambda day: _next(call, date, day, name, ctx))

    constant_name = call.args[1]
    if isinstance(constant_name, Literal) and isinstance(constant_name.value, str):
        word = constant_name.value.upper()
        known = next((i for i, words in _WEEKDAYS.items() if word in words), None)
        if known is not None:
            return let(date, ctx, lambda d: _days_on(d, number(known)))
    return let(func("upper", name), ctx, build)


def _days_on(date: Sql, day: Sql) -> Sql:
    ahead = op("%", op("+", op("-", day, func("isodow", date)), number(6)), number(7))
    return op("+", date, cast(op("+", ahead, number(1)), "INTEGER"))


def _next(call: Call, date: Sql, day: Sql, name: Sql, ctx: EmitContext) -> Sql:
    found = (is_not_null(day), _days_on(date, day))
    if not ctx.ansi:
        return case(found)
    failure = ctx.raise_error("IllegalArgumentException", "ILLEGAL_DAY_OF_WEEK", {"string": name}, t.DATE, call.context)
    given = op("and", is_not_null(name), is_not_null(date))
    return case(found, (given, failure))


_ADDED: Final[Mapping[str, tuple[str, int]]] = {
    "YEAR": ("to_months", 12),
    "QUARTER": ("to_months", 3),
    "MONTH": ("to_months", 1),
    "WEEK": ("to_days", 7),
    "DAY": ("to_days", 1),
    "DAYOFYEAR": ("to_days", 1),
    "HOUR": ("to_microseconds", 3600 * _SECOND_US),
    "MINUTE": ("to_microseconds", 60 * _SECOND_US),
    "SECOND": ("to_microseconds", _SECOND_US),
    "MILLISECOND": ("to_microseconds", 1000),
    "MICROSECOND": ("to_microseconds", 1),
}


def _unit_of(binder: Binder, unit: Expr, name: str) -> str:
    word = str(binder.fold(unit)).upper()
    if word not in _ADDED:
        raise binder.error(
            "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
            functionName=f"`{name}`",
            parameter="`unit`",
            invalidValue=f"'{binder.fold(unit)}'",
        )
    return word


def _bind_timestampadd(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    unit = _unit_of(binder, args[0], "TIMESTAMPADD")
    quantity, moment = args[1], args[2]
    nullable = quantity.nullable or moment.nullable
    return Call("timestampadd", (Literal(unit, t.STRING), quantity, moment), moment.dtype, nullable)


def _emit_timestampadd(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Months and days on the wall clock, hours and less on the line of time."""
    unit = call.args[0]
    assert isinstance(unit, Literal)
    name, factor = _ADDED[unit.value]
    is_moment = isinstance(call.dtype, t.TimestampType)

    def moved(quantity: Sql, moment: Sql) -> Sql:
        count = op("*", quantity, number(factor)) if factor != 1 else quantity
        if name == "to_microseconds":
            micros = op("+", func("epoch_us", moment), cast(count, "BIGINT"))
            return from_micros(micros) if is_moment else func("make_timestamp", micros)
        interval = func(name, cast(count, "INTEGER"))
        if not is_moment:
            return op("+", moment, interval)
        return at_wall_clock(op("+", wall_clock(moment, ctx), interval), ctx)

    def build(quantity: Sql, moment: Sql) -> Sql:
        given = op("and", is_not_null(quantity), is_not_null(moment))
        failure = _overflow(call, quantity, moment, ctx)
        return func("coalesce", func("try", moved(quantity, moment)), case((given, failure)))

    if _is_widened_column(args[1], call.args[1]):
        return let(args[2], ctx, lambda moment: build(args[1], moment))
    return let_all([args[1], args[2]], ctx, build)


def _is_widened_column(value: Sql, bound: Expr) -> bool:
    """Whether a number costs nothing to repeat although it is cast."""
    if not (isinstance(bound, Cast) and isinstance(bound.child.dtype, t.IntegralType)):
        return False
    return isinstance(value, exp.Cast) and is_atom(value.this)


def _overflow(call: Call, quantity: Sql, moment: Sql, ctx: EmitContext) -> Sql:
    """Raises in every mode; a wall clock is shown as a moment too."""
    unit = call.args[0]
    assert isinstance(unit, Literal)
    shown = moment if isinstance(call.dtype, t.TimestampType) else from_micros(func("epoch_us", moment))
    parts = [text("add "), quantity, text(f"L {unit.value} to TIMESTAMP '"), timestamp_text(shown, ctx), text("'")]
    params = {"operation": func("concat", *parts)}
    return ctx.raise_error("ArithmeticException", "DATETIME_OVERFLOW", params, call.dtype, call.context)


def _bind_timestampdiff(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    unit = _unit_of(binder, args[0], "TIMESTAMPDIFF")
    start, end = args[1], args[2]
    return Call("timestampdiff", (Literal(unit, t.STRING), start, end), t.LONG, start.nullable or end.nullable)


def _emit_timestampdiff(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Whole units between two wall clocks, cut towards zero."""
    unit = call.args[0]
    assert isinstance(unit, Literal)
    name, factor = _ADDED[unit.value]
    clocks = [wall_clock(a, ctx) for a in args[1:]]
    if name == "to_months":
        return let_all(clocks, ctx, lambda start, end: op("//", _whole_months(start, end), number(factor)))
    size = factor * (_DAY_US if name == "to_days" else 1)
    micros = op("-", func("epoch_us", clocks[1]), func("epoch_us", clocks[0]))
    return op("//", micros, number(size)) if size > 1 else micros


def _whole_months(start: Sql, end: Sql) -> Sql:
    months = op("-", _month_number(end), _month_number(start))
    rest = op("-", _micros_of_month(end), _micros_of_month(start))
    short = op("and", op(">", months, number(0)), op("<", rest, number(0)))
    long = op("and", op("<", months, number(0)), op(">", rest, number(0)))
    return case((short, op("-", months, number(1))), (long, op("+", months, number(1))), default=months)


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    result: DataType,
    emit: Emit,
    doc: str,
    since: str,
    *,
    nullable: NullRule = any_null,
    bind: Callable[[Binder, tuple[Expr, ...]], Expr] | None = None,
    aliases: tuple[str, ...] = (),
    uncounted: int = 0,
) -> Function:
    return Function(
        name,
        params,
        result,
        nullable,
        emit=emit,
        bind=bind,
        aliases=aliases,
        uncounted=uncounted,
        doc=doc,
        group="internal" if uncounted else "datetime",
        since=since,
        is_internal=uncounted > 0,
    )


register(
    Function(
        "date_add",
        (t.DATE, ANY),
        bind=_bind_days("date_add"),
        emit=_shifted("+"),
        doc="The day n days after a date.",
        group="datetime",
        since="1.5.0",
    ),
    Function(
        "dateadd",
        (t.DATE, ANY),
        bind=_bind_days("date_add"),
        label="date_add",
        doc="The day n days after a date.",
        group="datetime",
        since="3.4.0",
    ),
    Function(
        "date_sub",
        (t.DATE, ANY),
        bind=_bind_days("date_sub"),
        emit=_shifted("-"),
        doc="The day n days before a date.",
        group="datetime",
        since="1.5.0",
    ),
    _row(
        "datediff",
        (t.DATE, t.DATE),
        t.INT,
        _emit_datediff,
        "Days from the second date to the first.",
        "1.5.0",
        aliases=("date_diff",),
    ),
    _row(
        "add_months",
        (t.DATE, t.INT),
        t.DATE,
        _emit_add_months,
        "The day n months after a date, the last of the month where it has no such day.",
        "1.5.0",
    ),
    _row(
        "months_between",
        (t.TIMESTAMP, t.TIMESTAMP, optional(t.BOOLEAN, True)),
        t.DOUBLE,
        _emit_months_between,
        "Months from the second moment to the first, by default rounded to 8 digits.",
        "1.5.0",
    ),
    _row("last_day", (t.DATE,), t.DATE, _emit_last_day, "The month's last day.", "1.5.0"),
    _row(
        "next_day",
        (t.DATE, t.STRING),
        t.DATE,
        _emit_next_day,
        "The first day of that name after a date.",
        "1.5.0",
        nullable=always_null,
    ),
    _row(
        "trunc",
        (t.DATE, t.STRING),
        t.DATE,
        _emit_trunc,
        "The first day of the date's week, month, quarter or year.",
        "1.5.0",
        nullable=always_null,
    ),
    _row(
        "date_trunc",
        (t.STRING, t.TIMESTAMP),
        t.TIMESTAMP,
        _emit_date_trunc,
        "The start of the moment's microsecond, second, minute, hour, day, week, month, quarter or year.",
        "2.3.0",
        nullable=always_null,
    ),
    _row(
        "timestampadd",
        (t.STRING, t.LONG, _MOMENT),
        t.TIMESTAMP,
        _emit_timestampadd,
        "A moment n units later.",
        "3.3.0",
        bind=_bind_timestampadd,
        uncounted=1,
    ),
    _row(
        "timestampdiff",
        (t.STRING, t.TIMESTAMP, t.TIMESTAMP),
        t.LONG,
        _emit_timestampdiff,
        "Whole units from one moment to another.",
        "3.3.0",
        bind=_bind_timestampdiff,
        uncounted=1,
    ),
)
