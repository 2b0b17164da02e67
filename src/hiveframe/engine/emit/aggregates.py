"""GROUP BY, with grouping sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from hiveframe.engine.emit.block import Block, Stage, references, wrap
from hiveframe.functions import sql as q
from hiveframe.functions.sql import Sql, column_name
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def emit_aggregate(node: lg.Aggregate, inputs: list[Block], ctx: Context) -> Block:
    """Keys are grouped by column where they are columns, else by the name that the select list gives them."""
    (block,) = inputs
    keys = [item.expr for item in node.keys]
    exprs = [item.expr for item in node.items]
    if not _takes_groups(block, keys + exprs):
        block = wrap(block, ctx)
    if _mentions(exprs, node.keys) and any(not _is_plain(key) for key in node.keys):
        block = _keys_first(node, block, ctx)
        named = {item.column.id: q.column(column_name(item.column.id)) for item in node.keys}
        grouped = list(named.values())
    else:
        with block.scope(ctx):
            named = {item.column.id: grouping_key(item.expr, ctx) for item in node.keys}
        grouped = [sql.copy() if isinstance(sql, exp.Column) else q.column(column_name(i)) for i, sql in named.items()]
    with block.scope(ctx), ctx.scope(dict(named)):
        made = {item.column.id: ctx.expr(item.expr) for item in node.items}
    block.set_items(node.output, named | made, Stage.GROUP)
    block.stage = Stage.GROUP
    block.is_grouped = True
    block.group = _group(grouped, node)
    return block


def grouping_key(key: lg.Expr, ctx: Context) -> Sql:
    """A key's expression; adding zero turns -0.0 into 0.0, which Spark shows for the group of both."""
    sql = ctx.expr(key)
    if isinstance(key.dtype, (t.FloatType, t.DoubleType)):
        return q.op("+", sql, q.cast(q.number(0), q.physical_type(key.dtype)))
    return sql


def _takes_groups(block: Block, exprs: list[lg.Expr]) -> bool:
    if block.is_sealed or block.is_grouped or block.is_windowed or block.stage > Stage.SELECT:
        return False
    return block.inlines(exprs)


def _mentions(exprs: list[lg.Expr], keys: tuple[lg.Named, ...]) -> bool:
    uses = references(exprs)
    return uses is None or any(uses[item.column.id] for item in keys)


def _is_plain(key: lg.Named) -> bool:
    return isinstance(key.expr, lg.Column) and not isinstance(key.expr.dtype, (t.FloatType, t.DoubleType))


def _keys_first(node: lg.Aggregate, block: Block, ctx: Context) -> Block:
    """A subquery that computes the keys beside the child's columns, so that expressions over them can be told."""
    block = wrap(block, ctx)
    items: dict[int, Sql] = {c.id: q.column(column_name(c.id)) for c in block.output}
    items |= {item.column.id: grouping_key(item.expr, ctx) for item in node.keys}
    columns = {c.id: c for c in (*block.output, *(item.column for item in node.keys))}
    block.set_items(tuple(columns.values()), items, Stage.SELECT)
    return wrap(block, ctx)


def _group(keys: list[Sql], node: lg.Aggregate) -> exp.Group | None:
    sets = node.grouping_sets
    if sets is None and keys:
        return exp.Group(expressions=keys)
    if sets is None:
        if any(isinstance(e, lg.AggCall) for item in node.items for e in preorder(item.expr, lg.Expr)):
            return None
        sets = ((),)  # no aggregate is left that would make it one row
    chosen = [exp.Tuple(expressions=[keys[i].copy() for i in positions]) for positions in sets]
    return exp.Group(grouping_sets=[exp.GroupingSets(expressions=chosen)])
