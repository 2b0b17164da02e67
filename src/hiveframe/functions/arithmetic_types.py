"""Which types an arithmetic operator works in: implicit casts of both sides, and the errors when they don't meet."""

from __future__ import annotations

from typing import Final

from hiveframe.functions import decimals
from hiveframe.functions.coercion import string_promotion, tightest_type
from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr, Literal
from hiveframe.plan.types import DataType

INTERVALS: Final = (t.DayTimeIntervalType, t.YearMonthIntervalType, t.CalendarIntervalType)
_FLOATS: Final = (t.FloatType, t.DoubleType)

# What the operator takes, as messages show it.
ACCEPTED: Final = {
    "+": '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
    "-": '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
    "*": '"NUMERIC"',
    "/": '("DOUBLE" or "DECIMAL")',
    "%": '"NUMERIC"',
    "pmod": '"NUMERIC"',
    **dict.fromkeys(("&", "|", "^"), '"INTEGRAL"'),
    "div": '("BIGINT" or "DECIMAL" or "INTERVAL YEAR TO MONTH" or "INTERVAL DAY TO SECOND")',
}


BITWISE: Final = ("&", "|", "^")


def arithmetic_operands(binder: Binder, symbol: str, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Both sides in the types that the operator works in; DATATYPE_MISMATCH.BINARY_OP_… when there are none."""
    left, right = _promote_strings(binder, left, right)
    left, right = _promote_decimals(binder, left, right)
    if symbol == "/":
        left, right = _as_doubles(binder, left, right)
    elif symbol == "div":
        left, right = _as_longs(binder, left, right)
    left, right = _to_tightest(binder, symbol, left, right)
    if not _agree(symbol, left.dtype, right.dtype):
        raise binder.error(
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
            left=f'"{t.sql_name(left.dtype)}"',
            right=f'"{t.sql_name(right.dtype)}"',
        )
    if isinstance(left.dtype, t.NullType):
        nothing = t.INT if symbol in BITWISE else t.DOUBLE
        return binder.cast(left, nothing), binder.cast(right, nothing)
    if not _accepts(symbol, left.dtype):
        raise binder.error(
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
            inputType=ACCEPTED[symbol],
            actualDataType=f'"{t.sql_name(left.dtype)}"',
        )
    return left, right


def _promote_strings(binder: Binder, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    if not (isinstance(left.dtype, t.StringType) or isinstance(right.dtype, t.StringType)):
        return left, right
    if binder.ansi:
        target = string_promotion(left.dtype, right.dtype)
        return (left, right) if target is None else (binder.cast(left, target), binder.cast(right, target))
    if isinstance(left.dtype, t.StringType) and not isinstance(right.dtype, INTERVALS):
        left = binder.cast(left, t.DOUBLE)
    if isinstance(right.dtype, t.StringType) and not isinstance(left.dtype, INTERVALS):
        right = binder.cast(right, t.DOUBLE)
    return left, right


def _promote_decimals(binder: Binder, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """A decimal beside an integer or a float; two decimals stay as they are."""
    if isinstance(left.dtype, t.DecimalType) and isinstance(right.dtype, t.IntegralType):
        return left, binder.cast(right, _decimal_of(right))
    if isinstance(right.dtype, t.DecimalType) and isinstance(left.dtype, t.IntegralType):
        return binder.cast(left, _decimal_of(left)), right
    if isinstance(left.dtype, t.DecimalType) and isinstance(right.dtype, _FLOATS):
        return binder.cast(left, t.DOUBLE), right
    if isinstance(right.dtype, t.DecimalType) and isinstance(left.dtype, _FLOATS):
        return left, binder.cast(right, t.DOUBLE)
    return left, right


def _decimal_of(expr: Expr) -> DataType:
    """A literal takes only the digits that it has (a TINYINT one does not, in Spark)."""
    if isinstance(expr, Literal) and expr.value is not None and not isinstance(expr.dtype, t.ByteType):
        return decimals.decimal_for_literal(int(expr.value))
    return decimals.decimal_for(expr.dtype)


def _as_doubles(binder: Binder, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """`/` divides doubles, unless decimals are divided; NULL by a decimal is a double too."""
    if isinstance(left.dtype, t.DecimalType) or not isinstance(left.dtype, (t.NumericType, t.NullType)):
        return left, right
    if not isinstance(right.dtype, (t.NumericType, t.NullType)):
        return left, right
    return binder.cast(left, t.DOUBLE), binder.cast(right, t.DOUBLE)


def _as_longs(binder: Binder, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """`div` divides whole numbers as BIGINT."""
    if isinstance(left.dtype, t.IntegralType):
        left = binder.cast(left, t.LONG)
    if isinstance(right.dtype, t.IntegralType):
        right = binder.cast(right, t.LONG)
    return left, right


def _to_tightest(binder: Binder, symbol: str, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    if isinstance(left.dtype, t.DecimalType) and isinstance(right.dtype, t.DecimalType):
        return left, right
    target = tightest_type(left.dtype, right.dtype, ansi=binder.ansi)
    if target is None or not (_accepts(symbol, target) or isinstance(target, t.NullType)):
        return left, right
    return binder.cast(left, target), binder.cast(right, target)


def _agree(symbol: str, left: DataType, right: DataType) -> bool:
    if isinstance(left, t.DecimalType) and isinstance(right, t.DecimalType) and symbol not in BITWISE:
        return True
    return t.same_type(left, right)


def _accepts(symbol: str, dtype: DataType) -> bool:
    match symbol:
        case "+" | "-":
            return isinstance(dtype, (t.NumericType, *INTERVALS))
        case "/":
            return isinstance(dtype, (t.DoubleType, t.DecimalType))
        case "div":
            return isinstance(dtype, (t.LongType, t.DecimalType, t.DayTimeIntervalType, t.YearMonthIntervalType))
        case "&" | "|" | "^":
            return isinstance(dtype, t.IntegralType)
    return isinstance(dtype, t.NumericType)


def result_type(symbol: str, left: DataType, right: DataType, *, allow_loss: bool = True) -> DataType:
    """The type of an operator on operands that `arithmetic_operands` gave."""
    if symbol == "div":
        return t.LONG
    if isinstance(left, t.DecimalType) and isinstance(right, t.DecimalType):
        return decimals.result_type(symbol, left, right, allow_loss=allow_loss)
    return left
