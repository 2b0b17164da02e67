"""Reports of large Delta tables about days that a small table names: parts run first, beside one statement and DuckDB.

Six million sales, in a folder for each of 366 days, and three million visits, in the order of time, not in folders.
Which days a report is about is known once the table of days has been read.
"""

import math
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

import hiveframe
from benchmarks.contenders import RawDuckDB
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Bar, Table
from benchmarks.timing import interleaved
from benchmarks.tpc.compare import difference
from benchmarks.tpc.data import cache_folder

SETTING = "spark.sql.adaptive.enabled"
SALES, VISITS, DAYS = 6_000_000, 3_000_000, 366
LEAST_FASTER = 2.0
MOST_LEVEL = 1.1

SALE_DAYS = "d.kind LIKE '%sale%'"
BY_DAY = "(SELECT day, shop, sum(cents) AS cents FROM sales GROUP BY day, shop)"
PLAIN = "visits by day, which the engine prunes alone"

QUERIES = {
    "sums by day and shop, of the days of a sale": f"SELECT d.name, sum(s.cents) FROM {BY_DAY} s JOIN days d "
    f"ON s.day = d.day WHERE {SALE_DAYS} GROUP BY d.name",
    "each shop's ten dearest on such a day": "SELECT d.name, count(*), sum(cents) FROM (SELECT day, cents, "
    "row_number() OVER (PARTITION BY day, shop ORDER BY cents DESC, id) AS place FROM sales) s "
    f"JOIN days d ON s.day = d.day WHERE {SALE_DAYS} AND place <= 10 GROUP BY d.name",
    "who visited and bought on such a day": "SELECT d.name, count(*) FROM sales s, visits v, days d "
    f"WHERE s.day = d.day AND v.day = s.day AND v.customer = s.customer AND {SALE_DAYS} GROUP BY d.name",
    "sales beside visits of such days": f"SELECT d.name, sum(s.cents), max(v.count) FROM {BY_DAY} s, "
    "(SELECT day, count(*) AS count FROM visits GROUP BY day) v, days d "
    f"WHERE s.day = d.day AND v.day = d.day AND {SALE_DAYS} GROUP BY d.name",
    "days of which there are none": f"SELECT d.name, sum(s.cents) FROM {BY_DAY} s JOIN days d ON s.day = d.day "
    "WHERE d.kind LIKE '%strike%' GROUP BY d.name",
    "a query of WITH for the days, read twice": "WITH chosen AS (SELECT month, max(day) AS day FROM days "
    "WHERE kind LIKE '%sale%' GROUP BY month HAVING count(*) > 1) "
    f"SELECT 's' AS what, c.month, sum(s.cents) AS much FROM {BY_DAY} s JOIN chosen c ON s.day = c.day "
    "GROUP BY c.month "
    "UNION ALL SELECT 'v', c.month, sum(v.count) FROM (SELECT day, count(*) AS count FROM visits GROUP BY day) v "
    "JOIN chosen c ON v.day = c.day GROUP BY c.month",
    "customers of such days, IN": "SELECT day, count(*) FROM (SELECT DISTINCT day, customer FROM sales) s "
    f"WHERE day IN (SELECT d.day FROM days d WHERE {SALE_DAYS}) GROUP BY day",
    "a star by the folders' column": "SELECT d.name, sum(s.cents) FROM sales s JOIN days d ON s.day = d.day "
    f"WHERE {SALE_DAYS} GROUP BY d.name",
    PLAIN: f"SELECT d.name, sum(v.page) FROM visits v JOIN days d ON v.day = d.day WHERE {SALE_DAYS} GROUP BY d.name",
}


def adaptive(options: Options) -> list[Table]:
    """The table of times with parts run first, in one statement, and of DuckDB."""
    folder = tables()
    spark = hiveframe.session(**UNCACHED)
    raw = RawDuckDB()
    rows: list[list[Any]] = []
    wrong = 0
    try:
        for name in ("sales", "visits", "days"):
            spark.read.format("delta").load(str(folder / name)).createOrReplaceTempView(name)
            files = "*/*.parquet" if name == "sales" else "*.parquet"
            raw.connection.read_parquet(str(folder / name / files), hive_partitioning=name == "sales").create_view(name)
        for name, text in QUERIES.items():
            raw.translate(text)
            answers = [run(spark, text, is_adaptive=on) for on in (True, False)]
            wrong += sum(difference(answer, raw.run(text)) is not None for answer in answers)
            ways = {
                "DuckDB": partial(raw.run, text),
                "one statement": partial(run, spark, text, is_adaptive=False),
                "adaptive": partial(run, spark, text, is_adaptive=True),
            }
            times = {way: found.best for way, found in interleaved(ways, options.rounds).items()}
            gains = [times[way] / times["adaptive"] for way in ("DuckDB", "one statement")]
            rows.append([name, *times.values(), *gains])
            print(f"adaptive: {name}", flush=True)
    finally:
        spark.stop()
        raw.close()
    gaining = [row for row in rows if row[0] != PLAIN]
    faster = [math.exp(sum(math.log(row[i]) for row in gaining) / len(gaining)) for i in (4, 5)]
    rows.append(["geometric mean but for the last", None, None, None, *faster])
    [plain] = [row for row in rows if row[0] == PLAIN]
    headings = ["query", "DuckDB", "one statement", "adaptive", "faster than DuckDB", "than one statement"]
    return [
        Table(
            f"Reports of {SALES:,} sales and {VISITS:,} visits about days that a small table names, seconds",
            headings,
            rows,
            [
                Bar("slower than DuckDB by a factor of (at most 1 / 2)", 1 / faster[0], 1 / LEAST_FASTER),
                Bar("slower than one statement by a factor of (at most 1 / 2)", 1 / faster[1], 1 / LEAST_FASTER),
                Bar("where nothing is gained: × one statement", 1 / plain[5], MOST_LEVEL, "×"),
                Bar("wrong answers", wrong, 0),
            ],
        )
    ]


def run(spark: SparkSession, text: str, *, is_adaptive: bool) -> Any:
    """The rows."""
    spark.conf.set(SETTING, str(is_adaptive).lower())
    return spark.sql(text).toArrow()


def tables() -> Path:
    """The folder of the tables, made where they lack."""
    folder = cache_folder() / "days-1"
    if not folder.exists():
        aside = folder.with_name(".days-1")
        spark = hiveframe.session(**UNCACHED)
        try:
            for name, text in MADE.items():
                writer = spark.sql(text).write.format("delta").mode("overwrite")
                writer = writer.partitionBy("day") if name == "sales" else writer
                writer.option("maxRecordsPerFile", 100_000).save(str(aside / name))
        finally:
            spark.stop()
        aside.rename(folder)
    return folder


MADE = {
    "days": "SELECT CAST(id AS INT) AS day, CAST(id DIV 31 AS INT) AS month, concat('day ', id) AS name, "
    f"CASE WHEN id % 37 < 2 THEN 'summer sale' WHEN id % 7 = 0 THEN 'sunday' ELSE 'a day' END AS kind "
    f"FROM range({DAYS})",
    "sales": f"SELECT id, CAST(id * {DAYS} DIV {SALES} AS INT) AS day, CAST(hash(id) & 127 AS INT) AS shop, "
    f"CAST(hash(id, 1) & 262143 AS INT) AS customer, CAST(hash(id, 2) & 65535 AS BIGINT) AS cents FROM range({SALES})",
    "visits": f"SELECT CAST(id * {DAYS} DIV {VISITS} AS INT) AS day, CAST(hash(id, 3) & 262143 AS INT) AS customer, "
    f"CAST(hash(id, 4) & 1023 AS INT) AS page FROM range({VISITS})",
}
"""The queries that the tables are made by."""
