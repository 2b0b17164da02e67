"""Which call of a plan a failure without a place of its own belongs to."""

from __future__ import annotations

from hiveframe.errors import QueryContext
from hiveframe.plan.logical import AggCall, Call, Cast, Expr, Relation
from hiveframe.plan.walk import children, preorder


def context_of(plan: Relation | None, function: str | None) -> QueryContext | None:
    """The place of the plan's only call of `function` (None: of its only cast); None when there are several places."""
    if plan is None:
        return None
    places: dict[tuple[int, int], QueryContext] = {}
    for relation in preorder(plan, Relation):
        for root in children(relation, Expr):
            for node in preorder(root, Expr):
                context = _context(node, function)
                if context is not None:
                    places[context.start, context.stop] = context
    return next(iter(places.values())) if len(places) == 1 else None


def _context(node: Expr, function: str | None) -> QueryContext | None:
    if function is None:
        return node.context if isinstance(node, Cast) else None
    if isinstance(node, (Call, AggCall)) and node.function == function:
        return node.context
    return None
