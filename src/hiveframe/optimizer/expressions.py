"""The expressions that a relation computes, which `plan.walk.children` mixes with the columns that it only names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Expr, Named, Relation, SortKey


def expressions(node: Relation) -> list[Expr]:
    """What `node` evaluates, in field order; columns of its output and keys given by column are not among it."""
    listed = _LISTED.get(type(node))
    return listed(node) if listed is not None else []


def _items(items: tuple[Named, ...]) -> list[Expr]:
    return [item.expr for item in items]


def _keys(keys: tuple[SortKey, ...]) -> list[Expr]:
    return [key.child for key in keys]


_LISTED: Final[Mapping[type[Relation], Callable[[Any], list[Expr]]]] = {
    lg.Values: lambda n: [e for row in n.rows for e in row],
    lg.Project: lambda n: _items(n.items),
    lg.Filter: lambda n: [n.condition],
    lg.Join: lambda n: [n.condition] if n.condition is not None else [],
    lg.AsOfJoin: lambda n: [n.condition, n.order],
    lg.Aggregate: lambda n: _items(n.keys) + _items(n.items),
    lg.Window: lambda n: _items(n.items),
    lg.Generate: lambda n: [n.generator],
    lg.Sort: lambda n: _keys(n.keys),
    lg.Repartition: lambda n: _keys(n.keys),
    lg.Distinct: lambda n: list(n.keys),
    lg.MapPartitions: lambda n: [n.udf],
    lg.GroupMap: lambda n: [*n.keys, n.udf],
    lg.CoGroupMap: lambda n: [*n.left_keys, *n.right_keys, *n.left_args, *n.right_args, n.udf],
    lg.CollectMetrics: lambda n: _items(n.metrics),
}
