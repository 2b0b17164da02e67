"""Steps that see one input row by row: projection, filter, order, limits, samples, windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from hiveframe.engine.emit.block import Block, Stage, from_source, has_subquery, references, subquery, wrap
from hiveframe.engine.emit.expressions import chained
from hiveframe.functions import sql as q
from hiveframe.functions.sql import Sql, column_name
from hiveframe.plan import logical as lg
from hiveframe.plan.walk import preorder

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def emit_project(node: lg.Project, inputs: list[Block], ctx: Context) -> Block:
    """The select list, in the same SELECT as long as nothing that costs is computed twice or too early."""
    (block,) = inputs
    if not _takes_projection(block, node.items):
        block = wrap(block, ctx)
    with block.scope(ctx):
        items = {item.column.id: ctx.expr(item.expr) for item in node.items}
    heights = {item.column.id: _height(item.expr, block) for item in node.items}
    block.one_row = _made_of(block.one_row, node.items)
    block.set_items(node.output, items, Stage.SELECT)
    block.heights = heights
    return block


def emit_staged(node: lg.Staged, inputs: list[Block], ctx: Context) -> Block:
    """A table that the run makes first."""
    return from_source(ctx.made_first(inputs[0].finish(ctx, positional=True)), node.output)


def _height(expr: lg.Expr, block: Block) -> int:
    return block.heights.get(expr.id, 0) if isinstance(expr, lg.Column) else block.height_over([expr])


def _takes_projection(block: Block, items: tuple[lg.Named, ...]) -> bool:
    exprs = [item.expr for item in items]
    if block.is_sealed or block.distinct is not None or not block.inlines(exprs):
        return False
    if block.one_row and not _made_of(block.one_row, items):
        return False
    # An emitter may repeat its operands, or put them where aggregates and windows may not stand.
    computed = [e for e in exprs if not isinstance(e, lg.Column)]
    if (block.is_grouped or block.is_windowed) and not block.inlines(computed, only_simple=True):
        return False
    if block.pinned and not block.pinned <= {
        item.column.id for item in items if isinstance(item.expr, lg.Column) and item.expr.id == item.column.id
    }:
        return False
    return block.stage < Stage.LIMIT or all(isinstance(e, lg.Column) for e in exprs)


def _made_of(columns: frozenset[int], items: tuple[lg.Named, ...]) -> frozenset[int]:
    """The items that mention one of the columns."""
    return frozenset(item.column.id for item in items if columns.intersection(references([item.expr]) or ()))


def emit_filter(node: lg.Filter, inputs: list[Block], ctx: Context) -> Block:
    """WHERE, HAVING after groups, QUALIFY after windows."""
    (block,) = inputs
    conditions = conjuncts(node.condition)
    if not _takes_condition(block, conditions):
        block = wrap(block, ctx)
    block.whole = None
    if block.stage in (Stage.WINDOW, Stage.QUALIFY):
        block.qualify += [ctx.condition(c) for c in conditions]
        block.pinned |= frozenset(references(conditions) or ())
        block.stage = Stage.QUALIFY
        return block
    with block.scope(ctx):
        if block.is_grouped:
            block.having += [ctx.condition(c) for c in conditions]
        else:
            block.where += [_among_many(c, ctx) or ctx.condition(c) for c in conditions]
    if block.is_grouped:
        block.stage = max(block.stage, Stage.HAVING)
    else:
        block.stage = max(block.stage, Stage.WHERE)
    return block


def _among_many(condition: lg.Expr, ctx: Context) -> Sql | None:
    """`column IN (SELECT unnest(…))` for a long list of constants, which DuckDB plans ten times faster."""
    match condition:
        case lg.Call(function="inset", args=(lg.Column() as column, lg.Literal(value=listed) as constants)) if (
            len(listed) >= _MANY
        ):
            query = exp.Subquery(this=exp.Select(expressions=[q.func("unnest", ctx.expr(constants))]))
            return exp.Paren(this=exp.In(this=exp.Paren(this=ctx.expr(column)), query=query))
    return None


_MANY: Final = 256


def _takes_condition(block: Block, conditions: list[lg.Expr]) -> bool:
    if block.is_sealed or block.stage > Stage.SELECT:
        return False
    if block.stage <= Stage.WHERE:
        return block.items is None
    if any(has_subquery(c) for c in conditions):
        return False
    if block.is_grouped or block.is_windowed:
        return block.stage is not Stage.SELECT and all(_is_comparison(c) for c in conditions)
    if block.stage is Stage.SELECT:
        return block.inlines(conditions, only_simple=True)
    return True


_COMPARISONS: Final = frozenset({"=", "<", "<=", ">", ">=", "!=", "and", "or", "not", "isnull", "isnotnull"})


def _is_comparison(condition: lg.Expr) -> bool:
    """Whether the condition can stand in HAVING and QUALIFY: all of it is emitted operator by operator."""
    return all(
        isinstance(node, (lg.Column, lg.Literal)) or (isinstance(node, lg.Call) and node.function in _COMPARISONS)
        for node in preorder(condition, lg.Expr)
    )


def conjuncts(condition: lg.Expr) -> list[lg.Expr]:
    """The parts of an AND, flattened, in order."""
    return chained(condition) if isinstance(condition, lg.Call) and condition.function == "and" else [condition]


def emit_sort(node: lg.Sort, inputs: list[Block], ctx: Context) -> Block:
    """ORDER BY; the last of several sorts is the one that holds. Constant keys order nothing and go."""
    (block,) = inputs
    keys = tuple(key for key in node.keys if not _is_constant(key.child))
    if not keys:
        return block
    if not _takes_order(block, keys):
        block = wrap(block, ctx)
    block.whole = None
    block.order = keys
    block.order_items = block.items
    block.stage = Stage.ORDER
    return block


def _is_constant(expr: lg.Expr) -> bool:
    while isinstance(expr, lg.Cast):
        expr = expr.child
    return isinstance(expr, lg.Literal)


def _takes_order(block: Block, keys: tuple[lg.SortKey, ...]) -> bool:
    if block.is_sealed or block.stage is Stage.LIMIT or any(has_subquery(key.child) for key in keys):
        return False
    return block.distinct is None or all(isinstance(key.child, lg.Column) for key in keys)


def emit_limit(node: lg.Limit, inputs: list[Block], ctx: Context) -> Block:
    """LIMIT and OFFSET; a limit of a limit is one limit."""
    (block,) = inputs
    block.whole = None
    kept = None if block.limit is None else max(block.limit - node.offset, 0)
    block.offset += node.offset
    block.limit = kept if node.count is None else node.count if kept is None else min(kept, node.count)
    block.stage = Stage.LIMIT
    return block


def emit_tail(node: lg.Tail, inputs: list[Block], ctx: Context) -> Block:
    """Rows numbered in order; those whose number is among the last are kept."""
    (block,) = inputs
    number, total = ctx.fresh("number"), ctx.fresh("total")
    block = _with_extra(
        block,
        {
            number: exp.Window(this=q.func("row_number")),
            total: exp.Window(this=exp.Count(this=exp.Star())),
        },
        ctx,
    )
    last = q.op(">", q.column(number), q.op("-", q.column(total), q.number(node.count)))
    block.where.append(last)
    block.stage = Stage.WHERE
    block.exposed = None
    return block


def _with_extra(block: Block, extra: dict[str, Sql], ctx: Context) -> Block:
    """The block's columns and computed ones under names of their own, as a subquery."""
    block = wrap(block, ctx)
    items = [q.column(column_name(c.id)) for c in block.output]
    items += [exp.Alias(this=sql, alias=q.ident(name)) for name, sql in extra.items()]
    inner = Block(block.output, block.source, joins=block.joins).finish(ctx)
    inner.set("expressions", items)
    made = from_source(subquery(inner), block.output)
    made.exposed = None
    return made


def emit_distinct(node: lg.Distinct, inputs: list[Block], ctx: Context) -> Block:
    """SELECT DISTINCT; with keys, DISTINCT ON."""
    (block,) = inputs
    if block.is_sealed or block.stage > Stage.SELECT or (node.keys and block.items is not None):
        block = wrap(block, ctx)
    block.whole = None
    on = exp.Tuple(expressions=[ctx.column(c.id) for c in node.keys]) if node.keys else None
    block.distinct = exp.Distinct(on=on)
    block.stage = Stage.DISTINCT
    return block


def emit_repartition(node: lg.Repartition, inputs: list[Block], ctx: Context) -> Block:
    """The rows as they are."""
    return inputs[0]


def emit_window_relation(node: lg.Window, inputs: list[Block], ctx: Context) -> Block:
    """The child's columns and the windows', in the child's SELECT where its clauses come before windows."""
    (block,) = inputs
    exprs = [item.expr for item in node.items]
    if not _takes_windows(block, exprs):
        block = wrap(block, ctx)
    items = block.items if block.items is not None else {c.id: ctx.column(c.id) for c in block.output}
    with block.scope(ctx):
        made = {item.column.id: ctx.expr(item.expr) for item in node.items}
    block.set_items(node.output, items | made, Stage.WINDOW)
    block.stage = Stage.WINDOW
    block.is_windowed = True
    return block


def _takes_windows(block: Block, exprs: list[lg.Expr]) -> bool:
    if block.is_sealed or block.is_grouped or block.stage > Stage.SELECT or block.qualify:
        return False
    if block.is_windowed and not all(isinstance(e, lg.WindowCall) and (e.order_by or e.partition_by) for e in exprs):
        return False  # a window without an order numbers rows as the other one leaves them
    return block.inlines(exprs, only_simple=True)


_HASH_RANGE: Final = 2**64


def emit_sample(node: lg.Sample, inputs: list[Block], ctx: Context) -> Block:
    """Rows whose number hashes, with the seed, into the share; with replacement, repeated as often as Poisson says."""
    number = ctx.fresh("number")
    block = _with_extra(inputs[0], {number: exp.Window(this=q.func("row_number"))}, ctx)
    uniform = q.op(
        "/",
        q.cast(q.func("hash", q.column(number), q.cast(q.number(node.seed), "BIGINT")), "DOUBLE"),
        exp.Literal.number(repr(float(_HASH_RANGE))),
    )
    if not node.with_replacement:
        block.where.append(q.op(">=", uniform, exp.Literal.number(repr(node.lower))))
        block.where.append(q.op("<", uniform, exp.Literal.number(repr(node.upper))))
        block.stage = Stage.WHERE
        return block
    reached = [exp.Literal.number(repr(p)) for p in _poisson_steps(node.upper)]
    x = ctx.fresh("x")
    above = q.lambda_([x], q.op(">=", uniform, q.param(x)))
    count = q.func("len", q.func("list_filter", q.func("list_value", *reached), above))
    repeats = exp.Alias(this=q.func("unnest", q.func("range", count)), alias=q.ident(ctx.fresh("copy")))
    query = block.finish(ctx, positional=True)
    query.set("expressions", [*query.expressions, repeats])
    made = from_source(subquery(query), block.output)
    made.exposed = None
    return made


def _poisson_steps(mean: float) -> list[float]:
    """The distribution function of Poisson(mean) at 0, 1, 2, … until nothing is left to tell."""
    from math import exp as e_to

    term = total = e_to(-mean)
    steps = [total]
    count = 0
    while total < 1 - 1e-15 and count < 10_000:
        count += 1
        term *= mean / count
        if total + term == total and count > mean:
            break
        total += term
        steps.append(total)
    return steps
