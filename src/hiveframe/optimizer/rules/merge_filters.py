"""Two filters in a row become one: the inner condition first, as Spark's CombineFilters keeps it."""

from __future__ import annotations

from collections.abc import Sequence

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


def conjuncts(condition: Expr) -> list[Expr]:
    """The parts of an AND, in order."""
    parts: list[Expr] = []
    pending = [condition]
    while pending:
        node = pending.pop()
        if isinstance(node, Call) and node.function == "and":
            pending.extend(reversed(node.args))
        else:
            parts.append(node)
    return parts


def all_of(conditions: Sequence[Expr]) -> Expr:
    """The AND of one or more conditions."""
    made = conditions[0]
    for condition in conditions[1:]:
        made = conjunction(made, condition)
    return made


def conjunction(left: Expr, right: Expr) -> Expr:
    """`left AND right`."""
    return Call("and", (left, right), BOOLEAN, left.nullable or right.nullable)
