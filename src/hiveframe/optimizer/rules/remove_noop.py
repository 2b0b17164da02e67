"""Steps that change nothing go: partitionings, projections onto the same columns, sorts that a later step undoes."""

from __future__ import annotations

from typing import Final

from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.expressions import expressions
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Column,
    Distinct,
    Expr,
    Limit,
    Named,
    Project,
    PyUdf,
    Relation,
    Repartition,
    Sort,
)
from hiveframe.plan.walk import preorder

# Aggregates whose value depends on the order in which rows come.
_ORDER_SENSITIVE: Final = frozenset(
    {"first", "first_value", "last", "last_value", "any_value", "collect_list", "array_agg", "listagg", "string_agg"}
)


def remove_noop(node: Relation, costs: Costs) -> Relation:
    """The node's child where the node itself has no effect."""
    match node:
        case Repartition(child=child):
            return child
        case Project(child=child, items=items) if _is_identity(items, child):
            return child
        case Sort(child=Sort(child=source), keys=keys, is_global=True):
            return Sort(source, keys)
        case Aggregate(child=Sort(child=source), keys=keys, items=items, grouping_sets=sets) if not _sees_order(node):
            return Aggregate(source, keys, items, sets)
        case Distinct(child=Distinct(child=source, keys=()), keys=()):
            return Distinct(source)
        case Limit(child=child, count=None, offset=0):
            return child
    return node


def _is_identity(items: tuple[Named, ...], child: Relation) -> bool:
    output = child.output
    return len(items) == len(output) and all(
        type(item.expr) is Column
        and item.expr.id == item.column.id == c.id
        and item.column.name == c.name
        and item.column.metadata == c.metadata
        for item, c in zip(items, output, strict=True)
    )


def _sees_order(node: Aggregate) -> bool:
    for root in expressions(node):
        for expr in preorder(root, Expr):
            if isinstance(expr, AggCall) and expr.function in _ORDER_SENSITIVE:
                return True
            if isinstance(expr, PyUdf):
                return True
    return False
