"""How long a query of TPC-DS takes before the engine runs, phase by phase, beside the engine's own planning."""

import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

import hiveframe
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Bar, Table
from benchmarks.tpc.data import tables
from benchmarks.tpc.queries import is_select, queries
from hiveframe.analysis.analyzer import Analyzer
from hiveframe.connect.local import local_service
from hiveframe.connect.seam import SessionKey
from hiveframe.engine.emit.context import Context
from hiveframe.engine.emit.relations import emit_query
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.optimizer.driver import optimize
from hiveframe.sql import parse_statement

PHASES = ("parse", "analyse", "optimise", "emit", "render")
PLANNING = "DuckDB plans (EXPLAIN)"
MOST_MS = 8.0

Times = dict[str, float]
"""Milliseconds by phase."""


def compile_phases(options: Options) -> Table:
    """The table of CPU milliseconds by phase: over all statements the median, the 90th percentile and the sum.

    Each statement counts with the best of its rounds; nothing is remembered but what files hold. The CPU time is that
    of the thread, so that other programs on the machine count as little as can be.
    """
    spark = hiveframe.session(**UNCACHED)
    for name, path in tables("tpcds", options.scale).items():
        spark.read.parquet(str(path.resolve())).createOrReplaceTempView(name)
    session = found_session(getattr(spark, "client")).runtime  # noqa: B009  of Connect sessions alone
    best: list[Times] = []
    for statement in chosen(options):
        rounds = [phases(session, statement) for _ in range(options.rounds + 1)]
        fastest = {name: min(times[name] for times in rounds) for name in (*PHASES, PLANNING)}
        best.append({**fastest, "in all": min(sum(times[name] for name in PHASES) for times in rounds)})
    spark.stop()
    rows: list[list[Any]] = []
    for name in (*PHASES, "in all", PLANNING):
        values = [times[name] for times in best]
        rows.append([name, median(values), quantiles(values, n=10)[-1], sum(values), max(values)])
    bars = [Bar("compiling a query of TPC-DS, median", median(times["in all"] for times in best), MOST_MS, " ms")]
    title = f"TPC-DS at scale {options.scale:g}, {len(best)} statements before the engine runs, CPU milliseconds"
    return Table(title, ["phase", "p50", "p90", "sum", "longest"], rows, bars)


def chosen(options: Options) -> list[str]:
    """The statements that are queries."""
    named = {name: texts for name, texts in queries("tpcds").items() if not options.queries or name in options.queries}
    return [text for texts in named.values() for text in texts if is_select(text)]


def found_session(client: Any) -> Any:
    """The session behind a client in this process; None for a client of another system."""
    return local_service().manager.find(SessionKey(client._user_id or "", client._session_id))


def phases(session: Any, text: str) -> Times:
    """The milliseconds of each phase of one statement."""
    times: Times = {}

    def phase(name: str, work: Callable[[], Any]) -> Any:
        start = time.thread_time()
        made = work()
        times[name] = (time.thread_time() - start) * 1000
        return made

    settings = session.settings
    engine = database(settings)
    tree = phase("parse", lambda: parse_statement(text, conf=settings))  # the session keeps the last one
    typed = phase("analyse", lambda: Analyzer(session.environment).relation(tree))
    optimized = phase("optimise", lambda: optimize(typed, settings.parallelism, session.evaluate))
    context = Context(settings, engine)
    query = phase("emit", lambda: emit_query(optimized, context))
    statement = phase("render", lambda: render(query))
    with context.kernels_in_force(), engine.lease(context.time_zone) as connection:
        phase(PLANNING, lambda: connection.execute("EXPLAIN " + statement).fetchall())
    return times
