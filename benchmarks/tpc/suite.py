"""A whole suite: every query checked against DuckDB's answer and timed beside it on the same Parquet files."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

import hiveframe
from benchmarks.contenders import Contender, RawDuckDB, SparkContender
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Bar, Table
from benchmarks.servers import TITLES, peer_server
from benchmarks.timing import Times, interleaved
from benchmarks.tpc.compare import difference
from benchmarks.tpc.data import Suite, tables
from benchmarks.tpc.queries import queries, without_limit

MOST_OF_DUCKDB = 1.10


def tpch(options: Options) -> list[Table]:
    """TPC-H's 22 queries."""
    return [run_suite("tpch", options)]


def tpcds(options: Options) -> list[Table]:
    """TPC-DS's 99 queries."""
    return [run_suite("tpcds", options)]


def run_suite(suite: Suite, options: Options) -> Table:
    """The table of the suite's times, answers checked."""
    files = tables(suite, options.scale)
    with ExitStack() as stack:
        ours, raw = SparkContender("HiveFrame", hiveframe.session(**UNCACHED)), RawDuckDB()
        peers = [connect(stack, name) for name in options.peers]
        contenders: list[Contender] = [ours, raw, *peers]
        for contender in contenders:
            stack.callback(contender.close)
            contender.open_tables(files)
        measured: dict[str, tuple[str, dict[str, Times]]] = {}
        for name, statements in queries(suite).items():
            if not options.queries or name in options.queries:
                measured[name] = measure(contenders, statements, options.rounds)
                print(f"{suite} {name}: {measured[name][0]}", flush=True)
        return summary(suite, options, [contender.name for contender in contenders], measured)


def measure(contenders: list[Contender], statements: tuple[str, ...], rounds: int) -> tuple[str, dict[str, Times]]:
    """What is to be said of our answer, and everybody's times; none where one of them fails."""
    try:
        verdict = check(contenders[0], contenders[1], statements)
        ways = {contender.name: whole_query(contender, statements) for contender in contenders}
        return verdict, interleaved(ways, rounds)
    except PySparkException as error:
        return f"failed: {error.getCondition()}", {}


def connect(stack: ExitStack, name: str) -> SparkContender:
    """A session on the peer's server, which ends with `stack`."""
    url = stack.enter_context(peer_server(name))
    return SparkContender(TITLES[name], SparkSession.builder.remote(url).create())


def whole_query(contender: Contender, statements: tuple[str, ...]) -> Callable[[], None]:
    """What runs all of a query's statements once."""

    def run() -> None:
        for statement in statements:
            contender.run(statement)

    return run


def check(ours: Contender, raw: Contender, statements: tuple[str, ...]) -> str:
    """`ok`, or how our answer differs from DuckDB's; the last LIMIT is left out, so that ties cannot differ."""
    for statement in map(without_limit, statements):
        mine, theirs = ours.run(statement), raw.run(statement)
        if mine is not None and theirs is not None:
            found = difference(mine, theirs)
            if found is not None:
                return found
    return "ok"


def summary(
    suite: Suite, options: Options, names: list[str], measured: dict[str, tuple[str, dict[str, Times]]]
) -> Table:
    """One row a query, then the totals."""
    headings = [
        "query",
        *(f"{name} best" for name in names),
        *(f"{name} median" for name in names[:2]),
        *(f"{name} first" for name in names[:2]),
        "ratio",
        "answer",
    ]
    rows: list[list[Any]] = []
    for query, (verdict, times) in measured.items():
        best = [times[name].best for name in names] if times else [None] * len(names)
        median = [times[name].median for name in names[:2]] if times else [None] * 2
        first = [times[name].first for name in names[:2]] if times else [None] * 2  # nothing kept from a run before
        rows.append(
            [query, *best, *median, *first, times[names[0]].best / times[names[1]].best if times else None, verdict]
        )
    totals = [sum(row[n] or 0 for row in rows) for n in range(1, 1 + len(names) + 4)]
    right = sum(1 for row in rows if row[-1] == "ok")
    ratio = totals[0] / totals[1] if totals[1] else float("inf")
    rows.append(["total", *totals, ratio, f"{right} of {len(measured)}"])
    runs = f"best, median and first of {options.rounds} runs"
    title = f"{suite.upper()} scale {options.scale:g}, seconds, {runs}, results as Arrow"
    bars = [
        Bar(f"{suite} total against DuckDB's", ratio, MOST_OF_DUCKDB, "×"),
        Bar(f"{suite} wrong answers", len(measured) - right, 0),
    ]
    return Table(title, headings, rows, bars)
