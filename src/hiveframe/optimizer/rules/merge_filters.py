"""Two filters in a row become one: the inner condition first, as Spark's CombineFilters keeps it."""

from __future__ import annotations

from hiveframe.optimizer.costs import Costs
from hiveframe.plan.logical import Call, Expr, Filter, Literal, Relation
from hiveframe.plan.types import BOOLEAN


def merge_filters(node: Relation, costs: Costs) -> Relation:
    """`Filter(Filter(x, a), b)` → `Filter(x, a AND b)`; a filter on TRUE goes."""
    match node:
        case Filter(child=child, condition=Literal(value=True)):
            return child
        case Filter(child=Filter(child=source, condition=inner), condition=outer):
            if costs.of(inner).is_volatile or costs.of(outer).is_volatile:
                return node
            return Filter(source, conjunction(inner, outer))
    return node


def conjunction(left: Expr, right: Expr) -> Expr:
    """`left AND right`."""
    return Call("and", (left, right), BOOLEAN, left.nullable or right.nullable)
