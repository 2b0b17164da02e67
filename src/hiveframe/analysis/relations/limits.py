"""LIMIT, OFFSET, tail, samples, and relations that leave rows as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.sorting import bind_sort_key
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.relations.filters import hidden_columns
from hiveframe.functions.binding import is_foldable
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def kept(plan: lg.Relation, child: Resolved) -> Resolved:
    """`plan`, with the child's columns under the child's names."""
    return Resolved(plan, child.scope, (child,), below=child)


def limit(node: spec.Limit, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """At most so many rows; LIMIT over OFFSET is one node."""
    child = inputs[0]
    count = row_count(context, node.count, "limit", child)
    match child.plan:
        case lg.Limit(inner, None, offset):
            return kept(lg.Limit(inner, count, offset), child)
    return kept(lg.Limit(child.plan, count), child)


def offset(node: spec.Offset, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """All but the first rows."""
    count = row_count(context, node.count, "offset", inputs[0])
    return kept(lg.Limit(inputs[0].plan, None, count), inputs[0])


def row_count(context: Context, node: spec.Expr, name: str, child: Resolved) -> int:
    """The value of a LIMIT-like expression; a column in it is an error of its own."""
    binder = Binder(context, Input(child.scope, (child,)))
    expr = binder.bind(node)
    shown = f'"{binder.text(node)}"'
    if not is_foldable(expr):
        raise failure("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", node, name=name, expr=shown)
    if not isinstance(expr.dtype, (t.IntegerType, t.ShortType, t.ByteType)):
        raise failure(
            "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE",
            node,
            name=name,
            expr=shown,
            dataType=f'"{t.sql_name(expr.dtype)}"',
        )
    value = expr.value if isinstance(expr, lg.Literal) else context.env.evaluate(expr)
    if value is None:
        raise failure("INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", node, name=name, expr=shown)
    if value < 0:
        raise failure("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", node, name=name, expr=shown, v=str(value))
    return int(value)


def tail(node: spec.Tail, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The last rows."""
    return kept(lg.Tail(inputs[0].plan, node.count), inputs[0])


def sample(node: spec.Sample, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A share of the rows, or the first so many (`TABLESAMPLE (n ROWS)`)."""
    child = inputs[0]
    if node.rows is not None:
        return kept(lg.Limit(child.plan, row_count(context, node.rows, "limit", child)), child)
    seed = node.seed if node.seed is not None else context.run.fresh_seed()
    return kept(lg.Sample(child.plan, node.lower, node.upper, node.with_replacement, seed), child)


def repartition(node: spec.Repartition, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A partitioning asked for."""
    child = inputs[0]
    binder = Binder(context, Input(child.scope, (child,)), fallback=child.below)
    keys: list[lg.SortKey] = []
    for key in node.keys:
        if isinstance(key, spec.SortOrder):
            keys.append(bind_sort_key(binder, key))
        else:
            keys.append(lg.SortKey(binder.bind(key)))
    hidden = {**binder.input.missing, **hidden_columns(child, *(k.child for k in keys))}
    if not hidden:
        return kept(lg.Repartition(child.plan, node.count, tuple(keys)), child)
    wider = lg.Repartition(expose(child.plan, hidden.values()), node.count, tuple(keys))
    return kept(lg.Project(wider, tuple(lg.Named(c, c) for c in child.scope.columns)), child)


def with_watermark(node: spec.WithWatermark, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A watermark means nothing to rows that are all there."""
    return kept(inputs[0].plan, inputs[0])


_HINTS: Final = frozenset(
    {
        "broadcast",
        "broadcastjoin",
        "mapjoin",
        "merge",
        "shuffle_merge",
        "mergejoin",
        "shuffle_hash",
        "shuffle_replicate_nl",
        "coalesce",
        "repartition",
        "repartition_by_range",
        "rebalance",
    }
)


def hint(node: spec.Hint, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Hints steer an optimiser that is not ours; one that Spark does not know is told to the user."""
    child = inputs[0]
    if node.name.lower() not in _HINTS:
        context.run.warnings.append(f"Unrecognized hint: {node.name}")
    return Resolved(child.plan, child.scope, (child,), below=child.below, select=child.select)
