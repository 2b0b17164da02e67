"""Several aggregations of the same join, each of another part of its rows, become one with filtered aggregates.

`(SELECT count(*) FROM t JOIN u … WHERE a = 1)` and `(SELECT sum(b) FROM t JOIN u … WHERE a = 2)`, side by side in FROM,
join once: `SELECT count(*) FILTER (WHERE a = 1), sum(b) FILTER (WHERE a = 2) FROM t JOIN u … WHERE a = 1 OR a = 2`.
Only where nothing can fail that would not have been computed: arguments are columns, conditions compare columns with
constants. TPC-DS's query 88 at scale 1: from 0.28 s to 0.07 s. Of a table that is not joined, filtered aggregates are
no faster than separate scans, as each of those reads only what its own filter lets pass; see `bucket_aggregations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.alike import Likeness
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.global_aggregations import (
    GlobalAggregation,
    any_of,
    crossed,
    global_aggregation,
    leaves_of,
    over_from_clauses,
)
from hiveframe.optimizer.rules.merge_filters import all_of
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan.logical import AggCall, Aggregate, Column, Expr, Filter, Join, Named, Project, Relation
from hiveframe.plan.walk import rewrite_up

_LEAST_SUBQUERIES: Final = 2


def merge_aggregations(plan: Relation) -> Relation:
    """The plan with aggregations of one join made together where they stand side by side in FROM."""
    return over_from_clauses(plan, _beside)


def _beside(node: Relation) -> Relation:
    """`FROM (SELECT count(*) …) a, (SELECT count(*) …) b`."""
    leaves = leaves_of(node)
    parts = [part for leaf in leaves if (part := _joining(leaf)) is not None]
    made = _groups(parts)
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
    return Project(crossed(sides), tuple(Named(c, values.get(c.id, c)) for c in node.output))


def _joining(plan: Relation) -> GlobalAggregation | None:
    """The aggregation of a join that a subplan is; DuckDB makes distinct values slow beside a filter."""
    made = global_aggregation(plan)
    if made is None or not isinstance(made.base, Join) or any(call.distinct for call in made.calls):
        return None
    return made


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


def _groups(parts: Sequence[GlobalAggregation]) -> list[_Merged]:
    """The aggregations that several parts make together; those that stand alone are left out."""
    left = list(parts)
    made: list[_Merged] = []
    while len(left) >= _LEAST_SUBQUERIES:
        first, *others = left
        alike: list[tuple[GlobalAggregation, Likeness]] = [(first, Likeness())]
        left = []
        for other in others:
            likeness = Likeness()
            if other.plan is not first.plan and likeness.of(first.base, other.base):
                alike.append((other, likeness))
            else:
                left.append(other)
        if len(alike) >= _LEAST_SUBQUERIES:
            made.append(_merged(first.base, alike))
    return made


def _merged(base: Relation, parts: Sequence[tuple[GlobalAggregation, Likeness]]) -> _Merged:
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
        members.append(_Member(part.plan, tuple(columns)))
    rows = base
    needed = list(common)
    if all(own):
        needed.append(any_of(_told_once([all_of(conditions) for conditions in own])))
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
