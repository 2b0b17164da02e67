"""Constants in conditions: which expressions have one value, which casts keep values, where a pattern begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal
from hiveframe.plan.types import DataType
from hiveframe.plan.walk import preorder


def is_constant(e: Expr) -> bool:
    """Whether an expression has one value for as long as the session's settings are the same; `now()` has not."""
    cost = Costs().of(e)
    if cost.is_volatile or cost.is_bound or cost.is_heavy or holds([e], SUBQUERIES):
        return False
    return all(
        isinstance(node, (Literal, Cast)) or (isinstance(node, Call) and bool(node.args)) for node in preorder(e, Expr)
    )


def keeps_values(source: DataType, target: DataType) -> bool:
    """Whether a cast gives each value its like, in the same order."""
    match target:
        case t.DecimalType() | t.LongType():
            return isinstance(source, (t.IntegralType, t.DecimalType)) and _is_wider(source, target)
        case t.ShortType() | t.IntegerType():
            return isinstance(source, t.IntegralType) and _is_wider(source, target)
        case t.DoubleType():
            return isinstance(source, (t.ByteType, t.ShortType, t.IntegerType, t.FloatType))
    return False


def _is_wider(source: DataType, target: DataType) -> bool:
    (own, own_scale), (wide, wide_scale) = _digits(source), _digits(target)
    return wide_scale >= own_scale and wide - wide_scale >= own - own_scale


def _digits(dtype: DataType) -> tuple[int, int]:
    if isinstance(dtype, t.DecimalType):
        return dtype.precision, dtype.scale
    return _INTEGRAL_DIGITS[type(dtype)], 0


def literal_start(pattern: str, escape: str) -> str:
    """The text before a LIKE pattern's first wildcard."""
    made: list[str] = []
    characters = iter(pattern)
    for c in characters:
        if c == escape:
            c = next(characters, "")
        elif c in "%_":
            break
        made.append(c)
    return "".join(made)


MIRRORED: Final[Mapping[str, str]] = {"=": "=", "<=>": "<=>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_INTEGRAL_DIGITS: Final[Mapping[type[DataType], int]] = {
    t.ByteType: 3,
    t.ShortType: 5,
    t.IntegerType: 10,
    t.LongType: 20,
}
