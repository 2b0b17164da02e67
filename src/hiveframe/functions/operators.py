"""Arithmetic operators: `+ - * / % div`, signs, and their `try_` forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hiveframe.functions.arithmetic import emit_arithmetic, overflow_params
from hiveframe.functions.arithmetic_types import INTERVALS, arithmetic_operands, result_type
from hiveframe.functions.calendar_interval import part_by_part
from hiveframe.functions.cast_numbers import BITS, wrap
from hiveframe.functions.datetime_arithmetic import TRIED, bind_by, bind_minus, bind_plus, bind_times
from hiveframe.functions.decimal_sign import emit_absolute, emit_negated
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    Kind,
    Param,
    ParamLike,
    always_null,
    any_null,
    register,
)
from hiveframe.functions.sql import Sql, cast, func, neg, number, op, physical_type
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr

Bind = Callable[[Binder, tuple[Expr, ...]], Expr | None]

NEGATED: Final = "unary -"

SIGNED: Final = Kind(
    "NUMERIC or INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH or INTERVAL",
    lambda d: isinstance(d, (t.NumericType, *INTERVALS)),
    t.DOUBLE,
)


def mode_of(ctx: EmitContext) -> str:
    """`ansi` or `legacy`."""
    return "ansi" if ctx.ansi else "legacy"


def _coerce(symbol: str) -> Callable[[Binder, tuple[Expr, ...]], tuple[Expr, ...]]:
    return lambda b, args: arithmetic_operands(b, symbol, args[0], args[1])


def _result(symbol: str) -> Callable[[Sequence[Expr]], t.DataType]:
    return lambda args: result_type(symbol, args[0].dtype, args[1].dtype)


def _emit(symbol: str, mode: str | None = None) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        operands = (call.args[0], call.args[1])
        return emit_arithmetic(symbol, args, operands, call.dtype, mode or mode_of(ctx), call.context, ctx)

    return emit


def _or_null(symbol: str, bind: Bind | None) -> Bind:
    """What `bind` makes, if anything; else a decimal that may be NULL where overflow does not raise."""

    def bound(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
        made = bind(b, args) if bind is not None else None
        if made is not None or b.ansi or not any(isinstance(a.dtype, t.DecimalType) for a in args):
            return made
        operands = arithmetic_operands(b, symbol, args[0], args[1])
        dtype = _result(symbol)(operands)
        return Call(symbol, operands, dtype, True) if isinstance(dtype, t.DecimalType) else None

    return bound


def _row(
    name: str,
    symbol: str,
    doc: str,
    *,
    bind: Bind | None = None,
    operator: str | None = None,
    params: tuple[ParamLike, ...] = (ANY, ANY),
) -> Function:
    return Function(
        name,
        params,
        _result(symbol),
        bind=_or_null(symbol, bind) if symbol in ("+", "-", "*") else bind,
        coerce=_coerce(symbol),
        nullable=any_null if symbol in ("+", "-", "*") else always_null,
        emit=_emit(symbol),
        operator=operator,
        doc=doc,
        group="math_funcs",
    )


def _try_row(name: str, symbol: str, doc: str) -> Function:
    """The operator's call: on numbers in `try` mode, else tried as a whole, arguments and all."""

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        made = b.call(symbol, *args)
        if isinstance(made, Call) and all(isinstance(a.dtype, t.NumericType) for a in args):
            return Call(name, made.args, made.dtype, True)
        return Call(TRIED, (made,), made.dtype, True)

    return Function(name, (ANY, ANY), bind=bind, emit=_emit(symbol, "try"), doc=doc, group="math_funcs", since="3.2.0")


def _bind_minus(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """One argument is a sign."""
    return b.call(NEGATED, args[0]) if len(args) == 1 else bind_minus(b, args)


def _bind_plus(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    return b.call("positive", args[0]) if len(args) == 1 else bind_plus(b, args)


def _signed_type(args: Sequence[Expr]) -> t.DataType:
    return args[0].dtype


def _emit_negative(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The least integer has no negative: an error, or itself under legacy rules."""
    dtype = call.dtype
    if isinstance(dtype, t.DecimalType):
        return emit_negated(args[0], dtype, ctx)
    if isinstance(dtype, t.CalendarIntervalType):
        ctx.native(
            r"Type INT128 with value .* can't be cast because the value is out of range",
            "ArithmeticException",
            "ARITHMETIC_OVERFLOW",
            overflow_params("", "overflow"),
            call.context,
        )
        return part_by_part(args, lambda bits, part: neg(cast(part, "HUGEINT")), ctx)
    made = neg(args[0])
    if isinstance(dtype, t.IntegralType) and not ctx.ansi:
        bits = BITS[type(dtype)]
        wide = cast(args[0], "HUGEINT" if bits == 64 else "BIGINT")
        return cast(wrap(op("-", number(0), wide), bits), physical_type(dtype))
    if isinstance(dtype, (t.IntegralType, t.YearMonthIntervalType, t.DayTimeIntervalType)):
        bits = BITS.get(type(dtype), 64)
        ctx.native(
            rf"Overflow in negation of|out of range for the destination type INT{bits}\b",
            "ArithmeticException",
            "ARITHMETIC_OVERFLOW",
            overflow_params(),
            call.context,
        )
        return cast(made, physical_type(dtype))
    return made


def _emit_abs(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    dtype = call.dtype
    if isinstance(dtype, t.DecimalType):
        return emit_absolute(args[0], dtype, ctx)
    if isinstance(dtype, t.IntegralType) and not ctx.ansi:
        bits = BITS[type(dtype)]
        wide = func("abs", cast(args[0], "HUGEINT" if bits == 64 else "BIGINT"))
        return cast(wrap(wide, bits), physical_type(dtype))
    ctx.native(r"Overflow on abs\(", "ArithmeticException", "ARITHMETIC_OVERFLOW", overflow_params(), call.context)
    return func("abs", args[0])


def _sign_params() -> tuple[Param, ...]:
    return (Param((ANY,)), Param((ANY,), optional=True))


register(
    _row("+", "+", "The sum; of one argument, itself.", bind=_bind_plus, operator="+", params=_sign_params()),
    _row(
        "-",
        "-",
        "The difference; of one argument, its negative.",
        bind=_bind_minus,
        operator="-",
        params=_sign_params(),
    ),
    _row("*", "*", "The product.", bind=bind_times, operator="*"),
    _row("/", "/", "The quotient, of doubles or decimals.", bind=bind_by, operator="/"),
    _row("%", "%", "The remainder, with the dividend's sign.", operator="%"),
    _row("mod", "%", "The remainder, with the dividend's sign."),
    _row("div", "div", "The whole part of the quotient.", operator="div"),
    _try_row("try_add", "+", "The sum, NULL on overflow."),
    _try_row("try_subtract", "-", "The difference, NULL on overflow."),
    _try_row("try_multiply", "*", "The product, NULL on overflow."),
    _try_row("try_divide", "/", "The quotient, NULL for a zero divisor."),
    _try_row("try_mod", "%", "The remainder, NULL for a zero divisor."),
    Function(
        "negative",
        (SIGNED,),
        _signed_type,
        emit=_emit_negative,
        doc="The number with its sign turned.",
        group="math_funcs",
    ),
    Function(
        NEGATED,
        (SIGNED,),
        _signed_type,
        emit=_emit_negative,
        operator="-",
        doc="The number with its sign turned, as the sign writes it.",
        group="internal",
    ),
    Function(
        "positive",
        (SIGNED,),
        _signed_type,
        emit=lambda call, args, ctx: args[0],
        shows=lambda texts: f"(+ {texts[0]})",
        doc="The number itself.",
        group="math_funcs",
    ),
    Function(
        "abs",
        (
            Kind(
                "NUMERIC or INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH",
                lambda d: isinstance(d, (t.NumericType, t.DayTimeIntervalType, t.YearMonthIntervalType)),
                t.DOUBLE,
            ),
        ),
        _signed_type,
        emit=_emit_abs,
        doc="The number without its sign.",
        group="math_funcs",
    ),
)
