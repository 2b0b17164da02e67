"""The user's Python functions: kernels where a row is enough, stages where a stream is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from hiveframe.engine.arrow_edges import UNCOLUMNED, physical_schema
from hiveframe.engine.emit.block import EMPTY, Block, conjunction, from_source, subquery, wrap
from hiveframe.engine.python import eval_types as ev
from hiveframe.engine.python.aggregates import GroupFunction
from hiveframe.engine.python.mapping import Change, appended, co_grouped, grouped, mapped
from hiveframe.engine.python.scalar import ScalarFunction
from hiveframe.engine.python.udtf import generated
from hiveframe.engine.render import render
from hiveframe.engine.stages import PlainStage, Query
from hiveframe.errors import unsupported
from hiveframe.functions import sql as q
from hiveframe.functions.sql import Sql, column_name
from hiveframe.plan import types as t
from hiveframe.plan.logical import (
    AggCall,
    CoGroupMap,
    Column,
    Expr,
    Generate,
    GroupMap,
    MapPartitions,
    PyUdf,
    PyUdtf,
    Relation,
)

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context

_LIST = AggCall("collect_list", (), t.NULL)


def emit_python_call(node: PyUdf, ctx: Context) -> Sql:
    """A scalar function over its arguments; a grouped one over its arguments collected into lists."""
    over, ctx.over = ctx.over, None
    args = [ctx.expr(arg) for arg in node.args]
    ctx.over = over
    types = [arg.dtype for arg in node.args]
    if not args:  # DuckDB has no kernels without arguments
        args, types = [q.number(0)], [t.INT]
    kind = node.udf.eval_type
    if kind in ev.SCALAR:
        function = ScalarFunction(node, ctx.settings)
        return q.func(ctx.kernel("python", function, types, node.dtype, volatile=not node.deterministic), *args)
    if kind in ev.GROUPED_AGG:
        collected = [_collected(arg, dtype, ctx) for arg, dtype in zip(args, types, strict=True)]
        group_function = GroupFunction(node, ctx.settings)
        name = ctx.kernel("python_group", group_function, [t.ArrayType(d) for d in types], node.dtype)
        return q.func(name, *collected)
    raise unsupported(f"the Python function {node.name} of evaluation type {kind} in this place")


def _collected(arg: Sql, dtype: t.DataType, ctx: Context) -> Sql:
    """Every value of the group, NULLs too; no row at all makes an empty list."""
    empty = q.cast(q.func("list_value"), q.physical_type(t.ArrayType(dtype)))
    return q.func("coalesce", ctx.aggregate("list", [arg], _LIST), empty)


def emit_map_partitions(node: MapPartitions, inputs: list[Block], ctx: Context) -> Block:
    """A function over the child's stream; a scalar function's result stands beside the child's columns."""
    (block,) = inputs
    if node.udf.udf.eval_type not in ev.MAP:
        return _emit_appended(node, wrap(block, ctx), ctx)
    columns = [a for a in node.udf.args if isinstance(a, Column)]
    row_type = _row_type(columns)
    if node.partition is None:
        change = mapped(node.udf, row_type, node.output, ctx.settings)
        return _staged(block.finish(ctx, positional=True), row_type, change, node.output, ctx)
    query = wrap(block, ctx).finish(ctx)
    query.set("expressions", [_column(c) for c in (*columns, node.partition)])
    change = mapped(node.udf, row_type, node.output, ctx.settings, node.partition_count)
    return _staged(query, _row_type([*columns, node.partition]), change, node.output, ctx)


def _emit_appended(node: MapPartitions, block: Block, ctx: Context) -> Block:
    passed = node.output[:-1]
    args = [exp.Alias(this=ctx.expr(a), alias=q.ident(ctx.fresh("arg"))) for a in node.udf.args]
    query = Block(tuple(passed), block.source, joins=block.joins).finish(ctx, positional=True)
    query.set("expressions", [*(q.column(column_name(c.id)) for c in passed), *args])
    fields = tuple(t.StructField(f"a{i}", a.dtype) for i, a in enumerate(node.udf.args))
    row_type = t.StructType((*_row_type(passed).fields, *fields))
    return _staged(query, row_type, appended(node.udf, passed, node.output, ctx.settings), node.output, ctx)


def emit_group_map(node: GroupMap, inputs: list[Block], ctx: Context) -> Block:
    """The child sorted by its keys, rows of a group in the order in which they came."""
    block = wrap(inputs[0], ctx)
    args = [a for a in node.udf.args if isinstance(a, Column)]
    keys = [exp.Alias(this=_column(c), alias=q.ident(ctx.fresh("key"))) for c in node.keys]
    number = ctx.fresh("number")
    inner = Block(block.output, block.source, joins=block.joins).finish(ctx, positional=True)
    inner.set(
        "expressions",
        [*inner.expressions, exp.Alias(this=exp.Window(this=q.func("row_number")), alias=q.ident(number))],
    )
    order = [exp.Ordered(this=_column(c), desc=False, nulls_first=True) for c in node.keys]
    order.append(exp.Ordered(this=q.column(number), desc=False, nulls_first=True))
    query = exp.Select(
        expressions=[*keys, *map(_column, args)],
        from_=exp.From(this=subquery(inner)),
        order=exp.Order(expressions=order),
    )
    row_type = _row_type([*node.keys, *args])
    change = grouped(node.udf, row_type, len(node.keys), node.output, ctx.settings)
    return _staged(query, row_type, change, node.output, ctx)


def emit_co_group_map(node: CoGroupMap, inputs: list[Block], ctx: Context) -> Block:
    """Both sides' groups as lists, joined where either side has the key."""
    left, right = (wrap(block, ctx) for block in inputs)
    sides = [
        _listed(left, node.left_keys, node.left_args, ctx),
        _listed(right, node.right_keys, node.right_args, ctx),
    ]
    (left_query, left_keys, left_list), (right_query, right_keys, right_list) = sides
    same = [q.op("is not distinct from", q.column(a), q.column(b)) for a, b in zip(left_keys, right_keys, strict=True)]
    query = exp.Select(
        expressions=[q.column(left_list), q.column(right_list)],
        from_=exp.From(this=subquery(left_query)),
        joins=[exp.Join(this=subquery(right_query), side="FULL", on=conjunction(same) if same else q.true())],
    )
    types = (_row_type([*node.left_keys, *node.left_args]), _row_type([*node.right_keys, *node.right_args]))
    row_type = t.StructType(tuple(t.StructField("group", t.ArrayType(side)) for side in types))
    change = co_grouped(node.udf, types, len(node.left_keys), node.output, ctx.settings)
    return _staged(query, row_type, change, node.output, ctx)


def _listed(block: Block, keys: Sequence[Column], args: Sequence[Column], ctx: Context) -> tuple[Sql, list[str], str]:
    """One row a key: the keys under names of their own, and the list of the group's rows."""
    names = [ctx.fresh("key") for _ in keys]
    group = ctx.fresh("group")
    row = q.struct_pack(_row_type([*keys, *args]), [_column(c) for c in (*keys, *args)])
    query = Block(block.output, block.source, joins=block.joins).finish(ctx)
    query.set(
        "expressions",
        [
            *(exp.Alias(this=_column(c), alias=q.ident(n)) for c, n in zip(keys, names, strict=True)),
            exp.Alias(this=q.func("list", row), alias=q.ident(group)),
        ],
    )
    if keys:
        query.set("group", exp.Group(expressions=[_column(c) for c in keys]))
    return query, names, group


def emit_table_function(node: Generate, call: PyUdtf, block: Block, ctx: Context) -> Block:
    """A Python table function over the child's rows, or over its TABLE argument in the order asked for."""
    block = wrap(block, ctx)
    passed = block.output
    order: list[Sql] = []
    partitions: list[tuple[Sql, t.StructField]] = []
    table: tuple[Column, ...] = ()
    if call.table is not None:
        if passed:
            raise unsupported(f"the table function {call.name} with a TABLE argument beside other columns")
        table = call.table_columns
        block = wrap(emit_relation(call.table, ctx), ctx)
        partitions = [(ctx.expr(e), _partition_field(i, e)) for i, e in enumerate(call.partition_by)]
        order = [exp.Ordered(this=sql.copy(), desc=False, nulls_first=True) for sql, _ in partitions]
        order += [ctx.ordered(key) for key in call.order_by] if partitions or call.order_by else []
    fields: list[t.StructField] = []
    args: list[Sql] = []
    for i, arg in enumerate(call.args):
        dtype, sql = arg.dtype, None
        if i == call.table_arg:
            dtype = t.StructType((*_row_type(table).fields, *(f for _, f in partitions)))
            sql = q.struct_pack(dtype, [*map(_column, table), *(s for s, _ in partitions)])
        fields.append(t.StructField(f"_{i}", dtype))
        args.append(exp.Alias(this=sql if sql is not None else ctx.expr(arg), alias=q.ident(ctx.fresh("arg"))))
    query = Block(block.output, block.source, joins=block.joins).finish(ctx)
    shown = [*map(_column, passed), *args] or [exp.Alias(this=q.number(1), alias=q.ident(EMPTY))]
    query.set("expressions", shown)
    if order:
        query.set("order", exp.Order(expressions=order))
    row_type = t.StructType((*_row_type(passed).fields, *fields))
    change = generated(call, passed, t.StructType(tuple(fields)), node.output, ctx.settings)
    if not row_type.fields:  # one row that says nothing still calls the function
        row_type = t.StructType((t.StructField(EMPTY, t.INT),))
    return _staged(query, row_type, change, node.output, ctx)


def _partition_field(place: int, expr: Expr) -> t.StructField:
    return t.StructField(f"partition_by_{place}", expr.dtype, expr.nullable)


def emit_relation(plan: Relation, ctx: Context) -> Block:
    """The block of a relation that stands in an expression."""
    from hiveframe.engine.emit.relations import emit_block  # relations hold expressions and these hold relations

    return emit_block(plan, ctx)


def _staged(query: Sql, row_type: t.StructType, change: Change, output: Sequence[Column], ctx: Context) -> Block:
    """What `change` makes of the query's rows, as something to select from."""
    rows = Query(render(query), row_type, ctx.database, ctx.running, ctx.settings)
    stage = PlainStage(physical_schema(output) if output else UNCOLUMNED, rows, change)
    return from_source(ctx.source(stage), tuple(output))


def _row_type(columns: Sequence[Column]) -> t.StructType:
    return t.StructType(tuple(t.StructField(c.name, c.dtype, c.nullable) for c in columns))


def _column(column: Column) -> Sql:
    return q.column(column_name(column.id))
