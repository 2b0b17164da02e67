"""Two projections in a row become one, as Spark's CollapseProject does and no further than it pays.

What the inner one computes is put where the outer one mentions it. Something that is mentioned several times is
repeated only when it is cheap, and only while the result stays small: DuckDB finds repeated parts, but a chain of
`withColumn` that mentions each column twice would double the tree with every step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hiveframe.optimizer.costs import SUBQUERIES, Costs, column_uses, computing, holds
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan.logical import Column, Expr, Literal, Named, Project, Relation

MOST_REPEATED: Final = 40  # nodes of an expression that holds repeated parts
MOST_MOVED: Final = 200  # nodes of an expression whose parts each moved once
DEEPEST: Final = 60  # DuckDB's time grows with the cube of an expression's depth


def collapse_projects(node: Relation, costs: Costs) -> Relation:
    """`Project(Project(x, inner), outer)` → `Project(x, outer with inner in place)`."""
    match node:
        case Project(child=Project(child=source, items=inner), items=outer):
            values = computed(inner)
            exprs = [item.expr for item in outer]
            if not may_substitute(exprs, values, costs):
                return node
            return Project(source, tuple(item if _stays(item, values) else _moved(item, values) for item in outer))
    return node


def computed(items: Iterable[Named]) -> dict[int, Expr]:
    """What each item's column stands for, the ones passed through left out."""
    return {
        item.column.id: item.expr for item in items if type(item.expr) is not Column or item.expr.id != item.column.id
    }


def may_substitute(exprs: list[Expr], values: Mapping[int, Expr], costs: Costs, *, repeats: bool = False) -> bool:
    """Whether `values` may be put into `exprs`; with `repeats`, what is mentioned is needed elsewhere, too."""
    if not values:
        return True
    deep = computing(exprs)
    if any(costs.of(e).is_bound and holds([e], SUBQUERIES) for e in deep):
        return False  # the subquery may mention the columns, too
    uses = column_uses(exprs)
    mentioned = [i for i in values if i in uses]
    grown: dict[int, bool] = {}
    for i in mentioned:
        value = values[i]
        if type(value) is Column or type(value) is Literal:
            continue
        cost = costs.of(value)
        if cost.is_bound:
            return False
        is_repeated = uses[i] > 1 or repeats
        if is_repeated and (cost.is_volatile or cost.is_heavy):
            return False
        grown[i] = is_repeated
    return not grown or all(_stays_small(e, values, grown, costs) for e in deep)


def _stays_small(expr: Expr, values: Mapping[int, Expr], grown: Mapping[int, bool], costs: Costs) -> bool:
    own = costs.of(expr)
    inside = column_uses([expr])
    parts = [(costs.of(values[i]), count, grown[i]) for i, count in inside.items() if i in grown]
    if not parts:
        return True
    size = own.size + sum((cost.size - 1) * count for cost, count, _ in parts)
    depth = own.depth + max(cost.depth for cost, _, _ in parts)
    bound = MOST_REPEATED if any(is_repeated for _, _, is_repeated in parts) else MOST_MOVED
    return size <= bound and depth <= DEEPEST


def _stays(item: Named, values: Mapping[int, Expr]) -> bool:
    return type(item.expr) is Column and item.expr.id not in values


def _moved(item: Named, values: Mapping[int, Expr]) -> Named:
    expr = substituted(item.expr, values)
    return item if expr is item.expr else Named(item.column, expr)
