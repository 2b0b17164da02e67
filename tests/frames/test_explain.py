"""EXPLAIN in its five modes: HiveFrame's plan, written as Spark writes its own."""

from __future__ import annotations

import re

import pytest
from pyspark.sql import functions as F

import hiveframe


@pytest.fixture(scope="module")
def spark():
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def query(spark):
    left = spark.createDataFrame([(1, "a"), (2, "b")], "a int, b string")
    joined = left.join(spark.range(5), F.col("a") == F.col("id")).where("a > 1")
    return joined.groupBy("b").agg(F.sum("id").alias("s")).sort("b")


def explained(frame, mode):
    return re.sub(r"#\d+", "#n", frame._explain_string(mode=mode))


def test_the_simple_mode_shows_operators(query):
    assert explained(query, "simple") == (
        "== Physical Plan ==\n"
        "Sort [b ASC NULLS FIRST], true\n"
        "+- Project [b#n, sum AS s#n]\n"
        "   +- HashAggregate(keys=[b#n], functions=[sum(id) AS sum#n])\n"
        "      +- Filter (a > 1)\n"
        "         +- BroadcastHashJoin [a], [id], Inner, BuildRight\n"
        "            :- LocalTableScan [a#n, b#n]\n"
        "            +- Range (0, 5, step=1, splits=default)\n\n"
    )


def test_the_extended_mode_shows_every_stage(query):
    text = explained(query, "extended")
    stages = re.findall(r"== (.*) ==", text)
    assert stages == ["Parsed Logical Plan", "Analyzed Logical Plan", "Optimized Logical Plan", "Physical Plan"]
    assert "'Filter ('a > 1)" in text
    assert "\nb: string, s: bigint\n" in text


def test_the_cost_mode_shows_sizes(query):
    text = explained(query, "cost")
    assert "LocalRelation [a#n, b#n], Statistics(sizeInBytes=64.0 B, rowCount=2)\n" in text
    assert "Range (0, 5, step=1, splits=default), Statistics(sizeInBytes=40.0 B, rowCount=5)\n" in text
    assert text.index("== Optimized Logical Plan ==") < text.index("== Physical Plan ==")


def test_the_codegen_mode_shows_the_engines_statement(query):
    text = explained(query, "codegen")
    assert text.startswith("Found 1 WholeStageCodegen subtrees.\n== Subtree 1 / 1 ==\nSort")
    assert "Generated code:\nSELECT\n" in text


def test_the_formatted_mode_numbers_operators(query):
    text = explained(query, "formatted")
    assert text.startswith("== Physical Plan ==\nSort (7)\n+- Project (6)\n")
    assert "\n(1) LocalTableScan\nOutput [2]: [a#n, b#n]\n" in text
    assert "\n(4) Filter\nOutput [3]: [a#n, b#n, id#n]\nInput [3]: [a#n, b#n, id#n]\nArguments: (a > 1)\n" in text


def test_kept_rows_are_scanned_in_memory(spark):
    kept = spark.range(3).cache()
    assert explained(kept.where("id > 1"), "simple") == (
        "== Physical Plan ==\nFilter (id > 1)\n+- InMemoryTableScan [id#n]\n\n"
    )


def test_a_join_without_keys_is_a_loop(spark):
    left, right = spark.range(2).toDF("a"), spark.range(2).toDF("b")
    assert "BroadcastNestedLoopJoin BuildRight, LeftOuter, ((a < b))" in explained(
        left.join(right, F.col("a") < F.col("b"), "left"), "simple"
    )
    assert "CartesianProduct\n" in explained(left.crossJoin(right), "simple")


def test_a_deep_plan_is_explained(spark):
    frame = spark.range(1)
    for _ in range(400):
        frame = frame.where("id >= 0")
    for mode in ("simple", "extended", "cost", "formatted"):
        assert "Range" in explained(frame, mode)
