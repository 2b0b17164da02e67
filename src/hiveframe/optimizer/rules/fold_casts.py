"""Casts of number literals to wider number types become literals, so that no row is asked whether they overflow."""

from __future__ import annotations

from decimal import Decimal

from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.plan import types as t
from hiveframe.plan.logical import Cast, Expr, Literal, Relation
from hiveframe.plan.types import DataType

_RANGE = {t.BYTE: 7, t.SHORT: 15, t.INT: 31, t.LONG: 63}


def fold_casts(node: Relation, costs: Costs) -> Relation:
    """`CAST(1 AS DECIMAL(10,0))` → the DECIMAL literal; anything that may fail or round stays a cast."""
    return with_expressions(node, folded, _is_constant)


def _is_constant(expr: Expr) -> bool:
    return type(expr) is Cast and type(expr.child) is Literal


def folded(expr: Expr) -> Expr:
    """The literal that a cast of a literal is, where it neither fails nor rounds; any other expression as it is."""
    match expr:
        case Cast(child=Literal(value=None), dtype=dtype):
            return Literal(None, dtype)
        case Cast(child=Literal(value=value, dtype=source), dtype=target) if _is_exact(value, source, target):
            return Literal(_converted(value, target), target)
    return expr


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
