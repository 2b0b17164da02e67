"""Joins: a left-deep chain stays one FROM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from hiveframe.engine.emit.block import Block, Stage, from_source, subquery, wrap
from hiveframe.functions import sql as q
from hiveframe.functions.sql import Sql
from hiveframe.plan import logical as lg

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context

# kind → (sqlglot's side, sqlglot's kind)
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "inner": ("", "INNER"),
    "cross": ("", "CROSS"),
    "left": ("LEFT", ""),
    "right": ("RIGHT", ""),
    "full": ("FULL", ""),
    "semi": ("", "SEMI"),
    "anti": ("", "ANTI"),
}

_LEFT_FILTERS_LATER: Final = frozenset({"inner", "cross", "left", "semi", "anti"})
_RIGHT_FILTERS_LATER: Final = frozenset({"inner", "cross"})


def emit_join(node: lg.Join, inputs: list[Block], ctx: Context) -> Block:
    """`left JOIN right ON condition`; filters of a side move to WHERE where that means the same."""
    left, right = inputs
    where: list[Sql] = []
    left = _joinable(left, node.kind in _LEFT_FILTERS_LATER, where, ctx)
    stays_flat = node.kind in _RIGHT_FILTERS_LATER and not node.is_lateral and not right.joins
    right = _joinable(right, stays_flat, where, ctx)
    if right.joins or right.source is None:
        right = from_source(subquery(right.finish(ctx)), right.output, right.depth + 1)
    if left.source is None:
        left = from_source(subquery(left.finish(ctx)), left.output)
    side, kind = _KINDS["inner" if node.kind == "cross" and node.condition is not None else node.kind]
    condition = ctx.condition(node.condition) if node.condition is not None else None
    if condition is None and kind != "CROSS":
        side, kind, condition = ("", "CROSS", None) if kind == "INNER" else (side, kind, q.true())
    joined = exp.Join(this=right.source, side=side or None, kind=kind or None, on=condition)
    exposed = left.exposed
    if kind not in ("SEMI", "ANTI"):
        exposed = left.exposed | right.exposed if left.exposed is not None and right.exposed is not None else None
    stage = Stage.WHERE if where else Stage.FROM
    depth = max(left.depth, right.depth)
    return Block(node.output, left.source, exposed, joins=[*left.joins, joined], where=where, stage=stage, depth=depth)


def _joinable(block: Block, may_filter_later: bool, where: list[Sql], ctx: Context) -> Block:
    """The block as part of FROM, its conditions moved to `where` if they may."""
    is_bare = block.items is None and block.whole is None and not block.ctes and not block.is_sealed
    if is_bare and block.stage is Stage.WHERE and may_filter_later:
        where += block.where
        return Block(block.output, block.source, block.exposed, joins=block.joins, depth=block.depth)
    return wrap(block, ctx)


def emit_as_of_join(node: lg.AsOfJoin, inputs: list[Block], ctx: Context) -> Block:
    """For each left row the first right rows by rank: a lateral subquery with LIMIT."""
    left, right = (wrap(block, ctx) for block in inputs)
    nearest = Block(
        right.output,
        right.source,
        right.exposed,
        joins=right.joins,
        where=[ctx.condition(node.condition)],
        order=(lg.SortKey(node.order, node.ascending),),
        limit=node.count,
        stage=Stage.LIMIT,
    )
    side = "LEFT" if node.kind == "left" else None
    joined = exp.Join(this=subquery(nearest.finish(ctx)), side=side, kind=None if side else "INNER", on=q.true())
    return Block(node.output, left.source, joins=[*left.joins, joined])
