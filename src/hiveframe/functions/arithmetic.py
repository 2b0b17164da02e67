"""Emission of `+ - * / % div` on numbers: `ansi` raises, `legacy` wraps or gives NULL, `try` gives NULL.

Integers go out as DuckDB's own operators, which raise on overflow and on division by zero just as ANSI asks; what those
failures mean is told to the context, so that the hot path has no check.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from hiveframe.errors import QueryContext
from hiveframe.functions import decimals
from hiveframe.functions.calendar_interval import part_by_part
from hiveframe.functions.cast_job import ANSI_SETTING, LITERAL_SUFFIX
from hiveframe.functions.cast_numbers import BITS, wrap
from hiveframe.functions.decimal_arithmetic import DecimalOperation, emit_checked_quotient, emit_decimal
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import is_atom_cast, let, let_all
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type, try_cast
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr, Literal
from hiveframe.plan.types import DataType

_TRY_NAMES: Final = {"+": "try_add", "-": "try_subtract", "*": "try_multiply", "div": "try_divide"}
_VERBS: Final = {"+": "addition", "-": "subtraction", "*": "multiplication"}
_BY_ZERO: Final = {"/": "DIVIDE_BY_ZERO", "div": "DIVIDE_BY_ZERO", "%": "REMAINDER_BY_ZERO"}
_DIVISIONS: Final = ("/", "%", "div")


def emit_arithmetic(
    symbol: str,
    args: list[Sql],
    operands: tuple[Expr, Expr],
    dtype: DataType,
    mode: str,
    context: QueryContext | None,
    ctx: EmitContext,
) -> Sql:
    """`left symbol right` of type `dtype`; `operands` are the two typed expressions behind `args`."""
    kind = operands[0].dtype
    if isinstance(kind, t.CalendarIntervalType):
        return _calendar(symbol, args, mode, context, ctx)
    if symbol in _DIVISIONS:
        return _division(symbol, args, operands, dtype, mode, context, ctx)
    if isinstance(kind, t.DecimalType):
        return emit_decimal(_decimal(symbol, args, operands, dtype, mode, context, ctx))
    made = op(symbol, args[0], args[1])
    if isinstance(kind, (t.FloatType, t.DoubleType)):
        return made
    bits = 32 if isinstance(kind, t.YearMonthIntervalType) else BITS.get(type(kind), 64)
    if mode == "try":
        return _fitting(symbol, args, dtype)
    if mode == "legacy" and isinstance(kind, t.IntegralType):
        return _wrapped(symbol, args, bits, dtype)
    _declare_overflow(symbol, kind, bits, mode, context, ctx)
    return made


def _calendar(symbol: str, args: list[Sql], mode: str, context: QueryContext | None, ctx: EmitContext) -> Sql:
    """Months, days and microseconds each for themselves."""

    def combine(bits: int, left: Sql, right: Sql) -> Sql:
        made = op(symbol, cast(left, "HUGEINT"), right)
        return wrap(made, bits) if mode == "legacy" else made

    made = part_by_part(args, combine, ctx)
    pattern = r"Type INT128 with value .* can't be cast because the value is out of range"
    params = overflow_params("", "overflow")
    ctx.native(pattern, "ArithmeticException", "ARITHMETIC_OVERFLOW", params, context)
    return made


def _fitting(symbol: str, args: list[Sql], dtype: DataType) -> Sql:
    """NULL where the result does not fit; what the operands raise is raised (DuckDB's TRY would take that too)."""
    wide = "HUGEINT" if BITS[type(dtype)] == 64 else "BIGINT"
    return try_cast(op(symbol, cast(args[0], wide), cast(args[1], wide)), physical_type(dtype))


def _wrapped(symbol: str, args: list[Sql], bits: int, dtype: DataType) -> Sql:
    wide = "HUGEINT" if bits == 64 else "BIGINT"
    made = op(symbol, cast(args[0], wide), cast(args[1], wide))
    return cast(wrap(made, bits), physical_type(dtype))


def _declare_overflow(
    symbol: str, kind: DataType, bits: int, mode: str, context: QueryContext | None, ctx: EmitContext
) -> None:
    """What DuckDB's `Overflow in addition of INT32 (1 + 2)!` means here."""
    operands = rf"\((?P<left>-?\d+) \{symbol} (?P<right>-?\d+)\)"
    pattern = rf"Overflow in {_VERBS[symbol]} of INT{bits} {operands}"
    name = f"`{_TRY_NAMES[symbol]}`"
    if isinstance(kind, (t.DayTimeIntervalType, t.YearMonthIntervalType)):
        condition, params = "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {"functionName": name}
    elif bits < 32:
        suffix = LITERAL_SUFFIX[t.ShortType]  # Spark shows both sides of a TINYINT as SMALLINT
        condition = "BINARY_ARITHMETIC_OVERFLOW"
        params = {
            "value1": "{left}" + suffix,
            "symbol": symbol,
            "value2": "{right}" + suffix,
            "functionName": name,
        }
    else:
        condition, params = "ARITHMETIC_OVERFLOW", overflow_params(_TRY_NAMES[symbol])
    ctx.native(pattern, "ArithmeticException", condition, params, context)


def overflow_params(instead: str = "", message: str = "overflow") -> dict[str, str]:
    """Parameters of ARITHMETIC_OVERFLOW; `instead` names the function that tolerates it."""
    hint = f" Use '{instead}' to tolerate overflow and return NULL instead." if instead else ""
    return {"message": message, "alternative": hint, "config": ANSI_SETTING}


def _decimal(
    symbol: str,
    args: list[Sql],
    operands: tuple[Expr, Expr],
    dtype: DataType,
    mode: str,
    context: QueryContext | None,
    ctx: EmitContext,
) -> DecimalOperation:
    left, right = operands[0].dtype, operands[1].dtype
    assert isinstance(left, t.DecimalType)
    assert isinstance(right, t.DecimalType)
    result = decimals.result_type("div", left, right) if symbol == "div" else dtype
    assert isinstance(result, t.DecimalType)
    return DecimalOperation(symbol, args[0], left, args[1], right, result, mode, context, ctx)


def _division(
    symbol: str,
    args: list[Sql],
    operands: tuple[Expr, Expr],
    dtype: DataType,
    mode: str,
    context: QueryContext | None,
    ctx: EmitContext,
) -> Sql:
    """Divisions by zero raise under ANSI and give NULL otherwise."""

    def divide(left: Sql, right: Sql) -> Sql:
        return _divided(symbol, [left, right], operands, dtype, mode, context, ctx)

    divisor = operands[1]
    if isinstance(divisor, Literal) and divisor.value is not None and divisor.value != 0:
        return divide(args[0], args[1])
    kind = operands[0].dtype
    is_whole = not isinstance(kind, (t.FloatType, t.DoubleType, t.DecimalType))
    if mode != "ansi":
        return divide(args[0], func("nullif", args[1], number(0)))
    if is_whole:
        _declare_by_zero(symbol, context, ctx)
        return divide(args[0], args[1])

    if isinstance(kind, t.DecimalType) and symbol == "/":
        site = partial(ctx.error_site, "ArithmeticException", _BY_ZERO[symbol], {"config": ANSI_SETTING}, context)
        made = emit_checked_quotient(_decimal(symbol, args, operands, dtype, mode, context, ctx), site)
        if made is not None:
            return made

    def checked(left: Sql, right: Sql) -> Sql:
        failure = ctx.raise_error("ArithmeticException", _BY_ZERO[symbol], {"config": ANSI_SETTING}, dtype, context)
        return case(
            (op("=", right, number(0)), case((is_not_null(left), failure))),
            default=divide(left, right),
        )

    if all(map(is_atom_cast, args)):
        return checked(args[0], args[1])
    return let_all(args, ctx, checked)


def _declare_by_zero(symbol: str, context: QueryContext | None, ctx: EmitContext) -> None:
    duck = "%" if symbol == "%" else "//"
    params = {"config": ANSI_SETTING}
    ctx.native(rf"Division by zero in expression .* {duck} ", "ArithmeticException", _BY_ZERO[symbol], params, context)


def _divided(
    symbol: str,
    args: list[Sql],
    operands: tuple[Expr, Expr],
    dtype: DataType,
    mode: str,
    context: QueryContext | None,
    ctx: EmitContext,
) -> Sql:
    kind = operands[0].dtype
    if isinstance(kind, t.DecimalType):
        made = emit_decimal(_decimal(symbol, args, operands, dtype, mode, context, ctx))
        return _low_bits(made) if symbol == "div" else made
    if isinstance(kind, (t.FloatType, t.DoubleType)):
        return op(symbol, args[0], args[1])
    if symbol == "%":
        return _remainder(args, operands, ctx)
    made = op("//", args[0], args[1])
    if mode == "ansi":
        params = overflow_params("try_divide", "Overflow in integral divide")
        ctx.native(r"Overflow in division of -?\d+ / -1", "ArithmeticException", "ARITHMETIC_OVERFLOW", params, context)
    else:
        made = _wrapped_division(made, args, operands)
    return cast(made, "BIGINT") if isinstance(kind, t.YearMonthIntervalType) else made


def _low_bits(whole: Sql) -> Sql:
    """A decimal without a fraction as a BIGINT, wrapped around in every mode, as Java's `longValue` is."""
    return cast(wrap(cast(whole, "HUGEINT"), 64), "BIGINT")


def _divisor_is_safe(operands: tuple[Expr, Expr]) -> bool:
    divisor = operands[1]
    return isinstance(divisor, Literal) and divisor.value != -1


def _remainder(args: list[Sql], operands: tuple[Expr, Expr], ctx: EmitContext) -> Sql:
    """Modulo -1 is modulo 1: DuckDB raises for the least number."""
    if _divisor_is_safe(operands):
        return op("%", args[0], args[1])
    divisor = let(args[1], ctx, lambda v: case((op("=", v, number(-1)), number(1)), default=v))
    return op("%", args[0], cast(divisor, physical_type(operands[1].dtype)))


def _wrapped_division(made: Sql, args: list[Sql], operands: tuple[Expr, Expr]) -> Sql:
    """Legacy: the least BIGINT divided by -1 is itself."""
    if _divisor_is_safe(operands):
        return made
    return func("coalesce", func("try", made), case((op("=", args[1], number(-1)), args[0])))
