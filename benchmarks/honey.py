"""HoneyStore beside Parquet, Delta, Lance and DuckDB's own format, on one mixed table and TPC-H's lineitem.

The tables are made once, under `.cache/honey`; Lance takes part where it is installed (`--peers lance`).
Queries are given to HiveFrame as SQL, parsing and planning included; DuckDB and
Lance are asked directly. `--queries` picks parts: scan, keys, filters, sizes, lineitem.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import duckdb
from pyspark.sql import SparkSession

import hiveframe
from benchmarks.options import UNCACHED, Options
from benchmarks.peers.environments import python
from benchmarks.report import Bar, Table
from benchmarks.timing import interleaved, timed
from benchmarks.tpc.data import tables as tpc_tables
from hiveframe.lake.honey.bee import adapt
from hiveframe.lake.honey.table import HoneyTable

CACHE = Path(__file__).parents[1] / ".cache/honey"
KEYS, QUERIES, TRAINING = 1000, 500, 120
DAYS = 1667
HOT_DAYS = 60
SCAN = """SELECT count(id), sum(key0), max(customer), max(store), max(status), max(country), max(email), sum(price),
    sum(amount), sum(quantity), max(day), max(moment), count(flag), max(token), max(note), sum(score) FROM {table}"""
LINEITEM = """SELECT count(l_orderkey), max(l_partkey), max(l_suppkey), max(l_linenumber), sum(l_quantity),
    sum(l_extendedprice), sum(l_discount), sum(l_tax), max(l_returnflag), max(l_linestatus), max(l_shipdate),
    max(l_commitdate), max(l_receiptdate), max(l_shipinstruct), max(l_shipmode), max(l_comment) FROM {table}"""


Lance = Callable[[str], float | None]
"""The peer's seconds for a measure."""


def honey(options: Options) -> list[Table]:
    """The tables of times and sizes."""
    rows = int(5_000_000 * options.scale)
    root = CACHE / f"{rows}"
    spark = hiveframe.session(
        **{
            "spark.sql.warehouse.dir": str(root / "warehouse"),
            "spark.sql.session.timeZone": "UTC",
            **UNCACHED,
        }
    )
    source = root / "mixed.parquet"
    prepare(spark, root, source, rows)
    native = duckdb.connect(str(root / "native.db"), read_only=True)
    native.execute("SET TimeZone = 'UTC'")
    lance = partial(lance_time, root, source, rows)
    parts: dict[str, Callable[[], Table]] = {
        "scan": lambda: scans(spark, native, lance, options),
        "keys": lambda: keys(spark, native, lance, rows, options),
        "filters": lambda: filters(spark, native, lance),
        "sizes": lambda: sizes(root),
        "lineitem": lambda: lineitem(spark, root, options),
    }
    made = [part() for name, part in parts.items() if not options.queries or name in options.queries]
    native.close()
    spark.stop()
    return made


# ------------------------------------------------------------------------------------------------------------ the data


def prepare(spark: SparkSession, root: Path, source: Path, rows: int) -> None:
    """Every table, where it is not there yet."""
    if (root / "ready").exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    (root / "warehouse").mkdir(parents=True)
    make_mixed(source, rows)
    duckdb.connect(str(root / "native.db")).execute(f"CREATE TABLE t AS FROM '{source}'")
    given = spark.read.parquet(str(source))
    given.write.option("compression", "zstd").parquet(str(root / "zstd"))
    given.write.parquet(str(root / "snappy"))
    given.createOrReplaceTempView("given")
    for name in ("fresh", "adapted", "keyed"):
        spark.sql(f"CREATE TABLE {name} USING honeystore AS SELECT * FROM given")
    train(spark, root / "warehouse", rows)
    spark.sql("CREATE TABLE zordered USING delta AS SELECT * FROM given")
    spark.sql("ALTER TABLE zordered SET TBLPROPERTIES ('delta.targetFileSize' = '32m')")
    spark.sql("OPTIMIZE zordered ZORDER BY (day, customer, price)")
    (root / "ready").touch()


def make_mixed(source: Path, rows: int) -> None:
    """Orders in no order: numbers, decimals, times, codes, long and short text, NULLs."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        f"""COPY (SELECT (hash(i) % 100000000)::BIGINT key0, (i * 7919) % {rows} id,
        (hash(i * 3) % 50000)::INT customer, (hash(i * 5) % 2000)::SMALLINT store,
        ['new', 'paid', 'sent', 'back', 'lost'][1 + (hash(i * 7) % 5)::INT] status,
        ['DE', 'FR', 'IT', 'ES', 'PL', 'NL', 'SE', 'AT'][1 + (hash(i * 29) % 8)::INT] country,
        'user_' || (hash(i * 3) % 50000) || '@example.org' email, (hash(i * 11) % 1000000) / 100.0::DOUBLE price,
        ((hash(i * 13) % 100000000) / 100.0)::DECIMAL(18, 2) amount, (hash(i * 17) % 100)::INT quantity,
        DATE '2020-01-01' + (hash(i * 43) % {DAYS})::INT AS day,
        TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_microseconds(i * 25000000) moment, hash(i * 23) % 2 = 0 flag,
        md5(i::VARCHAR) token,
        'order ' || i || ' of ' || (hash(i * 3) % 50000) || ' shipped with note ' || (hash(i * 31) % 1000) note,
        if(hash(i * 37) % 10 = 0, NULL, (hash(i * 41) % 1000)::DOUBLE / 7) score FROM range({rows}) r(i))
        TO '{source}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"""
    )


def train(spark: SparkSession, warehouse: Path, rows: int) -> None:
    """Use the tables as they will be used, with other constants, and let the bee work."""
    for query in workload("adapted", Random(99), TRAINING):
        spark.sql(query).collect()
    adapt(place(warehouse, "adapted"))
    for _ in range(2):
        for n in range(8):
            spark.sql(by_keys("keyed", Random(n), rows, 100)).collect()
        adapt(place(warehouse, "keyed"))


def place(warehouse: Path, name: str) -> Any:
    """Where a HoneyStore table is."""
    found = HoneyTable(str(warehouse / name)).snapshot()
    assert found is not None
    return found.place


def workload(table: str, random: Random, count: int) -> list[str]:
    """Filtered queries: most ask for a few of the latest days, some for a customer, few for a range of prices."""
    made = []
    for _ in range(count):
        kind = random.random()
        if kind < 0.9:
            day = DAYS - 1 - int(random.expovariate(1 / HOT_DAYS)) % DAYS
            where = f"day >= date_add(DATE '2020-01-01', {day - 2}) AND day <= date_add(DATE '2020-01-01', {day})"
        elif kind < 0.97:
            where = f"customer = {random.randrange(50_000)}"
        else:
            low = random.randrange(9000)
            where = f"price >= {low} AND price < {low + 50}"
        made.append(f"SELECT count(*), sum(amount), sum(score), max(email) FROM {table} WHERE {where}")
    return made


def by_keys(table: str, random: Random, rows: int, count: int = KEYS) -> str:
    """All columns of random rows."""
    return f"SELECT * FROM {table} WHERE id IN ({', '.join(map(str, random.sample(range(rows), count)))})"


# --------------------------------------------------------------------------------------------------------- the results


def asked(spark: SparkSession, query: str) -> Callable[[], object]:
    """The query through HiveFrame."""
    return lambda: spark.sql(query).toArrow()


def scans(spark: SparkSession, native: Any, lance: Lance, options: Options) -> Table:
    """An aggregate of every column."""
    tables = {"HoneyStore": "fresh", "HoneyStore, adapted": "adapted", "HoneyStore, keyed": "keyed"}
    tables |= {"Parquet zstd": f"parquet.`{CACHE}/{{}}/zstd`", "Parquet snappy": f"parquet.`{CACHE}/{{}}/snappy`"}
    tables |= {"Delta, Z-ordered": "zordered"}
    root = rows_of(options)
    ways: dict[str, Callable[[], object]] = {
        name: asked(spark, SCAN.format(table=table.format(root))) for name, table in tables.items()
    }
    ways["DuckDB"] = lambda: native.execute(SCAN.format(table="t")).fetchall()
    return times_table("Full scan of the mixed table", ways, lance, "scan", options.rounds, best_parquet=1.0)


def keys(spark: SparkSession, native: Any, lance: Lance, rows: int, options: Options) -> Table:
    """Random rows by key."""
    path = f"parquet.`{CACHE}/{rows_of(options)}/zstd`"
    tables = {"HoneyStore, keyed": "keyed", "HoneyStore": "fresh", "Parquet zstd": path, "Delta, Z-ordered": "zordered"}
    queries = {name: by_keys(table, Random(7), rows) for name, table in tables.items()}
    ways = {name: asked(spark, query) for name, query in queries.items()}
    ways["DuckDB"] = lambda: native.execute(by_keys("t", Random(7), rows)).to_arrow_table()
    table = times_table(f"{KEYS:,} random rows by key, all columns", ways, lance, "keys", options.rounds)
    times = {row[0]: row[1] for row in table.rows}
    bar = Bar("keyed HoneyStore, share of Parquet's time", times["HoneyStore, keyed"] / times["Parquet zstd"], 1 / 20)
    return Table(table.title, table.headings, table.rows, [bar])


def filters(spark: SparkSession, native: Any, lance: Lance) -> Table:
    """A skewed workload before and after the table was adapted to it."""
    tables = {"HoneyStore, adapted": "adapted", "HoneyStore, fresh": "fresh", "Delta, Z-ordered": "zordered"}
    rows: list[list[Any]] = []
    for name, table in tables.items():
        queries = workload(table, Random(5), QUERIES)
        for query in queries[:3]:
            spark.sql(query).collect()
        rows.append([name, timed(lambda queries=queries: [spark.sql(q).toArrow() for q in queries])])
    queries = duck_workload("t")
    rows.append(["DuckDB", timed(lambda: [native.execute(q).fetchall() for q in queries])])
    peer = lance("filters")
    rows += [["Lance", peer]] if peer is not None else []
    after, before, delta = (row[1] for row in rows[:3])
    bars = [
        Bar("after adaptation, share of the time before", after / before, 0.5),
        Bar("after adaptation, share of Z-ordered Delta's time", after / delta, 0.5),
    ]
    return Table(f"{QUERIES} filtered queries, skewed", ["table", "seconds"], rows, bars)


def duck_workload(table: str) -> list[str]:
    """The same queries for DuckDB."""
    return [
        q.replace("date_add(DATE '2020-01-01', ", "(DATE '2020-01-01' + ") for q in workload(table, Random(5), QUERIES)
    ]


def sizes(root: Path) -> Table:
    """Bytes on disk, locators and manifests included."""
    folders = {
        "HoneyStore": root / "warehouse/fresh",
        "Parquet zstd": root / "zstd",
        "Parquet snappy": root / "snappy",
    }
    found = {name: size(folder) for name, folder in folders.items()}
    for name in ("adapted", "keyed"):
        snapshot = HoneyTable(str(root / "warehouse" / name)).snapshot()
        assert snapshot is not None
        located = (path for paths in snapshot.locators.values() for path in paths.values())
        extra = sum((root / "warehouse" / name / path).stat().st_size for path in located)
        found[f"HoneyStore, {name}"] = sum(s.size_bytes for s in snapshot.segments) + extra
    found["DuckDB"] = (root / "native.db").stat().st_size
    if (root / "lance").exists():
        found["Lance"] = size(root / "lance")
    rows = [[name, value / 1e6, value / found["Parquet zstd"]] for name, value in found.items()]
    named = [n for n in found if n.startswith("HoneyStore")]
    bars = [Bar(f"{name}, share of Parquet zstd", found[name] / found["Parquet zstd"], 1.1) for name in named]
    return Table("Size of the mixed table", ["table", "MB", "of Parquet zstd"], rows, bars)


def lineitem(spark: SparkSession, root: Path, options: Options) -> Table:
    """TPC-H's lineitem, scanned."""
    source = tpc_tables("tpch", 1)["lineitem"]
    if not (root / "lineitem-ready").exists():
        given = spark.read.parquet(str(source))
        given.write.option("compression", "zstd").mode("overwrite").parquet(str(root / "lineitem-zstd"))
        given.write.mode("overwrite").parquet(str(root / "lineitem-snappy"))
        given.createOrReplaceTempView("given_lineitem")
        spark.sql("CREATE OR REPLACE TABLE lineitem USING honeystore AS SELECT * FROM given_lineitem")
        (root / "lineitem-ready").touch()
    tables = {
        "HoneyStore": "lineitem",
        "Parquet zstd": f"parquet.`{root}/lineitem-zstd`",
        "Parquet snappy": f"parquet.`{root}/lineitem-snappy`",
    }
    ways = {name: asked(spark, LINEITEM.format(table=table)) for name, table in tables.items()}
    made = times_table("Full scan of lineitem", ways, None, "scan", options.rounds, best_parquet=1.0)
    share = size(root / "warehouse/lineitem") / size(root / "lineitem-zstd")
    return Table(made.title, made.headings, made.rows, [*made.bars, Bar("size, share of Parquet zstd", share, 1.1)])


def times_table(
    title: str,
    ways: dict[str, Callable[[], object]],
    lance: Lance | None,
    measure: str,
    rounds: int,
    best_parquet: float | None = None,
) -> Table:
    """The best time of each way."""
    times = {name: t.best * 1000 for name, t in interleaved(ways, rounds).items()}
    peer = lance(measure) if lance is not None else None
    if peer is not None:
        times["Lance"] = peer * 1000
    bars = []
    if best_parquet is not None:
        parquet = min(v for name, v in times.items() if name.startswith("Parquet"))
        bars = [Bar("HoneyStore, share of Parquet's best", times["HoneyStore"] / parquet, best_parquet)]
    return Table(title, ["table", "best ms"], [[name, value] for name, value in times.items()], bars)


def lance_time(root: Path, source: Path, rows: int, measure: str) -> float | None:
    """The seconds that the peer takes; None where it is not installed."""
    if not python("lance").exists():
        return None
    job = root / "lance.json"
    ids = Random(7).sample(range(rows), KEYS)
    work = {"measure": measure, "scan": SCAN.format(table="t"), "ids": ids, "filters": duck_workload("t")}
    job.write_text(json.dumps(work))
    script = Path(__file__).with_name("honey_lance.py")
    done = subprocess.run(
        [python("lance"), script, source, root / "lance", job], capture_output=True, text=True, check=True
    )
    return float(done.stdout.splitlines()[-1])


def size(folder: Path) -> int:
    """Bytes of the files below a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def rows_of(options: Options) -> str:
    """The folder's name for a scale."""
    return str(int(5_000_000 * options.scale))
