"""`spark.sql.optimizer.excludedRules` leaves out rules of the optimiser."""

from collections.abc import Iterator

import pytest
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.optimizer.driver import EXCLUDABLE, EXCLUDED_RULES, RULES, EachNode, Measured, prune_files

QUOTIENT = "SELECT x / 2 AS q FROM (SELECT CAST(id AS DECIMAL(5, 1)) AS x FROM range(5)) WHERE x > 3"


@pytest.fixture
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    yield session
    session.stop()


def optimized(spark: SparkSession, query: str) -> str:
    shown = spark.sql(query)._explain_string(mode="extended")
    return str(shown[shown.index("== Optimized") : shown.index("== Physical")])


def test_what_may_be_left_out_are_rules() -> None:
    known = {rule.__name__ for each in RULES if isinstance(each, EachNode) for rule in each.rules}
    known |= {each.rule.__name__ for each in RULES if isinstance(each, Measured)}
    known |= {each.__name__ for each in RULES if not isinstance(each, (EachNode, Measured))}
    assert known | {prune_files.__name__} >= EXCLUDABLE


def test_a_rule_that_is_named_is_left_out_until_it_is_not(spark: SparkSession) -> None:
    rows = spark.sql(QUOTIENT).collect()
    assert " * 0.5" in optimized(spark, QUOTIENT)
    spark.conf.set(EXCLUDED_RULES, "merge_filters, multiply_by_reciprocals")
    assert " / 2" in optimized(spark, QUOTIENT)
    assert spark.sql(QUOTIENT).collect() == rows
    spark.conf.unset(EXCLUDED_RULES)
    assert " * 0.5" in optimized(spark, QUOTIENT)


def test_rules_in_subqueries_are_left_out_too(spark: SparkSession) -> None:
    spark.conf.set(EXCLUDED_RULES, "multiply_by_reciprocals")
    query = f"SELECT id FROM range(3) WHERE EXISTS (SELECT 1 FROM ({QUOTIENT}) WHERE q > 1.9)"
    profile = spark.sql(f"EXPLAIN ANALYZE {query}").collect()[0][0]
    assert "multiply_by_reciprocals" not in profile
    assert len(spark.sql(query).collect()) == 3


def test_names_of_sparks_rules_exclude_nothing(spark: SparkSession) -> None:
    spark.conf.set(EXCLUDED_RULES, "org.apache.spark.sql.catalyst.optimizer.ConstantFolding")
    assert " * 0.5" in optimized(spark, QUOTIENT)


@pytest.mark.parametrize("name", ["merge_filter", "stage_python_functions"])
def test_names_that_nobody_knows_and_rules_that_are_needed_are_refused(name: str, spark: SparkSession) -> None:
    spark.conf.set(EXCLUDED_RULES, f"merge_filters,{name}")
    with pytest.raises(IllegalArgumentException, match=rf"{name}.*excludedRules.*bucket_aggregations, collapse"):
        spark.sql(QUOTIENT).collect()


def test_an_aggregation_of_all_rows_is_one_row_even_where_its_columns_are_not_pruned(spark: SparkSession) -> None:
    spark.conf.set(EXCLUDED_RULES, "prune_columns")
    assert [tuple(row) for row in spark.sql("SELECT 7 FROM (SELECT max(id) FROM range(0))").collect()] == [(7,)]
    numbered = "SELECT row_number() OVER (ORDER BY c) AS n FROM (SELECT count(*) c FROM range(9))"
    assert [tuple(row) for row in spark.sql(numbered).collect()] == [(1,)]
    left = "SELECT m + 1 FROM (SELECT max(id) AS m, 3 AS t FROM range(5)) WHERE t = 3"
    assert [tuple(row) for row in spark.sql(left).collect()] == [(5,)]
