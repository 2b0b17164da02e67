"""Casts of and arithmetic on constants become constants, so that the engine plans none of it and asks no row.

`CAST(1 AS DECIMAL(10,0))`, `1206 + 11`, `CAST('2002-04-01' AS DATE) + INTERVAL 30 DAYS`. What may fail, overflow or
round stays as it is, and fails where it is computed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Final

from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal, Relation
from hiveframe.plan.types import DataType

_RANGE: Final[Mapping[DataType, int]] = {t.BYTE: 7, t.SHORT: 15, t.INT: 31, t.LONG: 63}
_DAY_US: Final = 86_400_000_000
_EPOCH: Final = dt.date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = ((day - _EPOCH).days for day in (dt.date.min, dt.date.max))
_WIDE: Final = Context(prec=38)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def fold_constants(node: Relation, costs: Costs) -> Relation:
    """Each expression with its constant parts as literals."""
    return with_expressions(node, folded, _is_constant)


def _is_constant(expr: Expr) -> bool:
    if type(expr) is Cast:
        return type(expr.child) is Literal
    if type(expr) is not Call or not (expr.function == "/" or expr.function in _FOLDED):
        return False
    return all(type(arg) is Literal for arg in expr.args)


def folded(expr: Expr) -> Expr:
    """The literal that a cast of or arithmetic on literals is; any other expression as it is."""
    match expr:
        case Cast(child=Literal(value=None), dtype=dtype):
            return Literal(None, dtype)
        case Cast(child=Literal(value=str() as text), dtype=t.DateType()):
            day = _day(text)
            return expr if day is None else Literal(day, t.DATE)
        case Cast(child=Literal(value=value, dtype=source), dtype=target) if _is_exact(value, source, target):
            return Literal(_converted(value, target), target)
        case Call(function=name) if _is_constant(expr):
            values = [arg.value for arg in expr.args if isinstance(arg, Literal)]
            if name == "/":
                return _quotient(expr, *values)
            if all(type(value) is int for value in values):
                found = _FOLDED[name](*values)
                if found is not None and _holds(expr.dtype, found):
                    return Literal(found, expr.dtype)
    return expr


def _day(text: str) -> int | None:
    """The day of a date in full, as days since 1970; other ways to write one are left to the cast."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return (dt.date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        return None


def _whole_days(interval_us: int) -> int | None:
    days, rest = divmod(interval_us, _DAY_US)
    return None if rest else days


def _quotient(call: Call, dividend: object, divisor: object) -> Expr:
    """The quotient of two decimals, rounded half up as Spark does."""
    if not (isinstance(dividend, Decimal) and isinstance(divisor, Decimal) and isinstance(call.dtype, t.DecimalType)):
        return call
    if not divisor:
        return call
    scale = call.dtype.scale
    (above, below), (by, of) = dividend.as_integer_ratio(), divisor.as_integer_ratio()
    above, below = above * of * 10**scale, below * by
    size = (2 * abs(above) + abs(below)) // (2 * abs(below))
    if size >= 10**call.dtype.precision:
        return call
    digits = size if (above < 0) == (below < 0) else -size
    return Literal(_WIDE.scaleb(Decimal(digits), -scale), call.dtype)


def _holds(dtype: DataType, value: int) -> bool:
    if isinstance(dtype, t.DateType):
        return _FIRST_DAY <= value <= _LAST_DAY
    bits = _RANGE.get(dtype)
    return bits is not None and -(2**bits) <= value < 2**bits


_FOLDED: Final[Mapping[str, Callable[..., int | None]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "negative": lambda a: -a,
    "unary -": lambda a: -a,
    "date_add": lambda day, days: day + days,
    "date_sub": lambda day, days: day - days,
    "extractansiintervaldays": _whole_days,
}
"""What calls of integers and days give; None is left to the engine."""


def _is_exact(value: object, source: DataType, target: DataType) -> bool:
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        return False
    if not isinstance(source, (t.IntegralType, t.DecimalType)):
        return False
    match target:
        case t.DecimalType(precision, scale):
            scaled = Decimal(value).scaleb(scale)
            return scaled == scaled.to_integral_value() and abs(scaled) < 10**precision
        case t.IntegralType():
            bits = _RANGE[target]
            return value == int(value) and -(2**bits) <= value < 2**bits
        case t.DoubleType():
            return isinstance(value, int) and abs(value) <= 2**53
    return False


def _converted(value: int | Decimal, target: DataType) -> int | float | Decimal:
    match target:
        case t.DecimalType():
            return Decimal(value)
        case t.DoubleType():
            return float(value)
    return int(value)
