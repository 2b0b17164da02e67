"""Keys of windows that give another value each time are computed below the window, once for each row.

DuckDB refuses them in OVER; Spark computes them in a projection of their own as well (`ExtractWindowExpressions`).
"""

from __future__ import annotations

from dataclasses import replace

from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.plan.logical import Expr, Named, Project, Relation, SortKey, Window, WindowCall


def settle_window_keys(node: Relation, costs: Costs) -> Relation:
    """`Window(x, f OVER (ORDER BY rand()))` → `Window(Project(x, *, rand() AS k), f OVER (ORDER BY k))`."""
    if not isinstance(node, Window) or not any(_is_volatile(item.expr, costs) for item in node.items):
        return node
    computed: list[Named] = []
    items = tuple(Named(item.column, _settled(item.expr, costs, computed)) for item in node.items)
    below = Project(node.child, (*(Named(c, c) for c in node.child.output), *computed))
    return Project(Window(below, items), tuple(Named(c, c) for c in node.output))


def _is_volatile(expr: Expr, costs: Costs) -> bool:
    if not isinstance(expr, WindowCall):
        return False
    keys = (*expr.partition_by, *(key.child for key in expr.order_by))
    return any(costs.of(key).is_volatile for key in keys)


def _settled(expr: Expr, costs: Costs, computed: list[Named]) -> Expr:
    if not isinstance(expr, WindowCall) or not _is_volatile(expr, costs):
        return expr

    def settle(key: Expr) -> Expr:
        if not costs.of(key).is_volatile:
            return key
        column = fresh_column("key", key)
        computed.append(Named(column, key))
        return column

    def ordered(key: SortKey) -> SortKey:
        return replace(key, child=settle(key.child))

    return replace(
        expr,
        partition_by=tuple(settle(key) for key in expr.partition_by),
        order_by=tuple(ordered(key) for key in expr.order_by),
    )
