"""Means of decimals are divided after LIMIT."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.optimizer.driver import EXCLUDED_RULES

ROWS = """select id % 9 k, if(id % 4 = 0, null, id % 3) j, cast(id % 11 as int) i, cast(id as decimal(23, 2)) long,
          if(id % 9 = 2, null, cast(id * 7 % 97 - 40.25 as decimal(7, 2))) d, cast(id as decimal(24, 2)) wide
          from range(300)"""
ANSI = "spark.sql.ansi.enabled"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    made = hiveframe.session(**{"spark.hiveframe.cache.results": "false"})
    path = str(tmp_path_factory.mktemp("tables") / "t")
    made.sql(ROWS).write.parquet(path)
    made.read.parquet(path).createOrReplaceTempView("t")
    yield made
    made.stop()


@pytest.fixture
def spark(session: SparkSession) -> Iterator[SparkSession]:
    yield session
    for name in (EXCLUDED_RULES, ANSI):
        session.conf.unset(name)


def plan(spark: SparkSession, query: str) -> list[str]:
    """The optimised plan's steps down to the aggregation, their columns without numbers."""
    shown = spark.sql(query)._explain_string(mode="extended")
    text = shown[shown.index("== Optimized") : shown.index("== Physical")]
    steps = [re.sub(r"#\d+L?", "", line).lstrip(" :+-") for line in text.splitlines()[1:]]
    last = next(i for i, step in enumerate(steps) if step.startswith("Aggregate"))
    return steps[: last + 1]


def before_and_after(spark: SparkSession, query: str) -> tuple[list[str], list[str]]:
    """The plans without the rule and with it; both have the same rows."""
    frames = []
    plans = []
    for excluded in ("means_after_limit", ""):
        spark.conf.set(EXCLUDED_RULES, excluded)
        plans.append(plan(spark, query))
        frames.append(spark.sql(query).toArrow())
    assert frames[0].equals(frames[1])
    assert frames[0].num_rows
    return plans[0], plans[1]


def test_means_are_divided_after_the_limit(spark: SparkSession) -> None:
    before, after = before_and_after(spark, "select k, avg(d) m from t group by k order by k limit 3")
    assert before == [
        "GlobalLimit 3",
        "Sort [k ASC NULLS FIRST], true",
        "Project [k, avg AS m]",
        "Aggregate [k], [avg(d) AS avg]",
    ]
    assert after == [
        "Project [k, mean_of(sum, count) AS m]",
        "GlobalLimit 3",
        "Sort [k ASC NULLS FIRST], true",
        "Project [k, sum, count]",
        "Aggregate [k], [sum(d) AS sum, count(d) AS count]",
    ]


def test_those_that_the_order_or_an_expression_asks_for_stay(spark: SparkSession) -> None:
    query = """select avg(d) a, k, avg(long) b, avg(d) filter (where i > 3) + 1 c, avg(d * 2) e from t
               group by k order by a, k limit 3"""
    before, after = before_and_after(spark, query)
    assert before == [
        "GlobalLimit 3",
        "Sort [a ASC NULLS FIRST, k ASC NULLS FIRST], true",
        "Project [avg AS a, k, avg AS b, (avg + 1) AS c, avg AS e]",
        "Aggregate [k], [avg(d) AS avg, avg(long) AS avg, avg(d) FILTER (WHERE (i > 3)) AS avg, avg((d * 2)) AS avg]",
    ]
    assert after == [
        "Project [a, k, mean_of(sum, count) AS b, c, e]",
        "GlobalLimit 3",
        "Sort [a ASC NULLS FIRST, k ASC NULLS FIRST], true",
        "Project [avg AS a, k, sum, count, (avg + 1) AS c, avg AS e]",
        (
            "Aggregate [k], [avg(d) AS avg, sum(long) AS sum, count(long) AS count,"
            " avg(d) FILTER (WHERE (i > 3)) AS avg, avg((d * 2)) AS avg]"
        ),
    ]


def test_grouping_sets_conditions_and_filters_are_passed(spark: SparkSession) -> None:
    query = """select avg(d) filter (where i > 8) a, j, k from t group by cube(j, k) having count(*) > 4
               order by k desc, j, grouping_id() limit 40 offset 2"""
    before, after = before_and_after(spark, query)
    assert before == [
        "GlobalLimit 40 offset 2",
        "Project [a, j, k]",
        "Sort [k DESC NULLS LAST, j ASC NULLS FIRST, sort key ASC NULLS FIRST], true",
        "Project [avg AS a, j, k, grouping_id AS sort key]",
        "Filter (count > 4)",
        (
            "Aggregate [j AS j, k AS k], [avg(d) FILTER (WHERE (i > 8)) AS avg,"
            " grouping_id(j, k) AS grouping_id, count(1) AS count], sets: [[0, 1], [0], [1], []]"
        ),
    ]
    assert after == [
        "Project [mean_of(sum, count) AS a, j, k]",
        "GlobalLimit 40 offset 2",
        "Project [sum, count, j, k]",
        "Sort [k DESC NULLS LAST, j ASC NULLS FIRST, sort key ASC NULLS FIRST], true",
        "Project [sum, count, j, k, grouping_id AS sort key]",
        "Filter (count > 4)",
        (
            "Aggregate [j AS j, k AS k], [sum(d) FILTER (WHERE (i > 8)) AS sum,"
            " count(d) FILTER (WHERE (i > 8)) AS count, grouping_id(j, k) AS grouping_id, count(1) AS count],"
            " sets: [[0, 1], [0], [1], []]"
        ),
    ]


@pytest.mark.parametrize("ansi", ["true", "false"])
@pytest.mark.parametrize(
    "means",
    [
        "avg(d) a",
        "avg(d) a, avg(d) b, sum(d), count(d)",
        "avg(distinct d) a, avg(i) b, mean(long) c",
        "avg(cast(i as decimal(5, 1))) a",
        "avg(d) filter (where i > 5) a, avg(d) filter (where false) b",
    ],
)
@pytest.mark.parametrize("groups", ["k, j", "rollup(k, j)", "grouping sets ((k, j), (j, k), ())"])
def test_rows_are_the_same(means: str, groups: str, ansi: str, spark: SparkSession) -> None:
    spark.conf.set(ANSI, ansi)
    query = f"select k, {means}, j from t group by {groups} order by k, j, grouping_id() limit 9"
    if groups == "k, j":
        query = query.replace(", grouping_id()", "")
    before, after = before_and_after(spark, query)
    assert before != after


@pytest.mark.parametrize(
    "query",
    [
        "select k, avg(d) m from t group by k order by m limit 3",
        "select k, avg(d) m from t group by k order by abs(m), k limit 3",
        "select k, avg(d) m from t group by k having m > 1 order by k limit 3",
        "select k, avg(d) + 1 m from t group by k order by k limit 3",
        "select k, avg(wide) m from t group by k order by k limit 3",
        "select k, try_avg(d) m from t group by k order by k limit 3",
        "select k, avg(d * d) m from t group by k order by k limit 3",
        "select k, avg(cast(string(i) as decimal(5, 1))) m from t group by k order by k limit 3",
        "select k, avg(i) m from t group by k order by k limit 3",
        "select k, avg(d) m from t group by k order by k limit 100000",
        "select k, avg(d) m from t group by k order by k",
        "select avg(d) m from t order by 1 limit 3",
        """select k, m from (select k, avg(d) m from t group by k) where exists (select 1 from t where d < m)
           order by k limit 3""",
    ],
)
def test_other_means_stay(query: str, spark: SparkSession) -> None:
    before, after = before_and_after(spark, query)
    assert before == after


def test_means_are_sparks(spark: SparkSession) -> None:
    values = "(1, 0.01), (1, 0.01), (1, 0.02), (2, null), (3, -0.05), (3, 0.00), (3, 0.00)"
    query = f"select k, avg(d) m from values {values} v(k, d) group by k order by k limit 3"
    assert "mean_of" in plan(spark, query)[0]
    frame = spark.sql(query)
    assert frame.schema["m"].dataType.simpleString() == "decimal(6,6)"
    means = [row.m for row in frame.collect()]
    assert means == [Decimal("0.013333"), None, Decimal("-0.016667")]
