"""Peak memory of large aggregations and writes, each in a process of its own under a memory limit."""

import json
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.options import Options
from benchmarks.report import Bar, Table

LIMIT = "1g"
LIMIT_MIB = 1024
# What the interpreter, the client and the engine's code take before any data.
HEADROOM_MIB = 512


def memory(options: Options) -> list[Table]:
    """The table of peaks by job and system."""
    rows: list[list[Any]] = []
    for job in ("few groups", "many groups", "write"):
        for system in ("HiveFrame", "DuckDB"):
            rows.append([job, system, *run(job, system, options.rows)])
            print(f"memory: {job}, {system}", flush=True)
    ours = [row for row in rows if row[1] == "HiveFrame"]
    bars = [
        Bar(f"{row[0]}: peak under a limit of {LIMIT}", row[3] or float("inf"), LIMIT_MIB + HEADROOM_MIB, " MiB")
        for row in ours
    ]
    title = f"{options.rows:,} million rows with a memory limit of {LIMIT}"
    return [Table(title, ["job", "system", "seconds", "peak MiB", "outcome"], rows, bars)]


def run(job: str, system: str, million_rows: int) -> list[object]:
    """Seconds, peak resident MiB and the outcome of one job."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.memory_job", job, system, str(million_rows), LIMIT, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        complaint = done.stderr.strip().splitlines()
        return [None, None, f"failed: {complaint[-1] if complaint else done.returncode}"]
    result = json.loads(done.stdout.splitlines()[-1])
    return [result["seconds"], result["peak_mib"], result["outcome"]]
