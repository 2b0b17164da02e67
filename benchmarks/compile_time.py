"""How long wide and deep plans take to resolve and compile, and queries of TPC-DS phase by phase."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import hiveframe
from benchmarks.compile_phases import compile_phases, found_session
from benchmarks.options import UNCACHED, Options
from benchmarks.peers.environments import TITLES
from benchmarks.report import Bar, Table
from benchmarks.servers import peer_server, servers
from benchmarks.timing import within

STEPS, COLUMNS = 200, 2000
STEPS_SECONDS, COLUMNS_SECONDS = 0.5, 1.0
ROUNDS = 3
MOST_SECONDS = 60
TIMED: dict[str, Callable[[DataFrame], object]] = {
    "schema": lambda frame: frame.schema,
    "compiled": lambda frame: compiled(frame),
    "first row": lambda frame: frame.collect(),
}


def compile_time(options: Options) -> list[Table]:
    """Tables of times to schema, engine statement (ours alone) and first row, by plan and system; and by phase."""
    plans: dict[str, Callable[[SparkSession], DataFrame]] = {
        f"{STEPS // 2} withColumn + filter": lambda spark: chain(spark, STEPS // 2),
        f"{STEPS} withColumn + filter": lambda spark: chain(spark, STEPS),
        f"{2 * STEPS} withColumn + filter": lambda spark: chain(spark, 2 * STEPS),
        f"{COLUMNS} columns": wide,
    }
    rows: list[list[Any]] = []
    lost: set[str] = set()  # whose server crashed or hung on a plan
    with ExitStack() as stack:
        sessions = {"HiveFrame": hiveframe.session(**UNCACHED)}
        for name in servers(options.peers):
            url = stack.enter_context(peer_server(name))
            sessions[TITLES[name]] = SparkSession.builder.remote(url).create()
        for plan, build in plans.items():
            row: list[Any] = [plan]
            for name, spark in sessions.items():
                row += [None] * len(TIMED) if name in lost else attempt(name, spark, build, lost)
            rows.append(row)
            print(f"compile: {plan}", flush=True)
        for name, spark in sessions.items():
            if name not in lost:
                spark.stop()
    headings = ["plan", *(f"{name} {what}" for name in sessions for what in TIMED)]
    bars = [
        Bar(f"{STEPS} withColumn + filter, schema and compile", rows[1][2] or float("inf"), STEPS_SECONDS, " s"),
        Bar(f"{COLUMNS} columns, schema and compile", rows[3][2] or float("inf"), COLUMNS_SECONDS, " s"),
    ]
    return [Table("Resolving and compiling, seconds", headings, rows, bars), compile_phases(options)]


def attempt(
    name: str, spark: SparkSession, build: Callable[[SparkSession], DataFrame], lost: set[str]
) -> list[float | None]:
    """The best times; none where the plan fails, and whose server does not answer any more is noted in `lost`."""
    try:
        return [*within(MOST_SECONDS, partial(best_times, spark, build))]
    except TimeoutError:
        lost.add(name)
        return [None] * len(TIMED)
    except (PySparkException, RecursionError) as error:
        print(f"compile: {name}: {str(error).splitlines()[0]}")
        return [None] * len(TIMED)


def best_times(spark: SparkSession, build: Callable[[SparkSession], DataFrame]) -> list[float]:
    """The best seconds of each of `TIMED`; a fresh plan each time, so that nothing is remembered."""
    return [best_time(spark, build, ask) for ask in TIMED.values()]


def best_time(
    spark: SparkSession, build: Callable[[SparkSession], DataFrame], ask: Callable[[DataFrame], object]
) -> float | None:
    """The best seconds of one question; None where the system cannot be asked."""
    runs = []
    for _ in range(ROUNDS):
        frame = build(spark)
        start = time.perf_counter()
        if ask(frame) is None:
            return None
        runs.append(time.perf_counter() - start)
    return min(runs)


def compiled(frame: DataFrame) -> str | None:
    """The engine's statement for a frame, resolved, optimised and written; None for a session of another system."""
    client: Any = getattr(frame.sparkSession, "client")  # noqa: B009  of Connect sessions alone
    session = found_session(client)
    if session is None:
        return None
    plan: Any = getattr(frame, "_plan")  # noqa: B009
    tree = session.relation(plan.to_proto(client).root)
    text: str = session.runtime.engine_text(tree)
    return text


def chain(spark: SparkSession, steps: int) -> DataFrame:
    """A row through `steps` times `withColumn` and `filter`."""
    frame = spark.range(1)
    for step in range(steps):
        frame = frame.withColumn(f"c{step}", F.col("id") + step).filter(F.col(f"c{step}") >= 0)
    return frame


def wide(spark: SparkSession) -> DataFrame:
    """A row of many computed columns."""
    return spark.range(1).select(*((F.col("id") * n + n).alias(f"c{n}") for n in range(COLUMNS)))
