"""How long a tiny query takes from the client's call to its rows, alone and among others."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

from pyspark.sql import SparkSession

import hiveframe
from benchmarks.options import UNCACHED, Options
from benchmarks.peers.environments import TITLES
from benchmarks.report import Bar, Table
from benchmarks.servers import hiveframe_server, peer_server, servers
from benchmarks.timing import Times

WARM_UP = 30
RUNS = 300
IN_FLIGHT = 32
RUNS_EACH = 30
LONG_QUERY = "SELECT sum(id % 7) FROM range(100000000)"
IN_PROCESS_MS, TCP_MS = 3, 6


def latency(options: Options) -> list[Table]:
    """The table of latencies, by way to the engine."""
    rows: list[list[Any]] = []
    with ExitStack() as stack:
        ways: dict[str, Callable[[], SparkSession]] = {"HiveFrame in-process": partial(hiveframe.session, **UNCACHED)}
        urls = {"HiveFrame over TCP": stack.enter_context(hiveframe_server())}
        urls |= {f"{TITLES[name]} over TCP": stack.enter_context(peer_server(name)) for name in servers(options.peers)}
        ways |= {name: partial(connect_to, url) for name, url in urls.items()}
        for name, connect in ways.items():
            rows.append([name, *measure(connect)])
            print(f"latency: {name}", flush=True)
    headings = [
        "way",
        "p50 ms",
        "p99 ms",
        f"p50 ms, {IN_FLIGHT} in flight",
        "p99 ms",
        "queries/s",
        "p50 ms beside a long one",
    ]
    bars = [
        Bar("tiny query in-process, p50", rows[0][1], IN_PROCESS_MS, " ms"),
        Bar("tiny query over TCP, p50", rows[1][1], TCP_MS, " ms"),
    ]
    return [Table("A tiny query: range, filter, limit, collect", headings, rows, bars)]


def measure(connect: Callable[[], SparkSession]) -> list[float]:
    """Median and 99th percentile alone, the same and the rate with many in flight, the median beside a long query."""
    spark = connect()
    alone = repeat(spark, RUNS)
    together, rate = in_flight(connect)
    beside = beside_long_query(spark, connect)
    spark.stop()
    return [ms(alone, 0.5), ms(alone, 0.99), ms(together, 0.5), ms(together, 0.99), rate, ms(beside, 0.5)]


def connect_to(url: str) -> SparkSession:
    """A new session on a server."""
    return SparkSession.builder.remote(url).create()


def tiny(spark: SparkSession) -> None:
    """The query."""
    rows = spark.range(1000).filter("id % 2 = 0").limit(10).collect()
    assert len(rows) == 10


def repeat(spark: SparkSession, runs: int, warm_up: int = WARM_UP) -> Times:
    """The times of `runs` queries one after another."""
    for _ in range(warm_up):
        tiny(spark)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        tiny(spark)
        seconds.append(time.perf_counter() - start)
    return Times(seconds)


def in_flight(connect: Callable[[], SparkSession]) -> tuple[Times, float]:
    """The times with many sessions asking at once, and how many queries a second that makes."""
    sessions = [connect() for _ in range(IN_FLIGHT)]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(tiny, sessions))
        start = time.perf_counter()
        times = list(pool.map(lambda spark: repeat(spark, RUNS_EACH, warm_up=0), sessions))
        elapsed = time.perf_counter() - start
    for session in sessions:
        session.stop()
    return Times([seconds for one in times for seconds in one.seconds]), IN_FLIGHT * RUNS_EACH / elapsed


def beside_long_query(spark: SparkSession, connect: Callable[[], SparkSession]) -> Times:
    """The times while another session runs a query that takes all cores."""
    other = connect()
    done = threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            other.sql(LONG_QUERY).collect()

    busy = threading.Thread(target=keep_busy)
    busy.start()
    times = repeat(spark, RUNS_EACH, warm_up=3)
    done.set()
    busy.join()
    other.stop()
    return times


def ms(times: Times, share: float) -> float:
    """A quantile in milliseconds."""
    return times.quantile(share) * 1000
