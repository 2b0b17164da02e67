"""Queries that come again with other literals, beside DuckDB on the same files and on tables of its own.

HiveFrame has seen their kind before, in texts that differ from those that are measured.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

import hiveframe
from benchmarks.contenders import Contender, RawDuckDB, SparkContender, run_all
from benchmarks.first_runs import RIGHT
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Bar, Table
from benchmarks.settling import settle
from benchmarks.timing import interleaved
from benchmarks.tpc.data import Suite, tables
from benchmarks.tpc.literals import redrawn
from benchmarks.tpc.queries import queries
from benchmarks.tpc.suite import check

REPETITIONS_BEFORE = 4
MOST_OF_FILES = 0.55
MOST_OF_TABLES = 1.05
QUIET_S = 3.0


class OwnTables(RawDuckDB):
    """DuckDB on tables of its own, in a database file."""

    name = "DuckDB tables"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def _connected(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self._file))

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        for name, path in tables.items():
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM read_parquet($1)", [str(path)])


def repeated(options: Options) -> list[Table]:
    """TPC-H's and TPC-DS's queries, each suite after four repetitions."""
    return [run("tpch", options), run("tpcds", options)]


def run(suite: Suite, options: Options) -> Table:
    """The suite's table."""
    files = tables(suite, options.scale)
    conf = {"spark.hiveframe.cache.results": "false", "spark.hiveframe.cache.columnsBytes": "4g"}
    ours, raw = SparkContender("HiveFrame", partial(hiveframe.session, **conf)), RawDuckDB()
    own = OwnTables(next(iter(files.values())).parent.with_suffix(".duckdb"))
    plain = SparkContender("uncached", partial(hiveframe.session, **UNCACHED))
    contenders: list[Contender] = [ours, raw, own]
    try:
        for contender in (*contenders, plain):
            contender.open_tables(files)
        chosen = {q: s for q, s in queries(suite).items() if not options.queries or q in options.queries}
        for repetition in range(REPETITIONS_BEFORE):
            for statements in chosen.values():
                for statement in statements:
                    ours.run(redrawn(statement, repetition))
        settle(QUIET_S)
        measured = {}
        for query, statements in chosen.items():
            measured[query] = measure(contenders, plain, statements, options.rounds)
            print(f"{suite} {query}: {measured[query][0]}", flush=True)
    finally:
        for contender in (*contenders, plain):
            contender.close()
    return summary(suite, options, [c.name for c in contenders], measured)


def measure(
    contenders: list[Contender], plain: Contender, statements: Sequence[str], rounds: int
) -> tuple[str, list[float]]:
    """What is to be said of our answers beside those of a session that keeps nothing, and everybody's median.

    Each round has other literals. DuckDB's answers would differ where Spark's rules do: in quotients of decimals.
    """
    fresh = [tuple(redrawn(s, REPETITIONS_BEFORE + n) for s in statements) for n in range(rounds)]
    verdict = check(plain.answer, contenders[0], fresh[0]) or RIGHT
    for text in (text for texts in fresh for text in texts):
        for contender in contenders:
            if isinstance(contender, RawDuckDB):
                contender.translate(text)

    def next_round(contender: Contender) -> Callable[[], None]:
        turns = iter(fresh)
        return lambda: run_all(contender, next(turns))

    times = interleaved({c.name: next_round(c) for c in contenders}, rounds)
    return verdict, [times[c.name].median for c in contenders]


def summary(suite: Suite, options: Options, names: list[str], measured: dict[str, tuple[str, list[float]]]) -> Table:
    """One row a query, then the totals."""
    rows: list[list[Any]] = [[query, *medians, verdict] for query, (verdict, medians) in measured.items()]
    totals = [sum(row[i] for row in rows) for i in (1, 2, 3)]
    wrong = sum(verdict != RIGHT for verdict, _ in measured.values())
    rows.append(["total", *totals, f"{len(measured) - wrong} of {len(measured)}"])
    return Table(
        f"{suite.upper()} scale {options.scale:g} with new literals after {REPETITIONS_BEFORE} repetitions, seconds, "
        f"medians of {options.rounds} runs, no result kept",
        ["query", *names, "answer"],
        rows,
        [
            Bar(f"{suite} repeated, against DuckDB on the files", totals[0] / totals[1], MOST_OF_FILES, "×"),
            Bar(f"{suite} repeated, against DuckDB on its tables", totals[0] / totals[2], MOST_OF_TABLES, "×"),
            Bar(f"{suite} repeated, wrong answers", wrong, 0),
        ],
    )
