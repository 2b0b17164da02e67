"""Subqueries inside expressions, in the forms that DuckDB decorrelates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from hiveframe.functions.sql import Sql
from hiveframe.plan.logical import Exists, InSubquery, Relation, ScalarSubquery

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def emit_scalar(node: ScalarSubquery, ctx: Context) -> Sql:
    """`(SELECT …)`; DuckDB raises on a second row."""
    return exp.Subquery(this=_query(node.plan, ctx))


def emit_exists(node: Exists, ctx: Context) -> Sql:
    """`EXISTS (SELECT …)`."""
    return exp.Exists(this=_query(node.plan, ctx))


def emit_in(node: InSubquery, ctx: Context) -> Sql:
    """`value IN (SELECT …)`; several values compare as a row."""
    values = [ctx.expr(v) for v in node.values]
    left = values[0] if len(values) == 1 else exp.Tuple(expressions=values)
    return exp.Paren(this=exp.In(this=left, query=exp.Subquery(this=_query(node.plan, ctx))))


def _query(plan: Relation, ctx: Context) -> Sql:
    from hiveframe.engine.emit.relations import emit_query  # relations hold expressions and these hold relations

    over, is_top_level = ctx.over, ctx.is_top_level
    ctx.over, ctx.is_top_level = None, False
    try:
        return emit_query(plan, ctx)
    finally:
        ctx.over, ctx.is_top_level = over, is_top_level
