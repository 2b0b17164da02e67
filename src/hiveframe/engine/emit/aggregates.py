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
    """Keys are columns; a key that is computed becomes one in a subquery first."""
    (block,) = inputs
    keys = [item.expr for item in node.keys]
    exprs = [item.expr for item in node.items]
    if not _takes_groups(block, keys + exprs):
        block = wrap(block, ctx)
    with block.scope(ctx):
        named = {item.column.id: grouping_key(item.expr, ctx) for item in node.keys}
    if not all(isinstance(sql, exp.Column) for sql in named.values()):
        block = _with_keys(node, named, block, ctx)
        named = {item.column.id: q.column(column_name(item.column.id)) for item in node.keys}
    grouped = [sql.copy() for sql in named.values()]
    with block.scope(ctx), ctx.scope(dict(named)):
        made = {item.column.id: ctx.expr(item.expr) for item in node.items}
    block.set_items(node.output, named | made, Stage.GROUP)
    block.stage = Stage.GROUP
    block.is_grouped = True
    block.group = _group(grouped, node)
    if block.group is None:
        block.one_row = frozenset(item.column.id for item in node.items if _aggregates(item))
    if not keys and any(isinstance(e, lg.PyUdf) for e in exprs):
        # Spark asks a Python aggregate about groups only, and no row at all makes none.
        block.having.append(q.op(">", exp.Count(this=exp.Star()), q.number(0)))
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


def _with_keys(node: lg.Aggregate, keys: dict[int, Sql], block: Block, ctx: Context) -> Block:
    """A subquery that yields the keys beside the columns that the aggregates mention."""
    uses = references([item.expr for item in node.items])
    columns = [c for c in block.output if uses is None or uses[c.id]]
    with block.scope(ctx):
        passed = {c.id: ctx.column(c.id) for c in columns}
    named = {c.id: c for c in (*columns, *(item.column for item in node.keys))}
    block.set_items(tuple(named.values()), passed | keys, Stage.SELECT)
    return wrap(block, ctx)


def _group(keys: list[Sql], node: lg.Aggregate) -> exp.Group | None:
    sets = node.grouping_sets
    if sets is None and keys:
        return exp.Group(expressions=keys)
    if sets is None:
        if any(map(_aggregates, node.items)):
            return None
        sets = ((),)  # no aggregate is left that would make it one row
    chosen = [exp.Tuple(expressions=[keys[i].copy() for i in positions]) for positions in sets]
    return exp.Group(grouping_sets=[exp.GroupingSets(expressions=chosen)])


def _aggregates(item: lg.Named) -> bool:
    return any(isinstance(e, lg.AggCall) for e in preorder(item.expr, lg.Expr))
