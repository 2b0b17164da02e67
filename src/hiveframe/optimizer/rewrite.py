"""A relation's own expressions rewritten bottom-up; subqueries inside are left as they are."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.optimizer.costs import computing
from hiveframe.optimizer.expressions import expressions
from hiveframe.plan.logical import Expr, Relation
from hiveframe.plan.walk import preorder, rewrite_up, with_children


def with_expressions(
    node: Relation, rule: Callable[[Expr], Expr], changes: Callable[[Expr], bool] = lambda expr: True
) -> Relation:
    """`node` with `rule` applied to every expression that it evaluates; the same object when nothing changed.

    `changes` says cheaply what `rule` may change; an expression in which it finds nothing is not rewritten.
    """
    own = {id(e) for e in computing(expressions(node)) if any(map(changes, preorder(e, Expr)))}
    if not own:
        return node

    def rewritten(root: Expr) -> Expr:
        if id(root) not in own:
            return root
        made: Expr = rewrite_up(root, Expr, rule)
        return made

    return with_children(node, Expr, rewritten)
