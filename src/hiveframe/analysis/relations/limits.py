"""LIMIT, OFFSET, tail, samples, and relations that leave rows as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.sorting import bind_sort_key
from hiveframe.analysis.frame import Context, Input, Placed, Resolved, failure
from hiveframe.analysis.relations.filters import hidden_columns
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.ordering import is_orderable
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.identifiers import parse_multipart_identifier


def kept(plan: lg.Relation, child: Resolved) -> Resolved:
    """`plan`, with the child's columns under the child's names."""
    return Resolved(plan, child.scope, (child,), below=child)


def limit(node: spec.Limit, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """At most so many rows; LIMIT over OFFSET is one node."""
    child = inputs[0]
    count = row_count(context, node.count, "limit", child, node.child)
    match child.plan:
        case lg.Limit(inner, None, offset):
            return kept(lg.Limit(inner, count, offset), child)
    return kept(lg.Limit(child.plan, count), child)


def offset(node: spec.Offset, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """All but the first rows."""
    count = row_count(context, node.count, "offset", inputs[0], node.child)
    return kept(lg.Limit(inputs[0].plan, None, count), inputs[0])


def row_count(context: Context, node: spec.Expr, name: str, child: Resolved, below: spec.Relation) -> int:
    """The value of a LIMIT-like expression; a column in it is an error of its own."""
    binder = Binder(context, Input(child.scope, (child,)))
    expr = binder.bind(node)
    shown = f'"{binder.text(node)}"'
    if not is_foldable(expr):
        raise failure(
            "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", _named_at(context, node, below), name=name, expr=shown
        )
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


def _named_at(context: Context, node: spec.Expr, below: spec.Relation) -> Placed:
    """Where a column was named last: Spark's column remembers the SELECT list that passed it on."""
    column = context.run.bound[node]
    while isinstance(below, (spec.Sort, spec.Offset, spec.Limit)):
        below = below.child
    if not isinstance(column, lg.Column) or not isinstance(below, (spec.Project, spec.Aggregate)):
        return node
    for item in below.items:
        bound = context.run.bound.get(item)
        if isinstance(item, spec.Attribute) and isinstance(bound, lg.Column) and bound.id == column.id:
            return item
    return below if any(isinstance(item, spec.Star) for item in below.items) else node


def tail(node: spec.Tail, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The last rows."""
    return kept(lg.Tail(inputs[0].plan, node.count), inputs[0])


def sample(node: spec.Sample, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A share of the rows, or the first so many (`TABLESAMPLE (n ROWS)`)."""
    child = inputs[0]
    if node.rows is not None:
        return kept(lg.Limit(child.plan, row_count(context, node.rows, "limit", child, node.child)), child)
    seed = node.seed if node.seed is not None else context.run.fresh_seed()
    plan = child.plan
    if node.sorts_first:
        keys = tuple(lg.SortKey(c) for c in child.scope.columns if is_orderable(c.dtype))
        plan = lg.Sort(plan, keys, is_global=False) if keys else plan
    return kept(lg.Sample(plan, node.lower, node.upper, node.with_replacement, seed), child)


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
    count = node.count if node.count is not None else context.env.settings.number("spark.sql.shuffle.partitions")
    placed = (count, tuple(keys), _partitioning(node), node.count is None)
    hidden = {**binder.input.missing, **hidden_columns(child, *(k.child for k in keys))}
    if not hidden:
        return kept(lg.Repartition(child.plan, *placed), child)
    wider = lg.Repartition(expose(child.plan, hidden.values()), *placed)
    return kept(lg.Project(wider, tuple(lg.Named(c, c) for c in child.scope.columns)), child)


def _partitioning(node: spec.Repartition) -> str:
    if not node.shuffle:
        return "coalesce"
    if node.by_id:
        return "by_id"
    if any(isinstance(key, spec.SortOrder) for key in node.keys):
        return "range"
    return "hash" if node.keys else "round_robin"


def with_watermark(node: spec.WithWatermark, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A watermark means nothing to rows that are all there."""
    return kept(inputs[0].plan, inputs[0])


def hint(node: spec.Hint, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Hints for joins steer an optimiser that is not ours, those for partitions place rows; others are told of."""
    child = inputs[0]
    name = node.name.lower()
    if name in _PARTITION_HINTS:
        return repartition(_repartition_of(node), inputs, context)
    if name not in _JOIN_HINTS:
        context.run.warnings.append(f"Unrecognized hint: {node.name}")
    return Resolved(child.plan, child.scope, (child,), below=child.below, select=child.select)


def _repartition_of(node: spec.Hint) -> spec.Repartition:
    """`COALESCE(n)`, `REPARTITION([n], columns…)`, `REPARTITION_BY_RANGE([n], columns…)`; a column may be text."""
    name = node.name.upper()
    counts = [p.value for p in node.params if isinstance(p, spec.Literal) and isinstance(p.value, int)]
    columns = [_hint_column(p) for p in node.params if not _is_count(p)]
    if name == "COALESCE":
        if len(node.params) != 1 or not counts:
            raise failure("_LEGACY_ERROR_TEMP_1048", node, hintName=name)
        return spec.Repartition(node.child, counts[0], shuffle=False, origin=node.origin)
    if len(counts) > 1 or (counts and not _is_count(node.params[0])):
        shown = ", ".join(str(c) for c in counts)
        raise failure("_LEGACY_ERROR_TEMP_1047", node, hintName=name, invalidParams=shown)
    keys: list[spec.Expr] = list(columns)
    if name == "REPARTITION_BY_RANGE":
        keys = [k if isinstance(k, spec.SortOrder) else spec.SortOrder(k) for k in columns]
    return spec.Repartition(node.child, counts[0] if counts else None, tuple(keys), origin=node.origin)


def _is_count(param: spec.Expr) -> bool:
    return isinstance(param, spec.Literal) and isinstance(param.value, int)


def _hint_column(param: spec.Expr) -> spec.Expr:
    if isinstance(param, spec.Literal) and isinstance(param.value, str):
        return spec.Attribute(tuple(parse_multipart_identifier(param.value)))
    return param


_PARTITION_HINTS: Final = frozenset({"coalesce", "repartition", "repartition_by_range"})

_JOIN_HINTS: Final = frozenset(
    {
        "broadcast",
        "broadcastjoin",
        "mapjoin",
        "merge",
        "shuffle_merge",
        "mergejoin",
        "shuffle_hash",
        "shuffle_replicate_nl",
        "rebalance",
    }
)
