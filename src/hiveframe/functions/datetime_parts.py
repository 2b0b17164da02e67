"""Fields of dates, times, timestamps and intervals: year, hour, extract and their kin.

Timestamps are read on the wall clock of the session's time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hiveframe.functions.binding import is_foldable
from hiveframe.functions.calendar_interval import part
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Emit,
    Function,
    Kind,
    any_null,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, cast, func, number, op, text
from hiveframe.functions.time_gate import check_enabled
from hiveframe.functions.time_of_day import cut_to
from hiveframe.functions.wall_clock import fixed_offset_us, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.attribute_names import quoted_attribute
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

_MOMENT: Final = Kind(
    "(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)",
    lambda d: isinstance(d, (t.TimestampType, t.TimestampNTZType, t.TimeType)),
    t.TIMESTAMP,
)
_SECONDS: Final = t.DecimalType(8, 6)
_SECOND_US: Final = 1_000_000
_INTERVALS: Final = (t.YearMonthIntervalType, t.DayTimeIntervalType, t.CalendarIntervalType)


def _int(value: Sql) -> Sql:
    return cast(value, "INTEGER")


def _field(name: str) -> Emit:
    """DuckDB's function of that name, which counts as Spark does."""
    return lambda call, args, ctx: _int(func(name, *args))


def _time_field(name: str) -> Emit:
    return lambda call, args, ctx: _int(func(name, _clock(call, args[0], ctx)))


def _clock(call: Call, value: Sql, ctx: EmitContext) -> Sql:
    """A moment as its wall clock where that is cheap; DuckDB reads fields of a moment in the session's zone too."""
    is_moment = isinstance(call.args[0].dtype, t.TimestampType)
    return wall_clock(value, ctx) if is_moment and fixed_offset_us(ctx.time_zone) is not None else value


def _emit_day_of_week(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _int(op("+", func("dayofweek", *args), number(1)))


def _emit_weekday(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _int(op("-", func("isodow", *args), number(1)))


def _emit_named(pattern: str) -> Emit:
    return lambda call, args, ctx: func("strftime", args[0], text(pattern))


def _emit_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Seconds of the minute with their fraction."""
    dtype = call.args[0].dtype
    if isinstance(dtype, t.TimeType):
        return _micros_as_seconds(func("microsecond", cut_to(args[0], dtype)))
    return _micros_as_seconds(func("microsecond", _clock(call, args[0], ctx)))


def _micros_as_seconds(micros: Sql) -> Sql:
    return cast(op("*", cast(micros, "DECIMAL(18,0)"), cast(text("0.000001"), "DECIMAL(6,6)")), "DECIMAL(8,6)")


# The words that `extract` and `date_part` take for each field.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "year": ("YEAR", "Y", "YEARS", "YR", "YRS"),
    "yearofweek": ("YEAROFWEEK",),
    "quarter": ("QUARTER", "QTR"),
    "month": ("MONTH", "MON", "MONS", "MONTHS"),
    "weekofyear": ("WEEK", "W", "WEEKS"),
    "day": ("DAY", "D", "DAYS"),
    "dayofweek": ("DAYOFWEEK", "DOW"),
    "dayofweek_iso": ("DAYOFWEEK_ISO", "DOW_ISO"),
    "dayofyear": ("DOY",),
    "hour": ("HOUR", "H", "HOURS", "HR", "HRS"),
    "minute": ("MINUTE", "M", "MIN", "MINS", "MINUTES"),
    "second": ("SECOND", "S", "SEC", "SECONDS", "SECS"),
}
# What stands for a field of a date or timestamp, where it is not the function of that name.
_CALLED: Final[Mapping[str, str]] = {"second": "seconds_of_minute", "day": "day_of_month"}
_FIELD_OF: Final = {word: field for field, words in _WORDS.items() for word in words}
_DATE_FIELDS: Final = frozenset(_WORDS) - {"hour", "minute", "second"}
_TIME_FIELDS: Final = frozenset({"hour", "minute", "second"})
_YEAR_MONTH_FIELDS: Final = frozenset({"year", "month"})
_DAY_TIME_FIELDS: Final = frozenset({"day", "hour", "minute", "second"})


def _bind_extract(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """The function that the constant field stands for, by the source's type."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        field, source = args
        if not (isinstance(field.dtype, (t.StringType, t.NullType)) and is_foldable(field)):
            raise binder.error("NON_FOLDABLE_ARGUMENT", funcName=f"`{name}`", paramName="`field`", paramType='"STRING"')
        word = binder.fold(field)
        if word is None:
            return Literal(None, t.DOUBLE)
        found = _FIELD_OF.get(word.upper())
        if found is None or found not in _fields_of(source.dtype):
            raise binder.error("INVALID_EXTRACT_FIELD", field=quoted_attribute(word), expr=binder.quoted(source))
        if isinstance(source.dtype, _INTERVALS):
            dtype = _INTERVAL_RESULTS[found]
            return Call(f"interval_{found}", (source,), dtype, source.nullable)
        return binder.call(_CALLED.get(found, found), source)

    return bind


def _fields_of(dtype: DataType) -> frozenset[str]:
    match dtype:
        case t.YearMonthIntervalType(start, end):
            return frozenset(("year", "month")[start : end + 1])
        case t.DayTimeIntervalType(start, end):
            return frozenset(("day", "hour", "minute", "second")[start : end + 1])
        case t.CalendarIntervalType():
            return _YEAR_MONTH_FIELDS | _DAY_TIME_FIELDS
        case t.TimeType():
            return _TIME_FIELDS
    return _DATE_FIELDS | _TIME_FIELDS


_INTERVAL_RESULTS: Final[Mapping[str, DataType]] = {
    "year": t.INT,
    "month": t.BYTE,
    "day": t.INT,
    "hour": t.BYTE,
    "minute": t.BYTE,
    "second": _SECONDS,
}

# Microseconds of one unit, and how many of them make the next one (0: no end).
_UNITS: Final[Mapping[str, tuple[int, int]]] = {
    "day": (86_400 * _SECOND_US, 0),
    "hour": (3_600 * _SECOND_US, 24),
    "minute": (60 * _SECOND_US, 60),
}


def _emit_interval_field(field: str) -> Emit:
    """Fields of an interval carry its sign, as division towards zero gives them."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        value, dtype = args[0], call.args[0].dtype
        if isinstance(dtype, t.CalendarIntervalType):
            return let(value, ctx, lambda v: _calendar_field(field, v))
        if field == "year":
            return op("//", value, number(12))
        if field == "month":
            return cast(op("%", value, number(12)), "TINYINT")
        return _day_time_field(field, value)

    return emit


def _day_time_field(field: str, micros: Sql) -> Sql:
    if field == "second":
        return _micros_as_seconds(op("%", micros, number(60 * _SECOND_US)))
    unit, most = _UNITS[field]
    whole = op("//", micros, number(unit))
    return cast(op("%", whole, number(most)), "TINYINT") if most else _int(whole)


def _calendar_field(field: str, interval: Sql) -> Sql:
    """Hours beyond a day count as days here."""
    if field in ("year", "month"):
        months = part(interval, "months")
        return op("//", months, number(12)) if field == "year" else cast(op("%", months, number(12)), "TINYINT")
    micros, day = part(interval, "microseconds"), number(_UNITS["day"][0])
    if field == "day":
        return _int(op("+", part(interval, "days"), op("//", micros, day)))
    return _day_time_field(field, op("%", micros, day))


def _null_of_time(args: Sequence[Expr]) -> bool:
    """Spark says that a field of a TIME may always be NULL."""
    return isinstance(args[0].dtype, t.TimeType) or any_null(args)


def _check_time(binder: Binder, args: tuple[Expr, ...]) -> None:
    if isinstance(args[0].dtype, t.TimeType):
        check_enabled(binder)


def _row(
    name: str,
    emit: Emit,
    doc: str,
    since: str = "",
    *,
    of: DataType | Kind = t.DATE,
    result: DataType = t.INT,
    aliases: tuple[str, ...] = (),
    is_internal: bool = False,
    takes_more: bool = False,
    site: str = "",
    checks: tuple[Callable[[Binder, tuple[Expr, ...]], None], ...] = (),
) -> Function:
    """`takes_more`: arguments after the first are taken and left unread, as by Spark's builders of these functions."""
    return Function(
        name,
        (of, rest(ANY)) if takes_more else (of,),
        result,
        _null_of_time if of is _MOMENT else any_null,
        emit=emit,
        coerce=(lambda binder, args: args[:1]) if takes_more else None,
        shows=(lambda texts: f"{name}({texts[0]})") if takes_more else None,
        checks=checks,
        aliases=aliases,
        site=site,
        doc=doc,
        group="internal" if is_internal else "datetime",
        since=since,
        is_internal=is_internal,
    )


def _clock_row(name: str, doc: str) -> Function:
    return _row(name, _time_field(name), doc, "1.5.0", of=_MOMENT, takes_more=True, checks=(_check_time,))


def _extract(name: str, shows: Callable[..., str] | None, doc: str, since: str) -> Function:
    return Function(name, (ANY, ANY), bind=_bind_extract(name), shows=shows, doc=doc, group="datetime", since=since)


def _from_shown(name: str) -> Callable[..., str]:
    return lambda texts: f"{name}({texts[0]} FROM {texts[1]})"


register(
    _row("year", _field("year"), "The year.", "1.5.0"),
    _row("quarter", _field("quarter"), "The quarter, 1 to 4.", "1.5.0"),
    _row("month", _field("month"), "The month, 1 to 12.", "1.5.0"),
    _row("weekofyear", _field("week"), "The ISO week, 1 to 53.", "1.5.0"),
    _row("day", _field("day"), "The day of the month.", "1.5.0", aliases=("dayofmonth",)),
    _row("dayofyear", _field("dayofyear"), "The day of the year.", "1.5.0"),
    _row("dayofweek", _emit_day_of_week, "The day of the week, 1 for Sunday to 7.", "2.3.0"),
    _row("weekday", _emit_weekday, "The day of the week, 0 for Monday to 6.", "2.4.0"),
    _row("dayname", _emit_named("%a"), "The day of the week in three letters.", "4.0.0", result=t.STRING),
    _row("monthname", _emit_named("%b"), "The month in three letters.", "4.0.0", result=t.STRING),
    _clock_row("hour", "The hour, 0 to 23."),
    _clock_row("minute", "The minute, 0 to 59."),
    _clock_row("second", "The second, 0 to 59."),
    _row("yearofweek", _field("isoyear"), "The year of the ISO week.", is_internal=True),
    _row("dayofweek_iso", _field("isodow"), "The day of the ISO week, 1 to 7.", is_internal=True),
    _row(
        "seconds_of_minute",
        _emit_seconds,
        "Seconds with their fraction.",
        of=_MOMENT,
        result=_SECONDS,
        is_internal=True,
        site="secondwithfraction",
        checks=(_check_time,),
    ),
    _row("day_of_month", _field("day"), "The day of the month.", is_internal=True, site="dayofmonth"),
    *(
        _row(
            f"interval_{field}",
            _emit_interval_field(field),
            f"The {field} field of an interval.",
            of=ANY,
            result=dtype,
            is_internal=True,
        )
        for field, dtype in _INTERVAL_RESULTS.items()
    ),
    _extract("extract", _from_shown("extract"), "A field of a date, time, timestamp or interval.", "3.0.0"),
    _extract("date_part", None, "A field of a date, time, timestamp or interval.", "3.0.0"),
    _extract("datepart", _from_shown("datepart"), "A field of a date, time, timestamp or interval.", "3.4.0"),
)
