"""How long a program waits for its first row, in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.options import Options
from benchmarks.peers.environments import TITLES, python
from benchmarks.report import Bar, Table
from benchmarks.timing import Times

ROUNDS = 5
BEYOND_SECONDS = 0.5

HIVEFRAME = """
import time; start = time.perf_counter()
from pyspark.sql import SparkSession, functions; import pyspark.sql.connect.session
client = time.perf_counter()
import hiveframe
hiveframe.session().range(1).collect()
print([client - start, time.perf_counter() - client])
"""

DUCKDB = """
import time; start = time.perf_counter()
import duckdb
client = time.perf_counter()
duckdb.sql("FROM range(1)").fetchall()
print([client - start, time.perf_counter() - client])
"""

SPARK = """
import time; start = time.perf_counter()
from pyspark.sql import SparkSession, functions
client = time.perf_counter()
SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate().range(1).collect()
print([client - start, time.perf_counter() - client])
"""


def start_time(options: Options) -> list[Table]:
    """The table of start times; Spark's where it is installed as a peer."""
    programs = {"HiveFrame": (sys.executable, HIVEFRAME), "DuckDB": (sys.executable, DUCKDB)}
    if "spark" in options.peers:
        programs[TITLES["spark"]] = str(python("spark")), SPARK
    rows: list[list[Any]] = []
    for name, (interpreter, program) in programs.items():
        runs = [run(interpreter, program) for _ in range(ROUNDS)]
        imports, first_row = (Times([one[n] for one in runs]) for n in (0, 1))
        rows.append([name, imports.best, first_row.best, first_row.median])
    headings = ["system", "importing the client, best", "to the first row beyond it, best", "median"]
    bar = Bar("session() to the first row beyond importing pyspark", rows[0][3], BEYOND_SECONDS, " s")
    return [Table("Start, seconds", headings, rows, [bar])]


def run(python: str, program: str) -> list[float]:
    """What the program prints last, run in a fresh process."""
    done = subprocess.run([python, "-"], input=program, stdout=subprocess.PIPE, text=True, check=True)
    times: list[float] = json.loads(done.stdout.splitlines()[-1])
    return times
