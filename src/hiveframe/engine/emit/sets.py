"""UNION, INTERSECT and EXCEPT of any number of sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from hiveframe.engine.emit.block import Block, Stage, from_source, subquery, wrap
from hiveframe.functions.sql import Sql
from hiveframe.plan import logical as lg

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context

_OPERATIONS: Final[dict[str, type[exp.SetOperation]]] = {
    "union": exp.Union,
    "intersect": exp.Intersect,
    "except": exp.Except,
}


_CHUNK: Final = 50  # DuckDB's planning time grows with the square of a chain's length


def emit_set_operation(node: lg.SetOperation, inputs: list[Block], ctx: Context) -> Block:
    """The sides' queries one after the other; the first gives the names."""
    sides = [_side(block, ctx, node.output if i == 0 else None) for i, block in enumerate(inputs)]
    if node.kind == "union" and node.is_all and len(sides) > _CHUNK:
        chunks = [sides[start : start + _CHUNK] for start in range(0, len(sides), _CHUNK)]
        sides = [subquery(_chained(node, chunk)) for chunk in chunks]
    made = _chained(node, sides)
    block = from_source(subquery(made), node.output, max(block.depth for block in inputs) + 1)
    block.whole = made
    return block


def _chained(node: lg.SetOperation, sides: list[Sql]) -> Sql:
    made = sides[0]
    for side in sides[1:]:
        made = _OPERATIONS[node.kind](this=made, expression=side, distinct=not node.is_all)
    return made


def _side(block: Block, ctx: Context, names: tuple[lg.Column, ...] | None) -> Sql:
    if names is not None and (block.pinned or block.order):
        block = wrap(block, ctx)  # QUALIFY and ORDER BY mention columns by the names they have
    needs_own = block.stage >= Stage.ORDER or bool(block.ctes) or block.whole is not None
    query = block.finish(ctx, positional=True, names=names)
    return subquery(query) if needs_own else query
