"""Optimised plans of queries, their estimates, and how many rows each step really gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hiveframe.engine.engine import Engine
from hiveframe.lake.statistics.sources import source_statistics
from hiveframe.optimizer.driver import optimize
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.statistics import Estimate, estimates
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.spec import SqlQuery
from hiveframe.sessions.runtime import Process, Session
from hiveframe.settings import Settings

MOST_ROWS = 3e6


def new_session(folder: Any) -> Session:
    settings = Settings({"spark.sql.warehouse.dir": str(folder), "spark.hiveframe.cache.results": "false"})
    return Session.new(Process.of(settings), settings)


def plan_of(session: Session, text: str) -> lg.Relation:
    return optimize(session.analyze(SqlQuery(text)), 1, session.evaluate)


def steps(plan: lg.Relation) -> Iterator[lg.Relation]:
    pending, seen = [plan], set()
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            pending += inputs(node)


def real_rows(session: Session, node: lg.Relation) -> int:
    count = lg.AggCall("count", (lg.Literal(1, t.INT),), t.LONG, False)
    counted = lg.Aggregate(node, (), (lg.Named(lg.Column(10**9, "n", t.LONG, False), count),))
    return Engine().execute(counted, session.settings).table().column(0)[0].as_py()


def estimated(session: Session, plan: lg.Relation) -> dict[int, Estimate]:
    return estimates(plan, source_statistics, session.evaluate)


def rows_of(session: Session, text: str) -> tuple[float, int]:
    """The estimate of a query's rows, and how many there are."""
    plan = plan_of(session, text)
    return estimated(session, plan)[id(plan)].rows, real_rows(session, plan)
