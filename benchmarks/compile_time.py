"""How long wide and deep plans take to resolve and compile."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import hiveframe
from benchmarks.options import Options
from benchmarks.report import Bar, Table
from benchmarks.servers import TITLES, peer_server
from benchmarks.timing import within

STEPS, COLUMNS = 200, 2000
STEPS_SECONDS, COLUMNS_SECONDS = 0.5, 1.0
ROUNDS = 3
MOST_SECONDS = 60


def compile_time(options: Options) -> list[Table]:
    """The table of times to schema and to the first row, by plan and system."""
    plans: dict[str, Callable[[SparkSession], DataFrame]] = {
        f"{STEPS // 2} withColumn + filter": lambda spark: chain(spark, STEPS // 2),
        f"{STEPS} withColumn + filter": lambda spark: chain(spark, STEPS),
        f"{2 * STEPS} withColumn + filter": lambda spark: chain(spark, 2 * STEPS),
        f"{COLUMNS} columns": wide,
    }
    rows: list[list[Any]] = []
    lost: set[str] = set()  # whose server crashed or hung on a plan
    with ExitStack() as stack:
        sessions = {"HiveFrame": hiveframe.session()}
        for name in options.peers:
            url = stack.enter_context(peer_server(name))
            sessions[TITLES[name]] = SparkSession.builder.remote(url).create()
        for plan, build in plans.items():
            row: list[Any] = [plan]
            for name, spark in sessions.items():
                row += [None, None] if name in lost else attempt(name, spark, build, lost)
            rows.append(row)
            print(f"compile: {plan}", flush=True)
        for name, spark in sessions.items():
            if name not in lost:
                spark.stop()
    headings = ["plan", *(f"{name} {what}" for name in sessions for what in ("schema", "first row"))]
    bars = [
        Bar(f"{STEPS} withColumn + filter, schema and compile", rows[1][2] or float("inf"), STEPS_SECONDS, " s"),
        Bar(f"{COLUMNS} columns, schema and compile", rows[3][2] or float("inf"), COLUMNS_SECONDS, " s"),
    ]
    return [Table("Resolving and compiling, seconds", headings, rows, bars)]


def attempt(
    name: str, spark: SparkSession, build: Callable[[SparkSession], DataFrame], lost: set[str]
) -> list[float | None]:
    """The best times; none where the plan fails, and whose server does not answer any more is noted in `lost`."""
    try:
        return [*within(MOST_SECONDS, partial(best_times, spark, build))]
    except TimeoutError:
        lost.add(name)
        return [None, None]
    except (PySparkException, RecursionError) as error:
        print(f"compile: {name}: {str(error).splitlines()[0]}")
        return [None, None]


def best_times(spark: SparkSession, build: Callable[[SparkSession], DataFrame]) -> list[float]:
    """The best seconds to the schema and to the first row; a fresh plan each time, so that nothing is remembered."""
    schema, first_row = [], []
    for _ in range(ROUNDS):
        frame = build(spark)
        start = time.perf_counter()
        frame.schema  # noqa: B018  a property that asks the server
        schema.append(time.perf_counter() - start)
        frame = build(spark)
        start = time.perf_counter()
        frame.collect()
        first_row.append(time.perf_counter() - start)
    return [min(schema), min(first_row)]


def chain(spark: SparkSession, steps: int) -> DataFrame:
    """A row through `steps` times `withColumn` and `filter`."""
    frame = spark.range(1)
    for step in range(steps):
        frame = frame.withColumn(f"c{step}", F.col("id") + step).filter(F.col(f"c{step}") >= 0)
    return frame


def wide(spark: SparkSession) -> DataFrame:
    """A row of many computed columns."""
    return spark.range(1).select(*((F.col("id") * n + n).alias(f"c{n}") for n in range(COLUMNS)))
