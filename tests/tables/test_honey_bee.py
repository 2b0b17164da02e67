"""Tables that are laid out as they are used: the same rows, read from fewer places."""

from __future__ import annotations

import shutil
import time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from hiveframe.clock import Clock
from hiveframe.errors import SparkException
from hiveframe.lake.honey import segment_files
from hiveframe.lake.honey.background import keep_footprints
from hiveframe.lake.honey.bee import Budget, adapt
from hiveframe.lake.honey.hashing import hash_values
from hiveframe.lake.honey.locators import find_rows, write_locator
from hiveframe.lake.honey.sketches import bloom_of, may_contain
from hiveframe.lake.honey.snapshot import Snapshot
from hiveframe.lake.honey.table import HoneyTable
from hiveframe.lake.honey.trails import FOOTPRINTS, strengths
from hiveframe.lake.honey.vortex_files import open_file, write_file
from hiveframe.plan import types as t


@pytest.fixture(autouse=True)
def every_query_reads(spark: SparkSession) -> None:
    """A result that was kept leaves no footprints."""
    spark.conf.set("spark.hiveframe.cache.results", "false")


@pytest.fixture
def orders(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> SparkSession:
    """20,000 rows in files of 4,096, in no order that a filter asks for."""
    small = {"PARQUET_VERSION": "V2", "ROW_GROUP_SIZE": 2048, "ROW_GROUPS_PER_FILE": 2}
    monkeypatch.setattr(segment_files, "COPY_OPTIONS", small)
    spark.sql(
        """create table orders using honeystore as
        select (id * 7919) % 20000 id, cast(pmod(hash(id), 365) as int) day,
        concat('c', pmod(hash(id, 1), 500)) customer, cast(id / 7 as decimal(12, 2)) price,
        timestamp_seconds(1700000000 + pmod(hash(id, 2), 1000000)) at,
        if(id % 10 = 0, null, double(id)) score, id % 2 = 0 flag
        from range(20000)"""
    )
    return spark


def snapshot(warehouse: Path) -> Snapshot:
    found = HoneyTable(str(warehouse / "orders")).snapshot()
    assert found is not None
    return found


def content(spark: SparkSession) -> list[Any]:
    return sorted(spark.sql("select * from orders").collect(), key=lambda r: r.id)


def read_by(spark: SparkSession, query: str) -> int:
    """How many segments the query reads."""
    spark.conf.set("spark.hiveframe.cache.columns", "false")  # columns that are kept would stand in for files
    shown = "\n".join(r[0] for r in spark.sql(f"explain codegen {query}").collect())
    return len({part for part in shown.split("'") if part.endswith((".parquet", ".vortex"))})


def test_rows_come_together_as_filters_ask(orders: SparkSession, warehouse: Path) -> None:
    before = content(orders)
    for day in range(10):
        orders.sql(f"select count(*) from orders where day between {day} and {day + 3}").collect()
    assert read_by(orders, "select * from orders where day < 30") == 5
    orders.sql("delete from orders where id < 100")
    assert "clustered 5 segments by day" in adapt(snapshot(warehouse).place)
    assert content(orders) == before[100:]
    assert read_by(orders, "select * from orders where day < 30") == 1
    assert not snapshot(warehouse).deleted
    assert adapt(snapshot(warehouse).place) == []


def test_two_columns_share_a_curve(orders: SparkSession, warehouse: Path) -> None:
    before = content(orders)
    for n in range(10):
        orders.sql(f"select count(*) from orders where day < {n}").collect()
        orders.sql(f"select count(*) from orders where price < {n} * 100").collect()
    assert any("by day, price" in done or "by price, day" in done for done in adapt(snapshot(warehouse).place))
    assert content(orders) == before
    assert read_by(orders, "select * from orders where day < 90") <= 3
    assert read_by(orders, "select * from orders where price < 700") <= 3


def test_rows_are_found_by_their_keys(orders: SparkSession, warehouse: Path) -> None:
    before = {r.id: r for r in content(orders)}
    orders.sql("delete from orders where id between 500 and 510")
    FOOTPRINTS.take(snapshot(warehouse).place)  # what the DELETE asked for
    ids = [5, 505, 777, 12345, 19999, 50000]
    query = f"select * from orders where id in ({', '.join(map(str, ids))})"
    wanted = sorted(before[i] for i in ids if i < 20000 and i != 505)
    for done in ("located id in 5 segments", "stored", None):
        for _ in range(4):
            assert sorted(orders.sql(query).collect()) == wanted
        found = adapt(snapshot(warehouse).place)
        assert any(d.startswith(done) for d in found) if done else not found, found
    kinds = {s.kind for s in snapshot(warehouse).segments}
    assert "vortex" in kinds
    orders.sql("update orders set score = -1 where id in (5, 777)")
    assert orders.sql("select sum(score) from orders where id in (5, 777)").collect() == [(-2.0,)]
    assert orders.sql("select count(*), count(score) from orders where flag").collect()[0][0] > 9000
    assert len(content(orders)) == 19989
    assert sorted(orders.sql("select * from orders where id = 12345").collect()) == [before[12345]]
    assert orders.sql("select count(*) from orders where id = 505").collect() == [(0,)]


def test_locators_of_a_table_that_was_put_back_from_a_copy_are_its_own(orders: SparkSession, tmp_path: Path) -> None:
    at, copy = tmp_path / "t", tmp_path / "copy"
    orders.table("orders").write.format("honeystore").save(str(at))
    shutil.copytree(at, copy)
    for column, value in (("id", 7), ("customer", "'c7'")):
        shutil.rmtree(at)
        shutil.copytree(copy, at)
        for _ in range(4):
            orders.sql(f"select * from honeystore.`{at}` where {column} = {value}").collect()
        table = HoneyTable(str(at))
        before = table.snapshot()
        assert before is not None
        assert not before.locators
        assert any(done.startswith(f"located {column} in") for done in adapt(before.place))
        after = table.snapshot()
        assert after is not None
        assert {name for by_column in after.locators.values() for name in by_column} == {column}


def test_every_plain_type_comes_back_from_vortex(spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        """create table orders using honeystore tblproperties ('honey.key' = 'id') as
        select id, cast(id as tinyint) a, cast(id as smallint) b, id = 3 c, float(id) / 3 d, double(id) / 3 e,
        cast(string(id) as binary) f, date_add(date'1900-01-01', cast(id as int) * 1000) g,
        timestamp_micros(id * 123456789012345) h, cast(id as decimal(38, 10)) i, cast(id as decimal(4, 1)) j,
        timestamp_ntz'2024-01-01 00:00:00.000001' k, if(id = 5, null, concat('ä', id)) l from range(60)"""
    )
    before = content(spark)
    schema = spark.table("orders").schema
    adapt(snapshot(warehouse).place)
    for _ in range(4):
        assert spark.sql("select l from orders where id = 5").collect() == [(None,)]
    adapt(snapshot(warehouse).place)
    assert {s.kind for s in snapshot(warehouse).segments} == {"vortex"}
    assert content(spark) == before
    assert spark.table("orders").schema == schema
    assert [r for r in before if r.id == 33] == spark.sql("select * from orders where id = 33").collect()
    row = "select _metadata.row_index, _metadata.file_name like '%.vortex' from orders where id = 33"
    assert spark.sql(row).collect() == [(33, True)]
    spark.sql("alter table orders rename column l to m")
    spark.sql("alter table orders add column n int")
    assert spark.sql("select m, n from orders where id = 7").collect() == [("ä7", None)]
    assert spark.sql("select count(*) from orders").collect() == [(60,)]


def test_trails_evaporate_and_cold_segments_return_to_parquet(orders: SparkSession, warehouse: Path) -> None:
    before = content(orders)
    place = snapshot(warehouse).place
    for _ in range(2):
        for _ in range(8):
            orders.sql("select * from orders where id = 77").collect()
        adapt(place)
    assert "vortex" in {s.kind for s in snapshot(warehouse).segments}
    now = Clock().now_us()
    assert adapt(place, clock=Clock(now_us=lambda: now + 3_600_000_000)) == []
    adapt(place, clock=Clock(now_us=lambda: now + 30 * 86_400_000_000))
    assert {s.kind for s in snapshot(warehouse).segments} == {"parquet"}
    assert content(orders) == before


def test_the_bee_gives_way_to_writers(orders: SparkSession, warehouse: Path) -> None:
    table = HoneyTable(str(warehouse / "orders"))
    for _ in range(5):
        orders.sql("select * from orders where day < 3").collect()
    writer = table.begin(table.state())
    files = len(list((warehouse / "orders/segments").iterdir()))
    assert adapt(snapshot(warehouse).place) == ["gave way to a writer"]
    assert len(list((warehouse / "orders/segments").iterdir())) == files
    del writer
    assert adapt(snapshot(warehouse).place) == ["clustered 5 segments by day"]


def test_a_reader_keeps_its_version_while_the_bee_works(orders: SparkSession, warehouse: Path) -> None:
    version = snapshot(warehouse).version.number
    for _ in range(5):
        orders.sql("select * from orders where day < 3").collect()
    older = orders.sql(f"select count(*), sum(day) from orders version as of {version}")
    counted = older.collect()
    adapt(snapshot(warehouse).place)
    assert older.collect() == counted == orders.sql("select count(*), sum(day) from orders").collect()


def test_few_values_get_a_bloom_filter(orders: SparkSession, warehouse: Path) -> None:
    orders.sql("alter table orders set tblproperties ('honey.key' = 'id')")
    orders.sql("insert into orders select 90000 + id, 1, 'c77x', 1, null, 1, true from range(50)")
    for _ in range(4):
        orders.sql("select * from orders where customer = 'c77x'").collect()
    adapt(snapshot(warehouse).place, Budget(rows=0))
    assert read_by(orders, "select * from orders where customer = 'c77x'") == 1
    assert orders.sql("select count(*) from orders where customer = 'c77x'").collect() == [(50,)]


def test_locators_and_filters_miss_nothing(tmp_path: Path) -> None:
    random = Random(3)
    for count in (1, 7, 1000, 20_000):
        keys = [random.getrandbits(40) for _ in range(count)]
        hashes = hash_values(keys, t.LONG)
        path = str(tmp_path / f"{count}.loc")
        write_locator(path, hashes, np.arange(count))
        for _ in range(20):
            n = random.randrange(count)
            found = find_rows(path, hash_values([keys[n]], t.LONG))
            assert n in found
            assert len(found) <= 12
        strangers = hash_values([random.getrandbits(41) | 1 << 41 for _ in range(500)], t.LONG)
        assert len(find_rows(path, strangers)) < min(count + 1, 1200)  # two each in the mean
        bloom = bloom_of(np.unique(hashes))
        assert bloom is not None
        assert all(may_contain(bloom, hashes[i : i + 1]) for i in range(0, count, 50))
        assert sum(may_contain(bloom, strangers[i : i + 1]) for i in range(500)) < 25


def test_a_locator_of_keys_that_repeat(tmp_path: Path) -> None:
    keys = [7] * 5000 + list(range(1000, 4000)) + [8] * 300
    path = str(tmp_path / "repeat.loc")
    write_locator(path, hash_values(keys, t.LONG), np.arange(len(keys)))
    assert find_rows(path, hash_values([7], t.LONG))[:5000].tolist() == list(range(5000))
    both = set(find_rows(path, hash_values([8, 3999], t.LONG)).tolist())
    assert both >= {7999, *range(8000, 8300)}


def test_a_locator_is_small(tmp_path: Path) -> None:
    path = tmp_path / "small.loc"
    write_locator(str(path), hash_values(range(200_000), t.LONG), np.arange(200_000))
    assert path.stat().st_size < 200_000 * 3.2
    path.write_bytes(path.read_bytes()[:-1])
    broken = tmp_path / "broken.loc"
    path.rename(broken)
    with pytest.raises(SparkException, match="HONEY_LOCATOR_BROKEN"):
        find_rows(str(broken), hash_values([1], t.LONG))


@pytest.mark.parametrize("count", [1, 30, 3000, 60_000])
def test_rows_of_an_encoded_column(tmp_path: Path, count: int) -> None:
    random = Random(count)
    total = 60_000
    numbers = [random.getrandbits(20) for _ in range(total)]
    table = pa.table(
        {
            "number": pa.array([None if n % 9 == 0 else n for n in numbers], pa.int32()),
            "text": pa.array([None if n % 7 == 0 else f"row {n} of {n % 50}" for n in numbers], pa.string_view()),
            "word": pa.array([f"w{n % 5}" for n in numbers], pa.string_view()),
            "bytes": pa.array([n.to_bytes(4, "big") for n in numbers], pa.binary()),
            "same": pa.array([None] * total, pa.string_view()),
            "price": pa.array([Decimal(n) / 100 for n in numbers], pa.decimal128(12, 2)),
        }
    )
    path = str(tmp_path / "rows.vortex")
    write_file(path, table)
    rows = np.sort(np.array(random.sample(range(total), count), dtype=np.uint64))
    for name, parts in zip(table.column_names, open_file(path).take(table.column_names, rows), strict=True):
        assert pa.chunked_array(parts).to_pylist() == [table[name][int(i)].as_py() for i in rows], name


def test_the_bee_comes_when_it_is_called(orders: SparkSession) -> None:
    for _ in range(5):
        orders.sql("select * from orders where day < 3").collect()
    assert orders.sql("call system.honey_adapt('orders')").collect() == [("clustered 5 segments by day",)]
    assert orders.sql("call system.honey_adapt('orders')").collect() == []


def test_the_bee_visits_in_the_background(orders: SparkSession, warehouse: Path) -> None:
    orders.conf.set("spark.hiveframe.honey.beeSeconds", "1")
    orders.conf.set("spark.hiveframe.honey.bee", "true")
    for _ in range(5):
        orders.sql("select * from orders where day < 3").collect()
    until = time.monotonic() + 120
    while snapshot(warehouse).version.number == 0 and time.monotonic() < until:
        time.sleep(0.1)
    assert read_by(orders, "select * from orders where day < 30") == 1


def test_footprints_outlive_their_process(orders: SparkSession, warehouse: Path) -> None:
    orders.sql("select * from orders where day < 3").collect()
    keep_footprints()
    place = snapshot(warehouse).place
    assert FOOTPRINTS.take(place) == {}
    kept = strengths(place, Clock().now_us(), 24)
    assert kept[(0, "day", "range")] == pytest.approx(1, abs=0.1)
