"""Constant expressions computed by the engine: for constant folding, and for trying out a function's row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from hiveframe.engine.database import reader
from hiveframe.engine.emit.context import Context
from hiveframe.engine.errors import raised
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.engine.storage import storage_value
from hiveframe.functions import sql as q
from hiveframe.plan.logical import Expr
from hiveframe.settings import Settings


def evaluate(exprs: Sequence[Expr], settings: Settings) -> list[Any]:
    """The values of constant `exprs` in storage form; raises what evaluating them raises."""
    return evaluate_rows(exprs, settings)[0]


def evaluate_rows(exprs: Sequence[Expr], settings: Settings) -> list[list[Any]]:
    """Like `evaluate`, one list a row: aggregates and generators may give other than one."""
    engine = database(settings)
    ctx = Context(settings, engine)
    items = [exp.Alias(this=ctx.expr(e), alias=q.ident(f"e{i}")) for i, e in enumerate(exprs)]
    text = render(exp.Select(expressions=items))
    with ctx.kernels_in_force(), engine.lease(ctx.time_zone) as connection, raised(ctx.sites):
        table = reader(connection, text, 1024).read_all()
    return [
        [storage_value(table.column(i)[row], e.dtype) for i, e in enumerate(exprs)] for row in range(table.num_rows)
    ]
