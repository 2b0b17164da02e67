"""The columns that expressions mention, those inside of subqueries included."""

from __future__ import annotations

from collections.abc import Iterable

from hiveframe.optimizer.costs import SUBQUERIES
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs
from hiveframe.plan.logical import Column, Expr, Literal, PyUdtf, Relation
from hiveframe.plan.walk import children


def mentioned(exprs: Iterable[Expr]) -> set[int]:
    """Ids of every column in `exprs`, and of every column that a subquery in them mentions, its own too."""
    found: set[int] = set()
    pending: list[Expr] = list(exprs)
    while pending:
        node = pending.pop()
        if type(node) is Column:
            found.add(node.id)
        elif type(node) is not Literal:
            pending.extend(children(node, Expr))
            if isinstance(node, SUBQUERIES):
                found |= mentioned_below(node.plan)
            elif isinstance(node, PyUdtf) and node.table is not None:
                found |= mentioned_below(node.table)
    return found


def mentioned_below(plan: Relation) -> set[int]:
    """Ids of every column that any expression in `plan` mentions."""
    found: set[int] = set()
    pending: list[Relation] = [plan]
    while pending:
        node = pending.pop()
        found |= mentioned(expressions(node))
        pending.extend(inputs(node))
    return found
