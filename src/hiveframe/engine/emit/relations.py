"""Relations as sqlglot trees: the table class → emitter, and the walk that applies it without recursion on depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from hiveframe.engine.emit import aggregates, ctes, generators, joins, leaves, metrics, python, rows, sets
from hiveframe.engine.emit.block import Block
from hiveframe.functions.sql import Sql
from hiveframe.optimizer.inputs import inputs
from hiveframe.plan import logical as lg

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context

Emitter = Callable[[Any, list[Block], "Context"], Block]


def emit_query(plan: lg.Relation, ctx: Context, *, positional: bool = True) -> Sql:
    """The query that yields `plan`'s rows, its columns in the order of the output."""
    return emit_block(plan, ctx).finish(ctx, positional=positional)


def emit_block(plan: lg.Relation, ctx: Context) -> Block:
    """The block of `plan`, inputs before the nodes that read them."""
    done: list[Block] = []
    pending: list[tuple[lg.Relation, int]] = [(plan, -1)]
    while pending:
        node, arity = pending.pop()
        if arity < 0:
            below = inputs(node)
            pending.append((node, len(below)))
            pending.extend([(child, -1) for child in reversed(below)])
            continue
        ready = done[len(done) - arity :] if arity else []
        del done[len(done) - arity :]
        done.append(RELATIONS[type(node)](node, ready, ctx))
    return done.pop()


RELATIONS: Final[Mapping[type[lg.Relation], Emitter]] = {
    lg.OneRow: leaves.emit_one_row,
    lg.LocalData: leaves.emit_local_data,
    lg.KeptRows: leaves.emit_kept_rows,
    lg.Values: leaves.emit_values,
    lg.Range: leaves.emit_range,
    lg.Scan: leaves.emit_scan,
    lg.StreamSource: leaves.refuse_stream_source,
    lg.Staged: rows.emit_staged,
    lg.Project: rows.emit_project,
    lg.Filter: rows.emit_filter,
    lg.Sort: rows.emit_sort,
    lg.Limit: rows.emit_limit,
    lg.Tail: rows.emit_tail,
    lg.Distinct: rows.emit_distinct,
    lg.Sample: rows.emit_sample,
    lg.Repartition: rows.emit_repartition,
    lg.Window: rows.emit_window_relation,
    lg.Join: joins.emit_join,
    lg.AsOfJoin: joins.emit_as_of_join,
    lg.Aggregate: aggregates.emit_aggregate,
    lg.Generate: generators.emit_generate,
    lg.SetOperation: sets.emit_set_operation,
    lg.CteRef: ctes.emit_cte_ref,
    lg.WithCtes: ctes.emit_with_ctes,
    lg.MapPartitions: python.emit_map_partitions,
    lg.GroupMap: python.emit_group_map,
    lg.CoGroupMap: python.emit_co_group_map,
    lg.CollectMetrics: metrics.emit_collect_metrics,
}
