"""A whole suite: every query checked against DuckDB's answer and timed beside it on the same Parquet files."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import lru_cache, partial

import pyarrow as pa

import hiveframe
from benchmarks.contenders import Contender, RawDuckDB, SparkContender
from benchmarks.first_runs import Limits, first_runs, judge, table
from benchmarks.options import UNCACHED, Options
from benchmarks.peers.piped import PipedContender
from benchmarks.report import Table
from benchmarks.tpc.compare import difference
from benchmarks.tpc.data import Suite, tables
from benchmarks.tpc.queries import queries, without_limit

PEERS = {"tpch": ("sail", "spark", "polars", "daft"), "tpcds": ("sail", "spark")}
PEERS_LAST_PLACES = 20  # Sail cuts quotients off, whose sums then differ by a few units in the last place
LIMITS = {
    "tpch": Limits({"DuckDB": 1.0, "Sail": 0.65, "Spark local[2]": 0.1}),
    "tpcds": Limits({"DuckDB": 0.9, "Sail": 0.4}, one_query=1.1),
}


def tpch(options: Options) -> list[Table]:
    """TPC-H's 22 queries."""
    return run_suite("tpch", options)


def tpcds(options: Options) -> list[Table]:
    """TPC-DS's 99 queries."""
    return run_suite("tpcds", options)


def run_suite(suite: Suite, options: Options) -> list[Table]:
    """The suite's times, answers checked."""
    files = tables(suite, options.scale)
    work = {name: texts for name, texts in queries(suite).items() if not options.queries or name in options.queries}
    with ExitStack() as stack:
        ours, raw = SparkContender("HiveFrame", partial(hiveframe.session, **UNCACHED)), RawDuckDB()
        peers = [PipedContender(name) for name in options.peers if name in PEERS[suite]]
        contenders: list[Contender] = [ours, raw, *peers]
        for contender in contenders:
            stack.callback(contender.close)
        measured = first_runs(suite, contenders, work, files, options.rounds)
        expected = lru_cache(maxsize=4)(raw.answer)  # the same for each peer in turn
        judge([ours], measured, partial(check, expected))
        judge(peers, measured, partial(check, expected, last_places=PEERS_LAST_PLACES))
    title = (
        f"{suite.upper()} scale {options.scale:g}, seconds, medians of {options.rounds} first runs, results as Arrow"
    )
    label = f"{suite} scale {options.scale:g}"
    return table(label, title, [c.name for c in contenders], measured, LIMITS[suite])


def check(
    expected: Callable[[str], pa.Table | None],
    contender: Contender,
    statements: tuple[str, ...],
    *,
    last_places: float = 1,
) -> str | None:
    """None, or how the answer differs from DuckDB's; the last LIMIT is left out, so that ties cannot differ."""
    for statement in map(without_limit, statements):
        found, right = contender.answer(statement), expected(statement)
        if found is not None and right is not None:
            differs = difference(found, right, last_places=last_places)
            if differs is not None:
                return differs
    return None
