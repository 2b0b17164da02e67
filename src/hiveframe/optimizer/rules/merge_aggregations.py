"""Several aggregations of the same join, each of another part of its rows, become one with filtered aggregates.

`(SELECT count(*) FROM t JOIN u … WHERE a = 1)` and `(SELECT sum(b) FROM t JOIN u … WHERE a = 2)`, side by side in FROM,
join once: `SELECT count(*) FILTER (WHERE a = 1), sum(b) FILTER (WHERE a = 2) FROM t JOIN u … WHERE a = 1 OR a = 2`.
Only where nothing can fail that would not have been computed: arguments are columns, conditions compare columns with
constants. TPC-DS's query 88 at scale 1: from 0.28 s to 0.07 s. Of a table that is not joined, the separate scans are as
fast, as each reads only what its own filter lets pass (query 9: 0.35 s, in one pass 0.38 s).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.alike import Likeness
from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
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
from hiveframe.plan.walk import preorder, rewrite_up

_LEAST_SUBQUERIES: Final = 2
_COMPARING: Final = frozenset(
    {"=", "<", "<=", ">", ">=", "!=", "<=>", "and", "or", "not", "in", "inset", "between", "isnull", "isnotnull"}
)


def merge_aggregations(node: Relation, costs: Costs) -> Relation:
    """Aggregations side by side in FROM: `FROM (SELECT count(*) …) a, (SELECT count(*) …) b`."""
    if not isinstance(node, Join) or not _is_cross(node):
        return node
    leaves = _leaves(node)
    parts = {i: part for i, leaf in enumerate(leaves) if (part := _part(leaf)) is not None}
    made = _groups(list(parts.values()))
    if not made:
        return node
    gone = {id(member.aggregate) for merged in made for member in merged.members}
    rest = [leaf for leaf in leaves if id(leaf) not in gone]
    values = {
        column.id: now
        for merged in made
        for member in merged.members
        for column, now in zip(member.aggregate.output, member.columns, strict=True)
    }
    sides = [*rest, *(merged.plan for merged in made)]
    joined = sides[0]
    for side in sides[1:]:
        joined = Join(joined, side, "cross", None, (*joined.output, *side.output))
    return Project(joined, tuple(Named(c, values.get(c.id, c)) for c in node.output))


def _is_cross(node: Relation) -> bool:
    return isinstance(node, Join) and node.kind in ("cross", "inner") and node.condition is None and not node.is_lateral


def _leaves(node: Relation) -> list[Relation]:
    found: list[Relation] = []
    pending: list[Relation] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Join) and _is_cross(current):
            pending += [current.right, current.left]
        else:
            found.append(current)
    return found


# ------------------------------------------------------------------------------------------------------ one aggregation


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A global aggregation: of the rows of `base` for which all `conditions` hold."""

    aggregate: Relation
    items: tuple[Named, ...]
    base: Relation
    conditions: tuple[Expr, ...]


def _part(plan: Relation) -> _Part | None:
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
    if not isinstance(child, Join) or not all(_is_safe(c) for c in conditions):
        return None
    calls = [e for item in items for e in preorder(item.expr, Expr) if isinstance(e, AggCall)]
    if not calls or not all(_is_plain(call) for call in calls):
        return None
    return _Part(plan, items, child, tuple(conditions))


def _is_plain(call: AggCall) -> bool:
    """Not of distinct values: DuckDB makes those slow beside a filter."""
    has_filter = call.filter is not None and not _is_safe(call.filter)
    return not has_filter and not call.distinct and not call.order_by and all(_is_value(a) for a in call.args)


def _is_value(expr: Expr) -> bool:
    """A column or a constant, perhaps made wider, or computed of constants alone."""
    match expr:
        case Column() | Literal():
            return True
        case Cast(child=child, implicit=True):
            return _is_value(child)
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
    return _is_value(expr)


# ------------------------------------------------------------------------------------------------ several as one


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    """An aggregation and the columns that now hold what it gave."""

    aggregate: Relation
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Merged:
    plan: Relation
    members: tuple[_Member, ...]


def _groups(parts: Sequence[_Part]) -> list[_Merged]:
    """The aggregations that several parts make together; those that stand alone are left out."""
    left = list(parts)
    made: list[_Merged] = []
    while len(left) >= _LEAST_SUBQUERIES:
        first, *others = left
        alike: list[tuple[_Part, Likeness]] = [(first, Likeness())]
        left = []
        for other in others:
            likeness = Likeness()
            if other.aggregate is not first.aggregate and likeness.of(first.base, other.base):
                alike.append((other, likeness))
            else:
                left.append(other)
        if len(alike) >= _LEAST_SUBQUERIES:
            made.append(_merged(first.base, alike))
    return made


def _merged(base: Relation, parts: Sequence[tuple[_Part, Likeness]]) -> _Merged:
    told = [tuple(_renamed(c, likeness) for c in part.conditions) for part, likeness in parts]
    common = [c for c in told[0] if all(any(Likeness().of(c, d) for d in conditions) for conditions in told[1:])]
    own = [[c for c in conditions if not any(Likeness().of(c, d) for d in common)] for conditions in told]
    items: list[Named] = []
    members: list[_Member] = []
    for (part, likeness), conditions in zip(parts, own, strict=True):
        columns: list[Column] = []
        for item in part.items:
            expr = _filtered(_renamed(item.expr, likeness), conditions)
            column = fresh_column(item.column.name, expr)
            items.append(Named(column, expr))
            columns.append(column)
        members.append(_Member(part.aggregate, tuple(columns)))
    rows = base
    needed = list(common)
    if all(own):
        needed.append(_any_of(_told_once([all_of(conditions) for conditions in own])))
    if needed:
        rows = Filter(base, all_of(needed))
    return _Merged(Aggregate(rows, (), tuple(items)), tuple(members))


def _told_once(conditions: Sequence[Expr]) -> list[Expr]:
    kept: list[Expr] = []
    for condition in conditions:
        if not any(Likeness().of(known, condition) for known in kept):
            kept.append(condition)
    return kept


def _renamed(expr: Expr, likeness: Likeness) -> Expr:
    return substituted(expr, likeness.columns)


def _filtered(expr: Expr, conditions: Sequence[Expr]) -> Expr:
    """Every aggregate in the expression over the rows alone for which the conditions hold."""
    if not conditions:
        return expr

    def narrowed(e: Any) -> Any:
        if not isinstance(e, AggCall):
            return e
        every = [*conditions, *([e.filter] if e.filter is not None else [])]
        return replace(e, filter=all_of(every))

    made: Expr = rewrite_up(expr, Expr, narrowed)
    return made


def _any_of(conditions: Sequence[Expr]) -> Expr:
    made = conditions[0]
    for condition in conditions[1:]:
        made = Call("or", (made, condition), BOOLEAN, made.nullable or condition.nullable)
    return made
