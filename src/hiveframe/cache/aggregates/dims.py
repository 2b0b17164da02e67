"""Expressions over dimensions: what of each group is computed from what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from hiveframe.cache.traits import is_exact
from hiveframe.optimizer.costs import SUBQUERIES
from hiveframe.plan import types as t
from hiveframe.plan.canonical import Fingerprints
from hiveframe.plan.logical import AggCall, Call, Cast, Column, Expr, Literal
from hiveframe.plan.walk import with_children

# What gives equal values for equal ones, though these may not be the same: a group shows one of its members' alone.
_FOR_EQUAL_ALIKE: Final = frozenset(
    {"=", "==", "<=>", "!=", "<>", "<", "<=", ">", ">=", "in", "inset", "between", "isnull", "isnotnull", "isnan"}
    | {"and", "or", "not", "+", "-", "*", "/", "%", "div", "negative", "positive", "abs", "round", "floor", "ceil"}
    | {"coalesce", "if", "when", "nvl", "ifnull", "nullif", "greatest", "least", "collation_key"}
)


class Missing(Exception):
    """Something is asked for that is not kept."""


def over_dims(
    expr: Expr,
    prints: Fingerprints,
    dims: Collection[bytes],
    column: Callable[[bytes, Expr], Expr],
    *,
    is_alike: bool = True,
) -> Expr:
    """The expression over dimensions in place of columns; raises `Missing` where they do not suffice.

    `is_alike`: what is around it does the same to values that are equal, such as 0.0 and -0.0.
    """
    if isinstance(expr, Literal):
        return expr
    digest = prints.of(expr)
    if digest in dims and (is_alike or is_exact(expr.dtype)):
        return column(digest, expr)
    if isinstance(expr, (Column, AggCall, *SUBQUERIES)):
        raise Missing
    is_alike = is_alike and _is_for_equal_alike(expr)
    made: Expr = with_children(expr, Expr, lambda part: over_dims(part, prints, dims, column, is_alike=is_alike))
    return made


def suffice(dims: Collection[bytes], exprs: Iterable[Expr], prints: Fingerprints) -> bool:
    """Whether all of the expressions can be computed from dimensions of these digests."""
    try:
        for e in exprs:
            over_dims(e, prints, dims, lambda digest, e: e)
    except Missing:
        return False
    return True


def _is_for_equal_alike(expr: Expr) -> bool:
    if isinstance(expr, Cast):
        return isinstance(expr.dtype, t.NumericType) and isinstance(expr.child.dtype, t.NumericType)
    return isinstance(expr, Call) and expr.function in _FOR_EQUAL_ALIKE
