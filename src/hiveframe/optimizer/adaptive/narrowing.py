"""A condition on one column moves down to where its values come from.

Further than the engine takes one: below aggregations, windows and set operations, and across the equalities of joins to
the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hiveframe.optimizer.adaptive.keys import classes_of, equal_columns
from hiveframe.optimizer.adaptive.replacing import with_relations
from hiveframe.optimizer.costs import Costs, computing
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.join_groups import group_at
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Column, Expr, Relation

Condition = Callable[[Column], Expr]
"""What must hold of a column."""


def narrowed(relation: Relation, column: Column, condition: Condition, costs: Costs) -> Relation:
    """The rows of `relation` of which `condition` holds of its `column`, left out as far down as may be."""
    below = _below(relation, column, condition, costs)
    return lg.Filter(relation, condition(column)) if below is None else below


def _below(node: Relation, column: Column, condition: Condition, costs: Costs) -> Relation | None:
    """`node` over inputs that are narrowed; None where the condition cannot go further down."""
    if any(costs.of(e).is_volatile for e in computing(expressions(node))):
        return None  # what depends on chance may depend on which rows come by

    def passed(child: Relation, inner: Column) -> Relation:
        return narrowed(child, inner, condition, costs)

    match node:
        case lg.Filter() | lg.Join(kind="inner" | "cross", is_lateral=False) if (group := group_at(node)) is not None:
            equal = _equal_to(column, [c for c, link in zip(group.conditions, group.links, strict=True) if link])
            new = {}
            for one in group.relations:
                made = one
                for c in equal:
                    if any(o.id == c.id for o in one.output):
                        made = passed(made, c)
                new[id(one)] = made
            return with_relations(node, new)
        case lg.Filter(child=child) | lg.Sort(child=child) | lg.Repartition(child=child):
            return replace(node, child=passed(child, column))
        case lg.Project(child=child, items=items):
            return _through(node, child, items, column, passed)
        case lg.Aggregate(child=child, keys=keys, grouping_sets=None):
            return _through(node, child, keys, column, passed)
        case lg.Window(child=child, items=items) if all(_is_parted_by(item.expr, column) for item in items):
            return replace(node, child=passed(child, column))
        case lg.Distinct(child=child, keys=keys) if not keys or any(key.id == column.id for key in keys):
            return replace(node, child=passed(child, column))
        case lg.SetOperation(children=children, output=output):
            at = next(i for i, c in enumerate(output) if c.id == column.id)
            return replace(node, children=tuple(passed(child, child.output[at]) for child in children))
        case lg.Generate(child=child) if any(c.id == column.id for c in child.output):
            return replace(node, child=passed(child, column))
        case lg.WithCtes(child=child):
            return replace(node, child=passed(child, column))
        case lg.Join(left=left, right=right, kind="left" | "semi" | "anti") if _has(left, column):
            return replace(node, left=passed(left, column), right=_met(node, right, column, passed))
        case lg.Join(left=left, right=right, kind="right") if _has(right, column):
            return replace(node, left=_met(node, left, column, passed), right=passed(right, column))
    return None


def _through(
    node: lg.Project | lg.Aggregate,
    child: Relation,
    items: Iterable[lg.Named],
    column: Column,
    passed: Callable[[Relation, Column], Relation],
) -> Relation | None:
    """A step over a child that is narrowed by the column that `column` is there; None where it is computed."""
    source = next((item.expr for item in items if item.column.id == column.id), None)
    return replace(node, child=passed(child, source)) if isinstance(source, Column) else None


def _met(node: lg.Join, other: Relation, column: Column, passed: Callable[[Relation, Column], Relation]) -> Relation:
    """The side of a join whose rows matter only where they meet one of the side that `column` is of."""
    if node.is_lateral or node.condition is None:
        return other
    for c in _equal_to(column, conjuncts(node.condition)):
        if _has(other, c):
            other = passed(other, c)
    return other


def _equal_to(column: Column, conditions: Iterable[Expr]) -> list[Column]:
    """The column, and those that conditions hold to be equal to it."""
    found = next((known for known in classes_of(equal_columns(conditions)) if column.id in known), {column.id: column})
    return list(found.values())


def _has(relation: Relation, column: Column) -> bool:
    return any(c.id == column.id for c in relation.output)


def _is_parted_by(e: Expr, column: Column) -> bool:
    return isinstance(e, lg.WindowCall) and any(isinstance(k, Column) and k.id == column.id for k in e.partition_by)
