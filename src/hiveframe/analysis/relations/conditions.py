"""Conditions of WHERE, HAVING, QUALIFY and joins: bound, and checked to be boolean."""

from __future__ import annotations

from hiveframe.analysis.aggregates import is_aggregate
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import failure
from hiveframe.analysis.generators import is_generator
from hiveframe.analysis.naming import describe, numbered, qualified
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder


def check_filter(binder: Binder, at: spec.Relation, node: spec.Expr, condition: lg.Expr) -> None:
    """FILTER_NOT_BOOLEAN unless the condition is a boolean."""
    if condition.dtype != t.BOOLEAN:
        text = f'"{binder.text(node)}"'
        raise failure(
            "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
            at,
            sqlExpr=text,
            filter=text,
            type=f'"{t.sql_name(condition.dtype)}"',
        )


def check_where(binder: Binder, at: spec.Relation, node: spec.Expr, condition: lg.Expr) -> None:
    """No aggregates or windows in WHERE."""
    parts = list(preorder(condition, lg.Expr))
    windows: list[lg.Expr] = [e for e in parts if isinstance(e, lg.WindowCall)]
    found = windows or [e for e in parts if is_aggregate(e)]
    if found:
        run = binder.context.run
        nodes = [run.node_of(e) for e in found]
        texts = [qualified(n, run) if n is not None else describe(e, run) for n, e in zip(nodes, found, strict=True)]
        raise failure(
            "INVALID_WHERE_CONDITION", at, condition=f'"{binder.text(node)}"', expressionList=", ".join(texts)
        )


def refuse_generator(binder: Binder, node: spec.Expr, expr: lg.Expr, shown: str) -> None:
    """UNSUPPORTED_GENERATOR.OUTSIDE_SELECT for a generator where a condition belongs; Spark looks at types later.

    `shown` is the operator as the message shows it, `{}` where the generator stands.
    """
    if is_generator(expr):
        raise failure(
            "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", None, plan=shown.format(numbered(node, binder.context.run))
        )
