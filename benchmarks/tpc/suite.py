"""A whole suite: every query checked against DuckDB's answer and timed beside it on the same Parquet files."""

from contextlib import ExitStack
from functools import partial

from pyspark.sql import SparkSession

import hiveframe
from benchmarks.contenders import Contender, RawDuckDB, SparkContender
from benchmarks.first_runs import Limits, first_runs, table, verdicts
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Table
from benchmarks.servers import TITLES, peer_server
from benchmarks.tpc.compare import difference
from benchmarks.tpc.data import Suite, tables
from benchmarks.tpc.queries import queries, without_limit

LIMITS = {
    "tpch": Limits({"DuckDB": 1.0, "Sail": 0.65, "Spark local[2]": 0.1}),
    "tpcds": Limits({"DuckDB": 0.9, "Sail": 0.4}, one_query=1.1),
}


def tpch(options: Options) -> list[Table]:
    """TPC-H's 22 queries."""
    return [run_suite("tpch", options)]


def tpcds(options: Options) -> list[Table]:
    """TPC-DS's 99 queries."""
    return [run_suite("tpcds", options)]


def run_suite(suite: Suite, options: Options) -> Table:
    """The table of the suite's times, answers checked."""
    files = tables(suite, options.scale)
    work = {name: texts for name, texts in queries(suite).items() if not options.queries or name in options.queries}
    with ExitStack() as stack:
        ours, raw = SparkContender("HiveFrame", partial(hiveframe.session, **UNCACHED)), RawDuckDB()
        contenders: list[Contender] = [ours, raw, *(connect(stack, name) for name in options.peers)]
        for contender in contenders:
            stack.callback(contender.close)
        measured = first_runs(suite, contenders, work, files, options.rounds)
        said = verdicts(measured, ours.name, partial(check, ours, raw))
    title = (
        f"{suite.upper()} scale {options.scale:g}, seconds, medians of {options.rounds} first runs, results as Arrow"
    )
    label = f"{suite} scale {options.scale:g}"
    return table(label, title, [c.name for c in contenders], measured, said, LIMITS[suite])


def connect(stack: ExitStack, name: str) -> SparkContender:
    """Sessions on the peer's server, which ends with `stack`."""
    url = stack.enter_context(peer_server(name))
    return SparkContender(TITLES[name], SparkSession.builder.remote(url).create)


def check(ours: Contender, raw: Contender, statements: tuple[str, ...]) -> str | None:
    """None, or how our answer differs from DuckDB's; the last LIMIT is left out, so that ties cannot differ."""
    for statement in map(without_limit, statements):
        mine, theirs = ours.run(statement), raw.run(statement)
        if mine is not None and theirs is not None:
            found = difference(mine, theirs)
            if found is not None:
                return found
    return None
