"""Precision and scale of decimal results.

Source: Spark SQL reference, "Arithmetic operations" on decimals; `org.apache.spark.sql.types.DecimalType`. Every rule
has two forms: with `allow_loss` (Spark's default) a scale shrinks to keep the whole digits, without it both are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from hiveframe.plan import types as t
from hiveframe.plan.decimal_type import MAX_PRECISION
from hiveframe.plan.types import DataType, DecimalType

MIN_ADJUSTED_SCALE: Final = 6
SYSTEM_DEFAULT: Final = DecimalType(38, 18)
USER_DEFAULT: Final = DecimalType(10, 0)

_FORMS: Final[Mapping[DataType, DecimalType]] = {
    **t.INTEGRAL_DECIMAL,
    t.BOOLEAN: DecimalType(1, 0),
    t.FLOAT: DecimalType(14, 7),
    t.DOUBLE: DecimalType(30, 15),
}


def decimal_for(dtype: DataType) -> DecimalType:
    """The decimal that Spark takes for a numeric type (`DecimalType.forType`)."""
    return dtype if isinstance(dtype, DecimalType) else _FORMS[dtype]


def decimal_for_literal(value: int) -> DecimalType:
    """The narrowest decimal that holds an integer literal."""
    return DecimalType(max(len(str(abs(value))), 1), 0)


def decimal_for_value(value: Decimal) -> DecimalType:
    """The type of a decimal literal: its digits and its scale."""
    _, digits, exponent = value.as_tuple()
    scale = max(-int(exponent), 0)
    whole = len(digits) + max(int(exponent), 0)
    return DecimalType(max(whole, scale, 1), scale)


def holds(wide: DecimalType, other: DataType) -> bool:
    """Whether every value of `other` fits in `wide` without loss (`isWiderThan`)."""
    if isinstance(other, t.IntegralType):
        other = t.INTEGRAL_DECIMAL[other]
    if isinstance(other, DecimalType):
        return wide.precision - wide.scale >= other.precision - other.scale and wide.scale >= other.scale
    return False


def fits_in(narrow: DecimalType, other: DataType) -> bool:
    """Whether every value of `narrow` fits in the numeric type `other` (`isTighterThan`)."""
    if isinstance(other, t.IntegralType):
        other = t.INTEGRAL_DECIMAL[other]
    if isinstance(other, DecimalType):
        whole, frac = other.precision - other.scale, other.scale
        return narrow.precision - narrow.scale <= whole and narrow.scale <= frac
    return False


def bounded(precision: int, scale: int) -> DecimalType:
    """Both cut at 38."""
    return DecimalType(min(precision, MAX_PRECISION), min(scale, MAX_PRECISION))


def adjusted(precision: int, scale: int) -> DecimalType:
    """Past 38 digits the scale shrinks, but not below 6, so that whole digits stay."""
    if precision <= MAX_PRECISION:
        return DecimalType(precision, scale)
    whole = precision - scale
    return DecimalType(MAX_PRECISION, max(MAX_PRECISION - whole, min(scale, MIN_ADJUSTED_SCALE)))


def wider(left: DecimalType, right: DecimalType) -> DecimalType:
    """The common type in UNION, COALESCE, comparisons: past 38 digits the scale gives way to whole digits."""
    scale = max(left.scale, right.scale)
    whole = max(left.precision - left.scale, right.precision - right.scale)
    over = max(whole + scale - MAX_PRECISION, 0)
    return DecimalType(min(whole + scale, MAX_PRECISION), max(scale - over, 0))


def _sum(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    scale = max(s1, s2)
    return max(p1 - s1, p2 - s2) + scale + 1, scale


def _product(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    return p1 + p2 + 1, s1 + s2


def _quotient(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    scale = max(MIN_ADJUSTED_SCALE, s1 + p2 + 1)
    return p1 - s1 + s2 + scale, scale


def _remainder(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    scale = max(s1, s2)
    return min(p1 - s1, p2 - s2) + scale, scale


def _whole_quotient(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    precision = p1 - s1 + s2
    return (precision or 1), 0


_RULES: Final[Mapping[str, Callable[[int, int, int, int], tuple[int, int]]]] = {
    "+": _sum,
    "-": _sum,
    "*": _product,
    "/": _quotient,
    "%": _remainder,
    "pmod": _remainder,
    "div": _whole_quotient,
}


def result_type(operator: str, left: DecimalType, right: DecimalType, *, allow_loss: bool = True) -> DecimalType:
    """The type of `left operator right`; operators: + - * / % pmod div (`div` before its cast to BIGINT)."""
    if operator == "/" and not allow_loss:
        return _strict_quotient(left, right)
    precision, scale = _RULES[operator](left.precision, left.scale, right.precision, right.scale)
    return adjusted(precision, scale) if allow_loss else bounded(precision, scale)


def _strict_quotient(left: DecimalType, right: DecimalType) -> DecimalType:
    whole = min(MAX_PRECISION, left.precision - left.scale + right.scale)
    scale = min(MAX_PRECISION, max(MIN_ADJUSTED_SCALE, left.scale + right.precision + 1))
    over = whole + scale - MAX_PRECISION
    if over > 0:
        scale -= over // 2 + 1
        whole = MAX_PRECISION - scale
    return bounded(whole + scale, scale)
