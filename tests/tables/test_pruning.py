"""Filters leave files out, and only files without a row that they let pass."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession

from hiveframe.lake.pruning import AnyOf, ColumnTest, Zone, may_hold, must_hold

VALUES = (-2, 0, 1, 3, 7)


def holds(test: ColumnTest, value: Any) -> bool:
    """Whether one value fulfils a test, as a filter would say."""
    match test.operator:
        case "isnull":
            return value is None
        case "isnotnull":
            return value is not None
    if value is None:
        return False
    wanted = test.values[0]
    return {
        "=": value == wanted,
        "<": value < wanted,
        "<=": value <= wanted,
        ">": value > wanted,
        ">=": value >= wanted,
        "in": value in test.values,
    }[test.operator]


def test_a_file_with_a_matching_row_is_never_left_out() -> None:
    tests = [ColumnTest(0, op, (v,)) for op in ("=", "<", "<=", ">", ">=") for v in VALUES]
    tests += [ColumnTest(0, "in", pair) for pair in itertools.combinations(VALUES, 2)]
    tests += [ColumnTest(0, "isnull"), ColumnTest(0, "isnotnull")]
    random = np.random.default_rng(1)
    for _ in range(500):
        rows = [None if v == 9 else int(v) for v in random.choice([*VALUES, 9], size=random.integers(1, 4))]
        known = [v for v in rows if v is not None]
        zone = Zone(min(known, default=None), max(known, default=None), len(rows) - len(known), len(rows))
        loose = Zone(zone.low, None, None, None)
        for test in tests:
            wanted = any(holds(test, v) for v in rows)
            for z in (zone, loose, None):
                assert may_hold([test], lambda _, z=z: z) or not wanted, (test, rows, z)
            every = all(holds(test, v) for v in rows)
            for z in (zone, loose, Zone(zone.low, zone.high, zone.null_count, zone.row_count, True), None):
                assert every or not must_hold([test], lambda _, z=z: z), (test, rows, z)
            either = AnyOf(((test,), (ColumnTest(0, "=", (3,)),)))
            fulfilled = every or all(v == 3 for v in rows)
            assert fulfilled or not must_hold([either], lambda _, z=zone: z)
            assert may_hold([either], lambda _, z=zone: z) or not (wanted or 3 in rows)


def test_text_by_its_beginning() -> None:
    def ask(prefix: str, low: str | None, high: str | None) -> bool:
        return may_hold([ColumnTest(0, "prefix", (prefix,))], lambda _: Zone(low, high))

    assert ask("ab", "aa", "az")
    assert ask("ab", "abx", "abz")
    assert not ask("ab", "ac", "az")
    assert not ask("ab", "aa", "aaz")
    assert ask("ab", None, "abc")


def test_nan_is_above_every_bound() -> None:
    zone = Zone(1.0, 2.0, 0, 3, may_have_nan=True)
    assert may_hold([ColumnTest(0, ">", (5.0,))], lambda _: zone)
    assert not may_hold([ColumnTest(0, "=", (5.0,))], lambda _: zone)


@pytest.fixture(params=["delta", "honeystore", "iceberg"])
def events(request: pytest.FixtureRequest, spark: SparkSession) -> SparkSession:
    """Ten files, a hundred rows each, of one day each."""
    spark.sql(
        f"create table events (id bigint, day date, at timestamp, name string, price decimal(10, 2), x double) "
        f"using {request.param}"
    )
    for i in range(10):
        spark.sql(
            f"insert into events select id + {i * 100}, date_add(date'2024-01-01', {i}), "
            f"timestamp'2024-01-01 00:00:00' + make_dt_interval({i}, 0, 0, id / 1000), "
            f"concat('name', {i}, '_', id), cast({i} + id / 1000 as decimal(10, 2)), "
            f"if(id = 7 and {i} = 3, double('NaN'), double({i})) from range(100)"
        )
    return spark


FILTERS = {
    "id = 250": 1,
    "id in (5, 250, 251, 999999)": 2,
    "id between 150 and 249": 2,
    "id = 5 or id = 950": 2,
    "id < 0": 0,
    "id is null": 0,
    "day = '2024-01-03'": 1,
    "day >= date'2024-01-02' + interval 7 days": 2,
    "at >= '2024-01-09 12:00:00'": 1,
    "name like 'name4%'": 1,
    "startswith(name, 'name') and id > 895": 2,
    "price > 8.05": 2,
    "cast(id as decimal(30, 0)) = 300": 1,
    "x > 8.5": 10,
    "x = 4": 2,  # a file with NaN has no bounds
    "id % 2 = 0": 10,
    "id = 5 and rand() >= 0": 1,
    "id > (select 100)": 10,
}


BESIDE_NAN = {"x = 4": 1}
"""What differs in Iceberg, whose bounds leave NaN out."""


def test_filters_read_the_files_that_they_need(events: SparkSession, request: pytest.FixtureRequest) -> None:
    is_iceberg = "iceberg" in request.node.name
    for condition, wanted in (FILTERS | BESIDE_NAN if is_iceberg else FILTERS).items():
        query = f"select *, _metadata.file_path f from events where {condition}"
        rows = events.sql(query).collect()
        assert scanned_files(events, query) == wanted, condition
        everything = events.sql(f"select id from (select * from events limit 100000) where {condition}").collect()
        assert sorted(r.id for r in rows) == sorted(r.id for r in everything), condition


def scanned_files(spark: SparkSession, query: str) -> int:
    """How many data files the statement that the engine runs names."""
    spark.conf.set("spark.hiveframe.cache.columns", "false")  # columns that are kept would stand in for files
    shown = "\n".join(r[0] for r in spark.sql(f"explain codegen {query}").collect())
    return len({part for part in shown.split("'") if part.endswith(".parquet")})


def test_filters_reach_scans_through_joins(events: SparkSession) -> None:
    joined = "select a.id from events a join events b on a.id = b.id + 1 where a.id = 250 and b.day < '2024-01-05'"
    assert [r.id for r in events.sql(joined).collect()] == [250]
    assert scanned_files(events, joined) == 4
    outer = "select a.id from events a left join events b on a.id = b.id and b.id < 100 where a.id < 100"
    assert events.sql(outer).count() == 100
    assert scanned_files(events, outer) == 1
    union = "select * from (select id from events union all select id + 1 from events) where id = 300"
    assert len(events.sql(union).collect()) == 2


def test_partitions_are_left_out(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table parts using delta partitioned by (k) as select id, nullif(id % 5, 4) as k from range(50)")
    assert scanned_files(spark, "select * from parts where k = 3") == 1
    assert scanned_files(spark, "select * from parts where k is null") == 1
    assert spark.sql("select * from parts where k is null").count() == 10


def test_rows_that_were_deleted_stay_away_from_what_is_left(events: SparkSession) -> None:
    events.sql("delete from events where id = 250")
    assert events.sql("select id from events where id between 249 and 251").count() == 2
    assert scanned_files(events, "select id from events where id between 249 and 251") == 1
