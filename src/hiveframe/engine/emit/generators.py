"""Rows from a row: the generator's list is unnested in the select list, beside the child's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from hiveframe.engine.emit.block import Block, Stage, wrap
from hiveframe.engine.emit.python import emit_table_function
from hiveframe.functions import sql as q
from hiveframe.functions.sql import Sql, column_name
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def emit_generate(node: lg.Generate, inputs: list[Block], ctx: Context) -> Block:
    """`unnest(list)` drops rows whose list is empty or NULL; an outer generator puts one NULL into it first."""
    if isinstance(node.generator, lg.PyUdtf):
        return emit_table_function(node, node.generator, inputs[0], ctx)
    block = wrap(inputs[0], ctx)
    produced = node.generator.dtype
    assert isinstance(produced, t.StructType)
    values = ctx.expr(node.generator)
    if node.outer:
        filled = q.op(">", q.func("len", values), q.number(0))
        values = q.case((filled, values.copy()), default=q.func("list_value", q.null()))
    items: dict[int, Sql] = {c.id: q.column(column_name(c.id)) for c in block.output}
    unnested = q.func("unnest", values)
    if len(node.columns) == 1:
        block.set_items(node.output, items | {node.columns[0].id: unnested}, Stage.SELECT)
        block.is_sealed = True
        return block
    row = ctx.fresh("row")
    query = block.finish(ctx, positional=True)
    query.set("expressions", [*query.expressions, exp.Alias(this=unnested, alias=q.ident(row))])
    made = Block(block.output, exp.Subquery(this=query), depth=block.depth + 1)
    fields = {c.id: q.field(q.column(row), produced, i) for i, c in enumerate(node.columns)}
    made.set_items(node.output, items | fields, Stage.SELECT)
    return made
