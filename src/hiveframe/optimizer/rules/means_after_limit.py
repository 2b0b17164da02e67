"""Means of decimals are divided after LIMIT: those of the few groups that are shown.

`SELECT k, avg(d) FROM t GROUP BY k ORDER BY k LIMIT 100` needs the sum and the count of every group, and a hundred
quotients, of which each exact one costs 0.1 µs and more. So

    Limit(Sort(Aggregate(t, k, avg(d)))) → Project(Limit(Sort(Aggregate(t, k, sum(d), count(d)))), sum / count)

A mean that the order, a condition or an expression on the way asks for stays, and so does one that could fail where
its sum does not. Their values are columns, or numbers cast: what may raise errors is computed for each aggregate again.
TPC-DS's query 18 at scale 1, seven means of 7,735 groups, processor time: from 0.082 s to 0.071 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from hiveframe.functions.sums import MEAN_OF, mean_cannot_fail, mean_parts
from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.mentions import mentioned
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Call,
    Cast,
    Column,
    Expr,
    Filter,
    Limit,
    Named,
    Project,
    Relation,
    Sort,
)
from hiveframe.plan.types import NumericType

_MOST_ROWS: Final = 5_000

Step = Project | Filter | Sort
Means = Mapping[int, int]  # a mean's column at one step → its column in the aggregation


def means_after_limit(node: Relation, costs: Costs) -> Relation:
    """`Limit(Sort(Aggregate(… avg …)))` → `Project(Limit(Sort(Aggregate(… sum, count …))), sum / count)`."""
    if not isinstance(node, Limit) or node.count is None or node.count > _MOST_ROWS:
        return node
    steps, aggregate = _steps_below(node)
    if not isinstance(aggregate, Aggregate) or not aggregate.keys or not any(isinstance(s, Sort) for s in steps):
        return node
    means: Means = {item.column.id: item.column.id for item in aggregate.items if _is_divisible(item, costs)}
    asked: set[int] = set()
    known = []
    for step in steps if means else ():
        known.append(means)
        asked |= {means[c] for c in mentioned(_computed(step, means)) if c in means}
        means = _passed_on(step, means)
    split = set(means.values()) - asked
    if not split:
        return node
    parts = {item.column.id: _parts(item) for item in aggregate.items if item.column.id in split}
    items = [part for item in aggregate.items for part in parts.get(item.column.id, (item,))]
    made: Relation = replace(aggregate, items=tuple(items))
    for step, at_step in zip(steps, known, strict=True):
        made = _over(made, step, {c: parts[mean] for c, mean in at_step.items() if mean in parts})
    return Project(replace(node, child=made), tuple(_shown(c, parts.get(means.get(c.id, -1))) for c in node.output))


def _steps_below(limit: Limit) -> tuple[list[Step], Relation]:
    """What stands between a limit and what gives its rows, from below, and that."""
    steps: list[Step] = []
    node = limit.child
    while isinstance(node, Step):
        steps.append(node)
        node = node.child
    return steps[::-1], node


def _is_divisible(item: Named, costs: Costs) -> bool:
    call = item.expr
    if not isinstance(call, AggCall) or call.function != "avg" or not mean_cannot_fail(call.args[0].dtype):
        return False
    value = call.args[0]
    if isinstance(value, Cast) and isinstance(value.child.dtype, NumericType):
        value = value.child
    return type(value) is Column and not costs.of(call).is_volatile


def _computed(step: Step, means: Means) -> list[Expr]:
    """The expressions of a step but for the means that it passes on."""
    exprs = expressions(step)
    return [e for e in exprs if type(e) is not Column or e.id not in means] if isinstance(step, Project) else exprs


def _passed_on(step: Step, means: Means) -> Means:
    if not isinstance(step, Project):
        return means
    return {i.column.id: means[i.expr.id] for i in step.items if type(i.expr) is Column and i.expr.id in means}


def _parts(mean: Named) -> tuple[Named, Named]:
    assert isinstance(mean.expr, AggCall)
    total, count = mean_parts(mean.expr)
    return Named(fresh_column("sum", total), total), Named(fresh_column("count", count), count)


def _over(child: Relation, step: Step, parts: Mapping[int, tuple[Named, Named]]) -> Relation:
    """The step over `child`, which has the parts of these columns in place of them."""
    if not isinstance(step, Project):
        return replace(step, child=child)
    items: dict[int, Named] = {}
    for item in step.items:
        split = parts.get(item.expr.id) if type(item.expr) is Column else None
        items |= {p.column.id: Named(p.column, p.column) for p in split} if split else {item.column.id: item}
    return Project(child, tuple(items.values()))


def _shown(column: Column, parts: tuple[Named, Named] | None) -> Named:
    if parts is None:
        return Named(column, column)
    return Named(column, Call(MEAN_OF, tuple(p.column for p in parts), column.dtype))
