"""Intervals from their parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from hiveframe.functions.calendar_interval import pack
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    Binder,
    Emit,
    Function,
    Param,
    ParamLike,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

_SECONDS: Final = t.DecimalType(18, 6)
_ZERO: Final = Literal(Decimal("0.000000"), _SECONDS)
_MICROS: Final = 1_000_000
_OVERFLOW: Final = "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION"


def _total(*terms: tuple[Sql, int]) -> Sql:
    """The sum of values times their factors, as HUGEINT."""
    made: Sql | None = None
    for value, factor in terms:
        term = op("*", cast(value, "HUGEINT"), number(factor))
        made = term if made is None else op("+", made, term)
    assert made is not None
    return made


def _checked(total: Sql, call: Call, ctx: EmitContext, bits: int) -> Sql:
    """A HUGEINT in the call's physical type; out of its range is an error in every mode."""
    failure = ctx.raise_error("ArithmeticException", _OVERFLOW, {}, call.dtype, call.context)

    def build(v: Sql) -> Sql:
        inside = op("and", op(">=", v, number(-(2 ** (bits - 1)))), op("<", v, number(2 ** (bits - 1))))
        return case((inside, cast(v, physical_type(call.dtype))), (is_not_null(v), failure))

    return let(total, ctx, build)


def _second_micros(seconds: Sql) -> Sql:
    """In a decimal of 38 digits: 18 digits times a million are more than DuckDB's own result has room for."""
    return cast(op("*", cast(seconds, "DECIMAL(25,6)"), number(_MICROS)), "BIGINT")


def _emit_day_time(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    days, hours, minutes, seconds = args
    total = _total(
        (days, 86_400 * _MICROS), (hours, 3_600 * _MICROS), (minutes, 60 * _MICROS), (_second_micros(seconds), 1)
    )
    return _checked(total, call, ctx, 64)


def _emit_year_month(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _checked(_total((args[0], 12), (args[1], 1)), call, ctx, 32)


def _emit_calendar(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Months, days and microseconds apart; a part out of its range raises under ANSI, else gives NULL."""
    given = is_not_null(args[0])
    for arg in args[1:]:
        given = op("and", given, is_not_null(arg))
    years, months, weeks, days, hours, minutes, seconds = args
    time = _total((hours, 3_600 * _MICROS), (minutes, 60 * _MICROS), (_second_micros(seconds), 1))
    made = pack(_total((years, 12), (months, 1)), _total((weeks, 7), (days, 1)), time)
    if any(a.nullable for a in call.args):
        made = case((given, made))
    if not ctx.ansi or call.function.startswith("try"):
        return func("try", made)
    params = {"message": "overflow", "alternative": "", "config": '"spark.sql.ansi.enabled"'}
    pattern = r"Type INT128 with value .* can't be cast because the value is out of range"
    ctx.native(pattern, "ArithmeticException", "ARITHMETIC_OVERFLOW", params, call.context)
    return made


def _bind_calendar(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return Call("make_interval", args, t.CALENDAR_INTERVAL, any_null(args) or not binder.ansi)


def _seconds() -> Param:
    return Param((_SECONDS,), optional=True, default=_ZERO)


def _row(name: str, wholes: int, result: DataType, emit: Emit, doc: str, since: str, *, seconds: bool) -> Function:
    first: ParamLike = t.INT if name == "try_make_interval" else optional(t.INT, 0)
    params = (first, *[optional(t.INT, 0)] * (wholes - 1), *([_seconds()] if seconds else []))
    nullable = always_null if name.startswith("try") else any_null
    bind = _bind_calendar if name == "make_interval" else None
    site = name.removeprefix("try_")
    return Function(
        name, params, result, nullable, emit=emit, bind=bind, site=site, doc=doc, group="datetime", since=since
    )


_CALENDAR_DOC: Final = "An interval of years, months, weeks, days, hours, minutes and seconds"

register(
    _row(
        "make_dt_interval",
        3,
        t.DAY_TIME,
        _emit_day_time,
        "A day-time interval of days, hours, minutes and seconds.",
        "3.2.0",
        seconds=True,
    ),
    _row(
        "make_ym_interval",
        2,
        t.YEAR_MONTH,
        _emit_year_month,
        "A year-month interval of years and months.",
        "3.2.0",
        seconds=False,
    ),
    _row("make_interval", 6, t.CALENDAR_INTERVAL, _emit_calendar, f"{_CALENDAR_DOC}.", "3.0.0", seconds=True),
    _row(
        "try_make_interval",
        6,
        t.CALENDAR_INTERVAL,
        _emit_calendar,
        f"{_CALENDAR_DOC}, NULL where it overflows.",
        "4.0.0",
        seconds=True,
    ),
)
