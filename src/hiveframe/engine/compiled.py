"""A plan as what DuckDB runs: the text, and everything that must be there while it runs."""

from __future__ import annotations

from hiveframe.dataclass import dataclass
from hiveframe.engine.database import Database
from hiveframe.engine.emit.context import Context
from hiveframe.engine.emit.relations import emit_query
from hiveframe.engine.render import render
from hiveframe.errors import unsupported
from hiveframe.functions.sql import Sql
from hiveframe.plan.logical import Relation, schema_of
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """`query` yields the columns of `schema` by position; `context` keeps kernels, sources and error sites."""

    query: Sql
    text: str
    schema: StructType
    context: Context

    def shown(self) -> str:
        """The statement in lines, for EXPLAIN."""
        return render(self.query, pretty=True)


def compile_plan(plan: Relation, settings: Settings, database: Database) -> Compiled:
    """The statement that computes `plan`."""
    context = Context(settings, database)
    try:
        query = emit_query(plan, context)
        return Compiled(query, render(query), schema_of(plan), context)
    except RecursionError:  # what always runs has been cut into steps; what is guarded at each level can't be
        raise unsupported("an expression nested hundreds of levels deep in conditions; divide it") from None
