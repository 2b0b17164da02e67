"""Aggregations of one table, of rows that exclude each other, beside each other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.errors import ArithmeticException
from pyspark.sql import SparkSession

import hiveframe

SALES = """select if(id % 11 = 0, null, id * 7 % 100) a, if(id % 3 = 0, null, id) v, id % 5 b,
    cast(id % 13 as decimal(7, 2)) d, if(id % 2 = 0, 'x', 'y') s, id % 10 + 0.5D f, 9223372036854775000 + id big
    from range(700)"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    kept = ("results", "aggregates")  # of which a busy machine keeps something, and then plans are others
    session = hiveframe.session(**{f"spark.hiveframe.cache.{what}": "false" for what in kept})
    folder: Path = tmp_path_factory.mktemp("tables")
    for name, query in (("sales", SALES), ("empty", f"{SALES} where id < 0"), ("one", "select 1 k from range(3)")):
        session.sql(query).write.parquet(str(folder / name))
        session.read.parquet(str(folder / name)).createOrReplaceTempView(name)
    yield session
    session.stop()


def reads(spark: SparkSession, query: str) -> int:
    """How often a query that is optimised reads a table of sales; a subquery's plan is not shown, its mark is."""
    shown = spark.sql(query)._explain_string(mode="extended")
    plan = shown[shown.index("== Optimized") : shown.index("== Physical")]
    return plan.count("/sales]") + plan.count("/empty]") + len(re.findall(r"scalarsubquery(?!\()", plan))


def scalars(spark: SparkSession, parts: list[str]) -> list[object]:
    """What each part gives in a query of its own."""
    return [value for part in parts for value in spark.sql(part).collect()[0]]


FILTERS = [
    ("a between 1 and 20", "a between 21 and 40", "a between 41 and 60"),
    ("a < 10", "a >= 10 and a < 10.5", "a > 90"),
    ("a in (1, 2, 3)", "a in (7, 8)", "a = 50"),
    ("b = 1", "b = 2 and v > 100", "b = 3 and (s = 'x' or d > 4)"),
    ("s = 'x'", "s = 'y'", "s in ('z', 'w')"),
    ("d > 3", "d = 3", "3 > d"),
    ("a between 1 and 20 and b > 1", "a between 21 and 40 and b > 1", "b > 1 and a <=> 77"),
    ("a = 1", "a = 1", "a = 2"),
    ("b < 3", "3 <= b and b < 99", "b = 99"),
]


@pytest.mark.parametrize("table", ["sales", "empty"])
@pytest.mark.parametrize("filters", FILTERS)
def test_one_scan_serves_all_in_from(filters: tuple[str, ...], table: str, spark: SparkSession) -> None:
    asked = "count(*) n, count(v) c, sum(v) s, avg(d) a, min(s) l, max(f) h, count(distinct b) u"
    parts = [f"select {asked} from {table} where {condition}" for condition in filters]
    query = f"select * from {', '.join(f'({part}) t{i}' for i, part in enumerate(parts))}"
    assert list(spark.sql(query).collect()[0]) == scalars(spark, parts)
    assert spark.sql(query).columns == ["n", "c", "s", "a", "l", "h", "u"] * 3
    assert reads(spark, query) == 1


@pytest.mark.parametrize("table", ["sales", "empty"])
@pytest.mark.parametrize("filters", FILTERS)
def test_one_scan_serves_all_subqueries(filters: tuple[str, ...], table: str, spark: SparkSession) -> None:
    parts = [f"select {e} from {table} where {c}" for c in filters for e in ("count(*)", "avg(v)", "max(d) + 1")]
    shown = ", ".join(f"({part})" for part in parts)
    query = f"select k, array({shown}) as l from one"
    rows = spark.sql(query).collect()
    assert [[None if v is None else float(v) for v in row.l] for row in rows] == [
        [None if v is None else float(v) for v in scalars(spark, parts)]  # type: ignore[arg-type]
    ] * 3
    assert reads(spark, query) == 1


def test_subqueries_of_one_condition_need_no_bucket(spark: SparkSession) -> None:
    query = "select (select min(v) from sales), (select max(v) from sales) + 1, (select count(*) from sales where true)"
    assert tuple(spark.sql(query).collect()[0]) == (1, 699, 700)
    assert reads(spark, query) == 1
    assert "bucket" not in spark.sql(query)._explain_string(mode="extended")


def test_subqueries_of_one_condition_keep_it(spark: SparkSession) -> None:
    query = "select (select min(v) from sales where b = 3), (select count(*) from sales where b = 3)"
    assert tuple(spark.sql(query).collect()[0]) == (8, 140)
    assert reads(spark, query) == 1


def test_each_table_is_read_once(spark: SparkSession) -> None:
    tables = ("sales", "empty", "empty", "sales")
    parts = [f"(select count(*) n{i}, max(v) m{i} from {table} where b = {i}) t{i}" for i, table in enumerate(tables)]
    query = f"select * from {', '.join(parts)}"
    assert tuple(spark.sql(query).collect()[0]) == (140, 695, 0, None, 0, None, 140, 698)
    assert reads(spark, query) == 2


def test_subqueries_in_a_filter_read_once(spark: SparkSession) -> None:
    query = """select v from sales where b = 1 and v > (select avg(v) from sales where a < 50)
        and v < (select avg(v) from sales where a >= 50) + 30"""
    bounds = [spark.sql(f"select avg(v) from sales where a {c} 50").collect()[0][0] for c in ("<", ">=")]
    rows = spark.sql(f"select v from sales where b = 1 and v > {bounds[0]}D and v < {bounds[1]}D + 30").collect()
    assert sorted(spark.sql(query).collect()) == sorted(rows)
    assert len(rows) > 1
    assert reads(spark, query) == 2


def test_nothing_comes_of_an_outer_table_without_rows(spark: SparkSession) -> None:
    query = "select (select count(*) from sales where a < 9), (select count(*) from sales where a > 9) from empty"
    assert spark.sql(query).collect() == []


def test_a_from_clause_keeps_its_other_tables(spark: SparkSession) -> None:
    query = """select k, n, m from (select count(*) n from sales where a = 1) x, one,
        (select count(*) m from sales where a = 2) y order by k"""
    assert [tuple(row) for row in spark.sql(query).collect()] == [(1, 6, 6)] * 3
    assert reads(spark, query) == 1


ONE = "select count(*) n, sum(v) s from sales where a between 1 and 20"


@pytest.mark.parametrize(
    "other",
    [
        "select count(*) n, sum(v) s from sales where a between 20 and 40",  # 20 is of both
        "select count(*) n, sum(v) s from sales where a < 2 or a > 30",
        "select count(*) n, sum(v) s from sales",
        "select count(*) n, sum(v) s from sales where b between 21 and 40",
        "select count(*) n, sum(v) s from sales where v between 21 and 40",
        "select count(*) n, sum(b) s from sales where a between 21 and 40",  # sums that nobody asked for may overflow
        "select count(*) n, sum(v + 1) s from sales where a between 21 and 40",
        "select count(*) n, sum(v) s from sales where a between 21 and 40 and 10 / v > 1",
        "select count(*) n, sum(v) s from sales where a between 21 and 20 + rand() * 20",
        "select count(*) n, sum(v) s from empty where a between 21 and 40",
        "select count(*) n, sum(v) s from sales where a between 21 and 40 group by b limit 1",
        "select count(*) n, sum(v) s from sales where a between 21 and 40 group by b",
        "select count(*) n, sum(v) s from sales where a between 1 and 20 and b > 1",  # not the same condition
    ],
)
def test_others_stay_apart(other: str, spark: SparkSession) -> None:
    assert reads(spark, f"select * from ({ONE}) x, ({other}) y") == 2


@pytest.mark.parametrize("function", ["first(v)", "collect_list(v)", "stddev(v)", "count_if(v > 3)"])
def test_aggregates_with_other_values_of_no_rows_stay_apart(function: str, spark: SparkSession) -> None:
    parts = [f"(select {function} x from sales where a {c} 9) t{i}" for i, c in enumerate(("<", ">"))]
    assert reads(spark, f"select * from {', '.join(parts)}") == 2


@pytest.mark.parametrize("function", ["sum(v + 1)", "max(10 / b)", "sum(v) filter (where 10 / b > 1)"])
def test_aggregates_that_may_fail_stay_apart(function: str, spark: SparkSession) -> None:
    parts = [f"(select {function} x from sales where a {c} 9 and b > 0) t{i}" for i, c in enumerate(("<", ">"))]
    assert reads(spark, f"select * from {', '.join(parts)}") == 2


def test_a_part_that_asks_the_one_before_it_stays_apart(spark: SparkSession) -> None:
    one = "(select count(*) n from sales where a = 1) x"
    query = f"select * from {one}, lateral (select count(*) m from sales where a = 2 and v > x.n) y"
    assert tuple(spark.sql(query).collect()[0]) == (6, 4)
    assert reads(spark, query) == 2


def test_doubles_are_not_told_apart(spark: SparkSession) -> None:
    parts = [f"(select count(*) x from sales where f {c} 4.5D) t{i}" for i, c in enumerate(("<", ">"))]
    assert reads(spark, f"select * from {', '.join(parts)}") == 2


def test_text_of_other_collations_is_not_told_apart(spark: SparkSession) -> None:
    text = "select s collate utf8_lcase c from sales"
    parts = [f"(select count(*) x from ({text}) where c = '{v}') t{i}" for i, v in enumerate("xX")]
    assert tuple(spark.sql(f"select * from {', '.join(parts)}").collect()[0]) == (350, 350)


def test_correlated_subqueries_stay_apart(spark: SparkSession) -> None:
    query = """select k, (select count(*) from sales where b = k and a < 50),
        (select count(*) from sales where b = k and a > 50) from one"""
    expected = [spark.sql(f"select count(*) from sales where b = 1 and a {c} 50").collect()[0][0] for c in "<>"]
    assert [tuple(row) for row in spark.sql(query).collect()] == [(1, *expected)] * 3
    assert reads(spark, query) == 2


def test_an_overflow_is_still_an_error(spark: SparkSession) -> None:
    query = "select (select sum(big) from sales where a < 50), (select sum(big) from sales where a > 50)"
    with pytest.raises(ArithmeticException, match="ARITHMETIC_OVERFLOW"):
        spark.sql(query).collect()


@pytest.mark.parametrize("asked", ["distinct _metadata.file_name", "_metadata"])
def test_scans_that_tell_of_their_files_stay_apart(asked: str, spark: SparkSession, tmp_path: Path) -> None:
    spark.table("sales").write.parquet(str(tmp_path / "sales"))
    parts = [
        f"(select count({asked}) n from parquet.`{tmp_path}/sales` where a {c} 50) t{i}" for i, c in enumerate("<>")
    ]
    query = f"select * from {', '.join(parts)}"
    assert all(value > 0 for value in spark.sql(query).collect()[0])
    assert reads(spark, query) == 2
