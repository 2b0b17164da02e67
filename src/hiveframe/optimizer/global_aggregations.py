"""Aggregations of all rows that pass a filter, as plans hold them: side by side in FROM, or as scalar subqueries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.inputs import inputs, rewrite_relations, with_inputs
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Call,
    Cast,
    Column,
    Expr,
    Filter,
    Join,
    Literal,
    Named,
    Project,
    Relation,
)
from hiveframe.plan.types import BOOLEAN
from hiveframe.plan.walk import preorder

_COMPARING: Final = frozenset(
    {"=", "<", "<=", ">", ">=", "!=", "<=>", "and", "or", "not", "in", "inset", "between", "isnull", "isnotnull"}
)


@dataclass(frozen=True, slots=True, eq=False)
class GlobalAggregation:
    """One row: `items` over the rows of `base` for which all `conditions` hold. `plan` is where it was found.

    Nothing in it can fail: arguments are columns, conditions compare columns with constants.
    """

    plan: Relation
    items: tuple[Named, ...]
    base: Relation
    conditions: tuple[Expr, ...]

    @property
    def calls(self) -> list[AggCall]:
        """The aggregates in the items."""
        return [e for item in self.items for e in preorder(item.expr, Expr) if isinstance(e, AggCall)]


def is_cross(node: Relation) -> bool:
    """Whether a relation is two others side by side."""
    return isinstance(node, Join) and node.kind in ("cross", "inner") and node.condition is None and not node.is_lateral


def leaves_of(node: Relation) -> list[Relation]:
    """What stands side by side under cross joins of cross joins, in order."""
    found: list[Relation] = []
    pending: list[Relation] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Join) and is_cross(current):
            pending += [current.right, current.left]
        else:
            found.append(current)
    return found


def over_from_clauses(plan: Relation, rule: Callable[[Relation], Relation]) -> Relation:
    """`plan` with `rule` applied to each whole FROM clause of cross joins, inner ones first, never to a part of one.

    `rule` makes several aggregations of all rows together: a plan that has no two of them stays as it is.
    """
    if not _has_several(plan):
        return plan

    def over(node: Relation) -> Relation:
        if is_cross(node):
            return node
        below = inputs(node)
        return with_inputs(node, [applied(child) for child in below]) if any(map(is_cross, below)) else node

    def applied(node: Relation) -> Relation:
        return rule(node) if is_cross(node) else node

    return applied(rewrite_relations(plan, over))


def _has_several(plan: Relation) -> bool:
    found = 0
    seen: set[int] = set()
    pending: list[Relation] = [plan]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Aggregate) and not node.keys:
            found += 1
            if found > 1:
                return True
        pending += inputs(node)
    return False


def crossed(sides: Sequence[Relation]) -> Relation:
    """One or more relations side by side."""
    made = sides[0]
    for side in sides[1:]:
        made = Join(made, side, "cross", None, (*made.output, *side.output))
    return made


def any_of(conditions: Sequence[Expr]) -> Expr:
    """The OR of one or more conditions."""
    made = conditions[0]
    for condition in conditions[1:]:
        made = Call("or", (made, condition), BOOLEAN, made.nullable or condition.nullable)
    return made


def global_aggregation(plan: Relation) -> GlobalAggregation | None:
    """The aggregation that a subplan is, if it may be computed together with others."""
    above: list[Project] = []
    below = plan
    while isinstance(below, Project):
        above.append(below)
        below = below.child
    if not isinstance(below, Aggregate) or below.keys or below.grouping_sets is not None:
        return None
    items, child = below.items, below.child
    for project in reversed(above):
        given = {i.column.id: i.expr for i in items}
        items = tuple(Named(i.column, substituted(i.expr, given)) for i in project.items)
    conditions: list[Expr] = []
    while True:
        if isinstance(child, Project):
            values = {i.column.id: i.expr for i in child.items}
            items = tuple(Named(i.column, substituted(i.expr, values)) for i in items)
            conditions = [substituted(c, values) for c in conditions]
            child = child.child
        elif isinstance(child, Filter):
            conditions = [*conjuncts(child.condition), *conditions]
            child = child.child
        else:
            break
    made = GlobalAggregation(plan, items, child, tuple(conditions))
    is_safe = all(_is_safe(c) for c in conditions) and all(_is_plain(call) for call in made.calls)
    return made if made.calls and is_safe else None


def _is_plain(call: AggCall) -> bool:
    is_safe = call.filter is None or _is_safe(call.filter)
    return is_safe and not call.order_by and all(is_value(a) for a in call.args)


def is_value(expr: Expr) -> bool:
    """A column or a constant, perhaps made wider, or computed of constants alone."""
    match expr:
        case Column() | Literal():
            return True
        case Cast(child=child, implicit=True):
            return is_value(child)
        case Call(function="+" | "-" | "*", args=args):
            return all(_is_constant(a) for a in args)
    return False


def _is_constant(expr: Expr) -> bool:
    match expr:
        case Literal():
            return True
        case Cast(child=child, implicit=True):
            return _is_constant(child)
    return False


def _is_safe(expr: Expr) -> bool:
    """A condition that cannot fail."""
    if isinstance(expr, Call) and expr.function in _COMPARING:
        return all(_is_safe(a) for a in expr.args)
    return is_value(expr)
