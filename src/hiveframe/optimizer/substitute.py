"""Expressions with columns, or other parts, replaced by the expressions that compute them."""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.plan.logical import Column, Expr, Literal
from hiveframe.plan.walk import rewrite_up


def substituted(expr: Expr, values: Mapping[int, Expr]) -> Expr:
    """`expr` with every column of `values` replaced; subqueries inside are left as they are."""
    if type(expr) is Column:
        return values.get(expr.id, expr)
    if type(expr) is Literal or not values:
        return expr
    made: Expr = rewrite_up(expr, Expr, lambda node: values.get(node.id, node) if type(node) is Column else node)
    return made


def with_parts(expr: Expr, values: Mapping[int, Expr]) -> Expr:
    """`expr` with the parts of these `id()`s replaced."""
    made: Expr = rewrite_up(expr, Expr, lambda node: values.get(id(node), node))
    return made
