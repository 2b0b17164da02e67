"""Aggregates that are kept: whatever is made of them is what the rows themselves give."""

import datetime as dt
import math
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.functions import pandas_udf

from hiveframe.cache.aggregates import store
from hiveframe.cache.aggregates.definition import Definition, Kept
from hiveframe.cache.aggregates.making import Maker
from hiveframe.cache.aggregates.store import KeptAggregates
from hiveframe.engine.background import Background
from hiveframe.lake import stamps
from hiveframe.sessions import answering
from hiveframe.sessions.kept_aggregates import SETTING, aggregates
from hiveframe.settings import Settings

ROWS = 3000


@pytest.fixture
def kept(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptAggregates]:
    """The process's aggregates, made by nobody but the test; every query runs, and none is too fast to be noted."""
    spark.conf.set("spark.hiveframe.cache.results", "false")
    monkeypatch.setattr(stamps, "_SETTLED_NS", 0)
    monkeypatch.setattr(store, "SLOW_S", 0.0)
    monkeypatch.setattr(answering, "SMALL_BYTES", 0)
    found = aggregates(Settings())
    assert found is not None
    monkeypatch.setattr(found, "_thread", Background("nobody", lambda: False, lambda: False))
    found.clear()
    make(found)
    yield found
    found.clear()
    make(found)
    monkeypatch.undo()


def make(kept: KeptAggregates) -> None:
    """What the thread does while nothing else runs."""
    while kept.fill_once(is_idle=True):
        pass


@pytest.fixture
def sales(spark: SparkSession, tmp_path: Path) -> Path:
    """Sales of three files, and shops; NULLs everywhere, NaN and -0.0 among the doubles."""
    for number in range(3):
        write_sales(tmp_path / "sales" / f"{number}.parquet", Random(number))
    shops = pa.table({"shop": range(12), "city": ["Brno", "Oslo", None] * 4, "opened": [2000 + i for i in range(12)]})
    (tmp_path / "shops").mkdir()
    pq.write_table(shops, tmp_path / "shops" / "0.parquet")
    open_sales(spark, tmp_path)
    return tmp_path


def open_sales(spark: SparkSession, folder: Path) -> None:
    for name in ("sales", "shops"):
        spark.read.parquet(str(folder / name)).createOrReplaceTempView(name)


def write_sales(path: Path, draw: Random, rows: int = ROWS) -> None:
    def some(make: Callable[[], object]) -> list[object]:
        return [None if draw.random() < 0.1 else make() for _ in range(rows)]

    path.parent.mkdir(exist_ok=True)
    day = dt.date(2024, 1, 1)
    doubles = (0.0, -0.0, math.nan, 1.5, -2.25, 1e6)
    table = pa.table(
        {
            "shop": pa.array(some(lambda: draw.randrange(14)), pa.int64()),
            "day": pa.array(some(lambda: day + dt.timedelta(days=draw.randrange(40))), pa.date32()),
            "kind": pa.array(some(lambda: draw.choice(["a", "b", "B", ""]))),
            "n": pa.array(some(lambda: draw.randrange(-5, 5)), pa.int32()),
            "big": pa.array(some(lambda: draw.randrange(-(2**40), 2**40)), pa.int64()),
            "x": pa.array(some(lambda: draw.choice(doubles)), pa.float64()),
            "price": pa.array(some(lambda: Decimal(draw.randrange(-9999, 99999)).scaleb(-2)), pa.decimal128(7, 2)),
            "wide": pa.array(some(lambda: Decimal(draw.randrange(10**9)).scaleb(-6)), pa.decimal128(38, 6)),
            "ok": pa.array(some(lambda: draw.random() < 0.5), pa.bool_()),
        }
    )
    pq.write_table(table, path)


def rows_of(spark: SparkSession, text: str) -> list[tuple]:
    """The rows, in an order of their own; doubles but for what order adds to them."""
    found = spark.sql(text).toArrow().to_pylist()
    return sorted((tuple(map(comparable, row.values())) for row in found), key=repr)


def comparable(value: object) -> object:
    if not isinstance(value, float):
        return value
    return "NaN" if math.isnan(value) else round(value, 6) + 0.0


def expected(spark: SparkSession, text: str) -> list[tuple]:
    spark.conf.set(SETTING, "false")
    try:
        return rows_of(spark, text)
    finally:
        spark.conf.unset(SETTING)


def served(spark: SparkSession, kept: KeptAggregates, texts: list[str]) -> None:
    """All texts but the last two make something known; these two are then answered from what is kept, and right."""
    for text in texts[:-2]:
        rows_of(spark, text)
    make(kept)
    for text in texts[-2:]:
        before = kept.served
        found = rows_of(spark, text)
        assert kept.served > before, text
        assert found == expected(spark, text), text


AGGREGATES = (
    "count(*), count(n), sum(n), sum(big), avg(n), avg(big), min(n), max(big)",
    "sum(price), avg(price), min(price), max(price), sum(price * n), avg(price * 1.5)",
    "sum(wide), avg(wide), sum(wide * price)",
    "sum(x), avg(x), min(x), max(x)",
    "min(kind), max(kind), min(day), max(day), min(ok), max(ok)",
    "bool_and(ok), bool_or(ok), every(ok), some(ok), bit_and(n), bit_or(n), bit_xor(n)",
    "count_if(ok), count(*) FILTER (WHERE n > 0), sum(price) FILTER (WHERE kind = 'a')",
    "count(DISTINCT kind), sum(DISTINCT n), count(DISTINCT n, kind), sum(price) + count(*) / 2",
    "sum(CASE WHEN ok THEN price ELSE 0 END)",
)


@pytest.mark.parametrize("computed", AGGREGATES)
@pytest.mark.parametrize("keys", ["", "kind", "kind, ok", "ROLLUP(kind, ok)", "CUBE(kind, year(day))"])
def test_groups_by_any_keys_are_those_of_the_rows(
    spark: SparkSession, kept: KeptAggregates, sales: Path, computed: str, keys: str
) -> None:
    shown = keys.removeprefix("ROLLUP(").removeprefix("CUBE(").removesuffix(")") if "(" in keys else keys
    columns = f"{shown}, " if keys else ""
    columns = "kind, year(day), " if keys.startswith("CUBE") else columns
    group = f"GROUP BY {keys}" if keys else ""
    served(
        spark,
        kept,
        [f"SELECT {columns}{computed} FROM sales WHERE day >= DATE'2024-01-{day:02}' {group}" for day in range(3, 9)],
    )


def test_no_row_at_all_gives_the_one_of_an_empty_table(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    texts = [f"SELECT count(*), count(n), sum(n), avg(price) FROM sales WHERE n > {n}" for n in (0, 1, 2, 100, 200)]
    served(spark, kept, texts)
    assert rows_of(spark, texts[-1]) == [(0, 0, None, None)]


CONDITIONS = (
    "s.n = {a}",
    "s.n BETWEEN {b} AND {a}",
    "s.kind IN ('a', 'x{a}')",
    "s.day < DATE'2024-01-01' + {c}",
    "year(s.day) * 100 + month(s.day) <= 2024{m:02}",
    "(s.n > {a} OR s.kind = 'b')",
    "NOT s.n <=> {a}",
    "s.n IS NULL",
    "t.opened >= 20{c:02}",
    "coalesce(t.city, 'x') <> 'Oslo'",
    "s.price > {c}.50",
    "s.shop IN (SELECT shop FROM shops WHERE city = 'Brno')",
)
MEASURES = ("sum(s.price)", "count(*)", "avg(s.n)", "min(s.day)", "count(DISTINCT s.kind)", "max(t.city)")
GROUPS = ("t.city", "s.kind", "s.n % 2", "month(s.day)")


@pytest.mark.parametrize("seed", range(40))
def test_any_query_of_a_dashboard_is_answered_as_by_the_rows(
    spark: SparkSession, kept: KeptAggregates, sales: Path, seed: int
) -> None:
    draw = Random(seed)
    conditions = draw.sample(CONDITIONS, draw.randrange(1, 4))
    measures, keys = draw.sample(MEASURES, draw.randrange(1, 4)), draw.sample(GROUPS, draw.randrange(3))
    join = draw.choice(["FROM sales s JOIN shops t ON s.shop = t.shop", "FROM sales s, shops t WHERE s.shop = t.shop"])
    where = "AND" if "WHERE" in join else "WHERE"

    def text() -> str:
        constants = {
            "a": draw.randrange(-3, 4),
            "b": draw.randrange(-4, 1),
            "c": draw.randrange(1, 12),
            "m": draw.randrange(1, 3),
        }
        told = " AND ".join(c.format(**constants) for c in conditions)
        group = f"GROUP BY {', '.join(keys)}" if keys else ""
        return f"SELECT {', '.join([*keys, *measures])} {join} {where} {told} {group}"

    for _ in range(3):
        rows_of(spark, text())
    make(kept)
    for _ in range(4):
        asked = text()
        assert rows_of(spark, asked) == expected(spark, asked), asked
        make(kept)


def test_views_of_views_having_and_subqueries_are_seen_through(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = (
        "WITH named AS (SELECT kind AS k, n + 1 AS m, price, day FROM sales WHERE ok) "
        "SELECT k, total FROM (SELECT k, sum(price) AS total FROM named WHERE day > DATE'2024-01-01' + {} GROUP BY k) "
        "WHERE total > (SELECT min(price) FROM sales WHERE n = {}) AND total IS NOT NULL"
    )
    served(spark, kept, [text.format(day, day % 4) for day in range(6)])


@pytest.mark.parametrize(
    "text",
    [
        """SELECT city, count(*) FROM sales JOIN shops ON sales.shop = shops.shop WHERE EXISTS
            (SELECT 1 FROM sales s WHERE s.shop = shops.shop AND s.n = 3) AND n > {} GROUP BY city""",
        """SELECT kind, sum(price) FROM sales WHERE shop IN (SELECT shop FROM shops WHERE opened < 2008) AND n > {}
            GROUP BY kind""",
        """SELECT city, sum(price) FROM (SELECT city, price, n FROM sales LEFT JOIN shops ON sales.shop = shops.shop)
            WHERE n > {} GROUP BY city""",
        "SELECT n, count(*) FROM (SELECT shop, min(n) AS n FROM sales GROUP BY shop) WHERE n > {} GROUP BY n",
    ],
)
def test_subqueries_and_other_joins_are_kept_whole(
    spark: SparkSession, kept: KeptAggregates, sales: Path, text: str
) -> None:
    served(spark, kept, [text.format(n) for n in (-6, -5, -4, -3, -2)])


@pytest.mark.parametrize(
    "computed",
    [
        "sum(CASE WHEN n > {0} THEN price END), sum(CASE WHEN n > {0} - 1 THEN price END)",
        "count(CASE WHEN kind = 'a' AND n <> {0} THEN 1 END), avg(IF(n < {0}, price, NULL))",
        "sum(CASE WHEN n = {0} THEN price WHEN ok THEN 1 ELSE 0 END), min(CASE n WHEN {0} THEN day END)",
        "count(*) FILTER (WHERE n >= {0}), max(x) FILTER (WHERE n < {0}), bool_or(ok) FILTER (WHERE n = {0})",
        "sum(CASE WHEN n > {0} THEN CASE WHEN ok THEN big END ELSE 7 END) FILTER (WHERE n <> {0} + 1)",
        "avg(n) FILTER (WHERE n > {0}), avg(CASE WHEN n > {0} THEN wide END)",
    ],
)
def test_constants_inside_of_case_and_filter_may_change(
    spark: SparkSession, kept: KeptAggregates, sales: Path, computed: str
) -> None:
    texts = [f"SELECT kind, {computed.format(n)} FROM sales WHERE big > {n} GROUP BY kind" for n in range(-3, 4)]
    served(spark, kept, texts)
    served(spark, kept, [f"SELECT {computed.format(n)} FROM sales" for n in range(-3, 4)])


def test_an_aggregate_of_rows_that_none_computes_is_computed_of_none(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    """Division by zero is kept away by CASE in the rows, and in those that came since."""
    text = "SELECT kind, sum(CASE WHEN n <> 0 AND n > {} THEN 10 DIV n END) FROM sales GROUP BY kind"
    for n in range(5):
        assert rows_of(spark, text.format(n)) == expected(spark, text.format(n))
        make(kept)
    write_sales(sales / "sales" / "9.parquet", Random(9))
    open_sales(spark, sales)
    for n in range(5):
        assert rows_of(spark, text.format(n)) == expected(spark, text.format(n))


@pytest.mark.parametrize(
    "condition",
    [
        "day > DATE'2024-01-01' + {0}",
        "DATE'2024-02-01' - {0} >= day",
        "n <= {0} - 3",
        "price >= {0}.50",
        "kind > substring('0Aaa', {0} % 4 + 1, 1)",
    ],
)
@pytest.mark.parametrize("asked", ["kind, count(DISTINCT n, ok)", "kind, sum(DISTINCT n)", "DISTINCT kind, ok"])
def test_how_far_groups_reach_tells_of_which_a_row_is_asked_for(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch, condition: str, asked: str
) -> None:
    monkeypatch.setattr(store, "_LEAST_ROWS", 0)  # as of tables so large that the narrowest groups are the best
    monkeypatch.setattr(store, "_SHARE", 1.0)
    group = "" if asked.startswith("DISTINCT") else "GROUP BY kind"
    texts = [f"SELECT {asked} FROM sales WHERE {condition.format(i)} AND big IS NOT NULL {group}" for i in range(1, 8)]
    served(spark, kept, texts)
    assert kept.shown()[0].measures == 1
    write_sales(sales / "sales" / "9.parquet", Random(9))
    open_sales(spark, sales)
    before = kept.served
    assert rows_of(spark, texts[2]) == expected(spark, texts[2])
    assert kept.served == before + 1


def test_two_ranges_are_no_matter_of_how_far_groups_reach(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_LEAST_ROWS", 0)
    monkeypatch.setattr(store, "_SHARE", 1.0)
    one = "SELECT kind, count(DISTINCT ok) FROM sales WHERE day > DATE'2024-01-01' + {} GROUP BY kind"
    warm(spark, kept, [one.format(i) for i in range(4)])
    for more in ("n > 0", "day < DATE'2024-01-20'", "day > DATE'2024-01-20'"):
        text = one.format(5).replace("GROUP", f"AND {more} GROUP")
        before = kept.served
        assert rows_of(spark, text) == expected(spark, text)
        assert kept.served == before
    total = one.format(5).replace("count(DISTINCT ok)", "count(*)")
    assert rows_of(spark, total) == expected(spark, total)


def test_distinct_rows_are_groups_as_well(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    served(spark, kept, [f"SELECT DISTINCT kind, ok FROM sales WHERE n > {n}" for n in (-3, -2, -1, 0, 1)])


def test_groups_by_parts_of_days_are_of_no_day_of_their_own(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = (
        "SELECT date_trunc('month', day), max(add_months(day, 1)), sum(months_between(day, '2020-01-31')) "
        "FROM sales WHERE day > '2024-01-0{}' GROUP BY date_trunc('month', day)"
    )
    served(spark, kept, [text.format(n) for n in range(1, 8)])


def test_files_that_came_since_are_put_with_what_is_kept(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = (
        "SELECT kind, sum(price), avg(n), count(DISTINCT n) FROM sales WHERE day > DATE'2024-01-01' + {} GROUP BY kind"
    )
    failed = kept.failed
    served(spark, kept, [text.format(day) for day in range(5)])
    for number in range(9, 16):
        write_sales(sales / "sales" / f"{number}.parquet", Random(number), ROWS // 2)
        open_sales(spark, sales)
        for day in (7, 8):
            before, made = kept.served, kept.made
            assert rows_of(spark, text.format(day)) == expected(spark, text.format(day))
            assert kept.served == before + 1
        make(kept)
        assert kept.made == made + 1  # all files are in what is kept now
    (shown,) = kept.shown()
    assert shown.size_bytes == kept.entries.size_bytes
    make(kept)
    assert kept.failed == failed


def test_what_others_ask_of_the_same_tables_is_kept_with_it(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    joined = "FROM sales JOIN shops ON sales.shop = shops.shop WHERE"
    total = f"SELECT kind, sum(price) {joined} day > DATE'2024-01-01' + {{}} GROUP BY kind"
    count = f"SELECT city, count(*) {joined} year(day) = {{}} GROUP BY city"
    mean = f"SELECT kind, city, avg(price) {joined} kind <> 'a' GROUP BY ROLLUP(kind, city)"
    for n in range(3):
        rows_of(spark, total.format(n))
    rows_of(spark, count.format(2024))
    make(kept)
    assert len(kept.shown()) == 1
    for text in (count.format(2023), total.format(9), mean):
        before = kept.served
        assert rows_of(spark, text) == expected(spark, text)
        assert kept.served == before + (text != mean)  # whose counts of prices nobody had asked for


def test_a_young_file_that_changes_concerns_a_small_piece(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = "SELECT kind, sum(price), avg(n) FROM sales WHERE day > DATE'2024-01-01' + {} GROUP BY kind"
    served(spark, kept, [text.format(day) for day in range(5)])
    newest = max((sales / "sales").glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)
    write_sales(newest, Random(99))
    open_sales(spark, sales)
    before = kept.served
    assert rows_of(spark, text.format(7)) == expected(spark, text.format(7))
    assert kept.served == before + 1


@pytest.mark.parametrize("change", ["rewritten", "gone", "of a shop"])
def test_what_has_changed_otherwise_is_read_again(
    spark: SparkSession, kept: KeptAggregates, sales: Path, change: str
) -> None:
    text = (
        "SELECT city, sum(price) FROM sales JOIN shops ON sales.shop = shops.shop "
        "WHERE day > DATE'2024-01-01' + {} GROUP BY city"
    )
    served(spark, kept, [text.format(day) for day in range(5)])
    if change == "rewritten":
        write_sales(sales / "sales" / "1.parquet", Random(77))
    elif change == "gone":
        (sales / "sales" / "1.parquet").unlink()
    else:
        shops = pa.table({"shop": range(12), "city": ["Bergen"] * 12, "opened": [2000] * 12})
        pq.write_table(shops, sales / "shops" / "0.parquet")
    open_sales(spark, sales)
    before = kept.served
    for day in (7, 8):
        assert rows_of(spark, text.format(day)) == expected(spark, text.format(day))
    assert (kept.served == before) == (change != "gone")
    make(kept)
    assert rows_of(spark, text.format(9)) == expected(spark, text.format(9))


@pytest.mark.parametrize("provider", ["delta", "honeystore", "iceberg"])
def test_tables_with_versions_grow_and_change(
    spark: SparkSession, kept: KeptAggregates, sales: Path, provider: str
) -> None:
    spark.sql("DROP TABLE IF EXISTS sold")
    spark.sql(f"CREATE TABLE sold USING {provider} AS SELECT * FROM sales")
    first = spark.sql("DESCRIBE HISTORY sold").orderBy("version").first() if provider != "iceberg" else None
    text = "SELECT kind, sum(price), count(*) FROM sold WHERE day > DATE'2024-01-01' + {} GROUP BY kind"
    served(spark, kept, [text.format(day) for day in range(5)])
    spark.sql("INSERT INTO sold SELECT * FROM sales WHERE n = 1")
    before = kept.served
    assert rows_of(spark, text.format(6)) == expected(spark, text.format(6))
    assert kept.served == before + 1
    assert "KeptAggregateScan" in spark.sql(f"EXPLAIN {text.format(6)}").collect()[0][0]
    if first is not None:
        old = text.replace("sold", f"sold VERSION AS OF {first.version}")
        assert rows_of(spark, old.format(6)) == expected(spark, old.format(6))
    spark.sql("DELETE FROM sold WHERE n = 2")
    before = kept.served
    assert rows_of(spark, text.format(7)) == expected(spark, text.format(7))
    assert kept.served == before
    spark.sql("DROP TABLE sold")


def test_a_value_that_conditions_keep_away_stops_nobody(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    texts = [f"SELECT kind, sum(10 DIV n) FROM sales WHERE n > {n} GROUP BY kind" for n in (0, 1, 2, 3)]
    for text in texts:
        rows_of(spark, text)
    failed = kept.failed
    make(kept)
    assert kept.failed > failed
    assert rows_of(spark, texts[0]) == expected(spark, texts[0])
    with pytest.raises(PySparkException, match="DIVIDE_BY_ZERO"):
        rows_of(spark, "SELECT kind, sum(10 DIV n) FROM sales WHERE n > -1 GROUP BY kind")


def test_sums_beyond_their_type_fail_as_those_of_the_rows(
    spark: SparkSession, kept: KeptAggregates, tmp_path: Path
) -> None:
    table = pa.table(
        {"k": [1, 2, 3] * 40, "v": [2**62] * 120, "d": pa.array([Decimal(10**37)] * 120, pa.decimal128(38, 0))}
    )
    pq.write_table(table, tmp_path / "t.parquet")
    spark.read.parquet(str(tmp_path)).createOrReplaceTempView("t")
    for column in ("v", "d"):
        for k in (10, 11, 12, 13):
            rows_of(spark, f"SELECT count({column}), sum({column}) FROM t WHERE k > {k}")
        make(kept)
        with pytest.raises(PySparkException, match="ARITHMETIC_OVERFLOW"):
            rows_of(spark, f"SELECT count({column}), sum({column}) FROM t WHERE k > 0")


@pytest.mark.parametrize("setting", ["spark.sql.ansi.enabled", "spark.sql.session.timeZone", "spark.sql.caseSensitive"])
def test_other_settings_are_another_matter(
    spark: SparkSession, kept: KeptAggregates, sales: Path, setting: str
) -> None:
    text = "SELECT kind, sum(price) FROM sales WHERE n > {} GROUP BY kind"
    served(spark, kept, [text.format(n) for n in range(-4, 2)])
    spark.conf.set(setting, {"spark.sql.session.timeZone": "Asia/Tokyo"}.get(setting, "false"))
    if spark.conf.get(setting) == "false" and setting == "spark.sql.caseSensitive":
        spark.conf.set(setting, "true")
    before = kept.served
    try:
        rows_of(spark, text.format(2))
        assert kept.served == before
    finally:
        spark.conf.unset(setting)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT kind, sum(m) FROM (SELECT kind, n, n + rand() AS m FROM sales) WHERE n > {} GROUP BY kind",
        "SELECT kind, max(current_timestamp()) FROM sales WHERE n > {} GROUP BY kind",
        "SELECT kind, collect_list(n) FROM sales WHERE n > {} GROUP BY kind",
        "SELECT kind, first(n) FROM sales WHERE n > {} GROUP BY kind",
    ],
)
def test_what_another_run_may_give_otherwise_is_not_kept(
    spark: SparkSession, kept: KeptAggregates, sales: Path, text: str
) -> None:
    for n in range(5):
        rows_of(spark, text.format(n))
    make(kept)
    assert not kept.shown()


def test_too_many_groups_are_not_kept(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_LEAST_ROWS", 50)
    for n in range(5):
        rows_of(spark, f"SELECT big, sum(price) FROM sales WHERE n > {n} GROUP BY big")
    make(kept)
    assert not kept.shown()


def test_what_is_read_stays_until_it_is_read(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    text = "SELECT day, sum(price) FROM sales WHERE n > {} GROUP BY day"
    served(spark, kept, [text.format(n) for n in range(-4, 2)])
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1")
    try:
        rows = spark.sql(text.format(0)).toLocalIterator()
        first = next(rows)
        kept.clear()
        make(kept)
        assert len([first, *rows]) == len(expected(spark, text.format(0)))
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")


def test_another_aggregation_that_the_groups_answer_is_no_repetition_of_theirs(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = "SELECT kind, sum(price) FROM sales WHERE day >= DATE'2024-01-{:02}' AND n > {} GROUP BY kind"
    days_alone = "SELECT kind, sum(price) FROM sales WHERE day >= DATE'2024-01-{:02}' GROUP BY kind"
    repeated = [both.format(day, day - 5) for day in range(3, 9)]
    served(spark, kept, [*repeated, days_alone.format(4), days_alone.format(5)])
    write_sales(sales / "sales/3.parquet", Random(3))
    open_sales(spark, sales)
    monkeypatch.setattr(kept, "_clock", lambda: time.monotonic() + 3600)  # what rests has rested
    served(spark, kept, [*repeated, days_alone.format(6), both.format(9, 1)])


def test_the_budget_is_kept_by_letting_go_of_what_is_used_least(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "SELECT {0}, sum(price) FROM sales WHERE n > {1} GROUP BY {0}"
    for _ in range(2):
        served(spark, kept, [text.format("day", n) for n in range(-4, 2)])
    monkeypatch.setattr(kept.entries, "_limit_bytes", kept.entries.size_bytes)
    for n in range(3):
        rows_of(spark, text.format("kind", n))
    make(kept)
    assert [s.dimensions for s in kept.shown()] == [2]
    for n in range(20):
        rows_of(spark, text.format("kind", n % 6))
    kept.clear()
    make(kept)
    assert kept.entries.size_bytes == 0


def test_plans_tables_and_counts_tell_of_them(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    text = "SELECT kind, sum(price) AS total FROM sales WHERE n > {} GROUP BY kind"
    served(spark, kept, [text.format(n) for n in range(-4, 2)])
    plan = spark.sql(f"EXPLAIN {text.format(3)}").collect()[0][0]
    assert "KeptAggregateScan" in plan
    assert "FileScan" not in plan
    assert spark.table("system.cache.aggregates").select("dimensions", "measures").collect()[0] == (2, 1)
    counts = dict(spark.table("system.cache.counts").collect())
    assert counts["aggregates_served"] == kept.served
    spark.conf.set(SETTING, "false")
    assert "FileScan" in spark.sql(f"EXPLAIN {text.format(3)}").collect()[0][0]
    spark.conf.unset(SETTING)


def test_what_differs_from_row_to_row_is_not_asked_of_groups(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    warm(spark, kept, [f"SELECT kind, count(*) FROM sales WHERE n > {n} GROUP BY kind" for n in range(4)])
    for text in (
        "SELECT kind, count(*) FROM sales WHERE n > 1 AND rand(3) > 0.5 GROUP BY kind",
        "SELECT count(*) FROM sales WHERE n > 1 GROUP BY rand(3) > 0.5",
    ):
        before = kept.served
        rows_of(spark, text)
        assert kept.served == before, text


def warm(spark: SparkSession, kept: KeptAggregates, texts: list[str]) -> None:
    """What the texts ask for is kept."""
    for text in texts:
        rows_of(spark, text)
    make(kept)
    assert kept.shown()


def test_a_table_that_a_projected_subquery_reads_may_change(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = (
        "SELECT kind, sum(n * newest) FROM (SELECT kind, n, (SELECT max(opened) FROM shops) AS newest FROM sales) "
        "WHERE n > {} GROUP BY kind"
    )
    for n in range(4):
        rows_of(spark, text.format(n))
    make(kept)
    pq.write_table(pa.table({"shop": [1], "city": ["Oslo"], "opened": [3000]}), sales / "shops" / "0.parquet")
    open_sales(spark, sales)
    assert rows_of(spark, text.format(1)) == expected(spark, text.format(1))


ALIKE = "(SELECT *, kind COLLATE UTF8_LCASE AS name, named_struct('x', x) AS s FROM sales)"


@pytest.mark.parametrize(
    ("kept_by", "asked", "is_served"),
    [
        ("x", "SELECT CAST(x AS STRING), sum(n) {} GROUP BY 1", False),
        ("x", "SELECT count(DISTINCT CAST(x AS STRING)) {}", False),
        ("x", "SELECT sum(n) {} AND CAST(x AS STRING) = '-0.0'", False),
        ("x", "SELECT atan2(x, -1D), sum(n) {} GROUP BY 1", False),
        ("x", "SELECT x * 2 + 1, sum(n) {} AND (x = 0.0D OR x > 1) GROUP BY 1", True),
        ("name", "SELECT name COLLATE UTF8_BINARY, sum(n) {} GROUP BY 1", False),
        ("name", "SELECT sum(n) {} AND ascii(name) = 66", False),
        ("name", "SELECT lower(name), sum(n) {} AND name IN ('b', 'A') GROUP BY name", True),
        ("s", "SELECT CAST(s.x AS STRING), sum(n) {} GROUP BY 1", False),
        ("s", "SELECT sum(n) {} GROUP BY s", True),
    ],
)
def test_equal_values_that_are_not_the_same_are_told_apart(
    spark: SparkSession, kept: KeptAggregates, sales: Path, kept_by: str, asked: str, is_served: bool
) -> None:
    warm(spark, kept, [f"SELECT {kept_by}, sum(n) FROM {ALIKE} WHERE n > {n} GROUP BY {kept_by}" for n in range(4)])
    text, before = asked.format(f"FROM {ALIKE} WHERE n > 1"), kept.served
    assert rows_of(spark, text) == expected(spark, text)
    assert (kept.served > before) == is_served


def test_conditions_that_tell_equal_values_apart_may_change(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    served(
        spark,
        kept,
        [f"SELECT kind, sum(n) FROM {ALIKE} WHERE ascii(name) + 1 > {n} GROUP BY kind" for n in range(60, 70)],
    )


def test_a_users_aggregate_sees_the_rows(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    def middle(values: pd.Series) -> float:
        return float(values.median())

    spark.udf.register("middle", pandas_udf(middle, "double"))
    warm(spark, kept, [f"SELECT kind, n, sum(price) FROM sales WHERE n > {n} GROUP BY kind, n" for n in range(4)])
    for text in ("SELECT kind, middle(big) FROM sales WHERE n > 1 GROUP BY kind", "SELECT middle(n) FROM sales"):
        assert rows_of(spark, text) == expected(spark, text)


def test_no_row_makes_no_group_by_a_constant(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    where = "FROM sales WHERE n IS NULL AND n IS NOT NULL"
    warm(spark, kept, [f"SELECT count(*) {where}"] * 4)
    assert rows_of(spark, f"SELECT 'all', count(*) {where} GROUP BY 'all'") == []
    assert rows_of(spark, f"SELECT DISTINCT 'all' {where}") == []
    assert rows_of(spark, f"SELECT count(*) {where}") == [(0,)]


def test_groups_that_serve_another_query_are_made_anew(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    warm(spark, kept, [f"SELECT kind, ok, sum(price) FROM sales WHERE n > {n} GROUP BY kind, ok" for n in range(4)])
    for number in (8, 9):
        write_sales(sales / "sales" / f"{number}.parquet", Random(number))
        open_sales(spark, sales)
        for n in range(2):
            text, before = (
                f"SELECT ok, sum(price) FROM sales WHERE kind = 'a' AND n > {n} AND ok GROUP BY ok",
                kept.served,
            )
            assert rows_of(spark, text) == expected(spark, text)
            assert kept.served == before + 1
        made = kept.made
        make(kept)
        assert kept.made == made + 1


def test_what_is_let_go_while_it_is_renewed_is_made_from_the_rows(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "SELECT kind, sum(price) FROM sales WHERE n > {} GROUP BY kind"
    warm(spark, kept, [text.format(n) for n in range(4)])
    write_sales(sales / "sales" / "8.parquet", Random(8))
    open_sales(spark, sales)
    for n in range(2):
        rows_of(spark, text.format(n))
    renewed = Maker.renewed

    def cleared(maker: Maker, *args: Any, **options: Any) -> Kept | None:
        made = renewed(maker, *args, **options)
        kept.entries.clear()
        return made

    monkeypatch.setattr(Maker, "renewed", cleared)
    made = kept.made
    make(kept)
    assert kept.made == made + 1
    assert rows_of(spark, text.format(2)) == expected(spark, text.format(2))


def test_of_a_query_of_two_aggregations_what_is_not_kept_is_noted(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = (
        "SELECT sum(price) AS v FROM sales WHERE n > {0} "
        "UNION ALL SELECT max(opened) FROM shops WHERE opened > 2000 + {0}"
    )
    warm(spark, kept, [text.format(n) for n in range(4)])
    assert len(kept.shown()) == 2
    shops = pa.table({"shop": range(12), "city": ["Bergen"] * 12, "opened": range(2010, 2022)})
    pq.write_table(shops, sales / "shops" / "0.parquet")
    open_sales(spark, sales)
    for n in range(4):
        before = kept.served
        assert rows_of(spark, text.format(n)) == expected(spark, text.format(n))
        assert kept.served == before + 1
    make(kept)
    before = kept.served
    assert rows_of(spark, text.format(2)) == expected(spark, text.format(2))
    assert kept.served == before + 2


def test_explaining_leaves_no_trace(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    text = "SELECT kind, sum(price) FROM sales WHERE n > {} GROUP BY kind"
    warm(spark, kept, [text.format(n) for n in range(4)])
    before, uses = kept.served, kept.shown()[0].uses
    for _ in range(5):
        assert "KeptAggregateScan" in spark.sql(f"EXPLAIN {text.format(3)}").collect()[0][0]
    make(kept)
    assert (kept.served, kept.shown()[0].uses) == (before, uses)


def test_what_depends_on_the_rows_around_it_is_left_alone(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    text = (
        "SELECT shop, c FROM shops, LATERAL (SELECT count(*) AS c FROM "
        "(SELECT n FROM sales s WHERE s.shop = shops.shop ORDER BY n LIMIT {}))"
    )
    for n in (5, 5, 5, 6):
        rows_of(spark, text.format(n))
    failed = kept.failed
    make(kept)
    assert kept.failed == failed


def test_files_that_are_no_longer_as_they_were_listed_are_not_kept(
    spark: SparkSession, kept: KeptAggregates, sales: Path
) -> None:
    texts = [f"SELECT kind, sum(price) FROM sales WHERE n > {n} GROUP BY kind" for n in range(4)]
    for text in texts:
        rows_of(spark, text)
    write_sales(sales / "sales" / "1.parquet", Random(5))
    make(kept)
    assert not kept.shown()
    open_sales(spark, sales)
    served(spark, kept, texts)


def test_conditions_that_join_are_never_left_open(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    text = "SELECT city, sum(price) FROM sales s JOIN shops t ON s.shop = t.shop + 1 WHERE s.n > {} GROUP BY city"
    served(spark, kept, [text.format(n) for n in range(5)])
    assert spark.table("system.cache.aggregates").select("dimensions").collect()[0] == (2,)


def test_files_that_go_while_it_is_estimated_what_to_keep_do_no_harm(
    spark: SparkSession, kept: KeptAggregates, sales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "SELECT kind, sum(price) FROM sales WHERE n > {} GROUP BY kind"
    for n in range(4):
        rows_of(spark, text.format(n))

    def gone(*args: object) -> list[Definition]:
        (sales / "sales" / "1.parquet").unlink(missing_ok=True)
        raise FileNotFoundError

    with monkeypatch.context() as patch:
        patch.setattr(kept, "_worth_while", gone)
        failed = kept.failed
        make(kept)
        assert kept.failed == failed + 1
    open_sales(spark, sales)
    served(spark, kept, [text.format(n) for n in range(4)])


TOTALS = "SELECT kind, sum(price) AS total, count(*) AS n FROM sales WHERE day > DATE'2024-01-01' + {} GROUP BY kind"


def create_parquet(spark: SparkSession, query: str) -> None:
    spark.sql(f"CREATE OR REPLACE TABLE written USING parquet AS {query}")


def create_delta(spark: SparkSession, query: str) -> None:
    spark.sql(f"CREATE OR REPLACE TABLE written USING delta AS {query}")


def insert_honey(spark: SparkSession, query: str) -> None:
    spark.sql("CREATE TABLE written (kind STRING, total DECIMAL(30, 2), n BIGINT) USING honeystore")
    spark.sql(f"INSERT INTO written {query}")


def insert_iceberg(spark: SparkSession, query: str) -> None:
    spark.sql("CREATE TABLE written (kind STRING, total DECIMAL(30, 2), n BIGINT) USING iceberg")
    spark.sql(f"INSERT OVERWRITE written {query}")


def insert_partitions(spark: SparkSession, query: str) -> None:
    spark.sql("CREATE TABLE written (kind STRING, total DECIMAL(30, 2), n BIGINT) USING parquet PARTITIONED BY (n)")
    spark.sql(f"INSERT INTO written {query}")


def save_as_table(spark: SparkSession, query: str) -> None:
    spark.sql(query).write.format("json").saveAsTable("written")


def insert_into(spark: SparkSession, query: str) -> None:
    spark.sql("CREATE TABLE written (kind STRING, total DECIMAL(30, 2), n BIGINT) USING parquet")
    spark.sql(query).write.insertInto("written")


def write_to(spark: SparkSession, query: str) -> None:
    spark.sql(query).writeTo("written").using("delta").create()


def merge(spark: SparkSession, query: str) -> None:
    spark.sql("CREATE TABLE written (kind STRING, total DECIMAL(30, 2), n BIGINT) USING delta")
    spark.sql(f"MERGE INTO written USING ({query}) AS s ON written.kind = s.kind WHEN NOT MATCHED THEN INSERT *")


def persist(spark: SparkSession, query: str) -> None:
    spark.sql(f"CACHE TABLE written AS {query}")


WRITES = (
    create_parquet,
    create_delta,
    insert_honey,
    insert_iceberg,
    insert_partitions,
    save_as_table,
    insert_into,
    write_to,
    merge,
    persist,
)


@pytest.mark.parametrize("write", WRITES)
def test_queries_of_writes_are_noted_and_made_of_groups(
    spark: SparkSession, kept: KeptAggregates, sales: Path, write: Callable[[SparkSession, str], None]
) -> None:
    def written(query: str) -> list[tuple]:
        write(spark, query)
        try:
            return rows_of(spark, "SELECT kind, CAST(total AS DECIMAL(30, 2)), n FROM written")
        finally:
            spark.sql("DROP TABLE IF EXISTS written" if write is not persist else "DROP VIEW written")

    for n in range(4):
        written(TOTALS.format(n))
    make(kept)
    assert len(kept.shown()) == 1
    for n in (5, 6):
        before = kept.served
        found = written(TOTALS.format(n))
        assert kept.served == before + 1
        assert found == expected(spark, TOTALS.format(n))


def test_files_written_of_groups_are_those_of_the_rows(
    spark: SparkSession, kept: KeptAggregates, sales: Path, tmp_path: Path
) -> None:
    for number in range(6):
        before = kept.served
        spark.sql(TOTALS.format(number)).write.parquet(str(tmp_path / f"to{number}"))
        assert (kept.served > before) == (number > 3)
        spark.read.parquet(str(tmp_path / f"to{number}")).createOrReplaceTempView("found")
        assert rows_of(spark, "SELECT * FROM found") == expected(spark, TOTALS.format(number))
        if number == 3:
            make(kept)


@pytest.mark.parametrize("provider", ["parquet", "delta", "honeystore", "iceberg"])
def test_a_write_into_the_table_that_it_reads_sees_the_state_before_it(
    spark: SparkSession, kept: KeptAggregates, sales: Path, provider: str
) -> None:
    spark.sql("DROP TABLE IF EXISTS grown")
    spark.sql(f"CREATE TABLE grown USING {provider} AS SELECT kind, n, CAST(big AS DECIMAL(20, 0)) AS v FROM sales")
    text = "SELECT kind, CAST(max(n) AS INT), CAST(sum(v) AS DECIMAL(20, 0)) FROM grown WHERE n > {} GROUP BY kind"
    for n in range(4):
        rows_of(spark, text.format(n))
    make(kept)
    total = "SELECT count(*), sum(v) FROM grown"
    for n in range(3):
        added, sums = expected(spark, text.format(n)), expected(spark, total)
        before = kept.served
        spark.sql(f"INSERT INTO grown {text.format(n)}")
        assert kept.served == before + 1
        ((count, value),) = sums
        more = sum(row[2] or 0 for row in added)
        assert expected(spark, total) == [(count + len(added), value + more)]
        assert rows_of(spark, text.format(n)) == expected(spark, text.format(n))
        make(kept)
    left = expected(spark, text.format(1))
    before = kept.served
    spark.sql(f"INSERT OVERWRITE grown {text.format(1)}")
    assert kept.served == before + 1
    assert expected(spark, "SELECT * FROM grown") == left
    assert rows_of(spark, text.format(0)) == expected(spark, text.format(0))
    if provider not in ("parquet", "iceberg"):
        version = spark.sql("DESCRIBE HISTORY grown").agg({"version": "max"}).first()[0] - 1
        old = text.replace("grown", f"grown VERSION AS OF {version}").format(2)
        spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW before AS {old}")
        spark.sql("CREATE OR REPLACE TABLE copied USING delta AS SELECT * FROM before")
        assert rows_of(spark, "SELECT * FROM copied") == expected(spark, old)
        spark.sql("DROP TABLE copied")
    spark.sql("DROP TABLE grown")


def test_a_write_that_fails_is_not_noted(spark: SparkSession, kept: KeptAggregates, sales: Path) -> None:
    for n in range(5):
        with pytest.raises(PySparkException):
            spark.sql(f"CREATE TABLE never USING parquet AS SELECT kind, sum(n DIV (n - {n})) FROM sales GROUP BY kind")
    make(kept)
    assert not kept.shown()
