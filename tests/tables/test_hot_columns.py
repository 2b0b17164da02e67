"""Columns that the engine keeps of files: whatever happens to the files, a query's rows are those of the files."""

from __future__ import annotations

import datetime as dt
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from hiveframe.engine.background import Background
from hiveframe.engine.hot_columns import store
from hiveframe.engine.hot_columns.store import HotColumns
from hiveframe.engine.process import database

OFF = "spark.hiveframe.cache.columns"


@pytest.fixture
def columns(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[HotColumns]:
    """The process's columns, filled by nobody but the test; every query runs."""
    spark.conf.set("spark.hiveframe.cache.results", "false")
    monkeypatch.setattr(store, "_SETTLED_S", 0.0)
    found = database().hot_columns
    assert found is not None
    found.clear()
    monkeypatch.setattr(found, "_thread", Background("nobody", lambda: False, lambda: False))
    yield found
    monkeypatch.undo()
    found.clear()


def fill(columns: HotColumns) -> None:
    """What the thread does while nothing else runs."""
    while columns.fill_once(is_idle=True):
        pass


def asked_until_kept(columns: HotColumns, ask: Callable[[], list[tuple]]) -> list[tuple]:
    """The rows of a query that is asked until its columns are kept, then once more."""
    first, second = ask(), ask()
    fill(columns)
    before = columns.served
    rows = ask()
    assert columns.served > before
    assert first == second
    return rows


def rows_of(spark: SparkSession, text: str) -> list[tuple]:
    return [tuple(row) for row in spark.sql(text).collect()]


def test_every_type_comes_back_as_from_the_file(spark: SparkSession, columns: HotColumns, tmp_path: Path) -> None:
    table = pa.table(
        {
            "i": pa.array([1, None, -(2**31)], pa.int32()),
            "u": pa.array([1, None, 2**32 - 1], pa.uint32()),
            "l": pa.array([2**63 - 1, None, -(2**63)]),
            "d": pa.array([-0.0, math.inf, None]),
            "f": pa.array([math.nan, None, 1.5], pa.float32()),
            "n": pa.array([Decimal("123.45"), None, Decimal("-0.01")], pa.decimal128(38, 2)),
            "s": pa.array(["", None, "žluťoučký\0kůň"]),
            "b": pa.array([b"\0\xff", None, b""]),
            "t": pa.array([True, None, False]),
            "day": pa.array([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)]),
            "ts": pa.array([-1, None, 2**40], pa.timestamp("us", "UTC")),
            "ntz": pa.array([-1, None, 2**40], pa.timestamp("us")),
            "nested": pa.array([[{"a": 1, "b": ["x"]}], None, []]),
            "m": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")

    def ask() -> list[tuple]:
        return [tuple(map(repr, row)) for row in rows_of(spark, "SELECT * FROM t")]

    from_file = ask()
    assert asked_until_kept(columns, ask) == from_file


def test_rows_of_a_file_that_was_written_anew_are_never_the_old_ones(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1, 2, 3]}), path)
    spark.read.parquet(str(path)).createOrReplaceTempView("t")
    assert asked_until_kept(columns, lambda: rows_of(spark, "SELECT sum(a) FROM t")) == [(6,)]
    modified = os.stat(path).st_mtime_ns
    pq.write_table(pa.table({"a": [3, 2, 4]}), path)
    os.utime(path, ns=(modified, modified))  # same size, same time of change
    assert rows_of(spark, "SELECT sum(a) FROM t") == [(9,)]


def test_files_that_came_later_are_read_beside_those_that_are_kept(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", "y"]}), folder / "1.parquet")

    def ask() -> list[tuple]:
        spark.read.parquet(str(folder)).createOrReplaceTempView("t")
        return rows_of(spark, "SELECT a, b FROM t ORDER BY a")

    assert asked_until_kept(columns, ask) == [(1, "x"), (2, "y")]
    pq.write_table(pa.table({"a": [3], "b": ["z"]}), folder / "2.parquet")
    assert asked_until_kept(columns, ask) == [(1, "x"), (2, "y"), (3, "z")]
    assert [kept.file_count for kept in columns.tables()] == [1, 1]
    os.remove(folder / "1.parquet")
    assert ask() == [(3, "z")]


def test_folders_values_places_and_names_of_files_are_kept_too(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    for day in (1, 2):
        (tmp_path / f"t/day={day}").mkdir(parents=True)
        pq.write_table(pa.table({"a": [day * 10, day * 10 + 1]}), tmp_path / f"t/day={day}/f.parquet")
    table = spark.read.parquet(str(tmp_path / "t"))
    wanted = ("a", "day", "_metadata.row_index", "_metadata.file_name", "input_file_name() LIKE '%day=2%'")
    expected = [(10, 1, 0, "f.parquet", False), (11, 1, 1, "f.parquet", False)]
    expected += [(20, 2, 0, "f.parquet", True), (21, 2, 1, "f.parquet", True)]
    assert asked_until_kept(columns, lambda: sorted(map(tuple, table.selectExpr(*wanted).collect()))) == expected
    assert [tuple(row) for row in table.where("day = 2").selectExpr("sum(a)").collect()] == [(41,)]


@pytest.mark.parametrize("provider", ["delta", "iceberg", "honeystore"])
def test_changes_of_a_table_are_seen_at_once(spark: SparkSession, columns: HotColumns, provider: str) -> None:
    if provider == "iceberg":
        pytest.importorskip("pyiceberg")
    spark.sql(f"CREATE TABLE t (id INT, v STRING) USING {provider}")
    spark.sql("INSERT INTO t SELECT id, concat('v', id) FROM range(10)")

    def ask() -> list[tuple]:
        return rows_of(spark, "SELECT count(*), sum(id), max(v) FROM t")

    assert asked_until_kept(columns, ask) == [(10, 45, "v9")]
    spark.sql("DELETE FROM t WHERE id = 9")
    assert ask() == [(9, 36, "v8")]
    assert asked_until_kept(columns, ask) == [(9, 36, "v8")]
    spark.sql("UPDATE t SET v = 'w' WHERE id = 0")
    assert ask() == [(9, 36, "w")]
    spark.sql("INSERT INTO t VALUES (100, 'x')")
    assert asked_until_kept(columns, ask) == [(10, 136, "x")]


def test_what_does_not_fit_is_not_kept_and_the_stronger_trail_stays(
    spark: SparkSession, columns: HotColumns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Random(7)
    for name in ("weak", "strong"):
        pq.write_table(pa.table({"a": [draw.getrandbits(62) for _ in range(100_000)]}), tmp_path / f"{name}.parquet")
        spark.read.parquet(str(tmp_path / f"{name}.parquet")).createOrReplaceTempView(name)
    monkeypatch.setattr(columns, "limit_bytes", 1_500_000)
    weak = asked_until_kept(columns, lambda: rows_of(spark, "SELECT sum(a % 7) FROM weak"))
    for _ in range(6):
        rows_of(spark, "SELECT sum(a % 7) FROM strong")
    fill(columns)
    assert [os.path.basename(kept.roots[0]) for kept in columns.tables()] == ["strong.parquet"]
    assert columns.size_bytes <= 1_500_000
    assert rows_of(spark, "SELECT sum(a % 7) FROM weak") == weak
    monkeypatch.setattr(columns, "limit_bytes", 1000)
    columns.clear()
    for _ in range(3):
        rows_of(spark, "SELECT sum(a % 7) FROM strong")
    fill(columns)
    assert columns.tables() == []


def test_a_part_stays_for_the_statement_that_was_made_for_it(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"a": list(range(100_000))}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")
    assert asked_until_kept(columns, lambda: rows_of(spark, "SELECT count(a) FROM t")) == [(100_000,)]
    begun = spark.sql("SELECT a FROM t").toLocalIterator()
    assert next(begun)[0] == 0
    spark.sql("CLEAR CACHE")
    fill(columns)
    assert sum(1 for _ in begun) == 99_999
    assert columns.tables() == []


def test_a_part_can_be_read_for_as_long_as_its_lease_is_held(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")
    asked_until_kept(columns, lambda: rows_of(spark, "SELECT a FROM t"))
    [family] = columns._families.values()
    reading = replace(family.like, wanted=("a",))
    [(part, lease)] = columns.find(reading)
    statement = part.query.sql("duckdb")
    columns.clear()
    fill(columns)
    with database().lease("UTC") as connection:
        assert connection.execute(statement).fetchall() == [(1,), (2,)]
        del lease
        fill(columns)
        with pytest.raises(duckdb.CatalogException, match="does not exist"):
            connection.execute(statement)


def test_names_that_a_part_needs_itself_are_left_to_the_file(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    for name, first in (("1", 0), ("2", 10)):
        pq.write_table(pa.table({"file_index": [first, 1], "a": [first, 1]}), tmp_path / f"{name}.parquet")

    def ask(path: str) -> list[tuple]:
        return sorted(tuple(r) for r in spark.read.parquet(path).selectExpr("file_index", "a").collect())

    for _ in range(3):
        ask(str(tmp_path))
        fill(columns)
    assert ask(str(tmp_path)) == [(0, 0), (1, 1), (1, 1), (10, 10)]
    assert columns.tables() == []


def test_variants_come_back_as_from_the_file(spark: SparkSession, columns: HotColumns, tmp_path: Path) -> None:
    made = """parse_json('{"a": [1, null, {"b": "x"}], "c": 1.50}')"""
    spark.sql(f"SELECT {made} AS v UNION ALL SELECT NULL").write.parquet(str(tmp_path / "t"))
    spark.read.parquet(str(tmp_path / "t")).createOrReplaceTempView("t")
    asked = "SELECT to_json(v), variant_get(v, '$.a[2].b', 'string'), schema_of_variant(v) FROM t ORDER BY 1 NULLS LAST"
    from_file = rows_of(spark, asked)
    assert from_file[0][:2] == ('{"a":[1,null,{"b":"x"}],"c":1.5}', "x")
    assert asked_until_kept(columns, lambda: rows_of(spark, asked)) == from_file


def test_a_file_that_is_gone_when_it_is_to_be_kept_is_no_failure_of_a_query(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")
    for _ in range(2):
        assert rows_of(spark, "SELECT a FROM t") == [(1,)]
    (tmp_path / "t.parquet").write_bytes(b"torn")
    fill(columns)
    assert columns.tables() == []


def test_a_session_may_read_without_them(spark: SparkSession, columns: HotColumns, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")
    asked_until_kept(columns, lambda: rows_of(spark, "SELECT a FROM t"))
    spark.conf.set(OFF, "false")
    before = columns.served, columns.missed
    assert rows_of(spark, "SELECT a FROM t") == [(1,)]
    assert (columns.served, columns.missed) == before


def test_they_are_shown(spark: SparkSession, columns: HotColumns, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": [2], "c": [3]}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")
    asked_until_kept(columns, lambda: rows_of(spark, "SELECT b, a FROM t"))
    [(source, names, files)] = rows_of(spark, "SELECT source, columns, file_count FROM system.cache.columns")
    assert (source, names, files) == (str(tmp_path / "t.parquet"), "a, b", 1)
    counts = dict(rows_of(spark, "SELECT * FROM system.cache.counts"))
    assert counts["column_scans_served"] == columns.served


@pytest.mark.parametrize("seed", range(8))
def test_drawn_changes_and_queries_give_what_the_files_hold(
    spark: SparkSession, columns: HotColumns, tmp_path: Path, seed: int
) -> None:
    draw = Random(seed)
    folder = tmp_path / "t"
    folder.mkdir()
    held: dict[str, pa.Table] = {}

    def write(name: str) -> None:
        count = draw.randrange(1, 50)
        held[name] = pa.table({c: [draw.randrange(100) for _ in range(count)] for c in "abc"})
        pq.write_table(held[name], folder / name)

    write("0.parquet")
    for step in range(60):
        match draw.randrange(10):
            case 0:
                write(f"{step}.parquet")
            case 1:
                write(draw.choice(list(held)))
            case 2 if len(held) > 1:
                name = draw.choice(list(held))
                del held[name]
                os.remove(folder / name)
            case 3 | 4:
                time.sleep(0.002)
                columns.fill_once(is_idle=draw.random() < 0.7)
            case _:
                wanted = draw.sample("abc", draw.randrange(1, 4))
                spark.read.parquet(str(folder)).createOrReplaceTempView("t")
                sums = ", ".join(f"sum({c})" for c in wanted)
                expected = tuple(sum(sum(t[c].to_pylist()) for t in held.values()) for c in wanted)
                assert rows_of(spark, f"SELECT {sums} FROM t") == [expected], f"step {step}"
    columns.clear()  # what was tried with a file that changed meanwhile would rest for a while
    spark.read.parquet(str(folder)).createOrReplaceTempView("t")
    whole = sorted(zip(*(pa.concat_tables(held.values()).to_pydict()[c] for c in "abc"), strict=True))
    assert asked_until_kept(columns, lambda: sorted(rows_of(spark, "SELECT * FROM t"))) == whole


def test_files_that_are_gone_are_forgotten_and_not_looked_for_again(
    spark: SparkSession, columns: HotColumns, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")
    for _ in range(3):
        rows_of(spark, "SELECT a FROM t")
    os.remove(tmp_path / "t.parquet")
    assert columns.fill_once(is_idle=True)
    assert all(not family.known for family in columns._families.values())
    assert not columns.fill_once(is_idle=True)


@pytest.mark.parametrize("provider", ["parquet", "delta", "honeystore", "iceberg"])
def test_writes_read_and_fill_them_as_queries_do(
    spark: SparkSession, columns: HotColumns, tmp_path: Path, provider: str
) -> None:
    pq.write_table(pa.table({"k": range(1000), "s": [str(i % 7) for i in range(1000)]}), tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path / "t.parquet")).createOrReplaceTempView("t")

    def written() -> int:
        """How often kept columns served the write alone."""
        before = columns.served
        spark.sql(f"CREATE OR REPLACE TABLE made USING {provider} AS SELECT s, k + 1 AS k FROM t WHERE k >= 10")
        return columns.served - before

    assert [written(), written()] == [0, 0]
    fill(columns)
    assert written() > 0
    assert rows_of(spark, "SELECT count(*), sum(k), max(s) FROM made") == [(990, sum(range(11, 1001)), "6")]
    spark.sql("DROP TABLE made")
