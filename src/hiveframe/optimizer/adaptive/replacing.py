"""Relations of a plan in the place of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hiveframe.optimizer.inputs import inputs, with_inputs
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Relation


def with_relations(root: Relation, new: Mapping[int, Relation], evaluated: frozenset[int] = frozenset()) -> Relation:
    """`root` with relations at or below it replaced by their `id()`, without the conditions of these `id()`s."""
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
        done[id(node)] = _without(made, evaluated) if evaluated else made
    return done[id(root)]


def _without(node: Relation, evaluated: frozenset[int]) -> Relation:
    if not isinstance(node, (lg.Filter, lg.Join)) or node.condition is None:
        return node
    parts = conjuncts(node.condition)
    left = [part for part in parts if id(part) not in evaluated]
    if len(left) == len(parts):
        return node
    if left:
        return replace(node, condition=all_of(left))
    return node.child if isinstance(node, lg.Filter) else replace(node, kind="cross", condition=None)
