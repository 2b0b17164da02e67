"""Relations without inputs: literal rows, ranges, files, data in memory, results kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from hiveframe.engine.arrow_edges import to_physical
from hiveframe.engine.emit.block import EMPTY, Block, from_source, subquery, table_alias
from hiveframe.errors import AnalysisException
from hiveframe.functions import sql as q
from hiveframe.functions.sql import column_name
from hiveframe.lake.registry import scan_expression
from hiveframe.lake.scan import scan_column
from hiveframe.plan import logical as lg

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def emit_one_row(node: lg.OneRow, inputs: list[Block], ctx: Context) -> Block:
    """A SELECT without FROM."""
    return Block((), exposed=frozenset())


def emit_local_data(node: lg.LocalData, inputs: list[Block], ctx: Context) -> Block:
    """The Arrow table itself, under a name of its own; without columns, as many rows of nothing."""
    if not node.output:
        rows = q.func("range", q.number(node.table.num_rows))
        return from_source(exp.Table(this=rows, alias=exp.TableAlias(this=q.ident(ctx.fresh("r")))), node.output)
    source = ctx.source(to_physical(node.table, node.output))
    return from_source(source, node.output)


def emit_kept_rows(node: lg.KeptRows, inputs: list[Block], ctx: Context) -> Block:
    """The engine's own table, which this statement keeps from being dropped."""
    ctx.handles.append(node.lease)
    items: list[exp.Expression] = [
        exp.Alias(this=q.column(name), alias=q.ident(column_name(c.id)))
        for name, c in zip(node.names, node.output, strict=True)
    ]
    items = items or [exp.Alias(this=q.number(1), alias=q.ident(EMPTY))]
    return from_source(subquery(exp.Select(expressions=items).from_(node.table)), node.output)


def emit_values(node: lg.Values, inputs: list[Block], ctx: Context) -> Block:
    """`(VALUES (…), (…)) AS t(c1, c2)`; no row at all is a SELECT of typed NULLs that yields none."""
    if not node.rows:
        nulls = [
            exp.Alias(this=q.cast(q.null(), q.physical_type(c.dtype)), alias=q.ident(column_name(c.id)))
            for c in node.output
        ]
        empty = exp.Select(expressions=nulls or [q.number(1)], where=exp.Where(this=q.false()))
        return from_source(subquery(empty), node.output)
    rows = [exp.Tuple(expressions=[ctx.expr(e) for e in row] or [q.number(1)]) for row in node.rows]
    return from_source(exp.Values(expressions=rows, alias=table_alias(node.output, ctx.fresh("v"))), node.output)


def emit_range(node: lg.Range, inputs: list[Block], ctx: Context) -> Block:
    """`range(start, end, step) AS r(c1)`."""
    call = q.func("range", *(q.number(n) for n in (node.start, node.end, node.step)))
    return from_source(exp.Table(this=call, alias=table_alias(node.output, ctx.fresh("r"))), node.output)


def emit_scan(node: lg.Scan, inputs: list[Block], ctx: Context) -> Block:
    """The data source's own query, its projections under our names."""
    scan = scan_expression(node.source, node.positions, ctx)
    if node.source.state is None:  # files that a table's versions name are never rewritten
        ctx.database.will_read(node.source.files)
    names = {scan_column(p): column_name(c.id) for p, c in zip(node.positions, node.output, strict=True)}
    for item in scan.select.expressions:
        if item.alias in names:
            item.set("alias", q.ident(names[item.alias]))
    if scan.arrow:
        handles = {name: ctx.source(data).this for name, data in scan.arrow.items()}
        for table in scan.select.find_all(exp.Table):
            if table.name in handles:
                table.set("this", handles[table.name])
    if not node.output:
        scan.select.set("expressions", [exp.Alias(this=q.number(1), alias=q.ident(EMPTY))])
    return from_source(subquery(scan.select), node.output)


def refuse_stream_source(node: lg.StreamSource, inputs: list[Block], ctx: Context) -> Block:
    """A stream's rows are never all there."""
    raise AnalysisException("_LEGACY_ERROR_TEMP_3102", {"msg": _ENDLESS})


_ENDLESS: Final = (
    "Queries with streaming sources must be executed with writeStream.start(), or from a streaming table or flow "
    "definition within a Spark Declarative Pipeline."
)
