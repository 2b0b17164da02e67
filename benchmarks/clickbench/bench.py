"""ClickBench's questions beside raw DuckDB on the same Parquet file."""

from contextlib import ExitStack
from functools import partial

import hiveframe
from benchmarks.clickbench.hits import hits
from benchmarks.clickbench.questions import in_duckdb, questions
from benchmarks.clickbench.ties import answer_difference
from benchmarks.contenders import RawDuckDB, SparkContender
from benchmarks.first_runs import Limits, first_runs, judge, table
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Table

LIMITS = Limits({"DuckDB": 1.0})


def clickbench(options: Options) -> list[Table]:
    """The table of the 43 questions."""
    rows = int(options.hits * 1e6)
    files = {"hits": hits(rows)}
    chosen = {name: (text,) for name, text in questions().items() if not options.queries or name in options.queries}
    with ExitStack() as stack:
        ours = SparkContender(
            "HiveFrame", partial(hiveframe.session, **UNCACHED, **{"spark.sql.session.timeZone": "UTC"})
        )
        raw = RawDuckDB(in_duckdb)
        raw.connection.execute("SET TimeZone = 'UTC'")
        for contender in (ours, raw):
            stack.callback(contender.close)
        measured = first_runs("clickbench", [ours, raw], chosen, files, options.rounds)
        judge([ours], measured, lambda _, texts: answer_difference(texts[0], ours.run, in_duckdb, raw.connection))
    title = f"ClickBench's questions, {rows:,} generated rows, seconds, medians of {options.rounds} first runs"
    return table("clickbench", title, [ours.name, raw.name], measured, LIMITS)
