"""Delta tables of five million rows: scans beside DuckDB on the bare files and beside `deltalake`, and rows changed."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from pyspark.sql import SparkSession

import hiveframe
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Bar, Table
from benchmarks.timing import Times, interleaved, timed

ROWS = 5_000_000
MERGED = 10_000
PARTITION = "DELETE of a partition"
MADE = """
    select id, id % 1000 as k, id * 0.25d as a, id % 7919 as b, (id * 31) % 100003 as c, concat('name ', id % 5000) as s
    from range({})
"""
PARTED = f"select id, id % 10 as p from range({ROWS // 10})"
SUMS = "select sum(id), sum(a), sum(b), sum(c) from {}"
SOME = "select sum(a) from {} where id >= 4000000 and id < 4010000"


def delta(options: Options) -> list[Table]:
    """Scans, then UPDATE, DELETE and MERGE, each on a table of its own."""
    with tempfile.TemporaryDirectory() as folder:
        spark = hiveframe.session(**{"spark.sql.warehouse.dir": f"{folder}/warehouse", **UNCACHED})
        try:
            place = Path(folder) / "made"
            rows = spark.sql(MADE.format(ROWS))
            seconds = timed(lambda: rows.write.format("delta").option("maxRecordsPerFile", 500_000).save(str(place)))
            parts = Path(folder) / "parts"
            spark.sql(PARTED).write.format("delta").partitionBy("p").save(str(parts))
            return [_scans(spark, place, options), _changes(spark, place, parts, options, seconds)]
        finally:
            spark.stop()


def _scans(spark: SparkSession, place: Path, options: Options) -> Table:
    files = [f"{path}" for path in place.glob("*.parquet")]
    connection = duckdb.connect()
    spark.read.format("delta").load(str(place)).createOrReplaceTempView("scanned")
    rows = []
    bars = []
    with _thinned(spark, place) as thin:
        spark.read.format("delta").load(str(thin)).createOrReplaceTempView("thinned")
        for name, query in (("four columns", SUMS), ("a range of 0.2 %", SOME)):
            bare = query.format(f"read_parquet({files!r})")
            ways: dict[str, Callable[[], object]] = {
                "hiveframe": lambda query=query: spark.sql(query.format("scanned")).collect(),
                "hiveframe, deletion vectors": lambda query=query: spark.sql(query.format("thinned")).collect(),
                "duckdb on the files": lambda bare=bare: connection.execute(bare).fetchall(),
                "deltalake": lambda query=query: _library(place, query),
            }
            times = interleaved(ways, options.rounds)
            rows.append([name, *(_ms(times[way]) for way in ways)])
            bars.append(Bar(f"{name}: × duckdb", _ratio(times, "hiveframe", "duckdb on the files"), 2))
    return Table(f"Scans of a Delta table of {ROWS:,} rows, median ms", ["query", *ways], rows, bars)


def _library(place: Path, query: str) -> Any:
    """The library's own engine, DataFusion."""
    from deltalake import QueryBuilder

    return pa.table(QueryBuilder().register("made", DeltaTable(str(place))).execute(query.format("made")).read_all())


@contextmanager
def _thinned(spark: SparkSession, place: Path) -> Iterator[Path]:
    """A copy of which a hundredth of the rows is deleted by vectors."""
    thin = place.with_name("thinned")
    shutil.copytree(place, thin)
    spark.sql(f"delete from delta.`{thin}` where k = 7 or b = 5")
    yield thin
    shutil.rmtree(thin)


def _changes(spark: SparkSession, place: Path, parts: Path, options: Options, written: float) -> Table:
    numbers = itertools.count()
    source = pa.table(
        duckdb.sql(f"select i * 997 as id, i % 1000 as k, 1.0::double as a from range({MERGED}) t(i)").arrow()
    )
    spark.createDataFrame(source).createOrReplaceTempView("source")

    def on_a_copy(change: Callable[[Path], object], source: Path) -> Callable[[], float]:
        def run() -> float:
            copy = place.with_name(f"copy{next(numbers)}")
            shutil.copytree(source, copy, copy_function=shutil.copy)
            try:
                return timed(lambda: change(copy))
            finally:
                shutil.rmtree(copy)

        return run

    merged = "merge into delta.`{}` t using source s on t.id = s.id when matched then update set a = s.a"
    kinds: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
        "UPDATE of 1 %": (
            lambda at: spark.sql(f"update delta.`{at}` set a = a + 1 where b % 100 = 3"),
            lambda at: DeltaTable(str(at)).update(predicate="b % 100 = 3", updates={"a": "a + 1"}),
        ),
        "DELETE of 1 %": (
            lambda at: spark.sql(f"delete from delta.`{at}` where b % 100 = 3"),
            lambda at: DeltaTable(str(at)).delete("b % 100 = 3"),
        ),
        "DELETE of a range": (
            lambda at: spark.sql(f"delete from delta.`{at}` where id < 1000000"),
            lambda at: DeltaTable(str(at)).delete("id < 1000000"),
        ),
        "DELETE of all": (
            lambda at: spark.sql(f"delete from delta.`{at}`"),
            lambda at: DeltaTable(str(at)).delete(),
        ),
        PARTITION: (
            lambda at: spark.sql(f"delete from delta.`{at}` where p = 3"),
            lambda at: DeltaTable(str(at)).delete("p = 3"),
        ),
        f"MERGE of {MERGED:,}": (
            lambda at: spark.sql(merged.format(at)),
            lambda at: (
                DeltaTable(str(at))
                .merge(source, "t.id = s.id", source_alias="s", target_alias="t")
                .when_matched_update({"a": "s.a"})
                .execute()
            ),
        ),
    }
    rows: list[list[Any]] = [["written", written * 1000, None, None]]
    bars = []
    for name, (own, library) in kinds.items():
        of = parts if name == PARTITION else place
        runs = [(on_a_copy(own, of)(), on_a_copy(library, of)()) for _ in range(options.rounds)]
        ours, theirs = Times([r[0] for r in runs]), Times([r[1] for r in runs])
        rows.append([name, _ms(ours), _ms(theirs), theirs.median / ours.median])
        most = 3 if name in ("DELETE of all", PARTITION) else 1  # there, only the milliseconds of a statement count
        bars.append(Bar(f"{name}: × deltalake", ours.median / theirs.median, most))
    return Table(f"Rows changed among {ROWS:,}, median ms", ["change", "hiveframe", "deltalake", "×"], rows, bars)


def _ms(times: Times) -> float:
    return times.median * 1000


def _ratio(times: dict[str, Times], one: str, other: str) -> float:
    return times[one].median / times[other].median
