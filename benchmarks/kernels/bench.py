"""The table of kernels, the slowest beside Spark first."""

import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

import hiveframe
from benchmarks.kernels.expressions import CALLS, ROWS
from benchmarks.options import UNCACHED, Options
from benchmarks.peers.environments import TITLES
from benchmarks.report import Table
from benchmarks.servers import peer_server, servers
from benchmarks.timing import interleaved
from hiveframe.connect.local import local_service
from hiveframe.connect.seam import SessionKey
from hiveframe.errors import SparkError
from hiveframe.plan import spec

ROW_COUNT = 200_000


def kernels(options: Options) -> list[Table]:
    """Rows a second of each function that runs as a kernel, beside the peers that are installed."""
    rows: list[list[Any]] = []
    with ExitStack() as stack:
        path = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "rows.parquet")
        sessions = {"HiveFrame": hiveframe.session(**UNCACHED)}
        stack.callback(sessions["HiveFrame"].stop)
        sessions["HiveFrame"].sql(ROWS.replace("{rows}", str(ROW_COUNT))).write.parquet(path)
        for name in servers(options.peers):
            url = stack.enter_context(peer_server(name))
            sessions[TITLES[name]] = SparkSession.builder.remote(url).create()
        for spark in sessions.values():
            spark.read.parquet(path).createOrReplaceTempView("rows")
        for call in options.queries or CALLS:
            used = kernel_names(sessions["HiveFrame"], f"SELECT {call} FROM rows")
            if used:
                rates = [rate(spark, call, options.rounds) for spark in sessions.values()]
                rows.append([call, ", ".join(used), *rates, *(ratio(rates[0], other) for other in rates[1:])])
                print(f"kernel: {call}", flush=True)
    rows.sort(key=lambda row: (row[-1] or 0.0, row[2] or 0.0))
    names = list(sessions)
    headings = ["call", "kernels", *(f"{name} krows/s" for name in names), *(f"× {name}" for name in names[1:])]
    return [Table(f"Functions that run as kernels, {ROW_COUNT:,} rows from Parquet", headings, rows)]


def kernel_names(spark: SparkSession, text: str) -> list[str]:
    """The kernels in the engine's statement for a query; none for one that cannot be compiled."""
    client: Any = getattr(spark, "client")  # noqa: B009  of Connect sessions alone
    session = local_service().manager.find(SessionKey(client._user_id or "", client._session_id))
    assert session is not None
    runtime: Any = session.runtime
    try:
        return [re.sub(r"^hf_|_\d+$", "", name) for name in runtime.engine_kernels(spec.SqlQuery(text=text))]
    except SparkError as error:
        print(f"kernel: {text} is left out: {error}")
        return []


def rate(spark: SparkSession, call: str, rounds: int) -> float | None:
    """Thousands of rows a second, the best of `rounds`; None where the system does not run it."""
    frame = spark.sql(f"SELECT {call} FROM rows")
    run: Callable[[], None] = partial(frame.write.format("noop").mode("overwrite").save)
    try:
        return ROW_COUNT / 1000 / interleaved({"it": run}, rounds)["it"].best
    except PySparkException:
        return None


def ratio(ours: float | None, theirs: float | None) -> float | None:
    """How many times as fast; None where one of them does not run."""
    return ours / theirs if ours and theirs else None
