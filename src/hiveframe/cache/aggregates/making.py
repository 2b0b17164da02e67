"""The table of a plan's rows, made by the engine beside the statements."""

from __future__ import annotations

from sqlglot import exp

from hiveframe.engine.database import Database
from hiveframe.engine.engine import Engine
from hiveframe.engine.kept_tables import KeptTable
from hiveframe.functions.sql import ident
from hiveframe.optimizer.driver import optimize
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings


def made_table(plan: Relation, settings: Settings, database: Database, longest_s: float) -> KeptTable:
    """The table of the rows of an analysed plan, its columns named `k0`, `k1` …

    Raises `duckdb.Error`, also when it would take longer than `longest_s`.
    """
    optimized = optimize(plan, settings.parallelism)
    compiled = Engine(database).compile(optimized, settings)
    names = [ident(f"k{i}") for i in range(len(plan.output))]
    alias = exp.TableAlias(this=ident("kept"), columns=names)
    query = exp.Select(expressions=[exp.Star()]).from_(exp.Subquery(this=compiled.query, alias=alias))
    return database.kept_tables.make(
        "aggregate",
        query,
        time_zone=compiled.context.time_zone,
        while_it_runs=compiled.context.kernels_in_force(),
        longest_s=longest_s,
    )
