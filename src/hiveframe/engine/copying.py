"""A plan's rows written straight from the engine to files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from hiveframe.engine.compiled import compile_plan
from hiveframe.engine.database import run
from hiveframe.engine.errors import raised
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.functions.sql import Sql, ident
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings

OnCancel = Callable[[Callable[[], None]], None]


def copy(
    plan: Relation, names: Sequence[str], statement: Callable[[Sql], Sql], settings: Settings, on_cancel: OnCancel
) -> None:
    """Run `statement(query)`, where `query` yields the plan's columns under `names`."""
    engine = database(settings)
    compiled = compile_plan(plan, settings, engine)
    alias = exp.TableAlias(this=ident("t"), columns=[ident(n) for n in names])
    source = exp.Subquery(this=compiled.query, alias=alias)
    query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))
    text = render(statement(query))
    context = compiled.context
    with context.kernels_in_force(), engine.lease(context.time_zone) as connection, raised(context.sites):
        on_cancel(connection.interrupt)
        run(connection, text)
