"""Relations of a plan in the place of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hiveframe.optimizer.inputs import inputs, with_inputs
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Expr, Relation


def with_relations(
    root: Relation, new: Mapping[int, Relation], conditions: Mapping[int, Expr | None] | None = None
) -> Relation:
    """`root` with relations at or below it replaced by their `id()`, and so its conditions; None leaves one out."""
    done: dict[int, Relation] = dict(new)
    pending = [root]
    while pending:
        node = pending[-1]
        if id(node) in done:
            pending.pop()
            continue
        below = inputs(node)
        missing = [child for child in below if id(child) not in done]
        if missing:
            pending += missing
            continue
        pending.pop()
        made = with_inputs(node, [done[id(child)] for child in below])
        done[id(node)] = _with_conditions(made, conditions) if conditions else made
    return done[id(root)]


def _with_conditions(node: Relation, conditions: Mapping[int, Expr | None]) -> Relation:
    if not isinstance(node, (lg.Filter, lg.Join)) or node.condition is None:
        return node
    parts = conjuncts(node.condition)
    if not any(id(part) in conditions for part in parts):
        return node
    made = (conditions.get(id(part), part) for part in parts)
    left = [part for part in made if part is not None]
    if left:
        return replace(node, condition=all_of(left))
    return node.child if isinstance(node, lg.Filter) else replace(node, kind="cross", condition=None)
