"""`observe` as a stage beside which the metrics are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from hiveframe.engine.arrow_edges import physical_schema
from hiveframe.engine.emit.block import EMPTY, Block, from_source
from hiveframe.engine.metrics import MetricsStage, Observation, Tee
from hiveframe.engine.render import render
from hiveframe.functions import sql as q
from hiveframe.functions.sql import column_name
from hiveframe.plan.logical import CollectMetrics

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def emit_collect_metrics(node: CollectMetrics, inputs: list[Block], ctx: Context) -> Block:
    """The child's rows; a SELECT over the same batches aggregates them."""
    (block,) = inputs
    output = block.output
    schema = physical_schema(output) if output else pa.schema([pa.field(EMPTY, pa.int32())])
    text = render(block.finish(ctx, positional=True))
    tee = Tee(schema)
    items = [exp.Alias(this=ctx.expr(item.expr), alias=q.ident(column_name(item.column.id))) for item in node.metrics]
    metrics = exp.Select(expressions=items, from_=exp.From(this=ctx.source(tee)))
    observation = Observation(node.name, tuple(item.column for item in node.metrics))
    ctx.observations.append(observation)
    stage = MetricsStage(schema, text, render(metrics), tee, observation, ctx.database, ctx.running, ctx.time_zone)
    return from_source(ctx.source(stage), output)
