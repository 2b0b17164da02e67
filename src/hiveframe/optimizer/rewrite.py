"""A relation's own expressions rewritten bottom-up; subqueries inside are left as they are."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.optimizer.costs import computing
from hiveframe.optimizer.expressions import expressions
from hiveframe.plan.logical import Call, Cast, Column, Expr, Literal, Relation
from hiveframe.plan.walk import children, rewrite_up, with_children


def with_expressions(
    node: Relation, rule: Callable[[Expr], Expr], changes: Callable[[Expr], bool] = lambda expr: True
) -> Relation:
    """`node` with `rule` applied to every expression that it evaluates; the same object when nothing changed.

    `changes` says cheaply what `rule` may change; an expression in which it finds nothing is not rewritten.
    """
    own = {id(e) for e in computing(expressions(node)) if _is_in(e, changes)}
    if not own:
        return node

    def rewritten(root: Expr) -> Expr:
        if id(root) not in own:
            return root
        made: Expr = rewrite_up(root, Expr, rule)
        return made

    return with_children(node, Expr, rewritten)


def _is_in(root: Expr, changes: Callable[[Expr], bool]) -> bool:
    """Whether `changes` says so of a node of an expression: several rules ask it of every expression of a plan."""
    pending: list[Expr] = [root]
    while pending:
        node = pending.pop()
        if changes(node):
            return True
        kind = type(node)
        if kind is Call:
            pending += node.args  # type: ignore[attr-defined]
        elif kind is Cast:
            pending.append(node.child)  # type: ignore[attr-defined]
        elif kind is not Column and kind is not Literal:
            pending += children(node, Expr)
    return False
