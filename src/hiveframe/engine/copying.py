"""A plan's rows put into files: by DuckDB itself, or handed out as batches in their physical types."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
from sqlglot import exp

from hiveframe.engine.compiled import compile_plan
from hiveframe.engine.database import reader
from hiveframe.engine.emit.context import Context
from hiveframe.engine.errors import raised
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.functions.sql import Sql, ident
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings

OnCancel = Callable[[Callable[[], None]], None]
Statement = Callable[[exp.Query, tuple[str, ...], Context], Sql]
"""Makes a statement of the query that gives the rows; the names are its columns', by position."""

_BATCH_ROWS = 65_536


def stream(plan: Relation, statement: Statement, settings: Settings, on_cancel: OnCancel) -> Iterator[pa.RecordBatch]:
    """The rows of `statement`, which is run when the first is asked for."""
    engine = database(settings)
    compiled = compile_plan(plan, settings, engine)
    names = tuple(f"r{i}" for i in range(len(compiled.schema.fields)))
    alias = exp.TableAlias(this=ident("t"), columns=[ident(n) for n in names])
    source = exp.Subquery(this=compiled.query, alias=alias)
    query = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))
    context = compiled.context
    text = render(statement(query, names, context))
    with context.kernels_in_force(), engine.lease(context.time_zone) as connection, raised(context.sites):
        on_cancel(connection.interrupt)
        yield from reader(connection, text, _BATCH_ROWS)
