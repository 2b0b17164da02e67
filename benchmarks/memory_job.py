"""One job of the memory benchmark: `python -m benchmarks.memory_job JOB SYSTEM MILLION_ROWS LIMIT FOLDER`."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

FEW_GROUPS, ROWS_PER_GROUP = 1000, 10

AGGREGATE = (
    "SELECT count(*), sum(n), max(t) FROM (SELECT {key} AS k, count(*) AS n, sum(v) AS t FROM source GROUP BY 1)"
)


def main(job: str, system: str, million_rows: int, limit: str, folder: str) -> None:
    """Run the job and print its seconds and outcome as JSON."""
    rows = million_rows * 1_000_000
    work = (hiveframe_job if system == "HiveFrame" else duckdb_job)(job, rows, limit, folder)
    start = time.perf_counter()
    outcome = work()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "outcome": outcome, "peak_mib": peak_mib()}))


def peak_mib() -> float:
    """The most memory that this process has held; `ru_maxrss` would count what its parent held before the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def key(job: str, rows: int) -> str:
    """The grouping key: a thousand values, or one for ten rows."""
    return f"id % {FEW_GROUPS}" if job == "few groups" else f"(id * 7919) % {rows // ROWS_PER_GROUP}"


def hiveframe_job(job: str, rows: int, limit: str, folder: str) -> Callable[[], str]:
    """The job on HiveFrame."""
    import hiveframe
    from benchmarks.options import UNCACHED

    spark = hiveframe.session(**{"spark.hiveframe.memory": limit, "spark.local.dir": f"{folder}/spill", **UNCACHED})
    source = spark.range(rows).selectExpr("id", "id * 2 + 1 AS v")
    source.createOrReplaceTempView("source")

    def aggregate() -> str:
        groups, total, _ = spark.sql(AGGREGATE.format(key=key(job, rows))).collect()[0]
        return check(groups, total, rows)

    def write() -> str:
        source.write.parquet(f"{folder}/out")
        return f"{spark.read.parquet(f'{folder}/out').count():,} rows"

    return write if job == "write" else aggregate


def duckdb_job(job: str, rows: int, limit: str, folder: str) -> Callable[[], str]:
    """The same job on DuckDB itself."""
    import duckdb

    size = limit.replace("g", "GiB")
    connection = duckdb.connect(config={"memory_limit": size, "temp_directory": f"{folder}/spill"})
    connection.execute(f"CREATE VIEW source AS SELECT range AS id, range * 2 + 1 AS v FROM range({rows})")

    def aggregate() -> str:
        groups, total, _ = connection.execute(AGGREGATE.format(key=key(job, rows))).fetchall()[0]
        return check(groups, total, rows)

    def write() -> str:
        connection.execute(f"COPY source TO '{folder}/out.parquet' (FORMAT parquet)")
        (count,) = connection.execute(f"SELECT count(*) FROM '{folder}/out.parquet'").fetchall()[0]
        return f"{count:,} rows"

    return write if job == "write" else aggregate


def check(groups: int, total: int, rows: int) -> str:
    """The outcome in words; fails when rows were lost."""
    assert total == rows, f"{total} of {rows} rows"
    return f"{groups:,} groups"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5])
